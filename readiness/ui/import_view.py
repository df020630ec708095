"""The way back from Excel: an edited workbook is shown as what it would change, and applied only when somebody says so.

The preview is made anew from the file and the project as they are at each run; the session keeps the file's reading,
and what was chosen in the grids, until it is applied or cancelled.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from readiness.errors import ReadinessError
from readiness.exports.returned_workbook import LIMITS
from readiness.project.scope_exchange import (
    Choices,
    Preview,
    ScopeCopy,
    apply,
    default_choices,
    preview,
    read_scope_copy,
)
from readiness.scope.change_words import shown, shown_together
from readiness.scope.changes import ESTIMATE, TITLES, Conflict, ScopeChanges
from readiness.ui.acts import act, show_refusal
from readiness.ui.grids import MOST_VISIBLE_ROWS, ROW_HEIGHT
from readiness.ui.page import Here
from readiness.ui.wording import moment, plain

_ADD, _REMOVE, _TAKE = "Add", "Remove", "Take"
_PROJECT, _FILE = "the project's", "the file's"


def offer(here: Here) -> None:
    """The upload of an edited workbook, and below it what it would change."""
    place = _place(here)
    upload = st.file_uploader(
        "Bring an edited workbook back",
        type=["xlsx"],
        max_upload_size=LIMITS.file_bytes // 1024**2,
        key=f"{place}/file/{st.session_state.get(f'{place}/round', 0)}",
        help="A workbook that was exported here and edited. You see what it would change before anything is changed.",
    )
    show_refusal(place)
    if upload is None:
        return
    try:
        copy = _read(place, upload)
        seen = preview(here.projects, here.state.id, copy)
    except ReadinessError as error:
        st.error(plain(str(error)))
        return
    _show(here, copy, seen, upload.file_id)


# --- reading ------------------------------------------------------------------------------------------------------


def _read(place: str, upload: UploadedFile) -> ScopeCopy:
    """What the workbook says, read once for each upload."""
    key = f"{place}/read"
    held = st.session_state.get(key)
    if held is not None and held[0] == upload.file_id:
        return held[1]  # type: ignore[no-any-return]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "import.xlsx"
        path.write_bytes(upload.getbuffer())
        copy = read_scope_copy(path, upload.name)
    st.session_state[key] = (upload.file_id, copy)
    return copy


def _place(here: Here) -> str:
    return f"{here.state.id}/import"


# --- the preview --------------------------------------------------------------------------------------------------


def _show(here: Here, copy: ScopeCopy, seen: Preview, file_id: str) -> None:
    changes = seen.changes
    exported = f"Exported {moment(seen.exported_at)}. " if seen.exported_at else ""
    st.markdown(f"**{plain(changes.sentence)}**")
    st.caption(f"{exported}Nothing is changed until you apply it. What only the project changed since stays.")
    for remark in changes.remarks:
        st.caption(plain(remark))
    _changed(changes)
    _added(here, changes)
    _removed(here, changes)
    _conflicts(here, changes)
    _refused(changes)
    with st.container(horizontal=True):
        st.button(
            "Apply",
            type="primary",
            disabled=changes.is_empty,
            key=f"{_place(here)}/apply",
            on_click=act,
            args=(_place(here), lambda: _applied(here, copy, seen, file_id)),
        )
        st.button("Cancel", key=f"{_place(here)}/cancel", on_click=act, args=(_place(here), lambda: _cancelled(here)))


def _changed(changes: ScopeChanges) -> None:
    lines = [
        {
            "Component": item.component,
            "Field": field.title,
            "In the project": shown(field.field, field.before),
            "In the file": shown(field.field, field.after),
        }
        for item in changes.changed
        for field in item.fields
    ]
    _table("Changed cells", lines)


def _added(here: Here, changes: ScopeChanges) -> None:
    if not changes.added:
        return
    left_out = default_choices(changes).left_out
    lines = [
        {
            _ADD: item.place not in left_out,
            "Component": item.component,
            "Remark": item.remark,
            "Group": item.values["group"],
            **{TITLES[name]: shown(name, item.values[name]) for name in ESTIMATE},
            "Owner": item.values["owner"],
            "Row": item.place,
        }
        for item in changes.added
    ]
    _choice("Added", lines, _ADD, st.column_config.CheckboxColumn(_ADD), _added_key(here, changes))


def _removed(here: Here, changes: ScopeChanges) -> None:
    removable = [item for item in changes.removed if item.removable]
    if removable:
        lines = [{_REMOVE: False, "Component": item.component, "Remark": item.remark} for item in removable]
        config = st.column_config.CheckboxColumn(_REMOVE)
        _choice("Missing in the file", lines, _REMOVE, config, _removed_key(here, changes))
    kept = [{"Component": i.component, "Remark": i.remark} for i in changes.removed if not i.removable]
    _table("Missing in the file, and kept", kept)


def _conflicts(here: Here, changes: ScopeChanges) -> None:
    open_ones = _open_conflicts(changes)
    if open_ones:
        title = "Conflicts: changed here since the export, and in the file"
        config = st.column_config.SelectboxColumn(_TAKE, options=[_PROJECT, _FILE], required=True)
        lines = [{_TAKE: _PROJECT, **_line(conflict)} for conflict in open_ones]
        _choice(title, lines, _TAKE, config, _conflicts_key(here, changes))
        st.caption(f"The project's value stays unless you choose {_FILE} under {_TAKE}.")
    settled = [_line(conflict) for conflict in changes.conflicts if not conflict.restorable]
    _table("Removed with their handling decision since the export, and not brought back", settled)


def _line(conflict: Conflict) -> dict[str, str]:
    return {
        "Component": conflict.component,
        "Field": conflict.title,
        "In the project": "removed" if conflict.deleted else shown_together(conflict.theirs),
        "In the file": shown_together(conflict.mine),
        "Changed here by": conflict.by or "not known",
        "When": moment(conflict.at),
    }


def _refused(changes: ScopeChanges) -> None:
    lines = [
        {
            "Cell": cell.address,
            "Column": cell.title,
            "Typed": cell.typed,
            "Refused because it": cell.reason,
            "Component": cell.component,
        }
        for cell in changes.refused
    ]
    _table("Cells that are refused; what is stored there stays", lines)


def _table(title: str, lines: Sequence[dict[str, Any]]) -> None:
    if lines:
        st.markdown(f"{plain(title)} ({len(lines):,})")
        st.dataframe(pd.DataFrame(lines), hide_index=True, width="stretch", height=_height(len(lines)))


def _choice(title: str, lines: Sequence[dict[str, Any]], choice: str, config: Any, key: str) -> None:
    """A table in which one column can be chosen in."""
    frame = pd.DataFrame(lines)
    st.markdown(f"{plain(title)} ({len(lines):,})")
    st.data_editor(
        frame,
        key=key,
        column_config={choice: config},
        disabled=[column for column in frame if column != choice],
        hide_index=True,
        num_rows="fixed",
        width="stretch",
        height=_height(len(lines)),
    )


def _height(lines: int) -> int:
    return ROW_HEIGHT * (min(lines, MOST_VISIBLE_ROWS) + 1) + 3


# --- applying -----------------------------------------------------------------------------------------------------


def _applied(here: Here, copy: ScopeCopy, seen: Preview, file_id: str) -> str:
    """What was done. The second click of a double click finds its file applied and does nothing more."""
    done = f"{_place(here)}/done"
    last_file, said = st.session_state.get(done, ("", ""))
    if last_file == file_id:
        return str(said)
    said = apply(here.projects, here.state.id, copy, _choices(here, seen.changes), seen=seen, who=here.who)
    st.session_state[done] = (file_id, said)
    _forget(here)
    return said


def _cancelled(here: Here) -> str:
    _forget(here)
    return "Cancelled. Nothing was changed."


def _forget(here: Here) -> None:
    """Lets the file go: the uploader of the next round is an empty one."""
    place = _place(here)
    st.session_state.pop(f"{place}/read", None)
    st.session_state[f"{place}/round"] = st.session_state.get(f"{place}/round", 0) + 1


def _choices(here: Here, changes: ScopeChanges) -> Choices:
    """What was chosen in the grids, as they were drawn from `changes`."""
    default = default_choices(changes)
    added = _chosen(_added_key(here, changes), _ADD)
    removed = _chosen(_removed_key(here, changes), _REMOVE)
    taken = _chosen(_conflicts_key(here, changes), _TAKE)
    removable = [item for item in changes.removed if item.removable]
    return Choices(
        from_file=frozenset(one.key for row, one in enumerate(_open_conflicts(changes)) if taken.get(row) == _FILE),
        removals=frozenset(item.id for row, item in enumerate(removable) if removed.get(row)),
        left_out=frozenset(
            item.place
            for row, item in enumerate(changes.added)
            if not added.get(row, item.place not in default.left_out)
        ),
    )


def _chosen(key: str, column: str) -> dict[int, Any]:
    """Row -> what was chosen in it, of the rows that were touched."""
    edited = st.session_state.get(key, {}).get("edited_rows", {})
    return {int(row): cells[column] for row, cells in edited.items() if column in cells}


def _open_conflicts(changes: ScopeChanges) -> list[Conflict]:
    return [conflict for conflict in changes.conflicts if conflict.restorable]


def _added_key(here: Here, changes: ScopeChanges) -> str:
    return _grid_key(here, "added", (f"{item.place} {item.component}" for item in changes.added))


def _removed_key(here: Here, changes: ScopeChanges) -> str:
    return _grid_key(here, "removed", (item.id for item in changes.removed if item.removable))


def _conflicts_key(here: Here, changes: ScopeChanges) -> str:
    return _grid_key(here, "conflicts", (f"{one.key} {one.theirs} {one.mine}" for one in _open_conflicts(changes)))


def _grid_key(here: Here, name: str, rows: Iterable[str]) -> str:
    """A grid whose rows are other ones is another grid: no choice slips to a row that it was not made in."""
    place = _place(here)
    digest = hashlib.sha256("\0".join(rows).encode("utf-8", "replace")).hexdigest()[:16]
    return f"{place}/{name}/{st.session_state.get(f'{place}/round', 0)}/{digest}"
