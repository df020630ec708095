"""What is done to a project: from the nine components it starts with to its briefs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.audit.decisions import Handling
from readiness.audit.rules import DayMonthOrder, FieldKind
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.verdict_table import Verdict
from readiness.errors import (
    ConflictError,
    DuplicateSignatureError,
    InputError,
    InvalidValueError,
    ReadinessError,
    UnknownFieldError,
    UnknownNameError,
    UnreadableFileError,
)
from readiness.project import Kind, Projects, ProjectState
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem

Upload = Callable[..., object]
MISSING_VENDOR = "missing_required: vendor"
WITH_FULL_VENDORS = b"invoice,vendor,date,amount\n" + b"".join(
    b"INV-%d,Vendor %d,%02d/01/2024,10.50\n" % (number, number % 9, number % 28 + 1) for number in range(40)
)


def item_of(state: ProjectState, edge_case: str) -> ScopeItem | None:
    return next((item for item in state.items if item.edge_case == edge_case), None)


def everything(projects: Projects, project: str) -> list[tuple[str, str, int, dict[str, Any]]]:
    return [(d.kind, d.key, d.version, d.body) for d in projects.store.documents(project)]


# --- the project itself -------------------------------------------------------------------------------------------


def test_a_new_project_starts_with_nine_components_that_nobody_has_estimated(projects: Projects, project: str) -> None:
    state = projects.load(project)
    assert len(state.items) == 9
    assert {item.status for item in state.items} == {ItemStatus.UNKNOWN}
    assert {item.source for item in state.items} == {ItemSource.CATALOG}
    assert len({item.group for item in state.items}) == 1
    assert projects.diagnose(state).verdict is Verdict.FIX_FIRST


def test_a_project_without_a_name_to_be_read_is_not_made(projects: Projects) -> None:
    for name in ("", "   ", "n" * 201):
        with pytest.raises(InputError):
            projects.create(name, who="Ann")
    assert projects.rows(include_archived=True) == []


def test_a_hostile_name_is_a_name(projects: Projects) -> None:
    for name in ("<script>alert(1)</script>", "![x](http://x)", "=1+1", "n" * 200, "'; DROP TABLE document; --"):
        identifier = projects.create(name, who=name)
        assert projects.load(identifier).name == name


def test_an_archived_project_leaves_the_list_and_comes_back_whole(projects: Projects, audited: str) -> None:
    before = everything(projects, audited)
    projects.archive(audited, who="Ann")
    assert [row.id for row in projects.rows()] == []
    projects.restore(audited, who="Ann")
    assert [row.id for row in projects.rows()] == [audited]
    assert everything(projects, audited) == before


# --- sample, rules, audit -----------------------------------------------------------------------------------------


def test_an_upload_brings_a_rule_for_each_field_with_its_reason(projects: Projects, audited: str) -> None:
    state = projects.load(audited)
    assert state.sample is not None
    assert state.sample.fields == ("invoice", "vendor", "contact", "date", "amount")
    assert [rule.field for rule in state.rules.rules] == list(state.sample.fields)
    assert [rule.position for rule in state.rules.rules] == [0, 1, 2, 3, 4]
    assert all(rule.suggested_because for rule in state.rules.rules)


def test_the_audit_finds_what_the_file_holds(projects: Projects, at_hand: str) -> None:
    state = projects.load(at_hand)
    assert state.audit is not None
    found = {case.id: case.records for case in state.audit.report.edge_cases}
    assert found == {MISSING_VENDOR: 6, "date_impossible: date": 3, "duplicate_record": 1}
    assert state.audit.report.records == 61
    assert state.audit_is_current


def test_the_stored_audit_has_no_example_and_the_shown_one_has(projects: Projects, at_hand: str) -> None:
    state = projects.load(at_hand)
    shown = projects.report_with_examples(state)
    assert state.audit is not None
    assert shown is not None
    assert all(case.example == "" for case in state.audit.report.edge_cases)
    assert any(case.example for case in shown.edge_cases)
    assert shown.without_values() == state.audit.report


def test_an_edited_rule_makes_the_audit_outdated_until_it_runs_again(projects: Projects, at_hand: str) -> None:
    state = projects.load(at_hand)
    rules = [r.model_copy(update={"required": False}) if r.field == "vendor" else r for r in state.rules.rules]
    projects.save_rules(at_hand, rules, version=state.version_of(Kind.FIELD_RULES), who="Ann")
    assert not projects.load(at_hand).audit_is_current
    projects.run_audit(at_hand, who="Ann")
    after = projects.load(at_hand)
    assert after.audit is not None
    assert after.audit_is_current
    assert MISSING_VENDOR not in {case.id for case in after.audit.report.edge_cases}


def test_an_audit_under_the_rules_as_they_are_is_current_whatever_they_leave_open(
    projects: Projects, at_hand: str
) -> None:
    edits: tuple[dict[str, Any], ...] = (
        {"format": ""},
        {"day_month_order": DayMonthOrder.UNDECIDED},
        {"kind": FieldKind.TEXT},
        {"missing_tokens": ("none", "none"), "legitimate_tokens": ("none",)},
        {"check": False},
    )
    for edit in edits:  # one on top of the other
        state = projects.load(at_hand)
        rules = [r.model_copy(update=edit) if r.field == "date" else r for r in state.rules.rules]
        projects.save_rules(at_hand, rules, version=state.version_of(Kind.FIELD_RULES), who="Ann")
        projects.run_audit(at_hand, who="Ann")
        assert projects.load(at_hand).audit_is_current, edit


def test_an_edited_rule_stays_when_a_file_with_the_same_fields_is_uploaded(
    projects: Projects, audited: str, upload: Upload, messy: bytes
) -> None:
    state = projects.load(audited)
    rules = [r.model_copy(update={"required": False}) if r.field == "vendor" else r for r in state.rules.rules]
    projects.save_rules(audited, rules, version=state.version_of(Kind.FIELD_RULES), who="Ann")
    upload(audited, messy, "again.csv")
    rule = projects.load(audited).rules.of("vendor")
    assert rule is not None
    assert not rule.required


def test_a_suggestion_that_nobody_edited_gives_way_to_that_of_the_next_file(
    projects: Projects, audited: str, upload: Upload
) -> None:
    """The first file's order of day and month says nothing about a file that writes the year first."""
    iso = [b"invoice,vendor,date,amount", *(b"INV-%d,V,2024-01-%02d,1.50" % (n, n % 28 + 1) for n in range(40))]
    upload(audited, b"\n".join(iso), "iso.csv")
    rule = projects.load(audited).rules.of("date")
    assert rule is not None
    assert rule.format == "yyyy-mm-dd"


