"""How a Word document looks: its styles, page and table layout. The only place that touches Word's own XML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from readiness.exports.document import Column, Tone

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.table import _Row
    from docx.text.paragraph import Paragraph as WordParagraph

TITLE, SUBTITLE, CAPTION = "Title", "Subtitle", "Caption"
HEADINGS = {1: "Heading 1", 2: "Heading 2", 3: "Heading 3"}
BODY, BULLET, NUMBERED, FOOTER = "Normal", "List Bullet", "List Number", "Footer"
LEAD, NOTE, META, PROPERTY, LABEL = "Lead", "Note", "Document Data", "Property", "Label"
TABLE, TABLE_NOTE, GAP = "Readiness Table", "Table Note", "Gap"
FIGURE, FIGURE_LABEL = "Key Figure", "Key Figure Label"
COVER_TITLE, COVER_META, COVER_HEADING = "Cover Title", "Cover Data", "Cover Heading"
COVER_BULLET, COVER_PROPERTY, COVER_CELL = "Cover Bullet", "Cover Property", "Cover Cell"
COVER_NOTE = "Cover Note"
CELL, CELL_NUMBER, CELL_CENTRED, CELL_VERBATIM = "Cell", "Cell Number", "Cell Centred", "Cell Verbatim"
HEADER, HEADER_NUMBER, HEADER_CENTRED = "Cell Header", "Cell Header Number", "Cell Header Centred"
CALLOUT_TITLE = {tone: f"Callout {tone.value.title()} Title" for tone in Tone}
CALLOUT_TEXT = {tone: f"Callout {tone.value.title()}" for tone in Tone}

FONT, FONT_VERBATIM = "Arial", "Courier New"  # there, or a twin of the same widths is, wherever Word files are opened
INK, QUIET, RULE, HEADER_FILL = "1F2933", "52606D", "CBD2D9", "EEF2F5"
TONES = {  # edge, fill
    Tone.NEUTRAL: ("3E5C76", "EEF3F7"),
    Tone.GOOD: ("2F6F4E", "EDF5F0"),
    Tone.CAUTION: ("A9711A", "FBF4E6"),
    Tone.STOP: ("9B2C2C", "FAEEEE"),
}
PAGE_CM = (21.0, 29.7)
MARGIN_CM = 2.2
TOP_AND_BOTTOM_CM, TALL_CM = (2.2, 2.0), (1.2, 1.5)
TEXT_WIDTH_CM = PAGE_CM[0] - 2 * MARGIN_CM
CELL_MARGIN_CM = 0.19  # either side of a cell without a style of its own
LABEL_WIDTH_CM = 4.4
SIGNING_HEIGHT_CM = 0.8
NARROWEST_COLUMN = 0.055  # of the text width


def prepare(word: WordDocument, *, cover: bool = False) -> None:
    """A4, and every style that the renderer uses. With `cover` the page is taller: much has to stand on the first."""
    _page(word, TALL_CM if cover else TOP_AND_BOTTOM_CM)
    _text_styles(word)
    _heading_styles(word)
    _list_styles(word)
    _cell_styles(word)
    _callout_styles(word)
    _table_style(word)
    _language(word)


def apply(paragraph: Any, style: str) -> None:
    """Gives `paragraph` the style of that name; by its id, since the library searches all styles at each assignment."""
    paragraph._p.style = style.replace(" ", "")


def apply_to_run(run: Any, style: str) -> None:
    """Gives `run` the character style of that name, by its id."""
    run._r.style = style.replace(" ", "")


def repeat_on_each_page(row: _Row) -> None:
    """Lets the header row stand on every page that its table reaches."""
    _row_flag(row, "w:cantSplit")
    _row_flag(row, "w:tblHeader")


def keep_on_one_page(row: _Row) -> None:
    _row_flag(row, "w:cantSplit")


def keep_together(table: WordTable, *, with_next: bool) -> None:
    """Keeps the rows of a short table on one page, and the line after it as well."""
    rows = table.rows
    for row in rows if with_next else rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def leave_room_to_sign(row: _Row) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.shared import Cm

    row.height = Cm(SIGNING_HEIGHT_CM)
    for cell in row.cells:
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM


def column_shares(columns: Sequence[Column]) -> list[float]:
    """The parts of the text width that columns take: by their weights, and none too narrow to be read."""
    return _shares([column.width for column in columns])


def fix_widths(table: WordTable, weights: Sequence[float], width_cm: float) -> list[float]:
    """Columns over the whole width in proportion to `weights`, and their parts of it; long words wrap instead of
    widening them."""
    from docx.shared import Cm

    table.autofit = False
    shares = _shares(weights)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Cm(width_cm * share)
        for cell in column.cells:
            cell.width = Cm(width_cm * share)
    return shares


def restarted_numbering(word: WordDocument) -> int:
    """A new numbering that begins at 1, in the look of the numbered list."""
    from docx.oxml.ns import qn

    numbering: Any = word.part.numbering_part.element
    style: Any = word.styles[NUMBERED].element
    used = style.pPr.numPr.numId.val
    abstract = next(num for num in numbering.num_lst if num.numId == used).abstractNumId.val
    num = numbering.add_num(abstract)
    num.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(num.get(qn("w:numId")))


def number_with(paragraph: WordParagraph, numbering: int) -> None:
    properties: Any = paragraph._p.get_or_add_pPr()
    num = properties.get_or_add_numPr()
    num.get_or_add_ilvl().val = 0
    num.get_or_add_numId().val = numbering


def add_field(paragraph: Any, instruction: str, cached: str) -> None:
    """A field that Word computes, such as the page number, with the text that shows until it does."""
    field = _element("w:fldSimple", {"w:instr": instruction})
    run = _element("w:r", {})
    text = _element("w:t", {})
    text.text = cached
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _shares(weights: Sequence[float]) -> list[float]:
    total = sum(weights) or 1.0
    floor = min(NARROWEST_COLUMN, 1 / len(weights))
    raised = [max(weight / total, floor) for weight in weights]
    return [share / sum(raised) for share in raised]


def _page(word: WordDocument, margins_cm: tuple[float, float]) -> None:
    from docx.shared import Cm

    section = word.sections[0]
    section.page_width, section.page_height = Cm(PAGE_CM[0]), Cm(PAGE_CM[1])
    section.left_margin = section.right_margin = Cm(MARGIN_CM)
    section.top_margin, section.bottom_margin = Cm(margins_cm[0]), Cm(margins_cm[1])
    section.footer_distance = Cm(0.9)


def _text_styles(word: WordDocument) -> None:
    _style(word, BODY, size=10, after=6, line=1.2)
    _style(word, TITLE, size=24, bold=True, after=2, line=1.1, keep=True)
    _style(word, SUBTITLE, size=13, colour=QUIET, after=10, line=1.15, keep=True)
    _style(word, LEAD, base=BODY, size=12, bold=True, after=8, line=1.25)
    _style(word, NOTE, base=BODY, size=8.5, colour=QUIET, after=6)
    _style(word, META, base=BODY, size=9, colour=QUIET, after=1, hanging=LABEL_WIDTH_CM)
    _style(word, PROPERTY, base=BODY, after=2, hanging=LABEL_WIDTH_CM)
    _style(word, CAPTION, size=9, bold=True, colour=QUIET, before=10, after=3, keep=True)
    _style(word, TABLE_NOTE, base=NOTE, before=3, after=12)
    _style(word, FIGURE, base=BODY, size=12.5, after=0, line=1.1, keep=True)
    _style(word, FIGURE_LABEL, base=BODY, size=8, colour=QUIET, after=0, line=1.1, keep=True)
    _style(word, GAP, base=BODY, size=4, after=2, line=1.0)
    _style(word, FOOTER, size=8, colour=QUIET, after=0)
    _character_style(word, LABEL, bold=True)
    _tab_at_right_edge(word, FOOTER)


def _heading_styles(word: WordDocument) -> None:
    _style(word, HEADINGS[1], size=15, bold=True, before=14, after=5, line=1.15, keep=True)
    _style(word, HEADINGS[2], size=12, bold=True, before=12, after=4, line=1.15, keep=True)
    _style(word, HEADINGS[3], size=10.5, bold=True, colour=QUIET, before=8, after=3, keep=True)


def _list_styles(word: WordDocument) -> None:
    for name in (BULLET, NUMBERED):
        _style(word, name, size=10, after=2, line=1.2)
    _style(word, COVER_BULLET, base=BULLET, size=8.5, after=1, line=1.1)
    _style(word, COVER_PROPERTY, base=PROPERTY, size=8.5, after=1, line=1.05, hanging=LABEL_WIDTH_CM)
    _style(word, COVER_NOTE, base=NOTE, size=8, after=1, line=1.05)
    _style(word, COVER_META, base=BODY, size=9, colour=QUIET, after=1, line=1.0)
    _style(word, COVER_TITLE, base=TITLE, size=17, after=1)
    _style(word, COVER_HEADING, base=HEADINGS[1], size=11, before=6, after=3, keep=True)


def _cell_styles(word: WordDocument) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    _style(word, CELL, base=BODY, size=8.5, before=1.5, after=1.5, line=1.1)
    _style(word, HEADER, base=CELL, bold=True, keep=True)
    _style(word, COVER_CELL, base=CELL, size=8, before=1, after=1, line=1.0)
    for base, right, centred in ((CELL, CELL_NUMBER, CELL_CENTRED), (HEADER, HEADER_NUMBER, HEADER_CENTRED)):
        _style(word, right, base=base).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _style(word, centred, base=base).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _style(word, CELL_VERBATIM, base=CELL, size=8, font=FONT_VERBATIM)


def _callout_styles(word: WordDocument) -> None:
    for tone, (edge, fill) in TONES.items():
        title = _style(word, CALLOUT_TITLE[tone], base=BODY, size=14, bold=True, colour=edge, before=8, after=0)
        title.paragraph_format.keep_with_next = True
        text = _style(word, CALLOUT_TEXT[tone], base=BODY, size=10, before=0, after=0, line=1.25)
        for style in (title, text):
            _box(style, edge, fill)


def _box(style: Any, edge: str, fill: str) -> None:
    """A thick edge on the left and a light ground: neighbours with the same box flow into one."""
    from docx.shared import Cm

    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Cm(0.35)
    properties = style.element.get_or_add_pPr()
    borders = _element("w:pBdr", {})
    borders.append(_border("w:top", 4, fill, 5))
    borders.append(_border("w:left", 36, edge, 8))
    borders.append(_border("w:bottom", 4, fill, 5))
    borders.append(_border("w:right", 4, fill, 6))
    shade = _element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": fill})
    _insert_in_order(properties, borders, shade)


def _insert_in_order(properties: Any, borders: Any, shade: Any) -> None:
    """Word refuses paragraph properties out of the schema's order."""
    later = ("w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")
    from docx.oxml.ns import qn

    first = next((child for child in properties if child.tag in {qn(name) for name in later}), None)
    for element in (borders, shade):
        if first is None:
            properties.append(element)
        else:
            first.addprevious(element)


