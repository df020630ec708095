"""The outcome definition: metrics with one primary, target and tolerance, baseline, cost of a wrong output, and what
correct means."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.errors import UnknownNameError

MOST_FURTHER_METRICS = 12  # beside the primary; a project that watches more watches none

Text = Field(default="", max_length=4_000)
Number = Field(default=None, allow_inf_nan=False)


class Direction(StrEnum):
    HIGHER = "higher is better"
    LOWER = "lower is better"


class MeasuredBy(StrEnum):
    """Where a reading of a metric comes from: the team's own count, or one of the four of the running system's log."""

    OWN = "counted by the team"
    VALIDATION = "log: validation passed"
    ROUTED = "log: routed to a human"
    ERRORS = "log: error rate"
    COST = "log: cost per item"


SHARES_OF_THE_LOG = (MeasuredBy.VALIDATION, MeasuredBy.ROUTED, MeasuredBy.ERRORS)  # read in %, 0 to 100


class Metric(BaseModel):
    """One metric with its target, tolerance and baseline. None means not stated yet, which is not zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(max_length=100)
    metric: str = Text
    unit: str = Field(default="", max_length=60)
    direction: Direction = Direction.HIGHER
    measured_by: MeasuredBy = MeasuredBy.OWN
    target: float | None = Number
    tolerance_low: float | None = Number  # the metric may lie between these two
    tolerance_high: float | None = Number
    baseline_value: float | None = Number  # the metric as it is today, in its unit
    baseline_source: str = Text


class OutcomeDefinition(BaseModel):
    """What the running system is measured by (M20-M22). None means not stated yet, which is not zero.

    The primary metric stands in the definition itself, so there is exactly one; `further` are beside it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str = Text
    unit: str = Field(default="", max_length=60)
    direction: Direction = Direction.HIGHER
    target: float | None = Number
    tolerance_low: float | None = Number  # the metric may lie between these two
    tolerance_high: float | None = Number
    baseline_cost: float | None = Field(default=None, ge=0, allow_inf_nan=False)  # of one item, done by hand
    baseline_error_rate: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)  # share of items, 0..1
    baseline_delay_days: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    baseline_source: str = Text
    wrong_output_cost: float | None = Field(default=None, ge=0, allow_inf_nan=False)  # of one wrong output
    currency: str = Field(default="EUR", max_length=12)
    correct_output: str = Text  # what a correct output looks like, in words two people can judge by
    metric_id: str = Field(default="", max_length=100)  # of the primary; stays when the metric is worded otherwise
    measured_by: MeasuredBy = MeasuredBy.OWN
    baseline_value: float | None = Number  # the primary metric as it is today, in its unit
    further: tuple[Metric, ...] = Field(default=(), max_length=MOST_FURTHER_METRICS)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        ids = [self.metric_id, *(metric.id for metric in self.further)]
        if len(set(ids)) < len(ids):
            raise ValueError("two metrics have one id")
        return self


SIGNED_FIELDS = tuple(OutcomeDefinition.model_fields)  # a change of any of these voids the signatures
# They came after people had signed: as long as they say nothing, those signatures are under the same words.
SIGNED_LATER = ("metric_id", "measured_by", "baseline_value", "further")
_OF_A_METRIC = tuple(name for name in Metric.model_fields if name != "id")


def primary_metric(definition: OutcomeDefinition) -> Metric:
    """The metric that the owner answers for."""
    parts = {name: getattr(definition, name) for name in _OF_A_METRIC}
    return Metric(id=definition.metric_id, **parts)


def all_metrics(definition: OutcomeDefinition) -> tuple[Metric, ...]:
    """The primary metric, then the further ones."""
    return (primary_metric(definition), *definition.further)


def with_primary(definition: OutcomeDefinition, metric_id: str) -> OutcomeDefinition:
    """The definition with another of its metrics as the primary; the former one takes its place among the further."""
    former = primary_metric(definition)
    chosen = next((metric for metric in definition.further if metric.id == metric_id), None)
    if metric_id == former.id:
        return definition
    if chosen is None:
        raise UnknownNameError("metric", metric_id, [metric.metric for metric in definition.further])
    further = tuple(former if metric is chosen else metric for metric in definition.further)
    parts = {name: getattr(chosen, name) for name in _OF_A_METRIC}
    return definition.model_copy(update={**parts, "metric_id": chosen.id, "further": further})


def missing_of_metric(metric: Metric) -> tuple[str, ...]:
    """The parts of one metric that are still to be stated."""
    checks = (
        ("its name", bool(metric.metric.strip())),
        ("its unit", bool(metric.unit.strip())),
        ("its target", metric.target is not None),
        ("its tolerance range", None not in (metric.tolerance_low, metric.tolerance_high)),
        ("its baseline", metric.baseline_value is not None),
        ("the source of its baseline", bool(metric.baseline_source.strip())),
    )
    return tuple(name for name, stated in checks if not stated)


def is_inside(reading: float | None, low: float | None, high: float | None) -> bool | None:
    """Whether a reading lies within its tolerance, both ends included; None where that cannot be said."""
    if reading is None or (low is not None and high is not None and low > high):
        return None
    if (low is not None and reading < low) or (high is not None and reading > high):
        return False
    return None if low is None or high is None else True


def missing_parts(definition: OutcomeDefinition) -> tuple[str, ...]:
    """The parts that are still to be stated, in the order of the form."""
    checks = (
        ("the metric", bool(definition.metric.strip())),
        ("its unit", bool(definition.unit.strip())),
        ("the target", definition.target is not None),
        ("the tolerance range", None not in (definition.tolerance_low, definition.tolerance_high)),
        ("the baseline: manual cost, error rate or delay", _has_baseline(definition)),
        ("the cost of a wrong output", definition.wrong_output_cost is not None),
        ("what a correct output looks like", bool(definition.correct_output.strip())),
    )
    return tuple(name for name, stated in checks if not stated)


def contradictions(definition: OutcomeDefinition) -> tuple[str, ...]:
    """Statements within the definition that cannot both hold, one sentence each."""
    found = list(_contradictions_of(primary_metric(definition), ""))
    for metric in definition.further:
        found += _contradictions_of(metric, f"{metric.metric.strip() or 'A further metric'}: ")
    return tuple(found)


def _contradictions_of(metric: Metric, whose: str) -> tuple[str, ...]:
    low, high, target = metric.tolerance_low, metric.tolerance_high, metric.target
    found = []
    if low is not None and high is not None and low > high:
        found.append(
            f"{whose}The tolerance begins at {_figure(low)} and ends at {_figure(high)}: its lower end is above its "
            "upper end."
        )
    elif low is not None and high is not None and target is not None and not low <= target <= high:
        found.append(
            f"{whose}The target {_figure(target)} lies outside the tolerance {_figure(low)} to {_figure(high)}."
        )
    unit = metric.unit.strip()
    if metric.measured_by in SHARES_OF_THE_LOG and unit not in ("", "%"):
        found.append(f"{whose}The log gives this metric in %, and its unit is {unit}.")
    return tuple(found)


def _figure(value: float) -> str:
    return f"{value:,.12g}"


def measured(figure: str, unit: str) -> str:
    """A figure with its unit as it is written: 92%, 14 days."""
    return f"{figure}%" if unit.strip() == "%" else f"{figure} {unit}".strip()


def _has_baseline(definition: OutcomeDefinition) -> bool:
    parts = (definition.baseline_cost, definition.baseline_error_rate, definition.baseline_delay_days)
    return any(part is not None for part in parts)
