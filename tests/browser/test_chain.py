"""One walk through the whole chain in a real browser: from a messy file to a signed brief."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from docx import Document

from readiness.example.records import write_example
from tests.browser.grid import Grid, settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.conftest import Dashboard

RULES = ("field", "kind", "required")
DECISIONS = ("title", "handling")
SCOPE = ("component", "status", "low", "likely", "high", "owner")


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A messy file of generated records."""
    path = tmp_path / "invoices.csv"
    write_example(path, records=120, seed=7)
    return path


def test_a_team_goes_from_a_messy_file_to_a_signed_brief(dashboard: Dashboard, page: Page, sample: Path) -> None:
    project = _new_project(page, dashboard.url, "Invoice <b>routing</b>")

    _open(page, dashboard.url, "data-audit", project)
    page.locator("input[type=file]").set_input_files(sample)
    page.get_by_text("Read as UTF-8, semicolon-separated").wait_for(timeout=30_000)
    page.get_by_role("button", name="Run the audit", exact=True).click()
    page.get_by_text("are the clean case that the system assumes").first.wait_for(timeout=30_000)
    _decide_the_first_edge_case(page, "human review")
    audit = _download(page, "Audit as Word")
    assert "clean case" in "\n".join(paragraph.text for paragraph in Document(io.BytesIO(audit)).paragraphs)

    _open(page, dashboard.url, "production-scope", project)
    scope = Grid(page, _grid(page, "scope"), SCOPE)
    for column, days in (("low", "2"), ("likely", "3"), ("high", "7")):
        scope.type(0, column, days)
    page.get_by_text("2 to 7 person-days, as likely above 3 as below").first.wait_for()
    workbook = openpyxl.load_workbook(io.BytesIO(_download(page, "Export to Excel")), data_only=True)
    texts = [
        str(cell.value) for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None
    ]
    assert "Error handling with typed exceptions" in texts
    assert any(text.startswith("Review: ") for text in texts), "the handling decision is not in the workbook"

    _open(page, dashboard.url, "outcome", project)
    _define_outcome(page)
    _tab(page, "Agreement")
    for name in ("Ada Example", "Ben Placeholder"):
        _sign(page, name)
        page.get_by_text(name).first.wait_for()
    _sign(page, "  ada   EXAMPLE ")
    page.get_by_text("has already signed this definition").wait_for()
    _tab(page, "Owner")
    _name_owner(page)
    page.get_by_text("The owner has not confirmed them yet.").wait_for()
    page.get_by_label("The owner's own name", exact=True).fill("ada example")
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_text("All four parts are in place.").wait_for()
    assert b"SUMMARY:Outcome review" in _download(page, "Download the review calendar (.ics)")
    _tab(page, "Reviews")
    page.get_by_label("Reading", exact=True).fill("91")
    page.get_by_role("button", name="Record the review").dblclick()
    page.get_by_text("Inside tolerance at 1 of 1 review").wait_for()
    _tab(page, "Evaluation")
    for label, text in {"Workflow": "Route invoices", "Fallback": "Manual review"}.items():
        page.get_by_label(label, exact=True).fill(text)
        page.keyboard.press("Tab")
        settle(page)
    spec = json.loads(_download(page, "Download the spec (JSON)"))
    assert (spec["workflow"], spec["target"], spec["owner"]) == ("Route invoices", 92, "Ada Example")

    _open(page, dashboard.url, "diagnosis", project)
    page.get_by_text("FIX FIRST.").wait_for()
    page.get_by_role("radio", name="no", exact=True).or_(page.get_by_role("button", name="no", exact=True)).nth(
        1
    ).click()
    settle(page)
    page.reload()
    page.get_by_role("heading", name="Primary failure mode").wait_for(timeout=30_000)

    _open(page, dashboard.url, "brief", project)
    page.get_by_text("The brief as text").click()
    page.get_by_text("The four questions", exact=True).wait_for()
    brief = Document(io.BytesIO(_download(page, "Download as Word")))
    assert any("FIX FIRST" in paragraph.text for paragraph in brief.paragraphs)
    _sign(page, "Cleo Sponsor", button="Sign the brief")
    page.get_by_text("Cleo Sponsor").first.wait_for()
    assert "Traceback" not in dashboard.output()


