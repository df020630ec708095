"""Two issues of a brief side by side, from what each of them says in JSON (docs/brief.schema.json)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from readiness.diagnosis.comparison import NOTHING, Change

_Path = tuple[str | int, ...]  # names of parts, and places in a list
_FIGURES: tuple[tuple[str, _Path], ...] = (  # what it is called, and where it stands
    ("Verdict", ("verdict",)),
    ("Stage", ("stage",)),
    ("Primary failure mode", ("primary",)),
    ("Sample", ("sample", "name")),
    ("Clean share", ("data", "clean", "share")),
    ("Person-days (P50)", ("scope", "person_days", "p50")),
    ("Person-days (P80)", ("scope", "person_days", "p80")),
    ("Cost (P80)", ("scope", "cost", "p80")),
    ("Probability that the value covers the cost", ("value", "covers_cost")),
    ("Metric", ("outcome", "metrics", 0, "metric")),
    ("Target", ("outcome", "metrics", 0, "target")),
    ("Owner", ("owner", "name")),
)


def compare_briefs(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Everything that the later one says otherwise: figures, answers, stop rules, evidence, and reasons."""
    return tuple(
        change
        for changes in (
            _figures(before, after),
            _replies(before, after),
            _listed("stop_rules", "id", "state", "Stop rule", before, after),
            _evidence(before, after),
            _sentences("reasons", "Reason", before, after),
            _contradictions(before, after),
        )
        for change in changes
    )


def _figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for what, path in _FIGURES:
        was, now = _at(before, path), _at(after, path)
        if was != now:
            yield Change(what, _said(was), _said(now))


def _replies(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    yield from _listed("questions", "mode", "counts_as", "Question", before, after)


def _listed(
    name: str, key: str, value: str, title: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Change]:
    was = {str(one.get(key)): one.get(value) for one in _entries(before, name)}
    now = {str(one.get(key)): one.get(value) for one in _entries(after, name)}
    for one in dict.fromkeys((*was, *now)):
        if was.get(one) != now.get(one):
            yield Change(f"{title}: {one}", _said(was.get(one)), _said(now.get(one)))


def _evidence(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    was = {str(one.get("id")): one for one in _entries(before, "evidence")}
    now = {str(one.get("id")): one for one in _entries(after, "evidence")}
    for key in dict.fromkeys((*was, *now)):
        old, new = _statement(was.get(key)), _statement(now.get(key))
        if old != new:
            topic = (now.get(key) or was.get(key) or {}).get("topic", "")
            yield Change(f"Evidence, {topic}", old, new)


def _statement(entry: Mapping[str, Any] | None) -> str:
    if entry is None:
        return NOTHING
    stale = f" Out of date: {entry['stale']}" if entry.get("stale") else ""
    return f"{entry.get('statement', '')} ({entry.get('finding', '')}){stale}"


def _sentences(name: str, title: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    was, now = _list(before, name), _list(after, name)
    yield from (Change(title, _said(sentence), NOTHING) for sentence in was if sentence not in now)
    yield from (Change(title, NOTHING, _said(sentence)) for sentence in now if sentence not in was)


def _contradictions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    was, now = (
        {"contradictions": [one.get("sentence") for one in _entries(brief, "contradictions")]}
        for brief in (before, after)
    )
    yield from _sentences("contradictions", "Contradiction", was, now)


def _list(brief: Mapping[str, Any], name: str) -> list[Any]:
    """A list of the brief; nothing where another version, or somebody's hand, wrote anything else."""
    found = brief.get(name)
    return list(found) if isinstance(found, list | tuple) else []


def _entries(brief: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [one for one in _list(brief, name) if isinstance(one, Mapping)]


def _at(brief: Mapping[str, Any], path: _Path) -> Any:
    """What stands there; None where nothing does."""
    part: Any = brief
    for step in path:
        if isinstance(step, str) and isinstance(part, Mapping):
            part = part.get(step)
        elif isinstance(step, int) and isinstance(part, list | tuple) and step < len(part):
            part = part[step]
        else:
            return None
    return part


def _said(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
