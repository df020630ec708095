"""What spreadsheets do to values: what is found of planted damage, and what looks like it and is sound."""

from __future__ import annotations

import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.report import Tier
from readiness.audit.rules import DayMonthOrder, FieldKind, FieldRule, FieldRules
from readiness.audit.suggestion import suggest_rules

PHONES = [f"{4_930_000_000 + 7_919 * place}" for place in range(60)]
CODES = [f"{(place * 1_237) % 100_000:05d}" for place in range(60)]
DATES = [f"{1 + place % 28:02d}/{1 + place % 12:02d}/{2014 + place % 5}" for place in range(60)]


def audited(sample, values, kind=FieldKind.TEXT, **more):
    rules = FieldRules(rules=(FieldRule(field="x", position=0, kind=kind, **more),))
    connection, reading = sample(["x"], [[value] for value in values])
    return connection, audit_sample(connection, reading, rules)


def found(report) -> dict[str, int]:
    return {case.id: case.records for case in report.edge_cases if case.kind not in ("duplicate_record",)}


def excel(report) -> dict[str, int]:
    return {case.id: case.records for case in report.edge_cases if case.kind == "excel_damage"}


@pytest.mark.parametrize("kind", [FieldKind.IDENTIFIER, FieldKind.PHONE, FieldKind.TEXT, FieldKind.NUMBER])
def test_long_numbers_in_scientific_notation_are_found_once_and_need_review(sample, kind):
    _, report = audited(sample, [*PHONES, "4.93E+09", "4,93E+11"], kind)
    assert found(report) == {"excel_damage: x": 2}
    assert report.edge_case("excel_damage: x").tier is Tier.NEEDS_REVIEW


def test_scientific_notation_among_measurements_is_a_way_of_writing(sample):
    measured = [f"{place / 7:.3f}" for place in range(60)]
    _, report = audited(sample, [*measured, "1.20E+11"], FieldKind.NUMBER, format="1234.56")
    assert excel(report) == {}


def test_scientific_notation_in_prose_stays(sample):
    _, report = audited(sample, [*[f"note number {place}" for place in range(30)], "1.2E+11"])
    assert excel(report) == {}


def test_lost_leading_zeros_are_found_where_others_kept_theirs(sample):
    connection, report = audited(sample, [*CODES, "1234", "812", "99"], FieldKind.IDENTIFIER)
    assert found(report) == {"excel_damage: x": 3}
    assert report.edge_case("excel_damage: x").tier is Tier.REPAIRABLE
    reasons = connection.execute("SELECT value, reason FROM problems ORDER BY record").fetchall()
    assert reasons == [
        ("1234", "leading zeros lost: 01234"),
        ("812", "leading zeros lost: 00812"),
        ("99", "leading zeros lost: 00099"),
    ]


@pytest.mark.parametrize(
    "values",
    [
        [str(place) for place in range(1, 120)],  # a counter
        [str(1_000 + place * 97) for place in range(200)],  # four digits, then five
        [*[f"{place:03d}" for place in range(100)], *[str(1_000 + place) for place in range(10)]],  # grew by a digit
        [*[f"{place:05d}" for place in range(50)], *[f"{place:03d}" for place in range(5)]],  # two kinds of code
    ],
)
def test_numbers_of_other_lengths_have_lost_no_zeros(sample, values):
    _, report = audited(sample, values, FieldKind.IDENTIFIER)
    assert excel(report) == {}


def test_five_digit_postcodes_need_no_witness(sample):
    full = [f"{10_000 + 733 * place}" for place in range(60)]
    _, report = audited(sample, [*full, "1234", "8045"], FieldKind.POSTCODE)
    assert excel(report) == {"excel_damage: x": 2}


def test_serial_numbers_among_dates_are_one_specific_problem(sample):
    connection, report = audited(
        sample, [*DATES, "42005", "42370.5", "99999", "abc"], FieldKind.DATE, day_month_order=DayMonthOrder.DAY_FIRST
    )
    assert found(report) == {"excel_damage: x": 2, "date_unknown: x": 2}
    rows = connection.execute("SELECT value, reason FROM problems WHERE edge_case LIKE 'excel%' ORDER BY record")
    assert rows.fetchall() == [
        ("42005", "a date left as a serial number of days: 2015-01-01"),
        ("42370.5", "a date left as a serial number of days: 2016-01-01"),
    ]


def test_serial_numbers_far_from_the_fields_dates_are_only_no_dates(sample):
    _, report = audited(sample, [*DATES, "20000"], FieldKind.DATE, day_month_order=DayMonthOrder.DAY_FIRST)
    assert found(report) == {"date_unknown: x": 1}


def test_a_field_of_dates_and_serial_numbers_is_suggested_as_dates(sample):
    connection, reading = sample(["ordered on"], [[value] for value in [*DATES, *["42005", "42370"] * 10]])
    assert suggest_rules(connection, reading).rules[0].kind is FieldKind.DATE


def test_day_zero_of_1900_is_an_empty_cell(sample):
    _, report = audited(
        sample, [*DATES, "00/01/1900", "1900-01-00"], FieldKind.DATE, day_month_order=DayMonthOrder.DAY_FIRST
    )
    assert found(report) == {"excel_damage: x": 2}


def test_times_left_as_fractions_of_a_day_are_found(sample):
    _, report = audited(sample, [*[f"{place % 24:02d}:15" for place in range(40)], "0.4375"], FieldKind.TIME)
    assert found(report) == {"excel_damage: x": 1}


