"""What a cell's text looks like on its own: the coarse shapes from which dialects and headers are inferred."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache


class Shape(StrEnum):
    EMPTY = "empty"
    MISSING = "missing"  # a word that stands for an absent value; fits any column
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    LINK = "link"  # URL or e-mail address
    CODE = "code"  # letters and digits in one piece, such as AB-1234, or some such pieces, such as SW1A 2AA
    TEXT = "text"


_MISSING = frozenset(
    {"na", "n/a", "n.a.", "nan", "null", "none", "nil", "-", "--", ".", "?", "unknown", "tbc", "tbd", "nd"}
)
_NUMBER = re.compile(
    r"[-+(]?\s?(?:[$€£¥]|[A-Z]{3}\s)?\s?[-+]?(?:\d{1,3}(?:[,. '\u00a0\u202f]\d{3})+|\d+)?(?:[.,]\d+)?(?<=\d)"
    r"(?:[eE][-+]?\d+)?\s?(?:[%€£$¥]|[A-Z]{3})?\)?-?"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[ap]\.?m\.?)?(?:\s?(?:z|utc|gmt|[-+]\d{2}:?\d{2}))?"
_DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    rf"|\d{{1,2}}[-/. ]{_MONTH}[-/., ]+\d{{2,4}}"
    rf"|{_MONTH}[-. ]\d{{1,2}},? \d{{4}}|{_MONTH}[-. ]\d{{2,4}}|\d{{4}}[-/]\d{{2}}(?=t|$))z?"
)
_TIME = re.compile(_CLOCK, re.IGNORECASE)
_DATE = re.compile(rf"{_DAY}(?:[t ]\s?{_CLOCK})?", re.IGNORECASE)
_LINK = re.compile(r"(?:https?|ftp)://\S+|www\.\S+|[\w.!#$%&'*+/=?-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_CODE = re.compile(r"[\w./#+-]*\d[\w./#:+-]*")
_CODES = re.compile(r"\+?\(?[A-Z\d./#-]*\d[A-Z\d./#)-]*(?: \(?[A-Z\d./#-]*\d[A-Z\d./#)-]*){1,5}")
_RULE_SIGNS = "-=_*~#.+"
_RULE = re.compile(r"[-=_*~#.+]{3,}")

_LONGEST_TYPED = 64  # longer cells are text or links; keeps the patterns away from long values
_LONGEST_LINK = 2_000


@lru_cache(maxsize=16_384)
def _short_shape(text: str) -> Shape:
    if not text:
        return Shape.EMPTY
    if text.casefold() in _MISSING:
        return Shape.MISSING
    if (text[-1] in "0123456789%)€£$¥-" or text[0].isdigit()) and _NUMBER.fullmatch(text):
        return Shape.NUMBER
    if _TIME.fullmatch(text):
        return Shape.TIME
    if _DATE.fullmatch(text):
        return Shape.DATE
    if _LINK.fullmatch(text):
        return Shape.LINK
    if _CODE.fullmatch(text) or _CODES.fullmatch(text):
        return Shape.CODE
    return Shape.TEXT


def shape_of(cell: str) -> Shape:
    """The shape of one cell, surrounding white space ignored."""
    text = cell.strip()
    if len(text) <= _LONGEST_TYPED:
        return _short_shape(text)
    return Shape.LINK if len(text) <= _LONGEST_LINK and _LINK.fullmatch(text) else Shape.TEXT


def are_alike(shape: Shape, other: Shape | None) -> bool:
    """True for shapes that may stand in one column: a code is a number or date that has not been told apart."""
    return shape is other or (Shape.CODE in (shape, other) and {shape, other} <= {Shape.NUMBER, Shape.DATE, Shape.CODE})


MARK = "\ufeff"  # the byte order mark; within a text, the beginning of another file that was put behind the first


def without_mark(cell: str) -> str:
    """The cell without a byte order mark at its start, and without the quotes that then stand around it."""
    return cell.removeprefix(MARK).strip("\"'") if cell.startswith(MARK) else cell


def is_blank(cell: str) -> bool:
    """True where a cell holds nothing but white space."""
    return not cell or cell.isspace()


def filled_cells(cells: Sequence[str]) -> int:
    """How many cells hold more than white space."""
    return sum(not is_blank(cell) for cell in cells)


def is_padding(cells: Sequence[str]) -> bool:
    """True for a line that holds nothing: delimiters, white space, or rules drawn with signs such as ----- or ====."""
    text = "".join(cells).strip()
    if not text:
        return True
    if text[0] not in _RULE_SIGNS:
        return False
    return all(is_blank(cell) or _RULE.fullmatch(cell.strip()) for cell in cells)
