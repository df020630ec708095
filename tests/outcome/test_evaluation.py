"""The evaluation spec: filled in from the project, complete in five parts, and as its published schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from readiness.errors import InputError
from readiness.outcome.definition import Direction, OutcomeDefinition
from readiness.outcome.evaluation import (
    SCHEMA_NAME,
    EvaluationPlan,
    EvaluationSpec,
    Standing,
    evaluation_spec,
    filled_in,
    missing_parts,
    schema_json,
    spec_json,
)

SCHEMA = json.loads(schema_json())
VALIDATOR = Draft202012Validator(SCHEMA)
PROJECT = Standing(
    workflow="Route each lead.",
    definition=OutcomeDefinition(metric="Correct-route rate", unit="share", target=0.92),
    fallback="manual review",
    owner="ops",
)


def test_the_project_fills_in_all_five_parts() -> None:
    plan = filled_in(EvaluationPlan(), PROJECT)
    assert missing_parts(plan) == ()
    spec = json.loads(spec_json(evaluation_spec(plan, Direction.HIGHER)))
    assert spec == {
        "format": "readiness-evaluation/1",
        "workflow": "Route each lead.",
        "metric": "Correct-route rate",
        "unit": "share",
        "direction": "higher is better",
        "target": 0.92,
        "fallback": "manual review",
        "owner": "ops",
        "inputs": "",
        "expected_outputs": "",
        "accepted_error": None,
    }
    VALIDATOR.validate(spec)


def test_what_the_team_states_for_the_evaluation_goes_before_what_the_project_says() -> None:
    stated = EvaluationPlan(owner="Ada", target=0.95, fallback="a queue", inputs="in.jsonl", accepted_error=0.05)
    plan = filled_in(stated, PROJECT)
    assert (plan.owner, plan.target, plan.fallback, plan.workflow) == ("Ada", 0.95, "a queue", "Route each lead.")


def test_a_metric_of_the_evaluations_own_does_not_take_the_target_and_unit_of_another() -> None:
    plan = filled_in(EvaluationPlan(metric="F1"), PROJECT)
    assert (plan.target, plan.unit) == (None, "")
    assert missing_parts(plan) == ("the target",)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("workflow", "the workflow"),
        ("metric", "the metric"),
        ("target", "the target"),
        ("fallback", "the fallback"),
        ("owner", "the owner"),
    ],
)
def test_a_spec_without_one_of_its_five_parts_is_refused_by_name(part: str, said: str) -> None:
    full = filled_in(EvaluationPlan(), PROJECT)
    plan = full.model_copy(update={part: None if part == "target" else " "})
    assert missing_parts(plan) == (said,)
    with pytest.raises(InputError, match=said):
        evaluation_spec(plan, Direction.HIGHER)


words = st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip()))
numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(words, words, words, words, numbers, st.none() | st.floats(0, 1), st.sampled_from(Direction))
def test_every_spec_that_is_written_is_as_its_schema_says_and_is_read_back(
    workflow: str, metric: str, fallback: str, owner: str, target: float, error: float | None, direction: Direction
) -> None:
    plan = EvaluationPlan(
        workflow=workflow, metric=metric, fallback=fallback, owner=owner, target=target, accepted_error=error
    )
    spec = evaluation_spec(plan, direction)
    written = spec_json(spec)
    assert written.isascii()
    VALIDATOR.validate(json.loads(written))
    assert EvaluationSpec.model_validate_json(written) == spec


@pytest.mark.parametrize(
    "change",
    [
        {"format": "readiness-evaluation/2"},
        {"workflow": ""},
        {"target": "0.92"},
        {"accepted_error": 1.5},
        {"direction": "sideways"},
        {"surplus": 1},
    ],
)
def test_the_schema_refuses_what_is_no_spec(change: dict[str, Any]) -> None:
    spec = json.loads(spec_json(evaluation_spec(filled_in(EvaluationPlan(), PROJECT), Direction.HIGHER)))
    assert not VALIDATOR.is_valid({**spec, **change})


def test_the_schema_is_a_schema_names_every_part_and_is_the_one_that_is_published() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["required"]) == set(EvaluationSpec.model_fields)
    assert all(part["description"] for name, part in SCHEMA["properties"].items() if name != "direction")
    published = Path(__file__).resolve().parents[2] / "docs" / SCHEMA_NAME
    assert published.read_text(encoding="utf-8") == schema_json()
