"""One line of delimited text to its cells: strictly, or by the most plausible repair of its quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

MOST_QUOTES_REPAIRED = 400


@dataclass(frozen=True)
class Dialect:
    """How lines are divided into cells. `escape` is the quote itself (doubled), a backslash, or none."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    run: bool = False  # several delimiters in a row count as one (columns aligned with spaces)

    def split(self, text: str) -> list[str] | None:
        """The cells of a well-formed line; None where its quotes do not add up."""
        if not self.quote or self.quote not in text:
            return self.split_plain(text)
        raw = self.raw_cells(text)
        return None if raw is None else [self._bare(cell) for cell in raw]

    @property
    def is_plain(self) -> bool:
        """True for one-character delimiters and doubled quotes, which Python's own reader knows too."""
        return len(self.delimiter) == 1 == len(self.quote) and self.escape == self.quote and not self.run

    def pads_quotes(self, text: str) -> bool:
        """True where white space stands between a delimiter and a quote."""
        likely = any(sign + self.quote in text for sign in self._around)
        return likely and bool(self._padded_quote.search(text))

    def raw_cells(self, text: str) -> list[str] | None:
        """The cells of a well-formed line as they stand, with their quotes; None where the quotes do not add up."""
        if not self.quote or self.quote not in text:
            return self.split_plain(text)
        if self.run:
            return self._raw_run(text)
        raw: list[str] = self._cell.findall(text + self.delimiter)
        if sum(map(len, raw)) + len(raw) * len(self.delimiter) != len(text) + len(self.delimiter):
            return None
        return raw

    def closes(self, text: str) -> bool:
        """True when every quote of the text has a partner, so that no value is still open at its end."""
        count = text.count(self.quote) if self.quote else 0
        if self.escape and self.escape != self.quote:
            count -= len(self._escaped.findall(text))
        return count % 2 == 0

    def repair(self, text: str, width: int, *, most_quotes: int = MOST_QUOTES_REPAIRED) -> Repair:
        """The cells of an ill-formed line: of all ways to take its quotes, the mildest one that gives `width` cells.

        The work grows with the square of the quotes; lines with more than `most_quotes` are divided at all delimiters.
        """
        if not self.quote or text.count(self.quote) > most_quotes or self.run:
            return self._cheap_repair(text)
        ways = _Ways(self, text)
        return ways.best(width) or ways.best(None) or self._cheap_repair(text)

    def split_plain(self, text: str) -> list[str]:
        """The cells of a line whose quotes, if any, mean nothing."""
        if self.run:
            return re.split(f"(?:{re.escape(self.delimiter)})+", text.strip(self.delimiter))
        return text.split(self.delimiter)

    def _cheap_repair(self, text: str) -> Repair:
        return Repair(tuple(self.split_plain(text)), unclosed=True)

    def _raw_run(self, text: str) -> list[str] | None:
        raw = [cell for cell in self._cell.findall(text + self.delimiter) if cell]
        lost = len(text.replace(self.delimiter, "")) - sum(len(cell.replace(self.delimiter, "")) for cell in raw)
        return None if lost else raw

    def _bare(self, cell: str) -> str:
        if self.quote not in cell:
            return cell
        inner = cell.strip(self._around)
        if not inner.startswith(self.quote):
            return cell
        return self.unescape(inner[len(self.quote) : -len(self.quote)])

    def unescape(self, text: str) -> str:
        """The inside of a quoted cell, escapes undone. A backslash before anything but a quote or backslash stays."""
        if self.escape == self.quote:
            return text.replace(self.quote * 2, self.quote)
        if self.escape:
            return self._escaped.sub(lambda match: match.group()[-1], text)
        return text

    @cached_property
    def _padded_quote(self) -> re.Pattern[str]:
        if not self._around:
            return re.compile(r"(?!)")
        return re.compile(f"(?:^|{re.escape(self.delimiter)})[{self._around}]+{re.escape(self.quote)}", re.MULTILINE)

    @cached_property
    def _around(self) -> str:
        return " \t".replace(self.delimiter, "") if len(self.delimiter) == 1 else " \t"

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        return re.compile(f"{re.escape(self.escape)}[{re.escape(self.quote + self.escape)}]")

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        pad = f"[{self._around}]*+" if self._around else ""
        if self.escape and self.escape != self.quote:
            escape = re.escape(self.escape)
            inside = f"[^{quote}{escape}]*+(?:{escape}.[^{quote}{escape}]*+)*+"
        elif self.escape:
            inside = f"[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+"
        else:
            inside = f"[^{quote}]*+"
        bare = f"[^{delimiter}]" if len(self.delimiter) == 1 else f"(?:(?!{delimiter}).)"
        return re.compile(
            f"({pad}{quote}{inside}{quote}{pad}(?={delimiter})|(?!{pad}{quote}){bare}*+){delimiter}", re.DOTALL
        )


