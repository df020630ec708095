"""The sum of the estimates as a range: simulated, because the sum of optimistic figures is no total.

Items are added up one after another and in the order of their ids: no matrix of all draws is held, the order in which
they are listed changes no figure, and an item that is added lowers none, not even by rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from readiness.ranges import DRAWS, SEED, Percentiles, Range, even_scores, percentiles, places, quantiles, scores
from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan

if TYPE_CHECKING:
    from readiness.ranges import Floats, Places

CURVE_LEVELS = tuple(level / 100 for level in range(1, 100))
MONTHS_A_YEAR = 12
MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class ReviewLoad:
    """Records that people look at because of one handling decision: a cost of every month that the system runs."""

    item_id: str
    share: Range  # of all records, with its 95% interval
    records_per_month: float
    minutes: float  # of one record
    hour_rate: float
    of_all: Range | None = None  # the share of all records that go to people: one draw of it moves every load

    @property
    def cost_year(self) -> Range:
        """Money a year, with the interval of the share."""
        factor = self.records_per_month * MONTHS_A_YEAR * self.minutes / MINUTES_AN_HOUR * self.hour_rate
        share = self.share
        return Range(share.low * factor, share.likely * factor, share.high * factor, share.confidence)

    @property
    def drawn(self) -> tuple[str, Range]:
        """The stream that the money a year is drawn from, and the range that is put through it: its part of what all
        reviews cost, so that one draw moves them together; by itself where nothing is known of all."""
        if self.of_all is None or not self.of_all.likely:
            return f"share:{self.item_id}", self.cost_year
        each, of_all = self.cost_year.likely / self.of_all.likely, self.of_all
        return "share:", Range(of_all.low * each, of_all.likely * each, of_all.high * each, of_all.confidence)


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much of the total's spread one item makes. `share` is its part of the variance (0..1, all sum to 1);
    `low_days` and `high_days` are what the total's middle would move by, were the item at its low or at its high."""

    item_id: str
    component: str
    share: float
    low_days: float
    high_days: float


@dataclass(frozen=True, slots=True)
class Simulation:
    """What the estimated items come to. Unknown items are in none of it. The draws are read-only."""

    draws: int
    days: Percentiles
    independent_days: Percentiles  # were the items to share nothing
    correlated_days: Percentiles  # were they all to go well, or badly, together
    weeks: Percentiles | None  # of calendar time; None without a team size
    cost: Percentiles | None  # to build; None while a day rate is missing
    run_cost_year: Percentiles | None  # None while none is stated
    contributions: tuple[Contribution, ...]  # the largest first
    groups: Mapping[str, Percentiles] = field(hash=False)  # person-days by group, of those with an estimate
    days_curve: tuple[float, ...]  # at CURVE_LEVELS
    cost_curve: tuple[float, ...] | None
    days_drawn: Floats = field(repr=False, compare=False)
    cost_drawn: Floats | None = field(repr=False, compare=False)
    run_cost_drawn: Floats | None = field(repr=False, compare=False)


class _Item(NamedTuple):
    """What the simulation needs of an item; the rest of it may change without a new run."""

    id: str
    component: str
    group: str
    days: Range | None  # None: not estimated
    day_rate: float | None
    one_off_cost: float
    run_cost_year: float | None


class _Estimated(NamedTuple):
    id: str
    component: str
    group: str
    days: Range
    day_rate: float | None


class _Setting(NamedTuple):
    common_cause: float
    team_size: float | None
    productive_days_per_week: float
    draws: int
    seed: int


class _Sums(NamedTuple):
    """What one pass over the items adds up, draw by draw."""

    days: Floats
    independent: Floats
    correlated: Floats
    longest: Floats  # the item that takes most
    cost: Floats | None
    groups: dict[str, Floats]
    each: tuple[Floats, ...]  # the days of each item


