"""A scope workbook that comes back: which export it is a copy of, and what its rows and assumptions say now.

Columns and rows may stand anywhere: the table is found by its titles, a row by the stable id in it, an assumption by
the name of its cell. Computed columns are not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from readiness.errors import InvalidValueError, UnreadableFileError
from readiness.exports import scope_layout as layout
from readiness.exports.returned_cells import choice_of, number_of, text_of
from readiness.exports.returned_workbook import ReturnedCell, ReturnedRow, ReturnedWorkbook, address, folded
from readiness.scope.changes import PLAN_TITLES, TITLES, FileRow, RefusedCell, Value, tidy
from readiness.scope.items import ScopeItem, ScopePlan

_TITLE_ROWS = 1_000  # with content; the header stands among them
_FIELDS = {title: field for field, title in TITLES.items()}
_CHOICES = {layout.NEEDED, layout.IN_PROTOTYPE}
_SHARES = ("confidence", "common_cause")
_TEXTS = ("currency", "reference_source")
_NEEDS_VALUE = ("confidence", "common_cause", "productive_days_per_week", "currency")
_TOTALS = ("total", "totals", "sum", "grand total", "subtotal", "all estimated components", "summe", "gesamt")
_ADVICE = "Export the scope anew and edit that file."


@dataclass(frozen=True, slots=True)
class Stamp:
    """Of which state of which project a workbook is a copy."""

    project_id: str
    project_name: str
    exported_at: datetime | None
    plan_version: int
    versions: Mapping[str, int]  # item id as it is written -> version of the stored item


@dataclass(frozen=True, slots=True)
class ScopeCopy:
    """What a returned workbook says. Ids are as they are written."""

    name: str
    stamp: Stamp
    rows: tuple[FileRow, ...]
    plan: FileRow
    refused: tuple[RefusedCell, ...]
    plan_refused: tuple[RefusedCell, ...]
    remarks: tuple[str, ...]


def read_scope_copy(path: Path, name: str) -> ScopeCopy:
    """What the workbook at `path` says; `name` is what its user calls it.

    Raises UnreadableFileError with one sentence for a file that is no scope workbook of this program.
    """
    with ReturnedWorkbook(path, name) as book:
        stamp = _stamp(book, name)
        table = _table(book, name)
        plan, plan_refused, remarks = _plan(book)
        rows = _Rows(table, name)
        return ScopeCopy(name, stamp, tuple(rows.read()), plan, tuple(rows.refused), plan_refused, remarks)


# --- which export it is -------------------------------------------------------------------------------------------


def _stamp(book: ReturnedWorkbook, name: str) -> Stamp:
    rows = {row.number: row.cells for row in book.rows(layout.SHEET_READINESS)}
    if not rows:
        reason = "it does not say of which project and state it is a copy (no hidden sheet 'Readiness')"
        raise UnreadableFileError(name, reason, _ADVICE)

    def at(place: layout.At) -> str:
        cell = rows.get(place.row + 1, {}).get(place.column)
        return tidy(cell.text) if cell else ""

    made = _whole(at(layout.AT_FORMAT), name)
    if made > layout.FORMAT:
        raise UnreadableFileError(name, "it was exported by a newer Readiness", "Import it there, or update this one.")
    if made < layout.FORMAT:
        raise UnreadableFileError(name, "it was exported by an older Readiness", _ADVICE)
    return Stamp(
        project_id=at(layout.AT_PROJECT_ID),
        project_name=at(layout.AT_PROJECT_NAME),
        exported_at=_moment(at(layout.AT_EXPORTED_AT)),
        plan_version=_whole(at(layout.AT_PLAN_VERSION), name),
        versions=_versions(rows, _whole(at(layout.AT_ITEM_COUNT), name), name),
    )


def _versions(rows: Mapping[int, Mapping[int, ReturnedCell]], items: int, name: str) -> dict[str, int]:
    versions: dict[str, int] = {}
    for number in sorted(rows):
        cells = rows[number]
        if number <= layout.ITEM_HEADER_ROW + 1 or 0 not in cells:
            continue
        versions[tidy(cells[0].text)] = _whole(cells[1].text if 1 in cells else "", name)
    if len(versions) != items:
        raise _stamp_changed(name)
    return versions


def _whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _stamp_changed(name)
    return int(text)


def _stamp_changed(name: str) -> UnreadableFileError:
    return UnreadableFileError(name, "its hidden sheet 'Readiness' was changed", _ADVICE)


def _moment(text: str) -> datetime | None:
    """The time in UTC without a zone, as the store keeps times."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


