"""The running system's log in a project: read it, judge its days, compare its inputs, find one record, fill a review.

Everything but drift and the search for one record is worked out from the counts of each day, which the project keeps:
after a restart it is all still there, although the log is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from readiness.diagnosis.live_outcomes import METRIC_OF, Held, held_metrics, judged_alert, judged_streak
from readiness.errors import ConflictError, InputError
from readiness.exports.figures import counted, day
from readiness.operation.daily import DayOutcomes, Metric, Tolerance
from readiness.operation.rules import Alert, Streak
from readiness.outcome.definition import Metric as DefinedMetric
from readiness.outcome.definition import primary_metric
from readiness.outcome.reviews import Reading
from readiness.project.live_record import (
    LIMITS,
    MOST_CHANGES,
    LimitChange,
    LiveLimits,
    LiveReading,
    ReadingChoices,
    days_until,
    kept_reading,
)
from readiness.project.log_places import HeldUploads, PathRule, files_at
from readiness.project.logs import LogDesk, OpenLog
from readiness.project.projects import Projects
from readiness.project.running import Running, Task
from readiness.project.state import Kind, ProjectState, check, validated

if TYPE_CHECKING:
    from readiness.operation.drift import Characteristics, DriftReport, DriftSummary
    from readiness.operation.log import OutcomeLog
    from readiness.operation.tracing import Trace

NOT_AT_HAND = "The log itself is not at hand any more. Hand it in again to see single records and their inputs."
MOST_SAMPLE_RECORDS = 1_000  # of the audit's sample, whose inputs are described for the comparison
REVIEW_DAYS = 30  # that a reading covers where the owner has set no cadence

_desks: WeakKeyDictionary[Projects, LogDesk] = WeakKeyDictionary()


def desk_of(projects: Projects) -> LogDesk:
    """The open logs of these projects."""
    return _desks.setdefault(projects, LogDesk())


# --- reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What was handed in to be read: uploads, each with what writes it to a path, and typed paths."""

    uploads: Sequence[tuple[str, Callable[[Path], None]]] = ()
    paths: Sequence[str] = ()


def start_reading(
    projects: Projects,
    project_id: str,
    handed: HandedIn,
    *,
    rule: PathRule,
    who: str,
    choices: ReadingChoices | None = None,
    adding: bool = False,
) -> Running[LiveReading]:
    """Reads a log in a thread of its own. With `adding` what is at hand already belongs to it, each line once.

    Raises InputError for a path that may not be read, for nothing handed in, and while a log is being read.
    """
    state, desk = projects.load(project_id), desk_of(projects)
    paths = tuple(dict.fromkeys(path.strip() for path in handed.paths if path.strip()))
    uploads: tuple[HeldUploads, ...] = ()
    if adding:
        uploads, earlier = _at_hand_or_paths(projects, state)
        paths = tuple(dict.fromkeys((*earlier, *paths)))
    if not handed.uploads and not uploads and not paths:
        raise InputError("Choose the files of the log first, or type a path.")
    files_at(paths, rule)  # refused before anything is copied or started
    if handed.uploads:
        uploads = (*uploads, HeldUploads(handed.uploads))
    job = _Job(projects, project_id, uploads, paths, rule, choices or _choices(state), who)
    return desk.start(project_id, "Reading the log", job.run)


def start_again(
    projects: Projects, project_id: str, *, rule: PathRule, who: str, choices: ReadingChoices | None = None
) -> Running[LiveReading]:
    """The same files and paths read once more, with what was added to them meanwhile, or with other choices."""
    handed = HandedIn()
    return start_reading(projects, project_id, handed, rule=rule, who=who, choices=choices, adding=True)


def can_read_again(projects: Projects, state: ProjectState) -> bool:
    """Whether everything that the log was read from is still there: uploads are gone after a restart."""
    return state.live is not None and (not state.live.uploads or open_log(projects, state) is not None)


def running(projects: Projects, project_id: str) -> Running[LiveReading] | None:
    """The reading that is under way in this process, whoever started it."""
    return desk_of(projects).running(project_id)


def refusal(projects: Projects, project_id: str) -> str:
    """Why the last reading came to nothing; empty where it did not."""
    return desk_of(projects).refusal(project_id)


