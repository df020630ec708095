"""From handling decisions to the work of people: every record once, with its interval, and nothing by guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.decisions import Handling, HandlingDecision, effect_of
from readiness.audit.report import AuditReport, SampleLimits
from readiness.diagnosis.decision_costs import DecisionCosts, decision_costs
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.review_load import ReviewFigure, item_reviews, review_loads, unknown_review_costs
from readiness.ranges import Percentiles
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad, simulate
from readiness.workflow import Workflow
from tests.diagnosis.conftest import Case, make_report

A, B, C, D = "amount_format: amount", "date_format: date", "duplicate_key: id", "missing_required: vendor"
PLAN = ScopePlan(review_minutes=8, review_hour_rate=35, day_rate=800)
WORKFLOW = Workflow(volume_per_month=2_600)
Decisions = Mapping[str, HandlingDecision]


def decide(**handlings: Handling) -> dict[str, HandlingDecision]:
    cases = {"a": A, "b": B, "c": C, "d": D}
    return {
        cases[name]: HandlingDecision(edge_case=cases[name], handling=handling) for name, handling in handlings.items()
    }


def items_of(decisions: Decisions, minutes: Mapping[str, float] | None = None) -> tuple[ScopeItem, ...]:
    return tuple(
        ScopeItem(
            id=f"decision:{case}",
            component=case,
            source=ItemSource.DECISION,
            edge_case=case,
            handling=decision.handling,
            review_minutes=(minutes or {}).get(case),
            low_days=1,
            likely_days=2,
            high_days=4,
        )
        for case, decision in decisions.items()
    )


def loads_of(
    report: AuditReport | None, decisions: Decisions, plan: ScopePlan = PLAN, workflow: Workflow = WORKFLOW
) -> dict[str, ReviewLoad]:
    loads = review_loads(report, decisions, items_of(decisions), plan, workflow)
    return {load.item_id.removeprefix("decision:"): load for load in loads}


def records_of(loads: Mapping[str, ReviewLoad], report: AuditReport) -> dict[str, int]:
    return {case: round(load.share.likely * report.records) for case, load in loads.items()}


# --- which records --------------------------------------------------------------------------------------------------


def test_a_decision_that_sends_records_to_people_makes_a_load_with_the_interval_of_its_share() -> None:
    report = make_report(300, {(A,): 60})
    load = loads_of(report, decide(a=Handling.HUMAN_REVIEW))[A]
    assert (load.share.low, load.share.likely, load.share.high) == (
        report.edge_cases[0].low,
        0.2,
        report.edge_cases[0].high,
    )
    assert (load.share.confidence, load.records_per_month, load.minutes, load.hour_rate) == (0.95, 2_600, 8, 35)
    assert load.cost_year.likely == pytest.approx(0.2 * 2_600 * 12 * 8 / 60 * 35)


@pytest.mark.parametrize("handling", Handling)
def test_only_reviews_and_failed_validations_are_looked_at_by_people(handling: Handling) -> None:
    loads = loads_of(make_report(300, {(A,): 60}), decide(a=handling))
    assert bool(loads) is (handling in (Handling.HUMAN_REVIEW, Handling.VALIDATION_RULE))


def test_a_record_that_several_decisions_send_to_people_counts_under_the_more_frequent_edge_case() -> None:
    report = make_report(300, {(A,): 20, (B,): 50, (A, B): 10})
    loads = loads_of(report, decide(a=Handling.HUMAN_REVIEW, b=Handling.VALIDATION_RULE))
    assert records_of(loads, report) == {B: 60, A: 20}


def test_a_record_with_several_reviews_takes_as_long_as_the_slowest_of_them() -> None:
    report, decisions = (
        make_report(300, {(A,): 20, (B,): 50, (A, B): 10}),
        decide(a=Handling.HUMAN_REVIEW, b=Handling.HUMAN_REVIEW),
    )
    slow = items_of(decisions, {A: 15})
    loads = {load.item_id: load for load in review_loads(report, decisions, slow, PLAN, WORKFLOW)}
    assert round(loads[f"decision:{A}"].share.likely * 300) == 30
    assert round(loads[f"decision:{B}"].share.likely * 300) == 50


def test_a_record_that_is_rejected_for_another_reason_is_reviewed_by_nobody() -> None:
    report = make_report(300, {(A,): 20, (A, C): 10, (C,): 5})
    loads = loads_of(report, decide(a=Handling.HUMAN_REVIEW, c=Handling.REJECT))
    assert records_of(loads, report) == {A: 20}


def test_a_record_that_is_also_converted_accepted_or_undecided_is_still_reviewed() -> None:
    report = make_report(300, {(A, B): 10, (A, C): 5, (A, D): 3})
    loads = loads_of(report, decide(a=Handling.HUMAN_REVIEW, b=Handling.PREPROCESSING, c=Handling.ACCEPT))
    assert records_of(loads, report) == {A: 18}


def test_an_edge_case_that_is_left_without_a_record_of_its_own_has_no_load_and_lacks_nothing() -> None:
    report, decisions = (
        make_report(300, {(A, B): 10, (B,): 5}),
        decide(a=Handling.HUMAN_REVIEW, b=Handling.HUMAN_REVIEW),
    )
    assert list(loads_of(report, decisions)) == [B]
    assert len(unknown_review_costs(report, decisions, items_of(decisions), ScopePlan(), Workflow())) == 1


def test_a_decision_about_an_edge_case_that_the_audit_does_not_find_sends_nobody_anything() -> None:
    assert loads_of(make_report(300, {(A,): 20}), decide(d=Handling.HUMAN_REVIEW)) == {}


def test_without_an_audit_or_without_a_record_there_is_no_load() -> None:
    decisions = decide(a=Handling.HUMAN_REVIEW)
    assert loads_of(None, decisions) == {}
    assert loads_of(make_report(0, {}), decisions) == {}
    assert unknown_review_costs(None, decisions, items_of(decisions), PLAN, WORKFLOW) == ()
    assert decision_costs(None, decisions, items_of(decisions), PLAN, WORKFLOW) is None


HANDLINGS = st.dictionaries(st.sampled_from((A, B, C, D)), st.sampled_from(Handling))
COMBINATIONS = st.dictionaries(
    st.frozensets(st.sampled_from((A, B, C, D)), min_size=1).map(lambda cases: tuple(sorted(cases))),
    st.integers(1, 40),
)
MINUTES = st.dictionaries(st.sampled_from((A, B, C, D)), st.floats(0, 60))


@given(HANDLINGS, COMBINATIONS, MINUTES, st.integers(0, 100), st.one_of(st.none(), st.integers(1_000, 5_000)))
def test_the_records_of_all_loads_are_those_that_go_to_people(
    handlings: Mapping[str, Handling],
    combinations: Mapping[tuple[str, ...], int],
    minutes: Mapping[str, float],
    clean: int,
    population: int | None,
) -> None:
    decisions = {case: HandlingDecision(edge_case=case, handling=how) for case, how in handlings.items()}
    report = make_report(sum(combinations.values()) + clean, combinations)
    report = report.model_copy(update={"limits": SampleLimits(hidden_below=0.01, population=population)})
    effect = effect_of(report, list(decisions.values()))
    items = items_of(decisions, minutes)
    reviews = item_reviews(report, decisions, items, PLAN, WORKFLOW)
    loads = review_loads(report, decisions, items, PLAN, WORKFLOW)
    assert sum(review.records for review in reviews) == effect.review.count
    assert isclose(sum(load.share.likely for load in loads), effect.review.share, abs_tol=1e-12)
    assert len({load.item_id for load in loads}) == len(loads) == len(reviews)
    costs = decision_costs(report, decisions, items, PLAN, WORKFLOW)
    if costs is not None:
        assert (costs.share.count, costs.share.low, costs.share.high) == (
            effect.review.count,
            effect.review.low,
            effect.review.high,
        )
        assert costs.sentence


def test_the_order_of_items_and_decisions_changes_nothing() -> None:
    report = make_report(300, {(A,): 20, (B,): 20, (A, B): 10})
    one, other = (
        decide(a=Handling.HUMAN_REVIEW, b=Handling.HUMAN_REVIEW),
        decide(b=Handling.HUMAN_REVIEW, a=Handling.HUMAN_REVIEW),
    )
    assert loads_of(report, one) == loads_of(report, other)


# --- what is not known ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "workflow", "missing", "sentence"),
    [
        (
            PLAN.model_copy(update={"review_minutes": None}),
            WORKFLOW,
            [ReviewFigure.MINUTES],
            "Review cost not known: the minutes of one review are not stated.",
        ),
        (
            PLAN.model_copy(update={"review_hour_rate": None}),
            WORKFLOW,
            [ReviewFigure.RATE],
            "Review cost not known: the hourly rate of the reviewers is not stated.",
        ),
        (PLAN, Workflow(), [ReviewFigure.VOLUME], "Review cost not known: the records per month are not stated."),
        (
            ScopePlan(),
            Workflow(),
            list(ReviewFigure),
            "Review cost not known: the records per month, the minutes of one review and the hourly rate of the "
            "reviewers are not stated.",
        ),
    ],
)
def test_a_figure_that_is_not_stated_leaves_the_cost_unknown_and_is_named(
    plan: ScopePlan, workflow: Workflow, missing: Sequence[ReviewFigure], sentence: str
) -> None:
    report, decisions = make_report(300, {(A,): 20}), decide(a=Handling.HUMAN_REVIEW)
    assert loads_of(report, decisions, plan, workflow) == {}
    (unknown,) = unknown_review_costs(report, decisions, items_of(decisions), plan, workflow)
    assert (unknown.item_id, list(unknown.missing)) == (f"decision:{A}", missing)
    assert unknown.sentence == sentence


def test_a_figure_that_is_stated_as_zero_is_known() -> None:
    report, decisions = make_report(300, {(A,): 20}), decide(a=Handling.HUMAN_REVIEW)
    free = ScopePlan(review_minutes=0, review_hour_rate=0)
    assert loads_of(report, decisions, free, Workflow(volume_per_month=0))[A].cost_year.high == 0
    assert unknown_review_costs(report, decisions, items_of(decisions), free, Workflow(volume_per_month=0)) == ()


def test_the_minutes_of_an_item_go_before_those_of_the_plan() -> None:
    report, decisions = make_report(300, {(A,): 20, (B,): 10}), decide(a=Handling.HUMAN_REVIEW, b=Handling.HUMAN_REVIEW)
    loads = review_loads(report, decisions, items_of(decisions, {A: 3}), PLAN, WORKFLOW)
    assert {load.item_id.removeprefix("decision:"): load.minutes for load in loads} == {A: 3, B: 8}


# --- the interval in the simulation ---------------------------------------------------------------------------------


def run_cost(report: AuditReport, handling: Handling = Handling.HUMAN_REVIEW) -> Percentiles | None:
    decisions = decide(a=handling)
    items = items_of(decisions)
    simulated = simulate(items, PLAN, review_loads(report, decisions, items, PLAN, WORKFLOW))
    assert simulated is not None
    return simulated.run_cost_year


def test_the_interval_of_the_share_is_carried_into_the_run_cost() -> None:
    small, large = run_cost(make_report(300, {(A,): 60})), run_cost(make_report(10_000, {(A,): 2_000}))
    assert small is not None
    assert large is not None
    assert small.p50 == pytest.approx(large.p50, rel=1e-3) == pytest.approx(29_120, rel=1e-3)
    assert 4 < (small.p90 - small.p10) / (large.p90 - large.p10) < 8  # about the root of 10,000 / 300


def test_a_population_that_was_audited_whole_leaves_nothing_open() -> None:
    report = make_report(300, {(A,): 60})
    whole = report.model_copy(update={"limits": SampleLimits(hidden_below=0.0, population=300)})
    cost = run_cost(whole)
    assert cost is not None
    assert cost.p10 == pytest.approx(cost.p90) == pytest.approx(29_120)


def test_a_decision_that_sends_nobody_anything_has_no_run_cost() -> None:
    assert run_cost(make_report(300, {(A,): 60}), Handling.PREPROCESSING) is None


def test_the_ledger_carries_the_loads_and_the_run_cost(ready: Case) -> None:
    report = make_report(300, {(A,): 60})
    decisions = decide(a=Handling.HUMAN_REVIEW)
    case = ready.but(report=report, decisions=decisions, items=items_of(decisions), plan=PLAN, workflow=WORKFLOW)
    ledger = gather_evidence(case.facts)
    assert ledger.effect is not None
    assert sum(load.share.likely for load in ledger.loads) == ledger.effect.review.share
    assert ledger.total.simulated is not None
    assert ledger.total.simulated.run_cost_year is not None


# --- in words -------------------------------------------------------------------------------------------------------


def costs_of(
    decisions: Decisions, *, plan: ScopePlan = PLAN, workflow: Workflow = WORKFLOW, items: Sequence[ScopeItem] = ()
) -> DecisionCosts:
    report = make_report(300, {(A,): 40, (B,): 20, (A, B): 9, (C,): 6})
    costs = decision_costs(report, decisions, items or items_of(decisions), plan, workflow)
    assert costs is not None
    return costs


BOTH = decide(a=Handling.HUMAN_REVIEW, b=Handling.HUMAN_REVIEW)


def test_what_the_decisions_cost_is_said_in_one_breath_with_what_is_open() -> None:
    costs = costs_of(BOTH)
    assert costs.building is not None
    assert costs.sentence == (
        "2 decisions send 23% of the records to people (95% interval 18.6% to 28.1%): about 598 records a month, "
        "8 minutes each, 2,790 EUR a month (2,260 to 3,410). Building what the decisions ask for: "
        f"{costs.building.p10:.1f} to {costs.building.p90:.1f} person-days."
    )


def test_the_cost_of_reviews_that_take_unequal_time_is_weighted_by_their_records() -> None:
    costs = costs_of(BOTH, items=items_of(BOTH, {A: 3, B: 12}))
    assert "3 to 12 minutes each" in costs.sentence
    assert costs.cost_per_month is not None
    assert costs.cost_per_month.likely == pytest.approx(2_600 / 300 * (40 * 3 + 29 * 12) / 60 * 35)


def test_a_cost_that_is_known_for_some_is_said_of_those_alone() -> None:
    costs = costs_of(BOTH, plan=PLAN.model_copy(update={"review_minutes": None}), items=items_of(BOTH, {B: 6}))
    assert "1 of them costs 880 EUR a month (" in costs.sentence
    assert "at 6 minutes each; the cost of the other 1 is not known: the minutes of one review" in costs.sentence
    assert costs.missing == (ReviewFigure.MINUTES,)


def test_estimates_that_are_open_are_counted_beside_the_range() -> None:
    first, second = items_of(BOTH)
    open_item = second.model_copy(update={"likely_days": None})
    assert costs_of(BOTH, items=(first, open_item)).sentence.endswith("1 to 4 person-days, 1 not estimated.")
    neither = [item.model_copy(update={"likely_days": None}) for item in (first, second)]
    assert costs_of(BOTH, items=neither).sentence.endswith("Building what the decisions ask for: not estimated yet.")


def test_decisions_that_ask_for_nothing_say_so() -> None:
    decisions = decide(a=Handling.ACCEPT)
    left = [
        item.model_copy(update={"marked_not_needed": True, "not_needed_because": "accepted"})
        for item in items_of(decisions)
    ]
    costs = costs_of(decisions, items=left)
    assert costs.sentence == "No decision sends records to people. Nothing is to be built for the decisions."


def test_an_undecided_audit_has_no_cost_to_show(report_of: Callable[..., AuditReport]) -> None:
    assert decision_costs(report_of(), {}, (), PLAN, WORKFLOW) is None
