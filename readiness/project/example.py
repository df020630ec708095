"""The example project: generated records, filled in up to a brief, through the same acts as any other project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from readiness.audit.decisions import Handling
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.example.project import ExampleProject, example_project
from readiness.example.records import EXAMPLE_NAME, REQUIRED_FIELDS, write_example
from readiness.project import outcomes
from readiness.project.projects import Projects
from readiness.project.state import Kind

WHO = "Example"
KEPT_DAYS = 365  # generated records are nobody's personal data


def open_example(projects: Projects, *, who: str) -> str:
    """The id of the example project: the one that is there, else a new one filled in."""
    content = example_project()
    existing = next((row for row in projects.rows() if row.name == content.name), None)
    if existing is not None:
        return existing.id
    identifier = projects.create(content.name, who=who)
    _fill(projects, identifier, content)
    return identifier


def _fill(projects: Projects, project_id: str, content: ExampleProject) -> None:
    _change(projects, project_id, Kind.WORKFLOW, content.workflow)
    _audit(projects, project_id, content)
    _decide(projects, project_id, content)
    _estimate(projects, project_id, content)
    _change(projects, project_id, Kind.OUTCOME, content.outcome)
    _change(projects, project_id, Kind.VALUE, content.value)
    for signer in content.signers:
        projects.sign_outcome(project_id, name=signer["name"], role=signer["role"], who=WHO)
    _change(projects, project_id, Kind.OWNERSHIP, content.ownership)
    outcomes.confirm_authority(projects, project_id, name=content.ownership["owner"], who=WHO)
    for mode, answer in content.answers.items():
        projects.answer(project_id, FailureMode(mode), Reply(answer["reply"]), answer["reason"], version=0, who=WHO)
    _change(projects, project_id, Kind.STOP_INPUTS, content.stop_inputs)
    _change(projects, project_id, Kind.BRIEF_NOTES, content.brief_notes)


def _audit(projects: Projects, project_id: str, content: ExampleProject) -> None:
    projects.read_upload(project_id, EXAMPLE_NAME, write_example, who=WHO)
    _change(projects, project_id, Kind.SAMPLE, content.sample)
    state = projects.load(project_id)
    rules = [rule.model_copy(update={"required": rule.field in REQUIRED_FIELDS}) for rule in state.rules.rules]
    projects.save_rules(project_id, rules, version=state.version_of(Kind.FIELD_RULES), who=WHO)
    projects.run_audit(project_id, who=WHO)
    projects.keep_records(project_id, projects.clock().date() + timedelta(days=KEPT_DAYS), who=WHO)


def _decide(projects: Projects, project_id: str, content: ExampleProject) -> None:
    audit = projects.load(project_id).audit
    for case in audit.report.edge_cases if audit else ():
        decision = content.decision_for(case.kind)
        projects.decide(project_id, case.id, Handling(decision.handling), decision.note, version=0, who=WHO)
        if Handling(decision.handling) is not Handling.ACCEPT:
            _change_item(projects, project_id, f"decision:{case.id}", decision.estimate)


def _estimate(projects: Projects, project_id: str, content: ExampleProject) -> None:
    for component, estimate in content.estimates.items():
        projects.add_component(project_id, component, who=WHO)
        _change_item(projects, project_id, component, estimate)
    _change(projects, project_id, Kind.SCOPE_PLAN, content.plan)


def _change_item(projects: Projects, project_id: str, item_id: str, changes: Mapping[str, object]) -> None:
    version = projects.load(project_id).version_of(Kind.SCOPE_ITEM, item_id)
    projects.change_item(project_id, item_id, changes, version=version, who=WHO)


def _change(projects: Projects, project_id: str, kind: Kind, changes: Mapping[str, object]) -> None:
    version = projects.load(project_id).version_of(kind)
    projects.change(project_id, kind, changes, version=version, who=WHO)
