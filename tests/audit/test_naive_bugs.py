"""The bugs of the audit as it is usually published; each test shows that this one does not have it."""

from __future__ import annotations

from readiness.audit.engine import audit_sample
from readiness.audit.rules import DayMonthOrder, DecimalMark, FieldKind, FieldRule, FieldRules


def rules(*rule: FieldRule) -> FieldRules:
    return FieldRules(rules=rule)


def dates(order: DayMonthOrder, expected: str, **more: object) -> FieldRule:
    return FieldRule(field="day", position=0, kind=FieldKind.DATE, format=expected, day_month_order=order, **more)


def found(report) -> dict[str, int]:
    return {case.id: case.records for case in report.edge_cases}


def test_zero_and_false_are_not_missing(sample):
    connection, reading = sample(["amount", "paid"], [["0", "False"], ["0.00", "false"], ["", "True"]])
    report = audit_sample(
        connection,
        reading,
        rules(
            FieldRule(field="amount", position=0, kind=FieldKind.NUMBER, required=True, decimal_mark=DecimalMark.POINT),
            FieldRule(field="paid", position=1, kind=FieldKind.BOOLEAN, required=True),
        ),
    )
    assert found(report) == {"missing_required: amount": 1}


def test_a_pattern_must_match_the_whole_value_and_not_its_start(sample):
    connection, reading = sample(["day"], [["2024-01-31"], ["2024-01-31 or so"], ["x2024-01-31"], ["2024-01-311"]])
    report = audit_sample(connection, reading, rules(dates(DayMonthOrder.UNDECIDED, "yyyy-mm-dd")))
    assert found(report) == {"date_unknown: day": 3}


def test_dashes_are_not_the_dots_of_an_eu_date(sample):
    connection, reading = sample(["day"], [["31.12.2024"], ["12-31-2024"], ["12a31b2024"]])
    report = audit_sample(connection, reading, rules(dates(DayMonthOrder.UNDECIDED, "dd.mm.yyyy")))
    assert found(report) == {"date_format: day": 1, "date_unknown: day": 1}
    assert "mm-dd-yyyy" in {variant.name for variant in report.fields[0].formats}


def test_impossible_dates_do_not_pass(sample):
    values = ["31/02/2024", "29/02/2023", "00/01/2024", "31/04/2024", "45/45/2024", "29/02/2024"]
    connection, reading = sample(["day"], [[value] for value in values])
    report = audit_sample(connection, reading, rules(dates(DayMonthOrder.DAY_FIRST, "dd/mm/yyyy")))
    assert found(report) == {"date_impossible: day": 5}


def test_a_day_above_twelve_in_front_is_day_first_and_not_us(sample):
    connection, reading = sample(["day"], [["12/30/2024"], ["12/31/2024"], ["31/12/2024"]])
    report = audit_sample(connection, reading, rules(dates(DayMonthOrder.MONTH_FIRST, "mm/dd/yyyy")))
    assert found(report) == {"date_format: day": 1}
    names = {variant.name: (variant.values, variant.expected) for variant in report.fields[0].formats}
    assert names == {"mm/dd/yyyy": (2, True), "dd/mm/yyyy": (1, False)}


def test_a_record_with_two_missing_fields_counts_once(sample):
    connection, reading = sample(["vendor", "amount"], [["", ""], ["A", "1"], ["", "2"]])
    report = audit_sample(
        connection,
        reading,
        rules(
            FieldRule(field="vendor", position=0, required=True), FieldRule(field="amount", position=1, required=True)
        ),
    )
    assert found(report) == {"missing_required: vendor": 2, "missing_required: amount": 1}
    assert report.clean.count == 1
    assert sum(combination.records for combination in report.combinations) == 2
