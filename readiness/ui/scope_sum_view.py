"""The parts of the Production scope page below the components: what the sum is made with, and what it says."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from readiness.project import Kind
from readiness.scope.items import MOST_RATE
from readiness.scope.outside_view import REFERENCES, outside_view
from readiness.scope.simulation import Simulation
from readiness.ui import charts
from readiness.ui.autosave import figure_field, row_of, text_field
from readiness.ui.page import Here
from readiness.ui.wording import plain

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plan(here: Here) -> None:
    """What the total is held against, and what turns person-days into money and weeks."""
    st.subheader("The plan it is held against")
    row = row_of(here, Kind.SCOPE_PLAN, here.state.plan)
    columns = st.columns(4)
    with columns[0]:
        figure_field(row, "prototype_days", "Prototype took (person-days)", most=100_000.0)
    with columns[1]:
        figure_field(
            row,
            "planned_days",
            "Its team planned for production (person-days)",
            most=100_000.0,
            help="The prototype team's own estimate of production, as it was given before this inventory.",
        )
    with columns[2]:
        figure_field(row, "day_rate", "Day rate", most=MOST_RATE, help="Of components without their own.")
    with columns[3]:
        text_field(row, "currency", "Currency")
    columns = st.columns(4)
    with columns[0]:
        figure_field(
            row,
            "team_size",
            "People at work at a time",
            least=0.1,
            most=1_000.0,
            help="For the calendar time. Half a person is 0.5.",
        )
    with columns[1]:
        figure_field(
            row,
            "productive_days_per_week",
            "Productive days a week",
            least=0.5,
            most=7.0,
            help="Of one person. Four of five is a common figure: the fifth goes to leave, meetings and support.",
        )
    with columns[2]:
        figure_field(
            row,
            "review_minutes",
            "Minutes to review one record",
            most=10_000.0,
            help="Of a record that a handling decision sends to a person. Each component can have its own figure.",
        )
    with columns[3]:
        figure_field(row, "review_hour_rate", "Hour rate of reviewers", most=MOST_RATE, help="Makes the run cost.")
    _how_the_sum_is_made(here)


def _how_the_sum_is_made(here: Here) -> None:
    with st.expander("How the sum is made"):
        row = row_of(here, Kind.SCOPE_PLAN, here.state.plan)
        left, right = st.columns(2, gap="large")
        with left:
            figure_field(
                row,
                "confidence",
                "Between low and high it ends with a chance of",
                percent=True,
                least=50.0,
                most=98.0,
                help="80% makes low the 10th and high the 90th percentile. People who say that they are sure usually "
                "give ranges that are much too narrow (Jørgensen 2004, on software effort).",
            )
        with right:
            figure_field(
                row,
                "common_cause",
                "Common cause of all components",
                percent=True,
                help="The correlation of any two components: the same team, the same data and the same unknown systems "
                "make them go well or badly together. 0% would let overruns and savings cancel out and make the sum "
                "falsely narrow; 100% adds up the bad cases. Where nothing was measured, 20% to 30% is customary.",
            )


def outside(here: Here) -> None:
    """The total beside what comparable projects needed against their plan."""
    st.subheader("The outside view")
    found = outside_view(here.diagnosis.ledger.total, here.state.plan)
    for sentence in found.sentences:
        st.markdown(plain(sentence))
    row = row_of(here, Kind.SCOPE_PLAN, here.state.plan)
    left, right = st.columns([1, 3])
    with left:
        figure_field(
            row,
            "reference_multiplier",
            "Times the plan, in comparable projects",
            least=0.1,
            most=100.0,
            help="From your own finished projects, if you can. What was published stands below.",
        )
    with right:
        text_field(row, "reference_source", "Which projects", placeholder="Our last six deliveries, actual over plan")
    with st.expander("Published figures to set beside your own"):
        frame = pd.DataFrame(
            [(one.name, one.multiplier, one.sentence, one.source) for one in REFERENCES],
            columns=["Figure", "Times the plan", "What it says", "Source"],
        )
        st.dataframe(
            frame,
            hide_index=True,
            width="stretch",
            row_height=60,
            column_config={
                "Figure": st.column_config.TextColumn(width="medium"),
                "Times the plan": st.column_config.NumberColumn(format="%g"),
                "What it says": st.column_config.TextColumn(width="large"),
                "Source": st.column_config.TextColumn(width="medium"),
            },
        )
        st.caption("Of different projects, counted in different ways: choose one, and never add or average them.")


def spread(here: Here) -> None:
    """Where the range comes from, and what it says about cost."""
    simulated = here.diagnosis.ledger.total.simulated
    if simulated is None:
        return
    st.subheader("Where the range comes from")
    total = here.diagnosis.ledger.total
    drawn: tuple[tuple[str, Callable[[], None]], ...] = (
        ("Spread", lambda: charts.tornado(simulated)),
        ("Cumulative cost", lambda: _curve(here, simulated)),
        ("Groups", lambda: charts.group_ranges(total)),
        ("Components", lambda: charts.scope_ranges(here.state.items)),
    )
    # Only the tab that is open is drawn: four charts are half of the time that an edit takes.
    tabs = st.tabs([title for title, _ in drawn], key=f"{here.state.id}/spread", on_change="rerun")
    for tab, (_, draw) in zip(tabs, drawn, strict=True):
        with tab:
            if tab.open:
                draw()


def _curve(here: Here, simulated: Simulation) -> None:
    plan, unknown = here.state.plan, here.diagnosis.ledger.total.unknown
    charts.s_curve(simulated, plan.currency, plan, unknown=len(unknown))


def export(here: Here) -> None:
    """The workbook that goes to finance."""
    st.download_button(
        "Export to Excel",
        data=lambda: here.projects.workbook(here.state.id),
        file_name="production-scope.xlsx",
        mime=EXCEL,
        on_click="ignore",
        type="primary",
        help="Live formulas with their results, for a reader without this page. Edited there, it comes back below.",
    )
