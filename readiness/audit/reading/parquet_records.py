"""Reading Parquet: every column as text, after a process of its own has shown that the file can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness.audit.reading import parquet_probe
from readiness.audit.reading.archives import MIN_SUSPECT_BYTES, check_growth
from readiness.audit.reading.budget import Budget
from readiness.audit.reading.field_naming import name_fields
from readiness.audit.reading.isolation import run_probe
from readiness.audit.reading.records_table import RECORDS
from readiness.audit.reading.values import Reading, ReadingOptions, SampleFile, SampleFormat
from readiness.audit.reading.wording import listed
from readiness.errors import FileTooLargeError, UnreadableFileError

if TYPE_CHECKING:
    import duckdb

_EXPORT_ADVICE = "Export it again."


def read_parquet(
    sample: SampleFile,
    connection: duckdb.DuckDBPyConnection,
    *,
    options: ReadingOptions,
    budget: Budget,
    sha256: str,
    size_bytes: int,
    folder: Path,
) -> Reading:
    """The rows of a Parquet file in file order; `line` is the number of the record."""
    path = _plain_path(sample, folder)
    found = _probed(sample, path, budget)
    _fill(sample, connection, path, found["expressions"])
    budget.report(1.0)
    fields = name_fields(found["names"])
    return Reading(
        name=sample.name,
        sha256=sha256,
        size_bytes=size_bytes,
        format=SampleFormat.PARQUET,
        fields=fields.names,
        records=found["rows"],
        faults={},
        notes=(*_notes(found), *fields.notes),
        options=options,
    )


def _plain_path(sample: SampleFile, folder: Path) -> str:
    """A path to the file that holds no pattern: DuckDB would read `[1]` and `*` in a name as one."""
    link = folder / "sample.parquet"
    try:
        link.symlink_to(sample.path.resolve())
    except OSError:  # Windows without the right to make links
        link.write_bytes(sample.path.read_bytes())
    return str(link)


def _probed(sample: SampleFile, path: str, budget: Budget) -> Mapping[str, Any]:
    """What the probe found, after all that speaks against the file was raised."""
    limits = budget.limits
    size = sample.path.stat().st_size
    as_text = replace(limits, unpacked_bytes=limits.file_bytes)  # as much text as a delimited file may hold
    most_cells = min(as_text.unpacked_bytes, max(MIN_SUSPECT_BYTES, int(limits.unpack_ratio * size)))
    numbers = (limits.memory_bytes, int(max(1, budget.seconds_left)), limits.fields, most_cells)
    answer = run_probe(Path(parquet_probe.__file__), [path, *map(str, numbers)], seconds=budget.seconds_left)
    if answer.failure:
        raise UnreadableFileError(sample.name, answer.failure, _EXPORT_ADVICE)
    found = answer.value
    if "error" in found:
        raise _refusal(sample, found["error"])
    budget.check_fields(int(found.get("fields", 0)))
    check_growth(sample.name, size, found["bytes"], as_text)
    if found["missing_values"]:
        columns = listed(found["missing_values"])
        raise UnreadableFileError(
            sample.name, f"it is damaged: the columns do not have one value a record ({columns})", _EXPORT_ADVICE
        )
    return found


def _refusal(sample: SampleFile, message: str) -> UnreadableFileError:
    """The reader's message as one sentence of ours; its own words follow where they help an engineer."""
    lowered = message.lower()
    if "encrypt" in lowered:
        return UnreadableFileError(sample.name, "the Parquet file is encrypted", "Save it without encryption.")
    if "out of memory" in lowered:
        return FileTooLargeError(sample.name, "it needs more memory than is allowed", "Hand in a sample of it.")
    detail = message.splitlines()[0].split(": ", 1)[-1].strip().rstrip(".")
    detail = re.sub(r"""['"]?/\S+sample\.parquet['"]?""", "the file", detail)
    return UnreadableFileError(
        sample.name, f"the Parquet file is damaged or truncated ({detail[:160]})", _EXPORT_ADVICE
    )


def _fill(sample: SampleFile, connection: duckdb.DuckDBPyConnection, path: str, expressions: list[str]) -> None:
    import duckdb

    cells = "".join(f", {expression} AS c{position}" for position, expression in enumerate(expressions))
    number = "file_row_number + 1"
    source = parquet_probe.source_of(path).removesuffix(")") + ", file_row_number = true)"
    try:
        connection.execute(
            f"CREATE OR REPLACE TABLE {RECORDS} AS SELECT CAST({number} AS BIGINT) AS record, "
            f"CAST({number} AS BIGINT) AS line, CAST(NULL AS VARCHAR) AS fault, "
            f"CAST({len(expressions)} AS INTEGER) AS cells, CAST(NULL AS VARCHAR) AS line_text{cells} FROM {source}"
        )
    except duckdb.Error as exc:
        raise _refusal(sample, str(exc)) from exc


def _notes(found: Mapping[str, Any]) -> list[str]:
    nested = [name for name, kind in zip(found["names"], found["types"], strict=True) if parquet_probe.is_nested(kind)]
    notes = []
    if nested:
        notes.append(f"Nested values were written as JSON text: {listed(nested)}.")
    if any(kind == "BLOB" for kind in found["types"]):
        notes.append("Columns of bytes were read as UTF-8 text where they are valid UTF-8, else with \\x escapes.")
    return notes
