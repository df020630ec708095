"""The runner behind app.py: settings of the page, navigation, and the project in the sidebar.

A session that was opened by the workshop's link has one page and neither sidebar nor navigation.
"""

from __future__ import annotations

import streamlit as st

from readiness.errors import ReadinessError
from readiness.ui import asked_notice, cache, joined, joined_view, session
from readiness.ui.rooms import PORTFOLIO, ROOMS, WORKSHOP
from readiness.ui.wording import moment, plain, told_apart


def run() -> None:
    """Draw the sidebar and run the page that the address names; for a participant, the workshop alone."""
    code = joined.code()
    if code is not None:
        _take_part(code)
        return
    st.set_page_config(page_title="Readiness", page_icon="◐", layout="wide", initial_sidebar_state="auto")
    sections: dict[str, list[st.Page]] = {}
    for room in ROOMS:
        page = st.Page(room.path, title=room.title, url_path=room.address, default=room is PORTFOLIO)
        sections.setdefault(room.section, []).append(page)
    chosen = st.navigation(sections)
    with st.sidebar:
        _project_picker()
        session.ask_who()
        _look_for_questions(chosen.title)
    chosen.run()


def _take_part(code: str) -> None:
    st.set_page_config(page_title="Workshop", page_icon="◐", layout="centered", initial_sidebar_state="collapsed")

    def workshop() -> None:
        joined_view.draw(code)

    # Every address leads to the same page, so that one of the project's pages cannot be typed into this session.
    start = st.Page(workshop, title=WORKSHOP.title, url_path="", default=True)
    others = [st.Page(workshop, title=WORKSHOP.title, url_path=room.address) for room in ROOMS]
    st.navigation([start, *others], position="hidden").run()


def _look_for_questions(page: str) -> None:
    """What is asked of everybody in the project, on every page but the ones that ask it and the one that shows all."""
    identifier = session.project_id()
    if identifier is not None and page != WORKSHOP.title:
        asked_notice.notice(cache.projects(), identifier, page)


def _project_picker() -> None:
    try:
        rows = cache.projects().rows()
    except ReadinessError as error:
        st.error(plain(str(error)))
        st.stop()
    if not rows:
        return
    began = {row.id: f"begun on {moment(row.created_at)}" for row in rows}
    names = told_apart({row.id: row.name for row in rows}, began)
    current = session.project_id()
    key = "project_picker"
    if st.session_state.get(key) != current or current not in names:
        st.session_state[key] = current if current in names else None
    st.selectbox(
        "Project",
        options=list(names),
        format_func=names.__getitem__,
        key=key,
        placeholder="Choose a project",
        on_change=lambda: session.choose_project(st.session_state[key]),
    )


run()
