"""A running system's log in a project: read, kept as counts, judged, compared, searched, and let go."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.ledger import Finding
from readiness.errors import InputError, InvalidValueError, StoppedError
from readiness.operation.daily import OTHER_ERRORS, DayOutcomes, Metric, Tolerance
from readiness.operation.drift import DriftVerdict
from readiness.operation.rules import AlertLevel
from readiness.outcome.definition import MeasuredBy
from readiness.project import Kind, Projects, live, logs
from readiness.project.live import HandedIn
from readiness.project.live_record import (
    MOST_DAYS,
    MOST_FILES,
    LiveLimits,
    LiveReading,
    ReadingChoices,
    days_until,
    kept_reading,
    live_facts,
)
from readiness.project.log_places import PathRule, files_at, path_rule
from readiness.project.running import Task
from tests.project.conftest import Clock

EVERYWHERE = PathRule(everywhere=True)
TODAY = date(2026, 3, 2)  # of the tests' clock


def line(record_id: str, moment: str, *, routed: bool = False, **more: Any) -> str:
    said = {"record_id": record_id, "time": moment, "validation_passed": not routed, "confidence": 0.9}
    return json.dumps({**said, "cost_usd": 0.02, "duration_ms": 120.0, **more})


def log_lines(first: date, routed: Sequence[float | None], items: int = 20, **more: Any) -> list[str]:
    """`items` lines a day with this share routed; None is a day without a line."""
    found = []
    for place, share in enumerate(routed):
        day = first + timedelta(days=place)
        for number in range(items if share is not None else 0):
            sent = number < round(items * (share or 0.0))
            found.append(line(f"{day}/{number}", f"{day}T12:00:{number % 60:02d}Z", routed=sent, **more))
    return found


def until_yesterday(routed: Sequence[float | None], **more: Any) -> list[str]:
    return log_lines(TODAY - timedelta(days=len(routed)), routed, **more)


def hand_in(projects: Projects, project: str, *lines: str, name: str = "app.log", **options: Any) -> LiveReading:
    def write_to(path: Path) -> None:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    started = live.start_reading(
        projects, project, HandedIn(uploads=[(name, write_to)]), rule=PathRule(), who="Ann", **options
    )
    return started.result()


def define(projects: Projects, project: str, **more: Any) -> None:
    said = {"metric": "Correct", "unit": "%", "measured_by": MeasuredBy.VALIDATION, "tolerance_low": 80.0}
    version = projects.load(project).version_of(Kind.OUTCOME)
    projects.change(project, Kind.OUTCOME, {**said, "tolerance_high": 100.0, **more}, version=version, who="Ann")


@pytest.fixture(autouse=True)
def nothing_left_open(projects: Projects) -> Iterator[None]:
    yield
    for project in live.desk_of(projects).projects():
        live.desk_of(projects).drop(project)


@pytest.fixture
def another(projects: Projects) -> str:
    return projects.create("Letters", who="Ann")


# --- reading ------------------------------------------------------------------------------------------------------


def test_a_log_is_read_and_its_days_are_kept_in_the_project(projects: Projects, project: str) -> None:
    hand_in(projects, project, *until_yesterday([0.1, None, 0.3]), "INFO started", '{"record_id": "x", "conf')
    reading = projects.load(project).live
    assert reading is not None
    assert (reading.summary.records, reading.summary.broken, reading.summary.other) == (40, 1, 1)
    assert [(one.day.day, one.items, one.routed) for one in reading.days] == [(27, 20, 2), (28, 0, 0), (1, 20, 6)]
    assert (reading.summary.zone, reading.uploads, reading.paths) == ("UTC", 1, ())
    assert reading.summary.broken_lines[0].text == ""


def test_files_that_are_added_belong_to_one_log_and_their_lines_count_once(projects: Projects, project: str) -> None:
    lines = until_yesterday([0.1, 0.1])
    hand_in(projects, project, *lines)
    hand_in(projects, project, *lines[10:], line("new", "2026-03-01T08:00:00Z"), name="app.log.1", adding=True)
    reading = projects.load(project).live
    assert reading is not None
    assert (reading.files, reading.summary.records, reading.summary.repeated) == (2, 41, 30)


def test_a_log_read_anew_takes_the_place_of_the_earlier_one(projects: Projects, project: str, workspaces: Path) -> None:
    hand_in(projects, project, *until_yesterday([0.1, 0.1]))
    hand_in(projects, project, *until_yesterday([0.5]))
    reading = projects.load(project).live
    assert reading is not None
    assert (reading.files, reading.summary.records) == (1, 20)
    assert len(list(workspaces.glob("readiness-log-*"))) == len(list(workspaces.glob("readiness-upload-*"))) == 1


def test_a_file_that_is_no_log_is_refused_with_a_sentence_and_the_earlier_log_stays(
    projects: Projects, project: str, workspaces: Path
) -> None:
    hand_in(projects, project, *until_yesterday([0.1]))
    with pytest.raises(InputError, match="outcome record"):
        hand_in(projects, project, "hello", "world")
    assert "outcome record" in live.refusal(projects, project)
    state = projects.load(project)
    assert state.live is not None
    assert state.live.summary.records == 20
    assert live.open_log(projects, state) is not None
    hand_in(projects, project, *until_yesterday([0.1]))
    assert live.refusal(projects, project) == ""


def test_nothing_handed_in_is_refused(projects: Projects, project: str) -> None:
    with pytest.raises(InputError, match="Choose the files"):
        live.start_reading(projects, project, HandedIn(paths=["  "]), rule=EVERYWHERE, who="Ann")


def test_a_reading_that_is_stopped_leaves_everything_as_it_was(
    projects: Projects, project: str, workspaces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(projects, project, *until_yesterday([0.1]))
    before, reached, go_on = projects.load(project), threading.Event(), threading.Event()

    def pause(task: Task, part: float, doing: str | None = None) -> None:
        reached.set()
        go_on.wait(20)
        if task.stopped:
            raise StoppedError

    monkeypatch.setattr(Task, "report", pause)
    running = _start(projects, project, *until_yesterday([0.5, 0.5]))
    assert reached.wait(20)
    assert live.running(projects, project) == running
    with pytest.raises(InputError, match="still under way"):
        _start(projects, project, *until_yesterday([0.2]))
    running.stop()
    go_on.set()
    with pytest.raises(StoppedError):
        running.result()
    after = projects.load(project)
    assert (after.live, after.revision) == (before.live, before.revision)
    assert live.open_log(projects, after) is not None
    assert live.running(projects, project) is None
    assert live.refusal(projects, project) == ""
    del running
    assert len(list(workspaces.glob("readiness-log-*"))) == 1


def test_the_last_step_of_a_reading_can_be_cancelled_too(
    projects: Projects, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = threading.Event()

    def never_done(connection: Any) -> None:
        reached.set()
        connection.execute("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b").fetchall()

    monkeypatch.setattr("readiness.operation.log.set_repeated_apart", never_done)
    running = _start(projects, project, *until_yesterday([0.5, 0.5]))
    assert reached.wait(20)
    while not running.wait(0.05):
        running.stop()
    with pytest.raises(StoppedError):
        running.result()
    assert projects.load(project).live is None
    assert live.refusal(projects, project) == ""


def _start(projects: Projects, project: str, *lines: str) -> Any:
    handed = HandedIn(uploads=[("app.log", lambda path: _write(path, *lines))])
    return live.start_reading(projects, project, handed, rule=PathRule(), who="Ann")


def _write(path: Path, *lines: str) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_two_projects_have_a_log_each(projects: Projects, project: str, another: str) -> None:
    hand_in(projects, project, *until_yesterday([0.1]))
    hand_in(projects, another, *until_yesterday([0.5, 0.5]))
    one, two = projects.load(project), projects.load(another)
    assert one.live is not None
    assert two.live is not None
    assert (one.live.summary.records, two.live.summary.records) == (20, 40)
    assert live.trace_record(projects, one, "2026-02-28/0").found == 0
    assert live.trace_record(projects, two, "2026-02-28/0").found == 1
    live.remove(projects, project, who="Ann")
    assert projects.load(project).live is None
    assert projects.load(another).live == two.live


def test_the_least_recently_used_log_is_let_go_where_the_open_ones_grow_too_large(
    projects: Projects, project: str, another: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MOST_OPEN_RECORDS", 50)
    hand_in(projects, project, *until_yesterday([0.1]))
    hand_in(projects, another, *until_yesterday([0.1, 0.1]))
    assert live.open_log(projects, projects.load(project)) is None
    assert live.open_log(projects, projects.load(another)) is not None


def test_after_a_restart_the_figures_stay_and_the_log_is_not_at_hand(
    projects: Projects, project: str, restart: Callable[[Projects], Projects]
) -> None:
    hand_in(projects, project, *until_yesterday([0.1, 0.2], reason="because"))
    before = projects.load(project)
    again = restart(projects)
    after = again.load(project)
    assert after.live == before.live
    assert live.alert(after, again.clock()) == live.alert(before, again.clock())
    with pytest.raises(InputError, match="not at hand"):
        live.trace_record(again, after, "2026-03-01/1")
    with pytest.raises(InputError, match="not at hand"):
        live.drift_of_periods(again, after)
    assert not live.can_read_again(again, after)
    with pytest.raises(InputError, match="Hand in all of it"):
        hand_in(again, project, line("z", "2026-03-01T00:00:00Z"), adding=True)


def test_a_log_that_was_pointed_to_is_read_again_after_a_restart_with_what_was_written_since(
    projects: Projects, project: str, restart: Callable[[Projects], Projects], tmp_path: Path
) -> None:
    path = tmp_path / "outcomes.jsonl"
    _write(path, *until_yesterday([0.1]))
    handed = HandedIn(paths=[str(path)])
    live.start_reading(projects, project, handed, rule=EVERYWHERE, who="Ann").result()
    again = restart(projects)
    assert live.can_read_again(again, again.load(project))
    with path.open("a", encoding="utf-8") as stream:
        stream.write(line("later", "2026-03-02T07:00:00Z") + "\n")
    live.start_again(again, project, rule=EVERYWHERE, who="Ann").result()
    reading = again.load(project).live
    assert reading is not None
    assert (reading.summary.records, reading.paths) == (21, (str(path),))
    live.desk_of(again).drop(project)


def test_removing_a_log_deletes_its_uploads_and_its_figures(projects: Projects, project: str, workspaces: Path) -> None:
    hand_in(projects, project, *until_yesterday([0.1]))
    live.remove(projects, project, who="Ann")
    assert projects.load(project).live is None
    assert not [*workspaces.glob("readiness-log-*"), *workspaces.glob("readiness-upload-*")]
    live.remove(projects, project, who="Ann")


@pytest.mark.parametrize("point", ["Counting each day", "Saving the figures"])
def test_a_log_removed_while_it_is_read_again_stays_removed(
    projects: Projects, project: str, workspaces: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    hand_in(projects, project, *until_yesterday([0.1]))
    reached, go_on, report = threading.Event(), threading.Event(), Task.report

    def pause(task: Task, part: float, doing: str | None = None) -> None:
        report(task, part, doing)
        if doing == point:
            reached.set()
            go_on.wait(20)

    monkeypatch.setattr(Task, "report", pause)
    running = _start(projects, project, *until_yesterday([0.5, 0.5]))
    assert reached.wait(20)
    live.remove(projects, project, who="Ann")
    go_on.set()
    with pytest.raises(StoppedError):
        running.result()
    state = projects.load(project)
    assert state.live is None
    assert live.open_log(projects, state) is None
    assert live.running(projects, project) is None
    del running
    assert not list(workspaces.glob("readiness-log-*"))


# --- zones and names ----------------------------------------------------------------------------------------------


def test_another_time_zone_puts_lines_on_other_days(projects: Projects, project: str) -> None:
    hand_in(projects, project, line("a", "2026-02-10T23:30:00Z"), line("b", "2026-02-11T12:00:00"))
    choices = ReadingChoices(zone="Europe/Berlin", zone_of_naive_times="Asia/Tokyo")
    live.start_again(projects, project, rule=PathRule(), who="Ann", choices=choices).result()
    reading = projects.load(project).live
    assert reading is not None
    assert [(one.day.isoformat(), one.items) for one in reading.days] == [("2026-02-11", 2)]
    assert (reading.summary.zone, reading.summary.naive_times) == ("Europe/Berlin", 1)
    # What was chosen holds for the next reading too.
    hand_in(projects, project, line("a", "2026-02-10T23:30:00Z"))
    assert projects.load(project).live.choices == choices  # type: ignore[union-attr]


def test_fields_under_other_names_are_found_where_they_are_said_to_be(projects: Projects, project: str) -> None:
    said = json.dumps({"ticket": {"nr": "a"}, "time": "2026-02-10T10:00:00Z", "sure": 0.4})
    with pytest.raises(InputError):
        hand_in(projects, project, said)
    choices = ReadingChoices(mapping={"record_id": "ticket.nr", "confidence": "sure"})
    reading = hand_in(projects, project, said, choices=choices)
    assert (reading.summary.records, reading.days[0].routed) == (1, 1)


@pytest.mark.parametrize(
    "said",
    [
        {"zone": "Mars/Base"},
        {"zone_of_naive_times": "x"},
        {"mapping": {"no_field": "a"}},
        {"mapping": {"time": "x" * 2000}},
    ],
)
def test_choices_that_cannot_be_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises((InvalidValueError, ValueError)):
        ReadingChoices(**said)


# --- what is kept -------------------------------------------------------------------------------------------------


def test_what_the_project_keeps_holds_nothing_of_a_single_record(projects: Projects, project: str) -> None:
    lines = until_yesterday([0.1], reason="SECRET-1", error_type="Customer Mary SECRET-2 was not found")
    hand_in(projects, project, *lines, line("SECRET-3", "never"), *until_yesterday([0.2], error_type="TimeoutError"))
    kept = "".join(str(one.body) for one in projects.store.documents(project, Kind.LIVE))
    assert "TimeoutError" in kept
    assert "SECRET" not in kept
    reading = projects.load(project).live
    assert reading is not None
    assert reading.days[0].errors[OTHER_ERRORS] == 20


def test_the_last_days_are_kept_and_the_others_counted(projects: Projects, project: str) -> None:
    hand_in(projects, project, *until_yesterday([0.0] * (MOST_DAYS + 12), items=1))
    reading = projects.load(project).live
    assert reading is not None
    assert (len(reading.days), reading.earlier_days) == (MOST_DAYS, 12)
    assert reading.last_day == TODAY - timedelta(days=1)


@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=30),
    later=st.integers(0, 900),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata"]),
)
def test_the_days_until_now_hold_every_item_and_end_today(counts: list[int], later: int, zone: str) -> None:
    first = date(2024, 2, 20)
    days = [DayOutcomes(day=first + timedelta(days=place), items=count) for place, count in enumerate(counts)]
    days[-1] = days[-1].model_copy(update={"items": 1})
    reading = LiveReading.model_construct(
        days=tuple(days),
        summary=type("Summary", (), {"zone": zone})(),  # the zone alone is asked for
    )
    now = datetime(2024, 2, 20, 12) + timedelta(days=len(days) - 1 + later)  # noqa: DTZ001 - as the store keeps it
    found = days_until(reading, now)
    assert sum(one.items for one in found) == sum(one.items for one in days)
    assert [one.day for one in found] == sorted({one.day for one in found})
    assert [one.ongoing for one in found].count(True) >= 1
    assert found[-1].ongoing
    assert abs((found[-1].day - now.date()).days) <= 1
    assert days_until(reading, None) == tuple(days)


# --- rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("high", "level"), [(6, AlertLevel.NONE), (7, AlertLevel.ALERT), (14, AlertLevel.DISTRUST)])
def test_days_above_the_limit_raise_the_alert(projects: Projects, project: str, high: int, level: AlertLevel) -> None:
    hand_in(projects, project, *until_yesterday([0.1] * 3 + [0.3] * high))
    state = projects.load(project)
    assert live.alert(state, projects.clock()).level is level
    entry = gather_evidence(state.facts(projects.clock())).entry("operation.routed")
    assert entry is not None
    assert entry.finding is (Finding.PASSED if level is AlertLevel.NONE else Finding.FAILED)


def test_a_log_that_ended_long_ago_says_nothing_of_now_and_is_judged_as_it_stood(
    projects: Projects, project: str, clock: Clock
) -> None:
    hand_in(projects, project, *until_yesterday([0.3] * 7))
    clock.advance(days=30)
    state = projects.load(project)
    assert live.silent_days(state, clock()) == 30
    assert live.alert(state, clock()).level is AlertLevel.NONE
    assert "No data for 30 days" in live.alert(state, clock()).sentence
    assert live.alert(state, None).level is AlertLevel.ALERT
    entry = gather_evidence(state.facts(clock())).entry("operation.routed")
    assert entry is not None
    assert entry.finding is Finding.UNKNOWN


def test_the_streak_is_held_against_the_tolerance_of_the_outcome_definition(projects: Projects, project: str) -> None:
    hand_in(projects, project, *until_yesterday([0.3, 0.1, None, 0.2, 0.1]))
    assert live.held(projects.load(project)) == ()
    define(projects, project, tolerance_low=None, tolerance_high=None)
    state = projects.load(project)
    assert live.streak_of(state, live.held(state)[0], projects.clock()) is None
    define(projects, project)
    state = projects.load(project)
    held = live.held(state)[0]
    assert (held.name, held.metric, held.tolerance) == ("Correct", Metric.PASSED, Tolerance(low=0.8, high=1.0))
    streak = live.streak_of(state, held, projects.clock())
    assert streak is not None
    assert streak.current is not None
    assert (streak.current.days, streak.needed, streak.earliest) == (3, 60, TODAY + timedelta(days=56))
    entry = gather_evidence(state.facts(projects.clock())).entry("operation.streak")
    assert entry is not None
    assert (entry.finding, entry.value) == (Finding.UNKNOWN, 3.0)


def test_a_tolerance_that_ends_below_its_beginning_holds_nothing(projects: Projects, project: str) -> None:
    hand_in(projects, project, *until_yesterday([0.1]))
    define(projects, project, tolerance_low=90.0, tolerance_high=10.0)
    state = projects.load(project)
    assert live.tolerance_of(state, Metric.PASSED) is None
    assert state.facts(projects.clock()).live is not None


def test_a_limit_is_changed_with_a_reason_that_stays(projects: Projects, project: str) -> None:
    hand_in(projects, project, *until_yesterday([0.3] * 5))
    live.change_limits(
        projects, projects.load(project), {"alert_days": 5, "routed_above": 0.2}, reason=" a pilot ", who="Ann"
    )
    state = projects.load(project)
    assert (state.limits.alert_days, state.limits.routed_above, state.limits.done_days) == (5, 0.2, 60)
    change = state.limits.changes[0]
    assert (change.reason, change.by) == ("a pilot", "Ann")
    assert (change.before, change.after) == (
        {"alert_days": 7, "routed_above": 0.15},
        {"alert_days": 5, "routed_above": 0.2},
    )
    assert live.alert(state, projects.clock()).level is AlertLevel.ALERT


@pytest.mark.parametrize(
    ("changes", "reason", "sentence"),
    [
        ({"alert_days": 5}, "  ", "Say why"),
        ({"alert_days": 7}, "because", "No limit is different"),
        ({"alert_days": 14}, "because", "must come after the first"),
        ({"routed_above": 1.5}, "because", "is not below 1"),
        ({"done_days": 0}, "because", "done days: 0 is less than 1"),
    ],
)
def test_a_change_of_limits_without_a_reason_or_a_sense_is_refused(
    projects: Projects, project: str, changes: dict[str, Any], reason: str, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        live.change_limits(projects, projects.load(project), changes, reason=reason, who="Ann")
    assert projects.load(project).version_of(Kind.LIVE_LIMITS) == 0


def test_limits_that_somebody_changed_meanwhile_are_not_overwritten(projects: Projects, project: str) -> None:
    drawn = projects.load(project)
    live.change_limits(projects, drawn, {"alert_days": 5}, reason="a short week", who="Ann")
    with pytest.raises(InputError, match="Ann changed the limits meanwhile"):
        live.change_limits(projects, drawn, {"done_days": 30}, reason="a pilot", who="Bo")
    assert (projects.load(project).limits.alert_days, projects.load(project).limits.done_days) == (5, 60)


# --- inputs, records, reviews -------------------------------------------------------------------------------------


def test_the_inputs_of_the_last_days_are_compared_with_an_earlier_period_and_with_the_sample(
    projects: Projects, at_hand: str
) -> None:
    before = until_yesterday([0.1] * 20 + [None] * 7, input={"date_format": "dd/mm/yyyy", "amount_type": "number"})
    after = until_yesterday([0.1] * 7, input={"date_format": "yyyy-mm-dd", "amount_type": "number"})
    hand_in(projects, at_hand, *before, *after)
    state = projects.load(at_hand)
    report = live.drift_of_periods(projects, state)
    assert [one.characteristic for one in report.changed] == ["date_format"]
    report = live.drift_from_sample(projects, state, date_field="date", amount_field="amount")
    verdicts = {one.characteristic: one.verdict for one in report.findings}
    assert report.older == "invoices.csv"
    assert verdicts["date_format"] is DriftVerdict.CHANGED
    assert {one.older_total for one in report.findings if one.characteristic == "date_format"} == {61}


def test_the_first_comparison_of_the_inputs_is_kept_with_the_figures_and_another_one_in_its_place(
    projects: Projects, at_hand: str
) -> None:
    before = until_yesterday([0.1] * 20 + [None] * 7, input={"date_format": "dd/mm/yyyy", "secret": "Mrs Smith"})
    after = until_yesterday([0.1] * 7, input={"date_format": "yyyy-mm-dd", "secret": "Mr Jones"})
    kept = hand_in(projects, at_hand, *before, *after).drift
    assert kept is not None
    assert kept == projects.load(at_hand).live.drift  # type: ignore[union-attr]
    assert (kept.older, kept.newer) == ("2026-01-26 to 2026-02-22", "2026-02-23 to 2026-03-01")
    assert kept.changed == ("date_format", "secret")
    assert kept.sentence.startswith("Of the inputs' characteristics, 2 of 2 changed (date_format, secret):")
    assert live_facts(projects.load(at_hand).live, LiveLimits(), projects.clock()).drift == kept  # type: ignore[union-attr]
    state = projects.load(at_hand)
    report = live.drift_from_sample(projects, state, date_field="date", amount_field="amount")
    another = live.keep_drift(projects, state, report, who="Ann")
    assert another.older == "invoices.csv"
    assert projects.load(at_hand).live.drift == another  # type: ignore[union-attr]
    told = json.dumps([one.after for one in projects.store.journal(at_hand, limit=5)])
    assert "Smith" not in told
    assert "Jones" not in told


def test_a_log_without_characteristics_keeps_no_comparison(projects: Projects, project: str) -> None:
    assert hand_in(projects, project, *until_yesterday([0.1] * 20)).drift is None
    short = hand_in(projects, project, *until_yesterday([0.1], input={"date_format": "x"}))
    assert short.drift is None, "one day has nothing to be compared with"


def test_a_comparison_of_a_log_that_was_read_again_meanwhile_is_not_kept(projects: Projects, project: str) -> None:
    lines = until_yesterday([0.1] * 20, input={"date_format": "x"})
    hand_in(projects, project, *lines)
    drawn = projects.load(project)
    report = live.drift_of_periods(projects, drawn)
    hand_in(projects, project, *lines)
    with pytest.raises(InputError, match="read again meanwhile"):
        live.keep_drift(projects, drawn, report, who="Ann")


def test_a_record_of_a_day_to_come_is_broken_in_the_reading(projects: Projects, project: str) -> None:
    reading = hand_in(projects, project, *until_yesterday([0.1]), line("wrong clock", "2027-03-01T08:00:00Z"))
    assert (reading.summary.records, reading.summary.broken, reading.last_day) == (20, 1, date(2026, 3, 1))


def test_a_sample_that_is_not_at_hand_is_said_to_be_so(projects: Projects, project: str, audited: str) -> None:
    hand_in(projects, project, *until_yesterday([0.1]))
    assert "not at hand" in live.sample_for_drift(projects, projects.load(project))
    with pytest.raises(InputError, match="not at hand"):
        live.drift_from_sample(projects, projects.load(project), date_field=None, amount_field=None)


def test_a_record_is_found_with_everything_that_is_known_of_it(projects: Projects, project: str) -> None:
    said = line("inv-1", "2026-02-10T10:00:00Z", prompt_version="p4", approved_by="Bo", input={"date_format": "x"})
    hand_in(projects, project, said, said)
    found = live.trace_record(projects, projects.load(project), "inv-1")
    assert found.found == 1
    traced = found.lines[0]
    assert (traced.file, traced.line, traced.repeated_at) == ("app.log", 1, ("app.log:2",))
    assert (traced.read["prompt_version"], traced.read["approved_by"]) == ("p4", "Bo")
    assert (traced.input, traced.original) == ({"date_format": "x"}, said)


@pytest.mark.parametrize(
    ("measured_by", "value"),
    [(MeasuredBy.VALIDATION, 85.0), (MeasuredBy.ROUTED, 15.0), (MeasuredBy.ERRORS, 0.0), (MeasuredBy.COST, 0.02)],
)
def test_a_review_is_filled_in_with_the_metric_over_the_period(
    projects: Projects, project: str, measured_by: MeasuredBy, value: float
) -> None:
    hand_in(projects, project, *until_yesterday([0.9] + [0.1, 0.2] * 15))  # the first day is out of the 30
    define(projects, project, measured_by=measured_by)
    reading = live.latest_reading(projects.load(project), projects.clock())
    assert reading is not None
    assert reading.value == pytest.approx(value)
    assert reading.source == "the log, 31 Jan 2026 to 1 Mar 2026, 600 items"


def test_a_review_is_not_filled_in_from_another_measure_or_from_a_log_of_the_past(
    projects: Projects, project: str, clock: Clock
) -> None:
    define(projects, project)
    assert live.latest_reading(projects.load(project), clock()) is None
    hand_in(projects, project, *until_yesterday([0.1]))
    define(projects, project, measured_by=MeasuredBy.OWN)
    assert live.latest_reading(projects.load(project), clock()) is None
    define(projects, project)
    assert live.latest_reading(projects.load(project), clock()) is not None
    clock.advance(days=31)
    assert live.latest_reading(projects.load(project), clock()) is None


# --- paths --------------------------------------------------------------------------------------------------------


@pytest.fixture
def logs_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    _write(folder / "app.log", *until_yesterday([0.1]))
    with gzip.open(folder / "app.log.1.gz", "wt") as stream:
        stream.write("\n".join(until_yesterday([0.1, None])) + "\n")
    _write(tmp_path / "secret.log", line("s", "2026-02-01T00:00:00Z"))
    (folder / "link.log").symlink_to(tmp_path / "secret.log")
    return folder


@pytest.mark.parametrize(
    ("address", "hosts", "allowed"),
    [
        ("localhost", ["localhost", "127.0.0.1", "::1"], True),
        ("127.0.0.1", ["LOCALHOST."], True),
        ("[::1]", ["[::1]"], True),
        ("localhost", ["localhost", "readiness.example.org"], False),
        ("localhost", ["*"], False),
        ("localhost", [], False),
        ("localhost", None, False),
        ("0.0.0.0", ["localhost"], False),
        ("", ["localhost"], False),
        (None, ["localhost"], False),
        ("192.168.1.4", ["localhost"], False),
    ],
)
def test_paths_are_read_where_this_machine_alone_can_open_the_page(
    monkeypatch: pytest.MonkeyPatch, address: str | None, hosts: list[str] | None, allowed: bool
) -> None:
    monkeypatch.delenv("READINESS_LOGS", raising=False)
    assert path_rule(address, hosts).allows_some is allowed


def test_a_named_folder_limits_paths_on_any_address(monkeypatch: pytest.MonkeyPatch, logs_folder: Path) -> None:
    monkeypatch.setenv("READINESS_LOGS", str(logs_folder))
    for address in ("localhost", "0.0.0.0"):
        assert path_rule(address, ["*"]) == PathRule(folders=(logs_folder,))


def test_below_a_folder_files_patterns_and_relative_paths_are_read(logs_folder: Path) -> None:
    rule = PathRule(folders=(logs_folder,))
    names = {file.name for file in files_at([str(logs_folder / "app.log*"), "app.log"], rule)}
    assert names == {"app.log", "app.log.1.gz"}


@pytest.mark.parametrize(
    "typed",
    ["../secret.log", "{folder}/../secret.log", "{parent}/secret.log", "{parent}", "{parent}/*.log", "link.log",
     "{folder}", "{folder}/l*", "/etc/passwd", "/nowhere/at/all", "~/x.log", "~nobody-of-that-name/x", "a\0b", "..",
     "/"],
)  # fmt: skip
def test_nothing_outside_the_folder_is_read_or_told_apart_from_what_is_not_there(logs_folder: Path, typed: str) -> None:
    text = typed.format(folder=logs_folder, parent=logs_folder.parent)
    with pytest.raises(InputError) as refused:
        files_at([text], PathRule(folders=(logs_folder,)))
    if "nobody" not in typed and "\0" not in typed:
        assert "is not read" in str(refused.value)


def test_links_that_go_round_are_refused_like_a_path_that_is_not_there(logs_folder: Path) -> None:
    (logs_folder / "loop").symlink_to(logs_folder / "loop")
    for typed in ("loop/x.log", "loop", "loop/*", str(logs_folder / "loop" / "x.log")):
        for rule in (PathRule(folders=(logs_folder,)), EVERYWHERE):
            with pytest.raises(InputError):
                files_at([typed], rule)


def test_a_place_that_may_not_be_looked_at_is_refused_like_any_other_outside(
    logs_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = Path.resolve

    def closed(path: Path, strict: bool = False) -> Path:
        if path.name == "root":
            raise PermissionError(13, "Permission denied")
        return resolve(path, strict)

    monkeypatch.setattr(Path, "resolve", closed)
    for typed in ("/proc/1/root/*", "/proc/1/root/etc", "/proc/1/nowhere/*"):
        with pytest.raises(InputError, match="is not read") as refused:
            files_at([typed], PathRule(folders=(logs_folder,)))
        assert str(refused.value).replace(repr(typed), "") == (
            f"The path  is not read. {PathRule(folders=(logs_folder,)).sentence}"
        )


def test_a_folder_with_a_link_out_of_it_is_refused_with_the_name_of_the_link(logs_folder: Path) -> None:
    with pytest.raises(InputError, match=r"'link\.log' leads elsewhere"):
        files_at([str(logs_folder)], PathRule(folders=(logs_folder,)))


def test_a_path_is_refused_where_none_may_be_read(projects: Projects, project: str, logs_folder: Path) -> None:
    handed = HandedIn(paths=[str(logs_folder / "app.log")])
    with pytest.raises(InputError, match="READINESS_LOGS"):
        live.start_reading(projects, project, handed, rule=PathRule(), who="Ann")


def test_what_a_path_led_to_is_refused_once_the_rule_forbids_it(
    projects: Projects, project: str, logs_folder: Path
) -> None:
    handed = HandedIn(paths=[str(logs_folder / "app.log")])
    live.start_reading(projects, project, handed, rule=EVERYWHERE, who="Ann").result()
    with pytest.raises(InputError, match="is not read"):
        live.start_again(projects, project, rule=PathRule(), who="Ann")


def test_a_full_disk_is_said_so(projects: Projects, project: str, workspaces: Path) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="disk"):
        live.start_reading(projects, project, HandedIn(uploads=[("a", full)]), rule=PathRule(), who="Ann")
    assert not list(workspaces.glob("readiness-upload-*"))


def test_many_files_are_told_in_the_sums_alone(projects: Projects, project: str) -> None:
    hand_in(projects, project, *until_yesterday([0.1]))
    opened = live.open_log(projects, projects.load(project))
    assert opened is not None
    summary = opened.log.summary.model_copy(update={"files": opened.log.summary.files * 65})
    choices = ReadingChoices()
    kept = kept_reading(summary, [], reading_id="r", read_at=projects.clock(), choices=choices, paths=(), uploads=65)
    assert (kept.files, len(kept.summary.files)) == (65, MOST_FILES)
    assert "65 files" in kept.sentence
