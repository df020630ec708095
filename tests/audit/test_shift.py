"""What shifted between two samples: planted changes are found by their right name, and nothing else is."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import Reading, SampleFile, SampleFormat
from readiness.audit.rules import FieldRules
from readiness.audit.shift import ShiftReport, compare_samples
from readiness.audit.shift_judging import SIGNIFICANT
from readiness.audit.shift_report import ShiftVerdict
from readiness.audit.suggestion import suggest_rules

FIELDS = ("invoice_id", "date", "amount", "currency", "vendor", "notes", "quantity", "urgent", "status_code")
PHRASES = (
    "please pay within thirty days", "delivery arrived late again", "see the framework contract",
    "credit note follows soon", "no purchase order was given", "goods were damaged in transit",
)  # fmt: skip
Row = list[str]
Sample = tuple[duckdb.DuckDBPyConnection, Reading]


def invoices(records: int, seed: int) -> list[Row]:
    """Invoices of one and the same source; each seed draws others."""
    draw = random.Random(seed)
    return [
        [
            f"INV-{seed % 10}{number:06}",
            (date(2024, 1, 1) + timedelta(days=draw.randrange(365))).isoformat(),
            f"{draw.lognormvariate(4, 0.8):.2f}",
            draw.choices(["GBP", "EUR", "USD"], [0.6, 0.3, 0.1])[0],
            "" if draw.random() < 0.02 else f"Vendor {chr(65 + draw.randrange(26))}{chr(65 + draw.randrange(26))}",
            f"{draw.choice(PHRASES)} {draw.randrange(10**5)}",
            f"{draw.randrange(1, 200)}",
            draw.choice(["Yes", "No"]),
            draw.choice(["1", "1", "2", "5"]),
        ]
        for number in range(records)
    ]


def changed_column(rows: list[Row], field: str, change: Callable[[int, str], str]) -> list[Row]:
    place = FIELDS.index(field)
    return [[*row[:place], change(number, row[place]), *row[place + 1 :]] for number, row in enumerate(rows)]


@pytest.fixture(scope="module")
def make() -> Iterator[Callable[..., Sample]]:
    """Makes a sample of rows at once."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def sample(rows: Sequence[Row], fields: Sequence[str] = FIELDS, faults: int = 0) -> Sample:
        connection = duckdb.connect(config={"threads": 1})
        opened.append(connection)
        cells = "".join(f", c{place} VARCHAR" for place in range(len(fields)))
        connection.execute(
            f"CREATE TABLE records (record BIGINT, line BIGINT, fault VARCHAR, cells INTEGER, line_text VARCHAR{cells})"
        )
        numbers = list(range(1, len(rows) + 1))
        columns = [[row[place] for row in rows] for place in range(len(fields))]
        unnested = "".join(", unnest(?::VARCHAR[])" for _ in fields)
        connection.execute(
            f"INSERT INTO records SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[]), NULL, {len(fields)}, NULL{unnested}",
            [numbers, numbers, *columns],
        )
        connection.execute("UPDATE records SET fault = 'too_few_cells' WHERE record <= ?", [faults])
        return connection, Reading(
            name="sample.csv",
            sha256="0" * 64,
            size_bytes=1,
            format=SampleFormat.CSV,
            fields=tuple(fields),
            records=len(rows),
            faults={"too_few_cells": faults} if faults else {},
        )

    yield sample
    for connection in opened:
        connection.close()


@pytest.fixture(scope="module")
def older(make) -> Sample:
    return make(invoices(2_000, seed=1))


def compare(older: Sample, newer: Sample, rules: FieldRules | None = None) -> ShiftReport:
    return compare_samples(*older, *newer, rules or suggest_rules(*newer))


def changes(report: ShiftReport) -> set[tuple[str, str]]:
    return {(one.field, one.aspect.value) for one in report.changed}


# --- nothing changed ----------------------------------------------------------------------------------------------


def test_samples_of_one_source_show_no_change(older, make):
    report = compare(older, make(invoices(2_000, seed=2)))
    assert report.changed == ()
    assert report.inconclusive == ()
    assert len(report.sentences) == 1


@pytest.mark.parametrize("seed", range(3, 6))
def test_small_samples_of_one_source_show_no_change(make, seed):
    report = compare(make(invoices(250, seed=seed)), make(invoices(250, seed=seed + 100)))
    assert report.changed == ()


def test_a_sample_compared_with_itself_is_unchanged_throughout(older):
    report = compare(older, older)
    assert {one.verdict for one in report.findings} == {ShiftVerdict.UNCHANGED}
    assert all(one.effect is None or one.effect.value == 0 for one in report.findings)


