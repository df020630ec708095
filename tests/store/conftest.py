"""A store of its own for each test, with a clock that only the test moves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from readiness.store import ProjectRow, Store


class Clock:
    """A time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session")
def clock_type() -> type[Clock]:
    return Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "readiness.duckdb"


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without a project, made once, because making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "readiness.duckdb"
    Store.open(path).close()
    return path


@pytest.fixture
def store(empty_store: Path, path: Path, clock: Clock) -> Iterator[Store]:
    numbers = count(1)
    path.parent.mkdir()
    shutil.copyfile(empty_store, path)
    with Store.open(path, clock=clock, new_id=lambda: f"p{next(numbers)}") as opened:
        yield opened


@pytest.fixture
def project(store: Store) -> ProjectRow:
    return store.create_project("Invoices", who="Ann")
