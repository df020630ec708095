"""SQL for what cells say as moments and as numbers, so that the cells of one record can be compared.

A moment is text that sorts by time, as precise as the cell is: `2024-03`, `2024-03-05`, `2024-03-05 14:30:00`. A cell
in its field's expected format is cut by position; the other ones, which are few, go through date_columns and
amount_columns. What is impossible, ambiguous or unreadable says nothing (NULL).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readiness.audit.amounts import AmountFormat, amount_columns, amount_is_ambiguous, read_amount_format
from readiness.audit.date_formats import date_columns, fast_date_test
from readiness.audit.dialect import days_between, extract, full_match, replace_all
from readiness.audit.rules import DATED, NUMERIC, DayMonthOrder, FieldRule
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SPACES = "[\\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+"
_SHORT_YEAR = "[^0-9]*[0-9]{1,2}[^0-9]+(?:[0-9]{1,2}|[A-Za-z]{3,9})[^0-9]+[0-9]{2}(?:[^0-9].*)?"
_YEARS_TOLD = 50  # a year of two digits says nothing about moments that lie further apart
_DAYS_A_YEAR = 365
_MOST_DECIMALS = 6
_DECIMALS_SHARE = 0.95  # of the values are written with no more decimals than count


@dataclass(frozen=True, slots=True)
class Cells:
    """Where cells stand, and SQL that tells their state.

    `source` is a relation (record, line, c0, ...), and `states` one with as many rows that the conditions on a field's
    cell can be asked of; both are read as `r`. The conditions: the cell is in the expected format; it holds nothing, or
    a word for missing; it holds something else.
    """

    source: str
    states: str
    fine: Callable[[FieldRule], str]
    blank: Callable[[FieldRule], str]
    odd: Callable[[FieldRule], str]


def is_comparable(rule: FieldRule) -> bool:
    return rule.check and rule.kind in DATED | NUMERIC


def keep_odd_cells(
    connection: DuckDBPyConnection, cells: Cells, rules: Sequence[FieldRule], *, above: float = 0.0
) -> frozenset[int]:
    """The positions of the fields with a larger share of odd cells than `above`, which are read.

    Leaves the table odd_cells, which comparable_cells needs.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE odd_cells (position INTEGER, value VARCHAR, moment VARCHAR, number DOUBLE)"
    )
    counts = ", ".join(f"count(*) FILTER (WHERE {cells.odd(rule)})" for rule in rules)
    total, *odd = connection.execute(f"SELECT count(*), {counts} FROM {cells.states} AS r").fetchone() or (0,)
    with_odd = [rule for rule, count in zip(rules, odd, strict=bool(odd)) if count > above * total]
    for order in DayMonthOrder:
        dated = [rule for rule in with_odd if rule.kind in DATED and rule.day_month_order is order]
        if dated:
            connection.execute(f"INSERT INTO odd_cells {_odd_moments(_odd_values(cells, dated), order)}")
    numeric = [rule for rule in with_odd if rule.kind in NUMERIC]
    if numeric:
        connection.execute(f"INSERT INTO odd_cells {_odd_numbers(_odd_values(cells, numeric), numeric)}")
    return frozenset(rule.position for rule in with_odd)


def comparable_cells(cells: Cells, rules: Sequence[FieldRule], odd: frozenset[int]) -> str:
    """SQL relation (record, line, and c, k, b of each rule): the cells of dated and numeric fields and what they say.

    k is a moment for a dated field and a number for a numeric one; b is true for a cell that holds nothing.
    """
    columns, joins = ["r.record", "r.line"], []
    for rule in rules:
        place, cell = rule.position, f"r.c{rule.position}"
        told = moment_in_format(rule, cell) if rule.kind in DATED else number_in_format(rule, cell)
        known = f"WHEN {cells.fine(rule)} THEN {told}" if told else ""
        other = ""
        if place in odd:
            kept = "moment" if rule.kind in DATED else "number"
            joins.append(f"LEFT JOIN odd_cells AS o{place} ON o{place}.position = {place} AND o{place}.value = {cell}")
            other = f"WHEN {cells.odd(rule)} THEN o{place}.{kept}"
        nothing = f"CAST(NULL AS {'VARCHAR' if rule.kind in DATED else 'DOUBLE'})"
        said = f"CASE {known} {other} ELSE {nothing} END" if known or other else nothing
        columns += [f"{cell} AS c{place}", f"{said} AS k{place}", f"{cells.blank(rule)} AS b{place}"]
    return f"(SELECT {', '.join(columns)} FROM {cells.source} AS r {' '.join(joins)})"


def forget_odd_cells(connection: DuckDBPyConnection) -> None:
    connection.execute("DROP TABLE IF EXISTS odd_cells")


