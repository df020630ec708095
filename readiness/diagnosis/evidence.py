"""The evidence ledger: what the project knows by measurement, and where each fact came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from readiness.audit.decisions import HandlingDecision, HandlingEffect, effect_of
from readiness.audit.report import AuditReport, EdgeCase
from readiness.outcome import agreement, definition, ownership
from readiness.outcome.agreement import Signature
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.totals import ScopeTotal, total_scope
from readiness.workflow import Stage, Workflow

FEWEST_RECORDS = 100  # fewer leave the clean share open by about ten points either way; 200 to 300 are meant (M3)
STALE_AFTER_DAYS = 30  # a stalled project is diagnosed on current records (M30)


class Topic(StrEnum):
    """The four preparations, and the page that holds each."""

    DATA = "data"
    SCOPE = "scope"
    OUTCOME = "outcome"
    OWNERSHIP = "ownership"


class Finding(StrEnum):
    """Passed, failed and unknown are three things."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the ledger is gathered from. What is None was never done."""

    now: datetime
    workflow: Workflow
    report: AuditReport | None
    audited_at: datetime | None
    sample_read_at: datetime | None
    audit_is_current: bool  # False: the sample or the rules changed after the audit
    decisions: Mapping[str, HandlingDecision]
    items: Sequence[ScopeItem]
    plan: ScopePlan
    outcome: OutcomeDefinition
    signatures: Sequence[Signature]
    ownership: Ownership


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact. `finding` says whether it speaks for readiness; `share`, `low`, `high` are 0..1 where it is a share."""

    id: str
    topic: Topic
    statement: str
    finding: Finding
    source: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    observed_at: datetime | None = None
    stale: str = ""  # why it should not be relied on any more


@dataclass(frozen=True, slots=True)
class Ledger:
    """All evidence of a project, with the results that it was read from."""

    entries: tuple[Evidence, ...]
    effect: HandlingEffect | None
    total: ScopeTotal
    undecided: tuple[EdgeCase, ...]
    valid_signatures: tuple[Signature, ...]
    void_signatures: tuple[Signature, ...]

    def of(self, topic: Topic) -> tuple[Evidence, ...]:
        return tuple(entry for entry in self.entries if entry.topic is topic)

    def entry(self, identifier: str) -> Evidence | None:
        return next((entry for entry in self.entries if entry.id == identifier), None)


def gather_evidence(facts: Facts) -> Ledger:
    """The ledger of a project: pages, diagnosis and brief read it; nothing computes its own copy."""
    report = facts.report
    decided = [facts.decisions[case.id] for case in report.edge_cases if case.id in facts.decisions] if report else []
    effect = effect_of(report, decided) if report else None
    total = total_scope(facts.items, facts.plan)
    undecided = tuple(case for case in report.edge_cases if case.id not in facts.decisions) if report else ()
    valid = agreement.valid_signatures(facts.outcome, facts.signatures)
    void = agreement.void_signatures(facts.outcome, facts.signatures)
    entries = (
        *_data_evidence(facts, effect, undecided),
        *_scope_evidence(facts, total),
        *_outcome_evidence(facts, valid, void),
        *_ownership_evidence(facts),
    )
    return Ledger(entries, effect, total, undecided, valid, void)


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
            value=total.likely_days,
            low=total.low_days,
            high=total.high_days,
            unit="person-days",
        )
    ]
    if total.ratio_likely is not None:
        entries.append(
            Evidence(
                id="scope.ratio",
                topic=Topic.SCOPE,
                statement=f"The inventory comes to {total.ratio_likely:.1f} times the "
                f"{facts.plan.planned_days:g} person-days that the prototype's team had planned for production.",
                finding=Finding.PASSED,
                source="scope items against the prototype team's plan",
                value=total.ratio_likely,
                low=total.ratio_low,
                high=total.ratio_high,
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
    return (Evidence("ownership.parts", Topic.OWNERSHIP, sentence, finding, "ownership"),)
