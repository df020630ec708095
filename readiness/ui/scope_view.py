"""The parts of the Production scope page: the total, the components, what surrounds them, and the way to Excel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from readiness.errors import ConflictError, InputError
from readiness.project import Kind
from readiness.scope.changes import TITLES
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem
from readiness.ui.acts import act, act_on_text, show_refusal
from readiness.ui.grids import RowEdit, edit_grid, figure_text, number_column, typed_figure
from readiness.ui.page import Here
from readiness.ui.wording import plain, told_apart

_SHOWN = (  # kinds of components to look at
    "All",
    "Not estimated",
    "Estimated",
    "From decisions",
    "Not needed",
)


def total(here: Here) -> None:
    """What the estimated components come to, with what the figure leaves out beside it."""
    scope, plan = here.diagnosis.ledger.total, here.state.plan
    st.subheader("What production comes to")
    st.markdown(f"#### {plain(scope.sentence)}")
    columns = st.columns(5)
    simulated = scope.simulated
    days = simulated.days if simulated else None
    columns[0].metric(
        "Person-days, P50",
        f"{days.p50:,.0f}" if days else "unknown",
        help="As likely to take more as to take less.",
    )
    columns[1].metric(
        "Person-days, P80",
        f"{days.p80:,.0f}" if days else "unknown",
        help="Four chances in five to stay below: the figure to commit to.",
    )
    columns[2].metric(
        f"Cost, P80 ({plain(plan.currency)})",
        f"{scope.cost.p80:,.0f}" if scope.cost else "unknown",
        help=_cost_help(here),
    )
    weeks = simulated.weeks if simulated else None
    columns[3].metric(
        "Weeks, P80",
        f"{weeks.p80:,.0f}" if weeks else "unknown",
        help="For the team size stated below; no component is faster than one person who works on it alone.",
    )
    columns[4].metric("Not estimated", f"{len(scope.unknown)} of {len(scope.unknown) + scope.estimated}")
    if scope.unknown:
        st.caption("In none of these figures, because not estimated: " + plain(", ".join(scope.unknown)) + ".")
    _all_percentiles(here)


def _cost_help(here: Here) -> str:
    if here.diagnosis.ledger.total.cost is None:
        return "Needs a day rate: state one below for all components, or one a component."
    return "Day rates times person-days, and one-off costs. Four chances in five to stay below."


def _all_percentiles(here: Here) -> None:
    simulated = here.diagnosis.ledger.total.simulated
    if simulated is None:
        return
    currency = here.state.plan.currency
    rows = [
        ("Person-days", simulated.days),
        ("Person-days, if components shared no cause", simulated.independent_days),
        ("Person-days, if all went well or badly together", simulated.correlated_days),
        (f"Cost ({currency})", simulated.cost),
        ("Calendar weeks", simulated.weeks),
        (f"Run cost a year ({currency})", simulated.run_cost_year),
    ]
    known = [(name, of) for name, of in rows if of is not None]
    frame = pd.DataFrame(
        [(of.p10, of.p50, of.p80, of.p90, of.mean) for _, of in known],
        index=[name for name, _ in known],
        columns=["P10", "P50", "P80", "P90", "Mean"],
    )
    with st.expander("All percentiles, and the two ends"):
        st.dataframe(
            frame,
            column_config={
                "_index": st.column_config.TextColumn("", width="large"),
                **{column: st.column_config.NumberColumn(format="localized") for column in frame},
            },
            width="stretch",
        )
        st.caption(
            f"Simulated in {simulated.draws:,} draws, the same draws each time. P10 to P90 holds four cases of five. "
            "The sum of optimistic figures is no total: components neither all go well nor are they all independent, "
            f"so they share a common cause of {here.state.plan.common_cause:.0%} here. The two ends show what "
            "none and full would give."
        )


def items(here: Here) -> None:
    """Every component with its estimate, in one grid."""
    st.subheader("Components")
    plan = here.state.plan
    st.caption(
        f"Person-days. Between low and high it should end {plan.confidence:.0%} of the time; likely is the figure that "
        "it is as likely to exceed as to stay below. A component is unknown until all three stand there. To leave one "
        "out, write why it is not needed. Components from handling decisions follow their decision."
    )
    filtered, shown = _chosen_items(here)
    if not shown:
        st.info("No component of this kind.")
    else:
        edit_grid(
            f"{here.state.id}/scope{filtered}",
            _frame(shown),
            columns=_grid_columns(here),
            locked=("status", "group", "source", "description"),
            save=lambda edit: _save(here, edit),
            alt="Scope items with their estimates",
        )
    if here.state.orphans:
        names = ", ".join(item.component for item in here.state.orphans)
        st.warning(
            plain(f"Set aside, because the audit no longer finds their edge case: {names}. They are not in the sum.")
        )


def _chosen_items(here: Here) -> tuple[str, tuple[ScopeItem, ...]]:
    """The filter, as the last part of the grid's name, and the items that pass it."""
    shown = st.segmented_control(
        "Show", _SHOWN, default=_SHOWN[0], key=f"{here.state.id}/shown", label_visibility="collapsed", required=True
    )
    passes = {
        "Not estimated": lambda item: item.status is ItemStatus.UNKNOWN,
        "Estimated": lambda item: item.status is ItemStatus.ESTIMATED,
        "From decisions": lambda item: item.source is ItemSource.DECISION,
        "Not needed": lambda item: item.status is ItemStatus.NOT_NEEDED,
    }.get(shown or "")
    if passes is None:
        return "", here.state.items
    return f"/{shown}", tuple(item for item in here.state.items if passes(item))


