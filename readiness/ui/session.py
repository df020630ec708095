"""What one browser session holds: ids, the name of who is at the keyboard, and drafts that were refused. No results."""

from __future__ import annotations

import streamlit as st

from readiness.ui.wording import plain

_PROJECT = "project_id"
_PARAMETER = "project"
_WHO = "who"
_NOTICE = "notice"
_GO_TO = "go_to"


def project_id() -> str | None:
    """The chosen project: from the address first, so that a reload and a shared link open the same one."""
    named = st.query_params.get(_PARAMETER)
    if named:
        st.session_state[_PROJECT] = named
        return str(named)
    held = st.session_state.get(_PROJECT)
    if held:
        st.query_params[_PARAMETER] = held
    return held


def choose_project(identifier: str | None) -> None:
    """Make a project the current one of this session; None leaves it."""
    if identifier is None:
        st.session_state.pop(_PROJECT, None)
        st.query_params.pop(_PARAMETER, None)
        return
    st.session_state[_PROJECT] = identifier
    st.query_params[_PARAMETER] = identifier


def who() -> str:
    """The name that stands in the journal for this session's changes."""
    return str(st.session_state.get(_WHO) or "").strip() or "somebody"


def introduce(name: str) -> None:
    """Take a name that was typed elsewhere on the page as the session's; to be called from a callback."""
    st.session_state[_WHO] = name


def ask_who() -> None:
    """The field for the name of who is at the keyboard."""
    st.text_input(
        "Your name",
        max_chars=200,
        key=_WHO,
        help="Stands beside your changes in the project's journal. It signs nothing by itself.",
    )


def go_to(path: str) -> None:
    """Open another page, in the same project, once the callback that runs now has ended."""
    st.session_state[_GO_TO] = path


def follow() -> None:
    """Go where the last callback wanted to go."""
    path = st.session_state.pop(_GO_TO, None)
    if path:
        st.switch_page(path, query_params={_PARAMETER: str(st.session_state.get(_PROJECT, ""))})


def leave_notice(text: str) -> None:
    """A sentence for the next run of this session, shown once."""
    st.session_state[_NOTICE] = text


def show_notice() -> None:
    """Show the sentence that the last action left."""
    text = st.session_state.pop(_NOTICE, None)
    if text:
        st.toast(plain(text))
