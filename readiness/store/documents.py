"""Documents: each thing that a user can change, saved under the version that was read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from readiness.errors import ConflictError, InvalidValueError
from readiness.store import journal
from readiness.store.bodies import from_text, same, to_text
from readiness.store.journal import Entry, Write
from readiness.store.merging import merged
from readiness.store.rows import Body, Change, Document

Check = Callable[[str, Body], object]  # kind and body; raises ValueError for a body that its topic refuses

RESERVED_KINDS = frozenset({"project", "problem_list", "kept_records", "import"})  # the journal's own
_COLUMNS = 'kind, "key", version, body, changed_at, changed_by'


def of_project(
    cursor: duckdb.DuckDBPyConnection, project_id: str, kind: str | None, without: Sequence[str] = ()
) -> list[Document]:
    """The documents of a project, of one kind if named, by kind and key; all as of one moment."""
    rows = cursor.execute(
        f"""SELECT {_COLUMNS} FROM document
            WHERE project_id = $project AND body IS NOT NULL AND ($kind IS NULL OR kind = $kind)
                AND NOT list_contains($without::VARCHAR[], kind)
            ORDER BY kind, "key" """,
        {"project": project_id, "kind": kind, "without": list(without)},
    ).fetchall()
    return [_document(row) for row in rows]


def named(cursor: duckdb.DuckDBPyConnection, project_id: str, kind: str, keys: Sequence[str]) -> list[Document]:
    """Those of the named documents of a kind that are there, by key. One look at the table, however many they are."""
    rows = cursor.execute(
        f"""SELECT {_COLUMNS} FROM document
            WHERE project_id = $project AND kind = $kind AND "key" IN (SELECT unnest($keys::VARCHAR[]))
                AND body IS NOT NULL
            ORDER BY "key" """,
        {"project": project_id, "kind": kind, "keys": list(keys)},
    ).fetchall()
    return [_document(row) for row in rows]


def one(cursor: duckdb.DuckDBPyConnection, project_id: str, kind: str, key: str) -> Document | None:
    """The document, or None where there is none, or none any more."""
    row = _row(cursor, project_id, kind, key)
    return _document(row) if row and row[3] is not None else None


def save_all(
    write: Write, changes: Sequence[Change], check: Check | None, *, untold: Collection[str] = ()
) -> list[Document]:
    """The documents after the changes, in their order: each as it was when nothing differs, merged when someone else
    changed other parts. However many there are, they are read and written together. Of the kinds in `untold` the
    journal holds no body."""
    saved: list[Document] = []
    for batch in _without_repeats(changes):
        rows = _rows(write, batch)
        steps = [_step(write, change, rows.get((change.kind, change.key)), check) for change in batch]
        _write_steps(write, [step for step in steps if step.is_change], untold)
        saved += [step.after for step in steps]
    return saved


def delete(write: Write, kind: str, key: str, version: int, *, untold: Collection[str] = ()) -> None:
    """Take the document out of the project; its past stays in the journal, unless its kind is in `untold`. Twice is
    the same as once."""
    current = one(write.cursor, write.project_id, kind, key)
    if current is None:
        return
    if current.version != version:
        raise _conflict(
            Change(kind, key, {}, version), f"{kind} {key}".strip(), current.version, current.changed_by, current.body
        )
    _write_row(write, kind, key, version + 1, None)
    journal.append(write, kind, key, versions=(version, None), before=None if kind in untold else current.body)


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


def _without_repeats(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """The changes in runs that name each document once: the second change of one must see the first."""
    batch: dict[tuple[str, str], Change] = {}
    for change in changes:
        if (change.kind, change.key) in batch:
            yield list(batch.values())
            batch = {}
        batch[change.kind, change.key] = change
    if batch:
        yield list(batch.values())


@dataclass(frozen=True, slots=True)
class _Step:
    """What one change comes to: the document before, if there was one, and after."""

    before: Document | None
    after: Document
    is_new: bool = False  # there was not even a deleted one

    @property
    def is_change(self) -> bool:
        return self.before is not self.after


def _step(write: Write, change: Change, row: tuple[Any, ...] | None, check: Check | None) -> _Step:
    place = _checked_place(change)
    to_text(change.body, place)  # refuses here what JSON cannot hold, before anything is compared
    if row is None:
        _refuse_unless_new(change, place, current=0, by="")
        return _Step(None, _after(write, change, 1), is_new=True)
    if row[3] is None:
        _refuse_unless_new(change, place, current=row[2], by=row[5])
        return _Step(None, _after(write, change, row[2] + 1))
    current = _document(row)
    wanted = change if change.version == current.version else _merged(write, change, current, place, check)
    if same(wanted.body, current.body):
        return _Step(current, current)
    return _Step(current, _after(write, wanted, current.version + 1))


def _after(write: Write, change: Change, version: int) -> Document:
    body = from_text(to_text(change.body, change.kind))  # as it will be read
    return Document(change.kind, change.key, version, body, write.now, write.who)


def _write_steps(write: Write, steps: Sequence[_Step], untold: Collection[str]) -> None:
    new, known = [step for step in steps if step.is_new], [step for step in steps if not step.is_new]
    if new:
        write.cursor.execute(
            f"INSERT INTO document SELECT $project, kind, key, version, body, $now, $who FROM ({_LISTED})",
            _lists(write, new),
        )
    if known:
        write.cursor.execute(
            f"""UPDATE document SET version = n.version, body = n.body, changed_at = $now, changed_by = $who
                FROM ({_LISTED}) AS n
                WHERE project_id = $project AND document.kind = n.kind AND document."key" = n.key""",
            _lists(write, known),
        )
    journal.append_all(write, [_entry(step, told=step.after.kind not in untold) for step in steps])


_LISTED = """SELECT unnest($kinds::VARCHAR[]) AS kind, unnest($keys::VARCHAR[]) AS key,
    unnest($versions::BIGINT[]) AS version, unnest($bodies::VARCHAR[]) AS body"""


def _lists(write: Write, steps: Sequence[_Step]) -> dict[str, Any]:
    return {
        "project": write.project_id,
        "now": write.now,
        "who": write.who,
        "kinds": [step.after.kind for step in steps],
        "keys": [step.after.key for step in steps],
        "versions": [step.after.version for step in steps],
        "bodies": [to_text(step.after.body, step.after.kind) for step in steps],
    }


def _entry(step: _Step, *, told: bool) -> Entry:
    before, after = step.before, step.after
    versions = (before.version if before else None, after.version)
    if not told:
        return Entry(after.kind, after.key, versions)
    return Entry(after.kind, after.key, versions, before.body if before else None, after.body)


def _write_row(write: Write, kind: str, key: str, version: int, text: str | None) -> None:
    write.cursor.execute(
        """UPDATE document SET version = ?, body = ?, changed_at = ?, changed_by = ?
           WHERE project_id = ? AND kind = ? AND "key" = ?""",
        [version, text, write.now, write.who, write.project_id, kind, key],
    )


def _rows(write: Write, changes: Sequence[Change]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """The stored rows of the documents that the changes name, deleted ones too."""
    if len(changes) == 1:
        row = _row(write.cursor, write.project_id, changes[0].kind, changes[0].key)
        return {(row[0], row[1]): row} if row else {}
    found = write.cursor.execute(
        f"""SELECT {_COLUMNS} FROM document
            JOIN (SELECT unnest($kinds::VARCHAR[]) AS k, unnest($keys::VARCHAR[]) AS y) ON kind = k AND "key" = y
            WHERE project_id = $project""",
        {"project": write.project_id, "kinds": [one.kind for one in changes], "keys": [one.key for one in changes]},
    ).fetchall()
    return {(row[0], row[1]): row for row in found}


def _row(cursor: duckdb.DuckDBPyConnection, project_id: str, kind: str, key: str) -> tuple[Any, ...] | None:
    return cursor.execute(
        f'SELECT {_COLUMNS} FROM document WHERE project_id = ? AND kind = ? AND "key" = ?', [project_id, kind, key]
    ).fetchone()


def _document(row: tuple[Any, ...]) -> Document:
    kind, key, version, text, changed_at, changed_by = row
    return Document(kind, key, version, from_text(text), changed_at, changed_by)
