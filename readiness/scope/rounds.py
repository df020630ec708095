"""Estimating together: what one participant answers about a component, and how far the answers lie apart.

Disagreement is measured in person-days, because that is what it does to the total: the highest likely figure minus
the lowest, times one plus the share (0..1) of pairs of people whose ranges from low to high have nothing in common.
So 2 to 15 days among ranges that all meet counts 13; were no two of them to meet, it would count 26. A ratio is shown
beside it and does not decide the order: it would put half a day against two before twenty days against forty.
"I do not know" is an answer: it is counted, and is in none of the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Any, NamedTuple

from readiness.errors import InputError, InvalidValueError
from readiness.scope.items import MOST_DAYS

LARGE_RATIO = 1.5  # of the likely figures; below it, ranges that all meet are one opinion in two voices
PARTS = {"low_days": "Low", "likely_days": "Likely", "high_days": "High"}
DO_NOT_KNOW: dict[str, Any] = dict.fromkeys(PARTS)


class Days(NamedTuple):
    """One estimate in person-days."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one participant said about one component. `days` is None for "I do not know"."""

    participant: str
    days: Days | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """What all participants said about one component, side by side."""

    item_id: str
    component: str
    opinions: tuple[Opinion, ...]  # by the likely figure, "I do not know" last

    @property
    def estimates(self) -> tuple[Days, ...]:
        return tuple(opinion.days for opinion in self.opinions if opinion.days is not None)

    @property
    def unknown(self) -> int:
        """How many said that they do not know."""
        return len(self.opinions) - len(self.estimates)

    @property
    def likely(self) -> tuple[float, float] | None:
        """The lowest and the highest likely figure, in person-days; None where nobody gave one."""
        figures = [days.likely for days in self.estimates]
        return (min(figures), max(figures)) if figures else None

    @property
    def span(self) -> str:
        """The likely figures in words: "2 to 15", one figure where all are alike, empty where nobody gave one."""
        return " to ".join(dict.fromkeys(f"{figure:,g}" for figure in self.likely or ()))

    @property
    def difference_days(self) -> float:
        """Between the highest and the lowest likely figure, in person-days."""
        return self.likely[1] - self.likely[0] if self.likely else 0.0

    @property
    def ratio(self) -> float | None:
        """The highest likely figure as a multiple of the lowest; None where there is no such multiple."""
        return self.likely[1] / self.likely[0] if self.likely and self.likely[0] > 0 else None

    @property
    def apart(self) -> float:
        """The share (0..1) of pairs of people whose ranges from low to high have nothing in common."""
        pairs = list(combinations(self.estimates, 2))
        return sum(not _meet(one, other) for one, other in pairs) / len(pairs) if pairs else 0.0

    @property
    def disagreement_days(self) -> float:
        """How far the answers lie apart, in person-days: from the difference of the likely figures, where all ranges
        meet, to twice that, where no two do."""
        return self.difference_days * (1 + self.apart)

    @property
    def is_large(self) -> bool:
        """Whether it is a disagreement, rather than one opinion in several voices."""
        if self.difference_days == 0:
            return False
        return self.apart > 0 or self.ratio is None or self.ratio >= LARGE_RATIO

    @property
    def pooled(self) -> Days | None:
        """The median of each figure, as a hint: they rise as every single estimate does. None without estimates."""
        if not self.estimates:
            return None
        return Days(*(median(figures) for figures in zip(*self.estimates, strict=True)))


def spread(item_id: str, component: str, opinions: Iterable[Opinion]) -> Spread:
    """The opinions about one component, by their likely figure and then by name."""
    return Spread(item_id, component, tuple(sorted(opinions, key=_place)))


def by_disagreement(spreads: Iterable[Spread]) -> tuple[Spread, ...]:
    """The largest disagreement first. Where nothing lies apart, those whom most people do not know, and then as they
    were asked."""
    return tuple(sorted(spreads, key=lambda of: (-of.disagreement_days, -_unknown_share(of))))


def finding(spreads: Sequence[Spread]) -> str:
    """The one sentence that follows from a round, about `spreads` in the order of their disagreement."""
    if not any(of.opinions for of in spreads):
        return "Nobody answered."
    sentences = [_about_likely(spreads)]
    nobody = [of.component for of in spreads if of.opinions and not of.estimates]
    if nobody:
        sentences.append(f"Nobody knows {_listed(nobody)}: find out more before it is asked again.")
    return " ".join(filter(None, sentences))


def answer_of(component: str, low: object, likely: object, high: object) -> dict[str, Any]:
    """An estimate as a ballot holds it. A refusal names the component and the figure that it is about."""
    typed = {"low_days": low, "likely_days": likely, "high_days": high}
    missing = [PARTS[part] for part, value in typed.items() if value is None or value == ""]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise InputError(f"{component}: {_listed(missing)} {verb} missing. Fill in all three figures.")
    days = {part: _figure(f"{component}, {PARTS[part]}", value) for part, value in typed.items()}
    for lower, upper in (("low_days", "likely_days"), ("likely_days", "high_days")):
        if days[lower] > days[upper]:
            raise InvalidValueError(
                f"{component}, {PARTS[upper]}", _shown(days[upper]), f"is below {PARTS[lower]}, {days[lower]:g}"
            )
    return dict(days)


def opinion_of(participant: str, answer: dict[str, Any], note: str = "") -> Opinion | None:
    """A ballot's answer, read back; None for one that is no estimate, as a file of unknown origin may hold."""
    values = [answer.get(part) for part in PARTS]
    if all(value is None for value in values):
        return Opinion(participant, None, note)
    try:
        days = answer_of("", *values)
    except InputError:
        return None
    return Opinion(participant, Days(*(days[part] for part in PARTS)), note)


def _about_likely(spreads: Sequence[Spread]) -> str:
    compared = [of for of in spreads if len(of.estimates) > 1]
    if not compared:
        one = any(of.estimates for of in spreads)
        return "Nobody's figures can be compared yet: each component has one estimate at most." if one else ""
    first = next((of for of in compared if of.is_large), None)
    if first is not None:
        return f"Largest disagreement: {first.component}, {first.span} days likely; talk about it first."
    widest = max(compared, key=lambda of: of.disagreement_days)
    if widest.difference_days == 0:
        return "All likely figures are the same."
    return f"No large disagreement: the widest is {widest.component}, {widest.span} days likely."


def _figure(place: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValueError(place, str(value)[:40], "is no number of person-days")
    figure = float(value)
    if not math.isfinite(figure):
        raise InvalidValueError(place, str(value), "is no number of person-days")
    if figure < 0:
        raise InvalidValueError(place, _shown(value), "is below zero")
    if figure > MOST_DAYS:
        raise InvalidValueError(place, _shown(value), f"is more than {MOST_DAYS:,.0f} person-days")
    return figure


def _shown(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def _meet(one: Days, other: Days) -> bool:
    return max(one.low, other.low) <= min(one.high, other.high)


def _place(opinion: Opinion) -> tuple[float, float, float, str]:
    days = opinion.days or Days(math.inf, math.inf, math.inf)
    return (days.likely, days.low, days.high, opinion.participant.casefold())


def _unknown_share(of: Spread) -> float:
    return of.unknown / len(of.opinions) if of.opinions else 0.0


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
