"""Values outside the limits that a person has set for a field. No limit is ever suggested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readiness.audit.checks import Check
from readiness.audit.findings import Findings
from readiness.audit.measures import is_measured, make_measures, measure_of
from readiness.audit.report import Tier
from readiness.audit.rules import DATED, NUMERIC, FieldRule
from readiness.errors import InvalidValueError
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VALUE_OUTSIDE_RANGE = Check(
    "value_outside_range",
    "Value outside the field's range",
    "The value can be read, but it lies beyond a limit that was set for the field.",
    Tier.NEEDS_REVIEW,
)
RANGE_CHECKS = (VALUE_OUTSIDE_RANGE,)
_FIELDS_AT_ONCE = 32


def find_outside_range(findings: Findings) -> None:
    """Lists the values below `low` or above `high` of their field's rule; a limit itself is inside.

    Dates are compared by their day. Raises InvalidValueError for a limit that cannot be read in its field.
    """
    limited = [rule for rule in findings.checked if rule.low.strip() or rule.high.strip()]
    limits = {rule.position: limits_of(findings.connection, rule) for rule in limited}
    for start in range(0, len(limited), _FIELDS_AT_ONCE):
        part = limited[start : start + _FIELDS_AT_ONCE]
        make_measures(findings, part, "limited_measures")
        for rule in part:
            _list_outside(findings, rule, *limits[rule.position])
        findings.connection.execute("DROP TABLE limited_measures")


def limits_of(connection: DuckDBPyConnection, rule: FieldRule) -> tuple[float | None, float | None]:
    """The least and the greatest measure that the rule allows; None for no limit. Raises InvalidValueError."""
    if not is_measured(rule):
        place, text = ("Lowest value", rule.low) if rule.low.strip() else ("Highest value", rule.high)
        raise InvalidValueError(
            f"{place} of {rule.field}", text, f"cannot be a limit, since the field holds {rule.kind} values, no numbers"
        )
    low = _limit(connection, rule, "Lowest value", rule.low)
    high = _limit(connection, rule, "Highest value", rule.high)
    if low is not None and high is not None and low > high:
        raise InvalidValueError(f"Lowest value of {rule.field}", rule.low, f"lies above the highest, {rule.high!r}")
    return low, high


def _limit(connection: DuckDBPyConnection, rule: FieldRule, place: str, text: str) -> float | None:
    if not text.strip():
        return None
    number = measure_of(connection, rule, text.strip())
    if number is None and rule.kind in NUMERIC:
        number = _plain_number(text)
    if number is None:
        what = "date" if rule.kind in DATED else "number"
        raise InvalidValueError(
            f"{place} of {rule.field}", text, f"is no {what}; write it as the field does, {rule.format or what}"
        )
    return number


def _plain_number(text: str) -> float | None:
    """A number written plainly (1234.5), for a field that may write its own in another way."""
    import math

    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _list_outside(findings: Findings, rule: FieldRule, low: float | None, high: float | None) -> None:
    measure, cell = f"m.m{rule.position}", f"r.c{rule.position}"
    tests = [
        (f"{measure} < {low!r}", f"below {rule.low.strip()}") if low is not None else None,
        (f"{measure} > {high!r}", f"above {rule.high.strip()}") if high is not None else None,
    ]
    found = [test for test in tests if test is not None]
    whens = " ".join(f"WHEN {condition} THEN {quote_literal(why)}" for condition, why in found)
    rows = (
        f"SELECT r.record, r.line, {cell}, CASE {whens} END FROM limited_measures AS m JOIN records AS r "
        f"ON r.record = m.record WHERE {' OR '.join(condition for condition, _ in found)}"
    )
    if findings.one(f"SELECT count(*) FROM ({rows})")[0]:
        findings.problems(VALUE_OUTSIDE_RANGE, rows, fields=rule.field, position=rule.position)
