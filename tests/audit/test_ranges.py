from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.engine import audit_sample
from readiness.audit.measures import day_number, day_of
from readiness.audit.problems import records_of
from readiness.audit.rules import DayMonthOrder, DecimalMark, FieldKind, FieldRule, FieldRules
from readiness.audit.suggestion import suggest_rules
from readiness.errors import InvalidValueError


def outside(sample, values, **rule):
    connection, reading = sample(["x", "n"], [[value, f"{place}x"] for place, value in enumerate(values)])
    rules = FieldRules(rules=(FieldRule(field="x", position=0, **rule),))
    audit_sample(connection, reading, rules)
    return {row.record: row.reason for row in records_of(connection, "value_outside_range: x", limit=100)}


def test_numbers_beyond_a_limit_are_listed_and_the_limit_itself_is_inside(sample):
    found = outside(sample, ["0", "5", "10", "10.01", "-1"], kind=FieldKind.NUMBER, low="0", high="10")
    assert found == {4: "above 10", 5: "below 0"}


def test_one_limit_is_enough(sample):
    assert set(outside(sample, ["1", "2", "3"], kind=FieldKind.NUMBER, high="2")) == {3}
    assert set(outside(sample, ["1", "2", "3"], kind=FieldKind.NUMBER, low="2")) == {1}


def test_amounts_are_read_by_their_field_before_they_are_compared(sample):
    values = ["1.234,50 €", "99,00", "1.000", "(5,00)", "2.000.000"]
    found = outside(sample, values, kind=FieldKind.MONEY, decimal_mark=DecimalMark.COMMA, low="0", high="1.234,00")
    assert set(found) == {1, 4, 5}


def test_percent_and_quantities_are_compared_by_their_number(sample):
    assert set(outside(sample, ["5%", "120%", "7"], kind=FieldKind.PERCENT, high="100%")) == {2}
    assert set(outside(sample, ["12 oz", "900 oz.", "8 ounces"], kind=FieldKind.QUANTITY, high="100")) == {2}


def test_dates_are_compared_by_their_day_under_the_order_of_the_field(sample):
    values = ["05/03/2024", "2024-12-31", "31/12/2023", "1 Mar 2024", "01/02/2025 10:00"]
    rule = {"kind": FieldKind.DATE, "format": "dd/mm/yyyy", "day_month_order": DayMonthOrder.DAY_FIRST}
    assert set(outside(sample, values, low="01/01/2024", high="31/12/2024", **rule)) == {3, 5}
    assert set(outside(sample, values, low="04/03/2024", **rule)) == {3, 4}


def test_two_digit_years_are_of_this_century_up_to_sixty_eight(sample):
    rule = {"kind": FieldKind.DATE, "format": "dd/mm/yy", "day_month_order": DayMonthOrder.DAY_FIRST}
    assert set(outside(sample, ["01/02/99", "01/02/24", "1/2/99"], low="01/01/00", **rule)) == {1, 3}


def test_what_cannot_be_read_or_is_missing_is_no_range_problem(sample):
    assert outside(sample, ["abc", "", "N/A", "5"], kind=FieldKind.NUMBER, low="0", high="9") == {}


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"kind": FieldKind.NUMBER, "low": "many"}, "Lowest value of x: 'many' is no number"),
        ({"kind": FieldKind.DATE, "high": "31/31/2024", "format": "dd/mm/yyyy"}, "Highest value of x: '31/31/2024'"),
        ({"kind": FieldKind.TEXT, "low": "a"}, "the field holds text values"),
        ({"kind": FieldKind.NUMBER, "low": "9", "high": "1"}, "lies above the highest"),
        ({"kind": FieldKind.NUMBER, "low": "nan"}, "is no number"),
    ],
)
def test_a_limit_that_cannot_be_one_is_said_in_a_sentence(sample, rule, says):
    with pytest.raises(InvalidValueError, match=says):
        outside(sample, ["1", "2"], **rule)


def test_no_limit_is_ever_suggested(sample):
    connection, reading = sample(["amount"], [[str(number)] for number in [*range(50), 99999]])
    rule = suggest_rules(connection, reading).rules[0]
    assert (rule.low, rule.high) == ("", "")


@given(st.integers(1, 9999), st.integers(1, 12), st.integers(1, 31))
def test_a_day_and_its_number_turn_into_each_other(year, month, day):
    assert day_of(day_number(year, month, day)) == (year, month, day)


@given(st.dates(), st.dates())
def test_later_days_have_larger_numbers(one, other):
    numbers = [day_number(each.year, each.month, each.day) for each in (one, other)]
    assert (numbers[0] < numbers[1]) == (one < other)
