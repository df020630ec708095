"""What is known of the outcome: its definition, who agrees on it, whether it is measured, read and kept to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from readiness.diagnosis.dates import in_words, start_of
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Topic
from readiness.diagnosis.operation_evidence import days_with_data, stale_log
from readiness.diagnosis.places import Page, Place
from readiness.outcome import agreement, definition, evaluation_runs, reviews
from readiness.outcome.agreement import Signature
from readiness.outcome.definition import Direction, OutcomeDefinition
from readiness.outcome.evaluation_runs import EvaluationRun
from readiness.outcome.exercise_result import AgreementOnRecords, Reach
from readiness.outcome.reviews import Review
from readiness.workflow import Stage

LONGEST_WITHOUT_REVIEW = 45  # days: a month, and two weeks of grace

DEFINITION = Place(Page.OUTCOME, "Definition")
AGREEMENT = Place(Page.OUTCOME, "Agreement")
REVIEWS = Place(Page.OUTCOME, "Reviews")
EVALUATION = Place(Page.OUTCOME, "Evaluation")
LOG = Place(Page.LIVE, "The log")


def outcome_evidence(
    facts: Facts, valid: Sequence[Signature], void: Sequence[Signature], tested: AgreementOnRecords | None
) -> tuple[Evidence, ...]:
    """The facts of the outcome. Definition and signatures decide, and so does the agreement that was tested on records.

    Of a stalled project it decides too whether the running system is measured, and that nobody has read the metric for
    too long. Before the build reviews only inform, and so do evaluation runs at any time: no question asks for them.
    """
    return (
        _defined(facts),
        _agreed(valid, void),
        *_tested(tested),
        *_measured(facts),
        *_reviewed(facts),
        *_evaluated(facts),
    )


def _defined(facts: Facts) -> Evidence:
    missing, clashes = definition.missing_parts(facts.outcome), definition.contradictions(facts.outcome)
    source = "outcome definition"
    if facts.outcome == OutcomeDefinition():
        sentence, finding, source = "No outcome is defined.", Finding.UNKNOWN, "Outcome"
    elif missing or clashes:
        sentence = f"The outcome definition lacks {', '.join(missing)}." if missing else clashes[0]
        finding = Finding.FAILED
    else:
        target = definition.measured(f"{facts.outcome.target:,.12g}", facts.outcome.unit)
        sentence, finding = f"The outcome is defined: {facts.outcome.metric}, target {target}.", Finding.PASSED
    return Evidence(
        id="outcome.defined",
        topic=Topic.OUTCOME,
        statement=sentence,
        finding=finding,
        source=source,
        reference=agreement.fingerprint(facts.outcome) if finding is Finding.PASSED else "",
        place=DEFINITION,
    )


def _agreed(valid: Sequence[Signature], void: Sequence[Signature]) -> Evidence:
    needed = agreement.SIGNERS_NEEDED
    lapsed = f"{_people(len(void))} signed an earlier wording: void until signed again." if void else ""
    if len(valid) >= needed:
        names = " and ".join(s.name for s in valid) if len(valid) == needed else f"{len(valid)} people"
        sentence, finding = f"{names} agree on what a correct output looks like. {lapsed}".strip(), Finding.PASSED
    elif valid or void:
        sentence = f"{len(valid)} of {needed} signatures stand under the definition as it is now."
        finding = Finding.FAILED
    else:
        sentence, finding = "Nobody has signed the outcome definition.", Finding.UNKNOWN
    latest = max(valid or void, key=lambda signature: signature.signed_at, default=None)
    return Evidence(
        id="outcome.agreed",
        topic=Topic.OUTCOME,
        statement=sentence,
        finding=finding,
        source="signatures",
        value=float(len(valid)),
        unit="signatures",
        observed_at=latest.signed_at if latest else None,
        stale="" if finding is Finding.PASSED else lapsed,
        reference=latest.fingerprint if latest else "",
        place=AGREEMENT,
    )


def _tested(tested: AgreementOnRecords | None) -> tuple[Evidence, ...]:
    """How far people agree about records; nothing while no exercise compares two people's answers.

    It fails once the group has settled what was disputed, and a round that is not settled yet is unknown: answers in
    other words may mean the same. Agreement that was reached under an earlier wording counts neither way.
    """
    if tested is None:
        return ()
    finding = Finding.UNKNOWN
    if tested.reach is Reach.REACHED:
        finding = Finding.PASSED
    elif tested.stays_below:
        finding = Finding.FAILED
    latest, alpha, outdated = tested.latest, tested.latest.alpha, tested.earlier_wording
    return (
        Evidence(
            id="outcome.tested",
            topic=Topic.OUTCOME,
            statement=tested.sentence,
            finding=finding,
            source=f"agreement exercise: {_people(len(latest.people))}, {len(latest.exercise.records)} records of "
            f"{latest.exercise.sample_name}",
            value=alpha.value,
            low=alpha.low,
            high=alpha.high,
            unit="alpha",
            observed_at=latest.revealed_at,
            stale="The description of a correct output changed after this exercise." if outdated else "",
            reference=latest.exercise.id,
            decides=not (outdated and finding is Finding.PASSED),
            place=AGREEMENT,
        ),
    )


# --- measured and read --------------------------------------------------------------------------------------------


def _measured(facts: Facts) -> tuple[Evidence, ...]:
    """Whether figures come from the running system: by a log that goes on, or by a review that read the metric. Nothing
    before the build, when there is nothing to measure."""
    if facts.workflow.stage is not Stage.STALLED:
        return ()
    live, last = facts.live, _last_reading(facts)
    days = days_with_data(live) if live else ()
    if live and days and not stale_log(facts):
        counted = "1 day" if len(days) == 1 else f"{len(days)} days"
        sentence = f"The running system's log has data on {counted}, the last on {in_words(days[-1].day)}."
        return (_measuring(sentence, Finding.PASSED, live.source, days[-1].day, LOG),)
    if last is not None and _age(facts, last.held_on) <= LONGEST_WITHOUT_REVIEW:
        sentence = f"The metric was read at the review of {in_words(last.held_on)}: {last.reading_in_words}."
        return (_measuring(sentence, Finding.PASSED, "reviews", last.held_on, REVIEWS),)
    log = f"the log ends on {in_words(days[-1].day)}" if days else "no log of the running system was read"
    read = f"the metric was last read on {in_words(last.held_on)}" if last else "no review has read the metric"
    sentence = f"Nothing shows that the outcome is measured now: {log}, and {read}."
    return (_measuring(sentence, Finding.UNKNOWN, "log and reviews", None, LOG),)


def _measuring(sentence: str, finding: Finding, source: str, seen_on: date | None, place: Place) -> Evidence:
    return Evidence(
        id="outcome.measured",
        topic=Topic.OUTCOME,
        statement=sentence,
        finding=finding,
        source=source,
        observed_at=start_of(seen_on) if seen_on else None,
        reference=seen_on.isoformat() if seen_on else "",
        place=place,
    )


def _reviewed(facts: Facts) -> tuple[Evidence, ...]:
    """Whether the metric is reviewed: within its cadence, or overdue, which leaves it unknown.

    A system that runs for longer than LONGEST_WITHOUT_REVIEW days without a reading fails. Where neither a reading nor
    a launch tells for how long, that is open, and so is the question: what is not on record makes nothing better.
    """
    stalled, last = facts.workflow.stage is Stage.STALLED, _last_review(facts)
    if last is None and not stalled:
        return ()
    since = _unread_since(facts)
    finding = Finding.UNKNOWN
    if stalled and since is not None and _age(facts, since) > LONGEST_WITHOUT_REVIEW:
        finding = Finding.FAILED
    elif last is not None and last.reading is not None and not _overdue(facts):
        finding = Finding.PASSED
    since_is_known = facts.workflow.launched_on is not None or _last_reading(facts) is not None
    return (
        Evidence(
            id="outcome.reviewed",
            topic=Topic.OUTCOME,
            statement=_review_sentence(facts, last, since),
            finding=finding,
            source="reviews",
            value=last.reading if last else None,
            unit=last.unit.strip() if last else "",
            observed_at=start_of(last.held_on) if last else None,
            reference=last.id if last else "",
            decides=stalled and (finding is Finding.FAILED or not since_is_known),
            place=REVIEWS,
        ),
    )


def _review_sentence(facts: Facts, last: Review | None, since: date | None) -> str:
    if last is None:
        running = f", and the system has run since {in_words(since)}" if since else ""
        return f"No review of the metric is on record{running}."
    inside = {True: ", inside tolerance", False: ", outside tolerance", None: ""}[last.inside]
    held = f"The last review was held on {in_words(last.held_on)}: {last.reading_in_words}{inside}."
    due = reviews.next_due(facts.ownership, facts.reviews)
    if due is None:
        return held
    return f"{held} The next one {'was' if _overdue(facts) else 'is'} due on {in_words(due)}."


def _last_review(facts: Facts) -> Review | None:
    return next((one for one in reversed(reviews.in_order(facts.reviews)) if not one.withdrawn), None)


def _last_reading(facts: Facts) -> Review | None:
    held = reversed(reviews.in_order(facts.reviews))
    return next((one for one in held if not one.withdrawn and one.reading is not None), None)


def _unread_since(facts: Facts) -> date | None:
    """The day from which on nobody has read the metric of the running system; None where that is not known.

    A reading before the launch was of a trial, so the launch counts. Without either it is the first day of the log, and
    so it is where the log is older than the launch that was typed.
    """
    last, days = _last_reading(facts), days_with_data(facts.live) if facts.live else ()
    began = [day for day in (facts.workflow.launched_on, days[0].day if days else None) if day is not None]
    if last is None:
        return min(began, default=None)
    return max(last.held_on, facts.workflow.launched_on or last.held_on)


def _overdue(facts: Facts) -> bool:
    due = reviews.next_due(facts.ownership, facts.reviews)
    return reviews.overdue_days(due, facts.now.date()) > 0


def _age(facts: Facts, day: date) -> int:
    return (facts.now.date() - day).days


# --- evaluation ---------------------------------------------------------------------------------------------------


def _evaluated(facts: Facts) -> tuple[Evidence, ...]:
    """The latest run of the evaluation set, held against the target where that is a share; nothing without a run."""
    run = next(reversed(evaluation_runs.in_order(facts.runs)), None)
    if run is None:
        return ()
    target = _target_share(facts.outcome)
    against = f" The target is {facts.outcome.target:.12g}%." if target is not None else ""
    return (
        Evidence(
            id="outcome.evaluated",
            topic=Topic.OUTCOME,
            statement=f"Version {run.version} got {run.score:.1%} of {run.cases:,} fixed cases right on "
            f"{in_words(run.run_on)}.{against}",
            finding=_against_target(run, target),
            source=f"evaluation run{f': {run.file_name}' if run.file_name else ''}",
            value=run.score,
            low=run.low,
            high=run.high,
            unit="share",
            observed_at=start_of(run.run_on),
            reference=run.id,
            decides=False,
            place=EVALUATION,
        ),
    )


def _against_target(run: EvaluationRun, target: float | None) -> Finding:
    """By the whole interval of the score, so that a few cases say neither."""
    if target is None or run.low < target <= run.high:
        return Finding.UNKNOWN
    return Finding.PASSED if run.low >= target else Finding.FAILED


def _target_share(outcome: OutcomeDefinition) -> float | None:
    """The target as a share of right outputs, 0..1; None where the metric is another kind of figure."""
    if outcome.target is None or outcome.unit.strip() != "%" or outcome.direction is not Direction.HIGHER:
        return None
    return outcome.target / 100 if 0 <= outcome.target <= 100 else None


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
