"""What the workbook is made from: the project's values, and the figures of each line of the scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from readiness.audit.decisions import HandlingDecision
from readiness.audit.report import AuditReport
from readiness.exports.scope_layout import Cell, written_item
from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad
from readiness.scope.totals import ScopeTotal


class ValueRow(NamedTuple):
    """One input of the value, as it is shown."""

    label: str
    value: Cell
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table Scope. `mean`, `spread`, `rate` and `cost` are None where their cell is empty."""

    item: ScopeItem
    status: ItemStatus
    written: Mapping[str, Cell]
    mean: float | None
    spread: float | None
    rate: float | None
    cost: float | None

    @property
    def component(self) -> str:
        return str(self.written["Component"] or "")

    @property
    def group(self) -> str:
        return str(self.written["Group"] or "")


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that the sheets are written from."""

    project_name: str
    rows: tuple[Row, ...]
    plan: ScopePlan
    total: ScopeTotal
    report: AuditReport | None
    decisions: Mapping[str, HandlingDecision]
    loads: Mapping[str, ReviewLoad]  # by item id
    value: tuple[ValueRow, ...]
    project_id: str
    versions: Mapping[str, int]  # of the stored items, by id
    plan_version: int
    now: datetime

    def with_status(self, status: ItemStatus) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.status is status)

    @property
    def estimated(self) -> tuple[Row, ...]:
        return self.with_status(ItemStatus.ESTIMATED)

    @property
    def unknown(self) -> tuple[Row, ...]:
        return self.with_status(ItemStatus.UNKNOWN)

    @property
    def without_rate(self) -> int:
        """How many estimated components have no day rate, so that the whole has no cost."""
        return sum(row.rate is None for row in self.estimated)


def rows_of(items: Sequence[ScopeItem], plan: ScopePlan) -> tuple[Row, ...]:
    """The lines of the table Scope, in the order of `items`."""
    return tuple(_row(item, plan) for item in items)


def _row(item: ScopeItem, plan: ScopePlan) -> Row:
    days = item.days(plan.confidence)
    written = written_item(item)
    if days is None:
        return Row(item, item.status, written, None, None, None, None)
    rate = plan.day_rate if item.day_rate is None else item.day_rate
    mean = days.mean
    cost = None if rate is None else mean * rate + (item.one_off_cost or 0.0)
    return Row(item, item.status, written, mean, days.spread, rate, cost)
