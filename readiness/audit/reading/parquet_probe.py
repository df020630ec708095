"""Run alone, in a process of its own: tries out everything that reading a Parquet file asks of the native reader.

A corrupt file may bring the native reader down, and this process with it: the one that started it lives on.
Prints one JSON object: the query and names of the columns, or the reader's message. Imports nothing of the application.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

_RESERVED_BYTES = 512 * 1024**2  # address space for code, stacks and allocator beside DuckDB's own memory
_NESTED = re.compile(r"\[\]|\[\d+\]|^(STRUCT|MAP|UNION|VARIANT)\b")
_DECIMAL = re.compile(r"DECIMAL\(\d+,\s*\d+\)")


def main(arguments: list[str]) -> None:
    path, memory_bytes, seconds, most_fields, most_cells = arguments[0], *map(int, arguments[1:])
    _limit_process(memory_bytes, seconds)
    import duckdb

    connection = duckdb.connect(
        config={
            "memory_limit": f"{memory_bytes // 2 // 1024**2}MB",
            "threads": min(4, os.cpu_count() or 1),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    try:
        answer = _probe(connection, path, most_fields, most_cells)
        _check_nested(path, answer)
    except (duckdb.Error, UnicodeDecodeError, _SecondReaderError) as exc:
        answer = {"error": str(exc)}
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


def _probe(connection: Any, path: str, most_fields: int, most_cells: int) -> dict[str, Any]:
    columns = connection.execute(f"DESCRIBE SELECT * FROM {source_of(path)}").fetchall()
    if len(columns) > most_fields:
        return {"fields": len(columns)}
    (rows,) = connection.execute(f"SELECT count(*) FROM {source_of(path)}").fetchone()
    if rows * len(columns) > most_cells:
        return {"rows": rows, "bytes": rows * len(columns)}
    names = [str(column[0]) for column in columns]
    expressions = [text_of(name, str(column[1])) for name, column in zip(names, columns, strict=True)]
    bytes_read = 0
    for start in range(
        0, len(expressions), 64
    ):  # the very expressions that fill the table, without keeping their result
        sums = ", ".join(f"sum(strlen({expression}))" for expression in expressions[start : start + 64])
        bytes_read += sum(
            map(int, filter(None, connection.execute(f"SELECT {sums} FROM {source_of(path)}").fetchone()))
        )
    return {
        "rows": rows,
        "bytes": bytes_read,
        "names": names,
        "types": [str(column[1]) for column in columns],
        "expressions": expressions,
        "missing_values": _missing_values(connection, path, rows),
    }


def source_of(path: str) -> str:
    """The table function that reads the file and takes nothing from its folder's name."""
    literal = "'" + path.replace("'", "''") + "'"
    return f"read_parquet({literal}, hive_partitioning = false, filename = false)"


def text_of(name: str, kind: str) -> str:
    """The expression that gives a column as text: nested values as JSON, bytes as text where they are UTF-8."""
    column = '"' + name.replace('"', '""') + '"'
    if is_nested(kind):
        return f"CAST(to_json(CAST({column} AS {_DECIMAL.sub('VARCHAR', kind)})) AS VARCHAR)"
    if kind == "BLOB":
        return f"coalesce(TRY(decode({column})), CAST({column} AS VARCHAR))"
    return f"CAST({column} AS VARCHAR)"


def is_nested(kind: str) -> bool:
    """Whether values of this type hold others."""
    return _NESTED.search(kind) is not None


class _SecondReaderError(Exception):
    pass


def _check_nested(path: str, answer: dict[str, Any]) -> None:
    """Let a second reader try nested columns: DuckDB takes some whose levels are damaged for whole ones."""
    nested = [
        name for name, kind in zip(answer.get("names", ()), answer.get("types", ()), strict=True) if is_nested(kind)
    ]
    if not nested:
        return
    try:
        from pyarrow import parquet
    except ImportError:
        return
    try:
        for _ in parquet.ParquetFile(path).iter_batches(batch_size=10_000, columns=nested, use_threads=False):
            pass
    except NotImplementedError:  # a valid kind of column that this one does not know
        return
    except (ValueError, OSError) as exc:
        raise _SecondReaderError(f"Nested column: {exc}") from exc


def _missing_values(connection: Any, path: str, rows: int) -> list[str]:
    """Flat columns for which the file holds fewer or more values than rows: the sign of a damaged file."""
    literal = "'" + path.replace("'", "''") + "'"
    found = connection.execute(
        f"SELECT path_in_schema, sum(num_values) FROM parquet_metadata({literal}) "
        "WHERE path_in_schema NOT LIKE '%,%' GROUP BY ALL HAVING sum(num_values) <> ?",
        [rows],
    ).fetchall()
    return [str(column[0]) for column in found]


if __name__ == "__main__":
    main(sys.argv[1:])
