"""The outcome metrics of each day, as counts that everything else is worked out from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from readiness.errors import InvalidValueError
from readiness.operation.log import OutcomeLog
from readiness.operation.zones import day_expression, day_of, days_between, zone_named
from readiness.shares import Share, share_of

MOST_ERROR_TYPES = 20  # named; the rest is counted together
OTHER_ERRORS = "other types"
LONGEST_HOLE = 366  # days without a record that are listed one by one

_RECORDS_A_QUERY = 3_000_000  # exact quantiles hold the values of a query in memory
_QUANTILES = (0.5, 0.95, 0.99)


class DayOutcomes(BaseModel):
    """One day: counts, and what follows from them. A day without a record has no shares, which is not zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    items: int = 0
    validated: int = 0  # items of which it is known whether validation passed
    passed: int = 0
    decided: int = 0  # items of which it is known whether a human got them
    routed: int = 0
    errors: dict[str, int] = {}  # type -> items
    cost_usd: float | None = None  # of the items with a cost
    priced: int = 0
    timed: int = 0
    latency_p50_ms: float | None = None  # exact quantiles, between two items by straight line
    latency_p95_ms: float | None = None
    latency_p99_ms: float | None = None
    ongoing: bool = False  # not over yet, so that no rule judges it

    @property
    def passed_share(self) -> Share | None:
        return share_of(self.passed, self.validated) if self.validated else None

    @property
    def routed_share(self) -> Share | None:
        return share_of(self.routed, self.decided) if self.decided else None

    @property
    def error_share(self) -> Share | None:
        return share_of(sum(self.errors.values()), self.items) if self.items else None

    @property
    def cost_per_item(self) -> float | None:
        """In USD, over the items that have a cost."""
        return self.cost_usd / self.priced if self.cost_usd is not None and self.priced else None


