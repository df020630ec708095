"""The sheet Simulation: what was drawn, where the spread comes from, and what the approximation is made of."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from readiness.exports.figures import day
from readiness.exports.safe_text import cell_text, one_line
from readiness.exports.workbook import formulas, live
from readiness.exports.workbook.content import Content
from readiness.exports.workbook.curves import CHART_ROWS, add_curve, add_tornado
from readiness.exports.workbook.looks import (
    BROAD,
    COUNT,
    DAYS,
    MONEY,
    QUIET,
    WHOLE_PERCENT,
    Looks,
    add_list,
    fit_height,
    shortened,
    write_figure,
    write_header,
    write_live,
    write_text,
    write_title,
)
from readiness.ranges import SEED, Percentiles
from readiness.scope.simulation import CURVE_LEVELS, Simulation

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

PERCENTILES_TABLE, DRIVERS_TABLE, CURVE_TABLE, SUMS_TABLE = "Percentiles", "Drivers", "Curve", "Approximation"
SETTINGS_ROW, PERCENTILES_ROW, CHARTS_ROW = 3, 12, 20  # of their headers, 0-based
SUMS_HEADER_ROW = formulas.SUMS_ROW - 1
LISTS_ROW = formulas.SUMS_ROW + 12
TEAM_CELL, PRODUCTIVE_CELL = "Simulation!$B$9", "Simulation!$B$10"
WIDTHS = (46, 13, 13, 13, 13, 13, 3, 10, 13, 14)
PRINT_SCALE = 67  # percent: all columns then fit an A4 page
MARKS_COLUMN = CURVE_COLUMN = 7
LEVELS = (*live.LEVELS, "Mean")
SQUARES, WEIGHT = "Sum of squared spreads", "How near the fully correlated end (0 to 1)"
SUMS_LABELS = (
    "One-off costs",
    "Sum of low",
    "Sum of likely",
    "Sum of high",
    "Sum of means",
    "Sum of spreads",
    SQUARES,
    "Spread of the total, with the common cause",
    WEIGHT,
)
NOTHING = "Nothing is estimated yet, so nothing was simulated."


def write_simulation(book: Workbook, sheet: Worksheet, looks: Looks, content: Content) -> None:
    """Settings, percentiles, charts, the approximation's parts, the drivers of the spread, and the S-curve."""
    simulated = content.total.simulated
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    write_title(sheet, looks, "Simulation", _remark(content, simulated))
    _settings(sheet, looks, content, simulated)
    _percentiles(sheet, looks, content, simulated)
    _sums(sheet, looks, content)
    _drivers(sheet, looks, simulated)
    _curve(sheet, looks, simulated)
    if simulated is not None:
        _marks(sheet, looks, simulated)
        _charts(book, sheet, content, simulated)
    sheet.freeze_panes(2, 0)
    _pages(sheet, LISTS_ROW + max(len(CURVE_LEVELS), len(simulated.contributions)) if simulated else LISTS_ROW + 1)


def percentile_figures(figures: Percentiles | None) -> tuple[float | None, ...]:
    """P10, P50, P80, P90 and the mean; all of them None where there are none."""
    if figures is None:
        return (None,) * len(LEVELS)
    return figures.p10, figures.p50, figures.p80, figures.p90, figures.mean


def _pages(sheet: Worksheet, last: int) -> None:
    """On paper: the figures with the curves, the tornado with the approximation, and the lists. No chart is cut."""
    sheet.set_print_scale(PRINT_SCALE)
    sheet.set_h_pagebreaks([CHARTS_ROW + CHART_ROWS, LISTS_ROW])
    sheet.repeat_rows(LISTS_ROW)
    sheet.print_area(0, 0, last, len(WIDTHS) - 1)


def _remark(content: Content, simulated: Simulation | None) -> str:
    if simulated is None:
        return NOTHING
    return (
        f"Simulated with {simulated.draws:,} draws, state of {day(content.now)}. These figures stand still; "
        "what follows edits is on the sheet Summary."
    )


