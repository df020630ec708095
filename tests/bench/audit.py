"""What an audit costs as a whole process: seconds, records a second, peak memory; SUMMARIZE and a loop beside it.

The records are generated: ten columns with mixed dates, amounts, phones, e-mail addresses and notes.
`python -m tests.bench.audit [ROWS ...]` measures other sizes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SIZES = (300, 100_000, 1_000_000)

_RECORDS = """
COPY (SELECT i + 1 AS record_id, 'Vendor ' || (hash(i) % 5000) AS vendor,
  CASE WHEN hash(i * 3) % 100 < 3 THEN strftime(DATE '2023-01-01' + CAST(hash(i * 7) % 700 AS INTEGER), '%Y-%m-%d')
       WHEN hash(i * 3) % 100 < 4 THEN 'N/A'
       ELSE strftime(DATE '2023-01-01' + CAST(hash(i * 7) % 700 AS INTEGER), '%d/%m/%Y') END AS invoice_date,
  strftime(TIMESTAMP '2023-01-01' + INTERVAL 1 SECOND * CAST(hash(i * 11) % 60000000 AS BIGINT),
           '%Y-%m-%d %H:%M:%S') AS received_at,
  replace(printf('%.2f', (hash(i * 13) % 1000000) / 100.0), CASE WHEN hash(i * 5) % 100 < 2 THEN '.' ELSE ' ' END,
          CASE WHEN hash(i * 5) % 100 < 2 THEN ',' ELSE ' ' END) AS amount,
  ['EUR', 'USD', 'GBP'][CAST(hash(i * 17) % 3 AS INTEGER) + 1] AS currency,
  '+49 ' || (30 + hash(i * 19) % 60) || ' ' || (1000000 + hash(i * 23) % 8999999) AS phone,
  'user' || (hash(i * 29) % 100000) || '@example.org' AS email,
  CASE WHEN hash(i * 31) % 100 < 5 THEN ''
       ELSE ['DE', 'FR', 'NA', 'US', 'GB'][CAST(hash(i * 31) % 5 AS INTEGER) + 1] END AS country,
  CASE WHEN hash(i * 37) % 100 < 30 THEN '' WHEN hash(i * 37) % 1000 = 999 THEN 'cafÃ© bill'
       ELSE 'please check the order ' || (hash(i * 41) % 100000) || ' and call back' END AS notes
  FROM range({rows}) AS t(i)) TO '{path}' (HEADER)
"""
_AUDIT = (
    "import sys; from pathlib import Path; from readiness.audit.reading.sample import open_workspace, read_sample; "
    "from readiness.audit.reading.values import SampleFile; from readiness.audit.suggestion import suggest_rules; "
    "from readiness.audit.engine import audit_sample; path = Path(sys.argv[1]); connection = open_workspace(); "
    "reading = read_sample(SampleFile(path, path.name), connection); "
    "audit_sample(connection, reading, suggest_rules(connection, reading)).model_dump_json()"
)
_SUMMARIZE = "import sys, duckdb; duckdb.sql(f\"SUMMARIZE SELECT * FROM read_csv('{sys.argv[1]}')\").fetchall()"
_LOOP = """
import csv, re, sys
from collections import Counter
missing, formats, problems, seen, clean = Counter(), Counter(), [], set(), 0
DATES = (("iso", re.compile(r"\\d{4}-\\d\\d-\\d\\d")), ("day first", re.compile(r"\\d\\d/\\d\\d/\\d{4}")))
with open(sys.argv[1], newline="", encoding="utf-8") as lines:
    for number, record in enumerate(csv.DictReader(lines), 1):
        faults = [("missing", name) for name, value in record.items() if value.strip().lower() in ("", "n/a", "null")]
        name = next((name for name, pattern in DATES if pattern.fullmatch(record["invoice_date"])), "unknown")
        formats[name] += 1
        if name != "day first":
            faults.append(("date", "invoice_date"))
        try:
            float(record["amount"])
        except ValueError:
            faults.append(("amount", "amount"))
        key = tuple(record.values())
        if key in seen:
            faults.append(("duplicate", ""))
        seen.add(key)
        missing.update(field for kind, field in faults if kind == "missing")
        problems.extend((number, *fault) for fault in faults)
        clean += not faults
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Print one line a size and program, each run as a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for rows in [int(text) for text in arguments] or SIZES:
            path = Path(folder) / f"{rows}.csv"
            write_records(rows, path)
            base = _measure("SUMMARIZE", _SUMMARIZE, rows, path, None)
            _measure("audit", _AUDIT, rows, path, base)
            _measure("Python loop", _LOOP, rows, path, base)
            path.unlink()


def write_records(rows: int, path: Path) -> None:
    """Generated records, the same ones every time."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(_RECORDS.replace("{rows}", str(rows)).replace("{path}", str(path)))


def _measure(name: str, program: str, rows: int, path: Path, base: float | None) -> float:
    """The seconds of the faster of two runs (one, where it takes long)."""
    seconds, peak = _run(program, path)
    if seconds < 10:
        again, peak_again = _run(program, path)
        seconds, peak = min(seconds, again), max(peak, peak_again)
    ratio = f"{seconds / base:5.1f} x SUMMARIZE" if base else ""
    print(
        f"{rows:>9,} records  {name:<12} {seconds:7.2f} s {rows / seconds:>12,.0f} records/s {peak:>6,} MB  {ratio}",
        flush=True,
    )
    return seconds


def _run(program: str, path: Path) -> tuple[float, int]:
    """Wall seconds and peak memory (MB) of a fresh process."""
    command = [
        sys.executable,
        "-c",
        f"{program}\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)",
    ]
    started = time.perf_counter()
    done = subprocess.run([*command, str(path)], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    return time.perf_counter() - started, int(done.stdout.split()[-1])


if __name__ == "__main__":
    main(sys.argv[1:])
