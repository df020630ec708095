"""A project as one file, out of one store and into another, with nothing lost.

The file is a zip of JSON Lines, one member a table, and a manifest with the rows and the SHA-256 of each member.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from readiness.errors import FileTooLargeError, InputError, InvalidValueError, UnreadableFileError
from readiness.sql import quote_identifier, quote_literal
from readiness.store import journal, projects
from readiness.store.bodies import MOST_CHARACTERS, from_text, to_text
from readiness.store.documents import RESERVED_KINDS, Check
from readiness.store.journal import Write
from readiness.store.migrations import FORMAT
from readiness.store.rows import ProjectRow

EXPORT_FORMAT = 1
MOST_UNPACKED_BYTES = 8 * 1024**3
_MOST_MANIFEST_BYTES = 1024**2
_MOST_LINE_BYTES = 2 * 4 * MOST_CHARACTERS + 1024**2  # a journal entry with two bodies, each character escaped
_FETCHED_ROWS = 20_000
_BLOCK_BYTES = 2 * 1024**2
_MOST_VERSIONS = 10**9
_MANIFEST = "manifest.json"
_ADVICE = "Choose a file that Readiness exported."
_BROKEN = (zlib.error, BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as it travels: its columns but the project's id, with the types that JSON is read back as."""

    name: str
    columns: dict[str, str]
    order: str


_TABLES = (
    _Table(
        "document",
        {
            "kind": "VARCHAR",
            "key": "VARCHAR",
            "version": "BIGINT",
            "body": "VARCHAR",  # text inside JSON, so that numbers come back exactly as they were written
            "changed_at": "TIMESTAMP",
            "changed_by": "VARCHAR",
        },
        'kind, "key"',
    ),
    _Table(
        "journal",
        {
            "sequence": "BIGINT",
            "changed_at": "TIMESTAMP",
            "changed_by": "VARCHAR",
            "what": "VARCHAR",
            "kind": "VARCHAR",
            "key": "VARCHAR",
            "version_before": "BIGINT",
            "version_after": "BIGINT",
            "body_before": "VARCHAR",
            "body_after": "VARCHAR",
        },
        "sequence",
    ),
    _Table(
        "audit_problem",
        {
            "sample_id": "VARCHAR",
            "record": "BIGINT",
            "line": "BIGINT",
            "field": "VARCHAR",
            "position": "INTEGER",
            "edge_case": "VARCHAR",
            "value": "VARCHAR",
            "reason": "VARCHAR",
        },
        'sample_id, record, "position", edge_case, "value", reason',
    ),
    _Table(
        "kept_sample",
        {
            "sample_id": "VARCHAR",
            "fields": "VARCHAR[]",
            "records": "BIGINT",
            "kept_until": "DATE",
            "kept_at": "TIMESTAMP",
            "kept_by": "VARCHAR",
        },
        "sample_id",
    ),
    _Table(
        "kept_record",
        {
            "sample_id": "VARCHAR",
            "record": "BIGINT",
            "line": "BIGINT",
            "fault": "VARCHAR",
            "line_text": "VARCHAR",
            "cell_count": "INTEGER",
            "cells": "VARCHAR[]",
        },
        "sample_id, record",
    ),
)
_MEMBERS = {f"{table.name}.jsonl": table for table in _TABLES}

# What rows of an honest export never look like; each of these queries must find nothing.
_IMPOSSIBLE = (
    """SELECT 1 FROM document WHERE project_id = $project
       AND (version NOT BETWEEN 1 AND $most OR kind = '' OR list_contains($reserved, kind)
            OR json_type(body) <> 'OBJECT'
            OR NOT isfinite(changed_at) OR year(changed_at) NOT BETWEEN 1970 AND 9999)""",
    """SELECT 1 FROM journal WHERE project_id = $project
       AND (json_type(body_before) <> 'OBJECT' OR json_type(body_after) <> 'OBJECT'
            OR NOT isfinite(changed_at) OR year(changed_at) NOT BETWEEN 1970 AND 9999)""",
    """SELECT 1 FROM (SELECT count(*) AS entries, count(DISTINCT sequence) AS numbers, min(sequence) AS first_one,
                             max(sequence) AS last_one FROM journal WHERE project_id = $project)
       WHERE entries <> $revision OR numbers <> $revision OR first_one <> 1 OR last_one <> $revision""",
    """SELECT 1 FROM kept_sample WHERE project_id = $project
       AND (list_count(fields) <> len(fields) OR NOT isfinite(kept_until) OR NOT isfinite(kept_at)
            OR year(kept_until) NOT BETWEEN 1970 AND 9999 OR year(kept_at) NOT BETWEEN 1970 AND 9999)""",
    """SELECT 1 FROM kept_sample WHERE project_id = $project GROUP BY sample_id HAVING count(*) > 1""",
)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _MemberFacts(_Strict):
    rows: int = Field(ge=0)
    sha256: str


