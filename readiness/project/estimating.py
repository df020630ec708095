"""Estimating together in a project: open a round, send ballots, reveal them, and agree.

Two kinds of moment must not pass each other: a ballot and the reveal, and two acts on one round. So they take turns
within this process, which is the only one that writes the project file.

A name is not a login. Whoever types a name that has already answered from another window (a reload makes one, too) is
told so and asked once before those answers are replaced; nobody is ever shown them. The window that they came from
sees that they were replaced. A workshop of twenty people who reload goes on without anybody being locked out, and a
mix-up of names is noticed by the people it concerns.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from readiness import ballots
from readiness.ballots import Answer, Attendance, Ballot, Round, Subject
from readiness.errors import InputError, UnknownNameError
from readiness.exports.figures import counted, day
from readiness.outcome.agreement import person_key
from readiness.project.projects import Projects
from readiness.project.state import Kind, ProjectState, check
from readiness.scope.items import ItemStatus
from readiness.scope.rounds import Days, Spread, answer_of, by_disagreement, opinion_of, spread
from readiness.store import Store

ASKED_AT_ONCE = 10  # components that a round is offered for: about a quarter of an hour

_TURNS = threading.RLock()
_KEPT = 16  # looks at who is done, one a project and revision


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of answers that were sent. `elsewhere`: nothing was saved, because this name has answered from
    another window, and whoever sends has not said that those answers are to be replaced."""

    saved: tuple[str, ...]  # things
    elsewhere: bool = False


class Phase(NamedTuple):
    """Where estimating together is: a page that was drawn in another one is to be drawn again."""

    round_id: str  # of the latest round; empty where there was none
    is_open: bool
    asked: int  # components
    agreed: int


def sender_mark(token: str) -> str:
    """What stands in a ballot for the window that holds `token`; the token cannot be found from it."""
    return blake2b(token.encode(), digest_size=16).hexdigest()


def rounds_of(state: ProjectState) -> tuple[Round, ...]:
    """The project's rounds of estimates, the latest first."""
    return ballots.about(Subject.ESTIMATE, state.rounds)


def offered_items(state: ProjectState, widest: Sequence[str]) -> tuple[str, ...]:
    """The ids that a round is offered for: what is not estimated; else those with the widest spread, `widest` first."""
    needed = [item.id for item in state.items if item.status is not ItemStatus.NOT_NEEDED]
    unknown = [item.id for item in state.items if item.status is ItemStatus.UNKNOWN]
    return tuple((unknown or [item for item in widest if item in needed])[:ASKED_AT_ONCE])


def open_round(
    projects: Projects, project_id: str, items: Sequence[str], *, participants: Sequence[str] = (), who: str
) -> Round:
    """A new round of estimates over these items. Asked again for the very round that is open, it is that round; any
    other open round is to be revealed first, so that nobody has two forms to fill in."""
    with _TURNS:
        state = projects.load(project_id)
        names = {item.id: item.component for item in state.items}
        lost = [item for item in items if item not in names]
        if lost:
            raise UnknownNameError("scope item", lost[0])
        current = next((round_ for round_ in rounds_of(state) if round_.is_open), None)
        if current is not None:
            if set(current.things) == set(items) and current.opened_by == who:
                return current
            raise InputError(
                f"{current.opened_by or 'Somebody'} opened a round at {current.opened_at:%H:%M} UTC about "
                f"{counted(len(current.things), 'component')}. Reveal it first; then another can be opened."
            )
        opened = ballots.open_round(
            id=projects.new_id(),
            subject=Subject.ESTIMATE,
            labels={item: names[item] for item in items},
            participants=participants,
            person_of=person_key,
            now=projects.clock(),
            by=who,
        )
        _save_round(projects, project_id, opened, 0, who, f"asked for {counted(len(opened.things), 'estimate')}")
        return opened


