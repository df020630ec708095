"""Votes on the four questions: what a participant answers, and what the votes say together. No vote decides anything:
the team's answer stays what somebody enters with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.errors import InputError, InvalidValueError

LONGEST_REASON = 1_000  # characters

_REPLY, _REASON = "reply", "reason"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said about one question."""

    participant: str
    reply: Reply
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes on one question."""

    mode: FailureMode
    votes: tuple[Vote, ...] = ()

    def count(self, reply: Reply) -> int:
        return sum(vote.reply is reply for vote in self.votes)

    def reasons(self, reply: Reply) -> tuple[str, ...]:
        """Why people gave this reply, without their names: by the alphabet, so that no order gives a person away."""
        said = (vote.reason for vote in self.votes if vote.reply is reply and vote.reason)
        return tuple(sorted(said, key=lambda reason: (reason.casefold(), reason)))

    @property
    def foremost(self) -> Reply | None:
        """What more than half of the people said; None where nothing has that many."""
        counts = Counter(vote.reply for vote in self.votes)
        return next((reply for reply, count in counts.items() if count * 2 > len(self.votes)), None)

    @property
    def sentence(self) -> str:
        """The counts in words: "7 yes, 4 no, 1 unknown." or "All 7 voted yes."."""
        if not self.votes:
            return "Nobody voted."
        replies = {vote.reply for vote in self.votes}
        if len(replies) == 1 and len(self.votes) > 1:
            return f"All {len(self.votes)} voted {replies.pop().value}."
        return ", ".join(f"{self.count(reply)} {reply.value}" for reply in Reply if self.count(reply)) + "."


def answer_of(question: str, reply: str | None, reason: str) -> dict[str, Any]:
    """A vote as a ballot holds it. Refuses a reason without a reply, and one that is too long; `question` names it."""
    clean = " ".join(reason.split())
    if reply not in set(Reply):
        raise InputError(f"{question}: choose {', '.join(list(Reply)[:-1])} or {list(Reply)[-1]}.")
    if len(clean) > LONGEST_REASON:
        reason_given = f"is {len(clean) - LONGEST_REASON} characters longer than the {LONGEST_REASON:,} that fit"
        raise InvalidValueError(f"{question}: reason", f"{clean[:40]}…", reason_given)
    return {_REPLY: str(reply), _REASON: clean}


def parts_of(answer: Mapping[str, Any]) -> tuple[str | None, str]:
    """Reply and reason as they were sent."""
    return answer.get(_REPLY), str(answer.get(_REASON) or "")


def vote_of(participant: str, answer: Mapping[str, Any]) -> Vote | None:
    """A ballot as a vote; None where it is none."""
    reply, reason = parts_of(answer)
    return Vote(participant, Reply(reply), reason) if reply in set(Reply) else None


def tallies(votes: Iterable[tuple[str, Vote]]) -> tuple[Tally, ...]:
    """The votes of every question in their order, from pairs of question and vote."""
    by_mode: dict[str, list[Vote]] = {mode.value: [] for mode in FailureMode}
    for mode, vote in votes:
        if mode in by_mode:
            by_mode[mode].append(vote)
    return tuple(Tally(FailureMode(mode), tuple(given)) for mode, given in by_mode.items())


def differs(tally: Tally, suggested: Reply) -> str:
    """The sentence for votes and evidence that say different things; empty where they do not, or say nothing."""
    if tally.foremost is None or Reply.UNKNOWN in (tally.foremost, suggested) or tally.foremost is suggested:
        return ""
    people = f"{tally.count(tally.foremost)} of {len(tally.votes)}"
    return (
        f"{people} voted {tally.foremost.value}, and the evidence suggests {suggested.value}: talk about what they see."
    )
