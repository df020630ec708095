"""Evaluation runs: one version of the system tried on the fixed cases, and two versions compared by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import chain
from math import fsum, sqrt
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, model_validator

from readiness.outcome.case_results import LONGEST_CASE_ID, CaseResults
from readiness.shares import Z_95, hidden_share, share_of

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Results = NDArray[float64]

CASES_A_PART = 50_000  # so that one stored row stays far below what a row may hold
FEWEST_CASES = 10  # in common; the intervals below are made for more
NO_MATTER = 0.05  # a difference within five points either way is called none; a convention, not a law
MOST_NAMED = 200  # cases that are listed on either side; all are counted


class EvaluationRun(BaseModel):
    """One run: which version, when, on how many cases, and the share of them that were correct (0..1)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=100)
    version: str = Field(min_length=1, max_length=200)
    run_on: date
    recorded_at: NaiveDatetime
    file_name: str = Field(default="", max_length=1_000)
    cases: int = Field(ge=1)
    score: float = Field(ge=0, le=1, allow_inf_nan=False)
    low: float = Field(ge=0, le=1, allow_inf_nan=False)  # 95% interval of the score
    high: float = Field(ge=0, le=1, allow_inf_nan=False)
    note: str = Field(default="", max_length=1_000)


class RunCases(BaseModel):
    """A part of a run's case results. Expected and actual outputs are never in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    run: str = Field(min_length=1, max_length=100)
    cases: tuple[str, ...] = Field(max_length=CASES_A_PART)
    results: tuple[float, ...] = Field(max_length=CASES_A_PART)

    @model_validator(mode="after")
    def _whole(self) -> RunCases:
        if len(self.cases) != len(self.results):
            raise ValueError("cases and results differ in number")
        if self.cases and not (all(self.cases) and max(map(len, self.cases)) <= LONGEST_CASE_ID):
            raise ValueError("a case has no id, or one that is too long")
        if self.results and not (min(self.results) >= 0 and max(self.results) <= 1):
            raise ValueError("a result is outside 0 to 1")
        return self


class Difference(StrEnum):
    """What the interval of a difference says."""

    BETTER = "better"
    WORSE = "worse"
    NONE = "no difference that matters"
    TOO_FEW = "too few cases to tell"


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A later run against an earlier one, on the cases that both have. `difference` is later less earlier, -1..1."""

    earlier: EvaluationRun
    later: EvaluationRun
    cases: int
    only_earlier: int
    only_later: int
    difference: Interval | None  # None: no case in common
    better: int
    worse: int
    better_cases: tuple[str, ...]  # the first MOST_NAMED of them
    worse_cases: tuple[str, ...]
    method: str

    @property
    def finding(self) -> Difference:
        """BETTER or WORSE where the interval leaves out zero; NONE where it stays within five points either way."""
        if self.difference is None or self.cases < FEWEST_CASES:
            return Difference.TOO_FEW
        low, high = self.difference.low, self.difference.high
        if low > 0:
            return Difference.BETTER
        if high < 0:
            return Difference.WORSE
        return Difference.NONE if max(-low, high) <= NO_MATTER else Difference.TOO_FEW

    @property
    def sentence(self) -> str:
        """The comparison as one sentence, in points of 100."""
        names = f"version {self.later.version} against {self.earlier.version}"
        if self.difference is None:
            return f"Too few cases to tell: {names} have no case in common."
        if self.cases < FEWEST_CASES:
            return f"Too few cases to tell: {names} have only {self.cases} in common; {FEWEST_CASES} are the least."
        points = f"{_points(self.difference.low)} to {_points(self.difference.high)} points, 95% interval"
        shown, on = f"{_points(self.difference.value)} points", f"on {self.cases:,} cases in common"
        match self.finding:
            case Difference.BETTER:
                return f"Version {self.later.version} is better than {self.earlier.version}: {shown} ({points}) {on}."
            case Difference.WORSE:
                return f"Version {self.later.version} is worse than {self.earlier.version}: {shown} ({points}) {on}."
            case Difference.NONE:
                return f"No difference that matters, {names}: {shown} ({points}) {on}."
        return f"Too few cases to tell, {names}: {shown} ({points}) {on}."


def evaluation_run(
    results: CaseResults, *, id: str, version: str, run_on: date, now: datetime, file_name: str = "", note: str = ""
) -> EvaluationRun:
    """The run of these results, with the score and its interval."""
    score = score_of(results.results)
    return EvaluationRun(
        id=id,
        version=" ".join(version.split()),
        run_on=run_on,
        recorded_at=now,
        file_name=file_name,
        cases=len(results.cases),
        score=score.value,
        low=score.low,
        high=score.high,
        note=note.strip(),
    )


def parts_of(run: str, results: CaseResults) -> tuple[RunCases, ...]:
    """The results in parts small enough to be stored."""
    starts = range(0, len(results.cases), CASES_A_PART)
    return tuple(
        RunCases(run=run, cases=results.cases[at : at + CASES_A_PART], results=results.results[at : at + CASES_A_PART])
        for at in starts
    )


def joined(parts: Sequence[RunCases]) -> CaseResults:
    """The results whose parts these are, in their order."""
    return CaseResults(
        tuple(chain.from_iterable(part.cases for part in parts)),
        tuple(chain.from_iterable(part.results for part in parts)),
    )


