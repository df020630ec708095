"""What reading a sample gives back, and the choices that a user can make about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class SampleFormat(StrEnum):
    CSV = "csv"  # any delimited text, whatever its delimiter
    JSON = "json"
    JSON_LINES = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"


class LineFault(StrEnum):
    """Why a record does not fit the header. Such a record is kept, counted and not checked cell by cell."""

    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    UNCLOSED_QUOTE = "unclosed_quote"
    FILLER = "filler"  # delimiters or padding and nothing else
    TOTAL = "total"  # a total or footer among the records
    REPEATED_HEADER = "repeated_header"
    BROKEN_JSON = "broken_json"
    NOT_AN_OBJECT = "not_an_object"  # a JSON value that is no record
    OTHER_TABLE = "other_table"  # belongs to a second table in the same file


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What the user fixed; None means: find out."""

    format: SampleFormat | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None  # "" = no quoting
    escape: str | None = None  # "" = none; '"' = doubled quote
    header_line: int | None = None  # 1-based first line of the header; 0 = the file has no header
    header_lines: int | None = None  # how many lines the header spans
    sheet: str | None = None  # XLSX: which sheet


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What a file may cost before it is refused with a sentence."""

    file_bytes: int = 4 * 1024**3
    unpacked_bytes: int = 2 * 1024**3
    unpack_ratio: float = 200.0
    fields: int = 4_096
    line_bytes: int = 16 * 1024**2
    line_cells: int = 1_048_576  # of a single line of delimited text
    sheet_cells: int = 12_000_000  # with a value, of the one sheet that is read
    seconds: float = 600.0
    memory_bytes: int = 1024**3


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read. Every line of a text file is accounted for:
    lines = preamble_lines + header_lines + lines of records (some span several) + empty_lines."""

    name: str
    sha256: str
    size_bytes: int
    format: SampleFormat
    fields: tuple[str, ...]
    records: int
    faults: dict[str, int]  # LineFault value -> records
    encoding: str = ""
    encoding_reason: str = ""
    delimiter: str = ""
    quote: str = ""
    escape: str = ""
    line_end: str = ""  # "\n", "\r\n", "\r", "mixed"
    lines: int = 0  # physical lines of a text file
    preamble_lines: int = 0
    preamble: tuple[str, ...] = ()  # their text, shortened, at most 20
    header_line: int = 0  # 1-based first header line; 0 = none found, fields are named column_1 ...
    header_lines: int = 0
    empty_lines: int = 0
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # one sentence each: what was done that a reader should know
    options: ReadingOptions = field(default_factory=ReadingOptions)

    @property
    def unsplit(self) -> int:
        """Records that do not fit the header."""
        return sum(self.faults.values())


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file to be read: where it lies now and what its user calls it."""

    path: Path
    name: str
