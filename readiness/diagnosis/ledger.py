"""What the project knows: facts that evidence is gathered from, and the ledger of that evidence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from readiness.audit.decisions import HandlingDecision, HandlingEffect
from readiness.audit.report import AuditReport, EdgeCase
from readiness.audit.shift_report import ShiftReport
from readiness.diagnosis.live_outcomes import LiveFacts
from readiness.diagnosis.places import Place
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
    """What a fact is about: one of the four preparations; or the value, the operation or the readiness standard, which
    answer none of the four questions."""

    DATA = "data"
    SCOPE = "scope"
    OUTCOME = "outcome"
    OWNERSHIP = "ownership"
    VALUE = "value"
    OPERATION = "operation"
    STANDARD = "readiness standard"


PREPARED = (Topic.DATA, Topic.SCOPE, Topic.OUTCOME, Topic.OWNERSHIP)


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
    """One fact. `finding` says whether it speaks for readiness; `share`, `low`, `high` are 0..1 where it is a share.

    The statement and `stale` hold dates and no ages, so that the same project says the same tomorrow.
    """

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
    reference: str = ""  # what identifies the source: the SHA-256 of a sample, the fingerprint under a signature
    decides: bool = True  # whether it can fail or leave open its question; False: it stands beside it and informs
    place: Place = field(kw_only=True)  # the page that holds it

    @property
    def counts_for(self) -> bool:
        """Whether it speaks for readiness: passed, and still to be relied on."""
        return self.finding is Finding.PASSED and not self.stale

    @property
    def counts_against(self) -> bool:
        """Whether it speaks against readiness: failed, or out of date where its question depends on it."""
        return self.finding is Finding.FAILED or (self.decides and bool(self.stale))


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
        """Everything that is known on a topic."""
        return tuple(entry for entry in self.entries if entry.topic is topic)

    def deciding(self, topic: Topic) -> tuple[Evidence, ...]:
        """What can fail the question on a topic or leave it open."""
        return tuple(entry for entry in self.of(topic) if entry.decides)

    def entry(self, identifier: str) -> Evidence | None:
        return next((entry for entry in self.entries if entry.id == identifier), None)

    def age_days(self, entry: Evidence) -> int | None:
        """Whole days from the observation to the gathering; None where either is not known."""
        if entry.observed_at is None or self.now is None:
            return None
        return max(0, (self.now - entry.observed_at).days)

    @property
    def hash(self) -> str:
        """SHA-256 of all entries in their order, the same on every machine and on every day until the evidence changes:
        without ages, and with figures to twelve significant digits."""
        content = [_canonical(entry) for entry in self.entries]
        text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(entry: Evidence) -> dict[str, str | bool | None]:
    """One entry as text alone: a float has more than one way to be written."""
    return {
        "id": entry.id,
        "topic": entry.topic.value,
        "statement": entry.statement,
        "finding": entry.finding.value,
        "source": entry.source,
        "value": _figure(entry.value),
        "low": _figure(entry.low),
        "high": _figure(entry.high),
        "unit": entry.unit,
        "observed_at": entry.observed_at.isoformat(timespec="microseconds") if entry.observed_at else None,
        "stale": entry.stale,
        "reference": entry.reference,
        "decides": entry.decides,
        "page": entry.place.page.value,
        "section": entry.place.section,
    }


def _figure(value: float | None) -> str | None:
    """Twelve significant digits: the last ones of a sum depend on how a processor adds up."""
    return None if value is None else f"{value + 0.0:.12g}"  # -0.0 is written as 0
