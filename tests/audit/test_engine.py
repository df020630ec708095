from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.engine import audit_sample
from readiness.audit.further import every_check
from readiness.audit.reading.values import LineFault
from readiness.audit.report import AuditReport, Tier
from readiness.audit.rules import DayMonthOrder, FieldKind, FieldRule, FieldRules
from readiness.audit.suggestion import suggest_rules
from readiness.errors import InvalidValueError, UnknownFieldError


def text_rules(*names: str, **more: object) -> FieldRules:
    return FieldRules(rules=tuple(FieldRule(field=name, position=place, **more) for place, name in enumerate(names)))


def found(report: AuditReport) -> dict[str, int]:
    return {case.id: case.records for case in report.edge_cases}


def test_tiers_are_exclusive_and_the_worst_problem_decides(sample):
    connection, reading = sample(
        ["day", "vendor"], [["2024-01-01", "A"], ["01.02.2024", "B"], ["02.03.2024", ""], ["", ""], ["Total", ""]],
        {5: ("total", "Total,")},
    )  # fmt: skip
    rules = FieldRules(
        rules=(
            FieldRule(field="day", position=0, kind=FieldKind.DATE, format="yyyy-mm-dd"),
            FieldRule(field="vendor", position=1, required=True),
        )
    )
    report = audit_sample(connection, reading, rules)
    assert {count.tier: count.records for count in report.tiers} == {
        Tier.CLEAN: 1, Tier.REPAIRABLE: 1, Tier.NEEDS_REVIEW: 2, Tier.UNUSABLE: 1
    }  # fmt: skip
    assert sum(count.share for count in report.tiers) == pytest.approx(1)


def test_second_and_later_duplicates_count_and_blank_lines_do_not(sample):
    rows = [["a", "1"], ["a", "1"], ["a", "2"], ["a", "1"], ["", ""], ["", ""], [" ", None], [" ", None]]
    report = audit_sample(*sample(["x", "y"], rows), text_rules("x", "y"))
    assert found(report) == {"duplicate_record": 2}


def test_an_empty_cell_and_an_absent_one_are_not_the_same_record(sample):
    report = audit_sample(*sample(["x", "y"], [["a", ""], ["a", None]]), text_rules("x", "y"))
    assert found(report) == {}


def test_every_line_fault_is_an_edge_case_of_its_own_and_its_cells_are_not_checked(sample):
    faults = {place: (fault.value, f"line {place}") for place, fault in enumerate(LineFault, start=1)}
    rows = [["", ""] for _ in faults]
    report = audit_sample(*sample(["x", "y"], rows, faults), text_rules("x", "y", required=True))
    assert found(report) == {f"line_{fault.value}": 1 for fault in LineFault}
    assert report.fields[0].filled + report.fields[0].missing == 0


def test_a_record_one_cell_short_whose_cell_splits_into_two_fields_is_fused(sample):
    rows = [
        ["A", "25/06/2012", "1500.00", "x"],
        ["B", "25/06/2012900", "y"],
        ["C", "25/06/20129", "12.50"],
        ["D", "25/06/2012"],
    ]
    faults = {
        2: ("too_few_cells", "B,25/06/2012900,y"),
        3: ("too_few_cells", "C,…"),
        4: ("too_few_cells", "D,25/06/2012"),
    }
    rules = FieldRules(
        rules=(
            FieldRule(field="who", position=0),
            FieldRule(
                field="day",
                position=1,
                kind=FieldKind.DATE,
                format="dd/mm/yyyy",
                day_month_order=DayMonthOrder.DAY_FIRST,
            ),
            FieldRule(field="amount", position=2, kind=FieldKind.MONEY, format="1234.56"),
            FieldRule(field="what", position=3),
        )
    )
    connection, reading = sample(["who", "day", "amount", "what"], rows, faults)
    report = audit_sample(connection, reading, rules)
    assert found(report) == {"fused_cells: day + amount": 2, "line_too_few_cells": 1}
    reason = connection.execute("SELECT reason FROM problems WHERE record = 2").fetchone()[0]
    assert reason == "splits into 25/06/2012 + 900"


def test_a_fused_cell_needs_the_other_cells_to_fit_their_fields(sample):
    rules = FieldRules(
        rules=(
            FieldRule(field="day", position=0, kind=FieldKind.DATE, format="yyyy-mm-dd"),
            FieldRule(field="amount", position=1, kind=FieldKind.MONEY, format="1234.56"),
            FieldRule(field="due", position=2, kind=FieldKind.DATE, format="yyyy-mm-dd"),
        )
    )
    rows = [["2024-01-01900", "not a date"], ["2024-01-01900", "2024-02-01"]]
    faults = {1: ("too_few_cells", "a"), 2: ("too_few_cells", "b")}
    report = audit_sample(*sample(["day", "amount", "due"], rows, faults), rules)
    assert found(report) == {"fused_cells: day + amount": 1, "line_too_few_cells": 1}


