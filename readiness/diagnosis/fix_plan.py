"""The fix plan: the steps of the failure modes as tasks with owner and date, closed by evidence and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from readiness.diagnosis.closing_evidence import CLOSING_CHECKS, Known, closing_of
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog, FixStep
from readiness.diagnosis.places import Place


class FixTask(BaseModel):
    """What a team says of a step, kept by the step's id. Whether it is closed is not said: evidence shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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


def planned_steps(
    failing: Sequence[FailureMode],
    tasks: Mapping[str, FixTask],
    known: Known,
    catalog: FailureModeCatalog,
    *,
    today: date,
) -> tuple[PlannedStep, ...]:
    """The steps of the failing modes in their order, the primary one's first; then those of modes for which the team
    has planned something although they fail no longer, so that what was agreed stays in sight."""
    planned = [mode for mode in FailureMode if mode not in failing and _has_task(catalog, mode, tasks)]
    return tuple(
        _planned(mode, step, tasks.get(step.id, FixTask()), known, today)
        for mode in (*failing, *planned)
        for step in catalog.of(mode).fix
    )


def _has_task(catalog: FailureModeCatalog, mode: FailureMode, tasks: Mapping[str, FixTask]) -> bool:
    return any(step.id in tasks for step in catalog.of(mode).fix)


def _planned(mode: FailureMode, step: FixStep, task: FixTask, known: Known, today: date) -> PlannedStep:
    closing = closing_of(step.id, known)
    if closing.closed:
        status = TaskStatus.CLOSED
    elif task.due_on is not None and task.due_on < today:
        status = TaskStatus.OVERDUE
    else:
        status = TaskStatus.BEGUN if task.begun else TaskStatus.OPEN
    return PlannedStep(mode, step, task, status, closing.because, CLOSING_CHECKS[step.id].place)
