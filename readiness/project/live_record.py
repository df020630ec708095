"""What a project keeps of a running system's log: counts of each day, how it was read, and the limits it is held to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, field_validator

from readiness.diagnosis.live_outcomes import Limits, LiveFacts
from readiness.operation.daily import OTHER_ERRORS, DayOutcomes
from readiness.operation.drift import DriftSummary
from readiness.operation.fields import LogField
from readiness.operation.log_summary import LogSummary
from readiness.operation.zones import day_of, days_between, zone_named

MOST_DAYS = 400  # the last ones: a year and what it takes to compare with the year before
MOST_FILES = 60  # told one by one
MOST_CHANGES = 200  # of the limits, the last ones; the journal has all of them
LONGEST_SHOWN_SILENCE = 366  # days without data after the log's end that are listed one by one

_TYPE_NAME = re.compile(r"[\w.:\-]{1,80}")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ReadingChoices(_Value):
    """What the user fixed about the reading of a log."""

    zone: str = Field(default="UTC", max_length=60)  # whose days are reported
    zone_of_naive_times: str = Field(default="UTC", max_length=60)
    mapping: dict[str, str] = {}  # field of the outcome record -> the key or column that holds it

    @field_validator("zone", "zone_of_naive_times")
    @classmethod
    def _known(cls, name: str) -> str:
        zone_named(name)
        return name

    @field_validator("mapping")
    @classmethod
    def _short(cls, mapping: dict[str, str]) -> dict[str, str]:
        if set(mapping) - set(LogField) or any(len(place) > 1_000 for place in mapping.values()):
            raise ValueError("a mapped field is none of an outcome record")
        return mapping


class LiveReading(_Value):
    """One reading of the log. It holds counts and how the log was read, and nothing of a single record."""

    reading_id: str = Field(max_length=100)
    read_at: NaiveDatetime  # UTC, without a zone
    choices: ReadingChoices = ReadingChoices()
    paths: tuple[str, ...] = ()  # as typed; these can be read again after a restart
    uploads: int = 0  # files that came by upload, which are gone after a restart
    sentence: str = ""  # what was read of all files
    files: int = 0  # summary.files holds the first MOST_FILES of them
    summary: LogSummary
    days: tuple[DayOutcomes, ...] = ()
    earlier_days: int = 0  # days of the log before those of `days`
    drift: DriftSummary | None = None  # the last comparison of the inputs that was kept; None: nothing to compare

    @property
    def last_day(self) -> date | None:
        """The last day with a record."""
        return self.days[-1].day if self.days else None


class LimitChange(_Value):
    """One change of the limits, with the reason that it was made for."""

    at: NaiveDatetime
    by: str = Field(default="", max_length=200)
    reason: str = Field(min_length=1, max_length=1_000)
    before: dict[str, float]
    after: dict[str, float]


class LiveLimits(Limits):
    """The limits of a project, with every change of them."""

    changes: tuple[LimitChange, ...] = ()


LIMITS = tuple(Limits.model_fields)


def kept_reading(
    summary: LogSummary,
    days: Sequence[DayOutcomes],
    *,
    reading_id: str,
    read_at: datetime,
    choices: ReadingChoices,
    paths: tuple[str, ...],
    uploads: int,
    drift: DriftSummary | None = None,
) -> LiveReading:
    """The part of a reading that stays in the project: no text of the log, and the last MOST_DAYS days."""
    bare = summary.without_texts()
    return LiveReading(
        reading_id=reading_id,
        read_at=read_at,
        choices=choices,
        paths=paths,
        uploads=uploads,
        sentence=summary.sentence,
        files=len(summary.files),
        summary=bare.model_copy(update={"files": bare.files[:MOST_FILES]}),
        days=tuple(_with_type_names(day) for day in days[-MOST_DAYS:]),
        earlier_days=max(0, len(days) - MOST_DAYS),
        drift=drift,
    )


def days_until(reading: LiveReading, now: datetime | None) -> tuple[DayOutcomes, ...]:
    """The days of the reading and those without data since, until `now` (UTC), which is the day that is not over.

    None leaves the days as they were read: the log as it stood on its last day.
    """
    if now is None or not reading.days:
        return reading.days
    zone = zone_named(reading.summary.zone)
    today = day_of(now.replace(tzinfo=UTC), zone)
    silent = [DayOutcomes(day=day) for day in _days_after(reading.days[-1].day, today, reading.summary.zone)]
    ongoing = {"ongoing": True}
    return tuple(one.model_copy(update=ongoing) if one.day >= today else one for one in (*reading.days, *silent))


def live_facts(reading: LiveReading | None, limits: Limits, now: datetime) -> LiveFacts | None:
    """What the evidence is told of the running system; None while no log was read."""
    if reading is None:
        return None
    return LiveFacts(
        days=days_until(reading, now),
        limits=limits,
        read_at=reading.read_at,
        source=f"log of the running system, {reading.summary.records:,} outcome records",
        drift=reading.drift,
    )


def _days_after(last: date, today: date, zone: str) -> list[date]:
    """The days after `last` up to `today`; of a long silence its beginning and the last two."""
    found = list(islice(days_between(last + timedelta(days=1), today, zone_named(zone)), LONGEST_SHOWN_SILENCE))
    ends = [day for day in (today - timedelta(days=1), today) if found and day > found[-1]]
    return found + ends


def _with_type_names(day: DayOutcomes) -> DayOutcomes:
    """The day with errors under names of types alone: what is a sentence may speak of a customer."""
    if all(_TYPE_NAME.fullmatch(name) or name == OTHER_ERRORS for name in day.errors):
        return day
    errors: dict[str, int] = {}
    for name, count in day.errors.items():
        kept = name if _TYPE_NAME.fullmatch(name) else OTHER_ERRORS
        errors[kept] = errors.get(kept, 0) + count
    return day.model_copy(update={"errors": errors})
