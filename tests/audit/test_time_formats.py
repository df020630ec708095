"""Times of day in several notations."""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.engine import audit_sample
from readiness.audit.report import Tier
from readiness.audit.rules import FieldKind, FieldRule, FieldRules
from readiness.audit.suggestion import suggest_rules
from readiness.audit.time_formats import clock_pattern, expected_time, fast_time_test, known_time_format, time_columns
from readiness.errors import InvalidValueError
from readiness.sql import quote_literal

MORNINGS = [f"{7 + place % 5}:{place % 60:02} a.m." for place in range(80)]
DAYS = [f"{place % 24:02}:{place * 7 % 60:02}" for place in range(80)]


def audited(sample, values, name="departure time"):
    connection, reading = sample(["flight", name], [[f"AA-{place}", value] for place, value in enumerate(values)])
    rules = suggest_rules(connection, reading)
    report = audit_sample(connection, reading, rules)
    return rules.rules[1], {case.id: case.records for case in report.edge_cases}, report


def name_of(text: str) -> str:
    with duckdb.connect() as connection:
        row = connection.execute(
            f"SELECT time_format FROM ({time_columns(f'(SELECT {quote_literal(text)} AS text)')})"
        ).fetchone()
    return row[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("7:10 a.m.", "hh:mm a.m./p.m."),
        ("07:10 PM", "hh:mm am/pm"),
        ("7:10a", "hh:mm a/p"),
        ("19:10", "hh:mm"),
        ("19:10:59.250", "hh:mm:ss"),
        ("19:10:59 pm", "hh:mm:ss am/pm"),
        ("19.10", "hh.mm"),
        ("9h30", "hh h mm"),
        ("0930", "hhmm"),
        ("19:10 Uhr", "hh:mm Uhr"),
        ("Dec 1 2011 7:10AM", "date and time"),
        ("12/02/2011 7:10 a.m.", "date and time"),
        ("2011-12-02T07:10", "date and time"),
        ("29:10", ""),
        ("19:75", ""),
        ("7:10 a.m. (-00:00)", ""),
        ("soon", ""),
        ("0.4375", ""),
    ],
)
def test_a_notation_is_told_by_the_whole_value(text, name):
    assert name_of(text) == name


def test_times_in_another_notation_can_be_repaired_and_what_is_none_goes_to_a_person(sample):
    odd = ["7:10a", "12/02/2011 7:10 a.m.", "19:10", "7:10 a.m. (-00:00)", "29:10 a.m.", "later"]
    rule, found, report = audited(sample, [*MORNINGS, *odd])
    assert (rule.kind, rule.format) == (FieldKind.TIME, "hh:mm a.m./p.m.")
    assert found == {"time_format: departure time": 3, "time_unknown: departure time": 3}
    assert report.edge_case("time_format: departure time").tier is Tier.REPAIRABLE
    assert report.edge_case("time_unknown: departure time").tier is Tier.NEEDS_REVIEW


def test_zeros_capitals_and_spaces_make_no_other_notation(sample):
    _, found, _ = audited(
        sample, [*[f"0{place % 9 + 1}:15 AM" for place in range(40)], "9:15 am", "09:15AM", "11:15 pm"]
    )
    assert found == {}


def test_times_of_one_notation_are_all_fine(sample):
    rule, found, _ = audited(sample, DAYS, "opens")
    assert (rule.kind, rule.format, found) == (FieldKind.TIME, "hh:mm", {})


def test_minutes_and_seconds_of_a_run_are_no_times_of_day(sample):
    runs = [f"{18 + place % 20}:{place * 7 % 60:02}" for place in range(120)]
    rule, found, _ = audited(sample, runs, "result")
    assert rule.kind is not FieldKind.TIME
    assert found == {}
    assert audited(sample, DAYS, "duration")[0].kind is not FieldKind.TIME


def test_an_expected_time_format_that_is_none_is_refused(sample):
    connection, reading = sample(["t"], [["10:15"]])
    rules = FieldRules(rules=(FieldRule(field="t", position=0, kind=FieldKind.TIME, format="quarter past"),))
    with pytest.raises(InvalidValueError):
        audit_sample(connection, reading, rules)


def test_without_an_expected_format_only_what_is_no_time_is_listed(sample):
    connection, reading = sample(["t"], [["10:15"], ["10:15 am"], ["never"]])
    rules = FieldRules(rules=(FieldRule(field="t", position=0, kind=FieldKind.TIME),))
    report = audit_sample(connection, reading, rules)
    assert {case.id: case.records for case in report.edge_cases} == {"time_unknown: t": 1}


@given(
    st.integers(0, 23), st.integers(0, 59), st.sampled_from(["{:02}:{:02}", "{}:{:02}:30", "{:02}.{:02}", "{}h{:02}"])
)
def test_whatever_is_written_as_a_format_is_read_as_it(hour, minute, written):
    text = written.format(hour, minute)
    if text.startswith("0."):
        return
    name = expected_time({text: 1})
    assert name
    assert known_time_format(name.upper()) == name
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {fast_time_test(quote_literal(text), name)}").fetchone() == (True,)


@given(st.text(max_size=12))
def test_any_text_has_at_most_one_notation(text):
    name = expected_time({text: 1})
    assert name == known_time_format(name)
    assert not re.fullmatch(clock_pattern(), text) or name
