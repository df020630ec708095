"""Voting on the four questions in a project: one round over all four, and where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from readiness.ballots import Round, Subject
from readiness.diagnosis.failure_modes import FailureMode
from readiness.project import asking
from readiness.project.projects import Projects


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


def phase(projects: Projects, project_id: str) -> asking.Phase:
    """Where voting together is now. One read while nothing has changed."""
    return asking.phase(projects, project_id, Subject.VOTE)
