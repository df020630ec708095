"""The sheet Scope: one line a component, to be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from readiness.exports import scope_layout as layout
from readiness.exports.safe_text import cell_text
from readiness.exports.workbook import formulas, live
from readiness.exports.workbook.content import Content, Row
from readiness.exports.workbook.looks import (
    DAYS,
    FAULT_FILL,
    FONT,
    INPUT,
    MONEY,
    QUIET,
    RATE,
    UNKNOWN_FILL,
    Looks,
    fit_height,
    in_margin,
    shortened,
    write_figure,
    write_live,
    write_text,
    write_title,
)
from readiness.scope.catalog import LONGEST_NAME
from readiness.scope.items import MOST_DAYS, MOST_MINUTES, MOST_MONEY, MOST_RATE

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_BASIS = 1_000  # characters of ScopeItem.basis
LONGEST_CURRENCY = 12  # in a page header


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table Scope: its width, the number format of figures, and its formula where it has one."""

    width: float
    number: str = ""
    formula: str = ""


COLUMNS = {
    layout.COMPONENT: _Column(33),
    layout.GROUP: _Column(17.5),
    layout.NEEDED: _Column(8.5),
    layout.STATUS: _Column(10.5, formula=formulas.STATUS_FORMULA),
    layout.IN_PROTOTYPE: _Column(9.5),
    layout.LOW: _Column(8.5, DAYS),
    layout.LIKELY: _Column(8.5, DAYS),
    layout.HIGH: _Column(8.5, DAYS),
    layout.MEAN: _Column(8.5, DAYS, formulas.MEAN_FORMULA),
    layout.SPREAD: _Column(8.5, DAYS, formulas.SPREAD_FORMULA),
    layout.DAY_RATE: _Column(10, RATE),
    layout.RATE_USED: _Column(10, RATE, formulas.RATE_FORMULA),
    layout.ONE_OFF: _Column(12, MONEY),
    layout.COST: _Column(12, MONEY, formulas.COST_FORMULA),
    layout.RUN_COST: _Column(12, MONEY),
    layout.REVIEW_MINUTES: _Column(9, DAYS),
    layout.BASIS: _Column(25.5),
    layout.OWNER: _Column(14),
    layout.NOTE: _Column(42),
    layout.REASON: _Column(32),
    layout.ID: _Column(10),
}
POSITION = {title: index for index, title in enumerate(layout.SCOPE_COLUMNS)}
AFTER_NUMBERS = layout.BASIS  # stands right of a number and keeps its distance
BLOCKS = (layout.DAY_RATE, layout.OWNER)  # on paper each begins a page of its own, beside the same components
PRINT_SCALE = 82  # percent; each block of the table then fits an A4 page, in whichever program prints
STARTING_POINT_NOTE = 'A "starting point" in Note is a range to argue with: generated, not measured.'
TITLE_REMARK = ". Blue cells are for you to fill in; an empty estimate is unknown, which is not zero."
OWN_LOOK = (layout.COMPONENT, layout.GROUP)  # texts that are no input of the estimate


def write_scope(sheet: Worksheet, looks: Looks, content: Content) -> None:
    """The table Scope with its totals above it."""
    first = layout.HEADER_ROW + 1
    last = layout.HEADER_ROW + max(1, len(content.rows))
    write_title(sheet, looks, f"Production scope: {content.project_name}")
    units = f'="Person-days, costs in "&{layout.CURRENCY}&"{TITLE_REMARK}"'
    currency = cell_text(content.plan.currency)
    write_live(sheet, 1, 0, units, looks.quiet(), f"Person-days, costs in {currency}{TITLE_REMARK}")
    if any(layout.is_starting_point(row.item.note) for row in content.rows):
        at = layout.HEADER_ROW - 2
        sheet.write_string(at, POSITION[layout.NOTE], STARTING_POINT_NOTE, looks.quiet(italic=True))
    _table(sheet, looks, last)
    for offset, row in enumerate(content.rows):
        _line(sheet, looks, first + offset, row)
    if not content.rows:
        _empty_line(sheet, looks, first)
    _totals_above(sheet, looks, content)
    _drop_downs(sheet, first, last)
    _limits(sheet, first, last)
    _marks(sheet, looks, first, last)
    sheet.freeze_panes(first, 1)
    _blocks(sheet, content, last)


