"""The journal: who changed what, when, from what to what. Every write appends to it in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from readiness.errors import UnknownNameError
from readiness.store.bodies import from_text, to_text
from readiness.store.rows import Body, JournalEntry

_COLUMNS = """sequence, changed_at, changed_by, what, kind, "key", version_before, version_after,
    body_before, body_after"""


@dataclass(frozen=True, slots=True)
class Write:
    """One transaction on one project: its cursor, its time, its author and what they say they are doing."""

    cursor: duckdb.DuckDBPyConnection
    project_id: str
    now: datetime
    who: str
    what: str


def append(
    write: Write,
    kind: str,
    key: str,
    *,
    versions: tuple[int | None, int | None] = (None, None),
    before: Body | None = None,
    after: Body | None = None,
) -> None:
    """Add one entry and raise the project's revision to its number."""
    write.cursor.execute(
        "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            write.project_id,
            _raise_revision(write),
            write.now,
            write.who,
            write.what,
            kind,
            key,
            *versions,
            None if before is None else to_text(before, kind),
            None if after is None else to_text(after, kind),
        ],
    )


def _raise_revision(write: Write) -> int:
    raised = write.cursor.execute(
        "UPDATE project SET revision = revision + 1 WHERE id = ? RETURNING revision", [write.project_id]
    ).fetchone()
    if raised is None:
        raise UnknownNameError("project", write.project_id)
    return int(raised[0])


def entries(
    cursor: duckdb.DuckDBPyConnection,
    project_id: str,
    *,
    kind: str | None = None,
    key: str | None = None,
    limit: int,
    offset: int,
) -> list[JournalEntry]:
    """The entries of a project, newest first; of one kind, or of one document, if named."""
    rows = cursor.execute(
        f"""SELECT {_COLUMNS} FROM journal
            WHERE project_id = $project AND ($kind IS NULL OR kind = $kind) AND ($key IS NULL OR "key" = $key)
            ORDER BY sequence DESC LIMIT $limit OFFSET $offset""",
        {"project": project_id, "kind": kind, "key": key, "limit": limit, "offset": offset},
    ).fetchall()
    return [_entry(row) for row in rows]


def entry_count(cursor: duckdb.DuckDBPyConnection, project_id: str) -> int:
    """How many entries a project has."""
    row = cursor.execute("SELECT count(*) FROM journal WHERE project_id = ?", [project_id]).fetchone()
    return int(row[0]) if row else 0


def body_at(write: Write, kind: str, key: str, version: int) -> Body | None:
    """A document as it was at `version`; None when the journal does not know it."""
    row = write.cursor.execute(
        'SELECT body_after FROM journal WHERE project_id = ? AND kind = ? AND "key" = ? AND version_after = ?',
        [write.project_id, kind, key, version],
    ).fetchone()
    return from_text(row[0]) if row and row[0] is not None else None


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    sequence, at, who, what, kind, key, version_before, version_after, before, after = row
    return JournalEntry(sequence, at, who, what, kind, key, version_before, version_after, _body(before), _body(after))


def _body(text: str | None) -> Body | None:
    return None if text is None else from_text(text)
