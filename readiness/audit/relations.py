"""Whether the fields of one record agree: an end after its start, parts that add up, one key with one value.

Applied relations are checked and their breaches listed; the others are offers, shown as hints and never applied by
themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.audit.arithmetic import ROUNDING, half_unit, sum_tolerance
from readiness.audit.checks import Check
from readiness.audit.comparable import (
    Cells,
    comes_before,
    comparable_cells,
    days_from,
    decimals_written,
    forget_odd_cells,
    is_comparable,
    keep_odd_cells,
    too_far_to_tell,
)
from readiness.audit.dialect import replace_all
from readiness.audit.evidence import sampled_records
from readiness.audit.findings import BLANK, FINE, KEPT, UNSETTLED, WORD, Findings
from readiness.audit.relation_discovery import fields_left_out
from readiness.audit.report import Hint, Tier
from readiness.audit.rules import DATED, FieldRule, Relation, RelationKind
from readiness.shares import whole_percent

END_BEFORE_START = Check(
    "end_before_start",
    "End before start",
    "The date of the end lies before the date of the start, so one of the two is wrong.",
    Tier.NEEDS_REVIEW,
)
HIGH_BELOW_LOW = Check(
    "high_below_low",
    "Upper limit below the lower",
    "The upper limit is less than the lower one, so one of the two is wrong.",
    Tier.NEEDS_REVIEW,
)
TOTAL_DIFFERS = Check(
    "total_differs",
    "Total that its parts do not add up to",
    "The parts add up to another number than the total says, so a part or the total is wrong.",
    Tier.NEEDS_REVIEW,
)
PRODUCT_DIFFERS = Check(
    "product_differs",
    "Amount that quantity and price do not give",
    "Quantity times price is another number than the amount says, so one of the three is wrong.",
    Tier.NEEDS_REVIEW,
)
ONE_KEY_TWO_VALUES = Check(
    "one_key_two_values",
    "One key with two values",
    "Most records with this key hold another value, so this value or the key is wrong.",
    Tier.NEEDS_REVIEW,
)
CHECKS = (END_BEFORE_START, HIGH_BELOW_LOW, TOTAL_DIFFERS, PRODUCT_DIFFERS, ONE_KEY_TWO_VALUES)

_SPACES = "[\\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+"
_SHOWN = 60  # characters of a value in a reason
_COMPARED = (RelationKind.ORDER, RelationKind.SUM, RelationKind.PRODUCT)


def find_relations(findings: Findings) -> None:
    """Lists the records that break an applied relation, and offers the relations that nobody has decided on."""
    usable = [relation for relation in findings.rules.relations if _is_checked(findings, relation)]
    findings.hints += [_offer(relation) for relation in usable if not relation.applied and not relation.edited]
    applied = [relation for relation in usable if relation.applied]
    unlike = [relation for relation in applied if not _fits_its_fields(findings, relation)]
    findings.hints += [_not_compared(relation) for relation in unlike]
    applied = [relation for relation in applied if relation not in unlike]
    _check_comparisons(findings, [relation for relation in applied if relation.kind in _COMPARED])
    for relation in applied:
        if relation.kind is RelationKind.DEPENDENCY:
            _check_dependency(findings, relation)
    if left_out := fields_left_out(findings.rules.rules):
        findings.hints.append(_partly_searched(left_out))


def _is_checked(findings: Findings, relation: Relation) -> bool:
    return all((rule := findings.rules.of(name)) is not None and rule.check for name in relation.fields)


def _rules_of(findings: Findings, relation: Relation) -> list[FieldRule]:
    return [rule for name in relation.fields if (rule := findings.rules.of(name)) is not None]


def _fits_its_fields(findings: Findings, relation: Relation) -> bool:
    rules = _rules_of(findings, relation)
    if relation.kind is RelationKind.DEPENDENCY:
        return True
    if not all(is_comparable(rule) for rule in rules):
        return False
    dated = [rule for rule in rules if rule.kind in DATED]
    return not dated or (relation.kind is RelationKind.ORDER and len(dated) == len(rules))


# --- hints ------------------------------------------------------------------------------------------------------------

_OFFERS = {
    RelationKind.ORDER: ("Perhaps never before", "{1} never lies before {0}"),
    RelationKind.SUM: ("Perhaps a total of its parts", "{parts} add up to {last}"),
    RelationKind.PRODUCT: ("Perhaps a product", "{0} times {1} is {2}"),
    RelationKind.DEPENDENCY: ("Perhaps one value a key", "records with the same {parts} have the same {last}"),
}


def _offer(relation: Relation) -> Hint:
    title, sentence = _OFFERS[relation.kind]
    *parts, last = relation.fields
    said = sentence.format(*relation.fields, parts=_listed(parts), last=last)
    broken = round(relation.records * (1 - relation.support))
    return Hint(
        id=f"{relation.kind.value}_offered: {' + '.join(relation.fields)}",
        kind=f"{relation.kind.value}_offered",
        fields=relation.fields,
        title=f"{title}: {' + '.join(relation.fields)}",
        text=f"In {whole_percent(relation.support)} of {relation.records:,} sampled records that could be compared, "
        f"{said}. It is not checked until somebody confirms that it is a rule.",
        records=broken,
        relation=relation,
    )


def _not_compared(relation: Relation) -> Hint:
    wanted = "dates, or all numbers" if relation.kind is RelationKind.ORDER else "numbers"
    return Hint(
        id=f"relation_not_compared: {' + '.join(relation.fields)}",
        kind="relation_not_compared",
        fields=relation.fields,
        title=f"Rule that could not be checked: {' + '.join(relation.fields)}",
        text=f"The rule ({relation.kind.value}) compares {wanted}, and by their field rules these fields are not.",
        relation=relation,
    )


def _partly_searched(left_out: Sequence[str]) -> Hint:
    return Hint(
        id="relations_partly_searched",
        kind="relations_partly_searched",
        title="Rules across fields were looked for in some fields only",
        text=f"The sample has many fields, so these were compared with each other: {'; '.join(left_out)}. Rules across "
        "the others can be added in a rules file.",
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# --- order, sum, product ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Comparison:
    """An applied relation as SQL on comparable cells: which records break it, and the clause that says how."""

    check: Check
    rules: Sequence[FieldRule]
    broken: str
    reason: str

    @property
    def wrong(self) -> FieldRule:
        return self.rules[-1]


def _check_comparisons(findings: Findings, relations: Sequence[Relation]) -> None:
    """One scan for all relations: it is the reading of all cells that costs."""
    rules = {rule.position: rule for relation in relations for rule in _rules_of(findings, relation)}
    if not rules:
        return
    every = [rule for _, rule in sorted(rules.items())]
    comparisons = [_comparison(findings, relation) for relation in relations]
    odd = keep_odd_cells(findings.connection, _audited_cells(every), every)
    cells = comparable_cells(_audited_cells(every), every, odd)
    broken = [f"coalesce({one.broken}, false)" for one in comparisons]
    marks = ", ".join(f"{condition} AS broken{place}" for place, condition in enumerate(broken))
    findings.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE breaches AS SELECT *, {marks} FROM {cells} AS cells WHERE {' OR '.join(broken)}"
    )
    forget_odd_cells(findings.connection)
    for place, one in enumerate(comparisons):
        _list(
            findings,
            one.check,
            one.rules,
            f"SELECT record, line, c{one.wrong.position}, {one.reason} FROM breaches WHERE broken{place}",
        )
    findings.connection.execute("DROP TABLE breaches")


def _audited_cells(rules: Sequence[FieldRule]) -> Cells:
    columns = ", ".join(f"r.c{rule.position}, v.v{rule.position}" for rule in rules)
    return Cells(
        source=f"(SELECT r.record, r.line, {columns} FROM records AS r JOIN verdicts AS v ON r.record = v.record)",
        states="verdicts",
        fine=lambda rule: f"r.v{rule.position} = {FINE}",
        blank=lambda rule: f"r.v{rule.position} IN ({BLANK}, {WORD})",
        odd=lambda rule: f"r.v{rule.position} = {UNSETTLED}",
    )


def _comparison(findings: Findings, relation: Relation) -> _Comparison:
    rules = _rules_of(findings, relation)
    if relation.kind is RelationKind.ORDER:
        return _order(rules)
    return _sum(findings, rules) if relation.kind is RelationKind.SUM else _product(findings, rules)


def _order(rules: Sequence[FieldRule]) -> _Comparison:
    start, end = rules
    first, last = f"k{start.position}", f"k{end.position}"
    if end.kind not in DATED:
        return _Comparison(HIGH_BELOW_LOW, rules, f"({last} < {first})", f"'less than ' || trim(c{start.position})")
    far = too_far_to_tell(rules, days_from(first, last))
    sooner = f"CASE WHEN {comes_before(last, first)} THEN NOT coalesce({far}, false) END"
    return _Comparison(END_BEFORE_START, rules, f"({sooner})", _how_much_before(start, end))


def _how_much_before(start: FieldRule, end: FieldRule) -> str:
    days = days_from(f"k{end.position}", f"k{start.position}")
    return (
        f"CASE WHEN {days} = 1 THEN 'ends 1 day before it starts' "
        f"WHEN {days} > 1 THEN 'ends ' || CAST({days} AS VARCHAR) || ' days before it starts' "
        f"WHEN {days} = 0 THEN 'ends earlier on the day it starts' ELSE 'ends in a month before it starts' END"
    )


def _sum(findings: Findings, rules: Sequence[FieldRule]) -> _Comparison:
    """A record without any part is not compared."""
    *parts, total = rules
    decimals = max(_decimals(findings, rules).values())
    added, said = f"({' + '.join(_part(rule) for rule in parts)})", f"k{total.position}"
    some = " OR ".join(f"k{rule.position} IS NOT NULL" for rule in parts)
    far = f"abs({added} - {said}) > {sum_tolerance(decimals, len(parts))} + {ROUNDING} * greatest(abs({said}), 1)"
    reason = f"'its parts add up to ' || {_written(added, decimals)}"
    return _Comparison(TOTAL_DIFFERS, rules, f"({far} AND ({some}) AND {_finite(added, said)})", reason)


def _product(findings: Findings, rules: Sequence[FieldRule]) -> _Comparison:
    """A factor written with decimals may itself be rounded; a whole one is taken as exact."""
    first, second, product = rules
    decimals = _decimals(findings, rules)
    one, other, said = (f"k{rule.position}" for rule in rules)
    slack = [str(half_unit(decimals[product.position]))]
    slack += [
        f"{half_unit(decimals[rule.position])} * abs({factor})"
        for rule, factor in ((first, other), (second, one))
        if decimals[rule.position]
    ]
    far = f"abs({one} * {other} - {said}) > {' + '.join(slack)} + {ROUNDING} * greatest(abs({said}), 1)"
    written = _written(f"({one} * {other})", decimals[product.position])
    broken = f"({far} AND {_finite(f'({one} * {other})', said)})"
    return _Comparison(PRODUCT_DIFFERS, rules, broken, f"'multiplied they give ' || {written}")


def _decimals(findings: Findings, rules: Sequence[FieldRule]) -> dict[int, int]:
    sampled = sampled_records(findings.connection, len(findings.rules.rules))
    return decimals_written(findings.connection, sampled, rules)


def _part(rule: FieldRule) -> str:
    number = f"k{rule.position}"
    return number if rule.required else f"CASE WHEN b{rule.position} THEN 0 ELSE {number} END"


def _finite(*numbers: str) -> str:
    """SQL: the numbers are small enough to be computed with; hundreds of digits become infinite."""
    return " AND ".join(f"abs({number}) < 1e300" for number in numbers)


def _written(number: str, decimals: int) -> str:
    fixed = f"CAST(TRY_CAST(round({number}, {decimals}) AS DECIMAL(30, {decimals})) AS VARCHAR)"
    return f"coalesce({fixed}, CAST({number} AS VARCHAR))"


def _list(findings: Findings, check: Check, rules: Sequence[FieldRule], rows: str) -> None:
    """Lists `rows` (record, line, value, reason) of the breaches, if there are any."""
    if findings.one(f"SELECT count(*) FROM ({rows})")[0]:
        names = " + ".join(rule.field for rule in rules)
        findings.problems(check, rows, fields=names, position=rules[-1].position)


# --- dependency -------------------------------------------------------------------------------------------------------


def _check_dependency(findings: Findings, relation: Relation) -> None:
    """Lists the records whose value is not the one that most records with their key hold."""
    *keys, value = rules = _rules_of(findings, relation)
    _count_values(findings, keys, value)
    names = [f"key{place}" for place, _ in enumerate(keys)]
    decided, undecided, records = findings.one(
        "SELECT count(*) FILTER (WHERE 2 * most > records), count(*) FILTER (WHERE 2 * most <= records), "
        f"coalesce(sum(records) FILTER (WHERE 2 * most <= records), 0) FROM ({_majorities(names)})"
    )
    if decided:
        title = " + ".join(relation.fields)
        findings.problems(ONE_KEY_TWO_VALUES, _minorities(rules, names), fields=title, position=value.position)
    if undecided:
        findings.hints.append(_no_majority(relation, int(undecided), int(records)))
    findings.connection.execute("DROP TABLE key_values")


def _minorities(rules: Sequence[FieldRule], names: Sequence[str]) -> str:
    """A SELECT (record, line, value, reason) of the records that differ from their key's majority."""
    cell = f"r.c{rules[-1].position}"
    alike = " AND ".join(f"m.{name} = p.{name}" for name in names)
    same = " AND ".join(f"r.c{rule.position} = p.raw{place}" for place, rule in enumerate(rules))
    return (
        f"SELECT r.record, r.line, {cell}, CAST(m.most AS VARCHAR) || ' of ' || CAST(m.records AS VARCHAR) || "
        f"' records with this key hold ' || left(m.shown, {_SHOWN}) "
        f"FROM records AS r JOIN verdicts AS v ON r.record = v.record JOIN key_values AS p ON {same} "
        f"JOIN ({_majorities(names)}) AS m ON {alike} WHERE 2 * m.most > m.records AND p.said <> m.said"
    )


