"""Relations between fields that the sample shows: orders, sums, products and dependencies, each with its support.

What names and records both speak for is suggested as a rule; what only the records speak for is an offer.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from readiness.audit.arithmetic import FEWEST, SUPPORT, Arithmetic, Numbers, find_products, find_sums
from readiness.audit.checks import is_decisive, surely_fine
from readiness.audit.comparable import (
    Cells,
    comes_before,
    comparable_cells,
    decimals_written,
    forget_odd_cells,
    is_comparable,
    keep_odd_cells,
)
from readiness.audit.dialect import row_hash
from readiness.audit.evidence import FieldEvidence, sampled_records
from readiness.audit.findings import BLANK, FINE, UNSETTLED
from readiness.audit.relation_words import name_says_total, names_say_bounds, names_say_order, names_say_product
from readiness.audit.rules import DATED, NUMERIC, FieldKind, FieldRule, Relation, RelationKind
from readiness.audit.tokens import is_blank_or_missing_word, is_empty, missing_words
from readiness.shares import whole_percent

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OFFERED_SUPPORT = 0.99  # of an order that no name speaks for
DEPENDENCY_SUPPORT = 0.97
MOST_DATED, MOST_NUMERIC, MOST_RECURRING = 12, 24, 20  # fields that are compared with each other

_MOST_RECORDS, _ADDED_RECORDS = 6_000, 1_000  # that are read, and that sums and products are looked for in
_MOST_ORDER_OFFERS, _MOST_OTHER_OFFERS = 3, 10
_CHANCE_ORDER = 0.9  # an order that pairs of unrelated records follow so often says nothing about one record
_EXPLAINED = 0.9  # of the disagreement that chance would bring is gone
_STRAYS = 0.2  # of a field's cells may be in another format and are passed over: reading them is slow, and they are few
_REPEATED = 0.2  # of the records must share their key with another one
_FEWEST_KEYS, _FEWEST_DIFFERING = 3, 10
_UNLIKE_VALUES = NUMERIC | DATED | {FieldKind.TIME}


def discover_relations(
    connection: DuckDBPyConnection, rules: Sequence[FieldRule], evidence: Sequence[FieldEvidence]
) -> tuple[Relation, ...]:
    """The relations that sampled records show, suggested or offered; in a settled order.

    Compares at most MOST_DATED dates, MOST_NUMERIC numbers and MOST_RECURRING recurring fields, the first of each.
    """
    named = Counter(rule.field for rule in rules)
    usable = [rule for rule in rules if named[rule.field] == 1 and evidence[rule.position].filled >= FEWEST]
    dated, numeric = comparable_fields(usable)
    varied = [rule for rule in numeric if evidence[rule.position].distinct > 1]
    repeated = [rule for rule in usable if _recurs(rule, evidence[rule.position])][:MOST_RECURRING]
    if len(dated) < 2 and len(varied) < 2 and len(repeated) < 2:
        return ()
    dated = dated if len(dated) > 1 else []
    numeric = numeric if len(varied) > 1 else []
    _take_records(connection, len(rules), [*dated, *numeric], repeated)
    found = _orders_and_totals(connection, dated, numeric)
    found += _dependencies(connection, repeated)
    connection.execute("DROP TABLE IF EXISTS related")
    return tuple(found)


def comparable_fields(rules: Iterable[FieldRule]) -> tuple[list[FieldRule], list[FieldRule]]:
    """The dated fields and the numeric ones among which relations are looked for; of very many the first."""
    dated, numeric = _dated_and_numeric(rules)
    return dated[:MOST_DATED], numeric[:MOST_NUMERIC]


def fields_left_out(rules: Sequence[FieldRule]) -> tuple[str, ...]:
    """What was not compared since the sample has more fields than are compared with each other; usually nothing."""
    dated, numeric = _dated_and_numeric(rules)
    others = [rule for rule in rules if rule.check and rule.kind not in _UNLIKE_VALUES and not rule.unique]
    groups = (
        (dated, MOST_DATED, "dates, for one that never lies before another"),
        (numeric, MOST_NUMERIC, "numbers, for totals and products of others"),
        (others, MOST_RECURRING, "other fields, for keys with one value; values that hardly recur are passed over"),
    )
    return tuple(
        f"the first {most} of {len(fields):,} {purpose}" for fields, most, purpose in groups if len(fields) > most
    )


def _dated_and_numeric(rules: Iterable[FieldRule]) -> tuple[list[FieldRule], list[FieldRule]]:
    checked = [rule for rule in rules if is_comparable(rule)]
    dated = [rule for rule in checked if rule.kind in DATED]
    return dated, [rule for rule in checked if rule.kind in NUMERIC - {FieldKind.PERCENT}]


def _take_records(
    connection: DuckDBPyConnection, width: int, compared: Sequence[FieldRule], others: Sequence[FieldRule]
) -> None:
    """Leaves the table related: sampled records, evenly spaced and not too many, each of several equal ones once.

    It has record, line, c of each rule, and the state s of each compared one.
    """
    cells = {rule.position: f"c{rule.position}" for rule in (*compared, *others)}
    states = [f"{_state(rule)} AS s{rule.position}" for rule in compared]
    whole = row_hash([f"c{position}" for position in range(width)])
    first = (
        f"SELECT min(record) FROM (SELECT record, {whole} AS whole FROM {sampled_records(connection, width)}) "
        "GROUP BY whole"
    )
    placed = (
        f"SELECT *, row_number() OVER (ORDER BY record) AS place, count(*) OVER () AS taken FROM records "
        f"WHERE record IN ({first})"
    )
    columns = ", ".join(["record", "line", *cells.values(), *states])
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE related AS SELECT {columns} "
        f"FROM ({placed}) WHERE place % ((taken - 1) // {_MOST_RECORDS} + 1) = 0"
    )


def _state(rule: FieldRule) -> str:
    """SQL for a cell's state before any audit: FINE, BLANK (or a word for missing) or UNSETTLED."""
    cell = f"c{rule.position}"
    fine = f"WHEN {surely_fine(rule, cell)} THEN {FINE}"
    blank = f"WHEN {is_blank_or_missing_word(cell, rule)} THEN {BLANK}"
    steps = f"{fine} {blank}" if is_decisive(rule) else f"{blank} {fine}"
    return f"CASE WHEN {is_empty(cell)} THEN {BLANK} {steps} ELSE {UNSETTLED} END"


