"""What an edited copy of the scope would change, as a value that a person decides about, and what follows from that.

`readiness.scope.comparison` finds the changes; nothing in either module saves anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from readiness.scope.items import ItemSource, ScopeItem, ScopePlan, basis_after_change

Value = str | float | bool | None
Values = Mapping[str, Value]
# (field, what the copy has, what is stored) -> what the copy says: the stored value, if it is only written otherwise.
# Raises InvalidValueError for an edit that would lose a part of the stored value.
Restore = Callable[[str, Value, Value], Value]

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "component": "Component",
        "group": "Group",
        "marked_not_needed": "Needed",
        "in_prototype": "In prototype",
        "low_days": "Low",
        "likely_days": "Likely",
        "high_days": "High",
        "basis": "Basis",
        "day_rate": "Day rate",
        "one_off_cost": "One-off cost",
        "run_cost_year": "Run cost a year",
        "review_minutes": "Review minutes",
        "owner": "Owner",
        "note": "Note",
        "not_needed_because": "Reason not needed",
    }
)  # the fields of an item that a copy may change
ESTIMATE = ("low_days", "likely_days", "high_days")
PLAN_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "planned_days": "Planned person-days",
        "prototype_days": "Prototype person-days",
        "day_rate": "Day rate",
        "currency": "Currency",
        "confidence": "Confidence of low to high",
        "common_cause": "Common cause",
        "team_size": "Team size",
        "productive_days_per_week": "Productive days a week",
        "review_minutes": "Review minutes",
        "review_hour_rate": "Review rate an hour",
        "reference_multiplier": "Reference multiplier",
        "reference_source": "Source of the multiplier",
    }
)
PLAN = "plan"  # the id under which changes of the plan stand
OWN_GROUP = "Own components"  # of a new row that names none
MOST_TEXT = 32_767  # characters, as a cell holds them
_SAME = 1e-12  # relative: programs keep 15 digits of a number, and nobody edits the sixteenth


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of the copy. `values` lacks the fields whose cells were refused or left out."""

    place: int  # as the sheet numbers it
    id: str  # empty where the row has none
    values: Values
    addresses: Mapping[str, str] = field(default_factory=dict)  # field -> cell
    remark: str = ""  # why it may be no component at all


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """A cell that cannot be taken over; the stored value stays."""

    address: str  # Scope!F7
    component: str
    title: str
    typed: str
    reason: str

    @property
    def sentence(self) -> str:
        """Cell, what was typed, and why it is refused: Scope!F7, Low: 'approx. 3' is no number."""
        return f"{self.address}, {self.title}: {self.typed!r} {self.reason}."


@dataclass(frozen=True, slots=True)
class FieldChange:
    field: str
    title: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """An item of which the copy, and nobody else, changed these fields. The plan has PLAN for its id."""

    id: str
    component: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class AddedItem:
    """A row that is no item yet. With a remark it is left out unless somebody wants it."""

    place: int
    component: str
    values: Values
    remark: str = ""


@dataclass(frozen=True, slots=True)
class RemovedItem:
    """An item that the copy does not have any more; `removable` unless it belongs to a handling decision."""

    id: str
    component: str
    removable: bool
    remark: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Fields that were changed in the copy and, differently, in the project since.

    The three estimates are one statement and are decided together. `deleted` says that the item itself was removed
    from the project; then `mine` holds all that the copy changed in it.
    """

    id: str
    component: str
    title: str
    before: Values
    theirs: Values
    mine: Values
    deleted: bool = False
    restorable: bool = True  # whether the copy's side can be chosen
    by: str = ""  # who changed it in the project, as far as that is known
    at: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.id}/{self.title}"


@dataclass(frozen=True, slots=True)
class ScopeChanges:
    """All that a copy would change, and what it cannot."""

    changed: tuple[ChangedItem, ...] = ()
    added: tuple[AddedItem, ...] = ()
    removed: tuple[RemovedItem, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    refused: tuple[RefusedCell, ...] = ()
    unchanged: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to apply and nothing to decide."""
        return not (self.changed or self.added or self.removed or self.conflicts)

    @property
    def sentence(self) -> str:
        """The counts: 3 changed, 1 added, 1 removed, 1 conflict, 2 cells refused."""
        plan = any(item.id == PLAN for item in self.changed)
        counts = (
            (len(self.changed) - plan, "changed", "changed"),
            (len(self.added), "added", "added"),
            (len(self.removed), "removed", "removed"),
            (len(self.conflicts), "conflict", "conflicts"),
            (len(self.refused), "cell refused", "cells refused"),
        )
        said = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts if count]
        if plan:
            said.append("assumptions changed")
        return (", ".join(said) or "Nothing to change") + f"; {self.unchanged:,} unchanged."


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about a preview. Changes without a conflict need no decision."""

    from_file: frozenset[str] = frozenset()  # keys of the conflicts in which the copy is right
    removals: frozenset[str] = frozenset()  # ids
    left_out: frozenset[int] = frozenset()  # places of added rows


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to be saved and deleted."""

    items: tuple[ScopeItem, ...]
    plan: ScopePlan | None
    deletions: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.items or self.deletions or self.plan)


