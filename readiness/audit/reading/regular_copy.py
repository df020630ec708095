"""The way for large files with odd lines: a regular copy, one line a record, which DuckDB then reads at its own pace.

Lines that are in no doubt are copied as they stand, behind the numbers of their record and line; the others are
written anew from the cells that they were divided into.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from readiness.audit.reading.cells import Dialect
from readiness.audit.reading.recovery import Divided, Part, Regular, records_of
from readiness.audit.reading.regular import size_options
from readiness.audit.reading.values import LineFault
from readiness.sql import quote_literal

if TYPE_CHECKING:
    import duckdb

_FIRST_COLUMNS = {"record": "BIGINT", "line": "BIGINT", "fault": "VARCHAR", "cells": "INTEGER"}
_NUMBERS_SIZE = 200  # bytes of a record's numbers and fault, and to spare
_BYTES_A_SIGN = 4  # at most


@dataclass(slots=True)
class Passed:
    """What was seen on the way through the lines, beside the records themselves."""

    next_line: int
    records: int = 0
    empty_lines: int = 0
    spans: dict[int, int] = field(default_factory=dict)  # record -> lines, where more than one
    gaps: list[int] = field(default_factory=list)  # records that an empty line precedes

    def take(self, line: int, span: int = 1) -> int:
        """The number of the record that begins in this line."""
        self.records += 1
        if line != self.next_line:
            self.empty_lines += line - self.next_line
            self.gaps.append(self.records)
        if span > 1:
            self.spans[self.records] = span
        self.next_line = line + span
        return self.records


class RegularCopy:
    """The file that is written and then loaded."""

    def __init__(self, path: Path, dialect: Dialect, width: int, longest_line: int) -> None:
        self._path = path
        self._width = width
        self._quote = dialect.quote if len(dialect.quote.encode()) == 1 else '"'
        self._copies_lines = _divides_like_duckdb(dialect, self._quote)
        self._delimiter = dialect.delimiter if self._copies_lines else ","
        self._dialect = dialect
        self._fewest = width  # cells of a record
        self._longest = longest_line  # bytes

    def write(self, parts: Iterable[Part], passed: Passed, report: Callable[[], None]) -> None:
        with self._path.open("w", encoding="utf-8", newline="") as file:
            for part in parts:
                if isinstance(part, Regular):
                    self._write_regular(file, part, passed)
                else:
                    self._write_rows(file, part, passed)
                report()

    def load(self, connection: duckdb.DuckDBPyConnection, records: int) -> bool:
        """True when the table `records` holds all records; False where DuckDB read the copy in another way."""
        import duckdb

        try:
            connection.execute(self._query())
        except duckdb.Error:
            return False
        row = connection.execute("SELECT count(*), coalesce(sum(record), 0) FROM records").fetchone()
        return row == (records, records * (records + 1) // 2)

    def _write_regular(self, file: TextIO, part: Regular, passed: Passed) -> None:
        """Copies the lines, as far as they are regular for DuckDB too."""
        foreign = "\r" if self._quote == self._dialect.quote else self._quote
        if self._copies_lines and not any("\r" in text or foreign in text for _, text in part.lines):
            self._write_lines(file, part.lines, passed)
        else:
            self._write_rows(file, list(records_of([part], self._dialect)), passed)

    def _write_lines(self, file: TextIO, lines: Sequence[tuple[int, str]], passed: Passed) -> None:
        delimiter = self._delimiter
        between = f"{delimiter}{delimiter}{self._width}{delimiter}"
        take = passed.take
        file.write("".join([f"{take(number)}{delimiter}{number}{between}{text}\n" for number, text in lines]))

    def _write_rows(self, file: TextIO, rows: Sequence[Divided], passed: Passed) -> None:
        if not rows:
            return
        width = self._width
        writer, quoting_writer = (
            csv.writer(file, delimiter=self._delimiter, quotechar=self._quote, lineterminator="\n", quoting=quoting)
            for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        )
        for row in rows:
            cells = row.cells
            count = len(cells)
            if count < width:
                self._fewest = min(self._fewest, count)
                cells = [*cells, *([""] * (width - count))]
            fault = LineFault.UNCLOSED_QUOTE.value if row.unclosed else ""
            returns = any("\r" in cell for cell in cells)  # which the module would leave without quotes
            (quoting_writer if returns else writer).writerow(
                [passed.take(row.line, row.span), row.line, fault, count, *cells[:width]]
            )
        self._longest = max(self._longest, max(sum(map(len, row.cells)) * _BYTES_A_SIGN for row in rows))

    def _query(self) -> str:
        names = [f"c{place}" for place in range(self._width)]
        columns = ", ".join(
            f"'{name}': '{kind}'" for name, kind in (_FIRST_COLUMNS | dict.fromkeys(names, "VARCHAR")).items()
        )
        cells = ", ".join(
            f"coalesce({name}, '') AS {name}"
            if place < self._fewest
            else f"CASE WHEN cells > {place} THEN coalesce({name}, '') END AS {name}"
            for place, name in enumerate(names)
        )
        line_size = self._longest + self._width * 3 + _NUMBERS_SIZE
        return f"""
            CREATE OR REPLACE TABLE records AS
            SELECT record, line, fault, cells, NULL::VARCHAR AS line_text, {cells}
            FROM read_csv({quote_literal(str(self._path))}, auto_detect = false, header = false,
                columns = {{{columns}}}, delim = {quote_literal(self._delimiter)},
                quote = {quote_literal(self._quote)}, escape = {quote_literal(self._quote)}, new_line = '\\n',
                strict_mode = true, null_padding = false, ignore_errors = false, {size_options(line_size)})
            """


def _divides_like_duckdb(dialect: Dialect, quote: str) -> bool:
    """Whether a line without quotes has the same cells for DuckDB, with numbers put before it."""
    delimiter = dialect.delimiter
    return (
        not dialect.run
        and len(delimiter) == 1
        and delimiter.isascii()
        and not delimiter.isalnum()
        and delimiter not in ("\x00", quote)
    )