def test_what_was_typed_is_there_after_the_server_restarts(
    start_dashboard: Callable[..., Dashboard], page: Page
) -> None:
    first = start_dashboard()
    project = _new_project(page, first.url, "Restarted")
    page.get_by_label("The repeated task, in one sentence").fill("Route invoices")
    page.keyboard.press("Tab")
    settle(page)
    first.stop()
    second = start_dashboard(first.store)
    _open(page, second.url, "workflow", project)
    assert page.get_by_label("The repeated task, in one sentence").input_value() == "Route invoices"


def test_two_browsers_that_change_the_same_field_are_shown_both_values(dashboard: Dashboard, browser: Browser) -> None:
    label = "Who reviews before a customer, patient, lead or payment is touched"
    one, two = browser.new_context().new_page(), browser.new_context().new_page()
    project = _new_project(one, dashboard.url, "Shared")
    _open(two, dashboard.url, "workflow", project)
    for page, text in ((one, "Ada"), (two, "Ben")):
        page.get_by_label(label, exact=True).fill(text)
        page.keyboard.press("Tab")
        settle(page)
    two.get_by_text("Theirs: Ada").wait_for()
    two.get_by_text("Yours: Ben").wait_for()
    two.get_by_role("button", name="Use mine").click()
    settle(two)
    one.reload()
    one.get_by_label(label, exact=True).wait_for()
    assert one.get_by_label(label, exact=True).input_value() == "Ben"
    for page in (one, two):
        page.context.close()


def _new_project(page: Page, url: str, name: str) -> str:
    page.goto(url)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="New project").click()
    page.wait_for_url("**/workflow?project=*")
    page.get_by_label("The repeated task, in one sentence").wait_for(timeout=30_000)
    settle(page)
    return page.url.split("project=")[1].split("&")[0]


def _open(page: Page, url: str, name: str, project: str) -> None:
    page.goto(f"{url}/{name}?project={project}")
    page.get_by_role("heading", level=1).first.wait_for(timeout=30_000)
    settle(page)


def _decide_the_first_edge_case(page: Page, handling: str) -> None:
    heading = page.get_by_role("heading", name="Edge cases and what production does with them")
    heading.scroll_into_view_if_needed()
    grid = Grid(page, _grid(page, "decisions"), DECISIONS)
    grid.choose(0, "handling", handling)
    page.get_by_text("still need a decision").wait_for()


def _grid(page: Page, name: str) -> Locator:
    return page.locator(f"[class*='{name}-grid'] [data-testid=stDataFrame]")


def _download(page: Page, button: str) -> bytes:
    with page.expect_download(timeout=30_000) as waiting:
        page.get_by_role("button", name=button).click()
    return Path(waiting.value.path()).read_bytes()


def _define_outcome(page: Page) -> None:
    texts = {
        "Metric": "Share of invoices routed correctly",
        "Unit": "%",
        "What a correct output looks like": "The cost centre that accounts payable would choose",
    }
    numbers = {"Target": "92", "Tolerance from": "88", "Tolerance to": "100"}
    costs = {"Cost of one item by hand": "6.4", "Cost of one wrong output": "85"}
    for label, text in {**texts, **numbers, **costs}.items():
        page.get_by_label(label, exact=True).fill(text)
        page.keyboard.press("Tab")
        settle(page)


def _tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    settle(page)


def _sign(page: Page, name: str, button: str = "Sign") -> None:
    form = page.get_by_test_id("stForm").filter(has=page.get_by_role("button", name=button, exact=True))
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_role("button", name=button, exact=True).click()
    settle(page)


