from __future__ import annotations

import random
from datetime import date

from readiness.audit.engine import audit_sample
from readiness.audit.findings import Findings
from readiness.audit.outliers import find_outliers
from readiness.audit.suggestion import suggest_rules

OURS = {
    "unusually_large", "unusually_small", "unusually_early", "unusually_late", "mixed_scales", "many_zeros", "spike",
    "impossible_value", "date_in_future", "constant", "always_empty",
}  # fmt: skip


def hints(sample, name, values):
    connection, reading = sample([name, "n"], [[value, f"{place}x"] for place, value in enumerate(values)])
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    assert not [case for case in report.edge_cases if case.kind in OURS]
    return {hint.kind: hint for hint in report.hints if hint.kind in OURS and hint.fields == (name,)}


def normal(count, seed=1, middle=100.0, width=10.0):
    rng = random.Random(seed)
    return [f"{rng.gauss(middle, width):.2f}" for _ in range(count)]


def skewed(count, seed=1, width=1.5):
    rng = random.Random(seed)
    return [f"{rng.lognormvariate(5, width):.2f}" for _ in range(count)]


def test_values_far_from_the_others_are_told_with_their_number_and_side(sample):
    found = hints(sample, "weight", [*normal(300), "900.00", "950.00", "-300.00"])
    assert set(found) == {"unusually_large", "unusually_small"}
    assert (found["unusually_large"].records, found["unusually_small"].records) == (2, 1)
    assert found["unusually_large"].text.startswith("2 of the values lie above")
    assert found["unusually_large"].examples == ("900.00", "950.00")
    assert "900" not in found["unusually_large"].text


def test_skewed_values_have_no_outliers_for_being_skewed(sample):
    assert hints(sample, "load", skewed(500)) == {}
    assert hints(sample, "load", skewed(500, seed=2, width=2.5)) == {}
    rng = random.Random(3)
    assert hints(sample, "wait", [f"{rng.expovariate(0.1):.3f}" for _ in range(500)]) == {}
    assert hints(sample, "visits", [str(int(rng.expovariate(0.4))) for _ in range(500)]) == {}


def test_one_huge_amount_among_skewed_ones_is_told(sample):
    assert hints(sample, "load", [*skewed(400, width=1.0), "9000000.00"])["unusually_large"].records == 1


def test_millions_beside_single_units_are_two_scales(sample):
    few = [*normal(400, middle=3, width=0.5), *normal(20, middle=3_000_000, width=500_000)]
    found = hints(sample, "total value", few)
    assert found["mixed_scales"].records == 20
    assert "1,000,000 times larger" in found["mixed_scales"].text
    half = [*normal(200, middle=3, width=0.5), *normal(200, middle=3_000_000, width=500_000)]
    assert "mixed_scales" in hints(sample, "total value", half)


def test_a_field_of_many_orders_of_magnitude_is_one_scale(sample):
    rng = random.Random(7)
    assert "mixed_scales" not in hints(sample, "people", [str(int(10 ** rng.uniform(1, 8))) for _ in range(400)])


def test_zeros_among_amounts_are_counted(sample):
    found = hints(sample, "amount", [*skewed(400), *["0.00"] * 50])
    assert found["many_zeros"].records == 50
    assert "many_zeros" not in hints(sample, "tip", [*skewed(100), *["0.00"] * 300])


def test_one_number_far_more_frequent_than_any_other_may_be_a_default(sample):
    found = hints(sample, "reading", [*normal(300), *["42.00"] * 60])
    assert found["spike"].records == 60


def test_values_that_a_field_can_hardly_hold_are_told(sample):
    rng = random.Random(1)
    ages = [str(rng.randint(18, 80)) for _ in range(200)]
    assert hints(sample, "age", [*ages, "-4", "-7"])["impossible_value"].records == 2
    lats = [f"{rng.uniform(40, 60):.4f}" for _ in range(100)]
    assert hints(sample, "latitude", [*lats, "95.1"])["impossible_value"].records == 1
    shares = [f"{rng.randint(0, 100)}%" for _ in range(100)]
    assert hints(sample, "share", [*shares, "140%"])["impossible_value"].records == 1


def test_an_empty_field_and_a_constant_one_are_told(sample):
    assert "always_empty" in hints(sample, "x", [""] * 30)
    assert hints(sample, "x", ["DE"] * 30)["constant"].records == 30
    assert hints(sample, "x", ["DE"] * 29 + ["FR"]) == {}


def dated(sample, name, values, today):
    connection, reading = sample([name, "n"], [[value, f"{place}x"] for place, value in enumerate(values)])
    rules = suggest_rules(connection, reading)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE verdicts AS SELECT record, 0 AS row_hash, 0 AS v0, 0 AS v1 FROM records"
    )
    findings = Findings(connection, rules, records=len(values), distinct={0: len(set(values)), 1: len(values)})
    find_outliers(findings, today=today)
    return {hint.kind: hint.records for hint in findings.hints if hint.fields == (name,)}


def test_dates_to_come_and_dates_far_from_the_others_are_told(sample):
    rng = random.Random(1)
    days = [f"2023-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}" for _ in range(200)]
    found = dated(sample, "created", [*days, "1999-01-05", "2031-02-03"], date(2024, 6, 1))
    assert found == {"date_in_future": 1, "unusually_early": 1, "unusually_late": 1}
    assert dated(sample, "created", days, date(2024, 6, 1)) == {}


def test_a_due_date_may_lie_ahead_and_a_birth_may_not(sample):
    days = [f"20{year}-03-0{day}" for year in range(10, 25) for day in range(1, 5)]
    assert "date_in_future" not in dated(sample, "due date", [*days, "2024-12-01"], date(2024, 6, 1))
    assert dated(sample, "birth date", [*days, "2024-12-01"], date(2024, 6, 1))["date_in_future"] == 1
