"""The figures of the running system's days: one metric with its tolerance, errors by type, and latency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from readiness.exports.figures import counted, day, interval, percent, sentence_case
from readiness.exports.palette import BLUE, GREEN, GUIDE, PURPLE, VERMILLION
from readiness.operation.daily import OTHER_ERRORS, DayOutcomes, Metric, MetricDay, Standing, Tolerance, metric_days
from readiness.operation.rules import Alert
from readiness.ui.charts.figure import Column, Figure, Figures, escaped, shortened
from readiness.ui.charts.rows import number_axis

_HEIGHT = 300
_BAND = "rgba(0, 158, 115, 0.16)"  # palette's green, so faint that the points carry the reading
_RUN = "rgba(213, 94, 0, 0.14)"  # its vermillion
_ROOM = 0.08  # of the range, above and below what is drawn
_NAMED_ERRORS = 3  # by colour; the others together
_OTHERS = "all others"
_SHARES = (Metric.PASSED, Metric.ROUTED, Metric.ERRORS)
_LATENCIES = (
    (Metric.LATENCY_P50, "half of the items (p50)", GREEN, "solid"),
    (Metric.LATENCY_P95, "95% of the items (p95)", BLUE, "solid"),
    (Metric.LATENCY_P99, "99% of the items (p99)", PURPLE, "solid"),
)
_NOUN = {
    Metric.PASSED: "Validation passed",
    Metric.ROUTED: "Routed to a human",
    Metric.ERRORS: "Items with an error",
    Metric.COST: "Cost per item",
    Metric.ITEMS: "Items",
}
_AXIS = {
    Metric.PASSED: "validation passed (%)",
    Metric.ROUTED: "went to a human (%)",
    Metric.ERRORS: "items with an error (%)",
    Metric.COST: "cost per item (USD)",
    Metric.ITEMS: "items a day",
}


def metric_figure(
    days: Sequence[DayOutcomes], metric: Metric, tolerance: Tolerance | None, overall: float | None
) -> Figure | str:
    """One metric on each day with its tolerance band. `overall` is the metric over all items of the days."""
    points = metric_days(days, metric, tolerance)
    told = [one.value for one in points if one.value is not None]
    if not told or overall is None:
        return f"{_NOUN[metric]}: no day of this period tells."
    outside = [one for one in points if one.standing is Standing.OUTSIDE and not one.ongoing]
    limits = [end for end in (tolerance.low, tolerance.high) if end is not None] if tolerance else []
    low, high = _range([*told, *limits], metric in _SHARES)
    return Figure(
        title=_title(metric, overall, len(outside), len(told), tolerance is not None),
        traces=(_line(points, metric, "day"),),
        x_title="day",
        y_title=_AXIS[metric],
        table=_table(points, metric, with_standing=tolerance is not None),
        height=_HEIGHT,
        note="The band is the tolerance of the outcome definition." if tolerance else "",
        layout={
            "shapes": [_band(tolerance, low, high)] if tolerance else [],
            "xaxis": _days_axis(points),
            "yaxis": {"range": [low, high], "nticks": 5, **_ticks(metric, high - low, told)},
        },
    )


def routed_figure(days: Sequence[DayOutcomes], alert: Alert, overall: float | None) -> Figure | str:
    """The share that went to humans with the limit of the alert, and the runs of days that raised it."""
    points = metric_days(days, Metric.ROUTED)
    told = [one.value for one in points if one.value is not None]
    if not told or overall is None:
        return f"{_NOUN[Metric.ROUTED]}: no day of this period tells."
    above = [one for one in points if one.value is not None and one.value > alert.above and not one.ongoing]
    low, high = _range([*told, alert.above, 0.0], share=True)
    shown = {one.day for one in points}
    runs = [run for run in alert.past if run.last in shown or run.first in shown]
    return Figure(
        title=f"Routed to a human: {percent(overall)} of the items; above {_share(alert.above)} on "
        f"{len(above)} of {counted(len(told), 'day')}",
        traces=(_line(points, Metric.ROUTED, "day", {one.day for one in above}),),
        x_title="day",
        y_title=_AXIS[Metric.ROUTED],
        table=_table(points, Metric.ROUTED),
        height=_HEIGHT,
        note=f"The line is the limit, {_share(alert.above)}. Runs of days that raised an alert are shaded.",
        layout={
            "shapes": [
                *(_shaded(run.first, run.last) for run in runs),
                {
                    "type": "line",
                    "xref": "paper",
                    "x0": 0,
                    "x1": 1,
                    "y0": alert.above,
                    "y1": alert.above,
                    "line": {"color": VERMILLION, "width": 2, "dash": "dash"},
                },
            ],
            "xaxis": _days_axis(points),
            "yaxis": {"range": [low, high], "nticks": 5, **_ticks(Metric.ROUTED, high - low, told)},
        },
    )


def error_figure(days: Sequence[DayOutcomes]) -> Figure | str:
    """The share of items with an error on each day, by type."""
    with_items = [one for one in days if one.items]
    totals: dict[str, int] = {}
    for one in with_items:
        for name, count in one.errors.items():
            totals[name] = totals.get(name, 0) + count
    if not with_items:
        return "Errors by type: no day of this period tells."
    if not totals:
        return "Errors by type: no item of this period had an error."
    ranked = sorted(totals, key=lambda name: (name == OTHER_ERRORS, -totals[name], name))
    named = [name for name in ranked[:_NAMED_ERRORS] if name != OTHER_ERRORS]
    others = ranked[len(named) :]
    items = sum(one.items for one in with_items)
    colours = (BLUE, VERMILLION, PURPLE)
    traces = [_error_bars(with_items, name, (name,), colour) for name, colour in zip(named, colours, strict=False)]
    if others:
        traces.append(_error_bars(with_items, _OTHERS, others, GUIDE))
    return Figure(
        title=_error_title(named, totals, items),
        traces=tuple(traces),
        x_title="day",
        y_title=_AXIS[Metric.ERRORS],
        table=_error_table(with_items, ranked),
        height=_HEIGHT,
        note="A type that is not one word is counted with the others: it may be a sentence about a customer.",
        layout={
            "barmode": "stack",
            "bargap": 0.15,
            "showlegend": True,
            "legend": _legend(),
            "margin": {"l": 8, "r": 14, "t": 34, "b": 0},
            "xaxis": _days_axis([*with_items]),
            "yaxis": {"rangemode": "tozero", "nticks": 5, "tickformat": ".2~%"},
        },
    )


def latency_figure(days: Sequence[DayOutcomes]) -> Figure | str:
    """How long half, 95% and 99% of the items of each day took at most."""
    found = {metric: metric_days(days, metric) for metric, *_ in _LATENCIES}
    told = [one.value for points in found.values() for one in points if one.value is not None]
    if not told:
        return "Latency: no day of this period tells how long an item took."
    unit, by = ("s", 0.001) if max(told) >= 1000 else ("ms", 1.0)
    last = next(one for one in reversed(days) if one.latency_p50_ms is not None)
    top = max(told) * by
    return Figure(
        title=f"On {day(last.day)} half of the items took at most {_took(last.latency_p50_ms)}, "
        f"one in a hundred longer than {_took(last.latency_p99_ms)}",
        traces=tuple(
            _latency_line(found[metric], label, colour, dash, by, unit) for metric, label, colour, dash in _LATENCIES
        ),
        x_title="day",
        y_title=f"duration of an item ({unit})",
        table=Figures(
            (Column("Day"), *(Column(f"p{name} (ms)") for name in (50, 95, 99))),
            tuple((day(one.day), *(_cell(value, Metric.LATENCY_P50) for value in _percentiles(one))) for one in days),
        ),
        height=_HEIGHT,
        note="Percentiles of each day by itself.",
        layout={
            "showlegend": True,
            "legend": _legend(),
            "margin": {"l": 8, "r": 14, "t": 34, "b": 0},
            "xaxis": _days_axis([*days]),
            "yaxis": {"range": [0, top * (1 + _ROOM) or 1.0], "nticks": 5, **number_axis([top])},
        },
    )


def _error_title(named: Sequence[str], totals: Mapping[str, int], items: int) -> str:
    every = f"{percent(sum(totals.values()) / items)} of the items had an error"
    if not named:
        return f"{every}, of no type that is a name"
    return f"{every}; the most frequent is {named[0]}, {percent(totals[named[0]] / items)} of the items"


def _percentiles(one: DayOutcomes) -> tuple[float | None, ...]:
    return (one.latency_p50_ms, one.latency_p95_ms, one.latency_p99_ms)


def _title(metric: Metric, overall: float, outside: int, told: int, has_tolerance: bool) -> str:
    if metric is Metric.ITEMS:
        return f"{counted(round(overall), 'item')} on {counted(told, 'day')} with data"
    of = "of the items" if metric in _SHARES else "over all items"
    held = f"; outside tolerance on {outside} of {counted(told, 'day')}" if has_tolerance else ""
    return f"{_NOUN[metric]}: {_written(overall, metric)} {of}{held}"


def _written(value: float, metric: Metric) -> str:
    if metric in _SHARES:
        return percent(value)
    if metric is Metric.COST:
        return f"{value:,.4g} USD"
    return f"{value:,.0f}"


def _share(value: float) -> str:
    """A limit as it was typed: 15%, 12.5%."""
    return f"{100 * value:.6g}%"


def _took(milliseconds: float | None) -> str:
    value = milliseconds or 0.0
    return f"{value / 1000:,.3g} s" if value >= 1000 else f"{value:,.3g} ms"


def _line(points: Sequence[MetricDay], metric: Metric, name: str, marked: set[date] | None = None) -> dict[str, Any]:
    colours = [VERMILLION if _is_marked(one, marked) else BLUE for one in points]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [one.day.isoformat() for one in points],
        "y": [one.value for one in points],
        "connectgaps": False,
        "line": {"color": GUIDE, "width": 1},
        "marker": {
            "size": 7 if len(points) <= 60 else 5,
            "color": colours,
            "symbol": [_symbol(one, marked) for one in points],
        },
        "customdata": [_hover(one, metric) for one in points],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _is_marked(one: MetricDay, marked: set[date] | None) -> bool:
    return one.standing is Standing.OUTSIDE if marked is None else one.day in marked


def _symbol(one: MetricDay, marked: set[date] | None) -> str:
    shape = "diamond" if _is_marked(one, marked) else "circle"
    return f"{shape}-open" if one.ongoing else shape


def _hover(one: MetricDay, metric: Metric) -> str:
    if one.value is None:
        return f"{day(one.day)}: no data"
    between = f" (95% interval {_interval(one)})" if _interval(one) else ""
    return f"{day(one.day)}: {_written(one.value, metric)}{between}{', not over yet' if one.ongoing else ''}"


def _interval(one: MetricDay) -> str:
    return "" if one.low is None or one.high is None else interval(one.low, one.high)


def _table(points: Sequence[MetricDay], metric: Metric, *, with_standing: bool = False) -> Figures:
    columns = [Column("Day"), Column(sentence_case(_AXIS[metric].split(" (")[0]))]
    columns += [Column("95% interval")] if metric in _SHARES else []
    columns += [Column("The day is")] if with_standing else []
    rows = []
    for one in points:
        row = [day(one.day), _cell(one.value, metric)]
        row += [_interval(one)] if metric in _SHARES else []
        row += [str(one.standing) + (", not over yet" if one.ongoing else "")] if with_standing else []
        rows.append(tuple(row))
    return Figures(tuple(columns), tuple(rows))


def _cell(value: float | None, metric: Metric) -> str:
    return "no data" if value is None else _written(value, metric)


def _range(values: Sequence[float], share: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = max((high - low) * _ROOM, abs(high) * 0.02, 1e-9)
    if share:
        return max(low - room, -0.02), min(high + room, 1.02)
    return (max(low - room, 0.0) if low >= 0 else low - room), high + room


def _ticks(metric: Metric, width: float, values: Sequence[float]) -> dict[str, Any]:
    if metric in _SHARES:
        return {"tickformat": ".0%" if width > 0.06 else ".2~%"}
    return dict(number_axis(values))


def _band(tolerance: Tolerance, low: float, high: float) -> dict[str, Any]:
    """An open side reaches the edge of the chart."""
    return {
        "type": "rect",
        "layer": "below",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": low if tolerance.low is None else tolerance.low,
        "y1": high if tolerance.high is None else tolerance.high,
        "fillcolor": _BAND,
        "line": {"width": 0},
    }


def _shaded(first: date, last: date) -> dict[str, Any]:
    half = "T12:00:00"
    return {
        "type": "rect",
        "layer": "below",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": (first - timedelta(days=1)).isoformat() + half,
        "x1": last.isoformat() + half,
        "fillcolor": _RUN,
        "line": {"width": 0},
    }


def _days_axis(days: Sequence[MetricDay] | Sequence[DayOutcomes]) -> dict[str, Any]:
    half = "T12:00:00"
    first, last = days[0].day - timedelta(days=1), days[-1].day
    return {"type": "date", "range": [first.isoformat() + half, last.isoformat() + half], "nticks": 6}


def _legend() -> dict[str, Any]:
    return {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False}


def _error_bars(days: Sequence[DayOutcomes], name: str, kinds: Sequence[str], colour: str) -> dict[str, Any]:
    counts = [sum(one.errors.get(kind, 0) for kind in kinds) for one in days]
    return {
        "type": "bar",
        "name": shortened(name, 24),
        "x": [one.day.isoformat() for one in days],
        "y": [count / one.items for count, one in zip(counts, days, strict=True)],
        "marker": {"color": colour, "line": {"width": 0}},
        "customdata": [
            f"{day(one.day)}: {escaped(name)}, {counted(count, 'item')}, {percent(count / one.items)}"
            for count, one in zip(counts, days, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _error_table(days: Sequence[DayOutcomes], ranked: Sequence[str]) -> Figures:
    rows = [
        (day(one.day), name, f"{one.errors[name]:,}", percent(one.errors[name] / one.items))
        for one in days
        for name in ranked
        if one.errors.get(name)
    ]
    return Figures((Column("Day"), Column("Type"), Column("Items"), Column("Of the day's items")), tuple(rows))


def _latency_line(
    points: Sequence[MetricDay], label: str, colour: str, dash: str, by: float, unit: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label,
        "x": [one.day.isoformat() for one in points],
        "y": [None if one.value is None else one.value * by for one in points],
        "connectgaps": False,
        "line": {"color": colour, "width": 2, "dash": dash},
        "marker": {"color": colour, "size": 5},
        "customdata": [
            f"{day(one.day)}: {label}, " + ("no data" if one.value is None else f"{one.value * by:,.4g} {unit}")
            for one in points
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
