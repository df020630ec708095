"""What the scope says, against what other statements rely on: safeguards, reviews, the plan, and the sum as shown."""

from __future__ import annotations

import re

from readiness.audit.decisions import Handling
from readiness.diagnosis.contradictions.recorded import (
    Part,
    Recorded,
    counted,
    day,
    figure,
    is_at_zero,
    is_part,
    named,
    percent,
    short,
)
from readiness.diagnosis.failure_modes import FailureMode
from readiness.outcome.definition import MeasuredBy, all_metrics
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem
from readiness.scope.shown import compressed_since, latest_shown

ROLLBACK = Part("rollback", re.compile(r"\broll(?:ing)?[- ]?back\b", re.IGNORECASE))
ALERTING = Part("alerting-runbooks", re.compile(r"\balert(?:s|ing)?\b", re.IGNORECASE))
DASHBOARDS = Part("outcome-dashboards", re.compile(r"\bdashboards?\b|^\s*monitoring\b", re.IGNORECASE | re.MULTILINE))
LOGGING = Part("structured-logging", re.compile(r"\blogging\b", re.IGNORECASE))
HAND_OFF = "hand-off"  # into the tools that staff use already
REVIEW_SCREEN = Part("review-screen", re.compile(r"\breview (?:screen|view|queue)\b", re.IGNORECASE))


def yes_with_unknown_components(on: Recorded) -> str | None:
    if not on.answered_yes(FailureMode.SCOPE_UNDERESTIMATION) or not on.ledger.total.unknown:
        return None
    unknown = on.ledger.total.unknown
    verb = "has" if len(unknown) == 1 else "have"
    return f"Question 2 is answered with yes, and {named(unknown)} {verb} no estimate."


def rollback_left_out(on: Recorded) -> str | None:
    how = on.left_out(ROLLBACK)
    if not how:
        return None
    if on.facts.ownership.may_pull:
        return f"{how}, and the owner may pull the system."
    return None if how.endswith("not needed") else f"{how}, and it is not marked as not needed."


def alerting_left_out(on: Recorded) -> str | None:
    how, live = on.left_out(ALERTING), on.facts.live
    if not how or live is None:
        return None
    return (
        f"{how}, and the log is held to an alert at {percent(live.limits.routed_above)} of the items routed to people."
    )


def dashboards_left_out(on: Recorded) -> str | None:
    how, every = on.left_out(DASHBOARDS), on.facts.ownership.review_every_days
    if not how or every is None:
        return None
    return f"{how}, and the owner is to read the metric every {counted(every, 'day')}."


def logging_left_out(on: Recorded) -> str | None:
    how = on.left_out(LOGGING)
    if not how:
        return None
    metric = next((one for one in all_metrics(on.facts.outcome) if one.measured_by is not MeasuredBy.OWN), None)
    if metric is None:
        return None
    name = short(metric.metric, "a metric")
    return f"{how}, and {name} is to be read from the log."


def review_screen_left_out(on: Recorded) -> str | None:
    """Not where the work is handed to the tools that people look at anyway."""
    how = on.left_out(REVIEW_SCREEN)
    if not how or not on.reviewed_share:
        return None
    if any(item.id == HAND_OFF and item.status is not ItemStatus.NOT_NEEDED for item in on.facts.items):
        return None
    return f"{how}, and the decisions send {percent(on.reviewed_share)} of the records to people."


def review_takes_nothing(on: Recorded) -> str | None:
    if not on.reviewed_share:
        return None
    plan = on.facts.plan
    minutes = [load.minutes for load in on.ledger.loads]
    takes_no_time = 0 in minutes if minutes else plan.review_minutes == 0
    if not takes_no_time and plan.review_hour_rate != 0:
        return None
    free = "0 minutes" if takes_no_time else "0 an hour"
    return f"The decisions send {percent(on.reviewed_share)} of the records to people, and a review is put at {free}."


def components_at_zero(on: Recorded) -> str | None:
    """Rollback stands on a line of its own; a decision to accept asks for nothing."""
    found = [item.component for item in on.facts.items if is_at_zero(item) and not _asks_for_nothing(item)]
    if not found:
        return None
    verb = "is" if len(found) == 1 else "are"
    return f"{named(found)} {verb} estimated at 0 person-days, and neither built already nor marked as not needed."


def decided_and_not_built(on: Recorded) -> str | None:
    found = [item for item in on.facts.items if _is_decided_and_not_needed(on, item)]
    if not found:
        return None
    verb = "is" if len(found) == 1 else "are"
    return f"{named(item.component for item in found)} {verb} marked as not needed, and the decision behind it stands."


def smaller_since_shown(on: Recorded) -> str | None:
    shown = latest_shown(on.facts.shown)
    smaller = compressed_since(shown, on.facts.items) if shown else ()
    if shown is None or not smaller:
        return None
    more = f" And {len(smaller) - 1} more became smaller." if len(smaller) > 1 else ""
    return f"The sum was shown on {day(shown.shown_on)}, and is another one since: {smaller[0]}{more}"


def plan_above_sum(on: Recorded) -> str | None:
    planned, simulated = on.facts.plan.planned_days, on.ledger.total.simulated
    if planned is None or simulated is None or on.ledger.total.unknown or planned <= simulated.days.p90:
        return None
    return (
        f"The first plan for production was {figure(planned)} person-days, and all components together come to no more "
        f"than {simulated.days.p90:,.0f} with a probability of 90%."
    )


def _asks_for_nothing(item: ScopeItem) -> bool:
    return is_part(item, ROLLBACK) or item.handling == Handling.ACCEPT


def _is_decided_and_not_needed(on: Recorded, item: ScopeItem) -> bool:
    decision = on.facts.decisions.get(item.edge_case) if item.source is ItemSource.DECISION else None
    return (
        decision is not None
        and decision.handling is not Handling.ACCEPT
        and decision.handling == item.handling
        and item.status is ItemStatus.NOT_NEEDED
    )
