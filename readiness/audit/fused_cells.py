"""Records in which the delimiter between two neighbouring fields was lost, so that one cell holds both values."""

from __future__ import annotations

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
_RARELY = 50  # at most one sound value in so many may end with a value of the neighbour


@dataclass(frozen=True, slots=True)
class FusedPair:
    """Two neighbouring fields, where the second would begin, and SQL for the records whose one cell holds both."""

    left: FieldRule
    right: FieldRule
    condition: str
    split: str  # SQL text: how the cell splits

    @property
    def field(self) -> str:
        return f"{self.left.field} + {self.right.field}"


def fused_pairs(rules: FieldRules) -> tuple[FusedPair, ...]:
    """The pairs of neighbours whose kinds show where one value ends and the next begins."""
    pairs = []
    for left, right in zip(rules.rules, rules.rules[1:], strict=False):
        patterns = _cut_patterns(left, right)
        if patterns is not None:
            pairs.append(_pair(rules, left, right, *patterns))
    return tuple(pairs)


def fused_records(pairs: tuple[FusedPair, ...], fields: int) -> str:
    """A SELECT (record, line, pair, value, reason) of the records one cell short that split at exactly one pair."""
    hits = " + ".join(f"CASE WHEN {pair.condition} THEN 1 ELSE 0 END" for pair in pairs)
    which = " ".join(f"WHEN {pair.condition} THEN {place}" for place, pair in enumerate(pairs))
    values = " ".join(f"WHEN {place} THEN c{pair.left.position}" for place, pair in enumerate(pairs))
    reasons = " ".join(f"WHEN {place} THEN {pair.split}" for place, pair in enumerate(pairs))
    short = (
        f"SELECT *, {hits} AS hits, CASE {which} END AS pair FROM records "
        f"WHERE fault = {quote_literal(LineFault.TOO_FEW_CELLS)} AND cells = {fields - 1}"
    )
    return (
        f"SELECT record, line, pair, CASE pair {values} END AS value, CASE pair {reasons} END AS reason FROM "
        f"({short}) WHERE hits = 1"
    )


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


def _pair(rules: FieldRules, left: FieldRule, right: FieldRule, left_pattern: str, right_pattern: str) -> FusedPair:
    cell = f"c{left.position}"
    whole = f"({left_pattern})({right_pattern})"
    others = [_fits(f"c{rule.position}", rule) for rule in rules.rules[: left.position]]
    others += [_fits(f"c{rule.position - 1}", rule) for rule in rules.rules[right.position + 1 :]]
    condition = " AND ".join((full_match(cell, whole), *(test for test in others if test)))
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


def _fits(column: str, rule: FieldRule) -> str:
    """SQL: the cell, moved to this field, may be its value; '' where anything may be."""
    pattern = _value_pattern(rule) or pattern_of(rule)
    if not pattern:
        return ""
    return f"({column} = '' OR {full_match(column, pattern)})"
