"""The outcome in a project: its metrics, the owner's confirmation, reviews, and evaluation runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, BinaryIO

from pydantic import BaseModel

from readiness.errors import ConflictError, InputError, InvalidValueError, UnknownNameError
from readiness.exports.calendar import review_calendar
from readiness.exports.figures import day, listed
from readiness.outcome import authority as authorising
from readiness.outcome import evaluation, evaluation_runs, reviews
from readiness.outcome.authority import Standing
from readiness.outcome.case_results import CaseResults, read_case_results
from readiness.outcome.definition import MOST_FURTHER_METRICS, Metric, OutcomeDefinition, measured, with_primary
from readiness.outcome.evaluation import EvaluationPlan, EvaluationSpec
from readiness.outcome.evaluation_runs import Comparison, EvaluationRun, RunCases, compare_runs
from readiness.outcome.reviews import Alarm, Review
from readiness.project.projects import Projects
from readiness.project.state import Kind, ProjectState, check, said_in_words
from readiness.store import Store

MOST_RUNS = 500  # of one project
MOST_REVIEWS = 1_000
_KEPT = 8  # comparisons, of up to a million cases each
_UNTOLD = (Kind.EVALUATION_CASES.value,)  # what the journal never holds: ids of cases are gone with their run

# --- metrics ------------------------------------------------------------------------------------------------------


def add_metric(projects: Projects, project_id: str, name: str, *, who: str) -> str:
    """The id of a further metric that has its name so far."""
    clean = " ".join(name.split())
    if not clean:
        raise InvalidValueError("Metric", name, "is empty; a metric needs a name")
    state = projects.load(project_id)
    if len(state.outcome.further) >= MOST_FURTHER_METRICS:
        raise InputError(f"A project holds at most {MOST_FURTHER_METRICS} metrics beside the primary one.")
    metric_id = projects.new_id()
    further = [*_dumped(state.outcome), {"id": metric_id, "metric": clean}]
    _save_outcome(projects, state, {"further": further}, who, f"added the metric {clean}")
    return metric_id


def change_metric(
    projects: Projects,
    drawn: ProjectState,
    metric_id: str,
    changes: Mapping[str, Any],
    *,
    who: str,
    insist: bool = False,
) -> None:
    """One further metric after an edit. `drawn` is the project as its author saw it: somebody else's change of the
    same part since then is a ConflictError, unless they `insist`."""
    state = projects.load(drawn.id)
    current = _further(state.outcome, metric_id)
    if not insist:
        _refuse_lost(projects, drawn, state, _further(drawn.outcome, metric_id), current, changes)
    with said_in_words(Kind.OUTCOME):
        changed = Metric.model_validate({**current.model_dump(mode="json"), **changes})
    further = [metric if metric.id != metric_id else changed for metric in state.outcome.further]
    what = f"changed the metric {current.metric}: {', '.join(changes)}"
    _save_outcome(projects, state, {"further": [one.model_dump(mode="json") for one in further]}, who, what)


def remove_metric(projects: Projects, project_id: str, metric_id: str, *, who: str) -> None:
    """A further metric taken out. The primary one stays: another can be made primary first."""
    state = projects.load(project_id)
    gone = _further(state.outcome, metric_id)
    further = [body for body in _dumped(state.outcome) if body["id"] != metric_id]
    _save_outcome(projects, state, {"further": further}, who, f"removed the metric {gone.metric}")


def make_primary(projects: Projects, project_id: str, metric_id: str, *, who: str) -> None:
    """Another metric as the primary one, which the signatures are under and the owner answers for."""
    state = projects.load(project_id)
    changed = with_primary(state.outcome, metric_id)
    body = changed.model_dump(mode="json")
    _save_outcome(projects, state, body, who, f"made {changed.metric} the primary metric")


def _further(outcome: OutcomeDefinition, metric_id: str) -> Metric:
    found = next((metric for metric in outcome.further if metric.id == metric_id), None)
    if found is None:
        raise InputError("This metric was removed or made the primary one meanwhile.")
    return found


def _dumped(outcome: OutcomeDefinition) -> list[dict[str, Any]]:
    return [metric.model_dump(mode="json") for metric in outcome.further]


def _save_outcome(projects: Projects, state: ProjectState, changes: Mapping[str, Any], who: str, what: str) -> None:
    projects.change(state.id, Kind.OUTCOME, changes, version=state.version_of(Kind.OUTCOME), who=who, what=what)


def _refuse_lost(
    projects: Projects,
    drawn: ProjectState,
    state: ProjectState,
    before: BaseModel,
    now: BaseModel,
    changes: Mapping[str, Any],
) -> None:
    seen, stored = before.model_dump(mode="json"), now.model_dump(mode="json")
    lost = [part for part in changes if changes[part] != stored[part] != seen[part]]
    if lost:
        document = projects.store.document(state.id, Kind.OUTCOME)
        raise ConflictError(
            str(stored["metric"]),
            read_version=drawn.version_of(Kind.OUTCOME),
            current_version=state.version_of(Kind.OUTCOME),
            by=document.changed_by if document else "",
            mine={part: changes[part] for part in lost},
            theirs={part: stored[part] for part in lost},
        )


# --- the owner ----------------------------------------------------------------------------------------------------


def confirm_authority(projects: Projects, project_id: str, *, name: str, who: str) -> None:
    """The owner's own confirmation of metric, tolerance and the authority to pull the system."""
    state = projects.load(project_id)
    confirmation = authorising.confirm(state.outcome, state.ownership, name=name, now=projects.clock())
    if standing(state) is Standing.CONFIRMED:
        raise InputError(f"{confirmation.name} has confirmed this already.")
    row = (Kind.CONFIRMATION.value, "", confirmation.model_dump(mode="json"), state.version_of(Kind.CONFIRMATION))
    what = f"{confirmation.name} confirmed the authority to pull the system"
    projects.store.save_many(project_id, [row], who=who, what=what, check=check)