def _sampled_cells() -> Cells:
    return Cells(
        source="related",
        states="related",
        fine=lambda rule: f"r.s{rule.position} = {FINE}",
        blank=lambda rule: f"r.s{rule.position} = {BLANK}",
        odd=lambda rule: f"r.s{rule.position} = {UNSETTLED}",
    )


def _orders_and_totals(
    connection: DuckDBPyConnection, dated: Sequence[FieldRule], numeric: Sequence[FieldRule]
) -> list[Relation]:
    rules = [*dated, *numeric]
    if not rules:
        return []
    odd = keep_odd_cells(connection, _sampled_cells(), rules, above=_STRAYS)
    cells = comparable_cells(_sampled_cells(), rules, odd)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE compared AS SELECT *, row_number() OVER (ORDER BY record) AS place "
        f"FROM {cells} AS cells"
    )
    found = _orders(connection, dated, numeric)
    if len(numeric) > 2:
        found += _totals(connection, numeric)
    connection.execute("DROP TABLE compared")
    forget_odd_cells(connection)
    return found


# --- order ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Order:
    start: FieldRule
    end: FieldRule
    support: float
    records: int


def _orders(connection: DuckDBPyConnection, dated: Sequence[FieldRule], numeric: Sequence[FieldRule]) -> list[Relation]:
    bounds = [pair for pair in permutations(numeric, 2) if names_say_bounds(pair[0].field, pair[1].field)]
    seen = _counted(connection, [*combinations(dated, 2), *bounds])
    named = [order for order in seen if order.support >= SUPPORT and _is_named(order)]
    pairs = {(order.start.position, order.end.position) for order in named}
    either_way = {pair for pair in pairs if pair[::-1] in pairs}
    suggested = [order for order in named if (order.start.position, order.end.position) not in either_way]
    settled = {frozenset(pair) for pair in pairs}
    open_ones = [
        order
        for order in seen
        if order.support >= OFFERED_SUPPORT
        and order.end.kind in DATED
        and frozenset((order.start.position, order.end.position)) not in settled
    ]
    offered = _without_implied(_telling(connection, open_ones), suggested)[:_MOST_ORDER_OFFERS]
    return [_order(one, applied=True) for one in suggested] + [_order(one, applied=False) for one in offered]


