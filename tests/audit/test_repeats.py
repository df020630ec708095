"""Equal records that are errors, those that chance explains, blocks pasted twice, and what identifies a record."""

from __future__ import annotations

import random

import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.findings import Findings
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import SampleFile
from readiness.audit.repeats import agreement_by_chance
from readiness.audit.rules import FieldKind, FieldRule, FieldRules

NUMBER, CATEGORY, TEXT, IDENTIFIER = FieldKind.NUMBER, FieldKind.CATEGORY, FieldKind.TEXT, FieldKind.IDENTIFIER
SURVEY = {"q1": NUMBER, "q2": NUMBER, "q3": NUMBER, "q4": NUMBER, "group": CATEGORY}
PAYMENT = {"vendor": FieldKind.NAME, "day": FieldKind.DATE, "amount": FieldKind.MONEY}
ORDER = {"order": IDENTIFIER, "line": NUMBER, "item": TEXT, "quantity": NUMBER}


@pytest.fixture
def audit(tmp_path):
    """Audits rows written as CSV: audit({field: kind}, rows, unique=(field, ...)) -> (edge cases, report)."""
    opened = []

    def run(kinds, rows, unique=(), **more):
        path = tmp_path / "sample.csv"
        lines = [list(kinds), *rows]
        path.write_text("".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines), encoding="utf-8")
        connection = open_workspace()
        opened.append(connection)
        reading = read_sample(SampleFile(path, path.name), connection)
        rules = FieldRules(
            rules=tuple(
                FieldRule(field=name, position=place, kind=kind, unique=name in unique)
                for place, (name, kind) in enumerate(kinds.items())
            )
        )
        report = audit_sample(connection, reading, rules, **more)
        return {case.id: case.records for case in report.edge_cases}, report

    yield run
    for connection in opened:
        connection.close()


def hinted(report, kind):
    return {hint.id: hint for hint in report.hints if hint.kind == kind}


def answers(draw, count):
    """Answers of people who tend to answer high or low, so that the fields go together."""
    return [
        [*(str(min(5, max(1, round(draw.gauss(mood, 1))))) for _ in range(4)), draw.choice("ab")]
        for mood in (draw.gauss(3.5, 0.8) for _ in range(count))
    ]


def payments(draw, count):
    return [
        [f"Vendor {draw.randrange(60)}", f"2024-01-{draw.randrange(1, 29):02d}", f"{draw.randrange(100, 99999)}.00"]
        for _ in range(count)
    ]


def later(rows):
    return len(rows) - len({tuple(row) for row in rows})


@pytest.mark.parametrize("count", [120, 500, 2000])
def test_equal_answers_to_a_few_questions_are_a_hint_and_no_fault(audit, count):
    rows = answers(random.Random(count), count)
    cases, report = audit(SURVEY, rows)
    assert "duplicate_record" not in cases
    assert hinted(report, "expected_repeats")["expected_repeats"].records == later(rows) > 0
    assert "near_duplicate" not in cases


def test_equal_readings_without_a_time_are_a_hint_and_no_fault(audit):
    draw = random.Random(1)
    rows = [[f"{20 + draw.gauss(0, 1):.1f}", str(draw.randrange(40, 60)), draw.choice("ooow")] for _ in range(800)]
    cases, report = audit({"celsius": NUMBER, "humidity": NUMBER, "state": CATEGORY}, rows)
    assert "duplicate_record" not in cases
    assert hinted(report, "expected_repeats")["expected_repeats"].records == later(rows)


def test_copies_among_many_possible_answers_stay_a_fault(audit):
    draw = random.Random(2)
    rows = [[str(draw.randrange(1, 6)) for _ in range(12)] for _ in range(400)]
    cases, report = audit({f"q{place}": NUMBER for place in range(12)}, [*rows, *rows[:30]])
    assert cases["duplicate_record"] == 30
    assert not hinted(report, "expected_repeats")


def test_copies_that_outnumber_chance_stay_a_fault(audit):
    draw = random.Random(3)
    rows = [[str(draw.randrange(1, 6)) for _ in range(6)] for _ in range(300)]
    cases, _ = audit({f"q{place}": NUMBER for place in range(6)}, [*rows, *rows])
    assert cases["duplicate_record"] >= 300


def test_payments_that_stand_twice_are_a_fault(audit):
    rows = payments(random.Random(4), 400)
    cases, _ = audit(PAYMENT, [*rows, *rows[50:60]])
    assert cases["duplicate_record"] == 10


def test_where_a_field_is_meant_to_be_unique_every_equal_record_is_a_fault(audit):
    rows = answers(random.Random(5), 300)
    cases, _ = audit(SURVEY, rows, unique=("q1",))
    assert cases["duplicate_record"] == later(rows)


def test_an_audit_of_the_core_only_judges_equal_records_the_same(audit):
    rows = answers(random.Random(6), 300)
    cases, report = audit(SURVEY, rows, core_only=True)
    assert "duplicate_record" not in cases
    assert hinted(report, "expected_repeats")


def test_an_export_pasted_twice_is_named_by_its_records(audit):
    rows = payments(random.Random(7), 300)
    cases, report = audit(PAYMENT, [*rows, *rows[100:160], *payments(random.Random(8), 40)])
    assert cases["duplicate_record"] == 60
    hint = hinted(report, "repeated_block")["repeated_block"]
    assert hint.records == 60
    assert "records 301 to 360 repeat records 101 to 160" in hint.text


