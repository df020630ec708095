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
from readiness.project.running import Task

MOST_OPEN_SAMPLES = 8  # in one process; the oldest is closed and can be uploaded again


@dataclass(slots=True, weakref_slot=True, eq=False)
class OpenSample:
    """One sample in a workspace of its own: the file as uploaded, its records table, and its audit once run.

    Its connection and its folder go when nobody uses it any more, at the latest when the process ends: one session
    may still read a sample that another has just replaced.
    """

    sample_id: str
    folder: Path
    file: SampleFile
    connection: Any  # duckdb.DuckDBPyConnection
    reading: Reading
    lock: threading.RLock
    report: AuditReport | None = None  # with raw values; the stored one has none

    def __post_init__(self) -> None:
        weakref.finalize(self, _release, self.connection, self.folder)


class SampleDesk:
    """At most MOST_OPEN_SAMPLES open samples, by project; the least recently used one is let go first."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, OpenSample] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, project_id: str, sample_id: str) -> OpenSample | None:
        """The open sample of a project, if it is still the one that the project speaks of."""
        with self._lock:
            sample = self._open.get(project_id)
            if sample is None or sample.sample_id != sample_id:
                return None
            self._open.move_to_end(project_id)
            return sample

    def put(self, project_id: str, sample: OpenSample) -> None:
        """`sample` as the open one of its project; what it replaces is let go."""
        with self._lock:
            self._open.pop(project_id, None)
            self._open[project_id] = sample
            while len(self._open) > MOST_OPEN_SAMPLES:
                self._open.popitem(last=False)

    def drop(self, project_id: str) -> None:
        """Let the open sample of a project go."""
        with self._lock:
            self._open.pop(project_id, None)


def _release(connection: Any, folder: Path) -> None:
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)


def open_sample(
    sample_id: str,
    name: str,
    write_to: Callable[[Path], None],
    options: ReadingOptions,
    task: Task | None = None,
) -> OpenSample:
    """A sample read into a workspace of its own. `write_to` puts the uploaded bytes at the path it is given."""
    doing = task or Task()
    from readiness.audit.reading.sample import open_workspace, read_sample

    with ExitStack() as on_failure:  # whatever goes wrong, the uploaded records must not stay behind on disk
        folder = Path(tempfile.mkdtemp(prefix="readiness-sample-"))
        on_failure.callback(shutil.rmtree, folder, ignore_errors=True)
        path = folder / "upload"
        write_to(path)
        file = SampleFile(path=path, name=name)
        connection = open_workspace(folder=folder)
        on_failure.callback(connection.close)
        doing.interruptible_by(connection.interrupt)
        on_failure.callback(doing.interruptible_by, lambda: None)  # goes first: a closed connection takes no interrupt
        reading = read_sample(file, connection, options=options, progress=doing.report)
        on_failure.pop_all()
    return OpenSample(sample_id, folder, file, connection, reading, threading.RLock())