def test_a_trivial_change_stays_silent_however_many_the_records(make):
    def filled_but(share: float) -> Sample:
        connection, reading = make([], ["vendor"])
        connection.execute(
            "INSERT INTO records SELECT i + 1, i + 2, NULL, 1, NULL, "
            f"CASE WHEN i < {share * 400_000} THEN '' ELSE 'v' || (i % 7) END FROM range(400000) AS r(i)"
        )
        return connection, replace(reading, records=400_000)

    report = compare(filled_but(0.100), filled_but(0.103))
    missing = next(one for one in report.findings if one.aspect == "missing rate")
    assert missing.p_adjusted < 0.001
    assert missing.verdict is ShiftVerdict.UNCHANGED


def test_too_few_records_are_said_to_be_too_few(make):
    older, newer = make(invoices(40, seed=1)), make(invoices(40, seed=2))
    report = compare(older, newer)
    assert report.changed == ()
    assert any(one.aspect == "missing rate" for one in report.inconclusive)
    assert report.sentences[-1].strip().startswith("too few records to tell:")


# --- planted changes ----------------------------------------------------------------------------------------------


PLANTED: dict[str, tuple[Callable[[list[Row]], list[Row]], set[tuple[str, str]], str]] = {
    "missing": (
        lambda rows: changed_column(rows, "vendor", lambda number, value: "" if number % 6 == 0 else value),
        {("vendor", "missing rate")},
        "vendor: missing in 2.1 % of older and 19 % of newer records.",
    ),
    "dates to the US format": (
        lambda rows: changed_column(rows, "date", lambda _, day: f"{day[5:7]}/{day[8:]}/{day[:4]}"),
        {("date", "way of writing")},
        "now are mostly written `mm/dd/yyyy`",
    ),
    "one to one point nought": (
        lambda rows: changed_column(rows, "quantity", lambda _, value: value + ".0"),
        {("quantity", "way of writing")},
        "now are mostly written `1.0` (0 % and 100 %); a change of writing, not of value",
    ),
    "codes with a decimal": (
        lambda rows: changed_column(rows, "status_code", lambda _, value: value + ".0"),
        {("status_code", "way of writing")},
        "a change of writing, not of value",
    ),
    "upper case": (
        lambda rows: changed_column(rows, "urgent", lambda _, value: value.upper()),
        {("urgent", "way of writing")},
        "written `UPPER CASE` in 100 % of newer records, where they were written `Capitalised`",
    ),
    "decimal comma": (
        lambda rows: changed_column(rows, "amount", lambda _, value: value.replace(".", ",")),
        {("amount", "way of writing")},
        "`comma`",
    ),
    "currency sign": (
        lambda rows: changed_column(rows, "amount", lambda _, value: "£" + value),
        {("amount", "way of writing")},
        "`£`",
    ),
    "words for missing": (
        lambda rows: changed_column(rows, "vendor", lambda _, value: value or "N/A"),
        {("vendor", "way of writing")},
        "`N/A`",
    ),
    "a new category": (
        lambda rows: changed_column(rows, "currency", lambda number, value: "CHF" if number % 20 == 0 else value),
        {("currency", "categories")},
        "currency: `CHF` is new with 5.0 %.",
    ),
    "a category gone": (
        lambda rows: changed_column(rows, "currency", lambda _, value: "GBP" if value == "USD" else value),
        {("currency", "categories")},
        "`USD` is gone",
    ),
    "larger amounts": (
        lambda rows: changed_column(rows, "amount", lambda _, value: f"{1.5 * float(value):.2f}"),
        {("amount", "numbers")},
        "amount: the middle half of the numbers is",
    ),
    "longer texts": (
        lambda rows: changed_column(rows, "notes", lambda _, value: f"{value} {value}"),
        {("notes", "text length")},
        "characters",
    ),
    "other words": (
        lambda rows: changed_column(
            rows, "notes", lambda number, value: "bitte bald die Rechnung zahlen" if number % 8 == 0 else value
        ),
        {("notes", "vocabulary"), ("notes", "text length")},
        "`bald` is new with 12 %",
    ),
    "another shape of identifiers": (
        lambda rows: changed_column(rows, "invoice_id", lambda _, value: value.replace("INV-", "IN/X")),
        {("invoice_id", "way of writing")},
        "a change of shape",
    ),
}  # fmt: skip


# Changes of different fields, planted at once: each must be found, and nothing else.
TOGETHER = (
    ("missing", "dates to the US format", "one to one point nought", "codes with a decimal", "upper case",
     "decimal comma", "a new category", "other words", "another shape of identifiers"),
    ("words for missing", "currency sign", "a category gone", "longer texts"),
    ("larger amounts",),
)  # fmt: skip


