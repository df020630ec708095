"""The agreement exercise: which records it takes, what it offers, and what its answers say together."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness import ballots
from readiness.agreement import COHEN, FLEISS, GWET, KRIPPENDORFF
from readiness.ballots import Ballot, Round, Subject
from readiness.errors import InputError, InvalidValueError
from readiness.outcome import exercise as exercises
from readiness.outcome.agreement import person_key
from readiness.outcome.exercise import (
    AgreementSettings,
    Exercise,
    JudgedRecord,
    Question,
    Settlement,
    allocate,
    answer_of,
    checked_answer,
    checked_labels,
    comparable,
    draw_sentence,
    labels_typed,
    sample_mark,
    settlement_key,
    wording_mark,
)
from readiness.outcome.exercise_result import (
    ExerciseResult,
    Reach,
    agreement_on_records,
    asked_figure,
    exercise_results,
    figure,
    reach,
    reach_sentence,
)

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
LEAST = exercises.USUAL_LEAST_AGREEMENT
# Krippendorff 2011, section C: 4 observers, 12 units, 5 labels, with gaps.
OBSERVERS = ("123321412...", "1233224125.3", ".33323422" + "51.", "12332441251.")

tiers = st.dictionaries(st.sampled_from(["clean", "repairable", "needs review", "unusable"]), st.integers(0, 5_000))


def made(question: Question = Question.LABEL, records: int = 12, **more: Any) -> Exercise:
    body: dict[str, Any] = {
        "id": "r1",
        "question": question,
        "labels": ("1", "2", "3", "4", "5") if question is Question.LABEL else (),
        "output_field": "label" if question is Question.CORRECT else "",
        "fields": ("text",),
        "records": tuple(JudgedRecord(record=n + 1, tier="clean" if n % 2 else "repairable") for n in range(records)),
        "seed": 1,
        "sample_name": "items.csv",
        "sample_mark": "m",
        **more,
    }
    return Exercise(**body)


def judged(
    exercise: Exercise,
    rows: Mapping[str, Sequence[str | None]],
    settled: Sequence[int] = (),
    *,
    minutes: int = 0,
    revealed: bool = True,
) -> ExerciseResult | None:
    """The result of a round in which each person gave these answers, by place; None leaves the record out."""
    found = exercise_results(*_stored(exercise, rows, settled, minutes=minutes, revealed=revealed))
    return found[0] if found else None


def result_of(exercise: Exercise, rows: Mapping[str, Sequence[str | None]], settled: Sequence[int] = ()) -> Any:
    found = judged(exercise, rows, settled)
    assert found is not None
    return found


def _stored(
    exercise: Exercise,
    rows: Mapping[str, Sequence[str | None]],
    settled: Sequence[int],
    *,
    minutes: int,
    revealed: bool,
) -> tuple[list[Round], list[Ballot], dict[str, Exercise], dict[str, Settlement]]:
    opened = NOW + timedelta(minutes=minutes)
    round_ = ballots.open_round(
        id=exercise.id,
        subject=Subject.JUDGMENT,
        labels={str(number): f"Record {number}" for number in exercise.numbers},
        participants=(),
        person_of=person_key,
        now=opened,
        by="Ben",
    )
    given_ballots = [
        ballots.cast(round_, str(number), {"answer": answer}, participant=name, sender="w", now=opened)
        for name, row in rows.items()
        for number, answer in zip(exercise.numbers, row, strict=False)
        if answer != "."
    ]
    settlements = {
        settlement_key(exercise.id, n): Settlement(round=exercise.id, record=n, reason="Said", settled_at=NOW)
        for n in settled
    }
    if revealed:
        round_ = ballots.reveal(round_, now=opened + timedelta(minutes=30), by="Ben")
    return [round_], given_ballots, {exercise.id: exercise}, settlements


# --- which records ----------------------------------------------------------------------------------------------------


@given(tiers, st.integers(5, 100))
def test_a_draw_takes_as_many_as_wanted_and_never_more_than_a_tier_has(available: dict[str, int], wanted: int) -> None:
    places = allocate(available, wanted)
    assert sum(places.values()) == min(wanted, sum(available.values()))
    assert all(places[tier] <= available[tier] for tier in places)


@given(tiers, st.integers(5, 100))
def test_every_tier_that_has_records_is_in_the_draw(available: dict[str, int], wanted: int) -> None:
    places = allocate(available, wanted)
    assert all(places[tier] >= 1 for tier, count in available.items() if count)


@given(tiers, st.integers(5, 99))
def test_one_more_record_takes_none_away_from_a_tier(available: dict[str, int], wanted: int) -> None:
    fewer, more = allocate(available, wanted), allocate(available, wanted + 1)
    assert all(more[tier] >= count for tier, count in fewer.items())


@given(tiers, st.integers(5, 100))
def test_a_larger_tier_gets_no_fewer_places(available: dict[str, int], wanted: int) -> None:
    places = allocate(available, wanted)
    ordered = sorted(places, key=lambda tier: available[tier])
    for smaller, larger in pairwise(ordered):
        assert places[larger] >= places[smaller] or available[larger] == available[smaller]


def test_half_of_a_usual_draw_is_edge_cases() -> None:
    places = allocate({"clean": 190, "repairable": 40, "needs review": 15, "unusable": 5}, 20)
    assert places == {"clean": 10, "repairable": 5, "needs review": 3, "unusable": 2}


@pytest.mark.parametrize("wanted", [4, 101, 0, -1])
def test_a_draw_outside_its_limits_is_refused(wanted: int) -> None:
    with pytest.raises(InvalidValueError, match="outside 5 to 100 records"):
        allocate({"clean": 500}, wanted)


def test_the_sentence_says_how_many_of_each_tier_are_drawn() -> None:
    drawn = [
        exercises.TierDraw(tier="clean", records=1_900, drawn=15),
        exercises.TierDraw(tier="repairable", records=40, drawn=5),
        exercises.TierDraw(tier="unusable", records=0, drawn=0),
    ]
    assert draw_sentence(drawn) == "20 records: clean 15 of 1,900, repairable 5 of 40."


def test_a_sample_is_known_again_by_its_bytes_and_by_how_it_was_read() -> None:
    mark = sample_mark("ab", 10, ("a", "b"), 1)
    assert mark == sample_mark("ab", 10, ("a", "b"), 1)
    others = [
        ("ac", 10, ("a", "b"), 1),
        ("ab", 11, ("a", "b"), 1),
        ("ab", 10, ("a", "c"), 1),
        ("ab", 10, ("a", "b"), 2),
    ]
    assert mark not in [sample_mark(*other) for other in others]


# --- what is offered --------------------------------------------------------------------------------------------------


def test_labels_are_typed_with_commas_or_lines_and_counted_once() -> None:
    assert labels_typed("pay, Return;\n ask  the buyer\nPAY,") == ("pay", "Return", "ask the buyer")


@pytest.mark.parametrize("labels", [["pay"], ["pay", "PAY", " "], [str(n) for n in range(51)], ["x" * 101, "pay"]])
def test_labels_that_cannot_be_chosen_between_are_refused(labels: list[str]) -> None:
    with pytest.raises(InputError):
        checked_labels(labels)


@pytest.mark.parametrize(
    ("question", "more"), [(Question.LABEL, {"labels": ("pay",)}), (Question.CORRECT, {"output_field": ""})]
)
def test_an_exercise_without_labels_or_outputs_cannot_be_made(question: Question, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        made(question, **more)


def test_i_cannot_tell_is_an_answer_to_every_question() -> None:
    assert [answer_of(made(question), None) for question in Question] == [{"answer": None}] * 3


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "x" * 501])
def test_an_answer_in_words_that_says_nothing_is_refused(typed: str) -> None:
    with pytest.raises(InputError):
        checked_answer(made(Question.TEXT), typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fictive Freight Ltd.", "fictive  freight LTD"), ("“4120”", "4120"), ("Straße", "STRASSE"),
        ("cafe\u0301", "café"), ("a\nb", "a b"), ("ja!", "Ja"), ("\ufeff4120", "4120"), ("Ａ１", "a1"),
    ],
)  # fmt: skip
def test_text_that_means_the_same_is_compared_as_the_same(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"), [("-5", "5"), ("C++", "C"), ("5%", "5"), ("(5)", "5"), ("1.200", "1,200"), ("a b", "ab")]
)
def test_text_that_may_mean_something_else_stays_apart(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


@given(st.text(max_size=60))
def test_comparing_text_twice_changes_nothing(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


@pytest.mark.parametrize("least", [-0.01, 1.01, float("nan"), None])
def test_an_agreement_that_cannot_be_asked_for_is_refused(least: Any) -> None:
    with pytest.raises(ValidationError):
        AgreementSettings(least=least)


# --- what the answers say ---------------------------------------------------------------------------------------------


def test_krippendorffs_four_observers_have_his_alpha_with_gaps_left_out() -> None:
    rows = {f"Observer {n}": [None if mark == "." else mark for mark in row] for n, row in enumerate(OBSERVERS)}
    result = result_of(made(), rows)
    assert result.alpha.value == pytest.approx(0.743, abs=0.0005)
    assert result.agreement.measure(GWET).value == pytest.approx(0.77544, abs=1e-5)
    assert result.agreement.measure(COHEN) is None
    assert (result.agreement.compared_items, len(result.judgments), len(result.people)) == (11, 48, 4)


def test_two_judges_have_cohens_kappa_of_1960() -> None:
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]  # of 200, so a hundred at a time
    pairs = [(a, b) for a in range(3) for b in range(3) for _ in range(table[a][b] // 2)]
    exercise = made(records=100, labels=("0", "1", "2"))
    assert len(pairs) == 100
    result = result_of(exercise, {"A": [str(a) for a, _ in pairs], "B": [str(b) for _, b in pairs]})
    assert result.agreement.measure(COHEN).value == pytest.approx(0.492, abs=0.0005)


def test_the_shared_answers_about_dogs_have_their_published_kappa(shared_datasets: Path) -> None:
    """807 pictures in nine exercises of some ninety; ten people answer each picture."""
    path = shared_datasets / "crowd_labels" / "dog" / "answer.csv"
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    items = sorted({item for item, _, _ in rows})
    weighed, records = 0.0, 0
    for start in range(9):
        part = items[start::9]
        found = result_of(made(records=len(part), labels=("0", "1", "2", "3")), _by_worker(rows, part))
        weighed += found.agreement.measure(FLEISS).value * len(part)
        records += len(part)
        assert reach(found, LEAST) is Reach.BELOW
        assert found.alpha.value == pytest.approx(found.agreement.measure(FLEISS).value, abs=0.003)
        assert len(found.disputed) > len(part) / 2
    assert records == 807
    assert weighed / records == pytest.approx(0.519, abs=0.01)


def _by_worker(rows: Sequence[Sequence[str]], items: Sequence[str]) -> dict[str, list[str | None]]:
    places = {item: place for place, item in enumerate(items)}
    found: dict[str, list[str | None]] = {}
    for item, worker, label in rows:
        if item in places:
            found.setdefault(worker, ["."] * len(items))[places[item]] = label
    return found


def test_ten_records_and_a_narrow_interval_are_needed_to_tell() -> None:
    few = result_of(made(records=9), {"A": "123451234", "B": "123451234"})
    assert reach(few, LEAST) is Reach.TOO_FEW
    assert "9 records were answered by two people, 10 are needed" in reach_sentence(few, LEAST)
    wide = result_of(made(records=12), {"A": "112233112233", "B": "112233113322"})
    assert wide.alpha.high - wide.alpha.low > 0.4
    assert wide.alpha.low < LEAST < wide.alpha.high
    assert reach(wide, LEAST) is Reach.TOO_FEW
    assert "the interval is wide and reaches over what is asked for" in reach_sentence(wide, LEAST)
    assert reach(wide, wide.alpha.low) is Reach.REACHED, "a wide interval on one side of the line tells enough"


def test_the_same_answer_to_everything_tells_no_agreement_from_chance() -> None:
    alike = result_of(made(Question.CORRECT, records=20), {"A": ["yes"] * 20, "B": ["yes"] * 20})
    assert reach(alike, LEAST) is Reach.TOO_FEW
    assert "Draw records whose correct outputs differ" in reach_sentence(alike, LEAST)
    nearly = result_of(made(Question.CORRECT, records=20), {"A": ["yes"] * 20, "B": [*["yes"] * 19, "no"]})
    assert nearly.agreement.raw == pytest.approx(0.95)
    assert nearly.agreement.measure(GWET).value > 0.9
    assert reach(nearly, LEAST) is Reach.TOO_FEW
    assert "Nearly all answers are the same" in reach_sentence(nearly, LEAST)


@pytest.mark.parametrize("rows", [{"A": "1" * 12, "B": "2" * 12}, {"A": "1" * 12, "B": "1" * 12, "C": "2" * 12}])
def test_people_who_disagree_about_every_record_are_below_although_all_records_are_alike(rows: dict[str, str]) -> None:
    result = result_of(made(), rows)
    assert result.alpha.low is None
    assert reach(result, LEAST) is Reach.BELOW
    assert "they do not agree" in reach_sentence(result, LEAST)


def test_people_who_agree_on_everything_have_reached_what_is_asked_for() -> None:
    result = result_of(made(), {"A": "123451234512", "B": "123451234512", "C": "123451234512"})
    assert reach(result, 1.0) is Reach.REACHED
    assert reach_sentence(result, LEAST) == (
        "3 people judged 12 records: they agree (alpha is 1.00, 0.667 is asked for)."
    )


def test_answers_in_words_are_compared_without_their_spelling_and_shown_as_most_typed_them() -> None:
    rows = {"A": ["Pay"] * 5 + ["ask"] * 7, "B": ["pay"] * 5 + ["Ask."] * 7, "C": ["pay "] * 5 + ["Ask."] * 7}
    result = result_of(made(Question.TEXT), rows)
    assert result.agreement.raw == 1
    assert result.disputed == ()
    assert (result.spelling("ask"), result.spelling("PAY")) == ("Ask.", "Pay")


def test_disputed_records_stand_with_their_answers_side_by_side_the_most_different_first() -> None:
    rows = {"A": "1111", "B": "1121", "C": "1131", "D": [None, "2", "1", None]}
    result = result_of(made(records=12), rows)
    assert [one.record for one in result.disputed] == [3, 2]
    assert [(one.participant, one.answer) for one in result.disputed[0].judgments] == [
        ("A", "1"), ("D", "1"), ("B", "2"), ("C", "3"),
    ]  # fmt: skip
    assert [one.record for one in result.unclear] == [1, 4]
    assert result.unclear[0].cannot_tell == ("D",)


def test_clean_records_and_edge_cases_are_measured_apart_where_there_are_enough() -> None:
    apart = result_of(made(records=24), {"A": "12" * 12, "B": "12" * 12})
    assert [(part.name, part.records, part.raw) for part in apart.parts] == [
        ("Clean records", 12, 1.0), ("Edge cases", 12, 1.0),
    ]  # fmt: skip
    few = result_of(made(records=12), {"A": "12" * 6, "B": "12" * 6})
    assert [part.alpha for part in few.parts] == [None, None]


def test_one_person_says_nothing_about_agreement() -> None:
    alone = result_of(made(), {"A": "123451234512"})
    assert not alone.is_comparable
    assert not alone.is_settled
    assert reach_sentence(alone, LEAST) == (
        "1 person judged 12 records. All answers are one person's, so there is nothing to compare."
    )
    assert agreement_on_records([alone], AgreementSettings(), "") is None


def test_nothing_is_known_of_a_round_that_is_open() -> None:
    assert judged(made(), {"A": "1" * 12, "B": "1" * 12}, revealed=False) is None


def test_what_the_exercise_does_not_offer_is_in_no_figure() -> None:
    """A project file of unknown origin may hold anything."""
    exercise = made(Question.CORRECT)
    rounds, given_ballots, known, settlements = _stored(
        exercise, {"A": ["yes"] * 12, "B": ["maybe"] * 12}, (), minutes=0, revealed=True
    )
    odd = [
        one.model_copy(update={"answer": answer})
        for one, answer in zip(given_ballots, [{}, {"answer": 3}], strict=False)
    ]
    (result,) = exercise_results(rounds, [*given_ballots, *odd], known, settlements)
    assert {one.answer for one in result.judgments} == {"yes", None}


def test_of_two_judgments_of_one_person_about_one_record_the_later_counts() -> None:
    rounds, given_ballots, known, settlements = _stored(made(), {"A": "1" * 12}, (), minutes=0, revealed=True)
    later = [
        one.model_copy(update={"participant": " a ", "answer": {"answer": "2"}, "given_at": NOW + timedelta(minutes=1)})
        for one in given_ballots
    ]
    (result,) = exercise_results(rounds, [*later, *given_ballots], known, settlements)
    assert {one.answer for one in result.judgments} == {"2"}
    assert result.people == (" a ",)


@given(st.lists(st.lists(st.sampled_from(["1", "2", "3", None]), min_size=12, max_size=12), min_size=1, max_size=4))
def test_any_answers_can_be_read(rows: list[list[str | None]]) -> None:
    result = result_of(made(labels=("1", "2", "3")), {f"P{n}": row for n, row in enumerate(rows)})
    where, alpha = reach(result, LEAST), result.alpha.value
    if where is not Reach.TOO_FEW:
        assert alpha is not None
        assert result.agreement.compared_items >= 10
        assert (alpha >= LEAST) == (where is Reach.REACHED)
    assert reach(result, -2.0) is not Reach.BELOW, "nothing is below the lowest alpha that there is"
    assert not (where is Reach.REACHED and reach(result, LEAST / 2) is Reach.BELOW), "asking for less fails nobody"
    assert reach_sentence(result, LEAST)
    assert set(result.unsettled) == {one.record for one in result.disputed}
    for one in result.records:
        assert len({judgment.answer for judgment in one.judgments} - {None}) == one.different
    tested = agreement_on_records([result], AgreementSettings(), "")
    assert (tested is None) == (not result.is_comparable)


# --- what follows -----------------------------------------------------------------------------------------------------

DISPUTING: dict[str, Sequence[str | None]] = {"A": "123451234512", "B": "234512345123"}
AGREEING: dict[str, Sequence[str | None]] = {"A": "123451234512", "B": "123451234512"}


def test_a_round_below_what_is_asked_for_stays_below_once_it_is_settled() -> None:
    before = agreement_on_records([result_of(made(), DISPUTING)], AgreementSettings(), "")
    assert before is not None
    assert (before.reach, before.stays_below, before.settled_rounds) == (Reach.BELOW, False, 0)
    assert "Settle the 12 disputed records" in before.sentence
    after = agreement_on_records([result_of(made(), DISPUTING, settled=range(1, 13))], AgreementSettings(), "")
    assert after is not None
    assert (after.stays_below, after.clearly_below, after.settled_rounds) == (True, True, 1)
    assert "Not ready to be scoped" in after.sentence
    opposite = agreement_on_records(
        [result_of(made(), {"A": "1" * 12, "B": "2" * 12}, settled=range(1, 13))], AgreementSettings(), ""
    )
    assert opposite is not None
    assert (opposite.stays_below, opposite.clearly_below) == (True, True)


def test_the_latest_round_that_compares_anything_counts() -> None:
    first = judged(made(id="r1"), DISPUTING, range(1, 13))
    second = judged(made(id="r2"), AGREEING, minutes=60)
    third = judged(made(id="r3"), {"A": "1" * 12}, minutes=120)
    tested = agreement_on_records([one for one in (third, first, second) if one], AgreementSettings(), "")
    assert tested is not None
    assert (tested.latest.exercise.id, tested.reach, tested.settled_rounds) == ("r2", Reach.REACHED, 2)


def test_an_earlier_wording_of_the_correct_output_is_said() -> None:
    result = result_of(made(wording_mark=wording_mark("As on the invoice.")), AGREEING)
    same = agreement_on_records([result], AgreementSettings(), " As on  the invoice. ")
    other = agreement_on_records([result], AgreementSettings(), "As the buyer says.")
    assert same is not None
    assert other is not None
    assert "earlier wording" not in same.sentence
    assert "earlier wording" in other.sentence


def test_a_figure_is_never_rounded_onto_what_it_is_held_against() -> None:
    assert [figure(0.6651, 0.667), figure(0.6, 0.667), figure(1.0, 1.0)] == ["0.665", "0.60", "1.00"]
    assert [asked_figure(0.667), asked_figure(0.8), asked_figure(1.0)] == ["0.667", "0.80", "1.00"]
    assert result_of(made(), AGREEING).alpha.name == KRIPPENDORFF
