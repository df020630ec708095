"""Agreement tested on records, on the page: three parts that can stand on their own.

`asked_now(taking, round)` draws what one participant is asked now, and nothing else: no name of another, no control of
the exercise. Whoever shows it says who takes part (`Taking`: the projects, the state of the project, the name) and
which round is open; it runs itself again after every answer, and whoever shows it looks for the reveal (readiness.
project.asking.phase). `facilitate(here)` draws what a facilitator does: set up an exercise, see who is done, reveal.
`tested(here)` is the whole of it on the Outcome page, with what the revealed exercises say.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from readiness.ballots import Round
from readiness.errors import ReadinessError
from readiness.exports.figures import counted
from readiness.outcome.exercise_result import ExerciseResult
from readiness.project import Projects, agreeing
from readiness.project.agreeing import Asked
from readiness.ui import agreement_form, round_form
from readiness.ui.agreement_result import revealed, summary_line
from readiness.ui.agreement_setup import least_agreement, set_up
from readiness.ui.page import Here
from readiness.ui.taking_part import Taking
from readiness.ui.wording import moment, plain

LOOK_EVERY = 4.0  # seconds until an exercise that somebody opens is on every page


def tested(here: Here) -> None:
    """Whether people agree on a correct output, measured on records: the exercise that is open, or the latest one."""
    st.subheader("Agreement tested on records")
    st.caption(
        "Everyone judges the same records in private, on their own device; all answers are revealed together. Where "
        "people cannot agree on what is correct, the work is not ready to be scoped."
    )
    current = agreeing.now_asked(here.projects, here.state.id)
    found = agreeing.results(here.state)
    if current is not None:
        _open(here, current)
    elif found:
        revealed(here, found[0])
    facilitate(here)
    _earlier(here, found if current is not None else found[1:])
    _look_for_changes(here.projects, here.state.id, agreeing.phase(here.projects, here.state.id))


def asked_now(taking: Taking, current: Round, name_place: str = "in the sidebar") -> None:
    """What a participant is asked in this round of judgments, and nothing else. Digits answer."""
    agreement_form.judge(taking, current, name_place)


def facilitate(here: Here) -> None:
    """Setting up an exercise; while one is open, it stands in its own box with who is done and the reveal."""
    if agreeing.now_asked(here.projects, here.state.id) is not None:
        return
    opened = bool(here.state.exercises)
    with st.expander("Judge other records" if opened else "Test the agreement on records"):
        least_agreement(here)
        set_up(here)


def _open(here: Here, current: Asked) -> None:
    """The box of the exercise that is open: what this window is asked, who is done, and the reveal."""
    with st.container(border=True):
        st.markdown(f"#### Judgments are asked for: {counted(len(current.round.things), 'record')}")
        by = plain(current.round.opened_by or "somebody")
        st.markdown(
            f"Asked by {by}, {current.round.opened_at:%H:%M} UTC. Nobody sees anything of your answers before all are "
            "revealed together: until then only who has answered is known."
        )
        if round_form.names_nobody(here.who):
            round_form.ask_name(here.state.id)
        else:
            agreement_form.judge(here, current.round, keys=False)  # other parts of this page are out of sight
    with st.container(border=True):
        round_form.progress(agreement_form.part_of(here, current.round))


def _earlier(here: Here, found: Sequence[ExerciseResult]) -> None:
    if not found:
        return
    with st.expander(f"Earlier exercises: {len(found)}"):
        lines = [summary_line(one, here.state.agreement.least) for one in found]
        config = {
            "Raw agreement": st.column_config.NumberColumn(format="%.0f%%"),
            "Alpha": st.column_config.NumberColumn(format="%.2f"),
        }
        st.dataframe(
            pd.DataFrame(lines), hide_index=True, width="stretch", column_config=config, alt="Earlier exercises"
        )
        by_id = {one.exercise.id: one for one in found}
        chosen = st.selectbox(
            "Look at an exercise",
            list(by_id),
            format_func=lambda identifier: moment(by_id[identifier].opened_at),
            index=None,
            placeholder="Choose one",
            key=f"{here.state.id}/agreement/earlier",
        )
        if chosen is not None:
            revealed(here, by_id[chosen])


@st.fragment(run_every=LOOK_EVERY)
def _look_for_changes(projects: Projects, project_id: str, drawn: agreeing.Phase) -> None:
    """Runs the page again once somebody has opened or settled something. A reveal is looked for where it is waited
    for, so that nobody who still types loses the form."""
    try:
        now = agreeing.phase(projects, project_id)
    except ReadinessError:
        return  # the next run of the page says what is wrong
    if now != drawn and not drawn.is_open:
        st.rerun()