def _table(sheet: Worksheet, looks: Looks, last: int) -> None:
    columns: list[dict[str, Any]] = []
    for title, column in COLUMNS.items():
        sheet.set_column(POSITION[title], POSITION[title], column.width)
        look = looks.header(align="right") if column.number else looks.header(indent=_indent(title))
        made: dict[str, Any] = {"header": title, "header_format": look}
        if column.formula:
            made["formula"] = column.formula
        columns.append(made)
    options = {"name": layout.SCOPE_TABLE, "style": None, "columns": columns, "autofilter": True}
    sheet.add_table(layout.HEADER_ROW, 0, last, len(COLUMNS) - 1, options)
    sheet.set_row(layout.HEADER_ROW, 30)


def _indent(title: str) -> int:
    return 1 if title == AFTER_NUMBERS else 0


def _line(sheet: Worksheet, looks: Looks, at: int, row: Row) -> None:
    texts = {title: str(row.written[title] or "") for title in layout.INPUT_COLUMNS if not COLUMNS[title].number}
    for title, text in texts.items():
        look = {"text_wrap": True, "indent": _indent(title)}
        typed = {} if title in OWN_LOOK else {"font_color": INPUT}
        write_text(sheet, at, POSITION[title], text, looks, **look, **typed)
    fit_height(sheet, at, [(text, COLUMNS[title].width) for title, text in texts.items()])
    for title in layout.NUMBER_COLUMNS:
        value = row.written[title]
        assert not isinstance(value, str)
        write_figure(sheet, at, POSITION[title], value, _number(looks, title, font_color=INPUT))
    write_text(sheet, at, POSITION[layout.ID], row.item.id, looks, font_color=QUIET, font_size=7)
    figures = {layout.MEAN: row.mean, layout.SPREAD: row.spread, layout.RATE_USED: row.rate, layout.COST: row.cost}
    _computed(sheet, looks, at, {layout.STATUS: str(row.status), **figures})


def _computed(sheet: Worksheet, looks: Looks, at: int, cached: dict[str, float | str | None]) -> None:
    for title in layout.COMPUTED_COLUMNS:
        look = _number(looks, title) if COLUMNS[title].number else looks.body()
        write_live(sheet, at, POSITION[title], COLUMNS[title].formula, look, cached.get(title))


def _number(looks: Looks, title: str, **properties: Any) -> Format:
    return looks.body(num_format=COLUMNS[title].number, **properties)


def _empty_line(sheet: Worksheet, looks: Looks, at: int) -> None:
    """A table needs one row, even where nothing is listed yet."""
    for title, position in POSITION.items():
        look = _number(looks, title, font_color=INPUT) if COLUMNS[title].number else looks.body(font_color=INPUT)
        sheet.write_blank(at, position, None, look)
    _computed(sheet, looks, at, {})


def _totals_above(sheet: Worksheet, looks: Looks, content: Content) -> None:
    at, bold = layout.HEADER_ROW - 1, looks(bold=True)
    days, cost = live.days_of(content), live.cost_of(content)
    sheet.write_string(at, 0, "All estimated components", bold)
    unknown = len(content.unknown)
    write_live(sheet, at, POSITION[layout.STATUS], f'={formulas.UNKNOWN}&" not estimated"', bold,
               f"{unknown} not estimated")  # fmt: skip
    one_off = [row.item.one_off_cost for row in (*content.estimated, *content.unknown)]
    stated = [value for value in one_off if value is not None]
    totals: dict[str, tuple[str, float | None]] = {
        layout.LOW: (formulas.estimated_sum(layout.LOW), days.low if days else None),
        layout.LIKELY: (formulas.estimated_sum(layout.LIKELY), days.likely if days else None),
        layout.HIGH: (formulas.estimated_sum(layout.HIGH), days.high if days else None),
        layout.MEAN: (formulas.estimated_sum(layout.MEAN), days.mean if days else None),
        layout.SPREAD: (f"={formulas.DAYS_CELLS.spread}", days.spread if days else None),
        layout.ONE_OFF: (formulas.needed_sum(layout.ONE_OFF), sum(stated) if stated else None),
        layout.COST: (f"={formulas.COST_CELLS.mean}", cost.mean if cost else None),
        layout.RUN_COST: (formulas.needed_sum(layout.RUN_COST), live.stated_run_cost_of(content)),
    }
    for title, (formula, value) in totals.items():
        look = looks(bold=True, num_format=COLUMNS[title].number)
        write_live(sheet, at, POSITION[title], formula, look, value)


