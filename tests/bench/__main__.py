"""Runs every measurement of a folder, each in a process of its own: `python -m tests.bench [FOLDER]`.

A measurement is a module that prints its figures when it is run; names that begin with an underscore are not run.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """The number of measurements that failed."""
    folder = (CHECKOUT / arguments[0]) if arguments else Path(__file__).parent
    modules = measurements(folder)
    if not modules:
        print(f"No measurement in {folder.relative_to(CHECKOUT)}.")
    return sum(not _run(module) for module in modules)


def measurements(folder: Path) -> list[str]:
    """The names of the modules in `folder` that measure something."""
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith(("_", "test_", "conftest")))
    package = ".".join(folder.relative_to(CHECKOUT).parts)
    return [f"{package}.{name}" for name in names]


def _run(module: str) -> bool:
    print(f"\n== {module}", flush=True)
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", module], cwd=CHECKOUT, check=False)
    verdict = "" if done.returncode == 0 else f", failed with exit code {done.returncode}"
    print(f"-- {module}: {time.perf_counter() - started:.1f} s in all{verdict}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
