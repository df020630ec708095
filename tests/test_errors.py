"""Every error is raised somewhere, carries its facts, and its sentence says what, which and what to do."""

from __future__ import annotations

import inspect
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from readiness import errors
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import ReadingLimits, SampleFile
from readiness.audit.rules import FieldRules
from readiness.errors import (
    ConflictError,
    DuplicateSignatureError,
    EmptyFileError,
    FileTooLargeError,
    InputError,
    InvalidValueError,
    ReadinessError,
    StoppedError,
    StoreDamagedError,
    StoreError,
    StoreInUseError,
    StoreTooNewError,
    UnknownFieldError,
    UnknownNameError,
    UnreadableFileError,
)
from readiness.outcome.agreement import sign
from readiness.outcome.definition import OutcomeDefinition
from readiness.store import Store

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
BASES = {ReadinessError, InputError, StoreError}  # raised with a sentence of their own, or through what stands below


def unreadable(folder: Path) -> None:
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 and nothing more")
    with open_workspace() as connection:
        read_sample(SampleFile(folder / "broken.xlsx", "broken.xlsx"), connection)


def empty(folder: Path) -> None:
    (folder / "empty.csv").write_bytes(b"")
    with open_workspace() as connection:
        read_sample(SampleFile(folder / "empty.csv", "empty.csv"), connection)


def too_large(folder: Path) -> None:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("records.csv", b"a,b\n" + b"1,2\n" * 500_000)
    limits = ReadingLimits(unpacked_bytes=10_000)
    with open_workspace() as connection:
        read_sample(SampleFile(folder / "bomb.zip", "bomb.zip"), connection, limits=limits)


def unknown_field(_folder: Path) -> None:
    FieldRules().requiring(["vendr"])


def unknown_name(folder: Path) -> None:
    with Store.open(folder / "s.duckdb") as store:
        store.create_project("Invoices", who="Ann")
        store.find_project("Invoicez")


def invalid_value(_folder: Path) -> None:
    sign(OutcomeDefinition(), [], name=" ", role="", now=NOW)


def duplicate_signature(_folder: Path) -> None:
    first = sign(OutcomeDefinition(), [], name="Ann", role="", now=NOW)
    sign(OutcomeDefinition(), [first], name="ANN", role="", now=NOW)


def conflict(folder: Path) -> None:
    with Store.open(folder / "s.duckdb") as store:
        project = store.create_project("Invoices", who="Ann").id
        for text in ("one", "two"):
            version = 0 if text == "one" else 1
            store.save(project, "outcome", "", {"metric": text}, version=version, who="Ben", what="changed it")
        store.save(project, "outcome", "", {"metric": "three"}, version=1, who="Ann", what="changed it")


def damaged(folder: Path) -> None:
    (folder / "s.duckdb").write_bytes(b"not a project file" * 1_000)
    Store.open(folder / "s.duckdb")


def too_new(folder: Path) -> None:
    import duckdb

    path = folder / "s.duckdb"
    Store.open(path).close()
    with duckdb.connect(str(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        (table,) = (name for name in tables if "migration" in name or "format" in name)
        columns = [name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
        rest = ", ".join(columns[1:])
        connection.execute(f"INSERT INTO {table} SELECT 9999{', ' + rest if rest else ''} FROM {table} LIMIT 1")
    Store.open(path)


RAISED: dict[type[ReadinessError], tuple[Callable[[Path], None], tuple[str, ...], str]] = {
    # error: how it comes about, what its sentence names, and the pattern of what it advises
    UnreadableFileError: (unreadable, ("broken.xlsx",), r"\. [A-Z].*\."),
    EmptyFileError: (empty, ("empty.csv",), r"Export the records again"),
    FileTooLargeError: (too_large, ("bomb.zip",), r"\b(limit|more than|most|larger|smaller)\b"),
    UnknownFieldError: (unknown_field, ("vendr",), r"Fields:"),
    UnknownNameError: (unknown_name, ("Invoicez", "project"), r"Known: Invoices"),
    InvalidValueError: (invalid_value, ("Name",), r"needs the signer's own name"),
    DuplicateSignatureError: (duplicate_signature, ("ANN",), r"needs a second person"),
    ConflictError: (conflict, ("Ben", "outcome"), r"choose which one to keep"),
    StoreDamagedError: (damaged, ("s.duckdb",), r"--db"),
    StoreTooNewError: (too_new, ("s.duckdb", "9999"), r"Install the newer version"),
}
# A second process: tests/test_cli.py and tests/store. Another thread: tests/project/test_running.py.
ELSEWHERE = {StoreInUseError, StoppedError}


def all_errors() -> set[type[ReadinessError]]:
    found = inspect.getmembers(errors, lambda member: inspect.isclass(member) and issubclass(member, ReadinessError))
    return {error for _, error in found}


def test_every_error_is_raised_by_a_test() -> None:
    assert all_errors() == BASES | set(RAISED) | ELSEWHERE


def test_every_error_stands_in_the_tree_at_the_top_of_its_file() -> None:
    assert errors.__doc__ is not None
    drawn = set(re.findall(r"\b\w+Error\b", errors.__doc__))
    assert drawn == {error.__name__ for error in all_errors()}


def test_every_error_is_raised_somewhere_in_the_product() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in Path(errors.__file__).parent.rglob("*.py"))
    never = [error.__name__ for error in all_errors() - {ReadinessError} if f"{error.__name__}(" not in sources.replace(
        f"class {error.__name__}(", ""
    )]  # fmt: skip
    assert never == []


@pytest.mark.parametrize("error", RAISED, ids=lambda error: error.__name__)
def test_the_sentence_says_what_which_and_what_to_do(error: type[ReadinessError], tmp_path: Path) -> None:
    bring_about, named, advice = RAISED[error]
    with pytest.raises(error) as raised:
        bring_about(tmp_path)
    assert type(raised.value) is error
    sentence = str(raised.value)
    assert all(name in sentence for name in named), sentence
    assert re.search(advice, sentence), sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert ".." not in sentence


@pytest.mark.parametrize("error", RAISED, ids=lambda error: error.__name__)
def test_the_facts_of_an_error_are_its_attributes(error: type[ReadinessError], tmp_path: Path) -> None:
    with pytest.raises(error) as raised:
        RAISED[error][0](tmp_path)
    parameters = [name for name in inspect.signature(error).parameters if name not in {"args", "kwargs"}]
    assert parameters
    assert all(hasattr(raised.value, name) for name in parameters)


def test_a_store_in_use_says_who_has_it_and_what_to_do() -> None:
    sentence = str(StoreInUseError("/data/readiness.duckdb", "process 7 (python)"))
    assert "process 7" in sentence
    assert "--db" in sentence
