"""The lines of a log file as Arrow tables of bounded size, each with its number and its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from readiness.errors import FileTooLargeError, UnreadableFileError
from readiness.operation.log_files import DAMAGED_PACKING, LogFile, Packing, open_unpacked

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BROKEN_SHOWN = 100  # lines of a file that are kept with their reason; the others are counted
LONGEST_LINE = 1_000_000  # bytes; a longer one is no outcome record
BLOCK_BYTES = 2 << 20  # small enough to stay in the processor's cache
BATCHES_A_CHUNK = 24
LINES_A_CHUNK = 250_000  # at about this many a chunk ends, so that lines of two letters do not fill the memory
LONGEST_SHOWN = 300  # characters of a broken line
_PACKED_PIECE_BYTES = 64 << 10
_LEAD_BYTES = 256 << 10
_LEAD_LINES = 400

Item = TypeVar("Item")
Allowance = Callable[[int], int]  # how many bytes this many packed ones may give


@dataclass(slots=True)
class Fault:
    """A line that could not be read, found before anything looked at what it says."""

    line: int
    reason: str
    text: str = ""


@dataclass(slots=True)
class FileState:
    """What was noticed while the lines of one file were read."""

    lines: int = 0
    empty_lines: int = 0
    foreign_lines: int = 0  # not valid UTF-8, read as Windows-1252
    continued_lines: int = 0  # that go on with a quoted cell of the line before
    unpacked_bytes: int = 0
    unended_line: int = 0  # the number of a last line without a line end, 0 for none
    faults: list[Fault] = field(default_factory=list)  # the first MOST_BROKEN_SHOWN
    more_faults: int = 0

    @property
    def room(self) -> int:
        """How many more faults are kept; the others are counted."""
        return max(0, MOST_BROKEN_SHOWN - len(self.faults))

    def add_fault(self, fault: Fault) -> None:
        if self.room:
            self.faults.append(fault)
        else:
            self.more_faults += 1


def chunks_of_lines(
    file: LogFile, packing: Packing, state: FileState, *, most_bytes: Allowance, batches_a_chunk: int = BATCHES_A_CHUNK
) -> Iterator[tuple[pa.Table, float]]:
    """Tables (line, position, text) and the share of the file that was read by then; blank lines are left out.

    A line longer than LONGEST_LINE and the damaged end of a packed file become faults in `state`. Raises
    FileTooLargeError for a file that unpacks to more than `most_bytes` allows.
    """
    import pyarrow as pa

    with _Blocks(file, packing, state, most_bytes) as blocks:
        batches = (batch for block in blocks for batch in _parted(_batch(block, state)))
        while part := _some(batches, batches_a_chunk):
            yield pa.Table.from_batches(part), blocks.share


def _parted(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """A block of two letters a line has a million of them."""
    return (batch.slice(start, LINES_A_CHUNK) for start in range(0, batch.num_rows, LINES_A_CHUNK))


def _some(batches: Iterator[pa.RecordBatch], most: int) -> list[pa.RecordBatch]:
    found: list[pa.RecordBatch] = []
    lines = 0
    while len(found) < most and lines < LINES_A_CHUNK and (batch := next(batches, None)) is not None:
        found.append(batch)
        lines += batch.num_rows
    return found


def first_lines(file: LogFile, packing: Packing) -> list[str]:
    """A few lines to learn from: the first ones, and of a file that is not packed also some of its middle and end."""
    places = [0]
    if packing is Packing.NONE and file.size_bytes > 4 * _LEAD_BYTES:
        places += [file.size_bytes // 2, file.size_bytes - _LEAD_BYTES]
    lines: list[str] = []
    try:
        with open_unpacked(file, packing) as stream:
            for place in places:
                if place:
                    stream.seek(place)
                found = _lead(stream).split(b"\n")[1 if place else 0 :]
                lines += [line.decode("utf-8", "replace").lstrip("\ufeff").rstrip("\r") for line in found[:_LEAD_LINES]]
    except DAMAGED_PACKING:
        return lines  # said when the lines themselves are read
    return [line for line in lines if line.strip()]


def _lead(stream: BinaryIO) -> bytes:
    """The next bytes in small pieces, as one read would lose all before a damaged end."""
    pieces, size = [], 0
    try:
        while size < _LEAD_BYTES and (piece := stream.read1(_PACKED_PIECE_BYTES)):  # type: ignore[attr-defined]
            pieces.append(piece)
            size += len(piece)
    except DAMAGED_PACKING:
        pass  # said when the lines themselves are read
    return b"".join(pieces)


def line_at(file: LogFile, packing: Packing, position: int) -> str | None:
    """The line that begins at this byte of the unpacked file; None where the file is gone or too short."""
    try:
        with open_unpacked(file, packing) as stream:
            stream.seek(position)
            line = stream.readline(LONGEST_LINE)
    except DAMAGED_PACKING:
        return None
    return decoded(line)[0].rstrip("\r\n") or None


def decoded(line: bytes) -> tuple[str, bool]:
    """A line as text, and whether it was valid UTF-8; else it is read as Windows-1252."""
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace"), False


def prefetched(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, the next one being made in a thread while the last one is worked on."""
    end = object()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="log-reader") as pool:
        coming = pool.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, items, end)
            yield item  # type: ignore[misc]  # no longer the mark of the end


@dataclass(slots=True)
class _Block:
    """Whole lines, each with its line end, and where they begin."""

    data: bytes
    position: int
    first_line: int


