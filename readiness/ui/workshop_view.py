"""The facilitator's side of a workshop: the link to join, who is here and how far they are, and what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import streamlit as st

from readiness.ballots import Standing
from readiness.errors import ReadinessError
from readiness.exports.figures import counted
from readiness.outcome.agreement import person_key
from readiness.project import Projects, asking
from readiness.project.joining import Guest, code_of
from readiness.ui import cache, session
from readiness.ui.acts import act, show_refusal
from readiness.ui.asked import ASKED, VOTES, Asked, asked_about
from readiness.ui.join_link import Server, link, server
from readiness.ui.page import Here
from readiness.ui.page import link as page_link
from readiness.ui.round_form import reveal_button
from readiness.ui.taking_out import take_out_button
from readiness.ui.votes_view import open_vote
from readiness.ui.wording import moment, plain

LOOK_EVERY = 2.0  # seconds between two looks at who is here and how far they are
CODE_PIXELS, BEAMER_PIXELS = 260, 620
NAME_PIXELS = 180


def workshop(here: Here) -> None:
    """How to join on one side, and on the other what is asked and who is how far."""
    where = server()
    reachable = not where.is_this_machine_alone or where.others_may_come
    if not reachable:
        _how_to_let_others_in(where)
    left, right = st.columns([2, 5], gap="large")
    with left:
        _join(here, where, reachable=reachable)
    with right:
        _live(here.projects, here.state.id)


def _join(here: Here, where: Server, *, reachable: bool) -> None:
    """The link and its QR code; without the code where it would lead another device to nothing."""
    code = code_of(here.state.id, [row.id for row in here.projects.rows()])
    address = link(where.origin_for_others if reachable else where.origin, code)
    st.subheader("Join")
    if reachable:
        st.image(cache.qr_code(address), width=CODE_PIXELS, alt="The link to join, as a QR code")
    st.code(address, language=None, wrap_lines=True)
    if reachable:
        st.caption("Scan the code or type the address, then a name. Nothing is shown but what is to be done.")
    else:
        st.caption("This link works on this machine alone, to try it out. The QR code appears once others can join.")
    if reachable:
        st.button("Show it large", on_click=_large, args=(address, here.state.name), width="stretch")
    st.link_button("Open as a participant", address, width="stretch")
    if reachable and where.is_this_machine_alone:
        st.caption(f"This browser uses {plain(where.host)}; the link names this machine's address in its network.")
    st.caption("The link narrows what is shown; it is no login. Whoever reaches this server can open all of its pages.")


def _how_to_let_others_in(where: Server) -> None:
    """The sentence for a server that only this machine can reach, with the command that lets a workshop in."""
    own = where.own_address or "THIS-MACHINE"
    with st.container(border=True):
        st.markdown(
            f"**Other devices cannot join yet.** This browser uses {plain(where.host)}, this machine's name for "
            "itself. Stop Readiness with Ctrl\\+C and start it so that it listens to the network and answers to its "
            "address there:"
        )
        st.code(
            f'STREAMLIT_SERVER_ADDRESS=0.0.0.0 STREAMLIT_SERVER_ALLOWED_HOSTS="localhost {own}" readiness',
            language=None,
            wrap_lines=True,
        )
        st.caption(
            "Do so in a network that you trust: there is no login, and whoever reaches the server can open every "
            "project in it. On Windows set both variables first, with `set NAME=value`, then start `readiness`."
        )


@st.dialog("Join the workshop", width="large")
def _large(address: str, name: str) -> None:
    with st.container(horizontal_alignment="center"):
        st.markdown(f"**{plain(name)}**", width="content")
        st.image(cache.qr_code(address), width=BEAMER_PIXELS, alt="The link to join, as a QR code")
        st.title(plain(address), width="content", anchor=False)


# --- who is here, what is asked -----------------------------------------------------------------------------------


@st.fragment(run_every=LOOK_EVERY)
def _live(projects: Projects, project_id: str) -> None:
    """What is asked and who is how far, looked up every few seconds without running the page again."""
    try:
        open_now = {now.round.subject.value: now for now in asking.asked_now(projects, project_id)}
    except ReadinessError as error:
        st.error(plain(str(error)))
        return
    guests = cache.presence().guests(project_id)
    st.subheader("What is asked")
    for column, kind in zip(st.columns(len(ASKED), gap="small"), ASKED, strict=True):
        with column.container(border=True, height="stretch", gap="xsmall"):
            _card(projects, project_id, kind, open_now.get(kind.subject.value), guests)
    _people(guests, [kind for kind in ASKED if kind.subject.value in open_now], open_now)


def _card(
    projects: Projects, project_id: str, kind: Asked, now: asking.AskedNow | None, guests: Sequence[Guest]
) -> None:
    place = f"{project_id}/workshop/{kind.subject.value}"
    st.markdown(f"**{plain(kind.title)}**")
    if now is None:
        st.caption(plain(kind.why))
        _open(projects, project_id, kind, place)
        return
    round_id, standing = now.round.id, now.attendance
    done, people = len(standing.names("done")), len(_everybody(guests, [now]))
    st.markdown(kind.asks_for(len(now.things)))
    st.progress(done / people if people else 0.0, text=f"{done} of {people} done")

    def reveal() -> str:
        asking.reveal(projects, project_id, round_id, who=session.who())
        return "Revealed."

    reveal_button(standing, place, reveal)
    take_out_button(projects, project_id, round_id, standing, place)


def _open(projects: Projects, project_id: str, kind: Asked, place: str) -> None:
    latest = next((round_ for round_ in asking.rounds(projects, project_id) if asked_about(round_) is kind), None)
    if latest is not None and latest.revealed_at is not None:
        st.caption(f"Revealed {moment(latest.revealed_at)}.")
    if kind is not VOTES:
        page_link(kind.room, f"{kind.room.title} →")
        return

    def open_it() -> str:
        open_vote(projects, cache.state_at(project_id, projects.store.project(project_id).revision))
        return "The vote is open."

    st.button("Ask everyone", key=f"{place}/open", on_click=act, args=(place, open_it))
    show_refusal(place)
    page_link(kind.room, f"{kind.room.title} →")


def _people(guests: Sequence[Guest], kinds: Sequence[Asked], open_now: Mapping[str, asking.AskedNow]) -> None:
    """One line a person: whether they are here, and how far they are with everything that is asked."""
    here_now = sum(guest.is_here for guest in guests)
    st.subheader(f"{counted(here_now, 'person', 'people')} here")
    names = _everybody(guests, open_now.values())
    if not names:
        st.caption("Nobody has joined yet. Names appear here by themselves.")
        return
    present = {person_key(guest.name): guest for guest in guests}
    lines = []
    for person, name in names.items():
        line = {"Name": name, "Here": _whether_here(present.get(person))}
        line |= {kind.title: _how_far(open_now[kind.subject.value].standing(name)) for kind in kinds}
        lines.append(line)
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        width="stretch",
        column_config={"Name": st.column_config.TextColumn(width=NAME_PIXELS)},  # a long one would hide the others
        alt="Who is here and how far they are",
    )


def _everybody(guests: Sequence[Guest], asked: Iterable[asking.AskedNow]) -> dict[str, str]:
    """Names by person: who has joined, who is waited for, and who answers from a page of the project."""
    named = {person_key(guest.name): guest.name for guest in guests}
    for now in asked:
        for standing in now.attendance.standings:
            named.setdefault(person_key(standing.name), standing.name)
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def _whether_here(guest: Guest | None) -> str:
    if guest is None:
        return "not joined by the link"
    if not guest.is_here:
        return f"away since {guest.last_seen:%H:%M} UTC"
    return "here" if guest.windows == 1 else f"here, in {guest.windows} windows"


def _how_far(standing: Standing | None) -> str:
    if standing is None or not standing.answered:
        return "waited for"
    return "done" if standing.state == "done" else f"{standing.answered} of {standing.asked}"
