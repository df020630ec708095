"""The decision as JSON: by its published schema, in one spelling, the same on every day but for its date."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from readiness.diagnosis.contradictions import Contradiction, Severity
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.fix_plan import FixTask, PlannedStep, TaskStatus
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Diagnosis
from readiness.diagnosis.verdict_table import Verdict
from readiness.diagnosis.votes import Tally, Vote
from readiness.exports.brief_json import FORMAT
from readiness.exports.brief_json import brief_dict as dict_of
from readiness.exports.briefs.content import Decision
from readiness.exports.canonical_json import canonical_json, plain
from readiness.project import Projects, documents
from readiness.project.example import open_example
from readiness.project.opening import open_projects
from tests.exports.documents import NOW

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "brief.schema.json").read_text(encoding="utf-8"))


def faults(brief: Any) -> list[str]:
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(brief)]


@pytest.fixture
def decision(facts: Facts, diagnosis: Diagnosis, catalog: FailureModeCatalog) -> Decision:
    return Decision("Invoice intake", facts, diagnosis, StopInputs(), catalog, issued_at=NOW)


def brief_dict(decision: Decision, **more: Any) -> dict[str, Any]:
    return dict_of(decision, fingerprint="ab" * 32, **more)


def test_the_schema_is_one_and_closes_every_object() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["format"]["const"] == FORMAT
    for name, part in SCHEMA["$defs"].items():
        if part.get("type") == "object":
            assert part["additionalProperties"] is False, name
            assert set(part["required"]) == set(part["properties"]), name


def test_a_brief_keeps_to_the_schema_with_and_without_everything(decision: Decision) -> None:
    step = decision.catalog.of(FailureMode.SCOPE_UNDERESTIMATION).fix[0]
    whole = replace(
        decision,
        diagnosis=replace(
            decision.diagnosis,
            contradictions=(Contradiction("a", Severity.MINOR, "Both.", Place(Page.SCOPE)),),
        ),
        changes=("GO if.",),
        votes=(Tally(FailureMode.OWNERSHIP, (Vote("Bo", Reply.NO, "Why."),)),),
        plan=(
            PlannedStep(
                FailureMode.SCOPE_UNDERESTIMATION, step, FixTask(due_on=date(2026, 12, 1)), TaskStatus.OPEN, "B.",
                Place(Page.SCOPE),
            ),
        ),
    )  # fmt: skip
    stopped = replace(
        decision, diagnosis=replace(decision.diagnosis, verdict=Verdict.STOP, primary=None), closing={"learned": "x"}
    )
    empty = replace(decision, facts=replace(decision.facts, report=None, items=(), decisions={}), issued_at=None)
    for one in (decision, whole, stopped, empty):
        assert faults(json.loads(canonical_json(brief_dict(one)))) == []
    assert brief_dict(whole)["plan"][0]["until"] == "2026-12-01"
    assert brief_dict(whole)["questions"][3]["votes"]["no"] == {"count": 1, "reasons": ["Why."]}


def test_a_signed_and_issued_brief_keeps_to_the_schema(decision: Decision) -> None:
    signed = {"name": "Ann", "role": "Sponsor", "signed_at": plain(NOW)}
    brief = brief_dict(decision, signatures=[signed])
    assert brief["signatures"] == [{"name": "Ann", "role": "Sponsor", "signed_at": "2026-11-21T09:30:00Z"}]
    assert faults({**brief, "issue": 3}) == []
    assert faults({**brief, "issue": 0})
    assert faults({**brief, "fingerprint": "short"})


def test_what_the_stop_rules_were_held_against_stands_in_it(decision: Decision) -> None:
    stated = StopInputs(most_outside_share=0.1, limit_reason="Two people.", expected_value=1_000)
    inputs = brief_dict(replace(decision, stop_inputs=stated))["stop_inputs"]
    assert (inputs["most_outside_share"], inputs["limit_reason"]) == (0.1, "Two people.")
    assert (inputs["expected_value"], inputs["alignment_attempts"]) == (1_000, None)


def test_a_part_that_the_schema_does_not_know_is_found(decision: Decision) -> None:
    assert faults({**brief_dict(decision), "verdict": "MAYBE"})
    assert faults({**brief_dict(decision), "more": 1})


def test_an_answer_against_the_evidence_is_marked(decision: Decision) -> None:
    first, second = brief_dict(decision)["questions"][:2]
    assert (first["answer"], first["suggestion"]["reply"], first["against_evidence"]) == ("yes", "no", True)
    assert second["against_evidence"] is False


def test_the_evidence_hash_is_the_one_of_the_ledger_and_moves_with_it(decision: Decision) -> None:
    ledger = decision.ledger
    assert brief_dict(decision)["evidence_hash"] == ledger.hash
    fewer = replace(decision.diagnosis, ledger=replace(ledger, entries=ledger.entries[1:]))
    assert brief_dict(replace(decision, diagnosis=fewer))["evidence_hash"] != ledger.hash


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=8))
def test_canonical_json_is_the_same_for_what_it_was_read_back_to(value: Any) -> None:
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text
    assert text.endswith("\n")
    text.encode("utf-8")


def test_figures_have_twelve_digits_and_times_are_utc() -> None:
    assert plain(0.1 + 0.2) == 0.3
    assert math.copysign(1, plain(-0.0)) == 1
    assert plain([math.inf, math.nan]) == [None, None]
    assert plain(datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC)) == "2026-03-02T09:00:00Z"
    assert plain({"b": (1, True)}) == {"b": [1, True]}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Projects, str]]:
    projects = open_projects(tmp_path_factory.mktemp("example") / "readiness.duckdb")
    yield projects, open_example(projects, who="Ann")
    for row in projects.rows():
        projects.desk.drop(row.id)
    projects.store.close()


def test_the_same_project_gives_the_same_bytes_on_another_day_but_for_the_date(
    example: tuple[Projects, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    projects, identifier = example
    state, today = projects.load(identifier), projects.clock()
    made = []
    for now in (today, today + timedelta(days=9, hours=7)):
        monkeypatch.setattr(projects, "clock", lambda now=now: now)
        diagnosis = projects.diagnose(state)
        files = {
            (kind, suffix): documents.brief_file(state, diagnosis, kind, suffix, now).decode()
            for kind in documents.BRIEFS
            for suffix in (("md", "json") if kind == "decision" else ("md",))
        }
        made.append((files, documents.brief_fingerprint(state, diagnosis, now)))
    (before, named), (after, named_later) = made
    assert named == named_later
    for file, text in before.items():
        changed = [line for line in zip(text.splitlines(), after[file].splitlines(), strict=True) if line[0] != line[1]]
        assert len(changed) == 1, changed
        assert changed[0][0].startswith(("- **Date:**", '  "dated":'))


def test_the_example_keeps_to_the_schema_and_says_what_would_change_it(example: tuple[Projects, str]) -> None:
    projects, identifier = example
    state = projects.load(identifier)
    brief = json.loads(documents.diagnosis_json(state, projects.diagnose(state), projects.clock()))
    assert faults(brief) == []
    assert brief["changes"][0].startswith("GO if")
    assert brief["plan"]
    assert brief["sample"]["sha256"] == state.sample.reading.sha256 if state.sample else False
