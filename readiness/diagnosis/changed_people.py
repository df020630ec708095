"""A case in which people have said, signed, confirmed or settled something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from readiness.agreement import KRIPPENDORFF
from readiness.diagnosis.changed_entries import gathered, with_entries
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Topic
from readiness.diagnosis.outcome_evidence import outcome_evidence
from readiness.diagnosis.ownership_evidence import ownership_evidence
from readiness.diagnosis.questions import Answer, Reply, answer_questions
from readiness.diagnosis.verdict import Case
from readiness.outcome import agreement, authority
from readiness.outcome.agreement import Signature
from readiness.outcome.definition import SHARES_OF_THE_LOG, Metric, OutcomeDefinition
from readiness.outcome.exercise_result import ExerciseResult, agreement_on_records
from readiness.outcome.ownership import LONGEST_REVIEW_DAYS


def with_signatures(case: Case, count: float) -> Case:
    """So many signatures under the definition as it stands: the last ones taken away, or new ones added."""
    valid, number = list(case.ledger.valid_signatures), int(count)
    current = agreement.fingerprint(case.facts.outcome)
    for place in range(len(valid), number):
        name = f"Signer {place + 1}"
        valid.append(Signature(name=name, signed_at=case.facts.now, fingerprint=current))
    kept = tuple(one for one in case.facts.signatures if one.fingerprint != current)
    return _with_outcome(case, replace(case.facts, signatures=(*kept, *valid[:number])))


def with_least_agreement(case: Case, least: float) -> Case:
    """Another agreement on records is asked for."""
    settings = case.facts.agreement.model_copy(update={"least": least})
    return _with_outcome(case, replace(case.facts, agreement=settings))


def with_alpha(case: Case, alpha: float) -> Case:
    """The latest exercise with another agreement, and an interval as wide as it was."""
    tested = case.ledger.tested
    if tested is None:
        return case
    changed = _with_measured(tested.latest, alpha)
    exercises = tuple(changed if one is tested.latest else one for one in case.facts.exercises)
    return _with_outcome(case, replace(case.facts, exercises=exercises))


def defined(case: Case) -> Case:
    """The definition completed and without clashes; who had signed or confirmed it has done so again."""
    facts, before = case.facts, case.facts.outcome
    after = _completed(before)
    signed = {one.name for one in case.ledger.valid_signatures}
    current = agreement.fingerprint(after)
    signatures = tuple(
        one.model_copy(update={"fingerprint": current}) if one.name in signed else one for one in facts.signatures
    )
    was_confirmed = authority.standing(before, facts.ownership, facts.confirmation) is authority.Standing.CONFIRMED
    changed = replace(facts, outcome=after, signatures=signatures)
    return gathered(case, _confirmed(changed) if was_confirmed else changed)


def owned(case: Case, yes: float) -> Case:
    """All four parts of the ownership stated."""
    if not yes:
        return case
    had = case.facts.ownership
    days = had.review_every_days
    ownership = had.model_copy(
        update={
            "owner": had.owner.strip() or "The owner",
            "owns_metric": True,
            "review_every_days": min(days or LONGEST_REVIEW_DAYS, LONGEST_REVIEW_DAYS),
            "first_review": had.first_review or case.facts.now.date() + timedelta(days=LONGEST_REVIEW_DAYS),
            "may_pull": True,
            "authority_from": had.authority_from.strip() or "the sponsor",
        }
    )
    return _with_ownership(case, replace(case.facts, ownership=ownership))


def confirmed(case: Case, yes: float) -> Case:
    """The owner has confirmed metric, tolerance and authority; or has not."""
    facts = _confirmed(case.facts) if yes else replace(case.facts, confirmation=None)
    return _with_ownership(case, facts)


def shown(case: Case, entry: Evidence, yes: float) -> Case:
    """What an entry of the ledger found missing or out of date is in place."""
    if not yes:
        return case
    entries = tuple(
        replace(one, finding=Finding.PASSED, stale="") if one.id == entry.id else one for one in case.ledger.entries
    )
    return replace(case, ledger=replace(case.ledger, entries=entries))


def _with_outcome(case: Case, facts: Facts) -> Case:
    valid = agreement.valid_signatures(facts.outcome, facts.signatures)
    void = agreement.void_signatures(facts.outcome, facts.signatures)
    tested = agreement_on_records(facts.exercises, facts.agreement, facts.outcome.correct_output)
    ledger = replace(case.ledger, valid_signatures=valid, void_signatures=void, tested=tested)
    entries = outcome_evidence(facts, valid, void, tested)
    return replace(case, facts=facts, ledger=with_entries(ledger, Topic.OUTCOME, entries))


def _with_ownership(case: Case, facts: Facts) -> Case:
    return replace(case, facts=facts, ledger=with_entries(case.ledger, Topic.OWNERSHIP, ownership_evidence(facts)))


def _confirmed(facts: Facts) -> Facts:
    if authority.missing_to_confirm(facts.outcome, facts.ownership):
        return facts
    name = facts.ownership.owner
    return replace(facts, confirmation=authority.confirm(facts.outcome, facts.ownership, name=name, now=facts.now))


def _with_measured(result: ExerciseResult, alpha: float) -> ExerciseResult:
    """The round as if it had been judged with this agreement."""
    by = alpha - (result.alpha.value or 0.0)
    measures = tuple(
        replace(
            one,
            value=alpha,
            low=None if one.low is None else max(-1.0, one.low + by),
            high=None if one.high is None else min(1.0, one.high + by),
        )
        if one.name == KRIPPENDORFF
        else one
        for one in result.agreement.measures
    )
    changed = replace(result)
    vars(changed)["agreement"] = replace(result.agreement, measures=measures)  # in place of what would be computed
    return changed


def _completed(outcome: OutcomeDefinition) -> OutcomeDefinition:
    metric = Metric(id="", **{name: getattr(outcome, name) for name in Metric.model_fields if name != "id"})
    stated = _consistent(metric.model_copy(update={"metric": outcome.metric.strip() or "The metric"}), complete=True)
    parts = {name: getattr(stated, name) for name in Metric.model_fields if name != "id"}
    baseline = (outcome.baseline_cost, outcome.baseline_error_rate, outcome.baseline_delay_days)
    if all(part is None for part in baseline):
        parts["baseline_delay_days"] = 1.0
    return outcome.model_copy(
        update={
            **parts,
            "wrong_output_cost": 0.0 if outcome.wrong_output_cost is None else outcome.wrong_output_cost,
            "correct_output": outcome.correct_output.strip() or "As two people agree.",
            "further": tuple(_consistent(one, complete=False) for one in outcome.further),
        }
    )


def _consistent(metric: Metric, *, complete: bool) -> Metric:
    """The metric with a tolerance that rises and includes the target, in the log's unit where the log gives it."""
    figures = [one for one in (metric.tolerance_low, metric.target, metric.tolerance_high) if one is not None]
    if len(figures) < 3 and complete:
        figures = figures or [1.0]
    low, high = metric.tolerance_low, metric.tolerance_high
    if complete or (low is not None and high is not None):
        low, high = min(figures), max(figures)
    target = metric.target
    if target is None and complete:
        target = high
    unit = metric.unit.strip()
    if metric.measured_by in SHARES_OF_THE_LOG or (complete and not unit):
        unit = "%"
    return metric.model_copy(update={"tolerance_low": low, "tolerance_high": high, "target": target, "unit": unit})


