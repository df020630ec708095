"""Rounds of estimates over a real store: private until the reveal, fixed after it, and nothing is lost between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from readiness.ballots import Round
from readiness.errors import ConflictError, InputError, InvalidValueError, StoreError, UnknownNameError
from readiness.project import Projects, asking
from readiness.project import estimating as together
from readiness.scope.items import ItemStatus
from readiness.scope.rounds import DO_NOT_KNOW, answer_of
from readiness.store import documents

SESSIONS = 30
SECRET = 4711.25  # a figure that stands nowhere else


def answers(items: Sequence[str], likely: float = 3.0) -> dict[str, dict[str, Any]]:
    return {item: answer_of(item, likely / 2, likely, likely * 2) for item in items}


@pytest.fixture
def items(projects: Projects, project: str) -> tuple[str, ...]:
    return tuple(item.id for item in projects.load(project).items)[:3]


@pytest.fixture
def asked(projects: Projects, project: str, items: tuple[str, ...]) -> str:
    """The id of an open round over three components."""
    return together.open_round(projects, project, items, participants=("Ann", "Bo"), who="Ben").id


@pytest.fixture
def send(projects: Projects, project: str, asked: str, items: tuple[str, ...]) -> Callable[..., together.Sent]:
    """Sends one likely figure about all components: (name, likely=3, sender=the name, replace=False)."""

    def do(name: str, likely: float = 3.0, *, sender: str = "", replace: bool = False) -> together.Sent:
        return together.send(
            projects, project, asked, answers(items, likely), name=name, sender=sender or name, replace=replace
        )

    return do


def likely_figures(projects: Projects, project: str) -> dict[str, list[float]]:
    """Who said which likely figures in the latest round, as everyone sees it."""
    state = projects.load(project)
    said: dict[str, list[float]] = {}
    for of in together.results(state, together.rounds_of(state)[0]):
        for opinion in of.opinions:
            said.setdefault(opinion.participant, []).extend([opinion.days.likely] if opinion.days else [])
    return said


# --- opening ------------------------------------------------------------------------------------------------------


def test_a_round_is_offered_for_what_is_not_estimated_else_for_the_widest(projects: Projects, project: str) -> None:
    state = projects.load(project)
    unknown = [item.id for item in state.items if item.status is ItemStatus.UNKNOWN]
    assert together.offered_items(state, widest=["x"]) == tuple(unknown[: together.ASKED_AT_ONCE])
    for item in state.items:
        days = {"low_days": 1, "likely_days": 2, "high_days": 3}
        projects.change_item(project, item.id, days, version=1, who="Ann")
    widest = [unknown[2], "gone", unknown[0]]
    assert together.offered_items(projects.load(project), widest) == (unknown[2], unknown[0])


def test_a_round_that_is_opened_twice_is_one_round(
    projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    assert together.open_round(projects, project, items[::-1], who="Ben").id == asked
    assert len(projects.load(project).rounds) == 1


def test_a_second_round_waits_until_the_first_is_revealed(
    projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    with pytest.raises(InputError, match=r"Ben opened a round at 09:00 UTC about 3 components\. Reveal it first"):
        together.open_round(projects, project, items, who="Cleo")
    together.reveal(projects, project, asked, who="Cleo")
    assert together.open_round(projects, project, items, who="Cleo").is_open


@pytest.mark.large
def test_of_thirty_facilitators_who_open_a_round_together_one_does(
    projects: Projects, project: str, items: tuple[str, ...]
) -> None:
    def session(number: int) -> bool:
        try:
            together.open_round(projects, project, items, who=f"F{number}")
        except InputError:
            return False
        return True

    assert sum(at_once(session)) == 1
    assert len(projects.load(project).rounds) == 1


def test_a_component_that_is_not_there_cannot_be_asked_about(projects: Projects, project: str) -> None:
    with pytest.raises(UnknownNameError, match="No scope item 'tea'"):
        together.open_round(projects, project, ["tea"], who="Ben")


# --- private until the reveal -------------------------------------------------------------------------------------


def test_before_the_reveal_only_who_has_answered_is_known(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("Ann", SECRET)
    state = projects.load(project)
    assert all(not of.opinions for of in together.results(state, state.rounds[0]))
    assert together.people(state, state.rounds[0]) == 0
    standing = together.attendance(projects, project, asked)
    assert [(s.name, s.answered, s.asked) for s in standing.standings] == [("Ann", 3, 3), ("Bo", 0, 3)]
    assert "4711" not in repr(standing)
    assert "4711" not in repr([(e.who, e.what, e.key) for e in projects.store.journal(project)])


def test_no_document_for_people_holds_what_is_not_revealed(
    projects: Projects, project: str, send: Callable[..., together.Sent], tmp_path: Path
) -> None:
    import io
    import zipfile

    send("Ann", SECRET)
    state = projects.load(project)
    diagnosis = projects.diagnose(state)
    brief = projects.brief(state, diagnosis, "production", "md").decode()
    assert "4711" not in brief
    with zipfile.ZipFile(io.BytesIO(projects.workbook(project))) as workbook:
        for name in workbook.namelist():
            assert b"4711" not in workbook.read(name), name


def test_after_the_reveal_everyone_sees_all_figures_under_the_names(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2)
    send("Bo", 15)
    together.reveal(projects, project, asked, who="Ben")
    assert likely_figures(projects, project) == {"Ann": [2.0] * 3, "Bo": [15.0] * 3}


def test_i_do_not_know_is_counted_and_is_no_figure(
    projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    together.send(projects, project, asked, {items[0]: DO_NOT_KNOW}, name="Ann", sender="a")
    together.reveal(projects, project, asked, who="Ben")
    state = projects.load(project)
    (of,) = [of for of in together.results(state, state.rounds[0]) if of.item_id == items[0]]
    assert (of.unknown, of.estimates) == (1, ())


# --- sending ------------------------------------------------------------------------------------------------------


def test_who_sends_again_before_the_reveal_has_said_the_last(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2)
    send("  ANN ", 9, sender="Ann")
    together.reveal(projects, project, asked, who="Ben")
    assert likely_figures(projects, project) == {"ANN": [9.0] * 3}


def test_the_same_figures_sent_twice_are_written_once(
    projects: Projects, project: str, send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2)
    before = projects.store.project(project).revision
    assert send("Ann", 2).saved
    assert projects.store.project(project).revision == before


def test_figures_under_a_name_from_another_window_are_kept_until_they_are_to_be_replaced(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2, sender="one window")
    assert send("ann", 9, sender="another") == together.Sent((), elsewhere=True)
    assert not send("ann", 9, sender="another", replace=True).elsewhere
    assert not send("ann", 10, sender="another").elsewhere, "a window that took over is asked no more"
    assert send("Ann", 2, sender="one window").elsewhere
    together.reveal(projects, project, asked, who="Ben")
    assert likely_figures(projects, project) == {"ann": [10.0] * 3}


def test_taking_over_a_part_takes_over_the_name_and_keeps_the_rest(
    projects: Projects, project: str, asked: str, items: tuple[str, ...], send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2, sender="one")
    part = answers(items[:1], 9)
    together.send(projects, project, asked, part, name="Ann", sender="two", replace=True)
    assert not together.send(projects, project, asked, part, name="Ann", sender="two").elsewhere
    (ann, _) = together.attendance(projects, project, asked).standings
    assert (ann.senders, ann.answered) == ({"two"}, 3)
    together.reveal(projects, project, asked, who="Ben")
    assert sorted(likely_figures(projects, project)["Ann"]) == [2.0, 2.0, 9.0]


def test_a_ballot_after_the_reveal_is_refused_and_changes_nothing(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2)
    together.reveal(projects, project, asked, who="Ben")
    before = projects.store.documents(project)
    for name in ("Ann", "Bo"):
        with pytest.raises(InputError, match="Ben revealed this round at 09:00 UTC"):
            send(name, 9, sender="Ann")
    assert projects.store.documents(project) == before


@pytest.mark.parametrize("name", ["", "somebody", "x" * 300])
def test_a_ballot_needs_a_name(send: Callable[..., together.Sent], name: str) -> None:
    with pytest.raises(InvalidValueError):
        send(name)


def test_a_ballot_into_a_round_that_is_not_there_is_refused(projects: Projects, project: str) -> None:
    with pytest.raises(UnknownNameError):
        together.send(projects, project, "gone", {}, name="Ann", sender="a")


def test_a_mark_of_a_window_tells_nothing_of_its_token() -> None:
    assert together.sender_mark("one") != together.sender_mark("two")
    assert together.sender_mark("token").find("token") == -1


# --- a participant renamed, an item removed -----------------------------------------------------------------------


def test_a_participant_who_is_renamed_takes_the_answers_along(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("An", 7, sender="w")
    assert together.move(projects, project, asked, old="An", new="Ann", sender="w") == 3
    assert together.move(projects, project, asked, old="An", new="Ann", sender="w") == 0
    together.reveal(projects, project, asked, who="Ben")
    assert likely_figures(projects, project) == {"Ann": [7.0] * 3}


def test_a_rename_takes_nobody_elses_answers(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("An", 7, sender="w")
    assert together.move(projects, project, asked, old="An", new="Eve", sender="another") == 0
    send("Ann", 5, sender="x")
    with pytest.raises(InputError, match="Ann has already answered"):
        together.move(projects, project, asked, old="An", new="Ann", sender="w")
    together.reveal(projects, project, asked, who="Ben")
    assert likely_figures(projects, project) == {"An": [7.0] * 3, "Ann": [5.0] * 3}
    with pytest.raises(InputError, match="revealed this round"):
        together.move(projects, project, asked, old="An", new="Anna", sender="w")


def test_an_item_that_is_removed_while_the_round_is_open_is_waited_for_no_more_and_its_ballots_stay(
    projects: Projects, project: str, asked: str, items: tuple[str, ...], send: Callable[..., together.Sent]
) -> None:
    name = next(item.component for item in projects.load(project).items if item.id == items[0])
    send("Ann", 2)
    projects.remove_component(project, items[0], who="Ben")
    together.send(projects, project, asked, answers(items[1:], 4), name="Bo", sender="b")
    assert together.attendance(projects, project, asked).all_done
    together.reveal(projects, project, asked, who="Ben")
    state = projects.load(project)
    by_id = {of.item_id: of for of in together.results(state, state.rounds[0])}
    assert by_id[items[0]].component == name
    assert len(by_id[items[0]].opinions) == 1
    with pytest.raises(InputError, match="was removed meanwhile"):
        together.agree(projects, state, asked, {items[0]: (1, 2, 3)}, who="Ben")


def test_answers_are_moved_to_another_name_together_or_stay_where_they_are(
    projects: Projects, project: str, asked: str, items: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    together.send(projects, project, asked, answers(items, 4), name="Bo", sender="b")

    def torn(*_args: object, **_named: object) -> None:
        raise StoreError("The power went off.")

    with monkeypatch.context() as torn_off:
        torn_off.setattr(documents, "delete", torn)
        with pytest.raises(StoreError):
            together.move(projects, project, asked, old="Bo", new="Bodil", sender="b")
    assert [one.name for one in together.attendance(projects, project, asked).standings if one.answered] == ["Bo"]
    assert together.move(projects, project, asked, old="Bo", new="Bodil", sender="b") == len(items)
    assert [one.name for one in together.attendance(projects, project, asked).standings if one.answered] == ["Bodil"]


# --- reveal and agree ---------------------------------------------------------------------------------------------


def test_of_two_facilitators_who_reveal_the_first_one_counts(projects: Projects, project: str, asked: str) -> None:
    results = at_once(lambda number: together.reveal(projects, project, asked, who=f"F{number}"))
    assert len({(round_.revealed_by, round_.revealed_at) for round_ in results}) == 1
    assert sum(entry.what == "revealed the estimates" for entry in projects.store.journal(project)) == 1


def test_what_is_agreed_becomes_the_estimate_and_the_ballots_stay(
    projects: Projects, project: str, asked: str, items: tuple[str, ...], send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2)
    send("Bo", 15)
    together.reveal(projects, project, asked, who="Ben")
    state = projects.load(project)
    together.agree(projects, state, asked, {items[0]: (2, 5.5, 12)}, who="Ben")
    after = projects.load(project)
    (item,) = [item for item in after.items if item.id == items[0]]
    assert (item.low_days, item.likely_days, item.high_days) == (2, 5.5, 12)
    assert item.basis == "Agreed in a round of 2 people on 2 Mar 2026"
    assert item.status is ItemStatus.ESTIMATED
    assert after.rounds[0].agreed == {items[0]: {"low_days": 2.0, "likely_days": 5.5, "high_days": 12.0}}
    assert after.ballots == state.ballots
    entries = projects.store.journal(project, limit=2)
    assert {entry.kind for entry in entries} == {"scope_item", "round"}
    assert entries[0].at == entries[1].at


def test_nothing_is_agreed_before_the_reveal(projects: Projects, project: str, asked: str, items: Any) -> None:
    with pytest.raises(InputError, match="Reveal the round first"):
        together.agree(projects, projects.load(project), asked, {items[0]: (1, 2, 3)}, who="Ben")


def test_one_refused_figure_saves_none_of_an_agreement(
    projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    together.reveal(projects, project, asked, who="Ben")
    state = projects.load(project)
    with pytest.raises(InvalidValueError, match="High: 1 is below Likely, 2"):
        together.agree(projects, state, asked, {items[0]: (1, 2, 3), items[1]: (1, 2, 1)}, who="Ben")
    assert projects.load(project).items == state.items


def test_two_facilitators_who_agree_on_different_components_both_get_through(
    projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    together.reveal(projects, project, asked, who="Ben")
    drawn = projects.load(project)
    together.agree(projects, drawn, asked, {items[0]: (1, 2, 3)}, who="Ben")
    together.agree(projects, drawn, asked, {items[1]: (4, 5, 6)}, who="Cleo")
    assert set(projects.load(project).rounds[0].agreed) == {items[0], items[1]}


def test_an_estimate_that_somebody_changed_meanwhile_is_not_overwritten(
    projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    together.reveal(projects, project, asked, who="Ben")
    drawn = projects.load(project)
    together.agree(projects, drawn, asked, {items[0]: (1, 2, 3)}, who="Ben")
    with pytest.raises(ConflictError):
        together.agree(projects, drawn, asked, {items[0]: (4, 5, 6), items[1]: (1, 1, 1)}, who="Cleo")
    state = projects.load(project)
    assert set(state.rounds[0].agreed) == {items[0]}
    together.agree(projects, state, asked, {items[0]: (4, 5, 6)}, who="Cleo")
    assert projects.load(project).rounds[0].agreed[items[0]]["low_days"] == 4.0


def test_rounds_are_repeated_and_every_one_keeps_its_own_figures(
    projects: Projects, project: str, asked: str, items: tuple[str, ...], send: Callable[..., together.Sent], clock: Any
) -> None:
    send("Ann", 2)
    together.reveal(projects, project, asked, who="Ben")
    clock.advance(hours=1)
    again = together.open_round(projects, project, items, who="Ben")
    together.send(projects, project, again.id, answers(items, 4), name="Ann", sender="Ann")
    assert together.phase(projects, project) == (again.id, True, 3, 0)
    together.reveal(projects, project, again.id, who="Ben")
    state = projects.load(project)
    latest, first = together.rounds_of(state)
    likely = [together.results(state, round_)[0].likely for round_ in (first, latest)]
    assert likely == [(2.0, 2.0), (4.0, 4.0)]


def test_a_person_who_is_taken_out_of_an_open_round_has_said_nothing_in_it(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2)
    send("test", SECRET)
    assert asking.take_out(projects, project, asked, "TEST ", who="Ben") == 3
    (entry,) = {one.what for one in projects.store.journal(project)[:3]}
    assert entry == "took TEST out of the round of estimates, with 3 answers"
    assert not [one for one in projects.store.journal(project)[:4] if one.before and "answer" in one.before]
    assert [one.name for one in asking.attendance(projects, project, asked).standings] == ["Ann", "Bo"]
    asking.take_out(projects, project, asked, "Bo", who="Ben")
    assert asking.attendance(projects, project, asked).all_done, "nobody waits for Bo any more"
    with pytest.raises(InputError, match="Bo is not in this round"):
        asking.take_out(projects, project, asked, "Bo", who="Ben")
    together.reveal(projects, project, asked, who="Ben")
    assert likely_figures(projects, project) == {"Ann": [2.0, 2.0, 2.0]}
    with pytest.raises(InputError, match="revealed"):
        asking.take_out(projects, project, asked, "Ann", who="Ben")


def test_who_was_taken_out_can_send_again(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent]
) -> None:
    send("Ann", 2)
    asking.take_out(projects, project, asked, "Ann", who="Ben")
    send("Ann", 5, sender="another window")
    together.reveal(projects, project, asked, who="Ben")
    assert likely_figures(projects, project) == {"Ann": [5.0, 5.0, 5.0]}


def test_rounds_and_ballots_travel_in_the_export_file(
    projects: Projects, project: str, asked: str, send: Callable[..., together.Sent], tmp_path: Path
) -> None:
    send("Ann", 2)
    together.reveal(projects, project, asked, who="Ben")
    out = projects.store.export_project(project, tmp_path / "project.readiness")
    copy = projects.import_file(out, who="Dan", name="Copy").id
    assert likely_figures(projects, copy) == likely_figures(projects, project)


# --- at once ------------------------------------------------------------------------------------------------------


@pytest.mark.large
def test_thirty_sessions_that_each_answer_about_ten_components_lose_nothing(projects: Projects, project: str) -> None:
    while len(projects.load(project).items) < 10:
        projects.add_own_component(project, {"component": "More"}, who="Ben")
    asked_about = [item.id for item in projects.load(project).items][:10]
    round_ = together.open_round(projects, project, asked_about, who="Ben")

    def session(number: int) -> None:
        for likely in (*([99] if number % 5 == 0 else []), number + 1):  # some send twice; the last figures count
            given = answers(asked_about, likely)
            together.send(projects, project, round_.id, given, name=f"Person {number}", sender=str(number))

    at_once(session)
    assert together.attendance(projects, project, round_.id).answered == SESSIONS
    together.reveal(projects, project, round_.id, who="Ben")
    expected = {f"Person {number}": [number + 1.0] * 10 for number in range(SESSIONS)}
    assert likely_figures(projects, project) == expected


def test_what_was_sent_while_the_round_is_revealed_is_either_in_it_or_refused(
    projects: Projects, project: str, asked: str, items: tuple[str, ...]
) -> None:
    seen: list[dict[str, list[float]]] = []

    def session(number: int) -> str:
        if number == 7:
            together.reveal(projects, project, asked, who="Ben")
            seen.append(likely_figures(projects, project))
            return ""
        name = f"Person {number}"
        try:
            together.send(projects, project, asked, answers(items), name=name, sender=name)
        except InputError:
            return ""
        return name

    accepted = set(filter(None, at_once(session)))
    assert set(likely_figures(projects, project)) == accepted
    assert seen == [likely_figures(projects, project)], "what was shown at the reveal is what counts"


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What `act` gives for each session's number, all of them starting together."""
    start = threading.Barrier(SESSIONS)

    def session(number: int) -> Any:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(SESSIONS) as sessions:
        return list(sessions.map(session, range(SESSIONS)))


@pytest.mark.parametrize(
    "agreed",
    [{}, {"likely_days": 3}, {"low_days": 1, "likely_days": "x", "high_days": 3}, dict.fromkeys(DO_NOT_KNOW, -1)],
)
def test_what_a_file_of_unknown_origin_says_was_agreed_is_no_figure_unless_it_is_one(agreed: dict[str, Any]) -> None:
    round_ = Round.model_validate(
        {"id": "r", "subject": "estimate", "things": ["a", "b"], "opened_at": "2026-03-02T09:00:00", "opened_by": "Ann",
         "agreed": {"a": agreed, "b": {"low_days": 1, "likely_days": 2, "high_days": 3}}}
    )  # fmt: skip
    assert together.agreed_on(round_, "a") is None
    assert together.agreed_on(round_, "b") == (1, 2, 3)
    assert together.agreed_on(round_, "elsewhere") is None
