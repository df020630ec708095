"""Projects: made, named, put away and found again."""

from __future__ import annotations

import pytest

from readiness.errors import ConflictError, InvalidValueError, UnknownNameError
from readiness.store import ProjectRow, Store


def test_a_new_project_has_its_name_without_stray_spaces_and_the_first_version(store: Store, clock) -> None:
    row = store.create_project("  Invoice \t triage\n", who=" Ann ")
    assert row == ProjectRow("p1", "Invoice triage", clock.now, None, 1, 1)
    assert store.projects() == [row]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b", "a\x1bb", "a\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(store: Store, name: str) -> None:
    with pytest.raises(InvalidValueError, match="Project name"):
        store.create_project(name, who="Ann")
    assert store.projects() == []


@pytest.mark.parametrize("name", ["x" * 200, "Zoë's 請求書 🧾", "'; DROP TABLE project; --", "<b>=1+1</b>"])
def test_any_other_name_is_kept_as_typed(store: Store, name: str) -> None:
    assert store.project(store.create_project(name, who="Ann").id).name == name


@pytest.mark.parametrize("name", ["Invoices", "INVOICES", " invoices ", "Ｉｎｖｏｉｃｅｓ"])
def test_a_name_is_given_once_whatever_its_case(store: Store, project: ProjectRow, name: str) -> None:
    with pytest.raises(InvalidValueError, match="is taken"):
        store.create_project(name, who="Bob")
    assert store.projects() == [project]


def test_renaming_raises_version_and_revision_and_stands_in_the_journal(store: Store, project: ProjectRow) -> None:
    row = store.rename_project(project.id, "Orders", version=1, who="Bob")
    assert (row.name, row.version, row.revision) == ("Orders", 2, 2)
    entry = store.journal(project.id)[0]
    assert (entry.who, entry.before, entry.after) == (
        "Bob",
        {"name": "Invoices", "archived": False},
        {"name": "Orders", "archived": False},
    )


def test_renaming_to_the_same_name_changes_nothing_but_its_case_may_change(store: Store, project: ProjectRow) -> None:
    assert store.rename_project(project.id, " Invoices", version=1, who="Ann") == project
    assert store.rename_project(project.id, "INVOICES", version=1, who="Ann").version == 2


def test_renaming_what_someone_else_renamed_is_a_conflict_that_shows_their_name(
    store: Store, project: ProjectRow
) -> None:
    store.rename_project(project.id, "Orders", version=1, who="Bob")
    with pytest.raises(ConflictError, match="Bob changed the project Orders") as caught:
        store.rename_project(project.id, "Bills", version=1, who="Ann")
    assert (caught.value.mine, caught.value.theirs["name"]) == ({"name": "Bills"}, "Orders")
    assert store.project(project.id).name == "Orders"


def test_an_archived_project_leaves_the_list_frees_its_name_and_comes_back(store: Store, project: ProjectRow) -> None:
    archived = store.archive_project(project.id, who="Ann")
    assert archived.archived_at is not None
    assert store.projects() == []
    assert store.projects(include_archived=True) == [archived]
    other = store.create_project("invoices", who="Bob")
    with pytest.raises(InvalidValueError, match="is taken"):
        store.restore_project(project.id, who="Ann")
    store.rename_project(other.id, "Orders", version=1, who="Bob")
    assert store.restore_project(project.id, who="Ann").archived_at is None
    assert [row.name for row in store.projects()] == ["Invoices", "Orders"]


def test_archiving_or_restoring_twice_is_the_same_as_once(store: Store, project: ProjectRow) -> None:
    once = store.archive_project(project.id, who="Ann")
    assert store.archive_project(project.id, who="Bob") == once
    back = store.restore_project(project.id, who="Ann")
    assert store.restore_project(project.id, who="Bob") == back


def test_archiving_under_an_old_version_is_a_conflict(store: Store, project: ProjectRow) -> None:
    store.rename_project(project.id, "Orders", version=1, who="Bob")
    with pytest.raises(ConflictError):
        store.archive_project(project.id, version=1, who="Ann")


def test_a_project_is_found_by_id_and_by_name_in_any_case(store: Store, project: ProjectRow) -> None:
    assert store.find_project(project.id) == store.find_project(" invoiceS ") == project


def test_an_archived_project_is_found_unless_another_has_its_name(store: Store, project: ProjectRow) -> None:
    store.archive_project(project.id, who="Ann")
    assert store.find_project("Invoices").id == project.id
    other = store.create_project("Invoices", who="Ann")
    assert store.find_project("Invoices") == other
    store.archive_project(other.id, who="Ann")
    with pytest.raises(InvalidValueError, match="names 2 archived projects; use the id"):
        store.find_project("Invoices")


def test_an_unknown_name_is_answered_with_the_known_ones(store: Store, project: ProjectRow) -> None:
    with pytest.raises(UnknownNameError, match=r"No project 'Invoicez'. Known: Invoices."):
        store.find_project("Invoicez")
    for number in range(30):
        store.create_project(f"Project {number:02}", who="Ann")
    with pytest.raises(UnknownNameError, match="and 11 more"):
        store.find_project("nothing")


@pytest.mark.parametrize(
    "act",
    [
        lambda store: store.project("none"),
        lambda store: store.rename_project("none", "x", version=1, who=""),
        lambda store: store.archive_project("none", who=""),
        lambda store: store.restore_project("none", who=""),
        lambda store: store.save("none", "note", "", {}, version=0, who="", what=""),
        lambda store: store.export_project("none", store.path.parent / "out.zip"),
    ],
)
def test_acts_on_an_unknown_project_name_it_and_leave_nothing(store: Store, act) -> None:
    with pytest.raises(UnknownNameError, match="No project 'none'"):
        act(store)
    assert store.projects(include_archived=True) == store.documents("none") == store.journal("none") == []
