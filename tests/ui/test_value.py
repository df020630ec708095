"""The value on the Outcome page: inputs typed with their sources, what is refused, and what comes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.outcome.value import PARTS, Stated
from readiness.project import Kind, Projects

Visit = Callable[..., AppTest]
PLACE = {part.name: place for place, part in enumerate(PARTS)}
OUTCOME = {
    "metric": "Share routed correctly",
    "unit": "%",
    "target": 92.0,
    "baseline_cost": 6.4,
    "baseline_error_rate": 0.05,
    "wrong_output_cost": 85.0,
}
VALUE = {
    "volume": {"low": 800.0, "likely": 1000.0, "high": 1300.0, "source": "The intake log"},
    "minutes": {"low": 6.0, "likely": 8.0, "high": 11.0},
    "hour_rate": {"likely": 45.0},
    "accepted": {"low": 0.5, "likely": 0.6, "high": 0.7},
    "wrong": {"low": 0.01, "likely": 0.02, "high": 0.04},
    "run_cost_month": {"low": 200.0, "likely": 300.0, "high": 500.0},
}


@pytest.fixture
def project(projects: Projects) -> str:
    """A project whose cost is known and whose value is not stated."""
    identifier = projects.create("Invoices", who="Ann")
    projects.change(identifier, Kind.WORKFLOW, {"volume_per_month": 2600.0}, version=0, who="Ann")
    projects.change(identifier, Kind.OUTCOME, OUTCOME, version=0, who="Ann")
    plan = {"day_rate": 800.0, "review_minutes": 2.0, "review_hour_rate": 45.0}
    projects.change(identifier, Kind.SCOPE_PLAN, plan, version=0, who="Ann")
    days = {"low_days": 2.0, "likely_days": 4.0, "high_days": 7.0}
    state = projects.load(identifier)
    for item in state.items:
        version = state.version_of(Kind.SCOPE_ITEM, item.id)
        projects.change_item(identifier, item.id, days, version=version, who="Ann")
    return identifier


@pytest.fixture
def valued(projects: Projects, project: str) -> str:
    projects.change(project, Kind.VALUE, VALUE, version=0, who="Ann")
    return project


def type_into(at: AppTest, project: str, part: str, **values: Any) -> AppTest:
    """Types into one row of the grid of inputs."""
    editor = next(editor for editor in at.data_editor if str(editor.key).startswith(f"{project}/value/grid/"))
    states = at._tree.get_widget_states()
    typed = {"edited_rows": {str(PLACE[part]): values}, "added_rows": [], "deleted_rows": []}
    states.widgets.add(id=editor.proto.id, string_value=json.dumps(typed))
    return at._run(states)


def shown(at: AppTest) -> str:
    return " ".join(
        str(element.value)
        for kind in ("markdown", "info", "caption", "error", "warning")
        for element in getattr(at, kind)
    ).replace("\\", "")


def grid(at: AppTest, project: str) -> Any:
    editor = next(editor for editor in at.data_editor if str(editor.key).startswith(f"{project}/value/grid/"))
    return editor.value


def test_without_any_input_the_page_says_what_to_state_and_what_stands_in(visit: Visit, project: str) -> None:
    at = visit("outcome", project)
    assert not at.exception
    assert "Still to be stated: the accepted share (Outcome page), or an audit" in shown(at)
    assert at.metric == []
    rows = grid(at, project)
    assert rows.loc["volume", "used"] == "from the workflow page: 2,600"
    assert rows.loc["minutes", "used"] == "from the outcome: 6.4 EUR an item"
    assert rows.loc["wrong", "used"] == "to be stated"


def test_what_is_typed_is_kept_with_its_source_and_shares_in_percent(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("outcome", project)
    type_into(at, project, "accepted", low="50", likely="62,5 %", high="71", source="Trial of 60 invoices")
    assert not at.exception
    stored = projects.load(project).value.accepted
    assert stored == Stated(low=0.5, likely=0.625, high=0.71, source="Trial of 60 invoices")
    again = grid(visit("outcome", project), project)
    assert list(again.loc["accepted", ["low", "likely", "high", "source"]]) == [
        "50",
        "62.5",
        "71",
        "Trial of 60 invoices",
    ]


def test_a_filled_in_value_shows_range_probability_and_payback(visit: Visit, projects: Projects, valued: str) -> None:
    at = visit("outcome", valued)
    assert not at.exception
    value = projects.diagnose(projects.load(valued)).ledger.value
    assert value.simulated is not None
    labels = [metric.label for metric in at.metric]
    assert labels == ["A month, P50 (EUR)", "Covers the cost", "Payback, P50"]
    assert at.metric[0].value == f"{value.simulated.monthly.p50:,.0f}"
    assert value.covering_sentence in shown(at)
    assert "No sample has been audited, so nothing limits the accepted share" in shown(at)


REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("accepted", {"likely": "140"}, "Accepted share, Likely: '140' is refused: the most is 100%"),
    ("accepted", {"low": "90%"}, "Accepted share: low, likely and high must rise, and 90%, 60%, 70% do not"),
    ("volume", {"likely": "-4"}, "Volume, Likely: '-4' is refused: it must be a number from zero on"),
    ("volume", {"high": "many"}, "Volume, High: 'many' is no number; leave the cell empty where it is not known"),
    ("volume", {"high": "NaN"}, "Volume, High: 'NaN' is no number"),
    ("volume", {"high": "1,500"}, "Volume, High: '1,500' can be read in two ways"),
    ("minutes", {"high": "1000000"}, "the most is 10,000"),
    ("run_cost_month", {"high": "1" + "0" * 39}, "is refused: the most is"),
)


def test_a_figure_that_cannot_be_is_refused_with_its_cell_and_the_rest_is_kept(
    visit: Visit, projects: Projects, valued: str
) -> None:
    before = projects.load(valued).value
    at = visit("outcome", valued)
    for part, typed, reason in REFUSED:
        type_into(at, valued, part, **typed)
        assert not at.exception
        assert reason in shown(at), (part, typed)
        assert projects.load(valued).value == before


def test_an_emptied_cell_is_not_stated_again(visit: Visit, projects: Projects, valued: str) -> None:
    at = visit("outcome", valued)
    type_into(at, valued, "wrong", low=None, likely=None, high=None)
    assert not at.exception
    assert projects.load(valued).value.wrong.figures == ()
    assert "the share of the accepted outputs that are wrong" in shown(at)


def test_two_people_who_type_into_different_inputs_both_keep_theirs(
    visit: Visit, projects: Projects, valued: str
) -> None:
    ann, ben = visit("outcome", valued), visit("outcome", valued)
    type_into(ann, valued, "volume", high=1500)
    type_into(ben, valued, "wrong", high=6)
    value = projects.load(valued).value
    assert (value.volume.high, value.wrong.high) == (1500, 0.06)


def test_a_change_to_a_cell_that_somebody_else_changed_is_shown_with_both(
    visit: Visit, projects: Projects, valued: str
) -> None:
    ann, ben = visit("outcome", valued), visit("outcome", valued)
    type_into(ann, valued, "wrong", high=5)
    type_into(ben, valued, "wrong", high=6)
    assert not ben.exception
    assert projects.load(valued).value.wrong.high == 0.05
    assert "theirs 5%, yours 6%" in shown(ben)
    next(button for button in ben.button if button.label == "Use mine").click().run()
    assert projects.load(valued).value.wrong.high == 0.06


def test_text_of_users_is_not_read_as_markup(visit: Visit, projects: Projects, valued: str) -> None:
    state = projects.load(valued)
    hostile = {"currency": ":red[E]<b>"}
    version = state.version_of(Kind.SCOPE_PLAN)
    projects.change(valued, Kind.SCOPE_PLAN, hostile, version=version, who="Ann")
    version = state.version_of(Kind.OUTCOME)
    projects.change(valued, Kind.OUTCOME, hostile, version=version, who="Ann")
    at = visit("outcome", valued)
    assert not at.exception
    assert at.metric[0].label == r"A month, P50 (\:red\[E\]\<b\>)"
    assert not any(":red[" in str(text.value) for text in at.markdown)


def test_the_stop_rule_rests_on_the_value_and_on_the_probability_that_is_asked_for(
    visit: Visit, projects: Projects, valued: str
) -> None:
    at = visit("diagnosis", valued)
    assert not at.exception
    assert "Over 24 months the value covers the remaining cost" in shown(at)
    assert not any(field.label.startswith("Realistic value") for field in at.text_input)
    asked = next(field for field in at.text_input if field.label.startswith("Least probability"))
    assert asked.value == "50"
    asked.set_value("80").run()
    assert not at.exception
    assert projects.load(valued).stop_inputs.least_probability == 0.8
    assert "At least 80% is asked for" in shown(at)


def test_the_one_stated_value_can_be_typed_while_no_input_is_stated(visit: Visit, project: str) -> None:
    at = visit("diagnosis", project)
    assert any(field.label.startswith("Realistic value") for field in at.text_input)
