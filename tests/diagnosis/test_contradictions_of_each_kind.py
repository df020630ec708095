"""Each kind of contradiction: a project in which it stands, with the figures of both statements, and a near miss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.decisions import Handling, HandlingDecision
from readiness.audit.report import SampleLimits, Tier
from readiness.diagnosis.contradictions import CHECKS, Severity
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.live_outcomes import Limits, LiveFacts
from readiness.diagnosis.questions import Answer, Reply
from readiness.diagnosis.verdict_table import Verdict
from readiness.operation.daily import DayOutcomes
from readiness.outcome.agreement import sign
from readiness.outcome.authority import confirm
from readiness.outcome.definition import Direction, MeasuredBy, Metric
from readiness.outcome.evaluation_runs import EvaluationRun
from readiness.outcome.exercise import Exercise, JudgedRecord, Question, Settlement
from readiness.outcome.exercise_result import ExerciseResult, Judgment
from readiness.outcome.ownership import Ownership
from readiness.outcome.reviews import Review, ReviewDecision
from readiness.outcome.value import Stated
from readiness.scope.items import ItemSource, ScopeItem
from readiness.scope.shown import shown_sum
from readiness.scope.totals import total_scope
from readiness.standard.status import ItemState, StandardStatus
from readiness.workflow import Stage

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
VENDOR = "missing_required: vendor"
Make = Callable[[Any], Any]


@dataclass(frozen=True)
class Kind:
    """A project made of the complete one in which the contradiction stands, and one in which it just does not."""

    clash: Make
    says: tuple[str, ...]
    near: Make


# --- the complete project with one part changed -----------------------------------------------------------------------


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def job(case: Any, **parts: Any) -> Any:
    return case.but(workflow=case.facts.workflow.model_copy(update=parts))


def planned(case: Any, **parts: Any) -> Any:
    return case.but(plan=case.facts.plan.model_copy(update=parts))


def owned(case: Any, **parts: Any) -> Any:
    return case.but(ownership=case.facts.ownership.model_copy(update=parts))


def defined(case: Any, signers: tuple[str, ...] = ("Ann", "Ben"), **parts: Any) -> Any:
    """Another definition, signed and confirmed as it now stands."""
    outcome = case.facts.outcome.model_copy(update=parts)
    signatures = tuple(sign(outcome, (), name=name, role="", now=NOW) for name in signers)
    return case.but(outcome=outcome, signatures=signatures)


def of_log(case: Any, **parts: Any) -> Any:
    """A primary metric that the running system's log measures: items that go to people, at most 20%."""
    stated = {
        "metric": "Routed", "unit": "%", "direction": Direction.LOWER, "measured_by": MeasuredBy.ROUTED,
        "target": 10, "tolerance_low": 0, "tolerance_high": 20, "baseline_value": 60,
    }  # fmt: skip
    return defined(case, **{**stated, **parts})


def deciding(case: Any, handling: Handling, share: int = 0, tier: Tier = Tier.REPAIRABLE) -> Any:
    """The vendors that are missing handled in this way; `share` is their number among the 300 records."""
    report = case.facts.report
    if share:
        first, *rest = report.combinations
        changed = first.model_copy(update={"records": share})
        report = report.model_copy(update={"combinations": (changed, *rest)})
    cases = tuple(one.model_copy(update={"tier": tier}) if one.id == VENDOR else one for one in report.edge_cases)
    decisions = {**case.facts.decisions, VENDOR: HandlingDecision(edge_case=VENDOR, handling=handling)}
    return case.but(report=report.model_copy(update={"edge_cases": cases}), decisions=decisions)


def sampled(case: Any, since: date | None = None, until: date | None = None, origin: str = "") -> Any:
    return case.but(sample_from=since, sample_to=until, sample_origin=origin)


def drawn_from(case: Any, population: int) -> Any:
    limits = SampleLimits(hidden_below=0.01, population=population)
    return case.but(report=case.facts.report.model_copy(update={"limits": limits}))


def listing(case: Any, name: str, days: float | None = None, **parts: Any) -> Any:
    """With a scope item; without days it is marked as not needed, with its reason."""
    identifier = parts.pop("id", f"own:{name}")
    figures: dict[str, Any] = {"marked_not_needed": True, "not_needed_because": "The platform has it"}
    if days is not None:
        figures = {"low_days": days / 2, "likely_days": days, "high_days": days * 2}
    others = tuple(item for item in case.facts.items if item.component != name)
    return case.but(items=(*others, ScopeItem(id=identifier, component=name, **{**figures, **parts})))


