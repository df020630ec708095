"""The files that a project hands out: audit, scope workbook and briefs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from readiness.audit.decisions import HandlingDecision, effect_of
from readiness.audit.report import AuditReport
from readiness.audit.shift_report import ShiftReport
from readiness.catalog import read_catalog
from readiness.diagnosis.closing_evidence import Known
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureModeCatalog
from readiness.diagnosis.fix_plan import PlannedStep, planned_steps
from readiness.diagnosis.flips import what_would_change
from readiness.diagnosis.verdict import Case, Diagnosis
from readiness.diagnosis.verdict_table import VerdictTable
from readiness.diagnosis.votes import Tally
from readiness.errors import InvalidValueError
from readiness.exports.audit_document import audit_document
from readiness.exports.brief_json import brief_dict
from readiness.exports.briefs.build_briefs import production_brief, prototype_brief
from readiness.exports.briefs.content import Decision, missing_closing_parts
from readiness.exports.briefs.decision_brief import decision_brief
from readiness.exports.briefs.workflow_brief import workflow_brief
from readiness.exports.canonical_json import canonical_json, plain
from readiness.exports.document import SHORT_HASH, Document, Signer
from readiness.exports.figures import day
from readiness.exports.markdown import to_markdown
from readiness.project import revealed_votes
from readiness.project.state import Kind, ProjectState
from readiness.scope.catalog import ComponentCatalog, starting_items

BRIEFS = ("decision", "prototype", "production", "workflow")
DOCUMENT_SUFFIXES = ("pdf", "docx", "md")


def audit_file(
    report: AuditReport,
    suffix: str,
    *,
    decisions: Mapping[str, HandlingDecision] | None = None,
    project_name: str = "",
    audited_at: datetime | None = None,
    shift: ShiftReport | None = None,
) -> bytes:
    """The audit as a `pdf`, `docx` or `md` file."""
    decided = decisions or {}
    known = [decided[case.id] for case in report.edge_cases if case.id in decided]
    document = audit_document(
        report,
        decisions=decided,
        effect=effect_of(report, known) if known else None,
        project_name=project_name,
        audited_at=audited_at,
        shift=shift,
    )
    return rendered(document, suffix)


def scope_file(state: ProjectState, now: datetime) -> bytes:
    """The production scope as an Excel workbook, with what an import needs to tell an edit from a later state."""
    from readiness.exports.workbook import ValueRow, scope_workbook

    ledger = gather_evidence(state.facts(now))
    return scope_workbook(
        project_name=state.name,
        items=state.items,
        plan=state.plan,
        total=ledger.total,
        report=state.audit.report if state.audit else None,
        decisions=state.decisions,
        loads=ledger.loads,
        value=[ValueRow(*one.row) for one in ledger.value.inputs] if ledger.value.started else (),
        project_id=state.id,
        versions={item.id: state.version_of(Kind.SCOPE_ITEM, item.id) for item in state.items},
        plan_version=state.version_of(Kind.SCOPE_PLAN),
        now=now,
    )


def brief_file(state: ProjectState, diagnosis: Diagnosis, kind: str, suffix: str, now: datetime) -> bytes:
    """The brief of a kind as a `pdf`, `docx` or `md` file; the decision also as `json`."""
    if kind == "decision" and suffix == "json":
        return diagnosis_json(state, diagnosis, now).encode("utf-8")
    return rendered(brief_of_kind(state, diagnosis, kind, now), suffix)


def brief_pages(state: ProjectState, diagnosis: Diagnosis, kind: str, now: datetime) -> tuple[bytes, ...]:
    """The pages of a brief as they would be printed, each as a PNG."""
    from readiness.exports.pdf import to_pictures

    return to_pictures(brief_of_kind(state, diagnosis, kind, now))


def brief_of_kind(state: ProjectState, diagnosis: Diagnosis, kind: str, now: datetime) -> Document:
    """The brief of a kind as it reads now."""
    if kind == "decision":
        return signed_decision_brief(state, diagnosis, now)
    builders = {"prototype": prototype_brief, "production": production_brief, "workflow": workflow_brief}
    if kind not in builders:
        raise InvalidValueError("Brief", kind, f"is not one of {', '.join(BRIEFS)}")
    return builders[kind](project_name=state.name, facts=state.facts(now), ledger=diagnosis.ledger, issued_at=now)


def brief_fingerprint(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> str:
    """SHA-256 of what the decision brief says, without its date and its signatures: what a signature names."""
    return _unsigned(decision_of(state, diagnosis, now)).fingerprint


def missing_from_brief(state: ProjectState, diagnosis: Diagnosis) -> tuple[str, ...]:
    """What a stop brief must still say before it can be signed; nothing is asked of other briefs."""
    return missing_closing_parts(diagnosis.verdict, _failure_modes(), _closing(state))


def diagnosis_json(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> str:
    """The decision as JSON by docs/brief.schema.json: what `readiness diagnose --json` prints, and a JSON brief is."""
    return canonical_json(decision_dict(state, diagnosis, now))


def decision_dict(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> dict[str, Any]:
    """The decision in JSON's own types, with the signatures that stand under it as it reads now."""
    decision = decision_of(state, diagnosis, now)
    content = _unsigned(decision).fingerprint
    return brief_dict(decision, fingerprint=content, signatures=signatures_under(state, content))


