"""The ledger: each fact with its finding, where it came from, and why it may have gone stale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from readiness.audit.decisions import Handling
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.ledger import PREPARED, Evidence, Facts, Finding, Ledger, Topic
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.outcome.value import Stated, ValueModel
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.workflow import Stage, Workflow


def entry(ledger: Ledger, identifier: str) -> Evidence:
    found = ledger.entry(identifier)
    assert found is not None, identifier
    return found


@pytest.fixture
def facts(ready: Any) -> Facts:
    found: Facts = ready.facts
    return found


def test_a_project_that_is_ready_has_evidence_in_every_topic_and_all_of_it_passed(facts: Facts) -> None:
    ledger = gather_evidence(facts)
    assert {evidence.topic for evidence in ledger.entries} == set(PREPARED)
    assert {evidence.finding for evidence in ledger.entries} == {Finding.PASSED}
    assert not any(evidence.stale for evidence in ledger.entries)
    assert all(evidence.statement and evidence.source for evidence in ledger.entries)


def test_an_empty_project_has_evidence_in_every_topic_and_all_of_it_is_unknown(facts: Facts) -> None:
    empty = replace(
        facts,
        workflow=Workflow(), report=None, audited_at=None, sample_read_at=None, audit_is_current=False, decisions={},
        items=(), plan=ScopePlan(), outcome=OutcomeDefinition(), signatures=(), ownership=Ownership(),
    )  # fmt: skip
    ledger = gather_evidence(empty)
    assert {evidence.topic for evidence in ledger.entries} == set(PREPARED)
    assert {evidence.finding for evidence in ledger.entries} == {Finding.UNKNOWN}


def test_the_clean_share_stands_there_with_interval_sample_and_time(facts: Facts) -> None:
    clean = entry(gather_evidence(facts), "data.clean_share")
    assert facts.report is not None
    assert (clean.value, clean.low, clean.high) == (
        facts.report.clean.share, facts.report.clean.low, facts.report.clean.high,
    )  # fmt: skip
    assert "invoices.csv" in clean.source
    assert facts.report.reading.sha256[:12] in clean.source
    assert clean.observed_at == facts.audited_at


def test_an_audit_of_no_records_is_no_evidence(facts: Facts, report_of: Callable[..., Any]) -> None:
    ledger = gather_evidence(replace(facts, report=report_of(0, {})))
    assert entry(ledger, "data.clean_share").finding is Finding.UNKNOWN


def test_an_edge_case_without_a_decision_fails_and_is_named(facts: Facts) -> None:
    ledger = gather_evidence(replace(facts, decisions={}))
    decisions = entry(ledger, "data.decisions")
    assert decisions.finding is Finding.FAILED
    assert decisions.statement.startswith("2 of 2 edge cases")
    assert [case.id for case in ledger.undecided] == [case.id for case in facts.report.edge_cases]  # type: ignore[union-attr]


def test_a_decision_about_an_edge_case_that_is_gone_decides_nothing(
    facts: Facts, report_of: Callable[..., Any], decide_all: Callable[..., Any]
) -> None:
    other = decide_all(report_of(problems={("amount_unparsable: amount",): 5}))
    ledger = gather_evidence(replace(facts, decisions=other))
    assert len(ledger.undecided) == 2


def test_an_audit_without_edge_cases_has_nothing_to_decide(facts: Facts, report_of: Callable[..., Any]) -> None:
    ledger = gather_evidence(replace(facts, report=report_of(300, {}), decisions={}))
    assert entry(ledger, "data.decisions").finding is Finding.PASSED
    assert "nothing to decide" in entry(ledger, "data.decisions").statement


def test_an_audit_that_is_not_of_the_present_sample_and_rules_is_stale(facts: Facts) -> None:
    ledger = gather_evidence(replace(facts, audit_is_current=False))
    assert all("run it again" in evidence.stale for evidence in ledger.of(Topic.DATA))


@pytest.mark.parametrize(("days", "stale"), [(0, False), (30, False), (31, True), (400, True)])
def test_a_stalled_project_wants_a_sample_of_the_last_thirty_days(facts: Facts, days: int, stale: bool) -> None:
    stalled = replace(
        facts, workflow=Workflow(stage=Stage.STALLED), sample_read_at=facts.now - timedelta(days=days, hours=1)
    )
    assert bool(entry(gather_evidence(stalled), "data.clean_share").stale) is stale


def test_before_the_build_an_old_sample_is_no_reason(facts: Facts) -> None:
    old = replace(facts, sample_read_at=facts.now - timedelta(days=400))
    assert not entry(gather_evidence(old), "data.clean_share").stale


def test_a_component_without_an_estimate_fails_the_scope_and_none_started_is_unknown(facts: Facts) -> None:
    unknown = ScopeItem(id="own:x", component="Alerting")
    some = gather_evidence(replace(facts, items=(*facts.items, unknown)))
    none = gather_evidence(replace(facts, items=(unknown,)))
    assert entry(some, "scope.total").finding is Finding.FAILED
    assert entry(none, "scope.total").finding is Finding.UNKNOWN


def test_a_scope_in_which_nothing_is_needed_is_not_a_pass(facts: Facts) -> None:
    idle = ScopeItem(id="own:x", component="Alerting", marked_not_needed=True, not_needed_because="no")
    assert entry(gather_evidence(replace(facts, items=(idle,))), "scope.total").finding is Finding.FAILED


def test_a_contradiction_in_the_definition_fails_it(facts: Facts) -> None:
    odd = facts.outcome.model_copy(update={"target": 10.0})
    defined = entry(gather_evidence(replace(facts, outcome=odd)), "outcome.defined")
    assert defined.finding is Finding.FAILED
    assert "outside the tolerance" in defined.statement


def test_a_target_in_the_millions_is_written_out(facts: Facts) -> None:
    large = facts.outcome.model_copy(update={"target": 1_500_000.0, "tolerance_low": 1.0, "tolerance_high": 2e6})
    statement = entry(gather_evidence(replace(facts, outcome=large)), "outcome.defined").statement
    assert "e+06" not in statement


def test_signatures_count_under_the_present_wording_only(facts: Facts) -> None:
    changed = replace(facts, outcome=facts.outcome.model_copy(update={"target": 93.0}))
    ledger = gather_evidence(changed)
    agreed = entry(ledger, "outcome.agreed")
    assert agreed.finding is Finding.FAILED
    assert agreed.value == 0
    assert "2 people signed an earlier wording" in agreed.stale
    assert (len(ledger.valid_signatures), len(ledger.void_signatures)) == (0, 2)


def test_one_signature_fails_and_none_is_unknown(facts: Facts, signatures_of: Callable[..., Any]) -> None:
    one = gather_evidence(replace(facts, signatures=signatures_of("Ann")))
    none = gather_evidence(replace(facts, signatures=()))
    assert entry(one, "outcome.agreed").finding is Finding.FAILED
    assert entry(none, "outcome.agreed").finding is Finding.UNKNOWN


def test_the_effect_counts_where_records_go(facts: Facts, decide_all: Callable[..., Any]) -> None:
    assert facts.report is not None
    automatic = gather_evidence(facts)
    reviewed = gather_evidence(replace(facts, decisions=decide_all(facts.report, Handling.HUMAN_REVIEW)))
    assert entry(automatic, "data.effect").value == 1
    assert entry(reviewed, "data.effect").value == pytest.approx(255 / 300)


# --- scope and value ----------------------------------------------------------------------------------------------


def test_the_scope_stands_there_as_a_range_with_its_ratio_to_the_plan(facts: Facts) -> None:
    ledger = gather_evidence(facts)
    total, ratio = entry(ledger, "scope.total"), entry(ledger, "scope.ratio")
    simulated = ledger.total.simulated
    assert simulated is not None
    assert (total.low, total.value, total.high) == (simulated.days.p10, simulated.days.p50, simulated.days.p90)
    assert (ratio.value, ratio.high) == (ledger.total.ratio_p50, ledger.total.ratio_p80)
    assert "(P50)" in ratio.statement
    assert "(P80)" in ratio.statement


def test_a_value_that_nobody_has_begun_to_state_is_no_evidence(facts: Facts) -> None:
    assert gather_evidence(facts).of(Topic.VALUE) == ()


def test_a_value_begun_and_not_finished_is_unknown_and_says_what_is_missing(facts: Facts) -> None:
    (month,) = gather_evidence(replace(facts, value=ValueModel(wrong=Stated(likely=0.02)))).of(Topic.VALUE)
    assert month.finding is Finding.UNKNOWN
    assert "today's error rate" in month.statement
    assert month.value is None


def test_a_value_that_covers_the_cost_speaks_for_it_with_range_and_source(valued: Any) -> None:
    ledger = gather_evidence(valued.facts)
    month, covers = ledger.of(Topic.VALUE)
    assert {month.finding, covers.finding} == {Finding.PASSED}
    assert ledger.value.simulated is not None
    monthly = ledger.value.simulated.monthly
    assert (month.low, month.value, month.high) == (monthly.p10, monthly.p50, monthly.p90)
    assert covers.value == ledger.value.probability
    assert "inputs of the value" in month.source


def test_a_value_that_cannot_cover_the_cost_speaks_against_it_and_an_open_one_for_nothing(valued: Any) -> None:
    losing = gather_evidence(valued.worth(wrong=Stated(likely=0.9)).facts)
    open_share = gather_evidence(valued.worth(accepted=Stated()).facts)
    assert {found.finding for found in losing.of(Topic.VALUE)} == {Finding.FAILED}
    assert entry(open_share, "value.covers").finding is Finding.UNKNOWN


def test_the_value_answers_none_of_the_four_questions(valued: Any) -> None:
    """A poor return is no failure of measurement."""
    losing = valued.worth(wrong=Stated(likely=0.9)).diagnose()
    assert [question.reply for question in losing.questions] == [q.reply for q in valued.diagnose().questions]
