"""What a spreadsheet program did to values when the file passed through it.

Codes and phone numbers turned into rounded numbers or dates, zeros dropped at the front, dates left as serial numbers,
error cells. A value is only listed where the rest of its field shows what it must have been: a number in scientific
notation is a fault among identifiers and none among measurements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from readiness.audit.checks import Check
from readiness.audit.date_formats import date_columns
from readiness.audit.dialect import bytes_of, full_match, long_form
from readiness.audit.odd_cells import (
    CODE_AS_DATE,
    ERROR_CELL,
    FREE_KINDS,
    QUOTED,
    SCIENTIFIC,
    forget_odd_cells,
    keep_odd_cells,
)
from readiness.audit.report import Hint, Tier
from readiness.audit.rules import DATED, FieldKind, FieldRule
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from readiness.audit.findings import Findings

EXCEL_DAMAGE = Check(
    "excel_damage",
    "Damaged by a spreadsheet",
    "A spreadsheet program took the value for a number or a date and changed it, or left an error in its place.",
    Tier.NEEDS_REVIEW,
)
_RESTORABLE = replace(EXCEL_DAMAGE, tier=Tier.REPAIRABLE)  # in a field where nothing but the writing has changed

ZERO_DATE = r"(?:1900-01-00|0?0/0?1/1900|0?1/0?0/1900|00\.01\.1900)(?:[T ].*)?"
_SERIAL = r"[1-9][0-9]{4}(?:\.[0-9]+)?"
_FRACTION = r"0?\.[0-9]{2,}"
_CODE = r"[A-Za-z]*[-_./ ]?[0-9]+(?:[-_./ ]?[A-Za-z0-9]+)*|[A-Z][A-Z0-9-]{1,11}"
_SCREENED = 20_000  # records that show whether a field can have lost zeros or digits at all
_MOST_FIELDS = 512  # that are looked at one by one
_FEW = 0.2  # of a field's values; more of them is how the field is written
_CODES = 0.8
_KEEPS_ZEROS = 0.02  # of the full-width values that begin with a zero
_FEWEST = 20
_MOST_WIDTHS = 3
_DIGITS_KEPT = 15  # a spreadsheet's numbers have no more
_ROUNDED = f"(length(value) > {_DIGITS_KEPT} AND ltrim(substring(value, {_DIGITS_KEPT + 1}), '0') = '')"
_EPOCH = "DATE '1899-12-30'"
_LIMITS = (
    30, 32, 35, 40, 50, 60, 64, 80, 100, 120, 128, 140, 150, 160, 200, 240, 250, 254, 255, 256, 300, 400, 500, 511, 512,
    1000, 1023, 1024, 2000, 2047, 2048, 4000, 4095, 4096, 8000, 8192, 32000, 32767, 65535,
)  # fmt: skip
_TEXTS = frozenset({FieldKind.TEXT, FieldKind.NAME, FieldKind.ADDRESS, FieldKind.CATEGORY})


_REASONS = {
    "science": "rounded to scientific notation; the last digits are lost",
    "error": "an error of a spreadsheet formula or display",
    "month": "a code turned into a date",
    "quoted": "a spreadsheet's mark for text stands before the number",
    "zero": "an empty cell that was shown as day zero of 1900",
    "fraction": "a time left as a fraction of a day",
}
_WHOLE_CELLS = ("science", "error", "month", "quoted")  # flags of odd_cells


@dataclass(frozen=True, slots=True)
class _Found:
    """Damaged cells of one field: `rows` is SQL (record, line, value, reason); `lost`: nothing brings them back."""

    rule: FieldRule
    rows: str
    lost: bool
    kinds: tuple[str, ...] = ()  # edge cases of the field that say less about the same cell and make room


def find_excel_damage(findings: Findings) -> None:
    """Adds values that a spreadsheet program changed, and hints at text that was cut off."""
    found = [
        *_whole_cells(findings),
        *_misfits(findings),
        *_shortened_numbers(findings),
    ]
    for rule in findings.checked:
        of_field = [one for one in found if one.rule.position == rule.position]
        if of_field:
            _list(findings, rule, of_field)
    forget_odd_cells(findings)
    _hint_at_cut_text(findings)


# --- cells that look like nothing else --------------------------------------------------------------------------------


def _whole_cells(findings: Findings) -> Iterable[_Found]:
    """Scientific notation, error cells, codes turned into dates and quoted numbers, in fields of free values."""
    keep_odd_cells(findings)
    counts = ", ".join(f"count(*) FILTER (WHERE {name})" for name in _WHOLE_CELLS)
    rows = findings.rows(f"SELECT position, {counts} FROM odd_cells GROUP BY position ORDER BY position")
    by_position = {rule.position: rule for rule in findings.checked}
    for position, *hits in rows:
        if any(hits):
            field = _Field(findings, by_position[position])
            yield from (
                field.found(name)
                for name, count in zip(_WHOLE_CELLS, hits, strict=True)
                if count and field.is_damage(name, count)
            )


class _Field:
    """One field with cells that a spreadsheet may have written, and what its other values are like."""

    def __init__(self, findings: Findings, rule: FieldRule) -> None:
        self._rule = rule
        value = f"c{rule.position}"
        self._filled: int
        self._long: int
        self._codes: int
        self._years: int
        self._filled, self._long, self._codes, self._years = findings.one(
            f"SELECT count(*), count(*) FILTER (WHERE {full_match(value, '[0-9+() /.-]{5,}')}), "
            f"count(*) FILTER (WHERE {full_match(value, _CODE)} AND NOT {full_match(value, CODE_AS_DATE)}), "
            f"count(*) FILTER (WHERE {full_match(value, '(?:19|20)[0-9]{2}')}) "
            f"FROM records WHERE fault IS NULL AND {value} <> ''"
        )

    def is_damage(self, name: str, count: int) -> bool:
        """Whether the cells are out of place among the field's other values."""
        if name != "error" and count > max(1, _FEW * self._filled):
            return False
        others = self._filled - count
        if name == "science":
            return self._rule.kind is not FieldKind.TEXT or self._long >= _CODES * others
        if name == "month":
            return self._codes >= _CODES * others and self._years <= _FEW * others
        return True

    def found(self, name: str) -> _Found:
        reason = _REASONS[name]
        return _Found(
            self._rule,
            f"SELECT record, line, value, {quote_literal(reason)} FROM odd_cells WHERE position = "
            f"{self._rule.position} AND {name}",
            lost=name != "quoted",
            kinds=("format_stray",),
        )