class _ProjectFacts(_Strict):
    id: str
    name: str
    created_at: str
    archived_at: str | None
    version: int = Field(ge=1, le=_MOST_VERSIONS)
    revision: int = Field(ge=1, le=_MOST_VERSIONS)


class _Manifest(_Strict):
    readiness_export: int
    store_format: int
    exported_at: str
    project: _ProjectFacts
    members: dict[str, _MemberFacts]


def write_export(
    cursor: duckdb.DuckDBPyConnection,
    row: ProjectRow,
    out: Path,
    now: datetime,
    without: Sequence[tuple[str, str]] = (),
) -> None:
    """Write the project as of the transaction of `cursor` to `out`, whole or not at all, for its owner to read.

    Of the kinds and beginnings of keys in `without`, documents stay behind, and bodies in the journal.
    """
    with replaced_file(out) as draft, ZipFile(draft, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        members = {name: _write_member(cursor, row.id, archive, name, now, without) for name in _MEMBERS}
        manifest = _Manifest(
            readiness_export=EXPORT_FORMAT,
            store_format=FORMAT,
            exported_at=now.isoformat(),
            project=_facts(row),
            members=members,
        )
        archive.writestr(_zip_info(_MANIFEST, now), manifest.model_dump_json(indent=2))


def read_import(write: Write, path: Path, name: str, check: Check | None) -> ProjectRow:
    """The project that the file at `path` holds, under the id of `write`. Raises, with `name`, for anything odd."""
    with _unreadable(name), path.open("rb") as handle, ZipFile(handle) as archive:
        manifest = _read_manifest(archive, name)
        row = _project_row(manifest, write)
        projects.insert(write.cursor, row)
        for part, facts in manifest.members.items():
            _read_member(write, archive, name, part, facts)
    _refuse_impossible(write, row, name)
    _refuse_bodies(write, name, check)
    journal.append(
        write,
        "import",
        "",
        before={"id": manifest.project.id, "name": manifest.project.name},
        after={"id": row.id, "name": row.name, "exported_at": manifest.exported_at},
    )
    return projects.one_row(write.cursor, row.id)


@contextmanager
def replaced_file(out: Path) -> Iterator[Path]:
    """An empty file, mode 0600, that takes the place of `out` once all is written; `out` is untouched until then."""
    try:
        descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name[:80]}.")
        os.close(descriptor)
        draft = Path(name)
        try:
            yield draft
            draft.replace(out)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
    except OSError as exc:
        raise InputError(f"Cannot write {str(out)!r}: {exc.strerror or exc}. Choose another place.") from exc


# --- out ----------------------------------------------------------------------------------------------------------


def _write_member(
    cursor: duckdb.DuckDBPyConnection,
    project_id: str,
    archive: ZipFile,
    name: str,
    now: datetime,
    without: Sequence[tuple[str, str]],
) -> _MemberFacts:
    table = _MEMBERS[name]
    named = ((quote_identifier(column), kind) for column, kind in table.columns.items())
    columns = ", ".join(f"{column} := CAST({column} AS {kind})" for column, kind in named)
    cursor.execute(
        f"""SELECT CAST(to_json(struct_pack({columns})) AS VARCHAR)
            FROM (SELECT {_taken(table, without)} WHERE project_id = ? ORDER BY {table.order})""",
        [project_id],
    )
    rows, digest = 0, hashlib.sha256()
    with archive.open(_zip_info(name, now), "w", force_zip64=True) as member:
        while lines := cursor.fetchmany(_FETCHED_ROWS):
            block = "".join(f"{line}\n" for (line,) in lines).encode()
            member.write(block)
            digest.update(block)
            rows += len(lines)
    return _MemberFacts(rows=rows, sha256=digest.hexdigest())


