"""A document as a Word file (DOCX) with real styles, so that its reader can restyle, navigate and edit it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, assert_never
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from readiness.exports import word_styles as styles
from readiness.exports.chart_tables import figures_table, in_words
from readiness.exports.document import (
    ABOUT,
    Align,
    AnyChart,
    Beside,
    Block,
    Bullets,
    Callout,
    Chart,
    Column,
    CurveChart,
    Document,
    Heading,
    KeyFigures,
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
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can say
COLUMN_BESIDE = 0.94  # of the left column, as wide as the right one is 1
LONGEST_UNBROKEN_ROW = 600  # characters; a longer row may break across pages, else it would leave half a page empty
MOST_ROWS_KEPT_TOGETHER = 12  # a short table moves to the next page as a whole

_PARAGRAPH_STYLE = {
    ParagraphKind.BODY: styles.BODY,
    ParagraphKind.LEAD: styles.LEAD,
    ParagraphKind.NOTE: styles.NOTE,
}
_FIGURE_STYLES = (styles.FIGURE_LABEL, styles.FIGURE, styles.FIGURE_LABEL)
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
    styles.prepare(word, cover=document.cover)
    _describe(word, document)
    page = _Place(word, word, styles.TEXT_WIDTH_CM)
    _front(page, document)
    on_cover = document.cover
    for before, block in zip((None, *document.blocks), document.blocks, strict=False):
        on_cover = on_cover and not isinstance(before, PageBreak)
        at = replace(page, compact=on_cover)
        if isinstance(before, PageBreak):
            _begin_page(at, block)
        else:
            _add(at, block)
    _back(page, document)
    _footer(word, document)
    return _saved(word)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where blocks are written: into the document or into a cell, so wide, and `compact` on a cover."""

    word: WordDocument
    into: Any
    width_cm: float
    compact: bool = False


def _describe(word: WordDocument, document: Document) -> None:
    """The file's own properties; without them it would carry those of the template."""
    properties = word.core_properties
    properties.title = one_line(document.title)[:255]
    properties.subject = one_line(document.subtitle)[:255]
    properties.author = "Readiness"
    properties.comments = f"Fingerprint {document.fingerprint}" if document.fingerprint else ""
    _drop_thumbnail(word)
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)  # the date that counts is in the text


def _drop_thumbnail(word: WordDocument) -> None:
    """The library's template carries a picture of another document."""
    links: Any = word.part.package.rels
    for name in [name for name, link in links.items() if link.reltype.endswith("/thumbnail")]:
        del links[name]


def _front(at: _Place, document: Document) -> None:
    _paragraph(at, document.title, styles.COVER_TITLE if document.cover else styles.TITLE)
    if document.subtitle:
        _paragraph(at, document.subtitle, styles.SUBTITLE)
    if document.cover:
        _paragraph(at, "  ·  ".join(f"{name}: {one_line(value)}" for name, value in document.front), styles.COVER_META)
        return
    for name, value in document.front:
        _named_line(at, name, value, styles.META)


def _back(at: _Place, document: Document) -> None:
    if not document.back:
        return
    _paragraph(at, ABOUT, styles.HEADINGS[1])
    for name, value in document.back:
        line = _named_line(at, name, value, styles.META)
        line.paragraph_format.keep_with_next = (name, value) != document.back[-1]


def _add(at: _Place, block: Block) -> None:
    match block:
        case Heading():
            _paragraph(at, block.text, styles.COVER_HEADING if at.compact else styles.HEADINGS[block.level])
        case Paragraph():
            on_cover = at.compact and block.kind is ParagraphKind.NOTE
            _paragraph(at, block.text, styles.COVER_NOTE if on_cover else _PARAGRAPH_STYLE[block.kind])
        case Bullets():
            _bullets(at, block)
        case Properties():
            for name, value in block.pairs:
                _named_line(at, name, value, styles.COVER_PROPERTY if at.compact else styles.PROPERTY)
        case Table():
            _table(at, block)
        case Chart():
            _chart(at, block)
        case SwingChart() | CurveChart():
            _chart(at, block)
            _table(at, replace(figures_table(block), caption=""))
        case KeyFigures():
            _key_figures(at, block)
        case Beside():
            _beside(at, block)
        case Callout():
            _callout(at, block)
        case Signatures():
            _signatures(at, block)
        case PageBreak():
            pass  # the block that follows it begins the page
        case _:
            assert_never(block)


