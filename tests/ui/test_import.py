"""The way back from Excel on a page: preview, choices, apply, cancel; and what happens on the second click."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from readiness.project import Kind, Projects
from readiness.project.example import open_example
from readiness.scope.changes import TITLES
from readiness.scope.items import ScopeItem

HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/x.png) **bold**"


def _page() -> None:
    """A page with nothing but the import on it."""
    from datetime import UTC, datetime

    from readiness.ui import cache, import_view, session
    from readiness.ui.page import Here

    session.show_notice()
    row = cache.projects().store.project(str(session.project_id()))
    diagnosis = cache.diagnosis_at(row.id, row.revision, datetime.now(UTC).date())
    import_view.offer(Here(cache.projects(), cache.state_at(row.id, row.revision), diagnosis, "Bo"))


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


@pytest.fixture
def at(project: str) -> AppTest:
    return open_at(project)


def open_at(project: str) -> AppTest:
    at = AppTest.from_function(_page, default_timeout=60)
    at.query_params["project"] = project
    return at.run()


class Copy:
    """The exported workbook on somebody's desk."""

    def __init__(self, projects: Projects, project: str, folder: Path) -> None:
        self.path = folder / "copy.xlsx"
        self.path.write_bytes(projects.workbook(project))
        self.book = load_workbook(self.path)
        self.sheet = self.book["Scope"]
        self.columns = {str(cell.value): cell.column for cell in self.sheet[5]}

    def row(self, identity: str) -> int:
        column = self.columns["Id"]
        return next(row for row in range(6, self.sheet.max_row + 1) if self.sheet.cell(row, column).value == identity)

    def type(self, identity: str, **cells: Any) -> None:
        for field, value in cells.items():
            self.sheet.cell(self.row(identity), self.columns[TITLES[field]]).value = value

    def append(self, component: str) -> None:
        self.sheet.cell(self.sheet.max_row + 1, 1).value = component

    def drop(self, identity: str) -> None:
        self.sheet.delete_rows(self.row(identity))

    def saved(self) -> bytes:
        self.book.save(self.path)
        return self.path.read_bytes()


@pytest.fixture
def copy(projects: Projects, project: str, tmp_path: Path) -> Copy:
    return Copy(projects, project, tmp_path)


