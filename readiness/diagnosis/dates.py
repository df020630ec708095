"""Days as a statement of the ledger says them, in English whatever the machine's language is."""

from __future__ import annotations

from datetime import date, datetime, time

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def in_words(day: date) -> str:
    """3 October 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def from_to(first: date, last: date) -> str:
    """A period with both ends: "1 October 2026 to 3 October 2026"; one day by itself."""
    return in_words(first) if first == last else f"{in_words(first)} to {in_words(last)}"


def start_of(day: date) -> datetime:
    """The day as a moment without a zone, for an age in days."""
    return datetime.combine(day, time())
