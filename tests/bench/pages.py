"""How long the server works on a page of the example project: opening it, running it again, and answering an edit."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import readiness
from readiness.ui.rooms import ROOMS

RUNS = 7
MAIN = Path(readiness.__file__).parent / "ui" / "main.py"


def main() -> None:
    """Print the median, the fastest and the slowest of each page, in ms of wall time."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["READINESS_DB"] = str(Path(folder) / "bench.duckdb")
        from streamlit.testing.v1 import AppTest

        from readiness.project.example import open_example
        from readiness.ui import cache

        project = open_example(cache.projects(), who="Bench")
        for room in ROOMS:
            app = AppTest.from_file(str(MAIN), default_timeout=30)
            app.query_params["project"] = project
            app.run()
            first = _milliseconds(lambda app=app, room=room: app.switch_page(room.path).run(), runs=1)
            _report(f"{room.title}: first", first)
            _report(f"{room.title}: again", _milliseconds(app.run))
        cache.projects().store.close()


def _milliseconds(action: Callable[[], object], runs: int = RUNS) -> list[float]:
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _report(name: str, taken: list[float]) -> None:
    print(f"{name:<28} {statistics.median(taken):8.0f} ms   ({min(taken):.0f} - {max(taken):.0f})", flush=True)


if __name__ == "__main__":
    main()
