"""Where the table of a sheet stands: titles above it, its header, its columns. Found as a person would find it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from readiness.audit.reading.cell_shapes import Shape, shape_of
from readiness.audit.reading.workbook_cells import column_number
from readiness.audit.reading.workbook_parts import SheetRow

_HEADER_WIDTH = 0.6  # a header names at least this share of the columns
_TRIED_ROWS = 200
_NEAR_ROWS = 4  # how far below the first wide row the header may stand
_FILLED_SHARE = 0.02  # of the first rows: a column without a name is one when this many of them fill it
_YEAR_OR_DATE = re.compile(r"(19|20)\d\d(-\d\d(-\d\d)?)?")
_TOTAL = re.compile(r"\s*(grand\s+total|sub-?\s?total|totals?|summe|gesamt(summe)?)\s*:?\s*", re.IGNORECASE)
_TYPED_SHARE = 0.7
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+):\$?([A-Za-z]{1,3})\$?(\d+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """The table: rows before `first_record` are titles, header or empty; `names` goes with `columns`."""

    columns: tuple[int, ...]  # 0-based sheet columns, left to right
    names: tuple[str, ...]  # as written; "" where the header has none
    header_line: int  # row number; 0 = none
    header_lines: int
    first_record: int  # row number
    preamble: tuple[SheetRow, ...]


def typed_columns(rows: Iterable[SheetRow]) -> frozenset[int]:
    """The columns that hold numbers, dates and the like, and hardly any text."""
    filled: Counter[int] = Counter()
    written: Counter[int] = Counter()
    for row in rows:
        for column, text, is_written in row.cells:
            if text.strip():
                filled[column] += 1
                written[column] += is_written
    return frozenset(column for column, count in filled.items() if written[column] <= (1 - _TYPED_SHARE) * count)


def heads_other_table(row: SheetRow, below: SheetRow | None, typed: frozenset[int], names: Iterable[str]) -> bool:
    """Whether a row behind a gap names the columns of another table: words where this one has numbers, above numbers.

    `typed` are the columns of this table that hold no text, `names` those of its fields.
    """
    cells = [(column, " ".join(text.split())) for column, text, _ in row.cells if text.strip()]
    words = [text.casefold() for _, text in cells]
    if len(cells) < 2 or below is None or below.number != row.number + 1 or not _all_written(row):
        return False
    if len(set(words)) < len(words) or any(shape_of(word) in (Shape.MISSING, Shape.NUMBER) for word in words):
        return False
    if set(words) <= {name.casefold() for name in names}:
        return False  # the header again
    values = {column: written for column, text, written in below.cells if text.strip()}
    misplaced = sum(column in typed for column, _ in cells)
    above_values = sum(values.get(column) is False for column, _ in cells)
    named = sum(column in values for column, _ in cells)
    enough = min(2, len(typed & {column for column, _ in cells}) or 1)
    return named * 2 >= len(cells) and above_values > 0 and (misplaced >= enough or not typed & set(values))


def rows_of_first_table(rows: Sequence[SheetRow], names: Iterable[str]) -> Sequence[SheetRow]:
    """The rows up to a gap behind which another table begins."""
    known = tuple(names)
    for index in range(1, len(rows)):
        if rows[index].number > rows[index - 1].number + 1:
            typed = typed_columns(rows[:index])
            if other_table_within(rows[index : index + _NEAR_ROWS + 1], typed, known):
                return rows[:index]
    return rows


def other_table_within(rows: Sequence[SheetRow], typed: frozenset[int], names: Iterable[str]) -> bool:
    """Whether one of the first rows behind a gap, below titles at most, heads another table."""
    known = tuple(names)
    for index, row in enumerate(rows[:_NEAR_ROWS]):
        if index and row.number > rows[index - 1].number + 2:
            return False
        if heads_other_table(row, rows[index + 1] if index + 1 < len(rows) else None, typed, known):
            return True
        if sum(bool(text.strip()) for _, text, _ in row.cells) > 1:
            return False
    return False


def is_total(row: SheetRow) -> bool:
    """Whether the row's first text says that it sums up others."""
    first = next((text for _, text, written in row.cells if written), "")
    return _TOTAL.fullmatch(first) is not None


def is_blank(row: SheetRow) -> bool:
    """Whether its cells hold white space and nothing else."""
    return all(not text or text.isspace() for _, text, _ in row.cells)


def find_layout(
    rows: Sequence[SheetRow],
    *,
    merged: Iterable[str] = (),
    header_line: int | None = None,
    header_lines: int | None = None,
) -> Layout | None:
    """The layout as the first rows show it; None where there is nothing in them."""
    rows = [row for row in rows if not is_blank(row)]
    if not rows:
        return None
    if header_line is None:
        at, span = _find_header(rows[:_TRIED_ROWS], list(merged))
    else:
        at = next((index for index, row in enumerate(rows) if header_line and row.number >= header_line), None)
        span = 1
    if at is None:
        return _without_header(rows)
    return _with_header(rows, at, min(header_lines or span, len(rows) - at))


