"""The files that a project hands out: audit, scope workbook and briefs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from readiness.audit.decisions import HandlingDecision, effect_of
from readiness.audit.report import AuditReport
from readiness.audit.shift_report import ShiftReport
from readiness.catalog import read_catalog
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureModeCatalog
from readiness.diagnosis.verdict import Diagnosis
from readiness.errors import InvalidValueError
from readiness.exports.audit_document import audit_document
from readiness.exports.brief import decision_brief, missing_closing_parts, production_brief, prototype_brief
from readiness.exports.document import Document, Signer
from readiness.exports.figures import day
from readiness.exports.markdown import fingerprint, to_markdown
from readiness.project.state import Kind, ProjectState

BRIEFS = ("decision", "prototype", "production")
DOCUMENT_SUFFIXES = ("md", "docx")


def audit_file(
    report: AuditReport,
    suffix: str,
    *,
    decisions: Mapping[str, HandlingDecision] | None = None,
    project_name: str = "",
    audited_at: datetime | None = None,
    shift: ShiftReport | None = None,
) -> bytes:
    """The audit as a `md` or `docx` file."""
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
    return _rendered(document, suffix)


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
    """The brief of a kind as a `md` or `docx` file."""
    facts = state.facts(now)
    if kind == "decision":
        document = _signed_decision(state, diagnosis, now)
    elif kind == "prototype":
        document = prototype_brief(project_name=state.name, facts=facts, ledger=diagnosis.ledger, issued_at=now)
    elif kind == "production":
        document = production_brief(project_name=state.name, facts=facts, ledger=diagnosis.ledger, issued_at=now)
    else:
        raise InvalidValueError("Brief", kind, f"is not one of {', '.join(BRIEFS)}")
    return _rendered(document, suffix)


def brief_fingerprint(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> str:
    """SHA-256 of what the decision brief says, without its date and its signatures: what a signature names."""
    return fingerprint(replace(_decision(state, diagnosis, now, ()), fingerprint=""))


def missing_from_brief(state: ProjectState, diagnosis: Diagnosis) -> tuple[str, ...]:
    """What a stop brief must still say before it can be signed; nothing is asked of other briefs."""
    return missing_closing_parts(diagnosis, read_catalog("failure_modes", FailureModeCatalog), _closing(state))


def _signed_decision(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> Document:
    content = brief_fingerprint(state, diagnosis, now)
    signers = tuple(
        Signer(name=s.name, role=s.role, signed=f"{day(s.signed_at)}, {s.fingerprint[:12]}")
        for s in state.brief_signatures
        if s.fingerprint == content
    )
    return replace(_decision(state, diagnosis, now, signers), fingerprint=content)


def _decision(state: ProjectState, diagnosis: Diagnosis, now: datetime, signers: tuple[Signer, ...]) -> Document:
    return decision_brief(
        project_name=state.name,
        facts=state.facts(now),
        diagnosis=diagnosis,
        stop_inputs=state.stop_inputs,
        catalog=read_catalog("failure_modes", FailureModeCatalog),
        closing=_closing(state),
        signers=signers,
        issued_at=now,
    )


def _closing(state: ProjectState) -> dict[str, str]:
    """What people wrote for the end of a project, by section of the catalog's stop document."""
    notes = state.notes
    return {
        "learned": notes.learned,
        "other-use-case": notes.other_use_case,
        "other-approach": notes.other_approach,
        "later-attempt": notes.later_attempt,
    }


def _rendered(document: Document, suffix: str) -> bytes:
    if suffix == "md":
        return to_markdown(document).encode("utf-8")
    if suffix == "docx":
        from readiness.exports.word import to_docx

        return to_docx(document)
    raise InvalidValueError("Format", suffix, f"is not one of {', '.join(DOCUMENT_SUFFIXES)}")
