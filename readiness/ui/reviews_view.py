"""The reviews on the Outcome page: what was read and decided, by hand or from the log, and corrected openly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from readiness.outcome.definition import measured
from readiness.outcome.reviews import Reading, Review, ReviewDecision, next_due
from readiness.project import outcomes
from readiness.ui import charts
from readiness.ui.acts import act, show_refusal
from readiness.ui.grids import figure_text, typed_figure
from readiness.ui.page import Here
from readiness.ui.turns import Turn, turn_of
from readiness.ui.wording import day, plain, told_apart

_DECISIONS = {
    ReviewDecision.CONTINUE: "Continue",
    ReviewDecision.CHANGE: "Change something",
    ReviewDecision.PULL: "Pull the system",
}
_WHERE = {True: "inside", False: "outside", None: "not judged"}


def reviews(here: Here, reading_from_log: Callable[[Here], Reading | None] | None = None) -> None:
    """The history with its chart, a form for the next review, and one to correct what was recorded.

    `reading_from_log` gives the reading that the running system's log shows now, to start the form from.
    """
    st.subheader("Reviews")
    st.caption(
        "The owner reads the primary metric at least monthly and decides. Readings outside tolerance at two reviews in "
        "a row put a warning on every page: the owner may pull the system."
    )
    _due(here)
    if here.state.reviews:
        metric_id = here.state.outcome.metric_id
        held = [review for review in here.state.reviews if not review.withdrawn and review.metric_id == metric_id]
        charts.review_history(held)
        _table(here)
    if not here.state.outcome.metric.strip():
        st.info("State the metric in the definition first; then it can be reviewed.")
        return
    with st.expander("Record a review", expanded=not here.state.reviews):
        _record(here, reading_from_log(here) if reading_from_log else None)
    if here.state.reviews:
        with st.expander("Correct a review"):
            _correct(here)


def _due(here: Here) -> None:
    late = outcomes.overdue_sentence(here.state, _today())
    due = next_due(here.state.ownership, here.state.reviews)
    if late:
        st.warning(plain(late))
    elif due is not None:
        st.markdown(plain(f"Next review: {day(due)}."))
    else:
        st.markdown("No day is set for the next review. The first one and the cadence stand with the owner.")


def _today() -> date:
    return datetime.now(UTC).date()


def _table(here: Here) -> None:
    rows = [_line(review) for review in reversed(here.state.reviews)]
    config = st.column_config
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        column_config={
            "Day": config.TextColumn(width=100),
            "Reading": config.TextColumn(width=100),
            "Tolerance": config.TextColumn(width=110),
            "The reading is": config.TextColumn(width=110),
            "Decision": config.TextColumn(width=150),
            "Reviewed by": config.TextColumn(width=140),
            "Note": config.TextColumn(width=260),
            "Next review": config.TextColumn(width=100),
            "Read from": config.TextColumn(width=140),
            "Corrected": config.TextColumn(width=220),
        },
        alt="All reviews, the latest first",
    )


def _line(review: Review) -> dict[str, str]:
    tolerance = (review.tolerance_low, review.tolerance_high)
    written = [f"{end:,.6g}" if end is not None else "open" for end in tolerance]
    reasons = "; ".join(f"{day(one.at)}, {one.by}: {one.reason}" for one in review.corrections)
    return {
        "Day": day(review.held_on),
        "Reading": review.reading_in_words,
        "Tolerance": "not stated" if tolerance == (None, None) else measured(" to ".join(written), review.unit),
        "The reading is": "withdrawn" if review.withdrawn else _WHERE[review.inside],
        "Decision": _DECISIONS[review.decision],
        "Reviewed by": review.reviewed_by,
        "Note": review.note,
        "Next review": day(review.next_review),
        "Read from": review.reading_source or ("" if review.reading is None else "by hand"),
        "Corrected": reasons,
    }


def _record(here: Here, prefill: Reading | None) -> None:
    place = f"{here.state.id}/record_review"
    turn = turn_of(place)
    owned, today = here.state.ownership, _today()
    following = today + timedelta(days=owned.review_every_days) if owned.review_every_days else None
    if prefill is not None:
        st.caption(plain(f"The reading is filled in from {prefill.source}. A reading of your own replaces it."))
    with st.form(f"{place}/{turn.number}", border=False):
        fields = _fields(
            f"{place}/{turn.number}",
            metric=_metric_in_words(here),
            held_on=today,
            reading=figure_text(prefill.value) or "" if prefill else "",
            reviewed_by=owned.owner,
            decision=ReviewDecision.CONTINUE,
            next_review=following,
            note="",
        )
        args = (here, place, turn, turn.number, fields, prefill)
        st.form_submit_button("Record the review", on_click=_do_record, args=args)
    show_refusal(place)


def _metric_in_words(here: Here) -> str:
    outcome = here.state.outcome
    return measured(outcome.metric.strip(), "") + (f" ({outcome.unit.strip()})" if outcome.unit.strip() else "")


def _fields(key: str, *, metric: str, **start: Any) -> dict[str, str]:
    """The fields of a review, starting from `start`; gives back the widget key of each part."""
    keys = {part: f"{key}/{part}" for part in start}
    begun: dict[str, Any] = st.session_state.setdefault(f"{key}/begun", {})
    for part, value in start.items():  # what nobody has typed into follows, say when the owner is named
        if st.session_state.get(keys[part]) == begun.get(part):
            st.session_state[keys[part]] = begun[part] = value
    columns = st.columns(4)
    columns[0].date_input("Held on", key=keys["held_on"], value=None, format="YYYY-MM-DD")
    columns[1].text_input("Reading", key=keys["reading"], placeholder="not read", help=plain(metric), max_chars=40)
    columns[2].text_input("Reviewed by", key=keys["reviewed_by"], max_chars=200)
    columns[3].date_input("Next review on", key=keys["next_review"], value=None, format="YYYY-MM-DD")
    st.segmented_control(
        "Decision", list(ReviewDecision), key=keys["decision"], format_func=_DECISIONS.__getitem__, required=True
    )
    st.text_area("Note", key=keys["note"], max_chars=4_000, height=84, placeholder="What was seen, and what follows")
    return keys


def _said(keys: dict[str, str]) -> dict[str, Any]:
    """What stands in the fields. Raises InvalidValueError for a reading that is no number."""
    said = {part: st.session_state.get(key) for part, key in keys.items()}
    return {**said, "reading": typed_figure(said["reading"], "Reading")}


def _do_record(here: Here, place: str, turn: Turn, number: int, keys: dict[str, str], prefill: Reading | None) -> None:
    def do() -> str:
        said = _said(keys)
        from_log = prefill is not None and said["reading"] == prefill.value
        source = prefill.source if prefill is not None and from_log else ""
        recorded = outcomes.record_review(here.projects, here.state.id, said, who=here.who, source=source)
        return f"The review of {day(recorded.held_on)} is recorded."

    act(place, lambda: turn.once(number, do))


def _correct(here: Here) -> None:
    place = f"{here.state.id}/correct_review"
    held = {review.id: review for review in reversed(here.state.reviews) if not review.withdrawn}
    if not held:
        st.caption("Every review is withdrawn.")
        return
    oldest_first = {one.id: f"{day(one.held_on)}, {one.reading_in_words}" for one in reversed(held.values())}
    titles = told_apart(oldest_first)
    chosen = st.selectbox(
        "Which one",
        list(held),
        format_func=titles.__getitem__,
        key=f"{place}/which",
    )
    review = held[chosen]
    turn = turn_of(place)
    key = f"{place}/{review.id}/{turn.number}"
    with st.form(key, border=False):
        fields = _fields(
            key,
            metric=review.metric,
            held_on=review.held_on,
            reading=figure_text(review.reading) or "",
            reviewed_by=review.reviewed_by,
            decision=review.decision,
            next_review=review.next_review,
            note=review.note,
        )
        st.text_input("Why it is corrected", key=f"{key}/reason", max_chars=1_000)
        with st.container(horizontal=True):
            args = (here, place, turn, turn.number, review.id, key)
            st.form_submit_button("Save the correction", on_click=_do_correct, args=(*args, fields))
            st.form_submit_button("It was no review: withdraw it", on_click=_do_withdraw, args=args, type="tertiary")
    st.caption("What it said before stays in the journal, with the reason. Metric and tolerance stay those of its day.")
    show_refusal(place)


def _do_correct(
    here: Here, place: str, turn: Turn, number: int, review_id: str, key: str, fields: dict[str, str]
) -> None:
    reason = str(st.session_state.get(f"{key}/reason") or "")

    def do() -> str:
        said = _said(fields)
        after = outcomes.correct_review(here.projects, here.state, review_id, said, reason=reason, who=here.who)
        return f"The review of {day(after.held_on)} is corrected."

    act(place, lambda: turn.once(number, do))


def _do_withdraw(here: Here, place: str, turn: Turn, number: int, review_id: str, key: str) -> None:
    reason = str(st.session_state.get(f"{key}/reason") or "")

    def do() -> str:
        outcomes.withdraw_review(here.projects, here.state, review_id, reason=reason, who=here.who)
        return "The review is withdrawn."

    act(place, lambda: turn.once(number, do))
