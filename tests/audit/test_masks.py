from __future__ import annotations

import random
import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.engine import audit_sample
from readiness.audit.masks import MOST_MASKS, OTHER, MaskCount, mask_name, pattern_of_masks, raw_mask
from readiness.audit.rules import FieldKind, FieldRule, FieldRules
from readiness.audit.suggestion import suggest_rules
from readiness.sql import quote_literal


def suggest(sample, name, values):
    connection, reading = sample([name, "n"], [[value, f"{place}x"] for place, value in enumerate(values)])
    return suggest_rules(connection, reading).rules[0]


def codes(count, seed=1):
    rng = random.Random(seed)
    return [f"{rng.choice('ABC')}{rng.choice('XYZ')}{rng.randint(0, 999999):06}" for _ in range(count)]


def audited(sample, name, values, rule=None):
    connection, reading = sample([name, "n"], [[value, f"{place}x"] for place, value in enumerate(values)])
    rules = FieldRules(rules=(rule,)) if rule else suggest_rules(connection, reading)
    report = audit_sample(connection, reading, rules)
    return report, {case.id: case.records for case in report.edge_cases}


@pytest.mark.parametrize(
    ("mask", "name"),
    [("AA999999", "A{2}9{6}"), ("A9 9AA", "A9 9A{2}"), ("aa-9", "a{2}-9"), ("", ""), ("(999) 999", "(9{3}) 9{3}")],
)
def test_a_mask_is_named_by_its_runs(mask, name):
    assert mask_name(mask) == name


@settings(deadline=None, max_examples=10)
@given(st.lists(st.text(alphabet="ABzé9٣ -ÄβЖ中\u00a0", max_size=12), min_size=1, max_size=30))
def test_a_mask_has_the_length_of_its_text_and_no_digit_but_nine(texts):
    rows = ", ".join(f"({quote_literal(text)})" for text in texts)
    with duckdb.connect() as connection:
        masks = connection.execute(f"SELECT t, {raw_mask('t')} FROM (VALUES {rows}) AS v(t)").fetchall()
    assert all(len(mask) == len(text) for text, mask in masks)
    assert all(not set(mask) & set("012345678BzéÄβЖ中") for _, mask in masks)


def test_codes_of_one_form_get_a_pattern_that_the_rule_shows(sample):
    rule = suggest(sample, "sku", codes(200))
    assert rule.pattern == "[A-Z]{2}[0-9]{6}"
    assert "[A-Z]{2}[0-9]{6}" in rule.suggested_because


def test_strays_among_codes_are_counted_and_nothing_else(sample):
    values = [*codes(300), "A-12", "123456", "AB12345", "ab123456"]
    report, found = audited(sample, "sku", values)
    assert found == {"format_stray: sku": 4}
    assert report.edge_case("format_stray: sku").example == "A-12"


def test_a_counter_that_grows_by_a_digit_is_no_stray(sample):
    assert audited(sample, "id", [str(number) for number in range(700, 1021)])[1] == {}
    assert audited(sample, "ref", [f"INV-{number}" for number in range(1, 400)])[1] == {}
    assert audited(sample, "ref", [f"C{number}" for number in range(960, 1300)])[1] == {}


def test_a_zero_padded_counter_has_a_fixed_width(sample):
    values = [f"INV-{number:06}" for number in range(200)]
    assert suggest(sample, "invoice no", values).pattern == "[A-Z]{3}-[0-9]{6}"
    assert audited(sample, "invoice no", [*values, "INV-77"])[1] == {"format_stray: invoice no": 1}


def test_a_few_values_show_no_pattern_with_strays(sample):
    assert suggest(sample, "sku", [*codes(25), "A-12"]).pattern == ""


def test_codes_of_several_forms_share_one_pattern_of_alternatives(sample):
    rng = random.Random(3)
    values = [f"{rng.choice(['hf', 'pn', 'ami'])}-{rng.randint(1, 9)}" for _ in range(150)]
    values += [f"scip-{rng.choice(['inf', 'card'])}-{rng.randint(1, 9)}" for _ in range(150)]
    rule = suggest(sample, "measure code", values)
    assert rule.pattern.count("|") == 1
    assert all(re.fullmatch(rule.pattern, value) for value in values)


