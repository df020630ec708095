"""The round that is open: one participant's form, who is done, and the reveal."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from readiness.ballots import LONGEST_NAME, NOBODY, Attendance, Round
from readiness.errors import InputError, ReadinessError
from readiness.exports.figures import counted
from readiness.outcome.agreement import person_key
from readiness.project import Projects
from readiness.project import estimating as together
from readiness.scope.rounds import DO_NOT_KNOW, PARTS, answer_of
from readiness.ui import session
from readiness.ui.acts import act, show_refusal
from readiness.ui.page import Here
from readiness.ui.wording import plain

LOOK_EVERY = 3.0  # seconds between two looks at who is done
DAY_PIXELS = 88


@dataclass(slots=True)
class Window:
    """What this browser window holds of one person's part in one round: what was sent, and what is in the way."""

    name: str
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    notice: str = ""
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)  # until it is said whose they replace
    late: dict[str, dict[str, Any]] = field(default_factory=dict)  # not sent, because the round was revealed


def window_of(round_id: str, who: str) -> Window:
    """What this browser window holds of `who`'s part in a round."""
    return _windows(round_id).setdefault(person_key(who), Window(who))


def asked(here: Here, current: Round) -> None:
    """The box of the round that is open."""
    present = {item.id for item in here.state.items}
    things = [thing for thing in current.things if thing in present]
    gone = [current.label(thing) for thing in current.things if thing not in present]
    with st.container(border=True):
        st.markdown(f"#### An estimate is asked for: {_components(len(things))}")
        by = plain(current.opened_by or "somebody")
        st.markdown(
            f"Asked by {by}, {current.opened_at:%H:%M} UTC. Nobody sees anything of your figures before all are "
            "revealed together: until then only who has answered is known."
        )
        if gone:
            st.caption(plain(f"Removed since the round was opened, and not asked for any more: {', '.join(gone)}."))
        if _names_nobody(here.who):
            _ask_name(here)
        else:
            _form(here, current, things)
        _progress(here.projects, here.state.id, current, here.who)


def _names_nobody(who: str) -> bool:
    return person_key(who) in NOBODY