def _drop_downs(sheet: Worksheet, first: int, last: int) -> None:
    for title in (layout.NEEDED, layout.IN_PROTOTYPE):
        choice = {
            "validate": "list",
            "source": [layout.YES, layout.NO],
            "error_title": title,
            "error_message": "Choose yes or no.",
        }
        sheet.data_validation(first, POSITION[title], last, POSITION[title], choice)


def _limits(sheet: Worksheet, first: int, last: int) -> None:
    numbers = (
        (layout.LOW, layout.HIGH, MOST_DAYS, "person-days"),
        (layout.DAY_RATE, layout.DAY_RATE, MOST_RATE, "money a day"),
        (layout.ONE_OFF, layout.ONE_OFF, MOST_MONEY, "money"),
        (layout.RUN_COST, layout.RUN_COST, MOST_MONEY, "money a year"),
        (layout.REVIEW_MINUTES, layout.REVIEW_MINUTES, MOST_MINUTES, "minutes"),
    )
    for begin, end, most, unit in numbers:
        limit = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": most,
            "ignore_blank": True,
            "error_title": "Person-days" if begin == layout.LOW else begin,
            "error_message": f"A number from 0 to {most:,.0f} ({unit}), or empty if it is not known.",
        }
        sheet.data_validation(first, POSITION[begin], last, POSITION[end], limit)
    for title, most in ((layout.COMPONENT, LONGEST_NAME), (layout.BASIS, LONGEST_BASIS)):
        length = {
            "validate": "length",
            "criteria": "<=",
            "value": most,
            "ignore_blank": True,
            "error_title": title,
            "error_message": f"At most {most:,} characters.",
        }
        sheet.data_validation(first, POSITION[title], last, POSITION[title], length)


def _marks(sheet: Worksheet, looks: Looks, first: int, last: int) -> None:
    """Shading for what is unknown, and for estimates that do not rise; it follows every edit."""
    low, likely, high, status = (
        f"${_letter(title)}{first + 1}" for title in (layout.LOW, layout.LIKELY, layout.HIGH, layout.STATUS)
    )
    falls = [f"AND(COUNT({a},{b})=2,{a}>{b})" for a, b in ((low, likely), (likely, high), (low, high))]
    fault = {"type": "formula", "criteria": f"=OR({','.join(falls)})", "format": looks.shade(FAULT_FILL)}
    unknown = {"type": "formula", "criteria": f'={status}="unknown"', "format": looks.shade(UNKNOWN_FILL)}
    sheet.conditional_format(first, POSITION[layout.LOW], last, POSITION[layout.HIGH], fault)
    sheet.conditional_format(first, 0, last, POSITION[layout.SPREAD], unknown)


def _letter(title: str) -> str:
    return chr(ord("A") + POSITION[title])


def _blocks(sheet: Worksheet, content: Content, last: int) -> None:
    """On paper the estimates stand on one page, the money on the next and the remarks on a third.

    The title is in the page header: a title cell would be repeated, and cut off, with the components below it.
    """
    look = f'&"{FONT},Regular"&8'
    name, currency = in_margin(content.project_name), in_margin(shortened(content.plan.currency, LONGEST_CURRENCY))
    sheet.set_header(f'&L&"{FONT},Bold"&12 Production scope: {name}&R{look} Person-days, costs in {currency}')
    sheet.print_area(layout.HEADER_ROW - 2, 0, last, POSITION[layout.REASON])
    sheet.set_print_scale(PRINT_SCALE)
    sheet.set_v_pagebreaks([POSITION[title] for title in BLOCKS])
    sheet.repeat_rows(layout.HEADER_ROW)
    sheet.repeat_columns(0)
    sheet.print_across()
