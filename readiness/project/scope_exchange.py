"""A scope workbook that comes back to its project: what it would change, and what is changed once that was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from readiness.errors import InputError
from readiness.exports.returned_cells import restored
from readiness.exports.safe_text import cell_text
from readiness.exports.scope_import import ScopeCopy, read_scope_copy
from readiness.project.projects import MOST_ITEMS, Projects
from readiness.project.state import Kind, ProjectState, check
from readiness.scope.changes import PLAN, Choices, Conflict, Decided, ScopeChanges, decide, default_choices, tidy
from readiness.scope.comparison import compare, compare_plan
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.store import JournalEntry

__all__ = ["Choices", "Preview", "ScopeCopy", "apply", "default_choices", "preview", "read_scope_copy"]

Model = TypeVar("Model", bound=BaseModel)

_MOST_HISTORY = 100  # entries of one item in which the author of a change is looked for
_LONGEST_NAME = 80  # characters of a file name in the journal


@dataclass(frozen=True, slots=True)
class Preview:
    """What a copy would change in the project as it is at one revision."""

    name: str  # of the file
    exported_at: datetime | None
    revision: int
    changes: ScopeChanges


def preview(projects: Projects, project_id: str, copy: ScopeCopy) -> Preview:
    """What the copy would change. Nothing is changed. InputError for a copy of another project."""
    state = projects.load(project_id)
    _refuse_other_project(state, copy)
    compared = _Compared(projects, state, copy)
    conflicts = tuple(_with_author(projects, state, copy, conflict) for conflict in compared.changes.conflicts)
    changes = replace(compared.changes, conflicts=conflicts)
    return Preview(copy.name, copy.stamp.exported_at, state.revision, changes)


def apply(projects: Projects, project_id: str, copy: ScopeCopy, choices: Choices, *, seen: Preview, who: str) -> str:
    """What was done, as a sentence, after all chosen changes were saved in one transaction.

    InputError, and nothing saved, where the project has moved on so that `seen` no longer says what would happen.
    """
    state = projects.load(project_id)
    _refuse_other_project(state, copy)
    compared = _Compared(projects, state, copy)
    _refuse_if_moved_on(compared.changes, seen.changes, choices)
    decided = compared.decide(choices)
    if decided.is_empty:
        return "There was nothing to change."
    new = [item for item in decided.items if not state.version_of(Kind.SCOPE_ITEM, item.id)]
    if new and len(state.items) + len(new) - len(decided.deletions) > MOST_ITEMS:
        raise InputError(f"A project holds at most {MOST_ITEMS:,} scope items. Leave out some of the added ones.")
    rows = [_row(state, Kind.SCOPE_ITEM, item.id, item) for item in decided.items]
    rows += [_row(state, Kind.SCOPE_PLAN, "", decided.plan)] if decided.plan else []
    deleted = [(Kind.SCOPE_ITEM.value, key, state.version_of(Kind.SCOPE_ITEM, key)) for key in decided.deletions]
    what = f"imported the scope from {copy.name[:_LONGEST_NAME]}"
    projects.store.save_many(project_id, rows, who=who, what=what, check=check, deleted=deleted)
    return _done(decided, added=len(new))


class _Compared:
    """One copy held against one state of its project."""

    def __init__(self, projects: Projects, state: ProjectState, copy: ScopeCopy) -> None:
        self._projects = projects
        self._state = state
        self._current = {item.id: item for item in (*state.items, *state.orphans)}
        self._exported = _exported_items(projects, state, copy)
        ids = {_written(identity): identity for identity in (*self._exported, *self._current)}
        rows = [replace(row, id=ids.get(row.id, row.id)) for row in copy.rows]
        items = compare(rows, exported=self._exported, current=self._current, refused=copy.refused, restore=restored)
        plan = compare_plan(
            copy.plan, exported=_exported_plan(projects, state, copy), current=state.plan, restore=restored
        )
        self.changes = replace(
            items,
            changed=(*items.changed, *plan.changed),
            conflicts=(*items.conflicts, *plan.conflicts),
            refused=(*items.refused, *copy.plan_refused, *plan.refused),
            remarks=copy.remarks,
        )

    def decide(self, choices: Choices) -> Decided:
        try:
            return decide(
                self.changes,
                choices,
                exported=self._exported,
                current=self._current,
                plan=self._state.plan,
                new_id=self._projects.new_id,
                order=max((item.order for item in self._state.items), default=0) + 1,
            )
        except ValidationError as exc:  # parts that are each right, but not together
            reason = str(exc.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
            raise InputError(f"The chosen changes do not go together: {reason}. Nothing was changed.") from exc


def _refuse_other_project(state: ProjectState, copy: ScopeCopy) -> None:
    if copy.stamp.project_id == state.id:
        return
    other = copy.stamp.project_name or "another project"
    raise InputError(
        f"{copy.name!r} was exported from the project {other!r}, and this is {state.name!r}. Import it there."
    )


def _refuse_if_moved_on(now: ScopeChanges, seen: ScopeChanges, choices: Choices) -> None:
    """What was decided must be what is there to decide: a new conflict, or another value in a known one, is not."""
    known = {conflict.key: (conflict.theirs, conflict.mine, conflict.deleted) for conflict in seen.conflicts}
    moved = any(known.get(one.key) != (one.theirs, one.mine, one.deleted) for one in now.conflicts)
    offered = {item.id: item for item in seen.removed}
    moved |= any(offered.get(item.id) != item for item in now.removed if item.id in choices.removals)
    if moved:
        raise InputError(
            "The project was changed since this preview was made, and nothing was imported. "
            "Look at the preview again: it shows the project as it is now."
        )


def _exported_items(projects: Projects, state: ProjectState, copy: ScopeCopy) -> dict[str, ScopeItem | None]:
    """Each item that went into the copy, as it was then; None where its past is not known."""
    stored = {_written(key): key for kind, key in state.versions if kind == Kind.SCOPE_ITEM}
    versions = {stored.get(written, written): version for written, version in copy.stamp.versions.items()}
    bodies = projects.store.bodies_at(state.id, Kind.SCOPE_ITEM, versions)
    return {identity: _parsed(ScopeItem, bodies.get(identity)) for identity in versions}


def _exported_plan(projects: Projects, state: ProjectState, copy: ScopeCopy) -> ScopePlan | None:
    if not copy.stamp.plan_version:
        return ScopePlan()  # nobody had stated anything yet
    bodies = projects.store.bodies_at(state.id, Kind.SCOPE_PLAN, {"": copy.stamp.plan_version})
    return _parsed(ScopePlan, bodies.get(""))


def _parsed(model: type[Model], body: Mapping[str, Any] | None) -> Model | None:
    """The body as a value; None for one that is not there, or is of a form that is not known any more."""
    try:
        return None if body is None else model.model_validate(body)
    except ValidationError:
        return None


def _with_author(projects: Projects, state: ProjectState, copy: ScopeCopy, conflict: Conflict) -> Conflict:
    """The conflict with who made the project's side of it, and when."""
    kind, key = (Kind.SCOPE_PLAN, "") if conflict.id == PLAN else (Kind.SCOPE_ITEM, conflict.id)
    entries = projects.store.journal(state.id, limit=_MOST_HISTORY, kind=kind, key=key)
    entry = next((entry for entry in entries if _touches(entry, conflict)), None)
    return replace(conflict, by=entry.who, at=entry.at) if entry else conflict


def _touches(entry: JournalEntry, conflict: Conflict) -> bool:
    before, after = entry.before or {}, entry.after
    if conflict.deleted or after is None:
        return after is None and conflict.deleted
    return any(before.get(name) != after.get(name) for name in conflict.theirs)


def _written(identity: str) -> str:
    """An id as a cell gives it back."""
    return tidy(cell_text(identity))


def _row(state: ProjectState, kind: Kind, key: str, value: BaseModel) -> tuple[str, str, dict[str, Any], int]:
    return (kind.value, key, value.model_dump(mode="json"), state.version_of(kind, key))


def _done(decided: Decided, *, added: int) -> str:
    counts = ((len(decided.items) - added, "changed"), (added, "added"), (len(decided.deletions), "removed"))
    said = [f"{count:,} {word}" for count, word in counts if count]
    said += ["assumptions changed"] if decided.plan else []
    return f"Imported: {', '.join(said)}."
