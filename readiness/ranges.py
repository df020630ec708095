"""Ranges: a quantity that is known as low, likely and high, and how to draw from it.

A range says three percentiles, and its distribution passes through them exactly: likely is the median, low and high
are the ends of the interval that holds the stated share. On either side of the median it is half a normal
distribution, each half with its own width, and nothing lies below zero. docs/decisions/0010 says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from math import erf, erfc, exp, isfinite, pi, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.unsignedinteger[Any]]

CONFIDENCE = 0.8  # low and high are the 10th and the 90th percentile
DRAWS = 10_000
SEED = 20_260_101
LEVELS = (0.1, 0.5, 0.8, 0.9)
_KEPT_STREAMS = 2_048  # of 20 kB each at 10,000 draws; an item has two, by itself and with the common cause
_BEYOND = 38.0  # standard deviations, from which on a normal density is zero as a float


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity that is not below zero. `low` and `high` enclose it with `confidence`; `likely` is the median."""

    low: float
    likely: float
    high: float
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if not (0 <= self.low <= self.likely <= self.high and isfinite(self.high)):
            raise ValueError(f"a range must rise from zero on, and {self.low:g}, {self.likely:g}, {self.high:g} do not")
        if not 0 < self.confidence < 1:
            raise ValueError(f"a confidence lies between 0 and 1, and {self.confidence:g} does not")

    @property
    def widths(self) -> tuple[float, float]:
        """The standard deviations of the normal halves below and above the median."""
        end = z_of(self.confidence)
        return (self.likely - self.low) / end, (self.high - self.likely) / end

    def at(self, scores: Floats) -> Floats:
        """The quantity at standard normal scores: at 0 the median, at -1.28 and 1.28 the 10th and 90th percentile."""
        import numpy as np

        below, above = self.widths
        value: Floats = self.likely + (below * np.minimum(scores, 0.0) + above * np.maximum(scores, 0.0))
        return np.maximum(value, 0.0)

    @property
    def mean(self) -> float:
        """The expected value, in closed form."""
        return self.likely + self._mean_off_median

    @property
    def spread(self) -> float:
        """The standard deviation, in closed form. Taken around the median, so that a narrow range loses no digits."""
        below, above = self.widths
        square = above * above / 2 + _square_below(self.likely, below)
        return sqrt(max(0.0, square - self._mean_off_median**2))

    @property
    def _mean_off_median(self) -> float:
        below, above = self.widths
        return (above - below) / sqrt(2 * pi) + _lifted(self.likely, below)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """What a drawn quantity comes to."""

    p10: float
    p50: float
    p80: float
    p90: float
    mean: float


@lru_cache(maxsize=64)
def z_of(confidence: float) -> float:
    """How many standard deviations either side of the middle hold `confidence` of a normal distribution."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def percentiles(drawn: Floats) -> Percentiles:
    """The percentiles and the mean of draws."""
    p10, p50, p80, p90 = quantiles(drawn, LEVELS)
    return Percentiles(p10, p50, p80, p90, float(drawn.mean()))


def quantiles(drawn: Floats, levels: Sequence[float]) -> tuple[float, ...]:
    """The quantiles of draws at `levels` (0..1), each draw standing for the middle of its part (Hazen's plotting
    position), as `even_scores` are made. Where no draw falls, no quantile falls: rounding keeps the order, too."""
    import numpy as np

    ordered = np.sort(drawn)
    return tuple(_quantile(ordered, level) for level in levels)


def _quantile(ordered: Floats, level: float) -> float:
    last = len(ordered) - 1
    place = min(max(round(level * len(ordered) - 0.5, 6), 0.0), float(last))
    lower, upper = float(ordered[int(place)]), float(ordered[min(int(place) + 1, last)])
    part = place - int(place)
    return min(max(lower * (1 - part) + upper * part, lower), upper)


def scores(name: str, *, common: float = 0.0, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Standard normal scores of the quantity `name`, evenly spread over the distribution, in drawn order.

    Each name has a stream of its own, so that a quantity that is added or changed leaves the draws of all others as
    they are. `common` (0..1) is the correlation of any two names: the share of a cause that they have in common.
    """
    return even_scores(draws).take(places(name, common=common, draws=draws, seed=seed))