def score_of(results: Sequence[float]) -> Interval:
    """The mean result with its 95% interval: Wilson's where each is right or wrong, else Student's (1908)."""
    if set(results) <= {0.0, 1.0}:
        share = share_of(round(sum(results)), len(results))
        return Interval(share.share, share.low, share.high)
    mean = student_interval(results)
    return Interval(_within(mean.value, 0, 1), _within(mean.low, 0, 1), _within(mean.high, 0, 1))


def compare_runs(earlier: EvaluationRun, before: CaseResults, later: EvaluationRun, after: CaseResults) -> Comparison:
    """The later run against the earlier one, paired by case id."""
    import numpy as np

    known = dict(zip(before.cases, before.results, strict=True))
    old = np.array(list(map(known.get, after.cases)), dtype=float)  # not a number where the earlier run has none
    new = np.array(after.results, dtype=float)
    paired = ~np.isnan(old)
    cases = int(paired.sum())
    yes_or_no = before.is_yes_or_no and after.is_yes_or_no
    better, worse = np.flatnonzero(new > old), np.flatnonzero(new < old)
    return Comparison(
        earlier=earlier,
        later=later,
        cases=cases,
        only_earlier=len(before.cases) - cases,
        only_later=len(after.cases) - cases,
        difference=_difference(old[paired], new[paired], yes_or_no=yes_or_no),
        better=len(better),
        worse=len(worse),
        better_cases=tuple(after.cases[place] for place in better[:MOST_NAMED]),
        worse_cases=tuple(after.cases[place] for place in worse[:MOST_NAMED]),
        method="Newcombe 1998, method 10" if yes_or_no else "Student's t of the paired differences",
    )


def _difference(old: Results, new: Results, *, yes_or_no: bool) -> Interval | None:
    """The mean of `new` less that of `old`, which are of the same cases in one order."""
    if not len(old):
        return None
    if yes_or_no:
        both, gained, lost = int(((old > 0) & (new > 0)).sum()), int((new > old).sum()), int((new < old).sum())
        return newcombe_interval(both, gained, lost, len(old) - both - gained - lost)
    gaps = new - old
    mean = float(gaps.mean())
    found = _by_student(len(gaps), mean, float(((gaps - mean) ** 2).sum()))
    return Interval(found.value, _within(found.low, -1, 1), _within(found.high, -1, 1))


def newcombe_interval(both: int, first: int, second: int, neither: int) -> Interval:
    """The difference of two shares of the same cases, first less second, with its 95% interval.

    `both` and `neither` count the cases that are right in both or in none, `first` and `second` those right in one
    alone. Newcombe 1998, Statistics in Medicine 17, 2635-2650, method 10: Wilson's intervals of either share, added in
    quadrature with the correlation of the pairs, whose continuity is corrected.
    """
    cases = both + first + second + neither
    one, two = share_of(both + first, cases), share_of(both + second, cases)
    value = (first - second) / cases
    phi = _correlation(both, first, second, neither)
    below = _quadrature(one.share - one.low, two.high - two.share, phi)
    above = _quadrature(two.share - two.low, one.high - one.share, phi)
    return Interval(value, _within(value - below, -1, 1), _within(value + above, -1, 1))


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if not margins:
        return 0.0
    product, half = both * neither - first * second, (both + first + second + neither) / 2
    corrected = max(product - half, 0.0) if product > 0 else float(product)
    return corrected / sqrt(margins)


def _quadrature(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one**2 - 2 * phi * one * other + other**2))


def student_interval(values: Sequence[float]) -> Interval:
    """The mean of `values`, each within -1..1, with its 95% interval by Student's t.

    Where all are equal they say nothing of those that were not seen: then the mean may be off by the share of other
    ones that such a sample can miss.
    """
    count = len(values)
    mean = fsum(values) / count
    return _by_student(count, mean, fsum((value - mean) ** 2 for value in values))


def _by_student(count: int, mean: float, spread: float) -> Interval:
    """`spread` is the sum of the squared distances from the mean."""
    if count < 2 or spread <= 1e-18 * count:
        half = hidden_share(count)
    else:
        half = student_95(count - 1) * sqrt(spread / (count - 1) / count)
    return Interval(mean, mean - half, mean + half)


# Student's t, two-sided 95%, for 1 to 9 degrees of freedom; the series below is exact to four digits from there on.
_STUDENT_95 = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622)


def student_95(freedom: int) -> float:
    """The two-sided 95% quantile of Student's t (Abramowitz and Stegun 1964, 26.7.5 beyond the table)."""
    if freedom <= len(_STUDENT_95):
        return _STUDENT_95[freedom - 1]
    z, v = Z_95, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def in_order(runs: Sequence[EvaluationRun]) -> tuple[EvaluationRun, ...]:
    """Runs by their day; of one day, in the order in which they were recorded."""
    return tuple(sorted(runs, key=lambda run: (run.run_on, run.recorded_at, run.id)))


def keeps_to(run: EvaluationRun, accepted_error: float | None) -> bool | None:
    """Whether the run stays within the accepted error: yes or no where its whole interval does; else None."""
    if accepted_error is None:
        return None
    least = 1 - accepted_error
    if run.low >= least:
        return True
    return False if run.high < least else None


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _points(share: float) -> str:
    rounded = round(100 * share, 1) + 0.0
    return f"{rounded:+.1f}" if rounded else "0.0"
