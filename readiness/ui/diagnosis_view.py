"""The parts of the Diagnosis page: verdict, four questions, failure mode and its timeline, stop rules."""

from __future__ import annotations

import streamlit as st

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.diagnosis.stop_rules import RuleState, StopResult
from readiness.diagnosis.timeline import Timeline, TimelineStage, timeline
from readiness.diagnosis.verdict_table import Verdict
from readiness.errors import ReadinessError
from readiness.project import Kind
from readiness.ui import cache, evidence_view, session, votes_view
from readiness.ui.autosave import count_field, number_field, row_of, text_field
from readiness.ui.page import Colour, Here, link_to_place
from readiness.ui.wording import badge, moment, plain

_VERDICT_SHOWN = {Verdict.GO: st.success, Verdict.FIX_FIRST: st.warning, Verdict.STOP: st.error}
_RULE_COLOUR: dict[RuleState, Colour] = {RuleState.MET: "red", RuleState.NOT_MET: "green", RuleState.UNKNOWN: "gray"}
LAUNCH = Place(Page.WORKFLOW, "The job")


def verdict(here: Here) -> None:
    """The verdict with the rule that made it and its reasons."""
    diagnosis = here.diagnosis
    _VERDICT_SHOWN[diagnosis.verdict](f"**{diagnosis.verdict.value}.** {plain(diagnosis.rule)}")
    if diagnosis.reasons:
        st.markdown("\n".join(f"- {plain(reason)}" for reason in diagnosis.reasons))


def questions(here: Here) -> None:
    """The four questions in their order, each with its evidence, the suggestion and the team's answer."""
    st.subheader("Four questions")
    votes_view.voting_together(here)
    for number, question in enumerate(here.diagnosis.questions, start=1):
        _question(here, number, question)


def _question(here: Here, number: int, question: QuestionResult) -> None:
    entry = cache.failure_modes().of(question.mode)
    stage = here.state.workflow.stage
    with st.container(border=True):
        mark = badge(question.reply.value, votes_view.REPLY_COLOUR[question.reply])
        st.markdown(f"**{number}. {plain(entry.question.at(stage))}** {mark}")
        left, right = st.columns([3, 2], gap="large")
        with left:
            suggestion = question.suggestion
            st.markdown(f"The evidence suggests **{suggestion.reply.value}**. {plain(suggestion.because)}")
            evidence_view.lines((*suggestion.speaks_against, *suggestion.speaks_for), here.diagnosis.ledger)
            votes_view.votes_on(here, question)
            with st.expander("What this question asks"):
                st.markdown(plain(entry.help.at(stage)))
                st.caption(plain(f"Yes: {entry.passes_when} No: {entry.fails_when}"))
        with right:
            _answer(here, question)


def _answer(here: Here, question: QuestionResult) -> None:
    mode, answer = question.mode, question.answer
    key = f"{here.state.id}/answer/{mode}"
    version = here.state.version_of(Kind.ANSWER, mode)
    stored_reply = answer.reply.value if answer else None
    stored_reason = answer.reason if answer else ""
    if st.session_state.get(f"{key}/version") != version:
        st.session_state[f"{key}/version"] = version
        st.session_state[f"{key}/reply"] = stored_reply
        st.session_state[f"{key}/reason"] = stored_reason
    st.segmented_control(
        "Your answer",
        [reply.value for reply in Reply],
        key=f"{key}/reply",
        on_change=_save_answer,
        args=(here, mode, version),
    )
    st.text_area(
        "Because",
        key=f"{key}/reason",
        height=80,
        max_chars=4_000,
        on_change=_save_answer,
        args=(here, mode, version),
        placeholder="An answer against the evidence needs its reason, and is shown as such in the brief.",
    )
    if question.against_evidence:
        st.warning(
            "This answer goes against the evidence."
            + (" It needs a reason before it counts." if question.lacks_reason else "")
        )
    elif answer is not None and answer.reply is Reply.YES and question.reply is Reply.UNKNOWN:
        st.warning("Nothing shows this yet, so it stays unknown. Record the evidence on its page first.")
    if answer is not None and answer.answered_by:
        st.caption(plain(f"Answered by {answer.answered_by}, {moment(answer.answered_at)}"))
    refused = st.session_state.get(f"{key}/refused")
    if refused:
        st.error(plain(refused))


def _save_answer(here: Here, mode: FailureMode, version: int) -> None:
    key = f"{here.state.id}/answer/{mode}"
    reply, reason = st.session_state[f"{key}/reply"], st.session_state[f"{key}/reason"]
    st.session_state.pop(f"{key}/refused", None)
    if reply is None and reason.strip() and not version:
        return  # the reason came first; it is saved together with the answer
    try:
        here.projects.answer(
            here.state.id, mode, Reply(reply) if reply else None, reason, version=version, who=session.who()
        )
    except ReadinessError as error:
        st.session_state[f"{key}/refused"] = str(error)


