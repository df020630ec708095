"""The files of a log: found by path, folder or pattern, told apart by what is in them, opened whatever packs them."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from readiness.errors import FileTooLargeError, InputError, UnreadableFileError

MOST_FILES = 2_000
DAMAGED_PACKING = (EOFError, zlib.error, lzma.LZMAError, OSError)  # what unpacking a damaged file raises

_LOG_NAME = re.compile(
    r"(?i).*\.(?:log|jsonl|ndjson|json|csv|tsv|txt|out|parquet)(?:[.\-_][0-9][0-9TZ:_.\-]*)?(?:\.(?:gz|bz2|xz))?"
)
_PATTERN = re.compile(r"[*?\[]")
_OTHER_PACKINGS = {
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"PK\x03\x04": "ZIP",
    b"7z\xbc\xaf": "7-Zip",
    b"\x04\x22\x4d\x18": "LZ4",
}


class LogFormat(StrEnum):
    JSON_LINES = "JSON Lines"
    CSV = "CSV"
    PARQUET = "Parquet"


class Packing(StrEnum):
    NONE = "not packed"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file of a log; `name` is what it is called in front of users, as an upload lies under another name."""

    path: Path
    name: str

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size


def find_files(places: Iterable[str | Path | LogFile]) -> tuple[LogFile, ...]:
    """The files behind paths, folders and patterns such as `app.log*`, each once.

    Of a folder, those whose names are usual for logs, rotated and packed ones as well. Raises InputError where a place
    leads to none, and FileTooLargeError for more than MOST_FILES.
    """
    found: dict[Path, LogFile] = {}
    for place in places:
        for file in _files_at(place):
            found.setdefault(file.path.resolve(), file)
        if len(found) > MOST_FILES:
            raise FileTooLargeError(
                str(place), f"more than {MOST_FILES:,} files belong to it", "Name a part of them with a pattern."
            )
    return tuple(found.values())


def packing_of(file: LogFile) -> Packing:
    """How the file is packed, by its first bytes. Raises UnreadableFileError for what cannot be unpacked here."""
    try:
        with file.path.open("rb") as stream:
            start = stream.read(8)
    except OSError as exc:
        raise UnreadableFileError(file.name, (exc.strerror or "it cannot be opened").lower()) from exc
    for magic, name in _OTHER_PACKINGS.items():
        if start.startswith(magic):
            raise UnreadableFileError(file.name, f"it is packed with {name}", "Unpack it, or pack it with gzip.")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError(file.name, "it is written in UTF-16", "Save it as UTF-8.")
    if start.startswith(b"\x1f\x8b"):
        return Packing.GZIP
    if start.startswith(b"BZh"):
        return Packing.BZIP2
    return Packing.XZ if start.startswith(b"\xfd7zXZ") else Packing.NONE


def open_unpacked(file: LogFile, packing: Packing) -> BinaryIO:
    """The file's content as a stream of bytes."""
    if packing is Packing.GZIP:
        return cast(BinaryIO, gzip.open(file.path, "rb"))
    if packing is Packing.BZIP2:
        return cast(BinaryIO, bz2.open(file.path, "rb"))
    if packing is Packing.XZ:
        return cast(BinaryIO, lzma.open(file.path, "rb"))
    return file.path.open("rb")


def is_parquet(file: LogFile) -> bool:
    with file.path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _files_at(place: str | Path | LogFile) -> list[LogFile]:
    if isinstance(place, LogFile):
        return [place]
    try:
        return _files_behind(Path(place))
    except OSError as exc:
        why = (exc.strerror or "it cannot be read").lower()
        raise InputError(f"The path {str(place)!r} cannot be looked at: {why}.") from exc


def _files_behind(path: Path) -> list[LogFile]:
    if path.is_file():
        return [LogFile(path, path.name)]
    if path.is_dir():
        names = sorted(one for one in path.iterdir() if one.is_file() and _LOG_NAME.fullmatch(one.name))
        return _some(names, f"No log in the folder {str(path)!r}: no file is named like app.log or outcomes.jsonl.gz.")
    if _PATTERN.search(path.name):
        names = sorted(one for one in path.parent.glob(path.name) if one.is_file()) if path.parent.is_dir() else []
        return _some(names, f"No file fits the pattern {str(path)!r}.")
    raise InputError(f"No file or folder {str(path)!r}. Check the path; it is a path on the machine of this dashboard.")


def _some(paths: list[Path], sentence: str) -> list[LogFile]:
    if not paths:
        raise InputError(sentence)
    return [LogFile(path, path.name) for path in paths]
