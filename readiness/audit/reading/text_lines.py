"""The physical lines of a UTF-8 file: what ends them, how many there are, and the text of some of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from readiness.audit.reading.budget import Budget

_CHUNK_BYTES = 1 << 22
_USUAL_LINE_BYTES = 1 << 20  # only longer lines are measured


@dataclass(frozen=True, slots=True)
class LineScan:
    """Counts over the bytes of a whole file."""

    size: int
    line_feeds: int  # all of them, also those after a carriage return
    returns: int  # all carriage returns
    pairs: int  # carriage return and line feed
    ends_open: bool  # the last line has no line end
    longest: int = _USUAL_LINE_BYTES  # bytes that no line exceeds

    @property
    def lone_returns(self) -> int:
        return self.returns - self.pairs

    @property
    def lines(self) -> int:
        """Physical lines, every kind of line end counted."""
        return self.line_feeds + self.lone_returns + self.ends_open

    @property
    def line_end(self) -> str:
        """The one line end that the file uses, or "mixed"; empty for a file of one open line."""
        used = [
            end
            for end, count in (("\r\n", self.pairs), ("\n", self.line_feeds - self.pairs), ("\r", self.lone_returns))
            if count
        ]
        return used[0] if len(used) == 1 else "mixed" if used else ""


def scan_lines(path: Path, budget: Budget) -> LineScan:
    """Counts the line ends of a file and refuses one with a line over the limit."""
    chunk_bytes = max(1, min(_CHUNK_BYTES, budget.limits.line_bytes))
    size = feeds = returns = pairs = open_bytes = 0
    longest = _USUAL_LINE_BYTES
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(chunk_bytes):
            size += len(chunk)
            feeds += chunk.count(b"\n")
            if b"\r" in chunk or last == b"\r":
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            long_line, open_bytes = _long_lines(chunk, open_bytes)
            longest = max(longest, long_line)
            budget.check_value(longest)
            last = chunk[-1:]
    return LineScan(size, feeds, returns, pairs, bool(size) and last not in (b"\n", b"\r"), longest)


def _long_lines(chunk: bytes, open_bytes: int) -> tuple[int, int]:
    """(the longest of the lines that are longer than usual, bytes of the line still open at the chunk's end)."""
    longest, start = 0, -open_bytes
    while len(chunk) - start > _USUAL_LINE_BYTES:
        near = max(start + _USUAL_LINE_BYTES, 0)
        end = max(chunk.rfind(b"\n", max(start, 0), near), chunk.rfind(b"\r", max(start, 0), near))
        if end < 0:
            ends = [place for place in (chunk.find(b"\n", near), chunk.find(b"\r", near)) if place >= 0]
            end = min(ends, default=len(chunk))
            longest = max(longest, end - start)
            if not ends:
                break
        start = end + 1
    else:
        last = max(chunk.rfind(b"\n", max(start, 0)), chunk.rfind(b"\r", max(start, 0)))
        start = last + 1 if last >= 0 else start
    return longest, len(chunk) - start


def count_byte(path: Path, start: int, byte: bytes) -> int:
    """How often a byte sequence of one character occurs from `start` on (never across two characters in UTF-8)."""
    total = 0
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(_CHUNK_BYTES):
            total += chunk.count(byte)
    return total


def text_lines(path: Path, *, lone_returns_end: bool) -> Iterator[str]:
    """The physical lines with their line ends. A carriage return alone ends a line only where `lone_returns_end`."""
    with path.open(encoding="utf-8", newline="" if lone_returns_end else "\n") as file:
        yield from file


def without_end(line: str) -> str:
    """The line without its line end."""
    return line.rstrip("\r\n")
