"""How dates are written: SQL that names a value's format and its possible orders, and finds impossible days.

All of it works on the whole value (nothing is matched at the start only) and on the text as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from readiness.audit.dialect import bytes_of, can_be_read_as_time, extract, full_match
from readiness.audit.rules import DayMonthOrder
from readiness.errors import InvalidValueError
from readiness.sql import quote_literal

_CLOCK = (
    r"(?:T|,? +)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?$"
)
_WEEKDAY = r"(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]*,? +)?"
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?"


@dataclass(frozen=True, slots=True)
class _Body:
    """One way of writing a day: `order` is how its numbers stand (ab = day and month in an order to be decided)."""

    name: str
    pattern: str
    order: str


def _numeric_bodies() -> tuple[_Body, ...]:
    bodies = []
    for mark in ("-", "/", "."):
        escaped = "\\" + mark
        bodies.append(_Body(f"yyyy{mark}mm{mark}dd", rf"[0-9]{{4}}{escaped}[0-9]{{1,2}}{escaped}[0-9]{{1,2}}", "ymd"))
        for year in ("yyyy", "yy"):
            order = "dmy" if mark == "." else "ab"  # a dotted date is day first wherever dots are in use
            pattern = rf"[0-9]{{1,2}}{escaped}[0-9]{{1,2}}{escaped}[0-9]{{{len(year)}}}"
            bodies.append(_Body(f"dd{mark}mm{mark}{year}", pattern, order))
    return tuple(bodies)


_BODIES: tuple[_Body, ...] = (
    *_numeric_bodies(),
    _Body("yyyymmdd", r"(?:1[89]|20|21|99|00)[0-9]{6}", "compact"),
    _Body("d Mon yyyy", rf"{_WEEKDAY}{_DAY}\.? +{_MONTH}\.?,? +[0-9]{{4}}", "named"),
    _Body("dd-Mon-yyyy", rf"[0-9]{{1,2}}-{_MONTH}-[0-9]{{4}}", "named"),
    _Body("dd/Mon/yyyy", rf"[0-9]{{1,2}}/{_MONTH}/[0-9]{{4}}", "named"),
    _Body("dd-Mon-yy", rf"[0-9]{{1,2}}-{_MONTH}-[0-9]{{2}}", "named"),
    _Body("d Mon yy", rf"[0-9]{{1,2}} +{_MONTH} +[0-9]{{2}}", "named"),
    _Body("Mon d, yyyy", rf"{_WEEKDAY}{_MONTH}\.? +{_DAY},? +[0-9]{{4}}", "named"),
    _Body("yyyy-Mon-dd", rf"[0-9]{{4}}-{_MONTH}-[0-9]{{1,2}}", "named-ymd"),
    _Body("Mon yyyy", rf"{_MONTH}\.?[ -]+[0-9]{{4}}", "month"),
    _Body("Mon-yy", rf"{_MONTH}-[0-9]{{2}}", "month"),
    _Body("yyyy-mm", r"[0-9]{4}-[0-9]{2}", "year-month"),
)

UNDECIDED_JOIN = " or "


def date_columns(source: str, order: DayMonthOrder) -> str:
    """A SELECT that adds to `source` (which has `text`, a trimmed value) what the text says as a date.

    Adds date_format ('' when it is no date), date_order ('day' or 'month' where only that order is possible, 'either',
    'same' for equal numbers, '' where the format settles it) and date_fault ('', 'impossible', 'ambiguous', 'unknown').
    """
    clock = f"SELECT *, {extract('text', _CLOCK)} AS date_clock FROM {source}"
    body = f"SELECT *, left(text, length(text) - length(date_clock)) AS date_body FROM ({clock})"
    family = f"SELECT *, {_layout()} AS date_layout FROM (SELECT *, {_family()} AS date_family FROM ({body}))"
    numbers = (
        f"SELECT *, {_number(1)} AS n1, {_number(2)} AS n2, {_number(3)} AS n3, {_month_number()} AS nm FROM ({family})"
    )
    parts = f"SELECT *, {_parts()} FROM ({numbers})"
    possible = (
        f"SELECT *, {_possible('day_a', 'month_a')} AS possible_a, "
        f"date_order_open AND {_possible('month_a', 'day_a')} AS possible_b, {_clock_is_possible()} AS possible_clock "
        f"FROM ({parts})"
    )
    return f"SELECT *, {_outcome(order)} FROM ({possible})"


def known_format(name: str) -> str:
    """`name` as this module writes it (YYYY-MM-DD becomes yyyy-mm-dd); '' stays. Raises InvalidValueError else."""
    text = " ".join(name.split())
    known = {body.name.lower(): body.name for body in _BODIES}
    known.update(
        {month_first_name(body.name).lower(): month_first_name(body.name) for body in _BODIES if body.order != "named"}
    )
    bodies, clock = [], ""
    for part in text.split(UNDECIDED_JOIN):
        found = re.fullmatch(r"(.*?)([T ]hh:mm(?::ss)?(?: am/pm)?(?: zone)?)?", part, re.IGNORECASE)
        body = known.get(found[1].lower()) if found else None
        if found is None or body is None:
            if not text:
                return ""
            raise InvalidValueError("format", name, "is not a date format; write it as yyyy-mm-dd or dd/mm/yyyy hh:mm")
        clock = (
            (found[2] or "").lower().replace("t", "T", 1)
            if (found[2] or "").startswith(("T", "t"))
            else (found[2] or "").lower()
        )
        bodies.append(body)
    return UNDECIDED_JOIN.join(bodies) + clock


def order_of(name: str) -> DayMonthOrder:
    """The day-month order that a format's name shows; UNDECIDED where it shows none or both."""
    if UNDECIDED_JOIN in name or name[2:3] not in ("/", "-"):
        return DayMonthOrder.UNDECIDED
    if name.startswith("dd") and name[3:5] == "mm":
        return DayMonthOrder.DAY_FIRST
    return DayMonthOrder.MONTH_FIRST if name.startswith("mm") else DayMonthOrder.UNDECIDED


