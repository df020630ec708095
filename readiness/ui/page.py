"""The frame of every page: the project at hand, one sentence that says what to do, the strip, and where to go next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NoReturn

import streamlit as st

from readiness.diagnosis.ledger import Topic
from readiness.diagnosis.places import Place
from readiness.diagnosis.preparations import Preparation, PreparationState, preparations
from readiness.diagnosis.verdict import Diagnosis
from readiness.errors import ReadinessError, UnknownNameError
from readiness.project import Projects, ProjectState
from readiness.project.outcomes import alarm_sentence
from readiness.ui import cache, session
from readiness.ui.acts import act, show_refusal
from readiness.ui.rooms import PORTFOLIO, ROOM_OF_PAGE, ROOM_OF_TOPIC, TABBED, Room
from readiness.ui.wording import badge, plain

_PROJECT, _SECTION = "project", "section"  # of an address

Colour = Literal["gray", "orange", "green", "red"]

STATE_COLOUR: dict[PreparationState, Colour] = {
    PreparationState.NOT_STARTED: "gray",
    PreparationState.OPEN: "orange",
    PreparationState.DONE: "green",
}


@dataclass(frozen=True, slots=True)
class Here:
    """What a page works on: the facade, the project as it is now, its diagnosis, and who is at the keyboard."""

    projects: Projects
    state: ProjectState
    diagnosis: Diagnosis
    who: str


def open_page(room: Room, instruction: str) -> Here:
    """The head of a page of a project. Without a project it leads to the portfolio, and the page ends there."""
    here = _here(room)
    st.markdown(f"{instruction}")
    _alarm(here.state)
    _strip(preparations(here.diagnosis.ledger))
    session.show_notice()
    return here


def link_next(room: Room, why: str) -> None:
    """The way on, at the end of a page."""
    st.divider()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(why, width="content")
        link(room, f"**Next: {room.title} →**")


def link(room: Room, label: str, *, section: str = "") -> None:
    """A link to another page that stays in the same project; to the tab named `section` where the page has tabs."""
    named = {_PROJECT: session.project_id(), _SECTION: section}
    st.page_link(room.path, label=label, query_params={name: str(value) for name, value in named.items() if value})


def link_to_place(place: Place, label: str = "") -> None:
    """A link to where something is settled, in the same project; named after the place where no label is given."""
    section = place.section if place.page in TABBED else ""
    link(ROOM_OF_PAGE[place.page], label or f"{plain(place.words)} →", section=section)


def turn_to_section(tabs: str, titles: Sequence[str]) -> None:
    """Turn the tabs with this key to the one that the address names, once: whoever turns on from there is left alone.
    To be called before the tabs are drawn. A title that the page has not is passed over."""
    wanted = st.query_params.get(_SECTION)
    if wanted is None:
        return
    st.query_params.pop(_SECTION)
    if wanted in titles:
        st.session_state[tabs] = wanted


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show the sentence of an error that Readiness raised on purpose, in place of what failed."""
    try:
        yield
    except ReadinessError as error:
        st.error(plain(str(error)))


def _here(room: Room) -> Here:
    try:
        projects = cache.projects()
    except ReadinessError as error:
        st.error(plain(str(error)))
        st.stop()
    session.follow(room.path)
    identifier = session.project_id()
    if identifier is None:
        st.title(room.title)
        _lead_to_portfolio("Choose a project first, or make one.")
    try:
        row = projects.store.project(identifier)
    except UnknownNameError:
        session.choose_project(None)
        st.title(room.title)
        _lead_to_portfolio("The project in this address is not in this project file.")
    st.caption(plain(row.name))
    st.title(room.title)
    if row.archived_at is not None:
        _offer_to_bring_back(projects, row.id)
    try:
        state = cache.state_at(row.id, row.revision)
        diagnosis = cache.diagnosis_at(row.id, row.revision, datetime.now(UTC).date())
    except ReadinessError as error:
        st.error(plain(str(error)))
        st.stop()
    return Here(projects, state, diagnosis, session.who())


def _offer_to_bring_back(projects: Projects, identifier: str) -> NoReturn:
    st.warning("This project is archived. Bring it back to read it or to go on with it.")
    place = f"{identifier}/bring_back"

    def bring_back() -> str:
        projects.restore(identifier, who=session.who())
        return "The project is back."

    st.button("Bring it back", on_click=act, args=(place, bring_back))
    show_refusal(place)
    st.stop()


def _lead_to_portfolio(sentence: str) -> NoReturn:
    st.info(sentence)
    link(PORTFOLIO, "Go to the portfolio")
    st.stop()


def _alarm(state: ProjectState) -> None:
    """On every page of the project, while the metric was outside tolerance at two reviews in a row."""
    sentence = alarm_sentence(state)
    with st.container():  # always there, so that what stands below stays where it is
        if sentence:
            st.warning(plain(sentence))


def _strip(states: tuple[Preparation, ...]) -> None:
    """The four preparations side by side; under each other on a phone."""
    for column, preparation in zip(st.columns(len(states), gap="small"), states, strict=True):
        with column.container(border=True, height="stretch", gap="xsmall"):
            link(ROOM_OF_TOPIC[preparation.topic], f"**{_TOPIC_TITLE[preparation.topic]}** →")
            mark = badge(preparation.state.value, STATE_COLOUR[preparation.state])
            st.markdown(f"{mark} :small[{plain(preparation.sentence)}]")


_TOPIC_TITLE = {
    Topic.DATA: "Data",
    Topic.SCOPE: "Scope",
    Topic.OUTCOME: "Outcome",
    Topic.OWNERSHIP: "Ownership",
}
