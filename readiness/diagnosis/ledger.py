"""What the project knows: facts that evidence is gathered from, and the ledger of that evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from readiness.audit.decisions import HandlingDecision, HandlingEffect
from readiness.audit.report import AuditReport, EdgeCase
from readiness.audit.shift_report import ShiftReport
from readiness.diagnosis.live_outcomes import LiveFacts
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.value_against_cost import ValueResult
from readiness.outcome.agreement import Signature
from readiness.outcome.authority import Confirmation
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.evaluation_runs import EvaluationRun
from readiness.outcome.exercise import AgreementSettings
from readiness.outcome.exercise_result import AgreementOnRecords, ExerciseResult
from readiness.outcome.ownership import Ownership
from readiness.outcome.reviews import Review
from readiness.outcome.value import ValueModel
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.shown import ShownSum
from readiness.scope.simulation import ReviewLoad
from readiness.scope.totals import ScopeTotal
from readiness.standard.status import StandardStatus
from readiness.workflow import Workflow


class Topic(StrEnum):
    """What a fact is about: one of the four preparations; or the value or the operation, which are none."""

    DATA = "data"
    SCOPE = "scope"
    OUTCOME = "outcome"
    OWNERSHIP = "ownership"
    VALUE = "value"
    OPERATION = "operation"


PREPARED = (Topic.DATA, Topic.SCOPE, Topic.OUTCOME, Topic.OWNERSHIP)


HELD_HERE = Place(Page.DIAGNOSIS)


class Finding(StrEnum):
    """Passed, failed and unknown are three things."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the ledger is gathered from. What is None was never done."""

    now: datetime
    workflow: Workflow
    report: AuditReport | None
    audited_at: datetime | None
    sample_read_at: datetime | None
    audit_is_current: bool  # False: the sample or the rules changed after the audit
    decisions: Mapping[str, HandlingDecision]
    items: Sequence[ScopeItem]
    plan: ScopePlan
    outcome: OutcomeDefinition
    signatures: Sequence[Signature]
    ownership: Ownership
    value: ValueModel = field(default_factory=ValueModel)
    agreement: AgreementSettings = field(default_factory=AgreementSettings)
    exercises: Sequence[ExerciseResult] = ()  # the revealed rounds of judgments
    confirmation: Confirmation | None = None
    reviews: Sequence[Review] = ()
    live: LiveFacts | None = None  # the running system's log
    sample_origin: str = ""  # which system the records came from
    sample_from: date | None = None  # the period that the records are of
    sample_to: date | None = None
    shift: ShiftReport | None = None  # the sample against an older file
    runs: Sequence[EvaluationRun] = ()  # of the evaluation set, by their day
    fallback: str = ""  # of the evaluation spec: what happens instead of a weak output
    standard: Mapping[str, StandardStatus] = field(default_factory=dict)  # by item of the readiness standard
    shown: Sequence[ShownSum] = ()  # what the sponsor was shown of the scope


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact. `finding` says whether it speaks for readiness; `share`, `low`, `high` are 0..1 where it is a share."""

    id: str
    topic: Topic
    statement: str
    finding: Finding
    source: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    observed_at: datetime | None = None
    stale: str = ""  # why it should not be relied on any more
    place: Place = HELD_HERE  # the page that holds it
    reference: str = ""  # what identifies the source: the SHA-256 of a sample, the fingerprint under a signature


@dataclass(frozen=True, slots=True)
class Ledger:
    """All evidence of a project, with the results that it was read from."""

    entries: tuple[Evidence, ...]
    effect: HandlingEffect | None
    loads: tuple[ReviewLoad, ...]  # what decisions send to people, where volume, minutes and rate are known
    total: ScopeTotal
    value: ValueResult
    undecided: tuple[EdgeCase, ...]
    valid_signatures: tuple[Signature, ...]
    void_signatures: tuple[Signature, ...]
    tested: AgreementOnRecords | None = None  # on records; None while no exercise compares anything
    now: datetime | None = None  # when it was gathered

    def of(self, topic: Topic) -> tuple[Evidence, ...]:
        return tuple(entry for entry in self.entries if entry.topic is topic)

    def entry(self, identifier: str) -> Evidence | None:
        return next((entry for entry in self.entries if entry.id == identifier), None)

    def age_days(self, entry: Evidence) -> int | None:
        """Whole days from the observation to the gathering; None where either is not known."""
        if entry.observed_at is None or self.now is None:
            return None
        return max(0, (self.now - entry.observed_at).days)
