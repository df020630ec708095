"""Documents: each thing that a user can change, saved under the version that was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb

from readiness.errors import ConflictError, InvalidValueError
from readiness.store import journal
from readiness.store.bodies import from_text, same, to_text
from readiness.store.journal import Write
from readiness.store.merging import merged
from readiness.store.rows import Body, Change, Document

Check = Callable[[str, Body], object]  # kind and body; raises ValueError for a body that its topic refuses

RESERVED_KINDS = frozenset({"project", "problem_list", "kept_records", "import"})  # the journal's own
_COLUMNS = 'kind, "key", version, body, changed_at, changed_by'


def of_project(cursor: duckdb.DuckDBPyConnection, project_id: str, kind: str | None) -> list[Document]:
    """The documents of a project, of one kind if named, by kind and key; all as of one moment."""
    rows = cursor.execute(
        f"""SELECT {_COLUMNS} FROM document
            WHERE project_id = $project AND body IS NOT NULL AND ($kind IS NULL OR kind = $kind)
            ORDER BY kind, "key" """,
        {"project": project_id, "kind": kind},
    ).fetchall()
    return [_document(row) for row in rows]


def one(cursor: duckdb.DuckDBPyConnection, project_id: str, kind: str, key: str) -> Document | None:
    """The document, or None where there is none, or none any more."""
    row = _row(cursor, project_id, kind, key)
    return _document(row) if row and row[3] is not None else None


def save(write: Write, change: Change, check: Check | None) -> Document:
    """The document after `change`: as it was when nothing differs, merged when someone else changed other parts."""
    place = _checked_place(change)
    to_text(change.body, place)  # refuses here what JSON cannot hold, before anything is compared
    row = _row(write.cursor, write.project_id, change.kind, change.key)
    if row is None:
        _refuse_unless_new(change, place, current=0, by="")
        return _insert(write, change)
    if row[3] is None:
        _refuse_unless_new(change, place, current=row[2], by=row[5])
        return _update(write, change, version=row[2], before=None)
    current = _document(row)
    wanted = change if change.version == current.version else _merged(write, change, current, place, check)
    if same(wanted.body, current.body):
        return current
    return _update(write, wanted, version=current.version, before=current.body)


def delete(write: Write, kind: str, key: str, version: int) -> None:
    """Take the document out of the project; its past stays in the journal. Twice is the same as once."""
    current = one(write.cursor, write.project_id, kind, key)
    if current is None:
        return
    if current.version != version:
        raise _conflict(
            Change(kind, key, {}, version), f"{kind} {key}".strip(), current.version, current.changed_by, current.body
        )
    _write_row(write, kind, key, version + 1, None)
    journal.append(write, kind, key, versions=(version, None), before=current.body)


def _checked_place(change: Change) -> str:
    if not change.kind or change.kind in RESERVED_KINDS:
        raise InvalidValueError("Kind", change.kind, "cannot be the kind of a document")
    if not isinstance(change.body, dict):
        raise InvalidValueError(change.kind, type(change.body).__name__, "is no JSON object")
    return f"{change.kind} {change.key}".strip()


def _refuse_unless_new(change: Change, place: str, *, current: int, by: str) -> None:
    """Who saves a version that they read, of something that is not there, speaks of something deleted meanwhile."""
    if change.version:
        raise _conflict(change, place, current, by, {})


def _merged(write: Write, change: Change, current: Document, place: str, check: Check | None) -> Change:
    base = {} if change.version == 0 else journal.body_at(write, change.kind, change.key, change.version)
    body = None if base is None else merged(base, change.body, current.body)
    if body is None or not _holds(check, change.kind, body):
        raise _conflict(change, place, current.version, current.changed_by, current.body)
    return change._replace(body=body, version=current.version)


def _holds(check: Check | None, kind: str, body: Body) -> bool:
    """Whether two changes that each were right alone are right together."""
    if check is None:
        return True
    try:
        check(kind, body)
    except ValueError:
        return False
    return True


def _conflict(change: Change, place: str, current: int, by: str, theirs: Body) -> ConflictError:
    return ConflictError(
        place, read_version=change.version, current_version=current, by=by, mine=change.body, theirs=theirs
    )


def _insert(write: Write, change: Change) -> Document:
    write.cursor.execute(
        "INSERT INTO document VALUES (?, ?, ?, 1, ?, ?, ?)",
        [write.project_id, change.kind, change.key, _text(change), write.now, write.who],
    )
    journal.append(write, change.kind, change.key, versions=(None, 1), after=change.body)
    return _reread(write, change)


def _update(write: Write, change: Change, *, version: int, before: Body | None) -> Document:
    _write_row(write, change.kind, change.key, version + 1, _text(change))
    versions = (None if before is None else version, version + 1)
    journal.append(write, change.kind, change.key, versions=versions, before=before, after=change.body)
    return _reread(write, change)


def _write_row(write: Write, kind: str, key: str, version: int, text: str | None) -> None:
    write.cursor.execute(
        """UPDATE document SET version = ?, body = ?, changed_at = ?, changed_by = ?
           WHERE project_id = ? AND kind = ? AND "key" = ?""",
        [version, text, write.now, write.who, write.project_id, kind, key],
    )


def _text(change: Change) -> str:
    return to_text(change.body, change.kind)


def _reread(write: Write, change: Change) -> Document:
    row = _row(write.cursor, write.project_id, change.kind, change.key)
    assert row is not None
    return _document(row)


def _row(cursor: duckdb.DuckDBPyConnection, project_id: str, kind: str, key: str) -> tuple[Any, ...] | None:
    return cursor.execute(
        f'SELECT {_COLUMNS} FROM document WHERE project_id = ? AND kind = ? AND "key" = ?', [project_id, kind, key]
    ).fetchone()


def _document(row: tuple[Any, ...]) -> Document:
    kind, key, version, text, changed_at, changed_by = row
    return Document(kind, key, version, from_text(text), changed_at, changed_by)
