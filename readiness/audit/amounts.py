"""How amounts and other numbers are written: SQL that takes a value apart, and the format expected of a field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from readiness.audit.dialect import extract, full_match
from readiness.audit.rules import DecimalMark
from readiness.errors import InvalidValueError
from readiness.sql import quote_literal

SPACES = " \u00a0\u2007\u2009\u202f"  # plain, no-break, figure, thin and narrow no-break
_APOSTROPHES = "'\u2019"
_SIGNS = "$£€¥₹₽₩₺₴₦฿₫₪"
_CODES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KES|KRW|MAD|MXN|MYR|NGN|NOK|NZD|"
    "PEN|PHP|PKR|PLN|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
_CURRENCY = rf"(?:(?:US|CA|A|R|NZ|HK)?[{_SIGNS}]|(?i:{_CODES})|kr\.?|zł|Fr\.|Kč)"
_MINUS = r"\-" + "\u2212\u2013"  # escaped: it stands in character classes
_UNIT = r"(?:[A-Za-zµ°Ωé][^0-9(]*|°[CF]?|[²³][^0-9]*)"
_NUMBER = rf"[0-9.,{SPACES}{_APOSTROPHES}]*[0-9]\.?"
_WHOLE = (
    rf"([({_MINUS}+]?[{SPACES}]*(?:{_CURRENCY})?[{SPACES}]*[({_MINUS}+]?[{SPACES}]*)"
    rf"({_NUMBER})"
    rf"([eE][+-]?[0-9]+)?"
    rf"([{SPACES}]*(?:%|{_CURRENCY}|{_UNIT})?[{SPACES}]*[){_MINUS}]?)"
)

_POINT_GROUPS = r"[0-9]{1,3}(?:\.[0-9]{3})+"
_FORMS: tuple[
    tuple[str, str, str, str], ...
] = (  # form, pattern, decimal mark, thousands separator; the first that fits
    ("integer", r"[0-9]+", "", ""),
    ("point3", r"[1-9][0-9]{0,2}\.[0-9]{3}", ".", ""),  # 1.234: a thousand or one and a bit, by the field's mark
    ("comma3", r"[1-9][0-9]{0,2},[0-9]{3}", ",", ""),
    ("point", r"[0-9]*\.[0-9]+|[0-9]+\.", ".", ""),
    ("comma", r"[0-9]*,[0-9]+", ",", ""),
    ("comma groups", r"[0-9]{1,3}(?:,[0-9]{3})+", "", ","),
    ("comma groups, point", r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*", ".", ","),
    ("point groups", _POINT_GROUPS, "", "."),
    ("point groups, comma", rf"{_POINT_GROUPS},[0-9]*", ",", "."),
    ("space groups", rf"[0-9]{{1,3}}(?:[{SPACES}][0-9]{{3}})+", "", " "),
    ("space groups, comma", rf"[0-9]{{1,3}}(?:[{SPACES}][0-9]{{3}})+,[0-9]*", ",", " "),
    ("space groups, point", rf"[0-9]{{1,3}}(?:[{SPACES}][0-9]{{3}})+\.[0-9]*", ".", " "),
    ("apostrophe groups", rf"[0-9]{{1,3}}(?:[{_APOSTROPHES}][0-9]{{3}})+(?:\.[0-9]*)?", ".", "'"),
    ("lakh groups", r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?", ".", ","),
)


_ANY_UNIT = "<unit>"  # in a format's name: units occur, and no spelling prevails
_SEVERAL_UNITS = "<units>"  # each value names its own, and that is meant so


@dataclass(frozen=True, slots=True)
class AmountFormat:
    """How a field's numbers are expected to be written. Empty parts are not expected, but a value may lack what is."""

    mark: str = ""  # "." or ","; "" while whole numbers are all that is known
    group: str = ""  # thousands separator
    currency: str = ""
    suffix: str = ""  # "%" or a unit
    negative: str = "-"  # "-", "()" or "trailing -"
    any_suffix: bool = False  # no single unit prevails, so none is expected
    several_units: bool = False  # grams beside millilitres: any unit is as expected

    @property
    def name(self) -> str:
        """The format as a number that shows it, such as `£1,234.56`."""
        decimals = f"{self.mark}56" if self.mark else ""
        number = f"{self.currency}1{self.group}234{decimals}"
        if self.several_units:
            number += f" {_SEVERAL_UNITS}"
        elif self.any_suffix:
            number += f" {_ANY_UNIT}"
        elif self.suffix:
            number += self.suffix if self.suffix == "%" else f" {self.suffix}"
        if self.negative == "()":
            return f"({number})"
        return f"{number}-" if self.negative == "trailing -" else number


