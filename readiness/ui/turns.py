"""Forms that are sent once, however often their button is clicked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import streamlit as st


@dataclass(slots=True)
class Turn:
    """How often a form was sent with success. Its widgets carry the number, so that they are empty afterwards.

    The second click of a double click is handled in a thread of its own while the first is still at work, and may end
    that one at its next access to the session state. So the turn is one object that is changed in place, under a lock.
    """

    number: int = 0
    notice: str = ""
    lock: Lock = field(default_factory=Lock)

    def once(self, number: int, do: Callable[[], str]) -> str:
        """The notice of `do`, which is done for the form of that number once; an error leaves the form as it is."""
        with self.lock:
            if number == self.number:
                self.notice = do()
                self.number += 1
            return self.notice


def turn_of(place: str) -> Turn:
    """The turn of the form at `place`."""
    turn = st.session_state.setdefault(f"{place}/turn", Turn())
    assert isinstance(turn, Turn)
    return turn
