"""What stands against a better verdict, point by point with the place that settles it, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readiness.diagnosis.contradictions import Severity
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.fix_plan import PlannedStep, TaskStatus
from readiness.diagnosis.ledger import Finding, Ledger
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import TOPIC_OF_MODE, QuestionResult, Reply
from readiness.diagnosis.stop_rules import RuleState, StopResult, StopRule
from readiness.diagnosis.verdict import Diagnosis, reason_of
from readiness.diagnosis.verdict_table import Verdict

QUESTIONS = Place(Page.DIAGNOSIS, "Four questions")
STOP_RULES = Place(Page.DIAGNOSIS, "Stop rules")
_BRIEF = Place(Page.BRIEF)
_SAMPLE = Place(Page.DATA_AUDIT, "The sample")
_DECISIONS = Place(Page.DATA_AUDIT, "Edge cases and what production does with them")
_AGREEMENT = Place(Page.OUTCOME, "Agreement")
_VALUE = Place(Page.OUTCOME, "Value")
_COMPONENTS = Place(Page.SCOPE, "Components")
_PLAN = Place(Page.SCOPE, "The plan it is held against")


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One thing that decided the verdict: what it is, how it stands, why, and where it is settled."""

    what: str  # "Question 1, data quality"
    state: Reply | RuleState | Severity
    sentence: str
    place: Place


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do now, and where."""

    sentence: str
    place: Place


def open_points(diagnosis: Diagnosis) -> tuple[OpenPoint, ...]:
    """What holds the verdict, the deciding points first; nothing of a GO. What is said of two points stands once."""
    told: dict[str, OpenPoint] = {}
    for point in _points(diagnosis):
        told.setdefault(point.sentence, point)
    return tuple(told.values())


def next_step(diagnosis: Diagnosis, plan: Sequence[PlannedStep]) -> NextStep:
    """What to do now: the brief of a GO or a STOP; else the first step of the repair that is open, or without a repair
    the first open point."""
    if diagnosis.verdict is Verdict.GO:
        return NextStep("Write the brief, and have it signed.", _BRIEF)
    if diagnosis.verdict is Verdict.STOP:
        return NextStep("Write down what was learned, and have the stop brief signed.", _BRIEF)
    if diagnosis.primary is not None:
        return _of_the_repair(diagnosis.primary, plan)
    points = open_points(diagnosis)
    if not points:
        return NextStep("Go through the four questions.", QUESTIONS)
    return NextStep(f"Settle what is open first: {points[0].sentence}", points[0].place)


def place_of_question(question: QuestionResult, ledger: Ledger) -> Place:
    """Where a question is settled: the page of the fact that the evidence names against a yes, else of the first one
    that is open; the question itself where the evidence is complete."""
    suggestion = question.suggestion
    if suggestion.reply is Reply.YES:
        return QUESTIONS
    deciding = ledger.deciding(TOPIC_OF_MODE[question.mode])
    named = [entry for entry in deciding if suggestion.because in (entry.statement, entry.stale)]
    unsettled = [entry for entry in deciding if entry.finding is not Finding.PASSED or entry.stale]
    return next((entry.place for entry in (*named, *unsettled)), QUESTIONS)


def place_of_stop_rule(result: StopResult, ledger: Ledger) -> Place:
    """Where the figure is that a stop rule turns on, or that it lacks."""
    if result.rule is StopRule.DATA:
        clean = ledger.entry("data.clean_share")
        return _SAMPLE if clean is None or clean.stale or clean.finding is Finding.UNKNOWN else _DECISIONS
    if result.rule is StopRule.CONTESTED:
        return _AGREEMENT
    if result.state is RuleState.UNKNOWN:
        if ledger.total.unknown or not ledger.total.estimated:
            return _COMPONENTS
        if ledger.total.simulated is None or ledger.total.simulated.cost_drawn is None:
            return _PLAN  # which holds the day rate
    return _VALUE


def _of_the_repair(primary: FailureMode, plan: Sequence[PlannedStep]) -> NextStep:
    for step in plan:
        if step.mode is primary and step.status is not TaskStatus.CLOSED:
            return NextStep(step.step.step, step.place)
    number = _number(primary)
    return NextStep(f"Every step of the repair is closed: look at question {number} again.", QUESTIONS)


def _points(diagnosis: Diagnosis) -> Iterator[OpenPoint]:
    ledger = diagnosis.ledger
    if diagnosis.verdict is Verdict.GO:
        return
    for rule in diagnosis.stop_rules:
        if rule.state is RuleState.MET:
            yield _of_rule(rule, ledger)
    for reply in (Reply.NO, Reply.UNKNOWN) if diagnosis.verdict is Verdict.FIX_FIRST else (Reply.NO,):
        for question in diagnosis.questions:
            if question.reply is reply:
                yield _of_question(question, ledger)
    if diagnosis.verdict is Verdict.STOP:
        return
    for rule in diagnosis.stop_rules:
        if rule.state is RuleState.UNKNOWN:
            yield _of_rule(rule, ledger)
    for one in diagnosis.contradictions:
        if one.severity is Severity.BLOCKING:
            yield OpenPoint("Contradiction", one.severity, one.sentence, one.place)


def _of_question(question: QuestionResult, ledger: Ledger) -> OpenPoint:
    what = f"Question {_number(question.mode)}, {question.mode}"
    return OpenPoint(what, question.reply, reason_of(question), place_of_question(question, ledger))


def _of_rule(result: StopResult, ledger: Ledger) -> OpenPoint:
    return OpenPoint(f"Stop rule, {result.rule}", result.state, result.because, place_of_stop_rule(result, ledger))


def _number(mode: FailureMode) -> int:
    return list(FailureMode).index(mode) + 1