# --- values that their field's check could not read -------------------------------------------------------------------


def _misfits(findings: Findings) -> Iterable[_Found]:
    """Serial numbers among dates, day fractions among times, error cells and the like, from the problem list."""
    tests = {
        "error": ERROR_CELL,
        "zero": ZERO_DATE,
        "serial": _SERIAL,
        "fraction": _FRACTION,
        "science": SCIENTIFIC,
        "month": CODE_AS_DATE,
        "quoted": QUOTED,
    }
    counts = ", ".join(f"count(*) FILTER (WHERE {full_match('value', pattern)})" for pattern in tests.values())
    rows = findings.rows(
        f"SELECT position, {counts} FROM problems WHERE position IS NOT NULL AND {_UNREAD} GROUP BY position "
        "ORDER BY position"
    )
    by_position = {rule.position: rule for rule in findings.checked}
    for position, *hits in rows:
        rule = by_position[position]
        for (name, pattern), count in zip(tests.items(), hits, strict=True):
            if not count:
                continue
            if name == "serial" and rule.kind in DATED:
                yield from _serials(findings, rule)
            elif _is_misfit(findings, rule, name):
                lost = name not in ("fraction", "quoted")
                yield _unread(rule, full_match("value", pattern), quote_literal(_REASONS[name]), lost=lost)


def _is_misfit(findings: Findings, rule: FieldRule, name: str) -> bool:
    """Whether an unread value of this form is damage in a field of this kind."""
    if name == "error":
        return True
    if name == "zero":
        return rule.kind in DATED
    if name == "fraction":
        return rule.kind is FieldKind.TIME
    if name == "science" and rule.kind is FieldKind.NUMBER:
        return _holds_codes(findings, rule)
    return name in ("science", "month", "quoted") and rule.kind in FREE_KINDS


_VAGUE = (
    "date_unknown", "date_impossible", "time_unknown", "amount_unparsable", "amount_format", "format_stray",
    "value_unknown",
)  # fmt: skip
_UNREAD = f"split_part(edge_case, ':', 1) IN ({', '.join(quote_literal(kind) for kind in _VAGUE)})"


def _unread(rule: FieldRule, test: str, reason: str, *, lost: bool) -> _Found:
    return _Found(
        rule,
        f"SELECT record, line, value, {reason} FROM problems WHERE position = {rule.position} AND {_UNREAD} AND {test}",
        lost=lost,
        kinds=_VAGUE,
    )


def _holds_codes(findings: Findings, rule: FieldRule) -> bool:
    """Whether a field of numbers holds whole ones of one length that no measurement has, as account numbers do."""
    value = f"c{rule.position}"
    filled, longs, widths = findings.one(
        f"SELECT count(*), count(*) FILTER (WHERE {full_match(value, '[0-9]{9,}')}), "
        f"count(DISTINCT length({value})) FILTER (WHERE {full_match(value, '[0-9]{9,}')}) "
        f"FROM records WHERE fault IS NULL AND {value} <> ''"
    )
    return bool(longs >= _CODES * filled and widths <= _MOST_WIDTHS)


