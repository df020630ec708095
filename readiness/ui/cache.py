"""Every cache of the dashboard. Each is keyed by the project's revision and bounded; none holds one user's drafts."""

from __future__ import annotations

import atexit
from datetime import date

import streamlit as st

from readiness.audit.report import AuditReport
from readiness.catalog import read_catalog
from readiness.diagnosis.comparison import Change, PartCompared
from readiness.diagnosis.deciding_inputs import levers_of
from readiness.diagnosis.failure_modes import FailureModeCatalog
from readiness.diagnosis.flips import WhatIf, what_would_change
from readiness.diagnosis.verdict import Case, Diagnosis
from readiness.locations import default_store_path
from readiness.project import Projects, ProjectState
from readiness.project.joining import Presence
from readiness.project.opening import open_projects
from readiness.standard.checklist import ReadinessStandard


@st.cache_resource(show_spinner=False)
def projects() -> Projects:
    """The projects of this process's store, with the catalog; opened once."""
    opened = open_projects(default_store_path())
    atexit.register(opened.store.close)  # so that a stopped server leaves one file, without its log
    return opened


@st.cache_resource(show_spinner=False)
def presence() -> Presence:
    """Who has the link of a workshop open, as this process sees it."""
    return Presence()


@st.cache_resource(show_spinner=False, max_entries=16)
def qr_code(address: str) -> bytes:
    """An address as the picture of a QR code."""
    from readiness.exports.qr_code import qr_png

    return qr_png(address)


@st.cache_resource(show_spinner=False)
def failure_modes() -> FailureModeCatalog:
    """What each failure mode looks like, when it shows and how it is fixed."""
    return read_catalog("failure_modes", FailureModeCatalog)


@st.cache_resource(show_spinner=False)
def readiness_standard() -> ReadinessStandard:
    """The readiness standard of the catalog."""
    return read_catalog("readiness_standard", ReadinessStandard)


@st.cache_resource(show_spinner=False, max_entries=64)
def state_at(project_id: str, revision: int) -> ProjectState:
    """The project as it stands at a revision."""
    del revision  # part of the key: a write makes a new one
    return projects().load(project_id)


@st.cache_resource(show_spinner=False, max_entries=64)
def diagnosis_at(project_id: str, revision: int, today: date) -> Diagnosis:
    """The diagnosis of a project at a revision; the day counts because evidence ages."""
    del today
    return projects().diagnose(state_at(project_id, revision))


@st.cache_resource(show_spinner=False, max_entries=16)
def what_if_at(project_id: str, revision: int, today: date) -> WhatIf:
    """The project as a case, with its levers and what would change its verdict, at a revision."""
    diagnosis, state = diagnosis_at(project_id, revision, today), state_at(project_id, revision)
    facts = state.facts(diagnosis.ledger.now or projects().clock())
    case = Case(facts, diagnosis.ledger, state.answers, state.stop_inputs)
    verdicts, standing = projects().verdicts, projects().standing
    return WhatIf(case, levers_of(case, diagnosis), what_would_change(case, verdicts, standing))


@st.cache_resource(show_spinner=False, max_entries=16)
def report_at(project_id: str, revision: int, at_hand: bool) -> AuditReport | None:
    """The audit report at a revision, with examples while the records are at hand."""
    del at_hand
    return projects().report_with_examples(state_at(project_id, revision))


@st.cache_resource(show_spinner=False, max_entries=8)
def milestones_compared(project_id: str, revision: int, before: str, after: str) -> tuple[PartCompared, ...]:
    """What changed between two milestones, or since one of them, at a revision."""
    from readiness.project.milestones import compare_milestones

    del revision
    return compare_milestones(projects(), project_id, before, after)


@st.cache_resource(show_spinner=False, max_entries=8)
def issues_compared(project_id: str, revision: int, before: int, after: int) -> tuple[Change, ...]:
    """What differs between two issues of the brief, or one of them and the brief as it reads now, at a revision."""
    from readiness.project.issuing import compare_issues

    state = state_at(project_id, revision)
    return compare_issues(projects(), state, projects().diagnose(state), before, after)


@st.cache_resource(show_spinner=False, max_entries=16)
def brief_pages(project_id: str, revision: int, today: date, kind: str) -> tuple[bytes, ...]:
    """The pages of a brief as pictures, at a revision; the day counts because the brief is dated."""
    return projects().brief_pages(state_at(project_id, revision), diagnosis_at(project_id, revision, today), kind)
