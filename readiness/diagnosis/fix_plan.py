"""The fix plan: the steps of the failure modes as tasks with owner and date, closed by evidence and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from readiness.diagnosis.failure_modes import FailureMode, FixStep
from readiness.diagnosis.places import Place


class FixTask(BaseModel):
    """What a team says of one step: who does it, until when, whether it has begun. Whether it is closed is not said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str = Field(max_length=100)  # FixStep.id
    owner: str = Field(default="", max_length=200)
    due_on: date | None = None
    begun: bool = False
    note: str = Field(default="", max_length=4_000)


class TaskStatus(StrEnum):
    OPEN = "open"
    BEGUN = "begun"
    OVERDUE = "overdue"  # open or begun, and past its date
    CLOSED = "closed"  # by evidence


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of the plan with its task, and what the evidence says of it."""

    mode: FailureMode
    step: FixStep
    task: FixTask
    status: TaskStatus
    because: str  # the evidence that closes it, or what is still missing, as a sentence
    place: Place  # where it is done
