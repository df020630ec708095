"""Lines of delimited text to records, with recovery: a stray quote costs its own line, never the rest of the file."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from readiness.audit.reading.cells import Dialect, Repair
from readiness.audit.reading.text_lines import without_end

_LONGEST_VALUE_LINES = 2_000  # lines that one quoted value may span
_COMPLETE_LINES = 12  # so many lines that are records by themselves prove that an open quote was a stray one


class Divided(NamedTuple):
    """One record as it was divided: where it begins, how many physical lines it takes, its cells."""

    line: int  # 1-based
    span: int
    cells: Sequence[str]
    unclosed: bool = False  # a quote had to be taken as a plain character


def main_width(lines: Iterable[str], dialect: Dialect) -> int:
    """The number of cells that most well-formed lines have; wider ones count first among equals."""
    widths: Counter[int] = Counter()
    for line in lines:
        text = without_end(line)
        cells = dialect.split(text) if text else None
        if cells is not None:
            widths[len(cells)] += 1
    return max(widths, key=lambda width: (widths[width], width), default=1)


def divide(lines: Iterable[str], dialect: Dialect, width: int, *, first_line: int = 1) -> Iterator[Divided]:
    """The records of the lines (which keep their line ends). Lines without any character are left out."""
    return _Division(lines, dialect, width, first_line).records()


class _Division:
    """The lines still to be divided, with a look ahead for values that span several of them."""

    def __init__(self, lines: Iterable[str], dialect: Dialect, width: int, first_line: int) -> None:
        self._lines = iter(lines)
        self._dialect = dialect
        self._width = width
        self._number = first_line
        self._ahead: deque[str] = deque()
        self._plain = self._quoted = 0  # lines without and with quotes so far

    def records(self) -> Iterator[Divided]:
        split, quote = self._dialect.split, self._dialect.quote
        plain = self._dialect.delimiter if not self._dialect.run else ""
        while True:
            line = self._ahead.popleft() if self._ahead else next(self._lines, None)
            if line is None:
                return
            text = without_end(line)
            number, span = self._number, 1
            if text:
                if plain and (not quote or quote not in text):
                    self._plain += 1
                    yield Divided(number, 1, text.split(plain))
                elif (cells := split(text)) is not None:
                    self._quoted += 1
                    yield Divided(number, 1, cells)
                else:
                    record = self._recover(line, text, number)
                    span = record.span
                    yield record
            self._number = number + span

    def _recover(self, line: str, text: str, number: int) -> Divided:
        """The record that begins in an ill-formed line: alone, or with the following lines that close its quote."""
        alone: Repair | None = None
        if not self._dialect.closes(text):
            joined, span, complete = self._join(line)
            alone = self._dialect.repair(text, self._width)
            if joined is not None and self._believes(joined, alone, complete, span):
                for _ in range(span - 1):
                    self._ahead.popleft()
                return Divided(number, span, joined)
        alone = alone or self._dialect.repair(text, self._width)
        return Divided(number, 1, alone.cells, alone.unclosed)

    def _believes(self, joined: Sequence[str], alone: Repair, complete: int, span: int) -> bool:
        """Whether a value really spans the lines: its cells fit, and the swallowed lines are no records."""
        if len(joined) != self._width:
            return not complete and len(alone.cells) != self._width
        if not complete:
            return True
        if self._width == 2:
            return complete < _COMPLETE_LINES
        return len(alone.cells) != self._width and (complete < 3 or complete * 4 <= span)

    def _join(self, line: str) -> tuple[Sequence[str] | None, int, int]:
        """(cells, lines, how many swallowed lines are complete records) of the text up to the closing quote."""
        parts, complete = [line], 0
        size = len(line)
        for span, following in enumerate(self._look_ahead(), start=2):
            parts.append(following)
            size += len(following)
            text = without_end(following)
            if not self._dialect.closes(text):
                whole = without_end("".join(parts))
                return self._dialect.split(whole), span, complete
            complete += self._is_complete(text)
            if complete >= _COMPLETE_LINES and self._width > 2:
                break
        return None, 1, complete

    def _is_complete(self, text: str) -> bool:
        if self._width < 2 or self._dialect.delimiter not in text:
            return False
        if self._quoted >= 20 * self._plain and self._dialect.quote not in text:
            return False  # where every record is quoted, a line without quotes is no record
        cells = self._dialect.split(text)
        return cells is not None and len(cells) == self._width

    def _look_ahead(self) -> Iterator[str]:
        yield from list(self._ahead)
        while len(self._ahead) < _LONGEST_VALUE_LINES:
            line = next(self._lines, None)
            if line is None:
                return
            self._ahead.append(line)
            yield line


def skip_lines(lines: Iterable[str], count: int) -> Iterator[str]:
    """The lines after the first `count`."""
    return islice(lines, count, None)
