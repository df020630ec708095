"""Logs that are tables: CSV by its lines, so that a broken one costs only itself, and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from readiness.operation.log_files import LogFile, Packing
from readiness.operation.log_lines import LONGEST_SHOWN, Allowance, Fault, FileState, chunks_of_lines

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_LINES_OF_A_RECORD = 50  # a value with more line ends in it is a quotation mark that was never closed
_BATCHES_A_CHUNK = 4  # cells take many times their size where they are handled one by one


def chunks_of_rows(
    file: LogFile,
    packing: Packing,
    state: FileState,
    *,
    delimiter: str,
    columns: Sequence[int],
    width: int,
    most_bytes: Allowance,
) -> Iterator[tuple[pa.Table, float]]:
    """Tables (line, position, text, c<n> for each of `columns`) and the share of the file that was read by then.

    The first line is the header. A row of another width than `width` becomes a fault.
    """
    rows = _Rows(delimiter, columns, width, state)
    for chunk, share in chunks_of_lines(file, packing, state, most_bytes=most_bytes, batches_a_chunk=_BATCHES_A_CHUNK):
        yield rows.table(chunk), share
    yield rows.rest(), 1.0


class _Rows:
    """Rows of cells from lines; a quoted value may go on over several lines, and over the end of a chunk."""

    def __init__(self, delimiter: str, columns: Sequence[int], width: int, state: FileState) -> None:
        self._delimiter = delimiter
        self._columns = columns
        self._width = width
        self._state = state
        self._open: list[tuple[int, int, str]] = []  # the lines since a quotation mark that is still open
        self._header_seen = False

    def table(self, chunk: pa.Table) -> pa.Table:
        if self._header_seen and not self._open and not _holds_quotes(chunk):
            return self._split_plainly(chunk)
        lines = list(
            zip(
                chunk["line"].to_pylist(),
                chunk["position"].to_pylist(),
                (text.rstrip("\r\n") for text in _texts(chunk)),
                strict=True,
            )
        )
        if not self._header_seen:
            lines, self._header_seen = lines[1:], True
        return self._as_table(self._records(lines))

    def _split_plainly(self, chunk: pa.Table) -> pa.Table:
        """Lines without a quotation mark, which is nearly all that a log has, all at once."""
        import pyarrow as pa
        from pyarrow import compute

        text = compute.ascii_rtrim(chunk["text"], characters="\r\n")
        cells = compute.split_pattern(text, pattern=self._delimiter)
        widths = compute.list_value_length(cells)
        right = compute.equal(widths, self._width)
        self._give_up(chunk["line"], widths, text, compute.invert(right))
        sound = cells.filter(right)
        columns = {f"c{place}": compute.list_element(sound, place) for place in self._columns}
        whole = {name: chunk[name].filter(right) for name in ("line", "position")}
        return pa.table({**whole, "text": text.filter(right), **columns})

    def _give_up(self, numbers: pa.ChunkedArray, widths: pa.Array, text: pa.Array, wrong: pa.Array) -> None:
        """The lines of another width as faults; only those that are kept are looked at one by one."""
        from pyarrow import compute

        shown = [column.filter(wrong).slice(0, self._state.room) for column in (numbers, widths, text)]
        for number, width, line in zip(*(column.to_pylist() for column in shown), strict=True):
            self._state.add_fault(Fault(number, f"{width} cells instead of {self._width}", line[:LONGEST_SHOWN]))
        self._state.more_faults += (compute.sum(wrong).as_py() or 0) - len(shown[0])

    def rest(self) -> pa.Table:
        """What a quotation mark that is never closed had held back."""
        found: list[tuple[int, int, str]] = []
        while self._open:
            held, self._open = self._open, []
            found += self._given_up(held)
        return self._as_table(found)

    def _records(self, lines: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        if not self._open and not any('"' in text for *_, text in lines):
            return list(lines)
        found: list[tuple[int, int, str]] = []
        for line in lines:
            self._open.append(line)
            if sum(text.count('"') for *_, text in self._open) % 2 == 0:
                held, self._open = self._open, []
                found += self._joined(held)
            elif len(self._open) > _MOST_LINES_OF_A_RECORD:
                held, self._open = self._open, []
                found += self._given_up(held)
        return found

    def _joined(self, held: Sequence[tuple[int, int, str]]) -> Sequence[tuple[int, int, str]]:
        """The record that these lines make; where they make none, as with inches behind numbers, each by itself."""
        text = "\n".join(text for *_, text in held)
        if len(held) > 1 and len(self._split_one(text)) != self._width:
            return held
        self._state.continued_lines += len(held) - 1
        return [(*held[0][:2], text)]

    def _given_up(self, held: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        """The lines of a quotation mark that is not closed, each by itself; the first one is broken."""
        (number, _, text), *others = held
        self._state.add_fault(Fault(number, "a quotation mark is not closed", text[:LONGEST_SHOWN]))
        return self._records(others)

    def _as_table(self, records: Sequence[tuple[int, int, str]]) -> pa.Table:
        import pyarrow as pa

        rows = self._split([text for *_, text in records])
        sound = []
        for (number, position, text), row in zip(records, rows, strict=True):
            if len(row) == self._width:
                sound.append((number, position, text[:LONGEST_SHOWN], *(row[place] for place in self._columns)))
            else:
                reason = f"{len(row)} cells instead of {self._width}"
                self._state.add_fault(Fault(number, reason, text[:LONGEST_SHOWN]))
        names = ["line", "position", "text", *(f"c{place}" for place in self._columns)]
        kinds = [pa.int64(), pa.int64(), *([pa.string()] * (len(names) - 2))]
        columns = list(zip(*sound, strict=True)) or [()] * len(names)
        arrays = [pa.array(column, type=kind) for column, kind in zip(columns, kinds, strict=True)]
        return pa.Table.from_arrays(arrays, names=names)

    def _split(self, texts: list[str]) -> list[list[str]]:
        """The cells of each text. Where quotation marks mislead the reader, each text is split by itself."""
        try:
            rows = list(csv.reader(texts, delimiter=self._delimiter))
            if len(rows) == len(texts):
                return rows
        except csv.Error:
            pass
        return [self._split_one(text) for text in texts]

    def _split_one(self, text: str) -> list[str]:
        try:
            return next(csv.reader([text], delimiter=self._delimiter), [])
        except csv.Error:
            return []


def _holds_quotes(chunk: pa.Table) -> bool:
    from pyarrow import compute

    return bool(compute.any(compute.match_substring(chunk["text"], '"')).as_py())


def _texts(chunk: pa.Table) -> list[str]:
    return [text for part in chunk["text"].chunks for text in part.to_pylist()]
