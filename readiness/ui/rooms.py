"""The pages in their order, with the names that navigation, links and headings share."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.diagnosis.ledger import Topic
from readiness.diagnosis.places import Page
from readiness.locations import application_root


@dataclass(frozen=True, slots=True)
class Room:
    """One page: its file in pages/, its title and its section in the navigation."""

    file: str
    title: str
    section: str

    @property
    def path(self) -> str:
        return str(application_root() / "pages" / self.file)

    @property
    def address(self) -> str:
        return self.file.removesuffix(".py").replace("_", "-")


PORTFOLIO = Room("portfolio.py", "Portfolio", "Projects")
WORKFLOW = Room("workflow.py", "Workflow", "Prepare")
AUDIT = Room("data_audit.py", "Data audit", "Prepare")
SCOPE = Room("production_scope.py", "Production scope", "Prepare")
OUTCOME = Room("outcome.py", "Outcome", "Prepare")
STANDARD = Room("readiness_standard.py", "Readiness standard", "Prepare")
LIVE = Room("live_outcomes.py", "Live outcomes", "Operate")
DIAGNOSIS = Room("diagnosis.py", "Diagnosis", "Decide")
BRIEF = Room("brief.py", "Brief", "Decide")
WORKSHOP = Room("workshop.py", "Workshop", "Together")

ROOMS = (PORTFOLIO, WORKFLOW, AUDIT, SCOPE, OUTCOME, STANDARD, LIVE, DIAGNOSIS, BRIEF, WORKSHOP)

ROOM_OF_TOPIC = {Topic.DATA: AUDIT, Topic.SCOPE: SCOPE, Topic.OUTCOME: OUTCOME, Topic.OWNERSHIP: OUTCOME}
ROOM_OF_PAGE = {
    Page.WORKFLOW: WORKFLOW,
    Page.DATA_AUDIT: AUDIT,
    Page.SCOPE: SCOPE,
    Page.OUTCOME: OUTCOME,
    Page.STANDARD: STANDARD,
    Page.LIVE: LIVE,
    Page.DIAGNOSIS: DIAGNOSIS,
    Page.BRIEF: BRIEF,
    Page.WORKSHOP: WORKSHOP,
}
TABBED = (Page.OUTCOME,)  # pages whose places are tabs, which a link can open
