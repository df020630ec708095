"""Numbers and dates that stand for a missing value, such as 9999 or 1900-01-01, told by the values around them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from readiness.audit.dialect import full_match
from readiness.audit.findings import Findings
from readiness.audit.report import Hint
from readiness.audit.rules import DATED, NUMERIC, FieldKind, FieldRule
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NINES = r"9{3,9}(?:\.(?:0+|9+))?"
_MINUS = r"-(?:1|9{1,6})(?:\.0+)?"
_FEWEST = 3  # a placeholder number repeats; one such value may be a measurement
_DAYS = (
    (1, 1, 1), (1111, 11, 11), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1901, 1, 1), (1970, 1, 1),
    (2999, 12, 31), (9999, 12, 31), (9999, 1, 1),
)  # fmt: skip
_YEARS_APART = 10
_LEAST_SHARE = 0.0005
_TIMES_NEIGHBOURS = 2  # as often as the numbers beside it: else it is one measurement among others
_PARTS = re.compile("yyyy|mm|dd")
_NUMBERS = (
    *(sign + "9" * length + end for length in range(3, 10) for sign in ("", "-") for end in ("", ".0", ".00")),
    "-1", "-1.0", "-1.00", "-9", "-99",
)  # fmt: skip
_FILLED_KINDS = frozenset(
    {
        FieldKind.IDENTIFIER, FieldKind.PHONE, FieldKind.EMAIL, FieldKind.NAME, FieldKind.ADDRESS, FieldKind.POSTCODE,
        FieldKind.TEXT, FieldKind.CATEGORY, FieldKind.ANNOTATOR,
    }
)  # fmt: skip
_FILLER_WORDS = (
    "test", "tests", "testing", "test test", "tester", "xxx", "xxxx", "xxxxx", "xx", "asdf", "asdfg", "asdfgh",
    "asdfasdf", "qwerty", "qwertz", "dummy", "foo", "foobar", "foo bar", "foo@bar.com", "lorem ipsum", "abc", "abcd",
    "abcde", "abc123", "sample", "example", "aaa", "aaaa", "zzz", "zzzz", "todo", "delete me", "do not use", "fake",
    "john doe", "jane doe", "max mustermann", "erika mustermann", "mustermann", "jean dupont", "test@test.com",
    "test@example.com", "a@a.com", "a@b.com", "noreply@example.com", "none@none.com", "na@na.com", "test@test.de",
    "n.n.", "12345678", "123456789", "1234567890", "0123456789", "0000", "000-000-0000", "123-456-7890", "555-555-5555",
    "999-999-9999", "111-111-1111", "(000) 000-0000", "(555) 555-5555", "(999) 999-9999", "000-00-0000", "123-45-6789",
    *(digit * length for digit in "0123456789" for length in range(5, 13)),
)  # fmt: skip
_FILLER_SHARE = 0.05  # of the records; a word that more of them hold is one of the field's own
_LONGEST = 30  # characters of a filler, with a time of day
_FIELDS_AT_ONCE = 24


def placeholder_values(
    connection: DuckDBPyConnection, *, numbers: Sequence[int], dates: Sequence[int]
) -> dict[int, dict[str, int]]:
    """By position: values, as written, that stand far from all others and are known as fillers, with their records.

    A run of nines counts when it is more than ten times the next largest value, a minus one (or nines) when nothing
    else is negative, a date when no other one lies within ten years. Reads sampled_values and sampled_dates.
    """
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for positions, query in ((numbers, _number_query), (dates, _date_query)):
        if positions:
            for position, value, count in connection.execute(query(positions)).fetchall():
                found[position][value] = int(count)
    return dict(found)


def _number_query(positions: Sequence[int]) -> str:
    number = "TRY_CAST(text AS DOUBLE)"
    counted = (
        f"SELECT position, value, n, {number} AS number, {full_match('text', _NINES)} AS nines, "
        f"{full_match('text', _MINUS)} AS minus FROM sampled_values WHERE position IN {_listed(positions)} AND "
        f"{number} IS NOT NULL"
    )
    around = (
        "SELECT position, max(number) FILTER (WHERE NOT nines) AS largest, min(number) FILTER (WHERE NOT minus) AS "
        "least "
        f"FROM ({counted}) GROUP BY position"
    )
    return (
        f"SELECT one.position, value, n FROM ({counted}) AS one JOIN ({around}) AS around ON one.position = "
        "around.position "
        f"WHERE n >= {_FEWEST} AND ((nines AND number > 10 * greatest(largest, 1)) OR (minus AND least >= 0)) "
        "ORDER BY one.position, value"
    )


def _date_query(positions: Sequence[int]) -> str:
    known = " OR ".join(f"(year_a = {year} AND month_a = {month} AND day_a = {day})" for year, month, day in _DAYS)
    marked = (
        f"SELECT position, value, n, year_a, ({known}) AS known FROM sampled_dates "
        f"WHERE position IN {_listed(positions)} AND date_fault <> 'impossible'"
    )
    near = f"SELECT 1 FROM ({marked}) AS other WHERE other.position = one.position AND NOT other.known"
    return (
        f"SELECT position, value, n FROM ({marked}) AS one WHERE known AND EXISTS ({near}) "
        f"AND NOT EXISTS ({near} AND abs(other.year_a - one.year_a) < {_YEARS_APART}) ORDER BY position, value"
    )


# --- what the audit finds ---------------------------------------------------------------------------------------------


def find_fillers(findings: Findings) -> None:
    """Adds hints about values that look like fillers and were counted as values all the same.

    Numbers and dates that are known as fillers are told with what speaks against it; `test`, `xxx` and 1111111 among
    names and codes are only shown.
    """
    _hint_at_numbers(findings, [rule for rule in findings.looked_at if rule.kind in NUMERIC])
    _hint_at_dates(findings, [rule for rule in findings.looked_at if rule.kind in DATED])
    _hint_at_words(findings, [rule for rule in findings.looked_at if rule.kind in _FILLED_KINDS])


def _hint_at_numbers(findings: Findings, rules: Sequence[FieldRule]) -> None:
    counted = _counted(findings, rules, lambda rule: (f"c{rule.position}", _NUMBERS))
    for rule in rules:
        fewest = max(_FEWEST, _LEAST_SHARE * findings.records)
        found = {value: n for value, n in counted.get(rule.position, {}).items() if n >= fewest}
        if not found:
            continue
        number = f"TRY_CAST(c{rule.position} AS DOUBLE)"
        beside = ", ".join(f"count(CASE WHEN abs({number} - {float(value)!r}) = 1 THEN 1 END)" for value in found)
        least, most, *neighbours = findings.one(
            f"SELECT coalesce(min({number}), 0), coalesce(max({number}), 0), {beside} FROM {findings.sound} "
            f"WHERE c{rule.position} NOT IN {_quoted(_NUMBERS)}"
        )
        standing = {
            value: n
            for (value, n), near in zip(found.items(), neighbours, strict=True)
            if n >= _TIMES_NEIGHBOURS * near
        }
        if standing:
            reasons = [_why_number(value, n, least, most) for value, n in sorted(standing.items())]
            _add_hint(findings, rule, "placeholder_rejected", f"Counted as a value: {rule.field}", reasons, standing)


def _why_number(value: str, count: int, least: float, most: float) -> str:
    if value.startswith("-") and least < 0:
        against = "other values below zero occur"
    elif not value.startswith("-") and float(value) <= 10 * max(most, 1.0):
        against = f"values up to {most:,.10g} lie around it"
    else:
        against = "the field's rule does not count it as missing"
    return f"{value} stands {count:,} times, but {against}, so it counts as a value."


def _hint_at_dates(findings: Findings, rules: Sequence[FieldRule]) -> None:
    known = {rule.position: _days_in(rule.format) for rule in rules}
    dated = [rule for rule in rules if known[rule.position]]
    counted = _counted(
        findings, dated, lambda rule: (f"left(c{rule.position}, {_body_length(rule.format)})", known[rule.position])
    )
    for rule in dated:
        found = {value: n for value, n in counted.get(rule.position, {}).items() if n >= _FEWEST}
        if found:
            reasons = [_why_date(findings, rule, value, n) for value, n in sorted(found.items())]
            _add_hint(findings, rule, "placeholder_rejected", f"Counted as a value: {rule.field}", reasons, found)


def _why_date(findings: Findings, rule: FieldRule, value: str, count: int) -> str:
    place = rule.format.index("yyyy")
    year = f"TRY_CAST(substring(c{rule.position}, {place + 1}, 4) AS INTEGER)"
    (near,) = findings.one(
        f"SELECT count(*) FROM {findings.sound} WHERE abs({year} - {int(value[place : place + 4])}) < {_YEARS_APART} "
        f"AND left(c{rule.position}, {len(value)}) <> {quote_literal(value)}"
    )
    plural = "dates lie" if near > 1 else "date lies"
    against = (
        f"{near:,} other {plural} within {_YEARS_APART} years of it"
        if near
        else "the field's rule does not count it as missing"
    )
    return f"{value} stands {count:,} times, but {against}, so it counts as a value."


def _days_in(name: str) -> tuple[str, ...]:
    """The days known as fillers, as the format writes them; () for a format of no fixed width."""
    body = name[: _body_length(name)]
    if not {"yyyy", "mm", "dd"} <= set(_PARTS.findall(body)) or _PARTS.sub("", body).strip("-/."):
        return ()
    return tuple(
        body.replace("yyyy", f"{year:04}").replace("mm", f"{month:02}").replace("dd", f"{day:02}")
        for year, month, day in _DAYS
    )


def _body_length(name: str) -> int:
    clock = name.find("hh")
    return len(name) if clock < 0 else clock - 1


def _hint_at_words(findings: Findings, rules: Sequence[FieldRule]) -> None:
    counted = _counted(findings, rules, lambda rule: (f"c{rule.position}", _FILLER_WORDS))
    for rule in rules:
        found = counted.get(rule.position, {})
        records = sum(found.values())
        if 0 < records <= max(1.0, _FILLER_SHARE * findings.records):
            said = f"{records:,} values look" if records > 1 else "One value looks"
            text = f"{said} like something typed to fill the field; nothing was counted as missing for it."
            _add_hint(findings, rule, "filler_value", f"Looks typed to fill the field: {rule.field}", [text], found)


def _counted(
    findings: Findings, rules: Sequence[FieldRule], wanted: Callable[[FieldRule], tuple[str, Sequence[str]]]
) -> dict[int, dict[str, int]]:
    """How often each wanted text stands as a value, by position."""
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for start in range(0, len(rules), _FIELDS_AT_ONCE):
        part = rules[start : start + _FIELDS_AT_ONCE]
        known = sorted({value for rule in part for value in wanted(rule)[1]})
        cells = " UNION ALL ".join(
            f"SELECT {rule.position} AS position, {wanted(rule)[0]} AS text FROM {findings.sound} "
            f"WHERE length(c{rule.position}) <= {_LONGEST}"
            for rule in part
        )
        rows = findings.rows(
            f"SELECT position, text, count(*) FROM ({cells}) WHERE lower(text) IN {_quoted(known)} "
            "GROUP BY position, text ORDER BY position, text"
        )
        allowed = {rule.position: _not_missing(rule, wanted(rule)[1]) for rule in part}
        for position, text, count in rows:
            if text.lower() in allowed[position]:
                found[position][text] = int(count)
    return found


def _not_missing(rule: FieldRule, values: Sequence[str]) -> set[str]:
    """Those of `values` that the rule does not count as missing, with or without a time of day behind them."""
    missing = [word.strip().lower() for word in rule.missing_tokens]
    return {value for value in values if not any(word.startswith(value.lower()) for word in missing)}


def _add_hint(
    findings: Findings, rule: FieldRule, kind: str, title: str, texts: Sequence[str], found: dict[str, int]
) -> None:
    examples = tuple(sorted(found, key=lambda value: (-found[value], value))[:5])
    findings.hints.append(
        Hint(
            id=f"{kind}: {rule.field}",
            kind=kind,
            fields=(rule.field,),
            title=title,
            text=" ".join(texts),
            records=sum(found.values()),
            examples=examples,
        )
    )


def _quoted(values: Sequence[str]) -> str:
    return "(" + ", ".join(quote_literal(value) for value in values) + ")"


def _listed(positions: Sequence[int]) -> str:
    return "(" + ", ".join(str(position) for position in positions) + ")"
