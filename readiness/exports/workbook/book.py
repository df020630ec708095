"""The whole workbook, sheet by sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from readiness.audit.decisions import HandlingDecision
from readiness.audit.report import AuditReport
from readiness.exports.safe_text import one_line
from readiness.exports.scope_layout import (
    SHEET_ASSUMPTIONS,
    SHEET_FINDINGS,
    SHEET_READINESS,
    SHEET_SCOPE,
    SHEET_SIMULATION,
    SHEET_SUMMARY,
)
from readiness.exports.workbook.assumptions_sheet import write_assumptions
from readiness.exports.workbook.content import Content, ValueRow, rows_of
from readiness.exports.workbook.findings_sheet import write_findings
from readiness.exports.workbook.looks import Looks, set_page
from readiness.exports.workbook.readiness_sheet import write_readiness
from readiness.exports.workbook.scope_sheet import write_scope
from readiness.exports.workbook.simulation_sheet import write_simulation
from readiness.exports.workbook.summary_sheet import write_summary
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad
from readiness.scope.totals import ScopeTotal


def scope_workbook(
    *,
    project_name: str,
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    total: ScopeTotal,
    report: AuditReport | None = None,
    decisions: Mapping[str, HandlingDecision] | None = None,
    loads: Sequence[ReviewLoad] = (),
    value: Sequence[ValueRow] = (),
    project_id: str = "",
    versions: Mapping[str, int] | None = None,
    plan_version: int = 0,
    now: datetime,
) -> bytes:
    """The scope as the bytes of an XLSX file. `versions` are those of the stored items by id; the sheet Findings is
    there where there is an audit."""
    content = Content(
        project_name=project_name,
        rows=rows_of(items, plan),
        plan=plan,
        total=total,
        report=report,
        decisions=decisions or {},
        loads={load.item_id: load for load in loads},
        value=tuple(value),
        project_id=project_id,
        versions=versions or {},
        plan_version=plan_version,
        now=now,
    )
    return _written(content)


def _written(content: Content) -> bytes:
    import xlsxwriter

    buffer = BytesIO()
    # In memory: nothing of a client's scope is left behind in a temporary folder.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        title = one_line(f"Production scope: {content.project_name}")[:255]
        created = content.now.replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": title, "author": "Readiness", "created": created})
        book.set_calc_mode("auto")
        looks = Looks(book)
        sheets = {name: book.add_worksheet(name) for name in _sheet_names(content)}
        write_summary(sheets[SHEET_SUMMARY], looks, content)
        write_scope(sheets[SHEET_SCOPE], looks, content)
        if content.report is not None:
            write_findings(sheets[SHEET_FINDINGS], looks, content, content.report)
        write_assumptions(book, sheets[SHEET_ASSUMPTIONS], looks, content)
        write_simulation(book, sheets[SHEET_SIMULATION], looks, content)
        write_readiness(sheets[SHEET_READINESS], content)
        for name, sheet in sheets.items():
            set_page(
                sheet, content.project_name, content.now, one_page_wide=name not in (SHEET_SCOPE, SHEET_SIMULATION)
            )
    return buffer.getvalue()


def _sheet_names(content: Content) -> tuple[str, ...]:
    findings = (SHEET_FINDINGS,) if content.report is not None else ()
    return (SHEET_SUMMARY, SHEET_SCOPE, *findings, SHEET_ASSUMPTIONS, SHEET_SIMULATION, SHEET_READINESS)
