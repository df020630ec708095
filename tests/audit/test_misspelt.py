"""Rare values that are misspellings of frequent ones, and those that only look so."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.closeness import Closeness, closeness
from readiness.audit.misspelt import misspelt_values
from readiness.audit.rules import FieldKind, FieldRule
from readiness.audit.spelling_families import families_of

RULE = FieldRule(field="field", position=0, kind=FieldKind.CATEGORY)


def judged(values) -> tuple[set[str], int]:
    """The misspelt values of a field, and how many hints there are."""
    families = families_of(values, RULE.kind, (), ())
    misspelt, hints = misspelt_values((RULE,), {0: families})
    return set(misspelt.get(0, {})), len(hints)


def slip(word: str, random: Random) -> str:
    """The word with a letter changed, lost, doubled or swapped with the next one, not at an end."""
    place = random.randrange(1, len(word) - 2)
    letter = random.choice("bcdfgkpqvwxyz")
    return random.choice(
        (
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        )
    )


def test_a_slip_in_a_longer_word_is_strong():
    for written in ("birmingxam", "birmigham", "birmingnham", "brimingham"):
        assert closeness("birmingham", written, frozenset()) is Closeness.STRONG


@pytest.mark.parametrize(
    ("meant", "written"),
    [
        ("inpatient", "outpatient"),
        ("approved", "unapproved"),
        ("internal", "external"),
        ("increase", "decrease"),
        ("male", "female"),
        ("north", "south"),
        ("type 1", "type 2"),
        ("room 12", "room 13"),
        ("austin", "austin2"),
        ("level a", "level b"),
        ("grade", "grade b"),
        ("x100a", "x100b"),
        ("ireland", "iceland"),
        ("slovakia", "slovenia"),
        ("sulfate", "sulfite"),
        ("sales east", "sales west"),
        ("kansas", "arkansas"),
        ("hypertension", "hypotension"),
    ],
)
def test_another_word_or_number_is_no_slip(meant, written):
    assert closeness(meant, written, frozenset()) is Closeness.NONE
    assert closeness(written, meant, frozenset()) is Closeness.NONE


@pytest.mark.parametrize(
    ("meant", "written"),
    [
        ("maria", "mario"),
        ("marc", "march"),
        ("john", "jon"),
        ("closed", "closes"),
        ("service", "services"),
        ("dayton", "layton"),
    ],
)
def test_a_short_word_an_ending_or_a_first_letter_is_weak_at_most(meant, written):
    assert closeness(meant, written, frozenset()) < Closeness.STRONG


def test_a_word_that_stands_elsewhere_is_no_slip():
    assert closeness("north harbour", "north harvour", frozenset()) is Closeness.STRONG
    assert closeness("north harbour", "north harvour", frozenset({"harvour"})) is Closeness.NONE


def test_a_gap_that_was_overwritten_is_a_slip():
    assert closeness("acute care hospitals", "acutexcarexhospitals", frozenset()) is Closeness.STRONG
    assert closeness("acute care", "acute care b", frozenset()) is Closeness.NONE


def test_one_misspelling_in_a_field_of_a_few_choices_is_found():
    values = {"Engineering": 120, "Marketing": 80, "Operations": 60, "Engneering": 1, "Legal": 2}
    assert judged(values) == ({"Engneering"}, 0)


def test_a_misspelling_in_every_case_is_found():
    values = {"Engineering": 100, "ENGINEERING": 20, "Operations": 60, "ENGNEERING": 1, "Engneering": 2}
    assert judged(values)[0] == {"ENGNEERING", "Engneering"}


@pytest.mark.parametrize(
    "values",
    [
        {"Inpatient": 480, "Outpatient": 20},
        {"Type 1": 500, "Type 2": 3, "Type 3": 1},
        {"Approved": 400, "Rejected": 90, "Unapproved": 2},
        {"Male": 500, "Female": 9},
        {"North": 300, "South": 3, "East": 200, "West": 2},
        {"Maria": 200, "Mario": 3, "John": 150, "Jon": 2, "Marc": 90, "March": 1},
        {"Standard": 500, "Standards": 3},
        {"AL": 900, "AK": 20, "AZ": 3},
        {"Portland": 400, "Houston": 300, **{f"{a}{b}ville": 1 for a in "ABCDEFGH" for b in ("ok", "en", "ar")}},
    ],
)
def test_rare_values_that_are_right_are_not_misspelt(values):
    assert judged(values)[0] == set()


def test_a_field_with_a_long_tail_gets_a_hint_at_most():
    tail = {
        f"{first}{last}": 1 for first in ("Ash", "Oak", "Elm", "Yew", "Fir") for last in ("ford", "bury", "mere", "den")
    }
    misspelt, hints = judged({"Portsmouth": 300, "Plymouth": 200, "Winchester": 100, "Portsmoutt": 1} | tail)
    assert (misspelt, hints) == (set(), 1)


def test_a_close_value_with_far_more_records_than_slips_have_is_right_as_far_as_one_can_tell():
    slips = {"Smithsonn": 1, "Smitson": 1, "Smiithson": 2, "Andrson": 1, "Anderson": 900, "Andersoon": 1}
    misspelt, hints = judged({"Smithson": 1000, "Smythson": 60} | slips)
    assert misspelt == set(slips) - {"Anderson"}
    assert hints == 1


def test_an_open_field_is_left_alone():
    names = Counter({f"Person {chr(97 + i % 26)}{chr(97 + i // 26)}son": 1 for i in range(300)})
    names["Johnson"] = 30
    assert judged(names) == (set(), 0)


def test_values_that_are_close_to_each_other_say_nothing_about_rare_ones():
    frequent = {f"Par{a}{b}ol": 40 for a in "aeiou" for b in "bdgmt"}
    assert judged({**frequent, "Parakol": 1, "Paropol": 1})[0] == set()


def test_nearly_all_planted_slips_are_found_and_no_right_value_is():
    random = Random(7)
    right = ["Gastroenterology", "Cardiology", "Neurology", "Orthopaedics", "Dermatology", "Emergency", "Paediatrics"]
    written = Counter(random.choices(right, k=4000))
    slips = {slip(random.choice(right), random) for _ in range(40)}
    found, _ = judged(written + Counter(slips))
    assert found <= slips
    assert len(found) >= 0.9 * len(slips)


def test_codes_with_an_overwritten_letter_need_many_of_their_kind():
    codes = {f"scip-{kind}-{number}": 40 for kind in ("inf", "vte", "card") for number in range(1, 6)}
    few = {"scip-inx-1": 1, "scip-vxe-2": 1}
    many = few | {"scxp-vte-3": 1, "scip-caxd-4": 1, "xcip-inf-5": 1, "sxip-card-1": 1}
    assert judged(codes | few)[0] == set()
    assert judged(codes | many)[0] == set(many)


@given(st.text(alphabet="abcde 12-é", max_size=14), st.text(alphabet="abcde 12-é", max_size=14))
def test_a_number_is_never_a_slip_for_another(meant, written):
    digits = ["".join(one for one in text if one.isdigit()) for text in (meant, written)]
    found = closeness(meant, written, frozenset())
    if len(digits[0]) < len(digits[1]) or (found and len(digits[0]) == len(digits[1])):
        assert digits[0] == digits[1] or found is Closeness.NONE
