"""A document as a Word file (DOCX) with real styles, so that its reader can restyle, navigate and edit it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, assert_never

from readiness.exports import word_styles as styles
from readiness.exports.chart_tables import figures_table, in_words
from readiness.exports.document import (
    ABOUT,
    Align,
    AnyChart,
    Block,
    Bullets,
    Callout,
    Chart,
    Column,
    CurveChart,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    ParagraphKind,
    Properties,
    Signatures,
    SwingChart,
    Table,
)
from readiness.exports.safe_text import one_line, prose_lines, verbatim_line

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.table import _Cell, _Row
    from docx.text.paragraph import Paragraph as WordParagraph

NOTHING = "\u2013"
SHORT_FINGERPRINT = 12  # characters in the footer: as many as a signature names
LONGEST_UNBROKEN_ROW = 600  # characters; a longer row may break across pages, else it would leave half a page empty
MOST_ROWS_KEPT_TOGETHER = 12  # a short table moves to the next page as a whole

_PARAGRAPH_STYLE = {
    ParagraphKind.BODY: styles.BODY,
    ParagraphKind.LEAD: styles.LEAD,
    ParagraphKind.NOTE: styles.NOTE,
}
_HEADER_STYLE = {
    Align.LEFT: styles.HEADER,
    Align.RIGHT: styles.HEADER_NUMBER,
    Align.CENTRE: styles.HEADER_CENTRED,
}
_CELL_STYLE = {
    Align.LEFT: styles.CELL,
    Align.RIGHT: styles.CELL_NUMBER,
    Align.CENTRE: styles.CELL_CENTRED,
}


def to_docx(document: Document) -> bytes:
    """`document` as the bytes of a DOCX file."""
    import docx

    word = docx.Document()
    styles.prepare(word)
    _describe(word, document)
    _front(word, document)
    for before, block in zip((None, *document.blocks), document.blocks, strict=False):
        if isinstance(before, PageBreak):
            _begin_page(word, block)
        else:
            _add(word, block)
    _back(word, document)
    _footer(word, document)
    return _saved(word)


def _describe(word: WordDocument, document: Document) -> None:
    """The file's own properties; without them it would carry those of the template."""
    properties = word.core_properties
    properties.title = one_line(document.title)[:255]
    properties.subject = one_line(document.subtitle)[:255]
    properties.author = "Readiness"
    properties.comments = f"Fingerprint {document.fingerprint}" if document.fingerprint else ""
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)  # the date that counts is in the text


def _front(word: WordDocument, document: Document) -> None:
    _paragraph(word, document.title, styles.TITLE)
    if document.subtitle:
        _paragraph(word, document.subtitle, styles.SUBTITLE)
    for name, value in document.front:
        _named_line(word, name, value, styles.META)


def _back(word: WordDocument, document: Document) -> None:
    if not document.back:
        return
    _paragraph(word, ABOUT, styles.HEADINGS[1])
    for name, value in document.back:
        line = _named_line(word, name, value, styles.META)
        line.paragraph_format.keep_with_next = (name, value) != document.back[-1]


def _add(word: WordDocument, block: Block) -> None:
    match block:
        case Heading():
            _paragraph(word, block.text, styles.HEADINGS[block.level])
        case Paragraph():
            _paragraph(word, block.text, _PARAGRAPH_STYLE[block.kind])
        case Bullets():
            _bullets(word, block)
        case Properties():
            for name, value in block.pairs:
                _named_line(word, name, value, styles.PROPERTY)
        case Table():
            _table(word, block)
        case Chart():
            _chart(word, block)
        case SwingChart() | CurveChart():
            _chart(word, block)
            _table(word, replace(figures_table(block), caption=""))
        case Callout():
            _callout(word, block)
        case Signatures():
            _signatures(word, block)
        case PageBreak():
            pass  # the block that follows it begins the page
        case _:
            assert_never(block)


def _begin_page(word: WordDocument, block: Block) -> None:
    """`block` at the top of a new page; a heading carries the break itself, so that no empty line stands above it."""
    if isinstance(block, Heading):
        _paragraph(word, block.text, styles.HEADINGS[block.level]).paragraph_format.page_break_before = True
    else:
        _new(word, styles.GAP).paragraph_format.page_break_before = True
        _add(word, block)


def _paragraph(word: WordDocument, text: str, style: str) -> WordParagraph:
    paragraph = _new(word, style)
    _write(paragraph, prose_lines(text))
    return paragraph


def _new(word: WordDocument, style: str) -> WordParagraph:
    paragraph = word.add_paragraph()
    styles.apply(paragraph, style)
    return paragraph


def _write(paragraph: WordParagraph, lines: tuple[str, ...]) -> None:
    """`lines` into one paragraph, with line breaks between them."""
    for number, line in enumerate(lines):
        run = paragraph.add_run()
        if number:
            run.add_break()
        run.add_text(line)


