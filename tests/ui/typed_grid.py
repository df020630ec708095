"""Typing into the editable grids of a page that AppTest runs, which has no such act of its own."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def edit(at: AppTest, grid: str, row: int, **values: Any) -> AppTest:
    """Types into one row of a grid: what the browser sends is all that was typed since the grid was drawn."""
    editor = next(editor for editor in at.data_editor if str(editor.key).startswith(f"{grid}/grid/"))
    states = at._tree.get_widget_states()
    typed = {"edited_rows": {str(row): values}, "added_rows": [], "deleted_rows": []}
    states.widgets.add(id=editor.proto.id, string_value=json.dumps(typed))
    return at._run(states)