def places(name: str, *, common: float = 0.0, draws: int = DRAWS, seed: int = SEED) -> Places:
    """The scores of `name` as places in `even_scores`, in drawn order; read-only.

    A range that is put through `even_scores` once can so be drawn several times: `range.at(even).take(places)`.
    """
    return _mixed_places(name, min(max(round(common, 6), 0.0), 1.0), draws, seed)


@lru_cache(maxsize=4)
def even_scores(draws: int = DRAWS) -> Floats:
    """The normal quantiles at the middles of `draws` equal parts, rising; read-only. A Latin hypercube is drawn from
    them in another order for each quantity, which leaves no noise at the margins."""
    import numpy as np

    normal = NormalDist()
    half = [normal.inv_cdf((place + 0.5) / draws) for place in range(draws // 2)]
    middle = [0.0] if draws % 2 else []
    return _sealed(np.array([*half, *middle, *(-value for value in reversed(half))]))


@lru_cache(maxsize=_KEPT_STREAMS)
def _mixed_places(name: str, common: float, draws: int, seed: int) -> Places:
    """The order of a mix of the common cause with the name's own stream. Only the order is taken from it, so that the
    percentiles stay those that were stated."""
    import numpy as np

    if common <= 0:
        return _shuffled(b"name", name, draws, seed)
    if common >= 1:
        return _common_places(draws, seed)
    mixed = _shared_part(common, draws, seed) + _own_part(common, draws).take(_mixed_places(name, 0.0, draws, seed))
    mixed += _tie_breaks(draws)
    return _sealed(_inverse(np.argsort(mixed)))


@lru_cache(maxsize=8)
def _shared_part(common: float, draws: int, seed: int) -> Floats:
    """What the common cause adds to every mix, in drawn order."""
    return _sealed(sqrt(common) * even_scores(draws).take(_common_places(draws, seed)))


@lru_cache(maxsize=8)
def _own_part(common: float, draws: int) -> Floats:
    """What a name's own stream adds to its mix, rising."""
    return _sealed(sqrt(1 - common) * even_scores(draws))


@lru_cache(maxsize=4)
def _tie_breaks(draws: int) -> Floats:
    """Puts equal sums in drawn order, whichever way a machine sorts."""
    import numpy as np

    return _sealed(np.arange(draws) * 1e-13)


@lru_cache(maxsize=4)
def _common_places(draws: int, seed: int) -> Places:
    """The stream of what all quantities share; no name can have the same."""
    return _shuffled(b"common cause", "", draws, seed)


def _shuffled(kind: bytes, name: str, draws: int, seed: int) -> Places:
    """A permutation, by the order of raw random bits: NumPy promises those, and no more, to stay as they are."""
    import numpy as np

    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16, person=kind).digest()
    bits = np.random.PCG64([seed, int.from_bytes(digest, "big")]).random_raw(draws)
    place = np.uint64((1 << draws.bit_length()) - 1)  # the lowest bits give way to the place: twice as fast as argsort
    placed = np.sort((bits & ~place) | np.arange(draws, dtype=np.uint64))
    return _sealed((placed & place).astype(np.min_scalar_type(draws)))


def _inverse(order: NDArray[np.intp]) -> Places:
    import numpy as np

    result = np.empty(len(order), dtype=np.min_scalar_type(len(order)))
    result[order] = np.arange(len(order), dtype=result.dtype)
    return result


def _sealed(array: NDArray[Any]) -> NDArray[Any]:
    """The array as one that nobody writes into, as it is kept for all."""
    array.setflags(write=False)
    return array


def _density(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * pi)


def _lifted(likely: float, below: float) -> float:
    """What the mean gains because draws below zero count as zero."""
    if below <= 0 or likely / below > _BEYOND:
        return 0.0
    zero = likely / below
    return below * _density(zero) - likely * erfc(zero / sqrt(2)) / 2


def _square_below(likely: float, below: float) -> float:
    """The lower half's part of the mean square around the median, with draws below zero as zero."""
    if below <= 0 or likely / below > _BEYOND:
        return below * below / 2
    zero = likely / below
    inside = erf(zero / sqrt(2)) / 2 - zero * _density(zero)
    return below * below * inside + likely * likely * erfc(zero / sqrt(2)) / 2