def planted(names: Sequence[str], records: int) -> list[Row]:
    rows = invoices(records, seed=2)
    for name in names:
        rows = PLANTED[name][0](rows)
    return rows


@pytest.mark.parametrize("names", TOGETHER, ids=lambda names: names[0])
def test_planted_changes_are_found_by_their_names_and_nothing_else_is(older, make, names):
    report = compare(older, make(planted(names, 2_000)))
    assert changes(report) == set().union(*(PLANTED[name][1] for name in names))
    said = "\n".join(one.sentence for one in report.changed)
    assert [PLANTED[name][2] for name in names if PLANTED[name][2] not in said] == []


def test_every_planted_change_is_tried():
    assert sorted(PLANTED) == sorted(name for names in TOGETHER for name in names)


def test_large_changes_are_found_in_samples_of_the_size_that_an_audit_takes(make):
    names = ["missing", "dates to the US format", "one to one point nought", "larger amounts"]
    report = compare(make(invoices(250, seed=1)), make(planted(names, 250)))
    assert changes(report) == set().union(*(PLANTED[name][1] for name in names))


def test_fields_that_come_go_move_or_are_spelt_otherwise_are_named(older, make):
    rows = [[row[8], row[0], *row[1:3], *row[4:8], "x"] for row in invoices(2_000, seed=2)]
    fields = ("status_code", "Invoice ID", *FIELDS[1:3], *FIELDS[4:8], "extra")
    report = compare(older, make(rows, fields))
    schema = {(one.field, one.measure) for one in report.changed if one.aspect == "schema"}
    assert schema == {
        ("extra", "field added"),
        ("currency", "field removed"),
        ("Invoice ID", "field renamed"),
        ("status_code", "field moved"),
    }


def test_a_later_period_is_said_and_is_no_shift(older, make):
    later = changed_column(invoices(2_000, seed=2), "date", lambda _, day: "2025" + day[4:])
    report = compare(older, make(later))
    assert report.changed == ()
    assert "a later period" in report.sentences[1]


def test_files_the_wrong_way_round_are_noticed(older, make):
    earlier = changed_column(invoices(2_000, seed=2), "date", lambda _, day: "2021" + day[4:])
    assert "wrong way round" in compare(older, make(earlier)).sentences[1]


def test_lines_that_do_not_fit_are_compared_by_their_share(older, make):
    report = compare(older, make(invoices(2_000, seed=2), faults=100))
    assert changes(report) == {("", "lines that do not fit")}
    assert report.changed[0].rows[0].newer.count == 100


def test_a_field_that_comes_into_use_is_called_so(make):
    older = make(changed_column(invoices(500, seed=1), "quantity", lambda *_: ""))
    report = compare(older, make(invoices(500, seed=2)))
    assert changes(report) == {("quantity", "missing rate")}
    assert "never filled in older records, filled in 100 % of newer ones" in report.changed[0].sentence
    assert [one.field for one in report.not_compared if "no value" in one.why] == ["quantity"]


def test_a_field_that_its_rule_leaves_out_is_not_compared(older, make):
    newer = make(PLANTED["larger amounts"][0](invoices(2_000, seed=2)))
    rules = suggest_rules(*newer)
    left_out = FieldRules(
        rules=tuple(rule.model_copy(update={"check": rule.field != "amount"}) for rule in rules.rules)
    )
    report = compare(older, newer, left_out)
    assert report.changed == ()
    assert "amount" in {one.field for one in report.not_compared}


# --- the report ---------------------------------------------------------------------------------------------------


def test_the_report_is_the_same_each_time_and_survives_json(older, make):
    newer = make(PLANTED["other words"][0](invoices(2_000, seed=2)))
    first, second = compare(older, newer), compare(older, newer)
    assert first.model_dump_json() == second.model_dump_json()
    assert ShiftReport.model_validate_json(first.model_dump_json()) == first


def test_a_change_carries_its_figures_threshold_and_corrected_p_value(older, make):
    report = compare(older, make(PLANTED["missing"][0](invoices(2_000, seed=2))))
    change = report.changed[0]
    figures = change.rows[0]
    assert (figures.older.count, figures.older.total) == (43, 2_000)
    assert figures.newer.low < figures.newer.share < figures.newer.high
    assert change.effect.name == "Cohen's h"
    assert change.effect.low > change.effect.threshold == 0.1
    assert change.effect.threshold_reason
    assert change.p_value <= change.p_adjusted <= SIGNIFICANT


