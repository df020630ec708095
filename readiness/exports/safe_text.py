"""Text made safe for files that other programs open: no hidden characters, no formulas."""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_CELL_CHARACTERS = 32_767  # of one cell in XLSX
OPEN_BOX = "␣"  # a space that matters
SHORTENED = " … (shortened)"

_LINE_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_CONTROL = re.compile(r"[\t\n\r]")
_LINE_SEPARATOR = re.compile(r"[\u2028\u2029]")
_END_SPACES = re.compile(r"^ +| +$")
_CONTROL_C1 = re.compile(r"[\x80-\x9f]")
_REORDERING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # would let text read otherwise than it stands
_UNWRITABLE = re.compile(r"[\ud800-\udfff\ufffe\uffff]")  # neither XML nor UTF-8 can hold these
_PICTURES = 0x2400  # U+2400 shows U+0000, and so on up to U+241F


def visible(text: str) -> str:
    """`text` with every control character shown as a picture of itself; tabs and line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROL.sub(_picture, text)
    text = _CONTROL_C1.sub(_code_point, text)
    text = _REORDERING.sub(_code_point, text)
    return _UNWRITABLE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """`text` as prose on one line: any white space becomes one space."""
    return " ".join(visible(_LINE_BREAK.sub(" ", text)).split())


def verbatim_line(text: str) -> str:
    """A value as it stands in a file, on one line: tabs, line breaks and the spaces at its ends are shown."""
    line = _LINE_SEPARATOR.sub(_code_point, _LINE_CONTROL.sub(_picture, visible(text)))
    return _END_SPACES.sub(lambda match: OPEN_BOX * len(match.group()), line)


def prose_lines(text: str) -> tuple[str, ...]:
    """The lines of typed text, each as prose, without the empty ones."""
    lines = (one_line(line) for line in _LINE_BREAK.split(text))
    return tuple(line for line in lines if line)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would take `text` for a formula or a command when it opens or edits it."""
    return text.startswith(FORMULA_STARTS)


def csv_text(text: str) -> str:
    """`text` for a CSV cell that a spreadsheet may open: formula-like text gets an apostrophe in front."""
    return f"'{text}" if looks_like_formula(text) else text


def cell_text(text: str) -> str:
    """`text` for an XLSX cell: shown as it is, and shortened visibly where a cell cannot hold it."""
    clean = visible(text)
    if len(clean) <= MOST_CELL_CHARACTERS:
        return clean
    return clean[: MOST_CELL_CHARACTERS - len(SHORTENED)] + SHORTENED


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    return "\u2421" if code == 0x7F else chr(_PICTURES + code)


def _code_point(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match.group()):04X}⟩"
