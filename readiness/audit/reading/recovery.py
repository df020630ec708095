"""Lines of delimited text to records, with recovery: a stray quote costs its own line, never the rest of the file."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from readiness.audit.reading.cells import MOST_QUOTES_REPAIRED, Dialect, Repair
from readiness.audit.reading.text_lines import without_end

_LONGEST_VALUE_LINES = 2_000  # lines that one quoted value may span
_BLOCK_LINES = 1_000
_SMALL_BLOCK_LINES = 30
_MOST_WORK = 10_000_000  # a few seconds
_QUOTES_REPAIRED_LATER = 12
_COMPLETE_LINES = 12  # so many lines that are records by themselves prove that an open quote was a stray one


class Divided(NamedTuple):
    """One record as it was divided: where it begins, how many physical lines it takes, its cells."""

    line: int  # 1-based
    span: int
    cells: Sequence[str]
    unclosed: bool = False  # a quote had to be taken as a plain character


class Plain(NamedTuple):
    """Lines without a quote, each of which is a record by itself or empty: nothing about them is in doubt."""

    line: int  # of the first one
    lines: Sequence[str]  # with their line ends


class Whole(NamedTuple):
    """Lines of which some have quotes, but each is a well-formed record by itself or empty."""

    line: int  # of the first one
    lines: Sequence[str]  # with their line ends
    rows: Sequence[Sequence[str]]  # the cells of each, none for an empty line


Part = Plain | Whole | list[Divided]


class _Joined(NamedTuple):
    """Several lines as one record, and how much they look like records of their own."""

    cells: Sequence[str]
    span: int
    complete: int  # lines between the first and the last that are records by themselves
    ends_complete: bool  # the last line is one too


def main_width(lines: Sequence[str], dialect: Dialect) -> int:
    """The number of cells that most well-formed records have; wider ones count first among equals."""
    widths: Counter[int] = Counter()
    place = 0
    while place < len(lines):
        text, span = without_end(lines[place]), 1
        cells = dialect.split(text)
        if cells is None and not dialect.closes(text):
            cells, span = _close(lines, place, dialect)
        if text and cells is not None:
            widths[len(cells)] += 1
        place += span
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _close(lines: Sequence[str], place: int, dialect: Dialect) -> tuple[list[str] | None, int]:
    """(cells, lines) of the record whose quote is open at the end of its first line."""
    for span in range(2, min(_LONGEST_VALUE_LINES, len(lines) - place) + 1):
        if not dialect.closes(without_end(lines[place + span - 1])):
            cells = dialect.split(without_end("".join(lines[place : place + span])))
            return cells, span if cells is not None else 1
    return None, 1


def divide(
    lines: Iterable[str], dialect: Dialect, width: int, *, first_line: int = 1, header_quoted: bool = True
) -> Iterator[Divided]:
    """The records of the lines (which keep their line ends). Lines without any character are left out.

    `header_quoted` is False when the header above the lines has no quotes, so that records need not have any either.
    """
    parts = divide_in_parts(lines, dialect, width, first_line=first_line, header_quoted=header_quoted)
    return records_of(parts, dialect)


def records_of(parts: Iterable[Part], dialect: Dialect) -> Iterator[Divided]:
    """The records of all parts, those of lines without a quote divided as well."""
    for part in parts:
        if isinstance(part, Plain):
            for number, line in enumerate(part.lines, start=part.line):
                if text := without_end(line):
                    yield Divided(number, 1, dialect.split_plain(text))
        elif isinstance(part, Whole):
            for number, cells in enumerate(part.rows, start=part.line):
                if cells:
                    yield Divided(number, 1, cells)
        else:
            yield from part


def divide_in_parts(
    lines: Iterable[str], dialect: Dialect, width: int, *, first_line: int = 1, header_quoted: bool = True
) -> Iterator[Part]:
    """The same records in file order, together with their lines where these are in no doubt."""
    return _Division(lines, dialect, width, first_line, plain=int(not header_quoted)).parts()


class _Division:
    """The lines still to be divided, with a look ahead for values that span several of them."""

    def __init__(self, lines: Iterable[str], dialect: Dialect, width: int, first_line: int, plain: int) -> None:
        self._lines = iter(lines)
        self._dialect = dialect
        self._width = width
        self._number = first_line
        self._ahead: deque[str] = deque()
        self._work = 0  # spent on repairs, in squares of quotes
        self._plain, self._quoted = plain, 0  # lines without and with quotes so far

    def parts(self) -> Iterator[Part]:
        size = _BLOCK_LINES
        while block := self._block(size):
            first = self._number
            whole = "".join(block)
            if not self._dialect.quote or self._dialect.quote not in whole:
                self._plain += len(block)
                self._number += len(block)
                yield Plain(first, block)
            elif (rows := self._well_formed(block, whole)) is not None:
                self._number += len(block)
                yield Whole(first, block, rows)
            else:
                self._ahead.extendleft(reversed(block))
                if len(block) > _SMALL_BLOCK_LINES:
                    size = _SMALL_BLOCK_LINES  # so that one odd line costs the speed of few others
                    continue
                yield list(self._one_by_one(first + len(block)))
            size = min(_BLOCK_LINES, size * 2)

    def _block(self, size: int) -> list[str]:
        lines = [self._ahead.popleft() for _ in range(min(size, len(self._ahead)))]
        return lines + list(islice(self._lines, size - len(lines)))

    def _well_formed(self, block: list[str], whole: str) -> list[list[str]] | None:
        """The cells of each line, none for an empty one; None unless every line is a well-formed record by itself."""
        dialect = self._dialect
        if not dialect.is_plain or dialect.pads_quotes(whole):
            return None
        reader = csv.reader(block, delimiter=dialect.delimiter, quotechar=dialect.quote, doublequote=True, strict=True)
        try:
            rows = list(reader)
        except csv.Error:
            return None
        if len(rows) != len(block):
            return None
        quoted = sum(dialect.quote in line for line in block)
        self._quoted += quoted
        self._plain += len(block) - quoted
        return rows

    def _one_by_one(self, end: int) -> Iterator[Divided]:
        """The records that begin before line `end`, each looked at with care."""
        split, quote = self._dialect.split, self._dialect.quote
        while self._number < end:
            line = self._ahead.popleft() if self._ahead else next(self._lines, None)
            if line is None:
                return
            text = without_end(line)
            number, span = self._number, 1
            if text:
                cells = split(text)
                if cells is not None:
                    self._quoted += bool(quote) and quote in text
                    self._plain += not quote or quote not in text
                    record = Divided(number, 1, cells)
                else:
                    record = self._recover(line, text, number)
                    span = record.span
                yield record
            self._number = number + span

    def _recover(self, line: str, text: str, number: int) -> Divided:
        """The record that begins in an ill-formed line: alone, or with the following lines that close its quote."""
        alone = self._dialect.repair(text, self._width, most_quotes=self._quotes_repaired(text))
        joined = None if self._dialect.closes(text) else self._join(line)
        if joined is not None and self._believes(joined, alone):
            for _ in range(joined.span - 1):
                self._ahead.popleft()
            return Divided(number, joined.span, joined.cells)
        return Divided(number, 1, alone.cells, alone.unclosed)

    def _quotes_repaired(self, text: str) -> int:
        """How many quotes a line may have to be repaired: fewer once much work went into lines of very many."""
        quotes = text.count(self._dialect.quote)
        if quotes <= MOST_QUOTES_REPAIRED:
            self._work += quotes * quotes
        return MOST_QUOTES_REPAIRED if self._work < _MOST_WORK else _QUOTES_REPAIRED_LATER

    def _believes(self, joined: _Joined, alone: Repair) -> bool:
        """Whether a value really spans the lines: its cells fit, and the swallowed lines are not all records."""
        fits_alone = len(alone.cells) == self._width
        if len(joined.cells) != self._width:
            return not joined.complete and not fits_alone
        strays = fits_alone and joined.ends_complete and joined.complete >= (3 if self._width == 2 else 1)
        return not (strays and joined.complete >= 0.8 * (joined.span - 2))

    def _join(self, line: str) -> _Joined | None:
        """The text up to the closing quote as one record."""
        parts, complete = [line], 0
        for span, following in enumerate(self._look_ahead(), start=2):
            parts.append(following)
            text = without_end(following)
            if not self._dialect.closes(text):
                cells = self._dialect.split(without_end("".join(parts)))
                return None if cells is None else _Joined(cells, span, complete, self._is_complete(text))
            complete += self._is_complete(text)
            if complete >= _COMPLETE_LINES and complete > 0.5 * span:
                return None
        return None

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
