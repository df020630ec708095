"""Where the range comes from: the sentence that names whose estimates to look at again, and the bars."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.simulation import Simulation, simulate
from readiness.scope.spread import MOST_BARS, spread_sentence, tornado

untimed = settings(max_examples=60, deadline=None)


def simulated(*estimates: tuple[str, float, float, float], **plan: Any) -> Simulation:
    items = [
        ScopeItem(id=f"own:{n}", component=name, low_days=low, likely_days=likely, high_days=high)
        for n, (name, low, likely, high) in enumerate(estimates)
    ]
    result = simulate(items, ScopePlan(**plan))
    assert result is not None
    return result


def even(count: int) -> list[tuple[str, float, float, float]]:
    return [(f"C{number}", 2, 4, 7) for number in range(count)]


def test_the_components_that_make_most_of_the_spread_are_named() -> None:
    of = simulated(("Rollback", 5, 20, 60), ("Monitoring", 5, 20, 60), *even(5), common_cause=0)
    sentence = spread_sentence(of)
    assert sentence.startswith(("Rollback and Monitoring make up 9", "Monitoring and Rollback make up 9"))
    assert sentence.endswith("% of the spread: estimate them again first.")


def test_one_that_makes_most_of_the_spread_is_named_alone() -> None:
    sentence = spread_sentence(simulated(("Rollback", 5, 20, 90), *even(3), common_cause=0))
    assert sentence.startswith("Rollback makes up 9")
    assert sentence.endswith("% of the spread: estimate it again first.")


def test_no_more_than_three_are_named() -> None:
    large = [(name, 5.0, 20.0, 40.0) for name in ("Ash", "Birch", "Cedar", "Elm", "Fir", "Gum")]
    sentence = spread_sentence(simulated(*large, *even(30), common_cause=0))
    assert sum(name in sentence for name, *_ in large) == 3
    assert " and " in sentence
    assert ", " in sentence


def test_an_even_spread_asks_for_nobody_first() -> None:
    sentence = spread_sentence(simulated(*even(10)))
    assert sentence.startswith("The spread is shared by 10 components, none of which stands out: the largest, C")
    assert sentence.endswith(", makes up 10%.")
    assert "again" not in sentence


def test_of_two_neither_stands_out() -> None:
    sentence = spread_sentence(simulated(*even(2)))
    assert sentence.startswith("The spread is shared by 2 components, neither of which stands out: the largest, C")


def test_the_largest_of_very_many_are_not_named_when_they_make_little_of_the_spread() -> None:
    sentence = spread_sentence(simulated(("Rollback", 2, 5, 12), *even(80)))
    assert sentence.startswith("The spread is shared by 81 components, none of which stands out: the largest, Rollback")


def test_a_single_estimate_is_said_to_be_all_there_is() -> None:
    assert spread_sentence(simulated(("Rollback", 1, 2, 9))) == (
        "Only Rollback is estimated, so all of the spread is its own."
    )


def test_the_only_one_with_a_range_is_named() -> None:
    assert spread_sentence(simulated(("Rollback", 1, 2, 9), ("Logging", 5, 5, 5))) == (
        "All of the spread comes from Rollback: estimate it again first."
    )


@pytest.mark.parametrize("count", [1, 3])
def test_without_any_range_the_missing_uncertainty_is_said(count: int) -> None:
    of = simulated(*[(f"C{number}", 5, 5, 5) for number in range(count)])
    assert spread_sentence(of) == (
        "No estimate has a range: low and high are the same, so the total shows no uncertainty."
    )
    assert tornado(of) == ()


def test_the_bars_are_the_items_with_their_swing_the_largest_first() -> None:
    of = simulated(("Small", 3, 4, 5), ("Large", 5, 20, 60), ("Sure", 9, 9, 9))
    first, second = tornado(of)
    assert (first.label, first.low_days, first.high_days, first.components) == ("Large", -15, 40, 1)
    assert (second.label, second.low_days, second.high_days) == ("Small", -1, 1)


def test_the_last_of_twelve_bars_stands_for_all_the_rest() -> None:
    assert len(tornado(simulated(*even(12)))) == 12
    bars = tornado(simulated(*even(30)))
    assert len(bars) == MOST_BARS
    assert (bars[-1].label, bars[-1].components) == ("other 19 components", 19)
    assert (bars[-1].low_days, bars[-1].high_days) == (-38, 57)


triples = st.lists(st.floats(0, 100), min_size=3, max_size=3).map(sorted)


@untimed
@given(st.lists(triples, min_size=1, max_size=20), st.integers(2, 12), st.sampled_from([0.0, 0.3, 1.0]))
def test_the_bars_hold_all_of_the_spread_and_every_sentence_ends(
    listed: list[list[float]], most: int, common: float
) -> None:
    of = simulated(*[(f"C{n}", *days) for n, days in enumerate(listed)], common_cause=common)
    bars = tornado(of, most)
    assert len(bars) <= most
    if bars:
        assert sum(bar.share for bar in bars) == pytest.approx(1)
        assert sum(bar.components for bar in bars) == sum(days[0] < days[2] for days in listed)
    assert spread_sentence(of).endswith(".")
