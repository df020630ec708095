"""The outcome in a project: metrics, the owner's confirmation, reviews and evaluation runs, all of it journalled."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from readiness.diagnosis.ledger import Finding
from readiness.diagnosis.preparations import PreparationState, preparations
from readiness.errors import ConflictError, InputError, InvalidValueError, UnknownNameError, UnreadableFileError
from readiness.outcome import evaluation_runs
from readiness.outcome.authority import Standing
from readiness.outcome.evaluation_runs import Difference
from readiness.outcome.reviews import Review, ReviewDecision
from readiness.project import Kind, Projects, outcomes
from tests.stated_outcome import DEFINED, OWNED


@pytest.fixture
def owned(projects: Projects, project: str) -> str:
    projects.change(project, Kind.OUTCOME, DEFINED, version=0, who="Ann")
    projects.change(project, Kind.OWNERSHIP, OWNED, version=0, who="Ann")
    return project


@pytest.fixture
def hold(projects: Projects, owned: str, clock: Any) -> Callable[..., Review]:
    """Records a review some days before now: (days ago, reading, **more)."""

    def do(ago: int, reading: float | None, **more: Any) -> Review:
        from datetime import timedelta

        day = clock().date() - timedelta(days=ago)
        said = {"held_on": day, "reading": reading, "reviewed_by": "Ines", "note": "so", **more}
        return outcomes.record_review(projects, owned, said, who="Ines")

    return do


def results(*values: Any, start: int = 0) -> io.BytesIO:
    lines = [f"c{start + number},{value}" for number, value in enumerate(values)]
    return io.BytesIO("\n".join(["case_id,score", *lines, ""]).encode())


def add(projects: Projects, project: str, version: str, *values: Any, **more: Any) -> str:
    given = {"run_on": date(2026, 1, 5), "name": "run.csv", "stream": results(*values), "who": "Ann", **more}
    return outcomes.add_run(projects, project, version=version, **given).id


def last_entry(projects: Projects, project: str) -> str:
    return projects.store.journal(project, limit=1)[0].what


# --- metrics ------------------------------------------------------------------------------------------------------


def test_further_metrics_are_added_changed_made_primary_and_removed(projects: Projects, owned: str) -> None:
    cost = outcomes.add_metric(projects, owned, "  Cost per  item ", who="Ann")
    state = projects.load(owned)
    outcomes.change_metric(projects, state, cost, {"unit": "EUR", "target": 0.4}, who="Ann")
    outcomes.make_primary(projects, owned, cost, who="Ann")
    outcome = projects.load(owned).outcome
    assert (outcome.metric, outcome.unit, outcome.target, outcome.metric_id) == ("Cost per item", "EUR", 0.4, cost)
    (former,) = outcome.further
    assert (former.metric, former.id, former.target) == ("Share routed correctly", "", 92.0)
    outcomes.remove_metric(projects, owned, "", who="Ann")
    assert projects.load(owned).outcome.further == ()
    assert last_entry(projects, owned) == "removed the metric Share routed correctly"


def test_a_metric_that_is_added_voids_the_signatures_under_the_definition(projects: Projects, owned: str) -> None:
    projects.sign_outcome(owned, name="Ann", role="", who="Ann")
    assert len(projects.diagnose(projects.load(owned)).ledger.valid_signatures) == 1
    outcomes.add_metric(projects, owned, "Cost", who="Ann")
    assert projects.diagnose(projects.load(owned)).ledger.valid_signatures == ()


def test_two_people_who_change_different_parts_of_one_metric_both_keep_theirs(projects: Projects, owned: str) -> None:
    cost = outcomes.add_metric(projects, owned, "Cost", who="Ann")
    drawn = projects.load(owned)
    outcomes.change_metric(projects, drawn, cost, {"unit": "EUR"}, who="Ann")
    outcomes.change_metric(projects, drawn, cost, {"target": 0.4}, who="Ben")
    (metric,) = projects.load(owned).outcome.further
    assert (metric.unit, metric.target) == ("EUR", 0.4)


def test_a_change_of_what_somebody_else_changed_is_a_conflict_until_its_author_insists(
    projects: Projects, owned: str
) -> None:
    cost = outcomes.add_metric(projects, owned, "Cost", who="Ann")
    drawn = projects.load(owned)
    outcomes.change_metric(projects, drawn, cost, {"unit": "EUR"}, who="Ann")
    with pytest.raises(ConflictError) as conflict:
        outcomes.change_metric(projects, drawn, cost, {"unit": "USD"}, who="Ben")
    assert (conflict.value.by, conflict.value.mine, conflict.value.theirs) == ("Ann", {"unit": "USD"}, {"unit": "EUR"})
    outcomes.change_metric(projects, drawn, cost, {"unit": "USD"}, who="Ben", insist=True)
    assert projects.load(owned).outcome.further[0].unit == "USD"


def test_what_cannot_be_a_metric_is_refused_with_a_sentence(projects: Projects, owned: str) -> None:
    with pytest.raises(InvalidValueError, match="needs a name"):
        outcomes.add_metric(projects, owned, "  ", who="Ann")
    cost = outcomes.add_metric(projects, owned, "Cost", who="Ann")
    drawn = projects.load(owned)
    for part, value in (("target", float("inf")), ("unit", "u" * 61), ("direction", "sideways"), ("target", 10**400)):
        with pytest.raises(InputError):
            outcomes.change_metric(projects, drawn, cost, {part: value}, who="Ann")
    outcomes.remove_metric(projects, owned, cost, who="Ann")
    with pytest.raises(InputError, match="removed or made the primary"):
        outcomes.change_metric(projects, drawn, cost, {"unit": "EUR"}, who="Ann")
    for number in range(12):
        outcomes.add_metric(projects, owned, f"m{number}", who="Ann")
    with pytest.raises(InputError, match="at most 12"):
        outcomes.add_metric(projects, owned, "one more", who="Ann")


# --- the owner ----------------------------------------------------------------------------------------------------


def test_what_is_stated_about_the_owner_is_unknown_until_the_owner_confirms_it(projects: Projects, owned: str) -> None:
    def seen() -> tuple[Finding, str, PreparationState]:
        ledger = projects.diagnose(projects.load(owned)).ledger
        entry = ledger.entry("ownership.authority")
        assert entry is not None
        return entry.finding, entry.statement, preparations(ledger)[3].state

    parts = projects.diagnose(projects.load(owned)).ledger.entry("ownership.parts")
    assert parts is not None
    assert parts.finding is Finding.PASSED  # what an older project states, it keeps
    finding, statement, state = seen()
    assert (finding, state) == (Finding.UNKNOWN, PreparationState.OPEN)
    assert statement == "The authority to pull the system is stated, not confirmed by the owner yet."
    with pytest.raises(InvalidValueError, match="only Ines can"):
        outcomes.confirm_authority(projects, owned, name="Tomas", who="Tomas")
    outcomes.confirm_authority(projects, owned, name="ines", who="Ines")
    assert last_entry(projects, owned) == "ines confirmed the authority to pull the system"
    assert seen()[0] is Finding.PASSED
    assert seen()[2] is PreparationState.DONE
    with pytest.raises(InputError, match="confirmed this already"):
        outcomes.confirm_authority(projects, owned, name="Ines", who="Ines")
    version = projects.load(owned).version_of(Kind.OUTCOME)
    projects.change(owned, Kind.OUTCOME, {"tolerance_low": 85.0}, version=version, who="Ann")
    assert seen()[0] is Finding.UNKNOWN
    assert "void until confirmed again" in seen()[1]
    outcomes.confirm_authority(projects, owned, name="Ines", who="Ines")
    assert seen()[0] is Finding.PASSED
    outcomes.withdraw_confirmation(projects, owned, who="Ines")
    outcomes.withdraw_confirmation(projects, owned, who="Ines")
    assert outcomes.standing(projects.load(owned)) is Standing.STATED


def test_authority_that_is_withdrawn_and_granted_again_is_confirmed_again(projects: Projects, owned: str) -> None:
    def change(**parts: Any) -> Standing:
        version = projects.load(owned).version_of(Kind.OWNERSHIP)
        projects.change(owned, Kind.OWNERSHIP, parts, version=version, who="Ann")
        return outcomes.standing(projects.load(owned))

    outcomes.confirm_authority(projects, owned, name="Ines", who="Ines")
    assert change(role="Head of operations") is Standing.CONFIRMED
    assert change(may_pull=False) is Standing.NOT_STATED
    assert (
        last_entry(projects, owned) == "withdrew the authority to pull the system, which ends the owner's confirmation"
    )
    assert change(may_pull=True) is Standing.STATED
    outcomes.confirm_authority(projects, owned, name="Ines", who="Ines")
    assert change(authority_from="Somebody else") is Standing.VOID


def test_the_brief_says_how_far_the_authority_goes(projects: Projects, owned: str) -> None:
    def brief() -> str:
        state = projects.load(owned)
        return projects.brief(state, projects.diagnose(state), "production", "md").decode()

    assert "stated, not confirmed by the owner yet" in brief()
    outcomes.confirm_authority(projects, owned, name="Ines", who="Ines")
    assert "confirmed by the owner on" in brief()


def test_the_calendar_of_a_project_begins_with_the_next_review(projects: Projects, owned: str, clock: Any) -> None:
    content = outcomes.calendar_file(projects.load(owned), clock())
    assert b"RRULE:FREQ=DAILY;INTERVAL=28;COUNT=12\r\n" in content
    assert f"review-{owned}@".encode() in content.replace(b"\r\n ", b"")


# --- reviews ------------------------------------------------------------------------------------------------------


def test_a_review_is_kept_with_the_tolerance_of_its_day(
    projects: Projects, owned: str, hold: Callable[..., Review]
) -> None:
    held = hold(0, 93.0, decision=ReviewDecision.CONTINUE)
    version = projects.load(owned).version_of(Kind.OUTCOME)
    projects.change(owned, Kind.OUTCOME, {"tolerance_low": 95.0}, version=version, who="Ann")
    (stored,) = projects.load(owned).reviews
    assert stored == held
    assert stored.inside is True


def test_two_reviews_outside_tolerance_are_said_with_what_the_owner_may_do(
    projects: Projects, owned: str, hold: Callable[..., Review]
) -> None:
    hold(28, 84.0)
    assert outcomes.alarm_sentence(projects.load(owned)) == ""
    hold(0, 85.5)
    said = outcomes.alarm_sentence(projects.load(owned))
    assert said.startswith("Outside tolerance at two reviews in a row: 84% on ")
    assert "tolerance 88 to 100%" in said
    assert said.endswith(
        "The owner, Ines, may pull the system. The authority for it is not confirmed by the owner yet."
    )
    outcomes.confirm_authority(projects, owned, name="Ines", who="Ines")
    assert outcomes.alarm_sentence(projects.load(owned)).endswith("The owner, Ines, may pull the system.")
    version = projects.load(owned).version_of(Kind.OWNERSHIP)
    projects.change(owned, Kind.OWNERSHIP, {"may_pull": False}, version=version, who="Ann")
    assert "not granted yet" in outcomes.alarm_sentence(projects.load(owned))
    projects.change(owned, Kind.OWNERSHIP, {"owner": ""}, version=version + 1, who="Ann")
    assert "nobody is named as the owner" in outcomes.alarm_sentence(projects.load(owned))


def test_the_decision_to_pull_is_said_and_a_reading_inside_ends_the_alarm(
    projects: Projects, owned: str, hold: Callable[..., Review]
) -> None:
    hold(28, 84.0)
    hold(14, 84.0, decision=ReviewDecision.PULL)
    assert outcomes.alarm_sentence(projects.load(owned)).endswith("is to pull the system.")
    hold(0, 92.0)
    assert outcomes.alarm_sentence(projects.load(owned)) == ""


def test_a_correction_is_in_the_journal_with_its_reason_and_what_was_there_before(
    projects: Projects, owned: str, hold: Callable[..., Review]
) -> None:
    held = hold(0, 39.0)
    drawn = projects.load(owned)
    outcomes.correct_review(projects, drawn, held.id, {"reading": 93.0}, reason="digits swapped", who="Ben")
    entry = projects.store.journal(owned, limit=1)[0]
    assert entry.what.endswith(": digits swapped")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["reading"], entry.after["reading"]) == (39.0, 93.0)
    (stored,) = projects.load(owned).reviews
    assert [(one.by, one.reason) for one in stored.corrections] == [("Ben", "digits swapped")]


def test_two_corrections_of_one_review_do_not_overwrite_each_other(
    projects: Projects, owned: str, hold: Callable[..., Review]
) -> None:
    held = hold(0, 39.0)
    drawn = projects.load(owned)
    outcomes.correct_review(projects, drawn, held.id, {"reading": 93.0}, reason="swapped", who="Ben")
    with pytest.raises(ConflictError, match="Ben changed"):
        outcomes.correct_review(projects, drawn, held.id, {"note": "x"}, reason="a note", who="Ann")
    assert projects.load(owned).reviews[0].reading == 93.0


def test_a_withdrawn_review_stays_and_a_review_that_is_not_there_is_refused(
    projects: Projects, owned: str, hold: Callable[..., Review]
) -> None:
    held = hold(0, 84.0)
    outcomes.withdraw_review(projects, projects.load(owned), held.id, reason="a rehearsal", who="Ben")
    assert [review.withdrawn for review in projects.load(owned).reviews] == [True]
    with pytest.raises(UnknownNameError):
        outcomes.withdraw_review(projects, projects.load(owned), "none", reason="so", who="Ben")


def test_what_cannot_be_a_review_is_refused_in_words(projects: Projects, project: str, owned: str, clock: Any) -> None:
    today = clock().date()
    refused: tuple[dict[str, Any], ...] = (
        {"held_on": today, "reading": float("nan"), "reviewed_by": "Ines"},
        {"held_on": today, "reading": 1.0, "reviewed_by": "x" * 201},
        {"held_on": today, "reading": 1.0, "reviewed_by": "Ines", "note": "x" * 4_001},
        {"held_on": today, "reading": 1.0, "reviewed_by": "Ines", "next_review": today},
        {"held_on": today, "reading": 1.0, "reviewed_by": "Ines", "decision": "perhaps"},
    )
    for said in refused:
        with pytest.raises(InputError):
            outcomes.record_review(projects, owned, said, who="Ann")
    assert projects.load(owned).reviews == ()


def test_a_project_without_a_metric_has_nothing_to_review(projects: Projects, project: str, clock: Any) -> None:
    said = {"held_on": clock().date(), "reading": 1.0, "reviewed_by": "Ines"}
    with pytest.raises(InputError, match="no metric to review"):
        outcomes.record_review(projects, project, said, who="Ann")


def test_an_overdue_review_is_said(projects: Projects, owned: str, hold: Callable[..., Review], clock: Any) -> None:
    state = projects.load(owned)
    assert outcomes.overdue_sentence(state, date(2026, 1, 5)) == ""
    assert outcomes.overdue_sentence(state, date(2026, 1, 6)) == "A review was due on 5 Jan 2026, 1 day ago."
    hold(0, 93.0)
    assert outcomes.overdue_sentence(projects.load(owned), clock().date()) == ""


# --- evaluation ---------------------------------------------------------------------------------------------------


def test_the_spec_is_filled_in_from_the_project_and_what_is_stated_for_it_goes_first(
    projects: Projects, owned: str
) -> None:
    with pytest.raises(InputError, match="the workflow, the fallback"):
        outcomes.evaluation_spec(projects.load(owned))
    workflow = {"task": "Route each invoice.", "reviewer": "Accounts payable"}
    projects.change(owned, Kind.WORKFLOW, workflow, version=0, who="Ann")
    projects.change(owned, Kind.EVALUATION, {"owner": "Ada"}, version=0, who="Ann")
    spec = outcomes.evaluation_spec(projects.load(owned))
    assert (spec.workflow, spec.metric, spec.target) == ("Route each invoice.", "Share routed correctly", 92.0)
    assert (spec.fallback, spec.owner) == ("Accounts payable", "Ada")


def test_two_versions_are_compared_by_number_also_after_a_restart(
    projects: Projects, project: str, restart: Callable[[Projects], Projects], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_runs, "CASES_A_PART", 30)
    first = add(projects, project, "1", *([1] * 60 + [0] * 40))
    second = add(projects, project, "2", *([1] * 90 + [0] * 10), run_on=date(2026, 2, 5))
    again = restart(projects)
    state = again.load(project)
    assert [(run.version, run.cases, run.score) for run in state.runs] == [("1", 100, 0.6), ("2", 100, 0.9)]
    found = outcomes.compare(again, state, first, second)
    assert (found.finding, found.better, found.worse) == (Difference.BETTER, 30, 0)
    backward = outcomes.compare(again, state, second, first)
    assert backward.finding is Difference.WORSE


def test_case_results_are_not_read_with_the_project_and_hold_ids_and_results_alone(
    projects: Projects, project: str
) -> None:
    lines = b'{"case_id": "a", "correct": true, "expected": "secret one", "actual": "secret two"}\n'
    add(projects, project, "1", stream=io.BytesIO(lines), name="run.jsonl")
    assert not [kind for kind, _ in projects.load(project).versions if kind == Kind.EVALUATION_CASES]
    (part,) = projects.store.documents(project, Kind.EVALUATION_CASES)
    assert set(part.body) == {"run", "cases", "results"}
    assert "secret" not in json.dumps([entry.after for entry in projects.store.journal(project)])


def test_a_bad_file_leaves_nothing_behind(projects: Projects, project: str) -> None:
    before = projects.store.project(project).revision
    with pytest.raises(UnreadableFileError, match="'c0' is there twice"):
        add(projects, project, "1", stream=io.BytesIO(b"case_id,score\nc0,1\nc0,0\n"))
    assert projects.store.project(project).revision == before
    assert projects.store.documents(project, Kind.EVALUATION_CASES) == []


def test_a_run_is_recorded_once_a_version_and_day_and_removed_with_a_reason(projects: Projects, project: str) -> None:
    first = add(projects, project, " prompt  7 ", 1, 0)
    with pytest.raises(InputError, match="a run of version prompt 7 on 5 Jan 2026 already"):
        add(projects, project, "prompt 7", 1, 1)
    with pytest.raises(InvalidValueError, match="name the version"):
        add(projects, project, "  ", 1, 1)
    with pytest.raises(InputError, match="longer"):
        add(projects, project, "v" * 201, 1, 1)
    add(projects, project, "prompt 8", 1, 1)
    with pytest.raises(InputError, match="Say why"):
        outcomes.remove_run(projects, project, first, reason=" ", who="Ann")
    outcomes.remove_run(projects, project, first, reason="the wrong file", who="Ann")
    assert [run.version for run in projects.load(project).runs] == ["prompt 8"]
    assert len(projects.store.documents(project, Kind.EVALUATION_CASES)) == 1
    assert (
        projects.store.journal(project, limit=3)[0].what == "removed the evaluation of version prompt 7: the wrong file"
    )
    with pytest.raises(UnknownNameError):
        outcomes.compare(projects, projects.load(project), first, first)


def test_the_ids_of_cases_are_gone_with_their_run_and_the_journal_keeps_the_run(
    projects: Projects, project: str
) -> None:
    content = io.BytesIO(b"case_id,score\nMrs Smith 17,1\nMr Jones 4,0\n")
    run = add(projects, project, "v1", stream=content)
    outcomes.remove_run(projects, project, run, reason="names in it", who="Ann")
    entries = projects.store.journal(project, limit=1_000)
    assert not any("Smith" in json.dumps([one.before, one.after, one.what]) for one in entries)
    assert [one.before["version"] for one in entries if one.before and one.kind == Kind.EVALUATION_RUN] == ["v1"]


def test_a_project_with_all_of_it_goes_out_and_comes_back(
    projects: Projects, owned: str, hold: Callable[..., Review], tmp_path: Any
) -> None:
    outcomes.confirm_authority(projects, owned, name="Ines", who="Ines")
    outcomes.add_metric(projects, owned, "Cost", who="Ann")
    hold(28, 84.0)
    hold(0, 85.0)
    first, second = add(projects, owned, "1", *[0] * 50), add(projects, owned, "2", *[1] * 50)
    out = projects.store.export_project(owned, tmp_path / "project.zip")
    projects.archive(owned, who="Ann")
    row = projects.import_file(out, who="Ben")
    before, after = projects.load(owned), projects.load(row.id)
    assert (after.outcome, after.reviews, after.runs) == (before.outcome, before.reviews, before.runs)
    assert outcomes.standing(after) is Standing.CONFIRMED
    assert outcomes.alarm_sentence(after) == outcomes.alarm_sentence(before) != ""
    assert outcomes.compare(projects, after, first, second).finding is Difference.BETTER
