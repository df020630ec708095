"""From audit to cost: what the handling decisions cost, and the catalog's starting points for the scope."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from readiness.diagnosis.decision_costs import DecisionCost, DecisionCosts, decision_costs
from readiness.diagnosis.review_load import ReviewFigure
from readiness.ranges import Range
from readiness.scope.catalog import Proposal
from readiness.scope.items import ItemStatus, ScopeItem
from readiness.shares import Share
from readiness.ui.acts import act, show_refusal
from readiness.ui.page import Here, link
from readiness.ui.rooms import SCOPE, WORKFLOW
from readiness.ui.wording import interval, percent, plain, told_apart

# --- Production scope ---------------------------------------------------------------------------------------------


def offer(here: Here) -> None:
    """The catalog's starting points for what nobody has estimated yet, to be taken over; nothing without any."""
    offered = here.projects.proposals(here.state)
    if not offered:
        return
    st.subheader("Starting points from the catalog")
    st.caption(
        f"{plain(here.projects.components.source)} None of them counts before somebody takes it over, and a figure "
        "that somebody has typed is never replaced."
    )
    _offered_table(offered)
    _take_over(here, offered)


def _offered_table(offered: Sequence[Proposal]) -> None:
    config = st.column_config
    frame = pd.DataFrame(
        {
            "Component": [one.component for one in offered],
            "Low": [one.low for one in offered],
            "Likely": [one.likely for one in offered],
            "High": [one.high for one in offered],
            "Review minutes": [one.review_minutes for one in offered],
            "Why": [one.why for one in offered],
        }
    )
    frame["Review minutes"] = pd.to_numeric(frame["Review minutes"])
    days = {name: config.NumberColumn(name, help="Person-days", format="%g") for name in ("Low", "Likely", "High")}
    minutes = config.NumberColumn(help="Of one record that a person looks at, where neither you nor the plan says it")
    columns = {**days, "Review minutes": minutes}
    if frame["Review minutes"].isna().all():
        frame = frame.drop(columns="Review minutes")
    st.dataframe(
        frame,
        column_config={**columns, "Why": config.TextColumn(width="large")},
        hide_index=True,
        width="stretch",
        placeholder="",
        alt="Starting points from the catalog, generated and not measured",
    )


def _take_over(here: Here, offered: Sequence[Proposal]) -> None:
    names = told_apart({one.item_id: one.component for one in offered})
    key = f"{here.state.id}/proposals"
    chosen = st.multiselect(
        "Components to take a starting point for",
        list(names),
        format_func=lambda item_id: names.get(item_id, item_id),
        key=key,
        placeholder=f"{len(names)} to choose from",
    )

    def take() -> str:
        wanted = list(st.session_state[key])
        taken = here.projects.take_proposals(here.state.id, wanted, who=here.who)
        st.session_state[key] = []
        return _taken_sentence(len(taken), len(wanted) - len(taken))

    def clicked() -> None:
        if st.session_state[key]:  # the second click of a double click finds nothing chosen any more
            act(key, take)

    st.button("Take over as estimates", disabled=not chosen, on_click=clicked)
    show_refusal(key)


def _taken_sentence(taken: int, left: int) -> str:
    done = "1 starting point is an estimate now" if taken == 1 else f"{taken} starting points are estimates now"
    beside = f"; {left} had been estimated meanwhile and {'stays' if left == 1 else 'stay'} as typed" if left else ""
    return f"{done}{beside}. Argue with them: they were not measured." if taken else f"Nothing was taken over{beside}."


# --- Data audit ---------------------------------------------------------------------------------------------------


def cost_of_decisions(here: Here) -> None:
    """One sentence and a small table of what the decisions cost; nothing while nothing is decided."""
    state = here.state
    report = state.audit.report if state.audit else None
    costs = decision_costs(report, state.decisions, state.items, state.plan, state.workflow)
    if costs is None:
        return
    st.markdown(f"**What the decisions cost.** {plain(costs.sentence)}")
    _where_to_state(costs)
    with st.expander("Decision by decision"):
        st.dataframe(
            pd.DataFrame([_cost_line(line, costs.currency) for line in costs.lines]),
            hide_index=True,
            width="stretch",
            alt="Handling decisions with what each costs",
        )
        st.caption(
            "A record with several edge cases counts under one decision only, and not at all where it is rejected. "
            "Records and money carry the 95% interval of the share; person-days stand as low / likely / high."
        )


_ON_SCOPE = {
    ReviewFigure.MINUTES: "the minutes of a review",
    ReviewFigure.RATE: "the hourly rate of the reviewers",
}


def _where_to_state(costs: DecisionCosts) -> None:
    missing = set(costs.missing)
    with st.container(horizontal=True):
        if ReviewFigure.VOLUME in missing:
            link(WORKFLOW, "State how often the job runs →")
        of_reviews = [name for figure, name in _ON_SCOPE.items() if figure in missing]
        if of_reviews:
            link(SCOPE, f"State {' and '.join(of_reviews)} →")
        if costs.not_estimated:
            link(SCOPE, "Estimate what is to be built →")


def _cost_line(line: DecisionCost, currency: str) -> dict[str, str]:
    return {
        "Edge case": line.title,
        "Handling": line.handling,
        "Goes to people": _share(line.share),
        "Records a month": _range(line.records_per_month),
        "Minutes each": "" if line.minutes is None else f"{line.minutes:g}",
        f"{currency} a month": _range(line.cost_per_month),
        "Person-days to build": _days(line.item),
        "Not stated": ", ".join(figure.value for figure in line.missing),
    }


def _days(item: ScopeItem) -> str:
    if item.status is not ItemStatus.ESTIMATED:
        return {ItemStatus.UNKNOWN: "unknown", ItemStatus.NOT_NEEDED: "not needed"}[item.status]
    return f"{item.low_days:g} / {item.likely_days:g} / {item.high_days:g}"


def _share(value: Share | None) -> str:
    return f"{percent(value.share)} ({interval(value.low, value.high)})" if value else ""


def _range(value: Range | None) -> str:
    if value is None:
        return ""
    likely = f"{value.likely:,.0f}"
    return likely if value.low == value.high else f"{likely} ({value.low:,.0f} to {value.high:,.0f})"
