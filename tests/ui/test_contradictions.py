"""Contradictions on the Diagnosis page, the places that they lead to, and the planned dates on the Workflow page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.places import Page
from readiness.project import Kind, Projects
from readiness.project.example import open_example
from readiness.ui.rooms import ROOM_OF_PAGE
from readiness.workflow import Stage
from tests.stated_outcome import DEFINED

Visit = Callable[..., AppTest]
TITLE = "Statements that cannot both be true"


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


def field(at: AppTest, kind: str, label: str) -> Any:
    return next(element for element in getattr(at, kind) if element.label == label)


def change(projects: Projects, project: str, kind: Kind, **parts: Any) -> None:
    projects.change(project, kind, parts, version=projects.load(project).version_of(kind), who="Ann")


def shown(at: AppTest) -> str:
    return " ".join(str(one.value) for kind in ("markdown", "caption") for one in getattr(at, kind))


def test_a_project_without_any_says_so_in_one_line(visit: Visit, project: str) -> None:
    at = visit("diagnosis", project)
    assert not at.exception
    assert TITLE in [heading.value for heading in at.subheader]
    assert "None found" in shown(at)
    assert "-badge[1 " not in shown(at)


def test_each_stands_with_both_statements_the_reason_and_the_way_to_its_field(
    visit: Visit, projects: Projects, project: str
) -> None:
    change(projects, project, Kind.OUTCOME, **{**DEFINED, "target": 50, "tolerance_low": 88, "tolerance_high": 100})
    change(projects, project, Kind.OWNERSHIP, review_every_days=90)
    at = visit("diagnosis", project)
    assert not at.exception
    text = shown(at).replace("\\", "")
    assert "The target is 50%, and the tolerance begins at 88%." in text
    assert "The metric is reviewed every 90 days, and 60 days inside the tolerance count as done." in text
    assert "would have to be pulled for it" in text
    assert ":red-badge[1 blocking]" in text
    assert ":orange-badge[1 serious]" in text
    assert text.index("The target is 50%") < text.index("reviewed every 90 days")
    links = [link.proto.label for link in at.get("page_link")]
    assert "Outcome, Definition →" in links
    assert "Outcome, Owner →" in links


def test_a_name_from_outside_stays_plain_text(visit: Visit, projects: Projects, project: str) -> None:
    hostile = "**Bold** ![x](http://example.com/a.png) <b>:red[y]"
    further = ({"id": "m", "metric": hostile, "unit": "%", "target": 5, "tolerance_low": 1, "tolerance_high": 2},)
    change(projects, project, Kind.OUTCOME, further=further)
    at = visit("diagnosis", project)
    assert not at.exception
    (found,) = [one.value for one in at.markdown if "The target is 5" in one.value]
    assert "\\*\\*Bold\\*\\* \\!\\[x\\]\\(http\\:" in found
    assert "\\<b\\>\\:red\\[y\\]" in found


def test_what_is_put_right_is_gone_from_the_list(visit: Visit, projects: Projects, project: str) -> None:
    change(projects, project, Kind.OWNERSHIP, review_every_days=90)
    assert "reviewed every 90 days" in shown(visit("diagnosis", project))
    change(projects, project, Kind.OWNERSHIP, review_every_days=28)
    assert "reviewed every" not in shown(visit("diagnosis", project))


def test_every_place_that_the_catalog_names_is_on_its_page(visit: Visit, projects: Projects) -> None:
    """By the title of a tab, a section or a part that can be opened, in a project that is filled in."""
    example = open_example(projects, who="Ann")
    named: dict[Page, set[str]] = {}
    for entry in read_catalog("contradictions", ContradictionCatalog).contradictions:
        named.setdefault(entry.page, set()).add(entry.section)
    for page, sections in named.items():
        at = visit(ROOM_OF_PAGE[page].file.removesuffix(".py"), example)
        assert not at.exception
        titles = {heading.value for heading in at.subheader} | {part.label for part in (*at.tabs, *at.expander)}
        assert sections - {""} <= titles, page


# --- planned dates ------------------------------------------------------------------------------------------------


def test_planned_dates_are_kept_and_an_end_too_soon_is_found(visit: Visit, projects: Projects, project: str) -> None:
    live = datetime.now(UTC).date() + timedelta(days=100)
    at = visit("workflow", project)
    field(at, "date_input", "Planned go-live").set_value(live).run()
    field(at, "date_input", "Planned end, when the team is released").set_value(live + timedelta(days=30)).run()
    assert not at.exception
    workflow = projects.load(project).workflow
    assert (workflow.go_live_on, workflow.done_on) == (live, live + timedelta(days=30))
    assert field(visit("workflow", project), "date_input", "Planned go-live").value == live
    assert "end 29 days later at the earliest" in shown(visit("diagnosis", project)).replace("\\", "")


def test_a_planned_date_can_be_left_open_again(visit: Visit, projects: Projects, project: str) -> None:
    change(projects, project, Kind.WORKFLOW, go_live_on=date(2030, 1, 1))
    at = visit("workflow", project)
    field(at, "date_input", "Planned go-live").set_value(None).run()
    assert projects.load(project).workflow.go_live_on is None


def test_a_stalled_project_is_asked_for_its_launch_and_for_no_plan(
    visit: Visit, projects: Projects, project: str
) -> None:
    change(projects, project, Kind.WORKFLOW, stage=Stage.STALLED.value)
    assert [one.label for one in visit("workflow", project).date_input] == ["Launched on"]
