"""Scope items: unknown is never zero, not needed carries its reason, and no figure that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.scope.items import MOST_DAYS, ItemStatus, ScopeItem, ScopePlan


def item(**parts: Any) -> ScopeItem:
    return ScopeItem(**{"id": "own:1", "component": "Rollback", **parts})


def estimated(low: float, likely: float, high: float, **parts: Any) -> ScopeItem:
    return item(low_days=low, likely_days=likely, high_days=high, **parts)


def test_a_new_item_is_unknown_and_holds_no_figure() -> None:
    new = item()
    assert new.status is ItemStatus.UNKNOWN
    assert (new.low_days, new.likely_days, new.high_days) == (None, None, None)


def test_an_item_estimated_at_zero_is_estimated() -> None:
    assert estimated(0, 0, 0).status is ItemStatus.ESTIMATED


@pytest.mark.parametrize("left_out", ["low_days", "likely_days", "high_days"])
def test_two_figures_of_three_are_unknown(left_out: str) -> None:
    days = {"low_days": 1.0, "likely_days": 2.0, "high_days": 3.0, left_out: None}
    assert item(**days).status is ItemStatus.UNKNOWN


def test_not_needed_holds_only_with_its_reason() -> None:
    assert item(marked_not_needed=True).status is ItemStatus.UNKNOWN
    assert item(marked_not_needed=True, not_needed_because="  ").status is ItemStatus.UNKNOWN
    assert item(not_needed_because="no external calls").status is ItemStatus.UNKNOWN
    assert item(marked_not_needed=True, not_needed_because="no external calls").status is ItemStatus.NOT_NEEDED


def test_a_mark_without_its_reason_does_not_take_an_estimate_away() -> None:
    assert estimated(1, 2, 3, marked_not_needed=True).status is ItemStatus.ESTIMATED


@pytest.mark.parametrize(
    "days",
    [
        {"low_days": 3.0, "high_days": 2.0},
        {"low_days": 3.0, "likely_days": 2.0},
        {"likely_days": 3.0, "high_days": 2.0},
        {"low_days": 1.0, "likely_days": 3.0, "high_days": 2.0},
    ],
)
def test_figures_that_do_not_rise_are_refused(days: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="must rise"):
        item(**days)


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), float("-inf"), -0.5, 1e9, MOST_DAYS + 1])
@pytest.mark.parametrize("part", ["low_days", "likely_days", "high_days"])
def test_no_figure_is_negative_endless_undefined_or_absurd(part: str, figure: float) -> None:
    with pytest.raises(ValidationError):
        item(**{part: figure})


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), -1, 1e10])
@pytest.mark.parametrize("part", ["prototype_days", "planned_days", "day_rate"])
def test_a_plan_takes_no_figure_that_cannot_be(part: str, figure: float) -> None:
    with pytest.raises(ValidationError):
        ScopePlan(**{part: figure})


@pytest.mark.parametrize("name", ["", "n" * 201])
def test_a_component_has_a_name_of_a_length_to_be_read(name: str) -> None:
    with pytest.raises(ValidationError):
        item(component=name)


figures = st.none() | st.floats(0, MOST_DAYS)


@given(figures, figures, figures)
def test_an_item_is_accepted_exactly_when_its_figures_rise(
    low: float | None, likely: float | None, high: float | None
) -> None:
    stated = [figure for figure in (low, likely, high) if figure is not None]
    if stated != sorted(stated):
        with pytest.raises(ValidationError):
            item(low_days=low, likely_days=likely, high_days=high)
        return
    accepted = item(low_days=low, likely_days=likely, high_days=high)
    assert (accepted.status is ItemStatus.ESTIMATED) is (len(stated) == 3)
