"""The sum of the scope: what is estimated, what is not, and what both come to."""

from __future__ import annotations

import copy
import pickle
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.scope.items import MOST_DAYS, ItemStatus, ScopeItem, ScopePlan
from readiness.scope.totals import total_scope

untimed = settings(max_examples=60, deadline=None)

NO_PLAN = ScopePlan()


def item(name: str, *days: float, **parts: Any) -> ScopeItem:
    low, likely, high = days or (None, None, None)
    return ScopeItem(
        **{"id": f"own:{name}", "component": name, "low_days": low, "likely_days": likely, "high_days": high, **parts}
    )


def not_needed(name: str, *days: float) -> ScopeItem:
    return item(name, *days, marked_not_needed=True, not_needed_because="there is no external call")


def test_nothing_listed_comes_to_nothing_and_is_not_complete() -> None:
    total = total_scope([], ScopePlan(planned_days=10, day_rate=800))
    assert (total.estimated, total.unknown, total.complete) == (0, (), False)
    assert (total.ratio_p50, total.ratio_p80, total.cost, total.simulated) == (None, None, None, None)


def test_the_three_sums_are_those_of_the_estimated_items() -> None:
    total = total_scope([item("a", 1, 2, 3), item("b", 4, 5.5, 9), item("c"), not_needed("d", 7, 8, 9)], NO_PLAN)
    assert (total.low_days, total.likely_days, total.high_days) == (5, 7.5, 12)
    assert (total.estimated, total.not_needed) == (2, 1)


def test_what_is_unknown_is_named_and_never_a_zero() -> None:
    total = total_scope([item("Logging", 1, 2, 3), item("Rollback"), item("Alerting")], ScopePlan(day_rate=100))
    assert total.unknown == ("Rollback", "Alerting")
    assert not total.complete
    assert "2 components not estimated" in total.sentence


def test_only_unknown_items_have_no_sum_no_cost_and_no_ratio() -> None:
    total = total_scope([item("Rollback")], ScopePlan(planned_days=10, day_rate=100))
    assert (total.cost, total.ratio_p50, total.ratio_p80, total.simulated) == (None, None, None, None)
    assert [group.days for group in total.groups] == [None]
    assert total.sentence == "Nothing is estimated yet: 1 component without an estimate."


def test_an_item_half_estimated_is_unknown_and_adds_nothing() -> None:
    half = ScopeItem(id="own:h", component="Half", low_days=3, likely_days=4)
    total = total_scope([half, item("b", 1, 1, 1)], NO_PLAN)
    assert total.unknown == ("Half",)
    assert total.likely_days == 1


def test_items_that_are_not_needed_alone_are_no_complete_scope() -> None:
    assert not total_scope([not_needed("a")], NO_PLAN).complete


def test_estimates_of_zero_days_are_a_complete_scope_that_costs_nothing() -> None:
    total = total_scope([item("a", 0, 0, 0)], ScopePlan(planned_days=10, day_rate=500))
    assert total.complete
    assert total.cost is not None
    assert total.cost.p90 == 0
    assert (total.ratio_p50, total.ratio_p80) == (0, 0)
    assert total.sentence == "0 person-days; every component is estimated."


def test_the_ratio_is_held_against_the_plan_of_the_prototypes_team_not_the_prototype() -> None:
    total = total_scope([item("a", 20, 40, 60)], ScopePlan(prototype_days=5, planned_days=10))
    assert total.ratio_p50 == pytest.approx(4, rel=1e-3)
    assert total.ratio_p80 == pytest.approx(4 + 2 * 0.8416 / 1.2816, rel=1e-3)


@pytest.mark.parametrize("planned", [None, 0])
def test_without_a_plan_there_is_no_ratio(planned: float | None) -> None:
    assert total_scope([item("a", 1, 2, 3)], ScopePlan(planned_days=planned)).ratio_p50 is None


def test_a_day_rate_of_zero_is_a_rate() -> None:
    cost = total_scope([item("a", 1, 2, 3)], ScopePlan(day_rate=0)).cost
    assert cost is not None
    assert cost.p90 == 0


def test_the_cost_is_days_times_rate() -> None:
    total = total_scope([item("a", 1, 2, 3)], ScopePlan(day_rate=850))
    assert total.cost is not None
    assert (total.cost.p10, total.cost.p50, total.cost.p90) == pytest.approx((850, 1700, 2550), rel=1e-3)


def test_a_missing_day_rate_of_one_component_is_no_cost_at_all() -> None:
    items = [item("a", 1, 2, 3, day_rate=850), item("b", 1, 2, 3)]
    assert total_scope(items, NO_PLAN).cost is None


