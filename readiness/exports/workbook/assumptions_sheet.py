"""The sheet Assumptions: every input that all components share, explained, and how the figures are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from readiness.exports import scope_layout as layout
from readiness.exports.safe_text import cell_text
from readiness.exports.workbook.content import Content
from readiness.exports.workbook.formulas import CONFIDENCE_Z, CONFIDENCE_Z_FORMULA
from readiness.exports.workbook.looks import (
    DAYS,
    INPUT,
    RATE,
    WHOLE_PERCENT,
    Looks,
    add_list,
    fit_height,
    write_live,
    write_text,
    write_title,
)
from readiness.ranges import z_of
from readiness.scope.items import COMMON_CAUSE, MOST_MINUTES, MOST_RATE
from readiness.scope.totals import UNDERESTIMATION

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

INPUTS_TABLE, VALUE_TABLE = "Inputs", "Value_inputs"
INPUTS_ROW = 2  # of the header of the table Inputs, 0-based
WIDTHS = (38, 18, 88)
MOST_PLAN_DAYS = 100_000.0
EXPLAINED = "Blue cells are for you to fill in; an empty one is not known."


class _Input(NamedTuple):
    label: str
    number: str
    limits: tuple[float, float] | None  # None: a text
    explained: str


INPUTS = {
    layout.PLANNED: _Input(
        "Planned person-days", DAYS, (0, MOST_PLAN_DAYS), "What the prototype's team planned for production."
    ),
    layout.PROTOTYPE: _Input("Prototype person-days", DAYS, (0, MOST_PLAN_DAYS), "What the prototype itself took."),
    layout.RATE: _Input(
        "Day rate", RATE, (0, MOST_RATE), "Price of one person-day, for every component without a rate of its own."
    ),
    layout.CURRENCY: _Input("Currency", "", None, "Of every rate and of every cost."),
    layout.CONFIDENCE: _Input(
        "Confidence of low to high",
        WHOLE_PERCENT,
        (0.5, 0.98),
        "How likely a component lies between its low and its high; at 80% these are its 10th and 90th percentile.",
    ),
    layout.COMMON_CAUSE: _Input(
        "Common cause",
        WHOLE_PERCENT,
        (0, 1),
        "Correlation of any two components: the same team, supplier and data push them the same way. "
        f"0% would make the total falsely narrow, 100% lets all go well or badly together; usual here is "
        f"{COMMON_CAUSE:.0%}.",
    ),
    layout.TEAM_SIZE: _Input("Team size", "#,##0.##", (0.1, 1_000), "People who work at a time, for calendar weeks."),
    layout.PRODUCTIVE_DAYS: _Input(
        "Productive days a week", DAYS, (0.5, 7), "Of one person: a week less meetings, support and absence."
    ),
    layout.PLAN_REVIEW_MINUTES: _Input(
        "Review minutes", DAYS, (0, MOST_MINUTES), "For one record, where its component states no minutes of its own."
    ),
    layout.REVIEW_HOUR_RATE: _Input("Review rate an hour", RATE, (0, MOST_RATE), "Of the people who review records."),
    layout.REFERENCE_MULTIPLIER: _Input(
        "Reference multiplier",
        "0.0#",
        (0.1, 100),
        "What production needed against its plan in comparable projects: the outside view.",
    ),
    layout.REFERENCE_SOURCE: _Input(
        "Source of the multiplier", "", None, "Which projects the reference multiplier was seen in."
    ),
}


def write_assumptions(book: Workbook, sheet: Worksheet, looks: Looks, content: Content) -> None:
    """The tables of inputs, and the method in words."""
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    write_title(sheet, looks, "Assumptions", EXPLAINED)
    after = _inputs(book, sheet, looks, content)
    after = _worked_out(book, sheet, looks, after, content)
    if content.value:
        after = _value(sheet, looks, after + 1, content)
    _method(sheet, looks, after + 1, content)
    sheet.freeze_panes(INPUTS_ROW + 1, 1)
    sheet.repeat_rows(INPUTS_ROW)


def _inputs(book: Workbook, sheet: Worksheet, looks: Looks, content: Content) -> int:
    """The table of inputs, each with a defined name; the row after it."""
    add_list(sheet, INPUTS_TABLE, (INPUTS_ROW, 0), _titles(looks, "Input", "Value", "What it is"), len(INPUTS))
    written = layout.written_plan(content.plan)
    for at, (name, one) in enumerate(INPUTS.items(), start=INPUTS_ROW + 1):
        sheet.write_string(at, 0, one.label, looks.body())
        _value_cell(sheet, at, written[name], one, looks)
        sheet.write_string(at, 2, one.explained, looks.body(indent=1, text_wrap=True))
        fit_height(sheet, at, [(one.explained, WIDTHS[2]), (str(written[name] or ""), WIDTHS[1])])
        book.define_name(name, f"={layout.SHEET_ASSUMPTIONS}!$B${at + 1}")
    return INPUTS_ROW + 1 + len(INPUTS)


def _titles(looks: Looks, first: str, second: str, third: str) -> tuple[tuple[str, Any], ...]:
    return ((first, looks.header()), (second, looks.header(align="right")), (third, looks.header(indent=1)))


def _value_cell(sheet: Worksheet, at: int, value: layout.Cell, one: _Input, looks: Looks) -> None:
    if one.limits is None:
        write_text(sheet, at, 1, str(value or ""), looks, font_color=INPUT, align="right", text_wrap=True)
        return
    look = looks.body(num_format=one.number, font_color=INPUT)
    if isinstance(value, int | float):
        sheet.write_number(at, 1, value, look)
    else:
        sheet.write_blank(at, 1, None, look)
    low, high = one.limits
    shown = (f"{low:.0%}", f"{high:.0%}") if one.number == WHOLE_PERCENT else (f"{low:g}", f"{high:,g}")
    limit = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "ignore_blank": True,
        "error_title": one.label,
        "error_message": f"A number from {shown[0]} to {shown[1]}, or empty if it is not known.",
    }
    sheet.data_validation(at, 1, at, 1, limit)


def _worked_out(book: Workbook, sheet: Worksheet, looks: Looks, at: int, content: Content) -> int:
    """What follows from the confidence; the row after it."""
    sheet.write_string(at, 0, "Standard deviations to low and high", looks.body())
    z = z_of(content.plan.confidence)
    write_live(sheet, at, 1, CONFIDENCE_Z_FORMULA, looks.body(num_format="0.000"), z)
    explained = "Follows from the confidence: how far low and high lie from likely, in standard deviations of a normal."
    sheet.write_string(at, 2, explained, looks.body(indent=1))
    book.define_name(CONFIDENCE_Z, f"={layout.SHEET_ASSUMPTIONS}!$B${at + 1}")
    return at + 1


def _value(sheet: Worksheet, looks: Looks, at: int, content: Content) -> int:
    """What the value is made of, as it stands in the project; the row after it."""
    titles = _titles(looks, "Input of the value", "Stated", "Unit and source")
    add_list(sheet, VALUE_TABLE, (at, 0), titles, len(content.value))
    for row, (label, value, unit, source) in enumerate(content.value, start=at + 1):
        write_text(sheet, row, 0, label, looks, text_wrap=True)
        if isinstance(value, int | float):
            sheet.write_number(row, 1, value, looks.body(num_format="#,##0.####"))
        else:
            write_text(sheet, row, 1, value or "", looks, align="right", text_wrap=True)
        where = f"{unit}: {source}" if unit and source else unit or source
        write_text(sheet, row, 2, where, looks, indent=1, text_wrap=True)
        fit_height(sheet, row, [(label, WIDTHS[0]), (str(value or ""), WIDTHS[1]), (where, WIDTHS[2])])
    return at + 1 + len(content.value)


def _method(sheet: Worksheet, looks: Looks, at: int, content: Content) -> None:
    sheet.write_string(at, 0, "How the figures were made", looks.heading())
    for row, text in enumerate(_texts(content), start=at + 1):
        sheet.merge_range(row, 0, row, 2, "", looks(text_wrap=True))
        sheet.write_string(row, 0, cell_text(text), looks(text_wrap=True))
        fit_height(sheet, row, [(text, 1.1 * sum(WIDTHS))])


def _texts(content: Content) -> tuple[str, ...]:
    low, high = UNDERESTIMATION
    texts = (
        "Estimates are person-days. Likely is the middle: the component is as likely to take more as to take less. Low "
        "and high enclose it with the confidence above.",
        "Between them a component follows a normal distribution of one width below likely and of another above it, and "
        "nothing lies below zero. Mean is its expected value and Spread its standard deviation, both in closed form.",
        "Simulated figures were drawn by the app and stand still. The approximation beside them is made of formulas "
        "and follows every edit: it lies between a normal distribution with the mean and the spread of the total, and "
        "the sums of the components' percentiles, by how far the common cause moves the spread between the two.",
        "Low, likely and high of the total are the sums of those of the components: what the total would come to, were "
        "all components to go well, or badly, together.",
        "A component counts as estimated when all three figures are there and rise. One that is not estimated is in no "
        "total of days, and is counted beside it instead. What is not known is an empty cell, never zero.",
        "A component is not needed when Needed says no and a reason stands beside it; without one it still counts.",
        "Cost is person-days times the day rate, plus one-off costs; it stays empty while an estimated component has "
        "no rate. Costs that are stated for a component count even while its days are not known.",
        "Calendar weeks are person-days over team size and productive days a week, and never fewer than the longest "
        "component takes one person alone.",
        f"Builds that were planned as a phase of the prototype commonly need {low:g} to {high:g} times the plan. This "
        "is practitioners' experience and a reason to look again, not a factor to multiply by.",
    )
    if content.report is None:
        return texts
    return (*texts, "Shares on the sheet Findings are of all records of the sample, with 95% Wilson score intervals.")
