"""The evaluation spec: what a version of the system is tried on and held to, as a file for the user's repository."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from readiness.errors import InputError
from readiness.outcome.definition import Direction, OutcomeDefinition

FORMAT = "readiness-evaluation/1"
SCHEMA_NAME = "evaluation-spec.schema.json"
_Words = Field(default="", max_length=1_000)


class EvaluationPlan(BaseModel):
    """What the team states about the evaluation. What is left empty is what the project says elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workflow: str = _Words
    metric: str = Field(default="", max_length=4_000)
    unit: str = Field(default="", max_length=60)
    target: float | None = Field(default=None, allow_inf_nan=False)
    fallback: str = _Words
    owner: str = Field(default="", max_length=200)
    inputs: str = _Words  # file of the fixed inputs
    expected_outputs: str = _Words  # file of the expected outputs
    accepted_error: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)  # share of cases, 0..1


class EvaluationSpec(BaseModel):
    """One evaluation: the workflow, its metric with the target, what happens when the system is unsure, and who answers
    for it; with the fixed cases that every version is tried on."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Evaluation spec")

    format: Literal["readiness-evaluation/1"] = Field(description="Name and version of this format.")
    workflow: str = Field(min_length=1, max_length=1_000, description="The repeated task, in one sentence.")
    metric: str = Field(min_length=1, max_length=4_000, description="What is measured.")
    unit: str = Field(max_length=60, description="The unit of metric and target; empty where there is none.")
    direction: Direction = Field(description="Which way is better.")
    target: float = Field(allow_inf_nan=False, description="What the metric has to reach, in its unit.")
    fallback: str = Field(
        min_length=1, max_length=1_000, description="What happens with an item that the system does not handle."
    )
    owner: str = Field(min_length=1, max_length=200, description="Who answers for the metric.")
    inputs: str = Field(max_length=1_000, description="The file of the fixed inputs; empty where not stated.")
    expected_outputs: str = Field(
        max_length=1_000, description="The file of the expected outputs; empty where not stated."
    )
    accepted_error: float | None = Field(
        ge=0, le=1, allow_inf_nan=False, description="The share of cases that may be wrong, 0 to 1; null if not stated."
    )


class Standing(NamedTuple):
    """What the project says elsewhere, and the plan takes over where it is silent."""

    workflow: str
    definition: OutcomeDefinition
    fallback: str
    owner: str


def filled_in(plan: EvaluationPlan, project: Standing) -> EvaluationPlan:
    """The plan with what the project says in the places that are left empty.

    A metric of the plan's own brings its own unit and target; those of the outcome definition belong to another one.
    """
    own_metric = bool(plan.metric.strip())
    definition = project.definition
    return plan.model_copy(
        update={
            "workflow": plan.workflow.strip() or project.workflow.strip(),
            "metric": plan.metric.strip() or definition.metric.strip(),
            "unit": plan.unit.strip() or ("" if own_metric else definition.unit.strip()),
            "target": definition.target if plan.target is None and not own_metric else plan.target,
            "fallback": plan.fallback.strip() or project.fallback.strip(),
            "owner": plan.owner.strip() or project.owner.strip(),
        }
    )


def missing_parts(plan: EvaluationPlan) -> tuple[str, ...]:
    """What a spec needs and nobody has stated (M23); of the plan as it is filled in."""
    checks = (
        ("the workflow", bool(plan.workflow.strip())),
        ("the metric", bool(plan.metric.strip())),
        ("the target", plan.target is not None),
        ("the fallback", bool(plan.fallback.strip())),
        ("the owner", bool(plan.owner.strip())),
    )
    return tuple(name for name, stated in checks if not stated)


def evaluation_spec(plan: EvaluationPlan, direction: Direction) -> EvaluationSpec:
    """The spec of a plan that is filled in. Refuses one that lacks a part."""
    missing = missing_parts(plan)
    if missing:
        raise InputError(f"The evaluation spec still lacks {', '.join(missing)}.")
    return EvaluationSpec.model_validate({"format": FORMAT, "direction": direction, **plan.model_dump()})


def spec_json(spec: EvaluationSpec) -> str:
    """The spec as the text of a JSON file."""
    return _written(spec.model_dump(mode="json"))


def schema_json() -> str:
    """The JSON schema of every evaluation spec, as the text of a file."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **EvaluationSpec.model_json_schema()}
    return _written(schema)


def _written(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
