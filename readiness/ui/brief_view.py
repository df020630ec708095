"""The parts of the Brief page."""

from __future__ import annotations

import streamlit as st

from readiness.diagnosis.verdict_table import Verdict
from readiness.project import Kind
from readiness.ui.autosave import row_of, text_field
from readiness.ui.page import Here, errors_shown
from readiness.ui.signing import signing_form
from readiness.ui.wording import moment, plain

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BRIEFS = {"decision": "The decision", "prototype": "Prototype brief", "production": "Production brief"}


def notes(here: Here) -> None:
    """What only people know; a stop brief needs all of it."""
    row = row_of(here, Kind.BRIEF_NOTES, here.state.notes)
    stop = here.diagnosis.verdict is Verdict.STOP
    with st.expander("What was learned, and what could work instead", expanded=stop):
        if stop:
            st.caption("A stop brief holds all four. It blames nobody: write of the work, not of people.")
        left, right = st.columns(2, gap="medium")
        with left:
            text_field(row, "learned", "What was learned", lines=3)
            text_field(row, "other_use_case", "Another use case that could work", lines=3)
        with right:
            text_field(row, "other_approach", "Another approach that could work", lines=3)
            text_field(row, "later_attempt", "A later attempt: what would have to be better", lines=3)


def preview_and_downloads(here: Here) -> None:
    """The brief as it will be read, and its files."""
    kind = st.segmented_control(
        "Which brief", list(BRIEFS), format_func=BRIEFS.__getitem__, default="decision", required=True, key="brief_kind"
    )
    with errors_shown():
        text = here.projects.brief(here.state, here.diagnosis, kind, "md").decode()
        with st.container(horizontal=True):
            st.download_button(
                "Download as Word",
                data=lambda: here.projects.brief(here.state, here.diagnosis, kind, "docx"),
                file_name=f"{kind}-brief.docx",
                mime=WORD,
                on_click="ignore",
                type="primary",
            )
            st.download_button(
                "Download as Markdown", data=text, file_name=f"{kind}-brief.md", mime="text/markdown", on_click="ignore"
            )
        with st.container(border=True, key="brief_preview"):
            st.markdown(text)


def signatures(here: Here) -> None:
    """Who signed the decision as it reads now, and a place to sign it."""
    st.subheader("Signatures")
    current = here.projects.brief_fingerprint(here.state, here.diagnosis)
    st.caption(
        f"A signature names the brief as it reads now, by its fingerprint {current[:12]}. "
        "What changes after it is shown."
    )
    for signature in here.state.brief_signatures:
        valid = signature.fingerprint == current
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge("signed" if valid else "earlier wording", color="green" if valid else "orange")
            role = f", {plain(signature.role)}" if signature.role else ""
            st.markdown(
                f"**{plain(signature.name)}**{role} · {moment(signature.signed_at)} · {signature.fingerprint[:12]}"
            )
    missing = here.projects.missing_from_brief(here.state, here.diagnosis)
    signing_form(
        f"{here.state.id}/sign_brief",
        "Sign the brief",
        lambda name, role: here.projects.sign_brief(
            here.state.id, name=name, role=role, fingerprint=current, who=here.who
        ),
        refused=f"A stop brief must say all of it. Missing: {', '.join(missing)}." if missing else "",
    )
    if missing:
        st.warning(f"A stop brief cannot be signed before it says all of it. Missing: {', '.join(missing)}.")