def send(
    projects: Projects,
    project_id: str,
    round_id: str,
    answers: Mapping[str, Answer],
    *,
    name: str,
    sender: str,
    replace: bool = False,
) -> Sent:
    """One participant's answers, which replace those given before. After the reveal they are refused.

    `sender` is the mark of the window. With `replace`, what another window sent under this name is taken over.
    """
    clean = ballots.clean_name(name, person_key)
    with _TURNS:
        round_, _ = _round(projects, project_id, round_id)
        now = projects.clock()
        given = [
            ballots.cast(round_, thing, answer, participant=clean, sender=sender, now=now)
            for thing, answer in answers.items()
        ]
        mine = _ballots_of(projects, project_id, round_, clean)
        foreign = {key: one for key, (one, _) in mine.items() if one.sender != sender}
        if foreign and not replace:
            return Sent((), elsewhere=True)
        taken_over = {key: one.model_copy(update={"sender": sender}) for key, one in foreign.items()}
        wanted = taken_over | {_key(ballot): ballot for ballot in given}
        changes = [
            (Kind.BALLOT.value, key, ballot.model_dump(mode="json"), mine[key][1] if key in mine else 0)
            for key, ballot in wanted.items()
            if key not in mine or not _same(mine[key][0], ballot)
        ]
        what = f"sent {counted(len(given), 'answer')}" + (", replacing those of another window" if foreign else "")
        if changes:
            projects.store.save_many(project_id, changes, who=clean, what=what, check=check)
        return Sent(tuple(answers))


def move(projects: Projects, project_id: str, round_id: str, *, old: str, new: str, sender: str) -> int:
    """How many answers that this window sent as `old` stand under `new` now. Refused where `new` has answered too."""
    clean = ballots.clean_name(new, person_key)
    if person_key(old) == person_key(clean):
        return 0
    with _TURNS:
        round_, _ = _round(projects, project_id, round_id)
        ballots.refuse_if_revealed(round_)
        mine = {k: one for k, one in _ballots_of(projects, project_id, round_, old).items() if one[0].sender == sender}
        if mine and _ballots_of(projects, project_id, round_, clean):
            raise InputError(f"{clean} has already answered. Send your figures again under the name that is yours.")
        moved = [ballot.model_copy(update={"participant": clean}) for ballot, _ in mine.values()]
        what = f"moved {counted(len(moved), 'answer')} to another name"
        changes = [(Kind.BALLOT.value, _key(one), one.model_dump(mode="json"), 0) for one in moved]
        gone = [(Kind.BALLOT.value, key, version) for key, (_, version) in mine.items()]
        if changes:
            projects.store.save_many(project_id, changes, who=clean, what=what, check=check, deleted=gone)
        return len(moved)


def attendance(projects: Projects, project_id: str, round_id: str) -> Attendance:
    """Who has answered how many of the components that are still there. One read while nothing has changed, so that
    every page may ask every few seconds."""
    return _attendance(projects.store, project_id, round_id, projects.store.project(project_id).revision)


def phase(projects: Projects, project_id: str) -> Phase:
    """Where estimating together is now. One read while nothing has changed."""
    return _phase(projects.store, project_id, projects.store.project(project_id).revision)


def phase_of(rounds: Sequence[Round]) -> Phase:
    """Where estimating together is after these rounds, the latest first."""
    if not rounds:
        return Phase("", False, 0, 0)
    latest = rounds[0]
    return Phase(latest.id, latest.is_open, len(latest.things), len(latest.agreed))


def reveal(projects: Projects, project_id: str, round_id: str, *, who: str) -> Round:
    """The round, revealed. Where somebody was faster, it stays as they revealed it."""
    with _TURNS:
        round_, version = _round(projects, project_id, round_id)
        if round_.is_open:
            round_ = ballots.reveal(round_, now=projects.clock(), by=who)
            _save_round(projects, project_id, round_, version, who, "revealed the estimates")
        return round_


def results(state: ProjectState, round_: Round) -> tuple[Spread, ...]:
    """What was said in a revealed round, the largest disagreement first; nothing of one that is not revealed."""
    given = ballots.of_round(round_, state.ballots)
    spreads = []
    for thing in round_.things:
        said = (opinion_of(b.participant, b.answer, b.note) for b in given if b.thing == thing)
        spreads.append(spread(thing, round_.label(thing), (opinion for opinion in said if opinion is not None)))
    return by_disagreement(spreads)


def agreed_on(round_: Round, thing: str) -> Days | None:
    """The figures that the group settled on; None where it did not, or where a file of unknown origin holds no such."""
    agreed = opinion_of("", round_.agreed.get(thing, {}))
    return agreed.days if agreed else None


def people(state: ProjectState, round_: Round) -> int:
    """How many people answered a revealed round."""
    given = ballots.of_round(round_, state.ballots)
    return len({person_key(ballot.participant) for ballot in given})


