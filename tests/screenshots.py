"""`make screenshots`: a picture of every page of the example project into docs/images/."""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import CHECKOUT, CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, launch_dashboard, wait_until_healthy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The workshop page is left out: it shows the address of the machine.
PAGES = (
    "workflow",
    "data-audit",
    "production-scope",
    "outcome",
    "readiness-standard",
    "live-outcomes",
    "diagnosis",
    "brief",
)
WIDTHS = {"": 1440, "-phone": 390}
SETTLE_MS = 900  # after the last rerun: charts and grids draw themselves
COLOURS = 256  # of one picture; a palette holds no more


def main(arguments: Sequence[str] | None = None) -> int:
    """Takes all pictures; light ones at desk width are for the README, the others to be looked at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=CHECKOUT / "docs" / "images")
    parser.add_argument("--all", action="store_true", help="dark theme and phone width as well")
    call = parser.parse_args(arguments)
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        print("There is no Chromium on this machine.", file=sys.stderr)
        return 2
    call.out.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        dashboard = launch_dashboard(Path(folder) / "readiness.duckdb", Path(folder), {})
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        try:
            wait_until_healthy(dashboard)
            _take_all(browser, dashboard.url, call.out, everything=call.all)
        finally:
            browser.close()
            dashboard.stop()
    return 0


def _take_all(browser: Browser, url: str, out: Path, *, everything: bool) -> None:
    schemes = ("light", "dark") if everything else ("light",)
    widths = WIDTHS if everything else {"": WIDTHS[""]}
    project = ""
    for scheme in schemes:
        for suffix, width in widths.items():
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page = context.new_page()
            mark = suffix + ("" if scheme == "light" else "-dark")
            if not project:
                page.goto(url)
                _settle(page)
                _picture(page, out / "first-start.png")
                project = _open_example(page)
            page.goto(f"{url}/?project={project}")
            _settle(page)
            _picture(page, out / f"portfolio{mark}.png")
            for name in PAGES:
                page.goto(f"{url}/{name}?project={project}")
                _settle(page)
                _picture(page, out / f"{name}{mark}.png")
            context.close()


def _open_example(page: Page) -> str:
    page.get_by_role("button", name="Open the example project").click()
    page.wait_for_url("**/data-audit?project=*", timeout=60_000)
    return page.url.split("project=")[1].split("&")[0]


def _settle(page: Page) -> None:
    from playwright.sync_api import expect as settled

    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    settled(page.locator("[data-test-script-state=running]")).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(SETTLE_MS)


def _picture(page: Page, path: Path) -> None:
    """The whole page, however long: the window grows to hold it, because the page scrolls inside its frame."""
    height = page.evaluate(
        "() => Math.max(900, ...[...document.querySelectorAll('[data-testid=stMain], section')]"
        ".map(part => part.scrollHeight))"
    )
    size = page.viewport_size or {"width": 1440, "height": 900}
    page.set_viewport_size({"width": size["width"], "height": min(int(height) + 20, 9_000)})
    page.wait_for_timeout(SETTLE_MS)
    save_small(page.screenshot(), path)
    page.set_viewport_size(size)


def save_small(png: bytes, path: Path) -> None:
    """Writes the picture with a palette of its own, less than half as large; undithered, so that text stays crisp."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE)
    few.save(path, "PNG", optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