@dataclass(frozen=True, slots=True)
class Repair:
    """The cells of a line whose quotes do not add up; `unclosed` when a quote had to be taken as a plain character."""

    cells: tuple[str, ...]
    unclosed: bool


class _Ways:
    """All ways to divide one ill-formed line, by dynamic programming over the places where a cell may start."""

    def __init__(self, dialect: Dialect, text: str) -> None:
        self._dialect = dialect
        self._text = text
        self._size = len(text)
        self._cells = self._reachable()
        self._starts = sorted(self._cells)

    def best(self, width: int | None) -> Repair | None:
        """The cheapest division into `width` cells (any number for None)."""
        table: list[dict[int, tuple[int, int, bool, int]]] = [
            {} for _ in self._starts
        ]  # cells left -> cost, next, quoted, end
        index = {start: i for i, start in enumerate(self._starts)}
        for i in range(len(self._starts) - 1, -1, -1):
            for end, quoted, cost in self._cells[self._starts[i]]:
                following = end + len(self._dialect.delimiter)
                rest = {0: 0} if end == self._size else {k: v[0] for k, v in table[index[following]].items()}
                for left, price in rest.items():
                    if width is not None and left + 1 > width:
                        continue
                    known = table[i].get(left + 1)
                    if known is None or price + cost < known[0]:
                        table[i][left + 1] = (price + cost, following, quoted, end)
        return self._walk(table, index, width)

    def _walk(
        self, table: list[dict[int, tuple[int, int, bool, int]]], index: dict[int, int], width: int | None
    ) -> Repair | None:
        if not table[0] or (width is not None and width not in table[0]):
            return None
        left = width if width is not None else min(table[0], key=lambda cells: (table[0][cells][0], cells))
        start, cells, unclosed = 0, [], False
        while left:
            _, following, quoted, end = table[index[start]][left]
            text = self._text[start:end]
            cells.append(self._inside(text) if quoted else text)
            unclosed |= not quoted and self._opens(start)
            start, left = following, left - 1
        return Repair(tuple(cells), unclosed)

    def _inside(self, text: str) -> str:
        bare = text.strip(self._dialect._around)
        return self._dialect.unescape(bare[1:-1])

    def _opens(self, start: int) -> bool:
        text = self._text[start:].lstrip(self._dialect._around)
        return text.startswith(self._dialect.quote)

    def _cells_from(self, start: int) -> Sequence[tuple[int, bool, int]]:
        """(end, taken as quoted, cost) of every cell that may start here."""
        opens = self._opens(start)
        cut = self._text.find(self._dialect.delimiter, start)
        found = []
        if opens:
            found = [(end, True, 2 * stray) for end, stray in self._closings(start)]
        found.append((self._size if cut < 0 else cut, False, 3 if opens else 0))
        return found

    def _closings(self, start: int) -> list[tuple[int, int]]:
        """(end, quotes inside that are not doubled) for each quote that a delimiter or the end follows."""
        quote, delimiter, around = self._dialect.quote, self._dialect.delimiter, self._dialect._around
        place = self._text.index(quote, start) + 1
        found, stray = [], 0
        while (place := self._text.find(quote, place)) >= 0:
            end = place + 1
            while end < self._size and self._text[end] in around:
                end += 1
            if end == self._size or self._text.startswith(delimiter, end):
                found.append((end, stray))
            if self._text.startswith(quote, place + 1):
                if self._text.startswith(delimiter, place + 2) or place + 2 == self._size:
                    found.append((place + 2, stray + 1))
                place += 2
            else:
                stray += 1
                place += 1
        return found

    def _reachable(self) -> dict[int, Sequence[tuple[int, bool, int]]]:
        """Every place where a cell may start, with the cells that may."""
        pending = [0]
        cells: dict[int, Sequence[tuple[int, bool, int]]] = {}
        while pending:
            start = pending.pop()
            if start in cells:
                continue
            cells[start] = self._cells_from(start)
            pending += [end + len(self._dialect.delimiter) for end, _, _ in cells[start] if end < self._size]
        return cells
