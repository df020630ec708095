from __future__ import annotations

from readiness.audit.engine import audit_sample
from readiness.audit.suggestion import suggest_rules


def note(sample, values, other=()):
    rows = [[value, extra] for value, extra in zip(values, other or ["a"] * len(values), strict=True)]
    connection, reading = sample(["day", "sent" if other else "n"], rows)
    rules = suggest_rules(connection, reading)
    return audit_sample(connection, reading, rules).fields[0].note


def test_the_note_says_the_order_and_what_decided_it(sample):
    values = ["13/04/2024", "25/04/2024", "03/04/2024", "04/04/2024", "01/02/2024"]
    assert note(sample, values) == "day first: 2 values can only be read that way; 2 may be either"
    assert (
        note(sample, ["04/25/2024", "04/03/2024"]) == "month first: 1 value can only be read that way; 1 may be either"
    )


def test_the_note_names_those_that_can_only_be_read_the_other_way(sample):
    values = [f"{day}/04/2024" for day in range(13, 29)] + ["04/25/2024", "03/04/2024"]
    assert note(sample, values) == (
        "day first: 16 values can only be read that way, 1 only the other way; 1 may be either"
    )


def test_the_note_reports_that_nothing_decides(sample):
    assert note(sample, ["03/04/2024", "01/02/2024"]) == "day-month order undecided: 2 may be either"


def test_the_note_says_when_the_records_order_or_another_field_decided(sample):
    days = [f"{day:02}/{month:02}/2024" for month in range(1, 6) for day in range(1, 13)]
    assert note(sample, days).startswith("day first, since the records are sorted when read so")
    other = note(sample, ["03/04/2024", "09/08/2024"], ["25/04/2024", "26/04/2024"])
    assert other.startswith("day first, as in the file's other date fields")


def test_a_format_without_an_order_has_no_note(sample):
    assert note(sample, ["2024-01-02", "2024-05-06"]) == ""
