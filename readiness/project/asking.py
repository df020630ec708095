"""Asking several people at once: open a round, send ballots, see who is done, and reveal. The same for every subject.

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
from typing import NamedTuple

from readiness import ballots
from readiness.ballots import Answer, Attendance, Ballot, Round, Standing, Subject
from readiness.errors import InputError, UnknownNameError
from readiness.exports.figures import counted
from readiness.outcome.agreement import person_key
from readiness.project.projects import Projects
from readiness.project.state import Kind, check
from readiness.store import Store

TURNS = threading.RLock()  # held by every act on a round
_LOOKING = threading.Lock()  # the first look after a ballot counts; others wait for it instead of counting, too
_KEPT = 32  # looks at who is done, one a project and revision

_WORDS = {  # of each subject: what is answered, what is asked about
    Subject.ESTIMATE.value: ("estimate", "component"),
    Subject.JUDGMENT.value: ("judgment", "record"),
    Subject.VOTE.value: ("vote", "question"),
}
_MAY_GO = {Subject.ESTIMATE.value: Kind.SCOPE_ITEM}  # things that can be removed while they are asked about


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of answers that were sent. `elsewhere`: nothing was saved, because this name has answered from
    another window, and whoever sends has not said that those answers are to be replaced."""

    saved: tuple[str, ...]  # things
    elsewhere: bool = False


class Phase(NamedTuple):
    """Where a subject is: a page that was drawn in another phase is to be drawn again."""

    round_id: str  # of the latest round; empty where there was none
    is_open: bool
    asked: int  # things
    agreed: int


@dataclass(frozen=True, slots=True)
class AskedNow:
    """One round that is open, and who is how far."""

    round: Round
    things: tuple[str, ...]  # those that are still there
    attendance: Attendance

    def standing(self, name: str) -> Standing | None:
        """How far a person is; None where they were neither named nor have answered."""
        person = person_key(name)
        return next((one for one in self.attendance.standings if person_key(one.name) == person), None)


def sender_mark(token: str) -> str:
    """What stands in a ballot for the window that holds `token`; the token cannot be found from it."""
    return blake2b(token.encode(), digest_size=16).hexdigest()


def open_round(
    projects: Projects,
    project_id: str,
    subject: Subject,
    labels: Mapping[str, str],
    *,
    participants: Sequence[str] = (),
    who: str,
) -> Round:
    """A new round about the things that `labels` names. Asked again for the very round that is open, it is that round;
    any other open round of this subject is to be revealed first, so that nobody has two forms to fill in."""
    answer, thing = words(subject)
    with TURNS:
        latest_first = rounds(projects, project_id)
        current = next((round_ for round_ in ballots.about(subject, latest_first) if round_.is_open), None)
        if current is not None:
            if set(current.things) == set(labels) and current.opened_by == who:
                return current
            raise InputError(
                f"{current.opened_by or 'Somebody'} opened a round at {current.opened_at:%H:%M} UTC about "
                f"{counted(len(current.things), thing)}. Reveal it first; then another can be opened."
            )
        opened = ballots.open_round(
            id=projects.new_id(),
            subject=subject,
            labels=dict(labels),
            participants=participants,
            person_of=person_key,
            now=projects.clock(),
            by=who,
        )
        save_round(projects, project_id, opened, 0, who, f"asked for {counted(len(opened.things), answer)}")
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
    with TURNS:
        round_, _ = read_round(projects.store, project_id, round_id)
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
    with TURNS:
        round_, _ = read_round(projects.store, project_id, round_id)
        ballots.refuse_if_revealed(round_)
        mine = {k: one for k, one in _ballots_of(projects, project_id, round_, old).items() if one[0].sender == sender}
        if mine and _ballots_of(projects, project_id, round_, clean):
            raise InputError(f"{clean} has already answered. Send your answers again under the name that is yours.")
        moved = [ballot.model_copy(update={"participant": clean}) for ballot, _ in mine.values()]
        what = f"moved {counted(len(moved), 'answer')} to another name"
        changes = [(Kind.BALLOT.value, _key(one), one.model_dump(mode="json"), 0) for one in moved]
        gone = [(Kind.BALLOT.value, key, version) for key, (_, version) in mine.items()]
        if changes:
            projects.store.save_many(project_id, changes, who=clean, what=what, check=check, deleted=gone)
        return len(moved)


def take_out(projects: Projects, project_id: str, round_id: str, name: str, *, who: str) -> int:
    """How many answers of a person are gone from an open round, in which nobody waits for them any more.

    The journal says so without what they held. Raises InputError after the reveal, and for who is not in the round.
    """
    with TURNS:
        round_, version = read_round(projects.store, project_id, round_id)
        if not round_.is_open:
            raise InputError("This round is revealed, so its answers are fixed.")
        person = person_key(name)
        gone = [
            (Kind.BALLOT.value, document.key, document.version)
            for document in projects.store.documents(project_id, Kind.BALLOT)
            if document.body.get("round") == round_id and person_key(document.body["participant"]) == person
        ]
        rest = tuple(one for one in round_.participants if person_key(one) != person)
        if not gone and rest == round_.participants:
            raise InputError(f"{name} is not in this round any more.")
        body = round_.model_copy(update={"participants": rest}).model_dump(mode="json")
        of = f"the round of {words(round_.subject)[0]}s"
        what = f"took {ballots.shown_name(name)} out of {of}, with {counted(len(gone), 'answer')}"
        projects.store.save_many(
            project_id,
            [(Kind.ROUND.value, round_id, body, version)],
            who=who,
            what=what,
            check=check,
            deleted=gone,
            untold=[Kind.BALLOT.value],
        )
        return len(gone)


