"""Fields that save themselves: what is typed is in the project file as soon as the field is left.

A value that is refused stays in its field, with the reason below it. A change that meets somebody else's change to
the same part is shown beside it, with the choice which one to keep.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import streamlit as st

from readiness.errors import ConflictError, InputError
from readiness.project import Kind
from readiness.ui import cache, session
from readiness.ui.grids import figure_text, typed_figure
from readiness.ui.page import Here
from readiness.ui.wording import plain


@dataclass(frozen=True, slots=True)
class Row:
    """The row of the project that a group of fields edits, with the version that the page shows."""

    project_id: str
    kind: Kind
    key: str
    version: int
    body: dict[str, Any]

    def widget(self, field: str) -> str:
        return f"{self.project_id}/{self.kind}/{self.key}/{field}"


def row_of(here: Here, kind: Kind, value: Any, key: str = "") -> Row:
    """The row behind a value of the project's state."""
    return Row(here.state.id, kind, key, here.state.version_of(kind, key), value.model_dump(mode="json"))


def text_field(row: Row, field: str, label: str, *, help: str = "", lines: int = 1, placeholder: str = "") -> None:
    """A line of text, or an area of `lines` lines."""
    key = _seed(row, field, row.body[field])
    if lines > 1:
        st.text_area(
            label,
            key=key,
            help=help or None,
            height=28 * lines + 16,
            placeholder=placeholder,
            on_change=_save,
            args=(row, field),
            max_chars=4_000,
        )
    else:
        st.text_input(
            label,
            key=key,
            help=help or None,
            placeholder=placeholder,
            on_change=_save,
            args=(row, field),
            max_chars=1_000,
        )
    _after(row, field)


def figure_field(
    row: Row,
    field: str,
    label: str,
    *,
    help: str = "",
    least: float | None = 0.0,
    most: float | None = None,
    percent: bool = False,
) -> None:
    """A number that may be left open, typed as text: the browser's own field for numbers makes 25 of 2,5 and nothing of
    abc without a word. With `percent` the field shows %, and 0..1 is stored."""
    stored = row.body[field]
    shown = round(stored * 100, 10) if percent and stored is not None else stored
    key = _seed(row, field, figure_text(shown) or "")
    st.text_input(
        f"{label} (%)" if percent else label,
        key=key,
        help=help or None,
        placeholder="not stated",
        max_chars=40,
        on_change=_save_figure,
        args=(row, field, label, least, 100.0 if percent else most, percent),
    )
    _after(row, field)


def count_field(row: Row, field: str, label: str, *, help: str = "", least: int = 0, most: int = 1_000_000) -> None:
    """A whole number that may be left open."""
    stored = row.body[field]
    key = _seed(row, field, None if stored is None else int(stored))
    st.number_input(
        label,
        key=key,
        value=None,
        min_value=least,
        max_value=most,
        step=1,
        help=help or None,
        placeholder="not stated",
        on_change=_save,
        args=(row, field),
    )
    _after(row, field)


def choice_field(row: Row, field: str, label: str, options: type[StrEnum], *, help: str = "") -> None:
    """One of a few named choices, all visible."""
    key = _seed(row, field, row.body[field])
    st.segmented_control(
        label,
        options=[option.value for option in options],
        key=key,
        help=help or None,
        required=True,
        on_change=_save_choice,
        args=(row, field),
    )
    _after(row, field)


def select_field(row: Row, field: str, label: str, options: type[StrEnum], *, help: str = "") -> None:
    """One of several named choices, in a list that opens."""
    key = _seed(row, field, row.body[field])
    st.selectbox(
        label,
        options=[option.value for option in options],
        key=key,
        help=help or None,
        on_change=_save,
        args=(row, field),
    )
    _after(row, field)


def check_field(row: Row, field: str, label: str, *, help: str = "") -> None:
    """A statement that holds or does not."""
    key = _seed(row, field, bool(row.body[field]))
    st.checkbox(label, key=key, help=help or None, on_change=_save, args=(row, field))
    _after(row, field)


def date_field(row: Row, field: str, label: str, *, help: str = "") -> None:
    """A day that may be left open."""
    stored = row.body[field]
    key = _seed(row, field, date.fromisoformat(stored) if stored else None)
    st.date_input(
        label, key=key, value=None, help=help or None, format="YYYY-MM-DD", on_change=_save, args=(row, field, _iso)
    )
    _after(row, field)


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _from_percent(value: float | None) -> float | None:
    return None if value is None else round(value / 100, 10)


def _seed(row: Row, field: str, stored: Any) -> str:
    """The widget's key, with the stored value put in unless a refused one is being mended."""
    key = row.widget(field)
    if key not in _refusals() and st.session_state.get(key, _MISSING) != stored:
        st.session_state[key] = stored
    return key


_MISSING = object()


def _save(row: Row, field: str, convert: Callable[[Any], Any] | None = None) -> None:
    key = row.widget(field)
    typed = st.session_state[key]
    _store(row, field, convert(typed) if convert else typed, row.version)


def _save_choice(row: Row, field: str) -> None:
    """One of the choices stands always: a browser that sends none keeps the stored one."""
    key = row.widget(field)
    if st.session_state[key] is None:
        st.session_state[key] = row.body[field]
        return
    _save(row, field)


def _save_figure(row: Row, field: str, label: str, least: float | None, most: float | None, percent: bool) -> None:
    key = row.widget(field)
    try:
        figure = typed_figure(st.session_state[key], label, least=least, most=most, share=percent)
    except InputError as error:
        _refusals()[key] = _Refusal(str(error))
        return
    _store(row, field, _from_percent(figure) if percent else figure, row.version)


def _store(row: Row, field: str, value: Any, version: int) -> None:
    key = row.widget(field)
    _refusals().pop(key, None)
    try:
        cache.projects().change(
            row.project_id, row.kind, {field: value}, version=version, key=row.key, who=session.who()
        )
    except ConflictError as conflict:
        _refusals()[key] = _Refusal(
            str(conflict), theirs=conflict.theirs.get(field), version=conflict.current_version, mine=value
        )
    except InputError as error:
        _refusals()[key] = _Refusal(str(error))


@dataclass(frozen=True, slots=True)
class _Refusal:
    sentence: str
    theirs: Any = None
    version: int = 0  # above 0 for a conflict
    mine: Any = None


def _refusals() -> dict[str, _Refusal]:
    return st.session_state.setdefault("refusals", {})  # type: ignore[no-any-return]


def _after(row: Row, field: str) -> None:
    """What stands below a field whose value was not saved."""
    key = row.widget(field)
    refusal = _refusals().get(key)
    if refusal is None:
        return
    if not refusal.version:
        st.error(plain(refusal.sentence))
        return
    with st.container(border=True):
        st.warning(plain(refusal.sentence))
        st.markdown(f"Theirs: {plain(_shown(refusal.theirs))}")
        st.markdown(f"Yours: {plain(_shown(refusal.mine))}")
        with st.container(horizontal=True):
            st.button("Keep theirs", key=f"{key}/theirs", on_click=_keep_theirs, args=(key,))
            st.button("Use mine", key=f"{key}/mine", on_click=_store, args=(row, field, refusal.mine, refusal.version))


def _keep_theirs(key: str) -> None:
    _refusals().pop(key, None)


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)
