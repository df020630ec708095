"""The arithmetic of a shift. Reference values are scipy's (1.17.1, scipy.stats), typed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.shift_statistics import (
    adjusted,
    chi_square_quantile,
    chi_square_tail,
    cohens_d,
    cohens_h,
    distributions_differ,
    h_by_chance,
    means_differ,
    population_stability_index,
    shares_differ,
    shares_differ_within,
    stability_index_by_chance,
)

COUNTS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=12).filter(
    lambda cells: sum(a for a, _ in cells) > 0 and sum(b for _, b in cells) > 0
)


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [  # chi2.sf
        (3.841458820694124, 1, 0.05),
        (0.5, 3, 0.9188914116546758),
        (10, 5, 0.07523524614651217),
        (16.918977604620448, 9, 0.05),
        (100, 50, 3.454931382984871e-05),
        (300, 200, 5.924540335483916e-06),
        (1000, 10, 1.870290720915977e-208),
    ],
)
def test_the_chi_square_tail_is_scipys(statistic, freedom, tail):
    assert chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=1e-10)


@pytest.mark.parametrize(
    ("freedom", "quantile"),  # chi2.ppf(.95, freedom)
    [(1, 3.841458820694124), (4, 9.487729036781154), (49, 66.3386488629688), (200, 233.99426889232492)],
)
def test_the_chi_square_quantile_is_scipys(freedom, quantile):
    assert chi_square_quantile(0.95, freedom) == pytest.approx(quantile, rel=1e-10)


def test_two_shares_are_tested_with_the_continuity_correction():
    # chi2_contingency(..., correction=True)
    assert shares_differ((5, 250), (42, 250)) == pytest.approx(3.451722340894722e-08)
    assert shares_differ((0, 250), (5, 250)) == pytest.approx(0.07219819770165818)


def test_distributions_are_tested_by_homogeneity():
    # chi2_contingency([[50, 30, 20], [40, 45, 35]])
    assert distributions_differ([50, 30, 20], [40, 45, 35]) == pytest.approx(0.040014294807647885)


def test_two_means_are_tested_by_the_normal_distribution():
    # 2 * norm.sf(|difference| / standard error)
    assert means_differ((400, 0.30, 0.04), (500, 0.36, 0.05)) == pytest.approx(2.2090496998585445e-05)


def test_many_tests_are_corrected_as_benjamini_and_hochberg_did():
    # false_discovery_control(...)
    p_values = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    expected = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.1057142857142857, 0.216, 0.216, 0.216]
    assert adjusted(p_values) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), max_size=40))
def test_a_corrected_p_value_is_never_smaller_and_keeps_the_order(p_values):
    result = adjusted(p_values)
    assert all(p - 1e-12 <= q <= 1 for p, q in zip(p_values, result, strict=True))
    ranked = [q for _, q in sorted(zip(p_values, result, strict=True))]
    assert ranked == sorted(ranked)


def test_nothing_is_tested_where_all_or_none_are_hits():
    assert shares_differ((0, 250), (0, 250)) is None
    assert shares_differ((250, 250), (10, 10)) is None
    assert shares_differ((0, 0), (1, 2)) is None
    assert distributions_differ([10, 0], [20, 0]) is None
    assert means_differ((1, 0.5, 0.0), (10, 0.5, 0.1)) is None
    assert shares_differ_within([(5, 5, 7, 7), (0, 3, 0, 9)]) is None


def test_one_stratum_gives_what_mantel_and_haenszel_give_for_one_table():
    # (|4 - E| - 1/2)^2 / V with E = 20 * 14 / 40 and V = 20 * 20 * 14 * 26 / (40^2 * 39)
    statistic = (3 - 0.5) ** 2 / (20 * 20 * 14 * 26 / (40**2 * 39))
    assert shares_differ_within([(10, 20, 4, 20)]) == pytest.approx(chi_square_tail(statistic, 1))


def test_a_value_that_becomes_frequent_is_no_change_within_the_values():
    rare_then_frequent = [(90, 100, 9, 10), (5, 10, 50, 100)]
    assert shares_differ_within(rare_then_frequent) > 0.5


def test_cohens_h_is_zero_to_one_per_cent_as_fifty_to_sixty():
    assert cohens_h((0, 1000), (10, 1000)).value == pytest.approx(0.2003, abs=1e-4)
    assert cohens_h((500, 1000), (600, 1000)).value == pytest.approx(0.2014, abs=1e-4)


def test_what_chance_alone_exceeds_shrinks_with_the_records():
    assert stability_index_by_chance(250, 250, 10) == pytest.approx(0.13535, abs=1e-5)
    assert stability_index_by_chance(1_000_000, 1_000_000, 10) < 0.0001
    assert h_by_chance(250, 250) == pytest.approx(0.1753, abs=1e-4)


def test_a_mean_half_a_standard_deviation_higher_is_half():
    estimate = cohens_d((200, 1.0, 4.0), (300, 2.0, 4.0))
    assert estimate.value == pytest.approx(0.5)
    assert estimate.low < 0.5 < estimate.high


@given(COUNTS)
def test_the_stability_index_does_not_depend_on_which_sample_is_older(cells):
    older, newer = [a for a, _ in cells], [b for _, b in cells]
    there, back = population_stability_index(older, newer), population_stability_index(newer, older)
    assert there.value == pytest.approx(back.value)
    assert 0 <= there.low <= there.high
    assert there.value <= there.high


@given(COUNTS)
def test_a_test_of_distributions_is_a_probability_and_blind_to_the_order_of_cells(cells):
    older, newer = [a for a, _ in cells], [b for _, b in cells]
    p_value = distributions_differ(older, newer)
    assert p_value is None or 0 <= p_value <= 1
    assert distributions_differ(older[::-1], newer[::-1]) == (pytest.approx(p_value) if p_value is not None else None)


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_interval_of_h_holds_its_value_and_turns_with_the_samples(a, b):
    there, back = cohens_h((a, 300), (b, 300)), cohens_h((b, 300), (a, 300))
    assert there.low <= there.value <= there.high
    assert there.value == pytest.approx(-back.value)
