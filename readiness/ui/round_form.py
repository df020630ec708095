"""One person's part in a round that is open: the form, whose answers are sent, and what is in the way.

It is the same for every kind of round; `Fields` says how one kind asks, reads and shows an answer. Until the reveal a
participant's own answers are shown to their own window alone, from what was typed into it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import streamlit as st

from readiness.ballots import LONGEST_NAME, NOBODY, Answer, Attendance, Round, shown_name
from readiness.errors import InputError, ReadinessError
from readiness.exports.figures import counted
from readiness.outcome.agreement import person_key
from readiness.project import Projects, asking
from readiness.ui import session
from readiness.ui.acts import act, show_refusal
from readiness.ui.taking_out import take_out_button
from readiness.ui.wording import moment, plain

LOOK_EVERY = 3.0  # seconds between two looks at who is done
LOOK_FOR_CHANGES_EVERY = 4.0  # seconds until a round that somebody opens is on every page

_WINDOW = "window"


class _Phase(Protocol):
    """Where a subject is: two that differ say that something has happened."""

    @property
    def is_open(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Fields:
    """How a kind of round asks about one thing. `place` is where the thing's fields keep what was typed."""

    explain: str
    draw: Callable[[str, str], None]  # label, place
    read: Callable[[str, str], Answer | None]  # label, place; None where nothing was typed
    fill: Callable[[str, Answer], None]  # place, answer
    is_drawn: Callable[[str], bool]  # place; whether its fields hold something of this window already
    written: Callable[[Answer], str]
    nothing_typed: str


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part in one round."""

    projects: Projects
    project_id: str
    round: Round
    things: tuple[str, ...]  # those that are still there
    who: str
    fields: Fields
    name_place: str = "in the sidebar"  # where another name is typed

    @property
    def place(self) -> str:
        return f"{self.round.id}/{person_key(self.who)}"

    @property
    def window(self) -> Window:
        return window_of(self.round.id, self.who)

    def place_of(self, thing: str) -> str:
        return f"{self.place}/{thing}"

    def counted(self, count: int) -> str:
        return counted(count, asking.words(self.round.subject)[1])


@dataclass(slots=True)
class Window:
    """What this browser window holds of one person's part in one round: what was sent, and what is in the way."""

    name: str
    sent: dict[str, Answer] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    notice: str = ""
    waiting: dict[str, Answer] = field(default_factory=dict)  # until it is said whose they replace
    late: dict[str, Answer] = field(default_factory=dict)  # not sent, because the round was revealed


def window_of(round_id: str, who: str) -> Window:
    """What this browser window holds of `who`'s part in a round."""
    return _windows(round_id).setdefault(person_key(who), Window(who))


def mark() -> str:
    """What tells this window from others. A reload makes another window."""
    return asking.sender_mark(token())


def token() -> str:
    """This window's own secret."""
    return str(st.session_state.setdefault(_WINDOW, secrets.token_hex(16)))


def names_nobody(who: str) -> bool:
    """Whether no name has been typed yet."""
    return person_key(who) in NOBODY


def ask_name(project_id: str) -> None:
    """The field for the name of who takes part, where none stands in the sidebar yet."""
    key = f"{project_id}/part/name"

    def named() -> None:
        name = shown_name(str(st.session_state[key]))
        if names_nobody(name):
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


def ask_people(key: str) -> None:
    """The field for who is to answer, in a form that opens a round; `ballots.names_in` reads it."""
    st.text_area(
        "Who is waited for",
        key=key,
        height=72,
        placeholder="Names with commas between them. Empty: whoever answers.",
    )


@st.fragment(run_every=LOOK_FOR_CHANGES_EVERY)
def look_for_changes(read: Callable[[], _Phase], drawn: _Phase) -> None:
    """Runs the page again once somebody has opened a round, or agreed on what the last one said. `read` says where the
    subject is now, `drawn` where it was. A reveal is looked for where it is waited for (`progress`), so that nobody
    who still types loses the form."""
    try:
        now = read()
    except ReadinessError:
        return  # the next run of the page says what is wrong
    if now != drawn and not drawn.is_open:
        st.rerun()


def form(part: Part) -> None:
    """The form of one participant, with what this window sent under their name before."""
    window = part.window
    _seed(part)
    st.caption(part.fields.explain)
    with st.form(f"{part.place}/form", border=False, enter_to_submit=False):
        for thing in part.things:
            part.fields.draw(part.round.label(thing), part.place_of(thing))
        label = "Send again" if window.sent else "Send"
        st.form_submit_button(label, type="primary", on_click=_submitted, args=(part,))
    for sentence in window.refused:
        st.error(plain(sentence))
    if window.waiting:
        _ask_whose(part)
    if window.notice:
        st.success(plain(window.notice))
    sent_under_another_name(part)