def simulate(
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    loads: Sequence[ReviewLoad] = (),
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Simulation | None:
    """The total of the estimated items; None where nothing is estimated. The same input gives the same figures.

    Items that are marked as not needed count nowhere, but a review load does: that its queue need not be built does
    not spare people the records. Costs that are stated for an item count even while its days are unknown.
    """
    needed = [item for item in items if item.status is not ItemStatus.NOT_NEEDED]
    if not any(item.status is ItemStatus.ESTIMATED for item in needed):
        return None
    ids = {item.id for item in items}
    return _simulate(
        tuple(sorted((_needed_parts(item, plan) for item in needed), key=lambda item: item.id)),
        _Setting(plan.common_cause, plan.team_size, plan.productive_days_per_week, draws, seed),
        tuple(sorted((load for load in loads if load.item_id in ids), key=lambda load: load.item_id)),
    )


def _needed_parts(item: ScopeItem, plan: ScopePlan) -> _Item:
    rate = plan.day_rate if item.day_rate is None else item.day_rate
    return _Item(
        item.id,
        item.component,
        item.group,
        item.days(plan.confidence),
        rate,
        item.one_off_cost or 0.0,
        item.run_cost_year,
    )


@lru_cache(maxsize=64)
def _simulate(items: tuple[_Item, ...], setting: _Setting, loads: tuple[ReviewLoad, ...]) -> Simulation:
    estimated = [_Estimated(i.id, i.component, i.group, i.days, i.day_rate) for i in items if i.days is not None]
    sums = _add_up(estimated, sum(item.one_off_cost for item in items), setting)
    run_cost = _draw_run_cost(items, loads, setting)
    for drawn in (sums.days, sums.cost, run_cost):
        if drawn is not None:
            drawn.setflags(write=False)  # it is handed to every session that asks for the same
    return Simulation(
        draws=setting.draws,
        days=percentiles(sums.days),
        independent_days=percentiles(sums.independent),
        correlated_days=percentiles(sums.correlated),
        weeks=_weeks(sums, setting),
        cost=None if sums.cost is None else percentiles(sums.cost),
        run_cost_year=None if run_cost is None else percentiles(run_cost),
        contributions=_contributions(estimated, sums),
        groups={name: percentiles(days) for name, days in sums.groups.items()},
        days_curve=quantiles(sums.days, CURVE_LEVELS),
        cost_curve=None if sums.cost is None else quantiles(sums.cost, CURVE_LEVELS),
        days_drawn=sums.days,
        cost_drawn=sums.cost,
        run_cost_drawn=run_cost,
    )


def _add_up(items: Sequence[_Estimated], one_off_cost: float, setting: _Setting) -> _Sums:
    import numpy as np

    even = even_scores(setting.draws)
    total, longest, independent, correlated = (np.zeros(setting.draws) for _ in range(4))
    cost = np.full(setting.draws, one_off_cost)
    groups = {name: np.zeros(setting.draws) for name in dict.fromkeys(item.group for item in items)}
    each = []
    for item in items:
        rising = item.days.at(even)
        days = rising.take(_places(item, setting))
        each.append(days)
        total += days
        np.maximum(longest, days, out=longest)
        cost += days * (item.day_rate or 0.0)
        groups[item.group] += days
        independent += rising.take(_places(item, setting, common=0.0))
        correlated += rising  # all at their lowest in the first draw, all at their highest in the last
    rated = all(item.day_rate is not None for item in items)
    return _Sums(total, independent, correlated, longest, cost if rated else None, groups, tuple(each))


def _places(item: _Estimated, setting: _Setting, common: float | None = None) -> Places:
    shared = setting.common_cause if common is None else common
    return places(item.id, common=shared, draws=setting.draws, seed=setting.seed)


def _draw_run_cost(items: Sequence[_Item], loads: Sequence[ReviewLoad], setting: _Setting) -> Floats | None:
    """Money a year: what is stated for the items, and the reviews with the uncertainty of their share."""
    import numpy as np

    stated = [item.run_cost_year for item in items if item.run_cost_year is not None]
    if not stated and not loads:
        return None
    drawn = np.full(setting.draws, float(sum(stated)))
    for load in loads:
        stream, cost = load.drawn
        drawn += cost.at(scores(stream, draws=setting.draws, seed=setting.seed))
    return drawn


def _weeks(sums: _Sums, setting: _Setting) -> Percentiles | None:
    """Calendar weeks. An item has one person at a time, so none is done sooner than one person alone would be, however
    large the team is; a team of less than one person takes longer for each."""
    import numpy as np

    if setting.team_size is None:
        return None
    together = sums.days / setting.team_size
    alone = sums.longest / min(setting.team_size, 1.0)
    return percentiles(np.maximum(together, alone) / setting.productive_days_per_week)


def _contributions(items: Sequence[_Estimated], sums: _Sums) -> tuple[Contribution, ...]:
    """Each item's covariance with the total over the total's variance: its own spread, and what it shares."""
    centred = sums.days - sums.days.mean()
    parts = []
    for item, days in zip(items, sums.each, strict=True):
        own = max(0.0, float((days - days.mean()) @ centred))  # below zero by chance alone
        parts.append(own if item.days.low < item.days.high else 0.0)
    whole = sum(parts) or 1.0
    made = [_contribution(item, part / whole) for item, part in zip(items, parts, strict=True)]
    return tuple(sorted(made, key=lambda one: (-one.share, one.low_days - one.high_days, one.item_id)))


def _contribution(item: _Estimated, share: float) -> Contribution:
    low, likely, high = item.days.low, item.days.likely, item.days.high
    return Contribution(item.id, item.component, share, low - likely, high - likely)
