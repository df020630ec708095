"""A whole project as typed values, parsed once from the store's rows and trusted from there on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, ValidationError

from readiness.audit.decisions import HandlingDecision
from readiness.audit.report import AuditReport, ReadingSummary
from readiness.audit.rules import FieldRules
from readiness.audit.shift_report import ShiftReport
from readiness.ballots import Ballot, Round, open_to_all
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.fix_plan import FixTask
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.questions import Answer
from readiness.diagnosis.stop_rules import StopInputs
from readiness.errors import InputError, InvalidValueError
from readiness.outcome import evaluation_runs, reviews
from readiness.outcome.agreement import Signature
from readiness.outcome.authority import Confirmation
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.evaluation import EvaluationPlan
from readiness.outcome.evaluation_runs import EvaluationRun, RunCases
from readiness.outcome.exercise import AgreementSettings, Exercise, Settlement
from readiness.outcome.exercise_result import exercise_results
from readiness.outcome.ownership import Ownership
from readiness.outcome.reviews import Review
from readiness.outcome.value import ValueModel
from readiness.project.issued import IssuedBrief, IssuedContent, Milestone, MilestoneState
from readiness.project.live_record import LiveLimits, LiveReading, live_facts
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan
from readiness.scope.shown import ShownSum, in_order
from readiness.standard.status import StandardStatus
from readiness.store import Document, ProjectRow
from readiness.workflow import Workflow


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SampleInfo(_Value):
    """The current sample: an uploaded file of production records, and how it was read."""

    sample_id: str
    read_at: NaiveDatetime  # UTC without a zone, as every time of a project
    reading: ReadingSummary
    fields: tuple[str, ...]
    options: dict[str, Any] = {}  # what the user fixed about the reading
    origin: str = Field(default="", max_length=1_000)  # which system the records came from
    period_from: date | None = None
    period_to: date | None = None
    population: int | None = Field(default=None, ge=1)  # records that the sample was drawn from; None: not stated
    kept_until: date | None = None  # raw records are in the project file until then; None: they are not kept


class AuditRecord(_Value):
    """One audit with its time and the sample it speaks of. The report holds no raw value."""

    sample_id: str
    audited_at: NaiveDatetime
    rules: FieldRules  # as they were when it ran; the report holds them with what the audit settled
    population: int | None = None  # as stated when it ran
    report: AuditReport


class ShiftRecord(_Value):
    """One comparison of the sample with an older file. The report holds no raw value."""

    sample_id: str  # the newer side
    compared_at: NaiveDatetime
    report: ShiftReport


class BriefNotes(_Value):
    """What a brief says beyond the evidence; a stop brief needs all four."""

    learned: str = Field(default="", max_length=4_000)
    other_use_case: str = Field(default="", max_length=4_000)
    other_approach: str = Field(default="", max_length=4_000)
    later_attempt: str = Field(default="", max_length=4_000)


class BriefSignature(_Value):
    """One person's signature under the brief with this fingerprint."""

    name: str = Field(min_length=1, max_length=200)
    role: str = Field(default="", max_length=200)
    signed_at: NaiveDatetime
    fingerprint: str


class Kind(StrEnum):
    """The kinds of rows that hold a project. Each is validated by one model."""

    WORKFLOW = "workflow"
    SAMPLE = "sample"
    FIELD_RULES = "field_rules"
    AUDIT = "audit"
    SHIFT = "shift"
    DECISION = "decision"
    SCOPE_ITEM = "scope_item"
    SCOPE_PLAN = "scope_plan"
    OUTCOME = "outcome"
    SIGNATURE = "signature"
    OWNERSHIP = "ownership"
    ANSWER = "answer"
    STOP_INPUTS = "stop_inputs"
    STANDARD = "standard"
    BRIEF_NOTES = "brief_notes"
    BRIEF_SIGNATURE = "brief_signature"
    VALUE = "value"
    ROUND = "round"
    BALLOT = "ballot"
    AGREEMENT = "agreement"
    EXERCISE = "exercise"
    SETTLEMENT = "settlement"
    CONFIRMATION = "confirmation"
    REVIEW = "review"
    EVALUATION = "evaluation"
    EVALUATION_RUN = "evaluation_run"
    EVALUATION_CASES = "evaluation_cases"
    LIVE = "live"
    LIVE_LIMITS = "live_limits"
    SHOWN_SUM = "shown_sum"
    FIX_TASK = "fix_task"
    ISSUED_BRIEF = "issued_brief"
    ISSUED_CONTENT = "issued_content"
    MILESTONE = "milestone"
    MILESTONE_STATE = "milestone_state"


