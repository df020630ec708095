"""What was read of a log: by file, with every line that is broken counted, and what was noticed about the values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from readiness.operation.fields import Layout, LogField, text_of
from readiness.operation.loading import LINE_MASK, PLACE_BITS, Flag, LineState, Loaded
from readiness.operation.log_lines import MOST_BROKEN_SHOWN, FileState
from readiness.operation.sniffing import SniffedFile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_REASONS = {
    LineState.NOT_JSON: "not valid JSON",
    LineState.NO_ID: "no record id",
    LineState.NO_TIME: "no time",
    LineState.UNREADABLE_TIME: "a time that cannot be read, or outside the years 2000 to 2099",
    LineState.STILL_TO_COME: "a time that is still to come",
}
_UNREADABLE = {
    Flag.UNREADABLE_VALIDATION: LogField.VALIDATION_PASSED,
    Flag.UNREADABLE_CONFIDENCE: LogField.CONFIDENCE,
    Flag.UNREADABLE_ROUTED: LogField.ROUTED_TO_HUMAN,
    Flag.UNREADABLE_COST: LogField.COST_USD,
    Flag.UNREADABLE_DURATION: LogField.DURATION_MS,
}


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BrokenLine(_Value):
    """A line that was meant as an outcome record and could not be read as one."""

    file: str
    line: int
    reason: str
    text: str = ""  # its beginning, as it stands in the log


class FileSummary(_Value):
    """One file of the log. Its lines are records, repeated, broken, other, empty and continued ones, and a header."""

    name: str
    format: str
    packing: str
    size_bytes: int
    lines: int
    records: int = 0  # counted ones
    repeated: int = 0  # lines that stand in the log already
    broken: int = 0
    other: int = 0  # lines of the log that are no outcome records
    empty: int = 0
    continued: int = 0  # lines that go on with a quoted cell of the line before
    foreign: int = 0  # lines that are not valid UTF-8 and were read as Windows-1252
    places: dict[str, str] = {}  # field -> the key or column that it was read from
    faults: tuple[BrokenLine, ...] = ()  # found before the records were looked at
    unended_line: int = 0  # the last line, if the file ends within it

    @classmethod
    def of(cls, sniffed: SniffedFile, layout: Layout, state: FileState, loaded: Loaded) -> FileSummary:
        name = sniffed.file.name
        return cls(
            name=name,
            format=str(sniffed.format),
            packing=str(sniffed.packing),
            size_bytes=sniffed.file.size_bytes,
            lines=state.lines,
            broken=len(state.faults) + state.more_faults + loaded.broken,
            other=loaded.other,
            empty=state.empty_lines,
            continued=state.continued_lines,
            foreign=state.foreign_lines,
            places={str(field): ", ".join(map(text_of, paths)) for field, paths in layout.fields.items()},
            faults=tuple(
                BrokenLine(file=name, line=one.line, reason=one.reason, text=one.text) for one in state.faults
            ),
            unended_line=state.unended_line,
        )


class LogSummary(_Value):
    """How a log was read. Small and without a record's values, but for the texts of broken lines."""

    zone: str
    zone_of_naive_times: str
    files: tuple[FileSummary, ...]
    records: int
    repeated: int
    broken: int
    other: int
    first_time: datetime | None
    last_time: datetime | None
    naive_times: int  # records whose time had no offset and was read in zone_of_naive_times
    unreadable: dict[str, int]  # field -> records whose value could not be read; it counts as unknown
    routed_by_rule: int  # records that did not state whether a human got them
    routed_against_rule: int  # records whose statement is not what validation and confidence say
    missing_fields: tuple[str, ...]  # parts of an outcome record that the log does not have
    broken_lines: tuple[BrokenLine, ...]  # the first ones

    @property
    def sentence(self) -> str:
        """What was read, in one sentence."""
        parts = [f"{_counted(self.records, 'outcome record')} from {_counted(len(self.files), 'file')}"]
        if self.repeated:
            parts.append(f"{_counted(self.repeated, 'repeated line')} counted once")
        if self.broken:
            parts.append(f"{_counted(self.broken, 'broken line')} left out")
        if self.other:
            parts.append(f"{_counted(self.other, 'line')} of something else")
        return "; ".join(parts) + "."

    def without_texts(self) -> LogSummary:
        """The same without anything that was written in the log."""
        bare = tuple(one.model_copy(update={"text": ""}) for one in self.broken_lines)
        return self.model_copy(update={"broken_lines": bare})


