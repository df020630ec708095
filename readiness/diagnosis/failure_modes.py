"""What the product knows about failure: four modes with questions and repairs, stop rules, and sourced figures."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.errors import UnknownNameError
from readiness.workflow import Stage


class FailureMode(StrEnum):
    """Why a project fails, in the order in which the four questions are asked (M29)."""

    DATA_QUALITY = "data quality"
    SCOPE_UNDERESTIMATION = "scope underestimation"
    MEASUREMENT = "measurement"
    OWNERSHIP = "ownership"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class StagedText(_Entry):
    """A text in two wordings: nothing built yet, or built and disappointing."""

    before: str
    stalled: str

    def at(self, stage: Stage) -> str:
        return self.stalled if stage is Stage.STALLED else self.before


class FixStep(_Entry):
    """One step of a repair, and the evidence that would close it."""

    id: str
    step: str
    evidence: str


class ModeEntry(_Entry):
    """One failure mode: its question ("no" fails), what it looks like and when, what follows it, how it is repaired."""

    mode: FailureMode
    title: str
    question: StagedText
    help: StagedText
    passes_when: str
    fails_when: str
    shows_at_month: int = Field(ge=0)  # after launch
    looks_like: str
    comes_next: str
    fix: tuple[FixStep, ...] = Field(min_length=1)


class StopRuleEntry(_Entry):
    """A stop rule and what its three states mean."""

    id: str  # StopRule value
    name: str
    question: str
    met: str
    not_met: str
    unknown: str


class StopSection(_Entry):
    """One part of the document that ends a project."""

    id: str
    heading: str
    prompt: str


class Figure(_Entry):
    """A published figure for help texts. Shown with its source and caveat, never added to or averaged with another."""

    id: str
    topic: str
    figure: str
    sentence: str
    source: str
    caveat: str


class FailureModeCatalog(_Entry):
    """data/catalog/failure_modes.yaml: read with `read_catalog("failure_modes", FailureModeCatalog)`."""

    modes: tuple[ModeEntry, ...]
    stop_rules: tuple[StopRuleEntry, ...]
    stop_document: tuple[StopSection, ...]
    figures: tuple[Figure, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if tuple(entry.mode for entry in self.modes) != tuple(FailureMode):
            raise ValueError(f"the modes must stand once each and in this order: {', '.join(FailureMode)}")
        return self

    def of(self, mode: FailureMode) -> ModeEntry:
        """The entry of a failure mode."""
        return next(entry for entry in self.modes if entry.mode is mode)

    def after(self, mode: FailureMode) -> tuple[ModeEntry, ...]:
        """The modes that usually show next when `mode` is left alone, in order of time."""
        position = list(FailureMode).index(mode)
        return self.modes[position + 1 :]

    def stop_rule(self, identifier: str) -> StopRuleEntry:
        """The entry of a stop rule; UnknownNameError names the known ones."""
        found = next((rule for rule in self.stop_rules if rule.id == identifier), None)
        if found is None:
            raise UnknownNameError("stop rule", identifier, [rule.id for rule in self.stop_rules])
        return found

    def figures_on(self, topic: str) -> tuple[Figure, ...]:
        """The figures that belong to a topic: general, data, scope, outcome or ownership."""
        return tuple(figure for figure in self.figures if figure.topic == topic)