def _taken(table: _Table, without: Sequence[tuple[str, str]]) -> str:
    """What is read of a table: without documents that stay behind, and without their bodies in the journal."""
    whole = f"* FROM {quote_identifier(table.name)}"
    if not without or table.name not in ("document", "journal"):
        return whole
    left = " OR ".join(
        f'(kind = {quote_literal(kind)} AND starts_with("key", {quote_literal(start)}))' for kind, start in without
    )
    if table.name == "document":
        return f"* FROM (SELECT {whole} WHERE NOT ({left}))"
    bare = ", ".join(f"CASE WHEN {left} THEN NULL ELSE {body} END AS {body}" for body in ("body_before", "body_after"))
    return f"* REPLACE ({bare}) FROM journal"


def _zip_info(name: str, now: datetime) -> ZipInfo:
    info = ZipInfo(name, date_time=now.timetuple()[:6])
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _facts(row: ProjectRow) -> _ProjectFacts:
    return _ProjectFacts(
        id=row.id,
        name=row.name,
        created_at=row.created_at.isoformat(),
        archived_at=row.archived_at.isoformat() if row.archived_at else None,
        version=row.version,
        revision=row.revision,
    )


# --- in -----------------------------------------------------------------------------------------------------------


@contextmanager
def _unreadable(name: str) -> Iterator[None]:
    """Whatever a foreign, broken or hostile file makes the readers raise becomes one sentence."""
    try:
        yield
    except OSError as exc:
        raise UnreadableFileError(name, (exc.strerror or "it cannot be opened").lower(), _ADVICE) from exc
    except _BROKEN as exc:
        raise UnreadableFileError(name, "it is no exported project, or a damaged one", _ADVICE) from exc
    except (duckdb.DataError, duckdb.IntegrityError, duckdb.InvalidInputException) as exc:
        raise UnreadableFileError(name, "it holds rows that no project has", _ADVICE) from exc


def _read_manifest(archive: ZipFile, name: str) -> _Manifest:
    infos = {info.filename: info for info in archive.infolist()}
    if len(infos) != len(archive.infolist()) or _MANIFEST not in infos:
        raise UnreadableFileError(name, "it is no exported project", _ADVICE)
    if any(info.flag_bits & 1 or info.compress_type not in (ZIP_DEFLATED, ZIP_STORED) for info in infos.values()):
        raise UnreadableFileError(name, "it is encrypted or packed in an unknown way", _ADVICE)
    unpacked = sum(info.file_size for info in infos.values())
    if unpacked > MOST_UNPACKED_BYTES or infos[_MANIFEST].file_size > _MOST_MANIFEST_BYTES:
        raise FileTooLargeError(name, f"it unpacks to {unpacked:,} bytes, more than a project may have")
    manifest = _parsed_manifest(archive.read(_MANIFEST), name)
    if set(manifest.members) != set(_MEMBERS) or set(infos) != {*_MEMBERS, _MANIFEST}:
        raise UnreadableFileError(name, "its parts are not those of an exported project", _ADVICE)
    return manifest


def _parsed_manifest(content: bytes, name: str) -> _Manifest:
    _refuse_newer(content, name)
    try:
        return _Manifest.model_validate_json(content)
    except ValidationError as exc:
        raise UnreadableFileError(name, "its manifest is not that of an exported project", _ADVICE) from exc


def _refuse_newer(content: bytes, name: str) -> None:
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise UnreadableFileError(name, "its manifest is no JSON", _ADVICE) from exc
    found = raw.get("readiness_export") if isinstance(raw, dict) else None
    if isinstance(found, int) and found > EXPORT_FORMAT:
        advice = "Install the newer Readiness that wrote it."
        raise UnreadableFileError(name, f"it has export format {found}", advice)


