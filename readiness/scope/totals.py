"""What the scope comes to, with what is unknown kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from readiness.ranges import Percentiles
from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad, Simulation, simulate

UNDERESTIMATION = (3.0, 5.0)  # production against the plan of the prototype's team (M1)


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """A group's person-days. `days` is None while none of its items is estimated."""

    group: str
    days: Percentiles | None
    low_days: float
    likely_days: float
    high_days: float
    estimated: int
    unknown: int


@dataclass(frozen=True, slots=True)
class ScopeTotal:
    """The estimated items together. `low_days`, `likely_days` and `high_days` are plain sums: what the total's
    percentiles would be, were all items to go well or badly together. `simulated` is the total to quote."""

    low_days: float
    likely_days: float
    high_days: float
    estimated: int
    unknown: tuple[str, ...]  # components without an estimate, by name
    not_needed: int
    groups: tuple[GroupTotal, ...]
    simulated: Simulation | None  # None while nothing is estimated
    ratio_p50: float | None  # against the plan of the prototype's team
    ratio_p80: float | None

    @property
    def complete(self) -> bool:
        return not self.unknown and self.estimated > 0

    @property
    def cost(self) -> Percentiles | None:
        """Money to build the estimated items; None while a day rate is missing."""
        return self.simulated.cost if self.simulated else None

    @property
    def sentence(self) -> str:
        """The range with what it leaves out, as it is said everywhere."""
        if self.simulated is None:
            return self._nothing_estimated
        of = self.simulated.days
        low, high = _days(of.p10), _days(of.p90)
        if low == high:
            days = f"{high} person-days"
        else:
            days = f"{low} to {high} person-days, as likely above {_days(of.p50)} as below"
        if not self.unknown:
            return f"{days}; every component is estimated."
        return f"{days}, and {_components(len(self.unknown))} not estimated."

    @property
    def _nothing_estimated(self) -> str:
        if self.unknown:
            return f"Nothing is estimated yet: {_components(len(self.unknown))} without an estimate."
        if self.not_needed:
            return "No component is needed, so there is nothing to estimate."
        return "No component is listed yet."


def total_scope(items: Sequence[ScopeItem], plan: ScopePlan, loads: Sequence[ReviewLoad] = ()) -> ScopeTotal:
    """The total of the estimated items; unknown ones are named, never taken as zero (M17)."""
    estimated = [item for item in items if item.status is ItemStatus.ESTIMATED]
    unknown = [item for item in items if item.status is ItemStatus.UNKNOWN]
    simulated = simulate(items, plan, loads)
    low, likely, high = _sum(estimated)
    return ScopeTotal(
        low_days=low,
        likely_days=likely,
        high_days=high,
        estimated=len(estimated),
        unknown=tuple(item.component for item in unknown),
        not_needed=sum(item.status is ItemStatus.NOT_NEEDED for item in items),
        groups=_groups(items, simulated),
        simulated=simulated,
        ratio_p50=simulated.days.p50 / plan.planned_days if simulated and plan.planned_days else None,
        ratio_p80=simulated.days.p80 / plan.planned_days if simulated and plan.planned_days else None,
    )


def _days(value: float) -> str:
    """Whole days; below ten with a decimal and below one with two, so that half a day is not said to be none."""
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.{1 if value >= 1 else 2}f}".rstrip("0").rstrip(".")


def _components(count: int) -> str:
    return "1 component" if count == 1 else f"{count} components"


def _sum(items: Sequence[ScopeItem]) -> tuple[float, float, float]:
    return (
        fsum(item.low_days or 0.0 for item in items),
        fsum(item.likely_days or 0.0 for item in items),
        fsum(item.high_days or 0.0 for item in items),
    )


def _groups(items: Sequence[ScopeItem], simulated: Simulation | None) -> tuple[GroupTotal, ...]:
    totals = []
    for name in dict.fromkeys(item.group for item in items):
        mine = [item for item in items if item.group == name]
        estimated = [item for item in mine if item.status is ItemStatus.ESTIMATED]
        days = simulated.groups.get(name) if simulated else None
        unknown = sum(item.status is ItemStatus.UNKNOWN for item in mine)
        totals.append(GroupTotal(name, days, *_sum(estimated), len(estimated), unknown))
    return tuple(totals)
