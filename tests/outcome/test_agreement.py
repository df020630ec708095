"""Signatures: one a person, under the wording as it stands, and two people make an agreement."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import DuplicateSignatureError, InvalidValueError
from readiness.outcome.agreement import (
    Signature,
    fingerprint,
    is_agreed,
    person_key,
    sign,
    valid_signatures,
    void_signatures,
)
from readiness.outcome.definition import SIGNED_FIELDS, Direction, MeasuredBy, Metric, OutcomeDefinition

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
DEFINITION = OutcomeDefinition(
    metric="Share routed correctly",
    unit="%",
    target=92,
    tolerance_low=88,
    tolerance_high=100,
    baseline_cost=6.4,
    wrong_output_cost=85,
    correct_output="The approver is the one named for the cost centre.",
)
OTHER_VALUES: dict[str, Any] = {
    "metric": "Share approved",
    "unit": "items",
    "direction": Direction.LOWER,
    "target": 93.0,
    "tolerance_low": 87.0,
    "tolerance_high": 99.0,
    "baseline_cost": 6.5,
    "baseline_error_rate": 0.04,
    "baseline_delay_days": 2.0,
    "baseline_source": "a tally",
    "wrong_output_cost": 86.0,
    "currency": "GBP",
    "correct_output": "The approver is right.",
    "metric_id": "m2",
    "measured_by": MeasuredBy.ROUTED,
    "baseline_value": 81.0,
    "further": (Metric(id="m3", metric="Cost per item"),),
}


def signed(definition: OutcomeDefinition, *names: str) -> list[Signature]:
    """The signatures of these people, one after the other."""
    signatures: list[Signature] = []
    for minute, name in enumerate(names):
        now = NOW + timedelta(minutes=minute)
        signatures.append(sign(definition, signatures, name=name, role="", now=now))
    return signatures


@pytest.mark.parametrize(
    "again",
    [
        "Ann Smith",
        "ann smith",
        "ANN SMITH",
        "  Ann   Smith ",
        "Ann\u00a0Smith",
        "Ann\tSmith",
        "\uff21\uff4e\uff4e Smith",  # full-width letters
        "Ann\u200b Smith",  # a space of no width
        "Ann Sm\u00adith",  # a soft hyphen
        "Ann Sm\x00ith",
        "\u202eAnn Smith",
    ],
)
def test_the_same_person_cannot_sign_twice_under_any_spelling(again: str) -> None:
    with pytest.raises(DuplicateSignatureError) as refused:
        sign(DEFINITION, signed(DEFINITION, "Ann Smith"), name=again, role="CFO", now=NOW)
    assert "has already signed" in str(refused.value)
    assert "second person" in str(refused.value)


@pytest.mark.parametrize(
    ("first", "again"), [("José Núñez", unicodedata.normalize("NFD", "José Núñez")), ("Strauß", "STRAUSS")]
)
def test_an_accent_or_a_sharp_s_written_otherwise_is_the_same_person(first: str, again: str) -> None:
    with pytest.raises(DuplicateSignatureError):
        sign(DEFINITION, signed(DEFINITION, first), name=again, role="", now=NOW)


@pytest.mark.parametrize("other", ["Ann Smyth", "Ann B. Smith", "Jose", "José"])
def test_another_name_is_another_person(other: str) -> None:
    signatures = signed(DEFINITION, "Ann Smith", other)
    assert is_agreed(DEFINITION, signatures)


def test_an_accent_tells_two_people_apart() -> None:
    assert person_key("Jose") != person_key("José")


@pytest.mark.parametrize("nobody", ["", "   ", "\t\n", "\u200b", "\u200b \u00ad", "\x00", "\u202e\x7f"])
def test_a_name_that_shows_nothing_signs_nothing(nobody: str) -> None:
    with pytest.raises(InvalidValueError, match="own name"):
        sign(DEFINITION, [], name=nobody, role="", now=NOW)


def test_a_signature_shows_its_name_and_role_without_what_turns_other_text() -> None:
    given = sign(DEFINITION, [], name="Ann\u202e Smith\x00", role="C\u2066FO", now=NOW)
    assert (given.name, given.role) == ("Ann Smith", "CFO")


def test_a_name_or_role_that_is_too_long_is_refused_with_a_sentence() -> None:
    with pytest.raises(InvalidValueError, match="200"):
        sign(DEFINITION, [], name="a" * 201, role="", now=NOW)
    with pytest.raises(InvalidValueError, match="200"):
        sign(DEFINITION, [], name="Ann", role="r" * 201, now=NOW)


def test_a_name_is_kept_as_it_was_typed_but_for_surplus_spaces() -> None:
    signature = sign(DEFINITION, [], name="  Ann   van  Dijk ", role=" head  of AP ", now=NOW)
    assert (signature.name, signature.role, signature.signed_at) == ("Ann van Dijk", "head of AP", NOW)


def test_one_signature_is_no_agreement_and_two_are() -> None:
    assert not is_agreed(DEFINITION, [])
    assert not is_agreed(DEFINITION, signed(DEFINITION, "Ann"))
    assert is_agreed(DEFINITION, signed(DEFINITION, "Ann", "Ben"))


def test_two_rows_of_one_person_are_no_agreement() -> None:
    ann = signed(DEFINITION, "Ann")[0]
    again = ann.model_copy(update={"name": "ANN "})
    assert valid_signatures(DEFINITION, [ann, again]) == (again,)
    assert not is_agreed(DEFINITION, [ann, again])


# As it was written into project files before a definition had several metrics.
STORED = {
    "metric": "Share routed correctly",
    "unit": "%",
    "direction": "higher is better",
    "target": 92.0,
    "tolerance_low": 88.0,
    "tolerance_high": 100.0,
    "baseline_cost": None,
    "baseline_error_rate": 0.045,
    "baseline_delay_days": None,
    "baseline_source": "",
    "wrong_output_cost": 85.0,
    "currency": "EUR",
    "correct_output": "The approver is the one named for the cost centre.",
}
STORED_SIGNATURE = Signature(
    name="Ann", signed_at=NOW, fingerprint="2b320639e8dbf0cb2ee26304c9470eb37cc3641db37fd880ce780d49db15f15d"
)


def test_a_signature_of_an_older_project_file_stays_valid_while_nobody_changes_the_definition() -> None:
    loaded = OutcomeDefinition.model_validate(STORED)
    assert valid_signatures(loaded, [STORED_SIGNATURE]) == (STORED_SIGNATURE,)
    saved_again = OutcomeDefinition.model_validate(loaded.model_dump(mode="json"))
    assert valid_signatures(saved_again, [STORED_SIGNATURE]) == (STORED_SIGNATURE,)


@pytest.mark.parametrize("part", ["metric_id", "measured_by", "baseline_value", "further", "target"])
def test_such_a_signature_is_void_once_any_part_says_something_else(part: str) -> None:
    changed = OutcomeDefinition.model_validate(STORED).model_copy(update={part: OTHER_VALUES[part]})
    assert valid_signatures(changed, [STORED_SIGNATURE]) == ()


def test_every_part_of_the_definition_is_signed() -> None:
    assert set(OTHER_VALUES) == set(SIGNED_FIELDS)


@pytest.mark.parametrize("part", SIGNED_FIELDS)
def test_a_change_of_any_part_voids_every_signature(part: str) -> None:
    signatures = signed(DEFINITION, "Ann", "Ben")
    changed = DEFINITION.model_copy(update={part: OTHER_VALUES[part]})
    assert valid_signatures(changed, signatures) == ()
    assert void_signatures(changed, signatures) == tuple(signatures)
    assert not is_agreed(changed, signatures)


@pytest.mark.parametrize("part", SIGNED_FIELDS)
def test_changing_a_part_back_makes_the_signatures_valid_again(part: str) -> None:
    """A signature is agreement with a content, and the content is the same again."""
    signatures = signed(DEFINITION, "Ann", "Ben")
    changed = DEFINITION.model_copy(update={part: OTHER_VALUES[part]})
    back = changed.model_copy(update={part: getattr(DEFINITION, part)})
    assert is_agreed(back, signatures)
    assert void_signatures(back, signatures) == ()


def test_a_person_may_sign_again_after_a_change_and_is_then_not_void() -> None:
    early = signed(DEFINITION, "Ann", "Ben")
    changed = DEFINITION.model_copy(update={"target": 93.0})
    again = sign(changed, early, name="ann", role="", now=NOW)
    assert valid_signatures(changed, [*early, again]) == (again,)
    assert [s.name for s in void_signatures(changed, [*early, again])] == ["Ben"]


def test_unstated_and_zero_are_two_definitions() -> None:
    unstated, zero = OutcomeDefinition(), OutcomeDefinition(target=0.0)
    assert fingerprint(unstated) != fingerprint(zero)


def test_text_that_moves_from_one_part_to_another_changes_the_fingerprint() -> None:
    assert fingerprint(OutcomeDefinition(metric="a", unit="")) != fingerprint(OutcomeDefinition(metric="", unit="a"))


names = st.text(min_size=1, max_size=40).filter(lambda name: bool(person_key(name)))


@given(names)
def test_a_person_is_the_same_in_capitals_and_with_spaces_around(name: str) -> None:
    assert person_key(f"  {name}\n") == person_key(name)
    assert person_key(person_key(name)) == person_key(name)


@given(st.lists(names, max_size=6))
def test_however_often_people_sign_each_stands_once(typed: list[str]) -> None:
    signatures: list[Signature] = []
    for name in typed:
        try:
            signatures.append(sign(DEFINITION, signatures, name=name, role="", now=NOW))
        except DuplicateSignatureError:
            assert person_key(name) in {person_key(s.name) for s in signatures}
    assert len(valid_signatures(DEFINITION, signatures)) == len({person_key(name) for name in typed})
    assert void_signatures(DEFINITION, signatures) == ()
