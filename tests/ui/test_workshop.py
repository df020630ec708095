"""The workshop: what the facilitator sees, and the one thing that a participant who joined by the link sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.votes import answer_of
from readiness.project import Projects, asking, estimating, revealed_votes, voting
from readiness.project.joining import code_of
from readiness.ui import cache
from readiness.ui.rooms import ROOMS
from tests.ui.conftest import MAIN, PAGES

Visit = Callable[..., AppTest]
SECRET = "the master data has been wrong since the merger"
QUESTIONS = {mode: f"Is {mode} in order?" for mode in FailureMode}


@pytest.fixture
def project(projects: Projects) -> str:
    projects.create("A secret takeover", who="Ben")
    return projects.create("Invoices", who="Ben")


@pytest.fixture
def items(projects: Projects, project: str) -> tuple[str, ...]:
    return tuple(item.id for item in projects.load(project).items)[:2]


@pytest.fixture
def vote(projects: Projects, project: str) -> str:
    """The id of an open round of votes."""
    return voting.open_round(projects, project, QUESTIONS, who="Ben").id


@pytest.fixture
def join(projects: Projects, project: str) -> Callable[..., AppTest]:
    """A session that opened the link: (name="", **parameters). With a name it has joined."""

    def do(name: str = "", **parameters: str) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.query_params["join"] = code_of(project, [row.id for row in projects.rows()])
        for key, value in parameters.items():
            at.query_params[key] = value
        at.run()
        assert not at.exception
        if name:
            at.text_input(key="joined/typed_name").set_value(name)
            press(at, "Join")
        return at

    return do


def press(at: AppTest, label: str) -> AppTest:
    at = next(button for button in at.button if button.label.replace("\\", "") == label).click().run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    """Every text that a page shows, with what stands in its fields."""
    kinds = ("markdown", "caption", "error", "warning", "success", "info", "toast", "title", "subheader", "code")
    texts = [str(element.value) for kind in kinds for element in getattr(at, kind)]
    fields = [
        str(element.value) for kind in ("text_input", "text_area", "number_input") for element in getattr(at, kind)
    ]
    options = [str(element.options) for element in at.selectbox]
    tables = [element.value.to_csv() for element in at.dataframe]
    labels = [button.label for button in at.button] + [element.label for element in at.expander]
    return "\n".join([*texts, *fields, *options, *tables, *labels]).replace("\\", "").replace("\u2060", "")


def answer(at: AppTest, round_id: str, who: str, replies: dict[FailureMode, tuple[str, str]]) -> AppTest:
    for mode, (reply, reason) in replies.items():
        at.button_group(key=f"{round_id}/{who}/{mode}/reply").set_value(reply)
        at.text_area(key=f"{round_id}/{who}/{mode}/reason").set_value(reason)
    return press(at, next(button.label for button in at.button if button.label in {"Send", "Send again"}))


def all_four(reply: str, reason: str = "") -> dict[FailureMode, tuple[str, str]]:
    return dict.fromkeys(FailureMode, (reply, reason))


# --- joining ------------------------------------------------------------------------------------------------------


def test_the_link_asks_for_a_name_and_shows_nothing_else(join: Callable[..., AppTest], vote: str) -> None:
    at = join()
    assert [title.value for title in at.title] == ["Workshop"]
    assert [element.label for element in at.text_input] == ["Your name"]
    assert "question" not in shown(at)
    press(at, "Join")
    assert "Type the name that the others know you by." in at.error[0].value.replace("\\", "")


def test_a_participant_sees_no_sidebar_no_picker_and_no_other_project(join: Callable[..., AppTest], vote: str) -> None:
    at = join("Ann")
    assert "A vote is asked for: 4 questions" in shown(at)
    assert not at.selectbox
    assert not [element for kind in ("markdown", "text_input", "selectbox") for element in getattr(at.sidebar, kind)]
    assert "takeover" not in shown(at)
    assert "verdict" not in shown(at).casefold()


def test_no_page_can_be_reached_from_a_session_that_has_joined(
    join: Callable[..., AppTest], projects: Projects, project: str
) -> None:
    at = join("Ann", project=project)
    for page in PAGES:
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            at.switch_page(f"../../pages/{page}.py")
    for address in (room.address for room in ROOMS):
        at._page_hash = calc_hash(address)  # what a browser sends that holds the address of that page
        at.run()
        assert not at.exception
        assert "Nothing to do right now" in shown(at), address
        assert not at.selectbox, address
        assert "takeover" not in shown(at), address


def test_a_session_that_has_joined_stays_so_when_its_address_changes(
    join: Callable[..., AppTest], project: str
) -> None:
    at = join("Ann")
    code = at.query_params["join"]
    del at.query_params["join"]
    at.query_params["project"] = project
    at.run()
    assert "Nothing to do right now" in shown(at)
    assert at.query_params["join"] == code


def test_a_link_of_no_project_or_of_an_archived_one_leads_nowhere(
    join: Callable[..., AppTest], projects: Projects, project: str
) -> None:
    projects.archive(project, who="Ben")
    at = join(join="ffffffff")
    assert "leads to no workshop" in shown(at)
    at = join(join=project)
    assert "leads to no workshop" in shown(at)
    assert not at.text_input


def test_a_reload_keeps_the_name_and_shows_no_answer(join: Callable[..., AppTest], vote: str) -> None:
    before = join("Ann Lee")
    answer(before, vote, "ann lee", all_four("no", SECRET))
    assert before.query_params["name"] in ("Ann Lee", ["Ann Lee"])
    after = join(name="")
    assert "Ann Lee" not in shown(after), "another session knows nothing of it"
    after = AppTest.from_file(str(MAIN), default_timeout=60)
    for key in ("join", "name"):
        after.query_params[key] = before.query_params[key]
    after.run()
    assert "Thank you. Votes: 4 of 4 sent." in shown(after)
    assert "from another window, or from this one before it was reloaded" in shown(after)
    press(after, "Send again")
    assert SECRET not in shown(after)
    answer(after, vote, "ann lee", all_four("yes"))
    assert "Ann Lee has already answered in this round from another window" in shown(after)
    press(after, "Replace what Ann Lee sent")
    assert "Thank you. Votes: 4 of 4 sent." in shown(after)


@pytest.mark.parametrize("name", ["somebody", "   ", "x" * 300, "\u200b"])
def test_a_name_in_the_address_that_names_nobody_is_asked_for(join: Callable[..., AppTest], name: str) -> None:
    at = AppTest.from_file(str(MAIN), default_timeout=60)
    at.query_params["join"] = join().query_params["join"]
    at.query_params["name"] = name
    at.run()
    assert not at.exception
    assert [element.label for element in at.text_input] == ["Your name"]


def test_a_name_that_is_here_already_is_asked_about_once_and_both_windows_are_told(
    join: Callable[..., AppTest],
) -> None:
    first = join("Ann")
    assert "Another window is here as" not in shown(first)
    second = join("ann")
    assert "Somebody has joined as ann and is here now." in shown(second)
    press(second, "I am ann, go on")
    assert "Nothing to do right now" in shown(second)
    assert "Another window is here as Ann, too." in shown(first.run())
    assert "Another window is here as ann, too." in shown(second.run())
    third = join("Ann")
    third.text_input(key="joined/typed_name").set_value("Ann Lee")
    press(third, "Join")
    assert "Ann Lee" in shown(third)


def test_who_leaves_is_not_here_any_more_and_may_join_under_another_name(
    join: Callable[..., AppTest], project: str
) -> None:
    at = join("Ann")
    assert [guest.name for guest in cache.presence().guests(project)] == ["Ann"]
    press(at, "Change my name")
    assert cache.presence().guests(project) == ()
    assert "name" not in at.query_params
    assert at.text_input(key="joined/typed_name").value == "Ann"
    at.text_input(key="joined/typed_name").set_value("Anna")
    press(at, "Join")
    assert [guest.name for guest in cache.presence().guests(project)] == ["Anna"]
    press(at, "Leave")
    assert cache.presence().guests(project) == ()


def test_a_corrected_name_takes_what_was_sent_along(
    join: Callable[..., AppTest], vote: str, projects: Projects, project: str
) -> None:
    at = join("An")
    answer(at, vote, "an", {FailureMode.OWNERSHIP: ("no", "")})
    press(at, "Change my name")
    at.text_input(key="joined/typed_name").set_value("Ann")
    press(at, "Join")
    press(at, "They are mine: Ann")
    assert [(s.name, s.answered) for s in asking.attendance(projects, project, vote).standings] == [("Ann", 1)]


def test_hostile_names_stay_text(join: Callable[..., AppTest], visit: Visit, project: str, vote: str) -> None:
    name = "<img src=x onerror=alert(1)> [a](http://evil.example) **b**"
    at = join(name)
    desk = visit("workshop", project)
    for page in (at, desk):
        raw = [str(element.value) for element in (*page.markdown, *page.caption, *page.warning)]
        assert not [text for text in raw if "](http" in text.replace("\\]", "") or "**b**" in text]
    assert name in shown(at)


# --- one thing at a time --------------------------------------------------------------------------------------------


def test_one_form_at_a_time_the_earliest_first_and_thanks_at_the_end(
    join: Callable[..., AppTest], projects: Projects, project: str, items: tuple[str, ...], vote: str
) -> None:
    estimates = estimating.open_round(projects, project, items, who="Ben").id
    at = join("Ann")
    assert "A vote is asked for: 4 questions" in shown(at)
    assert "1 more after this." in shown(at)
    assert not [field for field in at.text_input if field.placeholder == "days"]
    answer(at, vote, "ann", all_four("unknown"))
    assert "An estimate is asked for: 2 components" in shown(at)
    assert not at.text_area
    for item in items:
        at.checkbox(key=f"{estimates}/ann/{item}/unknown").check()
    press(at, "Send")
    assert "Thank you. Votes: 4 of 4 sent." in shown(at)
    assert "Thank you. Estimates: 2 of 2 sent." in shown(at)
    assert not [field for field in at.text_input if field.placeholder == "days"]
    assert not at.text_area


def test_a_part_is_kept_and_the_rest_stays_asked(join: Callable[..., AppTest], vote: str) -> None:
    at = join("Ann")
    answer(at, vote, "ann", {FailureMode.DATA_QUALITY: ("yes", "")})
    assert "Sent: 1 of 4. 3 questions still open." in shown(at)
    at.text_area(key=f"{vote}/ann/ownership/reason").set_value("no reply, only a reason")
    press(at, "Send again")
    assert "choose yes, no or unknown" in at.error[0].value.replace("\\", "")
    assert at.text_area(key=f"{vote}/ann/ownership/reason").value == "no reply, only a reason"


def test_what_was_sent_can_be_changed_until_the_reveal(
    join: Callable[..., AppTest], vote: str, projects: Projects, project: str
) -> None:
    at = join("Ann")
    answer(at, vote, "ann", all_four("yes", "first"))
    press(at, "Change what I sent")
    assert at.text_area(key=f"{vote}/ann/ownership/reason").value == "first"
    press(at, "Back")
    press(at, "Change what I sent")
    answer(at, vote, "ann", {FailureMode.OWNERSHIP: ("no", "second")})
    assert "Thank you. Votes: 4 of 4 sent." in shown(at)
    asking.reveal(projects, project, vote, who="Ben")
    state = projects.load(project)
    tally = revealed_votes.results(state, state.rounds[0])[FailureMode.OWNERSHIP]
    assert [(one.reply, one.reason) for one in tally.votes] == [(Reply.NO, "second")]


def test_what_is_sent_after_the_reveal_is_refused_and_said(
    join: Callable[..., AppTest], vote: str, projects: Projects, project: str
) -> None:
    at = join("Ann")
    asking.reveal(projects, project, vote, who="Ben")
    answer(at, vote, "ann", all_four("yes", SECRET))
    assert "Ben revealed this round at" in shown(at)
    assert "Nothing to do right now" in shown(at)
    assert "Votes: revealed. The facilitator shows what was said." in shown(at)


def test_while_something_is_asked_nothing_is_said_of_what_was_revealed_before(
    join: Callable[..., AppTest], projects: Projects, project: str, vote: str
) -> None:
    asking.reveal(projects, project, vote, who="Ben")
    again = voting.open_round(projects, project, QUESTIONS, who="Ben").id
    at = answer(join("Ann"), again, "ann", all_four("no"))
    assert "Thank you. Votes: 4 of 4 sent." in shown(at)
    assert "The facilitator shows what was said." not in shown(at)


def test_a_component_that_is_removed_is_asked_for_no_more(
    join: Callable[..., AppTest], projects: Projects, project: str, items: tuple[str, ...]
) -> None:
    estimates = estimating.open_round(projects, project, items, who="Ben").id
    projects.remove_component(project, items[0], who="Ben")
    at = join("Ann")
    assert "An estimate is asked for: 1 component" in shown(at)
    projects.remove_component(project, items[1], who="Ben")
    at.run()
    assert "Nothing to do right now" in shown(at)
    assert estimates


# --- private until the reveal -----------------------------------------------------------------------------------------


def test_before_the_reveal_nobody_else_sees_a_vote_on_any_page(
    join: Callable[..., AppTest], visit: Visit, vote: str, project: str, projects: Projects
) -> None:
    ann, bo = join("Ann"), join("Bo")
    answer(ann, vote, "ann", all_four("no", SECRET))
    assert SECRET not in shown(ann), "not even on the phone that may lie on the table"
    bo.run()
    namesake = join("Ann")
    press(namesake, "I am Ann, go on")
    for at in (bo, namesake, *(visit(page, project) for page in PAGES)):
        assert not at.exception
        assert SECRET not in shown(at)
        assert SECRET not in repr(at.session_state)
    asking.reveal(projects, project, vote, who="Ben")
    assert SECRET in shown(visit("diagnosis", project))


# --- the facilitator ------------------------------------------------------------------------------------------------


def test_the_facilitator_sees_the_link_and_what_other_devices_need(visit: Visit, project: str) -> None:
    at = visit("workshop", project)
    link, command = "", ""
    for element in at.code:
        if "join=" in element.value:
            link = element.value
        else:
            command = element.value
    assert link.endswith(f"/?join={project[:6]}")
    assert "Other devices cannot join yet." in shown(at)
    assert "STREAMLIT_SERVER_ADDRESS=0.0.0.0" in command
    assert "no login" in shown(at)


def test_the_facilitator_sees_who_is_here_and_how_far(
    join: Callable[..., AppTest], visit: Visit, vote: str, project: str
) -> None:
    desk = visit("workshop", project)
    assert "Nobody has joined yet." in shown(desk)
    ann = join("Ann")
    join("Bo")
    answer(ann, vote, "ann", {FailureMode.OWNERSHIP: ("no", "")})
    desk.run()
    (people,) = [element.value for element in desk.dataframe]
    assert people.to_dict("records") == [
        {"Name": "Ann", "Here": "here", "Votes": "1 of 4"},
        {"Name": "Bo", "Here": "here", "Votes": "waited for"},
    ]
    assert "2 people here" in shown(desk)
    press(ann, "Leave")
    desk.run()
    (people,) = [element.value for element in desk.dataframe]
    assert list(people["Here"]) == ["not joined by the link", "here"]


def test_the_facilitator_opens_and_reveals_a_vote_from_here(
    join: Callable[..., AppTest], visit: Visit, projects: Projects, project: str
) -> None:
    desk = visit("workshop", project)
    press(desk, "Ask everyone")
    (round_,) = revealed_votes.rounds_of(projects.load(project))
    ann = join("Ann")
    answer(ann, round_.id, "ann", all_four("no"))
    desk.run()
    assert "1 person has answered." in shown(desk)
    press(desk, "Reveal now")
    assert revealed_votes.shown_round(projects.load(project)) is not None
    ann.run()
    assert "Votes: revealed." in shown(ann)


def test_the_facilitator_takes_a_person_out_who_has_the_form_again_and_sees_no_way_to_take_others_out(
    join: Callable[..., AppTest], visit: Visit, projects: Projects, project: str, vote: str
) -> None:
    desk, ann, trial = visit("workshop", project), join("Ann"), join("test")
    answer(ann, vote, "ann", all_four("yes"))
    answer(trial, vote, "test", all_four("no"))
    assert not [button for at in (ann, trial) for button in at.button if "Take out" in button.label]
    desk.run()
    next(one for one in desk.selectbox if one.label == "Who").select("test").run()
    press(desk, "Take out test")
    assert [one.name for one in asking.attendance(projects, project, vote).standings] == ["Ann"]
    trial.run()
    assert "A vote is asked for: 4 questions" in shown(trial)


def test_eight_sessions_join_answer_and_are_all_counted(
    join: Callable[..., AppTest], vote: str, projects: Projects, project: str
) -> None:
    for number in range(8):
        at = join(f"Person {number}")
        answer(at, vote, f"{number} person", all_four(list(Reply)[number % 3].value, f"reason {number}"))
        assert "Thank you." in shown(at)
    assert asking.attendance(projects, project, vote).names("done") == tuple(f"Person {n}" for n in range(8))
    asking.reveal(projects, project, vote, who="Ben")
    state = projects.load(project)
    assert {t.sentence for t in revealed_votes.results(state, state.rounds[0]).values()} == {"3 yes, 3 no, 2 unknown."}


# --- votes on the Diagnosis page ----------------------------------------------------------------------------------


def test_a_vote_is_opened_taken_and_revealed_on_the_diagnosis_page(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("diagnosis", project)
    at.text_area(key=f"{project}/voting/open/people").set_value("Ann, Bo")
    press(at, "Ask everyone")
    (round_,) = revealed_votes.rounds_of(projects.load(project))
    assert round_.participants == ("Ann", "Bo")
    assert "A vote is asked for: 4 questions" in shown(at)
    at.text_input(key="who").set_value("Ann").run()
    answer(at, round_.id, "ann", all_four("no", "because"))
    assert "Sent: 4 of 4." in shown(at)
    assert "Waited for: Bo" in shown(at).replace("**", "")
    press(at, "Reveal now")
    assert "Votes: :red-badge[1 no]" in shown(at)
    assert "Why: 1 reason" in shown(at)
    assert projects.load(project).answers == {}


def test_reasons_stand_without_names_and_a_difference_from_the_evidence_is_said(
    visit: Visit, projects: Projects, project: str, vote: str
) -> None:
    given = {FailureMode.SCOPE_UNDERESTIMATION.value: answer_of("", "yes", SECRET)}
    for name in ("Ann Extraordinary", "Bo"):
        asking.send(projects, project, vote, given, name=name, sender=name)
    asking.reveal(projects, project, vote, who="Ben")
    at = visit("diagnosis", project)
    assert SECRET in shown(at)
    assert "Extraordinary" not in shown(at)
    assert "Votes: none" in shown(at), "the questions that nobody voted on"


def test_other_pages_say_that_a_vote_is_asked_for(visit: Visit, project: str, vote: str, projects: Projects) -> None:
    def told(page: str) -> bool:
        return any("A vote is asked for" in text.value for text in visit(page, project).sidebar.markdown)

    assert told("outcome")
    assert not told("diagnosis")
    assert not told("workshop")
    asking.reveal(projects, project, vote, who="Ben")
    assert not told("outcome")
