from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.report import AuditReport
from readiness.audit.rules import FieldKind, FieldRule, FieldRules
from readiness.errors import InvalidValueError

NAMES = ("Adler", "Brandt", "Chávez", "Dubois", "Eriksen", "Fischer", "Novák", "Œuvre", "Smith", "Zhang", "王")


def audited(sample, columns: dict[str, tuple[FieldKind, str, list[str]]], **options) -> AuditReport:
    """The core audit of columns {field: (kind, format, values)}."""
    rules = FieldRules(
        rules=tuple(
            FieldRule(field=name, position=place, kind=kind, format=form, unique=kind is FieldKind.IDENTIFIER)
            for place, (name, (kind, form, _)) in enumerate(columns.items())
        )
    )
    rows = list(zip(*(values for _, _, values in columns.values()), strict=True))
    return audit_sample(*sample(list(columns), rows), rules, core_only=True, **options)


def warned(report: AuditReport) -> list[str]:
    assert report.limits is not None
    return [warning.what for warning in report.limits.warnings]


def days(count: int, chance: random.Random, *, span: int = 700, form: str = "%Y-%m-%d") -> list[str]:
    return [(date(2023, 1, 1) + timedelta(days=chance.randrange(span))).strftime(form) for _ in range(count)]


def orders(count: int, seed: int) -> dict[str, tuple[FieldKind, str, list[str]]]:
    """Orders drawn at random from a long table."""
    chance = random.Random(seed)
    return {
        "order_id": (FieldKind.IDENTIFIER, "", [f"A-{n:06d}" for n in chance.sample(range(count * 20), count)]),
        "ordered": (FieldKind.DATE, "yyyy-mm-dd", days(count, chance)),
        "amount": (FieldKind.MONEY, "1234.56", [f"{chance.lognormvariate(4, 1):.2f}" for _ in range(count)]),
        "customer": (FieldKind.NAME, "", [chance.choice(NAMES) for _ in range(count)]),
        "channel": (FieldKind.CATEGORY, "", [chance.choice(("web", "shop", "web")) for _ in range(count)]),
    }


def tickets(count: int, seed: int) -> dict[str, tuple[FieldKind, str, list[str]]]:
    chance = random.Random(seed)
    moments = [datetime(2024, 1, 1) + timedelta(seconds=chance.randrange(30_000_000)) for _ in range(count)]  # noqa: DTZ001
    return {
        "index": (FieldKind.IDENTIFIER, "", [str(n) for n in range(count)]),  # given when it was exported
        "Created": (FieldKind.DATE_TIME, "dd/mm/yyyy hh:mm", [m.strftime("%d/%m/%Y %H:%M") for m in moments]),
        "exported_at": (FieldKind.DATE, "yyyy-mm-dd", ["2025-01-31"] * count),
        "priority": (FieldKind.CATEGORY, "", [chance.choice(("low", "low", "low", "high")) for _ in range(count)]),
        "system_type": (FieldKind.CATEGORY, "", ["ticket"] * count),
        "team": (FieldKind.CATEGORY, "", [chance.choice("AB") for _ in range(count)]),
    }


def sensors(count: int, seed: int) -> dict[str, tuple[FieldKind, str, list[str]]]:
    chance = random.Random(seed)
    return {
        "reading": (
            FieldKind.NUMBER,
            "1.234,56",
            [f"{chance.gauss(20, 2):.1f}".replace(".", ",") for _ in range(count)],
        ),
        "when": (FieldKind.DATE, "d Mon yyyy", days(count, chance, form="%d %b %Y")),
        "sensor": (FieldKind.CATEGORY, "", [f"S{chance.randrange(5)}" for _ in range(count)]),
        "flag": (FieldKind.BOOLEAN, "", [chance.choice(("yes", "no")) for _ in range(count)]),
    }