def _ask_name(here: Here) -> None:
    key = f"{here.state.id}/estimating/name"

    def named() -> None:
        name = " ".join(str(st.session_state[key]).split())
        if _names_nobody(name):
            st.session_state[f"{key}/refused"] = "Type the name that the others know you by."
            return
        st.session_state.pop(f"{key}/refused", None)
        session.introduce(name)

    with st.form(f"{key}/form", border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        left.text_input("Your name, to take part", max_chars=LONGEST_NAME, key=key)
        right.form_submit_button("Take part", on_click=named, type="primary", width="stretch")
    if st.session_state.get(f"{key}/refused"):
        st.error(st.session_state[f"{key}/refused"])


def _form(here: Here, current: Round, things: Sequence[str]) -> None:
    """The form of one participant, with what this window sent under their name before."""
    window = window_of(current.id, here.who)
    _seed(here, current, things)
    st.caption(
        f"Person-days. Between low and high it should end {here.state.plan.confidence:.0%} of the time; likely is the "
        "figure that it is as likely to exceed as to stay below."
    )
    with st.form(f"{_place(current.id, here.who)}/form", border=False, enter_to_submit=False):
        for thing in things:
            _line(current.label(thing), _place(current.id, here.who), thing)
        st.form_submit_button(
            "Send again" if window.sent else "Send", type="primary", on_click=_submitted, args=(here, current, things)
        )
    for sentence in window.refused:
        st.error(plain(sentence))
    if window.waiting:
        _ask_whose(here, current, things)
    if window.notice:
        st.success(plain(window.notice))
    _sent_under_another_name(here, current)


def _line(label: str, place: str, thing: str) -> None:
    st.markdown(f"**{plain(label)}**")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        for part, name in PARTS.items():
            day_input(name, f"{place}/{thing}/{part}")
        st.checkbox("I do not know", key=f"{place}/{thing}/unknown", width="content")


def day_input(label: str, key: str) -> None:
    """A field for person-days, so narrow that three stand side by side on a phone. What is refused is said by name
    when it is sent: a field with limits of its own would drop what was typed without a word."""
    st.number_input(label, key=key, value=None, format="%g", step=1.0, placeholder="days", width=DAY_PIXELS)


def _seed(here: Here, current: Round, things: Sequence[str]) -> None:
    """Put back what this window sent or typed too late; widgets forget when their page is left."""
    place, window = _place(current.id, here.who), window_of(current.id, here.who)
    late = _late(here)
    for thing in things:
        answer = window.sent.get(thing) or late.get(thing)
        if answer is not None and f"{place}/{thing}/unknown" not in st.session_state:
            _fill(place, thing, answer)


def _fill(place: str, thing: str, answer: dict[str, Any]) -> None:
    for part in PARTS:
        st.session_state[f"{place}/{thing}/{part}"] = answer[part]
    st.session_state[f"{place}/{thing}/unknown"] = answer == DO_NOT_KNOW


def _submitted(here: Here, current: Round, things: Sequence[str]) -> None:
    """Send what is complete; name what is refused. The fields keep what was typed either way."""
    window, place = window_of(current.id, here.who), _place(current.id, here.who)
    window.refused, window.notice, window.waiting = [], "", {}
    answers: dict[str, dict[str, Any]] = {}
    for thing in things:
        try:
            answer = _typed_answer(current.label(thing), f"{place}/{thing}")
        except InputError as error:
            window.refused.append(str(error))
        else:
            if answer is not None:
                answers[thing] = answer
    if answers:
        _send(here, current, answers, things, replace=False)
    elif not window.refused:
        window.refused = ["Nothing is filled in yet. Type three figures for a component, or tick I do not know."]


def _typed_answer(label: str, place: str) -> dict[str, Any] | None:
    """One component as it was typed; None where nothing was."""
    typed = [st.session_state.get(f"{place}/{part}") for part in PARTS]
    empty = all(value is None for value in typed)
    if st.session_state.get(f"{place}/unknown"):
        if not empty:
            raise InputError(f"{label}: figures and I do not know both stand there. Keep one of the two.")
        return DO_NOT_KNOW
    return None if empty else answer_of(label, *typed)


def _send(
    here: Here, current: Round, answers: dict[str, dict[str, Any]], things: Sequence[str], *, replace: bool
) -> None:
    window = window_of(current.id, here.who)
    try:
        sent = together.send(
            here.projects, here.state.id, current.id, answers, name=here.who, sender=_mark(), replace=replace
        )
    except ReadinessError as error:
        window.refused.append(str(error))
        window.late = answers
        _late(here).update(answers)
        return
    if sent.elsewhere:
        window.waiting = answers
        return
    window.waiting = {}
    window.sent |= answers
    window.notice = _what_was_sent(current, window, answers, things)


def _what_was_sent(current: Round, window: Window, answers: dict[str, dict[str, Any]], things: Sequence[str]) -> str:
    sent = [thing for thing in things if thing in window.sent]
    emptied = [current.label(thing) for thing in sent if thing not in answers]
    rest = len(things) - len(sent)
    sentences = [
        f"Sent: {len(sent)} of {len(things)}.",
        f"{_components(rest)} still open." if rest else "",
        f"As you sent it before: {', '.join(emptied)}." if emptied else "",
        "You may send again until the reveal; the last figures count.",
    ]
    return " ".join(filter(None, sentences))


def _ask_whose(here: Here, current: Round, things: Sequence[str]) -> None:
    """This name has answered from another window: a reload, another device, or another person of that name."""
    window, place = window_of(current.id, here.who), _place(current.id, here.who)
    name = plain(here.who)
    st.warning(
        f"{name} has already answered in this round from another window; nothing of it is shown here. If that was you, "
        "before a reload or on another device, replace it. If not, type your own name, with a surname, in the sidebar."
    )

    def replace() -> None:
        _send(here, current, window.waiting, things, replace=True)

    st.button(f"Replace what {name} sent", key=f"{place}/replace", on_click=replace)


def _sent_under_another_name(here: Here, current: Round) -> None:
    """Figures that this window sent before the name was changed: another person's, or the same one renamed."""
    me = person_key(here.who)
    others = [window.name for person, window in _windows(current.id).items() if window.sent and person != me]
    for old in others:
        place = f"{_place(current.id, old)}/move"

        def moved(old: str = old) -> str:
            count = together.move(here.projects, here.state.id, current.id, old=old, new=here.who, sender=_mark())
            taken = _windows(current.id).pop(person_key(old)).sent
            window_of(current.id, here.who).sent |= taken
            for thing, answer in taken.items():
                _fill(_place(current.id, here.who), thing, answer)
            return f"{count} answers stand under {here.who} now."

        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"This window also sent figures as {plain(old)}. They stay, unless they are yours.", width="content"
            )
            st.button(
                f"They are mine: {plain(here.who)}", key=place, type="tertiary", on_click=act, args=(place, moved)
            )
        show_refusal(place)


