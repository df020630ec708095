"""Estimating together in two browsers at once: asked in one, answered in the other, revealed in both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

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
    """The id of a project with two components, in the store that the dashboard will open."""
    projects = open_projects(tmp_path / "readiness.duckdb")
    project = projects.create("Invoices", who="Ben")
    for item in projects.load(project).items:
        projects.remove_component(project, item.id, who="Ben")
    for name in ("Rollback", "Alerting"):
        projects.add_own_component(project, {"component": name}, who="Ben")
    projects.store.close()
    return project


@pytest.fixture
def two(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """The pages of a facilitator at a desk and of a participant on a phone."""
    desk = browser.new_context(viewport={"width": 1440, "height": 1000})
    phone = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    yield desk.new_page(), phone.new_page()
    desk.close()
    phone.close()


def test_a_round_goes_from_the_question_to_the_agreed_estimate_in_two_browsers(
    start_dashboard: Callable[..., Dashboard], project: str, two: tuple[Page, Page]
) -> None:
    ben, ann = two
    dashboard = start_dashboard()
    for page in two:
        page.goto(f"{dashboard.url}/production-scope?project={project}")
        page.get_by_role("heading", name="Components", exact=True).wait_for(timeout=PATIENCE_MS)
        settle(page)
    ben.get_by_role("textbox", name="Your name").fill("Ben")
    ben.keyboard.press("Tab")
    settle(ben)
    ben.get_by_text("Estimate together, each person in private first").click()
    ben.get_by_label("Who is waited for").fill("Ann, Ben")
    ben.get_by_role("button", name="Ask everyone").dblclick()
    for page in two:  # the other browser learns of it by itself
        page.get_by_role("heading", name="An estimate is asked for: 2 components").wait_for(timeout=PATIENCE_MS)
    ann.get_by_label("Your name, to take part").fill("Ann")
    ann.get_by_role("button", name="Take part").click()
    _estimate(ann, 0, "2", "4", "6")
    _estimate(ann, 1, "5", "3", "9")
    ann.get_by_role("button", name="Send", exact=True).click()
    ann.get_by_text("Alerting, Likely: 3 is below Low, 5.").wait_for()
    ann.get_by_text("Sent: 1 of 2.").wait_for()
    ann.get_by_text("I do not know").nth(1).click()
    for place in (3, 4, 5):
        ann.get_by_placeholder("days", exact=True).nth(place).fill("")
    ann.get_by_role("button", name="Send again").click()
    ann.get_by_text("Sent: 2 of 2.").wait_for()

    ben.get_by_text("Done: Ann").wait_for(timeout=PATIENCE_MS)
    _estimate(ben, 0, "20", "30.5", "60")
    _estimate(ben, 1, "1", "2", "3")
    ben.get_by_text("Waited for: Ben").wait_for()
    assert ben.get_by_placeholder("days", exact=True).nth(1).input_value() == "30.5", "the look-ups leave what is typed"
    ben.get_by_role("button", name="Send", exact=True).click()
    assert "30.5" not in ann.locator("body").inner_text()
    ben.get_by_role("button", name="Reveal to all").dblclick()
    for page in two:
        page.get_by_role("heading", name="Largest disagreement: Rollback, 4 to 30.5 days likely").wait_for(
            timeout=PATIENCE_MS
        )
        settle(page)
    for place, days in enumerate(("10", "20", "40")):
        ben.get_by_label(("Low", "Likely", "High")[place], exact=True).first.fill(days)
    ben.get_by_role("button", name="Save what is agreed").dblclick()
    ben.get_by_text("Agreed: 10 / 20 / 40.").wait_for(timeout=PATIENCE_MS)
    ann.get_by_text("Agreed: 10 / 20 / 40.").wait_for(timeout=PATIENCE_MS)
    assert "Traceback" not in dashboard.output()


def test_who_is_still_typing_at_the_reveal_keeps_the_form(
    start_dashboard: Callable[..., Dashboard], project: str, two: tuple[Page, Page]
) -> None:
    ben, ann = two
    dashboard = start_dashboard()
    for page, name in zip(two, ("Ben", "Ann"), strict=True):
        page.goto(f"{dashboard.url}/production-scope?project={project}")
        page.get_by_role("heading", name="Components", exact=True).wait_for(timeout=PATIENCE_MS)
        settle(page)
        if page is ben:
            page.get_by_role("textbox", name="Your name").fill(name)
            page.keyboard.press("Tab")
            settle(page)
            page.get_by_text("Estimate together, each person in private first").click()
            page.get_by_role("button", name="Ask everyone").click()
    ann.get_by_label("Your name, to take part").fill("Ann")
    ann.get_by_role("button", name="Take part").click()
    ann.get_by_placeholder("days", exact=True).first.wait_for()
    _estimate(ben, 0, "1", "2", "3")
    ben.get_by_role("button", name="Send", exact=True).click()
    _estimate(ann, 0, "7", "8", "9")
    ann.get_by_text("Done").or_(ann.get_by_text("Under way")).first.wait_for(timeout=PATIENCE_MS)
    ben.get_by_role("button", name="Reveal …").click()
    ben.get_by_text("1 person has answered.").wait_for()
    ben.wait_for_timeout(4_000)  # the box of the question outlives a look-up
    ben.get_by_role("button", name="Reveal now").click()
    ann.get_by_text("The round is revealed. What stands above and was not sent").wait_for(timeout=PATIENCE_MS)
    assert ann.get_by_placeholder("days", exact=True).first.input_value() == "7"
    ann.get_by_role("button", name="Send", exact=True).click()
    ann.get_by_text("Not in the round, from this window: Rollback: 7 / 8 / 9.").wait_for(timeout=PATIENCE_MS)
    assert "Traceback" not in dashboard.output()


def _estimate(page: Page, place: int, *days: str) -> None:
    for part, figure in enumerate(days):
        page.get_by_placeholder("days", exact=True).nth(3 * place + part).fill(figure)
