"""Removed values, taken out of the file itself.

DuckDB gives the space of removed rows free and leaves in it what stood there. So whoever removes raw values leaves a
mark, and the next one to open the file alone writes it anew from what is still there.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb

from readiness.sql import quote_literal
from readiness.store.connection import owner_only_files


def mark_due(cursor: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Say that the file still holds what was removed from its tables."""
    cursor.execute("INSERT INTO erasure SELECT ? WHERE NOT EXISTS (SELECT 1 FROM erasure)", [now])


def is_due(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file still holds what was removed from its tables."""
    return cursor.execute("SELECT 1 FROM erasure").fetchone() is not None


def rewrite(path: Path) -> bool:
    """Whether the file was put anew in its own place, with its live rows only. Nobody in this process may have it open.

    The old file stays locked until the new one stands in its place, so no other process can write to what is about
    to go. When anything is in the way, such as a full disk, the old file stays and the mark with it.
    """
    draft = path.with_name(path.name + ".rewrite")
    _discard(draft)
    try:
        with owner_only_files(), duckdb.connect(config={"autoinstall_known_extensions": "false"}) as engine:
            engine.execute(f"ATTACH {quote_literal(str(path))} AS present (READ_ONLY)")
            if _log(path).exists():  # somebody wrote to the file a moment ago
                return False
            engine.execute(f"ATTACH {quote_literal(str(draft))} AS anew")
            engine.execute("COPY FROM DATABASE present TO anew")
            engine.execute("DELETE FROM anew.erasure")
            engine.execute("CHECKPOINT anew")
            engine.execute("DETACH anew")
            if _log(draft).exists():
                return False
            draft.replace(path)
            return True
    except (duckdb.IOException, duckdb.OutOfMemoryException, OSError):
        return False
    finally:
        _discard(draft)


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _discard(draft: Path) -> None:
    for file in (draft, _log(draft)):
        with suppress(FileNotFoundError):
            file.unlink()
