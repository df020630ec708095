"""The sheet Summary: what the production build comes to, and what is not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readiness.exports.figures import day
from readiness.exports.safe_text import cell_text
from readiness.exports.scope_layout import (
    CURRENCY,
    PLANNED,
    PRODUCTIVE_DAYS,
    REFERENCE_MULTIPLIER,
    REFERENCE_SOURCE,
    SCOPE_TABLE,
    TEAM_SIZE,
)
from readiness.exports.workbook import formulas, left_out, live
from readiness.exports.workbook.content import Content, Row
from readiness.exports.workbook.findings_sheet import REVIEW_COSTS, REVIEWS_TABLE, review_costs
from readiness.exports.workbook.left_out import LeftOut
from readiness.exports.workbook.looks import (
    COUNT,
    DAYS,
    MONEY,
    RATIO,
    Looks,
    add_list,
    fit_height,
    write_figure,
    write_header,
    write_live,
    write_text,
    write_title,
)
from readiness.exports.workbook.simulation_sheet import LEVELS, PRODUCTIVE_CELL, TEAM_CELL, percentile_figures
from readiness.scope.totals import UNDERESTIMATION, GroupTotal

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

GROUPS_TABLE = "Groups"
CHANGED_ROW, SIMULATED_ROW, LIVE_ROW, ENDS_ROW, OUTSIDE_ROW, RUN_ROW, COUNTS_ROW, GROUPS_ROW = (
    2, 3, 9, 15, 20, 26, 33, 39,
)  # of the headers, 0-based  # fmt: skip
LABELS, REMARKS = 46, 44  # widths of the first and of the last column
REMARK_COLUMN = 6
NO_GROUP = "No group"
CHANGED = "Changed since the simulation: read the figures that follow edits."


def write_summary(sheet: Worksheet, looks: Looks, content: Content) -> None:
    """Totals as simulated and as they follow edits, the outside view, counts, groups, and what is not estimated."""
    sheet.set_column(0, 0, LABELS)
    sheet.set_column(1, 5, 13)
    sheet.set_column(REMARK_COLUMN, REMARK_COLUMN, REMARKS)
    title = f"Production scope: {content.project_name}"
    write_title(sheet, looks, title, f"{content.total.sentence} State of {day(content.now)}.")
    _changed(sheet, looks, content)
    _simulated(sheet, looks, content)
    _live(sheet, looks, content)
    _ends(sheet, looks, content)
    _outside(sheet, looks, content)
    _run_cost(sheet, looks, content)
    _counts(sheet, looks, content)
    after = _groups(sheet, looks, content)
    _not_estimated(sheet, looks, after + 1, content)
    sheet.freeze_panes(2, 0)
    sheet.print_area(0, 0, after + 1 + len(content.unknown), REMARK_COLUMN)


def _changed(sheet: Worksheet, looks: Looks, content: Content) -> None:
    """A remark that shows itself once the workbook no longer agrees with what was simulated."""
    cells = (formulas.DAYS_CELLS.mean, formulas.DAYS_CELLS.spread, formulas.COST_CELLS.mean, formulas.COST_CELLS.spread)
    moved = [_moved(cell) for cell in cells]
    moved += [f"N({TEAM_SIZE})<>N({TEAM_CELL})", f"N({PRODUCTIVE_DAYS})<>N({PRODUCTIVE_CELL})"]
    formula = f'=IF(OR({",".join(moved)}),"{CHANGED}","")'
    write_live(sheet, CHANGED_ROW, 0, formula, looks(bold=True, font_color="#9A3412"), "")


def _moved(cell: str) -> str:
    exported = cell.replace("$B$", "$D$").replace("$C$", "$E$")
    return f"ABS(N({cell})-N({exported}))>0.0001*(1+N({exported}))"


def _simulated(sheet: Worksheet, looks: Looks, content: Content) -> None:
    simulated = content.total.simulated
    _header(sheet, looks, SIMULATED_ROW, "Production build, simulated", LEVELS, "Not in it")
    figures = (
        (simulated.days if simulated else None, DAYS), (simulated.cost if simulated else None, MONEY),
        (simulated.weeks if simulated else None, DAYS),
    )  # fmt: skip
    _labels(sheet, looks, SIMULATED_ROW + 1, content)
    for at, (percentiles, number) in enumerate(figures, start=SIMULATED_ROW + 1):
        look = looks.body(num_format=number, bold=at == SIMULATED_ROW + 1)
        for column, value in enumerate(percentile_figures(percentiles or None), start=1):
            write_figure(sheet, at, column, value, look)
    remark = "Nothing is estimated yet, so nothing was simulated."
    if simulated:
        remark = (
            f"Simulated with {simulated.draws:,} draws, state of {day(content.now)}: these figures do not follow edits."
        )
    sheet.write_string(SIMULATED_ROW + 4, 0, remark, looks.quiet(italic=True))


def _live(sheet: Worksheet, looks: Looks, content: Content) -> None:
    _header(sheet, looks, LIVE_ROW, "The same, following edits (approximation)", LEVELS, "Not in it")
    _labels(sheet, looks, LIVE_ROW + 1, content)
    days, cost = live.days_of(content), live.cost_of(content)
    for column, title in enumerate(LEVELS, start=1):
        level = live.LEVELS.get(title)
        for at, sums, cells, number in (
            (LIVE_ROW + 1, days, formulas.DAYS_CELLS, DAYS), (LIVE_ROW + 2, cost, formulas.COST_CELLS, MONEY),
        ):  # fmt: skip
            formula = f"={cells.mean}" if level is None else formulas.percentile(cells, level)
            value = None if sums is None else sums.mean if level is None else sums.at(level)
            look = looks.body(num_format=number, bold=at == LIVE_ROW + 1)
            write_live(sheet, at, column, formula, look, value)
        look = looks.body(num_format=DAYS)
        write_live(sheet, LIVE_ROW + 3, column, formulas.weeks(level), look, live.weeks_of(content, level))
    sheet.write_string(LIVE_ROW + 4, 0, live.HOW_FAR_OFF, looks.quiet(italic=True))


def _header(sheet: Worksheet, looks: Looks, row: int, label: str, titles: tuple[str, ...], remark: str = "") -> None:
    write_header(sheet, looks, row, 0, (label, *titles))
    for column in range(1 + len(titles), REMARK_COLUMN + 1):
        sheet.write_blank(row, column, None, looks.header())
    if remark:
        sheet.write_string(row, REMARK_COLUMN, remark, looks.header(indent=1))


def _rule(sheet: Worksheet, looks: Looks, row: int) -> None:
    """The line below a row, also where nothing is written."""
    for column in range(REMARK_COLUMN + 1):
        sheet.write_blank(row, column, None, looks.body())


def _labels(sheet: Worksheet, looks: Looks, first: int, content: Content) -> None:
    """What the three lines of totals are, and what is not in them."""
    sheet.write_string(first, 0, "Person-days of the estimated components", looks.body(bold=True))
    _money_label(sheet, looks, first + 1, "Cost to build", content)
    sheet.write_string(first + 2, 0, "Calendar weeks", looks.body())
    remarks = (left_out.of_days(content), left_out.of_cost(content), left_out.of_weeks(content))
    for at, remark in enumerate(remarks, start=first):
        _remark(sheet, looks, at, remark)


def _remark(sheet: Worksheet, looks: Looks, row: int, remark: LeftOut) -> None:
    write_live(sheet, row, REMARK_COLUMN, remark.formula, looks.body(indent=1), remark.text)


def _money_label(sheet: Worksheet, looks: Looks, row: int, label: str, content: Content) -> None:
    """A label with the currency, which is an input."""
    cached = f"{label} in {cell_text(content.plan.currency)}"
    write_live(sheet, row, 0, f'="{label} in "&{CURRENCY}', looks.body(), cached)


def _ends(sheet: Worksheet, looks: Looks, content: Content) -> None:
    _header(sheet, looks, ENDS_ROW, "Were all to go well, or badly, together", ("Low", "Likely", "High"), "Not in it")
    for at in (ENDS_ROW + 1, ENDS_ROW + 2):
        _rule(sheet, looks, at)
    sheet.write_string(ENDS_ROW + 1, 0, "Person-days, sums of the components", looks.body(bold=True))
    _money_label(sheet, looks, ENDS_ROW + 2, "Cost to build", content)
    for at, sums, cells, number in (
        (ENDS_ROW + 1, live.days_of(content), formulas.DAYS_CELLS, DAYS),
        (ENDS_ROW + 2, live.cost_of(content), formulas.COST_CELLS, MONEY),
    ):
        values = (sums.low, sums.likely, sums.high) if sums else (None, None, None)
        for column, (cell, value) in enumerate(
            zip((cells.low, cells.likely, cells.high), values, strict=True), start=1
        ):
            write_live(sheet, at, column, f"={cell}", looks.body(num_format=number, bold=at == ENDS_ROW + 1), value)
    _remark(sheet, looks, ENDS_ROW + 1, left_out.of_days(content))
    _remark(sheet, looks, ENDS_ROW + 2, left_out.of_cost(content))
    remark = "The fully correlated end: the extremes, not the range to plan with."
    sheet.write_string(ENDS_ROW + 3, 0, remark, looks.quiet(italic=True))


def _outside(sheet: Worksheet, looks: Looks, content: Content) -> None:
    """The outside view: against the plan of the prototype's team, and against comparable projects."""
    plan, simulated, days = content.plan, content.total.simulated, live.days_of(content)
    _header(sheet, looks, OUTSIDE_ROW, "Outside view", ("", "P50", "P80"), "Not in it, or where it comes from")
    for at in range(OUTSIDE_ROW + 1, OUTSIDE_ROW + 4):
        _rule(sheet, looks, at)
    sheet.write_string(OUTSIDE_ROW + 1, 0, "Times the plan of the prototype's team, simulated", looks.body(bold=True))
    sheet.write_string(OUTSIDE_ROW + 2, 0, "Times the plan, following edits", looks.body())
    planned = plan.planned_days or None
    lines = (
        (OUTSIDE_ROW + 1, SIMULATED_ROW + 2, (simulated.days.p50, simulated.days.p80) if simulated else (None, None)),
        (OUTSIDE_ROW + 2, LIVE_ROW + 2, (days.at(0.5), days.at(0.8)) if days else (None, None)),
    )
    for at, source, values in lines:
        for column, letter, value in ((2, "C", values[0]), (3, "D", values[1])):
            cell = f"{letter}{source}"
            formula = f'=IF(AND(N({PLANNED})>0,ISNUMBER({cell})),{cell}/{PLANNED},"")'
            ratio = value / planned if planned and value is not None else None
            look = looks.body(num_format=RATIO, bold=at == OUTSIDE_ROW + 1)
            write_live(sheet, at, column, formula, look, ratio)
        _remark(sheet, looks, at, left_out.of_ratio(content))
    _reference(sheet, looks, OUTSIDE_ROW + 3, content)
    low, high = UNDERESTIMATION
    remark = f"Commonly {low:g} to {high:g} times, where production was planned as a phase of the prototype."
    sheet.write_string(OUTSIDE_ROW + 4, 0, remark, looks.quiet(italic=True))


