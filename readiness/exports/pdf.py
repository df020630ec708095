"""A document as a PDF: typeset on this machine from fonts that are carried along, the same bytes for the same document.

It is tagged and made for keeping (PDF/A-2a) and for being read aloud (PDF/UA-1). The carried fonts cover Latin, Greek,
Cyrillic, Hebrew, Arabic and Devanagari; text in other scripts is set in a font of this machine, and where there is none
either, each letter shows as a box while its code stays in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from readiness.errors import InputError
from readiness.exports import word_styles as shared_look
from readiness.exports.document import (
    ABOUT,
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
    Properties,
    Signatures,
    SwingChart,
    Table,
)
from readiness.exports.document_json import block_name
from readiness.exports.figures import day_parts, shortened
from readiness.exports.palette import BLUE, GUIDE, VERMILLION
from readiness.exports.pdf_charts import placed
from readiness.exports.safe_text import one_line, prose_lines, verbatim_line

TEMPLATE = Path(__file__).with_name("pdf_template") / "document.typ"
NOTHING = "\u2013"  # an empty table cell, so that it does not look forgotten
LONGEST_WORD = 26  # characters; longer ones may break anywhere, else they would leave the page
PIECE = 4
TEXT_PT, PADDING_PT = 473.0, 9.0  # of the page's text, and of a table cell
LETTER_PT, FIXED_LETTER_PT = 3.9, 4.2  # in a table: the mean of the serif, and each of the fixed width
FEWEST_LETTERS = 5
LONGEST_FOOT = 76
LONGEST_WHOLE_CELL = 600  # characters; a row with a longer one may break across pages
MOST_ROWS_KEPT_TOGETHER = 6  # a short table, list or form moves to the next page as a whole
LONGEST_KEPT_TOGETHER = 700  # characters of such a block

_HASH = re.compile(r"[0-9a-f]{64}")
_NOT_SET = ("colour", "alt")
_BREAK_HERE = "\u200b"
_Standards = Literal["a-2a", "ua-1"]


class _Column(NamedTuple):
    """A table column with its part of the text width, and what that leaves for letters."""

    of: Column
    share: float
    width_pt: float


def to_pdf(document: Document) -> bytes:
    """`document` as the bytes of a PDF file."""
    data = json.dumps(_data(document), ensure_ascii=False)
    return _typeset(data, dated=bool(document.dated))


def to_pictures(document: Document, *, dots_per_inch: float = 96.0) -> tuple[bytes, ...]:
    """Each page of the PDF as the bytes of a PNG, to be looked at before it is printed."""
    import typst

    data = json.dumps(_data(document), ensure_ascii=False)
    compiler = typst.Compiler(font_paths=_fonts(carried_only=False), root=str(TEMPLATE.parent))
    try:
        made = compiler.compile(TEMPLATE.read_bytes(), format="png", ppi=dots_per_inch, sys_inputs={"document": data})
    except typst.TypstError as error:
        raise InputError(f"The pages could not be drawn: {one_line(str(error))[:200]}") from error
    return (made,) if isinstance(made, bytes) else tuple(made or ())


def _typeset(data: str, *, dated: bool) -> bytes:
    """By the strictest standard that the text allows: what no carried font covers takes a font of this machine, and
    what no font covers at all cannot be kept for good, so that it is an ordinary PDF."""
    import typst

    keeping: list[_Standards] = ["a-2a", "ua-1"] if dated else ["ua-1"]
    tries: tuple[tuple[bool, list[_Standards]], ...] = ((True, keeping), (False, keeping), (False, []))
    for carried_only, standards in tries:
        compiler = typst.Compiler(
            font_paths=_fonts(carried_only=carried_only), ignore_system_fonts=carried_only, root=str(TEMPLATE.parent)
        )
        try:
            made = compiler.compile(
                TEMPLATE.read_bytes(), format="pdf", sys_inputs={"document": data}, pdf_standards=list(standards)
            )
        except typst.TypstError as error:
            refused = error
            continue
        if isinstance(made, bytes):
            return made
    raise InputError(f"The PDF could not be made: {one_line(str(refused))[:200]}") from refused


@lru_cache(maxsize=2)
def _fonts(*, carried_only: bool) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=not carried_only, include_embedded_fonts=True)


# --- the document as the template reads it ------------------------------------------------------------------------


def _data(document: Document) -> dict[str, Any]:
    before, after = _split(document)
    return {
        "look": _look(),
        "name": _name(document),
        "date": day_parts(document.dated),
        "kind": _lines(document.title),
        "headline": _lines(document.subtitle or document.title),
        "front": [[_lines(name), _lines(value)] for name, value in document.front],
        "foot": shortened(one_line(document.subtitle or document.title), LONGEST_FOOT),
        "mark": document.mark,
        "one-page": document.cover,
        "cover": _cover(before),
        "blocks": [*map(_block, after), *_about(document)],
    }


def _cover(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The blocks of the cover; its first callout is the verdict, and stands large."""
    made = [_block(block, compact=True) for block in blocks]
    for one in [one for one in made if one["block"] == "callout"][:1]:
        one["large"] = True
    return made


def _split(document: Document) -> tuple[Sequence[Block], Sequence[Block]]:
    """What stands on the cover, and what follows it."""
    blocks = document.blocks
    if not document.cover or PageBreak() not in blocks:
        return (blocks, ()) if document.cover else ((), blocks)
    place = blocks.index(PageBreak())
    return blocks[:place], blocks[place + 1 :]


