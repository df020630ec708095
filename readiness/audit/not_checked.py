"""What an audit of one file cannot see, or was told not to look at."""

from __future__ import annotations

from readiness.audit.report import NotChecked
from readiness.audit.rules import FieldKind, FieldRules

_FREE = frozenset({FieldKind.TEXT, FieldKind.NAME, FieldKind.ADDRESS})

_ALWAYS = (
    NotChecked(what="Meaning", why="A value in the right form can still be the wrong value; only someone who knows the case can tell."),
    NotChecked(what="Label noise", why="It takes two or more annotators per record, or a relabelled part, to measure it."),
    NotChecked(what="Shift over time", why="It takes an older file of the same source to compare with."),
    NotChecked(what="Near-duplicate records", why="Only exact duplicates were counted; the same case written differently was not."),
    NotChecked(what="Relations between fields", why="Whether an end follows its start, or parts add up to a total, was not compared."),
    NotChecked(what="Plausible ranges", why="Values that are far too large, too small, too early or too late for the business were not judged."),
    NotChecked(what="Spaces around values", why="They were trimmed before checking and are no problem by themselves."),
    NotChecked(what="Records that never reached the file", why="The audit sees what was exported, not what was left out."),
    NotChecked(what="How the sample was drawn", why="The intervals hold for records drawn at random; a hand-picked or single-day sample can differ."),
    NotChecked(what="Right to use the data", why="Nothing in a file says who may use it for what."),
)  # fmt: skip


def not_checked(rules: FieldRules) -> tuple[NotChecked, ...]:
    """Everything that this audit did not look at: fields left out, free text, and what no single file can show."""
    left_out = [
        NotChecked(what=rule.field, why="Left out of the audit by its field rule.") for rule in rules.rules if not rule.check
    ]
    free = [rule.field for rule in rules.rules if rule.check and rule.kind in _FREE]
    text = [NotChecked(what="Content of free text", why=f"Only missing values and damaged characters were checked in: {', '.join(free)}.")]
    return (*left_out, *(text if free else []), *_ALWAYS)
