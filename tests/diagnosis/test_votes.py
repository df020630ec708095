"""Votes on the four questions: what counts as one, and what they say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.votes import LONGEST_REASON, Tally, Vote, answer_of, differs, parts_of, tallies, vote_of
from readiness.errors import InputError, InvalidValueError

DATA = FailureMode.DATA_QUALITY


def tally(*replies: Reply) -> Tally:
    return Tally(DATA, tuple(Vote(f"Person {number}", reply) for number, reply in enumerate(replies)))


def test_a_vote_is_kept_with_its_reason_in_one_line() -> None:
    answer = answer_of("Data", "no", "  Nobody\n decided  ")
    assert parts_of(answer) == ("no", "Nobody decided")
    assert vote_of("Ann", answer) == Vote("Ann", Reply.NO, "Nobody decided")


@pytest.mark.parametrize("reply", [None, "", "maybe", "YES"])
def test_a_reason_without_a_reply_is_refused_with_the_question(reply: str | None) -> None:
    with pytest.raises(InputError, match="Is it owned\\?: choose yes, no or unknown"):
        answer_of("Is it owned?", reply, "because")


def test_a_reason_that_is_too_long_is_refused_and_not_cut() -> None:
    assert parts_of(answer_of("Data", "yes", "x" * LONGEST_REASON))[1] == "x" * LONGEST_REASON
    with pytest.raises(InvalidValueError, match="is 2 characters longer than the 1,000 that fit"):
        answer_of("Data", "yes", "x" * (LONGEST_REASON + 2))


@pytest.mark.parametrize("answer", [{}, {"reply": None}, {"reply": "perhaps"}, {"low_days": 3}])
def test_what_is_no_vote_is_none(answer: dict[str, object]) -> None:
    assert vote_of("Ann", answer) is None


@pytest.mark.parametrize(
    ("replies", "sentence"),
    [
        ((), "Nobody voted."),
        ((Reply.YES,), "1 yes."),
        ((Reply.NO,) * 3, "All 3 voted no."),
        ((Reply.NO, Reply.YES, Reply.UNKNOWN, Reply.YES), "2 yes, 1 no, 1 unknown."),
    ],
)
def test_the_counts_are_said_in_words(replies: tuple[Reply, ...], sentence: str) -> None:
    assert tally(*replies).sentence == sentence


def test_reasons_come_without_names_and_in_an_order_that_gives_nobody_away() -> None:
    votes = (Vote("Ann", Reply.NO, "zebra"), Vote("Bo", Reply.NO, "Apple"), Vote("Cy", Reply.NO), Vote("D", Reply.YES))
    assert Tally(DATA, votes).reasons(Reply.NO) == ("Apple", "zebra")
    assert Tally(DATA, votes).reasons(Reply.YES) == ()


def test_votes_and_evidence_that_differ_are_said_and_nothing_else() -> None:
    most_say_yes = tally(Reply.YES, Reply.YES, Reply.NO)
    assert differs(most_say_yes, Reply.NO).startswith("2 of 3 voted yes, and the evidence suggests no")
    assert differs(most_say_yes, Reply.YES) == ""
    assert differs(most_say_yes, Reply.UNKNOWN) == ""
    assert differs(tally(Reply.YES, Reply.NO), Reply.NO) == "", "a tie is no majority"
    assert differs(tally(Reply.UNKNOWN, Reply.UNKNOWN), Reply.NO) == ""
    assert differs(tally(), Reply.NO) == ""


@given(st.lists(st.tuples(st.sampled_from([*FailureMode, "gone"]), st.sampled_from(Reply)), max_size=40), st.randoms())
def test_every_vote_on_a_question_is_counted_once_in_any_order(
    given_votes: list[tuple[str, Reply]], random: object
) -> None:
    pairs = [(str(mode), Vote("Ann", reply)) for mode, reply in given_votes]
    counted = tallies(pairs)
    assert [one.mode for one in counted] == list(FailureMode)
    assert sum(one.count(reply) for one in counted for reply in Reply) == sum(m != "gone" for m, _ in given_votes)
    random.shuffle(pairs)  # type: ignore[attr-defined]
    again = tallies(pairs)
    assert [one.sentence for one in again] == [one.sentence for one in counted]
    assert [one.foremost for one in again] == [one.foremost for one in counted]