def _project_row(manifest: _Manifest, write: Write) -> ProjectRow:
    facts = manifest.project
    archived_at = None if facts.archived_at is None else _time(facts.archived_at)
    name = projects.checked_name(facts.name)
    if archived_at is None:
        name = projects.imported_name(write.cursor, name)
    return ProjectRow(write.project_id, name, _time(facts.created_at), archived_at, facts.version, facts.revision)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as exc:
        raise InvalidValueError("Time in the manifest", text, "is no time") from exc


def _read_member(write: Write, archive: ZipFile, name: str, part: str, facts: _MemberFacts) -> None:
    rows, digest = 0, hashlib.sha256()
    with archive.open(part) as member:
        for lines in _blocks(member, name):
            digest.update(lines)
            rows += _insert_lines(write, _MEMBERS[part], lines)
    if (rows, digest.hexdigest()) != (facts.rows, facts.sha256):
        raise UnreadableFileError(name, f"its part {part} was changed or damaged since the export", _ADVICE)


def _blocks(member: IO[bytes], name: str) -> Iterator[bytes]:
    """The member in blocks of whole lines."""
    rest = b""
    while block := member.read(_BLOCK_BYTES):
        whole, end, rest = (rest + block).rpartition(b"\n")
        if whole:
            yield whole + end
        if len(rest) > _MOST_LINE_BYTES:
            raise FileTooLargeError(name, f"it has a line of more than {_MOST_LINE_BYTES:,} bytes")
    if rest:
        yield rest


def _insert_lines(write: Write, table: _Table, lines: bytes) -> int:
    columns = ", ".join(f"line.{quote_identifier(column)}" for column in table.columns)
    names = ", ".join(quote_identifier(column) for column in ("project_id", *table.columns))
    inserted = write.cursor.execute(
        f"""INSERT INTO {quote_identifier(table.name)} ({names})
            SELECT $project, {columns} FROM (SELECT unnest(from_json_strict($lines, $shape)) AS line)""",
        {
            "project": write.project_id,
            "lines": f"[{lines.decode().rstrip().replace(chr(10), ',')}]",  # no line break stands inside a line of JSON
            "shape": json.dumps([{c: [t[:-2]] if t.endswith("[]") else t for c, t in table.columns.items()}]),
        },
    ).fetchall()
    return int(inserted[0][0])


def _refuse_impossible(write: Write, row: ProjectRow, name: str) -> None:
    everything = {
        "project": row.id,
        "revision": row.revision,
        "reserved": sorted(RESERVED_KINDS),
        "most": _MOST_VERSIONS,
    }
    for query in _IMPOSSIBLE:
        parameters = {name: value for name, value in everything.items() if f"${name}" in query}
        if write.cursor.execute(query, parameters).fetchone() is not None:
            raise UnreadableFileError(name, "it holds rows that no project has", _ADVICE)


def _refuse_bodies(write: Write, name: str, check: Check | None) -> None:
    """Every body must be one that the store would have taken, and every document one that its topic takes."""
    queries = (
        ("SELECT kind, body FROM document WHERE project_id = ? AND body IS NOT NULL", check),
        ("SELECT kind, body_before FROM journal WHERE project_id = ? AND body_before IS NOT NULL", None),
        ("SELECT kind, body_after FROM journal WHERE project_id = ? AND body_after IS NOT NULL", None),
    )
    for query, topic_check in queries:
        for kind, text in _rows(write.cursor, query, write.project_id):
            _refuse_body(kind, text, name, topic_check)


def _refuse_body(kind: str, text: str, name: str, check: Check | None) -> None:
    try:
        body = from_text(text)
        to_text(body, kind)
        if check is not None:
            check(kind, body)
    except (ValueError, RecursionError, InputError) as exc:
        raise UnreadableFileError(name, f"its {kind!r} is not one that a project can have", _ADVICE) from exc


def _rows(cursor: duckdb.DuckDBPyConnection, query: str, project_id: str) -> Iterator[tuple[Any, ...]]:
    cursor.execute(query, [project_id])
    while rows := cursor.fetchmany(200):
        yield from rows
