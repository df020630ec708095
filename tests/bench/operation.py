"""What a log of ten million outcome records costs: reading, days, rules, drift and a trace; seconds and peak memory.

The log is generated: 90 days of JSON Lines with everything that the instrument writes of M24 and M14, about 3.9 GB,
and with the seven figures of M24 alone, about 1.9 GB. `python -m tests.bench.operation [ROWS]` measures another size.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROWS = 10_000_000

_FIGURES = """
'{"record_id":"' || i || '","time":"' ||
strftime(make_timestamp(1767225600000000 + CAST(i * 86400000000.0 * 90 / {rows} AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%f') ||
'Z","validation_passed":' || CASE WHEN hash(i) % 100 < 93 THEN 'true' ELSE 'false' END ||
',"confidence":' || printf('%.2f', (hash(i * 3) % 40) / 100.0 + 0.6) ||
',"routed_to_human":' || CASE WHEN hash(i) % 100 < 93 THEN 'false' ELSE 'true' END ||
',"error_type":' || CASE WHEN hash(i) % 100 < 97 THEN 'null' ELSE '"TimeoutError"' END ||
',"cost_usd":' || printf('%.5f', (hash(i * 5) % 1000) / 100000.0) ||
',"duration_ms":' || printf('%.1f', 100 + (hash(i * 7) % 100000) / 50.0)
"""
_DETAILS = """
',"model_version":"model-2026-01-15","prompt_version":"p' || (i * 5 // {rows}) ||
'","reason":"routine","input":{"required":{"vendor":true,"date":' ||
CASE WHEN hash(i * 11) % 50 = 0 THEN 'false' ELSE 'true' END ||
'},"date_format":"yyyy-mm-dd","amount_type":"number","filled_fields":' || (hash(i * 13) % 4 + 6) || '}'
"""
_PROGRAM = """
import resource, sys, time
from readiness.operation.daily import Metric, Tolerance, daily, metric_days
from readiness.operation.drift import drift
from readiness.operation.log import read_log
from readiness.operation.rules import alerts, streak
from readiness.operation.tracing import trace
def measured(name, work):
    started, cpu = time.perf_counter(), time.process_time()
    result = work()
    print(f"{name:<32} {time.perf_counter() - started:8.3f} s {time.process_time() - cpu:8.3f} s of CPU", flush=True)
    return result
log = measured("read", lambda: read_log(sys.argv[1:], zone="Europe/Berlin"))
days = measured("days, with exact percentiles", lambda: daily(log))
measured("alerts", lambda: alerts(days))
measured("streak", lambda: streak(metric_days(days, Metric.PASSED, Tolerance(low=0.9))))
measured("drift", lambda: drift(log))
measured("trace of one record id", lambda: trace(log, str(log.summary.records // 3)))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{log.summary.records:,} records, {peak:,} MB at most", flush=True)
log.close()
"""


def main(arguments: Sequence[str] = ()) -> None:
    rows = int(arguments[0]) if arguments else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outcomes.jsonl"
        for name, details in (("seven figures", ""), ("all that the instrument writes", _DETAILS)):
            write_log(rows, path, details)
            size = path.stat().st_size / 1e9
            load = os.getloadavg()[0]
            print(f"\n{rows:,} lines, {size:.2f} GB ({name}); load of the machine before: {load:.1f}", flush=True)
            subprocess.run([sys.executable, "-c", _PROGRAM, str(path)], cwd=CHECKOUT, check=True)
            path.unlink()


def write_log(rows: int, path: Path, details: str) -> None:
    """A generated log, the same one every time."""
    import duckdb

    line = f"{_FIGURES}{'|| ' + details if details else ''} || '}}'".replace("{rows}", str(rows)).replace("}}", "}")
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        connection.execute(
            f"COPY (SELECT {line} AS line FROM range({rows}) AS t(i)) TO '{path}' "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
