"""The verdict: GO, FIX FIRST or STOP, by the rules of one readable table, with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.questions import Answer, QuestionResult, Reply, answer_questions, failing_modes
from readiness.diagnosis.stop_rules import RuleState, StopInputs, StopResult, evaluate_stop_rules
from readiness.diagnosis.verdict_table import Verdict, VerdictTable, first_match


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole diagnosis of a project at one moment; pages, command line and brief show this value."""

    ledger: Ledger
    questions: tuple[QuestionResult, ...]
    stop_rules: tuple[StopResult, ...]
    verdict: Verdict
    rule: str  # the sentence of the verdict rule that applied
    reasons: tuple[str, ...]  # one sentence each, the deciding ones first
    primary: FailureMode | None
    also_found: tuple[FailureMode, ...]


def diagnose(
    facts: Facts, answers: Mapping[FailureMode, Answer], stop_inputs: StopInputs, table: VerdictTable
) -> Diagnosis:
    """Evidence, four questions, stop rules and verdict of one project."""
    ledger = gather_evidence(facts)
    questions = answer_questions(facts, ledger, answers)
    stop_rules = evaluate_stop_rules(facts, ledger, stop_inputs)
    rule = first_match(table, verdict_facts(questions, stop_rules))
    failing = failing_modes(questions)
    return Diagnosis(
        ledger=ledger,
        questions=questions,
        stop_rules=stop_rules,
        verdict=rule.verdict,
        rule=rule.because,
        reasons=_reasons(rule.verdict, questions, stop_rules),
        primary=failing[0] if failing else None,
        also_found=failing[1:],
    )


def verdict_facts(questions: Sequence[QuestionResult], stop_rules: Sequence[StopResult]) -> dict[str, int]:
    """The named counts that the verdict table decides on."""
    return {
        "answers_yes": sum(question.reply is Reply.YES for question in questions),
        "answers_no": sum(question.reply is Reply.NO for question in questions),
        "answers_unknown": sum(question.reply is Reply.UNKNOWN for question in questions),
        "stop_rules_met": sum(rule.state is RuleState.MET for rule in stop_rules),
        "stop_rules_not_met": sum(rule.state is RuleState.NOT_MET for rule in stop_rules),
        "stop_rules_unknown": sum(rule.state is RuleState.UNKNOWN for rule in stop_rules),
    }


def _reasons(
    verdict: Verdict, questions: Sequence[QuestionResult], stop_rules: Sequence[StopResult]
) -> tuple[str, ...]:
    met = [rule.because for rule in stop_rules if rule.state is RuleState.MET]
    failed = [_said(question) for question in questions if question.reply is Reply.NO]
    unknown = [_said(question) for question in questions if question.reply is Reply.UNKNOWN]
    unknown += [rule.because for rule in stop_rules if rule.state is RuleState.UNKNOWN]
    if verdict is Verdict.STOP:
        return tuple(dict.fromkeys(met + failed))
    if verdict is Verdict.FIX_FIRST:
        return tuple(dict.fromkeys(failed + unknown))
    return tuple(dict.fromkeys([_said(question) for question in questions] + [rule.because for rule in stop_rules]))


def _said(question: QuestionResult) -> str:
    answer = question.answer
    if answer is not None and answer.reply is question.reply and answer.reason.strip():
        return answer.reason.strip()
    if question.answer is None and question.reply is Reply.UNKNOWN and question.suggestion.reply is Reply.YES:
        return f"Nobody has answered question {_number(question.mode)} yet; the evidence suggests yes."
    return question.suggestion.because


def _number(mode: FailureMode) -> int:
    return list(FailureMode).index(mode) + 1