def _begin_page(at: _Place, block: Block) -> None:
    """`block` at the top of a new page; a heading carries the break itself, so that no empty line stands above it."""
    if isinstance(block, Heading):
        _paragraph(at, block.text, styles.HEADINGS[block.level]).paragraph_format.page_break_before = True
    else:
        _new(at, styles.GAP).paragraph_format.page_break_before = True
        _add(at, block)


def _paragraph(at: _Place, text: str, style: str) -> WordParagraph:
    paragraph = _new(at, style)
    _write(paragraph, prose_lines(text))
    return paragraph


def _new(at: _Place, style: str) -> WordParagraph:
    paragraph: WordParagraph = at.into.add_paragraph()
    styles.apply(paragraph, style)
    return paragraph


def _write(paragraph: WordParagraph, lines: tuple[str, ...]) -> None:
    """`lines` into one paragraph, with line breaks between them."""
    for number, line in enumerate(lines):
        run = paragraph.add_run()
        if number:
            run.add_break()
        run.add_text(line)


def _named_line(at: _Place, name: str, value: str, style: str) -> WordParagraph:
    paragraph = _new(at, style)
    styles.apply_to_run(paragraph.add_run(one_line(name)), styles.LABEL)
    paragraph.add_run().add_tab()
    _write(paragraph, prose_lines(value) or (NOTHING,))
    return paragraph


def _bullets(at: _Place, bullets: Bullets) -> None:
    numbering = styles.restarted_numbering(at.word) if bullets.numbered else None
    for item in bullets.items:
        plain = styles.COVER_BULLET if at.compact else styles.BULLET
        paragraph = _paragraph(at, item, styles.NUMBERED if bullets.numbered else plain)
        if numbering is not None:
            styles.number_with(paragraph, numbering)


def _callout(at: _Place, callout: Callout) -> None:
    heading = _paragraph(at, callout.title, styles.CALLOUT_TITLE[callout.tone])
    if callout.text.strip():
        _paragraph(at, callout.text, styles.CALLOUT_TEXT[callout.tone])
    else:
        heading.paragraph_format.keep_with_next = False
    _new(at, styles.GAP)


def _beside(at: _Place, block: Beside) -> None:
    """Two cells of a table without lines. Each holds what a page would."""
    grid: WordTable = at.into.add_table(rows=1, cols=2)
    shares = styles.fix_widths(grid, [COLUMN_BESIDE, 1.0], at.width_cm)
    for cell, blocks, share in zip(grid.rows[0].cells, (block.left, block.right), shares, strict=True):
        inside = replace(at, into=cell, width_cm=at.width_cm * share - 2 * styles.CELL_MARGIN_CM)
        for one in blocks:
            _add(inside, one)
        first = cell.paragraphs[0]._p
        if len(cell._tc) > 2:  # its properties, and the empty paragraph that a cell is made with
            cell._tc.remove(first)


def _table(at: _Place, table: Table) -> None:
    if table.caption:
        caption = _new(at, styles.CAPTION)
        caption.add_run("Table ")
        styles.add_field(caption, "SEQ Table \\* ARABIC", "1")
        caption.add_run(f"  {one_line(table.caption)}")
    grid = _grid(at, table.columns, len(table.rows))
    for row, cells in zip(grid.rows[1:], table.rows, strict=True):
        _fill(row, table.columns, cells, compact=at.compact)
    if len(table.rows) <= MOST_ROWS_KEPT_TOGETHER:
        styles.keep_together(grid, with_next=bool(table.note))
    if table.note:
        _paragraph(at, table.note, styles.COVER_NOTE if at.compact else styles.TABLE_NOTE)
    else:
        _new(at, styles.GAP)