MODELS: Mapping[Kind, type[BaseModel]] = {
    Kind.WORKFLOW: Workflow,
    Kind.SAMPLE: SampleInfo,
    Kind.FIELD_RULES: FieldRules,
    Kind.AUDIT: AuditRecord,
    Kind.SHIFT: ShiftRecord,
    Kind.DECISION: HandlingDecision,
    Kind.SCOPE_ITEM: ScopeItem,
    Kind.SCOPE_PLAN: ScopePlan,
    Kind.OUTCOME: OutcomeDefinition,
    Kind.SIGNATURE: Signature,
    Kind.OWNERSHIP: Ownership,
    Kind.ANSWER: Answer,
    Kind.STOP_INPUTS: StopInputs,
    Kind.STANDARD: StandardStatus,
    Kind.BRIEF_NOTES: BriefNotes,
    Kind.BRIEF_SIGNATURE: BriefSignature,
    Kind.VALUE: ValueModel,
    Kind.ROUND: Round,
    Kind.BALLOT: Ballot,
    Kind.AGREEMENT: AgreementSettings,
    Kind.EXERCISE: Exercise,
    Kind.SETTLEMENT: Settlement,
    Kind.CONFIRMATION: Confirmation,
    Kind.REVIEW: Review,
    Kind.EVALUATION: EvaluationPlan,
    Kind.EVALUATION_RUN: EvaluationRun,
    Kind.EVALUATION_CASES: RunCases,
    Kind.LIVE: LiveReading,
    Kind.LIVE_LIMITS: LiveLimits,
    Kind.SHOWN_SUM: ShownSum,
    Kind.FIX_TASK: FixTask,
    Kind.ISSUED_BRIEF: IssuedBrief,
    Kind.ISSUED_CONTENT: IssuedContent,
    Kind.MILESTONE: Milestone,
    Kind.MILESTONE_STATE: MilestoneState,
}
# Large, and wanted by a comparison alone: up to a million cases, briefs as they were, whole earlier states.
READ_APART = (Kind.EVALUATION_CASES, Kind.ISSUED_CONTENT, Kind.MILESTONE_STATE)


@dataclass(frozen=True, slots=True)
class ProjectState:
    """Everything of one project at one revision."""

    id: str
    name: str
    version: int  # of the project's own row
    revision: int  # raised by every write
    archived: bool
    workflow: Workflow
    sample: SampleInfo | None
    rules: FieldRules
    audit: AuditRecord | None
    shift: ShiftRecord | None
    decisions: Mapping[str, HandlingDecision]
    items: tuple[ScopeItem, ...]  # in the order of the grid
    orphans: tuple[ScopeItem, ...]  # made by decisions about edge cases that the audit no longer finds
    plan: ScopePlan
    outcome: OutcomeDefinition
    signatures: tuple[Signature, ...]
    ownership: Ownership
    answers: Mapping[FailureMode, Answer]
    stop_inputs: StopInputs
    standard: Mapping[str, StandardStatus]
    notes: BriefNotes
    brief_signatures: tuple[BriefSignature, ...]
    value: ValueModel
    rounds: tuple[Round, ...]  # the latest first
    ballots: tuple[Ballot, ...]  # of the rounds that are revealed; others are nobody's to see
    agreement: AgreementSettings
    exercises: Mapping[str, Exercise]  # by the id of their round
    settlements: Mapping[str, Settlement]
    confirmation: Confirmation | None  # of the owner, who may pull the system
    reviews: tuple[Review, ...]  # by their day
    evaluation: EvaluationPlan
    runs: tuple[EvaluationRun, ...]  # by their day
    live: LiveReading | None  # of the running system's log
    limits: LiveLimits  # that the log is held to
    shown: tuple[ShownSum, ...]  # what the sponsor was shown of the scope, by day
    fix_tasks: Mapping[str, FixTask]  # by the id of their step
    issued: tuple[IssuedBrief, ...]  # the latest first
    milestones: tuple[Milestone, ...]  # the latest first
    versions: Mapping[tuple[str, str], int]

    def version_of(self, kind: Kind, key: str = "") -> int:
        """The version of a row as this state read it; 0 where there is none yet."""
        return self.versions.get((kind, key), 0)

    @property
    def audit_is_current(self) -> bool:
        """Whether the audit speaks of the sample, its population and the rules as they are now."""
        return (
            self.audit is not None
            and self.sample is not None
            and self.audit.sample_id == self.sample.sample_id
            and self.audit.rules == self.rules
            and self.audit.population == self.sample.population
        )

    @property
    def _shift_is_current(self) -> bool:
        return self.shift is not None and self.sample is not None and self.shift.sample_id == self.sample.sample_id

    def facts(self, now: datetime) -> Facts:
        """What the evidence ledger is gathered from."""
        return Facts(
            now=now,
            workflow=self.workflow,
            report=self.audit.report if self.audit else None,
            audited_at=self.audit.audited_at if self.audit else None,
            sample_read_at=self.sample.read_at if self.sample else None,
            audit_is_current=self.audit_is_current,
            decisions=self.decisions,
            items=self.items,
            plan=self.plan,
            outcome=self.outcome,
            signatures=self.signatures,
            ownership=self.ownership,
            value=self.value,
            agreement=self.agreement,
            exercises=exercise_results(self.rounds, self.ballots, self.exercises, self.settlements),
            confirmation=self.confirmation,
            reviews=self.reviews,
            live=live_facts(self.live, self.limits, now),
            sample_origin=self.sample.origin if self.sample else "",
            sample_from=self.sample.period_from if self.sample else None,
            sample_to=self.sample.period_to if self.sample else None,
            shift=self.shift.report if self._shift_is_current and self.shift else None,
            runs=self.runs,
            fallback=self.evaluation.fallback,
            standard=self.standard,
            shown=self.shown,
        )


