"""What sixty components cost: the simulation, an edit of one of them, the workbook, and the page's answer to an edit.

Each figure stands beside the floor that it must stay under.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import readiness
from readiness.ranges import DRAWS
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.simulation import simulate
from readiness.ui.rooms import SCOPE

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from readiness.project import Projects

RUNS = 7
ITEMS = 60
DRAWN_FLOOR, PAGE_FLOOR, EXPORT_FLOOR = 100, 300, 1_000  # ms
MAIN = Path(readiness.__file__).parent / "ui" / "main.py"
PLAN = ScopePlan(day_rate=800, team_size=4, planned_days=80)


def main() -> None:
    """Print the first figure, and the median, the fastest and the slowest of those that follow, in ms of wall time."""
    _measure_draws()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["READINESS_DB"] = str(Path(folder) / "bench.duckdb")
        from readiness.ui import cache

        projects = cache.projects()
        _measure_project(projects)
        projects.store.close()


def _measure_draws() -> None:
    import numpy as np  # not counted: the page has loaded it long before

    assert np.__version__
    items = [_item(number) for number in range(ITEMS)]
    fresh = count()
    _report(f"{DRAWS:,} draws, nothing kept", DRAWN_FLOOR, lambda: simulate(items, PLAN, seed=next(fresh)))
    simulate(items, PLAN)
    edited = (items[0].model_copy(update={"high_days": 13.0 + number}) for number in count())
    _report("after an edit of one", DRAWN_FLOOR, lambda: simulate([next(edited), *items[1:]], PLAN))
    many = [_item(number) for number in range(1_000)]
    _report("1,000 components", None, lambda: simulate(many, PLAN, seed=next(fresh)), runs=2)


def _measure_project(projects: Projects) -> None:
    from readiness.project.documents import scope_file
    from readiness.project.example import open_example

    project = open_example(projects, who="Bench")
    for number in range(ITEMS - len(projects.load(project).items)):
        days = {"low_days": 2.0, "likely_days": 4.0 + number % 5, "high_days": 12.0}
        projects.add_own_component(project, {"component": f"Component {number}", **days}, who="Bench")
    state = projects.load(project)
    _report(f"workbook, {len(state.items)} components", EXPORT_FLOOR, lambda: scope_file(state, datetime.now(UTC)))
    app = _open_page(project)
    _report("page: run again", PAGE_FLOOR, app.run)
    typed = count(100)
    _report("page: an edit in the grid", PAGE_FLOOR, lambda: _edit(app, high=float(next(typed))))
    if app.exception or next(typed) - 1 not in {item.high_days for item in projects.load(project).items}:
        raise SystemExit("The page did not save what was typed.")


def _open_page(project: str) -> AppTest:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(MAIN), default_timeout=30)
    app.query_params["project"] = project
    app.run().switch_page(SCOPE.path).run()
    if app.exception:
        raise SystemExit(f"The page stopped: {app.exception[0].message}")
    return app


def _edit(app: AppTest, **values: Any) -> AppTest:
    """What the browser sends when somebody types into the first row of the components."""
    editor = next(editor for editor in app.data_editor if "/scope" in str(editor.key))
    states = app._tree.get_widget_states()
    typed = {"edited_rows": {"0": values}, "added_rows": [], "deleted_rows": []}
    states.widgets.add(id=editor.proto.id, string_value=json.dumps(typed))
    return app._run(states)


def _item(number: int) -> ScopeItem:
    days = {"low_days": 2.0, "likely_days": 4.0 + number % 5, "high_days": 12.0}
    return ScopeItem(id=f"own:{number}", component=f"Component {number}", group=f"Group {number % 6}", **days)


def _report(name: str, floor: int | None, action: Callable[[], object], runs: int = RUNS) -> None:
    first, *taken = _milliseconds(action, runs + 1)
    beside = f"   under {floor:,} ms" if floor else ""
    print(
        f"{name:<28} first {first:6.0f} ms   then {statistics.median(taken):6.0f} ms"
        f"   ({min(taken):.0f} - {max(taken):.0f}){beside}",
        flush=True,
    )


def _milliseconds(action: Callable[[], object], runs: int) -> list[float]:
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


if __name__ == "__main__":
    main()