def test_a_file_with_other_fields_brings_its_own_rules(projects: Projects, audited: str, upload: Upload) -> None:
    upload(audited, b"name;city\n" + b"".join(b"N%d;C%d\n" % (n, n % 5) for n in range(30)), "other.csv")
    assert [rule.field for rule in projects.load(audited).rules.rules] == ["name", "city"]
    projects.run_audit(audited, who="Ann")
    assert projects.load(audited).audit_is_current


def test_the_same_upload_can_be_read_again_another_way(projects: Projects, project: str, upload: Upload) -> None:
    from readiness.audit.reading.values import ReadingOptions

    upload(project, b"a;b\n1;2\n3;4\n")
    projects.reread(project, ReadingOptions(header_line=0), who="Ann")
    state = projects.load(project)
    assert state.sample is not None
    assert state.sample.reading.records == 3
    assert state.sample.reading.header_line == 0
    assert state.sample.options["header_line"] == 0


UNREADABLE = {
    "empty.csv": b"",
    "noise.csv": bytes(range(256)) * 20,
    "broken.xlsx": b"PK\x03\x04 and nothing more",
    "broken.parquet": b"PAR1" + b"\x00" * 40,
    "broken.zip": b"PK\x05\x06" + b"\x00" * 10,
}


def test_a_file_that_cannot_be_read_changes_nothing_and_leaves_nothing(
    projects: Projects, at_hand: str, upload: Upload, workspaces: Path
) -> None:
    before, lying = everything(projects, at_hand), sorted(workspaces.iterdir())
    revision = projects.load(at_hand).revision
    for name, content in UNREADABLE.items():
        with pytest.raises(UnreadableFileError) as refused:
            upload(at_hand, content, name)
        assert name in str(refused.value)
        assert everything(projects, at_hand) == before
        assert projects.load(at_hand).revision == revision
        assert sorted(workspaces.iterdir()) == lying
    assert projects.has_records(at_hand)


