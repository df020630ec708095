"""A project as one file to hand on, without what nobody may see yet."""

from __future__ import annotations

from pathlib import Path

from readiness.ballots import keys_of_round
from readiness.project import asking
from readiness.project.projects import Projects
from readiness.project.state import Kind


def export_file(projects: Projects, project_id: str, out: Path) -> Path:
    """Where the project was written. Ballots of open rounds stay behind, and what the journal holds of them.

    Whoever has the file reads all that is in it, and a ballot is private until its round is revealed.
    """
    with asking.TURNS:  # a ballot that is sent meanwhile belongs to a round that is known here
        private = [
            (Kind.BALLOT.value, keys_of_round(round_.id))
            for round_ in asking.rounds(projects, project_id)
            if round_.is_open
        ]
        return projects.store.export_project(project_id, out, without=private)
