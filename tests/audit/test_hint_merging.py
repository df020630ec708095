"""Hints of one kind said once for several fields."""

from __future__ import annotations

from readiness.audit.hint_merging import MOST_OFFERS, merged
from readiness.audit.report import Hint
from readiness.audit.rules import Relation, RelationKind


def hint(kind: str, field: str, records: int = 10, relation: Relation | None = None) -> Hint:
    return Hint(
        id=f"{kind}: {field}",
        kind=kind,
        fields=(field,),
        title=f"Title: {field}",
        text="Said.",
        records=records,
        examples=(f"value of {field}", "another"),
        relation=relation,
    )


def offer(key: str, support: float) -> Hint:
    relation = Relation(kind=RelationKind.DEPENDENCY, fields=(key, "city"), support=support, records=100)
    return hint("dependency_offered", key, relation=relation)


def test_one_or_two_fields_keep_their_own_hints():
    hints = [hint("constant", "a"), hint("constant", "b"), hint("spike", "c")]
    assert merged(hints) == hints


def test_three_constant_fields_become_one_hint_at_the_place_of_the_first():
    hints = [
        hint("spike", "x"),
        hint("constant", "a", 30),
        hint("odd", "y"),
        hint("constant", "b", 20),
        hint("constant", "c"),
    ]
    kept = merged(hints)
    assert [one.kind for one in kept] == ["spike", "constant", "odd"]
    assert kept[1].fields == ("a", "b", "c")
    assert kept[1].title == "Always the same: 3 fields"
    assert "a (30), b (20), c (10)" in kept[1].text
    assert (kept[1].records, kept[1].examples) == (30, ("value of a", "value of b", "value of c"))


def test_a_hint_of_many_fields_names_the_first_of_them_only():
    (one,) = merged([hint("always_empty", f"f{n}") for n in range(40)])
    assert "f11 (10), ..." in one.text
    assert "f12" not in one.text
    assert len(one.fields) == 40
    assert len(one.examples) == 5


def test_of_many_dependencies_the_strongest_five_are_offered():
    supports = [0.97, 1.0, 0.98, 0.99, 0.975, 0.995, 0.985]
    kept = merged([offer(f"key{n}", support) for n, support in enumerate(supports)])
    assert len(kept) == MOST_OFFERS
    assert [one.fields[0] for one in kept] == ["key1", "key2", "key3", "key5", "key6"]


def test_merging_twice_changes_nothing():
    once = merged([hint("constant", name) for name in "abcd"] + [offer(f"key{n}", 1.0) for n in range(8)])
    assert merged(once) == once
