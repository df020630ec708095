"""Answers on the Diagnosis page: none is lost to a second browser or a double click; verdict and next step on top."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.project import Kind, Projects
from readiness.project.example import open_example
from readiness.ui.on_this_page import anchor
from tests.ui.conftest import Visit

MODE = FailureMode.OWNERSHIP


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


def reply_of(at: AppTest, project: str) -> Any:
    return at.segmented_control(key=f"{project}/answer/{MODE}/reply")


def reason_of(at: AppTest, project: str) -> Any:
    return at.text_area(key=f"{project}/answer/{MODE}/reason")


def texts(at: AppTest) -> str:
    return "\n".join(str(text.value).replace("\\", "") for text in (*at.markdown, *at.caption, *at.warning))


def both(visit: Visit, project: str) -> tuple[AppTest, AppTest]:
    """Two browsers on the same page, of which the first has answered no since the second was drawn."""
    first, second = visit("diagnosis", project), visit("diagnosis", project)
    reason_of(first, project).set_value("Nobody is named.")
    reply_of(first, project).set_value(Reply.NO.value).run()
    reason_of(second, project).set_value("It is in her contract.")
    reply_of(second, project).set_value(Reply.UNKNOWN.value).run()
    assert not second.exception
    return first, second


def test_an_answer_that_meets_another_one_stays_there_and_overwrites_nothing(
    visit: Visit, projects: Projects, project: str
) -> None:
    _, second = both(visit, project)
    assert projects.load(project).answers[MODE].reason == "Nobody is named."
    assert reply_of(second, project).value == Reply.NO.value
    assert "Yours: unknown, because It is in her contract." in texts(second)
    second.button(key=f"{project}/answer/{MODE}/use").click().run()
    assert not second.exception
    answer = projects.load(project).answers[MODE]
    assert (answer.reply, answer.reason) == (Reply.UNKNOWN, "It is in her contract.")
    assert reason_of(second, project).value == "It is in her contract."
    assert "Yours:" not in texts(second)


def test_the_other_answer_can_be_kept(visit: Visit, projects: Projects, project: str) -> None:
    _, second = both(visit, project)
    second.button(key=f"{project}/answer/{MODE}/theirs").click().run()
    assert "Yours:" not in texts(second)
    assert projects.load(project).answers[MODE].reply is Reply.NO


def test_a_second_click_on_an_answer_does_not_take_it_back(visit: Visit, project: str) -> None:
    assert reply_of(visit("diagnosis", project), project).proto.required


def test_changes_in_a_row_from_one_browser_are_no_conflict(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("diagnosis", project)
    for reply, reason in ((Reply.NO, "One."), (Reply.UNKNOWN, "Two."), (Reply.NO, "Three.")):
        reason_of(at, project).set_value(reason)
        reply_of(at, project).set_value(reply.value).run()
        answer = projects.load(project).answers[MODE]
        assert (answer.reply, answer.reason) == (reply, reason)
    assert "Yours:" not in texts(at)


def test_a_reason_without_an_answer_is_said_not_to_be_saved(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("diagnosis", project)
    reason_of(at, project).set_value("Nobody is named.").run()
    assert "Not saved yet" in texts(at)
    assert projects.load(project).answers == {}


# --- the head of the page -----------------------------------------------------------------------------------------


def test_the_next_step_and_each_open_point_stand_on_top_with_their_links(visit: Visit, projects: Projects) -> None:
    example = open_example(projects, who="Ann")
    at = visit("diagnosis", example)
    said = texts(at)
    assert "**Next step.** Write down every part" in said
    assert said.index("**Next step.**") < said.index("**Question 2, scope underestimation**")
    labels = [link.proto.label for link in at.get("page_link")]
    assert labels.index("Production scope →") < labels.index("Do it on Production scope →")


def test_every_part_that_the_page_names_is_there_under_its_anchor(visit: Visit, projects: Projects) -> None:
    example = open_example(projects, who="Ann")
    version = projects.load(example).version_of(Kind.WORKFLOW)
    projects.change(example, Kind.WORKFLOW, {"stage": "built, and stalled"}, version=version, who="Ann")
    for project in (example, projects.create("Empty", who="Ann")):
        at = visit("diagnosis", project)
        (row,) = [text.value for text in at.caption if str(text.value).startswith("On this page: ")]
        named = {part.rpartition("#")[2].rstrip(")") for part in row.split(" · ")}
        assert named == {heading.anchor for heading in at.subheader}
        assert anchor("Four questions") in named


def test_what_evidence_rests_on_is_said_once_a_question_and_in_full_among_all(visit: Visit, projects: Projects) -> None:
    at = visit("diagnosis", open_example(projects, who="Ann"))
    lines = [text for text in texts(at).split("\n") if "SHA-256" in text and "generated_invoices" in text]
    audits = [text for text in lines if "audit of" in text]
    assert len(audits) == 4  # once at the question, and at each of three facts among all
