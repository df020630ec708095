"""The failure timeline of a running system: how long it runs, which stage it stands at, and what usually comes next."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from readiness.diagnosis.dates import in_words
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.workflow import Stage, Workflow

MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class TimelineStage:
    """One failure mode with the month after launch at which it usually shows, and the day of this project that is."""

    mode: FailureMode
    title: str
    month: int
    on: date | None  # None where no launch is stated
    looks_like: str
    comes_next: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where a running system stands. `months` are whole calendar months since the launch; None without one, or with one
    that is still to come."""

    launched_on: date | None
    months: int | None
    stages: tuple[TimelineStage, ...]  # in order of time
    present: TimelineStage | None  # the last one that was reached; None before the first
    next: TimelineStage | None  # the one that usually comes next; None after the last
    sentence: str


def timeline(workflow: Workflow, catalog: FailureModeCatalog, today: date) -> Timeline | None:
    """The timeline of a system that runs; None before the build."""
    if workflow.stage is not Stage.STALLED:
        return None
    launched = workflow.launched_on
    stages = tuple(
        TimelineStage(
            mode=entry.mode,
            title=entry.title,
            month=entry.shows_at_month,
            on=None if launched is None else months_after(launched, entry.shows_at_month),
            looks_like=entry.looks_like,
            comes_next=entry.comes_next,
        )
        for entry in sorted(catalog.modes, key=lambda entry: entry.shows_at_month)
    )
    months = months_since(launched, today) if launched is not None else None
    reached = [stage for stage in stages if months is not None and stage.month <= months]
    left = [stage for stage in stages if months is not None and stage.month > months]
    present, following = (reached[-1] if reached else None), (left[0] if left else None)
    return Timeline(launched, months, stages, present, following, _sentence(launched, months, present, following))


def months_since(first: date, today: date) -> int | None:
    """Whole calendar months from `first` to `today`; None where `first` is still to come. From the last day of a long
    month a month is over on the last day of the next: 31 January to 28 February is one."""
    if first > today:
        return None
    months = (today.year - first.year) * MONTHS_A_YEAR + today.month - first.month
    reached = months_after(first, months)
    return months if reached is not None and reached <= today else months - 1


def months_after(first: date, months: int) -> date | None:
    """The day so many calendar months later, or the last of its month; None past the end of the calendar."""
    year, month = divmod(first.year * MONTHS_A_YEAR + first.month - 1 + months, MONTHS_A_YEAR)
    if year > date.max.year:
        return None
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _sentence(
    launched: date | None, months: int | None, present: TimelineStage | None, following: TimelineStage | None
) -> str:
    if launched is None:
        return "No launch date is stated, so it is not known how far along this project is."
    if months is None:
        return f"The launch on {in_words(launched)} is still to come, so nothing is due yet."
    stands = f"Launched on {in_words(launched)}, {_months(months)} ago."
    if following is None:
        return f"{stands} Every failure that is left alone shows by now."
    if present is not None:
        stands = f"{stands} What usually shows by month {present.month}: {_lowered(present.title)}."
    soonest = f"around {in_words(following.on)}" if following.on else f"about month {following.month}"
    kind = "first" if present is None else "next"
    return f"{stands} What usually comes {kind}, {soonest}: {_lowered(following.title)}."


def _months(count: int) -> str:
    if count == 0:
        return "less than a month"
    return "1 month" if count == 1 else f"{count} months"


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]
