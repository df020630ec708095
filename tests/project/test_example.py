"""The example project, filled in up to its brief, and its way out of one project file and into another."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Finding
from readiness.diagnosis.preparations import PreparationState, preparations
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.stop_rules import RuleState
from readiness.diagnosis.verdict_table import Verdict
from readiness.errors import UnreadableFileError
from readiness.outcome import definition, ownership
from readiness.project import Kind, Projects
from readiness.project.example import open_example
from readiness.project.opening import open_projects
from readiness.project.state import MODELS
from readiness.scope.items import ItemSource, ItemStatus
from readiness.workflow import missing_parts


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Projects, str]]:
    """The projects of a new store, and the id of the example project in it; tests only look at it."""
    folder, before = tmp_path_factory.mktemp("example"), tempfile.tempdir
    tempfile.tempdir = str(folder)
    projects = open_projects(folder / "readiness.duckdb")
    yield projects, open_example(projects, who="Ann")
    for row in projects.rows():
        projects.desk.drop(row.id)
    projects.store.close()
    tempfile.tempdir = before


def test_the_example_is_fix_first_because_two_components_have_no_estimate(example: tuple[Projects, str]) -> None:
    projects, project = example
    diagnosis = projects.diagnose(projects.load(project))
    assert diagnosis.verdict is Verdict.FIX_FIRST
    assert diagnosis.primary is FailureMode.SCOPE_UNDERESTIMATION
    assert diagnosis.also_found == ()
    assert [question.reply for question in diagnosis.questions] == [Reply.YES, Reply.NO, Reply.YES, Reply.YES]
    assert len(diagnosis.ledger.total.unknown) == 2


def test_every_page_has_something_to_show(example: tuple[Projects, str]) -> None:
    projects, project = example
    state = projects.load(project)
    diagnosis = projects.diagnose(state)
    assert missing_parts(state.workflow) == ()
    assert state.sample is not None
    assert state.sample.origin
    assert state.audit is not None
    assert state.audit_is_current
    assert state.audit.report.records >= 200
    assert len(state.audit.report.edge_cases) >= 6
    assert {case.id for case in state.audit.report.edge_cases} == set(state.decisions)
    assert state.orphans == ()
    assert definition.missing_parts(state.outcome) == ()
    assert definition.contradictions(state.outcome) == ()
    assert len(diagnosis.ledger.valid_signatures) == 2
    assert ownership.missing_parts(state.ownership) == ()
    assert set(state.answers) == set(FailureMode)
    assert state.notes.learned
    assert all(rule.state is not RuleState.MET for rule in diagnosis.stop_rules)
    assert {p.state for p in preparations(diagnosis.ledger)} == {PreparationState.DONE, PreparationState.OPEN}
    unknown = {entry.id for entry in diagnosis.ledger.entries if entry.finding is Finding.UNKNOWN}
    assert unknown == {"value.covers"}  # two components are not estimated, so the cost is not known in full


def test_every_decision_of_the_example_is_a_scope_item_and_the_other_way_round(example: tuple[Projects, str]) -> None:
    projects, project = example
    state = projects.load(project)
    by_case = {item.edge_case: item for item in state.items if item.source is ItemSource.DECISION}
    assert set(by_case) == set(state.decisions)
    assert all(by_case[case].handling == decision.handling for case, decision in state.decisions.items())
    assert all(item.status is not ItemStatus.UNKNOWN for item in by_case.values())


def test_the_example_says_of_itself_that_it_is_generated(example: tuple[Projects, str]) -> None:
    projects, project = example
    state = projects.load(project)
    assert "generated" in state.name.lower()
    assert state.sample is not None
    assert "generated" in (state.sample.origin + state.sample.reading.name).lower()


def test_opening_the_example_twice_makes_one(example: tuple[Projects, str]) -> None:
    projects, project = example
    assert open_example(projects, who="Ben") == project
    assert len(projects.rows(include_archived=True)) == 1


def test_records_stand_behind_every_edge_case_of_the_example(example: tuple[Projects, str]) -> None:
    projects, project = example
    audit = projects.load(project).audit
    assert audit is not None
    for case in audit.report.edge_cases:
        frame = projects.records_of(project, case.id, limit=1_000, offset=0)
        assert frame is not None
        assert len(frame) == case.records, case.id


@pytest.mark.parametrize("suffix", ["md", "docx"])
def test_every_document_of_the_example_can_be_made(example: tuple[Projects, str], suffix: str) -> None:
    projects, project = example
    state = projects.load(project)
    diagnosis = projects.diagnose(state)
    made = [projects.brief(state, diagnosis, kind, suffix) for kind in ("decision", "prototype", "production")]
    made.append(projects.audit_document(project, suffix))
    assert all(len(content) > 1_000 for content in made)
    if suffix == "md":
        assert "FIX FIRST" in made[0].decode()
        assert all("None" not in content.decode().replace("None of", "") for content in made)


def test_the_workbook_of_the_example_adds_up_to_what_the_page_says(example: tuple[Projects, str]) -> None:
    from openpyxl import load_workbook

    projects, project = example
    total = projects.diagnose(projects.load(project)).ledger.total
    book = load_workbook(io.BytesIO(projects.workbook(project)), data_only=True)
    numbers = {round(cell.value, 6) for sheet in book for row in sheet.iter_rows() for cell in row
               if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)}  # fmt: skip
    assert {round(total.low_days, 6), round(total.likely_days, 6), round(total.high_days, 6)} <= numbers
    assert total.simulated is not None
    quoted = (total.simulated.days, total.cost, total.simulated.weeks, total.simulated.run_cost_year)
    assert {round(level, 6) for of in quoted if of for level in (of.p10, of.p50, of.p80, of.p90)} <= numbers


def test_the_example_survives_its_way_into_another_project_file(
    example: tuple[Projects, str], open_at: Callable[[Path], Projects], tmp_path: Path
) -> None:
    projects, project = example
    out = projects.store.export_project(project, tmp_path / "example.readiness")
    other = open_at(tmp_path / "other.duckdb")
    imported = other.import_file(out, who="Ben").id
    assert contents(other, imported) == contents(projects, project)
    before, after = projects.load(project), other.load(imported)
    assert projects.diagnose(before).verdict is other.diagnose(after).verdict
    assert before.items == after.items
    assert before.signatures == after.signatures
    assert after.audit_is_current
    written = projects.store.journal_count(project)
    assert other.store.journal_count(imported) == written + 1  # and the import itself


def test_records_that_were_kept_travel_with_the_project(
    example: tuple[Projects, str], open_at: Callable[[Path], Projects], tmp_path: Path
) -> None:
    projects, project = example
    other = open_at(tmp_path / "other.duckdb")
    imported = other.import_file(projects.store.export_project(project, tmp_path / "e.readiness"), who="Ben").id
    audit = other.load(imported).audit
    assert audit is not None
    case = audit.report.edge_cases[0].id
    mine = projects.records_of(project, case, limit=50, offset=0)
    theirs = other.records_of(imported, case, limit=50, offset=0)
    assert mine is not None
    assert theirs is not None
    assert theirs.equals(mine)


def test_a_file_with_a_row_that_no_project_can_have_is_not_imported(
    open_at: Callable[[Path], Projects], tmp_path: Path
) -> None:
    """Otherwise the portfolio, which reads every project, could not be drawn again."""
    crooked = open_at(tmp_path / "crooked.duckdb")
    project = crooked.create("Crooked", who="Eve")
    body: dict[str, Any] = {"id": "own:1", "component": "X", "low_days": 9, "high_days": 1}
    crooked.store.save(project, Kind.SCOPE_ITEM, "own:1", body, version=0, who="Eve", what="bent it")
    out = crooked.store.export_project(project, tmp_path / "crooked.readiness")
    other = open_at(tmp_path / "other.duckdb")
    with pytest.raises(UnreadableFileError):
        other.import_file(out, who="Ben")
    assert other.rows(include_archived=True) == []


def test_a_signature_whose_time_has_a_zone_is_refused_with_its_file(
    open_at: Callable[[Path], Projects], tmp_path: Path
) -> None:
    """It could not be put in order with the others, and the project not be opened again."""
    crooked = open_at(tmp_path / "crooked.duckdb")
    project = crooked.create("Crooked", who="Eve")
    for name, moment in (("Ann", "2026-03-02T09:00:00"), ("Ben", "2026-03-02T10:00:00+01:00")):
        body = {"name": name, "signed_at": moment, "fingerprint": "f"}
        crooked.store.save(project, Kind.SIGNATURE, name, body, version=0, who="Eve", what="signed")
    out = crooked.store.export_project(project, tmp_path / "crooked.readiness")
    other = open_at(tmp_path / "other.duckdb")
    with pytest.raises(UnreadableFileError, match="'signature' is not one that a project can have"):
        other.import_file(out, who="Ben")
    assert other.rows(include_archived=True) == []


TIMES = [
    *(
        (kind, part, f"2026-03-02T{moment}")
        for kind, model in MODELS.items()
        for part, schema in model.model_json_schema()["properties"].items()
        if '"date-time"' in json.dumps(schema)
        for moment in ("09:00:00Z", "10:00:00+01:00")
    ),
    (Kind.REVIEW, "corrections", [{"at": "2026-03-02T09:00:00Z"}]),
    (Kind.LIVE_LIMITS, "changes", [{"at": "2026-03-02T09:00:00Z"}]),
]


@pytest.mark.parametrize(("kind", "part", "given"), TIMES)
def test_no_time_of_a_project_has_a_zone(kind: Kind, part: str, given: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        MODELS[kind].model_validate({part: given})
    assert "timezone_naive" in {error["type"] for error in refused.value.errors()}


@pytest.mark.parametrize("content", [b"", b"not a project", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_export_is_refused_by_its_name(projects: Projects, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "import"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"holiday\.readiness"):
        projects.import_file(path, who="Ben", name="holiday.readiness")
    assert projects.rows(include_archived=True) == []


def contents(projects: Projects, project: str) -> list[tuple[str, str, int, dict[str, Any]]]:
    return [(d.kind, d.key, d.version, d.body) for d in projects.store.documents(project)]
