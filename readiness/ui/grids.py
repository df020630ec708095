"""Editable tables whose every edit is saved as it is made, row by row, and refused cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from readiness.ui.wording import plain

ROW_HEIGHT = 35
MOST_VISIBLE_ROWS = 16


@dataclass(frozen=True, slots=True)
class RowEdit:
    """What was typed into one row: the row's id and the new value of each column that was touched."""

    row: str
    values: Mapping[str, Any]


def edit_grid(
    name: str,
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, Any],
    locked: Sequence[str],
    save: Callable[[RowEdit], str | None],
    row_height: int = ROW_HEIGHT,
    alt: str = "",
) -> None:
    """A grid over `frame`, whose index holds the row ids. `save` stores one row's edit and returns the sentence of a
    refusal, or None; what was typed elsewhere is kept either way. Text wraps in rows of more than one line's height."""
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
        height=row_height * min(len(frame), MOST_VISIBLE_ROWS) + ROW_HEIGHT + 3,
        on_change=_apply,
        args=(name, tuple(frame.index), save),
        alt=alt or None,
    )
    for sentence in st.session_state.get(f"{name}/refused", ()):
        st.error(plain(sentence))


def _key(name: str) -> str:
    return f"{name}/grid/{st.session_state.get(f'{name}/nonce', 0)}"


def _edits(name: str) -> dict[int, dict[str, Any]]:
    state = st.session_state.get(_key(name)) or {}
    return {int(position): dict(values) for position, values in dict(state.get("edited_rows", {})).items()}


def _apply(name: str, rows: tuple[str, ...], save: Callable[[RowEdit], str | None]) -> None:
    done: dict[int, dict[str, Any]] = st.session_state.setdefault(f"{name}/done", {})
    refused = []
    for position, values in _edits(name).items():
        fresh = {column: value for column, value in values.items() if done.get(position, {}).get(column, ...) != value}
        if not fresh or position >= len(rows):
            continue
        sentence = save(RowEdit(rows[position], fresh))
        if sentence:
            refused.append(sentence)
        done[position] = values
    st.session_state[f"{name}/refused"] = refused
    if refused:
        _start_afresh(name)


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