def shown(case: Any, items: tuple[ScopeItem, ...]) -> Any:
    total = total_scope(items, case.facts.plan)
    return case.but(shown=(shown_sum("s1", items, total, shown_on=ago(9), to_whom="The sponsor"),))


def running(case: Any, days: int = 40, *, items: int = 100, routed: int = 5, limits: Limits | None = None) -> Any:
    """A log of so many days up to yesterday."""
    logged = [
        DayOutcomes(day=ago(number), items=items, validated=items, passed=items, decided=items, routed=routed)
        for number in range(days, 0, -1)
    ]
    return case.but(live=LiveFacts(days=logged, limits=limits or Limits(), read_at=NOW, source="log"))


def stalled(case: Any, launched: int | None = 200) -> Any:
    return job(case, stage=Stage.STALLED, launched_on=None if launched is None else ago(launched))


def reviewed(case: Any, *held: tuple[int, float | None], **parts: Any) -> Any:
    """Reviews so many days ago with these readings, of the metric as it is."""
    outcome = case.facts.outcome
    return case.but(
        reviews=tuple(
            Review(
                id=f"r{days}", held_on=ago(days), recorded_at=NOW, metric=outcome.metric, unit=outcome.unit,
                tolerance_low=outcome.tolerance_low, tolerance_high=outcome.tolerance_high, reading=reading,
                reviewed_by="Ann", **parts,
            )
            for days, reading in held
        )
    )  # fmt: skip


def tried(case: Any, score: float, low: float, high: float) -> Any:
    run = EvaluationRun(
        id="e1", version="7", run_on=ago(3), recorded_at=NOW, cases=200, score=score, low=low, high=high
    )
    return case.but(runs=(run,))


def meeting(case: Any, *items: str, shown_by: str = "Shown on Monday") -> Any:
    return case.but(
        standard={item: StandardStatus(item=item, claimed=ItemState.MET, shown_by=shown_by) for item in items}
    )


def judging(case: Any, first: str, second: str) -> Any:
    """Two people's labels of as many records, every dispute talked through."""
    exercise = Exercise(
        id="x", question=Question.LABEL, labels=("a", "b"), fields=("vendor",), seed=1, sample_name="i.csv",
        sample_mark="m", records=tuple(JudgedRecord(record=n + 1, tier="clean") for n in range(len(first))),
    )  # fmt: skip
    judgments = tuple(
        Judgment(name, n + 1, answer)
        for name, answers in (("Ann", first), ("Ben", second))
        for n, answer in enumerate(answers)
    )
    settled = {
        n + 1: Settlement(round="x", record=n + 1, reason="Said", settled_at=NOW)
        for n in range(len(first))
        if first[n] != second[n]
    }
    return case.but(exercises=(ExerciseResult(exercise, NOW, NOW, "Ben", judgments, settled),))


def answered(case: Any, mode: FailureMode, at: datetime) -> Any:
    answer = Answer(question=mode, reply=Reply.YES, answered_at=at)
    return replace(case, answers={**case.answers, mode: answer})


def further(**parts: Any) -> tuple[Metric, ...]:
    stated = {"id": "m2", "metric": "Delay", "unit": "days", "direction": Direction.LOWER, "target": 2}
    return (Metric(**{**stated, "tolerance_low": 0, "tolerance_high": 3, **parts}),)


DATA, _, MEASURED, OWNED = FailureMode
REVIEWED = Handling.HUMAN_REVIEW

