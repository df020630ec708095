"""The parts of the Production scope page."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from readiness.errors import InputError
from readiness.project import Kind
from readiness.scope.items import MOST_DAYS, ItemSource, ItemStatus, ScopeItem
from readiness.scope.totals import UNDERESTIMATION
from readiness.ui import charts
from readiness.ui.acts import act, act_on_text, show_refusal
from readiness.ui.autosave import number_field, row_of, text_field
from readiness.ui.grids import RowEdit, edit_grid
from readiness.ui.page import Here
from readiness.ui.wording import money, plain

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def total(here: Here) -> None:
    """The sum with what it leaves out, and its ratio to what the prototype's team had planned."""
    scope, plan = here.diagnosis.ledger.total, here.state.plan
    st.subheader("What production comes to")
    st.markdown(f"#### {plain(scope.sentence)}")
    columns = st.columns(4)
    columns[0].metric("Most likely, person-days", f"{scope.likely_days:,.0f}" if scope.estimated else "unknown")
    columns[1].metric(
        "Low to high, person-days",
        f"{scope.low_days:,.0f} to {scope.high_days:,.0f}" if scope.estimated else "unknown",
        help="The two extremes: every item at its low, every item at its high. Not a confidence interval.",
    )
    columns[2].metric("Not estimated", f"{len(scope.unknown)} of {len(scope.unknown) + scope.estimated}")
    columns[3].metric("Cost, most likely", money(scope.cost_likely, plan.currency))
    _ratio(here)
    if scope.unknown:
        st.caption("Not estimated: " + plain(", ".join(scope.unknown)))


def _ratio(here: Here) -> None:
    scope, (low, high) = here.diagnosis.ledger.total, UNDERESTIMATION
    if scope.ratio_likely is None:
        st.caption(
            "State below what the prototype's team planned for production: "
            f"teams typically plan {low:g} to {high:g} times too little."
        )
        return
    place = "below" if scope.ratio_likely < low else "above" if scope.ratio_likely > high else "within"
    st.markdown(
        f"That is **{scope.ratio_likely:.1f} times** what the prototype's team planned "
        f"({scope.ratio_low:.1f} to {scope.ratio_high:.1f}), {place} the usual {low:g} to {high:g} times."
    )


def items(here: Here) -> None:
    """Every component with its estimate, in one grid."""
    st.subheader("Components")
    st.caption(
        "Person-days: low if all goes well, likely, high if it does not. A component is unknown until all three stand "
        "there. To leave one out, write why it is not needed. Components from handling decisions follow their decision."
    )
    rows = here.state.items
    frame = pd.DataFrame([_line(item) for item in rows], index=[item.id for item in rows])
    for column in ("low", "likely", "high"):
        frame[column] = pd.to_numeric(frame[column])
    config = st.column_config
    edit_grid(
        f"{here.state.id}/scope",
        frame,
        columns={
            "component": config.TextColumn("Component", width=320, required=True, max_chars=200),
            "status": config.TextColumn("Status"),
            "low": _days_column("Low"),
            "likely": _days_column("Likely"),
            "high": _days_column("High"),
            "owner": config.TextColumn("Owner", max_chars=200),
            "in_prototype": config.CheckboxColumn("In prototype"),
            "not_needed_because": config.TextColumn("Not needed because", width="medium"),
            "note": config.TextColumn("Note", width="medium"),
            "group": config.TextColumn("Group"),
            "source": config.TextColumn("From"),
            "description": config.TextColumn("What it is", width="large"),
        },
        locked=("status", "group", "source", "description"),
        save=lambda edit: _save(here, edit),
        alt="Scope items with their estimates",
    )
    if here.state.orphans:
        names = ", ".join(item.component for item in here.state.orphans)
        st.warning(
            plain(f"Set aside, because the audit no longer finds their edge case: {names}. They are not in the sum.")
        )


def _days_column(label: str) -> Any:
    return st.column_config.NumberColumn(label, help="Person-days", min_value=0.0, max_value=MOST_DAYS, format="%g")


def _line(item: ScopeItem) -> dict[str, Any]:
    return {
        "component": item.component,
        "status": item.status.value,
        "low": item.low_days,
        "likely": item.likely_days,
        "high": item.high_days,
        "owner": item.owner,
        "in_prototype": item.in_prototype,
        "not_needed_because": item.not_needed_because,
        "note": item.note,
        "group": item.group,
        "source": f"decision: {item.handling}" if item.source is ItemSource.DECISION else item.source.value,
        "description": item.description,
    }


_PARTS = {"low": "low_days", "likely": "likely_days", "high": "high_days"}


