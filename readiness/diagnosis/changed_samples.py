"""A case with another sample, another audit of it, or other decisions about its edge cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from statistics import median

from readiness.audit.decisions import Handling, HandlingDecision, HandlingEffect, effect_of
from readiness.audit.report import AuditReport, EdgeCase, ReadingSummary, Tier, TierCount, share_value
from readiness.audit.rules import FieldRules
from readiness.diagnosis.changed_entries import gathered, with_entries
from readiness.diagnosis.data_evidence import FEWEST_RECORDS, data_evidence
from readiness.diagnosis.ledger import Facts, Topic
from readiness.diagnosis.rescaling import recounted, with_left
from readiness.diagnosis.verdict import Case
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem

NEW_SAMPLE = 250  # records of the sample that is taken for granted where none was audited


def with_clean_share(case: Case, share: float) -> Case:
    """The same sample with another clean share: everything outside it is scaled, each edge case alike."""
    report = case.facts.report
    if report is None:
        return case
    outside = max(1, report.records - round(share * report.records))  # without any, there would be nothing to decide
    return _with_report(case, recounted(report, case.facts.decisions, records=report.records, outside=outside))


def with_enough_records(case: Case, yes: float) -> Case:
    """A sample of as many records as can tell, with the same shares."""
    report = case.facts.report
    if report is None or not report.records or not yes:
        return case
    outside = round((report.records - report.clean.count) * FEWEST_RECORDS / report.records)
    return _with_report(case, recounted(report, case.facts.decisions, records=FEWEST_RECORDS, outside=outside))


def with_left_share(case: Case, share: float) -> Case:
    """Another share of the records goes to people or is rejected; the clean share stays."""
    report, effect = case.facts.report, case.ledger.effect
    if report is None or effect is None:
        return case
    left = min(round(share * effect.records), effect.records - effect.undecided.count)
    return _with_data(case, case.facts, with_left(report, effect, left))


def with_sample_age(case: Case, days: float) -> Case:
    """A sample that was read so many days ago and holds records up to that day."""
    read_at = case.facts.now - timedelta(days=days)
    ends = case.facts.sample_to and read_at.date()
    begins = case.facts.sample_from and ends and min(case.facts.sample_from, ends)
    facts = replace(case.facts, sample_read_at=read_at, sample_from=begins, sample_to=ends)
    return _with_data(case, facts, case.ledger.effect)


def with_stated_period(case: Case, yes: float) -> Case:
    """The records are of the time up to the day on which they were read, and that is stated."""
    ends = (case.facts.sample_read_at or case.facts.now).date() if yes else None
    return _with_data(case, replace(case.facts, sample_to=ends), case.ledger.effect)


def audited_again(case: Case, yes: float) -> Case:
    """The audit is of the sample and the rules as they are now."""
    return _with_data(case, replace(case.facts, audit_is_current=bool(yes)), case.ledger.effect)


def audited(case: Case) -> Case:
    """A first audit, of a sample without any edge case."""
    clean = share_value(NEW_SAMPLE, NEW_SAMPLE)
    none = share_value(0, NEW_SAMPLE)
    report = AuditReport(
        reading=ReadingSummary(
            name="a sample", sha256="", size_bytes=0, format="", records=NEW_SAMPLE, unsplit=0, sentence=""
        ),
        rules=FieldRules(),
        records=NEW_SAMPLE,
        clean=clean,
        tiers=tuple(
            TierCount(tier=tier, records=of.count, share=of.share, low=of.low, high=of.high)
            for tier in Tier
            for of in [clean if tier is Tier.CLEAN else none]
        ),
        edge_cases=(),
        fields=(),
        problems=0,
    )
    now = case.facts.now
    facts = replace(case.facts, report=report, audited_at=now, sample_read_at=now, audit_is_current=True)
    return gathered(case, facts)


def decided(case: Case) -> Case:
    """Every edge case decided so that its records run without a person, each at the work of the middle component."""
    facts = case.facts
    days = [item.likely_days for item in facts.items if item.status is ItemStatus.ESTIMATED and item.likely_days]
    middle = median(days) if days else None
    asked = set(asked_for(case))
    items = [_asked_item(edge, middle) for edge in case.ledger.undecided if _item_id(edge) in asked]
    made = {
        edge.id: HandlingDecision(edge_case=edge.id, handling=Handling.PREPROCESSING) for edge in case.ledger.undecided
    }
    return gathered(case, replace(facts, decisions={**facts.decisions, **made}, items=(*facts.items, *items)))


def asked_for(case: Case) -> list[str]:
    """The ids of the scope items that decisions about the open edge cases would ask for."""
    listed = {item.id for item in case.facts.items}
    return [_item_id(edge) for edge in case.ledger.undecided if _item_id(edge) not in listed]


def _item_id(edge: EdgeCase) -> str:
    return f"decision:{edge.id}"


def _asked_item(edge: EdgeCase, days: float | None) -> ScopeItem:
    return ScopeItem(
        id=_item_id(edge),
        component=edge.title[:200] or edge.id[:200],
        source=ItemSource.DECISION,
        edge_case=edge.id,
        handling=Handling.PREPROCESSING.value,
        low_days=days,
        likely_days=days,
        high_days=days,
    )


def _with_report(case: Case, report: AuditReport) -> Case:
    decisions = case.facts.decisions
    decided_on = [decisions[edge.id] for edge in report.edge_cases if edge.id in decisions]
    return _with_data(case, replace(case.facts, report=report), effect_of(report, decided_on))


def _with_data(case: Case, facts: Facts, effect: HandlingEffect | None) -> Case:
    cases = facts.report.edge_cases if facts.report else ()
    undecided = tuple(edge for edge in cases if edge.id not in facts.decisions)
    ledger = replace(case.ledger, effect=effect, undecided=undecided)
    return replace(case, facts=facts, ledger=with_entries(ledger, Topic.DATA, data_evidence(facts, effect, undecided)))
