"""The decision brief of whole projects: the same project gives the same bytes, and a change of them is seen.

Four projects are generated and built through the facade under a clock that stands still: FIX FIRST, GO, STOP, and one
that has stalled. A fifth is built on a month of real payments; of its brief only counts and a hash are kept.
READINESS_UPDATE_SNAPSHOTS=1 keeps what the briefs say now.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from readiness.audit.decisions import Handling
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.verdict import diagnose
from readiness.diagnosis.verdict_table import Verdict
from readiness.project import Kind, Projects, documents, fixing
from readiness.project.example import open_example, open_stalled_example
from readiness.project.state import ProjectState
from tests.fixed_projects import NOW, fixed_projects
from tests.stated_outcome import DEFINED, OWNED

VERDICTS = {"fix_first": Verdict.FIX_FIRST, "go": Verdict.GO, "stop": Verdict.STOP, "stalled": Verdict.FIX_FIRST}
SUFFIXES = ("md", "json")
PAYMENTS = "2012-06-payments.csv"
WHO = "Ann"

Snapshot = Callable[[str, str], None]


@dataclass(frozen=True)
class Built:
    """A project as it stood when it was built; its brief can be made for any day."""

    projects: Projects
    state: ProjectState

    def brief(self, suffix: str, now: datetime = NOW) -> str:
        state, projects = self.state, self.projects
        diagnosis = diagnose(state.facts(now), state.answers, state.stop_inputs, projects.verdicts, projects.standing)
        return documents.brief_file(state, diagnosis, "decision", suffix, now).decode("utf-8")

    def decision(self, now: datetime = NOW) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.brief("json", now))
        return content


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mapping[str, Built], Mapping[str, Built]]]:
    """The generated projects by name, built twice in two project files."""
    with ExitStack() as stack:
        opened = [stack.enter_context(fixed_projects(tmp_path_factory.mktemp(name))) for name in ("one", "two")]
        one, two = (_all_generated(projects) for projects in opened)
        yield one, two


def _all_generated(projects: Projects) -> dict[str, Built]:
    """One project in three states, one after another, and the stalled one."""
    project = open_example(projects, who=WHO)
    states = {"fix_first": projects.load(project)}
    _settle_the_scope(projects, project)
    states["go"] = projects.load(project)
    _lower_the_limit(projects, project)
    states["stop"] = projects.load(project)
    states["stalled"] = projects.load(open_stalled_example(projects, who=WHO))
    return {name: Built(projects, state) for name, state in states.items()}


def _settle_the_scope(projects: Projects, project: str) -> None:
    for item, days in (("alerting-runbooks", (3, 5, 9)), ("rollback", (4, 7, 14))):
        estimate = dict(zip(("low_days", "likely_days", "high_days"), days, strict=True)) | {"owner": "Platform team"}
        version = projects.load(project).version_of(Kind.SCOPE_ITEM, item)
        projects.change_item(project, item, estimate, version=version, who=WHO)
    fixing.note_shown(projects, project, to_whom="Tomas Placeholder", shown_on=NOW.date(), who=WHO)
    version = projects.load(project).version_of(Kind.ANSWER, FailureMode.SCOPE_UNDERESTIMATION)
    reason = "Every component has an estimate of its own, and the sum was shown as it came out."
    projects.answer(project, FailureMode.SCOPE_UNDERESTIMATION, Reply.YES, reason, version=version, who=WHO)


def _lower_the_limit(projects: Projects, project: str) -> None:
    limit = {"most_outside_share": 0.1, "limit_reason": "Accounts payable loses two of its three people in April."}
    notes = {
        "other_use_case": "Reminders for invoices whose discount is about to run out.",
        "other_approach": "A form for suppliers in which the cost centre is a required field.",
        "later_attempt": "Once fewer than one invoice in twenty comes without a cost centre.",
    }
    for kind, changes in ((Kind.STOP_INPUTS, limit), (Kind.BRIEF_NOTES, notes)):
        projects.change(project, kind, changes, version=projects.load(project).version_of(kind), who=WHO)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", VERDICTS)
def test_a_generated_project_gives_the_brief_that_is_kept_of_it(
    built: tuple[Mapping[str, Built], Mapping[str, Built]], snapshot: Snapshot, name: str, suffix: str
) -> None:
    one, _ = built
    assert one[name].decision()["verdict"] == VERDICTS[name]
    snapshot(f"whole_{name}.{suffix}", one[name].brief(suffix))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", VERDICTS)
def test_the_same_acts_in_another_project_file_give_the_same_bytes(
    built: tuple[Mapping[str, Built], Mapping[str, Built]], name: str, suffix: str
) -> None:
    one, two = built
    assert one[name].brief(suffix) == two[name].brief(suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", VERDICTS)
def test_two_days_later_the_date_alone_is_another_one(
    built: tuple[Mapping[str, Built], Mapping[str, Built]], name: str, suffix: str
) -> None:
    one, _ = built
    today, later = (one[name].brief(suffix, NOW + timedelta(days=days)).splitlines() for days in (0, 2))
    changed = [pair for pair in zip(today, later, strict=True) if pair[0] != pair[1]]
    assert len(changed) == 1, changed
    assert changed[0][0].startswith(("- **Date:**", '  "dated":'))


def test_a_brief_names_nobody_but_owners_and_signers(
    built: tuple[Mapping[str, Built], Mapping[str, Built]],
) -> None:
    """Mara Invented judged records, and neither owns nor signed anything."""
    one, _ = built
    for name in ("fix_first", "go", "stop"):
        for suffix in SUFFIXES:
            text = one[name].brief(suffix)
            assert "Ines Example" in text
            assert "Mara" not in text


# --- a month of real payments -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def payments(tmp_path_factory: pytest.TempPathFactory, shared_datasets: Path) -> Iterator[Built]:
    """A project about the payments of a month: every edge case is decided, and two of four questions are answered."""
    source = shared_datasets / "lambeth_payments" / PAYMENTS
    if not source.exists():
        pytest.skip("there is no lambeth_payments in shared/datasets")
    with fixed_projects(tmp_path_factory.mktemp("payments")) as projects:
        project = projects.create("Payments of June 2012", who=WHO)
        task = {"task": "Match each payment to its budget.", "volume_per_month": 3_000, "reviewer": "The budget team"}
        projects.change(project, Kind.WORKFLOW, task, version=0, who=WHO)
        projects.read_upload(project, PAYMENTS, partial(shutil.copyfile, source), who=WHO)
        projects.run_audit(project, who=WHO)
        audit = projects.load(project).audit
        assert audit is not None
        for case in audit.report.edge_cases:
            handling = Handling.REJECT if case.kind.startswith(("line_", "duplicate_")) else Handling.HUMAN_REVIEW
            projects.decide(project, case.id, handling, "", version=0, who=WHO)
        for kind, body in ((Kind.OUTCOME, DEFINED), (Kind.OWNERSHIP, OWNED)):
            projects.change(project, kind, body, version=0, who=WHO)
        for mode in (FailureMode.DATA_QUALITY, FailureMode.OWNERSHIP):
            projects.answer(project, mode, Reply.YES, "As the evidence says.", version=0, who=WHO)
        yield Built(projects, projects.load(project))


def test_the_brief_of_a_month_of_payments_says_what_the_audit_counted(payments: Built) -> None:
    brief, state = payments.decision(), payments.state
    assert state.audit is not None
    report = state.audit.report
    assert (brief["sample"]["records"], report.records) == (3_161, 3_161)
    by_kind: dict[str, int] = {}
    for case in report.edge_cases:
        by_kind[case.kind] = by_kind.get(case.kind, 0) + case.records
    assert (by_kind["fused_cells"], by_kind["duplicate_record"], by_kind["line_total"]) == (635, 428, 1)
    assert brief["data"]["clean"]["count"] == report.clean.count
    counted = {case["id"]: case["count"] for case in brief["data"]["edge_cases"]}
    assert counted == {case.id: case.records for case in report.edge_cases}
    assert {case["decision"] for case in brief["data"]["edge_cases"]} == {"reject", "human review"}
    text = payments.brief("md")
    assert f"{report.clean.share:.0%} of the 3,161 records are the clean case" in text


def test_the_verdict_on_a_month_of_payments_waits_for_estimates_and_signatures(payments: Built) -> None:
    brief = payments.decision()
    assert brief["verdict"] == "FIX FIRST"
    assert [question["counts_as"] for question in brief["questions"]][1:3] == ["unknown", "unknown"]
    assert brief["signatures"] == []


def test_the_brief_of_a_month_of_payments_is_the_one_whose_hash_is_kept(payments: Built, snapshot: Snapshot) -> None:
    """The hash and not the text, so that no piece of the payments is kept here."""
    hashes = {suffix: hashlib.sha256(payments.brief(suffix).encode("utf-8")).hexdigest() for suffix in SUFFIXES}
    snapshot("whole_payments.sha256", "".join(f"{digest}  {suffix}\n" for suffix, digest in hashes.items()))


def test_two_days_later_the_brief_of_a_month_of_payments_differs_by_its_date_alone(payments: Built) -> None:
    today, later = (payments.brief("md", NOW + timedelta(days=days)).splitlines() for days in (0, 2))
    assert [a for a, b in zip(today, later, strict=True) if a != b] == ["- **Date:** 2 Mar 2026"]
