"""Levers: the inputs that decide, and a case at another value in which facts, entries and results agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.decisions import Handling, HandlingDecision, effect_of
from readiness.audit.report import Tier
from readiness.diagnosis.deciding_inputs import levers_of
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.levers import Better, Lever, Unit, applied, nice
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.rescaling import recounted, spread
from readiness.diagnosis.stop_rules import RuleState, StopRule
from readiness.diagnosis.verdict import Case, Diagnosis, judge
from readiness.diagnosis.verdict_table import Verdict
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.ownership import Ownership
from readiness.outcome.value import ValueModel
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.workflow import Stage, Workflow

OPEN = ScopeItem(id="own:open", component="Alerting")


def of(project: Any) -> Case:
    return Case(project.facts, gather_evidence(project.facts), project.answers, project.stop_inputs)


def judged(project: Any, case: Case) -> Diagnosis:
    return judge(case, project.table, project.standing)


def lever(project: Any, identifier: str) -> Lever:
    case = of(project)
    return next(one for one in levers_of(case, judged(project, case)) if one.id == identifier)


def at(project: Any, identifier: str, value: float) -> Case:
    return lever(project, identifier).at(of(project), value)


def names(project: Any) -> set[str]:
    case = of(project)
    return {one.id for one in levers_of(case, judged(project, case))}


# --- which levers there are ---------------------------------------------------------------------------------------


def test_a_ready_project_has_figures_limits_and_what_is_in_place(ready: Any) -> None:
    assert names(ready) == {
        "clean-share", "left-share", "authority", "signatures", "work", "cost", "value", "most-outside",
        "least-probability", "genuine-attempts", "attempts", *(f"question:{mode}" for mode in FailureMode),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "identifier"),
    [
        ({"report": None}, "audit"),
        ({"audit_is_current": False}, "audit-again"),
        ({"decisions": {}}, "decide"),
        ({"items": (OPEN,)}, "open-work"),
        ({"outcome": OutcomeDefinition(metric="Speed")}, "definition"),
        ({"ownership": Ownership(owner="Ann")}, "ownership"),
        ({"plan": ScopePlan()}, "day-rate"),
    ],
)
def test_what_is_missing_is_a_lever_of_its_own(ready: Any, changes: dict[str, Any], identifier: str) -> None:
    assert identifier not in names(ready)
    assert identifier in names(ready.but(**changes))


def test_every_lever_has_a_scale_on_which_its_present_value_can_lie(valued: Any) -> None:
    case = of(valued)
    for one in levers_of(case, judged(valued, case)):
        assert one.lowest < one.highest
        assert one.value(0) == one.lowest
        assert one.value(one.last) == pytest.approx(one.highest)
        assert one.present is None or one.lowest <= one.present <= one.highest


def test_the_levers_of_a_case_have_different_names_and_ids(ready: Any) -> None:
    project = ready.but(decisions={}, items=(OPEN,), ownership=Ownership(), outcome=OutcomeDefinition())
    case = of(project)
    levers = levers_of(case, judged(project, case))
    assert len({one.id for one in levers}) == len({one.name for one in levers}) == len(levers)


# --- data ---------------------------------------------------------------------------------------------------------


def test_the_clean_share_moves_report_routes_and_entries_together(ready: Any, report_of: Callable[..., Any]) -> None:
    report = report_of(300, {("bad: a",): 60, ("bad: b",): 30, ("bad: a", "bad: b"): 10})
    decisions = {
        "bad: a": HandlingDecision(edge_case="bad: a", handling=Handling.HUMAN_REVIEW),
        "bad: b": HandlingDecision(edge_case="bad: b", handling=Handling.REJECT),
    }
    case = at(ready.but(report=report, decisions=decisions), "clean-share", 0.9)
    changed = case.facts.report
    assert changed is not None
    assert case.ledger.effect is not None
    assert (changed.clean.count, changed.records) == (270, 300)
    assert sum(one.records for one in changed.combinations) == 30
    assert sum(tier.records for tier in changed.tiers) == 300
    assert next(tier for tier in changed.tiers if tier.tier is Tier.CLEAN).records == 270
    assert case.ledger.effect == effect_of(changed, list(decisions.values()))
    entry = case.ledger.entry("data.clean_share")
    assert entry is not None
    assert entry.value == 0.9
    assert "90%" in entry.statement


def test_the_left_share_moves_only_where_records_go(ready: Any) -> None:
    case = at(ready, "left-share", 0.41)
    effect = case.ledger.effect
    assert effect is not None
    assert effect.review.count + effect.rejected.count == 123
    assert effect.automatic.count + effect.undecided.count + 123 == effect.records
    assert case.facts.report == ready.facts.report
    assert judged(ready, case).verdict is Verdict.STOP


mixes = st.dictionaries(
    st.sampled_from([("x: a",), ("x: b",), ("x: c",), ("x: a", "x: b"), ("x: b", "x: c")]),
    st.integers(1, 50),
    min_size=1,
)
handled = st.dictionaries(st.sampled_from(["x: a", "x: b", "x: c"]), st.sampled_from(list(Handling)))


@given(mixes, handled, st.data())
def test_more_clean_records_never_send_more_to_people(
    report_of: Callable[..., Any], mix: dict[tuple[str, ...], int], handled: dict[str, Handling], data: st.DataObject
) -> None:
    report = report_of(250, mix)
    decisions = {case: HandlingDecision(edge_case=case, handling=how) for case, how in handled.items()}
    fewer, more = sorted(data.draw(st.tuples(st.integers(0, 250), st.integers(0, 250))))
    better, worse = (
        effect_of(recounted(report, decisions, records=250, outside=outside), list(decisions.values()))
        for outside in (fewer, more)
    )
    assert better.automatic.count >= worse.automatic.count
    assert better.review.count + better.rejected.count <= worse.review.count + worse.rejected.count
    assert better.undecided.count <= worse.undecided.count
    for effect, outside in ((better, fewer), (worse, more)):
        total = effect.automatic.count + effect.review.count + effect.rejected.count + effect.undecided.count
        assert total == 250
        assert effect.automatic.count >= 250 - outside


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=6), st.integers(0, 5_000))
def test_whole_numbers_are_spread_without_losing_any(counts: list[int], total: int) -> None:
    parts = spread(counts, total)
    assert sum(parts) == (total if sum(counts) else 0)
    assert all(part >= 0 for part in parts)
    assert all(not part for part, count in zip(parts, counts, strict=True) if not count)


def test_deciding_takes_the_work_of_the_middle_component(ready: Any) -> None:
    case = at(ready.but(decisions={}), "decide", 1.0)
    assert not case.ledger.undecided
    added = [item for item in case.facts.items if item.id.startswith("decision:")]
    assert [item.likely_days for item in added] == [6.5, 6.5]  # between 5 and 8
    assert judged(ready, case).verdict is Verdict.GO


def test_a_newer_sample_of_a_stalled_project_is_no_longer_stale(ready: Any) -> None:
    stalled = ready.but(workflow=Workflow(stage=Stage.STALLED), sample_read_at=ready.facts.now - timedelta(days=90))
    found = lever(stalled, "sample-age")
    assert found.present == 90
    for days, stale in ((31, True), (30, False)):
        entry = found.at(of(stalled), days).ledger.entry("data.clean_share")
        assert entry is not None
        assert bool(entry.stale) is stale


def test_a_sample_of_an_unstated_time_becomes_current_once_its_period_is_stated(ready: Any) -> None:
    stalled = ready.but(workflow=Workflow(stage=Stage.STALLED), sample_from=None, sample_to=None)
    found = lever(stalled, "sample-period")
    for stated, stale in ((0.0, True), (1.0, False)):
        entry = found.at(of(stalled), stated).ledger.entry("data.clean_share")
        assert entry is not None
        assert bool(entry.stale) is stale
    assert "sample-period" not in {one.id for one in levers_of(of(ready), ready.diagnose())}


# --- scope and value ----------------------------------------------------------------------------------------------


def test_the_work_moves_days_and_the_cost_that_comes_from_days(ready: Any) -> None:
    items = (ready.facts.items[0].model_copy(update={"one_off_cost": 5_000.0}), ready.facts.items[1])
    project = ready.but(items=items)
    case = at(project, "work", 40.0)
    simulated, anew = case.ledger.total.simulated, gather_evidence(case.facts).total.simulated
    assert simulated is not None
    assert anew is not None
    assert simulated.cost is not None
    assert anew.cost is not None
    assert simulated.days.p80 == pytest.approx(40.0)
    assert simulated.days.p10 == pytest.approx(anew.days.p10)
    assert simulated.cost.p80 == pytest.approx(anew.cost.p80)
    assert simulated.cost.p80 == pytest.approx(5_000 + 40 * 800)
    entry = case.ledger.entry("scope.total")
    assert entry is not None
    assert entry.value == pytest.approx(simulated.days.p50)


def test_the_cost_moves_at_the_same_work(valued: Any) -> None:
    before = of(valued)
    case = at(valued, "cost", 50_000.0)
    simulated, anew = case.ledger.total.simulated, gather_evidence(case.facts)
    assert simulated is not None
    assert simulated.cost is not None
    assert before.ledger.total.simulated is not None
    assert simulated.cost.p80 == pytest.approx(50_000)
    assert simulated.days == before.ledger.total.simulated.days
    assert case.ledger.value.probability == pytest.approx(anew.value.probability, abs=1e-3)


def test_the_value_moves_in_every_draw(valued: Any) -> None:
    found = lever(valued, "value")
    assert found.present is not None
    case = found.at(of(valued), found.present + 24_000)
    before, after = of(valued).ledger.value.simulated, case.ledger.value.simulated
    assert before is not None
    assert after is not None
    assert before.against is not None
    assert after.against is not None
    assert after.monthly.p10 == pytest.approx(before.monthly.p10 + 1_000)
    assert after.against.net.p50 == pytest.approx(before.against.net.p50 + 24_000)
    assert after.against.probability >= before.against.probability


def test_the_components_without_an_estimate_add_their_work(ready: Any) -> None:
    project = ready.but(items=(*ready.facts.items, OPEN, OPEN.model_copy(update={"id": "own:other"})))
    found = lever(project, "open-work")
    assert (found.present, found.parts) == (None, 2)
    case = found.at(of(project), 10.0)
    assert [item.likely_days for item in case.facts.items[2:]] == [5.0, 5.0]
    known, anew = of(ready).ledger.total.simulated, gather_evidence(case.facts).total.simulated
    simulated = case.ledger.total.simulated
    assert simulated is not None
    assert known is not None
    assert anew is not None
    assert simulated.cost is not None
    assert simulated.days.p50 == pytest.approx(known.days.p50 + 10)
    assert simulated.days.p80 == pytest.approx(anew.days.p80)
    assert anew.cost is not None
    assert simulated.cost.p80 == pytest.approx(anew.cost.p80)
    assert case.ledger.total.complete


def test_a_value_that_lacks_an_input_is_tried_as_one_figure(valued: Any) -> None:
    lacking = valued.but(value=ValueModel(hour_rate=valued.facts.value.hour_rate))
    found = lever(lacking, "value")
    assert found.present is None
    rule = next(one for one in judged(valued, found.at(of(lacking), 90_000)).stop_rules if one.rule is StopRule.COST)
    assert rule.state is RuleState.NOT_MET


# --- people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_signatures_are_taken_away_or_added(ready: Any, count: int) -> None:
    three = ready.but(signatures=(*ready.facts.signatures, *[]))
    project = three if count < 3 else ready
    case = people_at(project, count)
    assert len(case.ledger.valid_signatures) == count
    entry = case.ledger.entry("outcome.agreed")
    assert entry is not None
    assert entry.value == count


def people_at(project: Any, count: int) -> Case:
    return lever(project, "signatures").at(of(project), float(count))


def test_completing_the_definition_keeps_who_signed_and_confirmed(ready: Any, signatures_of: Any) -> None:
    lacking = ready.facts.outcome.model_copy(update={"wrong_output_cost": None})
    project = ready.but(outcome=lacking, signatures=signatures_of("Ann", "Ben", definition=lacking))
    assert judged(project, of(project)).verdict is Verdict.FIX_FIRST
    case = at(project, "definition", 1.0)
    assert len(case.ledger.valid_signatures) == 2
    assert judged(project, case).verdict is Verdict.GO


@pytest.mark.parametrize("missing", ["metric", "unit", "target", "tolerance_low", "tolerance_high", "correct_output"])
def test_a_completed_definition_lacks_nothing(ready: Any, missing: str) -> None:
    empty = OutcomeDefinition.model_fields[missing].default
    project = ready.but(outcome=ready.facts.outcome.model_copy(update={missing: empty}))
    entry = at(project, "definition", 1.0).ledger.entry("outcome.defined")
    assert entry is not None
    assert entry.finding.value == "passed"


def test_a_definition_that_contradicts_itself_is_put_right(ready: Any) -> None:
    project = ready.but(outcome=ready.facts.outcome.model_copy(update={"target": 3.0}))
    entry = at(project, "definition", 1.0).ledger.entry("outcome.defined")
    assert entry is not None
    assert entry.finding.value == "passed"


def test_ownership_filled_in_still_waits_for_the_owners_own_word(ready: Any) -> None:
    project = ready.but(ownership=Ownership(), confirmation=None)
    case = of(project)
    owned = lever(project, "ownership").at(case, 1.0)
    assert judged(project, owned).questions[3].reply is not Reply.YES
    both = applied(case, [(lever(project, "ownership"), 1.0), (lever(project, "authority"), 1.0)])
    assert judged(project, both).questions[3].reply is Reply.YES


def test_a_yes_by_evidence_does_not_count_against_it(ready: Any) -> None:
    project = ready.but(ownership=Ownership(owner="Ann")).answering(FailureMode.OWNERSHIP, None)
    case = at(project, f"question:{FailureMode.OWNERSHIP}", 1.0)
    assert judged(project, case).questions[3].reply is Reply.NO


def test_attempts_to_agree_have_no_better_side(ready: Any) -> None:
    """More of them with one signature turn unknown into met, and fewer are nothing that anybody can bring about."""
    project = ready.but(signatures=ready.facts.signatures[:1]).stating(alignment_attempts=1)
    found = lever(project, "attempts")
    assert found.better is Better.NEITHER
    assert judged(project, found.at(of(project), 2.0)).verdict is Verdict.STOP


def test_a_settled_contradiction_no_longer_holds_the_verdict(ready: Any) -> None:
    outcome = ready.facts.outcome.model_copy(update={"target": 3.0})
    case = of(ready.but(outcome=outcome))
    found = judged(ready, case).contradictions
    assert "target-outside-tolerance" in {one.id for one in found}
    settled = replace(case, settled=frozenset({"target-outside-tolerance"}))
    assert "target-outside-tolerance" not in {one.id for one in judged(ready, settled).contradictions}


# --- how values read ----------------------------------------------------------------------------------------------


def scale(unit: Unit, step: float, **others: Any) -> Lever:
    return Lever(
        "x", "x", unit, 0.0, 0.0, 100 * step, step, Better.MORE, Place(Page.SCOPE), lambda case, _: case, **others
    )


@pytest.mark.parametrize(
    ("unit", "step", "value", "text"),
    [
        (Unit.SHARE, 0.01, 0.72, "72%"),
        (Unit.PERSON_DAYS, 1.0, 96.0, "96 person-days"),
        (Unit.PERSON_DAYS, 1.0, 1.0, "1 person-day"),
        (Unit.DAYS, 1.0, 30.0, "30 days"),
        (Unit.MONEY, 1_000.0, 84_000.0, "84,000 EUR"),
        (Unit.ALPHA, 0.01, 0.667, "0.67"),
        (Unit.COUNT, 1.0, 2.0, "2"),
    ],
)
def test_a_value_reads_as_it_is_said(unit: Unit, step: float, value: float, text: str) -> None:
    assert scale(unit, step, currency="EUR" if unit is Unit.MONEY else "").written(value) == text


def test_two_values_that_look_alike_get_a_decimal_more() -> None:
    assert scale(Unit.SHARE, 0.01).written(0.7233, apart_from=0.81) == "72%"
    assert scale(Unit.SHARE, 0.01).written(0.7233, apart_from=0.72) == "72.3%"


@given(st.floats(1e-6, 1e12))
def test_a_nice_step_is_not_above_the_size_and_more_than_a_third_of_it(size: float) -> None:
    assert size / 2.51 < nice(size) <= size * (1 + 1e-9)
