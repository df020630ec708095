"""Which value a text stands for, and how it is written: `1.0` is 1 with a decimal, `YES` is yes in upper case."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_WHOLE = re.compile(r"([+-]?)(0*)([0-9]+)(?:\.(0*))?")
_DECIMAL = re.compile(r"([+-]?[0-9]*\.[0-9]*[1-9])(0*)")


def writing_of(value: str) -> tuple[str, str]:
    """The value without regard to case, surrounding spaces and trailing zeros, and the name of its way of writing."""
    text = " ".join(value.split())
    spaces = " with extra spaces" if text != value else ""
    if found := _WHOLE.fullmatch(text):
        sign, zeros, digits, decimals = found.groups()
        shown = ("01" if zeros else "1") + ("" if decimals is None else "." + decimals[:4])
        return sign.replace("+", "") + digits, shown + spaces
    if found := _DECIMAL.fullmatch(text):
        return found[1], ("1.50" if found[2] else "1.5") + spaces
    return text.casefold(), _case(text) + spaces


def by_value(older: Counter[str], newer: Counter[str]) -> tuple[dict[str, dict[str, tuple[int, int]]], dict[str, str]]:
    """Value -> way of writing -> (older, newer) records, and each value as it is written most often."""
    strata: dict[str, dict[str, tuple[int, int]]] = {}
    spellings: dict[str, Counter[str]] = {}
    for side, counts in enumerate((older, newer)):
        for text, count in counts.items():
            key, writing = writing_of(text)
            a, b = strata.setdefault(key, {}).get(writing, (0, 0))
            strata[key][writing] = (a + count, b) if side == 0 else (a, b + count)
            spellings.setdefault(key, Counter())[text.strip()] += count
    return strata, {key: _most_frequent(counts) for key, counts in spellings.items()}


def without_writing(
    strata: Mapping[str, Mapping[str, tuple[int, int]]], shown: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """The values as they are shown, whatever their writing, with their (older, newer) records, most records first."""
    totals = {
        key: (sum(a for a, _ in writings.values()), sum(b for _, b in writings.values()))
        for key, writings in strata.items()
    }
    return {shown[key]: totals[key] for key in sorted(totals, key=lambda one: (-sum(totals[one]), one))}


def _most_frequent(counts: Counter[str]) -> str:
    return min(counts, key=lambda one: (-counts[one], one))


def _case(text: str) -> str:
    if text.upper() == text.lower():
        return "as it is"
    if text == text.upper():
        return "UPPER CASE"
    if text == text.lower():
        return "lower case"
    return "Capitalised" if text[:1].isupper() and text[1:] == text[1:].lower() else "Mixed Case"