def test_an_upload_into_a_project_that_is_not_there_leaves_no_record_behind(
    projects: Projects, upload: Upload, messy: bytes, workspaces: Path
) -> None:
    with pytest.raises(UnknownNameError):
        upload("nowhere", messy)
    assert list(workspaces.iterdir()) == []


def test_an_audit_without_a_sample_says_what_to_do(projects: Projects, project: str) -> None:
    with pytest.raises(InputError, match="Upload"):
        projects.run_audit(project, who="Ann")


def test_a_rule_about_a_field_that_is_not_there_is_refused(projects: Projects, at_hand: str) -> None:
    state = projects.load(at_hand)
    rules = [r.model_copy(update={"field": "vendr"}) if r.field == "vendor" else r for r in state.rules.rules]
    projects.save_rules(at_hand, rules, version=state.version_of(Kind.FIELD_RULES), who="Ann")
    with pytest.raises(UnknownFieldError, match="vendr"):
        projects.run_audit(at_hand, who="Ann")


# --- decisions and scope ------------------------------------------------------------------------------------------


def test_a_decision_makes_its_scope_item_and_each_names_the_other(projects: Projects, audited: str) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "ask", version=0, who="Ann")
    state = projects.load(audited)
    item = item_of(state, MISSING_VENDOR)
    assert state.decisions[MISSING_VENDOR].handling is Handling.HUMAN_REVIEW
    assert item is not None
    assert (item.source, item.handling, item.status) == (ItemSource.DECISION, "human review", ItemStatus.UNKNOWN)
    assert item.edge_case == MISSING_VENDOR
    assert len(state.items) == 10


def test_a_changed_note_keeps_the_estimate_and_a_changed_handling_asks_for_a_new_one(
    projects: Projects, audited: str
) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "ask", version=0, who="Ann")
    days = {"low_days": 1, "likely_days": 2, "high_days": 3}
    projects.change_item(audited, f"decision:{MISSING_VENDOR}", days, version=1, who="Ann")
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "ask them", version=1, who="Ann")
    item = item_of(projects.load(audited), MISSING_VENDOR)
    assert item is not None
    assert item.status is ItemStatus.ESTIMATED
    projects.decide(audited, MISSING_VENDOR, Handling.PREPROCESSING, "", version=2, who="Ann")
    item = item_of(projects.load(audited), MISSING_VENDOR)
    assert item is not None
    assert (item.status, item.handling) == (ItemStatus.UNKNOWN, "preprocessing")


def test_accepting_an_edge_case_is_no_work_and_says_why(projects: Projects, audited: str) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.ACCEPT, "", version=0, who="Ann")
    item = item_of(projects.load(audited), MISSING_VENDOR)
    assert item is not None
    assert item.status is ItemStatus.NOT_NEEDED
    assert item.not_needed_because


def test_a_decision_taken_back_takes_its_scope_item_with_it(projects: Projects, audited: str) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "ask", version=0, who="Ann")
    projects.decide(audited, MISSING_VENDOR, None, "", version=1, who="Ann")
    state = projects.load(audited)
    assert state.decisions == {}
    assert item_of(state, MISSING_VENDOR) is None
    assert len(state.items) == 9
    projects.decide(audited, MISSING_VENDOR, None, "", version=0, who="Ann")  # twice is the same as once


def test_a_decision_can_be_taken_again_after_it_was_taken_back(projects: Projects, audited: str) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "ask", version=0, who="Ann")
    projects.decide(audited, MISSING_VENDOR, None, "", version=1, who="Ann")
    projects.decide(audited, MISSING_VENDOR, Handling.REJECT, "", version=0, who="Ann")
    assert item_of(projects.load(audited), MISSING_VENDOR) is not None


def test_a_decision_that_somebody_changed_meanwhile_is_not_taken_back_unseen(projects: Projects, audited: str) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "ask", version=0, who="Ann")
    projects.decide(audited, MISSING_VENDOR, Handling.REJECT, "no", version=1, who="Ben")
    with pytest.raises(ConflictError):
        projects.decide(audited, MISSING_VENDOR, None, "", version=1, who="Ann")
    state = projects.load(audited)
    assert state.decisions[MISSING_VENDOR].handling is Handling.REJECT
    assert item_of(state, MISSING_VENDOR) is not None


