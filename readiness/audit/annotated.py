"""Every record as the file has it, with what the audit found about it, as a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.audit.report import AuditReport, Tier
from readiness.audit.table_files import write_table
from readiness.sql import quote_literal

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

ANNOTATIONS = (
    "readiness_record",  # 1-based, in file order
    "readiness_line",  # of the file, where it has lines
    "readiness_tier",
    "readiness_edge_cases",  # titles, separated by semicolons
    "readiness_reasons",
    "readiness_line_text",  # the raw line of a record that does not fit the header
)
_SEPARATOR = "; "
_BATCH = 50_000


def write_annotated(connection: DuckDBPyConnection, report: AuditReport, out: Path) -> int:
    """Writes every record to `out` (.csv, .xlsx, .parquet) in file order, and gives back how many.

    The fields come first, then ANNOTATIONS. Needs the tables that the audit of `report` left in the connection.
    Raises InvalidValueError for another ending, and for more records or fields than a sheet holds.
    """
    fields = [profile.field for profile in report.fields]
    names = [*fields, *_names_beside(fields)]
    stretches = _Stretches(connection, names, len(fields), _named_edge_cases(report))
    write_table(
        stretches.rows(0, 0).schema,
        stretches.batches(),
        out,
        rows=report.records,
        what="Annotated records",
        sheet="records",
    )
    return report.records


def _names_beside(fields: Sequence[str]) -> list[str]:
    """The annotations' names, numbered where the file has been annotated before and holds them already."""
    taken = {field.lower() for field in fields}
    number = 1
    while any(_numbered(name, number).lower() in taken for name in ANNOTATIONS):
        number += 1
    return [_numbered(name, number) for name in ANNOTATIONS]


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_{number}"


def _named_edge_cases(report: AuditReport) -> str:
    """SQL relation (edge_case, title, tier): the place of the tier, worst last."""
    tiers = list(Tier)
    rows = ", ".join(
        f"({quote_literal(case.id)}, {quote_literal(case.title)}, {tiers.index(case.tier)})"
        for case in report.edge_cases
    )
    return f"(VALUES {rows or '(NULL, NULL, 0)'})"


@dataclass(frozen=True, slots=True)
class _Stretches:
    """The annotated records, one stretch after the other: what is sorted at once stays small at any size."""

    connection: DuckDBPyConnection
    names: Sequence[str]
    fields: int
    edge_cases: str

    def batches(self) -> Iterator[pa.RecordBatch]:
        (last,) = self.connection.execute("SELECT coalesce(max(record), 0) FROM records").fetchall()[0]
        for start in range(1, last + 1, _BATCH):
            yield from self.rows(start, start + _BATCH - 1)

    def rows(self, first: int, last: int) -> pa.RecordBatchReader:
        """The records from `first` to `last` with their annotations."""
        stretch = f"record BETWEEN {first} AND {last}"
        tier = " ".join(f"WHEN {place} THEN {quote_literal(name.value)}" for place, name in enumerate(Tier))
        columns = [
            *(f"r.c{place}" for place in range(self.fields)),
            *("r.record", "r.line", f"CASE coalesce(f.tier, 0) {tier} END", "f.titles", "f.reasons", "r.line_text"),
        ]
        named = ", ".join(f"{column} AS a{place}" for place, column in enumerate(columns))
        table = self.connection.sql(
            f"SELECT {named} FROM (SELECT * FROM records WHERE {stretch}) AS r LEFT JOIN ({self._found(stretch)}) AS f "
            "ON r.record = f.record ORDER BY r.record"
        ).to_arrow_table()
        return table.rename_columns(list(self.names)).to_reader()

    def _found(self, stretch: str) -> str:
        titles, reasons = (
            f"string_agg({text}, {quote_literal(_SEPARATOR)} ORDER BY p.position NULLS FIRST, p.edge_case)"
            for text in ("n.title", "p.reason")
        )
        return (
            f"SELECT p.record, max(n.tier) AS tier, {titles} AS titles, {reasons} AS reasons "
            f"FROM (SELECT * FROM problems WHERE {stretch}) AS p "
            f"JOIN {self.edge_cases} AS n(edge_case, title, tier) ON p.edge_case = n.edge_case GROUP BY p.record"
        )
