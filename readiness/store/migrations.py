"""The format of the project file, as numbered steps. A step that was released is never changed; a new one follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from readiness import __version__
from readiness.errors import StoreDamagedError, StoreTooNewError
from readiness.store.connection import owner_only_files


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        "projects, documents and the journal",
        (
            """
            CREATE TABLE project (
                id VARCHAR PRIMARY KEY,
                name VARCHAR NOT NULL,
                created_at TIMESTAMP NOT NULL,
                archived_at TIMESTAMP,
                version BIGINT NOT NULL,
                revision BIGINT NOT NULL
            )
            """,
            # A deleted document stays as a row without a body, so that no version is ever given twice.
            """
            CREATE TABLE document (
                project_id VARCHAR NOT NULL,
                kind VARCHAR NOT NULL,
                "key" VARCHAR NOT NULL,
                version BIGINT NOT NULL,
                body JSON,
                changed_at TIMESTAMP NOT NULL,
                changed_by VARCHAR NOT NULL,
                PRIMARY KEY (project_id, kind, "key")
            )
            """,
            """
            CREATE TABLE journal (
                project_id VARCHAR NOT NULL,
                sequence BIGINT NOT NULL,
                changed_at TIMESTAMP NOT NULL,
                changed_by VARCHAR NOT NULL,
                what VARCHAR NOT NULL,
                kind VARCHAR NOT NULL,
                "key" VARCHAR NOT NULL,
                version_before BIGINT,
                version_after BIGINT,
                body_before JSON,
                body_after JSON
            )
            """,
        ),
    ),
    Migration(
        2,
        "problem lists and kept records",
        (
            """
            CREATE TABLE audit_problem (
                project_id VARCHAR NOT NULL,
                sample_id VARCHAR NOT NULL,
                record BIGINT NOT NULL,
                line BIGINT,
                field VARCHAR NOT NULL,
                "position" INTEGER,
                edge_case VARCHAR NOT NULL,
                "value" VARCHAR,
                reason VARCHAR NOT NULL
            )
            """,
            """
            CREATE TABLE kept_sample (
                project_id VARCHAR NOT NULL,
                sample_id VARCHAR NOT NULL,
                fields VARCHAR[] NOT NULL,
                records BIGINT NOT NULL,
                kept_until DATE NOT NULL,
                kept_at TIMESTAMP NOT NULL,
                kept_by VARCHAR NOT NULL
            )
            """,
            """
            CREATE TABLE kept_record (
                project_id VARCHAR NOT NULL,
                sample_id VARCHAR NOT NULL,
                record BIGINT NOT NULL,
                line BIGINT,
                fault VARCHAR NOT NULL,
                line_text VARCHAR,
                cell_count INTEGER,
                cells VARCHAR[] NOT NULL
            )
            """,
            "CREATE TABLE erasure (due_since TIMESTAMP NOT NULL)",
        ),
    ),
)
FORMAT = MIGRATIONS[-1].number

_LEDGER = """
    CREATE TABLE migration (
        number INTEGER PRIMARY KEY,
        name VARCHAR NOT NULL,
        applied_at TIMESTAMP NOT NULL,
        applied_by VARCHAR NOT NULL
    )
"""


def found_format(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """The format of the open file: 0 for an empty one. Refuses newer formats and the files of other programs."""
    names = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not names:
        return 0
    if "migration" not in names or ("project" not in names and len(names) > 1):
        raise StoreDamagedError(str(path), "it is a database of another program")
    numbers = [number for (number,) in connection.execute("SELECT number FROM migration ORDER BY number").fetchall()]
    if numbers and numbers[-1] > FORMAT:
        raise StoreTooNewError(str(path), numbers[-1], FORMAT)
    if numbers != list(range(1, len(numbers) + 1)):
        raise StoreDamagedError(str(path), "its list of migrations has gaps")
    return len(numbers)


def migrate(connection: duckdb.DuckDBPyConnection, found: int, now: datetime) -> None:
    """Bring the file from format `found` to the present one; each step is applied with its record, or not at all."""
    for migration in MIGRATIONS[found:]:
        _apply(connection, migration, now)


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration, now: datetime) -> None:
    with connection.cursor() as cursor:  # closing it rolls back what was not committed
        cursor.begin()
        if migration.number == 1:
            cursor.execute(_LEDGER)
        for statement in migration.statements:
            cursor.execute(statement)
        cursor.execute(
            "INSERT INTO migration VALUES (?, ?, ?, ?)", [migration.number, migration.name, now, __version__]
        )
        with owner_only_files():
            cursor.commit()