def test_a_decision_about_an_edge_case_that_the_audit_did_not_find_is_refused(projects: Projects, audited: str) -> None:
    with pytest.raises(UnknownNameError, match="duplicate_record"):
        projects.decide(audited, "no such case", Handling.REJECT, "", version=0, who="Ann")


def test_the_item_of_a_decision_goes_only_with_its_decision(projects: Projects, audited: str) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "", version=0, who="Ann")
    with pytest.raises(InvalidValueError, match="handling decision"):
        projects.remove_component(audited, f"decision:{MISSING_VENDOR}", who="Ann")


def test_an_item_whose_edge_case_is_gone_is_set_aside_and_returns_with_it(
    projects: Projects, audited: str, upload: Upload, messy: bytes
) -> None:
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "", version=0, who="Ann")
    upload(audited, WITH_FULL_VENDORS)
    projects.run_audit(audited, who="Ann")
    state = projects.load(audited)
    assert [item.edge_case for item in state.orphans] == [MISSING_VENDOR]
    assert item_of(state, MISSING_VENDOR) is None
    assert len(gather_evidence(state.facts(projects.clock())).total.unknown) == 9
    upload(audited, messy)
    projects.run_audit(audited, who="Ann")
    state = projects.load(audited)
    assert state.orphans == ()
    assert item_of(state, MISSING_VENDOR) is not None


def test_a_set_aside_item_that_is_removed_takes_its_decision_with_it(
    projects: Projects, audited: str, upload: Upload, messy: bytes
) -> None:
    """Otherwise the edge case would come back decided, and without its work in the scope."""
    projects.decide(audited, MISSING_VENDOR, Handling.HUMAN_REVIEW, "", version=0, who="Ann")
    upload(audited, WITH_FULL_VENDORS)
    projects.run_audit(audited, who="Ann")
    projects.remove_component(audited, f"decision:{MISSING_VENDOR}", who="Ann")
    upload(audited, messy)
    projects.run_audit(audited, who="Ann")
    state = projects.load(audited)
    assert (MISSING_VENDOR in state.decisions) is (item_of(state, MISSING_VENDOR) is not None)


def test_a_catalog_component_is_added_once_and_keeps_its_estimate(projects: Projects, project: str) -> None:
    known = {item.id for item in projects.load(project).items}
    component = next(c.id for c in projects.components.components if c.id not in known)
    projects.add_component(project, component, who="Ann")
    days = {"low_days": 1, "likely_days": 2, "high_days": 3}
    projects.change_item(project, component, days, version=1, who="Ann")
    projects.add_component(project, component, who="Ann")
    added = [item for item in projects.load(project).items if item.id == component]
    assert [item.status for item in added] == [ItemStatus.ESTIMATED]


def test_a_component_that_is_in_no_catalog_is_refused_with_the_known_ones(projects: Projects, project: str) -> None:
    with pytest.raises(UnknownNameError, match="rollback"):
        projects.add_component(project, "teleport", who="Ann")


def test_a_component_of_ones_own_stands_last_and_needs_a_name(projects: Projects, project: str) -> None:
    with pytest.raises(InvalidValueError, match="component"):
        projects.add_own_component(project, {"component": ""}, who="Ann")
    identifier = projects.add_own_component(project, {"component": "=HYPERLINK(1)"}, who="Ann")
    assert projects.load(project).items[-1].id == identifier
    projects.remove_component(project, identifier, who="Ann")
    assert len(projects.load(project).items) == 9