def _without_header(rows: Sequence[SheetRow]) -> Layout:
    columns = _filled_columns(rows, set())
    return Layout(
        columns=columns,
        names=("",) * len(columns),
        header_line=0,
        header_lines=0,
        first_record=rows[0].number,
        preamble=(),
    )


def _with_header(rows: Sequence[SheetRow], at: int, span: int) -> Layout:
    header = rows[at : at + span]
    names = _joined_names(header)
    body = rows_of_first_table(rows[at + span :], names.values())
    columns = _filled_columns(body, set(names))
    return Layout(
        columns=columns,
        names=tuple(names.get(column, "") for column in columns),
        header_line=header[0].number,
        header_lines=header[-1].number - header[0].number + 1,
        first_record=header[-1].number + 1,
        preamble=tuple(rows[:at]),
    )


def _joined_names(header: Sequence[SheetRow]) -> dict[int, str]:
    """Column -> name; in a header of several rows the upper ones stand for all columns up to their next cell."""
    names: dict[int, list[str]] = {column: [] for row in header for column, _, _ in row.cells}
    for level, row in enumerate(header):
        written = {column: " ".join(text.split()) for column, text, _ in row.cells if text.strip()}
        current = ""
        for column in sorted(names):
            current = written.get(column, current if level < len(header) - 1 else "")
            if current:
                names[column].append(current)
    return {column: " ".join(dict.fromkeys(parts)) for column, parts in sorted(names.items()) if parts}


def _filled_columns(body: Sequence[SheetRow], named: set[int]) -> tuple[int, ...]:
    """The named columns, and those without a name that more than a stray cell fills."""
    filled = Counter(column for row in body for column, text, _ in row.cells if text.strip())
    least = max(2, ceil(_FILLED_SHARE * len(body))) if len(body) > 2 or named else 1
    return tuple(sorted(named | {column for column, count in filled.items() if count >= least}))


def _find_header(rows: Sequence[SheetRow], merged: list[str]) -> tuple[int | None, int]:
    """Index of the header's first row and how many rows it spans; None where the table has no header."""
    widths = [sum(bool(text.strip()) for _, text, _ in row.cells) for row in rows]
    seen = Counter(widths)
    common = max((width for width, count in seen.items() if count > 1), default=max(widths))
    least = max(1, ceil(_HEADER_WIDTH * common))
    first = next(index for index, width in enumerate(widths) if width >= least)
    for at in range(first, min(first + _NEAR_ROWS, len(rows))):
        if widths[at] < least or not _names_columns(rows, at):
            continue
        spans = _spans_columns(rows[at], merged)
        if at + 1 < len(rows) and _all_written(rows[at + 1]) and widths[at + 1] >= least:
            if spans and rows[at + 1].number == rows[at].number + 1:
                return at, 2
            if widths[at] < min(common, widths[at + 1]):
                continue  # two words above the table: a title and its value
        return at, 1
    return None, 0


def _names_columns(rows: Sequence[SheetRow], at: int) -> bool:
    """Whether the row reads as names: texts (or periods) that its columns do not hold again."""
    cells = [(column, text) for column, text, _ in rows[at].cells if text.strip()]
    written = sum(written for _, text, written in rows[at].cells if text.strip())
    if not written or written * 2 < len(cells):
        return False
    if any(not written and not _YEAR_OR_DATE.fullmatch(text) for _, text, written in rows[at].cells if text.strip()):
        return False
    below: dict[int, set[str]] = {}
    for row in rows[at + 1 :]:
        if row.cells != rows[at].cells:
            for column, text, _ in row.cells:
                below.setdefault(column, set()).add(text)
    again = sum(text in below.get(column, ()) for column, text in cells)
    return again * 2 < len(cells) or len(cells) == len(rows) == 1


def _all_written(row: SheetRow) -> bool:
    return all(written for _, text, written in row.cells if text.strip())


def vertical_ranges(merged: Iterable[str]) -> dict[int, list[tuple[int, int]]]:
    """First row -> (column, last row) of the merged ranges that cover several rows."""
    found: dict[int, list[tuple[int, int]]] = {}
    for reference in merged:
        match = _RANGE.fullmatch(reference)
        if match and int(match[4]) > int(match[2]):
            found.setdefault(int(match[2]), []).append((column_number(match[1]), int(match[4])))
    return found


def _spans_columns(row: SheetRow, merged: list[str]) -> bool:
    """Whether a merged range in this row covers several columns, but not all of them."""
    for reference in merged:
        match = _RANGE.fullmatch(reference)
        if match and int(match[2]) == int(match[4]) == row.number:
            width = column_number(match[3]) - column_number(match[1]) + 1
            if width > 1 and len(row.cells) > 1:
                return True
    return False
