"""Judging records on one's own device: one record at a time, each answer sent as it is given.

A tap sends one judgment, so a phone that falls asleep loses nothing. The form is a fragment: an answer runs it again
and not the page around it. Until the reveal a participant's own judgments are shown to their own window alone, from
what was tapped in it; after a reload it is known which records are answered, and not what was said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import streamlit as st

from readiness.audit.drawing import DrawnRecord
from readiness.ballots import Round
from readiness.errors import ReadinessError
from readiness.outcome.agreement import person_key
from readiness.outcome.exercise import LONGEST_TEXT, Exercise, Question, answer_of
from readiness.project import agreeing, asking
from readiness.ui import round_form
from readiness.ui.round_form import Fields, Part
from readiness.ui.taking_part import Taking
from readiness.ui.wording import plain

CANNOT_TELL = "I cannot tell"
MOST_BUTTONS = 12  # labels; more are a list that opens
DOUBLE_TAP_SECONDS = 0.5  # nobody reads a record so fast
LONGEST_IN_A_LINE = 100  # characters of a value
FORM_PIXELS = 640
_KEYS = "123456789"
_ANSWERS = "judging-answers"
# Targets for a thumb: 48 pixels high, over the whole width.
_LARGE = f"<style>.st-key-{_ANSWERS} button {{ min-height: 3rem; }}</style>"


def judge(taking: Taking, current: Round, name_place: str = "in the sidebar", *, keys: bool = True) -> None:
    """The form of one participant for the round of judgments that is open, and nothing else.

    With `keys`, the digits answer: for a page where nothing else is, since a key works wherever the page has focus.
    """
    asked = agreeing.now_asked(taking.projects, taking.state.id)
    if asked is None or asked.round.id != current.id:
        st.info("This exercise is over.")
        return
    with st.container(width=FORM_PIXELS):
        part = part_of(taking, current, name_place)
        _judging(part, asked.exercise, taking.state.outcome.correct_output, keys)


def part_of(taking: Taking, current: Round, name_place: str = "in the sidebar") -> Part:
    """One person's part in a round of judgments."""
    return Part(taking.projects, taking.state.id, current, current.things, taking.who, _fields(), name_place)


def record_cells(exercise: Exercise, record: DrawnRecord) -> None:
    """The chosen fields of a record, as the file has them."""
    if record.line_text is not None:
        st.caption("This line does not fit the header; it stands here as the file has it.")
        st.text(record.line_text)
        return
    for field in exercise.fields:
        _cell(field, record.cells.get(field) or "")


def _cell(field: str, value: str) -> None:
    """A field and its value in one line; what has lines or spacing of its own stands below, as it is."""
    name = f":small[:gray[{plain(field)}]]"
    if not value.strip():
        st.markdown(f"{name} :small[:gray[(empty)]]")
    elif value == " ".join(value.split()) and len(value) <= LONGEST_IN_A_LINE:
        st.markdown(f"{name} {plain(value)}")
    else:
        st.markdown(name)
        st.text(value)


def question_of(exercise: Exercise) -> str:
    """What is asked about a record."""
    match exercise.question:
        case Question.LABEL:
            return "Which label is right?"
        case Question.CORRECT:
            return "Is this output correct?"
        case Question.TEXT:
            return "What is the correct output?"


@st.fragment
def _judging(part: Part, exercise: Exercise, correct_output: str, keys: bool) -> None:
    try:
        records = agreeing.records_at_hand(part.projects, part.project_id, exercise)
        if _is_anothers(part):
            _ask_whose(part)
            return
    except ReadinessError as error:
        st.info(plain(str(error)))
        return
    _progress_line(part, exercise)
    place = _at(part, exercise)
    if place is None:
        _finished(part)
    else:
        number = exercise.numbers[place]
        _record(part, exercise, number, records.get(number), correct_output)
        st.html(_LARGE)
        with st.container(key=_ANSWERS, gap="small"):
            _answers(part, exercise, number, keys)
        _turning(part, place)
    for sentence in part.window.refused:
        st.error(plain(sentence))
    round_form.sent_under_another_name(part)


