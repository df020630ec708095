"""What a page asks of the network, as a real browser sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Dashboard


def test_a_page_asks_nobody_outside_and_keeps_to_the_content_policy(dashboard: Dashboard, page: Page) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda websocket: asked.append(websocket.url))
    page.on("console", lambda message: complaints.append(message.text) if "Security Policy" in message.text else None)
    page.goto(dashboard.url)
    page.get_by_test_id("stSidebarNav").wait_for(timeout=30_000)
    # Not by a condition in JavaScript: the policy forbids code made from text, the test's as well.
    page.locator("[data-test-script-state=running]").wait_for(state="detached")
    own = (dashboard.url, dashboard.url.replace("http:", "ws:"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert any(url.startswith("ws:") for url in asked)
    assert complaints == []
