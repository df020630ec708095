"""Rules across fields: what breaks an applied relation is listed, and what nobody has confirmed is only a hint."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from readiness.audit.engine import audit_sample
from readiness.audit.problems import records_of
from readiness.audit.report import Tier
from readiness.audit.rules import DayMonthOrder, DecimalMark, FieldKind, FieldRule, FieldRules, Relation, RelationKind
from readiness.errors import UnknownFieldError


def relation(kind, *fields, applied=True, **more):
    return Relation(kind=kind, fields=fields, applied=applied, **more)


def date(field, **more):
    return FieldRule(field=field, position=0, **{"kind": FieldKind.DATE, "format": "yyyy-mm-dd", **more})


def number(field, **more):
    return FieldRule(
        field=field,
        position=0,
        kind=FieldKind.MONEY,
        **{"format": "1234.56", "decimal_mark": DecimalMark.POINT, **more},
    )


def text(field, **more):
    return FieldRule(field=field, position=0, **more)


def audit(sample, rules, rows, *relations, faults=None):
    connection, reading = sample([rule.field for rule in rules], rows, faults)
    return connection, audit_sample(connection, reading, FieldRules(rules=tuple(rules), relations=relations))


def broken(sample, rules, rows, one):
    """record -> reason of the relation's problems."""
    connection, report = audit(sample, rules, rows, one)
    found = {}
    for case in report.edge_cases:
        if case.kind in {
            "end_before_start",
            "high_below_low",
            "total_differs",
            "product_differs",
            "one_key_two_values",
        }:
            found |= {row.record: row.reason for row in records_of(connection, case.id)}
    return found


ORDER = relation(RelationKind.ORDER, "start", "end")


def test_an_end_before_its_start_is_listed_at_the_end_with_the_days(sample):
    rows = [["2024-01-05", "2024-01-09"], ["2024-01-05", "2024-01-04"], ["2024-03-01", "2024-02-18"]]
    connection, report = audit(sample, [date("start"), date("end")], rows, ORDER)
    case = report.edge_case("end_before_start: start + end")
    assert (case.records, case.tier, case.title) == (2, Tier.NEEDS_REVIEW, "End before start: start + end")
    rows = records_of(connection, case.id)
    assert [(row.record, row.value, row.reason) for row in rows] == [
        (2, "2024-01-04", "ends 1 day before it starts"),
        (3, "2024-02-18", "ends 12 days before it starts"),
    ]
    assert connection.execute("SELECT DISTINCT position FROM problems").fetchall() == [(1,)]


def test_dates_are_read_by_their_fields_order_and_format(sample):
    rules = [
        date("start", format="dd/mm/yyyy", day_month_order=DayMonthOrder.DAY_FIRST),
        date("end", format="mm/dd/yyyy", day_month_order=DayMonthOrder.MONTH_FIRST),
    ]
    rows = [["04/05/2024", "05/04/2024"], ["05/05/2024", "05/04/2024"], ["3 May 2024", "2024-05-01"]]
    assert broken(sample, rules, rows, ORDER) == {2: "ends 1 day before it starts", 3: "ends 2 days before it starts"}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-01-05", ""),
        ("2024-01-05", "n/a"),
        ("2024-01-05", "2023-02-30"),
        ("2024-01-05", "soon"),
        ("2024-01-05", "2024-01-05"),
        ("2024-01-05 14:30", "2024-01-05"),  # the day alone says nothing about the hour
        ("2024-01-05 14:30", "2024-01-05 00:00:00"),  # a clock that was never set
        ("2024-01-15", "Jan 2024"),
        ("2024-01-05 14:30", "2024-01-05 2:45 pm"),
        ("01/02/45", "2024-01-05"),  # 1945 or 2045
    ],
)
def test_what_cannot_be_told_is_no_problem(sample, start, end):
    assert broken(sample, [date("start"), date("end")], [[start, end]], ORDER) == {}


def test_clocks_decide_on_one_day(sample):
    rows = [["2024-01-05 14:30:00", "2024-01-05 14:29:59"], ["2024-01-05 11:00 AM", "2024-01-05 10:59 AM"]]
    rules = [date("start", kind=FieldKind.DATE_TIME), date("end", kind=FieldKind.DATE_TIME)]
    assert set(broken(sample, rules, rows, ORDER).values()) == {"ends earlier on the day it starts"}


def test_a_lower_limit_above_the_upper_is_listed(sample):
    rules = [number("low", format="1.234,56", decimal_mark=DecimalMark.COMMA), number("high")]
    rows = [["1.200,5", "1200.40"], ["3,5", "12"], ["", "1"]]
    assert broken(sample, rules, rows, relation(RelationKind.ORDER, "low", "high")) == {1: "less than 1.200,5"}


SUM = relation(RelationKind.SUM, "a", "b", "total")


def test_a_total_that_its_parts_do_not_give_is_listed(sample):
    rules = [number("a"), number("b"), number("total", format="£1,234.56")]
    rows = [["1000.10", "0.20", "£1,000.30"], ["1.00", "2.00", "£3.50"], ["-1.00", "2.00", "1"], ["x", "2.00", "£3"]]
    connection, report = audit(sample, rules, rows, SUM)
    case = report.edge_case("total_differs: a + b + total")
    assert [row.reason for row in records_of(connection, case.id)] == ["its parts add up to 3.00"]


def test_rounding_of_the_parts_is_allowed_and_whole_numbers_are_exact(sample):
    rules = [number("a"), number("b"), number("total")]
    assert broken(sample, rules, [["0.33", "0.33", "0.67"], ["0.33", "0.33", "0.69"]], SUM).keys() == {2}
    counts = [number(name, format="1234", decimal_mark=DecimalMark.UNDECIDED) for name in ("a", "b", "total")]
    assert broken(sample, counts, [["3", "4", "7"], ["3", "4", "8"]], SUM).keys() == {2}


