"""The outside view: what comparable projects needed against their plan, beside what the inventory comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from readiness.scope.items import ScopePlan
from readiness.scope.totals import UNDERESTIMATION, ScopeTotal
from readiness.shares import whole_percent


@dataclass(frozen=True, slots=True)
class Reference:
    """A published figure to set beside one's own. `multiplier` is on the plan; None where it is no such figure."""

    name: str
    multiplier: float | None
    sentence: str
    source: str


REFERENCES = (
    Reference(
        "Prototype to production, lower end",
        UNDERESTIMATION[0],
        "Teams that plan prototype and production as phases of one project plan 3 to 5 times too little for it.",
        "Practitioners' experience with AI projects; no study",
    ),
    Reference(
        "Prototype to production, upper end",
        UNDERESTIMATION[1],
        "The other end of the same experience: five times the plan.",
        "Practitioners' experience with AI projects; no study",
    ),
    Reference(
        "IT projects, mean",
        1.27,
        "1,471 IT projects overran their plan by 27% on average, which is 1.27 times the plan.",
        "Flyvbjerg and Budzier, Harvard Business Review 2011",
    ),
    Reference(
        "IT projects, the worst sixth",
        3.0,
        "Of the same projects one in six overran by 200%, which is 3 times the plan.",
        "Flyvbjerg and Budzier, Harvard Business Review 2011",
    ),
    Reference(
        "IT projects over 15 million dollars",
        1.45,
        "Large IT projects ran 45% over budget and 7% over time, and delivered 56% less value than planned.",
        "McKinsey and the University of Oxford",
    ),
    Reference(
        "Ranges are too narrow",
        None,
        "Ranges of software effort are much too narrow for the confidence that is stated with them.",
        "Jørgensen 2004",
    ),
    Reference(
        "Likely figures do not add up",
        None,
        "Adding the most likely costs of the parts does not give the most likely total.",
        "U.S. Government Accountability Office (GAO)",
    ),
)


class Place(StrEnum):
    """Where the ratio to the plan lies against the usual one."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class OutsideView:
    """The total against the plan of the prototype's team. All is None that lacks a plan, an estimate or a multiplier.

    The multiplier is put on the plan, not on the P50: overruns are measured against what was planned, and the P50
    holds already what the plan left out, so that a multiplier on it would count the same surprise twice.
    """

    ratio_p50: float | None
    ratio_p80: float | None
    place: Place | None  # of the P50
    usual_days: tuple[float, float] | None  # the plan times 3 and times 5
    usual_cost: tuple[float, float] | None
    reference_days: float | None  # the plan times the multiplier that was set
    reference_cost: float | None
    reference_chance: float | None  # that the inventory ends at or below reference_days, by its own simulation (0..1)
    sentences: tuple[str, ...]


def outside_view(total: ScopeTotal, plan: ScopePlan) -> OutsideView:
    """How the total stands to the plan, to what is usual, and to the reference class that the plan names."""
    planned, rate = plan.planned_days or None, plan.day_rate
    least, most = UNDERESTIMATION
    usual = (planned * least, planned * most) if planned else None
    days = planned * plan.reference_multiplier if planned and plan.reference_multiplier else None
    return OutsideView(
        ratio_p50=total.ratio_p50,
        ratio_p80=total.ratio_p80,
        place=None if total.ratio_p50 is None else place_of(total.ratio_p50),
        usual_days=usual,
        usual_cost=(usual[0] * rate, usual[1] * rate) if usual and rate is not None else None,
        reference_days=days,
        reference_cost=days * rate if days is not None and rate is not None else None,
        reference_chance=_chance(total, days),
        sentences=_sentences(total, plan),
    )


def place_of(ratio: float) -> Place:
    """Where a ratio to the plan lies against the usual 3 to 5."""
    least, most = UNDERESTIMATION
    return Place.BELOW if ratio < least else Place.ABOVE if ratio > most else Place.WITHIN


def _chance(total: ScopeTotal, days: float | None) -> float | None:
    if total.simulated is None or days is None:
        return None
    return float((total.simulated.days_drawn <= days).mean())


def _sentences(total: ScopeTotal, plan: ScopePlan) -> tuple[str, ...]:
    if not plan.planned_days:
        least, most = UNDERESTIMATION
        usual = f"teams typically plan {least:g} to {most:g} times too little"
        return (f"State what the prototype's team planned for production, to hold the total against it: {usual}.",)
    return tuple(filter(None, (_ratio_sentence(total, plan), _reference_sentence(total, plan))))


def _ratio_sentence(total: ScopeTotal, plan: ScopePlan) -> str:
    least, most = UNDERESTIMATION
    usual = f"the usual {least:g} to {most:g} times"
    if total.ratio_p50 is None or total.ratio_p80 is None:
        planned = plan.planned_days or 0.0
        days = f"{_days(planned * least)} to {_days(planned * most)} person-days"
        return f"Nothing is estimated yet; {usual} the plan would be {days}."
    place = place_of(total.ratio_p50)
    return (
        f"The P50 is {_times(total.ratio_p50)} the plan, {place.value} {usual}{_advice(place, total)}. "
        f"The P80 is {_times(total.ratio_p80)} the plan."
    )


def _advice(place: Place, total: ScopeTotal) -> str:
    if place is Place.BELOW and total.unknown:
        count = len(total.unknown)
        return f": {'1 component is' if count == 1 else f'{count} components are'} not estimated yet"
    if place is Place.BELOW:
        return ": look for what is missing"
    return ": look for what is counted twice, or for what the plan never meant to hold" if place is Place.ABOVE else ""


def _reference_sentence(total: ScopeTotal, plan: ScopePlan) -> str:
    if not plan.planned_days or not plan.reference_multiplier:
        return ""
    days = plan.planned_days * plan.reference_multiplier
    cost = "" if plan.day_rate is None else f", or {f'{days * plan.day_rate:,.0f} {plan.currency}'.strip()}"
    named = " ".join(plan.reference_source.split()).rstrip(".")
    source = f"source: {named}" if named else "no source is stated"
    stated = f"At {plan.reference_multiplier:g} times the plan it would be {_days(days)} person-days{cost} ({source})"
    chance = _chance(total, days)
    return f"{stated}." if chance is None else f"{stated}; {_kept(chance)}."


def _kept(chance: float) -> str:
    if chance == 0:
        return "the estimates never come to so little"
    if chance == 1:
        return "the estimates always stay within that"
    return f"the estimates stay within that with a chance of {whole_percent(chance)}"


def _times(ratio: float) -> str:
    """With as many digits as it takes to see on which side of the usual limits it lies."""
    for digits in (1, 2, 3):
        written = f"{ratio:.{digits}f}"
        if place_of(float(written)) is place_of(ratio):
            return f"{written} times"
    return f"{ratio:.6g} times"


def _days(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")
