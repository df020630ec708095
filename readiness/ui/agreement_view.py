"""Agreement tested on records, on the Outcome page: the exercise that is open, what the revealed ones say, and how to
set up another one. A participant who joined by the link sees the form alone: readiness/ui/agreement_form.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from readiness.errors import ReadinessError
from readiness.exports.figures import counted
from readiness.outcome.exercise_result import ExerciseResult
from readiness.project import agreeing
from readiness.project.agreeing import Asked
from readiness.ui import agreement_form, cache, round_form, session
from readiness.ui.agreement_result import revealed, summary_line
from readiness.ui.agreement_setup import least_agreement, set_up
from readiness.ui.page import Here
from readiness.ui.wording import plain


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
    look = partial(agreeing.phase, here.projects, here.state.id)
    round_form.look_for_changes(look, look())


def lead_to_what_is_asked(tabs: str, label: str) -> None:
    """Turn the tabs with this key to `label` where judgments are asked for: when somebody comes to the page, and once
    when a new exercise is opened; whoever turns to another tab after that stays there."""
    project_id = session.project_id()
    if project_id is None:
        return
    try:
        now = agreeing.phase(cache.projects(), project_id)
    except ReadinessError:
        return  # the page says what is wrong
    led_to = f"{tabs}/led_to"
    if now.is_open and (tabs not in st.session_state or st.session_state.get(led_to) != now.round_id):
        st.session_state[tabs] = label
        st.session_state[led_to] = now.round_id


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
        titles = round_form.titles({identifier: one.opened_at for identifier, one in by_id.items()})
        chosen = st.selectbox(
            "Look at an exercise",
            list(by_id),
            format_func=titles.__getitem__,
            index=None,
            placeholder="Choose one",
            key=f"{here.state.id}/agreement/earlier",
        )
        if chosen is not None:
            revealed(here, by_id[chosen])
