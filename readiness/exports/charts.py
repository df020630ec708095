"""A document's charts as vectors or pictures, drawn on this machine from the figures alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, assert_never

from readiness.exports.document import AnyChart, Chart, CurveChart, SwingChart, Tone
from readiness.exports.palette import BLUE, GREEN, GUIDE, PURPLE, VERMILLION

WIDTH = 640  # of the whole chart with its labels, in points
PIXELS_A_POINT = 2.0
LONGEST_LABEL = 60  # characters
_STEP = 22
_CURVE_HEIGHT = 260
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_INK = "#333333"
TONE_COLOUR = {
    Tone.NEUTRAL: BLUE,
    Tone.GOOD: GREEN,
    Tone.CAUTION: PURPLE,
    Tone.STOP: VERMILLION,
}


def chart_svg(chart: AnyChart) -> str:
    """The chart as an SVG image."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_specification(chart), allowed_base_urls=[]))


def chart_png(chart: AnyChart) -> bytes:
    """The chart as a PNG image, PIXELS_A_POINT for each point."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_specification(chart), scale=PIXELS_A_POINT, allowed_base_urls=[]))


def _specification(chart: AnyChart) -> dict[str, Any]:
    """The chart in Vega-Lite's grammar. Texts are data, so nothing in them is acted upon."""
    match chart:
        case Chart():
            drawn = _shares(chart)
        case SwingChart():
            drawn = _swings(chart)
        case CurveChart():
            drawn = _curve(chart)
        case _:
            assert_never(chart)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {"font": _FONT, "view": {"stroke": None}, "axis": {"labelColor": _INK, "titleColor": _INK}},
        **drawn,
    }


def _shares(chart: Chart) -> dict[str, Any]:
    values = [
        {"place": place, "share": bar.share, "low": bar.low, "high": bar.high, "colour": TONE_COLOUR[bar.tone]}
        for place, bar in enumerate(chart.bars)
    ]
    most = max(bar.high for bar in chart.bars)
    share = {
        "field": "share",
        "type": "quantitative",
        "axis": {**_axis(chart.axis), "format": ".0%" if most > 0.05 else ".1%"},
        "scale": {"domain": [0, 1 if most > 0.5 else most or 1], "nice": True},
    }
    bars = {
        "mark": {"type": "bar", "height": 10, "yOffset": -3},
        "encoding": {"x": share, "color": {"field": "colour", "type": "nominal", "scale": None}},
    }
    # Below the bar: upon it, it would not be seen on every colour.
    intervals = {
        "mark": {"type": "rule", "strokeWidth": 1.6, "color": _INK, "yOffset": 6},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
    }
    return _rows(values, [bar.label for bar in chart.bars], [bars, intervals])


def _swings(chart: SwingChart) -> dict[str, Any]:
    """A bar to the left for the low, one to the right for the high: the side says it, and the colour again."""
    values = [{"place": place, "low": one.low, "high": one.high} for place, one in enumerate(chart.swings)]
    axis = {**_axis([chart.axis, chart.sides]), "format": "+,~f", "labelExpr": "datum.value ? datum.label : '0'"}
    change = {"type": "quantitative", "axis": axis, "scale": {"nice": True, "padding": 4}}
    sides = [
        {
            "mark": {"type": "bar", "height": 12, "color": colour},
            "encoding": {"x": {**change, "field": side}, "x2": {"datum": 0}},
        }
        for side, colour in (("low", BLUE), ("high", VERMILLION))
    ]
    middle = {"mark": {"type": "rule", "color": _INK}, "encoding": {"x": {"datum": 0}, "y": None}}
    return _rows(values, [one.label for one in chart.swings], [*sides, middle])


def _curve(chart: CurveChart) -> dict[str, Any]:
    values = [{"value": value, "chance": chance} for value, chance in chart.points]
    marks = [
        {
            "value": mark.value,
            "chance": mark.chance,
            "bottom": 0,
            "top": mark.chance if mark.on_curve else 1,
            "text": f"{mark.label}: {mark.written}",
        }
        for mark in chart.marks
    ]
    on_curve = [row for row, mark in zip(marks, chart.marks, strict=True) if mark.on_curve]
    across = [row for row, mark in zip(marks, chart.marks, strict=True) if not mark.on_curve]
    value = {
        "field": "value",
        "type": "quantitative",
        "axis": {**_axis(chart.axis), "format": ",~g" if max(chart.points)[0] < 1 else ",~f"},
        "scale": {"zero": False},
    }
    chance = {
        "field": "chance",
        "type": "quantitative",
        "axis": {**_axis(chart.chance_axis), "format": ".0%"},
        "scale": {"domain": [0, 1]},
    }
    text = {"field": "text", "type": "nominal"}
    drop = {"x": value, "y": {**chance, "field": "bottom"}, "y2": {"field": "top"}}
    return {
        "height": _CURVE_HEIGHT,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "color": BLUE, "strokeWidth": 2.4},
                "encoding": {"x": value, "y": chance, "order": {"field": "chance"}},
            },
            {"data": {"values": on_curve}, "mark": _dashed([4, 3]), "encoding": drop},
            {"data": {"values": across}, "mark": _dashed([1, 3]), "encoding": drop},
            {
                "data": {"values": on_curve},
                "mark": {"type": "point", "filled": True, "size": 70, "color": BLUE, "opacity": 1},
                "encoding": {"x": value, "y": chance},
            },
            {
                "data": {"values": on_curve},
                "mark": {"type": "text", "align": "right", "dx": -9, "dy": -7, "color": _INK},
                "encoding": {"x": value, "y": chance, "text": text},
            },
            *(_plan_label(row, value, chance, text) for row in across),
        ],
    }


def _plan_label(row: dict[str, Any], value: dict[str, Any], chance: dict[str, Any], text: dict[str, Any]) -> Any:
    """At the end of its line that the curve keeps away from."""
    beyond = row["chance"] > 0.5
    end = {"align": "right", "dx": -6, "dy": -8} if beyond else {"align": "left", "dx": 6, "dy": 8}
    return {
        "data": {"values": [row]},
        "mark": {"type": "text", "color": _INK, **end},
        "encoding": {"x": value, "y": {**chance, "field": "bottom" if beyond else "top"}, "text": text},
    }


def _dashed(dash: list[int]) -> dict[str, Any]:
    return {"type": "rule", "color": GUIDE, "strokeWidth": 1.2, "strokeDash": dash}


def _axis(title: str | list[str]) -> dict[str, Any]:
    return {"title": title, "tickCount": 5, "titleFontWeight": "normal"}


def _rows(values: list[dict[str, Any]], labels: Sequence[str], layer: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows told apart by their place: two edge cases may have the same shortened label."""
    rows = {
        "field": "place",
        "type": "ordinal",
        "axis": {
            "title": None,
            "ticks": False,
            "domain": False,
            "labelLimit": 300,
            "labelPadding": 6,
            "labelExpr": f"{json.dumps([_shortened(label) for label in labels])}[datum.value]",
        },
    }
    return {"height": {"step": _STEP}, "data": {"values": values}, "encoding": {"y": rows}, "layer": layer}


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_LABEL else line[: LONGEST_LABEL - 1] + "…"
