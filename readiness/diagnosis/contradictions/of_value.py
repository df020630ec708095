"""What the value counts with, against the audit, the log, the evaluation, the workflow and the definition."""

from __future__ import annotations

from readiness.diagnosis.contradictions.recorded import (
    FEWEST_LOGGED,
    RECENT_DAYS,
    Recorded,
    counted,
    day,
    figure,
    percent,
    told_apart,
)
from readiness.outcome.definition import Direction, primary_metric
from readiness.outcome.value import Stated

DAYS_A_MONTH = 365.25 / 12
VOLUMES_APART = 1.5  # times, and outside the stated range: less is a matter of the season
LOGGED_APART = 2.0  # times: a system may still be growing into its volume


def accepts_more_than_the_audit_allows(on: Recorded) -> str | None:
    accepted, effect = on.facts.value.accepted.likely, on.ledger.effect
    if accepted is None or effect is None or not effect.records or effect.undecided.count:
        return None
    if accepted <= effect.automatic.high:
        return None
    stated, most = told_apart(accepted, effect.automatic.high)
    return (
        f"The value counts {stated} of the items as accepted, and after the decisions "
        f"{percent(effect.automatic.share)} run without a person, at most {most} within the audit's interval."
    )


def accepts_more_than_the_log_shows(on: Recorded) -> str | None:
    accepted, routed = on.facts.value.accepted.likely, on.routed_lately
    if accepted is None or routed is None or accepted <= 1 - routed.share:
        return None
    stated, alone = told_apart(accepted, 1 - routed.share)
    days = f"on its last {counted(routed.days, 'day')} with data"
    return f"The value counts {stated} of the items as accepted, and the log has {alone} without a human {days}."


def accepts_more_than_was_right(on: Recorded) -> str | None:
    accepted, wrong = on.facts.value.accepted.likely, on.facts.value.wrong.likely
    latest = on.latest_run
    if accepted is None or wrong is None or latest is None:
        return None
    right = accepted * (1 - wrong)
    if right <= latest.high:
        return None
    stated, most = told_apart(right, latest.high)
    return (
        f"The value counts {stated} of the items as accepted and right, and the latest evaluation run was right on "
        f"{percent(latest.score)} of {latest.cases:,} cases, at most {most} within its 95% interval."
    )


def volumes_apart(on: Recorded) -> str | None:
    stated, month = on.facts.value.volume, on.facts.workflow.volume_per_month
    if stated.likely is None or month is None or _holds(stated, month):
        return None
    if _apart(stated.likely, month) <= VOLUMES_APART:
        return None
    return f"The value counts with {figure(stated.likely)} items a month, and the workflow states {figure(month)}."


def volume_against_the_log(on: Recorded) -> str | None:
    live, month = on.facts.live, on.facts.workflow.volume_per_month
    if live is None or month is None:
        return None
    days = [one for one in live.days if not one.ongoing]
    first = next((place for place, one in enumerate(days) if one.items), len(days))
    recent = days[first:][-RECENT_DAYS:]
    items = sum(one.items for one in recent)
    if len(recent) < RECENT_DAYS or items < FEWEST_LOGGED:
        return None
    logged = items * DAYS_A_MONTH / len(recent)
    if _apart(logged, month) <= LOGGED_APART:
        return None
    return (
        f"The workflow states {figure(month)} items a month, and the log's last {RECENT_DAYS} days up to "
        f"{day(recent[-1].day)} come to {logged:,.0f} a month."
    )


def horizon_ends_before_it_is_done(on: Recorded) -> str | None:
    value = on.facts.value
    if not value.started or round(value.horizon_months * DAYS_A_MONTH) >= on.done_days:
        return None
    months, days = counted(value.horizon_months, "month"), counted(on.done_days, "day")
    return f"The value is counted over {months}, and {days} inside the tolerance are needed before it counts as done."


def nothing_wrong_and_a_tolerance_for_it(on: Recorded) -> str | None:
    wrong, metric = on.facts.value.wrong, primary_metric(on.facts.outcome)
    if not wrong.figures or max(wrong.figures) > 0 or metric.target is None:
        return None
    if metric.unit.strip() != "%" or metric.direction is not Direction.HIGHER or metric.target >= 100:
        return None
    return (
        f"The value counts none of the accepted outputs as wrong, and the target of the metric is {metric.target:g}%."
    )


def two_currencies(on: Recorded) -> str | None:
    outcome, plan = on.facts.outcome, on.facts.plan
    of_outcome, of_scope = outcome.currency.strip(), plan.currency.strip()
    uses_one = outcome.wrong_output_cost or outcome.baseline_cost
    uses_other = plan.day_rate or plan.review_hour_rate
    if not of_outcome or not of_scope or of_outcome.casefold() == of_scope.casefold():
        return None
    if not uses_one or not uses_other:
        return None
    return f"The outcome definition counts money in {of_outcome}, and the scope counts it in {of_scope}."


def limit_that_nothing_reaches(on: Recorded) -> str | None:
    limit, accepted = on.inputs.most_outside_share, on.facts.value.accepted.likely
    if limit < 1 or not accepted:
        return None
    return f"A rebuild may leave 100% of the records to people, and the value counts {percent(accepted)} as accepted."


def _holds(stated: Stated, figure: float) -> bool:
    return min(stated.figures) <= figure <= max(stated.figures)


def _apart(first: float, second: float) -> float:
    """How many times the smaller one is in the larger; endless where one is nothing and the other is not."""
    low, high = sorted((first, second))
    if low:
        return high / low
    return float("inf") if high else 1.0
