from __future__ import annotations

import random

import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.suggestion import suggest_rules


def audited(sample, name, values):
    connection, reading = sample([name, "n"], [[value, f"{place}x"] for place, value in enumerate(values)])
    rules = suggest_rules(connection, reading)
    return rules.rules[0], audit_sample(connection, reading, rules)


def told(report, kind):
    return [hint for hint in report.hints if hint.kind == kind]


def ages(count=100):
    rng = random.Random(1)
    return [str(rng.randint(18, 80)) for _ in range(count)]


@pytest.mark.parametrize("filler", ["999", "9999", "-1", "-99", "99999.0"])
def test_a_filler_number_far_from_all_others_is_missing_and_says_why(sample, filler):
    rule, report = audited(sample, "age", [*ages(), *[filler] * 4])
    assert rule.missing_tokens == (filler,)
    assert f"stands far from all other values, so counted as missing: {filler} (4)" in rule.suggested_because
    assert report.fields[0].missing_tokens == {filler: 4}
    assert not told(report, "placeholder_rejected")


def test_a_filler_among_values_of_its_size_is_rejected_with_the_reason(sample):
    rng = random.Random(2)
    values = [str(rng.randint(500, 12400)) for _ in range(200)]
    rule, report = audited(sample, "meters", [*values, "12400", *["9999"] * 3])
    assert rule.missing_tokens == ()
    (hint,) = told(report, "placeholder_rejected")
    assert hint.text == "9999 stands 3 times, but values up to 12,400 lie around it, so it counts as a value."
    assert (hint.records, hint.examples) == (3, ("9999",))
    assert report.clean.share == 1.0


def test_minus_one_among_other_negative_values_is_rejected_with_the_reason(sample):
    _, report = audited(sample, "delta", [*ages(), "-7", "-12", *["-1"] * 5])
    assert "other values below zero occur" in told(report, "placeholder_rejected")[0].text


def test_a_filler_date_near_others_is_rejected_with_the_reason(sample):
    days = [f"{year}-05-0{day}" for year in range(1902, 1950) for day in range(1, 4)]
    rule, report = audited(sample, "born", [*days, *["1900-01-01"] * 4])
    assert rule.missing_tokens == ()
    assert "1900-01-01 stands 4 times, but 24 other dates lie within 10 years" in (
        told(report, "placeholder_rejected")[0].text
    )


def test_a_filler_date_with_a_time_far_from_the_others_is_missing(sample):
    days = [f"{year}-05-0{day} 00:00:00" for year in range(2005, 2020) for day in range(1, 4)]
    rule, report = audited(sample, "awarded", [*days, *["1900-01-01 00:00:00"] * 4])
    assert rule.missing_tokens == ("1900-01-01 00:00:00",)
    assert not told(report, "placeholder_rejected")


def test_a_day_zero_is_an_impossible_date(sample):
    days = [f"{year}-05-0{day}" for year in range(2005, 2020) for day in range(1, 4)]
    _, report = audited(sample, "awarded", [*days, *["0000-00-00"] * 3])
    assert {case.id: case.records for case in report.edge_cases} == {"date_impossible: awarded": 3}


def test_typed_fillers_are_hints_and_no_problems(sample):
    names = [f"{first} {last}" for first in ("Ann", "Bo", "Cy", "Di") for last in ("Lee", "Ray", "Fox", "Poe", "Orr")]
    _, report = audited(sample, "customer", [*names * 3, "Test", "asdf", "XXX"])
    (hint,) = told(report, "filler_value")
    assert hint.records == 3
    assert set(hint.examples) == {"Test", "asdf", "XXX"}
    assert "asdf" not in hint.text
    assert report.clean.share == 1.0


def test_repeated_digits_among_phone_numbers_are_hints(sample):
    rng = random.Random(1)
    phones = ["2" + "".join(rng.choice("0123456789") for _ in range(9)) for _ in range(100)]
    _, report = audited(sample, "phone", [*phones, "1111111111", "1234567890"])
    assert told(report, "filler_value")[0].records == 2


def test_a_word_that_the_field_lives_on_is_no_filler(sample):
    _, report = audited(sample, "kind of exam", ["test", "essay", "project"] * 20)
    assert not told(report, "filler_value")


def test_na_the_country_stays(sample):
    rule, _ = audited(sample, "country", ["DE", "FR", "US", "NA", "GB", "ZA"] * 5)
    assert rule.legitimate_tokens == ("NA",)
