"""The parts of the Brief page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from readiness.diagnosis.verdict_table import Verdict
from readiness.project import Kind
from readiness.ui import cache
from readiness.ui.autosave import row_of, text_field
from readiness.ui.page import Here, errors_shown

BRIEFS = {
    "decision": "The decision",
    "prototype": "Prototype brief",
    "production": "Production brief",
    "workflow": "Workflow brief",
}
DOWNLOADS = {  # suffix -> name of the button, type of the file
    "pdf": ("Download as PDF", "application/pdf"),
    "docx": ("Download as Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "md": ("Download as Markdown", "text/markdown"),
    "json": ("Download as JSON", "application/json"),
}


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
        with st.container(horizontal=True):
            for suffix in DOWNLOADS:
                if suffix != "json" or kind == "decision":
                    _download(here, kind, suffix)
        pages = cache.brief_pages(here.state.id, here.state.revision, datetime.now(UTC).date(), kind)
        _page(pages, 1)
        if len(pages) > 1:
            with st.expander("The other page" if len(pages) == 2 else f"The other {len(pages) - 1} pages"):
                for number in range(2, len(pages) + 1):
                    _page(pages, number)
        with st.expander("The brief as text"), st.container(key="brief_preview"):
            st.markdown(here.projects.brief(here.state, here.diagnosis, kind, "md").decode())


def _page(pages: Sequence[bytes], number: int) -> None:
    """One page as it would be printed."""
    with st.container(border=True):
        st.image(pages[number - 1], caption=f"Page {number} of {len(pages)}", width="stretch")


def _download(here: Here, kind: str, suffix: str) -> None:
    """A button that makes the file when it is clicked."""
    label, mime = DOWNLOADS[suffix]
    st.download_button(
        label,
        data=lambda: here.projects.brief(here.state, here.diagnosis, kind, suffix),
        file_name=f"{kind}-brief.{suffix}",
        mime=mime,
        on_click="ignore",
        type="primary" if suffix == "pdf" else "secondary",
    )
