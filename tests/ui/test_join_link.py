"""The link to join, as far as browser and settings tell where the server is."""

from __future__ import annotations

from typing import Any

import pytest

from readiness.ui.join_link import Server, is_loopback, link, own_address

LOCAL: dict[str, Any] = {
    "origin": "http://localhost:8501",
    "listens_to": "localhost",
    "allowed": ("localhost", "127.0.0.1", "::1"),
    "own_address": "192.168.1.5",
}


def server(**changes: Any) -> Server:
    return Server(**{**LOCAL, **changes})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "a.localhost"])
def test_a_machine_has_names_for_itself_that_lead_nobody_else_to_it(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["192.168.1.5", "workshop.example", "localhost.example", "", "fd00::2"])
def test_any_other_name_leads_there(host: str) -> None:
    assert not is_loopback(host)


def test_a_server_as_it_comes_is_for_this_machine_alone() -> None:
    assert server().is_this_machine_alone
    assert not server().others_may_come


def test_others_may_come_once_the_server_listens_and_answers_to_its_address() -> None:
    open_to_all = server(listens_to="0.0.0.0", allowed=("localhost", "192.168.1.5"))
    assert open_to_all.others_may_come
    assert open_to_all.origin_for_others == "http://192.168.1.5:8501"
    assert server(listens_to="192.168.1.5", allowed=("192.168.1.5",)).others_may_come
    assert not server(listens_to="0.0.0.0").others_may_come, "it does not answer to that name"
    assert not server(allowed=("192.168.1.5",)).others_may_come, "it does not listen there"
    assert not server(listens_to="0.0.0.0", allowed=("*",), own_address="").others_may_come


def test_the_address_that_the_facilitators_browser_uses_is_the_one_for_all() -> None:
    named = server(origin="https://workshop.example/readiness")
    assert not named.is_this_machine_alone
    assert named.origin_for_others == "https://workshop.example/readiness"
    assert link(named.origin_for_others, "39fe82") == "https://workshop.example/readiness/?join=39fe82"


def test_an_address_of_the_newer_kind_is_written_in_brackets() -> None:
    assert server(own_address="fd00::2").origin_for_others == "http://[fd00::2]:8501"


def test_the_own_address_is_never_the_machines_name_for_itself() -> None:
    found = own_address()
    assert not found or not is_loopback(found)
