"""Writes constraints.txt: the version of every package that a fresh environment gets today, names and versions only.

Run as `make constraints`. What builds the package (hatchling and its own needs) is pinned as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from itertools import chain
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
HEADER = "# Every package of a fresh environment, with its version. Renewed by `make constraints`.\n"


def main() -> None:
    """Install everything into an empty environment and write down what came."""
    with tempfile.TemporaryDirectory() as folder:
        python = _empty_environment(Path(folder))
        _run(python, "-m", "pip", "install", "--quiet", *_wanted())
        frozen = _run(python, "-m", "pip", "freeze", "--exclude-editable", "--local")
    pins = sorted((line for line in frozen.splitlines() if "==" in line), key=str.lower)
    (CHECKOUT / "constraints.txt").write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8")
    print(f"{len(pins)} packages pinned in constraints.txt")


def _wanted() -> list[str]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]
    return [
        *declared["dependencies"],
        *chain(*declared["optional-dependencies"].values()),
        *project["build-system"]["requires"],
    ]


def _empty_environment(folder: Path) -> str:
    venv.create(folder, with_pip=True)
    return str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")


def _run(*command: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    done = subprocess.run(command, env=kept, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
