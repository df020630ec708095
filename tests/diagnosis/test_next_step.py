"""What holds a verdict, where it is settled, and the one thing to do next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from readiness.catalog import read_catalog
from readiness.diagnosis.closing_evidence import Known
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.fix_plan import PlannedStep, TaskStatus, planned_steps
from readiness.diagnosis.next_step import QUESTIONS, next_step, open_points
from readiness.diagnosis.places import Page
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.stop_rules import RuleState
from readiness.diagnosis.verdict import judge
from readiness.diagnosis.verdict_table import Verdict
from readiness.outcome.ownership import Ownership
from tests.diagnosis.generated import Spec, made, specs


def steps_of(case: Any) -> tuple[PlannedStep, ...]:
    diagnosis = case.diagnose()
    failing = [mode for mode in (diagnosis.primary, *diagnosis.also_found) if mode is not None]
    known = Known(case.facts, diagnosis.ledger, {})
    catalog = read_catalog("failure_modes", FailureModeCatalog)
    return planned_steps(failing, {}, known, catalog, today=case.facts.now.date())


def test_a_go_has_no_open_point_and_leads_to_the_brief(ready: Any) -> None:
    diagnosis = ready.diagnose()
    assert open_points(diagnosis) == ()
    assert next_step(diagnosis, ()).place.page is Page.BRIEF


def test_a_stop_names_the_rule_with_its_place_and_leads_to_the_stop_brief(ready: Any) -> None:
    diagnosis = ready.stating(expected_value=1).diagnose()
    (point,) = open_points(diagnosis)
    assert (point.what, point.state, point.place.page) == ("Stop rule, cost", RuleState.MET, Page.OUTCOME)
    assert "stop brief" in next_step(diagnosis, ()).sentence


def test_a_failing_question_leads_to_the_first_step_that_is_not_closed(ready: Any) -> None:
    failing = ready.but(decisions={}).answering(FailureMode.DATA_QUALITY, None)
    steps = steps_of(failing)
    first = next(step for step in steps if step.status is not TaskStatus.CLOSED)
    found = next_step(failing.diagnose(), steps)
    assert (found.sentence, found.place) == (first.step.step, first.place)
    closed = tuple(replace(step, status=TaskStatus.CLOSED) for step in steps)
    assert next_step(failing.diagnose(), closed).place == QUESTIONS
    assert "question 1" in next_step(failing.diagnose(), closed).sentence


def test_what_nobody_has_started_leads_to_its_page(ready: Any) -> None:
    unowned = ready.but(ownership=Ownership(), confirmation=None).answering(FailureMode.OWNERSHIP, None)
    diagnosis = unowned.diagnose()
    (point,) = open_points(diagnosis)
    assert (point.what, point.state) == ("Question 4, ownership", Reply.UNKNOWN)
    assert (point.place.page, point.place.section) == (Page.OUTCOME, "Owner")
    assert next_step(diagnosis, ()).sentence == "Settle what is open first: No owner is named."


def test_evidence_that_is_complete_leads_to_the_question_itself(ready: Any) -> None:
    diagnosis = ready.answering(FailureMode.OWNERSHIP, None).diagnose()
    (point,) = open_points(diagnosis)
    assert point.place == QUESTIONS
    assert next_step(diagnosis, ()).place == QUESTIONS


@pytest.mark.parametrize(
    ("change", "page"),
    [
        (lambda case: case.but(report=None), Page.DATA_AUDIT),
        (lambda case: case.but(items=()), Page.SCOPE),
        (lambda case: case.but(plan=case.facts.plan.model_copy(update={"day_rate": None})), Page.SCOPE),
        (lambda case: case.stating(expected_value=None), Page.OUTCOME),
    ],
)
def test_a_stop_rule_that_is_open_leads_to_the_figure_that_it_lacks(ready: Any, change: Any, page: Page) -> None:
    points = open_points(change(ready).diagnose())
    assert page in {point.place.page for point in points if point.state in (Reply.UNKNOWN, RuleState.UNKNOWN)}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=specs)
def test_the_points_are_the_reasons_and_every_verdict_has_a_next_step(
    ready: Any, valued: Any, report_of: Any, spec: Spec
) -> None:
    diagnosis = judge(made(ready, valued, report_of, spec), ready.table, ready.standing)
    points = open_points(diagnosis)
    if diagnosis.verdict is not Verdict.GO:
        assert tuple(point.sentence for point in points) == diagnosis.reasons
    assert next_step(diagnosis, ()).sentence
