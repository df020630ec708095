"""Acts behind buttons. They run as callbacks, before the page is drawn: a second click cannot cut the first one off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

import streamlit as st

from readiness.errors import ReadinessError
from readiness.ui import session
from readiness.ui.wording import plain

DOUBLE_CLICK_SECONDS = 4.0  # long enough for a busy server; who signs nothing so soon after signing means nothing


def act(place: str, do: Callable[[], str]) -> None:
    """Run `do`, whose result is the notice of its success; a refusal stays at `place` until the next act there."""
    _succeeds(place, do)


def _succeeds(place: str, do: Callable[[], str]) -> bool:
    st.session_state.pop(_key(place), None)
    try:
        session.leave_notice(do())
    except ReadinessError as error:
        st.session_state[_key(place)] = str(error)
        return False
    return True


def act_on_text(
    place: str, field: str, do: Callable[[str], str], *, empty: str, also_clear: Sequence[str] = ()
) -> None:
    """`act` on the text of `field`, which is cleared when it succeeds; `empty` is the refusal of a blank one.

    The form must not clear itself: the two clicks of a double click may arrive as one, and then the text would be gone.
    When they arrive one by one, the second finds its text acted upon a moment ago and does nothing.
    """
    text = str(st.session_state[field]).strip()
    last_text, last_time = st.session_state.get(_done(place), ("", -DOUBLE_CLICK_SECONDS))
    again = text in ("", last_text) and monotonic() - last_time < DOUBLE_CLICK_SECONDS
    if not text and not again:
        st.session_state[_key(place)] = empty
        return
    if again or _succeeds(place, lambda: do(text)):
        st.session_state[_done(place)] = (text or last_text, monotonic())
        for key in (field, *also_clear):
            st.session_state[key] = ""


def show_refusal(place: str) -> None:
    """The sentence of the last act at `place`, if it was refused."""
    sentence = st.session_state.get(_key(place))
    if sentence:
        st.error(plain(sentence))


def _done(place: str) -> str:
    return f"{place}/done_at"


def _key(place: str) -> str:
    return f"{place}/refused"
