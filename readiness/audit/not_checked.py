"""What an audit of one file cannot see, or was told not to look at."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.audit.report import AuditReport, Hint, NotChecked
from readiness.audit.rules import FieldKind, FieldRules

_FREE = frozenset({FieldKind.TEXT, FieldKind.NAME, FieldKind.ADDRESS})
_LABELS = frozenset({FieldKind.LABEL, FieldKind.ANNOTATOR})
_OF_LABELS = frozenset({"unshared_labels", "rare_label", "label_conflict"})  # hints that speak of a label field
_LEFT_UNDONE = (
    "_not_searched",
    "_not_compared",
    "_not_all_compared",
    "_not_looked_at",
    "_left_out",
)  # how such hints' kinds end
_SHIFT = NotChecked(
    what="Shift over time", why="It takes an older file of the same source to compare with, and none was given."
)
_CORE_ONLY = NotChecked(
    what="Checks beyond the core",
    why="Left out on request: spellings, near-duplicate records, relations between fields, ranges, label noise and "
    "repairs of damaged text.",
)

_MEANING = ("Meaning", "A value in the right form can be the wrong value; only someone who knows the case can tell.")
_NEVER_SEEN = (
    ("Spaces around values", "They were trimmed before checking and are no problem by themselves."),
    ("Records that never reached the file", "The audit sees what was exported, not what was left out."),
    (
        "How the sample was drawn",
        "The intervals hold for records drawn at random; no file proves that its records were.",
    ),
    ("Right to use the data", "Nothing in a file says who may use it for what."),
)


def not_checked(
    rules: FieldRules, *, hints: Sequence[Hint] = (), agreement: bool = False, core_only: bool = False
) -> tuple[NotChecked, ...]:
    """Everything that this audit did not look at: fields left out, free text, and what no single file can show.

    `hints` are the audit's; those that say what a check could not reach count. `agreement`: whether the agreement of
    annotators was measured. `core_only`: whether the further checks were left out.
    """
    left_out = [
        NotChecked(what=rule.field, why="Left out of the audit by its field rule.")
        for rule in rules.rules
        if not rule.check
    ]
    further = [_CORE_ONLY] if core_only else _without_ground(rules, hints, agreement=agreement)
    undone = [NotChecked(what=hint.title, why=hint.text) for hint in hints if hint.kind.endswith(_LEFT_UNDONE)]
    never = [NotChecked(what=what, why=why) for what, why in (_MEANING, *_NEVER_SEEN)]
    return (*left_out, *_free_text(rules, core_only=core_only), *further, *undone, _SHIFT, *never)


def compared_with_older(report: AuditReport) -> AuditReport:
    """The report of a sample that was compared with an older file, so that shift counts as checked."""
    return report.model_copy(update={"not_checked": tuple(one for one in report.not_checked if one != _SHIFT)})


def _free_text(rules: FieldRules, *, core_only: bool) -> list[NotChecked]:
    free = [rule.field for rule in rules.rules if rule.check and rule.kind in _FREE]
    if not free:
        return []
    checked = (
        "missing values and damaged characters" if core_only else "missing values, damaged characters and spellings"
    )
    return [NotChecked(what="Content of free text", why=f"Only {checked} were checked in: {', '.join(free)}.")]


def _without_ground(rules: FieldRules, hints: Sequence[Hint], *, agreement: bool) -> list[NotChecked]:
    """The further checks that had nothing to go by."""
    found = []
    if not agreement:
        found.append(_no_agreement(rules, hints))
    if not any(relation.applied for relation in rules.relations):
        found.append(NotChecked(what="Relations between fields", why=_why_no_relation(rules)))
    if not any(rule.check and (rule.low or rule.high or rule.allowed) for rule in rules.rules):
        why = "No field rule sets limits or allowed values; unusual values are shown as hints at most."
        found.append(NotChecked(what="Plausible ranges", why=why))
    return found


def _no_agreement(rules: FieldRules, hints: Sequence[Hint]) -> NotChecked:
    labels = any(rule.check and rule.kind in _LABELS for rule in rules.rules)
    if labels or any(hint.kind in _OF_LABELS for hint in hints):
        return NotChecked(what="Agreement of annotators", why="It takes two or more answers about the same item.")
    why = "No field is known to hold labels or annotators; where one does, set its kind to label or annotator."
    return NotChecked(what="Label noise", why=why)


def _why_no_relation(rules: FieldRules) -> str:
    if rules.relations:
        return f"{len(rules.relations):,} may hold and are offered; none is applied, so no record was held against one."
    return "None is set, such as an end that follows its start, or parts that add up to a total."
