"""Every error that Readiness raises on purpose. Each carries its facts as attributes and writes its sentence once.

ReadinessError
├── InputError                  what was handed in is wrong; the sentence says what to do
│   ├── UnreadableFileError     the file cannot be read as records
│   │   ├── EmptyFileError      the file holds nothing at all
│   │   └── FileTooLargeError   the file, or what it unpacks to, is over a limit
│   ├── UnknownFieldError       a field name that the sample does not have
│   ├── UnknownNameError        a project, component, ... that does not exist
│   ├── InvalidValueError       one value that cannot be accepted, with the place it was typed
│   └── DuplicateSignatureError one person signing the same definition twice
├── StoppedError                long work that a user ended before it was done
├── ConflictError               a newer version was saved by someone else meanwhile
└── StoreError
    ├── StoreInUseError         another process holds the project file
    ├── StoreTooNewError        the project file was written by a newer Readiness
    └── StoreDamagedError       the project file is not a Readiness store or cannot be opened
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class ReadinessError(Exception):
    """Base of all errors whose sentence may be shown to a user as it stands."""


class InputError(ReadinessError):
    """What was handed in is wrong; the sentence says what, which and what to do."""


class UnreadableFileError(InputError):
    """The file cannot be read as records."""

    def __init__(self, name: str, reason: str, advice: str = "") -> None:
        self.name = name
        self.reason = reason
        self.advice = advice
        super().__init__(f"Cannot read {name!r}: {reason}." + (f" {advice}" if advice else ""))


class EmptyFileError(UnreadableFileError):
    """The file holds nothing at all."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "the file is empty", "Export the records again.")


class FileTooLargeError(UnreadableFileError):
    """The file, or what it unpacks to, is over a limit."""


class UnknownFieldError(InputError):
    """A field name that the sample does not have."""

    def __init__(self, field: str, fields: Iterable[str]) -> None:
        self.field = field
        self.fields = tuple(fields)
        super().__init__(f"No field {field!r} in the sample. Fields: {', '.join(self.fields) or 'none'}.")


class UnknownNameError(InputError):
    """A project, component or other named thing that does not exist."""

    def __init__(self, what: str, name: str, known: Iterable[str] = ()) -> None:
        self.what = what
        self.name = name
        self.known = tuple(known)
        known_sentence = f" Known: {', '.join(self.known)}." if self.known else ""
        super().__init__(f"No {what} {name!r}.{known_sentence}")


class InvalidValueError(InputError):
    """One value that cannot be accepted, with the place where it was typed."""

    def __init__(self, place: str, value: object, reason: str) -> None:
        self.place = place
        self.value = value
        self.reason = reason
        super().__init__(f"{place}: {value!r} {reason}.")


class DuplicateSignatureError(InputError):
    """One person signing the same definition twice."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} has already signed this definition. Agreement needs a second person.")


class StoppedError(ReadinessError):
    """Long work that a user ended before it was done."""

    def __init__(self) -> None:
        super().__init__("Stopped before it was done. Everything is as it was before.")


class ConflictError(ReadinessError):
    """A newer version was saved by someone else since this one was read. Nothing was overwritten."""

    def __init__(
        self,
        what: str,
        *,
        read_version: int,
        current_version: int,
        by: str,
        mine: dict[str, Any],
        theirs: dict[str, Any],
    ) -> None:
        self.what = what
        self.read_version = read_version
        self.current_version = current_version
        self.by = by
        self.mine = mine
        self.theirs = theirs
        super().__init__(
            f"{by or 'Someone'} changed {what} meanwhile. Nothing was overwritten: choose which one to keep."
        )


class StoreError(ReadinessError):
    """The project file cannot be used."""


class StoreInUseError(StoreError):
    """Another process holds the project file."""

    def __init__(self, path: str, holder: str) -> None:
        self.path = path
        self.holder = holder
        super().__init__(
            f"The project file {path} is in use by {holder}. Close that Readiness, or choose another file with --db."
        )


class StoreTooNewError(StoreError):
    """The project file was written by a newer Readiness."""

    def __init__(self, path: str, found: int, known: int) -> None:
        self.path = path
        self.found = found
        self.known = known
        super().__init__(
            f"The project file {path} has format {found}; this one knows up to {known}. Install the newer version."
        )


class StoreDamagedError(StoreError):
    """The project file is not a Readiness store or cannot be opened."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"Cannot open the project file {path}: {reason}. Restore a copy, or choose another file with --db."
        )
