"""A generated log of a running system: good weeks, then suppliers write dates in another way, and people take over.

The lines are written by the instrument itself, so that they look as the log of any system does that uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import ceil, floor
from pathlib import Path
from random import Random

from readiness.operation.instrument import characteristics, outcome

LOG_NAME = "generated_outcomes.jsonl"
LOG_SEED = 20260201
LOG_DAYS = 91  # up to the day before the log is opened
SILENT_DAYS = (33, 34, 66)  # of these, counted from 0: an outage of two days, and a lost file
DRIFT_FROM = 46  # the day from which on dates come in another form
DRIFT_GROWS = 20  # days until most of that supplier's invoices come so
ALERT_DAYS = 8  # the last ones, on which more items go to people than the limit allows

_REQUIRED = ("invoice_no", "vendor", "received", "amount", "cost_centre")
_ITEMS_A_WORKDAY, _ITEMS_A_WEEKEND_DAY = 210, 40
_SATURDAY = 5
_OTHER_DATES = (0.03, 0.15)  # share of the items, before the drift and after it
_OTHER_DATES_AT_THE_END = 0.27  # once a second supplier writes them, too
_ROUTED = (0.075, 0.13)
_ROUTED_AT_THE_END = (0.17, 0.21)
_MOST_BEFORE, _LEAST_AT_THE_END = 0.145, 0.16  # around the limit of 15%, so that the days in a row are exactly known
_TIMED_OUT = 0.008
_PROMPT_CHANGED_ON = 62
_WORKING_SECONDS = (6 * 3_600, 20 * 3_600)  # of a day
_COMMAS, _WITHOUT_COST_CENTRE = 0.04, 0.06  # shares of the inputs
_REVIEWERS = ("reviewer 1", "reviewer 2", "reviewer 3")


@dataclass(frozen=True, slots=True)
class _Day:
    """What one day of the log holds, in items."""

    number: int
    on: date
    items: int
    other_dates: int
    routed: int
    timed_out: int


def write_log(path: Path, *, until: date, seed: int = LOG_SEED) -> None:
    """Writes the log of the LOG_DAYS days before `until` to `path`, as JSON Lines. The same day and seed give the same
    bytes."""
    draw = Random(seed)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for day in _days(until, draw):
            _write_day(day, draw, lambda line: file.write(line + "\n"))


def _days(until: date, draw: Random) -> Iterator[_Day]:
    for number in range(LOG_DAYS):
        on = until - timedelta(days=LOG_DAYS - number)
        usual = _ITEMS_A_WEEKEND_DAY if on.weekday() >= _SATURDAY else _ITEMS_A_WORKDAY
        items = round(usual * draw.uniform(0.88, 1.12))
        if number in SILENT_DAYS:
            continue
        part = min(max((number - DRIFT_FROM) / DRIFT_GROWS, 0.0), 1.0)
        yield _Day(
            number=number,
            on=on,
            items=items,
            other_dates=round(items * (_OTHER_DATES_AT_THE_END if _ends(number) else _between(_OTHER_DATES, part))),
            routed=_routed(number, items, part, draw),
            timed_out=round(items * _TIMED_OUT * draw.uniform(0.3, 1.7)),
        )


def _routed(number: int, items: int, drifted: float, draw: Random) -> int:
    """The items that go to people, on the right side of the limit whatever is drawn."""
    if _ends(number):
        share = _between(_ROUTED_AT_THE_END, (number - LOG_DAYS + ALERT_DAYS) / (ALERT_DAYS - 1))
        return max(ceil(items * _LEAST_AT_THE_END), round(items * share * draw.uniform(0.96, 1.04)))
    return min(floor(items * _MOST_BEFORE), round(items * _between(_ROUTED, drifted) * draw.uniform(0.85, 1.15)))


def _ends(number: int) -> bool:
    """Whether the day is one of the last, on which too much goes to people."""
    return number >= LOG_DAYS - ALERT_DAYS


def _write_day(day: _Day, draw: Random, write: Callable[[str], object]) -> None:
    """One line an item, in the order of the day."""
    places = list(range(day.items))
    draw.shuffle(places)
    seconds = sorted(draw.randrange(*_WORKING_SECONDS) for _ in places)
    for place, second in zip(places, seconds, strict=True):
        _write_item(day, place, datetime.combine(day.on, time(), UTC) + timedelta(seconds=second), draw, write)


def _write_item(day: _Day, place: int, moment: datetime, draw: Random, write: Callable[[str], object]) -> None:
    """The item at a place of its day: those that time out come first, then dates in the other form, then the rest. As
    many as are routed go to people from the first place on."""
    timed_out, routed = place < day.timed_out, place < day.routed
    other_date = not timed_out and place < day.timed_out + day.other_dates
    with (
        suppress(TimeoutError),
        outcome(
            f"INV-{10_000 + 300 * day.number + place}",
            log=write,
            input=_described(other_date, draw.random() < _COMMAS, draw.random() < _WITHOUT_COST_CENTRE),
            model_version="coder-2",
            prompt_version="coding-8" if day.number >= _PROMPT_CHANGED_ON else "coding-7",
            clock=lambda: moment,
        ) as item,
    ):
        item.cost_usd = round(draw.uniform(0.008, 0.019), 5)
        item.duration_ms = 30_000.0 if timed_out else round(min(draw.lognormvariate(7.2, 0.45), 25_000.0), 1)
        if timed_out:
            raise TimeoutError
        item.validation_passed = not (routed and other_date)
        item.confidence = round(draw.uniform(0.41, 0.74) if routed else draw.uniform(0.76, 0.99), 3)
        if routed:
            item.reason = "date not understood" if other_date else "low confidence"
            item.approved_by = draw.choice(_REVIEWERS)


@cache
def _described(other_date: bool, comma: bool, without_cost_centre: bool) -> dict[str, object]:
    """What the instrument logs of an input: how it looks, and none of its values."""
    record = {
        "invoice_no": "INV-1",
        "vendor": "Invented",
        "received": "31.01.2026" if other_date else "2026-01-31",
        "amount": "120,50" if comma else "120.50",
        "currency": "EUR",
        "cost_centre": "" if without_cost_centre else "4100",
    }
    return characteristics(record, required=_REQUIRED, date_field="received", amount_field="amount")


def _between(ends: tuple[float, float], part: float) -> float:
    low, high = ends
    return low + (high - low) * part
