"""The project file: the only SQL on it, with its migrations, its journal and its way out and in again."""

from readiness.store.rows import Change, Document, JournalEntry, KeptRecord, KeptSample, ProblemRow, ProjectRow
from readiness.store.store import Store

__all__ = [
    "Change",
    "Document",
    "JournalEntry",
    "KeptRecord",
    "KeptSample",
    "ProblemRow",
    "ProjectRow",
    "Store",
]