KINDS: dict[str, Kind] = {
    # --- sample and audit
    "yes-with-undecided-cases": Kind(
        lambda c: c.but(decisions={}),
        ("Question 1", "2 of 2 edge cases have no handling decision"),
        lambda c: c.but(decisions={}).answering(DATA, Reply.UNKNOWN),
    ),
    "sample-ends-after-reading": Kind(
        lambda c: sampled(c, until=ahead(5)),
        ("7 Mar 2026", "read on 1 Mar 2026"),
        lambda c: sampled(c, until=TODAY),
    ),
    "sample-period-reversed": Kind(
        lambda c: sampled(c, ago(10), ago(40)),
        ("20 Feb 2026", "21 Jan 2026"),
        lambda c: sampled(c, ago(10), ago(10)),
    ),
    "sample-before-launch": Kind(
        lambda c: sampled(stalled(c, 200), until=ago(201)),
        ("14 Aug 2025", "13 Aug 2025"),
        lambda c: sampled(stalled(c, 200), until=ago(200)),
    ),
    "sample-not-from-production": Kind(
        lambda c: sampled(c, origin="Records of the test system"),
        ("Question 1", "“test system”"),
        lambda c: sampled(c, origin="Export of the lab's test results, no synthetic data"),
    ),
    "unusable-accepted": Kind(
        lambda c: deciding(c, Handling.ACCEPT, tier=Tier.UNUSABLE),
        ("30 records unusable", "missing_required (vendor)", "accepts"),
        lambda c: deciding(c, Handling.ACCEPT, tier=Tier.NEEDS_REVIEW),
    ),
    "population-against-volume": Kind(
        lambda c: drawn_from(sampled(job(c, volume_per_month=1_000), date(2026, 1, 1), date(2026, 1, 31)), 50_000),
        ("50,000 records of 31 days", "1,000 items a month", "about 1,018"),
        lambda c: drawn_from(sampled(job(c, volume_per_month=1_000), date(2026, 1, 1), date(2026, 1, 31)), 3_000),
    ),
    "sample-without-edge-cases": Kind(
        lambda c: c.but(report=c.facts.report.model_copy(update={"edge_cases": (), "combinations": ()})),
        ("none of its 300",),
        lambda c: c.but(report=c.facts.report.model_copy(update={"edge_cases": (), "records": 199})),
    ),
    "yes-before-audit": Kind(
        lambda c: answered(c, DATA, NOW - timedelta(days=9)),
        ("21 Feb 2026", "1 Mar 2026"),
        lambda c: answered(c, DATA, c.facts.audited_at),
    ),
    "review-without-reviewer": Kind(
        lambda c: deciding(c, REVIEWED),
        ("10%", "names nobody"),
        lambda c: job(deciding(c, REVIEWED), reviewer="Accounts payable"),
    ),
    # --- scope
    "yes-with-unknown-components": Kind(
        lambda c: c.but(items=(*c.facts.items, ScopeItem(id="own:x", component="Alerting"))),
        ("Question 2", "Alerting has no estimate"),
        lambda c: listing(c, "Alerting"),
    ),
    "rollback-left-out": Kind(
        lambda c: listing(c, "Rollback", 0),
        ("Rollback is estimated at 0 person-days", "may pull the system"),
        lambda c: listing(c, "Rollback", 0, in_prototype=True),
    ),
    "smaller-since-shown": Kind(
        lambda c: listing(shown(c, c.facts.items), "Rollback", 2),
        ("shown on 21 Feb 2026", "Rollback fell from 8 to 2"),
        lambda c: listing(shown(c, c.facts.items), "Rollback"),
    ),
    "alerting-left-out": Kind(
        lambda c: running(listing(c, "Alerting and on-call runbooks")),
        ("Alerting and on-call runbooks is marked as not needed", "15%"),
        lambda c: listing(c, "Alerting and on-call runbooks"),
    ),
    "logging-left-out": Kind(
        lambda c: of_log(listing(c, "Logging", id="structured-logging", source=ItemSource.CATALOG)),
        ("Logging is marked as not needed", "Routed is to be read from the log"),
        lambda c: listing(c, "Logging", id="structured-logging", source=ItemSource.CATALOG),
    ),
    "dashboards-left-out": Kind(
        lambda c: listing(c, "Dashboards on outcome metrics"),
        ("marked as not needed", "every 28 days"),
        lambda c: owned(listing(c, "Dashboards on outcome metrics"), review_every_days=None),
    ),
    "review-screen-left-out": Kind(
        lambda c: deciding(listing(c, "Review screen"), REVIEWED),
        ("Review screen is marked as not needed", "10%"),
        lambda c: deciding(listing(c, "Review screen", 4), REVIEWED),
    ),
    "review-takes-nothing": Kind(
        lambda c: planned(deciding(c, REVIEWED), review_minutes=0.0),
        ("10%", "0 minutes"),
        lambda c: planned(deciding(c, REVIEWED), review_minutes=None),
    ),
    "components-at-zero": Kind(
        lambda c: listing(c, "Logging", 0),
        ("Logging is estimated at 0 person-days",),
        lambda c: listing(c, "Logging", 0, in_prototype=True),
    ),
    "decided-and-not-built": Kind(
        lambda c: listing(
            c, "Preprocess", source=ItemSource.DECISION, edge_case=VENDOR, handling=Handling.PREPROCESSING.value
        ),
        ("Preprocess is marked as not needed",),
        lambda c: listing(c, "Review", source=ItemSource.DECISION, edge_case=VENDOR, handling=REVIEWED.value),
    ),
    "plan-above-sum": Kind(
        lambda c: planned(c, planned_days=80),
        ("80 person-days", "90%"),
        lambda c: planned(c, planned_days=13),
    ),
    # --- dates
    "go-live-before-build-ends": Kind(
        lambda c: planned(job(c, go_live_on=ahead(14)), team_size=0.5),
        ("16 Mar 2026", "with 0.5 people", "had to begin by"),
        lambda c: planned(job(c, go_live_on=ahead(140)), team_size=0.5),
    ),
    "go-live-passed": Kind(
        lambda c: job(c, go_live_on=YESTERDAY), ("1 Mar 2026",), lambda c: job(c, go_live_on=TODAY)
    ),
    "end-before-done": Kind(
        lambda c: job(c, go_live_on=ahead(100), done_on=ahead(158)),
        ("10 Jun 2026", "7 Aug 2026", "60 days", "1 day later"),
        lambda c: job(c, go_live_on=ahead(100), done_on=ahead(159)),
    ),
    "first-review-after-end": Kind(
        lambda c: job(c, done_on=date(2026, 3, 31)),
        ("31 Mar 2026", "1 Apr 2026"),
        lambda c: job(c, done_on=date(2026, 4, 1)),
    ),
    "first-review-before-go-live": Kind(
        lambda c: job(c, go_live_on=date(2026, 4, 2)),
        ("1 Apr 2026", "2 Apr 2026"),
        lambda c: job(c, go_live_on=date(2026, 4, 1)),
    ),
    "rehearsal-after-end": Kind(
        lambda c: owned(job(c, done_on=ahead(90)), rehearsal_on=ahead(91)),
        ("31 May 2026", "1 Jun 2026"),
        lambda c: owned(job(c, done_on=ahead(90)), rehearsal_on=ahead(90)),
    ),
    "stalled-not-launched": Kind(
        lambda c: stalled(c, -9), ("11 Mar 2026",), lambda c: stalled(c, None)
    ),
    "running-before-build": Kind(
        running, ("before the build", "21 Jan 2026"), lambda c: running(c, items=0)
    ),
    "log-before-launch": Kind(
        lambda c: running(stalled(c, 39), 40), ("22 Jan 2026", "21 Jan 2026"), lambda c: running(stalled(c, 40), 40)
    ),
    "review-before-launch": Kind(
        lambda c: reviewed(stalled(c, 20), (21, 90.0)),
        ("10 Feb 2026", "9 Feb 2026"),
        lambda c: reviewed(stalled(c, 20), (21, None)),
    ),
    # --- outcome
    "agreed-with-too-few": Kind(
        lambda c: c.but(signatures=c.facts.signatures[:1]).answering(MEASURED, Reply.YES, "Sure."),
        ("Question 3", "1 of 2 signature stands"),
        lambda c: c.but(signatures=c.facts.signatures[:1]).answering(MEASURED, Reply.NO, "Not yet."),
    ),
    "tolerance-reversed": Kind(
        lambda c: defined(c, tolerance_low=95, tolerance_high=90),
        ("95%", "90%"),
        lambda c: defined(c, tolerance_low=92, tolerance_high=92),
    ),
    "target-outside-tolerance": Kind(
        lambda c: defined(c, target=87), ("87%", "88%"), lambda c: defined(c, target=88)
    ),
    "further-metric-at-odds": Kind(
        lambda c: defined(c, further=further(target=4)),
        ("Delay: The target is 4 days, and the tolerance ends at 3 days",),
        lambda c: defined(c, further=further(target=3)),
    ),
    "baseline-beats-target": Kind(
        lambda c: defined(c, baseline_value=93),
        ("higher is better", "93% today", "92%"),
        lambda c: defined(c, baseline_value=92),
    ),
    "share-beyond-its-ends": Kind(
        lambda c: defined(c, tolerance_high=110),
        ("upper end of the tolerance", "110%"),
        lambda c: defined(c, metric="Growth of the share", tolerance_high=110),
    ),
    "unit-other-than-logs": Kind(
        lambda c: of_log(c, unit="items"), ("Routed", "items"), of_log
    ),
    "wrong-output-costs-nothing": Kind(
        lambda c: defined(deciding(c, REVIEWED), wrong_output_cost=0),
        ("cost 0", "10%"),
        lambda c: defined(c, wrong_output_cost=0),
    ),
    "signed-and-disagreeing": Kind(
        lambda c: judging(c, "ab" * 10, "ba" * 10),
        ("2 people have signed", "20 records", "0.667"),
        lambda c: judging(c, "ab" * 10, "ab" * 10),
    ),
    "run-below-tolerance": Kind(
        lambda c: tried(defined(c), 0.70, 0.63, 0.76),
        ("at least 88%", "70% of 200 cases", "at most 76%"),
        lambda c: tried(c, 0.84, 0.78, 0.885),
    ),
    # --- ownership
    "yes-without-authority": Kind(
        lambda c: owned(c, may_pull=False).answering(OWNED, Reply.YES, "She will."),
        ("Question 4", "may not pull"),
        lambda c: c.but(ownership=Ownership()),
    ),
    "reviews-not-held": Kind(
        lambda c: reviewed(stalled(c), (46, 90.0)),
        ("Question 3", "held on 15 Jan 2026."),
        lambda c: reviewed(stalled(c), (45, 90.0)),
    ),
    "authority-from-owner": Kind(
        lambda c: owned(c, authority_from="ann, head of intake"),
        ("the owner's own name",),
        lambda c: owned(c, authority_from="Ann Miller, director"),
    ),
    "accepted-without-tolerance": Kind(
        lambda c: defined(c, tolerance_high=None),
        ("no tolerance range is stated",),
        lambda c: owned(defined(c, tolerance_high=None), owns_metric=False),
    ),
    "owner-without-own-word": Kind(
        lambda c: owned(c, owner="Cleo").but(confirmation=None),
        ("2 signers",),
        lambda c: owned(c, owner="Cleo").but(
            confirmation=confirm(c.facts.outcome, owned(c, owner="Cleo").facts.ownership, name="Cleo", now=NOW)
        ),
    ),
    "reviewed-later-than-done": Kind(
        lambda c: owned(c, review_every_days=61), ("every 61 days", "60 days"), lambda c: owned(c, review_every_days=60)
    ),
    "alarm-without-pull": Kind(
        lambda c: reviewed(stalled(c), (30, 80.0), (2, 81.0)),
        ("Question 4", "31 Jan 2026", "28 Feb 2026"),
        lambda c: reviewed(stalled(c), (30, 80.0), (2, 81.0), decision=ReviewDecision.PULL),
    ),
    # --- value
    "accepts-more-than-audit": Kind(
        lambda c: deciding(c, REVIEWED, share=150).worth(accepted=Stated(likely=0.7)),
        ("70%", "50%", "56%"),
        lambda c: deciding(c, REVIEWED, share=150).worth(accepted=Stated(likely=0.55)),
    ),
    "accepts-more-than-log": Kind(
        lambda c: running(c, routed=45), ("60%", "55%", "28 days"), lambda c: running(c, routed=40)
    ),
    "accepts-more-than-right": Kind(
        lambda c: tried(c, 0.5, 0.43, 0.57), ("59%", "50% of 200", "57%"), lambda c: tried(c, 0.53, 0.46, 0.6)
    ),
    "volumes-apart": Kind(
        lambda c: job(c, volume_per_month=2_000), ("1,000", "2,000"), lambda c: job(c, volume_per_month=1_400)
    ),
    "volume-against-log": Kind(
        lambda c: running(job(c, volume_per_month=1_000)),
        ("1,000 items a month", "1 Mar 2026", "3,044"),
        lambda c: running(job(c, volume_per_month=1_600)),
    ),
    "horizon-before-done": Kind(
        lambda c: c.worth(horizon_months=1), ("1 month", "60 days"), lambda c: c.worth(horizon_months=2)
    ),
    "nothing-wrong": Kind(
        lambda c: c.worth(wrong=Stated(likely=0)),
        ("none of the accepted", "92%"),
        lambda c: c.worth(wrong=Stated(low=0, likely=0, high=0.01)),
    ),
    "two-currencies": Kind(
        lambda c: planned(c, currency="CHF"), ("EUR", "CHF"), lambda c: planned(c, currency="eur ")
    ),
    "limit-without-effect": Kind(
        lambda c: c.stating(most_outside_share=1), ("100%", "60%"), lambda c: c.stating(most_outside_share=0.99)
    ),
    # --- running system
    "yes-against-log": Kind(
        lambda c: running(of_log(stalled(c)), routed=40),
        ("Question 3", "the log says"),
        lambda c: running(of_log(stalled(c)), routed=10),
    ),
    "review-beyond-alert": Kind(
        lambda c: running(deciding(c, REVIEWED, share=90)),
        ("30%", "25%", "15%"),
        lambda c: running(deciding(c, REVIEWED, share=50)),
    ),
    "review-beyond-tolerance": Kind(
        lambda c: of_log(deciding(c, REVIEWED, share=90)),
        ("30%", "25%", "20%"),
        lambda c: of_log(deciding(c, REVIEWED, share=65)),
    ),
    "review-against-log": Kind(
        lambda c: reviewed(running(of_log(stalled(c)), routed=40), (2, 12.0)),
        ("28 Feb 2026", "12%", "7 days"),
        lambda c: reviewed(running(of_log(stalled(c)), routed=20), (2, 12.0)),
    ),
    # --- readiness standard
    "met-without-component": Kind(
        lambda c: meeting(listing(c, "Load test", id="load-test", source=ItemSource.CATALOG), "load-tested"),
        ("busiest rate", "Load test is marked as not needed"),
        lambda c: meeting(listing(c, "Load test", 3, id="load-test", source=ItemSource.CATALOG), "load-tested"),
    ),
    "met-without-run": Kind(
        lambda c: meeting(c, "evaluation-set"),
        ("no run is on record",),
        lambda c: meeting(tried(c, 0.9, 0.85, 0.94), "evaluation-set"),
    ),
    "met-without-fallback": Kind(
        lambda c: meeting(c, "fallback"),
        ("second route",),
        lambda c: meeting(c.but(fallback="Accounts payable looks at it"), "fallback"),
    ),
    "met-without-owner": Kind(
        lambda c: meeting(owned(c, owner=" "), "one-goal-one-owner"),
        ("no owner is named",),
        lambda c: meeting(owned(c, owner=" "), "one-goal-one-owner", shown_by=""),
    ),
    "met-without-review-date": Kind(
        lambda c: meeting(owned(c, first_review=None), "follow-up-review"),
        ("none is stated",),
        lambda c: meeting(c, "follow-up-review"),
    ),
}  # fmt: skip
RANK = {Verdict.STOP: 0, Verdict.FIX_FIRST: 1, Verdict.GO: 2}