# --- the table ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    """The table of components: its sheet, the column of each title, and the rows below its header."""

    sheet: str
    columns: Mapping[str, int]
    rows: tuple[ReturnedRow, ...]


def _table(book: ReturnedWorkbook, name: str) -> _Table:
    """The table on the sheet Scope, else on the first other sheet that has its titles."""
    own = [sheet for sheet in book.sheet_names if folded(sheet) == folded(layout.SHEET_SCOPE)]
    known = {folded(sheet) for sheet in (layout.SHEET_READINESS, layout.SHEET_SUMMARY, layout.SHEET_FINDINGS,
                                         layout.SHEET_ASSUMPTIONS, layout.SHEET_SIMULATION)}  # fmt: skip
    others = [sheet for sheet in book.sheet_names if folded(sheet) not in known and sheet not in own]
    lacking: tuple[str, ...] | None = None
    for sheet in (*own, *others):
        rows = tuple(book.rows(sheet))
        header, missing = _header(rows, sheet, name)
        if header is not None and not missing:
            below = tuple(row for row in rows if row.number > header.number)
            return _Table(sheet, _columns(header), below)
        lacking = missing if lacking is None and header is not None else lacking
    if lacking:
        columns = ", ".join(lacking)
        reason = f"its table of components lacks the column{'s' if len(lacking) > 1 else ''} {columns}"
        raise UnreadableFileError(name, reason, "Put the titles back as they were, or export the scope anew.")
    sheet = f"the sheet {own[0]!r} has no table of components" if own else f"it has no sheet {layout.SHEET_SCOPE!r}"
    raise UnreadableFileError(name, sheet, _ADVICE)


def _header(rows: tuple[ReturnedRow, ...], sheet: str, name: str) -> tuple[ReturnedRow | None, tuple[str, ...]]:
    """The row of the titles, the one that has most of them, and the titles that it lacks."""
    wanted = {folded(title): title for title in (*layout.INPUT_COLUMNS, layout.ID)}
    best: ReturnedRow | None = None
    found: Counter[str] = Counter()
    for row in rows[:_TITLE_ROWS]:
        titles = Counter(text for cell in row.cells.values() if (text := folded(cell.text)) in wanted)
        if len(titles) > len(found):
            best, found = row, titles
    if best is None or len(found) < len(wanted) // 2:
        return None, ()
    twice = [wanted[title] for title, count in found.items() if count > 1]
    if twice:
        reason = f"its sheet {sheet!r} has the column {twice[0]!r} more than once"
        raise UnreadableFileError(name, reason, "Remove the other one.")
    return best, tuple(title for key, title in wanted.items() if key not in found)


def _columns(header: ReturnedRow) -> dict[str, int]:
    wanted = {folded(title): title for title in (*layout.INPUT_COLUMNS, layout.ID)}
    return {wanted[folded(cell.text)]: column for column, cell in header.cells.items() if folded(cell.text) in wanted}


