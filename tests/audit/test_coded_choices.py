"""Values written out among codes, and codes among words."""

from __future__ import annotations

import pytest

from readiness.audit.coded_choices import written_otherwise
from readiness.audit.rules import FieldKind, FieldRule
from readiness.audit.spelling_families import families_of


def found(values, kind=FieldKind.CATEGORY):
    rule = FieldRule(field="state", position=0, kind=kind)
    return set(written_otherwise(rule, families_of(values, kind, (), ())))


def test_states_written_out_among_codes_are_another_spelling():
    codes = {"TX": 300, "GA": 200, "NY": 150, "MA": 100}
    assert found({**codes, "Texas": 9, "New York": 4, "Massachusetts": 2}) == {"Texas", "New York", "Massachusetts"}


@pytest.mark.parametrize("word", ["Other", "International", "not known", "Quebec"])
def test_a_word_that_no_code_is_short_for_is_a_value_of_its_own(word):
    assert found({"TX": 300, "GA": 200, "OR": 150, "IL": 90, word: 5}) == set()


def test_male_among_single_letters_and_the_reverse():
    assert found({"M": 400, "F": 380, "Male": 7}) == {"Male"}
    assert found({"Male": 400, "Female": 380, "F": 7}) == {"F"}


def test_where_both_ways_are_usual_neither_is_a_fault():
    assert found({"TX": 300, "GA": 200, "Texas": 150, "Georgia": 120}) == set()


def test_codes_of_several_lengths_are_names_of_their_own():
    assert found({"HR": 100, "IT": 90, "OPS": 80, "Operations": 5}) == set()


def test_country_codes_among_country_names_but_for_the_customary_ones():
    names = {"Germany": 200, "France": 150, "Italy": 90, "Poland": 70}
    assert found({**names, "DE": 5, "USA": 9, "UK": 3}, FieldKind.COUNTRY) == {"DE"}
