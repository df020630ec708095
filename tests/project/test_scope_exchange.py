"""A scope workbook that was edited elsewhere comes back: previewed, decided, and saved in one transaction or not."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from readiness.errors import InputError
from readiness.project import Kind, Projects
from readiness.project.scope_exchange import (
    Choices,
    Preview,
    ScopeCopy,
    apply,
    default_choices,
    preview,
    read_scope_copy,
)
from readiness.scope.changes import TITLES, same
from readiness.scope.items import ScopeItem, ScopePlan

FIELDS = {title: field for field, title in TITLES.items()}
COPY = "scope from the client.xlsx"


class Desk:
    """Somebody else's desk: the exported workbook, opened, edited and saved there."""

    def __init__(self, projects: Projects, project: str, path: Path) -> None:
        self.projects, self.project, self.path = projects, project, path
        path.write_bytes(projects.workbook(project))
        self.book: Workbook = load_workbook(path)

    @property
    def sheet(self) -> Worksheet:
        return self.book["Scope"]

    def column(self, title: str) -> int:
        return next(cell.column for row in self.sheet.iter_rows(max_row=60) for cell in row if cell.value == title)

    def row(self, identity: str) -> int:
        column = self.column("Id")
        return next(row for row in range(1, self.sheet.max_row + 1) if self.sheet.cell(row, column).value == identity)

    def type(self, identity: str, **cells: Any) -> str:
        """Type into the cells of an item, by field; the address of the last one."""
        address = ""
        for field, value in cells.items():
            cell = self.sheet.cell(self.row(identity), self.column(TITLES[field]))
            cell.value, address = value, f"Scope!{cell.coordinate}"
        return address

    def append(self, **cells: Any) -> int:
        """A new row right below the last one, without an id; its number."""
        column = self.column("Component")
        last = max(row for row in range(1, self.sheet.max_row + 1) if self.sheet.cell(row, column).value)
        for field, value in cells.items():
            self.sheet.cell(last + 1, self.column(TITLES[field])).value = value
        return last + 1

    def assume(self, name: str, value: Any) -> str:
        reference = str(self.book.defined_names[name].attr_text).partition("!")[2].replace("$", "")
        self.book["Assumptions"][reference].value = value
        return f"Assumptions!{reference}"

    def hand_back(self) -> ScopeCopy:
        self.book.save(self.path)
        return read_scope_copy(self.path, COPY)


@pytest.fixture
def scoped(projects: Projects, project: str) -> str:
    """A project with estimates, a plan and a component of its own."""
    items = projects.load(project).items
    for number, item in enumerate(items[:3]):
        changes = {"low_days": 1.0, "likely_days": 2.0 + number, "high_days": 9.0, "owner": "Ann"}
        projects.change_item(project, item.id, changes, version=1, who="Ann")
    projects.add_own_component(project, {"component": "=HYPERLINK(1)", "note": "-3 +4\r\n@you"}, who="Ann")
    projects.change(project, Kind.SCOPE_PLAN, {"planned_days": 20, "day_rate": 800}, version=0, who="Ann")
    return project


@pytest.fixture
def desk(projects: Projects, scoped: str, tmp_path: Path) -> Desk:
    return Desk(projects, scoped, tmp_path / "copy.xlsx")


def items_of(projects: Projects, project: str) -> dict[str, ScopeItem]:
    return {item.id: item for item in projects.load(project).items}


def first(projects: Projects, project: str) -> ScopeItem:
    return projects.load(project).items[0]


def bring_back(desk: Desk, choices: Choices | None = None) -> tuple[Preview, str]:
    """The preview of what the desk hands back, and what applying it said."""
    copy = desk.hand_back()
    seen = preview(desk.projects, desk.project, copy)
    chosen = choices or default_choices(seen.changes)
    return seen, apply(desk.projects, desk.project, copy, chosen, seen=seen, who="Bo")


# --- nothing was edited -------------------------------------------------------------------------------------------


