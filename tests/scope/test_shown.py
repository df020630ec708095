"""What the sponsor was shown of the scope, and what became smaller since."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from readiness.errors import InvalidValueError
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.shown import ShownSum, compressed_since, latest_shown, shown_sum
from readiness.scope.totals import total_scope

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it


def item(name: str, days: float | None = 8, **more: object) -> ScopeItem:
    figures = {} if days is None else {"low_days": days / 2, "likely_days": days, "high_days": days * 2}
    return ScopeItem.model_validate({"id": name.lower(), "component": name, **figures, **more})


def shown(*items: ScopeItem, day: date = DAY, identifier: str = "a") -> ShownSum:
    total = total_scope(items, ScopePlan(), ())
    return shown_sum(identifier, items, total, shown_on=day, to_whom="  The   sponsor ")


def test_the_record_holds_the_range_and_the_items_of_its_day() -> None:
    items = (item("Rollback"), item("Logging", None))
    total = total_scope(items, ScopePlan(), ())
    record = shown(*items)
    assert total.simulated is not None
    assert (record.p50_days, record.p80_days) == (total.simulated.days.p50, total.simulated.days.p80)
    assert (record.to_whom, record.unknown) == ("The sponsor", 1)
    assert [one.component for one in record.items] == ["Rollback", "Logging"]


def test_a_sum_is_shown_to_somebody() -> None:
    items = (item("Rollback"),)
    with pytest.raises(InvalidValueError, match="name who was shown the sum"):
        shown_sum("a", items, total_scope(items, ScopePlan(), ()), shown_on=DAY, to_whom=" \t ")


def test_the_latest_is_the_one_of_the_latest_day() -> None:
    early, late = shown(item("Rollback"), day=date(2026, 1, 5)), shown(item("Rollback"), identifier="b")
    assert latest_shown((late, early)) is late
    assert latest_shown(()) is None


@pytest.mark.parametrize("identifiers", ["ab", "ba"])
def test_of_two_sums_of_one_day_the_one_that_was_noted_last_counts(identifiers: str) -> None:
    """Ids are drawn at random: by them alone a smaller sum of the afternoon might stand behind that of the morning."""
    morning, afternoon = (
        shown(item("Rollback", days), identifier=identifier).model_copy(update={"noted_at": at})
        for days, identifier, at in zip((20, 5), identifiers, (NOON, NOON + timedelta(hours=3)), strict=True)
    )
    assert latest_shown((afternoon, morning)) is afternoon
    assert latest_shown((morning.model_copy(update={"noted_at": None}), afternoon)) is afternoon


def test_a_lowered_figure_is_named_with_both_values() -> None:
    record = shown(item("Rollback", 8))
    assert compressed_since(record, (item("Rollback", 3),)) == ("Rollback fell from 8 to 3 likely person-days.",)


def test_a_component_that_went_is_named() -> None:
    record = shown(item("Rollback"), item("Logging"))
    assert compressed_since(record, (item("Logging"),)) == ("Rollback was taken out.",)


@pytest.mark.parametrize(
    "now",
    [
        item("Rollback", 8),
        item("Rollback", 9),
        item("Rollback", 8, marked_not_needed=True, not_needed_because="The old system stays beside it."),
    ],
    ids=["the same", "more", "not needed with its reason"],
)
def test_what_grew_stayed_or_carries_its_reason_is_no_compression(now: ScopeItem) -> None:
    assert compressed_since(shown(item("Rollback", 8)), (now, item("New", 1))) == ()


def test_a_component_marked_as_not_needed_without_a_reason_keeps_its_place() -> None:
    record = shown(item("Rollback", 8))
    assert compressed_since(record, (item("Rollback", 2, marked_not_needed=True),)) != ()


def test_an_estimate_that_was_taken_back_is_named() -> None:
    record = shown(item("Rollback", 8))
    assert compressed_since(record, (item("Rollback", None),)) == ("Rollback has no estimate any more.",)


def test_a_lowered_high_end_is_a_compression_too() -> None:
    record = shown(item("Rollback", 8))
    narrowed = item("Rollback", 8).model_copy(update={"high_days": 9.0})
    assert compressed_since(record, (narrowed,)) == ("Rollback fell from 16 to 9 high person-days.",)