def test_values_of_the_records_can_be_taken_out(older, make):
    report = compare(older, make(PLANTED["a new category"][0](invoices(2_000, seed=2))))
    assert "CHF" in report.model_dump_json()
    assert "CHF" not in report.without_values().model_dump_json()
    assert changes(report.without_values()) == {("currency", "categories")}


def test_the_connections_keep_what_they_held_and_nothing_more(older, make):
    newer = make(invoices(300, seed=2))
    compare(older, newer)
    for connection, _ in (older, newer):
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("records",)]


@pytest.mark.parametrize("fields", [(), ("a",), ("a", "b")])
def test_empty_samples_are_inconclusive_and_no_error(make, fields):
    report = compare(make([], fields), make([], fields))
    assert report.changed == ()
    assert all(one.verdict is ShiftVerdict.INCONCLUSIVE for one in report.findings)


def test_hostile_names_and_values_stay_literal_and_on_one_line(make):
    fields = ['a"; DROP TABLE records; --', "b'\n\x1b[2J"]
    rows = [[f"x' OR 1=1 -- {number % 3}", "\x1b[31m\nred"] for number in range(300)]
    newer = [["'); DROP TABLE records; --", "{n}"] for _ in range(300)]
    report = compare(make(rows, fields), make(newer, fields))
    assert len(report.changed) >= 2
    assert all(line.isprintable() for line in report.sentences)


# --- real files ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def month(shared_datasets: Path) -> Iterator[Callable[[str], Sample]]:
    folder = shared_datasets / "taxi_shift"
    if not folder.is_dir():
        pytest.skip("there is no taxi_shift in shared/datasets")
    read: dict[str, Sample] = {}

    def sample(name: str) -> Sample:
        if name not in read:
            path = folder / f"yellow_tripdata_sample_{name}.csv"
            connection = open_workspace(threads=1)
            read[name] = connection, read_sample(SampleFile(path, path.name), connection)
        return read[name]

    yield sample
    for connection, _ in read.values():
        connection.close()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("2018-12", "2019-01", {"congestion_surcharge", "passenger_count"}),
        ("2019-01", "2019-02", {"congestion_surcharge", "passenger_count", "extra", "tip_amount", "total_amount"}),
        ("2019-02", "2019-03", {"passenger_count"}),  # February writes 0 in 16 % of its records
        ("2019-03", "2019-04", {"tolls_amount"}),  # the toll rose from 5.76 to 6.12
    ],
)
def test_neighbouring_months_show_what_changed_and_nothing_else(month, before, after, expected):
    report = compare(month(before), month(after))
    assert {one.field for one in report.changed} == expected
    assert {one.field for one in report.findings if one.notable} == {"pickup_datetime", "dropoff_datetime"}


def test_a_surcharge_that_begins_comes_into_use(month):
    report = compare(month("2018-12"), month("2019-04"))
    change = next(one for one in report.changed if one.field == "congestion_surcharge")
    assert "never filled in older records, filled in 100 % of newer ones" in change.sentence


def test_real_codes_written_with_a_decimal_are_a_change_of_writing_only(month):
    connection, reading = month("2019-03")
    rewritten = duckdb.connect()
    rewritten.register("arrived", connection.execute("SELECT * FROM records").df())
    codes = [reading.fields.index(name) for name in ("passenger_count", "rate_code_id", "payment_type", "vendor_id")]
    replaced = ", ".join(f"c{place} || '.0' AS c{place}" for place in codes)
    rewritten.execute(f"CREATE TABLE records AS SELECT * REPLACE ({replaced}) FROM arrived")
    report = compare((connection, reading), (rewritten, reading))
    assert {one.aspect.value for one in report.changed} == {"way of writing"}
    assert {one.field for one in report.changed} == {"passenger_count", "rate_code_id", "payment_type", "vendor_id"}
    rewritten.close()


@pytest.mark.parametrize("seed", range(2))
def test_random_halves_of_a_real_file_show_no_change(month, seed):
    connection, reading = month("2019-02")
    halves = []
    for half in (0, 1):
        part = duckdb.connect()
        chosen = connection.execute(f"SELECT * FROM records WHERE hash(record + {seed * 1_000_003}) % 2 = {half}").df()
        part.register("arrived", chosen)
        cells = ", ".join(f"CAST(c{place} AS VARCHAR) AS c{place}" for place in range(len(reading.fields)))
        part.execute(
            "CREATE TABLE records AS SELECT row_number() OVER () AS record, line, CAST(NULL AS VARCHAR) AS fault, "
            f"cells, line_text, {cells} FROM arrived"
        )
        halves.append((part, replace(reading, records=len(chosen))))
    assert compare(*halves).changed == ()
    for part, _ in halves:
        part.close()