@st.fragment(run_every=LOOK_EVERY)
def _progress(projects: Projects, project_id: str, current: Round, who: str) -> None:
    """Who is done, looked up every few seconds without running the page again; and the reveal."""
    place = f"{project_id}/estimating/reveal"
    try:
        standing = together.attendance(projects, project_id, current.id)
        changed = together.phase(projects, project_id)[:2] != (current.id, True)
    except ReadinessError as error:
        st.error(plain(str(error)))
        return
    if changed:
        _lead_on(current, who)
        return
    st.markdown(_who_is_done(standing))
    _replaced_elsewhere(standing, current, who)

    def reveal() -> str:
        st.session_state[_revealed_here(current)] = True
        round_ = together.reveal(projects, project_id, current.id, who=session.who())
        return "Revealed." if round_.revealed_by == session.who() else f"{round_.revealed_by} has revealed it already."

    if standing.all_done:
        st.button("Reveal to all", type="primary", key=f"{place}/all", on_click=act, args=(place, reveal))
    else:
        with st.popover("Reveal …"):
            st.markdown(_before_reveal(standing))
            st.button("Reveal now", key=f"{place}/now", on_click=act, args=(place, reveal))
    show_refusal(place)


def _lead_on(current: Round, who: str) -> None:
    """The round was revealed. Who has sent sees the result at once; who is still typing is asked first."""
    window = window_of(current.id, who)
    if window.sent or window.late or _names_nobody(who) or st.session_state.get(_revealed_here(current)):
        st.rerun()
    st.warning("The round is revealed. What stands above and was not sent is not in it.")
    if st.button("Show what was said", key=f"{current.id}/show"):
        st.rerun()


def _who_is_done(standing: Attendance) -> str:
    done, waited = standing.names("done"), standing.names("waited for")
    partly = [f"{plain(s.name)} ({s.answered} of {s.asked})" for s in standing.standings if s.state == "under way"]
    parts = [
        f"**Done:** {', '.join(map(plain, done))}" if done else "",
        f"**Under way:** {', '.join(partly)}" if partly else "",
        f"**Waited for:** {', '.join(map(plain, waited))}" if waited else "",
    ]
    return "  \n".join(filter(None, parts)) or "Nobody has answered yet."


def _before_reveal(standing: Attendance) -> str:
    missing = f" Not done yet: {plain(', '.join(standing.waited_for))}." if standing.waited_for else ""
    if not standing.answered:
        return f"Nobody has answered yet; this closes the round.{missing}"
    answered = f"{standing.answered} {'person has' if standing.answered == 1 else 'people have'} answered."
    return f"{answered}{missing} After the reveal no figure can be changed."


def _replaced_elsewhere(standing: Attendance, current: Round, who: str) -> None:
    window = window_of(current.id, who)
    mine = next((s for s in standing.standings if person_key(s.name) == person_key(who)), None)
    if not window.sent or mine is None or not mine.senders or _mark() in mine.senders:
        return
    st.warning(
        f"Another window has taken over what {plain(who)} sent. "
        "If that was not you, tell the facilitator, and send yours again."
    )


def _revealed_here(current: Round) -> str:
    return f"{current.id}/revealed_here"


def _late(here: Here) -> dict[str, dict[str, Any]]:
    """What this window typed too late under the present name, to be offered when it is asked again."""
    key = f"{here.state.id}/estimating/late/{person_key(here.who)}"
    return st.session_state.setdefault(key, {})  # type: ignore[no-any-return]


def _mark() -> str:
    """What tells this window from others. A reload makes another window."""
    return together.sender_mark(st.session_state.setdefault("estimating/window", secrets.token_hex(16)))


def _windows(round_id: str) -> dict[str, Window]:
    return st.session_state.setdefault(f"{round_id}/windows", {})  # type: ignore[no-any-return]


def _place(round_id: str, who: str) -> str:
    return f"{round_id}/{person_key(who)}"


def _components(count: int) -> str:
    return counted(count, "component")