def test_each_group_has_its_own_sum_and_its_own_unknown() -> None:
    items = [item("a", 1, 2, 3, group="Run"), item("b", 1, 1, 1, group="Data"), item("c", group="Run")]
    groups = {group.group: group for group in total_scope(items, NO_PLAN).groups}
    assert list(groups) == ["Run", "Data"]
    assert (groups["Run"].likely_days, groups["Run"].estimated, groups["Run"].unknown) == (2, 1, 1)
    assert (groups["Data"].likely_days, groups["Data"].unknown) == (1, 0)
    assert groups["Run"].days is not None
    assert groups["Run"].days.p90 == pytest.approx(3, rel=1e-3)


def test_the_sentence_says_the_range_and_what_it_leaves_out() -> None:
    items = [item("a", 12, 20, 40), item("b"), item("c"), not_needed("d")]
    assert total_scope(items, NO_PLAN).sentence == (
        "12 to 40 person-days, as likely above 20 as below, and 2 components not estimated."
    )
    assert total_scope(items[:2], NO_PLAN).sentence.endswith("and 1 component not estimated.")
    assert total_scope(items[:1], NO_PLAN).sentence.endswith(
        "as likely above 20 as below; every component is estimated."
    )


def test_a_scope_of_nothing_but_reasons_says_so() -> None:
    assert (
        total_scope([not_needed("a")], NO_PLAN).sentence == "No component is needed, so there is nothing to estimate."
    )
    assert total_scope([], NO_PLAN).sentence == "No component is listed yet."


def test_a_total_can_be_compared_kept_as_a_key_copied_and_sent() -> None:
    total = total_scope([item("a", 1, 2, 3, group="Run"), item("b")], ScopePlan(day_rate=1, planned_days=1))
    for other in (copy.deepcopy(total), pickle.loads(pickle.dumps(total))):
        assert other == total
        assert hash(other) == hash(total)


def test_one_day_is_no_range_of_zero() -> None:
    """A short estimate is rounded for the sentence, but never to nothing."""
    assert total_scope([item("a", 0.5, 0.5, 1)], NO_PLAN).sentence.startswith("0.5 to 1 person-days")
    assert total_scope([item("a", 0.05, 0.05, 0.05)], NO_PLAN).sentence.startswith("0.05 person-days")


def test_an_estimate_without_a_range_is_said_as_one_figure() -> None:
    total = total_scope([item("a", 20, 20, 20), item("b")], NO_PLAN)
    assert total.sentence == "20 person-days, and 1 component not estimated."


days = st.lists(st.floats(0, MOST_DAYS), min_size=3, max_size=3).map(sorted)
items = st.lists(
    st.builds(
        lambda figures, kind, number, group: (
            item(str(number), *figures, group=group)
            if kind == "estimated"
            else not_needed(str(number))
            if kind == "not needed"
            else item(str(number), group=group)
        ),
        days,
        st.sampled_from(["estimated", "unknown", "not needed"]),
        st.integers(0, 10_000),
        st.sampled_from(["Run", "Data", ""]),
    ),
    max_size=12,
)
plans = st.builds(ScopePlan, planned_days=st.none() | st.floats(1, 1_000), day_rate=st.none() | st.floats(0, 2_000))


@untimed
@given(items, plans, st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(
    listed: list[ScopeItem], plan: ScopePlan, chance: random.Random
) -> None:
    shuffled = list(listed)
    chance.shuffle(shuffled)
    one, other = total_scope(listed, plan), total_scope(shuffled, plan)
    assert other.likely_days == pytest.approx(one.likely_days)
    assert other.high_days == pytest.approx(one.high_days)
    assert sorted(other.unknown) == sorted(one.unknown)
    assert (other.estimated, other.not_needed, other.complete) == (one.estimated, one.not_needed, one.complete)


@untimed
@given(items, items, plans)
def test_another_item_never_lowers_a_sum(listed: list[ScopeItem], more: list[ScopeItem], plan: ScopePlan) -> None:
    before, after = total_scope(listed, plan), total_scope([*listed, *more], plan)
    assert after.low_days >= before.low_days - 1e-6
    assert after.likely_days >= before.likely_days - 1e-6
    assert after.high_days >= before.high_days - 1e-6
    assert len(after.unknown) >= len(before.unknown)


@untimed
@given(items, plans)
def test_every_item_is_counted_once_and_the_sums_rise(listed: list[ScopeItem], plan: ScopePlan) -> None:
    total = total_scope(listed, plan)
    assert total.estimated + len(total.unknown) + total.not_needed == len(listed)
    assert total.low_days <= total.likely_days + 1e-6
    assert total.likely_days <= total.high_days + 1e-6
    assert sum(group.likely_days for group in total.groups) == pytest.approx(total.likely_days)
    assert sum(group.unknown for group in total.groups) == len(total.unknown)
    assert total.complete is (total.estimated > 0 and not total.unknown)
    if any(one.status is ItemStatus.UNKNOWN for one in listed):
        assert not total.complete