def fast_date_test(column: str, format_name: str) -> str | None:
    """A cheap SQL test that is true only for possible dates in this very format; None where there is none."""
    pattern = _strptime_pattern(format_name)
    if pattern is None:
        return None
    return f"{bytes_of(column)} = {len(format_name)} AND {can_be_read_as_time(column, pattern)}"


def strict_date_pattern(format_name: str) -> str | None:
    """A pattern of fixed width for values in this format, to cut a date out of a longer text; None for none."""
    if _strptime_pattern(format_name) is None:
        return None
    pattern = format_name
    for word in ("yyyy", "dd", "mm", "hh", "ss", "yy"):
        pattern = pattern.replace(word, f"<{len(word)}>")
    pattern = pattern.replace(".", r"\.")
    return pattern.replace("<4>", "[0-9]{4}").replace("<2>", "[0-9]{2}")


def looks_like_a_date(expression: str) -> str:
    """A cheap SQL test that every value with a date format passes, to spare the others the work."""
    return full_match(expression, r"(?:.*[0-9][-/. ,].*[0-9].*|[0-9]{8}|[A-Za-z]{3,9}\.?[ -]+[0-9].*)(?:T.*)?")


def _strptime_pattern(format_name: str) -> str | None:
    pattern = format_name.replace("hh:mm:ss", "%H:%M:%S").replace("hh:mm", "%H:%M")
    pattern = pattern.replace("yyyy", "%Y").replace("yy", "%y").replace("mm", "%m").replace("dd", "%d")
    rest = pattern
    for known in ("%H", "%M", "%S", "%Y", "%y", "%m", "%d"):
        rest = rest.replace(known, "")
    has_a_day = all(part in format_name for part in ("yy", "mm", "dd"))
    return pattern if has_a_day and all(letter in "-/.: T" for letter in rest) else None


def _family() -> str:
    """The place of the body's format in the list; 0 for none."""
    whens = " ".join(
        f"WHEN {full_match('date_body', body.pattern)} THEN {place}" for place, body in enumerate(_BODIES, 1)
    )
    return f"CASE {whens} ELSE 0 END"


def _layout() -> str:
    """How the numbers stand in the body's format, as _Body.order has it; '' for no format."""
    orders = dict.fromkeys(body.order for body in _BODIES)
    places = {order: [str(place) for place, body in enumerate(_BODIES, 1) if body.order == order] for order in orders}
    whens = " ".join(f"WHEN date_family IN ({', '.join(found)}) THEN '{order}'" for order, found in places.items())
    return f"CASE {whens} ELSE '' END"


def _number(place: int) -> str:
    """The nth run of digits in the body, as a number; a date without separators is cut by position."""
    start, length = ((1, 4), (5, 2), (7, 2))[place - 1]
    run = extract("date_body", r"^[^0-9]*([0-9]+)(?:[^0-9]+([0-9]+))?(?:[^0-9]+([0-9]+))?", place)
    return (
        f"TRY_CAST(CASE WHEN date_layout = 'compact' THEN substring(date_body, {start}, {length}) "
        f"ELSE {run} END AS INTEGER)"
    )


def _month_number() -> str:
    name = f"lower({extract('date_body', _MONTH)})"
    return f"(position(left({name}, 3) IN {quote_literal(_MONTHS)}) + 2) // 3"


