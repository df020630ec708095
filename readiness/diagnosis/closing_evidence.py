"""What closes each step of a repair: one small check a step, by its id in data/catalog/failure_modes.yaml.

A check looks at what the project holds and at nothing that anybody ticks. It says in a sentence what closes the step,
or what is still missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from readiness.audit.decisions import Handling
from readiness.diagnosis.dates import in_words
from readiness.diagnosis.evidence import FEWEST_RECORDS, STALE_AFTER_DAYS
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.places import Page, Place
from readiness.outcome import agreement, definition
from readiness.outcome.authority import Standing, standing
from readiness.outcome.ownership import LONGEST_REVIEW_DAYS
from readiness.outcome.reviews import Review
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem
from readiness.scope.shown import compressed_since, latest_shown
from readiness.shares import whole_percent

LOGGED_DAYS = 7  # in a row, until a log shows that the instrumentation works


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks look at. `safeguards` are the names, by id, of the components that are always underestimated."""

    facts: Facts
    ledger: Ledger
    safeguards: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Closing:
    """Whether a step is closed, and the sentence that says by what, or what is missing."""

    closed: bool
    because: str


@dataclass(frozen=True, slots=True)
class ClosingCheck:
    """A check with the place where the step is done."""

    place: Place
    closing: Callable[[Known], Closing]


def closing_of(step: str, known: Known) -> Closing:
    """What the evidence says of a step; KeyError for a step that has no check, as the catalog's test forbids."""
    return CLOSING_CHECKS[step].closing(known)


# --- data quality --------------------------------------------------------------------------------------------------


def _current_sample(known: Known) -> Closing:
    facts = known.facts
    if facts.report is None:
        return Closing(False, "No sample has been audited.")
    begin, end = facts.sample_from, facts.sample_to
    if begin is None or end is None:
        return Closing(False, "The period that the records are of is not stated.")
    if not facts.sample_origin.strip():
        return Closing(False, "The system that the records came from is not stated.")
    taken = (facts.audited_at or facts.now).date()
    if begin < taken - timedelta(days=STALE_AFTER_DAYS) or end > taken:
        return Closing(
            False,
            f"The records are from {in_words(begin)} to {in_words(end)}, and the audit was on {in_words(taken)}: "
            f"they must all be of the {STALE_AFTER_DAYS} days before it.",
        )
    if facts.report.records < FEWEST_RECORDS:
        return Closing(False, f"The sample holds {facts.report.records:,} records; 200 to 300 are meant.")
    stale = _stale_sample(known)
    if stale:
        return Closing(False, stale)
    return Closing(True, f"{facts.report.records:,} records from {in_words(begin)} to {in_words(end)} were audited.")


def _current_audit(known: Known) -> Closing:
    sample = _current_sample(known)
    if not sample.closed:
        return Closing(False, f"The audited sample does not count yet. {sample.because}")
    if not known.facts.audit_is_current:
        return Closing(False, "The sample or its field rules changed after the audit: run it again.")
    report = known.facts.report
    clean = whole_percent(report.clean.share) if report else ""
    return Closing(True, f"The audit under the present rules found {clean} clean records. {sample.because}")


def _stale_sample(known: Known) -> str:
    clean = known.ledger.entry("data.clean_share")
    return clean.stale if clean is not None else ""


def _all_decided(known: Known) -> Closing:
    report = known.facts.report
    if report is None:
        return Closing(False, "No sample has been audited.")
    open_cases = known.ledger.undecided
    if open_cases:
        return Closing(False, f"{_counted(len(open_cases), 'edge case')} without a handling decision.")
    decided = len(report.edge_cases)
    if not decided:
        return Closing(True, "The audit found no edge case.")
    return Closing(True, "The one edge case is decided." if decided == 1 else f"All {decided} edge cases are decided.")


def _rebuild_scoped(known: Known) -> Closing:
    facts = known.facts
    decisions = _all_decided(known)
    if not decisions.closed:
        return Closing(False, decisions.because)
    items = {item.edge_case: item for item in facts.items if item.source is ItemSource.DECISION}
    found = {case.id for case in facts.report.edge_cases} if facts.report else set()
    to_build = [key for key in sorted(found) if facts.decisions[key].handling is not Handling.ACCEPT]
    missing = [key for key in to_build if key not in items or items[key].status is ItemStatus.UNKNOWN]
    if missing:
        verb = "has" if len(missing) == 1 else "have"
        return Closing(False, f"{_counted(len(missing), 'decision')} of {len(to_build)} {verb} no estimate.")
    if not to_build:
        return Closing(True, "No decision needs work.")
    if len(to_build) == 1:
        return Closing(True, "The one decision that needs work is a scope item.")
    return Closing(True, f"Each of the {len(to_build)} decisions that need work is a scope item.")