def test_an_untouched_workbook_has_nothing_to_change_and_changes_nothing(projects: Projects, desk: Desk) -> None:
    desk.path.write_bytes(projects.workbook(desk.project))
    before = projects.load(desk.project)
    copy = read_scope_copy(desk.path, COPY)
    seen = preview(projects, desk.project, copy)
    assert seen.changes.is_empty
    assert not seen.changes.refused
    assert not seen.changes.remarks
    assert seen.changes.unchanged == len(before.items)
    assert apply(projects, desk.project, copy, Choices(), seen=seen, who="Bo") == "There was nothing to change."
    assert projects.load(desk.project) == before


def test_a_workbook_that_another_program_saved_has_nothing_to_change(desk: Desk) -> None:
    changes = preview(desk.projects, desk.project, desk.hand_back()).changes
    assert changes.is_empty
    assert not changes.refused


def test_a_workbook_that_libreoffice_saved_has_nothing_to_change(
    desk: Desk, audited: str, libreoffice: Callable[[Path, str], Path]
) -> None:
    assert audited == desk.project
    changed = desk.projects.store.document(desk.project, Kind.SCOPE_ITEM, first(desk.projects, desk.project).id)
    assert changed is not None
    desk.projects.change_item(
        desk.project,
        changed.key,
        {"note": "Tab\there\nand a line, x\x07y, _x0041_ and ' quotes' \U0001f600", "low_days": 1 / 3},
        version=changed.version,
        who="Ann",
    )
    desk.path.write_bytes(desk.projects.workbook(desk.project))
    saved = libreoffice(desk.path, "xlsx")
    changes = preview(desk.projects, desk.project, read_scope_copy(saved, COPY)).changes
    assert changes.is_empty, changes
    assert not changes.refused
    assert not changes.remarks


# --- what was edited ----------------------------------------------------------------------------------------------


def test_edits_are_previewed_without_being_made_and_then_made_in_one_transaction(
    projects: Projects, desk: Desk
) -> None:
    one, two = projects.load(desk.project).items[:2]
    desk.type(one.id, likely_days=4, owner="Cy", basis="two builds like it", day_rate=900)
    desk.type(two.id, marked_not_needed="no", not_needed_because="bought", in_prototype="yes", review_minutes=2.5)
    copy = desk.hand_back()
    before = projects.load(desk.project)
    seen = preview(projects, desk.project, copy)
    assert projects.load(desk.project) == before
    assert seen.changes.sentence == f"2 changed; {len(before.items) - 2} unchanged."
    said = apply(projects, desk.project, copy, Choices(), seen=seen, who="Bo")
    assert said == "Imported: 2 changed."
    after = items_of(projects, desk.project)
    wanted = {"likely_days": 4.0, "owner": "Cy", "basis": "two builds like it", "day_rate": 900.0}
    assert after[one.id] == one.model_copy(update=wanted)
    assert after[two.id].status == "not needed"
    assert (after[two.id].in_prototype, after[two.id].review_minutes) == (True, 2.5)
    entries = projects.store.journal(desk.project, limit=2)
    assert {(entry.who, entry.what) for entry in entries} == {("Bo", f"imported the scope from {COPY}")}


def test_rows_and_columns_may_have_moved_and_rows_may_stand_above_the_table(projects: Projects, desk: Desk) -> None:
    item = projects.load(desk.project).items[0]
    desk.type(item.id, owner="Cy")
    values = [[cell.value for cell in row] for row in desk.sheet.iter_rows(min_row=5)]
    titles, rows = values[0], sorted(values[1:], key=lambda row: str(row[0]), reverse=True)
    order = sorted(range(len(titles)), key=lambda index: str(titles[index]))
    del desk.book["Scope"]
    moved = desk.book.create_sheet("Scope", 0)
    moved.append(["Prices checked by the client"])
    moved.append([])
    for row in [titles, *rows]:
        moved.append([None, None, *(row[index] for index in order)])
    for cell in (cell for row in moved.iter_rows() for cell in row if str(cell.value).startswith("=HYPERLINK")):
        cell.data_type = "s"  # a text that looks like a formula
    changes = preview(projects, desk.project, desk.hand_back()).changes
    assert [[field.after for field in changed.fields] for changed in changes.changed] == [["Cy"]]
    assert (changes.added, changes.removed, changes.refused) == ((), (), ())


