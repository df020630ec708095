"""Who takes part in a round: what the form of a participant works on. A page's `Here` is more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from readiness.project import Projects, ProjectState


class Taking(Protocol):
    """Who takes part in which project."""

    @property
    def projects(self) -> Projects: ...

    @property
    def state(self) -> ProjectState: ...

    @property
    def who(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who has joined by the workshop's link."""

    projects: Projects
    state: ProjectState
    who: str
