"""Samples with as many fields as a reading may have, with ragged lines, through the whole chain."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.problems import records_of
from readiness.audit.reading.records_file import write_records
from readiness.audit.reading.records_table import sum_of
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import ReadingLimits, SampleFile
from readiness.audit.suggestion import suggest_rules

MOST = ReadingLimits().fields


def write_wide(path: Path, fields: int) -> None:
    """Five records: the second is three cells short, the fourth has two too many, the fifth repeats the first."""
    rows = [[f"{record} word {place}" for place in range(fields)] for record in range(5)]
    rows[1] = rows[1][:-3]
    rows[3] += ["extra", "more"]
    rows[4] = rows[0]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[f"field_{place}" for place in range(fields)], *rows])


@pytest.mark.parametrize("fields", [1_000, MOST])
@pytest.mark.large
def test_a_very_wide_sample_with_ragged_lines_is_read_audited_and_written(tmp_path, fields):
    path = tmp_path / "wide.csv"
    write_wide(path, fields)
    with open_workspace(memory_limit="1GB") as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        rules = suggest_rules(connection, reading)
        unchecked = tuple(
            rule.model_copy(update={"check": place < 100}) for place, rule in enumerate(rules.rules)
        )  # checking all of them takes the same way and many seconds
        report = audit_sample(connection, reading, rules.model_copy(update={"rules": unchecked}))
        written = write_records(connection, reading, tmp_path / "out.csv")
        found = {case.id: records_of(connection, case.id) for case in report.edge_cases}

    assert len(reading.fields) == fields
    assert reading.faults == {"too_few_cells": 1, "too_many_cells": 1}
    assert (report.records, written) == (5, 5)
    assert {case: [one.record for one in records] for case, records in found.items()} == {
        "line_too_few_cells": [2],
        "line_too_many_cells": [4],
        "duplicate_record": [5],
    }
    assert all(len(one.cells) == fields for records in found.values() for one in records)


@pytest.mark.large
def test_a_thousand_fields_are_all_checked(tmp_path):
    path = tmp_path / "wide.csv"
    write_wide(path, 1_000)
    with open_workspace(memory_limit="1GB") as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        report = audit_sample(connection, reading, suggest_rules(connection, reading))
    assert len(report.fields) == 1_000
    assert {profile.filled for profile in report.fields} == {3}
    assert {profile.distinct for profile in report.fields} == {2}


def test_a_sum_of_thousands_of_terms_is_a_shallow_expression():
    with duckdb.connect() as connection:
        for terms in (0, 1, 64, 65, 5_000):
            query = "SELECT " + sum_of(["1"] * terms)
            assert connection.execute(query).fetchone() == (terms,)