def test_a_field_left_out_is_named_among_what_was_not_checked(sample):
    rules = FieldRules(rules=(FieldRule(field="x", position=0, required=True, check=False),))
    report = audit_sample(*sample(["x"], [[""], ["a"]]), rules)
    assert found(report) == {}
    assert "x" in {entry.what for entry in report.not_checked}


def test_words_for_missing_are_found_whatever_their_case_and_spaces(sample):
    values = [
        "N/A",
        "n/a",
        " NULL ",
        "-",
        "Unknown",
        "uNkNoWn",
        "\u00a0",
        "\t",
        "",
        None,
        "#N/A",
        "?",
        "value",
        "Nathan",
        "0",
    ]
    report = audit_sample(*sample(["x"], [[value] for value in values]), text_rules("x", required=True))
    assert found(report) == {"missing_required: x": 12}
    assert report.fields[0].missing_tokens["N/A"] == 1


def test_a_legitimate_word_stays_a_value(sample):
    rules = FieldRules(rules=(FieldRule(field="country", position=0, required=True, legitimate_tokens=("NA",)),))
    report = audit_sample(*sample(["country"], [["NA"], ["DE"], ["N/A"]]), rules)
    assert found(report) == {"missing_required: country": 1}


def test_a_word_in_an_optional_number_field_is_a_missing_value_in_disguise(sample):
    rules = FieldRules(rules=(FieldRule(field="n", position=0, kind=FieldKind.NUMBER),))
    report = audit_sample(*sample(["n"], [["1"], ["N/A"], [""], ["x"]]), rules)
    assert found(report) == {"disguised_missing: n": 1, "amount_unparsable: n": 1}


def test_a_repeated_identifier_with_other_content_is_told_from_an_exact_duplicate(sample):
    rules = FieldRules(rules=(FieldRule(field="id", position=0, unique=True), FieldRule(field="x", position=1)))
    report = audit_sample(
        *sample(["id", "x"], [["1", "a"], ["1", "a"], ["1", "b"], ["2", "a"], ["", "c"], ["", "d"]]), rules
    )
    assert found(report) == {"duplicate_record": 1, "duplicate_key: id": 1}


def test_damaged_text_is_found_and_sound_text_is_not(sample):
    values = [
        "cafÃ© noir",
        "donâ€™t",
        "\ufffdber",
        "café",
        "NÃO É",
        "naïve",
        "10 °C",
        "Zoë & Co",
        "AT&amp;T",
        "zero\u200bwidth",
    ]
    report = audit_sample(*sample(["x"], [[value] for value in values]), text_rules("x"))
    assert found(report) == {"encoding_damage: x": 3, "html_entities: x": 1, "hidden_characters: x": 1}


@pytest.mark.parametrize("name", ['"; drop table records; --', "order", "it's", "", "a\nb", "c0", "record"])
def test_hostile_field_names_are_only_names(sample, name):
    connection, reading = sample([name, "y"], [["", "1"], ["a", "2"]])
    report = audit_sample(connection, reading, text_rules(name, "y", required=True))
    assert found(report) in ({f"missing_required: {name}": 1}, {"missing_required": 1})
    assert connection.execute("SELECT count(*) FROM records").fetchone() == (2,)


def test_an_empty_table_and_fields_without_any_value_work(sample):
    connection, reading = sample(["x", "y"], [])
    assert audit_sample(connection, reading, suggest_rules(connection, reading)).records == 0
    connection, reading = sample(["x", "y"], [[None, None], [None, None]])
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    assert report.fields[0].missing == 2
    assert report.clean.count == 2


def test_a_sample_without_fields_works(sample):
    connection, reading = sample([], [[], []], {1: ("broken_json", "{"), 2: ("not_an_object", "3")})
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    assert found(report) == {"line_broken_json": 1, "line_not_an_object": 1}


@pytest.mark.large
def test_a_thousand_fields_work(sample):
    names = [f"field {place}" for place in range(1000)]
    connection, reading = sample(names, [["1"] * 999 + [""], ["2"] * 1000])
    report = audit_sample(connection, reading, text_rules(*names, required=True))
    assert found(report) == {"missing_required: field 999": 1}


def test_more_edge_cases_than_one_number_has_bits_are_combined_rightly(sample):
    names = [f"f{place}" for place in range(150)]
    connection, reading = sample(names, [[""] * 150, ["a"] * 149 + [""], ["a"] * 150])
    report = audit_sample(connection, reading, text_rules(*names, required=True))
    assert {(len(one.edge_cases), one.records) for one in report.combinations} == {(150, 1), (1, 1)}
    assert report.clean.count == 1


def test_a_rule_about_an_unknown_field_is_refused(sample):
    with pytest.raises(UnknownFieldError, match="vendr"):
        audit_sample(*sample(["vendor"], [["a"]]), text_rules("vendr"))


