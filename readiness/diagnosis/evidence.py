"""The evidence ledger: what the project knows by measurement, and where each fact came from."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.audit.decisions import HandlingEffect, effect_of
from readiness.audit.report import AuditReport, EdgeCase
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Ledger, Topic
from readiness.diagnosis.live_outcomes import held_metrics, judged_alert, judged_streak
from readiness.diagnosis.review_load import review_loads, unknown_review_costs
from readiness.diagnosis.value_against_cost import ValueResult, value_against_cost
from readiness.diagnosis.value_inputs import Grounds
from readiness.operation.rules import AlertLevel
from readiness.outcome import agreement, definition, ownership
from readiness.outcome.agreement import Signature
from readiness.outcome.authority import Standing, standing
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.exercise_result import AgreementOnRecords, Reach, agreement_on_records
from readiness.outcome.ownership import Ownership
from readiness.scope.totals import ScopeTotal, total_scope
from readiness.workflow import Stage

FEWEST_RECORDS = 100  # fewer leave the clean share open by about ten points either way; 200 to 300 are meant (M3)
EVEN = 0.5  # the probability at which the value is as likely to cover the cost as not
STALE_AFTER_DAYS = 30  # a stalled project is diagnosed on current records (M30)


def gather_evidence(facts: Facts) -> Ledger:
    """The ledger of a project: pages, diagnosis and brief read it; nothing computes its own copy."""
    report = facts.report
    decided = [facts.decisions[case.id] for case in report.edge_cases if case.id in facts.decisions] if report else []
    effect = effect_of(report, decided) if report else None
    loads = review_loads(facts.report, facts.decisions, facts.items, facts.plan, facts.workflow)
    total = total_scope(facts.items, facts.plan, loads)
    value = value_against_cost(
        Grounds(
            model=facts.value,
            workflow=facts.workflow,
            outcome=facts.outcome,
            plan=facts.plan,
            items=facts.items,
            report=report,
            effect=effect,
            loads=loads,
            unknown_reviews=unknown_review_costs(report, facts.decisions, facts.items, facts.plan, facts.workflow),
            total=total,
        )
    )
    undecided = tuple(case for case in report.edge_cases if case.id not in facts.decisions) if report else ()
    valid = agreement.valid_signatures(facts.outcome, facts.signatures)
    void = agreement.void_signatures(facts.outcome, facts.signatures)
    tested = agreement_on_records(facts.exercises, facts.agreement, facts.outcome.correct_output)
    entries = (
        *_data_evidence(facts, effect, undecided),
        *_scope_evidence(facts, total),
        *_outcome_evidence(facts, valid, void),
        *_tested_evidence(tested),
        *_ownership_evidence(facts),
        *_value_evidence(facts, value),
        *_live_evidence(facts),
    )
    return Ledger(entries, effect, loads, total, value, undecided, valid, void, tested, facts.now)


def _data_evidence(facts: Facts, effect: HandlingEffect | None, undecided: Sequence[EdgeCase]) -> tuple[Evidence, ...]:
    report = facts.report
    if report is None or effect is None:
        return (Evidence("data.audit", Topic.DATA, "No sample has been audited.", Finding.UNKNOWN, "Data audit"),)
    source = f"audit of {report.reading.name}, SHA-256 {report.reading.sha256[:12]}"
    stale = _stale_audit(facts)
    enough = report.records >= FEWEST_RECORDS
    clean = Evidence(
        id="data.clean_share",
        topic=Topic.DATA,
        statement=report.sentence + ("" if enough else _too_few(report.records)),
        finding=Finding.PASSED if enough else Finding.UNKNOWN,
        source=source,
        value=report.clean.share,
        low=report.clean.low,
        high=report.clean.high,
        unit="share",
        observed_at=facts.audited_at,
        stale=stale,
    )
    decided = Evidence(
        id="data.decisions",
        topic=Topic.DATA,
        statement=_decision_sentence(report, undecided),
        finding=Finding.FAILED if undecided else Finding.PASSED,
        source=source,
        value=float(len(report.edge_cases) - len(undecided)),
        unit="edge cases decided",
        observed_at=facts.audited_at,
        stale=stale,
    )
    route = Evidence(
        id="data.effect",
        topic=Topic.DATA,
        statement=effect.sentence,
        finding=Finding.UNKNOWN if undecided else Finding.PASSED,
        source="handling decisions on " + source,
        value=effect.automatic.share,
        low=effect.automatic.low,
        high=effect.automatic.high,
        unit="share",
        observed_at=facts.audited_at,
        stale=stale,
    )
    return (clean, decided, route)


def _decision_sentence(report: AuditReport, undecided: Sequence[EdgeCase]) -> str:
    total = len(report.edge_cases)
    if not total:
        return "The audit found no edge case, so there is nothing to decide."
    if not undecided:
        return ("The one edge case has" if total == 1 else f"All {total} edge cases have") + " a handling decision."
    verb = "has" if len(undecided) == 1 else "have"
    return f"{len(undecided)} of {total} edge cases {verb} no handling decision, the largest is {undecided[0].title}."


def _too_few(records: int) -> str:
    """What is added to the clean share of a sample that cannot tell."""
    return f" {records:,} are too few to tell: audit 200 to 300." if records else ""


def _stale_audit(facts: Facts) -> str:
    if not facts.audit_is_current:
        return "The sample or its field rules changed after this audit: run it again."
    read_at = facts.sample_read_at
    if facts.workflow.stage is Stage.STALLED and read_at is not None:
        age = (facts.now - read_at).days
        if age > STALE_AFTER_DAYS:
            return (
                f"The sample is {age} days old; "
                f"a stalled project is diagnosed on records of the last {STALE_AFTER_DAYS} days."
            )
    return ""


def _scope_evidence(facts: Facts, total: ScopeTotal) -> tuple[Evidence, ...]:
    if not facts.items:
        return (Evidence("scope.total", Topic.SCOPE, "No component is listed.", Finding.UNKNOWN, "Production scope"),)
    started = total.estimated or total.not_needed
    failing = Finding.FAILED if started else Finding.UNKNOWN
    entries = [
        Evidence(
            id="scope.total",
            topic=Topic.SCOPE,
            statement=total.sentence,
            finding=Finding.PASSED if total.complete else failing,
            source="1 scope item" if len(facts.items) == 1 else f"{len(facts.items)} scope items",
            value=total.simulated.days.p50 if total.simulated else None,
            low=total.simulated.days.p10 if total.simulated else None,
            high=total.simulated.days.p90 if total.simulated else None,
            unit="person-days",
        )
    ]
    if total.ratio_p50 is not None and total.ratio_p80 is not None:
        entries.append(
            Evidence(
                id="scope.ratio",
                topic=Topic.SCOPE,
                statement=f"The inventory comes to {total.ratio_p50:.1f} times (P50) or {total.ratio_p80:.1f} times "
                f"(P80) the {facts.plan.planned_days:g} person-days that the prototype's team had planned.",
                finding=Finding.PASSED,
                source="scope items against the prototype team's plan",
                value=total.ratio_p50,
                high=total.ratio_p80,
                unit="ratio",
            )
        )
    return tuple(entries)


def _outcome_evidence(facts: Facts, valid: Sequence[Signature], void: Sequence[Signature]) -> tuple[Evidence, ...]:
    missing = definition.missing_parts(facts.outcome)
    untouched = facts.outcome == OutcomeDefinition()
    clashes = definition.contradictions(facts.outcome)
    if untouched:
        defined = Evidence("outcome.defined", Topic.OUTCOME, "No outcome is defined.", Finding.UNKNOWN, "Outcome")
    elif missing or clashes:
        sentence = f"The outcome definition lacks {', '.join(missing)}." if missing else clashes[0]
        defined = Evidence("outcome.defined", Topic.OUTCOME, sentence, Finding.FAILED, "outcome definition")
    else:
        target = definition.measured(f"{facts.outcome.target:,.12g}", facts.outcome.unit)
        sentence = f"The outcome is defined: {facts.outcome.metric}, target {target}."
        defined = Evidence("outcome.defined", Topic.OUTCOME, sentence, Finding.PASSED, "outcome definition")
    return (defined, _agreement_evidence(valid, void))


def _agreement_evidence(valid: Sequence[Signature], void: Sequence[Signature]) -> Evidence:
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
    return Evidence(
        id="outcome.agreed",
        topic=Topic.OUTCOME,
        statement=sentence,
        finding=finding,
        source="signatures",
        value=float(len(valid)),
        unit="signatures",
        observed_at=max((s.signed_at for s in valid), default=None),
        stale="" if finding is Finding.PASSED else lapsed,
    )


def _tested_evidence(tested: AgreementOnRecords | None) -> tuple[Evidence, ...]:
    """How far people agree about records; nothing while no exercise compares two people's answers.

    It fails once the group has settled what was disputed, and a round that is not settled yet is unknown: answers in
    other words may mean the same.
    """
    if tested is None:
        return ()
    finding = Finding.UNKNOWN
    if tested.reach is Reach.REACHED:
        finding = Finding.PASSED
    elif tested.stays_below:
        finding = Finding.FAILED
    latest, alpha = tested.latest, tested.latest.alpha
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
        ),
    )


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _ownership_evidence(facts: Facts) -> tuple[Evidence, ...]:
    missing = ownership.missing_parts(facts.ownership)
    if facts.ownership == Ownership():
        return (Evidence("ownership.parts", Topic.OWNERSHIP, "No owner is named.", Finding.UNKNOWN, "Outcome"),)
    if missing:
        sentence, finding = f"Ownership lacks {', '.join(missing)}.", Finding.FAILED
    else:
        sentence, finding = f"{facts.ownership.owner} owns the outcome in all four parts.", Finding.PASSED
    parts = Evidence("ownership.parts", Topic.OWNERSHIP, sentence, finding, "ownership")
    return (parts, *_authority_evidence(facts))


def _authority_evidence(facts: Facts) -> tuple[Evidence, ...]:
    """What is stated about the owner's authority counts once the owner has confirmed it by their own act."""
    found = standing(facts.outcome, facts.ownership, facts.confirmation)
    name = facts.confirmation.name if facts.confirmation else ""
    match found:
        case Standing.NOT_STATED:
            return ()
        case Standing.STATED:
            sentence = "The authority to pull the system is stated, not confirmed by the owner yet."
        case Standing.VOID:
            sentence = f"{name} confirmed an earlier owner, metric or tolerance: void until confirmed again."
        case Standing.CONFIRMED:
            sentence = f"{name} confirmed metric and tolerance, and the authority to pull the system."
    return (
        Evidence(
            id="ownership.authority",
            topic=Topic.OWNERSHIP,
            statement=sentence,
            finding=Finding.PASSED if found is Standing.CONFIRMED else Finding.UNKNOWN,
            source="the owner's confirmation" if facts.confirmation else "ownership",
            observed_at=facts.confirmation.confirmed_at if facts.confirmation else None,
        ),
    )


