"""Which fields of two samples are the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.rules import DayMonthOrder, FieldKind, FieldRule
from readiness.audit.shift_fields import Comparison, Pair, compared_field, pair_fields

NAMES = st.lists(st.sampled_from([f"field {letter}" for letter in "abcdefghijkl"]), unique=True, max_size=12)


def test_fields_are_added_and_removed_by_name():
    pairing = pair_fields(["id", "vendor", "amount"], ["id", "amount", "currency"])
    assert (pairing.added, pairing.removed) == (("currency",), ("vendor",))
    assert pairing.moved == pairing.renamed == ()


def test_a_name_written_otherwise_is_the_same_field():
    pairing = pair_fields(["Invoice_ID", "amount"], ["invoice id", "amount"])
    assert [(pair.older, pair.newer) for pair in pairing.renamed] == [("Invoice_ID", "invoice id")]
    assert pairing.added == pairing.removed == ()


def test_two_names_alike_but_for_punctuation_are_not_guessed_at():
    pairing = pair_fields(["a_b", "a b"], ["ab"])
    assert pairing.renamed == ()
    assert pairing.added == ("ab",)


def test_an_added_field_in_the_place_of_a_removed_one_may_be_it():
    pairing = pair_fields(["id", "vendor", "amount"], ["id", "supplier", "amount"])
    assert pairing.stands_where == {"supplier": "vendor"}
    assert pairing.renamed == ()


def test_only_the_field_that_stands_elsewhere_has_moved():
    pairing = pair_fields(["a", "b", "c", "d"], ["d", "a", "b", "c"])
    assert [pair.newer for pair in pairing.moved] == ["d"]


def test_a_field_that_is_pushed_along_by_a_new_one_has_not_moved():
    assert pair_fields(["a", "b"], ["new", "a", "b"]).moved == ()


@given(NAMES, NAMES)
def test_every_field_is_paired_added_or_removed_once(older, newer):
    pairing = pair_fields(older, newer)
    assert sorted([*(pair.newer for pair in pairing.pairs), *pairing.added]) == sorted(newer)
    assert sorted([*(pair.older for pair in pairing.pairs), *pairing.removed]) == sorted(older)
    kept = [pair.older_position for pair in pairing.pairs if pair not in pairing.moved]
    assert kept == sorted(kept)


def compared(older: FieldRule, newer: FieldRule, *, distinct: int = 200, filled: int = 200):
    return compared_field(Pair("f", "f", 0, 0), older, newer, distinct=distinct, filled=filled)


def rule(kind: FieldKind, **more) -> FieldRule:
    return FieldRule(field="f", position=0, kind=kind, **more)


def test_a_field_that_lost_its_numbers_is_still_compared_as_numbers():
    assert compared(rule(FieldKind.MONEY), rule(FieldKind.TEXT)).comparison is Comparison.NUMBERS


def test_a_field_of_different_values_is_never_compared_by_categories():
    assert compared(rule(FieldKind.IDENTIFIER), rule(FieldKind.IDENTIFIER)).comparison is Comparison.CODES
    assert compared(rule(FieldKind.TEXT), rule(FieldKind.TEXT)).comparison is Comparison.FREE_TEXT


def test_an_identifier_of_few_values_is_a_category():
    few = compared(rule(FieldKind.IDENTIFIER), rule(FieldKind.IDENTIFIER), distinct=3, filled=200)
    assert few.comparison is Comparison.CATEGORIES


def test_an_order_that_one_side_leaves_open_is_taken_from_the_other():
    field = compared(
        rule(FieldKind.DATE, format="dd/mm/yyyy", day_month_order=DayMonthOrder.DAY_FIRST),
        rule(FieldKind.DATE, format="dd/mm/yyyy or mm/dd/yyyy"),
    )
    assert field.newer.day_month_order is DayMonthOrder.DAY_FIRST


def test_a_word_for_missing_means_it_on_both_sides_unless_the_newer_rule_keeps_it():
    field = compared(
        rule(FieldKind.COUNTRY, missing_tokens=("none given", "NA")), rule(FieldKind.COUNTRY, legitimate_tokens=("NA",))
    )
    assert field.older.missing_tokens == field.newer.missing_tokens == ("none given",)
    assert field.older.legitimate_tokens == ("NA",)
