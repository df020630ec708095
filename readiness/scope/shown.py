"""The sum as it was shown to a sponsor, to hold later estimates against: no safeguard is to leave in silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from readiness.errors import InvalidValueError
from readiness.scope.items import MOST_DAYS, ItemStatus, ScopeItem
from readiness.scope.totals import ScopeTotal


class ShownItem(BaseModel):
    """One scope item as it stood when the sum was shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    component: str = Field(max_length=200)
    status: ItemStatus
    likely_days: float | None = Field(default=None, ge=0, le=MOST_DAYS, allow_inf_nan=False)
    high_days: float | None = Field(default=None, ge=0, le=MOST_DAYS, allow_inf_nan=False)  # None: it was not kept


class ShownSum(BaseModel):
    """The sum, its range and its items on the day on which somebody was shown it. Figures are person-days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    shown_on: date
    to_whom: str = Field(min_length=1, max_length=200)
    p50_days: float | None = Field(default=None, ge=0, allow_inf_nan=False)  # None: nothing was estimated
    p80_days: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    unknown: int = Field(default=0, ge=0)  # components without an estimate
    items: tuple[ShownItem, ...] = ()
    noted_at: NaiveDatetime | None = None  # UTC without a zone; of two sums of one day it tells the later one


def shown_sum(
    identifier: str,
    items: Sequence[ScopeItem],
    total: ScopeTotal,
    *,
    shown_on: date,
    to_whom: str,
    noted_at: datetime | None = None,
) -> ShownSum:
    """The sum as it stands, to be kept. Refuses an empty name: a sum is shown to somebody."""
    name = " ".join(to_whom.split())
    if not name:
        raise InvalidValueError("Shown to", to_whom, "is empty; name who was shown the sum")
    days = total.simulated.days if total.simulated else None
    return ShownSum(
        id=identifier,
        shown_on=shown_on,
        to_whom=name,
        p50_days=days.p50 if days else None,
        p80_days=days.p80 if days else None,
        unknown=len(total.unknown),
        items=tuple(
            ShownItem(
                id=item.id,
                component=item.component,
                status=item.status,
                likely_days=item.likely_days,
                high_days=item.high_days,
            )
            for item in items
        ),
        noted_at=noted_at,
    )


def latest_shown(shown: Sequence[ShownSum]) -> ShownSum | None:
    """The sum that was shown last; None where none was. Of two of one day it is the one that was noted last."""
    return next(reversed(in_order(shown)), None)


def in_order(shown: Iterable[ShownSum]) -> tuple[ShownSum, ...]:
    """The sums by their day, and within a day by when they were noted."""
    return tuple(
        sorted(shown, key=lambda one: (one.shown_on, one.noted_at.isoformat() if one.noted_at else "", one.id))
    )


def compressed_since(shown: ShownSum, items: Sequence[ScopeItem]) -> tuple[str, ...]:
    """What became smaller after the sum was shown, one sentence each: components that went without a reason, estimates
    that were taken back, and likely or high figures that fell. A component that is marked as not needed with its
    reason is a decision, not a compression."""
    now = {item.id: item for item in items}
    sentences = []
    for before in shown.items:
        item = now.get(before.id)
        if item is None:
            if before.status is not ItemStatus.NOT_NEEDED:
                sentences.append(f"{before.component} was taken out.")
            continue
        if item.status is ItemStatus.NOT_NEEDED or before.likely_days is None:
            continue
        if item.likely_days is None:
            sentences.append(f"{item.component} has no estimate any more.")
        elif item.likely_days < before.likely_days:
            sentences.append(
                f"{item.component} fell from {before.likely_days:g} to {item.likely_days:g} likely person-days."
            )
        elif before.high_days is not None and item.high_days is not None and item.high_days < before.high_days:
            sentences.append(f"{item.component} fell from {before.high_days:g} to {item.high_days:g} high person-days.")
    return tuple(sentences)
