"""The store: one DuckDB file with all projects, shared by the sessions of one process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from readiness.errors import InputError, StoreDamagedError, StoreError
from readiness.store import documents, erasure, journal, projects, samples, transfer
from readiness.store.connection import (
    open_connection,
    owner_only_files,
    remove_spill_folder,
    restrict_to_owner,
    translated,
)
from readiness.store.documents import Check
from readiness.store.journal import Write
from readiness.store.migrations import FORMAT, found_format, migrate
from readiness.store.rows import (
    Body,
    Change,
    Document,
    JournalEntry,
    KeptRecord,
    KeptSample,
    ProblemRow,
    ProjectRow,
)


class _FileUse:
    """What the stores of one file in this process share. They write in turns, because DuckDB refuses one of two
    writes that meet in a row."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stores = 0


_FILES: defaultdict[Path, _FileUse] = defaultdict(_FileUse)
_ATTEMPTS, _BETWEEN_ATTEMPTS_S = 100, 0.05  # at a checkpoint, which short reads hold up for a moment
_RETENTION = "Retention date"  # who removes what was to be kept until a day that has passed


def utc_now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid.uuid4().hex


class Store:
    """All projects of one file. Made by `Store.open`; any number of threads may use it at once.

    Each write is one transaction that also appends to the journal and raises the project's revision. A save names
    the version that its author read (0: there was none). Where somebody saved since, changes of different top-level
    parts are merged; otherwise a ConflictError carries both, and nothing is written.
    """

    def __init__(
        self,
        path: Path,
        connection: duckdb.DuckDBPyConnection,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        read_only: bool,
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._connection = connection
        self._clock = clock
        self._new_id = new_id
        self._use = _FILES[path]
        self._lock = self._use.lock
        self._closed = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = _new_id,
        read_only: bool = False,
    ) -> Store:
        """The store at `path`, made if it is not there, in the present format.

        Raises StoreInUseError when another process has it, StoreTooNewError when a newer Readiness wrote it, and
        StoreDamagedError when it is no store, is damaged, or cannot be made. Read-only opens stand beside each
        other in several processes, but not beside a process that writes.
        """
        path = path.expanduser().resolve()
        with _FILES[path].lock:
            store = cls._opened(path, clock, new_id, read_only=read_only)
            if store._erasure_is_due():
                store._checkpointed(attempts=1)
                store._connection.close()
                erasure.rewrite(path)
                store = cls._opened(path, clock, new_id, read_only=read_only)
            store._use.stores += 1
        return store

    @classmethod
    def _opened(cls, path: Path, clock: Callable[[], datetime], new_id: Callable[[], str], *, read_only: bool) -> Store:
        with ExitStack() as on_failure:
            connection = open_connection(path, read_only=read_only)
            on_failure.callback(connection.close)
            store = cls(path, connection, clock=clock, new_id=new_id, read_only=read_only)
            store._bring_up_to_date()
            on_failure.pop_all()
        return store

    def _erasure_is_due(self) -> bool:
        if self.read_only or self._use.stores:
            return False
        with self._reading() as cursor:
            return erasure.is_due(cursor)

    def close(self) -> None:
        """Write everything to the file proper and let other processes have it."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._use.stores -= 1
            with owner_only_files():
                self._connection.close()
            if not self.read_only and not self._use.stores:
                remove_spill_folder(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- projects -------------------------------------------------------------------------------------------------

    def projects(self, include_archived: bool = False) -> list[ProjectRow]:
        """The projects by name."""
        with self._reading() as cursor:
            return projects.all_rows(cursor, include_archived=include_archived)

    def project(self, project_id: str) -> ProjectRow:
        """The project with this id, archived or not."""
        with self._reading() as cursor:
            return projects.one_row(cursor, project_id)

    def find_project(self, name_or_id: str) -> ProjectRow:
        """The project with this id, else with this name in any case; UnknownNameError lists the known ones."""
        with self._reading() as cursor:
            return projects.find(cursor, name_or_id)

    def create_project(self, name: str, who: str) -> ProjectRow:
        """A new, empty project."""
        with self._writing(self._new_id(), who, "created the project") as write:
            return projects.create(write, name)

    def rename_project(self, project_id: str, name: str, *, version: int, who: str) -> ProjectRow:
        """The project under another name."""
        with self._writing(project_id, who, "renamed the project") as write:
            return projects.rename(write, name, version=version)

    def archive_project(self, project_id: str, *, who: str, version: int | None = None) -> ProjectRow:
        """The project put away, with its name free for another; `version` only where a race must be noticed."""
        with self._writing(project_id, who, "archived the project") as write:
            return projects.archive(write, version=version)

    def restore_project(self, project_id: str, *, who: str, version: int | None = None) -> ProjectRow:
        """An archived project back in the list."""
        with self._writing(project_id, who, "restored the project") as write:
            return projects.restore(write, version=version)

    # --- documents ------------------------------------------------------------------------------------------------

    def documents(self, project_id: str, kind: str | None = None, *, without: Sequence[str] = ()) -> list[Document]:
        """The documents of the project, of one kind if named, by kind and key, all as of one moment; `without` the
        kinds that are read apart because they are large."""
        with self._reading() as cursor:
            return documents.of_project(
                cursor, project_id, None if kind is None else str(kind), [str(left_out) for left_out in without]
            )

    def document(self, project_id: str, kind: str, key: str = "") -> Document | None:
        """One document; None where there is none."""
        with self._reading() as cursor:
            return documents.one(cursor, project_id, str(kind), str(key))

    def documents_named(self, project_id: str, kind: str, keys: Sequence[str]) -> list[Document]:
        """Those of the documents of a kind under these keys that are there, by key: faster than one by one where they
        are large."""
        with self._reading() as cursor:
            return documents.named(cursor, project_id, str(kind), [str(key) for key in keys])

    def save(
        self,
        project_id: str,
        kind: str,
        key: str,
        body: Body,
        *,
        version: int,
        who: str,
        what: str,
        check: Check | None = None,
    ) -> Document:
        """The document as it stands after the save. `check` says whether a merged body is still a right one."""
        return self.save_many(project_id, [Change(kind, key, body, version)], who=who, what=what, check=check)[0]

    def save_many(
        self,
        project_id: str,
        changes: Sequence[Change | tuple[str, str, Body, int]],
        *,
        who: str,
        what: str,
        check: Check | None = None,
        deleted: Sequence[tuple[str, str, int]] = (),
        untold: Collection[str] = (),
    ) -> list[Document]:
        """The documents after all changes, in their order; one conflict, and none of them is saved.

        `deleted` are the documents (kind, key, and the version that was read) that go in the same transaction. Of the
        kinds in `untold` the journal says that they came, changed and went, and never what they held: such documents
        are large or hold what must be gone once it is removed. A change of one that is not the latest is a conflict.
        """
        with self._writing(project_id, who, what) as write:
            projects.one_row(write.cursor, project_id)
            kinds = {str(kind) for kind in untold}
            for gone_kind, gone_key, gone_version in deleted:
                documents.delete(write, str(gone_kind), str(gone_key), gone_version, untold=kinds)
            wanted = [Change(str(kind), str(key), body, version) for kind, key, body, version in changes]
            return documents.save_all(write, wanted, check, untold=kinds)

    def delete(self, project_id: str, kind: str, key: str, version: int, who: str, what: str) -> None:
        """Take the document out of the project; the journal keeps it."""
        with self._writing(project_id, who, what) as write:
            documents.delete(write, str(kind), str(key), version)

    # --- journal --------------------------------------------------------------------------------------------------

    def journal(
        self,
        project_id: str,
        limit: int = 100,
        offset: int = 0,
        *,
        kind: str | None = None,
        key: str | None = None,
    ) -> list[JournalEntry]:
        """A page of the journal, newest first; of one kind or one document, if named."""
        with self._reading() as cursor:
            return journal.entries(cursor, project_id, kind=kind, key=key, limit=limit, offset=offset)

    def journal_count(self, project_id: str) -> int:
        """How many entries the journal of the project has."""
        with self._reading() as cursor:
            return journal.entry_count(cursor, project_id)

    def bodies_at(self, project_id: str, kind: str, versions: Mapping[str, int]) -> dict[str, Body]:
        """The bodies of a kind's documents as they were, by key, each at the version that `versions` names for it;
        without those that the journal does not know."""
        if not versions:
            return {}
        with self._reading() as cursor:
            return journal.bodies_at(cursor, project_id, str(kind), versions)

    # --- problem lists and raw records ----------------------------------------------------------------------------

    def replace_problems(self, project_id: str, sample_id: str, source: Any, *, who: str = "") -> int:
        """The length of the sample's new problem list. Its values are stored only while its records are kept.

        `source` is an Arrow table, reader or DuckDB relation with the columns record, line, field, position,
        edge_case, value and reason, or a DuckDB connection that has them as the table `problems`.
        """
        with self._writing(project_id, who, "stored the problem list") as write:
            return samples.replace_problems(write, sample_id, source, today=self._today())

    def problems(
        self, project_id: str, sample_id: str, *, edge_case: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[ProblemRow]:
        """A page of the problem list, in file order; of one edge case, if named."""
        with self._reading() as cursor:
            return samples.problems(
                cursor, project_id, sample_id, edge_case=edge_case, limit=limit, offset=offset, today=self._today()
            )

    def problem_count(self, project_id: str, sample_id: str, *, edge_case: str | None = None) -> int:
        """The length of the problem list; of one edge case, if named."""
        with self._reading() as cursor:
            return samples.problem_count(cursor, project_id, sample_id, edge_case=edge_case)

    def keep_records(
        self, project_id: str, sample_id: str, fields: Sequence[str], source: Any, *, until: date, who: str
    ) -> int:
        """The number of raw records kept until the end of the day `until` (UTC).

        `source` is as for `replace_problems`, with the columns record, line, fault and cells (a list of text), or
        a connection with the table `records` as a reader fills it, where cells says how many there are, line_text
        holds what could not be split, and c0, c1 and so on are the cells.
        """
        with self._writing(project_id, who, f"kept the raw records until {until.isoformat()}") as write:
            return samples.keep_records(write, sample_id, fields, source, until=until, today=self._today())

    def kept_sample(self, project_id: str, sample_id: str) -> KeptSample | None:
        """What is kept of a sample, and until when; None when nothing is, or its day has passed."""
        with self._reading() as cursor:
            return samples.kept_sample(cursor, project_id, sample_id, today=self._today())

    def kept_records(
        self,
        project_id: str,
        sample_id: str,
        records: Sequence[int] | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[KeptRecord]:
        """A page of the raw records, in file order; of those numbered so, if named. Empty once their day has passed."""
        with self._reading() as cursor:
            return samples.kept_records(
                cursor, project_id, sample_id, records, limit=limit, offset=offset, today=self._today()
            )

    def restore_records(self, project_id: str, sample_id: str, into: duckdb.DuckDBPyConnection) -> KeptSample | None:
        """What is kept of a sample, after its raw records were laid into a connection as the table `records`, just
        as `keep_records` found them there; None when nothing is kept any more."""
        with self._reading() as cursor:
            return samples.restore_records(cursor, project_id, sample_id, into, today=self._today())

    def remove_raw_records(self, project_id: str, sample_id: str | None, who: str) -> int:
        """How many raw records and values were removed, of one sample or of all. The counts stay.

        They can be read by nobody from now on; the file is written anew without their bytes when it is next opened.
        """
        with self._writing(project_id, who, "removed the raw records") as write:
            removed = samples.remove_raw(write, sample_id)
        with self._lock, translated(self.path):
            self._checkpointed(attempts=1)  # frees the space now, where nobody reads the old state any more
        return removed

    def remove_expired(self, now: datetime) -> int:
        """How many raw records and values were removed because the day until which they were kept has passed."""
        with self._reading() as cursor:
            due = samples.expired(cursor, _utc(now).date())
        return sum(self.remove_raw_records(project_id, sample_id, _RETENTION) for project_id, sample_id in due)

    # --- out and in -----------------------------------------------------------------------------------------------

    def export_project(self, project_id: str, out: Path, *, without: Sequence[tuple[str, str]] = ()) -> Path:
        """Where the whole project was written, as one file for `import_project`; an existing file is replaced.

        `without` names kinds, each with the beginning of keys, whose documents and bodies in the journal stay behind.
        """
        self._refuse_own_path(out)
        with self._reading() as cursor:
            cursor.begin()  # everything as of one moment
            transfer.write_export(cursor, projects.one_row(cursor, project_id), out, self._now(), without)
        return out

    def import_project(self, path: Path, who: str, *, name: str = "", check: Check | None = None) -> ProjectRow:
        """The project of an exported file, added under a new id. Nothing is changed when the file is not in order.

        `name` is what the user calls the file, if not the name in `path`. `check` says whether a document of a kind
        is one that its topic takes, by raising ValueError if not.
        """
        self._refuse_own_path(path)
        with self._writing(self._new_id(), who, f"imported the project from {name or path.name}") as write:
            return transfer.read_import(write, path, name or path.name, check)

    def copy_to(self, out: Path) -> Path:
        """Where a copy of the whole store was written, as of now; sessions wait to write meanwhile."""
        self._refuse_own_path(out)
        with self._lock, translated(self.path):
            if not self.read_only and not self._checkpointed(attempts=_ATTEMPTS):
                raise StoreError(f"The project file {self.path} is being read by a long task. Try again in a moment.")
            with transfer.replaced_file(out) as draft:
                self._copy_elsewhere(draft)
        return out

    # --- transactions ---------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with translated(self.path), self._connection.cursor() as cursor:
            yield cursor

    @contextmanager
    def _writing(self, project_id: str, who: str, what: str) -> Iterator[Write]:
        if self.read_only:
            raise StoreError(f"The project file {self.path} was opened to read only.")
        with self._lock, translated(self.path), self._connection.cursor() as cursor:
            cursor.begin()
            yield Write(cursor, project_id, self._now(), who.strip(), what)
            with owner_only_files():
                cursor.commit()  # closing the cursor rolls back what did not get here

    def _bring_up_to_date(self) -> None:
        with translated(self.path):
            found = found_format(self._connection, self.path)
            if self.read_only:
                self._refuse_other_format(found)
                return
            restrict_to_owner(self.path)
            migrate(self._connection, found, self._now())

    def _refuse_other_format(self, found: int) -> None:
        if found != FORMAT:
            raise StoreDamagedError(str(self.path), "it has an older format and has to be opened for writing once")

    def _checkpointed(self, *, attempts: int) -> bool:
        """Whether the log is now part of the file proper. Reads that still need an older state stand in the way; they
        are not waited for by FORCE CHECKPOINT, which would hold up every session behind one long read."""
        for _ in range(attempts):
            with owner_only_files(), self._connection.cursor() as cursor, suppress(duckdb.TransactionException):
                cursor.execute("CHECKPOINT")
                return True
            time.sleep(_BETWEEN_ATTEMPTS_S)
        return False

    def _copy_elsewhere(self, draft: Path) -> None:
        """Copied by another process: were this one to open and close the file, it would lose its lock on it."""
        program = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"
        done = subprocess.run(
            [sys.executable, "-I", "-c", program, str(self.path), str(draft)], capture_output=True, check=False
        )
        if done.returncode:
            reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["it failed"])[-1]
            raise StoreError(f"The project file {self.path} could not be copied: {reason}")

    def _refuse_own_path(self, path: Path) -> None:
        """Opening our own file would cost us its lock, and writing to it the projects."""
        if path.resolve() == self.path:
            raise InputError(f"{str(path)!r} is the project file itself. Choose another file.")

    def _now(self) -> datetime:
        return _utc(self._clock())

    def _today(self) -> date:
        return self._now().date()


def _utc(moment: datetime) -> datetime:
    """`moment` in UTC without a zone, as the file keeps times; one without a zone is taken to be that already."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
