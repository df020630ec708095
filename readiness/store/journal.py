"""The journal: who changed what, when, from what to what. Every write appends to it in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

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


class Entry(NamedTuple):
    """One change of one thing, as it goes into the journal."""

    kind: str
    key: str
    versions: tuple[int | None, int | None] = (None, None)
    before: Body | None = None
    after: Body | None = None


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
    append_all(write, [Entry(kind, key, versions, before, after)])


def append_all(write: Write, added: Sequence[Entry]) -> None:
    """Add entries in their order and raise the project's revision to the number of the last one."""
    if not added:
        return
    last = _raise_revision(write, len(added))
    write.cursor.execute(
        """INSERT INTO journal SELECT $project, unnest($sequences::BIGINT[]), $now, $who, $what,
            unnest($kinds::VARCHAR[]), unnest($keys::VARCHAR[]), unnest($befores::BIGINT[]), unnest($afters::BIGINT[]),
            unnest($bodies_before::VARCHAR[]), unnest($bodies_after::VARCHAR[])""",
        {
            "project": write.project_id,
            "sequences": list(range(last - len(added) + 1, last + 1)),
            "now": write.now,
            "who": write.who,
            "what": write.what,
            "kinds": [entry.kind for entry in added],
            "keys": [entry.key for entry in added],
            "befores": [entry.versions[0] for entry in added],
            "afters": [entry.versions[1] for entry in added],
            "bodies_before": [_text(entry.before, entry.kind) for entry in added],
            "bodies_after": [_text(entry.after, entry.kind) for entry in added],
        },
    )


def _text(body: Body | None, kind: str) -> str | None:
    return None if body is None else to_text(body, kind)


def _raise_revision(write: Write, by: int) -> int:
    raised = write.cursor.execute(
        "UPDATE project SET revision = revision + ? WHERE id = ? RETURNING revision", [by, write.project_id]
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


def bodies_at(
    cursor: duckdb.DuckDBPyConnection, project_id: str, kind: str, versions: Mapping[str, int]
) -> dict[str, Body]:
    """The documents of a kind as they were, by key, each at the version that is named for it; without those that the
    journal does not know."""
    rows = cursor.execute(
        """SELECT "key", body_after FROM journal
           JOIN (SELECT unnest($keys) AS wanted, unnest($versions) AS version) ON wanted = "key"
           WHERE project_id = $project AND kind = $kind AND version_after = version AND body_after IS NOT NULL""",
        {"project": project_id, "kind": kind, "keys": list(versions), "versions": list(versions.values())},
    ).fetchall()
    return {key: from_text(text) for key, text in rows}


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    sequence, at, who, what, kind, key, version_before, version_after, before, after = row
    return JournalEntry(sequence, at, who, what, kind, key, version_before, version_after, _body(before), _body(after))


def _body(text: str | None) -> Body | None:
    return None if text is None else from_text(text)
