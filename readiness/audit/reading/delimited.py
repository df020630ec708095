"""Delimited text of any dialect to the table `records`: nothing dropped, every physical line accounted for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.audit.reading.alignment import align_records, divide_otherwise
from readiness.audit.reading.budget import Budget
from readiness.audit.reading.cell_shapes import Shape, is_blank, shape_of
from readiness.audit.reading.cells import Dialect
from readiness.audit.reading.dialect import NO_DELIMITER, find_dialect, find_undivided_dialect
from readiness.audit.reading.encoding import Encoding, find_encoding, write_utf8_copy
from readiness.audit.reading.faults import Table, mark_faults
from readiness.audit.reading.layout import Layout, find_layout
from readiness.audit.reading.records_table import Batch, RecordsTable
from readiness.audit.reading.recovery import Divided, Part, divide, divide_in_parts, main_width, records_of
from readiness.audit.reading.regular import Region, load_regular
from readiness.audit.reading.regular_copy import Passed, RegularCopy
from readiness.audit.reading.text_lines import LineScan, scan_lines, text_lines, without_end
from readiness.audit.reading.values import LineFault, Reading, ReadingLimits, ReadingOptions, SampleFile, SampleFormat
from readiness.errors import InvalidValueError, UnreadableFileError

if TYPE_CHECKING:
    import duckdb

_HEAD_LINES = 2_000
_HEAD_CHARACTERS = 400_000
_TAIL_BYTES = 32_768
_SMALL_BYTES = 1 << 20  # below this the careful way is as fast as any
_BATCH = 60_000
_ROWS_ABOVE = 10  # rows among which a header with another delimiter is looked for
_VALUES = (Shape.NUMBER, Shape.DATE, Shape.TIME, Shape.LINK)
_PREAMBLE_SHOWN = 20
_PREAMBLE_CHARACTERS = 200
_RUN_NOTE = "Several delimiters in a row were taken as one."


def read_delimited(
    sample: SampleFile,
    connection: duckdb.DuckDBPyConnection,
    *,
    options: ReadingOptions,
    limits: ReadingLimits,
    sha256: str,
    size_bytes: int,
    progress: Callable[[float], None] | None = None,
) -> Reading:
    """The reading of a delimited text file, whose records are then in the table `records` of the connection."""
    budget = Budget(sample.name, limits, progress=progress)
    blank = Reading(sample.name, sha256, size_bytes, SampleFormat.CSV, (), 0, {}, options=options)
    if not size_bytes:
        return _read_nothing(connection, blank)
    encoding = _find_encoding(sample, options)
    with _utf8(sample, encoding) as path:
        scan = scan_lines(path, budget)
        budget.report(0.1)
        text = _Text.of(path, scan, options, budget)
        if not text.head:
            return _read_nothing(connection, replace(blank, lines=scan.lines, empty_lines=scan.lines))
        reading = _read_text(text, connection, options, budget, blank)
    return replace(
        reading,
        encoding=encoding.name,
        encoding_reason=encoding.reason,
        notes=(*_encoding_notes(encoding), *reading.notes),
    )


def dialect_of(reading: Reading) -> Dialect:
    """The dialect with which a delimited file was read."""
    return Dialect(reading.delimiter or ",", reading.quote, reading.escape, run=_RUN_NOTE in reading.notes)


def _find_encoding(sample: SampleFile, options: ReadingOptions) -> Encoding:
    try:
        return find_encoding(sample.path, sample.name, options.encoding)
    except OSError as exc:
        raise UnreadableFileError(sample.name, "the file cannot be opened", "Check that you may read it.") from exc


@contextmanager
def _utf8(sample: SampleFile, encoding: Encoding) -> Iterator[Path]:
    """The path of the file's text as plain UTF-8: the file itself, or a copy that lives as long as it is read."""
    if encoding.is_plain_utf8:
        yield sample.path
        return
    folder = Path(tempfile.mkdtemp(prefix="readiness-"))
    try:
        copy = folder / "text.csv"
        write_utf8_copy(sample.path, encoding, copy)
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _encoding_notes(encoding: Encoding) -> tuple[str, ...]:
    if not encoding.damaged:
        return ()
    return (f"{encoding.damaged:,} bytes are not valid {encoding.name}; they were read as Windows-1252 characters.",)


