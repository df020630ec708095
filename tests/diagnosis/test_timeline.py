"""The failure timeline: whole calendar months since the launch, the stage that was reached, and what comes next."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.catalog import read_catalog
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.timeline import Timeline, months_after, months_since, timeline
from readiness.workflow import Stage, Workflow

DATA, SCOPE, MEASUREMENT, OWNERSHIP = FailureMode
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.fixture(scope="module")
def catalog() -> FailureModeCatalog:
    return read_catalog("failure_modes", FailureModeCatalog)


def launched(on: date | None, today: date, catalog: FailureModeCatalog) -> Timeline:
    found = timeline(Workflow(stage=Stage.STALLED, launched_on=on), catalog, today)
    assert found is not None
    return found


def test_before_the_build_there_is_no_timeline(catalog: FailureModeCatalog) -> None:
    assert timeline(Workflow(launched_on=date(2026, 1, 1)), catalog, date(2026, 6, 1)) is None


@pytest.mark.parametrize(
    ("today", "months", "present", "following"),
    [
        (date(2026, 1, 15), 0, None, DATA),
        (date(2026, 2, 14), 0, None, DATA),
        (date(2026, 2, 15), 1, DATA, SCOPE),
        (date(2026, 4, 14), 2, DATA, SCOPE),
        (date(2026, 4, 15), 3, SCOPE, MEASUREMENT),
        (date(2026, 7, 15), 6, MEASUREMENT, OWNERSHIP),
        (date(2026, 10, 14), 8, MEASUREMENT, OWNERSHIP),
        (date(2026, 10, 15), 9, OWNERSHIP, None),
        (date(2031, 1, 1), 59, OWNERSHIP, None),
    ],
)
def test_a_stage_is_reached_on_the_day_of_its_month(
    catalog: FailureModeCatalog, today: date, months: int, present: FailureMode | None, following: FailureMode | None
) -> None:
    found = launched(date(2026, 1, 15), today, catalog)
    assert found.months == months
    assert (found.present.mode if found.present else None) is present
    assert (found.next.mode if found.next else None) is following


def test_the_stages_stand_in_order_of_time_each_with_its_day(catalog: FailureModeCatalog) -> None:
    found = launched(date(2026, 1, 31), date(2026, 3, 1), catalog)
    assert [stage.mode for stage in found.stages] == list(FailureMode)
    assert [stage.on for stage in found.stages] == [
        date(2026, 2, 28), date(2026, 4, 30), date(2026, 7, 31), date(2026, 10, 31),
    ]  # fmt: skip


def test_what_comes_next_is_said_with_about_when(catalog: FailureModeCatalog) -> None:
    said = launched(date(2026, 1, 15), date(2026, 5, 1), catalog).sentence
    assert said.startswith("Launched on 15 January 2026, 3 months ago. What usually shows by month 3: the production ")
    assert "What usually comes next, around 15 July 2026: the system runs" in said
    assert launched(date(2026, 1, 15), date(2027, 5, 1), catalog).sentence.endswith("shows by now.")
    first = launched(date(2026, 1, 15), date(2026, 2, 1), catalog).sentence
    assert "less than a month ago. What usually comes first" in first


@pytest.mark.parametrize(
    ("on", "said"), [(None, "No launch date is stated"), (date(2026, 6, 2), "2 June 2026 is still to come")]
)
def test_without_a_launch_in_the_past_nothing_is_due_and_that_is_said(
    catalog: FailureModeCatalog, on: date | None, said: str
) -> None:
    found = launched(on, date(2026, 6, 1), catalog)
    assert (found.months, found.present, found.next) == (None, None, None)
    assert said in found.sentence
    assert len(found.stages) == 4


def test_a_launch_at_the_end_of_the_calendar_has_no_later_days(catalog: FailureModeCatalog) -> None:
    found = launched(date(9999, 11, 30), date(9999, 12, 31), catalog)
    assert [stage.on for stage in found.stages] == [date(9999, 12, 30), None, None, None]
    assert "about month 3" in found.sentence


@given(days, st.integers(0, 400))
def test_so_many_months_after_a_day_it_is_so_many_months_ago(first: date, months: int) -> None:
    then = months_after(first, months)
    assert then is not None
    assert then.day == min(first.day, monthrange(then.year, then.month)[1])
    assert months_since(first, then) == months
    if months:
        assert months_since(first, then - timedelta(days=1)) == months - 1


@given(days, days, days)
def test_months_never_fall_as_time_goes_on(first: date, one: date, other: date) -> None:
    earlier, later = (months_since(first, day) for day in sorted((one, other)))
    assert later is not None or earlier is None
    assert earlier is None or later is None or earlier <= later