def _named_line(word: WordDocument, name: str, value: str, style: str) -> WordParagraph:
    paragraph = _new(word, style)
    paragraph.add_run(one_line(name), style=styles.LABEL)
    paragraph.add_run().add_tab()
    _write(paragraph, prose_lines(value) or (NOTHING,))
    return paragraph


def _bullets(word: WordDocument, bullets: Bullets) -> None:
    numbering = styles.restarted_numbering(word) if bullets.numbered else None
    for item in bullets.items:
        paragraph = _paragraph(word, item, styles.NUMBERED if bullets.numbered else styles.BULLET)
        if numbering is not None:
            styles.number_with(paragraph, numbering)


def _callout(word: WordDocument, callout: Callout) -> None:
    title, text = styles.CALLOUT_TITLE[callout.tone], styles.CALLOUT_TEXT[callout.tone]
    _paragraph(word, callout.title, title)
    if callout.text.strip():
        _paragraph(word, callout.text, text)
    else:
        word.paragraphs[-1].paragraph_format.keep_with_next = False
    _new(word, styles.GAP)


def _table(word: WordDocument, table: Table) -> None:
    if table.caption:
        caption = _new(word, styles.CAPTION)
        caption.add_run("Table ")
        styles.add_field(caption, "SEQ Table \\* ARABIC", "1")
        caption.add_run(f"  {one_line(table.caption)}")
    grid = _grid(word, table.columns, len(table.rows))
    for row, cells in zip(grid.rows[1:], table.rows, strict=True):
        _fill(row, table.columns, cells)
    if len(table.rows) <= MOST_ROWS_KEPT_TOGETHER:
        styles.keep_together(grid, with_next=bool(table.note))
    if table.note:
        _paragraph(word, table.note, styles.TABLE_NOTE)
    else:
        _new(word, styles.GAP)


def _chart(word: WordDocument, chart: AnyChart) -> None:
    """The finding, and the picture that shows it."""
    from docx.shared import Emu

    from readiness.exports.charts import chart_png

    _paragraph(word, chart.title, styles.CAPTION)
    section: Any = word.sections[0]
    width = Emu(section.page_width - section.left_margin - section.right_margin)
    paragraph = _new(word, styles.BODY)
    picture: Any = paragraph.add_run().add_picture(BytesIO(chart_png(chart)), width=width)
    picture._inline.docPr.set("descr", in_words(chart))


def _grid(word: WordDocument, columns: tuple[Column, ...], rows: int) -> WordTable:
    grid: WordTable = word.add_table(rows=rows + 1, cols=len(columns), style=styles.TABLE)
    styles.fix_widths(grid, [column.width for column in columns])
    header = grid.rows[0]
    styles.repeat_on_each_page(header)
    for cell, column in zip(header.cells, columns, strict=True):
        _cell(cell, one_line(column.title), _HEADER_STYLE[column.align])
    return grid


def _fill(row: _Row, columns: tuple[Column, ...], texts: tuple[str, ...]) -> None:
    if sum(len(text) for text in texts) < LONGEST_UNBROKEN_ROW:
        styles.keep_on_one_page(row)
    for cell, column, text in zip(row.cells, columns, texts, strict=True):
        if column.verbatim and text:
            _cell(cell, verbatim_line(text), styles.CELL_VERBATIM)
        else:
            _cell(cell, text, _CELL_STYLE[column.align])


def _cell(cell: _Cell, text: str, style: str) -> None:
    paragraph = cell.paragraphs[0]
    styles.apply(paragraph, style)
    _write(paragraph, prose_lines(text) or (NOTHING,))


def _signatures(word: WordDocument, block: Signatures) -> None:
    columns = (Column("Name", width=3), Column("Role", width=3), Column("Date and signature", width=5))
    grid = _grid(word, columns, len(block.signers))
    for row, signer in zip(grid.rows[1:], block.signers, strict=True):
        styles.keep_on_one_page(row)
        styles.leave_room_to_sign(row)
        for cell, text in zip(row.cells, (signer.name, signer.role, signer.signed), strict=True):
            paragraph = cell.paragraphs[0]
            styles.apply(paragraph, styles.CELL)
            _write(paragraph, prose_lines(text))
    if len(block.signers) <= MOST_ROWS_KEPT_TOGETHER:
        styles.keep_together(grid, with_next=False)
    _new(word, styles.GAP)


def _footer(word: WordDocument, document: Document) -> None:
    paragraph: Any = word.sections[0].footer.paragraphs[0]
    styles.apply(paragraph, styles.FOOTER)
    mark = f"  ·  {document.fingerprint[:SHORT_FINGERPRINT]}" if document.fingerprint else ""
    paragraph.add_run(_shortened(one_line(document.subtitle or document.title), 80) + mark)
    paragraph.add_run().add_tab()
    paragraph.add_run("Page ")
    styles.add_field(paragraph, "PAGE", "1")
    paragraph.add_run(" of ")
    styles.add_field(paragraph, "NUMPAGES", "1")


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _saved(word: WordDocument) -> bytes:
    buffer = BytesIO()
    word.save(buffer)
    return buffer.getvalue()
