"""The rows of the projects themselves: made, named, put away and found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import duckdb

from readiness.errors import ConflictError, InvalidValueError, UnknownNameError
from readiness.store import journal
from readiness.store.journal import Write
from readiness.store.rows import Body, ProjectRow

KIND = "project"  # of the journal's entries about the row itself
LONGEST_NAME = 200
_MOST_KNOWN = 20  # names that an error lists
_PLACE = "Project name"
_COLUMNS = "id, name, created_at, archived_at, version, revision"


def all_rows(cursor: duckdb.DuckDBPyConnection, *, include_archived: bool) -> list[ProjectRow]:
    """The projects by name, then by age."""
    rows = cursor.execute(f"SELECT {_COLUMNS} FROM project").fetchall()
    found = (ProjectRow(*row) for row in rows)
    kept = [row for row in found if include_archived or row.archived_at is None]
    return sorted(kept, key=lambda row: (_fold(row.name), row.created_at, row.id))


def one_row(cursor: duckdb.DuckDBPyConnection, project_id: str) -> ProjectRow:
    """The project with this id, archived or not."""
    row = cursor.execute(f"SELECT {_COLUMNS} FROM project WHERE id = ?", [project_id]).fetchone()
    if row is None:
        raise UnknownNameError("project", project_id, _names(all_rows(cursor, include_archived=False)))
    return ProjectRow(*row)


def find(cursor: duckdb.DuckDBPyConnection, name_or_id: str) -> ProjectRow:
    """The project with this id, else with this name; an archived one only when no other has the name."""
    rows = all_rows(cursor, include_archived=True)
    wanted = _fold(name_or_id)
    for row in rows:
        if row.id == name_or_id.strip():
            return row
    named = [row for row in rows if _fold(row.name) == wanted]
    active = [row for row in named if row.archived_at is None]
    if active:
        return active[0]
    if len(named) > 1:
        raise InvalidValueError("Project", name_or_id, f"names {len(named)} archived projects; use the id")
    if named:
        return named[0]
    raise UnknownNameError("project", name_or_id, _names(row for row in rows if row.archived_at is None))


def create(write: Write, name: str) -> ProjectRow:
    """A new project under the id of `write`."""
    row = ProjectRow(write.project_id, free_name(write.cursor, name), write.now, None, 1, 0)
    insert(write.cursor, row)
    journal.append(write, KIND, "", versions=(None, 1), after=_body(row))
    return one_row(write.cursor, row.id)


def rename(write: Write, name: str, *, version: int | None) -> ProjectRow:
    """The project under another name."""
    row = one_row(write.cursor, write.project_id)
    _refuse_stale(write, row, version, {"name": name})
    new_name = checked_name(name)
    if row.archived_at is None:
        new_name = free_name(write.cursor, name, but=row.id)
    return row if new_name == row.name else _store(write, row, replace(row, name=new_name, version=row.version + 1))


def archive(write: Write, *, version: int | None) -> ProjectRow:
    """The project put away: out of the list, its name free again, nothing lost."""
    row = one_row(write.cursor, write.project_id)
    if row.archived_at is not None:
        return row
    _refuse_stale(write, row, version, {"archived": True})
    return _store(write, row, replace(row, archived_at=write.now, version=row.version + 1))


def restore(write: Write, *, version: int | None) -> ProjectRow:
    """An archived project back in the list, if its name is still free."""
    row = one_row(write.cursor, write.project_id)
    if row.archived_at is None:
        return row
    _refuse_stale(write, row, version, {"archived": False})
    free_name(write.cursor, row.name, but=row.id)
    return _store(write, row, replace(row, archived_at=None, version=row.version + 1))


def insert(cursor: duckdb.DuckDBPyConnection, row: ProjectRow) -> None:
    """Add the row as it is."""
    cursor.execute(
        "INSERT INTO project VALUES (?, ?, ?, ?, ?, ?)",
        [row.id, row.name, row.created_at, row.archived_at, row.version, row.revision],
    )


def checked_name(name: str) -> str:
    """`name` with single spaces and none at its ends. Refuses empty, overlong and unprintable ones."""
    clean = " ".join(name.split())
    if not clean:
        raise InvalidValueError(_PLACE, name, "is empty")
    if len(clean) > LONGEST_NAME:
        raise InvalidValueError(_PLACE, f"{clean[:40]}…", f"is longer than {LONGEST_NAME} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise InvalidValueError(_PLACE, clean, "holds a control character")
    return clean


def free_name(cursor: duckdb.DuckDBPyConnection, name: str, *, but: str = "") -> str:
    """`name`, cleaned, if no project in the list has it (upper and lower case are one), `but` one aside."""
    clean = checked_name(name)
    if _fold(clean) in _taken(cursor, but=but):
        raise InvalidValueError(_PLACE, clean, "is taken by another project")
    return clean


def imported_name(cursor: duckdb.DuckDBPyConnection, name: str) -> str:
    """`name`, cleaned; marked as imported, and numbered, as far as it takes to be free."""
    clean, taken = checked_name(name), _taken(cursor)
    candidate, number = clean, 1
    while _fold(candidate) in taken:
        mark = " (imported)" if number == 1 else f" (imported {number})"
        candidate, number = clean[: LONGEST_NAME - len(mark)].rstrip() + mark, number + 1
    return candidate


def _store(write: Write, old: ProjectRow, new: ProjectRow) -> ProjectRow:
    write.cursor.execute(
        "UPDATE project SET name = ?, archived_at = ?, version = ? WHERE id = ?",
        [new.name, new.archived_at, new.version, new.id],
    )
    journal.append(write, KIND, "", versions=(old.version, new.version), before=_body(old), after=_body(new))
    return one_row(write.cursor, new.id)


def _refuse_stale(write: Write, row: ProjectRow, version: int | None, mine: Body) -> None:
    if version is None or version == row.version:
        return
    last = journal.entries(write.cursor, row.id, kind=KIND, limit=1, offset=0)
    by = last[0].who if last else ""
    place, theirs = f"the project {row.name}", _body(row)
    raise ConflictError(place, read_version=version, current_version=row.version, by=by, mine=mine, theirs=theirs)


def _taken(cursor: duckdb.DuckDBPyConnection, *, but: str = "") -> set[str]:
    return {_fold(row.name) for row in all_rows(cursor, include_archived=False) if row.id != but}


def _body(row: ProjectRow) -> dict[str, Any]:
    return {"name": row.name, "archived": row.archived_at is not None}


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def _names(rows: Iterable[ProjectRow]) -> list[str]:
    names = [row.name for row in rows]
    more = len(names) - _MOST_KNOWN
    return names if more <= 0 else [*names[:_MOST_KNOWN], f"and {more:,} more"]
