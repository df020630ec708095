"""Which records do not fit the header, and why: their cells, fillers, totals, repeated headers, other tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from readiness.audit.reading.cell_shapes import (
    MARK,
    Shape,
    filled_cells,
    is_blank,
    is_padding,
    shape_of,
    without_mark,
)
from readiness.audit.reading.records_table import sum_of
from readiness.audit.reading.values import LineFault
from readiness.sql import quote_literal

if TYPE_CHECKING:
    import duckdb

_TAIL = 60  # last records, where footers stand
_LOOK_BEHIND_GAP = 3  # rows after a gap among which the header of another table may stand
_BLOCK = 10_000
_SIGNS_JUDGED = 2_000  # of a cell; what tells a record from a footer stands at its beginning
_MOST_GAPS = 200
_MANY_FILLERS = 10_000  # from here on they are not looked at one by one
_END_OF_BLOCK = 2  # so many records that fit the header end another table

_TOTAL = re.compile(
    r"(?:(?:grand|sub|overall|report|column|page|running|net|gross|year|sum)[\s-]*)?"
    r"(?:totals?|gesamt(?:summe|betrag)?|insgesamt|zwischensumme|endsumme|summe|somme|suma|totaal|totale|total\s+g[eé]n[eé]ral|итого|всего|合计|总计)"
    r"\b\s*(?:[:=.\-–].*|\(.*\)|for\b.*|of\b.*|[£$€\d].*)?",
    re.IGNORECASE | re.DOTALL,
)
_SURE_TOTAL = re.compile(r"(?:grand|sub|overall|report|column|running)[\s-]*totals?\b\s*[:.]?", re.IGNORECASE)
_FOOTER = re.compile(
    r"(?:source|sources|notes?|footnotes?|quelle|n\.?b\.?|disclaimer|copyright|©|\(c\)|generated|printed|produced|created|exported|"
    r"end of (?:report|file|data|list|records)|page \d+|report (?:date|run|generated|end)|\*+\s*\w|[†‡]+\s*\w|"
    r"\d[\d,.]* (?:rows?|records?|lines?|entries)\b|"
    r"\(\d+ rows?\)|(?:rows?|records?|count|total records)\s*[:=]\s*\d)",
    re.IGNORECASE,
)
_WORDS_OF_TOTALS = ("otal", "OTAL", "umme", "UMME", "esamt", "omme", "того", "сего", "合计", "总计")


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of the table whose records are judged."""

    width: int
    header: tuple[tuple[str, ...], ...]  # the cells of each header row
    shapes: tuple[Shape | None, ...]
    typical_filled: int
    gaps: tuple[int, ...] = ()  # records that an empty line precedes


@dataclass(frozen=True, slots=True)
class _Row:
    record: int
    width: int
    cells: tuple[str, ...]  # at most as many as the table is wide
    fault: str | None

    @property
    def filled(self) -> int:
        return filled_cells(self.cells)


def mark_faults(connection: duckdb.DuckDBPyConnection, table: Table, delimiter: str) -> dict[str, int]:
    """Sets `fault` of the records and gives back how many have each.

    Where blank records are very many, their `line_text` is set too: their cells with the delimiter between them.
    """
    last = _last_record(connection)
    many_fillers = _mark_many_fillers(connection, table, delimiter)
    connection.execute(
        f"""
        UPDATE records SET fault = CASE WHEN cells < {table.width}
            THEN '{LineFault.TOO_FEW_CELLS}' ELSE '{LineFault.TOO_MANY_CELLS}' END
        WHERE fault IS NULL AND cells <> {table.width}
        """
    )
    judged = _Judge(table, last, many_fillers=many_fillers)
    found = judged.judge(_candidates(connection, table, last))
    found |= _other_tables(connection, table, judged, last)
    _store(connection, found)
    rows = connection.execute(
        "SELECT fault, count(*) FROM records WHERE fault IS NOT NULL GROUP BY fault ORDER BY fault"
    )
    return {str(fault): int(count) for fault, count in rows.fetchall()}


def _mark_many_fillers(connection: duckdb.DuckDBPyConnection, table: Table, delimiter: str) -> bool:
    """Whether there are so many blank records that they were marked here, all at once."""
    if table.width < 2:
        return False
    cells = ", ".join(f"c{place}" for place in range(table.width))
    blank = (
        f"cells <= {table.width} AND fault IS NULL AND "
        f"CASE WHEN c0 IS NULL OR c0 = '' OR starts_with(c0, ' ') THEN trim(concat({cells})) = '' ELSE false END"
    )
    row = connection.execute(f"SELECT count(*) FROM records WHERE {blank}").fetchone()
    if row is None or row[0] <= _MANY_FILLERS:
        return False
    connection.execute(
        f"UPDATE records SET fault = '{LineFault.FILLER}', "
        f"line_text = concat_ws({quote_literal(delimiter)}, {cells}) WHERE {blank}"
    )
    return True