def _serials(findings: Findings, rule: FieldRule) -> Iterable[_Found]:
    """Numbers that, counted in days as a spreadsheet does, fall among the field's other dates (or a year beside)."""
    column = f"c{rule.position}"
    texts = f"(SELECT DISTINCT trim({column}) AS text FROM {findings.sound} WHERE {column} <> '')"
    read = f"SELECT year_a FROM ({date_columns(texts, rule.day_month_order)}) WHERE date_fault IN ('', 'ambiguous')"
    year = "CASE WHEN year_a >= 100 THEN year_a WHEN year_a < 70 THEN 2000 + year_a ELSE 1900 + year_a END"
    first, last = findings.one(f"SELECT min({year}), max({year}) FROM ({read})")
    if first is None:
        return
    day = f"({_EPOCH} + CAST(floor(CAST(value AS DOUBLE)) AS INTEGER))"
    within = (
        f"extract(year FROM CASE WHEN {full_match('value', _SERIAL)} THEN {day} END) BETWEEN {first - 1} AND {last + 1}"
    )
    reason = f"'a date left as a serial number of days: ' || CAST({day} AS VARCHAR)"
    yield _unread(rule, f"{full_match('value', _SERIAL)} AND {within}", reason, lost=False)


# --- numbers that lost digits -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Width:
    """The values of one field that are nothing but digits, of one length."""

    width: int
    count: int
    zeros: int  # that begin with a zero
    rounded: int  # that have nothing but zeros from the sixteenth digit on


def _shortened_numbers(findings: Findings) -> Iterable[_Found]:
    """Codes whose leading zeros were dropped, and long numbers that were rounded to fifteen digits."""
    rules = [rule for rule in findings.checked if rule.kind in FREE_KINDS | {FieldKind.NUMBER}]
    if len(rules) > _MOST_FIELDS:
        _say_what_was_left_out(findings, len(rules))
    screened = _screened(findings, rules[:_MOST_FIELDS])
    widths = _widths(findings, screened)
    for rule in screened:
        yield from _lost_zeros(findings, rule, widths.get(rule.position, []))
        yield from _rounded(findings, rule, widths.get(rule.position, []))


