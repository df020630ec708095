"""Many documents saved at once, and documents as they were at the versions that somebody read."""

from __future__ import annotations

import pytest

from readiness.errors import ConflictError
from readiness.store import Change, ProjectRow, Store


def bodies(store: Store, project: ProjectRow) -> dict[str, dict[str, object]]:
    return {document.key: document.body for document in store.documents(project.id)}


def test_what_a_save_of_many_gives_back_is_what_is_read_later(store: Store, project: ProjectRow) -> None:
    first = [Change("item", f"k{n}", {"n": n, "days": n / 3, "list": [1, None]}, 0) for n in range(300)]
    assert store.save_many(project.id, first, who="Ann", what="many") == sorted(
        store.documents(project.id), key=lambda document: int(document.key[1:])
    )
    store.delete(project.id, "item", "k0", 1, "Ann", "gone")
    second = [
        Change("item", "k0", {"n": "again"}, 0),
        Change("item", "k1", {"n": 1, "days": 1 / 3, "list": [1, None]}, 1),
        Change("item", "k2", {"n": "changed"}, 1),
        Change("item", "new", {}, 0),
    ]
    saved = store.save_many(project.id, second, who="Bo", what="more")
    assert [(document.version, document.changed_by) for document in saved] == [
        (3, "Bo"),
        (1, "Ann"),
        (2, "Bo"),
        (1, "Bo"),
    ]
    assert saved == [store.document(project.id, "item", key) for key in ("k0", "k1", "k2", "new")]


def test_the_journal_numbers_the_changes_of_one_save_in_their_order(store: Store, project: ProjectRow) -> None:
    before = store.journal_count(project.id)
    keys = [f"k{n}" for n in (3, 1, 2)]
    store.save_many(project.id, [Change("item", key, {}, 0) for key in keys], who="Ann", what="three")
    entries = store.journal(project.id, limit=3)[::-1]
    assert [entry.key for entry in entries] == keys
    assert [entry.sequence for entry in entries] == [before + 1, before + 2, before + 3]
    assert store.project(project.id).revision == before + 3


def test_a_document_named_twice_in_one_save_is_saved_twice_in_that_order(store: Store, project: ProjectRow) -> None:
    changes = [Change("item", "a", {"n": 1}, 0), Change("item", "b", {}, 0), Change("item", "a", {"n": 2}, 1)]
    saved = store.save_many(project.id, changes, who="Ann", what="twice")
    assert [(document.key, document.version) for document in saved] == [("a", 1), ("b", 1), ("a", 2)]
    assert bodies(store, project) == {"a": {"n": 2}, "b": {}}


def test_keys_of_one_kind_do_not_meet_those_of_another(store: Store, project: ProjectRow) -> None:
    store.save_many(project.id, [Change("x", "2", {}, 0), Change("y", "1", {}, 0)], who="Ann", what="crossed")
    store.save_many(project.id, [Change("x", "1", {"new": 1}, 0), Change("y", "2", {}, 0)], who="Ann", what="crossed")
    assert [(document.kind, document.key, document.version) for document in store.documents(project.id)] == [
        ("x", "1", 1),
        ("x", "2", 1),
        ("y", "1", 1),
        ("y", "2", 1),
    ]


def test_one_conflict_among_many_leaves_all_of_them(store: Store, project: ProjectRow) -> None:
    store.save_many(project.id, [Change("item", f"k{n}", {"n": n}, 0) for n in range(5)], who="Ann", what="five")
    store.save(project.id, "item", "k4", {"n": "Bo's"}, version=1, who="Bo", what="one")
    before = bodies(store, project)
    with pytest.raises(ConflictError):
        store.save_many(
            project.id, [Change("item", f"k{n}", {"n": "mine"}, 1) for n in range(5)], who="Ann", what="all"
        )
    assert bodies(store, project) == before


def test_bodies_are_found_as_they_were_at_the_version_that_is_named(store: Store, project: ProjectRow) -> None:
    for version in range(3):
        store.save(project.id, "item", "a", {"n": version}, version=version, who="Ann", what="on")
    store.save(project.id, "item", "b", {"n": "b"}, version=0, who="Ann", what="on")
    store.delete(project.id, "item", "b", 1, "Ann", "gone")
    other = store.create_project("Other", who="Ann")
    assert store.bodies_at(project.id, "item", {"a": 2, "b": 1}) == {"a": {"n": 1}, "b": {"n": "b"}}
    assert store.bodies_at(project.id, "item", {"a": 9, "b": 2, "c": 1}) == {}
    assert store.bodies_at(project.id, "other", {"a": 1}) == {}
    assert store.bodies_at(other.id, "item", {"a": 1}) == {}
    assert store.bodies_at(project.id, "item", {}) == {}


def test_documents_are_found_by_their_names_at_once(store: Store, project: ProjectRow) -> None:
    store.save_many(project.id, [Change("item", f"k{n}", {"n": n}, 0) for n in range(5)], who="Ann", what="five")
    store.delete(project.id, "item", "k3", 1, "Ann", "gone")
    other = store.create_project("Other", who="Ann")
    store.save(other.id, "item", "k9", {}, version=0, who="Ann", what="on")
    found = store.documents_named(project.id, "item", ["k4", "k1", "k3", "k9", "k1"])
    assert found == [store.document(project.id, "item", key) for key in ("k1", "k4")]
    assert store.documents_named(project.id, "item", []) == []
    assert store.documents_named(project.id, "other", ["k1"]) == []


def test_what_untold_kinds_hold_is_never_in_the_journal(store: Store, project: ProjectRow) -> None:
    apart = {"untold": ("cases",)}
    rows = [Change("cases", "c", {"id": "secret"}, 0), Change("run", "r", {"n": 1}, 0)]
    store.save_many(project.id, rows, who="Ann", what="came", **apart)
    store.save_many(project.id, [Change("cases", "c", {"id": "secret 2"}, 1)], who="Ann", what="changed", **apart)
    with pytest.raises(ConflictError):
        store.save_many(project.id, [Change("cases", "c", {"id": "third"}, 1)], who="Bo", what="late", **apart)
    store.save_many(project.id, [], who="Ann", what="went", deleted=[("cases", "c", 2), ("run", "r", 1)], **apart)
    told = [(one.what, one.kind, one.before, one.after) for one in store.journal(project.id)[:5]]
    assert told == [
        ("went", "run", {"n": 1}, None),
        ("went", "cases", None, None),
        ("changed", "cases", None, None),
        ("came", "run", None, {"n": 1}),
        ("came", "cases", None, None),
    ]
