from __future__ import annotations

from readiness.audit.not_checked import compared_with_older, not_checked
from readiness.audit.report import Hint
from readiness.audit.rules import FieldKind, FieldRule, FieldRules, Relation, RelationKind


def named(rules: FieldRules, **facts: object) -> set[str]:
    return {entry.what for entry in not_checked(rules, **facts)}


def of(*rules: FieldRule, relations: tuple[Relation, ...] = ()) -> FieldRules:
    return FieldRules(rules=rules, relations=relations)


ORDER = Relation(kind=RelationKind.ORDER, fields=("start", "end"))


def test_without_anything_to_go_by_labels_relations_and_ranges_are_unchecked():
    assert {"Label noise", "Relations between fields", "Plausible ranges", "Shift over time"} <= named(of())
    assert "Near-duplicate records" not in named(of())


def test_what_had_something_to_go_by_is_not_called_unchecked():
    rules = of(FieldRule(field="n", position=0, low="0"), relations=(ORDER.model_copy(update={"applied": True}), ORDER))
    assert not {"Label noise", "Relations between fields", "Plausible ranges"} & named(rules, agreement=True)


def test_an_offered_relation_is_no_checked_one():
    (entry,) = (one for one in not_checked(of(relations=(ORDER,))) if one.what == "Relations between fields")
    assert entry.why.startswith("1 may hold")


def test_labels_without_a_second_annotator_are_said_to_be_so():
    rules = of(FieldRule(field="topic", position=0, kind=FieldKind.LABEL))
    assert "Agreement of annotators" in named(rules)
    assert "Label noise" not in named(rules)


def test_the_core_alone_leaves_out_everything_further_in_one_entry():
    names = named(of(FieldRule(field="t", position=0)), core_only=True)
    assert "Checks beyond the core" in names
    assert "Relations between fields" not in names


def test_what_a_check_could_not_reach_is_among_what_was_not_checked():
    hint = Hint(id="x", kind="near_duplicate_not_searched", title="Near-duplicates not searched", text="Too many.")
    other = hint.model_copy(update={"kind": "outlier", "title": "Unusual"})
    names = named(of(), hints=(hint, other))
    assert "Near-duplicates not searched" in names
    assert "Unusual" not in names


def test_a_field_that_is_left_out_is_named():
    assert "secret" in named(of(FieldRule(field="secret", position=0, check=False)))


def test_after_a_comparison_shift_is_checked(sample):
    from readiness.audit.engine import audit_sample

    report = audit_sample(*sample(["a"], [["x"]]), of(FieldRule(field="a", position=0)), core_only=True)
    names = [{entry.what for entry in one.not_checked} for one in (report, compared_with_older(report))]
    assert names[0] - names[1] == {"Shift over time"}