def summarise(
    connection: DuckDBPyConnection, files: Sequence[FileSummary], *, zone: str, zone_of_naive_times: str
) -> LogSummary:
    """The summary of the table `records`, which keeps the records alone afterwards."""
    broken = _broken_lines(connection, files)
    files = _with_counts(connection, files)
    connection.execute(f"DELETE FROM records WHERE state <> {LineState.RECORD:d}")
    row = connection.execute("SELECT count(*), min(moment), max(moment) FROM records").fetchone() or (0, None, None)
    flags = {
        Flag(value): int(count)
        for value, count in connection.execute("SELECT flags, count(*) FROM records GROUP BY flags").fetchall()
    }
    unreadable = {str(field): _with_flag(flags, flag) for flag, field in _UNREADABLE.items()}
    found = {field for one in files for field in one.places}
    return LogSummary(
        zone=zone,
        zone_of_naive_times=zone_of_naive_times,
        files=tuple(one.model_copy(update={"faults": ()}) for one in files),
        records=int(row[0]),
        repeated=sum(one.repeated for one in files),
        broken=sum(one.broken for one in files),
        other=sum(one.other for one in files),
        first_time=_utc(row[1]),
        last_time=_utc(row[2]),
        naive_times=_with_flag(flags, Flag.NAIVE_TIME),
        unreadable={field: count for field, count in unreadable.items() if count},
        routed_by_rule=_with_flag(flags, Flag.ROUTED_BY_RULE),
        routed_against_rule=_with_flag(flags, Flag.ROUTED_AGAINST_RULE),
        missing_fields=tuple(str(field) for field in LogField if str(field) not in found),
        broken_lines=broken,
    )


def _broken_lines(connection: DuckDBPyConnection, files: Sequence[FileSummary]) -> tuple[BrokenLine, ...]:
    rows = connection.execute(
        f"SELECT place, state, detail FROM records WHERE state <> {LineState.RECORD:d} ORDER BY place "
        f"LIMIT {MOST_BROKEN_SHOWN}"
    ).fetchall()
    found = [(number, one) for number, file in enumerate(files) for one in file.faults]
    for place, state, detail in rows:
        number, line = place >> PLACE_BITS, place & LINE_MASK
        reason = _REASONS[LineState(state)]
        if state == LineState.NOT_JSON and files[number].unended_line == line:
            reason = "the file ends within this line"
        found.append((number, BrokenLine(file=files[number].name, line=line, reason=reason, text=detail or "")))
    found.sort(key=lambda one: (one[0], one[1].line))
    return tuple(one for _, one in found[:MOST_BROKEN_SHOWN])


def _with_counts(connection: DuckDBPyConnection, files: Sequence[FileSummary]) -> tuple[FileSummary, ...]:
    by_file = f"place >> {PLACE_BITS}"
    in_files = f"SELECT {by_file}, count(*) FROM records WHERE state = {LineState.RECORD:d} GROUP BY 1"
    records = dict(connection.execute(in_files).fetchall())
    repeated = dict(connection.execute(f"SELECT {by_file}, count(*) FROM repeated GROUP BY 1").fetchall())
    return tuple(
        file.model_copy(update={"records": int(records.get(number, 0)), "repeated": int(repeated.get(number, 0))})
        for number, file in enumerate(files)
    )


def _with_flag(flags: dict[Flag, int], wanted: Flag) -> int:
    return sum(count for flag, count in flags.items() if wanted in flag)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
