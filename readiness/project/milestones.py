"""Milestones: a named state of the project, kept as it was, and any two of them compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from readiness.diagnosis.comparison import PartCompared, Snapshot, compare
from readiness.diagnosis.verdict import diagnose
from readiness.errors import InputError, InvalidValueError, UnknownNameError
from readiness.project.issued import FrozenDocument, Milestone, MilestoneState
from readiness.project.projects import Projects
from readiness.project.state import READ_APART, Kind, ProjectState, parse_state, read_body
from readiness.store import Document

MOST_MILESTONES = 100  # of one project
NOW = ""  # the id that stands for the project as it is
_NOT_PART = {Kind.MILESTONE, Kind.MILESTONE_STATE, Kind.ISSUED_BRIEF, Kind.ISSUED_CONTENT}


def make_milestone(projects: Projects, project_id: str, name: str, *, who: str) -> str:
    """The id of a frozen copy of the project as it stands, under a name of its own."""
    clean = " ".join(name.split())
    state = projects.load(project_id)
    _refuse_name(clean, name, state)
    if len(state.milestones) >= MOST_MILESTONES:
        raise InputError(f"A project holds at most {MOST_MILESTONES} milestones. Remove one that nobody needs.")
    identifier = projects.new_id()
    milestone = Milestone(
        id=identifier,
        name=clean,
        made_at=projects.clock(),
        made_by=who,
        revision=state.revision,
        verdict=projects.diagnose(state).verdict,
    )
    content = MilestoneState(id=identifier, documents=tuple(_frozen(projects, state)))
    rows = [
        (Kind.MILESTONE.value, identifier, milestone.model_dump(mode="json"), 0),
        (Kind.MILESTONE_STATE.value, identifier, content.model_dump(mode="json"), 0),
    ]
    what = f"made the milestone {clean}"
    projects.store.save_many(project_id, rows, who=who, what=what, untold=[Kind.MILESTONE_STATE.value])
    return identifier


def remove_milestone(projects: Projects, project_id: str, identifier: str, *, who: str) -> None:
    """A milestone taken out with its copy."""
    state = projects.load(project_id)
    milestone = _milestone(state, identifier)
    kept = projects.store.document(project_id, Kind.MILESTONE_STATE, identifier)
    gone = [(Kind.MILESTONE.value, identifier, state.version_of(Kind.MILESTONE, identifier))]
    gone += [(Kind.MILESTONE_STATE.value, identifier, kept.version)] if kept else []
    what = f"removed the milestone {milestone.name}"
    projects.store.save_many(project_id, [], who=who, what=what, deleted=gone, untold=[Kind.MILESTONE_STATE.value])


def compare_milestones(projects: Projects, project_id: str, before: str, after: str = NOW) -> tuple[PartCompared, ...]:
    """What changed from one milestone to another, or to the project as it is (NOW)."""
    state = projects.load(project_id)
    return compare(_snapshot(projects, state, before), _snapshot(projects, state, after))


def milestone_state(projects: Projects, state: ProjectState, identifier: str) -> ProjectState:
    """The project as it stood at a milestone."""
    milestone = _milestone(state, identifier)
    kept = projects.store.document(state.id, Kind.MILESTONE_STATE, identifier)
    if kept is None:
        raise InputError(f"The copy of the milestone {milestone.name} is not in this project file.")
    row = replace(projects.store.project(state.id), revision=milestone.revision)
    try:
        frozen: MilestoneState = read_body(Kind.MILESTONE_STATE, kept.body)
        return parse_state(row, [_document(document, milestone) for document in frozen.documents])
    except InputError as error:
        raise InputError(f"The milestone {milestone.name} cannot be read. {error}") from error


def _snapshot(projects: Projects, state: ProjectState, identifier: str) -> Snapshot:
    """The project with the diagnosis of that day, not of today: what was current then has aged since."""
    if identifier == NOW:
        return Snapshot(state.facts(projects.clock()), projects.diagnose(state))
    then = milestone_state(projects, state, identifier)
    facts = then.facts(_milestone(state, identifier).made_at)
    return Snapshot(facts, diagnose(facts, then.answers, then.stop_inputs, projects.verdicts, projects.standing))


def _frozen(projects: Projects, state: ProjectState) -> Iterable[FrozenDocument]:
    """Every document of the state but for milestones and briefs, and for ballots that are nobody's to see yet."""
    documents = projects.store.documents(state.id, without=READ_APART)
    seen = {(ballot.round, ballot.thing, ballot.participant) for ballot in state.ballots}
    for document in documents:
        if document.kind in _NOT_PART:
            continue
        body = document.body
        if document.kind == Kind.BALLOT and (body["round"], body["thing"], body["participant"]) not in seen:
            continue
        yield FrozenDocument(kind=document.kind, key=document.key, version=document.version, body=body)


def _document(frozen: FrozenDocument, milestone: Milestone) -> Document:
    return Document(
        kind=frozen.kind,
        key=frozen.key,
        version=frozen.version,
        body=frozen.body,
        changed_at=milestone.made_at,
        changed_by=milestone.made_by,
    )


def _milestone(state: ProjectState, identifier: str) -> Milestone:
    found = next((one for one in state.milestones if one.id == identifier), None)
    if found is None:
        raise UnknownNameError("milestone", identifier, [one.name for one in state.milestones])
    return found


def _refuse_name(clean: str, typed: str, state: ProjectState) -> None:
    if not clean:
        raise InvalidValueError("Milestone", typed, "is empty; a milestone needs a name")
    if any(one.name.casefold() == clean.casefold() for one in state.milestones):
        raise InvalidValueError("Milestone", clean, "is there already; choose another name")