def _value_evidence(facts: Facts, value: ValueResult) -> tuple[Evidence, ...]:
    """What a month is worth and whether it covers the cost; nothing while the team has stated nothing for it."""
    if not value.started:
        return ()
    source = f"{len(value.inputs)} inputs of the value" + (
        ", audit" if any(i.id == "cap" for i in value.inputs) else ""
    )
    if value.simulated is None:
        return (Evidence("value.month", Topic.VALUE, value.covering_sentence, Finding.UNKNOWN, source),)
    of, unit = value.simulated.monthly, f"{value.currency} a month".strip()
    finding = Finding.PASSED if of.p50 > 0 else Finding.FAILED
    month = Evidence("value.month", Topic.VALUE, value.monthly_sentence, finding, source, of.p50, of.p10, of.p90, unit)
    return (month, _covering_evidence(value, source))


def _covering_evidence(value: ValueResult, source: str) -> Evidence:
    """For where the cost is likelier covered than not, against where it is not even if all that is open goes well."""
    finding = Finding.UNKNOWN
    if value.most_probability is not None and value.most_probability < EVEN:
        finding = Finding.FAILED
    elif value.settled:
        finding = Finding.PASSED
    return Evidence(
        id="value.covers",
        topic=Topic.VALUE,
        statement=" ".join((value.covering_sentence, *value.open_remarks)),
        finding=finding,
        source=f"{source}, and the remaining cost of the scope",
        value=value.probability,
        high=value.most_probability,
        unit="probability",
    )


