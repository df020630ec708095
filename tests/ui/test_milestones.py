"""Milestones on the Brief page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.project import Kind, Projects
from readiness.project.milestones import make_milestone

Visit = Callable[..., AppTest]


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


def field(at: AppTest, kind: str, label: str) -> Any:
    return next(element for element in getattr(at, kind) if element.label == label)


def test_a_milestone_is_made_and_listed(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("brief", project)
    field(at, "text_input", "Name of the milestone").set_value("After the *first* workshop")
    field(at, "button", "Make it").click().run()
    assert not at.exception
    assert [one.name for one in projects.load(project).milestones] == ["After the *first* workshop"]
    assert any("After the \\*first\\* workshop" in text.value for text in at.markdown)


def test_what_changed_since_a_milestone_is_said_part_by_part(visit: Visit, projects: Projects, project: str) -> None:
    make_milestone(projects, project, "First", who="Ann")
    state = projects.load(project)
    figures = {"low_days": 4, "likely_days": 8, "high_days": 16}
    item = state.items[0]
    projects.change_item(project, item.id, figures, version=state.version_of(Kind.SCOPE_ITEM, item.id), who="Ann")
    at = visit("brief", project)
    assert not at.exception
    said = [text.value for text in at.markdown]
    assert any(text.startswith("**Scope.** The scope has its first estimates") for text in said)
    assert any(text.startswith("**Audit.** Nothing changed") for text in said)


def test_a_name_that_is_there_is_refused_in_a_sentence(visit: Visit, projects: Projects, project: str) -> None:
    make_milestone(projects, project, "First", who="Ann")
    at = visit("brief", project)
    field(at, "text_input", "Name of the milestone").set_value("FIRST")
    field(at, "button", "Make it").click().run()
    assert any("is there already" in error.value for error in at.error)
    assert len(projects.load(project).milestones) == 1


def test_a_milestone_is_removed(visit: Visit, projects: Projects, project: str) -> None:
    make_milestone(projects, project, "First", who="Ann")
    at = visit("brief", project)
    field(at, "button", "Remove it").click().run()
    assert not at.exception
    assert projects.load(project).milestones == ()