def item_values(item: ScopeItem) -> Values:
    """The fields of an item that a copy may change."""
    return {name: getattr(item, name) for name in TITLES}


def plan_values(plan: ScopePlan) -> Values:
    """The fields of the plan that a copy may change."""
    return {name: getattr(plan, name) for name in PLAN_TITLES}


def as_it_stands(_field: str, value: Value, stored: Value) -> Value:
    """`value`, or `stored` where they differ in nothing that a spreadsheet keeps."""
    return stored if same(value, stored) else value


def same(one: Value, other: Value) -> bool:
    """Whether two values say the same: text but for line ends and outer space, numbers to what a spreadsheet keeps."""
    if isinstance(one, str) and isinstance(other, str):
        return tidy(one) == tidy(other)
    if _is_number(one) and _is_number(other):
        return math.isclose(float(one or 0), float(other or 0), rel_tol=_SAME, abs_tol=0.0)
    return type(one) is type(other) and one == other


def tidy(text: str) -> str:
    """`text` without outer space, its line ends all alike, as a spreadsheet may give it back."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def default_choices(changes: ScopeChanges) -> Choices:
    """What happens unless somebody decides otherwise: the project's side of conflicts, no removal, no doubtful row."""
    return Choices(left_out=frozenset(item.place for item in changes.added if item.remark))


def decide(
    changes: ScopeChanges,
    choices: Choices,
    *,
    exported: Mapping[str, ScopeItem | None],
    current: Mapping[str, ScopeItem],
    plan: ScopePlan,
    new_id: Callable[[], str],
    order: int,
) -> Decided:
    """The items, the plan and the deletions that follow. New items take the order numbers from `order` on."""
    chosen = [conflict for conflict in changes.conflicts if conflict.key in choices.from_file and conflict.restorable]
    updates: dict[str, dict[str, Value]] = {}
    for item in changes.changed:
        updates.setdefault(item.id, {}).update({change.field: change.after for change in item.fields})
    for conflict in chosen:
        updates.setdefault(conflict.id, {}).update(conflict.mine)
    plan_update = updates.pop(PLAN, None)
    removals = {item.id for item in changes.removed if item.removable} & choices.removals
    wanted = [item for item in changes.added if item.place not in choices.left_out]
    return Decided(
        items=(
            *(_updated(current.get(identity) or exported[identity], update) for identity, update in updates.items()),
            *(_made(item, f"own:{new_id()}", order + offset) for offset, item in enumerate(wanted)),
        ),
        plan=ScopePlan.model_validate({**plan.model_dump(), **plan_update}) if plan_update else None,
        deletions=tuple(sorted(removals)),
    )


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _updated(item: ScopeItem | None, update: Mapping[str, Any]) -> ScopeItem:
    assert item is not None
    if "basis" not in update and not update.keys().isdisjoint(ESTIMATE):
        update = {**update, "basis": basis_after_change(item.basis)}
    return ScopeItem.model_validate({**item.model_dump(), **update})


def _made(added: AddedItem, identity: str, order: int) -> ScopeItem:
    body = {**added.values, "id": identity, "source": ItemSource.OWN, "order": order}
    return ScopeItem.model_validate(body)
