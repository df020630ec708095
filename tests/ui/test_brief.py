"""The Brief page: its pages as they would be printed, and the issues of the brief."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.project import Kind, Projects
from readiness.project.issuing import issue_brief

Visit = Callable[..., AppTest]


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


def field(at: AppTest, kind: str, label: str) -> Any:
    return next(element for element in getattr(at, kind) if element.label == label)


def texts(at: AppTest) -> str:
    return "\n".join(element.value for element in (*at.markdown, *at.caption)).replace("\\", "")


def name_owner(projects: Projects, project: str, name: str) -> None:
    version = projects.load(project).version_of(Kind.OWNERSHIP)
    projects.change(project, Kind.OWNERSHIP, {"owner": name}, version=version, who="Ann")


def test_the_brief_is_shown_as_its_pages_and_as_text(visit: Visit, project: str) -> None:
    at = visit("brief", project)
    assert not at.exception
    images = at.get("image")
    assert len(images) >= 2
    assert "Decision brief" in texts(at)


def test_a_brief_is_issued_once_and_again_when_it_reads_otherwise(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("brief", project)
    field(at, "button", "Issue this brief").click().run()
    assert not at.exception
    assert [one.number for one in projects.load(project).issued] == [1]
    assert field(at, "button", "Issue this brief").disabled
    assert "reads as it was issued under number 1" in texts(at)

    name_owner(projects, project, "Ines")
    at = visit("brief", project)
    assert "has changed since it was issued under number 1" in texts(at)
    field(at, "button", "Issue this brief").click().run()
    assert [one.number for one in projects.load(project).issued] == [2, 1]


def test_what_changed_since_an_issue_is_listed(visit: Visit, projects: Projects, project: str) -> None:
    issue_brief(projects, project, who="Ann")
    name_owner(projects, project, "Ines")
    at = visit("brief", project)
    frame = next(table.value for table in at.dataframe if "What" in table.value)
    changed = dict(zip(frame["What"], frame["After"], strict=True))
    assert changed["Owner"] == "Ines"


def test_a_stop_that_says_too_little_cannot_be_issued(visit: Visit, projects: Projects, project: str) -> None:
    projects.change(project, Kind.STOP_INPUTS, {"alignment_attempts": 2}, version=0, who="Ann")
    at = visit("brief", project)
    assert field(at, "button", "Issue this brief").disabled
    assert any("cannot be signed before it says all of it" in warning.value for warning in at.warning)


def test_a_brief_that_was_issued_meanwhile_is_not_refused_and_one_that_changed_is(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("brief", project)
    issue_brief(projects, project, who="Bo")  # by a first click, or by somebody else
    field(at, "button", "Issue this brief").click().run()
    assert not at.error
    assert [one.number for one in projects.load(project).issued] == [1]

    name_owner(projects, project, "Ines")
    at = visit("brief", project)
    name_owner(projects, project, "Kim")
    field(at, "button", "Issue this brief").click().run()
    assert any("has changed since" in error.value for error in at.error)
    assert len(projects.load(project).issued) == 1
