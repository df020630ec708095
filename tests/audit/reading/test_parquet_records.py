"""Parquet: values as text, and files that bring the native reader down answered with a sentence."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from readiness.audit.reading import isolation
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import Reading, ReadingLimits, SampleFile, SampleFormat
from readiness.errors import FileTooLargeError, UnreadableFileError

COLUMNS = "SELECT COLUMNS('^(record|c[0-9]+)$') FROM records ORDER BY record"


def write(path: Path, query: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def read(path: Path, limits: ReadingLimits | None = None) -> tuple[Reading, list[tuple[str | None, ...]]]:
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection, limits=limits)
        return reading, [cells[1:] for cells in connection.execute(COLUMNS).fetchall()]


def test_values_of_every_kind_become_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "sample.parquet",
        "SELECT 5::BIGINT a, 1.50::DECIMAL(6,2) b, DATE '2024-01-31' c, TIMESTAMP '2024-01-31 13:45:00' d, "
        "true e, NULL::VARCHAR f, '' g, TIMESTAMPTZ '2024-01-31 13:45:00+02' h, 0.1::DOUBLE i, '007' j",
    )
    reading, rows = read(path)
    assert reading.format is SampleFormat.PARQUET
    assert reading.fields == tuple("abcdefghij")
    assert rows == [
        ("5", "1.50", "2024-01-31", "2024-01-31 13:45:00", "true", None, "", "2024-01-31 11:45:00+00", "0.1", "007")
    ]


def test_nested_values_are_json_text_and_bytes_are_text_where_they_can(tmp_path: Path) -> None:
    path = write(
        tmp_path / "sample.parquet",
        "SELECT {'x': 1, 'y': 1.50::DECIMAL(4,2)} a, [1, NULL] b, 'abc'::BLOB c, '\\xFF'::BLOB d",
    )
    reading, rows = read(path)
    assert rows == [('{"x":1,"y":"1.50"}', "[1,null]", "abc", "\\xFF")]
    assert any("'a', 'b'" in note for note in reading.notes)


def test_records_keep_the_order_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "sample.parquet", "SELECT 300000 - range AS n FROM range(300000)")
    with open_workspace() as connection:
        read_sample(SampleFile(path, path.name), connection)
        wrong = "SELECT count(*) FROM records WHERE record <> line OR CAST(c0 AS BIGINT) <> 300001 - record"
        assert connection.execute(wrong).fetchone() == (0,)
        assert connection.execute("SELECT min(record), max(record) FROM records").fetchone() == (1, 300_000)


def test_a_name_that_looks_like_a_pattern_is_one_file(tmp_path: Path) -> None:
    path = write(tmp_path / "plain.parquet", "SELECT 1 AS a").rename(tmp_path / "sam[p]le*'1.parquet")
    assert read(path)[1] == [("1",)]


def test_hostile_column_names_are_only_names(tmp_path: Path) -> None:
    path = write(tmp_path / "sample.parquet", """SELECT 1 AS "a""b", 2 AS "x'); DROP TABLE records; --", 3 AS " " """)
    reading, rows = read(path)
    assert reading.fields == ('a"b', "x'); DROP TABLE records; --", "column_3")
    assert rows == [("1", "2", "3")]


def test_truncated_and_encrypted_files_are_refused_with_a_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "sample.parquet", "SELECT range AS a FROM range(10000)")
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(UnreadableFileError, match="damaged or truncated"):
        read(path)
    path.write_bytes(b"PARE" + b"\x00" * 100 + b"PARE")
    with pytest.raises(UnreadableFileError, match="encrypted"):
        read(path)


def test_no_flipped_byte_crashes_the_reading(tmp_path: Path) -> None:
    path = write(tmp_path / "sample.parquet", "SELECT range AS a, md5(range::VARCHAR) AS b FROM range(50)")
    whole = path.read_bytes()
    for position in range(4, len(whole) - 8, len(whole) // 5):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        with suppress(UnreadableFileError):
            assert read(path)[0].records >= 0


def test_too_many_columns_or_rows_are_refused(tmp_path: Path) -> None:
    columns = ", ".join(f"{number} AS c{number}" for number in range(50))
    with pytest.raises(FileTooLargeError, match="50 fields"):
        read(write(tmp_path / "wide.parquet", f"SELECT {columns}"), ReadingLimits(fields=40))
    long = write(tmp_path / "long.parquet", "SELECT repeat('x', 100) AS a FROM range(50_000)")
    with pytest.raises(FileTooLargeError, match="unpacks to more than 1 MB"):
        read(long, ReadingLimits(file_bytes=1024**2))


def test_a_process_that_crashes_hangs_or_babbles_is_a_sentence(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    for code, seconds, expected in (
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", 30.0, "stops the reader"),
        ("import time; time.sleep(60)", 1.0, "did not come to an end"),
        ("raise MemoryError", 30.0, "more memory"),
        ("raise ValueError", 30.0, "damaged"),
    ):
        script.write_text(code)
        assert expected in isolation.run_probe(script, [], seconds=seconds).failure


def test_bad_parquet_files_are_refused_or_read_and_valid_ones_are_read(shared_datasets: Path) -> None:
    folder = shared_datasets / "parquet_bad"
    for path in sorted(folder.glob("*.parquet")):
        if path.name == "ARROW-GH-43605.parquet":  # readable, as other readers find too
            assert read(path)[0].records == 21_186
        else:
            with pytest.raises(UnreadableFileError):
                read(path)
    for path in sorted(folder.glob("valid_but_tricky/*.parquet")):
        assert read(path)[0].records > 0
