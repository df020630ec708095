"""The authority to pull the system: stated by anybody, confirmed by the owner alone, void when it is about another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import InputError, InvalidValueError
from readiness.outcome.authority import Confirmation, Standing, confirm, missing_to_confirm, standing
from readiness.outcome.definition import Direction, OutcomeDefinition
from readiness.outcome.ownership import Ownership

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
OWNED = Ownership(
    owner="Ines Example",
    owns_metric=True,
    review_every_days=28,
    first_review=date(2026, 3, 2),
    may_pull=True,
    authority_from="Tomas Placeholder",
)
DEFINED = OutcomeDefinition(metric="Share", unit="%", target=92, tolerance_low=88, tolerance_high=100)
GIVEN = confirm(DEFINED, OWNED, name="Ines Example", now=NOW)


def test_what_an_older_project_states_stays_stated_and_is_not_confirmed() -> None:
    assert standing(DEFINED, OWNED, None) is Standing.STATED
    assert standing(DEFINED, Ownership(), None) is Standing.NOT_STATED
    assert standing(DEFINED, OWNED.model_copy(update={"authority_from": " "}), None) is Standing.NOT_STATED


@pytest.mark.parametrize("name", ["Ines Example", " ines  EXAMPLE ", "Example, Ines"])
def test_the_owner_confirms_under_any_spelling_of_their_name(name: str) -> None:
    given = confirm(DEFINED, OWNED, name=name, now=NOW)
    assert given.confirmed_at == NOW
    assert standing(DEFINED, OWNED, given) is Standing.CONFIRMED


@pytest.mark.parametrize("name", ["Tomas Placeholder", "Ines", "Ines Example Jr"])
def test_nobody_else_can_confirm(name: str) -> None:
    with pytest.raises(InvalidValueError, match="only Ines Example can"):
        confirm(DEFINED, OWNED, name=name, now=NOW)


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_an_empty_name_confirms_nothing(name: str) -> None:
    with pytest.raises(InvalidValueError, match="own name"):
        confirm(DEFINED, OWNED, name=name, now=NOW)


@pytest.mark.parametrize(
    ("definition", "ownership"),
    [
        ({"metric": "Share approved"}, {}),
        ({"unit": "items"}, {}),
        ({"direction": Direction.LOWER}, {}),
        ({"tolerance_low": 80.0}, {}),
        ({"tolerance_high": 99.0}, {}),
        ({}, {"owner": "Tomas Placeholder"}),
        ({}, {"authority_from": "Ada Example"}),
    ],
)
def test_another_owner_metric_tolerance_or_grant_voids_the_confirmation(
    definition: dict[str, Any], ownership: dict[str, Any]
) -> None:
    changed, owned = DEFINED.model_copy(update=definition), OWNED.model_copy(update=ownership)
    assert standing(changed, owned, GIVEN) is Standing.VOID
    assert standing(DEFINED, OWNED, GIVEN) is Standing.CONFIRMED


@pytest.mark.parametrize(
    ("definition", "ownership"),
    [
        ({"target": 95.0}, {}),
        ({"correct_output": "The right one."}, {}),
        ({"wrong_output_cost": 3.0}, {}),
        ({}, {"review_every_days": 14}),
        ({}, {"rehearsal_on": date(2026, 5, 1)}),
        ({}, {"owner": "INES  example", "role": "Head"}),
        ({}, {"authority_from": "placeholder,  TOMAS"}),
    ],
)
def test_what_is_not_the_owners_word_can_change_without_it(
    definition: dict[str, Any], ownership: dict[str, Any]
) -> None:
    changed, owned = DEFINED.model_copy(update=definition), OWNED.model_copy(update=ownership)
    assert standing(changed, owned, GIVEN) is Standing.CONFIRMED


EARLIER = Confirmation(  # as it was made before the grant was covered
    name="Ines Example",
    confirmed_at=NOW,
    fingerprint="20291cb8429f937f22816cdafdee422372a38fad34e44906f9e2bebffb956e29",
)


def test_a_confirmation_of_before_the_grant_was_covered_holds_until_what_it_names_changes() -> None:
    granted_by_another = OWNED.model_copy(update={"authority_from": "Ada Example"})
    assert standing(DEFINED, OWNED, EARLIER) is Standing.CONFIRMED
    assert standing(DEFINED, granted_by_another, EARLIER) is Standing.CONFIRMED
    assert standing(DEFINED.model_copy(update={"tolerance_low": 80.0}), OWNED, EARLIER) is Standing.VOID


def test_authority_that_is_taken_away_is_not_there_whoever_confirmed_it() -> None:
    assert standing(DEFINED, OWNED.model_copy(update={"may_pull": False}), GIVEN) is Standing.NOT_STATED


@pytest.mark.parametrize(
    ("definition", "ownership", "said"),
    [
        ({"metric": " "}, {}, "the metric"),
        ({"tolerance_low": None}, {}, "the tolerance range"),
        ({"tolerance_low": 101.0}, {}, "a definition without contradictions"),
        ({}, {"owner": ""}, "a named person"),
        ({}, {"may_pull": False}, "explicit authority to pull the system"),
    ],
)
def test_there_is_nothing_to_confirm_while_a_part_is_missing(
    definition: dict[str, Any], ownership: dict[str, Any], said: str
) -> None:
    changed, owned = DEFINED.model_copy(update=definition), OWNED.model_copy(update=ownership)
    assert said in missing_to_confirm(changed, owned)
    with pytest.raises(InputError, match="nothing to confirm yet"):
        confirm(changed, owned, name="Ines Example", now=NOW)


@given(st.text(max_size=40))
def test_no_text_but_the_owners_name_confirms(name: str) -> None:
    owned = OWNED.model_copy(update={"owner": "\u03a9-17"})
    try:
        confirm(DEFINED, owned, name=name, now=NOW)
    except InvalidValueError:
        return
    assert {character for character in name.casefold() if character.isalnum()} <= set("ω17Ω") or "17" in name