def found(case: Any) -> dict[str, str]:
    return {one.id: one.sentence for one in case.diagnose().contradictions}


def test_every_check_has_a_project_in_which_it_stands_and_a_near_miss() -> None:
    assert set(KINDS) == set(CHECKS)


@pytest.mark.parametrize("kind", KINDS)
def test_it_stands_and_names_both_statements_with_their_figures(valued: Any, kind: str) -> None:
    sentences = found(KINDS[kind].clash(valued))
    assert kind in sentences
    for words in KINDS[kind].says:
        assert words in sentences[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_it_does_not_stand_in_the_near_miss(valued: Any, kind: str) -> None:
    assert kind not in found(KINDS[kind].near(valued))


@pytest.mark.parametrize("kind", KINDS)
def test_its_sentence_is_one_that_can_be_read_by_itself(valued: Any, kind: str) -> None:
    sentence = found(KINDS[kind].clash(valued))[kind]
    assert sentence[0] == sentence[0].upper()
    assert sentence.endswith(".")
    assert "  " not in sentence
    assert "None" not in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize("kind", KINDS)
def test_its_sentence_says_the_same_tomorrow(valued: Any, kind: str) -> None:
    """It holds dates and no ages, so that a brief does not change overnight."""
    clash = KINDS[kind].clash(valued)
    tomorrow = clash.but(now=clash.facts.now + timedelta(days=1))
    assert found(tomorrow).get(kind, found(clash)[kind]) == found(clash)[kind]


# --- other sides of the same check --------------------------------------------------------------------------------


def test_a_rollback_that_is_not_needed_clashes_only_with_an_owner_who_may_pull(valued: Any) -> None:
    without = listing(valued, "Rollback")
    assert "marked as not needed, and the owner may pull" in found(without)["rollback-left-out"]
    assert "rollback-left-out" not in found(owned(without, may_pull=False))


def test_a_rollback_at_zero_clashes_with_itself_where_nobody_may_pull(valued: Any) -> None:
    assert (
        "not marked as not needed" in found(owned(listing(valued, "Rollback", 0), may_pull=False))["rollback-left-out"]
    )


def test_of_two_rollbacks_it_is_enough_that_one_is_built(valued: Any) -> None:
    both = listing(listing(valued, "Rollback"), "Rolling back a release", 3)
    assert "rollback-left-out" not in found(both)


def test_a_target_above_the_tolerance_is_outside_it_as_well(valued: Any) -> None:
    sentence = found(defined(valued, target=99, tolerance_high=98))["target-outside-tolerance"]
    assert sentence == "The target is 99%, and the tolerance ends at 98%."


def test_a_metric_of_which_less_is_better_is_worse_today_when_it_is_more(valued: Any) -> None:
    lower = {"direction": Direction.LOWER, "metric": "Delay", "unit": "days", "tolerance_low": 0}
    assert "baseline-beats-target" in found(defined(valued, **lower, target=3, baseline_value=2))
    assert "baseline-beats-target" not in found(defined(valued, **lower, target=3, baseline_value=4))


def test_a_running_project_without_any_review_is_counted_from_its_launch(valued: Any) -> None:
    sentence = found(owned(stalled(valued, 46), first_review=None))["reviews-not-held"]
    assert sentence.endswith("and no review is on record since 15 Jan 2026.")
    assert "reviews-not-held" not in found(owned(stalled(valued, 45), first_review=None))


def test_a_project_that_is_not_built_has_no_reviews_to_hold(valued: Any) -> None:
    assert "reviews-not-held" not in found(owned(valued, first_review=ago(300)))


def test_a_first_review_that_is_put_off_excuses_a_month_and_no_more(valued: Any) -> None:
    assert "reviews-not-held" in found(owned(stalled(valued, 77), first_review=ahead(400)))
    assert "reviews-not-held" not in found(owned(stalled(valued, 76), first_review=ahead(400)))


def test_a_review_that_was_withdrawn_counts_for_nothing(valued: Any) -> None:
    assert "reviews-not-held" in found(reviewed(stalled(valued), (3, 90.0), withdrawn=True))


def test_without_a_launch_reviews_are_counted_from_the_first_that_was_planned(valued: Any) -> None:
    unknown = stalled(valued, None)
    assert "reviews-not-held" in found(owned(unknown, first_review=ago(46)))
    assert "reviews-not-held" not in found(owned(unknown, first_review=ago(45)))


def test_a_log_that_is_taken_away_makes_no_project_go(valued: Any) -> None:
    trial = running(valued, 60)
    assert _blocking(trial.diagnose()) >= _blocking(valued.diagnose())
    assert _blocking(running(stalled(valued, None)).diagnose()) == _blocking(stalled(valued, None).diagnose())


def test_a_launch_that_nobody_states_excuses_no_review_where_the_log_tells_it(valued: Any) -> None:
    unlaunched = stalled(valued, None)
    assert "reviews-not-held" in found(running(unlaunched, days=77))
    assert "reviews-not-held" not in found(running(unlaunched, days=40))


def test_people_who_work_in_their_own_tools_need_no_review_screen(valued: Any) -> None:
    without = deciding(listing(valued, "Review screen"), REVIEWED)
    own_tools = listing(without, "Hand-off", 5, id="hand-off", source=ItemSource.CATALOG)
    assert "review-screen-left-out" in found(without)
    assert "review-screen-left-out" not in found(own_tools)


def test_items_that_the_log_shows_with_people_need_a_reviewer_too(valued: Any) -> None:
    assert "The log shows 5% of the items" in found(running(valued))["review-without-reviewer"]
    assert "review-without-reviewer" not in found(running(valued, routed=0))


def test_drift_monitoring_is_no_dashboard(valued: Any) -> None:
    assert "dashboards-left-out" not in found(listing(valued, "Drift monitoring"))
    assert "dashboards-left-out" in found(listing(valued, "Monitoring"))


def test_a_reading_that_came_from_the_log_is_not_held_against_it(valued: Any) -> None:
    case = running(of_log(stalled(valued)), routed=40)
    assert "review-against-log" not in found(reviewed(case, (2, 12.0), reading_source="log"))


@pytest.mark.parametrize(
    ("origin", "clashes"),
    [
        ("Synthetic records", True),
        ("A cleaned export of the ERP", True),
        ("Dummy data, not from production", True),
        ("The ERP; no test data, nothing synthetic", False),
        ("No dump. Simulated by hand", True),
        ("The ERP, neither cleaned nor simulated", False),
        ("Generated by the nightly export of the ERP", False),
        ("Staging table of the warehouse", False),
        ("", False),
    ],
)
def test_an_origin_is_read_by_words_that_real_records_do_not_need(valued: Any, origin: str, clashes: bool) -> None:
    assert ("sample-not-from-production" in found(sampled(valued, origin=origin))) is clashes


def test_a_log_without_decisions_about_humans_says_nothing_of_what_is_accepted(valued: Any) -> None:
    days = [DayOutcomes(day=ago(n), items=100) for n in range(40, 0, -1)]
    case = valued.but(live=LiveFacts(days=days, limits=Limits(), read_at=NOW, source="log"))
    assert "accepts-more-than-log" not in found(case)


# --- whatever is recorded -------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=5, unique=True))
def test_several_together_are_found_in_order_and_the_same_twice(valued: Any, kinds: list[str]) -> None:
    case = valued
    for kind in kinds:
        case = KINDS[kind].clash(case)
    first = case.diagnose().contradictions
    assert first == case.diagnose().contradictions
    weights = [list(Severity).index(one.severity) for one in first]
    assert weights == sorted(weights)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([date.min, ago(400), YESTERDAY, TODAY, ahead(400), date.max]), min_size=8, max_size=8))
