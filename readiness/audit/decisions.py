"""Handling decisions: what production does with each edge case, and what that leaves of the volume."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Handling(StrEnum):
    """What production does with the records of an edge case (M8)."""

    VALIDATION_RULE = "validation rule"
    PREPROCESSING = "preprocessing"
    HUMAN_REVIEW = "human review"
    REJECT = "reject"
    ACCEPT = "accept"


class HandlingDecision(BaseModel):
    """The decision for one edge case. Undecided edge cases have no HandlingDecision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edge_case: str  # EdgeCase.id
    handling: Handling
    note: str = ""
