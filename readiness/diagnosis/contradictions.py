"""Statements of a project that cannot both be true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import Answer
from readiness.diagnosis.stop_rules import StopInputs


class Severity(StrEnum):
    BLOCKING = "blocking"  # no GO while it stands
    SERIOUS = "serious"  # to be settled before anybody signs
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements on record that exclude each other, in one sentence, and the place of the field that settles it."""

    id: str
    severity: Severity
    sentence: str
    place: Place


class ContradictionEntry(BaseModel):
    """One kind of contradiction: why the statements exclude each other, how much it weighs, and where it is settled."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)

    id: str
    severity: Severity
    title: str  # the two statements in short
    why: str  # they cannot both be true
    page: Page
    section: str = Field(default="", min_length=0)


class ContradictionCatalog(BaseModel):
    """data/catalog/contradictions.yaml: read with `read_catalog("contradictions", ContradictionCatalog)`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contradictions: tuple[ContradictionEntry, ...]


def find_contradictions(
    facts: Facts,
    ledger: Ledger,
    answers: Mapping[FailureMode, Answer],
    inputs: StopInputs,
    catalog: ContradictionCatalog,
) -> tuple[Contradiction, ...]:
    """The contradictions of a project, the blocking ones first, then in the order of the catalog."""
    return ()
