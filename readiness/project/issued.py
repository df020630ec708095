"""What a project keeps of the briefs that were issued, and of its milestones. What is frozen is never changed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from readiness.diagnosis.verdict_table import Verdict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IssuedBrief(_Value):
    """One issue of the decision brief: its number, and what tells it from every other. Signatures name its
    fingerprint."""

    number: int = Field(ge=1)
    issued_at: NaiveDatetime  # UTC, without a zone
    issued_by: str = Field(default="", max_length=200)
    verdict: Verdict
    fingerprint: str  # SHA-256 of what the brief says
    evidence_hash: str  # SHA-256 of the evidence ledger
    revision: int = Field(ge=0)  # of the project when it was issued


class IssuedContent(_Value):
    """The brief as it was, in both of its forms: the document, to be rendered again, and its JSON."""

    number: int = Field(ge=1)
    document: dict[str, Any]
    brief: dict[str, Any]


class Milestone(_Value):
    """A named state of the project, with the figures that a list shows."""

    id: str
    name: str = Field(min_length=1, max_length=200)
    made_at: NaiveDatetime
    made_by: str = Field(default="", max_length=200)
    revision: int = Field(ge=0)
    verdict: Verdict


class FrozenDocument(_Value):
    """One document of a project as the store had it. Its body is read as what its kind says only when it is wanted."""

    kind: str
    key: str
    version: int = Field(ge=0)
    body: dict[str, Any]


class MilestoneState(_Value):
    """The whole project as it stood: every document of its state. No raw record is in it."""

    id: str
    documents: tuple[FrozenDocument, ...]
