"""What an edited copy of a scope changes: three states compared, decided and applied, without a file or a store."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import InvalidValueError
from readiness.scope.changes import (
    PLAN,
    PLAN_TITLES,
    TITLES,
    Choices,
    Decided,
    FileRow,
    ScopeChanges,
    Value,
    decide,
    default_choices,
    item_values,
    plan_values,
    same,
)
from readiness.scope.comparison import compare, compare_plan
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan

Items = dict[str, ScopeItem]


def item(identity: str, **fields: Any) -> ScopeItem:
    return ScopeItem(**{"id": identity, "component": f"Component {identity}", "source": ItemSource.CATALOG, **fields})


def scope(*items: ScopeItem) -> Items:
    return {one.id: one for one in items}


def rows_of(items: Items, **edits: dict[str, Value]) -> list[FileRow]:
    """The rows of a copy of `items` with `edits` by id."""
    return [
        FileRow(place, identity, {**item_values(one), **edits.get(identity, {})})
        for place, (identity, one) in enumerate(items.items(), start=6)
    ]


def result(
    changes: ScopeChanges,
    exported: Items,
    current: Items,
    choices: Choices | None = None,
    plan: ScopePlan | None = None,
) -> Decided:
    numbers = count(1)
    return decide(
        changes,
        choices or default_choices(changes),
        exported=exported,
        current=current,
        plan=plan or ScopePlan(),
        new_id=lambda: f"n{next(numbers)}",
        order=50,
    )


A = item("a", low_days=1.0, likely_days=2.0, high_days=5.0, note="as it was", order=1)
B = item("b", owner="Ann", order=2)
BASE = scope(A, B)


# --- what was not edited ------------------------------------------------------------------------------------------


def test_an_unedited_copy_changes_nothing() -> None:
    changes = compare(rows_of(BASE), exported=BASE, current=BASE)
    assert changes.is_empty
    assert changes.unchanged == 2
    assert changes.sentence == "Nothing to change; 2 unchanged."
    assert result(changes, BASE, BASE).is_empty


def test_an_unedited_copy_leaves_alone_what_the_project_changed_since() -> None:
    now = scope(A.model_copy(update={"likely_days": 3.0}), B)
    changes = compare(rows_of(BASE), exported=BASE, current=now)
    assert changes.is_empty


def test_outer_space_line_ends_and_the_sixteenth_digit_are_no_edits() -> None:
    base = scope(item("a", note="one\r\ntwo ", low_days=0.1 + 0.2))
    changes = compare(rows_of(base, a={"note": "one\ntwo", "low_days": 0.3}), exported=base, current=base)
    assert changes.is_empty


def test_true_one_and_the_text_one_are_three_things() -> None:
    assert not same(True, 1.0)
    assert not same("1", 1.0)
    assert not same(None, 0.0)
    assert not same(None, "")
    assert same(1, 1.0)


# --- what only the copy changed -----------------------------------------------------------------------------------


def test_a_changed_field_is_listed_with_both_values_and_saved_alone() -> None:
    changes = compare(rows_of(BASE, a={"likely_days": 3.0}), exported=BASE, current=BASE)
    (changed,) = changes.changed
    (field,) = changed.fields
    assert (changed.id, field.title, field.before, field.after) == ("a", "Likely", 2.0, 3.0)
    assert changes.sentence == "1 changed; 1 unchanged."
    assert result(changes, BASE, BASE).items == (A.model_copy(update={"likely_days": 3.0}),)


def test_edits_of_different_fields_on_both_sides_are_both_kept() -> None:
    now = scope(A.model_copy(update={"owner": "Bo"}), B)
    changes = compare(rows_of(BASE, a={"note": "new"}), exported=BASE, current=now)
    assert not changes.conflicts
    (saved,) = result(changes, BASE, now).items
    assert (saved.owner, saved.note) == ("Bo", "new")


def test_the_same_edit_on_both_sides_is_no_change_any_more() -> None:
    now = scope(A.model_copy(update={"note": "new"}), B)
    assert compare(rows_of(BASE, a={"note": "new"}), exported=BASE, current=now).is_empty


def test_an_estimate_that_is_emptied_becomes_unknown_and_not_zero() -> None:
    changes = compare(rows_of(BASE, a={"high_days": None}), exported=BASE, current=BASE)
    (saved,) = result(changes, BASE, BASE).items
    assert saved.high_days is None


def test_a_field_whose_column_or_cell_was_refused_keeps_its_stored_value() -> None:
    row = FileRow(6, "a", {"component": A.component, "likely_days": 4.0})
    changes = compare([row, *rows_of(scope(B))], exported=BASE, current=BASE)
    (saved,) = result(changes, BASE, BASE).items
    assert saved == A.model_copy(update={"likely_days": 4.0})


# --- estimates go together ----------------------------------------------------------------------------------------


def test_estimates_that_fall_are_refused_where_they_were_typed_and_the_rest_of_the_row_is_taken() -> None:
    row = replace(rows_of(BASE, a={"low_days": 3.0, "note": "new"})[0], addresses={"low_days": "Scope!F6"})
    changes = compare([row, *rows_of(scope(B))], exported=BASE, current=BASE)
    (refused,) = changes.refused
    assert (refused.address, refused.title, refused.typed) == ("Scope!F6", "Low", "3")
    assert "3, 2, 5 do not" in refused.reason
    (saved,) = result(changes, BASE, BASE).items
    assert (saved.low_days, saved.note) == (1.0, "new")


def test_estimates_that_only_fall_together_with_a_later_edit_are_one_conflict() -> None:
    now = scope(A.model_copy(update={"high_days": 2.5}), B)
    changes = compare(rows_of(BASE, a={"likely_days": 4.0}), exported=BASE, current=now)
    (conflict,) = changes.conflicts
    assert not changes.changed
    assert conflict.title == "Low, Likely, High"
    assert tuple(conflict.theirs.values()) == (1.0, 2.0, 2.5)
    assert tuple(conflict.mine.values()) == (1.0, 4.0, 5.0)
    assert result(changes, BASE, now).is_empty
    (saved,) = result(changes, BASE, now, Choices(from_file=frozenset({conflict.key}))).items
    assert (saved.low_days, saved.likely_days, saved.high_days) == (1.0, 4.0, 5.0)


def test_estimates_edited_apart_that_rise_together_are_merged() -> None:
    now = scope(A.model_copy(update={"high_days": 8.0}), B)
    changes = compare(rows_of(BASE, a={"likely_days": 4.0}), exported=BASE, current=now)
    assert not changes.conflicts
    (saved,) = result(changes, BASE, now).items
    assert (saved.likely_days, saved.high_days) == (4.0, 8.0)


# --- conflicts ----------------------------------------------------------------------------------------------------


def test_a_field_changed_on_both_sides_keeps_the_projects_value_unless_the_files_is_chosen() -> None:
    now = scope(A.model_copy(update={"note": "theirs"}), B)
    changes = compare(rows_of(BASE, a={"note": "mine", "owner": "Cy"}), exported=BASE, current=now)
    (conflict,) = changes.conflicts
    assert (conflict.before, conflict.theirs, conflict.mine) == (
        {"note": "as it was"},
        {"note": "theirs"},
        {"note": "mine"},
    )
    (kept,) = result(changes, BASE, now).items
    assert (kept.note, kept.owner) == ("theirs", "Cy")
    (taken,) = result(changes, BASE, now, Choices(from_file=frozenset({conflict.key}))).items
    assert (taken.note, taken.owner) == ("mine", "Cy")


def test_where_the_past_of_an_item_is_not_known_every_difference_is_a_conflict() -> None:
    changes = compare(rows_of(BASE, a={"note": "mine"}), exported={"a": None, "b": B}, current=BASE)
    assert [conflict.theirs for conflict in changes.conflicts] == [{"note": "as it was"}]
    assert not changes.changed


def test_an_item_removed_in_the_project_that_the_copy_changed_is_a_conflict_that_can_bring_it_back() -> None:
    changes = compare(rows_of(BASE, a={"note": "mine"}), exported=BASE, current=scope(B))
    (conflict,) = changes.conflicts
    assert conflict.deleted
    assert result(changes, BASE, scope(B)).is_empty
    (back,) = result(changes, BASE, scope(B), Choices(from_file=frozenset({conflict.key}))).items
    assert back == A.model_copy(update={"note": "mine"})


def test_an_item_removed_in_the_project_that_the_copy_left_alone_stays_removed() -> None:
    assert compare(rows_of(BASE), exported=BASE, current=scope(B)).is_empty


def test_an_item_of_a_decision_that_was_taken_back_is_not_brought_back_by_a_file() -> None:
    decided = item("decision:x", source=ItemSource.DECISION, edge_case="x")
    base = scope(decided)
    changes = compare(rows_of(base, **{"decision:x": {"note": "mine"}}), exported=base, current={})
    (conflict,) = changes.conflicts
    assert not conflict.restorable
    assert result(changes, base, {}, Choices(from_file=frozenset({conflict.key}))).is_empty


# --- rows that come and go ----------------------------------------------------------------------------------------


def test_a_row_without_an_id_is_a_component_of_ones_own() -> None:
    new = FileRow(9, "", {"component": "Permissions", "low_days": 1.0, "likely_days": 2.0, "high_days": 3.0})
    changes = compare([*rows_of(BASE), new], exported=BASE, current=BASE)
    (added,) = result(changes, BASE, BASE).items
    assert (added.id, added.component, added.source, added.order) == ("own:n1", "Permissions", ItemSource.OWN, 50)
    assert (added.group, added.likely_days) == ("Own components", 2.0)
    assert result(changes, BASE, BASE, Choices(left_out=frozenset({9}))).is_empty


def test_of_a_row_and_its_copy_the_edited_one_is_new_wherever_it_stands() -> None:
    copied = FileRow(5, "a", {**item_values(A), "component": "Another", "likely_days": 4.0})
    changes = compare([copied, *rows_of(BASE)], exported=BASE, current=BASE)
    assert not changes.changed
    assert [added.component for added in changes.added] == ["Another"]
    assert changes.unchanged == 2


def test_the_same_copy_imported_twice_adds_its_new_rows_once() -> None:
    rows = [*rows_of(BASE), FileRow(9, "", {"component": "Permissions", "likely_days": 2.0})]
    (added,) = result(compare(rows, exported=BASE, current=BASE), BASE, BASE).items
    again = compare(rows, exported=BASE, current={**BASE, added.id: added})
    assert again.is_empty
    edited = added.model_copy(update={"owner": "Bo"})
    later = compare(rows, exported=BASE, current={**BASE, added.id: edited})
    assert "added in the project since" in later.added[0].remark
    assert result(later, BASE, {**BASE, added.id: edited}).is_empty


def test_a_new_row_whose_estimate_falls_is_added_without_it() -> None:
    new = FileRow(9, "", {"component": "P", "low_days": 3.0, "likely_days": 2.0, "high_days": None})
    changes = compare([*rows_of(BASE), new], exported=BASE, current=BASE)
    assert [refused.title for refused in changes.refused] == ["Low", "Likely"]
    (added,) = result(changes, BASE, BASE).items
    assert (added.low_days, added.likely_days) == (None, None)


def test_a_row_that_is_gone_removes_its_item_only_when_chosen() -> None:
    changes = compare(rows_of(scope(B)), exported=BASE, current=BASE)
    (removed,) = changes.removed
    assert removed.removable
    assert "not needed" in removed.remark
    assert result(changes, BASE, BASE).is_empty
    assert result(changes, BASE, BASE, Choices(removals=frozenset({"a"}))).deletions == ("a",)


def test_a_removal_says_that_the_item_was_changed_since() -> None:
    now = scope(A.model_copy(update={"note": "newer"}), B)
    (removed,) = compare(rows_of(scope(B)), exported=BASE, current=now).removed
    assert "changed in the project since" in removed.remark


def test_an_item_of_a_decision_is_never_removed_by_a_file() -> None:
    base = scope(item("decision:x", source=ItemSource.DECISION, edge_case="x"), B)
    changes = compare(rows_of(scope(B)), exported=base, current=base)
    (removed,) = changes.removed
    assert not removed.removable
    assert "handling decision" in removed.remark
    assert result(changes, base, base, Choices(removals=frozenset({"decision:x"}))).is_empty


def test_an_item_added_in_the_project_since_is_not_missing_from_the_copy() -> None:
    changes = compare(rows_of(BASE), exported=BASE, current={**BASE, "own:1": item("own:1", source=ItemSource.OWN)})
    assert changes.is_empty


# --- texts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "most"), [("component", 200), ("basis", 1_000), ("owner", 200)])
def test_a_text_that_is_too_long_is_refused_and_the_stored_one_stays(field: str, most: int) -> None:
    changes = compare(rows_of(BASE, a={field: "x" * (most + 1)}), exported=BASE, current=BASE)
    assert [refused.title for refused in changes.refused] == [TITLES[field]]
    assert not changes.changed
    assert not compare(rows_of(BASE, a={field: "x" * most}), exported=BASE, current=BASE).refused


def test_an_edit_that_would_lose_a_part_of_the_stored_text_is_refused() -> None:
    def restore(field: str, value: Value, stored: Value) -> Value:
        if field == "note" and value == "short":
            raise InvalidValueError("Note", "short", "was shortened")
        return value

    changes = compare(rows_of(BASE, a={"note": "short"}), exported=BASE, current=BASE, restore=restore)
    assert [refused.reason for refused in changes.refused] == ["was shortened"]
    assert not changes.changed


# --- the plan -----------------------------------------------------------------------------------------------------


def test_assumptions_are_compared_like_items() -> None:
    base = ScopePlan(planned_days=20, day_rate=800)
    now = base.model_copy(update={"day_rate": 900.0})
    row = FileRow(0, "", {**plan_values(base), "planned_days": 25.0, "day_rate": 850.0})
    changes = compare_plan(row, exported=base, current=now)
    assert [(change.title, change.after) for change in changes.changed[0].fields] == [("Planned person-days", 25.0)]
    (conflict,) = changes.conflicts
    assert (conflict.id, conflict.theirs, conflict.mine) == (PLAN, {"day_rate": 900.0}, {"day_rate": 850.0})
    kept = result(changes, {}, {}, plan=now).plan
    assert kept == now.model_copy(update={"planned_days": 25.0})
    taken = result(changes, {}, {}, Choices(from_file=frozenset({conflict.key})), plan=now).plan
    assert taken == ScopePlan(planned_days=25, day_rate=850)
    assert changes.sentence == "1 conflict, assumptions changed; 0 unchanged."


def test_every_field_that_a_copy_may_change_is_one_of_the_models() -> None:
    assert set(TITLES) <= set(ScopeItem.model_fields)
    assert set(PLAN_TITLES) == set(ScopePlan.model_fields)


# --- any edits ----------------------------------------------------------------------------------------------------

DAYS = st.none() | st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 8.0])
FIELDS: dict[str, st.SearchStrategy[Value]] = {
    "low_days": DAYS,
    "likely_days": DAYS,
    "high_days": DAYS,
    "owner": st.sampled_from(["", "Ann", "Bo"]),
    "note": st.sampled_from(["", "x", "y"]),
    "marked_not_needed": st.booleans(),
    "day_rate": st.none() | st.sampled_from([0.0, 700.0]),
}
EDITS = st.fixed_dictionaries({}, optional=FIELDS)


def rises(fields: dict[str, Value]) -> bool:
    days = [float(day) for name in ("low_days", "likely_days", "high_days") if (day := fields.get(name)) is not None]
    return days == sorted(days)


@given(base=EDITS.filter(rises), mine=EDITS, theirs=EDITS)
def test_whatever_is_edited_nothing_is_lost_that_only_one_side_changed(
    base: dict[str, Value], mine: dict[str, Value], theirs: dict[str, Value]
) -> None:
    before = item("a", **base)
    if not rises({**item_values(before), **theirs}):
        return
    now = before.model_copy(update=theirs)
    exported, current = scope(before), scope(now)
    changes = compare(rows_of(exported, a=mine), exported=exported, current=current)
    refused = {refused.title for refused in changes.refused}
    everything = Choices(from_file=frozenset(conflict.key for conflict in changes.conflicts))
    for choices in (Choices(), everything):
        saved = next(iter(result(changes, exported, current, choices).items), now)
        for name, value in item_values(saved).items():
            here = mine.get(name, getattr(before, name)) if TITLES[name] not in refused else getattr(before, name)
            there, was = getattr(now, name), getattr(before, name)
            disputed = any(name in conflict.mine for conflict in changes.conflicts)
            if not disputed:
                assert same(value, there if same(here, was) else here)
            elif choices is everything:
                assert same(value, here)
            else:
                assert same(value, there)
