"""The production scope as a workbook (XLSX) that calculates by itself, with the app's figures cached in each formula.

Inputs are blue, formulas are black, and everything that is counted is counted by a formula over the table `Scope`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from readiness.audit.decisions import HandlingDecision
from readiness.audit.report import AuditReport, EdgeCase
from readiness.exports.figures import counted, day
from readiness.exports.safe_text import cell_text, looks_like_formula, one_line
from readiness.scope.items import MOST_DAYS, ItemStatus, ScopeItem, ScopePlan
from readiness.scope.totals import UNDERESTIMATION, ScopeTotal

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET_SUMMARY, SHEET_SCOPE, SHEET_FINDINGS, SHEET_ASSUMPTIONS = "Summary", "Scope", "Findings", "Assumptions"
SCOPE_TABLE, FINDINGS_TABLE = "Scope", "Findings"
PLANNED, PROTOTYPE, RATE, CURRENCY = "Planned_days", "Prototype_days", "Day_rate", "Currency"  # names of input cells

HEADER_ROW = 4  # of the table Scope, 0-based; its totals stand above it, where the frozen panes keep them in sight
NOT_STATED, NO_GROUP = "not stated", "No group"
INK, QUIET, INPUT, RULE, HEADER_FILL, UNKNOWN_FILL, FAULT_FILL = (
    "#1F2933",
    "#52606D",
    "#1F4E9E",
    "#CBD2D9",
    "#E4E9EE",
    "#FBF4E6",
    "#F6D5D5",
)
DAYS, MONEY, RATIO, PERCENT, COUNT = "#,##0.0", "#,##0", "0.0", "0.0%", "#,##0"
FONT = "Arial"
ROW_HEIGHT, LINE_HEIGHT, TITLE_HEIGHT = 17.0, 13.0, 26.0
NARROW = 1.35  # characters of this font that fit into one unit of column width


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table Scope as it is written; `mean` and `spread` are None where nothing is estimated."""

    item: ScopeItem
    component: str
    group: str
    mean: float | None
    spread: float | None


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the formulas of a set of rows come to."""

    low: float
    likely: float
    high: float
    mean: float
    spread: float
    estimated: int
    unknown: int
    not_needed: int


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table Scope."""

    title: str
    width: float
    formula: str = ""


def _here(formula: str) -> str:
    """`formula` with each [Title] as a reference to that column in its own row, in the long form that files hold."""
    return re.sub(r"\[([^\]]+)\]", rf"{SCOPE_TABLE}[[#This Row],[\1]]", formula)


STATUS_FORMULA = _here(
    '=IF([Component]="","",IF(AND([Needed]="no",TRIM([Reason not needed])<>""),"not needed",'
    'IF(COUNT([Low],[Likely],[High])=3,"estimated","unknown")))'
)
MEAN_FORMULA = _here('=IF([Status]="estimated",([Low]+4*[Likely]+[High])/6,"")')
SPREAD_FORMULA = _here('=IF([Status]="estimated",[High]-[Low],"")')

