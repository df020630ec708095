"""Reading JSON and JSON Lines: every key a field, every value as its written text, broken lines kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from readiness.audit.reading.budget import Budget
from readiness.audit.reading.field_naming import name_fields
from readiness.audit.reading.json_stream import TextStream, stream_elements, stream_objects
from readiness.audit.reading.json_text import (
    JsonError,
    JsonNumber,
    StrictDecoder,
    has_surrogate_escape,
    json_text,
    skip_whitespace,
    without_lone_surrogates,
)
from readiness.audit.reading.records_table import Batch, RecordsTable
from readiness.audit.reading.values import LineFault, Reading, ReadingOptions, SampleFile, SampleFormat
from readiness.audit.reading.wording import counted, listed
from readiness.errors import FileTooLargeError, UnreadableFileError

if TYPE_CHECKING:
    import duckdb

_FIRST_BATCH = 1_000
_BATCH_VALUES = 50_000  # rows of a batch x fields: bounds the memory of wide records
_LARGEST_BATCH = 50_000
_DOCUMENT_SHARE = 16  # parsed JSON takes up to this many times its text in memory
_MAX_WRAPPING = 4  # how deep the array of records may lie in the document
_PLAIN_TYPES = frozenset({str, JsonNumber, type(None)})


class _Element(NamedTuple):
    """One candidate record: its parsed value, or the reason why it has none, and where it starts."""

    line: int
    value: Any
    fault: LineFault | None = None
    text: str | None = None


def read_json(
    sample: SampleFile,
    connection: duckdb.DuckDBPyConnection,
    *,
    options: ReadingOptions,
    budget: Budget,
    sha256: str,
    size_bytes: int,
) -> Reading:
    """The records of one JSON document: an array, an object that holds an array, or a single value."""
    decoder = StrictDecoder()
    collector = _Collector(RecordsTable(connection), budget)
    with TextStream(sample, options.encoding, budget) as stream:
        try:
            notes = _collect_json(stream, decoder, collector, sample, options)
        except JsonError as fault:
            raise UnreadableFileError(
                sample.name,
                f"it is not valid JSON: {fault.reason} (line {stream.line_at(fault.position):,})",
                "Export it again, or correct that place.",
            ) from fault
        except RecursionError as exc:
            raise UnreadableFileError(sample.name, "its values are nested too deeply", "Hand in flatter ones.") from exc
    notes += _notes_of(decoder, collector, stream)
    return _reading(sample, SampleFormat.JSON, collector, stream, notes, options, sha256, size_bytes)


def read_json_lines(
    sample: SampleFile,
    connection: duckdb.DuckDBPyConnection,
    *,
    options: ReadingOptions,
    budget: Budget,
    sha256: str,
    size_bytes: int,
) -> Reading:
    """One record a line; a line that is no JSON object is kept with its number, text and fault."""
    decoder = StrictDecoder()
    collector = _Collector(RecordsTable(connection), budget)
    with TextStream(sample, options.encoding, budget) as stream:
        lines = _Lines(stream, decoder)
        lead = list(islice(elements := iter(lines), _FIRST_BATCH))
        try:
            notes = _collect_array(chain(lead, elements), lead, collector, options)
        except RecursionError as exc:
            raise UnreadableFileError(sample.name, "its values are nested too deeply", "Hand in flatter ones.") from exc
    if not lines.parsed:
        raise UnreadableFileError(
            sample.name, "not one of its lines is valid JSON", "Export it again as JSON Lines, one object a line."
        )
    if lines.commas:
        notes.append(f"{counted(lines.commas, 'line ends', 'lines end')} with a comma, which was left out.")
    notes += _notes_of(decoder, collector, stream)
    return _reading(sample, SampleFormat.JSON_LINES, collector, stream, notes, options, sha256, size_bytes)


def _collect_json(
    stream: TextStream, decoder: StrictDecoder, collector: _Collector, sample: SampleFile, options: ReadingOptions
) -> list[str]:
    if stream.peek() != "[":
        return _collect_document(stream, decoder, collector, sample, options)
    lead = list(islice(elements := _located(stream_elements(stream, decoder)), _FIRST_BATCH))
    return _collect_array(chain(lead, elements), lead, collector, options)


class _Lines:
    """The lines of a stream as elements; counts those that are JSON."""

    def __init__(self, stream: TextStream, decoder: StrictDecoder) -> None:
        self._stream = stream
        self._decoder = decoder
        self.parsed = 0
        self.commas = 0  # behind an object, as in an array that lost its brackets

    def _before_comma(self, line: str) -> dict[str, Any] | None:
        """The object of a line that ends with a comma behind it."""
        text = line.rstrip()
        if not text.endswith("},"):
            return None
        try:
            value = self._decoder.parse(text[:-1])
        except JsonError:
            return None
        self.commas += 1
        return value if isinstance(value, dict) else None

    def __iter__(self) -> Iterator[_Element]:
        parse = self._decoder.parse
        for number, line in self._stream.lines():
            try:
                value = parse(line)
            except JsonError:
                value = self._before_comma(line)
                if value is None:
                    yield _Element(number, None, LineFault.BROKEN_JSON, line)
                    continue
            self.parsed += 1
            if has_surrogate_escape(line):
                value = _storable(value)
            yield _Element(number, value)


def _located(elements: Iterable[tuple[int, Any, bool]]) -> Iterator[_Element]:
    for line, value, surrogates in elements:
        yield _Element(line, _storable(value) if surrogates else value)


def _collect_document(
    stream: TextStream,
    decoder: StrictDecoder,
    collector: _Collector,
    sample: SampleFile,
    options: ReadingOptions,
) -> list[str]:
    """Collect a document that is no array; gives back the notes on what was taken as its records."""
    largest = collector.budget.limits.memory_bytes // _DOCUMENT_SHARE
    text = stream.whole(largest)
    if text is None:
        return _collect_objects(stream, decoder, collector, sample, options)
    try:
        value = decoder.parse(text)
    except JsonError as fault:
        if not fault.behind or text[skip_whitespace(text, 0)] != "{" or text[fault.position] not in "{,":
            raise
        decoder.repeated_keys.clear()
        return _collect_objects(stream, decoder, collector, sample, options)
    if has_surrogate_escape(text):
        value = _storable(value)
    if not isinstance(value, dict):
        collector.add([_Element(1, {"value": value})])
        return ["The document is a single JSON value, no record; it was read as one record with the field 'value'."]
    path, records = _records_within(value)
    if not path:
        collector.add([_Element(stream.line_at(skip_whitespace(text, 0)), value)])
        return ["The document is a single JSON object; it was read as one record."]
    elements = [_Element(number, element) for number, element in enumerate(records, start=1)]
    others = [key for key in value if key != path[0]]
    left_out = f" Beside it, and not read: {listed(others)}." if others else ""
    return [
        f"The records are the array {'.'.join(path)!r} of the document; line numbers count its elements.{left_out}",
        *_collect_array(elements, elements[:_FIRST_BATCH], collector, options, columns=_split_columns(value, path)),
    ]


def _collect_objects(
    stream: TextStream,
    decoder: StrictDecoder,
    collector: _Collector,
    sample: SampleFile,
    options: ReadingOptions,
) -> list[str]:
    """Collect objects that follow each other, each over one line or several."""
    elements = _located(stream_objects(stream, decoder))
    try:
        lead = list(islice(elements, _FIRST_BATCH))
    except FileTooLargeError:
        raise FileTooLargeError(
            sample.name,
            "it is one large JSON object, which has to be read as a whole",
            "Save the records as a JSON array or as JSON Lines, which are read piece by piece.",
        ) from None
    notes = _collect_array(chain(lead, elements), lead, collector, options)
    return ["The records are JSON objects that follow each other without an array around them.", *notes]


def _records_within(document: dict[str, Any]) -> tuple[tuple[str, ...], list[Any]]:
    """Path and content of the array that holds most records (objects, or rows as arrays); () where there is none."""
    best: tuple[tuple[str, ...], list[Any]] = ((), [])
    level: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), document)]
    for _ in range(_MAX_WRAPPING):
        inner = []
        for path, holder in level:
            for key, value in holder.items():
                if isinstance(value, dict):
                    inner.append(((*path, key), value))
                elif isinstance(value, list) and _holds_records(value) and len(value) > len(best[1]):
                    best = ((*path, key), value)
        level = inner
    return best


def _holds_records(values: list[Any]) -> bool:
    objects = sum(isinstance(value, dict) for value in values)
    rows = sum(isinstance(value, list) for value in values)
    return objects * 2 > len(values) or (len(values) > 1 and rows == len(values))


def _split_columns(document: dict[str, Any], path: tuple[str, ...]) -> list[str] | None:
    """The names in a `columns` array beside an array of rows, as tables are written in the "split" form."""
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    names = holder.get("columns")
    return names if isinstance(names, list) and names and all(type(name) is str for name in names) else None


def _collect_array(
    elements: Iterable[_Element],
    lead: list[_Element],
    collector: _Collector,
    options: ReadingOptions,
    *,
    columns: list[str] | None = None,
) -> list[str]:
    """Collect the elements of an array or the lines of a file; the first ones decide what a record is here."""
    parsed = [element.value for element in lead if element.fault is None]
    if any(isinstance(value, dict) for value in parsed) or not parsed:
        collector.add(_objects_only(elements))
        return []
    if all(isinstance(value, list) for value in parsed):
        return _collect_rows(elements, lead, collector, options, columns)
    collector.add(_scalars(elements))
    return ["The values are no objects; each was read as a record with the field 'value'."]


def _objects_only(elements: Iterable[_Element]) -> Iterator[_Element]:
    for element in elements:
        if element.fault is None and not isinstance(element.value, dict):
            yield _Element(element.line, None, LineFault.NOT_AN_OBJECT, json_text(element.value))
        else:
            yield element


def _scalars(elements: Iterable[_Element]) -> Iterator[_Element]:
    for element in elements:
        yield element if element.fault else _Element(element.line, {"value": element.value})


def _collect_rows(
    elements: Iterable[_Element],
    lead: list[_Element],
    collector: _Collector,
    options: ReadingOptions,
    columns: list[str] | None,
) -> list[str]:
    """Rows written as arrays; the first one names the fields where it can."""
    rows = iter(elements)
    first = lead[0].value if lead and isinstance(lead[0].value, list) else []
    if columns is None and options.header_line != 0 and len(lead) > 1 and _is_header(first):
        columns = first
        next(rows)
        notes = ["Each record is an array; the first array holds the names of the fields."]
    else:
        notes = ["Each record is an array; its values were read by position."]
    names = name_fields(columns or ())
    collector.add(_keyed(rows, names.names))
    return [*notes, *names.notes]


def _is_header(row: list[Any]) -> bool:
    return bool(row) and all(type(name) is str and name.strip() for name in row) and len(set(row)) == len(row)


def _keyed(rows: Iterable[_Element], names: tuple[str, ...]) -> Iterator[_Element]:
    for element in rows:
        if element.fault is not None:
            yield element
        elif not isinstance(element.value, list):
            yield _Element(element.line, None, LineFault.NOT_AN_OBJECT, json_text(element.value))
        elif names and len(element.value) > len(names):
            yield _Element(element.line, None, LineFault.TOO_MANY_CELLS, json_text(element.value))
        else:
            keys = names or [f"column_{number}" for number in range(1, len(element.value) + 1)]
            yield _Element(element.line, dict(zip(keys, element.value, strict=False)))


@dataclass(slots=True)
class _Collector:
    """Turns elements into columns, batch by batch, and keeps the fields in order of first appearance."""

    table: RecordsTable
    budget: Budget
    positions: dict[tuple[str, ...], int] = field(default_factory=dict)
    nulls: int = 0

    def add(self, elements: Iterable[_Element]) -> None:
        source = iter(elements)
        rows = _FIRST_BATCH
        while batch := list(islice(source, rows)):
            self.table.append(self._columns_of(batch))
            rows = max(_FIRST_BATCH, min(_LARGEST_BATCH, _BATCH_VALUES // max(1, len(self.positions))))

    @property
    def written_names(self) -> list[str]:
        return [".".join(path) for path in self.positions]

    def _columns_of(self, elements: list[_Element]) -> Batch:
        objects = [{} if element.value is None else element.value for element in elements]
        batch = Batch(
            lines=[element.line for element in elements],
            cells=[0] * len(elements),
            faults=[element.fault and element.fault.value for element in elements],
            line_texts=[element.text for element in elements],
        )
        self._spread(objects, (), batch)
        return batch

    def _spread(self, objects: list[dict[str, Any]], path: tuple[str, ...], batch: Batch) -> None:
        """Put the values of one level of objects into their columns, and go into nested objects."""
        batch.cells = [cells + len(keys) for cells, keys in zip(batch.cells, objects, strict=True)]
        keys = dict.fromkeys(chain.from_iterable(objects))
        self.budget.check_fields(len(keys))
        for key in keys:
            here = (*path, key)
            values = [item.get(key) for item in objects]
            kinds = set(map(type, values))
            if type(None) in kinds:
                self.nulls += sum(value is None and key in item for value, item in zip(values, objects, strict=True))
            nested = dict in kinds and any(type(value) is dict and value for value in values)
            if not nested or any(_is_leaf(value) for value in values):
                batch.columns[self._position(here)] = values if kinds <= _PLAIN_TYPES else list(map(_cell_text, values))
            if nested:
                inner = [value if type(value) is dict else {} for value in values]
                batch.cells = [cells - bool(item) for cells, item in zip(batch.cells, inner, strict=True)]
                self._spread(inner, here, batch)

    def _position(self, path: tuple[str, ...]) -> int:
        position = self.positions.setdefault(path, len(self.positions))
        self.budget.check_fields(len(self.positions))
        return position


def _is_leaf(value: Any) -> bool:
    return value is not None and not (type(value) is dict and value)


def _cell_text(value: Any) -> str | None:
    """A value as the text of its cell; None for null and for an object whose keys have cells of their own."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict) and value:
        return None
    return json_text(value)


