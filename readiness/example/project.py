"""What an invented team decided about the generated records: the content of the example project."""

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


class ExampleProject(_Entry):
    """Parts of a project by the names that its own values give them; the project validates them when it is filled."""

    name: str
    sample: dict[str, Any]
    workflow: dict[str, Any]
    decisions: tuple[ExampleDecision, ...]
    estimates: dict[str, dict[str, Any]]  # component id -> parts of a ScopeItem
    plan: dict[str, Any]
    value: dict[str, Any]
    outcome: dict[str, Any]
    signers: tuple[dict[str, str], ...]
    ownership: dict[str, Any]
    answers: dict[str, dict[str, str]]  # failure mode -> reply and reason
    stop_inputs: dict[str, Any]
    brief_notes: dict[str, str]

    @model_validator(mode="after")
    def _covers_everything(self) -> Self:
        if not self.decisions or "*" not in self.decisions[-1].kinds:
            raise ValueError("the last decision must cover every other kind ('*')")
        return self

    def decision_for(self, kind: str) -> ExampleDecision:
        """The first decision that covers this kind of edge case."""
        found = next((d for d in self.decisions if any(fnmatchcase(kind, pattern) for pattern in d.kinds)), None)
        if found is None:
            raise UnknownNameError("decision for edge cases of kind", kind)
        return found


def example_project() -> ExampleProject:
    """The example project's content, from data/catalog/example_project.yaml."""
    return read_catalog("example_project", ExampleProject)
