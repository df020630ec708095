"""Setting up an agreement exercise: what is judged, on which records, who is waited for, and what agreement is asked
for. A fragment: a choice runs it again and not the page around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from readiness.ballots import names_in
from readiness.errors import InputError, ReadinessError
from readiness.exports.figures import counted
from readiness.outcome.exercise import (
    FEWEST_RECORDS,
    MOST_RECORDS,
    MOST_SHOWN_FIELDS,
    USUAL_LEAST_AGREEMENT,
    USUAL_RECORDS,
    Question,
    checked_labels,
    draw_sentence,
    labels_typed,
)
from readiness.outcome.exercise_result import FEWEST_COMPARED
from readiness.project import Kind, agreeing
from readiness.project.agreeing import Setup
from readiness.ui import round_form
from readiness.ui.acts import act, show_refusal
from readiness.ui.autosave import figure_field, row_of, text_field
from readiness.ui.page import Here, link
from readiness.ui.rooms import AUDIT
from readiness.ui.wording import plain

QUESTIONS = {
    Question.LABEL: "Which label is right",
    Question.CORRECT: "Whether a given output is correct",
    Question.TEXT: "What the correct output is, in words",
}
TYPED = "Typed here"
FIELDS_SHOWN = 8  # of the sample, to begin with
SECONDS_A_RECORD = 30


def set_up(here: Here) -> None:
    """The form that opens an exercise, or why none can be opened."""
    why_not = agreeing.why_not_drawable(here.projects, here.state)
    if why_not:
        st.info(plain(why_not))
        link(AUDIT, f"Go to {AUDIT.title} →")
        return
    _form(here, agreeing.phase(here.projects, here.state.id))


def least_agreement(here: Here) -> None:
    """The agreement that the project asks for, with its reason."""
    row = row_of(here, Kind.AGREEMENT, here.state.agreement)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        figure_field(
            row,
            "least",
            "Agreement asked for (alpha)",
            most=1.0,
            help=f"Krippendorff's alpha. Default {USUAL_LEAST_AGREEMENT}: Krippendorff (2004) calls it the lowest for "
            "tentative conclusions, and a few dozen records support no more. He asks for 0.800 where conclusions "
            "must be relied on: ask for it where a wrong output is expensive. Both are conventions.",
        )
    with right:
        text_field(row, "reason", "Why this much")


@st.fragment
def _form(here: Here, drawn: agreeing.Phase) -> None:
    if agreeing.phase(here.projects, here.state.id).round_id != drawn.round_id:
        st.rerun()  # it was opened: here, or by somebody else
    place = f"{here.state.id}/agreement/setup"
    first = _at_first(here)
    question = st.radio(
        "What is judged",
        list(QUESTIONS),
        index=list(QUESTIONS).index(first.question),
        format_func=QUESTIONS.__getitem__,
        key=f"{place}/question",
    )
    _what_is_judged(here, place, question, first)
    _records(here, place, first)
    hidden = st.session_state.get(f"{place}/source") if question is not Question.TEXT else None
    fields = [field for field in _fields_of(here) if field != hidden]
    st.multiselect(
        "Fields of the record that people see",
        fields,
        default=[field for field in first.fields if field in fields],
        key=f"{place}/fields",
        max_selections=MOST_SHOWN_FIELDS,
        help="Only what is needed to judge. Records can hold personal data: they are shown from the open sample and "
        "are not written into the project file. Answers are.",
    )
    outputs = _typed_outputs(here, place) if question is Question.CORRECT else {}
    round_form.ask_people(f"{place}/people")

    def open_it() -> str:
        agreeing.open_exercise(here.projects, here.state.id, _setup(here, place, outputs), who=here.who)
        return "The exercise is open."

    st.button("Ask everyone to judge", type="primary", key=f"{place}/open", on_click=act, args=(place, open_it))
    show_refusal(place)


def _what_is_judged(here: Here, place: str, question: Question, first: _AtFirst) -> None:
    sources = [TYPED, *_fields_of(here)]
    if question is Question.TEXT:
        st.caption("Answers are compared without regard to case, spacing and a full stop at the end.")
        return
    asked = "Where the labels come from" if question is Question.LABEL else "Where the outputs come from"
    st.selectbox(
        asked,
        sources,
        index=sources.index(first.source),
        key=f"{place}/source",
        format_func=lambda name: name if name == TYPED else f"Field: {name}",
    )
    if question is Question.LABEL and st.session_state[f"{place}/source"] == TYPED:
        st.text_area("Labels", first.labels, key=f"{place}/labels", height=72, placeholder="pay, return, ask the buyer")
    elif question is Question.LABEL:
        st.caption("Its values are the labels; the field itself is not shown to people.")


def _records(here: Here, place: str, first: _AtFirst) -> None:
    left, right = st.columns(2, gap="medium")
    count = left.number_input(
        "Records", FEWEST_RECORDS, MOST_RECORDS, first.count, step=1, key=f"{place}/count", help=_ALLOCATION
    )
    right.number_input(
        "Draw",
        min_value=0,
        max_value=10**6,
        value=first.seed,
        step=1,
        key=f"{place}/seed",
        help="The same number draws the same records of the same sample. People remember what they have judged: take "
        "another one for every exercise.",
    )
    sentence = draw_sentence(agreeing.tiers_drawn(here.state, int(count)))
    minutes = max(1, round(int(count) * SECONDS_A_RECORD / 60))
    st.caption(plain(f"{sentence} About {counted(minutes, 'minute')} for each person."))
    if int(count) < FEWEST_COMPARED:
        st.warning(f"A result needs at least {FEWEST_COMPARED} records; fewer are good for a trial.")


_ALLOCATION = (
    "One of each quality tier at least, then in proportion to the square root of its records (Bankier 1988): clean "
    "records alone would show no disagreement, and edge cases are few. Twenty records tell a clear case; where the "
    "agreement is near what is asked for, it takes forty."
)


def _typed_outputs(here: Here, place: str) -> dict[str, str]:
    """Outputs for the drawn records, typed into a table; nothing where a field holds them."""
    if st.session_state[f"{place}/source"] != TYPED:
        return {}
    count, seed = int(st.session_state[f"{place}/count"]), int(st.session_state[f"{place}/seed"])
    try:
        drawn = agreeing.draw(here.projects, here.state.id, count, seed)
    except ReadinessError as error:
        st.info(plain(str(error)))
        return {}
    chosen = st.session_state[f"{place}/fields"]
    lines = [
        {"Record": one.record, "Output": "", **{field: drawn.shown[one.record].cells.get(field) for field in chosen}}
        for one in drawn.records
    ]
    frame = pd.DataFrame(lines, columns=["Record", "Output", *chosen])
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        disabled=["Record", *chosen],
        column_config={"Output": st.column_config.TextColumn(width="medium", max_chars=500)},
        key=f"{place}/outputs/{count}/{seed}/{len(chosen)}",
    )
    return {str(record): str(output or "") for record, output in zip(edited["Record"], edited["Output"], strict=True)}


def _setup(here: Here, place: str, outputs: dict[str, str]) -> Setup:
    state: Any = st.session_state
    question, source = state[f"{place}/question"], state.get(f"{place}/source", TYPED)
    labels: tuple[str, ...] = ()
    if question is Question.LABEL:
        labels = (
            labels_typed(str(state.get(f"{place}/labels") or ""))
            if source == TYPED
            else checked_labels(agreeing.labels_in(here.projects, here.state.id, source))
        )
    count, seed = state[f"{place}/count"], state[f"{place}/seed"]
    if count is None or seed is None:
        raise InputError("Type how many records are drawn, and the number of the draw.")
    hidden = source if question is not Question.TEXT else None
    return Setup(
        question=question,
        count=int(count),
        seed=int(seed),
        fields=tuple(field for field in state[f"{place}/fields"] if field != hidden),
        labels=labels,
        output_field=source if question is Question.CORRECT and source != TYPED else "",
        outputs=outputs,
        participants=names_in(str(state[f"{place}/people"])),
    )


@dataclass(frozen=True, slots=True)
class _AtFirst:
    """What stands in the form at first. It is given to the fields as their default and not put into the session: the
    browser would never hear of it where a click cuts the run short between the one and the other."""

    question: Question
    source: str
    labels: str
    count: int
    seed: int
    fields: tuple[str, ...]


def _at_first(here: Here) -> _AtFirst:
    """As in the exercise before, on other records."""
    fields, seed = _fields_of(here), agreeing.next_seed(here.state)
    result = next(iter(agreeing.results(here.state)), None)
    if result is None:
        return _AtFirst(Question.LABEL, TYPED, "", USUAL_RECORDS, seed, tuple(fields[:FIELDS_SHOWN]))
    earlier = result.exercise
    return _AtFirst(
        question=earlier.question,
        source=earlier.output_field if earlier.output_field in fields else TYPED,
        labels=", ".join(earlier.labels),
        count=max(FEWEST_RECORDS, len(earlier.records)),
        seed=seed,
        fields=tuple(field for field in earlier.fields if field in fields) or tuple(fields[:FIELDS_SHOWN]),
    )


def _fields_of(here: Here) -> list[str]:
    return list(here.state.sample.fields) if here.state.sample else []
