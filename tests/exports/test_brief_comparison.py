"""Two issues of a brief side by side: everything that a sponsor would miss, in figures with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.decisions import Handling, HandlingDecision
from readiness.diagnosis.failure_modes import FailureModeCatalog
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Diagnosis
from readiness.exports.brief_comparison import compare_briefs, compare_texts
from readiness.exports.brief_json import brief_dict
from readiness.exports.briefs.content import Decision
from readiness.exports.document import Document, Paragraph
from tests.exports.documents import NOW


@pytest.fixture
def decision(facts: Facts, diagnosis: Diagnosis, catalog: FailureModeCatalog) -> Decision:
    return Decision("Invoice intake", facts, diagnosis, StopInputs(), catalog, issued_at=NOW)


def brief_of(decision: Decision) -> dict[str, Any]:
    return brief_dict(decision, fingerprint="ab" * 32)


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {change.what: (change.before, change.after) for change in compare_briefs(before, after)}


def changed(brief: Mapping[str, Any], section: str, **parts: Any) -> dict[str, Any]:
    return {**brief, section: {**(brief[section] or {}), **parts}}


def test_a_brief_says_the_same_as_itself(decision: Decision) -> None:
    assert compare_briefs(brief_of(decision), brief_of(decision)) == ()


def test_money_has_its_currency_and_a_change_of_it_alone_is_seen(decision: Decision) -> None:
    before = changed(brief_of(decision), "scope", cost={"p50": 88_529.4, "p80": 109_963.2})
    after = changed(before, "scope", currency="CHF")
    assert compared(before, after) == {
        "Cost (P50)": ("88,529 EUR", "88,529 CHF"),
        "Cost (P80)": ("109,963 EUR", "109,963 CHF"),
        "Currency": ("EUR", "CHF"),
    }


def test_the_value_a_month_and_its_inputs_are_compared(decision: Decision) -> None:
    volume = {"id": "volume", "label": "Volume", "likely": 2600, "unit": "items", "source": ""}
    before = {**brief_of(decision), "value": {"currency": "EUR", "month": {"p50": 10_577.3}, "inputs": [volume]}}
    after = changed(before, "value", month={"p50": 4_000}, inputs=[{**volume, "likely": 900, "source": "A tally"}])
    assert compared(before, after) == {
        "Value a month (P50)": ("10,577 EUR", "4,000 EUR"),
        "Value: Volume": (
            "2,600 items; source: not stated",
            "900 items; source: A tally",
        ),
    }


def test_a_share_is_a_percentage_and_each_edge_case_says_its_decision(decision: Decision, facts: Facts) -> None:
    case = "missing_required: vendor"
    otherwise = {**facts.decisions, case: HandlingDecision(edge_case=case, handling=Handling.REJECT)}
    after = replace(decision, facts=replace(facts, decisions=otherwise))
    (change,) = compare_briefs(brief_of(decision), brief_of(after))
    assert change.what.startswith("Edge case: ")
    assert (change.before.partition(", ")[2], change.after.partition(", ")[2]) == ("human review", "reject")
    cleaner = changed(brief_of(decision), "data", clean={"share": 0.8137})
    assert compared(brief_of(decision), cleaner)["Clean share"] == ("72.0%", "81.4%")


def test_limits_and_their_reasons_are_compared(decision: Decision) -> None:
    after = replace(decision, stop_inputs=StopInputs(most_outside_share=0.1, limit_reason="Two people."))
    assert compared(brief_of(decision), brief_of(after)) == {
        "Limit of the data rule": ("40%", "10%"),
        "Reason for the limit": ("none", "Two people."),
    }


def test_a_target_has_the_unit_of_its_metric(decision: Decision, facts: Facts) -> None:
    other = facts.outcome.model_copy(update={"target": 90.0, "wrong_output_cost": 40.0})
    found = compared(brief_of(decision), brief_of(replace(decision, facts=replace(facts, outcome=other))))
    assert found["Target"] == ("95%", "90%")
    assert "Cost of a wrong output" in found


def test_a_step_and_what_a_project_leaves_are_compared(decision: Decision) -> None:
    step = {"id": "a", "step": "Audit it.", "status": "open", "who": "", "until": None}
    before = {**brief_of(decision), "plan": [step], "closing": {"other-use-case": "None."}}
    after = {**before, "plan": [{**step, "who": "Ops", "until": "2026-12-01"}], "closing": {"other-use-case": "Forms."}}
    assert compared(before, after) == {
        "Step: Audit it.": ("open; nobody named, no date set", "open; Ops, 2026-12-01"),
        "What the project leaves: other use case": ("None.", "Forms."),
    }


def test_a_sentence_that_is_new_and_one_that_is_gone_are_both_shown(decision: Decision) -> None:
    before, after = ({**brief_of(decision), "changes": [f"GO if {name}."]} for name in ("one", "two"))
    assert [(one.before, one.after) for one in compare_briefs(before, after)] == [
        ("GO if one.", "none"),
        ("none", "GO if two."),
    ]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PARTS = ("scope", "data", "value", "outcome", "owner", "questions", "evidence", "plan", "closing", "reasons", "verdict")


@given(st.dictionaries(st.sampled_from(PARTS), ANY), st.dictionaries(st.sampled_from(PARTS), ANY))
def test_whatever_another_version_wrote_is_compared_without_a_fault(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    assert compare_briefs(before, before) == ()
    assert all(one.before != one.after for one in compare_briefs(before, after))


def test_texts_are_compared_by_their_passages_and_not_by_their_dates() -> None:
    before = Document("T", blocks=(Paragraph("Same."), Paragraph("Before.")), dated="1 Mar 2026")
    after = replace(before, blocks=(Paragraph("Same."), Paragraph("After.")), dated="2 Mar 2026")
    (change,) = compare_texts(before, after)
    assert (change.before, change.after) == ("Before.", "After.")
    assert compare_texts(before, replace(before, dated="")) == ()