class _Blocks:
    """A file cut into blocks of whole lines."""

    def __init__(self, file: LogFile, packing: Packing, state: FileState, most_bytes: Allowance) -> None:
        self._file = file
        self._packing = packing
        self._state = state
        self._most_bytes = most_bytes
        self._size = max(1, file.size_bytes)
        self._stream = open_unpacked(file, packing)
        self._raw = getattr(self._stream, "fileobj", None) or self._stream
        self._line = 1
        self._damaged = False

    def __enter__(self) -> _Blocks:
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()

    @property
    def share(self) -> float:
        """How much of the file was read; of a packed file that hides it, 0."""
        try:
            return min(1.0, self._raw.tell() / self._size) if self._packing in (Packing.NONE, Packing.GZIP) else 0.0
        except ValueError:
            return 0.0

    @property
    def _packed_bytes(self) -> int:
        """How many bytes of the file were read; of a packed file that hides it, all."""
        return self._raw.tell() if self._packing in (Packing.NONE, Packing.GZIP) else self._size

    def __iter__(self) -> Iterator[_Block]:
        rest, position, skipping = b"", 0, False
        for data in self._reads():
            if not position and not rest and data.startswith(b"\xef\xbb\xbf"):
                data, position = data[3:], 3
            if skipping:
                end = data.find(b"\n") + 1
                position += end or len(data)
                data = data[end:] if end else b""
                skipping = not end
            whole = rest + data if rest else data
            cut = whole.rfind(b"\n") + 1
            if cut:
                yield self._counted(whole[:cut], position)
                position += cut
            rest = whole[cut:]
            if len(rest) > LONGEST_LINE:
                self._give_up_line()
                position, rest, skipping = position + len(rest), b"", True
        if self._damaged:  # the line that it ends within is one broken line, however much of it is left
            reason = "the packed file is damaged or ends here too early"
            self._state.add_fault(Fault(self._line, reason, decoded(rest[:LONGEST_SHOWN])[0]))
            self._line += 1
        elif rest:
            self._state.unended_line = self._line
            yield self._counted(rest + b"\n", position)
        self._state.lines = self._line - 1

    def _reads(self) -> Iterator[bytes]:
        try:
            while data := self._read():
                self._state.unpacked_bytes += len(data)
                if self._state.unpacked_bytes > (most := self._most_bytes(self._packed_bytes)):
                    raise FileTooLargeError(
                        self._file.name,
                        f"it unpacks to more than {_size(most)} from its first {_size(self._packed_bytes)}",
                        "Unpack it, and hand in a part of the log.",
                    )
                yield data
        except DAMAGED_PACKING as exc:
            if self._packing is Packing.NONE:
                raise UnreadableFileError(self._file.name, "it cannot be read to its end") from exc
            self._damaged = True

    def _read(self) -> bytes:
        """The next block; of a packed file from small pieces, as one read would lose all before a damaged end."""
        if self._packing is Packing.NONE:
            return self._stream.read(BLOCK_BYTES)
        pieces, size = [], 0
        try:
            while size < BLOCK_BYTES and (piece := self._stream.read1(_PACKED_PIECE_BYTES)):  # type: ignore[attr-defined]
                pieces.append(piece)
                size += len(piece)
        except DAMAGED_PACKING:
            if not pieces:
                raise  # else the next read says it again
        return b"".join(pieces)

    def _counted(self, data: bytes, position: int) -> _Block:
        block = _Block(data, position, self._line)
        self._line += data.count(b"\n")
        return block

    def _give_up_line(self) -> None:
        self._state.add_fault(Fault(self._line, f"longer than {LONGEST_LINE:,} bytes"))
        self._line += 1


def _size(size_bytes: int) -> str:
    if size_bytes < 1 << 20:
        return f"{max(1, round(size_bytes / 1024)):,} KB"
    return f"{size_bytes >> 20:,} MB" if size_bytes < 10 << 30 else f"{size_bytes >> 30:,} GB"


def _batch(block: _Block, state: FileState) -> pa.RecordBatch:
    """The block's lines without blank and overlong ones; the text is not copied where all of it is valid UTF-8."""
    import numpy as np
    import pyarrow as pa

    letters = np.frombuffer(block.data, dtype=np.uint8)
    ends = np.flatnonzero(letters == 10) + 1
    starts = np.concatenate(([0], ends[:-1]))
    lengths = ends - starts
    lines = np.arange(block.first_line, block.first_line + len(ends), dtype=np.int64)
    if _is_utf8(block.data):
        offsets = np.concatenate(([0], ends)).astype(np.int32)
        text = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block.data))
    else:
        text = _by_line(block.data, state)
    batch = pa.record_batch(
        [pa.array(lines), pa.array(starts + block.position), text], names=["line", "position", "text"]
    )
    blank = (lengths == 1) | ((lengths == 2) & (letters[starts] == 13))
    overlong = lengths > LONGEST_LINE
    if blank.any():
        state.empty_lines += int(blank.sum())
    for line in lines[overlong]:
        state.add_fault(Fault(int(line), f"longer than {LONGEST_LINE:,} bytes"))
    if blank.any() or overlong.any():
        batch = batch.filter(pa.array(~(blank | overlong)))
    return batch


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _by_line(data: bytes, state: FileState) -> pa.Array:
    import pyarrow as pa

    texts = []
    for line in data.split(b"\n")[:-1]:
        text, valid = decoded(line)
        state.foreign_lines += not valid
        texts.append(text)
    return pa.array(texts, type=pa.string())
