"""Reviews: one reading of the primary metric by its owner, and what follows from two in a row outside tolerance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, model_validator

from readiness.ballots import shown_name
from readiness.errors import InputError, InvalidValueError
from readiness.outcome.agreement import person_key
from readiness.outcome.definition import OutcomeDefinition, is_inside, measured
from readiness.outcome.ownership import Ownership

CORRECTABLE = ("held_on", "reading", "reviewed_by", "decision", "note", "next_review")


class ReviewDecision(StrEnum):
    CONTINUE = "continue"
    CHANGE = "change"
    PULL = "pull"


class Correction(BaseModel):
    """That a review was corrected, by whom and why; what it said before is in the journal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: NaiveDatetime
    by: str = Field(default="", max_length=200)
    reason: str = Field(min_length=1, max_length=1_000)


class Review(BaseModel):
    """One review. Metric, unit and tolerance are those of its day, so that a later change judges nothing anew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=100)
    held_on: date
    recorded_at: NaiveDatetime
    metric_id: str = Field(default="", max_length=100)
    metric: str = Field(default="", max_length=4_000)
    unit: str = Field(default="", max_length=60)
    tolerance_low: float | None = Field(default=None, allow_inf_nan=False)
    tolerance_high: float | None = Field(default=None, allow_inf_nan=False)
    reading: float | None = Field(default=None, allow_inf_nan=False)  # None: the metric could not be read
    reading_source: str = Field(default="", max_length=1_000)  # empty: typed by hand
    reviewed_by: str = Field(min_length=1, max_length=200)
    decision: ReviewDecision = ReviewDecision.CONTINUE
    note: str = Field(default="", max_length=4_000)
    next_review: date | None = None
    corrections: tuple[Correction, ...] = ()
    withdrawn: bool = False  # it was no review; it stays in the list and counts for nothing

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.next_review is not None and self.next_review <= self.held_on:
            raise ValueError("The next review must come after this one")
        return self

    @property
    def inside(self) -> bool | None:
        """Whether the reading was within the tolerance of its day; None without a reading or a whole tolerance."""
        return is_inside(self.reading, self.tolerance_low, self.tolerance_high)

    @property
    def reading_in_words(self) -> str:
        return "not read" if self.reading is None else measured(f"{self.reading:,.6g}", self.unit)


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of the metric to start a review from, with where it comes from."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """Two consecutive reviews outside tolerance, and whether the system was pulled since."""

    first: Review
    second: Review
    pulled_on: date | None = None


def new_review(
    definition: OutcomeDefinition, said: Mapping[str, Any], *, id: str, now: datetime, source: str = ""
) -> Review:
    """A review with what was said at it. Refuses a day to come, a review by nobody, and one that says nothing."""
    review = _checked(
        {
            **said,
            "id": id,
            "recorded_at": now,
            "metric_id": definition.metric_id,
            "metric": definition.metric,
            "unit": definition.unit,
            "tolerance_low": definition.tolerance_low,
            "tolerance_high": definition.tolerance_high,
            "reading_source": source,
        }
    )
    _refuse_day_to_come(review, now)
    _refuse_saying_nothing(review)
    return review


def corrected(review: Review, changes: Mapping[str, Any], *, reason: str, by: str, now: datetime) -> Review:
    """The review as it should have been recorded, with the reason. Metric and tolerance stay those of its day."""
    unknown = sorted(set(changes) - set(CORRECTABLE))
    if unknown:
        raise InvalidValueError("Correction", unknown[0], f"is not one of {', '.join(CORRECTABLE)}")
    if review.withdrawn:
        raise InputError("This review was withdrawn; record a new one instead.")
    after = _checked({**review.model_dump(), **changes})
    if after == review:
        raise InputError("Nothing is different from what is recorded.")
    _refuse_day_to_come(after, now)
    _refuse_saying_nothing(after)
    if after.reading != review.reading:
        after = after.model_copy(update={"reading_source": ""})
    return _with_correction(after, reason, by, now)


def withdrawn(review: Review, *, reason: str, by: str, now: datetime) -> Review:
    """The review marked as none; it stays in the list, and the reason with it."""
    if review.withdrawn:
        raise InputError("This review is withdrawn already.")
    return _with_correction(review.model_copy(update={"withdrawn": True}), reason, by, now)


def in_order(reviews: Sequence[Review]) -> tuple[Review, ...]:
    """Reviews by their day; of one day, in the order in which they were recorded."""
    return tuple(sorted(reviews, key=lambda review: (review.held_on, review.recorded_at, review.id)))


def counted_readings(reviews: Sequence[Review], metric_id: str) -> tuple[Review, ...]:
    """The reviews whose reading was held against a tolerance, one a day.

    A day counts once, with the reading recorded last: whoever reads twice has held one review. A review that could
    not read the metric neither counts nor breaks the row, because not looking shows nothing. Where one limit alone is
    stated, a reading that keeps it counts: it is not outside. Another primary metric begins anew; another wording of
    the same one does not.
    """
    telling = [r for r in in_order(reviews) if not r.withdrawn and r.metric_id == metric_id and _is_judged(r)]
    return tuple({review.held_on: review for review in telling}.values())


def alarm(reviews: Sequence[Review], metric_id: str) -> Alarm | None:
    """The last two counted readings where both are outside tolerance (M28); the next one inside ends it."""
    counted = counted_readings(reviews, metric_id)
    if len(counted) < 2 or any(review.inside is not False for review in counted[-2:]):
        return None
    first, second = counted[-2:]
    held = [review for review in in_order(reviews) if not review.withdrawn and review.held_on >= second.held_on]
    last = held[-1]
    return Alarm(first, second, last.held_on if last.decision is ReviewDecision.PULL else None)


def next_due(ownership: Ownership, reviews: Sequence[Review]) -> date | None:
    """The day of the next review: what the last one said, else the cadence after it, else the first one."""
    held = [review for review in in_order(reviews) if not review.withdrawn]
    if not held:
        return ownership.first_review
    if held[-1].next_review is not None:
        return held[-1].next_review
    if ownership.review_every_days is None:
        return None
    try:
        return held[-1].held_on + timedelta(days=ownership.review_every_days)
    except OverflowError:
        return None


def overdue_days(due: date | None, today: date) -> int:
    """Days since the review was due; 0 while it is not."""
    return 0 if due is None else max(0, (today - due).days)


def _checked(parts: Mapping[str, Any]) -> Review:
    name = shown_name(str(parts.get("reviewed_by") or ""))
    if not person_key(name):
        raise InvalidValueError("Reviewed by", name, "is empty; a review names who held it")
    if parts.get("held_on") is None:
        raise InputError("A review needs its day.")
    return Review.model_validate({**parts, "reviewed_by": name})


def _is_judged(review: Review) -> bool:
    one_limit = (review.tolerance_low is None) is not (review.tolerance_high is None)
    return review.inside is not None or (review.reading is not None and one_limit)


def _refuse_saying_nothing(review: Review) -> None:
    if review.reading is None and not review.note.strip():
        raise InputError("A review without a reading needs a note that says why the metric could not be read.")


def _refuse_day_to_come(review: Review, now: datetime) -> None:
    # Where the day begins first it is tomorrow already, seen from UTC.
    if review.held_on > now.date() + timedelta(days=1):
        raise InvalidValueError("Held on", review.held_on.isoformat(), "is still to come; record a review once held")


def _with_correction(review: Review, reason: str, by: str, now: datetime) -> Review:
    clean = " ".join(reason.split())
    if not clean:
        raise InputError("A correction needs its reason, which stays in the journal.")
    correction = Correction(at=now, by=by, reason=clean)
    return review.model_copy(update={"corrections": (*review.corrections, correction)})
