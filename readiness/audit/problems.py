"""The problem list of an audited sample: the records behind an edge case, and the list as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.audit.dialect import full_match
from readiness.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

PROBLEM_COLUMNS = ("record", "line", "field", "position", "edge_case", "value", "reason")
XLSX_ROWS = 1_048_575  # of a sheet, below its header
_BATCH = 50_000
_FORMULA_START = "[=+\\-@\t\r\n].*"  # a spreadsheet would run it
_TEXT_COLUMNS = ("field", "edge_case", "value", "reason")
_IN_ORDER = "ORDER BY record, position NULLS FIRST, edge_case"


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
    writers: dict[str, Callable[[DuckDBPyConnection, Path], None]] = {
        ".parquet": _write_parquet,
        ".csv": _write_csv,
        ".xlsx": _write_xlsx,
    }
    writer = writers.get(out.suffix.lower())
    if writer is None:
        raise InvalidValueError("Problem list", out.name, f"must end in {', '.join(writers)}")
    writer(connection, out)


def _write_parquet(connection: DuckDBPyConnection, out: Path) -> None:
    import pyarrow.parquet as pq

    batches = _batches(connection, ", ".join(PROBLEM_COLUMNS))
    with pq.ParquetWriter(out, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_csv(connection: DuckDBPyConnection, out: Path) -> None:
    from pyarrow import csv

    columns = ", ".join(_as_text(name) if name in _TEXT_COLUMNS else name for name in PROBLEM_COLUMNS)
    batches = _batches(connection, columns)
    with csv.CSVWriter(out, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_xlsx(connection: DuckDBPyConnection, out: Path) -> None:
    import xlsxwriter

    row = connection.execute("SELECT count(*) FROM problems").fetchone()
    count = int(row[0]) if row else 0
    if count > XLSX_ROWS:
        raise InvalidValueError(
            "Problem list",
            out.name,
            f"cannot hold {count:,} problems: a sheet ends at {XLSX_ROWS:,}; write .parquet or .csv",
        )
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(out), options) as book:
        sheet = book.add_worksheet("problems")
        head, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        for column, name in enumerate(PROBLEM_COLUMNS):
            sheet.write_string(0, column, name, head)
        sheet.freeze_panes(1, 0)
        found = connection.execute(f"SELECT {', '.join(PROBLEM_COLUMNS)} FROM problems {_IN_ORDER}")
        place = 0
        while rows := found.fetchmany(_BATCH):
            for values in rows:
                place += 1
                for column, value in enumerate(values):
                    if isinstance(value, str):
                        sheet.write_string(
                            place, column, value[:32_767], quoted if value[:1] in "=+-@\t\r\n" and value else None
                        )
                    elif value is not None:
                        sheet.write_number(place, column, value)


def _batches(connection: DuckDBPyConnection, columns: str) -> pa.RecordBatchReader:
    return connection.sql(f"SELECT {columns} FROM problems {_IN_ORDER}").to_arrow_reader(_BATCH)


def _as_text(column: str) -> str:
    """SQL: the text, with an apostrophe before what a spreadsheet would run."""
    return f"CASE WHEN {full_match(column, _FORMULA_START)} THEN '''' || {column} ELSE {column} END AS {column}"