def _record(part: Part, exercise: Exercise, number: int, record: DrawnRecord | None, correct_output: str) -> None:
    """One record, the question about it, and the answers."""
    with st.container(border=True, gap=None):
        if record is None:
            st.caption("This record is not in the sample any more.")
        else:
            record_cells(exercise, record)
    if exercise.question is Question.CORRECT:
        output = agreeing.output_of(exercise, record, number)
        with st.container(border=True, gap="xsmall"):
            st.markdown("**The output**")
            st.text(output if output.strip() else "(empty)")
    st.markdown(f"**{question_of(exercise)}**")
    wording = " ".join(correct_output.split())
    if len(wording) > LONGEST_IN_A_LINE:
        with st.expander("What a correct output looks like"):
            st.markdown(plain(wording))
    elif wording:
        st.caption(plain(f"A correct output: {wording}"))


def _answers(part: Part, exercise: Exercise, number: int, keys: bool) -> None:
    if exercise.choices and len(exercise.choices) <= MOST_BUTTONS:
        for place, choice in enumerate(exercise.choices):
            _answer_button(part, exercise, number, choice, shortcut=_KEYS[place : place + 1] if keys else "")
    elif exercise.choices:
        _typed(part, exercise, number, lambda key: st.selectbox("Label", exercise.choices, index=None, key=key))
    else:
        _typed(part, exercise, number, _text_field)
    _answer_button(part, exercise, number, None, shortcut="0" if keys and exercise.choices else "")


def _answer_button(part: Part, exercise: Exercise, number: int, answer: str | None, *, shortcut: str) -> None:
    given = part.window.sent.get(str(number))
    chosen = given is not None and given["answer"] == answer
    st.button(
        plain(CANNOT_TELL if answer is None else answer) + (" ✓" if chosen else ""),
        # The same for every record, so that the focus of who answers by keyboard stays.
        key=_place(part, "cannot tell" if answer is None else f"answer {answer}"),
        type="primary" if chosen else "secondary",
        width="stretch",
        shortcut=shortcut or None,
        on_click=_answered,
        args=(part, exercise, number, answer),
    )


def _typed(part: Part, exercise: Exercise, number: int, draw: Callable[[str], Any]) -> None:
    """A field with its button; what this window sent stands in it again."""
    key = f"{part.place_of(str(number))}/typed"
    given = part.window.sent.get(str(number))
    if given is not None and given["answer"] is not None and key not in st.session_state:
        st.session_state[key] = given["answer"]

    def sent() -> None:
        _answered(part, exercise, number, str(st.session_state.get(key) or ""))

    with st.form(f"{key}/form", border=False):
        draw(key)
        st.form_submit_button("Send again" if given else "Send", type="primary", width="stretch", on_click=sent)


def _text_field(key: str) -> None:
    st.text_input("In your own words", key=key, max_chars=LONGEST_TEXT)


def _answered(part: Part, exercise: Exercise, number: int, answer: str | None) -> None:
    """Send one judgment and turn to the next record that has none; what is refused stays where it is."""
    window, key = part.window, str(number)
    if _is_second_tap(part):
        return
    window.refused = []
    try:
        sent = agreeing.send(
            part.projects,
            part.project_id,
            exercise,
            {number: answer},
            name=part.who,
            sender=round_form.mark(),
            replace=_takes_over(part),
        )
    except ReadinessError as error:
        window.refused.append(str(error))
        asked = agreeing.now_asked(part.projects, part.project_id)
        if asked is None or asked.round.id != part.round.id:
            window.late[key] = {"answer": answer}
        return
    if sent.elsewhere:
        st.session_state[_place(part, "mine")] = False
        return
    st.session_state[_place(part, "mine")] = None
    window.sent[key] = answer_of(exercise, answer)
    st.session_state[_place(part, "at")] = _next(part, exercise, exercise.numbers.index(number))


def _is_second_tap(part: Part) -> bool:
    """Whether this tap is the second one of a double tap, which would answer a record that nobody has read."""
    key, now = _place(part, "tapped"), monotonic()
    last = float(st.session_state.get(key, -DOUBLE_TAP_SECONDS))
    st.session_state[key] = now
    return now - last < DOUBLE_TAP_SECONDS