def _live_evidence(facts: Facts) -> tuple[Evidence, ...]:
    """What the running system's log says of review and of the outcome; nothing while no log was read."""
    live = facts.live
    if live is None:
        return ()
    alert = judged_alert(live.days, live.limits)
    known = alert.judged_days and alert.silent_days <= alert.longest_silence
    finding = Finding.PASSED if known and alert.level is AlertLevel.NONE else Finding.UNKNOWN
    entries = [
        Evidence(
            id="operation.routed",
            topic=Topic.OPERATION,
            statement=alert.sentence,
            finding=finding if alert.level is AlertLevel.NONE else Finding.FAILED,
            source=live.source,
            value=float(alert.current.days) if alert.current else 0.0,
            unit="days in a row",
            observed_at=live.read_at,
        )
    ]
    for held in held_metrics(facts.outcome)[:1]:
        run = judged_streak(live.days, held, live.limits)
        if run is None:
            continue
        ended = run.judged_days and run.current is None and run.silent_days <= live.limits.longest_silence
        entries.append(
            Evidence(
                id="operation.streak",
                topic=Topic.OPERATION,
                statement=f"{held.name}: {run.sentence}",
                finding=Finding.PASSED if run.holds else Finding.FAILED if ended else Finding.UNKNOWN,
                source=live.source,
                value=float(run.current.days) if run.current else 0.0,
                unit="days in a row",
                observed_at=live.read_at,
            )
        )
    return tuple(entries)