def test_a_project_holds_so_many_items_and_not_one_more(
    projects: Projects, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readiness.project.projects.MOST_ITEMS", 10)
    projects.add_own_component(project, {"component": "the tenth"}, who="Ann")
    with pytest.raises(InputError, match="at most 10"):
        projects.add_own_component(project, {"component": "one more"}, who="Ann")


def test_an_item_that_is_not_there_is_named(projects: Projects, project: str) -> None:
    with pytest.raises(UnknownNameError, match="no-such-item"):
        projects.change_item(project, "no-such-item", {"low_days": 1}, version=0, who="Ann")
    with pytest.raises(UnknownNameError, match="no-such-item"):
        projects.remove_component(project, "no-such-item", who="Ann")


def test_a_value_that_cannot_be_is_refused_and_nothing_is_saved(projects: Projects, project: str) -> None:
    refused: tuple[dict[str, Any], ...] = (
        {"low_days": 5, "likely_days": 4},
        {"low_days": -1},
        {"high_days": 1e9},
        {"low_days": float("nan")},
        {"high_days": float("inf")},
        {"low_days": "many"},
        {"component": ""},
        {"colour": "red"},
    )
    before = everything(projects, project)
    for changes in refused:
        with pytest.raises(InputError):
            projects.change_item(project, "rollback", changes, version=1, who="Ann")
    assert everything(projects, project) == before


# --- any row: conflicts -------------------------------------------------------------------------------------------


def test_two_people_who_change_different_parts_both_keep_their_work(projects: Projects, project: str) -> None:
    projects.change(project, Kind.OUTCOME, {"metric": "Share"}, version=0, who="Ann")
    projects.change(project, Kind.OUTCOME, {"unit": "%"}, version=1, who="Ann")
    projects.change(project, Kind.OUTCOME, {"target": 92}, version=1, who="Ben")
    outcome = projects.load(project).outcome
    assert (outcome.metric, outcome.unit, outcome.target) == ("Share", "%", 92)


def test_two_people_who_change_the_same_part_are_told_and_nothing_is_lost(projects: Projects, project: str) -> None:
    projects.change(project, Kind.OUTCOME, {"metric": "Share"}, version=0, who="Ann")
    projects.change(project, Kind.OUTCOME, {"metric": "Share routed"}, version=1, who="Ben")
    with pytest.raises(ConflictError) as conflict:
        projects.change(project, Kind.OUTCOME, {"metric": "Minutes saved"}, version=1, who="Ann")
    assert conflict.value.by == "Ben"
    assert conflict.value.mine["metric"] == "Minutes saved"
    assert conflict.value.theirs["metric"] == "Share routed"
    assert projects.load(project).outcome.metric == "Share routed"
    projects.change(project, Kind.OUTCOME, {"metric": "Minutes saved"}, version=conflict.value.current_version, who="A")
    assert projects.load(project).outcome.metric == "Minutes saved"


def test_two_first_changes_to_different_parts_are_both_kept(projects: Projects, project: str) -> None:
    """Neither has seen a row: both read version 0."""
    projects.change(project, Kind.OWNERSHIP, {"owner": "Ines"}, version=0, who="Ann")
    projects.change(project, Kind.OWNERSHIP, {"role": "Finance"}, version=0, who="Ben")
    ownership = projects.load(project).ownership
    assert (ownership.owner, ownership.role) == ("Ines", "Finance")


def test_two_edits_that_are_right_alone_and_wrong_together_are_not_put_together(
    projects: Projects, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A low of 8 beside a high of 5: whoever comes second, however close, does not get past the check."""
    days = {"low_days": 1, "likely_days": None, "high_days": 10}
    projects.change_item(project, "rollback", days, version=1, who="Ann")
    as_read = projects.store.document(project, Kind.SCOPE_ITEM, "rollback")
    projects.change_item(project, "rollback", {"high_days": 5}, version=2, who="Ben")
    monkeypatch.setattr(projects.store, "document", lambda *_place: as_read)  # read a moment before Ben saved
    with pytest.raises(ReadinessError):
        projects.change_item(project, "rollback", {"low_days": 8}, version=2, who="Ann")
    monkeypatch.undo()
    assert projects.load(project).version_of(Kind.SCOPE_ITEM, "rollback") == 3


# --- outcome, owner, answers --------------------------------------------------------------------------------------


def test_the_same_person_signs_once_and_two_people_agree(projects: Projects, project: str) -> None:
    projects.change(project, Kind.OUTCOME, {"metric": "Share"}, version=0, who="Ann")
    projects.sign_outcome(project, name="Ann Smith", role="AP", who="Ann")
    with pytest.raises(DuplicateSignatureError):
        projects.sign_outcome(project, name=" ANN  smith", role="", who="Ann")
    projects.sign_outcome(project, name="Ben", role="", who="Ben")
    assert len(projects.load(project).signatures) == 2


def test_a_change_voids_the_signatures_and_signing_again_heals_them(projects: Projects, project: str) -> None:
    for name in ("Ann", "Ben"):
        projects.sign_outcome(project, name=name, role="", who=name)
    projects.change(project, Kind.OUTCOME, {"metric": "Share"}, version=0, who="Ann")
    ledger = projects.diagnose(projects.load(project)).ledger
    assert (len(ledger.valid_signatures), len(ledger.void_signatures)) == (0, 2)
    projects.sign_outcome(project, name="ann", role="", who="Ann")
    ledger = projects.diagnose(projects.load(project)).ledger
    assert ([s.name for s in ledger.valid_signatures], len(ledger.void_signatures)) == (["ann"], 1)


def test_a_signature_is_withdrawn_by_any_spelling_of_the_name(projects: Projects, project: str) -> None:
    projects.sign_outcome(project, name="Ann Smith", role="", who="Ann")
    with pytest.raises(UnknownNameError, match="Ann Smith"):
        projects.withdraw_signature(project, "Ben", who="Ben")
    projects.withdraw_signature(project, "ann  smith", who="Ann")
    assert projects.load(project).signatures == ()


def test_an_answer_is_kept_changed_and_taken_back(projects: Projects, project: str) -> None:
    mode = FailureMode.OWNERSHIP
    projects.answer(project, mode, Reply.NO, "Nobody.", version=0, who="Ann")
    projects.answer(project, mode, Reply.UNKNOWN, "", version=1, who="Ben")
    assert projects.load(project).answers[mode].answered_by == "Ben"
    projects.answer(project, mode, None, "", version=2, who="Ann")
    assert projects.load(project).answers == {}


def test_a_text_that_is_too_long_is_refused_with_a_sentence(projects: Projects, project: str) -> None:
    with pytest.raises(InvalidValueError, match="reason"):
        projects.answer(project, FailureMode.OWNERSHIP, Reply.NO, "x" * 4_001, version=0, who="Ann")
    with pytest.raises(InvalidValueError, match="Name"):
        projects.sign_outcome(project, name="x" * 201, role="", who="Ann")


def test_the_brief_that_was_signed_reads_the_same_a_day_later(projects: Projects, project: str, clock: Any) -> None:
    state = projects.load(project)
    before = projects.brief_fingerprint(state, projects.diagnose(state))
    clock.advance(days=1)
    assert projects.brief_fingerprint(state, projects.diagnose(state)) == before


# --- documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["decision", "prototype", "production"])
def test_every_brief_of_an_empty_project_can_be_read_and_says_what_is_not_known(
    projects: Projects, project: str, kind: str
) -> None:
    from docx import Document

    state = projects.load(project)
    diagnosis = projects.diagnose(state)
    text = projects.brief(state, diagnosis, kind, "md").decode()
    assert "Invoices" in text
    assert "None" not in text
    assert Document(io.BytesIO(projects.brief(state, diagnosis, kind, "docx"))).paragraphs


@pytest.mark.parametrize(("kind", "suffix"), [("novel", "md"), ("decision", "exe"), ("decision", "")])
def test_a_brief_of_another_kind_or_format_is_refused_with_the_known_ones(
    projects: Projects, project: str, kind: str, suffix: str
) -> None:
    state = projects.load(project)
    with pytest.raises(InvalidValueError, match="is not one of"):
        projects.brief(state, projects.diagnose(state), kind, suffix)


def test_the_audit_document_needs_an_audit(projects: Projects, project: str) -> None:
    with pytest.raises(InputError, match="no audit"):
        projects.audit_document(project, "md")


def test_the_workbook_of_a_new_project_opens_and_lists_the_nine(projects: Projects, project: str) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(projects.workbook(project)))
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {item.component for item in projects.load(project).items} <= cells


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (-1, "low days: -1 is less than 0."),
        (1_000_000, "low days: 1000000 is more than 10,000."),
        (float("nan"), "low days: nan is no finite number."),
        (float("inf"), "low days: inf is no finite number."),
        ("three", "low days: 'three' is no number."),
    ],
)
def test_a_figure_that_no_estimate_can_have_is_refused_with_its_component_and_the_reason(
    projects: Projects, days: object, reason: str
) -> None:
    project = projects.create("Intake", who="Ann")
    version = projects.load(project).version_of(Kind.SCOPE_ITEM, "retries")
    with pytest.raises(InputError) as refused:
        projects.change_item(project, "retries", {"low_days": days}, version=version, who="Ann")
    assert str(refused.value) == f"Retries with exponential backoff: {reason}"
    assert projects.load(project).version_of(Kind.SCOPE_ITEM, "retries") == version