def _read_nothing(connection: duckdb.DuckDBPyConnection, blank: Reading) -> Reading:
    RecordsTable(connection)
    return replace(blank, notes=("The file is empty: it holds no header and no record.",))


@dataclass(frozen=True, slots=True)
class _Text:
    """A UTF-8 file with its line counts, its dialect and its first lines."""

    path: Path
    scan: LineScan
    dialect: Dialect
    lone_returns_end: bool
    head: tuple[str, ...]  # with their line ends
    budget: Budget

    @classmethod
    def of(cls, path: Path, scan: LineScan, options: ReadingOptions, budget: Budget) -> _Text:
        lone_returns_end = True
        head, dialect = _first_look(path, options, budget, lone_returns_end=True)
        if scan.lone_returns and scan.line_feeds and not _returns_end_lines(path, scan, dialect):
            lone_returns_end = False
            head, dialect = _first_look(path, options, budget, lone_returns_end=False)
        return cls(path, scan, dialect, lone_returns_end, head if any(map(without_end, head)) else (), budget)

    def lines(self) -> Iterator[str]:
        lines = text_lines(self.path, lone_returns_end=self.lone_returns_end)
        if self.scan.longest <= self.budget.limits.line_cells:
            return lines
        return _checked(lines, self.dialect, self.budget)

    @property
    def line_count(self) -> int:
        if self.lone_returns_end:
            return self.scan.lines
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            open_end = file.read(1) != b"\n"
        return self.scan.line_feeds + open_end


def _first_look(
    path: Path, options: ReadingOptions, budget: Budget, *, lone_returns_end: bool
) -> tuple[tuple[str, ...], Dialect]:
    """The first lines and the dialect that they show."""
    head = _head(path, lone_returns_end)
    dialect = _dialect(path, head, options)
    return tuple(_checked(head, dialect, budget)), dialect


def _checked(lines: Iterable[str], dialect: Dialect, budget: Budget) -> Iterator[str]:
    """The lines, as long as none has more cells than can be divided."""
    for line in lines:
        budget.check_line_cells(line.count(dialect.delimiter) + 1)
        yield line


def _head(path: Path, lone_returns_end: bool) -> tuple[str, ...]:
    """The first lines of the file, whole lines only."""
    head: list[str] = []
    size = 0
    for line in islice(text_lines(path, lone_returns_end=lone_returns_end), _HEAD_LINES):
        head.append(line)
        size += len(line)
        if size > _HEAD_CHARACTERS:
            break
    return tuple(head)


def _tail(path: Path) -> list[str]:
    """The last lines of a file that is longer than its head."""
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() < _HEAD_CHARACTERS + _TAIL_BYTES:
            return []
        file.seek(-_TAIL_BYTES, 2)
        text = file.read().decode("utf-8", "replace")
    return text.splitlines()[2:]


def _dialect(path: Path, head: Sequence[str], options: ReadingOptions) -> Dialect:
    lines = [without_end(line) for line in head]
    if options.delimiter is not None:
        _check_delimiter(options.delimiter, path)
    for place, sign in (("Quote", options.quote), ("Escape", options.escape)):
        if sign and len(sign) > 1:
            raise InvalidValueError(place, sign, "must be one character, or empty for none")
    lines += _tail(path)
    if options.delimiter is None:
        return find_undivided_dialect(lines, quote=options.quote, escape=options.escape)
    return find_dialect(lines, delimiter=options.delimiter, quote=options.quote, escape=options.escape)


