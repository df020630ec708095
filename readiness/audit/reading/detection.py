"""Which format a file is in, by its content; its name only counts where the content leaves a choice."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from readiness.audit.reading.archives import DAMAGE
from readiness.audit.reading.intake import head_of
from readiness.audit.reading.json_text import JsonError, StrictDecoder
from readiness.audit.reading.values import ReadingOptions, SampleFile, SampleFormat
from readiness.errors import UnreadableFileError

SUPPORTED = "Readable are CSV, TSV and other delimited text, JSON, JSON Lines, XLSX and Parquet, also as .gz or .zip."

_NAMES = {
    SampleFormat.CSV: "delimited text",
    SampleFormat.JSON: "JSON",
    SampleFormat.JSON_LINES: "JSON Lines",
    SampleFormat.XLSX: "an Excel workbook",
    SampleFormat.PARQUET: "Parquet",
}
_TEXT_FORMATS = (SampleFormat.CSV, SampleFormat.JSON, SampleFormat.JSON_LINES)
_BY_SUFFIX = {
    ".csv": SampleFormat.CSV,
    ".tsv": SampleFormat.CSV,
    ".tab": SampleFormat.CSV,
    ".psv": SampleFormat.CSV,
    ".json": SampleFormat.JSON,
    ".geojson": SampleFormat.JSON,
    ".jsonl": SampleFormat.JSON_LINES,
    ".ndjson": SampleFormat.JSON_LINES,
    ".xlsx": SampleFormat.XLSX,
    ".xlsm": SampleFormat.XLSX,
    ".xltx": SampleFormat.XLSX,
    ".xltm": SampleFormat.XLSX,
    ".parquet": SampleFormat.PARQUET,
    ".pq": SampleFormat.PARQUET,
}
_PARQUET_MAGIC = b"PAR1"
_ENCRYPTED_PARQUET_MAGIC = b"PARE"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN_MAGICS = (  # first bytes -> what it is, with its article
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"ARROW1", "an Arrow file"),
    (b"FEA1", "a Feather file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "an RTF document"),
)
_MARKUP = re.compile(rb"\s*<(\?xml|!doctype\s+html|html|head|body|table|style|meta)\b", re.IGNORECASE)
_XML_ELEMENT = re.compile(rb"\s*<([A-Za-z_][\w:.-]*)(?:\s[^<>]*)?>.*</\1>\s*", re.DOTALL)
_SPREADSHEET_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_TEXT_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CONTROL_BYTES = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27, 0})
_MOST_CONTROL_SHARE = 0.05
_TRIED_LINES = 50
_OBJECT_START = re.compile(r'\s*(\[\s*)*\{\s*"(?:[^"\\]|\\.)*"\s*:')
_ARRAY_START = re.compile(r'\s*\[\s*(\[|\{|$|[\]"\d-]|true|false|null)')
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Detected:
    """The format, and one sentence where the name says something else."""

    format: SampleFormat
    notes: tuple[str, ...] = ()


def detect_format(sample: SampleFile, options: ReadingOptions) -> Detected:
    """The format of the file's content. Formats that cannot be read are refused with a sentence that names them."""
    head = head_of(sample)
    content = _binary_format(sample, head)
    if content is None:
        content = options.format if options.format in _TEXT_FORMATS else _text_format(sample, head)
    named = _BY_SUFFIX.get(PurePosixPath(sample.name).suffix.lower())
    if options.format is not None and content is not options.format:
        raise UnreadableFileError(
            sample.name,
            f"it was to be read as {_NAMES[options.format]}, but it is {_NAMES[content]}",
            "Choose that format.",
        )
    if options.format is not None or named is None or named is content:
        return Detected(content)
    suffix = PurePosixPath(sample.name).suffix
    return Detected(
        content, (f"The name ends in {suffix}, but the content is {_NAMES[content]}; it was read as that.",)
    )


def _binary_format(sample: SampleFile, head: bytes) -> SampleFormat | None:
    """XLSX or Parquet; None for text. Anything else that is known is refused by name."""
    if head.startswith(_PARQUET_MAGIC):
        return SampleFormat.PARQUET
    if head.startswith(_ENCRYPTED_PARQUET_MAGIC):
        raise UnreadableFileError(sample.name, "the Parquet file is encrypted", "Save it without encryption.")
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(sample)
    if head.startswith(_OLE_MAGIC):
        raise _ole_refusal(sample)
    for magic, kind in _FOREIGN_MAGICS:
        if head.startswith(magic):
            raise _refusal(sample, kind)
    if head[257:262] == b"ustar":
        raise _refusal(sample, "a tar archive")
    if _MARKUP.match(head.removeprefix(_TEXT_MARKS[0])):
        raise _markup_refusal(sample, head)
    if _XML_ELEMENT.fullmatch(head.removeprefix(_TEXT_MARKS[0])):
        raise _refusal(sample, "an XML file")
    _check_text(sample, head)
    return None


def _zip_format(sample: SampleFile) -> SampleFormat:
    names, mimetype = _zip_marks(sample)
    lowered = {name.lower() for name in names}
    if "xl/workbook.bin" in lowered:
        raise UnreadableFileError(
            sample.name, "it is a binary Excel workbook (.xlsb)", "Save it as .xlsx and hand that in."
        )
    if any(name.startswith("xl/") for name in lowered) or "workbook.xml" in lowered:
        return SampleFormat.XLSX
    if "opendocument.spreadsheet" in mimetype:
        raise UnreadableFileError(
            sample.name, "it is an OpenDocument spreadsheet (.ods)", f"Save it as .xlsx or CSV. {SUPPORTED}"
        )
    if any(name.endswith(".iwa") for name in names):
        raise UnreadableFileError(
            sample.name, "it is an Apple Numbers document", f"Export it as .xlsx or CSV. {SUPPORTED}"
        )
    kind = "a Word document" if any(name.startswith("word/") for name in lowered) else "a document of another program"
    raise _refusal(sample, kind)


