"""Prints how the readers of JSON, Parquet and XLSX do on the shared files that were collected to break readers.

Run as `python tests/quality/formats_quality.py [FOLDER]`; FOLDER holds the shared data sets (default: the one beside
the checkout).
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from readiness.audit.reading.sample import open_workspace, read_sample  # noqa: E402  (the checkout comes first)
from readiness.audit.reading.values import SampleFile  # noqa: E402
from readiness.errors import UnreadableFileError  # noqa: E402


@dataclass
class Tally:
    """Outcomes of a set of files; a crash is any other exception than a sentence."""

    outcomes: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def add(self, path: Path, expected: str) -> None:
        started = time.perf_counter()
        outcome, said = _outcome(path)
        self.slowest = max(self.slowest, time.perf_counter() - started)
        self.outcomes[outcome] += 1
        if outcome == "crashed" or expected not in ("any", outcome):
            self.surprises.append(f"{path.name}: {outcome} ({said})")


def _outcome(path: Path) -> tuple[str, str]:
    connection = open_workspace()
    try:
        reading = read_sample(SampleFile(path, path.name), connection)
        connection.execute("SELECT * FROM records").fetchall()
        return "read", f"{reading.records} records"
    except UnreadableFileError as error:
        return "refused", str(error)
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def _tally(paths: Iterable[Path], expected: str) -> Tally:
    tally = Tally()
    for path in sorted(paths):
        tally.add(path, expected)
    return tally


def _show(title: str, expected: str, tally: Tally) -> None:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(tally.outcomes.items()))
    print(f"{title:<42} expected {expected:<8} {counts or 'no files'}; slowest {tally.slowest:.2f} s")
    for surprise in tally.surprises:
        print(f"    {surprise[:200]}")


def main(folder: Path) -> int:
    """Print the figures; 1 when anything crashed."""
    if not folder.is_dir():
        print(f"Skipped: there is no folder {folder}.")
        return 0
    tickets = folder / "tickets_311"
    json_suite, parquet, sheets = folder / "json_test_suite", folder / "parquet_bad", folder / "xlsx_odd_valid"
    sets = (
        ("json_test_suite y_ (must be read)", "read", json_suite.glob("test_parsing/y_*.json")),
        ("json_test_suite n_ (must be refused)", "refused", json_suite.glob("test_parsing/n_*.json")),
        ("json_test_suite i_ (either)", "any", json_suite.glob("test_parsing/i_*.json")),
        ("json_test_suite transform (either)", "any", json_suite.glob("test_transform/*.json")),
        ("parquet_bad corrupt (should be refused)", "refused", parquet.glob("*.parquet")),
        ("parquet_bad valid but tricky", "read", parquet.glob("valid_but_tricky/*.parquet")),
        ("parquet_bad encrypted", "refused", parquet.glob("valid_but_tricky/*.encrypted")),
        ("xlsx_odd_valid", "read", sheets.glob("*.xls[xm]")),
        (
            "tickets_311 JSON Lines and Parquet",
            "read",
            [*tickets.glob("*.jsonl"), *tickets.glob("*.parquet")],
        ),
        ("openrefine .xls and .ods", "refused", (folder / "openrefine_testdata").glob("*.[xo][ld]s")),
    )
    crashed = 0
    for title, expected, paths in sets:
        tally = _tally(paths, expected)
        crashed += tally.outcomes["crashed"]
        _show(title, expected, tally)
    return 1 if crashed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT.parent / "shared/datasets"))
