"""The Outcome page: metrics, the owner's own act, reviews with the warning on every page, and evaluation runs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.outcome.definition import MeasuredBy
from readiness.outcome.reviews import ReviewDecision
from readiness.project import Kind, Projects, outcomes
from readiness.ui.outcome_view import SECTIONS
from tests.stated_outcome import DEFINED, OWNED

Visit = Callable[..., AppTest]
PROJECT_PAGES = tuple(
    sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "pages").glob("*.py") if path.stem in {
        "workflow", "data_audit", "production_scope", "outcome", "readiness_standard", "diagnosis", "brief",
    })
)  # fmt: skip


@pytest.fixture
def project(projects: Projects) -> str:
    identifier = projects.create("Invoices", who="Ann")
    projects.change(identifier, Kind.OUTCOME, DEFINED, version=0, who="Ann")
    projects.change(identifier, Kind.OWNERSHIP, OWNED, version=0, who="Ann")
    return identifier


def today() -> date:
    return datetime.now(UTC).date()


def hold(projects: Projects, project: str, ago: int, reading: float | None, **more: Any) -> str:
    said = {"held_on": today() - timedelta(days=ago), "reading": reading, "reviewed_by": "Ines", "note": "n", **more}
    return outcomes.record_review(projects, project, said, who="Ines").id


def add_run(projects: Projects, project: str, version: str, right: int, wrong: int) -> None:
    lines = [f"c{number},{int(number < right)}" for number in range(right + wrong)]
    stream = io.BytesIO("\n".join(["case_id,correct", *lines]).encode())
    outcomes.add_run(projects, project, version=version, run_on=today(), name="r.csv", stream=stream, who="Ann")


def field(at: AppTest, kind: str, label: str) -> Any:
    return next(element for element in getattr(at, kind) if element.label == label)


def press(at: AppTest, label: str) -> AppTest:
    return field(at, "button", label).click().run()


def shown(at: AppTest) -> str:
    kinds = ("markdown", "info", "caption", "error", "warning", "success")
    return (
        " ".join(str(one.value) for kind in kinds for one in getattr(at, kind)).replace("\\", "").replace("\u2060", "")
    )


def test_the_parts_of_the_page_stand_in_the_order_in_which_they_are_filled_in(visit: Visit, project: str) -> None:
    at = visit("outcome", project)
    assert not at.exception
    assert tuple(tab.label for tab in at.tabs)[: len(SECTIONS)] == SECTIONS
    assert SECTIONS == ("Definition", "Agreement", "Owner", "Reviews", "Evaluation", "Value")


# --- metrics ------------------------------------------------------------------------------------------------------


def test_of_two_metrics_with_one_name_the_chosen_one_is_removed(visit: Visit, projects: Projects, project: str) -> None:
    first, second = (outcomes.add_metric(projects, project, "Cost per item", who="Ann") for _ in range(2))
    at = visit("outcome", project)
    choice = field(at, "selectbox", "One of them")
    assert choice.options == ["Cost per item (1)", "Cost per item (2)"]
    choice.select("Cost per item (2)").run()
    press(at, "Remove it")
    assert not at.exception
    assert [metric.id for metric in projects.load(project).outcome.further] == [first]
    assert second != first


def test_of_two_reviews_of_one_day_and_reading_the_chosen_one_is_withdrawn(
    visit: Visit, projects: Projects, project: str
) -> None:
    first, second = hold(projects, project, 3, 90.0), hold(projects, project, 3, 90.0)
    at = visit("outcome", project)
    choice = field(at, "selectbox", "Which one")
    assert [label[-4:] for label in choice.options] == [" (2)", " (1)"]
    choice.select(choice.options[1]).run()
    field(at, "text_input", "Why it is corrected").set_value("held twice")
    press(at, "It was no review: withdraw it")
    assert {one.id: bool(one.withdrawn) for one in projects.load(project).reviews} == {first: True, second: False}


def test_a_metric_of_the_log_is_chosen_and_kept(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("outcome", project)
    field(at, "selectbox", "Measured by").set_value(MeasuredBy.ROUTED.value).run()
    field(at, "text_input", "Metric today").set_value("81").run()
    assert not at.exception
    outcome = projects.load(project).outcome
    assert (outcome.measured_by, outcome.baseline_value) == (MeasuredBy.ROUTED, 81.0)


def test_a_further_metric_is_added_typed_into_and_made_the_primary(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("outcome", project)
    field(at, "text_input", "Another metric").set_value("Cost per item")
    press(at, "Add metric")
    assert not at.exception
    assert "its unit, its target, its tolerance range" in shown(at)
    (opened,) = [one for one in at.expander if one.label == "Further metrics"]
    assert opened.proto.expanded, "under another name it would be a new one, and close"
    editor = next(one for one in at.data_editor if str(one.key).startswith(f"{project}/metrics/grid/"))
    states = at._tree.get_widget_states()
    typed = {"edited_rows": {"0": {"unit": "EUR", "target": "0,4"}}, "added_rows": [], "deleted_rows": []}
    states.widgets.add(id=editor.proto.id, string_value=json.dumps(typed))
    at._run(states)
    assert not at.exception
    press(at, "Make it the primary")
    assert not at.exception
    outcome = projects.load(project).outcome
    assert (outcome.metric, outcome.unit, outcome.target) == ("Cost per item", "EUR", 0.4)
    assert [metric.metric for metric in outcome.further] == ["Share routed correctly"]
    assert field(at, "text_input", "Metric").value == "Cost per item"


def test_figures_are_read_as_they_were_typed_and_what_is_no_figure_is_refused_beside_its_field(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("outcome", project)
    for typed, stored in (("2,5", 2.5), ("1.234,5", 1234.5), ("-3", -3.0), ("", None), ("92", 92.0)):
        field(at, "text_input", "Target").set_value(typed).run()
        assert projects.load(project).outcome.target == stored
    for label, typed, reason in (
        ("Target", "abc", "'abc' is no number"),
        ("Target", "1,234", "can be read in two ways"),
        ("Cost of one wrong output", "-1", "is less than 0"),
        ("Error rate (%)", "101", "is more than 100"),
        ("Error rate (%)", "nan", "is no number"),
    ):
        before = projects.load(project).outcome
        field(at, "text_input", label).set_value(typed).run()
        assert not at.exception
        assert reason in shown(at)
        assert field(at, "text_input", label).value == typed, "what was typed stays to be mended"
        assert projects.load(project).outcome == before
    field(at, "text_input", "Error rate (%)").set_value("4,5 %").run()
    assert projects.load(project).outcome.baseline_error_rate == 0.045


# --- reviews ------------------------------------------------------------------------------------------------------


def test_a_reading_that_is_no_number_is_refused_and_stays_in_its_field(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("outcome", project)
    field(at, "text_input", "Reading").set_value("about 80")
    press(at, "Record the review")
    assert "'about 80' is no number" in shown(at)
    assert field(at, "text_input", "Reading").value == "about 80"
    field(at, "text_input", "Reading").set_value("80,25")
    press(at, "Record the review")
    assert [review.reading for review in projects.load(project).reviews] == [80.25]


def test_a_review_is_recorded_once_also_by_a_double_click(visit: Visit, projects: Projects, project: str) -> None:
    at = visit("outcome", project)
    assert "A review was due on 5 Jan 2026" in shown(at)
    field(at, "text_input", "Reading").set_value("84")
    field(at, "text_area", "Note").set_value("A new form of invoice.")
    press(at, "Record the review")
    assert not at.exception
    (review,) = projects.load(project).reviews
    assert (review.reading, review.reviewed_by, review.inside) == (84.0, "Ines", False)
    assert (review.held_on, review.next_review) == (today(), today() + timedelta(days=28))
    assert "A review was due" not in shown(at)
    assert field(at, "text_input", "Reading").value == ""


def test_what_the_form_begins_with_follows_the_owner_until_somebody_types(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("outcome", project)
    version = projects.load(project).version_of(Kind.OWNERSHIP)
    projects.change(project, Kind.OWNERSHIP, {"owner": "Ada"}, version=version, who="Ann")
    at.run()
    assert field(at, "text_input", "Reviewed by").value == "Ada"
    field(at, "text_input", "Reviewed by").set_value("Ben")
    press(at, "Record the review")  # refused: no reading and no note
    projects.change(project, Kind.OWNERSHIP, {"owner": "Cleo"}, version=version + 1, who="Ann")
    at.run()
    assert field(at, "text_input", "Reviewed by").value == "Ben"


def test_a_review_that_is_refused_stays_in_its_form_with_the_reason(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("outcome", project)
    field(at, "text_input", "Reviewed by").set_value(" ")
    field(at, "text_input", "Reading").set_value("84")
    press(at, "Record the review")
    assert not at.exception
    assert "a review names who held it" in shown(at)
    assert field(at, "text_input", "Reading").value == "84"
    assert projects.load(project).reviews == ()


def test_two_reviews_outside_tolerance_are_said_on_every_page_until_one_is_inside(
    visit: Visit, projects: Projects, project: str
) -> None:
    hold(projects, project, 28, 84.0)
    assert len(PROJECT_PAGES) == 7
    assert not any("Outside tolerance" in one.value for one in visit("workflow", project).warning)
    hold(projects, project, 1, 85.0)
    for page in PROJECT_PAGES:
        at = visit(page, project)
        assert not at.exception, page
        said = [one.value.replace("\\", "") for one in at.warning]
        assert any("The owner, Ines, may pull the system." in sentence for sentence in said), page
    hold(projects, project, 0, 93.0)
    assert not any("Outside tolerance" in one.value for one in visit("brief", project).warning)


def test_a_review_is_corrected_with_its_reason(visit: Visit, projects: Projects, project: str) -> None:
    held = hold(projects, project, 3, 39.0)
    at = visit("outcome", project)
    reading = next(one for one in at.text_input if str(one.key).endswith("/reading") and held in str(one.key))
    reading.set_value("93")
    press(at, "Save the correction")
    assert "needs its reason" in shown(at)
    assert projects.load(project).reviews[0].reading == 39.0
    field(at, "text_input", "Why it is corrected").set_value("digits swapped")
    press(at, "Save the correction")
    assert not at.exception
    (review,) = projects.load(project).reviews
    assert (review.reading, review.corrections[0].reason) == (93.0, "digits swapped")
    field(at, "text_input", "Why it is corrected").set_value("a rehearsal")
    press(at, "It was no review: withdraw it")
    assert not at.exception
    assert projects.load(project).reviews[0].withdrawn
    assert "Every review is withdrawn." in shown(at)


def test_two_who_correct_one_review_are_told_of_each_other(visit: Visit, projects: Projects, project: str) -> None:
    held = hold(projects, project, 3, 39.0)
    ann, ben = visit("outcome", project), visit("outcome", project)
    for at, reading in ((ann, "93"), (ben, "94")):
        fields = [one for one in at.text_input if str(one.key).endswith("/reading") and held in str(one.key)]
        fields[0].set_value(reading)
        field(at, "text_input", "Why it is corrected").set_value("digits swapped")
        press(at, "Save the correction")
        assert not at.exception
    assert projects.load(project).reviews[0].reading == 93.0
    assert "changed the review of" in shown(ben)
    press(ben, "Save the correction")
    assert projects.load(project).reviews[0].reading == 94.0


# --- evaluation ---------------------------------------------------------------------------------------------------


def test_the_spec_is_filled_in_from_the_project_and_can_be_changed(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("outcome", project)
    assert field(at, "text_input", "Evaluation metric").value == "Share routed correctly"
    assert field(at, "text_input", "Evaluation target").value == "92"
    assert field(at, "text_input", "Owner of the evaluation").value == "Ines"
    field(at, "text_input", "Owner of the evaluation").set_value("Ada").run()
    field(at, "text_input", "Accepted error (%)").set_value("8").run()
    assert not at.exception
    assert (projects.load(project).evaluation.owner, projects.load(project).evaluation.accepted_error) == ("Ada", 0.08)
    assert projects.load(project).ownership.owner == "Ines"
    field(at, "text_input", "Owner of the evaluation").set_value("").run()
    assert field(at, "text_input", "Owner of the evaluation").value == "Ines"


def test_runs_are_uploaded_compared_and_removed(visit: Visit, projects: Projects, project: str) -> None:
    add_run(projects, project, "prompt 6", 120, 80)
    at = visit("outcome", project)
    field(at, "text_input", "Version").set_value("prompt 7")
    content = "case_id,correct\n" + "".join(f"c{n},{'yes' if n < 170 else 'no'}\n" for n in range(200))
    at.file_uploader[0].upload("results.csv", content.encode())
    press(at, "Add the run")
    assert not at.exception
    assert [run.version for run in projects.load(project).runs] == ["prompt 6", "prompt 7"]
    assert "Version prompt 7 is better than prompt 6: +25.0 points" in shown(at)
    assert "50 cases got better, 0 cases worse" in shown(at)
    add_run(projects, project, "prompt 8", 100, 100)
    field(at.run(), "selectbox", "Which run").set_value(projects.load(project).runs[1].id).run()
    press(at, "Remove the run")
    assert "Say why the run is removed" in shown(at)
    field(at, "text_input", "Why it is removed").set_value("the wrong file")
    press(at, "Remove the run")
    assert not at.exception
    assert [run.version for run in projects.load(project).runs] == ["prompt 6", "prompt 8"]
    assert "prompt 6 is" not in shown(at)  # the comparison went with the run that it was about


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"case_id,correct\na,yes\na,no\n", "the case 'a' is there twice"),
        (b"\x00\x01\x02", "holds a character that no text has"),
        (b"case_id,correct\n<script>alert(1)</script>,![x](http://evil.example)\n", "says '![x](http://evil.example)'"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_what_was_typed_stays(
    visit: Visit, projects: Projects, project: str, content: bytes, sentence: str
) -> None:
    at = visit("outcome", project)
    field(at, "text_input", "Version").set_value("prompt 7")
    at.file_uploader[0].upload("results.csv", content)
    press(at, "Add the run")
    assert not at.exception
    assert sentence in shown(at)
    assert field(at, "text_input", "Version").value == "prompt 7"
    assert projects.load(project).runs == ()
    assert not any("](http" in str(error.value).replace("\\]", "").replace("\\(", "") for error in at.error)


def test_a_run_without_a_file_is_refused(visit: Visit, project: str) -> None:
    at = visit("outcome", project)
    field(at, "text_input", "Version").set_value("prompt 7")
    press(at, "Add the run")
    assert "Choose the file with the case results first." in shown(at)


def test_hostile_words_stay_text_in_every_part(visit: Visit, projects: Projects, project: str) -> None:
    hostile = "<script>alert(1)</script> ![x](http://evil.example/x.png) :red[y] $z$"
    state = projects.load(project)
    for kind, changes in (
        (Kind.OUTCOME, {"metric": hostile, "unit": ":red[u]<b>"}),
        (Kind.OWNERSHIP, {"owner": hostile}),
    ):
        projects.change(project, kind, changes, version=state.version_of(kind), who=hostile)
    outcomes.add_metric(projects, project, hostile, who=hostile)
    outcomes.confirm_authority(projects, project, name=hostile, who=hostile)
    hold(projects, project, 40, 84.0, reviewed_by=hostile, note=hostile)
    hold(projects, project, 1, 84.0, reviewed_by=hostile, note=hostile, decision=ReviewDecision.CHANGE)
    add_run(projects, project, hostile, 5, 5)
    add_run(projects, project, f"{hostile} 2", 9, 1)
    at = visit("outcome", project)
    assert not at.exception
    kinds = ("markdown", "caption", "warning", "info", "success")
    for text in (str(one.value) for kind in kinds for one in getattr(at, kind)):
        bare = re.sub(r"\\.", "", text)
        assert "<script" not in bare
        assert "](http" not in bare
        assert ":red[" not in bare
        assert "$z$" not in bare
