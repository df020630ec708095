"""The owner's own word: metric and tolerance are theirs, and they may pull the system. Void when any of it changes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from readiness.ballots import shown_name
from readiness.errors import InputError, InvalidValueError
from readiness.outcome import definition as defining
from readiness.outcome import ownership as owning
from readiness.outcome.agreement import LONGEST_NAME, digest, person_key
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership

# What the owner confirms beside their own name: the words of the metric and the limits that it has to keep.
_CONFIRMED = ("metric", "unit", "direction", "tolerance_low", "tolerance_high")


class Confirmation(BaseModel):
    """What the owner confirmed, by its fingerprint: owner, metric, tolerance, and who granted the authority."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    confirmed_at: NaiveDatetime
    fingerprint: str


class Standing(StrEnum):
    """How far the authority to pull the system goes."""

    NOT_STATED = "not stated"
    STATED = "stated, not confirmed by the owner"
    VOID = "confirmed for an earlier owner, metric, tolerance or grant"
    CONFIRMED = "confirmed by the owner"


def standing(definition: OutcomeDefinition, ownership: Ownership, confirmation: Confirmation | None) -> Standing:
    """Where the authority stands: a statement about the owner is not yet the owner's own."""
    if not ownership.may_pull or not ownership.authority_from.strip():
        return Standing.NOT_STATED
    if confirmation is None:
        return Standing.STATED
    if confirmation.fingerprint not in (_fingerprint(definition, ownership), _without_grant(definition, ownership)):
        return Standing.VOID
    return Standing.CONFIRMED


def missing_to_confirm(definition: OutcomeDefinition, ownership: Ownership) -> tuple[str, ...]:
    """What has to be stated before there is anything that an owner can confirm."""
    missing = list(owning.missing_parts(ownership))
    if not definition.metric.strip():
        missing.append("the metric")
    if None in (definition.tolerance_low, definition.tolerance_high):
        missing.append("the tolerance range")
    elif defining.contradictions(definition):
        missing.append("a definition without contradictions")
    return tuple(missing)


def confirm(definition: OutcomeDefinition, ownership: Ownership, *, name: str, now: datetime) -> Confirmation:
    """The confirmation of the owner, who signs with their own name. Refuses every other name."""
    missing = missing_to_confirm(definition, ownership)
    if missing:
        raise InputError(f"There is nothing to confirm yet. Still to be stated: {', '.join(missing)}.")
    clean = shown_name(name)
    if not person_key(clean):
        raise InvalidValueError("Name", name, "is empty; the owner confirms with their own name")
    if person_key(clean) != person_key(ownership.owner):
        raise InvalidValueError("Name", clean, f"is not the owner's: only {ownership.owner.strip()} can confirm this")
    return Confirmation(name=clean, confirmed_at=now, fingerprint=_fingerprint(definition, ownership))


def _fingerprint(definition: OutcomeDefinition, ownership: Ownership) -> str:
    granted = {"may_pull": ownership.may_pull, "authority_from": person_key(ownership.authority_from)}
    return digest({**_owned(definition, ownership), **granted})


def _without_grant(definition: OutcomeDefinition, ownership: Ownership) -> str:
    """As confirmations were made at first. They hold as long as what they name does."""
    return digest(_owned(definition, ownership))


def _owned(definition: OutcomeDefinition, ownership: Ownership) -> dict[str, Any]:
    content = definition.model_dump(mode="json")
    return {"owner": person_key(ownership.owner), **{part: content[part] for part in _CONFIRMED}}
