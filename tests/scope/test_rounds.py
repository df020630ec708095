"""How far estimates lie apart, in person-days, and the sentence that follows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import InputError
from readiness.scope.rounds import (
    DO_NOT_KNOW,
    Days,
    Opinion,
    Spread,
    answer_of,
    by_disagreement,
    finding,
    opinion_of,
    spread,
)

triples = st.lists(st.integers(0, 1000).map(lambda n: n / 10), min_size=3, max_size=3).map(lambda d: Days(*sorted(d)))
groups = st.lists(triples | st.none(), max_size=8)


def about(component: str, *days: tuple[float, float, float] | None) -> Spread:
    names = ["Ann", "Bo", "Cy", "Di", "Ed", "Flo", "Gil", "Hal"]
    said = [Opinion(name, Days(*d) if d else None) for name, d in zip(names, days, strict=False)]
    return spread(component.casefold(), component, said)


def test_opinions_stand_by_their_likely_figure_and_those_who_do_not_know_last() -> None:
    of = about("Rollback", (5, 9, 12), None, (1, 2, 4))
    assert [opinion.participant for opinion in of.opinions] == ["Cy", "Ann", "Bo"]
    assert (of.unknown, of.likely) == (1, (2, 9))


def test_ranges_that_have_nothing_in_common_count_up_to_twice() -> None:
    meeting, apart = about("A", (1, 2, 15), (1, 15, 20)), about("B", (1, 2, 3), (12, 15, 20))
    assert (meeting.difference_days, meeting.apart, meeting.disagreement_days) == (13, 0, 13)
    assert (apart.difference_days, apart.apart, apart.disagreement_days) == (13, 1, 26)
    assert apart.ratio == 7.5


def test_a_third_opinion_in_between_bridges_some_of_the_pairs() -> None:
    of = about("A", (1, 2, 3), (12, 15, 20), (2, 6, 13))
    assert of.apart == pytest.approx(1 / 3)


def test_ranges_that_touch_have_something_in_common() -> None:
    assert about("A", (1, 2, 3), (3, 4, 5)).apart == 0


def test_twenty_against_forty_days_come_before_a_half_against_two() -> None:
    small, large = about("Small", (0.1, 0.5, 3), (0.1, 2, 3)), about("Large", (10, 20, 50), (10, 40, 50))
    assert [of.component for of in by_disagreement([small, large])] == ["Large", "Small"]


def test_what_most_do_not_know_comes_first_where_nothing_lies_apart() -> None:
    known, unknown = about("Known", (1, 2, 3), (1, 2, 3)), about("Unknown", (1, 2, 3), None)
    assert [of.component for of in by_disagreement([known, unknown])] == ["Unknown", "Known"]


@pytest.mark.parametrize(
    ("spreads", "sentence"),
    [
        ([], "Nobody answered."),
        ([about("A")], "Nobody answered."),
        (
            [about("Logs", (1, 2, 3), (1, 2, 3)), about("Rollback", (1, 2, 4), (9, 15, 30))],
            "Largest disagreement: Rollback, 2 to 15 days likely; talk about it first.",
        ),
        (
            [about("Logs", (1, 3, 5), (1, 3.5, 5))],
            "No large disagreement: the widest is Logs, 3 to 3.5 days likely.",
        ),
        ([about("Logs", (1, 2, 3), (0, 2, 9))], "All likely figures are the same."),
        ([about("Logs", (1, 2, 3))], "Nobody's figures can be compared yet: each component has one estimate at most."),
        ([about("Logs", None, None)], "Nobody knows Logs: find out more before it is asked again."),
        (
            [about("Logs", (0, 0, 1), (0, 1, 2)), about("A", None), about("B", None)],
            "Largest disagreement: Logs, 0 to 1 days likely; talk about it first. "
            "Nobody knows A and B: find out more before it is asked again.",
        ),
    ],
)
def test_the_sentence_says_what_to_talk_about_first(spreads: list[Spread], sentence: str) -> None:
    assert finding(by_disagreement(spreads)) == sentence


@given(groups, st.randoms())
def test_the_order_of_the_participants_does_not_matter(days: list[Days | None], random: object) -> None:
    said = [Opinion(f"P{number}", d) for number, d in enumerate(days)]
    mixed = list(said)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert spread("a", "A", said) == spread("a", "A", mixed)


@given(groups)
def test_disagreement_lies_between_the_difference_and_twice_the_difference(days: list[Days | None]) -> None:
    of = about("A", *days)
    assert 0 <= of.difference_days <= of.disagreement_days <= 2 * of.difference_days
    assert 0 <= of.apart <= 1


@given(groups, st.integers(2, 10))
def test_disagreement_is_in_the_unit_of_the_estimates(days: list[Days | None], factor: int) -> None:
    longer = [d and Days(*(figure * factor for figure in d)) for d in days]
    expected = about("A", *days).disagreement_days * factor
    assert math.isclose(about("A", *longer).disagreement_days, expected, rel_tol=1e-9, abs_tol=1e-9)


@given(groups)
def test_who_does_not_know_changes_no_figure(days: list[Days | None]) -> None:
    with_unknown, without = about("A", *days, None), about("A", *(d for d in days if d))
    assert with_unknown.disagreement_days == without.disagreement_days
    assert with_unknown.pooled == without.pooled


@given(groups)
def test_the_pooled_hint_rises_and_lies_among_what_was_said(days: list[Days | None]) -> None:
    of = about("A", *days)
    if of.pooled is None:
        assert not of.estimates
        return
    assert list(of.pooled) == sorted(of.pooled)
    for position, figure in enumerate(of.pooled):
        said = [estimate[position] for estimate in of.estimates]
        assert min(said) <= figure <= max(said)


@given(st.lists(triples, min_size=1, max_size=7))
def test_one_more_voice_in_agreement_with_another_never_widens_the_difference(days: list[Days]) -> None:
    assert about("A", *days, days[0]).difference_days == about("A", *days).difference_days


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ((5, 3, 9), "Rollback, Likely: 3 is below Low, 5."),
        ((1, 3, 2.5), "Rollback, High: 2.5 is below Likely, 3."),
        ((-1, 3, 5), "Rollback, Low: -1 is below zero."),
        ((1, "three", 5), "Rollback, Likely: 'three' is no number of person-days."),
        ((1, 3, 1_000_000), "Rollback, High: 1000000 is more than 10,000 person-days."),
        ((1, 3, math.nan), "Rollback, High: 'nan' is no number of person-days."),
        ((1, True, 5), "Rollback, Likely: 'True' is no number of person-days."),
        ((1, None, ""), "Rollback: Likely and High are missing. Fill in all three figures."),
    ],
)
def test_a_refusal_names_the_component_and_the_figure(typed: tuple[object, object, object], sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        answer_of("Rollback", *typed)
    assert str(refusal.value) == sentence


@given(triples)
def test_an_answer_is_read_back_as_it_was_given(days: Days) -> None:
    assert opinion_of("Ann", answer_of("A", *days)) == Opinion("Ann", days)


def test_i_do_not_know_is_read_back_as_such() -> None:
    assert opinion_of("Ann", dict(DO_NOT_KNOW)) == Opinion("Ann", None)


@pytest.mark.parametrize("answer", [{"low_days": 9, "likely_days": 2, "high_days": 3}, {"low_days": "=1+1"}])
def test_an_answer_that_is_no_estimate_is_left_out(answer: dict[str, object]) -> None:
    assert opinion_of("Ann", answer) is None
