"""Different spellings of one value, and values that a field rule does not allow."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.findings import Findings
from readiness.audit.fingerprints import spelling_of, trimmed
from readiness.audit.rules import FieldKind, FieldRule, FieldRules
from readiness.audit.spelling_families import families_of
from readiness.audit.spellings import MOST_VALUES, find_spellings


@pytest.fixture
def listed(make_sample):
    """Lists what is found in one field: listed(values, kind, **rule) -> {value: (kind of problem, reason)}, hints."""

    def run(values, kind=FieldKind.CATEGORY, *, field="colour", **rule):
        connection, _ = make_sample([field], [[value] for value in values])
        connection.execute(
            "CREATE TABLE problems (record BIGINT, line BIGINT, field VARCHAR, position INTEGER, edge_case VARCHAR, "
            "value VARCHAR, reason VARCHAR)"
        )
        connection.execute(
            "CREATE TABLE verdicts AS SELECT record, 0 AS row_hash, CASE WHEN coalesce(trim(c0), '') = '' THEN 1 "
            "ELSE 2 END AS v0 FROM records"
        )
        rules = FieldRules(rules=(FieldRule(field=field, position=0, kind=kind, **rule),))
        findings = Findings(connection, rules, records=len(values), distinct={0: len(set(values))})
        find_spellings(findings)
        rows = connection.execute("SELECT edge_case, value, reason, count(*) FROM problems GROUP BY ALL").fetchall()
        return {(case.split(":")[0], value): (reason, count) for case, value, reason, count in rows}, findings

    return run


def are_one(first: str, second: str, kind: FieldKind = FieldKind.CATEGORY) -> bool:
    return len(families_of({first: 2, second: 1}, kind, (), ())) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Firm Fixed Price", "FIRM-FIXED PRICE"),
        ("Firm Fixed Price", "firm  fixed price"),
        ("Steakhouses", "Steak houses"),
        ("Time & Materials", "Time and materials"),
        ("Time & Materials", "Time &amp;amp; Materials"),
        ("Zürich", "Zurich"),
        ("São Paulo", unicodedata.normalize("NFD", "São Paulo")),
        ("Straße", "Strasse"),
        ("Łódź", "Lodz"),
        ("Acme Limited", "ACME Ltd."),
        ("Acme Incorporated", "Acme, Inc."),
        ("Acme Corporation", "Acme Corp"),
        ("Acme G.m.b.H.", "Acme GmbH"),
        ("Bridge Street", "Bridge St."),
        ("Saint Louis", "St. Louis"),
        ("Price, fixed", "Fixed price"),
        ("Hour of labour", "labour of hour"),
        ("O'Neill", "O’Neill"),
    ],
)
def test_two_ways_of_writing_one_value_are_one(first, second):
    assert are_one(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("C", "C++"),
        ("A+", "A-"),
        ("<5", ">5"),
        ("1.5 mg", "15 mg"),
        ("10-20 years", "20-10 years"),
        ("Room 1 23", "Room 12 3"),
        ("Type 1", "Type 2"),
        ("Level -1", "Level 1"),
        ("ab12", "AB12"),
        ("aGVsbG8x", "agvsbg8x"),
        ("Berlin to Hamburg", "Hamburg to Berlin"),
        ("not paid", "paid not"),
        ("期限", "期眼"),
        ("कि", "की"),
        ("й", "и"),
        ("がく", "かく"),
        ("Acme Ltd", "Acme Inc"),
    ],
)
def test_values_whose_difference_means_something_stay_apart(first, second):
    assert not are_one(first, second)


def test_names_in_the_other_order_are_one_only_where_a_comma_says_so():
    assert are_one("James Thomas", "Thomas, James", FieldKind.NAME)
    assert not are_one("James Thomas", "Thomas James", FieldKind.NAME)
    assert not are_one("James Thomas", "Thomas James", FieldKind.TEXT)
    assert are_one("Acme, Inc.", "Acme Inc", FieldKind.NAME)


def test_north_is_abbreviated_in_addresses_only():
    assert are_one("12 North Main Street", "12 N Main St", FieldKind.ADDRESS)
    assert not are_one("North Region", "N Region", FieldKind.CATEGORY)


def test_an_acronym_stands_for_its_words_where_the_field_explains_it():
    values = {"FFP": 584, "FFP: Firm Fixed Price": 544, "Firm Fixed Price (FFP)": 41, "firm-fixed-price": 9, "LH": 3}
    families = families_of(values, FieldKind.CATEGORY, (), ())
    assert [(family.best, family.records) for family in families] == [("FFP", 1178), ("LH", 3)]


def test_an_acronym_that_is_explained_in_two_ways_stands_for_neither():
    values = {"CR": 50, "Cost Reimbursement (CR)": 10, "Change Request (CR)": 9}
    assert len(families_of(values, FieldKind.CATEGORY, (), ())) == 3


def test_an_acronym_that_nothing_explains_is_a_value_of_its_own():
    assert len(families_of({"FFP": 5, "Firm Fixed Price": 5}, FieldKind.CATEGORY, (), ())) == 2


def test_a_bracket_that_is_no_acronym_explains_nothing():
    assert len(families_of({"Hepatitis (HBV)": 5, "HBV": 5, "Hepatitis": 5}, FieldKind.CATEGORY, (), ())) == 3


def test_records_with_a_rarer_spelling_are_listed_with_the_count_of_the_usual_one(listed):
    found, _ = listed(["Green"] * 1200 + ["green"] * 30 + [" GREEN "] * 2 + ["Blue"] * 500)
    assert found == {
        ("spelling_variant", "green"): ("written otherwise in 1,200 records", 30),
        ("spelling_variant", " GREEN "): ("written otherwise in 1,200 records", 2),
    }


def test_spaces_around_a_value_make_no_other_spelling(listed):
    found, _ = listed(["Green"] * 20 + [" Green", "Green\u00a0"] + ["Blue"] * 20)
    assert found == {}


def test_case_of_single_letters_counts_only_where_one_of_them_is_rare(listed):
    assert listed(["M"] * 40 + ["m"] * 35 + ["F"] * 40)[0] == {}
    assert set(listed(["M"] * 40 + ["m"] * 3 + ["F"] * 40)[0]) == {("spelling_variant", "m")}
    assert listed(["M"] * 40 + ["m"] * 3 + ["g"] * 40, field="unit")[0] == {}


def test_yes_is_written_in_one_way(listed):
    found, _ = listed(["Yes"] * 30 + ["yes"] * 9 + ["No"] * 30 + ["no"] * 9, FieldKind.BOOLEAN)
    assert set(found) == {("spelling_variant", "yes"), ("spelling_variant", "no")}


@pytest.mark.parametrize("kind", [FieldKind.IDENTIFIER, FieldKind.EMAIL, FieldKind.URL, FieldKind.POSTCODE])
def test_codes_and_addresses_of_machines_are_not_compared(listed, kind):
    assert listed(["abcde"] * 30 + ["ABCDE"] * 3 + ["xyzxy"] * 30, kind)[0] == {}


def test_a_field_whose_values_hardly_recur_is_not_compared(listed):
    sentences = [f"Called about parcel {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(200)]
    assert listed([*sentences, "no answer", "No answer"], FieldKind.TEXT)[0] == {}


def test_words_for_missing_are_no_spellings(listed):
    assert listed(["Green"] * 20 + ["Blue"] * 20 + ["N/A"] * 5 + ["n/a"] * 2 + ["", " "])[0] == {}


def test_a_field_rule_switches_the_comparison_off(listed):
    values = ["Green"] * 300 + ["green"] * 3 + ["Purpple"] * 3 + ["Purple"] * 300
    assert len(listed(values)[0]) == 2
    assert listed(values, spellings=False)[0] == {}


def test_values_outside_the_allowed_ones_are_listed(listed):
    found, _ = listed(["1"] * 5 + [" 2 "] * 5 + ["3", ""], FieldKind.NUMBER, allowed=("1", "2"))
    assert found == {("value_not_allowed", "3"): ("none of the 2 allowed values", 1)}


def test_an_allowed_value_is_no_variant_and_no_misspelling(listed):
    values = ["Sulphate"] * 500 + ["sulphate"] * 2 + ["Sulphote"] * 2 + ["SULPHATE"] * 9
    found, _ = listed(values, allowed=("Sulphate", "sulphate", "Sulphote"))
    assert {key for key in found if key[0] != "value_not_allowed"} == {("spelling_variant", "SULPHATE")}


def test_the_allowed_spelling_is_the_right_one_however_rare(listed):
    found, _ = listed(["BERLIN"] * 50 + ["Berlin"] * 2 + ["Bonn"] * 30, allowed=("Berlin", "Bonn"))
    assert found["spelling_variant", "BERLIN"] == ("written otherwise in 2 records", 50)
    assert ("spelling_variant", "Berlin") not in found


def test_hostile_values_are_compared_as_they_are(listed):
    hostile = "x'); DROP TABLE records; --"
    found, findings = listed([hostile] * 30 + [hostile.upper()] * 2 + ["Blue"] * 30)
    assert set(found) == {("spelling_variant", hostile.upper())}
    assert findings.one("SELECT count(*) FROM records") == (62,)


def test_a_field_with_too_many_values_is_named_and_left_out(make_sample):
    connection, _ = make_sample(["name"], [["a"]])
    rules = FieldRules(rules=(FieldRule(field="name", position=0, kind=FieldKind.NAME),))
    findings = Findings(connection, rules, records=10 * MOST_VALUES, distinct={0: MOST_VALUES + 1})
    find_spellings(findings)
    assert [hint.kind for hint in findings.hints] == ["spellings_not_compared"]
    assert "name" in findings.hints[0].text


@given(st.text(max_size=30), st.sampled_from(FieldKind))
def test_a_value_and_its_case_and_spaces_are_one_or_it_is_a_code(text, kind):
    one = trimmed(text)
    if not one:
        return
    spaced = trimmed("  ".join(f" {one.upper()} ".split(" ")))
    if spaced.lower() == one.lower() and not any(letter.isdigit() for letter in one):
        assert spelling_of(spaced.lower(), kind).ordered == spelling_of(one.lower(), kind).ordered


@given(st.dictionaries(st.text(alphabet="abAB éÉ&-.,1(:)", max_size=6), st.integers(1, 50), max_size=12))
def test_every_value_is_in_one_family_and_no_record_is_lost(values):
    families = families_of(values, FieldKind.CATEGORY, (), ())
    kept = {value: records for value, records in values.items() if trimmed(value)}
    assert sorted(value for family in families for value in family.values) == sorted(kept)
    assert sum(family.records for family in families) == sum(kept.values())
    backwards = families_of(dict(sorted(values.items(), reverse=True)), FieldKind.CATEGORY, (), ())
    assert [(one.best, one.records, sorted(one.values)) for one in families] == [
        (one.best, one.records, sorted(one.values)) for one in backwards
    ]
