"""The standing list: which function looks for which contradiction, and what they find in a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from readiness.diagnosis.contradictions import (
    of_data,
    of_dates,
    of_operation,
    of_outcome,
    of_ownership,
    of_scope,
    of_standard,
    of_value,
)
from readiness.diagnosis.contradictions.entries import Contradiction, ContradictionCatalog, Severity
from readiness.diagnosis.contradictions.recorded import Recorded
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.questions import Answer
from readiness.diagnosis.stop_rules import StopInputs
from readiness.errors import UnknownNameError

Check = Callable[[Recorded], str | None]  # the sentence with both statements; None where they do not clash

CHECKS: Mapping[str, Check] = {
    "agreed-with-too-few": of_outcome.agreed_with_too_few,
    "yes-without-authority": of_ownership.yes_without_authority,
    "tolerance-reversed": of_outcome.tolerance_reversed,
    "target-outside-tolerance": of_outcome.target_outside_tolerance,
    "reviews-not-held": of_ownership.reviews_that_are_not_held,
    "yes-with-unknown-components": of_scope.yes_with_unknown_components,
    "yes-with-undecided-cases": of_data.yes_with_undecided_cases,
    "sample-ends-after-reading": of_data.sample_ends_after_reading,
    "sample-period-reversed": of_data.sample_period_reversed,
    "sample-before-launch": of_data.sample_before_launch,
    "sample-not-from-production": of_data.sample_not_from_production,
    "unusable-accepted": of_data.unusable_records_accepted,
    "population-against-volume": of_data.population_against_volume,
    "sample-without-edge-cases": of_data.sample_without_any_edge_case,
    "yes-before-audit": of_data.yes_before_the_audit,
    "review-without-reviewer": of_data.review_without_reviewer,
    "rollback-left-out": of_scope.rollback_left_out,
    "smaller-since-shown": of_scope.smaller_since_shown,
    "alerting-left-out": of_scope.alerting_left_out,
    "logging-left-out": of_scope.logging_left_out,
    "dashboards-left-out": of_scope.dashboards_left_out,
    "review-screen-left-out": of_scope.review_screen_left_out,
    "review-takes-nothing": of_scope.review_takes_nothing,
    "components-at-zero": of_scope.components_at_zero,
    "decided-and-not-built": of_scope.decided_and_not_built,
    "plan-above-sum": of_scope.plan_above_sum,
    "go-live-before-build-ends": of_dates.go_live_before_the_build_can_end,
    "go-live-passed": of_dates.go_live_has_passed,
    "end-before-done": of_dates.end_before_it_can_be_done,
    "first-review-after-end": of_dates.first_review_after_end,
    "first-review-before-go-live": of_dates.first_review_before_go_live,
    "rehearsal-after-end": of_dates.rehearsal_after_end,
    "stalled-not-launched": of_dates.stalled_and_not_launched,
    "running-before-build": of_dates.running_before_the_build,
    "log-before-launch": of_dates.log_before_launch,
    "review-before-launch": of_dates.review_before_launch,
    "further-metric-at-odds": of_outcome.further_metric_at_odds,
    "baseline-beats-target": of_outcome.baseline_beats_target,
    "share-beyond-its-ends": of_outcome.share_beyond_its_ends,
    "unit-other-than-logs": of_outcome.unit_other_than_the_logs,
    "wrong-output-costs-nothing": of_outcome.wrong_output_costs_nothing,
    "signed-and-disagreeing": of_outcome.signed_and_still_disagreeing,
    "run-below-tolerance": of_outcome.run_below_tolerance,
    "authority-from-owner": of_ownership.authority_granted_by_the_owner,
    "accepted-without-tolerance": of_ownership.accepted_without_tolerance,
    "owner-without-own-word": of_ownership.owner_without_a_word_of_their_own,
    "reviewed-later-than-done": of_ownership.reviewed_later_than_done,
    "alarm-without-pull": of_ownership.alarm_that_changed_nothing,
    "accepts-more-than-audit": of_value.accepts_more_than_the_audit_allows,
    "accepts-more-than-log": of_value.accepts_more_than_the_log_shows,
    "accepts-more-than-right": of_value.accepts_more_than_was_right,
    "volumes-apart": of_value.volumes_apart,
    "volume-against-log": of_value.volume_against_the_log,
    "horizon-before-done": of_value.horizon_ends_before_it_is_done,
    "nothing-wrong": of_value.nothing_wrong_and_a_tolerance_for_it,
    "two-currencies": of_value.two_currencies,
    "limit-without-effect": of_value.limit_that_nothing_reaches,
    "review-beyond-alert": of_operation.more_review_than_the_alert_allows,
    "review-beyond-tolerance": of_operation.more_review_than_the_tolerance_allows,
    "yes-against-log": of_operation.yes_against_the_log,
    "review-against-log": of_operation.review_against_the_log,
    "met-without-component": of_standard.met_without_its_component,
    "met-without-run": of_standard.evaluation_met_without_a_run,
    "met-without-fallback": of_standard.fallback_met_without_one,
    "met-without-owner": of_standard.one_owner_met_without_one,
    "met-without-review-date": of_standard.next_review_met_without_a_date,
}
_ORDER = {severity: place for place, severity in enumerate(Severity)}


def find_contradictions(
    facts: Facts,
    ledger: Ledger,
    answers: Mapping[FailureMode, Answer],
    inputs: StopInputs,
    catalog: ContradictionCatalog,
    *,
    only: Severity | None = None,
) -> tuple[Contradiction, ...]:
    """The contradictions of a project, the blocking ones first, then in the order of the catalog; or those of one
    severity, and nothing else is looked for."""
    on = Recorded(facts, ledger, answers, inputs)
    found = []
    for entry in catalog.contradictions:
        if only is not None and entry.severity is not only:
            continue
        sentence = _check(entry.id)(on)
        if sentence:
            found.append(Contradiction(entry.id, entry.severity, " ".join(sentence.split()), entry.place))
    return tuple(sorted(found, key=lambda one: _ORDER[one.severity]))


def _check(identifier: str) -> Check:
    if identifier not in CHECKS:
        raise UnknownNameError("contradiction", identifier, list(CHECKS))
    return CHECKS[identifier]
