"""Reading XLSX: the sheet with the records, its table found among titles and notes, every cell as text."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from readiness.audit.reading.budget import Budget
from readiness.audit.reading.field_naming import NamedFields, name_fields
from readiness.audit.reading.records_table import Batch, RecordsTable
from readiness.audit.reading.values import LineFault, Reading, ReadingOptions, SampleFile, SampleFormat
from readiness.audit.reading.wording import counted, listed
from readiness.audit.reading.workbook_cells import column_letters
from readiness.audit.reading.workbook_layout import (
    Layout,
    find_layout,
    is_blank,
    is_total,
    other_table_within,
    rows_of_first_table,
    typed_columns,
    vertical_ranges,
)
from readiness.audit.reading.workbook_parts import Cell, Sheet, SheetRow, SheetTraits, WorkbookFile
from readiness.errors import UnreadableFileError

if TYPE_CHECKING:
    import duckdb

_LEAD_ROWS = 1_000
_BATCH_ROWS = 10_000
_BATCH_VALUES = 400_000
_HELD_BACK = 12  # rows at the end that may be a footer
_FOOTER_WIDTH = 0.34  # a footer fills at most this share of the columns
_KEPT_PREAMBLE = 20
_KEPT_TEXT = 200


@dataclass(slots=True)
class _OpenSheet:
    """A sheet with its first rows read ahead."""

    sheet: Sheet
    traits: SheetTraits
    lead: list[SheetRow]
    rest: Iterator[SheetRow]
    merged: list[str]
    layout: Layout | None

    @property
    def holds_table(self) -> bool:
        return (
            self.layout is not None
            and len(self.layout.columns) > 1
            and self.lead[-1].number >= self.layout.first_record
        )


def read_workbook(
    sample: SampleFile,
    connection: duckdb.DuckDBPyConnection,
    *,
    options: ReadingOptions,
    budget: Budget,
    sha256: str,
    size_bytes: int,
) -> Reading:
    """The records of one sheet; `line` is the number of the row as the sheet shows it."""
    with WorkbookFile(sample, budget) as workbook:
        chosen, empty = _choose(sample, workbook, options, budget)
        layout = chosen.layout or Layout((), (), 0, 0, 1, ())
        budget.check_fields(len(layout.columns))
        named = _named(layout)
        table = RecordsTable(connection)
        table.add_columns(len(layout.columns))
        filled = _Filling(table, layout, vertical_ranges(chosen.merged))
        filled.fill(chain(chosen.lead, chosen.rest), lead=chosen.lead)
        return Reading(
            name=sample.name,
            sha256=sha256,
            size_bytes=size_bytes,
            format=SampleFormat.XLSX,
            fields=named.names,
            records=table.records,
            faults=dict(table.faults),
            lines=filled.last_row,
            preamble_lines=len(layout.preamble),
            preamble=tuple(_shown(row) for row in layout.preamble[:_KEPT_PREAMBLE]),
            header_line=layout.header_line,
            header_lines=layout.header_lines,
            empty_lines=filled.last_row - table.records - len(layout.preamble) - layout.header_lines,
            sheet=chosen.sheet.name,
            sheets=tuple(sheet.name for sheet in workbook.sheets),
            notes=(*_notes(workbook, chosen, empty, named, layout, filled), *named.notes),
            options=options,
        )


def _choose(
    sample: SampleFile, workbook: WorkbookFile, options: ReadingOptions, budget: Budget
) -> tuple[_OpenSheet, list[str]]:
    """The sheet to read, opened, and the names of visible sheets before it that hold no table."""
    if options.sheet is not None:
        for sheet in workbook.sheets:
            if sheet.name == options.sheet:
                return _opened(workbook, sheet, options), []
        known = ", ".join(repr(sheet.name) for sheet in workbook.sheets[:20])
        raise UnreadableFileError(sample.name, f"it has no sheet {options.sheet!r}", f"Sheets: {known}.")
    passed: list[str] = []
    fallback: _OpenSheet | None = None
    for sheet in sorted(workbook.sheets, key=lambda sheet: sheet.hidden):  # stable: visible ones first, in their order
        opened = _opened(workbook, sheet, options)
        if opened.holds_table:
            return opened, passed
        passed.append(sheet.name)
        if fallback is None or (fallback.layout is None and opened.layout is not None):
            fallback = opened
    if fallback is None:
        raise UnreadableFileError(sample.name, "the workbook has no sheet", "Save it again.")
    return fallback, []


def _opened(workbook: WorkbookFile, sheet: Sheet, options: ReadingOptions) -> _OpenSheet:
    traits = SheetTraits()
    rows = workbook.rows(sheet, traits)
    lead = list(islice(rows, _LEAD_ROWS))
    merged = workbook.merged_ranges(sheet)
    layout = find_layout(lead, merged=merged, header_line=options.header_line, header_lines=options.header_lines)
    return _OpenSheet(sheet=sheet, traits=traits, lead=lead, rest=rows, merged=merged, layout=layout)


def _named(layout: Layout) -> NamedFields:
    if layout.header_line:
        return name_fields(layout.names)
    return NamedFields(tuple(f"column_{number}" for number in range(1, len(layout.columns) + 1)))


@dataclass(slots=True)
class _Filling:
    """Puts the rows of a sheet into the table, from the first record on."""

    table: RecordsTable
    layout: Layout
    merged: dict[int, list[tuple[int, int]]]  # first row -> (column, last row)
    last_row: int = 0
    filled_down: int = 0  # cells that a merged range covers
    _waiting: deque[SheetRow] = field(default_factory=deque)
    _positions: dict[int, int] = field(default_factory=dict)
    _typed: frozenset[int] = frozenset()
    _open: dict[int, tuple[int, Cell]] = field(default_factory=dict)  # column -> last row, cell of a merged range

    def fill(self, rows: Iterable[SheetRow], *, lead: Sequence[SheetRow]) -> None:
        self._positions = {column: position for position, column in enumerate(self.layout.columns)}
        below = [row for row in lead if row.number >= self.layout.first_record and not is_blank(row)]
        self._typed = typed_columns(rows_of_first_table(below, self.layout.names))
        size = max(200, min(_BATCH_ROWS, _BATCH_VALUES // max(1, len(self._positions))))
        records = self._records(rows)
        while batch := list(islice(records, size)):
            self.table.append(self._batch(batch))

    def _records(self, rows: Iterable[SheetRow]) -> Iterator[tuple[SheetRow, LineFault | None]]:
        """Each record with its fault; the last rows wait until it is known whether they are a footer."""
        other, before = False, self.layout.first_record - 1
        for row in self._below_header(rows):
            self._waiting.append(row)
            if len(self._waiting) > _HELD_BACK:
                other = self._belongs_elsewhere(before, other=other)
                row = self._waiting.popleft()
                before = row.number
                yield row, LineFault.OTHER_TABLE if other else self._fault(row)
        footer = len(self._waiting) - _footer_start(self._waiting, len(self._positions), self.layout.first_record)
        while self._waiting:
            other = self._belongs_elsewhere(before, other=other)
            is_footer = len(self._waiting) <= footer
            row = self._waiting.popleft()
            before = row.number
            yield row, LineFault.OTHER_TABLE if other else LineFault.TOTAL if is_footer else self._fault(row)

    def _below_header(self, rows: Iterable[SheetRow]) -> Iterator[SheetRow]:
        for row in rows:
            if is_blank(row):
                continue
            self.last_row = max(self.last_row, row.number)
            if row.number >= self.layout.first_record:
                yield self._whole(row)

    def _whole(self, row: SheetRow) -> SheetRow:
        """The row with the values of merged ranges that begin above it."""
        for column, last in self.merged.get(row.number, ()):
            for cell in row.cells:
                if cell[0] == column and column in self._positions:
                    self._open[column] = (last, cell)
        if not self._open:
            return row
        self._open = {column: (last, cell) for column, (last, cell) in self._open.items() if last >= row.number}
        there = {column for column, text, _ in row.cells if text}
        covered = [cell for column, (_, cell) in self._open.items() if column not in there]
        self.filled_down += len(covered)
        kept = [cell for cell in row.cells if cell[0] in there or cell[0] not in self._open]
        return SheetRow(row.number, tuple(sorted([*kept, *covered]))) if covered else row

    def _belongs_elsewhere(self, before: int, *, other: bool) -> bool:
        """Whether the first waiting row belongs to another table: this is decided behind each gap."""
        row = self._waiting[0]
        if row.number == before + 1:
            return other
        near = list(islice(self._waiting, _HELD_BACK))
        return other_table_within(near, self._typed, self.layout.names)

    def _fault(self, row: SheetRow) -> LineFault | None:
        if is_total(row):
            return LineFault.TOTAL
        if any(column not in self._positions and text.strip() for column, text, _ in row.cells):
            return LineFault.TOO_MANY_CELLS
        if self.layout.header_lines == 1 and self._repeats_header(row):
            return LineFault.REPEATED_HEADER
        return None

    def _repeats_header(self, row: SheetRow) -> bool:
        if len(row.cells) < 2:
            return False
        names = self.layout.names
        return all(" ".join(text.split()) == names[self._positions[column]] for column, text, _ in row.cells)

    def _batch(self, records: list[tuple[SheetRow, LineFault | None]]) -> Batch:
        width = len(self._positions)
        position_of = self._positions.get
        batch = Batch()
        grid: list[list[str | None]] = []
        for row, fault in records:
            values: list[str | None] = [None] * width
            for column, text, _ in row.cells:
                position = position_of(column)
                if position is not None:
                    values[position] = text
            grid.append(values)
            batch.lines.append(row.number)
            batch.cells.append(len(row.cells))
            batch.faults.append(fault and fault.value)
            batch.line_texts.append(_line_text(row) if fault else None)
        batch.columns = {position: list(column) for position, column in enumerate(zip(*grid, strict=True))}
        return batch


def _footer_start(rows: Iterable[SheetRow], columns: int, first_record: int) -> int:
    """Index of the first row that, after a gap, fills so little that it is a footer; beyond the end where none does."""
    rows = list(rows)
    start = len(rows)
    for index in range(len(rows) - 1, -1, -1):
        if len(rows[index].cells) > max(1, _FOOTER_WIDTH * columns) or columns < 3:
            break
        before = rows[index - 1].number if index else first_record - 1
        if index and rows[index].number > before + 1:
            start = index
    return start


def _line_text(row: SheetRow) -> str:
    return "\t".join(text for _, text, _ in row.cells)


def _shown(row: SheetRow) -> str:
    text = " ".join(" ".join(text.split()) for _, text, _ in row.cells)
    return text if len(text) <= _KEPT_TEXT else text[: _KEPT_TEXT - 1] + "…"


def _notes(
    workbook: WorkbookFile,
    chosen: _OpenSheet,
    passed: list[str],
    named: NamedFields,
    layout: Layout,
    filled: _Filling,
) -> list[str]:
    """What a reader should know about the sheet that its values do not show."""
    traits = chosen.traits
    notes = _sheet_notes(workbook, chosen, passed)
    if not chosen.layout:
        notes.append("The sheet holds no cells.")
    elif not layout.header_line:
        notes.append("No header was found; the fields are numbered.")
    if layout.header_lines > 1:
        notes.append(f"The header spans {layout.header_lines} rows; their texts were joined.")
    if traits.hidden_row_count:
        rows = counted(traits.hidden_row_count, "row is", "rows are")
        numbers = _ranges(traits.hidden_rows, traits.hidden_row_count)
        notes.append(f"{rows} hidden in the sheet (by hand or by a filter): {numbers}; hidden rows were read.")
    hidden = _hidden_fields(traits, named, layout)
    if hidden:
        notes.append(f"Hidden columns were read: {listed(hidden)}.")
    if traits.merged_count:
        ranges = counted(traits.merged_count, "merged range", "merged ranges")
        shown = ", ".join(chosen.merged[:3]) + (", …" if traits.merged_count > 3 else "")
        taken = counted(filled.filled_down, "cell below it", "cells below the first ones")
        rest = f", and was taken for {taken}" if filled.filled_down else ""
        notes.append(f"{ranges} ({shown}): the value stands in the first cell only{rest}.")
    if traits.formulas_without_value:
        formulas = counted(traits.formulas_without_value, "formula holds", "formulas hold")
        notes.append(f"{formulas} no calculated value, read as missing; save the workbook in Excel to have them.")
    elif traits.formulas:
        formulas = counted(traits.formulas, "cell is a formula", "cells are formulas")
        notes.append(f"{formulas}; the value that was calculated last was read.")
    if traits.errors:
        errors = counted(traits.errors, "cell holds", "cells hold")
        notes.append(f"{errors} an error such as #N/A; it was kept as its text.")
    if workbook.since_1904:
        notes.append("The workbook counts its dates from 1904.")
    return notes


def _ranges(numbers: Sequence[int], count: int) -> str:
    """Row numbers as people write them: 3, 5 to 8, 11."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in ranges[:_KEPT_PREAMBLE]]
    more = len(ranges) > _KEPT_PREAMBLE or count > len(numbers)
    return ", ".join(shown) + (", …" if more else "")


def _sheet_notes(workbook: WorkbookFile, chosen: _OpenSheet, passed: list[str]) -> list[str]:
    notes = []
    visible = [sheet.name for sheet in workbook.sheets if sheet is not chosen.sheet and not sheet.hidden]
    others = [name for name in visible if name not in passed]
    if others:
        notes.append(f"The sheet {chosen.sheet.name!r} was read; not read: {listed(others)}.")
    if passed:
        notes.append(f"Passed over, as no table was found in them: {listed(passed)}.")
    if chosen.sheet.hidden:
        notes.append(f"The sheet {chosen.sheet.name!r} is hidden.")
    hidden = [sheet.name for sheet in workbook.sheets if sheet is not chosen.sheet and sheet.hidden]
    if hidden:
        notes.append(f"Hidden sheets were not read: {listed(hidden)}.")
    return notes


def _hidden_fields(traits: SheetTraits, named: NamedFields, layout: Layout) -> list[str]:
    return [
        name or column_letters(column)
        for column, name in zip(layout.columns, named.names, strict=True)
        if any(first <= column <= last for first, last in traits.hidden_columns)
    ]
