"""Evaluation runs: the score with its interval, and two versions compared on the cases that both have."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.outcome import evaluation_runs
from readiness.outcome.case_results import CaseResults
from readiness.outcome.evaluation_runs import (
    CASES_A_PART,
    Comparison,
    Difference,
    EvaluationRun,
    RunCases,
    compare_runs,
    evaluation_run,
    joined,
    keeps_to,
    newcombe_interval,
    parts_of,
    score_of,
    student_95,
    student_interval,
)

NOW = datetime(2026, 6, 1, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
DAY = date(2026, 6, 1)


def results(values: list[float], start: int = 0) -> CaseResults:
    return CaseResults(tuple(f"c{start + number}" for number in range(len(values))), tuple(values))


def run(found: CaseResults, version: str) -> EvaluationRun:
    return evaluation_run(found, id=version, version=version, run_on=DAY, now=NOW)


def compared(before: CaseResults, after: CaseResults) -> Comparison:
    return compare_runs(run(before, "1"), before, run(after, "2"), after)


def table(both: int, gained: int, lost: int, neither: int) -> Comparison:
    before = [1.0] * both + [0.0] * gained + [1.0] * lost + [0.0] * neither
    after = [1.0] * both + [1.0] * gained + [0.0] * lost + [0.0] * neither
    return compared(results(before), results(after))


# --- published examples -------------------------------------------------------------------------------------------


def test_the_interval_of_paired_shares_is_the_published_one() -> None:
    # Complete response before and after consolidation therapy (Cavo et al. 2012), as the R package contingencytables
    # of Fagerland, Lydersen and Laake (2017, chapter 8) gives it: -0.0621 (-0.1186 to -0.0046).
    found = newcombe_interval(both=59, first=6, second=16, neither=80)
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (-0.0621, -0.1186, -0.0046)


def test_the_mean_of_paired_differences_has_the_published_interval() -> None:
    # Student 1908, the extra hours of sleep of ten patients: mean 1.58, 95% interval 0.70 to 2.46.
    found = student_interval([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert (round(found.value, 2), round(found.low, 4), round(found.high, 4)) == (1.58, 0.7001, 2.4599)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (2, 4.303), (5, 2.571), (9, 2.262), (10, 2.228), (11, 2.201), (20, 2.086), (30, 2.042), (120, 1.980)],
)
def test_students_t_is_that_of_the_tables(freedom: int, quantile: float) -> None:
    assert student_95(freedom) == pytest.approx(quantile, abs=6e-4)


# --- the score ----------------------------------------------------------------------------------------------------


def test_the_score_of_right_and_wrong_has_wilsons_interval() -> None:
    found = run(results([1.0] * 175 + [0.0] * 75), "1")
    assert (found.cases, found.score) == (250, 0.7)
    assert (round(found.low, 3), round(found.high, 3)) == (0.641, 0.753)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_score_lies_within_its_interval_and_both_within_0_to_1(values: list[float]) -> None:
    found = score_of(values)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value <= found.high + 1e-12 <= 1 + 1e-12


@pytest.mark.parametrize(("error", "kept"), [(None, None), (0.5, True), (0.3, None), (0.1, False)])
def test_the_accepted_error_is_kept_or_broken_where_the_whole_interval_says_so(error: float, kept: bool) -> None:
    assert keeps_to(run(results([1.0] * 175 + [0.0] * 75), "1"), error) is kept


# --- the difference -----------------------------------------------------------------------------------------------


def test_a_clear_gain_is_better_and_a_clear_loss_is_worse() -> None:
    better = table(150, 30, 5, 15)
    assert (better.finding, better.better, better.worse, better.cases) == (Difference.BETTER, 30, 5, 200)
    assert better.sentence.startswith("Version 2 is better than 1: +12.5 points (+6.9 to +18.3 points, 95% interval)")
    assert table(150, 5, 30, 15).finding is Difference.WORSE


def test_an_interval_that_holds_zero_says_too_few_while_it_is_wide_and_none_when_it_is_narrow() -> None:
    assert table(20, 3, 2, 5).finding is Difference.TOO_FEW
    assert table(9_000, 100, 100, 800).finding is Difference.NONE
    assert table(30, 0, 0, 0).finding is Difference.TOO_FEW  # all alike, and up to a tenth could still differ
    assert table(300, 0, 0, 100).finding is Difference.NONE


def test_fewer_than_ten_cases_in_common_never_tell() -> None:
    few = table(0, 9, 0, 0)
    assert few.finding is Difference.TOO_FEW
    assert "only 9 in common" in few.sentence


def test_runs_of_different_cases_are_compared_where_both_have_them() -> None:
    found = compared(results([0.0] * 40), results([1.0] * 40, start=20))
    assert (found.cases, found.only_earlier, found.only_later) == (20, 20, 20)
    assert found.better_cases == tuple(f"c{number}" for number in range(20, 40))


def test_runs_without_a_common_case_say_so() -> None:
    found = compared(results([1.0] * 20), results([1.0] * 20, start=20))
    assert (found.difference, found.finding) == (None, Difference.TOO_FEW)
    assert "no case in common" in found.sentence


def test_scores_are_compared_by_their_paired_differences() -> None:
    dice = random.Random(5)
    before = [dice.random() * 0.8 for _ in range(60)]
    after = [value + 0.1 + dice.random() * 0.1 for value in before]
    found = compared(results(before), results(after))
    assert found.method.startswith("Student")
    assert found.finding is Difference.BETTER
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0.15, abs=0.01)
    assert found.better == 60


def test_equal_scores_of_few_cases_do_not_prove_that_nothing_differs() -> None:
    same = results([0.5] * 12)
    assert compared(same, same).finding is Difference.TOO_FEW
    many = results([0.5] * 400)
    assert compared(many, many).finding is Difference.NONE


def test_only_the_first_cases_are_named_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation_runs, "MOST_NAMED", 3)
    found = table(0, 10, 5, 0)
    assert (found.better, len(found.better_cases), found.worse, len(found.worse_cases)) == (10, 3, 5, 3)


counts = st.integers(0, 60)


@given(counts, counts, counts, counts)
def test_the_interval_holds_the_difference_and_turns_with_the_order(a: int, b: int, c: int, d: int) -> None:
    if not a + b + c + d:
        return
    forward, backward = newcombe_interval(a, b, c, d), newcombe_interval(a, c, b, d)
    assert -1 <= forward.low <= forward.value + 1e-12
    assert forward.value <= forward.high + 1e-12 <= 1 + 1e-12
    assert (forward.value, forward.low, forward.high) == pytest.approx((-backward.value, -backward.high, -backward.low))


@given(counts, counts, counts, counts, st.randoms())
def test_the_order_of_the_cases_in_the_files_does_not_matter(
    a: int, b: int, c: int, d: int, shuffle: random.Random
) -> None:
    before = results([1.0] * a + [0.0] * b + [1.0] * c + [0.0] * d)
    after = results([1.0] * (a + b) + [0.0] * (c + d))
    order = list(range(len(after.cases)))
    shuffle.shuffle(order)
    mixed = CaseResults(tuple(after.cases[place] for place in order), tuple(after.results[place] for place in order))
    if order:
        one, other = compared(before, after), compared(before, mixed)
        assert (one.difference, one.better, one.worse) == (other.difference, other.better, other.worse)


def test_the_interval_holds_the_true_difference_about_nineteen_times_in_twenty() -> None:
    dice, held, rounds = random.Random(3), 0, 400
    for _ in range(rounds):
        pairs = [(dice.random() < 0.8, dice.random()) for _ in range(150)]
        moved = [(old, fate < (0.95 if old else 0.35)) for old, fate in pairs]
        gained = sum(new and not old for old, new in moved)
        lost = sum(old and not new for old, new in moved)
        both = sum(old and new for old, new in moved)
        found = newcombe_interval(both, gained, lost, 150 - both - gained - lost)
        held += found.low <= 0.8 * 0.95 + 0.2 * 0.35 - 0.8 <= found.high
    assert 0.92 <= held / rounds <= 0.985


# --- stored parts -------------------------------------------------------------------------------------------------


def test_results_are_stored_in_parts_and_read_back_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation_runs, "CASES_A_PART", 7)
    whole = results([number % 2 * 1.0 for number in range(20)])
    parts = parts_of("r", whole)
    assert [len(part.cases) for part in parts] == [7, 7, 6]
    read = [RunCases.model_validate(part.model_dump(mode="json")) for part in parts]
    assert joined(read) == whole


@pytest.mark.parametrize(
    "body",
    [
        {"run": "r", "cases": ["a"], "results": []},
        {"run": "r", "cases": [""], "results": [1]},
        {"run": "r", "cases": ["a" * 101], "results": [1]},
        {"run": "r", "cases": ["a"], "results": [1.5]},
        {"run": "r", "cases": ["a"], "results": [float("nan")]},
        {"run": "r", "cases": ["a", "b"], "results": [1, -0.5]},
        {"run": "r", "cases": ["a"], "results": [1], "actual": ["x"]},
        {"run": "", "cases": ["a"], "results": [1]},
    ],
)
def test_a_stored_part_that_cannot_be_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RunCases.model_validate(body)


def test_a_part_is_small_enough_for_a_row() -> None:
    assert CASES_A_PART * (2 * 100 + 30) < 16 * 1024**2