def _check_delimiter(delimiter: str, path: Path) -> None:
    if not delimiter or "\n" in delimiter or "\r" in delimiter:
        raise InvalidValueError("Delimiter", delimiter, "cannot divide a line; give a character such as , or ;")
    wanted = delimiter.encode("utf-8", "replace")
    kept = b""
    with path.open("rb") as file:
        while chunk := file.read(_TAIL_BYTES * 32):
            if wanted in kept + chunk:
                return
            kept = chunk[-len(wanted) :]
    raise InvalidValueError("Delimiter", delimiter, "does not occur in the file; leave it out to have it found")


def _returns_end_lines(path: Path, scan: LineScan, dialect: Dialect) -> bool:
    """Whether a carriage return alone ends a line in a file that also has line feeds: its pieces are whole records."""
    if scan.lone_returns > 2 * scan.line_feeds:  # a few line feeds may stand inside values
        lines = [without_end(line) for line in _head(path, True)]
        width = main_width(lines, dialect)
        if width > 1 and sum(len(dialect.split(line) or ()) == width for line in lines) >= 0.5 * len(lines):
            return True
    width = main_width(_head(path, False), dialect)
    pieces = [
        piece for line in _head(path, False) for piece in without_end(line).split("\r") if "\r" in without_end(line)
    ]
    if not pieces:
        return True
    whole = sum(len(dialect.split(piece) or ()) == width for piece in pieces)
    return width > 1 and whole >= 0.5 * len(pieces)


def _read_text(
    text: _Text, connection: duckdb.DuckDBPyConnection, options: ReadingOptions, budget: Budget, blank: Reading
) -> Reading:
    rows = list(divide(text.head, text.dialect, main_width(text.head, text.dialect)))
    if not rows:  # the head is empty lines only
        rows = list(islice(divide(text.lines(), text.dialect, 1), 1_000))
    rows = _redivide_above(rows, text)
    layout = _find_layout(rows, text, options)
    budget.check_fields(layout.width)  # surplus cells of a line stay in its text, so they cost no field
    first_line = _first_line(rows, layout)
    passed, careful = _load(text, connection, rows, layout, first_line, budget)
    budget.report(0.9)
    table = Table(
        layout.width,
        tuple(tuple(rows[place].cells) for place in layout.header),
        layout.shapes,
        layout.typical_filled,
        tuple(passed.gaps),
    )
    faults = mark_faults(connection, table, text.dialect.delimiter)
    keep_line_texts(connection, text, passed.spans if careful else None)
    if careful:
        align_records(connection, text.dialect, layout.width, layout.shapes)
    budget.report(1.0)
    return _describe(blank, text, rows, layout, passed, faults)


def _redivide_above(rows: list[Divided], text: _Text) -> list[Divided]:
    """The rows; those among the first that only another delimiter divides like the table are divided by that one."""
    width = main_width(text.head, text.dialect)
    for place, row in enumerate(rows[:_ROWS_ABOVE]):
        if len(row.cells) < width and row.span == 1 and not row.cells[0].startswith("#"):
            spaces = _is_data(rows[place + 1 : place + 2], row.line + 1, width)
            cells = divide_otherwise(without_end(text.head[row.line - 1]), text.dialect, width, spaces=spaces)
            if cells and not any(map(is_blank, cells[:-1])):
                rows[place] = row._replace(cells=cells)
    return rows


def _is_data(following: Sequence[Divided], line: int, width: int) -> bool:
    """Whether the row that follows stands right on `line` and holds a value that no heading has."""
    return any(
        row.line == line and len(row.cells) == width and any(shape_of(cell) in _VALUES for cell in row.cells)
        for row in following
    )


def _find_layout(rows: Sequence[Divided], text: _Text, options: ReadingOptions) -> Layout:
    if options.header_line is None:
        return find_layout(rows, header_rows=options.header_lines)
    if options.header_line == 0:
        return find_layout(rows, header_row=-1)
    lines = text.line_count
    if not 0 < options.header_line <= lines:
        raise InvalidValueError("Header line", options.header_line, f"is not in the file, which has {lines:,} lines")
    place = next((place for place, row in enumerate(rows) if row.line + row.span > options.header_line), None)
    if place is None:
        raise InvalidValueError("Header line", options.header_line, f"is not within the first {rows[-1].line:,} lines")
    return find_layout(rows, header_row=place, header_rows=options.header_lines)