# --- scope underestimation -----------------------------------------------------------------------------------------


def _safeguards_listed(known: Known) -> Closing:
    items = {item.id: item for item in known.facts.items}
    gone = [name for key, name in known.safeguards.items() if key not in items]
    if gone:
        return Closing(False, f"Not in the list: {'; '.join(gone)}.")
    unknown = [name for key, name in known.safeguards.items() if items[key].status is ItemStatus.UNKNOWN]
    if unknown:
        return Closing(False, f"Neither estimated nor marked as not needed with a reason: {'; '.join(unknown)}.")
    return Closing(True, f"All {len(known.safeguards)} are estimated, or carry the reason why they are not needed.")


def _all_estimated(known: Known) -> Closing:
    if not known.facts.items:
        return Closing(False, "No component is listed.")
    unknown = known.ledger.total.unknown
    if unknown:
        return Closing(False, f"{_counted(len(unknown), 'component')} without an estimate.")
    ownerless = [item for item in known.facts.items if _needs_owner(item)]
    if ownerless:
        return Closing(False, f"{_counted(len(ownerless), 'component')} without an owner.")
    return Closing(
        True, f"All {_counted(len(known.facts.items), 'component')} are settled, each estimate with an owner."
    )


def _needs_owner(item: ScopeItem) -> bool:
    return item.status is ItemStatus.ESTIMATED and not item.owner.strip()


def _sum_shown(known: Known) -> Closing:
    shown = latest_shown(known.facts.shown)
    if shown is None:
        return Closing(False, "It is not on record that the sum was shown to anybody.")
    if shown.p50_days is None or shown.p80_days is None:
        return Closing(False, f"What was shown on {in_words(shown.shown_on)} held no estimate.")
    if shown.unknown:
        return Closing(
            False,
            f"The sum that was shown on {in_words(shown.shown_on)} left {_counted(shown.unknown, 'component')} open.",
        )
    return Closing(
        True,
        f"{shown.p50_days:,.0f} person-days (P50) to {shown.p80_days:,.0f} (P80) were shown to {shown.to_whom} on "
        f"{in_words(shown.shown_on)}.",
    )


def _sum_kept(known: Known) -> Closing:
    shown = latest_shown(known.facts.shown)
    if shown is None:
        return Closing(False, "It is not on record that the sum was shown to anybody.")
    smaller = compressed_since(shown, known.facts.items)
    if smaller:
        return Closing(False, f"Since {in_words(shown.shown_on)}: {' '.join(smaller[:3])}")
    return Closing(True, f"Nothing was taken out or lowered since the sum was shown on {in_words(shown.shown_on)}.")


# --- measurement ---------------------------------------------------------------------------------------------------


def _metrics_defined(known: Known) -> Closing:
    facts = known.facts
    missing = definition.missing_parts(facts.outcome)
    if missing:
        return Closing(False, f"The outcome definition lacks {', '.join(missing)}.")
    clashes = definition.contradictions(facts.outcome)
    if clashes:
        return Closing(False, clashes[0])
    signed = len(known.ledger.valid_signatures)
    if signed < agreement.SIGNERS_NEEDED:
        return Closing(False, f"{signed} of {agreement.SIGNERS_NEEDED} signatures stand under its present wording.")
    return Closing(True, f"The outcome is defined, and signed by {signed} people in its present wording.")


def _instrumented(known: Known) -> Closing:
    live = known.facts.live
    if live is None:
        return Closing(False, "No log of the running system has been read.")
    longest = run = 0
    for day in live.days:
        run = run + 1 if day.items and day.validated and day.decided and day.priced else 0
        longest = max(longest, run)
    if longest < LOGGED_DAYS:
        return Closing(
            False,
            f"The log has {_counted(longest, 'day')} in a row from which all four metrics can be read; "
            f"{LOGGED_DAYS} are asked for.",
        )
    return Closing(True, f"The log has {_counted(longest, 'day')} in a row from which all four metrics can be read.")


