"""A lever: one input that decides, with its present value, its scale, and the case at another value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil, floor, log10

from readiness.diagnosis.places import Place
from readiness.diagnosis.verdict import Case

_ROUNDING = 1e-9


class Unit(StrEnum):
    """What a value of a lever is measured in."""

    SHARE = "share"  # 0..1
    PERSON_DAYS = "person-days"
    DAYS = "days"
    MONEY = "money"
    COUNT = "count"
    PROBABILITY = "probability"  # 0..1
    ALPHA = "alpha"
    STEP = "step"  # 0 or 1: something that is done or not


class Better(StrEnum):
    """Which way never makes the verdict worse. What may go either way, such as finding something out, has none."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Lever:
    """One input that decides. `present` is None while it is not known, which is no value on the scale.

    Values run from `lowest` to `highest` in `step`. A step's `name` says that it is done,
    and `undone` that it no longer is. A `limit` is
    the project's own rule and no state of the project. Levers are applied in the order in which they are listed.
    """

    id: str
    name: str
    unit: Unit
    present: float | None
    lowest: float
    highest: float
    step: float
    better: Better
    place: Place
    change: Callable[[Case, float], Case] = field(repr=False, compare=False)
    prepare: Callable[[Case], Case] | None = field(default=None, repr=False, compare=False)
    wanted: float | None = None  # of a lever without a better side: what is tried to lift the verdict
    undone: str = ""
    assumes: str = ""  # what is taken for granted when it changes
    currency: str = ""
    limit: bool = False
    parts: int = 1  # how many things a step asks to be done

    @property
    def is_step(self) -> bool:
        return self.unit is Unit.STEP

    def prepares(self, value: float) -> bool:
        """Whether results have to be gathered anew before this value."""
        return self.prepare is not None and bool(value or not self.is_step)

    @property
    def last(self) -> int:
        """The number of the highest value on the scale; the lowest is number 0."""
        return max(0, round((self.highest - self.lowest) / self.step))

    def value(self, number: int) -> float:
        """The value of that number on the scale."""
        return round(self.lowest + number * self.step, 10)

    @property
    def best(self) -> float | None:
        """The value that is tried to lift the verdict: the end that is better, a step that is done; None for none."""
        if self.is_step:
            return 1.0
        return {Better.MORE: self.value(self.last), Better.LESS: self.value(0), Better.NEITHER: self.wanted}[
            self.better
        ]

    def at(self, case: Case, value: float) -> Case:
        """The case with this value. Of a lever that is prepared, what others changed in the results before is lost:
        `applied` changes several together."""
        return applied(case, [(self, value)])

    def beyond_present(self, *, upwards: bool) -> range:
        """The numbers of the values on one side of the present one, the nearest first; all where it is not known."""
        if self.present is None:
            return range(self.last + 1) if upwards else range(self.last, -1, -1)
        place = (self.present - self.lowest) / self.step
        if upwards:
            return range(max(0, floor(place + _ROUNDING) + 1), self.last + 1)
        return range(min(self.last, ceil(place - _ROUNDING) - 1), -1, -1)

    def between(self, value: float, part: float) -> float:
        """The value on the scale that is so large a part of the way from the present one."""
        present = self.lowest if self.present is None else self.present
        number = (present + part * (value - present) - self.lowest) / self.step
        nearest = ceil(number - _ROUNDING) if value > present else floor(number + _ROUNDING)
        return self.value(min(self.last, max(0, nearest)))

    def written(self, value: float, *, apart_from: float | None = None) -> str:
        """A value as it is read, with a decimal more where it would not be told apart from another one."""
        text = self._figure(value, 0)
        if apart_from is not None and apart_from != value and text == self._figure(apart_from, 0):
            text = self._figure(value, 1)
        if self.unit is Unit.MONEY:
            return f"{text} {self.currency}".rstrip()
        if self.unit in (Unit.PERSON_DAYS, Unit.DAYS):
            return f"{text} {'person-day' if self.unit is Unit.PERSON_DAYS else 'day'}{'' if text == '1' else 's'}"
        return text

    def _figure(self, value: float, more: int) -> str:
        if self.unit in (Unit.SHARE, Unit.PROBABILITY):
            return f"{value * 100:.{more}f}%"
        return f"{value:,.{_decimals(self.step) + more}f}"


def step_lever(
    id: str,
    done: str,
    place: Place,
    change: Callable[[Case, float], Case],
    *,
    prepare: Callable[[Case], Case] | None = None,
    better: Better = Better.MORE,
    present: float = 0.0,
    undone: str = "",
    parts: int = 1,
    assumes: str = "",
) -> Lever:
    """A lever that is done or not."""
    return Lever(
        id=id,
        name=done,
        unit=Unit.STEP,
        present=present,
        lowest=0.0,
        highest=1.0,
        step=1.0,
        better=better,
        place=place,
        change=change,
        prepare=prepare,
        undone=undone,
        parts=parts,
        assumes=assumes,
    )


def applied(case: Case, changes: Iterable[tuple[Lever, float]]) -> Case:
    """The case with all of these values. Those come first whose results have to be gathered anew."""
    wanted = list(changes)
    for lever, value in wanted:
        if lever.prepare is not None and lever.prepares(value):
            case = lever.prepare(case)
    for lever, value in wanted:
        case = lever.change(case, value)
    return case


def nice(size: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above `size`."""
    power = 10.0 ** floor(log10(size))
    return next(times * power for times in (5.0, 2.0, 1.0) if times * power <= size * (1 + _ROUNDING))


def _decimals(step: float) -> int:
    return 0 if step >= 1 else min(6, ceil(-log10(step) - _ROUNDING))