COLUMNS = (
    _Column("Component", 33),
    _Column("Group", 17.5),
    _Column("Needed", 8.5),
    _Column("Status", 10.5, STATUS_FORMULA),
    _Column("In prototype", 9.5),
    _Column("Low", 7.5),
    _Column("Likely", 7.5),
    _Column("High", 7.5),
    _Column("Mean", 7.5, MEAN_FORMULA),
    _Column("Spread", 7.5, SPREAD_FORMULA),
    _Column("Owner", 14),
    _Column("Note", 40),
    _Column("Reason not needed", 34),
    _Column("Id", 10),
)
FINDINGS_ROW = 4  # of the table Findings
FINDINGS_COLUMNS = (
    _Column("Edge case", 28),
    _Column("Tier", 11.5),
    _Column("Records", 8),
    _Column("Share", 7),
    _Column("Share low (95%)", 9),
    _Column("Share high (95%)", 9),
    _Column("Decision", 14),
    _Column("Scope item", 22),
    _Column("What is wrong", 28),
)
FINDINGS_NUMBERS = ("Records", "Share", "Share low (95%)", "Share high (95%)")
POSITION = {column.title: index for index, column in enumerate(COLUMNS)}
ESTIMATES = ("Low", "Likely", "High")
SUMMED = (*ESTIMATES, "Mean")
AFTER_NUMBERS = "Owner"  # stands right of a number and keeps its distance; on paper it begins a second block
PRINT_SCALE = 82  # percent; the two blocks of the table Scope then fit an A4 page each, in whichever program prints
STARTING_POINT = re.compile(  # as StartingRange.sentence says it
    r"^Starting point to argue with: (\S+ to \S+) person-days, (likely \S+) \(generated, not measured\)\.?"
)
STARTING_POINT_NOTE = 'A "starting point" in Note is a range to argue with: generated, not measured.'


def scope_workbook(
    *,
    project_name: str,
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    total: ScopeTotal,
    report: AuditReport | None = None,
    decisions: Mapping[str, HandlingDecision] | None = None,
    now: datetime,
) -> bytes:
    """The scope as the bytes of an XLSX file: Summary, Scope, Findings (where there is an audit) and Assumptions."""
    import xlsxwriter

    buffer = BytesIO()
    # In memory: nothing of a client's scope is left behind in a temporary folder.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        title = one_line(f"Production scope: {project_name}")[:255]
        book.set_properties({"title": title, "author": "Readiness", "created": _naive(now)})
        book.set_calc_mode("auto")
        looks = _Looks(book)
        rows = _rows(items)
        sheets = {name: book.add_worksheet(name) for name in _sheet_names(report)}
        _summary(sheets[SHEET_SUMMARY], looks, project_name, rows, plan, total, now)
        _scope(sheets[SHEET_SCOPE], looks, project_name, rows, now)
        if report is not None:
            _findings(sheets[SHEET_FINDINGS], looks, report, decisions or {}, rows)
        _assumptions(book, sheets[SHEET_ASSUMPTIONS], looks, plan, report)
        for sheet in sheets.values():
            _page(sheet, project_name, now)
            if sheet is not sheets[SHEET_SCOPE]:
                sheet.fit_to_pages(1, 0)
    return buffer.getvalue()


def pert_mean(item: ScopeItem) -> float | None:
    """The expected person-days of an estimated item: (low + 4 likely + high) / 6 (PERT, Malcolm et al. 1959)."""
    if item.status is not ItemStatus.ESTIMATED:
        return None
    return ((item.low_days or 0.0) + 4 * (item.likely_days or 0.0) + (item.high_days or 0.0)) / 6


def shortened_note(note: str) -> str:
    """`note` with the sentence of a starting point as its range: "0.5 to 3, likely 1 (starting point)"."""
    return STARTING_POINT.sub(r"\1, \2 (starting point)", note)


def _sheet_names(report: AuditReport | None) -> tuple[str, ...]:
    findings = (SHEET_FINDINGS,) if report is not None else ()
    return (SHEET_SUMMARY, SHEET_SCOPE, *findings, SHEET_ASSUMPTIONS)


def _rows(items: Sequence[ScopeItem]) -> tuple[_Row, ...]:
    return tuple(_row(item) for item in items)


def _row(item: ScopeItem) -> _Row:
    estimated = item.status is ItemStatus.ESTIMATED
    spread = (item.high_days or 0.0) - (item.low_days or 0.0) if estimated else None
    return _Row(item, cell_text(item.component), cell_text(item.group), pert_mean(item), spread)