def open_log(projects: Projects, state: ProjectState) -> OpenLog | None:
    """The log whose figures the project shows, if this process has it open."""
    return desk_of(projects).get(state.id, state.live.reading_id) if state.live else None


def remove(projects: Projects, project_id: str, *, who: str) -> None:
    """The log let go, its uploads deleted, and its figures taken out of the project. The journal keeps the figures."""
    desk_of(projects).drop(project_id)  # first, so that a reading under way cannot save them again
    version = projects.load(project_id).version_of(Kind.LIVE)
    if version:
        projects.store.delete(project_id, Kind.LIVE, "", version=version, who=who, what="removed the log's figures")


def _choices(state: ProjectState) -> ReadingChoices:
    return state.live.choices if state.live else ReadingChoices()


def _at_hand_or_paths(projects: Projects, state: ProjectState) -> tuple[tuple[HeldUploads, ...], tuple[str, ...]]:
    """What the present log was read from. Raises InputError where a part of it is gone: it would be lost unsaid."""
    if state.live is None:
        return (), ()
    found = open_log(projects, state)
    if found is None and state.live.uploads:
        raise InputError("The files of this log are not at hand any more, so nothing can be added. Hand in all of it.")
    return (found.uploads if found else ()), state.live.paths


@dataclass(frozen=True, slots=True)
class _Job:
    """One reading: what is read, how, and where it goes."""

    projects: Projects
    project_id: str
    uploads: tuple[HeldUploads, ...]
    paths: tuple[str, ...]
    rule: PathRule
    choices: ReadingChoices
    who: str

    def run(self, task: Task) -> LiveReading:
        """The reading, saved; the log is open from then on. Stopped or failed, everything is as it was before."""
        from readiness.operation.daily import daily
        from readiness.operation.log import read_log

        desk = desk_of(self.projects)
        with desk.turn(task, self.project_id), ExitStack() as on_failure:
            files = [file for held in self.uploads for file in held.files]
            log = read_log(
                [*files, *files_at(self.paths, self.rule)],
                zone=self.choices.zone,
                zone_of_naive_times=self.choices.zone_of_naive_times,
                mapping=self.choices.mapping,
                read_at=self.projects.clock(),
                progress=lambda part, doing: task.report(0.95 * part, doing),
                interruptible_by=task.interruptible_by,
            )
            on_failure.callback(log.close)
            opened = OpenLog(self.projects.new_id(), log, self.uploads)
            task.report(0.95, "Counting each day")
            counts = daily(log)
            task.report(0.99, "Saving the figures")
            reading = kept_reading(
                log.summary,
                counts.days,
                reading_id=opened.reading_id,
                read_at=self.projects.clock(),
                choices=self.choices,
                paths=self.paths,
                uploads=len(files),
                drift=_first_comparison(log, self.projects.clock()),
            )
            with desk.ending(task):
                self._save(reading)
                desk.put(self.project_id, opened)
            on_failure.pop_all()
        return reading

    def _save(self, reading: LiveReading) -> None:
        version = self.projects.load(self.project_id).version_of(Kind.LIVE)
        body = reading.model_dump(mode="json", exclude_defaults=True)
        what = f"read the log: {reading.sentence}"
        self.projects.store.save_many(
            self.project_id, [(Kind.LIVE.value, "", body, version)], who=self.who, what=what, check=check
        )


def _first_comparison(log: OutcomeLog, now: datetime) -> DriftSummary | None:
    """The last days against those before, as it is kept with the reading; None where there is nothing to compare."""
    from readiness.operation.drift import drift, summary_of

    found = summary_of(drift(log), now) if log.characteristics else None
    return found if found and found.compared else None


# --- what the days say --------------------------------------------------------------------------------------------


def days(state: ProjectState, now: datetime | None) -> tuple[DayOutcomes, ...]:
    """The days of the log until `now`; None: as it stood on its last day."""
    return days_until(state.live, now) if state.live else ()


def silent_days(state: ProjectState, now: datetime) -> int:
    """The days that are over since the last one with a record."""
    if state.live is None or state.live.last_day is None:
        return 0
    over = [one for one in days(state, now) if not one.ongoing]
    return max(0, (over[-1].day - state.live.last_day).days) if over else 0


