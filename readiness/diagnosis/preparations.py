"""The state of the four preparations, as the strip on every page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from readiness.diagnosis.ledger import PREPARED, Evidence, Finding, Ledger, Topic
from readiness.shares import whole_percent


class PreparationState(StrEnum):
    NOT_STARTED = "not started"
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Preparation:
    """One of the four preparations with the sentence that says where it stands."""

    topic: Topic
    state: PreparationState
    sentence: str


def preparations(ledger: Ledger) -> tuple[Preparation, ...]:
    """Data, scope, outcome and ownership, each with its state."""
    return tuple(_preparation(topic, ledger) for topic in PREPARED)


def _preparation(topic: Topic, ledger: Ledger) -> Preparation:
    entries = ledger.deciding(topic)
    stale = next((entry for entry in entries if entry.stale), None)
    failed = next((entry for entry in entries if entry.finding is Finding.FAILED), None)
    unknown = next((entry for entry in entries if entry.finding is Finding.UNKNOWN), None)
    if all(entry.finding is Finding.UNKNOWN and not entry.stale for entry in entries):
        return Preparation(topic, PreparationState.NOT_STARTED, entries[0].statement)
    if stale is not None:
        return Preparation(topic, PreparationState.OPEN, stale.stale)
    if failed or unknown:
        return Preparation(topic, PreparationState.OPEN, (failed or unknown or entries[0]).statement)
    return Preparation(topic, PreparationState.DONE, _done(topic, ledger, entries))


def _done(topic: Topic, ledger: Ledger, entries: tuple[Evidence, ...]) -> str:
    """What is in place, in a few words."""
    clean = ledger.entry("data.clean_share")
    if topic is Topic.DATA and clean is not None and clean.value is not None:
        return f"{whole_percent(clean.value)} clean, and every edge case is decided."
    if topic is Topic.OUTCOME:
        return f"Defined, and signed by {len(ledger.valid_signatures)} people."
    return entries[0].statement