def test_no_day_is_too_early_or_too_late(valued: Any, days: list[date]) -> None:
    launched, live, done, since, until, first, rehearsal, held = days
    for stage in Stage:
        case = job(valued, stage=stage, launched_on=launched, go_live_on=live, done_on=done)
        case = owned(sampled(running(of_log(case)), since, until), first_review=first, rehearsal_on=rehearsal)
        review = reviewed(case, (1, 12.0)).facts.reviews[0].model_copy(update={"held_on": held})
        for one in planned(case, team_size=0.1).but(reviews=(review,)).diagnose().contradictions:
            assert one.sentence.endswith(".")


@pytest.mark.parametrize("text", ["x" * 300, "a\nb", "=1+1", "<b>", "", "  ", "|", "\u202e"])
def test_any_name_can_stand_in_a_sentence(valued: Any, text: str) -> None:
    case = defined(valued, metric=text, unit=text[:60], further=further(metric=text, target=9), target=200)
    sentences = found(case)
    assert {"further-metric-at-odds", "target-outside-tolerance"} <= set(sentences)
    assert all(len(sentence) < 400 and "\n" not in sentence for sentence in sentences.values())


# --- better never makes it worse ------------------------------------------------------------------------------------


def _cleaner(case: Any) -> Any:
    report = case.facts.report
    less = tuple(one.model_copy(update={"records": one.records // 3}) for one in report.combinations)
    clean = report.records - sum(one.records for one in less)
    share = report.clean.model_copy(update={"count": clean, "share": clean / report.records})
    return case.but(report=report.model_copy(update={"combinations": less, "clean": share}))


def _without_edge_cases(case: Any) -> Any:
    return case.but(report=case.facts.report.model_copy(update={"edge_cases": (), "combinations": ()}))


def _cheaper(by: float) -> Make:
    def less(item: ScopeItem) -> ScopeItem:
        figures = {name: getattr(item, name) for name in ("low_days", "likely_days", "high_days")}
        return item.model_copy(update={name: None if days is None else days * by for name, days in figures.items()})

    return lambda case: case.but(items=tuple(map(less, case.facts.items)))


def _all_known(case: Any) -> Any:
    nothing = {"low_days": 0.0, "likely_days": 0.0, "high_days": 0.0}
    return case.but(
        items=tuple(i if i.likely_days is not None else i.model_copy(update=nothing) for i in case.facts.items)
    )


def _signed(case: Any) -> Any:
    outcome = case.facts.outcome
    return case.but(signatures=tuple(sign(outcome, (), name=name, role="", now=NOW) for name in ("Ann", "Ben", "Cleo")))


IMPROVING: dict[str, Make] = {
    "a higher clean share": _cleaner,
    "no edge case at all": _without_edge_cases,
    "half the cost": _cheaper(0.5),
    "no cost": _cheaper(0.0),
    "no day rate": lambda case: planned(case, day_rate=0.0),
    "every component estimated": _all_known,
    "three signatures": _signed,
    "more volume": lambda case: case.worth(volume=Stated(likely=90_000)),
    "more time saved": lambda case: case.worth(minutes=Stated(likely=90)),
    "everything accepted": lambda case: case.worth(accepted=Stated(likely=1)),
    "nothing wrong": lambda case: case.worth(wrong=Stated(likely=0)),
    "no run cost": lambda case: case.worth(run_cost_month=Stated(likely=0)),
    "a longer horizon": lambda case: case.worth(horizon_months=60),
    "more value": lambda case: case.stating(expected_value=1e9),
    "a wider limit": lambda case: case.stating(most_outside_share=1),
    "a lower bar": lambda case: case.stating(least_probability=0.01),
    "fewer attempts": lambda case: case.stating(alignment_attempts=0, genuine_attempts=5),
    "agreement on records": lambda case: judging(case, "ab" * 20, "ab" * 20),
}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.booleans(), st.sampled_from(sorted(IMPROVING)))
def test_no_improvement_brings_about_a_contradiction_that_blocks(
    valued: Any, kind: str, stands: bool, how: str
) -> None:
    case = KINDS[kind].clash(valued) if stands else KINDS[kind].near(valued)
    before, after = case.diagnose(), IMPROVING[how](case).diagnose()
    assert _blocking(after) <= _blocking(before)
    assert RANK[after.verdict] >= RANK[before.verdict]


@pytest.mark.parametrize("how", IMPROVING)
def test_a_project_that_goes_still_goes_when_it_becomes_better(valued: Any, how: str) -> None:
    assert valued.diagnose().verdict is Verdict.GO
    assert IMPROVING[how](valued).diagnose().verdict is Verdict.GO


def _blocking(diagnosis: Any) -> set[str]:
    return {one.id for one in diagnosis.contradictions if one.severity is Severity.BLOCKING}