def moment_in_format(rule: FieldRule, cell: str) -> str:
    """SQL for the moment of a cell in the field's expected format; '' where that cannot be cut by position."""
    name = rule.format
    if fast_date_test(cell, name) is None:
        return ""
    if name.startswith("yyyy-mm-dd") and "T" not in name:
        return cell if name == "yyyy-mm-dd" else _day_or_more(cell)
    day = name[:10] if "yyyy" in name else name[:8]
    year, month, date = (_part(cell, name, word) for word in ("yyyy" if "yyyy" in name else "yy", "mm", "dd"))
    if "yyyy" not in name:
        year = f"CASE WHEN {year} < '70' THEN '20' ELSE '19' END || {year}"
    written = f"{year} || '-' || {month} || '-' || {date}"
    if name.startswith("yyyy-mm-dd"):
        written = f"substring({cell}, 1, 10)"
    clock = len(name) - len(day) - 1
    return written if clock <= 0 else _day_or_more(f"({written} || ' ' || substring({cell}, {len(day) + 2}, {clock}))")


def number_in_format(rule: FieldRule, cell: str) -> str:
    """SQL for the number of a cell in the field's expected format."""
    expected = read_amount_format(rule.format)
    return f"TRY_CAST({_plain_digits(cell, expected)} AS DOUBLE)"


def comes_before(end: str, start: str) -> str:
    """SQL: whether the moment `end` lies before `start`, compared as precisely as the coarser one is written."""
    length = f"least(length({end}), length({start}))"
    return f"({end} < {start} AND left({end}, {length}) < left({start}, {length}))"


def days_from(start: str, end: str) -> str:
    """SQL: whole days from one moment to another; NULL where either names no day."""
    return days_between(f"TRY_CAST(left({start}, 10) AS DATE)", f"TRY_CAST(left({end}, 10) AS DATE)")


def too_far_to_tell(rules: Sequence[FieldRule], days: str) -> str:
    """SQL: whether the century of a year of two digits would decide; 'false' where all years have four."""
    short = any(rule.kind in DATED and _has_short_year(rule.format) for rule in rules)
    written_short = " OR ".join(full_match(f"trim(c{rule.position})", _SHORT_YEAR) for rule in rules)
    return f"(abs({days}) > {_YEARS_TOLD * _DAYS_A_YEAR} AND ({'true' if short else written_short}))"


def decimals_written(connection: DuckDBPyConnection, source: str, rules: Sequence[FieldRule]) -> dict[int, int]:
    """By position: how many decimals nearly all the field's values are written with at most."""
    formats = [(rule.position, read_amount_format(rule.format)) for rule in rules if rule.kind in NUMERIC]
    found = {position: 0 for position, _ in formats}
    wanted = [(position, expected) for position, expected in formats if expected.mark]
    if not wanted:
        return found
    counts = []
    for position, expected in wanted:
        cell = f"c{position}"
        digits = _decimals_of(cell, expected)
        counts.append(f"count({cell})")
        counts += [f"count(*) FILTER (WHERE {digits} <= {most})" for most in range(_MOST_DECIMALS)]
    row = connection.execute(f"SELECT {', '.join(counts)} FROM {source}").fetchone() or ()
    width = _MOST_DECIMALS + 1
    for place, (position, _) in enumerate(wanted):
        total, *within = row[place * width : (place + 1) * width]
        found[position] = next((n for n, count in enumerate(within) if count >= _DECIMALS_SHARE * total), width - 1)
    return found


def _decimals_of(cell: str, expected: AmountFormat) -> str:
    """SQL: the digits behind the decimal mark."""
    if expected == AmountFormat(mark=expected.mark, group=expected.group):
        place = f"position({quote_literal(expected.mark)} IN {cell})"
        return f"CASE WHEN {place} = 0 THEN 0 ELSE length({cell}) - {place} END"
    return f"length({extract(cell, f'[{expected.mark}]([0-9]+)', 1)})"


def _part(cell: str, name: str, word: str) -> str:
    return f"substring({cell}, {name.index(word) + 1}, {len(word)})"


def _day_or_more(moment: str) -> str:
    """SQL: midnight in full says no more than the day, since clocks that were never set say it too."""
    return f"CASE WHEN substring({moment}, 11) IN (' 00:00:00', ' 00:00') THEN left({moment}, 10) ELSE {moment} END"


def _has_short_year(name: str) -> bool:
    return "yy" in name and "yyyy" not in name


