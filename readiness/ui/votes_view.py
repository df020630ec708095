"""Votes on the four questions: the round that is open, how to open one, and what was said beside the evidence."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from readiness.ballots import Answer, Round, names_in
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.diagnosis.votes import LONGEST_REASON, Tally, answer_of, differs, parts_of
from readiness.exports.figures import counted
from readiness.project import Projects, ProjectState, asking, revealed_votes, voting
from readiness.ui import cache, round_form, session
from readiness.ui.acts import act, show_refusal
from readiness.ui.page import Colour, Here
from readiness.ui.round_form import Fields, Part
from readiness.ui.taking_part import Taking
from readiness.ui.wording import badge, moment, plain

REPLY_COLOUR: dict[Reply, Colour] = {Reply.YES: "green", Reply.NO: "red", Reply.UNKNOWN: "gray"}


def voting_together(here: Here) -> None:
    """The vote that is open; else, folded, how to open one."""
    rounds = revealed_votes.rounds_of(here.state)
    latest = rounds[0] if rounds else None
    if latest is not None and latest.is_open:
        _asked(here, latest)
        return
    if latest is not None:
        round_form.not_in_the_round(latest, here.who, _fields())
    with st.expander("Vote together, each person in private first"):
        _open_form(here)
    round_form.look_for_changes(partial(voting.phase, here.projects, here.state.id), asking.phase_of(rounds))


def votes_on(here: Here, question: QuestionResult) -> None:
    """What was voted on one question in the latest round, once it is revealed: counts, and the reasons without names,
    since a vote is about the project and not about who gave it."""
    round_ = revealed_votes.shown_round(here.state)
    if round_ is None:
        return
    tally = revealed_votes.results(here.state, round_)[question.mode]
    marks = " ".join(
        badge(f"{tally.count(reply)} {reply.value}", REPLY_COLOUR[reply]) for reply in Reply if tally.count(reply)
    )
    when = f":small[:gray[{plain(f'Vote of {moment(round_.opened_at)}')}]]"
    st.markdown(f"Votes: {marks or 'none'} {when}")
    difference = differs(tally, question.suggestion.reply)
    if difference:
        st.caption(plain(difference))
    _reasons(tally)


def part_of(taking: Taking, current: Round, name_place: str = "in the sidebar") -> Part:
    """One person's part in a round of votes."""
    fields = _fields("Answer for yourself, from what you have seen. Unknown is an answer, too.")
    return Part(taking.projects, taking.state.id, current, current.things, taking.who, fields, name_place)


def open_vote(projects: Projects, state: ProjectState, *, participants: str = "") -> Round:
    """A new round over the four questions in the words of the project's stage."""
    catalog, stage = cache.failure_modes(), state.workflow.stage
    questions = {mode: catalog.of(mode).question.at(stage) for mode in FailureMode}
    return voting.open_round(projects, state.id, questions, participants=names_in(participants), who=session.who())


def _asked(here: Here, current: Round) -> None:
    part = part_of(here, current)
    with st.container(border=True):
        st.markdown(f"#### A vote is asked for: {counted(len(part.things), 'question')}")
        by = plain(current.opened_by or "somebody")
        st.markdown(
            f"Asked by {by}, {current.opened_at:%H:%M} UTC. Nobody sees anything of your votes before all are "
            "revealed together: until then only who has answered is known."
        )
        if round_form.names_nobody(here.who):
            round_form.ask_name(here.state.id)
        else:
            round_form.form(part)
        round_form.progress(part)


def _open_form(here: Here) -> None:
    place = f"{here.state.id}/voting/open"
    st.markdown(
        "Everyone answers the four questions in private; all votes are revealed together and stand beside the evidence "
        "as counts. The team's answer stays what is entered here."
    )

    def open_it() -> str:
        open_vote(here.projects, here.state, participants=str(st.session_state[f"{place}/people"]))
        return "The vote is open."

    with st.form(place, border=False, enter_to_submit=False):
        round_form.ask_people(f"{place}/people")
        st.form_submit_button("Ask everyone", on_click=act, args=(place, open_it))
    show_refusal(place)


def _reasons(tally: Tally) -> None:
    given = {reply: tally.reasons(reply) for reply in Reply if tally.reasons(reply)}
    if not given:
        return
    with st.expander(f"Why: {counted(sum(map(len, given.values())), 'reason')}"):
        for reply, reasons in given.items():
            st.markdown("\n".join([f"**{reply.value.capitalize()}**", "", *(f"- {plain(said)}" for said in reasons)]))


def _fields(explain: str = "") -> Fields:
    return Fields(
        explain=explain,
        draw=_line,
        read=_typed_answer,
        fill=_fill,
        is_drawn=lambda place: f"{place}/reply" in st.session_state,
        written=_written,
        nothing_typed="Nothing is answered yet. Choose yes, no or unknown for a question.",
    )


def _line(label: str, place: str) -> None:
    st.markdown(f"**{plain(label)}**")
    st.segmented_control(
        "Your vote", [reply.value for reply in Reply], key=f"{place}/reply", label_visibility="collapsed"
    )
    st.text_area(
        "Because",
        key=f"{place}/reason",
        height=68,
        max_chars=LONGEST_REASON,
        placeholder="Because … What have you seen that says so?",
        label_visibility="collapsed",
    )


def _typed_answer(label: str, place: str) -> Answer | None:
    """One question as it was answered; None where nothing was."""
    reply = st.session_state.get(f"{place}/reply")
    reason = str(st.session_state.get(f"{place}/reason") or "")
    return answer_of(label, reply, reason) if reply is not None or reason.strip() else None


def _fill(place: str, answer: dict[str, Any]) -> None:
    st.session_state[f"{place}/reply"], st.session_state[f"{place}/reason"] = parts_of(answer)


def _written(answer: Answer) -> str:
    reply, reason = parts_of(answer)
    return f"{reply}, because {plain(reason)}" if reason else str(reply)
