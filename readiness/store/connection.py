"""Opening the project file: hardened, readable by its owner alone, and with DuckDB's errors said in our words."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from readiness.errors import StoreDamagedError, StoreError, StoreInUseError, StoreTooNewError

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700
MEMORY_LIMIT = "1GB"  # beyond it DuckDB spills into the folder beside the file

_HARDENING: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",  # no file, no network, no ATTACH from any statement
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",  # a name in a statement never reaches a variable of this program
    "memory_limit": MEMORY_LIMIT,
    "lock_configuration": "true",
}
_HOLDER = re.compile(r"Conflicting lock is held in (?P<program>.*?) \(PID (?P<pid>\d+)\)")
_NEWER = re.compile(
    r"version number (?P<found>\d+), but we can only read versions? (?:between \d+ and )?(?P<known>\d+)"
)
_FOREIGN = "it is not a project file"
_UMASK = threading.Lock()


def open_connection(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A hardened connection to the file at `path`, which is made with mode 0600 if it is not there.

    Never open the file by any other means while a connection is open: closing that second handle would release
    the lock of the whole process (POSIX locks belong to the process and the file, not to the handle).
    """
    _refuse_impossible(path, read_only=read_only)
    spill = _spill_folder(path)
    config = _HARDENING | {"temp_directory": "" if read_only else str(spill)}
    try:
        with owner_only_files():
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            connection = duckdb.connect(str(path), read_only=read_only, config=config)
    except OSError as exc:
        raise StoreDamagedError(str(path), f"its folder cannot be made ({exc.strerror})") from exc
    except duckdb.Error as exc:
        raise _opening_error(path, exc) from exc
    if not _is_kept_in(connection, path):
        connection.close()
        raise StoreDamagedError(str(path), _FOREIGN)
    return connection


def restrict_to_owner(path: Path) -> None:
    """Take the file, its log and its spill folder from everybody but their owner; called once it is known as ours."""
    with suppress(PermissionError):  # another user's file that we may use is that user's to protect
        path.chmod(OWNER_ONLY)
        log = path.with_name(path.name + ".wal")
        if log.exists():
            log.chmod(OWNER_ONLY)
    spill = _spill_folder(path)
    spill.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)  # DuckDB itself would make it readable by all
    spill.chmod(OWNER_ONLY_FOLDER)


def remove_spill_folder(path: Path) -> None:
    """Take away the folder that `restrict_to_owner` made, unless something is in it."""
    with suppress(OSError):
        _spill_folder(path).rmdir()


@contextmanager
def owner_only_files() -> Iterator[None]:
    """While this lasts, files that this process makes are readable by their owner alone.

    DuckDB makes its log anew after each checkpoint, with the mode that the process has. The mask belongs to the
    whole process: a file that another thread makes at this moment is at worst too private.
    """
    with _UMASK:
        before = os.umask(0o077)
        try:
            yield
        finally:
            os.umask(before)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Failures of the file become a StoreError; a wrong statement stays what it is, a bug of ours."""
    try:
        yield
    except duckdb.ConnectionException as exc:
        raise StoreError(f"The project file {path} was closed.") from exc
    except duckdb.OutOfMemoryException as exc:
        raise StoreError(f"The project file {path} needs more memory than {MEMORY_LIMIT}: {first_line(exc)}") from exc
    except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException) as exc:
        raise StoreDamagedError(str(path), first_line(exc)) from exc
    except duckdb.Error as exc:
        if type(exc) is duckdb.Error:  # how DuckDB reports a wrong checksum
            raise StoreDamagedError(str(path), first_line(exc)) from exc
        raise


def first_line(exc: Exception) -> str:
    """The reason alone: without the kind of error, the path that the sentence names already, and advice for others."""
    line = next(iter(str(exc).splitlines()), "")
    reason = line.rpartition('": ')[2] if '": ' in line else line.partition(": ")[2] or line
    return reason[:200].rstrip(".") or type(exc).__name__


def _refuse_impossible(path: Path, *, read_only: bool) -> None:
    if path.is_dir():
        raise StoreDamagedError(str(path), "it is a folder")
    if path.exists() and not path.is_file():
        raise StoreDamagedError(str(path), "it is no ordinary file")
    if "?" in path.name:
        raise StoreDamagedError(str(path), "its name holds a question mark")  # DuckDB takes it for the end of a name
    if read_only and not path.exists():
        raise StoreDamagedError(str(path), "there is no such file")


def _is_kept_in(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether what is written goes to `path`. DuckDB opens some files of data as a database in memory."""
    paths = connection.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchall()
    return [Path(place or "") for (place,) in paths] == [path]


def _spill_folder(path: Path) -> Path:
    return path.with_name(path.name + ".tmp")


def _opening_error(path: Path, exc: duckdb.Error) -> StoreError:
    text = str(exc)
    if holder := _HOLDER.search(text):
        return StoreInUseError(str(path), f"process {holder['pid']} ({Path(holder['program']).name})")
    if "Could not set lock" in text or "being used by another process" in text:
        return StoreInUseError(str(path), "another process")
    if "different configuration" in text:
        return StoreInUseError(str(path), "this same process, which opened it in another way")
    if newer := _NEWER.search(text):
        return StoreTooNewError(str(path), int(newer["found"]), int(newer["known"]))
    if "not a valid DuckDB database" in text or "extension" in text:
        return StoreDamagedError(str(path), _FOREIGN)
    return StoreDamagedError(str(path), first_line(exc))
