"""Rows as a file, batch by batch, so that a million of them need little memory: .csv, .xlsx and .parquet.

In .csv and .xlsx, text that a spreadsheet would run as a formula stays text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.errors import InvalidValueError

if TYPE_CHECKING:
    import pyarrow as pa

XLSX_ROWS = 1_048_575  # of a sheet, below its header
XLSX_COLUMNS = 16_384
XLSX_CHARACTERS = 32_767  # of one cell
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN_NEGATIVE = r"^-[0-9][0-9.,]*%?$"  # a number runs nothing, and an apostrophe would spoil it
_FORMULA = r"^[=+\-@\t\r\n]"

_Writer = Callable[["pa.Schema", Iterable["pa.RecordBatch"], Path, str], None]


def write_table(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], out: Path, *, rows: int, what: str, sheet: str
) -> None:
    """Writes the batches to `out` in their order. Raises InvalidValueError for another ending, or too many rows.

    `rows` is how many there are; `what` names the list in an error; `sheet` names the sheet of a workbook.
    """
    writers: dict[str, _Writer] = {".parquet": _write_parquet, ".csv": _write_csv, ".xlsx": _write_xlsx}
    writer = writers.get(out.suffix.lower())
    if writer is None:
        raise InvalidValueError(what, out.name, f"must end in {', '.join(writers)}")
    if writer is _write_xlsx:
        _refuse_what_no_sheet_holds(rows, len(schema.names), out, what)
    writer(schema, batches, out, sheet)


def _refuse_what_no_sheet_holds(rows: int, columns: int, out: Path, what: str) -> None:
    if rows > XLSX_ROWS:
        raise InvalidValueError(
            what, out.name, f"cannot hold {rows:,} rows: a sheet ends at {XLSX_ROWS:,}; write .parquet or .csv"
        )
    if columns > XLSX_COLUMNS:
        raise InvalidValueError(
            what, out.name, f"cannot hold {columns:,} columns: a sheet ends at {XLSX_COLUMNS:,}; write .parquet or .csv"
        )


def _write_parquet(schema: pa.Schema, batches: Iterable[pa.RecordBatch], out: Path, _sheet: str) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(out, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_csv(schema: pa.Schema, batches: Iterable[pa.RecordBatch], out: Path, _sheet: str) -> None:
    import pyarrow as pa
    from pyarrow import csv

    safe = pa.schema([field.with_name(_safe_text(field.name)) for field in schema])
    with csv.CSVWriter(out, safe) as writer:
        for batch in batches:
            columns = [_safe_column(column) for column in batch.columns]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=safe))


def _safe_text(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _safe_column(column: pa.Array) -> pa.Array:
    """The texts of a column, with an apostrophe before what a spreadsheet would run."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return column
    risky = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(risky).as_py():
        return column
    runs = pc.and_not(risky, pc.match_substring_regex(column, _PLAIN_NEGATIVE))
    marked = pc.binary_join_element_wise(pa.scalar("'", column.type), column, pa.scalar("", column.type))
    return pc.if_else(runs, marked, column)


def _write_xlsx(schema: pa.Schema, batches: Iterable[pa.RecordBatch], out: Path, sheet: str) -> None:
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(out), options) as book:
        page = book.add_worksheet(sheet)
        head, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        for column, name in enumerate(schema.names):
            page.write_string(0, column, name[:XLSX_CHARACTERS], head)
        page.freeze_panes(1, 0)
        place = 0
        for batch in batches:
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                place += 1
                _write_row(page, place, values, quoted)


def _write_row(page: object, place: int, values: Sequence[object], quoted: object) -> None:
    for column, value in enumerate(values):
        if isinstance(value, str):
            if value:
                text = value[:XLSX_CHARACTERS]
                page.write_string(place, column, text, quoted if text.startswith(FORMULA_STARTS) else None)  # type: ignore[attr-defined]
        elif value is not None:
            page.write_number(place, column, value)  # type: ignore[attr-defined]
