"""The running system's log against the decisions, the answers and the reviews."""

from __future__ import annotations

from readiness.diagnosis.contradictions.recorded import Recorded, counted, day, percent, told_apart
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Finding
from readiness.diagnosis.live_outcomes import held_metrics
from readiness.operation.daily import Standing, metric_days
from readiness.outcome.definition import MeasuredBy, primary_metric
from readiness.outcome.reviews import counted_readings

WINDOW_DAYS = 7  # before a review, whose days of the log it is held against
FEWEST_DAYS = 3  # with data in that window


def more_review_than_the_alert_allows(on: Recorded) -> str | None:
    live, effect = on.facts.live, on.ledger.effect
    if live is None or effect is None or not effect.records or effect.review.low <= live.limits.routed_above:
        return None
    least, limit = told_apart(effect.review.low, live.limits.routed_above)
    return (
        f"The decisions send {percent(effect.review.share)} of the records to people, {least} at least, and more than "
        f"{limit} raises an alert."
    )


def more_review_than_the_tolerance_allows(on: Recorded) -> str | None:
    metric, effect = primary_metric(on.facts.outcome), on.ledger.effect
    if metric.measured_by is not MeasuredBy.ROUTED or metric.tolerance_high is None:
        return None
    if effect is None or not effect.records or effect.review.low * 100 <= metric.tolerance_high:
        return None
    least, most = told_apart(effect.review.low, metric.tolerance_high / 100)
    return (
        f"The decisions send {percent(effect.review.share)} of the records to people, {least} at least, and the "
        f"tolerance for items that people get ends at {most}."
    )


def yes_against_the_log(on: Recorded) -> str | None:
    if not on.answered_yes(FailureMode.MEASUREMENT) and not on.answered_yes(FailureMode.OWNERSHIP):
        return None
    number = 3 if on.answered_yes(FailureMode.MEASUREMENT) else 4
    for identifier in ("operation.streak", "operation.routed"):
        entry = on.ledger.entry(identifier)
        if entry is not None and entry.finding is Finding.FAILED:
            return f"Question {number} is answered with yes, and the log says: {entry.statement}"
    return None


def review_against_the_log(on: Recorded) -> str | None:
    """A reading that was typed by hand as inside, in a week in which every day of the log lies outside."""
    if on.facts.live is None or not on.held or primary_metric(on.facts.outcome).measured_by is MeasuredBy.OWN:
        return None
    held, readings = held_metrics(on.facts.outcome)[0], counted_readings(on.held, on.facts.outcome.metric_id)
    if held.tolerance is None or not readings or not readings[-1].inside or readings[-1].reading_source.strip():
        return None
    last = readings[-1]
    week = [one for one in on.facts.live.days if 0 <= (last.held_on - one.day).days < WINDOW_DAYS and not one.ongoing]
    told = [one for one in metric_days(week, held.metric, held.tolerance) if one.standing is not Standing.NO_DATA]
    if len(told) < FEWEST_DAYS or any(one.standing is Standing.INSIDE for one in told):
        return None
    return (
        f"The review of {day(last.held_on)} read {last.reading_in_words}, inside the tolerance, and all "
        f"{counted(len(told), 'day')} of the log in the week before lie outside it."
    )