def _sums(rows: Sequence[_Row]) -> _Sums:
    estimated = [row for row in rows if row.item.status is ItemStatus.ESTIMATED]
    return _Sums(
        low=sum(row.item.low_days or 0.0 for row in estimated),
        likely=sum(row.item.likely_days or 0.0 for row in estimated),
        high=sum(row.item.high_days or 0.0 for row in estimated),
        mean=sum(row.mean or 0.0 for row in estimated),
        spread=sum(row.spread or 0.0 for row in estimated),
        estimated=len(estimated),
        unknown=sum(row.item.status is ItemStatus.UNKNOWN for row in rows),
        not_needed=sum(row.item.status is ItemStatus.NOT_NEEDED for row in rows),
    )


class _Looks:
    """The cell formats of the workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        merged = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **properties}
        key = tuple(sorted(merged.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(merged)
        return self._made[key]

    def title(self) -> Format:
        return self(font_size=16, bold=True)

    def quiet(self, **properties: Any) -> Format:
        return self(font_color=QUIET, **properties)

    def heading(self) -> Format:
        return self(font_size=12, bold=True)

    def header(self, **properties: Any) -> Format:
        look = {"bold": True, "bg_color": HEADER_FILL, "bottom": 1, "bottom_color": RULE, "text_wrap": True}
        return self(**{**look, **properties})

    def body(self, **properties: Any) -> Format:
        return self(bottom=1, bottom_color=RULE, **properties)

    def shade(self, fill: str) -> Format:
        """A ground for conditional formats, which must not set anything else."""
        return self._book.add_format({"bg_color": fill})


def _text(sheet: Worksheet, row: int, column: int, text: str, looks: _Looks, **properties: Any) -> None:
    """`text` as text, whatever it begins with; the quote mark keeps it text when somebody edits the cell."""
    clean = cell_text(text)
    if looks_like_formula(clean):
        properties["quote_prefix"] = True
    look = looks.body(**properties)
    if clean:
        sheet.write_string(row, column, clean, look)
    else:
        sheet.write_blank(row, column, None, look)


def _fit_height(sheet: Worksheet, at: int, cells: Sequence[tuple[str, float]]) -> None:
    """Room for the longest of the wrapped `cells` (text, column width); not every program finds it by itself."""
    lines = max(len(textwrap.wrap(text, max(1, int(width * NARROW)))) for text, width in cells)
    if lines > 1:
        sheet.set_row(at, min(LINE_HEIGHT * lines + 4, 400))


def _naive(now: datetime) -> datetime:
    return now.replace(tzinfo=None, microsecond=0)


# --- Scope ---------------------------------------------------------------------------------------------------------


def _scope(sheet: Worksheet, looks: _Looks, project_name: str, rows: Sequence[_Row], now: datetime) -> None:
    first, last = HEADER_ROW + 1, HEADER_ROW + max(1, len(rows))
    sheet.set_row(0, TITLE_HEIGHT)
    _plain(sheet, 0, 0, f"Production scope: {project_name}", looks.title(), looks.title())
    explained = "Person-days. Blue cells are for you to fill in; an empty estimate is unknown, which is not zero."
    sheet.write_string(1, 0, explained, looks.quiet())
    if any(STARTING_POINT.match(row.item.note) for row in rows):
        sheet.write_string(HEADER_ROW - 2, POSITION["Note"], STARTING_POINT_NOTE, looks.quiet(italic=True))
    _table(sheet, looks, first, last)
    for offset, row in enumerate(rows):
        _scope_row(sheet, looks, first + offset, row)
    if not rows:
        _empty_row(sheet, looks, first)
    _totals_above(sheet, looks, _sums(rows))
    _drop_downs(sheet, first, last)
    _marks(sheet, looks, first, last)
    sheet.freeze_panes(first, 1)
    sheet.repeat_rows(HEADER_ROW)
    _two_blocks(sheet, project_name, last)


def _two_blocks(sheet: Worksheet, project_name: str, last: int) -> None:
    """On paper the estimates stand on one page and the texts on the next, beside the same components.

    The title is in the page header: a title cell would be repeated, and cut off, with the components below it.
    """
    sheet.set_header(
        f'&L&"{FONT},Bold"&12 Production scope: {_in_margin(project_name)}&R&"{FONT},Regular"&8 Person-days'
    )
    sheet.print_area(HEADER_ROW - 2, 0, last, POSITION["Reason not needed"])
    sheet.set_print_scale(PRINT_SCALE)
    sheet.set_v_pagebreaks([POSITION[AFTER_NUMBERS]])
    sheet.repeat_columns(0)
    sheet.print_across()


def _table(sheet: Worksheet, looks: _Looks, first: int, last: int) -> None:
    for index, column in enumerate(COLUMNS):
        sheet.set_column(index, index, column.width)
    columns: list[dict[str, Any]] = []
    for column in COLUMNS:
        numeric = column.title in (*SUMMED, "Spread")
        indent = 1 if column.title == AFTER_NUMBERS else 0
        look = looks.header(align="right") if numeric else looks.header(indent=indent)
        made: dict[str, Any] = {"header": column.title, "header_format": look}
        if column.formula:
            made["formula"] = column.formula
        columns.append(made)
    options = {"name": SCOPE_TABLE, "style": None, "columns": columns, "autofilter": True}
    sheet.add_table(HEADER_ROW, 0, last, len(COLUMNS) - 1, options)
    sheet.set_row(HEADER_ROW, 30)


def _scope_row(sheet: Worksheet, looks: _Looks, at: int, row: _Row) -> None:
    item = row.item
    typed: dict[str, Any] = {"font_color": INPUT}
    texts = {
        "Component": row.component,
        "Group": row.group,
        "Needed": "no" if item.marked_not_needed else "yes",
        "In prototype": "yes" if item.in_prototype else "no",
        "Owner": item.owner,
        "Note": shortened_note(item.note),
        "Reason not needed": item.not_needed_because,
    }
    for title, text in texts.items():
        look = {"text_wrap": True, **(typed if title not in ("Component", "Group") else {})}
        _text(sheet, at, POSITION[title], text, looks, **look, indent=1 if title == AFTER_NUMBERS else 0)
    _fit_height(sheet, at, [(text, COLUMNS[POSITION[title]].width) for title, text in texts.items()])
    _text(sheet, at, POSITION["Id"], item.id, looks, font_color=QUIET, font_size=7)
    for title, value in zip(ESTIMATES, (item.low_days, item.likely_days, item.high_days), strict=True):
        _estimate(sheet, at, POSITION[title], value, looks)
    _computed(sheet, looks, at, str(item.status), row.mean, row.spread)


def _estimate(sheet: Worksheet, at: int, column: int, value: float | None, looks: _Looks) -> None:
    """An unknown estimate stays an empty cell."""
    look = looks.body(num_format=DAYS, font_color=INPUT)
    if value is None:
        sheet.write_blank(at, column, None, look)
    else:
        sheet.write_number(at, column, value, look)


def _computed(sheet: Worksheet, looks: _Looks, at: int, status: str, mean: float | None, spread: float | None) -> None:
    number = looks.body(num_format=DAYS)
    cached = {"Status": status, "Mean": "" if mean is None else mean, "Spread": "" if spread is None else spread}
    for title, value in cached.items():
        position = POSITION[title]
        look = looks.body() if title == "Status" else number
        sheet.write_formula(at, position, COLUMNS[position].formula, look, value)


def _empty_row(sheet: Worksheet, looks: _Looks, at: int) -> None:
    """A table needs one row, even where nothing is listed yet."""
    for index in range(len(COLUMNS)):
        sheet.write_blank(at, index, None, looks.body())
    _computed(sheet, looks, at, "", None, None)


def _totals_above(sheet: Worksheet, looks: _Looks, sums: _Sums) -> None:
    at = HEADER_ROW - 1
    label = looks(bold=True)
    sheet.write_string(at, 0, "All estimated components", label)
    unknown = f'=COUNTIF({SCOPE_TABLE}[Status],"unknown")&" not estimated"'
    sheet.write_formula(at, POSITION["Status"], unknown, looks(bold=True), f"{sums.unknown} not estimated")
    values = {"Low": sums.low, "Likely": sums.likely, "High": sums.high, "Mean": sums.mean, "Spread": sums.spread}
    for title, value in values.items():
        sheet.write_formula(at, POSITION[title], _sum_of(title), looks(bold=True, num_format=DAYS), value)


def _sum_of(title: str) -> str:
    return f'=SUMIFS({SCOPE_TABLE}[{title}],{SCOPE_TABLE}[Status],"estimated")'


def _drop_downs(sheet: Worksheet, first: int, last: int) -> None:
    for title in ("Needed", "In prototype"):
        position = POSITION[title]
        choice = {
            "validate": "list",
            "source": ["yes", "no"],
            "error_title": title,
            "error_message": "Choose yes or no.",
        }
        sheet.data_validation(first, position, last, position, choice)
    days = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": MOST_DAYS,
        "ignore_blank": True,
        "error_title": "Person-days",
        "error_message": f"A number of person-days from 0 to {MOST_DAYS:,.0f}, or empty if it is not known.",
    }
    sheet.data_validation(first, POSITION["Low"], last, POSITION["High"], days)


def _marks(sheet: Worksheet, looks: _Looks, first: int, last: int) -> None:
    """Shading for what is unknown, and for estimates that do not rise; it follows every edit."""
    line, low, high = first + 1, "$F", "$H"
    likely, status = "$G", "$D"
    not_rising = (
        f"=OR(AND(COUNT({low}{line},{likely}{line})=2,{low}{line}>{likely}{line}),"
        f"AND(COUNT({likely}{line},{high}{line})=2,{likely}{line}>{high}{line}),"
        f"AND(COUNT({low}{line},{high}{line})=2,{low}{line}>{high}{line}))"
    )
    fault = {"type": "formula", "criteria": not_rising, "format": looks.shade(FAULT_FILL)}
    unknown = {"type": "formula", "criteria": f'={status}{line}="unknown"', "format": looks.shade(UNKNOWN_FILL)}
    sheet.conditional_format(first, POSITION["Low"], last, POSITION["High"], fault)
    sheet.conditional_format(first, 0, last, POSITION["Spread"], unknown)


# --- Summary -------------------------------------------------------------------------------------------------------


def _summary(
    sheet: Worksheet,
    looks: _Looks,
    project_name: str,
    rows: Sequence[_Row],
    plan: ScopePlan,
    total: ScopeTotal,
    now: datetime,
) -> None:
    sheet.set_row(0, TITLE_HEIGHT)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 4, 14)
    sheet.set_column(5, 6, 13)
    _plain(sheet, 0, 0, f"Production scope: {project_name}", looks.title(), looks.title())
    _plain(sheet, 1, 0, f"{total.sentence} State of {day(now)}.", looks.quiet(), looks.quiet())
    sums = _sums(rows)
    _key_figures(sheet, looks, sums, plan)
    _counts(sheet, looks, sums, len(rows))
    after = _groups(sheet, looks, rows)
    _not_estimated(sheet, looks, after + 1, rows, now)
    sheet.freeze_panes(2, 0)


def _plain(sheet: Worksheet, row: int, column: int, text: str, look: Format, quoted: Format) -> None:
    """A line of our own words around user text; it never begins with the user's."""
    sheet.write_string(row, column, cell_text(text), quoted if looks_like_formula(text) else look)


