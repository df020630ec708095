"""The picture in the design stays true: imports run one way, and each outside library has its one place."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGE = CHECKOUT / "readiness"
PAGES = sorted((CHECKOUT / "pages").glob("*.py"))
# A name that says nothing of the domain means that an idea has no name yet.
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "tools"}
# What a page may not reach past the user interface for.
BELOW_A_PAGE = ("duckdb", "readiness.store", "readiness.exports", "readiness.sql")


def sources(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.py")) if "_app" not in path.parts)


def imported_modules(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def reaches(names: set[str], module: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for name in names)


def test_imports_run_one_way_as_the_contracts_say() -> None:
    command = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", list(sources(PACKAGE)), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_streamlit_is_imported_by_the_user_interface_alone(path: Path) -> None:
    if path.relative_to(PACKAGE).parts[0] != "ui":
        assert not reaches(imported_modules(path), "streamlit")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_reaches_nothing_below_the_user_interface(path: Path) -> None:
    names = imported_modules(path)
    assert [module for module in BELOW_A_PAGE if reaches(names, module)] == []


def test_no_pages_folder_lies_beside_the_page_runner() -> None:
    assert not (PACKAGE / "ui" / "pages").exists()


def test_every_module_is_named_after_something() -> None:
    named = [*sources(PACKAGE), *PAGES, *sources(CHECKOUT / "tests")]
    assert [str(path) for path in named if path.stem in NAMELESS or path.parent.name in NAMELESS] == []


def test_every_package_says_in_one_line_what_it_is() -> None:
    folders = {path.parent for path in sources(PACKAGE)}
    unsaid = [
        str(folder.relative_to(CHECKOUT))
        for folder in sorted(folders)
        if not (folder / "__init__.py").is_file()
        or not ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    ]
    assert unsaid == []


def test_only_the_agreed_names_stand_at_the_top() -> None:
    agreed = {
        "pyproject.toml", "app.py", "pages", "readiness", "data", "tests", "README.md", "LICENSE", "CHANGELOG.md",
        "Makefile", "constraints.txt", "docs", "build", "dist",
    }  # fmt: skip
    found = {path.name for path in CHECKOUT.iterdir() if not path.name.startswith((".", "__pycache__"))}
    assert found - agreed == set()
