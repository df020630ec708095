from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.decisions import Handling, HandlingDecision, effect_of
from readiness.audit.engine import audit_sample
from readiness.audit.report import AuditReport
from readiness.audit.rules import FieldKind, FieldRule, FieldRules

A, N = "missing_required: a", "amount_unparsable: n"


@pytest.fixture
def report(sample) -> AuditReport:
    """Two clean records, one with each edge case, one with both."""
    rules = FieldRules(
        rules=(FieldRule(field="a", position=0, required=True), FieldRule(field="n", position=1, kind=FieldKind.NUMBER))
    )
    return audit_sample(*sample(["a", "n"], [["x", "1"], ["x", "2"], ["", "3"], ["x", "bad"], ["", "bad"]]), rules)


def decide(**handlings: Handling) -> list[HandlingDecision]:
    return [
        HandlingDecision(edge_case={"a": A, "n": N}[name], handling=handling) for name, handling in handlings.items()
    ]


def counts(effect) -> tuple[int, int, int, int]:
    return effect.automatic.count, effect.review.count, effect.rejected.count, effect.undecided.count


def test_without_decisions_only_clean_records_run(report):
    effect = effect_of(report, [])
    assert counts(effect) == (2, 0, 0, 3)
    assert effect.undecided_edge_cases == (N, A)


def test_the_strictest_route_of_a_record_decides(report):
    assert counts(effect_of(report, decide(a=Handling.PREPROCESSING, n=Handling.REJECT))) == (3, 0, 2, 0)
    assert counts(effect_of(report, decide(a=Handling.HUMAN_REVIEW, n=Handling.REJECT))) == (2, 1, 2, 0)
    assert counts(effect_of(report, decide(a=Handling.HUMAN_REVIEW))) == (2, 2, 0, 1)
    assert counts(effect_of(report, decide(a=Handling.ACCEPT))) == (3, 0, 0, 2)


def test_a_record_that_fails_validation_goes_to_a_person(report):
    assert counts(effect_of(report, decide(a=Handling.VALIDATION_RULE, n=Handling.ACCEPT))) == (3, 2, 0, 0)


def test_the_effect_needs_no_raw_records(report):
    stored = AuditReport.model_validate_json(report.without_values().model_dump_json())
    decisions = decide(a=Handling.REJECT, n=Handling.ACCEPT)
    assert effect_of(stored, decisions) == effect_of(report, decisions)


def test_decisions_about_edge_cases_that_were_not_found_are_named(report):
    gone = HandlingDecision(edge_case="date_format: gone", handling=Handling.REJECT)
    assert effect_of(report, [gone]).unknown_decisions == ("date_format: gone",)


@given(st.sampled_from([None, *Handling]), st.sampled_from([None, *Handling]))
def test_routes_sum_to_all_records(a, n):
    report = AuditReport.model_validate_json(STORED)
    chosen = {name: handling for name, handling in (("a", a), ("n", n)) if handling is not None}
    effect = effect_of(report, decide(**chosen))
    assert sum(counts(effect)) == report.records
    assert effect.automatic.low <= effect.automatic.share <= effect.automatic.high


STORED = """{"reading": {"name": "s.csv", "sha256": "", "size_bytes": 1, "format": "csv",
"records": 10, "unsplit": 0, "sentence": "."},
"rules": {"rules": []}, "records": 10, "clean": {"count": 4, "share": 0.4, "low": 0.2, "high": 0.7},
"tiers": [], "edge_cases": [],
"fields": [], "problems": 8, "combinations": [{"edge_cases": ["missing_required: a"], "records": 3},
{"edge_cases": ["amount_unparsable: n"], "records": 1},
{"edge_cases": ["amount_unparsable: n", "missing_required: a"], "records": 2}]}"""


def test_the_effect_says_itself_in_one_sentence(report):
    sentence = effect_of(report, decide(a=Handling.HUMAN_REVIEW, n=Handling.PREPROCESSING)).sentence
    assert (
        sentence
        == "After these decisions 60.0% of the records run without a person, 40.0% go to review and 0.0% are rejected."
    )


def test_the_population_of_the_report_narrows_the_effect(report):
    of_five = report.model_copy(update={"limits": report.limits.model_copy(update={"population": 5})})
    effect = effect_of(of_five, [])
    assert (effect.automatic.low, effect.automatic.share, effect.automatic.high) == (0.4, 0.4, 0.4)
