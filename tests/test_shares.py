"""Shares with their Wilson intervals: known figures, and what holds for every count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.shares import share_of

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