def _first_line(rows: Sequence[Divided], layout: Layout) -> int:
    """The line at which the records begin."""
    if layout.header:
        last = rows[layout.header[-1]]
        return last.line + last.span
    return rows[layout.first_record].line if layout.first_record < len(rows) else rows[-1].line + rows[-1].span


def _load(
    text: _Text,
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[Divided],
    layout: Layout,
    first_line: int,
    budget: Budget,
) -> tuple[Passed, bool]:
    """Fills the table `records`; what was passed on the way, and whether every line was looked at with care."""
    large = text.scan.size > _SMALL_BYTES
    regular = all(len(row.cells) == layout.width for row in _whole_rows(rows[layout.first_record :], text))
    if large and regular and text.lone_returns_end:
        region = _region(text, first_line)
        if load_regular(connection, region, text.dialect, layout.width):
            row = connection.execute("SELECT count(*) FROM records").fetchone()
            return Passed(text.line_count + 1, records=int(row[0]) if row else 0), False
    passed = _load_by_copy(text, connection, layout, first_line, budget) if large else None
    return passed or _load_in_batches(text, connection, layout, first_line, budget), True


def _whole_rows(rows: Sequence[Divided], text: _Text) -> Sequence[Divided]:
    """The rows without those at the end of the head that belong to a value which the head cuts off."""
    cut = next((place for place in range(len(rows) - 1, -1, -1) if rows[place].unclosed), len(rows))
    return rows[:cut] if len(text.head) < text.scan.lines else rows


def _region(text: _Text, first_line: int) -> Region:
    above = "".join(islice(text.lines(), first_line - 1)).encode()
    feeds, returns, pairs = above.count(b"\n"), above.count(b"\r"), above.count(b"\r\n")
    return Region(text.path, first_line, len(above), LineScan(len(above), feeds, returns, pairs, False), text.scan)


def _load_by_copy(
    text: _Text, connection: duckdb.DuckDBPyConnection, layout: Layout, first_line: int, budget: Budget
) -> Passed | None:
    """Divided in Python where need be, loaded by DuckDB; None where the two do not agree."""
    passed, total = Passed(first_line), max(1, text.line_count)
    with tempfile.TemporaryDirectory(prefix="readiness-") as folder:
        copy = RegularCopy(Path(folder) / "records.csv", text.dialect, layout.width, text.scan.longest)
        copy.write(
            _parts(text, layout, first_line),
            passed,
            lambda: budget.report(0.1 + 0.6 * min(1.0, passed.next_line / total)),
        )
        if not copy.load(connection, passed.records):
            return None
    passed.empty_lines += text.line_count - passed.next_line + 1
    return passed


def _load_in_batches(
    text: _Text, connection: duckdb.DuckDBPyConnection, layout: Layout, first_line: int, budget: Budget
) -> Passed:
    """Divided and loaded in Python."""
    table = RecordsTable(connection)
    table.add_columns(layout.width)
    passed, total = Passed(first_line), max(1, text.line_count)
    division = records_of(_parts(text, layout, first_line), text.dialect)
    while batch := list(islice(division, _BATCH)):
        for row in batch:
            passed.take(row.line, row.span)
        table.append(_batch(batch, layout.width))
        budget.report(0.1 + 0.8 * min(1.0, passed.next_line / total))
    passed.empty_lines += text.line_count - passed.next_line + 1
    return passed


def _parts(text: _Text, layout: Layout, first_line: int) -> Iterator[Part]:
    """The records from `first_line` on, divided where they are in doubt."""
    above = text.head[first_line - 2] if 1 < first_line <= len(text.head) + 1 else ""
    header_quoted = not layout.header or text.dialect.quote in above
    lines = islice(text.lines(), first_line - 1, None)
    return divide_in_parts(lines, text.dialect, layout.width, first_line=first_line, header_quoted=header_quoted)


