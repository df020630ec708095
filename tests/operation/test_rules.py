"""The rules about days in a row: what counts, what ends a run, and that nothing else matters."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import InvalidValueError
from readiness.operation.daily import DayOutcomes, Metric, MetricDay, Standing, Tolerance, metric_days
from readiness.operation.rules import AlertLevel, Streak, alerts, streak

START = date(2024, 2, 20)  # so that the runs cross a leap day


def days(shares: str, *, start: date = START, items: int = 1000) -> list[DayOutcomes]:
    """One day a letter: h for 16 % routed, e for exactly 15 %, l for 5 %, a dot for no data, ? for an unknown one."""
    routed = {"h": 0.16, "e": 0.15, "l": 0.05}
    found = []
    for place, letter in enumerate(shares):
        known = letter in routed
        found.append(
            DayOutcomes(
                day=start + timedelta(days=place),
                items=0 if letter == "." else items,
                decided=items if known else 0,
                routed=round(items * routed[letter]) if known else 0,
                validated=items if known else 0,
                passed=round(items * (1 - routed[letter])) if known else 0,
            )
        )
    return found


def held(shares: str, **options: int) -> Streak:
    return streak(metric_days(days(shares), Metric.ROUTED, Tolerance(high=0.15)), **options)


outcomes = st.text("hel.?", max_size=120)


# --- alerts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "level"),
    [
        ("", AlertLevel.NONE),
        ("hhhhhh", AlertLevel.NONE),
        ("hhhhhhh", AlertLevel.ALERT),
        ("hhhhhhhhhhhhh", AlertLevel.ALERT),
        ("hhhhhhhhhhhhhh", AlertLevel.DISTRUST),
        ("eeeeeeeeeeeeeee", AlertLevel.NONE),
        ("hhhhhhe", AlertLevel.NONE),
        ("hhhhhhhl", AlertLevel.NONE),
        ("hhhhh..hh", AlertLevel.ALERT),
        ("hhhhh..hhhhh..hhhh", AlertLevel.DISTRUST),
        ("hhhh???hhh", AlertLevel.ALERT),
        ("hhhh.......hhh", AlertLevel.ALERT),
        ("hhhh........hhh", AlertLevel.NONE),
        ("hhhhhhh.......", AlertLevel.ALERT),
        ("hhhhhhh........", AlertLevel.NONE),
    ],
)
def test_more_than_15_percent_on_seven_days_in_a_row_alerts(shares: str, level: AlertLevel) -> None:
    assert alerts(days(shares)).level is level


def test_an_alert_says_since_when_and_how_sure() -> None:
    found = alerts(days("l" + "h" * 9))
    assert found.since == START + timedelta(days=7)
    assert found.current is not None
    assert (found.current.first, found.current.days, found.current.certain) == (START + timedelta(days=1), 9, 0)
    surely = alerts(days("h" * 9, items=100_000)).current
    assert surely is not None
    assert surely.certain == 9
    assert "16" not in found.sentence
    assert "15%" in found.sentence


@pytest.mark.parametrize(("above", "said"), [(0.15, "15%"), (0.125, "12.5%"), (0.003, "0.3%"), (0.07, "7%")])
def test_the_sentence_names_the_limit_as_it_was_set(above: float, said: str) -> None:
    assert f"More than {said} of the items" in alerts(days("h" * 8), above=above).sentence
    assert f"at most {said} of the items" in alerts([DayOutcomes(day=START, items=9, decided=9)], above=above).sentence


def test_a_run_that_is_over_is_remembered_and_no_alert_any_more() -> None:
    found = alerts(days("h" * 8 + "l" + "hh"))
    assert found.level is AlertLevel.NONE
    assert [run.days for run in found.past] == [8]
    assert found.longest == found.past[0]
    assert found.current is not None
    assert found.current.days == 2


def test_a_day_that_is_not_over_is_not_judged() -> None:
    *before, today = days("hhhhhhh")
    assert alerts([*before, today.model_copy(update={"ongoing": True})]).level is AlertLevel.NONE


def test_a_day_without_a_record_is_no_day_of_zero_percent() -> None:
    assert days(".")[0].routed_share is None
    assert alerts(days("...")).judged_days == 0
    assert alerts(days("...")).current is None


@given(outcomes, st.randoms(use_true_random=False))
def test_the_order_in_which_days_are_handed_in_does_not_matter(shares: str, shuffle: random.Random) -> None:
    shuffled = days(shares)
    shuffle.shuffle(shuffled)
    assert alerts(shuffled) == alerts(days(shares))
    mixed = list(metric_days(days(shares), Metric.ROUTED, Tolerance(high=0.15)))
    shuffle.shuffle(mixed)
    assert streak(mixed) == held(shares)


@given(outcomes, st.integers(1, 7))
def test_days_without_data_neither_count_nor_end_a_run(shares: str, silence: int) -> None:
    there = shares.replace(".", "").replace("?", "")
    spread = ("." * silence).join(there)
    assert (alerts(days(there)).current is None) == (alerts(days(spread)).current is None)
    first, second = alerts(days(there)).longest, alerts(days(spread)).longest
    assert (first.days if first else 0) == (second.days if second else 0)
    assert alerts(days(there)).level is alerts(days(spread)).level


@given(outcomes, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_share_allowed_never_alerts_more(shares: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    order = list(AlertLevel)
    strict, mild = alerts(days(shares), above=low), alerts(days(shares), above=high)
    assert order.index(mild.level) <= order.index(strict.level)
    assert (mild.longest.days if mild.longest else 0) <= (strict.longest.days if strict.longest else 0)


@given(outcomes, st.integers(1, 20), st.integers(1, 20))
def test_more_days_asked_for_never_alert_earlier(shares: str, one: int, other: int) -> None:
    few, many = sorted((one, other))
    early, late = alerts(days(shares), alert_days=few), alerts(days(shares), alert_days=many)
    assert early.level is not AlertLevel.NONE or late.level is AlertLevel.NONE
    assert len(late.past) <= len(early.past)


# --- streak -------------------------------------------------------------------------------------------------------


def test_sixty_days_inside_the_tolerance_are_done() -> None:
    almost, done = held("l" * 59), held("l" * 60)
    assert (almost.holds, almost.reached_on, almost.earliest) == (False, None, START + timedelta(days=59))
    assert (done.holds, done.reached_on, done.earliest) == (True, START + timedelta(days=59), None)
    assert "1 more" not in almost.sentence
    assert "59 of 60" in almost.sentence


def test_a_day_outside_begins_anew_and_what_was_reached_stays_reached() -> None:
    found = held("l" * 60 + "h" + "ll")
    assert (found.holds, found.reached_on) == (False, START + timedelta(days=59))
    assert found.current is not None
    assert found.longest is not None
    assert (found.current.days, found.longest.days) == (2, 60)
    assert found.last_outside == START + timedelta(days=60)
    assert found.earliest == START + timedelta(days=62 + 58)
    assert f"It was first reached on {found.reached_on}." in found.sentence, "it may have been reached again since"


def test_the_earliest_date_counts_from_a_day_that_is_still_going_on() -> None:
    *before, today = days("lll")
    rows = metric_days([*before, today.model_copy(update={"ongoing": True})], Metric.ROUTED, Tolerance(high=0.15))
    found = streak(rows, needed=3)
    assert found.current is not None
    assert (found.current.days, found.earliest) == (2, START + timedelta(days=2))


def test_a_record_of_a_day_to_come_does_not_put_the_earliest_date_off() -> None:
    found = days("llll")
    ahead = [one.model_copy(update={"day": START + timedelta(days=4 + far), "ongoing": True})
             for far, one in ((0, found[0]), (900, found[0]))]  # fmt: skip
    reached = streak(metric_days([*found, *ahead], Metric.ROUTED, Tolerance(high=0.15)), needed=10)
    assert reached.earliest == START + timedelta(days=9)


def test_a_long_silence_ends_the_streak() -> None:
    assert held("lll.......", needed=60).current is not None
    assert held("lll........", needed=60).current is None
    assert held("lll........", needed=60).earliest == START + timedelta(days=10 + 60)


def test_no_day_at_all_is_no_streak() -> None:
    assert (held("").earliest, held("").current, held("").judged_days) == (None, None, 0)
    assert "No day" in held("..").sentence


@given(outcomes, st.integers(1, 30))
def test_the_earliest_date_is_reached_when_every_day_is_inside_from_now_on(shares: str, needed: int) -> None:
    found = held(shares, needed=needed)
    if found.earliest is None:
        return
    missing = (found.earliest - (START + timedelta(days=len(shares) - 1))).days
    assert missing >= 1
    assert held(shares + "l" * missing, needed=needed).holds
    assert not held(shares + "l" * (missing - 1), needed=needed).holds


@given(outcomes, st.floats(0, 0.3), st.floats(0, 0.3))
def test_a_wider_tolerance_never_shortens_the_longest_streak(shares: str, one: float, other: float) -> None:
    narrow, wide = sorted((one, other))
    found = [streak(metric_days(days(shares), Metric.ROUTED, Tolerance(high=high))).longest for high in (narrow, wide)]
    assert (found[0].days if found[0] else 0) <= (found[1].days if found[1] else 0)


@given(outcomes)
def test_a_run_is_never_longer_than_the_days_with_data(shares: str) -> None:
    found = held(shares)
    judged = sum(letter in "hel" for letter in shares)
    assert found.judged_days == judged
    assert (found.longest.days if found.longest else 0) <= judged


# --- the metric on a day ------------------------------------------------------------------------------------------


def test_a_value_on_the_edge_of_the_tolerance_is_inside() -> None:
    found = metric_days(days("el.?"), Metric.ROUTED, Tolerance(low=0.15, high=0.15))
    assert [one.standing for one in found] == [Standing.INSIDE, Standing.OUTSIDE, Standing.NO_DATA, Standing.NO_DATA]
    assert found[0].low is not None
    assert found[0].low < 0.15


def test_each_metric_has_its_value_or_none() -> None:
    day = DayOutcomes(
        day=START, items=4, validated=4, passed=3, decided=2, routed=1, errors={"A": 1}, cost_usd=0.5, priced=2,
        timed=1, latency_p50_ms=1.0, latency_p95_ms=2.0, latency_p99_ms=3.0,
    )  # fmt: skip
    found = {metric: metric_days([day], metric)[0].value for metric in Metric}
    assert list(found.values()) == [0.75, 0.5, 0.25, 0.25, 1.0, 2.0, 3.0, 4.0]
    assert {metric_days(days("."), metric)[0].value for metric in Metric} == {None}


def test_a_tolerance_that_ends_below_its_beginning_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="ends below"):
        metric_days(days("l"), Metric.ROUTED, Tolerance(low=0.2, high=0.1))


def test_the_results_are_json_and_come_back_the_same() -> None:
    for found in (alerts(days("h" * 9)), held("lll")):
        assert type(found).model_validate_json(found.model_dump_json()) == found
    assert MetricDay.model_validate_json(metric_days(days("l"), Metric.ROUTED)[0].model_dump_json())
