"""What handling decisions send to people, as a load of records and a cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from readiness.audit.decisions import ROUTES, HandlingDecision, Route, strictest_route
from readiness.audit.report import AuditReport
from readiness.ranges import Range
from readiness.scope.items import ItemSource, ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad
from readiness.shares import Share, share_of
from readiness.workflow import Workflow

SHARE_CONFIDENCE = 0.95  # of the interval of a share


class ReviewFigure(StrEnum):
    """What the cost of a review is counted from, beside the share; without it the cost is unknown, not zero."""

    VOLUME = "the records per month"
    MINUTES = "the minutes of one review"
    RATE = "the hourly rate of the reviewers"


@dataclass(frozen=True, slots=True)
class UnknownReviewCost:
    """A scope item that sends records to people at a cost that cannot be told, and what is not stated for it."""

    item_id: str
    component: str
    missing: tuple[ReviewFigure, ...]

    @property
    def sentence(self) -> str:
        return f"Review cost not known: {not_stated(self.missing)}."


@dataclass(frozen=True, slots=True)
class ItemReview:
    """The records that people look at because of one scope item. A figure is None while it is not stated."""

    item: ScopeItem
    records: int  # of the sample
    share: Share  # of all records
    minutes: float | None
    hour_rate: float | None
    records_per_month: float | None  # all of them, reviewed or not

    @property
    def missing(self) -> tuple[ReviewFigure, ...]:
        stated = {
            ReviewFigure.VOLUME: self.records_per_month,
            ReviewFigure.MINUTES: self.minutes,
            ReviewFigure.RATE: self.hour_rate,
        }
        return tuple(figure for figure, value in stated.items() if value is None)


def review_loads(
    report: AuditReport | None,
    decisions: Mapping[str, HandlingDecision],
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    workflow: Workflow,
) -> tuple[ReviewLoad, ...]:
    """The load of each scope item whose decision sends records to people; none where a figure is not known."""
    reviews = item_reviews(report, decisions, items, plan, workflow)
    if report is None or not reviews:
        return ()
    population = report.limits.population if report.limits else None
    of_all = share_range(share_of(sum(review.records for review in reviews), report.records, population))
    return tuple(
        ReviewLoad(
            item_id=review.item.id,
            share=share_range(review.share),
            records_per_month=review.records_per_month,
            minutes=review.minutes,
            hour_rate=review.hour_rate,
            of_all=of_all,
        )
        for review in reviews
        if review.records_per_month is not None and review.minutes is not None and review.hour_rate is not None
    )


def unknown_review_costs(
    report: AuditReport | None,
    decisions: Mapping[str, HandlingDecision],
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    workflow: Workflow,
) -> tuple[UnknownReviewCost, ...]:
    """What `review_loads` leaves out because it cannot be told, with what is missing for each item."""
    return tuple(
        UnknownReviewCost(review.item.id, review.item.component, review.missing)
        for review in item_reviews(report, decisions, items, plan, workflow)
        if review.missing
    )


def item_reviews(
    report: AuditReport | None,
    decisions: Mapping[str, HandlingDecision],
    items: Sequence[ScopeItem],
    plan: ScopePlan,
    workflow: Workflow,
) -> tuple[ItemReview, ...]:
    """The reviews that the decisions ask for, by the report's order of edge cases; their records add up to all that
    go to people.

    A record that is rejected for one of its edge cases is reviewed by nobody. One that several of its edge cases send
    to people is looked at once, for as long as the slowest takes: it counts under the edge case with the longest
    stated minutes, of those the one with most records, then the first by id. An edge case that is left with no record
    of its own has no review.
    """
    if report is None:
        return ()
    by_case = {item.edge_case: item for item in items if item.source is ItemSource.DECISION}
    minutes = {case: _minutes(item, plan) for case, item in by_case.items()}
    population = report.limits.population if report.limits else None
    return tuple(
        ItemReview(
            item=by_case[case],
            records=records,
            share=share_of(records, report.records, population),
            minutes=minutes[case],
            hour_rate=plan.review_hour_rate,
            records_per_month=workflow.volume_per_month,
        )
        for case, records in _attributed(report, decisions, minutes).items()
        if records and case in by_case
    )


def share_range(share: Share) -> Range:
    """A share with its interval, as a range to draw from."""
    return Range(share.low, share.share, share.high, SHARE_CONFIDENCE)


def not_stated(figures: Sequence[ReviewFigure]) -> str:
    """These figures as the middle of a sentence: "the minutes of one review are not stated"."""
    names = [figure.value for figure in figures]
    listed = " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
    return f"{listed} {'is' if tuple(figures) == (ReviewFigure.RATE,) else 'are'} not stated"


def _minutes(item: ScopeItem, plan: ScopePlan) -> float | None:
    return plan.review_minutes if item.review_minutes is None else item.review_minutes


def _attributed(
    report: AuditReport, decisions: Mapping[str, HandlingDecision], minutes: Mapping[str, float | None]
) -> dict[str, int]:
    """Records by the one edge case under which they are reviewed, in the report's order."""
    routes = {case.id: ROUTES[decisions[case.id].handling] for case in report.edge_cases if case.id in decisions}
    counts = {case.id: case.records for case in report.edge_cases}

    def precedence(case: str) -> tuple[float, int, str]:
        return (-(minutes.get(case) or 0.0), -counts[case], case)

    records = {case: 0 for case in counts if routes.get(case) is Route.REVIEW}
    for combination in report.combinations:
        if strictest_route(combination.edge_cases, routes) is Route.REVIEW:
            sent = [case for case in combination.edge_cases if routes.get(case) is Route.REVIEW]
            records[min(sent, key=precedence)] += combination.records
    return records
