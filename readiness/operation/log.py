"""The log of a running system, read once into a table of outcome records that all questions are asked of."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from readiness.errors import InputError, InvalidValueError, StoppedError, UnreadableFileError
from readiness.operation.characteristic_days import count_characteristics
from readiness.operation.fields import Layout, find_layout, text_of
from readiness.operation.instrument import ROUTED_BELOW
from readiness.operation.loading import (
    Conventions,
    Loaded,
    Source,
    create_records,
    json_source,
    load,
    load_at_once,
    table_source,
)
from readiness.operation.log_files import LogFile, LogFormat, find_files
from readiness.operation.log_lines import MOST_BROKEN_SHOWN, FileState, chunks_of_lines, prefetched
from readiness.operation.log_parquet import ParquetLog, open_parquet
from readiness.operation.log_summary import FileSummary, LogSummary, summarise
from readiness.operation.log_tables import chunks_of_rows
from readiness.operation.repeated_lines import set_repeated_apart
from readiness.operation.sniffing import SniffedFile, sniff
from readiness.operation.zones import zone_named

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "1100MB"  # the engine's part, so that the whole process stays below two gigabytes
MOST_UNPACKED_BYTES = 200 << 30
MOST_UNPACK_RATIO = 200  # lines with an id and a time each do not shrink more
MIN_SUSPECT_BYTES = 32 << 20  # below this, all files of a log together, the ratio says nothing
_AHEAD = timedelta(days=1)  # clocks differ, and a time without an offset may be read in a zone that is behind its own

Progress = Callable[[float, str], None]  # called with the share of the work that is done, 0..1; may raise to stop it
Interruptible = Callable[[Callable[[], None]], None]


class OutcomeLog:
    """The outcome records of a log. Close it when it is no longer asked, as it keeps a file of its own."""

    def __init__(
        self, connection: DuckDBPyConnection, folder: Path, files: Sequence[SniffedFile], characteristics: Sequence[str]
    ) -> None:
        self._connection = connection
        self._folder = folder
        self.files = tuple(files)
        self.characteristics = tuple(characteristics)
        self.summary: LogSummary

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days are reported."""
        return zone_named(self.summary.zone)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The answer to a question in SQL; any number of threads may ask at once."""
        with translated(), self._connection.cursor() as cursor:
            return cursor.execute(sql, list(parameters)).fetchall()

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> OutcomeLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_log(
    places: Iterable[str | Path | LogFile],
    *,
    zone: str = "UTC",
    zone_of_naive_times: str = "UTC",
    mapping: Mapping[str, str] | None = None,
    routed_below: float = ROUTED_BELOW,
    read_at: datetime | None = None,
    progress: Progress | None = None,
    folder: Path | None = None,
    memory_limit: str = MEMORY_LIMIT,
    threads: int | None = None,
    interruptible_by: Interruptible | None = None,
) -> OutcomeLog:
    """The outcome records behind paths, folders and patterns, each line counted once however often it was handed in.

    `zone` is whose days are reported, `zone_of_naive_times` that of times without an offset; `mapping` names the place
    of a field where the usual names don't find it. A record of more than a day after `read_at` (UTC) is broken: a clock
    was wrong, and all days up to that one would be days without data. The table lies in `folder` (a temporary one
    unless given). `interruptible_by` is handed what ends the step that is under way, for another thread. Raises
    InputError and its kinds, each with one sentence, for what is no log; broken lines are no error but counted.
    """
    zone_named(zone), zone_named(zone_of_naive_times)
    files = [sniff(file) for file in find_files(places)]
    work = Path(tempfile.mkdtemp(prefix="readiness-log-", dir=folder))
    with ExitStack() as failed:  # what is put away unless the log was read to its end
        failed.callback(shutil.rmtree, work, ignore_errors=True)
        with translated(memory_limit), ExitStack() as opened:
            connection = _connect(work, memory_limit, threads)
            failed.callback(connection.close)
            if interruptible_by is not None:
                interruptible_by(connection.interrupt)
                opened.callback(interruptible_by, _nothing)
            tables = {
                number: opened.enter_context(open_parquet(one.file, connection))
                for number, one in enumerate(files)
                if one.format is LogFormat.PARQUET
            }
            latest = read_at + _AHEAD if read_at is not None else None
            conventions = (zone_of_naive_times, routed_below, latest)
            reader = _Reader(connection, files, tables, mapping, conventions, progress or _silent)
            log = OutcomeLog(connection, work, files, reader.conventions.characteristics)
            summaries = reader.read()
            reader.tell(0.9, "Looking for repeated lines")
            set_repeated_apart(connection)
            reader.tell(0.95, "Counting")
            log.summary = summarise(connection, summaries, zone=zone, zone_of_naive_times=zone_of_naive_times)
            reader.tell(0.97, "Counting the inputs")
            count_characteristics(
                connection, log.characteristics, zone_named(zone), log.summary.first_time, log.summary.last_time
            )
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        if not log.summary.records:
            raise _nothing_found(log.summary)
        failed.pop_all()
    return log


@contextmanager
def translated(memory_limit: str = MEMORY_LIMIT) -> Iterator[None]:
    """Turns the engine's errors that a user can do something about into sentences."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as exc:
        raise InvalidValueError("memory limit", memory_limit, "is too little for this log; allow more") from exc
    except duckdb.InterruptException as exc:
        raise StoppedError from exc
    except duckdb.IOException as exc:
        raise InputError("The disk for temporary files is full or cannot be written to.") from exc


