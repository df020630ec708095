"""The two rules about days in a row: too many items routed to humans, and the outcome held long enough to be done.

Both read days as follows. A day that has no value, such as a Sunday without work, neither counts nor ends a run: a
system that works five days a week could otherwise never be called out, nor ever be done. A silence of more than
`longest_silence` days ends a run nevertheless: what came after it is another period. A day that is not over yet is
not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from readiness.operation.daily import DailyOutcomes, DayOutcomes, Metric, MetricDay, Standing, metric_days

ROUTED_ABOVE = 0.15  # M25: over 15 %, so that 15 % itself is still in order
ALERT_DAYS = 7
DISTRUST_DAYS = 14
DONE_DAYS = 60  # M2
LONGEST_SILENCE = 7  # days without data inside a run: a week of company holidays, or an outage


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Run(_Value):
    """Days in a row for which something holds, days without data left out."""

    first: date
    last: date
    days: int  # with data
    certain: int | None = None  # of these, the days on which even the 95 % interval lies above; None: not asked


class AlertLevel(StrEnum):
    NONE = "none"
    ALERT = "too many items go to humans"
    DISTRUST = "staff have stopped trusting the system"


class Alert(_Value):
    """What the routed share says: now, and in each run that was long enough."""

    level: AlertLevel  # by the run that is still going on
    since: date | None  # the day on which that level was reached
    current: Run | None  # days above in a row up to the last judged day, however few
    longest: Run | None
    past: tuple[Run, ...]  # every run that reached the alert, oldest first, a current one included
    above: float
    alert_days: int
    distrust_days: int
    judged_days: int  # days with data
    silent_days: int  # days without data since the last one with data
    longest_silence: int

    @property
    def sentence(self) -> str:
        """The result for a reader who sees nothing else."""
        if not self.judged_days:
            return "No day tells how many items went to a human, so there is nothing to judge."
        if self.silent_days > self.longest_silence:
            return f"No data for {self.silent_days} days, so nothing is known of how many items go to humans now."
        if self.current is None:
            return f"On the last day with data, at most {_percent(self.above)} of the items went to a human."
        days = f"{self.current.days} days" if self.current.days > 1 else "1 day"
        more = f"More than {_percent(self.above)} of the items"
        held = f"{more} went to a human on {days} in a row, since {self.current.first}"
        if self.level is AlertLevel.DISTRUST:
            return f"{held}: staff find manual review faster than trusting the system."
        if self.level is AlertLevel.ALERT:
            return f"{held}: find out why before staff stop trusting the system."
        return f"{held}; {self.alert_days} days raise an alert."


class Streak(_Value):
    """Days in a row inside the tolerance, towards the number that means done."""

    needed: int
    current: Run | None
    longest: Run | None
    reached_on: date | None  # the day on which the needed number was first reached
    holds: bool  # whether the current run has reached it
    earliest: date | None  # when the current run can reach it, with data inside on every day from now on
    last_outside: date | None
    judged_days: int  # days with data
    silent_days: int = 0  # days without data since the last one with data

    @property
    def sentence(self) -> str:
        if not self.judged_days:
            return "No day has a value, so no day is known to be inside the tolerance."
        if self.holds:
            return f"Done: {self.current.days if self.current else 0} days in a row inside the tolerance."
        days = self.current.days if self.current else 0
        before = f" It was first reached on {self.reached_on}." if self.reached_on else ""
        held = f"{days} of {self.needed} days in a row inside the tolerance"
        return f"{held}; done on {self.earliest} at the earliest.{before}"


def alerts(
    outcomes: DailyOutcomes | Iterable[DayOutcomes],
    *,
    above: float = ROUTED_ABOVE,
    alert_days: int = ALERT_DAYS,
    distrust_days: int = DISTRUST_DAYS,
    longest_silence: int = LONGEST_SILENCE,
) -> Alert:
    """Whether more than `above` of the items went to humans on so many days in a row (M25)."""
    days = metric_days(outcomes, Metric.ROUTED)
    judged = _judged(days)
    runs = _runs(judged, [one.value is not None and one.value > above for one in judged], longest_silence)
    certain = {one.day for one in judged if one.low is not None and one.low > above}
    told = [_run(run, certain) for run in runs]
    silent = _silent_days(judged, days)
    current = _current(runs, told, judged) if silent <= longest_silence else None
    level, since = AlertLevel.NONE, None
    if current is not None and current.days >= alert_days:
        level, since = AlertLevel.ALERT, runs[-1][alert_days - 1].day
    if current is not None and current.days >= max(distrust_days, alert_days):
        level, since = AlertLevel.DISTRUST, runs[-1][max(distrust_days, alert_days) - 1].day
    return Alert(
        level=level,
        since=since,
        current=current,
        longest=_longest(told),
        past=tuple(run for run in told if run.days >= alert_days),
        above=above,
        alert_days=alert_days,
        distrust_days=distrust_days,
        judged_days=len(judged),
        silent_days=silent,
        longest_silence=longest_silence,
    )


def streak(days: Sequence[MetricDay], *, needed: int = DONE_DAYS, longest_silence: int = LONGEST_SILENCE) -> Streak:
    """How many days in a row the metric has been inside its tolerance, and when it can be done at the earliest (M2)."""
    ordered = sorted(days, key=lambda one: one.day)
    judged = _judged(ordered)
    runs = _runs(judged, [one.standing is Standing.INSIDE for one in judged], longest_silence)
    told = [_run(run, None) for run in runs]
    silent = _silent_days(judged, ordered)
    current = _current(runs, told, judged) if silent <= longest_silence else None
    reached = [run[needed - 1].day for run in runs if len(run) >= needed]
    holds = current is not None and current.days >= needed
    outside = [one.day for one in judged if one.standing is Standing.OUTSIDE]
    return Streak(
        needed=needed,
        current=current,
        longest=_longest(told),
        reached_on=min(reached, default=None),
        holds=holds,
        earliest=None if holds or not ordered else _earliest(ordered, needed - (current.days if current else 0)),
        last_outside=max(outside, default=None),
        judged_days=len(judged),
        silent_days=silent,
    )


def _judged(days: Iterable[MetricDay]) -> list[MetricDay]:
    """The days with a value that are over, oldest first."""
    found = [one for one in days if one.standing is not Standing.NO_DATA and not one.ongoing]
    return sorted(found, key=lambda one: one.day)


def _runs(judged: Sequence[MetricDay], holds: Sequence[bool], longest_silence: int) -> list[list[MetricDay]]:
    runs: list[list[MetricDay]] = []
    before: MetricDay | None = None
    for day, inside in zip(judged, holds, strict=True):
        if inside:
            goes_on = before is not None and runs and runs[-1][-1] is before
            if goes_on and before is not None and (day.day - before.day).days - 1 <= longest_silence:
                runs[-1].append(day)
            else:
                runs.append([day])
        before = day
    return runs


def _run(days: Sequence[MetricDay], certain: set[date] | None) -> Run:
    sure = None if certain is None else sum(one.day in certain for one in days)
    return Run(first=days[0].day, last=days[-1].day, days=len(days), certain=sure)


def _current(runs: Sequence[list[MetricDay]], told: Sequence[Run], judged: Sequence[MetricDay]) -> Run | None:
    return told[-1] if runs and runs[-1][-1] is judged[-1] else None


def _longest(runs: Sequence[Run]) -> Run | None:
    """The longest run, the latest of equally long ones."""
    return max(runs, key=lambda run: (run.days, run.last), default=None)


def _silent_days(judged: Sequence[MetricDay], days: Sequence[MetricDay]) -> int:
    """The days that are over and lie after the last one with a value."""
    over = [one.day for one in days if not one.ongoing]
    return (max(over) - judged[-1].day).days if judged and over else 0


def _earliest(ordered: Sequence[MetricDay], missing: int) -> date:
    """From the day that is not over on: a clock that ran ahead may have left records of days to come."""
    first_open = next((one.day for one in ordered if one.ongoing), ordered[-1].day + timedelta(days=1))
    return first_open + timedelta(days=missing - 1)


def _percent(share: float) -> str:
    """A threshold as it was stated, "15%" or "12.5%"."""
    return f"{100 * share:.6g}%"