def _is_named(order: _Order) -> bool:
    says = names_say_bounds if order.end.kind in NUMERIC else names_say_order
    return says(order.start.field, order.end.field)


def _counted(connection: DuckDBPyConnection, pairs: Sequence[tuple[FieldRule, FieldRule]]) -> list[_Order]:
    """Both directions of each pair that enough records compare and that is not nearly always equal."""
    if not pairs:
        return []
    counts = []
    for one, other in pairs:
        first, second = f"k{one.position}", f"k{other.position}"
        counts.append(f"count(*) FILTER (WHERE {first} IS NOT NULL AND {second} IS NOT NULL)")
        for end, start in ((second, first), (first, second)):
            sooner = comes_before(end, start) if one.kind in DATED else f"{end} < {start}"
            counts.append(f"count(*) FILTER (WHERE {sooner})")
    row = connection.execute(f"SELECT {', '.join(counts)} FROM compared").fetchone() or ()
    found = []
    for place, (one, other) in enumerate(pairs):
        records, against, along = row[3 * place : 3 * place + 3]
        if records >= FEWEST and against + along >= _FEWEST_DIFFERING:
            found.append(_Order(one, other, 1 - against / records, records))
            found.append(_Order(other, one, 1 - along / records, records))
    return found


def _telling(connection: DuckDBPyConnection, orders: Sequence[_Order]) -> list[_Order]:
    """The orders that moments of unrelated records would not follow as well."""
    positions = sorted({rule.position for order in orders for rule in (order.start, order.end)})
    if not positions:
        return []
    columns = ", ".join(f"k{position}" for position in positions)
    rows = connection.execute(f"SELECT {columns} FROM compared ORDER BY record").fetchall()
    moments = dict(zip(positions, zip(*rows, strict=True), strict=True))
    return [order for order in orders if _is_telling(order, moments)]


def _is_telling(order: _Order, moments: Mapping[int, Sequence[str | None]]) -> bool:
    both = zip(moments[order.start.position], moments[order.end.position], strict=True)
    pairs = [(start, end) for start, end in both if start is not None and end is not None]
    ends = sorted(end for _, end in pairs)
    before = sum(bisect_left(ends, start) for start, _ in pairs)
    chance = 1 - before / len(pairs) ** 2
    return chance <= _CHANCE_ORDER and 1 - order.support <= (1 - _EXPLAINED) * (1 - chance)


def _without_implied(offers: Sequence[_Order], suggested: Sequence[_Order]) -> list[_Order]:
    """The offers that do not follow from two others, best supported first."""
    known = {(order.start.position, order.end.position) for order in (*offers, *suggested)}
    middles = {position for pair in known for position in pair}
    direct = [
        order
        for order in offers
        if not any(
            (order.start.position, middle) in known and (middle, order.end.position) in known for middle in middles
        )
    ]
    return sorted(direct, key=lambda order: (-order.support, -order.records, order.start.position, order.end.position))


def _order(order: _Order, *, applied: bool) -> Relation:
    name_part = ", and the names say start and end" if applied else "; no name speaks for it"
    if order.end.kind in NUMERIC:
        name_part = ", and the names say lower and upper limit"
    return Relation(
        kind=RelationKind.ORDER,
        fields=(order.start.field, order.end.field),
        applied=applied,
        support=order.support,
        records=order.records,
        because=f"{whole_percent(order.support)} of {order.records:,} sampled records follow it{name_part}.",
    )


