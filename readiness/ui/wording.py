"""Figures and texts as they stand on a page: shares in %, person-days, dates; user text that stays plain text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import TypeVar

from readiness.exports.figures import day, interval, percent

__all__ = ["badge", "day", "interval", "moment", "money", "percent", "plain", "size", "told_apart"]

Key = TypeVar("Key")

_LINKED = re.compile(r"https?:(?=//)|www(?=\.)|@(?=\w)", re.IGNORECASE)  # what a browser's Markdown makes a link of
_WORD_JOINER = "\u2060"  # takes no room, and ends what would be an address; an escape does not
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&])")


def plain(text: str) -> str:
    """User text for a place that renders Markdown: every mark stays a character, and nothing is fetched or linked."""
    unlinked = _LINKED.sub(lambda found: found[0] + _WORD_JOINER, " ".join(text.split()))
    return _MARKDOWN.sub(r"\\\1", unlinked)


def told_apart(labels: Mapping[Key, str], more: Mapping[Key, str] | None = None) -> dict[Key, str]:
    """The labels of a list to choose from, each different from every other: the browser knows a choice by how it is
    written. Where two read the same, `more` is added, and a number in their order where that does not help."""
    found = dict(labels)
    if more is not None:
        found = {key: f"{text}, {more[key]}" if key in _doubled(labels) else text for key, text in labels.items()}
    doubled, taken = _doubled(found), {_as_read(text) for text in found.values()}
    for key in doubled:
        numbered = (f"{found[key]} ({number})" for number in count(1))
        found[key] = next(text for text in numbered if _as_read(text) not in taken)
        taken.add(_as_read(found[key]))
    return found


def _doubled(labels: Mapping[Key, str]) -> list[Key]:
    times = Counter(map(_as_read, labels.values()))
    return [key for key, text in labels.items() if times[_as_read(text)] > 1]


def _as_read(text: str) -> str:
    return " ".join(text.split()).casefold()


def badge(text: str, colour: str) -> str:
    """A coloured mark within a line of Markdown."""
    return f":{colour}-badge[{plain(text)}]"


def money(value: float | None, currency: str) -> str:
    return "unknown" if value is None else f"{value:,.0f} {currency}"


def moment(value: datetime | date | None) -> str:
    """A day as a reader in any country reads it: 21 Nov 2026, with the time in UTC where there is one."""
    if value is None:
        return "not known"
    return f"{day(value)}, {value:%H:%M} UTC" if isinstance(value, datetime) else day(value)


def size(size_bytes: int) -> str:
    """A number of bytes in the unit that a person would use."""
    value = float(size_bytes)
    for unit in ("bytes", "KB", "MB"):
        if value < 1000:
            return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} GB"
