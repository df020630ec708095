"""Long work: followed from several sessions, ended on request, and nothing is half done afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from readiness.audit.reading.values import ReadingOptions
from readiness.audit.rules import Relation, RelationKind
from readiness.errors import EmptyFileError, InputError, StoppedError, UnknownFieldError
from readiness.project import Kind, Projects
from readiness.project.running import Running, Task
from readiness.project.samples import open_sample

LONG_QUERY = "SELECT count(*) FROM range(100000) AS a, range(100000) AS b WHERE hash(a.range, b.range) % 7 = 3"


def test_work_gives_its_result_and_says_how_far_it_was() -> None:
    def work(task: Task) -> str:
        task.report(0.5, "Halfway")
        return "done"

    running = Running(work, "A walk")
    assert running.result() == "done"
    assert running.done
    assert (running.part, running.doing) == (0.5, "Halfway")


def test_what_goes_wrong_in_the_work_is_raised_where_its_result_is_asked_for() -> None:
    def work(task: Task) -> str:
        raise InputError("No such file.")

    with pytest.raises(InputError, match="No such file"):
        Running(work, "A walk").result()


def test_stopped_work_ends_at_its_next_report() -> None:
    began, go_on = threading.Event(), threading.Event()

    def work(task: Task) -> None:
        began.set()
        go_on.wait(20)
        task.report(0.9)

    running = Running(work, "A walk")
    assert began.wait(20)
    assert not running.wait(0)
    running.stop()
    go_on.set()
    with pytest.raises(StoppedError):
        running.result()


def test_stopped_work_does_not_wait_for_a_long_query() -> None:
    asked = threading.Event()

    def work(task: Task) -> None:
        task.interruptible_by(connection.interrupt)
        task.report(0.1)
        asked.set()
        connection.execute(LONG_QUERY).fetchall()

    with duckdb.connect() as connection:
        running = Running(work, "A query")
        assert asked.wait(20)
        while not running.wait(0.05):  # the query may not have begun when the first request to end comes
            running.stop()
    with pytest.raises(StoppedError):
        running.result()


def test_an_audit_that_is_stopped_leaves_the_earlier_one_and_its_problem_list(
    projects: Projects, at_hand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = projects.load(at_hand)
    reached, go_on = threading.Event(), threading.Event()

    def pause(task: Task, part: float, doing: str | None = None) -> None:
        if part >= 0.5:
            reached.set()
            go_on.wait(20)
        if task.stopped:
            raise StoppedError

    monkeypatch.setattr(Task, "report", pause)
    running = projects.start_audit(at_hand, who="Ann")
    assert reached.wait(20)
    assert projects.running(at_hand) is running
    assert projects.start_audit(at_hand, who="Ben") is running
    with pytest.raises(InputError, match="still under way"):
        projects.start_reading(at_hand, "other.csv", lambda path: None, who="Ben")
    running.stop()
    go_on.set()
    with pytest.raises(StoppedError):
        running.result()
    assert projects.running(at_hand) is None
    assert projects.load(at_hand).audit == before.audit
    frame = projects.records_of(at_hand, "missing_required: vendor", limit=50, offset=0)
    assert frame is not None
    assert len(frame) == 6


def test_the_stated_population_narrows_the_intervals_of_the_next_audit(projects: Projects, at_hand: str) -> None:
    wide = projects.load(at_hand).audit
    state = projects.load(at_hand)
    projects.change(at_hand, Kind.SAMPLE, {"population": 62}, version=state.version_of(Kind.SAMPLE), who="Ann")
    assert not projects.load(at_hand).audit_is_current
    narrow = projects.run_audit(at_hand, who="Ann")
    assert projects.load(at_hand).audit_is_current
    assert wide is not None
    assert narrow.clean.high - narrow.clean.low < (wide.report.clean.high - wide.report.clean.low) / 2


def test_a_rule_across_fields_that_was_added_is_applied_and_stays_through_another_upload(
    projects: Projects, at_hand: str, upload: Callable[..., object], messy: bytes
) -> None:
    relation = Relation(kind=RelationKind.DEPENDENCY, fields=("invoice", "vendor"), applied=True)
    version = projects.load(at_hand).version_of(Kind.FIELD_RULES)
    projects.save_relation(at_hand, relation, version=version, who="Ann")
    assert not projects.load(at_hand).audit_is_current
    upload(at_hand, messy)
    (kept,) = [one for one in projects.load(at_hand).rules.relations if one.id == relation.id]
    assert kept.applied
    assert kept.edited


def test_a_rule_across_fields_names_fields_of_the_sample(projects: Projects, at_hand: str) -> None:
    relation = Relation(kind=RelationKind.ORDER, fields=("invoice", "nowhere"), applied=True)
    with pytest.raises(UnknownFieldError, match="nowhere"):
        projects.save_relation(at_hand, relation, version=0, who="Ann")


def test_the_shift_from_an_older_file_is_kept_without_its_values(
    projects: Projects, at_hand: str, messy: bytes
) -> None:
    older = messy.replace(b"01/2024", b"12.2022").replace(b"vendor", b"supplier")
    report = projects.compare_with_older(at_hand, "older.csv", lambda path: _write(path, older), who="Ann")
    kept = projects.load(at_hand).shift
    assert kept is not None
    assert report.changed
    assert kept.report == report.without_values()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def test_a_reading_that_failed_can_still_be_stopped() -> None:
    def write(path: Path) -> None:
        path.write_bytes(b"")

    task = Task()
    with pytest.raises(EmptyFileError):
        open_sample("s", "empty.csv", write, ReadingOptions(), task)
    task.stop()  # the workspace that it would interrupt is closed already
    assert task.stopped
