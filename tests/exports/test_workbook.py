"""The scope workbook: right without calculating, right after calculating, and right after a client's edits."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from readiness.audit.decisions import HandlingDecision
from readiness.audit.report import AuditReport
from readiness.exports.workbook import (
    COLUMNS,
    HEADER_ROW,
    POSITION,
    PRINT_SCALE,
    STARTING_POINT_NOTE,
    pert_mean,
    scope_workbook,
)
from readiness.scope.catalog import StartingRange
from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan
from readiness.scope.totals import total_scope

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x","y")', "http://example.org",
           "{=1}", "a\x00b\x1b", "_x0041_", "<5", "*", "?~", "12", "ÄÖ €")  # fmt: skip
FIRST_ROW = HEADER_ROW + 2  # 1-based

MakeItem = Callable[..., ScopeItem]
Convert = Callable[[Path, str], Path]


def _workbook(
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    report: AuditReport | None = None,
    decisions: dict[str, HandlingDecision] | None = None,
    name: str = "Invoice intake",
) -> bytes:
    total = total_scope(items, plan)
    return scope_workbook(
        project_name=name, items=items, plan=plan, total=total, report=report, decisions=decisions, now=NOW
    )


def _opened(content: bytes, *, values: bool = False) -> Any:
    import openpyxl

    return openpyxl.load_workbook(BytesIO(content), data_only=values)


def _rows(book: Any) -> dict[str, dict[str, Any]]:
    """The lines of the table Scope by their id."""
    sheet = book["Scope"]
    titles = [column.title for column in COLUMNS]
    lines = sheet.iter_rows(min_row=FIRST_ROW, max_col=len(titles), values_only=True)
    return {line[-1]: dict(zip(titles, line, strict=True)) for line in lines if line[-1]}


def _formula_cells(content: bytes) -> list[tuple[str, str]]:
    book = _opened(content)
    return [(sheet.title, cell.coordinate) for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


def _without_cached_values(content: bytes) -> bytes:
    """The same workbook as if nobody had ever calculated it."""
    source, target = zipfile.ZipFile(BytesIO(content)), BytesIO()
    with zipfile.ZipFile(target, "w") as written:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            written.writestr(name, part)
    return target.getvalue()


def _calculated(content: bytes, libreoffice: Convert, folder: Path) -> Any:
    source = folder / "scope.xlsx"
    source.write_bytes(content)
    return _opened(libreoffice(source, "xlsx").read_bytes(), values=True)


def _assert_same_figures(cached: Any, calculated: Any, cells: list[tuple[str, str]]) -> None:
    for sheet, at in cells:
        expected, found = cached[sheet][at].value, calculated[sheet][at].value
        if isinstance(expected, int | float):
            assert found == pytest.approx(expected, abs=1e-9), (sheet, at)
        else:
            assert (found or "") == (expected or ""), (sheet, at)


def test_the_cached_figures_are_those_of_the_app(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    total = total_scope(items, plan)
    summary = _opened(_workbook(items, plan), values=True)["Summary"]
    figures = [[summary.cell(row, column).value for column in (2, 3, 4)] for row in (5, 6, 7)]
    assert figures[0] == pytest.approx([total.low_days, total.likely_days, total.high_days])
    assert figures[1] == pytest.approx([total.cost_low, total.cost_likely, total.cost_high])
    assert figures[2] == pytest.approx([total.ratio_low, total.ratio_likely, total.ratio_high])
    counts = [summary.cell(row, 2).value for row in (11, 12, 13, 14)]
    assert counts == [total.estimated, len(total.unknown), total.not_needed, len(items)]
    assert summary["A2"].value.startswith(total.sentence)


def test_the_groups_add_up_to_the_total_and_are_those_of_the_app(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    total = total_scope(items, plan)
    summary = _opened(_workbook(items, plan), values=True)["Summary"]
    shown = {row[0]: row[1:] for row in summary.iter_rows(min_row=17, max_row=16 + len(total.groups), values_only=True)}
    for group in total.groups:
        low, likely, high, _, estimated, unknown = shown[group.group][:6]
        assert (low, likely, high) == pytest.approx((group.low_days, group.likely_days, group.high_days))
        assert (estimated, unknown) == (group.estimated, group.unknown)


def test_libreoffice_calculates_every_formula_to_its_cached_value(
    items: tuple[ScopeItem, ...],
    plan: ScopePlan,
    report: AuditReport,
    decisions: dict[str, HandlingDecision],
    libreoffice: Convert,
    tmp_path: Path,
) -> None:
    content = _workbook(items, plan, report, decisions)
    cells = _formula_cells(content)
    assert len(cells) > 3 * len(items) + 30
    calculated = _calculated(_without_cached_values(content), libreoffice, tmp_path)
    _assert_same_figures(_opened(content, values=True), calculated, cells)


def test_sixty_components_with_hostile_names_calculate_as_well(
    make_item: MakeItem, libreoffice: Convert, tmp_path: Path
) -> None:
    items = tuple(
        make_item(
            f"own:{n}", HOSTILE[n % len(HOSTILE)], HOSTILE[n % 7 + 8], n, n + 1, n + 2 if n % 5 else None, order=n
        )
        for n in range(60)
    )
    plan = ScopePlan(planned_days=None, day_rate=0, currency="=1")
    content = _workbook(items, plan, name="=cmd|' /C calc'!A0")
    calculated = _calculated(_without_cached_values(content), libreoffice, tmp_path)
    _assert_same_figures(_opened(content, values=True), calculated, _formula_cells(content))


def test_a_clients_edits_are_calculated(
    items: tuple[ScopeItem, ...], plan: ScopePlan, libreoffice: Convert, tmp_path: Path
) -> None:
    book = _opened(_workbook(items, plan))  # openpyxl keeps formulas and drops what was cached
    sheet = book["Scope"]
    at = {sheet.cell(row, POSITION["Id"] + 1).value: row for row in range(FIRST_ROW, FIRST_ROW + len(items))}
    for title, days in (("Low", 4), ("Likely", 8), ("High", 16)):
        sheet.cell(at["rollback"], POSITION[title] + 1).value = days
    sheet.cell(at["retries"], POSITION["Needed"] + 1).value = "no"
    sheet.cell(at["retries"], POSITION["Reason not needed"] + 1).value = "No outside service."
    book["Assumptions"]["B6"].value = 1000
    edited = BytesIO()
    book.save(edited)
    summary = _calculated(edited.getvalue(), libreoffice, tmp_path)["Summary"]
    total = total_scope(items, plan)
    assert summary["B5"].value == pytest.approx(total.low_days + 4 - 2)
    assert summary["D6"].value == pytest.approx((total.high_days + 16 - 6) * 1000)
    assert [summary.cell(row, 2).value for row in (11, 12, 13)] == [5, 1, 2]


def test_an_unknown_estimate_is_an_empty_cell(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    rows = _rows(_opened(_workbook(items, plan), values=True))
    unknown = rows["rollback"]
    assert (unknown["Low"], unknown["Likely"], unknown["High"]) == (None, None, None)
    assert unknown["Status"] == "unknown"
    assert not unknown["Mean"]
    assert rows["dashboards"]["Low"] == 2
    assert rows["dashboards"]["Status"] == "unknown"


def test_every_item_is_written_with_its_status_and_mean(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    rows = _rows(_opened(_workbook(items, plan), values=True))
    assert set(rows) == {item.id for item in items}
    for item in items:
        row = rows[item.id]
        assert row["Status"] == item.status
        assert row["In prototype"] == ("yes" if item.in_prototype else "no")
        if item.status is ItemStatus.ESTIMATED:
            assert row["Mean"] == pytest.approx(pert_mean(item))
            assert row["Spread"] == pytest.approx((item.high_days or 0) - (item.low_days or 0))


def test_not_needed_without_a_reason_still_counts(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    row = _rows(_opened(_workbook(items, plan), values=True))["queues"]
    assert (row["Needed"], row["Status"]) == ("no", "estimated")


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text_in_every_sheet(text: str, make_item: MakeItem, report: AuditReport, plan: ScopePlan) -> None:
    item = make_item(text, text, text, 1, 2, 3, owner=text, note=text, not_needed_because=text, edge_case="fused_cells")
    cases = tuple(case.model_copy(update={"title": text, "reason": text}) for case in report.edge_cases)
    reading = report.reading.model_copy(update={"name": text})
    hostile = report.model_copy(update={"edge_cases": cases, "reading": reading})
    book = _opened(_workbook((item,), plan.model_copy(update={"currency": text}), hostile, name=text))
    known = ("=IF(", "=SUM", "=COUNTIF(", '="Cost in "&')
    for sheet in book:
        for row in sheet:
            for cell in row:
                assert cell.hyperlink is None
                assert cell.data_type != "f" or cell.value.startswith(known), (sheet.title, cell.coordinate)
    row = next(iter(_rows(book).values()))
    assert row["Component"] == row["Note"] == row["Owner"]


def test_formula_like_text_stays_text_when_it_is_edited(make_item: MakeItem, plan: ScopePlan) -> None:
    sheet = _opened(_workbook((make_item("a", "=1+1", "", 1, 2, 3),), plan))["Scope"]
    cell = sheet.cell(FIRST_ROW, 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_long_names_are_written_in_full(make_item: MakeItem, plan: ScopePlan) -> None:
    name = "Freigabe " * 22 + "Ende"
    sheet = _opened(_workbook((make_item("a", name[:200], "", 1, 2, 3),), plan))["Scope"]
    assert sheet.cell(FIRST_ROW, 1).value == name[:200]
    assert sheet.row_dimensions[FIRST_ROW].height > 50


def test_a_scope_without_items_opens_and_counts_nothing(libreoffice: Convert, tmp_path: Path) -> None:
    content = _workbook((), ScopePlan())
    calculated = _calculated(_without_cached_values(content), libreoffice, tmp_path)
    _assert_same_figures(_opened(content, values=True), calculated, _formula_cells(content))
    assert calculated["Summary"]["B14"].value == 0
    assert calculated["Summary"]["B6"].value == "not stated"


def test_without_a_rate_or_a_plan_there_is_no_cost_and_no_ratio(items: tuple[ScopeItem, ...]) -> None:
    summary = _opened(_workbook(items, ScopePlan()), values=True)["Summary"]
    assert {summary.cell(row, column).value for row in (6, 7) for column in (2, 3, 4, 5)} == {"not stated"}


def test_findings_are_there_only_after_an_audit(
    items: tuple[ScopeItem, ...], plan: ScopePlan, report: AuditReport, decisions: dict[str, HandlingDecision]
) -> None:
    assert _opened(_workbook(items, plan)).sheetnames == ["Summary", "Scope", "Assumptions"]
    sheet = _opened(_workbook(items, plan, report, decisions))["Findings"]
    lines = {row[0]: row for row in sheet.iter_rows(min_row=6, values_only=True) if row[2] is not None}
    assert len(lines) == len(report.edge_cases)
    missing = lines["Required field missing: vendor"]
    assert missing[2:8] == (
        31, pytest.approx(31 / 300), pytest.approx(report.edge_cases[1].low), pytest.approx(report.edge_cases[1].high),
        "human review", "Review: Required field missing: vendor",
    )  # fmt: skip
    assert sheet["A2"].value == report.sentence
    assert [cell.value for cell in sheet[5]][3:6] == ["Share", "Share low (95%)", "Share high (95%)"]


def test_it_is_made_to_be_filled_in_and_printed(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    book = _opened(_workbook(items, plan))
    scope = book["Scope"]
    assert scope.freeze_panes == "B6"
    assert list(scope.tables) == ["Scope"]
    assert {rule.type for rule in scope.data_validations.dataValidation} == {"list", "decimal"}
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        if sheet is not scope:
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((1, 0), (None, 0))


def test_the_scope_prints_in_two_blocks_that_can_be_read(
    items: tuple[ScopeItem, ...], plan: ScopePlan, libreoffice: Convert, tmp_path: Path
) -> None:
    content = _workbook(items, plan, name="A & B")
    sheet = _opened(content)["Scope"]
    assert sheet.page_setup.scale == PRINT_SCALE >= 80
    assert [page.id for page in sheet.col_breaks.brk] == [POSITION["Owner"]]
    assert sheet.print_title_cols == "$A:$A"
    assert "Production scope: A && B" in sheet.oddHeader.left.text
    source = tmp_path / "scope.xlsx"
    source.write_bytes(content)
    printed = libreoffice(source, "pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 4  # one sheet each, and two blocks of the scope


def test_a_starting_point_is_written_as_its_range(make_item: MakeItem, plan: ScopePlan) -> None:
    sentence = StartingRange(low=0.5, likely=1, high=3).sentence
    items = (
        make_item("a", "A", "", None, None, None, note=sentence),
        make_item("b", "B", "", None, None, None, note=f"{sentence} Ask Kim."),
        make_item("c", "C", "", None, None, None, note="Starting point to argue with: none"),
    )
    book = _opened(_workbook(items, plan))
    notes = [row["Note"] for row in _rows(book).values()]
    short = "0.5 to 3, likely 1 (starting point)"
    assert notes == [short, f"{short} Ask Kim.", "Starting point to argue with: none"]
    assert book["Scope"].cell(HEADER_ROW - 1, POSITION["Note"] + 1).value == STARTING_POINT_NOTE
    without = _opened(_workbook(items[2:], plan))["Scope"]
    assert without.cell(HEADER_ROW - 1, POSITION["Note"] + 1).value is None


def test_items_stand_in_the_order_in_which_they_were_handed_in(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    turned = tuple(reversed(items))
    assert list(_rows(_opened(_workbook(turned, plan)))) == [item.id for item in turned]


def test_there_are_no_macros_and_no_outside_links(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    names = zipfile.ZipFile(BytesIO(_workbook(items, plan))).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]


def test_the_same_scope_gives_the_same_bytes(items: tuple[ScopeItem, ...], plan: ScopePlan) -> None:
    assert _workbook(items, plan) == _workbook(items, plan)
