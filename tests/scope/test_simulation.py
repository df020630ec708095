"""The simulated total: what holds for every estimate that the grid accepts."""

from __future__ import annotations

import copy
import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from readiness.ranges import Percentiles, Range, percentiles, scores
from readiness.scope.items import MOST_DAYS, ScopeItem, ScopePlan
from readiness.scope.simulation import CURVE_LEVELS, ReviewLoad, Simulation, simulate

untimed = settings(max_examples=60, deadline=None)

# Percentiles of drawn sums carry noise of the drawing where items are not fully correlated: two streams of 10,000 are
# correlated by chance with a standard error of 0.01. As parts of the sum of all high - low; the worst that 8,600
# random scopes of 1 to 30 items showed was 0.0009 and 0.006.
P80_NOISE, WIDTH_NOISE = 0.004, 0.02
RATE = ScopePlan(day_rate=800, team_size=3)


def item(name: str, *days: float, **parts: Any) -> ScopeItem:
    low, likely, high = days or (None, None, None)
    return ScopeItem(
        **{
            "id": f"own:{name}",
            "component": name or "-",
            "low_days": low,
            "likely_days": likely,
            "high_days": high,
            **parts,
        }
    )


def load(item_id: str, low: float, likely: float, high: float) -> ReviewLoad:
    share = Range(low, likely, high, 0.95)
    return ReviewLoad(item_id=item_id, share=share, records_per_month=1_000, minutes=6, hour_rate=50)


def run(items: list[ScopeItem], plan: ScopePlan = RATE, *loads: ReviewLoad, **settings: int) -> Simulation:
    simulated = simulate(items, plan, loads, **settings)
    assert simulated is not None
    return simulated


def width(of: Percentiles) -> float:
    return of.p90 - of.p10


def all_ranges(items: list[ScopeItem]) -> float:
    return sum((one.high_days or 0) - (one.low_days or 0) for one in items)


def rounding(items: list[ScopeItem]) -> float:
    return 1e-9 * (1 + sum(one.high_days or 0 for one in items))


figures = st.one_of(st.floats(0, MOST_DAYS), st.floats(0, 30), st.integers(0, 5).map(float), st.just(MOST_DAYS))
shapes = st.one_of(
    st.lists(figures, min_size=3, max_size=3).map(sorted),
    st.tuples(figures, figures).map(lambda two: [min(two), min(two), max(two)]),  # likely is low
    st.tuples(figures, figures).map(lambda two: [min(two), max(two), max(two)]),  # likely is high
    figures.map(lambda one: [one] * 3),
)
scopes = st.lists(shapes, min_size=1, max_size=8).map(
    lambda listed: [item(str(number), *days) for number, days in enumerate(listed)]
)
common_causes = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 1.0])


# --- the sum ------------------------------------------------------------------------------------------------------


@untimed
@given(shapes, common_causes)
def test_one_item_alone_comes_to_what_was_stated(days: list[float], common: float) -> None:
    simulated = run([item("a", *days)], ScopePlan(common_cause=common))
    slack = 3e-4 * (days[2] - days[0]) + 1e-9
    for of in (simulated.days, simulated.independent_days, simulated.correlated_days):
        assert (of.p10, of.p50, of.p90) == pytest.approx(tuple(days), abs=slack)
    assert simulated.days.mean == pytest.approx(Range(*days).mean, abs=1e-3 * (days[2] - days[0]) + 1e-9)


@untimed
@given(scopes)
def test_when_all_go_well_or_badly_together_the_percentiles_add_up(items: list[ScopeItem]) -> None:
    simulated = run(items, ScopePlan(common_cause=1))
    alone = [run([one]).days for one in items]
    summed = [sum(astuple(of)[place] for of in alone) for place in range(5)]
    assert astuple(simulated.days) == pytest.approx(summed, rel=1e-9, abs=1e-9)
    assert astuple(simulated.correlated_days) == pytest.approx(astuple(simulated.days), rel=1e-12)


