"""The values that the store hands out and takes in. Times are UTC without a zone, as the file keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

Body = dict[str, Any]  # a JSON object; the topic that owns the kind validates it


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One assessment. `version` is that of the row itself (name, archived); every write to anything of the
    project raises `revision`, so that whatever is computed from a project can be kept under (id, revision)."""

    id: str
    name: str
    created_at: datetime
    archived_at: datetime | None
    version: int
    revision: int


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that a user can change. `key` tells those of one kind apart; it is empty where there is only one."""

    kind: str
    key: str
    version: int  # from 1; never used twice for a kind and key, not even after a deletion
    body: Body
    changed_at: datetime
    changed_by: str


class Change(NamedTuple):
    """What `Store.save_many` takes: the body as it shall be, and the version that its author read (0: none)."""

    kind: str
    key: str
    body: Body
    version: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One change of one thing. `sequence` counts from 1 in each project; the last one is the project's revision."""

    sequence: int
    at: datetime
    who: str
    what: str
    kind: str
    key: str
    version_before: int | None  # None: there was none before, or the thing has no versions
    version_after: int | None  # None: it was deleted, or the thing has no versions
    before: Body | None
    after: Body | None


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem of one record, as the audit found it."""

    record: int  # 1-based, in file order
    line: int | None
    field: str  # empty when the whole record is concerned
    position: int | None  # 0-based column
    edge_case: str
    value: str | None  # None where raw values are not kept
    reason: str


@dataclass(frozen=True, slots=True)
class KeptSample:
    """The raw records of a sample that the project keeps, until the end of a day (UTC)."""

    sample_id: str
    fields: tuple[str, ...]
    records: int
    kept_until: date
    kept_at: datetime
    kept_by: str


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """One raw record. `fault` says why it does not fit the header; empty when it does."""

    record: int
    line: int | None
    fault: str
    cells: tuple[str | None, ...]  # one a column of the sample; None where the record has no such cell
    cell_count: int | None = None  # how many cells the record really has
    line_text: str | None = None  # the line as it stands in the file, where it could not be split
