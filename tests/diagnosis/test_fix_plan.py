"""The fix plan: each step closes by its evidence, and by nothing that falls short of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from readiness.audit.decisions import Handling
from readiness.catalog import read_catalog
from readiness.diagnosis.closing_evidence import CLOSING_CHECKS, Known, closing_of
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.fix_plan import FixTask, TaskStatus, planned_steps
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.live_outcomes import Limits, LiveFacts
from readiness.operation.daily import DayOutcomes
from readiness.outcome.reviews import Review, ReviewDecision
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan
from readiness.scope.shown import ShownSum, shown_sum
from readiness.scope.totals import total_scope
from readiness.workflow import Stage
from tests.diagnosis.conftest import NOW, OUTCOME, OWNERSHIP, Case, decided, estimated, make_report

TODAY = NOW.date()
OUR_PLAN = ScopePlan()
SAFEGUARDS = {"own:Logging": "Logging", "own:Rollback": "Rollback"}


@pytest.fixture(scope="module")
def catalog() -> FailureModeCatalog:
    return read_catalog("failure_modes", FailureModeCatalog)


@pytest.fixture
def done(ready: Case) -> Facts:
    """A stalled project in which every step of all four repairs is done."""
    report = make_report()
    items = tuple(
        item.model_copy(update={"owner": "Ann"})
        for item in (
            estimated("Logging", 5),
            estimated("Rollback", 8),
            *(rebuilt(case.id) for case in report.edge_cases),
        )
    )
    return replace(
        ready.facts,
        workflow=ready.facts.workflow.model_copy(update={"stage": Stage.STALLED, "launched_on": date(2025, 11, 1)}),
        report=report,
        decisions=decided(report),
        items=items,
        sample_origin="The invoice archive",
        sample_from=TODAY - timedelta(days=20),
        sample_to=TODAY - timedelta(days=2),
        shown=(shown(items),),
        live=LiveFacts(days=logged(7), limits=Limits(), read_at=NOW, source="log of March"),
        reviews=(review(),),
    )


def rebuilt(edge_case: str) -> ScopeItem:
    return estimated(f"Handling {edge_case}", 3).model_copy(
        update={"source": ItemSource.DECISION, "edge_case": edge_case}
    )


def shown(items: tuple[ScopeItem, ...]) -> ShownSum:
    return shown_sum("a", items, total_scope(items, OUR_PLAN, ()), shown_on=TODAY, to_whom="The sponsor")


def logged(days: int, **parts: Any) -> tuple[DayOutcomes, ...]:
    whole: dict[str, Any] = {"items": 10, "validated": 10, "passed": 9, "decided": 10, "routed": 1, "priced": 10}
    return tuple(
        DayOutcomes(day=TODAY - timedelta(days=days - n), cost_usd=1.0, **{**whole, **parts}) for n in range(days)
    )


def review(**parts: Any) -> Review:
    said: dict[str, Any] = {
        "id": "r",
        "held_on": TODAY,
        "recorded_at": NOW,
        "metric": OUTCOME.metric,
        "reading": 93.0,
        "reading_source": "log of March",
        "reviewed_by": "Ann",
        "decision": ReviewDecision.CHANGE,
        "note": "Within reach once the vendor's dates are read.",
    }
    return Review(**{**said, **parts})


def known(facts: Facts) -> Known:
    return Known(facts, gather_evidence(facts), SAFEGUARDS)


def test_every_step_of_the_catalog_has_its_check_and_no_other_has(catalog: FailureModeCatalog) -> None:
    assert {step.id for entry in catalog.modes for step in entry.fix} == set(CLOSING_CHECKS)


@pytest.mark.parametrize("step", CLOSING_CHECKS)
def test_a_step_closes_once_its_evidence_is_there(done: Facts, step: str) -> None:
    closing = closing_of(step, known(done))
    assert closing.closed, closing.because


@pytest.mark.parametrize("step", CLOSING_CHECKS)
def test_an_untouched_project_closes_nothing(done: Facts, step: str) -> None:
    untouched = Facts(
        now=NOW, workflow=type(done.workflow)(), report=None, audited_at=None, sample_read_at=None,
        audit_is_current=False, decisions={}, items=(), plan=OUR_PLAN, outcome=type(OUTCOME)(), signatures=(),
        ownership=type(OWNERSHIP)(),
    )  # fmt: skip
    closing = closing_of(step, known(untouched))
    assert not closing.closed
    assert closing.because.endswith(".")


Change = Callable[[Facts], Mapping[str, Any]]


def _item(facts: Facts, **update: Any) -> tuple[ScopeItem, ...]:
    first, *others = facts.items
    return (first.model_copy(update=update), *others)


NEAR_MISSES: tuple[tuple[str, str, Change], ...] = (
    ("sample-current-records", "one record older", lambda f: {"sample_from": TODAY - timedelta(days=40)}),
    ("sample-current-records", "no period", lambda f: {"sample_to": None}),
    ("sample-current-records", "no origin", lambda f: {"sample_origin": " "}),
    ("sample-current-records", "too few", lambda f: {"report": make_report(99, {("a: b",): 3})}),
    ("audit-current-records", "old records", lambda f: {"sample_from": TODAY - timedelta(days=40)}),
    ("audit-current-records", "rules changed since", lambda f: {"audit_is_current": False}),
    ("decide-every-edge-case", "one undecided", lambda f: {"decisions": dict(list(f.decisions.items())[1:])}),
    ("scope-rebuild", "no item", lambda f: {"items": f.items[:2]}),
    ("scope-rebuild", "no estimate", lambda f: {"items": (*f.items[:-1], _unknown(f.items[-1]))}),
    ("list-components", "one is gone", lambda f: {"items": f.items[1:]}),
    ("list-components", "one is open", lambda f: {"items": _item(f, high_days=None)}),
    ("estimate-each", "one is open", lambda f: {"items": _item(f, high_days=None)}),
    ("estimate-each", "one without an owner", lambda f: {"items": _item(f, owner="  ")}),
    ("present-sum", "never shown", lambda f: {"shown": ()}),
    ("present-sum", "shown with a hole", lambda f: {"shown": (f.shown[0].model_copy(update={"unknown": 1}),)}),
    ("keep-sum", "lowered since", lambda f: {"items": _item(f, low_days=1, likely_days=1, high_days=1)}),
    ("keep-sum", "taken out since", lambda f: {"items": f.items[1:]}),
    ("define-metrics", "one signature", lambda f: {"signatures": f.signatures[:1]}),
    ("define-metrics", "no target", lambda f: {"outcome": f.outcome.model_copy(update={"target": None})}),
    ("instrument", "six days", lambda f: {"live": replace(f.live, days=logged(6))}),
    ("instrument", "no cost", lambda f: {"live": replace(f.live, days=logged(9, priced=0))}),
    ("instrument", "a gap", lambda f: {"live": replace(f.live, days=_with_a_gap(logged(9)))}),
    ("first-reading", "typed by hand", lambda f: {"reviews": (review(reading_source=""),)}),
    ("first-reading", "withdrawn", lambda f: {"reviews": (review(withdrawn=True),)}),
    ("decide-recoverable", "no reason", lambda f: {"reviews": (review(note=" "),)}),
    ("name-owner", "not accepted", lambda f: {"ownership": f.ownership.model_copy(update={"owns_metric": False})}),
    ("set-cadence", "too rare", lambda f: {"ownership": f.ownership.model_copy(update={"review_every_days": 32})}),
    ("set-cadence", "no date", lambda f: {"ownership": f.ownership.model_copy(update={"first_review": None})}),
    ("confirm-authority", "not confirmed", lambda f: {"confirmation": None}),
    ("confirm-authority", "changed since", lambda f: {"ownership": f.ownership.model_copy(update={"owner": "Cem"})}),
    ("hold-review", "held by another", lambda f: {"reviews": (review(reviewed_by="Ben"),)}),
)  # fmt: skip


def _with_a_gap(days: tuple[DayOutcomes, ...]) -> tuple[DayOutcomes, ...]:
    middle = len(days) // 2
    return (*days[:middle], DayOutcomes(day=days[middle].day), *days[middle + 1 :])


def _unknown(item: ScopeItem) -> ScopeItem:
    return item.model_copy(update={"high_days": None})


@pytest.mark.parametrize(("step", "change"), [(step, change) for step, _, change in NEAR_MISSES],
                         ids=[f"{step}: {name}" for step, name, _ in NEAR_MISSES])  # fmt: skip
def test_what_falls_short_leaves_the_step_open(done: Facts, step: str, change: Change) -> None:
    closing = closing_of(step, known(replace(done, **change(done))))
    assert not closing.closed, closing.because


def test_an_old_sample_of_a_stalled_project_opens_the_step_again(done: Facts) -> None:
    later = replace(done, now=NOW + timedelta(days=45))
    assert not closing_of("sample-current-records", known(later)).closed


def test_an_accepted_edge_case_needs_no_item(done: Facts) -> None:
    accepted = decided(make_report(), Handling.ACCEPT)
    facts = replace(done, decisions=accepted, items=done.items[:2])
    assert closing_of("scope-rebuild", known(facts)).closed


# --- the plan ------------------------------------------------------------------------------------------------------


def plan(facts: Facts, catalog: FailureModeCatalog, *modes: FailureMode, **tasks: FixTask) -> Any:
    named = {key.replace("_", "-"): task for key, task in tasks.items()}
    return planned_steps(modes, named, known(facts), catalog, today=TODAY)


def test_the_primary_mode_comes_first_and_what_was_planned_for_others_stays(
    done: Facts, catalog: FailureModeCatalog
) -> None:
    steps = plan(
        done, catalog, FailureMode.MEASUREMENT, FailureMode.OWNERSHIP, decide_every_edge_case=FixTask(owner="Ann")
    )
    assert list(dict.fromkeys(step.mode for step in steps)) == [
        FailureMode.MEASUREMENT,
        FailureMode.OWNERSHIP,
        FailureMode.DATA_QUALITY,
    ]


def test_nothing_is_planned_where_nothing_fails(done: Facts, catalog: FailureModeCatalog) -> None:
    assert plan(done, catalog) == ()


@pytest.mark.parametrize(
    ("task", "status"),
    [
        (FixTask(), TaskStatus.OPEN),
        (FixTask(begun=True), TaskStatus.BEGUN),
        (FixTask(begun=True, due_on=TODAY), TaskStatus.BEGUN),
        (FixTask(due_on=TODAY - timedelta(days=1)), TaskStatus.OVERDUE),
    ],
)
def test_an_open_step_stands_as_its_task_says(
    done: Facts, catalog: FailureModeCatalog, task: FixTask, status: TaskStatus
) -> None:
    facts = replace(done, confirmation=None)
    steps = plan(facts, catalog, FailureMode.OWNERSHIP, confirm_authority=task)
    assert {step.step.id: step.status for step in steps}["confirm-authority"] is status


def test_evidence_closes_a_step_that_nobody_has_begun(done: Facts, catalog: FailureModeCatalog) -> None:
    steps = plan(done, catalog, FailureMode.OWNERSHIP, name_owner=FixTask(due_on=date(2020, 1, 1)))
    assert {step.status for step in steps} == {TaskStatus.CLOSED}
