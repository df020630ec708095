"""The fix plan in a project, and the record of who was shown the sum."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.fix_plan import TaskStatus
from readiness.errors import InputError, InvalidValueError, UnknownNameError
from readiness.project import Kind, Projects
from readiness.project.fixing import fix_plan, note_shown, remove_shown

DAY = date(2026, 3, 1)


@pytest.fixture
def project(projects: Projects) -> str:
    identifier = projects.create("Invoices", who="Ann")
    estimate(projects, identifier, 8)
    return identifier


def estimate(projects: Projects, project: str, likely: float) -> None:
    state = projects.load(project)
    item = state.items[0]
    figures = {"low_days": likely / 2, "likely_days": likely, "high_days": likely * 2}
    projects.change_item(project, item.id, figures, version=state.version_of(Kind.SCOPE_ITEM, item.id), who="Ann")


def statuses(projects: Projects, project: str) -> dict[str, TaskStatus]:
    state = projects.load(project)
    return {one.step.id: one.status for one in fix_plan(projects, state, projects.diagnose(state))}


def test_of_two_sums_shown_on_one_day_the_later_one_is_held_against(
    projects: Projects, project: str, clock: Any
) -> None:
    for days in (20, 5, 12, 7):
        estimate(projects, project, days)
        clock.advance(minutes=10)
        note_shown(projects, project, to_whom=f"The sponsor, {days}", shown_on=clock().date(), who="Ann")
    assert projects.load(project).shown[-1].to_whom == "The sponsor, 7"


def test_a_failing_question_brings_its_steps(projects: Projects, project: str) -> None:
    found = statuses(projects, project)
    assert projects.diagnose(projects.load(project)).primary is FailureMode.SCOPE_UNDERESTIMATION
    assert found["estimate-each"] is TaskStatus.OPEN
    assert "name-owner" not in found


def test_what_a_team_agrees_on_is_kept_and_shown(projects: Projects, project: str) -> None:
    projects.change(
        project, Kind.FIX_TASK, {"owner": "Ann", "due_on": "2026-02-01"}, version=0, who="Ann", key="present-sum"
    )
    assert projects.load(project).fix_tasks["present-sum"].owner == "Ann"
    assert statuses(projects, project)["present-sum"] is TaskStatus.OVERDUE


def test_no_task_can_be_said_to_be_closed(projects: Projects, project: str) -> None:
    with pytest.raises(InputError):
        projects.change(project, Kind.FIX_TASK, {"closed": True}, version=0, who="Ann", key="present-sum")


def test_the_sum_that_was_shown_is_kept_and_can_be_taken_out(projects: Projects, project: str) -> None:
    note_shown(projects, project, to_whom="The sponsor", shown_on=DAY, who="Ann")
    (record,) = projects.load(project).shown
    assert (record.to_whom, record.shown_on) == ("The sponsor", DAY)
    assert record.p50_days is not None
    remove_shown(projects, project, record.id, who="Ann")
    assert projects.load(project).shown == ()


def test_a_figure_that_falls_after_the_showing_opens_the_step_that_keeps_the_sum(
    projects: Projects, project: str
) -> None:
    note_shown(projects, project, to_whom="The sponsor", shown_on=DAY, who="Ann")
    assert statuses(projects, project)["keep-sum"] is TaskStatus.CLOSED
    estimate(projects, project, 2)
    assert statuses(projects, project)["keep-sum"] is TaskStatus.OPEN


def test_a_day_to_come_is_refused(projects: Projects, project: str) -> None:
    tomorrow = projects.clock().date() + timedelta(days=1)
    with pytest.raises(InvalidValueError, match="is still to come"):
        note_shown(projects, project, to_whom="The sponsor", shown_on=tomorrow, who="Ann")


def test_a_sum_of_nothing_cannot_be_shown(projects: Projects) -> None:
    empty = projects.create("Empty", who="Ann")
    with pytest.raises(InputError, match="no sum to show"):
        note_shown(projects, empty, to_whom="The sponsor", shown_on=DAY, who="Ann")


def test_a_record_that_is_not_there_is_named(projects: Projects, project: str) -> None:
    with pytest.raises(UnknownNameError):
        remove_shown(projects, project, "nothing", who="Ann")