def _key_figures(sheet: Worksheet, looks: _Looks, sums: _Sums, plan: ScopePlan) -> None:
    sheet.write_string(3, 0, "Production build", looks.header())
    for offset, title in enumerate(SUMMED, start=1):
        sheet.write_string(3, offset, title, looks.header(align="right"))
    values = (sums.low, sums.likely, sums.high, sums.mean)
    sheet.write_string(4, 0, "Person-days of all estimated components", looks.body(bold=True))
    sheet.write_formula(5, 0, f'="Cost in "&{CURRENCY}', looks.body(), f"Cost in {cell_text(plan.currency)}")
    sheet.write_string(6, 0, "Times the plan of the prototype's team", looks.body())
    for offset, (title, value) in enumerate(zip(SUMMED, values, strict=True), start=1):
        column = "ABCDE"[offset]
        cost, ratio = _cost(value, plan, sums), _ratio(value, plan, sums)
        sheet.write_formula(4, offset, _sum_of(title), looks.body(bold=True, num_format=DAYS), value)
        cost_formula = f'=IF(AND(ISNUMBER({RATE}),$B$11>0),{column}5*{RATE},"{NOT_STATED}")'
        sheet.write_formula(5, offset, cost_formula, looks.body(num_format=MONEY, align="right"), cost)
        ratio_formula = f'=IF(AND(N({PLANNED})>0,$B$11>0),{column}5/{PLANNED},"{NOT_STATED}")'
        sheet.write_formula(6, offset, ratio_formula, looks.body(num_format=RATIO, align="right"), ratio)
    low, high = UNDERESTIMATION
    remark = f"Commonly {low:g} to {high:g} times, where production was planned as a phase of the prototype."
    sheet.write_string(7, 0, remark, looks.quiet(italic=True))