def upload(at: AppTest, content: bytes, name: str = "scope.xlsx") -> AppTest:
    at.file_uploader[0].upload(name, content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    return at.run()


def button(at: AppTest, label: str) -> Any:
    return next(button for button in at.button if button.label == label)


def choose(at: AppTest, grid: str, row: int, **values: Any) -> AppTest:
    editor = next(editor for editor in at.data_editor if f"/import/{grid}/" in str(editor.key))
    states = at._tree.get_widget_states()
    typed = {"edited_rows": {str(row): values}, "added_rows": [], "deleted_rows": []}
    states.widgets.add(id=editor.proto.id, string_value=json.dumps(typed))
    return at._run(states)


def item(projects: Projects, project: str, number: int) -> ScopeItem:
    return projects.load(project).items[number]


def change(projects: Projects, project: str, identity: str, **fields: Any) -> None:
    version = projects.load(project).version_of(Kind.SCOPE_ITEM, identity)
    projects.change_item(project, identity, fields, version=version, who="Dee")


def said(at: AppTest) -> str:
    return "\n".join(str(one.value) for kind in ("markdown", "caption", "error", "toast") for one in getattr(at, kind))


def test_an_edited_workbook_is_previewed_and_changes_nothing_until_it_is_applied(
    at: AppTest, projects: Projects, project: str, copy: Copy
) -> None:
    one = item(projects, project, 0)
    copy.type(one.id, owner="Cy", low_days=1, likely_days="approx. 3")
    before = projects.load(project)
    upload(at, copy.saved())
    assert not at.exception
    assert "1 changed, 1 cell refused" in said(at).replace("\\", "")
    tables = [frame.value for frame in at.dataframe]
    changed = next(table for table in tables if "Field" in table)
    assert set(changed["In the file"]) == {"Cy", "1"}
    refused = next(table for table in tables if "Cell" in table)
    assert list(refused["Typed"]) == ["approx. 3"]
    assert projects.load(project) == before
    button(at, "Apply").click().run()
    assert "Imported: 1 changed." in said(at).replace("\\", "")
    after = item(projects, project, 0)
    assert (after.owner, after.low_days, after.likely_days) == ("Cy", 1.0, None)
    assert not [one for one in at.button if one.label == "Apply"]


def test_an_untouched_workbook_has_nothing_to_apply(at: AppTest, copy: Copy) -> None:
    upload(at, copy.saved())
    assert "Nothing to change" in said(at)
    assert button(at, "Apply").disabled


def test_cancel_leaves_everything_and_takes_the_file_away(
    at: AppTest, projects: Projects, project: str, copy: Copy
) -> None:
    copy.type(item(projects, project, 0).id, owner="Cy")
    before = projects.load(project)
    upload(at, copy.saved())
    button(at, "Cancel").click().run()
    assert not at.dataframe
    assert projects.load(project) == before
    assert not at.error


def test_conflicts_removals_and_additions_are_chosen_one_by_one(
    at: AppTest, projects: Projects, project: str, copy: Copy
) -> None:
    one, two, three = (item(projects, project, number) for number in range(3))
    copy.type(one.id, owner="Cy", note="from the file")
    copy.drop(two.id)
    copy.append("Permissions")
    copy.append("Prices are net")
    change(projects, project, one.id, owner="Dee's", note="from Dee")
    upload(at, copy.saved())
    assert "2 added, 1 removed, 2 conflicts" in said(at)
    grid = next(editor for editor in at.data_editor if "/conflicts/" in str(editor.key)).value
    assert set(grid["Changed here by"]) == {"Dee"}
    row = list(grid["Field"]).index("Note")
    choose(at, "conflicts", row, Take="the file's")
    choose(at, "removed", 0, Remove=True)
    choose(at, "added", 1, Add=False)
    button(at, "Apply").click().run()
    assert not at.exception
    items = {item.id: item for item in projects.load(project).items}
    assert (items[one.id].owner, items[one.id].note) == ("Dee's", "from the file")
    assert two.id not in items
    assert three.id in items
    assert [item.component for item in items.values() if item.id.startswith("own:")] == ["Permissions"]


def test_a_second_click_and_a_second_import_of_the_same_file_change_nothing_more(
    at: AppTest, projects: Projects, project: str, copy: Copy
) -> None:
    copy.append("Permissions")
    content = copy.saved()
    upload(at, content)
    states = at._tree.get_widget_states()
    apply = button(at, "Apply")
    states.widgets.add(id=apply.proto.id, trigger_value=True)
    at._run(states)
    first = projects.load(project)
    again = at._tree.get_widget_states()
    again.widgets.add(id=apply.proto.id, trigger_value=True)
    at._run(again)
    assert not at.exception
    upload(at, content)
    assert "Nothing to change" in said(at)
    assert projects.load(project) == first
    upload(open_at(project), content)
    assert projects.load(project) == first


def test_a_change_by_somebody_else_between_preview_and_apply_is_shown_and_not_run_over(
    at: AppTest, projects: Projects, project: str, copy: Copy
) -> None:
    one = item(projects, project, 0)
    copy.type(one.id, owner="Cy")
    upload(at, copy.saved())
    change(projects, project, one.id, owner="Dee's")
    button(at, "Apply").click().run()
    assert "changed since this preview" in at.error[0].value
    assert item(projects, project, 0).owner == "Dee's"
    assert any("/conflicts/" in str(editor.key) for editor in at.data_editor)
    choose(at, "conflicts", 0, Take="the file's")
    button(at, "Apply").click().run()
    assert item(projects, project, 0).owner == "Cy"
    assert not at.error


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04 no archive", b"\0" * 5_000])
def test_a_file_that_is_no_workbook_gets_one_sentence(
    at: AppTest, projects: Projects, project: str, content: bytes
) -> None:
    before = projects.load(project)
    upload(at, content)
    assert not at.exception
    (error,) = at.error
    assert "Cannot read" in error.value
    assert projects.load(project) == before
    assert not [one for one in at.button if one.label == "Apply"]


def test_a_workbook_of_another_project_is_named(at: AppTest, projects: Projects, tmp_path: Path) -> None:
    other = projects.create("Claims", who="Ann")
    upload(at, Copy(projects, other, tmp_path).saved())
    assert "Claims" in at.error[0].value


def test_hostile_text_stays_text(at: AppTest, projects: Projects, project: str, copy: Copy) -> None:
    copy.type(item(projects, project, 0).id, owner=HOSTILE, component=HOSTILE, likely_days=HOSTILE)
    copy.append(HOSTILE)
    upload(at, copy.saved(), name="![x](http://evil.example).xlsx")
    assert not at.exception
    assert "](http" not in said(at).replace("\\]", "").replace("\\(", "")
    assert "<script" not in said(at).replace("\\<", "")
    button(at, "Apply").click().run()
    assert item(projects, project, 0).owner == HOSTILE


def test_the_example_project_comes_back_as_it_went_out(projects: Projects, tmp_path: Path) -> None:
    project = open_example(projects, who="Ann")
    copy = Copy(projects, project, tmp_path)
    at = upload(open_at(project), copy.saved())
    assert "Nothing to change" in said(at)
    assert not [frame for frame in at.dataframe if "Cell" in frame.value]