def _read_from_log(known: Known) -> Closing:
    held = [review for review in _held(known) if review.reading is not None and review.reading_source.strip()]
    if not held:
        return Closing(False, "No review is on record whose reading came from the log.")
    last = held[-1]
    return Closing(True, f"{last.reviewed_by} read {last.reading_in_words} from the log on {in_words(last.held_on)}.")


def _recoverable_decided(known: Known) -> Closing:
    held = [review for review in _held(known) if review.reading is not None and review.note.strip()]
    if not held:
        return Closing(False, "No review with a reading holds the decision and its reason.")
    last = held[-1]
    return Closing(True, f"Decision of {in_words(last.held_on)}: {last.decision}; its reason stands in the review.")


def _held(known: Known) -> Sequence[Review]:
    return sorted((one for one in known.facts.reviews if not one.withdrawn), key=lambda one: (one.held_on, one.id))


# --- ownership -----------------------------------------------------------------------------------------------------


def _owner_named(known: Known) -> Closing:
    owned = known.facts.ownership
    if not owned.owner.strip():
        return Closing(False, "No owner is named.")
    if not owned.owns_metric:
        return Closing(False, f"{owned.owner} has not accepted the metric and its tolerance.")
    return Closing(True, f"{owned.owner} has accepted the metric and its tolerance.")


def _cadence_set(known: Known) -> Closing:
    owned = known.facts.ownership
    if owned.review_every_days is None:
        return Closing(False, "No cadence of reviews is set.")
    if owned.review_every_days > LONGEST_REVIEW_DAYS:
        return Closing(
            False, f"A review every {owned.review_every_days} days is set; at most {LONGEST_REVIEW_DAYS} are meant."
        )
    if owned.first_review is None:
        return Closing(False, "The date of the first review is not set.")
    return Closing(True, f"A review every {owned.review_every_days} days, the first on {in_words(owned.first_review)}.")


def _authority_confirmed(known: Known) -> Closing:
    facts = known.facts
    owned = facts.ownership
    if not owned.may_pull or not owned.authority_from.strip():
        return Closing(False, "The authority to pull the system is not granted, or nobody is named who granted it.")
    if standing(facts.outcome, owned, facts.confirmation) is not Standing.CONFIRMED:
        return Closing(False, "The owner has not confirmed the authority as it stands now.")
    return Closing(True, f"{owned.authority_from} granted the authority, and {owned.owner} confirmed it.")


def _review_by_owner(known: Known) -> Closing:
    owner = agreement.person_key(known.facts.ownership.owner)
    led = [review for review in _held(known) if owner and agreement.person_key(review.reviewed_by) == owner]
    if not led:
        return Closing(False, "No review is on record that the owner held.")
    return Closing(True, f"{led[-1].reviewed_by} held the review of {in_words(led[-1].held_on)}.")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


CLOSING_CHECKS: Mapping[str, ClosingCheck] = {
    "sample-current-records": ClosingCheck(Place(Page.DATA_AUDIT), _current_sample),
    "audit-current-records": ClosingCheck(Place(Page.DATA_AUDIT), _current_audit),
    "decide-every-edge-case": ClosingCheck(Place(Page.DATA_AUDIT), _all_decided),
    "scope-rebuild": ClosingCheck(Place(Page.SCOPE), _rebuild_scoped),
    "list-components": ClosingCheck(Place(Page.SCOPE), _safeguards_listed),
    "estimate-each": ClosingCheck(Place(Page.SCOPE), _all_estimated),
    "present-sum": ClosingCheck(Place(Page.SCOPE), _sum_shown),
    "keep-sum": ClosingCheck(Place(Page.SCOPE), _sum_kept),
    "define-metrics": ClosingCheck(Place(Page.OUTCOME, "Definition"), _metrics_defined),
    "instrument": ClosingCheck(Place(Page.LIVE), _instrumented),
    "first-reading": ClosingCheck(Place(Page.OUTCOME, "Reviews"), _read_from_log),
    "decide-recoverable": ClosingCheck(Place(Page.OUTCOME, "Reviews"), _recoverable_decided),
    "name-owner": ClosingCheck(Place(Page.OUTCOME, "Owner"), _owner_named),
    "set-cadence": ClosingCheck(Place(Page.OUTCOME, "Owner"), _cadence_set),
    "confirm-authority": ClosingCheck(Place(Page.OUTCOME, "Owner"), _authority_confirmed),
    "hold-review": ClosingCheck(Place(Page.OUTCOME, "Reviews"), _review_by_owner),
}
