"""Kept raw records: out of the project file and back into a workspace after a restart."""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from readiness.audit.reading.values import Reading, SampleFile, SampleFormat
from readiness.project.samples import OpenSample
from readiness.project.state import SampleInfo
from readiness.sql import quote_identifier
from readiness.store import Store

MOST_KEPT_RECORDS = 1_000_000


def open_kept_sample(store: Store, project_id: str, info: SampleInfo) -> OpenSample | None:
    """The sample as it was when its records were kept; None once they are gone."""
    rows = store.kept_records(project_id, info.sample_id, limit=MOST_KEPT_RECORDS)
    if not rows and info.reading.records:
        return None
    from readiness.audit.reading.sample import open_workspace

    with ExitStack() as on_failure:
        folder = Path(tempfile.mkdtemp(prefix="readiness-kept-"))
        on_failure.callback(shutil.rmtree, folder, ignore_errors=True)
        connection = open_workspace(folder=folder)
        on_failure.callback(connection.close)
        _fill(connection, rows, len(info.fields))
        on_failure.pop_all()
    file = SampleFile(path=folder / "kept", name=info.reading.name)
    return OpenSample(info.sample_id, folder, file, connection, _reading(info), threading.RLock())


def _fill(connection: Any, rows: list[Any], fields: int) -> None:
    import pyarrow as pa

    kept = pa.table(
        {
            "record": pa.array([row.record for row in rows], pa.int64()),
            "line": pa.array([row.line for row in rows], pa.int64()),
            "fault": pa.array([row.fault or None for row in rows], pa.string()),
            "cells": pa.array([row.cell_count for row in rows], pa.int32()),
            "line_text": pa.array([row.line_text for row in rows], pa.string()),
            "kept": pa.array([list(row.cells) for row in rows], pa.list_(pa.string())),
        }
    )
    connection.register("kept_rows", kept)
    columns = [f"kept[{position + 1}] AS {quote_identifier(f'c{position}')}" for position in range(fields)]
    listed = ", ".join(["record", "line", "fault", "cells", "line_text", *columns])
    connection.execute(f"CREATE OR REPLACE TABLE records AS SELECT {listed} FROM kept_rows ORDER BY record")
    connection.unregister("kept_rows")


def _reading(info: SampleInfo) -> Reading:
    summary = info.reading
    return Reading(
        name=summary.name,
        sha256=summary.sha256,
        size_bytes=summary.size_bytes,
        format=SampleFormat(summary.format),
        fields=info.fields,
        records=summary.records,
        faults=dict(summary.faults),
        encoding=summary.encoding,
        delimiter=summary.delimiter,
        lines=summary.lines,
        preamble_lines=summary.preamble_lines,
        header_line=summary.header_line,
        header_lines=summary.header_lines,
        empty_lines=summary.empty_lines,
        sheet=summary.sheet,
        notes=summary.notes,
    )
