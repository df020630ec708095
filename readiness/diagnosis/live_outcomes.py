"""The running system's days held against the outcome definition: which metric the log measures, alert and streak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.operation.daily import DayOutcomes, Metric, Tolerance, metric_days
from readiness.operation.drift import DriftSummary
from readiness.operation.rules import (
    ALERT_DAYS,
    DISTRUST_DAYS,
    DONE_DAYS,
    LONGEST_SILENCE,
    ROUTED_ABOVE,
    Alert,
    Streak,
    alerts,
    streak,
)
from readiness.outcome.definition import SHARES_OF_THE_LOG, MeasuredBy, OutcomeDefinition, all_metrics
from readiness.outcome.definition import Metric as DefinedMetric

METRIC_OF = {
    MeasuredBy.VALIDATION: Metric.PASSED,
    MeasuredBy.ROUTED: Metric.ROUTED,
    MeasuredBy.ERRORS: Metric.ERRORS,
    MeasuredBy.COST: Metric.COST,
}


class Limits(BaseModel):
    """What a log is held to; the starting values are the method's (M2, M25)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    routed_above: float = Field(default=ROUTED_ABOVE, ge=0, lt=1)  # share of the items of a day, 0..1
    alert_days: int = Field(default=ALERT_DAYS, ge=1, le=365)
    distrust_days: int = Field(default=DISTRUST_DAYS, ge=1, le=365)
    done_days: int = Field(default=DONE_DAYS, ge=1, le=365)
    longest_silence: int = Field(default=LONGEST_SILENCE, ge=0, le=60)  # days without data that end no run

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.distrust_days <= self.alert_days:
            raise ValueError("The second alert must come after the first: give it more days")
        return self


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """What a project knows of the running system: its days until now, and what they are held to."""

    days: Sequence[DayOutcomes]
    limits: Limits
    read_at: datetime
    source: str
    drift: DriftSummary | None = None  # the last comparison of the inputs


@dataclass(frozen=True, slots=True)
class Held:
    """A metric of the log that the outcome definition states, with its tolerance in the log's own measure."""

    name: str
    metric: Metric
    tolerance: Tolerance | None  # None: not stated


def held_metrics(outcome: OutcomeDefinition) -> tuple[Held, ...]:
    """The metrics of the outcome definition that the log measures, the primary one first."""
    return tuple(
        Held(
            name=metric.metric.strip() or str(METRIC_OF[metric.measured_by]),
            metric=METRIC_OF[metric.measured_by],
            tolerance=_tolerance(metric),
        )
        for metric in all_metrics(outcome)
        if metric.measured_by in METRIC_OF
    )


def judged_alert(days: Sequence[DayOutcomes], limits: Limits) -> Alert:
    """What the routed share says under these limits."""
    return alerts(
        days,
        above=limits.routed_above,
        alert_days=limits.alert_days,
        distrust_days=limits.distrust_days,
        longest_silence=limits.longest_silence,
    )


def judged_streak(days: Sequence[DayOutcomes], held: Held, limits: Limits) -> Streak | None:
    """Days in a row inside the tolerance; None where none is stated, as then no day can be held against it."""
    if held.tolerance is None:
        return None
    judged = metric_days(days, held.metric, held.tolerance)
    return streak(judged, needed=limits.done_days, longest_silence=limits.longest_silence)


def _tolerance(metric: DefinedMetric) -> Tolerance | None:
    """In shares where the definition says %. One that ends below its beginning holds nothing, so it is none."""
    low, high = metric.tolerance_low, metric.tolerance_high
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        return None
    by = 0.01 if metric.measured_by in SHARES_OF_THE_LOG else 1.0
    return Tolerance(low=_times(low, by), high=_times(high, by))


def _times(value: float | None, by: float) -> float | None:
    return None if value is None else round(value * by, 12)
