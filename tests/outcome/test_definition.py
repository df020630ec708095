"""The outcome definition: what is missing, what contradicts, and which figures are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.outcome.definition import OutcomeDefinition, contradictions, missing_parts

COMPLETE: dict[str, Any] = {
    "metric": "Share routed correctly",
    "unit": "%",
    "target": 92.0,
    "tolerance_low": 88.0,
    "tolerance_high": 100.0,
    "baseline_error_rate": 0.045,
    "wrong_output_cost": 85.0,
    "correct_output": "The approver is the one named for the cost centre.",
}


def defined(**changes: Any) -> OutcomeDefinition:
    return OutcomeDefinition(**{**COMPLETE, **changes})


def test_a_new_definition_lacks_all_seven_parts() -> None:
    assert len(missing_parts(OutcomeDefinition())) == 7


def test_a_complete_definition_lacks_nothing() -> None:
    assert missing_parts(defined()) == ()


@pytest.mark.parametrize(
    ("part", "nothing", "said"),
    [
        ("metric", "  ", "the metric"),
        ("unit", "", "its unit"),
        ("target", None, "the target"),
        ("tolerance_low", None, "the tolerance range"),
        ("tolerance_high", None, "the tolerance range"),
        ("baseline_error_rate", None, "the baseline"),
        ("wrong_output_cost", None, "the cost of a wrong output"),
        ("correct_output", "\n", "what a correct output looks like"),
    ],
)
def test_each_part_is_missed_by_name(part: str, nothing: Any, said: str) -> None:
    (missing,) = missing_parts(defined(**{part: nothing}))
    assert missing.startswith(said)


@pytest.mark.parametrize("baseline", ["baseline_cost", "baseline_error_rate", "baseline_delay_days"])
def test_any_one_baseline_will_do_and_zero_is_one(baseline: str) -> None:
    assert missing_parts(defined(**{"baseline_error_rate": None, baseline: 0.0})) == ()


def test_zero_is_a_target_a_tolerance_and_a_cost() -> None:
    assert missing_parts(defined(target=0.0, tolerance_low=0.0, tolerance_high=0.0, wrong_output_cost=0.0)) == ()


def test_a_target_inside_its_tolerance_does_not_contradict_it() -> None:
    assert contradictions(defined()) == ()
    assert contradictions(defined(target=88.0)) == ()
    assert contradictions(defined(target=100.0)) == ()


@pytest.mark.parametrize("target", [87.9, 100.1, -92.0])
def test_a_target_outside_its_tolerance_is_a_contradiction(target: float) -> None:
    (sentence,) = contradictions(defined(target=target))
    assert f"{target:g}" in sentence
    assert "88 to 100" in sentence


def test_a_tolerance_upside_down_is_one_contradiction() -> None:
    (sentence,) = contradictions(defined(tolerance_low=100.0, tolerance_high=88.0))
    assert "above its upper end" in sentence


def test_what_is_not_stated_contradicts_nothing() -> None:
    assert contradictions(OutcomeDefinition()) == ()
    assert contradictions(defined(tolerance_high=None, target=1.0)) == ()


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("part", ["target", "tolerance_low", "tolerance_high", "baseline_cost", "wrong_output_cost"])
def test_no_figure_is_endless_or_undefined(part: str, figure: float) -> None:
    with pytest.raises(ValidationError):
        defined(**{part: figure})


@pytest.mark.parametrize(
    "refused",
    [
        {"baseline_cost": -0.01},
        {"wrong_output_cost": -1},
        {"baseline_delay_days": -1},
        {"baseline_error_rate": 1.01},
        {"baseline_error_rate": -0.01},
        {"metric": "m" * 4_001},
        {"direction": "sideways"},
        {"colour": "red"},
    ],
)
def test_a_figure_or_text_that_cannot_be_is_refused(refused: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        defined(**refused)


figures = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(figures, figures, figures)
def test_contradictions_are_about_order_alone(low: float | None, target: float | None, high: float | None) -> None:
    stated = [figure for figure in (low, target, high) if figure is not None]
    found = contradictions(defined(tolerance_low=low, target=target, tolerance_high=high))
    in_order = stated == sorted(stated)
    assert not (found and in_order)
    if None not in (low, high, target):
        assert bool(found) is not in_order