def read_amount_format(name: str) -> AmountFormat:
    """The format that a name such as `1,234.56` or `£1.234,56` shows. Raises InvalidValueError for another text."""
    text = name.strip()
    negative = "()" if text.startswith("(") and text.endswith(")") else "trailing -" if text.endswith("-") else "-"
    text = text.strip("()").strip("-").strip()
    found = re.fullmatch(r"([^0-9]*?)\s*1([., '\u00a0\u202f\u2019]?)234(?:([.,])[0-9]+)?\s*([^0-9]*)", text)
    if found is None:
        raise InvalidValueError("format", name, "is not a number format; write it as 1234.56, 1,234.56 or £1.234,56")
    prefix, group, mark, suffix = (part or "" for part in found.groups())
    is_currency = re.fullmatch(_CURRENCY, suffix) is not None
    return AmountFormat(
        mark=mark,
        group={"\u00a0": " ", "\u202f": " ", "\u2019": "'"}.get(group, group),
        currency=prefix or (suffix if is_currency else ""),
        suffix="" if is_currency or suffix in (_ANY_UNIT, _SEVERAL_UNITS) else suffix,
        negative=negative,
        any_suffix=suffix == _ANY_UNIT,
        several_units=suffix == _SEVERAL_UNITS,
    )


def amount_columns(source: str) -> str:
    """A SELECT that adds to `source` (which has `text`, a trimmed value) what the text says as a number.

    Adds amount_form ('' when it is no number), amount_mark, amount_group, amount_currency, amount_suffix,
    amount_negative ('', '-', '()' or 'trailing -') and amount_exponent.
    """
    cut = (
        f"SELECT *, {extract('text', f'^{_WHOLE}$', 1)} AS amount_before, {extract('text', f'^{_WHOLE}$', 2)} AS "
        "amount_core, "
        f"{extract('text', f'^{_WHOLE}$', 3)} AS amount_exponent, {extract('text', f'^{_WHOLE}$', 4)} AS amount_after "
        f"FROM {source}"
    )
    named = f"SELECT *, {_form()} AS amount_core_form FROM ({cut})"
    return f"SELECT *, {_features()} FROM ({named})"


def amount_difference(expected: AmountFormat) -> str:
    """SQL text that says how a number differs from `expected`; '' where it can be read as expected.

    1.2e-05 is how every program writes a small number; 1.2E+11 is how one writes a long one and loses its digits.
    """
    small = f"(amount_exponent LIKE '_-%' AND {quote_literal(expected.mark)} <> ',')"
    return (
        f"CASE WHEN amount_form = '' THEN '' WHEN amount_exponent <> '' AND NOT {small} THEN 'in scientific notation' "
        f"WHEN amount_currency <> '' AND amount_currency <> {quote_literal(expected.currency)} THEN 'with ' || "
        "amount_currency "
        f"{_suffix_difference(expected)} {_mark_difference(expected)} {_group_difference(expected)} "
        f"WHEN amount_negative <> '' AND amount_negative <> {quote_literal(expected.negative)} "
        "THEN 'negative written as ' || amount_negative ELSE '' END"
    )


def amount_is_ambiguous(expected: AmountFormat) -> str:
    """SQL that is true where 1,234 or 1.234 may be a thousand or a decimal, since the field's mark is not known."""
    if expected.mark:
        return "false"
    return (
        f"(amount_form = 'comma3' AND {_is_not(expected.group, ',')}) OR (amount_form = 'point3' AND "
        f"{_is_not(expected.group, '.')})"
    )


def fast_amount_test(column: str, expected: AmountFormat) -> str:
    """A cheap SQL test that is true only for numbers in the expected format."""
    return full_match(column, strict_amount_pattern(expected))


def strict_amount_pattern(expected: AmountFormat) -> str:
    """A pattern for values in the expected format; used to cut a number out of a longer text, too."""
    decimals = rf"(?:{re.escape(expected.mark)}[0-9]+)?" if expected.mark else ""
    digits = "[0-9]+" if not expected.group else rf"(?:[0-9]{{1,3}}(?:{re.escape(expected.group)}[0-9]{{3}})*|[0-9]+)"
    if expected.mark and not expected.group:
        digits = "[0-9]+"
    suffix = "" if not expected.suffix or expected.any_suffix else rf" ?{re.escape(expected.suffix)}"
    return rf"-?(?:{re.escape(expected.currency)})?{digits}{decimals}{suffix}"