def _parts() -> str:
    """year_a, month_a, day_a under the first reading, and whether day and month could be the other way round."""
    return (
        "CASE WHEN date_layout IN ('ab', 'dmy') THEN n3 WHEN date_layout = 'named' THEN n2 ELSE n1 END AS year_a, "
        "CASE WHEN date_layout IN ('named', 'named-ymd', 'month') THEN nm ELSE n2 END AS month_a, "
        "CASE date_layout WHEN 'ab' THEN n1 WHEN 'dmy' THEN n1 WHEN 'named' THEN n1 WHEN 'ymd' THEN n3 "
        "WHEN 'compact' THEN n3 WHEN 'named-ymd' THEN n2 ELSE 1 END AS day_a, "
        "date_layout IN ('ab', 'dmy') AS date_order_open"
    )


def _possible(day: str, month: str) -> str:
    """Whether such a day exists; a two-digit year 00 is 2000, a four-digit 0000 is no year."""
    short = f"date_family IN ({', '.join(str(i) for i, body in enumerate(_BODIES, 1) if _has_short_year(body))})"
    leap = "((year_a % 4 = 0 AND year_a % 100 <> 0) OR year_a % 400 = 0)"
    last = (
        f"CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} = 2 THEN CASE WHEN {leap} THEN 29 ELSE 28 END "
        "ELSE 31 END"
    )
    return f"coalesce({month} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND {last} AND (year_a > 0 OR {short}), false)"


def _has_short_year(body: _Body) -> bool:
    return "yyyy" not in body.name


def _clock_is_possible() -> str:
    hour = f"TRY_CAST({extract('date_clock', '([0-9]{1,2}):', 1)} AS INTEGER)"
    minute = f"TRY_CAST({extract('date_clock', ':([0-9]{2})', 1)} AS INTEGER)"
    second = f"TRY_CAST({extract('date_clock', ':[0-9]{2}:([0-9]{2})', 1)} AS INTEGER)"
    return f"(date_clock = '' OR ({hour} <= 24 AND {minute} < 60 AND coalesce({second}, 0) <= 60))"


def _outcome(order: DayMonthOrder) -> str:
    """The three answers about one text, under the field's day-month order."""
    dotted = "date_layout = 'dmy'"
    either = f"(possible_a AND possible_b AND day_a <> month_a AND NOT {dotted})"
    date_order = (
        "CASE WHEN NOT date_order_open THEN '' WHEN possible_a AND possible_b AND day_a = month_a THEN 'same' "
        f"WHEN {either} THEN 'either' WHEN {dotted} AND possible_a THEN '' "
        "WHEN possible_a THEN 'day' WHEN possible_b THEN 'month' ELSE '' END"
    )
    ambiguous = either if order is DayMonthOrder.UNDECIDED else "false"
    fault = (
        "CASE WHEN date_family = 0 THEN 'unknown' WHEN NOT possible_clock OR NOT (possible_a OR possible_b) "
        f"THEN 'impossible' WHEN {ambiguous} THEN 'ambiguous' ELSE '' END"
    )
    return f"{_format_name(order, dotted)} AS date_format, {date_order} AS date_order, {fault} AS date_fault"


def _format_name(order: DayMonthOrder, dotted: str) -> str:
    day_first = _names(lambda name: name)
    month_first = _names(month_first_name)
    undecided = _names(
        lambda name: name if month_first_name(name) == name else name + UNDECIDED_JOIN + month_first_name(name)
    )
    open_name = {
        DayMonthOrder.DAY_FIRST: day_first,
        DayMonthOrder.MONTH_FIRST: month_first,
        DayMonthOrder.UNDECIDED: undecided,
    }[order]
    body = (
        f"CASE WHEN NOT date_order_open OR ({dotted} AND (possible_a OR NOT possible_b)) OR (possible_a AND NOT "
        f"possible_b) THEN {day_first} "
        f"WHEN possible_b AND NOT possible_a THEN {month_first} ELSE {open_name} END"
    )
    return f"CASE WHEN date_family = 0 THEN '' ELSE {body} || {_clock_name()} END"


def month_first_name(name: str) -> str:
    """The name of the same format with the month first; the name itself where that cannot be."""
    return f"mm{name[2]}dd{name[5:]}" if name[:2] == "dd" and name[3:5] == "mm" else name


def _names(change: Callable[[str], str]) -> str:
    whens = " ".join(f"WHEN {place} THEN {quote_literal(change(body.name))}" for place, body in enumerate(_BODIES, 1))
    return f"CASE date_family {whens} ELSE '' END"


def _clock_name() -> str:
    return (
        "CASE WHEN date_clock = '' THEN '' ELSE (CASE WHEN left(date_clock, 1) = 'T' THEN 'T' ELSE ' ' END) || 'hh:mm' "
        f"|| (CASE WHEN {full_match('date_clock', '[^:]*:[0-9]{2}:.*')} THEN ':ss' ELSE '' END) "
        f"|| (CASE WHEN {full_match('date_clock', '.*[AaPp].?[Mm].*')} THEN ' am/pm' ELSE '' END) "
        f"|| (CASE WHEN {full_match('date_clock', '.*(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})')} THEN ' zone' ELSE '' "
        "END) END"
    )
