"""The round of estimates that is open: one participant's form, who is done, and the reveal."""

from __future__ import annotations

from typing import Any

import streamlit as st

from readiness.ballots import Round
from readiness.errors import InputError
from readiness.exports.figures import counted
from readiness.scope.rounds import DO_NOT_KNOW, PARTS, answer_of
from readiness.ui import round_form
from readiness.ui.grids import figure_text, typed_figure
from readiness.ui.page import Here
from readiness.ui.round_form import Fields, Part
from readiness.ui.taking_part import Taking
from readiness.ui.wording import plain

DAY_PIXELS = 88


def asked(here: Here, current: Round) -> None:
    """The box of the round that is open."""
    part = part_of(here, current)
    gone = [current.label(thing) for thing in current.things if thing not in part.things]
    with st.container(border=True):
        st.markdown(f"#### An estimate is asked for: {counted(len(part.things), 'component')}")
        by = plain(current.opened_by or "somebody")
        st.markdown(
            f"Asked by {by}, {current.opened_at:%H:%M} UTC. Nobody sees anything of your figures before all are "
            "revealed together: until then only who has answered is known."
        )
        if gone:
            st.caption(plain(f"Removed since the round was opened, and not asked for any more: {', '.join(gone)}."))
        if round_form.names_nobody(here.who):
            round_form.ask_name(here.state.id)
        else:
            round_form.form(part)
        round_form.progress(part)


def part_of(taking: Taking, current: Round, name_place: str = "in the sidebar") -> Part:
    """One person's part in a round of estimates."""
    present = {item.id for item in taking.state.items}
    things = tuple(thing for thing in current.things if thing in present)
    explain = (
        f"Person-days. Between low and high it should end {taking.state.plan.confidence:.0%} of the time; likely is "
        "the figure that it is as likely to exceed as to stay below."
    )
    return Part(taking.projects, taking.state.id, current, things, taking.who, fields(explain), name_place)


def fields(explain: str = "") -> Fields:
    """How an estimate is asked: three figures, or "I do not know"."""
    return Fields(
        explain=explain,
        draw=_line,
        read=_typed_answer,
        fill=_fill,
        is_drawn=lambda place: f"{place}/unknown" in st.session_state,
        written=written,
        nothing_typed="Nothing is filled in yet. Type three figures for a component, or tick I do not know.",
    )


def day_input(label: str, key: str) -> None:
    """A field for person-days, so narrow that three stand side by side on a phone. What is refused is said by name
    when it is sent: the browser's own field for numbers would make 25 of 2,5, and nothing of abc, without a word."""
    st.text_input(label, key=key, placeholder="days", max_chars=40, width=DAY_PIXELS)


def typed_days(label: str, place: str) -> tuple[float | None, ...]:
    """Low, likely and high as they were typed; None where nothing was. Refuses what is no number."""
    return tuple(
        typed_figure(st.session_state.get(f"{place}/{part}"), f"{label}, {name}") for part, name in PARTS.items()
    )


def written(answer: dict[str, Any]) -> str:
    """An estimate in a line: 1 / 2 / 3."""
    days = [answer.get(part) for part in PARTS]
    if all(day is None for day in days):
        return "I do not know"
    return "\u00a0/\u00a0".join("-" if day is None else f"{day:g}" for day in days)


def _line(label: str, place: str) -> None:
    st.markdown(f"**{plain(label)}**")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        for part, name in PARTS.items():
            day_input(name, f"{place}/{part}")
        st.checkbox("I do not know", key=f"{place}/unknown", width="content")


def _fill(place: str, answer: dict[str, Any]) -> None:
    for part in PARTS:
        st.session_state[f"{place}/{part}"] = figure_text(answer[part]) or ""
    st.session_state[f"{place}/unknown"] = answer == DO_NOT_KNOW


def _typed_answer(label: str, place: str) -> dict[str, Any] | None:
    """One component as it was typed; None where nothing was."""
    empty = not any(str(st.session_state.get(f"{place}/{part}") or "").strip() for part in PARTS)
    if st.session_state.get(f"{place}/unknown"):
        if not empty:
            raise InputError(f"{label}: figures and I do not know both stand there. Keep one of the two.")
        return DO_NOT_KNOW
    return None if empty else answer_of(label, *typed_days(label, place))
