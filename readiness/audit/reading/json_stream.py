"""Text of a JSON file piece by piece: decoded without loss, with line numbers, never all in memory unless it must."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from readiness.audit.reading.budget import Budget
from readiness.audit.reading.intake import head_of
from readiness.audit.reading.json_text import JsonError, StrictDecoder, has_surrogate_escape, skip_whitespace
from readiness.audit.reading.values import SampleFile
from readiness.errors import UnreadableFileError

_CHUNK_BYTES = 1 << 20
_FOREIGN = re.compile("[\udc80-\udcff]")  # how the decoder hands over bytes that are not UTF-8


class TextStream:
    """A window on the text of a file that grows at its end and is dropped at its start; a context manager."""

    def __init__(self, sample: SampleFile, encoding: str | None, budget: Budget) -> None:
        self._name = sample.name
        self._budget = budget
        self._size = max(1, sample.path.stat().st_size)
        self._read = 0
        self.encoding, self.encoding_reason = _encoding_of(head_of(sample, 4), encoding)
        self._decode = self._decoder()
        self._file = sample.path.open("rb")
        self.text = ""
        self.line = 1  # of the first character in the window
        self.ended = False
        self.surrogates = False  # whether the window may hold half a surrogate pair
        self.foreign_bytes = 0
        self.first_foreign_line = 0
        self.line_count = 0
        self.empty_lines = 0

    def __enter__(self) -> TextStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _decoder(self) -> codecs.IncrementalDecoder:
        errors = "surrogateescape" if self.encoding.startswith("utf-8") else "strict"
        try:
            return codecs.getincrementaldecoder(self.encoding)(errors=errors)
        except LookupError as exc:
            raise UnreadableFileError(
                self._name, f"the encoding {self.encoding!r} is not known", "Choose another, for example utf-8."
            ) from exc

    def grow(self) -> None:
        """Make the window longer: by one chunk, or to double its length."""
        wanted = max(_CHUNK_BYTES, len(self.text))
        pieces = [self.text]
        while wanted > 0 and not self.ended:
            piece = self._next_piece()
            wanted -= len(piece)
            pieces.append(piece)
        self.text = "".join(pieces)
        self.surrogates = has_surrogate_escape(self.text)

    def drop(self, position: int) -> None:
        """Forget the window before `position`."""
        self.line += self.text.count("\n", 0, position)
        self.text = self.text[position:]

    def line_at(self, position: int) -> int:
        return self.line + self.text.count("\n", 0, position)

    def check_value(self, position: int) -> None:
        """Stop where one value reaches from `position` over more text than any real one."""
        self._budget.check_value(len(self.text) - position)

    def peek(self) -> str:
        """The first character that is not white space; empty where there is none."""
        while True:
            start = skip_whitespace(self.text, 0)
            if start < len(self.text):
                return self.text[start]
            if self.ended:
                return ""
            self.drop(start)
            self.grow()

    def whole(self, largest: int) -> str | None:
        """All the text, or None where the file is larger than `largest` bytes."""
        if self._size > largest:
            return None
        while not self.ended:
            self.grow()
        return self.text

    def lines(self) -> Iterator[tuple[int, str]]:
        """Number and text of each line that is not blank."""
        rest, separator = "", ""
        while not self.ended:
            rest += self._next_piece()
            self._budget.check_value(len(rest) - rest.rfind("\n") if len(rest) > _CHUNK_BYTES * 4 else 0)
            separator = separator or ("\r" if "\r" in rest and "\n" not in rest else "\n")
            *complete, rest = rest.split(separator)
            yield from self._number(complete)
        yield from self._number([rest] if rest else [])

    def _number(self, lines: list[str]) -> Iterator[tuple[int, str]]:
        for line in lines:
            self.line_count += 1
            if not line or line.isspace():
                self.empty_lines += 1
            else:
                yield self.line_count, line

    def _next_piece(self) -> str:
        self._budget.report(self._read / self._size)
        chunk = self._file.read(_CHUNK_BYTES)
        self._read += len(chunk)
        self.ended = not chunk
        try:
            piece = self._decode.decode(chunk, final=self.ended)
        except UnicodeDecodeError as exc:
            raise UnreadableFileError(
                self._name,
                f"it is not valid {self.encoding.upper()} text",
                "Choose its encoding, or export it as UTF-8.",
            ) from exc
        return piece if piece.isascii() or not _FOREIGN.search(piece) else self._adopt_foreign(piece)

    def _adopt_foreign(self, piece: str) -> str:
        if not self.foreign_bytes:
            before = max(self.line_count, self.line + self.text.count("\n"))
            match = _FOREIGN.search(piece)
            self.first_foreign_line = before + piece.count("\n", 0, match.start() if match else 0)
        adopted, count = _FOREIGN.subn(lambda match: _windows_1252(ord(match[0]) - 0xDC00), piece)
        self.foreign_bytes += count
        return adopted


def stream_objects(stream: TextStream, decoder: StrictDecoder) -> Iterator[tuple[int, Any, bool]]:
    """The same for objects that follow each other without an array around them, with or without commas between."""
    position = _significant(stream, 0)
    line, counted = stream.line, 0
    while stream.text[position : position + 1] == "{":
        value, end = _scan(stream, decoder, position)
        line += stream.text.count("\n", counted, position)
        yield line, value, stream.surrogates
        counted = position
        position = _significant(stream, end)
        if stream.text[position : position + 1] == ",":
            position = _significant(stream, position + 1)
            if stream.text[position : position + 1] != "{":
                raise JsonError(position, "an object should stand behind a comma")
        if position > _CHUNK_BYTES:
            line += stream.text.count("\n", counted, position)
            stream.drop(position)
            position = counted = 0
    if position < len(stream.text):
        raise JsonError(position, f"an object should stand where {stream.text[position]!r} stands")


def stream_elements(stream: TextStream, decoder: StrictDecoder) -> Iterator[tuple[int, Any, bool]]:
    """Line, value and whether it may hold half a surrogate pair, for each element of the top-level array."""
    stream.peek()
    position = _significant(stream, skip_whitespace(stream.text, 0) + 1)
    if stream.text[position : position + 1] == "]":
        _check_end(stream, position + 1)
        return
    line, counted = stream.line, 0
    while True:
        value, end = _scan(stream, decoder, position)
        line += stream.text.count("\n", counted, position)
        yield line, value, stream.surrogates
        counted = position
        position = _significant(stream, end)
        mark = stream.text[position : position + 1]
        if mark == "]":
            _check_end(stream, position + 1)
            return
        if mark != ",":
            raise JsonError(
                position, "a comma or ']' should stand between two values" if mark else "it ends inside an array"
            )
        position = _significant(stream, position + 1)
        if position > _CHUNK_BYTES:
            line += stream.text.count("\n", counted, position)
            stream.drop(position)
            position = counted = 0


def _scan(stream: TextStream, decoder: StrictDecoder, position: int) -> tuple[Any, int]:
    """The value at `position` and its end, with as much text as it takes."""
    while True:
        repeated = decoder.repeated_keys.copy()
        try:
            value, end = decoder.scan(stream.text, position)
            if end < len(stream.text) or stream.ended:  # a number could go on where the window ends
                return value, end
        except JsonError as fault:
            if stream.ended or not fault.needs_more:
                raise
        decoder.repeated_keys = repeated
        stream.check_value(position)
        stream.grow()


def _significant(stream: TextStream, position: int) -> int:
    """The next position that is not white space; the end of the text where there is none."""
    while (position := skip_whitespace(stream.text, position)) >= len(stream.text) and not stream.ended:
        stream.grow()
    return position


def _check_end(stream: TextStream, position: int) -> None:
    position = _significant(stream, position)
    if position < len(stream.text):
        raise JsonError(position, "there is something after the end of the array")


def _encoding_of(head: bytes, chosen: str | None) -> tuple[str, str]:
    """The encoding and what decided it (RFC 4627, section 3, for files without a byte order mark)."""
    if chosen:
        return chosen, "chosen by the user"
    found = json.detect_encoding(head)
    if found == "utf-8":
        return found, "JSON is UTF-8 unless it says otherwise"
    if found == "utf-8-sig" or head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[:4] in (b"\x00\x00\xfe\xff",):
        return found, "a byte order mark"
    return found, "the pattern of zero bytes"


def _windows_1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)