def titles(opened: Mapping[str, datetime]) -> dict[str, str]:
    """How earlier rounds are offered to be chosen, by id, in the order given. Numbered from the first one on: a browser
    knows a choice by how it is written, and two rounds may have been opened in one minute."""
    in_turn = sorted(opened, key=lambda round_id: (opened[round_id], round_id))
    return {round_id: f"{in_turn.index(round_id) + 1}: {moment(opened[round_id])}" for round_id in opened}


def not_in_the_round(round_: Round, who: str, fields: Fields) -> None:
    """What this window typed too late, and why it was refused; nothing where it did not."""
    window = window_of(round_.id, who)
    if not window.late:
        return
    for sentence in window.refused:
        st.warning(plain(sentence))
    lines = [f"{plain(round_.label(thing))}: {fields.written(answer)}" for thing, answer in window.late.items()]
    st.markdown("Not in the round, from this window: " + "; ".join(lines) + ".")


@st.fragment(run_every=LOOK_EVERY)
def progress(part: Part) -> None:
    """Who is done, looked up every few seconds without running the page again; and the reveal."""
    place = f"{part.project_id}/{part.round.subject.value}/reveal"
    try:
        standing = asking.attendance(part.projects, part.project_id, part.round.id)
        now = asking.phase(part.projects, part.project_id, part.round.subject)
    except ReadinessError as error:
        st.error(plain(str(error)))
        return
    if now[:2] != (part.round.id, True):
        _lead_on(part)
        return
    st.markdown(who_is_done(standing))
    replaced_elsewhere(standing, part.round, part.who)

    def reveal() -> str:
        st.session_state[_revealed_here(part.round)] = True
        round_ = asking.reveal(part.projects, part.project_id, part.round.id, who=session.who())
        return "Revealed." if round_.revealed_by == session.who() else f"{round_.revealed_by} has revealed it already."

    with st.container(horizontal=True):
        reveal_button(standing, place, reveal)
        take_out_button(part.projects, part.project_id, part.round.id, standing, place)


def reveal_button(standing: Attendance, place: str, reveal: Callable[[], str]) -> None:
    """The reveal; where somebody is not done, or nobody can say who is to come, it is asked once more."""
    if standing.all_done:
        st.button("Reveal to all", type="primary", key=f"{place}/all", on_click=act, args=(place, reveal))
    else:
        with st.popover("Reveal …"):
            st.markdown(_before_reveal(standing))
            st.button("Reveal now", key=f"{place}/now", on_click=act, args=(place, reveal))
    show_refusal(place)


def who_is_done(standing: Attendance) -> str:
    """Who is done, under way and waited for, in lines of Markdown."""
    done, waited = standing.names("done"), standing.names("waited for")
    partly = [f"{plain(s.name)} ({s.answered} of {s.asked})" for s in standing.standings if s.state == "under way"]
    parts = [
        f"**Done:** {', '.join(map(plain, done))}" if done else "",
        f"**Under way:** {', '.join(partly)}" if partly else "",
        f"**Waited for:** {', '.join(map(plain, waited))}" if waited else "",
    ]
    return "  \n".join(filter(None, parts)) or "Nobody has answered yet."


def replaced_elsewhere(standing: Attendance, current: Round, who: str) -> None:
    """The warning for a window whose answers another one has taken over, or the facilitator has taken out."""
    mine = next((s for s in standing.standings if person_key(s.name) == person_key(who)), None)
    if not window_of(current.id, who).sent or (mine is not None and mark() in mine.senders):
        return
    if mine is None or not mine.senders:
        st.warning(f"What {plain(who)} sent was taken out of the round. Send it again if it belongs in it.")
        return
    st.warning(
        f"Another window has taken over what {plain(who)} sent. "
        "If that was not you, tell the facilitator, and send yours again."
    )


def _seed(part: Part) -> None:
    """Put back what this window sent or typed too late; widgets forget when their page is left."""
    late = _late(part)
    for thing in part.things:
        answer = part.window.sent.get(thing) or late.get(thing)
        if answer is not None and not part.fields.is_drawn(part.place_of(thing)):
            part.fields.fill(part.place_of(thing), answer)