# --- sums and products ------------------------------------------------------------------------------------------------


def _totals(connection: DuckDBPyConnection, rules: Sequence[FieldRule]) -> list[Relation]:
    """Sums, then products of what is no sum already."""
    numbers = _numbers(connection, rules)
    named = {rule.position: rule.field for rule in rules}
    sums = find_sums(numbers)
    totals = {found.total for found in sums}
    products = [found for found in find_products(numbers) if found.total not in totals]
    found = [_sum(one, named) for one in sums] + [_product(one, named) for one in products]
    offered = sorted((one for one in found if not one.applied), key=lambda one: (-one.support, one.fields))
    return [one for one in found if one.applied] + offered[:_MOST_OTHER_OFFERS]


def _numbers(connection: DuckDBPyConnection, rules: Sequence[FieldRule]) -> Numbers:
    """An empty cell of a field that need not be filled adds nothing."""
    columns = ", ".join(
        f"k{rule.position}" if rule.required else f"CASE WHEN b{rule.position} THEN 0.0 ELSE k{rule.position} END"
        for rule in rules
    )
    rows = connection.execute(
        f"SELECT {columns} FROM compared WHERE place % (SELECT count(*) // {_ADDED_RECORDS} + 1 FROM compared) = 0 "
        "ORDER BY record"
    ).fetchall()
    cells = {
        rule.position: [math.nan if cell is None else cell for cell in column]
        for rule, column in zip(rules, zip(*rows, strict=True), strict=bool(rows))
    }
    useful = {position: column for position, column in cells.items() if any(cell for cell in column if cell == cell)}
    return Numbers(useful, decimals_written(connection, "compared", rules))


def _sum(found: Arithmetic, names: Mapping[int, str]) -> Relation:
    fields = tuple(names[position] for position in (*found.parts, found.total))
    applied = name_says_total(fields[-1])
    reason = ", and the name says total" if applied else "; no name speaks for it"
    return _relation(RelationKind.SUM, fields, found, f"add up{reason}", applied=applied)


def _product(found: Arithmetic, names: Mapping[int, str]) -> Relation:
    fields = tuple(names[position] for position in (*found.parts, found.total))
    applied = names_say_product(*fields[:2]) or name_says_total(fields[-1])
    reason = ", and the names say so" if applied else "; no name speaks for it"
    return _relation(RelationKind.PRODUCT, fields, found, f"multiply to it{reason}", applied=applied)


def _relation(kind: RelationKind, fields: tuple[str, ...], found: Arithmetic, what: str, *, applied: bool) -> Relation:
    return Relation(
        kind=kind,
        fields=fields,
        applied=applied,
        support=found.support,
        records=found.records,
        because=f"{whole_percent(found.support)} of {found.records:,} sampled records {what}.",
    )


# --- dependency -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dependency:
    key: FieldRule
    value: FieldRule
    support: float
    records: int
    keys: int


def _recurs(rule: FieldRule, evidence: FieldEvidence) -> bool:
    """Whether the field's values come back, so that records can share them, and are not measured ones."""
    if not rule.check or rule.kind in _UNLIKE_VALUES or rule.unique:
        return False
    return 1 < evidence.distinct <= (1 - _REPEATED / 2) * evidence.filled


def _dependencies(connection: DuckDBPyConnection, rules: Sequence[FieldRule]) -> list[Relation]:
    """For each field, the one that decides it best: a key with one value each, far beyond chance."""
    if len(rules) < 2:
        return []
    cells = _compared_text(connection, rules)
    distinct = {position: len(set(column)) for position, column in cells.items()}
    best: dict[int, _Dependency] = {}
    for key, value in permutations(rules, 2):
        if distinct[key.position] < distinct[value.position] * (1 - _REPEATED):
            continue
        found = _dependency(key, value, cells[key.position], cells[value.position])
        known = best.get(value.position)
        if found is not None and (known is None or _preference(found, distinct) < _preference(known, distinct)):
            best[value.position] = found
    kept = _one_way(list(best.values()), distinct)
    kept.sort(key=lambda one: (-one.support, one.key.position, one.value.position))
    return [_depending(one) for one in kept[:_MOST_OTHER_OFFERS]]