def test_the_sheet_may_have_another_name(projects: Projects, desk: Desk) -> None:
    desk.type(first(projects, desk.project).id, owner="Cy")
    desk.sheet.title = "Umfang 2026"
    assert len(preview(projects, desk.project, desk.hand_back()).changes.changed) == 1


def test_a_row_added_and_a_row_copied_are_new_components(projects: Projects, desk: Desk) -> None:
    item = first(projects, desk.project)
    place = desk.append(component="Permissions", low_days=1, likely_days=2, high_days=3)
    for cell in desk.sheet[desk.row(item.id)]:
        desk.sheet.cell(place + 1, cell.column).value = cell.value
    desk.sheet.cell(place + 1, 1).value = "A second one"
    before = set(items_of(projects, desk.project))
    _, said = bring_back(desk)
    assert said == "Imported: 2 added."
    new = {key: item for key, item in items_of(projects, desk.project).items() if key not in before}
    assert sorted(item.component for item in new.values()) == ["A second one", "Permissions"]
    assert all(key.startswith("own:") for key in new)
    assert [item.component for item in projects.load(desk.project).items[-2:]] == ["Permissions", "A second one"]
    again, said = bring_back(desk)
    assert again.changes.is_empty
    assert said == "There was nothing to change."


def test_totals_and_notes_below_the_table_are_left_out_unless_they_are_wanted(projects: Projects, desk: Desk) -> None:
    desk.append(component="Total", low_days="=SUM(F6:F9)")
    last = desk.sheet.max_row
    desk.sheet.cell(last + 3, 1).value = "Prices are net."
    desk.sheet.cell(last + 4, 1).value = "Rates of 2026."
    seen, said = bring_back(desk)
    assert [bool(added.remark) for added in seen.changes.added] == [True, True, True]
    assert said == "There was nothing to change."


def test_a_row_that_is_gone_is_removed_only_when_chosen(projects: Projects, desk: Desk) -> None:
    item = first(projects, desk.project)
    desk.sheet.delete_rows(desk.row(item.id))
    seen, said = bring_back(desk)
    assert [removed.id for removed in seen.changes.removed] == [item.id]
    assert said == "There was nothing to change."
    _, said = bring_back(desk, Choices(removals=frozenset({item.id})))
    assert said == "Imported: 1 removed."
    assert item.id not in items_of(projects, desk.project)


def test_assumptions_are_imported_as_well(projects: Projects, desk: Desk) -> None:
    desk.assume("Planned_days", 30)
    desk.assume("Confidence", "90%")
    desk.assume("Currency", "CHF")
    address = desk.assume("Team_size", 0)
    seen, said = bring_back(desk)
    assert said == "Imported: assumptions changed."
    assert projects.load(desk.project).plan == ScopePlan(planned_days=30, day_rate=800, confidence=0.9, currency="CHF")
    assert [(refused.address, refused.reason) for refused in seen.changes.refused] == [(address, "is below 0.1")]


def test_without_the_sheet_of_assumptions_the_plan_stays_and_this_is_said(projects: Projects, desk: Desk) -> None:
    plan = projects.load(desk.project).plan
    del desk.book["Assumptions"]
    seen, _ = bring_back(desk)
    assert "left as they are" in seen.changes.remarks[0]
    assert projects.load(desk.project).plan == plan


