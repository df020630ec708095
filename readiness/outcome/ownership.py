"""Ownership: a named person, the metric with its tolerance, a monthly review, and the authority to pull the system."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

LONGEST_REVIEW_DAYS = 31  # a review at least every month (M28)


class Ownership(BaseModel):
    """The four parts of M28, and where each stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str = Field(default="", max_length=200)
    role: str = Field(default="", max_length=200)
    owns_metric: bool = False  # has accepted the outcome definition's metric and tolerance as theirs
    review_every_days: int | None = Field(default=None, ge=1, le=366)
    first_review: date | None = None
    may_pull: bool = False  # explicit authority to pull the system after two reviews outside tolerance
    authority_from: str = Field(default="", max_length=200)  # who granted it
    rehearsal_on: date | None = None  # when pulling the system is tried out


def missing_parts(ownership: Ownership) -> tuple[str, ...]:
    """The parts of ownership that are not in place, as they are said to a user."""
    reviewed = ownership.review_every_days is not None and ownership.review_every_days <= LONGEST_REVIEW_DAYS
    checks = (
        ("a named person", bool(ownership.owner.strip())),
        ("the metric and its tolerance accepted by the owner", ownership.owns_metric),
        ("a review at least every month, with its first date", reviewed and ownership.first_review is not None),
        ("explicit authority to pull the system", ownership.may_pull and bool(ownership.authority_from.strip())),
    )
    return tuple(name for name, present in checks if not present)
