"""Unpacking .gz and .zip to the one data file inside, within limits."""

from __future__ import annotations

import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from readiness.audit.reading.budget import Budget, size_text
from readiness.audit.reading.intake import head_of
from readiness.audit.reading.values import ReadingLimits, SampleFile
from readiness.audit.reading.wording import listed
from readiness.errors import FileTooLargeError, UnreadableFileError

# What the standard library raises for an archive that is damaged or packed in a way it does not know.
DAMAGE = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
MAX_ENTRIES = 10_000
MAX_DEPTH = 3  # a .csv.gz inside a .zip is met; more layers than this are built on purpose
_MAX_DIRECTORY_BYTES = 16 * 1024**2
MIN_SUSPECT_BYTES = 64 * 1024**2  # below this the ratio says nothing: a few repeated lines shrink 1,000-fold
_CHUNK_BYTES = 1 << 20
_DATA_SUFFIXES = tuple(
    suffix + packed
    for suffix in (".csv", ".tsv", ".tab", ".psv", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".parquet")
    for packed in ("", ".gz", ".zip")
)

_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The data file to read, and one sentence for each layer that was taken off."""

    sample: SampleFile
    notes: tuple[str, ...] = ()


def unpack(sample: SampleFile, folder: Path, budget: Budget) -> Unpacked:
    """The data file inside `sample`, unpacked into `folder`; the sample itself where it is no archive."""
    notes: list[str] = []
    handed_in = sample.name
    for depth in range(MAX_DEPTH + 1):
        head = head_of(sample, 4)
        if not (head.startswith(_GZIP_MAGIC) or (head in _ZIP_MAGICS and not _is_document(sample))):
            return Unpacked(sample=sample, notes=tuple(notes))
        target = folder / f"layer-{depth}"
        if head.startswith(_GZIP_MAGIC):
            inner = _unpack_gzip(sample, target, budget)
            notes.append(f"Unpacked from gzip: {inner.name}.")
        else:
            inner, others = _unpack_zip(sample, target, budget)
            notes.append(_zip_note(inner.name, others))
        sample = inner
    raise UnreadableFileError(
        handed_in, f"it is packed more than {MAX_DEPTH} times over", "Hand in the data file itself."
    )


def open_zip(sample: SampleFile, limits: ReadingLimits) -> zipfile.ZipFile:
    """The opened archive, after its directory was held against the limits."""
    _check_directory(sample)
    try:
        archive = zipfile.ZipFile(sample.path)
    except DAMAGE as exc:
        raise UnreadableFileError(
            sample.name, "it is a damaged or truncated zip archive", "Download or export it again."
        ) from exc
    try:
        _check_entries(sample.name, archive.infolist(), limits)
    except UnreadableFileError:
        archive.close()
        raise
    return archive


def _check_directory(sample: SampleFile) -> None:
    """Stop at a directory of millions of entries before it is read: reading it is what costs."""
    with sample.path.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        tail_start = max(0, size - 65_535 - 22 - 20)
        file.seek(tail_start)
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise UnreadableFileError(sample.name, "it is a truncated zip archive", "Download or export it again.")
    entries, directory_bytes = struct.unpack_from("<HI", tail, end + 10)
    if entries == 0xFFFF or directory_bytes == 0xFFFFFFFF:
        entries, directory_bytes = _large_directory(tail, end, tail_start, sample)
    if entries > MAX_ENTRIES or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise FileTooLargeError(
            sample.name,
            f"the archive lists {entries:,} files and at most {MAX_ENTRIES:,} are looked at",
            "Pack one data file.",
        )


def _large_directory(tail: bytes, end: int, tail_start: int, sample: SampleFile) -> tuple[int, int]:
    """Entries and bytes of the directory as the ZIP64 record gives them (APPNOTE 4.3.14)."""
    record = tail.rfind(b"PK\x06\x06", 0, end)
    if record < 0 or len(tail) < record + 56:
        raise UnreadableFileError(sample.name, "it is a damaged zip archive", "Download or export it again.")
    entries, directory_bytes = struct.unpack_from("<QQ", tail, record + 32)
    return entries, directory_bytes


def _check_entries(name: str, entries: list[zipfile.ZipInfo], limits: ReadingLimits) -> None:
    if len(entries) > MAX_ENTRIES:
        raise FileTooLargeError(
            name,
            f"the archive holds {len(entries):,} files and at most {MAX_ENTRIES:,} are looked at",
            "Pack one data file.",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFileError(name, "it is protected with a password", "Save it without a password.")
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    check_growth(name, packed, unpacked, limits)


def check_growth(name: str, packed: int, unpacked: int, limits: ReadingLimits) -> None:
    """Stop at an archive that unpacks to more than the limits allow."""
    if unpacked > limits.unpacked_bytes:
        raise FileTooLargeError(
            name,
            f"it unpacks to more than {size_text(limits.unpacked_bytes)}",
            "Hand in a sample of it.",
        )
    if unpacked > MIN_SUSPECT_BYTES and unpacked > limits.unpack_ratio * max(1, packed):
        raise FileTooLargeError(
            name,
            f"it unpacks to more than {limits.unpack_ratio:g} times its size, as archives made to fill a disk do",
            "Hand in the data file itself.",
        )


def _is_document(sample: SampleFile) -> bool:
    """Whether the zip archive is one document (a workbook, a text document), not a bundle of files."""
    _check_directory(sample)
    try:
        with zipfile.ZipFile(sample.path) as archive:
            names = archive.namelist()[:MAX_ENTRIES]
    except DAMAGE as exc:
        raise UnreadableFileError(
            sample.name, "it is a damaged or truncated zip archive", "Download or export it again."
        ) from exc
    return any(name in ("[Content_Types].xml", "mimetype") or name.endswith(".iwa") for name in names)


def _unpack_gzip(sample: SampleFile, target: Path, budget: Budget) -> SampleFile:
    try:
        with sample.path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as stream:
            _copy(sample.name, stream, target, packed.tell, budget)
    except DAMAGE as exc:
        raise UnreadableFileError(
            sample.name, "it is a damaged or truncated gzip file", "Download or export it again."
        ) from exc
    return SampleFile(path=target, name=_without_suffix(sample.name))


def _without_suffix(name: str) -> str:
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in (".gz", ".gzip") else name


def _zip_note(name: str, others: list[str]) -> str:
    if not others:
        return f"Unpacked from a zip archive: {name}."
    return (
        f"The zip archive holds {len(others) + 1:,} files; the largest one with records, {name!r}, was read. "
        f"Not read: {listed(others)}."
    )


def _unpack_zip(sample: SampleFile, target: Path, budget: Budget) -> tuple[SampleFile, list[str]]:
    """The entry that was unpacked, and the names of the files that were not."""
    with open_zip(sample, budget.limits) as archive:
        entry, others = _data_file(sample.name, archive.infolist())
        try:
            with archive.open(entry) as stream:
                _copy(sample.name, stream, target, lambda: entry.compress_size, budget)
        except DAMAGE as exc:
            raise UnreadableFileError(
                sample.name, f"its entry {entry.filename!r} is damaged or packed in an unknown way", "Pack it again."
            ) from exc
    return SampleFile(path=target, name=PurePosixPath(entry.filename).name), others


def _data_file(name: str, entries: Iterable[zipfile.ZipInfo]) -> tuple[zipfile.ZipInfo, list[str]]:
    """The largest file whose name promises records (the largest of all where none does), and the others' names."""
    files = [entry for entry in entries if not entry.is_dir() and not _is_litter(entry.filename)]
    if not files:
        raise UnreadableFileError(name, "the archive holds no file", "Pack one data file.")
    promising = [entry for entry in files if entry.filename.lower().endswith(_DATA_SUFFIXES)] or files
    chosen = max(promising, key=lambda entry: entry.file_size)  # the first of equal ones
    return chosen, [entry.filename[:80] for entry in files if entry is not chosen]


def _is_litter(entry_name: str) -> bool:
    """Whether an operating system put the entry there, not the user."""
    parts = PurePosixPath(entry_name).parts
    return "__MACOSX" in parts or (
        bool(parts) and (parts[-1].startswith("._") or parts[-1] in (".DS_Store", "Thumbs.db"))
    )


def _copy(
    name: str, stream: IO[bytes] | gzip.GzipFile, target: Path, packed: Callable[[], int], budget: Budget
) -> None:
    """Unpack to `target`, counting what really comes out: the sizes that an archive declares may lie.

    `packed` tells how many bytes were unpacked so far, where that is known, else all there are.
    """
    unpacked = 0
    with target.open("wb") as file:
        while chunk := stream.read(_CHUNK_BYTES):
            unpacked += len(chunk)
            check_growth(name, packed(), unpacked, budget.limits)
            budget.report(0.0)
            file.write(chunk)
    if not unpacked:
        raise UnreadableFileError(name, "the archive holds an empty file", "Export the records again.")
