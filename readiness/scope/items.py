"""Scope items: the components of the production system in this project, with their estimates."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_DAYS = 10_000.0  # person-days of one item; more is a typing error or a project of its own


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


def _listed(days: list[float]) -> str:
    return ", ".join(f"{day:g}" for day in days)


class ScopePlan(BaseModel):
    """What surrounds the items: the prototype's own effort, the plan it gave for production, and the day rate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prototype_days: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    planned_days: float | None = Field(
        default=None, ge=0, le=100_000, allow_inf_nan=False
    )  # the prototype team's own estimate of production
    day_rate: float | None = Field(default=None, ge=0, le=1_000_000, allow_inf_nan=False)
    currency: str = "EUR"
