"""The parts of the Diagnosis page: verdict, four questions, failure mode, stop rules."""

from __future__ import annotations

import streamlit as st

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Evidence, Finding
from readiness.diagnosis.questions import TOPIC_OF_MODE, QuestionResult, Reply
from readiness.diagnosis.stop_rules import RuleState
from readiness.diagnosis.verdict_table import Verdict
from readiness.errors import ReadinessError
from readiness.project import Kind
from readiness.ui import cache, session, votes_view
from readiness.ui.autosave import count_field, number_field, row_of, text_field
from readiness.ui.page import Colour, Here, link
from readiness.ui.rooms import ROOM_OF_TOPIC
from readiness.ui.wording import badge, moment, plain

_VERDICT_SHOWN = {Verdict.GO: st.success, Verdict.FIX_FIRST: st.warning, Verdict.STOP: st.error}
_FINDING_COLOUR: dict[Finding, Colour] = {Finding.PASSED: "green", Finding.FAILED: "orange", Finding.UNKNOWN: "gray"}
_RULE_COLOUR: dict[RuleState, Colour] = {RuleState.MET: "red", RuleState.NOT_MET: "green", RuleState.UNKNOWN: "gray"}


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
            for evidence in (*suggestion.speaks_against, *suggestion.speaks_for):
                _evidence(evidence)
            votes_view.votes_on(here, question)
            with st.expander("What this question asks"):
                st.markdown(plain(entry.help.at(stage)))
                st.caption(plain(f"Yes: {entry.passes_when} No: {entry.fails_when}"))
        with right:
            _answer(here, question)


def _evidence(evidence: Evidence) -> None:
    source = evidence.source + (f", {moment(evidence.observed_at)}" if evidence.observed_at else "")
    stale = f" {badge('out of date', 'orange')} {plain(evidence.stale)}" if evidence.stale else ""
    mark = badge(evidence.finding.value, _FINDING_COLOUR[evidence.finding])
    st.markdown(f"{mark} {plain(evidence.statement)}{stale}  \n:small[:gray[{plain(source)}]]")


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
    """What the primary failure looks like, what usually follows it, and how it is repaired."""
    diagnosis, catalog = here.diagnosis, cache.failure_modes()
    if diagnosis.primary is None:
        return
    entry = catalog.of(diagnosis.primary)
    st.subheader(f"Primary failure mode: {entry.title}")
    st.markdown(plain(entry.looks_like))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**How it is repaired**")
        for number, step in enumerate(entry.fix, start=1):
            st.markdown(f"{number}. {plain(step.step)}")
            st.caption(plain(f"Closed by: {step.evidence}"))
        link(ROOM_OF_TOPIC[TOPIC_OF_MODE[diagnosis.primary]], "Begin there")
    with right:
        st.markdown("**When it shows, and what comes next**")
        for mode in (entry, *catalog.after(diagnosis.primary)):
            st.markdown(f"Month {mode.shows_at_month}: **{plain(mode.title)}**")
            st.caption(plain(mode.looks_like if mode is not entry else mode.comes_next))
    if diagnosis.also_found:
        st.markdown("Also found: " + ", ".join(plain(catalog.of(mode).title) for mode in diagnosis.also_found) + ".")


def stop_rules(here: Here) -> None:
    """The three rules with their numbers, and the inputs that only people can give."""
    st.subheader("Stop rules")
    st.caption(
        "A project stops when any one of them is met. A stop is a result: it makes the next project likelier to ship."
    )
    for result in here.diagnosis.stop_rules:
        entry = cache.failure_modes().stop_rule(result.rule.value)
        with st.container(border=True):
            st.markdown(f"**{plain(entry.question)}** {badge(result.state.value, _RULE_COLOUR[result.state])}")
            st.caption(plain(result.because))
    _stop_inputs(here)


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
        count_field(row, "alignment_attempts", "Genuine attempts to agree so far", most=1_000)
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
