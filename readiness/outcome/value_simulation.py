"""The value of the running system against the cost of building it, drawn as often as the cost was."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from readiness.ranges import SEED, Percentiles, Range, percentiles, scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from readiness.ranges import Floats

    Truths = NDArray[np.bool_]

MONTHS_A_YEAR = 12
MINUTES_AN_HOUR = 60
PAYBACK_LEVELS = (0.1, 0.5, 0.9)


class Review(NamedTuple):
    """Records that decisions send to people. `stream` names the draws of its share, which the scope drew already."""

    stream: str
    cost_year_of_one: Range  # at one record a month, reviewed or not
    records_per_month: float  # that the scope counted


class Month(NamedTuple):
    """What a month of the running system is made of. Shares are 0..1, money is in one currency."""

    volume: Range  # items a month
    by_hand: tuple[Range, Range] | float  # minutes of one item and money an hour, or money an item
    error_rate: float  # of the work by hand, today
    wrong_cost: float  # money, of one wrong output
    accepted: Range | None  # of all items; None: as many as the cap lets through
    cap: Range | None  # what runs without a person after all decisions; None: not audited
    wrong: Range  # of the accepted outputs
    refused_cost: float  # money, of one output that a person looked at and did not accept
    run_cost: Range  # money a month, beside the scope's
    reviews: tuple[Review, ...]


class Draws:
    """What the scope drew: money to build, and money a year to run. Two are equal when they are one and the same, so
    that a result can be kept by them without comparing them figure by figure."""

    __slots__ = ("cost", "run_cost_year", "size")

    def __init__(self, cost: Floats | None, run_cost_year: Floats | None, size: int) -> None:
        self.cost = cost
        self.run_cost_year = run_cost_year
        self.size = size

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Draws)
            and self.cost is other.cost
            and self.run_cost_year is other.run_cost_year
            and self.size == other.size
        )

    def __hash__(self) -> int:
        return hash((id(self.cost), id(self.run_cost_year), self.size))


@dataclass(frozen=True, slots=True)
class Payback:
    """Months until the value has paid for the build. A figure is None where it is never paid back."""

    p10: float | None
    p50: float | None
    p90: float | None
    never_within_horizon: float  # share of the draws
    never: float  # share of the draws whose value does not rise at all


@dataclass(frozen=True, slots=True)
class AgainstCost:
    """Value over the horizon held against the remaining cost."""

    probability: float  # that the value covers the cost
    net: Percentiles  # value over the horizon less the cost
    payback: Payback


@dataclass(frozen=True, slots=True)
class SimulatedValue:
    """What the running system is worth. `against` is None while the remaining cost is not known."""

    monthly: Percentiles
    loses: float  # share of the draws in which a month costs more than it saves
    capped: float  # share of the draws in which the stated accepted share was above the cap
    accepted: Percentiles  # the share that counted
    against: AgainstCost | None
    monthly_drawn: Floats = field(repr=False, compare=False)  # read-only


@lru_cache(maxsize=64)
def simulate_value(month: Month, drawn: Draws, horizon_months: int, seed: int = SEED) -> SimulatedValue:
    """The value of a month, and what it comes to against the cost. The same input gives the same figures.

    In each draw, with money in one currency:

        monthly value = volume x (accepted x (by hand + (error rate today - wrong) x cost of a wrong output)
                                  - (cap - accepted) x review of an output that is not accepted)
                        - run cost of the scope a year / 12 - further run cost a month

    [items a month] x ([0..1] x ([money an item] + [0..1] x [money an item]) - [0..1] x [money an item]) - [money a
    month]. By hand is minutes / 60 x money an hour, or the stated cost of an item. What is not accepted is done by
    hand as today, with today's errors, and saves nothing; the outputs among it that ran cost the look that found them
    wanting. What decisions send to people is part of the scope's run cost, and grows with the drawn volume.

    The value covers the cost where months x monthly value >= cost; payback is cost / monthly value in months. Months
    count from the day on which the system runs, each like the other.
    """
    by_hand, volume = _by_hand(month, drawn.size, seed), _draw("volume", month.volume, drawn.size, seed)
    accepted, cap, capped = _accepted(month, drawn.size, seed)
    wrong = _share("wrong", month.wrong, drawn.size, seed)
    saved = accepted * (by_hand + (month.error_rate - wrong) * month.wrong_cost)
    refused = (cap - accepted) * month.refused_cost
    monthly = volume * (saved - refused) - _run_cost(month, drawn, volume, seed)
    monthly.setflags(write=False)  # it is handed to every session that asks for the same
    return SimulatedValue(
        monthly=percentiles(monthly),
        loses=_part(monthly < 0),
        capped=_part(capped),
        accepted=percentiles(accepted),
        against=None if drawn.cost is None else against_cost(monthly, drawn.cost, horizon_months),
        monthly_drawn=monthly,
    )


def against_cost(monthly: Floats, cost: Floats, months: int) -> AgainstCost:
    """The value of so many months held against the cost, draw by draw."""
    net = months * monthly - cost
    covered = net >= 0
    return AgainstCost(_part(covered), percentiles(net), _payback(monthly, cost, covered))


def _by_hand(month: Month, draws: int, seed: int) -> Floats:
    """Money for one item by hand."""
    import numpy as np

    if not isinstance(month.by_hand, tuple):
        return np.full(draws, month.by_hand)
    minutes, hour_rate = month.by_hand
    hours = _draw("minutes", minutes, draws, seed) / MINUTES_AN_HOUR
    return hours * _draw("hour_rate", hour_rate, draws, seed)


def _accepted(month: Month, draws: int, seed: int) -> tuple[Floats, Floats, Truths]:
    """The accepted share, the share that can be accepted at all, and where the first was cut to the second."""
    import numpy as np

    cap = np.ones(draws) if month.cap is None else _share("cap", month.cap, draws, seed)
    if month.accepted is None:
        return cap, cap, np.zeros(draws, dtype=bool)
    wanted = _share("accepted", month.accepted, draws, seed)
    return np.minimum(wanted, cap), cap, wanted > cap


def _run_cost(month: Month, drawn: Draws, volume: Floats, seed: int) -> Floats:
    """Money a month. The scope counted reviews at one volume; here they follow the drawn one."""
    import numpy as np

    cost = _draw("run_cost", month.run_cost, drawn.size, seed)
    if drawn.run_cost_year is not None:
        cost = cost + drawn.run_cost_year / MONTHS_A_YEAR
    for review in month.reviews:
        of_one = review.cost_year_of_one.at(scores(review.stream, draws=drawn.size, seed=seed)) / MONTHS_A_YEAR
        cost = cost + of_one * (volume - review.records_per_month)
    return np.asarray(cost)


def _payback(monthly: Floats, cost: Floats, covered: Truths) -> Payback:
    """A percentile is a drawn figure, not one between two: half of a number and of never is no number."""
    import numpy as np

    pays = (monthly > 0) | ((monthly == 0) & (cost == 0))
    months = np.full(len(cost), np.inf)
    np.divide(cost, monthly, out=months, where=monthly > 0)
    months[(monthly == 0) & (cost == 0)] = 0.0
    places = [ceil(level * len(months)) - 1 for level in PAYBACK_LEVELS]
    found = (float(value) for value in np.sort(months)[places])
    p10, p50, p90 = (value if np.isfinite(value) else None for value in found)
    return Payback(p10, p50, p90, never_within_horizon=1 - _part(covered), never=1 - _part(pays))


def _draw(name: str, quantity: Range, draws: int, seed: int) -> Floats:
    return quantity.at(scores(f"value:{name}", draws=draws, seed=seed))


def _share(name: str, quantity: Range, draws: int, seed: int) -> Floats:
    import numpy as np

    return np.minimum(_draw(name, quantity, draws, seed), 1.0)


def _part(truths: Truths) -> float:
    return float(truths.mean())
