"""Numbers as they are typed into cells: read where they are clear, refused where they are not, shown so that they come
back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import InvalidValueError
from readiness.exports.typed_numbers import number_text, typed_number


@given(st.floats(min_value=0, max_value=1e12, allow_nan=False).map(lambda figure: round(figure, 3)))
def test_what_a_cell_shows_is_read_as_the_same_number(figure: float) -> None:
    assert typed_number(number_text(figure), "Low") == pytest.approx(figure, rel=1e-14)


@pytest.mark.parametrize(
    ("figure", "text"), [(0.0, "0"), (2.0, "2"), (0.5, "0.5"), (12_000.0, "12000"), (1e12, "1000000000000")]
)
def test_a_figure_is_shown_without_marks_that_could_be_misread(figure: float, text: str) -> None:
    assert number_text(figure) == text


@pytest.mark.parametrize("text", ["1,234", "12.345"])
def test_what_reads_two_ways_is_refused_with_both_ways_to_write_it(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        typed_number(text, "Low")
    whole, decimal = refused.value.reason.rpartition("type ")[2].split(" or ")
    assert typed_number(whole, "Low") == pytest.approx(1_000 * typed_number(decimal, "Low"))


def test_a_long_text_is_named_by_its_beginning() -> None:
    with pytest.raises(InvalidValueError) as refused:
        typed_number("x" * 5_000, "Low")
    assert len(str(refused.value)) < 250
