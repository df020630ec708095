"""Documents as PDF: one page to sign, the hash on every page, the same bytes twice, and any text that people type."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from readiness.audit.report import AuditReport
from readiness.diagnosis.failure_modes import FailureModeCatalog
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Diagnosis
from readiness.exports.audit_document import audit_document
from readiness.exports.briefs.build_briefs import production_brief
from readiness.exports.briefs.content import Decision
from readiness.exports.briefs.decision_brief import decision_brief
from readiness.exports.document import (
    Bar,
    Chart,
    Column,
    CurveChart,
    Document,
    Heading,
    Mark,
    Paragraph,
    ParagraphKind,
    Properties,
    Signer,
    Swing,
    SwingChart,
    Table,
    Tone,
)
from readiness.exports.pdf import TEMPLATE, to_pdf
from readiness.exports.pdf_charts import placed, ticks
from readiness.scope.items import ScopeItem
from tests.exports.documents import NOW, every_block

LONG = "Weiterverarbeitungsgenehmigungsverfahren" * 5  # 200 characters without a space
Pages = Callable[[Document], list[str]]


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    """The text of each page, as a reader copies it."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed, so the pages of a PDF cannot be read")

    def read(document: Document) -> list[str]:
        file = tmp_path / "document.pdf"
        file.write_bytes(to_pdf(document))
        command = [program, "-layout", str(file), "-"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.removesuffix("\f").split("\f")

    return read


@pytest.fixture
def decision(facts: Facts, diagnosis: Diagnosis, catalog: FailureModeCatalog) -> Decision:
    return Decision("Invoice intake", facts, diagnosis, StopInputs(), catalog, issued_at=NOW)


def standards_of(pdf: bytes) -> set[bytes]:
    return {name for name in (b"pdfaid:part", b"pdfuaid:part") if name in pdf}


def test_the_same_document_gives_the_same_bytes(decision: Decision) -> None:
    assert to_pdf(decision_brief(decision)) == to_pdf(decision_brief(decision))


def test_a_dated_pdf_is_made_for_keeping_and_for_reading_aloud(decision: Decision) -> None:
    assert standards_of(to_pdf(decision_brief(decision))) == {b"pdfaid:part", b"pdfuaid:part"}
    assert standards_of(to_pdf(decision_brief(replace(decision, issued_at=None)))) == {b"pdfuaid:part"}


def test_the_file_says_nothing_of_the_machine(decision: Decision) -> None:
    pdf = to_pdf(decision_brief(decision))
    assert b"/Title" in pdf
    for told in (str(TEMPLATE.parent), str(Path.home()), "/tmp/"):
        assert told.encode() not in pdf


def test_verdict_reasons_questions_rules_and_signatures_stand_on_the_first_page(
    decision: Decision, pages: Pages
) -> None:
    first, second, *_ = pages(decision_brief(decision))
    for said in ("FIX FIRST", "Monitoring was left out.", "Rule of cost", "Signatures", "Kim Okafor", "1 of "):
        assert said in first
    assert "Annex A" in second
    assert "Signatures" not in second


def test_a_decision_fits_its_page_with_the_longest_that_anybody_can_type(
    decision: Decision, facts: Facts, pages: Pages
) -> None:
    typed = "A reason that goes on. " * 150
    worst = replace(
        decision,
        project_name=LONG,
        changes=(typed,) * 9,
        signers=tuple(Signer("N" * 200, "R" * 200, "21 Nov 2026, 998321001c55") for _ in range(9)),
        closing=dict.fromkeys(("primary-mode", "learned", "other-use-case", "other-approach"), typed),
        facts=replace(facts, ownership=facts.ownership.model_copy(update={"owner": "O" * 200, "role": "R" * 200})),
        diagnosis=replace(decision.diagnosis, reasons=(typed,) * 9, verdict=decision.diagnosis.verdict.STOP),
    )
    first, second, *_ = pages(decision_brief(worst))
    assert "5 more signatures in annex D" in first
    assert second.lstrip().startswith("Annex A: Audit")


def test_every_page_has_its_number_and_the_hash_and_the_last_one_the_whole_hash(
    decision: Decision, pages: Pages
) -> None:
    document = decision_brief(decision)
    read = pages(document)
    for number, text in enumerate(read, start=1):
        assert f"evidence {document.evidence[:12]}" in text
        assert re.search(rf"\b{number} of {len(read)}\b", text)
    assert document.evidence in read[-1]
    assert document.fingerprint in read[-1]


def test_text_is_never_markup_and_never_code(pages: Pages) -> None:
    typed = '#read("/etc/passwd") *bold* _it_ $x^2$ @ref <label> = Head // gone \\ `raw` [a](b) "q" --- ...'
    (page,) = pages(Document("T", blocks=(Paragraph(typed), Table((Column("c"),), ((typed,),)))))
    assert page.replace("\n", " ").count("#read(") == 2
    assert typed in re.sub(r"\s+", " ", page)


@settings(max_examples=6, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_no_text_can_break_the_file(text: str) -> None:
    assert to_pdf(every_block(text)).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["Έρευνα", "Счета", "חשבוניות", "فواتير", "चालान", "Łódź façade"])
def test_the_carried_fonts_cover_these_scripts(name: str, pages: Pages) -> None:
    dated = Document(name, blocks=(Paragraph(name),), dated="21 Nov 2026")
    assert len(standards_of(to_pdf(dated))) == 2


@pytest.mark.parametrize("name", ["发票", "請求書", "송장", "ใบแจ้งหนี้", "😀"])
def test_other_scripts_keep_their_letters_in_the_file(name: str) -> None:
    assert to_pdf(Document(name, blocks=(Paragraph(name),), dated="21 Nov 2026")).startswith(b"%PDF-")


def test_a_long_word_stays_on_the_page(pages: Pages) -> None:
    text = "".join(pages(Document(LONG, LONG, blocks=(Table((Column("a"), Column("b")), ((LONG, LONG),)),))))
    assert "Weiterve" in text


@pytest.mark.large
def test_a_thousand_components_run_over_pages_with_their_header_on_each(
    facts: Facts, diagnosis: Diagnosis, make_item: Callable[..., ScopeItem], pages: Pages
) -> None:
    items = tuple(make_item(f"i{n}", f"Component {n}", "Group", 1, 2, 3) for n in range(1_000))
    document = production_brief(
        project_name="P", facts=replace(facts, items=items), ledger=diagnosis.ledger, issued_at=NOW
    )
    read = pages(document)
    with_rows = [page for page in read if re.search(r"Component \d+ ", page)]
    assert "Component 999" in "".join(read)
    assert all("Likely" in page for page in with_rows)


def test_an_audit_is_a_pdf_as_well(report: AuditReport, pages: Pages) -> None:
    read = pages(audit_document(report, decisions={}, effect=None, project_name="Invoices", audited_at=NOW))
    assert "72%" in read[0]


def test_the_foot_of_a_document_without_evidence_names_its_content(report: AuditReport, pages: Pages) -> None:
    document = audit_document(report, decisions={}, effect=None, project_name="Invoices", audited_at=NOW)
    assert f"content {document.fingerprint[:12]}" in pages(document)[0]


def test_a_sentence_that_leads_a_form_stays_with_it_and_a_short_form_is_not_torn(pages: Pages) -> None:
    """Whatever stands above them: the heading, its sentence and the form end up on one page."""
    form = Properties(tuple((f"name {number}", f"value {number}") for number in range(5)))
    for lines in range(30, 62):
        filling = tuple(Paragraph(f"Line {number}.") for number in range(lines))
        lead = Paragraph("The sentence that leads.", ParagraphKind.LEAD)
        read = pages(Document("T", blocks=(*filling, Heading("The heading"), lead, form)))
        (page,) = [text for text in read if "The heading" in text]
        assert "The sentence that leads." in page
        assert all(f"value {number}" in page for number in range(5)), lines


def test_a_chart_of_the_longest_names_stays_on_its_page(pages: Pages) -> None:
    swings = tuple(Swing(f"{number} " + "name " * 39, 0.1, -3, 5) for number in range(12))
    (page,) = pages(Document("T", blocks=(SwingChart("The finding", swings, "days", "The note below it."),)))
    assert "11 name" in page
    assert page.index("The note below it.") > page.index("11 name")


# --- charts --------------------------------------------------------------------------------------------------------


@example(900_719_925.9921875, 1e-06)
@given(
    st.floats(min_value=-1e9, max_value=1e9, allow_nan=False), st.floats(min_value=1e-6, max_value=1e9, allow_nan=False)
)
def test_ticks_hold_the_range_in_a_few_round_steps(low: float, span: float) -> None:
    start, end, step = ticks(low, low + span)
    assert start <= low + 1e-6 * step
    assert end >= low + span - 1e-6 * step
    assert 1 <= round((end - start) / step) <= 7


def test_bars_and_intervals_lie_where_their_shares_say() -> None:
    chart = placed(Chart("t", (Bar("a", 0.5, 0.4, 0.6, Tone.GOOD), Bar("b", 0.0, 0.0, 0.02)), "share"))
    first, second = chart["rows"]
    assert (first["share"], first["low"], first["high"]) == (0.5, 0.4, 0.6)
    assert (second["share"], second["low"]) == (0.0, 0.0)
    assert [label for _, label in chart["ticks"]] == ["0%", "20%", "40%", "60%", "80%", "100%"]


def test_a_swing_chart_has_its_zero_between_the_sides() -> None:
    chart = placed(SwingChart("t", (Swing("a", 0.7, -3, 7), Swing("b", 0.3, 0, 2)), "days"))
    assert 0 < chart["zero"] < 1
    assert chart["rows"][0]["low"] < chart["zero"] < chart["rows"][0]["high"]
    assert chart["rows"][1]["low"] == chart["zero"]
    assert "0" in [label for _, label in chart["ticks"]]


def test_a_curve_without_width_and_one_with_a_far_plan_are_drawn() -> None:
    flat = CurveChart("t", ((5.0, 0.1), (5.0, 0.9)), (Mark("P50", 5.0, 0.5, "5"),), "days")
    far = CurveChart("t", ((5.0, 0.1), (6.0, 0.9)), (Mark("plan", 90_000, 1.0, "90,000", on_curve=False),), "days")
    for chart in (flat, far):
        points = [*placed(chart)["points"], *[(mark["x"], mark["y"]) for mark in placed(chart)["marks"]]]
        assert all(-1e-9 <= x <= 1 + 1e-9 and 0 <= y <= 1 for x, y in points)
        assert to_pdf(Document("T", blocks=(chart,))).startswith(b"%PDF-")
