"""A contradiction as data: what the catalog says of its kind, and what was found in one project."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.diagnosis.places import Page, Place
from readiness.errors import UnknownNameError


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

    @property
    def place(self) -> Place:
        return Place(self.page, self.section)


class ContradictionCatalog(BaseModel):
    """data/catalog/contradictions.yaml: read with `read_catalog("contradictions", ContradictionCatalog)`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contradictions: tuple[ContradictionEntry, ...]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        ids = [entry.id for entry in self.contradictions]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"contradictions that are listed twice: {', '.join(twice)}")
        return self

    def entry(self, identifier: str) -> ContradictionEntry:
        """The entry of a contradiction; UnknownNameError names the known ones."""
        found = next((entry for entry in self.contradictions if entry.id == identifier), None)
        if found is None:
            raise UnknownNameError("contradiction", identifier, [entry.id for entry in self.contradictions])
        return found