def alert(state: ProjectState, now: datetime | None) -> Alert:
    """What the routed share says under the project's limits."""
    return judged_alert(days(state, now), state.limits)


def held(state: ProjectState) -> tuple[Held, ...]:
    """The metrics of the outcome definition that the log measures, the primary one first."""
    return held_metrics(state.outcome)


def tolerance_of(state: ProjectState, metric: Metric) -> Tolerance | None:
    """The tolerance that the outcome definition states for a metric of the log."""
    return next((one.tolerance for one in held(state) if one.metric is metric), None)


def streak_of(state: ProjectState, of: Held, now: datetime | None) -> Streak | None:
    """Days in a row inside the tolerance; None where none is stated, as then no day can be held against it."""
    return judged_streak(days(state, now), of, state.limits)


# --- limits -------------------------------------------------------------------------------------------------------


def change_limits(
    projects: Projects, drawn: ProjectState, changes: Mapping[str, Any], *, reason: str, who: str
) -> LiveLimits:
    """The limits after a change, which is kept with its reason. Raises InputError without one, for no change, and where
    somebody changed them since they were `drawn`."""
    clean = " ".join(reason.split())
    if not clean:
        raise InputError("Say why the limits are changed; the reason stays beside them.")
    before = {name: getattr(drawn.limits, name) for name in LIMITS}
    after = {**before, **{name: changes[name] for name in LIMITS if name in changes}}
    moved = [name for name in LIMITS if after[name] != before[name]]
    if not moved:
        raise InputError("No limit is different from what it is now.")
    change = LimitChange(
        at=projects.clock(),
        by=who[:200],
        reason=clean[:1_000],
        before={name: before[name] for name in moved},
        after={name: float(after[name]) for name in moved},
    )
    kept = [one.model_dump(mode="json") for one in (*drawn.limits.changes, change)[-MOST_CHANGES:]]
    limits = validated(Kind.LIVE_LIMITS, {**after, "changes": kept})
    assert isinstance(limits, LiveLimits)
    row = (Kind.LIVE_LIMITS.value, "", limits.model_dump(mode="json"), drawn.version_of(Kind.LIVE_LIMITS))
    try:
        projects.store.save_many(drawn.id, [row], who=who, what=f"changed the limits of the log: {clean}", check=check)
    except ConflictError as conflict:
        by = conflict.by or "Somebody"
        raise InputError(
            f"{by} changed the limits meanwhile. Look at them as they are now, then change them."
        ) from conflict
    return limits


# --- single records and their inputs ------------------------------------------------------------------------------


def trace_record(projects: Projects, state: ProjectState, record_id: str) -> Trace:
    """Everything that the log knows of one record id. Raises InputError where the log is not at hand."""
    from readiness.operation.tracing import trace

    return trace(_require(projects, state).log, record_id)


def drift_of_periods(
    projects: Projects,
    state: ProjectState,
    *,
    reference: tuple[date, date] | None = None,
    recent: tuple[date, date] | None = None,
) -> DriftReport:
    """The inputs of the recent days against those of an earlier period of the log."""
    from readiness.operation.drift import drift

    return drift(_require(projects, state).log, reference=reference, recent=recent)


def drift_from_sample(
    projects: Projects,
    state: ProjectState,
    *,
    date_field: str | None,
    amount_field: str | None,
    recent: tuple[date, date] | None = None,
) -> DriftReport:
    """The inputs of the recent days against the records of the audit's sample, described as the instrument does it."""
    from readiness.operation.drift import drift

    log = _require(projects, state).log
    return drift(log, reference=_sample(projects, state, date_field, amount_field), recent=recent)


