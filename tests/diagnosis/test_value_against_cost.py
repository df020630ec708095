"""Value against cost: which input counts, where it comes from, what is missing, and what the figures cannot say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from readiness.audit.decisions import Handling
from readiness.diagnosis.value_against_cost import ValueResult, chance, months
from readiness.diagnosis.value_inputs import NOT_STATED, ValueInput
from readiness.outcome.value import Stated, ValueModel
from readiness.ranges import Range
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan
from readiness.workflow import Workflow


def value_of(case: Any) -> ValueResult:
    found: ValueResult = case.diagnose().ledger.value
    return found


def given_by(case: Any, identifier: str) -> ValueInput:
    return next(one for one in value_of(case).inputs if one.id == identifier)


@pytest.fixture
def reviewed(valued: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]) -> Any:
    """The valued project in which 30 of 300 records go to people, at 1,000 items a month."""
    report = report_of(300, {("missing_required: vendor",): 30})
    item = ScopeItem(
        id="decision:missing_required: vendor", component="Review", source=ItemSource.DECISION,
        edge_case="missing_required: vendor", handling="human review", low_days=1, likely_days=2, high_days=3,
    )  # fmt: skip
    return valued.but(
        report=report,
        decisions=decide_all(report, Handling.HUMAN_REVIEW),
        items=(*valued.facts.items, item),
        workflow=Workflow(task="Route each invoice.", volume_per_month=1_000),
    )


# --- where each input comes from ----------------------------------------------------------------------------------


def test_every_input_has_a_label_figures_a_unit_and_a_source(valued: Any) -> None:
    rows = [one.row for one in value_of(valued).inputs]
    assert all(all(row) for row in rows)
    assert ("Volume", "800 / 1,000 / 1,300", "items a month", "typed by the team: The intake log") in rows
    assert ("Hour rate of that work", "45", "EUR an hour", "typed by the team: Finance") in rows
    assert ("Accepted share", "50% / 60% / 70%", "share of items", "typed by the team: The prototype's trial") in rows
    assert ("Wrong today, by hand", "5%", "share of items", "outcome definition") in rows
    assert ("Horizon", "24", "months from the first day of use", "default") in rows


def test_a_volume_that_is_not_stated_is_the_workflows(valued: Any) -> None:
    running = valued.but(workflow=Workflow(task="Route.", volume_per_month=2_600)).worth(volume=Stated())
    volume = given_by(running, "volume")
    assert (volume.value, volume.source) == ("2,600", "Workflow page")
    assert value_of(running).simulated is not None
    assert given_by(valued.worth(volume=Stated()), "volume").missing == "the volume a month (Workflow page)"


def test_work_by_hand_that_is_not_stated_is_the_outcome_definitions(valued: Any) -> None:
    fallback = valued.worth(minutes=Stated(), hour_rate=Stated())
    assert given_by(fallback, "by_hand").row[1:3] == ("6.4", "EUR an item")
    assert value_of(fallback).simulated is not None
    assert given_by(valued.worth(hour_rate=Stated()), "hour_rate").value == NOT_STATED


def test_the_cap_is_what_the_audit_and_the_decisions_let_run_with_its_interval(valued: Any) -> None:
    effect = valued.diagnose().ledger.effect
    cap = given_by(valued, "cap")
    assert cap.range == Range(effect.automatic.low, effect.automatic.share, effect.automatic.high, 0.95)
    assert "invoices.csv" in cap.source


def test_an_accepted_share_that_is_not_stated_is_the_cap_and_an_upper_limit(valued: Any) -> None:
    found = value_of(valued.worth(accepted=Stated()))
    assert found.simulated is not None
    assert found.simulated.accepted.p50 == pytest.approx(1.0)
    assert "at most" in found.covering_sentence or "over 99%" in found.covering_sentence
    assert any("The accepted share is not stated" in remark for remark in found.remarks)
    assert not found.settled


def test_the_page_is_told_when_the_cap_bites(reviewed: Any) -> None:
    high = reviewed.worth(accepted=Stated(low=0.9, likely=0.95, high=0.99))
    found = value_of(high)
    assert found.simulated is not None
    assert found.simulated.capped > 0.8
    assert found.simulated.accepted.p90 < 0.95
    assert any("more than can run without a person" in remark for remark in found.remarks)
    assert not any("more than can run" in remark for remark in value_of(valued_low(reviewed)).remarks)


def valued_low(case: Any) -> Any:
    return case.worth(accepted=Stated(low=0.3, likely=0.35, high=0.4))


def test_without_an_audit_a_stated_share_counts_and_is_an_upper_limit(valued: Any) -> None:
    found = value_of(valued.but(report=None, decisions={}))
    assert found.simulated is not None
    assert any("no sample has been audited" in reason for reason in found.only_lower)
    assert not any(one.id == "cap" for one in found.inputs)
    assert "an audit" in given_by(valued.but(report=None, decisions={}).worth(accepted=Stated()), "accepted").missing


# --- what is missing ----------------------------------------------------------------------------------------------


def test_an_untouched_project_says_what_to_state_and_no_figure(ready: Any) -> None:
    found = value_of(ready.but(report=None, decisions={}, items=(), plan=ScopePlan()))
    assert found.simulated is None
    assert found.probability is None
    assert not found.started
    said = " ".join(found.missing)
    for what in ("the volume", "today's error rate", "the accepted share", "the run cost", "an estimate"):
        assert what in said
    assert found.sentence.startswith("The value is not known yet.")


@pytest.mark.parametrize(
    "partly", [Stated(low=1), Stated(high=1), Stated(low=1, high=2), Stated(likely=1, high=2), Stated(low=1, likely=2)]
)
def test_half_a_range_is_no_input(valued: Any, partly: Stated) -> None:
    found = given_by(valued.worth(volume=partly), "volume")
    assert "low, likely and high" in found.missing
    assert value_of(valued.worth(volume=partly)).simulated is None


def test_money_in_two_currencies_is_not_added_up(valued: Any) -> None:
    mixed = value_of(valued.but(plan=valued.facts.plan.model_copy(update={"currency": "USD"})))
    assert mixed.simulated is None
    assert any("in EUR, the scope in USD" in reason for reason in mixed.missing)
    alike = value_of(valued.but(plan=valued.facts.plan.model_copy(update={"currency": " eur "})))
    assert alike.simulated is not None


def test_a_month_is_known_before_the_cost_is(valued: Any) -> None:
    found = value_of(valued.but(plan=valued.facts.plan.model_copy(update={"day_rate": None})))
    assert found.simulated is not None
    assert found.probability is None
    assert found.missing == ("a day rate (Production scope page)",)
    assert "is worth" in found.monthly_sentence
    assert "not known yet" in found.covering_sentence


def test_run_cost_that_nobody_states_is_missing_and_that_of_a_component_is_enough(valued: Any) -> None:
    without = valued.worth(run_cost_month=Stated())
    assert any("run cost" in what for what in value_of(without).missing)
    items = tuple(item.model_copy(update={"run_cost_year": 1_200.0}) for item in without.facts.items)
    running = value_of(without.but(items=items))
    assert running.missing == ()
    assert next(one.value for one in running.inputs if one.id == "scope_run_cost") == "200"


def test_a_look_at_what_is_not_accepted_needs_its_minutes_and_rate(valued: Any) -> None:
    plan = valued.facts.plan.model_copy(update={"review_minutes": None})
    assert any("minutes and hour rate of a review" in what for what in value_of(valued.but(plan=plan)).missing)
    assert value_of(valued.but(plan=plan).worth(accepted=Stated())).simulated is not None


@pytest.mark.parametrize("cost", [1e13, 1e308])
def test_a_cost_beyond_all_measure_gives_no_figure(valued: Any, cost: float) -> None:
    outcome = valued.facts.outcome.model_copy(update={"wrong_output_cost": cost})
    assert value_of(valued.but(outcome=outcome)).simulated is None


def test_the_largest_figures_that_may_be_stated_stay_figures(valued: Any) -> None:
    most = ValueModel.model_validate(
        {
            "volume": {"likely": 1e9}, "minutes": {"likely": 1e4}, "hour_rate": {"likely": 1e6},
            "accepted": {"likely": 1}, "wrong": {"likely": 1}, "run_cost_month": {"likely": 1e12},
        }
    )  # fmt: skip
    found = value_of(valued.but(value=most))
    assert found.simulated is not None
    assert found.simulated.monthly.p10 > 0


# --- reviews ------------------------------------------------------------------------------------------------------


def test_what_decisions_send_to_people_is_paid_from_the_value(reviewed: Any) -> None:
    free = reviewed.but(plan=reviewed.facts.plan.model_copy(update={"review_minutes": 0.0}))
    paid, unpaid = value_of(reviewed), value_of(free)
    assert paid.simulated is not None
    assert unpaid.simulated is not None
    assert paid.simulated.monthly.mean < unpaid.simulated.monthly.mean
    assert "review" in given_by(reviewed, "scope_run_cost").source


def test_reviews_whose_cost_nobody_can_tell_leave_the_value_open(reviewed: Any) -> None:
    plan = reviewed.facts.plan.model_copy(update={"review_minutes": None})
    found = value_of(reviewed.but(plan=plan).worth(accepted=Stated()))
    assert found.simulated is None
    assert any("the minutes of one review, for what decisions send to people" in what for what in found.missing)


def test_a_typed_volume_changes_the_reviews_that_the_workflows_volume_counted(reviewed: Any) -> None:
    """At ten times the volume there are ten times the reviews, and ten times the saving."""
    at_rest = Stated(likely=0)
    once = value_of(reviewed.worth(volume=Stated(likely=1_000), run_cost_month=at_rest))
    tenfold = value_of(reviewed.worth(volume=Stated(likely=10_000), run_cost_month=at_rest))
    assert once.simulated is not None
    assert tenfold.simulated is not None
    assert tenfold.simulated.monthly.mean == pytest.approx(10 * once.simulated.monthly.mean)


@pytest.mark.parametrize("at_first", [0, 0.5, 2_600])
def test_a_typed_volume_pays_for_its_reviews_whatever_the_workflow_says(reviewed: Any, at_first: float) -> None:
    """Also where the job does not run yet: the scope then counted no review at all."""
    typed = {"volume": Stated(likely=1_000), "run_cost_month": Stated(likely=0)}
    as_typed = value_of(reviewed.worth(**typed)).simulated
    found = value_of(reviewed.but(workflow=Workflow(task="Route.", volume_per_month=at_first)).worth(**typed)).simulated
    assert as_typed is not None
    assert found is not None
    assert (found.monthly.p10, found.monthly.p50, found.monthly.p90) == pytest.approx(
        (as_typed.monthly.p10, as_typed.monthly.p50, as_typed.monthly.p90)
    )


def test_reviews_follow_a_drawn_volume_draw_by_draw_and_cost_nothing_where_nothing_comes_in(
    valued: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]
) -> None:
    """Two reviews at a large volume: were their share drawn anew, millions would be left over or missing."""
    report = report_of(300, {("missing_required: vendor",): 30, ("duplicate_record",): 10})
    items = tuple(
        ScopeItem(id=f"decision:{case.id}", component=case.id, source=ItemSource.DECISION, edge_case=case.id)
        for case in report.edge_cases
    )
    idle = valued.but(
        report=report, decisions=decide_all(report, Handling.HUMAN_REVIEW), items=(*valued.facts.items, *items),
        workflow=Workflow(task="Route.", volume_per_month=1e6),
    ).worth(volume=Stated(likely=0), run_cost_month=Stated(likely=0), accepted=Stated())  # fmt: skip
    simulated = value_of(idle).simulated
    assert simulated is not None
    assert (simulated.monthly.p10, simulated.monthly.p90) == pytest.approx((0, 0), abs=1e-6)


def test_reviews_count_also_where_their_queue_is_not_needed(reviewed: Any) -> None:
    without = {"marked_not_needed": True, "not_needed_because": "There is a queue already."}
    *others, queue = reviewed.facts.items
    spared = reviewed.but(items=(*others, queue.model_copy(update=without)))
    tenfold = Stated(likely=10_000)
    mine, same = value_of(spared.worth(volume=tenfold)).simulated, value_of(reviewed.worth(volume=tenfold)).simulated
    assert mine is not None
    assert same is not None
    assert mine.monthly == same.monthly
    plan = reviewed.facts.plan.model_copy(update={"review_hour_rate": None})
    unknown = value_of(spared.but(plan=plan).worth(accepted=Stated()))
    assert any("the hourly rate of the reviewers" in what for what in unknown.missing)


def test_the_most_that_decisions_can_make_of_it_is_what_the_best_of_them_does(
    valued: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]
) -> None:
    report = report_of(300, {("missing_required: vendor",): 40, ("duplicate_record",): 250})
    decided = decide_all(report, Handling.REJECT)
    open_one = valued.but(
        report=report, decisions={case: one for case, one in decided.items() if case == "duplicate_record"}
    ).worth(accepted=Stated())
    best = open_one.but(
        decisions=decide_all(report, Handling.ACCEPT) | {"duplicate_record": decided["duplicate_record"]}
    )
    assert value_of(open_one).probability != value_of(open_one).most_probability
    assert value_of(open_one).most_probability == value_of(best).probability


def test_a_probability_that_a_decision_may_raise_is_no_upper_limit(
    valued: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]
) -> None:
    report = report_of(300, {("missing_required: vendor",): 250})
    undecided = valued.but(report=report, decisions={}).worth(accepted=Stated())
    rejected = undecided.but(decisions=decide_all(report, Handling.REJECT))
    for case, is_limit in ((undecided, False), (rejected, True)):
        found = value_of(case)
        assert found.only_lower
        assert 0.005 < (found.probability or 0) < 0.995
        assert found.probability_in_words.startswith("at most ") is is_limit
        assert f"a probability of {found.probability_in_words}." in found.covering_sentence
    unknown = value_of(valued.worth(volume=Stated(low=1)))
    assert unknown.probability_in_words == ""


# --- words --------------------------------------------------------------------------------------------------------


def test_the_sentence_says_range_probability_and_payback(valued: Any) -> None:
    sentence = value_of(valued).sentence
    assert "A month of the running system is worth" in sentence
    assert "as likely above" in sentence
    assert "Over 24 months the value covers the remaining cost with a probability of" in sentence
    assert "as likely later as sooner" in sentence


def test_a_month_that_may_lose_says_how_likely(valued: Any) -> None:
    assert "costs more than it saves" not in value_of(valued).sentence
    costly = value_of(valued.worth(run_cost_month=Stated(low=2_000, likely=6_000, high=9_000)))
    assert "it costs more than it saves" in costly.sentence
    never = value_of(valued.worth(wrong=Stated(likely=0.9)))
    assert "it never pays for the build" in never.sentence
    assert "is worth -" in never.sentence


def test_user_text_of_a_source_stays_one_line(valued: Any) -> None:
    typed = valued.worth(wrong=Stated(likely=0.02, source="=HYPERLINK(1)\n| a\tb"))
    assert given_by(typed, "wrong").source == "typed by the team: =HYPERLINK(1) | a b"


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.0, "under 1%"), (1.0, "over 99%"), (0.5, "50%"), (0.004, "under 1%"), (0.996, "over 99%")],
)
def test_no_number_of_draws_makes_it_certain(probability: float, said: str) -> None:
    assert chance(probability) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, "never"), (0, "0 months"), (0.04, "less than 1 month"), (1, "1 month"), (2.5, "2.5 months"),
        (13.4, "13 months"), (200, "more than 10 years"),
    ],
)  # fmt: skip
def test_a_time_in_months_is_read_easily(count: float | None, said: str) -> None:
    assert months(count) == said


def test_the_same_project_has_one_value_and_says_it_twice_alike(valued: Any) -> None:
    assert value_of(valued) == value_of(valued)
