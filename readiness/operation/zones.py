"""Days in a time zone: which instants belong to which day, as arithmetic and as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from readiness.errors import InvalidValueError

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that IANA name. Raises InvalidValueError for one that is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise InvalidValueError("time zone", name, "is no time zone; write it as UTC or Europe/Berlin") from exc


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def day_expression(column: str, zone: ZoneInfo, first: datetime, last: datetime) -> str:
    """SQL for the day in `zone` of a UTC timestamp between two instants: a few additions, not a look-up a record."""
    shifts = list(_shifts(zone, first, last))
    base = f"{column} + to_seconds({shifts[0][1]})"
    if len(shifts) > 1:
        whens = " ".join(
            f"WHEN {column} >= TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}' THEN to_seconds({seconds})"
            for moment, seconds in reversed(shifts[1:])
        )
        base = f"{column} + CASE {whens} ELSE to_seconds({shifts[0][1]}) END"
    return f"CAST({base} AS DATE)"


def days_between(first: date, last: date, zone: ZoneInfo) -> Iterator[date]:
    """The days from `first` to `last` that exist in `zone`: a country that crossed the date line has skipped one."""
    day = first
    while day <= last:
        if _exists(day, zone):
            yield day
        day += _DAY


def _shifts(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[tuple[datetime, int]]:
    """The zone's offsets from UTC in seconds, each with the instant from which it holds."""
    moment, offset = first, _offset(first, zone)
    yield first, offset
    while moment < last:
        later = min(moment + _DAY, last)
        if _offset(later, zone) != offset:
            moment, offset = _change(moment, later, offset, zone)
            yield moment, offset
        else:
            moment = later


def _change(before: datetime, after: datetime, offset: int, zone: ZoneInfo) -> tuple[datetime, int]:
    """The second from which another offset holds, by bisection."""
    low, high = int((before - _EPOCH).total_seconds()), -int((_EPOCH - after).total_seconds() // 1)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(_EPOCH + timedelta(seconds=middle), zone) == offset:
            low = middle
        else:
            high = middle
    found = _EPOCH + timedelta(seconds=high)
    return found, _offset(found, zone)


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    shift = moment.astimezone(zone).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0


def _exists(day: date, zone: ZoneInfo) -> bool:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day
