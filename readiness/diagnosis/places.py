"""Where something is settled: a page, and the part of it. Pages turn it into a link, briefs into words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Page(StrEnum):
    """The pages by their titles."""

    WORKFLOW = "Workflow"
    DATA_AUDIT = "Data audit"
    SCOPE = "Production scope"
    OUTCOME = "Outcome"
    STANDARD = "Readiness standard"
    LIVE = "Live outcomes"
    DIAGNOSIS = "Diagnosis"
    BRIEF = "Brief"
    WORKSHOP = "Workshop"


@dataclass(frozen=True, slots=True)
class Place:
    """A page and, where it has parts of its own, the title of the tab or section."""

    page: Page
    section: str = ""

    @property
    def words(self) -> str:
        """As a brief names it: "Outcome, Ownership"."""
        return f"{self.page}, {self.section}" if self.section else str(self.page)
