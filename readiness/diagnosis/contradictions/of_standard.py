"""What the readiness standard calls met, against the rest of the project."""

from __future__ import annotations

from readiness.diagnosis.contradictions.recorded import Part, Recorded
from readiness.outcome.agreement import SIGNERS_NEEDED
from readiness.scope.items import ItemStatus
from readiness.standard.status import ItemState

EVALUATION, FALLBACK, ONE_OWNER, NEXT_REVIEW = "evaluation-set", "fallback", "one-goal-one-owner", "follow-up-review"

# Item of the standard -> the component without which it cannot be met, and what the item says in short.
BUILT_BY: dict[str, tuple[str, str]] = {
    "evaluation-set": ("evaluation-set", "a fixed set of cases is run before each change"),
    "versions-logged": ("versioning", "every output can be traced to its versions"),
    "load-tested": ("load-test", "the system was run at its busiest rate"),
    "inputs-validated": ("input-validation", "records are checked before they reach the model"),
    "outputs-checked": ("output-validation", "outputs are held against business rules"),
    "permissions-first": ("permissions", "access rights were checked"),
    "public-data": ("public-data-limits", "requests to public sources are limited"),
    "replay": ("failure-replay", "a failed item can be run again"),
    "fallback": ("fallback-low-confidence", "weak outputs take a second route"),
    "sensitive-actions": ("approval-gates", "sensitive actions wait for a person"),
}


def met_without_its_component(on: Recorded) -> str | None:
    for item, (component, says) in BUILT_BY.items():
        how = on.left_out(Part(component)) if _is_met(on, item) else ""
        if how:
            return f"The standard holds as met that {says}, and in the scope {how}."
    return None


def evaluation_met_without_a_run(on: Recorded) -> str | None:
    if not _is_met(on, EVALUATION) or on.facts.runs:
        return None
    return "The standard holds as met that a fixed set of cases is run before each change, and no run is on record."


def fallback_met_without_one(on: Recorded) -> str | None:
    facts = on.facts
    if not _is_met(on, FALLBACK) or facts.fallback.strip() or facts.workflow.reviewer.strip():
        return None
    if any(item.id.startswith("fallback-") and item.status is not ItemStatus.NOT_NEEDED for item in facts.items):
        return None
    return "The standard holds as met that weak outputs take a second route, and neither spec nor scope names one."


def one_owner_met_without_one(on: Recorded) -> str | None:
    if not _is_met(on, ONE_OWNER):
        return None
    signed = len(on.ledger.valid_signatures)
    if not on.facts.ownership.owner.strip():
        lacking = "no owner is named"
    elif signed < SIGNERS_NEEDED:
        lacking = f"{signed} of {SIGNERS_NEEDED} signatures stand under it"
    else:
        return None
    return f"The standard holds as met that one named person answers for one signed goal, and {lacking}."


def next_review_met_without_a_date(on: Recorded) -> str | None:
    facts = on.facts
    if not _is_met(on, NEXT_REVIEW) or facts.ownership.first_review is not None:
        return None
    if any(one.next_review is not None for one in facts.reviews if not one.withdrawn):
        return None
    return "The standard holds as met that the next review has a date, and none is stated for the owner."


def _is_met(on: Recorded, item: str) -> bool:
    status = on.facts.standard.get(item)
    return status is not None and status.state is ItemState.MET