# --- where one is -----------------------------------------------------------------------------------------------------


def _at(part: Part, exercise: Exercise) -> int | None:
    """The place of the record that is looked at; None once all are answered."""
    key = _place(part, "at")
    if key not in st.session_state:
        st.session_state[key] = _next(part, exercise, -1)
    place = st.session_state[key]
    return place if place is None or 0 <= place < len(exercise.numbers) else None


def _next(part: Part, exercise: Exercise, place: int) -> int | None:
    """The next place without an answer; when all have one, the one after this, or None behind the last."""
    done = _done(part)
    left = [p for p, number in enumerate(exercise.numbers) if str(number) not in done]
    if left:
        return next((p for p in left if p > place), left[0])
    return place + 1 if st.session_state.get(_place(part, "again")) and place + 1 < len(exercise.numbers) else None


def _done(part: Part) -> set[str]:
    """The records that are answered: by this window, and before a reload."""
    before: Sequence[str] = st.session_state.get(_place(part, "before"), ())
    return {*part.window.sent, *before}


def _progress_line(part: Part, exercise: Exercise) -> None:
    done, every = len(_done(part)), len(exercise.numbers)
    st.progress(done / every, text=f"{done} of {every} judged")


def _turning(part: Part, place: int) -> None:
    def turn(to: int | None) -> None:
        part.window.refused = []
        st.session_state[_place(part, "at")] = to

    last = place + 1 >= len(part.things)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            "← Back", key=_place(part, "back"), type="tertiary", on_click=turn, args=(place - 1,), disabled=not place
        )
        st.markdown(f":small[:gray[{plain(part.round.label(part.things[place]))}]]", width="content")
        following = None if last and len(_done(part)) >= len(part.things) else (place + 1) % len(part.things)
        st.button("Next →", key=_place(part, "next"), type="tertiary", on_click=turn, args=(following,))


def _finished(part: Part) -> None:
    st.success("All are judged and sent. You may change any of them until the reveal.")

    def again() -> None:
        st.session_state[_place(part, "again")] = True
        st.session_state[_place(part, "at")] = 0

    st.button("Look at them again", key=_place(part, "look"), on_click=again)


# --- whose judgments --------------------------------------------------------------------------------------------------


def _is_anothers(part: Part) -> bool:
    """Whether this name has answered from another window, and nobody here has said yet whether that is the same
    person: after a reload, on a second device, or under a name that two people share."""
    if _takes_over(part):
        return False
    standing = asking.attendance(part.projects, part.project_id, part.round.id)
    mine = next((one for one in standing.standings if person_key(one.name) == person_key(part.who)), None)
    return mine is not None and mine.answered > 0 and round_form.mark() not in mine.senders


def _ask_whose(part: Part) -> None:
    name = plain(part.who)
    st.warning(
        f"{name} has already judged records from another window; nothing of it is shown here. If that was you, before "
        f"a reload or on another device, go on. If not, type your own name, with a surname, {part.name_place}."
    )

    def go_on() -> None:
        st.session_state[_place(part, "mine")] = True
        answered = agreeing.answered_records(part.projects, part.project_id, part.round.id, part.who)
        st.session_state[_place(part, "before")] = tuple(map(str, sorted(answered)))
        st.session_state.pop(_place(part, "at"), None)

    st.button(f"I am {name}: go on", key=_place(part, "go on"), type="primary", on_click=go_on)


def _takes_over(part: Part) -> bool:
    return bool(st.session_state.get(_place(part, "mine")))


def _place(part: Part, what: str) -> str:
    return f"{part.place}/judging/{what}"


def _fields() -> Fields:
    """What the shared parts of a round need to know: each judgment is sent as it is given, so nothing is read back."""
    return Fields(
        explain="",
        draw=lambda label, place: None,
        read=lambda label, place: None,
        fill=lambda place, answer: None,
        is_drawn=lambda place: True,
        written=lambda answer: CANNOT_TELL if answer.get("answer") is None else plain(str(answer["answer"])),
        nothing_typed="",
    )