def test_single_copies_here_and_there_are_no_block(audit):
    draw = random.Random(9)
    rows = payments(draw, 300)
    copies = [list(rows[place]) for place in draw.sample(range(300), 30)]
    mixed = [*rows, *copies]
    draw.shuffle(mixed)
    cases, report = audit(PAYMENT, mixed)
    assert cases["duplicate_record"] == 30
    assert not hinted(report, "repeated_block")


def test_one_record_many_times_and_records_written_twice_are_said(audit):
    rows = payments(random.Random(10), 300)
    _, often = audit(PAYMENT, [*rows[:150], *[rows[7]] * 49, *rows[150:]])
    assert hinted(often, "repeated_block")["repeated_block: often"].records == 49
    twice = [row for place, row in enumerate(rows) for _ in range(1 + (place % 20 == 0))]
    cases, following = audit(PAYMENT, twice)
    assert cases["duplicate_record"] == 15
    assert hinted(following, "repeated_block")["repeated_block: following"].records == 15


def test_a_key_written_in_another_case_or_with_spaces_is_the_same_key(audit):
    rows = [[f"A-{place}", f"text {place}"] for place in range(100)]
    rows += [["a-7", "other"], ["A-8 ", "other"], [" A-9", "other"], ["A-10", "other"], ["A-200", "new"]]
    cases, _ = audit({"key": IDENTIFIER, "what": TEXT}, rows, unique=("key",))
    assert cases["duplicate_key: key"] == 4


def test_keys_that_only_case_tells_apart_are_different_keys(audit):
    draw = random.Random(11)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    keys = sorted({"".join(draw.choice(letters) for _ in range(8)) for _ in range(200)})
    rows = [[key, f"text {place}"] for place, key in enumerate([*keys, keys[0].swapcase()])]
    cases, _ = audit({"key": IDENTIFIER, "what": TEXT}, rows, unique=("key",))
    assert "duplicate_key: key" not in cases


def orders(draw, count):
    rows, order = [], 1000
    while len(rows) < count:
        order += 1
        rows += [
            [str(order), str(line), f"Item {draw.randrange(400)}", str(draw.randrange(1, 5))]
            for line in range(1, draw.randrange(2, 6))
        ]
    return rows


def test_an_order_number_that_repeats_by_line_names_a_group(audit):
    rows = orders(random.Random(12), 600)
    cases, report = audit(ORDER, rows)
    assert not [case for case in cases if case.startswith("duplicate")]
    (hint,) = hinted(report, "repeating_identifier").values()
    assert hint.fields == ("order", "line")
    assert "identifies a group, not a record" in hint.text
    assert not hinted(report, "composite_key")


def test_the_few_lines_that_repeat_within_an_order_are_shown(audit):
    rows = orders(random.Random(13), 1200)
    twice = [place for place, row in enumerate(rows) if row[1] == "2"][:5]
    for place in twice:
        rows[place] = [rows[place - 1][0], "1", "Something else", "9"]
    cases, report = audit(ORDER, rows)
    assert not [case for case in cases if case.startswith("duplicate")]
    (hint,) = hinted(report, "composite_key").values()
    assert (hint.fields, hint.records, len(hint.examples)) == (("order", "line"), 5, 5)


def test_a_field_that_is_unique_by_chance_only_is_no_part_of_a_key(audit):
    draw = random.Random(14)
    rows = [[f"C{draw.randrange(300)}", f"2024-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}",
             f"Item {draw.randrange(30)}"] for _ in range(900)]  # fmt: skip
    _, report = audit({"customer": IDENTIFIER, "day": FieldKind.DATE, "item": TEXT}, rows)
    (hint,) = hinted(report, "repeating_identifier").values()
    assert hint.fields == ("customer",)
    assert not hinted(report, "composite_key")


def test_a_file_with_an_identifier_of_its_own_needs_no_other_key(audit):
    rows = [[str(place), *row] for place, row in enumerate(orders(random.Random(15), 300))]
    _, report = audit({"id": IDENTIFIER, **ORDER}, rows, unique=("id",))
    assert not hinted(report, "repeating_identifier")


def test_the_chance_of_agreement_counts_pairs(sample):
    rows = [["a", "x"], ["a", "y"], ["b", "z"], ["", None]]
    connection, _ = sample(["p", "q"], rows)
    rules = FieldRules(rules=(FieldRule(field="p", position=0), FieldRule(field="q", position=1)))
    chances = agreement_by_chance(Findings(connection, rules, records=4), rules.rules)
    assert chances == {0: pytest.approx(1 / 6), 1: 0.0}


def test_known_duplicates_of_real_files_keep_their_counts(shared_datasets):
    known = {"lambeth_payments/2012-06-payments.csv": 428, "tickets_311/boston311-100-20dupes-random.csv": 20}
    for name, count in known.items():
        connection = open_workspace()
        path = shared_datasets / name
        reading = read_sample(SampleFile(path, path.name), connection)
        report = audit_sample(connection, reading, FieldRules(), core_only=True)
        assert report.edge_case("duplicate_record").records == count
        connection.close()
