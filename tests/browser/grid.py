"""Typing into the editable grids of a page as a person does: click a cell, move with the arrow keys, type."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

ROW_PIXELS = 35
TRIES = 5


class Grid:
    """One grid of a page, by the columns that it shows."""

    def __init__(self, page: Page, locator: Locator, columns: tuple[str, ...]) -> None:
        self._page = page
        self._locator = locator
        self._columns = columns

    def type(self, row: int, column: str, text: str) -> None:
        """Replace the text of one cell."""
        self._open_editor(row, column).fill(text)
        self._page.keyboard.press("Enter")
        settle(self._page)

    def choose(self, row: int, column: str, option: str) -> None:
        """Choose one of the options that a cell offers."""
        self._open_editor(row, column)
        self._page.keyboard.type(option)
        self._page.keyboard.press("Enter")
        settle(self._page)

    def texts(self, column: str) -> list[str]:
        """What the cells of a column show, from the table that a screen reader reads."""
        position = self._columns.index(column) + 1
        cells = self._locator.locator(f"[role=gridcell][aria-colindex='{position}']")
        return [cells.nth(number).inner_text() for number in range(cells.count())]

    def _open_editor(self, row: int, column: str) -> Locator:
        """The editor of a cell. A page that still grows moves the grid between measuring and clicking, so try again."""
        editor = self._page.locator("#portal input, #portal textarea").first
        for _ in range(TRIES):
            self._go_to(row, column)
            self._page.keyboard.press("Enter")
            try:
                expect(editor).to_be_enabled(timeout=2_000)
            except AssertionError:
                self._page.keyboard.press("Escape")
                settle(self._page)
            else:
                return editor
        raise AssertionError(f"the cell {column!r} in row {row} does not open for editing")

    def _go_to(self, row: int, column: str) -> None:
        self._locator.scroll_into_view_if_needed()
        box = self._locator.bounding_box()
        assert box is not None, "the grid is not on the page"
        self._page.mouse.click(box["x"] + 30, box["y"] + ROW_PIXELS * (row + 1.5))
        self._page.wait_for_timeout(100)
        for _ in range(self._columns.index(column)):
            self._page.keyboard.press("ArrowRight", delay=20)


def settle(page: Page) -> None:
    """Wait until the server has answered what was just done."""
    page.wait_for_timeout(250)
    expect(page.locator("[data-test-script-state=running]")).to_have_count(0, timeout=30_000)
    page.wait_for_timeout(150)