def parse_state(row: ProjectRow, documents: Iterable[Document]) -> ProjectState:
    """The typed state of a project from its row and documents. InputError for a body that this version cannot read."""
    parsed: dict[Kind, dict[str, Any]] = {kind: {} for kind in Kind}
    versions = {}
    for document in documents:
        if document.kind not in MODELS or document.kind in READ_APART:
            continue  # written by a later feature, or not part of the state; left alone, kept in the file
        kind = Kind(document.kind)
        parsed[kind][document.key] = read_body(kind, document.body)
        versions[(document.kind, document.key)] = document.version
    items, orphans = _split_items(parsed[Kind.SCOPE_ITEM].values(), parsed[Kind.AUDIT].get(""))
    return ProjectState(
        id=row.id,
        name=row.name,
        version=row.version,
        revision=row.revision,
        archived=row.archived_at is not None,
        workflow=parsed[Kind.WORKFLOW].get("", Workflow()),
        sample=parsed[Kind.SAMPLE].get(""),
        rules=parsed[Kind.FIELD_RULES].get("", FieldRules()),
        audit=parsed[Kind.AUDIT].get(""),
        shift=parsed[Kind.SHIFT].get(""),
        decisions=parsed[Kind.DECISION],
        items=items,
        orphans=orphans,
        plan=parsed[Kind.SCOPE_PLAN].get("", ScopePlan()),
        outcome=parsed[Kind.OUTCOME].get("", OutcomeDefinition()),
        signatures=tuple(sorted(parsed[Kind.SIGNATURE].values(), key=lambda s: (s.signed_at, s.name))),
        ownership=parsed[Kind.OWNERSHIP].get("", Ownership()),
        answers={answer.question: answer for answer in parsed[Kind.ANSWER].values()},
        stop_inputs=parsed[Kind.STOP_INPUTS].get("", StopInputs()),
        standard=parsed[Kind.STANDARD],
        notes=parsed[Kind.BRIEF_NOTES].get("", BriefNotes()),
        brief_signatures=tuple(sorted(parsed[Kind.BRIEF_SIGNATURE].values(), key=lambda s: (s.signed_at, s.name))),
        value=parsed[Kind.VALUE].get("", ValueModel()),
        rounds=tuple(sorted(parsed[Kind.ROUND].values(), key=lambda r: (r.opened_at, r.id), reverse=True)),
        ballots=tuple(
            sorted(
                open_to_all(parsed[Kind.ROUND].values(), parsed[Kind.BALLOT].values()),
                key=lambda b: (b.round, b.thing, b.participant),
            )
        ),
        confirmation=parsed[Kind.CONFIRMATION].get(""),
        reviews=reviews.in_order(tuple(parsed[Kind.REVIEW].values())),
        evaluation=parsed[Kind.EVALUATION].get("", EvaluationPlan()),
        runs=evaluation_runs.in_order(tuple(parsed[Kind.EVALUATION_RUN].values())),
        live=parsed[Kind.LIVE].get(""),
        limits=parsed[Kind.LIVE_LIMITS].get("", LiveLimits()),
        agreement=parsed[Kind.AGREEMENT].get("", AgreementSettings()),
        exercises=parsed[Kind.EXERCISE],
        settlements=parsed[Kind.SETTLEMENT],
        shown=in_order(parsed[Kind.SHOWN_SUM].values()),
        fix_tasks=parsed[Kind.FIX_TASK],
        issued=tuple(sorted(parsed[Kind.ISSUED_BRIEF].values(), key=lambda one: -one.number)),
        milestones=tuple(sorted(parsed[Kind.MILESTONE].values(), key=lambda m: (m.made_at, m.id), reverse=True)),
        versions=versions,
    )


