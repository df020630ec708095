"""The outcome definition against itself, against who agreed on it, and against what was measured of it."""

from __future__ import annotations

import re

from readiness.diagnosis.contradictions.recorded import Recorded, figure, percent, short
from readiness.diagnosis.failure_modes import FailureMode
from readiness.outcome.agreement import SIGNERS_NEEDED
from readiness.outcome.definition import (
    SHARES_OF_THE_LOG,
    Direction,
    MeasuredBy,
    Metric,
    all_metrics,
    measured,
    primary_metric,
)
from readiness.outcome.exercise_result import asked_figure
from readiness.outcome.exercise_result import figure as coefficient

_IS_A_SHARE = re.compile(r"\b(?:share|rate|accuracy|precision|recall|portion|proportion|percentage)\b", re.IGNORECASE)
_IS_A_CHANGE = re.compile(r"\b(?:growth|change|increase|reduction|improvement|return)\b", re.IGNORECASE)


def agreed_with_too_few(on: Recorded) -> str | None:
    """Where anybody has signed: what nobody has signed is not agreed, and is called unknown elsewhere."""
    signed = len(on.ledger.valid_signatures)
    if not on.answered_yes(FailureMode.MEASUREMENT) or signed >= SIGNERS_NEEDED:
        return None
    if not signed and not on.ledger.void_signatures:
        return None
    stand = "signature stands" if signed == 1 else "signatures stand"
    return f"Question 3 is answered with yes, and {signed} of {SIGNERS_NEEDED} {stand} under the outcome definition."


def tolerance_reversed(on: Recorded) -> str | None:
    return _reversed(primary_metric(on.facts.outcome))


def target_outside_tolerance(on: Recorded) -> str | None:
    return _target_outside(primary_metric(on.facts.outcome))


def further_metric_at_odds(on: Recorded) -> str | None:
    for metric in on.facts.outcome.further:
        said = _reversed(metric) or _target_outside(metric)
        if said:
            return f"{metric.metric.strip() or 'A further metric'}: {said}"
    return None


def baseline_beats_target(on: Recorded) -> str | None:
    metric = primary_metric(on.facts.outcome)
    today, target = metric.baseline_value, metric.target
    if today is None or target is None:
        return None
    better = today > target if metric.direction is Direction.HIGHER else today < target
    if not better:
        return None
    return (
        f"With “{metric.direction}”, the metric is {_of(metric, today)} today, and the target is {_of(metric, target)}."
    )


def share_beyond_its_ends(on: Recorded) -> str | None:
    for metric in all_metrics(on.facts.outcome):
        if not _is_share(metric):
            continue
        stated = {
            "target": metric.target,
            "lower end of the tolerance": metric.tolerance_low,
            "upper end of the tolerance": metric.tolerance_high,
            "metric today": metric.baseline_value,
        }
        for what, value in stated.items():
            if value is not None and not 0 <= value <= 100:
                name = short(metric.metric, "The metric")
                return f"{name} is a share in %, and its {what} is put at {figure(value)}%."
    return None


def unit_other_than_the_logs(on: Recorded) -> str | None:
    for metric in all_metrics(on.facts.outcome):
        unit = metric.unit.strip()
        if metric.measured_by in SHARES_OF_THE_LOG and unit not in ("", "%"):
            name = short(metric.metric, "The metric")
            return f"{name} is read from the log, which gives it in %, and its unit is {unit}."
    return None


def wrong_output_costs_nothing(on: Recorded) -> str | None:
    if on.facts.outcome.wrong_output_cost != 0 or not on.reviewed_share:
        return None
    share = percent(on.reviewed_share)
    return f"A wrong output is said to cost 0, and the decisions send {share} of the records to people to prevent one."


def signed_and_still_disagreeing(on: Recorded) -> str | None:
    tested, signed = on.ledger.tested, len(on.ledger.valid_signatures)
    if tested is None or tested.earlier_wording or not tested.stays_below or signed < SIGNERS_NEEDED:
        return None
    alpha = tested.latest.alpha.value
    if alpha is None:
        return None
    return (
        f"{signed} people have signed what a correct output is, and on {len(tested.latest.exercise.records)} records "
        f"the group's agreement is {coefficient(alpha, tested.least)}; {asked_figure(tested.least)} is asked for."
    )


def run_below_tolerance(on: Recorded) -> str | None:
    metric = primary_metric(on.facts.outcome)
    low, latest = metric.tolerance_low, on.latest_run
    is_like_a_score = (
        metric.measured_by is MeasuredBy.OWN and metric.direction is Direction.HIGHER and _is_share(metric)
    )
    if latest is None or low is None or not is_like_a_score or not on.answered_yes(FailureMode.MEASUREMENT):
        return None
    if latest.high * 100 >= low:
        return None
    return (
        f"Question 3 is answered with yes for at least {_of(metric, low)}, and the latest evaluation run was right on "
        f"{percent(latest.score)} of {latest.cases:,} cases, at most {percent(latest.high)} within its 95% interval."
    )


def _reversed(metric: Metric) -> str | None:
    low, high = metric.tolerance_low, metric.tolerance_high
    if low is None or high is None or low <= high:
        return None
    return f"The tolerance begins at {_of(metric, low)} and ends at {_of(metric, high)}, which is less."


def _target_outside(metric: Metric) -> str | None:
    low, high, target = metric.tolerance_low, metric.tolerance_high, metric.target
    if target is None or (low is not None and high is not None and low > high):
        return None
    if low is not None and target < low:
        return f"The target is {_of(metric, target)}, and the tolerance begins at {_of(metric, low)}."
    if high is not None and target > high:
        return f"The target is {_of(metric, target)}, and the tolerance ends at {_of(metric, high)}."
    return None


def _is_share(metric: Metric) -> bool:
    """Whether it can only lie between 0 and 100%: a growth in % may well be more, or less than none."""
    if metric.measured_by in SHARES_OF_THE_LOG:
        return True
    name = metric.metric
    return metric.unit.strip() == "%" and bool(_IS_A_SHARE.search(name)) and not _IS_A_CHANGE.search(name)


def _of(metric: Metric, value: float) -> str:
    """A figure of this metric with its unit. Short figures stay short, and none is rounded into another."""
    return measured(f"{value:,.12g}", metric.unit)