def withdraw_confirmation(projects: Projects, project_id: str, *, who: str) -> None:
    """The owner's confirmation taken back; the journal keeps it."""
    version = projects.load(project_id).version_of(Kind.CONFIRMATION)
    if version:
        what = "took back the confirmation of the authority to pull the system"
        projects.store.delete(project_id, Kind.CONFIRMATION, "", version=version, who=who, what=what)


def standing(state: ProjectState) -> Standing:
    """How far the authority to pull the system goes."""
    return authorising.standing(state.outcome, state.ownership, state.confirmation)


def calendar_file(state: ProjectState, now: datetime) -> bytes:
    """The next reviews and the rehearsal as an .ics file."""
    owned = state.ownership
    return review_calendar(
        project_id=state.id,
        project_name=state.name,
        metric=state.outcome.metric,
        owner=owned.owner,
        due=reviews.next_due(owned, state.reviews),
        every_days=owned.review_every_days,
        rehearsal_on=owned.rehearsal_on,
        today=now.date(),
        now=now,
        revision=state.revision,
    )


# --- reviews ------------------------------------------------------------------------------------------------------


def record_review(
    projects: Projects, project_id: str, said: Mapping[str, Any], *, who: str, source: str = ""
) -> Review:
    """A new review of the primary metric, judged by the tolerance as it is agreed now. `source` says where the
    reading comes from when it was not typed by hand."""
    state, now = projects.load(project_id), projects.clock()
    if len(state.reviews) >= MOST_REVIEWS:
        raise InputError(f"A project holds at most {MOST_REVIEWS:,} reviews.")
    if not state.outcome.metric.strip():
        raise InputError("There is no metric to review yet. State it in the outcome definition first.")
    with said_in_words(Kind.REVIEW):
        review = reviews.new_review(state.outcome, said, id=projects.new_id(), now=now, source=source)
    _save_review(projects, state, review, who, f"recorded the review of {day(review.held_on)}")
    return review


def correct_review(
    projects: Projects, drawn: ProjectState, review_id: str, changes: Mapping[str, Any], *, reason: str, who: str
) -> Review:
    """A review corrected, with the reason in the journal. `drawn` is the project as its author saw it: a correction
    by somebody else since then is a ConflictError."""
    before = _review(drawn, review_id)
    with said_in_words(Kind.REVIEW):
        after = reviews.corrected(before, changes, reason=reason, by=who, now=projects.clock())
    what = f"corrected the review of {day(before.held_on)}: {after.corrections[-1].reason}"
    _save_review(projects, drawn, after, who, what)
    return after


