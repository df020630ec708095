"""Cells of a workbook as text: numbers in their shortest faithful form, dates as ISO where they are formatted so."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import Enum


class NumberStyle(Enum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date-time"
    ELAPSED = "elapsed"


_BUILT_IN_STYLES = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), NumberStyle.DATE),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), NumberStyle.TIME),
    22: NumberStyle.DATE_TIME,
    46: NumberStyle.ELAPSED,
}  # ECMA-376 part 1, 18.8.30; 27-36 and 50-58 are those of East Asian locales
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_NOT_CODE = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P|General', re.IGNORECASE)
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_LAST_SERIAL = 2_958_466  # one past 9999-12-31
_SURELY_SHORT = 16  # 15 digits and a point are always as short as they can be


def number_style(format_id: int, code: str | None) -> NumberStyle:
    """What the number format does, by its code where the workbook gives one, else by its built-in number."""
    if code is None:
        return _BUILT_IN_STYLES.get(format_id, NumberStyle.NUMBER)
    section = code.split(";", 1)[0]
    if _ELAPSED.search(section):
        return NumberStyle.ELAPSED
    letters = set(_NOT_CODE.sub("", section).lower())
    has_time = bool(letters & {"h", "s"})
    has_date = bool(letters & {"y", "d"}) or ("m" in letters and not has_time)
    if has_date and has_time:
        return NumberStyle.DATE_TIME
    if has_date:
        return NumberStyle.DATE
    return NumberStyle.TIME if has_time else NumberStyle.NUMBER


def number_text(raw: str) -> str:
    """The number as a person would write it: 5 for 5.0, 0.1 for 0.10000000000000001; as it stands where that loses."""
    if len(raw) <= _SURELY_SHORT and raw.isdigit():
        return raw
    raw = raw.strip()
    if len(raw) > _SURELY_SHORT and ("." in raw or "E" in raw or "e" in raw):
        try:
            raw = repr(float(raw)).replace("e", "E")
        except ValueError:
            return raw
    if "." in raw and raw[-1] == "0" and "E" not in raw and "e" not in raw:
        return raw.rstrip("0").removesuffix(".") or "0"
    return raw


def serial_text(raw: str, style: NumberStyle, *, since_1904: bool) -> str:
    """A serial number as ISO text of the date, time or duration that its format shows; beyond those, the number."""
    try:
        serial = float(raw)
    except ValueError:
        return raw
    days = int(serial // 1) if abs(serial) < _LAST_SERIAL else _LAST_SERIAL
    milliseconds = round((serial - days) * 86_400_000)
    if milliseconds == 86_400_000:
        days, milliseconds = days + 1, 0
    if style is NumberStyle.ELAPSED:
        return _elapsed_text(days * 86_400_000 + milliseconds)
    if not 0 <= serial < _LAST_SERIAL or days >= _LAST_SERIAL:
        return number_text(raw)
    if style is not NumberStyle.DATE and days == 0 and not (since_1904 and style is NumberStyle.DATE_TIME):
        return _time_text(milliseconds)
    day = _day_text(days, since_1904=since_1904)
    if milliseconds == 0 and style is not NumberStyle.TIME:
        return day
    return f"{day} {_time_text(milliseconds)}"


def iso_text(raw: str) -> str:
    """A cell of type date, which holds ISO 8601 already, in the form of all other dates here."""
    text = raw.strip().removesuffix("Z").replace("T", " ", 1)
    return text.removesuffix(" 00:00:00").removesuffix(" 00:00:00.000")


def _day_text(days: int, *, since_1904: bool) -> str:
    """The day as Excel shows it, its 29 February 1900 and 0 January 1900 included."""
    if since_1904:
        return (_EPOCH_1904 + timedelta(days=days)).isoformat()
    if days == 60:
        return "1900-02-29"
    if days == 0:
        return "1900-01-00"
    return (_EPOCH_1900 + timedelta(days=days + (days < 60))).isoformat()


def _time_text(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{rest:03d}" if rest else text


def _elapsed_text(milliseconds: int) -> str:
    sign = "-" if milliseconds < 0 else ""
    return sign + _time_text(abs(milliseconds))


_COLUMN_NUMBERS: dict[str, int] = {}


def column_number(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA; -1 for what is no column."""
    number = _COLUMN_NUMBERS.get(letters)
    if number is None:
        if not letters.isalpha() or not letters.isascii() or len(letters) > 3:
            return -1
        number = 0
        for letter in letters.upper():
            number = number * 26 + ord(letter) - 64
        number -= 1
        _COLUMN_NUMBERS[letters] = number
    return number


def column_letters(number: int) -> str:
    """A for 0, AA for 26."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
