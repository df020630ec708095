"""Repeated records and identifiers: which repeats chance explains, which are a block pasted twice, what a key is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log2, prod
from statistics import median

from readiness.audit.dialect import distinct_about, long_form, part_match, row_hash
from readiness.audit.findings import Findings
from readiness.audit.report import Hint
from readiness.audit.rules import FieldKind, FieldRule
from readiness.shares import whole_percent

FEWEST_RECORDS = 20
MOST_PARTNERS = 12  # fields that are tried beside an identifier
COMPOSITE_SHARE = 0.995  # of the records that two fields together must tell apart
_SAMPLED_RECORDS = 20_000
_SAMPLED_CELLS = 2_000_000
_IDENTIFYING_SHARE = 0.5  # different values by records from which a field tells a record
_FEWEST_DRAWN = 50  # records from which chances can be counted
_EXPLAINED = 2.0  # repeats up to so many times the expected ones are explained by chance
_CHOICES, _CHOICE_SHARE = 50, 0.05  # a field of choices has at most so many values, or so many by records
_MOST_CHOICE_FIELDS = 24
_FOLLOWING_SHARE = 0.9  # of the repeated records
_OFTEN = 20  # copies of one record
_BLOCK = 5  # records
_GROUP_SHARE = 0.05  # different values by records from which an identifier may name a group of records
_UNIQUE_SHARE = 0.98
_FEWEST_OFFENDING = 3  # that are allowed in a small sample
_KEPT_APART = 0.2  # a key's values meet at most so often as chance would have it
_FEWEST_MEETINGS = 5  # expected by chance, below which nothing can be told
_CASED = r"[a-z][0-9]*[A-Z]"  # as in aB3xQ, where case tells two apart
_CASED_SHARE = 0.1
_EXAMPLES, _EXAMPLE_LENGTH, _SHOWN_BLOCKS = 5, 120, 3
_PARTNER_KINDS = frozenset(
    {FieldKind.IDENTIFIER, FieldKind.NUMBER, FieldKind.DATE, FieldKind.DATE_TIME, FieldKind.TIME, FieldKind.CATEGORY,
     FieldKind.TEXT, FieldKind.NAME}
)  # fmt: skip


def agreement_by_chance(findings: Findings, rules: Sequence[FieldRule]) -> dict[int, float]:
    """For each field's position the chance (0..1) that two records agree in it; empty cells agree with each other.

    Counted over all pairs of up to 20,000 evenly spaced records.
    """
    if not rules:
        return {}
    wanted = max(2, min(_SAMPLED_RECORDS, _SAMPLED_CELLS // len(rules)))
    every = max(1, findings.records // wanted)
    columns = [f"c{rule.position}" for rule in rules]
    filled = ", ".join(f"coalesce({column}, '') AS {column}" for column in columns)
    cells = f"(SELECT {filled} FROM {findings.sound} WHERE record % {every} = 0)"
    rows = findings.rows(
        f"SELECT name, sum(n), sum(n * (n - 1)) FROM (SELECT name, value, count(*) AS n FROM "
        f"{long_form(cells, columns)} GROUP BY name, value) GROUP BY name"
    )
    return {int(name[1:]): float(pairs) / max(1, int(n) * (int(n) - 1)) for name, n, pairs in rows}


# --- equal records ---------------------------------------------------------------------------------------------------


def judge_repeats(findings: Findings, repeated: str) -> bool:
    """Whether chance explains the repeated records, so that they are no fault; adds what is worth a hint about them.

    `repeated` is a table (record, line, first) of all records that have an equal. A file without any field that tells
    a record has equal records by nature: as many as its values, drawn independently, would give, and more where fields
    go together. Only where the repeats are at most twice as many as that they count as explained.
    """
    copies, groups, most, pairs = findings.one(
        "SELECT coalesce(sum(n), 0) - count(*), count(*), coalesce(max(n), 0), coalesce(sum(n * (n - 1)), 0) / 2 FROM "
        f"(SELECT count(*) AS n FROM {repeated} GROUP BY first)"
    )
    if not groups or copies <= 0:
        return False
    expected = _expected_pairs(findings, float(pairs))
    explained = bool(pairs <= _EXPLAINED * expected)
    if explained:
        findings.hints.append(_expected_repeats(int(copies), findings.records))
    elif most >= _OFTEN:
        findings.hints.append(_repeated_often(int(most)))
    findings.hints.extend(_block_hints(findings, repeated, int(copies), float(pairs), told=explained))
    return explained


def _expected_pairs(findings: Findings, pairs: float) -> float:
    """About how many pairs of equal records chance alone gives; 0 where a field tells the records apart."""
    rules, records = findings.rules.rules, findings.records
    if records < _FEWEST_DRAWN or any(_identifies(findings, rule) for rule in rules):
        return 0.0
    chances = agreement_by_chance(findings, rules)
    independent = records * (records - 1) / 2 * prod(chances.values())
    if not all(findings.distinct.get(rule.position, 0) <= max(_CHOICES, _CHOICE_SHARE * records) for rule in rules):
        return independent
    telling = [rule for rule in rules if chances.get(rule.position, 1.0) < 0.9]
    if not 2 <= len(telling) <= _MOST_CHOICE_FIELDS or not all(rule.check for rule in rules):
        return independent
    return max(independent, _expected_among_alike(findings, telling, chances, pairs))


def _identifies(findings: Findings, rule: FieldRule) -> bool:
    return rule.unique or findings.distinct.get(rule.position, 0) >= _IDENTIFYING_SHARE * findings.records


def _expected_among_alike(
    findings: Findings, telling: Sequence[FieldRule], chances: dict[int, float], pairs: float
) -> float:
    """The equal pairs to expect from those that differ in one field alone; the middle one of the fields' answers.

    Where fields go together, independence expects too few. Records alike in all other fields agree in the last one as
    often as any two records do, if chance is at work; copies leave hardly any record that differs in one field.
    """
    columns = [f"c{rule.position}" for rule in telling]
    findings.connection.execute(
        "CREATE OR REPLACE TEMP TABLE repeat_rows AS SELECT "
        + ", ".join(f"coalesce({column}, '') AS {column}" for column in columns)
        + f", count(*) AS n FROM {findings.sound} GROUP BY {', '.join(columns)}"
    )
    expected = []
    for column, rule in zip(columns, telling, strict=True):
        others = ", ".join(other for other in columns if other != column)
        (alike,) = findings.one(
            f"SELECT coalesce(sum(n * (n - 1)), 0) / 2 FROM (SELECT sum(n) AS n FROM repeat_rows GROUP BY {others})"
        )
        chance = chances.get(rule.position, 0.0)
        expected.append(max(0.0, float(alike) - pairs) * chance / (1 - chance))
    findings.connection.execute("DROP TABLE repeat_rows")
    return median(expected)


def _expected_repeats(copies: int, records: int) -> Hint:
    return Hint(
        id="expected_repeats",
        kind="expected_repeats",
        title="Repeated records that may be legitimate",
        text=f"{copies:,} of {records:,} records equal an earlier one. No field tells one record from another, and the "
        "fields have so few values that chance alone gives about as many, so they are not counted as duplicates.",
        records=copies,
    )


def _repeated_often(most: int) -> Hint:
    return Hint(
        id="repeated_block: often",
        kind="repeated_block",
        title="One record many times",
        text=f"One record stands {most:,} times in the file, as when a step repeats itself or a test entry is left in.",
        records=most - 1,
    )


def _block_hints(findings: Findings, repeated: str, copies: int, pairs: float, *, told: bool) -> Iterator[Hint]:
    """Hints at records that repeat others in the same order, and at those that follow on their equal."""
    likely = max(2.0 * pairs / max(1, findings.records * (findings.records - 1)), 2.0**-60)
    least = max(_BLOCK, ceil((2 * log2(max(2, findings.records)) + 10) / max(1e-9, -log2(min(likely, 0.999)))))
    shifts = f"SELECT record, record - lag(record) OVER (PARTITION BY first ORDER BY record) AS shift FROM {repeated}"
    islands = (
        "SELECT record, shift, record - row_number() OVER (PARTITION BY shift ORDER BY record) AS island FROM "
        f"({shifts}) WHERE shift IS NOT NULL"
    )
    runs = f"SELECT shift, min(record) AS start, count(*) AS n FROM ({islands}) GROUP BY shift, island"
    blocks = findings.rows(
        f"SELECT shift, start, n FROM ({runs}) WHERE shift > 1 AND n >= {least} ORDER BY n DESC, start, shift"
    )
    if blocks:
        yield _repeated_blocks([(int(shift), int(start), int(n)) for shift, start, n in blocks])
    (following,) = findings.one(f"SELECT coalesce(sum(n), 0) FROM ({runs}) WHERE shift = 1")
    if not told and following >= _BLOCK and following >= _FOLLOWING_SHARE * copies:
        yield _following(int(following), copies)


def _repeated_blocks(blocks: Sequence[tuple[int, int, int]]) -> Hint:
    shown = "; ".join(
        f"records {start:,} to {start + n - 1:,} repeat records {start - shift:,} to {start - shift + n - 1:,}"
        for shift, start, n in blocks[:_SHOWN_BLOCKS]
    )
    more = f" and {len(blocks) - _SHOWN_BLOCKS:,} further blocks" if len(blocks) > _SHOWN_BLOCKS else ""
    return Hint(
        id="repeated_block",
        kind="repeated_block",
        title="A block of records repeated",
        text=f"In the same order, as when an export is pasted twice: {shown}{more}.",
        records=sum(n for _, _, n in blocks),
    )


def _following(following: int, copies: int) -> Hint:
    return Hint(
        id="repeated_block: following",
        kind="repeated_block",
        title="Repeated records follow on each other",
        text=f"{following:,} of {copies:,} repeated records stand right behind the one that they equal: the file is "
        "sorted, or each was written twice.",
        records=following,
    )


# --- keys ------------------------------------------------------------------------------------------------------------


def key_of(findings: Findings, rule: FieldRule) -> Callable[[str], str]:
    """Gives SQL for a cell of the field as a key: without spaces around it, and without case.

    Case stays where it tells the field's values apart, as in aB3xQ.
    """
    cell = f"c{rule.position}"
    every = max(1, findings.records // _SAMPLED_RECORDS)
    cased, filled = findings.one(
        f"SELECT count(*) FILTER (WHERE {part_match(cell, _CASED)}), count({cell}) FROM {findings.sound} "
        f"WHERE record % {every} = 0"
    )
    is_cased = bool(filled and cased >= _CASED_SHARE * filled)
    return lambda column: f"trim({column})" if is_cased else f"lower(trim({column}))"


@dataclass(frozen=True, slots=True)
class _Composite:
    """Two fields that tell records apart together, and how often they don't."""

    partner: FieldRule
    expected: float  # pairs of records of one group that chance would let meet
    meeting: int  # that do
    offending: int  # later records of a repeated pair of values


