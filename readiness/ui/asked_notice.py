"""A line on every page of a project while something is asked of the group, with the way to it."""

from __future__ import annotations

import streamlit as st

from readiness.errors import ReadinessError
from readiness.project import Projects, asking
from readiness.ui.asked import asked_about

LOOK_EVERY = 5.0  # seconds


@st.fragment(run_every=LOOK_EVERY)
def notice(projects: Projects, project_id: str, page: str) -> None:
    """Says what is asked, without running the page again; nothing of what `page` asks itself."""
    try:
        open_now = asking.asked_now(projects, project_id)
    except ReadinessError:
        return  # the page says what is wrong
    for asked in open_now:
        kind = asked_about(asked.round)
        if kind is None or kind.room.title == page:
            continue
        with st.container(border=True):
            st.markdown(f"**{kind.asks_for(len(asked.things))}**")
            st.page_link(kind.room.path, label="Take part →", query_params={"project": project_id})
