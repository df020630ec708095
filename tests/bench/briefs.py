"""What the two examples and their briefs cost: opening each, a diagnosis, and the decision brief in every format.

First is the first of its kind in the process: nothing that was read, simulated or searched before is kept.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readiness.project import Projects

RUNS = 5
OPENING_FLOOR = 4_000  # ms
DIAGNOSIS_FLOOR = 50
BRIEF_FLOOR = 2_000
SUFFIXES = ("md", "json", "docx", "pdf")


def main() -> None:
    """Print the first, the median, the fastest and the slowest in ms, and how busy the machine is meanwhile."""
    from readiness.project.example import open_example, open_stalled_example
    from readiness.project.opening import open_projects

    print(f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        projects = open_projects(Path(folder) / "bench.duckdb")
        for name, make in (("before the build", open_example), ("stalled", open_stalled_example)):
            _measure(projects, name, make)
        projects.store.close()


def _measure(projects: Projects, name: str, make: Callable[..., str]) -> None:
    started, worked = time.perf_counter(), time.process_time()
    project = make(projects, who="Bench")
    wall, cpu = (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000
    print(f"{f'{name}: opened':<34} {wall:12.0f} ms   ({cpu:.0f} ms of CPU)   under {OPENING_FLOOR:,} ms", flush=True)
    state = projects.load(project)
    _report(f"{name}: diagnosis", DIAGNOSIS_FLOOR, lambda: projects.diagnose(state))
    diagnosis = projects.diagnose(state)
    for suffix in SUFFIXES:
        write = partial(projects.brief, state, diagnosis, "decision", suffix)
        _report(f"{name}: brief as {suffix}", BRIEF_FLOOR, write)


def _report(name: str, floor: int, action: Callable[[], object]) -> None:
    first, *taken = (_milliseconds(action) for _ in range(RUNS + 1))
    print(
        f"{name:<34} first {first:6.0f} ms   then {statistics.median(taken):6.0f} ms"
        f"   ({min(taken):.0f} - {max(taken):.0f})   under {floor:,} ms",
        flush=True,
    )


def _milliseconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