def _cost(value: float, plan: ScopePlan, sums: _Sums) -> float | str:
    return value * plan.day_rate if plan.day_rate is not None and sums.estimated else NOT_STATED


def _ratio(value: float, plan: ScopePlan, sums: _Sums) -> float | str:
    return value / plan.planned_days if plan.planned_days and sums.estimated else NOT_STATED


def _counts(sheet: Worksheet, looks: _Looks, sums: _Sums, listed: int) -> None:
    sheet.write_string(9, 0, "Components", looks.header())
    sheet.write_string(9, 1, "Count", looks.header(align="right"))
    lines: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
        ("Estimated", _count_of("estimated"), sums.estimated, {}),
        ("Not estimated, and not in any total", _count_of("unknown"), sums.unknown, {"bold": True}),
        ("Not needed, with a reason", _count_of("not needed"), sums.not_needed, {}),
        ("Listed", "=SUM(B11:B13)", listed, {}),
    )
    for at, (label, formula, value, look) in enumerate(lines, start=10):
        sheet.write_string(at, 0, label, looks.body(**look))
        sheet.write_formula(at, 1, formula, looks.body(num_format=COUNT, **look), value)


def _count_of(status: str) -> str:
    return f'=COUNTIF({SCOPE_TABLE}[Status],"{status}")'


