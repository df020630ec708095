"""Telling delimiter, quote and escape."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.reading.cells import Dialect
from readiness.audit.reading.dialect import find_dialect

RECORDS = [
    ("id", "day", "name", "amount"),
    ("1", "2024-01-05", "Ann Lee", "12.50"),
    ("2", "2024-02-06", "Bob Ray", "3.00"),
    ("3", "2024-03-07", "Cy Young", "1200.10"),
    ("4", "2024-03-08", "Di Marsh", "7.00"),
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "\x1f", "§", "||", "#"])
def test_any_usual_delimiter_is_found(delimiter):
    assert find_dialect([delimiter.join(row) for row in RECORDS]).delimiter == delimiter


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " ", ":"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_delimiters_inside_quotes_do_not_fool_it(delimiter, quote):
    lines = [delimiter.join(f"{quote}{cell}{delimiter}x, y{quote}" for cell in row) for row in RECORDS]
    found = find_dialect(lines)
    assert (found.delimiter, found.quote) == (delimiter, quote)


def test_decimal_commas_are_no_delimiters():
    assert find_dialect(["a;b;c", "1,5;2,5;3,25", "2,5;3,5;4,75"]).delimiter == ";"


def test_commas_in_text_are_no_delimiters():
    lines = ["id\tremark", "1\twell, then, yes", "2\tno, not, ever", "3\tone, two, three", "4\tfine"]
    assert find_dialect(lines).delimiter == "\t"


def test_a_space_behind_every_comma_belongs_to_the_delimiter():
    assert find_dialect(["a, b, c", "1, 2, 3", "4, 5, 6"]).delimiter == ", "


def test_columns_aligned_with_spaces_are_runs():
    found = find_dialect(["C   0.0000   0.0000", "H   1.0890  -0.3630", "H  -0.5133  -0.3630", "H  -0.5133   1.3630"])
    assert (found.delimiter, found.run) == (" ", True)
    assert found.split("H  -0.5133   1.3630") == ["H", "-0.5133", "1.3630"]


def test_one_column_of_times_is_one_column():
    assert find_dialect(["time", "10:15:00", "10:16:00", "10:17:00"]).delimiter == ","


def test_what_is_given_is_kept():
    assert find_dialect(["a;b", "1;2"], delimiter=",", quote="'") == Dialect(",", "'", "'")


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_line_that_was_quoted_splits_into_what_was_written(cells):
    line = ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    assert Dialect(";").split(line) == cells


@given(st.text(alphabet='a",; ', max_size=40), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_a_repair_keeps_every_letter_and_gives_the_width_where_it_can(text, width):
    dialect = Dialect(",")
    repair = dialect.repair(text, width)
    assert "".join(repair.cells).count("a") == text.count("a")
    plain = text.split(",")
    if len(plain) == width:
        assert len(repair.cells) == width


def test_the_annotated_files_are_told_right(shared_datasets):
    folder = shared_datasets / "csv_dialects"
    signs = {"comma": ",", "space": " ", "tab": "\t", "doublequote": '"'}
    annotations = (
        (folder / "ground_truth" / "W3C-CSVW-dialect_annotations.txt").read_text(encoding="utf-8").splitlines()
    )
    rows = [line.split("|") for line in annotations[2:]]
    files = [(folder / "W3C-CSVW" / row[0], signs[row[2]], signs[row[3]]) for row in rows]
    wrong = [path.name for path, delimiter, quote in files if path.is_file() and not _found(path, delimiter, quote)]
    assert len(wrong) <= 2


def _found(path: Path, delimiter: str, quote: str) -> bool:
    text = path.read_bytes()[:200_000].decode("utf-8-sig", "replace").replace("\r\n", "\n")
    dialect = find_dialect(text.split("\n"))
    return (dialect.delimiter, dialect.quote) == (delimiter, quote)