def _compared_text(connection: DuckDBPyConnection, rules: Sequence[FieldRule]) -> dict[int, list[str | None]]:
    """By position: the cells without regard to case and surrounding spaces, None where nothing stands."""
    columns = ", ".join(f"lower(trim(c{rule.position}))" for rule in rules)
    rows = connection.execute(f"SELECT {columns} FROM related ORDER BY record").fetchall()
    found = {}
    for rule, column in zip(rules, zip(*rows, strict=True), strict=bool(rows)):
        missing = {"", *missing_words(rule)}
        found[rule.position] = [None if cell in missing else cell for cell in column]
    return found


def _preference(found: _Dependency, distinct: Mapping[int, int]) -> tuple[bool, float, int, int]:
    """Codes before words, then the best support, then the coarsest key."""
    is_code = found.key.kind in (FieldKind.IDENTIFIER, FieldKind.POSTCODE)
    return not is_code, -round(found.support, 2), distinct[found.key.position], found.key.position


def _one_way(found: Sequence[_Dependency], distinct: Mapping[int, int]) -> list[_Dependency]:
    """Of a key and a value that decide each other, only the preferred direction."""
    pairs = {(one.key.position, one.value.position): one for one in found}
    kept = []
    for (key, value), one in pairs.items():
        other = pairs.get((value, key))
        if other is None or _preference(one, distinct) <= _preference(other, distinct):
            kept.append(one)
    return kept


def _dependency(
    key: FieldRule, value: FieldRule, keys: Sequence[str | None], values: Sequence[str | None]
) -> _Dependency | None:
    """Judged on the records that share their key with another one: a key that stands alone follows any rule."""
    of_key: defaultdict[str, list[int]] = defaultdict(list)
    of_value: Counter[str] = Counter()
    for (one, other), count in Counter(zip(keys, values, strict=True)).items():
        if one is not None and other is not None:
            of_key[one].append(count)
            of_value[other] += count
    filled = sum(of_value.values())
    shared = [counts for counts in of_key.values() if sum(counts) > 1]
    records = sum(map(sum, shared))
    if records < max(FEWEST, _REPEATED * filled) or len(shared) < _FEWEST_KEYS:
        return None
    support = sum(map(max, shared)) / records
    if support < DEPENDENCY_SUPPORT or not _is_beyond_chance(shared, of_value, support):
        return None
    return _Dependency(key, value, support, records, len(shared))


def _is_beyond_chance(shared: Sequence[Sequence[int]], of_value: Counter[str], support: float) -> bool:
    """Whether the keys take nearly all disagreement away, and there was some to begin with.

    Two records of one key are compared with two of any key, which does not favour small groups, and the support with
    that of a rule that always says the most frequent value.
    """
    filled = sum(of_value.values())
    differing = filled - max(of_value.values())
    if differing < max(_FEWEST_DIFFERING, (1 - _EXPLAINED) * filled):
        return False
    pairs = sum(sum(counts) * (sum(counts) - 1) for counts in shared)
    agreeing = sum(n * (n - 1) for counts in shared for n in counts) / pairs
    chance = sum(n * (n - 1) for n in of_value.values()) / (filled * (filled - 1))
    return agreeing - chance >= _EXPLAINED * (1 - chance) and 1 - support <= (1 - _EXPLAINED) * differing / filled


def _depending(found: _Dependency) -> Relation:
    return Relation(
        kind=RelationKind.DEPENDENCY,
        fields=(found.key.field, found.value.field),
        applied=False,
        support=found.support,
        records=found.records,
        because=f"{whole_percent(found.support)} of {found.records:,} sampled records that share one of {found.keys:,} "
        "keys hold the value that most records with their key hold.",
    )
