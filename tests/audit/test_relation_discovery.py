"""Relations that a sample shows: suggested where names and records agree, offered where only the records speak."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.relation_words import (
    name_says_total,
    names_say_bounds,
    names_say_order,
    names_say_product,
    words_of,
)
from readiness.audit.rules import RelationKind
from readiness.audit.suggestion import suggest_rules

DAY = date(2023, 1, 1)
RELATION_KINDS = {"end_before_start", "high_below_low", "total_differs", "product_differs", "one_key_two_values"}


def found(sample, fields, rows):
    """(kind, fields) -> whether it is applied."""
    connection, reading = sample(fields, rows)
    return {(one.kind, one.fields): one.applied for one in suggest_rules(connection, reading).relations}


def listed(sample, fields, rows):
    connection, reading = sample(fields, rows)
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    return {case.id: case.records for case in report.edge_cases if case.kind in RELATION_KINDS}


def spans(names=("start date", "end date"), records=120, *, wrong=0, form="%Y-%m-%d", least=0):
    dice = random.Random(7)
    rows = []
    for place in range(records):
        start = DAY + timedelta(days=dice.randint(0, 600))
        end = start + timedelta(days=dice.randint(least, 40) if place >= wrong else -3)
        rows.append([f"r{place}", start.strftime(form), end.strftime(form)])
    return ["ref", *names], rows


ORDER = RelationKind.ORDER


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%Y %I:%M %p", "%d %b %Y"])
def test_an_order_that_names_and_records_support_is_suggested_in_any_format(sample, form):
    fields, rows = spans(wrong=4, form=form)
    assert found(sample, fields, rows) == {(ORDER, ("start date", "end date")): True}
    assert listed(sample, fields, rows) == {"end_before_start: start date + end date": 4}


def test_an_order_too_often_broken_is_not_suggested(sample):
    assert found(sample, *spans(wrong=10)) == {}


def test_an_order_that_only_the_records_support_is_an_offer(sample):
    fields, rows = spans(("stage one", "stage two"), wrong=1)
    assert found(sample, fields, rows) == {(ORDER, ("stage one", "stage two")): False}
    assert listed(sample, fields, rows) == {}
    assert found(sample, *spans(("stage one", "stage two"), wrong=3)) == {}


def test_an_order_that_any_two_records_would_follow_is_no_offer(sample):
    fields, rows = spans(("vintage", "tasting"))
    old = [[ref, (date.fromisoformat(first) - timedelta(days=9000)).isoformat(), second] for ref, first, second in rows]
    assert found(sample, fields, old) == {}


def test_dates_that_are_always_equal_show_no_order(sample):
    fields, rows = spans()
    assert found(sample, fields, [[ref, first, first] for ref, first, _ in rows]) == {}


def test_too_few_records_show_nothing(sample):
    assert found(sample, *spans(records=29)) == {}


def test_what_follows_from_two_other_orders_is_not_offered(sample):
    dice = random.Random(3)
    rows = []
    for _ in range(100):
        days = [dice.randint(0, 500)]
        days += [days[0] + dice.randint(1, 20)]
        days += [days[1] + dice.randint(1, 20)]
        rows.append([(DAY + timedelta(days=day)).isoformat() for day in days])
    offers = found(sample, ["draft", "checked", "signed"], rows)
    assert offers == {(ORDER, ("draft", "checked")): False, (ORDER, ("checked", "signed")): False}


def test_limits_are_compared_only_where_their_names_say_so(sample):
    dice = random.Random(5)
    rows = [[f"{(low := dice.uniform(1, 50)):.1f}", f"{low + dice.uniform(0, 9):.1f}"] for _ in range(60)]
    rows[0] = ["30.5", "10.5"]
    assert found(sample, ["temp_min", "temp_max"], rows) == {(ORDER, ("temp_min", "temp_max")): True}
    assert listed(sample, ["temp_min", "temp_max"], rows) == {"high_below_low: temp_min + temp_max": 1}
    assert found(sample, ["inside", "outside"], rows) == {}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("Start Date", "End Date"),
        ("pickup_datetime", "dropoff_datetime"),
        ("open_dt", "closed_dt"),
        ("createdAt", "resolvedAt"),
        ("order_date", "ship_date"),
        ("invoice_date", "due_date"),
        ("admission", "discharge_date"),
        ("hire_date", "termination_date"),
        ("valid from", "valid to"),
        ("Eintrittsdatum", "Austrittsdatum"),
        ("Bestelldatum", "Lieferdatum"),
        ("Rechnungsdatum", "Fälligkeitsdatum"),
        ("date_début", "date_fin"),
        ("Fecha de inicio", "Fecha de fin"),
        ("actual start", "actual end"),
    ],
)
def test_names_that_say_start_and_end(start, end):
    assert names_say_order(start, end)
    assert not names_say_order(end, start)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("planned_start", "actual_end"),
        ("start_1", "end_2"),
        ("project start", "contract end"),
        ("update_time", "end_time"),
        ("last_review", "next_review"),
        ("amount", "vendor"),
        ("", ""),
    ],
)
def test_names_that_say_nothing_about_an_order(start, end):
    assert not names_say_order(start, end)


def test_names_of_limits_totals_and_products():
    assert names_say_bounds("MinPrice", "MaxPrice")
    assert not names_say_bounds("min_price", "max_weight")
    assert not names_say_bounds("max", "min")
    assert name_says_total("Total Amount")
    assert name_says_total("Bruttobetrag")
    assert not name_says_total("important")
    assert not name_says_total("totem")
    assert names_say_product("unit price", "qty")
    assert names_say_product("Menge", "Einzelpreis")
    assert not names_say_product("width", "height")
    assert words_of("Prix à l'unité 2") == {"prix", "a", "l", "unite", "2"}


def bills(*, wrong=0, records=120, total="total"):
    dice = random.Random(11)
    rows = []
    for place in range(records):
        quantity, price = dice.randint(2, 20), dice.randint(100, 9000) / 100
        net = round(quantity * price, 2)
        tax, tip = round(net * 0.19, 2), dice.choice([0, 0, 0, 5.5])
        said = round(net + tax + tip, 2) + (10 if place < wrong else 0)
        rows.append(
            [f"r{place}", str(quantity), f"{price:.2f}", f"{net:.2f}", f"{tax:.2f}", f"{tip:.2f}", f"{said:.2f}"]
        )
    return ["ref", "quantity", "unit price", "net", "tax", "tip", total], rows


def test_sums_and_products_that_names_support_are_suggested(sample):
    fields, rows = bills(wrong=3)
    assert found(sample, fields, rows) == {
        (RelationKind.SUM, ("net", "tax", "tip", "total")): True,
        (RelationKind.PRODUCT, ("quantity", "unit price", "net")): True,
    }
    assert listed(sample, fields, rows) == {"total_differs: net + tax + tip + total": 3}


def test_a_sum_that_no_name_supports_is_an_offer(sample):
    fields, rows = bills(total="k7")
    assert found(sample, fields, rows)[RelationKind.SUM, ("net", "tax", "tip", "k7")] is False


def places(*, wrong=0, records=200):
    dice = random.Random(13)
    cities = {str(10000 + code): f"City {code % 23}" for code in range(40)}
    rows = []
    for place in range(records):
        code = dice.choice(list(cities))
        rows.append([f"r{place}", code, "Elsewhere" if place < wrong else cities[code], dice.choice(["red", "blue"])])
    return ["ref", "zip", "city", "colour"], rows


def test_one_key_with_one_value_is_offered_and_never_applied(sample):
    fields, rows = places(wrong=2)
    assert found(sample, fields, rows) == {(RelationKind.DEPENDENCY, ("zip", "city")): False}
    assert listed(sample, fields, rows) == {}


def test_a_value_that_is_nearly_always_the_same_depends_on_nothing(sample):
    fields, rows = places()
    assert (
        found(sample, fields, [[ref, code, "Bonn" if int(ref[1:]) % 40 else "Ulm", "x"] for ref, code, *_ in rows])
        == {}
    )


def test_records_that_are_there_twice_make_no_key(sample):
    rows = [[f"r{place}", f"c{place % 97}", f"d{place % 89}"] for place in range(300)]
    assert found(sample, ["code", "one", "two"], [*rows, *rows[:100]]) == {}


def test_missing_words_are_no_values_of_a_key(sample):
    fields, rows = places()
    blanked = [
        [ref, code, "N/A" if place % 3 == 0 else city, colour] for place, (ref, code, city, colour) in enumerate(rows)
    ]
    assert found(sample, fields, blanked) == {(RelationKind.DEPENDENCY, ("zip", "city")): False}


def test_unrelated_fields_show_no_relation(sample):
    dice = random.Random(17)
    rows = [
        [
            (DAY + timedelta(days=dice.randint(0, 500))).isoformat(),
            f"{DAY + timedelta(days=dice.randint(0, 500))} {dice.randint(10, 23)}:15:00",
            str(dice.randint(0, 5)),
            str(dice.randint(0, 1)),
            f"{dice.uniform(0, 100):.2f}",
            f"{dice.uniform(0, 100):.2f}",
            dice.choice("abc"),
            dice.choice("xyz"),
        ]
        for _ in range(300)
    ]
    assert found(sample, ["opened", "closed", "n", "flag", "amount", "total", "kind", "group"], rows) == {}


def test_the_same_sample_shows_the_same_relations_in_the_same_order(sample):
    runs = [list(found(sample, *bills(wrong=2))) for _ in range(2)]
    assert runs[0] == runs[1]


def test_empty_and_one_field_samples_show_nothing(sample):
    assert found(sample, [], []) == {}
    assert found(sample, ["a", "b"], []) == {}
    assert found(sample, ["a"], [["1"]] * 50) == {}


def test_contracts_that_end_before_they_start_are_found_to_the_record(shared_datasets):
    from readiness.audit.reading.sample import open_workspace, read_sample
    from readiness.audit.reading.values import SampleFile

    path = shared_datasets / "openrefine_testdata" / "government_contracts.csv"
    connection = open_workspace()
    reading = read_sample(SampleFile(path, path.name), connection)
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    connection.close()
    assert {case.id: case.records for case in report.edge_cases if case.kind in RELATION_KINDS} == {
        "end_before_start: Start Date + End Date": 26
    }