def _zip_marks(sample: SampleFile) -> tuple[set[str], str]:
    """The names in the archive and the media type that OpenDocument files declare in it."""
    try:
        with zipfile.ZipFile(sample.path) as archive:  # its directory was held against the limits by archives.unpack
            names = set(archive.namelist())
            declares = "mimetype" in names and archive.getinfo("mimetype").file_size < 1_000
            return names, archive.read("mimetype").decode("ascii", "replace") if declares else ""
    except DAMAGE as exc:
        raise UnreadableFileError(
            sample.name, "it is a damaged or truncated zip archive", "Download or export it again."
        ) from exc


def _ole_refusal(sample: SampleFile) -> UnreadableFileError:
    """Old Excel files and encrypted new ones share a container; the name of a stream in it tells them apart."""
    content = head_of(sample, 64 * 1024**2)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return UnreadableFileError(
            sample.name, "it is an Excel workbook protected with a password", "Save it without a password."
        )
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return UnreadableFileError(
            sample.name,
            "it is an Excel workbook of the format before 2007 (.xls)",
            f"Save it as .xlsx or CSV. {SUPPORTED}",
        )
    return _refusal(sample, "a document in an old Office format")


def _markup_refusal(sample: SampleFile, head: bytes) -> UnreadableFileError:
    if _SPREADSHEET_2003 in head:
        return _refusal(sample, "an Excel 2003 XML spreadsheet", "Save it as .xlsx or CSV. ")
    if head.lstrip()[:5].lower() == b"<?xml":
        return _refusal(sample, "an XML file")
    return _refusal(sample, "a web page (HTML), as some systems export under the name of a table")


def _refusal(sample: SampleFile, kind: str, advice: str = "") -> UnreadableFileError:
    return UnreadableFileError(sample.name, f"it is {kind}", advice + SUPPORTED)


def _check_text(sample: SampleFile, head: bytes) -> None:
    """Refuse bytes that are no text in any encoding."""
    if not head.strip(b" \t\r\n\x0b\x0c").removeprefix(_TEXT_MARKS[0]).strip(b" \t\r\n") and len(head) < 1 << 20:
        raise UnreadableFileError(sample.name, "it holds nothing but white space", "Export the records again.")
    if not head.strip(b"\x00"):
        raise UnreadableFileError(sample.name, "it holds nothing but zero bytes", "Copy or download it again.")
    if head.startswith(_TEXT_MARKS):
        return
    written = head.replace(b"\x00", b"")
    control = len(written) - len(written.translate(None, _CONTROL_BYTES))
    if control > _MOST_CONTROL_SHARE * len(written):
        raise _refusal(sample, "binary data of a format that is not known here")


def _text_format(sample: SampleFile, head: bytes) -> SampleFormat:
    text = _text_of(head)
    suffix = PurePosixPath(sample.name).suffix.lower()
    named = _BY_SUFFIX.get(suffix)
    if text.lstrip()[:1] in ("{", "["):
        return _bracketed_format(text, named, whole=len(head) < 1 << 20)
    if named is SampleFormat.JSON_LINES and any(_is_record(line) for line in _first_lines(text)):
        return SampleFormat.JSON_LINES
    if named in (SampleFormat.JSON, SampleFormat.JSON_LINES) and (_is_json(text) or not _looks_tabular(text)):
        return SampleFormat.JSON
    return SampleFormat.CSV


def _bracketed_format(text: str, named: SampleFormat | None, *, whole: bool) -> SampleFormat:
    """JSON, JSON Lines or delimited text, for a text that begins with a bracket."""
    lines = _first_lines(text)
    records = sum(map(_is_record, lines))
    if named is SampleFormat.JSON_LINES and (records or not whole):  # a first line can be longer than the head
        return SampleFormat.JSON_LINES
    if len(lines) > 1 and records * 2 >= len(lines):
        return SampleFormat.JSON_LINES
    if named in (SampleFormat.JSON, SampleFormat.JSON_LINES) or (whole and _is_json(text)):
        return SampleFormat.JSON
    if _OBJECT_START.match(text) or (not whole and _ARRAY_START.match(text)):
        return SampleFormat.JSON
    return SampleFormat.CSV


def _text_of(head: bytes) -> str:
    return head.decode(json.detect_encoding(head), errors="replace").removeprefix("\ufeff")


def _first_lines(text: str) -> list[str]:
    """The first lines that are not blank; the last one is left out where the head cuts it."""
    separator = "\r" if "\r" in text and "\n" not in text else "\n"
    lines = [line for line in text.split(separator, _TRIED_LINES * 2)[: _TRIED_LINES * 2] if line.strip()]
    return lines[:_TRIED_LINES]


def _is_record(line: str) -> bool:
    """Whether the line is a JSON object or array by itself."""
    return line.lstrip()[:1] in ("{", "[") and _is_json(line)


def _is_json(text: str) -> bool:
    try:
        StrictDecoder().parse(text)
    except JsonError:
        return False
    return True


def _looks_tabular(text: str) -> bool:
    """Whether the first lines share a delimiter, the same number of times in each."""
    lines = _first_lines(text)[:10]
    return len(lines) > 1 and any(
        lines[0].count(mark) > 0 and all(line.count(mark) == lines[0].count(mark) for line in lines)
        for mark in _DELIMITERS
    )