def mark_of(expected: AmountFormat) -> DecimalMark:
    return {".": DecimalMark.POINT, ",": DecimalMark.COMMA}.get(expected.mark, DecimalMark.UNDECIDED)


def _form() -> str:
    whens = " ".join(
        f"WHEN {full_match('amount_core', pattern)} THEN {quote_literal(form)}" for form, pattern, _, _ in _FORMS
    )
    return f"CASE WHEN amount_core = '' THEN '' {whens} ELSE '' END"


def _features() -> str:
    marks = " ".join(f"WHEN {quote_literal(form)} THEN {quote_literal(mark)}" for form, _, mark, _ in _FORMS)
    groups = " ".join(f"WHEN {quote_literal(form)} THEN {quote_literal(group)}" for form, _, _, group in _FORMS)
    decimal_in_group = "amount_core_form IN ('apostrophe groups', 'lakh groups') AND amount_core NOT LIKE '%.%'"
    before_currency, after_currency = extract("amount_before", _CURRENCY), extract("amount_after", _CURRENCY)
    after = f"trim(amount_after, '{SPACES})-\u2212\u2013')"
    is_currency = full_match(after, _CURRENCY)
    opened, closed = "amount_before LIKE '%(%'", "amount_after LIKE '%)'"
    twice = full_match("amount_before", rf".*[{_MINUS}+].*[{_MINUS}+].*")
    before_minus, after_minus = (
        full_match("amount_before", rf".*[{_MINUS}].*"),
        full_match("amount_after", rf".*[{_MINUS}]"),
    )
    return (
        f"CASE WHEN ({opened}) <> ({closed}) OR (({opened} OR {before_minus}) AND {after_minus}) OR {twice} "
        "THEN '' "
        "ELSE amount_core_form END AS amount_form, "
        f"CASE WHEN {decimal_in_group} THEN '' ELSE CASE amount_core_form {marks} ELSE '' END END AS amount_mark, "
        f"CASE amount_core_form {groups} ELSE '' END AS amount_group, "
        f"CASE WHEN {before_currency} <> '' THEN {before_currency} WHEN {is_currency} THEN {after_currency} ELSE '' "
        "END "
        "AS amount_currency, "
        f"CASE WHEN {is_currency} THEN '' ELSE {after} END AS amount_suffix, "
        f"CASE WHEN {opened} THEN '()' WHEN {before_minus} THEN '-' WHEN {after_minus} THEN 'trailing -' ELSE '' END "
        "AS amount_negative"
    )


def _suffix_difference(expected: AmountFormat) -> str:
    if expected.several_units:
        return ""
    if expected.any_suffix:
        return "WHEN amount_suffix <> '' THEN 'with the unit ' || amount_suffix || ', one of several spellings'"
    wanted = quote_literal(expected.suffix)
    missing = f"WHEN amount_suffix = '' THEN 'without ' || {wanted}" if expected.suffix else ""
    return f"WHEN amount_suffix <> '' AND amount_suffix <> {wanted} THEN 'with ' || amount_suffix {missing}"


def _mark_difference(expected: AmountFormat) -> str:
    if not expected.mark:
        return ""
    other = "," if expected.mark == "." else "."
    three = "comma3" if other == "," else "point3"  # under the expected mark this is a thousands separator
    word = "decimal comma" if other == "," else "decimal point"
    return f"WHEN amount_mark = '{other}' AND amount_form <> '{three}' THEN 'with a {word}'"


def _group_difference(expected: AmountFormat) -> str:
    """A separator that is not the expected one; a value without separators is read by any rule."""
    other = "," if expected.mark == "." else "." if expected.mark == "," else ""
    three = {",": "comma3", ".": "point3"}.get(other, "")
    cases = f"WHEN amount_group <> '' AND amount_group <> {quote_literal(expected.group)} THEN 'with {{}}' "
    named = cases.replace(
        "'with {}'", "'with thousands separated by ' || CASE amount_group WHEN ' ' THEN 'a space' ELSE amount_group END"
    )
    if three and expected.group != other:
        named += f"WHEN amount_form = '{three}' THEN 'with thousands separated by {other}' "
    return named


def _is_not(group: str, separator: str) -> str:
    return "false" if group == separator else "true"
