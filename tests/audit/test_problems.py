from __future__ import annotations

import csv

import openpyxl
import pyarrow.parquet as pq
import pytest

from readiness.audit import table_files
from readiness.audit.engine import audit_sample
from readiness.audit.problems import PROBLEM_COLUMNS, count_of, records_of, write_problems
from readiness.audit.rules import FieldKind, FieldRule, FieldRules
from readiness.errors import InvalidValueError

HOSTILE = ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "plain", "=cmd|' /C calc'!A0", "new\nline"]


@pytest.fixture
def audited(sample):
    rules = FieldRules(
        rules=(FieldRule(field="n", position=0, kind=FieldKind.NUMBER), FieldRule(field="=x", position=1))
    )
    connection, reading = sample(["n", "=x"], [[value, "y"] for value in HOSTILE])
    audit_sample(connection, reading, rules)
    return connection


def test_parquet_holds_the_values_as_they_are(audited, tmp_path):
    write_problems(audited, tmp_path / "p.parquet")
    table = pq.read_table(tmp_path / "p.parquet")
    assert tuple(table.column_names) == PROBLEM_COLUMNS
    assert table.column("value").to_pylist() == HOSTILE
    assert table.column("position").to_pylist() == [0] * len(HOSTILE)


def test_csv_keeps_formulas_as_text(audited, tmp_path):
    write_problems(audited, tmp_path / "p.csv")
    with (tmp_path / "p.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    expected = [f"'{value}" if value[0] in "=+-@\t\r" else value for value in HOSTILE]
    assert [row["value"] for row in rows] == expected


def test_xlsx_keeps_formulas_as_text(audited, tmp_path):
    write_problems(audited, tmp_path / "p.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx").active
    cells = [row[5] for row in sheet.iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(HOSTILE)
    assert [cell.value for cell in cells if "\r" not in cell.value and "_x" not in cell.value] == [
        v for v in HOSTILE if "\r" not in v
    ]


def test_a_list_too_long_for_a_sheet_is_refused_with_a_sentence(audited, tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "XLSX_ROWS", 3)
    with pytest.raises(InvalidValueError, match="cannot hold 9 rows"):
        write_problems(audited, tmp_path / "p.xlsx")


def test_another_ending_is_refused_with_a_sentence(audited, tmp_path):
    with pytest.raises(InvalidValueError, match=r"must end in \.parquet, \.csv, \.xlsx"):
        write_problems(audited, tmp_path / "p.txt")


def test_the_records_of_an_edge_case_come_page_by_page_in_file_order(audited):
    first = records_of(audited, "amount_unparsable: n", limit=4, offset=0)
    second = records_of(audited, "amount_unparsable: n", limit=4, offset=4)
    assert [one.record for one in (*first, *second)] == list(range(1, 9))
    assert first[0].cells == {"n": "=1+1", "=x": "y"}
    assert first[0].line == 2
    assert count_of(audited, "amount_unparsable: n") == 9


def test_an_edge_case_that_is_not_there_has_no_records(audited):
    assert records_of(audited, "nothing' OR 1=1 --", limit=5, offset=0) == []
    assert count_of(audited, "nothing") == 0