def _last_record(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT coalesce(max(record), 0) FROM records").fetchone()
    return int(row[0]) if row else 0


def _candidates(connection: duckdb.DuckDBPyConnection, table: Table, last: int) -> Iterator[_Row]:
    """Records that may be something else than a record, in file order."""
    columns = [f"c{place}" for place in range(table.width)]
    filled = sum_of([f"coalesce({column} <> '', false)::INTEGER" for column in columns])
    conditions = [f"cells <> {table.width}", f"record > {last - _TAIL}"]
    if table.width > 1:
        conditions.append(f"{filled} <= {max(1, table.typical_filled // 2)}")
        conditions.append("(c0 = '' OR starts_with(c0, ' ')) AND trim(c0) = '' AND trim(c1) = ''")
    for column in columns[:2]:
        words = " OR ".join(f"contains({column}, {quote_literal(word)})" for word in _WORDS_OF_TOTALS)
        conditions.append(f"({column} >= 'A' OR starts_with({column}, ' ')) AND ({words})")
    conditions += [f"starts_with(c0, '{sign * 2}')" for sign in "-=*_#~."]
    conditions += [
        f"c{place} = {quote_literal(cells[place])}"
        for cells in table.header
        if (place := _telling(cells)) < table.width
    ]
    conditions.append(f"starts_with(c0, '{MARK}')")  # as in files that were put together from several
    unmarked = f"(fault IS NULL OR fault <> '{LineFault.FILLER}' OR record > {last - _TAIL})"
    yield from _rows(connection, table, f"{unmarked} AND (({') OR ('.join(conditions)}))")


def _telling(cells: Sequence[str]) -> int:
    return next((place for place, cell in enumerate(cells) if not is_blank(cell)), 0)


def _rows(connection: duckdb.DuckDBPyConnection, table: Table, condition: str) -> Iterator[_Row]:
    columns = ", ".join(f"left(c{place}, {_SIGNS_JUDGED})" for place in range(table.width))
    reader = connection.execute(  # one list, since sorting thousands of columns costs seconds of planning
        f"SELECT record, cells, fault, list_value({columns}) FROM records WHERE {condition} ORDER BY record"
    )
    while block := reader.fetchmany(_BLOCK):
        for record, width, fault, cells in block:
            yield _Row(record, width, tuple(cell for cell in cells if cell is not None), fault)


class _Judge:
    """Decides on single records; a word is a total only where it is rare."""

    def __init__(self, table: Table, last: int, *, many_fillers: bool) -> None:
        self._table = table
        self.many_fillers = many_fillers
        self._last = last
        self.headers = {_folded(cells) for cells in table.header if filled_cells(cells) >= min(2, table.width)}
        self.fillers: list[int] = []

    def judge(self, rows: Iterable[_Row]) -> dict[int, str]:
        found: dict[int, str] = {}
        labels: list[_Row] = []
        tail: list[_Row] = []
        for row in rows:
            fault = self._certain(row)
            if fault:
                found[row.record] = fault
            elif _TOTAL.fullmatch(_label(row.cells)) or (row.record > self._last - _TAIL and _sums_up(row.cells)):
                labels.append(row)
            if row.record > self._last - _TAIL:
                tail.append(row)
        found |= self._totals(labels, found)
        found |= self._footers(tail, found)
        return found

    def _certain(self, row: _Row) -> str | None:
        if is_padding(row.cells) and not (row.width == 1 and row.cells == ("",)):  # two quotes: an empty value
            self.fillers.append(row.record)
            return LineFault.FILLER
        if _folded(row.cells) in self.headers:
            return LineFault.REPEATED_HEADER
        return None

    def _totals(self, labels: Sequence[_Row], known: dict[int, str]) -> dict[int, str]:
        """Records that begin with a word for totals. Many complete records with such a word are a category."""
        ending = self._last_ordinary(known)
        complete = [
            row for row in labels if row.filled >= self._table.typical_filled and row.width == self._table.width
        ]
        category = len(complete) > max(2, self._last // 100)
        found = {}
        for row in labels:
            emptier = row.filled < self._table.typical_filled or row.width != self._table.width
            ends = row.record >= ending and not category
            if emptier or ends or (_SURE_TOTAL.fullmatch(_label(row.cells)) and not category):
                found[row.record] = str(LineFault.TOTAL)
        return found

    def _last_ordinary(self, known: dict[int, str]) -> int:
        last = self._last
        while last in known:
            last -= 1
        return last

    def _footers(self, tail: Sequence[_Row], known: dict[int, str]) -> dict[int, str]:
        """Notes below the table: at its end, hardly filled, and worded or set apart as notes are."""
        found: dict[int, str] = {}
        gaps = set(self._table.gaps)
        for row in reversed(tail):
            if row.record in known:
                continue
            sparse = row.filled == 1 if self._table.width > 2 else row.width < self._table.width
            apart = row.record in gaps or row.record - 1 in self.fillers or row.record + 1 in found
            worded = bool(_FOOTER.match(_label(row.cells)))
            apart = apart and any(map(str.isalnum, _label(row.cells)))
            alone = row.width == 1 or is_blank(row.cells[-1])
            if not (sparse and alone and self._table.typical_filled > 1 and (worded or apart)):
                break
            found[row.record] = str(LineFault.TOTAL)
        return found


def _sums_up(cells: Sequence[str]) -> bool:
    """True for a word for totals, wherever it stands, among numbers and nothing else."""
    filled = [cell.strip() for cell in cells if not is_blank(cell)]
    words = [cell for cell in filled if shape_of(cell) is not Shape.NUMBER]
    return len(words) == 1 < len(filled) and _TOTAL.fullmatch(words[0]) is not None


def _label(cells: Sequence[str]) -> str:
    """The first filled cell."""
    return next((cell.strip() for cell in cells if not is_blank(cell)), "")


def _folded(cells: Sequence[str]) -> tuple[str, ...]:
    kept = [" ".join(without_mark(cell).split()).casefold() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def _other_tables(connection: duckdb.DuckDBPyConnection, table: Table, judged: _Judge, last: int) -> dict[int, str]:
    found = _tables_of_other_width(connection, table, last, without_fillers=judged.many_fillers)
    found |= _tables_behind_gaps(connection, table, judged, last)
    return found


def _tables_of_other_width(
    connection: duckdb.DuckDBPyConnection, table: Table, last: int, *, without_fillers: bool
) -> dict[int, str]:
    """Blocks of records that have another width than the table, below a row that names columns."""
    names = {name for cells in table.header for name in _folded(cells)} - {""}
    found: dict[int, str] = {}
    condition = f"cells <> {table.width}"
    if without_fillers:
        condition += f" AND fault <> '{LineFault.FILLER}'"
    for block in _blocks(_rows(connection, table, condition)):
        start = next((place for place, row in enumerate(block) if _heads_a_table(row, table, names)), None)
        if start is None or len(block) - start < 2:
            continue
        first, end = block[start].record, block[-1].record
        if last - end < _END_OF_BLOCK:
            end = last
        found |= dict.fromkeys(range(first, end + 1), str(LineFault.OTHER_TABLE))
    return found


def _heads_a_table(row: _Row, table: Table, names: set[str]) -> bool:
    own = set(_folded(row.cells)) - {""}
    if row.width < 2 or len(own) < 2:
        return False
    return len(own & names) >= len(own) / 2 or (row.record in table.gaps and _captions(row.cells))


def _blocks(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """Records of other widths that follow each other, but for single ones between them that fit by accident."""
    block: list[_Row] = []
    for row in rows:
        if block and row.record - block[-1].record > _END_OF_BLOCK:
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def _captions(cells: Sequence[str]) -> bool:
    """True for distinct words, as a header has them."""
    filled = [cell.strip().casefold() for cell in cells if not is_blank(cell)]
    return len(filled) > 1 and len(set(filled)) == len(filled) and all(shape_of(cell) is Shape.TEXT for cell in filled)


def _tables_behind_gaps(
    connection: duckdb.DuckDBPyConnection, table: Table, judged: _Judge, last: int
) -> dict[int, str]:
    """Tables of the same width behind an empty line or a filler: words where the columns hold values."""
    if not any(shape not in (None, Shape.TEXT) for shape in table.shapes):
        return {}
    starts = sorted({*table.gaps, *(record + 1 for record in judged.fillers)})
    if len(starts) > _MOST_GAPS or judged.many_fillers:
        return {}  # empty lines between records, not between tables
    found: dict[int, str] = {}
    for start, following in pairwise([*starts, last + 1]):
        if start in found or start > last:
            continue
        near = list(_rows(connection, table, f"record BETWEEN {start} AND {start + _LOOK_BEHIND_GAP}"))
        head = next((row for row in near if _names_other_columns(row, table)), None)
        if head is None or _folded(head.cells) in judged.headers:
            continue
        end = following if following > head.record + 1 else last + 1
        found |= dict.fromkeys(range(head.record, end), str(LineFault.OTHER_TABLE))
    fillers = set(judged.fillers)
    return {record: fault for record, fault in found.items() if record not in fillers}


def _names_other_columns(row: _Row, table: Table) -> bool:
    if row.width != table.width or not _captions(row.cells) or row.filled < max(2, table.typical_filled // 2):
        return False
    pairs = [(cell, shape) for cell, shape in zip(row.cells, table.shapes, strict=False) if not is_blank(cell)]
    words_for_values = sum(shape not in (None, Shape.TEXT) for _, shape in pairs)
    return words_for_values > 0 and all(shape_of(cell) is Shape.TEXT for cell, shape in pairs if shape is not None)


def _store(connection: duckdb.DuckDBPyConnection, found: dict[int, str]) -> None:
    if not found:
        return
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE found_faults AS
        SELECT unnest(?::BIGINT[]) AS record, unnest(?::VARCHAR[]) AS fault
        """,
        [list(found), list(found.values())],
    )
    connection.execute(
        "UPDATE records SET fault = found_faults.fault FROM found_faults WHERE found_faults.record = records.record"
    )
    connection.execute("DROP TABLE found_faults")