def _key_figures(at: _Place, block: KeyFigures) -> None:
    """The figures side by side: what each is, how much, and what belongs to it."""
    if not block.figures:
        return
    grid: WordTable = at.into.add_table(rows=1, cols=len(block.figures))
    styles.fix_widths(grid, [1.0] * len(block.figures), at.width_cm)
    styles.keep_on_one_page(grid.rows[0])
    for cell, figure in zip(grid.rows[0].cells, block.figures, strict=True):
        lines = (cell.paragraphs[0], cell.add_paragraph(), cell.add_paragraph())
        for line, text, style in zip(lines, (figure.label, figure.value, figure.detail), _FIGURE_STYLES, strict=True):
            styles.apply(line, style)
            _write(line, prose_lines(text))
    _new(at, styles.GAP)


def _chart(at: _Place, chart: AnyChart) -> None:
    """The finding, and the picture that shows it."""
    from docx.shared import Cm

    from readiness.exports.charts import chart_png

    _paragraph(at, chart.title, styles.CAPTION)
    paragraph = _new(at, styles.BODY)
    picture: Any = paragraph.add_run().add_picture(BytesIO(chart_png(chart)), width=Cm(at.width_cm))
    picture._inline.docPr.set("descr", in_words(chart))


def _grid(at: _Place, columns: tuple[Column, ...], rows: int) -> WordTable:
    grid: WordTable = at.into.add_table(rows=rows + 1, cols=len(columns))
    grid.style = styles.TABLE
    if at.into is not at.word:  # a cell ends with a paragraph, which stands below the table
        styles.apply(at.into.paragraphs[-1], styles.GAP)
    styles.fix_widths(grid, [column.width for column in columns], at.width_cm)
    header = grid.rows[0]
    styles.repeat_on_each_page(header)
    for cell, column in zip(header.cells, columns, strict=True):
        _cell(cell, one_line(column.title), _HEADER_STYLE[column.align])
    return grid


def _fill(row: _Row, columns: tuple[Column, ...], texts: tuple[str, ...], *, compact: bool) -> None:
    if sum(len(text) for text in texts) < LONGEST_UNBROKEN_ROW:
        styles.keep_on_one_page(row)
    for cell, column, text in zip(row.cells, columns, texts, strict=True):
        if column.verbatim and text:
            _cell(cell, verbatim_line(text), styles.CELL_VERBATIM)
        else:
            _cell(cell, text, styles.COVER_CELL if compact else _CELL_STYLE[column.align])


def _cell(cell: _Cell, text: str, style: str) -> None:
    paragraph = cell.paragraphs[0]
    styles.apply(paragraph, style)
    _write(paragraph, prose_lines(text) or (NOTHING,))


def _signatures(at: _Place, block: Signatures) -> None:
    columns = (Column("Name", width=3), Column("Role", width=3), Column("Date and signature", width=5))
    grid = _grid(at, columns, len(block.signers))
    for row, signer in zip(grid.rows[1:], block.signers, strict=True):
        styles.keep_on_one_page(row)
        styles.leave_room_to_sign(row)
        for cell, text in zip(row.cells, (signer.name, signer.role, signer.signed), strict=True):
            paragraph = cell.paragraphs[0]
            styles.apply(paragraph, styles.CELL)
            _write(paragraph, prose_lines(text))
    if len(block.signers) <= MOST_ROWS_KEPT_TOGETHER:
        styles.keep_together(grid, with_next=False)
    if not at.compact:  # on a cover a note or another page follows
        _new(at, styles.GAP)


def _footer(word: WordDocument, document: Document) -> None:
    paragraph: Any = word.sections[0].footer.paragraphs[0]
    styles.apply(paragraph, styles.FOOTER)
    mark = f"  ·  {document.mark}" if document.mark else ""
    paragraph.add_run(_shortened(one_line(document.subtitle or document.title), 70) + mark)
    paragraph.add_run().add_tab()
    paragraph.add_run("Page ")
    styles.add_field(paragraph, "PAGE", "1")
    paragraph.add_run(" of ")
    styles.add_field(paragraph, "NUMPAGES", "1")


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _saved(word: WordDocument) -> bytes:
    """The file, which says nothing of when and where it was made: the same document gives the same bytes."""
    made, told = BytesIO(), BytesIO()
    word.save(made)
    with ZipFile(made) as source, ZipFile(told, "w", ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(ZipInfo(part.filename, _NO_TIME), source.read(part), ZIP_DEFLATED)
    return told.getvalue()