def _groups(sheet: Worksheet, looks: _Looks, rows: Sequence[_Row]) -> int:
    """Subtotals by group, and the row after them. EXACT, since a name may hold what SUMIFS takes for a condition."""
    at = 15
    titles = ("Group", *SUMMED, "Estimated", "Not estimated")
    for offset, title in enumerate(titles):
        sheet.write_string(at, offset, title, looks.header(align="right" if offset else "left"))
    for name in dict.fromkeys(row.group for row in rows):
        at += 1
        mine = _sums([row for row in rows if row.group == name])
        _text(sheet, at, 0, name or NO_GROUP, looks)
        same = f"EXACT({SCOPE_TABLE}[Group],{f'$A{at + 1}' if name else chr(34) * 2})"
        for offset, (title, value) in enumerate(
            zip(SUMMED, (mine.low, mine.likely, mine.high, mine.mean), strict=True), start=1
        ):
            formula = f'=SUMPRODUCT({same}*({SCOPE_TABLE}[Status]="estimated"),{SCOPE_TABLE}[{title}])'
            sheet.write_formula(at, offset, formula, looks.body(num_format=DAYS), value)
        for offset, (status, count) in enumerate((("estimated", mine.estimated), ("unknown", mine.unknown)), start=5):
            formula = f'=SUMPRODUCT({same}*({SCOPE_TABLE}[Status]="{status}"))'
            sheet.write_formula(at, offset, formula, looks.body(num_format=COUNT), count)
    return at + 1