def failure_mode(here: Here) -> None:
    """What the primary failure looks like and what follows it; of a system that runs, where it stands in time."""
    diagnosis, catalog = here.diagnosis, cache.failure_modes()
    if diagnosis.primary is not None:
        entry = catalog.of(diagnosis.primary)
        st.subheader(f"Primary failure mode: {entry.title}")
        looks, then = st.columns(2, gap="large")
        looks.markdown(f"**What it looks like**  \n{plain(entry.looks_like)}")
        then.markdown(f"**What comes next**  \n{plain(entry.comes_next)}")
        if diagnosis.also_found:
            also = ", ".join(plain(catalog.of(mode).title) for mode in diagnosis.also_found)
            st.markdown(f"Also found: {also}.")
    _timeline(here)


def _timeline(here: Here) -> None:
    """The four stages side by side with the present one marked; under each other on a phone."""
    today = here.projects.clock().date()
    found = timeline(here.state.workflow, cache.failure_modes(), today)
    if found is None:
        return
    st.subheader("The failure timeline")
    st.markdown(plain(found.sentence))
    if found.months is None:
        link_to_place(LAUNCH)
    for column, stage in zip(st.columns(len(found.stages), gap="small"), found.stages, strict=True):
        with column.container(border=True, height="stretch", gap="xsmall"):
            _timeline_stage(stage, found, told=stage.mode is here.diagnosis.primary)


def _timeline_stage(stage: TimelineStage, found: Timeline, *, told: bool) -> None:
    """One stage; what it looks like where the project stands at it, unless that is told above."""
    mark = ""
    if stage in (found.present, found.next):
        mark = badge("here", "blue") if stage is found.present else badge("next", "gray")
    when = f"Month {stage.month}" + (f", {moment(stage.on)}" if stage.on else "")
    st.markdown(f":small[:gray[{plain(when)}]] {mark}  \n{plain(stage.title)}")
    if stage is found.present and not told:
        st.caption(plain(stage.looks_like))


def stop_rules(here: Here) -> None:
    """The three rules with their numbers, and the inputs that only people can give."""
    st.subheader("Stop rules")
    st.caption(
        "A project stops when any one of them is met. A stop is a result: it makes the next project likelier to ship."
    )
    for result in here.diagnosis.stop_rules:
        _stop_rule(result)
    _stop_inputs(here)


def _stop_rule(result: StopResult) -> None:
    entry = cache.failure_modes().stop_rule(result.rule.value)
    means = {RuleState.MET: entry.met, RuleState.NOT_MET: entry.not_met, RuleState.UNKNOWN: entry.unknown}
    with st.container(border=True):
        margin = f" :small[:gray[{plain(result.margin_in_words)}]]" if result.margin_in_words else ""
        st.markdown(
            f"**{plain(entry.question)}** {badge(result.state.value, _RULE_COLOUR[result.state])}{margin}",
            help=plain(f"{result.state.value.capitalize()}: {means[result.state]}"),
        )
        st.caption(plain(result.because))


def _stop_inputs(here: Here) -> None:
    row = row_of(here, Kind.STOP_INPUTS, here.state.stop_inputs)
    currency = here.state.plan.currency
    columns = st.columns(3, gap="medium")
    with columns[0]:
        number_field(
            row,
            "most_outside_share",
            "Records that a rebuild may leave to people or reject",
            percent=True,
            help="Default 40%: past it, the system handles the exception and people handle the rule.",
        )
        text_field(row, "limit_reason", "Why this limit")
    with columns[1]:
        count_field(
            row,
            "alignment_attempts",
            "Genuine attempts to agree so far",
            most=1_000,
            help="Each settled round of the exercise on records counts as an attempt by itself. State here those that "
            "were made in other ways; the higher of the two counts is taken.",
        )
        count_field(row, "genuine_attempts", "Attempts after which it counts as contested", least=1, most=100)
    with columns[2]:
        number_field(
            row,
            "least_probability",
            "Least probability that the value covers the cost",
            percent=True,
            help="Default 50%: below it, the project is likelier to cost more than it returns than to pay for itself. "
            "Ask for more where the money could do other things.",
        )
        if here.diagnosis.ledger.value.started:
            st.caption("The value is simulated from its inputs on the Outcome page.")
            return
        number_field(
            row,
            "expected_value",
            f"Realistic value ({plain(currency)})",
            step=1_000.0,
            most=1e15,
            help="Counts as long as no input of the value is stated on the Outcome page.",
        )
        text_field(row, "value_source", "Where that value comes from, and over which time")
