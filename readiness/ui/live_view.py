"""The running system's days on the Live outcomes page: the state in a sentence, the charts, and the limits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import streamlit as st

from readiness.diagnosis.live_outcomes import Held
from readiness.errors import InvalidValueError
from readiness.exports.figures import counted
from readiness.operation.daily import DayOutcomes, Metric
from readiness.operation.rules import AlertLevel, Streak
from readiness.project import Kind, live
from readiness.ui.acts import act, show_refusal
from readiness.ui.charts.figure import Figure, draw
from readiness.ui.charts.live_figures import error_figure, latency_figure, metric_figure, routed_figure
from readiness.ui.grids import figure_text, typed_figure
from readiness.ui.page import Here, link
from readiness.ui.rooms import OUTCOME
from readiness.ui.turns import Turn, turn_of
from readiness.ui.wording import day, moment, plain, told_apart

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TODAY, _LAST_DAY = "as of today", "as it stood on its last day"
_PERIODS = {"30 days": 30, "90 days": 90, "all": None}
_LIMIT_NAMES = {
    "routed_above": "Routed above",
    "alert_days": "Days in a row for the alert",
    "distrust_days": "Days in a row for lost trust",
    "done_days": "Days in a row for done",
    "longest_silence": "Days without data that end no row",
}


def state(here: Here) -> datetime | None:
    """The state in words. Gives back until when it is judged; None: as the log stood on its last day."""
    st.subheader("The state")
    now = _as_of(here)
    found = live.alert(here.state, now)
    sentence = plain(with_days_in_words(found.sentence))
    if found.level is AlertLevel.DISTRUST:
        st.error(f"**{sentence}**")
    elif found.level is AlertLevel.ALERT or not found.judged_days or found.silent_days > found.longest_silence:
        st.warning(f"**{sentence}**")
    elif found.current is not None:
        st.info(sentence)
    else:
        st.success(sentence)
    past = [run for run in found.past if run != found.current]
    if past:
        spans = "; ".join(f"{day(run.first)} to {day(run.last)}, {counted(run.days, 'day')}" for run in past[-5:])
        st.caption(f"Earlier alerts: {plain(spans)}.")
    _streak(here, now)
    return now


def _as_of(here: Here) -> datetime | None:
    now = here.projects.clock()
    silent = live.silent_days(here.state, now)
    if not silent:
        return now
    chosen = st.segmented_control(
        "Judge the log",
        [_TODAY, _LAST_DAY],
        default=_TODAY,
        required=True,
        key=f"{here.state.id}/live/as_of",
        help="Today, the days since the log's end are days without data. A log of the past is judged as it stood then.",
    )
    last = here.state.live.last_day if here.state.live else None
    st.caption(f"The log ends on {day(last)}, {counted(silent, 'day')} without data ago.")
    return None if chosen == _LAST_DAY else now


def _streak(here: Here, now: datetime | None) -> None:
    offered = live.held(here.state)
    if not offered:
        st.info(
            "No metric of the outcome definition is read from the log, so no day can be held against a tolerance. "
            "State on the Outcome page which one is, with its tolerance."
        )
        link(OUTCOME, "Go to the outcome definition")
        return
    chosen = _chosen_metric(here, offered)
    found = live.streak_of(here.state, chosen, now)
    if found is None:
        st.info(
            plain(f"{chosen.name} has no tolerance range yet, so no day can be held against it.")
            + " State it on the Outcome page."
        )
        link(OUTCOME, "Go to the outcome definition")
        return
    days = found.current.days if found.current else 0
    st.progress(
        min(1.0, days / found.needed), text=f"**{plain(chosen.name)}**: {plain(with_days_in_words(found.sentence))}"
    )
    remark = _remark(found)
    if remark:
        st.caption(plain(remark))


def _chosen_metric(here: Here, offered: Sequence[Held]) -> Held:
    if len(offered) == 1:
        return offered[0]
    names = told_apart({place: one.name for place, one in enumerate(offered)})
    place = st.selectbox(
        "Held against its tolerance",
        range(len(offered)),
        format_func=names.__getitem__,
        key=f"{here.state.id}/live/held",
    )
    return offered[place]


def with_days_in_words(sentence: str) -> str:
    """A sentence of a topic with its days written as everywhere on the pages."""
    return _ISO_DAY.sub(lambda found: day(date.fromisoformat(found[0])), sentence)


def _remark(found: Streak) -> str:
    parts = []
    if found.last_outside is not None:
        parts.append(f"Last outside on {day(found.last_outside)}.")
    if found.longest is not None and found.longest != found.current:
        parts.append(
            f"The longest row was {counted(found.longest.days, 'day')}, {day(found.longest.first)} to "
            f"{day(found.longest.last)}."
        )
    return " ".join(parts)


# --- days ---------------------------------------------------------------------------------------------------------


def days(here: Here, as_of: datetime | None) -> None:
    """The four outcome metrics, latency and volume of each day."""
    st.subheader("Day by day")
    every = live.days(here.state, as_of)
    chosen = st.segmented_control(
        "Period", list(_PERIODS), default="90 days", required=True, key=f"{here.state.id}/live/period"
    )
    st.caption("A day without data is a gap. A hollow point is a day that is not over yet, which no rule judges.")
    length = _PERIODS[chosen or "90 days"]
    shown = every if length is None else every[-length:]
    found = live.alert(here.state, as_of)
    figures: dict[str, Figure | str] = {
        "passed": _metric(here, shown, Metric.PASSED),
        "routed": routed_figure(shown, found, live.pooled(shown, Metric.ROUTED)),
        "errors": error_figure(shown),
        "cost": _metric(here, shown, Metric.COST),
        "latency": latency_figure(shown),
        "items": metric_figure(shown, Metric.ITEMS, None, float(sum(one.items for one in shown)) or None),
    }
    pairs = list(figures.items())
    for place in range(0, len(pairs), 2):
        for column, (name, figure) in zip(st.columns(2, gap="large"), pairs[place : place + 2], strict=True):
            with column:
                draw(figure, key=f"chart/live/{name}")


def _metric(here: Here, shown: Sequence[DayOutcomes], metric: Metric) -> Figure | str:
    return metric_figure(shown, metric, live.tolerance_of(here.state, metric), live.pooled(shown, metric))


# --- limits -------------------------------------------------------------------------------------------------------


def limits(here: Here) -> None:
    """The limits of alert and streak, a form to change them with a reason, and the changes so far."""
    held, place = here.state.limits, f"{here.state.id}/live/limits"
    with st.expander("The limits, and a change of them"):
        st.markdown(
            f"More than **{100 * held.routed_above:g}%** of the items routed to humans on **{held.alert_days}** days "
            f"in a row is an alert; on **{held.distrust_days}** days staff find manual review faster than trusting the "
            f"system. **{held.done_days}** days in a row inside the tolerance is done. Days without data neither count "
            f"nor end a row, unless there are more than **{held.longest_silence}** of them."
        )
        version = here.state.version_of(Kind.LIVE_LIMITS)
        key = f"{place}/{version}"
        with st.form(key, border=False):
            columns = st.columns(5, vertical_alignment="bottom")
            columns[0].text_input(
                f"{_LIMIT_NAMES['routed_above']} (%)",
                figure_text(round(100 * held.routed_above, 10)) or "",
                max_chars=40,
                key=f"{key}/routed_above",
            )
            for column, name in zip(columns[1:], list(_LIMIT_NAMES)[1:], strict=True):
                least, most = (0, 60) if name == "longest_silence" else (1, 365)
                column.number_input(_LIMIT_NAMES[name], least, most, getattr(held, name), key=f"{key}/{name}")
            st.text_input("Why they are changed", key=f"{key}/reason", max_chars=1_000)
            turn = turn_of(place)
            st.form_submit_button("Change the limits", on_click=_change, args=(here, place, key, turn, turn.number))
        show_refusal(place)
        for change in reversed(held.changes):
            moved = "; ".join(
                f"{_LIMIT_NAMES[name]} {_limit(name, change.before[name])} to {_limit(name, change.after[name])}"
                for name in change.after
            )
            st.caption(f"{moment(change.at)}, {plain(change.by)}: {plain(moved)}. {plain(change.reason)}")


def _limit(name: str, value: float) -> str:
    return f"{100 * value:g}%" if name == "routed_above" else f"{value:g}"


def _change(here: Here, place: str, key: str, turn: Turn, number: int) -> None:
    typed: dict[str, Any] = {name: st.session_state[f"{key}/{name}"] for name in _LIMIT_NAMES}

    def do() -> str:
        name = _LIMIT_NAMES["routed_above"]
        above = typed_figure(typed["routed_above"], name, least=0.0, most=99.0, share=True)
        if above is None:
            raise InvalidValueError(name, "", "is empty; it needs a share of the items")
        typed["routed_above"] = round(above / 100, 10)
        live.change_limits(
            here.projects, here.state, typed, reason=str(st.session_state[f"{key}/reason"] or ""), who=here.who
        )
        return "The limits are changed."

    act(place, lambda: turn.once(number, do))