def withdraw_review(projects: Projects, drawn: ProjectState, review_id: str, *, reason: str, who: str) -> None:
    """A review that was none: it stays in the list with the reason, and counts for nothing."""
    before = _review(drawn, review_id)
    with said_in_words(Kind.REVIEW):
        after = reviews.withdrawn(before, reason=reason, by=who, now=projects.clock())
    what = f"withdrew the review of {day(before.held_on)}: {after.corrections[-1].reason}"
    _save_review(projects, drawn, after, who, what)


def _review(state: ProjectState, review_id: str) -> Review:
    found = next((review for review in state.reviews if review.id == review_id), None)
    if found is None:
        raise UnknownNameError("review", review_id)
    return found


def _save_review(projects: Projects, read: ProjectState, review: Review, who: str, what: str) -> None:
    """Corrections by two people never merge: each makes the list of corrections longer, which is one part."""
    row = (Kind.REVIEW.value, review.id, review.model_dump(mode="json"), read.version_of(Kind.REVIEW, review.id))
    try:
        projects.store.save_many(read.id, [row], who=who, what=what, check=check)
    except ConflictError as conflict:
        raise ConflictError(
            f"the review of {day(review.held_on)}",
            read_version=conflict.read_version,
            current_version=conflict.current_version,
            by=conflict.by,
            mine=conflict.mine,
            theirs=conflict.theirs,
        ) from conflict


def alarm(state: ProjectState) -> Alarm | None:
    """The last two readings of the primary metric where both are outside tolerance."""
    return reviews.alarm(state.reviews, state.outcome.metric_id)


def alarm_sentence(state: ProjectState) -> str:
    """What stands on every page while the metric was outside tolerance at two reviews in a row; else nothing."""
    found = alarm(state)
    if found is None:
        return ""
    read = listed([f"{review.reading_in_words} on {day(review.held_on)}" for review in (found.first, found.second)])
    tolerance = _tolerance(found.second)
    if found.pulled_on is not None:
        then = f"The decision of {day(found.pulled_on)} is to pull the system."
    else:
        then = _may_pull(state)
    return f"Outside tolerance at two reviews in a row: {read}; {tolerance}. {then}"


def _tolerance(review: Review) -> str:
    low, high = review.tolerance_low, review.tolerance_high
    if low is None or high is None:
        end = f"from {low:,.6g}" if low is not None else f"up to {high:,.6g}"
        return f"tolerance {measured(end, review.unit)}"
    return f"tolerance {measured(f'{low:,.6g} to {high:,.6g}', review.unit)}"


def _may_pull(state: ProjectState) -> str:
    owner = state.ownership.owner.strip()
    if not owner:
        return "The owner may pull the system, and nobody is named as the owner."
    sentence = f"The owner, {owner}, may pull the system."
    match standing(state):
        case Standing.CONFIRMED:
            return sentence
        case Standing.NOT_STATED:
            return f"{sentence} The authority for it is not granted yet."
    return f"{sentence} The authority for it is not confirmed by the owner yet."


def overdue_sentence(state: ProjectState, today: date) -> str:
    """That a review is overdue, and since when; empty while none is."""
    due = reviews.next_due(state.ownership, state.reviews)
    late = reviews.overdue_days(due, today)
    if not late:
        return ""
    return f"A review was due on {day(due)}, {late:,} {'day' if late == 1 else 'days'} ago."


# --- evaluation ---------------------------------------------------------------------------------------------------


def evaluation_plan(state: ProjectState) -> EvaluationPlan:
    """The evaluation as it stands: what the team stated for it, and what the project says elsewhere."""
    elsewhere = evaluation.Standing(
        workflow=state.workflow.task,
        definition=state.outcome,
        fallback=state.workflow.reviewer,
        owner=state.ownership.owner,
    )
    return evaluation.filled_in(state.evaluation, elsewhere)


