"""Small samples built by hand, as the readers hand them to the audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import duckdb
import pytest

from readiness.audit.reading.values import Reading, SampleFormat

Sample = tuple[duckdb.DuckDBPyConnection, Reading]


@pytest.fixture
def sample(make_sample: Callable[..., Sample]) -> Callable[..., Sample]:
    return make_sample


@pytest.fixture(scope="module")
def make_sample() -> Iterator[Callable[..., Sample]]:
    """Makes a sample: sample(fields, rows, faults={record: (fault, line text)})."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def make(
        fields: Sequence[str], rows: Sequence[Sequence[str | None]], faults: dict[int, tuple[str, str]] | None = None
    ) -> Sample:
        connection = duckdb.connect(config={"memory_limit": "1GB", "threads": 1})
        opened.append(connection)
        broken = faults or {}
        _fill(connection, len(fields), rows, broken)
        reading = Reading(
            name="sample.csv",
            sha256="0" * 64,
            size_bytes=1,
            format=SampleFormat.CSV,
            fields=tuple(fields),
            records=len(rows),
            faults=dict(Counter(fault for fault, _ in broken.values())),
        )
        return connection, reading

    yield make
    for connection in opened:
        connection.close()


def _fill(
    connection: duckdb.DuckDBPyConnection,
    width: int,
    rows: Sequence[Sequence[str | None]],
    faults: dict[int, tuple[str, str]],
) -> None:
    """Makes the table of records, all rows in one statement: one by one, each would take more than a millisecond."""
    columns = ["record BIGINT", "line BIGINT", "fault VARCHAR", "cells INTEGER", "line_text VARCHAR"]
    columns += [f"c{place} VARCHAR" for place in range(width)]
    connection.execute(f"CREATE TABLE records ({', '.join(columns)})")
    if not rows:
        return
    lines = [
        [record, record + 1, *_fault(faults.get(record), row), *row[:width], *[None] * (width - len(row))]
        for record, row in enumerate(rows, start=1)
    ]
    unnested = ", ".join(f"unnest(?::{column.split()[1]}[])" for column in columns)
    connection.execute(f"INSERT INTO records SELECT {unnested}", [list(column) for column in zip(*lines, strict=True)])


def _fault(broken: tuple[str, str] | None, row: Sequence[str | None]) -> list[object]:
    fault, text = broken if broken else (None, None)
    return [fault, len(row), text]