def test_random_letters_and_digits_get_no_pattern(sample):
    rng = random.Random(5)
    values = ["".join(rng.choice("0123456789abcdefghijkl") for _ in range(10)) for _ in range(300)]
    assert suggest(sample, "token", values).pattern == ""


def test_names_and_plain_choices_get_no_pattern(sample):
    assert suggest(sample, "name", ["Ann Lee", "Bo Chu", "Cy Day"] * 40).pattern == ""
    assert suggest(sample, "status", ["open", "closed", "on hold"] * 40).pattern == ""


def test_longer_zip_codes_are_no_strays_and_short_ones_are(sample):
    rng = random.Random(2)
    values = [f"{rng.randint(1000, 99999):05}" for _ in range(300)] + ["10115-1234", "2127"]
    assert audited(sample, "zip", values)[1]["format_stray: zip"] == 1


def test_all_forms_of_british_postcodes_are_one_pattern(sample):
    values = ["M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 1HQ", "EC1A 1BB", "sw2 1ab"] * 20
    rule = suggest(sample, "postcode", values)
    assert all(re.fullmatch(rule.pattern, value) for value in values)
    assert rule.pattern


def test_one_way_of_writing_phone_numbers_makes_the_others_strays(sample):
    rng = random.Random(4)
    values = [f"({rng.randint(200, 989)}) {rng.randint(200, 999)}-{rng.randint(0, 9999):04}" for _ in range(200)]
    assert audited(sample, "phone", [*values, "205325810", "+1 205 325 8100"])[1] == {"format_stray: phone": 2}


def test_the_formats_of_a_coded_field_are_its_masks(sample):
    values = [*codes(90), "A-12", "A-13", "N/A", ""]
    report, _ = audited(sample, "sku", values, FieldRule(field="sku", position=0, kind=FieldKind.IDENTIFIER))
    formats = report.fields[0].formats
    assert [(one.name, one.values, one.expected) for one in formats] == [("A{2}9{6}", 90, True), ("A-9{2}", 2, False)]


def test_more_than_twenty_masks_are_counted_together(sample):
    values = ["a" * length for length in range(1, 31)] * 2
    rule = FieldRule(field="x", position=0, kind=FieldKind.CATEGORY)
    formats = audited(sample, "x", values, rule)[0].fields[0].formats
    assert len(formats) == MOST_MASKS + 1
    assert (formats[-1].name, formats[-1].values) == (OTHER, 20)
    assert sum(one.values for one in formats) == 60


def test_very_long_values_count_as_other(sample):
    rule = FieldRule(field="x", position=0, kind=FieldKind.IDENTIFIER)
    formats = audited(sample, "x", ["A1", "A2", "x" * 500], rule)[0].fields[0].formats
    assert [(one.name, one.values) for one in formats] == [("A9", 2), (OTHER, 1)]


def test_free_text_has_no_masks(sample):
    rule = FieldRule(field="x", position=0, kind=FieldKind.TEXT)
    assert audited(sample, "x", ["call back", "paid"], rule)[0].fields[0].formats == ()


@settings(deadline=None)
@given(st.lists(st.text(alphabet="AB12-. ", min_size=1, max_size=8), min_size=1, max_size=60))
def test_a_pattern_matches_as_many_values_as_it_says(texts):
    def raw(text):
        return "".join("A" if c.isalpha() else "9" if c.isdigit() else c for c in text)

    masks = {}
    for text in texts:
        masks.setdefault(raw(text), []).append(text)
    counts = [MaskCount(mask, len(found), min(found), max(found)) for mask, found in masks.items()]
    counts.sort(key=lambda one: (-one.records, one.mask))
    pattern, share = pattern_of_masks(counts, dict.fromkeys(texts, 1), len(texts), FieldKind.IDENTIFIER)
    if pattern:
        matched = sum(1 for text in texts if re.fullmatch(pattern, text))
        assert matched >= round(share * len(texts))
        assert share >= 0.95