def _name(document: Document) -> str:
    """For the window's title and for programs that list files."""
    return one_line(f"{document.title}: {document.subtitle}" if document.subtitle else document.title)


def _look() -> dict[str, Any]:
    return {
        "ink": f"#{shared_look.INK}",
        "quiet": f"#{shared_look.QUIET}",
        "rule": f"#{shared_look.RULE}",
        "tones": {str(tone): [f"#{part}" for part in pair] for tone, pair in shared_look.TONES.items()},
        "low": BLUE,
        "high": VERMILLION,
        "guide": GUIDE,
    }


def _about(document: Document) -> list[dict[str, Any]]:
    if not document.back:
        return []
    return [_block(Heading(ABOUT)), _block(Properties(document.back))]


def _block(block: Block, *, compact: bool = False) -> dict[str, Any]:
    if isinstance(block, Beside):
        sides = {"left": block.left, "right": block.right}
        return {
            "block": "beside",
            **{side: [_block(one, compact=compact) for one in blocks] for side, blocks in sides.items()},
        }
    return {"block": block_name(block), **_parts(block, compact=compact)}


def _parts(block: Block, *, compact: bool) -> dict[str, Any]:
    match block:
        case Heading():
            return {"text": _lines(block.text), "level": block.level}
        case Paragraph():
            return {"text": _lines(block.text), "kind": str(block.kind)}
        case Bullets():
            return {
                "items": [_lines(item) for item in block.items],
                "numbered": block.numbered,
                "together": _kept_together(block.items),
            }
        case Properties():
            return {
                "pairs": [_pair(name, value) for name, value in block.pairs],
                "compact": compact,
                "together": _kept_together([value for _, value in block.pairs]),
            }
        case Table():
            return _table(block, compact=compact)
        case Chart() | SwingChart() | CurveChart():
            drawn: dict[str, Any] = _texts(placed(block))
            return drawn
        case KeyFigures():
            return {
                "figures": [
                    {"label": _lines(one.label), "value": _lines(one.value), "detail": _lines(one.detail)}
                    for one in block.figures
                ]
            }
        case Callout():
            return {"title": _lines(block.title), "text": _lines(block.text), "tone": str(block.tone), "large": False}
        case Signatures():
            return {"signers": [[_lines(part) for part in (s.name, s.role, s.signed)] for s in block.signers]}
        case _:
            return {}


def _kept_together(rows: Sequence[str]) -> bool:
    """Whether a block is short enough to move to the next page rather than leave a line behind."""
    return len(rows) <= MOST_ROWS_KEPT_TOGETHER and sum(map(len, rows)) <= LONGEST_KEPT_TOGETHER


def _pair(name: str, value: str) -> list[Any]:
    """A name with its value, and whether that is a hash: set in a fixed width, and never broken."""
    if _HASH.fullmatch(value):
        return [_lines(name), [value], True]
    return [_lines(name), _lines(value) or [NOTHING], False]


def _table(table: Table, *, compact: bool) -> dict[str, Any]:
    """A compact table stands in one of two columns."""
    text_width = TEXT_PT / 2 if compact else TEXT_PT
    columns = [
        _Column(one, share, text_width * share - PADDING_PT)
        for one, share in zip(table.columns, shared_look.column_shares(table.columns), strict=True)
    ]
    return {
        "columns": [
            {"title": _lines(of.title), "align": str(of.align), "width": share, "verbatim": of.verbatim}
            for of, share, _ in columns
        ],
        "rows": [
            {
                "cells": [_cell(text, column) for text, column in zip(row, columns, strict=True)],
                "whole": max(map(len, row), default=0) <= LONGEST_WHOLE_CELL,
            }
            for row in table.rows
        ],
        "caption": _lines(table.caption),
        "note": _lines(table.note),
        "together": _kept_together([" ".join(row) for row in table.rows]),
        "compact": compact,
    }


def _cell(text: str, column: _Column) -> list[str]:
    """The lines of a cell, with places to break the words that are wider than its column."""
    verbatim = column.of.verbatim and bool(text)
    longest = max(FEWEST_LETTERS, int(column.width_pt / (FIXED_LETTER_PT if verbatim else LETTER_PT)))
    if verbatim:
        return [_breakable(verbatim_line(text), longest)]
    return _lines(text, longest) or [NOTHING]


def _texts(values: Any) -> Any:
    """The same values with every text in lines, but for what is no text to set."""
    match values:
        case str():
            return _lines(values)
        case Mapping():
            return {name: part if name in _NOT_SET else _texts(part) for name, part in values.items()}
        case list():
            return [_texts(part) for part in values]
        case _:
            return values


def _lines(text: str, longest: int = LONGEST_WORD) -> list[str]:
    return [_breakable(line, longest) for line in prose_lines(text)]


def _breakable(line: str, longest: int) -> str:
    """`line` with places to break its words of more than `longest` characters."""
    words = ((word, len(word) > longest) for word in line.split(" "))
    return " ".join(_BREAK_HERE.join(_pieces(word)) if is_long else word for word, is_long in words)


def _pieces(word: str) -> Iterable[str]:
    return (word[start : start + PIECE] for start in range(0, len(word), PIECE))