@untimed
@given(scopes, common_causes, st.floats(0.5, 0.98))
@example([item(str(n), 0, 0, 100) for n in range(8)], 0.3, 0.8)
@example([item(str(n), 0, 100, 100) for n in range(8)], 0.3, 0.8)
@example([item("big", 0, 0, MOST_DAYS), item("small", 0, 0, 1)], 0.0, 0.5)
def test_the_p80_of_the_sum_is_at_most_the_sum_of_the_p80s(
    items: list[ScopeItem], common: float, confidence: float
) -> None:
    simulated = run(items, ScopePlan(common_cause=common, confidence=confidence))
    most = simulated.correlated_days.p80
    assert simulated.days.p80 <= most + P80_NOISE * all_ranges(items) + rounding(items)
    assert simulated.independent_days.p80 <= most + P80_NOISE * all_ranges(items) + rounding(items)


@untimed
@given(scopes, st.lists(st.floats(0, 1), min_size=2, max_size=3).map(sorted), st.floats(0.5, 0.98))
@example([item(str(n), 0, 0, 100) for n in range(8)], [0.0, 0.3, 1.0], 0.8)
@example([item(str(n), 0, 100, 100) for n in range(8)], [0.0, 0.3, 1.0], 0.8)
@example([item("up", 0, 0, 100), item("down", 0, 90, 90)], [0.0, 0.3, 0.6], 0.5)
def test_more_correlation_never_narrows_the_range(
    items: list[ScopeItem], rising: list[float], confidence: float
) -> None:
    runs = [run(items, ScopePlan(common_cause=common, confidence=confidence)) for common in rising]
    widths = [width(runs[0].independent_days), *(width(of.days) for of in runs), width(runs[0].correlated_days)]
    noise = WIDTH_NOISE * all_ranges(items) + rounding(items)
    for narrower, wider in pairwise(widths):
        assert narrower <= wider + noise


def test_sixty_items_are_not_falsely_certain() -> None:
    """Without a common cause sixty items would look seven times as certain as one."""
    simulated = run([item(str(number), 2, 4, 9) for number in range(60)])
    assert width(simulated.independent_days) < 0.25 * width(simulated.correlated_days)
    assert 0.5 * width(simulated.correlated_days) < width(simulated.days) < 0.7 * width(simulated.correlated_days)


@untimed
@given(scopes, shapes, common_causes, st.sampled_from(["", "35", "another"]))
def test_another_item_lowers_no_percentile_of_days_cost_or_weeks(
    items: list[ScopeItem], days: list[float], common: float, name: str
) -> None:
    """Exactly, not to a tolerance: the others keep their draws, and sums only grow."""
    plan = RATE.model_copy(update={"common_cause": common})
    before = run(items, plan)
    after = run([*items, item(name, *days)], plan)
    for figure in ("days", "independent_days", "correlated_days", "cost", "weeks"):
        lower, higher = astuple(getattr(before, figure)), astuple(getattr(after, figure))
        assert all(one <= other for one, other in zip(lower, higher, strict=True)), figure
    assert all(one <= other for one, other in zip(before.days_curve, after.days_curve, strict=True))
    assert (before.days_drawn <= after.days_drawn).all()


@untimed
@given(scopes, common_causes, st.randoms(use_true_random=False))
def test_the_order_of_the_items_changes_no_figure(items: list[ScopeItem], common: float, chance: random.Random) -> None:
    plan = RATE.model_copy(update={"common_cause": common})
    loads = [load("own:0", 0.1, 0.2, 0.3), load("own:1", 0.0, 0.1, 0.4)]
    one = run(items, plan, *loads)
    shuffled = list(items)
    chance.shuffle(shuffled)
    assert run(shuffled, plan, *reversed(loads)) == one


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    items = [item("a", 1, 2, 5), item("b", 3, 4, 9)]
    assert run(items) == run(items, draws=10_000)
    assert run(items, seed=1) == run(items, seed=1)
    assert run(items, seed=1).days != run(items).days
    assert run(items, seed=1).days.p80 == pytest.approx(run(items).days.p80, rel=0.02)


