from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.overlap import overlap_of, primary_categories
from readiness.audit.report import AuditReport, Combination, EdgeCase, ReadingSummary, SampleLimits, Tier, share_value
from readiness.audit.rules import FieldRules

TIERS = {
    "a": Tier.REPAIRABLE, "b": Tier.NEEDS_REVIEW, "c": Tier.REPAIRABLE, "d": Tier.NEEDS_REVIEW, "e": Tier.UNUSABLE
}  # fmt: skip


def reported(combinations: dict[str, int], *, clean: int = 0, population: int | None = None) -> AuditReport:
    """A report of records with the edge cases that each key spells: {"ab": 3} is three records with a and b."""
    records = clean + sum(combinations.values())
    counts = {
        name: sum(count for names, count in combinations.items() if name in names)
        for name in set("".join(combinations))
    }
    cases = [
        EdgeCase(
            id=name, kind=name, title=f"Case {name}", reason=".", tier=TIERS[name], records=count,
            **share_value(count, records).model_dump(exclude={"count"}),
        )
        for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]  # fmt: skip
    return AuditReport(
        reading=ReadingSummary(
            name="s", sha256="", size_bytes=0, format="csv", records=records, unsplit=0, sentence="."
        ),
        rules=FieldRules(),
        records=records,
        clean=share_value(clean, records),
        tiers=(),
        edge_cases=tuple(cases),
        fields=(),
        problems=sum(counts.values()),
        combinations=tuple(
            Combination(edge_cases=tuple(sorted(names)), records=count) for names, count in combinations.items()
        ),
        limits=SampleLimits(hidden_below=0.1, population=population),
    )


def test_records_are_counted_by_how_many_edge_cases_they_have():
    overlap = overlap_of(reported({"a": 5, "ab": 3, "abc": 2, "abcde": 1}, clean=9))
    assert [(load.edge_cases, load.records) for load in overlap.loads] == [(0, 9), (1, 5), (2, 3), (3, 3)]


def test_pairs_are_named_with_their_records_and_the_share_of_the_smaller():
    overlap = overlap_of(reported({"a": 5, "ab": 3, "abc": 1, "b": 2}, clean=9))
    assert [(pair.first, pair.second, pair.records) for pair in overlap.pairs] == [
        ("a", "b", 4), ("a", "c", 1), ("b", "c", 1)
    ]  # fmt: skip
    assert overlap.pairs[0].share_of_smaller == pytest.approx(4 / 6)
    assert overlap.sentence == (
        "4 of the 11 records that are not clean (36%) have more than one edge case, so the edge cases' shares add up "
        "to more than what is not clean. Most often together: Case a and Case b, in 4 records."
    )


def test_the_worst_tier_decides_a_records_category_and_then_the_most_frequent_edge_case():
    report = reported({"ab": 3, "bd": 2, "a": 9, "d": 1, "ac": 1, "de": 1}, clean=3)
    found = {one.edge_case: one.records for one in primary_categories(report)}
    assert found == {"": 3, "a": 10, "b": 5, "d": 1, "e": 1}


def test_without_overlap_the_sentence_says_so():
    assert overlap_of(reported({"a": 1, "b": 1})).sentence == "No record has more than one edge case."
    assert overlap_of(reported({}, clean=4)).sentence == ""
    assert overlap_of(reported({})).pairs == ()


def test_the_population_narrows_the_shares_of_categories():
    exact = primary_categories(reported({"a": 5}, clean=5, population=10))
    assert [(one.share.low, one.share.high) for one in exact] == [(0.5, 0.5), (0.5, 0.5)]


@given(
    st.dictionaries(
        st.sets(st.sampled_from("abcde"), min_size=1).map(lambda s: "".join(sorted(s))), st.integers(1, 99)
    ),
    st.integers(0, 99),
)
def test_categories_and_loads_sum_to_all_records(combinations, clean):
    report = reported(combinations, clean=clean)
    overlap = overlap_of(report)
    assert sum(one.records for one in primary_categories(report)) == report.records
    assert sum(load.records for load in overlap.loads) == report.records
    assert all(0 < pair.share_of_smaller <= 1 for pair in overlap.pairs)
    if report.records:
        assert sum(one.share.share for one in primary_categories(report)) == pytest.approx(1.0)
