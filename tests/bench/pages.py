"""How long the server works on each page of both example projects, in ms of wall time and of processor time.

first   the page is opened for the first time since the server was started
again   the same page runs again, as after a click that changes nothing
changed the page runs after a change of the project, by which everything that is kept of a revision is out of date
moved   the panel of the Diagnosis tries another value, which writes nothing
"""

from __future__ import annotations

import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import readiness
from readiness.ui.rooms import DIAGNOSIS, ROOMS, Room

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from readiness.project import Projects

RUNS = 7
FLOOR = 300  # ms of wall time, of the median
NO_BROWSER = "streamlit.runtime.scriptrunner_utils.script_run_context"  # the logger that warns of there being none
MAIN = Path(readiness.__file__).parent / "ui" / "main.py"
Measured = tuple[list[float], list[float]]  # wall time and processor time of each run, in ms


def main() -> None:
    """Print the median, the fastest and the slowest run of each page of each example."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["READINESS_DB"] = str(Path(folder) / "bench.duckdb")
        from readiness.project.example import open_example, open_stalled_example
        from readiness.ui import cache

        logging.getLogger(NO_BROWSER).disabled = True
        projects = cache.projects()
        try:
            for name, opened in (("example", open_example), ("stalled example", open_stalled_example)):
                project = opened(projects, who="Bench")
                print(f"\n{name:<34} wall: median (fastest - slowest)   processor: median", flush=True)
                for room in ROOMS:
                    _measure(projects, project, room)
        finally:
            projects.store.close()


def _measure(projects: Projects, project: str, room: Room) -> None:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params["project"] = project
    app.run()
    _report(f"{room.title}: first", _timed(lambda: app.switch_page(room.path).run(), runs=1))
    _report(f"{room.title}: again", _timed(app.run))
    _report(f"{room.title}: changed", _timed(app.run, before=_changes(projects, project)))
    if room is DIAGNOSIS:
        _report(f"{room.title}: moved", _timed(app.run, before=_moves(app)))
    if app.exception:
        raise SystemExit(f"{room.title}: {app.exception[0].value}")


def _changes(projects: Projects, project: str) -> Callable[[], object]:
    """A function that changes the estimate of a component, to another figure each time."""
    from readiness.project import Kind

    figures = count(1)
    item = next(item for item in projects.load(project).items if item.status == "estimated")

    def change() -> None:
        version = projects.load(project).version_of(Kind.SCOPE_ITEM, item.id)
        high = (item.high_days or 0) + next(figures) / 10
        projects.change_item(project, item.id, {"high_days": high}, version=version, who="Bench")

    return change


def _moves(app: AppTest) -> Callable[[], object]:
    """A function that moves the first slider of the panel, to another place each time."""
    places = count(1)

    def move() -> None:
        slider = app.slider[0]
        slider.set_value(slider.min + next(places) * slider.step)

    return move


def _timed(action: Callable[[], object], runs: int = RUNS, before: Callable[[], object] | None = None) -> Measured:
    wall, processor = [], []
    for _ in range(runs):
        if before is not None:
            before()
        started, worked = time.perf_counter(), time.process_time()
        action()
        wall.append((time.perf_counter() - started) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    return wall, processor


def _report(name: str, measured: Measured) -> None:
    wall, processor = measured
    median = statistics.median(wall)
    spread = f"({min(wall):.0f} - {max(wall):.0f})"
    mark = f"   above {FLOOR}" if median > FLOOR else ""
    print(f"  {name:<32} {median:6.0f} ms {spread:<18} {statistics.median(processor):10.0f} ms{mark}", flush=True)


if __name__ == "__main__":
    main()
