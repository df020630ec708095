"""What is known of the ownership: its four parts, the owner's own word, and the rehearsal."""

from __future__ import annotations

from readiness.diagnosis.dates import in_words
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Topic
from readiness.diagnosis.places import Page, Place
from readiness.outcome import ownership
from readiness.outcome.authority import Standing, standing
from readiness.outcome.ownership import Ownership

OWNER = Place(Page.OUTCOME, "Owner")


def ownership_evidence(facts: Facts) -> tuple[Evidence, ...]:
    """The facts of the ownership. Its parts and the owner's confirmation decide; the rehearsal informs, as no question
    asks for it."""
    if facts.ownership == Ownership():
        nothing = "No owner is named."
        return (Evidence("ownership.parts", Topic.OWNERSHIP, nothing, Finding.UNKNOWN, "Outcome", place=OWNER),)
    return (_parts(facts), *_authority(facts), *_rehearsal(facts))


def _parts(facts: Facts) -> Evidence:
    missing = ownership.missing_parts(facts.ownership)
    if missing:
        sentence, finding = f"Ownership lacks {', '.join(missing)}.", Finding.FAILED
    else:
        sentence, finding = f"{facts.ownership.owner} owns the outcome in all four parts.", Finding.PASSED
    return Evidence("ownership.parts", Topic.OWNERSHIP, sentence, finding, "ownership", place=OWNER)


def _authority(facts: Facts) -> tuple[Evidence, ...]:
    """What is stated about the owner's authority counts once the owner has confirmed it by their own act."""
    confirmation = facts.confirmation
    found = standing(facts.outcome, facts.ownership, confirmation)
    name = confirmation.name if confirmation else ""
    stale = ""
    match found:
        case Standing.NOT_STATED:
            return ()
        case Standing.STATED:
            sentence = "The authority to pull the system is stated, not confirmed by the owner yet."
        case Standing.VOID:
            sentence = f"{name} confirmed an earlier owner, metric, tolerance or grant: void until confirmed again."
            stale = "The owner, the metric, its tolerance or who granted the authority changed after the confirmation."
        case Standing.CONFIRMED:
            sentence = f"{name} confirmed metric and tolerance, and the authority to pull the system."
    return (
        Evidence(
            id="ownership.authority",
            topic=Topic.OWNERSHIP,
            statement=sentence,
            finding=Finding.PASSED if found is Standing.CONFIRMED else Finding.UNKNOWN,
            source="the owner's confirmation" if confirmation else "ownership",
            observed_at=confirmation.confirmed_at if confirmation else None,
            stale=stale,
            reference=confirmation.fingerprint if confirmation else "",
            place=OWNER,
        ),
    )


def _rehearsal(facts: Facts) -> tuple[Evidence, ...]:
    """The day on which pulling the system is tried out; nothing while it has none."""
    day = facts.ownership.rehearsal_on
    if day is None:
        return ()
    return (
        Evidence(
            id="ownership.rehearsal",
            topic=Topic.OWNERSHIP,
            statement=f"Pulling the system is to be rehearsed on {in_words(day)}.",
            finding=Finding.PASSED,
            source="ownership",
            decides=False,
            place=OWNER,
        ),
    )
