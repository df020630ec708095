"""From audit to cost in a project: a decision changes the scope at once, and starting points are taken over by hand."""

from __future__ import annotations

import io
from typing import Any

import pytest

from readiness.audit.decisions import Handling
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.review_load import unknown_review_costs
from readiness.errors import ConflictError, UnknownNameError
from readiness.project import Kind, Projects, ProjectState
from readiness.ranges import Percentiles
from readiness.scope.catalog import CATALOG_BASIS
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem

MISSING_VENDOR = "missing_required: vendor"
ITEM = f"decision:{MISSING_VENDOR}"
DAYS = {"low_days": 1.0, "likely_days": 2.0, "high_days": 3.0}


def item_of(projects: Projects, project: str, item_id: str = ITEM) -> ScopeItem:
    return next(item for item in projects.load(project).items if item.id == item_id)


def run_cost_of(projects: Projects, project: str) -> Percentiles | None:
    simulated = gather_evidence(projects.load(project).facts(projects.clock())).total.simulated
    return simulated.run_cost_year if simulated else None


def decide(projects: Projects, project: str, handling: Handling | None, case: str = MISSING_VENDOR) -> None:
    version = projects.load(project).version_of(Kind.DECISION, case)
    projects.decide(project, case, handling, "", version=version, who="Ann")


def change(projects: Projects, project: str, item_id: str = ITEM, **changes: Any) -> None:
    version = projects.load(project).version_of(Kind.SCOPE_ITEM, item_id)
    projects.change_item(project, item_id, changes, version=version, who="Ann")


@pytest.fixture
def costed(projects: Projects, audited: str) -> str:
    """An audited project in which volume, minutes and rate of reviews are stated, and one component is estimated."""
    projects.change(audited, Kind.WORKFLOW, {"volume_per_month": 2_600.0}, version=0, who="Ann")
    projects.change(audited, Kind.SCOPE_PLAN, {"review_minutes": 8.0, "review_hour_rate": 35.0}, version=0, who="Ann")
    change(projects, audited, "retries", **DAYS)
    return audited


# --- changing a decision --------------------------------------------------------------------------------------------


def test_a_review_brings_its_run_cost_and_a_conversion_takes_it_away_at_once(projects: Projects, costed: str) -> None:
    assert run_cost_of(projects, costed) is None
    decide(projects, costed, Handling.HUMAN_REVIEW)
    cost = run_cost_of(projects, costed)
    assert cost is not None
    assert cost.p50 == pytest.approx(6 / 61 * 2_600 * 12 * 8 / 60 * 35, rel=1e-3)
    assert cost.p10 < cost.p50 < cost.p90
    decide(projects, costed, Handling.PREPROCESSING)
    assert run_cost_of(projects, costed) is None
    decide(projects, costed, Handling.VALIDATION_RULE)
    assert run_cost_of(projects, costed) == cost
    decide(projects, costed, None)
    assert run_cost_of(projects, costed) is None


def test_minutes_that_nobody_has_stated_leave_the_cost_unknown_until_they_are(projects: Projects, costed: str) -> None:
    decide(projects, costed, Handling.HUMAN_REVIEW)
    version = projects.load(costed).version_of(Kind.SCOPE_PLAN)
    projects.change(costed, Kind.SCOPE_PLAN, {"review_minutes": None}, version=version, who="Ann")
    state = projects.load(costed)
    assert run_cost_of(projects, costed) is None
    assert state.audit is not None
    (unknown,) = unknown_review_costs(state.audit.report, state.decisions, state.items, state.plan, state.workflow)
    assert "the minutes of one review" in unknown.sentence
    assert projects.take_proposals(costed, [ITEM], who="Ann") == (ITEM,)
    assert run_cost_of(projects, costed) is not None


def test_another_decision_keeps_the_people_and_puts_what_was_typed_into_the_note(
    projects: Projects, audited: str
) -> None:
    decide(projects, audited, Handling.HUMAN_REVIEW)
    generated = item_of(projects, audited).note
    change(
        projects,
        audited,
        **DAYS,
        owner="Intake",
        day_rate=700.0,
        review_minutes=6.0,
        run_cost_year=1_200.0,
        basis="asked Ben",
        note=f"Ask the buyers first. {generated}",
    )
    decide(projects, audited, Handling.PREPROCESSING)
    item = item_of(projects, audited)
    assert (item.status, item.handling, item.owner, item.day_rate) == (
        ItemStatus.UNKNOWN,
        "preprocessing",
        "Intake",
        700.0,
    )
    assert (item.review_minutes, item.run_cost_year, item.basis) == (None, None, "")
    assert item.note.startswith(
        "Ask the buyers first. Estimated before, for human review: 1 / 2 / 3 person-days, 6 minutes of review, "
        "1,200 run cost a year (asked Ben). Starting point to argue with: "
    )
    assert item.note.count("Starting point to argue with") == 1


