"""The reviews of a project as an iCalendar file (RFC 5545), for the calendars that people have already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from readiness.exports.safe_text import visible

REVIEWS_AHEAD = 12
_MOST_OCTETS = 75  # of one line, without its end (RFC 5545, 3.1)
_MOST_SEQUENCE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a whole day, or a series of them every so many days."""

    uid: str  # stays the same for the same event, so that a calendar replaces it instead of adding another
    day: date
    summary: str
    description: str
    every_days: int | None = None
    times: int = 1


def review_calendar(
    *,
    project_id: str,
    project_name: str,
    metric: str,
    owner: str,
    due: date | None,
    every_days: int | None,
    rehearsal_on: date | None,
    today: date,
    now: datetime,
    revision: int,
) -> bytes:
    """The next twelve reviews and the rehearsal as an .ics file; without events where no day is stated.

    `due` is the next review; one that is overdue is put on the next day of its cadence. `revision` grows with every
    change of the project, so that a newer file takes the place of an older one.
    """
    events = []
    if due is not None:
        first = _not_past(due, every_days, today)
        what = f"Read the metric and decide: continue, change or pull. Metric: {metric.strip() or 'not stated'}."
        owned = f" Owner: {owner.strip()}." if owner.strip() else ""
        events.append(
            Event(
                uid=f"review-{project_id}@readiness.invalid",
                day=first,
                summary=f"Outcome review: {project_name}",
                description=what + owned,
                every_days=every_days,
                times=REVIEWS_AHEAD if every_days else 1,
            )
        )
    if rehearsal_on is not None:
        events.append(
            Event(
                uid=f"rehearsal-{project_id}@readiness.invalid",
                day=rehearsal_on,
                summary=f"Rehearsal, pulling the system: {project_name}",
                description="Try out that the system can be pulled, and that the work goes on without it.",
            )
        )
    return calendar(events, now=now, sequence=revision)


def calendar(events: list[Event], *, now: datetime, sequence: int = 0) -> bytes:
    """The events as the bytes of an .ics file."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Readiness//Review calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for event in events:
        lines += _event(event, now, min(max(sequence, 0), _MOST_SEQUENCE))
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _event(event: Event, now: datetime, sequence: int) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{sequence}",
        f"DTSTART;VALUE=DATE:{_day(event.day)}",
    ]
    if event.day < date.max:  # without an end it lasts its one day
        lines.append(f"DTEND;VALUE=DATE:{_day(event.day + timedelta(days=1))}")
    if event.every_days:
        lines.append(f"RRULE:FREQ=DAILY;INTERVAL={event.every_days};COUNT={event.times}")
    return [
        *lines,
        f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _not_past(due: date, every_days: int | None, today: date) -> date:
    if due >= today:
        return due
    if not every_days:
        return today
    missed = -(-(today - due).days // every_days)
    return due + timedelta(days=missed * every_days)


def _day(value: date) -> str:
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def _text(text: str) -> str:
    """Text as a value: what the format reads as its own signs is escaped, and control characters are shown."""
    shown = visible(" ".join(text.replace("\r", "\n").split("\n")))
    return shown.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\t", " ")


def _folded(line: str) -> Iterator[bytes]:
    """The line in pieces of at most 75 octets, none within a character; each but the first begins with a space."""
    piece = b""
    for character in line:
        octets = character.encode("utf-8")
        if len(piece) + len(octets) > _MOST_OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece
