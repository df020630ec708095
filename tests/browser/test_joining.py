"""A workshop in three browsers at once: a facilitator at a desk and two phones that joined by the link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from readiness.project import estimating
from readiness.project.opening import open_projects
from tests.browser.grid import settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.conftest import Dashboard

PATIENCE_MS = 30_000


@pytest.fixture
def project(tmp_path: Path) -> str:
    """The id of a project in which an estimate of two components is asked for, in the store of the dashboard."""
    projects = open_projects(tmp_path / "readiness.duckdb")
    projects.create("A secret takeover", who="Ben")
    project = projects.create("Invoices", who="Ben")
    items = [item.id for item in projects.load(project).items][:2]
    estimating.open_round(projects, project, items, who="Ben")
    projects.store.close()
    return project


@pytest.fixture
def three(browser: Browser) -> Iterator[tuple[Page, Page, Page]]:
    """The pages of a facilitator and of two participants."""
    desk = browser.new_context(viewport={"width": 1440, "height": 1000})
    phones = [
        browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) for _ in range(2)
    ]
    yield desk.new_page(), phones[0].new_page(), phones[1].new_page()
    for context in (desk, *phones):
        context.close()


def test_two_phones_join_by_the_link_and_do_what_is_asked_while_the_facilitator_watches(
    start_dashboard: Callable[..., Dashboard], project: str, three: tuple[Page, Page, Page]
) -> None:
    desk, ann, bo = three
    dashboard = start_dashboard()
    desk.goto(f"{dashboard.url}/workshop?project={project}")
    link = desk.get_by_text("/?join=").first
    link.wait_for(timeout=PATIENCE_MS)
    desk.get_by_text("Other devices cannot join yet.").wait_for()
    address = link.inner_text()
    for phone, name, here in ((ann, "Ann", "1 person here"), (bo, "Bo", "2 people here")):
        _join(phone, address, name)
        desk.get_by_role("heading", name=here).wait_for(timeout=PATIENCE_MS)
        phone.get_by_text("An estimate is asked for: 2 components").wait_for(timeout=PATIENCE_MS)
        assert phone.get_by_test_id("stSidebar").count() == 0
        # Nothing wider than the phone: nobody scrolls sideways.
        box = phone.get_by_test_id("stMainBlockContainer").bounding_box()
        assert box is not None
        assert box["width"] <= 390

    ann.get_by_text("I do not know").nth(0).click()
    ann.get_by_text("I do not know").nth(1).click()
    ann.get_by_role("button", name="Send", exact=True).click()
    ann.get_by_text("Thank you. Estimates: 2 of 2 sent.").wait_for(timeout=PATIENCE_MS)
    bo.get_by_placeholder("days", exact=True).first.fill("7")
    desk.get_by_text("1 of 2 done").wait_for(timeout=PATIENCE_MS)

    desk.get_by_role("button", name="Reveal …").click()
    desk.get_by_role("button", name="Reveal now").click()
    # Below a long form the sentence is out of sight on a phone.
    bo.get_by_test_id("stToast").get_by_text("The answers were revealed.").wait_for(timeout=PATIENCE_MS)
    bo.get_by_text("What stands above and was not sent is not among them.").wait_for(timeout=PATIENCE_MS)
    assert bo.get_by_placeholder("days", exact=True).first.input_value() == "7", "what was being typed stays"
    bo.get_by_role("button", name="Go on").click()

    desk.get_by_role("button", name="Ask everyone").click()
    for phone, reply in ((ann, "no"), (bo, "yes")):
        phone.get_by_text("A vote is asked for: 4 questions").wait_for(timeout=PATIENCE_MS)
        settle(phone)
        for question in range(4):
            _choose(phone, reply, question)
        phone.get_by_placeholder("Because").first.fill(f"We have seen {reply}.")
        phone.get_by_role("button", name="Send", exact=True).click()
        phone.get_by_text("Thank you. Votes: 4 of 4 sent.").wait_for(timeout=PATIENCE_MS)
    desk.get_by_text("2 of 2 done").wait_for(timeout=PATIENCE_MS)
    desk.get_by_role("button", name="Reveal …").click()
    desk.get_by_role("button", name="Reveal now").click()
    for phone in (ann, bo):
        phone.get_by_text("Votes: revealed. The facilitator shows what was said.").wait_for(timeout=PATIENCE_MS)
    desk.get_by_role("link", name="Diagnosis").first.click()
    desk.get_by_text("1 yes").first.wait_for(timeout=PATIENCE_MS)
    desk.get_by_text("Why: 2 reasons").first.click()
    desk.get_by_text("We have seen no.").wait_for()
    assert "Traceback" not in dashboard.output()


def test_a_participant_who_reloads_keeps_the_name_and_no_page_opens_behind_the_link(
    start_dashboard: Callable[..., Dashboard], project: str, three: tuple[Page, Page, Page]
) -> None:
    _, ann, bo = three
    dashboard = start_dashboard()
    address = f"{dashboard.url}/?join={project[:6]}"
    _join(ann, address, "Ann")
    ann.get_by_text("I do not know").first.click()
    ann.get_by_role("button", name="Send", exact=True).click()
    ann.get_by_text("Sent: 1 of 2.").wait_for(timeout=PATIENCE_MS)
    ann.reload()
    ann.get_by_text("1 of 2 answers under this name came from another window").wait_for(timeout=PATIENCE_MS)
    expect(ann.get_by_role("checkbox").first).not_to_be_checked()
    _join(bo, address, "Ann")
    bo.get_by_text("Somebody has joined as Ann and is here now.").wait_for(timeout=PATIENCE_MS)
    for page in ("brief", "portfolio", "production-scope", "workshop"):
        bo.goto(f"{dashboard.url}/{page}?join={project[:6]}&project={project}")
        bo.get_by_label("Your name").wait_for(timeout=PATIENCE_MS)
        settle(bo)
        assert bo.get_by_text("Page not found").count() == 0, page
        assert bo.get_by_text("takeover").count() == 0, page
        assert bo.get_by_test_id("stSidebar").count() == 0, page
    assert "Traceback" not in dashboard.output()


def _join(phone: Page, address: str, name: str) -> None:
    phone.goto(address)
    phone.get_by_label("Your name").fill(name, timeout=PATIENCE_MS)
    phone.get_by_role("button", name="Join").click()
    settle(phone)


def _choose(phone: Page, reply: str, question: int) -> None:
    radio = phone.get_by_role("radio", name=reply, exact=True)
    radio.or_(phone.get_by_role("button", name=reply, exact=True)).nth(question).click()