def _frame(rows: tuple[ScopeItem, ...]) -> pd.DataFrame:
    return pd.DataFrame([_line(item) for item in rows], index=[item.id for item in rows])


def _grid_columns(here: Here) -> dict[str, Any]:
    config, currency = st.column_config, here.state.plan.currency
    return {
        "component": config.TextColumn("Component", width=320, required=True, max_chars=200),
        "status": config.TextColumn("Status"),
        "low": number_column("Low", help="Person-days if it goes well"),
        "likely": number_column("Likely", help="Person-days: as likely to be more as to be less"),
        "high": number_column("High", help="Person-days if it goes badly"),
        "owner": config.TextColumn("Owner", max_chars=200),
        "basis": config.TextColumn(
            TITLES["basis"], help="Where the estimate comes from", max_chars=1_000, width="medium"
        ),
        "not_needed_because": config.TextColumn(TITLES["not_needed_because"], width="medium"),
        "in_prototype": config.CheckboxColumn("In prototype"),
        "day_rate": number_column("Day rate", help=f"{currency} a person-day, where it differs from the plan's"),
        "one_off_cost": number_column("One-off cost", help=f"{currency}, beside the work: licences, hardware"),
        "run_cost_year": number_column("Run cost a year", help=f"{currency} a year once it runs"),
        "review_minutes": number_column(
            "Review minutes", help="Of one record that a person looks at, where it differs from the figure for all"
        ),
        "note": config.TextColumn("Note", width="medium"),
        "group": config.TextColumn("Group"),
        "source": config.TextColumn("From"),
        "description": config.TextColumn("What it is", width="large"),
    }


_PARTS = {"low": "low_days", "likely": "likely_days", "high": "high_days"}  # where the grid's name is shorter
_NUMBERS = ("low", "likely", "high", "day_rate", "one_off_cost", "run_cost_year", "review_minutes")


def _line(item: ScopeItem) -> dict[str, Any]:
    return {
        "component": item.component,
        "status": item.status.value,
        "low": figure_text(item.low_days),
        "likely": figure_text(item.likely_days),
        "high": figure_text(item.high_days),
        "owner": item.owner,
        "basis": item.basis,
        "not_needed_because": item.not_needed_because,
        "in_prototype": item.in_prototype,
        "day_rate": figure_text(item.day_rate),
        "one_off_cost": figure_text(item.one_off_cost),
        "run_cost_year": figure_text(item.run_cost_year),
        "review_minutes": figure_text(item.review_minutes),
        "note": item.note,
        "group": item.group,
        "source": f"decision: {item.handling}" if item.source is ItemSource.DECISION else item.source.value,
        "description": item.description,
    }


def _save(here: Here, edit: RowEdit) -> None:
    """Save a row's edit; where its cells do not go together, each cell by itself, and say which was refused."""
    try:
        _save_cells(here, edit.row, edit.values, insist=edit.insist)
    except InputError as error:
        if len(edit.values) == 1:
            raise InputError(_at_cell(here, edit.row, next(iter(edit.values)), error)) from error
        refused = _save_one_by_one(here, edit)
        if refused:
            raise InputError(" ".join(refused)) from error


def _save_one_by_one(here: Here, edit: RowEdit) -> list[str]:
    refused = []
    for column, value in edit.values.items():
        try:
            _save_cells(here, edit.row, {column: value}, insist=True)
        except InputError as error:
            refused.append(_at_cell(here, edit.row, column, error))
    return refused


def _at_cell(here: Here, row: str, column: str, error: InputError) -> str:
    """The refusal with the cell that it is about."""
    component = next((item.component for item in here.state.items if item.id == row), "")
    field = _PARTS.get(column, column)
    reason = str(error).removeprefix(f"{component}: ").removeprefix(f"{field.replace('_', ' ')}: ")
    return f"{component}, {TITLES[field]}: {reason}"


def _save_cells(here: Here, row: str, values: Mapping[str, Any], *, insist: bool) -> None:
    state = here.projects.load(here.state.id)
    component = next((item.component for item in state.items if item.id == row), None)
    if component is None:
        raise InputError("This component was removed meanwhile.")
    changes: dict[str, Any] = {}
    for column, value in values.items():
        if column in _NUMBERS:
            changes[_PARTS.get(column, column)] = typed_figure(value, component)
        elif column == "in_prototype":
            changes[column] = bool(value)
        else:
            changes[column] = str(value or "").strip()
    if "not_needed_because" in changes:
        changes["marked_not_needed"] = bool(changes["not_needed_because"])
    drawn = state if insist else here.state
    version = drawn.version_of(Kind.SCOPE_ITEM, row)
    try:
        here.projects.change_item(here.state.id, row, changes, version=version, who=here.who)
    except ConflictError as conflict:
        typed = [field for field in changes if field != "marked_not_needed"]  # it follows the reason
        raise _in_the_grids_words(conflict, component, typed) from conflict


def _in_the_grids_words(conflict: ConflictError, component: str, typed: Sequence[str]) -> ConflictError:
    """The conflict about the cells that were typed into, by the component's name and the columns' titles."""
    apart = [field for field in typed if conflict.mine.get(field) != conflict.theirs.get(field)]
    return ConflictError(
        component,
        read_version=conflict.read_version,
        current_version=conflict.current_version,
        by=conflict.by,
        mine={TITLES[field]: conflict.mine.get(field) for field in apart},
        theirs={TITLES[field]: conflict.theirs.get(field) for field in apart},
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
    removable = told_apart({item.id: item.component for item in items if item.id not in fixed})
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
