"""Votes on the four questions in a project: a round over all four, and what was said once it is revealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from readiness import ballots
from readiness.ballots import Round, Subject
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.votes import Tally, tallies, vote_of
from readiness.outcome.agreement import person_key
from readiness.project import asking
from readiness.project.projects import Projects
from readiness.project.state import ProjectState


def rounds_of(state: ProjectState) -> tuple[Round, ...]:
    """The project's rounds of votes, the latest first."""
    return ballots.about(Subject.VOTE, state.rounds)


def open_round(
    projects: Projects,
    project_id: str,
    questions: Mapping[FailureMode, str],
    *,
    participants: Sequence[str] = (),
    who: str,
) -> Round:
    """A new round of votes over the questions as they are worded now; the one that is open, where it is the same."""
    labels = {mode.value: questions[mode] for mode in FailureMode}
    return asking.open_round(projects, project_id, Subject.VOTE, labels, participants=participants, who=who)


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


def phase(projects: Projects, project_id: str) -> asking.Phase:
    """Where voting together is now. One read while nothing has changed."""
    return asking.phase(projects, project_id, Subject.VOTE)
