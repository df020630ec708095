"""Estimating together on the Production scope page, in several browser sessions at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.project import Kind, Projects
from readiness.project import estimating as together
from readiness.scope.rounds import answer_of

Visit = Callable[..., AppTest]
SECRET = 4711.0


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ben")


@pytest.fixture
def items(projects: Projects, project: str) -> tuple[str, ...]:
    return tuple(item.id for item in projects.load(project).items)[:2]


@pytest.fixture
def asked(projects: Projects, project: str, items: tuple[str, ...]) -> str:
    """The id of an open round over two components."""
    return together.open_round(projects, project, items, participants=("Ann", "Bo"), who="Ben").id


@pytest.fixture
def person(visit: Visit, project: str) -> Callable[[str], AppTest]:
    """A session of a named person on the Production scope page."""

    def do(name: str) -> AppTest:
        at = visit("production_scope", project)
        return at.text_input(key="who").set_value(name).run()

    return do


def type_days(at: AppTest, asked: str, who: str, item: str, *days: float | str | None) -> None:
    for part, value in zip(("low_days", "likely_days", "high_days"), days, strict=True):
        at.text_input(key=f"{asked}/{who}/{item}/{part}").set_value("" if value is None else str(value))


def press(at: AppTest, label: str) -> AppTest:
    at = next(button for button in at.button if button.label.replace("\\", "") == label).click().run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    """Every text and figure that a page shows, with what stands in its fields."""
    kinds = ("markdown", "caption", "error", "warning", "success", "info", "toast", "title", "subheader", "metric")
    texts = [str(element.value) for kind in kinds for element in getattr(at, kind)]
    fields = [
        str(element.value) for kind in ("text_input", "number_input", "text_area") for element in getattr(at, kind)
    ]
    tables = [element.value.to_csv() for element in at.dataframe]
    return "\n".join([*texts, *fields, *tables]).replace("\\", "").replace("\u00a0", " ")


def test_a_round_is_opened_over_what_is_not_estimated(person: Any, projects: Projects, project: str) -> None:
    at = person("Ben")
    assert next(element.label for element in at.expander).startswith("Estimate together")
    at.text_area(key=f"{project}/estimating/open/people").set_value("Ann, bo\nBo; Cy")
    press(at, "Ask everyone")
    (round_,) = projects.load(project).rounds
    assert (round_.participants, round_.opened_by) == (("Ann", "bo", "Cy"), "Ben")
    assert 0 < len(round_.things) <= together.ASKED_AT_ONCE
    assert f"An estimate is asked for: {len(round_.things)} components" in shown(at)


def test_a_round_about_nothing_is_refused_with_a_sentence(person: Any, projects: Projects, project: str) -> None:
    at = person("Ben")
    at.multiselect(key=f"{project}/estimating/open/items").set_value([])
    press(at, "Ask everyone")
    assert [error.value.replace("\\", "") for error in at.error] == [
        "A round needs something to ask about. Choose at least one."
    ]
    assert projects.load(project).rounds == ()


def test_who_has_no_name_yet_types_it_in_place(visit: Visit, project: str, asked: str) -> None:
    at = visit("production_scope", project)
    assert "An estimate is asked for: 2 components" in shown(at)
    assert not [element for element in at.text_input if asked in str(element.key)]
    name = at.text_input(key=f"{project}/part/name")
    name.set_value("  somebody ")
    press(at, "Take part")
    assert "Type the name that the others know you by" in shown(at)
    at.text_input(key=f"{project}/part/name").set_value(" Ann  Lee ")
    press(at, "Take part")
    assert at.text_input(key="who").value == "Ann Lee"
    assert [element for element in at.text_input if f"{asked}/ann lee/" in str(element.key)]


def test_a_participant_sends_and_sees_the_own_figures_alone(
    person: Any, asked: str, items: tuple[str, ...], visit: Visit, projects: Projects, project: str
) -> None:
    ann, bo = person("Ann"), person("Bo")
    type_days(ann, asked, "ann", items[0], 1, SECRET, 9000)
    ann.checkbox(key=f"{asked}/ann/{items[1]}/unknown").check()
    press(ann, "Send")
    assert "Sent: 2 of 2." in shown(ann)
    assert "4711" in shown(ann)
    bo.run()
    assert "Done: Ann" in shown(bo).replace("**", "")
    assert "Waited for: Bo" in shown(bo).replace("**", "")
    impostor = person(" ANN ")
    portfolio = visit("portfolio", project)
    pages = [visit(name, project) for name in ("brief", "diagnosis", "workflow")]
    for at in (bo, impostor, portfolio, *pages):
        assert not at.exception
        assert "4711" not in shown(at)
    history = next(element.value for element in portfolio.dataframe if "What" in element.value)
    assert list(history[history["Where"] == "ballots"]["What"]) == ["sent 2 answers"]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ((5.0, 3.0, 9.0), "Likely: 3 is below Low, 5."),
        ((-1.0, 3.0, 9.0), "Low: -1 is below zero."),
        ((1.0, 3.0, 1e6), "High: 1000000 is more than 10,000 person-days."),
        ((1.0, None, 9.0), "Likely is missing. Fill in all three figures."),
        ((1.0, 2.5, "abc"), "High: 'abc' is no number; leave the cell empty where it is not known."),
    ],
)
def test_a_refused_figure_is_named_and_what_was_typed_elsewhere_is_sent(
    person: Any, projects: Projects, project: str, asked: str, items: tuple[str, ...], days: Any, sentence: str
) -> None:
    component = projects.load(project).items[0].component
    at = person("Ann")
    type_days(at, asked, "ann", items[0], *days)
    type_days(at, asked, "ann", items[1], 2, 3, 4)
    press(at, "Send")
    (error,) = at.error
    assert error.value.replace("\\", "").startswith(component)
    assert error.value.replace("\\", "").endswith(sentence)
    assert "Sent: 1 of 2. 1 component still open." in shown(at)
    assert at.text_input(key=f"{asked}/ann/{items[0]}/high_days").value == str(days[2]), "what was refused stays typed"
    (ann, _) = together.attendance(projects, project, asked).standings
    assert ann.answered == 1


def test_a_figure_is_read_as_it_is_written_with_a_comma_or_a_point(
    person: Any, projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    at = person("Ann")
    type_days(at, asked, "ann", items[0], "0.5", "2,5", "10")
    press(at, "Send")
    assert not at.error
    given = [document.body["answer"] for document in projects.store.documents(project, Kind.BALLOT)]
    assert given == [{"low_days": 0.5, "likely_days": 2.5, "high_days": 10.0}]


def test_a_trial_answer_is_taken_out_by_name_and_its_window_is_told(
    person: Any, projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    ben, trial = person("Ben"), person("test")
    type_days(trial, asked, "test", items[0], 1, 2, 3)
    press(trial, "Send")
    ben.run()
    assert "Under way: test (1 of 2)" in shown(ben).replace("**", "")
    ben.selectbox(key=f"{project}/estimate/reveal/take_out/who").select("test").run()
    press(ben, "Take out test")
    assert "test (1 of 2)" not in shown(ben)
    assert [one.name for one in together.attendance(projects, project, asked).standings] == ["Ann", "Bo"]
    trial.run()
    assert "What test sent was taken out of the round." in shown(trial)
    press(trial, "Send again")
    assert "What test sent" not in shown(trial)


def test_an_empty_form_and_two_answers_at_once_are_refused(person: Any, asked: str, items: tuple[str, ...]) -> None:
    at = person("Ann")
    press(at, "Send")
    assert "Nothing is filled in yet." in at.error[0].value.replace("\\", "")
    type_days(at, asked, "ann", items[0], 1, 2, 3)
    at.checkbox(key=f"{asked}/ann/{items[0]}/unknown").check()
    press(at, "Send")
    assert "Keep one of the two" in at.error[0].value


def test_own_figures_stand_there_again_after_another_page_was_open(
    person: Any, asked: str, items: tuple[str, ...]
) -> None:
    at = person("Ann")
    type_days(at, asked, "ann", items[0], 2, 3, 4)
    press(at, "Send")
    at.switch_page("../../pages/workflow.py").run()
    at.switch_page("../../pages/production_scope.py").run()
    assert at.text_input(key=f"{asked}/ann/{items[0]}/likely_days").value == "3"


def test_two_people_at_one_window_do_not_see_each_others_figures(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    at = person("Ann")
    type_days(at, asked, "ann", items[0], 1, SECRET, 9000)
    press(at, "Send")
    at.text_input(key="who").set_value("Bo").run()
    assert "4711" not in shown(at)
    assert "This window also sent answers as Ann." in shown(at)
    type_days(at, asked, "bo", items[0], 1, 2, 3)
    press(at, "Send")
    assert [s.answered for s in together.attendance(projects, project, asked).standings] == [1, 1]


def test_a_participant_who_corrects_the_name_takes_the_figures_along(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    at = person("An")
    type_days(at, asked, "an", items[0], 1, 2, 3)
    press(at, "Send")
    at.text_input(key="who").set_value("Ann").run()
    press(at, "They are mine: Ann")
    assert [(s.name, s.answered) for s in together.attendance(projects, project, asked).standings] == [
        ("Ann", 1),
        ("Bo", 0),
    ]
    assert at.text_input(key=f"{asked}/ann/{items[0]}/likely_days").value == "2"
    assert "This window also sent" not in shown(at)


def test_a_reload_is_asked_once_before_it_replaces_what_the_same_name_sent(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    before, after = person("Ann"), person("Ann")
    type_days(before, asked, "ann", items[0], 1, 2, 3)
    press(before, "Send")
    type_days(after, asked, "ann", items[0], 7, 8, 9)
    press(after, "Send")
    assert "Ann has already answered in this round from another window" in shown(after)
    press(after, "Replace what Ann sent")
    assert "Sent: 1 of 2." in shown(after)
    before.run()
    assert "Another window has taken over what Ann sent." in shown(before)
    together.reveal(projects, project, asked, who="Ben")
    state = projects.load(project)
    (of,) = [of for of in together.results(state, state.rounds[0]) if of.opinions]
    assert of.likely == (8, 8)


def test_a_component_that_is_removed_is_asked_for_no_more(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    at = person("Ann")
    projects.remove_component(project, items[0], who="Ben")
    at.run()
    assert "An estimate is asked for: 1 component" in shown(at)
    assert "Removed since the round was opened" in shown(at)
    type_days(at, asked, "ann", items[1], 2, 3, 4)
    press(at, "Send")
    assert "Sent: 1 of 1." in shown(at)


def test_what_is_sent_after_the_reveal_is_kept_in_the_window_and_offered_next_time(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    at = person("Cy")
    type_days(at, asked, "cy", items[0], 2, 3, 4)
    together.send(projects, project, asked, {items[0]: answer_of("", 1, 2, 3)}, name="Ann", sender="a")
    together.reveal(projects, project, asked, who="Ben")
    press(at, "Send")
    assert "Ben revealed this round at" in shown(at)
    assert "2 / 3 / 4" in shown(at)
    again = together.open_round(projects, project, items, who="Ben")
    at.run()
    assert at.text_input(key=f"{again.id}/cy/{items[0]}/likely_days").value == "3"


def revealed(projects: Projects, project: str, asked: str, items: tuple[str, ...]) -> None:
    for name, likely in (("Ann", 2), ("Bo", 15)):
        given = {item: answer_of("", likely - 1, likely, likely + 1) for item in items}
        together.send(projects, project, asked, given, name=name, sender=name)
    together.reveal(projects, project, asked, who="Ben")


def test_after_the_reveal_the_figures_stand_side_by_side_and_the_largest_disagreement_is_said(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    revealed(projects, project, asked, items)
    at = person("Cy")
    assert "2 to 15 days likely; talk about it first." in shown(at)
    (first, *_) = [element.value for element in at.dataframe if "Who" in element.value and "Likely" in element.value]
    assert list(first["Who"]) == ["Ann", "Bo"]
    assert list(first["Likely"]) == [2, 15]
    fields = [element for element in at.text_input if f"{asked}/agreed/" in str(element.key)]
    assert [element.value for element in fields] == [""] * 6
    assert "Median of what was said: 7.5 / 8.5 / 9.5." in shown(at)


def test_what_is_agreed_is_saved_and_what_is_refused_is_named(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    revealed(projects, project, asked, items)
    at = person("Ben")
    for item, days in ((items[0], (3, 5, 9)), (items[1], (3, 2, 9))):
        for part, value in zip(("low_days", "likely_days", "high_days"), days, strict=True):
            at.text_input(key=f"{asked}/agreed/{item}/{part}").set_value(str(value))
    press(at, "Save what is agreed")
    state = projects.load(project)
    by_id = {item.id: item for item in state.items}
    assert by_id[items[0]].likely_days == 5
    assert by_id[items[0]].basis.startswith("Agreed in a round of 2 people on ")
    assert by_id[items[1]].likely_days is None
    assert f"{by_id[items[1]].component}, Likely: 2 is below Low, 3." in shown(at)
    at.text_input(key=f"{asked}/agreed/{items[1]}/low_days").set_value("1")
    press(at, "Save what is agreed")
    assert "asked for" not in shown(at)
    assert "talk about it first" in next(e.value for e in at.dataframe if "Agreed" in e.value).to_csv()
    assert len(projects.load(project).ballots) == 4


def test_an_estimate_that_somebody_typed_meanwhile_is_said_and_not_overwritten(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    revealed(projects, project, asked, items)
    at = person("Ben")
    drawn = projects.load(project)
    together.agree(projects, drawn, asked, {items[0]: (1, 1, 1)}, who="Cleo")
    for part, value in zip(("low_days", "likely_days", "high_days"), (3.0, 5.0, 9.0), strict=True):
        at.text_input(key=f"{asked}/agreed/{items[0]}/{part}").set_value(str(value))
    press(at, "Save what is agreed")
    assert "Cleo entered 1 / 1 / 1 meanwhile. Nothing was overwritten; save again to replace it." in shown(at)
    press(at, "Save what is agreed")
    assert next(item for item in projects.load(project).items if item.id == items[0]).likely_days == 5


def test_what_is_not_agreed_is_asked_again_and_earlier_rounds_are_listed(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    revealed(projects, project, asked, items)
    together.agree(projects, projects.load(project), asked, {items[0]: (1, 1, 1)}, who="Cleo")
    at = person("Ben")
    press(at, "Ask again: 1 component not agreed")
    latest, first = projects.load(project).rounds
    assert (latest.things, latest.participants, first.id) == (items[1:], ("Ann", "Bo"), asked)
    together.reveal(projects, project, latest.id, who="Ben")
    at.run()
    listed = next(element.value for element in at.dataframe if "Agreed" in element.value)
    assert list(listed["People"]) == [0, 2]
    at.selectbox(key=f"{project}/estimating/earlier").set_value(asked).run()
    assert "agreed" in next(e.value for e in at.dataframe if "Who" in e.value and "Component" in e.value).to_csv()


def test_revealing_before_everybody_is_done_says_who_is_missing(
    person: Any, asked: str, items: tuple[str, ...], projects: Projects, project: str
) -> None:
    one, two = person("Ann"), person("Ben")
    type_days(one, asked, "ann", items[0], 2, 3, 4)
    type_days(one, asked, "ann", items[1], 2, 3, 4)
    press(one, "Send")
    assert "Not done yet: Bo." in shown(one)
    press(one, "Reveal now")
    press(two, "Reveal now")
    assert [round_.revealed_by for round_ in projects.load(project).rounds] == ["Ann"]
    assert "Ann has revealed it already." in shown(two)
    assert not two.exception


def test_names_and_components_are_shown_as_they_were_typed(person: Any, projects: Projects, project: str) -> None:
    hostile = "<img src=x onerror=alert(1)> [a](http://x.example) **b**"
    item = projects.add_own_component(project, {"component": hostile}, who="Ben")
    round_ = together.open_round(projects, project, [item], participants=(hostile,), who=hostile)
    at = person("Ann")
    raw = [element.value for element in (*at.markdown, *at.caption)]
    assert not [text for text in raw if re.search(r"(?<!\\)(<img|\]\(|\*\*b)", text)]
    assert hostile in shown(at)
    together.send(projects, project, round_.id, {item: answer_of("", 1, 2, 3)}, name=hostile, sender="x")
    together.reveal(projects, project, round_.id, who=hostile)
    at.run()
    raw = [element.value for element in (*at.markdown, *at.caption)]
    assert not [text for text in raw if re.search(r"(?<!\\)(<img|\]\(|\*\*b)", text)]


def test_a_component_that_is_removed_before_the_round_is_opened_is_not_asked_about(
    person: Any, projects: Projects, project: str, items: tuple[str, ...]
) -> None:
    at = person("Ben")
    projects.remove_component(project, items[0], who="Cleo")
    at.run()
    assert not at.exception
    press(at, "Ask everyone")
    (round_,) = projects.load(project).rounds
    assert items[0] not in round_.things


def test_the_other_pages_say_that_an_estimate_is_asked_for_until_it_is_revealed(
    visit: Visit, projects: Projects, project: str, asked: str
) -> None:
    def told(page: str) -> bool:
        return any("An estimate is asked for" in text.value for text in visit(page, project).sidebar.markdown)

    assert told("outcome")
    assert not told("production_scope")  # the form itself stands there
    together.reveal(projects, project, asked, who="Ben")
    assert not told("outcome")


def test_the_state_of_a_project_holds_no_ballot_before_the_reveal(
    projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    answers = {items[0]: answer_of("Rollback", 1.0, 2.0, 3.0)}
    together.send(projects, project, asked, answers, name="Ann", sender=together.sender_mark("window"))
    assert projects.load(project).ballots == ()
    together.reveal(projects, project, asked, who="Ben")
    assert [ballot.participant for ballot in projects.load(project).ballots] == ["Ann"]
