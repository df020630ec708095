"""One sentence for a sample that does not fit into the memory it was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from readiness.errors import InputError, InvalidValueError


@contextmanager
def within_memory(limit: str | None) -> Iterator[None]:
    """Turns the engine's word for running out of memory into InvalidValueError, or InputError without a limit."""
    from duckdb import OutOfMemoryException

    try:
        yield
    except OutOfMemoryException as exc:
        if limit is None:
            raise InputError("The file does not fit into the memory of this machine. Audit a part of it.") from exc
        raise InvalidValueError("memory limit", limit, "is too little for this file; allow more") from exc
