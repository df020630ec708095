"""The four questions: what the evidence suggests, and which answers count against or without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.live_outcomes import Limits, LiveFacts
from readiness.diagnosis.questions import QuestionResult, Reply, answer_questions
from readiness.operation.daily import DayOutcomes
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.outcome.reviews import Review
from readiness.scope.items import ScopeItem
from readiness.workflow import Stage, Workflow

MODES = tuple(FailureMode)
STALLED = Workflow(stage=Stage.STALLED)


def log_of(last: date) -> LiveFacts:
    """A log of ten days."""
    days = [DayOutcomes(day=last - timedelta(days=9 - n), items=5, decided=5, validated=5, passed=5) for n in range(10)]
    return LiveFacts(days=days, limits=Limits(), read_at=datetime.combine(last, time()), source="log")


def review_on(day: date) -> Review:
    at = datetime.combine(day, time())
    return Review(id="r", held_on=day, recorded_at=at, reading=93.0, unit="%", reviewed_by="Ann")


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


def test_a_reason_against_one_fact_is_none_for_another_that_nobody_has_seen(ready: Any) -> None:
    """A cadence that is too long, and an owner who has not confirmed: once the cadence is mended, no GO is lost."""
    too_seldom = ready.facts.ownership.model_copy(update={"review_every_days": 90})
    sure = ready.but(confirmation=None).answering(FailureMode.OWNERSHIP, Reply.YES, "Everybody knows her.")
    both = of(sure.but(ownership=too_seldom), FailureMode.OWNERSHIP)
    assert both.suggestion.reply is Reply.NO
    assert both.reply is Reply.NO
    assert of(sure, FailureMode.OWNERSHIP).reply is Reply.UNKNOWN
    confirmed = ready.but(ownership=too_seldom).answering(FailureMode.OWNERSHIP, Reply.YES, "Agreed.")
    assert of(confirmed, FailureMode.OWNERSHIP).reply is Reply.YES


def test_a_running_system_that_nothing_measures_is_no_go_by_a_reason_for_something_else(ready: Any) -> None:
    outcome = ready.facts.outcome.model_copy(update={"correct_output": ""})
    case = ready.but(workflow=STALLED, outcome=outcome).answering(FailureMode.MEASUREMENT, Reply.YES, "We know it.")
    question = of(case, FailureMode.MEASUREMENT)
    assert {entry.id for entry in question.suggestion.speaks_against} >= {"outcome.defined"}
    assert question.reply is Reply.NO


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


def test_a_stalled_project_has_no_proof_that_it_measures_until_there_is_a_log_or_a_review(ready: Any) -> None:
    question = of(ready.but(workflow=STALLED), FailureMode.MEASUREMENT)
    assert question.suggestion.reply is Reply.UNKNOWN
    assert "no log of the running system was read, and no review has read the metric" in question.suggestion.because
    assert question.reply is Reply.UNKNOWN
    with_reason = ready.but(workflow=STALLED).answering(FailureMode.MEASUREMENT, Reply.YES, "Reviewed on 3 March.")
    assert of(with_reason, FailureMode.MEASUREMENT).reply is Reply.UNKNOWN  # a review goes on record instead


@pytest.mark.parametrize(
    ("log", "held", "suggested"),
    [
        (1, None, Reply.YES),
        (7, None, Reply.YES),
        (8, None, Reply.UNKNOWN),
        (None, 5, Reply.YES),
        (None, 45, Reply.YES),
        (None, 46, Reply.NO),
        (8, 5, Reply.YES),
        (1, 46, Reply.NO),
        (None, None, Reply.UNKNOWN),
    ],
)
def test_a_stalled_project_measures_by_a_log_that_goes_on_or_a_review_and_fails_once_nobody_looks(
    ready: Any, log: int | None, held: int | None, suggested: Reply
) -> None:
    today = ready.facts.now.date()
    seen = {
        "live": None if log is None else log_of(today - timedelta(days=log)),
        "reviews": () if held is None else (review_on(today - timedelta(days=held)),),
    }
    launched = STALLED.model_copy(update={"launched_on": today - timedelta(days=40 if held is None else 400)})
    case = ready.but(workflow=launched, **seen).answering(FailureMode.MEASUREMENT, None)
    assert of(case, FailureMode.MEASUREMENT).suggestion.reply is suggested


def test_a_log_of_a_system_of_unknown_age_shows_no_review(ready: Any) -> None:
    """It may have run for years without anybody reading the figures."""
    question = of(ready.but(workflow=STALLED, live=log_of(ready.facts.now.date())), FailureMode.MEASUREMENT)
    assert question.suggestion.reply is Reply.UNKNOWN
    assert "No review of the metric is on record" in question.suggestion.because


@pytest.mark.parametrize("decides", [True, False])
def test_a_fact_that_is_out_of_date_does_not_count_whatever_it_found(ready: Any, decides: bool) -> None:
    ledger = ready.diagnose().ledger
    outdated = {"stale": "The parts changed since.", "decides": decides}
    entries = [replace(one, **outdated) if one.id == "ownership.parts" else one for one in ledger.entries]
    question = answer_questions(ready.facts, replace(ledger, entries=tuple(entries)), {})[3]
    assert question.suggestion.reply is (Reply.UNKNOWN if decides else Reply.YES)
    assert "ownership.parts" not in {one.id for one in question.suggestion.speaks_for}
    assert ("ownership.parts" in {one.id for one in question.suggestion.speaks_against}) is decides


@given(
    st.none() | st.integers(0, 90), st.none() | st.integers(0, 60), st.lists(st.integers(0, 90), max_size=3),
    st.sampled_from(["launch", "log", "review"]),
)  # fmt: skip
def test_taking_away_what_is_known_of_a_running_system_never_makes_its_measurement_a_yes(
    ready: Any, launched: int | None, log: int | None, held: list[int], what: str
) -> None:
    today = ready.facts.now.date()

    def suggested(launch: int | None, seen: int | None, reviews: list[int]) -> Reply:
        on = None if launch is None else today - timedelta(days=launch)
        case = ready.but(
            workflow=STALLED.model_copy(update={"launched_on": on}),
            live=None if seen is None else log_of(today - timedelta(days=seen)),
            reviews=tuple(review_on(today - timedelta(days=ago)) for ago in reviews),
        )
        return of(case, FailureMode.MEASUREMENT).suggestion.reply

    if suggested(launched, log, held) is not Reply.YES:
        launch, seen = (None if what == "launch" else launched), (None if what == "log" else log)
        assert suggested(launch, seen, held[1:] if what == "review" else held) is not Reply.YES


def test_measurement_still_asks_for_a_definition_and_for_two_who_agree(ready: Any) -> None:
    today = ready.facts.now.date()
    measured = ready.but(workflow=STALLED, live=log_of(today), reviews=(review_on(today),))
    one = measured.but(signatures=ready.facts.signatures[:1])
    none = measured.but(outcome=OutcomeDefinition(), signatures=())
    assert of(one, FailureMode.MEASUREMENT).suggestion.reply is Reply.NO
    assert of(none, FailureMode.MEASUREMENT).suggestion.reply is Reply.UNKNOWN


def test_evidence_out_of_date_leaves_its_question_open(ready: Any) -> None:
    """A confirmation that a change has voided is no confirmation."""
    changed = ready.but(outcome=ready.facts.outcome.model_copy(update={"tolerance_low": 80.0}))
    question = of(changed.answering(FailureMode.OWNERSHIP, Reply.YES, "It is as it was."), FailureMode.OWNERSHIP)
    assert question.suggestion.reply is Reply.UNKNOWN
    assert question.reply is Reply.UNKNOWN
    assert "changed after the confirmation" in question.suggestion.because


@pytest.mark.parametrize("reason", ["", "Nothing has changed since."])
def test_a_sample_that_is_too_old_or_not_the_present_one_answers_nothing(ready: Any, reason: str) -> None:
    old = ready.but(workflow=STALLED, sample_read_at=ready.facts.now - timedelta(days=40))
    other = ready.but(audit_is_current=False)
    for case in (old, other):
        answered = case.answering(FailureMode.DATA_QUALITY, Reply.YES, reason)
        assert of(answered, FailureMode.DATA_QUALITY).reply is Reply.UNKNOWN
