"""The verdict: GO, FIX FIRST or STOP, by the rules of one readable table, with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from readiness.diagnosis.contradictions import Contradiction, ContradictionCatalog, Severity, find_contradictions
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.questions import Answer, QuestionResult, Reply, answer_questions, failing_modes
from readiness.diagnosis.stop_rules import RuleState, StopInputs, StopResult, evaluate_stop_rules
from readiness.diagnosis.verdict_table import Fact, Verdict, VerdictTable, first_match


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
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A project as its diagnosis sees it, once the evidence is gathered. Another value of one part is another case."""

    facts: Facts
    ledger: Ledger
    answers: Mapping[FailureMode, Answer]
    stop_inputs: StopInputs
    settled: frozenset[str] = frozenset()  # contradictions that are taken as settled, by id; none of a real project


def diagnose(
    facts: Facts,
    answers: Mapping[FailureMode, Answer],
    stop_inputs: StopInputs,
    table: VerdictTable,
    standing: ContradictionCatalog,
) -> Diagnosis:
    """Evidence, contradictions, four questions, stop rules and verdict of one project."""
    return judge(Case(facts, gather_evidence(facts), answers, stop_inputs), table, standing)


def judge(case: Case, table: VerdictTable, standing: ContradictionCatalog) -> Diagnosis:
    """The diagnosis of a case: everything that is decided from evidence that is already gathered."""
    facts, ledger = case.facts, case.ledger
    questions = answer_questions(facts, ledger, case.answers)
    stop_rules = evaluate_stop_rules(facts, ledger, case.stop_inputs)
    contradictions = _contradictions_of(case, standing)
    rule = first_match(table, verdict_facts(questions, stop_rules, contradictions))
    failing = failing_modes(questions)
    return Diagnosis(
        ledger=ledger,
        questions=questions,
        stop_rules=stop_rules,
        verdict=rule.verdict,
        rule=rule.because,
        reasons=_reasons(rule.verdict, questions, stop_rules, contradictions),
        primary=failing[0] if failing else None,
        also_found=failing[1:],
        contradictions=contradictions,
    )


def verdict_of(case: Case, table: VerdictTable, standing: ContradictionCatalog) -> Verdict:
    """The verdict that `judge` gives, without its reasons. Contradictions are looked for where a rule asks for them."""
    questions = answer_questions(case.facts, case.ledger, case.answers)
    stop_rules = evaluate_stop_rules(case.facts, case.ledger, case.stop_inputs)
    counts = _CountedWhenAsked(
        verdict_facts(questions, stop_rules, ()),
        lambda: _blocking(_contradictions_of(case, standing, only=Severity.BLOCKING)),
    )
    return first_match(table, counts).verdict


def verdict_facts(
    questions: Sequence[QuestionResult], stop_rules: Sequence[StopResult], contradictions: Sequence[Contradiction]
) -> dict[str, int]:
    """The named counts that the verdict table decides on."""
    return {
        "answers_yes": sum(question.reply is Reply.YES for question in questions),
        "answers_no": sum(question.reply is Reply.NO for question in questions),
        "answers_unknown": sum(question.reply is Reply.UNKNOWN for question in questions),
        "stop_rules_met": sum(rule.state is RuleState.MET for rule in stop_rules),
        "stop_rules_not_met": sum(rule.state is RuleState.NOT_MET for rule in stop_rules),
        "stop_rules_unknown": sum(rule.state is RuleState.UNKNOWN for rule in stop_rules),
        "contradictions_blocking": _blocking(contradictions),
    }


class _CountedWhenAsked(Mapping[str, int]):
    """Counts of which that of the contradictions is made when a rule asks for it."""

    def __init__(self, counts: Mapping[str, int], blocking: Callable[[], int]) -> None:
        self._counts, self._blocking = counts, blocking

    def __getitem__(self, fact: str) -> int:
        return self._blocking() if fact == Fact.CONTRADICTIONS_BLOCKING else self._counts[fact]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)


def _contradictions_of(
    case: Case, standing: ContradictionCatalog, *, only: Severity | None = None
) -> tuple[Contradiction, ...]:
    found = find_contradictions(case.facts, case.ledger, case.answers, case.stop_inputs, standing, only=only)
    return tuple(one for one in found if one.id not in case.settled)


def _blocking(contradictions: Sequence[Contradiction]) -> int:
    return sum(one.severity is Severity.BLOCKING for one in contradictions)


def _reasons(
    verdict: Verdict,
    questions: Sequence[QuestionResult],
    stop_rules: Sequence[StopResult],
    contradictions: Sequence[Contradiction],
) -> tuple[str, ...]:
    met = [rule.because for rule in stop_rules if rule.state is RuleState.MET]
    failed = [reason_of(question) for question in questions if question.reply is Reply.NO]
    unknown = [reason_of(question) for question in questions if question.reply is Reply.UNKNOWN]
    unknown += [rule.because for rule in stop_rules if rule.state is RuleState.UNKNOWN]
    if verdict is Verdict.STOP:
        return tuple(dict.fromkeys(met + failed))
    if verdict is Verdict.FIX_FIRST:
        clashing = [one.sentence for one in contradictions if one.severity is Severity.BLOCKING]
        return tuple(dict.fromkeys(failed + unknown + clashing))
    return tuple(dict.fromkeys([reason_of(question) for question in questions] + [rule.because for rule in stop_rules]))


def reason_of(question: QuestionResult) -> str:
    """Why a question stands as it does: the team's own reason where its answer counts, else what the evidence says."""
    answer = question.answer
    if answer is not None and answer.reply is question.reply and answer.reason.strip():
        return answer.reason.strip()
    if question.answer is None and question.reply is Reply.UNKNOWN and question.suggestion.reply is Reply.YES:
        return f"Nobody has answered question {_number(question.mode)} yet; the evidence suggests yes."
    return question.suggestion.because


def _number(mode: FailureMode) -> int:
    return list(FailureMode).index(mode) + 1
