"""An audit report with other counts, and a simulated scope of another size: what a value between two figures rests on.

Counts stay whole records, and what goes up in one part of the volume never goes down in a stricter one by rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from readiness.audit.decisions import ROUTES, HandlingDecision, HandlingEffect, Route, strictest_route
from readiness.audit.report import AuditReport, EdgeCase, Tier, share_value
from readiness.ranges import Percentiles
from readiness.scope.simulation import Contribution, Simulation
from readiness.scope.totals import ScopeTotal

if TYPE_CHECKING:
    from readiness.ranges import Floats

_PARTS = (Route.UNDECIDED, Route.REVIEW, Route.AUTOMATIC)  # rejected records count with those that go to people


def recounted(
    report: AuditReport, decisions: Mapping[str, HandlingDecision], *, records: int, outside: int
) -> AuditReport:
    """The report of so many records, of which so many are outside the clean case in the same mix of edge cases."""
    routes = {case: ROUTES[decision.handling] for case, decision in decisions.items()}
    part_of = [_part(strictest_route(one.edge_cases, routes)) for one in report.combinations]
    counts = _spread_by_part([one.records for one in report.combinations], part_of, outside)
    made = tuple(
        one.model_copy(update={"records": count}) for one, count in zip(report.combinations, counts, strict=True)
    )
    in_case = dict.fromkeys((case.id for case in report.edge_cases), 0)
    for one in made:
        for case_id in one.edge_cases:
            in_case[case_id] += one.records
    population = _population(report, records)
    kept = report.edge_cases if outside else ()
    return report.model_copy(
        update={
            "records": records,
            "clean": share_value(records - outside, records, population),
            "tiers": _tiers(report, records, outside, population),
            "combinations": made if outside else (),
            "edge_cases": tuple(_recounted_case(case, in_case[case.id], records, population) for case in kept),
        }
    )


def with_left(report: AuditReport, effect: HandlingEffect, left: int) -> HandlingEffect:
    """The effect in which so many records go to people or are rejected; the rest but for the undecided runs alone."""
    population = report.limits.population if report.limits else None
    parts = [effect.review.count, effect.rejected.count]
    review, rejected = spread(parts, left) if sum(parts) else (left, 0)
    counts = {
        "automatic": effect.records - effect.undecided.count - left,
        "review": review,
        "rejected": rejected,
    }
    return effect.model_copy(
        update={name: share_value(count, effect.records, population) for name, count in counts.items()}
    )


def spread(counts: Sequence[int], total: int) -> list[int]:
    """`total` in the proportions of `counts`, in whole numbers that add up to it."""
    whole = sum(counts)
    if not whole:
        return [0 for _ in counts]
    ends = [(2 * end * total + whole) // (2 * whole) for end in accumulate(counts)]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def resized(total: ScopeTotal, simulation: Simulation, days: float, cost: Floats | None, slope: float) -> ScopeTotal:
    """The total with all days times `days`, at a cost that was drawn anew: `slope` times the former one, and moved."""
    moved = _moved(simulation.cost_drawn, cost, slope)
    scaled = replace(
        simulation,
        days=line(simulation.days, days),
        independent_days=line(simulation.independent_days, days),
        correlated_days=line(simulation.correlated_days, days),
        weeks=line(simulation.weeks, days) if simulation.weeks else None,
        cost=line(simulation.cost, slope, moved) if simulation.cost else None,
        contributions=tuple(
            Contribution(one.item_id, one.component, one.share, one.low_days * days, one.high_days * days)
            for one in simulation.contributions
        ),
        groups={name: line(of, days) for name, of in simulation.groups.items()},
        days_curve=tuple(figure * days for figure in simulation.days_curve),
        cost_curve=tuple(moved + slope * figure for figure in simulation.cost_curve) if simulation.cost_curve else None,
        days_drawn=simulation.days_drawn * days,
        cost_drawn=cost,
    )
    return replace(
        total,
        low_days=total.low_days * days,
        likely_days=total.likely_days * days,
        high_days=total.high_days * days,
        groups=tuple(
            replace(
                group,
                days=line(group.days, days) if group.days else None,
                low_days=group.low_days * days,
                likely_days=group.likely_days * days,
                high_days=group.high_days * days,
            )
            for group in total.groups
        ),
        simulated=scaled,
        ratio_p50=None if total.ratio_p50 is None else total.ratio_p50 * days,
        ratio_p80=None if total.ratio_p80 is None else total.ratio_p80 * days,
    )


def priced(total: ScopeTotal, simulation: Simulation, cost: Floats, slope: float, moved: float) -> ScopeTotal:
    """The total whose cost is `moved` + `slope` x person-days in every draw."""
    simulated = replace(
        simulation,
        cost=line(simulation.days, slope, moved),
        cost_curve=tuple(moved + slope * figure for figure in simulation.days_curve),
        cost_drawn=cost,
    )
    return replace(total, simulated=simulated)


def lengthened(total: ScopeTotal, simulation: Simulation, days: float, cost: float) -> ScopeTotal:
    """The total with so many person-days, and so much money, more in every draw."""
    drawn = simulation.cost_drawn
    simulated = replace(
        simulation,
        days=line(simulation.days, 1, days),
        independent_days=line(simulation.independent_days, 1, days),
        correlated_days=line(simulation.correlated_days, 1, days),
        cost=line(simulation.cost, 1, cost) if simulation.cost else None,
        days_curve=tuple(figure + days for figure in simulation.days_curve),
        cost_curve=tuple(figure + cost for figure in simulation.cost_curve) if simulation.cost_curve else None,
        days_drawn=simulation.days_drawn + days,
        cost_drawn=None if drawn is None else drawn + cost,
    )
    planned = total.ratio_p50 and simulation.days.p50 / total.ratio_p50
    return replace(
        total,
        low_days=total.low_days + days,
        likely_days=total.likely_days + days,
        high_days=total.high_days + days,
        simulated=simulated,
        ratio_p50=simulated.days.p50 / planned if planned else total.ratio_p50,
        ratio_p80=simulated.days.p80 / planned if planned else total.ratio_p80,
    )


def line(of: Percentiles, slope: float, moved: float = 0.0) -> Percentiles:
    """Percentiles and mean of `moved` + `slope` x the quantity; a slope is not below zero."""
    p10, p50, p80, p90, mean = (moved + slope * figure for figure in (of.p10, of.p50, of.p80, of.p90, of.mean))
    return Percentiles(p10, p50, p80, p90, mean)


def _part(route: Route) -> Route:
    return Route.REVIEW if route is Route.REJECTED else route


def _spread_by_part(counts: Sequence[int], part_of: Sequence[Route], outside: int) -> list[int]:
    """Each part gets its share of what is outside, the undecided one rounded up: while any is left, one is open."""
    of_part = {part: sum(n for n, own in zip(counts, part_of, strict=True) if own is part) for part in _PARTS}
    shares = _part_totals(of_part, outside)
    made = [0] * len(counts)
    for part in _PARTS:
        own = [place for place, of in enumerate(part_of) if of is part]
        for place, count in zip(own, spread([counts[place] for place in own], shares[part]), strict=True):
            made[place] = count
    return made


def _part_totals(of_part: Mapping[Route, int], outside: int) -> dict[Route, int]:
    whole = sum(of_part.values())
    if not whole:
        return dict.fromkeys(_PARTS, 0)
    undecided = min(outside, -(-of_part[Route.UNDECIDED] * outside // whole))
    left = (2 * of_part[Route.REVIEW] * outside + whole) // (2 * whole) if of_part[Route.AUTOMATIC] else outside
    left = min(left, outside - undecided) if of_part[Route.REVIEW] else 0
    automatic = outside - undecided - left
    if automatic and not of_part[Route.AUTOMATIC]:
        undecided, automatic = undecided + automatic, 0
    return {Route.UNDECIDED: undecided, Route.REVIEW: left, Route.AUTOMATIC: automatic}


def _tiers(report: AuditReport, records: int, outside: int, population: int | None) -> tuple[object, ...]:
    counts = spread([0 if tier.tier is Tier.CLEAN else tier.records for tier in report.tiers], outside)
    made = []
    for tier, count in zip(report.tiers, counts, strict=True):
        of = share_value(records - outside if tier.tier is Tier.CLEAN else count, records, population)
        made.append(tier.model_copy(update={"records": of.count, "share": of.share, "low": of.low, "high": of.high}))
    return tuple(made)


def _recounted_case(case: EdgeCase, count: int, records: int, population: int | None) -> EdgeCase:
    of = share_value(count, records, population)
    return case.model_copy(update={"records": count, "share": of.share, "low": of.low, "high": of.high})


def _population(report: AuditReport, records: int) -> int | None:
    stated = report.limits.population if report.limits else None
    return None if stated is None else max(stated, records)


def _moved(before: Floats | None, after: Floats | None, slope: float) -> float:
    """By how much the cost was moved beside its slope; the same in every draw."""
    return 0.0 if before is None or after is None else float(after[0] - slope * before[0])
