"""The records as a file of their own, and the reading in one sentence."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.audit.reading.delimited import dialect_of
from readiness.audit.reading.values import LineFault, Reading, SampleFormat
from readiness.errors import InputError

if TYPE_CHECKING:
    import duckdb

_BLOCK = 10_000
_QUOTES_REPAIRED = 40  # in one line
_BLOCK_BYTES = 1 << 25
_DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "pipe",
    " ": "space",
    ", ": "comma-and-space",
    ":": "colon",
}
_FORMATS = {
    SampleFormat.JSON: "JSON",
    SampleFormat.JSON_LINES: "JSON Lines",
    SampleFormat.XLSX: "an Excel sheet",
    SampleFormat.PARQUET: "Parquet",
}


def write_records(connection: duckdb.DuckDBPyConnection, reading: Reading, out: Path) -> int:
    """Writes the records as RFC 4180 in UTF-8 with a header, in file order, and gives back how many.

    A record with too few cells is filled up with empty ones. Surplus cells stand behind the last field, unless empty.
    Records of other tables in the same file, which have fields of their own, go to `<name>.other<suffix>` beside it.
    """
    try:
        written = _write(connection, reading, out, f"fault IS DISTINCT FROM '{LineFault.OTHER_TABLE}'", reading.fields)
        if reading.faults.get(LineFault.OTHER_TABLE):
            beside = out.with_name(f"{out.stem}.other{out.suffix}")
            written += _write(connection, reading, beside, f"fault = '{LineFault.OTHER_TABLE}'", ())
    except OSError as exc:
        raise InputError(f"Cannot write {str(out)!r}: {exc.strerror or exc}. Choose another place.") from exc
    return written


def _write(
    connection: duckdb.DuckDBPyConnection, reading: Reading, out: Path, condition: str, header: Sequence[str]
) -> int:
    written = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        if header:
            writer.writerow(header)
        for cells in _whole_records(connection, reading, condition):
            writer.writerow(cells)
            written += 1
    return written


def _whole_records(connection: duckdb.DuckDBPyConnection, reading: Reading, condition: str) -> Iterator[list[str]]:
    """All cells of each record, those beyond the last field included."""
    width = len(reading.fields)
    columns = ", ".join(f"c{place}" for place in range(width))
    result = connection.execute(  # one list, since sorting thousands of columns costs seconds of planning
        f"SELECT cells, line_text, list_value({columns}) FROM records WHERE {condition} ORDER BY record"
    )
    size = max(1, min(_BLOCK, _BLOCK_BYTES * reading.records // (reading.size_bytes + 1)))
    while block := result.fetchmany(size):
        for count, line_text, cells in block:
            kept = ["" if cell is None else cell for cell in cells]
            if count > width and line_text is not None and reading.format is SampleFormat.CSV:
                kept += _surplus(line_text, count, kept, reading)
            yield kept


def _surplus(line_text: str, count: int, kept: Sequence[str], reading: Reading) -> list[str]:
    """The cells that found no field; none where they are all empty."""
    dialect = dialect_of(reading)
    cells = dialect.split(line_text) or list(dialect.repair(line_text, count, most_quotes=_QUOTES_REPAIRED).cells)
    if _letters(cells, dialect.delimiter) == _letters(kept, dialect.delimiter):
        return []
    return cells[len(kept) :]


def _letters(cells: Sequence[str], delimiter: str) -> str:
    return "".join("".join(cells).replace(delimiter, "").split())


def reading_sentence(reading: Reading) -> str:
    """How the file was read, in one line for its user."""
    if not reading.fields and not reading.records:
        return "The file is empty: it holds no header and no record."
    return f"Read as {_how(reading)}; {_header(reading)}{_count(reading.records, 'record')}{_unsplit(reading)}."


def _how(reading: Reading) -> str:
    if reading.format is not SampleFormat.CSV:
        sheet = f" {reading.sheet!r}" if reading.sheet else ""
        return _FORMATS[reading.format] + sheet
    if len(reading.fields) == 1:
        return f"{reading.encoding}, one column"
    named = _DELIMITERS.get(reading.delimiter, repr(reading.delimiter))
    return (
        f"{reading.encoding}, {named}-separated"
        if reading.delimiter in _DELIMITERS
        else f"{reading.encoding}, separated by {named}"
    )


def _header(reading: Reading) -> str:
    if reading.format not in (SampleFormat.CSV, SampleFormat.XLSX):
        return f"{_count(len(reading.fields), 'field')}, "
    above = f" after {_count(reading.preamble_lines, 'preamble line')}" if reading.preamble_lines else ""
    if not reading.header_line:
        return f"no header found{above}; "
    last = reading.header_line + reading.header_lines - 1
    lines = f"line {reading.header_line}" if last <= reading.header_line else f"lines {reading.header_line} to {last}"
    return f"header on {lines}{above}; "


def _unsplit(reading: Reading) -> str:
    if not reading.unsplit:
        return ""
    verb = "does" if reading.unsplit == 1 else "do"
    return f", {reading.unsplit:,} of them {verb} not fit the header"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