@pytest.mark.parametrize("kind", [orders, tickets, sensors])
@pytest.mark.parametrize(("count", "seed"), [(40, 1), (40, 2), (250, 3), (400, 4)])
def test_records_drawn_at_random_raise_no_warning(sample, kind, count, seed):
    assert warned(audited(sample, kind(count, seed))) == []


@pytest.mark.parametrize("field", ["ordered", "amount", "customer"])
@pytest.mark.parametrize("downwards", [False, True])
def test_records_in_order_are_noticed(sample, field, downwards):
    columns = orders(300, 1)
    if field == "customer":
        columns["customer"] = (FieldKind.NAME, "", [f"{name}{n}" for n, name in enumerate(columns["customer"][2])])
    place = list(columns).index(field)
    rows = sorted(
        zip(*(values for _, _, values in columns.values()), strict=True),
        key=lambda row: float(row[place]) if field == "amount" else row[place].lower(),
        reverse=downwards,
    )
    ordered = {
        name: (kind, form, [row[n] for row in rows]) for n, (name, (kind, form, _)) in enumerate(columns.items())
    }
    assert warned(audited(sample, ordered)) == [f"Records in order: {field}"]


def test_a_few_strays_do_not_hide_an_order(sample):
    values = [f"{n}.00" for n in range(300)]
    values[100], values[200] = "2.00", "3.00"
    assert warned(audited(sample, {"amount": (FieldKind.MONEY, "1234.56", values)})) == ["Records in order: amount"]


def test_the_first_records_of_a_table_are_noticed_even_when_shuffled(sample):
    numbers = [f"INV-{n}" for n in range(1_001, 1_301)]
    random.Random(1).shuffle(numbers)
    report = audited(sample, {"invoice": (FieldKind.IDENTIFIER, "", numbers)})
    assert warned(report) == ["Neighbouring records: invoice"]
    assert "300 numbers" in report.limits.warnings[0].why


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("yyyy-mm-dd hh:mm:ss", "%Y-%m-%d %H:%M:%S"), ("dd/mm/yyyy", "%d/%m/%Y"), ("mm/dd/yy", "%m/%d/%y"),
        ("yyyymmdd", "%Y%m%d"), ("dd-Mon-yyyy", "%d-%b-%Y"), ("dd.mm.yyyy hh:mm", "%d.%m.%Y %H:%M"),
        ("yyyy-Mon-dd", "%Y-%b-%d"), ("Mon d, yyyy", "%b %d, %Y"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("hours", "what"), [(23, ["One day only"]), (6 * 24, ["One week only"]), (40 * 24, [])])
def test_one_day_and_one_week_are_noticed_however_dates_are_written(sample, form, written, hours, what):
    chance, start = random.Random(3), datetime(2024, 3, 4)  # noqa: DTZ001
    values = [(start + timedelta(minutes=chance.randrange(hours * 60))).strftime(written) for _ in range(200)]
    kind = FieldKind.DATE_TIME if "hh" in form else FieldKind.DATE
    assert warned(audited(sample, {"created": (kind, form, values)})) == what


def test_the_day_of_export_or_of_birth_says_nothing_about_the_days_of_the_records(sample):
    chance = random.Random(4)
    columns = {
        "snapshot_date": (FieldKind.DATE, "yyyy-mm-dd", ["2024-05-01"] * 60),
        "birth_date": (FieldKind.DATE, "yyyy-mm-dd", days(60, chance, span=20_000)),
        "admitted": (FieldKind.DATE, "yyyy-mm-dd", days(60, chance, span=1)),
    }
    assert warned(audited(sample, columns)) == ["One day only"]


def test_one_source_is_noticed_and_a_constant_of_another_kind_is_not(sample):
    columns = {
        "SourceSystem": (FieldKind.CATEGORY, "", ["crm"] * 60),
        "currency": (FieldKind.CATEGORY, "", ["EUR"] * 60),
        "Facility Name": (FieldKind.CATEGORY, "", ["N/A"] * 60),
    }
    assert warned(audited(sample, columns)) == ["One source only: SourceSystem"]


