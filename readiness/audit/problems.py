"""The problem list of an audited sample: the records behind an edge case, and the list as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.audit.table_files import write_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PROBLEM_COLUMNS = ("record", "line", "field", "position", "edge_case", "value", "reason")
_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class ProblemRecord:
    """One record behind an edge case, as the file has it. `line_text` is the raw line where it does not fit."""

    record: int
    line: int | None
    cells: dict[str, str | None]
    value: str | None
    reason: str
    line_text: str | None = None


def count_of(connection: DuckDBPyConnection, edge_case_id: str) -> int:
    """How many records have the edge case."""
    row = connection.execute("SELECT count(*) FROM problems WHERE edge_case = ?", [edge_case_id]).fetchone()
    return int(row[0]) if row else 0


def records_of(
    connection: DuckDBPyConnection, edge_case_id: str, *, limit: int = 50, offset: int = 0
) -> list[ProblemRecord]:
    """A page of the records that have the edge case, in file order. Needs the tables that an audit leaves."""
    fields = connection.execute("SELECT position, field FROM audited_fields ORDER BY position").fetchall()
    cells = ", ".join(f"r.c{position}" for position, _ in fields)
    rows = connection.execute(
        f"SELECT p.record, p.line, p.value, p.reason, r.line_text, list_value({cells}) FROM "
        "(SELECT * FROM problems WHERE edge_case = ? ORDER BY record LIMIT ? OFFSET ?) AS p "
        "JOIN records AS r ON r.record = p.record ORDER BY p.record",
        [edge_case_id, limit, offset],
    ).fetchall()
    return [
        ProblemRecord(
            record=record,
            line=line,
            cells={field: text for (_, field), text in zip(fields, texts, strict=True)},
            value=value,
            reason=reason,
            line_text=line_text,
        )
        for record, line, value, reason, line_text, texts in rows
    ]


def write_problems(connection: DuckDBPyConnection, out: Path) -> None:
    """Writes the problem list to `out` (.parquet, .csv or .xlsx), in file order. Raises InvalidValueError else.

    In .csv and .xlsx, text that a spreadsheet would run as a formula stays text.
    """
    reader = connection.cursor()  # of its own, so that a stream that is given up blocks nobody
    try:
        batches = reader.sql(
            f"SELECT {', '.join(PROBLEM_COLUMNS)} FROM problems ORDER BY record, position NULLS FIRST, edge_case"
        ).to_arrow_reader(_BATCH)
        (rows,) = connection.execute("SELECT count(*) FROM problems").fetchall()[0]
        write_table(batches.schema, batches, out, rows=rows, what="Problem list", sheet="problems")
    finally:
        reader.close()
