"""What the diagnosis of a full project costs: sixty components, a value model, an audit of 300 records, a year of log.

Cold is the first diagnosis after the server was started: nothing that was drawn or simulated before is kept.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

from readiness import ranges
from readiness.audit.decisions import Handling, HandlingDecision
from readiness.audit.report import AuditReport, Combination, EdgeCase, ReadingSummary, ShareValue, Tier, TierCount
from readiness.audit.rules import FieldRules
from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.flips import what_would_change
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.live_outcomes import Limits, LiveFacts
from readiness.diagnosis.questions import Answer, Reply
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Case, judge
from readiness.diagnosis.verdict_table import VerdictTable
from readiness.operation.daily import DayOutcomes
from readiness.outcome import value_simulation
from readiness.outcome.agreement import sign
from readiness.outcome.authority import confirm
from readiness.outcome.definition import MeasuredBy, OutcomeDefinition
from readiness.outcome.evaluation_runs import EvaluationRun
from readiness.outcome.ownership import Ownership
from readiness.outcome.reviews import Review
from readiness.outcome.value import Stated, ValueModel
from readiness.scope import simulation
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan
from readiness.shares import share_of
from readiness.standard.status import ItemState, StandardStatus
from readiness.workflow import Stage, Workflow

RUNS = 15
FLOOR = 50  # ms, of gathering and judging together, cold
SEARCH_FLOOR = 150  # ms, of the search for what would change the verdict
NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
RECORDS, ITEMS, DAYS = 300, 60, 365
CASES = {f"missing_required: field {number}": 5 for number in range(12)}


def main() -> None:
    """Print the median, the fastest and the slowest, in ms of wall time; and the processor's own time beside it, which
    tells more on a machine that is busy."""
    import numpy as np  # not counted: the server has loaded it before it is healthy

    assert np.__version__
    case, verdicts = full_case(), read_catalog("verdict", VerdictTable)
    standing = read_catalog("contradictions", ContradictionCatalog)
    judge(case, verdicts, standing)  # so that no module is loaded while the clock runs
    _report("gather, cold", None, lambda: gather_evidence(case.facts), before=_forget)
    _report("gather, nothing changed", None, lambda: gather_evidence(case.facts))
    edited = (case.facts.items[0].model_copy(update={"high_days": 13.0 + number}) for number in count())
    changed = (_but_first(case.facts, item) for item in edited)
    _report("gather, one estimate changed", None, lambda: gather_evidence(next(changed)))
    _report("judge", None, lambda: judge(case, verdicts, standing))

    def diagnosed() -> object:
        return judge(replace(case, ledger=gather_evidence(case.facts)), verdicts, standing)

    _report("gather and judge, cold", FLOOR, diagnosed, before=_forget)
    _report("hash of the evidence", None, lambda: case.ledger.hash)
    _report("what would change it", SEARCH_FLOOR, lambda: what_would_change(case, verdicts, standing))


def full_case() -> Case:
    """A running system about which everything is stated."""
    facts = _facts()
    answers = {mode: Answer(question=mode, reply=Reply.YES, reason="Seen.") for mode in FailureMode}
    return Case(facts, gather_evidence(facts), answers, StopInputs(alignment_attempts=1))


def _facts() -> Facts:
    report = _report_of_audit()
    outcome = _outcome()
    owner = Ownership(
        owner="Ann", owns_metric=True, review_every_days=28, first_review=date(2026, 1, 5), may_pull=True,
        authority_from="Ben", rehearsal_on=date(2026, 1, 5),
    )  # fmt: skip
    signed = sign(outcome, (), name="Ann", role="", now=NOW)
    signatures = (signed, sign(outcome, (signed,), name="Ben", role="", now=NOW))
    return Facts(
        now=NOW,
        workflow=Workflow(task="Route it.", stage=Stage.STALLED, launched_on=date(2025, 2, 1), volume_per_month=10_000),
        report=report,
        audited_at=NOW,
        sample_read_at=NOW,
        audit_is_current=True,
        decisions={
            edge.id: HandlingDecision(
                edge_case=edge.id, handling=Handling.HUMAN_REVIEW if place % 3 == 0 else Handling.PREPROCESSING
            )
            for place, edge in enumerate(report.edge_cases)
        },
        items=_items(),
        plan=ScopePlan(planned_days=60, day_rate=800, team_size=4, review_minutes=2.0, review_hour_rate=45.0),
        outcome=outcome,
        signatures=signatures,
        ownership=owner,
        value=_value(),
        confirmation=confirm(outcome, owner, name="Ann", now=NOW),
        reviews=tuple(_review(number) for number in range(12)),
        live=LiveFacts(days=_days(), limits=Limits(), read_at=NOW, source="log of the running system"),
        runs=tuple(_run(number) for number in range(5)),
        fallback="A person does it.",
        standard={
            str(n): StandardStatus(item=str(n), claimed=ItemState.MET, shown_by="The runbook") for n in range(22)
        },
    )


def _report_of_audit() -> AuditReport:
    cases = tuple(
        EdgeCase(
            id=name, kind="missing_required", field=name, title=name, reason="is wrong", tier=Tier.REPAIRABLE,
            records=records, **_bounds(records),
        )
        for name, records in CASES.items()
    )  # fmt: skip
    clean = RECORDS - sum(CASES.values())
    tiers = zip(Tier, (clean, RECORDS - clean, 0, 0), strict=True)
    reading = ReadingSummary(
        name="invoices.csv", sha256="ab" * 32, size_bytes=1, format="csv", records=RECORDS, unsplit=0, sentence="Read."
    )
    return AuditReport(
        reading=reading,
        rules=FieldRules(),
        records=RECORDS,
        clean=ShareValue(count=clean, **_bounds(clean)),
        tiers=tuple(TierCount(tier=tier, records=records, **_bounds(records)) for tier, records in tiers),
        edge_cases=cases,
        fields=(),
        problems=RECORDS - clean,
        combinations=tuple(Combination(edge_cases=(name,), records=records) for name, records in CASES.items()),
    )


def _items() -> tuple[ScopeItem, ...]:
    """Twelve that handling decisions made, and others up to ITEMS."""
    decided = [
        ScopeItem(
            id=f"decision:{name}", component=name, group="Decisions", source=ItemSource.DECISION, edge_case=name,
            low_days=1.0, likely_days=2.0, high_days=5.0,
        )
        for name in CASES
    ]  # fmt: skip
    others = [
        ScopeItem(
            id=f"own:{number}", component=f"Component {number}", group=f"Group {number % 6}", low_days=2.0,
            likely_days=4.0 + number % 5, high_days=12.0, run_cost_year=100.0 if number % 7 == 0 else None,
        )
        for number in range(ITEMS - len(decided))
    ]  # fmt: skip
    return (*decided, *others)


def _outcome() -> OutcomeDefinition:
    return OutcomeDefinition(
        metric="Share routed correctly", unit="%", measured_by=MeasuredBy.VALIDATION, target=92, tolerance_low=88,
        tolerance_high=100, baseline_cost=6.4, baseline_error_rate=0.05, wrong_output_cost=85,
        correct_output="The approver is the one named for the cost centre.",
    )  # fmt: skip


def _value() -> ValueModel:
    return ValueModel(
        volume=Stated(low=8_000, likely=10_000, high=13_000, source="The intake log"),
        minutes=Stated(low=6, likely=8, high=11, source="Timed"),
        hour_rate=Stated(likely=45, source="Finance"),
        accepted=Stated(low=0.5, likely=0.6, high=0.7, source="The log"),
        wrong=Stated(low=0.01, likely=0.02, high=0.04, source="The log"),
        run_cost_month=Stated(low=200, likely=300, high=500, source="The bill"),
    )


def _days() -> tuple[DayOutcomes, ...]:
    first = NOW.date() - timedelta(days=DAYS)
    return tuple(
        DayOutcomes(
            day=first + timedelta(days=n), items=330, validated=330, passed=300 + n % 7, decided=330, routed=30 + n % 9,
            errors={"TimeoutError": 2}, cost_usd=3.3, priced=330, timed=330,
        )
        for n in range(DAYS)
    )  # fmt: skip


def _review(number: int) -> Review:
    held = date(2025, 3, 3) + timedelta(days=28 * number)
    return Review(
        id=str(number), held_on=held, recorded_at=NOW, metric="Share routed correctly", unit="%", tolerance_low=88,
        tolerance_high=100, reading=91.0, reviewed_by="Ann",
    )  # fmt: skip


def _run(number: int) -> EvaluationRun:
    return EvaluationRun(
        id=str(number), version=f"v{number}", run_on=date(2026, 1, 1) + timedelta(days=number), recorded_at=NOW,
        cases=250, score=0.9, low=0.86, high=0.93,
    )  # fmt: skip


def _bounds(records: int) -> dict[str, float]:
    share = share_of(records, RECORDS)
    return {"share": share.share, "low": share.low, "high": share.high}


def _but_first(facts: Facts, item: ScopeItem) -> Facts:
    return replace(facts, items=(item, *facts.items[1:]))


def _forget() -> None:
    """As after a start of the server."""
    for module in (ranges, simulation, value_simulation):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()
    gc.collect()


def _report(
    name: str, floor: int | None, action: Callable[[], object], before: Callable[[], None] = lambda: None
) -> None:
    wall, cpu = [], []
    for _ in range(RUNS):
        before()
        started, worked = time.perf_counter(), time.process_time()
        action()
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
    beside = f"   under {floor} ms" if floor else ""
    print(
        f"{name:<28} {statistics.median(wall):7.1f} ms   ({min(wall):.1f} - {max(wall):.1f})"
        f"   {statistics.median(cpu):7.1f} ms of CPU ({min(cpu):.1f}){beside}",
        flush=True,
    )


if __name__ == "__main__":
    main()
