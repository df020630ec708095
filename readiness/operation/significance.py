"""Whether two lists of counts over the same cells come from one distribution, and how far apart they lie."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, erfc, exp, lgamma, log, sqrt
from statistics import NormalDist

_FEWEST_EXPECTED = 5.0  # in a cell of a chi-square test (Cochran 1954)
_SMOOTHING = 0.5  # added to each cell before a logarithm, so that a new value has a finite effect


def stability_index(older: Sequence[int], newer: Sequence[int]) -> float:
    """The population stability index: the sum of (q - p) ln(q / p) (Siddiqi 2006). By custom 0.1 is a shift."""
    n, m, cells = sum(older), sum(newer), len(older)
    total = 0.0
    for a, b in zip(older, newer, strict=True):
        p = (a + _SMOOTHING) / (n + _SMOOTHING * cells)
        q = (b + _SMOOTHING) / (m + _SMOOTHING * cells)
        total += (q - p) * log(q / p)
    return total


def stability_index_by_chance(n: int, m: int, cells: int) -> float:
    """What 5 % of comparisons exceed although nothing changed (Yurdakul 2018)."""
    return chi_square_quantile(0.95, cells - 1) * (1 / n + 1 / m) if cells > 1 else 0.0


def cohens_h(older: tuple[int, int], newer: tuple[int, int]) -> float:
    """The difference of two shares, (count, total) each, on the arcsine scale; 0.2 is small (Cohen 1988)."""
    return _arcsine(*newer) - _arcsine(*older)


def h_by_chance(n: int, m: int, cells: int) -> float:
    """The size that the largest of `cells` differences exceeds in at most 5 % of comparisons without a change."""
    return NormalDist().inv_cdf(1 - 0.025 / cells) * sqrt(1 / n + 1 / m)


def homogeneity_p_value(older: Sequence[int], newer: Sequence[int]) -> float | None:
    """Pearson's chi-square of homogeneity; None where there are fewer than two filled cells.

    Two cells take the continuity correction of Yates (1934).
    """
    n, m = sum(older), sum(newer)
    filled = [(a, b) for a, b in zip(older, newer, strict=True) if a + b]
    if not n or not m or len(filled) < 2:
        return None
    if len(filled) == 2:
        (a, b), (c, d) = filled
        gap = max(0.0, abs(a * d - b * c) - (n + m) / 2)
        return chi_square_tail(gap**2 * (n + m) / (n * m * (a + b) * (c + d)), 1)
    return chi_square_tail(sum((a * m - b * n) ** 2 / (a + b) for a, b in filled) / (n * m), len(filled) - 1)


def too_rare(count: int, n: int, m: int) -> bool:
    """Whether a cell with `count` items on both sides together is too rare to be tested by itself."""
    return count * min(n, m) / (n + m) < _FEWEST_EXPECTED


def adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values after the correction for many tests (Benjamini and Hochberg 1995), in the given order."""
    tests = len(p_values)
    result, least = [1.0] * tests, 1.0
    order = sorted(range(tests), key=lambda one: p_values[one])
    for rank, place in reversed(list(enumerate(order, start=1))):
        least = min(least, p_values[place] * tests / rank)
        result[place] = least
    return tuple(result)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The probability that chi-square with `freedom` degrees exceeds `statistic` (its finite sum for whole degrees)."""
    if statistic <= 0:
        return 1.0
    half = statistic / 2
    start = 0.5 if freedom % 2 else 0.0
    tail = erfc(sqrt(half)) if freedom % 2 else 0.0
    steps = range(freedom // 2)
    return min(1.0, tail + sum(exp((start + k) * log(half) - half - lgamma(start + k + 1)) for k in steps))


def chi_square_quantile(share: float, freedom: int) -> float:
    """The value that chi-square with `freedom` degrees stays under with probability `share`, by bisection."""
    low, high = 0.0, float(freedom)
    while chi_square_tail(high, freedom) > 1 - share:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chi_square_tail(middle, freedom) > 1 - share else (low, middle)
    return (low + high) / 2


def _arcsine(count: int, total: int) -> float:
    return 2 * asin(sqrt(count / total))
