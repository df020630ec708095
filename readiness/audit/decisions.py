"""Handling decisions: what production does with each edge case, and what that leaves of the volume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from readiness.audit.report import AuditReport, ShareValue, share_value


class Handling(StrEnum):
    """What production does with the records of an edge case (M8)."""

    VALIDATION_RULE = "validation rule"
    PREPROCESSING = "preprocessing"
    HUMAN_REVIEW = "human review"
    REJECT = "reject"
    ACCEPT = "accept"


class HandlingDecision(BaseModel):
    """The decision for one edge case. Undecided edge cases have no HandlingDecision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edge_case: str  # EdgeCase.id
    handling: Handling
    note: str = ""


class Route(StrEnum):
    """Where a record goes in production. The strictest route of its edge cases decides, in the order of this list."""

    REJECTED = "rejected"
    REVIEW = "goes to a person"
    UNDECIDED = "undecided"
    AUTOMATIC = "runs without a person"


class HandlingEffect(BaseModel):
    """What the decisions leave of the volume: exclusive routes that sum to all records, each with its 95% interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    records: int
    automatic: ShareValue  # runs without a person
    review: ShareValue
    rejected: ShareValue
    undecided: ShareValue
    undecided_edge_cases: tuple[str, ...] = ()  # EdgeCase.id without a decision, sorted
    unknown_decisions: tuple[str, ...] = ()  # decisions about edge cases that this audit did not find, sorted

    @property
    def sentence(self) -> str:
        """The effect as a sponsor reads it."""
        if not self.records:
            return "The sample holds no records, so the decisions have no effect to show."
        parts = [
            f"{self.automatic.share:.1%} of the records run without a person",
            f"{self.review.share:.1%} go to review",
            f"{self.rejected.share:.1%} are rejected",
        ]
        if self.undecided.count:
            parts.append(f"{self.undecided.share:.1%} are undecided")
        return f"After these decisions {', '.join(parts[:-1])} and {parts[-1]}."


ROUTES = {
    Handling.PREPROCESSING: Route.AUTOMATIC,
    Handling.ACCEPT: Route.AUTOMATIC,
    Handling.VALIDATION_RULE: Route.REVIEW,  # a record that fails validation is routed to a person (M24)
    Handling.HUMAN_REVIEW: Route.REVIEW,
    Handling.REJECT: Route.REJECTED,
}
_STRICTEST_FIRST = tuple(Route)


def effect_of(report: AuditReport, decisions: Sequence[HandlingDecision]) -> HandlingEffect:
    """What `decisions` leave of the audited volume, counted in records; needs the report only, not the records."""
    routes = {decision.edge_case: ROUTES[decision.handling] for decision in decisions}
    records = dict.fromkeys(Route, 0)
    records[Route.AUTOMATIC] = report.records
    for combination in report.combinations:
        route = strictest_route(combination.edge_cases, routes)
        records[Route.AUTOMATIC] -= combination.records
        records[route] += combination.records
    known = {case.id for case in report.edge_cases}
    population = report.limits.population if report.limits else None

    def share(route: Route) -> ShareValue:
        return share_value(records[route], report.records, population)

    return HandlingEffect(
        records=report.records,
        automatic=share(Route.AUTOMATIC),
        review=share(Route.REVIEW),
        rejected=share(Route.REJECTED),
        undecided=share(Route.UNDECIDED),
        undecided_edge_cases=tuple(sorted(known - set(routes))),
        unknown_decisions=tuple(sorted(set(routes) - known)),
    )


def strictest_route(edge_cases: Iterable[str], routes: Mapping[str, Route]) -> Route:
    """Where a record with these edge cases goes; those that `routes` does not have are undecided."""
    return min((routes.get(case, Route.UNDECIDED) for case in edge_cases), key=_STRICTEST_FIRST.index)
