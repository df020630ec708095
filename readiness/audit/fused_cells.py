"""Records in which the delimiter between two neighbouring fields was lost, so that one cell holds both values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readiness.audit.amounts import read_amount_format, strict_amount_pattern
from readiness.audit.checks import pattern_of
from readiness.audit.date_formats import strict_date_pattern
from readiness.audit.dialect import extract, full_match
from readiness.audit.reading.values import LineFault
from readiness.audit.rules import DATED, NUMERIC, FieldKind, FieldRule, FieldRules
from readiness.sql import quote_literal

_CODES = frozenset({FieldKind.IDENTIFIER, FieldKind.POSTCODE})
_WORDS = frozenset({FieldKind.TEXT, FieldKind.CATEGORY, FieldKind.NAME, FieldKind.COUNTRY, FieldKind.ADDRESS})
_AT_ONCE = 128  # fields or pairs in a query, which takes time by their square
_RARELY = 50  # at most one sound value in so many may end with a value of the neighbour


@dataclass(frozen=True, slots=True)
class FusedPair:
    """Two neighbouring fields, and SQL for the records whose one cell holds both: the test, and how the cell splits.

    The test needs the columns `first_misfit` and `last_misfit`, of which misfits gives the parts.
    """

    left: FieldRule
    right: FieldRule
    condition: str
    split: str

    @property
    def field(self) -> str:
        return f"{self.left.field} + {self.right.field}"


def fused_pairs(rules: FieldRules) -> tuple[FusedPair, ...]:
    """The pairs of neighbours whose kinds show where one value ends and the next begins."""
    pairs = []
    for left, right in zip(rules.rules, rules.rules[1:], strict=False):
        patterns = _cut_patterns(left, right)
        if patterns is not None:
            pairs.append(_pair(left, right, *patterns))
    return tuple(pairs)


def misfits(rules: FieldRules) -> Iterator[str]:
    """SELECTs (record, first_misfit, last_misfit) of the records one cell short, for some fields each.

    The first is the first field that its own cell misfits, the second the last one that the cell before it misfits. So
    each field is tested twice, not once for every pair.
    """
    short = f"FROM records WHERE fault = {quote_literal(LineFault.TOO_FEW_CELLS)} AND cells = {len(rules.rules) - 1}"
    for start in range(0, len(rules.rules), _AT_ONCE):
        part = rules.rules[start : start + _AT_ONCE]
        stay = [_misfit(rule, rule.position) for rule in part if rule.position < len(rules.rules) - 1]
        move = [_misfit(rule, rule.position - 1) for rule in part if rule.position]
        yield f"SELECT record, {_of_any('min', stay)}, {_of_any('max', move)} {short}"


def fused_records(pairs: tuple[FusedPair, ...], short: str) -> Iterator[str]:
    """SELECTs (record, line, first, last) of the pairs at which the records of `short` split, for some pairs each."""
    for start in range(0, len(pairs), _AT_ONCE):
        part = enumerate(pairs[start : start + _AT_ONCE], start=start)
        places = [f"CASE WHEN {pair.condition} THEN {place} END" for place, pair in part]
        yield f"SELECT record, line, {_of_any('min', places)}, {_of_any('max', places)} FROM {short}"


def swallowed_values(left: FieldRule, right: FieldRule) -> str | None:
    """A SELECT (record, line, value, reason) of records with `right` blank and one of its values at the end of `left`.

    None where the kinds do not call for it. A field whose values end so anyway (as addresses do) is left alone.
    """
    if left.kind not in _WORDS or right.kind not in _WORDS:
        return None
    cell, neighbour = f"c{left.position}", f"c{right.position}"
    tail = extract(cell, r"[\s,;/-]([^\s,;/-]+)\s*$", 1)
    sound = (
        f"SELECT {tail} AS tail, trim({neighbour}) AS own FROM records WHERE fault IS NULL AND trim({neighbour}) <> ''"
    )
    choices = f"SELECT own FROM ({sound}) WHERE length(own) >= 2 GROUP BY own HAVING count(*) >= 2"
    usual = f"SELECT count(*) FILTER (WHERE tail IN ({choices})) * {_RARELY} <= count(*) AS rarely FROM ({sound})"
    blank = (
        f"SELECT record, line, {cell} AS value, {tail} AS tail FROM records WHERE fault IS NULL AND "
        f"coalesce(trim({neighbour}), '') = ''"
    )
    return (
        f"SELECT record, line, value, 'ends with ' || tail || ', a value of the empty neighbour' FROM ({blank}), "
        f"({usual}) "
        f"WHERE rarely AND tail IN ({choices})"
    )


def _pair(left: FieldRule, right: FieldRule, left_pattern: str, right_pattern: str) -> FusedPair:
    cell = f"c{left.position}"
    whole = f"({left_pattern})({right_pattern})"
    others_fit = f"first_misfit >= {left.position} AND last_misfit <= {right.position}"
    condition = f"{others_fit} AND {full_match(cell, whole)}"
    parts = f"{extract(cell, f'^{whole}$', 1)} || ' + ' || {extract(cell, f'^{whole}$', 2)}"
    return FusedPair(left, right, f"({condition})", f"'splits into ' || {parts}")


def _cut_patterns(left: FieldRule, right: FieldRule) -> tuple[str, str] | None:
    """Patterns of the two values when their border is certain; None when it is not."""
    first, second = _value_pattern(left), _value_pattern(right)
    if first and second:
        widths_known = left.kind in DATED or right.kind in DATED
        return (first, second) if widths_known else None
    if first and not second:
        return (first, r"[^0-9\s.,/:%\-].*") if right.check else None
    if second and not first:
        return (r".*[^0-9\s.,/:$£€\-]", second) if left.check else None
    return None


def _value_pattern(rule: FieldRule) -> str:
    """A pattern for one value of the field that does not run into its neighbour; '' when there is none."""
    if rule.kind in DATED:
        return strict_date_pattern(rule.format) or ""
    if rule.kind in NUMERIC:
        return strict_amount_pattern(read_amount_format(rule.format))
    return rule.pattern if rule.kind in _CODES else ""


def _misfit(rule: FieldRule, cell: int) -> str:
    """SQL: the field's position where that cell cannot be its value, else NULL; '' where anything may be."""
    pattern = _value_pattern(rule) or pattern_of(rule)
    if not pattern:
        return ""
    fits = f"(c{cell} = '' OR {full_match(f'c{cell}', pattern)})"
    return f"CASE WHEN NOT coalesce({fits}, false) THEN {rule.position} END"


def _of_any(choice: str, places: Sequence[str]) -> str:
    """SQL: the least (min) or greatest (max) of the places that are not NULL."""
    known = [place for place in places if place]
    return f"list_{choice}(list_value({', '.join(known)}))" if known else "NULL"