def test_a_spreadsheets_end_is_noticed(sample, make_sample):
    connection, reading = make_sample(["a"], [])
    connection.execute("INSERT INTO records SELECT i, i, NULL, 1, NULL, hash(i)::VARCHAR FROM range(1, 65537) AS t(i)")
    rules = FieldRules(rules=(FieldRule(field="a", position=0),))
    assert warned(audit_sample(connection, reading, rules, core_only=True)) == ["Exactly 65,536 records"]


def test_a_round_count_is_a_sign_only_beside_another(sample):
    assert warned(audited(sample, orders(1_000, 7))) == []
    numbers = [str(n) for n in range(1_000)]
    report = audited(sample, {"order_no": (FieldKind.IDENTIFIER, "", numbers)})
    assert warned(report) == ["Neighbouring records: order_no", "Exactly 1,000 records"]


def test_signs_are_looked_for_in_large_samples_too(make_sample):
    connection, reading = make_sample(["id", "created"], [])
    connection.execute(
        "INSERT INTO records SELECT i, i, NULL, 2, NULL, i::VARCHAR, strftime(TIMESTAMP '2024-03-04' + "
        "INTERVAL 1 SECOND * (hash(i) % 80000)::BIGINT, '%Y-%m-%d %H:%M:%S') FROM range(1, 45001) AS t(i)"
    )
    rules = FieldRules(
        rules=(
            FieldRule(field="id", position=0, kind=FieldKind.IDENTIFIER, unique=True),
            FieldRule(field="created", position=1, kind=FieldKind.DATE_TIME, format="yyyy-mm-dd hh:mm:ss"),
        )
    )
    assert warned(audit_sample(connection, reading, rules, core_only=True)) == [
        "One day only",
        "Neighbouring records: id",
    ]


def test_the_rate_that_may_be_hidden_is_said(sample):
    report = audited(sample, orders(299, 1))
    assert report.limits.hidden_below == pytest.approx(0.01, abs=0.0001)
    assert report.limits.sentences[0] == (
        "An edge case in fewer than 1% of all records may be missing from this sample."
    )
    assert "2,995 random records" in report.limits.sentences[1]


def test_the_population_narrows_every_share_and_what_may_be_hidden(sample):
    alone, known = audited(sample, orders(300, 1)), audited(sample, orders(300, 1), population=400)
    assert known.limits.population == 400
    assert known.limits.hidden_below < alone.limits.hidden_below
    assert known.clean.low > alone.clean.low
    tiers = zip(known.tiers, alone.tiers, strict=True)
    assert all(one.high - one.low < other.high - other.low for one, other in tiers)


def test_a_whole_population_is_exact_and_raises_no_warning(sample):
    numbers = [str(n) for n in range(300)]
    report = audited(sample, {"id": (FieldKind.IDENTIFIER, "", numbers)}, population=300)
    assert (report.clean.low, report.clean.high) == (1.0, 1.0)
    assert report.limits.hidden_below == 0.0
    assert report.limits.warnings == ()
    assert "holds all 300 records" in report.limits.sentences[0]


def test_a_population_smaller_than_the_sample_is_refused(sample):
    with pytest.raises(InvalidValueError, match="less than the 300 records"):
        audited(sample, orders(300, 1), population=299)


def test_edge_cases_seen_once_say_how_often_new_ones_come(sample):
    columns = orders(100, 2)
    columns["amount"][2][5] = "many"
    columns["ordered"][2][6] = "2024-02-30"
    assert "2 edge cases were seen in one record only, so about one in 50" in " ".join(
        audited(sample, columns).limits.sentences
    )


def test_an_empty_sample_shows_nothing(sample):
    report = audited(sample, {"a": (FieldKind.TEXT, "", [])})
    assert report.limits.hidden_below == 1.0
    assert report.limits.warnings == ()
