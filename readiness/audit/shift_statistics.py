"""The statistics of a shift: effect sizes with intervals, tests, and the correction for many tests. Pure arithmetic.

An effect answers "how much", a test "by chance?". Neither decides alone: with a million records every trifle is
significant, with two hundred a large effect may be noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, erfc, exp, lgamma, log, sqrt
from statistics import NormalDist

from readiness.shares import Z_95

_FEWEST_EXPECTED = 5.0  # in a cell of a chi-square test (Cochran 1954)
_SMOOTHING = 0.5  # added to each cell before a logarithm, so that a new category has a finite effect


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def reach(self) -> float:
        """The largest size, whatever its sign, that the interval leaves possible."""
        return max(abs(self.low), abs(self.high))


def cohens_h(older: tuple[int, int], newer: tuple[int, int]) -> Estimate:
    """The difference of two shares, (count, total) each, on the arcsine scale (Cohen 1988, chapter 6).

    0.2 is called small; its variance 1/n + 1/m is the same at all shares, so 0 to 1 % and 50 to 60 % are alike.
    """
    value = _arcsine(newer) - _arcsine(older)
    half = Z_95 * sqrt(1 / older[1] + 1 / newer[1])
    return Estimate(value, value - half, value + half)


def cohens_d(older: tuple[int, float, float], newer: tuple[int, float, float]) -> Estimate:
    """The difference of two means in standard deviations; (count, mean, variance) each (Cohen 1988, chapter 2).

    The interval is the large-sample one of Hedges and Olkin (1985).
    """
    (n, mean_n, var_n), (m, mean_m, var_m) = older, newer
    pooled = sqrt(((n - 1) * var_n + (m - 1) * var_m) / max(n + m - 2, 1))
    value = (mean_m - mean_n) / pooled if pooled > 0 else 0.0
    half = Z_95 * sqrt(1 / n + 1 / m + value**2 / (2 * (n + m)))
    return Estimate(value, value - half, value + half)


def population_stability_index(older: Sequence[int], newer: Sequence[int]) -> Estimate:
    """How far two distributions over the same cells lie apart: the sum of (q - p) ln(q / p) (Siddiqi 2006).

    By custom under 0.1 is stable and over 0.25 a major change. Without any change it is about chi-square with
    cells - 1 degrees of freedom times 1/n + 1/m (Yurdakul 2018); the interval takes that part off.
    """
    n, m, cells = sum(older), sum(newer), len(older)
    value = 0.0
    for a, b in zip(older, newer, strict=True):
        p = (a + _SMOOTHING) / (n + _SMOOTHING * cells)
        q = (b + _SMOOTHING) / (m + _SMOOTHING * cells)
        value += (q - p) * log(q / p)
    unit, freedom = 1 / n + 1 / m, cells - 1
    beyond_chance = max(0.0, value - freedom * unit)
    half = Z_95 * unit * sqrt(2 * (freedom + 2 * beyond_chance / unit))
    return Estimate(value, max(0.0, beyond_chance - half), max(value, beyond_chance + half))


def stability_index_by_chance(n: int, m: int, cells: int) -> float:
    """The population stability index that 5 % of comparisons exceed although nothing changed."""
    return chi_square_quantile(0.95, cells - 1) * (1 / n + 1 / m) if cells > 1 else 0.0


def h_by_chance(n: int, m: int) -> float:
    """The size of Cohen's h that 5 % of comparisons exceed although nothing changed."""
    return Z_95 * sqrt(1 / n + 1 / m)


def shares_differ(older: tuple[int, int], newer: tuple[int, int]) -> float | None:
    """The p-value of two shares being one: chi-square with the continuity correction of Yates (1934), close to the
    exact test at small counts. None where there is nothing to test: all or none on both sides."""
    (a, n), (b, m) = older, newer
    hits, total = a + b, n + m
    if not n or not m or hits in (0, total):
        return None
    gap = max(0.0, abs(a * (m - b) - b * (n - a)) - total / 2)
    return chi_square_tail(gap**2 * total / (n * m * hits * (total - hits)), 1)