def test_a_decision_that_changes_to_and_fro_tells_each_thing_once(projects: Projects, audited: str) -> None:
    for handling in (Handling.HUMAN_REVIEW, Handling.PREPROCESSING, Handling.REJECT, Handling.HUMAN_REVIEW) * 2:
        decide(projects, audited, handling)
        change(projects, audited, **DAYS)
    decide(projects, audited, Handling.ACCEPT)
    note = item_of(projects, audited).note
    assert note.count("Estimated before, for human review") == 1
    assert "Starting point" not in note


def test_a_reason_that_people_gave_is_remembered_and_that_of_acceptance_is_not(
    projects: Projects, audited: str
) -> None:
    decide(projects, audited, Handling.ACCEPT)
    decide(projects, audited, Handling.HUMAN_REVIEW)
    assert "Accepted as is" not in item_of(projects, audited).note
    change(projects, audited, marked_not_needed=True, not_needed_because="The queue is there.")
    decide(projects, audited, Handling.VALIDATION_RULE)
    item = item_of(projects, audited)
    assert "Not needed before, for human review: The queue is there." in item.note
    assert (item.status, item.marked_not_needed) == (ItemStatus.UNKNOWN, False)


# --- taking a decision back -----------------------------------------------------------------------------------------


def test_a_decision_and_its_item_go_in_one_transaction(projects: Projects, audited: str) -> None:
    decide(projects, audited, Handling.HUMAN_REVIEW)
    revision = projects.load(audited).revision
    decide(projects, audited, None)
    gone = projects.store.journal(audited, limit=2)
    assert {(entry.kind, entry.key) for entry in gone} == {("decision", MISSING_VENDOR), ("scope_item", ITEM)}
    assert len({(entry.at, entry.what) for entry in gone}) == 1
    assert projects.load(audited).revision == revision + 2


def test_neither_goes_where_one_of_them_was_changed_meanwhile(projects: Projects, audited: str) -> None:
    decide(projects, audited, Handling.HUMAN_REVIEW)
    stale = projects.load(audited)
    change(projects, audited, **DAYS)
    before = projects.load(audited)
    with pytest.raises(ConflictError):
        projects._take_back(stale, MISSING_VENDOR, version=stale.version_of(Kind.DECISION, MISSING_VENDOR), who="Ben")
    assert projects.load(audited) == before


# --- proposals ------------------------------------------------------------------------------------------------------


def offered(projects: Projects, project: str) -> dict[str, Any]:
    return {proposal.item_id: proposal for proposal in projects.proposals(projects.load(project))}


def test_starting_points_are_offered_and_fill_nothing_by_themselves(projects: Projects, audited: str) -> None:
    decide(projects, audited, Handling.HUMAN_REVIEW)
    state = projects.load(audited)
    assert [proposal.item_id for proposal in projects.proposals(state)] == [item.id for item in state.items]
    assert {item.status for item in state.items} == {ItemStatus.UNKNOWN}
    assert gather_evidence(state.facts(projects.clock())).total.simulated is None


def test_starting_points_are_taken_over_together_with_their_basis_and_no_other_item_changes(
    projects: Projects, audited: str
) -> None:
    decide(projects, audited, Handling.HUMAN_REVIEW)
    before, proposal = projects.load(audited), offered(projects, audited)[ITEM]
    assert set(projects.take_proposals(audited, [ITEM, "rollback"], who="Ben")) == {ITEM, "rollback"}
    after = projects.load(audited)
    item = item_of(projects, audited)
    assert (item.low_days, item.likely_days, item.high_days) == (proposal.low, proposal.likely, proposal.high)
    assert (item.review_minutes, item.basis, item.status) == (
        proposal.review_minutes,
        CATALOG_BASIS,
        ItemStatus.ESTIMATED,
    )
    assert "not measured" in item.basis
    changed = {one.id for one, other in zip(after.items, before.items, strict=True) if one != other}
    assert changed == {ITEM, "rollback"}
    entries = projects.store.journal(audited, limit=2)
    assert {(entry.who, entry.what) for entry in entries} == {("Ben", "took over 2 starting points of the catalog")}
    assert len({entry.at for entry in entries}) == 1
    assert not {ITEM, "rollback"} & set(offered(projects, audited))


@pytest.mark.parametrize("typed", [DAYS, {"likely_days": 40.0}, {"low_days": 0.0}, {"basis": "an offer"}])
def test_a_figure_that_somebody_typed_is_never_overwritten(
    projects: Projects, project: str, typed: dict[str, Any]
) -> None:
    change(projects, project, "retries", **typed)
    before = item_of(projects, project, "retries")
    assert projects.take_proposals(project, ["retries", "rollback"], who="Ann") == ("rollback",)
    assert item_of(projects, project, "retries") == before


