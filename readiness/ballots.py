"""Ballots: each participant's private answer about one thing, revealed together.

A round asks several people about the same things. Until it is revealed, who has answered is known and nothing else;
with the reveal, one act for all things and all people, its ballots are fixed. What an answer is and what the answers
say is the matter of the topic that asks.

Who is the same person is said by `PersonOf`, a function from a typed name to one spelling of it; an empty result
means that the name names nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from readiness.errors import InputError, InvalidValueError

LONGEST_NAME = 200
MOST_THINGS = 30  # of one round: a form that is filled in within a quarter of an hour
MOST_JUDGED = 100  # things of a round of judgments, each answered by one tap
MOST_PARTICIPANTS = 100
NOBODY = frozenset({"", "somebody"})  # what stands where no name was typed

Answer = dict[str, Any]
PersonOf = Callable[[str], str]


class Subject(StrEnum):
    """What a round asks about."""

    ESTIMATE = "estimate"  # scope items, in person-days
    JUDGMENT = "judgment"  # records of the sample, by their numbers: what a correct output is
    VOTE = "vote"  # the four questions: yes, no or unknown, and why


class Round(BaseModel):
    """One question put to several people at once. Its ballots stay private until it is revealed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    subject: Subject
    things: tuple[str, ...] = Field(min_length=1)  # ids of what is asked about: scope items, or record numbers
    labels: dict[str, str] = {}  # what the things were called when the round was opened
    participants: tuple[str, ...] = ()  # who is waited for; empty: whoever answers
    opened_at: NaiveDatetime  # UTC without a zone, as the store keeps times: others cannot be put in order with them
    opened_by: str
    revealed_at: NaiveDatetime | None = None
    revealed_by: str = ""
    agreed: dict[str, Answer] = {}  # what the group settled on after the reveal, by thing

    @property
    def is_open(self) -> bool:
        """Whether ballots are still taken, and none is shown."""
        return self.revealed_at is None

    def label(self, thing: str) -> str:
        """What a thing was called when the round was opened."""
        return self.labels.get(thing) or thing


class Ballot(BaseModel):
    """One participant's answer about one thing in one round."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    round: str
    thing: str
    participant: str = Field(min_length=1, max_length=LONGEST_NAME)
    # For an estimate: low_days, likely_days, high_days; for a judgment: answer. All None: "I do not know".
    answer: Answer
    note: str = Field(default="", max_length=1_000)
    given_at: NaiveDatetime
    sender: str = Field(default="", max_length=200)  # tells one window from another; says nothing about either


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one participant is, without any answer."""

    name: str
    answered: int
    asked: int
    senders: frozenset[str] = frozenset()
    last_given_at: datetime | None = None

    @property
    def state(self) -> Literal["done", "under way", "waited for"]:
        if not self.answered:
            return "waited for"
        return "done" if self.answered >= self.asked else "under way"


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who is done, under way or waited for in one round: all that may be known before the reveal."""

    standings: tuple[Standing, ...]  # those who are waited for in their order, then the others by name
    waited_for: tuple[str, ...]  # named participants who are not done
    named: int  # how many were named

    def names(self, state: str) -> tuple[str, ...]:
        return tuple(standing.name for standing in self.standings if standing.state == state)

    @property
    def answered(self) -> int:
        """How many people have sent anything."""
        return sum(standing.answered > 0 for standing in self.standings)

    @property
    def all_done(self) -> bool:
        """Whether everyone who was named is done. Where nobody was named, nobody can say who is still to come."""
        return self.named > 0 and not self.waited_for


def ballot_key(round_id: str, person: str, thing: str) -> str:
    """The key of the one row that holds this person's answer about this thing in this round."""
    return "/".join(quote(part, safe=" :") for part in (round_id, person, thing))


def keys_of_round(round_id: str) -> str:
    """What the keys of all ballots of a round begin with, and of no other's."""
    return quote(round_id, safe=" :") + "/"


def clean_name(name: str, person_of: PersonOf) -> str:
    """A name as it is shown. Refuses one that names nobody, is too long, or cannot be written down."""
    clean = shown_name(name)
    if person_of(clean) in NOBODY:
        raise InvalidValueError("Name", clean, "names nobody; type your own name")
    if len(clean) > LONGEST_NAME:
        raise InvalidValueError("Name", f"{clean[:40]}…", f"is longer than {LONGEST_NAME} characters")
    try:
        clean.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise InvalidValueError("Name", ascii(clean), "holds a character that cannot be written down") from exc
    return clean


def shown_name(typed: str) -> str:
    """A typed name without what shows nothing or turns the text around it; a joiner stays where a script needs it."""
    words = " ".join(typed.split())
    kept = "".join(c for at, c in enumerate(words) if not shows_nothing(c) or _joins(words, at))
    return " ".join(kept.split())


