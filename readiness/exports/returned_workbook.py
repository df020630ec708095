"""A workbook that comes back from somebody's desk: its cells, read within limits, and nothing of it ever run.

Only stored values are read; a formula counts as the value that was calculated last.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from traceback import clear_frames
from types import TracebackType

from readiness.audit.reading.archives import DAMAGE, open_zip
from readiness.audit.reading.budget import Budget
from readiness.audit.reading.detection import detect_format
from readiness.audit.reading.intake import head_of, measure
from readiness.audit.reading.values import ReadingLimits, ReadingOptions, SampleFile, SampleFormat
from readiness.audit.reading.workbook_cells import column_letters, column_number
from readiness.audit.reading.workbook_parts import Sheet, SheetRow, SheetTraits, WorkbookFile
from readiness.audit.reading.workbook_xml import Attributes, PartParser
from readiness.errors import EmptyFileError, FileTooLargeError, UnreadableFileError

MOST_ROWS = 10_000  # with content, of one sheet; a project has at most a thousand components
LIMITS = ReadingLimits(
    file_bytes=32 * 1024**2,
    unpacked_bytes=256 * 1024**2,
    sheet_cells=1_000_000,
    seconds=60.0,
    memory_bytes=256 * 1024**2,
)
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ROW = re.compile("[0-9]{1,7}")
_PLACE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_ADVICE = "Export the scope anew and edit that file."
_ADVICE_FOR = (  # a word of the reason -> what to do
    ("password", "Save it without a password."),
    ("macros", "Save it as .xlsx, which holds none."),
    ("other workbooks", "Break its links (Data, Edit links), so that their values stay, and save it again."),
    ("(.", "Save it as .xlsx."),  # another format of a spreadsheet
)


@dataclass(frozen=True, slots=True)
class ReturnedCell:
    """One cell as text. `written` says that a person wrote it as text: no number, date, boolean or error."""

    text: str
    written: bool
    uncalculated: bool = False  # `text` is a formula, which has no value


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    number: int  # as the sheet shows it
    cells: dict[int, ReturnedCell]  # by 0-based column; empty cells are left out


class ReturnedWorkbook:
    """An opened workbook; a context manager. Raises UnreadableFileError with one sentence for any other file."""

    def __init__(self, path: Path, name: str) -> None:
        self._sample = SampleFile(path, PurePosixPath(name).name or name)
        self._budget = Budget(self._sample.name, LIMITS)
        with _said_for_an_import(self._sample.name):
            measure(self._sample, LIMITS)
            self._refuse_other_formats()
            self._refuse_what_runs()
            self._book = _Book(self._sample, self._budget)
        self.sheet_names = tuple(sheet.name for sheet in self._book.sheets)

    def __enter__(self) -> ReturnedWorkbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.__exit__(kind, value, trace)

    def rows(self, sheet_name: str) -> Iterator[ReturnedRow]:
        """The rows of a sheet that hold anything, top to bottom; none where there is no such sheet."""
        sheet = next((sheet for sheet in self._book.sheets if folded(sheet.name) == folded(sheet_name)), None)
        if sheet is None:
            return
        uncalculated = self._uncalculated(sheet)
        with _said_for_an_import(self._sample.name), closing(self._book.generated_rows(sheet)) as stored:
            for number, row in enumerate(stored, start=1):
                if number > MOST_ROWS:
                    reason = f"its sheet {sheet.name!r} has more than {MOST_ROWS:,} rows with content"
                    raise FileTooLargeError(self._sample.name, reason)
                cells = {column: ReturnedCell(text, written) for column, text, written in row.cells}
                for column, formula in uncalculated[row.number].items():
                    cells[column] = ReturnedCell(formula, written=False, uncalculated=True)
                yield ReturnedRow(row.number, cells)

    def named_cells(self) -> dict[str, tuple[str, int, int]]:
        """The defined names that stand for one cell: name -> (sheet, row as shown, 0-based column)."""
        found: dict[str, tuple[str, int, int]] = {}
        current = ""

        def start(name: str, attributes: Attributes) -> None:
            nonlocal current
            if name == "definedName":
                current = attributes.get("name", "")
                parser.collect_text()

        def end(name: str) -> None:
            if name == "definedName" and (match := _REFERENCE.fullmatch(parser.take_text().strip())):
                sheet = (match[1] or "").replace("''", "'") or match[2]
                found.setdefault(current, (sheet, int(match[4]), column_number(match[3])))

        parser = PartParser(self._sample.name, start, end, self._budget)
        self._feed(parser, "xl/workbook.xml")
        return found

    # --- the gate ---

    def _refuse_other_formats(self) -> None:
        if head_of(self._sample, 2) == b"PK":
            open_zip(self._sample, LIMITS).close()  # its directory is held against the limits before all else
        if detect_format(self._sample, ReadingOptions()).format is not SampleFormat.XLSX:
            raise UnreadableFileError(self._sample.name, "it is no Excel workbook")

    def _refuse_what_runs(self) -> None:
        with open_zip(self._sample, LIMITS) as archive:
            names = [name.replace("\\", "/").lower().lstrip("/") for name in archive.namelist()]
        if any("vbaproject" in name or name.startswith("xl/macrosheets/") for name in names):
            raise UnreadableFileError(self._sample.name, "it holds macros")
        if any(name.startswith("xl/externallinks/") for name in names):
            raise UnreadableFileError(self._sample.name, "it takes values from other workbooks")

    # --- parts that the reader of samples does not look at ---

    def _uncalculated(self, sheet: Sheet) -> defaultdict[int, dict[int, str]]:
        """Row -> 0-based column -> formula, where no program has calculated its value yet."""
        found: defaultdict[int, dict[int, str]] = defaultdict(dict)
        row, column, kind, value = 0, -1, "", ""
        formula: str | None = None

        def start(name: str, attributes: Attributes) -> None:
            nonlocal row, column, kind, formula, value
            if name == "row":
                number = attributes.get("r", "")
                row, column = (int(number) if _ROW.fullmatch(number) else row + 1), -1
            elif name == "c":
                place = _PLACE.fullmatch(attributes.get("r", ""))
                column = column_number(place[1]) if place else column + 1
                kind, formula, value = attributes.get("t", "n"), None, ""
            elif name in ("f", "v"):
                parser.collect_text()

        def end(name: str) -> None:
            nonlocal formula, value
            if name == "v":
                value = parser.take_text()
            elif name == "f":
                formula = f"={parser.take_text()}"
            elif name == "c" and formula is not None and not value and kind != "str":
                found[row][column] = formula

        parser = PartParser(self._sample.name, start, end, self._budget)
        self._feed(parser, sheet.part)
        return found

    def _feed(self, parser: PartParser, part: str) -> None:
        """Parses one part, looked up in any case, as some programs write it."""
        with _said_for_an_import(self._sample.name), open_zip(self._sample, LIMITS) as archive:
            entries = {entry.filename.replace("\\", "/").lower().lstrip("/"): entry for entry in archive.infolist()}
            entry = entries.get(part.lower())
            if entry is None:
                return
            try:
                stream = archive.open(entry)
            except DAMAGE as exc:
                raise UnreadableFileError(self._sample.name, "the workbook is damaged or truncated") from exc
            with stream:
                for _ in parser.feed(stream, entry.file_size):
                    pass


class _Book(WorkbookFile):
    """A workbook whose file is let go at once, also where it cannot be opened or is not read to its end."""

    def __init__(self, sample: SampleFile, budget: Budget) -> None:
        try:
            super().__init__(sample, budget)
        except UnreadableFileError as error:
            clear_frames(error.__traceback__)  # they hold the part that was being read
            if hasattr(self, "_archive"):
                self.__exit__(None, None, None)
            raise

    def generated_rows(self, sheet: Sheet) -> Generator[SheetRow, None, None]:
        """The stored rows of the sheet, as something that can be closed."""
        yield from self.rows(sheet, SheetTraits())


def address(row: int, column: int) -> str:
    """The cell as a sheet names it: F7 for row 7 and the 0-based column 5."""
    return f"{column_letters(column)}{row}"


def folded(text: str) -> str:
    """A title or name for comparing: its case and spaces do not count."""
    return " ".join(text.split()).casefold()


@contextmanager
def _said_for_an_import(name: str) -> Iterator[None]:
    """What the reader of samples refuses, with advice for somebody who brings a workbook back."""
    try:
        yield
    except EmptyFileError as exc:
        raise UnreadableFileError(name, "the file is empty", _ADVICE) from exc
    except UnreadableFileError as exc:
        advice = next((advice for word, advice in _ADVICE_FOR if word in exc.reason), _ADVICE)
        raise type(exc)(name, exc.reason, advice) from exc