def find_repeats(findings: Findings) -> None:
    """Hints at an identifier that names a group of records, and at the field that tells a group's records apart."""
    group = _group_identifier(findings)
    if group is None:
        return
    column = f"c{group.position}"
    source = (
        f"(SELECT * FROM {findings.sound} WHERE {column} IS NOT NULL AND trim({column}) <> '' AND record NOT IN "
        "(SELECT record FROM problems WHERE edge_case = 'duplicate_record'))"
    )
    filled, sharing, alike = findings.one(
        "SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE n > 1), 0), coalesce(sum(n * (n - 1)), 0) / 2 FROM "
        f"(SELECT count(*) AS n FROM {source} GROUP BY {column})"
    )
    if not sharing:
        return
    composite = _composite_of(findings, source, group, int(filled), float(alike))
    findings.hints.append(_repeating_identifier(group, composite, int(sharing), int(filled)))
    if composite is not None and composite.offending:
        findings.hints.append(_composite_key(findings, source, group, composite))


def _group_identifier(findings: Findings) -> FieldRule | None:
    """The most selective identifier that repeats, in a file where no field is meant to be unique."""
    records = findings.records
    if records < FEWEST_RECORDS or any(rule.unique for rule in findings.checked):
        return None
    groups = [
        rule
        for rule in findings.checked
        if rule.kind is FieldKind.IDENTIFIER
        and max(10, _GROUP_SHARE * records) <= findings.distinct.get(rule.position, 0) < _UNIQUE_SHARE * records
    ]
    return min(groups, key=lambda rule: (-findings.distinct[rule.position], rule.position), default=None)


