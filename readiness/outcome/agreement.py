"""Signatures under the outcome definition: at least two people, each once, void when the definition changes."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from readiness.ballots import shown_name, shows_nothing
from readiness.errors import DuplicateSignatureError, InvalidValueError
from readiness.outcome.definition import SIGNED_LATER, OutcomeDefinition

SIGNERS_NEEDED = 2  # two stakeholders agree on what a correct output looks like (M21)
LONGEST_NAME = 200  # characters of a name or a role
_NOTHING_STATED = OutcomeDefinition()


class Signature(BaseModel):
    """One person's agreement with the definition whose fingerprint it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    role: str = Field(default="", max_length=LONGEST_NAME)
    signed_at: NaiveDatetime  # UTC without a zone, as the store keeps times: others cannot be put in order with them
    fingerprint: str


def fingerprint(definition: OutcomeDefinition) -> str:
    """SHA-256 of the definition's content: equal exactly when every part is equal."""
    content, unsaid = definition.model_dump(mode="json"), _NOTHING_STATED.model_dump(mode="json")
    signed = {part: said for part, said in content.items() if part not in SIGNED_LATER or said != unsaid[part]}
    return digest(signed)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of values that JSON can hold, whatever their order."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def person_key(name: str) -> str:
    """One person under every spelling of one name: case, accents' encoding, spacing, punctuation, the order of the
    names and what shows nothing do not matter. Empty for a name that shows nothing."""
    shown = "".join(c for c in unicodedata.normalize("NFKC", name) if not shows_nothing(c))
    folded = unicodedata.normalize("NFKC", shown.casefold())
    words = "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in folded).split()
    return " ".join(sorted(words)) or " ".join(folded.split())


def sign(
    definition: OutcomeDefinition, signatures: Sequence[Signature], *, name: str, role: str, now: datetime
) -> Signature:
    """A new signature of `name`. Refuses an empty name and a person who has signed this very definition."""
    clean, clean_role = shown_name(name), shown_name(role)
    if not person_key(clean):
        raise InvalidValueError("Name", name, "is empty; a signature needs the signer's own name")
    for place, text in (("Name", clean), ("Role", clean_role)):
        if len(text) > LONGEST_NAME:
            raise InvalidValueError(place, text, f"is longer than {LONGEST_NAME} characters")
    current = fingerprint(definition)
    if any(person_key(clean) == person_key(s.name) and s.fingerprint == current for s in signatures):
        raise DuplicateSignatureError(clean)
    return Signature(name=clean, role=clean_role, signed_at=now, fingerprint=current)


def valid_signatures(definition: OutcomeDefinition, signatures: Sequence[Signature]) -> tuple[Signature, ...]:
    """The signatures under the definition as it stands, one a person."""
    current = fingerprint(definition)
    by_person = {person_key(s.name): s for s in signatures if s.fingerprint == current}
    return tuple(by_person.values())


def void_signatures(definition: OutcomeDefinition, signatures: Sequence[Signature]) -> tuple[Signature, ...]:
    """Signatures of people whose agreement was to an earlier wording and who have not signed again."""
    signed_again = {person_key(s.name) for s in valid_signatures(definition, signatures)}
    latest = {person_key(s.name): s for s in signatures}
    return tuple(s for person, s in latest.items() if person not in signed_again)


def is_agreed(definition: OutcomeDefinition, signatures: Sequence[Signature]) -> bool:
    """Whether enough people have signed the definition as it stands."""
    return len(valid_signatures(definition, signatures)) >= SIGNERS_NEEDED
