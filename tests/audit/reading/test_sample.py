"""The way in: a hardened connection, the file's fingerprint, and the same table whatever the format."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import LineFault, SampleFile, SampleFormat
from readiness.errors import UnreadableFileError
from tests.audit.reading.workbook_builder import Book, BookSheet, number, row, text

FIXED = ["record", "line", "fault", "cells", "line_text"]


def write_every_format(folder: Path) -> dict[SampleFormat, Path]:
    """The same two records in each format."""
    paths = {kind: folder / f"sample.{kind.value}" for kind in SampleFormat}
    records = [{"name": "x", "n": 1}, {"name": "y", "n": 2}]
    paths[SampleFormat.CSV].write_text("name,n\nx,1\ny,2\n")
    paths[SampleFormat.JSON].write_text(json.dumps(records))
    paths[SampleFormat.JSON_LINES].write_text("\n".join(map(json.dumps, records)))
    rows = row(1, text("name"), text("n")) + row(2, text("x"), number("1")) + row(3, text("y"), number("2"))
    Book([BookSheet("Data", rows)]).save(paths[SampleFormat.XLSX])
    with duckdb.connect() as connection:
        query = "SELECT * FROM (VALUES ('x', 1), ('y', 2)) AS t (name, n)"
        connection.execute(f"COPY ({query}) TO '{paths[SampleFormat.PARQUET]}' (FORMAT parquet)")
    return paths


@pytest.mark.parametrize("kind", list(SampleFormat))
def test_every_format_gives_the_same_table(tmp_path: Path, kind: SampleFormat) -> None:
    path = write_every_format(tmp_path)[kind]
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        found = connection.execute("SELECT * FROM records ORDER BY record")
        names = [column[0] for column in found.description]
        rows = found.fetchall()
        types = dict(connection.execute("SELECT column_name, data_type FROM duckdb_columns()").fetchall())
    assert (reading.format, reading.fields, reading.records, reading.faults) == (kind, ("name", "n"), 2, {})
    assert names == [*FIXED, "c0", "c1"]
    assert [types[name] for name in names] == [
        "BIGINT",
        "BIGINT",
        "VARCHAR",
        "INTEGER",
        "VARCHAR",
        "VARCHAR",
        "VARCHAR",
    ]
    assert [(record, fault, line_text, *cells) for record, _, fault, _, line_text, *cells in rows] == [
        (1, None, None, "x", "1"),
        (2, None, None, "y", "2"),
    ]
    assert reading.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert reading.size_bytes == path.stat().st_size


def test_after_reading_the_connection_reaches_no_file(tmp_path: Path) -> None:
    path = write_every_format(tmp_path)[SampleFormat.JSON]
    with open_workspace(folder=tmp_path, memory_limit="500MB", threads=1) as connection:
        read_sample(SampleFile(path, path.name), connection)
        for statement in (f"SELECT * FROM read_text('{path}')", f"COPY records TO '{tmp_path / 'out.csv'}'"):
            with pytest.raises(duckdb.PermissionException):
                connection.execute(statement)
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (2,)


def test_access_ends_also_when_the_file_is_refused(tmp_path: Path) -> None:
    with open_workspace() as connection:
        with pytest.raises(UnreadableFileError):
            read_sample(SampleFile(tmp_path / "missing", "missing"), connection)
        with pytest.raises(duckdb.PermissionException):
            connection.execute("SELECT * FROM read_text('/etc/hostname')")


def test_a_second_sample_replaces_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"a": 1, "b": 2}, {"a": 3}]')
    (tmp_path / "b.json").write_text('[{"c": 5}]')
    with open_workspace() as connection:
        for name in ("a.json", "b.json"):
            read_sample(SampleFile(tmp_path / name, name), connection)
        assert connection.execute("SELECT * FROM records").fetchall() == [(1, 1, None, 1, None, "5")]


def test_progress_never_leaves_its_bounds_and_may_cancel(tmp_path: Path) -> None:
    path = write_every_format(tmp_path)[SampleFormat.XLSX]
    shares: list[float] = []
    with open_workspace() as connection:
        read_sample(SampleFile(path, path.name), connection, progress=shares.append)
    assert shares
    assert all(0 <= share <= 1 for share in shares)

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    with open_workspace() as connection, pytest.raises(KeyboardInterrupt):
        read_sample(SampleFile(path, path.name), connection, progress=cancel)


def test_every_fault_fits_its_column() -> None:
    assert all(fault.value == fault.value.lower() for fault in LineFault)
