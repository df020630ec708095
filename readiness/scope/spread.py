"""Where the range of the total comes from: the components that make most of its spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.scope.simulation import Contribution, Simulation
from readiness.shares import whole_percent

MOST_BARS = 12
MOST_NAMED = 3
_MOST_OF_IT = 0.5
_STANDS_OUT = 1.25  # times the share that each would have, were all the same
_WORTH_NAMING = 0.25  # of the spread; less is not worth estimating again before the rest


@dataclass(frozen=True, slots=True)
class Bar:
    """What one component, or several together, moves the total by. `share` is its part of the spread (0..1)."""

    label: str
    share: float
    low_days: float  # at its low, against its likely figure: zero or below
    high_days: float  # at its high: zero or above
    components: int


def tornado(simulation: Simulation, most: int = MOST_BARS) -> tuple[Bar, ...]:
    """The components that have a range as at most `most` bars, the largest first; the last stands for all the rest."""
    moving = _moving(simulation)
    named = moving if len(moving) <= most else moving[: most - 1]
    rest = moving[len(named) :]
    bars = [_bar(one.component, [one]) for one in named]
    return (*bars, _bar(f"other {len(rest)} components", rest)) if rest else tuple(bars)


def spread_sentence(simulation: Simulation) -> str:
    """Whose estimates to look at again first, as plain text: what makes most of the spread, named and counted."""
    moving = _moving(simulation)
    if not moving:
        return "No estimate has a range: low and high are the same, so the total shows no uncertainty."
    largest = moving[0]
    if len(simulation.contributions) == 1:
        return f"Only {largest.component} is estimated, so all of the spread is its own."
    if len(moving) == 1:
        return f"All of the spread comes from {largest.component}: estimate it again first."
    named = _standing_out(moving)
    if not named:
        share, none = whole_percent(largest.share), "neither" if len(moving) == 2 else "none"
        return (
            f"The spread is shared by {len(moving)} components, {none} of which stands out: "
            f"the largest, {largest.component}, makes up {share}."
        )
    share = whole_percent(sum(one.share for one in named))
    if len(named) == 1:
        return f"{named[0].component} makes up {share} of the spread: estimate it again first."
    return f"{_listed([one.component for one in named])} make up {share} of the spread: estimate them again first."


def _moving(simulation: Simulation) -> tuple[Contribution, ...]:
    """Those that have a range. What has a share has one, and where there is a range, somebody has a share."""
    if not any(one.share > 0 for one in simulation.contributions):
        return ()
    return tuple(one for one in simulation.contributions if one.high_days > one.low_days)


def _standing_out(moving: Sequence[Contribution]) -> list[Contribution]:
    """The fewest that make most of the spread, of those clearly above an even share; none if that is little."""
    named: list[Contribution] = []
    for one in moving[:MOST_NAMED]:
        if one.share * len(moving) < _STANDS_OUT or sum(other.share for other in named) >= _MOST_OF_IT:
            break
        named.append(one)
    return named if sum(one.share for one in named) >= _WORTH_NAMING else []


def _bar(label: str, parts: Sequence[Contribution]) -> Bar:
    low, high = sum(one.low_days for one in parts), sum(one.high_days for one in parts)
    return Bar(label, min(sum(one.share for one in parts), 1.0), low, high, len(parts))


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
