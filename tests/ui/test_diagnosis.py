"""The Diagnosis page: every fact with its place, the timeline, the margins, and the table of the verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.diagnosis.places import Page
from readiness.project import Kind, Projects
from readiness.project.example import open_example
from readiness.ui.outcome_view import SECTIONS
from readiness.ui.rooms import TABBED
from readiness.workflow import Stage
from tests.ui.conftest import Visit


@pytest.fixture
def project(projects: Projects) -> str:
    """The example, in which something is said on every page."""
    return open_example(projects, who="Ann")


def stall(projects: Projects, project: str, months: int | None) -> None:
    """Turn the project into a system that was launched so many times thirty days ago."""
    launched = None if months is None else projects.clock().date() - timedelta(days=31 * months)
    version = projects.load(project).version_of(Kind.WORKFLOW)
    parts = {"stage": Stage.STALLED, "launched_on": launched}
    projects.change(project, Kind.WORKFLOW, parts, version=version, who="Ann")


def texts(at: AppTest) -> list[str]:
    return [str(text.value).replace("\\", "") for text in (*at.markdown, *at.caption)]


def links(at: AppTest) -> list[Any]:
    return [element.proto for element in at.get("page_link")]


def test_every_fact_stands_there_with_source_and_a_link_to_its_place(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("diagnosis", project)
    assert not at.exception
    ledger = projects.diagnose(projects.load(project)).ledger
    said = "\n".join(texts(at))
    for entry in ledger.entries:
        assert " ".join(entry.statement.split()) in said, entry.id
    assert f"SHA-256 {ledger.hash}" in said
    places = {entry.place for entry in ledger.entries}
    assert all(place.section in SECTIONS for place in places if place.page is Page.OUTCOME)
    tabs = {place.section for place in places if place.page in TABBED}
    linked = {link.query_string for link in links(at)}
    assert all(any(f"section={tab}" in query for query in linked) for tab in tabs)
    assert all(project in query for query in linked)


def test_a_link_opens_the_tab_that_it_names_and_leaves_the_next_turn_to_the_reader(visit: Visit, project: str) -> None:
    at = visit("diagnosis", project)
    at.query_params["section"] = "Owner"
    at.switch_page("../../pages/outcome.py").run()
    assert not at.exception
    assert at.session_state["outcome_section"] == "Owner"
    assert "section" not in at.query_params
    at.session_state["outcome_section"] = "Value"
    at.run()
    assert at.session_state["outcome_section"] == "Value"


@pytest.mark.parametrize("named", ["Nothing", "", "<script>", "owner"])
def test_a_tab_that_the_page_does_not_have_is_passed_over(visit: Visit, project: str, named: str) -> None:
    at = visit("diagnosis", project)
    at.query_params["section"] = named
    at.switch_page("../../pages/outcome.py").run()
    assert not at.exception
    assert at.session_state["outcome_section"] in (None, SECTIONS[0])
    assert "section" not in at.query_params


def test_a_running_system_stands_at_one_stage_of_the_timeline(visit: Visit, projects: Projects, project: str) -> None:
    stall(projects, project, months=4)
    at = visit("diagnosis", project)
    assert not at.exception
    stages = [text for text in texts(at) if text.startswith(":small[:gray[Month ")]
    assert [text.split(",")[0].removeprefix(":small[:gray[") for text in stages] == [
        "Month 1", "Month 3", "Month 6", "Month 9",
    ]  # fmt: skip
    assert ["badge[here]" in text for text in stages] == [False, True, False, False]
    assert ["badge[next]" in text for text in stages] == [False, False, True, False]
    assert any("4 months ago" in text for text in texts(at))


def test_a_running_system_without_a_launch_date_says_so_and_before_the_build_there_is_no_timeline(
    visit: Visit, projects: Projects, project: str
) -> None:
    assert "The failure timeline" not in {header.value for header in visit("diagnosis", project).subheader}
    stall(projects, project, months=None)
    at = visit("diagnosis", project)
    assert any("No launch date is stated" in text for text in texts(at))
    assert not any("badge[here]" in text for text in texts(at))


def test_why_evidence_is_out_of_date_is_said_once_a_list(visit: Visit, projects: Projects, project: str) -> None:
    stall(projects, project, months=4)
    at = visit("diagnosis", project)
    lines = [text for text in texts(at) if "badge[out of date]" in text]
    assert len(lines) == 6  # three facts of the audit, at their question and among all
    assert sum("diagnosed on records of the last 30 days" in text for text in lines) == 2


def test_stop_rules_show_state_and_margin_and_say_what_counts_as_an_attempt(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("diagnosis", project)
    for result in projects.diagnose(projects.load(project)).stop_rules:
        assert any(result.margin_in_words in text and result.state.value in text for text in texts(at))
    (attempts,) = [field for field in at.number_input if field.label == "Genuine attempts to agree so far"]
    assert "settled round" in attempts.help


def test_the_table_of_the_verdict_marks_the_line_that_applied(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("diagnosis", project)
    (table,) = [text for text in texts(at) if "in every other case" in text]
    lines = table.split("1. ")[1:]
    rules = (*projects.verdicts.rules, projects.verdicts.default)
    assert len(lines) == len(rules)
    applied = [rule.because for rule, line in zip(rules, lines, strict=True) if "badge[applies]" in line]
    assert applied == [projects.diagnose(projects.load(project)).rule]
    assert "where all 4 questions are answered with yes, no question is answered with no" in table
    assert "where at least 1 stop rule is met" in table


def test_hostile_text_in_a_fact_stays_text(visit: Visit, projects: Projects, project: str) -> None:
    version = projects.load(project).version_of(Kind.OWNERSHIP)
    projects.change(project, Kind.OWNERSHIP, {"owner": ":red[E] <b>"}, version=version, who="Ann")
    at = visit("diagnosis", project)
    assert not at.exception
    assert not any(":red[" in str(text.value) or "<b>" in str(text.value) for text in at.markdown)
