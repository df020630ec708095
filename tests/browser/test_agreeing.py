"""Two people judge the same records in private, on two devices; the facilitator reveals, and a dispute is settled."""

from __future__ import annotations

import re
from datetime import timedelta
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
RECORDS = 5


@pytest.fixture
def project(tmp_path: Path) -> str:
    """The id of a project with an audited sample that is kept, in the store of the dashboard."""
    projects = open_projects(tmp_path / "readiness.duckdb")
    project = projects.create("Requests", who="Ben")
    lines = ["id,text", *(f"R-{n:03d},Please send invoice {n}" for n in range(20)), ""]
    projects.read_upload(project, "requests.csv", lambda path: _write(path, "\n".join(lines)), who="Ben")
    projects.run_audit(project, who="Ben")
    projects.keep_records(project, projects.clock().date() + timedelta(days=30), who="Ben")
    projects.store.close()
    return project


def test_two_devices_judge_in_private_and_what_is_disputed_is_settled(
    start_dashboard: Callable[..., Dashboard], project: str, browser: Browser
) -> None:
    dashboard = start_dashboard()
    desk_context = browser.new_context(viewport={"width": 1440, "height": 1800})
    phone_context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    desk, phone = desk_context.new_page(), phone_context.new_page()
    desk.goto(f"{dashboard.url}/outcome?project={project}")
    desk.get_by_role("textbox", name="Your name").fill("Ben", timeout=PATIENCE_MS)
    desk.keyboard.press("Enter")
    settle(desk)
    _open_an_exercise(desk)

    phone.goto(f"{dashboard.url}/?join={project[:6]}")
    phone.get_by_label("Your name").fill("Ann", timeout=PATIENCE_MS)
    phone.get_by_role("button", name="Join").click()
    phone.get_by_text(f"Judgments are asked for: {RECORDS} records").wait_for(timeout=PATIENCE_MS)
    _answer(phone, ["pay", "pay", "pay", "pay", "return"], "Thank you. Judgments: 5 of 5 sent.")
    desk.get_by_text("Done: Ann").wait_for(timeout=PATIENCE_MS)
    assert desk.get_by_text("✓").count() == 0, "nothing of an answer is on another page"
    _answer(desk, ["pay"] * RECORDS, "All are judged and sent.")

    desk.get_by_role("button", name="Reveal to all").click(timeout=PATIENCE_MS)
    desk.get_by_text("1 disputed record, 1 to settle").wait_for(timeout=PATIENCE_MS)
    phone.get_by_text("Judgments: revealed. The facilitator shows what was said.").wait_for(timeout=PATIENCE_MS)
    settle(desk)
    desk.get_by_role("combobox", name="What the group says").click()
    desk.get_by_role("option", name="return", exact=True).click()
    desk.get_by_label("Because").fill("There is no text to pay by.")
    desk.get_by_role("button", name="Settle this record").dblclick()
    desk.get_by_role("heading", name="1 disputed record", exact=True).wait_for(timeout=PATIENCE_MS)
    settle(desk)
    assert desk.get_by_text("Nothing was overwritten").count() == 0, "the second click meets what the first has said"
    assert "Traceback" not in dashboard.output()
    desk_context.close()
    phone_context.close()


def _open_an_exercise(desk: Page) -> None:
    """Ask for labels of five records; the tab that asks opens by itself after that."""
    desk.get_by_role("tab", name="Agreement").click()
    desk.get_by_text("Test the agreement on records").click()
    desk.get_by_label("Labels", exact=True).fill("pay, return")
    records = desk.get_by_role("spinbutton", name="Records")
    records.fill(str(RECORDS))
    records.press("Enter")
    settle(desk)
    desk.get_by_label("Who is waited for").fill("Ann, Ben")
    desk.get_by_role("button", name="Ask everyone to judge").click()
    desk.get_by_text(f"Judgments are asked for: {RECORDS} records").wait_for(timeout=PATIENCE_MS)
    desk.reload()
    desk.get_by_role("tab", name="Agreement", selected=True).wait_for(timeout=PATIENCE_MS)
    desk.get_by_role("textbox", name="Your name").first.fill("Ben", timeout=PATIENCE_MS)
    desk.keyboard.press("Enter")
    settle(desk)


def _answer(page: Page, answers: list[str], at_the_end: str) -> None:
    for done, answer in enumerate(answers, start=1):
        page.get_by_role("button", name=re.compile(f"^{answer}")).click(timeout=PATIENCE_MS)
        said = f"{done} of {len(answers)} judged" if done < len(answers) else at_the_end
        page.get_by_text(said).wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(550)  # a tap right after another counts as its double


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
