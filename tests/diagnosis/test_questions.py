"""The four questions: what the evidence suggests, and which answers count against or without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.scope.items import ScopeItem
from readiness.workflow import Stage, Workflow

MODES = tuple(FailureMode)
STALLED = Workflow(stage=Stage.STALLED)


def of(case: Any, mode: FailureMode) -> QuestionResult:
    found: QuestionResult = next(question for question in case.diagnose().questions if question.mode is mode)
    return found


def failing(case: Any, mode: FailureMode) -> Any:
    """The same project with evidence that fails one question, and nobody's answer to it."""
    changed = {
        FailureMode.DATA_QUALITY: {"decisions": {}},
        FailureMode.SCOPE_UNDERESTIMATION: {"items": (*case.facts.items, ScopeItem(id="own:x", component="Alerting"))},
        FailureMode.MEASUREMENT: {"signatures": case.facts.signatures[:1]},
        FailureMode.OWNERSHIP: {"ownership": case.facts.ownership.model_copy(update={"may_pull": False})},
    }
    return case.but(**changed[mode]).answering(mode, None)


def unknown(case: Any, mode: FailureMode) -> Any:
    """The same project without any evidence on one question, and nobody's answer to it."""
    changed: dict[FailureMode, dict[str, Any]] = {
        FailureMode.DATA_QUALITY: {"report": None, "audited_at": None},
        FailureMode.SCOPE_UNDERESTIMATION: {"items": ()},
        FailureMode.MEASUREMENT: {"outcome": OutcomeDefinition(), "signatures": ()},
        FailureMode.OWNERSHIP: {"ownership": Ownership()},
    }
    return case.but(**changed[mode]).answering(mode, None)


def test_the_questions_stand_in_their_order_whatever_is_known(ready: Any) -> None:
    assert tuple(question.mode for question in ready.diagnose().questions) == MODES


@pytest.mark.parametrize("mode", MODES)
def test_complete_evidence_suggests_yes_and_waits_for_a_person(ready: Any, mode: FailureMode) -> None:
    question = of(ready.answering(mode, None), mode)
    assert question.suggestion.reply is Reply.YES
    assert question.reply is Reply.UNKNOWN
    assert question.suggestion.speaks_for
    assert not question.suggestion.speaks_against


@pytest.mark.parametrize("mode", MODES)
def test_a_yes_that_the_evidence_suggests_needs_no_reason(ready: Any, mode: FailureMode) -> None:
    question = of(ready, mode)
    assert question.reply is Reply.YES
    assert not question.against_evidence


@pytest.mark.parametrize("mode", MODES)
def test_failing_evidence_counts_before_anybody_answers(ready: Any, mode: FailureMode) -> None:
    question = of(failing(ready, mode), mode)
    assert question.suggestion.reply is Reply.NO
    assert question.reply is Reply.NO
    assert question.suggestion.speaks_against


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("reason", ["", "   "])
def test_a_yes_against_the_evidence_without_a_reason_does_not_count(ready: Any, mode: FailureMode, reason: str) -> None:
    question = of(failing(ready, mode).answering(mode, Reply.YES, reason), mode)
    assert question.reply is Reply.NO  # what the evidence shows stands, as if nobody had answered
    assert question.against_evidence
    assert question.lacks_reason


@pytest.mark.parametrize("mode", MODES)
def test_a_yes_against_the_evidence_with_a_reason_counts_and_is_marked(ready: Any, mode: FailureMode) -> None:
    question = of(failing(ready, mode).answering(mode, Reply.YES, "The rest is agreed by contract."), mode)
    assert question.reply is Reply.YES
    assert question.against_evidence
    assert not question.lacks_reason


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("reason", ["", "Trust us."])
def test_a_yes_on_no_evidence_at_all_stays_unknown(ready: Any, mode: FailureMode, reason: str) -> None:
    question = of(unknown(ready, mode).answering(mode, Reply.YES, reason), mode)
    assert question.suggestion.reply is Reply.UNKNOWN
    assert question.reply is Reply.UNKNOWN


@pytest.mark.parametrize("mode", MODES)
def test_a_no_counts_with_a_reason_or_where_nothing_is_known(ready: Any, mode: FailureMode) -> None:
    assert of(ready.answering(mode, Reply.NO, "She leaves in May."), mode).reply is Reply.NO
    assert of(unknown(ready, mode).answering(mode, Reply.NO), mode).reply is Reply.NO


@pytest.mark.parametrize("mode", MODES)
def test_a_no_against_the_evidence_without_a_reason_is_no_pass_either(ready: Any, mode: FailureMode) -> None:
    question = of(ready.answering(mode, Reply.NO), mode)
    assert question.lacks_reason
    assert question.reply is Reply.UNKNOWN


@pytest.mark.parametrize("mode", MODES)
def test_an_unknown_that_somebody_states_is_unknown(ready: Any, mode: FailureMode) -> None:
    assert of(ready.answering(mode, Reply.UNKNOWN), mode).reply is Reply.UNKNOWN


@pytest.mark.parametrize("mode", MODES)
def test_saying_unknown_does_not_silence_evidence_that_fails(ready: Any, mode: FailureMode) -> None:
    """The failure mode was found by measurement: not knowing is no argument against it."""
    assert of(failing(ready, mode).answering(mode, Reply.UNKNOWN), mode).reply is Reply.NO


@pytest.mark.parametrize(("outside", "suggested"), [(10, Reply.YES), (15, Reply.YES), (16, Reply.NO), (90, Reply.NO)])
def test_what_is_built_may_leave_a_twentieth_to_a_setting(
    ready: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any], outside: int, suggested: Reply
) -> None:
    report = report_of(300, {("missing_required: vendor",): outside})
    stalled = ready.but(workflow=STALLED, report=report, decisions=decide_all(report))
    assert of(stalled, FailureMode.DATA_QUALITY).suggestion.reply is suggested


def test_before_the_build_many_edge_cases_are_no_failure_once_they_are_decided(
    ready: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]
) -> None:
    report = report_of(300, {("missing_required: vendor",): 280})
    assert of(ready.but(report=report, decisions=decide_all(report)), FailureMode.DATA_QUALITY).reply is Reply.YES


def test_a_stalled_project_has_no_proof_that_it_measures_until_there_is_a_log(ready: Any) -> None:
    question = of(ready.but(workflow=STALLED), FailureMode.MEASUREMENT)
    assert question.suggestion.reply is Reply.UNKNOWN
    assert question.reply is Reply.UNKNOWN
    with_reason = ready.but(workflow=STALLED).answering(FailureMode.MEASUREMENT, Reply.YES, "Reviewed on 3 March.")
    assert of(with_reason, FailureMode.MEASUREMENT).reply is Reply.YES


@pytest.mark.parametrize("reason", ["", "Nothing has changed since."])
def test_a_sample_that_is_too_old_or_not_the_present_one_answers_nothing(ready: Any, reason: str) -> None:
    old = ready.but(workflow=STALLED, sample_read_at=ready.facts.now - timedelta(days=40))
    other = ready.but(audit_is_current=False)
    for case in (old, other):
        answered = case.answering(FailureMode.DATA_QUALITY, Reply.YES, reason)
        assert of(answered, FailureMode.DATA_QUALITY).reply is Reply.UNKNOWN