def signed_decision_brief(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> Document:
    """The decision brief with the signatures that stand under it. Its fingerprint is the one that they name."""
    decision = decision_of(state, diagnosis, now)
    content = _unsigned(decision).fingerprint
    return replace(decision_brief(replace(decision, signers=signers_under(state, content))), fingerprint=content)


def unsigned_decision_brief(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> Document:
    """The decision brief with lines to sign, as it is frozen when it is issued."""
    return _unsigned(decision_of(state, diagnosis, now))


def decision_of(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> Decision:
    """What the decision brief is made of, unsigned."""
    return Decision(
        project_name=state.name,
        facts=state.facts(now),
        diagnosis=diagnosis,
        stop_inputs=state.stop_inputs,
        catalog=_failure_modes(),
        closing=_closing(state),
        changes=_changes(_Moment(state.id, state.revision, now.date(), diagnosis.ledger.hash, state, diagnosis, now)),
        votes=_votes(state),
        plan=plan_of(state, diagnosis, now),
        issued_at=now,
    )


def signers_under(state: ProjectState, content: str) -> tuple[Signer, ...]:
    """Those who signed exactly this content, as a document shows them: with the beginning of what they signed."""
    return tuple(
        Signer(name=one.name, role=one.role, signed=f"{day(one.signed_at)}, {one.fingerprint[:SHORT_HASH]}")
        for one in state.brief_signatures
        if one.fingerprint == content
    )


def signatures_under(state: ProjectState, content: str) -> list[dict[str, Any]]:
    """The same in JSON's own types."""
    return [
        {"name": one.name, "role": one.role, "signed_at": plain(one.signed_at)}
        for one in state.brief_signatures
        if one.fingerprint == content
    ]


def plan_of(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> tuple[PlannedStep, ...]:
    """The steps that put the project right, each with its task and what the evidence says of it."""
    known = Known(state.facts(now), diagnosis.ledger, _safeguards())
    failing = (diagnosis.primary, *diagnosis.also_found) if diagnosis.primary else ()
    return planned_steps(failing, state.fix_tasks, known, _failure_modes(), today=now.date())


def rendered(document: Document, suffix: str) -> bytes:
    """A document as the bytes of a file of that format."""
    if suffix == "md":
        return to_markdown(document).encode("utf-8")
    if suffix == "docx":
        from readiness.exports.word import to_docx

        return to_docx(document)
    if suffix == "pdf":
        from readiness.exports.pdf import to_pdf

        return to_pdf(document)
    raise InvalidValueError("Format", suffix, f"is not one of {', '.join(DOCUMENT_SUFFIXES)}")


def _unsigned(decision: Decision) -> Document:
    return decision_brief(replace(decision, signers=()))


@dataclass(frozen=True, slots=True)
class _Moment:
    """A state of a project on one day. What tells it from others is small; what is computed from is not compared."""

    project_id: str
    revision: int
    day: date
    evidence: str
    state: ProjectState = field(compare=False)
    diagnosis: Diagnosis = field(compare=False)
    now: datetime = field(compare=False)


@lru_cache(maxsize=8)
def _changes(at: _Moment) -> tuple[str, ...]:
    """What would change the verdict, in sentences. The search is kept: a page shows, downloads and signs one brief."""
    state = at.state
    case = Case(state.facts(at.now), at.diagnosis.ledger, state.answers, state.stop_inputs)
    return what_would_change(case, _verdicts(), _standing()).sentences


@cache
def _failure_modes() -> FailureModeCatalog:
    return read_catalog("failure_modes", FailureModeCatalog)


@cache
def _verdicts() -> VerdictTable:
    return read_catalog("verdict", VerdictTable)


@cache
def _standing() -> ContradictionCatalog:
    return read_catalog("contradictions", ContradictionCatalog)


@cache
def _safeguards() -> dict[str, str]:
    """The components that are always underestimated, by id."""
    return {item.id: item.component for item in starting_items(read_catalog("components", ComponentCatalog))}


def _votes(state: ProjectState) -> tuple[Tally, ...]:
    """What participants said in the latest round of votes, once it is revealed."""
    round_ = revealed_votes.shown_round(state)
    return () if round_ is None else tuple(revealed_votes.results(state, round_).values())


def _closing(state: ProjectState) -> dict[str, str]:
    """What people wrote for the end of a project, by section of the catalog's stop document."""
    notes = state.notes
    return {
        "learned": notes.learned,
        "other-use-case": notes.other_use_case,
        "other-approach": notes.other_approach,
        "later-attempt": notes.later_attempt,
    }
