"""The figures of the Production scope page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from readiness.exports.chart_tables import signed
from readiness.exports.document import CurveChart, Mark, SwingChart
from readiness.exports.figures import counted, listed, sentence_case
from readiness.exports.palette import BLUE, GUIDE, VERMILLION
from readiness.exports.scope_charts import amount, cost_curve_chart, spread_chart
from readiness.ranges import Percentiles
from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan
from readiness.scope.simulation import Simulation
from readiness.scope.totals import GroupTotal, ScopeTotal
from readiness.shares import whole_percent
from readiness.ui.charts.figure import Column, Figure, Figures, Unit, escaped, shortened
from readiness.ui.charts.rows import LONGEST_IN_HOVER, bars, number_axis, ranges, rows_height, rows_layout

MOST_RANGES = 30
NO_GROUP = "Without a group"
_CURVE_HEIGHT = 340
_NOTHING = "Nothing is estimated yet, so there is nothing to draw."
_NO_SPREAD = "No estimate has a range: low and high are equal, so the total has no spread to draw."


def tornado_figure(simulation: Simulation) -> Figure | str:
    """How far each component moves the total: to the left at its low, to the right at its high."""
    chart = spread_chart(simulation)
    return _NO_SPREAD if chart is None else _swings(chart)


def _swings(chart: SwingChart) -> Figure:
    drawn = chart.swings
    hover = [
        f"{shortened(one.label, LONGEST_IN_HOVER)}<br>{whole_percent(one.share)} of the spread<br>"
        f"at its low {signed(one.low)}, at its high {signed(one.high)} person-days"
        for one in drawn
    ]
    lows, highs = [one.low for one in drawn], [one.high for one in drawn]
    axis = {**number_axis([*lows, *highs]), "zeroline": True, "zerolinecolor": GUIDE, "zerolinewidth": 1}
    return Figure(
        title=chart.title,
        traces=(bars(lows, BLUE, hover), bars(highs, VERMILLION, hover)),
        x_title=f"{chart.axis}<br>{chart.sides}",
        table=Figures(
            (
                Column("Component"),
                Column("Share of the spread", Unit.SHARE),
                Column("At its low (person-days)", Unit.AMOUNT),
                Column("At its high (person-days)", Unit.AMOUNT),
            ),
            tuple((one.label, one.share, one.low, one.high) for one in drawn),
        ),
        height=rows_height(len(drawn), axis_lines=2),
        note=chart.note,
        layout=rows_layout([one.label for one in drawn], [whole_percent(one.share) for one in drawn], **axis),
    )


def curve_figure(
    simulation: Simulation, currency: str, plan: ScopePlan | None = None, *, unknown: int = 0
) -> Figure | str:
    """The chance to stay below each cost, or below each number of person-days where no cost is known."""
    return _curve(cost_curve_chart(simulation, currency, plan, unknown=unknown))


def _curve(chart: CurveChart) -> Figure:
    values = [value for value, _ in chart.points]
    chances = [chance * 100 for _, chance in chart.points]
    on_curve = [mark for mark in chart.marks if mark.on_curve]
    axis = escaped(chart.axis)
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": values,
        "y": chances,
        "line": {"color": BLUE, "width": 3},
        "customdata": [amount(value, "") for value in values],
        "hovertemplate": f"%{{y:.0f}}% chance to stay below %{{customdata}}<br>{axis}<extra></extra>",
    }
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [mark.value for mark in on_curve],
        "y": [mark.chance * 100 for mark in on_curve],
        "marker": {"size": 11, "color": BLUE, "symbol": ["circle", "diamond"][: len(on_curve)]},
        "customdata": [f"{mark.label}: {escaped(mark.written)}" for mark in on_curve],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return Figure(
        title=chart.title,
        traces=(*map(_down, chart.marks), line, points),
        x_title=axis,
        y_title=chart.chance_axis,
        table=_curve_table(chart),
        height=_CURVE_HEIGHT,
        note=chart.note,
        layout={
            "annotations": [_label(mark) for mark in chart.marks],
            "xaxis": {"range": _room(chart), "nticks": 8, "ticklabeloverflow": "allow", **number_axis(values)},
            "yaxis": {"range": [0, 103], "tickvals": [0, 20, 40, 60, 80, 100]},
        },
    )


def _curve_table(chart: CurveChart) -> Figures:
    columns = (
        Column("Chance to stay below", Unit.SHARE),
        Column(sentence_case(chart.axis), Unit.AMOUNT),
        Column("Mark"),
    )
    plans = [(mark.chance, mark.value, mark.label) for mark in chart.marks if not mark.on_curve]
    named = {round(mark.chance, 2): mark.label for mark in chart.marks if mark.on_curve}
    rows = [(chance, value, named.get(round(chance, 2), "")) for value, chance in chart.points]
    return Figures(columns, tuple(sorted([*rows, *plans], key=lambda row: row[:2])))


def _room(chart: CurveChart) -> list[float]:
    """The axis from the least to the most that is drawn, with room on both sides; nothing lies below zero."""
    drawn = [*(value for value, _ in chart.points), *(mark.value for mark in chart.marks)]
    low, high = min(drawn), max(drawn)
    room = (high - low) * 0.04 or high * 0.2 or 1.0
    return [max(0.0, low - room), high + room]


def _down(mark: Mark) -> dict[str, Any]:
    """From the curve down to the axis; a plan crosses the whole height, in another dash."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [mark.value, mark.value],
        "y": [0, mark.chance * 100 if mark.on_curve else 100],
        "line": {"color": GUIDE, "width": 2, "dash": "dash" if mark.on_curve else "dot"},
        "hoverinfo": "skip",
    }


