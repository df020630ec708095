"""Documents: saved under the version that was read, merged or refused when somebody else was quicker."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import ConflictError, InvalidValueError
from readiness.store import Change, Document, ProjectRow, Store
from readiness.store.merging import merged

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
bodies = st.dictionaries(st.sampled_from("abcd"), json_values)


def save(store: Store, project: ProjectRow, body: dict, *, version: int, who: str = "Ann", **more) -> Document:
    return store.save(project.id, "plan", "", body, version=version, who=who, what="edited", **more)


def test_a_new_document_has_version_1_and_says_who_made_it_when(store: Store, project: ProjectRow, clock) -> None:
    clock.advance(hours=1)
    saved = store.save(project.id, "plan", "x", {"days": 3}, version=0, who=" Ann ", what="planned")
    assert saved == Document("plan", "x", 1, {"days": 3}, clock.now, "Ann")
    assert store.document(project.id, "plan", "x") == saved
    assert store.documents(project.id) == store.documents(project.id, "plan") == [saved]


def test_there_is_none_where_none_was_saved(store: Store, project: ProjectRow) -> None:
    assert store.document(project.id, "plan") is None
    assert store.documents(project.id, "plan") == []


def test_documents_of_another_project_are_not_seen(store: Store, project: ProjectRow) -> None:
    other = store.create_project("Orders", who="Ann")
    save(store, other, {"days": 3}, version=0)
    assert store.documents(project.id) == []


def test_a_save_of_what_is_there_already_is_no_new_version(store: Store, project: ProjectRow) -> None:
    saved = save(store, project, {"days": 3, "by": ["a", {"b": None}]}, version=0)
    before = store.project(project.id)
    assert save(store, project, {"by": ["a", {"b": None}], "days": 3}, version=1, who="Bob") == saved
    assert store.project(project.id) == before
    assert len(store.journal(project.id)) == 2


@pytest.mark.parametrize("other", [1.0, True, "1", [1], None])
def test_one_as_a_number_a_fraction_a_truth_or_a_text_are_different_things(store, project, other) -> None:
    save(store, project, {"days": 1}, version=0)
    changed = save(store, project, {"days": other}, version=1)
    assert changed.version == 2
    assert type(changed.body["days"]) is type(other)


def test_changes_of_different_parts_are_merged(store: Store, project: ProjectRow) -> None:
    save(store, project, {"days": 1, "owner": "", "old": 0}, version=0)
    save(store, project, {"days": 5, "owner": ""}, version=1, who="Bob")
    both = save(store, project, {"days": 1, "owner": "Cy", "old": 0, "new": 1}, version=1, who="Cy")
    assert (both.version, both.body) == (3, {"days": 5, "owner": "Cy", "new": 1})
    entry = store.journal(project.id)[0]
    assert (entry.version_before, entry.version_after) == (2, 3)
    assert (entry.before, entry.after) == ({"days": 5, "owner": ""}, both.body)


def test_changes_of_one_part_are_a_conflict_that_carries_both_and_overwrites_nothing(store, project) -> None:
    save(store, project, {"days": 1, "owner": ""}, version=0)
    theirs = save(store, project, {"days": 5, "owner": ""}, version=1, who="Bob")
    with pytest.raises(ConflictError, match="Bob changed plan meanwhile") as caught:
        save(store, project, {"days": 7, "owner": "Cy"}, version=1, who="Cy")
    assert caught.value.mine == {"days": 7, "owner": "Cy"}
    assert (caught.value.theirs, caught.value.by) == (theirs.body, "Bob")
    assert (caught.value.read_version, caught.value.current_version) == (1, 2)
    assert store.document(project.id, "plan") == theirs
    assert len(store.journal(project.id)) == 3


def test_the_same_change_by_two_people_is_no_conflict(store: Store, project: ProjectRow) -> None:
    save(store, project, {"days": 1}, version=0)
    theirs = save(store, project, {"days": 5}, version=1, who="Bob")
    assert save(store, project, {"days": 5}, version=1, who="Cy") == theirs


def test_a_merge_that_its_topic_refuses_is_a_conflict(store: Store, project: ProjectRow) -> None:
    def ordered(kind: str, body: dict) -> None:
        if body["low"] > body["high"]:
            raise ValueError("low above high")

    save(store, project, {"low": 1, "high": 9}, version=0)
    save(store, project, {"low": 1, "high": 4}, version=1, who="Bob", check=ordered)
    with pytest.raises(ConflictError):
        save(store, project, {"low": 6, "high": 9}, version=1, who="Cy", check=ordered)


def test_two_people_who_both_make_a_document_merge_or_conflict(store: Store, project: ProjectRow) -> None:
    save(store, project, {"days": 1, "owner": ""}, version=0, who="Bob")
    with pytest.raises(ConflictError):
        save(store, project, {"days": 2, "owner": ""}, version=0, who="Cy")
    assert save(store, project, {"days": 1, "note": "x"}, version=0, who="Cy").body == {
        "days": 1,
        "owner": "",
        "note": "x",
    }


@pytest.mark.parametrize("version", [1, 7])
def test_a_version_of_something_that_is_not_there_is_a_conflict(store, project, version) -> None:
    with pytest.raises(ConflictError) as caught:
        save(store, project, {"days": 1}, version=version)
    assert (caught.value.theirs, caught.value.current_version) == ({}, 0)


def test_a_version_from_the_future_is_a_conflict(store: Store, project: ProjectRow) -> None:
    save(store, project, {"days": 1}, version=0)
    with pytest.raises(ConflictError):
        save(store, project, {"days": 2}, version=2)


def test_a_deleted_document_is_gone_its_past_is_not_and_no_version_comes_twice(store, project) -> None:
    save(store, project, {"days": 1}, version=0)
    store.delete(project.id, "plan", "", version=1, who="Bob", what="gave up")
    assert store.documents(project.id) == []
    entry = store.journal(project.id)[0]
    assert (entry.what, entry.before, entry.after, entry.version_after) == ("gave up", {"days": 1}, None, None)
    with pytest.raises(ConflictError, match="Bob"):
        save(store, project, {"days": 2}, version=1)
    assert save(store, project, {"days": 9}, version=0).version == 3
    with pytest.raises(ConflictError):
        save(store, project, {"days": 2}, version=1)


def test_deleting_twice_is_the_same_as_once_and_deleting_what_changed_is_a_conflict(store, project) -> None:
    save(store, project, {"days": 1}, version=0)
    save(store, project, {"days": 2}, version=1, who="Bob")
    with pytest.raises(ConflictError, match="Bob"):
        store.delete(project.id, "plan", "", version=1, who="Ann", what="")
    store.delete(project.id, "plan", "", version=2, who="Ann", what="")
    revision = store.project(project.id).revision
    store.delete(project.id, "plan", "", version=2, who="Ann", what="")
    assert store.project(project.id).revision == revision


def test_several_changes_are_saved_together_or_not_at_all(store: Store, project: ProjectRow) -> None:
    saved = store.save_many(
        project.id,
        [Change("item", "a", {"days": 1}, 0), ("item", "b", {"days": 2}, 0)],
        who="Ann",
        what="planned",
    )
    assert store.documents(project.id) == saved
    store.save(project.id, "item", "b", {"days": 9}, version=1, who="Bob", what="")
    before, journal = store.documents(project.id), store.journal(project.id)
    with pytest.raises(ConflictError, match="item b"):
        store.save_many(
            project.id, [Change("item", "a", {"days": 5}, 1), Change("item", "b", {"days": 5}, 1)], who="Ann", what=""
        )
    assert (store.documents(project.id), store.journal(project.id)) == (before, journal)


def test_documents_go_and_others_are_saved_together_or_not_at_all(store: Store, project: ProjectRow) -> None:
    store.save_many(project.id, [("item", key, {"days": 1}, 0) for key in "abc"], who="Ann", what="")
    store.save(project.id, "item", "b", {"days": 9}, version=1, who="Bob", what="")
    before, journal = store.documents(project.id), store.journal(project.id)
    with pytest.raises(ConflictError, match="item b"):
        store.save_many(
            project.id,
            [("item", "c", {"days": 5}, 1)],
            who="Ann",
            what="",
            deleted=[("item", "a", 1), ("item", "b", 1)],
        )
    assert (store.documents(project.id), store.journal(project.id)) == (before, journal)
    with pytest.raises(ConflictError, match="item c"):
        store.save_many(project.id, [("item", "c", {"days": 5}, 7)], who="Ann", what="", deleted=[("item", "a", 1)])
    assert (store.documents(project.id), store.journal(project.id)) == (before, journal)
    store.save_many(
        project.id,
        [("item", "c", {"days": 5}, 1)],
        who="Ann",
        what="swept",
        deleted=[("item", "a", 1), ("item", "b", 2)],
    )
    assert [(document.key, document.body) for document in store.documents(project.id)] == [("c", {"days": 5})]
    assert [entry.what for entry in store.journal(project.id)[:3]] == ["swept"] * 3


def test_the_revision_is_the_number_of_journal_entries(store: Store, project: ProjectRow) -> None:
    store.save_many(project.id, [("item", str(n), {}, 0) for n in range(5)], who="Ann", what="")
    store.delete(project.id, "item", "0", version=1, who="Ann", what="")
    journal = store.journal(project.id)
    assert [entry.sequence for entry in journal] == [7, 6, 5, 4, 3, 2, 1]
    assert store.project(project.id).revision == store.journal_count(project.id) == 7


def test_the_journal_is_read_in_pages_and_by_document(store: Store, project: ProjectRow) -> None:
    for version in range(5):
        save(store, project, {"days": version}, version=version)
    assert [entry.after for entry in store.journal(project.id, limit=2, offset=1)] == [{"days": 3}, {"days": 2}]
    assert [entry.kind for entry in store.journal(project.id, kind="project")] == ["project"]
    assert len(store.journal(project.id, kind="plan", key="")) == 5
    assert store.journal(project.id, kind="plan", key="other") == []


def test_a_save_is_undone_by_saving_what_was_before(store: Store, project: ProjectRow) -> None:
    save(store, project, {"days": 1}, version=0)
    save(store, project, {"days": 2}, version=1)
    last = store.journal(project.id)[0]
    undone = save(store, project, last.before, version=last.version_after)
    assert (undone.version, undone.body) == (3, {"days": 1})


@pytest.mark.parametrize("kind", ["", "project", "kept_records", "problem_list", "import"])
def test_the_journals_own_kinds_are_not_for_documents(store: Store, project: ProjectRow, kind: str) -> None:
    with pytest.raises(InvalidValueError, match="cannot be the kind"):
        store.save(project.id, kind, "", {}, version=0, who="", what="")


deep: list = []
for _ in range(100_000):
    deep = [deep]


NOT_JSON = {"nan": float("nan"), "inf": float("inf"), "set": {1, 2}, "bytes": b"x", "half": "\ud800", "deep": deep}


@pytest.mark.parametrize("value", NOT_JSON.values(), ids=NOT_JSON)
def test_what_json_cannot_hold_is_refused_and_nothing_is_saved(store: Store, project: ProjectRow, value) -> None:
    with pytest.raises(InvalidValueError, match="cannot be kept as JSON"):
        save(store, project, {"days": value}, version=0)
    assert store.documents(project.id) == []


def test_a_body_that_is_too_long_or_no_object_is_refused(store: Store, project: ProjectRow) -> None:
    with pytest.raises(InvalidValueError, match="is longer than"):
        save(store, project, {"text": "x" * 17_000_000}, version=0)
    with pytest.raises(InvalidValueError, match="is no JSON object"):
        save(store, project, ["x"], version=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["a\x00b", "'; DROP TABLE document; --", '"', "\\u0000", "Zoë 請求書 🧾", "\r\n\t", "$1 ? :x", "=1+1"]
)
def test_any_text_is_kept_as_it_is_in_body_key_and_kind(store: Store, project: ProjectRow, text: str) -> None:
    store.save(project.id, text, text, {text: [text]}, version=0, who=f"x{text}x", what=text)
    found = store.document(project.id, text, text)
    assert found is not None
    assert (found.kind, found.key, found.body, found.changed_by) == (text, text, {text: [text]}, f"x{text}x")
    assert store.journal(project.id)[0].after == {text: [text]}


def test_numbers_are_kept_to_the_last_digit(store: Store, project: ProjectRow) -> None:
    body = {"a": 12345678901234567890123, "b": 0.1 + 0.2, "c": 1e-300, "d": -0.0, "e": 1.0, "f": 1}
    save(store, project, body, version=0)
    found = store.document(project.id, "plan")
    assert found is not None
    assert repr(found.body) == repr(body)


# --- merging ------------------------------------------------------------------------------------------------------


@given(bodies, bodies)
def test_who_changed_nothing_gets_what_the_other_made(base: dict, theirs: dict) -> None:
    assert merged(base, base, theirs) == theirs


@given(bodies, bodies)
def test_what_nobody_else_touched_is_saved_as_it_is(base: dict, mine: dict) -> None:
    assert merged(base, mine, base) == mine


@given(bodies, bodies)
def test_two_who_agree_never_conflict(base: dict, change: dict) -> None:
    assert merged(base, change, change) == change


@given(bodies, bodies, bodies)
def test_it_does_not_matter_who_was_first(base: dict, one: dict, other: dict) -> None:
    assert merged(base, one, other) == merged(base, other, one)


@given(bodies, bodies, bodies)
def test_a_merge_holds_every_part_that_either_changed(base: dict, mine: dict, theirs: dict) -> None:
    result = merged(base, mine, theirs)
    if result is None:
        return
    for part in "abcd":
        for body in (mine, theirs):
            if repr(body.get(part, "-")) != repr(base.get(part, "-")) and body.get(part, "-") != base.get(part, "-"):
                assert result.get(part, "-") == body.get(part, "-")