def _reference(sheet: Worksheet, looks: Looks, at: int, content: Content) -> None:
    plan = content.plan
    sheet.write_string(at, 0, "Person-days, the plan times the reference multiplier", looks.body())
    known = f"AND(N({PLANNED})>0,N({REFERENCE_MULTIPLIER})>0)"
    product = plan.planned_days * plan.reference_multiplier if plan.planned_days and plan.reference_multiplier else None
    formula = f'=IF({known},{PLANNED}*{REFERENCE_MULTIPLIER},"")'
    write_live(sheet, at, 2, formula, looks.body(num_format=DAYS), product)
    source = f'=IF({known},{REFERENCE_SOURCE}&"","no multiplier is stated")'
    said = cell_text(plan.reference_source) if product is not None else "no multiplier is stated"
    write_live(sheet, at, REMARK_COLUMN, source, looks.body(indent=1, text_wrap=True), said)
    fit_height(sheet, at, [(said, REMARKS)])


def _run_cost(sheet: Worksheet, looks: Looks, content: Content) -> None:
    simulated = content.total.simulated
    for at in (RUN_ROW + 1, *range(RUN_ROW + 3, RUN_ROW + 6)):
        _rule(sheet, looks, at)
    _header(sheet, looks, RUN_ROW, "Run cost a year, simulated", LEVELS, "Not in it")
    _money_label(sheet, looks, RUN_ROW + 1, "Run cost a year", content)
    for column, value in enumerate(percentile_figures(simulated.run_cost_year if simulated else None), start=1):
        write_figure(sheet, RUN_ROW + 1, column, value, looks.body(num_format=MONEY))
    _header(sheet, looks, RUN_ROW + 2, "Run cost a year, following edits", ("Low", "Likely", "High"), "Not in it")
    _remark(sheet, looks, RUN_ROW + 1, left_out.of_run_cost(content))
    _remark(sheet, looks, RUN_ROW + 3, left_out.of_stated_run_cost(content))
    sheet.write_string(RUN_ROW + 4, REMARK_COLUMN, left_out.of_reviews(content), looks.body(indent=1))
    _remark(sheet, looks, RUN_ROW + 5, left_out.of_run_cost(content))
    sheet.write_string(RUN_ROW + 3, 0, "Stated for components", looks.body())
    sheet.write_string(RUN_ROW + 4, 0, "People who review records (95% interval of the shares)", looks.body())
    sheet.write_string(RUN_ROW + 5, 0, "Together", looks.body(bold=True))
    stated, reviews = live.stated_run_cost_of(content), review_costs(content)
    number, bold = looks.body(num_format=MONEY), looks.body(num_format=MONEY, bold=True)
    for column, title in enumerate(REVIEW_COSTS, start=1):
        write_live(sheet, RUN_ROW + 3, column, formulas.needed_sum("Run cost a year"), number, stated)
        review = reviews.get(title)
        if reviews:
            sent = f"{REVIEWS_TABLE}[{title}]"
            write_live(sheet, RUN_ROW + 4, column, f'=IF(COUNT({sent})=0,"",SUM({sent}))', number, review)
        cells = f"{'BCD'[column - 1]}{RUN_ROW + 4}:{'BCD'[column - 1]}{RUN_ROW + 5}"
        known = [value for value in (stated, review) if value is not None]
        together = f'=IF(COUNT({cells})=0,"",SUM({cells}))'
        write_live(sheet, RUN_ROW + 5, column, together, bold, sum(known) if known else None)


