"""The project's facade: load, decide, save. What pages and the command line call."""

from readiness.project.projects import Projects
from readiness.project.running import Running
from readiness.project.state import AuditRecord, BriefNotes, BriefSignature, Kind, ProjectState, SampleInfo, ShiftRecord

__all__ = [
    "AuditRecord",
    "BriefNotes",
    "BriefSignature",
    "Kind",
    "ProjectState",
    "Projects",
    "Running",
    "SampleInfo",
    "ShiftRecord",
]
