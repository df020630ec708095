"""The figure of value against cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from readiness.diagnosis.value_against_cost import ValueResult, months
from readiness.exports.figures import sentence_case
from readiness.exports.palette import BLUE, GUIDE
from readiness.exports.scope_charts import amount
from readiness.outcome.value_simulation import AgainstCost
from readiness.ranges import Percentiles
from readiness.ui.charts.figure import Column, Figure, Figures, Unit, escaped
from readiness.ui.charts.rows import number_axis

_HEIGHT = 360
_READING = "Above zero the build is paid back; diamonds mark when. The lines between the simulated points are straight."
_PAID_BACK = {"P10": "90%", "P50": "50%", "P90": "10%"}  # of the outcomes, where the money of the line meets zero
_BAND = "rgba(0, 114, 178, 0.15)"  # BLUE, so faint that the lines carry the reading


class _Line(NamedTuple):
    """What a share of the outcomes stays below, at the months where it is known."""

    label: str
    dash: str
    width: float
    points: tuple[tuple[float, float], ...]  # month, money


def payback_figure(value: ValueResult, cost: Percentiles | None) -> Figure | str:
    """Value less cost over the horizon: P10, P50 and P90, with the month in which each is paid back."""
    against = value.simulated.against if value.simulated else None
    if against is None or cost is None:
        return value.covering_sentence
    lines = _lines(against, cost, value.horizon_months)
    axis = f"value less cost to build ({value.currency})" if value.currency else "value less cost to build (money)"
    money = [amount for line in lines for _, amount in line.points]
    return Figure(
        title=_title(value, against),
        traces=tuple(_trace(line, value.currency, band=place == 1) for place, line in enumerate(lines)),
        x_title="months that the system runs",
        y_title=escaped(axis),
        table=Figures(
            (Column("Line"), Column("Month", Unit.AMOUNT), Column(sentence_case(axis), Unit.AMOUNT)),
            tuple((line.label, month, amount) for line in lines for month, amount in line.points),
        ),
        height=_HEIGHT,
        note=f"{value.monthly_sentence} {_READING}",
        layout={
            "annotations": [_end_label(line) for line in lines],
            "xaxis": {"range": [0, value.horizon_months], "nticks": 7},
            "yaxis": {**number_axis(money), "nticks": 6, "zeroline": True, "zerolinecolor": GUIDE, "zerolinewidth": 2},
        },
    )


def _title(value: ValueResult, against: AgainstCost) -> str:
    horizon = months(value.horizon_months)
    covered = value.probability_in_words
    half = against.payback.p50
    if half is None or half > value.horizon_months:
        return f"{sentence_case(covered)} of the outcomes are paid back within {horizon}"
    return f"Half of the outcomes are paid back within {months(half)}; {covered} within {horizon}"


def _lines(against: AgainstCost, cost: Percentiles, horizon: int) -> tuple[_Line, ...]:
    """The chance to be paid back by a month is the chance that the value less the cost is above zero then: so the P90
    of the money meets zero where the P10 of the months lies, and the other way round."""
    net, after = against.net, against.payback
    return (
        _Line("P90", "dash", 2, _points(cost.p10, after.p10, net.p90, horizon)),
        _Line("P10", "dash", 2, _points(cost.p90, after.p90, net.p10, horizon)),
        _Line("P50", "solid", 3, _points(cost.p50, after.p50, net.p50, horizon)),
    )


def _points(cost: float, paid_back: float | None, at_end: float, horizon: int) -> tuple[tuple[float, float], ...]:
    crossing = ((paid_back, 0.0),) if paid_back is not None and 0 < paid_back < horizon else ()
    return ((0.0, -cost), *crossing, (float(horizon), at_end))


def _trace(line: _Line, currency: str, *, band: bool) -> dict[str, Any]:
    """`band` fills the room up to the line before this one."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [month for month, _ in line.points],
        "y": [money for _, money in line.points],
        "line": {"color": BLUE, "width": line.width, "dash": line.dash},
        "marker": {"color": BLUE, "size": 9 if line.dash == "solid" else 7, "symbol": _symbols(line.points)},
        "fill": "tonexty" if band else "none",
        "fillcolor": _BAND,
        "cliponaxis": False,
        "customdata": [_hover(line.label, month, money, currency) for month, money in line.points],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _symbols(points: Sequence[tuple[float, float]]) -> list[str]:
    return ["diamond" if money == 0 else "circle" for _, money in points]


def _hover(label: str, month: float, money: float, currency: str) -> str:
    if money == 0:
        return f"{_PAID_BACK[label]} of the outcomes are paid back within {months(month)}"
    return f"{label} after {months(month)}: {escaped(amount(money, currency))}"


def _end_label(line: _Line) -> dict[str, Any]:
    """Outside the band."""
    month, money = line.points[-1]
    below = line.label == "P10"
    return {
        "x": month,
        "y": money,
        "text": line.label,
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "top" if below else "bottom",
        "xshift": -6,
        "yshift": -4 if below else 4,
    }
