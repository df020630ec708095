"""Where the parts of a chart lie, as parts of its drawing area (0 to 1): what the PDF draws."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import Any, assert_never

from readiness.exports.chart_tables import in_words, signed
from readiness.exports.charts import LONGEST_LABEL, TONE_COLOUR
from readiness.exports.document import AnyChart, Chart, CurveChart, SwingChart
from readiness.exports.figures import interval, percent, shortened

MOST_TICKS = 6
_NARROWEST = 1e-9  # of the size of its figures
Ticks = list[tuple[float, str]]


def placed(chart: AnyChart) -> dict[str, Any]:
    """The chart with its positions; a label that would leave the page is short, and in full in `alt`."""
    match chart:
        case Chart():
            drawn = _shares(chart)
        case SwingChart():
            drawn = _swings(chart)
        case CurveChart():
            drawn = _curve(chart)
        case _:
            assert_never(chart)
    return {"title": chart.title, "axis": chart.axis, "note": chart.note, "alt": in_words(chart), **drawn}


def ticks(low: float, high: float) -> tuple[float, float, float]:
    """The round limits that hold `low` to `high`, and the step between ticks: 1, 2 or 5 times a power of ten.

    The limits are never one, so that everything between them has a place. A range too narrow for its figures to be
    told apart counts as a point.
    """
    size = max(abs(low), abs(high))
    span = high - low if high - low > size * _NARROWEST else size or 1.0
    raw = span / (MOST_TICKS - 1)
    power = 10.0 ** floor(log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return first * step, max(last, first + 1) * step, step


def _shares(chart: Chart) -> dict[str, Any]:
    most = max(bar.high for bar in chart.bars)
    _, end, step = ticks(0.0, 1.0 if most > 0.5 else most or 1.0)
    end = min(end, 1.0)
    rows = [
        {
            "label": shortened(bar.label, LONGEST_LABEL),
            "share": bar.share / end,
            "low": bar.low / end,
            "high": min(bar.high / end, 1.0),
            "colour": TONE_COLOUR[bar.tone],
            "figure": f"{percent(bar.share)} ({interval(bar.low, bar.high)})",
        }
        for bar in chart.bars
    ]
    digits = 0 if step >= 0.01 else 1
    marks = [(count * step / end, f"{count * step:.{digits}%}") for count in range(round(end / step) + 1)]
    return {"rows": rows, "ticks": marks}


def _swings(chart: SwingChart) -> dict[str, Any]:
    low, high, step = ticks(min(one.low for one in chart.swings), max(one.high for one in chart.swings))

    def place(value: float) -> float:
        return (value - low) / (high - low)

    rows = [
        {
            "label": shortened(one.label, LONGEST_LABEL),
            "low": place(one.low),
            "high": place(one.high),
            "figure": f"{percent(one.share)}; {signed(one.low)} to {signed(one.high)}",
        }
        for one in chart.swings
    ]
    values = [low + count * step for count in range(round((high - low) / step) + 1)]
    marks = [(place(value), _written(value, step, plus=True)) for value in values]
    return {"rows": rows, "ticks": marks, "zero": place(0.0), "axis": f"{chart.axis}; {chart.sides}"}


def _curve(chart: CurveChart) -> dict[str, Any]:
    along = [value for value, _ in chart.points] + [mark.value for mark in chart.marks]
    low, high, step = ticks(min(along), max(along))

    def place(value: float) -> float:
        return (value - low) / (high - low)

    values = [low + count * step for count in range(round((high - low) / step) + 1)]
    return {
        "points": [(place(value), chance) for value, chance in chart.points],
        "marks": [
            {
                "x": place(mark.value),
                "y": mark.chance,
                "label": f"{mark.label}: {mark.written}",
                "on-curve": mark.on_curve,
            }
            for mark in chart.marks
        ],
        "ticks": [(place(value), _written(value, step)) for value in values],
        "chances": [(chance, f"{chance:.0%}") for chance in (0.0, 0.25, 0.5, 0.75, 1.0)],
        "chance-axis": chart.chance_axis,
    }


def _written(value: float, step: float, *, plus: bool = False) -> str:
    """A tick with the decimals that its step needs."""
    digits = max(0, -floor(log10(step) + 1e-9))
    text = f"{value:+,.{digits}f}" if plus else f"{value:,.{digits}f}"
    return "0" if float(text.replace(",", "")) == 0 else text
