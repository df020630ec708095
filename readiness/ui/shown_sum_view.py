"""Who was shown the sum of the scope, on the Production scope page: what later estimates are held against."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import streamlit as st

from readiness.project import fixing
from readiness.scope.shown import ShownSum, compressed_since, latest_shown
from readiness.ui.acts import act, act_on_text, show_refusal
from readiness.ui.page import Here
from readiness.ui.wording import day, plain


def shown(here: Here) -> None:
    """The record of who has seen the sum, what became smaller since, and a form for the next showing."""
    if here.diagnosis.ledger.total.simulated is None and not here.state.shown:
        return
    st.subheader("Shown to")
    st.caption(
        "Note who was shown this sum, and when. Figures that fall afterwards are listed, so that a date is never kept "
        "by dropping what makes the system safe to run."
    )
    for record in reversed(here.state.shown):
        _record(here, record)
    latest = latest_shown(here.state.shown)
    smaller = compressed_since(latest, here.state.items) if latest else ()
    if smaller and latest:
        lines = "\n".join(f"- {plain(sentence)}" for sentence in smaller)
        st.warning(f"Smaller since {plain(day(latest.shown_on))}:\n\n{lines}")
    _form(here)


def _record(here: Here, record: ShownSum) -> None:
    place = f"{here.state.id}/shown/{record.id}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{plain(day(record.shown_on))}: **{plain(record.to_whom)}**, {plain(_sum(record))}")
        st.button(
            "Take out", key=f"{place}/out", on_click=act, args=(place, _taking_out(here, record)), type="tertiary"
        )
    show_refusal(place)


def _taking_out(here: Here, record: ShownSum) -> Callable[[], str]:
    def take_out() -> str:
        fixing.remove_shown(here.projects, here.state.id, record.id, who=here.who)
        return "The record was taken out."

    return take_out


def _sum(record: ShownSum) -> str:
    if record.p50_days is None or record.p80_days is None:
        return "without an estimate"
    unknown = f", {record.unknown} without an estimate" if record.unknown else ""
    return f"{record.p50_days:,.0f} person-days (P50) to {record.p80_days:,.0f} (P80){unknown}"


def _form(here: Here) -> None:
    place = f"{here.state.id}/shown"
    whom, when = f"{place}/to_whom", f"{place}/shown_on"

    def note(name: str) -> str:
        chosen = st.session_state[when]
        on = chosen if isinstance(chosen, date) else _today()
        fixing.note_shown(here.projects, here.state.id, to_whom=name, shown_on=on, who=here.who)
        return f"It is noted that {name} was shown the sum."

    def noted() -> None:
        act_on_text(place, whom, note, empty="Name who was shown the sum.")

    with st.form(place, border=True):
        left, middle, right = st.columns([3, 2, 1], vertical_alignment="bottom")
        left.text_input("Shown to", key=whom, max_chars=200, placeholder="The sponsor")
        middle.date_input("On", key=when, value=_today(), max_value=_today(), format="YYYY-MM-DD")
        right.form_submit_button("Note it", on_click=noted)
    show_refusal(place)


def _today() -> date:
    return datetime.now(UTC).date()