# --- what cannot be taken over ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("approx. 3", "is no number"),
        (-1, "is below 0"),
        (1_000_000, "is above 10,000"),
        ("1,500", "two ways"),
        ("=1/0", "formula without a value"),
        (True, "truth value"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_and_its_neighbours_are_taken(
    projects: Projects, desk: Desk, typed: object, reason: str
) -> None:
    item = first(projects, desk.project)
    desk.type(item.id, owner="Cy")
    address = desk.type(item.id, likely_days=typed)
    seen, _ = bring_back(desk)
    (refused,) = seen.changes.refused
    assert refused.address == address
    assert reason in refused.reason
    assert refused.sentence.startswith(f"{address}, Likely: ")
    after = items_of(projects, desk.project)[item.id]
    assert (after.likely_days, after.owner) == (item.likely_days, "Cy")


def test_a_component_whose_name_was_emptied_keeps_it(projects: Projects, desk: Desk) -> None:
    item = first(projects, desk.project)
    desk.type(item.id, component=None)
    seen, _ = bring_back(desk)
    assert ["needs a name" in refused.reason for refused in seen.changes.refused] == [True]
    assert items_of(projects, desk.project)[item.id] == item


def test_a_workbook_of_another_project_is_refused_by_its_name(projects: Projects, desk: Desk) -> None:
    other = projects.create("Claims", who="Ann")
    with pytest.raises(InputError, match="'Invoices', and this is 'Claims'"):
        preview(projects, other, desk.hand_back())


def test_more_components_than_a_project_holds_are_refused_together(projects: Projects, desk: Desk) -> None:
    start = desk.append(component="New 0")
    for number in range(1, 1_000):
        desk.sheet.cell(start + number, 1).value = f"New {number}"
    before = projects.load(desk.project)
    with pytest.raises(InputError, match="at most 1,000"):
        bring_back(desk)
    assert projects.load(desk.project) == before


# --- the project moved on -----------------------------------------------------------------------------------------


def change(projects: Projects, project: str, identity: str, who: str = "Dee", **fields: Any) -> None:
    version = projects.load(project).version_of(Kind.SCOPE_ITEM, identity)
    projects.change_item(project, identity, fields, version=version, who=who)


def test_a_conflict_shows_both_values_and_who_made_the_other(projects: Projects, desk: Desk, clock: Any) -> None:
    item = first(projects, desk.project)
    clock.advance(hours=1)
    change(projects, desk.project, item.id, owner="Dee's")
    at = clock()
    clock.advance(hours=1)
    change(projects, desk.project, item.id, who="Eve", note="unrelated")
    desk.type(item.id, owner="Cy")
    seen, _ = bring_back(desk)
    (conflict,) = seen.changes.conflicts
    assert (conflict.theirs, conflict.mine) == ({"owner": "Dee's"}, {"owner": "Cy"})
    assert (conflict.by, conflict.at) == ("Dee", at)
    assert items_of(projects, desk.project)[item.id].owner == "Dee's"
    bring_back(desk, Choices(from_file=frozenset({conflict.key})))
    after = items_of(projects, desk.project)[item.id]
    assert (after.owner, after.note) == ("Cy", "unrelated")


def test_a_conflict_about_an_assumption_names_its_author_too(projects: Projects, desk: Desk) -> None:
    version = projects.load(desk.project).version_of(Kind.SCOPE_PLAN)
    projects.change(desk.project, Kind.SCOPE_PLAN, {"day_rate": 950}, version=version, who="Dee")
    desk.assume("Day_rate", 700)
    seen, _ = bring_back(desk)
    (conflict,) = seen.changes.conflicts
    assert (conflict.title, conflict.by) == ("Day rate", "Dee")
    assert projects.load(desk.project).plan.day_rate == 950


def test_an_item_removed_meanwhile_can_be_brought_back_with_the_files_values(projects: Projects, desk: Desk) -> None:
    item = first(projects, desk.project)
    projects.remove_component(desk.project, item.id, who="Dee")
    desk.type(item.id, owner="Cy")
    seen, said = bring_back(desk)
    (conflict,) = seen.changes.conflicts
    assert (conflict.deleted, conflict.by) == (True, "Dee")
    assert said == "There was nothing to change."
    bring_back(desk, Choices(from_file=frozenset({conflict.key})))
    assert items_of(projects, desk.project)[item.id] == item.model_copy(update={"owner": "Cy"})


def test_a_conflict_that_comes_up_after_the_preview_stops_everything(projects: Projects, desk: Desk) -> None:
    one, two = projects.load(desk.project).items[:2]
    desk.type(one.id, owner="Cy")
    desk.type(two.id, owner="Cy")
    copy = desk.hand_back()
    seen = preview(projects, desk.project, copy)
    change(projects, desk.project, one.id, owner="Dee's")
    before = projects.load(desk.project)
    with pytest.raises(InputError, match="Look at the preview again"):
        apply(projects, desk.project, copy, Choices(), seen=seen, who="Bo")
    assert projects.load(desk.project) == before
    again = preview(projects, desk.project, copy)
    assert apply(projects, desk.project, copy, Choices(), seen=again, who="Bo") == "Imported: 1 changed."


def test_a_change_after_the_preview_that_touches_nothing_in_the_file_is_kept(projects: Projects, desk: Desk) -> None:
    item = first(projects, desk.project)
    desk.type(item.id, owner="Cy")
    copy = desk.hand_back()
    seen = preview(projects, desk.project, copy)
    change(projects, desk.project, item.id, note="since")
    apply(projects, desk.project, copy, Choices(), seen=seen, who="Bo")
    after = items_of(projects, desk.project)[item.id]
    assert (after.owner, after.note) == ("Cy", "since")


def test_an_item_edited_after_the_preview_is_not_removed_by_it(projects: Projects, desk: Desk) -> None:
    item = first(projects, desk.project)
    desk.sheet.delete_rows(desk.row(item.id))
    copy = desk.hand_back()
    seen = preview(projects, desk.project, copy)
    change(projects, desk.project, item.id, note="since")
    with pytest.raises(InputError, match="Look at the preview again"):
        apply(projects, desk.project, copy, Choices(removals=frozenset({item.id})), seen=seen, who="Bo")
    assert item.id in items_of(projects, desk.project)


# --- texts that the export writes otherwise -----------------------------------------------------------------------

START = "Starting point to argue with: 0.5 to 3 person-days, likely 1 (generated, not measured)."


def test_what_the_export_shortened_or_pictured_is_no_edit_and_an_edit_beside_it_loses_nothing(
    projects: Projects, scoped: str, tmp_path: Path
) -> None:
    one, two, three = projects.load(scoped).items[:3]
    change(projects, scoped, one.id, note=f"{START} Ask Ann.")
    change(projects, scoped, two.id, note="bell\x07 and \x85 next", owner=" padded ")
    change(projects, scoped, three.id, note="long " * 8_000)
    desk = Desk(projects, scoped, tmp_path / "texts.xlsx")
    assert preview(projects, scoped, desk.hand_back()).changes.is_empty
    desk.type(one.id, note="0.5 to 3, likely 1 (starting point) Ask Ann. And Bo.")
    shortened = desk.sheet.cell(desk.row(three.id), desk.column("Note"))
    shortened.value = "!" + str(shortened.value)[1:]
    seen, _ = bring_back(desk)
    after = items_of(projects, scoped)
    assert after[one.id].note == f"{START} Ask Ann. And Bo."
    assert after[two.id].note == "bell\x07 and \x85 next"
    assert after[three.id].note == "long " * 8_000
    assert ["shortened to fit" in refused.reason for refused in seen.changes.refused] == [True]


@pytest.mark.parametrize(
    "text", ["=1+2", "+49 30", "-5 days", "@ann", "'quoted", "<b>bold</b> | *x*", "=cmd|' /C calc'!A0"]
)
def test_text_that_looks_like_a_formula_goes_out_and_comes_back_as_that_text(
    projects: Projects, scoped: str, tmp_path: Path, text: str
) -> None:
    item = first(projects, scoped)
    change(projects, scoped, item.id, note=text, owner=text)
    desk = Desk(projects, scoped, tmp_path / "text.xlsx")
    assert preview(projects, scoped, read_scope_copy(desk.path, COPY)).changes.is_empty


def test_a_starting_point_whose_figures_a_client_changes_is_said_to_be_changed(
    projects: Projects, project: str, tmp_path: Path
) -> None:
    taken, kept, own = projects.take_proposals(
        project, [one.item_id for one in projects.proposals(projects.load(project))[:3]], who="Ann"
    )
    desk = Desk(projects, project, tmp_path / "basis.xlsx")
    desk.type(taken, high_days=9_000)
    desk.type(kept, owner="Cy")
    desk.type(own, high_days=9_000, basis="Two builds like it")
    bring_back(desk)
    after = items_of(projects, project)
    assert after[taken].basis.startswith("Starting point of the catalog")
    assert after[taken].basis.endswith(", changed since")
    assert not after[kept].basis.endswith(", changed since")
    assert after[own].basis == "Two builds like it"
    assert not preview(projects, project, desk.hand_back()).changes.changed


# --- any edits ----------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), max_size=30)
TYPED: dict[str, st.SearchStrategy[Any]] = {
    "component": TEXT.filter(str.strip),
    "owner": TEXT,
    "note": TEXT,
    "basis": TEXT,
    "in_prototype": st.booleans(),
    "day_rate": st.none() | st.floats(0, 1e6),
    "one_off_cost": st.none() | st.floats(0, 1e12),
    "run_cost_year": st.none() | st.integers(0, 10**6).map(float),
    "review_minutes": st.none() | st.floats(0, 1e4),
    "days": st.lists(st.none() | st.floats(0, 1e4), min_size=3, max_size=3),
}


def _edited(typed: dict[str, Any]) -> dict[str, Any]:
    """The typed fields, with three estimates that rise."""
    if "days" not in typed:
        return typed
    days = list(typed["days"])
    known = iter(sorted(day for day in days if day is not None))
    rising = [None if day is None else next(known) for day in days]
    rest = {name: value for name, value in typed.items() if name != "days"}
    return {**rest, **dict(zip(("low_days", "likely_days", "high_days"), rising, strict=True))}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.fixed_dictionaries({}, optional=TYPED).map(_edited), min_size=6, max_size=6))
