"""What would change the verdict: sentences that a sponsor reads, for what lifts it and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from readiness.audit.decisions import Handling
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.flips import WhatWouldChange, what_would_change
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.verdict import Case
from readiness.diagnosis.verdict_table import Verdict
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.outcome.reviews import Review
from readiness.scope.items import ScopeItem
from readiness.workflow import Stage, Workflow

OPEN = ScopeItem(id="own:open", component="Alerting")


def change(project: Any) -> WhatWouldChange:
    case = Case(project.facts, gather_evidence(project.facts), project.answers, project.stop_inputs)
    return what_would_change(case, project.table, project.standing)


@pytest.fixture
def reviewed(ready: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]) -> Any:
    """Half of all records go to people: STOP."""
    report = report_of(300, {("bad: a",): 150})
    return ready.but(report=report, decisions=decide_all(report, Handling.HUMAN_REVIEW))


def test_a_go_is_told_what_would_end_it(ready: Any) -> None:
    found = change(ready)
    assert (found.verdict, found.better, found.together) == (Verdict.GO, (), None)
    assert "FIX FIRST if the number of signatures under the outcome definition falls from 2 to 1." in found.sentences
    assert any(s.startswith("STOP if the remaining work (P80) rises above ") for s in found.sentences)
    assert any(s.startswith("STOP if the realistic value falls below ") for s in found.sentences)


def test_what_only_has_to_be_kept_stands_in_one_sentence(ready: Any) -> None:
    kept = [s for s in change(ready).sentences if "no longer" in s]
    assert len(kept) == 1
    assert kept[0].count("is no longer answered with yes") == 4


def test_a_stop_by_the_data_is_told_the_clean_share_that_ends_it(reviewed: Any) -> None:
    found = change(reviewed)
    assert found.verdict is Verdict.STOP
    assert found.sentences[0] == "GO if the share of clean records rises from 50% to 60%."
    assert not found.worse


def test_the_projects_own_limits_come_after_what_can_be_done(reviewed: Any) -> None:
    limits = [flip.changes[0].lever.limit for flip in change(reviewed).better]
    assert limits == sorted(limits)
    assert limits[-1]


def test_an_unknown_estimate_is_told_as_the_most_it_may_come_to(ready: Any) -> None:
    found = change(ready.but(items=(*ready.facts.items, OPEN)))
    (flip,) = found.better
    assert flip.changes[0].lever.present is None
    assert flip.sentence == f"GO if the work of the component without an estimate comes to {_days(flip)} or less."
    more = next(one for one in found.worse if one.changes[0].lever.id == "open-work")
    assert more.sentence == f"STOP if the work of the component without an estimate comes to more than {_days(flip)}."


def _days(flip: Any) -> str:
    return str(flip.changes[0].lever.written(flip.changes[0].value))


def test_where_one_change_is_not_enough_the_smallest_pair_is_named(reviewed: Any) -> None:
    found = change(reviewed.stating(expected_value=5_000.0))
    assert found.better == ()
    assert found.together is not None
    assert {move.lever.id for move in found.together.changes} <= {"clean-share", "left-share", "work", "cost", "value"}
    assert len(found.together.changes) == 2
    assert found.together.sentence in found.sentences
    assert found.together.verdict is Verdict.GO


def test_two_steps_are_a_pair_too(ready: Any) -> None:
    project = ready.but(signatures=ready.facts.signatures[:1]).answering(FailureMode.OWNERSHIP, None)
    together = change(project).together
    assert together is not None
    assert [move.lever.id for move in together.changes] == ["signatures", f"question:{FailureMode.OWNERSHIP}"]


def test_where_no_pair_is_enough_the_whole_list_is_named(ready: Any) -> None:
    together = change(ready.answering_all(None)).together
    assert together is not None
    assert [move.lever.id for move in together.changes] == [f"question:{mode}" for mode in FailureMode]
    assert together.sentence.startswith("GO if all of this happens: (1) question 1 ")


def test_an_empty_project_is_told_everything_it_takes(ready: Any) -> None:
    empty = ready.but(
        report=None, audited_at=None, sample_read_at=None, decisions={}, items=(OPEN,), outcome=OutcomeDefinition(),
        signatures=(), ownership=Ownership(), confirmation=None,
        plan=ready.facts.plan.model_copy(update={"day_rate": None}),
    ).answering_all(None).stating(expected_value=None)  # fmt: skip
    together = change(empty).together
    assert together is not None
    assert together.verdict is Verdict.GO
    steps = {move.lever.id for move in together.changes}
    assert {"audit", "definition", "open-work", "ownership", "authority", "signatures", "value", "day-rate"} <= steps
    assert together.assumes


def test_an_answer_against_the_evidence_is_lifted_by_evidence_alone(ready: Any) -> None:
    project = ready.answering(FailureMode.OWNERSHIP, Reply.NO, "She leaves in May.")
    (flip,) = change(project).better
    assert flip.changes[0].lever.id == f"question:{FailureMode.OWNERSHIP}"


def test_a_contested_use_case_is_told_how_many_attempts_end_it(ready: Any) -> None:
    found = change(ready.but(signatures=ready.facts.signatures[:1]).stating(alignment_attempts=1))
    assert "STOP if the number of genuine attempts to agree rises from 1 to 2." in found.sentences


def test_a_stalled_project_is_told_to_show_that_it_measures(ready: Any, report_of: Callable[..., Any]) -> None:
    report = report_of(300, {})
    project = ready.but(workflow=Workflow(stage=Stage.STALLED), report=report, decisions={})
    found = change(project)
    assert found.verdict is Verdict.FIX_FIRST
    flips = [*found.better, *([found.together] if found.together else [])]
    assert any(move.lever.id == "shown:outcome.measured" for flip in flips for move in flip.changes)
    assert any("this is put right: Nothing shows that the outcome is measured now" in s for s in found.sentences)


def test_what_no_input_can_lift_is_said(ready: Any) -> None:
    """Without any component there is nothing to estimate, and no lever puts components on the list."""
    found = change(ready.but(items=()))
    assert (found.better, found.together) == ((), None)
    assert found.sentences[-1].startswith("No change of these inputs lifts the verdict: ")
    assert "No component is listed." in found.held_by


def test_the_whole_search_writes_nothing_into_the_case(valued: Any) -> None:
    case = Case(valued.facts, gather_evidence(valued.facts), valued.answers, valued.stop_inputs)
    before = (case.facts, case.ledger.entries, dict(case.answers), case.stop_inputs)
    what_would_change(case, valued.table, valued.standing)
    assert before == (case.facts, case.ledger.entries, dict(case.answers), case.stop_inputs)


def test_what_an_old_sample_needs_is_told_the_same_tomorrow(
    ready: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]
) -> None:
    """It stands in a brief that is signed by what it says, and an age is another one each day."""
    now, report = ready.facts.now, report_of(300, {("bad: a",): 10})
    stalled = ready.but(
        workflow=Workflow(stage=Stage.STALLED, launched_on=now.date() - timedelta(days=20)),
        report=report,
        decisions=decide_all(report),
        sample_read_at=now - timedelta(days=40),
        sample_from=now.date() - timedelta(days=60),
        sample_to=now.date() - timedelta(days=41),
        reviews=(Review(id="r", held_on=now.date(), recorded_at=now, reading=93.0, unit="%", reviewed_by="Ann"),),
    )
    today, tomorrow = change(stalled), change(stalled.but(now=now + timedelta(days=1)))
    assert today.sentences[0] == "GO if the age of the sample falls to 30 days."
    assert today.sentences == tomorrow.sentences
