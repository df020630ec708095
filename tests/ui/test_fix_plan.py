"""The fix plan on the Diagnosis page, and the record of the shown sum on the Production scope page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.project import Kind, Projects

Visit = Callable[..., AppTest]


@pytest.fixture
def project(projects: Projects) -> str:
    identifier = projects.create("Invoices", who="Ann")
    state = projects.load(identifier)
    for item in state.items[:2]:
        figures = {"low_days": 4, "likely_days": 8, "high_days": 16}
        projects.change_item(identifier, item.id, figures, version=state.version_of(Kind.SCOPE_ITEM, item.id), who="A")
    return identifier


def field(at: AppTest, kind: str, label: str) -> Any:
    return next(element for element in getattr(at, kind) if element.label == label)


def test_a_step_takes_its_owner_and_keeps_it(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("diagnosis", project)
    assert "Fix plan" in [heading.value for heading in at.subheader]
    field(at, "text_input", "Who does it").set_value("Ann").run()
    assert not at.exception
    assert projects.load(project).fix_tasks["list-components"].owner == "Ann"


def test_no_step_can_be_ticked_off(visit: Visit, project: str) -> None:
    at = visit("diagnosis", project)
    assert {box.label for box in at.checkbox} & {"Closed", "Done"} == set()
    assert any("Neither estimated nor marked" in text.value for text in at.markdown)


def test_an_untouched_project_has_no_plan(visit: Visit, projects: Projects) -> None:
    at = visit("diagnosis", projects.create("Empty", who="Ann"))
    assert "Fix plan" not in [heading.value for heading in at.subheader]


def test_the_sum_is_noted_as_shown_and_what_falls_later_is_listed(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("production_scope", project)
    field(at, "text_input", "Shown to").set_value("The *sponsor*")
    field(at, "button", "Note it").click().run()
    assert not at.exception
    (record,) = projects.load(project).shown
    assert (record.to_whom, record.shown_on) == ("The *sponsor*", datetime.now(UTC).date())

    state = projects.load(project)
    item = state.items[0]
    version = state.version_of(Kind.SCOPE_ITEM, item.id)
    projects.change_item(project, item.id, {"low_days": 1, "likely_days": 2}, version=version, who="A")
    at = visit("production_scope", project)
    assert any("fell from 8 to 2" in warning.value for warning in at.warning)


def test_a_showing_to_nobody_is_refused_in_a_sentence(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("production_scope", project)
    field(at, "button", "Note it").click().run()
    assert [error.value.replace("\\", "") for error in at.error] == ["Name who was shown the sum."]
    assert projects.load(project).shown == ()
