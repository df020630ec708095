"""The outside view: the total against the plan, against what is usual, and against projects of the same kind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.outside_view import REFERENCES, OutsideView, Place, outside_view, place_of
from readiness.scope.totals import total_scope

untimed = settings(max_examples=60, deadline=None)


def view(*days: float, unknown: int = 0, **plan: Any) -> OutsideView:
    low, likely, high = days or (None, None, None)
    items = [ScopeItem(id="own:a", component="a", low_days=low, likely_days=likely, high_days=high)]
    items += [ScopeItem(id=f"own:u{number}", component=f"u{number}") for number in range(unknown)]
    stated = ScopePlan(**plan)
    return outside_view(total_scope(items, stated), stated)


def test_a_total_below_the_usual_asks_what_is_missing() -> None:
    of = view(30, 42, 60, planned_days=20)
    assert of.ratio_p50 == pytest.approx(2.1, abs=1e-3)
    assert of.place is Place.BELOW
    assert of.sentences == (
        "The P50 is 2.1 times the plan, below the usual 3 to 5 times: look for what is missing. "
        "The P80 is 2.7 times the plan.",
    )


def test_a_total_below_the_usual_names_what_is_not_estimated_first() -> None:
    assert (
        "below the usual 3 to 5 times: 2 components are not estimated yet."
        in view(30, 42, 60, unknown=2, planned_days=20).sentences[0]
    )
    assert "1 component is not estimated yet." in view(30, 42, 60, unknown=1, planned_days=20).sentences[0]


def test_a_total_within_the_usual_asks_nothing() -> None:
    of = view(70, 80, 90, planned_days=20)
    assert of.place is Place.WITHIN
    assert of.sentences[0].startswith("The P50 is 4.0 times the plan, within the usual 3 to 5 times. The P80 is 4.")


def test_a_total_above_the_usual_asks_what_is_counted_twice() -> None:
    of = view(150, 160, 170, planned_days=20)
    assert of.place is Place.ABOVE
    assert "above the usual 3 to 5 times: look for what is counted twice" in of.sentences[0]


@pytest.mark.parametrize(
    ("ratio", "place"), [(2.999, Place.BELOW), (3, Place.WITHIN), (5, Place.WITHIN), (5.01, Place.ABOVE)]
)
def test_the_ends_of_the_usual_belong_to_it(ratio: float, place: Place) -> None:
    assert place_of(ratio) is place


def test_a_ratio_is_never_rounded_to_the_other_side_of_the_usual() -> None:
    assert "2.98 times the plan, below" in view(59.6, 59.6, 59.6, planned_days=20).sentences[0]
    assert "2.98 times the plan, below" in view(29.8065, 29.8065, 29.8065, planned_days=10).sentences[0]
    assert "2.9999 times the plan, below" in view(29.999, 29.999, 29.999, planned_days=10).sentences[0]
    assert "5.04 times the plan, above" in view(50.4, 50.4, 50.4, planned_days=10).sentences[0]


def test_the_usual_is_said_in_days_and_money() -> None:
    of = view(30, 40, 60, planned_days=20, day_rate=800)
    assert of.usual_days == (60, 100)
    assert of.usual_cost == (48_000, 80_000)
    assert view(30, 40, 60, planned_days=20).usual_cost is None


def test_before_anything_is_estimated_the_usual_stands_alone() -> None:
    of = view(planned_days=20)
    assert (of.ratio_p50, of.place, of.usual_days) == (None, None, (60, 100))
    assert of.sentences == (
        "Nothing is estimated yet; the usual 3 to 5 times the plan would be 60 to 100 person-days.",
    )


@pytest.mark.parametrize("planned", [None, 0])
def test_without_a_plan_there_is_nothing_to_hold_the_total_against(planned: float | None) -> None:
    of = view(30, 40, 60, planned_days=planned, day_rate=800, reference_multiplier=2)
    assert (of.ratio_p50, of.usual_days, of.reference_days, of.reference_cost, of.reference_chance) == (None,) * 5
    assert len(of.sentences) == 1
    assert of.sentences[0].startswith("State what the prototype's team planned")


def test_the_multiplier_is_put_on_the_plan_and_not_on_the_p50() -> None:
    of = view(30, 42, 60, planned_days=20, day_rate=800, reference_multiplier=1.5, reference_source="Our last six.")
    assert (of.reference_days, of.reference_cost) == (30, 24_000)
    assert of.reference_chance == pytest.approx(0.1, abs=1e-3)
    assert of.sentences[1] == (
        "At 1.5 times the plan it would be 30 person-days, or 24,000 EUR (source: Our last six); "
        "the estimates stay within that with a chance of 10%."
    )


def test_a_multiplier_without_its_source_says_so() -> None:
    sentence = view(30, 42, 60, planned_days=20, reference_multiplier=10).sentences[1]
    assert sentence == (
        "At 10 times the plan it would be 200 person-days (no source is stated); the estimates always stay within that."
    )
    assert (
        view(30, 42, 60, planned_days=20, reference_multiplier=0.1)
        .sentences[1]
        .endswith("the estimates never come to so little.")
    )
    assert view(planned_days=20, reference_multiplier=2).sentences[1].endswith("40 person-days (no source is stated).")


def test_an_overrun_is_a_multiplier_of_one_more() -> None:
    multipliers = {of.name: of.multiplier for of in REFERENCES}
    assert multipliers["IT projects, mean"] == 1.27
    assert multipliers["IT projects, the worst sixth"] == 3.0
    assert multipliers["IT projects over 15 million dollars"] == 1.45


def test_every_reference_names_its_source_and_can_be_set() -> None:
    assert len({of.name for of in REFERENCES}) == len(REFERENCES)
    for of in REFERENCES:
        assert of.sentence.endswith(".")
        assert of.source
        if of.multiplier is not None:
            assert ScopePlan(reference_multiplier=of.multiplier, reference_source=of.source)


@untimed
@given(
    st.lists(st.floats(0, 10_000), min_size=3, max_size=3).map(sorted),
    st.none() | st.floats(0, 100_000),
    st.none() | st.floats(0.1, 100),
)
def test_every_accepted_plan_has_its_sentences(
    days: list[float], planned: float | None, multiplier: float | None
) -> None:
    of = view(*days, planned_days=planned, reference_multiplier=multiplier)
    assert of.sentences
    assert all(sentence.endswith(".") and "nan" not in sentence for sentence in of.sentences)
    assert (of.place is None) is (of.ratio_p50 is None)
