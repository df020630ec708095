"""Projects over a new store whose clock stands still and whose ids are counted, so that two of them hold the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.verdict_table import VerdictTable
from readiness.project import Projects, live
from readiness.scope.catalog import ComponentCatalog
from readiness.store import Store

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it; a Monday


@contextmanager
def fixed_projects(folder: Path, now: datetime = NOW) -> Iterator[Projects]:
    """The projects of a new store in `folder`, where temporary files go as well; closed at the end."""
    before, numbers = tempfile.tempdir, count(1)
    tempfile.tempdir = str(folder)

    def new_id() -> str:
        return f"id-{next(numbers):03d}"

    projects = Projects(
        Store.open(folder / "readiness.duckdb", clock=lambda: now, new_id=new_id),
        components=read_catalog("components", ComponentCatalog),
        verdicts=read_catalog("verdict", VerdictTable),
        standing=read_catalog("contradictions", ContradictionCatalog),
        clock=lambda: now,
        new_id=new_id,
    )
    try:
        yield projects
    finally:
        for row in projects.rows(include_archived=True):
            projects.desk.drop(row.id)
            live.desk_of(projects).drop(row.id)
        projects.store.close()
        tempfile.tempdir = before
