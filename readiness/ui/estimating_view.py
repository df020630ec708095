"""Estimating together, on the page: opening a round, the round that is open, the one just revealed, and earlier ones.

Facilitator and participants see the same. Until the reveal a page reads who has answered and no answer: a
participant's own figures are shown to their own window, from what was typed into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from readiness.ballots import MOST_THINGS, Round, names_in
from readiness.project import estimating as together
from readiness.scope.items import ItemStatus
from readiness.scope.rounds import PARTS, finding
from readiness.ui import round_form
from readiness.ui.acts import act, show_refusal
from readiness.ui.estimating_form import asked
from readiness.ui.estimating_result import is_current, revealed
from readiness.ui.page import Here
from readiness.ui.wording import moment, told_apart


def estimating(here: Here) -> None:
    """A round that is open, or the latest one while its figures are not agreed; and below, folded, how to open one."""
    rounds = together.rounds_of(here.state)
    latest = rounds[0] if rounds else None
    if latest is not None and latest.is_open:
        asked(here, latest)
        return
    if latest is not None and is_current(here, latest):
        revealed(here, latest)
    with st.expander("Estimate together, each person in private first"):
        _open_form(here)
        _earlier(here, rounds)
    round_form.look_for_changes(partial(together.phase, here.projects, here.state.id), together.phase_of(rounds))


def _open_form(here: Here) -> None:
    place = f"{here.state.id}/estimating/open"
    asked = [item for item in here.state.items if item.status is not ItemStatus.NOT_NEEDED]
    names = told_apart({item.id: item.component for item in asked})
    if not names:
        st.info("There is no component to estimate yet.")
        return
    simulated = here.diagnosis.ledger.total.simulated
    widest = [part.item_id for part in simulated.contributions] if simulated else []
    offered = [thing for thing in together.offered_items(here.state, widest) if thing in names]
    st.markdown(
        "Everyone who has this project open estimates in private; all figures are revealed together. Two people who "
        "mean different things by one component show it here, and not after the contract."
    )

    def open_it() -> str:
        participants = names_in(str(st.session_state[f"{place}/people"]))
        chosen = st.session_state[f"{place}/items"]
        together.open_round(here.projects, here.state.id, chosen, participants=participants, who=here.who)
        return "The round is open."

    with st.form(place, border=False, enter_to_submit=False):
        st.multiselect(
            "Components",
            list(names),
            default=offered,
            format_func=names.__getitem__,
            key=f"{place}/items",
            max_selections=MOST_THINGS,
            help="Offered: what is not estimated; when all is, what adds most to the spread of the total.",
        )
        round_form.ask_people(f"{place}/people")
        st.form_submit_button("Ask everyone", on_click=act, args=(place, open_it))
    show_refusal(place)


def _earlier(here: Here, rounds: Sequence[Round]) -> None:
    revealed = {round_.id: round_ for round_ in rounds if not round_.is_open}
    if not revealed:
        return
    st.markdown("**Earlier rounds**")
    lines = [
        {
            "Opened": moment(round_.opened_at),
            "By": round_.opened_by,
            "Components": len(round_.things),
            "People": together.people(here.state, round_),
            "Agreed": len(round_.agreed),
            "Largest disagreement": finding(together.results(here.state, round_)),
        }
        for round_ in revealed.values()
    ]
    st.dataframe(pd.DataFrame(lines), hide_index=True, width="stretch", alt="Earlier rounds")
    titles = round_form.titles({identifier: round_.opened_at for identifier, round_ in revealed.items()})
    chosen = st.selectbox(
        "Look at a round",
        list(revealed),
        format_func=titles.__getitem__,
        index=None,
        placeholder="Choose one",
        key=f"{here.state.id}/estimating/earlier",
    )
    if chosen is not None:
        st.dataframe(_all_figures(here, revealed[chosen]), hide_index=True, width="stretch", alt="What was said")


def _all_figures(here: Here, round_: Round) -> pd.DataFrame:
    lines: list[dict[str, Any]] = []
    for of in together.results(here.state, round_):
        for opinion in of.opinions:
            days = opinion.days or (None, None, None)
            known = "" if opinion.days else "does not know"
            lines.append(_figure_line(of.component, opinion.participant, days, known))
        agreed = together.agreed_on(round_, of.item_id)
        if agreed:
            lines.append(_figure_line(of.component, "agreed", agreed, ""))
    columns = ["Component", "Who", *PARTS.values(), ""]
    return pd.DataFrame(lines, columns=columns)


def _figure_line(component: str, who: str, days: Sequence[float | None], remark: str) -> dict[str, Any]:
    return {"Component": component, "Who": who, **dict(zip(PARTS.values(), days, strict=True)), "": remark}