def agree(
    projects: Projects,
    drawn: ProjectState,
    round_id: str,
    figures: Mapping[str, tuple[object, object, object]],
    *,
    who: str,
) -> Round:
    """The round with what the group agreed on, which becomes the estimate of its scope items, all in one transaction.

    `drawn` is the project as whoever typed the figures saw it: a later change of the same figures by somebody else
    is a ConflictError, and nothing is saved. The individual ballots stay as they are.
    """
    with _TURNS:
        round_, version = _round(projects, drawn.id, round_id)
        if round_.is_open:
            raise InputError("Reveal the round first; then agree on what it says.")
        state = projects.load(drawn.id)
        items = {item.id: item for item in drawn.items}
        present = {item.id for item in state.items}
        answers = {item: answer_of(round_.label(item), *typed) for item, typed in figures.items()}
        basis = f"Agreed in a round of {counted(people(state, round_), 'person', 'people')} on {day(projects.clock())}"
        changes: list[tuple[str, str, dict[str, Any], int]] = []
        for item, answer in answers.items():
            if item not in round_.things:
                raise UnknownNameError("component of this round", item)
            if item not in items or item not in present:
                raise InputError(f"{round_.label(item)} was removed meanwhile, so it cannot take an estimate.")
            body = {**items[item].model_dump(mode="json"), **answer, "basis": basis}
            changes.append((Kind.SCOPE_ITEM.value, item, body, drawn.version_of(Kind.SCOPE_ITEM, item)))
        settled = round_.model_copy(update={"agreed": {**round_.agreed, **answers}})
        changes.append((Kind.ROUND.value, round_.id, settled.model_dump(mode="json"), version))
        what = f"agreed on {counted(len(answers), 'estimate')} in a round"
        projects.store.save_many(drawn.id, changes, who=who, what=what, check=check)
        return settled


@lru_cache(maxsize=_KEPT)
def _attendance(store: Store, project_id: str, round_id: str, revision: int) -> Attendance:
    del revision  # part of the key: a write makes a new one
    round_ = _read_round(store, project_id, round_id)[0]
    items = {document.key for document in store.documents(project_id, Kind.SCOPE_ITEM)}
    given = [d.body for d in store.documents(project_id, Kind.BALLOT) if d.body.get("round") == round_id]
    things = [thing for thing in round_.things if thing in items]
    return ballots.attendance(round_, map(Ballot.model_validate, given), person_key, things=things)


@lru_cache(maxsize=_KEPT)
def _phase(store: Store, project_id: str, revision: int) -> Phase:
    del revision  # part of the key: a write makes a new one
    found = [Round.model_validate(document.body) for document in store.documents(project_id, Kind.ROUND)]
    latest_first = sorted(found, key=lambda round_: (round_.opened_at, round_.id), reverse=True)
    return phase_of(ballots.about(Subject.ESTIMATE, latest_first))


def _round(projects: Projects, project_id: str, round_id: str) -> tuple[Round, int]:
    return _read_round(projects.store, project_id, round_id)


def _read_round(store: Store, project_id: str, round_id: str) -> tuple[Round, int]:
    document = store.document(project_id, Kind.ROUND, round_id)
    if document is None:
        raise UnknownNameError("round", round_id)
    return Round.model_validate(document.body), document.version


def _save_round(projects: Projects, project_id: str, round_: Round, version: int, who: str, what: str) -> None:
    row = (Kind.ROUND.value, round_.id, round_.model_dump(mode="json"), version)
    projects.store.save_many(project_id, [row], who=who, what=what, check=check)


def _ballots_of(projects: Projects, project_id: str, round_: Round, name: str) -> dict[str, tuple[Ballot, int]]:
    """What a person has sent in a round, by key, with the versions."""
    found = {}
    for thing in round_.things:
        key = ballots.ballot_key(round_.id, person_key(name), thing)
        document = projects.store.document(project_id, Kind.BALLOT, key)
        if document is not None:
            found[key] = (Ballot.model_validate(document.body), document.version)
    return found


def _key(ballot: Ballot) -> str:
    return ballots.ballot_key(ballot.round, person_key(ballot.participant), ballot.thing)


def _same(one: Ballot, other: Ballot) -> bool:
    """Whether a ballot says what another says already; when it was said does not matter."""
    return one.model_copy(update={"given_at": other.given_at}) == other
