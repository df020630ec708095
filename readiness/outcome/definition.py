"""The outcome definition: metric, target and tolerance, baseline, cost of a wrong output, and what correct means."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

Text = Field(default="", max_length=4_000)
Number = Field(default=None, allow_inf_nan=False)


class Direction(StrEnum):
    HIGHER = "higher is better"
    LOWER = "lower is better"


class OutcomeDefinition(BaseModel):
    """What the running system is measured by (M20-M22). None means not stated yet, which is not zero."""

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


SIGNED_FIELDS = tuple(OutcomeDefinition.model_fields)  # a change of any of these voids the signatures


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
    low, high, target = definition.tolerance_low, definition.tolerance_high, definition.target
    found = []
    if low is not None and high is not None and low > high:
        found.append(
            f"The tolerance begins at {_figure(low)} and ends at {_figure(high)}: its lower end is above its upper end."
        )
    elif low is not None and high is not None and target is not None and not low <= target <= high:
        found.append(f"The target {_figure(target)} lies outside the tolerance {_figure(low)} to {_figure(high)}.")
    return tuple(found)


def _figure(value: float) -> str:
    return f"{value:,.12g}"


def measured(figure: str, unit: str) -> str:
    """A figure with its unit as it is written: 92%, 14 days."""
    return f"{figure}%" if unit.strip() == "%" else f"{figure} {unit}".strip()


def _has_baseline(definition: OutcomeDefinition) -> bool:
    parts = (definition.baseline_cost, definition.baseline_error_rate, definition.baseline_delay_days)
    return any(part is not None for part in parts)
