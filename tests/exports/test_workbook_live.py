"""The approximation that the workbook calculates by itself, against the simulation that it stands in for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.exports.workbook import live
from readiness.exports.workbook.content import Content, rows_of
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.totals import total_scope

SHAPES = (  # how far low and high lie from likely
    ((0.7, 0.95), (1.05, 1.4)),
    ((0.5, 0.8), (1.4, 2.2)),
    ((0.1, 0.6), (2.0, 4.0)),
    ((0.1, 0.6), (1.02, 1.2)),
    ((1.0, 1.0), (1.0, 1.0)),
)


def _content(items: Sequence[ScopeItem], plan: ScopePlan) -> Content:
    total = total_scope(items, plan)
    at = datetime(2026, 1, 1)  # noqa: DTZ001
    return Content("", rows_of(items, plan), plan, total, None, {}, {}, (), "", {}, 0, at)


def _item(number: int, low: float, likely: float, high: float, rate: float | None = None) -> ScopeItem:
    days = {"low_days": low, "likely_days": likely, "high_days": high}
    return ScopeItem.model_validate({"id": f"i{number}", "component": "x", "day_rate": rate, **days})


def _generated(seed: int) -> Content:
    """A scope of 1 to 30 items, of one shape or of all."""
    source = random.Random(seed)
    shapes = source.choice([*([shape] for shape in SHAPES[:4]), SHAPES])
    items = []
    for number in range(source.choice([1, 2, 3, 5, 8, 15, 30])):
        down, up = source.choice(shapes)
        likely = exp(source.gauss(1.3, 0.8))
        rate = source.choice([None, 400.0, 1200.0])
        items.append(_item(number, likely * source.uniform(*down), likely, likely * source.uniform(*up), rate))
    common, confidence = source.choice([0.0, 0.15, 0.3, 0.5, 0.8, 1.0]), source.choice([0.8, 0.8, 0.9, 0.6])
    return _content(items, ScopePlan(day_rate=800, common_cause=common, confidence=confidence))


def test_it_is_as_near_to_the_simulation_as_the_sheet_says() -> None:
    outside = dict.fromkeys(live.LEVELS, 0)
    scopes = 60
    for seed in range(scopes):
        content = _generated(seed)
        days, simulated = live.days_of(content), content.total.simulated
        assert days is not None
        assert simulated is not None
        for name, level in live.LEVELS.items():
            error = abs(days.at(level) - getattr(simulated.days, name.lower())) / simulated.days.p50
            outside[name] += error > live.USUAL_ERROR[name]
    assert max(outside.values()) <= 0.08 * scopes, outside


def test_the_mean_of_days_and_of_cost_is_that_of_the_simulation() -> None:
    for seed in range(8):
        content = _generated(seed)
        days, cost, simulated = live.days_of(content), live.cost_of(content), content.total.simulated
        assert days is not None
        assert cost is not None
        assert simulated is not None
        assert simulated.cost is not None
        assert days.mean == pytest.approx(simulated.days.mean, rel=1e-3)
        assert cost.mean == pytest.approx(simulated.cost.mean, rel=1e-3)


ranges = st.tuples(*[st.floats(0, 500)] * 3).map(sorted)


@given(st.lists(ranges, min_size=1, max_size=8))
def test_under_full_correlation_it_is_the_sum_of_the_percentiles(figures: list[list[float]]) -> None:
    items = [_item(number, *days) for number, days in enumerate(figures)]
    rows = rows_of(items, ScopePlan(common_cause=1.0))
    sums = live.sums_of(rows, [1.0] * len(rows), ScopePlan(common_cause=1.0))
    assert sums.at(0.1) == pytest.approx(sums.low, abs=1e-6)
    assert sums.at(0.5) == pytest.approx(sums.likely, abs=1e-6)
    assert sums.at(0.9) == pytest.approx(sums.high, abs=1e-6)


@given(st.lists(ranges, min_size=1, max_size=8), st.floats(0, 1), st.floats(0, 1))
def test_more_common_cause_never_narrows_the_spread(figures: list[list[float]], one: float, other: float) -> None:
    items = [_item(number, *days) for number, days in enumerate(figures)]
    spreads = []
    for common in sorted((one, other)):
        rows = rows_of(items, ScopePlan(common_cause=common))
        spreads.append(live.sums_of(rows, [1.0] * len(rows), ScopePlan(common_cause=common)).spread)
    assert spreads[0] <= spreads[1] * (1 + 1e-9) + 1e-9


def test_nothing_estimated_has_no_figures_at_all() -> None:
    content = _content([ScopeItem(id="a", component="A", one_off_cost=5)], ScopePlan(day_rate=1, team_size=1))
    assert live.days_of(content) is None
    assert live.cost_of(content) is None
    assert live.weeks_of(content, 0.5) is None


def test_a_missing_day_rate_leaves_the_whole_without_a_cost() -> None:
    items = [_item(1, 1, 2, 3, 500.0), _item(2, 1, 2, 3)]
    assert live.cost_of(_content(items, ScopePlan())) is None
    assert live.cost_of(_content(items, ScopePlan(day_rate=0))) is not None