def distributions_differ(older: Sequence[int], newer: Sequence[int]) -> float | None:
    """The p-value of two distributions over the same cells being one (Pearson's chi-square of homogeneity).

    Cells are expected to be pooled, see `too_rare`. None where fewer than two cells are filled.
    """
    n, m = sum(older), sum(newer)
    filled = [(a, b) for a, b in zip(older, newer, strict=True) if a + b]
    if not n or not m or len(filled) < 2:
        return None
    if len(filled) == 2:
        return shares_differ((filled[0][0], n), (filled[0][1], m))
    statistic = sum((a * m - b * n) ** 2 / (a + b) for a, b in filled) / (n * m)
    return chi_square_tail(statistic, len(filled) - 1)


def too_rare(count: int, n: int, m: int) -> bool:
    """Whether a cell with `count` records on both sides together is too rare to be tested by itself."""
    return count * min(n, m) / (n + m) < _FEWEST_EXPECTED


def shares_differ_within(strata: Sequence[tuple[int, int, int, int]]) -> float | None:
    """The p-value of a share being the same on both sides within each stratum (Mantel and Haenszel 1959).

    A stratum is (older hits, older total, newer hits, newer total). None where no stratum varies.
    """
    surplus = variance = 0.0
    for a, n, b, m in strata:
        total, hits = n + m, a + b
        if n and m and total > 1:
            surplus += b - m * hits / total
            variance += n * m * hits * (total - hits) / (total**2 * (total - 1))
    if variance <= 0:
        return None
    return chi_square_tail(max(0.0, abs(surplus) - 0.5) ** 2 / variance, 1)


def means_differ(older: tuple[int, float, float], newer: tuple[int, float, float]) -> float | None:
    """The p-value of two means being one; (count, mean, variance) each. For large samples (normal quantiles)."""
    (n, mean_n, var_n), (m, mean_m, var_m) = older, newer
    if n < 2 or m < 2 or var_n + var_m <= 0:
        return None
    return 2 * NormalDist().cdf(-abs(mean_m - mean_n) / sqrt(var_n / n + var_m / m))


def adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values after the correction for many tests (Benjamini and Hochberg 1995), in the given order.

    Calling those at or under q changed keeps the expected part of false ones among them under q.
    """
    tests = len(p_values)
    result = [1.0] * tests
    least = 1.0
    for rank, place in reversed(list(enumerate(sorted(range(tests), key=lambda one: p_values[one]), start=1))):
        least = min(least, p_values[place] * tests / rank)
        result[place] = least
    return tuple(result)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The probability that chi-square with `freedom` degrees exceeds `statistic`.

    The upper regularised incomplete gamma function, by its series and its continued fraction (Press et al.,
    Numerical Recipes, section 6.2).
    """
    if statistic <= 0:
        return 1.0
    if freedom == 1:
        return erfc(sqrt(statistic / 2))
    a, x = freedom / 2, statistic / 2
    return 1 - _gamma_series(a, x) if x < a + 1 else _gamma_fraction(a, x)


def chi_square_quantile(share: float, freedom: int) -> float:
    """The value that chi-square with `freedom` degrees stays under with probability `share`, by bisection."""
    low, high = 0.0, float(freedom)
    while chi_square_tail(high, freedom) > 1 - share:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if chi_square_tail(middle, freedom) > 1 - share else (low, middle)
    return (low + high) / 2


def _arcsine(share: tuple[int, int]) -> float:
    count, total = share
    return 2 * asin(sqrt(count / total))


def _gamma_series(a: float, x: float) -> float:
    term = total = 1 / a
    place = a
    while abs(term) > abs(total) * 1e-16:
        place += 1
        term *= x / place
        total += term
    return total * exp(a * log(x) - x - lgamma(a))


def _gamma_fraction(a: float, x: float) -> float:
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    value = d
    for step in range(1, 100_000):
        numerator = -step * (step - a)
        b += 2
        d = 1 / _away_from_zero(numerator * d + b, tiny)
        c = _away_from_zero(b + numerator / c, tiny)
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return exp(a * log(x) - x - lgamma(a)) * value


def _away_from_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
