"""The standing list: catalog and functions match, an honest project has none, and their order is always the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import (
    CHECKS,
    ContradictionCatalog,
    ContradictionEntry,
    Severity,
    find_contradictions,
)
from readiness.diagnosis.contradictions.of_standard import BUILT_BY
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.places import Page
from readiness.diagnosis.verdict_table import Verdict
from readiness.errors import UnknownNameError
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.project.example import open_example
from readiness.project.opening import open_projects
from readiness.scope.catalog import ComponentCatalog
from readiness.scope.items import ScopePlan
from readiness.standard.checklist import ReadinessStandard
from readiness.workflow import Workflow


@pytest.fixture(scope="module")
def standing() -> ContradictionCatalog:
    return read_catalog("contradictions", ContradictionCatalog)


def entry(identifier: str, **parts: Any) -> ContradictionEntry:
    stated = {"severity": "minor", "title": "t", "why": "w", "page": "Outcome", **parts}
    return ContradictionEntry.model_validate({"id": identifier, **stated})


# --- the catalog --------------------------------------------------------------------------------------------------


def test_catalog_and_functions_match_one_to_one(standing: ContradictionCatalog) -> None:
    assert {one.id for one in standing.contradictions} == set(CHECKS)
    assert len(set(CHECKS.values())) == len(CHECKS)


def test_the_words_of_the_catalog_are_short_calm_and_said_once(standing: ContradictionCatalog) -> None:
    for one in standing.contradictions:
        assert len(one.title) <= 80, one.id
        assert not one.title.endswith("."), one.id
        assert one.why.endswith("."), one.id
        assert len(one.why) <= 180, one.id
        assert "!" not in one.title + one.why, one.id
    for part in ("title", "why"):
        said = [getattr(one, part) for one in standing.contradictions]
        assert len(set(said)) == len(said)


def test_a_contradiction_that_is_listed_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="listed twice: two-currencies"):
        ContradictionCatalog(contradictions=(entry("two-currencies"), entry("two-currencies")))


def test_an_entry_without_a_function_is_named(ready: Any) -> None:
    case, catalog = ready, ContradictionCatalog(contradictions=(entry("of-a-later-day"),))
    with pytest.raises(UnknownNameError, match="of-a-later-day"):
        find_contradictions(case.facts, gather_evidence(case.facts), case.answers, case.stop_inputs, catalog)


def test_an_entry_that_is_not_in_the_catalog_is_named(standing: ContradictionCatalog) -> None:
    assert standing.entry("two-currencies").page is Page.OUTCOME
    with pytest.raises(UnknownNameError, match="no-such-thing"):
        standing.entry("no-such-thing")


def test_what_the_standard_is_held_against_is_in_both_catalogs() -> None:
    items = {item.id for item in read_catalog("readiness_standard", ReadinessStandard).checklist}
    components = read_catalog("components", ComponentCatalog)
    assert set(BUILT_BY) <= items
    for component, _ in BUILT_BY.values():
        assert components.component(component).id == component


# --- projects without any -----------------------------------------------------------------------------------------


def test_an_untouched_project_has_none(ready: Any) -> None:
    empty = ready.but(
        workflow=Workflow(), report=None, audited_at=None, sample_read_at=None, audit_is_current=False, decisions={},
        items=(), plan=ScopePlan(), outcome=OutcomeDefinition(), signatures=(), ownership=Ownership(),
        confirmation=None,
    ).answering_all(None).stating(expected_value=None)  # fmt: skip
    assert empty.diagnose().contradictions == ()


@pytest.mark.parametrize("project", ["ready", "valued"])
def test_a_complete_and_honest_project_has_none_and_goes(request: pytest.FixtureRequest, project: str) -> None:
    diagnosis = request.getfixturevalue(project).diagnose()
    assert diagnosis.contradictions == ()
    assert diagnosis.verdict is Verdict.GO


def test_neither_a_new_project_nor_the_example_has_any(tmp_path: Path) -> None:
    projects = open_projects(tmp_path / "readiness.duckdb")
    try:
        for identifier in (projects.create("New", who="Ann"), open_example(projects, who="Ann")):
            assert projects.diagnose(projects.load(identifier)).contradictions == ()
    finally:
        projects.store.close()


# --- order, weight and place ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def at_odds(ready: Any) -> Any:
    """A project that contradicts itself in several ways, of every weight."""
    outcome = ready.facts.outcome.model_copy(update={"target": 87, "tolerance_high": None, "wrong_output_cost": 0})
    ownership = ready.facts.ownership.model_copy(update={"authority_from": "Ann", "review_every_days": 90})
    plan = ready.facts.plan.model_copy(update={"planned_days": 900, "currency": "CHF"})
    return ready.but(outcome=outcome, ownership=ownership, plan=plan)


def test_the_blocking_ones_come_first_then_the_order_of_the_catalog(
    at_odds: Any, standing: ContradictionCatalog
) -> None:
    found = at_odds.diagnose().contradictions
    assert {one.severity for one in found} == set(Severity)
    places = {one.id: place for place, one in enumerate(standing.contradictions)}
    assert list(found) == sorted(found, key=lambda one: (list(Severity).index(one.severity), places[one.id]))
    assert found == at_odds.diagnose().contradictions


def test_each_has_the_weight_and_the_place_of_its_entry(at_odds: Any, standing: ContradictionCatalog) -> None:
    for one in at_odds.diagnose().contradictions:
        listed = standing.entry(one.id)
        assert (one.severity, one.place.page, one.place.section) == (listed.severity, listed.page, listed.section)


def test_a_project_goes_with_serious_ones_and_not_with_a_blocking_one(
    ready: Any, signatures_of: Callable[..., Any]
) -> None:
    shorter = ready.but(plan=ready.facts.plan.model_copy(update={"currency": "CHF"}))
    assert [one.severity for one in shorter.diagnose().contradictions] == [Severity.SERIOUS]
    assert shorter.diagnose().verdict is Verdict.GO
    outcome = ready.facts.outcome.model_copy(update={"target": 87})
    blocked = ready.but(
        outcome=outcome, signatures=signatures_of("Ann", "Ben", definition=outcome)
    ).answering_all(ready.answers[next(iter(ready.answers))].reply, "We are sure of it.")  # fmt: skip
    diagnosis = blocked.diagnose()
    assert diagnosis.verdict is Verdict.FIX_FIRST
    assert "The target is 87%, and the tolerance begins at 88%." in diagnosis.reasons
