"""Reviews: recorded by hand or from the log, corrected openly, and two in a row outside tolerance raise the alarm."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.errors import InputError, InvalidValueError
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.outcome.reviews import (
    Review,
    ReviewDecision,
    alarm,
    corrected,
    counted_readings,
    in_order,
    new_review,
    next_due,
    overdue_days,
    withdrawn,
)

NOW = datetime(2026, 6, 1, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
DEFINED = OutcomeDefinition(metric="Share routed correctly", unit="%", tolerance_low=88, tolerance_high=100)
IN, OUT = 93.0, 84.0
FIRST = date(2026, 1, 5)


def review(number: int, reading: float | None, **more: Any) -> Review:
    """The review of month `number`, recorded on its day."""
    day = FIRST + timedelta(days=28 * number)
    parts: dict[str, Any] = {
        "id": f"r{number}",
        "held_on": day,
        "recorded_at": datetime(day.year, day.month, day.day, 12),  # noqa: DTZ001
        "metric": "Share",
        "unit": "%",
        "tolerance_low": 88.0,
        "tolerance_high": 100.0,
        "reading": reading,
        "reviewed_by": "Ines",
    }
    return Review(**{**parts, **more})


def row(*readings: float | None) -> list[Review]:
    return [review(number, reading) for number, reading in enumerate(readings)]


def said(**more: Any) -> dict[str, Any]:
    return {"held_on": date(2026, 6, 1), "reading": IN, "reviewed_by": "Ines", **more}


# --- recording ----------------------------------------------------------------------------------------------------


def test_a_review_keeps_the_metric_and_the_tolerance_of_its_day() -> None:
    made = new_review(DEFINED, said(reviewed_by="  Ines   Example "), id="r", now=NOW)
    assert (made.metric, made.unit, made.tolerance_low, made.tolerance_high) == ("Share routed correctly", "%", 88, 100)
    assert (made.reviewed_by, made.inside, made.reading_in_words) == ("Ines Example", True, "93%")
    assert made.reading_source == ""


def test_a_reading_from_the_log_says_where_it_comes_from() -> None:
    made = new_review(DEFINED, said(), id="r", now=NOW, source="the log, May 2026")
    assert made.reading_source == "the log, May 2026"


def test_a_review_on_a_day_to_come_is_refused_but_not_where_the_day_begins_first() -> None:
    new_review(DEFINED, said(held_on=date(2026, 6, 2)), id="r", now=NOW)
    with pytest.raises(InvalidValueError, match="still to come"):
        new_review(DEFINED, said(held_on=date(2026, 6, 3)), id="r", now=NOW)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"reviewed_by": " \u200b"}, "names who held it"),
        ({"reviewed_by": None}, "names who held it"),
        ({"held_on": None}, "needs its day"),
        ({"reading": None}, "needs a note"),
    ],
)
def test_a_review_that_says_too_little_is_refused(parts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        new_review(DEFINED, said(**parts), id="r", now=NOW)


def test_a_review_without_a_reading_stands_with_its_note() -> None:
    made = new_review(DEFINED, said(reading=None, note="The log was off."), id="r", now=NOW)
    assert made.inside is None
    assert made.reading_in_words == "not read"


@pytest.mark.parametrize("reading", [float("nan"), float("inf"), "many"])
def test_no_reading_is_endless_or_undefined(reading: Any) -> None:
    with pytest.raises(ValidationError):
        new_review(DEFINED, said(reading=reading), id="r", now=NOW)


def test_the_next_review_comes_after_this_one() -> None:
    with pytest.raises(ValidationError, match="must come after"):
        new_review(DEFINED, said(next_review=date(2026, 6, 1)), id="r", now=NOW)


# --- correcting ---------------------------------------------------------------------------------------------------


def test_a_correction_keeps_its_reason_and_the_tolerance_of_the_day() -> None:
    before = review(0, 39.0, reading_source="the log")
    after = corrected(before, {"reading": 93.0}, reason=" digits  swapped ", by="Ben", now=NOW)
    assert (after.reading, after.reading_source, after.inside) == (93.0, "", True)
    assert (after.tolerance_low, after.recorded_at, after.id) == (88.0, before.recorded_at, before.id)
    (correction,) = after.corrections
    assert (correction.reason, correction.by, correction.at) == ("digits swapped", "Ben", NOW)
    again = corrected(after, {"note": "Checked."}, reason="a note", by="Ann", now=NOW)
    assert [one.reason for one in again.corrections] == ["digits swapped", "a note"]
    assert before.reading == 39.0


def test_a_correction_without_reason_or_without_change_is_refused() -> None:
    with pytest.raises(InputError, match="needs its reason"):
        corrected(review(0, 39.0), {"reading": 93.0}, reason=" ", by="Ben", now=NOW)
    with pytest.raises(InputError, match="Nothing is different"):
        corrected(review(0, 39.0), {"reading": 39.0}, reason="so", by="Ben", now=NOW)


def test_a_reading_is_not_taken_back_without_a_note_that_says_why() -> None:
    with pytest.raises(InputError, match="needs a note"):
        corrected(review(0, OUT), {"reading": None}, reason="misread", by="Ben", now=NOW)
    after = corrected(review(0, OUT), {"reading": None, "note": "The log was off."}, reason="so", by="Ben", now=NOW)
    assert after.reading is None


@pytest.mark.parametrize("part", ["tolerance_low", "metric", "id", "corrections", "withdrawn", "recorded_at"])
def test_what_a_review_was_judged_by_cannot_be_corrected(part: str) -> None:
    with pytest.raises(InvalidValueError, match="is not one of"):
        corrected(review(0, OUT), {part: None}, reason="so", by="Ben", now=NOW)


def test_a_withdrawn_review_stays_with_its_reason_and_counts_for_nothing() -> None:
    gone = withdrawn(review(1, OUT), reason="a rehearsal", by="Ben", now=NOW)
    assert gone.corrections[-1].reason == "a rehearsal"
    assert alarm([review(0, OUT), gone], "") is None
    with pytest.raises(InputError, match="withdrawn already"):
        withdrawn(gone, reason="again", by="Ben", now=NOW)
    with pytest.raises(InputError, match="was withdrawn"):
        corrected(gone, {"reading": IN}, reason="so", by="Ben", now=NOW)


# --- two in a row -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("readings", "raised"),
    [
        ((), False),
        ((OUT,), False),
        ((OUT, OUT), True),
        ((OUT, IN), False),
        ((IN, OUT), False),
        ((OUT, OUT, IN), False),
        ((IN, OUT, OUT), True),
        ((OUT, IN, OUT), False),
        ((OUT, OUT, OUT), True),
        ((OUT, None, OUT), True),
        ((OUT, OUT, None), True),
        ((OUT, None), False),
        ((None, None), False),
        ((120.0, OUT), True),
    ],
)
def test_two_readings_in_a_row_outside_tolerance_raise_the_alarm(
    readings: tuple[float | None, ...], raised: bool
) -> None:
    assert (alarm(row(*readings), "") is not None) is raised


def test_the_alarm_names_the_two_reviews() -> None:
    found = alarm(row(IN, OUT, None, 80.0), "")
    assert found is not None
    assert (found.first.id, found.second.id, found.pulled_on) == ("r1", "r3", None)


def test_two_readings_of_one_day_are_one_review_and_the_last_recorded_counts() -> None:
    morning = review(0, OUT)
    evening = morning.model_copy(update={"id": "e", "recorded_at": morning.recorded_at + timedelta(hours=6)})
    assert alarm([morning, evening], "") is None
    better = evening.model_copy(update={"reading": IN})
    assert counted_readings([better, morning], "") == (better,)
    assert alarm([morning, better, review(1, OUT)], "") is None
    unread = evening.model_copy(update={"reading": None})
    assert counted_readings([morning, unread], "") == (morning,)


def test_the_order_is_that_of_the_days_and_not_of_the_recording() -> None:
    late = review(0, OUT, recorded_at=NOW)
    assert alarm([review(1, OUT), review(2, IN), late], "") is None
    assert alarm([review(1, IN), late, review(2, OUT)], "") is None


def test_a_tolerance_that_is_widened_later_judges_nothing_anew() -> None:
    wide = {"tolerance_low": 70.0}
    assert alarm([review(0, OUT), review(1, OUT), review(2, 72.0, **wide)], "") is None
    assert alarm([review(0, OUT), review(1, OUT)], "") is not None


def test_without_a_tolerance_a_review_neither_counts_nor_breaks_the_row() -> None:
    unjudged = review(1, OUT, tolerance_low=None, tolerance_high=None)
    assert alarm([review(0, OUT), unjudged], "") is None
    assert alarm([review(0, OUT), unjudged, review(2, OUT)], "") is not None


def test_a_reading_that_keeps_the_only_limit_that_is_stated_breaks_the_row() -> None:
    below, kept, again = (review(place, value, tolerance_high=None) for place, value in enumerate((OUT, IN, OUT)))
    assert kept.inside is None
    assert alarm([below, kept, again], "") is None
    assert alarm([below, again], "") is not None
    assert alarm([below, again, review(3, IN, tolerance_high=None)], "") is None


def test_another_primary_metric_begins_anew_and_another_wording_does_not() -> None:
    assert alarm([review(0, OUT), review(1, OUT, metric="Share, in other words")], "") is not None
    assert alarm([review(0, OUT), review(1, OUT, metric_id="m2")], "m2") is None
    assert alarm([review(0, OUT), review(1, OUT, metric_id="m2")], "") is None


def test_a_decision_to_pull_is_said_with_its_day() -> None:
    pulled = alarm([review(0, OUT), review(1, OUT, decision=ReviewDecision.PULL)], "")
    assert pulled is not None
    assert pulled.pulled_on == FIRST + timedelta(days=28)
    later = alarm([*row(OUT, OUT), review(2, None, decision=ReviewDecision.PULL)], "")
    assert later is not None
    assert later.pulled_on == FIRST + timedelta(days=56)


readings = st.lists(st.sampled_from([IN, OUT, None, 101.0]), max_size=9)


@given(readings, st.randoms())
def test_the_order_in_which_reviews_are_handed_over_does_not_matter(
    values: list[float | None], shuffle: random.Random
) -> None:
    reviews = row(*values)
    shuffled = reviews.copy()
    shuffle.shuffle(shuffled)
    assert alarm(shuffled, "") == alarm(reviews, "")
    assert in_order(shuffled) == in_order(reviews)


@given(readings)
def test_the_alarm_is_what_the_last_two_readings_say(values: list[float | None]) -> None:
    told = [88 <= value <= 100 for value in values if value is not None]
    assert (alarm(row(*values), "") is not None) is (len(told) >= 2 and not any(told[-2:]))


@given(readings, st.integers(0, 9))
def test_a_review_that_read_nothing_changes_nothing_wherever_it_is_held(values: list[float | None], place: int) -> None:
    reviews = row(*values)
    unread = review(place, None, id="unread", held_on=FIRST + timedelta(days=28 * place + 3))
    before, after = alarm(reviews, ""), alarm([*reviews, unread], "")
    assert (before is None) is (after is None)


@given(readings)
def test_a_reading_inside_ends_the_alarm(values: list[float | None]) -> None:
    assert alarm([*row(*values), review(len(values), IN)], "") is None


# --- the next one -------------------------------------------------------------------------------------------------

OWNED = Ownership(first_review=date(2026, 1, 5), review_every_days=28)


def test_the_next_review_is_the_first_one_then_what_the_last_one_said_then_the_cadence() -> None:
    assert next_due(Ownership(), ()) is None
    assert next_due(OWNED, ()) == date(2026, 1, 5)
    assert next_due(OWNED, row(IN, IN)) == FIRST + timedelta(days=56)
    assert next_due(OWNED, [*row(IN), review(1, IN, next_review=date(2026, 2, 10))]) == date(2026, 2, 10)
    assert next_due(Ownership(), row(IN)) is None
    assert next_due(OWNED, [review(0, IN, withdrawn=True)]) == date(2026, 1, 5)


def test_a_review_is_overdue_from_the_day_after() -> None:
    due = date(2026, 1, 5)
    assert [overdue_days(due, date(2026, 1, day)) for day in (4, 5, 6, 17)] == [0, 0, 1, 12]
    assert overdue_days(None, due) == 0


def test_a_last_day_of_the_calendar_has_no_next_one() -> None:
    assert next_due(OWNED, [review(0, IN, held_on=date.max)]) is None
