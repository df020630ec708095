from __future__ import annotations

import csv

import openpyxl
import pyarrow.parquet as pq
import pytest

from readiness.audit import annotated, table_files
from readiness.audit.annotated import ANNOTATIONS, write_annotated
from readiness.audit.engine import audit_sample
from readiness.audit.rules import FieldKind, FieldRule, FieldRules
from readiness.errors import InvalidValueError

RULES = FieldRules(
    rules=(
        FieldRule(field="name", position=0, required=True),
        FieldRule(field="line", position=1, kind=FieldKind.NUMBER, format="1234.56"),
    )
)
ROWS = [["Ann", "1"], ["", "bad"], ["=1+1", "-2.50"], ["Bob"], ["Eve", "=cmd|' /C calc'!A0"]]
UNASSIGNED = "1 cells where the header has 2"


@pytest.fixture
def audit(sample):
    connection, reading = sample(["name", "line"], ROWS, faults={4: ("too_few_cells", "Bob")})
    return connection, audit_sample(connection, reading, RULES, core_only=True)


def test_every_record_stands_with_what_was_found_about_it(audit, tmp_path):
    assert write_annotated(*audit, tmp_path / "a.parquet") == 5
    rows = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert list(rows[0]) == ["name", "line", *ANNOTATIONS]
    assert [(row["name"], row["line"]) for row in rows] == [(*row, None)[:2] for row in ROWS]
    assert [row["readiness_tier"] for row in rows] == ["clean", "needs review", "clean", "needs review", "needs review"]
    assert rows[1]["readiness_edge_cases"] == "Required field missing: name; Number that cannot be read: line"
    assert rows[1]["readiness_reasons"] == "empty; not a number"
    assert (rows[1]["readiness_record"], rows[1]["readiness_line"]) == (2, 3)
    assert (rows[3]["readiness_line_text"], rows[3]["readiness_reasons"]) == ("Bob", UNASSIGNED)
    assert rows[0]["readiness_edge_cases"] is None


def test_csv_keeps_formulas_as_text_and_negative_numbers_as_numbers(audit, tmp_path):
    write_annotated(*audit, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    assert rows[0][:2] == ["name", "line"]
    assert rows[3][:2] == ["'=1+1", "-2.50"]
    assert rows[5][1] == "'=cmd|' /C calc'!A0"
    assert len(rows) == 6


def test_xlsx_keeps_formulas_as_text(audit, tmp_path):
    write_annotated(*audit, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[3][:2] == ["=1+1", "-2.50"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert rows[2][4] == "needs review"


def test_hostile_field_names_are_no_formulas_and_cannot_clash(sample, tmp_path):
    fields = ["=1+1", "readiness_tier", "READINESS_LINE_2", 'a"b']
    rules = FieldRules(rules=tuple(FieldRule(field=name, position=place) for place, name in enumerate(fields)))
    connection, reading = sample(fields, [["a", "b", "c", "d"]])
    report = audit_sample(connection, reading, rules, core_only=True)
    write_annotated(connection, report, tmp_path / "a.csv")
    write_annotated(connection, report, tmp_path / "a.parquet")
    head = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[0]
    assert head.startswith('"\'=1+1","readiness_tier","READINESS_LINE_2","a""b","readiness_record_3"')
    assert len(set(pq.read_table(tmp_path / "a.parquet").column_names)) == 10


def test_records_come_in_file_order_over_several_stretches(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(annotated, "_BATCH", 7)
    connection, reading = sample(["name", "line"], [["" if n % 3 else "x", str(n)] for n in range(50)])
    report = audit_sample(connection, reading, RULES, core_only=True)
    write_annotated(connection, report, tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column("readiness_record").to_pylist() == list(range(1, 51))
    assert table.column("readiness_tier").to_pylist().count("clean") == report.clean.count == 17


def test_an_empty_sample_leaves_a_header(sample, tmp_path):
    connection, reading = sample(["name", "line"], [])
    report = audit_sample(connection, reading, RULES, core_only=True)
    for suffix in ("csv", "parquet", "xlsx"):
        assert write_annotated(connection, report, tmp_path / f"a.{suffix}") == 0
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith('"name","line","readiness_record"')


def test_what_no_sheet_holds_is_refused_with_a_sentence(audit, tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "XLSX_ROWS", 3)
    with pytest.raises(InvalidValueError, match="cannot hold 5 rows"):
        write_annotated(*audit, tmp_path / "a.xlsx")
    monkeypatch.setattr(table_files, "XLSX_ROWS", 9)
    monkeypatch.setattr(table_files, "XLSX_COLUMNS", 3)
    with pytest.raises(InvalidValueError, match="cannot hold 8 columns"):
        write_annotated(*audit, tmp_path / "a.xlsx")


def test_another_ending_is_refused_with_a_sentence(audit, tmp_path):
    with pytest.raises(InvalidValueError, match=r"must end in \.parquet, \.csv, \.xlsx"):
        write_annotated(*audit, tmp_path / "a.txt")
