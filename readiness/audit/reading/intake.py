"""The first look at a file that was handed in: is it a file at all, how large, and its fingerprint."""

from __future__ import annotations

import hashlib
import stat

from readiness.audit.reading.budget import Budget, size_text
from readiness.audit.reading.values import ReadingLimits, SampleFile
from readiness.errors import EmptyFileError, FileTooLargeError, UnreadableFileError

_CHUNK_BYTES = 1 << 20


def measure(sample: SampleFile, limits: ReadingLimits) -> int:
    """The size in bytes of a plain, readable file that is not empty. Never opens a pipe or a device."""
    try:
        status = sample.path.stat()
    except FileNotFoundError as exc:
        raise UnreadableFileError(sample.name, "there is no such file", "Check its name and folder.") from exc
    except (OSError, ValueError) as exc:
        raise UnreadableFileError(sample.name, "the file cannot be reached", "Check its name and folder.") from exc
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableFileError(sample.name, "it is a folder", "Name one file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFileError(
            sample.name, "it is a pipe or a device, not a file", "Save its content as a file first."
        )
    if not status.st_size:
        raise EmptyFileError(sample.name)
    if status.st_size > limits.file_bytes:
        raise FileTooLargeError(
            sample.name,
            f"it is {size_text(status.st_size)} and at most {size_text(limits.file_bytes)} can be read",
            "Hand in a sample of it.",
        )
    return status.st_size


def fingerprint(sample: SampleFile, budget: Budget) -> str:
    """The SHA-256 of the file as it lies there, in hexadecimal."""
    digest = hashlib.sha256()
    try:
        with sample.path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                budget.report(0.0)
    except OSError as exc:
        raise UnreadableFileError(sample.name, "the file cannot be opened", "Check that you may read it.") from exc
    return digest.hexdigest()


def head_of(sample: SampleFile, length: int = _CHUNK_BYTES) -> bytes:
    """The first bytes of the file."""
    try:
        with sample.path.open("rb") as file:
            return file.read(length)
    except OSError as exc:
        raise UnreadableFileError(sample.name, "the file cannot be opened", "Check that you may read it.") from exc
