"""The two example projects: generated records, filled in through the same acts as any other project.

One stands before its build and is filled in up to a brief; the other was launched and has stalled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

from readiness.audit.decisions import Handling
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.example.evaluation_cases import CASES_NAME, case_results
from readiness.example.project import (
    ExampleDecision,
    ExampleExercise,
    ExampleProject,
    ExampleReview,
    ExampleTask,
    StalledExample,
    example_project,
    stalled_example,
)
from readiness.example.records import EXAMPLE_NAME, REQUIRED_FIELDS, write_example
from readiness.example.running_log import LOG_NAME, write_log
from readiness.outcome.exercise import Question
from readiness.project import agreeing, asking, fixing, live, milestones, outcomes
from readiness.project.log_places import PathRule
from readiness.project.projects import Projects
from readiness.project.state import Kind

WHO = "Example"
KEPT_DAYS = 365  # generated records are nobody's personal data


def open_example(projects: Projects, *, who: str) -> str:
    """The id of the example before its build: the one that is there, else a new one filled in."""
    content = example_project()
    return _opened(projects, content.name, partial(_fill, content=content), who)


def open_stalled_example(projects: Projects, *, who: str) -> str:
    """The id of the example that has stalled: the one that is there, else a new one whose days end yesterday."""
    content = stalled_example()
    return _opened(projects, content.name, partial(_fill_stalled, content=content), who)


def _opened(projects: Projects, name: str, fill: Callable[[Projects, str], None], who: str) -> str:
    existing = next((row for row in projects.rows() if row.name == name), None)
    if existing is not None:
        return existing.id
    identifier = projects.create(name, who=who)
    fill(projects, identifier)
    return identifier


def _fill(projects: Projects, project_id: str, content: ExampleProject) -> None:
    _change(projects, project_id, Kind.WORKFLOW, content.workflow)
    _audit(projects, project_id, content.sample, write_example)
    _decide(projects, project_id, content.decision_for)
    milestones.make_milestone(projects, project_id, content.milestone, who=WHO)
    _estimate(projects, project_id, content.estimates, content.plan)
    _agree(projects, project_id, content.outcome, content.signers)
    _change(projects, project_id, Kind.VALUE, content.value)
    _judge(projects, project_id, content.exercise)
    _evaluate(projects, project_id, content)
    _own(projects, project_id, content)
    outcomes.confirm_authority(projects, project_id, name=content.ownership["owner"], who=WHO)
    today = projects.clock().date()
    fixing.note_shown(projects, project_id, to_whom=content.shown_to, shown_on=today, who=WHO)
    _diagnose(projects, project_id, content)


def _fill_stalled(projects: Projects, project_id: str, content: StalledExample) -> None:
    today = projects.clock().date()
    launched, first_record = (today - timedelta(days=days) for days in (content.launched_days_ago, content.sample_days))
    _change(projects, project_id, Kind.WORKFLOW, {**content.workflow, "launched_on": launched})
    period = {"period_from": first_record, "period_to": today - timedelta(days=1)}
    write = partial(write_example, first_day=first_record, days=content.sample_days)
    _audit(projects, project_id, {**content.sample, **period}, write)
    _decide(projects, project_id, content.planned_for)
    _estimate(projects, project_id, content.estimates, content.plan)
    _agree(projects, project_id, content.outcome, content.signers)
    _own(projects, project_id, content)
    handed = live.HandedIn(uploads=[(LOG_NAME, partial(write_log, until=today))])
    live.start_reading(projects, project_id, handed, rule=PathRule(), who=WHO).result()
    for review in content.reviews:
        _review(projects, project_id, review, today - timedelta(days=review.days_ago))
    _diagnose(projects, project_id, content)


# --- data and scope -----------------------------------------------------------------------------------------------


def _audit(projects: Projects, project_id: str, sample: Mapping[str, object], write_to: Callable[[Path], None]) -> None:
    projects.read_upload(project_id, EXAMPLE_NAME, write_to, who=WHO)
    _change(projects, project_id, Kind.SAMPLE, sample)
    state = projects.load(project_id)
    rules = [rule.model_copy(update={"required": rule.field in REQUIRED_FIELDS}) for rule in state.rules.rules]
    projects.save_rules(project_id, rules, version=state.version_of(Kind.FIELD_RULES), who=WHO)
    projects.run_audit(project_id, who=WHO)
    projects.keep_records(project_id, projects.clock().date() + timedelta(days=KEPT_DAYS), who=WHO)


def _decide(projects: Projects, project_id: str, decision_for: Callable[[str], ExampleDecision | None]) -> None:
    audit = projects.load(project_id).audit
    for case in audit.report.edge_cases if audit else ():
        decision = decision_for(case.kind)
        if decision is None:
            continue
        projects.decide(project_id, case.id, Handling(decision.handling), decision.note, version=0, who=WHO)
        if Handling(decision.handling) is not Handling.ACCEPT:
            _change_item(projects, project_id, f"decision:{case.id}", decision.estimate)


def _estimate(
    projects: Projects,
    project_id: str,
    estimates: Mapping[str, Mapping[str, object]],
    plan: Mapping[str, object],
) -> None:
    for component, estimate in estimates.items():
        projects.add_component(project_id, component, who=WHO)
        _change_item(projects, project_id, component, estimate)
    _change(projects, project_id, Kind.SCOPE_PLAN, plan)


# --- outcome ------------------------------------------------------------------------------------------------------


def _agree(
    projects: Projects, project_id: str, outcome: Mapping[str, object], signers: tuple[dict[str, str], ...]
) -> None:
    _change(projects, project_id, Kind.OUTCOME, outcome)
    for signer in signers:
        projects.sign_outcome(project_id, name=signer["name"], role=signer["role"], who=WHO)


def _own(projects: Projects, project_id: str, content: ExampleProject | StalledExample) -> None:
    first_review = projects.clock().date() + timedelta(days=content.first_review_in_days)
    _change(projects, project_id, Kind.OWNERSHIP, {**content.ownership, "first_review": first_review})


def _judge(projects: Projects, project_id: str, content: ExampleExercise) -> None:
    """A whole round: each person judges by what stands in one field; it is revealed, and disputes are settled."""
    setup = agreeing.Setup(
        question=Question.LABEL,
        count=content.count,
        seed=content.seed,
        fields=content.fields,
        labels=content.labels,
        participants=tuple(content.people),
    )
    exercise = agreeing.open_exercise(projects, project_id, setup, who=WHO)
    at_hand = agreeing.records_at_hand(projects, project_id, exercise)
    cells = {number: record.cells.get(content.known_by) or "" for number, record in at_hand.items()}
    for person, own in content.people.items():
        answers = {number: own.get(cell, content.usual.get(cell)) for number, cell in cells.items()}
        agreeing.send(projects, project_id, exercise, answers, name=person, sender=asking.sender_mark(person))
    asking.reveal(projects, project_id, exercise.id, who=WHO)
    for record in agreeing.results(projects.load(project_id))[0].unsettled:
        answer = content.settled[cells[record]]
        agreeing.settle(projects, project_id, exercise.id, record, answer, content.reason, version=0, who=WHO)


def _evaluate(projects: Projects, project_id: str, content: ExampleProject) -> None:
    for run in content.runs:
        outcomes.add_run(
            projects,
            project_id,
            version=run.version,
            run_on=projects.clock().date() - timedelta(days=run.days_ago),
            name=CASES_NAME,
            stream=BytesIO(case_results(run.cases, run.wrong, wrong_from=run.wrong_from)),
            note=run.note,
            who=WHO,
        )


def _review(projects: Projects, project_id: str, content: ExampleReview, held_on: date) -> None:
    """A review with the reading that the log gave on its day."""
    reading = live.latest_reading(projects.load(project_id), datetime.combine(held_on, time()))
    said = {
        "held_on": held_on,
        "reading": reading.value if reading else None,
        "reviewed_by": content.reviewed_by,
        "decision": content.decision,
        "note": content.note,
    }
    outcomes.record_review(projects, project_id, said, who=WHO, source=reading.source if reading else "")


# --- diagnosis ----------------------------------------------------------------------------------------------------


def _diagnose(projects: Projects, project_id: str, content: ExampleProject | StalledExample) -> None:
    for mode, answer in content.answers.items():
        projects.answer(project_id, FailureMode(mode), Reply(answer["reply"]), answer["reason"], version=0, who=WHO)
    _change(projects, project_id, Kind.STOP_INPUTS, content.stop_inputs)
    for step, task in content.tasks.items():
        _plan(projects, project_id, step, task)
    _change(projects, project_id, Kind.BRIEF_NOTES, content.brief_notes)


def _plan(projects: Projects, project_id: str, step: str, task: ExampleTask) -> None:
    due_on = projects.clock().date() + timedelta(days=task.due_in_days)
    planned = {"owner": task.owner, "due_on": due_on, "begun": task.begun, "note": task.note}
    projects.change(project_id, Kind.FIX_TASK, planned, version=0, who=WHO, key=step, what=f"planned the step {step}")


# --- rows ---------------------------------------------------------------------------------------------------------


def _change_item(projects: Projects, project_id: str, item_id: str, changes: Mapping[str, object]) -> None:
    version = _version_of(projects, project_id, Kind.SCOPE_ITEM, item_id)
    projects.change_item(project_id, item_id, changes, version=version, who=WHO)


def _change(projects: Projects, project_id: str, kind: Kind, changes: Mapping[str, object]) -> None:
    projects.change(project_id, kind, changes, version=_version_of(projects, project_id, kind), who=WHO)


def _version_of(projects: Projects, project_id: str, kind: Kind, key: str = "") -> int:
    """The version of one row, looked up without reading the whole project."""
    document = projects.store.document(project_id, kind, key)
    return document.version if document else 0
