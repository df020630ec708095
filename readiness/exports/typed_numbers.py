"""Numbers as people type them into a cell, and as a cell shows them; what is not clear is refused, never guessed."""

from __future__ import annotations

import re

from readiness.errors import InvalidValueError

_PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+)(?:([.,])([0-9]+))?")
_THOUSANDS = ".,'\u2019 \u00a0\u202f"  # what stands between thousands somewhere
_GROUPED_NUMBER = re.compile(rf"[+-]?[0-9]{{1,3}}(?:([{_THOUSANDS}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?:([.,])[0-9]+)?")
_MOST_SHOWN = 100


def typed_number(text: str, place: str, *, share: bool = False) -> float:
    """The number that `text` says: 2,5 and 1.234,5 are clear, 1,234 is not. A `share` may be typed as 80%, for 0.8.

    Raises InvalidValueError with `place` for everything else.
    """
    bare = text.removesuffix("%").rstrip() if share else text
    part = 100.0 if bare != text else 1.0
    plain, grouped = _PLAIN_NUMBER.fullmatch(bare), _GROUPED_NUMBER.fullmatch(bare)
    if grouped and grouped[1] in ".," and not grouped[2] and bare.count(grouped[1]) == 1 and not bare.startswith("0"):
        whole, decimal = bare.replace(grouped[1], ""), bare.replace(grouped[1], ".") + "0"
        two_ways = f"can be read in two ways, as thousands or as decimals; type {whole} or {decimal}"
        raise InvalidValueError(place, text, two_ways)
    if plain:
        return float(bare.replace(",", ".")) / part
    if grouped and grouped[1] != grouped[2]:
        return float(bare.replace(grouped[1], "").replace(",", ".")) / part
    shown = text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
    raise InvalidValueError(place, shown, "is no number; leave the cell empty where it is not known")


def number_text(number: float) -> str:
    """A number as a cell shows it, so that `typed_number` reads it again."""
    text = f"{number:.15f}".rstrip("0").rstrip(".") if abs(number) < 1 else f"{number:.15g}"
    return f"{text}0" if _GROUPED_NUMBER.fullmatch(text) and not text.startswith("0") else text