def _name_owner(page: Page) -> None:
    for label, text in {
        "1. A named person": "Ada Example",
        "3. Reviews the metric every … days": "28",
        "Authority granted by": "The finance director",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
        page.keyboard.press("Tab")
        settle(page)
    date = page.get_by_role("group", name="First review on").first
    date.click()
    page.keyboard.type("2026-12-01")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settle(page)
    for label in ("2. Has accepted metric", "4. May pull the system"):
        page.locator("label").filter(has_text=label).click()
        settle(page)


def test_two_browsers_that_change_the_same_cell_are_shown_both_values(dashboard: Dashboard, browser: Browser) -> None:
    one, two = browser.new_context().new_page(), browser.new_context().new_page()
    project = _new_project(one, dashboard.url, "Shared grid")
    grids = []
    for page in (one, two):
        _open(page, dashboard.url, "production-scope", project)
        grids.append(Grid(page, _grid(page, "scope"), SCOPE))
    grids[0].type(0, "low", "1")
    grids[1].type(0, "low", "2")
    two.get_by_text("changed Error handling with typed exceptions meanwhile").wait_for()
    two.get_by_text("Low: theirs 1, yours 2").wait_for()
    assert two.get_by_text(": theirs ").count() == 1, "cells that nobody typed into are no part of the conflict"
    two.get_by_role("button", name="Use mine").click()
    settle(two)
    _open(one, dashboard.url, "production-scope", project)
    grids[0].type(0, "likely", "3")
    grids[0].type(0, "high", "7")
    one.get_by_text("2 to 7 person-days, as likely above 3 as below").first.wait_for()
    for page in (one, two):
        page.context.close()


def test_what_is_no_clear_figure_is_refused_in_the_grid_with_its_cell(dashboard: Dashboard, page: Page) -> None:
    project = _new_project(page, dashboard.url, "Typed figures")
    _open(page, dashboard.url, "production-scope", project)
    scope = Grid(page, _grid(page, "scope"), SCOPE)
    for typed, reason in (
        ("-3", "less than 0"),
        ("abc", "'abc' is no number; leave the cell empty where it is not known."),
        ("1000000", "more than 10,000"),
    ):
        scope.type(0, "low", typed)
        refusal = page.get_by_test_id("stAlert").filter(has_text="Error handling with typed exceptions, Low")
        refusal.filter(has_text=reason).wait_for()
    _open(page, dashboard.url, "production-scope", project)
    scope.type(0, "owner", "Ada")
    assert scope.texts("low")[0] == "", "a figure that nobody typed is stored"
    scope.type(0, "low", "2,5")
    scope.type(0, "likely", "4")
    scope.type(0, "high", "10.25")
    page.get_by_text("as likely above 4 as below").first.wait_for()
    _open(page, dashboard.url, "production-scope", project)
    scope.type(1, "owner", "Ada")
    assert scope.texts("low")[0] == "2.5"


def test_a_workbook_that_a_client_edited_comes_back_through_its_preview(
    dashboard: Dashboard, page: Page, tmp_path: Path
) -> None:
    project = _new_project(page, dashboard.url, "Comes back")
    _open(page, dashboard.url, "production-scope", project)
    edited = tmp_path / "edited by the client.xlsx"
    edited.write_bytes(_download(page, "Export to Excel"))
    book = openpyxl.load_workbook(edited)
    sheet = book["Scope"]
    header = next(row for row in sheet.iter_rows() if any(cell.value == "Likely" for cell in row))
    column = {cell.value: cell.column for cell in header}
    for title, days in (("Low", 2), ("Likely", 3), ("High", 7)):
        sheet.cell(header[0].row + 1, column[title], days)
    sheet.cell(header[0].row + 2, column["Low"], "approx. 3")
    book.save(edited)
    page.locator("input[type=file]").last.set_input_files(edited)
    page.get_by_text("1 changed, 1 cell refused").first.wait_for(timeout=30_000)
    assert page.get_by_text("2 to 7 person-days").count() == 0, "the preview has changed something"
    page.get_by_role("button", name="Apply", exact=True).dblclick()
    page.get_by_text("2 to 7 person-days, as likely above 3 as below").first.wait_for()
    page.reload()
    page.get_by_text("2 to 7 person-days, as likely above 3 as below").first.wait_for(timeout=30_000)
    assert "Traceback" not in dashboard.output()


def test_a_double_click_makes_one_project_and_opens_it(dashboard: Dashboard, page: Page) -> None:
    for name in ("Once", "Twice", "Thrice", "Again"):
        page.goto(dashboard.url)
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="New project").dblclick()
        page.wait_for_url("**/workflow?project=*", timeout=30_000)
        page.get_by_label("The repeated task, in one sentence").wait_for(timeout=30_000)
        settle(page)


def test_a_double_click_on_sign_signs_once(dashboard: Dashboard, page: Page) -> None:
    project = _new_project(page, dashboard.url, "Double click")
    _open(page, dashboard.url, "outcome", project)
    _define_outcome(page)
    _tab(page, "Agreement")
    form = page.get_by_test_id("stForm").filter(has=page.get_by_role("button", name="Sign", exact=True))
    form.get_by_label("Name", exact=True).fill("Ada Example")
    form.get_by_role("button", name="Sign", exact=True).dblclick()
    page.get_by_text("1 of 2 signatures stand").first.wait_for()
    assert not page.get_by_text("needs the signer's own name").count()
