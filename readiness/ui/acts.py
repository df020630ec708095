"""Acts behind buttons. They run as callbacks, before the page is drawn: a second click cannot cut the first one off."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import streamlit as st

from readiness.errors import ReadinessError
from readiness.ui import session
from readiness.ui.wording import plain

DOUBLE_CLICK_SECONDS = 4.0  # long enough for a busy server; who signs nothing so soon after signing means nothing


def act(place: str, do: Callable[[], str]) -> None:
    """Run `do`, whose result is the notice of its success; a refusal stays at `place` until the next act there."""
    st.session_state.pop(_key(place), None)
    try:
        session.leave_notice(do())
    except ReadinessError as error:
        st.session_state[_key(place)] = str(error)
    else:
        st.session_state[_done(place)] = monotonic()


def act_on_text(place: str, text: str, do: Callable[[], str], *, empty: str) -> None:
    """`act`, unless `text` is blank: then `empty` is the refusal, but for the second click of a double click, which
    finds the form cleared by the first."""
    if text.strip():
        act(place, do)
    elif monotonic() - st.session_state.get(_done(place), -DOUBLE_CLICK_SECONDS) >= DOUBLE_CLICK_SECONDS:
        st.session_state[_key(place)] = empty


def show_refusal(place: str) -> None:
    """The sentence of the last act at `place`, if it was refused."""
    sentence = st.session_state.get(_key(place))
    if sentence:
        st.error(plain(sentence))


def _done(place: str) -> str:
    return f"{place}/done_at"


def _key(place: str) -> str:
    return f"{place}/refused"
