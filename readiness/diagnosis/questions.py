"""The four questions: what the evidence suggests, what the team answers, and which one fails first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Ledger, Topic
from readiness.workflow import Stage

CONFIGURATION_FIX = 0.05  # a prompt or a setting may absorb up to this share outside the clean case; more needs a build

TOPIC_OF_MODE = {
    FailureMode.DATA_QUALITY: Topic.DATA,
    FailureMode.SCOPE_UNDERESTIMATION: Topic.SCOPE,
    FailureMode.MEASUREMENT: Topic.OUTCOME,
    FailureMode.OWNERSHIP: Topic.OWNERSHIP,
}


class Reply(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Answer(BaseModel):
    """The team's own answer to one question. An answer against the evidence needs its reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: FailureMode
    reply: Reply
    reason: str = Field(default="", max_length=4_000)
    answered_by: str = Field(default="", max_length=200)
    answered_at: NaiveDatetime | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the evidence says, and the evidence that says so."""

    reply: Reply
    because: str
    speaks_for: tuple[Evidence, ...]
    speaks_against: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question with its suggestion, the team's answer if there is one, and the reply that counts."""

    mode: FailureMode
    suggestion: Suggestion
    answer: Answer | None
    reply: Reply

    @property
    def against_evidence(self) -> bool:
        """The team's answer differs from what the evidence says, where the evidence says anything."""
        return (
            self.answer is not None
            and self.answer.reply is not self.suggestion.reply
            and self.suggestion.reply is not Reply.UNKNOWN
        )

    @property
    def lacks_reason(self) -> bool:
        return self.against_evidence and self.answer is not None and not self.answer.reason.strip()


def answer_questions(facts: Facts, ledger: Ledger, answers: Mapping[FailureMode, Answer]) -> tuple[QuestionResult, ...]:
    """The four questions in their order (M29)."""
    return tuple(_result(mode, facts, ledger, answers.get(mode)) for mode in FailureMode)


def failing_modes(results: Sequence[QuestionResult]) -> tuple[FailureMode, ...]:
    """The questions that are answered with no, in order: the first is the primary failure mode."""
    return tuple(result.mode for result in results if result.reply is Reply.NO)


def _result(mode: FailureMode, facts: Facts, ledger: Ledger, answer: Answer | None) -> QuestionResult:
    suggestion = _suggest(mode, facts, ledger)
    # A failure that the evidence shows counts before anybody says so; a pass waits for a person.
    unanswered = Reply.NO if suggestion.reply is Reply.NO else Reply.UNKNOWN
    result = QuestionResult(mode, suggestion, answer, unanswered)
    if answer is None or result.lacks_reason:
        return result
    if answer.reply is Reply.YES and not _proved(suggestion, answer, ledger):
        return result
    return replace(result, reply=answer.reply)


def _proved(suggestion: Suggestion, answer: Answer, ledger: Ledger) -> bool:
    """A yes stands on evidence, or on a stated reason beside evidence; never on what nobody has looked at."""
    if suggestion.reply is Reply.YES:
        return True
    return not _is_unseen(suggestion, answer.question, ledger) and bool(answer.reason.strip())


def _is_unseen(suggestion: Suggestion, mode: FailureMode, ledger: Ledger) -> bool:
    """Whether a fact that decides is missing or out of date, also beside another one that failed: a reason against that
    one is none for what nobody has seen. Of the data the suggestion says so itself, before it says anything else."""
    if mode is FailureMode.DATA_QUALITY:
        return suggestion.reply is Reply.UNKNOWN
    return any(entry.stale or entry.finding is Finding.UNKNOWN for entry in ledger.deciding(TOPIC_OF_MODE[mode]))


def _suggest(mode: FailureMode, facts: Facts, ledger: Ledger) -> Suggestion:
    entries = ledger.of(TOPIC_OF_MODE[mode])
    reply, because = (
        _suggest_data(facts, ledger)
        if mode is FailureMode.DATA_QUALITY
        else _suggest_from(ledger.deciding(TOPIC_OF_MODE[mode]))
    )
    return Suggestion(
        reply,
        because,
        speaks_for=tuple(entry for entry in entries if entry.counts_for),
        speaks_against=tuple(entry for entry in entries if entry.counts_against),
    )


def _suggest_from(entries: Sequence[Evidence]) -> tuple[Reply, str]:
    """No where a fact failed, unknown where one is open or out of date, else yes: by the facts that decide alone."""
    failed = [entry for entry in entries if entry.finding is Finding.FAILED]
    unsettled = [entry for entry in entries if entry.finding is Finding.UNKNOWN or entry.stale]
    if failed:
        return Reply.NO, failed[0].statement
    if unsettled:
        return Reply.UNKNOWN, unsettled[0].stale or unsettled[0].statement
    return Reply.YES, entries[-1].statement


def _suggest_data(facts: Facts, ledger: Ledger) -> tuple[Reply, str]:
    report = facts.report
    if report is None or ledger.effect is None or not report.records:
        return Reply.UNKNOWN, "No sample has been audited."
    clean = ledger.entry("data.clean_share")
    if clean is not None and clean.finding is Finding.UNKNOWN:
        return Reply.UNKNOWN, clean.statement
    if clean is not None and clean.stale:
        return Reply.UNKNOWN, clean.stale
    if facts.workflow.stage is Stage.STALLED:
        return _suggest_stalled_data((report.records - report.clean.count) / report.records)
    if ledger.undecided:
        return (
            Reply.NO,
            f"{_cases(len(ledger.undecided))} no handling decision, so nothing is planned for that.",
        )
    return Reply.YES, ledger.effect.sentence


def _suggest_stalled_data(outside: float) -> tuple[Reply, str]:
    if outside <= CONFIGURATION_FIX:
        return Reply.YES, f"{outside:.1%} of the records are outside the clean case: within reach of a setting."
    return Reply.NO, f"{outside:.0%} of the records are outside the clean case that the system was built for."


def _cases(count: int) -> str:
    return "1 edge case has" if count == 1 else f"{count} edge cases have"
