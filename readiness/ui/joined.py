"""What a session holds that was opened by the workshop's link: which project it may take part in, and as whom."""

from __future__ import annotations

import streamlit as st

from readiness.ballots import NOBODY, clean_name
from readiness.errors import InvalidValueError
from readiness.outcome.agreement import person_key
from readiness.ui import session
from readiness.ui.join_link import JOIN

NAME = "name"  # the parameter that keeps the name over a reload
_CODE = "joined/code"


def code() -> str | None:
    """The code of the link that this session was opened by; None for a session that was not. Once it has joined, a
    session stays a participant's, whatever its address says later."""
    named = st.query_params.get(JOIN)
    if named:
        st.session_state[_CODE] = str(named)
    held = st.session_state.get(_CODE)
    if held and named != held:
        st.query_params[JOIN] = held
    return held


def name() -> str:
    """The name of the participant: as typed, else as the address kept it over a reload; empty before there is one."""
    typed = session.who()
    if person_key(typed) not in NOBODY:
        return typed
    kept = str(st.query_params.get(NAME) or "")
    try:
        clean = clean_name(kept, person_key)
    except InvalidValueError:
        return ""
    session.introduce(clean)
    return clean


def take_name(typed: str) -> None:
    """Join under this name; to be called from a callback. Raises InvalidValueError for a name that names nobody."""
    clean = clean_name(typed, person_key)
    session.introduce(clean)
    st.query_params[NAME] = clean


def drop_name() -> None:
    """Join no longer under this name; to be called from a callback."""
    session.introduce("")
    st.query_params.pop(NAME, None)
