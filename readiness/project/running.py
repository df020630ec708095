"""Long work in a thread of its own: how far it is, its result, and an end on request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from readiness.errors import StoppedError

T = TypeVar("T")


class Task:
    """What the work sees of its run: where it says how far it is, and learns that it is to end."""

    def __init__(self) -> None:
        self.part = 0.0
        self.doing = ""
        self._stopped = threading.Event()
        self._interrupt: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def report(self, part: float, doing: str | None = None) -> None:
        """The part that is done, 0..1, and what is being done. Raises StoppedError once the work is to end."""
        if self._stopped.is_set():
            raise StoppedError()
        self.part = part
        self.doing = doing if doing is not None else self.doing

    def interruptible_by(self, interrupt: Callable[[], None]) -> None:
        """`interrupt` ends what the work is waiting for; called at most once, from another thread."""
        with self._lock:
            self._interrupt = interrupt

    def stop(self) -> None:
        self._stopped.set()
        with self._lock:
            self._interrupt()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()


class Running(Generic[T]):
    """Work that has been started. Every session that asks for the same work gets the same one."""

    def __init__(self, work: Callable[[Task], T], name: str) -> None:
        self.name = name
        self._task = Task()
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readiness")
        self._future = executor.submit(work, self._task)
        executor.shutdown(wait=False)  # takes nothing more; the thread ends with its work

    @property
    def part(self) -> float:
        """The part that is done, 0..1."""
        return min(max(self._task.part, 0.0), 1.0)

    @property
    def doing(self) -> str:
        return self._task.doing

    @property
    def done(self) -> bool:
        return self._future.done()

    def wait(self, seconds: float) -> bool:
        """Whether the work is done within `seconds`."""
        return bool(wait([self._future], timeout=seconds).done)

    def stop(self) -> None:
        """Ends the work soon. Its result is then a StoppedError, unless it was done before."""
        self._task.stop()

    def result(self) -> T:
        """What the work gave, waiting for it. Raises what it raised; StoppedError when it was stopped."""
        error = self._future.exception()
        if error is not None and self._task.stopped:
            raise StoppedError() from error
        return self._future.result()
