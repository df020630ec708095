"""The ledger: each fact with its finding, where it came from, and why it may have gone stale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from readiness.audit.decisions import Handling
from readiness.audit.report import ReadingSummary
from readiness.audit.shift_report import ShiftAspect, ShiftFinding, ShiftReport, ShiftVerdict
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.ledger import PREPARED, Evidence, Facts, Finding, Ledger, Topic
from readiness.diagnosis.live_outcomes import Limits, LiveFacts
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.preparations import preparations
from readiness.operation.daily import DayOutcomes
from readiness.outcome.definition import Direction, MeasuredBy, OutcomeDefinition
from readiness.outcome.evaluation_runs import EvaluationRun
from readiness.outcome.exercise import Exercise, JudgedRecord, Question, wording_mark
from readiness.outcome.exercise_result import ExerciseResult, Judgment
from readiness.outcome.ownership import Ownership
from readiness.outcome.reviews import Review
from readiness.outcome.value import Stated, ValueModel
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.shown import ShownItem, ShownSum, shown_sum
from readiness.standard.status import ItemState, StandardStatus
from readiness.workflow import Stage, Workflow

NOW = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it
STALLED = Workflow(stage=Stage.STALLED)


def entry(ledger: Ledger, identifier: str) -> Evidence:
    found = ledger.entry(identifier)
    assert found is not None, identifier
    return found


@pytest.fixture
def facts(ready: Any) -> Facts:
    found: Facts = ready.facts
    return found


@pytest.fixture
def full(valued: Any) -> Facts:
    """A running system with something said on every topic, and nothing of it about to age."""
    facts: Facts = valued.facts
    measured = facts.outcome.model_copy(update={"measured_by": MeasuredBy.VALIDATION})
    return replace(
        facts,
        workflow=STALLED.model_copy(update={"launched_on": date(2026, 2, 1)}),
        outcome=measured,
        live=log_until(facts, 2),
        standard={"a": StandardStatus(item="a", claimed=ItemState.MET, shown_by="The runbook")},
        **informing(facts),
    )


def informing(facts: Facts) -> dict[str, Any]:
    """What may be known of a project and is asked for by no question."""
    taken_out = ShownItem(id="own:x", component="Alerting", status="unknown")
    return {
        "shift": shift_of(ShiftVerdict.CHANGED),
        "shown": (ShownSum(id="s1", shown_on=date(2026, 2, 20), to_whom="Jo", items=(taken_out,)),),
        "reviews": (review(facts, 10),),
        "runs": (evaluation_run(date(2026, 2, 1), low=0.1, high=0.2),),
        "ownership": facts.ownership.model_copy(update={"rehearsal_on": date(2026, 3, 20)}),
    }


def shift_of(verdict: ShiftVerdict) -> ShiftReport:
    def read(name: str, mark: str, records: int) -> ReadingSummary:
        return ReadingSummary(
            name=name, sha256=mark * 32, size_bytes=1, format="csv", records=records, unsplit=0, sentence="Read."
        )

    finding = ShiftFinding(
        field="currency", aspect=ShiftAspect.CATEGORIES, measure="PSI", verdict=verdict, sentence="EUR became USD."
    )
    return ShiftReport(
        older=read("older.csv", "cd", 250),
        newer=read("invoices.csv", "ab", 300),
        fields=4,
        tests=1,
        findings=(finding,),
    )


def evaluation_run(day: date, *, low: float, high: float) -> EvaluationRun:
    score = (low + high) / 2
    return EvaluationRun(
        id=day.isoformat(), version="v1", run_on=day, recorded_at=NOW, cases=250, score=score, low=low, high=high
    )


def review(facts: Facts, ago: int) -> Review:
    """A review so many days ago, inside tolerance."""
    return Review(
        id=f"r{ago}", held_on=facts.now.date() - timedelta(days=ago), recorded_at=NOW, metric="Share", unit="%",
        tolerance_low=88, tolerance_high=100, reading=93.0, reviewed_by="Ann",
    )  # fmt: skip


def log_until(facts: Facts, ago: int, *, days: int = 20) -> LiveFacts:
    """A log of so many days, the last one so many days ago."""
    last = facts.now.date() - timedelta(days=ago)
    return LiveFacts(
        days=[
            DayOutcomes(day=last - timedelta(days=n), items=50, validated=50, passed=47, decided=50, routed=2)
            for n in reversed(range(days))
        ],
        limits=Limits(),
        read_at=facts.now - timedelta(days=ago),
        source="log of the running system",
    )


def exercise_of(first: str, second: str, *, wording: str) -> ExerciseResult:
    """What two people answered to the same records."""
    exercise = Exercise(
        id="r1",
        question=Question.LABEL,
        labels=("a", "b", "c"),
        fields=("vendor",),
        records=tuple(JudgedRecord(record=n + 1, tier="clean") for n in range(len(first))),
        seed=1,
        sample_name="invoices.csv",
        sample_mark="m",
        wording_mark=wording_mark(wording),
    )
    judgments = tuple(
        Judgment(name, n + 1, answer)
        for name, answers in (("Ann", first), ("Ben", second))
        for n, answer in enumerate(answers)
    )
    return ExerciseResult(exercise, NOW, NOW, "Ben", judgments, {})


def test_a_project_that_is_ready_has_evidence_in_every_topic_and_all_of_it_passed(facts: Facts) -> None:
    ledger = gather_evidence(facts)
    assert {evidence.topic for evidence in ledger.entries} == set(PREPARED)
    assert {evidence.finding for evidence in ledger.entries} == {Finding.PASSED}
    assert not any(evidence.stale for evidence in ledger.entries)
    assert all(evidence.statement and evidence.source for evidence in ledger.entries)


def test_an_empty_project_has_evidence_in_every_topic_and_all_of_it_is_unknown(facts: Facts) -> None:
    empty = replace(
        facts,
        workflow=Workflow(), report=None, audited_at=None, sample_read_at=None, audit_is_current=False, decisions={},
        items=(), plan=ScopePlan(), outcome=OutcomeDefinition(), signatures=(), ownership=Ownership(),
    )  # fmt: skip
    ledger = gather_evidence(empty)
    assert {evidence.topic for evidence in ledger.entries} == set(PREPARED)
    assert {evidence.finding for evidence in ledger.entries} == {Finding.UNKNOWN}


def test_the_clean_share_stands_there_with_interval_sample_and_time(facts: Facts) -> None:
    clean = entry(gather_evidence(facts), "data.clean_share")
    assert facts.report is not None
    assert (clean.value, clean.low, clean.high) == (
        facts.report.clean.share, facts.report.clean.low, facts.report.clean.high,
    )  # fmt: skip
    assert "invoices.csv" in clean.source
    assert facts.report.reading.sha256[:12] in clean.source
    assert clean.observed_at == facts.audited_at


def test_an_audit_of_no_records_is_no_evidence(facts: Facts, report_of: Callable[..., Any]) -> None:
    ledger = gather_evidence(replace(facts, report=report_of(0, {})))
    assert entry(ledger, "data.clean_share").finding is Finding.UNKNOWN


def test_an_edge_case_without_a_decision_fails_and_is_named(facts: Facts) -> None:
    ledger = gather_evidence(replace(facts, decisions={}))
    decisions = entry(ledger, "data.decisions")
    assert decisions.finding is Finding.FAILED
    assert decisions.statement.startswith("2 of 2 edge cases")
    assert [case.id for case in ledger.undecided] == [case.id for case in facts.report.edge_cases]  # type: ignore[union-attr]


def test_a_decision_about_an_edge_case_that_is_gone_decides_nothing(
    facts: Facts, report_of: Callable[..., Any], decide_all: Callable[..., Any]
) -> None:
    other = decide_all(report_of(problems={("amount_unparsable: amount",): 5}))
    ledger = gather_evidence(replace(facts, decisions=other))
    assert len(ledger.undecided) == 2


def test_an_audit_without_edge_cases_has_nothing_to_decide(facts: Facts, report_of: Callable[..., Any]) -> None:
    ledger = gather_evidence(replace(facts, report=report_of(300, {}), decisions={}))
    assert entry(ledger, "data.decisions").finding is Finding.PASSED
    assert "nothing to decide" in entry(ledger, "data.decisions").statement


def test_an_audit_that_is_not_of_the_present_sample_and_rules_is_stale(facts: Facts) -> None:
    ledger = gather_evidence(replace(facts, audit_is_current=False))
    assert all("run it again" in evidence.stale for evidence in ledger.of(Topic.DATA))


@pytest.mark.parametrize(("days", "stale"), [(0, False), (30, False), (31, True), (400, True)])
def test_a_stalled_project_wants_a_sample_of_the_last_thirty_days(facts: Facts, days: int, stale: bool) -> None:
    stalled = replace(
        facts, workflow=Workflow(stage=Stage.STALLED), sample_read_at=facts.now - timedelta(days=days, hours=1)
    )
    assert bool(entry(gather_evidence(stalled), "data.clean_share").stale) is stale


def test_records_of_an_unstated_time_do_not_count_as_current(facts: Facts) -> None:
    """Else an old period that is deleted would make the records new."""
    stalled = replace(facts, workflow=Workflow(stage=Stage.STALLED))
    old = replace(stalled, sample_to=facts.now.date() - timedelta(days=200))
    unstated = replace(stalled, sample_from=None, sample_to=None)
    assert entry(gather_evidence(old), "data.clean_share").stale
    assert "are of is not stated" in entry(gather_evidence(unstated), "data.clean_share").stale
    assert not entry(gather_evidence(replace(facts, sample_to=None)), "data.clean_share").stale


def test_before_the_build_an_old_sample_is_no_reason(facts: Facts) -> None:
    old = replace(facts, sample_read_at=facts.now - timedelta(days=400))
    assert not entry(gather_evidence(old), "data.clean_share").stale


def test_a_component_without_an_estimate_fails_the_scope_and_none_started_is_unknown(facts: Facts) -> None:
    unknown = ScopeItem(id="own:x", component="Alerting")
    some = gather_evidence(replace(facts, items=(*facts.items, unknown)))
    none = gather_evidence(replace(facts, items=(unknown,)))
    assert entry(some, "scope.total").finding is Finding.FAILED
    assert entry(none, "scope.total").finding is Finding.UNKNOWN


def test_a_scope_in_which_nothing_is_needed_is_not_a_pass(facts: Facts) -> None:
    idle = ScopeItem(id="own:x", component="Alerting", marked_not_needed=True, not_needed_because="no")
    assert entry(gather_evidence(replace(facts, items=(idle,))), "scope.total").finding is Finding.FAILED


def test_a_contradiction_in_the_definition_fails_it(facts: Facts) -> None:
    odd = facts.outcome.model_copy(update={"target": 10.0})
    defined = entry(gather_evidence(replace(facts, outcome=odd)), "outcome.defined")
    assert defined.finding is Finding.FAILED
    assert "outside the tolerance" in defined.statement


def test_a_target_in_the_millions_is_written_out(facts: Facts) -> None:
    large = facts.outcome.model_copy(update={"target": 1_500_000.0, "tolerance_low": 1.0, "tolerance_high": 2e6})
    statement = entry(gather_evidence(replace(facts, outcome=large)), "outcome.defined").statement
    assert "e+06" not in statement


def test_signatures_count_under_the_present_wording_only(facts: Facts) -> None:
    changed = replace(facts, outcome=facts.outcome.model_copy(update={"target": 93.0}))
    ledger = gather_evidence(changed)
    agreed = entry(ledger, "outcome.agreed")
    assert agreed.finding is Finding.FAILED
    assert agreed.value == 0
    assert "2 people signed an earlier wording" in agreed.stale
    assert (len(ledger.valid_signatures), len(ledger.void_signatures)) == (0, 2)


def test_one_signature_fails_and_none_is_unknown(facts: Facts, signatures_of: Callable[..., Any]) -> None:
    one = gather_evidence(replace(facts, signatures=signatures_of("Ann")))
    none = gather_evidence(replace(facts, signatures=()))
    assert entry(one, "outcome.agreed").finding is Finding.FAILED
    assert entry(none, "outcome.agreed").finding is Finding.UNKNOWN


def test_the_effect_counts_where_records_go(facts: Facts, decide_all: Callable[..., Any]) -> None:
    assert facts.report is not None
    automatic = gather_evidence(facts)
    reviewed = gather_evidence(replace(facts, decisions=decide_all(facts.report, Handling.HUMAN_REVIEW)))
    assert entry(automatic, "data.effect").value == 1
    assert entry(reviewed, "data.effect").value == pytest.approx(255 / 300)


# --- scope and value ----------------------------------------------------------------------------------------------


def test_the_scope_stands_there_as_a_range_with_its_ratio_to_the_plan(facts: Facts) -> None:
    ledger = gather_evidence(facts)
    total, ratio = entry(ledger, "scope.total"), entry(ledger, "scope.ratio")
    simulated = ledger.total.simulated
    assert simulated is not None
    assert (total.low, total.value, total.high) == (simulated.days.p10, simulated.days.p50, simulated.days.p90)
    assert (ratio.value, ratio.high) == (ledger.total.ratio_p50, ledger.total.ratio_p80)
    assert "(P50)" in ratio.statement
    assert "(P80)" in ratio.statement


def test_a_value_that_nobody_has_begun_to_state_is_no_evidence(facts: Facts) -> None:
    assert gather_evidence(facts).of(Topic.VALUE) == ()


def test_a_value_begun_and_not_finished_is_unknown_and_says_what_is_missing(facts: Facts) -> None:
    (month,) = gather_evidence(replace(facts, value=ValueModel(wrong=Stated(likely=0.02)))).of(Topic.VALUE)
    assert month.finding is Finding.UNKNOWN
    assert "today's error rate" in month.statement
    assert month.value is None


def test_a_value_that_covers_the_cost_speaks_for_it_with_range_and_source(valued: Any) -> None:
    ledger = gather_evidence(valued.facts)
    month, covers = ledger.of(Topic.VALUE)
    assert {month.finding, covers.finding} == {Finding.PASSED}
    assert ledger.value.simulated is not None
    monthly = ledger.value.simulated.monthly
    assert (month.low, month.value, month.high) == (monthly.p10, monthly.p50, monthly.p90)
    assert covers.value == ledger.value.probability
    assert "inputs of the value" in month.source


def test_a_value_that_cannot_cover_the_cost_speaks_against_it_and_an_open_one_for_nothing(valued: Any) -> None:
    losing = gather_evidence(valued.worth(wrong=Stated(likely=0.9)).facts)
    open_share = gather_evidence(valued.worth(accepted=Stated()).facts)
    assert {found.finding for found in losing.of(Topic.VALUE)} == {Finding.FAILED}
    assert entry(open_share, "value.covers").finding is Finding.UNKNOWN


def test_the_value_answers_none_of_the_four_questions(valued: Any) -> None:
    """A poor return is no failure of measurement."""
    losing = valued.worth(wrong=Stated(likely=0.9)).diagnose()
    assert [question.reply for question in losing.questions] == [q.reply for q in valued.diagnose().questions]


# --- where a fact is held and what identifies it ------------------------------------------------------------------


def test_facts_are_told_apart_by_their_ids_and_name_their_source(full: Facts) -> None:
    entries = gather_evidence(full).entries
    assert len({evidence.id for evidence in entries}) == len(entries)
    assert {evidence.topic for evidence in entries} == set(Topic)
    assert all(evidence.source and evidence.statement for evidence in entries)


def test_references_are_the_whole_hash_of_the_sample_and_the_fingerprints_of_what_was_signed(facts: Facts) -> None:
    ledger = gather_evidence(facts)
    assert facts.report is not None
    assert facts.confirmation is not None
    assert {one.reference for one in ledger.of(Topic.DATA)} == {facts.report.reading.sha256}
    agreed = entry(ledger, "outcome.agreed")
    assert (agreed.reference, agreed.observed_at) == (facts.signatures[-1].fingerprint, NOW)
    assert entry(ledger, "outcome.defined").reference == agreed.reference
    authority = entry(ledger, "ownership.authority")
    assert (authority.reference, authority.observed_at) == (facts.confirmation.fingerprint, NOW)


def test_a_void_confirmation_is_out_of_date_and_does_not_count(facts: Facts) -> None:
    other = replace(facts, outcome=facts.outcome.model_copy(update={"tolerance_low": 80.0}))
    authority = entry(gather_evidence(other), "ownership.authority")
    assert authority.finding is Finding.UNKNOWN
    assert authority.stale
    assert authority.counts_against
    assert not authority.counts_for


# --- what informs and fails nothing -------------------------------------------------------------------------------


def test_nothing_that_nobody_did_is_listed_before_the_build(facts: Facts) -> None:
    ids = {evidence.id for evidence in gather_evidence(facts).entries}
    assert ids == {
        "data.clean_share", "data.decisions", "data.effect", "scope.total", "scope.ratio", "outcome.defined",
        "outcome.agreed", "ownership.parts", "ownership.authority",
    }  # fmt: skip


def test_what_only_informs_leaves_verdict_questions_and_preparations_as_they_are(ready: Any) -> None:
    beside = ready.but(**informing(ready.facts))
    was, now = ready.diagnose(), beside.diagnose()
    assert [entry.id for entry in now.ledger.entries if not entry.decides and entry.topic in PREPARED] == [
        "data.shift", "scope.ratio", "scope.shown", "outcome.reviewed", "outcome.evaluated", "ownership.rehearsal",
    ]  # fmt: skip
    assert [one.reply for one in now.questions] == [one.reply for one in was.questions]
    assert [one.suggestion.reply for one in now.questions] == [one.suggestion.reply for one in was.questions]
    assert [one.state for one in now.stop_rules] == [one.state for one in was.stop_rules]
    assert preparations(now.ledger) == preparations(was.ledger)


def test_what_informs_stands_for_or_against_its_question(ready: Any) -> None:
    questions = ready.but(**informing(ready.facts)).diagnose().questions
    against = {evidence.id for question in questions for evidence in question.suggestion.speaks_against}
    assert against == {"data.shift", "scope.shown", "outcome.evaluated"}


def test_a_shift_names_the_fields_that_changed_and_quotes_no_value(facts: Facts) -> None:
    shift = entry(gather_evidence(replace(facts, **informing(facts))), "data.shift")
    assert shift.finding is Finding.FAILED
    assert shift.statement == "Since older.csv (250 records) 1 of 4 fields changed: currency."
    assert shift.reference == f"{'cd' * 32} {'ab' * 32}"


@pytest.mark.parametrize(
    ("verdict", "finding", "said"),
    [
        (ShiftVerdict.UNCHANGED, Finding.PASSED, "no field changed"),
        (ShiftVerdict.INCONCLUSIVE, Finding.UNKNOWN, "1 comparison is open"),
    ],
)
def test_a_comparison_without_a_change_says_whether_it_could_tell(
    facts: Facts, verdict: ShiftVerdict, finding: Finding, said: str
) -> None:
    shift = entry(gather_evidence(replace(facts, shift=shift_of(verdict))), "data.shift")
    assert shift.finding is finding
    assert said in shift.statement


def test_a_sum_that_was_shown_stands_there_with_what_became_smaller_since(facts: Facts) -> None:
    total = gather_evidence(facts).total
    as_shown = shown_sum("s1", facts.items, total, shown_on=date(2026, 2, 20), to_whom="Jo")
    kept = entry(gather_evidence(replace(facts, shown=(as_shown,))), "scope.shown")
    assert kept.finding is Finding.PASSED
    assert "on 20 February 2026" in kept.statement
    assert "Jo" not in kept.statement + kept.source
    cut = entry(gather_evidence(replace(facts, shown=(as_shown,), items=facts.items[:1])), "scope.shown")
    assert cut.finding is Finding.FAILED
    assert "Rollback was taken out." in cut.statement


@pytest.mark.parametrize(
    ("low", "high", "finding"),
    [(0.93, 0.97, Finding.PASSED), (0.90, 0.95, Finding.UNKNOWN), (0.80, 0.91, Finding.FAILED)],
)
def test_an_evaluation_run_is_held_against_the_target_by_its_whole_interval(
    facts: Facts, low: float, high: float, finding: Finding
) -> None:
    run = evaluation_run(date(2026, 2, 1), low=low, high=high)
    older = evaluation_run(date(2026, 1, 1), low=0.1, high=0.2)
    found = entry(gather_evidence(replace(facts, runs=(run, older))), "outcome.evaluated")
    assert found.finding is finding
    assert (found.low, found.high) == (low, high)
    assert "The target is 92%." in found.statement


def test_a_run_is_held_against_no_target_that_is_no_share_of_right_outputs(facts: Facts) -> None:
    days = facts.outcome.model_copy(update={"unit": "days"})
    fewer = facts.outcome.model_copy(update={"direction": Direction.LOWER})
    for outcome in (days, fewer):
        run = evaluation_run(date(2026, 2, 1), low=0.1, high=0.2)
        found = entry(gather_evidence(replace(facts, runs=(run,), outcome=outcome)), "outcome.evaluated")
        assert found.finding is Finding.UNKNOWN


def test_items_of_the_standard_count_as_met_only_with_what_shows_them(facts: Facts) -> None:
    shown = StandardStatus(item="a", claimed=ItemState.MET, shown_by="The runbook")
    claimed = StandardStatus(item="b", claimed=ItemState.MET)
    opened = StandardStatus(item="c")
    found = gather_evidence(replace(facts, standard={s.item: s for s in (shown, claimed, opened)})).of(Topic.STANDARD)
    assert [(one.value, one.finding) for one in found] == [(1.0, Finding.UNKNOWN)]
    assert "1 item is claimed without what shows it" in found[0].statement
    assert gather_evidence(replace(facts, standard={"c": opened})).of(Topic.STANDARD) == ()


# --- a running system ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "stale"), [(30, False), (31, True)])
def test_the_end_of_the_period_counts_before_the_day_of_reading(facts: Facts, days: int, stale: bool) -> None:
    ended = facts.now.date() - timedelta(days=days)
    old = replace(facts, workflow=STALLED, sample_from=ended - timedelta(days=9), sample_to=ended)
    clean = entry(gather_evidence(old), "data.clean_share")
    assert bool(clean.stale) is stale
    assert not stale or "end on 30 January 2026" in clean.stale


def test_a_period_that_was_typed_makes_no_old_file_new(facts: Facts) -> None:
    old = replace(facts, workflow=STALLED, sample_read_at=facts.now - timedelta(days=50), sample_to=facts.now.date())
    assert "read on 11 January 2026" in entry(gather_evidence(old), "data.clean_share").stale


@pytest.mark.parametrize(("ago", "finding", "stale"), [(1, Finding.PASSED, False), (8, Finding.UNKNOWN, True)])
def test_a_log_that_goes_on_shows_that_the_outcome_is_measured(
    facts: Facts, ago: int, finding: Finding, stale: bool
) -> None:
    ledger = gather_evidence(replace(facts, workflow=STALLED, live=log_until(facts, ago)))
    assert entry(ledger, "outcome.measured").finding is finding
    assert {bool(one.stale) for one in ledger.of(Topic.OPERATION)} == {stale}


def test_before_the_build_an_old_log_is_no_reason(facts: Facts) -> None:
    ledger = gather_evidence(replace(facts, live=log_until(facts, 100)))
    assert not any(one.stale for one in ledger.of(Topic.OPERATION))
    assert ledger.entry("outcome.measured") is None


@pytest.mark.parametrize(
    ("ago", "measured", "reviewed"),
    [
        (10, Finding.PASSED, Finding.PASSED),
        (40, Finding.PASSED, Finding.UNKNOWN),
        (45, Finding.PASSED, Finding.UNKNOWN),
        (46, Finding.UNKNOWN, Finding.FAILED),
    ],
)
def test_a_running_system_is_read_within_its_cadence_and_at_the_latest_after_45_days(
    facts: Facts, ago: int, measured: Finding, reviewed: Finding
) -> None:
    ledger = gather_evidence(replace(facts, workflow=STALLED, reviews=(review(facts, ago),)))
    assert entry(ledger, "outcome.measured").finding is measured
    assert entry(ledger, "outcome.reviewed").finding is reviewed
    assert entry(ledger, "outcome.reviewed").decides is (reviewed is Finding.FAILED)


def test_a_review_that_could_not_read_the_metric_or_was_withdrawn_measures_nothing(facts: Facts) -> None:
    unread = review(facts, 3).model_copy(update={"reading": None})
    withdrawn = review(facts, 3).model_copy(update={"withdrawn": True})
    for held in (unread, withdrawn):
        ledger = gather_evidence(replace(facts, workflow=STALLED, reviews=(held,)))
        assert entry(ledger, "outcome.measured").finding is Finding.UNKNOWN
        assert entry(ledger, "outcome.reviewed").finding is Finding.UNKNOWN


@pytest.mark.parametrize(("ago", "finding"), [(45, Finding.UNKNOWN), (46, Finding.FAILED)])
def test_a_system_that_was_never_reviewed_fails_45_days_after_its_launch(
    facts: Facts, ago: int, finding: Finding
) -> None:
    launched = STALLED.model_copy(update={"launched_on": facts.now.date() - timedelta(days=ago)})
    assert entry(gather_evidence(replace(facts, workflow=launched)), "outcome.reviewed").finding is finding


def test_a_log_that_began_long_ago_shows_that_nobody_reads_it(facts: Facts) -> None:
    ledger = gather_evidence(replace(facts, workflow=STALLED, live=log_until(facts, 1, days=60)))
    reviewed = entry(ledger, "outcome.reviewed")
    assert reviewed.finding is Finding.FAILED
    assert "since 1 January 2026" in reviewed.statement


def test_two_readings_outside_tolerance_in_a_row_are_evidence_of_the_operation(facts: Facts) -> None:
    outside = [review(facts, ago).model_copy(update={"reading": 70.0}) for ago in (40, 10)]
    found = gather_evidence(replace(facts, reviews=tuple(outside))).of(Topic.OPERATION)
    assert [(one.id, one.finding) for one in found] == [("operation.alarm", Finding.FAILED)]
    assert "21 January 2026 and 20 February 2026" in found[0].statement


def test_agreement_under_an_earlier_wording_is_out_of_date_and_counts_neither_way(ready: Any) -> None:
    answers = "abcabcabcabcabcabc"
    case = ready.but(exercises=(exercise_of(answers, answers, wording="As the buyer says."),))
    tested = entry(case.diagnose().ledger, "outcome.tested")
    assert (tested.finding, bool(tested.stale), tested.decides) == (Finding.PASSED, True, False)
    assert not tested.counts_for
    assert not tested.counts_against
    assert [one.reply for one in case.diagnose().questions] == [one.reply for one in ready.diagnose().questions]


# --- the same tomorrow --------------------------------------------------------------------------------------------


def test_the_hash_is_of_the_evidence_and_not_of_the_day(full: Facts) -> None:
    today, tomorrow = gather_evidence(full), gather_evidence(replace(full, now=full.now + timedelta(days=1)))
    assert [one.statement for one in tomorrow.entries] == [one.statement for one in today.entries]
    assert today.hash == tomorrow.hash
    clean = entry(today, "data.clean_share")
    assert tomorrow.age_days(clean) == (today.age_days(clean) or 0) + 1


def test_the_hash_is_the_same_with_another_last_digit_and_another_with_another_figure(facts: Facts) -> None:
    ledger = gather_evidence(facts)
    first, *others = ledger.entries
    assert first.value is not None

    def with_value(value: float) -> Ledger:
        return replace(ledger, entries=(replace(first, value=value), *others))

    assert with_value(first.value * (1 + 1e-15)).hash == ledger.hash
    assert with_value(first.value + 1e-6).hash != ledger.hash
    assert with_value(0.0).hash == with_value(-0.0).hash


def test_the_hash_is_of_all_that_an_entry_says(full: Facts) -> None:
    ledger = gather_evidence(full)
    first, *others = ledger.entries
    changes: list[dict[str, Any]] = [
        {"id": "x"}, {"topic": Topic.VALUE}, {"statement": "x"}, {"finding": Finding.FAILED}, {"source": "x"},
        {"low": 0.1}, {"high": 0.1}, {"unit": "x"}, {"observed_at": NOW}, {"stale": "x"}, {"reference": "x"},
        {"decides": False}, {"place": Place(Page.BRIEF)},
    ]  # fmt: skip
    hashes = {replace(ledger, entries=(replace(first, **change), *others)).hash for change in changes}
    assert len({*hashes, ledger.hash}) == len(changes) + 1
    assert len(ledger.hash) == 64


def test_the_hash_of_hostile_text_is_a_hash(facts: Facts) -> None:
    ledger = gather_evidence(facts)
    odd = replace(ledger.entries[0], statement="\ud800 \x00 ü </script>", source='"],')
    assert len(replace(ledger, entries=(odd,)).hash) == 64