def _not_estimated(sheet: Worksheet, looks: _Looks, at: int, rows: Sequence[_Row], now: datetime) -> None:
    unknown = [row for row in rows if row.item.status is ItemStatus.UNKNOWN]
    if not unknown:
        return
    sheet.write_string(at, 0, f"Not estimated on {day(now)}", looks.header())
    for offset, row in enumerate(unknown, start=1):
        _text(sheet, at + offset, 0, row.component, looks, text_wrap=True)
        _fit_height(sheet, at + offset, [(row.component, 44)])


# --- Findings ------------------------------------------------------------------------------------------------------


def _findings(
    sheet: Worksheet,
    looks: _Looks,
    report: AuditReport,
    decisions: Mapping[str, HandlingDecision],
    rows: Sequence[_Row],
) -> None:
    sheet.set_row(0, TITLE_HEIGHT)
    sheet.write_string(0, 0, "What the data audit found", looks.title())
    _plain(sheet, 1, 0, report.sentence, looks.quiet(), looks.quiet())
    sample = f"Sample {report.reading.name}, {counted(report.records, 'record')}, SHA-256 {report.reading.sha256}"
    _plain(sheet, 2, 0, sample, looks.quiet(), looks.quiet())
    last = _findings_table(sheet, looks, len(report.edge_cases))
    components = {row.item.edge_case: row.component for row in rows if row.item.edge_case}
    for at, case in enumerate(report.edge_cases, start=FINDINGS_ROW + 1):
        _finding(sheet, looks, at, case, decisions.get(case.id), components.get(case.id, ""))
    note = "Share low and high are the ends of its 95% interval. A record with two problems counts in both edge cases."
    sheet.write_string(last + 2, 0, note, looks.quiet(italic=True))
    sheet.freeze_panes(FINDINGS_ROW + 1, 1)
    sheet.repeat_rows(FINDINGS_ROW)


def _findings_table(sheet: Worksheet, looks: _Looks, cases: int) -> int:
    """The empty table, and its last row."""
    columns: list[dict[str, Any]] = []
    for index, column in enumerate(FINDINGS_COLUMNS):
        sheet.set_column(index, index, column.width)
        indent = 1 if column.title == "Decision" else 0
        numeric = column.title in FINDINGS_NUMBERS
        look = looks.header(align="right") if numeric else looks.header(indent=indent)
        columns.append({"header": column.title, "header_format": look})
    last = FINDINGS_ROW + max(1, cases)
    sheet.add_table(
        FINDINGS_ROW, 0, last, len(columns) - 1, {"name": FINDINGS_TABLE, "style": None, "columns": columns}
    )
    sheet.set_row(FINDINGS_ROW, 30)
    return last


def _finding(
    sheet: Worksheet, looks: _Looks, at: int, case: EdgeCase, decision: HandlingDecision | None, component: str
) -> None:
    _text(sheet, at, 0, case.title, looks, text_wrap=True)
    _text(sheet, at, 1, str(case.tier), looks)
    sheet.write_number(at, 2, case.records, looks.body(num_format=COUNT))
    for offset, share in enumerate((case.share, case.low, case.high), start=3):
        sheet.write_number(at, offset, share, looks.body(num_format=PERCENT))
    _text(sheet, at, 6, "undecided" if decision is None else str(decision.handling), looks, indent=1)
    _text(sheet, at, 7, component, looks, text_wrap=True)
    _text(sheet, at, 8, case.reason, looks, text_wrap=True)
    widths = [column.width for column in FINDINGS_COLUMNS]
    _fit_height(sheet, at, [(case.title, widths[0]), (component, widths[7]), (case.reason, widths[8])])


# --- Assumptions ---------------------------------------------------------------------------------------------------


