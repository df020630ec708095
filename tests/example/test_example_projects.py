"""The two example projects as they are opened: what each holds, and that nothing in it contradicts anything else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from readiness.catalog import read_catalog
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.fix_plan import TaskStatus
from readiness.diagnosis.ledger import Finding
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.timeline import timeline
from readiness.diagnosis.verdict_table import Verdict
from readiness.example.running_log import ALERT_DAYS
from readiness.operation.rules import AlertLevel
from readiness.outcome.evaluation_runs import Difference
from readiness.outcome.exercise_result import Reach, reach
from readiness.project import Projects, agreeing, fixing, live, milestones, outcomes
from readiness.project.example import open_example, open_stalled_example
from readiness.project.state import ProjectState
from tests.fixed_projects import NOW, fixed_projects


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projects]:
    with fixed_projects(tmp_path_factory.mktemp("examples")) as opened:
        yield opened


@pytest.fixture(scope="module")
def example(projects: Projects) -> ProjectState:
    return projects.load(open_example(projects, who="Ann"))


@pytest.fixture(scope="module")
def stalled(projects: Projects) -> ProjectState:
    return projects.load(open_stalled_example(projects, who="Ann"))


@pytest.fixture(scope="module")
def modes() -> FailureModeCatalog:
    return read_catalog("failure_modes", FailureModeCatalog)


def steps(projects: Projects, state: ProjectState) -> dict[str, TaskStatus]:
    return {one.step.id: one.status for one in fixing.fix_plan(projects, state, projects.diagnose(state))}


# --- before the build ---------------------------------------------------------------------------------------------


def test_no_two_statements_of_the_example_exclude_each_other(projects: Projects, example: ProjectState) -> None:
    diagnosis = projects.diagnose(example)
    assert diagnosis.contradictions == ()
    assert (diagnosis.verdict, diagnosis.primary) == (Verdict.FIX_FIRST, FailureMode.SCOPE_UNDERESTIMATION)


def test_three_people_judged_records_of_the_example_and_every_dispute_is_settled(example: ProjectState) -> None:
    (result,) = agreeing.results(example)
    assert len(result.people) == 3
    assert result.disputed
    assert result.unsettled == ()
    assert {settlement.answer for settlement in result.settlements.values()} == {"IT services"}
    assert reach(result, example.agreement.least) is Reach.REACHED


def test_what_nobody_can_know_from_a_record_is_answered_with_i_cannot_tell(example: ProjectState) -> None:
    (result,) = agreeing.results(example)
    told = [one for one in result.judgments if one.answer is None]
    assert told
    assert {one.record for one in told} <= {one.record for one in result.records if one.tier != "clean"}


def test_the_second_run_of_the_example_is_better_than_the_first(projects: Projects, example: ProjectState) -> None:
    earlier, later = example.runs
    compared = outcomes.compare(projects, example, earlier.id, later.id)
    assert (earlier.cases, later.cases) == (300, 300)
    assert compared.finding is Difference.BETTER


def test_the_sum_of_the_example_was_shown_and_two_components_were_open(example: ProjectState) -> None:
    (shown,) = example.shown
    assert shown.shown_on == NOW.date()
    assert shown.unknown == 2


def test_the_plan_of_the_example_has_owners_and_days_to_come(projects: Projects, example: ProjectState) -> None:
    assert steps(projects, example) == {
        "list-components": TaskStatus.BEGUN,
        "estimate-each": TaskStatus.OPEN,
        "present-sum": TaskStatus.OPEN,
        "keep-sum": TaskStatus.CLOSED,
    }
    assert all(task.owner and task.due_on and task.due_on > NOW.date() for task in example.fix_tasks.values())


def test_the_milestone_of_the_example_stands_before_its_estimates(projects: Projects, example: ProjectState) -> None:
    (milestone,) = example.milestones
    then = milestones.milestone_state(projects, example, milestone.id)
    assert then.audit is not None
    assert set(then.decisions) == set(example.decisions)
    assert then.outcome.metric == ""
    changed = milestones.compare_milestones(projects, example.id, milestone.id)
    assert any(part.changes for part in changed)


# --- stalled ------------------------------------------------------------------------------------------------------


def test_the_stalled_example_fails_at_its_data_first(projects: Projects, stalled: ProjectState) -> None:
    diagnosis = projects.diagnose(stalled)
    assert (diagnosis.verdict, diagnosis.primary) == (Verdict.FIX_FIRST, FailureMode.DATA_QUALITY)
    assert diagnosis.also_found == (FailureMode.SCOPE_UNDERESTIMATION, FailureMode.OWNERSHIP)
    assert [one.reply for one in diagnosis.questions] == [Reply.NO, Reply.NO, Reply.UNKNOWN, Reply.NO]
    assert diagnosis.contradictions == ()
    assert not any(one.against_evidence for one in diagnosis.questions)


def test_the_stalled_example_says_of_itself_that_it_is_generated(stalled: ProjectState) -> None:
    assert "generated" in stalled.name
    assert stalled.sample is not None
    assert "Generated" in stalled.sample.origin
    assert stalled.live is not None
    assert stalled.live.summary.files[0].name.startswith("generated")


def test_the_log_of_the_stalled_example_raises_the_first_alert_and_shows_what_changed(stalled: ProjectState) -> None:
    alert = live.alert(stalled, NOW)
    assert alert.level is AlertLevel.ALERT
    assert alert.current is not None
    assert alert.current.days == ALERT_DAYS
    assert stalled.live is not None
    assert stalled.live.drift is not None
    assert "date_format" in stalled.live.drift.sentence


def test_the_second_review_of_the_stalled_example_is_outside_and_both_were_read_from_the_log(
    projects: Projects, stalled: ProjectState
) -> None:
    first, second = stalled.reviews
    assert (first.inside, second.inside) == (True, False)
    assert all(review.reading_source.startswith("the log") for review in stalled.reviews)
    assert outcomes.alarm(stalled) is None
    assert outcomes.overdue_sentence(stalled, NOW.date()) == ""


def test_the_stalled_example_stands_at_a_stage_with_another_one_to_come(
    stalled: ProjectState, modes: FailureModeCatalog
) -> None:
    found = timeline(stalled.workflow, modes, NOW.date())
    assert found is not None
    assert found.months == 4
    assert found.present is not None
    assert found.present.mode is FailureMode.SCOPE_UNDERESTIMATION
    assert found.next is not None
    assert found.next.mode is FailureMode.MEASUREMENT


def test_the_audit_of_the_stalled_example_counts_as_current_and_closes_its_steps(
    projects: Projects, stalled: ProjectState
) -> None:
    diagnosis, found = projects.diagnose(stalled), steps(projects, stalled)
    closed = {step for step, status in found.items() if status is TaskStatus.CLOSED}
    assert {"sample-current-records", "audit-current-records"} <= closed
    assert "decide-every-edge-case" not in closed
    assert not any(entry.stale for entry in diagnosis.ledger.entries)
    measured = diagnosis.ledger.entry("outcome.measured")
    assert measured is not None
    assert measured.finding is Finding.PASSED


def test_opening_the_stalled_example_twice_makes_one(projects: Projects, stalled: ProjectState) -> None:
    assert open_stalled_example(projects, who="Ben") == stalled.id


@pytest.mark.parametrize("now", [datetime(2027, 12, 31, 23, 59), datetime(2028, 2, 29, 0, 0, 1)])  # noqa: DTZ001
def test_the_stalled_example_is_the_same_on_any_day(now: datetime, tmp_path_factory: pytest.TempPathFactory) -> None:
    with fixed_projects(tmp_path_factory.mktemp("later"), now) as later:
        state = later.load(open_stalled_example(later, who="Ann"))
        diagnosis = later.diagnose(state)
        assert diagnosis.primary is FailureMode.DATA_QUALITY
        assert diagnosis.contradictions == ()
        assert not any(entry.stale for entry in diagnosis.ledger.entries)
        assert live.alert(state, now).level is AlertLevel.ALERT
        assert [review.inside for review in state.reviews] == [True, False]
        assert state.live is not None
        assert state.live.last_day == now.date() - timedelta(days=1)