def _connect(folder: Path, memory_limit: str, threads: int | None) -> DuckDBPyConnection:
    import duckdb

    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
        "preserve_insertion_order": False,
        "memory_limit": memory_limit,
        "temp_directory": str(folder / "spill"),
    }
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(str(folder / "log.duckdb"), config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _silent(share: float, what: str) -> None:
    return


def _nothing() -> None:
    return


def _nothing_found(summary: LogSummary) -> InputError:
    first, *others = summary.files
    name = first.name if not others else f"{first.name} and {len(others):,} more"
    lines = sum(one.lines for one in summary.files)
    if not lines:
        return UnreadableFileError(name, "there is no line in it")
    reason = f"none of its {lines:,} lines is an outcome record"
    if summary.broken_lines:
        line = summary.broken_lines[0]
        where = f"line {line.line:,}" if not others else f"{line.file}, line {line.line:,}"
        return UnreadableFileError(name, f"{reason}; the first that is broken ({where}): {line.reason}")
    return UnreadableFileError(
        name,
        reason,
        "One needs a record id, a time, and whether validation passed, a confidence or whether a human got it. "
        "Where these have other names, say which.",
    )


@dataclass(slots=True)
class _Progress:
    """How much of the whole is done while one file is being read."""

    tell: Progress
    done: float
    part: float
    name: str

    def at(self, share: float) -> None:
        self.tell(self.done + self.part * share, f"Reading {self.name}")


class _Reader:
    """Reads the files of one log into the table `records`."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        files: Sequence[SniffedFile],
        tables: Mapping[int, ParquetLog],
        mapping: Mapping[str, str] | None,
        conventions: tuple[str, float, datetime | None],
        tell: Progress,
    ) -> None:
        self._connection = connection
        self._files = files
        self._tables = tables
        self._mapping = dict(mapping or {})
        self.tell = tell
        paths = [path for one in files for path in one.paths]
        paths += [path for table in tables.values() for path in table.paths]
        whole = find_layout(paths, mapping)
        self._json_layout = self._layout(
            [path for one in files if one.format is LogFormat.JSON_LINES for path in one.paths]
        )
        zone, routed_below, latest = conventions
        self.conventions = Conventions(zone, routed_below, tuple(whole.characteristics), latest)
        create_records(connection, self.conventions)
        self._unsuspected = MIN_SUSPECT_BYTES  # what the files may still unpack to beyond the ratio

    def read(self) -> list[FileSummary]:
        total = sum(one.file.size_bytes for one in self._files) or 1
        done, found = 0.0, []
        for number, one in enumerate(self._files):
            part = 0.9 * one.file.size_bytes / total
            found.append(self._read_file(number, one, _Progress(self.tell, done, part, one.file.name)))
            done += part
        return found

    def _layout(self, paths: Sequence[tuple[str, ...]]) -> Layout:
        """The layout of a part of the log; what is mapped may lie in another part."""
        there = {text_of(path) for path in paths}
        return find_layout(paths, {field: place for field, place in self._mapping.items() if place in there})

    def _read_file(self, number: int, one: SniffedFile, progress: _Progress) -> FileSummary:
        state = FileState()
        layout = self._layout(one.paths)
        if one.format is LogFormat.PARQUET:
            table = self._tables[number]
            layout = self._layout(table.paths)
            source = table_source(table.relation, table.columns, layout)
            options = {"file": number, "lines": table.rows, "room": MOST_BROKEN_SHOWN}
            loaded = load_at_once(self._connection, source, self.conventions, **options)
            state.lines = table.rows
        elif one.format is LogFormat.CSV:
            loaded = self._read_csv(number, one, layout, state, progress)
        else:
            layout = self._json_layout
            source = json_source("chunk", layout, wrapper=one.wrapper, prefixed=one.prefixed)
            chunks = chunks_of_lines(one.file, one.packing, state, most_bytes=self._most_bytes)
            loaded = self._load_chunks(number, source, chunks, progress)
        self._unsuspected -= max(0, state.unpacked_bytes - MOST_UNPACK_RATIO * one.file.size_bytes)
        return FileSummary.of(one, layout, state, loaded)

    def _most_bytes(self, packed: int) -> int:
        """What so many bytes may unpack to: a few kilobytes can unpack to gigabytes of lines that say nothing."""
        return min(MOST_UNPACKED_BYTES, MOST_UNPACK_RATIO * packed + max(0, self._unsuspected))

    def _read_csv(self, number: int, one: SniffedFile, layout: Layout, state: FileState, progress: _Progress) -> Loaded:
        names = one.columns
        used = [path[0] for paths in layout.fields.values() for path in paths]
        used += [path[0] for path in layout.characteristics.values()]
        places = {name: names.index(name) for name in dict.fromkeys(used)}
        source = table_source("chunk", {name: f"c{place}" for name, place in places.items()}, layout)
        chunks = chunks_of_rows(
            one.file,
            one.packing,
            state,
            delimiter=one.delimiter,
            columns=sorted(set(places.values())),
            width=len(names),
            most_bytes=self._most_bytes,
        )
        return self._load_chunks(number, source, chunks, progress)

    def _load_chunks(
        self, number: int, source: Source, chunks: Iterator[tuple[pa.Table, float]], progress: _Progress
    ) -> Loaded:
        found = Loaded()
        for chunk, share in prefetched(chunks):
            room = max(0, MOST_BROKEN_SHOWN - found.broken)
            self._connection.register("chunk", chunk)
            found.add(load(self._connection, source, self.conventions, file=number, lines=chunk.num_rows, room=room))
            self._connection.unregister("chunk")
            progress.at(share)
        return found
