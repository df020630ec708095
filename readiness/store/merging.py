"""Two changes of one body by two people: put together where they touched different parts."""

from __future__ import annotations

from typing import Any

from readiness.store.bodies import same
from readiness.store.rows import Body

_ABSENT = object()


def merged(base: Body, mine: Body, theirs: Body) -> Body | None:
    """`theirs` with what `mine` changed since `base`; None when both changed one top-level part differently.

    The parts that both left alone, or changed alike, stay in the order of `theirs`; new ones of `mine` follow.
    """
    result: Body = {}
    for part in (*theirs, *(name for name in mine if name not in theirs)):
        here, there, before = mine.get(part, _ABSENT), theirs.get(part, _ABSENT), base.get(part, _ABSENT)
        if _same(here, before) or _same(here, there):
            chosen = there
        elif _same(there, before):
            chosen = here
        else:
            return None
        if chosen is not _ABSENT:
            result[part] = chosen
    return result


def _same(one: Any, other: Any) -> bool:
    if one is _ABSENT or other is _ABSENT:
        return one is other
    return same(one, other)
