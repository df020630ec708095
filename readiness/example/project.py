"""What invented teams decided about the generated records: the content of the two example projects."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.catalog import read_catalog
from readiness.errors import UnknownNameError


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExampleDecision(_Entry):
    """How the team handles the kinds of edge case that match, and its estimate of the scope item that follows."""

    kinds: tuple[str, ...] = Field(min_length=1)  # `*` matches any run of characters
    handling: str
    note: str
    estimate: dict[str, Any]  # parts of a ScopeItem


class ExampleExercise(_Entry):
    """A round of judgments: what each invented person answers, by the cell that a record has in one field."""

    count: int
    seed: int
    fields: tuple[str, ...]  # shown to people
    labels: tuple[str, ...]
    known_by: str  # the field by which people know the answer
    usual: dict[str, str]  # cell of that field -> answer; for any other cell nobody can tell
    people: dict[str, dict[str, str]]  # person -> cell -> the answer of their own, where it is not the usual one
    settled: dict[str, str]  # cell -> the answer that the group settles on
    reason: str


class ExampleRun(_Entry):
    """One run of the evaluation set, with how many of its cases came out wrong."""

    version: str
    days_ago: int = Field(ge=0)
    cases: int = Field(ge=1)
    wrong: int = Field(ge=0)
    wrong_from: int = Field(default=0, ge=0)  # place of the first wrong one among the shuffled cases
    note: str = ""


class ExampleTask(_Entry):
    """What the team has planned for one step of the repair."""

    owner: str
    due_in_days: int = Field(ge=1)
    begun: bool = False
    note: str = ""


class ExampleReview(_Entry):
    """One review of the running system; its reading is taken from the log of the days before it."""

    days_ago: int = Field(ge=0)
    reviewed_by: str
    decision: str
    note: str


class _Example(_Entry):
    """Parts of a project by the names that its own values give them; the project validates them when it is filled."""

    name: str
    sample: dict[str, Any]
    workflow: dict[str, Any]
    decisions: tuple[ExampleDecision, ...]
    estimates: dict[str, dict[str, Any]]  # component id -> parts of a ScopeItem
    plan: dict[str, Any]
    outcome: dict[str, Any]
    signers: tuple[dict[str, str], ...]
    ownership: dict[str, Any]  # without the day of the first review
    first_review_in_days: int  # from the day on which the example is opened; below zero in the past
    answers: dict[str, dict[str, str]]  # failure mode -> reply and reason
    stop_inputs: dict[str, Any]
    tasks: dict[str, ExampleTask]  # by the id of their step
    brief_notes: dict[str, str]

    def planned_for(self, kind: str) -> ExampleDecision | None:
        """The first decision that covers this kind of edge case; None where the team has not decided yet."""
        return next((d for d in self.decisions if any(fnmatchcase(kind, pattern) for pattern in d.kinds)), None)


class ExampleProject(_Example):
    """A project before its build: everything is decided, and one of the four preparations is not complete."""

    value: dict[str, Any]
    exercise: ExampleExercise
    runs: tuple[ExampleRun, ...]
    shown_to: str
    milestone: str  # made once the audit is decided, before anything is estimated

    @model_validator(mode="after")
    def _covers_everything(self) -> Self:
        if not self.decisions or "*" not in self.decisions[-1].kinds:
            raise ValueError("the last decision must cover every other kind ('*')")
        return self

    def decision_for(self, kind: str) -> ExampleDecision:
        """The first decision that covers this kind of edge case."""
        found = self.planned_for(kind)
        if found is None:
            raise UnknownNameError("decision for edge cases of kind", kind)
        return found


class StalledExample(_Example):
    """A project that was launched and has stalled. Its days are counted back from the one on which it is opened."""

    launched_days_ago: int = Field(ge=1)
    sample_days: int = Field(ge=1)  # that the records are of, up to yesterday
    reviews: tuple[ExampleReview, ...]


def example_project() -> ExampleProject:
    """The content of the example before the build, from data/catalog/example_project.yaml."""
    return read_catalog("example_project", ExampleProject)


def stalled_example() -> StalledExample:
    """The content of the example that has stalled, from data/catalog/example_stalled.yaml."""
    return read_catalog("example_stalled", StalledExample)
