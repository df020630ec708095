"""Figures as documents write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.exports.figures import counted, day, days, interval, money, number, percent, whole


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0.0%"),
        (1.0, "100.0%"),
        (0.721, "72.1%"),
        (0.0004, "under 0.1%"),
        (0.9996, "over 99.9%"),
        (0.0005, "0.1%"),
    ],
)
def test_a_share_is_written_with_one_decimal_and_never_rounds_to_none_or_all(share: float, text: str) -> None:
    assert percent(share) == text


@given(st.floats(0, 1))
def test_only_no_record_at_all_is_written_as_zero_percent(share: float) -> None:
    assert (percent(share) == "0.0%") == (share == 0)
    assert (percent(share) == "100.0%") == (share == 1)


def test_an_interval_names_both_ends() -> None:
    assert interval(0.667, 0.768) == "66.7% to 76.8%"


def test_person_days_have_a_decimal_only_where_they_need_one() -> None:
    assert (days(5.0), days(8.5), days(1200), days(None)) == ("5", "8.5", "1,200", "")


def test_a_half_is_rounded_up_as_spreadsheets_do_it() -> None:
    assert (days(25.25), days(57.35), whole(48_662.5), whole(0.5)) == ("25.3", "57.4", "48,663", "1")


def test_numbers_and_money_have_thousands_separators() -> None:
    assert number(1234567.5) == "1,234,567.5"
    assert number(100) == "100"
    assert money(4.2, "EUR") == "4.20 EUR"
    assert money(1_234_567.5, "CHF") == "1,234,567.50 CHF"
    assert money(85, "EUR") == "85 EUR"
    assert money(0.0021, "EUR") == "0.0021 EUR"
    assert money(0, "EUR") == "0 EUR"
    assert money(None, "EUR") == "not stated"


def test_a_count_takes_the_right_noun() -> None:
    assert counted(1, "record") == "1 record"
    assert counted(2400, "edge case") == "2,400 edge cases"


def test_a_date_is_written_out() -> None:
    assert day(datetime(2026, 11, 21, tzinfo=UTC)) == "21 Nov 2026"
    assert day(date(2026, 5, 4)) == "4 May 2026"
    assert day(None) == ""