def _table_style(word: WordDocument) -> None:
    """A quiet table: thin rules between rows, a light header."""
    from docx.enum.style import WD_STYLE_TYPE

    style: Any = word.styles.add_style(TABLE, WD_STYLE_TYPE.TABLE)
    style.base_style = word.styles["Normal Table"]
    element = style.element
    table = _element("w:tblPr", {})
    borders = _element("w:tblBorders", {})
    for side, size in (("w:top", 8), ("w:bottom", 8), ("w:insideH", 4)):
        borders.append(_border(side, size, RULE, 0))
    margins = _element("w:tblCellMar", {})
    for side, width in (("w:top", 20), ("w:left", 100), ("w:bottom", 20), ("w:right", 100)):
        margins.append(_element(side, {"w:w": str(width), "w:type": "dxa"}))
    table.append(borders)
    table.append(margins)
    element.append(table)
    element.append(_header_look())


def _header_look() -> Any:
    look = _element("w:tblStylePr", {"w:type": "firstRow"})
    cell = _element("w:tcPr", {})
    cell.append(_element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": HEADER_FILL}))
    cell.append(_element("w:vAlign", {"w:val": "bottom"}))
    look.append(cell)
    return look


def _style(
    word: WordDocument,
    name: str,
    *,
    base: str = "",
    size: float | None = None,
    bold: bool | None = None,
    colour: str = "",
    before: float | None = None,
    after: float | None = None,
    line: float | None = None,
    keep: bool = False,
    hanging: float | None = None,
    font: str = "",
) -> Any:
    """The paragraph style `name`, made if it is not there; what is not given comes from `base`."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    style: Any = word.styles[name] if name in word.styles else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if base:
        style.base_style = word.styles[base]
    if font or not base:
        _set_font(style, font or FONT)
    if colour or not base:
        style.font.color.rgb = RGBColor.from_string(colour or INK)
    if size is not None:
        style.font.size = Pt(size)
    if bold is not None or not base:
        style.font.bold, style.font.italic = bool(bold), False
    layout = style.paragraph_format
    if before is not None or not base:
        layout.space_before = Pt(before or 0)
    if after is not None:
        layout.space_after = Pt(after)
    if line is not None:
        layout.line_spacing = line
    layout.keep_with_next = keep
    if hanging is not None:
        layout.left_indent, layout.first_line_indent = Cm(hanging), Cm(-hanging)
        layout.tab_stops.add_tab_stop(Cm(hanging))
    _remove_ornament(style)
    return style


def _character_style(word: WordDocument, name: str, *, bold: bool) -> None:
    from docx.enum.style import WD_STYLE_TYPE

    word.styles.add_style(name, WD_STYLE_TYPE.CHARACTER).font.bold = bold


def _set_font(style: Any, font: str) -> None:
    """`font` for every script; the template's theme fonts would win over it otherwise."""
    from docx.oxml.ns import qn

    style.font.name = font
    fonts = style.element.rPr.rFonts
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), font)


