"""Milestones: what is frozen stays, and any two states compare."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.diagnosis.comparison import Part, PartCompared
from readiness.errors import InvalidValueError, UnknownNameError
from readiness.project import Kind, Projects
from readiness.project.milestones import (
    NOW,
    compare_milestones,
    make_milestone,
    milestone_state,
    remove_milestone,
)


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


def estimate(projects: Projects, project: str, likely: float) -> str:
    state = projects.load(project)
    item = state.items[0]
    figures = {"low_days": likely / 2, "likely_days": likely, "high_days": likely * 2}
    projects.change_item(project, item.id, figures, version=state.version_of(Kind.SCOPE_ITEM, item.id), who="Ann")
    return item.component


def by_part(parts: tuple[PartCompared, ...]) -> dict[Part, PartCompared]:
    return {part.part: part for part in parts}


def test_a_milestone_stays_as_it_was_made(projects: Projects, project: str) -> None:
    estimate(projects, project, 8)
    first = make_milestone(projects, project, "  After   the workshop ", who="Ann")
    estimate(projects, project, 20)
    state = projects.load(project)
    assert [one.name for one in state.milestones] == ["After the workshop"]
    assert milestone_state(projects, state, first).items[0].likely_days == 8
    assert state.items[0].likely_days == 20


def test_two_states_compare_in_all_five_parts(projects: Projects, project: str) -> None:
    component = estimate(projects, project, 8)
    first = make_milestone(projects, project, "First", who="Ann")
    estimate(projects, project, 20)
    projects.change(project, Kind.OUTCOME, {"metric": "Share routed"}, version=0, who="Ann")
    second = make_milestone(projects, project, "Second", who="Ann")

    found = by_part(compare_milestones(projects, project, first, second))

    assert tuple(found) == tuple(Part)
    assert found[Part.AUDIT].sentence == "Nothing changed."
    assert "grew from" in found[Part.SCOPE].sentence
    changed = {change.what: (change.before, change.after) for change in found[Part.SCOPE].changes}
    assert changed[component] == ("4 / 8 / 16 person-days", "10 / 20 / 40 person-days")
    assert found[Part.OUTCOME].sentence == "Metric is not as before."
    assert found[Part.EVIDENCE].changes
    assert found == by_part(compare_milestones(projects, project, first, NOW))


def test_the_same_state_twice_has_no_change(projects: Projects, project: str) -> None:
    estimate(projects, project, 8)
    first = make_milestone(projects, project, "First", who="Ann")
    parts = compare_milestones(projects, project, first)
    assert {part.sentence for part in parts} == {"Nothing changed."}
    assert not any(part.changes for part in parts)


@pytest.mark.parametrize(("name", "why"), [(" \t", "needs a name"), ("first", "is there already")])
def test_a_name_is_needed_and_stands_once(projects: Projects, project: str, name: str, why: str) -> None:
    make_milestone(projects, project, "First", who="Ann")
    with pytest.raises(InvalidValueError, match=why):
        make_milestone(projects, project, name, who="Ann")


def test_a_removed_milestone_is_gone_with_its_copy(projects: Projects, project: str) -> None:
    identifier = make_milestone(projects, project, "First", who="Ann")
    remove_milestone(projects, project, identifier, who="Ann")
    assert projects.load(project).milestones == ()
    assert projects.store.document(project, Kind.MILESTONE_STATE, identifier) is None
    with pytest.raises(UnknownNameError):
        compare_milestones(projects, project, identifier)


def test_the_copy_is_not_written_into_the_history_a_second_time(projects: Projects, project: str) -> None:
    make_milestone(projects, project, "First", who="Ann")
    (entry,) = (one for one in projects.store.journal(project) if one.kind == Kind.MILESTONE_STATE)
    assert not entry.after


def test_milestones_travel_with_the_project_file(projects: Projects, project: str, tmp_path: Path) -> None:
    estimate(projects, project, 8)
    make_milestone(projects, project, "First", who="Ann")
    file = projects.store.export_project(project, tmp_path / "invoices.readiness")
    row = projects.import_file(file, who="Ann")
    estimate(projects, row.id, 20)
    (milestone,) = projects.load(row.id).milestones
    assert "grew from" in by_part(compare_milestones(projects, row.id, milestone.id))[Part.SCOPE].sentence