def _submitted(part: Part) -> None:
    """Send what is complete; name what is refused. The fields keep what was typed either way."""
    window = part.window
    window.refused, window.notice, window.waiting = [], "", {}
    answers: dict[str, Answer] = {}
    for thing in part.things:
        try:
            answer = part.fields.read(part.round.label(thing), part.place_of(thing))
        except InputError as error:
            window.refused.append(str(error))
        else:
            if answer is not None:
                answers[thing] = answer
    if answers:
        _send(part, answers, replace=False)
    elif not window.refused:
        window.refused = [part.fields.nothing_typed]


def _send(part: Part, answers: dict[str, Answer], *, replace: bool) -> None:
    window = part.window
    try:
        sent = asking.send(
            part.projects, part.project_id, part.round.id, answers, name=part.who, sender=mark(), replace=replace
        )
    except ReadinessError as error:
        window.refused.append(str(error))
        window.late = answers
        _late(part).update(answers)
        return
    if sent.elsewhere:
        window.waiting = answers
        return
    window.waiting = {}
    window.sent |= answers
    window.notice = _what_was_sent(part, answers)


def _what_was_sent(part: Part, answers: Mapping[str, Answer]) -> str:
    sent = [thing for thing in part.things if thing in part.window.sent]
    emptied = [part.round.label(thing) for thing in sent if thing not in answers]
    rest = len(part.things) - len(sent)
    sentences = [
        f"Sent: {len(sent)} of {len(part.things)}.",
        f"{part.counted(rest)} still open." if rest else "",
        f"As you sent it before: {', '.join(emptied)}." if emptied else "",
        "You may send again until the reveal; the last answer counts.",
    ]
    return " ".join(filter(None, sentences))


def _ask_whose(part: Part) -> None:
    """This name has answered from another window: a reload, another device, or another person of that name."""
    name = plain(part.who)
    st.warning(
        f"{name} has already answered in this round from another window; nothing of it is shown here. If that was you, "
        f"before a reload or on another device, replace it. If not, type your own name, with a surname, "
        f"{part.name_place}."
    )

    def replace() -> None:
        _send(part, part.window.waiting, replace=True)

    st.button(f"Replace what {name} sent", key=f"{part.place}/replace", on_click=replace)


def sent_under_another_name(part: Part) -> None:
    """Answers that this window sent before the name was changed: another person's, or the same one renamed."""
    me = person_key(part.who)
    others = [window.name for person, window in _windows(part.round.id).items() if window.sent and person != me]
    for old in others:
        place = f"{part.round.id}/{person_key(old)}/move"

        def moved(old: str = old) -> str:
            count = asking.move(part.projects, part.project_id, part.round.id, old=old, new=part.who, sender=mark())
            taken = _windows(part.round.id).pop(person_key(old)).sent
            part.window.sent |= taken
            for thing, answer in taken.items():
                part.fields.fill(part.place_of(thing), answer)
            return f"{count} answers stand under {part.who} now."

        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"This window also sent answers as {plain(old)}. They stay, unless they are yours.", width="content"
            )
            st.button(
                f"They are mine: {plain(part.who)}", key=place, type="tertiary", on_click=act, args=(place, moved)
            )
        show_refusal(place)


def _lead_on(part: Part) -> None:
    """The round was revealed. Who has sent sees the result at once; who is still typing is asked first."""
    window = part.window
    if window.sent or window.late or names_nobody(part.who) or st.session_state.get(_revealed_here(part.round)):
        st.rerun()
    st.warning("The round is revealed. What stands above and was not sent is not in it.")
    if st.button("Show what was said", key=f"{part.round.id}/show"):
        st.rerun()


def _before_reveal(standing: Attendance) -> str:
    missing = f" Not done yet: {plain(', '.join(standing.waited_for))}." if standing.waited_for else ""
    if not standing.answered:
        return f"Nobody has answered yet; this closes the round.{missing}"
    answered = f"{standing.answered} {'person has' if standing.answered == 1 else 'people have'} answered."
    return f"{answered}{missing} After the reveal no answer can be changed."


def _revealed_here(current: Round) -> str:
    return f"{current.id}/revealed_here"


def _late(part: Part) -> dict[str, Answer]:
    """What this window typed too late under the present name, to be offered when it is asked again."""
    key = f"{part.project_id}/{part.round.subject.value}/late/{person_key(part.who)}"
    return st.session_state.setdefault(key, {})  # type: ignore[no-any-return]


def _windows(round_id: str) -> dict[str, Window]:
    kept: dict[str, Any] = st.session_state.setdefault(f"{round_id}/windows", {})
    return kept
