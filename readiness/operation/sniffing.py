"""What a log file is and where it keeps what, learned from a few of its lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from readiness.errors import UnreadableFileError
from readiness.operation.fields import LogField, Path, find_layout
from readiness.operation.log_files import LogFile, LogFormat, Packing, is_parquet, packing_of
from readiness.operation.log_lines import first_lines

_DEEPEST = 3
_MOST_PATHS = 2_000
_WRAPPERS = ("log", "message", "msg", "MESSAGE", "textPayload", "body", "event")  # where other loggers put a line
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class SniffedFile:
    """A file of a log before it is read."""

    file: LogFile
    packing: Packing
    format: LogFormat
    paths: tuple[Path, ...] = ()
    wrapper: Path | None = None  # the record is text inside this key
    prefixed: bool = False  # something stands before the record, such as a level or a time
    columns: tuple[str, ...] = ()  # of a CSV, in their order
    delimiter: str = ","


def sniff(file: LogFile) -> SniffedFile:
    """What the file seems to be. Raises UnreadableFileError for what cannot be a log."""
    packing = packing_of(file)
    if is_parquet(file):
        return SniffedFile(file, packing, LogFormat.PARQUET)
    lines = first_lines(file, packing)
    if lines and lines[0].startswith("PAR1"):
        raise UnreadableFileError(file.name, "it is a packed Parquet file", "Unpack it; Parquet is packed in itself.")
    objects, prefixed = _objects(lines)
    if (not objects or (prefixed and "{" not in lines[0])) and (delimiter := _delimiter(lines)):
        columns = tuple(_cells(lines[:1], delimiter))
        paths = tuple(_paths_of_cells(columns, lines[1:], delimiter))[:_MOST_PATHS]
        return SniffedFile(file, packing, LogFormat.CSV, paths, columns=columns, delimiter=delimiter)
    if not objects and lines and lines[0].startswith("["):
        raise UnreadableFileError(file.name, "it is one JSON document", "Write one object a line (JSON Lines).")
    wrapper = _wrapper(objects)
    if wrapper is not None:
        objects = [inner for one in objects if (inner := _inner(one, wrapper)) is not None]
    seen = dict.fromkeys(path for one in objects for path in _paths(one))
    return SniffedFile(file, packing, LogFormat.JSON_LINES, tuple(seen)[:_MOST_PATHS], wrapper, prefixed)


def _objects(lines: Iterable[str]) -> tuple[list[dict[str, Any]], bool]:
    """The lines that hold a JSON object, and whether any of these begins with something else."""
    found, prefixed = [], False
    for line in lines:
        start = line.find("{")
        value = _parsed(line[start:]) if start >= 0 else None
        if isinstance(value, dict):
            found.append(value)
            prefixed = prefixed or bool(line[:start].strip())
    return found, prefixed


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _delimiter(lines: Sequence[str]) -> str:
    """What divides the cells of the first line, if that is the header of outcome records; '' for none."""
    for delimiter in sorted(_DELIMITERS, key=lambda one: -lines[0].count(one) if lines else 0):
        names = _cells(lines[:1], delimiter)
        layout = find_layout((name,) for name in names)
        if len(names) > 1 and (layout.holds_outcomes or LogField.RECORD_ID in layout.fields):
            return delimiter
    return ""


def _cells(lines: Sequence[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:  # a line that is no line of a table, such as one of a million letters
        return []


def _paths_of_cells(columns: Sequence[str], lines: Sequence[str], delimiter: str) -> Iterator[Path]:
    """The columns; where the cells of one hold JSON objects, as an export of nested records has them, their keys."""
    rows = [row for line in lines if len(row := _cells([line], delimiter)) == len(columns)]
    for place, name in enumerate(columns):
        objects = [
            value for row in rows if row[place].startswith("{") and isinstance(value := _parsed(row[place]), dict)
        ]
        inner = dict.fromkeys(path for one in objects for path in _paths(one, (name,)))
        yield from inner or [(name,)]


def _wrapper(objects: Sequence[dict[str, Any]]) -> Path | None:
    """The key whose text is a record itself, where the lines hold no outcome beside it."""
    if find_layout(path for one in objects for path in _paths(one)).holds_outcomes:
        return None
    for key in _WRAPPERS:
        if any(_inner(one, (key,)) is not None for one in objects):
            return (key,)
    return None


def _inner(value: dict[str, Any], wrapper: Path) -> dict[str, Any] | None:
    text = value.get(wrapper[0])
    inner = _parsed(text) if isinstance(text, str) and text.startswith("{") else None
    return inner if isinstance(inner, dict) else None


def _paths(value: dict[str, Any], before: Path = ()) -> Iterator[Path]:
    for key, inner in value.items():
        path = (*before, key)
        if isinstance(inner, dict) and inner and len(path) < _DEEPEST:
            yield from _paths(inner, path)
        else:
            yield path
