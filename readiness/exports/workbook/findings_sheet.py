"""The sheet Findings: what the audit found and what was decided about it, and what the reviews cost every year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from readiness.audit.report import AuditReport, EdgeCase
from readiness.diagnosis.review_load import item_reviews
from readiness.exports.figures import counted
from readiness.exports.safe_text import one_line
from readiness.exports.scope_layout import PLAN_REVIEW_MINUTES, REVIEW_HOUR_RATE
from readiness.exports.workbook.content import Content, Row
from readiness.exports.workbook.formulas import here
from readiness.exports.workbook.looks import (
    COUNT,
    DAYS,
    MONEY,
    PERCENT,
    QUIET,
    Looks,
    fit_height,
    shortened,
    write_figure,
    write_line,
    write_live,
    write_text,
    write_title,
)
from readiness.scope.simulation import ReviewLoad
from readiness.workflow import Workflow

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FINDINGS_TABLE, REVIEWS_TABLE = "Findings", "Reviews"
FINDINGS_ROW = 4  # of its header, 0-based
WIDTHS = (28.0, 12.0, 10.0, 10.0, 10.0, 11.0, 15.0, 24.0, 28.0, 10.0)
LONGEST_NAME = 60  # characters of a file that fit beside its SHA-256
REVIEW_COSTS = ("Cost low", "Cost a year", "Cost high")
NOTE = "Share low and high are the ends of its 95% interval. A record with two problems counts in both edge cases."
REVIEW_NOTE = (
    "Records that a decision sends to people, at the monthly volume of the export; low and high follow the 95% "
    "interval of their share."
)
REVIEW_SOURCE = (
    "A record with two problems is reviewed once. Minutes come from the component on the sheet Scope, else from the "
    "sheet Assumptions, which also holds the rate an hour."
)


class _Column(NamedTuple):
    """A column of a table: the number format of its figures, and its formula where it has one."""

    number: str = ""
    formula: str = ""
    indent: int = 0


def _mine(condition: str) -> str:
    """How many lines of the table Scope are the component of this line, and meet a condition."""
    return f"SUMPRODUCT(EXACT(Scope[Id],[Item id])*{condition})"


def _cost(records: str) -> str:
    listed = _mine("1")  # also where its queue need not be built: people read the records nevertheless
    known = f"AND(ISNUMBER([Minutes each]),ISNUMBER({REVIEW_HOUR_RATE}),{listed}>0)"
    return here(f'=IF({known},[{records}]*12*[Minutes each]/60*{REVIEW_HOUR_RATE},"")', REVIEWS_TABLE)


MINUTES_FORMULA = here(
    f"=IF({_mine('ISNUMBER(Scope[Review minutes])')}>0,SUMPRODUCT(--EXACT(Scope[Id],[Item id]),Scope[Review minutes]),"
    f'IF(ISNUMBER({PLAN_REVIEW_MINUTES}),{PLAN_REVIEW_MINUTES},""))',
    REVIEWS_TABLE,
)
FINDINGS = {
    "Edge case": _Column(),
    "Tier": _Column(),
    "Records": _Column(COUNT),
    "Share": _Column(PERCENT),
    "Share low (95%)": _Column(PERCENT),
    "Share high (95%)": _Column(PERCENT),
    "Decision": _Column(indent=1),
    "Scope item": _Column(),
    "What is wrong": _Column(),
}
REVIEWS = {
    "Goes to people": _Column(),
    "Minutes each": _Column(DAYS, MINUTES_FORMULA),
    "Records low": _Column(COUNT),
    "Records a month": _Column(COUNT),
    "Records high": _Column(COUNT),
    "Cost low": _Column(MONEY, _cost("Records low")),
    "Cost a year": _Column(MONEY, _cost("Records a month")),
    "Cost high": _Column(MONEY, _cost("Records high")),
    "Scope item": _Column(indent=1),
    "Item id": _Column(),
}


class _Review(NamedTuple):
    """One line of the table Reviews."""

    case: EdgeCase
    row: Row
    load: ReviewLoad

    @property
    def records(self) -> dict[str, float]:
        share, volume = self.load.share, self.load.records_per_month
        return {
            "Records low": share.low * volume,
            "Records a month": share.likely * volume,
            "Records high": share.high * volume,
        }

    @property
    def costs(self) -> dict[str, float]:
        """By column; they count also where the component is not needed, as in the simulation."""
        cost = self.load.cost_year
        return {"Cost low": cost.low, "Cost a year": cost.likely, "Cost high": cost.high}


def write_findings(sheet: Worksheet, looks: Looks, content: Content, report: AuditReport) -> None:
    """The table Findings, one line an edge case, and below it the table Reviews where records go to people."""
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    write_title(sheet, looks, "What the data audit found", report.sentence)
    name = shortened(one_line(report.reading.name), LONGEST_NAME)
    sample = f"Sample {name}, {counted(report.records, 'record')}, SHA-256 {report.reading.sha256}"
    write_line(sheet, 2, 0, sample, looks.quiet())
    rows = _rows_by_case(content)
    last = _table(sheet, looks, FINDINGS_TABLE, FINDINGS, FINDINGS_ROW, len(report.edge_cases))
    for at, case in enumerate(report.edge_cases, start=FINDINGS_ROW + 1):
        _finding(sheet, looks, at, case, content, rows.get(case.id))
    sheet.write_string(last + 1, 0, NOTE, looks.quiet(italic=True))
    reviews = _reviews(content, report)
    if reviews:
        last = _write_reviews(sheet, looks, last + 3, reviews)
    sheet.freeze_panes(FINDINGS_ROW + 1, 1)
    sheet.repeat_rows(FINDINGS_ROW)
    sheet.print_area(0, 0, last + 2, len(FINDINGS) - 1)


def review_costs(content: Content) -> Mapping[str, float]:
    """Money a year that reviews cost, by column of the table Reviews: its sums. Empty where there is no such table."""
    reviews = _reviews(content, content.report) if content.report else ()
    if not reviews:
        return {}
    costs = [review.costs for review in reviews]
    return {title: sum(cost[title] for cost in costs) for title in REVIEW_COSTS}


def reviews_without_cost(content: Content) -> int:
    """How many decisions send records to people at a cost that is not known."""
    items = [row.item for row in content.rows]
    reviews = item_reviews(content.report, content.decisions, items, content.plan, Workflow())
    return sum(review.item.id not in content.loads for review in reviews)


def _rows_by_case(content: Content) -> dict[str, Row]:
    return {row.item.edge_case: row for row in content.rows if row.item.edge_case}


def _reviews(content: Content, report: AuditReport) -> tuple[_Review, ...]:
    rows = _rows_by_case(content)
    found = [(case, rows[case.id]) for case in report.edge_cases if case.id in rows]
    return tuple(_Review(case, row, content.loads[row.item.id]) for case, row in found if row.item.id in content.loads)


def _table(sheet: Worksheet, looks: Looks, name: str, columns: Mapping[str, _Column], header: int, rows: int) -> int:
    """The empty table, and its last row."""
    made: list[dict[str, Any]] = []
    for title, column in columns.items():
        look = looks.header(align="right") if column.number else looks.header(indent=column.indent)
        one: dict[str, Any] = {"header": title, "header_format": look}
        made.append(one | {"formula": column.formula} if column.formula else one)
    last = header + max(1, rows)
    options = {"name": name, "style": None, "columns": made, "autofilter": name == FINDINGS_TABLE}
    sheet.add_table(header, 0, last, len(made) - 1, options)
    sheet.set_row(header, 30)
    return last


def _finding(sheet: Worksheet, looks: Looks, at: int, case: EdgeCase, content: Content, row: Row | None) -> None:
    decision = content.decisions.get(case.id)
    cells: dict[str, str | float] = {
        "Edge case": case.title,
        "Tier": str(case.tier),
        "Records": case.records,
        "Share": case.share,
        "Share low (95%)": case.low,
        "Share high (95%)": case.high,
        "Decision": "undecided" if decision is None else str(decision.handling),
        "Scope item": row.component if row else "",
        "What is wrong": case.reason,
    }
    _line(sheet, looks, at, FINDINGS, cells)


def _write_reviews(sheet: Worksheet, looks: Looks, header: int, reviews: tuple[_Review, ...]) -> int:
    """The table Reviews and its notes; their last row."""
    last = _table(sheet, looks, REVIEWS_TABLE, REVIEWS, header, len(reviews))
    for at, review in enumerate(reviews, start=header + 1):
        cells: dict[str, str | float] = {"Goes to people": review.case.title, "Scope item": review.row.component}
        cells.update(review.records)
        _line(sheet, looks, at, REVIEWS, cells)
        write_text(sheet, at, len(REVIEWS) - 1, review.row.item.id, looks, font_color=QUIET, font_size=7)
        cached = {"Minutes each": review.load.minutes, **review.costs}
        for position, (title, column) in enumerate(REVIEWS.items()):
            if column.formula:
                look = looks.body(num_format=column.number)
                write_live(sheet, at, position, column.formula, look, cached[title])
    sheet.write_string(last + 1, 0, REVIEW_NOTE, looks.quiet(italic=True))
    sheet.write_string(last + 2, 0, REVIEW_SOURCE, looks.quiet(italic=True))
    return last + 2


def _line(
    sheet: Worksheet, looks: Looks, at: int, columns: Mapping[str, _Column], cells: Mapping[str, str | float]
) -> None:
    for position, (title, column) in enumerate(columns.items()):
        value = cells.get(title)
        if isinstance(value, str):
            write_text(sheet, at, position, value, looks, text_wrap=True, indent=column.indent)
        else:
            write_figure(sheet, at, position, value, looks.body(num_format=column.number))
    texts = [(text, WIDTHS[place]) for place, title in enumerate(columns) if isinstance(text := cells.get(title), str)]
    fit_height(sheet, at, texts)
