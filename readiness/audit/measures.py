"""What cells say as numbers and days: a table of measures, and one text (a limit) read in the same way.

A day is measured as (year * 12 + month) * 31 + day, which grows with the calendar; the time of day is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from readiness.audit.amounts import amount_columns, amount_is_ambiguous, read_amount_format
from readiness.audit.checks import judged_values
from readiness.audit.date_formats import fast_date_test
from readiness.audit.dialect import replace_all
from readiness.audit.findings import FINE, UNSETTLED, Findings
from readiness.audit.rules import DATED, NUMERIC, DayMonthOrder, FieldRule
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CENTURY = 69  # two-digit years from here on are of the last century
_SPACES = "[\\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+"
_GROUPS = "[ \u00a0\u2007\u2009\u202f'\u2019]"


def is_measured(rule: FieldRule) -> bool:
    """Whether the field's values have a size: numbers of all kinds, and dates."""
    return rule.check and rule.kind in NUMERIC | DATED


def day_number(year: int, month: int, day: int) -> int:
    """The measure of a day."""
    return (year * 12 + month) * 31 + day


def day_of(number: float) -> tuple[int, int, int]:
    """Year, month and day of a measure; the inverse of day_number."""
    months, day = divmod(int(number) - 1, 31)
    year, month = divmod(months - 1, 12)
    return year, month + 1, day + 1


def make_measures(findings: Findings, rules: Sequence[FieldRule], table: str, *, unusual: float = 0.0) -> None:
    """Leaves the temporary table `table` (record, and m0, m1, ... by position): what each cell says, NULL for none.

    Values that are not in the field's expected format are read where they are more than the share `unusual` of the
    field's; reading them costs more than reading all others.
    """
    columns, joins, slow = ["r.record"], [], _with_unsettled(findings, rules, unusual)
    for rule in rules:
        position = rule.position
        fast = f"CASE WHEN v.v{position} = {FINE} THEN {_fast(rule, f'r.c{position}')} END"
        if position not in slow:
            columns.append(f"{fast} AS m{position}")
            continue
        values = f"{table}_{position}"
        _keep_unsettled(findings, rule, values)
        columns.append(f"coalesce({fast}, {values}.number) AS m{position}")
        key = f"CASE WHEN v.v{position} = {UNSETTLED} THEN r.c{position} END"
        joins.append(f"LEFT JOIN {values} ON {key} = {values}.value")
    findings.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(columns)} FROM records AS r "
        f"JOIN verdicts AS v ON r.record = v.record {' '.join(joins)}"
    )
    for position in slow:
        findings.connection.execute(f"DROP TABLE {table}_{position}")


def measure_of(connection: DuckDBPyConnection, rule: FieldRule, text: str) -> float | None:
    """What `text` says under the field's format; None when it is no number or date, or may be two."""
    row = connection.execute(
        f"SELECT number FROM ({_judged_numbers(rule, f'(SELECT {quote_literal(text)} AS value, 1 AS n)')})"
    ).fetchone()
    return None if row is None or row[0] is None else float(row[0])


def _with_unsettled(findings: Findings, rules: Sequence[FieldRule], unusual: float) -> tuple[int, ...]:
    """The positions of the fields that hold more than a share of values in another format than the expected one."""
    counts = ", ".join(
        f"count(CASE WHEN v{rule.position} = {verdict} THEN 1 END)" for rule in rules for verdict in (UNSETTLED, FINE)
    )
    row = findings.one(f"SELECT {counts} FROM verdicts")
    found = zip(rules, row[::2], row[1::2], strict=True)
    return tuple(rule.position for rule, unsettled, fine in found if unsettled > unusual * (unsettled + fine))


def _keep_unsettled(findings: Findings, rule: FieldRule, table: str) -> None:
    """Reads the values that are not in the expected format, each once."""
    position = rule.position
    values = (
        f"(SELECT r.c{position} AS value, count(*) AS n FROM records AS r JOIN verdicts AS v ON r.record = v.record "
        f"WHERE v.v{position} = {UNSETTLED} GROUP BY r.c{position})"
    )
    findings.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT value, number FROM ({_judged_numbers(rule, values)}) "
        "WHERE number IS NOT NULL"
    )


