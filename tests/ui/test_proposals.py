"""From audit to cost in the pages: what decisions cost, and starting points that are taken over by a click."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.audit.decisions import Handling
from readiness.project import Kind, Projects
from readiness.scope.items import ItemStatus
from tests.ui.test_chain import CSV, MISSING_VENDOR, button, field
from tests.ui.typed_grid import edit

Visit = Callable[..., AppTest]
ITEM = f"decision:{MISSING_VENDOR}"


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


@pytest.fixture
def audited(projects: Projects, project: str) -> str:
    projects.read_upload(project, "invoices.csv", _put, who="Ann")
    projects.run_audit(project, who="Ann")
    return project


def _put(path: Path) -> None:
    path.write_bytes(CSV)


def _offer() -> None:
    import streamlit as st

    from readiness.ui import cache, proposals_view, session
    from readiness.ui.page import Here

    projects = cache.projects()
    state = projects.load(st.query_params["project"])
    session.show_notice()
    proposals_view.offer(Here(projects, state, projects.diagnose(state), "Ann"))


def offer_of(project: str) -> AppTest:
    """The offer by itself, whatever else its page shows."""
    at = AppTest.from_function(_offer, default_timeout=60)
    at.query_params["project"] = project
    return at.run()


def words(at: AppTest) -> str:
    return " ".join(element.value for element in (*at.markdown, *at.caption)).replace("\\", "")


# --- the offer ------------------------------------------------------------------------------------------------------


def test_starting_points_are_marked_as_generated_and_none_is_chosen(projects: Projects, project: str) -> None:
    at = offer_of(project)
    assert not at.exception
    assert "not measured" in words(at)
    assert len(at.dataframe[0].value) == 9
    assert at.multiselect[0].value == []
    assert button(at, "Take over as estimates").disabled
    assert {item.status for item in projects.load(project).items} == {ItemStatus.UNKNOWN}


def test_those_that_are_chosen_become_estimates_and_leave_the_offer(projects: Projects, project: str) -> None:
    at = offer_of(project)
    at.multiselect[0].set_value(["retries", "rollback"]).run()
    button(at, "Take over as estimates").click().run()
    assert not at.exception
    assert "2 starting points are estimates now" in at.toast[0].value
    estimated = {item.id for item in projects.load(project).items if item.status is ItemStatus.ESTIMATED}
    assert estimated == {"retries", "rollback"}
    assert len(at.dataframe[0].value) == 7
    assert at.multiselect[0].value == []


def test_what_somebody_estimated_meanwhile_stays_and_is_said(projects: Projects, project: str) -> None:
    at = offer_of(project)
    at.multiselect[0].set_value(["retries", "rollback"]).run()
    days = {"low_days": 7, "likely_days": 8, "high_days": 9}
    projects.change_item(project, "retries", days, version=1, who="Ben")
    button(at, "Take over as estimates").click().run()
    assert not at.exception
    assert "1 had been estimated meanwhile and stays as typed" in at.toast[0].value
    assert next(item.low_days for item in projects.load(project).items if item.id == "retries") == 7


def test_a_choice_that_somebody_else_estimated_does_not_break_the_page(projects: Projects, project: str) -> None:
    at = offer_of(project)
    at.multiselect[0].set_value(["retries"]).run()
    projects.take_proposals(project, ["retries"], who="Ben")
    at.run()
    assert not at.exception
    assert len(at.dataframe[0].value) == 8


def test_nothing_is_offered_where_everything_is_estimated(projects: Projects, project: str) -> None:
    projects.take_proposals(project, [item.id for item in projects.load(project).items], who="Ann")
    at = offer_of(project)
    assert not at.exception
    assert not at.subheader
    assert not at.multiselect


def test_a_component_with_a_hostile_name_is_offered_as_plain_text(projects: Projects, project: str) -> None:
    name = "=1+1 <script>x</script> [a](b)"
    projects.change_item(project, "retries", {"component": name}, version=1, who="Ann")
    at = offer_of(project)
    assert not at.exception
    assert name in list(at.dataframe[0].value["Component"])
    assert "<script>" not in words(at)


# --- what decisions cost --------------------------------------------------------------------------------------------


def state_costs(projects: Projects, project: str) -> None:
    projects.change(project, Kind.WORKFLOW, {"volume_per_month": 2_600.0}, version=0, who="Ann")
    projects.change(project, Kind.SCOPE_PLAN, {"review_minutes": 8.0, "review_hour_rate": 35.0}, version=0, who="Ann")


def test_before_the_first_decision_nothing_is_said_of_its_cost(visit: Visit, audited: str) -> None:
    at = visit("data_audit", audited)
    assert not at.exception
    assert "What the decisions cost" not in words(at)


def test_a_decision_shows_its_cost_at_once_and_another_one_changes_it(
    visit: Visit, projects: Projects, audited: str
) -> None:
    state_costs(projects, audited)
    at = visit("data_audit", audited)
    edit(at, f"{audited}/decisions", 0, handling=Handling.HUMAN_REVIEW.value)
    assert not at.exception
    assert "1 decision sends 10% of the records to people" in words(at)
    assert "about 260 records a month, 8 minutes each, 1,210 EUR a month (" in words(at)
    assert "Building what the decisions ask for: not estimated yet." in words(at)
    edit(at, f"{audited}/decisions", 0, handling=Handling.PREPROCESSING.value)
    assert not at.exception
    assert "No decision sends records to people." in words(at)


def test_what_is_not_stated_is_named_with_the_page_that_asks_for_it(
    visit: Visit, projects: Projects, audited: str
) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "", version=0, who="Ann")
    at = visit("data_audit", audited)
    assert not at.exception
    assert "Review cost not known: the records per month, the minutes of one review and the hourly rate" in words(at)
    labels = {str(link.proto.label) for link in at.get("page_link")}
    assert {
        "State how often the job runs →",
        "State the minutes of a review and the hourly rate of the reviewers →",
    } <= labels


def test_the_table_names_each_decision_with_its_range(visit: Visit, projects: Projects, audited: str) -> None:
    state_costs(projects, audited)
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "", version=0, who="Ann")
    projects.take_proposals(audited, [ITEM], who="Ann")
    at = visit("data_audit", audited)
    (table,) = (one.value for one in at.dataframe if "Person-days to build" in one.value)
    line: dict[str, Any] = table.iloc[0].to_dict()
    assert (line["Handling"], line["Minutes each"], line["Person-days to build"]) == ("human review", "8", "2 / 3 / 6")
    assert line["Records a month"].startswith("260 (")
    assert line["EUR a month"].startswith("1,213 (")


# --- not needed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "   "])
def test_a_blank_reason_leaves_a_component_unknown_in_the_grid(
    visit: Visit, projects: Projects, project: str, typed: str
) -> None:
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", 1, not_needed_because=typed)
    assert not at.exception
    item = projects.load(project).items[1]
    assert (item.status, item.marked_not_needed) == (ItemStatus.UNKNOWN, False)


def test_the_offer_is_no_field_of_the_audit_page(visit: Visit, audited: str) -> None:
    at = visit("data_audit", audited)
    assert not any(one.label == "Take over as estimates" for one in at.button)
    assert field(at, "button", "Run the audit again")