def _composite_of(findings: Findings, source: str, group: FieldRule, filled: int, alike: float) -> _Composite | None:
    """The field that, far more than chance would, differs within a group, and nearly always does."""
    partners = _partners(findings, group)
    if not partners:
        return None
    counts = findings.one(
        "SELECT "
        + ", ".join(distinct_about(row_hash([f"c{group.position}", f"c{one.position}"])) for one in partners)
        + f" FROM {source}"
    )
    near = [one for one, count in zip(partners, counts, strict=True) if count >= 0.95 * filled]
    chances = agreement_by_chance(findings, near)
    found = []
    for one in near:
        meeting, offending = findings.one(
            "SELECT coalesce(sum(n * (n - 1)), 0) / 2, coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM "
            f"{source} GROUP BY c{group.position}, c{one.position})"
        )
        found.append(_Composite(one, alike * chances.get(one.position, 0.0), int(meeting), int(offending)))
    keys = [one for one in found if _is_a_key(one, filled)]
    return min(keys, key=lambda one: (one.meeting - one.expected, one.partner.position), default=None)


def _partners(findings: Findings, group: FieldRule) -> list[FieldRule]:
    possible = [
        rule
        for rule in findings.checked
        if rule.position != group.position
        and rule.kind in _PARTNER_KINDS
        and 2 <= findings.distinct.get(rule.position, 0) < _UNIQUE_SHARE * findings.records
        and findings.distinct[rule.position] * findings.distinct[group.position] >= findings.records
    ]
    possible.sort(key=lambda rule: (findings.distinct[rule.position], rule.position))
    return possible[:MOST_PARTNERS]