def test_a_number_of_hundreds_of_digits_is_not_computed_with(sample):
    rules = [number("a"), number("b"), number("total")]
    assert broken(sample, rules, [["9" * 305, "1.00", "2.00"], ["1.00", "1.00", "9" * 305]], SUM) == {}


def test_an_empty_part_adds_nothing_unless_it_is_required(sample):
    rows = [["1.00", "", "1.00"], ["1.00", "", "3.00"], ["", "", "3.00"]]
    assert broken(sample, [number("a"), number("b"), number("total")], rows, SUM).keys() == {2}
    assert broken(sample, [number("a"), number("b", required=True), number("total")], rows, SUM) == {}


def test_a_product_allows_for_the_rounding_of_the_price(sample):
    rules = [number("quantity", format="1234"), number("price"), number("amount")]
    rows = [["3", "1.50", "4.50"], ["1000", "0.33", "333.33"], ["3", "1.50", "5.50"], ["7", "", "1"]]
    found = broken(sample, rules, rows, relation(RelationKind.PRODUCT, "quantity", "price", "amount"))
    assert found == {3: "multiplied they give 4.50"}


KEYED = relation(RelationKind.DEPENDENCY, "zip", "city")


def test_the_minority_of_a_key_is_listed_and_a_draw_is_a_hint(sample):
    rows = [["1", "Bonn"]] * 3 + [
        ["1", "Ulm"],
        ["1 ", " BONN"],
        ["2", "Kiel"],
        ["2", "Jena"],
        ["3", "Mainz"],
        ["", "Ulm"],
    ]
    connection, report = audit(sample, [text("zip"), text("city")], rows, KEYED)
    case = report.edge_case("one_key_two_values: zip + city")
    assert [(row.record, row.reason) for row in records_of(connection, case.id)] == [
        (4, "4 of 5 records with this key hold BONN")
    ]
    draw = next(hint for hint in report.hints if hint.kind == "no_majority")
    assert (draw.records, draw.text.split(" (")[0]) == (2, "1 key")


def test_several_fields_can_be_the_key(sample):
    rows = [["1", "x", "A"], ["1", "y", "B"], ["1", "y", "B"], ["1", "y", "C"]]
    one = relation(RelationKind.DEPENDENCY, "k", "l", "value")
    assert broken(sample, [text("k"), text("l"), text("value")], rows, one).keys() == {4}


def test_an_offer_is_a_hint_with_its_relation_and_no_record_leaves_the_clean_case(sample):
    offer = relation(RelationKind.ORDER, "start", "end", applied=False, support=0.993, records=1200)
    _, report = audit(sample, [date("start"), date("end")], [["2024-01-05", "2024-01-04"]], offer)
    assert report.clean.share == 1
    (hint,) = [hint for hint in report.hints if hint.kind == "order_offered"]
    assert hint.relation == offer
    assert "In 99% of 1,200 sampled records" in hint.text


def test_an_offer_that_somebody_has_declined_is_not_made_again(sample):
    declined = relation(RelationKind.ORDER, "start", "end", applied=False, edited=True)
    _, report = audit(sample, [date("start"), date("end")], [["2024-01-05", "2024-01-04"]], declined)
    assert not [hint for hint in report.hints if hint.relation is not None]


def test_a_relation_of_a_field_that_is_left_out_is_not_applied(sample):
    rules = [date("start"), date("end", check=False)]
    _, report = audit(sample, rules, [["2024-01-05", "2024-01-04"]], ORDER)
    assert report.edge_cases == ()


def test_a_relation_that_does_not_fit_its_fields_is_said_and_not_dropped(sample):
    _, report = audit(sample, [date("start"), text("end")], [["2024-01-05", "2024-01-04"]], ORDER)
    assert [hint.kind for hint in report.hints if hint.relation == ORDER] == ["relation_not_compared"]


def test_a_relation_about_an_unknown_field_is_refused(sample):
    with pytest.raises(UnknownFieldError, match="ende"):
        audit(sample, [date("start"), date("end")], [["", ""]], relation(RelationKind.ORDER, "start", "ende"))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (RelationKind.ORDER, ("a", "b", "c")),
        (RelationKind.PRODUCT, ("a", "b")),
        (RelationKind.SUM, ("a", "a", "b")),
        (RelationKind.DEPENDENCY, ("a",)),
    ],
)
def test_a_relation_has_the_fields_of_its_kind(kind, fields):
    with pytest.raises(ValidationError):
        Relation(kind=kind, fields=fields)


def test_a_record_that_does_not_fit_the_header_is_not_compared(sample):
    rows = [["2024-01-05", "2024-01-09"], ["2024-01-05"]]
    _, report = audit(sample, [date("start"), date("end")], rows, ORDER, faults={2: ("too_few_cells", "2024-01-05")})
    assert {case.kind for case in report.edge_cases} == {"line_too_few_cells"}


def test_field_names_are_never_read_as_sql(sample):
    rules = [date("a'; DROP TABLE records; --"), date('b"')]
    one = relation(RelationKind.ORDER, *(rule.field for rule in rules))
    assert broken(sample, rules, [["2024-01-05", "2024-01-04"]], one).keys() == {1}


def test_many_fields_are_said_to_be_compared_in_part(sample):
    rules = [number(f"n{place}") for place in range(30)]
    _, report = audit(sample, rules, [["1.00"] * 30])
    hint = next(hint for hint in report.hints if hint.kind == "relations_partly_searched")
    assert "the first 24 of 30 numbers" in hint.text