def _batch(rows: Sequence[Divided], width: int) -> Batch:
    cells = [row.cells if len(row.cells) == width else _fitted(row.cells, width) for row in rows]
    return Batch(
        lines=[row.line for row in rows],
        cells=[len(row.cells) for row in rows],
        faults=[LineFault.UNCLOSED_QUOTE.value if row.unclosed else None for row in rows],
        line_texts=[None] * len(rows),
        columns={place: list(column) for place, column in enumerate(zip(*cells, strict=True))},
    )


def _fitted(cells: Sequence[str], width: int) -> Sequence[str | None]:
    """Exactly `width` cells: those that are not there are None, surplus ones stay in the line's text."""
    return [*cells[:width], *([None] * (width - len(cells)))]


def keep_line_texts(connection: duckdb.DuckDBPyConnection, text: _Text, spans: dict[int, int] | None) -> None:
    """Sets `line_text` of every record with a fault. Without `spans` a record reaches to the next one."""
    wanted = connection.execute(
        "SELECT record, line FROM records WHERE fault IS NOT NULL AND line_text IS NULL ORDER BY line"
    ).fetchall()
    if not wanted:
        return
    if spans is None:
        spans = _spans_of_faulty(connection, text.line_count)
    lines, number = text.lines(), 0
    found: list[tuple[int, str]] = []
    for record, line in wanted:
        kept = list(islice(lines, line - number - 1, line - number - 1 + spans.get(record, 1)))
        number = line - 1 + len(kept)
        found.append((record, without_end("".join(kept))))
        if len(found) >= _BATCH:
            _store_texts(connection, found)
            found = []
    _store_texts(connection, found)


def _spans_of_faulty(connection: duckdb.DuckDBPyConnection, lines: int) -> dict[int, int]:
    rows = connection.execute(
        """
        SELECT record, span FROM (
            SELECT record, fault, coalesce(lead(line) OVER (ORDER BY record), ? + 1) - line AS span FROM records
        )
        WHERE fault IS NOT NULL AND span > 1
        """,
        [lines],
    )
    return {int(record): int(span) for record, span in rows.fetchall()}


def _store_texts(connection: duckdb.DuckDBPyConnection, found: Sequence[tuple[int, str]]) -> None:
    if not found:
        return
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE line_texts AS
        SELECT unnest(?::BIGINT[]) AS record, unnest(?::VARCHAR[]) AS line_text
        """,
        [[record for record, _ in found], [line for _, line in found]],
    )
    connection.execute(
        "UPDATE records SET line_text = line_texts.line_text FROM line_texts WHERE line_texts.record = records.record"
    )
    connection.execute("DROP TABLE line_texts")


def _describe(
    blank: Reading, text: _Text, rows: Sequence[Divided], layout: Layout, passed: Passed, faults: dict[str, int]
) -> Reading:
    first_line = _first_line(rows, layout)
    header = [rows[place] for place in layout.header]
    header_lines = sum(row.span for row in header)
    above = list(islice(text.lines(), (header[0].line if header else first_line) - 1))
    blank_above = not any(without_end(line) for line in above)
    preamble = (
        () if blank_above else tuple(without_end(line)[:_PREAMBLE_CHARACTERS] for line in above[:_PREAMBLE_SHOWN])
    )
    between = first_line - 1 - len(above) - header_lines
    return replace(
        blank,
        fields=layout.names,
        records=passed.records,
        faults=faults,
        delimiter="," if text.dialect.delimiter == NO_DELIMITER else text.dialect.delimiter,
        quote=text.dialect.quote,
        escape=text.dialect.escape,
        line_end=text.scan.line_end,
        lines=text.line_count,
        preamble_lines=0 if blank_above else len(above),
        preamble=preamble,
        header_line=header[0].line if header else 0,
        header_lines=header_lines,
        empty_lines=passed.empty_lines + between + (len(above) if blank_above else 0),
        notes=(*((_RUN_NOTE,) if text.dialect.run else ()), *layout.notes),
    )
