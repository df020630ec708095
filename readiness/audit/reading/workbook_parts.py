"""What a workbook holds, read part by part from its archive: sheets, styles, shared texts, rows of cells."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO

from readiness.audit.reading.archives import DAMAGE, open_zip
from readiness.audit.reading.budget import Budget
from readiness.audit.reading.values import SampleFile
from readiness.audit.reading.workbook_cells import (
    NumberStyle,
    column_number,
    iso_text,
    number_style,
    number_text,
    serial_text,
)
from readiness.audit.reading.workbook_xml import PIECE_BYTES, Attributes, PartParser, local_attribute
from readiness.errors import FileTooLargeError, UnreadableFileError

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
_KEPT_RANGES = 1_000
_SEARCHED_BYTES = 1 << 20
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:$]{3,40})[\"'][^>]*>")
_PROOF_BYTES = 1 << 22  # so much of a sheet tells how many cells the rest of it holds
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true", "on")
_DAMAGED_ADVICE = "Open it in Excel and save it again."


Cell = tuple[int, str, bool]  # 0-based column, text, whether it is text (not a number, date, boolean or error)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that the sheet stores; cells without a value are left out."""

    number: int  # 1-based, as the sheet shows it
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    hidden: bool
    part: str


@dataclass(slots=True)
class SheetTraits:
    """What is to be said about a sheet beside its values; complete when its rows have been read."""

    hidden_rows: list[int] = field(default_factory=list)  # numbers of the first ones
    hidden_row_count: int = 0
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # 0-based first and last
    merged_count: int = 0
    formulas_without_value: int = 0
    errors: int = 0
    formulas: int = 0


