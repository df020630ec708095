"""Kept raw records: out of the project file and back into a workspace after a restart."""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from readiness.audit.reading.values import Reading, SampleFile, SampleFormat
from readiness.project.samples import OpenSample
from readiness.project.state import SampleInfo
from readiness.store import Store


def open_kept_sample(store: Store, project_id: str, info: SampleInfo) -> OpenSample | None:
    """The sample as it was when its records were kept; None once they are gone."""
    if store.kept_sample(project_id, info.sample_id) is None:
        return None
    from readiness.audit.reading.sample import open_workspace

    with ExitStack() as on_failure:
        folder = Path(tempfile.mkdtemp(prefix="readiness-kept-"))
        on_failure.callback(shutil.rmtree, folder, ignore_errors=True)
        connection = open_workspace(folder=folder)
        on_failure.callback(connection.close)
        store.restore_records(project_id, info.sample_id, connection)
        on_failure.pop_all()
    file = SampleFile(path=folder / "kept", name=info.reading.name)
    return OpenSample(info.sample_id, folder, file, connection, _reading(info), threading.RLock())


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