def _is_a_key(one: _Composite, filled: int) -> bool:
    return (
        one.expected >= _FEWEST_MEETINGS
        and one.meeting <= _KEPT_APART * one.expected
        and one.offending <= max(_FEWEST_OFFENDING, (1 - COMPOSITE_SHARE) * filled)
    )


def _repeating_identifier(group: FieldRule, composite: _Composite | None, sharing: int, filled: int) -> Hint:
    share = whole_percent(sharing / filled)
    text = f"{group.field} repeats in {share} of the records: it identifies a group, not a record."
    fields: tuple[str, ...] = (group.field,)
    if composite is not None:
        fields = (group.field, composite.partner.field)
        but = f", but for {composite.offending:,} of them" if composite.offending else ""
        text += f" Together with {composite.partner.field} it identifies a record{but}."
    return Hint(
        id=f"repeating_identifier: {' + '.join(fields)}",
        kind="repeating_identifier",
        fields=fields,
        title=f"Identifier of a group: {group.field}",
        text=text,
        records=sharing,
    )


def _composite_key(findings: Findings, source: str, group: FieldRule, composite: _Composite) -> Hint:
    first, second = f"c{group.position}", f"c{composite.partner.position}"
    rows = findings.rows(
        f"SELECT {first}, {second} FROM {source} GROUP BY {first}, {second} HAVING count(*) > 1 ORDER BY min(record) "
        f"LIMIT {_EXAMPLES}"
    )
    fields = (group.field, composite.partner.field)
    repeat = "record repeats" if composite.offending == 1 else "records repeat"
    return Hint(
        id=f"composite_key: {' + '.join(fields)}",
        kind="composite_key",
        fields=fields,
        title=f"Repeated in a group: {' + '.join(fields)}",
        text=f"{composite.offending:,} {repeat} {group.field} and {composite.partner.field} of an earlier one "
        "with other content, where nearly all others tell records apart by the two.",
        records=composite.offending,
        examples=tuple(f"{one} + {other or ''}"[:_EXAMPLE_LENGTH] for one, other in rows),
    )
