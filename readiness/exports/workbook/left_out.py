"""What is not in a total, in words that follow edits: unknown is said beside every figure, and is never zero."""

from __future__ import annotations

from typing import NamedTuple

from readiness.exports.figures import counted
from readiness.exports.scope_layout import PLANNED, TEAM_SIZE
from readiness.exports.workbook import formulas
from readiness.exports.workbook.content import Content
from readiness.exports.workbook.findings_sheet import reviews_without_cost

NO_TEAM, NO_PLAN = "the team size is not stated", "the plan is not stated"


class LeftOut(NamedTuple):
    """A remark as a part of a formula, and what that comes to."""

    part: str
    text: str

    @property
    def formula(self) -> str:
        return f"={self.part}"


def of_days(content: Content) -> LeftOut:
    """How many components are not estimated."""
    return _count(formulas.UNKNOWN, len(content.unknown), "not estimated")


def of_cost(content: Content) -> LeftOut:
    """How many components are not estimated, and how many have no day rate."""
    return _both(of_days(content), _count(formulas.WITHOUT_RATE, content.without_rate, "without a day rate"))


def of_weeks(content: Content) -> LeftOut:
    return _unless(f"N({TEAM_SIZE})>0", bool(content.plan.team_size), NO_TEAM, of_days(content))


def of_ratio(content: Content) -> LeftOut:
    return _unless(f"N({PLANNED})>0", bool(content.plan.planned_days), NO_PLAN, of_days(content))


def of_stated_run_cost(content: Content) -> LeftOut:
    """How many components state no run cost."""
    silent = sum(row.item.run_cost_year is None for row in (*content.estimated, *content.unknown))
    return _count(formulas.silent("Run cost a year"), silent, "without a run cost")


def of_reviews(content: Content) -> str:
    """How many decisions for human review have no cost; their volume is not in the workbook, so this stands still."""
    reviews = reviews_without_cost(content)
    return f"{counted(reviews, 'review')} of unknown cost" if reviews else ""


def of_run_cost(content: Content) -> LeftOut:
    stated, reviews = of_stated_run_cost(content), of_reviews(content)
    return _both(stated, LeftOut(f'"{reviews}"', reviews)) if reviews else stated


def _count(number: str, value: int, words: str) -> LeftOut:
    return LeftOut(f'IF({number}>0,{number}&" {words}","")', f"{value} {words}" if value else "")


def _both(one: LeftOut, other: LeftOut) -> LeftOut:
    comma = f'IF(AND({one.part}<>"",{other.part}<>""),", ","")'
    return LeftOut(f"{one.part}&{comma}&{other.part}", ", ".join(filter(None, (one.text, other.text))))


def _unless(condition: str, holds: bool, words: str, otherwise: LeftOut) -> LeftOut:
    return LeftOut(f'IF({condition},{otherwise.part},"{words}")', otherwise.text if holds else words)
