"""The value: what may be stated for it, and what the draws make of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.outcome.value import PARTS, Stated, ValueModel
from readiness.outcome.value_simulation import Draws, Month, Review, SimulatedValue, simulate_value
from readiness.ranges import DRAWS, Range, scores

NOTHING = np.zeros(DRAWS)


def point(figure: float) -> Range:
    return Range(figure, figure, figure)


def spread(middle: float, by: float = 0.3) -> Range:
    return Range(middle * (1 - by), middle, middle * (1 + by))


def month(**parts: Any) -> Month:
    """A month without any doubt: 100 items, 6 by hand, 5% wrong at 20, 80% accepted of which 1% wrong, 50 to run."""
    known = {
        "volume": point(100), "by_hand": 6.0, "error_rate": 0.05, "wrong_cost": 20.0, "accepted": point(0.8),
        "cap": point(0.9), "wrong": point(0.01), "refused_cost": 2.0, "run_cost": point(50), "reviews": (),
    }  # fmt: skip
    return Month(**{**known, **parts})


UNSURE = month(
    volume=spread(1_000), by_hand=(spread(8), spread(45, 0.1)), accepted=spread(0.6), cap=Range(0.7, 0.75, 0.8, 0.95),
    wrong=spread(0.02), run_cost=spread(300), refused_cost=1.0,
)  # fmt: skip


def simulated(of: Month, cost: Any = None, *, run_cost_year: Any = None, months: int = 24) -> SimulatedValue:
    return simulate_value(of, Draws(cost, run_cost_year, DRAWS), months)


def costing(middle: float) -> Any:
    """Costs that were drawn around a middle; the same array for the same middle."""
    return spread(middle).at(scores("cost of this test"))


# --- what may be stated -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        ({"volume": {"low": 3, "likely": 2, "high": 4}}, "Volume: low, likely and high must rise, and 3, 2, 4 do not"),
        ({"accepted": {"low": 0.5, "high": 0.4}}, "Accepted share: low, likely and high must rise, and 50%, 40%"),
        ({"accepted": {"likely": 1.2}}, "Accepted share: 120% is above 100%"),
        ({"wrong": {"likely": 2}}, "Wrong among the accepted: 200% is above 100%"),
        ({"minutes": {"likely": 10_001}}, "is above 10,000"),
        ({"volume": {"likely": -1}}, "greater than or equal to 0"),
        ({"volume": {"likely": "many"}}, "valid number"),
        ({"volume": {"likely": float("nan")}}, "finite"),
        ({"volume": {"likely": float("inf")}}, "finite"),
        ({"horizon_months": 0}, "greater than or equal to 1"),
        ({"horizon_months": 121}, "less than or equal to 120"),
        ({"volume": {"source": "x" * 1_001}}, "at most 1000"),
        ({"profit": 3}, "Extra inputs"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_with_its_input_and_the_reason(refused: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ValueModel.model_validate(refused)


def test_a_likely_figure_alone_is_a_point_and_a_part_of_a_range_is_none() -> None:
    assert Stated(likely=3).range == point(3)
    assert Stated(low=1, likely=3, high=4).range == Range(1, 3, 4)
    for partly in (Stated(), Stated(low=1, high=4), Stated(low=1, likely=3), Stated(likely=3, high=4), Stated(low=1)):
        assert partly.range is None


def test_a_source_alone_does_not_start_the_value() -> None:
    assert not ValueModel(volume=Stated(source="the log")).started
    assert not ValueModel(horizon_months=12).started
    assert all(ValueModel.model_validate({part.name: {"low": 0}}).started for part in PARTS)


# --- the formula ---------------------------------------------------------------------------------------------------


def test_without_doubt_the_value_is_the_formula() -> None:
    found = simulated(month(), run_cost_year=np.full(DRAWS, 240.0))
    by_hand = 100 * (0.8 * (6 + (0.05 - 0.01) * 20) - (0.9 - 0.8) * 2) - 240 / 12 - 50
    assert by_hand == pytest.approx(454)
    for level in (found.monthly.p10, found.monthly.p50, found.monthly.p80, found.monthly.p90, found.monthly.mean):
        assert level == pytest.approx(by_hand)
    assert found.against is None


def test_minutes_and_hour_rate_make_the_work_by_hand() -> None:
    assert simulated(month(by_hand=(point(8), point(45)))).monthly == simulated(month(by_hand=6.0)).monthly


def test_wrong_outputs_can_cost_more_than_the_work_they_save() -> None:
    found = simulated(month(wrong=point(0.9)))
    assert found.monthly.p90 < 0
    assert found.loses == 1


def test_what_is_not_accepted_saves_nothing_and_costs_its_look() -> None:
    assert simulated(month(accepted=point(0.0), run_cost=point(0))).monthly.mean == pytest.approx(-100 * 0.9 * 2)


def test_the_accepted_share_is_cut_to_what_runs_without_a_person() -> None:
    above = simulated(month(accepted=point(0.95)))
    assert above.monthly == simulated(month(accepted=point(0.9))).monthly == simulated(month(accepted=None)).monthly
    assert (above.capped, above.accepted.p90) == (1.0, pytest.approx(0.9))
    assert simulated(month()).capped == 0


def test_it_is_cut_draw_by_draw_where_both_are_uncertain() -> None:
    found = simulated(UNSURE._replace(accepted=Range(0.6, 0.75, 0.9)))
    assert 0.3 < found.capped < 0.7
    assert found.accepted.p90 < 0.8
    free = simulated(UNSURE._replace(accepted=Range(0.6, 0.75, 0.9), cap=None))
    assert free.capped == 0
    assert free.accepted.p90 > found.accepted.p90


def test_no_share_is_above_one_however_wide_its_range_is() -> None:
    wide = Range(0.2, 0.9, 1.0)
    found = simulated(month(accepted=wide, cap=None, wrong=wide))
    assert found.accepted.p90 == pytest.approx(1, abs=1e-4)
    assert found.accepted.mean < 1
    assert found.monthly.p10 >= 100 * (6 + (0.05 - 1) * 20) - 100 * 2 - 50


def test_reviews_that_the_scope_counted_grow_with_the_drawn_volume() -> None:
    review = Review("share:decision:x", spread(12), records_per_month=100)
    counted = 100 * review.cost_year_of_one.at(scores(review.stream))
    as_counted = simulated(month(reviews=(review,)), run_cost_year=counted)
    doubled = simulated(month(reviews=(review,), volume=point(200)), run_cost_year=counted)
    assert as_counted.monthly.mean == pytest.approx(simulated(month()).monthly.mean - counted.mean() / 12)
    assert doubled.monthly.mean == pytest.approx(2 * (as_counted.monthly.mean + 50) - 50)


# --- against the cost ----------------------------------------------------------------------------------------------


def test_payback_and_probability_follow_from_value_and_cost() -> None:
    against = simulated(month(), np.full(DRAWS, 4_740.0)).against  # ten months at 474
    assert against is not None
    assert against.payback.p10 == against.payback.p50 == against.payback.p90 == pytest.approx(10)
    assert (against.probability, against.payback.never, against.payback.never_within_horizon) == (1, 0, 0)
    assert against.net.p50 == pytest.approx(24 * 474 - 4_740)
    short = simulated(month(), np.full(DRAWS, 4_741.0), months=10).against
    assert short is not None
    assert short.probability == 0


def test_a_system_that_loses_every_month_never_pays_back() -> None:
    against = simulated(month(by_hand=0.0, error_rate=0.0), costing(1_000)).against
    assert against is not None
    assert (against.payback.p10, against.payback.p50, against.payback.p90) == (None, None, None)
    assert (against.probability, against.payback.never, against.payback.never_within_horizon) == (0, 1, 1)


def test_a_build_that_costs_nothing_more_is_paid_at_once_unless_the_system_loses() -> None:
    for of, pays in ((month(), True), (month(run_cost=point(524)), True), (month(run_cost=point(600)), False)):
        against = simulated(of, NOTHING).against
        assert against is not None
        assert against.payback.p50 == (0 if pays else None)
        assert against.probability == (1 if pays else 0)


def test_what_some_draws_never_pay_back_makes_no_figure_between_a_number_and_never() -> None:
    against = simulated(UNSURE._replace(run_cost=Range(1_000, 3_500, 6_000)), costing(20_000)).against
    assert against is not None
    assert 0.1 < against.payback.never < 0.5
    assert against.payback.p10 is not None
    assert against.payback.p50 is not None
    assert against.payback.p10 < against.payback.p50
    assert against.payback.p90 is None


@given(st.floats(1_000, 200_000), st.integers(1, 60))
def test_payback_within_the_horizon_and_the_probability_say_the_same(cost: float, months: int) -> None:
    against = simulated(UNSURE, costing(cost), months=months).against
    assert against is not None
    half_pay_in_time = against.payback.p50 is not None and against.payback.p50 <= months
    assert half_pay_in_time is (against.probability >= 0.5)
    assert against.payback.never <= against.payback.never_within_horizon + 1e-12


def test_the_same_inputs_give_the_same_figures_and_another_seed_others() -> None:
    cost = costing(30_000)
    first = simulated(UNSURE, cost)
    simulate_value.cache_clear()
    assert simulated(UNSURE, cost.copy()) == first
    other = simulate_value(UNSURE, Draws(cost, None, DRAWS), 24, seed=7)
    assert other.monthly != first.monthly
    assert other.monthly.p50 == pytest.approx(first.monthly.p50, rel=0.05)


def test_another_cost_of_the_same_shape_is_not_taken_for_the_first() -> None:
    cheap, dear = simulated(UNSURE, costing(30_000)), simulated(UNSURE, costing(300_000))
    assert cheap.against is not None
    assert dear.against is not None
    assert cheap.against.probability > dear.against.probability


# --- improving an input --------------------------------------------------------------------------------------------

middles = st.floats(0.05, 1)


def unsure(accepted: float, cap: float, wrong: float, cost: float) -> tuple[Month, Any]:
    """A month with these middles, and what it is held against."""
    low, high = 0.8 * cap, min(1.0, 1.2 * cap)
    of = UNSURE._replace(
        accepted=spread(accepted), cap=Range(low, cap, high, 0.95), wrong=spread(0.05 * wrong), wrong_cost=10.0
    )
    return of, costing(100_000 * cost)


def probability(of: Month, cost: Any) -> float:
    against = simulated(of, cost).against
    assert against is not None
    return against.probability


@given(middles, middles, middles, middles, st.floats(1, 3))
def test_more_volume_a_higher_accepted_share_and_less_cost_never_lower_the_probability(
    accepted: float, cap: float, wrong: float, cost: float, factor: float
) -> None:
    of, drawn = unsure(accepted, cap, wrong, cost)
    before = probability(of, drawn)
    wanted = of.accepted
    assert wanted is not None
    more = Range(wanted.low * factor, wanted.likely * factor, wanted.high * factor)
    assert probability(of._replace(accepted=more), drawn) >= before
    assert probability(of._replace(accepted=None), drawn) >= before  # the cap is the most that can be accepted
    assert probability(of._replace(run_cost=point(0)), drawn) >= before
    assert probability(of._replace(wrong=point(0)), drawn) >= before
    assert probability(of, drawn / factor) >= before
    volume = Range(of.volume.low * factor, of.volume.likely * factor, of.volume.high * factor)
    assert probability(of._replace(volume=volume), drawn) >= before


def test_more_of_what_loses_is_no_gain_and_no_stop_by_itself() -> None:
    """An accepted output that costs more than it saves pays for nothing, so its share does not move the probability."""
    losing = UNSURE._replace(wrong=point(0.9), wrong_cost=500.0)
    drawn = costing(10_000)
    assert probability(losing, drawn) == probability(losing._replace(accepted=spread(0.1)), drawn) == 0
