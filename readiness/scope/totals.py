"""The sum of the estimates, with what is unknown kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan

UNDERESTIMATION = (3.0, 5.0)  # production against the plan of the prototype's team (M1)


@dataclass(frozen=True, slots=True)
class GroupTotal:
    group: str
    low_days: float
    likely_days: float
    high_days: float
    estimated: int
    unknown: int


@dataclass(frozen=True, slots=True)
class ScopeTotal:
    """Person-days of all estimated items. Sums of low and of high are the two extremes, not a confidence interval."""

    low_days: float
    likely_days: float
    high_days: float
    estimated: int
    unknown: tuple[str, ...]  # components without an estimate, by name
    not_needed: int
    groups: tuple[GroupTotal, ...]
    ratio_low: float | None  # against the plan of the prototype's team
    ratio_likely: float | None
    ratio_high: float | None
    cost_low: float | None
    cost_likely: float | None
    cost_high: float | None

    @property
    def complete(self) -> bool:
        return not self.unknown and self.estimated > 0

    @property
    def sentence(self) -> str:
        """The range with what it leaves out, as it is said everywhere."""
        if not self.estimated:
            return f"Nothing is estimated yet: {_components(len(self.unknown))} without an estimate."
        days = f"{_days(self.low_days)} to {_days(self.high_days)} person-days, most likely {_days(self.likely_days)}"
        if not self.unknown:
            return f"{days}; every component is estimated."
        return f"{days}, and {_components(len(self.unknown))} not estimated."


def _days(value: float) -> str:
    """Whole days; below ten with a decimal, so that half a day is not said to be none."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def _components(count: int) -> str:
    return "1 component" if count == 1 else f"{count} components"


def total_scope(items: Sequence[ScopeItem], plan: ScopePlan) -> ScopeTotal:
    """The sum of the estimated items; unknown ones are named, never taken as zero (M17)."""
    estimated = [item for item in items if item.status is ItemStatus.ESTIMATED]
    unknown = [item for item in items if item.status is ItemStatus.UNKNOWN]
    low, likely, high = _sum(estimated)
    return ScopeTotal(
        low_days=low,
        likely_days=likely,
        high_days=high,
        estimated=len(estimated),
        unknown=tuple(item.component for item in unknown),
        not_needed=sum(item.status is ItemStatus.NOT_NEEDED for item in items),
        groups=_groups(items),
        ratio_low=_ratio(low, plan.planned_days, estimated),
        ratio_likely=_ratio(likely, plan.planned_days, estimated),
        ratio_high=_ratio(high, plan.planned_days, estimated),
        cost_low=_cost(low, plan.day_rate, estimated),
        cost_likely=_cost(likely, plan.day_rate, estimated),
        cost_high=_cost(high, plan.day_rate, estimated),
    )


def _sum(items: Sequence[ScopeItem]) -> tuple[float, float, float]:
    return (
        sum(item.low_days or 0.0 for item in items),
        sum(item.likely_days or 0.0 for item in items),
        sum(item.high_days or 0.0 for item in items),
    )


def _groups(items: Sequence[ScopeItem]) -> tuple[GroupTotal, ...]:
    names = list(dict.fromkeys(item.group for item in items))
    totals = []
    for name in names:
        mine = [item for item in items if item.group == name]
        estimated = [item for item in mine if item.status is ItemStatus.ESTIMATED]
        low, likely, high = _sum(estimated)
        unknown = sum(item.status is ItemStatus.UNKNOWN for item in mine)
        totals.append(GroupTotal(name, low, likely, high, len(estimated), unknown))
    return tuple(totals)


def _ratio(days: float, planned: float | None, estimated: Sequence[ScopeItem]) -> float | None:
    return days / planned if planned and estimated else None


def _cost(days: float, rate: float | None, estimated: Sequence[ScopeItem]) -> float | None:
    return days * rate if rate is not None and estimated else None
