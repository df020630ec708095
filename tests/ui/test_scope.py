"""The Production scope page: ranges in and out, bad cells refused one by one, what is unknown beside every figure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.exports import scope_layout as layout
from readiness.project import Kind, Projects
from readiness.scope.items import ItemStatus
from tests.ui.typed_grid import edit

Visit = Callable[..., AppTest]


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


@pytest.fixture
def estimated(projects: Projects, project: str) -> str:
    """A project with two estimates, a day rate and a team."""
    for item, days in (("retries", (2, 4, 9)), ("rollback", (3, 5, 20))):
        low, likely, high = days
        change(projects, project, item, low_days=low, likely_days=likely, high_days=high)
    projects.change(
        project, Kind.SCOPE_PLAN, {"day_rate": 800, "team_size": 2, "planned_days": 4}, version=0, who="Ann"
    )
    return project


def change(projects: Projects, project: str, item: str, **changes: Any) -> None:
    version = projects.load(project).version_of(Kind.SCOPE_ITEM, item)
    projects.change_item(project, item, changes, version=version, who="Ann")


def metric(at: AppTest, label: str) -> str:
    return next(metric.value for metric in at.metric if metric.label == label)


def words(at: AppTest) -> str:
    return " ".join(text.value.replace("\\", "") for text in (*at.markdown, *at.caption, *at.error))


def test_the_total_is_a_range_with_what_it_leaves_out_beside_it(visit: Visit, estimated: str) -> None:
    at = visit("production_scope", estimated)
    assert not at.exception
    shown = words(at)
    assert "and 7 components not estimated." in shown
    assert metric(at, "Not estimated") == "7 of 9"
    assert float(metric(at, "Person-days, P50")) < float(metric(at, "Person-days, P80"))
    assert metric(at, "Cost, P80 (EUR)") != "unknown"
    assert metric(at, "Weeks, P80") != "unknown"
    assert "Error handling with typed exceptions" in shown  # named among those that are in no figure


def test_without_any_estimate_every_figure_is_unknown_and_none_is_zero(visit: Visit, project: str) -> None:
    at = visit("production_scope", project)
    assert not at.exception
    figures = [metric(at, label) for label in ("Person-days, P50", "Person-days, P80", "Cost, P80 (EUR)")]
    assert figures == ["unknown"] * 3


def test_a_bad_cell_is_refused_with_its_place_and_the_good_ones_of_the_same_row_are_kept(
    visit: Visit, projects: Projects, estimated: str
) -> None:
    at = visit("production_scope", estimated)
    row = next(n for n, item in enumerate(projects.load(estimated).items) if item.id == "retries")
    edit(at, f"{estimated}/scope", row, low=50, owner="Platform team", note="Two services.")
    assert not at.exception
    refusals = [error.value.replace("\\", "") for error in at.error]
    assert refusals == [
        "Retries with exponential backoff, Low: low, likely and high person-days must rise, and 50, 4, 9 do not."
    ]
    item = next(item for item in projects.load(estimated).items if item.id == "retries")
    assert (item.low_days, item.owner, item.note) == (2, "Platform team", "Two services.")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("-3", "typed exceptions, High: -3 is less than 0."),
        ("1000000", "typed exceptions, High: 1000000 is more than 10,000."),
        ("abc", "'abc' is no number; leave the cell empty where it is not known"),
        ("NaN", "no number"),
        ("1e3", "no number"),
        ("1,234", "type 1234 or 1.2340"),
    ],
)
def test_figures_that_no_estimate_can_have_are_refused_in_the_grid(
    visit: Visit, projects: Projects, project: str, typed: str, reason: str
) -> None:
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", 0, high=typed)
    assert not at.exception
    refusals = [error.value.replace("\\", "") for error in at.error]
    assert any(", High:" in refusal and reason in refusal for refusal in refusals)
    assert projects.load(project).items[0].high_days is None


def test_a_figure_with_a_decimal_comma_is_read_as_it_is_meant(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", 0, low="0,5", likely=" 2.5 ", high="12")
    assert not at.exception
    assert not at.error
    item = projects.load(project).items[0]
    assert (item.low_days, item.likely_days, item.high_days) == (0.5, 2.5, 12)
    edit(at, f"{project}/scope", 0, low="")
    assert projects.load(project).items[0].low_days is None, "an emptied cell is unknown, not zero"


def test_a_column_is_called_the_same_in_the_grid_and_in_the_workbook(visit: Visit, project: str) -> None:
    (grid,) = (e for e in visit("production_scope", project).data_editor if str(e.key).startswith(f"{project}/scope"))
    labels = {column.get("label") for column in json.loads(grid.proto.columns).values()}
    # Whether a component is needed follows in the grid from the reason that it is not.
    assert set(layout.INPUT_COLUMNS) - labels == {layout.NEEDED}


def test_a_refusal_names_the_column_as_the_grid_does(visit: Visit, project: str) -> None:
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", 0, basis="x" * 1_001)
    assert not at.exception
    (refusal,) = (error.value.replace("\\", "") for error in at.error)
    assert ", Basis:" in refusal
    assert "longer than 1,000 characters" in refusal


def test_a_conflict_names_the_component_and_only_the_cells_that_were_typed_into(
    visit: Visit, projects: Projects, estimated: str
) -> None:
    row = next(n for n, item in enumerate(projects.load(estimated).items) if item.id == "retries")
    at = visit("production_scope", estimated)
    change(projects, estimated, "retries", high_days=10, one_off_cost=1_234_567)
    edit(at, f"{estimated}/scope", row, high="12", one_off_cost="5", not_needed_because="")
    assert not at.exception
    (warning,) = (warning.value for warning in at.warning)
    assert "Ann changed Retries with exponential backoff meanwhile" in warning.replace("\\", "")
    shown = [text.value.replace("\\", "") for text in at.markdown if "theirs" in text.value]
    assert shown == ["High: theirs 10, yours 12", "One-off cost: theirs 1234567, yours 5"]


def test_the_list_can_be_narrowed_to_what_is_not_estimated_and_edited_there(
    visit: Visit, projects: Projects, estimated: str
) -> None:
    at = visit("production_scope", estimated)
    shown = next(group for group in at.button_group if "Not estimated" in group.options)
    shown.set_value("Not estimated").run()
    assert not at.exception
    first = next(item for item in projects.load(estimated).items if item.status is ItemStatus.UNKNOWN)
    edit(at, f"{estimated}/scope/Not estimated", 0, low=1, likely=2, high=3)
    assert not at.exception
    assert next(i for i in projects.load(estimated).items if i.id == first.id).status is ItemStatus.ESTIMATED
    assert metric(at, "Not estimated") == "6 of 9"


def test_a_day_rate_of_ones_own_and_money_beside_the_work_are_in_the_cost(
    visit: Visit, projects: Projects, estimated: str
) -> None:
    before = visit("production_scope", estimated)
    change(projects, estimated, "rollback", one_off_cost=10_000)
    after = visit("production_scope", estimated)
    costs = [float(metric(at, "Cost, P80 (EUR)").replace(",", "")) for at in (before, after)]
    assert costs[1] == pytest.approx(costs[0] + 10_000, abs=1)


def test_an_own_name_with_markdown_stays_text(visit: Visit, projects: Projects, estimated: str) -> None:
    projects.add_own_component(estimated, {"component": "**bold** <b>$x$</b> [a](http://b)"}, who="Ann")
    at = visit("production_scope", estimated)
    assert not at.exception
    raw = " ".join(caption.value for caption in at.caption)
    assert "\\*\\*bold\\*\\* \\<b\\>" in raw


def test_a_starting_point_that_somebody_changes_is_no_longer_called_one(
    visit: Visit, projects: Projects, project: str
) -> None:
    projects.take_proposals(project, ["retries"], who="Ann")
    row = next(n for n, item in enumerate(projects.load(project).items) if item.id == "retries")
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", row, high=30)
    edit(at, f"{project}/scope", row, high=31)
    item = projects.load(project).items[row]
    assert item.high_days == 31
    assert item.basis == "Starting point of the catalog, not measured, changed since"
