"""The strip of four preparations: not started, open or done, each with the sentence that says where it stands."""

from __future__ import annotations

from typing import Any

from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.ledger import PREPARED, Topic
from readiness.diagnosis.preparations import PreparationState, preparations
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.scope.items import ScopeItem


def states(case: Any) -> dict[Topic, PreparationState]:
    return {part.topic: part.state for part in preparations(gather_evidence(case.facts))}


def test_a_project_that_is_ready_has_all_four_done(ready: Any) -> None:
    assert states(ready) == dict.fromkeys(PREPARED, PreparationState.DONE)


def test_a_project_that_has_nothing_has_begun_nothing(ready: Any) -> None:
    empty = ready.but(
        report=None, decisions={}, items=(), outcome=OutcomeDefinition(), signatures=(), ownership=Ownership()
    )
    assert states(empty) == dict.fromkeys(PREPARED, PreparationState.NOT_STARTED)


def test_components_listed_and_not_estimated_are_not_a_start(ready: Any) -> None:
    listed = ready.but(items=(ScopeItem(id="own:x", component="Alerting"),))
    assert states(listed)[Topic.SCOPE] is PreparationState.NOT_STARTED


def test_what_is_begun_and_not_finished_is_open_and_says_what_is_left(ready: Any) -> None:
    begun = ready.but(
        decisions={},
        items=(*ready.facts.items, ScopeItem(id="own:x", component="Alerting")),
        signatures=ready.facts.signatures[:1],
        ownership=Ownership(owner="Ann"),
    )
    assert states(begun) == dict.fromkeys(PREPARED, PreparationState.OPEN)
    said = [part.sentence for part in preparations(gather_evidence(begun.facts))]
    assert "no handling decision" in said[0]
    assert "1 component not estimated" in said[1]
    assert "1 of 2 signatures" in said[2]
    assert "Ownership lacks" in said[3]


def test_an_audit_of_another_sample_is_open_and_says_so(ready: Any) -> None:
    assert states(ready.but(audit_is_current=False))[Topic.DATA] is PreparationState.OPEN


def test_an_agreement_of_two_is_done_although_a_third_signed_an_earlier_wording(ready: Any, signatures_of: Any) -> None:
    earlier = ready.facts.outcome.model_copy(update={"unit": "items"})
    third = signatures_of("Cleo", definition=earlier)
    assert states(ready.but(signatures=(*ready.facts.signatures, *third)))[Topic.OUTCOME] is PreparationState.DONE


def test_a_confirmation_that_a_change_voided_leaves_ownership_open_and_says_why(ready: Any) -> None:
    changed = ready.but(outcome=ready.facts.outcome.model_copy(update={"tolerance_low": 80.0}))
    state = preparations(gather_evidence(changed.facts))[3]
    assert state.state is PreparationState.OPEN
    assert "changed after the confirmation" in state.sentence


def test_a_day_for_the_rehearsal_changes_no_preparation(ready: Any) -> None:
    ownership = ready.facts.ownership.model_copy(update={"rehearsal_on": ready.facts.now.date()})
    assert states(ready.but(ownership=ownership)) == states(ready)
