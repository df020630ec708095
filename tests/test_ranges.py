"""Ranges: the distribution passes through what was stated, and is drawn the same way each time."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from readiness.ranges import (
    DRAWS,
    Range,
    even_scores,
    percentiles,
    places,
    quantiles,
    scores,
    z_of,
)

untimed = settings(max_examples=100, deadline=None)

MOST = 10_000.0
figures = st.one_of(st.floats(0, MOST), st.floats(0, 20), st.just(0.0), st.just(MOST))
shapes = st.one_of(
    st.lists(figures, min_size=3, max_size=3).map(sorted),
    st.tuples(figures, figures).map(lambda two: [min(two), min(two), max(two)]),  # likely is low
    st.tuples(figures, figures).map(lambda two: [min(two), max(two), max(two)]),  # likely is high
    figures.map(lambda one: [one] * 3),
)
ranges = shapes.map(lambda three: Range(*three))
common_causes = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0])
confidences = st.floats(0.5, 0.98)
# Of 10,000 draws none is the 10th percentile itself; this is how far its neighbours lie apart, as a part of the range.
BETWEEN_DRAWS = 3e-4


def rounding(of: Range) -> float:
    return 1e-9 * max(of.high, 1e-300)


# --- the range ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "likely", "high"),
    [
        (2, 1, 3),
        (1, 3, 2),
        (-1, 0, 1),
        (float("nan"), 1, 2),
        (0, float("nan"), 2),
        (0, 1, float("nan")),
        (0, 1, float("inf")),
    ],
)
def test_a_range_that_does_not_rise_from_zero_is_refused(low: float, likely: float, high: float) -> None:
    with pytest.raises(ValueError, match="must rise"):
        Range(low, likely, high)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 80, float("nan")])
def test_a_confidence_that_is_no_share_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        Range(1, 2, 3, confidence)


@untimed
@given(ranges, common_causes)
@example(Range(0, 0, MOST), 0.3)
@example(Range(0, MOST, MOST), 0.3)
def test_the_drawn_percentiles_are_what_was_stated_whatever_the_common_cause(of: Range, common: float) -> None:
    drawn = percentiles(of.at(scores("a", common=common)))
    slack = BETWEEN_DRAWS * (of.high - of.low) + rounding(of)
    assert drawn.p10 == pytest.approx(of.low, abs=slack)
    assert drawn.p50 == pytest.approx(of.likely, abs=slack)
    assert drawn.p90 == pytest.approx(of.high, abs=slack)


@untimed
@given(shapes, confidences)
def test_low_and_high_are_the_ends_of_the_stated_confidence(three: list[float], confidence: float) -> None:
    of = Range(*three, confidence)
    below, middle, above = (float(v) for v in of.at(np.array([-z_of(confidence), 0.0, z_of(confidence)])))
    assert (below, middle, above) == pytest.approx(tuple(three), abs=rounding(of))


@untimed
@given(shapes, confidences)
@example([0, 0, 0], 0.8)
@example([MOST, MOST, MOST], 0.8)
@example([5e-324, 1e-310, 1e-300], 0.8)
@example([0, MOST, MOST], 0.5)
def test_the_mean_and_the_spread_in_closed_form_are_those_of_the_draws(three: list[float], confidence: float) -> None:
    of = Range(*three, confidence)
    drawn = of.at(scores("a"))
    wide = of.high - of.low
    assert of.mean == pytest.approx(float(drawn.mean()), abs=1e-3 * wide + rounding(of))
    assert of.spread == pytest.approx(float(drawn.std()), abs=5e-3 * wide + rounding(of))


def test_a_narrow_range_of_large_figures_keeps_its_spread() -> None:
    """Taken around zero, the squares of 10,000 would swallow it."""
    assert Range(9_999.9999, 10_000 - 5e-5, 10_000).spread == pytest.approx(5e-5 / z_of(0.8), rel=1e-4)


def test_the_mean_and_the_spread_of_a_range_that_reaches_below_zero_count_zero_there() -> None:
    """0 / 1 / 1: half a normal of width 0.78 below the median, cut at zero. Integrated by hand to six digits."""
    below = 1 / z_of(0.8)
    steps = np.linspace(-9, 0, 2_000_001)
    density = np.exp(-steps * steps / 2) / np.sqrt(2 * np.pi)
    values = np.maximum(1 + below * steps, 0)
    first, second = (float(np.trapezoid(density * values**power, steps)) + 0.5 for power in (1, 2))
    of = Range(0, 1, 1)
    assert of.mean == pytest.approx(first, abs=1e-6)
    assert of.spread == pytest.approx(np.sqrt(second - first**2), abs=1e-6)


@untimed
@given(ranges, st.lists(st.floats(-8, 8), min_size=2, max_size=20))
def test_no_draw_is_below_zero_and_a_higher_score_is_no_smaller_quantity(of: Range, at: list[float]) -> None:
    drawn = of.at(np.array(sorted(at)))
    assert (drawn >= 0).all()
    assert (np.diff(drawn) >= 0).all()


def test_a_range_can_be_a_key_a_copy_and_a_message() -> None:
    of = Range(1, 2, 3)
    assert {of: 1}[copy.deepcopy(of)] == 1
    assert pickle.loads(pickle.dumps(of)) == of


# --- the streams --------------------------------------------------------------------------------------------------


def test_the_even_scores_are_the_middles_of_equal_parts() -> None:
    even = even_scores(4)
    assert even == pytest.approx([-1.150349, -0.318639, 0.318639, 1.150349], abs=1e-6)
    assert even_scores(5)[2] == 0


@pytest.mark.parametrize("common", [0, 0.3, 1])
@pytest.mark.parametrize("name", ["a", "", "common cause", "\ud800", "é" * 5_000, "a\0b"])
def test_every_name_has_all_the_even_scores_in_an_order_of_its_own(name: str, common: float) -> None:
    assert np.array_equal(np.sort(scores(name, common=common, draws=500)), even_scores(500))


def test_another_seed_gives_other_scores() -> None:
    assert not np.array_equal(places("a", common=0.3, seed=1), places("a", common=0.3))


def test_the_streams_stay_as_they_are_from_one_release_to_the_next() -> None:
    """Figures of a milestone must come back; raw bits are what NumPy promises to keep."""
    assert places("own:1", draws=8).tolist() == [7, 4, 3, 5, 0, 1, 2, 6]
    assert places("own:1", common=0.3, draws=8).tolist() == [7, 6, 4, 3, 0, 1, 2, 5]


def test_two_names_share_as_much_as_the_common_cause_says() -> None:
    for common in (0, 0.1, 0.3, 0.7, 0.95):
        one, other = scores("a", common=common), scores("b", common=common)
        assert np.corrcoef(one, other)[0, 1] == pytest.approx(common, abs=0.04)
    assert np.array_equal(scores("a", common=1), scores("b", common=1))


def test_no_name_has_the_stream_of_the_common_cause() -> None:
    for name in ("", "common cause", "a"):
        assert not np.array_equal(places(name), places(name, common=1))
        assert abs(np.corrcoef(scores(name), scores(name, common=1))[0, 1]) < 0.04


def test_two_hundred_names_have_two_hundred_streams_that_share_nothing() -> None:
    drawn = np.array([scores(f"own:{number}", draws=2_000) for number in range(200)])
    between = np.corrcoef(drawn)[np.triu_indices(200, 1)]
    assert np.abs(between).max() < 0.12  # 19,900 pairs at a standard error of 0.022: five of them
    assert abs(between.mean()) < 0.001


def test_what_is_kept_for_all_cannot_be_written_into() -> None:
    with pytest.raises(ValueError, match="read-only"):
        places("a")[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        places("a", common=0.3)[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        even_scores()[0] = 1
    mine = scores("a")
    mine[0] = 99
    assert scores("a")[0] != 99


def test_many_threads_draw_what_one_draws() -> None:
    def draw(number: int) -> list[float]:
        return [float(scores(f"t{name}", common=0.3, seed=7)[number % 9]) for name in range(20)]

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(draw, range(40)))
    assert together == [draw(number) for number in range(40)]


@pytest.mark.parametrize("common", [-1.0, 0.0, 1e-9, 1 - 1e-9, 1.0, 2.0])
def test_a_common_cause_at_or_past_its_ends_is_the_end(common: float) -> None:
    assert np.array_equal(places("a", common=common), places("a", common=0 if common < 0.5 else 1))


# --- quantiles ----------------------------------------------------------------------------------------------------


def test_a_quantile_lies_between_the_draws_that_are_the_middles_of_their_parts() -> None:
    ten = np.array([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], dtype=float)
    assert quantiles(ten, [0, 0.05, 0.1, 0.5, 0.72, 0.95, 1]) == pytest.approx((1, 1, 1.5, 5.5, 7.7, 10, 10))
    assert quantiles(np.array([3.0]), [0.1, 0.9]) == (3, 3)


@untimed
@given(st.lists(st.tuples(figures, figures), min_size=1, max_size=40), st.floats(0, 1))
def test_no_quantile_falls_where_no_draw_falls_not_even_by_rounding(
    pairs: list[tuple[float, float]], at: float
) -> None:
    before = np.array([one for one, _ in pairs])
    after = before + np.array([more for _, more in pairs])
    (lower,), (upper,) = quantiles(before, [at]), quantiles(after, [at])
    assert lower <= upper
    assert before.min() <= lower <= before.max()


def test_percentiles_are_named_as_they_are() -> None:
    of = percentiles(np.arange(DRAWS, dtype=float))
    assert (of.p10, of.p50, of.p80, of.p90, of.mean) == (999.5, 4999.5, 7999.5, 8999.5, 4999.5)
