"""What was voted on the four questions, read from the project: of a round that is revealed, and of no other."""

from __future__ import annotations

from collections.abc import Mapping

from readiness import ballots
from readiness.ballots import Round, Subject
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.votes import Tally, tallies, vote_of
from readiness.outcome.agreement import person_key
from readiness.project.state import ProjectState


def rounds_of(state: ProjectState) -> tuple[Round, ...]:
    """The project's rounds of votes, the latest first."""
    return ballots.about(Subject.VOTE, state.rounds)


def shown_round(state: ProjectState) -> Round | None:
    """The round whose votes stand beside the evidence: the latest one, once it is revealed. While another is open
    there is none, so that nobody votes with the last result before their eyes."""
    latest = next(iter(rounds_of(state)), None)
    return latest if latest is not None and not latest.is_open else None


def results(state: ProjectState, round_: Round) -> Mapping[FailureMode, Tally]:
    """What was said in a revealed round; nothing of one that is not revealed."""
    given = ballots.of_round(round_, state.ballots)
    said = ((ballot.thing, vote_of(ballot.participant, ballot.answer)) for ballot in given)
    return {tally.mode: tally for tally in tallies((thing, vote) for thing, vote in said if vote is not None)}


def people(state: ProjectState, round_: Round) -> int:
    """How many people voted in a revealed round."""
    return len({person_key(ballot.participant) for ballot in ballots.of_round(round_, state.ballots)})
