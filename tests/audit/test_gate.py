from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.engine import audit_sample
from readiness.audit.gate import judge_check, known_metrics, read_check
from readiness.audit.rules import FieldKind, FieldRule, FieldRules
from readiness.errors import InputError, InvalidValueError, UnknownFieldError, UnknownNameError

RULES = FieldRules(
    rules=(
        FieldRule(field="a", position=0, required=True),
        FieldRule(field="n.low", position=1, kind=FieldKind.NUMBER, format="1234"),
        FieldRule(field="m > 0", position=2, kind=FieldKind.NUMBER, format="1234", required=True),
        FieldRule(field="left", position=3, check=False),
    )
)


@pytest.fixture
def report(sample):
    """Ten records: six clean, two without a, two with two unreadable numbers, one of them twice."""
    rows = [["x", str(n), "1", ""] for n in range(6)]
    rows += [["", "7", "1", ""], ["", "8", "1", ""], ["x", "bad", "bad", ""], ["x", "bad2", "1", ""]]
    return audit_sample(*sample(["a", "n.low", "m > 0", "left"], rows), RULES, core_only=True)


def passes(text: str, report) -> bool:
    return judge_check(read_check(text), report).passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("clean>=0.6", True), ("clean >= 60%", True), ("clean>0.6", False), ("clean==.6", True), ("clean=0.61", False),
        ("clean<0.6", False), ("clean<=60 %", True), ("Clean<=0.7", True), ("clean.low>=0.3", True),
        ("clean.low>=0.6", False), ("clean.high>=0.8", True), ("needs review<=40%", True), ("needs_review<0.4", False),
        ("unusable=0", True), ("repairable<=1%", True), ("records>=10", True), ("records>10", False),
        ("problems=5", True), ("amount_unparsable<=0.2", True), ("amount_unparsable<0.2", False),
        ("amount_unparsable: m > 0<=0.1", True), ("amount_unparsable: n.low=20%", True), ("duplicate_record<=1%", True),
        ("missing:a<=20%", True), ("missing: a<0.2", False), ("missing:n.low<=0.3", True), ("missing:m > 0<=0", True),
        ("missing:a.low<=10%", True), ("missing:a.high<=10%", False),
    ],
)  # fmt: skip
def test_a_check_compares_what_was_observed_with_its_limit(report, text, passed):
    assert passes(text, report) is passed


def test_a_result_says_itself_in_one_sentence(report):
    results = [judge_check(read_check(text), report) for text in ("clean>=0.9", "records>=10", "clean.low>=10%")]
    assert [one.sentence for one in results] == [
        "FAILED clean>=0.9: clean is 60%, wanted at least 90%.",
        "passed records>=10: records is 10, wanted at least 10.",
        "passed clean.low>=10%: clean, lower end of the interval is 31.2674%, wanted at least 10%.",
    ]
    assert [one.passed for one in results] == [False, True, True]


@pytest.mark.parametrize(
    "text",
    ["", "clean", "clean>=", ">=0.9", "clean>=nine", "clean>=90", "clean=>0.9", "clean>=0.9.1", "clean>=-1",
     "clean>=1e1", "records>=50%", "records.low>=5", "missing:<=0.1", "clean>=0.9; DROP TABLE records", "x" * 10_000],
)  # fmt: skip
def test_a_text_that_is_no_check_is_refused(text):
    with pytest.raises((InvalidValueError, UnknownNameError)):
        read_check(text)


def test_an_unknown_metric_is_refused_beside_the_known_ones():
    with pytest.raises(UnknownNameError, match="Known: clean, repairable, needs review, unusable, records, problems"):
        read_check("clena>=0.9")
    assert "duplicate_record" in known_metrics()


@pytest.mark.parametrize("text", ["missing:b<=0.1", "date_format: b<=0.1"])
def test_a_field_that_is_not_there_is_refused(report, text):
    with pytest.raises(UnknownFieldError, match="No field 'b'"):
        judge_check(read_check(text), report)


def test_a_share_of_nothing_fails_rather_than_passing_unseen(sample, report):
    empty = audit_sample(*sample(["a", "n.low", "m > 0", "left"], []), RULES, core_only=True)
    for text in ("clean>=0", "duplicate_record<=1", "missing:a<=1"):
        assert not passes(text, empty)
    assert passes("records=0", empty)
    assert judge_check(read_check("missing:left<=1"), report).sentence.endswith("no record was checked for it.")


@given(st.text(max_size=40))
def test_any_text_is_a_check_or_refused_with_a_sentence(text):
    try:
        check = read_check(text)
    except InputError:
        return
    assert check.metric


@given(st.integers(0, 100), st.sampled_from([">=", ">", "<=", "<", "="]))
def test_a_percentage_and_a_share_mean_the_same(percent, sign):
    assert read_check(f"clean{sign}{percent}%").limit == pytest.approx(
        read_check(f"clean{sign}{percent / 100:.4f}").limit
    )
