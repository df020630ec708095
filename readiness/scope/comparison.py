"""A comparison of three states of a scope: as it was exported, as it is now, and as an edited copy has it.

A field that only the copy changed is a change; one that both changed, differently, is a conflict for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from readiness.errors import InvalidValueError
from readiness.scope.changes import (
    ESTIMATE,
    MOST_TEXT,
    OWN_GROUP,
    PLAN,
    PLAN_TITLES,
    TITLES,
    AddedItem,
    ChangedItem,
    Conflict,
    FieldChange,
    FileRow,
    RefusedCell,
    RemovedItem,
    Restore,
    ScopeChanges,
    Value,
    Values,
    as_it_stands,
    item_values,
    plan_values,
    same,
)
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan

_LONGEST = {"component": 200, "basis": 1_000, "group": 200, "owner": 200, "reference_source": 1_000, "currency": 10}
_NOTHING = ScopeItem(id="", component="\0")  # a name that no cell can hold


def compare(
    rows: Sequence[FileRow],
    *,
    exported: Mapping[str, ScopeItem | None],
    current: Mapping[str, ScopeItem],
    refused: Iterable[RefusedCell] = (),
    restore: Restore = as_it_stands,
) -> ScopeChanges:
    """What the rows of a copy change. `exported` has each item as it went into the copy; None: not known any more."""
    return _Comparison(exported, current, restore).of(rows, tuple(refused))


def compare_plan(
    row: FileRow,
    *,
    exported: ScopePlan | None,
    current: ScopePlan,
    restore: Restore = as_it_stands,
) -> ScopeChanges:
    """What the assumptions of a copy, laid out as one row, change in the plan."""
    judged = _Judged(row, PLAN_TITLES, "Assumptions", restore)
    base = plan_values(exported) if exported else None
    differing = judged.differing(base, plan_values(current))
    fields = tuple(FieldChange(d.field, PLAN_TITLES[d.field], d.theirs, d.mine) for d in differing if not d.clashes)
    return ScopeChanges(
        changed=(ChangedItem(PLAN, "Assumptions", fields),) if fields else (),
        conflicts=tuple(_conflict(PLAN, "Assumptions", PLAN_TITLES[d.field], d) for d in differing if d.clashes),
        refused=tuple(judged.refused),
    )


@dataclass(frozen=True, slots=True)
class _Difference:
    """One field in which the copy differs from the project: what it was, is and would be."""

    field: str
    before: Value
    theirs: Value
    mine: Value
    clashes: bool  # the project's value was changed as well, or nobody knows whether it was


class _Judged:
    """The cells of one row, held against what is stored; those that cannot be taken over go to `refused`."""

    def __init__(self, row: FileRow, titles: Mapping[str, str], component: str, restore: Restore) -> None:
        self._row = row
        self._titles = titles
        self._component = component
        self._restore = restore
        self.values = dict(row.values)
        self.refused: list[RefusedCell] = []

    def differing(self, base: Values | None, theirs: Values) -> tuple[_Difference, ...]:
        """The fields that the copy changed and that the project does not have so already."""
        found = []
        for name, value in self.values.items():
            before = theirs[name] if base is None else base[name]
            mine = self.restored(name, value, before)
            if same(mine, before) or same(self._restore(name, value, theirs[name]), theirs[name]):
                continue
            found.append(_Difference(name, before, theirs[name], mine, base is None or not same(theirs[name], before)))
        return tuple(found)

    def restored(self, name: str, value: Value, before: Value) -> Value:
        """What the cell says; `before` for one that is refused."""
        try:
            mine = self._restore(name, value, before)
        except InvalidValueError as error:
            self.refuse(name, error.reason)
            return before
        most = _LONGEST.get(name, MOST_TEXT)
        if isinstance(mine, str) and len(mine) > most and not same(mine, before):
            self.refuse(name, f"is refused: it has {len(mine):,} characters, and {most:,} are the most")
            return before
        return mine

    def drop_falling_estimate(self, stored: Values) -> None:
        """Refuses the estimates that were changed to something that does not rise."""
        triple = {name: self.values.get(name, stored[name]) for name in ESTIMATE}
        if _rises(triple):
            return
        figures = ", ".join(f"{float(day):g}" for day in triple.values() if day is not None)
        for name in ESTIMATE:
            if name in self.values and not same(self.values[name], stored[name]):
                self.refuse(name, f"is refused: low, likely and high must rise, and {figures} do not")
                del self.values[name]

    def refuse(self, name: str, reason: str) -> None:
        place = self._row.addresses.get(name, f"row {self._row.place}")
        typed = _shown(self._row.values[name])
        self.refused.append(RefusedCell(place, self._component, self._titles[name], typed, reason))


class _Comparison:
    """The rows of one copy against the two states of the project."""

    def __init__(
        self, exported: Mapping[str, ScopeItem | None], current: Mapping[str, ScopeItem], restore: Restore
    ) -> None:
        self._exported = exported
        self._current = current
        self._restore = restore
        self._since: dict[str, list[ScopeItem]] = {}  # own components made after the export, by their folded name
        for identity, item in current.items():
            if identity not in exported and item.source is ItemSource.OWN:
                self._since.setdefault(_folded(item.component), []).append(item)
        self._changed: list[ChangedItem] = []
        self._added: list[AddedItem] = []
        self._conflicts: list[Conflict] = []
        self._refused: list[RefusedCell] = []
        self._unchanged = 0

    def of(self, rows: Sequence[FileRow], refused: Iterable[RefusedCell]) -> ScopeChanges:
        known, new = self._told_apart(rows)
        for identity, row in known.items():
            self._compare_row(identity, row)
        for row in new:
            self._add(row)
        return ScopeChanges(
            changed=tuple(self._changed),
            added=tuple(self._added),
            removed=tuple(self._removed(set(known))),
            conflicts=tuple(self._conflicts),
            refused=(*refused, *self._refused),
            unchanged=self._unchanged,
        )

    def _told_apart(self, rows: Sequence[FileRow]) -> tuple[dict[str, FileRow], list[FileRow]]:
        """The row of each known id, and the rows of new components. Of a row and its copies, the one that was
        changed least stays what it was."""
        of_id: dict[str, list[FileRow]] = {}
        new: list[FileRow] = []
        for row in rows:
            is_known = bool(row.id) and (row.id in self._exported or row.id in self._current)
            (of_id.setdefault(row.id, []) if is_known else new).append(row)
        known = {identity: min(alike, key=self._distance) for identity, alike in of_id.items()}
        new += [row for identity, alike in of_id.items() for row in alike if row is not known[identity]]
        return known, sorted(new, key=lambda row: row.place)

    def _stored(self, identity: str) -> ScopeItem | None:
        """The item as the copy began with it, as far as that is known."""
        return self._exported.get(identity) or self._current.get(identity)

    def _distance(self, row: FileRow) -> int:
        """In how many fields a row differs from what was exported under its id."""
        stored = self._stored(row.id)
        if stored is None:
            return 0
        judged, values = self._judged(row, stored), item_values(stored)
        return sum(
            not same(judged.restored(name, value, values[name]), values[name]) for name, value in row.values.items()
        )

    def _judged(self, row: FileRow, item: ScopeItem | None) -> _Judged:
        component = str(row.values.get("component") or (item.component if item else ""))
        return _Judged(row, TITLES, component, self._restore)

    # --- rows of known items ---

    def _compare_row(self, identity: str, row: FileRow) -> None:
        base, current = self._exported.get(identity), self._current.get(identity)
        stored = current or base
        if stored is None:  # exported, removed since, and its past is not known: nothing can be said about it
            self._unchanged += 1
            return
        judged = self._judged(row, stored)
        judged.drop_falling_estimate(item_values(base or stored))
        differing = judged.differing(item_values(base) if base else None, item_values(stored))
        self._refused += judged.refused
        if not differing:
            self._unchanged += 1
        elif current is None:
            self._conflicts.append(_removal_since(stored, differing))
        else:
            self._sort_out(current, differing, judged.values)

    def _sort_out(self, item: ScopeItem, differing: Sequence[_Difference], values: Values) -> None:
        """Puts each difference among the changes or the conflicts; the three estimates go the same way."""
        estimate = [d for d in differing if d.field in ESTIMATE]
        merged = {**item_values(item), **{d.field: d.mine for d in estimate}}
        disputed = any(d.clashes for d in estimate) or not _rises(merged)
        free = [d for d in differing if not (disputed if d.field in ESTIMATE else d.clashes)]
        if free:
            fields = tuple(FieldChange(d.field, TITLES[d.field], d.theirs, d.mine) for d in free)
            self._changed.append(ChangedItem(item.id, item.component, fields))
        if estimate and disputed:
            self._conflicts.append(self._disputed_estimate(item, values))
        self._conflicts += [
            _conflict(item.id, item.component, TITLES[d.field], d)
            for d in differing
            if d.clashes and d.field not in ESTIMATE
        ]

    def _disputed_estimate(self, item: ScopeItem, values: Values) -> Conflict:
        before = {name: getattr(self._stored(item.id) or item, name) for name in ESTIMATE}
        return Conflict(
            id=item.id,
            component=item.component,
            title="Low, Likely, High",
            before=before,
            theirs={name: getattr(item, name) for name in ESTIMATE},
            mine={name: as_it_stands(name, values.get(name, was), was) for name, was in before.items()},
        )

    # --- rows of new items ---

    def _add(self, row: FileRow) -> None:
        """Puts a row among the additions, unless the project has it already, as after an earlier import."""
        copied = self._stored(row.id) if row.id else None
        judged = self._judged(row, None)
        judged.drop_falling_estimate(item_values(_NOTHING))
        stored = item_values(copied or _NOTHING)
        values = {name: judged.restored(name, value, stored[name]) for name, value in judged.values.items()}
        values = {**item_values(_NOTHING), **values, "group": values.get("group") or OWN_GROUP}
        self._refused += judged.refused
        component = str(values["component"])
        if same(component, _NOTHING.component):
            return  # its name was refused, and a component without one is none
        namesakes = self._since.get(_folded(component), [])
        if any(all(same(values[name], value) for name, value in item_values(item).items()) for item in namesakes):
            self._unchanged += 1
            return
        remark = "A component of this name was added in the project since." if namesakes else ""
        self._added.append(AddedItem(row.place, component, values, row.remark or remark))

    # --- items without a row ---

    def _removed(self, present: set[str]) -> Iterable[RemovedItem]:
        for identity, base in self._exported.items():
            item = self._current.get(identity)
            if item is None or identity in present:
                continue
            if item.source is ItemSource.DECISION:
                remark = "Belongs to a handling decision and stays; change the decision on the Data audit page."
                yield RemovedItem(identity, item.component, removable=False, remark=remark)
            else:
                edited = base is None or not _alike(base, item)
                since = "It was changed in the project since the export. " if edited else ""
                remark = f"{since}Better: keep it and write why it is not needed."
                yield RemovedItem(identity, item.component, removable=True, remark=remark)


def _conflict(identity: str, component: str, title: str, d: _Difference) -> Conflict:
    return Conflict(
        identity, component, title, before={d.field: d.before}, theirs={d.field: d.theirs}, mine={d.field: d.mine}
    )


def _removal_since(item: ScopeItem, differing: Sequence[_Difference]) -> Conflict:
    return Conflict(
        id=item.id,
        component=item.component,
        title="Removed in the project",
        before={d.field: d.before for d in differing},
        theirs={},
        mine={d.field: d.mine for d in differing},
        deleted=True,
        restorable=item.source is not ItemSource.DECISION,
    )


def _alike(one: ScopeItem, other: ScopeItem) -> bool:
    theirs = item_values(other)
    return all(same(value, theirs[name]) for name, value in item_values(one).items())


def _rises(values: Values) -> bool:
    days = [float(value) for name in ESTIMATE if (value := values.get(name)) is not None]
    return days == sorted(days)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _shown(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)[:200]
