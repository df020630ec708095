"""Where logs come from: uploads that this process holds, and paths on the server's machine that may be read.

Whoever can open the page can type a path, and the page shows the beginning of lines that are broken. So paths are read
only where every user of the page could read the files anyway, or below a folder that whoever runs the server has named.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from readiness.errors import InputError
from readiness.operation.log_files import LogFile, find_files

FOLDER_VARIABLE = "READINESS_LOGS"  # folders, separated as in PATH
LOCAL_ADDRESSES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class PathRule:
    """Which paths may be read: none, those below `folders`, or all of them."""

    folders: tuple[Path, ...] = ()
    everywhere: bool = False

    @property
    def allows_some(self) -> bool:
        return self.everywhere or bool(self.folders)

    @property
    def sentence(self) -> str:
        """The rule in words for whoever wants to type a path."""
        if self.folders:
            named = ", ".join(str(folder) for folder in self.folders)
            return f"Paths are read below {named} ({FOLDER_VARIABLE})."
        if self.everywhere:
            return "A path on this machine, which alone can open this page. Folders and patterns are read as well."
        return (
            "Paths are not read, as this server answers other machines too: whoever opens the page could read any file "
            f"here. Name a folder of logs in the environment variable {FOLDER_VARIABLE} to allow what lies below it."
        )


def path_rule(address: str | None, hosts: Iterable[str] | None) -> PathRule:
    """The rule for a server that listens on `address` and answers to these host names.

    A folder named in READINESS_LOGS limits it in any case. Without one, both must be this machine's own: a server on
    localhost that answers to another name stands behind a proxy that lets others in.
    """
    named = [part for part in os.environ.get(FOLDER_VARIABLE, "").split(os.pathsep) if part.strip()]
    if named:
        return PathRule(folders=tuple(Path(part).expanduser().resolve() for part in named))
    return PathRule(everywhere=all(map(_is_local, [address or "", *(hosts or ["*"])])))


def _is_local(name: str) -> bool:
    return name.strip().strip("[]").lower().rstrip(".") in LOCAL_ADDRESSES


def files_at(typed: Iterable[str], rule: PathRule) -> list[LogFile]:
    """The files behind typed paths, folders and patterns, as the rule allows them; links are followed first.

    Raises InputError for a path outside, before anything is looked for there.
    """
    found: dict[Path, LogFile] = {}
    for text in typed:
        for file in find_files([_allowed_place(text.strip(), rule)]):
            real = file.path.resolve()
            if not _is_allowed(real, rule):
                raise InputError(f"The path {text!r} is not read: {file.name!r} leads elsewhere. {rule.sentence}")
            found.setdefault(real, LogFile(real, file.name))
    return list(found.values())


def _allowed_place(text: str, rule: PathRule) -> Path:
    if "\0" in text:
        raise InputError("A path holds no character of the number zero.")
    try:
        place = Path(text).expanduser()
    except RuntimeError as exc:
        raise InputError(f"No home folder for {text!r} on this machine. Write the whole path.") from exc
    if not place.is_absolute() and rule.folders:
        place = rule.folders[0] / place
    try:  # the last part may be a pattern; what it matches is looked at file by file
        real = place.parent.resolve() / place.name if place.name not in ("", "..") else place.resolve()
    except (OSError, RuntimeError) as exc:  # a folder that may not be opened, links that go round
        raise _refused(text, rule) from exc
    inside = real if PurePath(real).name else real.parent
    if not _is_allowed(inside, rule):
        raise _refused(text, rule)
    return real


def _is_allowed(path: Path, rule: PathRule) -> bool:
    return rule.everywhere or any(path.is_relative_to(folder) for folder in rule.folders)


def _refused(text: str, rule: PathRule) -> InputError:
    if rule.everywhere:
        return InputError(f"The path {text!r} cannot be looked at: it may not be opened, or its links go round.")
    return InputError(f"The path {text!r} is not read. {rule.sentence}")


class HeldUploads:
    """Uploaded files in a folder of this process, which goes when nobody holds this value any more."""

    def __init__(self, uploads: Sequence[tuple[str, Callable[[Path], None]]]) -> None:
        folder = Path(tempfile.mkdtemp(prefix="readiness-upload-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.files = tuple(_written(folder / f"{place:04d}", *upload) for place, upload in enumerate(uploads))


def _written(path: Path, name: str, write_to: Callable[[Path], None]) -> LogFile:
    try:
        write_to(path)
    except OSError as exc:
        raise InputError("The disk for temporary files is full or cannot be written to.") from exc
    return LogFile(path, PurePath(name.replace("\\", "/")).name or "upload")
