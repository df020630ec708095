"""Figures as they are written in every document: shares, person-days, money, dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

NOT_STATED = "not stated"
ONE, TENTH = Decimal(1), Decimal("0.1")
_SENTENCE_END = re.compile(r"(?<=[^\W\d])[.!?](?= )|(?<=%)[.](?= )")  # 1.5 and No. 3 are not the end of one


def percent(share: float) -> str:
    """0.7211 as "72.1%". Says 0.0% and 100.0% only where that is exact."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0.9995 <= share < 1:
        return "over 99.9%"
    return f"{share:.1%}"


def interval(low: float, high: float) -> str:
    """A 95% interval of a share."""
    return f"{percent(low)} to {percent(high)}"


def number(value: float) -> str:
    """A figure with thousands separators, and decimals only where there are any."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def days(value: float | None) -> str:
    """Person-days to one decimal at most; an unknown estimate stays empty."""
    return "" if value is None else f"{_rounded(value, TENTH):,}".removesuffix(".0")


def person_days(value: float) -> str:
    """A sum of estimates: whole from ten on, as no estimate knows its tenths."""
    return whole(value) if value >= 10 else days(value)


def whole(value: float) -> str:
    """A figure without decimals: 48,663."""
    return f"{_rounded(value, ONE):,}"


def money(value: float | None, currency: str) -> str:
    """An amount with its currency: whole where it is whole, else to the cent: "85 EUR", "6.40 EUR"."""
    if value is None:
        return NOT_STATED
    small = 0 < abs(value) < 0.005  # a hundredth of a cent an item is a price, and not nothing
    amount = f"{value:.2g}" if small else f"{value:,.2f}".removesuffix(".00")
    return f"{amount} {currency}".strip()


def counted(count: int, one: str, many: str = "") -> str:
    """`count` with its noun: "1 record", "2,400 records"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """`parts` as words of a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def day(moment: date | datetime | None) -> str:
    """21 Nov 2026, in English whatever the machine's language is."""
    if moment is None:
        return ""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def day_parts(written: str) -> tuple[int, int, int] | None:
    """Year, month and day of what `day` wrote; None for anything else."""
    number, _, rest = written.partition(" ")
    month, _, year = rest.partition(" ")
    if month not in _MONTHS or not (number.isdecimal() and year.isdecimal()):
        return None
    return int(year), _MONTHS.index(month) + 1, int(number)


def shortened(text: str, most: int) -> str:
    """`text` in at most `most` characters: the whole sentences that fit, else as many words as do, and an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    ends = [match.end() for match in _SENTENCE_END.finditer(line) if match.end() <= most]
    if ends and ends[-1] >= most // 2:
        return line[: ends[-1]]
    cut = line[: most - 1]
    words = cut if line[most - 1] == " " or " " not in cut[most // 2 :] else cut.rsplit(" ", 1)[0]
    return f"{words.rstrip(' ,;:')}…"


def stated(text: str) -> str:
    """What was typed, or the plain remark that nothing was."""
    return text.strip() or NOT_STATED


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rounded(value: float, step: Decimal) -> Decimal:
    """Half goes up, as spreadsheets do it: the document and the workbook must show one figure."""
    return Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
