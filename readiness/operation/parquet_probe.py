"""Run alone, in a process of its own: reads every value of a Parquet file, as the log's reader will.

A corrupt file may bring the native reader down, and this process with it: the one that started it lives on. Prints one
JSON object: rows and columns, or the reader's message. Imports nothing of the application.
"""

from __future__ import annotations

import json
import sys

_RESERVED_BYTES = 512 * 1024**2  # address space for code, stacks and allocator beside DuckDB's own memory


def main(path: str, memory_bytes: int, seconds: int) -> None:
    _limit_process(memory_bytes, seconds)
    import duckdb

    literal = "'" + path.replace("'", "''") + "'"
    source = f"read_parquet({literal}, hive_partitioning = false, filename = false)"
    connection = duckdb.connect(
        config={
            "memory_limit": f"{memory_bytes // 2 // 1024**2}MB",
            "threads": 2,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        columns = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        names = ", ".join('sum(hash("' + str(name).replace('"', '""') + '"))' for name, *_ in columns)
        connection.execute(f"SELECT {names} FROM {source}").fetchall()
        row = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
        answer = {"rows": row[0] if row else 0, "columns": [[str(name), str(kind)] for name, kind, *_ in columns]}
    except (duckdb.Error, UnicodeDecodeError) as exc:
        answer = {"error": str(exc).splitlines()[0][:300]}
    print(json.dumps(answer))


def _limit_process(memory_bytes: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows; the starter's time limit remains
        return
    wanted = memory_bytes + _RESERVED_BYTES
    for limit, value in ((resource.RLIMIT_AS, wanted), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(limit, (allowed, hard))
        except (OSError, ValueError):  # macOS refuses some of them
            continue


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
