"""How the workbook looks: formats, colours, number formats, row heights, the printed page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from readiness.exports.figures import day
from readiness.exports.safe_text import cell_text, looks_like_formula, one_line

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

INK, QUIET, INPUT, RULE = "#1F2933", "#52606D", "#1F4E9E", "#CBD2D9"
HEADER_FILL, UNKNOWN_FILL, FAULT_FILL = "#E4E9EE", "#FBF4E6", "#F6D5D5"
FIRST_COLOUR, SECOND_COLOUR = "#1F4E9E", "#D97706"  # of charts; told apart by every kind of colour vision
DAYS = "[>=10000000]0.0E+00;[>=100000]#,##0;#,##0.0"  # what is too broad for its column would be shown as ####
MONEY = '[>=100000000000]0.00E+00;[>=1000000000]#,##0,," million";#,##0'
RATE = "[>=100000]#,##0;#,##0.00"
BROAD = "[>=1000000000]0.00E+00;#,##0"
RATIO, PERCENT, COUNT = "#,##0.0", "0.0%", "#,##0"
WHOLE_PERCENT = "0%"
FONT = "Arial"
ROW_HEIGHT, LINE_HEIGHT, TITLE_HEIGHT = 17.0, 13.0, 26.0
TALLEST = 400.0  # points; Excel draws no row above 409
NARROW = 1.33  # characters of this font that fit into one unit of column width
A4 = 9
LONGEST_TITLE = 100  # characters that fit across a printed page
LONGEST_LABEL = 38  # characters beside a bar


class Looks:
    """The cell formats of the workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        merged = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **properties}
        key = tuple(sorted(merged.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(merged)
        return self._made[key]

    def title(self) -> Format:
        return self(font_size=16, bold=True)

    def quiet(self, **properties: Any) -> Format:
        return self(font_color=QUIET, **properties)

    def heading(self) -> Format:
        return self(font_size=12, bold=True)

    def header(self, **properties: Any) -> Format:
        look = {"bold": True, "bg_color": HEADER_FILL, "bottom": 1, "bottom_color": RULE, "text_wrap": True}
        return self(**{**look, **properties})

    def body(self, **properties: Any) -> Format:
        return self(bottom=1, bottom_color=RULE, **properties)

    def shade(self, fill: str) -> Format:
        """A ground for conditional formats, which must not set anything else."""
        return self._book.add_format({"bg_color": fill})


def write_title(sheet: Worksheet, looks: Looks, title: str, remark: str = "") -> None:
    """The title of a sheet and the quiet line below it; both may hold user text after words of our own."""
    sheet.set_row(0, TITLE_HEIGHT)
    write_line(sheet, 0, 0, shortened(one_line(title), LONGEST_TITLE), looks.title())
    if remark:
        write_line(sheet, 1, 0, remark, looks.quiet())


def write_line(sheet: Worksheet, row: int, column: int, text: str, look: Format) -> None:
    """A line that begins with words of our own, so that it is never taken for a formula."""
    sheet.write_string(row, column, cell_text(text), look)


def write_text(sheet: Worksheet, row: int, column: int, text: str, looks: Looks, **properties: Any) -> None:
    """`text` as text, whatever it begins with; the quote mark keeps it text when somebody edits the cell."""
    clean = cell_text(text)
    if looks_like_formula(clean):
        properties["quote_prefix"] = True
    look = looks.body(**properties)
    if clean:
        sheet.write_string(row, column, clean, look)
    else:
        sheet.write_blank(row, column, None, look)


def write_figure(sheet: Worksheet, row: int, column: int, value: float | None, look: Format) -> None:
    """A number; what is not known stays an empty cell."""
    if value is None:
        sheet.write_blank(row, column, None, look)
    else:
        sheet.write_number(row, column, value, look)


def write_live(sheet: Worksheet, row: int, column: int, formula: str, look: Format, value: float | str | None) -> None:
    """A formula with its figure cached; a figure that is not known is a formula that shows nothing."""
    sheet.write_formula(row, column, formula, look, "" if value is None else value)


def write_header(sheet: Worksheet, looks: Looks, row: int, column: int, titles: Sequence[str]) -> None:
    """A line of column titles, the first one to the left and the others above their figures."""
    for offset, title in enumerate(titles):
        sheet.write_string(row, column + offset, title, looks.header(align="right" if offset else "left"))


def add_list(sheet: Worksheet, name: str, at: tuple[int, int], titles: Sequence[tuple[str, Format]], rows: int) -> None:
    """An empty table with its header at `at`; it has one empty row where there is nothing to list."""
    columns = [{"header": title, "header_format": look} for title, look in titles]
    row, column = at
    options = {"name": name, "style": None, "columns": columns, "autofilter": False}
    sheet.add_table(row, column, row + max(1, rows), column + len(titles) - 1, options)


def fit_height(sheet: Worksheet, at: int, cells: Sequence[tuple[str, float]]) -> None:
    """Room for the longest of the wrapped `cells` (text, column width); not every program finds it by itself."""
    lines = max(_lines(text, width) for text, width in cells)
    if lines > 1:
        sheet.set_row(at, min(LINE_HEIGHT * lines + 4, TALLEST))


def shortened(text: str, longest: int = LONGEST_LABEL) -> str:
    """`text` on a label: cut, and visibly so, where it is too long."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def set_page(sheet: Worksheet, project_name: str, now: datetime, *, one_page_wide: bool) -> None:
    """A4 landscape, with the project, the day and the page number at the foot."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.7)
    look = f'&"{FONT},Regular"&8'  # what follows must not begin with a digit: it would be read into the size
    sheet.set_footer(f"&L{look} {in_margin(project_name)}&C{look} {day(now)}&R{look} Page &P of &N")
    sheet.set_default_row(ROW_HEIGHT)
    if one_page_wide:
        sheet.fit_to_pages(1, 0)


def in_margin(project_name: str) -> str:
    """The project's name for a page header or footer, where `&` begins a code and 255 characters are the limit."""
    name = one_line(project_name).replace("&", "&&")
    return name if len(name) <= 80 else name[:79].rstrip("&") + "…"


def _lines(text: str, width: float) -> int:
    """How many lines `text` takes in a column; each of its own line breaks begins one."""
    room = max(1, int(width * NARROW / _breadth(text)))
    return sum(max(1, len(textwrap.wrap(line, room))) for line in text.splitlines() or [""])


def _breadth(text: str) -> float:
    """How broad the characters of `text` are on average: 1 for usual prose, 2 for Chinese or Japanese."""
    if not text:
        return 1.0
    capitals = sum(character.isupper() for character in text)
    broad = 0 if text.isascii() else sum(east_asian_width(character) in "WF" for character in text)
    return 1 + (0.5 * max(0.0, capitals - len(text) / 10) + broad) / len(text)