def _assumptions(book: Workbook, sheet: Worksheet, looks: _Looks, plan: ScopePlan, report: AuditReport | None) -> None:
    sheet.set_row(0, TITLE_HEIGHT)
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 84)
    sheet.write_string(0, 0, "Assumptions", looks.title())
    for offset, title in enumerate(("Input", "Value", "What it is")):
        look = looks.header(align="right") if offset == 1 else looks.header(indent=offset // 2)
        sheet.write_string(2, offset, title, look)
    inputs = (
        (PLANNED, "Planned person-days", plan.planned_days, DAYS, "What the prototype's team planned for production."),
        (PROTOTYPE, "Prototype person-days", plan.prototype_days, DAYS, "What the prototype itself took."),
        (RATE, "Day rate", plan.day_rate, "#,##0.00", "Price of one person-day, used for every component."),
    )
    for at, (name, label, value, number, explained) in enumerate(inputs, start=3):
        sheet.write_string(at, 0, label, looks.body())
        look = looks.body(num_format=number, font_color=INPUT)
        sheet.write_blank(at, 1, None, look) if value is None else sheet.write_number(at, 1, value, look)
        sheet.write_string(at, 2, explained, looks.body(indent=1))
        book.define_name(name, f"={SHEET_ASSUMPTIONS}!$B${at + 1}")
    sheet.write_string(6, 0, "Currency", looks.body())
    _text(sheet, 6, 1, plan.currency, looks, font_color=INPUT, align="right")
    sheet.write_string(6, 2, "Of the day rate and of every cost.", looks.body(indent=1))
    book.define_name(CURRENCY, f"={SHEET_ASSUMPTIONS}!$B$7")
    amounts = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": "A number from 0, or empty."}
    sheet.data_validation(3, 1, 5, 1, amounts)
    sheet.write_string(8, 0, "How the figures were made", looks.heading())
    for at, text in enumerate(_method(report), start=9):
        sheet.merge_range(at, 0, at, 2, "", looks(text_wrap=True))
        sheet.write_string(at, 0, cell_text(text), looks(text_wrap=True))
        _fit_height(sheet, at, [(text, 136)])


def _method(report: AuditReport | None) -> tuple[str, ...]:
    low, high = UNDERESTIMATION
    texts = (
        "Estimates are person-days: low if all goes well, high if it goes badly, likely the most probable figure.",
        "Mean is (low + 4 x likely + high) / 6, the usual three-point mean. Spread is high less low.",
        "The sums of low and of high are the two extremes: all components would have to go well, or badly, together. "
        "They are not a confidence interval.",
        "A component counts as estimated when all three figures are there. One that is not estimated is in no total, "
        "and is counted beside it instead.",
        "A component is not needed when Needed says no and a reason stands beside it; without one it still counts.",
        f"Builds that were planned as a phase of the prototype commonly need {low:g} to {high:g} times the plan. This "
        "is practitioners' experience and a reason to look again, not a factor to multiply by.",
        "Mean, Spread, Status and every total are formulas: they follow when a blue cell is changed.",
    )
    if report is None:
        return texts
    return (*texts, "Shares on the sheet Findings are of all records of the sample, with 95% Wilson score intervals.")


# --- page ----------------------------------------------------------------------------------------------------------


def _page(sheet: Worksheet, project_name: str, now: datetime) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.7)
    look = f'&"{FONT},Regular"&8'  # what follows must not begin with a digit: it would be read into the size
    sheet.set_footer(f"&L{look} {_in_margin(project_name)}&C{look} {day(now)}&R{look} Page &P of &N")
    sheet.set_default_row(ROW_HEIGHT)


def _in_margin(project_name: str) -> str:
    """The project's name for a page header or footer, where `&` begins a code and 255 characters are the limit."""
    name = one_line(project_name).replace("&", "&&")
    return name if len(name) <= 80 else name[:79].rstrip("&") + "…"
