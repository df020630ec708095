"""The chain in the pages: make a project, upload, audit, decide, estimate, sign, answer; and all of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.audit.decisions import Handling
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.project import Kind, Projects
from readiness.scope.items import ItemStatus
from readiness.workflow import Stage
from tests.stated_outcome import DEFINED
from tests.ui.typed_grid import edit

Visit = Callable[..., AppTest]
CSV = (
    "invoice,vendor,date,amount\n"
    + "".join(
        f"INV-{n},{'' if n % 10 == 3 else f'Vendor {n % 9}'},{n % 28 + 1:02d}/01/2024,{n * 7}.50\n" for n in range(60)
    )
).encode()
MISSING_VENDOR = "missing_required: vendor"


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


@pytest.fixture
def audited(projects: Projects, project: str) -> str:
    projects.read_upload(project, "invoices.csv", _put, who="Ann")
    projects.run_audit(project, who="Ann")
    return project


def field(at: AppTest, kind: str, label: str) -> Any:
    return next(element for element in getattr(at, kind) if element.label == label)


def button(at: AppTest, label: str) -> Any:
    return field(at, "button", label)


# --- portfolio ----------------------------------------------------------------------------------------------------


def test_a_new_project_is_made_and_opened(visit: Visit, projects: Projects) -> None:
    at = visit("portfolio")
    field(at, "text_input", "Name").set_value("Invoice routing")
    button(at, "New project").click().run()
    assert not at.exception
    (row,) = projects.rows()
    assert row.name == "Invoice routing"
    assert at.title[0].value == "Workflow"
    assert at.query_params["project"] in (row.id, [row.id])


@pytest.mark.parametrize("name", ["", "   "])
def test_a_project_without_a_name_is_refused_with_a_sentence(visit: Visit, projects: Projects, name: str) -> None:
    at = visit("portfolio")
    field(at, "text_input", "Name").set_value(name)
    button(at, "New project").click().run()
    assert not at.exception
    assert len(at.error) == 1
    assert projects.rows() == []


def test_a_second_project_of_the_same_name_is_refused_with_a_sentence(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("portfolio")
    field(at, "text_input", "Name").set_value("invoices")
    button(at, "New project").click().run()
    assert not at.exception
    assert len(at.error) == 1
    assert len(projects.rows()) == 1


def test_the_example_project_opens_on_its_audit(visit: Visit, projects: Projects) -> None:
    at = visit("portfolio")
    button(at, "Open the example project").click().run()
    assert not at.exception
    assert at.title[0].value == "Data audit"
    assert any("of the 300 records are the clean case" in text.value.replace("\\", "") for text in at.markdown)


def test_an_archived_project_is_brought_back_from_the_page(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("portfolio", project)
    button(at, "Archive").click().run()
    assert projects.rows() == []
    button(at, "Bring back").click().run()
    assert [row.id for row in projects.rows()] == [project]


# --- workflow and autosave ----------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_when_the_page_is_left_reloaded_and_the_server_restarted(
    visit: Visit, projects: Projects, project: str, restart_server: Callable[[], Projects]
) -> None:
    at = visit("workflow", project)
    task = "The repeated task, in one sentence"
    field(at, "text_input", task).set_value("Route each invoice.").run()
    field(at, "text_input", "How often it runs (items per month)").set_value("2600").run()
    assert not at.exception
    at.switch_page("../../pages/brief.py").run()
    at.switch_page("../../pages/workflow.py").run()
    assert field(at, "text_input", task).value == "Route each invoice."
    assert field(visit("workflow", project), "text_input", task).value == "Route each invoice."
    restart_server()
    again = visit("workflow", project)
    assert field(again, "text_input", task).value == "Route each invoice."
    assert field(again, "text_input", "How often it runs (items per month)").value == "2600"


def test_a_stalled_project_is_asked_when_it_was_launched(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("workflow", project)
    assert "Launched on" not in [element.label for element in at.date_input]
    projects.change(project, Kind.WORKFLOW, {"stage": Stage.STALLED}, version=0, who="Ann")
    at.run()
    assert "Launched on" in [element.label for element in at.date_input]


def test_a_change_that_meets_another_persons_is_shown_beside_it(visit: Visit, projects: Projects, project: str) -> None:
    projects.change(project, Kind.WORKFLOW, {"task": "First"}, version=0, who="Ann")
    at = visit("workflow", project)
    projects.change(project, Kind.WORKFLOW, {"task": "Theirs"}, version=1, who="Ben")
    field(at, "text_input", "The repeated task, in one sentence").set_value("Mine").run()
    assert not at.exception
    assert any("Ben changed" in warning.value.replace("\\", "") for warning in at.warning)
    assert projects.load(project).workflow.task == "Theirs"
    button(at, "Use mine").click().run()
    assert projects.load(project).workflow.task == "Mine"
    assert not at.warning


def test_two_people_who_fill_different_fields_of_an_empty_form_do_not_meet(
    visit: Visit, projects: Projects, project: str
) -> None:
    ann, ben = visit("workflow", project), visit("workflow", project)
    field(ann, "text_input", "The repeated task, in one sentence").set_value("Route.").run()
    field(ben, "text_input", "Who reviews before a customer, patient, lead or payment is touched").set_value("AP").run()
    assert not ben.warning
    workflow = projects.load(project).workflow
    assert (workflow.task, workflow.reviewer) == ("Route.", "AP")


# --- data audit ---------------------------------------------------------------------------------------------------


def test_an_upload_is_read_audited_and_shown(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("data_audit", project)
    at.file_uploader(key=f"upload/{project}").upload("invoices.csv", CSV).run()
    assert not at.exception
    state = projects.load(project)
    assert state.sample is not None
    assert state.sample.reading.records == 60
    at.button(key="run_audit").click().run()
    assert not at.exception
    assert projects.load(project).audit_is_current
    shown = " ".join(text.value.replace("\\", "") for text in at.markdown)
    assert "90% of the 60 records are the clean case" in shown


@pytest.mark.parametrize(("name", "content"), [("empty.csv", b""), ("noise.csv", bytes(range(256)) * 9)])
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence_and_the_earlier_one_stays(
    visit: Visit, projects: Projects, audited: str, name: str, content: bytes
) -> None:
    at = visit("data_audit", audited)
    at.file_uploader(key=f"upload/{audited}").upload(name, content).run()
    assert not at.exception
    assert any(name in error.value.replace("\\", "") for error in at.error)
    state = projects.load(audited)
    assert state.sample is not None
    assert state.sample.reading.name == "invoices.csv"


def test_a_rule_edited_in_the_grid_is_saved_and_the_audit_says_that_it_is_outdated(
    visit: Visit, projects: Projects, audited: str
) -> None:
    at = visit("data_audit", audited)
    edit(at, f"{audited}/rules", 1, required=False)
    assert not at.exception
    rule = projects.load(audited).rules.of("vendor")
    assert rule is not None
    assert not rule.required
    assert any("changed after the last audit" in warning.value for warning in at.warning)


def test_a_decision_in_the_grid_becomes_a_scope_item_and_is_taken_back(
    visit: Visit, projects: Projects, audited: str
) -> None:
    at = visit("data_audit", audited)
    edit(at, f"{audited}/decisions", 0, handling=Handling.HUMAN_REVIEW.value)
    assert not at.exception
    assert projects.load(audited).decisions[MISSING_VENDOR].handling is Handling.HUMAN_REVIEW
    assert any(item.edge_case == MISSING_VENDOR for item in projects.load(audited).items)
    edit(at, f"{audited}/decisions", 0, handling=None)
    assert not at.exception
    assert projects.load(audited).decisions == {}
    assert len(projects.load(audited).items) == 9


def test_a_note_without_a_decision_is_refused_with_a_sentence(visit: Visit, projects: Projects, audited: str) -> None:
    at = visit("data_audit", audited)
    edit(at, f"{audited}/decisions", 0, note="ask them")
    assert not at.exception
    assert any("choose the handling first" in error.value.replace("\\", "") for error in at.error)


def test_after_a_restart_the_page_says_why_there_are_no_records_to_look_at(
    visit: Visit, audited: str, restart_server: Callable[[], Projects]
) -> None:
    restart_server()
    at = visit("data_audit", audited)
    assert not at.exception
    assert any("not at hand" in caption.value for caption in at.caption)


# --- production scope ---------------------------------------------------------------------------------------------


def test_an_estimate_typed_into_the_grid_is_saved_and_counted(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", 0, low=1, likely=2, high=4)
    assert not at.exception
    item = projects.load(project).items[0]
    assert (item.low_days, item.likely_days, item.high_days) == (1, 2, 4)
    assert item.status is ItemStatus.ESTIMATED
    assert any("as likely above 2 as below" in text.value.replace("\\", "") for text in at.markdown)


def test_estimates_that_do_not_rise_are_refused_with_a_sentence(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", 0, low=5, likely=2)
    assert not at.exception
    assert any("must rise" in error.value for error in at.error)
    assert projects.load(project).items[0].status is ItemStatus.UNKNOWN


def test_a_component_is_not_needed_once_its_reason_is_typed_and_needed_again_without_it(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", 1, not_needed_because="There is no external call.")
    assert projects.load(project).items[1].status is ItemStatus.NOT_NEEDED
    edit(at, f"{project}/scope", 1, not_needed_because="")
    assert not at.exception
    assert projects.load(project).items[1].status is ItemStatus.UNKNOWN


def test_an_estimate_can_be_taken_out_again(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("production_scope", project)
    edit(at, f"{project}/scope", 0, low=1, likely=2, high=4)
    edit(at, f"{project}/scope", 0, low=1, likely=2, high=None)
    assert not at.exception
    assert projects.load(project).items[0].status is ItemStatus.UNKNOWN


def test_a_component_of_ones_own_is_added_and_an_empty_name_is_refused(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("production_scope", project)
    button(at, "Add it").click().run()
    assert not at.exception
    assert [error.value for error in at.error] == ["A component needs a name\\."]
    field(at, "text_input", "A component of your own").set_value("Fax gateway")
    button(at, "Add it").click().run()
    assert not at.exception
    assert projects.load(project).items[-1].component == "Fax gateway"


def test_the_second_click_of_a_double_click_changes_nothing_and_complains_of_nothing(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("production_scope", project)
    field(at, "text_input", "A component of your own").set_value("Fax gateway")
    button(at, "Add it").click().run()
    button(at, "Add it").click().run()
    assert not at.error
    assert [item.component for item in projects.load(project).items].count("Fax gateway") == 1


# --- outcome ------------------------------------------------------------------------------------------------------


def test_two_people_sign_and_the_same_one_twice_is_refused_with_a_sentence(
    visit: Visit, projects: Projects, project: str
) -> None:
    projects.change(project, Kind.OUTCOME, DEFINED, version=0, who="Ann")
    at = visit("outcome", project)
    for name in ("Ann Smith", " ann  SMITH", "Ben"):
        field(at, "text_input", "Name").set_value(name)
        button(at, "Sign").click().run()
        assert not at.exception
        assert bool([e for e in at.error if "already signed" in e.value]) is (name == " ann  SMITH")
    assert [s.name for s in projects.load(project).signatures] == ["Ann Smith", "Ben"]


def test_who_signs_the_outcome_sees_what_is_signed(visit: Visit, projects: Projects, project: str) -> None:
    projects.change(project, Kind.OUTCOME, DEFINED, version=0, who="Ann")
    texts = " ".join(element.value for element in visit("outcome", project).markdown).replace("\\", "")
    assert f"**{DEFINED['metric']}:**" in texts
    assert f"**A correct output:** {DEFINED['correct_output']}" in texts


def test_a_definition_that_is_not_complete_cannot_be_signed(visit: Visit, project: str) -> None:
    at = visit("outcome", project)
    assert button(at, "Sign").disabled


def test_a_change_after_a_signature_is_shown_as_void(visit: Visit, projects: Projects, project: str) -> None:
    projects.change(project, Kind.OUTCOME, DEFINED, version=0, who="Ann")
    projects.sign_outcome(project, name="Ann", role="", who="Ann")
    at = visit("outcome", project)
    field(at, "text_input", "Target").set_value("93").run()
    assert not at.exception
    assert any("changed after this signature" in caption.value for caption in at.caption)
    button(at, "Withdraw").click().run()
    assert projects.load(project).signatures == ()


def test_a_value_that_cannot_be_stays_in_its_field_with_the_reason(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("outcome", project)
    field(at, "text_input", "Unit").set_value("u" * 61).run()
    assert not at.exception
    assert len(at.error) == 1
    assert field(at, "text_input", "Unit").value == "u" * 61
    assert projects.load(project).outcome.unit == ""
    field(at, "text_input", "Unit").set_value("%").run()
    assert not at.error
    assert projects.load(project).outcome.unit == "%"


def test_an_error_rate_is_typed_in_per_cent_and_kept_as_a_share(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("outcome", project)
    field(at, "text_input", "Error rate (%)").set_value("4,5").run()
    assert projects.load(project).outcome.baseline_error_rate == 0.045
    assert field(visit("outcome", project), "text_input", "Error rate (%)").value == "4.5"


def test_an_owner_is_complete_in_four_parts(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("outcome", project)
    field(at, "text_input", "1. A named person").set_value("Ines").run()
    assert any("Missing:" in info.value for info in at.info)
    changes = {
        "owns_metric": True, "review_every_days": 28, "first_review": "2026-04-01", "may_pull": True,
        "authority_from": "Tomas",
    }  # fmt: skip
    projects.change(project, Kind.OWNERSHIP, changes, version=1, who="Ann")
    at.run()
    assert any("The owner has not confirmed them yet" in info.value for info in at.info)
    assert button(at, "Confirm").disabled  # there is no metric to confirm
    projects.change(project, Kind.OUTCOME, DEFINED, version=0, who="Ann")
    at.run()
    for name, refused in (("Tomas", True), (" ines ", False)):
        field(at, "text_input", "The owner's own name").set_value(name)
        button(at, "Confirm").click().run()
        assert not at.exception
        assert bool([error for error in at.error if "is not the owner's" in error.value]) is refused
    assert any("All four parts" in success.value for success in at.success)
    field(at, "text_input", "Tolerance from").set_value("80").run()
    assert any("void until given again" in warning.value for warning in at.warning)


# --- diagnosis and brief ------------------------------------------------------------------------------------------


def test_an_answer_is_saved_with_its_reason_and_taken_back(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("diagnosis", project)
    mode = FailureMode.OWNERSHIP
    key = f"{project}/answer/{mode}"
    at.text_area(key=f"{key}/reason").set_value("Nobody is named.").run()
    at.segmented_control(key=f"{key}/reply").set_value(Reply.NO.value).run()
    assert not at.exception
    answer = projects.load(project).answers[mode]
    assert (answer.reply, answer.reason) == (Reply.NO, "Nobody is named.")
    again = visit("diagnosis", project)
    assert again.text_area(key=f"{key}/reason").value == "Nobody is named."
    assert any("Primary failure mode" in header.value for header in again.subheader)
    again.button(key=f"{key}/back").click().run()
    assert not again.exception
    assert projects.load(project).answers == {}
    assert again.segmented_control(key=f"{key}/reply").value is None


def test_an_answer_against_the_evidence_asks_for_its_reason(visit: Visit, projects: Projects, project: str) -> None:
    projects.change(project, Kind.OWNERSHIP, {"owner": "Ines"}, version=0, who="Ann")
    at = visit("diagnosis", project)
    key = f"{project}/answer/{FailureMode.OWNERSHIP}"
    at.segmented_control(key=f"{key}/reply").set_value(Reply.YES.value).run()
    assert any("needs a reason before it counts" in warning.value for warning in at.warning)
    at.text_area(key=f"{key}/reason").set_value("The rest is in her contract.").run()
    assert not at.exception
    assert not any("needs a reason" in warning.value for warning in at.warning)
    question = projects.diagnose(projects.load(project)).questions[3]
    assert (question.reply, question.against_evidence) == (Reply.YES, True)


def test_the_page_shows_the_verdict_that_the_command_line_prints(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("diagnosis", project)
    verdict = projects.diagnose(projects.load(project)).verdict.value
    assert any(verdict in warning.value for warning in at.warning)


def test_a_limit_is_typed_in_per_cent_and_kept_as_a_share(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("diagnosis", project)
    label = "Records that a rebuild may leave to people or reject (%)"
    field(at, "text_input", label).set_value("30").run()
    assert not at.exception
    assert projects.load(project).stop_inputs.most_outside_share == 0.3
    field(at, "text_input", label).set_value("").run()
    assert not at.exception
    assert projects.load(project).stop_inputs.most_outside_share == 0.3


def test_the_brief_is_signed_once_by_a_person(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("brief", project)
    for name in ("Ann", "ANN"):
        field(at, "text_input", "Name").set_value(name)
        button(at, "Sign the brief").click().run()
        assert not at.exception
    assert any("already signed" in error.value.replace("\\", "") for error in at.error)
    assert len(projects.load(project).brief_signatures) == 1


def _put(path: Path) -> None:
    path.write_bytes(CSV)
