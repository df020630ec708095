"""The verdict table: rules over counts, first match applies, and no rule that lets an unknown pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.errors import UnknownNameError


class Verdict(StrEnum):
    GO = "GO"
    FIX_FIRST = "FIX FIRST"
    STOP = "STOP"


class Fact(StrEnum):
    """The counts that a rule may ask about: of the four questions, of the three stop rules, and of contradictions."""

    ANSWERS_YES = "answers_yes"
    ANSWERS_NO = "answers_no"
    ANSWERS_UNKNOWN = "answers_unknown"
    STOP_RULES_MET = "stop_rules_met"
    STOP_RULES_NOT_MET = "stop_rules_not_met"
    STOP_RULES_UNKNOWN = "stop_rules_unknown"
    CONTRADICTIONS_BLOCKING = "contradictions_blocking"


FORBIDDEN_FOR_GO = (
    Fact.ANSWERS_NO,
    Fact.ANSWERS_UNKNOWN,
    Fact.STOP_RULES_MET,
    Fact.STOP_RULES_UNKNOWN,
    Fact.CONTRADICTIONS_BLOCKING,
)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class Bounds(_Entry):
    """A condition on one count; both ends belong to it."""

    at_least: int = Field(default=0, ge=0)
    at_most: int | None = Field(default=None, ge=0)

    def hold(self, count: int) -> bool:
        return self.at_least <= count and (self.at_most is None or count <= self.at_most)


class Rule(_Entry):
    """One line of the table. All of its conditions must hold; the default has none."""

    id: str
    verdict: Verdict
    because: str
    when: dict[Fact, Bounds] = {}

    def applies(self, facts: Mapping[str, int]) -> bool:
        return all(bounds.hold(facts[fact]) for fact, bounds in self.when.items())


class VerdictTable(_Entry):
    """data/catalog/verdict.yaml: read with `read_catalog("verdict", VerdictTable)`."""

    questions: int = Field(ge=1)
    stop_rules: int = Field(ge=1)
    rules: tuple[Rule, ...]
    default: Rule

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.default.verdict is Verdict.GO or self.default.when:
            raise ValueError("the default must have no conditions and must not be GO")
        for rule in self.rules:
            if not rule.when:
                raise ValueError(f"rule {rule.id!r} has no condition; only the default may have none")
            if rule.verdict is Verdict.GO and not self._demands_everything(rule):
                raise ValueError(f"rule {rule.id!r} says GO without asking for every yes and every stop rule not met")
        return self

    def _demands_everything(self, rule: Rule) -> bool:
        asked = {Fact.ANSWERS_YES: self.questions, Fact.STOP_RULES_NOT_MET: self.stop_rules}
        return all(fact in rule.when and rule.when[fact].at_least >= count for fact, count in asked.items()) and all(
            fact in rule.when and rule.when[fact].at_most == 0 for fact in FORBIDDEN_FOR_GO
        )


def first_match(table: VerdictTable, facts: Mapping[str, int]) -> Rule:
    """The first rule whose conditions all hold, else the default. `facts` must name every count of Fact."""
    _require_all(facts)
    return next((rule for rule in table.rules if rule.applies(facts)), table.default)


def _require_all(facts: Iterable[str]) -> None:
    named = set(facts)
    missing = next((fact for fact in Fact if fact not in named), None)
    if missing is not None:
        raise UnknownNameError("fact", missing, sorted(named))