def test_the_figures_stay_as_they_are_from_one_release_to_the_next() -> None:
    simulated = run([item("a", 1, 2, 5), item("b", 3, 4, 9), item("c", 0, 0, 10)])
    assert astuple(simulated.days) == pytest.approx(
        (4.590144333, 9.197167278, 16.072371060, 20.349761643, 10.981921581), rel=1e-9
    )


def test_the_edit_of_one_item_leaves_the_draws_of_the_others() -> None:
    others = [item("b", 3, 4, 9), item("c", 0, 0, 10)]
    before, after = run([item("a", 1, 2, 5), *others]), run([item("a", 1, 2, 50), *others])
    stream = scores("own:a", common=RATE.common_cause)
    moved = Range(1, 2, 50).at(stream) - Range(1, 2, 5).at(stream)
    assert after.days_drawn - before.days_drawn == pytest.approx(moved, abs=1e-9)


def test_an_item_that_is_taken_out_and_put_back_brings_the_same_figures() -> None:
    items = [item("a", 1, 2, 5), item("b", 3, 4, 9)]
    before = run(items)
    run(items[:1])
    assert run(items) == before


# --- what counts --------------------------------------------------------------------------------------------------


def test_nothing_estimated_is_no_total() -> None:
    assert simulate([], RATE) is None
    assert simulate([item("a"), item("b", one_off_cost=5)], RATE) is None


def test_unknown_items_add_nothing_and_make_nothing_more_certain() -> None:
    known = [item("a", 1, 2, 5), item("b", 3, 4, 9)]
    assert run([*known, item("c"), item("d", note="half known", low_days=3)]) == run(known)


def test_not_needed_counts_until_its_reason_is_written() -> None:
    kept = item("a", 1, 2, 5)
    marked = item("b", 3, 4, 9, marked_not_needed=True)
    reasoned = marked.model_copy(update={"not_needed_because": "no outside calls"})
    assert run([kept, marked]).days.p50 == run([kept, item("b", 3, 4, 9)]).days.p50
    assert run([kept, reasoned]) == run([kept])


def test_words_about_an_item_change_no_figure() -> None:
    assert run([item("a", 1, 2, 5, note="n", owner="Ann", basis="last year")]) == run([item("a", 1, 2, 5)])


def test_estimates_of_nothing_come_to_nothing() -> None:
    simulated = run([item("a", 0, 0, 0), item("b", 0, 0, 0)])
    assert astuple(simulated.days) == (0, 0, 0, 0, 0)
    assert simulated.cost is not None
    assert simulated.weeks is not None
    assert simulated.cost.p90 == simulated.weeks.p90 == 0
    assert [one.share for one in simulated.contributions] == [0, 0]


# --- money --------------------------------------------------------------------------------------------------------


def test_a_missing_day_rate_is_no_cost_and_never_zero() -> None:
    items = [item("a", 1, 2, 5, day_rate=500), item("b", 3, 4, 9)]
    simulated = run(items, ScopePlan())
    assert (simulated.cost, simulated.cost_curve, simulated.cost_drawn) == (None, None, None)
    assert run(items, ScopePlan(day_rate=0)).cost is not None
    assert run([items[0], item("c")], ScopePlan()).cost is not None  # nobody works on what is not estimated yet


def test_an_items_own_rate_goes_before_the_plans() -> None:
    items = [item("a", 2, 2, 2, day_rate=500), item("b", 3, 3, 3), item("c", 4, 4, 4, day_rate=0)]
    cost = run(items, ScopePlan(day_rate=1_000)).cost
    assert cost is not None
    assert astuple(cost) == pytest.approx((4_000,) * 5)


def test_costs_beside_the_work_count_also_while_the_days_are_unknown() -> None:
    items = [
        item("a", 2, 2, 2, one_off_cost=100, run_cost_year=10),
        item("b", one_off_cost=1_000, run_cost_year=20),
        item("c", 1, 1, 1, one_off_cost=5e6, marked_not_needed=True, not_needed_because="bought"),
    ]
    simulated = run(items, ScopePlan(day_rate=1))
    assert simulated.cost is not None
    assert simulated.run_cost_year is not None
    assert astuple(simulated.cost) == pytest.approx((1_102,) * 5)
    assert astuple(simulated.run_cost_year) == pytest.approx((30,) * 5)


