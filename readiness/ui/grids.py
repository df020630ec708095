"""Editable tables whose every edit is saved as it is made, row by row, and refused cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import BaseModel

from readiness.errors import ConflictError, InvalidValueError, ReadinessError
from readiness.exports.typed_numbers import number_text, typed_number
from readiness.project import Kind
from readiness.ui.page import Here
from readiness.ui.wording import plain

ROW_HEIGHT = 35
MOST_VISIBLE_ROWS = 16


@dataclass(frozen=True, slots=True)
class RowEdit:
    """What was typed into one row: the row's id and the new value of each column that was touched. `insist` is set
    when it was typed against somebody else's change, which its author has seen."""

    row: str
    values: Mapping[str, Any]
    insist: bool = False


Save = Callable[[RowEdit], None]  # raises a ReadinessError for what cannot be saved


def edit_grid(
    name: str,
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, Any],
    locked: Sequence[str],
    save: Save,
    row_height: int = ROW_HEIGHT,
    alt: str = "",
) -> None:
    """A grid over `frame`, whose index holds the row ids. `save` stores one row's edit; what it refuses is said below
    the grid, a conflict with both values to choose from, and what was typed elsewhere is kept either way. Text wraps
    in rows of more than one line's height."""
    _forget_outdated_edits(name, frame)
    st.data_editor(
        frame,
        key=_key(name),
        column_config={**columns, "_index": None},
        column_order=list(columns),
        disabled=list(locked),
        hide_index=True,
        num_rows="fixed",
        width="stretch",
        placeholder="-",
        row_height=row_height,
        height=round(row_height * _visible_rows(len(frame))) + ROW_HEIGHT + 3,
        on_change=_apply,
        args=(name, tuple(frame.index), save),
        alt=alt or None,
    )
    for sentence in st.session_state.get(f"{name}/refused", ()):
        st.error(plain(sentence))
    for number, (edit, conflict) in enumerate(_conflicts(name)):
        _show_conflict(name, number, edit, conflict, save)


def _visible_rows(rows: int) -> float:
    """How many rows are seen without scrolling; the half row at the end of a longer grid shows that it goes on."""
    return rows if rows <= MOST_VISIBLE_ROWS else MOST_VISIBLE_ROWS + 0.5


def number_column(label: str, *, help: str = "", width: int | None = None) -> Any:
    """A column of figures, as `figure_text` writes them. Its cells hold text, so that what was typed arrives here as it
    was typed: the browser's own number cell makes 25 of 2,5 and 0 of abc without a word."""
    return st.column_config.TextColumn(label, help=help or None, width=width, alignment="right", max_chars=40)


def figure_text(figure: float | None) -> str | None:
    """What a cell of such a column holds; None, which shows as a dash, where the figure is not known."""
    return None if figure is None else number_text(figure)


def typed_figure(
    typed: Any, place: str, *, least: float | None = None, most: float | None = None, share: bool = False
) -> float | None:
    """The number that was typed into a cell; None for an empty one. A `share` is in %, with or without the sign.

    Raises InvalidValueError for whatever is no number, or not one from `least` to `most`.
    """
    text = " ".join(str("" if typed is None else typed).split())
    bare = text.removesuffix("%").rstrip() if share else text
    if not bare:
        return None
    number = typed_number(bare, place)
    if least is not None and number < least:
        raise InvalidValueError(place, text, f"is less than {number_text(least)}")
    if most is not None and number > most:
        raise InvalidValueError(place, text, f"is more than {number_text(most)}")
    return number


def _show_conflict(name: str, number: int, edit: RowEdit, conflict: ConflictError, save: Save) -> None:
    with st.container(border=True):
        st.warning(plain(str(conflict)))
        for part, mine in conflict.mine.items():
            theirs = conflict.theirs.get(part)
            st.markdown(f"{plain(part.replace('_', ' '))}: theirs {plain(_shown(theirs))}, yours {plain(_shown(mine))}")
        with st.container(horizontal=True):
            st.button("Keep theirs", key=f"{name}/theirs/{number}", on_click=_settle, args=(name, number, None))
            st.button("Use mine", key=f"{name}/mine/{number}", on_click=_settle, args=(name, number, save))


def _settle(name: str, number: int, save: Save | None) -> None:
    edit, _ = _conflicts(name).pop(number)
    if save is not None:
        _try(name, replace(edit, insist=True), save)
    _start_afresh(name)


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "") else number_text(value) if isinstance(value, float) else str(value)


def _conflicts(name: str) -> list[tuple[RowEdit, ConflictError]]:
    return st.session_state.setdefault(f"{name}/conflicts", [])  # type: ignore[no-any-return]


def _key(name: str) -> str:
    return f"{name}/grid/{st.session_state.get(f'{name}/nonce', 0)}"


def _edits(name: str) -> dict[int, dict[str, Any]]:
    state = st.session_state.get(_key(name)) or {}
    return {int(position): dict(values) for position, values in dict(state.get("edited_rows", {})).items()}


def _apply(name: str, rows: tuple[str, ...], save: Save) -> None:
    done: dict[int, dict[str, Any]] = st.session_state.setdefault(f"{name}/done", {})
    st.session_state[f"{name}/refused"] = []
    saved = True
    for position, values in _edits(name).items():
        fresh = {column: value for column, value in values.items() if done.get(position, {}).get(column, ...) != value}
        if fresh and position < len(rows):
            saved = _try(name, RowEdit(rows[position], fresh), save) and saved
            done[position] = values
    if not saved:
        _start_afresh(name)


def _try(name: str, edit: RowEdit, save: Save) -> bool:
    """Whether the edit was saved; what stood in its way is kept to be shown."""
    try:
        save(edit)
    except ConflictError as conflict:
        _conflicts(name).append((edit, conflict))
    except ReadinessError as error:
        st.session_state.setdefault(f"{name}/refused", []).append(str(error))
    else:
        return True
    return False


def _forget_outdated_edits(name: str, frame: pd.DataFrame) -> None:
    """An edit that no longer shows what is stored (someone else changed the cell since) must not cover it."""
    for position, values in _edits(name).items():
        for column, value in values.items():
            if position >= len(frame) or column not in frame or not _same(frame[column].iloc[position], value):
                _start_afresh(name)
                return


def _start_afresh(name: str) -> None:
    st.session_state[f"{name}/nonce"] = st.session_state.get(f"{name}/nonce", 0) + 1
    st.session_state.pop(f"{name}/done", None)


def _same(stored: Any, typed: Any) -> bool:
    if typed is None or typed == "":
        return stored is None or stored == "" or bool(pd.isna(stored))
    return bool(stored == typed)


def refuse_lost_update(
    here: Here, what: str, kind: Kind, key: str, drawn: BaseModel, current: BaseModel, wanted: BaseModel
) -> None:
    """Raise ConflictError where `wanted` would overwrite what somebody changed after the page was drawn."""
    before, now, mine = drawn.model_dump(mode="json"), current.model_dump(mode="json"), wanted.model_dump(mode="json")
    lost = [part for part in mine if mine[part] != now[part] != before[part]]
    if not lost:
        return
    document = here.projects.store.document(here.state.id, kind, key)
    raise ConflictError(
        what,
        read_version=here.state.version_of(kind, key),
        current_version=document.version if document else 0,
        by=document.changed_by if document else "",
        mine={part: mine[part] for part in lost},
        theirs={part: now[part] for part in lost},
    )
