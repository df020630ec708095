"""The samples that this process has open: read once, audited, drilled into, and closed again."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.audit.reading.values import Reading, ReadingOptions, SampleFile
from readiness.audit.report import AuditReport

MOST_OPEN_SAMPLES = 8  # in one process; the oldest is closed and can be uploaded again


@dataclass(slots=True)
class OpenSample:
    """One sample in a workspace of its own: the file as uploaded, its records table, and its audit once run."""

    sample_id: str
    folder: Path
    file: SampleFile
    connection: Any  # duckdb.DuckDBPyConnection
    reading: Reading
    lock: threading.RLock
    report: AuditReport | None = None  # with raw values; the stored one has none

    def close(self) -> None:
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class SampleDesk:
    """At most MOST_OPEN_SAMPLES open samples, by project; the least recently used one is closed first, and all of
    them when the process ends, since their files hold raw records."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, OpenSample] = OrderedDict()
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._open)

    def get(self, project_id: str, sample_id: str) -> OpenSample | None:
        """The open sample of a project, if it is still the one that the project speaks of."""
        with self._lock:
            sample = self._open.get(project_id)
            if sample is None or sample.sample_id != sample_id:
                return None
            self._open.move_to_end(project_id)
            return sample

    def put(self, project_id: str, sample: OpenSample) -> None:
        """`sample` as the open one of its project; what it replaces is closed."""
        with self._lock:
            replaced = [self._open.pop(project_id)] if project_id in self._open else []
            self._open[project_id] = sample
            while len(self._open) > MOST_OPEN_SAMPLES:
                replaced.append(self._open.popitem(last=False)[1])
        for old in replaced:
            with old.lock:
                old.close()

    def drop(self, project_id: str) -> None:
        """Close the open sample of a project."""
        with self._lock:
            sample = self._open.pop(project_id, None)
        if sample is not None:
            with sample.lock:
                sample.close()


def _close_all(samples: OrderedDict[str, OpenSample]) -> None:
    for sample in samples.values():
        sample.close()
    samples.clear()


def open_sample(
    sample_id: str,
    name: str,
    write_to: Callable[[Path], None],
    options: ReadingOptions,
    progress: Callable[[float], None] | None = None,
) -> OpenSample:
    """A sample read into a workspace of its own. `write_to` puts the uploaded bytes at the path it is given."""
    from readiness.audit.reading.sample import open_workspace, read_sample

    with ExitStack() as on_failure:  # whatever goes wrong, the uploaded records must not stay behind on disk
        folder = Path(tempfile.mkdtemp(prefix="readiness-sample-"))
        on_failure.callback(shutil.rmtree, folder, ignore_errors=True)
        path = folder / "upload"
        write_to(path)
        file = SampleFile(path=path, name=name)
        connection = open_workspace(folder=folder)
        on_failure.callback(connection.close)
        reading = read_sample(file, connection, options=options, progress=progress)
        on_failure.pop_all()
    return OpenSample(sample_id, folder, file, connection, reading, threading.RLock())
