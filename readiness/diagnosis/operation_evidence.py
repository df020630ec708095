"""What is known of the running system: its log, who gets its items, the days inside tolerance, and the alarm."""

from __future__ import annotations

from typing import Any

from readiness.diagnosis.dates import from_to, in_words, start_of
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Topic
from readiness.diagnosis.live_outcomes import LiveFacts, held_metrics, judged_alert, judged_streak
from readiness.diagnosis.places import Page, Place
from readiness.operation.daily import DayOutcomes
from readiness.operation.rules import Alert, AlertLevel, Streak
from readiness.outcome import reviews
from readiness.workflow import Stage

STALE_LOG_DAYS = 7  # a stalled project is diagnosed by a log that goes on

STATE = Place(Page.LIVE, "The state")
LOG = Place(Page.LIVE, "The log")
REVIEWS = Place(Page.OUTCOME, "Reviews")


def operation_evidence(facts: Facts) -> tuple[Evidence, ...]:
    """What the running system's log says, and the alarm of two reviews; nothing while neither is there. It answers no
    question by itself: whether the outcome is measured at all is evidence of the outcome."""
    live = facts.live
    if live is None:
        return _alarm(facts)
    return (_log(facts, live), _routed(facts, live), *_streak(facts, live), *_alarm(facts))


def days_with_data(live: LiveFacts) -> tuple[DayOutcomes, ...]:
    """The days of the log that have records, the oldest first."""
    return tuple(day for day in live.days if day.items)


def stale_log(facts: Facts) -> str:
    """Why the log of a stalled project says nothing of today; empty where it does, and before the build."""
    if facts.live is None or facts.workflow.stage is not Stage.STALLED:
        return ""
    days = days_with_data(facts.live)
    if not days or (facts.now.date() - days[-1].day).days <= STALE_LOG_DAYS:
        return ""
    wanted = f"a stalled project is diagnosed by a log of the last {STALE_LOG_DAYS} days."
    return f"The log ends on {in_words(days[-1].day)}; {wanted}"


def _log(facts: Facts, live: LiveFacts) -> Evidence:
    days = days_with_data(live)
    if days:
        counted = "1 day" if len(days) == 1 else f"{len(days)} days"
        sentence = f"The log has data on {counted}, {from_to(days[0].day, days[-1].day)}."
    else:
        sentence = "The log has no record with a time, so it tells no day."
    return _of_the_log(
        facts,
        live,
        id="operation.log",
        statement=sentence,
        finding=Finding.PASSED if days else Finding.UNKNOWN,
        value=float(len(days)),
        unit="days with data",
        place=LOG,
    )


def _routed(facts: Facts, live: LiveFacts) -> Evidence:
    alert = judged_alert(live.days, live.limits)
    finding = Finding.UNKNOWN
    if alert.level is not AlertLevel.NONE:
        finding = Finding.FAILED
    elif alert.judged_days and alert.silent_days <= alert.longest_silence:
        finding = Finding.PASSED
    return _of_the_log(
        facts,
        live,
        id="operation.routed",
        statement=_routed_sentence(alert, live),
        finding=finding,
        value=float(alert.current.days) if alert.current else 0.0,
        unit="days in a row",
        place=STATE,
    )


def _routed_sentence(alert: Alert, live: LiveFacts) -> str:
    if alert.judged_days and alert.silent_days > alert.longest_silence:
        return f"{_last_day(live)}, so nothing is known of how many items go to humans now."
    return alert.sentence


def _streak(facts: Facts, live: LiveFacts) -> tuple[Evidence, ...]:
    """Days in a row inside the tolerance of the first metric that the log measures; nothing where it measures none."""
    held = next(iter(held_metrics(facts.outcome)), None)
    run = judged_streak(live.days, held, live.limits) if held else None
    if held is None or run is None:
        return ()
    ended = run.judged_days and run.current is None and run.silent_days <= live.limits.longest_silence
    return (
        _of_the_log(
            facts,
            live,
            id="operation.streak",
            statement=f"{held.name}: {_streak_sentence(run)}",
            finding=Finding.PASSED if run.holds else Finding.FAILED if ended else Finding.UNKNOWN,
            value=float(run.current.days) if run.current else 0.0,
            unit="days in a row",
            place=STATE,
        ),
    )


def _streak_sentence(run: Streak) -> str:
    """Without the day on which it can be done, which moves on while nothing else does."""
    if run.holds or not run.judged_days:
        return run.sentence
    if run.current is None:
        return f"0 of {run.needed} days in a row inside the tolerance."
    period = from_to(run.current.first, run.current.last)
    return f"{run.current.days} of {run.needed} days in a row inside the tolerance, {period}."


def _of_the_log(facts: Facts, live: LiveFacts, **parts: Any) -> Evidence:
    """A fact of the log, with what all of them share."""
    return Evidence(
        topic=Topic.OPERATION,
        source=live.source,
        observed_at=live.read_at,
        stale=stale_log(facts),
        reference=live.read_at.date().isoformat(),
        **parts,
    )


def _last_day(live: LiveFacts) -> str:
    return f"The last day with data is {in_words(days_with_data(live)[-1].day)}"


def _alarm(facts: Facts) -> tuple[Evidence, ...]:
    """Two reviews in a row outside tolerance; nothing while there is no alarm."""
    alarm = reviews.alarm(facts.reviews, facts.outcome.metric_id)
    if alarm is None:
        return ()
    pulled = f" The system was pulled on {in_words(alarm.pulled_on)}." if alarm.pulled_on else ""
    return (
        Evidence(
            id="operation.alarm",
            topic=Topic.OPERATION,
            statement=f"The metric was outside tolerance at the reviews of {in_words(alarm.first.held_on)} and "
            f"{in_words(alarm.second.held_on)}.{pulled}",
            finding=Finding.FAILED,
            source="reviews",
            value=alarm.second.reading,
            unit=alarm.second.unit.strip(),
            observed_at=start_of(alarm.second.held_on),
            reference=alarm.second.id,
            place=REVIEWS,
        ),
    )
