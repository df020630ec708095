"""The logs that this process has open: one of a project, read in a thread of its own, and let go again."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from readiness.errors import InputError, ReadinessError, StoppedError
from readiness.operation.log import OutcomeLog
from readiness.project.live_record import LiveReading
from readiness.project.log_places import HeldUploads
from readiness.project.running import Running, Task

# Together, in one process: ten million records keep about a gigabyte of the engine's memory as long as they are open.
MOST_OPEN_RECORDS = 10_000_000
MOST_OPEN_LOGS = 16
_LOOK_EVERY = 0.2  # seconds, for a turn or a cancelled wait


@dataclass(slots=True, weakref_slot=True, eq=False)
class OpenLog:
    """A log that can be asked about single records. It is closed when nobody uses it any more."""

    reading_id: str
    log: OutcomeLog
    uploads: tuple[HeldUploads, ...]

    def __post_init__(self) -> None:
        weakref.finalize(self, self.log.close)


class LogDesk:
    """The open logs of a process by project, and the readings that are under way. One log is read at a time."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, OpenLog] = OrderedDict()
        self._works: dict[str, Running[LiveReading]] = {}
        self._refusals: dict[str, str] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._ending = threading.Lock()  # a reading is being saved, or what is read is being thrown away

    def get(self, project_id: str, reading_id: str) -> OpenLog | None:
        """The open log of a project, if it is still the one that the project speaks of."""
        with self._lock:
            found = self._open.get(project_id)
            if found is None or found.reading_id != reading_id:
                return None
            self._open.move_to_end(project_id)
            return found

    def put(self, project_id: str, log: OpenLog) -> None:
        """`log` as the open one of its project; the least recently used ones are let go where it grows too much."""
        with self._lock:
            self._open.pop(project_id, None)
            self._open[project_id] = log
            self._let_go(MOST_OPEN_RECORDS, keep=project_id)

    def drop(self, project_id: str) -> None:
        """The project's log let go. A reading that is under way ends, and saves nothing from now on."""
        with self._ending, self._lock:
            self._open.pop(project_id, None)
            work = self._works.pop(project_id, None)
            self._refusals.pop(project_id, None)
            if work is not None:
                work.stop()

    @contextmanager
    def ending(self, task: Task) -> Iterator[None]:
        """While a reading is saved and its log put here, none is dropped. Raises StoppedError after it was dropped."""
        with self._ending:
            task.report(task.part)
            yield

    def projects(self) -> tuple[str, ...]:
        with self._lock:
            return tuple({*self._open, *self._works})

    def start(self, project_id: str, name: str, work: Callable[[Task], LiveReading]) -> Running[LiveReading]:
        """The work in a thread of its own. Raises InputError while another one of the project is under way."""
        with self._lock:
            current = self._works.get(project_id)
            if current is not None and not current.done:
                raise InputError(f"{current.name} is still under way. Wait for it, or cancel it.")
            started = self._works[project_id] = Running(work, name)
            self._refusals.pop(project_id, None)
        return started

    def running(self, project_id: str) -> Running[LiveReading] | None:
        """What is being read for the project and is not done yet."""
        work = self._works.get(project_id)
        return work if work is not None and not work.done else None

    def refusal(self, project_id: str) -> str:
        """Why the last reading of the project came to nothing; empty where it did not, or was cancelled."""
        with self._lock:
            done = self._works.get(project_id)
            if done is not None and done.done:
                del self._works[project_id]  # so that what nobody expected is raised once
                self._refusals[project_id] = ""
            else:
                done = None
        if done is not None:
            try:
                done.result()
            except StoppedError:
                pass
            except ReadinessError as error:
                self._refusals[project_id] = str(error)
        return self._refusals.get(project_id, "")

    @contextmanager
    def turn(self, task: Task, project_id: str) -> Iterator[None]:
        """The only reading of the process meanwhile. Other projects' large logs are let go for it."""
        while not self._turn.acquire(timeout=_LOOK_EVERY):
            task.report(0.0, "Waiting until another log is read")
        try:
            with self._lock:
                self._let_go(MOST_OPEN_RECORDS // 5, keep=project_id)
            yield
        finally:
            self._turn.release()

    def _let_go(self, most_records: int, keep: str) -> None:
        while len(self._open) > 1 and (len(self._open) > MOST_OPEN_LOGS or self._records() > most_records):
            oldest = next(project for project in self._open if project != keep)
            del self._open[oldest]

    def _records(self) -> int:
        return sum(one.log.summary.records for one in self._open.values())
