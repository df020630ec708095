"""The audit as a document: everything that was counted is in it, and what was cut off is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from readiness.audit.decisions import Handling, HandlingDecision, HandlingEffect
from readiness.audit.report import AuditReport, EdgeCase, Tier, share_value
from readiness.exports.audit_document import audit_document
from readiness.exports.document import Callout, Document, PageBreak, Table
from readiness.exports.markdown import to_markdown

AUDITED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def _document(
    report: AuditReport,
    decisions: dict[str, HandlingDecision] | None = None,
    effect: HandlingEffect | None = None,
) -> Document:
    return audit_document(
        report, decisions=decisions or {}, effect=effect, project_name="Invoice intake", audited_at=AUDITED
    )


def test_the_document_is_as_it_was_kept(
    report: AuditReport,
    decisions: dict[str, HandlingDecision],
    effect: HandlingEffect,
    snapshot: Callable[[str, str], None],
) -> None:
    snapshot("audit.md", to_markdown(_document(report, decisions, effect)))


def test_the_same_audit_gives_the_same_bytes(report: AuditReport) -> None:
    assert to_markdown(_document(report)) == to_markdown(_document(report.model_copy(deep=True)))


def test_every_line_of_the_file_is_accounted_for(report: AuditReport) -> None:
    tables = [block for block in _document(report).blocks if isinstance(block, Table)]
    lines = next(table for table in tables if table.caption == "Every line of the file")
    counts = [int(row[1].replace(",", "")) for row in lines.rows]
    assert sum(counts[:-1]) == counts[-1] == report.reading.lines


def test_the_first_page_has_the_sentence_and_the_rest_the_hash(report: AuditReport) -> None:
    document = _document(report)
    first = document.blocks[: document.blocks.index(PageBreak())]
    page = to_markdown(Document(title="", blocks=first))
    assert report.sentence in page
    assert "No handling decision has been taken yet for the 6 edge cases found." in page
    body, _, about = to_markdown(document).partition("\n## About this document\n")
    assert document.blocks[0] == Callout("72.0% clean", report.sentence)
    for long in (report.reading.sha256, document.fingerprint):
        assert long not in body
        assert long in about


def test_a_single_case_that_waits_is_singular(report: AuditReport, effect: HandlingEffect) -> None:
    decided = {case.id: HandlingDecision(edge_case=case.id, handling=Handling.REJECT) for case in report.edge_cases[1:]}
    assert "1 of 6 edge cases still waits for a decision." in to_markdown(_document(report, decided, effect))


def test_every_edge_case_stands_in_the_document(report: AuditReport) -> None:
    markdown = to_markdown(_document(report))
    for case in report.edge_cases:
        assert f"- {case.title}. {case.reason}" in markdown


def test_without_raw_values_the_shape_stands_in_for_the_example(report: AuditReport) -> None:
    markdown = to_markdown(_document(report.without_values()))
    assert "25/06/2026900" not in markdown
    assert "`99/99/9999`" in markdown


def test_a_sample_without_a_problem_is_not_called_perfect(report: AuditReport) -> None:
    clean = report.model_copy(
        update={"clean": share_value(300, 300), "edge_cases": (), "fields": (), "problems": 0, "not_checked": ()}
    )
    markdown = to_markdown(_document(clean))
    assert "up to 1.3% of the real volume could still fall outside the clean case" in markdown
    assert "None found." in markdown


def test_a_sample_without_records_says_what_to_do(report: AuditReport) -> None:
    empty = report.model_copy(update={"records": 0, "clean": share_value(0, 0), "edge_cases": ()})
    assert "read the file again with other options" in to_markdown(_document(empty))


def test_a_table_that_shows_less_than_there_is_says_so(report: AuditReport) -> None:
    cases = tuple(
        EdgeCase(
            id=f"k: f{n}", kind="k", title=f"Case {n}", reason="r.", tier=Tier.REPAIRABLE, records=1, share=0.1,
            low=0.0, high=0.2,
        )
        for n in range(500)
    )  # fmt: skip
    markdown = to_markdown(_document(report.model_copy(update={"edge_cases": cases})))
    assert "The first 400 of 500 edge cases" in markdown
    assert "494 further edge cases in the full table below." in markdown


def test_a_file_without_lines_has_no_account_of_lines(report: AuditReport) -> None:
    reading = report.reading.model_copy(update={"lines": 0, "format": "parquet", "faults": {}, "unsplit": 0})
    markdown = to_markdown(_document(report.model_copy(update={"reading": reading})))
    assert "Every line of the file" not in markdown
    assert "Every record fits the header." in markdown


def test_a_fault_that_the_document_does_not_know_is_named_all_the_same(report: AuditReport) -> None:
    reading = report.reading.model_copy(update={"faults": {"some_new_fault": 2}})
    unnamed = report.model_copy(update={"reading": reading, "edge_cases": ()})
    assert "| Some new fault | 2 |" in to_markdown(_document(unnamed))


def test_the_document_of_the_council_payments_says_what_a_reader_that_skips_bad_lines_would_lose(
    shared_datasets: Path,
) -> None:
    from readiness.audit.engine import audit_sample
    from readiness.audit.reading.sample import open_workspace, read_sample
    from readiness.audit.reading.values import SampleFile
    from readiness.audit.suggestion import suggest_rules

    path = shared_datasets / "lambeth_payments" / "2012-06-payments.csv"
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        report = audit_sample(connection, reading, suggest_rules(connection, reading))
    markdown = to_markdown(_document(report))
    assert "| Two fields fused into one cell: Invoice Creation Date + Invoice Nett Amount | 635 |" in markdown
    assert "| Before the header | 9 |" in markdown
    assert "| All lines of the file | 3,171 |" in markdown
    assert "| Exact duplicate record | 428 |" in markdown
    assert "| Total or footer line | 1 |" in markdown
