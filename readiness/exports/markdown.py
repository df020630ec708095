"""A document as Markdown (CommonMark with tables): the same bytes for the same document, and user text stays text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from readiness.exports.chart_tables import figures_table
from readiness.exports.document import (
    ABOUT,
    Align,
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
from readiness.exports.figures import interval, percent
from readiness.exports.safe_text import one_line, prose_lines, verbatim_line

BREAK = "\\\n"  # a line break within a paragraph
NOTHING = "\u2013"  # an empty table cell, so that it does not look forgotten
BAR_MARKS = 20

_SPECIAL = re.compile(r"([\\`*\[\]<|~])")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # one between two letters or digits never starts emphasis
_ENTITY = re.compile(r"&(?=#|\w+;)")
_LINK_SCHEME = re.compile(r":(?=//)")
_WWW = re.compile(r"\b(www)\.", re.IGNORECASE)
_LINE_MARK = re.compile(r"^([#>+=-])")
_LINE_NUMBER = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_ALIGN_RULE = {Align.LEFT: ":---", Align.RIGHT: "---:", Align.CENTRE: ":---:"}


def to_markdown(document: Document) -> str:
    """`document` as Markdown, ending with one line break."""
    parts = [f"# {_heading(document.title)}"]
    if document.subtitle:
        parts.append(f"*{escape(document.subtitle)}*")
    parts.append(_pairs(document.front))
    parts.extend(_block(block) for block in document.blocks)
    if document.back:
        parts += [_block(Heading(ABOUT)), _pairs(document.back)]
    return "\n\n".join(part for part in parts if part) + "\n"


def fingerprint(document: Document) -> str:
    """SHA-256 (hex) of the document's Markdown without its date line: equal exactly when the content is equal."""
    return hashlib.sha256(to_markdown(document.undated()).encode("utf-8")).hexdigest()


def stamped(document: Document) -> Document:
    """`document` with the fingerprint of its content printed in it."""
    return replace(document, fingerprint=fingerprint(document))


def escape(text: str) -> str:
    """`text` on one line, with nothing in it that Markdown would act upon."""
    return _escape_start(_escape_inline(one_line(text)))


def _heading(text: str) -> str:
    """`text` for a heading, where nothing but a closing row of # would be taken for a mark."""
    line = _escape_inline(one_line(text))
    return f"{line[:-1]}\\#" if line.endswith("#") else line


def _escape_inline(line: str) -> str:
    line = _SPECIAL.sub(r"\\\1", line)
    line = _UNDERSCORE.sub(r"\\_", line)
    line = _ENTITY.sub(r"\\&", line)
    line = _LINK_SCHEME.sub(r"\\:", line)
    return _WWW.sub(r"\1\\.", line)


def _escape_start(line: str) -> str:
    line = _LINE_MARK.sub(r"\\\1", line)
    return _LINE_NUMBER.sub(r"\1\\\2", line)


def _escape_lines(text: str, *, between: str) -> str:
    return between.join(_escape_start(_escape_inline(line)) for line in prose_lines(text))


def _code(text: str) -> str:
    """A value as a code span, with a fence longer than any run of backticks within it.

    Readers disagree on pipes in code within a table: such a value is escaped as text instead.
    """
    if "|" in text:
        return _escape_inline(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return "\n".join(_pair(name, value) for name, value in pairs)


def _pair(name: str, value: str) -> str:
    return f"- **{escape(name)}:** {_escape_lines(value, between=BREAK + '  ') or NOTHING}"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * (block.level + 1)} {_heading(block.text)}"
        case Paragraph():
            return _paragraph(block)
        case Bullets():
            return _bullets(block)
        case Properties():
            return _pairs(block.pairs)
        case Table():
            return _table(block)
        case Chart():
            return _chart(block)
        case SwingChart() | CurveChart():
            return _table(figures_table(block))
        case KeyFigures():
            return _key_figures(block)
        case Beside():
            return "\n\n".join(filter(None, map(_block, block.blocks)))
        case Callout():
            return _callout(block)
        case Signatures():
            return _signatures(block)
        case PageBreak():
            return "---"
        case _:
            assert_never(block)


def _paragraph(paragraph: Paragraph) -> str:
    text = _escape_lines(paragraph.text, between=BREAK)
    if not text or paragraph.kind is ParagraphKind.BODY:
        return text
    mark = "**" if paragraph.kind is ParagraphKind.LEAD else "*"
    return f"{mark}{text}{mark}"


def _bullets(bullets: Bullets) -> str:
    lines = []
    for number, item in enumerate(bullets.items, start=1):
        mark = f"{number}." if bullets.numbered else "-"
        between = BREAK + " " * (len(mark) + 1)
        lines.append(f"{mark} {_escape_lines(item, between=between)}")
    return "\n".join(lines)


def _callout(callout: Callout) -> str:
    lines = [f"> **{escape(callout.title)}**"]
    text = _escape_lines(callout.text, between=BREAK + "> ")
    if text:
        lines += [">", f"> {text}"]
    return "\n".join(lines)


def _table(table: Table) -> str:
    lines = [f"**{escape(table.caption)}**", ""] if table.caption else []
    lines.append(_row([escape(column.title) for column in table.columns]))
    lines.append(_row([_ALIGN_RULE[column.align] for column in table.columns]))
    lines += [_row([_cell(*pair) for pair in zip(table.columns, row, strict=True)]) for row in table.rows]
    if table.note:
        lines += ["", f"*{escape(table.note)}*"]
    return "\n".join(lines)


def _chart(chart: Chart) -> str:
    """The bars as text, twenty marks for 100%, with the figures beside them."""
    rows = tuple(
        (bar.label, "█" * round(bar.share * BAR_MARKS) or "▏", percent(bar.share), interval(bar.low, bar.high))
        for bar in chart.bars
    )
    columns = (Column(""), Column(chart.axis), Column("Share", Align.RIGHT), Column("95% interval", Align.RIGHT))
    return _table(Table(columns, rows, caption=chart.title, note=chart.note))


def _key_figures(block: KeyFigures) -> str:
    columns = (Column("Figure"), Column("Value", Align.RIGHT), Column(""))
    return _table(Table(columns, tuple((one.label, one.value, one.detail) for one in block.figures)))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(column: Column, text: str) -> str:
    if not text:
        return NOTHING
    if column.verbatim:
        return _code(verbatim_line(text))
    return " / ".join(_escape_inline(line) for line in prose_lines(text)) or NOTHING


def _signatures(block: Signatures) -> str:
    columns = (Column("Name"), Column("Role"), Column("Date and signature"))
    blank = "." * 24
    rows = tuple((signer.name or blank, signer.role, signer.signed or blank) for signer in block.signers)
    return _table(Table(columns=columns, rows=rows))
