"""Documents as Word files: they open, have real styles, and hold what the Markdown holds."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.report import AuditReport
from readiness.exports.audit_document import audit_document
from readiness.exports.document import (
    Align,
    Beside,
    Bullets,
    Callout,
    Column,
    Document,
    Figure,
    Heading,
    KeyFigures,
    PageBreak,
    Paragraph,
    Properties,
    Signatures,
    Signer,
    Table,
    Tone,
)
from readiness.exports.word import to_docx

LONG_NAME = "Abschlagsrechnungsfreigabeprozess" * 6  # 198 characters without a space


def _opened(document: Document) -> Any:
    import docx

    return docx.Document(BytesIO(to_docx(document)))


def _everything(text: str) -> Document:
    return Document(
        title=text,
        subtitle=text,
        meta=((text, text),),
        dated="21 Nov 2026",
        fingerprint="ab" * 32,
        blocks=(
            Heading(text, 3),
            Paragraph(text),
            Bullets((text,)),
            Bullets((text,), numbered=True),
            Properties(((text, text),)),
            PageBreak(),
            Callout(text, text, Tone.STOP),
            Table((Column(text), Column("b", verbatim=True)), ((text, text),), caption=text, note=text),
            Signatures((Signer(text, text),)),
        ),
    )


@settings(max_examples=8, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_no_text_can_break_the_file(text: str) -> None:
    assert _opened(_everything(text)).tables


def test_a_control_character_is_shown() -> None:
    assert "a␀b" in [paragraph.text for paragraph in _opened(Document("T", blocks=(Paragraph("a\x00b"),))).paragraphs]


def test_styles_are_real_ones(report: AuditReport) -> None:
    document = audit_document(report, decisions={}, effect=None, project_name="Invoices", audited_at=None)
    word = _opened(document)
    used = {paragraph.style.name for paragraph in word.paragraphs}
    assert {"Title", "Subtitle", "Heading 1", "Heading 2", "Caption", "List Bullet"} <= used
    assert {table.style.name for table in word.tables} == {"Readiness Table"}


def test_the_page_is_a4_with_page_numbers_and_the_fingerprint_in_the_footer() -> None:
    section = _opened(_everything("Name")).sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    footer = section.footer.paragraphs[0]
    assert "ab" * 6 in footer.text
    assert "ab" * 7 not in footer.text
    assert "PAGE" in footer._p.xml
    assert "NUMPAGES" in footer._p.xml


def test_the_header_row_is_repeated_and_rows_stay_whole() -> None:
    table = _opened(Document("T", blocks=(Table((Column("a"),), (("1",), ("2",))),))).tables[0]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert "w:tblHeader" not in table.rows[1]._tr.xml
    assert "w:cantSplit" in table.rows[1]._tr.xml


def test_lines_to_sign_stay_together() -> None:
    table = _opened(Document("T", blocks=(Signatures((Signer("a"), Signer("b"))),))).tables[0]
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert kept == [True, True, None]


def test_a_very_long_row_may_break_across_pages() -> None:
    table = _opened(Document("T", blocks=(Table((Column("a"),), (("word " * 900,),)),))).tables[0]
    assert "w:cantSplit" not in table.rows[1]._tr.xml


def test_numbers_stand_at_the_right() -> None:
    table = _opened(Document("T", blocks=(Table((Column("a", Align.RIGHT),), (("1",),)),))).tables[0]
    assert [row.cells[0].paragraphs[0].style.name for row in table.rows] == ["Cell Header Number", "Cell Number"]


def test_columns_fill_the_width_of_the_text_and_follow_their_weights() -> None:
    columns = (Column("a", width=3), Column("b", width=1), Column("c", width=0.001))
    widths = [cell.width.cm for cell in _opened(Document("T", blocks=(Table(columns, ()),))).tables[0].rows[0].cells]
    assert sum(widths) == pytest.approx(16.6, abs=0.05)
    assert widths[0] == pytest.approx(3 * widths[1], rel=0.01)
    assert widths[2] > 0.8


def test_each_numbered_list_begins_at_one() -> None:
    lists = (Bullets(("a", "b"), numbered=True), Paragraph("-"), Bullets(("c",), numbered=True))
    numbers = [
        paragraph._p.pPr.numPr.numId.val
        for paragraph in _opened(Document("T", blocks=lists)).paragraphs
        if paragraph.style.name == "List Number"
    ]
    assert numbers[0] == numbers[1] != numbers[2]


def test_paragraph_properties_stand_in_the_order_that_the_format_demands() -> None:
    order = "keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs spacing ind contextualSpacing jc"
    for style in _opened(_everything("x")).styles.element.style_lst:
        if style.pPr is not None:
            names = [child.tag.rpartition("}")[2] for child in style.pPr]
            assert names == sorted(names, key=[*order.split(), "outlineLvl"].index), style.name_val


def test_the_same_document_gives_the_same_bytes_whenever_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    first, later = to_docx(_everything("x")), time.time() + 400 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    assert to_docx(_everything("x")) == first
    with zipfile.ZipFile(BytesIO(first)) as file:
        assert {part.date_time[0] for part in file.infolist()} == {1980}
        assert not [name for name in file.namelist() if "thumbnail" in name]


def test_the_foot_names_the_evidence_where_there_is_any() -> None:
    document = replace(_everything("x"), evidence="cd" * 32)
    footer = _opened(document).sections[0].footer.paragraphs[0].text
    assert f"evidence {'cd' * 6}" in footer
    assert "ab" * 6 not in footer


def test_libreoffice_opens_it_and_long_names_stay_on_the_page(
    report: AuditReport, libreoffice: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    cases = tuple(case.model_copy(update={"title": LONG_NAME}) for case in report.edge_cases)
    long = report.model_copy(update={"edge_cases": cases})
    document = audit_document(long, decisions={}, effect=None, project_name=LONG_NAME, audited_at=None)
    source = tmp_path / "audit.docx"
    source.write_bytes(to_docx(document))
    text = libreoffice(source, "txt:Text").read_text(encoding="utf-8-sig")
    assert report.sentence in text
    assert text.count(LONG_NAME) > len(cases)


def test_two_columns_of_a_cover_are_two_cells_with_their_own_tables() -> None:
    left = (Heading("Why"), Bullets(("A reason.",)))
    right = (Heading("Questions"), Table((Column("Q"), Column("A")), (("One?", "yes"),), note="A note."))
    word = _opened(Document("T", blocks=(Beside(left, right), PageBreak(), Heading("Annex")), cover=True))
    first, second = word.tables[0].rows[0].cells
    assert [paragraph.text for paragraph in first.paragraphs] == ["Why", "A reason."]
    assert [cell.text for cell in second.tables[0].rows[1].cells] == ["One?", "yes"]
    assert [paragraph.text for paragraph in second.paragraphs if paragraph.text] == ["Questions", "A note."]
    assert next(p for p in word.paragraphs if p.text == "Annex").style.name == "Heading 1"


def test_key_figures_stand_in_one_row() -> None:
    figures = (Figure("Clean share", "72%", "of 300"), Figure("Cost", "unknown"))
    row = _opened(Document("T", blocks=(KeyFigures(figures), KeyFigures(())))).tables[0].rows[0]
    assert [cell.text for cell in row.cells] == ["Clean share\n72%\nof 300", "Cost\nunknown\n"]