def _count_values(findings: Findings, keys: Sequence[FieldRule], value: FieldRule) -> None:
    """Leaves key_values: each raw key and value with its records, and as they are compared (spacing and case apart)."""
    rules = (*keys, value)
    filled = " AND ".join(f"v.v{rule.position} IN ({FINE}, {UNSETTLED}, {KEPT})" for rule in rules)
    raw = ", ".join(f"r.c{rule.position} AS raw{place}" for place, rule in enumerate(rules))
    names = ", ".join(f"raw{place}" for place, _ in enumerate(rules))
    compared = ", ".join(
        f"lower(trim({replace_all(f'raw{place}', _SPACES, ' ')})) AS {'said' if rule is value else f'key{place}'}"
        for place, rule in enumerate(rules)
    )
    findings.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE key_values AS SELECT *, {compared} FROM (SELECT {names}, count(*) AS n FROM "
        f"(SELECT {raw} FROM records AS r JOIN verdicts AS v ON r.record = v.record WHERE {filled}) GROUP BY {names})"
    )


def _majorities(names: Sequence[str]) -> str:
    """A SELECT (key..., said, shown, most, records) of the keys with several values: the most frequent one."""
    keys = ", ".join(names)
    last = f"raw{len(names)}"
    counted = f"SELECT {keys}, said, min(trim({last})) AS shown, sum(n) AS n FROM key_values GROUP BY {keys}, said"
    ranked = (
        f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY n DESC, said) AS place, "
        f"sum(n) OVER (PARTITION BY {keys}) AS records, count(*) OVER (PARTITION BY {keys}) AS several FROM ({counted})"
    )
    return f"SELECT {keys}, said, shown, n AS most, records FROM ({ranked}) WHERE place = 1 AND several > 1"


def _no_majority(relation: Relation, keys: int, records: int) -> Hint:
    names = " + ".join(relation.fields)
    return Hint(
        id=f"no_majority: {names}",
        kind="no_majority",
        fields=relation.fields,
        title=f"Keys without a prevailing value: {names}",
        text=f"{keys:,} {'key' if keys == 1 else 'keys'} ({records:,} records) with several values, none of them in "
        "more than half of the key's records, so nothing says which one is right.",
        records=records,
    )
