"""Every chart of the pages. Each draws a figure that says its finding, or the sentence why there is nothing to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from readiness.agreement import LabelPair
from readiness.audit.report import AuditReport, EdgeCase
from readiness.diagnosis.value_against_cost import ValueResult
from readiness.outcome.evaluation_runs import EvaluationRun
from readiness.outcome.reviews import Review
from readiness.ranges import Percentiles
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.simulation import Simulation
from readiness.scope.totals import ScopeTotal
from readiness.ui.charts.agreement_figures import confused_figure
from readiness.ui.charts.audit_figures import edge_case_figure, tier_figure
from readiness.ui.charts.figure import draw
from readiness.ui.charts.outcome_figures import review_figure, run_figure
from readiness.ui.charts.scope_figures import curve_figure, group_figure, item_figure, tornado_figure
from readiness.ui.charts.value_figures import payback_figure

__all__ = [
    "confused_answers",
    "edge_case_intervals",
    "evaluation_scores",
    "group_ranges",
    "payback",
    "review_history",
    "s_curve",
    "scope_ranges",
    "tiers",
    "tornado",
]


def confused_answers(pairs: Sequence[LabelPair], spellings: Mapping[str, str] | None = None, *, of: str = "") -> None:
    """The pairs of answers that people gave for one record. `of` tells two exercises on one page apart."""
    draw(confused_figure(pairs, spellings), key=f"chart/confused/{of}")


def tiers(report: AuditReport) -> None:
    """All records by quality tier."""
    draw(tier_figure(report), key="chart/tiers")


def edge_case_intervals(cases: Sequence[EdgeCase]) -> None:
    """The edge cases with the most records, with their 95% intervals."""
    draw(edge_case_figure(cases), key="chart/edge_cases")


def tornado(simulation: Simulation) -> None:
    """Which components make the total uncertain."""
    draw(tornado_figure(simulation), key="chart/tornado")


def s_curve(simulation: Simulation, currency: str, plan: ScopePlan | None = None, *, unknown: int = 0) -> None:
    """The chance to stay below each cost; `plan` puts what the prototype's team planned beside it."""
    draw(curve_figure(simulation, currency, plan, unknown=unknown), key="chart/s_curve")


def group_ranges(total: ScopeTotal) -> None:
    """The person-days of each group."""
    draw(group_figure(total), key="chart/groups")


def scope_ranges(items: Sequence[ScopeItem]) -> None:
    """Each estimated component from low over likely to high."""
    draw(item_figure(items), key="chart/items")


def payback(value: ValueResult, cost: Percentiles | None) -> None:
    """The value that adds up month by month, less the remaining cost to build."""
    draw(payback_figure(value, cost), key="chart/payback")


def review_history(reviews: Sequence[Review]) -> None:
    """The readings of the metric over its reviews, with the tolerance."""
    draw(review_figure(reviews), key="chart/reviews")


def evaluation_scores(runs: Sequence[EvaluationRun], accepted_error: float | None) -> None:
    """The score of every evaluation run."""
    draw(run_figure(runs, accepted_error), key="chart/runs")
