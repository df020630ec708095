"""A project that is ready in every respect, to be made worse one part at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from readiness.audit.decisions import Handling, HandlingDecision
from readiness.audit.report import AuditReport, Combination, EdgeCase, ReadingSummary, ShareValue, Tier, TierCount
from readiness.audit.rules import FieldRules
from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.questions import Answer, Reply
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Diagnosis, diagnose
from readiness.diagnosis.verdict_table import VerdictTable
from readiness.outcome.agreement import Signature, sign
from readiness.outcome.authority import confirm
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.outcome.value import Stated, ValueModel
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.shares import share_of
from readiness.workflow import Workflow

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it

OUTCOME = OutcomeDefinition(
    metric="Share routed correctly",
    unit="%",
    target=92,
    tolerance_low=88,
    tolerance_high=100,
    baseline_cost=6.4,
    wrong_output_cost=85,
    correct_output="The approver is the one named for the cost centre.",
)


OWNERSHIP = Ownership(
    owner="Ann",
    owns_metric=True,
    review_every_days=28,
    first_review=date(2026, 4, 1),
    may_pull=True,
    authority_from="Ben",
)


@dataclass(frozen=True)
class Case:
    """A project as the diagnosis sees it."""

    facts: Facts
    answers: Mapping[FailureMode, Answer]
    stop_inputs: StopInputs
    table: VerdictTable
    standing: ContradictionCatalog

    def diagnose(self) -> Diagnosis:
        return diagnose(self.facts, self.answers, self.stop_inputs, self.table, self.standing)

    def but(self, **facts: Any) -> Case:
        """The same project with other facts."""
        return replace(self, facts=replace(self.facts, **facts))

    def stating(self, **inputs: Any) -> Case:
        """The same project with other figures for the stop rules."""
        return replace(self, stop_inputs=self.stop_inputs.model_copy(update=inputs))

    def worth(self, **inputs: Any) -> Case:
        """The same project with other statements about the value."""
        return self.but(value=self.facts.value.model_copy(update=inputs))

    def answering(self, mode: FailureMode, reply: Reply | None, reason: str = "") -> Case:
        """The same project with another answer to one question; None: nobody has answered it."""
        answers = {key: answer for key, answer in self.answers.items() if key is not mode}
        if reply is not None:
            answers[mode] = Answer(question=mode, reply=reply, reason=reason)
        return replace(self, answers=answers)

    def answering_all(self, reply: Reply | None, reason: str = "") -> Case:
        case = self
        for mode in FailureMode:
            case = case.answering(mode, reply, reason)
        return case


def make_report(records: int = 300, problems: Mapping[tuple[str, ...], int] | None = None) -> AuditReport:
    """A report in which each combination of edge cases has so many records; the rest is clean."""
    combinations = {("missing_required: vendor",): 30, ("duplicate_record",): 15} if problems is None else problems
    clean = records - sum(combinations.values())
    ids = sorted({case for combination in combinations for case in combination})
    return AuditReport(
        reading=ReadingSummary(
            name="invoices.csv", sha256="ab" * 32, size_bytes=1, format="csv", records=records, unsplit=0,
            sentence="invoices.csv was read.",
        ),
        rules=FieldRules(),
        records=records,
        clean=ShareValue(count=clean, **_bounds(clean, records)),
        tiers=tuple(
            TierCount(tier=tier, records=count, **_bounds(count, records))
            for tier, count in zip(Tier, (clean, records - clean, 0, 0), strict=True)
        ),
        edge_cases=tuple(
            _edge_case(case, sum(n for key, n in combinations.items() if case in key), records) for case in ids
        ),
        fields=(),
        problems=sum(len(key) * count for key, count in combinations.items()),
        combinations=tuple(
            Combination(edge_cases=tuple(sorted(key)), records=count) for key, count in combinations.items()
        ),
    )  # fmt: skip


def decided(report: AuditReport, handling: Handling = Handling.PREPROCESSING) -> dict[str, HandlingDecision]:
    """The same decision for every edge case."""
    return {case.id: HandlingDecision(edge_case=case.id, handling=handling) for case in report.edge_cases}


def signed_by(*names: str, definition: OutcomeDefinition = OUTCOME) -> tuple[Signature, ...]:
    signatures: list[Signature] = []
    for name in names:
        signatures.append(sign(definition, signatures, name=name, role="", now=NOW))
    return tuple(signatures)


def estimated(name: str, days: float) -> ScopeItem:
    return ScopeItem(id=f"own:{name}", component=name, low_days=days / 2, likely_days=days, high_days=days * 2)


def _edge_case(identifier: str, count: int, records: int) -> EdgeCase:
    kind, _, field = identifier.partition(": ")
    return EdgeCase(
        id=identifier, kind=kind, field=field, title=f"{kind} ({field})", reason="is wrong", tier=Tier.REPAIRABLE,
        records=count, **_bounds(count, records),
    )  # fmt: skip


def _bounds(count: int, records: int) -> dict[str, float]:
    share = share_of(count, records)
    return {"share": share.share, "low": share.low, "high": share.high}


@pytest.fixture(scope="session")
def ready() -> Case:
    """Audited, decided, estimated, defined, signed by two, owned, answered: GO."""
    report = make_report()
    facts = Facts(
        now=NOW,
        workflow=Workflow(task="Route each invoice."),
        report=report,
        audited_at=NOW - timedelta(days=1),
        sample_read_at=NOW - timedelta(days=1),
        sample_from=NOW.date() - timedelta(days=29),
        sample_to=NOW.date() - timedelta(days=2),
        audit_is_current=True,
        decisions=decided(report),
        items=(estimated("Logging", 5), estimated("Rollback", 8)),
        plan=ScopePlan(planned_days=4, day_rate=800),
        outcome=OUTCOME,
        signatures=signed_by("Ann", "Ben"),
        ownership=OWNERSHIP,
        confirmation=confirm(OUTCOME, OWNERSHIP, name="Ann", now=NOW),
    )
    return Case(
        facts,
        {},
        StopInputs(expected_value=100_000),
        read_catalog("verdict", VerdictTable),
        read_catalog("contradictions", ContradictionCatalog),
    ).answering_all(Reply.YES)


@pytest.fixture(scope="session")
def valued(ready: Case) -> Case:
    """The ready project with every input of the value stated, and worth its cost."""
    outcome = OUTCOME.model_copy(update={"baseline_error_rate": 0.05})
    value = ValueModel(
        volume=Stated(low=800, likely=1_000, high=1_300, source="The intake log"),
        minutes=Stated(low=6, likely=8, high=11, source="Timed"),
        hour_rate=Stated(likely=45, source="Finance"),
        accepted=Stated(low=0.5, likely=0.6, high=0.7, source="The prototype's trial"),
        wrong=Stated(low=0.01, likely=0.02, high=0.04, source="The prototype's trial"),
        run_cost_month=Stated(low=200, likely=300, high=500, source="A quote"),
    )
    return ready.but(
        outcome=outcome,
        signatures=signed_by("Ann", "Ben", definition=outcome),
        plan=ready.facts.plan.model_copy(update={"review_minutes": 2.0, "review_hour_rate": 45.0}),
        value=value,
    ).stating(expected_value=None)


@pytest.fixture(scope="session")
def report_of() -> Callable[..., AuditReport]:
    return make_report


@pytest.fixture(scope="session")
def decide_all() -> Callable[..., dict[str, HandlingDecision]]:
    return decided


@pytest.fixture(scope="session")
def signatures_of() -> Callable[..., tuple[Signature, ...]]:
    return signed_by


@pytest.fixture(scope="session")
def item_of() -> Callable[[str, float], ScopeItem]:
    return estimated
