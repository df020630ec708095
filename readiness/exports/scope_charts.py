"""The charts of the production scope as document blocks: what briefs hold, and what the pages draw."""

from __future__ import annotations

from readiness.exports.chart_tables import signed
from readiness.exports.document import CurveChart, Mark, Swing, SwingChart
from readiness.exports.figures import counted
from readiness.scope.items import ScopePlan
from readiness.scope.simulation import CURVE_LEVELS, Simulation
from readiness.scope.spread import Bar, spread_sentence, tornado
from readiness.shares import whole_percent

_MOST_REACH = 4.0  # times the largest named one
SWING_AXIS = "change of the total (person-days)"
DAYS_AXIS = "person-days to build"
_LEAST = 0.0001  # a smaller figure is a way to write nothing
_SWINGS_NOTE = (
    "A bar runs from how far the total moves when the component comes to its low to how far it moves at its high; "
    "the others stay in their middle. The share is the component's part of the spread of the total."
)


def spread_chart(simulation: Simulation) -> SwingChart | None:
    """Which components make the total uncertain, the largest first; None where no estimate has a range.

    All others together are one more bar, unless it would make those that are named too small to read: then a sentence.
    """
    bars = tornado(simulation)
    if not bars:
        return None
    title, note = spread_sentence(simulation).removesuffix("."), _SWINGS_NOTE
    if bars[-1].components > 1 and _reach(bars[-1]) > _MOST_REACH * max(map(_reach, bars[:-1])):
        bars, note = bars[:-1], f"{_rest_in_words(bars[-1])} {note}"
    return SwingChart(title, tuple(map(_swing, bars)), SWING_AXIS, note)


def _swing(bar: Bar) -> Swing:
    return Swing(bar.label, bar.share, bar.low_days, bar.high_days)


def _reach(bar: Bar) -> float:
    return max(-bar.low_days, bar.high_days)


def _rest_in_words(rest: Bar) -> str:
    moves = f"{signed(rest.low_days)} to {signed(rest.high_days)} person-days"
    return (
        f"Not drawn: {rest.components} other components, {whole_percent(rest.share)} of the spread, {moves} together."
    )


def cost_curve_chart(
    simulation: Simulation, currency: str, plan: ScopePlan | None = None, *, unknown: int = 0
) -> CurveChart:
    """The chance to stay below each cost; of person-days where no cost is known.

    `plan` puts the plan of the prototype's team beside it; `unknown` is how many components are not estimated.
    """
    if simulation.cost is not None and simulation.cost_curve is not None:
        unit, axis, of, curve = (
            currency.strip(),
            f"cost to build{_in(currency)}",
            simulation.cost,
            simulation.cost_curve,
        )
    else:
        unit, axis, of, curve = "person-days", DAYS_AXIS, simulation.days, simulation.days_curve
    planned = _planned(simulation, plan, unit)
    marks = (
        Mark("P50", of.p50, 0.5, amount(of.p50, unit)),
        Mark("P80", of.p80, 0.8, amount(of.p80, unit)),
        *((planned,) if planned else ()),
    )
    note = " ".join(filter(None, (_plan_note(planned), _unknown_note(unknown))))
    return CurveChart(
        _curve_title(curve, of.p50, of.p80, unit), tuple(zip(curve, CURVE_LEVELS, strict=True)), marks, axis, note
    )


def _curve_title(curve: tuple[float, ...], p50: float, p80: float, unit: str) -> str:
    if curve[0] == curve[-1]:
        return f"Every outcome is {amount(p50, unit)}: no estimate has a range"
    return f"Half of the outcomes lie below {amount(p50, unit)}; 80% below {amount(p80, unit)}"


def _planned(simulation: Simulation, plan: ScopePlan | None, unit: str) -> Mark | None:
    """The plan of the prototype's team on the same axis; None where it was not given or cannot be put into money."""
    if plan is None or not plan.planned_days:
        return None
    drawn, value = simulation.days_drawn, plan.planned_days
    if simulation.cost_drawn is not None:
        if not plan.day_rate:
            return None
        drawn, value = simulation.cost_drawn, plan.planned_days * plan.day_rate
    return Mark("plan", value, float((drawn <= value).mean()), amount(value, unit), on_curve=False)


def _plan_note(planned: Mark | None) -> str:
    if planned is None:
        return ""
    chance = "none" if planned.chance == 0 else "all" if planned.chance == 1 else whole_percent(planned.chance)
    return f"The plan of the prototype's team, {planned.written}, is kept in {chance} of the outcomes."


def _unknown_note(unknown: int) -> str:
    if not unknown:
        return ""
    return f"{counted(unknown, 'component')} not estimated, and in none of these figures."


def amount(value: float, unit: str) -> str:
    """A figure with its unit: whole from ten on, so that no digit is shown that nobody knows; `unit` may be empty."""
    size = abs(value)
    if size >= 10:
        written = f"{value:,.0f}"
    elif size >= 1 or value == 0:
        written = f"{value:.1f}".removesuffix(".0")
    else:
        written = f"{value:.2g}" if size >= _LEAST else f"under {_LEAST:g}"
    return f"{written} {unit}".strip()


def _in(unit: str) -> str:
    return f" ({unit.strip()})" if unit.strip() else ""
