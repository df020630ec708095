from __future__ import annotations

import pytest

from readiness.audit.rules import DayMonthOrder, DecimalMark, FieldKind, FieldRule
from readiness.audit.suggestion import suggest_rules


def suggest(sample, name, values):
    connection, reading = sample([name, "row"], [[value, f"r{place}"] for place, value in enumerate(values)])
    return suggest_rules(connection, reading).rules[0]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("invoice_date", ["2024-01-01", "2024-02-01"], FieldKind.DATE),
        ("received", ["2024-01-01 10:00:00", "2024-01-02 11:00:00"], FieldKind.DATE_TIME),
        ("amount", ["12.50", "1,234.00"], FieldKind.MONEY),
        ("x", ["£5.00", "£6.00"], FieldKind.MONEY),
        ("height", ["1.5", "2"], FieldKind.NUMBER),
        ("share", ["5%", "10%"], FieldKind.PERCENT),
        ("size", ["12 oz", "16 oz", "12 oz"], FieldKind.QUANTITY),
        ("vendor_id", ["17", "18"], FieldKind.IDENTIFIER),
        ("InvoiceNumber", ["A-17", "A-18"], FieldKind.IDENTIFIER),
        ("code", ["00712", "00813"], FieldKind.IDENTIFIER),
        ("contact", ["a@b.org", "c@d.com"], FieldKind.EMAIL),
        ("page", ["https://a.org/x", "http://b.org"], FieldKind.URL),
        ("phone", ["+49 30 1234567", "030 7654321"], FieldKind.PHONE),
        ("zip", ["10115", "80331"], FieldKind.POSTCODE),
        ("country", ["Germany", "France"], FieldKind.COUNTRY),
        ("vendor name", ["A Ltd", "B GmbH"], FieldKind.NAME),
        ("active", ["yes", "no", "yes"], FieldKind.BOOLEAN),
        ("opens", ["10:30", "09:00"], FieldKind.TIME),
        ("notes", ["please call", "paid twice"], FieldKind.TEXT),
    ],
)
def test_the_kind_follows_the_values_and_then_the_name(sample, name, values, kind):
    assert suggest(sample, name, values).kind is kind


def test_the_order_is_decided_for_the_field_by_days_above_twelve(sample):
    rule = suggest(sample, "day", ["03/04/2024", "25/04/2024", "01/02/2024"])
    assert (rule.day_month_order, rule.format) == (DayMonthOrder.DAY_FIRST, "dd/mm/yyyy")
    assert "1 have a day above 12" in rule.suggested_because
    assert suggest(sample, "day", ["03/04/2024", "04/25/2024"]).day_month_order is DayMonthOrder.MONTH_FIRST


def test_the_order_stays_undecided_and_says_so_where_nothing_shows_it(sample):
    rule = suggest(sample, "day", ["03/04/2024", "01/02/2024", "05/06/2024"])
    assert rule.day_month_order is DayMonthOrder.UNDECIDED
    assert "undecided" in rule.suggested_because


def test_the_order_stays_undecided_where_both_are_in_use(sample):
    rule = suggest(sample, "day", ["25/04/2024", "04/25/2024", "26/04/2024"] * 10)
    assert rule.day_month_order is DayMonthOrder.UNDECIDED


def test_sorted_records_decide_the_order_where_no_day_is_above_twelve(sample):
    days = [f"{day:02}/{month:02}/2024" for month in range(1, 6) for day in range(1, 13)]
    rule = suggest(sample, "day", days)
    assert rule.day_month_order is DayMonthOrder.DAY_FIRST
    assert "sorted" in rule.suggested_because


def test_another_date_field_decides_where_a_field_cannot(sample):
    connection, reading = sample(["sent", "due"], [["03/04/2024", "25/04/2024"], ["09/08/2024", "26/04/2024"]])
    sent = suggest_rules(connection, reading).of("sent")
    assert sent.day_month_order is DayMonthOrder.DAY_FIRST
    assert "other date fields" in sent.suggested_because


def test_the_decimal_mark_is_decided_for_the_field(sample):
    assert suggest(sample, "amount", ["1.234,50", "12,5", "7"]).decimal_mark is DecimalMark.COMMA
    assert suggest(sample, "amount", ["1,234.50", "12.5", "7"]).decimal_mark is DecimalMark.POINT
    assert suggest(sample, "amount", ["1,234", "7"]).decimal_mark is DecimalMark.UNDECIDED


def test_a_field_that_names_the_record_is_required_even_when_a_fifth_is_missing(sample):
    rule = suggest(sample, "vendor", ["A", "B", "C", "D"] * 5 + [""] * 5)
    assert rule.required
    assert "80%" in rule.suggested_because


def test_a_half_empty_note_and_a_closing_date_are_not_required(sample):
    assert not suggest(sample, "note", ["call", "wait"] * 5 + [""] * 10).required
    assert not suggest(sample, "closed_date", ["2024-01-01"] * 8 + [""] * 4).required


def test_na_is_a_country_among_country_codes_and_missing_elsewhere(sample):
    codes = suggest(sample, "country", ["DE", "FR", "US", "NA", "GB", "ZA"])
    assert codes.legitimate_tokens == ("NA",)
    assert not codes.missing_tokens
    assert suggest(sample, "city", ["Berlin", "NA", "Paris"]).missing_tokens == ("NA",)


def test_none_is_a_grade_among_grades_and_a_dash_is_a_sign_among_signs(sample):
    assert suggest(sample, "severity", ["None", "low", "high"]).legitimate_tokens == ("None",)
    assert suggest(sample, "city", ["None", "Berlin", "Paris"]).missing_tokens == ("None",)
    assert suggest(sample, "strand", ["+", "-", "+"]).legitimate_tokens == ("-",)


def test_a_filler_number_counts_as_missing_only_when_it_stands_apart(sample):
    assert suggest(sample, "age", ["9999"] * 3 + ["31", "44", "27"]).missing_tokens == ("9999",)
    assert suggest(sample, "age", ["-1"] * 3 + ["31", "44", "27"]).missing_tokens == ("-1",)
    assert suggest(sample, "delta", ["-1"] * 3 + ["-2", "4", "-7"]).missing_tokens == ()
    assert suggest(sample, "meters", ["9999"] * 3 + ["9500", "8400"]).missing_tokens == ()


def test_a_filler_date_counts_as_missing_only_when_it_stands_apart(sample):
    assert suggest(sample, "day", ["1900-01-01", "2024-01-05", "2023-07-01"]).missing_tokens == ("1900-01-01",)
    assert suggest(sample, "born", ["1900-01-01", "1901-05-05", "1907-07-01"]).missing_tokens == ()


def test_every_suggestion_gives_its_reason_and_how_many_values_fit(sample):
    rule = suggest(sample, "amount", ["1.50"] * 9 + ["abc"])
    assert rule.fit == pytest.approx(0.9)
    assert rule.suggested_because.startswith("90% of 10 values are numbers")
    assert rule.suggested_because.endswith(".")


def test_lines_that_do_not_fit_have_no_say(sample):
    connection, reading = sample(["x"], [["1"], ["2"], ["word"]], {3: ("total", "word")})
    assert suggest_rules(connection, reading).rules[0].fit == 1.0


def test_a_token_that_the_user_takes_out_becomes_a_value():
    rule = FieldRule(field="x", position=0, missing_tokens=("N/A", "-")).with_missing_tokens(["-"])
    assert (rule.missing_tokens, rule.legitimate_tokens) == (("-",), ("N/A",))
    assert rule.with_missing_tokens(["-", "N/A"]).legitimate_tokens == ()
