"""Several metrics with exactly one primary, and when a reading is inside its tolerance."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.errors import UnknownNameError
from readiness.outcome.definition import (
    MOST_FURTHER_METRICS,
    Direction,
    MeasuredBy,
    Metric,
    OutcomeDefinition,
    all_metrics,
    contradictions,
    is_inside,
    missing_of_metric,
    missing_parts,
    primary_metric,
    with_primary,
)

COST = Metric(
    id="cost",
    metric="Cost per item",
    unit="EUR",
    direction=Direction.LOWER,
    measured_by=MeasuredBy.COST,
    target=0.4,
    tolerance_low=0.0,
    tolerance_high=0.6,
    baseline_value=6.4,
    baseline_source="A tally",
)
DELAY = Metric(id="delay", metric="Days to answer", unit="days", target=1)
DEFINITION = OutcomeDefinition(
    metric="Share routed correctly",
    unit="%",
    target=92,
    tolerance_low=88,
    tolerance_high=100,
    baseline_cost=6.4,
    wrong_output_cost=85,
    correct_output="The right approver.",
    further=(COST, DELAY),
)


def test_a_definition_of_an_older_project_file_is_the_primary_metric_and_has_no_other() -> None:
    old = OutcomeDefinition.model_validate({"metric": "Share", "unit": "%", "target": 92.0})
    (only,) = all_metrics(old)
    assert (only.metric, only.unit, only.target, only.measured_by) == ("Share", "%", 92.0, MeasuredBy.OWN)
    assert old.further == ()


def test_another_metric_made_primary_changes_places_with_the_former() -> None:
    changed = with_primary(DEFINITION, "cost")
    assert primary_metric(changed) == COST
    assert changed.further == (primary_metric(DEFINITION), DELAY)
    assert (changed.correct_output, changed.wrong_output_cost) == ("The right approver.", 85)
    assert with_primary(changed, DEFINITION.metric_id) == DEFINITION


def test_a_metric_that_is_not_there_cannot_be_primary() -> None:
    with pytest.raises(UnknownNameError, match="Cost per item"):
        with_primary(DEFINITION, "nothing")


@given(st.lists(st.sampled_from(["", "cost", "delay"]), max_size=8))
def test_there_is_exactly_one_primary_and_no_metric_is_lost_whatever_is_made_primary(order: list[str]) -> None:
    changed = DEFINITION
    for metric_id in order:
        changed = with_primary(changed, metric_id)
        assert changed.metric_id == metric_id
        OutcomeDefinition.model_validate(changed.model_dump())
    assert sorted(m.id for m in all_metrics(changed)) == ["", "cost", "delay"]
    assert set(all_metrics(changed)) == set(all_metrics(DEFINITION))


def test_two_metrics_of_one_id_and_too_many_are_refused() -> None:
    with pytest.raises(ValidationError, match="one id"):
        OutcomeDefinition(further=(COST, COST))
    with pytest.raises(ValidationError, match="one id"):
        OutcomeDefinition(further=(Metric(id=""),))
    with pytest.raises(ValidationError):
        OutcomeDefinition(further=tuple(Metric(id=f"m{n}") for n in range(MOST_FURTHER_METRICS + 1)))


def test_each_metric_says_what_it_lacks_and_does_not_stop_the_primary_one() -> None:
    assert missing_of_metric(COST) == ()
    assert missing_of_metric(DELAY) == ("its tolerance range", "its baseline", "the source of its baseline")
    assert missing_parts(DEFINITION) == ()


def test_a_contradiction_in_a_further_metric_names_it() -> None:
    wrong = COST.model_copy(update={"target": 3.0})
    (sentence,) = contradictions(DEFINITION.model_copy(update={"further": (wrong,)}))
    assert sentence == "Cost per item: The target 3 lies outside the tolerance 0 to 0.6."


@pytest.mark.parametrize("measured_by", [MeasuredBy.VALIDATION, MeasuredBy.ROUTED, MeasuredBy.ERRORS])
def test_a_share_of_the_log_is_read_in_per_cent(measured_by: MeasuredBy) -> None:
    share = DEFINITION.model_copy(update={"measured_by": measured_by})
    assert contradictions(share) == ()
    (sentence,) = contradictions(share.model_copy(update={"unit": "items"}))
    assert sentence == "The log gives this metric in %, and its unit is items."


@pytest.mark.parametrize(
    ("reading", "low", "high", "inside"),
    [
        (88.0, 88.0, 100.0, True),
        (100.0, 88.0, 100.0, True),
        (87.999, 88.0, 100.0, False),
        (100.001, 88.0, 100.0, False),
        (None, 88.0, 100.0, None),
        (90.0, None, None, None),
        (90.0, 88.0, None, None),
        (80.0, 88.0, None, False),
        (101.0, None, 100.0, False),
        (90.0, 100.0, 88.0, None),
        (0.0, 0.0, 0.0, True),
    ],
)
def test_both_ends_are_inside_and_an_open_end_proves_only_what_is_outside(
    reading: Any, low: Any, high: Any, inside: Any
) -> None:
    assert is_inside(reading, low, high) is inside