def test_no_run_cost_stated_is_none_and_a_stated_zero_is_one() -> None:
    assert run([item("a", 1, 2, 3)]).run_cost_year is None
    stated = run([item("a", 1, 2, 3, run_cost_year=0)]).run_cost_year
    assert stated is not None
    assert stated.p90 == 0


def test_reviews_carry_the_interval_of_their_share_into_the_run_cost() -> None:
    """1,000 records a month, 6 minutes each at 50 an hour: 60,000 a year for all of them."""
    reviewed = [item("a", 1, 2, 3), item("decision:x")]
    cost = run(reviewed, RATE, load("own:decision:x", 0.10, 0.15, 0.22)).run_cost_year
    assert cost is not None
    z = 1.2815515655 / 1.9599639845
    assert cost.p50 == pytest.approx(60_000 * 0.15, rel=1e-3)
    assert cost.p10 == pytest.approx(60_000 * (0.15 - 0.05 * z), rel=1e-3)
    assert cost.p90 == pytest.approx(60_000 * (0.15 + 0.07 * z), rel=1e-3)


def test_reviews_of_a_component_that_is_gone_cost_nothing() -> None:
    assert run([item("a", 1, 2, 3)], RATE, load("own:gone", 0.1, 0.2, 0.3)).run_cost_year is None


def test_reviews_cost_people_their_time_also_where_the_queue_need_not_be_built() -> None:
    not_needed = item("b", marked_not_needed=True, not_needed_because="there is a queue already")
    cost = run([item("a", 1, 2, 3), not_needed], RATE, load("own:b", 0.1, 0.2, 0.3)).run_cost_year
    assert cost is not None
    assert cost.p50 == pytest.approx(60_000 * 0.2, rel=1e-3)


# --- calendar time ------------------------------------------------------------------------------------------------


def test_without_a_team_there_is_no_calendar_time() -> None:
    assert run([item("a", 1, 2, 3)], ScopePlan()).weeks is None


@pytest.mark.parametrize(
    ("team", "weeks"),
    [(1, 12), (2, 6), (3, 5), (50, 5), (0.5, 24)],  # 48 days in all, of which the longest item takes 20
)
def test_weeks_are_the_days_shared_by_the_team_and_no_less_than_the_longest_item(team: float, weeks: float) -> None:
    items = [item("a", 20, 20, 20), item("b", 18, 18, 18), item("c", 10, 10, 10)]
    simulated = run(items, ScopePlan(team_size=team, productive_days_per_week=4))
    assert simulated.weeks is not None
    assert simulated.weeks.p50 == pytest.approx(weeks)


@untimed
@given(scopes, st.lists(st.floats(0.1, 1_000), min_size=2, max_size=2).map(sorted), common_causes)
def test_more_people_never_take_longer_and_none_outruns_the_longest_item(
    items: list[ScopeItem], teams: list[float], common: float
) -> None:
    small, large = (run(items, ScopePlan(team_size=team, common_cause=common)).weeks for team in teams)
    assert small is not None
    assert large is not None
    assert all(fewer >= more for fewer, more in zip(astuple(small), astuple(large), strict=True))
    for one in items:
        alone = run([one], ScopePlan(team_size=1_000, common_cause=common)).weeks
        assert alone is not None
        assert large.p90 >= alone.p90


# --- where the range comes from -----------------------------------------------------------------------------------


@untimed
@given(scopes, common_causes)
def test_the_shares_of_the_spread_sum_to_one_and_none_is_negative(items: list[ScopeItem], common: float) -> None:
    assume(all_ranges(items) > 1e-6)
    shares = [one.share for one in run(items, ScopePlan(common_cause=common)).contributions]
    assert sum(shares) == pytest.approx(1)
    assert min(shares) >= 0
    assert shares == sorted(shares, reverse=True)
    assert len(shares) == len(items)


