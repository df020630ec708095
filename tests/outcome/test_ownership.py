"""Ownership holds only with all four parts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from readiness.outcome.ownership import Ownership, missing_parts

COMPLETE: dict[str, Any] = {
    "owner": "Ines Example",
    "owns_metric": True,
    "review_every_days": 28,
    "first_review": date(2026, 3, 2),
    "may_pull": True,
    "authority_from": "Tomas Placeholder",
}


def owned(**changes: Any) -> Ownership:
    return Ownership(**{**COMPLETE, **changes})


def test_nobody_owns_a_new_project_in_four_parts() -> None:
    assert len(missing_parts(Ownership())) == 4


def test_all_four_parts_make_an_owner() -> None:
    assert missing_parts(owned()) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"owner": " "}, "a named person"),
        ({"owns_metric": False}, "the metric and its tolerance"),
        ({"review_every_days": None}, "a review at least every month"),
        ({"review_every_days": 32}, "a review at least every month"),
        ({"first_review": None}, "a review at least every month"),
        ({"may_pull": False}, "explicit authority"),
        ({"authority_from": ""}, "explicit authority"),
    ],
)
def test_one_part_that_is_not_in_place_is_named(changes: dict[str, Any], said: str) -> None:
    (missing,) = missing_parts(owned(**changes))
    assert missing.startswith(said)


@pytest.mark.parametrize("days", [1, 28, 30, 31])
def test_a_review_within_a_month_is_often_enough(days: int) -> None:
    assert missing_parts(owned(review_every_days=days)) == ()


@pytest.mark.parametrize("days", [0, -1, 367, 1.5])
def test_a_review_needs_a_cadence_that_can_be(days: float) -> None:
    with pytest.raises(ValidationError):
        owned(review_every_days=days)
