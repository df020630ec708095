"""The agreement exercise on the Outcome page, in several browser sessions at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.outcome.exercise import Exercise, Question
from readiness.project import Kind, Projects, agreeing, asking
from readiness.project.agreeing import Setup
from readiness.project.opening import open_projects
from readiness.project.samples import OpenSample
from readiness.ui import agreement_form, round_form

Visit = Callable[..., AppTest]
Audited = tuple[list[tuple[str, str, Any, int]], OpenSample]
SECRET = "Zzyzx"
RECORDS = 12
HOSTILE = "<img src=x onerror=alert(1)> [a](http://x.example) **b**"


def csv() -> bytes:
    """Forty requests: every fifth without a queue, one with hostile text, one with lines of its own."""
    lines = ["id,text,queue,draft"]
    for n in range(40):
        text = HOSTILE if n == 7 else '"Dear all,\n\n  please pay"' if n == 8 else f"Please send invoice {n} again"
        lines.append(f"R-{n:03d},{text},{'' if n % 5 == 4 else ('pay', 'return')[n % 2]},Reply {n % 3}")
    return "\n".join([*lines, ""]).encode()


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """What the audit of the requests leaves in a project file, and its open sample: run once for all tests."""
    projects = open_projects(tmp_path_factory.mktemp("audit") / "readiness.duckdb")
    project = projects.create("Requests", who="Ben")
    projects.read_upload(project, "requests.csv", lambda path: _write(path, csv()), who="Ben")
    state = projects.load(project)
    rules = [rule.model_copy(update={"required": True}) for rule in state.rules.rules]
    projects.save_rules(project, rules, version=state.version_of(Kind.FIELD_RULES), who="Ben")
    projects.run_audit(project, who="Ben")
    kinds = (Kind.SAMPLE, Kind.FIELD_RULES, Kind.AUDIT)
    rows = [(str(d.kind), d.key, d.body, 0) for kind in kinds for d in projects.store.documents(project, kind)]
    sample = projects.open_sample(project)
    assert sample is not None
    yield rows, sample
    projects.store.close()


@pytest.fixture
def project(projects: Projects, audit: Audited) -> str:
    """A project with an audited sample whose records are at hand."""
    identifier = projects.create("Requests", who="Ben")
    rows, sample = audit
    projects.store.save_many(identifier, rows, who="Ben", what="ran the data audit")
    projects.desk.put(identifier, sample)
    return identifier


@pytest.fixture(autouse=True)
def taps_as_fast_as_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement_form, "DOUBLE_TAP_SECONDS", 0.0)


@pytest.fixture
def open_it(projects: Projects, project: str) -> Callable[..., Exercise]:
    """Opens an exercise: (question, **parts of its set-up)."""

    def do(question: Question = Question.LABEL, **more: Any) -> Exercise:
        body: dict[str, Any] = {
            "count": RECORDS,
            "seed": 1,
            "fields": ("id", "text"),
            "labels": ("pay", "return", "ask") if question is Question.LABEL else (),
            "participants": ("Ann", "Bo"),
            **more,
        }
        return agreeing.open_exercise(projects, project, Setup(question, **body), who="Ben")

    return do


@pytest.fixture
def person(visit: Visit, project: str) -> Callable[[str], AppTest]:
    """A session of a named person on the Outcome page."""

    def do(name: str) -> AppTest:
        at = visit("outcome", project)
        return at.text_input(key="who").set_value(name).run()

    return do


def press(at: AppTest, label: str) -> AppTest:
    at = (
        next(button for button in at.button if button.label.replace("\\", "").removesuffix(" ✓") == label).click().run()
    )
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    """Every text and figure that a page shows, with what stands in its fields."""
    kinds = (
        "markdown", "caption", "error", "warning", "success", "info", "toast", "subheader", "metric", "text",
    )  # fmt: skip
    texts = [str(element.value) for kind in kinds for element in getattr(at, kind)]
    fields = [str(element.value) for kind in ("text_input", "text_area", "selectbox") for element in getattr(at, kind)]
    labels = [button.label for button in at.button]
    tables = [element.value.to_csv() for element in at.dataframe]
    return "\n".join([*texts, *fields, *labels, *tables]).replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def judged(at: AppTest) -> str:
    """How far the participant is."""
    (bar,) = at.get("progress")
    return str(bar.proto.text)


def send(projects: Projects, project: str, exercise: Exercise, name: str, *answers: str | None) -> None:
    given = dict(zip(exercise.numbers, answers, strict=True))
    agreeing.send(projects, project, exercise, given, name=name, sender=asking.sender_mark(name))


def revealed(projects: Projects, project: str, exercise: Exercise) -> None:
    """Two people who differ on the last two of twelve records."""
    send(projects, project, exercise, "Ann", *["pay", "return", "ask"] * 4)
    send(projects, project, exercise, "Bo", *[*["pay", "return", "ask"] * 3, "pay", "ask", None])
    asking.reveal(projects, project, exercise.id, who="Ben")


# --- setting up -------------------------------------------------------------------------------------------------------


def test_an_exercise_is_set_up_and_says_how_many_of_each_tier(person: Any, projects: Projects, project: str) -> None:
    at, place = person("Ben"), f"{project}/agreement/setup"
    at.number_input(key=f"{place}/count").set_value(RECORDS).run()
    assert "12 records: clean 7 of 31, repairable 1 of 1, needs review 4 of 8. About 6 minutes" in shown(at)
    at.text_area(key=f"{place}/labels").set_value("pay, return; ask").run()
    at.text_area(key=f"{place}/people").set_value("Ann, bo\nBo").run()
    at.multiselect(key=f"{place}/fields").set_value(["id", "text"]).run()
    press(at, "Ask everyone to judge")
    (exercise,) = projects.load(project).exercises.values()
    (round_,) = projects.load(project).rounds
    assert (exercise.labels, exercise.fields, exercise.seed) == (("pay", "return", "ask"), ("id", "text"), 1)
    assert round_.participants == ("Ann", "bo")
    assert len(exercise.records) == RECORDS
    assert {one.tier for one in exercise.records} > {"clean"}
    at.run()
    assert "Judgments are asked for: 12 records" in shown(at)


def test_labels_that_come_from_a_field_are_its_values_and_the_field_is_hidden(
    person: Any, projects: Projects, project: str
) -> None:
    at, place = person("Ben"), f"{project}/agreement/setup"
    at.selectbox(key=f"{place}/source").set_value("queue").run()
    press(at, "Ask everyone to judge")
    (exercise,) = projects.load(project).exercises.values()
    assert set(exercise.labels) == {"pay", "return"}
    assert "queue" not in exercise.fields


def test_the_fields_that_were_chosen_stay_when_the_labels_come_from_another_one(
    person: Any, projects: Projects, project: str
) -> None:
    at, place = person("Ben"), f"{project}/agreement/setup"
    assert at.multiselect(key=f"{place}/fields").value == ["id", "text", "queue", "draft"]
    at.multiselect(key=f"{place}/fields").set_value(["text", "queue"]).run()
    at.selectbox(key=f"{place}/source").set_value("queue").run()
    assert at.multiselect(key=f"{place}/fields").value == ["text"]


def test_what_stands_in_the_set_up_at_first_is_a_default_that_every_run_sends(
    person: Any, projects: Projects, project: str
) -> None:
    """What is put into the session reaches the browser with one run only, and a click may cut that run short."""
    at, place = person("Ben"), f"{project}/agreement/setup"
    assert list(at.multiselect(key=f"{place}/fields").proto.default) == [0, 1, 2, 3]
    assert (
        at.number_input(key=f"{place}/count").proto.default,
        at.number_input(key=f"{place}/seed").proto.default,
    ) == (
        20,
        1,
    )


def test_a_set_up_without_labels_is_refused_with_a_sentence(person: Any, projects: Projects, project: str) -> None:
    at = person("Ben")
    press(at, "Ask everyone to judge")
    assert [error.value.replace("\\", "") for error in at.error] == [
        "Two labels are needed at least, or there is nothing to choose between."
    ]
    assert projects.load(project).exercises == {}


def test_outputs_are_typed_record_by_record_where_no_field_holds_them(
    person: Any, projects: Projects, project: str
) -> None:
    at, place = person("Ben"), f"{project}/agreement/setup"
    at.radio(key=f"{place}/question").set_value(Question.CORRECT).run()
    at.number_input(key=f"{place}/count").set_value(5).run()
    editor = next(one for one in at.data_editor if "Output" in one.value.columns)
    assert len(editor.value) == 5
    press(at, "Ask everyone to judge")
    assert "5 records without an output to judge" in at.error[0].value.replace("\\", "")


@pytest.mark.parametrize("what", ["no sample", "no audit", "not at hand"])
def test_where_no_records_can_be_drawn_it_is_said_what_to_do(
    what: str, visit: Visit, projects: Projects, project: str, audit: Audited
) -> None:
    sentence = {
        "no sample": "There is no sample yet",
        "no audit": "run the audit",
        "not at hand": "upload the same file",
    }
    identifier = project if what == "not at hand" else projects.create("Empty", who="Ben")
    if what == "no audit":
        rows = [row for row in audit[0] if row[0] != Kind.AUDIT]
        projects.store.save_many(identifier, rows, who="Ben", what="read a sample")
    projects.desk.drop(identifier)
    at = visit("outcome", identifier)
    assert not at.exception
    assert any(sentence[what] in info.value.replace("\\", "") for info in at.info)


def test_the_agreement_that_is_asked_for_is_stated_with_its_reason(
    person: Any, projects: Projects, project: str
) -> None:
    at = person("Ben")
    at.text_input(key=f"{project}/agreement//least").set_value("0,8").run()
    at.text_input(key=f"{project}/agreement//reason").set_value("A wrong payment costs 85 EUR").run()
    settings = projects.load(project).agreement
    assert (settings.least, settings.reason) == (0.8, "A wrong payment costs 85 EUR")


# --- judging ----------------------------------------------------------------------------------------------------------


def test_a_participant_judges_one_record_after_the_other_and_each_answer_is_sent(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it()
    at = person("Ann")
    assert judged(at) == "0 of 12 judged"
    for done, answer in enumerate(["pay", "return", "I cannot tell"], start=1):
        press(at, answer)
        assert judged(at) == f"{done} of 12 judged"
        (ann, _) = agreeing.attendance(projects, project, exercise.id).standings
        assert ann.answered == done
    for _ in range(9):
        press(at, "ask")
    assert "All are judged and sent." in shown(at)


def test_an_answer_is_changed_until_the_reveal(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it()
    at = person("Ann")
    press(press(at, "pay"), "← Back")
    assert "pay ✓" in shown(at)
    press(at, "return")
    assert judged(at) == "1 of 12 judged"
    send(projects, project, exercise, "Bo", *["return"] * 12)
    asking.reveal(projects, project, exercise.id, who="Ben")
    (result,) = agreeing.results(projects.load(project))
    assert result.records[0].different == 1


def test_nobody_sees_what_another_has_judged_before_the_reveal(
    person: Any, visit: Visit, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it(Question.TEXT)
    at = person("Ann")
    at.text_input(key=f"{exercise.id}/ann/{exercise.numbers[0]}/typed").set_value(SECRET)
    press(at, "Send")
    press(at, "← Back")
    assert SECRET in shown(at)
    others = [person("Bo"), person(" ANN "), *(visit(page, project) for page in ("portfolio", "brief", "diagnosis"))]
    for other in others:
        assert not other.exception
        assert SECRET not in shown(other)
        assert SECRET not in repr(other.session_state._state.filtered_state)
    assert "Under way: Ann (1 of 12)" in shown(others[0]).replace("**", "")


def test_the_record_is_shown_as_the_file_has_it_and_its_text_stays_text(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it(count=40)
    at = person("Ann")
    seen = []
    for number in exercise.numbers:
        if number in (8, 9):
            raw = [element.value for element in at.markdown if element.value.startswith(":small[:gray[text]]")]
            assert not [text for text in raw if re.search(r"(?<!\\)(<img|\]\(http|\*\*b)", text)]
            seen.append(HOSTILE in shown(at) or "Dear all,\n\n  please pay" in shown(at))
        press(at, "pay")
    assert seen == [True, True]


def test_the_output_to_be_judged_stands_apart_from_the_record(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it(Question.CORRECT, output_field="draft", fields=("text", "draft"))
    at = person("Ann")
    assert "Is this output correct?" in shown(at)
    assert f"Reply {(exercise.numbers[0] - 1) % 3}" in [text.value for text in at.text]
    press(at, "yes")
    assert judged(at) == "1 of 12 judged"


def test_an_empty_answer_in_words_is_refused_and_i_cannot_tell_is_not(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    open_it(Question.TEXT)
    at = press(person("Ann"), "Send")
    assert "Nothing is typed yet." in shown(at)
    press(at, "I cannot tell")
    assert "Nothing is typed yet." not in shown(at)
    assert judged(at) == "1 of 12 judged"


def test_many_labels_are_a_list_that_opens(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it(labels=tuple(f"label {n}" for n in range(20)))
    at = press(person("Ann"), "Send")
    assert [error.value.replace("\\", "") for error in at.error] == [
        "Nothing is chosen yet. Choose an answer, or I cannot tell."
    ]
    at.selectbox(key=f"{exercise.id}/ann/{exercise.numbers[0]}/typed").set_value("label 17")
    press(at, "Send")
    assert judged(at) == "1 of 12 judged"


def test_a_double_tap_answers_one_record(
    person: Any, monkeypatch: pytest.MonkeyPatch, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    open_it()
    monkeypatch.setattr(agreement_form, "DOUBLE_TAP_SECONDS", 60.0)
    at = press(press(person("Ann"), "pay"), "pay")
    assert judged(at) == "1 of 12 judged"


def test_who_reloads_says_so_and_goes_on_where_they_were_without_seeing_what_was_sent(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it(Question.TEXT)
    before = person("Ann")
    for number in exercise.numbers[:3]:
        before.text_input(key=f"{exercise.id}/ann/{number}/typed").set_value(SECRET)
        press(before, "Send")
    after = person("Ann")
    assert "Ann has already judged records from another window" in shown(after)
    press(after, "I am Ann: go on")
    assert judged(after) == "3 of 12 judged"
    assert SECRET not in shown(after)
    press(after, "I cannot tell")
    assert judged(after) == "4 of 12 judged"
    before.run()
    assert "Ann has already judged records from another window" in shown(before)


def test_two_people_at_one_window_do_not_see_each_others_answers(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it()
    at = press(person("Ann"), "pay")
    at.text_input(key="who").set_value("Bo").run()
    assert judged(at) == "0 of 12 judged"
    assert "✓" not in shown(at)
    press(at, "return")
    assert [s.answered for s in agreeing.attendance(projects, project, exercise.id).standings] == [1, 1]


def test_what_is_tapped_after_the_reveal_is_refused_and_kept_in_the_window(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it()
    at = press(person("Ann"), "pay")
    send(projects, project, exercise, "Bo", *["pay"] * 12)
    asking.reveal(projects, project, exercise.id, who="Ben")
    press(at, "ask")
    at.run()
    assert f"Not in the round, from this window: Record {exercise.numbers[1]}: ask." in shown(at)
    assert "Ben revealed this round at" in shown(at)


def test_where_the_records_are_not_at_hand_a_participant_is_told_and_nothing_is_lost(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise], audit: Audited
) -> None:
    exercise = open_it()
    at = press(person("Ann"), "pay")
    projects.desk.drop(project)
    at.run()
    assert "upload the same file again on the Data audit page" in shown(at)
    projects.desk.put(project, audit[1])
    at.run()
    assert judged(at) == "1 of 12 judged"
    assert agreeing.attendance(projects, project, exercise.id).standings[0].answered == 1


# --- the result -------------------------------------------------------------------------------------------------------


def test_the_result_shows_measures_bands_parts_and_the_disputed_records_side_by_side(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it()
    revealed(projects, project, exercise)
    at = person("Cy")
    page = shown(at)
    assert {metric.label.replace("\\", "") for metric in at.metric} >= {
        "Raw agreement", "Cohen's kappa", "Krippendorff's alpha", "Gwet's AC1",
    }  # fmt: skip
    assert "Krippendorff 2004" in page
    assert "Landis and Koch 1977" in page
    assert "conventions" in page
    table = next(element.value for element in at.dataframe if "Tier" in element.value)
    assert list(table["Answers"]) == ["ask: Bo; return: Ann"]
    assert list(table["Record"]) == [exercise.numbers[10]]
    assert f"somebody could not tell: record {exercise.numbers[11]} (Bo)." in page
    assert "1 disputed record, 1 to settle" in page
    assert "of the disagreements" not in page, "of one pair of answers the disputed records say all"


def test_a_disputed_record_is_settled_with_its_reason(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it()
    revealed(projects, project, exercise)
    at, place = person("Ben"), f"{exercise.id}/settle/{exercise.numbers[10]}"
    press(at, "Settle this record")
    assert "choose what the group says" in shown(at)
    at.selectbox(key=f"{place}/answer").set_value("ask")
    press(at, "Settle this record")
    assert "say why" in shown(at)
    at.text_area(key=f"{place}/reason").set_value("The buyer knows")
    press(at, "Settle this record")
    (settlement,) = projects.load(project).settlements.values()
    assert (settlement.answer, settlement.reason, settlement.settled_by) == ("ask", "The buyer knows", "Ben")
    at.run()
    assert "ask: The buyer knows" in shown(at)
    assert projects.diagnose(projects.load(project)).ledger.tested.settled_rounds == 1  # type: ignore[union-attr]


def test_a_settlement_that_meets_another_is_said_and_overwrites_nothing(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it()
    revealed(projects, project, exercise)
    at, number = person("Ben"), exercise.numbers[10]
    agreeing.settle(projects, project, exercise.id, number, "return", "As ever", version=0, who="Cleo")
    at.selectbox(key=f"{exercise.id}/settle/{number}/answer").set_value("ask")
    at.text_area(key=f"{exercise.id}/settle/{number}/reason").set_value("The buyer knows")
    press(at, "Settle this record")
    assert f"Cleo settled record {number} meanwhile: return." in shown(at)
    assert [one.answer for one in projects.load(project).settlements.values()] == ["return"]
    press(at, "Settle this record")
    assert [one.answer for one in projects.load(project).settlements.values()] == ["ask"]


def test_a_disputed_record_is_written_alike_before_and_after_it_is_settled(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    """A browser knows a choice by its text: another text would turn to another record under whoever still types."""
    exercise = open_it()
    revealed(projects, project, exercise)
    at = person("Ben")
    before = at.selectbox(key=f"{exercise.id}/settling").options
    agreeing.settle(projects, project, exercise.id, exercise.numbers[10], "return", "As ever", version=0, who="Cleo")
    assert at.run().selectbox(key=f"{exercise.id}/settling").options == before


def test_two_rounds_that_were_opened_in_one_minute_are_told_apart() -> None:
    minute = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
    opened = {"b": minute + timedelta(seconds=40), "a": minute + timedelta(seconds=2)}
    assert round_form.titles(opened) == {"b": "2: 2 Mar 2026, 09:00 UTC", "a": "1: 2 Mar 2026, 09:00 UTC"}


def test_another_exercise_begins_as_the_last_one_on_other_records_and_both_can_be_looked_at(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    first = open_it()
    revealed(projects, project, first)
    at, place = person("Ben"), f"{project}/agreement/setup"
    assert at.number_input(key=f"{place}/seed").value == 2
    assert at.text_area(key=f"{place}/labels").value == "pay, return, ask"
    second = open_it(seed=2)
    send(projects, project, second, "Ann", *["pay", "return", "ask"] * 4)
    send(projects, project, second, "Bo", *["return", "ask", "pay"] * 4)
    asking.reveal(projects, project, second.id, who="Ben")
    at.run()
    assert "make 33% of the disagreements" in shown(at)
    at.selectbox(key=f"{project}/agreement/earlier").set_value(first.id).run()
    assert not at.exception
    assert len([metric for metric in at.metric if "alpha" in metric.label]) == 2


def test_after_the_records_are_gone_the_answers_still_stand_side_by_side(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    revealed(projects, project, open_it())
    projects.desk.drop(project)
    at = person("Cy")
    assert not at.exception
    assert "ask: Bo; return: Ann" in shown(at)
    assert "not at hand" in shown(at)


def test_names_and_answers_are_shown_as_they_were_typed(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    exercise = open_it(Question.TEXT)
    send(projects, project, exercise, HOSTILE, *[HOSTILE] * 12)
    send(projects, project, exercise, "Bo", *["pay"] * 12)
    asking.reveal(projects, project, exercise.id, who=HOSTILE)
    at = person("Cy")
    assert not at.exception
    raw = [element.value for kind in (at.markdown, at.caption, at.success, at.warning, at.info) for element in kind]
    assert not [text for text in raw if re.search(r"(?<!\\)(<img|\]\(http|\*\*b\*\*)", text)]
    assert HOSTILE in shown(at)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


# --- the tab of the Outcome page --------------------------------------------------------------------------------------


def test_the_agreement_part_opens_by_itself_once_judgments_are_asked_for(
    person: Any, projects: Projects, project: str, open_it: Callable[..., Exercise]
) -> None:
    at = person("Ann")
    assert at.session_state["outcome_section"] == "Definition"
    open_it()
    at.run()
    assert at.session_state["outcome_section"] == "Agreement"
    at.session_state["outcome_section"] = "Owner"
    assert at.run().session_state["outcome_section"] == "Owner", "whoever turns to another part stays there"
    at.switch_page("../../pages/brief.py").run()
    at.switch_page("../../pages/outcome.py").run()
    assert at.session_state["outcome_section"] == "Agreement", "who comes back comes to judge"
