from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.date_formats import date_columns, fast_date_test, known_format, order_of, strict_date_pattern
from readiness.audit.rules import DayMonthOrder
from readiness.errors import InvalidValueError

UNDECIDED, DAY, MONTH = DayMonthOrder.UNDECIDED, DayMonthOrder.DAY_FIRST, DayMonthOrder.MONTH_FIRST


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        yield opened


def read(connection, texts, order=UNDECIDED):
    connection.execute("CREATE OR REPLACE TEMP TABLE texts AS SELECT unnest(?::VARCHAR[]) AS text", [list(texts)])
    rows = connection.execute(f"SELECT text, date_format, date_fault FROM ({date_columns('texts', order)})").fetchall()
    return {text: (name, fault) for text, name, fault in rows}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2024-03-14", "yyyy-mm-dd"),
        ("2024-3-4", "yyyy-mm-dd"),
        ("2024/03/14", "yyyy/mm/dd"),
        ("14.03.2024", "dd.mm.yyyy"),
        ("14/03/2024", "dd/mm/yyyy"),
        ("03/14/2024", "mm/dd/yyyy"),
        ("14-03-2024", "dd-mm-yyyy"),
        ("14/03/24", "dd/mm/yy"),
        ("3/22/20 23:45", "mm/dd/yy hh:mm"),
        ("14 Mar 2024", "d Mon yyyy"),
        ("14th March 2024", "d Mon yyyy"),
        ("Mar 14, 2024", "Mon d, yyyy"),
        ("14-Mar-2024", "dd-Mon-yyyy"),
        ("20240314", "yyyymmdd"),
        ("2024-03-14T10:11:12Z", "yyyy-mm-ddThh:mm:ss zone"),
        ("2024-03-14 10:11:12.123", "yyyy-mm-dd hh:mm:ss"),
        ("14/03/2024 1:05 PM", "dd/mm/yyyy hh:mm am/pm"),
    ],
)
def test_a_date_is_named_by_its_format(connection, text, name):
    assert read(connection, [text])[text] == (name, "")


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2024",
        "29.02.2023",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "2024-13-01",
        "31 Apr 2024",
        "20240230",
        "2024-03-14 25:00",
    ],
)
def test_what_is_written_like_a_date_and_cannot_be_is_impossible(connection, text):
    assert read(connection, [text])[text][1] == "impossible"


@pytest.mark.parametrize("text", ["soon", "12:30", "2024-03-14x", "2024", "1.2.3.4", "14//03/2024", "1234.56"])
def test_what_is_no_date_is_unknown(connection, text):
    assert read(connection, [text])[text] == ("", "unknown")


def test_two_small_numbers_are_ambiguous_only_while_the_order_is_undecided(connection):
    assert read(connection, ["03/04/2024"])["03/04/2024"][1] == "ambiguous"
    assert read(connection, ["03/04/2024"], DAY)["03/04/2024"] == ("dd/mm/yyyy", "")
    assert read(connection, ["03/04/2024"], MONTH)["03/04/2024"] == ("mm/dd/yyyy", "")


def test_equal_numbers_are_the_same_day_either_way(connection):
    assert read(connection, ["05/05/2024"])["05/05/2024"][1] == ""


def test_a_dotted_date_is_day_first_whatever_the_order(connection):
    assert read(connection, ["03.04.2024"])["03.04.2024"] == ("dd.mm.yyyy", "")


DAYS = st.dates(min_value=date(1000, 1, 1), max_value=date(9999, 12, 31))


@settings(max_examples=10, deadline=None)
@given(days=st.lists(DAYS, min_size=5, max_size=40))
def test_every_real_day_is_possible_in_every_order(connection, days):
    for order, pattern in (
        (DAY, "{0.day:02}/{0.month:02}/{0.year:04}"),
        (MONTH, "{0.month:02}/{0.day:02}/{0.year:04}"),
    ):
        texts = [pattern.format(day) for day in days]
        assert {fault for _, fault in read(connection, texts, order).values()} == {""}


PARTS = st.tuples(st.integers(0, 9999), st.integers(0, 14), st.integers(0, 33))


@settings(max_examples=10, deadline=None)
@given(parts=st.lists(PARTS, min_size=10, max_size=60))
def test_a_day_is_impossible_exactly_where_the_calendar_has_none(connection, parts):
    answers = read(connection, [f"{year:04}-{month:02}-{day:02}" for year, month, day in parts])
    for year, month, day in parts:
        expected = "" if is_a_day(year, month, day) else "impossible"
        assert answers[f"{year:04}-{month:02}-{day:02}"][1] == expected


def is_a_day(year, month, day):
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@settings(max_examples=10, deadline=None)
@given(texts=st.lists(st.text(max_size=30).map(lambda text: text.replace("\x00", "")), min_size=5, max_size=40))
def test_any_text_gets_an_answer(connection, texts):
    assert {fault for _, fault in read(connection, texts).values()} <= {"", "impossible", "ambiguous", "unknown"}


@pytest.mark.parametrize(
    "name", ["yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yy", "dd.mm.yyyy", "yyyy-mm-ddThh:mm:ss", "yyyymmdd"]
)
def test_the_fast_test_agrees_with_the_full_one(connection, name):
    texts = [
        "2024-03-14",
        "14/03/2024",
        "03/14/24",
        "14.03.2024",
        "2024-03-14T10:11:12",
        "20240314",
        "31/02/2024",
        "",
        "99999999",
    ]
    order = order_of(name)
    full = read(connection, texts, order)
    for text in texts:
        quoted = text.replace("'", "''")
        fast = connection.execute(
            f"SELECT coalesce({fast_date_test('t', name)}, false) FROM (SELECT '{quoted}' AS t)"
        ).fetchone()[0]
        assert not fast or full[text] == (name, "")


def test_formats_without_fixed_width_have_no_cutting_pattern():
    assert strict_date_pattern("dd/mm/yyyy") == r"[0-9]{2}/[0-9]{2}/[0-9]{4}"
    assert strict_date_pattern("d Mon yyyy") is None


def test_a_typed_format_is_recognised_in_capitals_and_refused_when_unknown():
    assert known_format("YYYY-MM-DD") == "yyyy-mm-dd"
    assert known_format("DD/MM/YYYY HH:MM:SS") == "dd/mm/yyyy hh:mm:ss"
    assert known_format("") == ""
    with pytest.raises(InvalidValueError, match="not a date format"):
        known_format("whenever")
