"""What would change the verdict, and a panel to try other values. Nothing here is written to the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from readiness.diagnosis.flips import Flip, Move, WhatIf
from readiness.diagnosis.levers import Lever, Unit, applied
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.stop_rules import RuleState
from readiness.diagnosis.verdict import Diagnosis, judge
from readiness.diagnosis.verdict_table import Verdict
from readiness.exports.figures import counted
from readiness.ui import cache, on_this_page
from readiness.ui.evidence_view import where
from readiness.ui.page import Colour, Here
from readiness.ui.wording import badge, plain

_VERDICT_COLOUR: dict[Verdict, Colour] = {Verdict.GO: "green", Verdict.FIX_FIRST: "orange", Verdict.STOP: "red"}
_COLOUR: dict[Reply | RuleState, Colour] = {
    Reply.YES: "green",
    Reply.NO: "red",
    Reply.UNKNOWN: "gray",
    RuleState.MET: "red",
    RuleState.NOT_MET: "green",
    RuleState.UNKNOWN: "gray",
}
_ON_SLIDERS = (Unit.SHARE, Unit.PROBABILITY, Unit.ALPHA)
_REASONS_SHOWN = 4
_WORSE_SHOWN = 3  # of the changes that lower a verdict, while another one could lift it


def room() -> DeltaGenerator:
    """A place on the page that is filled last: the search takes longer than all the rest, and nothing waits for it."""
    return st.container()


def what_would_change(here: Here, room: DeltaGenerator) -> None:
    """The nearest changes that would make the verdict another one, then the panel to try values."""
    with room:
        _what_would_change(here)


def _what_would_change(here: Here) -> None:
    st.subheader(on_this_page.CHANGE, anchor=on_this_page.anchor(on_this_page.CHANGE))
    what_if = cache.what_if_at(here.state.id, here.state.revision, datetime.now(UTC).date())
    _sentences(what_if)
    with st.expander("Try other values"):
        _panel(here.state.id, here.state.revision)


def _sentences(what_if: WhatIf) -> None:
    """What would lift the verdict, then what would lower it: the nearest changes first, the further ones folded."""
    found = what_if.found
    lifting = (*found.better, *([found.together] if found.together else []))
    listed = found.together if found.together and len(found.together.changes) > 2 else None
    if listed is not None:
        _list_of(listed)
    raised = [flip.sentence for flip in lifting if flip is not listed]
    others = [sentence for sentence in found.sentences if sentence not in {flip.sentence for flip in lifting}]
    # Of a GO there is nothing but what would end it, and so nothing to make room for.
    shown = len(others) if found.verdict is Verdict.GO else _WORSE_SHOWN
    if raised or others:
        st.markdown("\n".join(f"- {_with_verdict(sentence)}" for sentence in (*raised, *others[:shown])))
    if others[shown:]:
        with st.expander(f"{counted(len(others) - shown, 'change')} more that would make it worse"):
            st.markdown("\n".join(f"- {_with_verdict(sentence)}" for sentence in others[shown:]))
    if not found.sentences:
        st.markdown("No single change of these inputs makes the verdict another one.")
    taken = dict.fromkeys(line for flip in lifting for line in flip.assumes)
    if taken:
        st.caption(plain(f"What this takes for granted: {' '.join(taken)}"))


def _list_of(flip: Flip) -> None:
    """Changes that are needed together, by the page where they are done, each page with the way there."""
    mark = badge(flip.verdict.value, _VERDICT_COLOUR[flip.verdict])
    st.markdown(f"{mark} takes all of these together; none of them can be left out:")
    number = 1
    for page in dict.fromkeys(move.lever.place.page for move in flip.changes):
        moves = [move for move in flip.changes if move.lever.place.page is page]
        left, right = st.columns([5, 2], gap="medium")
        lines = [f"{place}. {plain(_capital(move.clause))}" for place, move in enumerate(moves, start=number)]
        left.markdown("\n".join(lines))
        with right:
            _way_to(moves)
        number += len(moves)


def _way_to(moves: Sequence[Move]) -> None:
    """To the tab where all is done in one, else to the page; on this page to the questions or the stop rules."""
    places = dict.fromkeys(_place_of(move) for move in moves)
    if len(places) == 1 or moves[0].lever.place.page is Page.DIAGNOSIS:
        for place in places:
            on_this_page.way_to(place, f"{plain(where(place))} →")
    else:
        on_this_page.way_to(Place(moves[0].lever.place.page))


def _place_of(move: Move) -> Place:
    place = move.lever.place
    if place.page is not Page.DIAGNOSIS or place.section:
        return place
    is_question = move.lever.id.startswith("question:")
    return Place(place.page, on_this_page.QUESTIONS if is_question else on_this_page.STOP_RULES)


def _with_verdict(sentence: str) -> str:
    """A sentence that begins with a verdict, with the verdict in its colour."""
    for verdict, colour in _VERDICT_COLOUR.items():
        if sentence.startswith(f"{verdict.value} "):
            return f"{badge(verdict.value, colour)} {plain(sentence[len(verdict.value) + 1 :])}"
    return plain(sentence)


# --- trying values ------------------------------------------------------------------------------------------------


@st.fragment
def _panel(project_id: str, revision: int) -> None:
    """Every lever at its present value, and the verdict that follows from those that were moved."""
    what_if = cache.what_if_at(project_id, revision, datetime.now(UTC).date())
    generation_key = f"{project_id}/what_if/generation"
    key = f"{project_id}/what_if/{revision}/{st.session_state.setdefault(generation_key, 0)}"
    outcome = st.container(border=True)
    figures = [lever for lever in what_if.levers if not lever.is_step and not lever.limit]
    steps = [lever for lever in what_if.levers if lever.is_step]
    limits = [lever for lever in what_if.levers if lever.limit]
    values = {
        **_group("Figures", figures, key),
        **_group("Steps", steps, key),
        **_group("The project's own limits", limits, key),
    }
    with outcome:
        _outcome(what_if, {lever: values[lever] for lever in what_if.levers if lever in values})
        st.button("Back to the present values", key=f"{key}/reset", on_click=_reset, args=(generation_key,))


def _reset(generation_key: str) -> None:
    st.session_state[generation_key] += 1


def _group(title: str, levers: Sequence[Lever], key: str) -> dict[Lever, float]:
    """The levers of one kind; gives back the values that were moved."""
    if not levers:
        return {}
    st.markdown(f"**{title}**")
    moved = {}
    wide = any(lever.is_step for lever in levers)  # a step is a sentence, a figure is not
    columns = st.columns(1 if wide else 2, gap="large")
    for place, lever in enumerate(levers):
        with columns[place % len(columns)]:
            value = _widget(lever, f"{key}/{lever.id}")
        if value is not None:
            moved[lever] = value
    return moved


def _widget(lever: Lever, key: str) -> float | None:
    """The value of a lever where it was moved; None where it stands as it is."""
    if lever.is_step:
        done = st.toggle(
            plain(_capital(lever.name)), value=bool(lever.present), key=key, help=_help(lever), width="stretch"
        )
        return None if done is bool(lever.present) else float(done)
    if lever.unit in _ON_SLIDERS:
        return _slider(lever, key)
    return _number(lever, key)


def _slider(lever: Lever, key: str) -> float | None:
    times = 1.0 if lever.unit is Unit.ALPHA else 100.0
    present = _on_scale(lever)
    moved = st.slider(
        plain(_capital(lever.name)),
        min_value=round(lever.lowest * times, 6),
        max_value=round(lever.highest * times, 6),
        value=round(present * times, 6),
        step=round(lever.step * times, 6),
        format="%.2f" if times == 1.0 else "%.0f%%",
        key=key,
        help=_help(lever),
    )
    return None if abs(moved / times - present) < lever.step / 2 else moved / times


def _number(lever: Lever, key: str) -> float | None:
    whole = lever.step >= 1
    present = None if lever.present is None else _on_scale(lever)
    unit = f" ({lever.currency or 'money'})" if lever.unit is Unit.MONEY else ""
    unit = f" ({lever.unit})" if lever.unit in (Unit.PERSON_DAYS, Unit.DAYS) else unit
    moved = st.number_input(
        plain(_capital(lever.name) + unit),
        min_value=lever.lowest,
        max_value=lever.highest,
        value=present,
        step=lever.step,
        format="%.0f" if whole else "%.2f",
        placeholder="not known",
        key=key,
        help=_help(lever),
    )
    return None if moved is None or moved == present else float(moved)


def _on_scale(lever: Lever) -> float:
    """The present value as the scale can show it."""
    number = round(((lever.present or 0.0) - lever.lowest) / lever.step)
    return lever.value(min(lever.last, max(0, number)))


def _help(lever: Lever) -> str | None:
    return plain(lever.assumes) if lever.assumes else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- what follows -------------------------------------------------------------------------------------------------


def _outcome(what_if: WhatIf, values: Mapping[Lever, float]) -> None:
    """The verdict that would follow, and what differs from the one that stands."""
    projects = cache.projects()
    now = judge(what_if.case, projects.verdicts, projects.standing)
    if not values:
        mark = badge(now.verdict.value, _VERDICT_COLOUR[now.verdict])
        st.markdown(f"{mark} All values are the present ones. Move one to see what follows; nothing is saved.")
        return
    then = judge(applied(what_if.case, values.items()), projects.verdicts, projects.standing)
    mark = badge(then.verdict.value, _VERDICT_COLOUR[then.verdict])
    same = "as it is now" if then.verdict is now.verdict else f"instead of {now.verdict.value}"
    st.markdown(f"The verdict would be {mark} {same}. Nothing is saved.")
    lines = _differences(now, then)
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))
    else:
        st.caption("The four questions, the stop rules and the contradictions stay as they are.")
    if then.verdict is not Verdict.GO and then.reasons:
        reasons = " ".join(then.reasons[:_REASONS_SHOWN])
        st.caption(plain(f"What would stand against GO: {reasons}"))


def _differences(now: Diagnosis, then: Diagnosis) -> list[str]:
    """What differs: replies, stop rules, and contradictions that came or went."""
    lines = []
    for number, (before, after) in enumerate(zip(now.questions, then.questions, strict=True), start=1):
        if before.reply is not after.reply:
            change = _arrow(before.reply, after.reply)
            lines.append(f"Question {number}, {plain(before.mode)}: {change}")
    for was, would in zip(now.stop_rules, then.stop_rules, strict=True):
        if was.state is not would.state:
            name = plain(cache.failure_modes().stop_rule(was.rule.value).name)
            lines.append(f"{name}: {_arrow(was.state, would.state)} {plain(would.because)}")
    stood, stands = ({one.sentence for one in diagnosis.contradictions} for diagnosis in (now, then))
    lines += [f"Settled: {plain(sentence)}" for sentence in sorted(stood - stands)]
    lines += [f"New contradiction: {plain(sentence)}" for sentence in sorted(stands - stood)]
    return lines


def _arrow(before: Reply | RuleState, after: Reply | RuleState) -> str:
    return f"{badge(before.value, _COLOUR[before])} → {badge(after.value, _COLOUR[after])}"
