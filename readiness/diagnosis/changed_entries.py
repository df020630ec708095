"""A case with other facts: gathered anew, or with other entries on one topic."""

from __future__ import annotations

from dataclasses import replace

from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.ledger import Evidence, Facts, Ledger, Topic
from readiness.diagnosis.verdict import Case


def gathered(case: Case, facts: Facts) -> Case:
    return replace(case, facts=facts, ledger=gather_evidence(facts))


def with_entries(ledger: Ledger, topic: Topic, entries: tuple[Evidence, ...]) -> Ledger:
    """The ledger with other entries on a topic, in the place of the former ones."""
    before = [place for place, entry in enumerate(ledger.entries) if entry.topic is topic]
    others = tuple(entry for entry in ledger.entries if entry.topic is not topic)
    place = before[0] if before else len(others)
    return replace(ledger, entries=(*others[:place], *entries, *others[place:]))
