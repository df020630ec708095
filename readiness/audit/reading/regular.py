"""The fast way for regular files: DuckDB reads them, and the result's bytes are counted against the file's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.audit.reading.cells import Dialect
from readiness.audit.reading.records_table import sum_of
from readiness.audit.reading.text_lines import LineScan, count_byte
from readiness.sql import quote_literal

if TYPE_CHECKING:
    import duckdb

_MOST_DELIMITER_BYTES = 4  # DuckDB's own limit
_LEAST_LINE_SIZE = 2 * 1024**2  # what DuckDB takes by itself
_LEAST_BUFFER_SIZE = 64 * 1024**2  # a third faster than its own choice, which is half of this


@dataclass(frozen=True, slots=True)
class Region:
    """The part of a UTF-8 file that holds the records."""

    path: Path
    first_line: int  # 1-based
    first_byte: int
    above: LineScan  # of the part before
    whole: LineScan  # of the whole file

    @property
    def size(self) -> int:
        return self.whole.size - self.first_byte

    @property
    def lines(self) -> int:
        return self.whole.lines - self.above.lines

    @property
    def line_end_bytes(self) -> int:
        return self.whole.line_feeds + self.whole.returns - self.above.line_feeds - self.above.returns


def load_regular(connection: duckdb.DuckDBPyConnection, region: Region, dialect: Dialect, width: int) -> bool:
    """True when `records` holds every byte of the file; False when the file needs the careful way."""
    import duckdb

    if not _may_be_regular(region, dialect, width):
        return False
    try:
        _create(connection, region, dialect, width)
        return _number_lines(connection, region, dialect, width)
    except duckdb.Error:
        return False  # not regular after all: the careful way says what is wrong


def size_options(longest_line: int) -> str:
    """The options of `read_csv` for lines of that many bytes; its own choice would be 16 such lines a thread."""
    line_size = max(_LEAST_LINE_SIZE, longest_line + 1)
    return f"max_line_size = {line_size}, buffer_size = {max(_LEAST_BUFFER_SIZE, 4 * line_size)}"


def _may_be_regular(region: Region, dialect: Dialect, width: int) -> bool:
    return (
        width > 1
        and not dialect.run
        and len(dialect.delimiter.encode()) <= _MOST_DELIMITER_BYTES
        and len(dialect.quote.encode()) <= 1
        and dialect.escape in ("", dialect.quote)
        and region.whole.line_end not in ("mixed", "")
        and region.size > 0
        and "\x00" not in dialect.delimiter
    )


def _create(connection: duckdb.DuckDBPyConnection, region: Region, dialect: Dialect, width: int) -> None:
    names = [f"c{place}" for place in range(width)]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    keep_order = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchone()
    connection.execute("SET preserve_insertion_order = true")
    try:
        connection.execute(
            f"""
            CREATE OR REPLACE TABLE records AS
            SELECT 0::BIGINT AS record, 0::BIGINT AS line, NULL::VARCHAR AS fault, {width}::INTEGER AS cells,
                NULL::VARCHAR AS line_text, {", ".join(f"coalesce({name}, '') AS {name}" for name in names)}
            FROM read_csv({quote_literal(str(region.path))}, auto_detect = false, header = false, all_varchar = true,
                skip = {region.first_line - 1}, columns = {{{columns}}}, delim = {quote_literal(dialect.delimiter)},
                quote = {quote_literal(dialect.quote)}, escape = {quote_literal(dialect.escape)},
                strict_mode = true, null_padding = false, ignore_errors = false, {size_options(region.whole.longest)})
            """
        )
        connection.execute(f"UPDATE records SET record = rowid + 1, line = rowid + {region.first_line}")
    finally:
        if keep_order is not None:
            connection.execute(f"SET preserve_insertion_order = {bool(keep_order[0])}")


def _number_lines(connection: duckdb.DuckDBPyConnection, region: Region, dialect: Dialect, width: int) -> bool:
    """Whether the cells hold all that the file holds; sets the line numbers where values span lines."""
    quotes = count_byte(region.path, region.first_byte, dialect.quote.encode()) if dialect.quote else 0
    records, text_bytes, quotes_inside = _measure(connection, dialect, width, count_quotes=quotes > 0)
    breaks = breaks_bytes = 0
    if records != region.lines:
        if not quotes:
            return False
        breaks, breaks_bytes = _count_breaks(connection, region, width)
    if records + breaks != region.lines:
        return False  # empty lines among the records
    delimiters = records * (width - 1) * len(dialect.delimiter.encode())
    line_ends = region.line_end_bytes - breaks_bytes
    return text_bytes + quotes - quotes_inside + delimiters + line_ends == region.size


def _measure(
    connection: duckdb.DuckDBPyConnection, dialect: Dialect, width: int, *, count_quotes: bool
) -> tuple[int, int, int]:
    """(records, bytes in all cells, quotes in all cells)."""
    cells = [f"c{place}" for place in range(width)]
    lengths = sum_of([f"strlen({cell})" for cell in cells])
    records, text_bytes = _two_sums(connection, f"SELECT count(*), sum({lengths}) FROM records")
    if not count_quotes:
        return records, text_bytes, 0
    sign = quote_literal(dialect.quote)
    inside = sum_of([f"strlen({cell}) - strlen(replace({cell}, {sign}, ''))" for cell in cells])
    some = " OR ".join(f"contains({cell}, {sign})" for cell in cells)
    _, quotes_inside = _two_sums(connection, f"SELECT count(*), sum({inside}) FROM records WHERE {some}")
    return records, text_bytes, quotes_inside


def _two_sums(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    row = connection.execute(query).fetchone()
    return (int(row[0] or 0), int(row[1] or 0)) if row else (0, 0)


def _count_breaks(connection: duckdb.DuckDBPyConnection, region: Region, width: int) -> tuple[int, int]:
    """(line ends inside cells, their bytes); moves the line numbers of the records behind them."""
    cells = [f"c{place}" for place in range(width)]
    one_sign = "replace(replace({0}, chr(13) || chr(10), chr(10)), chr(13), chr(10))"
    counts = sum_of([f"({_count(one_sign.format(cell), 'chr(10)')})" for cell in cells])
    in_bytes = sum_of([f"({_count(cell, sign)})" for cell in cells for sign in ("chr(10)", "chr(13)")])
    some = " OR ".join(f"contains({cell}, chr(10)) OR contains({cell}, chr(13))" for cell in cells)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE line_breaks AS
        SELECT record, {counts} AS breaks, {in_bytes} AS bytes FROM records WHERE {some}
        """
    )
    connection.execute(
        f"""
        UPDATE records SET line = records.record - 1 + {region.first_line} + moved.shift
        FROM (
            SELECT record, coalesce(sum(breaks) OVER above, 0) AS shift
            FROM (
                SELECT records.record, coalesce(breaks, 0) AS breaks FROM records LEFT JOIN line_breaks USING (record)
            )
            WINDOW above AS (ORDER BY record ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ) AS moved
        WHERE moved.record = records.record AND moved.shift > 0
        """
    )
    breaks, in_cells = _two_sums(connection, "SELECT sum(breaks), sum(bytes) FROM line_breaks")
    connection.execute("DROP TABLE line_breaks")
    return breaks, in_cells


def _count(text: str, sign: str) -> str:
    return f"length({text}) - length(replace({text}, {sign}, ''))"
