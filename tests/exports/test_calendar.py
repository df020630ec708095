"""The review calendar: read back with a parser of its own, whatever the names are."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.exports.calendar import REVIEWS_AHEAD, Event, calendar, review_calendar

NOW = datetime(2026, 6, 1, 9, 5, 7)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
TODAY = NOW.date()
NAMES = {"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP"}
HOSTILE = (
    "Nürnberg; invoices, \\n folded",
    "line\r\nBEGIN:VEVENT\r\nSUMMARY:another",
    "日本語" * 60,
    "x" * 200,
    "a\tb\x07c\u202ed\u2028e",
    '"quoted": a;b,c\\',
)


class Property(NamedTuple):
    name: str
    parameters: dict[str, str]
    value: str


def parsed(content: bytes) -> list[dict[str, Property]]:
    """The events of an .ics file, read as RFC 5545 says and not as it was written here."""
    assert content.endswith(b"\r\n")
    raw = content[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in raw)
    for line in raw:
        line.decode("utf-8")  # no character is cut in two
    lines: list[bytes] = []
    for line in raw:
        if line.startswith((b" ", b"\t")):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    properties = [property_of(line.decode("utf-8")) for line in lines]
    assert [properties[0], properties[-1]] == [
        Property("BEGIN", {}, "VCALENDAR"),
        Property("END", {}, "VCALENDAR"),
    ]
    assert {"VERSION", "PRODID"} <= {one.name for one in properties}
    events: list[dict[str, Property]] = []
    inside = False
    for one in properties[1:-1]:
        if one.name == "BEGIN":
            assert (one.value, inside) == ("VEVENT", False)
            inside = True
            events.append({})
        elif one.name == "END":
            assert (one.value, inside) == ("VEVENT", True)
            inside = False
        elif inside:
            assert one.name not in events[-1], one.name
            events[-1][one.name] = one
    assert not inside
    return events


def property_of(line: str) -> Property:
    found = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^;:\"]+)*):(.*)", line, re.DOTALL)
    assert found is not None, line
    parameters = dict(part.split("=", 1) for part in found[2].split(";")[1:])
    value = found[3]
    if found[1] in ("SUMMARY", "DESCRIPTION", "UID"):
        assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
        value = re.sub(r"\\([\\;,nN])", lambda match: "\n" if match[1] in "nN" else match[1], value)
    return Property(found[1], parameters, value)


def made(**more: Any) -> list[dict[str, Property]]:
    given: dict[str, Any] = {
        "project_id": "p1",
        "project_name": "Invoices",
        "metric": "Share routed",
        "owner": "Ines",
        "due": date(2026, 6, 29),
        "every_days": 28,
        "rehearsal_on": date(2026, 7, 1),
        "today": TODAY,
        "now": NOW,
        "revision": 41,
    }
    return parsed(review_calendar(**{**given, **more}))


def days(event: dict[str, Property]) -> list[date]:
    """The days of a series, as a calendar program works them out."""
    first = datetime.strptime(event["DTSTART"].value, "%Y%m%d").date()  # noqa: DTZ007
    rule = dict(part.split("=") for part in event["RRULE"].value.split(";")) if "RRULE" in event else {}
    assert rule.get("FREQ", "DAILY") == "DAILY"
    return [first + timedelta(days=int(rule.get("INTERVAL", 1)) * n) for n in range(int(rule.get("COUNT", 1)))]


def test_the_next_twelve_reviews_and_the_rehearsal_are_events_of_whole_days() -> None:
    review, rehearsal = made()
    assert days(review) == [date(2026, 6, 29) + timedelta(days=28 * n) for n in range(REVIEWS_AHEAD)]
    assert days(rehearsal) == [date(2026, 7, 1)]
    for event in (review, rehearsal):
        assert event["DTSTART"].parameters == {"VALUE": "DATE"}
        assert event["DTEND"].parameters == {"VALUE": "DATE"}
        assert event["DTSTAMP"].value == "20260601T090507Z"
    assert rehearsal["DTEND"].value == "20260702"
    assert review["SUMMARY"].value == "Outcome review: Invoices"
    assert "Share routed" in review["DESCRIPTION"].value
    assert "Ines" in review["DESCRIPTION"].value


def test_a_newer_file_takes_the_place_of_the_older_one() -> None:
    before, after = made(revision=1), made(revision=2, due=date(2026, 8, 3), project_name="Renamed")
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert int(before[0]["SEQUENCE"].value) < int(after[0]["SEQUENCE"].value)
    assert {event["UID"].value for event in before}.isdisjoint(event["UID"].value for event in made(project_id="p2"))


@pytest.mark.parametrize(
    ("due", "every_days", "first"),
    [
        (date(2026, 6, 1), 28, date(2026, 6, 1)),
        (date(2026, 5, 31), 28, date(2026, 6, 28)),
        (date(2026, 5, 4), 28, date(2026, 6, 1)),
        (date(2020, 1, 1), 31, date(2026, 6, 14)),
        (date(2026, 5, 1), None, date(2026, 6, 1)),
    ],
)
def test_a_review_that_is_overdue_is_put_on_the_next_day_of_its_cadence(
    due: date, every_days: int | None, first: date
) -> None:
    review = made(due=due, every_days=every_days)[0]
    assert days(review)[0] == first
    assert first >= TODAY


def test_without_any_day_there_is_a_calendar_without_events() -> None:
    assert made(due=None, rehearsal_on=None) == []
    assert len(made(due=None)) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_one_text(name: str) -> None:
    for event in made(project_name=name, metric=name, owner=name):
        assert set(event) - {"RRULE"} == NAMES
        assert not re.search(r"[\x00-\x1f\x7f]", event["SUMMARY"].value)


@given(st.text(max_size=120), st.text(max_size=120), st.dates(date(1, 1, 1), date.max), st.integers(1, 366) | st.none())
def test_whatever_is_typed_the_file_can_be_read(name: str, owner: str, due: date, every_days: int | None) -> None:
    events = made(project_name=name, metric=owner, owner=owner, due=due, every_days=every_days, rehearsal_on=due)
    assert len(events) == 2


@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")), max_size=90))
def test_text_is_read_back_as_it_was_typed(text: str) -> None:
    (event,) = parsed(calendar([Event("u", TODAY, text, "")], now=NOW))
    assert event["SUMMARY"].value == text


def test_the_last_day_of_the_calendar_has_no_end_after_it() -> None:
    (event,) = parsed(calendar([Event("u", date.max, "s", "d")], now=NOW))
    assert "DTEND" not in event
