"""A log in Parquet: its rows as a relation of text, after another process has shown that the file can be read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from readiness.errors import FileTooLargeError, UnreadableFileError
from readiness.operation import parquet_probe
from readiness.operation.log_files import LogFile
from readiness.sql import quote_identifier, quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PROBE_MEMORY = 1 << 30
_PROBE_SECONDS = 600
MOST_ROWS_A_BYTE = 1  # of packed columns: a record has at least an id and a time of its own
MIN_SUSPECT_ROWS = 20_000_000
_ROW_NUMBER = "file_row_number"
_NESTED = re.compile(r"\[\]|\[\d+\]|^(STRUCT|MAP|UNION|VARIANT)\b")


@dataclass(frozen=True, slots=True)
class ParquetLog:
    """The rows of a file: `relation` has line, position, text, and the columns of the file under names of ours."""

    rows: int
    columns: Mapping[str, str]  # name in the file -> the SQL that gives it as text
    relation: str
    paths: tuple[tuple[str, ...], ...]


@contextmanager
def open_parquet(file: LogFile, connection: DuckDBPyConnection) -> Iterator[ParquetLog]:
    """The file as long as the context lasts. Raises UnreadableFileError for one that is damaged."""
    with TemporaryDirectory(prefix="readiness-") as folder:
        path = Path(folder) / "log.parquet"  # a name without characters that stand for a pattern
        path.symlink_to(file.path.resolve())
        found = _probed(file, path)
        columns = {name: _text_of(f"c{place}", kind) for place, (name, kind) in enumerate(found["columns"])}
        renamed = "".join(f", {quote_identifier(name)} AS c{place}" for place, name in enumerate(columns))
        literal = quote_literal(str(path))
        options = f"hive_partitioning = false, filename = false, {_ROW_NUMBER} = true"
        relation = (  # a column of the file may be named line, position or text, too
            f"(SELECT {_ROW_NUMBER} + 1 AS line, CAST(NULL AS BIGINT) AS position, CAST(NULL AS VARCHAR) AS text"
            f"{renamed} FROM read_parquet({literal}, {options}))"
        )
        nested = [name for name, kind in found["columns"] if _NESTED.search(kind)]
        paths = tuple(_paths(connection, relation, columns, nested))
        yield ParquetLog(int(found["rows"]), columns, relation, paths)


def _probed(file: LogFile, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-P", parquet_probe.__file__, str(path), str(_PROBE_MEMORY), str(_PROBE_SECONDS)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise UnreadableFileError(file.name, "reading it did not come to an end") from exc
    answer = json.loads(done.stdout) if done.returncode == 0 and done.stdout else {"error": ""}
    if "error" in answer:
        raise UnreadableFileError(file.name, "the Parquet file is damaged or truncated", "Export it again.")
    taken = next((column[0] for column in answer["columns"] if column[0].lower() == _ROW_NUMBER), None)
    if taken is not None:  # the reader gives each row its number under this name
        raise UnreadableFileError(file.name, f"a column is named {taken!r}", "Export it again without this column.")
    rows = int(answer["rows"])
    if rows > max(MIN_SUSPECT_ROWS, MOST_ROWS_A_BYTE * file.size_bytes):
        raise FileTooLargeError(
            file.name,
            f"it names {rows:,} rows in {file.size_bytes:,} bytes, more than there can be records",
            "Export it again.",
        )
    return dict(answer)


def _text_of(column: str, kind: str) -> str:
    return f"CAST(to_json({column}) AS VARCHAR)" if _NESTED.search(kind) else f"CAST({column} AS VARCHAR)"


def _paths(
    connection: DuckDBPyConnection, relation: str, columns: Mapping[str, str], nested: list[str]
) -> Iterator[tuple[str, ...]]:
    """The columns, and of nested ones the keys inside, from the first record that has one."""
    for place, name in enumerate(columns):
        if name not in nested:
            yield (name,)
        else:
            row = connection.execute(
                f"SELECT {columns[name]} FROM {relation} WHERE c{place} IS NOT NULL LIMIT 1"
            ).fetchone()
            yield from _inner((name,), json.loads(row[0]) if row and row[0] else None)


def _inner(before: tuple[str, ...], value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and len(before) < 3:
        for key, inner in value.items():
            yield from _inner((*before, key), inner)
    else:
        yield before