def test_a_format_that_is_none_is_refused_with_a_sentence(sample):
    rules = FieldRules(rules=(FieldRule(field="x", position=0, kind=FieldKind.DATE, format="whenever"),))
    with pytest.raises(InvalidValueError, match="whenever"):
        audit_sample(*sample(["x"], [["a"]]), rules)


def test_the_same_sample_gives_the_same_report_byte_for_byte(sample):
    rows = [
        [str(place % 7), f"{place % 13 + 1:02}/{place % 11 + 1:02}/2024", "N/A" if place % 5 else "1,5"]
        for place in range(300)
    ]
    reports = []
    for _ in range(2):
        connection, reading = sample(["a", "b", "c"], rows)
        reports.append(audit_sample(connection, reading, suggest_rules(connection, reading)).model_dump_json())
    assert reports[0] == reports[1]


def test_a_report_survives_json(sample):
    connection, reading = sample(["x"], [["N/A"], ["1"], ["2,5"]])
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    assert AuditReport.model_validate_json(report.model_dump_json()) == report


def test_progress_rises_to_one(sample):
    told: list[float] = []
    connection, reading = sample(["x"], [["1"]])
    audit_sample(connection, reading, text_rules("x"), progress=lambda share, what: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


CELL = st.sampled_from(["", "N/A", "2024-01-01", "31/12/2024", "31/02/2024", "12", "1,50", "x", "  ", "é", "Ã©"])


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=25))
def test_counts_hold_together_whatever_the_cells_are(make_sample, rows):
    connection, reading = make_sample(["day", "amount", "note"], rows)
    rules = FieldRules(
        rules=(
            FieldRule(field="day", position=0, kind=FieldKind.DATE, required=True),
            FieldRule(field="amount", position=1, kind=FieldKind.MONEY),
            FieldRule(field="note", position=2, required=True),
        )
    )
    report = audit_sample(connection, reading, rules)
    combined = sum(one.records for one in report.combinations)
    assert report.clean.count + combined == report.records == sum(count.records for count in report.tiers)
    for case in report.edge_cases:
        assert case.records == sum(one.records for one in report.combinations if case.id in one.edge_cases)
    rows_in_list = connection.execute("SELECT count(*), count(DISTINCT (record, edge_case)) FROM problems").fetchone()
    assert rows_in_list == (report.problems, report.problems)
    for profile in report.fields:
        assert profile.filled + profile.missing == report.records


def test_every_check_has_its_own_kind_and_says_what_it_means():
    checks = every_check()
    assert len({check.kind for check in checks}) == len(checks)
    assert all(check.title and check.reason.endswith(".") and check.tier is not Tier.CLEAN for check in checks)


def test_a_drawn_rule_among_records_is_a_filler_and_signs_as_values_are_not(sample):
    rows = [["a", "1"]] + [[f"b{place}", "2"] for place in range(60)] + [["-----", "====="]]
    assert found(audit_sample(*sample(["x", "y"], rows), text_rules("x", "y", required=True))) == {"line_filler": 1}
    stars = [["***", "---"], ["**", "+++"], ["*", "***"]]
    rules = FieldRules(
        rules=(FieldRule(field="x", position=0), FieldRule(field="y", position=1, legitimate_tokens=("---",)))
    )
    assert found(audit_sample(*sample(["x", "y"], stars), rules)) == {}


def test_a_value_swallowed_by_the_cell_before_it_is_found(sample):
    rows = [["Bend", "OR"], ["Gary", "IN"]] * 30 + [["Portland OR", ""], ["Portland ME", ""]]
    report = audit_sample(*sample(["city", "state"], rows), text_rules("city", "state"))
    assert found(report) == {"duplicate_record": 58, "fused_cells: city + state": 1}


def test_a_code_for_missing_among_choices_is_in_disguise_and_a_word_that_may_be_a_choice_is_not(sample):
    values = ["staff", "guest", "visitor"] * 10 + ["?", "NULL", "unknown", "n/a"]
    rows = [[value, f"case {place}"] for place, value in enumerate(values)]
    role, case = FieldRule(field="role", position=0, kind=FieldKind.CATEGORY), FieldRule(field="case", position=1)
    rules = FieldRules(rules=(role, case))
    assert found(audit_sample(*sample(["role", "case"], rows), rules)) == {"disguised_missing: role": 2}


@pytest.mark.large
def test_equal_records_of_very_many_fields_are_found_without_comparing_them_cell_by_cell(sample):
    names = [f"field {place}" for place in range(150)]
    rows = [["x"] * 149 + [str(row)] for row in range(60)] + [["x"] * 149 + ["7"]]
    report = audit_sample(*sample(names, rows), text_rules(*names))
    assert found(report) == {"duplicate_record": 1}
