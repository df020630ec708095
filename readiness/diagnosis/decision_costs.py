"""What the handling decisions cost: what they ask to be built, and what they send to people every month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

from readiness.audit.decisions import HandlingDecision
from readiness.audit.report import AuditReport
from readiness.diagnosis.review_load import (
    ItemReview,
    ReviewFigure,
    item_reviews,
    not_stated,
    share_range,
)
from readiness.ranges import Percentiles, Range
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem, ScopePlan
from readiness.scope.simulation import MINUTES_AN_HOUR, simulate
from readiness.shares import Share, share_of, whole_percent
from readiness.workflow import Workflow


@dataclass(frozen=True, slots=True)
class DecisionCost:
    """One decision. `share` and what follows from it are None where no record goes to a person because of it alone."""

    edge_case: str
    title: str
    handling: str
    item: ScopeItem
    share: Share | None  # of all records, each counted under one decision
    records_per_month: Range | None
    minutes: float | None
    cost_per_month: Range | None
    missing: tuple[ReviewFigure, ...]


@dataclass(frozen=True, slots=True)
class DecisionCosts:
    """All decisions together. Shares, records and money a month carry the 95% interval of the share."""

    lines: tuple[DecisionCost, ...]  # in the order of the report
    share: Share  # of the records that go to people
    records_per_month: Range | None
    cost_per_month: Range | None  # of the reviews whose cost is known; None while none is
    building: Percentiles | None  # person-days of what is estimated; None while nothing is
    not_estimated: int
    currency: str

    @property
    def reviews(self) -> tuple[DecisionCost, ...]:
        """The decisions that send records to people."""
        return tuple(line for line in self.lines if line.share is not None)

    @property
    def unknown(self) -> tuple[DecisionCost, ...]:
        """The reviews whose cost cannot be told."""
        return tuple(line for line in self.reviews if line.missing)

    @property
    def missing(self) -> tuple[ReviewFigure, ...]:
        """What is not stated for some review."""
        return tuple(figure for figure in ReviewFigure if any(figure in line.missing for line in self.unknown))

    @property
    def sentence(self) -> str:
        """What a sponsor reads: the reviews with their cost, and the building, with what is not known of either."""
        return f"{self._reviews_sentence} {self._building_sentence}"

    @property
    def _reviews_sentence(self) -> str:
        count, known = len(self.reviews), len(self.reviews) - len(self.unknown)
        if not count:
            return "No decision sends records to people."
        sends = f"{'1 decision sends' if count == 1 else f'{count} decisions send'} {self._share_in_words}"
        if self.records_per_month is not None:
            sends = f"{sends}: about {_about(self.records_per_month.likely)} records a month"
        lacking = f"not known: {not_stated(self.missing)}."
        if not known:
            return f"{sends}. Review cost {lacking}"
        if known == count:
            return f"{sends}, {self._minutes_in_words}, {self._money_in_words}."
        part = f"{known} of them {'costs' if known == 1 else 'cost'} {self._money_in_words} at {self._minutes_in_words}"
        return f"{sends}. {part}; the cost of the other {count - known} is {lacking}"

    @property
    def _minutes_in_words(self) -> str:
        """Of the reviews whose cost is known."""
        minutes = sorted({line.minutes for line in self.reviews if not line.missing and line.minutes is not None})
        return "1 minute each" if minutes == [1] else f"{_span(minutes)} minutes each"

    @property
    def _money_in_words(self) -> str:
        cost = self.cost_per_month
        assert cost is not None
        likely = f"{_about(cost.likely)} {self.currency} a month"
        return likely if cost.low == cost.high else f"{likely} ({_about(cost.low)} to {_about(cost.high)})"

    @property
    def _share_in_words(self) -> str:
        return (
            f"{whole_percent(self.share.share)} of the records to people "
            f"(95% interval {self.share.low:.1%} to {self.share.high:.1%})"
        )

    @property
    def _building_sentence(self) -> str:
        needed = sum(line.item.status is not ItemStatus.NOT_NEEDED for line in self.lines)
        if not needed:
            return "Nothing is to be built for the decisions."
        asks = "Building what the decisions ask for"
        if self.building is None:
            return f"{asks}: not estimated yet."
        range_ = f"{_days(self.building.p10)} to {_days(self.building.p90)} person-days"
        return f"{asks}: {range_}{f', {self.not_estimated} not estimated' if self.not_estimated else ''}."


def decision_costs(
    report: AuditReport | None,
    decisions: Mapping[str, HandlingDecision],
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    workflow: Workflow,
) -> DecisionCosts | None:
    """The decisions on what the audit found, with what each costs; None where nothing is decided."""
    of_case = {item.edge_case: item for item in items if item.source is ItemSource.DECISION}
    cases = [case for case in report.edge_cases if case.id in decisions and case.id in of_case] if report else []
    if report is None or not cases:
        return None
    reviews = {review.item.edge_case: review for review in item_reviews(report, decisions, items, plan, workflow)}
    lines = tuple(
        _line(case.id, case.title, decisions[case.id], of_case[case.id], reviews.get(case.id)) for case in cases
    )
    work = [line.item for line in lines]
    simulated = simulate(work, plan)
    share = _together(report, list(reviews.values()))
    return DecisionCosts(
        lines=lines,
        share=share,
        records_per_month=_times(share, workflow.volume_per_month),
        cost_per_month=_cost_together(report, [review for review in reviews.values() if not review.missing]),
        building=simulated.days if simulated else None,
        not_estimated=sum(item.status is ItemStatus.UNKNOWN for item in work),
        currency=plan.currency,
    )


def _line(
    edge_case: str, title: str, decision: HandlingDecision, item: ScopeItem, review: ItemReview | None
) -> DecisionCost:
    return DecisionCost(
        edge_case=edge_case,
        title=title,
        handling=decision.handling.value,
        item=item,
        share=review.share if review else None,
        records_per_month=_times(review.share, review.records_per_month) if review else None,
        minutes=review.minutes if review else None,
        cost_per_month=_times(review.share, _cost_if_all(review)) if review else None,
        missing=review.missing if review else (),
    )


def _cost_if_all(review: ItemReview) -> float | None:
    """Money a month, were all records to be reviewed like these."""
    if review.records_per_month is None or review.minutes is None or review.hour_rate is None:
        return None
    return review.records_per_month * review.minutes / MINUTES_AN_HOUR * review.hour_rate


def _together(report: AuditReport, reviews: Sequence[ItemReview]) -> Share:
    """The share of the records of any of these reviews; each record is in one of them, so that counts add up."""
    population = report.limits.population if report.limits else None
    return share_of(sum(review.records for review in reviews), report.records, population)


def _cost_together(report: AuditReport, reviews: Sequence[ItemReview]) -> Range | None:
    """Money a month for reviews whose figures are all stated, at the mix of edge cases that the sample shows."""
    records = sum(review.records for review in reviews)
    if not records:
        return None
    each = sum(review.records * (_cost_if_all(review) or 0.0) for review in reviews) / records
    return _times(_together(report, reviews), each)


def _times(share: Share, whole: float | None) -> Range | None:
    if whole is None:
        return None
    part = share_range(share)
    return Range(part.low * whole, part.likely * whole, part.high * whole, part.confidence)


def _span(values: Sequence[float]) -> str:
    """The least and the greatest of sorted values: "8", or "3 to 8"."""
    return f"{values[0]:g}" if len(values) == 1 else f"{values[0]:g} to {values[-1]:g}"


def _about(value: float) -> str:
    """Three figures of a value, which is more than the interval allows: 2,793.4 as "2,790"."""
    if value < 100:
        return f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.1f}".removesuffix(".0")
    step = 10 ** (floor(log10(value)) - 2)
    return f"{round(value / step) * step:,.0f}"


def _days(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")