def shows_nothing(character: str) -> bool:
    """Whether it is a control or format character: zero width, a change of direction, the number zero."""
    return unicodedata.category(character) in ("Cc", "Cf") and not character.isspace()


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands between letters or signs that it changes: in Persian, Hindi, or a composed emoji."""
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    return text[at] in "\u200c\u200d" and len(around) == 2 and all(_may_be_joined(c) for c in around)


def _may_be_joined(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character)[0] in "LMS"


def names_in(typed: str) -> tuple[str, ...]:
    """The names in a typed text, with commas, semicolons or lines between them."""
    parts = (" ".join(part.split()) for part in re.split(r"[,;\r\n]", typed))
    return tuple(part for part in parts if part)


def open_round(
    *,
    id: str,
    subject: Subject,
    labels: dict[str, str],
    participants: Iterable[str],
    person_of: PersonOf,
    now: datetime,
    by: str,
) -> Round:
    """A round about the things that `labels` names. Participants who are named twice are waited for once."""
    if not labels:
        raise InputError("A round needs something to ask about. Choose at least one.")
    most = MOST_JUDGED if subject is Subject.JUDGMENT else MOST_THINGS
    if len(labels) > most:
        raise InputError(f"A round asks about at most {most} things, and {len(labels)} are chosen.")
    named: dict[str, str] = {}
    for name in participants:
        if name.strip():
            clean = clean_name(name, person_of)
            named.setdefault(person_of(clean), clean)
    if len(named) > MOST_PARTICIPANTS:
        raise InputError(f"A round waits for at most {MOST_PARTICIPANTS} people, and {len(named)} are named.")
    return Round(
        id=id,
        subject=subject,
        things=tuple(labels),
        labels=labels,
        participants=tuple(named.values()),
        opened_at=now,
        opened_by=by,
    )


def reveal(round_: Round, *, now: datetime, by: str) -> Round:
    """The round with its ballots open to all. A round that is revealed stays as it is: the first reveal counts."""
    if not round_.is_open:
        return round_
    return round_.model_copy(update={"revealed_at": now, "revealed_by": by})


def cast(
    round_: Round, thing: str, answer: Answer, *, participant: str, sender: str, now: datetime, note: str = ""
) -> Ballot:
    """A ballot for an open round. Refuses one that comes after the reveal, and one about what was not asked."""
    refuse_if_revealed(round_)
    if thing not in round_.things:
        raise InputError(f"This round does not ask about {thing!r}.")
    return Ballot(
        round=round_.id, thing=thing, participant=participant, answer=answer, note=note, given_at=now, sender=sender
    )


def refuse_if_revealed(round_: Round) -> None:
    """Raise the sentence for an answer that comes too late."""
    if round_.revealed_at is not None:
        raise InputError(
            f"{round_.revealed_by or 'Somebody'} revealed this round at {round_.revealed_at:%H:%M} UTC, so its answers "
            "are fixed and these are not among them. They are kept in this window: say them when the group talks, "
            "or send them when it is asked again."
        )


def about(subject: Subject, rounds: Iterable[Round]) -> tuple[Round, ...]:
    """The rounds that ask about this subject, in their order."""
    return tuple(round_ for round_ in rounds if round_.subject.value == subject.value)


def of_round(round_: Round, ballots: Iterable[Ballot]) -> tuple[Ballot, ...]:
    """The ballots of a round about what it asks."""
    return tuple(ballot for ballot in ballots if ballot.round == round_.id and ballot.thing in round_.things)


def open_to_all(rounds: Iterable[Round], ballots: Iterable[Ballot]) -> tuple[Ballot, ...]:
    """The ballots that may be shown: those of revealed rounds, and no others."""
    revealed = {round_.id for round_ in rounds if not round_.is_open}
    return tuple(ballot for ballot in ballots if ballot.round in revealed)


def attendance(
    round_: Round, ballots: Iterable[Ballot], person_of: PersonOf, *, things: Sequence[str] | None = None
) -> Attendance:
    """Who has answered how much. `things` are those that are still to be answered, where some are there no more."""
    asked = set(round_.things if things is None else things)
    given: dict[str, list[Ballot]] = {}
    for ballot in of_round(round_, ballots):
        given.setdefault(person_of(ballot.participant), []).append(ballot)
    named = {person_of(name): name for name in round_.participants}
    others = sorted(
        (max(theirs, key=lambda b: b.given_at).participant, person)
        for person, theirs in given.items()
        if person not in named
    )
    standings = {
        person: _standing(name, given.get(person, []), asked)
        for person, name in (*named.items(), *((person, name) for name, person in others))
    }
    missing = tuple(standings[person].name for person in named if standings[person].state != "done")
    return Attendance(standings=tuple(standings.values()), waited_for=missing, named=len(named))


def _standing(name: str, given: list[Ballot], asked: set[str]) -> Standing:
    answered = {ballot.thing for ballot in given} & asked
    return Standing(
        name=name,
        answered=len(answered),
        asked=len(asked),
        senders=frozenset(ballot.sender for ballot in given),
        last_given_at=max((ballot.given_at for ballot in given), default=None),
    )