def _screened(findings: Findings, rules: Sequence[FieldRule]) -> list[FieldRule]:
    """The fields in which leading zeros or very long numbers occur, by a look at some of the records."""
    if not rules:
        return []
    every = max(1, findings.records // _SCREENED)
    tests = ", ".join(
        f"count(*) FILTER (WHERE {full_match(f'c{rule.position}', '0[0-9]{2,}|[0-9]{16,}')})" for rule in rules
    )
    row = findings.one(f"SELECT {tests} FROM records WHERE fault IS NULL AND record % {every} = 0")
    return [rule for rule, hits in zip(rules, row, strict=True) if hits or rule.kind is FieldKind.POSTCODE]


def _widths(findings: Findings, rules: Sequence[FieldRule]) -> dict[int, list[_Width]]:
    """By position: the lengths of the values that are nothing but digits, shortest first."""
    if not rules:
        return {}
    columns = [f"c{rule.position}" for rule in rules]
    cells = long_form(f"(SELECT {', '.join(columns)} FROM {findings.sound})", columns)
    rows = findings.rows(
        "SELECT CAST(substring(name, 2) AS INTEGER) AS position, length(value) AS width, count(*), "
        f"count(*) FILTER (WHERE value LIKE '0%'), count(*) FILTER (WHERE {_ROUNDED}) FROM {cells} "
        f"WHERE {full_match('value', '[0-9]+')} GROUP BY position, width ORDER BY position, width"
    )
    found: dict[int, list[_Width]] = {}
    for position, *numbers in rows:
        found.setdefault(position, []).append(_Width(*numbers))
    return found


def _lost_zeros(findings: Findings, rule: FieldRule, widths: Sequence[_Width]) -> Iterable[_Found]:
    """Digits that are shorter than the field's one width, where values of that width show that zeros were kept."""
    total = sum(one.count for one in widths)
    if total < _FEWEST:
        return
    full, shorter = widths[-1], widths[:-1]
    keeps_zeros = full.zeros >= max(2, _KEEPS_ZEROS * full.count) or _is_five_digit_postcode(rule, full)
    if (
        full.width < 3
        or not shorter
        or any(one.zeros for one in shorter)  # a short value with a zero in front has lost nothing
        or full.count < _CODES * total
        or not keeps_zeros
    ):
        return
    value = f"c{rule.position}"
    shown = f"{value} AS value, lpad({value}, {full.width}, '0') AS whole"
    yield _Found(
        rule,
        f"SELECT record, line, value, 'leading zeros lost: ' || whole FROM (SELECT record, line, {shown} FROM "
        f"{findings.sound} WHERE {full_match(value, f'[0-9]{{1,{full.width - 1}}}')})",
        lost=False,
    )


def _is_five_digit_postcode(rule: FieldRule, full: _Width) -> bool:
    """Postcodes have one width by law, so the shorter ones speak even where every zero in front is gone."""
    return rule.kind is FieldKind.POSTCODE and full.width == 5 and not full.zeros


def _rounded(findings: Findings, rule: FieldRule, widths: Sequence[_Width]) -> Iterable[_Found]:
    """Numbers of more than fifteen digits that end in zeros from the sixteenth on, more often than by chance."""
    for one in widths:
        by_chance = 0.1 ** max(0, one.width - _DIGITS_KEPT)
        share = one.rounded / one.count
        if one.count >= _FEWEST and one.rounded >= 2 and 5 * by_chance <= share <= 0.9:
            yield _Found(
                rule,
                f"SELECT record, line, value, 'rounded to fifteen digits' FROM (SELECT record, line, c{rule.position} "
                f"AS value FROM {findings.sound}) WHERE {full_match('value', f'[0-9]{{{one.width}}}')} AND {_ROUNDED}",
                lost=True,
            )


def _say_what_was_left_out(findings: Findings, fields: int) -> None:
    findings.hints.append(
        Hint(
            id="excel_damage",
            kind="excel_damage",
            title="Damaged by a spreadsheet",
            text=f"Lost zeros and digits were looked for in the first {_MOST_FIELDS:,} of {fields:,} fields only.",
        )
    )


# --- the outcome ------------------------------------------------------------------------------------------------------


def _list(findings: Findings, rule: FieldRule, found: Sequence[_Found]) -> None:
    """Lists the field's damaged cells once each; what says less about the same cell is taken off the list."""
    everything = " UNION ALL ".join(f"({one.rows})" for one in found)
    findings.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE spreadsheet_found AS SELECT record, min(line) AS line, min(value) AS value, "
        f"min(reason) AS reason FROM ({everything}) AS every_one(record, line, value, reason) GROUP BY record"
    )
    vaguer = sorted({f"{kind}: {rule.field}" for one in found for kind in one.kinds})
    if vaguer:
        findings.connection.execute(
            f"DELETE FROM problems WHERE edge_case IN ({', '.join(quote_literal(name) for name in vaguer)}) "
            "AND record IN (SELECT record FROM spreadsheet_found)"
        )
    if findings.one("SELECT count(*) FROM spreadsheet_found")[0]:
        check = EXCEL_DAMAGE if any(one.lost for one in found) else _RESTORABLE
        findings.problems(
            check,
            "SELECT record, line, value, reason FROM spreadsheet_found",
            fields=rule.field,
            position=rule.position,
        )
    findings.connection.execute("DROP TABLE spreadsheet_found")


def _hint_at_cut_text(findings: Findings) -> None:
    """A hint for each text field in which several different values have exactly the greatest length, a usual limit."""
    rules = [rule for rule in findings.checked if rule.kind in _TEXTS and findings.distinct.get(rule.position, 0) >= 10]
    if not rules:
        return
    sizes = [f"max(length(c{rule.position}))" for rule in rules[:_MOST_FIELDS]]
    longest = findings.one(f"SELECT {', '.join(sizes)} FROM records WHERE fault IS NULL")
    for rule, size in zip(rules, longest, strict=False):
        if size in _LIMITS:
            _hint_if_cut(findings, rule)


def _hint_if_cut(findings: Findings, rule: FieldRule) -> None:
    value = f"c{rule.position}"
    rows = findings.rows(
        f"SELECT length({value}) AS size, count(DISTINCT {value}), count(*) FROM records "
        f"WHERE fault IS NULL AND {bytes_of(value)} >= {_LIMITS[0] - 5} GROUP BY size ORDER BY size DESC LIMIT 6"
    )
    size, different, records = rows[0]
    near = [count for other, count, _ in rows[1:] if other >= size - 5]
    if different >= 3 and different >= 4 * (sum(near) / 5 + 0.5):
        findings.hints.append(
            Hint(
                id=f"cut_off: {rule.field}",
                kind="cut_off",
                fields=(rule.field,),
                title=f"Text cut off: {rule.field}",
                text=f"{records:,} values are exactly {size:,} characters long and none is longer; "
                "they may have been cut off there.",
                records=records,
                examples=_examples(findings, value, size),
            )
        )


def _examples(findings: Findings, value: str, size: int) -> tuple[str, ...]:
    rows = findings.rows(
        f"SELECT DISTINCT left({value}, 120) AS example FROM {findings.sound} WHERE length({value}) = {size} "
        "ORDER BY example LIMIT 5"
    )
    return tuple(example for (example,) in rows)
