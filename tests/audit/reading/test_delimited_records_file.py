"""Writing the records out and saying how they were read."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from readiness.audit.reading.delimited import read_delimited
from readiness.audit.reading.records_file import reading_sentence, write_records
from readiness.audit.reading.values import Reading, ReadingLimits, ReadingOptions, SampleFile
from readiness.errors import InputError


def read_text(folder: Path, connection: duckdb.DuckDBPyConnection, content: bytes) -> Reading:
    path = folder / "sample.csv"
    path.write_bytes(content)
    sample = SampleFile(path, path.name)
    size = path.stat().st_size
    return read_delimited(
        sample, connection, options=ReadingOptions(), limits=ReadingLimits(), sha256="", size_bytes=size
    )


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_records_are_written_with_a_header_and_quotes_where_needed(tmp_path):
    with duckdb.connect() as connection:
        reading = read_text(tmp_path, connection, b'id;note\n1;"a;b"\n2;"say ""x"",\ny"\n')
        out = tmp_path / "out.csv"
        assert write_records(connection, reading, out) == 2
    assert rows_of(out) == [["id", "note"], ["1", "a;b"], ["2", 'say "x",\ny']]
    assert out.read_bytes().startswith(b"id,note\r\n")


def test_short_records_are_filled_up_and_surplus_cells_stay(tmp_path):
    with duckdb.connect() as connection:
        reading = read_text(tmp_path, connection, b"a,b,c\n1,2,3\n4\n5,6,7,8\n9,10,11,\n1,2,3\n")
        write_records(connection, reading, tmp_path / "out.csv")
    assert rows_of(tmp_path / "out.csv")[2:5] == [["4", "", ""], ["5", "6", "7", "8"], ["9", "10", "11"]]


def test_another_table_goes_to_a_file_beside(tmp_path):
    content = (
        b"id,day,n\n"
        + b"".join(b"%d,2024-01-0%d,5\n" % (n, n) for n in range(1, 9))
        + b"\nid,region\n1,North\n2,South\n"
    )
    with duckdb.connect() as connection:
        reading = read_text(tmp_path, connection, content)
        assert write_records(connection, reading, tmp_path / "out.csv") == 11
    assert len(rows_of(tmp_path / "out.csv")) == 9
    assert [row[:2] for row in rows_of(tmp_path / "out.other.csv")] == [
        ["id", "region"],
        ["1", "North"],
        ["2", "South"],
    ]


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with duckdb.connect() as connection:
        reading = read_text(tmp_path, connection, b"a,b\n1,2\n")
        with pytest.raises(InputError, match="Cannot write"):
            write_records(connection, reading, tmp_path / "nowhere" / "out.csv")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty: it holds no header and no record."),
        (b"a,b\n1,2\n3,4\n", "Read as UTF-8, comma-separated; header on line 1; 2 records."),
        (
            b"a;b\n1;2\n3\n4;5\n",
            "Read as UTF-8, semicolon-separated; header on line 1; 3 records, 1 of them does not fit the header.",
        ),
        (b"1\t2.5\n3\t4.5\n", "Read as UTF-8, tab-separated; no header found; 2 records."),
        (b"name\nann\nbob\n", "Read as UTF-8, one column; header on line 1; 2 records."),
        (
            b"List,,\nid,day,n\n1,2024-01-01,5\n2,2024-01-02,6\n",
            "Read as UTF-8, comma-separated; header on line 2 after 1 preamble line; 2 records.",
        ),
    ],
)
def test_the_reading_is_said_in_one_sentence(tmp_path, content, sentence):
    with duckdb.connect() as connection:
        assert reading_sentence(read_text(tmp_path, connection, content)) == sentence
