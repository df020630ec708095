"""Who answers for the outcome, and what was done with that: authority, acceptance, reviews."""

from __future__ import annotations

import re
from datetime import date, timedelta

from readiness.diagnosis.contradictions.recorded import Recorded, counted, day
from readiness.diagnosis.failure_modes import FailureMode
from readiness.outcome.agreement import SIGNERS_NEEDED, person_key
from readiness.outcome.authority import Standing, standing
from readiness.outcome.ownership import LONGEST_REVIEW_DAYS, Ownership
from readiness.outcome.reviews import alarm

LONGEST_WITHOUT_REVIEW = 45  # days: a month, and two weeks for holidays
_BEFORE_THE_ROLE = re.compile(r"[,;(/]| - | as ")


def yes_without_authority(on: Recorded) -> str | None:
    """Where anything is stated of ownership, an owner or not: to name one cannot make it worse."""
    ownership = on.facts.ownership
    granted = ownership.may_pull and bool(ownership.authority_from.strip())
    if granted or ownership == Ownership() or not on.answered_yes(FailureMode.OWNERSHIP):
        return None
    lacking = "nobody has granted it" if ownership.may_pull else "the owner may not pull the system"
    return f"Question 4 is answered with yes for an owner with authority, and {lacking}."


def authority_granted_by_the_owner(on: Recorded) -> str | None:
    ownership = on.facts.ownership
    owner, granter = person_key(ownership.owner), ownership.authority_from
    if not owner or not ownership.may_pull:
        return None
    if owner not in (person_key(granter), person_key(_BEFORE_THE_ROLE.split(granter)[0])):
        return None
    return "The owner may pull the system, and the one who granted that authority has the owner's own name."


def accepted_without_tolerance(on: Recorded) -> str | None:
    outcome = on.facts.outcome
    if not on.facts.ownership.owns_metric:
        return None
    missing = [
        name
        for name, stated in (
            ("metric", bool(outcome.metric.strip())),
            ("tolerance range", None not in (outcome.tolerance_low, outcome.tolerance_high)),
        )
        if not stated
    ]
    if not missing:
        return None
    return f"The owner is said to have accepted metric and tolerance, and no {' and no '.join(missing)} is stated."


def owner_without_a_word_of_their_own(on: Recorded) -> str | None:
    facts, signers = on.facts, {person_key(one.name) for one in on.ledger.valid_signatures}
    owner = person_key(facts.ownership.owner)
    if not owner or not facts.ownership.owns_metric or len(signers) < SIGNERS_NEEDED or owner in signers:
        return None
    if standing(facts.outcome, facts.ownership, facts.confirmation) is Standing.CONFIRMED:
        return None
    return (
        f"The owner is said to have accepted the metric, and is neither among the {counted(len(signers), 'signer')} of "
        "its definition nor has confirmed it."
    )


def reviewed_later_than_done(on: Recorded) -> str | None:
    every = on.facts.ownership.review_every_days
    if every is None or every <= on.done_days:
        return None
    days = counted(on.done_days, "day")
    return f"The metric is reviewed every {every:,} days, and {days} inside the tolerance count as done."


def reviews_that_are_not_held(on: Recorded) -> str | None:
    if not on.answered_yes(FailureMode.MEASUREMENT) and not on.answered_yes(FailureMode.OWNERSHIP):
        return None
    since = _due_since(on)
    last = on.held[-1].held_on if on.held else None
    silent = (on.today - (last or since)).days if since is not None else 0
    if silent <= LONGEST_WITHOUT_REVIEW:
        return None
    number = 3 if on.answered_yes(FailureMode.MEASUREMENT) else 4
    seen = f"the last review on record was held on {day(last)}" if last else "no review is on record"
    # With a day and no age, so that the same project says the same tomorrow.
    since_when = "" if last or since is None else f" since {day(since)}"
    return f"Question {number} is answered with yes for a metric that is reviewed, and {seen}{since_when}."


def alarm_that_changed_nothing(on: Recorded) -> str | None:
    if not on.held or not on.answered_yes(FailureMode.OWNERSHIP):
        return None
    found = alarm(on.held, on.facts.outcome.metric_id)
    if found is None or found.pulled_on is not None:
        return None
    return (
        "Question 4 is answered with yes for an owner who can act, and after readings outside the tolerance on "
        f"{day(found.first.held_on)} and {day(found.second.held_on)} it is not pulled."
    )


def _due_since(on: Recorded) -> date | None:
    """Since when reviews are to be held: the system runs from there on. None where it does not run yet."""
    first = on.facts.ownership.first_review
    running = [one for one in (on.facts.workflow.launched_on, on.first_logged) if one is not None]
    begun = min(running, default=first)  # a log tells it, too: a launch that nobody stated excuses nothing
    if not on.is_stalled or begun is None or first is None:
        return begun if on.is_stalled else None
    # A first review that is put off by years would excuse everything: a month after the beginning is the latest.
    put_off = min(max(0, (first - begun).days), LONGEST_REVIEW_DAYS)
    return begun + timedelta(days=put_off)
