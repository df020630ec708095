"""The table `records` while a reader fills it: one row a record, every cell as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

RECORDS = "records"
_FIXED = "record BIGINT, line BIGINT, fault VARCHAR, cells INTEGER, line_text VARCHAR"
_FIXED_COLUMNS = ("record", "line", "fault", "cells", "line_text")
_SUMMED_AT_ONCE = 64  # terms; the engine refuses expressions that are nested too deep, as a long chain of signs is
_MANY_COLUMNS = 20  # from here on a new table costs less than a change for each column
_FEW_ROWS, _FEW_COLUMNS = 2_000, 200  # below these, lists as parameters are faster than loading numpy


def sum_of(terms: Sequence[str]) -> str:
    """SQL for the sum of any number of terms, bracketed so that thousands of columns stay a shallow expression."""
    if len(terms) <= _SUMMED_AT_ONCE:
        return " + ".join(terms) or "0"
    parts = [terms[start : start + _SUMMED_AT_ONCE] for start in range(0, len(terms), _SUMMED_AT_ONCE)]
    return sum_of([f"({sum_of(part)})" for part in parts])


@dataclass(slots=True)
class Batch:
    """Some records in file order, column by column; all lists have one entry a record."""

    lines: list[int] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)
    faults: list[str | None] = field(default_factory=list)
    line_texts: list[str | None] = field(default_factory=list)
    columns: dict[int, list[str | None]] = field(default_factory=dict)  # 0-based position -> values


class RecordsTable:
    """Creates `records`, replacing an older one, and appends to it; columns are added as they turn up."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._columns = 0
        self.records = 0
        self.faults: Counter[str] = Counter()
        connection.execute(f"CREATE OR REPLACE TABLE {RECORDS} ({_FIXED})")
        connection.execute("SET pandas_analyze_sample = 0")  # a column of text stays text, whatever its first rows hold

    def add_columns(self, columns: int) -> None:
        """See to it that the table has at least this many columns."""
        if columns <= self._columns:
            return
        if not self.records:  # each change of a table copies its description, so a new one is made at once
            cells = "".join(f", c{position} VARCHAR" for position in range(columns))
            self._connection.execute(f"CREATE OR REPLACE TABLE {RECORDS} ({_FIXED}{cells})")
        elif columns - self._columns < _MANY_COLUMNS:
            for position in range(self._columns, columns):
                self._connection.execute(f"ALTER TABLE {RECORDS} ADD COLUMN c{position} VARCHAR")
        else:
            cells = "".join(f", NULL::VARCHAR AS c{position}" for position in range(self._columns, columns))
            self._connection.execute(f"CREATE OR REPLACE TABLE {RECORDS} AS SELECT *{cells} FROM {RECORDS}")
        self._columns = columns

    def append(self, batch: Batch) -> None:
        rows = len(batch.lines)
        if not rows:
            return
        if batch.columns:
            self.add_columns(max(batch.columns) + 1)
        self.faults.update(fault for fault in batch.faults if fault is not None)
        first = self.records + 1
        columns: list[Sequence[Any]] = [
            range(first, first + rows),
            batch.lines,
            batch.faults,
            batch.cells,
            batch.line_texts,
            *batch.columns.values(),
        ]
        names = [*_FIXED_COLUMNS, *(f"c{position}" for position in batch.columns)]
        if rows < _FEW_ROWS and len(columns) < _FEW_COLUMNS:
            self._append_lists(names, columns)
        else:
            self._append_arrays(names, columns)
        self.records += rows

    def _append_lists(self, names: list[str], columns: list[Sequence[Any]]) -> None:
        types = ["BIGINT[]", "BIGINT[]", "VARCHAR[]", "BIGINT[]"] + ["VARCHAR[]"] * (len(names) - 4)
        unnested = ", ".join(f"unnest(?::{kind})" for kind in types)
        self._connection.execute(
            f"INSERT INTO {RECORDS} ({', '.join(names)}) SELECT {unnested}", [list(column) for column in columns]
        )

    def _append_arrays(self, names: list[str], columns: list[Sequence[Any]]) -> None:
        import numpy as np

        numbers = {"record", "line", "cells"}
        arrays = {
            name: np.array(column, dtype=np.int64 if name in numbers else object)
            for name, column in zip(names, columns, strict=True)
        }
        self._connection.register("incoming_batch", arrays)
        try:
            self._connection.execute(
                f"INSERT INTO {RECORDS} ({', '.join(names)}) SELECT {', '.join(names)} FROM incoming_batch"
            )
        finally:
            self._connection.unregister("incoming_batch")