def evaluation_spec(state: ProjectState) -> EvaluationSpec:
    """The evaluation spec of the project. Refuses while a part of it is not stated."""
    with said_in_words(Kind.EVALUATION):
        return evaluation.evaluation_spec(evaluation_plan(state), state.outcome.direction)


def add_run(
    projects: Projects,
    project_id: str,
    *,
    version: str,
    run_on: date,
    name: str,
    stream: BinaryIO,
    note: str = "",
    who: str,
) -> EvaluationRun:
    """A run with its case results, read from an uploaded file; all of it is saved, or nothing."""
    clean, state, now = " ".join(version.split()), projects.load(project_id), projects.clock()
    if not clean:
        raise InvalidValueError("Version", version, "is empty; name the version that was tried")
    if len(state.runs) >= MOST_RUNS:
        raise InputError(f"A project holds at most {MOST_RUNS} evaluation runs. Remove one first.")
    if any(run.version == clean and run.run_on == run_on for run in state.runs):
        raise InputError(f"There is a run of version {clean} on {day(run_on)} already. Remove it first.")
    results = read_case_results(name, stream)
    with said_in_words(Kind.EVALUATION_RUN):
        run = evaluation_runs.evaluation_run(
            results, id=projects.new_id(), version=clean, run_on=run_on, now=now, file_name=name[-1_000:], note=note
        )
    rows: list[tuple[str, str, dict[str, Any], int]] = [
        (Kind.EVALUATION_CASES.value, _part_key(run.id, place), part.model_dump(mode="json"), 0)
        for place, part in enumerate(evaluation_runs.parts_of(run.id, results))
    ]
    rows.append((Kind.EVALUATION_RUN.value, run.id, run.model_dump(mode="json"), 0))
    what = f"recorded the evaluation of version {clean}"
    projects.store.save_many(project_id, rows, who=who, what=what, untold=_UNTOLD)
    return run


def remove_run(projects: Projects, project_id: str, run_id: str, *, reason: str, who: str) -> None:
    """A run taken out with its case results; the journal keeps the run, without its cases, and the reason."""
    clean = " ".join(reason.split())
    if not clean:
        raise InputError("Say why the run is removed; the reason stays in the journal.")
    state = projects.load(project_id)
    run = _run(state, run_id)
    parts = projects.store.documents_named(project_id, Kind.EVALUATION_CASES, _part_keys(run))
    gone = [(Kind.EVALUATION_CASES.value, part.key, part.version) for part in parts]
    gone.append((Kind.EVALUATION_RUN.value, run_id, state.version_of(Kind.EVALUATION_RUN, run_id)))
    what = f"removed the evaluation of version {run.version}: {clean}"
    projects.store.save_many(project_id, [], who=who, what=what, deleted=gone, untold=_UNTOLD)


def compare(projects: Projects, state: ProjectState, earlier: str, later: str) -> Comparison:
    """The later run against the earlier one, on the cases that both have."""
    return _comparison(projects.store, state.id, _run(state, earlier), _run(state, later))


@lru_cache(maxsize=_KEPT)
def _comparison(store: Store, project_id: str, earlier: EvaluationRun, later: EvaluationRun) -> Comparison:
    """Runs never change once they are stored, so what two of them come to is found once."""
    return compare_runs(earlier, _results(store, project_id, earlier), later, _results(store, project_id, later))


def _results(store: Store, project_id: str, run: EvaluationRun) -> CaseResults:
    found = store.documents_named(project_id, Kind.EVALUATION_CASES, _part_keys(run))
    stored = [RunCases.model_validate(part.body) for part in found]
    results = evaluation_runs.joined(stored)
    if len(results.cases) != run.cases:
        raise InputError(f"The case results of version {run.version} are not complete. Upload the run again.")
    return results


def _part_keys(run: EvaluationRun) -> list[str]:
    return [_part_key(run.id, place) for place in range(-(-run.cases // evaluation_runs.CASES_A_PART))]


def _part_key(run_id: str, place: int) -> str:
    return f"{run_id}/{place:03d}"


def _run(state: ProjectState, run_id: str) -> EvaluationRun:
    found = next((run for run in state.runs if run.id == run_id), None)
    if found is None:
        raise UnknownNameError("evaluation run", run_id, [run.version for run in state.runs])
    return found
