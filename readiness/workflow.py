"""The workflow that the system is for: the repeated job, how often it runs, and what the prototype is."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Stage(StrEnum):
    BEFORE_BUILD = "before the build"
    STALLED = "built, and stalled"


class Workflow(BaseModel):
    """What is repeated, by whom, how often, and what follows it (M33-M37). None means not stated yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str = Field(default="", max_length=1_000)  # one sentence
    stage: Stage = Stage.BEFORE_BUILD
    launched_on: date | None = None  # for a stalled project
    go_live_on: date | None = None  # as planned, before the build
    done_on: date | None = None  # as planned: the day on which it counts as done and its team is released
    volume_per_month: float | None = Field(default=None, ge=0, le=1e12, allow_inf_nan=False)
    cost_of_delay: str = Field(default="", max_length=4_000)
    sources: str = Field(default="", max_length=4_000)  # tools and documents the work draws on
    reviewer: str = Field(
        default="", max_length=1_000
    )  # who looks before a customer, patient, lead or payment is touched
    next_step: str = Field(default="", max_length=4_000)  # what happens with an output
    keep_if: str = Field(default="", max_length=4_000)  # what would make version one worth keeping


def missing_parts(workflow: Workflow) -> tuple[str, ...]:
    """What makes the job worth building for and is not stated yet (M34)."""
    checks = (
        ("the repeated task in one sentence", bool(workflow.task.strip())),
        ("how often it runs", workflow.volume_per_month is not None),
        ("what a delay or an error costs", bool(workflow.cost_of_delay.strip())),
        ("where the source material is", bool(workflow.sources.strip())),
        ("who reviews the output", bool(workflow.reviewer.strip())),
        ("what happens next with it", bool(workflow.next_step.strip())),
    )
    return tuple(name for name, stated in checks if not stated)
