"""Near-duplicate records: planted ones are found, and records that are alike on purpose are left alone."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.engine import audit_sample
from readiness.audit.near_duplicates import _compare_words, _Likeness
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import SampleFile
from readiness.audit.rules import FieldKind, FieldRule, FieldRules

FIRST = re.findall(
    r"\w+",
    "Anna Maria Mario Peter Paul Julia Julian Martin Martina Daniel Daniela Laura Lukas Sofia Olga Ivan "
    "Fatima Ahmed John Jon Joan Michael Michelle Sarah Sara Emma Emily Thomas Hanna Hannah Karl Carl Eva "
    "Ida Nina Max",
)
LAST = re.findall(
    r"\w+",
    "Smith Smyth Miller Meyer Meier Maier Brown Braun Garcia Lopez Rossi Russo Nguyen Kowalski Novak "
    "Ivanov Petrov Hansen Hanson Jensen Johnson Johansson Andersson Dubois Durand Silva Santos Patel "
    "Schmidt Schmitt Weber Fischer Wagner Becker Klein Davis Wilson Taylor Clark Lewis Walker Allen "
    "Wright Green Baker Nelson Carter",
)
STREETS = re.findall(
    r"\w+", "Park High Church Station School Bridge Garden Lake Forest River Market Castle Linden Queen Albert"
)
CITIES = re.findall(r"\w+", "London Berlin Paris Madrid Rome Vienna Oslo Bern Prague Warsaw")
ITEMS = [f"{cloth} {kind}, {colour}" for cloth in ("Cotton", "Linen", "Silk") for kind in ("shirt", "scarf", "coat")
         for colour in ("red", "blue", "green")]  # fmt: skip
PERSON = {
    "customer_id": FieldKind.IDENTIFIER, "first_name": FieldKind.NAME, "last_name": FieldKind.NAME,
    "born": FieldKind.DATE, "street": FieldKind.ADDRESS, "city": FieldKind.CATEGORY, "phone": FieldKind.PHONE,
}  # fmt: skip


@pytest.fixture
def audit(tmp_path):
    """Audits rows written as CSV: audit({field: kind}, rows, unique=(field, ...)) -> (records found, report)."""
    opened = []

    def run(kinds, rows, unique=()):
        path = tmp_path / "sample.csv"
        lines = [list(kinds), *rows]
        quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
        path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
        connection = open_workspace()
        opened.append(connection)
        reading = read_sample(SampleFile(path, path.name), connection)
        rules = FieldRules(
            rules=tuple(
                FieldRule(field=name, position=place, kind=kind, unique=name in unique)
                for place, (name, kind) in enumerate(kinds.items())
            )
        )
        report = audit_sample(connection, reading, rules)
        return listed(connection), report

    yield run
    for connection in opened:
        connection.close()


def listed(connection) -> dict[int, str]:
    rows = connection.execute(
        "SELECT record, reason FROM problems WHERE edge_case = 'near_duplicate' ORDER BY record"
    ).fetchall()
    return dict(rows)


def hinted(report, kind):
    return next((hint for hint in report.hints if hint.kind == kind), None)


def people(draw, count):
    return [
        [
            str(10_000 + place),
            draw.choice(FIRST),
            draw.choice(LAST),
            (date(1940, 1, 1) + timedelta(draw.randrange(25_000))).isoformat(),
            f"{draw.randrange(1, 200)} {draw.choice(STREETS)} {draw.choice(['Street', 'Road', 'Avenue'])}",
            draw.choice(CITIES),
            f"+44 20 7{draw.randrange(100_000, 999_999)}",
        ]
        for place in range(count)
    ]


def misspelt(draw, word):
    place = draw.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def written_differently(draw, person, place):
    own = [str(50_000 + place), *person[1:]]
    if place % 4 == 0:
        own[2] = misspelt(draw, own[2])
    elif place % 4 == 1:
        own[4] = own[4].replace("Street", "St.").replace("Road", "Rd").replace("Avenue", "Ave")
    elif place % 4 == 2:
        own[1], own[2] = own[1][0] + ".", own[2].upper()
    else:
        own[5], own[6] = own[5].upper(), own[6].replace(" ", "").replace("+44", "0")
    return own


def test_the_same_people_written_differently_are_found_and_nobody_else(audit):
    draw = random.Random(1)
    originals = people(draw, 400)
    copies = [written_differently(draw, originals[7 * place], place) for place in range(40)]
    found, report = audit(PERSON, [*originals, *copies], unique=("customer_id",))
    assert set(found) <= set(range(401, 441))
    assert len(found) >= 36
    assert all(
        found[401 + place] == f"nearly the same as record {7 * place + 1}"
        for place in range(40)
        if 401 + place in found
    )
    assert report.edge_case("near_duplicate").tier.value == "needs review"


def test_different_people_are_not_found_however_common_their_names(audit):
    found, _ = audit(PERSON, people(random.Random(2), 600), unique=("customer_id",))
    assert found == {}


def test_members_of_one_household_are_different_people(audit):
    draw, rows = random.Random(3), []
    for one, other in zip(people(draw, 200), people(draw, 200), strict=True):
        name = draw.choice([name for name in FIRST if name != one[1]])
        rows += [one, [str(20_000 + len(rows)), name, one[2], other[3], *one[4:]]]
    assert audit(PERSON, rows, unique=("customer_id",))[0] == {}
    bare = {name: kind for name, kind in PERSON.items() if name != "born"}
    assert audit(bare, [[*row[:3], *row[4:]] for row in rows], unique=("customer_id",))[0] == {}


def test_a_person_entered_twice_under_two_identifiers_is_found(audit):
    rows = people(random.Random(4), 300)
    rows += [[str(90_000 + place), *rows[place][1:]] for place in range(9)]
    found, _ = audit(PERSON, rows, unique=("customer_id",))
    assert set(found) == set(range(301, 310))


def test_an_other_date_or_number_makes_it_a_hint(audit):
    rows = people(random.Random(5), 300)
    rows += [[str(90_000 + place), *rows[place][1:3], "1999-09-09", *rows[place][4:]] for place in range(9)]
    found, report = audit(PERSON, rows, unique=("customer_id",))
    assert found == {}
    assert hinted(report, "near_duplicate_fact_differs").records == 9


def test_payments_whose_vendor_is_written_differently_are_found(audit):
    kinds = {"vendor": FieldKind.NAME, "day": FieldKind.DATE, "amount": FieldKind.MONEY}
    draw = random.Random(6)
    vendors = [f"{last} {what} {form}" for last in LAST for what in ("Energy", "Cleaning") for form in ("Ltd", "Inc")]
    rows = [
        [
            draw.choice(vendors),
            f"2024-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}",
            f"{draw.randrange(5000, 90000) / 100:.2f}",
        ]
        for _ in range(600)
    ]
    rows += [[rows[place * 9][0].upper().replace("LTD", "LIMITED"), *rows[place * 9][1:]] for place in range(12)]
    assert set(audit(kinds, rows)[0]) == set(range(601, 613))


def test_a_fee_that_returns_each_month_is_no_duplicate(audit):
    kinds = {"vendor": FieldKind.NAME, "day": FieldKind.DATE, "amount": FieldKind.MONEY, "what": FieldKind.TEXT}
    rows = [
        [f"{last} {what}", f"2024-{month:02d}-01", f"{100 + 7 * place}.00", "Monthly fee"]
        for place, (last, what) in enumerate((last, what) for last in LAST[:20] for what in ("Energy", "Cleaning"))
        for month in range(1, 13)
    ]
    assert audit(kinds, rows)[0] == {}


def order_lines(draw, count):
    rows, order = [], 90_000
    customers = people(draw, count)
    while len(rows) < count:
        order += 1
        who = draw.choice(customers)
        for line in range(1, draw.randrange(2, 6)):
            item = draw.choice(ITEMS)
            rows.append([str(order), str(line), f"{who[1]} {who[2]}", who[4], item, str(draw.randrange(1, 4)), "19.99"])
    return rows


ORDER_LINE = {
    "order": FieldKind.IDENTIFIER, "line": FieldKind.NUMBER, "customer_name": FieldKind.NAME,
    "address": FieldKind.ADDRESS, "item": FieldKind.TEXT, "quantity": FieldKind.NUMBER, "price": FieldKind.MONEY,
}  # fmt: skip


def test_lines_of_one_order_are_no_duplicates(audit):
    rows = order_lines(random.Random(7), 500)
    assert audit(ORDER_LINE, rows)[0] == {}
    no_line = {name: kind for name, kind in ORDER_LINE.items() if name != "line"}
    assert audit(no_line, [[row[0], *row[2:]] for row in rows])[0] == {}


def test_readings_of_sensors_are_no_duplicates(audit):
    draw = random.Random(8)
    kinds = {"at": FieldKind.DATE_TIME, "sensor": FieldKind.IDENTIFIER, "celsius": FieldKind.NUMBER}
    rows = [
        [f"2024-05-01 {place // 60:02d}:{place % 60:02d}", f"S{draw.randrange(5)}", f"{20 + draw.random():.1f}"]
        for place in range(900)
    ]
    assert audit(kinds, rows)[0] == {}


def test_people_on_several_courses_are_a_hint_and_no_fault(audit):
    draw, rows = random.Random(9), []
    for who in people(draw, 300):
        mail = f"{who[1]}.{who[2]}.{who[0]}@example.org".lower()
        rows += [
            [f"{who[1]} {who[2]}", mail, course]
            for course in draw.sample(["Excel", "Word", "SQL"], 1 + (int(who[0]) % 4 == 0))
        ]
    found, report = audit({"name": FieldKind.NAME, "email": FieldKind.EMAIL, "course": FieldKind.CATEGORY}, rows)
    assert found == {}
    assert hinted(report, "near_duplicate_otherwise_equal").records == 75


def test_products_of_one_family_are_different_products(audit):
    draw = random.Random(10)
    rows = [
        [f"SKU{place:05d}", f"{draw.choice(['Nova', 'Orion'])} {draw.choice(['drill', 'saw', 'lamp'])} "
         f"{draw.choice('XYZ')}{draw.randrange(100, 999)}{draw.choice(['', ' Pro', ' Plus'])}",
         draw.choice(["tools", "light"])]
        for place in range(500)
    ]  # fmt: skip
    kinds = {"sku": FieldKind.IDENTIFIER, "product": FieldKind.NAME, "group": FieldKind.CATEGORY}
    assert audit(kinds, rows, unique=("sku",))[0] == {}


def test_requests_of_like_wording_under_their_own_references_are_a_hint(audit):
    draw = random.Random(11)
    rows = [
        [
            str(150_000 + place),
            f"2024-01-{1 + place % 20:02d}",
            f"About {draw.choice(LAST)} and {draw.choice(STREETS)} x{place}",
        ]
        for place in range(200)
    ]
    rows.append(["160000", rows[40][1], rows[40][2].upper()])
    kinds = {"ref": FieldKind.IDENTIFIER, "received": FieldKind.DATE, "summary": FieldKind.TEXT}
    found, report = audit(kinds, rows, unique=("ref",))
    assert found == {}
    assert hinted(report, "near_duplicate_written_differently").records == 1


def test_a_hint_about_near_duplicates_holds_no_value_in_its_text(audit):
    rows = people(random.Random(5), 300)
    rows += [[str(90_000 + place), *rows[place][1:3], "1999-09-09", *rows[place][4:]] for place in range(9)]
    _, report = audit(PERSON, rows, unique=("customer_id",))
    hint = hinted(report, "near_duplicate_fact_differs")
    assert "1999" not in hint.text
    assert 0 < len(hint.examples) <= 5
    assert all(len(example) <= 120 for example in hint.examples)


def test_restaurants_of_two_guides_are_matched(shared_datasets):
    path = shared_datasets / "dedupe_restaurant" / "restaurant-nophone-training.csv"
    connection = open_workspace()
    reading = read_sample(SampleFile(path, path.name), connection)
    kinds = (FieldKind.NAME, FieldKind.ADDRESS, FieldKind.CATEGORY, FieldKind.TEXT, FieldKind.TEXT)
    rules = FieldRules(
        rules=tuple(
            FieldRule(field=name, position=place, kind=kinds[place], check=name != "unique_id")
            for place, name in enumerate(reading.fields)
        )
    )
    audit_sample(connection, reading, rules)
    found = connection.execute(
        "SELECT record, reason FROM problems WHERE edge_case IN ('near_duplicate', 'duplicate_record')"
    ).fetchall()
    pairs = {(int(re.search(r"(\d+)$", reason)[1]), record) for record, reason in found}
    cases: dict[str, list[int]] = {}
    for record, case in connection.execute("SELECT record, c4 FROM records ORDER BY record").fetchall():
        cases.setdefault(case, []).append(record)
    connection.close()
    truth = {pair for records in cases.values() for pair in combinations(records, 2)}
    assert len(truth) == 112
    assert len(pairs & truth) / len(pairs) >= 0.98
    assert len(pairs & truth) / len(truth) >= 0.8


@pytest.mark.parametrize(
    ("first", "second", "likeness"),
    [
        ("Art's Delicatessen", "ARTS DELI", _Likeness.VARIANT),
        ("Bel-Air Hotel", "Hotel Bel Air", _Likeness.VARIANT),
        ("804 Northpoint", "804 North Point", _Likeness.VARIANT),
        ("156 Second Avenue", "156 2nd ave.", _Likeness.VARIANT),
        ("The Palm", "Palm", _Likeness.VARIANT),
        ("Müller", "Muller", _Likeness.VARIANT),
        ("Kowalski", "Kowalksi", _Likeness.VARIANT),
        ("Katsu", "Restaurant Katsu", _Likeness.ADDITION),
        ("Room 12", "Room 13", _Likeness.DIFFERENT),
        ("Widget", "Widget 2", _Likeness.DIFFERENT),
        ("John Smith", "John Smith Jr", _Likeness.DIFFERENT),
        ("Cotton shirt, red", "Cotton shirt, blue", _Likeness.DIFFERENT),
        ("王小明", "王小红", _Likeness.DIFFERENT),
        ("!!!", "???", _Likeness.DIFFERENT),
    ],
)  # fmt: skip
def test_texts_are_alike_when_only_their_writing_differs(first, second, likeness):
    assert _compare_words(first, second)[0] is likeness
    assert _compare_words(second, first)[0] is likeness


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_does_not_depend_on_which_text_comes_first(first, second):
    assert _compare_words(first, second)[0] is _compare_words(second, first)[0]
