"""The team's answer to a question on the Diagnosis page: saved when it is given, never lost to somebody else's."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.errors import ConflictError, ReadinessError
from readiness.project import Kind
from readiness.ui import session
from readiness.ui.page import Here
from readiness.ui.wording import moment, plain


@dataclass(frozen=True, slots=True)
class _Entered:
    """What was entered while somebody else answered, and the version of theirs."""

    reply: Reply
    reason: str
    version: int
    by: str


def answer(here: Here, question: QuestionResult) -> None:
    """Answer and reason, what is to be said of them, and who gave them."""
    mode, given = question.mode, question.answer
    key = _key(here, mode)
    version = here.state.version_of(Kind.ANSWER, mode)
    if st.session_state.get(f"{key}/version") != version:
        st.session_state[f"{key}/version"] = version
        st.session_state[f"{key}/reply"] = given.reply.value if given else None
        st.session_state[f"{key}/reason"] = given.reason if given else ""
    st.segmented_control(
        "Your answer",
        [reply.value for reply in Reply],
        key=f"{key}/reply",
        required=True,  # a double click must not take the answer back, with its reason
        on_change=_save,
        args=(here, mode),
    )
    st.text_area(
        "Because",
        key=f"{key}/reason",
        height="content",  # a reason is read in full, also by those who did not write it
        max_chars=4_000,
        on_change=_save,
        args=(here, mode),
        placeholder="An answer against the evidence needs its reason, and is shown as such in the brief.",
    )
    if given is None and str(st.session_state[f"{key}/reason"]).strip():
        st.caption("Not saved yet: the reason is kept together with an answer.")
    _remarks(question)
    if given is not None:
        _given(here, question)
    _not_saved(here, mode)


def _remarks(question: QuestionResult) -> None:
    given = question.answer
    if question.against_evidence:
        st.warning(
            "This answer goes against the evidence."
            + (" It needs a reason before it counts." if question.lacks_reason else _why_not_counted(question))
        )
    elif given is not None and given.reply is Reply.YES and question.reply is Reply.UNKNOWN:
        st.warning("Nothing shows this yet, so it stays unknown. Record the evidence on its page first.")


def _why_not_counted(question: QuestionResult) -> str:
    """What a reason cannot stand in for; empty where the answer counts."""
    if question.answer is None or question.answer.reply is question.reply:
        return ""
    return " Something else is missing or out of date, so it does not count yet. Record that on its page first."


def _given(here: Here, question: QuestionResult) -> None:
    """Who answered, and the way to take it back."""
    given = question.answer
    if given is not None and given.answered_by:
        st.caption(plain(f"Answered by {given.answered_by}, {moment(given.answered_at)}"))
    key = _key(here, question.mode)
    st.button(
        "Take the answer back", key=f"{key}/back", type="tertiary", on_click=_take_back, args=(here, question.mode)
    )


def _not_saved(here: Here, mode: FailureMode) -> None:
    """Why the last entry was not saved; what somebody else's answer stood in the way of can still take its place."""
    key = _key(here, mode)
    refused = st.session_state.get(f"{key}/refused")
    if refused:
        st.error(plain(refused))
    mine = st.session_state.get(f"{key}/mine")
    if not isinstance(mine, _Entered):
        return
    with st.container(border=True):
        by = mine.by or "somebody"
        st.warning(
            plain(f"{by[:1].upper()}{by[1:]} answered this meanwhile, and that answer is shown. Yours is not saved.")
        )
        because = f", because {mine.reason}" if mine.reason.strip() else ""
        st.markdown(f"Yours: {plain(f'{mine.reply}{because}')}")
        with st.container(horizontal=True):
            st.button("Keep theirs", key=f"{key}/theirs", on_click=_forget, args=(here, mode))
            st.button("Use mine", key=f"{key}/use", on_click=_use_mine, args=(here, mode))


# --- acts: they run before the page is drawn ----------------------------------------------------------------------


def _save(here: Here, mode: FailureMode) -> None:
    key = _key(here, mode)
    reply, reason = st.session_state[f"{key}/reply"], str(st.session_state[f"{key}/reason"])
    if reply is not None:  # a reason that comes first is saved together with the answer
        _store(here, mode, Reply(reply), reason, st.session_state[f"{key}/version"])


def _use_mine(here: Here, mode: FailureMode) -> None:
    mine = st.session_state.pop(f"{_key(here, mode)}/mine", None)
    if isinstance(mine, _Entered):
        _store(here, mode, mine.reply, mine.reason, mine.version)
        st.session_state.pop(f"{_key(here, mode)}/version", None)  # so that the fields show it


def _store(here: Here, mode: FailureMode, reply: Reply, reason: str, version: int) -> None:
    _forget(here, mode)
    key = _key(here, mode)
    try:
        here.projects.answer(here.state.id, mode, reply, reason, version=version, who=session.who())
    except ConflictError as conflict:
        st.session_state[f"{key}/mine"] = _Entered(reply, reason, conflict.current_version, conflict.by)
    except ReadinessError as error:
        st.session_state[f"{key}/refused"] = str(error)
    else:
        # A click that comes before the page is drawn again follows on this one, and is no conflict with it.
        st.session_state[f"{key}/version"] = version + 1


def _take_back(here: Here, mode: FailureMode) -> None:
    _forget(here, mode)
    key = _key(here, mode)
    try:
        here.projects.answer(
            here.state.id, mode, None, "", version=st.session_state[f"{key}/version"], who=session.who()
        )
    except ReadinessError as error:
        st.session_state[f"{key}/refused"] = str(error)


def _forget(here: Here, mode: FailureMode) -> None:
    for part in ("refused", "mine"):
        st.session_state.pop(f"{_key(here, mode)}/{part}", None)


def _key(here: Here, mode: FailureMode) -> str:
    return f"{here.state.id}/answer/{mode}"
