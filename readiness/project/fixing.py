"""The fix plan of a project, and the record of who was shown the sum of its scope."""

from __future__ import annotations

from datetime import date

from readiness.diagnosis.fix_plan import PlannedStep
from readiness.diagnosis.verdict import Diagnosis
from readiness.errors import InputError, InvalidValueError, UnknownNameError
from readiness.project.documents import plan_of
from readiness.project.projects import Projects
from readiness.project.state import Kind, ProjectState
from readiness.scope.shown import shown_sum

MOST_SHOWN = 100  # records of who was shown the sum, of one project


def fix_plan(projects: Projects, state: ProjectState, diagnosis: Diagnosis) -> tuple[PlannedStep, ...]:
    """The steps that put a project right, each with its task and what the evidence says of it."""
    return plan_of(state, diagnosis, projects.clock())


def note_shown(projects: Projects, project_id: str, *, to_whom: str, shown_on: date, who: str) -> None:
    """The record that the sum as it stands now was shown to somebody on a day that is not to come."""
    now = projects.clock()
    if shown_on > now.date():
        raise InvalidValueError("Shown on", shown_on.isoformat(), "is still to come")
    state = projects.load(project_id)
    if len(state.shown) >= MOST_SHOWN:
        raise InputError(f"A project holds at most {MOST_SHOWN} records of who was shown the sum.")
    total = projects.diagnose(state).ledger.total
    if total.simulated is None:
        raise InputError("There is no estimate yet, so there is no sum to show.")
    record = shown_sum(projects.new_id(), state.items, total, shown_on=shown_on, to_whom=to_whom, noted_at=now)
    row = (Kind.SHOWN_SUM.value, record.id, record.model_dump(mode="json"), 0)
    projects.store.save_many(project_id, [row], who=who, what=f"showed the sum to {record.to_whom}")


def remove_shown(projects: Projects, project_id: str, identifier: str, *, who: str) -> None:
    """A record taken out that was made by mistake. The journal keeps it."""
    state = projects.load(project_id)
    version = state.version_of(Kind.SHOWN_SUM, identifier)
    if not version:
        raise UnknownNameError("record of the sum", identifier, [one.id for one in state.shown])
    what = "took out a record of who was shown the sum"
    projects.store.delete(project_id, Kind.SHOWN_SUM, identifier, version=version, who=who, what=what)
