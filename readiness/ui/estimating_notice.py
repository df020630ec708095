"""A line on every page of a project while an estimate is asked for, with the way to it."""

from __future__ import annotations

import streamlit as st

from readiness.errors import ReadinessError
from readiness.exports.figures import counted
from readiness.project import Projects
from readiness.project import estimating as together
from readiness.ui.rooms import SCOPE

LOOK_EVERY = 5.0  # seconds


@st.fragment(run_every=LOOK_EVERY)
def notice(projects: Projects, project_id: str) -> None:
    """Says that an estimate is asked for, without running the page again; nothing while none is."""
    try:
        now = together.phase(projects, project_id)
    except ReadinessError:
        return  # the page says what is wrong
    if now.is_open:
        with st.container(border=True):
            st.markdown(f"**An estimate is asked for**: {counted(now.asked, 'component')}.")
            st.page_link(SCOPE.path, label="Take part →", query_params={"project": project_id})
