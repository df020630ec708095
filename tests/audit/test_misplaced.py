"""Values that belong into another field."""

from __future__ import annotations

from random import Random

from readiness.audit.engine import audit_sample
from readiness.audit.problems import records_of
from readiness.audit.suggestion import suggest_rules

CITIES = ["Houston", "Chicago", "Boston", "Denver", "Atlanta"]
STATUS = ["Married", "Single", "Divorced", "Widowed"]
JOBS = ["Sales", "Support", "Craft repair", "Management", "Transport"]


def audited(sample, fields, rows):
    connection, reading = sample(fields, rows)
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    return connection, {case.id: case.records for case in report.edge_cases}


def people(count=600, seed=3):
    draw = Random(seed)
    return [[f"Jo Doe {place}", draw.choice(CITIES), draw.choice(STATUS), draw.choice(JOBS)] for place in range(count)]


FIELDS = ["full name", "city", "status", "job"]


def test_an_address_a_number_and_a_date_among_names_and_cities_are_listed(sample):
    rows = people()
    rows[5][0], rows[6][0] = "jo.doe@example.com", "https://example.com/jo"
    rows[7][1], rows[8][1], rows[9][1] = "(205) 846-5390", "2024-03-01", "77034"
    connection, found = audited(sample, FIELDS, rows)
    assert found == {"misplaced_value: full name": 2, "misplaced_value: city": 3}
    reasons = {row.reason for row in records_of(connection, "misplaced_value: city", limit=9)}
    assert reasons == {"looks like a phone number", "looks like a date", "a number among words"}


def test_choices_of_another_field_are_listed_where_several_of_them_moved(sample):
    rows = people()
    for place in range(0, 60, 5):
        rows[place][3] = rows[place][2]
    _, found = audited(sample, FIELDS, rows)
    assert found == {"misplaced_value: job": 12}


def test_a_part_may_be_called_as_its_whole(sample):
    draw = Random(5)
    kinds = {"Shoes": ["Boots", "Sandals"], "Tools": ["Saws", "Drills"], "Toys": ["Dolls", "Trains"]}
    rows = []
    for place in range(900):
        whole = draw.choice(list(kinds))
        rows.append([str(place), whole, whole if place % 90 == 0 else draw.choice(kinds[whole])])
    _, found = audited(sample, ["id", "category", "subcategory"], rows)
    assert not any(case.startswith("misplaced") for case in found)


def test_contacts_may_be_given_by_name_or_address(sample):
    rows = [[row[0], row[1]] for row in people()]
    rows[4][0] = "help@example.com"
    _, found = audited(sample, ["contact name", "city"], rows)
    assert found == {}


def test_numbers_among_sizes_are_choices(sample):
    rows = [[str(place), ["S", "M", "L"][place % 3]] for place in range(300)]
    rows[7][1] = "38"
    assert audited(sample, ["id", "size"], rows)[1] == {}
