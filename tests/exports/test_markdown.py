"""Documents as Markdown: user text stays text, and the same document gives the same bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.exports.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    ParagraphKind,
    Properties,
    Signatures,
    Signer,
    Table,
)
from readiness.exports.markdown import escape, fingerprint, stamped, to_markdown
from readiness.exports.safe_text import one_line, verbatim_line

HOSTILE = (
    "# heading",
    "1. item",
    "- item",
    "=1+1",
    "---",
    "> quote",
    "<script>alert(1)</script>",
    "<!-- x -->",
    "[a](javascript:alert(1))",
    "![a](x.png)",
    "http://example.org",
    "*a* _b_ **c** ~~d~~ `e`",
    "``` code",
    "a | b \\| c",
    "&amp; &#35; &copy;",
    "ends with \\",
    "[a]: b",
    "x #",
    "| - |",
    "__init__",
)
TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.sampled_from("ab1 #*_`~[]()<>|\\&;:/!.-+=\"'\n\t{}$^"), max_size=24),
    st.text(max_size=24),
)


def _document(*blocks: Block) -> Document:
    return Document(title="Title", blocks=blocks)


def _texts(markdown: str) -> list[str]:
    """What a reader of Markdown shows of each inline text, in order; fails on anything but plain text and code."""
    parser = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed").MarkdownIt("commonmark")
    texts = []
    for token in parser.enable(["table", "strikethrough"]).parse(markdown):
        assert token.type not in ("html_block", "fence", "code_block"), markdown
        if token.type == "inline":
            kinds = {child.type for child in token.children}
            assert not kinds & {"link_open", "image", "html_inline", "s_open"}, markdown
            texts.append("".join("\n" if child.type == "hardbreak" else child.content for child in token.children))
    return texts


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_was_typed(text: str) -> None:
    assert _texts(to_markdown(_document(Paragraph(text))))[1] == one_line(text)


@given(TEXT)
def test_typed_text_is_shown_as_typed_wherever_it_stands(text: str) -> None:
    shown, prose = one_line(text), "\n".join(filter(None, map(one_line, text.splitlines())))
    if not shown:
        return
    blocks = (
        Heading(text, 2),
        Paragraph(text),
        Paragraph(text, ParagraphKind.LEAD),
        Bullets((text,), numbered=True),
        Properties(((text, text),)),
        Callout(text, text),
        Table((Column(text), Column("b")), ((text, "x"),), caption=text, note=text),
    )
    texts = _texts(to_markdown(_document(*blocks)))
    cell = " / ".join(prose.split("\n"))
    row = [shown, "b", cell, "x"]
    assert texts == ["Title", shown, prose, prose, prose, f"{shown}: {prose}", shown, prose, shown, *row, shown]


@given(TEXT)
def test_a_value_of_the_file_is_shown_exactly(value: str) -> None:
    shown = verbatim_line(value)
    if not shown:
        return
    texts = _texts(to_markdown(_document(Table((Column("a", verbatim=True), Column("b")), ((value, "x"),)))))
    assert texts == ["Title", "a", "b", shown, "x"]


@given(st.lists(st.tuples(TEXT, TEXT), max_size=4))
def test_no_cell_can_add_a_row_or_a_column(rows: list[tuple[str, str]]) -> None:
    markdown = to_markdown(_document(Table((Column("a"), Column("b", verbatim=True)), tuple(rows))))
    assert len(_texts(markdown)) == 1 + 2 * (1 + len(rows))


def test_an_underscore_within_a_word_stays_readable() -> None:
    assert escape("missing_required: vendor_name") == "missing_required: vendor_name"


def test_numbered_signed_and_broken_pages_are_written() -> None:
    document = _document(
        Bullets(("a", "b"), numbered=True), PageBreak(), Signatures((Signer("Ana", "CFO", "21 Nov 2026"),))
    )
    markdown = to_markdown(document)
    assert "1. a\n2. b" in markdown
    assert "\n---\n" in markdown
    assert "| Ana | CFO | 21 Nov 2026 |" in markdown


def test_a_row_must_have_as_many_cells_as_there_are_columns() -> None:
    with pytest.raises(ValueError, match="2 cells in a table of 1 columns"):
        Table((Column("a"),), (("1", "2"),))


def test_the_fingerprint_does_not_depend_on_the_date_and_does_on_everything_else() -> None:
    document = Document(title="Title", meta=(("Sample", "a.csv"),), blocks=(Paragraph("text"),), dated="21 Nov 2026")
    assert fingerprint(replace(document, dated="22 Nov 2026")) == fingerprint(document)
    assert fingerprint(stamped(document)) == fingerprint(document)
    for changed in (replace(document, title="T"), replace(document, meta=()), replace(document, blocks=())):
        assert fingerprint(changed) != fingerprint(document)


def test_a_stamped_document_prints_its_fingerprint() -> None:
    document = stamped(Document(title="Title", dated="21 Nov 2026"))
    assert f"- **Fingerprint:** {document.fingerprint}" in to_markdown(document)


def test_what_identifies_a_document_stands_last_and_counts_for_the_fingerprint() -> None:
    plain = Document(title="Title", blocks=(Paragraph("text"),))
    document = stamped(replace(plain, about=(("SHA-256", "ab"),)))
    end = f"text\n\n## About this document\n\n- **SHA-256:** ab\n- **Fingerprint:** {document.fingerprint}\n"
    assert to_markdown(document).endswith(end)
    assert document.fingerprint != fingerprint(plain)
    assert "About this document" not in to_markdown(plain)
