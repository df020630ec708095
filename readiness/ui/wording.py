"""Figures and texts as they stand on a page: shares in %, person-days, dates; user text that stays plain text."""

from __future__ import annotations

import re
from datetime import date, datetime

from readiness.exports.figures import day, interval, percent

__all__ = ["badge", "day", "interval", "moment", "money", "percent", "plain", "size"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&])")


def plain(text: str) -> str:
    """User text for a place that renders Markdown: every mark stays a character, and nothing is fetched or linked."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


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


def size(count: int) -> str:
    """A number of bytes in the unit that a person would use."""
    value = float(count)
    for unit in ("bytes", "KB", "MB"):
        if value < 1000:
            return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} GB"
