"""Lines of delimited text to records, with recovery: a stray quote costs its own line, never the rest of the file."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from readiness.audit.reading.cells import MOST_QUOTES_REPAIRED, Dialect, Repair
from readiness.audit.reading.text_lines import without_end

_LONGEST_VALUE_LINES = 2_000  # lines that one quoted value may span
_BLOCK_LINES = 1_000
_MOST_WORK = 10_000_000  # a few seconds
_QUOTES_REPAIRED_LATER = 12
_COMPLETE_LINES = 12  # so many lines that are records by themselves prove that an open quote was a stray one


def within_titles(widths: Sequence[int]) -> Sequence[int]:
    """The numbers of cells without those of single cells above all others: lines of a title, however many."""
    first = next((place for place, width in enumerate(widths) if width > 1), 0)
    return widths[first:]


class Divided(NamedTuple):
    """One record as it was divided: where it begins, how many physical lines it takes, its cells."""

    line: int  # 1-based
    span: int
    cells: Sequence[str]
    unclosed: bool = False  # a quote had to be taken as a plain character


class Regular(NamedTuple):
    """Lines about which nothing is in doubt: each is a record by itself, as wide as the table.

    Quotes, if any, surround whole cells, and inside them are doubled at most: every reader divides such a line alike.
    """

    lines: Sequence[tuple[int, str]]  # 1-based number, and text without its line end


Part = Regular | list[Divided]


class _Joined(NamedTuple):
    """Several lines as one record, and how much they look like records of their own."""

    cells: Sequence[str]
    span: int
    complete: int  # lines between the first and the last that are records by themselves
    ends_complete: bool  # the last line is one too


def main_width(lines: Sequence[str], dialect: Dialect) -> int:
    """The number of cells that most well-formed records have; wider ones count first among equals."""
    found: list[int] = []
    place = 0
    while place < len(lines):
        text, span = without_end(lines[place]), 1
        cells = dialect.split(text)
        if cells is None and not dialect.closes(text):
            cells, span = _close(lines, place, dialect)
        if text and cells is not None:
            found.append(len(cells))
        place += span
    widths = Counter(within_titles(found))
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
        if isinstance(part, Regular):
            yield from _divide_regular(part.lines, dialect)
        else:
            yield from part


def divide_in_parts(
    lines: Iterable[str], dialect: Dialect, width: int, *, first_line: int = 1, header_quoted: bool = True
) -> Iterator[Part]:
    """The same records in file order, those in no doubt as the lines that they stand in."""
    return _Division(lines, dialect, width, first_line, plain=int(not header_quoted)).parts()


def _divide_regular(lines: Sequence[tuple[int, str]], dialect: Dialect) -> Iterator[Divided]:
    if dialect.is_plain and dialect.quote:
        texts = [text for _, text in lines]
        try:
            rows = list(csv.reader(texts, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True))
        except csv.Error:  # a carriage return or a value longer than the module allows
            rows = []
        if len(rows) == len(lines):
            yield from (Divided(number, 1, cells) for (number, _), cells in zip(lines, rows, strict=True))
            return
    for number, text in lines:
        yield Divided(number, 1, dialect.split(text) or [text])


class _Division:
    """The lines still to be divided, with a look ahead for values that span several of them."""

    def __init__(self, lines: Iterable[str], dialect: Dialect, width: int, first_line: int, plain: int) -> None:
        self._lines = iter(lines)
        self._dialect = dialect
        self._width = width
        self._number = first_line  # of the line at `_at`
        self._buffer: list[str] = []
        self._at = 0
        self._regular_line = _regular_line(dialect, width)
        self._work = 0  # spent on repairs, in squares of quotes
        self._plain, self._quoted = plain, 0  # lines without and with quotes so far

    def parts(self) -> Iterator[Part]:
        while self._fill():
            if lines := self._regular():
                yield Regular(lines)
            if rows := self._odd():
                yield rows

    def _fill(self) -> bool:
        """Whether there is a line left."""
        if self._at == len(self._buffer):
            self._buffer = list(islice(self._lines, _BLOCK_LINES))
            self._at = 0
        return bool(self._buffer)

    def _regular(self) -> list[tuple[int, str]]:
        """The regular lines from here on, as far as they were read ahead; empty ones are passed over."""
        if self._dialect.run:
            return []
        quote = self._dialect.quote or "\n"  # which no text holds
        delimiter, inner, is_regular = self._dialect.delimiter, self._width - 1, self._regular_line.fullmatch
        found: list[tuple[int, str]] = []
        number, quoted = self._number, 0
        for line in islice(self._buffer, self._at, None):
            text = without_end(line)
            if text:
                if quote in text:
                    if not is_regular(text):
                        break
                    quoted += 1
                elif text.count(delimiter) != inner:
                    break
                found.append((number, text))
            number += 1
        self._at += number - self._number
        self._number = number
        self._quoted += quoted
        self._plain += len(found) - quoted
        return found

    def _odd(self) -> list[Divided]:
        """The records that begin in the lines from here on which are not regular."""
        found: list[Divided] = []
        while self._at < len(self._buffer):
            text = without_end(self._buffer[self._at])
            if text:
                if not self._dialect.run and found and self._is_regular(text):
                    break
                found.append(self._record(text))
            self._step(found[-1].span if text else 1)
        return found

    def _step(self, lines: int) -> None:
        self._at += lines
        self._number += lines

    def _is_regular(self, text: str) -> bool:
        if self._dialect.quote and self._dialect.quote in text:
            return self._regular_line.fullmatch(text) is not None
        return text.count(self._dialect.delimiter) == self._width - 1

    def _record(self, text: str) -> Divided:
        """The record that begins in the line at hand."""
        if not self._dialect.quote or self._dialect.quote not in text:
            self._plain += 1
            return Divided(self._number, 1, self._dialect.split_plain(text))
        cells = self._dialect.split(text)
        if cells is None:
            return self._recover(text)
        self._quoted += 1
        return Divided(self._number, 1, cells)

    def _recover(self, text: str) -> Divided:
        """The record that begins in an ill-formed line: alone, or with the following lines that close its quote."""
        alone = self._dialect.repair(text, self._width, most_quotes=self._quotes_repaired(text))
        joined = None if self._dialect.closes(text) else self._join()
        if joined is not None and self._believes(joined, alone):
            return Divided(self._number, joined.span, joined.cells)
        return Divided(self._number, 1, alone.cells, alone.unclosed)

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

    def _join(self) -> _Joined | None:
        """The text up to the closing quote as one record."""
        parts, complete = [self._buffer[self._at]], 0
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
        """The lines after the one at hand."""
        for place in range(self._at + 1, self._at + 1 + _LONGEST_VALUE_LINES):
            if place == len(self._buffer):
                self._buffer.extend(islice(self._lines, _BLOCK_LINES))
                if place == len(self._buffer):
                    return
            yield self._buffer[place]


def _regular_line(dialect: Dialect, width: int) -> re.Pattern[str]:
    """A line of `width` cells in which quotes surround whole cells and are escaped by doubling or not at all."""
    if not dialect.quote:
        return re.compile("(?!)")
    quote, delimiter, escape = map(re.escape, (dialect.quote, dialect.delimiter, dialect.escape))
    if dialect.escape == dialect.quote:
        quoted = f"{quote}[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+{quote}"
    else:
        quoted = f"{quote}[^{quote}{escape}]*+{quote}"
    bare = f"[^{quote}{delimiter}]*+" if len(dialect.delimiter) == 1 else f"(?:(?!{delimiter})[^{quote}])*+"
    cell = f"(?:{quoted}|{bare})"
    return re.compile(f"{cell}(?:{delimiter}{cell}){{{width - 1}}}+")
