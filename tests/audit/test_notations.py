"""One value written in several ways: separators, decimal marks, lists, stray signs at the end."""

from __future__ import annotations

from random import Random

import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.report import Tier
from readiness.audit.rules import DecimalMark
from readiness.audit.suggestion import suggest_rules


def audited(sample, fields, rows):
    connection, reading = sample(fields, rows)
    rules = suggest_rules(connection, reading)
    report = audit_sample(connection, reading, rules)
    return rules, report, {case.id: case.records for case in report.edge_cases}


def numbered(values):
    return [[f"row {place} of many", value] for place, value in enumerate(values)]


def phones(count=200, seed=2):
    draw = Random(seed)
    return [
        (f"{draw.randrange(201, 989)}", f"{draw.randrange(200, 999)}", f"{draw.randrange(1000, 9999)}")
        for _ in range(count)
    ]


def test_phone_numbers_with_other_separators_can_be_repaired_and_broken_ones_go_to_a_person(sample):
    written = [f"({area}) {first}-{last}" for area, first, last in phones()]
    others = [f"{area}-{first}-{last}" for area, first, last in phones(8, 5)]
    others += [f"{area}{first}{last}" for area, first, last in phones(6, 6)]
    _, report, found = audited(
        sample, ["what", "phone"], numbered([*written, *others, "(205) 555-12", "(205) S55-1234"])
    )
    assert found == {"format_variant: phone": 14, "format_stray: phone": 2}
    assert report.edge_case("format_variant: phone").tier is Tier.REPAIRABLE


def test_two_usual_ways_of_writing_a_phone_number_are_no_fault(sample):
    half = [f"({area}) {first}-{last}" for area, first, last in phones(100)]
    other = [f"{area}-{first}-{last}" for area, first, last in phones(100, 4)]
    assert audited(sample, ["what", "phone"], numbered([*half, *other]))[2] == {}


def test_codes_whose_parts_differ_in_length_are_different_codes(sample):
    draw = Random(3)
    rooms = [f"{draw.randrange(100, 999)}-{draw.randrange(10, 99)}" for _ in range(200)]
    rooms += [f"{draw.randrange(10, 99)}-{draw.randrange(100, 999)}" for _ in range(20)]
    assert not any("format" in case for case in audited(sample, ["what", "room no"], numbered(rooms))[2])


def test_pages_that_became_dates_are_no_way_of_writing_pages(sample):
    draw = Random(1)
    pages = [f"{first}-{first + draw.randrange(2, 14)}" for first in (draw.randrange(1, 900) for _ in range(300))]
    damaged = [f"{month}-{draw.randrange(10, 31)}" for month in ("Sep", "Jun", "Mar") for _ in range(6)]
    _, _, found = audited(sample, ["what", "pages"], numbered([*pages, *damaged]))
    assert found == {"excel_damage: pages": 18}


def test_three_decimals_are_settled_by_the_other_numbers_of_the_sample(sample):
    draw = Random(4)
    rows = [[f"{draw.gauss(20, 2):.2f}", f"{draw.uniform(3.2, 3.4):.3f}"] for _ in range(60)]
    rules, _, found = audited(sample, ["celsius", "volts"], rows)
    assert rules.of("volts").decimal_mark is DecimalMark.POINT
    assert "by the other numbers" in rules.of("volts").suggested_because
    assert found == {}


def test_alone_three_decimals_or_thousands_stay_open(sample):
    draw = Random(4)
    _, _, found = audited(sample, ["what", "volts"], numbered([f"{draw.uniform(3.2, 3.4):.3f}" for _ in range(60)]))
    assert found == {"amount_ambiguous: volts": 60}


def test_an_amount_of_money_has_no_three_decimals(sample):
    draw = Random(4)
    rows = [[f"{draw.gauss(20, 2):.2f}", f"{draw.uniform(3.2, 3.4):.3f}"] for _ in range(60)]
    assert audited(sample, ["celsius", "price"], rows)[2] == {"amount_ambiguous: price": 60}


@pytest.mark.parametrize(("sign", "mark"), [(",", DecimalMark.POINT), (".", DecimalMark.COMMA)])
def test_a_sign_that_every_number_above_999_has_stands_for_thousands(sample, sign, mark):
    draw = Random(6)
    counts = [f"{draw.choice([draw.randrange(20, 999), draw.randrange(1000, 90_000)]):,}" for _ in range(120)]
    rules, _, found = audited(sample, ["what", "staff"], numbered([text.replace(",", sign) for text in counts]))
    assert rules.of("staff").decimal_mark is mark
    assert found == {}


def test_the_order_of_a_list_is_no_spelling(sample):
    draw = Random(8)
    genres = [",".join(draw.sample(["Drama", "Comedy", "Horror", "Crime"], 2)) for _ in range(200)]
    assert audited(sample, ["what", "genres"], numbered(genres))[2] == {}


def test_stray_signs_at_the_end_are_another_spelling(sample):
    cities = [["Houston", "Boston", "Denver"][place % 3] for place in range(300)]
    _, _, found = audited(sample, ["what", "city"], numbered([*cities, "Houston-*", "Boston##", "Denver--"]))
    assert found == {"spelling_variant: city": 3}


def test_grades_keep_their_signs(sample):
    grades = [["A", "A-", "A+", "B", "B-", "A*"][place % 6] for place in range(300)]
    assert audited(sample, ["what", "mark"], numbered(grades))[2] == {}


def test_numbers_in_words_are_no_values_of_their_own_however_often_they_stand(sample):
    counts = [*[str(place % 30) for place in range(200)], *["three"] * 8, *["ERR"] * 8, *["exempt"] * 8]
    _, _, found = audited(sample, ["what", "violations"], numbered(counts))
    assert found == {"amount_unparsable: violations": 16}
