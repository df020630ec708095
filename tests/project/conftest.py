"""Projects over a real store in a folder of the test, with a clock that only the test moves."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.verdict_table import VerdictTable
from readiness.project import Kind, Projects
from readiness.scope.catalog import ComponentCatalog
from readiness.store import Store

NAMES = ("Zyxwell Quartz", "Brimblefold", "Okonkwo & Daughters", "Ploegmakers", "Vantresca", "Hjortskov")


@cache
def _components() -> ComponentCatalog:
    return read_catalog("components", ComponentCatalog)


@cache
def _verdicts() -> VerdictTable:
    return read_catalog("verdict", VerdictTable)


def _standing() -> ContradictionCatalog:
    return read_catalog("contradictions", ContradictionCatalog)


class Clock:
    """A time that stands still until a test moves it; UTC without a zone, as the store keeps it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "readiness.duckdb"


@pytest.fixture(autouse=True)
def workspaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where uploads and workspaces of this test lie, so that a test can see what stays behind."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def open_at(clock: Clock) -> Iterator[Callable[[Path], Projects]]:
    """Opens the projects of a store file; what a test leaves open is closed at its end."""
    opened: list[Projects] = []
    numbers = count(1)

    def open_projects(path: Path) -> Projects:
        projects = Projects(
            Store.open(path, clock=clock),
            components=_components(),
            verdicts=_verdicts(),
            standing=_standing(),
            clock=clock,
            new_id=lambda: f"id{next(numbers)}",
        )
        opened.append(projects)
        return projects

    yield open_projects
    for projects in opened:
        close(projects)


def close(projects: Projects) -> None:
    """What the end of a process does to its projects."""
    for identifier in list(projects.desk._open):
        projects.desk.drop(identifier)
    projects.store.close()


@pytest.fixture
def projects(open_at: Callable[[Path], Projects], path: Path) -> Projects:
    return open_at(path)


@pytest.fixture
def project(projects: Projects) -> str:
    """The id of a new project."""
    return projects.create("Invoices", who="Ann")


def messy_csv() -> bytes:
    """Sixty invoices: a missing vendor in six, an impossible date in three, the last one twice."""
    lines = ["invoice,vendor,contact,date,amount"]
    for number in range(60):
        vendor = "" if number % 10 == 3 else f"{NAMES[number % 6]} {number % 7}"
        day = "31/02/2024" if number % 20 == 5 else f"{number % 28 + 1:02d}/01/2024"
        contact = f"clerk{number}@{NAMES[number % 6].split()[0].lower()}.example"
        lines.append(f"INV-{70_000 + number},{vendor},{contact},{day},{number * 13 + 7}.{number % 90 + 10}")
    return "\n".join([*lines, lines[-1], ""]).encode()


@pytest.fixture
def messy() -> bytes:
    return messy_csv()


@pytest.fixture
def upload(projects: Projects) -> Callable[..., object]:
    """Uploads bytes into a project: (project, content, name="invoices.csv")."""

    def do(project: str, content: bytes, name: str = "invoices.csv") -> object:
        return projects.read_upload(project, name, lambda path: _write(path, content), who="Ann")

    return do


@pytest.fixture
def restart(open_at: Callable[[Path], Projects], path: Path) -> Callable[[Projects], Projects]:
    """Ends the process of these projects and starts another over the same file."""

    def do(projects: Projects) -> Projects:
        close(projects)
        return open_at(path)

    return do


@pytest.fixture
def at_hand(projects: Projects, project: str, messy: bytes) -> str:
    """The id of a project with an audited sample that has several edge cases, and with its records at hand."""
    projects.read_upload(project, "invoices.csv", lambda path: _write(path, messy), who="Ann")
    projects.run_audit(project, who="Ann")
    return project


@pytest.fixture(scope="session")
def audited_rows(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, dict[str, Any], int]]:
    """What the audit of the messy file leaves in a project file: the same for every test, so it is run once."""
    projects = Projects(
        Store.open(tmp_path_factory.mktemp("template") / "readiness.duckdb", clock=Clock()),
        components=_components(),
        verdicts=_verdicts(),
        standing=_standing(),
        clock=Clock(),
    )
    project = projects.create("Invoices", who="Ann")
    projects.read_upload(project, "invoices.csv", lambda path: _write(path, messy_csv()), who="Ann")
    projects.run_audit(project, who="Ann")
    kinds = (Kind.SAMPLE, Kind.FIELD_RULES, Kind.AUDIT)
    rows = [(str(d.kind), d.key, d.body, 0) for kind in kinds for d in projects.store.documents(project, kind)]
    close(projects)
    return rows


@pytest.fixture
def audited(projects: Projects, project: str, audited_rows: list[tuple[str, str, dict[str, Any], int]]) -> str:
    """The id of a project with that audit, as after a restart: its records are not at hand."""
    projects.store.save_many(project, audited_rows, who="Ann", what="ran the data audit")
    return project


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
