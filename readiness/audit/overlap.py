"""Which edge cases occur together, and one primary category a record: counted from a report, without the records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations as pairs_of

from readiness.audit.report import AuditReport, ShareValue, Tier, share_value
from readiness.shares import whole_percent

MOST_COMPARED = 60  # edge cases whose pairs are counted, the most frequent ones
THREE_OR_MORE = 3
CLEAN = ""  # the primary category of clean records


@dataclass(frozen=True, slots=True)
class Pair:
    """Two edge cases (their ids), the more frequent one first, and the records that have both."""

    first: str
    second: str
    records: int
    share_of_smaller: float  # of the records of the less frequent one, 0..1


@dataclass(frozen=True, slots=True)
class Load:
    """How many records have so many edge cases; THREE_OR_MORE stands for every higher number."""

    edge_cases: int
    records: int
    share: ShareValue


@dataclass(frozen=True, slots=True)
class Overlap:
    """How edge cases overlap in records. `compared` of `edge_cases` were held against each other."""

    loads: tuple[Load, ...]  # none, one, two, three or more; they sum to all records
    pairs: tuple[Pair, ...]  # most records first
    edge_cases: int
    compared: int
    sentence: str


@dataclass(frozen=True, slots=True)
class PrimaryCategory:
    """The records whose primary category is one edge case, or CLEAN. Exclusive: all categories sum to all records."""

    edge_case: str  # EdgeCase.id
    title: str
    tier: Tier
    records: int
    share: ShareValue


def overlap_of(report: AuditReport) -> Overlap:
    """Which of the report's edge cases occur together in a record."""
    loads, pairs = _loads(report), _pairs(report)
    return Overlap(
        loads=loads,
        pairs=pairs,
        edge_cases=len(report.edge_cases),
        compared=min(MOST_COMPARED, len(report.edge_cases)),
        sentence=_sentence(report, loads, pairs),
    )


def primary_categories(report: AuditReport) -> tuple[PrimaryCategory, ...]:
    """One category a record, clean first, then by records: the most frequent edge case of the record's worst tier.

    Edge cases that are nobody's primary category are left out. The shares sum to 100%.
    """
    worst = list(Tier)
    rank = {case.id: (-worst.index(case.tier), place) for place, case in enumerate(report.edge_cases)}
    records: Counter[str] = Counter()
    for combination in report.combinations:
        records[min(combination.edge_cases, key=lambda case: rank[case])] += combination.records
    clean = PrimaryCategory(CLEAN, "Clean", Tier.CLEAN, report.clean.count, _share(report, report.clean.count))
    others = (
        PrimaryCategory(case.id, case.title, case.tier, records[case.id], _share(report, records[case.id]))
        for case in report.edge_cases
        if records[case.id]
    )
    return (clean, *sorted(others, key=lambda one: (-one.records, one.edge_case)))


def _loads(report: AuditReport) -> tuple[Load, ...]:
    counts: Counter[int] = Counter({0: report.clean.count})
    for combination in report.combinations:
        counts[min(THREE_OR_MORE, len(combination.edge_cases))] += combination.records
    return tuple(Load(many, counts[many], _share(report, counts[many])) for many in range(THREE_OR_MORE + 1))


def _pairs(report: AuditReport) -> tuple[Pair, ...]:
    place = {case.id: number for number, case in enumerate(report.edge_cases[:MOST_COMPARED])}
    records = {case.id: case.records for case in report.edge_cases}
    together: Counter[tuple[str, str]] = Counter()
    for combination in report.combinations:
        here = sorted((case for case in combination.edge_cases if case in place), key=place.__getitem__)
        for pair in pairs_of(here, 2):
            together[pair] += combination.records
    found = (
        Pair(first, second, count, count / min(records[first], records[second]))
        for (first, second), count in together.items()
    )
    return tuple(sorted(found, key=lambda pair: (-pair.records, place[pair.first], place[pair.second])))


def _sentence(report: AuditReport, loads: tuple[Load, ...], pairs: tuple[Pair, ...]) -> str:
    """The overlap as a facilitator reads it; empty where no record has an edge case."""
    unclean = report.records - report.clean.count
    if not unclean:
        return ""
    several = sum(load.records for load in loads if load.edge_cases > 1)
    if not several:
        return "No record has more than one edge case."
    said = (
        f"{several:,} of the {unclean:,} records that are not clean ({whole_percent(several / unclean)}) have more "
        "than one edge case, so the edge cases' shares add up to more than what is not clean."
    )
    if not pairs:
        return said
    most = pairs[0]
    titles = {case.id: case.title for case in report.edge_cases}
    return f"{said} Most often together: {titles[most.first]} and {titles[most.second]}, in {most.records:,} records."


def _share(report: AuditReport, count: int) -> ShareValue:
    return share_value(count, report.records, report.limits.population if report.limits else None)
