"""Milestones: what is frozen stays, and any two states compare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.diagnosis.comparison import Part, PartCompared
from readiness.errors import InputError, InvalidValueError, UnknownNameError
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
    assert found[Part.OUTCOME].sentence == "Stated since then: metric."
    assert found[Part.EVIDENCE].changes
    assert found == by_part(compare_milestones(projects, project, first, NOW))


def test_what_was_stated_changed_and_taken_out_of_the_outcome_is_told_apart(projects: Projects, project: str) -> None:
    projects.change(project, Kind.OUTCOME, {"metric": "Share routed", "target": 90}, version=0, who="Ann")
    first = make_milestone(projects, project, "First", who="Ann")
    parts = {"metric": "Share routed right", "target": None, "correct_output": "The right approver."}
    projects.change(project, Kind.OUTCOME, parts, version=1, who="Ann")
    found = by_part(compare_milestones(projects, project, first))[Part.OUTCOME]
    assert found.sentence == "Stated since then: a correct output. No longer stated: target. Changed: metric."


def test_a_sum_that_grew_with_what_was_estimated_says_both(projects: Projects, project: str) -> None:
    estimate(projects, project, 8)
    first = make_milestone(projects, project, "First", who="Ann")
    state = projects.load(project)
    item = state.items[1]
    days = {"low_days": 10, "likely_days": 20, "high_days": 40}
    projects.change_item(project, item.id, days, version=state.version_of(Kind.SCOPE_ITEM, item.id), who="Ann")
    sentence = by_part(compare_milestones(projects, project, first))[Part.SCOPE].sentence
    assert "grew from" in sentence
    assert sentence.endswith("Components without an estimate went from 8 to 7.")


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


# --- another version -----------------------------------------------------------------------------------------------


def rewrite(projects: Projects, project: str, milestone: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """What a milestone holds, as another version would have written it."""
    kept = projects.store.document(project, Kind.MILESTONE_STATE, milestone)
    assert kept is not None
    change(kept.body["documents"])
    body, version = kept.body, kept.version
    projects.store.save(project, Kind.MILESTONE_STATE, milestone, body, version=version, who="Ann", what="rewrote it")


def part_unknown(documents: list[dict[str, Any]]) -> None:
    documents.append({"kind": "outcome", "key": "", "version": 1, "body": {"mood": "good"}})


def part_lacking(documents: list[dict[str, Any]]) -> None:
    next(one for one in documents if one["kind"] == "scope_item")["body"].pop("component")


def not_a_document(documents: list[dict[str, Any]]) -> None:
    documents.append({})


def no_body(documents: list[dict[str, Any]]) -> None:
    documents[0]["body"] = [1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (part_unknown, "outcome was written by another version of Readiness, .*at mood"),
        (part_lacking, "scope item was written by another version of Readiness, .*at component"),
        (not_a_document, "milestone state was written by another version"),
        (no_body, "milestone state was written by another version"),
    ],
)
def test_a_milestone_that_this_version_cannot_read_says_so_and_stays(
    projects: Projects, project: str, change: Callable[[list[dict[str, Any]]], None], said: str
) -> None:
    first = make_milestone(projects, project, "First", who="Ann")
    second = make_milestone(projects, project, "Second", who="Ann")
    rewrite(projects, project, first, change)
    with pytest.raises(InputError, match=f"The milestone First cannot be read. The {said}"):
        compare_milestones(projects, project, first)
    assert {one.name for one in projects.load(project).milestones} == {"First", "Second"}
    assert compare_milestones(projects, project, second)


def test_a_milestone_with_a_kind_of_a_later_version_compares_all_the_same(projects: Projects, project: str) -> None:
    first = make_milestone(projects, project, "First", who="Ann")
    later = {"kind": "hologram", "key": "", "version": 1, "body": {"depth": 3}}
    rewrite(projects, project, first, lambda documents: documents.append(later))
    assert {part.sentence for part in compare_milestones(projects, project, first)} == {"Nothing changed."}


def test_a_project_with_a_body_that_this_version_cannot_read_says_which(projects: Projects, project: str) -> None:
    projects.store.save(project, Kind.OUTCOME, "", {"mood": "good"}, version=0, who="Ann", what="said so")
    with pytest.raises(InputError, match="The outcome was written by another version"):
        projects.load(project)


def test_another_day_rate_is_told_as_cost_and_not_as_components(projects: Projects, project: str) -> None:
    estimate(projects, project, 8)
    projects.change(project, Kind.SCOPE_PLAN, {"day_rate": 800}, version=0, who="Ann")
    first = make_milestone(projects, project, "First", who="Ann")
    version = projects.load(project).version_of(Kind.SCOPE_PLAN)
    projects.change(project, Kind.SCOPE_PLAN, {"day_rate": 900}, version=version, who="Ann")
    sentence = by_part(compare_milestones(projects, project, first))[Part.SCOPE].sentence
    assert sentence.startswith("The work is as before; its cost went from")
