"""The verdict: never GO on what is unknown, the first no is the primary mode, and improving never harms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from readiness.audit.decisions import Handling, HandlingDecision
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Finding
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.stop_rules import RuleState, StopRule
from readiness.diagnosis.verdict_table import Verdict
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.outcome.value import Stated
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.workflow import Stage, Workflow

RANK = {Verdict.STOP: 0, Verdict.FIX_FIRST: 1, Verdict.GO: 2}
OPEN_ITEM = ScopeItem(id="own:open", component="Alerting")


def test_a_project_that_is_ready_goes_and_says_why(ready: Any) -> None:
    diagnosis = ready.diagnose()
    assert diagnosis.verdict is Verdict.GO
    assert diagnosis.primary is None
    assert diagnosis.also_found == ()
    assert len(diagnosis.reasons) == 7
    assert all(diagnosis.reasons)


# --- never GO on what is unknown ----------------------------------------------------------------------------------

TAKEN_AWAY: dict[str, Callable[[Any], Any]] = {
    "the audit": lambda case: case.but(report=None, audited_at=None, sample_read_at=None),
    "the audit's being of the present sample": lambda case: case.but(audit_is_current=False),
    "every decision": lambda case: case.but(decisions={}),
    "one decision": lambda case: case.but(decisions=dict(list(case.facts.decisions.items())[1:])),
    "every scope item": lambda case: case.but(items=()),
    "one estimate": lambda case: case.but(items=(*case.facts.items, OPEN_ITEM)),
    "the day rate": lambda case: case.but(plan=ScopePlan(planned_days=4)),
    "the expected value": lambda case: case.stating(expected_value=None),
    "the outcome definition": lambda case: case.but(outcome=OutcomeDefinition()),
    "both signatures": lambda case: case.but(signatures=()),
    "one signature": lambda case: case.but(signatures=case.facts.signatures[:1]),
    "the wording that was signed": lambda case: case.but(
        outcome=case.facts.outcome.model_copy(update={"correct_output": "Whatever."})
    ),
    "the owner": lambda case: case.but(ownership=Ownership()),
}


@pytest.mark.parametrize("what", TAKEN_AWAY)
@pytest.mark.parametrize("reason", ["", "We are sure of it."])
def test_a_project_does_not_go_without(ready: Any, what: str, reason: str) -> None:
    assert TAKEN_AWAY[what](ready.answering_all(Reply.YES, reason)).diagnose().verdict is not Verdict.GO


@pytest.mark.parametrize("part", ["owner", "owns_metric", "review_every_days", "first_review", "may_pull"])
def test_a_project_does_not_go_without_a_part_of_ownership_unless_somebody_says_why(ready: Any, part: str) -> None:
    nothing = Ownership.model_fields[part].default
    without = ready.but(ownership=ready.facts.ownership.model_copy(update={part: nothing}))
    assert without.diagnose().verdict is Verdict.FIX_FIRST


@pytest.mark.parametrize("mode", FailureMode)
@pytest.mark.parametrize("reply", [None, Reply.UNKNOWN, Reply.NO])
def test_a_project_does_not_go_with_a_question_open_or_failed(
    ready: Any, mode: FailureMode, reply: Reply | None
) -> None:
    assert ready.answering(mode, reply, "so").diagnose().verdict is Verdict.FIX_FIRST


def test_nothing_known_is_fix_first_and_names_what_to_find_out(ready: Any) -> None:
    empty = ready.but(
        report=None, audited_at=None, sample_read_at=None, decisions={}, items=(), outcome=OutcomeDefinition(),
        signatures=(), ownership=Ownership(),
    ).answering_all(None)  # fmt: skip
    diagnosis = empty.diagnose()
    assert diagnosis.verdict is Verdict.FIX_FIRST
    assert diagnosis.primary is None
    assert len(diagnosis.reasons) == len(set(diagnosis.reasons)) == 6  # no sample: said once, not twice


# --- which failure is the first -----------------------------------------------------------------------------------


def test_the_first_no_is_the_primary_failure_and_later_ones_are_also_found(ready: Any) -> None:
    case = ready.answering(FailureMode.OWNERSHIP, Reply.NO, "It drifts.")
    case = case.answering(FailureMode.SCOPE_UNDERESTIMATION, Reply.NO, "It is late.")
    diagnosis = case.diagnose()
    assert diagnosis.primary is FailureMode.SCOPE_UNDERESTIMATION
    assert diagnosis.also_found == (FailureMode.OWNERSHIP,)


def test_an_unknown_before_a_no_does_not_make_it_the_primary_failure(ready: Any) -> None:
    case = ready.answering(FailureMode.DATA_QUALITY, Reply.UNKNOWN).answering(
        FailureMode.MEASUREMENT, Reply.NO, "Nobody can say."
    )
    assert case.diagnose().primary is FailureMode.MEASUREMENT


@given(st.sets(st.sampled_from(list(FailureMode))))
def test_however_many_fail_the_order_is_that_of_the_questions(ready: Any, failed: set[FailureMode]) -> None:
    case = ready
    for mode in failed:
        case = case.answering(mode, Reply.NO, "It failed before.")
    diagnosis = case.diagnose()
    in_order = tuple(mode for mode in FailureMode if mode in failed)
    found = () if diagnosis.primary is None else (diagnosis.primary, *diagnosis.also_found)
    assert found == in_order


def test_a_failed_question_gives_the_reason_of_who_answered_it(ready: Any) -> None:
    diagnosis = ready.answering(FailureMode.OWNERSHIP, Reply.NO, "She leaves in May.").diagnose()
    assert diagnosis.reasons == ("She leaves in May.",)


def test_the_reason_of_an_answer_that_does_not_count_is_not_the_reason_of_the_verdict(ready: Any) -> None:
    case = ready.but(ownership=Ownership()).answering(FailureMode.OWNERSHIP, Reply.YES, "Somebody will do it.")
    assert case.diagnose().reasons == ("No owner is named.",)


# --- stop ---------------------------------------------------------------------------------------------------------


def test_one_stop_rule_is_enough_and_its_reason_comes_first(ready: Any) -> None:
    diagnosis = ready.stating(expected_value=1.0).answering(FailureMode.OWNERSHIP, Reply.NO, "Nobody.").diagnose()
    assert diagnosis.verdict is Verdict.STOP
    assert "1 EUR covers the remaining cost with a probability of under 1%" in diagnosis.reasons[0]
    assert diagnosis.reasons[-1] == "Nobody."


def test_learning_the_true_cost_may_stop_a_project(ready: Any, item_of: Callable[[str, float], ScopeItem]) -> None:
    """An estimate is knowledge and not by itself good news."""
    open_scope = ready.but(items=(*ready.facts.items, OPEN_ITEM))
    assert open_scope.diagnose().verdict is Verdict.FIX_FIRST
    known = ready.but(items=(*ready.facts.items, item_of("Alerting", 5_000)))
    assert known.diagnose().verdict is Verdict.STOP


# --- stalled against before the build ------------------------------------------------------------------------------


def test_a_stalled_project_is_asked_about_what_runs(ready: Any) -> None:
    stalled = ready.but(workflow=Workflow(stage=Stage.STALLED))
    diagnosis = stalled.diagnose()
    assert ready.diagnose().verdict is Verdict.GO
    assert diagnosis.verdict is Verdict.FIX_FIRST
    assert diagnosis.primary is not FailureMode.DATA_QUALITY or diagnosis.questions[0].answer is not None


def test_a_stalled_project_with_an_old_sample_cannot_go(ready: Any) -> None:
    stalled = ready.but(
        workflow=Workflow(stage=Stage.STALLED), sample_read_at=ready.facts.now - timedelta(days=31)
    ).answering_all(Reply.YES, "It has not changed.")
    assert stalled.diagnose().verdict is not Verdict.GO


# --- properties over many projects ---------------------------------------------------------------------------------

changes = st.lists(st.sampled_from(sorted(TAKEN_AWAY)), max_size=4, unique=True)
replies = st.lists(st.sampled_from([None, *Reply]), min_size=4, max_size=4)
reasons = st.sampled_from(["", "We are sure of it."])
attempts = st.none() | st.integers(0, 4)
values = st.sampled_from([None, 1.0, 10_000.0, 100_000.0])


def degraded(
    case: Any, taken: list[str], answers: list[Reply | None], reason: str, tries: int | None, value: float | None
) -> Any:
    made = case.stating(alignment_attempts=tries, expected_value=value)
    for mode, reply in zip(FailureMode, answers, strict=True):
        made = made.answering(mode, reply, reason)
    for what in taken:
        made = TAKEN_AWAY[what](made)
    return made


@given(changes, replies, reasons, attempts, values)
def test_no_project_goes_while_any_evidence_is_unknown(
    ready: Any, taken: list[str], answers: list[Reply | None], reason: str, tries: int | None, value: float | None
) -> None:
    diagnosis = degraded(ready, taken, answers, reason, tries, value).diagnose()
    if diagnosis.verdict is Verdict.GO:
        assert all(entry.finding is not Finding.UNKNOWN for entry in diagnosis.ledger.entries)
        assert all(result.state is RuleState.NOT_MET for result in diagnosis.stop_rules)
        assert not taken or reason


@given(changes, replies, reasons, attempts, values, st.sampled_from(sorted(TAKEN_AWAY)))
def test_taking_evidence_away_never_makes_a_project_go(
    ready: Any,
    taken: list[str],
    answers: list[Reply | None],
    reason: str,
    tries: int | None,
    value: float | None,
    what: str,
) -> None:
    before = degraded(ready, taken, answers, reason, tries, value)
    after = TAKEN_AWAY[what](before)
    if before.diagnose().verdict is not Verdict.GO:
        assert after.diagnose().verdict is not Verdict.GO


def improved(case: Any, how: str, ready: Any) -> Any:
    """The project after one improving change."""
    facts = case.facts
    if how == "decide" and facts.report is not None:
        left = [edge.id for edge in facts.report.edge_cases if edge.id not in facts.decisions][:1]
        taken = {edge: HandlingDecision(edge_case=edge, handling=Handling.PREPROCESSING) for edge in left}
        return case.but(decisions={**facts.decisions, **taken})
    if how == "estimate":
        days = {"low_days": 0.0, "likely_days": 0.0, "high_days": 1.0}
        return case.but(items=tuple(i.model_copy(update=days) if i.id == OPEN_ITEM.id else i for i in facts.items))
    if how == "sign":
        return case.but(signatures=ready.facts.signatures[: len(facts.signatures) + 1])
    if how == "define":
        return case.but(outcome=ready.facts.outcome)
    if how == "own":
        return case.but(ownership=ready.facts.ownership)
    if how == "value":
        return case.stating(expected_value=1e9)
    return case


@given(
    changes, replies, reasons, attempts, values,
    st.sampled_from(["decide", "estimate", "sign", "define", "own", "value"]),
)  # fmt: skip
def test_an_improving_change_never_makes_the_verdict_worse(
    ready: Any,
    taken: list[str],
    answers: list[Reply | None],
    reason: str,
    tries: int | None,
    value: float | None,
    how: str,
) -> None:
    before = degraded(ready, taken, answers, reason, tries, value)
    after = improved(before, how, ready)
    assert RANK[after.diagnose().verdict] >= RANK[before.diagnose().verdict]


@given(changes, replies, reasons, attempts, values)
def test_the_same_project_has_the_same_diagnosis_twice(
    ready: Any, taken: list[str], answers: list[Reply | None], reason: str, tries: int | None, value: float | None
) -> None:
    case = degraded(ready, taken, answers, reason, tries, value)
    assert case.diagnose() == case.diagnose()


def test_too_much_review_stops_a_project_that_would_go(
    ready: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]
) -> None:
    report = report_of(300, {("missing_required: vendor",): 150})
    case = ready.but(report=report, decisions=decide_all(report, Handling.HUMAN_REVIEW))
    diagnosis = case.diagnose()
    assert diagnosis.verdict is Verdict.STOP
    assert next(r for r in diagnosis.stop_rules if r.rule is StopRule.DATA).state is RuleState.MET


def test_a_value_in_place_of_the_one_figure_carries_the_verdict(valued: Any) -> None:
    assert valued.facts.value.started
    assert valued.diagnose().verdict is Verdict.GO


@given(st.sets(st.sampled_from(["volume", "minutes", "hour_rate", "accepted", "wrong", "run_cost_month"]), min_size=1))
def test_a_project_does_not_go_while_an_input_of_the_value_is_not_stated(valued: Any, open_inputs: set[str]) -> None:
    assume(open_inputs != {"minutes", "hour_rate"})  # for both together the outcome definition's cost stands in
    diagnosis = valued.worth(**dict.fromkeys(open_inputs, Stated())).diagnose()
    assert diagnosis.verdict is Verdict.FIX_FIRST