def _save(here: Here, edit: RowEdit) -> None:
    state = here.projects.load(here.state.id)
    item = next((item for item in state.items if item.id == edit.row), None)
    if item is None:
        raise InputError("This component was removed meanwhile.")
    changes: dict[str, Any] = {}
    for column, value in edit.values.items():
        if column in _PARTS:
            changes[_PARTS[column]] = (
                None if value is None or (isinstance(value, float) and math.isnan(value)) else value
            )
        elif column == "in_prototype":
            changes[column] = bool(value)
        else:
            changes[column] = str(value or "").strip()
    if "not_needed_because" in changes:
        changes["marked_not_needed"] = bool(changes["not_needed_because"])
    drawn = state if edit.insist else here.state
    here.projects.change_item(
        here.state.id, edit.row, changes, version=drawn.version_of(Kind.SCOPE_ITEM, edit.row), who=here.who
    )


def add_and_remove(here: Here) -> None:
    """More components, from the catalog or of the team's own; and the way out for those that do not belong."""
    add, own, remove = st.columns(3, gap="medium")
    with add:
        _add_from_catalog(here)
    with own:
        _add_own(here)
    with remove:
        _remove(here)


def _add_own(here: Here) -> None:
    place = f"{here.state.id}/own_component"
    key = f"{place}/name"

    def add(name: str) -> str:
        here.projects.add_own_component(here.state.id, {"component": name}, who=here.who)
        return f"{name} is added, without an estimate."

    def added() -> None:
        act_on_text(place, key, add, empty="A component needs a name.")

    with st.form(place, border=False):
        st.text_input("A component of your own", max_chars=200, placeholder="Name", key=key)
        st.form_submit_button("Add it", on_click=added)
    show_refusal(place)


def _add_from_catalog(here: Here) -> None:
    catalog, present = here.projects.components, {item.id for item in here.state.items}
    offered = {c.id: f"{c.group_name}: {c.name}" for c in catalog.components if c.id not in present}
    key = f"{here.state.id}/catalog"
    chosen = st.multiselect(
        "More from the catalog",
        list(offered),
        format_func=offered.__getitem__,
        key=key,
        placeholder=f"{len(offered)} more to choose from",
    )
    for identifier in chosen:
        st.caption(plain(f"{catalog.component(identifier).why} {catalog.component(identifier).question}"))

    def add() -> str:
        for identifier in st.session_state[key]:
            here.projects.add_component(here.state.id, identifier, who=here.who)
        st.session_state[key] = []
        return "Added, without an estimate."

    st.button("Add them", disabled=not chosen, on_click=act, args=(key, add))
    show_refusal(key)


def _remove(here: Here) -> None:
    items = (*here.state.items, *here.state.orphans)
    fixed = {item.id for item in here.state.items if item.source is ItemSource.DECISION}
    removable = {item.id: item.component for item in items if item.id not in fixed}
    key = f"{here.state.id}/remove"
    chosen = st.selectbox(
        "Remove a component",
        list(removable),
        format_func=removable.__getitem__,
        index=None,
        placeholder="Choose one",
        key=key,
        help="Better: keep it and write why it is not needed, so that the next reader sees that it was considered.",
    )

    def remove() -> str:
        name = removable[st.session_state[key]]
        here.projects.remove_component(here.state.id, st.session_state[key], who=here.who)
        return f"{name} is removed."

    st.button("Remove it", disabled=chosen is None, on_click=act, args=(key, remove))
    show_refusal(key)


def plan(here: Here) -> None:
    """What surrounds the items: the prototype, its team's plan, the day rate."""
    st.subheader("The plan it is held against")
    row = row_of(here, Kind.SCOPE_PLAN, here.state.plan)
    columns = st.columns(4)
    with columns[0]:
        number_field(row, "prototype_days", "Prototype took (person-days)", step=1.0, most=100_000.0)
    with columns[1]:
        number_field(
            row,
            "planned_days",
            "Its team planned for production (person-days)",
            step=1.0,
            most=100_000.0,
            help="The prototype team's own estimate of production, as it was given before this inventory.",
        )
    with columns[2]:
        number_field(row, "day_rate", "Day rate", step=10.0, most=1_000_000.0)
    with columns[3]:
        text_field(row, "currency", "Currency")


def ranges(here: Here) -> None:
    """The estimates side by side, the widest on top: where the uncertainty is."""
    if sum(item.status is ItemStatus.ESTIMATED for item in here.state.items) >= 2:
        st.subheader("Where the estimates are widest")
        charts.scope_ranges(here.state.items)


def export(here: Here) -> None:
    """The workbook that goes to finance."""
    st.subheader("Take it with you")
    st.download_button(
        "Export to Excel",
        data=lambda: here.projects.workbook(here.state.id),
        file_name="production-scope.xlsx",
        mime=EXCEL,
        on_click="ignore",
        type="primary",
        help="Live formulas with their results, for a reader without this page.",
    )
