"""What makes the two commands work anywhere: pinned versions, a wheel that carries everything, a README that leads
with them."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9A-Za-z.!+_-]+)")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    matches = [PIN.fullmatch(line) for line in lines if line and not line.startswith("#")]
    return {canonical(match[1]): match[2] for match in matches if match}


def requirement_name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return canonical(match[0])


def top_level_imports(path: Path) -> set[str]:
    """The third-party packages that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names


def declared() -> list[str]:
    project = PROJECT["project"]
    return [
        *project["dependencies"],
        *chain(*project["optional-dependencies"].values()),
        *PROJECT["build-system"]["requires"],
    ]


def needed_by(name: str, seen: set[str]) -> None:
    """Adds `name` and everything that it needs here to `seen`."""
    if name in seen:
        return
    seen.add(name)
    for requirement in importlib.metadata.requires(name) or []:
        wanted = requirement_name(requirement)
        try:
            importlib.metadata.version(wanted)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system, another Python or an extra that nobody asked for
        if "extra ==" not in requirement:
            needed_by(wanted, seen)


def test_the_constraints_name_packages_and_versions_and_nothing_else() -> None:
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#") and not PIN.fullmatch(line)] == []
    assert len(pins()) == len({canonical(name) for name in pins()})


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "Makefile", ".ci/run"])
def test_no_address_of_a_package_registry_is_written_down(name: str) -> None:
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert not re.search(r"index-url|find-links|trusted-host|pypi\.org|pythonhosted", text)


def test_every_declared_dependency_is_pinned() -> None:
    assert [name for name in map(requirement_name, declared()) if name not in pins()] == []


def test_every_library_that_the_product_imports_is_declared() -> None:
    declared_names = {requirement_name(requirement) for requirement in PROJECT["project"]["dependencies"]}
    distributions = importlib.metadata.packages_distributions()
    undeclared = {
        f"{path.relative_to(CHECKOUT)}: {name}"
        for path in [*sorted((CHECKOUT / "readiness").rglob("*.py")), *(CHECKOUT / "pages").glob("*.py")]
        for name in top_level_imports(path)
        if not {canonical(owner) for owner in distributions.get(name, [name])} & {"readiness", *declared_names}
    }
    assert sorted(undeclared) == []


def test_what_the_product_runs_with_is_installed_as_pinned() -> None:
    needed: set[str] = set()
    for requirement in PROJECT["project"]["dependencies"]:
        needed_by(requirement_name(requirement), needed)
    installed = {name: importlib.metadata.version(name) for name in needed}
    assert installed == {name: pins().get(name) for name in needed}


def test_everything_that_travels_in_the_wheel_is_there_and_the_project_file_is_not_among_it() -> None:
    carried = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert [source for source in carried if not (CHECKOUT / source).exists()] == []
    assert "data" not in carried
    assert {"app.py", "pages", "data/catalog", ".streamlit/config.toml"} <= carried.keys()


def test_every_folder_of_data_travels_in_the_wheel() -> None:
    carried = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    folders = {f"data/{path.name}" for path in (CHECKOUT / "data").iterdir() if path.is_dir()}
    assert folders <= carried.keys()


def test_the_readme_leads_with_the_two_commands_and_then_plain_pip() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    found = [re.search(words, readme) for words in ("make run", "make test", r"pip install (-c constraints\.txt )?\.")]
    places = [match.start() for match in found if match]
    assert len(places) == len(found)
    assert places == sorted(places)


def test_the_makefile_offers_every_command_that_is_promised() -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    offered = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert {"run", "test", "unit", "lint", "bench", "bench-quality", "screenshots", "wheel", "clean"} <= offered


def test_the_package_can_be_run_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "readiness", "--help"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "audit" in done.stdout