def _storable(value: Any) -> Any:
    """The value with halves of surrogate pairs written out, as no text column can hold them."""
    if type(value) is str:
        return without_lone_surrogates(value)
    if isinstance(value, dict):
        return {without_lone_surrogates(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


def _notes_of(decoder: StrictDecoder, collector: _Collector, stream: TextStream) -> list[str]:
    notes = []
    if decoder.repeated_keys:
        keys = ", ".join(
            f"{key!r} ({counted(count, 'time', 'times')})" for key, count in decoder.repeated_keys.most_common(5)
        )
        notes.append(f"A key stands twice in one object: {keys}; the second value became a field of its own, 'key_2'.")
    if collector.nulls:
        nulls = counted(collector.nulls, "value is", "values are")
        notes.append(f"{nulls} written as null, read as missing like a key that is not there.")
    if stream.foreign_bytes:
        notes.append(
            f"{counted(stream.foreign_bytes, 'byte is', 'bytes are')} not valid {stream.encoding.upper()} "
            f"(first in line {stream.first_foreign_line:,}), read as Windows-1252."
        )
    return notes


def _reading(
    sample: SampleFile,
    kind: SampleFormat,
    collector: _Collector,
    stream: TextStream,
    notes: list[str],
    options: ReadingOptions,
    sha256: str,
    size_bytes: int,
) -> Reading:
    fields = name_fields(collector.written_names)
    collector.table.add_columns(len(fields.names))
    return Reading(
        name=sample.name,
        sha256=sha256,
        size_bytes=size_bytes,
        format=kind,
        fields=fields.names,
        records=collector.table.records,
        faults=dict(collector.table.faults),
        encoding=stream.encoding,
        encoding_reason=stream.encoding_reason,
        lines=stream.line_count,
        empty_lines=stream.empty_lines,
        notes=(*notes, *fields.notes),
        options=options,
    )
