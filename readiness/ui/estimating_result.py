"""The round just revealed: what everyone said, side by side, the largest disagreement first, and what is agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from readiness.ballots import Round
from readiness.errors import ConflictError, InputError, ReadinessError
from readiness.exports.figures import counted
from readiness.project import estimating as together
from readiness.scope.rounds import PARTS, Spread, answer_of, finding
from readiness.ui import round_form, session
from readiness.ui.acts import act, show_refusal
from readiness.ui.estimating_form import day_input, fields, typed_days, written
from readiness.ui.grids import figure_text
from readiness.ui.page import Here
from readiness.ui.wording import moment, plain

SHOWN_FOR = timedelta(hours=12)  # after the reveal; then it is among the earlier rounds
FIGURE_PIXELS, NAME_PIXELS = 56, 110  # side by side on a phone


def is_current(here: Here, latest: Round) -> bool:
    """Whether the group is still at it: revealed lately, answered, and not all agreed."""
    if latest.revealed_at is None or latest.revealed_at + SHOWN_FOR < here.projects.clock():
        return False
    answered = {of.item_id for of in together.results(here.state, latest) if of.opinions}
    return not answered.isdisjoint(_agreeable(here, latest))


def _agreeable(here: Here, round_: Round) -> list[str]:
    present = {item.id for item in here.state.items}
    return [thing for thing in round_.things if thing in present and thing not in round_.agreed]


def revealed(here: Here, latest: Round) -> None:
    spreads = together.results(here.state, latest)
    with st.container(border=True):
        st.markdown(f"#### {plain(finding(spreads))}")
        st.caption(_headline(here, latest))
        round_form.not_in_the_round(latest, here.who, fields())
        _summary(spreads)
        silent = [of.component for of in spreads if not of.opinions]
        if silent:
            st.caption(plain(f"Nobody answered about {', '.join(silent)}."))
        _agreement(here, latest, spreads)


def _headline(here: Here, round_: Round) -> str:
    people = counted(together.people(here.state, round_), "person", "people")
    return (
        f"Round of {moment(round_.opened_at)}: {people}, {_components(len(round_.things))}; "
        f"revealed by {plain(round_.revealed_by or 'somebody')}."
    )


def _summary(spreads: Sequence[Spread]) -> None:
    lines = [
        {
            "Component": of.component,
            "Likely": of.span or "not known",
            "Times": of.ratio if len(of.estimates) > 1 else None,
            "Ranges apart": of.apart * 100 if len(of.estimates) > 1 else None,
            "Estimates": len(of.estimates),
            "Do not know": of.unknown,
        }
        for of in spreads
        if of.opinions
    ]
    config = st.column_config
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        width="stretch",
        placeholder="-",
        column_config={
            "Component": config.TextColumn(width=225),
            "Likely": config.TextColumn(width=80, help="Person-days, from the lowest to the highest"),
            "Times": config.NumberColumn(format="%.1f", help="The highest likely figure as a multiple of the lowest"),
            "Ranges apart": config.NumberColumn(
                format="%.0f%%", help="Pairs of people whose ranges from low to high have nothing in common"
            ),
        },
        alt="Spread of the estimates of each component",
    )
    st.caption(
        "The largest disagreement first: the difference of the likely figures in person-days, counted up to twice "
        "where ranges have nothing in common."
    )


def _agreement(here: Here, round_: Round, spreads: Sequence[Spread]) -> None:
    """Who said what, component by component, and the figures that the group agrees on."""
    place, open_still = f"{round_.id}/agreed", set(_agreeable(here, round_))
    present = {item.id for item in here.state.items}
    with st.form(place, border=False, enter_to_submit=False):
        for of in (of for of in spreads if of.opinions):
            with st.container(border=True):
                st.markdown(f"**{plain(of.component)}**")
                said, agreed = st.columns([5, 4], gap="medium")
                with said:
                    _opinions(of)
                with agreed:
                    if of.item_id not in present:
                        st.caption("Removed meanwhile, so it cannot take an estimate.")
                    else:
                        _agreed_fields(round_, of, place)
        st.form_submit_button("Save what is agreed", type="primary", on_click=_agreed, args=(here, round_))
    for sentence in st.session_state.get(f"{place}/refused", ()):
        st.error(plain(sentence))
    if open_still:
        _ask_again(here, round_, sorted(open_still, key=round_.things.index))


def _opinions(of: Spread) -> None:
    known = [(opinion.participant, *opinion.days) for opinion in of.opinions if opinion.days]
    unknown = [opinion.participant for opinion in of.opinions if not opinion.days]
    if known:
        number = st.column_config.NumberColumn(format="%g", help="Person-days", width=FIGURE_PIXELS)
        st.dataframe(
            pd.DataFrame(known, columns=["Who", *PARTS.values()]),
            hide_index=True,
            width="stretch",
            column_config={
                "Who": st.column_config.TextColumn(width=NAME_PIXELS),
                **dict.fromkeys(PARTS.values(), number),
            },
            alt=f"Estimates of {of.component}",
        )
    if unknown:
        st.caption(plain(f"Do not know: {', '.join(unknown)}."))


def _agreed_fields(round_: Round, of: Spread, place: str) -> None:
    settled, hint = together.agreed_on(round_, of.item_id), of.pooled
    before = dict(zip(PARTS, settled, strict=True)) if settled else None
    st.caption(
        (f"Agreed: {written(before)}. " if before else "Agreed, in person-days. ")
        + (f"Median of what was said: {written(dict(zip(PARTS, hint, strict=True)))}." if hint else "")
    )
    with st.container(horizontal=True, gap="xsmall"):
        for part, name in PARTS.items():
            key = f"{place}/{of.item_id}/{part}"
            if before and key not in st.session_state:
                st.session_state[key] = figure_text(before[part]) or ""
            day_input(name, key)


def _agreed(here: Here, round_: Round) -> None:
    """Save every component whose three figures are in order; name the others."""
    place = f"{round_.id}/agreed"
    refused: list[str] = []
    figures: dict[str, tuple[Any, Any, Any]] = {}
    for thing in round_.things:
        try:
            low, likely, high = typed_days(round_.label(thing), f"{place}/{thing}")
            if (low, likely, high) == (None, None, None):
                continue
            answer = answer_of(round_.label(thing), low, likely, high)
        except InputError as error:
            refused.append(str(error))
        else:
            if answer != round_.agreed.get(thing):
                figures[thing] = (low, likely, high)
    if figures:
        refused += _save_agreed(here, round_, figures)
    elif not refused:
        refused.append("Nothing new is filled in. Type the three figures that the group agrees on.")
    st.session_state[f"{place}/refused"] = refused


def _save_agreed(here: Here, round_: Round, figures: dict[str, tuple[Any, Any, Any]]) -> list[str]:
    """Why the figures could not be saved; nothing where they were."""
    try:
        together.agree(here.projects, here.state, round_.id, figures, who=here.who)
    except ConflictError as conflict:
        theirs = conflict.theirs
        name, by = theirs.get("component") or "A component", conflict.by or "Somebody"
        return [f"{name}: {by} entered {written(theirs)} meanwhile. Nothing was overwritten; save again to replace it."]
    except ReadinessError as error:
        return [str(error)]
    session.leave_notice(f"Saved: the agreed estimate of {_components(len(figures))}.")
    return []


def _ask_again(here: Here, round_: Round, things: Sequence[str]) -> None:
    place = f"{round_.id}/again"

    def again() -> str:
        together.open_round(here.projects, here.state.id, things, participants=round_.participants, who=here.who)
        return "Asked again."

    st.button(
        f"Ask again: {_components(len(things))} not agreed",
        key=place,
        on_click=act,
        args=(place, again),
        help="Opens a new round over them. What was said in this one is kept.",
    )
    show_refusal(place)


def _components(count: int) -> str:
    return counted(count, "component")