def _counts(sheet: Worksheet, looks: Looks, content: Content) -> None:
    write_header(sheet, looks, COUNTS_ROW, 0, ("Components", "Count"))
    lines = (
        ("Estimated", f"={formulas.ESTIMATED}", len(content.estimated), False),
        ("Not estimated, and not in any total of days", f"={formulas.UNKNOWN}", len(content.unknown), True),
        ("Not needed, with a reason", f"={formulas.NOT_NEEDED}", content.total.not_needed, False),
        ("Listed", f"=SUM(B{COUNTS_ROW + 2}:B{COUNTS_ROW + 4})", len(content.rows), False),
    )
    for at, (label, formula, value, bold) in enumerate(lines, start=COUNTS_ROW + 1):
        sheet.write_string(at, 0, label, looks.body(bold=bold))
        write_live(sheet, at, 1, formula, looks.body(num_format=COUNT, bold=bold), value)


GROUP_TITLES = ("Group", "Low", "Likely", "High", "Mean", "P80, simulated", "Estimated, and not estimated")


def _groups(sheet: Worksheet, looks: Looks, content: Content) -> int:
    """Subtotals by group, and the row after them."""
    names = list(dict.fromkeys(row.group for row in content.rows))
    right = looks.header(align="right")
    heads = [(title, right if 0 < at < REMARK_COLUMN else looks.header(indent=at // REMARK_COLUMN))
             for at, title in enumerate(GROUP_TITLES)]  # fmt: skip
    add_list(sheet, GROUPS_TABLE, (GROUPS_ROW, 0), heads, len(names))
    groups = {cell_text(group.group): group for group in content.total.groups}
    for at, name in enumerate(names, start=GROUPS_ROW + 1):
        mine = tuple(row for row in content.rows if row.group == name)
        _group(sheet, looks, at, name, mine, groups.get(name))
    return GROUPS_ROW + 1 + max(1, len(names))


def _group(sheet: Worksheet, looks: Looks, at: int, name: str, rows: tuple[Row, ...], group: GroupTotal | None) -> None:
    """A group's line. EXACT, since a name may hold what SUMIFS takes for a condition."""
    write_text(sheet, at, 0, name or NO_GROUP, looks, text_wrap=True)
    fit_height(sheet, at, [(name, LABELS)])
    same = f"EXACT({SCOPE_TABLE}[Group],{f'$A{at + 1}' if name else chr(34) * 2})"
    counts = {status: f'SUMPRODUCT({same}*({SCOPE_TABLE}[Status]="{status}"))' for status in ("estimated", "unknown")}
    estimated = [row for row in rows if row.mean is not None]
    days = group if group and estimated else None
    sums = (days.low_days, days.likely_days, days.high_days, sum(row.mean or 0.0 for row in estimated)) if days else ()
    figures = zip(("Low", "Likely", "High", "Mean"), sums or (None,) * 4, strict=True)
    for column, (title, value) in enumerate(figures, start=1):
        total = f'SUMPRODUCT({same}*({SCOPE_TABLE}[Status]="estimated"),{SCOPE_TABLE}[{title}])'
        formula = f'=IF({counts["estimated"]}=0,"",{total})'
        write_live(sheet, at, column, formula, looks.body(num_format=DAYS), value)
    p80 = days.days.p80 if days and days.days else None
    write_figure(sheet, at, 5, p80, looks.body(num_format=DAYS))
    unknown = sum(row.status == "unknown" for row in rows)
    unknown_part = f'IF({counts["unknown"]}>0,", "&{counts["unknown"]}&" not estimated","")'
    said = f"{len(estimated)} estimated" + (f", {unknown} not estimated" if unknown else "")
    write_live(sheet, at, REMARK_COLUMN, f'={counts["estimated"]}&" estimated"&{unknown_part}',
               looks.body(indent=1), said)  # fmt: skip


def _not_estimated(sheet: Worksheet, looks: Looks, at: int, content: Content) -> None:
    if not content.unknown:
        return
    sheet.write_string(at, 0, f"Not estimated on {day(content.now)}", looks.header())
    for offset, row in enumerate(content.unknown, start=1):
        write_text(sheet, at + offset, 0, row.component, looks, text_wrap=True)
        fit_height(sheet, at + offset, [(row.component, LABELS)])