def _fast(rule: FieldRule, column: str) -> str:
    """SQL for a cell that is surely in the field's expected format."""
    return _fast_day(rule.format, column) if rule.kind in DATED else _fast_number(rule, column)


def _fast_day(name: str, column: str) -> str:
    if fast_date_test(column, name) is None:
        return "CAST(NULL AS DOUBLE)"
    length = 4 if "yyyy" in name else 2
    year = f"CAST(substring({column}, {name.index('yy') + 1}, {length}) AS INTEGER)"
    month = f"CAST(substring({column}, {name.index('mm') + 1}, 2) AS INTEGER)"
    day = f"CAST(substring({column}, {name.index('dd') + 1}, 2) AS INTEGER)"
    return f"CAST({_day(_full_year(year) if length == 2 else year, month, day)} AS DOUBLE)"


def _full_year(year: str) -> str:
    return f"({year} + CASE WHEN {year} >= {CENTURY} THEN 1900 ELSE 2000 END)"


def _day(year: str, month: str, day: str) -> str:
    return f"(({year} * 12 + {month}) * 31 + {day})"


def _fast_number(rule: FieldRule, column: str) -> str:
    expected = read_amount_format(rule.format)
    text = column
    for part in (expected.currency, "" if expected.any_suffix else expected.suffix, expected.group):
        text = f"replace({text}, {quote_literal(part)}, '')" if part else text
    text = f"replace({text}, ',', '.')" if expected.mark == "," else text
    return f"TRY_CAST(trim({text}) AS DOUBLE)"


def _judged_numbers(rule: FieldRule, source: str) -> str:
    """A SELECT (value, number) of the values in `source` (value, n), however they are written."""
    trimmed = f"(SELECT *, trim({replace_all('value', _SPACES, ' ')}) AS text FROM {source})"
    if rule.kind in DATED:
        return f"SELECT value, {_judged_day(rule.day_month_order)} AS number FROM ({judged_values(rule, source)})"
    return f"SELECT value, {_judged_number(rule)} AS number FROM ({amount_columns(trimmed)})"


def _judged_day(order: DayMonthOrder) -> str:
    month_first = "possible_b AND date_layout = 'ab'" if order is DayMonthOrder.MONTH_FIRST else "false"
    swapped = f"(({month_first}) OR (possible_b AND NOT possible_a))"
    year = "CASE WHEN date_format LIKE '%yyyy%' THEN year_a ELSE " + _full_year("year_a") + " END"
    month = f"CASE WHEN {swapped} THEN day_a ELSE month_a END"
    day = f"CASE WHEN {swapped} THEN month_a ELSE day_a END"
    return f"CASE WHEN date_fault = '' THEN CAST({_day(f'({year})', f'({month})', f'({day})')} AS DOUBLE) END"


def _judged_number(rule: FieldRule) -> str:
    expected = read_amount_format(rule.format or "1234")
    bare = replace_all("amount_core", _GROUPS, "")
    point, comma = f"replace({bare}, ',', '')", f"replace(replace({bare}, '.', ''), ',', '.')"
    grouped = [quote_literal("point groups"), quote_literal("point groups, comma"), quote_literal("comma")]
    three = "WHEN amount_form = 'point3' THEN " + (comma if expected.mark == "," or expected.group == "." else point)
    other = "WHEN amount_form = 'comma3' THEN " + (point if expected.mark == "." or expected.group == "," else comma)
    spaced = "WHEN amount_form = 'space groups, comma' THEN " + comma
    text = f"CASE WHEN amount_form IN ({', '.join(grouped)}) THEN {comma} {three} {other} {spaced} ELSE {point} END"
    sign = "CASE WHEN amount_negative <> '' THEN '-' ELSE '' END"
    return (
        f"CASE WHEN amount_form <> '' AND NOT ({amount_is_ambiguous(expected)}) THEN "
        f"TRY_CAST({sign} || {text} || amount_exponent AS DOUBLE) END"
    )