def _label(mark: Mark) -> dict[str, Any]:
    """Above the curve on the left, where it leaves room. A plan is named at the end of its line that the curve keeps
    away from."""
    beyond = mark.chance > 0.5
    left = mark.on_curve or beyond
    return {
        "x": mark.value,
        "y": mark.chance * 100 if mark.on_curve else 0 if beyond else 100,
        "text": f"{mark.label}: {escaped(mark.written)}",
        "showarrow": False,
        "xanchor": "right" if left else "left",
        "yanchor": "bottom" if left else "top",
        "xshift": -9 if left else 9,
    }


def group_figure(total: ScopeTotal) -> Figure | str:
    """Each group's P10 to P90 with its P50, the largest first."""
    drawn = [(group, group.days) for group in total.groups if group.days is not None]
    if not drawn:
        return _NOTHING
    drawn.sort(key=lambda one: -one[1].p50)
    names = [group.group.strip() or NO_GROUP for group, _ in drawn]
    days = [of for _, of in drawn]
    first = _range_in_words(days[0])
    single = len(drawn) == 1
    return _ranges(
        f"{names[0]} is the {'only group with an estimate' if single else 'largest group'}: {first}",
        "Group",
        names,
        ([of.p10 for of in days], [of.p50 for of in days], [of.p90 for of in days]),
        ("P10", "P50", "P90"),
        note=_not_in_groups(total.groups),
    )


def _range_in_words(of: Percentiles) -> str:
    if of.p10 == of.p90:
        return amount(of.p50, "person-days")
    return f"{amount(of.p10, '')} to {amount(of.p90, '')} person-days, half above {amount(of.p50, '')}"


def _not_in_groups(groups: Sequence[GroupTotal]) -> str:
    unknown = sum(group.unknown for group in groups)
    nameless = [group.group.strip() or NO_GROUP for group in groups if group.days is None and group.unknown]
    without = f" Without any estimate: {listed(nameless)}." if nameless else ""
    return f"{counted(unknown, 'component')} not estimated, and in none of these figures.{without}" if unknown else ""


def item_figure(items: Sequence[ScopeItem]) -> Figure | str:
    """Each estimated component from low over likely to high, the widest first."""
    estimated = [item for item in items if item.status is ItemStatus.ESTIMATED]
    if not estimated:
        return _NOTHING
    shown = sorted(estimated, key=lambda item: (-_width(item), -_days(item)[1]))[:MOST_RANGES]
    days = [_days(item) for item in shown]
    low, likely, high = ([of[part] for of in days] for part in range(3))
    left = len(estimated) - len(shown)
    return _ranges(
        _widest(shown),
        "Component",
        [item.component for item in shown],
        (low, likely, high),
        ("low", "likely", "high"),
        note=f"The {len(shown)} widest ranges, of {len(estimated)} estimates." if left else "",
    )


def _widest(shown: Sequence[ScopeItem]) -> str:
    first = shown[0]
    low, _, high = _days(first)
    if low == high:
        return f"No estimate has a range; the largest is {first.component}: {amount(high, 'person-days')}"
    return f"{first.component} has the widest range: {amount(low, '')} to {amount(high, 'person-days')}"


def _days(item: ScopeItem) -> tuple[float, float, float]:
    return (item.low_days or 0.0, item.likely_days or 0.0, item.high_days or 0.0)


def _width(item: ScopeItem) -> float:
    low, _, high = _days(item)
    return high - low


def _ranges(
    title: str,
    what: str,
    names: Sequence[str],
    of: tuple[Sequence[float], Sequence[float], Sequence[float]],
    ends: tuple[str, str, str],
    note: str,
) -> Figure:
    """Rows from low to high in person-days; `ends` names the three figures of each."""
    low, middle, high = of
    written = [" / ".join(amount(value, "") for value in row) for row in zip(*of, strict=True)]
    hover = [
        f"{shortened(name, LONGEST_IN_HOVER)}<br>"
        + ", ".join(f"{end} {amount(value, '')}" for end, value in zip(ends, row, strict=True))
        for name, row in zip(names, zip(*of, strict=True), strict=True)
    ]
    return Figure(
        title=title,
        traces=(ranges(low, middle, high, BLUE, hover),),
        x_title=f"person-days: {ends[0]}, {ends[1]} (dot), {ends[2]}",
        table=Figures(
            (Column(what), *(Column(f"{end.capitalize()} (person-days)", Unit.AMOUNT) for end in ends)),
            tuple(zip(names, low, middle, high, strict=True)),
        ),
        height=rows_height(len(names)),
        note=note,
        layout=rows_layout(names, written, range=[0, max(high) * 1.03 or 1], **number_axis(high)),
    )
