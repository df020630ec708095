"""The parts of the Workflow page."""

from __future__ import annotations

import streamlit as st

from readiness.operation.rules import DONE_DAYS
from readiness.project import Kind
from readiness.ui.autosave import Row, choice_field, date_field, figure_field, row_of, text_field
from readiness.ui.page import Here
from readiness.workflow import Stage, missing_parts


def job(here: Here) -> None:
    """The repeated task, how often it runs and what it costs when it goes wrong."""
    row = row_of(here, Kind.WORKFLOW, here.state.workflow)
    st.subheader("The job")
    text_field(
        row,
        "task",
        "The repeated task, in one sentence",
        placeholder="For example: read incoming invoices and route each to the cost centre that pays it",
    )
    left, right = st.columns(2)
    with left:
        figure_field(row, "volume_per_month", "How often it runs (items per month)")
    with right:
        choice_field(
            row, "stage", "Where the project stands", Stage, help="A stalled project is asked about what runs now."
        )
        if here.state.workflow.stage is Stage.STALLED:
            date_field(row, "launched_on", "Launched on")
    if here.state.workflow.stage is Stage.BEFORE_BUILD:
        _planned_dates(row)
    text_field(row, "cost_of_delay", "What happens when it is late or wrong", lines=3)
    text_field(row, "sources", "Tools and documents it draws on, and the right to use them", lines=3)


def _planned_dates(row: Row) -> None:
    """When it is to run, and when its team is to go; apart by the days that the outcome has to hold."""
    left, right = st.columns(2)
    with left:
        date_field(row, "go_live_on", "Planned go-live")
    with right:
        date_field(
            row,
            "done_on",
            "Planned end, when the team is released",
            help=f"Done is more than deployed: the outcome inside its tolerance on {DONE_DAYS} days in a row.",
        )


def review_and_next_step(here: Here) -> None:
    """Who looks at an output, and what happens with it."""
    row = row_of(here, Kind.WORKFLOW, here.state.workflow)
    st.subheader("Review and next step")
    text_field(row, "reviewer", "Who reviews before a customer, patient, lead or payment is touched")
    text_field(row, "next_step", "What happens with an output", lines=2)
    text_field(row, "keep_if", "What would make version one worth keeping", lines=2)


def what_is_missing(here: Here) -> None:
    """What a job worth building for states, and this one does not yet."""
    missing = missing_parts(here.state.workflow)
    if missing:
        st.info("Not stated yet: " + ", ".join(missing) + ".")
    else:
        st.success("The job can be named, it is frequent, its cost is visible, and somebody will use the output.")