# --- what people say ---------------------------------------------------------------------------------------------


def answered(case: Case, mode: FailureMode, yes: float) -> Case:
    """The question answered with yes, by the evidence and not against it; or its answer taken back."""
    others: Mapping[FailureMode, Answer] = {key: one for key, one in case.answers.items() if key is not mode}
    if not yes:
        return replace(case, answers=others)
    had = case.answers.get(mode)
    if had is not None and had.reply is Reply.YES:
        return case
    plain = replace(case, answers={**others, mode: Answer(question=mode, reply=Reply.YES)})
    result = next(one for one in answer_questions(plain.facts, plain.ledger, plain.answers) if one.mode is mode)
    if result.suggestion.reply is not Reply.UNKNOWN:
        return plain
    with_reason = Answer(question=mode, reply=Reply.YES, reason="The evidence shows it.")
    return replace(case, answers={**others, mode: with_reason})


def stating(case: Case, name: str, figure: float) -> Case:
    """Another figure of the team for the stop rules."""
    return replace(case, stop_inputs=case.stop_inputs.model_copy(update={name: figure}))


def settling(case: Case, contradiction: str, yes: float) -> Case:
    """A contradiction settled, whichever of its statements was put right."""
    settled = case.settled | {contradiction} if yes else case.settled - {contradiction}
    return replace(case, settled=settled)
