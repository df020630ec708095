"""What the running system is worth: the work and the errors it saves a month, as a range."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.ranges import Range

HORIZON_MONTHS = 24  # the default: longer than most models, prompts and input formats stay as they are
MOST_VOLUME = 1e9  # items a month
MOST_MINUTES = 10_000.0
MOST_RATE = 1e9
MOST_MONEY = 1e12


class Stated(BaseModel):
    """One input of the value as low, likely and high (80% between low and high), with its source. None: not stated.
    A likely figure by itself is a point: it says that there is no doubt about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float | None = Field(default=None, ge=0, le=MOST_MONEY, allow_inf_nan=False)
    likely: float | None = Field(default=None, ge=0, le=MOST_MONEY, allow_inf_nan=False)
    high: float | None = Field(default=None, ge=0, le=MOST_MONEY, allow_inf_nan=False)
    source: str = Field(default="", max_length=1_000)

    @property
    def figures(self) -> tuple[float, ...]:
        """What is stated of low, likely and high, in this order."""
        return tuple(figure for figure in (self.low, self.likely, self.high) if figure is not None)

    @property
    def range(self) -> Range | None:
        """The input as a range or a point; None while it is not stated, or stated in part."""
        if self.likely is None or (self.low is None) is not (self.high is None):
            return None
        low = self.likely if self.low is None else self.low
        return Range(low, self.likely, self.likely if self.high is None else self.high)


class Unit(StrEnum):
    """What an input of the value is measured in."""

    ITEMS = "items a month"
    MINUTES = "minutes"
    RATE = "an hour"
    MONEY_MONTH = "a month"
    ACCEPTED = "share of items"
    WRONG = "share of accepted outputs"


@dataclass(frozen=True, slots=True)
class Part:
    """One input that the team may state: its name in ValueModel, and how it is called, measured and bounded."""

    name: str
    label: str
    unit: Unit
    most: float

    @property
    def is_share(self) -> bool:
        return self.unit in (Unit.ACCEPTED, Unit.WRONG)

    @property
    def is_money(self) -> bool:
        return self.unit in (Unit.RATE, Unit.MONEY_MONTH)

    def written(self, figure: float) -> str:
        """A figure of this part as it is read: 76%, or 2,600."""
        return f"{figure * 100:,.6g}%" if self.is_share else f"{figure:,.12g}"


PARTS = (
    Part("volume", "Volume", Unit.ITEMS, MOST_VOLUME),
    Part("minutes", "Work on one item by hand", Unit.MINUTES, MOST_MINUTES),
    Part("hour_rate", "Hour rate of that work", Unit.RATE, MOST_RATE),
    Part("accepted", "Accepted share", Unit.ACCEPTED, 1.0),
    Part("wrong", "Wrong among the accepted", Unit.WRONG, 1.0),
    Part("run_cost_month", "Further run cost", Unit.MONEY_MONTH, MOST_MONEY),
)


class ValueModel(BaseModel):
    """What the value is made of, beside today's error rate and the cost of a wrong output in the outcome definition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    volume: Stated = Stated()  # items a month; not stated: the workflow's
    minutes: Stated = Stated()  # of one item by hand today; with hour_rate, else the outcome definition's cost of one
    hour_rate: Stated = Stated()  # of who does it by hand
    accepted: Stated = Stated()  # share of items (0..1) whose output is used as it is
    wrong: Stated = Stated()  # share of the accepted outputs (0..1) that are wrong
    run_cost_month: Stated = Stated()  # beside what the scope items state
    horizon_months: int = Field(default=HORIZON_MONTHS, ge=1, le=120)  # from the day on which the system runs

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for part in PARTS:
            stated = self.of(part)
            if list(stated.figures) != sorted(stated.figures):
                written = ", ".join(part.written(figure) for figure in stated.figures)
                raise ValueError(f"{part.label}: low, likely and high must rise, and {written} do not")
            if stated.figures and stated.figures[-1] > part.most:
                raise ValueError(f"{part.label}: {part.written(stated.figures[-1])} is above {part.written(part.most)}")
        return self

    def of(self, part: Part) -> Stated:
        """What is stated of one part."""
        stated: Stated = getattr(self, part.name)
        return stated

    @property
    def started(self) -> bool:
        """Whether the team has stated anything."""
        return any(self.of(part).figures for part in PARTS)