def _remove_ornament(style: Any) -> None:
    """The template draws a line under its title and spreads its letters."""
    from docx.oxml.ns import qn

    properties, run = style.element.find(qn("w:pPr")), style.element.find(qn("w:rPr"))
    for parent, names in ((properties, ("w:pBdr", "w:contextualSpacing")), (run, ("w:spacing", "w:kern"))):
        for name in names if parent is not None else ():
            for child in parent.findall(qn(name)):
                parent.remove(child)


def _tab_at_right_edge(word: WordDocument, name: str) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    style: Any = word.styles[name]
    tabs = style.paragraph_format.tab_stops
    tabs.clear_all()
    tabs.add_tab_stop(Cm(PAGE_CM[0] - 2 * MARGIN_CM), WD_TAB_ALIGNMENT.RIGHT)


def _language(word: WordDocument) -> None:
    """British English, so that the spelling check does not mark the text."""
    from docx.oxml.ns import qn

    root: Any = word.styles.element
    for lang in root.iter(qn("w:lang")):
        lang.set(qn("w:val"), "en-GB")


def _row_flag(row: _Row, name: str) -> None:
    properties: Any = row._tr.get_or_add_trPr()
    properties.append(_element(name, {}))


def _border(name: str, size: int, colour: str, space: int) -> Any:
    return _element(name, {"w:val": "single", "w:sz": str(size), "w:space": str(space), "w:color": colour})


def _element(name: str, attributes: dict[str, str]) -> Any:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    element: Any = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element
