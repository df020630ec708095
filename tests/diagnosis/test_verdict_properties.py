"""What holds of the verdict for every project: improving never harms, a flip flips, and no unknown becomes a GO."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from readiness.diagnosis.deciding_inputs import levers_of
from readiness.diagnosis.flips import RANK, Flip, what_would_change
from readiness.diagnosis.ledger import PREPARED, Finding
from readiness.diagnosis.levers import Better, applied
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.stop_rules import RuleState
from readiness.diagnosis.verdict import Case, judge, verdict_of
from readiness.diagnosis.verdict_table import Verdict
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.outcome.value import Stated
from readiness.scope.items import ScopeItem
from tests.diagnosis.generated import READY, ROUNDS, Spec, gathered_anew, made, specs


@pytest.fixture(scope="session")
def make(ready: Any, valued: Any, report_of: Any) -> Callable[[Spec], Case]:
    return lambda spec: made(ready, valued, report_of, spec)


SURE = replace(READY, reason="We are sure of it.")
nearly_ready = st.builds(
    lambda spec, parts: replace(SURE, **{part: getattr(spec, part) for part in parts}),
    specs,
    st.lists(st.sampled_from([part.name for part in fields(Spec)]), max_size=4, unique=True),
)


@settings(max_examples=60)
@given(nearly_ready)
@example(replace(SURE, lacking=frozenset({"cadence", "confirmation"})))
@example(replace(SURE, lacking=frozenset({"target", "confirmation"})))
def test_no_go_rests_on_what_nobody_has_seen(ready: Any, make: Any, spec: Spec) -> None:
    """A reason against one fact once carried another along that was open."""
    case = make(spec)
    if verdict_of(case, ready.table, ready.standing) is Verdict.GO:
        deciding = [entry for topic in PREPARED for entry in case.ledger.deciding(topic)]
        assert not [one.id for one in deciding if one.stale or one.finding is Finding.UNKNOWN]


# --- improving ----------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(specs, st.data())
def test_improving_a_lever_never_makes_the_verdict_worse(
    ready: Any, make: Any, spec: Spec, data: st.DataObject
) -> None:
    case = make(spec)
    base = judge(case, ready.table, ready.standing)
    levers = [one for one in levers_of(case, base) if one.better is not Better.NEITHER]
    lever = data.draw(st.sampled_from(levers))
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, lever.last)] * 2)))
    worse, better = (first, second) if lever.better is Better.MORE else (second, first)
    at_worse, at_better = (lever.at(case, lever.value(number)) for number in (worse, better))
    assert _rank(ready, at_better) >= _rank(ready, at_worse), (lever, lever.value(worse), lever.value(better))
    if lever.present is not None and lever.best is not None:
        assert _rank(ready, lever.at(case, lever.best)) >= RANK[base.verdict], lever


@settings(max_examples=15)
@given(specs)
def test_a_lever_at_its_present_value_changes_nothing(ready: Any, make: Any, spec: Spec) -> None:
    case = make(spec)
    base = judge(case, ready.table, ready.standing)
    for lever in levers_of(case, base):
        if lever.present is not None and not (lever.is_step and lever.present):
            assert verdict_of(lever.at(case, lever.present), ready.table, ready.standing) is base.verdict, lever


CONTESTED = {Better.MORE: ("alpha", "signatures", "genuine-attempts"), Better.LESS: ("least-agreement",)}


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("settled", [False, True])
def test_more_agreement_never_makes_a_use_case_contested(
    ready: Any, valued: Any, report_of: Any, earlier: bool, settled: bool
) -> None:
    """Under an earlier wording it did once: where the test could not tell, the signatures that lacked counted."""
    for name in ROUNDS:
        spec = replace(READY, signers=1, attempts=3, exercise=(name, settled, earlier))
        case = made(ready, valued, report_of, spec)
        for lever in levers_of(case, judge(case, ready.table, ready.standing)):
            if lever.id in CONTESTED.get(lever.better, ()):
                numbers = range(0, lever.last + 1, max(1, lever.last // 10))
                ranks = [_rank(ready, lever.change(case, lever.value(number))) for number in numbers]
                assert ranks == sorted(ranks, reverse=lever.better is Better.LESS), (lever.id, name)


# --- what would change it -----------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(specs)
def test_a_flip_value_flips_and_the_one_just_before_does_not(ready: Any, make: Any, spec: Spec) -> None:
    case = make(spec)
    found = what_would_change(case, ready.table, ready.standing)
    assert found.verdict is judge(case, ready.table, ready.standing).verdict
    for flip in found.better:
        assert RANK[flip.verdict] > RANK[found.verdict]
        _assert_flips(ready, case, flip, lambda rank: rank > RANK[found.verdict])
    for flip in found.worse:
        assert RANK[flip.verdict] < RANK[found.verdict]
        _assert_flips(ready, case, flip, lambda rank: rank < RANK[found.verdict])
    if found.together is not None:
        assert not found.better
        assert len(found.together.changes) > 1
        _assert_flips(ready, case, found.together, lambda rank: rank > RANK[found.verdict])
    assert found.verdict is Verdict.GO or found.better or found.together or found.held_by


@settings(max_examples=8)
@given(specs)
def test_the_search_says_the_same_twice_and_the_smallest_first(ready: Any, make: Any, spec: Spec) -> None:
    case = make(spec)
    found = what_would_change(case, ready.table, ready.standing)
    assert found == what_would_change(case, ready.table, ready.standing)
    for flips in (found.better, found.worse):
        assert list(flips) == sorted(flips, key=lambda flip: flip.size)
    assert all(found.sentences)
    assert len(set(found.sentences)) == len(found.sentences)


def _assert_flips(ready: Any, case: Case, flip: Flip, flips: Callable[[int], bool]) -> None:
    values = [(move.lever, move.value) for move in flip.changes]
    changed = judge(applied(case, values), ready.table, ready.standing)
    assert changed.verdict is flip.verdict
    assert flips(RANK[changed.verdict])
    for move in flip.changes:
        if move.before is None:
            continue
        before = [(lever, move.before if lever is move.lever else value) for lever, value in values]
        if move.before == move.lever.present and not move.lever.is_step:
            before = [(lever, value) for lever, value in before if lever is not move.lever]
        assert not flips(_rank(ready, applied(case, before))), flip.sentence


# --- facts, ledger and results agree ------------------------------------------------------------------------------

HELD = ("clean-share", "left-share")  # hold value and cost as they are
NOT_IN_THE_FACTS = ("value", "left-share")  # where the value is simulated, and beside the decisions


@settings(max_examples=50)
@given(specs, st.data())
def test_a_changed_case_says_what_its_facts_would_say(ready: Any, make: Any, spec: Spec, data: st.DataObject) -> None:
    case = make(spec)
    levers = levers_of(case, judge(case, ready.table, ready.standing))
    lever = data.draw(st.sampled_from([one for one in levers if one.id not in NOT_IN_THE_FACTS]))
    assume(not lever.id.startswith(("shown:", "settle:")))
    changed = lever.at(case, lever.value(data.draw(st.integers(0, lever.last))))
    anew = gathered_anew(changed)
    ours, theirs = (judge(one, ready.table, ready.standing) for one in (changed, anew))
    assert [one.reply for one in ours.questions] == [one.reply for one in theirs.questions]
    for mine, other in zip(ours.stop_rules, theirs.stop_rules, strict=True):
        if mine.rule.value != "cost" or lever.id not in HELD:
            assert (mine.margin or 0.0) == pytest.approx(other.margin or 0.0, abs=1e-3), lever
            assert mine.state is other.state or abs(mine.margin or 0.0) < 1e-3, (lever, mine, other)


# --- taking evidence away, and unknown ----------------------------------------------------------------------------

AWAY: dict[str, Callable[[Case], dict[str, Any]]] = {
    "audit": lambda case: {"report": None, "audited_at": None, "sample_read_at": None},
    "audit's being current": lambda case: {"audit_is_current": False},
    "one decision": lambda case: {"decisions": dict(list(case.facts.decisions.items())[1:])},
    "items": lambda case: {"items": ()},
    "one estimate": lambda case: {"items": (*case.facts.items, ScopeItem(id="own:new", component="Alerting"))},
    "day rate": lambda case: {"plan": case.facts.plan.model_copy(update={"day_rate": None})},
    "definition": lambda case: {"outcome": OutcomeDefinition()},
    "target": lambda case: {"outcome": case.facts.outcome.model_copy(update={"target": None})},
    "signatures": lambda case: {"signatures": ()},
    "one signature": lambda case: {"signatures": case.facts.signatures[1:]},
    "exercise": lambda case: {"exercises": ()},
    "ownership": lambda case: {"ownership": Ownership()},
    "confirmation": lambda case: {"confirmation": None},
    "volume": lambda case: {"value": case.facts.value.model_copy(update={"volume": Stated()})},
    "accepted share": lambda case: {"value": case.facts.value.model_copy(update={"accepted": Stated()})},
    "hour rate": lambda case: {"value": case.facts.value.model_copy(update={"hour_rate": Stated()})},
}


@settings(max_examples=60)
@given(specs, st.sampled_from(sorted(AWAY)))
def test_taking_evidence_away_never_turns_a_verdict_to_go(ready: Any, make: Any, spec: Spec, what: str) -> None:
    case = make(spec)
    if judge(case, ready.table, ready.standing).verdict is Verdict.GO:
        return
    without = gathered_anew(replace(case, facts=replace(case.facts, **AWAY[what](case))))
    assert judge(without, ready.table, ready.standing).verdict is not Verdict.GO


@settings(max_examples=40)
@given(specs, st.sampled_from(["answers", "worth", "attempts"]))
def test_taking_back_what_was_said_never_turns_a_verdict_to_go(ready: Any, make: Any, spec: Spec, what: str) -> None:
    case = make(spec)
    if judge(case, ready.table, ready.standing).verdict is Verdict.GO:
        return
    field = {"worth": "expected_value", "attempts": "alignment_attempts"}.get(what)
    if field is None:
        without = replace(case, answers=dict(list(case.answers.items())[1:]))
    else:
        without = replace(case, stop_inputs=case.stop_inputs.model_copy(update={field: None}))
    assert judge(without, ready.table, ready.standing).verdict is not Verdict.GO


@settings(max_examples=60)
@given(specs)
def test_no_project_goes_with_anything_unknown(ready: Any, make: Any, spec: Spec) -> None:
    diagnosis = judge(make(spec), ready.table, ready.standing)
    if diagnosis.verdict is Verdict.GO:
        assert all(question.reply is Reply.YES for question in diagnosis.questions)
        assert all(rule.state is RuleState.NOT_MET for rule in diagnosis.stop_rules)
        deciding = [entry for entry in diagnosis.ledger.entries if entry.decides]
        assert all(entry.finding is not Finding.UNKNOWN for entry in deciding)


@settings(max_examples=30)
@given(specs)
def test_the_quick_verdict_is_that_of_the_whole_diagnosis(ready: Any, make: Any, spec: Spec) -> None:
    case = make(spec)
    assert verdict_of(case, ready.table, ready.standing) is judge(case, ready.table, ready.standing).verdict


def _rank(ready: Any, case: Case) -> int:
    return RANK[verdict_of(case, ready.table, ready.standing)]
