"""Ballots: private until the reveal, fixed after it, and one row a person, thing and round."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness import ballots
from readiness.ballots import (
    Ballot,
    Round,
    Subject,
    attendance,
    ballot_key,
    cast,
    names_in,
    of_round,
    open_round,
    open_to_all,
)
from readiness.errors import InputError, InvalidValueError

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it


def person(name: str) -> str:
    return " ".join(name.casefold().split())


def a_round(*things: str, participants: tuple[str, ...] = (), id: str = "r1") -> Round:
    return open_round(
        id=id,
        subject=Subject.ESTIMATE,
        labels={thing: thing.title() for thing in things or ("rollback", "alerting")},
        participants=participants,
        person_of=person,
        now=NOW,
        by="Ben",
    )


def a_ballot(round_: Round, name: str, thing: str = "rollback", *, sender: str = "", minutes: int = 0) -> Ballot:
    moment = NOW + timedelta(minutes=minutes)
    return cast(round_, thing, {"likely_days": 3}, participant=name, sender=sender, now=moment)


def test_a_round_remembers_what_its_things_were_called() -> None:
    round_ = a_round("rollback")
    assert (round_.things, round_.label("rollback"), round_.label("lost")) == (("rollback",), "Rollback", "lost")
    assert round_.is_open


@pytest.mark.parametrize("count", [0, ballots.MOST_THINGS + 1])
def test_a_round_asks_about_something_and_not_about_everything(count: int) -> None:
    with pytest.raises(InputError, match=r"something to ask|at most 30 things"):
        open_round(
            id="r",
            subject=Subject.ESTIMATE,
            labels={str(number): "x" for number in range(count)},
            participants=(),
            person_of=person,
            now=NOW,
            by="Ben",
        )


def test_a_round_of_judgments_asks_about_up_to_a_hundred_records() -> None:
    def judged(count: int) -> Round:
        return open_round(
            id="r",
            subject=Subject.JUDGMENT,
            labels={str(number): f"Record {number}" for number in range(count)},
            participants=(),
            person_of=person,
            now=NOW,
            by="Ben",
        )

    assert len(judged(ballots.MOST_JUDGED).things) == 100
    with pytest.raises(InputError, match="at most 100 things, and 101"):
        judged(101)


def test_a_participant_who_is_named_twice_is_waited_for_once() -> None:
    assert a_round(participants=("Ann Lee", " ann  LEE", "", "Bo")).participants == ("Ann Lee", "Bo")


def test_more_people_than_a_round_can_wait_for_are_refused() -> None:
    with pytest.raises(InputError, match="at most 100 people, and 101"):
        a_round(participants=tuple(f"P{number}" for number in range(101)))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "somebody",
        "Somebody ",
        "x" * 201,
        "\ud800",
        "\x00",
        "\u202e",
        "\u200b \u2066",
        "some\u200bbody",
        "\u200d",
    ],
)
def test_a_name_that_names_nobody_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError, match="Name"):
        ballots.clean_name(name, person)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ann\x00 Lee", "Ann Lee"),
        ("\u202eeeL nnA\u202c", "eeL nnA"),
        ("A\u200bnn\ufeff \x7f Lee\u2069", "Ann Lee"),
        ("An\u200dn", "Ann"),
        ("\u200dAnn\u200d", "Ann"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647"),  # Persian
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),  # Hindi
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),  # a woman at a computer
        ("\u0645\u200d\u200d\u202e\u06cc", "\u0645\u06cc"),
        ("A\u200d\U0001f4bb", "A\U0001f4bb"),
    ],
)
def test_a_name_holds_nothing_that_shows_nothing_or_turns_other_text(typed: str, shown: str) -> None:
    assert ballots.clean_name(typed, person) == shown


@given(st.text() | st.text("aB \u0645\u06cc\u200c\u200d\u202e\x00\t\U0001f4bb", max_size=12))
def test_a_shown_name_stays_as_it_is_when_it_is_shown_again(typed: str) -> None:
    shown = ballots.shown_name(typed)
    assert ballots.shown_name(shown) == shown
    assert shown == shown.strip()
    assert not any(ballots.shows_nothing(c) and c not in "\u200c\u200d" for c in shown)


def test_the_first_reveal_counts() -> None:
    first = ballots.reveal(a_round(), now=NOW, by="Ben")
    assert ballots.reveal(first, now=NOW + timedelta(hours=1), by="Cleo") is first
    assert (first.is_open, first.revealed_by) == (False, "Ben")


def test_a_ballot_after_the_reveal_is_refused_with_what_to_do() -> None:
    with pytest.raises(InputError, match=r"Ben revealed this round at 09:00 UTC.*say them when the group talks"):
        a_ballot(ballots.reveal(a_round(), now=NOW, by="Ben"), "Ann")


def test_a_ballot_about_what_was_not_asked_is_refused() -> None:
    with pytest.raises(InputError, match="does not ask about 'tea'"):
        a_ballot(a_round(), "Ann", "tea")


def test_only_ballots_of_revealed_rounds_are_open_to_all() -> None:
    done, under_way = a_round(id="done"), a_round(id="under way")
    given = [a_ballot(done, "Ann"), a_ballot(under_way, "Ann")]
    rounds = [ballots.reveal(done, now=NOW, by="Ben"), under_way]
    assert open_to_all(rounds, given) == (given[0],)
    assert open_to_all([], given) == ()


def test_ballots_about_other_things_or_rounds_are_not_of_the_round() -> None:
    round_ = a_round("rollback")
    stray = a_ballot(a_round("alerting"), "Ann", "alerting")
    other = a_ballot(a_round(id="r2"), "Ann")
    assert of_round(round_, [stray, other, mine := a_ballot(round_, "Ann")]) == (mine,)


def test_who_is_done_under_way_and_waited_for_is_known_without_any_answer() -> None:
    round_ = a_round(participants=("Dan", "Ann"))
    given = [a_ballot(round_, "ANN"), a_ballot(round_, "Ann", "alerting"), a_ballot(round_, "Cleo")]
    found = attendance(round_, given, person)
    assert [(s.name, s.state, s.answered, s.asked) for s in found.standings] == [
        ("Dan", "waited for", 0, 2),
        ("Ann", "done", 2, 2),
        ("Cleo", "under way", 1, 2),
    ]
    assert (found.waited_for, found.all_done, found.answered) == (("Dan",), False, 2)
    assert "likely" not in repr(found)


def test_all_are_done_when_everyone_named_is() -> None:
    round_ = a_round("rollback", participants=("Ann",))
    assert attendance(round_, [a_ballot(round_, "ann")], person).all_done
    assert not attendance(a_round("rollback"), [a_ballot(round_, "ann")], person).all_done, "nobody was named"


def test_what_is_there_no_more_is_not_waited_for() -> None:
    round_ = a_round(participants=("Ann",))
    assert attendance(round_, [a_ballot(round_, "Ann")], person, things=["rollback"]).all_done


def test_a_name_is_shown_as_it_was_typed_last() -> None:
    round_ = a_round()
    given = [a_ballot(round_, "ann lee"), a_ballot(round_, "Ann Lee", "alerting", minutes=5)]
    assert [s.name for s in attendance(round_, given, person).standings] == ["Ann Lee"]


texts = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.tuples(texts, texts, texts), st.tuples(texts, texts, texts))
def test_a_key_belongs_to_one_person_thing_and_round(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert (ballot_key(*one) == ballot_key(*other)) == (one == other)


@given(st.permutations([("Ann", "rollback"), ("Ann", "alerting"), ("Bo", "rollback"), ("Cy", "alerting")]))
def test_the_order_in_which_ballots_arrive_does_not_matter(order: list[tuple[str, str]]) -> None:
    round_ = a_round(participants=("Bo",))
    given = [a_ballot(round_, name, thing) for name, thing in order]
    assert attendance(round_, given, person) == attendance(round_, given[::-1], person)


@pytest.mark.parametrize("moment", ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00+01:00"])
def test_a_time_with_a_zone_is_refused_because_it_has_no_place_among_the_others(moment: str) -> None:
    round_, ballot = a_round().model_dump(), a_ballot(a_round(), "Ann").model_dump()
    for model, body in ((Round, {**round_, "opened_at": moment}), (Ballot, {**ballot, "given_at": moment})):
        with pytest.raises(ValidationError, match="timezone"):
            model.model_validate(body)


def test_names_are_read_by_comma_semicolon_and_line_and_blank_ones_are_none() -> None:
    assert names_in(" Ann  Lee, Bo;\r\nCy\n,, ;Dé ") == ("Ann Lee", "Bo", "Cy", "Dé")
    assert names_in(" \n") == ()
