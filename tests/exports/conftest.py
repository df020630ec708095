"""Small projects, built by hand, that the exports are tested on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from readiness.audit.decisions import Handling, HandlingDecision, HandlingEffect
from readiness.audit.report import (
    AuditReport,
    EdgeCase,
    FieldProfile,
    FormatVariant,
    NotChecked,
    ReadingSummary,
    Tier,
    TierCount,
    share_value,
)
from readiness.audit.rules import DayMonthOrder, DecimalMark, FieldKind, FieldRule, FieldRules
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Ledger, Topic
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import Answer, QuestionResult, Reply, Suggestion
from readiness.diagnosis.stop_rules import RuleState, StopResult, StopRule
from readiness.diagnosis.value_against_cost import value_against_cost
from readiness.diagnosis.value_inputs import Grounds
from readiness.diagnosis.verdict import Diagnosis
from readiness.diagnosis.verdict_table import Verdict
from readiness.outcome.agreement import Signature, fingerprint
from readiness.outcome.definition import Direction, OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan
from readiness.scope.totals import total_scope
from readiness.shares import share_of
from readiness.workflow import Stage, Workflow

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC).replace(tzinfo=None)  # as every time of a project
RECORDS = 300


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def report() -> AuditReport:
    """300 invoices: 216 clean, five kinds of edge case, two lines that do not fit."""
    return AuditReport(
        reading=_reading(),
        rules=_rules(),
        records=RECORDS,
        clean=share_value(216, RECORDS),
        tiers=tuple(
            TierCount(tier=tier, records=count, **_bounds(count))
            for tier, count in zip(Tier, (216, 51, 31, 2), strict=True)
        ),
        edge_cases=_edge_cases(),
        fields=_fields(),
        problems=97,
        not_checked=(NotChecked(what="comment", why="Free text: nothing says what its values should be."),),
    )


@pytest.fixture
def decisions() -> dict[str, HandlingDecision]:
    taken = {
        "missing_required: vendor": (Handling.HUMAN_REVIEW, "Purchasing looks the vendor up."),
        "date_format: invoice_date": (Handling.PREPROCESSING, ""),
        "duplicate_record": (Handling.REJECT, ""),
    }
    return {
        case: HandlingDecision(edge_case=case, handling=handling, note=note) for case, (handling, note) in taken.items()
    }


@pytest.fixture
def items() -> tuple[ScopeItem, ...]:
    """Estimated, unknown, half estimated, not needed, and not needed without a reason."""
    return (
        _item("error-handling", "Error handling with typed exceptions", "Always underestimated", 3, 5, 10, owner="Ops"),
        _item("retries", "Retries with exponential backoff", "Always underestimated", 2, 3, 6),
        _item("rollback", "Rollback that works under pressure", "Always underestimated", None, None, None),
        _item("dashboards", "Dashboards on outcome metrics", "Always underestimated", 2, None, None),
        _item("review-screen", "Review screen", "People and review", 8.5, 13, 25.25, in_prototype=True),
        _item(
            "load-test", "Load test at peak volume", "Operations", 2, 3, 7,
            marked_not_needed=True, not_needed_because="At most ten items a day.",
        ),
        _item("queues", "Work queues", "Operations", 3, 5, 10, marked_not_needed=True),
        _item(
            "decision:missing_required: vendor", "Review: Required field missing: vendor", "Decisions", 2, 3, 6,
            source=ItemSource.DECISION, edge_case="missing_required: vendor", handling="human review",
        ),
    )  # fmt: skip


@pytest.fixture
def plan() -> ScopePlan:
    return ScopePlan(prototype_days=12, planned_days=10, day_rate=850, currency="EUR")


@pytest.fixture
def effect() -> HandlingEffect:
    counts = {"automatic": 254, "review": 31, "rejected": 4, "undecided": 11}
    return HandlingEffect(records=RECORDS, **{route: share_value(count, RECORDS) for route, count in counts.items()})


@pytest.fixture
def facts(
    report: AuditReport, decisions: dict[str, HandlingDecision], items: tuple[ScopeItem, ...], plan: ScopePlan
) -> Facts:
    """A system that was launched in May and has stalled since."""
    outcome = OutcomeDefinition(
        metric="Invoices routed to the right cost centre",
        unit="%",
        direction=Direction.HIGHER,
        target=95,
        tolerance_low=92,
        tolerance_high=100,
        baseline_cost=4.2,
        baseline_error_rate=0.06,
        wrong_output_cost=38,
        correct_output="Cost centre, vendor and amount equal those that accounting would book.",
    )
    signed = Signature(name="Ana Ruiz", role="Accounting", signed_at=NOW, fingerprint=fingerprint(outcome))
    return Facts(
        now=NOW,
        workflow=Workflow(
            task="Route incoming invoices to cost centres.",
            stage=Stage.STALLED,
            launched_on=date(2026, 5, 4),
            volume_per_month=2400,
            reviewer="Jo Blame",
        ),
        report=report,
        audited_at=NOW,
        sample_read_at=NOW,
        audit_is_current=True,
        decisions=decisions,
        items=items,
        plan=plan,
        outcome=outcome,
        signatures=(signed,),
        ownership=Ownership(owner="Kim Okafor", role="Head of intake", owns_metric=True, authority_from="Jo Blame"),
    )


@pytest.fixture
def ledger(facts: Facts, effect: HandlingEffect) -> Ledger:
    entries = (
        Evidence("data.clean_share", Topic.DATA, "72% are clean.", Finding.PASSED, "audit of invoices_june.csv", 0.72,
                 observed_at=NOW, place=Place(Page.DATA_AUDIT)),
        Evidence("scope.total", Topic.SCOPE, "2 components are not estimated.", Finding.FAILED, "8 scope items",
                 place=Place(Page.SCOPE)),
        Evidence("outcome.agreed", Topic.OUTCOME, "1 of 2 signatures stands.", Finding.FAILED, "signatures",
                 stale="1 person signed an earlier wording: void until signed again.", place=Place(Page.OUTCOME)),
        Evidence("ownership.parts", Topic.OWNERSHIP, "Ownership lacks a monthly review.", Finding.UNKNOWN, "ownership",
                 place=Place(Page.OUTCOME)),
    )  # fmt: skip
    total = total_scope(facts.items, facts.plan)
    undecided = (
        tuple(case for case in facts.report.edge_cases if case.id not in facts.decisions) if facts.report else ()
    )
    grounds = Grounds(
        model=facts.value,
        workflow=facts.workflow,
        outcome=facts.outcome,
        plan=facts.plan,
        items=facts.items,
        report=facts.report,
        effect=effect,
        loads=(),
        unknown_reviews=(),
        total=total,
    )
    value = value_against_cost(grounds)
    return Ledger(entries, effect, (), total, value, undecided, tuple(facts.signatures), ())


@pytest.fixture
def diagnosis(ledger: Ledger) -> Diagnosis:
    """Fix first: a yes on data against the evidence, no on scope, measurement open, ownership not answered."""
    return Diagnosis(
        ledger=ledger,
        questions=(
            _question(FailureMode.DATA_QUALITY, Reply.NO, Reply.YES, Reply.YES, "A new prompt handles the dates."),
            _question(FailureMode.SCOPE_UNDERESTIMATION, Reply.NO, Reply.NO, Reply.NO, "Monitoring was left out."),
            _question(FailureMode.MEASUREMENT, Reply.UNKNOWN, Reply.YES, Reply.UNKNOWN, ""),
            _question(FailureMode.OWNERSHIP, Reply.YES, None, Reply.UNKNOWN, ""),
        ),
        stop_rules=(
            StopResult(StopRule.DATA, RuleState.NOT_MET, "12% of the records stay outside.", 0.283, "share"),
            StopResult(StopRule.CONTESTED, RuleState.UNKNOWN, "1 of 2 signatures.", 1, "attempts"),
            StopResult(StopRule.COST, RuleState.NOT_MET, "The value covers the cost, probability 92%.", 0.42, "share"),
        ),
        verdict=Verdict.FIX_FIRST,
        rule="At least one of the four questions is answered with no.",
        reasons=("Monitoring was left out.", "1 of 2 signatures."),
        primary=FailureMode.SCOPE_UNDERESTIMATION,
        also_found=(FailureMode.OWNERSHIP,),
    )


@pytest.fixture
def stopped(diagnosis: Diagnosis) -> Diagnosis:
    cost = StopResult(StopRule.COST, RuleState.MET, "The estimated part alone costs more.", -0.12, "share")
    return replace(
        diagnosis,
        stop_rules=(*diagnosis.stop_rules[:2], cost),
        verdict=Verdict.STOP,
        rule="A stop rule is met.",
        reasons=("The estimated part alone costs more.",),
    )


@pytest.fixture
def catalog() -> FailureModeCatalog:
    """A small catalog of its own, so that rewording the real one changes no test of the exports."""
    sections = ("primary-mode", "learned", "other-use-case", "other-approach", "later-attempt")
    return FailureModeCatalog.model_validate(
        {
            "modes": [_mode(mode) for mode in FailureMode],
            "stop_rules": [
                {
                    "id": str(rule),
                    "name": f"Rule of {rule}",
                    "question": "?",
                    "met": "m",
                    "not_met": "n",
                    "unknown": "u",
                }
                for rule in StopRule
            ],
            "stop_document": [
                {"id": section, "heading": section.replace("-", " ").capitalize(), "prompt": "?"}
                for section in sections
            ],
            "figures": [],
        }
    )


@pytest.fixture
def make_item() -> Callable[..., ScopeItem]:
    return _item


@pytest.fixture
def snapshot() -> Callable[[str, str], None]:
    """Compares a text with the file that is kept of it. READINESS_UPDATE_SNAPSHOTS=1 keeps the new text instead."""

    def compare(name: str, text: str) -> None:
        kept = Path(__file__).parent / "snapshots" / name
        if os.environ.get("READINESS_UPDATE_SNAPSHOTS"):
            kept.write_text(text, encoding="utf-8", newline="\n")
        assert text == kept.read_text(encoding="utf-8")

    return compare


def _question(
    mode: FailureMode, suggested: Reply, answered: Reply | None, counts: Reply, reason: str
) -> QuestionResult:
    suggestion = Suggestion(suggested, f"The evidence on {mode}.", (), ())
    answer = None if answered is None else Answer(question=mode, reply=answered, reason=reason, answered_by="Jo Blame")
    return QuestionResult(mode, suggestion, answer, counts)


def _mode(mode: FailureMode) -> dict[str, object]:
    return {
        "mode": str(mode),
        "title": f"Title of {mode}",
        "question": {"before": f"Is {mode} prepared?", "stalled": f"Was {mode} prepared?"},
        "help": {"before": "-", "stalled": "-"},
        "passes_when": "-",
        "fails_when": "-",
        "shows_at_month": 3,
        "looks_like": f"What {mode} looks like.",
        "comes_next": f"What follows {mode}.",
        "fix": [{"id": "one", "step": "First step.", "evidence": "Its evidence."}],
    }


Days = float | None


def _item(
    identifier: str, component: str, group: str, low: Days, likely: Days, high: Days, **more: object
) -> ScopeItem:
    days = {"low_days": low, "likely_days": likely, "high_days": high}
    return ScopeItem.model_validate({"id": identifier, "component": component, "group": group, **days, **more})


def _bounds(count: int) -> dict[str, float]:
    share = share_of(count, RECORDS)
    return {"share": share.share, "low": share.low, "high": share.high}


def _reading() -> ReadingSummary:
    return ReadingSummary(
        name="invoices_june.csv",
        sha256="9f2c" * 16,
        size_bytes=48_213,
        format="csv",
        encoding="cp1252",
        delimiter=";",
        header_line=4,
        preamble_lines=3,
        header_lines=1,
        empty_lines=2,
        lines=306,
        records=RECORDS,
        unsplit=2,
        faults={"total": 1, "too_few_cells": 1},
        sentence="Read as CSV in cp1252 with the header on line 4: 300 records of 6 fields.",
        notes=("Two fields were called “amount”; the second is now “amount_2”.",),
    )


def _rules() -> FieldRules:
    return FieldRules(
        rules=(
            FieldRule(field="invoice_no", position=0, kind=FieldKind.IDENTIFIER, required=True),
            FieldRule(field="vendor", position=1, kind=FieldKind.NAME, required=True, missing_tokens=("", "N/A", "-")),
            FieldRule(
                field="invoice_date", position=2, kind=FieldKind.DATE, required=True, format="dd/mm/yyyy",
                day_month_order=DayMonthOrder.DAY_FIRST,
            ),
            FieldRule(field="amount", position=3, kind=FieldKind.MONEY, required=True, decimal_mark=DecimalMark.COMMA),
            FieldRule(field="country", position=4, kind=FieldKind.COUNTRY, legitimate_tokens=("NA",)),
            FieldRule(field="comment", position=5, check=False),
        )
    )  # fmt: skip


def _edge_cases() -> tuple[EdgeCase, ...]:
    return (
        _case("date_format: invoice_date", "Date in another format: invoice_date", Tier.REPAIRABLE, 42, "2026-06-03",
              "The date is written in another format than the rest of the field.", 7),
        _case("missing_required: vendor", "Required field missing: vendor", Tier.NEEDS_REVIEW, 31, "N/A",
              "The field is required and empty, or holds a word for nothing.", 12),
        _case("amount_unreadable: amount", "Amount that cannot be read: amount", Tier.NEEDS_REVIEW, 9, "12.50|EUR?",
              "The value is no amount in any known way of writing.", 101),
        _case("duplicate_record", "Exact duplicate record", Tier.REPAIRABLE, 4, "",
              "The record equals an earlier one in every field.", 55),
        _case("fused_cells", "Date and amount fused in one cell", Tier.NEEDS_REVIEW, 1, "25/06/2026900",
              "Two cells have run into one, so the line has one cell too few.", 200),
        _case("line_total", "Total row", Tier.UNUSABLE, 1, "Total;;;1.204,00",
              "A total stands among the records.", 300),
    )  # fmt: skip


def _case(identifier: str, title: str, tier: Tier, count: int, example: str, reason: str, record: int) -> EdgeCase:
    kind, _, field = identifier.partition(": ")
    return EdgeCase(
        id=identifier, kind=kind, field=field, title=title, reason=reason, tier=tier, records=count,
        example=example, example_shape="99/99/9999", example_record=record, **_bounds(count),
    )  # fmt: skip


def _fields() -> tuple[FieldProfile, ...]:
    return (
        FieldProfile(field="invoice_no", position=0, kind="identifier", required=True, filled=300, missing=0),
        FieldProfile(
            field="vendor", position=1, kind="name", required=True, filled=269, missing=31,
            missing_tokens={"": 20, "N/A": 8, "-": 3},
        ),
        FieldProfile(
            field="invoice_date", position=2, kind="date", required=True, filled=300, missing=0,
            formats=(
                FormatVariant(name="dd/mm/yyyy", values=257, example="03/06/2026", expected=True),
                FormatVariant(name="yyyy-mm-dd", values=42, example="2026-06-03", expected=False),
            ),
            note="Day first: 118 dates have a first number above 12, none a second one.",
        ),
        FieldProfile(
            field="amount", position=3, kind="money", required=True, filled=300, missing=0,
            formats=(FormatVariant(name="1.234,56", values=291, example="1.020,00", expected=True),),
        ),
        FieldProfile(
            field="country", position=4, kind="country", required=False, filled=290, missing=10, missing_tokens={"": 10}
        ),
    )  # fmt: skip
