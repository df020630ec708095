"""The sheet Readiness, which nobody sees: of which state of which project this is a copy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from readiness.exports.safe_text import cell_text
from readiness.exports.scope_layout import (
    AT_EXPORTED_AT,
    AT_FORMAT,
    AT_ITEM_COUNT,
    AT_PLAN_VERSION,
    AT_PROJECT_ID,
    AT_PROJECT_NAME,
    FORMAT,
    ITEM_COLUMNS,
    ITEM_HEADER_ROW,
    At,
    Cell,
)
from readiness.exports.workbook.content import Content

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


def write_readiness(sheet: Worksheet, content: Content) -> None:
    """Format, project, and the version of every exported item."""
    sheet.very_hidden()
    for label, at, value in _about(content):
        sheet.write_string(at.row, at.column - 1, label)
        _cell(sheet, at.row, at.column, value)
    _line(sheet, ITEM_HEADER_ROW, ITEM_COLUMNS)
    for offset, row in enumerate(content.rows, start=1):
        version = content.versions.get(row.item.id, 0)
        _line(sheet, ITEM_HEADER_ROW + offset, (cell_text(row.item.id), version))


def _about(content: Content) -> tuple[tuple[str, At, Cell], ...]:
    exported_at = content.now.astimezone(UTC).replace(tzinfo=None) if content.now.tzinfo else content.now
    return (
        ("Format", AT_FORMAT, FORMAT),
        ("Project id", AT_PROJECT_ID, content.project_id),
        ("Project name", AT_PROJECT_NAME, cell_text(content.project_name)),
        ("Exported at", AT_EXPORTED_AT, exported_at.isoformat(timespec="seconds")),
        ("Version of the plan", AT_PLAN_VERSION, content.plan_version),
        ("Items", AT_ITEM_COUNT, len(content.rows)),
    )


def _line(sheet: Worksheet, row: int, cells: Sequence[Cell]) -> None:
    for column, value in enumerate(cells):
        _cell(sheet, row, column, value)


def _cell(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, value)
