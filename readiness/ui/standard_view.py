"""The parts of the Readiness standard page."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from readiness.project import Kind
from readiness.standard.checklist import ChecklistItem
from readiness.standard.status import ItemState, StandardStatus, total_standard
from readiness.ui import cache
from readiness.ui.grids import ROW_HEIGHT, RowEdit, edit_grid
from readiness.ui.page import Here
from readiness.ui.wording import plain


def checklist(here: Here) -> None:
    """The one list that data science, IT, legal and business share, with what shows each item."""
    standard = cache.readiness_standard()
    total = total_standard(standard, here.state.standard)
    st.markdown(f"#### {plain(total.sentence)}")
    st.caption(
        "An item counts once somebody has written what shows it, or why it is not needed. "
        "The list is read before go-live; filling it in now shows what the build must bring."
    )
    groups = {group.id: group.name for group in standard.groups}
    frame = pd.DataFrame(
        [_line(here, item, groups) for item in standard.checklist], index=[item.id for item in standard.checklist]
    )
    config = st.column_config
    edit_grid(
        f"{here.state.id}/standard",
        frame,
        columns={
            "statement": config.TextColumn("Ready when", width=420),
            "claimed": config.SelectboxColumn("State", options=[state.value for state in ItemState], required=True),
            "shown_by": config.TextColumn("Shown by, or why not needed", width="large"),
            "owner": config.TextColumn("Owner", max_chars=200),
            "asked_by": config.TextColumn("Usually asked by"),
            "group": config.TextColumn("Part"),
            "evidence": config.TextColumn("What would show it", width="large"),
        },
        locked=("statement", "asked_by", "group", "evidence"),
        save=lambda edit: _save(here, edit),
        row_height=2 * ROW_HEIGHT,
        alt="The readiness standard",
    )


def _line(here: Here, item: ChecklistItem, groups: dict[str, str]) -> dict[str, Any]:
    status = here.state.standard.get(item.id, StandardStatus(item=item.id))
    return {
        "statement": item.statement,
        "claimed": status.claimed.value,
        "shown_by": status.shown_by,
        "owner": status.owner,
        "asked_by": item.asked_by.value,
        "group": groups[item.group],
        "evidence": item.evidence,
    }


def _save(here: Here, edit: RowEdit) -> None:
    drawn = here.projects.load(here.state.id) if edit.insist else here.state
    here.projects.change(
        here.state.id,
        Kind.STANDARD,
        {"item": edit.row, **{column: str(value or "").strip() for column, value in edit.values.items()}},
        version=drawn.version_of(Kind.STANDARD, edit.row),
        who=here.who,
        key=edit.row,
        what="changed the readiness standard",
    )


def advice(_here: Here) -> None:
    """Where items that leave the main path go, and what experience says."""
    standard = cache.readiness_standard()
    places, habits, mistakes, signs = st.tabs(["Review path", "Habits", "Mistakes", "Signs in a running system"])
    with places:
        for place in standard.review_path:
            st.markdown(f"**{plain(place.name)}.** {plain(place.question)}  \n:small[:gray[{plain(place.example)}]]")
    with habits:
        for habit in standard.habits:
            st.markdown(f"**{plain(habit.name)}.** {plain(habit.text)}")
    with mistakes:
        for mistake in standard.mistakes:
            st.markdown(f"**{plain(mistake.name)}.** {plain(mistake.text)}")
    with signs:
        for sign in standard.signs:
            st.markdown(f"**{plain(sign.name)}.** {plain(sign.sign)}  \n:small[:gray[{plain(sign.look_at)}]]")