def keep_drift(projects: Projects, drawn: ProjectState, report: DriftReport, *, who: str) -> DriftSummary:
    """The comparison kept with the figures of the log, in place of the one before, so that it outlives the log itself.

    `drawn` is the project as its author saw it. Raises InputError where another log was read since.
    """
    from readiness.operation.drift import summary_of

    state = projects.load(drawn.id)
    reading = state.live
    if reading is None or drawn.live is None or reading.reading_id != drawn.live.reading_id:
        raise InputError("The log was read again meanwhile. Look at the comparison as it is now.")
    kept = summary_of(report, projects.clock())
    body = reading.model_copy(update={"drift": kept}).model_dump(mode="json", exclude_defaults=True)
    row = (Kind.LIVE.value, "", body, state.version_of(Kind.LIVE))
    what = f"kept a comparison of the inputs: {kept.sentence}"
    projects.store.save_many(drawn.id, [row], who=who, what=what, check=check)
    return kept


def sample_for_drift(projects: Projects, state: ProjectState) -> str:
    """Why the sample cannot be compared with; empty where it can."""
    if state.sample is None:
        return "There is no sample in this project yet. Upload one on the Data audit page."
    if projects.open_sample(state.id) is None:
        return "The records of the sample are not at hand. Upload the same file again on the Data audit page."
    return ""


def _sample(
    projects: Projects, state: ProjectState, date_field: str | None, amount_field: str | None
) -> Characteristics:
    from readiness.audit.drawing import records_by_number
    from readiness.operation.drift import characteristics_of_sample

    sample = projects.open_sample(state.id)
    if sample is None:
        raise InputError(sample_for_drift(projects, state))
    with sample.lock:
        numbers = range(1, min(sample.reading.records, MOST_SAMPLE_RECORDS) + 1)
        records = records_by_number(sample.connection, sample.reading.fields, numbers)
    return characteristics_of_sample(
        sample.reading.name,
        [records[number].cells for number in sorted(records)],
        required=[rule.field for rule in state.rules.rules if rule.required],
        date_field=date_field,
        amount_field=amount_field,
    )


def _require(projects: Projects, state: ProjectState) -> OpenLog:
    found = open_log(projects, state)
    if found is None:
        raise InputError(NOT_AT_HAND)
    return found


# --- reviews ------------------------------------------------------------------------------------------------------


def latest_reading(state: ProjectState, now: datetime, metric: DefinedMetric | None = None) -> Reading | None:
    """The metric (the primary one unless given) over the days since the last review, to start a review from.

    The period is the owner's cadence, else REVIEW_DAYS, up to the last day with data that is over. None where the log
    does not measure the metric, has no value for it, or ends before the period that a review of today speaks of.
    """
    wanted = metric or primary_metric(state.outcome)
    if state.live is None or wanted.measured_by not in METRIC_OF:
        return None
    length = state.ownership.review_every_days or REVIEW_DAYS
    told = [one for one in days(state, now) if one.items and not one.ongoing]
    if not told or silent_days(state, now) > length:
        return None
    period = [one for one in told if one.day > told[-1].day - timedelta(days=length)]
    value = _pooled(period, METRIC_OF[wanted.measured_by])
    if value is None:
        return None
    items = sum(one.items for one in period)
    span = f"{day(period[0].day)} to {day(period[-1].day)}" if len(period) > 1 else day(period[0].day)
    return Reading(value=value, source=f"the log, {span}, {counted(items, 'item')}")


def _pooled(period: Sequence[DayOutcomes], metric: Metric) -> float | None:
    """The metric over all items of the days, shares in %; None where no item tells."""
    count, of = {
        Metric.PASSED: (sum(one.passed for one in period), sum(one.validated for one in period)),
        Metric.ROUTED: (sum(one.routed for one in period), sum(one.decided for one in period)),
        Metric.ERRORS: (sum(sum(one.errors.values()) for one in period), sum(one.items for one in period)),
        Metric.COST: (sum(one.cost_usd or 0.0 for one in period), sum(one.priced for one in period)),
    }[metric]
    if not of:
        return None
    return float(f"{count / of:.4g}") if metric is Metric.COST else round(100 * count / of, 2)


def pooled(period: Sequence[DayOutcomes], metric: Metric) -> float | None:
    """The metric over all items of the days in the log's own measure: a share is 0..1."""
    value = _pooled(period, metric)
    return value if value is None or metric is Metric.COST else value / 100


def zone_names() -> tuple[str, ...]:
    """The time zones that can be chosen, UTC first."""
    from zoneinfo import available_timezones

    named = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *named)