def _plain_digits(cell: str, expected: AmountFormat) -> str:
    """SQL for the text of a number in the expected format, with a point and nothing else beside its sign."""
    text = cell
    for part in (expected.currency, expected.group, "" if expected.any_suffix else expected.suffix):
        if part:
            text = f"replace({text}, {quote_literal(part)}, '')"
    if expected.mark == ",":
        text = f"replace({text}, ',', '.')"
    return f"trim({text})" if expected.suffix else text


def _odd_values(cells: Cells, rules: Sequence[FieldRule]) -> str:
    found = " UNION ".join(
        f"SELECT {rule.position} AS position, c{rule.position} AS value FROM {cells.source} AS r "
        f"WHERE {cells.odd(rule)}"
        for rule in rules
    )
    return f"(SELECT *, trim({replace_all('value', _SPACES, ' ')}) AS text FROM ({found}))"


def _odd_moments(source: str, order: DayMonthOrder) -> str:
    """position, value, moment and no number of any text that is a date; a clock with a zone says only the day."""
    month_first = "true" if order is DayMonthOrder.MONTH_FIRST else "false"
    swapped = f"(date_order = 'month' OR (date_order = 'either' AND {month_first}))"
    year = f"CASE WHEN {_in_short_year()} THEN year_a + CASE WHEN year_a < 70 THEN 2000 ELSE 1900 END ELSE year_a END"
    month = f"CASE WHEN {swapped} THEN day_a ELSE month_a END"
    day = f"CASE WHEN {swapped} THEN month_a ELSE day_a END"
    year, month, day = (_padded(part, width) for part, width in ((year, 4), (month, 2), (day, 2)))
    whole_month = "date_layout IN ('month', 'year-month')"
    moment = f"{year} || '-' || {month} || CASE WHEN {whole_month} THEN '' ELSE '-' || {day} || {_clock()} END"
    kept = _day_or_more("moment")
    said = f"SELECT position, value, CASE WHEN date_fault = '' THEN {moment} END AS moment"
    return f"SELECT position, value, {kept}, NULL FROM ({said} FROM ({date_columns(source, order)}))"


def _in_short_year() -> str:
    return "(year_a < 100 AND date_format LIKE '%yy%' AND date_format NOT LIKE '%yyyy%')"


def _padded(number: str, width: int) -> str:
    return f"lpad(CAST({number} AS VARCHAR), {width}, '0')"


def _clock() -> str:
    """SQL for ` hh:mm:ss` of date_clock; '' where there is none, or only with a zone other than UTC."""
    hour = f"CAST({extract('date_clock', '([0-9]{1,2}):', 1)} AS INTEGER)"
    rest = extract("date_clock", ":[0-9]{2}(?::[0-9]{2})?")
    half = f"lower({extract('date_clock', '([AaPp])[.]?[Mm]', 1)})"
    counted = f"CASE {half} WHEN 'a' THEN {hour} % 12 WHEN 'p' THEN {hour} % 12 + 12 ELSE {hour} END"
    zoned = full_match("date_clock", ".*[+-][0-9]{2}:?[0-9]{2}")
    return f"CASE WHEN date_clock = '' OR {zoned} THEN '' ELSE ' ' || {_padded(counted, 2)} || {rest} END"


def _odd_numbers(source: str, rules: Sequence[FieldRule]) -> str:
    """position, value, no moment and the number of any text that is one; another currency or unit says nothing."""
    numbers = " ".join(f"WHEN {rule.position} THEN {_number_under(read_amount_format(rule.format))}" for rule in rules)
    return (
        f"SELECT position, value, NULL, CASE position {numbers} END FROM "
        f"(SELECT *, {replace_all('amount_core', '[^0-9,.]', '')} AS core FROM ({amount_columns(source)}))"
    )


def _number_under(expected: AmountFormat) -> str:
    """SQL for the number that amount_columns' parts say in a field with that format."""
    mark = f"CASE WHEN amount_form IN ('point3', 'comma3') THEN {quote_literal(expected.mark)} ELSE amount_mark END"
    digits = (
        f"CASE {mark} WHEN ',' THEN replace(replace(core, '.', ''), ',', '.') WHEN '.' THEN replace(core, ',', '') "
        "ELSE replace(replace(core, ',', ''), '.', '') END"
    )
    size = f"TRY_CAST({digits} AS DOUBLE)"
    units = ", ".join(quote_literal(unit) for unit in sorted({"", expected.suffix}))
    currencies = ", ".join(quote_literal(sign) for sign in sorted({"", expected.currency}))
    told = (
        f"amount_form <> '' AND amount_exponent = '' AND NOT ({amount_is_ambiguous(expected)}) "
        f"AND amount_suffix IN ({units}) AND amount_currency IN ({currencies})"
    )
    return f"CASE WHEN {told} THEN CASE WHEN amount_negative <> '' THEN -({size}) ELSE {size} END END"
