"""The workflow: what makes a job worth building for, and what of it is not stated yet."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from readiness.workflow import Stage, Workflow, missing_parts

COMPLETE: dict[str, Any] = {
    "task": "Route each invoice to its approver.",
    "volume_per_month": 2600,
    "cost_of_delay": "The discount is lost.",
    "sources": "The shared mailbox.",
    "reviewer": "Accounts payable",
    "next_step": "The approver's task list.",
}


def test_a_new_workflow_states_nothing_and_is_before_the_build() -> None:
    assert len(missing_parts(Workflow())) == 6
    assert Workflow().stage is Stage.BEFORE_BUILD


def test_a_workflow_that_states_everything_lacks_nothing() -> None:
    assert missing_parts(Workflow(**COMPLETE)) == ()


@pytest.mark.parametrize("part", COMPLETE)
def test_each_part_is_missed_by_itself(part: str) -> None:
    without = {name: value for name, value in COMPLETE.items() if name != part}
    assert len(missing_parts(Workflow(**without))) == 1


def test_a_job_that_never_runs_is_stated_and_not_missing() -> None:
    assert missing_parts(Workflow(**{**COMPLETE, "volume_per_month": 0})) == ()


@pytest.mark.parametrize("volume", [-1, float("nan"), float("inf"), 1e13])
def test_a_volume_that_cannot_be_is_refused(volume: float) -> None:
    with pytest.raises(ValidationError):
        Workflow(volume_per_month=volume)
