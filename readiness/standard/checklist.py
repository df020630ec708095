"""The readiness standard as the catalog holds it: checklist, review path, habits, mistakes, signs and questions."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class ChecklistGroup(_Entry):
    id: str
    name: str


class Department(StrEnum):
    """Who usually asks for an item; the list is shared by all four."""

    BUSINESS = "business"
    DATA_SCIENCE = "data science"
    IT = "IT"
    LEGAL = "legal"


class ChecklistItem(_Entry):
    """A statement that is true of a system that may go live, and what proves it."""

    id: str
    group: str  # ChecklistGroup.id
    asked_by: Department
    statement: str
    evidence: str


class ReviewPlace(_Entry):
    """A kind of item that leaves the main path and needs a named place (M40)."""

    id: str
    name: str
    question: str
    example: str


class Advice(_Entry):
    """A habit to keep (M45) or a mistake to avoid (M46)."""

    id: str
    name: str
    text: str


class Sign(_Entry):
    """A sign of trouble in a running system (M43), and the figure to look at."""

    id: str
    name: str
    sign: str
    look_at: str


class WorkflowQuestionKind(StrEnum):
    WORTH_BUILDING = "worth_building"  # M34
    BUYER = "buyer"  # M35


class WorkflowQuestion(_Entry):
    id: str
    kind: WorkflowQuestionKind
    question: str
    help: str


class ReadinessStandard(_Entry):
    """data/catalog/readiness_standard.yaml: read with `read_catalog("readiness_standard", ReadinessStandard)`."""

    groups: tuple[ChecklistGroup, ...]
    checklist: tuple[ChecklistItem, ...]
    review_path: tuple[ReviewPlace, ...]
    habits: tuple[Advice, ...]
    mistakes: tuple[Advice, ...]
    signs: tuple[Sign, ...]
    workflow_questions: tuple[WorkflowQuestion, ...]

    @model_validator(mode="after")
    def _grouped(self) -> Self:
        known = {group.id for group in self.groups}
        strays = [item.id for item in self.checklist if item.group not in known]
        if strays:
            raise ValueError(f"checklist items in a group that does not exist: {', '.join(strays)}")
        return self

    def items_of(self, group: str) -> tuple[ChecklistItem, ...]:
        """The checklist items of a group, in file order."""
        return tuple(item for item in self.checklist if item.group == group)

    def questions_of(self, kind: WorkflowQuestionKind) -> tuple[WorkflowQuestion, ...]:
        """The workflow questions of one kind, in file order."""
        return tuple(question for question in self.workflow_questions if question.kind is kind)
