"""Opening the project file: what is made, what is refused, and with which sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from readiness.errors import StoreDamagedError, StoreError, StoreInUseError, StoreTooNewError
from readiness.store import Store, erasure
from readiness.store.migrations import FORMAT, MIGRATIONS, migrate

posix = pytest.mark.skipif(os.name != "posix", reason="file modes and locks of POSIX")
HOLD = """
import sys
from pathlib import Path
from readiness.store import Store
store = Store.open(Path(sys.argv[1]), read_only=len(sys.argv) > 2)
print("open", flush=True)
sys.stdin.read()
"""


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


class OtherProcess:
    """Another Readiness that has the file open while this lasts."""

    def __init__(self, path: Path, *more: str) -> None:
        arguments = [sys.executable, "-c", HOLD, str(path), *more]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> subprocess.Popen[str]:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "open\n"
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.communicate("")


def test_a_store_is_made_with_its_folder_where_there_is_none(path: Path) -> None:
    with Store.open(path) as store:
        assert store.projects() == []
    assert path.is_file()


@pytest.mark.parametrize(
    "name", ["Zoë's store; DROP.duckdb", "a & b#c%20", ":memory:", "no-suffix", "x.csv", "x.parquet"]
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    for projects in range(3):
        with Store.open(tmp_path / name) as store:
            assert len(store.projects()) == projects
            row = store.create_project(f"Project {projects}", who="Ann")
            with store._writing(row.id, "", "") as write:
                erasure.mark_due(write.cursor, write.now)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@posix
def test_file_log_and_spill_folder_are_for_their_owner_alone_whatever_the_mask(path: Path) -> None:
    before = os.umask(0)
    try:
        with Store.open(path) as store:
            store.create_project("Invoices", who="Ann")
            files = {entry.name: mode(entry) for entry in path.parent.iterdir()}
            store.remove_raw_records(store.projects()[0].id, None, "Ann")  # a checkpoint; the log is made anew
            store.create_project("Orders", who="Ann")
            again = {entry.name: mode(entry) for entry in path.parent.iterdir()}
        assert os.umask(0) == 0
    finally:
        os.umask(before)
    assert files == again == {path.name: 0o600, f"{path.name}.wal": 0o600, f"{path.name}.tmp": 0o700}
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@posix
def test_a_file_that_others_could_read_is_taken_from_them(path: Path) -> None:
    Store.open(path).close()
    path.chmod(0o644)
    Store.open(path).close()
    assert mode(path) == 0o600


def test_what_was_written_is_there_when_opened_again(path: Path) -> None:
    with Store.open(path) as store:
        made = store.create_project("Invoices", who="Ann")
    with Store.open(path) as store:
        assert store.project(made.id) == made


@posix
def test_another_process_that_has_the_file_is_named(path: Path) -> None:
    Store.open(path).close()
    with OtherProcess(path) as other, pytest.raises(StoreInUseError, match=rf"process {other.pid} \(python"):
        Store.open(path)


@posix
def test_a_second_process_is_kept_out_while_this_one_works_and_copies(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        store.create_project("Invoices", who="Ann")
        store.copy_to(tmp_path / "copy.duckdb")
        done = subprocess.run(
            [sys.executable, "-c", HOLD, str(path)], input="", capture_output=True, text=True, check=False
        )
    assert f"StoreInUseError: The project file {path} is in use by process {os.getpid()}" in done.stderr


@posix
def test_readers_in_several_processes_stand_beside_each_other(path: Path) -> None:
    with Store.open(path) as store:
        store.create_project("Invoices", who="Ann")
    with OtherProcess(path, "read-only"), Store.open(path, read_only=True) as store:
        assert [row.name for row in store.projects()] == ["Invoices"]


def test_a_store_opened_to_read_refuses_to_write(path: Path) -> None:
    Store.open(path).close()
    with Store.open(path, read_only=True) as store, pytest.raises(StoreError, match="to read only"):
        store.create_project("Invoices", who="Ann")


def test_reading_only_needs_a_file(path: Path) -> None:
    with pytest.raises(StoreDamagedError, match="there is no such file"):
        Store.open(path, read_only=True)
    assert not path.parent.exists()


def test_opening_to_read_what_this_process_has_open_to_write_is_refused_with_a_sentence(path: Path) -> None:
    with Store.open(path), pytest.raises(StoreInUseError, match="this same process"):
        Store.open(path, read_only=True)


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\x00" + b"\x00" * 5_000, b"id,name\n1,a\n" * 2_000])
def test_a_file_that_is_no_store_is_refused_and_left_as_it_was(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    path.chmod(0o644)
    with pytest.raises(StoreDamagedError, match="is not a project file"):
        Store.open(path)
    assert path.read_bytes() == content
    assert mode(path) == 0o644
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["records.csv", "records.json", "records.parquet"])
def test_a_file_of_records_is_refused_and_left_as_it_was(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    duckdb.sql("SELECT 1 AS id").write_parquet(str(path)) if name.endswith("parquet") else path.write_text(
        '{"id": 1}\n'
    )
    content = path.read_bytes()
    with pytest.raises(StoreDamagedError, match="is not a project file"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_name_that_the_engine_would_cut_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreDamagedError, match="question mark"):
        Store.open(tmp_path / "store?.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreDamagedError, match="it is a folder"):
        Store.open(tmp_path)


@posix
def test_a_pipe_or_a_device_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(StoreDamagedError, match="no ordinary file"):
            Store.open(place)


def test_a_place_where_no_folder_can_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreDamagedError, match="its folder cannot be made"):
        Store.open(tmp_path / "file" / "readiness.duckdb")


@pytest.mark.parametrize("table", ["customers", "migration"])
def test_a_database_of_another_program_is_refused_and_left_as_it_was(tmp_path: Path, table: str) -> None:
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute(f'CREATE TABLE "{table}" AS SELECT 1 AS number; CREATE TABLE orders (id INTEGER)')
    content = path.read_bytes()
    with pytest.raises(StoreDamagedError, match="it is a database of another program"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_file_of_a_newer_readiness_is_refused_and_left_as_it_was(path: Path) -> None:
    Store.open(path).close()
    with duckdb.connect(str(path)) as file:
        file.execute("INSERT INTO migration VALUES (?, 'later', now()::TIMESTAMP, '9')", [FORMAT + 1])
    content = path.read_bytes()
    with pytest.raises(StoreTooNewError) as caught:
        Store.open(path)
    assert (caught.value.found, caught.value.known) == (FORMAT + 1, FORMAT)
    assert path.read_bytes() == content


def test_a_list_of_migrations_with_a_gap_is_refused(path: Path) -> None:
    Store.open(path).close()
    with duckdb.connect(str(path)) as file:
        file.execute("DELETE FROM migration WHERE number = 1")
    with pytest.raises(StoreDamagedError, match="gaps"):
        Store.open(path)


def test_a_file_with_flipped_bytes_is_refused(path: Path) -> None:
    with Store.open(path) as store:
        for number in range(30):
            store.create_project(f"Project {number}", who="Ann")
    content = bytearray(path.read_bytes())
    for position in range(4_096 * 3, len(content), 499):
        content[position] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(StoreDamagedError):
        Store.open(path).projects()


def test_a_file_cut_in_half_is_refused(path: Path) -> None:
    with Store.open(path) as store:
        for number in range(30):
            store.create_project(f"Project {number}", who="Ann")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreDamagedError):
        Store.open(path).projects()


@pytest.mark.parametrize("steps", range(len(MIGRATIONS)))
def test_an_older_file_is_brought_up_to_date_with_a_record_of_each_step(tmp_path, steps, monkeypatch) -> None:
    path = tmp_path / "older.duckdb"
    with duckdb.connect(str(path)) as file, monkeypatch.context() as older:
        older.setattr("readiness.store.migrations.MIGRATIONS", MIGRATIONS[:steps])
        migrate(file, 0, datetime(2026, 1, 1))  # noqa: DTZ001 - UTC without a zone
    if steps:
        with pytest.raises(StoreDamagedError, match="an older format"):
            Store.open(path, read_only=True)
    Store.open(path).close()
    with duckdb.connect(str(path)) as file:
        applied = file.execute("SELECT number, name FROM migration ORDER BY number").fetchall()
    assert applied == [(migration.number, migration.name) for migration in MIGRATIONS]


def test_a_step_that_fails_leaves_nothing_of_itself(path: Path, monkeypatch) -> None:
    first, second = MIGRATIONS[:2]
    broken = type(second)(second.number, second.name, (*second.statements, "SELECT no_such_function()"))
    with monkeypatch.context() as wrong:
        wrong.setattr("readiness.store.migrations.MIGRATIONS", (first, broken))
        with pytest.raises(duckdb.CatalogException):
            Store.open(path)
    with duckdb.connect(str(path)) as file:
        tables = {name for (name,) in file.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert file.execute("SELECT max(number) FROM migration").fetchall() == [(1,)]
    assert tables == {"migration", "project", "document", "journal"}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY project TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "SELECT * FROM secret_frame",
    ],
)
def test_no_statement_reaches_beyond_the_file(store: Store, statement: str) -> None:
    secret_frame = duckdb.sql("SELECT 1")
    assert secret_frame is not None
    with store._reading() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(statement)


def test_a_closed_store_says_so(path: Path) -> None:
    store = Store.open(path)
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        store.projects()


def test_two_stores_of_one_file_in_one_process_write_in_turns(path: Path) -> None:
    with Store.open(path) as one, Store.open(path) as other:
        project = one.create_project("Invoices", who="Ann")
        threads = [
            threading.Thread(target=lambda s=s, n=n: s.save(project.id, "note", str(n), {}, version=0, who="", what=""))
            for n, s in enumerate([one, other] * 20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(one.documents(project.id)) == len(threads)
