"""What a copy of the scope would change, in words: values as a person would say them, and the whole as lines."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.scope.changes import ESTIMATE, PLAN_TITLES, TITLES, Conflict, ScopeChanges, Value, Values

_SHARES = ("confidence", "common_cause")


def shown(field: str, value: Value) -> str:
    """A value as a person would say it; what is not known is said to be so."""
    if isinstance(value, bool):
        return "yes" if value != (field == "marked_not_needed") else "no"  # kept as the opposite of its title, Needed
    if value is None:
        return "not known"
    if isinstance(value, str):
        return value or "empty"
    if field in _SHARES:
        return f"{_trimmed(value * 100)}%"
    return _trimmed(value)


def shown_together(values: Values) -> str:
    """The values of a conflict: one by itself, three estimates as 1 / 2 / 5, others with their titles."""
    if tuple(values) == ESTIMATE:
        return " / ".join(shown(name, value) for name, value in values.items())
    if len(values) == 1:
        return "".join(shown(name, value) for name, value in values.items())
    return "; ".join(f"{TITLES.get(name) or PLAN_TITLES[name]}: {shown(name, value)}" for name, value in values.items())


def preview_lines(changes: ScopeChanges) -> Iterator[str]:
    """The counts, then a line for each change, conflict and refused cell."""
    yield changes.sentence
    for remark in changes.remarks:
        yield remark
    for item in changes.changed:
        for field in item.fields:
            before, after = shown(field.field, field.before), shown(field.field, field.after)
            yield f"  changed   {item.component}, {field.title}: {before} -> {after}"
    for added in changes.added:
        remark = f" (left out: {added.remark})" if added.remark else ""
        yield f"  added     {added.component}{remark}"
    for removed in changes.removed:
        yield f"  missing   {removed.component}: stays. {removed.remark}"
    for conflict in changes.conflicts:
        yield f"  conflict  {conflict_line(conflict)}"
    for cell in changes.refused:
        yield f"  refused   {cell.sentence}"


def conflict_line(conflict: Conflict) -> str:
    """Both sides of a conflict, the project's first."""
    theirs = "removed" if conflict.deleted else shown_together(conflict.theirs)
    by = f" by {conflict.by}" if conflict.by else ""
    mine = shown_together(conflict.mine)
    return f"{conflict.component}, {conflict.title}: {theirs} in the project{by}, {mine} in the file"


def _trimmed(value: float) -> str:
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text if text.strip("-0,.") or not value else f"{value:g}"