def rounds(projects: Projects, project_id: str) -> tuple[Round, ...]:
    """The project's rounds of every subject, the latest first. One read while nothing has changed."""
    return _rounds(projects.store, project_id, projects.store.project(project_id).revision)


def asked_now(projects: Projects, project_id: str) -> tuple[AskedNow, ...]:
    """What is asked now, the earliest first: at most one round a subject. One read while nothing has changed, however
    many windows look."""
    revision = projects.store.project(project_id).revision
    with _LOOKING:
        return _asked_now(projects.store, project_id, revision)


def attendance(projects: Projects, project_id: str, round_id: str) -> Attendance:
    """Who has answered how many of the things that are still there. One read while nothing has changed, so that
    every page may ask every few seconds."""
    return _attendance(projects.store, project_id, round_id, projects.store.project(project_id).revision)


def phase(projects: Projects, project_id: str, subject: Subject) -> Phase:
    """Where a subject is now. One read while nothing has changed."""
    return phase_of(ballots.about(subject, rounds(projects, project_id)))


def phase_of(latest_first: Sequence[Round]) -> Phase:
    """Where a subject is after these rounds of it, the latest first."""
    if not latest_first:
        return Phase("", False, 0, 0)
    latest = latest_first[0]
    return Phase(latest.id, latest.is_open, len(latest.things), len(latest.agreed))


def reveal(projects: Projects, project_id: str, round_id: str, *, who: str) -> Round:
    """The round, revealed. Where somebody was faster, it stays as they revealed it."""
    with TURNS:
        round_, version = read_round(projects.store, project_id, round_id)
        if round_.is_open:
            round_ = ballots.reveal(round_, now=projects.clock(), by=who)
            save_round(projects, project_id, round_, version, who, f"revealed the {words(round_.subject)[0]}s")
        return round_


def read_round(store: Store, project_id: str, round_id: str) -> tuple[Round, int]:
    """A round as it is now, with its version."""
    document = store.document(project_id, Kind.ROUND, round_id)
    if document is None:
        raise UnknownNameError("round", round_id)
    return Round.model_validate(document.body), document.version


def save_round(projects: Projects, project_id: str, round_: Round, version: int, who: str, what: str) -> None:
    """Keep a round that was opened or revealed."""
    row = (Kind.ROUND.value, round_.id, round_.model_dump(mode="json"), version)
    projects.store.save_many(project_id, [row], who=who, what=what, check=check)


def words(subject: Subject) -> tuple[str, str]:
    """What an answer about this subject is called, and what is asked about."""
    return _WORDS.get(subject.value, ("answer", "thing"))


@lru_cache(maxsize=_KEPT)
def _rounds(store: Store, project_id: str, revision: int) -> tuple[Round, ...]:
    del revision  # part of the key: a write makes a new one
    found = [Round.model_validate(document.body) for document in store.documents(project_id, Kind.ROUND)]
    return tuple(sorted(found, key=lambda round_: (round_.opened_at, round_.id), reverse=True))


@lru_cache(maxsize=_KEPT)
def _asked_now(store: Store, project_id: str, revision: int) -> tuple[AskedNow, ...]:
    earliest_first = reversed(_rounds(store, project_id, revision))
    return tuple(
        AskedNow(
            round_,
            _still_asked(store, project_id, round_, revision),
            _attendance(store, project_id, round_.id, revision),
        )
        for round_ in earliest_first
        if round_.is_open
    )


@lru_cache(maxsize=_KEPT)
def _attendance(store: Store, project_id: str, round_id: str, revision: int) -> Attendance:
    round_ = read_round(store, project_id, round_id)[0]
    given = [d.body for d in store.documents(project_id, Kind.BALLOT) if d.body.get("round") == round_id]
    things = _still_asked(store, project_id, round_, revision)
    return ballots.attendance(round_, map(Ballot.model_validate, given), person_key, things=things)


def _still_asked(store: Store, project_id: str, round_: Round, revision: int) -> tuple[str, ...]:
    kind = _MAY_GO.get(round_.subject.value)
    if kind is None:
        return round_.things
    present = _keys(store, project_id, kind, revision)
    return tuple(thing for thing in round_.things if thing in present)


@lru_cache(maxsize=_KEPT)
def _keys(store: Store, project_id: str, kind: Kind, revision: int) -> frozenset[str]:
    del revision  # part of the key: a write makes a new one
    return frozenset(document.key for document in store.documents(project_id, kind))


def _ballots_of(projects: Projects, project_id: str, round_: Round, name: str) -> dict[str, tuple[Ballot, int]]:
    """What a person has sent in a round, by key, with the versions. One read, for a round of many things."""
    keys = {ballots.ballot_key(round_.id, person_key(name), thing) for thing in round_.things}
    found = (document for document in projects.store.documents(project_id, Kind.BALLOT) if document.key in keys)
    return {document.key: (Ballot.model_validate(document.body), document.version) for document in found}


def _key(ballot: Ballot) -> str:
    return ballots.ballot_key(ballot.round, person_key(ballot.participant), ballot.thing)


def _same(one: Ballot, other: Ballot) -> bool:
    """Whether a ballot says what another says already; when it was said does not matter."""
    return one.model_copy(update={"given_at": other.given_at}) == other
