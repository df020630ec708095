"""What a participant sees who has joined by the link: a name, and the one thing that is to be done now.

Nothing else of the project is read for them and nothing of another one. The page looks every few seconds whether
something was opened or revealed, and is drawn again when that changes what is to be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from readiness.ballots import LONGEST_NAME, Round, shown_name
from readiness.errors import InvalidValueError, ReadinessError
from readiness.project import Projects, asking
from readiness.project.joining import project_of
from readiness.ui import cache, joined, round_form
from readiness.ui.asked import JUDGMENTS, Asked, asked_about
from readiness.ui.taking_part import Participant
from readiness.ui.wording import plain

LOOK_EVERY = 3.0  # seconds until something that is opened is on every phone
# There is neither menu nor sidebar above: on a phone every line counts.
_LOW_HEAD = "<style>.stMainBlockContainer { padding-top: 3.5rem; }</style>"
_TYPED = "joined/typed_name"
_REFUSED = "joined/refused_name"
_SHARED = "joined/shared_name"


@dataclass(frozen=True, slots=True)
class Task:
    """One round that is open, and how far this participant is."""

    round: Round
    kind: Asked
    answered: int
    asked: int
    sent_here: bool  # what is there was sent by this window
    last_given_at: datetime | None

    @property
    def is_done(self) -> bool:
        return 0 < self.asked <= self.answered


def draw(code: str) -> None:
    """The whole page of a participant."""
    st.html(_LOW_HEAD)
    try:
        projects = cache.projects()
        rows = {row.id: row for row in projects.rows()}
    except ReadinessError as error:
        st.error(plain(str(error)))
        return
    project_id = project_of(code, rows)
    if project_id is None:
        st.title("Workshop")
        st.info("This link leads to no workshop, or to one that is over. Ask the facilitator for the present one.")
        return
    st.caption(plain(rows[project_id].name))
    name = joined.name()
    if not name:
        st.title("Workshop")
        _ask_name(project_id)
        return
    _take_part(projects, project_id, name)


def _take_part(projects: Projects, project_id: str, name: str) -> None:
    cache.presence().seen(project_id, round_form.token(), name)
    tasks = _tasks(projects, project_id, name)
    drawn = _signature(tasks)
    current = next((task for task in tasks if _is_to_do(task)), None)
    _who_is_here(project_id, name)
    if current is None:
        _nothing_to_do(projects, project_id, name, tasks)
    else:
        _form(projects, project_id, name, current, tasks)
    _look(projects, project_id, name, drawn, current)


def _tasks(projects: Projects, project_id: str, name: str) -> tuple[Task, ...]:
    """What is asked now, the earliest first."""
    found = []
    for now in asking.asked_now(projects, project_id):
        kind = asked_about(now.round)
        if kind is None or not now.things:
            continue  # opened by a later version, or about what is not there any more
        standing = now.standing(name)
        found.append(
            Task(
                now.round,
                kind,
                answered=standing.answered if standing else 0,
                asked=len(now.things),
                sent_here=standing is not None and round_form.mark() in standing.senders,
                last_given_at=standing.last_given_at if standing else None,
            )
        )
    return tuple(found)


def _signature(tasks: tuple[Task, ...]) -> tuple[tuple[str, int], ...]:
    """What the page was drawn for. Answers are not in it: they come from this very page."""
    return tuple((task.round.id, task.asked) for task in tasks)


def _is_to_do(task: Task) -> bool:
    """A round is done once all is answered, but for who asked to change something and has sent nothing since."""
    changing = _again(task.round)
    if changing in st.session_state and st.session_state[changing] == task.last_given_at:
        return True
    st.session_state.pop(changing, None)
    return not task.is_done


def _again(round_: Round) -> str:
    return f"joined/{round_.id}/again"


# --- the name -----------------------------------------------------------------------------------------------------


def _ask_name(project_id: str) -> None:
    st.markdown(
        "Type the name that the others know you by. It is no login: it says whose answers are whose. Your answers stay "
        "private until all are revealed together."
    )
    with st.form("joined/name", border=False):
        st.text_input("Your name", max_chars=LONGEST_NAME, key=_TYPED, placeholder="Ann Lee")
        st.form_submit_button("Join", type="primary", width="stretch", on_click=_join, args=(project_id,))
    if st.session_state.get(_REFUSED):
        st.error(plain(st.session_state[_REFUSED]))
    shared = st.session_state.get(_SHARED)
    if shared:
        st.warning(
            f"Somebody has joined as {plain(shared)} and is here now. If that is you on another device, go on. If not, "
            "add your surname above, so that nobody replaces the other's answers."
        )
        st.button(f"I am {plain(shared)}, go on", on_click=_join_as, args=(shared,), width="stretch")


def _join(project_id: str) -> None:
    typed = shown_name(str(st.session_state.get(_TYPED) or ""))
    for key in (_REFUSED, _SHARED):
        st.session_state.pop(key, None)
    if typed and cache.presence().shares_name(project_id, round_form.token(), typed):
        st.session_state[_SHARED] = typed
        return
    _join_as(typed)


def _join_as(name: str) -> None:
    try:
        joined.take_name(name)
    except InvalidValueError:
        st.session_state[_REFUSED] = "Type the name that the others know you by."
        return
    st.session_state.pop(_SHARED, None)


def _who_is_here(project_id: str, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{plain(name)}**", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            st.button("Change my name", type="tertiary", on_click=_change_name, args=(project_id, name))
            st.button("Leave", type="tertiary", on_click=_leave, args=(project_id,))


def _change_name(project_id: str, name: str) -> None:
    _leave(project_id)
    st.session_state[_TYPED] = name


def _leave(project_id: str) -> None:
    cache.presence().left(project_id, round_form.token())
    joined.drop_name()


# --- what is to be done -------------------------------------------------------------------------------------------


def _form(projects: Projects, project_id: str, name: str, task: Task, tasks: tuple[Task, ...]) -> None:
    st.subheader(task.kind.asks_for(task.asked))
    waiting = sum(_is_to_do(other) for other in tasks) - 1
    if waiting:
        st.caption(f"{waiting} more after this.")
    if task.is_done:
        st.caption("You have answered. What you send now replaces it; nothing changes while you send nothing.")
        st.button("Back", on_click=_stop_changing, args=(task.round,))
    elif task.answered and not task.sent_here and task.kind is not JUDGMENTS:  # whose form asks by itself
        st.caption(
            f"{task.answered} of {task.asked} answers under this name came from another window, or from this one "
            "before it was reloaded. They count, and are not shown here."
        )
    state = cache.state_at(project_id, projects.store.project(project_id).revision)
    task.kind.form(Participant(projects, state, name), task.round)


def _nothing_to_do(projects: Projects, project_id: str, name: str, tasks: tuple[Task, ...]) -> None:
    for task in tasks:
        with st.container(border=True):
            st.markdown(f"**Thank you. {plain(task.kind.title)}: {task.answered} of {task.asked} sent.**")
            if not task.sent_here:
                st.caption(
                    f"Sent as {plain(name)} from another window, or from this one before it was reloaded. If that was "
                    "not you, change your name."
                )
            st.caption("They are revealed together once the facilitator says so.")
            st.button(
                "Change what I sent" if task.sent_here else "Send again",
                key=f"joined/{task.round.id}/change",
                on_click=_change_answers,
                args=(task,),
            )
    if not tasks:
        st.subheader("Nothing to do right now")
        _just_revealed(projects, project_id, name)
    st.caption("This page changes by itself as soon as something is asked.")


def _just_revealed(projects: Projects, project_id: str, name: str) -> None:
    """The latest round that was revealed, where nothing else is asked: the group talks about it now."""
    revealed = [round_ for round_ in asking.rounds(projects, project_id) if round_.revealed_at is not None]
    latest = max(revealed, key=lambda round_: str(round_.revealed_at), default=None)
    kind = asked_about(latest) if latest is not None else None
    if latest is None or kind is None:
        return
    st.markdown(f"{plain(kind.title)}: revealed. The facilitator shows what was said.")
    window = round_form.window_of(latest.id, name)
    for sentence in window.refused if window.late else ():
        st.warning(plain(sentence))


def _change_answers(task: Task) -> None:
    st.session_state[_again(task.round)] = task.last_given_at


def _stop_changing(round_: Round) -> None:
    st.session_state.pop(_again(round_), None)


@st.fragment(run_every=LOOK_EVERY)
def _look(projects: Projects, project_id: str, name: str, drawn: object, form: Task | None) -> None:
    """Says that this window is here, and draws the page again where something else is to be done. A form that somebody
    may be typing into stays as long as it is asked for, and after that until they have read that it is not."""
    presence, token = cache.presence(), round_form.token()
    presence.seen(project_id, token, name)
    try:
        tasks = _tasks(projects, project_id, name)
    except ReadinessError as error:
        st.error(plain(str(error)))
        return
    if presence.shares_name(project_id, token, name):
        st.warning(
            f"Another window is here as {plain(name)}, too. If that is not you, change your name, with a surname."
        )
    now = next((task for task in tasks if form is not None and task.round.id == form.round.id), None)
    if (form is None and _signature(tasks) != drawn) or _has_become_done(form, now):
        st.rerun()
    if form is None or now is not None:
        return
    told = f"joined/{form.round.id}/told"
    if told not in st.session_state:
        st.session_state[told] = True
        st.toast("The answers were revealed.")  # the sentence below a long form is out of sight on a phone
    st.warning("The answers were revealed. What stands above and was not sent is not among them.")
    if st.button("Go on", key=f"joined/{form.round.id}/go_on", type="primary"):
        st.rerun()


def _has_become_done(drawn: Task | None, now: Task | None) -> bool:
    """Whether the form that stands on the page was finished by itself, one answer at a time."""
    return drawn is not None and now is not None and now.is_done and not drawn.is_done
