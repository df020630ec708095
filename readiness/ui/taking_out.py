"""The facilitator's way to take a person out of an open round: a trial answer, or somebody who left."""

from __future__ import annotations

import streamlit as st

from readiness.ballots import Attendance
from readiness.project import Projects, asking
from readiness.ui import session
from readiness.ui.acts import act, show_refusal
from readiness.ui.wording import plain, told_apart


def take_out_button(projects: Projects, project_id: str, round_id: str, standing: Attendance, place: str) -> None:
    """A person chosen by name, and the act; nothing while nobody is in the round."""
    place = f"{place}/take_out"
    names = told_apart({one.name: one.name for one in standing.standings})
    if names:
        with st.popover("Take out …"):
            st.markdown(
                "Their answers go, and nobody waits for them any more. The history says who was taken out by whom. "
                "Whoever still has the form open can send again."
            )
            chosen = st.selectbox(
                "Who",
                list(names),
                index=None,
                format_func=lambda name: names.get(name, name),
                placeholder="Choose a name",
                key=f"{place}/who",
            )

            def take_out(name: str) -> str:
                asking.take_out(projects, project_id, round_id, name, who=session.who())
                return f"{name} is out of the round."

            label = f"Take out {plain(chosen)}" if chosen else "Take out"
            args = (place, lambda: take_out(chosen or ""))
            st.button(label, key=place, on_click=act, args=args, disabled=not chosen)
    show_refusal(place)
