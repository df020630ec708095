"""Text that leaves the product: visible, plain, and never a formula."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.exports.safe_text import (
    MOST_CELL_CHARACTERS,
    cell_text,
    csv_text,
    looks_like_formula,
    one_line,
    prose_lines,
    verbatim_line,
    visible,
)

ANY_TEXT = st.text(st.characters())  # surrogates and control characters included


@given(ANY_TEXT)
def test_visible_text_can_stand_in_xml_and_in_utf_8(text: str) -> None:
    clean = visible(text)
    escaped = clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    ElementTree.fromstring(f"<a>{escaped}</a>".encode())


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_control_characters_are_shown_instead_of_dropped() -> None:
    assert visible("a\x00b\x1bc\x7f") == "a␀b␛c␡"


def test_characters_that_reorder_text_are_shown() -> None:
    assert visible("pay \u202e001") == "pay ⟨U+202E⟩001"


@given(ANY_TEXT)
def test_one_line_has_no_line_break(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@given(ANY_TEXT)
def test_a_verbatim_line_has_no_line_break(text: str) -> None:
    assert len(verbatim_line(text).splitlines()) <= 1


def test_a_verbatim_line_shows_tabs_breaks_and_spaces_at_its_ends() -> None:
    assert verbatim_line("  a\tb\r\nc ") == "␣␣a␉b␍␊c␣"


def test_prose_keeps_its_lines_without_the_empty_ones() -> None:
    assert prose_lines(" one  two \r\n\n three\u2028four") == ("one two", "three", "four")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_formula_like_text_is_recognised_and_quoted_for_csv(start: str) -> None:
    assert looks_like_formula(start + "1+1")
    assert csv_text(start + "1+1") == "'" + start + "1+1"


def test_other_text_is_left_alone_in_csv() -> None:
    assert csv_text("a=b") == "a=b"


def test_text_longer_than_a_cell_is_shortened_and_says_so() -> None:
    cell = cell_text("x" * 40_000)
    assert len(cell) == MOST_CELL_CHARACTERS
    assert cell.endswith("(shortened)")
