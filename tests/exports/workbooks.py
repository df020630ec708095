"""Making, opening and recalculating scope workbooks in tests."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from readiness.audit.decisions import HandlingDecision
from readiness.audit.report import AuditReport
from readiness.exports.scope_layout import HEADER_ROW, ID, SCOPE_COLUMNS
from readiness.exports.workbook import ValueRow, scope_workbook
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad
from readiness.scope.totals import total_scope

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FIRST_ROW = HEADER_ROW + 2  # of the table Scope, 1-based
POSITION = {title: index for index, title in enumerate(SCOPE_COLUMNS)}
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x","y")', "http://example.org",
           "{=1}", "a\x00b\x1b", "_x0041_", "<5", "*", "?~", "12", "ÄÖ €", "&D&P", "'=1")  # fmt: skip

Convert = Callable[[Sequence[Path], str], Mapping[str, Path]]


def make_workbook(
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    report: AuditReport | None = None,
    decisions: Mapping[str, HandlingDecision] | None = None,
    *,
    name: str = "Invoice intake",
    loads: Sequence[ReviewLoad] = (),
    value: Sequence[ValueRow] = (),
    project_id: str = "",
    versions: Mapping[str, int] | None = None,
    plan_version: int = 0,
) -> bytes:
    return scope_workbook(
        project_name=name,
        items=items,
        plan=plan,
        total=total_scope(items, plan, loads),
        report=report,
        decisions=decisions,
        loads=loads,
        value=value,
        project_id=project_id,
        versions=versions,
        plan_version=plan_version,
        now=NOW,
    )


def opened(content: bytes, *, values: bool = False) -> Any:
    import openpyxl

    return openpyxl.load_workbook(BytesIO(content), data_only=values)


def scope_rows(book: Any) -> dict[str, dict[str, Any]]:
    """The lines of the table Scope by their id."""
    lines = book["Scope"].iter_rows(min_row=FIRST_ROW, max_col=len(SCOPE_COLUMNS), values_only=True)
    found = [dict(zip(SCOPE_COLUMNS, line, strict=True)) for line in lines]
    return {line[ID]: line for line in found if line[ID]}


def summary_row(book: Any, label: str, *, after: str = "") -> tuple[Any, ...]:
    """The figures right of a label in column A of the sheet Summary, below the heading `after`."""
    reached = not after
    for row in book["Summary"].iter_rows(values_only=True):
        reached = reached or row[0] == after
        if reached and row[0] == label:
            return tuple(None if cell == "" else cell for cell in row[1:])
    raise AssertionError(f"no line {label!r} below {after!r}")


def formula_cells(content: bytes) -> list[tuple[str, str]]:
    return [
        (sheet.title, cell.coordinate)
        for sheet in opened(content)
        for row in sheet
        for cell in row
        if cell.data_type == "f"
    ]


def without_cached_values(content: bytes) -> bytes:
    """The same workbook as if nobody had ever calculated it."""
    source, target = zipfile.ZipFile(BytesIO(content)), BytesIO()
    with zipfile.ZipFile(target, "w") as written:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            written.writestr(name, part)
    return target.getvalue()


def recalculated(contents: Mapping[str, bytes], convert: Convert, folder: Path) -> dict[str, Any]:
    """Each workbook as LibreOffice calculates it from nothing, by name; one run for all of them."""
    for name, content in contents.items():
        (folder / f"{name}.xlsx").write_bytes(without_cached_values(content))
    made = convert([folder / f"{name}.xlsx" for name in contents], "xlsx")
    return {name: opened(made[name].read_bytes(), values=True) for name in contents}


def assert_same_figures(content: bytes, calculated: Any) -> int:
    """Every formula of `content` shows, cached, what `calculated` says; how many formulas there are."""
    cached, cells = opened(content, values=True), formula_cells(content)
    for sheet, at in cells:
        expected, found = cached[sheet][at].value, calculated[sheet][at].value
        if isinstance(expected, int | float):
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-7), (sheet, at)
        else:
            assert (found or "") == (expected or ""), (sheet, at)
    return len(cells)