def test_what_was_taken_over_is_not_taken_twice(projects: Projects, project: str) -> None:
    projects.take_proposals(project, ["retries"], who="Ann")
    revision = projects.load(project).revision
    assert projects.take_proposals(project, ["retries"], who="Ann") == ()
    assert projects.take_proposals(project, [], who="Ann") == ()
    assert projects.load(project).revision == revision


def test_an_item_that_is_not_there_stops_the_whole_taking_over(projects: Projects, project: str) -> None:
    with pytest.raises(UnknownNameError, match="retries"):
        projects.take_proposals(project, ["rollback", "retires"], who="Ann")
    assert item_of(projects, project, "rollback").status is ItemStatus.UNKNOWN


def test_somebody_who_types_at_the_same_moment_keeps_what_they_typed(
    projects: Projects, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = projects.load

    def load_and_then_somebody_types(project_id: str) -> ProjectState:
        state = load(project_id)
        monkeypatch.setattr(projects, "load", load)
        change(projects, project, "retries", likely_days=99.0)
        return state

    monkeypatch.setattr(projects, "load", load_and_then_somebody_types)
    with pytest.raises(ConflictError):
        projects.take_proposals(project, ["retries", "rollback"], who="Ben")
    assert item_of(projects, project, "retries").likely_days == 99.0
    assert item_of(projects, project, "rollback").status is ItemStatus.UNKNOWN


def test_another_decision_offers_another_starting_point(projects: Projects, audited: str) -> None:
    decide(projects, audited, Handling.HUMAN_REVIEW)
    review = offered(projects, audited)[ITEM]
    projects.take_proposals(audited, [ITEM], who="Ann")
    decide(projects, audited, Handling.PREPROCESSING)
    conversion = offered(projects, audited)[ITEM]
    assert review.review_minutes
    assert conversion.review_minutes is None
    assert conversion.likely != review.likely


def test_a_project_without_an_audit_is_offered_the_components_alone(projects: Projects, project: str) -> None:
    assert len(offered(projects, project)) == 9
    assert gather_evidence(projects.load(project).facts(projects.clock())).loads == ()


# --- not needed requires its reason ---------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_not_needed_without_a_reason_is_unknown_in_the_total_and_in_the_brief(
    projects: Projects, project: str, reason: str
) -> None:
    change(projects, project, "retries", marked_not_needed=True, not_needed_because=reason)
    state = projects.load(project)
    item = item_of(projects, project, "retries")
    assert item.status is ItemStatus.UNKNOWN
    diagnosis = projects.diagnose(state)
    assert item.component in diagnosis.ledger.total.unknown
    brief = projects.brief(state, diagnosis, "production", "md").decode()
    row = next(line for line in brief.splitlines() if item.component in line and line.startswith("|"))
    assert "unknown" in row
    assert "not needed" not in row


def test_not_needed_without_a_reason_is_unknown_in_the_workbook(projects: Projects, project: str) -> None:
    from openpyxl import load_workbook

    change(projects, project, "retries", marked_not_needed=True)
    change(projects, project, "rollback", marked_not_needed=True, not_needed_because="Nothing is ever released.")
    book = load_workbook(io.BytesIO(projects.workbook(project)), data_only=True)
    rows = {str(row[0].value): {str(cell.value) for cell in row} for row in book["Scope"].iter_rows()}
    retries = item_of(projects, project, "retries").component
    assert "unknown" in rows[retries]
    assert "not needed" not in rows[retries]
    assert "not needed" in rows[item_of(projects, project, "rollback").component]


def test_not_needed_without_a_reason_stays_unknown_through_an_export_of_the_project(
    projects: Projects, project: str, tmp_path: Any
) -> None:
    change(projects, project, "retries", marked_not_needed=True)
    file = projects.store.export_project(project, tmp_path / "invoices.readiness")
    other = projects.import_file(file, who="Ben").id
    item = item_of(projects, other, "retries")
    assert (item.marked_not_needed, item.status) == (True, ItemStatus.UNKNOWN)


def test_a_component_of_ones_own_is_not_left_out_without_a_reason(projects: Projects, project: str) -> None:
    fields = {"component": "Fax gateway", "marked_not_needed": True}
    item = item_of(projects, project, projects.add_own_component(project, fields, who="Ann"))
    assert (item.source, item.status) == (ItemSource.OWN, ItemStatus.UNKNOWN)


def test_accepting_says_its_reason_and_without_it_the_item_is_unknown(projects: Projects, audited: str) -> None:
    decide(projects, audited, Handling.ACCEPT)
    assert item_of(projects, audited).status is ItemStatus.NOT_NEEDED
    change(projects, audited, not_needed_because="")
    assert item_of(projects, audited).status is ItemStatus.UNKNOWN
