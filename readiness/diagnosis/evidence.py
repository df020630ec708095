"""The evidence ledger: what the project knows by measurement, and where each fact came from.

Which facts can fail a question or leave it open, and which only inform, is said at the function of each topic; an entry
says it as `decides`. What nobody did is listed only where the method asks for it: the four preparations before the
build, and for a system that runs also that it is measured and read.
"""

from __future__ import annotations

from readiness.audit.decisions import HandlingEffect, effect_of
from readiness.audit.report import EdgeCase
from readiness.diagnosis.data_evidence import FEWEST_RECORDS, STALE_AFTER_DAYS, data_evidence
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.operation_evidence import operation_evidence
from readiness.diagnosis.outcome_evidence import outcome_evidence
from readiness.diagnosis.ownership_evidence import ownership_evidence
from readiness.diagnosis.review_load import review_loads, unknown_review_costs
from readiness.diagnosis.scope_evidence import scope_evidence
from readiness.diagnosis.standard_evidence import standard_evidence
from readiness.diagnosis.value_against_cost import ValueResult, value_against_cost
from readiness.diagnosis.value_evidence import EVEN, value_evidence
from readiness.diagnosis.value_inputs import Grounds
from readiness.outcome import agreement
from readiness.outcome.exercise_result import agreement_on_records
from readiness.scope.simulation import ReviewLoad
from readiness.scope.totals import ScopeTotal, total_scope

__all__ = ["EVEN", "FEWEST_RECORDS", "STALE_AFTER_DAYS", "gather_evidence"]


def gather_evidence(facts: Facts) -> Ledger:
    """The ledger of a project: pages, diagnosis and brief read it; nothing computes its own copy."""
    effect, undecided = _effect(facts), _undecided(facts)
    loads = review_loads(facts.report, facts.decisions, facts.items, facts.plan, facts.workflow)
    total = total_scope(facts.items, facts.plan, loads)
    value = _value(facts, effect, loads, total)
    valid = agreement.valid_signatures(facts.outcome, facts.signatures)
    void = agreement.void_signatures(facts.outcome, facts.signatures)
    tested = agreement_on_records(facts.exercises, facts.agreement, facts.outcome.correct_output)
    entries = (
        *data_evidence(facts, effect, undecided),
        *scope_evidence(facts, total),
        *outcome_evidence(facts, valid, void, tested),
        *ownership_evidence(facts),
        *value_evidence(value),
        *operation_evidence(facts),
        *standard_evidence(facts),
    )
    return Ledger(entries, effect, loads, total, value, undecided, valid, void, tested, facts.now)


def _effect(facts: Facts) -> HandlingEffect | None:
    report = facts.report
    if report is None:
        return None
    return effect_of(report, [facts.decisions[case.id] for case in report.edge_cases if case.id in facts.decisions])


def _undecided(facts: Facts) -> tuple[EdgeCase, ...]:
    cases = facts.report.edge_cases if facts.report else ()
    return tuple(case for case in cases if case.id not in facts.decisions)


def _value(
    facts: Facts, effect: HandlingEffect | None, loads: tuple[ReviewLoad, ...], total: ScopeTotal
) -> ValueResult:
    return value_against_cost(
        Grounds(
            model=facts.value,
            workflow=facts.workflow,
            outcome=facts.outcome,
            plan=facts.plan,
            items=facts.items,
            report=facts.report,
            effect=effect,
            loads=loads,
            unknown_reviews=unknown_review_costs(
                facts.report, facts.decisions, facts.items, facts.plan, facts.workflow
            ),
            total=total,
        )
    )