def _settings(sheet: Worksheet, looks: Looks, content: Content, simulated: Simulation | None) -> None:
    plan = content.plan
    write_header(sheet, looks, SETTINGS_ROW, 0, ("Setting of the simulation", "Value"))
    settings = (
        ("Draws", simulated.draws if simulated else None, COUNT),
        ("Seed", SEED if simulated else None, "0"),
        ("Common cause", plan.common_cause, WHOLE_PERCENT),
        ("Confidence of low to high", plan.confidence, WHOLE_PERCENT),
        ("Team size", plan.team_size, "#,##0.##"),
        ("Productive days a week", plan.productive_days_per_week, DAYS),
    )
    for at, (label, value, number) in enumerate(settings, start=SETTINGS_ROW + 1):
        sheet.write_string(at, 0, label, looks.body())
        write_figure(sheet, at, 1, value, looks.body(num_format=number))


def _percentiles(sheet: Worksheet, looks: Looks, content: Content, simulated: Simulation | None) -> None:
    right = looks.header(align="right")
    titles = [("Simulated", looks.header()), *((title, right) for title in LEVELS)]
    currency = shortened(one_line(cell_text(content.plan.currency)), 20)
    lines = (
        ("Person-days, if components shared nothing", _of(simulated, "independent_days"), DAYS, False),
        (f"Person-days, with a common cause of {content.plan.common_cause:.0%}", _of(simulated, "days"), DAYS, True),
        ("Person-days, if all went well or badly together", _of(simulated, "correlated_days"), DAYS, False),
        (f"Cost to build in {currency}", _of(simulated, "cost"), MONEY, False),
        ("Calendar weeks", _of(simulated, "weeks"), DAYS, False),
        (f"Run cost a year in {currency}", _of(simulated, "run_cost_year"), MONEY, False),
    )
    add_list(sheet, PERCENTILES_TABLE, (PERCENTILES_ROW, 0), titles, len(lines))
    for at, (label, figures, number, bold) in enumerate(lines, start=PERCENTILES_ROW + 1):
        sheet.write_string(at, 0, label, looks.body(bold=bold))
        for column, value in enumerate(percentile_figures(figures), start=1):
            write_figure(sheet, at, column, value, looks.body(num_format=number, bold=bold))


def _of(simulated: Simulation | None, name: str) -> Percentiles | None:
    return getattr(simulated, name) if simulated else None


def _sums(sheet: Worksheet, looks: Looks, content: Content) -> None:
    """What the approximation on the sheet Summary is made of, live, and beside it as it was at the export."""
    titles = ("What the approximation is made of", "Person-days", "Cost", "Person-days at export", "Cost at export")
    right = looks.header(align="right")
    heads = [(title, right if at else looks.header()) for at, title in enumerate(titles)]
    add_list(sheet, SUMS_TABLE, (SUMS_HEADER_ROW, 0), heads, len(SUMS_LABELS))
    sheet.set_row(SUMS_HEADER_ROW, 30)
    for offset, label in enumerate(SUMS_LABELS):
        sheet.write_string(formulas.SUMS_ROW + offset, 0, label, looks.body())
    _sums_column(sheet, looks, 1, formulas.days_sums(), live.days_of(content), (DAYS, DAYS))
    _sums_column(sheet, looks, 2, formulas.cost_sums(), live.cost_of(content), (MONEY, BROAD))


def _sums_column(
    sheet: Worksheet,
    looks: Looks,
    column: int,
    written: formulas.SumsCells,
    sums: live.Sums | None,
    numbers: tuple[str, str],
) -> None:
    """One column of sums; `numbers` are the formats of its figures and of their squares."""
    for offset, (formula, value) in enumerate(zip(astuple(written), live.parts(sums), strict=True)):
        number = {SQUARES: numbers[1], WEIGHT: "0.000"}.get(SUMS_LABELS[offset], numbers[0])
        look, at = looks.body(num_format=number), formulas.SUMS_ROW + offset
        write_live(sheet, at, column, formula, look, value)
        write_figure(sheet, at, column + 2, value, look)


