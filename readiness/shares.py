"""Shares of a sample with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054  # two-sided 95% quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """A part of all records, with its 95% Wilson interval. All but the counts are 0..1."""

    count: int
    total: int
    share: float
    low: float
    high: float


def share_of(count: int, total: int) -> Share:
    """`count` of `total` as a share with its 95% Wilson score interval (Wilson 1927); (0, 0, 1) for an empty total."""
    if total <= 0:
        return Share(count=0, total=0, share=0.0, low=0.0, high=1.0)
    if not 0 <= count <= total:
        raise ValueError(f"count {count} is outside 0..{total}")
    p, z2 = count / total, Z_95**2
    centre = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z_95 * sqrt(p * (1 - p) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    low = 0.0 if count == 0 else max(0.0, centre - half)
    high = 1.0 if count == total else min(1.0, centre + half)
    return Share(count=count, total=total, share=p, low=low, high=high)


def whole_percent(share: float) -> str:
    """A share for a sentence, "76%"; 0% and 100% only where that is exact."""
    if 0 < share < 0.005:
        return "under 1%"
    if 0.995 <= share < 1:
        return "over 99%"
    return f"{share:.0%}"
