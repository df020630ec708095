"""How times of day are written: SQL that names a value's notation, and the notation that most values of a field have.

The notation is what a program must know to read the time: 24 hours or twelve, how am and pm are spelled, with seconds
or without, and whether a date stands before it. A zero before the hour, capitals and spaces make no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from readiness.audit.dialect import full_match
from readiness.errors import InvalidValueError
from readiness.sql import quote_literal

_HOUR, _HALF_DAY = r"(?:[01]?[0-9]|2[0-4])", r"(?:0?[0-9]|1[0-9]|2[0-3])"
_SIXTY = "[0-5][0-9]"
_SECONDS = rf":(?:{_SIXTY}|60)(?:[.,][0-9]+)?"
_HALVES = (  # how the half of the day is spelled: name, pattern
    (" a.m./p.m.", r" ?[AaPp]\. ?[Mm]\.?"),
    (" am/pm", r" ?[AaPp][Mm]"),
    (" a/p", r" ?[AaPp]\.?"),
)
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    r"(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|[0-9]{1,2}[-/.][0-9]{1,2}"
    rf"|{_MONTH} *[0-9]{{1,2}}(?:,? *[0-9]{{4}})?|[0-9]{{1,2}}[ -]{_MONTH}(?:[ -]?[0-9]{{2,4}})?)"
)
_WITH_DATE = "date and time"
_ZONE = r" ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})"


@dataclass(frozen=True, slots=True)
class _Notation:
    name: str
    pattern: str


def _notations() -> tuple[_Notation, ...]:
    twelve = [
        _Notation(f"hh:mm{seconds}{half}", f"{_HALF_DAY}:{_SIXTY}{pattern}{spelled}")
        for seconds, pattern in (("", ""), (":ss", _SECONDS))
        for half, spelled in _HALVES
    ]
    hours = [
        _Notation("hh:mm", f"{_HOUR}:{_SIXTY}"),
        _Notation("hh:mm:ss", f"{_HOUR}:{_SIXTY}{_SECONDS}"),
        _Notation("hh:mm zone", f"{_HOUR}:{_SIXTY}{_ZONE}"),
        _Notation("hh:mm:ss zone", f"{_HOUR}:{_SIXTY}{_SECONDS}{_ZONE}"),
    ]
    others = [
        _Notation("hh am/pm", r"(?:0?[1-9]|1[0-2]) ?[AaPp]\.?[Mm]\.?"),
        _Notation("hh.mm", rf"(?:0[0-9]|1[0-9]|2[0-4]|[1-9])\.{_SIXTY}(?:\.{_SIXTY})?"),  # 0.45 is a part of a day
        _Notation("hh.mm am/pm", rf"{_HALF_DAY}\.{_SIXTY} ?[AaPp]\.?[Mm]\.?"),
        _Notation("hh h mm", rf"{_HOUR} ?[hH] ?(?:{_SIXTY})?"),
        _Notation("hh:mm Uhr", rf"{_HOUR}(?:[:.]{_SIXTY})? ?(?i:uhr|hrs|hours|h)"),
        _Notation("hhmm", rf"(?:[01][0-9]|2[0-4]){_SIXTY}"),
    ]
    clocks = (*hours, *twelve)
    dated = _Notation(_WITH_DATE, rf"{_DAY}(?:T|,? +)(?:{'|'.join(one.pattern for one in clocks)})")
    return (*clocks, *others, dated)


_NOTATIONS = _notations()
_CLOCKS = tuple(one for one in _NOTATIONS if one.name.startswith("hh:mm") and "Uhr" not in one.name)
_CLOCK = re.compile("|".join(one.pattern for one in _CLOCKS))
_COMPILED = tuple((one.name, re.compile(one.pattern)) for one in _NOTATIONS)


def time_columns(source: str) -> str:
    """A SELECT that adds time_format to `source` (which has `text`, a trimmed value); '' for no time of day."""
    whens = " ".join(f"WHEN {full_match('text', one.pattern)} THEN {quote_literal(one.name)}" for one in _NOTATIONS)
    return f"SELECT *, CASE {whens} ELSE '' END AS time_format FROM {source}"


def expected_time(values: Mapping[str, int]) -> str:
    """The notation that most of a field's `values` (with their records) have; '' where none is a time."""
    names: Counter[str] = Counter()
    for value, records in values.items():
        names[_name_of(value)] += records
    del names[""]
    return min(names, key=lambda name: (-names[name], name)) if names else ""


def known_time_format(name: str) -> str:
    """`name` as this module writes it; '' stays. Raises InvalidValueError for a notation that it does not know."""
    text = " ".join(name.split())
    known = {one.name.lower(): one.name for one in _NOTATIONS}
    if text and text.lower() not in known:
        raise InvalidValueError("format", name, f"is not a time format; known are {', '.join(known.values())}")
    return known.get(text.lower(), "")


def fast_time_test(column: str, format_name: str) -> str:
    """A cheap SQL test that is true only for times in this notation."""
    pattern = next(one.pattern for one in _NOTATIONS if one.name == known_time_format(format_name))
    return full_match(column, pattern)


def clock_pattern() -> str:
    """A pattern for the usual notations of a time, without a date."""
    return "|".join(one.pattern for one in _CLOCKS)


def is_clock_time(value: str) -> bool:
    """Whether the value is a time of day in a usual notation, without a date."""
    return _CLOCK.fullmatch(value) is not None


def is_beyond_a_day(value: str) -> bool:
    """Whether the value is written like a time of day, but its first number is no hour, as in 36:15."""
    return re.fullmatch(r"(?:2[5-9]|[3-9][0-9]|[0-9]{3,}):[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?", value) is not None


def _name_of(value: str) -> str:
    return next((name for name, pattern in _COMPILED if pattern.fullmatch(value)), "")