def test_random_edits_come_back_as_exactly_these_edits(
    projects: Projects, scoped: str, tmp_path: Path, edits: list[dict[str, Any]]
) -> None:
    desk = Desk(projects, scoped, tmp_path / "random.xlsx")
    before = projects.load(scoped).items
    for item, fields in zip(before, edits, strict=False):
        for field, value in fields.items():
            cell = desk.sheet.cell(desk.row(item.id), desk.column(TITLES[field]))
            cell.value = ("yes" if value else "no") if isinstance(value, bool) else value
            if isinstance(value, str):
                cell.data_type = "s"
    seen, _ = bring_back(desk)
    assert not seen.changes.refused
    after = items_of(projects, scoped)
    for item, fields in zip(before, [*edits, *({} for _ in before)], strict=False):
        for field in TITLES:
            wanted = fields.get(field, getattr(item, field))
            assert same(getattr(after[item.id], field), wanted), (field, wanted)
        untouched = after[item.id].model_dump(exclude=set(TITLES))
        assert untouched == item.model_dump(exclude=set(TITLES))


@pytest.mark.large
def test_a_thousand_items_are_imported(projects: Projects, project: str, tmp_path: Path) -> None:
    before = projects.load(project)
    rows = [
        ("scope_item", f"own:{n}", ScopeItem(id=f"own:{n}", component=f"C {n}", order=n).model_dump(mode="json"), 0)
        for n in range(1_000 - len(before.items))
    ]
    projects.store.save_many(project, rows, who="Ann", what="many")
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(io.BytesIO(projects.workbook(project))) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/worksheets/sheet2.xml":  # Scope, whose column R is the owner
                owner = rb'<c r="R\1" t="inlineStr"><is><t>Cy</t></is></c>'
                content = re.sub(rb'<c r="R([0-9]+)" s="[0-9]+"/>', owner, content)
            new.writestr(entry.filename, content)
    copy = read_scope_copy(path, COPY)
    seen = preview(projects, project, copy)
    assert apply(projects, project, copy, Choices(), seen=seen, who="Bo") == "Imported: 1,000 changed."
    assert {item.owner for item in projects.load(project).items} == {"Cy"}
