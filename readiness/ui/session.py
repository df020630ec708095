"""What one browser session holds: ids, the name of who is at the keyboard, and drafts that were refused. No results."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import streamlit as st

from readiness.ballots import shown_name
from readiness.ui.wording import plain

_PROJECT = "project_id"
_PARAMETER = "project"
_WHO = "who"
_HELD = "held"


@dataclass(slots=True)
class Held:
    """What an act leaves for the next run of its session.

    The next click runs beside what the last one began, and cuts that off where it next touches the session's state.
    What is written on this value is not cut off: fetch it before the act, so that what was done and what is said of it
    stay together, and hold `one_at_a_time` meanwhile.
    """

    notice: str = ""
    refusals: dict[str, str] = field(default_factory=dict)  # by place
    done: dict[str, tuple[str, float]] = field(default_factory=dict)  # by place: the text acted upon, and when
    way: tuple[str, str] | None = None  # path and project of the page to be opened
    one_at_a_time: threading.RLock = field(default_factory=threading.RLock)

    def go_to(self, path: str, project: str) -> None:
        """Have another page opened, in `project`, once the callback that runs now has ended."""
        self.way = (path, project)


def held() -> Held:
    """What this session's acts have left."""
    kept: Held = st.session_state.setdefault(_HELD, Held())
    return kept


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
    return shown_name(str(st.session_state.get(_WHO) or "")) or "somebody"


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


def follow(here: str) -> None:
    """Go where the last callback wanted to go; `here` is the path of the page that asks. The way is kept until its end
    is reached, because a second click may cut it short."""
    kept = held()
    if kept.way is None:
        return
    path, project = kept.way
    if path == here:
        kept.way = None
        return
    st.switch_page(path, query_params={_PARAMETER: project})


def leave_notice(text: str) -> None:
    """A sentence for the next run of this session, shown once."""
    held().notice = text


def show_notice() -> None:
    """Show the sentence that the last action left."""
    kept = held()
    if kept.notice:
        st.toast(plain(kept.notice))
        kept.notice = ""
