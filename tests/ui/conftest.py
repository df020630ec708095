"""Pages run by AppTest over a project file of the test."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from readiness.project import Projects
from readiness.ui import cache

CHECKOUT = Path(__file__).resolve().parents[2]
MAIN = CHECKOUT / "readiness" / "ui" / "main.py"
PAGES = tuple(sorted(path.stem for path in (CHECKOUT / "pages").glob("*.py")))

Visit = Callable[..., AppTest]


def forget_everything() -> None:
    """What the end of the server does: the open samples, the project file, and every cache."""
    projects = cache.projects()
    for identifier in list(projects.desk._open):
        projects.desk.drop(identifier)
    projects.store.close()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Which of the installed packages are components of Streamlit is looked up once, not for every session."""
    with pytest.MonkeyPatch.context() as patched:
        look_up = functools.cache(manifest_scanner.scan_component_manifests)
        patched.setattr(manifest_scanner, "scan_component_manifests", look_up)
        yield


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project file of this test alone."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    path = tmp_path / "readiness.duckdb"
    monkeypatch.setenv("READINESS_DB", str(path))
    st.cache_resource.clear()
    yield path
    forget_everything()


@pytest.fixture
def projects(store: Path) -> Projects:
    """The projects that the pages work on."""
    return cache.projects()


@pytest.fixture
def restart_server() -> Callable[[], Projects]:
    """Ends the server and starts another over the same project file."""

    def do() -> Projects:
        forget_everything()
        return cache.projects()

    return do


@pytest.fixture
def visit() -> Visit:
    """A new browser session on a page: (page, project="")."""

    def do(page: str, project: str = "") -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        if project:
            at.query_params["project"] = project
        at.run()
        return at if page == "portfolio" else at.switch_page(f"../../pages/{page}.py").run()

    return do