def read_body(kind: Kind, body: Any) -> Any:
    """A body of the project file as the value of its kind; an InputError names the part that is not as it should be."""
    try:
        return MODELS[kind].model_validate(body)
    except ValidationError as error:
        at = " ".join(map(str, error.errors(include_url=False)[0]["loc"]))
        raise InputError(
            f"The {kind} was written by another version of Readiness, and this one cannot read it"
            f"{f' (at {at})' if at else ''}. It is kept as it is.".replace("_", " ")
        ) from error


def _split_items(
    items: Iterable[ScopeItem], audit: AuditRecord | None
) -> tuple[tuple[ScopeItem, ...], tuple[ScopeItem, ...]]:
    known = {case.id for case in audit.report.edge_cases} if audit else set()
    ordered = sorted(items, key=lambda item: (item.source is ItemSource.DECISION, item.order, item.id))
    lost = [item for item in ordered if item.source is ItemSource.DECISION and item.edge_case not in known]
    return tuple(item for item in ordered if item not in lost), tuple(lost)


def validated(kind: Kind, body: Mapping[str, Any]) -> BaseModel:
    """`body` as the value of its kind; an InvalidValueError names the first part that cannot be accepted."""
    with said_in_words(kind):
        return MODELS[kind].model_validate(dict(body))


@contextmanager
def said_in_words(kind: Kind) -> Iterator[None]:
    """Within it, a value that its model refuses is an InputError that names the first part."""
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if not first["loc"]:  # parts that do not fit together; the sentence names them
            raise InputError(f"{str(first['msg']).removeprefix('Value error, ')}.") from error
        place = " ".join(str(part) for part in first["loc"]).replace("_", " ") or kind.replace("_", " ")
        value = first.get("input")
        if value is None:
            raise InputError(f"{place[:1].upper()}{place[1:]} must be stated.") from error
        raise InvalidValueError(place, _as_typed(value), _reason(first)) from error


def _as_typed(value: Any) -> str | int | float | bool:
    """A refused value as somebody typed it: 12 and not 12.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value if isinstance(value, str | int | float | bool) else "this"


_REASONS = {  # of pydantic's kinds of error, in words; {} stands for the limit
    "greater_than_equal": ("is less than {:,.10g}", "ge"),
    "greater_than": ("is not above {:,.10g}", "gt"),
    "less_than_equal": ("is more than {:,.10g}", "le"),
    "less_than": ("is not below {:,.10g}", "lt"),
    "string_too_long": ("is longer than {:,} characters", "max_length"),
    "string_too_short": ("is empty", ""),
    "finite_number": ("is no finite number", ""),
    "float_type": ("is no number", ""),
    "float_parsing": ("is no number", ""),
    "int_type": ("is no whole number", ""),
    "int_parsing": ("is no whole number", ""),
    "int_from_float": ("is no whole number", ""),
}


def _reason(error: Mapping[str, Any]) -> str:
    """Why a value is refused, to stand behind it in a sentence."""
    words, limit = _REASONS.get(error["type"], ("", ""))
    if not words:
        return f"is refused: {str(error['msg']).removeprefix('Value error, ')}"
    return words.format(error["ctx"][limit]) if limit else words


def check(kind: str, body: Mapping[str, Any]) -> None:
    """Raise ValueError for a body that its topic refuses; kinds of later features pass."""
    if kind in MODELS:
        MODELS[Kind(kind)].model_validate(dict(body))
