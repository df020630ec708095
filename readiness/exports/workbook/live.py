"""The approximation that the workbook calculates by itself, so that totals follow edits without a simulation.

A sum of items lies between two ends that are known. Items that share nothing come, in numbers, to a normal
distribution. Items that all go well or badly together come to the sums of their percentiles. The total is taken from
both, by how far its spread has gone from the one end to the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from readiness.exports.workbook.content import Content, Row
from readiness.ranges import z_of
from readiness.scope.items import ScopePlan

LEVELS = {"P10": 0.1, "P50": 0.5, "P80": 0.8, "P90": 0.9}
# Of the simulated P50, in 95 of 100 generated scopes: 1 to 60 items, common cause 0 to 1, mild to extreme skew.
USUAL_ERROR = {"P10": 0.05, "P50": 0.05, "P80": 0.04, "P90": 0.02}
HOW_FAR_OFF = (
    "In 95 of 100 generated scopes, days and cost lay within "
    f"{USUAL_ERROR['P10']:.0%} of the simulated P50 at P10, {USUAL_ERROR['P50']:.0%} at P50, "
    f"{USUAL_ERROR['P80']:.0%} at P80 and {USUAL_ERROR['P90']:.0%} at P90. "
    "Weeks may be too few where single components set the pace."
)


@dataclass(frozen=True, slots=True)
class Sums:
    """What the estimated items add up to, in person-days or in money."""

    fixed: float  # certain, and below every percentile: one-off costs
    low: float
    likely: float
    high: float
    mean: float
    spreads: float  # the sum of the standard deviations
    squares: float  # the sum of their squares
    common: float  # correlation of any two items
    z: float  # standard deviations from likely to low, or to high

    @property
    def spread(self) -> float:
        """The standard deviation of the total."""
        return sqrt((1 - self.common) * self.squares + self.common * self.spreads**2)

    @property
    def weight(self) -> float:
        """How near the total is to its fully correlated end: 1 where it is reached."""
        return self.spread / self.spreads if self.spreads > 0 else 0.0

    def at(self, level: float) -> float:
        """The percentile `level` (0..1)."""
        z = NormalDist().inv_cdf(level)
        weight = self.weight
        apart = self.mean + z * self.spread
        together = self.mean + weight * (self._together(z) - self.mean)
        return (1 - weight**2) * apart + weight**2 * together

    def _together(self, z: float) -> float:
        width = self.high - self.likely if z > 0 else self.likely - self.low
        return max(self.fixed, self.likely + width * z / self.z)


def days_of(content: Content) -> Sums | None:
    """The sums of the person-days; None where nothing is estimated."""
    rows = content.estimated
    return sums_of(rows, [1.0] * len(rows), content.plan) if rows else None


def cost_of(content: Content) -> Sums | None:
    """The sums of the cost to build; None while a day rate is missing. One-off costs count also for unknown items."""
    rows = content.estimated
    rates = [row.rate for row in rows if row.rate is not None]
    if not rows or len(rates) < len(rows):
        return None
    return sums_of(rows, rates, content.plan, fixed=one_off_of(content))


def one_off_of(content: Content) -> float:
    """The one-off costs of all components that are needed."""
    return sum(row.item.one_off_cost or 0.0 for row in (*content.estimated, *content.unknown))


def stated_run_cost_of(content: Content) -> float | None:
    """The run cost a year that is stated for components that are needed; None where none is."""
    needed = (*content.estimated, *content.unknown)
    stated = [row.item.run_cost_year for row in needed if row.item.run_cost_year is not None]
    return sum(stated) if stated else None


def weeks_of(content: Content, level: float | None) -> float | None:
    """Calendar weeks at a percentile, or on average (None); None without a team size.

    No component is faster than one person who works on it alone, however large the team is.
    """
    days, team = days_of(content), content.plan.team_size
    if days is None or not team:
        return None
    total = days.mean if level is None else days.at(level)
    longest = _longest(content, level)
    return max(total / team, longest) / content.plan.productive_days_per_week


def sums_of(rows: Sequence[Row], factors: Sequence[float], plan: ScopePlan, *, fixed: float = 0.0) -> Sums:
    """The sums of estimated rows, each times its factor, above what is certain."""
    pairs = list(zip(rows, factors, strict=True))
    spreads = [factor * (row.spread or 0.0) for row, factor in pairs]
    return Sums(
        fixed=fixed,
        low=fixed + sum(factor * (row.item.low_days or 0.0) for row, factor in pairs),
        likely=fixed + sum(factor * (row.item.likely_days or 0.0) for row, factor in pairs),
        high=fixed + sum(factor * (row.item.high_days or 0.0) for row, factor in pairs),
        mean=fixed + sum(factor * (row.mean or 0.0) for row, factor in pairs),
        spreads=sum(spreads),
        squares=sum(spread**2 for spread in spreads),
        common=plan.common_cause,
        z=z_of(plan.confidence),
    )


def parts(sums: Sums | None) -> tuple[float | None, ...]:
    """The figures of the sheet Simulation, in its order; all None where there are none."""
    if sums is None:
        return (None,) * 9
    return (
        sums.fixed, sums.low, sums.likely, sums.high, sums.mean, sums.spreads, sums.squares, sums.spread, sums.weight,
    )  # fmt: skip


def _longest(content: Content, level: float | None) -> float:
    rows = content.estimated
    if level is None:
        return max(row.mean or 0.0 for row in rows)
    z = NormalDist().inv_cdf(level)
    likely = max(row.item.likely_days or 0.0 for row in rows)
    end = max((row.item.high_days if z > 0 else row.item.low_days) or 0.0 for row in rows)
    return max(0.0, likely + abs(end - likely) * z / z_of(content.plan.confidence))