def test_codes_turned_into_dates_are_found(sample):
    genes = [f"{letters}{number}" for letters in ("BRCA", "TP", "MYC", "KRAS") for number in range(1, 12)]
    _, report = audited(sample, [*genes, "2-Sep", "Mar-01", "Sep-82"])
    assert found(report) == {"excel_damage: x": 3}


def test_ranges_turned_into_dates_are_found(sample):
    ranges = [f"{low}-{high}" for low in range(1, 8) for high in range(10, 16)]
    _, report = audited(sample, [*ranges, "3-Apr", "2-Mar"])
    assert excel(report) == {"excel_damage: x": 2}


@pytest.mark.parametrize(
    "others",
    [
        [f"2{place:03d}" for place in range(30)],  # years
        [f"{month}-{year}" for month in ("Jan", "Feb", "May") for year in range(10, 22)],  # all are months
        [f"the meeting on day {place}" for place in range(30)],
    ],
)
def test_months_among_periods_or_prose_are_meant(sample, others):
    _, report = audited(sample, [*others, "Mar-15"])
    assert excel(report) == {}


@pytest.mark.parametrize("kind", [FieldKind.TEXT, FieldKind.NUMBER, FieldKind.DATE])
def test_error_cells_are_one_specific_problem_in_every_kind_of_field(sample, kind):
    errors = ["#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#####", "#NUM!"]
    values = {FieldKind.NUMBER: [str(place) for place in range(40)], FieldKind.DATE: DATES}.get(
        kind, list("abcdefgh" * 5)
    )
    _, report = audited(sample, [*values, *errors], kind, day_month_order=DayMonthOrder.DAY_FIRST)
    assert found(report) == {"excel_damage: x": len(errors)}


def test_long_numbers_rounded_to_fifteen_digits_are_found(sample):
    cards = [f"{4_000_123_412_341_234_567 + 7_919_793_713 * place}" for place in range(60)]
    _, report = audited(sample, [*cards, "4000123412341230000", "4111111111111110000"], FieldKind.IDENTIFIER)
    assert excel(report) == {"excel_damage: x": 2}


def test_a_last_digit_that_is_zero_by_chance_is_no_damage(sample):
    cards = [f"{4_000_123_412_341_234 + 7_919_793_713 * place}" for place in range(60)]
    _, report = audited(sample, cards, FieldKind.IDENTIFIER)
    assert excel(report) == {}


def test_an_apostrophe_that_marked_text_is_found(sample):
    _, report = audited(sample, [*CODES, "'01234", "'0042"], FieldKind.IDENTIFIER)
    assert excel(report) == {"excel_damage: x": 2}


def test_a_field_with_damage_of_both_sorts_needs_review_and_counts_each_record_once(sample):
    _, report = audited(sample, [*CODES, "1234", "1.2E+04", "'01234"], FieldKind.IDENTIFIER)
    assert excel(report) == {"excel_damage: x": 3}
    assert report.edge_case("excel_damage: x").tier is Tier.NEEDS_REVIEW


def test_text_of_one_usual_greatest_length_is_hinted_at_as_cut_off(sample):
    cut = [f"{place:04d} {'word ' * 80}"[:255] for place in range(12)]
    short = [f"note {place} {'word ' * (place % 40)}" for place in range(100)]
    _, report = audited(sample, [*short, *cut])
    assert [(hint.kind, hint.records) for hint in report.hints if hint.kind == "cut_off"] == [("cut_off", 12)]


def test_text_of_many_lengths_is_not_cut_off(sample):
    _, report = audited(sample, [f"note {place} {'x' * place}" for place in range(248)])
    assert [hint for hint in report.hints if hint.kind == "cut_off"] == []


def test_core_checks_alone_call_a_serial_number_no_date(sample):
    rules = FieldRules(
        rules=(FieldRule(field="x", position=0, kind=FieldKind.DATE, day_month_order=DayMonthOrder.DAY_FIRST),)
    )
    report = audit_sample(*sample(["x"], [[value] for value in [*DATES, "42005"]]), rules, core_only=True)
    assert found(report) == {"date_unknown: x": 1}


def test_suggested_rules_and_planted_damage_in_a_file_of_orders(sample):
    rows = [
        [
            f"{place * 37 % 10_000:04d}",
            f"{7_700_900_000 + 13 * place}",
            DATES[place % 60],
            f"item {place % 7}",
            f"{place}.50",
        ]
        for place in range(1, 201)
    ]
    rows[3][0], rows[8][0] = "42", "7"
    rows[5][1] = "7.7E+09"
    rows[6][2] = "42005"
    rows[7][4] = "#REF!"
    connection, reading = sample(["customer code", "account", "ordered on", "item", "price"], rows)
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    assert excel(report) == {
        "excel_damage: customer code": 2,
        "excel_damage: account": 1,
        "excel_damage: ordered on": 1,
        "excel_damage: price": 1,
    }
    assert not [
        case for case in report.edge_cases if case.kind in ("date_unknown", "amount_unparsable", "amount_format")
    ]


def test_damage_in_a_field_with_a_pattern_takes_the_place_of_the_broken_pattern(sample):
    _, report = audited(sample, [*CODES, "1.2E+04", "2-Mar", "'01234", "abc"], FieldKind.IDENTIFIER, pattern="[0-9]+")
    assert found(report) == {"excel_damage: x": 3, "format_stray: x": 1}
