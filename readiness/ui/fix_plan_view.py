"""The fix plan on the Diagnosis page: steps with owner and date, closed by evidence and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.fix_plan import FixTask, PlannedStep, TaskStatus
from readiness.diagnosis.verdict_table import Verdict
from readiness.project import Kind
from readiness.project.fixing import fix_plan
from readiness.ui import cache, on_this_page
from readiness.ui.autosave import check_field, date_field, row_of, text_field
from readiness.ui.page import Colour, Here, link_to_place
from readiness.ui.wording import badge, day, plain

_COLOUR: dict[TaskStatus, Colour] = {
    TaskStatus.OPEN: "gray",
    TaskStatus.BEGUN: "orange",
    TaskStatus.OVERDUE: "red",
    TaskStatus.CLOSED: "green",
}


def plan(here: Here) -> None:
    """The steps of the failing questions in their order; nothing while none fails and nothing was planned."""
    steps = fix_plan(here.projects, here.state, here.diagnosis)
    if not steps:
        return
    closed = sum(step.status is TaskStatus.CLOSED for step in steps)
    st.subheader(on_this_page.PLAN, anchor=on_this_page.anchor(on_this_page.PLAN))
    if here.diagnosis.verdict is Verdict.STOP:
        st.info("A stop rule is met. Nothing of this is begun before that rule is settled.")
    st.caption(
        f"{closed} of {len(steps)} steps are closed. Nobody ticks a step off: it closes once the project holds the "
        "evidence for it, and opens again when that goes."
    )
    for mode in dict.fromkeys(step.mode for step in steps):
        _of_mode(here, mode, [step for step in steps if step.mode is mode])


def _of_mode(here: Here, mode: FailureMode, steps: Sequence[PlannedStep]) -> None:
    primary = mode is here.diagnosis.primary
    closed = sum(step.status is TaskStatus.CLOSED for step in steps)
    title = cache.failure_modes().of(mode).title
    lead = "Fix first" if primary else "Also found" if mode in here.diagnosis.also_found else "Planned earlier"
    with st.expander(f"{lead}: {plain(title)} ({closed} of {len(steps)} closed)", expanded=primary):
        for number, step in enumerate(steps, start=1):
            _step(here, number, step)


def _step(here: Here, number: int, step: PlannedStep) -> None:
    with st.container(border=True):
        st.markdown(f"**{number}. {plain(step.step.step)}** {badge(step.status.value, _COLOUR[step.status])}")
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.markdown(plain(step.because))
            st.caption(plain(f"Closed by: {step.step.evidence}"))
            if step.status is not TaskStatus.CLOSED:
                link_to_place(step.place, f"Do it on {plain(step.place.words)} →")
        with right:
            if step.status is TaskStatus.CLOSED:
                _settled(step.task)
            else:
                _task(here, step)


def _settled(task: FixTask) -> None:
    """Who did it, once it is done: nothing is left to enter."""
    said = [part for part in (task.owner.strip(), f"due {day(task.due_on)}" if task.due_on else "") if part]
    if said:
        st.caption(plain(", ".join(said)))
    if task.note.strip():
        st.caption(plain(task.note))


def _task(here: Here, step: PlannedStep) -> None:
    row = row_of(here, Kind.FIX_TASK, step.task, step.step.id)
    owner, due = st.columns(2)
    with owner:
        text_field(row, "owner", "Who does it")
    with due:
        date_field(row, "due_on", "Due")
    check_field(row, "begun", "Begun")
    text_field(row, "note", "Note")
