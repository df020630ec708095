"""A store opened as projects, with the catalog that they decide by."""

from __future__ import annotations

from pathlib import Path

from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.verdict_table import VerdictTable
from readiness.project.projects import Projects, utc_now
from readiness.scope.catalog import ComponentCatalog
from readiness.store import Store


def open_projects(path: Path) -> Projects:
    """The projects of the store at `path`; the file is made when it is not there. Records whose day has passed go."""
    store = Store.open(path)
    store.remove_expired(utc_now())
    return Projects(
        store,
        components=read_catalog("components", ComponentCatalog),
        verdicts=read_catalog("verdict", VerdictTable),
        standing=read_catalog("contradictions", ContradictionCatalog),
    )
