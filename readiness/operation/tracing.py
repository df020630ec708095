"""Everything that a log knows of one record id (M26)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from readiness.operation.loading import LINE_MASK, PLACE_BITS
from readiness.operation.log import OutcomeLog
from readiness.operation.log_files import LogFormat
from readiness.operation.log_lines import line_at

MOST_LINES = 1_000  # shown of one id; all are counted
MOST_ORIGINALS = 50  # fetched from the files
_LONGEST_ID = 500
_READ = (
    "validation_passed", "confidence", "routed_to_human", "error_type", "cost_usd", "duration_ms", "model_version",
    "prompt_version", "sources", "reason", "approved_by",
)  # fmt: skip


class TracedLine(BaseModel):
    """One line about the item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    line: int
    time: datetime
    read: dict[str, bool | float | str | None]  # field of the outcome record -> what was read
    input: dict[str, str]  # characteristic -> value
    original: str | None = None  # the line as it stands in the file; None where it cannot be fetched any more
    repeated_at: tuple[str, ...] = ()  # where else the same line stands, as file:line


class Trace(BaseModel):
    """The lines about one record id, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: str
    found: int
    lines: tuple[TracedLine, ...]


def trace(log: OutcomeLog, record_id: str) -> Trace:
    """All lines of the log about `record_id`, the id being the very same text; none where there are none."""
    wanted = record_id[:_LONGEST_ID]
    inputs = "".join(f", x{place}" for place in range(len(log.characteristics)))
    rows = log.rows(
        f"SELECT place, position, moment, {', '.join(_READ)}{inputs} FROM records WHERE record_id = ? "
        f"ORDER BY moment, place",
        [wanted],
    )
    again: dict[int, list[str]] = {}
    for place, first in log.rows("SELECT place, first FROM repeated WHERE record_id = ? ORDER BY place", [wanted]):
        again.setdefault(first, []).append(_where(log, place))
    lines = tuple(
        _traced(log, wanted, row, tuple(again.get(row[0], ())), fetch=number < MOST_ORIGINALS)
        for number, row in enumerate(rows[:MOST_LINES])
    )
    return Trace(record_id=record_id, found=len(rows), lines=lines)


def _traced(
    log: OutcomeLog, record_id: str, row: tuple[object, ...], again: tuple[str, ...], *, fetch: bool
) -> TracedLine:
    place, position, moment, *values = row
    assert isinstance(place, int)
    assert isinstance(moment, datetime)
    sniffed = log.files[place >> PLACE_BITS]
    inputs = zip(log.characteristics, values[len(_READ) :], strict=True)
    original = None
    if fetch and isinstance(position, int) and sniffed.format is not LogFormat.PARQUET:
        original = _if_about(line_at(sniffed.file, sniffed.packing, position), record_id)
    return TracedLine(
        file=sniffed.file.name,
        line=place & LINE_MASK,
        time=moment.replace(tzinfo=UTC),
        read=dict(zip(_READ, values[: len(_READ)], strict=True)),  # type: ignore[arg-type]  # as the table has them
        input={name: str(value) for name, value in inputs if value is not None},
        original=original,
        repeated_at=again,
    )


def _if_about(line: str | None, record_id: str) -> str | None:
    """The line, unless the file has changed since it was read and another one stands there now."""
    if line is None or not (record_id in line or json.dumps(record_id)[1:-1] in line or '"' in record_id):
        return None
    return line


def _where(log: OutcomeLog, place: int) -> str:
    return f"{log.files[place >> PLACE_BITS].file.name}:{place & LINE_MASK}"