def _drivers(sheet: Worksheet, looks: Looks, simulated: Simulation | None) -> None:
    """Where the spread comes from, the largest part first."""
    parts = simulated.contributions if simulated else ()
    right = looks.header(align="right")
    titles = [
        ("Where the spread comes from", looks.header()),
        ("Share of it", right),
        ("Days at low", right),
        ("Days at high", right),
        ("In the chart", looks.header(indent=1)),
    ]
    add_list(sheet, DRIVERS_TABLE, (LISTS_ROW, 0), titles, len(parts))
    sheet.write_blank(LISTS_ROW, 5, None, looks.header())
    for at, part in enumerate(parts, start=LISTS_ROW + 1):
        write_text(sheet, at, 0, part.component, looks, text_wrap=True)
        fit_height(sheet, at, [(part.component, WIDTHS[0])])
        sheet.write_number(at, 1, part.share, looks.body(num_format="0.0%"))
        sheet.write_number(at, 2, part.low_days, looks.body(num_format="+#,##0.0;-#,##0.0;0.0"))
        sheet.write_number(at, 3, part.high_days, looks.body(num_format="+#,##0.0;-#,##0.0;0.0"))
        label = shortened(one_line(part.component))
        write_text(sheet, at, 4, label, looks, indent=1, font_color=QUIET, font_size=8)
        sheet.write_blank(at, 5, None, looks.body())


def _curve(sheet: Worksheet, looks: Looks, simulated: Simulation | None) -> None:
    """How likely the total stays within which figure, from 1% to 99%."""
    right = looks.header(align="right")
    titles = [("Chance", right), ("Person-days", right), ("Cost", right)]
    add_list(sheet, CURVE_TABLE, (LISTS_ROW, CURVE_COLUMN), titles, len(CURVE_LEVELS) if simulated else 0)
    if simulated is None:
        return
    for offset, level in enumerate(CURVE_LEVELS):
        at = LISTS_ROW + 1 + offset
        cost = simulated.cost_curve[offset] if simulated.cost_curve else None
        sheet.write_number(at, CURVE_COLUMN, level, looks.body(num_format=WHOLE_PERCENT))
        sheet.write_number(at, CURVE_COLUMN + 1, simulated.days_curve[offset], looks.body(num_format=DAYS))
        write_figure(sheet, at, CURVE_COLUMN + 2, cost, looks.body(num_format=MONEY))


def _marks(sheet: Worksheet, looks: Looks, simulated: Simulation) -> None:
    """The ends of the lines that mark P50 and P80 in the charts of the S-curve."""
    for column, title in enumerate(("Mark", "Person-days", "Cost"), start=MARKS_COLUMN):
        sheet.write_string(SETTINGS_ROW, column, title, looks.header(align="right"))
    for offset, level in enumerate((0.0, 0.5, 0.0, 0.8)):
        at = SETTINGS_ROW + 1 + offset
        name = "p50" if offset < 2 else "p80"
        sheet.write_number(at, MARKS_COLUMN, level, looks.body(num_format=WHOLE_PERCENT))
        sheet.write_number(at, MARKS_COLUMN + 1, getattr(simulated.days, name), looks.body(num_format=DAYS))
        cost = getattr(simulated.cost, name) if simulated.cost else None
        write_figure(sheet, at, MARKS_COLUMN + 2, cost, looks.body(num_format=MONEY))


def _charts(book: Workbook, sheet: Worksheet, content: Content, simulated: Simulation) -> None:
    currency = shortened(one_line(cell_text(content.plan.currency)), 12)
    marks = (SETTINGS_ROW + 1, MARKS_COLUMN)
    curve = (LISTS_ROW + 1, CURVE_COLUMN)
    if simulated.days_curve[0] < simulated.days_curve[-1]:
        add_curve(book, sheet, (CHARTS_ROW, 0), marks, curve, simulated.days, "person-days", offset=1)
    if simulated.cost and simulated.cost_curve and simulated.cost_curve[0] < simulated.cost_curve[-1]:
        add_curve(book, sheet, (CHARTS_ROW, 3), marks, curve, simulated.cost, currency, offset=2)
    add_tornado(book, sheet, (CHARTS_ROW + CHART_ROWS + 1, 0), LISTS_ROW + 1, simulated)
