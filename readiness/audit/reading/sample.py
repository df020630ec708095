"""The way in: a connection of its own for one sample, and the sample's records in it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.audit.reading.archives import Unpacked, unpack
from readiness.audit.reading.budget import Budget, Progress
from readiness.audit.reading.detection import Detected, detect_format
from readiness.audit.reading.intake import fingerprint, measure
from readiness.audit.reading.values import Reading, ReadingLimits, ReadingOptions, SampleFile, SampleFormat

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT = "1650MB"  # so that a whole process stays below two gigabytes, whatever the size of the file
_DATABASE_NAME = "sample.duckdb"


def open_workspace(
    *, folder: Path | None = None, memory_limit: str | None = None, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """A hardened connection for one sample, in memory or in a file in `folder`.

    What does not fit into `memory_limit` (MEMORY_LIMIT unless given) goes to a temporary folder. The connection may
    still reach files, as readers do; `read_sample` ends that. Rows keep their order.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
        "memory_limit": memory_limit or MEMORY_LIMIT,
    }
    if threads is not None:
        config["threads"] = threads
    home = folder or Path(tempfile.gettempdir()) / "readiness-spill"
    config["temp_directory"] = str(home / "spill" if folder else home)
    connection = duckdb.connect(":memory:" if folder is None else str(folder / _DATABASE_NAME), config=config)
    connection.execute("SET TimeZone = 'UTC'")  # else a time with a zone would read differently on each machine
    return connection


def read_sample(
    sample: SampleFile,
    connection: duckdb.DuckDBPyConnection,
    *,
    options: ReadingOptions | None = None,
    limits: ReadingLimits | None = None,
    progress: Progress | None = None,
) -> Reading:
    """How the sample was read; its records are the table `records` of `connection`, which reaches no file afterwards.

    Raises UnreadableFileError or FileTooLargeError with one sentence for anything that is no file of records.
    """
    options, limits = options or ReadingOptions(), limits or ReadingLimits()
    budget = Budget(sample.name, limits, progress=progress)
    try:
        size_bytes = measure(sample, limits)
        sha256 = fingerprint(sample, budget)
        with tempfile.TemporaryDirectory(prefix="readiness-") as folder:
            unpacked = unpack(sample, Path(folder), budget)
            detected = detect_format(unpacked.sample, options)
            reading = _read_as(
                detected.format, unpacked.sample, connection, options, budget, sha256, size_bytes, Path(folder)
            )
    finally:
        connection.execute("SET enable_external_access = false")
    return _with_notes(reading, sample, unpacked, detected)


def _read_as(
    kind: SampleFormat,
    sample: SampleFile,
    connection: duckdb.DuckDBPyConnection,
    options: ReadingOptions,
    budget: Budget,
    sha256: str,
    size_bytes: int,
    folder: Path,
) -> Reading:
    """Hand the file to its reader. Each is loaded only when it is needed."""
    if kind is SampleFormat.CSV:
        from readiness.audit.reading.delimited import read_delimited

        return read_delimited(
            sample,
            connection,
            options=options,
            limits=budget.limits,
            sha256=sha256,
            size_bytes=size_bytes,
            progress=budget.report,
        )
    if kind is SampleFormat.JSON:
        from readiness.audit.reading.json_records import read_json

        return read_json(sample, connection, options=options, budget=budget, sha256=sha256, size_bytes=size_bytes)
    if kind is SampleFormat.JSON_LINES:
        from readiness.audit.reading.json_records import read_json_lines

        return read_json_lines(sample, connection, options=options, budget=budget, sha256=sha256, size_bytes=size_bytes)
    if kind is SampleFormat.XLSX:
        from readiness.audit.reading.workbook_records import read_workbook

        return read_workbook(sample, connection, options=options, budget=budget, sha256=sha256, size_bytes=size_bytes)
    from readiness.audit.reading.parquet_records import read_parquet

    return read_parquet(
        sample, connection, options=options, budget=budget, sha256=sha256, size_bytes=size_bytes, folder=folder
    )


def _with_notes(reading: Reading, sample: SampleFile, unpacked: Unpacked, detected: Detected) -> Reading:
    return replace(reading, name=sample.name, notes=(*unpacked.notes, *detected.notes, *reading.notes))