class DailyOutcomes(BaseModel):
    """All days from the first record to the last one, or until now; days without a record among them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str
    days: tuple[DayOutcomes, ...]

    @property
    def total(self) -> int:
        return sum(day.items for day in self.days)


class Metric(StrEnum):
    """What of a day can be held against a tolerance. Shares are 0..1."""

    PASSED = "validation passed"
    ROUTED = "routed to a human"
    ERRORS = "items with an error"
    COST = "cost per item (USD)"
    LATENCY_P50 = "latency, median (ms)"
    LATENCY_P95 = "latency, 95th percentile (ms)"
    LATENCY_P99 = "latency, 99th percentile (ms)"
    ITEMS = "items"


_SHARE_OF = {Metric.PASSED: "passed_share", Metric.ROUTED: "routed_share", Metric.ERRORS: "error_share"}


class Standing(StrEnum):
    INSIDE = "inside"
    OUTSIDE = "outside"
    NO_DATA = "no data"


class Tolerance(BaseModel):
    """From `low` to `high`, both still inside; None leaves that side open."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class MetricDay(BaseModel):
    """A metric on one day. `low` and `high` are the 95 % interval, for shares alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    value: float | None
    low: float | None = None
    high: float | None = None
    standing: Standing
    ongoing: bool = False


def daily(log: OutcomeLog, *, zone: str | None = None, as_of: datetime | None = None) -> DailyOutcomes:
    """The outcomes of each day in `zone` (the log's unless given).

    With `as_of`, the days since the last record are there as well, and the day that is not over then is marked as
    ongoing. Of a hole in the log, LONGEST_HOLE days are listed at most.
    """
    name = zone or log.summary.zone
    where = zone_named(name)
    first, last = log.summary.first_time, log.summary.last_time
    if first is None or last is None:
        return DailyOutcomes(zone=name, days=())
    day = day_expression("moment", where, first, last + timedelta(seconds=1))
    counted = {one.day: one for one in _counted(log, day)}
    today = day_of(as_of, where) if as_of is not None else None
    until = max(max(counted), today) if today is not None else max(counted)
    days = []
    for one in _with_holes(counted, days_between(min(counted), until, where), today):
        days.append(one.model_copy(update={"ongoing": True}) if today is not None and one.day >= today else one)
    return DailyOutcomes(zone=name, days=tuple(days))


def metric_days(
    outcomes: DailyOutcomes | Iterable[DayOutcomes], metric: Metric, tolerance: Tolerance | None = None
) -> tuple[MetricDay, ...]:
    """The metric on each day, oldest first, and how it stands to the tolerance; without one every value is inside."""
    days = outcomes.days if isinstance(outcomes, DailyOutcomes) else outcomes
    band = tolerance or Tolerance()
    if band.low is not None and band.high is not None and band.low > band.high:
        raise InvalidValueError("tolerance", f"{band.low} to {band.high}", "ends below its beginning")
    return tuple(_metric_day(one, metric, band) for one in sorted(days, key=lambda one: one.day))


def _metric_day(day: DayOutcomes, metric: Metric, band: Tolerance) -> MetricDay:
    value, share = _value(day, metric)
    if value is None:
        return MetricDay(day=day.day, value=None, standing=Standing.NO_DATA, ongoing=day.ongoing)
    return MetricDay(
        day=day.day,
        value=value,
        low=share.low if share else None,
        high=share.high if share else None,
        standing=Standing.INSIDE if band.holds(value) else Standing.OUTSIDE,
        ongoing=day.ongoing,
    )


def _value(day: DayOutcomes, metric: Metric) -> tuple[float | None, Share | None]:
    if metric in _SHARE_OF:
        share: Share | None = getattr(day, _SHARE_OF[metric])
        return (None if share is None else share.share), share
    values = {
        Metric.COST: day.cost_per_item,
        Metric.LATENCY_P50: day.latency_p50_ms,
        Metric.LATENCY_P95: day.latency_p95_ms,
        Metric.LATENCY_P99: day.latency_p99_ms,
        Metric.ITEMS: float(day.items) if day.items else None,
    }
    return values[metric], None


def _counted(log: OutcomeLog, day: str) -> Iterator[DayOutcomes]:
    """The days with records, a few days a query, so that a large log is never held in memory."""
    log_days = log.rows(f"SELECT {day} AS day, count(*), min(moment), max(moment) FROM records GROUP BY 1 ORDER BY 1")
    errors = _errors(log, day)
    for part in _parts(log_days):
        first, last = part[0][2], part[-1][3]
        mine = {one[0] for one in part}  # where clocks were set back over midnight, the next day begins before it
        rows = log.rows(
            f"SELECT {day} AS day, count(*), count(validation_passed), count(*) FILTER (WHERE validation_passed), "
            "count(routed_to_human), count(*) FILTER (WHERE routed_to_human), sum(cost_usd), count(cost_usd), "
            f"count(duration_ms), quantile_cont(duration_ms, {list(_QUANTILES)}) FROM records "
            "WHERE moment BETWEEN ? AND ? GROUP BY 1 ORDER BY 1",
            [first, last],
        )
        for which, items, validated, passed, decided, routed, cost, priced, timed, latency in rows:
            if which not in mine:
                continue
            p50, p95, p99 = latency or (None, None, None)
            yield DayOutcomes(
                day=which,
                items=items,
                validated=validated,
                passed=passed,
                decided=decided,
                routed=routed,
                errors=errors.get(which, {}),
                cost_usd=cost,
                priced=priced,
                timed=timed,
                latency_p50_ms=p50,
                latency_p95_ms=p95,
                latency_p99_ms=p99,
            )


def _parts(
    days: Sequence[tuple[date, int, datetime, datetime]],
) -> Iterator[list[tuple[date, int, datetime, datetime]]]:
    part: list[tuple[date, int, datetime, datetime]] = []
    for day in days:
        if part and sum(one[1] for one in part) + day[1] > _RECORDS_A_QUERY:
            yield part
            part = []
        part.append(day)
    if part:
        yield part


def _errors(log: OutcomeLog, day: str) -> dict[date, dict[str, int]]:
    """Items by day and type of error, the most frequent types of the whole log by name."""
    rows = log.rows(
        "WITH found AS (SELECT error_type, count(*) AS n FROM records WHERE error_type IS NOT NULL GROUP BY 1 "
        f"ORDER BY n DESC, error_type LIMIT {MOST_ERROR_TYPES}) "
        f"SELECT {day} AS day, CASE WHEN error_type IN (SELECT error_type FROM found) THEN error_type ELSE ? END "
        "AS type, count(*) FROM records WHERE error_type IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2",
        [OTHER_ERRORS],
    )
    errors: dict[date, dict[str, int]] = {}
    for which, kind, count in rows:
        errors.setdefault(which, {})[kind] = int(count)
    return errors


def _with_holes(
    counted: dict[date, DayOutcomes], calendar: Iterable[date], today: date | None
) -> Iterator[DayOutcomes]:
    hole = 0
    for day in calendar:
        hole = 0 if day in counted else hole + 1
        if hole <= LONGEST_HOLE or day == today:
            yield counted.get(day) or DayOutcomes(day=day)
