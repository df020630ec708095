"""The three stop rules: met, not met or unknown, with how far away the line is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.audit.decisions import Handling
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Finding
from readiness.diagnosis.stop_rules import RuleState, StopInputs, StopResult, StopRule
from readiness.diagnosis.verdict_table import Verdict
from readiness.outcome.exercise import AgreementSettings, Exercise, JudgedRecord, Question, Settlement, wording_mark
from readiness.outcome.exercise_result import ExerciseResult, Judgment
from readiness.outcome.value import PARTS, Stated, ValueModel
from readiness.scope.items import ScopeItem, ScopePlan

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it


def rule(case: Any, wanted: StopRule) -> StopResult:
    found: StopResult = next(result for result in case.diagnose().stop_rules if result.rule is wanted)
    return found


@pytest.fixture
def reviewed(ready: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any]) -> Callable[[int, int], Any]:
    """The ready project in which so many of 300 records go to people, and so many are rejected."""

    def made(to_people: int, rejected: int) -> Any:
        problems = {("missing_required: vendor",): to_people, ("line_total",): rejected}
        report = report_of(300, {key: count for key, count in problems.items() if count})
        decisions = {
            **decide_all(report, Handling.HUMAN_REVIEW),
            **{key: d for key, d in decide_all(report, Handling.REJECT).items() if key == "line_total"},
        }
        return ready.but(report=report, decisions=decisions)

    return made


def test_the_rules_stand_in_their_order_and_none_is_met_in_a_project_that_is_ready(ready: Any) -> None:
    results = ready.diagnose().stop_rules
    assert [result.rule for result in results] == list(StopRule)
    assert {result.state for result in results} == {RuleState.NOT_MET}
    assert all(result.margin is not None and result.margin > 0 for result in results)


# --- data ---------------------------------------------------------------------------------------------------------


def test_more_records_outside_than_the_limit_stop_the_project(reviewed: Callable[[int, int], Any]) -> None:
    result = rule(reviewed(100, 21), StopRule.DATA)
    assert result.state is RuleState.MET
    assert result.margin == pytest.approx(0.40 - 121 / 300)


@pytest.mark.parametrize(("to_people", "rejected", "limit"), [(100, 20, 0.40), (30, 60, 0.30), (30, 180, 0.70)])
def test_exactly_the_limit_is_still_within_it(
    reviewed: Callable[[int, int], Any], to_people: int, rejected: int, limit: float
) -> None:
    """0.1 + 0.2 is more than 0.3 to a computer, and not to the team."""
    result = rule(reviewed(to_people, rejected).stating(most_outside_share=limit), StopRule.DATA)
    assert result.state is RuleState.NOT_MET
    assert result.margin == pytest.approx(0)


def test_records_that_nobody_has_decided_about_leave_the_rule_open(ready: Any) -> None:
    result = rule(ready.but(decisions={}), StopRule.DATA)
    assert result.state is RuleState.UNKNOWN
    assert "15%" in result.because


def test_what_is_decided_can_be_too_much_already(reviewed: Callable[[int, int], Any]) -> None:
    case = reviewed(150, 30)
    partly = {key: d for key, d in case.facts.decisions.items() if key != "line_total"}
    assert rule(case.but(decisions=partly), StopRule.DATA).state is RuleState.MET


def test_without_an_audit_nothing_is_known_about_the_data(ready: Any, report_of: Callable[..., Any]) -> None:
    assert rule(ready.but(report=None), StopRule.DATA).state is RuleState.UNKNOWN
    assert rule(ready.but(report=report_of(0, {}), decisions={}), StopRule.DATA).state is RuleState.UNKNOWN


# --- contested ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signers", "attempts", "state"),
    [
        ((), None, RuleState.UNKNOWN),
        ((), 0, RuleState.UNKNOWN),
        (("Ann",), 1, RuleState.UNKNOWN),
        (("Ann",), 2, RuleState.MET),
        ((), 9, RuleState.MET),
        (("Ann", "Ben"), None, RuleState.NOT_MET),
        (("Ann", "Ben"), 9, RuleState.NOT_MET),
    ],
)
def test_a_use_case_stays_contested_after_genuine_attempts_without_two_signatures(
    ready: Any,
    signatures_of: Callable[..., Any],
    signers: tuple[str, ...],
    attempts: int | None,
    state: RuleState,
) -> None:
    case = ready.but(signatures=signatures_of(*signers)).stating(alignment_attempts=attempts)
    result = rule(case, StopRule.CONTESTED)
    assert result.state is state
    if result.margin is not None:
        assert result.margin <= 0 if state is RuleState.MET else result.margin >= 0


@pytest.mark.parametrize("again", [(), ("Ann",)])
def test_signatures_that_a_change_voided_neither_settle_it_nor_make_it_contested(
    ready: Any, signatures_of: Callable[..., Any], again: tuple[str, ...]
) -> None:
    """Whoever completes the definition after two attempts would end the project by it."""
    better = ready.facts.outcome.model_copy(update={"baseline_delay_days": 3})
    signatures = (*ready.facts.signatures, *signatures_of(*again, definition=better))
    result = rule(ready.but(outcome=better, signatures=signatures).stating(alignment_attempts=2), StopRule.CONTESTED)
    assert result.state is RuleState.UNKNOWN
    assert "must sign again" in result.because


def test_one_voided_signature_is_too_few_to_keep_a_use_case_from_being_contested(
    ready: Any, signatures_of: Callable[..., Any]
) -> None:
    changed = ready.but(
        outcome=ready.facts.outcome.model_copy(update={"unit": "items"}), signatures=signatures_of("Ann")
    )
    assert rule(changed.stating(alignment_attempts=2), StopRule.CONTESTED).state is RuleState.MET


# --- contested, tested on records ---------------------------------------------------------------------------------


def exercised(*rounds: tuple[str, str, bool], wording: str = "") -> dict[str, Any]:
    """Facts of revealed exercises, the latest last: what two people answered, and whether it is settled."""
    results = []
    for number, (first, second, settled) in enumerate(rounds):
        exercise = Exercise(
            id=f"r{number}",
            question=Question.LABEL,
            labels=("a", "b", "c"),
            fields=("vendor",),
            records=tuple(JudgedRecord(record=n + 1, tier="clean") for n in range(len(first))),
            seed=number,
            sample_name="invoices.csv",
            sample_mark="m",
            wording_mark=wording_mark(wording) if wording else "",
        )
        judgments = tuple(
            Judgment(name, n + 1, answer)
            for name, answers in (("Ann", first), ("Ben", second))
            for n, answer in enumerate(answers)
        )
        disputed = [n + 1 for n, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
        settlements = {
            n: Settlement(round=exercise.id, record=n, reason="Said", settled_at=NOW) for n in disputed if settled
        }
        at = NOW + timedelta(hours=number)
        results.append(ExerciseResult(exercise, at, at, "Ben", judgments, settlements))
    return {"exercises": tuple(results)}


AGREE = ("abcabcabcabcabcabc", "abcabcabcabcabcabc")
DIFFER = ("abcabcabcabcabcabc", "bcabcabcabcabcabca")
WIDE = ("aabbccaabbcc", "aabbccaaccbb")


def test_without_an_exercise_the_rule_is_as_it_was(ready: Any) -> None:
    ledger = ready.diagnose().ledger
    assert ledger.tested is None
    assert ledger.entry("outcome.tested") is None
    assert rule(ready, StopRule.CONTESTED).because == "2 people have signed the same definition of a correct output."


def test_agreement_that_is_reached_leaves_a_signed_use_case_uncontested(ready: Any) -> None:
    case = ready.but(**exercised((*AGREE, False)))
    assert case.diagnose().ledger.entry("outcome.tested").finding is Finding.PASSED
    assert rule(case, StopRule.CONTESTED).state is RuleState.NOT_MET
    assert case.diagnose().verdict is Verdict.GO


def test_agreement_that_is_reached_waits_for_its_signatures_and_is_not_contested(
    ready: Any, signatures_of: Callable[..., Any]
) -> None:
    case = ready.but(signatures=signatures_of("Ann"), **exercised((*AGREE, False))).stating(alignment_attempts=5)
    result = rule(case, StopRule.CONTESTED)
    assert result.state is RuleState.UNKNOWN
    assert "1 of 2 signatures" in result.because


def test_people_who_sign_and_do_not_agree_on_records_are_not_ready(ready: Any) -> None:
    for settled, finding in ((False, Finding.UNKNOWN), (True, Finding.FAILED)):
        case = ready.but(**exercised((*DIFFER, settled)))
        diagnosis = case.diagnose()
        assert diagnosis.ledger.entry("outcome.tested").finding is finding
        assert rule(case, StopRule.CONTESTED).state is RuleState.UNKNOWN
        assert diagnosis.verdict is Verdict.FIX_FIRST
    assert any("Not ready to be scoped" in reason for reason in diagnosis.reasons)
    assert diagnosis.primary is FailureMode.MEASUREMENT


def test_after_enough_settled_rounds_a_use_case_stays_contested(ready: Any) -> None:
    case = ready.but(**exercised((*DIFFER, True), (*DIFFER, True)))
    result = rule(case, StopRule.CONTESTED)
    assert (result.state, result.margin) == (RuleState.MET, 0.0)
    assert "After 2 genuine attempts the use case stays contested." in result.because
    assert case.diagnose().verdict is Verdict.STOP
    assert rule(case.stating(genuine_attempts=3), StopRule.CONTESTED).state is RuleState.UNKNOWN


def test_stated_attempts_and_settled_rounds_are_not_added_up(ready: Any) -> None:
    case = ready.but(**exercised((*DIFFER, True))).stating(alignment_attempts=1)
    assert rule(case, StopRule.CONTESTED).state is RuleState.UNKNOWN
    assert rule(case.stating(alignment_attempts=2), StopRule.CONTESTED).state is RuleState.MET


def test_a_round_that_is_not_settled_is_no_attempt(ready: Any) -> None:
    case = ready.but(**exercised((*DIFFER, False), (*DIFFER, True)))
    assert rule(case, StopRule.CONTESTED).state is RuleState.UNKNOWN


def test_the_latest_round_decides(ready: Any) -> None:
    case = ready.but(**exercised((*DIFFER, True), (*DIFFER, True), (*AGREE, False)))
    assert rule(case, StopRule.CONTESTED).state is RuleState.NOT_MET
    assert case.diagnose().verdict is Verdict.GO


def test_what_chance_in_the_choice_of_records_explains_stops_nothing(ready: Any) -> None:
    """Below what is asked for, and the interval reaches over it: not ready, and no stop."""
    first = "abc" * 20
    second = first[:47] + "abcabcabcabca"
    case = ready.but(**exercised((first, second, True), (first, second, True)))
    found = case.diagnose().ledger.tested
    assert found.latest.alpha.value == pytest.approx(0.667, abs=0.02)
    for least, state in ((0.75, RuleState.UNKNOWN), (0.95, RuleState.MET)):
        asked = case.but(agreement=AgreementSettings(least=least))
        assert asked.diagnose().ledger.entry("outcome.tested").finding is Finding.FAILED
        assert rule(asked, StopRule.CONTESTED).state is state


def test_a_new_wording_is_judged_before_it_is_stopped(ready: Any) -> None:
    case = ready.but(**exercised((*DIFFER, True), (*DIFFER, True), wording="As the buyer says."))
    result = rule(case, StopRule.CONTESTED)
    assert result.state is RuleState.UNKNOWN
    assert "earlier wording" in result.because


def test_too_few_records_to_tell_never_go_and_never_stop_what_is_signed(ready: Any) -> None:
    for rounds in ([(*WIDE, True)], [("abcab", "abcab", False)]):
        case = ready.but(**exercised(*rounds, *rounds))
        assert case.diagnose().ledger.entry("outcome.tested").finding is Finding.UNKNOWN
        assert rule(case, StopRule.CONTESTED).state is RuleState.UNKNOWN
        assert case.diagnose().verdict is Verdict.FIX_FIRST


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.text("abc", min_size=12, max_size=18), st.booleans()), max_size=3),
    st.none() | st.integers(0, 4), st.integers(0, 2), st.floats(0, 1),
)  # fmt: skip
def test_no_exercise_makes_a_project_go_that_is_not_signed_and_margins_stay_on_their_side(
    ready: Any, rounds: list[tuple[str, bool]], attempts: int | None, signers: int, least: float
) -> None:
    pairs = [(("abc" * 6)[: len(answers)], answers, settled) for answers, settled in rounds]
    case = ready.but(
        signatures=ready.facts.signatures[:signers], agreement=AgreementSettings(least=least), **exercised(*pairs)
    ).stating(alignment_attempts=attempts)
    diagnosis, result = case.diagnose(), rule(case, StopRule.CONTESTED)
    entry = diagnosis.ledger.entry("outcome.tested")
    if signers < 2 or (entry is not None and entry.finding is not Finding.PASSED):
        assert diagnosis.verdict is not Verdict.GO
        assert result.state is not RuleState.NOT_MET
    if result.state is RuleState.MET:
        assert result.margin is not None
        assert result.margin <= 0
    if result.state is RuleState.NOT_MET:
        assert result.margin is not None
        assert result.margin >= 0


# --- cost ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "state"),
    [(None, RuleState.UNKNOWN), (0.0, RuleState.MET), (8_000.0, RuleState.MET), (20_000.0, RuleState.NOT_MET)],
)
def test_the_one_stated_value_is_held_against_the_cost_as_it_was_drawn(
    ready: Any, value: float | None, state: RuleState
) -> None:
    result = rule(ready.stating(expected_value=value), StopRule.COST)
    assert result.state is state
    if value is not None:
        drawn = ready.diagnose().ledger.total.simulated.cost_drawn
        assert result.margin == pytest.approx(float((drawn <= value).mean()) - 0.5)


def test_a_value_at_the_median_of_the_cost_is_just_enough_and_may_be_asked_for_more(ready: Any) -> None:
    total = ready.diagnose().ledger.total
    at_median = ready.stating(expected_value=total.cost.p50 + 1)
    assert rule(at_median, StopRule.COST).state is RuleState.NOT_MET
    assert rule(at_median.stating(least_probability=0.6), StopRule.COST).state is RuleState.MET
    assert rule(ready.stating(expected_value=total.cost.p50 - 30), StopRule.COST).state is RuleState.MET


def test_a_scope_without_a_day_rate_or_an_estimate_has_no_cost(ready: Any) -> None:
    no_rate = rule(ready.but(plan=ScopePlan()), StopRule.COST)
    no_estimate = rule(ready.but(items=(ScopeItem(id="own:x", component="X"),)), StopRule.COST)
    assert (no_rate.state, no_estimate.state) == (RuleState.UNKNOWN, RuleState.UNKNOWN)
    assert "day rate" in no_rate.because
    assert "estimate" in no_estimate.because


def test_components_without_an_estimate_leave_the_rule_open_but_not_once_the_rest_is_too_much(ready: Any) -> None:
    more = ready.but(items=(*ready.facts.items, ScopeItem(id="own:x", component="X")))
    assert rule(more, StopRule.COST).state is RuleState.UNKNOWN
    assert rule(more.stating(expected_value=1.0), StopRule.COST).state is RuleState.MET


# --- cost against the simulated value -------------------------------------------------------------------------------


def test_the_simulated_value_is_the_evidence_of_the_cost_rule(valued: Any) -> None:
    result, value = rule(valued, StopRule.COST), valued.diagnose().ledger.value
    assert result.state is RuleState.NOT_MET
    assert value.probability is not None
    assert (result.margin, result.unit) == (pytest.approx(value.probability - 0.5), "share")
    assert value.covering_sentence in result.because


def test_the_one_stated_value_counts_only_while_no_input_of_the_value_is_stated(valued: Any) -> None:
    assert rule(valued.stating(expected_value=0.0), StopRule.COST) == rule(valued, StopRule.COST)
    begun = valued.but(value=ValueModel(wrong=Stated(likely=0.01))).stating(expected_value=1e9)
    assert rule(begun, StopRule.COST).state is RuleState.UNKNOWN
    assert rule(begun.but(value=ValueModel(horizon_months=12)), StopRule.COST).state is RuleState.NOT_MET


def test_a_value_that_is_too_unlikely_to_cover_the_cost_stops_the_project(valued: Any) -> None:
    short = valued.worth(horizon_months=1)
    result = rule(short, StopRule.COST)
    assert result.state is RuleState.MET
    assert result.margin is not None
    assert -0.5 <= result.margin < 0
    assert short.diagnose().verdict.value == "STOP"


@pytest.mark.parametrize("part", [part.name for part in PARTS])
def test_an_input_that_is_not_stated_leaves_the_rule_open(valued: Any, part: str) -> None:
    assert rule(valued.worth(**{part: Stated()}), StopRule.COST).state is RuleState.UNKNOWN


@pytest.mark.parametrize("part", ["baseline_error_rate", "wrong_output_cost"])
def test_so_does_one_that_the_outcome_definition_lacks(valued: Any, part: str) -> None:
    lacking = valued.but(outcome=valued.facts.outcome.model_copy(update={part: None}))
    assert rule(lacking, StopRule.COST).state is RuleState.UNKNOWN


def test_components_without_an_estimate_leave_it_open_but_not_once_the_rest_is_too_much(valued: Any) -> None:
    more = valued.but(items=(*valued.facts.items, ScopeItem(id="own:x", component="X")))
    assert rule(more, StopRule.COST).state is RuleState.UNKNOWN
    assert "can only add cost" in rule(more, StopRule.COST).because
    assert rule(more.worth(horizon_months=1), StopRule.COST).state is RuleState.MET


def test_undecided_records_stop_nothing_that_their_repair_could_save(
    valued: Any, report_of: Callable[..., Any]
) -> None:
    """With 70% of the records undecided the value is too low, and nobody knows yet whether it stays so."""
    report = report_of(300, {("date_format: due",): 210})
    case = valued.but(report=report, decisions={}).worth(horizon_months=5)
    value = case.diagnose().ledger.value
    assert value.probability < 0.5 < value.most_probability
    assert rule(case, StopRule.COST).state is RuleState.UNKNOWN
    assert rule(case.worth(horizon_months=1), StopRule.COST).state is RuleState.MET


RANKS = {RuleState.MET: 0, RuleState.UNKNOWN: 1, RuleState.NOT_MET: 2}


@settings(max_examples=60)
@given(
    st.floats(0.1, 1), st.floats(1, 2), st.integers(1, 40), st.floats(0.05, 0.95), st.booleans(), st.booleans(),
    st.sampled_from(["volume", "accepted", "wrong", "run", "days", "rate", "horizon"]),
)  # fmt: skip
def test_improving_an_input_of_the_value_never_makes_the_rule_worse(
    valued: Any, poor: float, factor: float, horizon: int, least: float, undecided: bool, unknown: bool, how: str
) -> None:
    facts = valued.facts
    before = valued.worth(
        volume=scaled(facts.value.volume, poor), accepted=scaled(facts.value.accepted, poor), horizon_months=horizon
    ).stating(least_probability=least)
    before = before.but(decisions={}) if undecided else before
    before = before.but(items=(*facts.items, ScopeItem(id="own:x", component="X"))) if unknown else before
    after = improved(before, how, factor)
    was, now = rule(before, StopRule.COST), rule(after, StopRule.COST)
    assert RANKS[now.state] >= RANKS[was.state]
    assert was.margin is not None
    assert now.margin is not None
    if now.state is was.state:
        assert now.margin >= was.margin - 1e-9


def scaled(stated: Stated, factor: float) -> Stated:
    low, likely, high = (
        None if figure is None else figure * factor for figure in (stated.low, stated.likely, stated.high)
    )
    return Stated(low=low, likely=likely, high=high)


def improved(case: Any, how: str, factor: float) -> Any:
    """The project after one change for the better."""
    value, plan = case.facts.value, case.facts.plan
    if how in ("volume", "accepted"):
        most = 1 / value.accepted.high if how == "accepted" else factor
        return case.worth(**{how: scaled(getattr(value, how), min(factor, most))})
    if how in ("wrong", "run"):
        name = {"wrong": "wrong", "run": "run_cost_month"}[how]
        return case.worth(**{name: scaled(getattr(value, name), 1 / factor)})
    if how == "horizon":
        return case.worth(horizon_months=min(120, value.horizon_months + 5))
    if how == "rate":
        return case.but(plan=plan.model_copy(update={"day_rate": plan.day_rate / factor}))
    days = ("low_days", "likely_days", "high_days")
    return case.but(
        items=tuple(
            item.model_copy(update={name: getattr(item, name) / factor for name in days if getattr(item, name)})
            for item in case.facts.items
        )
    )


# --- inputs and bounds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refused",
    [
        {"most_outside_share": 1.01}, {"most_outside_share": -0.1}, {"most_outside_share": float("nan")},
        {"most_outside_share": None}, {"alignment_attempts": -1}, {"genuine_attempts": 0},
        {"least_probability": 0.0}, {"least_probability": 1.0}, {"least_probability": None},
        {"expected_value": -1.0}, {"expected_value": float("inf")}, {"expected_value": float("nan")},
    ],
)  # fmt: skip
def test_a_figure_that_cannot_be_is_refused(refused: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StopInputs(**refused)


@given(
    st.integers(0, 150), st.integers(0, 150), st.floats(0, 1), st.none() | st.integers(0, 9),
    st.none() | st.floats(0, 1e6), st.integers(0, 3),
)  # fmt: skip
def test_a_margin_is_on_the_side_of_its_rule(
    ready: Any, to_people: int, rejected: int, limit: float, attempts: int | None, value: float | None, signers: int
) -> None:
    case = ready.but(signatures=ready.facts.signatures[:signers]).stating(
        most_outside_share=limit, alignment_attempts=attempts, expected_value=value
    )
    for result in case.diagnose().stop_rules:
        if result.state is RuleState.MET:
            assert result.margin is not None
            assert result.margin <= 0
        if result.state is RuleState.NOT_MET:
            assert result.margin is not None
            assert result.margin >= 0


# --- what an audit must be to decide, and the margin in words ------------------------------------------------------


@pytest.mark.parametrize("to_people", [10, 200])
def test_an_audit_that_is_out_of_date_neither_stops_a_project_nor_clears_it(
    reviewed: Callable[[int, int], Any], to_people: int
) -> None:
    result = rule(reviewed(to_people, 1).but(audit_is_current=False), StopRule.DATA)
    assert result.state is RuleState.UNKNOWN
    assert "run it again" in result.because
    assert result.margin == pytest.approx(0.40 - (to_people + 1) / 300)


@pytest.mark.parametrize("outside", [0, 9])
def test_a_handful_of_records_neither_stops_a_project_nor_clears_it(
    ready: Any, report_of: Callable[..., Any], decide_all: Callable[..., Any], outside: int
) -> None:
    report = report_of(10, {("line_total",): outside} if outside else {})
    case = ready.but(report=report, decisions=decide_all(report, Handling.HUMAN_REVIEW))
    result = rule(case, StopRule.DATA)
    assert result.state is RuleState.UNKNOWN
    assert "too few to tell" in result.because


def test_undecided_edge_cases_leave_the_margin_of_what_is_decided(ready: Any) -> None:
    assert rule(ready.but(decisions={}), StopRule.DATA).margin == pytest.approx(0.40)


@pytest.mark.parametrize(
    ("margin", "unit", "state", "said"),
    [
        (0.12, "share", RuleState.NOT_MET, "12 points away"),
        (0.0123, "share", RuleState.NOT_MET, "1.2 points away"),
        (0.01, "share", RuleState.NOT_MET, "1 point away"),
        (-0.034, "share", RuleState.MET, "3.4 points beyond it"),
        (0.0, "share", RuleState.NOT_MET, "just at it"),
        (1.0, "attempts", RuleState.NOT_MET, "1 attempt away"),
        (-2.0, "attempts", RuleState.MET, "2 attempts beyond it"),
        (0.4, "share", RuleState.UNKNOWN, "40 points away by what is known"),
        (-0.1, "share", RuleState.UNKNOWN, "10 points beyond it by what is known"),
        (None, "", RuleState.UNKNOWN, ""),
    ],
)
def test_a_margin_is_said_in_the_unit_of_its_rule(margin: float | None, unit: str, state: RuleState, said: str) -> None:
    assert StopResult(StopRule.DATA, state, "", margin, unit).margin_in_words == said