def test_a_share_of_the_spread_is_the_part_of_the_variance() -> None:
    """Independent items with spreads of 3 and 4 make 9/25 and 16/25."""
    simulated = run([item("a", 7, 10, 13), item("b", 6, 10, 14)], ScopePlan(common_cause=0))
    assert {one.component: one.share for one in simulated.contributions} == pytest.approx(
        {"a": 9 / 25, "b": 16 / 25}, abs=0.02
    )


def test_a_component_without_a_range_makes_no_spread() -> None:
    simulated = run([item("sure", 500, 500, 500), item("open", 1, 2, 4)])
    assert [(one.component, one.share) for one in simulated.contributions] == [("open", 1), ("sure", 0)]
    assert [(one.low_days, one.high_days) for one in simulated.contributions] == [(-1, 2), (0, 0)]


def test_each_group_has_the_percentiles_of_its_own_items() -> None:
    items = [item("a", 1, 2, 5, group="Run"), item("b", 3, 4, 9, group="Data"), item("c", 1, 1, 4, group="Run")]
    simulated = run([*items, item("d", group="Empty")])
    assert set(simulated.groups) == {"Run", "Data"}
    assert simulated.groups["Run"] == run([items[0], items[2]]).days
    assert simulated.groups["Data"] == run([items[1]]).days


def test_the_curves_are_the_percentiles_of_the_draws() -> None:
    simulated = run([item("a", 1, 2, 5), item("b", 3, 4, 9)])
    curve = dict(zip(CURVE_LEVELS, simulated.days_curve, strict=True))
    assert (curve[0.1], curve[0.5], curve[0.8], curve[0.9]) == astuple(simulated.days)[:4]
    assert list(simulated.days_curve) == sorted(simulated.days_curve)
    assert simulated.cost_curve == pytest.approx([800 * days for days in simulated.days_curve])
    assert percentiles(simulated.days_drawn) == simulated.days


# --- a value that is shared ---------------------------------------------------------------------------------------


def test_a_simulation_can_be_compared_kept_as_a_key_copied_and_sent() -> None:
    simulated = run([item("a", 1, 2, 5)], RATE, load("own:a", 0.1, 0.2, 0.3))
    for other in (copy.copy(simulated), copy.deepcopy(simulated), pickle.loads(pickle.dumps(simulated))):
        assert other == simulated
        assert hash(other) == hash(simulated)
        assert np.array_equal(other.days_drawn, simulated.days_drawn)
    assert simulated != run([item("a", 1, 2, 6)])
    assert "days_drawn" not in repr(simulated)


def test_nobody_can_write_into_the_draws_that_all_sessions_share() -> None:
    simulated = run([item("a", 1, 2, 5, run_cost_year=1)])
    for drawn in (simulated.days_drawn, simulated.cost_drawn, simulated.run_cost_drawn):
        assert drawn is not None
        with pytest.raises(ValueError, match="read-only"):
            drawn[0] = 0


def test_many_sessions_at_once_see_what_one_sees() -> None:
    def total(number: int) -> Simulation:
        return run([item(str(n), 1, 2, 4 + number % 5) for n in range(10)], seed=99)

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(total, range(40)))
    assert together == [total(number) for number in range(40)]


@untimed
@given(st.lists(st.text(max_size=30), min_size=2, max_size=5, unique=True))
def test_any_text_is_an_id(names: list[str]) -> None:
    items = [item("x", 1, 2, 4).model_copy(update={"id": name, "component": name}) for name in names]
    assert sum(one.share for one in run(items).contributions) == pytest.approx(1)


def test_a_thousand_items_are_summed() -> None:
    simulated = run([item(str(number), 1, 2, 5) for number in range(1_000)], draws=1_000)
    assert simulated.correlated_days.p50 == pytest.approx(2_000, rel=1e-3)
    assert len(simulated.contributions) == 1_000
