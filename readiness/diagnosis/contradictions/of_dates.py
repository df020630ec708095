"""The dates of a project against each other: plan, go-live, launch, log, first review and end."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

from readiness.diagnosis.contradictions.recorded import Recorded, counted, day

DAYS_A_WEEK = 7


def go_live_before_the_build_can_end(on: Recorded) -> str | None:
    planned, simulated = on.facts.workflow.go_live_on, on.ledger.total.simulated
    weeks, team = simulated.weeks if simulated else None, on.facts.plan.team_size
    if on.is_stalled or planned is None or planned < on.today or weeks is None or team is None:
        return None
    needed = weeks.p50 * DAYS_A_WEEK
    if (planned - on.today).days >= needed:
        return None
    return (
        f"Go-live is planned for {day(planned)}, and the build is as likely to take more than {weeks.p50:,.1f} weeks "
        f"as less with {_people(team)}{_latest_beginning(planned, needed)}."
    )


def _people(count: float) -> str:
    return "1 person" if count == 1 else f"{count:g} people"


def _latest_beginning(planned: date, needed: float) -> str:
    """When the build would have had to begin: a day, as the time that is left is another one tomorrow."""
    if needed >= planned.toordinal():
        return ""
    return f": it would have had to begin by {day(planned - timedelta(days=ceil(needed)))}"


def go_live_has_passed(on: Recorded) -> str | None:
    planned = on.facts.workflow.go_live_on
    if on.is_stalled or planned is None or planned >= on.today:
        return None
    return f"The project stands before the build, and its go-live was planned for {day(planned)}."


def end_before_it_can_be_done(on: Recorded) -> str | None:
    live, end = on.facts.workflow.go_live_on, on.facts.workflow.done_on
    if on.is_stalled or live is None or end is None:
        return None
    missing = on.done_days - 1 - (end - live).days  # the day of the go-live is the first one
    if missing <= 0:
        return None
    said = f"Go-live is planned for {day(live)} and the end for {day(end)}"
    days = counted(on.done_days, "day")
    return f"{said}, and {days} inside the tolerance end {counted(missing, 'day')} later at the earliest."


def first_review_after_end(on: Recorded) -> str | None:
    first, end = on.facts.ownership.first_review, on.facts.workflow.done_on
    if on.is_stalled or first is None or end is None or first <= end:
        return None
    return f"The team is released on {day(end)}, and the first review is on {day(first)}."


def first_review_before_go_live(on: Recorded) -> str | None:
    first, live = on.facts.ownership.first_review, on.facts.workflow.go_live_on
    if on.is_stalled or first is None or live is None or first >= live:
        return None
    return f"The first review is on {day(first)}, and go-live is planned for {day(live)}."


def rehearsal_after_end(on: Recorded) -> str | None:
    rehearsal, end = on.facts.ownership.rehearsal_on, on.facts.workflow.done_on
    if on.is_stalled or rehearsal is None or end is None or rehearsal <= end:
        return None
    return f"The team is released on {day(end)}, and pulling the system is rehearsed on {day(rehearsal)}."


def stalled_and_not_launched(on: Recorded) -> str | None:
    launched = on.facts.workflow.launched_on
    if not on.is_stalled:
        return None
    if launched is not None and launched > on.today + timedelta(days=1):
        return f"The project is called built and stalled, and its launch is on {day(launched)}."
    if launched is None and on.first_logged is not None:
        return f"The log shows a running system since {day(on.first_logged)}, and no day of its launch is stated."
    return None


def running_before_the_build(on: Recorded) -> str | None:
    if on.is_stalled or on.first_logged is None:
        return None
    return f"The project stands before the build, and the log shows a running system since {day(on.first_logged)}."


def log_before_launch(on: Recorded) -> str | None:
    launched, first = on.facts.workflow.launched_on, on.first_logged
    if not on.is_stalled or launched is None or first is None or first >= launched:
        return None
    return f"The launch is given as {day(launched)}, and the log begins on {day(first)}."


def review_before_launch(on: Recorded) -> str | None:
    launched = on.facts.workflow.launched_on
    first = next((one.held_on for one in on.held if one.reading is not None), None)
    if not on.is_stalled or launched is None or first is None or first >= launched:
        return None
    return f"The launch is given as {day(launched)}, and the metric was read at a review on {day(first)}."
