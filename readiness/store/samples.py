"""What the project file holds of samples: problem lists, and raw records while the project says that they are kept.

The values in a problem list are raw, too: they are stored only while the records of their sample are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb

from readiness.errors import InvalidValueError
from readiness.sql import quote_identifier
from readiness.store import erasure, journal
from readiness.store.connection import first_line
from readiness.store.journal import Write
from readiness.store.rows import KeptRecord, KeptSample, ProblemRow

PROBLEM_COLUMNS = ("record", "line", "field", "position", "edge_case", "value", "reason")
RECORD_COLUMNS = ("record", "line", "fault", "cells")
_CELL = re.compile(r"c(\d+)")
_OF_SAMPLE = "project_id = $project AND sample_id = $sample"


def replace_problems(write: Write, sample_id: str, source: Any, *, today: date) -> int:
    """The number of problems that now make up the list of the sample; what was there is gone."""
    with_values = kept_sample(write.cursor, write.project_id, sample_id, today=today) is not None
    _delete(write, "audit_problem", sample_id)
    with _incoming(write, source, "problems", PROBLEM_COLUMNS):
        count = _count(
            write.cursor,
            """INSERT INTO audit_problem
               SELECT $project, $sample, record, line, coalesce(field, ''), "position", edge_case,
                      CASE WHEN $with_values THEN "value" END, coalesce(reason, '')
               FROM incoming""",
            {"project": write.project_id, "sample": sample_id, "with_values": with_values},
        )
    journal.append(write, "problem_list", sample_id, after={"problems": count, "with_values": with_values})
    return count


def problems(
    cursor: duckdb.DuckDBPyConnection,
    project_id: str,
    sample_id: str,
    *,
    edge_case: str | None,
    limit: int,
    offset: int,
    today: date,
) -> list[ProblemRow]:
    """A page of the problem list, in file order; of one edge case, if named."""
    with_values = kept_sample(cursor, project_id, sample_id, today=today) is not None
    rows = cursor.execute(
        f"""SELECT record, line, field, "position", edge_case, CASE WHEN $with_values THEN "value" END, reason
            FROM audit_problem WHERE {_OF_SAMPLE} AND ($edge_case IS NULL OR edge_case = $edge_case)
            ORDER BY record, "position", edge_case LIMIT $limit OFFSET $offset""",
        {
            "project": project_id,
            "sample": sample_id,
            "edge_case": edge_case,
            "with_values": with_values,
            "limit": limit,
            "offset": offset,
        },
    ).fetchall()
    return [ProblemRow(*row) for row in rows]


def problem_count(cursor: duckdb.DuckDBPyConnection, project_id: str, sample_id: str, *, edge_case: str | None) -> int:
    """The length of the problem list; of one edge case, if named."""
    return _count(
        cursor,
        f"SELECT count(*) FROM audit_problem WHERE {_OF_SAMPLE} AND ($edge_case IS NULL OR edge_case = $edge_case)",
        {"project": project_id, "sample": sample_id, "edge_case": edge_case},
    )


def keep_records(write: Write, sample_id: str, fields: Sequence[str], source: Any, *, until: date, today: date) -> int:
    """The number of raw records that are kept of the sample from now on; what was kept before is gone."""
    if until < today:
        raise InvalidValueError("Keep until", until.isoformat(), "is in the past")
    _delete(write, "kept_record", sample_id)
    _delete(write, "kept_sample", sample_id)
    with _incoming(write, source, "records", RECORD_COLUMNS) as columns:
        count = _count(
            write.cursor,
            f"""INSERT INTO kept_record
                SELECT $project, $sample, record, line, coalesce(fault, ''), {_cells(columns)} FROM incoming""",
            {"project": write.project_id, "sample": sample_id},
        )
    write.cursor.execute(
        "INSERT INTO kept_sample VALUES (?, ?, ?, ?, ?, ?, ?)",
        [write.project_id, sample_id, list(fields), count, until, write.now, write.who],
    )
    journal.append(write, "kept_records", sample_id, after={"records": count, "kept_until": until.isoformat()})
    return count


def kept_sample(
    cursor: duckdb.DuckDBPyConnection, project_id: str, sample_id: str, *, today: date
) -> KeptSample | None:
    """What is kept of the sample; None when nothing is, or not any more."""
    rows = cursor.execute(
        f"""SELECT sample_id, fields, records, kept_until, kept_at, kept_by
            FROM kept_sample WHERE {_OF_SAMPLE} AND kept_until >= $today""",
        {"project": project_id, "sample": sample_id, "today": today},
    ).fetchall()
    return next((KeptSample(sample, tuple(fields), *rest) for sample, fields, *rest in rows), None)


def kept_records(
    cursor: duckdb.DuckDBPyConnection,
    project_id: str,
    sample_id: str,
    records: Sequence[int] | None,
    *,
    limit: int,
    offset: int,
    today: date,
) -> list[KeptRecord]:
    """A page of the raw records, in file order; of those numbered `records`, if named."""
    if kept_sample(cursor, project_id, sample_id, today=today) is None:
        return []
    rows = cursor.execute(
        f"""SELECT record, line, fault, cells, cell_count, line_text
            FROM kept_record WHERE {_OF_SAMPLE} AND ($records IS NULL OR list_contains($records, record))
            ORDER BY record LIMIT $limit OFFSET $offset""",
        {
            "project": project_id,
            "sample": sample_id,
            "records": None if records is None else list(records),
            "limit": limit,
            "offset": offset,
        },
    ).fetchall()
    return [KeptRecord(record, line, fault, tuple(cells), *rest) for record, line, fault, cells, *rest in rows]


def restore_records(
    cursor: duckdb.DuckDBPyConnection,
    project_id: str,
    sample_id: str,
    into: duckdb.DuckDBPyConnection,
    *,
    today: date,
) -> KeptSample | None:
    """What is kept of the sample, now also as the table `records` of another connection, laid out as it came."""
    sample = kept_sample(cursor, project_id, sample_id, today=today)
    if sample is None:
        return None
    scope = {"project": project_id, "sample": sample_id}
    width = _count(cursor, f"SELECT coalesce(max(len(cells)), 0) FROM kept_record WHERE {_OF_SAMPLE}", scope)
    cells = "".join(f", cells[{position + 1}] AS c{position}" for position in range(width))
    relation = cursor.sql(
        f"""SELECT record, line, nullif(fault, '') AS fault, cell_count AS cells, line_text{cells}
            FROM kept_record WHERE {_OF_SAMPLE} ORDER BY record""",
        params=scope,
    )
    into.complete()
    into.register("incoming", relation.to_arrow_reader())
    try:
        into.execute("CREATE OR REPLACE TABLE records AS SELECT * FROM incoming")
    finally:
        into.unregister("incoming")
    return sample


def remove_raw(write: Write, sample_id: str | None) -> int:
    """The number of raw records and values that were removed, of one sample or of all. The counts stay."""
    scope = {"project": write.project_id, "sample": sample_id}
    of_samples = "project_id = $project AND ($sample IS NULL OR sample_id = $sample)"
    removed = {
        "records": _count(write.cursor, f"SELECT count(*) FROM kept_record WHERE {of_samples}", scope),
        "values": _count(
            write.cursor, f'SELECT count("value") FROM audit_problem WHERE {of_samples} AND "value" IS NOT NULL', scope
        ),
    }
    samples = _count(write.cursor, f"SELECT count(*) FROM kept_sample WHERE {of_samples}", scope)
    if not samples and not any(removed.values()):
        return 0
    write.cursor.execute(f"DELETE FROM kept_record WHERE {of_samples}", scope)
    write.cursor.execute(f"DELETE FROM kept_sample WHERE {of_samples}", scope)
    write.cursor.execute(f'UPDATE audit_problem SET "value" = NULL WHERE {of_samples} AND "value" IS NOT NULL', scope)
    erasure.mark_due(write.cursor, write.now)
    journal.append(write, "kept_records", sample_id or "", after={"removed": removed})
    return sum(removed.values())


def expired(cursor: duckdb.DuckDBPyConnection, today: date) -> list[tuple[str, str]]:
    """Project and sample ids of what was to be kept until a day before `today`."""
    return cursor.execute(
        "SELECT project_id, sample_id FROM kept_sample WHERE kept_until < ? ORDER BY ALL", [today]
    ).fetchall()


@contextmanager
def _incoming(write: Write, source: Any, table: str, columns: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """The columns of `source` with their Arrow types while it can be read as `incoming`: an Arrow table, reader or
    relation, or a connection that has `table`."""
    import pyarrow as pa

    reader = pa.RecordBatchReader.from_stream(_rows_of(source, table))
    names = {str(field.name): str(field.type) for field in reader.schema}
    absent = [column for column in columns if column not in names]
    if absent:
        raise InvalidValueError(table, ", ".join(names), f"lacks {', '.join(absent)}")
    write.cursor.register("incoming", reader)
    try:
        yield names
    except (duckdb.DataError, duckdb.IntegrityError, duckdb.InvalidInputException) as exc:
        raise InvalidValueError(table, ", ".join(names), f"cannot be stored ({first_line(exc)})") from exc
    write.cursor.unregister("incoming")  # after a failure it goes with the cursor


def _rows_of(source: Any, table: str) -> Any:
    if hasattr(source, "__arrow_c_stream__"):
        return source
    source.complete()  # a result that its user did not read to the end would stand in the way
    return source.table(table)


def _cells(columns: Mapping[str, str]) -> str:
    """The SQL of line_text, cell_count and cells: from a list named cells, or from the columns c0, c1 ... by number,
    where cells says how many there are."""
    line_text = "line_text" if "line_text" in columns else "NULL"
    if "list" in columns["cells"]:
        return f"{line_text}, NULL, coalesce(cells, [])"
    positions = sorted(int(match[1]) for column in columns if (match := _CELL.fullmatch(column)))
    cells = ", ".join(f"CAST(c{position} AS VARCHAR)" for position in positions)
    return f"{line_text}, cells, CAST([{cells}] AS VARCHAR[])"


def _delete(write: Write, table: str, sample_id: str) -> None:
    scope = {"project": write.project_id, "sample": sample_id}
    if _count(write.cursor, f"DELETE FROM {quote_identifier(table)} WHERE {_OF_SAMPLE}", scope):
        erasure.mark_due(write.cursor, write.now)


def _count(cursor: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, Any]) -> int:
    rows = cursor.execute(statement, parameters).fetchall()
    return int(rows[0][0]) if rows else 0
