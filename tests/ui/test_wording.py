"""Labels to choose from are each different, as the browser knows a choice by its writing; user text is never a link."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.ui.wording import plain, told_apart


def test_labels_that_read_the_same_are_numbered_in_their_order() -> None:
    assert told_apart({"a": "Copy", "b": "Other", "c": " copy"}) == {"a": "Copy (1)", "b": "Other", "c": " copy (2)"}


def test_a_label_that_looks_like_a_number_of_another_is_stepped_over() -> None:
    assert list(told_apart({1: "Copy", 2: "Copy", 3: "Copy (1)"}).values()) == ["Copy (2)", "Copy (3)", "Copy (1)"]


def test_what_else_is_known_tells_them_apart_before_a_number_does() -> None:
    labels, more = {1: "Copy", 2: "Copy", 3: "Other"}, {1: "of May", 2: "of June", 3: "of July"}
    assert list(told_apart(labels, more).values()) == ["Copy, of May", "Copy, of June", "Other"]
    assert list(told_apart(labels, dict.fromkeys(labels, "of May")).values())[:2] == [
        "Copy, of May (1)",
        "Copy, of May (2)",
    ]


@given(st.lists(st.sampled_from(["a", "A", "a (1)", "a (2)", "b", "a, x", " a"])), st.booleans())
def test_no_two_labels_read_the_same(texts: list[str], more: bool) -> None:
    found = told_apart(dict(enumerate(texts)), dict.fromkeys(range(len(texts)), "x") if more else None)
    assert list(found) == list(range(len(texts)))
    assert len({" ".join(text.split()).casefold() for text in found.values()}) == len(texts)
    assert all(found[place].startswith(text) for place, text in enumerate(texts))


@pytest.mark.parametrize(
    "address", ["https://evil.example/x", "HTTP://evil.example", "www.evil.example", "a@b.example"]
)
def test_an_address_in_user_text_is_broken_where_a_browser_would_make_a_link_of_it(address: str) -> None:
    shown = plain(f"see {address}").replace("\\", "")
    assert shown.replace("\u2060", "") == f"see {address}"
    assert not re.search(r"https?://|www\.|@\w", shown, re.IGNORECASE)


def test_user_text_without_an_address_is_left_as_it_is() -> None:
    assert plain("at 5 @ 3, wwwx") == "at 5 @ 3, wwwx"
