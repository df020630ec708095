"""Prints how right the audit is, with suggested rules only, on real files whose faults are known.

Run it as `python -m tests.quality.audit_quality [folder of the data sets]`. For the files with a corrected copy:
precision, recall and F1 of the cells called faulty, and the error of the clean share; for the others the edge cases.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import duckdb

from readiness.audit.engine import audit_sample
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import SampleFile
from readiness.audit.report import AuditReport
from readiness.audit.suggestion import suggest_rules

Cell = tuple[int, int]  # 1-based record, 0-based column

COUNTED = (
    "lambeth_payments/2012-06-payments.csv",
    "openrefine_testdata/government_contracts.csv",
    "lambeth_foi_requests/*.csv",
    "jhu_covid_daily/*.csv",
)


def main() -> None:
    beside = Path(__file__).resolve().parents[3] / "shared" / "datasets"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    if not folder.is_dir():
        sys.exit(f"No data sets in {folder}.")
    for name in ("beers", "hospital"):
        print_cells(name, folder / "raha" / name)
    for pattern in COUNTED:
        for path in sorted(folder.glob(pattern)):
            print_edge_cases(path)


def print_cells(name: str, folder: Path) -> None:
    """How the cells called faulty agree with those that differ from the corrected copy, compared by position."""
    connection, report = audit(folder / "dirty.csv")
    wrong, records = wrong_cells(folder)
    called = called_cells(connection)
    right = len(wrong & called)
    precision, recall = right / len(called) if called else 0.0, right / len(wrong)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    clean = 1 - len({record for record, _ in wrong}) / records
    print(f"{name}: precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  of {len(wrong):,} wrong cells")
    print(f"  clean share {report.clean.share:.3f}, in truth {clean:.3f}: error {report.clean.share - clean:+.3f}")
    found = {field: (called_in & wrong, called_in - wrong) for field, called_in in by_field(called).items()}
    missed = by_field(wrong - called)
    for position, rule in enumerate(report.rules.rules):
        hits, false = found.get(position, (set(), set()))
        if hits or false or position in missed:
            overlooked = len(missed.get(position, ()))
            print(f"    {rule.field:<20} {len(hits):>5} right {len(false):>5} false {overlooked:>5} missed")


def print_edge_cases(path: Path) -> None:
    """Every edge case of one file with its count."""
    _, report = audit(path)
    print(f"{path.parent.name}/{path.name}: {report.records:,} records, {report.clean.share:.1%} clean")
    for case in report.edge_cases:
        print(f"    {case.records:>6,}  {case.share:6.1%}  {case.id}  e.g. {case.example[:60]!r}")


def audit(path: Path) -> tuple[duckdb.DuckDBPyConnection, AuditReport]:
    """The audit of a file with the rules that it suggests itself."""
    connection = open_workspace()
    reading = read_sample(SampleFile(path, path.name), connection)
    return connection, audit_sample(connection, reading, suggest_rules(connection, reading))


def called_cells(connection: duckdb.DuckDBPyConnection) -> set[Cell]:
    """The cells in the problem list; a fused cell is its own and its neighbour's."""
    rows = connection.execute("SELECT record, position, edge_case FROM problems WHERE position IS NOT NULL").fetchall()
    called = {(record, position) for record, position, _ in rows}
    return called | {(record, position + 1) for record, position, case in rows if case.startswith("fused_cells")}


def wrong_cells(folder: Path) -> tuple[set[Cell], int]:
    """The cells in which dirty.csv differs from clean.csv, and the number of records."""
    dirty, clean = (rows_of(folder / name) for name in ("dirty.csv", "clean.csv"))
    wrong = {
        (record, column)
        for record, (one, other) in enumerate(zip(dirty, clean, strict=True), start=1)
        for column, (mine, theirs) in enumerate(zip(one, other, strict=True))
        if mine != theirs
    }
    return wrong, len(dirty)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))[1:]


def by_field(cells: set[Cell]) -> dict[int, set[Cell]]:
    grouped: dict[int, set[Cell]] = {}
    for record, position in cells:
        grouped.setdefault(position, set()).add((record, position))
    return grouped


if __name__ == "__main__":
    main()
