"""The code in the workshop's link, and who is here."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.project.joining import FORGOTTEN_AFTER, GONE_AFTER, MOST_WINDOWS, Presence, code_of, project_of

ONE, TWO = "aabbccddeeff0011", "aabbccddeeff0022"
identifiers = st.sets(st.text("abcdef0123456789", min_size=1, max_size=32), min_size=1, max_size=8)


@pytest.fixture
def presence(clock: Any) -> Presence:
    return Presence(clock)


@given(identifiers)
def test_a_code_stands_for_its_project_alone(ids: set[str]) -> None:
    for one in ids:
        assert project_of(code_of(one, ids), ids) == one


def test_a_code_is_short_and_grows_where_another_project_begins_alike() -> None:
    assert code_of(ONE, [ONE, "ff" * 8]) == "aabbcc"
    assert code_of(ONE, [ONE, TWO]) == "aabbccddeeff001"


@pytest.mark.parametrize("code", ["", "a", "aabbc", "aabbcc", "zzzzzz", f"{ONE}0"])
def test_a_code_that_is_too_short_or_stands_for_none_or_for_two_opens_nothing(code: str) -> None:
    assert project_of(code, [ONE, TWO]) is None


def test_who_has_joined_is_here_until_the_window_is_silent(presence: Presence, clock: Any) -> None:
    presence.seen("p", "w1", "Ann")
    presence.seen("p", "w2", "Bo")
    clock.advance(seconds=GONE_AFTER.total_seconds() + 1)
    presence.seen("p", "w2", "Bo")
    assert [(guest.name, guest.is_here) for guest in presence.guests("p")] == [("Ann", False), ("Bo", True)]
    assert presence.guests("another") == ()


def test_who_leaves_is_gone_at_once(presence: Presence) -> None:
    presence.seen("p", "w1", "Ann")
    presence.left("p", "w1")
    presence.left("p", "never joined")
    assert presence.guests("p") == ()


def test_one_person_in_two_windows_is_one_guest(presence: Presence) -> None:
    presence.seen("p", "w1", "Ann Lee")
    presence.seen("p", "w2", " lee ANN")
    (guest,) = presence.guests("p")
    assert guest.windows == 2


def test_a_name_that_is_here_already_is_noticed_before_and_after_joining(presence: Presence, clock: Any) -> None:
    presence.seen("p", "w1", "Ann")
    assert presence.shares_name("p", "w2", "ann")
    assert not presence.shares_name("p", "w2", "Bo")
    assert not presence.shares_name("q", "w2", "Ann")
    clock.advance(seconds=2)
    presence.seen("p", "w2", "Ann")
    clock.advance(seconds=2)
    presence.seen("p", "w1", "Ann")
    assert presence.shares_name("p", "w1", "Ann")
    assert presence.shares_name("p", "w2", "Ann")


def test_a_window_that_was_reloaded_does_not_share_its_name_with_its_earlier_self(
    presence: Presence, clock: Any
) -> None:
    presence.seen("p", "before", "Ann")
    clock.advance(seconds=2)
    presence.seen("p", "after", "Ann")
    clock.advance(seconds=2)
    presence.seen("p", "after", "Ann")
    assert not presence.shares_name("p", "after", "Ann")


def test_people_are_forgotten_after_half_a_day_and_the_first_where_there_are_too_many(
    presence: Presence, clock: Any
) -> None:
    presence.seen("p", "w1", "Ann")
    clock.advance(seconds=FORGOTTEN_AFTER.total_seconds() + 1)
    for number in range(MOST_WINDOWS + 1):
        clock.advance(seconds=0.001)
        presence.seen("p", f"n{number}", f"Person {number}")
    names = {guest.name for guest in presence.guests("p")}
    assert len(names) == MOST_WINDOWS
    assert not names & {"Ann", "Person 0"}


def test_thirty_windows_that_speak_at_once_are_all_here(presence: Presence) -> None:
    start = threading.Barrier(30)

    def window(number: int) -> None:
        start.wait()
        for _ in range(50):
            presence.seen("p", f"w{number}", f"Person {number}")
            presence.guests("p")
            presence.shares_name("p", f"w{number}", f"Person {number}")

    with ThreadPoolExecutor(30) as windows:
        list(windows.map(window, range(30)))
    assert len(presence.guests("p")) == 30