class _Rows:
    """Reads the rows of the table; what cannot be taken over goes to `refused`."""

    def __init__(self, table: _Table, name: str) -> None:
        self._table = table
        self._name = name
        self.refused: list[RefusedCell] = []

    def read(self) -> Iterator[FileRow]:
        last = self._table.rows[0].number if self._table.rows else 0  # of the table, as far as it was read
        for row in self._table.rows:
            apart = row.number > last + 1
            read = self._row(row, apart=apart)
            if read is not None:
                last = row.number if read.id or not apart else last
                yield read

    def _row(self, row: ReturnedRow, *, apart: bool) -> FileRow | None:
        identity = self._text(row, layout.ID)
        if not identity and not self._is_filled(row):
            return None
        component = self._text(row, layout.COMPONENT)
        if folded(component) == folded(layout.COMPONENT) and folded(identity) == folded(layout.ID):
            return None  # the titles once more
        values: dict[str, Value] = {}
        for title in layout.INPUT_COLUMNS:
            self._read_cell(row, title, component, values)
        if not identity and "component" not in values:
            return None  # refused above: a component without a name is none
        addresses = {field: self._address(row, title) for title, field in _FIELDS.items()}
        return FileRow(
            row.number, identity, values, addresses, "" if identity else _remark(row, component, apart=apart)
        )

    def _read_cell(self, row: ReturnedRow, title: str, component: str, values: dict[str, Value]) -> None:
        cell, field = row.cells.get(self._table.columns[title]), _FIELDS[title]
        try:
            if title in layout.NUMBER_COLUMNS:
                values[field] = number_of(cell, title, ScopeItem, field)
            elif title in _CHOICES:
                # "Needed" is kept as its opposite; an empty cell is needed, and not in the prototype.
                chosen = choice_of(cell, title, empty=title == layout.NEEDED)
                values[field] = not chosen if title == layout.NEEDED else chosen
            else:
                values[field] = _named(text_of(cell, title)) if title == layout.COMPONENT else text_of(cell, title)
        except InvalidValueError as error:
            refused = RefusedCell(self._address(row, title), component, title, str(error.value), error.reason)
            self.refused.append(refused)

    def _is_filled(self, row: ReturnedRow) -> bool:
        """Whether anybody typed into the row: choices alone are what a copied-down drop-down leaves."""
        typed = [title for title in layout.INPUT_COLUMNS if title not in _CHOICES]
        return any(self._text(row, title) for title in typed)

    def _text(self, row: ReturnedRow, title: str) -> str:
        cell = row.cells.get(self._table.columns[title])
        return tidy(cell.text) if cell else ""

    def _address(self, row: ReturnedRow, title: str) -> str:
        return f"{self._table.sheet}!{address(row.number, self._table.columns[title])}"


def _named(component: str) -> str:
    if not component:
        raise InvalidValueError(layout.COMPONENT, "", "is empty, and a component needs a name")
    return component


def _remark(row: ReturnedRow, component: str, *, apart: bool) -> str:
    """Why a row without an id may be no component: people write totals and notes below a table."""
    if folded(component).rstrip(":") in _TOTALS:
        return "It looks like a total."
    return "It stands apart from the table, as a note does." if apart else ""


# --- the assumptions ----------------------------------------------------------------------------------------------


def _plan(book: ReturnedWorkbook) -> tuple[FileRow, tuple[RefusedCell, ...], tuple[str, ...]]:
    """The inputs of the plan as one row, the cells that were refused, and a remark on those that are gone."""
    named = book.named_cells()
    places = {field: named[defined] for defined, field in layout.PLAN_INPUTS.items() if defined in named}
    sheets = {sheet: {row.number: row.cells for row in book.rows(sheet)} for sheet in {p[0] for p in places.values()}}
    values: dict[str, Value] = {}
    addresses: dict[str, str] = {}
    refused: list[RefusedCell] = []
    for field, (sheet, row, column) in places.items():
        if not sheets[sheet]:
            continue
        addresses[field] = f"{sheet}!{address(row, column)}"
        try:
            values[field] = _plan_value(sheets[sheet].get(row, {}).get(column), field)
        except InvalidValueError as error:
            title = PLAN_TITLES[field]
            refused.append(RefusedCell(addresses[field], "Assumptions", title, str(error.value), error.reason))
    gone = [title for field, title in PLAN_TITLES.items() if field not in addresses]
    remark = f"Not found in the file, so left as they are: {', '.join(gone)} (Assumptions)."
    return FileRow(0, "", values, addresses), tuple(refused), ((remark,) if gone else ())


def _plan_value(cell: ReturnedCell | None, field: str) -> Value:
    title = PLAN_TITLES[field]
    value: Value
    if field in _TEXTS:
        value = text_of(cell, title)
    else:
        value = number_of(cell, title, ScopePlan, field, share=field in _SHARES)
    if field in _NEEDS_VALUE and value in (None, ""):
        raise InvalidValueError(title, "", "is empty, and this assumption needs a value")
    return value
