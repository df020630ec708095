"""What an audit of one file cannot see, or was told not to look at."""

from __future__ import annotations

from readiness.audit.report import NotChecked
from readiness.audit.rules import FieldKind, FieldRules

_FREE = frozenset({FieldKind.TEXT, FieldKind.NAME, FieldKind.ADDRESS})

_NEVER_SEEN = (
    ("Meaning", "A value in the right form can be the wrong value; only someone who knows the case can tell."),
    ("Label noise", "It takes two or more annotators per record, or a relabelled part, to measure it."),
    ("Shift over time", "It takes an older file of the same source to compare with."),
    ("Near-duplicate records", "Only exact duplicates were counted; the same case written differently was not."),
    ("Relations between fields", "Whether an end follows its start, or parts add up to a total, was not compared."),
    ("Plausible ranges", "Values far too large, too small, too early or too late for the business were not judged."),
    ("Spaces around values", "They were trimmed before checking and are no problem by themselves."),
    ("Records that never reached the file", "The audit sees what was exported, not what was left out."),
    (
        "How the sample was drawn",
        "The intervals hold for records drawn at random; a hand-picked or single-day sample can differ.",
    ),
    ("Right to use the data", "Nothing in a file says who may use it for what."),
)


def not_checked(rules: FieldRules) -> tuple[NotChecked, ...]:
    """Everything that this audit did not look at: fields left out, free text, and what no single file can show."""
    left_out = [
        NotChecked(what=rule.field, why="Left out of the audit by its field rule.")
        for rule in rules.rules
        if not rule.check
    ]
    free = [rule.field for rule in rules.rules if rule.check and rule.kind in _FREE]
    text = [
        NotChecked(
            what="Content of free text",
            why=f"Only missing values and damaged characters were checked in: {', '.join(free)}.",
        )
    ]
    never = [NotChecked(what=what, why=why) for what, why in _NEVER_SEEN]
    return (*left_out, *(text if free else []), *never)
