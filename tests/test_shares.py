"""Shares with their Wilson intervals: known figures, and what holds for every count."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from readiness.shares import hidden_share, records_to_see, share_of

drawn = st.integers(1, 400).flatmap(
    lambda total: st.tuples(st.integers(0, total), st.just(total), st.integers(total, 5 * total))
)
counted = st.integers(1, 3_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (175, 250, 0.640, 0.753),
        (0, 250, 0.0, 0.015),
        (250, 250, 0.985, 1.0),
        # By hand from Wilson's formula: 8 of 10 is 0.4902 to 0.9433, the figures that textbooks print.
        (8, 10, 0.490, 0.943),
    ],
)
def test_the_interval_is_wilsons(count: int, total: int, low: float, high: float) -> None:
    share = share_of(count, total)
    assert share.low == pytest.approx(low, abs=0.0006)
    assert share.high == pytest.approx(high, abs=0.0006)


def test_five_per_cent_of_250_is_between_2_8_and_8_2() -> None:
    """5 % of 250 is 12.5 records: the figure lies between those of 12 and 13."""
    assert share_of(12, 250).low < 0.029 < share_of(13, 250).low + 0.001
    assert share_of(12, 250).high < 0.083
    assert share_of(13, 250).high > 0.082


def test_a_hundredth_shows_at_least_once_in_299_records() -> None:
    assert 1 - 0.99**298 < 0.95 < 1 - 0.99**299


def test_nothing_is_known_of_no_records() -> None:
    share = share_of(0, 0)
    assert (share.share, share.low, share.high) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(("count", "total"), [(-1, 10), (11, 10)])
def test_a_part_that_is_no_part_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        share_of(count, total)


@given(counted)
def test_the_share_lies_inside_its_interval_and_both_inside_0_and_1(pair: tuple[int, int]) -> None:
    share = share_of(*pair)
    assert 0.0 <= share.low <= share.share <= share.high <= 1.0
    assert share.share == pair[0] / pair[1]
    assert share.low < share.high


@given(counted)
def test_the_interval_of_the_rest_is_the_mirror(pair: tuple[int, int]) -> None:
    count, total = pair
    share, rest = share_of(count, total), share_of(total - count, total)
    assert share.low == pytest.approx(1 - rest.high, abs=1e-12)
    assert share.high == pytest.approx(1 - rest.low, abs=1e-12)


@given(counted)
def test_one_record_more_never_lowers_a_share_or_its_interval(pair: tuple[int, int]) -> None:
    count, total = pair
    if count < total:
        less, more = share_of(count, total), share_of(count + 1, total)
        assert less.share < more.share
        assert less.low <= more.low
        assert less.high <= more.high


@given(counted, st.integers(2, 50))
def test_more_records_of_the_same_share_narrow_the_interval(pair: tuple[int, int], times: int) -> None:
    count, total = pair
    few, many = share_of(count, total), share_of(count * times, total * times)
    assert many.high - many.low < few.high - few.low


# --- a finite population ------------------------------------------------------------------------------------------


def test_the_finite_correction_is_wilsons_interval_at_more_records() -> None:
    """By hand: 175 of 250, drawn from 1,000, count as 250 * 999 / 750 = 333 records."""
    share = share_of(175, 250, 1_000)
    assert (share.low, share.high) == (pytest.approx(0.6487, abs=0.001), pytest.approx(0.7467, abs=0.001))


def test_all_records_give_the_exact_share() -> None:
    share = share_of(175, 250, 250)
    assert (share.low, share.share, share.high) == (0.7, 0.7, 0.7)


def test_a_population_without_end_changes_nothing() -> None:
    alone, known = share_of(12, 250), share_of(12, 250, 10**9)
    assert (known.low, known.high) == (pytest.approx(alone.low, abs=1e-6), pytest.approx(alone.high, abs=1e-6))


def test_a_population_smaller_than_what_was_drawn_is_refused() -> None:
    for ask in (lambda: share_of(1, 10, 9), lambda: hidden_share(10, 9), lambda: share_of(0, 0, -1)):
        with pytest.raises(ValueError, match="population"):
            ask()


@given(drawn)
def test_the_interval_of_a_population_holds_every_share_that_is_certain(drawn: tuple[int, int, int]) -> None:
    count, total, population = drawn
    share = share_of(count, total, population)
    assert 0.0 <= share.low <= share.share <= share.high <= 1.0
    assert share.low >= count / population - 1e-12 or total == population
    assert share.high <= 1 - (total - count) / population + 1e-12 or total == population
    within = share_of(count, total)
    assert share.high - share.low <= within.high - within.low + 2 / population


@given(drawn)
def test_the_interval_of_the_rest_of_a_population_is_the_mirror(drawn: tuple[int, int, int]) -> None:
    count, total, population = drawn
    share, rest = share_of(count, total, population), share_of(total - count, total, population)
    assert share.low == pytest.approx(1 - rest.high, abs=1e-9)


@pytest.mark.parametrize(("total", "population"), [(20, 40), (50, 60), (250, 300)])
def test_the_interval_of_a_population_covers_every_possible_truth(total: int, population: int) -> None:
    """Each true count is inside its interval in at least 95% of all draws (hypergeometric), summed up exactly."""
    intervals = [share_of(count, total, population) for count in range(total + 1)]
    draws = comb(population, total)
    for truth in range(0, population + 1, 5):
        covered = sum(
            comb(truth, count) * comb(population - truth, total - count)
            for count in range(max(0, total - population + truth), min(total, truth) + 1)
            if intervals[count].low - 1e-12 <= truth / population <= intervals[count].high + 1e-12
        )
        assert covered / draws >= 0.95


def test_what_a_sample_may_hide_is_what_most_draws_show() -> None:
    assert hidden_share(299) == pytest.approx(0.01, abs=0.0001)
    assert hidden_share(0) == 1.0
    assert hidden_share(250, 250) == 0.0
    assert hidden_share(250, 10**12) == hidden_share(250)
    assert (records_to_see(0.01), records_to_see(0.001), records_to_see(1.0)) == (299, 2_995, 1)


@example(1, 379)  # a chance of exactly 5%
@given(st.integers(1, 300), st.integers(0, 600))
def test_the_hidden_share_of_a_population_is_the_least_count_that_shows(total: int, more: int) -> None:
    population = total + more
    count = round(hidden_share(total, population) * population)
    if more:
        assert 20 * comb(population - count, total) <= comb(population, total)
        assert 20 * comb(population - count + 1, total) > comb(population, total) or count == 1
