"""The parts of the Diagnosis page: verdict, four questions, stop rules, failure mode and its timeline."""

from __future__ import annotations

import streamlit as st

from readiness.diagnosis.contradictions import Severity
from readiness.diagnosis.next_step import OpenPoint, next_step, open_points, place_of_question
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.diagnosis.stop_rules import RuleState, StopResult
from readiness.diagnosis.timeline import Timeline, TimelineStage, timeline
from readiness.diagnosis.verdict_table import Verdict
from readiness.project import Kind
from readiness.project.fixing import fix_plan
from readiness.ui import answer_view, cache, evidence_view, on_this_page, votes_view
from readiness.ui.autosave import count_field, figure_field, row_of, text_field
from readiness.ui.page import Colour, Here, link_to_place
from readiness.ui.wording import badge, moment, plain
from readiness.workflow import Stage

_VERDICT_SHOWN = {Verdict.GO: st.success, Verdict.FIX_FIRST: st.warning, Verdict.STOP: st.error}
_RULE_COLOUR: dict[RuleState, Colour] = {RuleState.MET: "red", RuleState.NOT_MET: "green", RuleState.UNKNOWN: "gray"}
_SEVERITY_COLOUR: dict[Severity, Colour] = {
    Severity.BLOCKING: "red",
    Severity.SERIOUS: "orange",
    Severity.MINOR: "gray",
}
LAUNCH = Place(Page.WORKFLOW, "The job")


def verdict(here: Here) -> None:
    """The verdict with the rule that made it, the one thing to do now, and what decided it with the ways there."""
    diagnosis = here.diagnosis
    _VERDICT_SHOWN[diagnosis.verdict](f"**{diagnosis.verdict.value}.** {plain(diagnosis.rule)}")
    plan = fix_plan(here.projects, here.state, diagnosis)
    step = next_step(diagnosis, plan)
    with st.container(border=True):
        _with_its_place(f"**Next step.** {plain(step.sentence)}", step.place)
    on_this_page.parts(_parts(here, planned=bool(plan)))
    points = open_points(diagnosis)
    for point in points:
        _with_its_place(_point(point), point.place)
    if not points:
        st.markdown("\n".join(f"- {plain(reason)}" for reason in diagnosis.reasons))


def _with_its_place(text: str, place: Place) -> None:
    left, right = st.columns([5, 2], gap="medium", vertical_alignment="center")
    left.markdown(text)
    with right:
        on_this_page.way_to(place, f"{plain(evidence_view.where(place))} →")


def _point(point: OpenPoint) -> str:
    state = point.state
    if isinstance(state, Reply):
        mark = badge(state.value, votes_view.REPLY_COLOUR[state])
    elif isinstance(state, RuleState):
        mark = badge(state.value, _RULE_COLOUR[state])
    else:
        mark = badge(state.value, _SEVERITY_COLOUR[state])
    return f"**{plain(point.what)}** {mark}  \n{plain(point.sentence)}"


def _parts(here: Here, *, planned: bool) -> list[str]:
    """The headings of this page that stand there for this project, in their order."""
    diagnosis = here.diagnosis
    stands = {
        on_this_page.CHANGE: True,
        on_this_page.CONTRADICTIONS: True,
        on_this_page.QUESTIONS: True,
        on_this_page.STOP_RULES: True,
        on_this_page.FAILURE: diagnosis.primary is not None,
        on_this_page.TIMELINE: here.state.workflow.stage is Stage.STALLED,
        on_this_page.PLAN: planned,
        on_this_page.EVIDENCE: True,
    }
    return [title for title, there in stands.items() if there]


def questions(here: Here) -> None:
    """The four questions in their order, each with its evidence, the suggestion and the team's answer."""
    st.subheader(on_this_page.QUESTIONS, anchor=on_this_page.anchor(on_this_page.QUESTIONS))
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
            _suggestion(here, question)
            votes_view.votes_on(here, question)
            with st.expander("What this question asks"):
                st.markdown(plain(entry.help.at(stage)))
                st.caption(plain(f"Yes: {entry.passes_when} No: {entry.fails_when}"))
        with right:
            answer_view.answer(here, question)


def _suggestion(here: Here, question: QuestionResult) -> None:
    """What the evidence suggests, the facts for and against it, and the way to what is open. The reason is not said a
    second time where one of the facts says it."""
    suggestion = question.suggestion
    facts = (*suggestion.speaks_against, *suggestion.speaks_for)
    said = {sentence for fact in facts for sentence in (fact.statement, fact.stale)}
    because = "" if suggestion.because in said else f" {plain(suggestion.because)}"
    st.markdown(f"The evidence suggests **{suggestion.reply.value}**.{because}")
    evidence_view.lines(facts, here.diagnosis.ledger)
    place = place_of_question(question, here.diagnosis.ledger)
    if place.page is not Page.DIAGNOSIS:
        link_to_place(place, f"Settle it on {plain(evidence_view.where(place))} →")


def failure_mode(here: Here) -> None:
    """What the primary failure looks like and what follows it; of a system that runs, where it stands in time."""
    diagnosis, catalog = here.diagnosis, cache.failure_modes()
    if diagnosis.primary is not None:
        entry = catalog.of(diagnosis.primary)
        heading = f"Primary failure mode: {plain(entry.title)}"
        st.subheader(heading, anchor=on_this_page.anchor(on_this_page.FAILURE))
        looks, then = st.columns(2, gap="large")
        looks.markdown(f"**What it looked like elsewhere**  \n{plain(entry.looks_like)}")
        then.markdown(f"**What usually comes next**  \n{plain(entry.comes_next)}")
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
    st.subheader(on_this_page.TIMELINE, anchor=on_this_page.anchor(on_this_page.TIMELINE))
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
        st.caption(plain(f"Elsewhere: {stage.looks_like}"))


def stop_rules(here: Here) -> None:
    """The three rules with their numbers, and the inputs that only people can give."""
    st.subheader(on_this_page.STOP_RULES, anchor=on_this_page.anchor(on_this_page.STOP_RULES))
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
        figure_field(
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
        figure_field(
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
        figure_field(
            row,
            "expected_value",
            f"Realistic value ({plain(currency)})",
            most=1e15,
            help="Counts as long as no input of the value is stated on the Outcome page.",
        )
        text_field(row, "value_source", "Where that value comes from, and over which time")
