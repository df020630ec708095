"""Whether a field's dates have the day or the month first: decided for the field, with what decided it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from readiness.audit.dialect import extract, replace_all
from readiness.audit.evidence import FieldEvidence, sampled_records
from readiness.audit.findings import Findings
from readiness.audit.rules import DATED, DayMonthOrder, FieldRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

_TOLERATED = 0.05  # of the deciding values may say the opposite: strays in the other order
_MOST_BREAKS = 0.01  # of the steps between records may go backward in a sorted file
_FEWEST_BREAKS = 3  # the wrong reading of a sorted file goes backward at nearly every change of month
_FEWEST_NEIGHBOURS = 20
_FIELDS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class OrderDecision:
    order: DayMonthOrder
    reason: str  # one clause; empty where the question does not arise


def decide_orders(
    connection: DuckDBPyConnection, fields: Sequence[FieldEvidence], width: int
) -> dict[int, OrderDecision]:
    """The day-month order of each date field, by position.

    Decided by values above 12, else by the records' order, else by a period inside one month, else by the file's
    other date fields.
    """
    decided = {field.position: _by_values(field) for field in fields}
    for field in fields:
        if decided[field.position] is None:
            decided[field.position] = _by_neighbours(connection, field.position, width)
    others = {found.order for found in decided.values() if found is not None} - {DayMonthOrder.UNDECIDED}
    return {position: found or _by_other_fields(others) for position, found in decided.items()}


def _by_values(field: FieldEvidence) -> OrderDecision | None:
    """What values with a number above 12 say; None where only small numbers occur."""
    day, month = field.date_orders["day"], field.date_orders["month"]
    either = field.date_orders["either"] + field.date_orders["same"]
    if not day + month + either:
        return OrderDecision(DayMonthOrder.UNDECIDED, "")
    if not day + month:
        return None
    few = max(1.0, _TOLERATED * (day + month)) if day + month >= 10 else 0.0
    if month <= few and day > month:
        return OrderDecision(
            DayMonthOrder.DAY_FIRST, f"day first, since {day:,} have a day above 12 in front{_but(month)}"
        )
    if day <= few and month > day:
        return OrderDecision(
            DayMonthOrder.MONTH_FIRST, f"month first, since {month:,} have a day above 12 behind{_but(day)}"
        )
    return OrderDecision(
        DayMonthOrder.UNDECIDED,
        f"day-month order undecided: {day:,} values can only be day first and {month:,} only month first",
    )


def _but(strays: int) -> str:
    return f", against {strays:,} the other way" if strays else ""


def _by_neighbours(connection: DuckDBPyConnection, position: int, width: int) -> OrderDecision | None:
    """What the order of the records, or a period within one month, says about dates of small numbers."""
    text = f"trim({replace_all(f'c{position}', '[[:space:]]+', ' ')})"
    pattern = r"^([0-9]{1,2})[/\-]([0-9]{1,2})[/\-]([0-9]{2,4})(?:[ T].*)?$"
    parts = ", ".join(
        f"TRY_CAST({extract('t', pattern, place)} AS INTEGER) AS {name}"
        for place, name in ((1, "a"), (2, "b"), (3, "y"))
    )
    keys = (
        "SELECT record, y * 10000 + b * 100 + a AS day_key, y * 10000 + a * 100 + b AS month_key, a, b FROM "
        f"(SELECT record, {parts} FROM (SELECT record, {text} AS t FROM {sampled_records(connection, width)}))"
    )
    steps = (
        "SELECT a, b, day_key - lag(day_key) OVER (ORDER BY record) AS day_step, "
        f"month_key - lag(month_key) OVER (ORDER BY record) AS month_step FROM ({keys}) WHERE a IS NOT NULL"
    )
    row = connection.execute(
        "SELECT count(day_step), count(*) FILTER (WHERE day_step < 0), count(*) FILTER (WHERE day_step > 0), "
        "count(*) FILTER (WHERE month_step < 0), count(*) FILTER (WHERE month_step > 0), "
        f"count(DISTINCT a), count(DISTINCT b) FROM ({steps})"
    ).fetchone()
    if row is None or row[0] < _FEWEST_NEIGHBOURS:
        return None
    count, day_falls, day_rises, month_falls, month_rises, firsts, seconds = row
    day_breaks, month_breaks = min(day_falls, day_rises), min(month_falls, month_rises)
    if _is_sorted_only(day_breaks, month_breaks, count):
        return OrderDecision(
            DayMonthOrder.DAY_FIRST, "day first, since the records are sorted when read so and not otherwise"
        )
    if _is_sorted_only(month_breaks, day_breaks, count):
        return OrderDecision(
            DayMonthOrder.MONTH_FIRST, "month first, since the records are sorted when read so and not otherwise"
        )
    return _by_period(int(firsts), int(seconds))


def _is_sorted_only(breaks: int, other_breaks: int, count: int) -> bool:
    """Whether the records are in order under one reading and visibly not under the other."""
    return breaks <= _MOST_BREAKS * count and other_breaks >= max(_FEWEST_BREAKS, 10 * breaks)


def _by_period(firsts: int, seconds: int) -> OrderDecision | None:
    if seconds == 1 and firsts >= 6:
        return OrderDecision(
            DayMonthOrder.DAY_FIRST, f"day first, since the second number never changes over {firsts} first ones"
        )
    if firsts == 1 and seconds >= 6:
        return OrderDecision(
            DayMonthOrder.MONTH_FIRST, f"month first, since the first number never changes over {seconds} second ones"
        )
    return None


def _by_other_fields(others: set[DayMonthOrder]) -> OrderDecision:
    if len(others) == 1:
        order = next(iter(others))
        return OrderDecision(order, f"{order}, as in the file's other date fields; no value of its own shows it")
    return OrderDecision(DayMonthOrder.UNDECIDED, "day-month order undecided: no value has a day above 12")


# --- what the audit says about it -------------------------------------------------------------------------------------


def day_month_notes(findings: Findings) -> dict[int, str]:
    """By position, for the date fields whose values have an order: the order and what decided it, or that nothing did.

    For example `day first: 134 values can only be read that way; 210 may be either`.
    """
    ordered = [rule for rule in findings.looked_at if rule.kind in DATED and _has_order(rule)]
    notes: dict[int, str] = {}
    for start in range(0, len(ordered), _FIELDS_AT_ONCE):
        part = ordered[start : start + _FIELDS_AT_ONCE]
        rows = findings.rows(" UNION ALL ".join(_heads(findings, rule) for rule in part) + " ORDER BY position")
        notes |= {row[0]: _note(rule, *row[1:]) for rule, row in zip(part, rows, strict=True)}
    return notes


def _has_order(rule: FieldRule) -> bool:
    return any(mark in rule.format for mark in ("dd/mm", "mm/dd", "dd-mm", "mm-dd-", " or "))


def _heads(findings: Findings, rule: FieldRule) -> str:
    """One row (position, day, month, either): how many values have a first or second number above 12, or neither."""
    head = f"SELECT substring(trim(c{rule.position}), 1, 6) AS head, count(*) AS n FROM {findings.sound} GROUP BY head"
    numbers = ", ".join(
        f"TRY_CAST({extract('head', '^([0-9]{1,2})[/-]([0-9]{1,2})[/-]', place)} AS INTEGER) AS {name}"
        for place, name in ((1, "a"), (2, "b"))
    )
    counts = ", ".join(
        f"coalesce(sum(CASE WHEN {condition} THEN n END), 0)"
        for condition in (
            "a BETWEEN 13 AND 31 AND b BETWEEN 1 AND 12",
            "b BETWEEN 13 AND 31 AND a BETWEEN 1 AND 12",
            "a BETWEEN 1 AND 12 AND b BETWEEN 1 AND 12 AND a <> b",
        )
    )
    return f"SELECT {rule.position} AS position, {counts} FROM (SELECT n, {numbers} FROM ({head}))"


def _note(rule: FieldRule, day: int, month: int, either: int) -> str:
    order = rule.day_month_order
    if order is DayMonthOrder.UNDECIDED:
        for_either = (
            f"{int(day):,} values can only be day first and {int(month):,} only month first; " if day + month else ""
        )
        return f"day-month order undecided: {for_either}{int(either):,} may be either"
    only, other = (day, month) if order is DayMonthOrder.DAY_FIRST else (month, day)
    against = f", {int(other):,} only the other way" if other else ""
    if only:
        values = "value" if only == 1 else "values"
        return f"{order}: {int(only):,} {values} can only be read that way{against}; {int(either):,} may be either"
    return f"{order}, {_decided_by(rule)}{against}; {int(either):,} may be either"


def _decided_by(rule: FieldRule) -> str:
    """What decided the order where no value shows it, in the words of the suggestion."""
    start = f"{rule.day_month_order}, "
    clauses = rule.suggested_because.rstrip(".").split("; ")
    found = next((clause for clause in clauses if clause.startswith(start)), "")
    return found.removeprefix(start) if found and not rule.edited else "as the field's rule says"
