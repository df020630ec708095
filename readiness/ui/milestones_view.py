"""Milestones: name the state of the project, and see what changed since another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from readiness.diagnosis.comparison import PartCompared
from readiness.project import milestones
from readiness.project.issued import Milestone
from readiness.ui import cache
from readiness.ui.acts import act, act_on_text, show_refusal
from readiness.ui.page import Here, errors_shown
from readiness.ui.wording import moment, plain, told_apart

_NOW_NAME = "as it is now"


def shown(here: Here) -> None:
    """The milestones, a form for the next, and a comparison of any two."""
    st.subheader("Milestones")
    st.caption(
        "A milestone keeps the whole project as it stands today under a name, such as “after the first workshop”. "
        "Nothing changes it afterwards."
    )
    place = f"{here.state.id}/milestone"
    name = f"{place}/name"

    def make(typed: str) -> str:
        milestones.make_milestone(here.projects, here.state.id, typed, who=here.who)
        return f"The milestone {typed} is made."

    def made() -> None:
        act_on_text(place, name, make, empty="A milestone needs a name.")

    with st.form(place, border=True):
        left, right = st.columns([5, 1], vertical_alignment="bottom")
        left.text_input("Name of the milestone", key=name, max_chars=200)
        right.form_submit_button("Make it", on_click=made)
    show_refusal(place)
    for milestone in here.state.milestones:
        _milestone(here, milestone)
    if here.state.milestones:
        _comparison(here)


def _milestone(here: Here, milestone: Milestone) -> None:
    place = f"{here.state.id}/milestone/{milestone.id}"
    with st.container(horizontal=True, vertical_alignment="center"):
        by = f" · {plain(milestone.made_by)}" if milestone.made_by else ""
        st.markdown(f"**{plain(milestone.name)}** · {milestone.verdict.value} · {plain(moment(milestone.made_at))}{by}")
        # A second step: what is removed does not come back, and a double click would fall on the next one.
        with st.popover("Remove", type="tertiary"):
            st.markdown("The copy of the project is deleted with it, and nothing brings it back.")
            st.button("Remove it", key=f"{place}/out", on_click=act, args=(place, _removing(here, milestone)))
    show_refusal(place)


def _removing(here: Here, milestone: Milestone) -> Callable[[], str]:
    def remove() -> str:
        milestones.remove_milestone(here.projects, here.state.id, milestone.id, who=here.who)
        return f"The milestone {milestone.name} was removed."

    return remove


def _comparison(here: Here) -> None:
    names = told_apart({milestones.NOW: _NOW_NAME} | {one.id: one.name for one in here.state.milestones})
    oldest_first = [one.id for one in reversed(here.state.milestones)]
    left, right = st.columns(2)
    before = left.selectbox(
        "What changed from", oldest_first, index=len(oldest_first) - 1, format_func=names.__getitem__,
        key=f"{here.state.id}/milestone/from",
    )  # fmt: skip
    after = right.selectbox(
        "to", [milestones.NOW, *oldest_first], format_func=names.__getitem__, key=f"{here.state.id}/milestone/to"
    )
    if before == after:
        st.info("Choose two different states.")
        return
    with errors_shown():
        changes_shown(cache.milestones_compared(here.state.id, here.state.revision, before, after))


def changes_shown(parts: Sequence[PartCompared]) -> None:
    """One sentence a part, and everything that is not as it was as one table."""
    for part in parts:
        st.markdown(f"**{part.part.value}.** {plain(part.sentence)}")
    rows = [
        {"Part": part.part.value, "What": change.what, "Before": change.before, "After": change.after}
        for part in parts
        for change in part.changes
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
