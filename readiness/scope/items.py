"""Scope items: the components of the production system in this project, with their estimates."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.ranges import CONFIDENCE, Range

MOST_DAYS = 10_000.0  # person-days of one item; more is a typing error or a project of its own
MOST_RATE = 1e9  # money a day or an hour, in any currency
MOST_MONEY = 1e12
MOST_MINUTES = 10_000.0  # of one review
COMMON_CAUSE = 0.3
FILLED_IN_BASES = ("Starting point of the catalog", "Agreed in a round")  # how a basis begins that nobody typed
CHANGED_SINCE = ", changed since"


class ItemStatus(StrEnum):
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not needed"


class ItemSource(StrEnum):
    CATALOG = "catalog"
    DECISION = "decision"  # made by a handling decision of the audit
    OWN = "own"


class ScopeItem(BaseModel):
    """A component in this project. Estimates are person-days; None means not estimated, which is not zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str  # stable: catalog id, "decision:<edge case id>", or "own:<uuid>"
    component: str = Field(min_length=1, max_length=200)
    group: str = ""
    description: str = ""
    source: ItemSource = ItemSource.OWN
    edge_case: str = ""  # EdgeCase.id for source DECISION
    handling: str = ""  # Handling value for source DECISION
    in_prototype: bool = False
    low_days: float | None = Field(default=None, ge=0, le=MOST_DAYS, allow_inf_nan=False)
    likely_days: float | None = Field(default=None, ge=0, le=MOST_DAYS, allow_inf_nan=False)
    high_days: float | None = Field(default=None, ge=0, le=MOST_DAYS, allow_inf_nan=False)
    basis: str = Field(default="", max_length=1_000)  # where the estimate comes from
    day_rate: float | None = Field(default=None, ge=0, le=MOST_RATE, allow_inf_nan=False)  # None: the plan's
    one_off_cost: float | None = Field(default=None, ge=0, le=MOST_MONEY, allow_inf_nan=False)  # beside the work
    run_cost_year: float | None = Field(default=None, ge=0, le=MOST_MONEY, allow_inf_nan=False)
    review_minutes: float | None = Field(default=None, ge=0, le=MOST_MINUTES, allow_inf_nan=False)  # None: the plan's
    owner: str = ""
    not_needed_because: str = ""
    marked_not_needed: bool = False
    note: str = ""
    order: int = 0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        days = [d for d in (self.low_days, self.likely_days, self.high_days) if d is not None]
        if days != sorted(days):
            raise ValueError(f"low, likely and high person-days must rise, and {_listed(days)} do not")
        return self

    @property
    def status(self) -> ItemStatus:
        """Not needed only with its reason; estimated only with all three figures; else unknown."""
        if self.marked_not_needed and self.not_needed_because.strip():
            return ItemStatus.NOT_NEEDED
        if None in (self.low_days, self.likely_days, self.high_days):
            return ItemStatus.UNKNOWN
        return ItemStatus.ESTIMATED

    def days(self, confidence: float = CONFIDENCE) -> Range | None:
        """The estimate as a range; None while it is unknown or not needed."""
        if self.status is not ItemStatus.ESTIMATED:
            return None
        low, likely, high = self.low_days, self.likely_days, self.high_days
        if low is None or likely is None or high is None:  # as the status says already
            return None
        return Range(low, likely, high, confidence)


def basis_after_change(basis: str) -> str:
    """Where an estimate comes from once somebody has changed its figures: a source that was filled in says so."""
    if basis.startswith(FILLED_IN_BASES) and not basis.endswith(CHANGED_SINCE):
        return f"{basis}{CHANGED_SINCE}"
    return basis


def _listed(days: list[float]) -> str:
    return ", ".join(f"{day:g}" for day in days)


class ScopePlan(BaseModel):
    """What surrounds the items: the prototype's effort, the plan it gave for production, and how the sum is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prototype_days: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    planned_days: float | None = Field(
        default=None, ge=0, le=100_000, allow_inf_nan=False
    )  # the prototype team's own estimate of production
    day_rate: float | None = Field(default=None, ge=0, le=MOST_RATE, allow_inf_nan=False)
    currency: str = "EUR"
    confidence: float = Field(default=CONFIDENCE, ge=0.5, le=0.98)  # that an item lies between its low and its high
    common_cause: float = Field(default=COMMON_CAUSE, ge=0, le=1)  # correlation of any two items
    team_size: float | None = Field(default=None, ge=0.1, le=1_000, allow_inf_nan=False)  # people at work at a time
    productive_days_per_week: float = Field(default=4.0, ge=0.5, le=7)  # of one person
    review_minutes: float | None = Field(default=None, ge=0, le=MOST_MINUTES, allow_inf_nan=False)  # of one record
    review_hour_rate: float | None = Field(default=None, ge=0, le=MOST_RATE, allow_inf_nan=False)
    reference_multiplier: float | None = Field(default=None, ge=0.1, le=100, allow_inf_nan=False)
    reference_source: str = Field(default="", max_length=1_000)  # which projects the multiplier was seen in
