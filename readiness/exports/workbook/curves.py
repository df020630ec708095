"""The native charts of the sheet Simulation: the S-curve and the tornado."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from readiness.exports.figures import days, whole
from readiness.exports.safe_text import one_line
from readiness.exports.scope_layout import SHEET_SIMULATION
from readiness.exports.workbook.looks import FIRST_COLOUR, FONT, INK, QUIET, RULE, SECOND_COLOUR, shortened
from readiness.ranges import Percentiles
from readiness.scope.simulation import CURVE_LEVELS, Simulation
from readiness.scope.spread import spread_sentence

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

CHART_ROWS = 17  # of the sheet's usual height
CHART_HEIGHT = 375  # pixels
CURVE_WIDTH, TORNADO_WIDTH = 515, 1_085
MOST_BARS = 12  # more cannot be read; the table has them all
WHOLE_FROM = 10  # smaller figures are shown with a decimal, so that half a day is not said to be none

At = tuple[int, int]


def add_curve(
    book: Workbook,
    sheet: Worksheet,
    at: At,
    marks: At,
    curve: At,
    figures: Percentiles,
    unit: str,
    *,
    offset: int,
) -> None:
    """The S-curve of the figures that stand `offset` columns right of the chances, with P50 and P80 marked."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    first, column = curve
    last = first + len(CURVE_LEVELS) - 1
    chart.add_series(
        {
            "name": "Chance",
            "categories": [SHEET_SIMULATION, first, column + offset, last, column + offset],
            "values": [SHEET_SIMULATION, first, column, last, column],
            "line": {"color": FIRST_COLOUR, "width": 2.25},
        }
    )
    shown = whole if figures.p50 >= WHOLE_FROM else days
    for begin, name in ((marks[0], "P50"), (marks[0] + 2, "P80")):
        chart.add_series(_mark(begin, marks[1], offset, name))
    title = f"Half a chance to stay within {shown(figures.p50)}, 80% within {shown(figures.p80)} {unit}"
    _dress(chart, title, CURVE_WIDTH)
    chart.set_x_axis({**_axis(unit[:1].upper() + unit[1:]), "num_format": "#,##0"})
    chart.set_y_axis({**_axis("Chance to stay within"), "num_format": "0%", "min": 0, "max": 1, "major_unit": 0.2})
    chart.set_legend({"none": True})
    sheet.insert_chart(*at, chart, {"object_position": 2, "description": title})


def add_tornado(book: Workbook, sheet: Worksheet, at: At, first: int, simulated: Simulation) -> None:
    """What the total's middle moves by, were each of the largest contributors at its low or at its high."""
    moving = [part for part in simulated.contributions if part.low_days or part.high_days][:MOST_BARS]
    if not moving:
        return
    chart = book.add_chart({"type": "bar"})
    last = first + len(moving) - 1
    for name, column, colour in (("At low", 2, FIRST_COLOUR), ("At high", 3, SECOND_COLOUR)):
        chart.add_series(
            {
                "name": name,
                "categories": [SHEET_SIMULATION, first, 4, last, 4],
                "values": [SHEET_SIMULATION, first, column, last, column],
                "fill": {"color": colour},
                "gap": 45,
                "overlap": 100,
            }
        )
    title = tornado_title(simulated)
    _dress(chart, title, TORNADO_WIDTH)
    labels = {"label_position": "low", "reverse": True, "crossing": "max", "num_font": _font(8.5, INK)}
    chart.set_y_axis(
        {**labels, "line": {"color": RULE}, "major_tick_mark": "none", "major_gridlines": {"visible": False}}
    )
    chart.set_x_axis(
        {**_axis("Person-days that the total moves by, were the component at its low or at its high"),
         "num_format": "+#,##0.#;-#,##0.#;0"}
    )  # fmt: skip
    chart.set_legend({"position": "top", "font": _font(9, INK)})
    sheet.insert_chart(*at, chart, {"object_position": 2, "description": title})


def tornado_title(simulated: Simulation) -> str:
    """The finding, in the words that the page has for it. It begins with words of our own."""
    parts = [replace(part, component=shortened(one_line(part.component))) for part in simulated.contributions]
    said = spread_sentence(replace(simulated, contributions=tuple(parts)))
    return f"Where the spread comes from. {said.removesuffix('.')}"


def _mark(begin: int, column: int, offset: int, label: str) -> dict[str, Any]:
    """A line from the axis up to the curve, with its name at the top."""
    return {
        "name": label,
        "categories": [SHEET_SIMULATION, begin, column + offset, begin + 1, column + offset],
        "values": [SHEET_SIMULATION, begin, column, begin + 1, column],
        "line": {"color": SECOND_COLOUR, "width": 1.25, "dash_type": "dash"},
        "marker": {"type": "none"},
        "data_labels": {
            "value": True,
            "position": "right",
            "font": _font(9, INK),
            "custom": [{"delete": True}, {"value": f"  {label}"}],
        },
    }


def _dress(chart: Any, title: str, width: int) -> None:
    chart.set_title({"name": title, "name_font": {**_font(10.5, INK), "bold": True}, "overlay": False})
    chart.set_size({"width": width, "height": CHART_HEIGHT})
    chart.set_chartarea({"border": {"color": RULE}})


def _axis(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "name_font": {**_font(9, QUIET), "bold": False},
        "num_font": _font(8.5, QUIET),
        "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}},
        "line": {"color": RULE},
    }


def _font(size: float, colour: str) -> dict[str, Any]:
    return {"name": FONT, "size": size, "color": colour}
