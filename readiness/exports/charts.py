"""A document's charts as vectors or pictures, drawn on this machine from the figures alone."""

from __future__ import annotations

from typing import Any

from readiness.exports.document import Chart, Tone

WIDTH = 640  # of the whole chart with its labels, in points
PIXELS_A_POINT = 2.0
LONGEST_LABEL = 60  # characters
_STEP = 22
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_INK = "#333333"
# Okabe and Ito's palette: told apart by the colour-blind, and in grey on paper.
TONE_COLOUR = {
    Tone.NEUTRAL: "#2F7F9E",
    Tone.GOOD: "#009E73",
    Tone.CAUTION: "#E69F00",
    Tone.STOP: "#D55E00",
}


def chart_svg(chart: Chart) -> str:
    """The chart as an SVG image."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_specification(chart), allowed_base_urls=[]))


def chart_png(chart: Chart) -> bytes:
    """The chart as a PNG image, PIXELS_A_POINT for each point."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_specification(chart), scale=PIXELS_A_POINT, allowed_base_urls=[]))


def _specification(chart: Chart) -> dict[str, Any]:
    """The chart in Vega-Lite's grammar. Texts are data, so nothing in them is acted upon."""
    values = [
        {
            "place": place,
            "label": _shortened(bar.label),
            "share": bar.share,
            "low": bar.low,
            "high": bar.high,
            "colour": TONE_COLOUR[bar.tone],
        }
        for place, bar in enumerate(chart.bars)
    ]
    most = max([bar.high for bar in chart.bars], default=1.0)
    share = {
        "field": "share",
        "type": "quantitative",
        "axis": {"format": ".0%", "title": chart.axis, "tickCount": 5, "titleFontWeight": "normal"},
        "scale": {"domain": [0, 1 if most > 0.5 else most], "nice": True},
    }
    bars = {
        "mark": {"type": "bar", "height": 12},
        "encoding": {"x": share, "color": {"field": "colour", "type": "nominal", "scale": None}},
    }
    intervals = {
        "mark": {"type": "rule", "strokeWidth": 1.4, "color": _INK},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
    }
    # One row a bar, told apart by its place: two edge cases may have the same shortened label.
    rows = {
        "field": "place",
        "type": "ordinal",
        "axis": {
            "title": None,
            "ticks": False,
            "domain": False,
            "labelLimit": 300,
            "labelExpr": _labels([row["label"] for row in values]),
        },
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": {"step": _STEP},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": values},
        "encoding": {"y": rows},
        "layer": [bars, intervals],
        "config": {"font": _FONT, "view": {"stroke": None}, "axis": {"labelColor": _INK, "titleColor": _INK}},
    }


def _labels(labels: list[Any]) -> str:
    """The expression that gives each row its label: a list in which every text is quoted as JSON."""
    import json

    return f"{json.dumps(labels)}[datum.value]"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_LABEL else line[: LONGEST_LABEL - 1] + "…"
