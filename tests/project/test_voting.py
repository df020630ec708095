"""Votes on the four questions over a real store: private until the reveal, and thirty at once lose nothing."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from readiness.ballots import Subject
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.votes import answer_of
from readiness.errors import InputError
from readiness.project import Projects, asking, estimating, revealed_votes, voting
from readiness.project.exporting import export_file
from readiness.scope.rounds import answer_of as estimate_of

SESSIONS = 30
SECRET = "the vendor's master data has been wrong since the merger"
QUESTIONS = {mode: f"Is {mode} in order?" for mode in FailureMode}


def votes(reply: Reply, reason: str = "") -> dict[str, dict[str, Any]]:
    return {mode.value: answer_of(QUESTIONS[mode], reply, reason) for mode in FailureMode}


@pytest.fixture
def asked(projects: Projects, project: str) -> str:
    """The id of an open round of votes."""
    return voting.open_round(projects, project, QUESTIONS, who="Ben").id


@pytest.fixture
def vote(projects: Projects, project: str, asked: str) -> Callable[..., asking.Sent]:
    """Sends one reply on all four questions: (name, reply, reason="")."""

    def do(name: str, reply: Reply, reason: str = "") -> asking.Sent:
        return asking.send(projects, project, asked, votes(reply, reason), name=name, sender=name)

    return do


def test_a_round_asks_the_four_questions_in_their_order_and_words(projects: Projects, project: str, asked: str) -> None:
    (round_,) = revealed_votes.rounds_of(projects.load(project))
    assert round_.things == tuple(FailureMode)
    assert round_.label("ownership") == "Is ownership in order?"
    assert projects.store.journal(project)[0].what == "asked for 4 votes"


def test_a_vote_and_an_estimate_can_be_asked_for_at_once_but_not_two_votes(
    projects: Projects, project: str, asked: str
) -> None:
    item = projects.load(project).items[0].id
    estimates = estimating.open_round(projects, project, [item], who="Ben")
    assert [one.round.id for one in asking.asked_now(projects, project)] == [asked, estimates.id]
    assert voting.open_round(projects, project, QUESTIONS, who="Ben").id == asked
    with pytest.raises(InputError, match="about 4 questions"):
        voting.open_round(projects, project, QUESTIONS, who="Cleo")


def test_before_the_reveal_no_vote_and_no_reason_is_in_the_state_the_journals_words_or_a_document(
    projects: Projects, project: str, asked: str, vote: Callable[..., asking.Sent]
) -> None:
    vote("Ann", Reply.NO, SECRET)
    state = projects.load(project)
    assert all(not tally.votes for tally in revealed_votes.results(state, state.rounds[0]).values())
    assert revealed_votes.shown_round(state) is None
    assert revealed_votes.people(state, state.rounds[0]) == 0
    assert SECRET not in repr(state)
    assert SECRET not in repr(asking.attendance(projects, project, asked))
    assert SECRET not in repr([(e.who, e.what, e.kind, e.key) for e in projects.store.journal(project)])
    assert SECRET not in projects.brief(state, projects.diagnose(state), "production", "md").decode()
    with zipfile.ZipFile(io.BytesIO(projects.workbook(project))) as workbook:
        assert not [name for name in workbook.namelist() if SECRET.encode() in workbook.read(name)]


def test_after_the_reveal_the_votes_are_counted_and_the_teams_answer_stays_as_it_is(
    projects: Projects, project: str, asked: str, vote: Callable[..., asking.Sent]
) -> None:
    before = projects.diagnose(projects.load(project))
    vote("Ann", Reply.NO, SECRET)
    vote("Bo", Reply.YES)
    vote("Cy", Reply.NO)
    asking.reveal(projects, project, asked, who="Ben")
    state = projects.load(project)
    round_ = revealed_votes.shown_round(state)
    assert round_ is not None
    assert {tally.sentence for tally in revealed_votes.results(state, round_).values()} == {"1 yes, 2 no."}
    assert revealed_votes.people(state, round_) == 3
    assert (state.answers, projects.diagnose(state)) == ({}, before)
    assert projects.store.journal(project)[0].what == "revealed the votes"


def test_while_a_new_vote_is_open_the_last_result_is_not_shown(
    projects: Projects, project: str, asked: str, vote: Callable[..., asking.Sent], clock: Any
) -> None:
    vote("Ann", Reply.NO)
    asking.reveal(projects, project, asked, who="Ben")
    clock.advance(minutes=5)
    voting.open_round(projects, project, QUESTIONS, who="Ben")
    assert revealed_votes.shown_round(projects.load(project)) is None


def test_looks_at_one_subject_say_nothing_of_another(projects: Projects, project: str, asked: str) -> None:
    assert asking.phase(projects, project, Subject.VOTE) == (asked, True, 4, 0)
    assert asking.phase(projects, project, Subject.ESTIMATE) == ("", False, 0, 0)


@pytest.mark.large
def test_thirty_sessions_that_vote_and_estimate_while_the_facilitator_looks_lose_nothing(
    projects: Projects, project: str, asked: str
) -> None:
    items = [item.id for item in projects.load(project).items][:3]
    estimates = estimating.open_round(projects, project, items, who="Ben").id
    start = threading.Barrier(SESSIONS)
    looks: list[int] = []

    def session(number: int) -> None:
        start.wait()
        name, sender = f"Person {number}", asking.sender_mark(str(number))
        given = votes(list(Reply)[number % 3], f"reason {number}")
        for part in (dict(list(given.items())[:1]), given):  # some is sent first, then all of it
            asking.send(projects, project, asked, part, name=name, sender=sender)
            looks.append(asking.attendance(projects, project, asked).answered)
        days = {item: estimate_of(item, 1, number + 1, 99) for item in items}
        asking.send(projects, project, estimates, days, name=name, sender=sender)

    with ThreadPoolExecutor(SESSIONS) as sessions:
        list(sessions.map(session, range(SESSIONS)))
    for round_id in (asked, estimates):
        standing = asking.attendance(projects, project, round_id)
        assert len(standing.names("done")) == SESSIONS
        asking.reveal(projects, project, round_id, who="Ben")
    state = projects.load(project)
    assert max(looks) <= SESSIONS
    vote_round, estimate_round = (next(r for r in state.rounds if r.id == one) for one in (asked, estimates))
    for tally in revealed_votes.results(state, vote_round).values():
        assert {vote.participant: (vote.reply, vote.reason) for vote in tally.votes} == {
            f"Person {number}": (list(Reply)[number % 3], f"reason {number}") for number in range(SESSIONS)
        }
    for of in estimating.results(state, estimate_round):
        assert {o.participant: o.days.likely for o in of.opinions if o.days} == {
            f"Person {number}": number + 1.0 for number in range(SESSIONS)
        }


def test_a_trial_vote_is_taken_out_and_its_reason_is_not_said_again(
    projects: Projects, project: str, asked: str, vote: Callable[..., asking.Sent]
) -> None:
    vote("test", Reply.NO, SECRET)
    vote("Ann", Reply.YES)
    assert asking.take_out(projects, project, asked, "test", who="Ben") == 4
    taken = [
        one for one in projects.store.journal(project) if one.what.startswith("took test out of the round of votes")
    ]
    assert [one.kind for one in taken].count("ballot") == 4
    assert SECRET not in repr(taken)
    asking.reveal(projects, project, asked, who="Ben")
    tallies = revealed_votes.results(projects.load(project), projects.load(project).rounds[0])
    assert {vote.participant for tally in tallies.values() for vote in tally.votes} == {"Ann"}


def test_a_ballot_of_an_open_round_stays_out_of_the_export_file(
    projects: Projects, project: str, asked: str, vote: Callable[..., asking.Sent], tmp_path: Any
) -> None:
    vote("Ann", Reply.NO, "an early thought")
    vote("Ann", Reply.NO, SECRET)
    out = export_file(projects, project, tmp_path / "project.readiness")
    with zipfile.ZipFile(out) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    for word in (SECRET, "an early thought", "reply"):
        assert not [name for name, text in members.items() if word in text]
    sent = [line for line in members["journal.jsonl"].splitlines() if '"kind":"ballot"' in line]
    assert len(sent) == 8
    copy = projects.import_file(out, who="Dan", name="Copy").id
    (now,) = asking.asked_now(projects, copy)
    assert now.attendance.answered == 0
    asking.reveal(projects, project, asked, who="Ben")
    with zipfile.ZipFile(export_file(projects, project, tmp_path / "project.readiness")) as archive:
        assert SECRET in archive.read("document.jsonl").decode()
        assert "an early thought" in archive.read("journal.jsonl").decode()


def test_votes_travel_in_the_export_file(
    projects: Projects, project: str, asked: str, vote: Callable[..., asking.Sent], tmp_path: Any
) -> None:
    vote("Ann", Reply.NO, SECRET)
    asking.reveal(projects, project, asked, who="Ben")
    copy = projects.import_file(
        projects.store.export_project(project, tmp_path / "project.readiness"), who="Dan", name="Copy"
    )
    state = projects.load(copy.id)
    assert SECRET in json.dumps([ballot.answer for ballot in state.ballots])
