"""Acts behind buttons, as callbacks that run before the page is drawn.

A second click runs beside the first one, and cuts it off where it next touches the session's state. So acts wait for
each other, and what is said of one is written on a value that was fetched before it.
"""

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
    held = session.held()
    with held.one_at_a_time:
        _succeeds(held, place, do)


def _succeeds(held: session.Held, place: str, do: Callable[[], str]) -> bool:
    held.refusals.pop(place, None)
    try:
        held.notice = do()
    except ReadinessError as error:
        held.refusals[place] = str(error)
        return False
    return True


def act_on_text(
    place: str, field: str, do: Callable[[str], str], *, empty: str, also_clear: Sequence[str] = ()
) -> None:
    """`act` on the text of `field`, which is cleared when it succeeds; `empty` is the refusal of a blank one.

    The form must not clear itself: the two clicks of a double click may arrive as one, and then the text would be gone.
    When they arrive one by one, the second finds its text acted upon a moment ago and does nothing.
    """
    held = session.held()
    text = str(st.session_state[field]).strip()
    with held.one_at_a_time:
        last_text, last_time = held.done.get(place, ("", -DOUBLE_CLICK_SECONDS))
        again = text in ("", last_text) and monotonic() - last_time < DOUBLE_CLICK_SECONDS
        if not text and not again:
            held.refusals[place] = empty
            return
        if not again and not _succeeds(held, place, lambda: do(text)):
            return
        held.done[place] = (text or last_text, monotonic())
    for key in (field, *also_clear):
        st.session_state[key] = ""


def show_refusal(place: str) -> None:
    """The sentence of the last act at `place`, if it was refused."""
    sentence = session.held().refusals.get(place)
    if sentence:
        st.error(plain(sentence))
