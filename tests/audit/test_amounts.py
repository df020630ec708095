from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.amounts import (
    AmountFormat,
    amount_columns,
    amount_difference,
    amount_is_ambiguous,
    fast_amount_test,
    read_amount_format,
)
from readiness.errors import InvalidValueError

POINT, COMMA, WHOLE = AmountFormat(mark="."), AmountFormat(mark=","), AmountFormat()


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        yield opened


def read(connection, texts, expected=POINT):
    connection.execute("CREATE OR REPLACE TEMP TABLE texts AS SELECT unnest(?::VARCHAR[]) AS text", [list(texts)])
    rows = connection.execute(
        f"SELECT text, amount_form <> '', {amount_difference(expected)}, {amount_is_ambiguous(expected)}, "
        f"{fast_amount_test('text', expected)} FROM ({amount_columns('texts')})"
    ).fetchall()
    return {text: rest for text, *rest in rows}


@pytest.mark.parametrize(
    "text",
    [
        "0", "-5", "+5", "1234.56", "1,234.56", "1.234,56", "1 234,56", "1\u202f234,56", "1'234.50",
        "£1,234.50", "$-5.00", "-$5.00", "EUR 5", "5 eur", "1.234,56 €", "(1,234.50)", "12.50-", "5%", "12.0 oz.",
        ".5", "5.",
        "1,23,456.00", "\u22125",
    ],
)  # fmt: skip
def test_numbers_in_many_ways_of_writing_can_be_read(connection, text):
    assert read(connection, [text])[text][0]


@pytest.mark.parametrize(
    "text", ["abc", "-", "--5", "(5", "5)", "12 34", "1.2.3", "1,2,3", "10-12", "3a4", "1 2/3", "12/06/2012", "-5-"]
)
def test_what_is_no_number_cannot_be_read(connection, text):
    assert not read(connection, [text])[text][0]


def test_a_mark_that_differs_from_the_fields_is_another_format(connection):
    assert read(connection, ["12,50"], POINT)["12,50"][1] == "with a decimal comma"
    assert read(connection, ["12.50"], COMMA)["12.50"][1] == "with a decimal point"
    assert read(connection, ["12,50"], COMMA)["12,50"][1] == ""


def test_a_thousands_separator_is_read_by_the_fields_mark(connection):
    assert read(connection, ["1,234"], POINT)["1,234"][1] == "with thousands separated by ,"
    assert read(connection, ["1,234"], COMMA)["1,234"][1] == ""
    assert read(connection, ["1,234"], AmountFormat(mark=".", group=","))["1,234"][1] == ""


def test_1_234_is_ambiguous_while_the_mark_is_unknown(connection):
    assert read(connection, ["1,234", "1.234", "1,23"], WHOLE)["1,234"][2]
    assert read(connection, ["1.234"], WHOLE)["1.234"][2]
    assert not read(connection, ["1,23"], WHOLE)["1,23"][2]


def test_scientific_notation_is_named(connection):
    assert read(connection, ["1.2E+11"])["1.2E+11"][1] == "in scientific notation"


NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)


@settings(max_examples=10, deadline=None)
@given(numbers=st.lists(NUMBERS, min_size=5, max_size=40))
def test_a_grouped_number_is_read_in_both_conventions(connection, numbers):
    english = [f"{number:,.2f}" for number in numbers]
    german = [text.replace(",", "_").replace(".", ",").replace("_", ".") for text in english]
    for texts, expected in ((english, AmountFormat(mark=".", group=",")), (german, AmountFormat(mark=",", group="."))):
        assert all(answer[:2] == [True, ""] for answer in read(connection, texts, expected).values())


@settings(max_examples=10, deadline=None)
@given(texts=st.lists(st.text(alphabet="0123456789.,-+()$€% eExo'", max_size=12), min_size=5, max_size=60))
def test_the_fast_test_is_never_more_lenient_than_the_full_one(connection, texts):
    for expected in (POINT, COMMA, WHOLE, AmountFormat(mark=".", group=",", currency="$"), AmountFormat(suffix="%")):
        for readable, difference, ambiguous, fast in read(connection, texts, expected).values():
            assert not fast or (readable and not difference and not ambiguous)


@pytest.mark.parametrize(
    "name",
    [
        "1234",
        "1234.56",
        "1,234.56",
        "£1,234.56",
        "1.234,56",
        "1234%",
        "1234 patients",
        "(1,234.56)",
        "1234.56 <unit>",
        "1234-",
    ],
)
def test_a_formats_name_reads_back_as_the_format(name):
    assert read_amount_format(name).name == name


def test_a_name_that_shows_no_number_is_refused():
    with pytest.raises(InvalidValueError, match="not a number format"):
        read_amount_format("lots")