class WorkbookFile:
    """An opened workbook; a context manager."""

    def __init__(self, sample: SampleFile, budget: Budget) -> None:
        self._name = sample.name
        self._budget = budget
        self._archive = open_zip(sample, budget.limits)
        self._parts = {
            entry.filename.replace("\\", "/").lower().lstrip("/"): entry for entry in self._archive.infolist()
        }
        self.since_1904 = False
        self.sheets: tuple[Sheet, ...] = ()
        self._styles: list[NumberStyle] = []
        self._texts: list[str] = []
        with ExitStack() as failed:
            failed.enter_context(self._archive)
            self._read_workbook()
            failed.pop_all()

    def __enter__(self) -> WorkbookFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def rows(self, sheet: Sheet, traits: SheetTraits) -> Iterator[SheetRow]:
        """The stored rows of the sheet, top to bottom; fills `traits` on the way."""
        yield from _SheetRows(self._name, self._budget, traits, self._styles, self._texts, self.since_1904).read(
            *self._open(sheet.part)
        )

    def merged_ranges(self, sheet: Sheet) -> list[str]:
        """The first merged ranges of the sheet, such as "A1:C1". They stand behind its rows, but tell about them."""
        stream, _ = self._open(sheet.part)
        rest, within = b"", False
        found: list[str] = []
        with stream:
            while len(found) < _KEPT_RANGES:
                try:
                    chunk = stream.read(_SEARCHED_BYTES)
                except DAMAGE:  # named when its rows are read
                    break
                self._budget.report(0.0)
                piece = rest + chunk
                within = within or b"mergeCells" in piece
                if within:
                    found += [match[1].decode("ascii", "replace") for match in _MERGED.finditer(piece)]
                    rest = piece[piece.rfind(b"<") :] if b"<" in piece else b""
                else:
                    rest = piece[-len(b"mergeCells") :]
                if not chunk:
                    break
        return found[:_KEPT_RANGES]

    def _open(self, part: str) -> tuple[IO[bytes], int]:
        entry = self._parts.get(part.lower())
        if entry is None:
            raise UnreadableFileError(self._name, f"the workbook lacks its part {part!r}", _DAMAGED_ADVICE)
        try:
            return self._archive.open(entry), entry.file_size
        except DAMAGE as exc:
            raise UnreadableFileError(self._name, "the workbook is damaged or truncated", _DAMAGED_ADVICE) from exc

    def _read_workbook(self) -> None:
        workbook = self._target("", "officedocument") or "xl/workbook.xml"
        relations = self._relations(workbook)
        found: list[tuple[str, str, str]] = []

        def start(name: str, attributes: Attributes) -> None:
            if name == "workbookPr":
                self.since_1904 = attributes.get("date1904", "").lower() in _TRUE
            elif name == "sheet":
                found.append(
                    (attributes.get("name", ""), attributes.get("state", ""), local_attribute(attributes, "id"))
                )

        self._parse(workbook, start)
        self.sheets = tuple(
            Sheet(name=name, hidden=state in ("hidden", "veryHidden"), part=relations[identity][1])
            for name, state, identity in found
            if identity in relations and relations[identity][0] == "worksheet"
        )
        if not self.sheets:
            raise UnreadableFileError(self._name, "the workbook has no sheet of cells", _DAMAGED_ADVICE)
        for kind, part in relations.values():
            if kind == "styles" and part.lower() in self._parts:
                self._styles = self._read_styles(part)
            elif kind == "sharedstrings" and part.lower() in self._parts:
                self._texts = self._read_texts(part)

    def _target(self, part: str, kind: str) -> str:
        return next((target for found, target in self._relations(part).values() if found == kind), "")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Id -> (kind, part) of what a part refers to; the kind is the last word of its type, in lower case."""
        folder, name = posixpath.split(part)
        relations: dict[str, tuple[str, str]] = {}

        def start(element: str, attributes: Attributes) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "").replace("\\", "/")
                resolved = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
                kind = attributes.get("Type", "").rpartition("/")[2].lower()
                relations[attributes.get("Id", "")] = (kind, resolved.lstrip("/"))

        listing = f"{folder}/_rels/{name}.rels".lstrip("/")
        if listing.lower() in self._parts:
            self._parse(listing, start)
        return relations

    def _read_styles(self, part: str) -> list[NumberStyle]:
        codes: dict[int, str] = {}
        format_ids: list[int] = []
        within = False

        def start(name: str, attributes: Attributes) -> None:
            nonlocal within
            if name == "numFmt":
                codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                within = True
            elif name == "xf" and within:
                format_ids.append(_whole(attributes.get("numFmtId")))

        def end(name: str) -> None:
            nonlocal within
            within = within and name != "cellXfs"

        self._parse(part, start, end)
        return [number_style(format_id, codes.get(format_id)) for format_id in format_ids]

    def _read_texts(self, part: str) -> list[str]:
        """The shared texts. Formatted runs of one text are joined; phonetic readings are no part of it."""
        texts: list[str] = []
        runs: list[str] = []
        phonetic = False
        total = 0
        most = self._budget.limits.memory_bytes // 4

        def start(name: str, _: Attributes) -> None:
            nonlocal phonetic
            if name == "rPh":
                phonetic = True
            elif name == "t" and not phonetic:
                parser.collect_text()

        def end(name: str) -> None:
            nonlocal phonetic, total
            if name == "t" and not phonetic:
                runs.append(parser.take_text())
            elif name == "rPh":
                phonetic = False
            elif name == "si":
                text = _unescaped("".join(runs))
                runs.clear()
                texts.append(text)
                total += len(text) + 64
                if total > most:
                    raise FileTooLargeError(
                        self._name,
                        "its texts need more memory than is allowed",
                        "Save the sheet with the records as CSV.",
                    )

        parser = PartParser(self._name, start, end, self._budget)
        for _ in parser.feed(self._open(part)[0]):
            pass
        return texts

    def _parse(
        self, part: str, start: Callable[[str, Attributes], None], end: Callable[[str], None] | None = None
    ) -> None:
        for _ in PartParser(self._name, start, end, self._budget).feed(self._open(part)[0]):
            pass


class _SheetRows:
    """Turns the XML of one sheet into rows."""

    def __init__(
        self,
        name: str,
        budget: Budget,
        traits: SheetTraits,
        styles: list[NumberStyle],
        texts: list[str],
        since_1904: bool,
    ) -> None:
        self._name = name
        self._budget = budget
        self._traits = traits
        self._texts = texts
        self._count = 0  # cells with a value so far
        self._since_1904 = since_1904
        self._parser = PartParser(name, self._start, self._end, budget)
        self._dated = {str(index): style for index, style in enumerate(styles) if style is not NumberStyle.NUMBER}
        self._done: list[SheetRow] = []
        self._cells: list[Cell] = []
        self._row = 0
        self._column = -1
        self._kind = "n"
        self._style: str = ""
        self._value: str | None = None
        self._runs: list[str] = []
        self._formula = False
        self._phonetic = False

    def read(self, stream: IO[bytes], size: int) -> Iterator[SheetRow]:
        fed = 0
        with stream:
            for _ in self._parser.feed(stream, size):
                fed += PIECE_BYTES
                if fed >= _PROOF_BYTES:
                    self._budget.check_sheet_cells(self._count, min(1.0, fed / size) if size else 1.0)
                for row in self._done:
                    self._count += len(row.cells)
                    yield row
                self._done.clear()

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._parser.collect_text()
        elif name == "t":
            if not self._phonetic:
                self._parser.collect_text()
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "col":
            self._start_column(attributes)
        elif name == "mergeCell":
            self._traits.merged_count += 1

    def _end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "v":
            self._value = self._parser.take_text()
        elif name == "t":
            if not self._phonetic:
                self._runs.append(self._parser.take_text())
        elif name == "rPh":
            self._phonetic = False
        elif name == "row" and self._cells:
            self._done.append(SheetRow(self._row, tuple(self._cells)))

    def _start_row(self, attributes: Attributes) -> None:
        number = attributes.get("r")
        self._row = _whole(number) if number else self._row + 1
        if not 0 < self._row <= MAX_ROW:
            raise UnreadableFileError(
                self._name, "the workbook is damaged: a row lies beyond the sheet", _DAMAGED_ADVICE
            )
        self._cells = []
        self._column = -1
        if attributes.get("hidden", "") in _TRUE:
            self._traits.hidden_row_count += 1
            if len(self._traits.hidden_rows) < _KEPT_RANGES:
                self._traits.hidden_rows.append(self._row)

    def _start_column(self, attributes: Attributes) -> None:
        if attributes.get("hidden", "") in _TRUE:
            first, last = _whole(attributes.get("min")) - 1, _whole(attributes.get("max")) - 1
            if len(self._traits.hidden_columns) < _KEPT_RANGES:
                self._traits.hidden_columns.append((first, min(last, MAX_COLUMN - 1)))

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._column = column_number(reference.rstrip("0123456789")) if reference else self._column + 1
        if not 0 <= self._column < MAX_COLUMN:
            raise UnreadableFileError(
                self._name, "the workbook is damaged: a cell lies beyond the sheet", _DAMAGED_ADVICE
            )
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._value = None
        self._formula = False

    def _end_cell(self) -> None:
        value = self._value
        if self._formula:
            self._traits.formulas += 1
        if self._runs:
            value = "".join(self._runs) if self._kind == "inlineStr" else value
            self._runs.clear()
        kind = self._kind
        if value is None or (value == "" and kind not in ("str", "inlineStr")):
            self._traits.formulas_without_value += self._formula
        elif kind == "n":
            style = self._dated.get(self._style)
            text = number_text(value) if style is None else serial_text(value, style, since_1904=self._since_1904)
            self._cells.append((self._column, text, False))
        elif kind == "s":
            self._cells.append((self._column, self._shared(value), True))
        else:
            self._cells.append((self._column, *self._other_text(value, kind)))

    def _other_text(self, value: str, kind: str) -> tuple[str, bool]:
        """The text of a cell that is neither a number nor a shared text, and whether a person wrote it as text."""
        if kind in ("str", "inlineStr"):
            return _unescaped(value), True
        if kind == "b":
            return ("TRUE" if value.strip().lower() in _TRUE else "FALSE"), False
        if kind == "d":
            return iso_text(value), False
        self._traits.errors += 1
        return value, False

    def _shared(self, value: str) -> str:
        index = _whole(value)
        if not 0 <= index < len(self._texts):
            raise UnreadableFileError(
                self._name, "the workbook is damaged: a cell refers to a text that is not there", _DAMAGED_ADVICE
            )
        return self._texts[index]


def _unescaped(text: str) -> str:
    """The text with control characters that XML cannot hold, written as _x000D_ (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _whole(text: str | None) -> int:
    """The whole number, or -1 for anything else."""
    try:
        return int(text or "")
    except ValueError:
        return -1
