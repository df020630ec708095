"""The agreement exercise over a real store and a real sample: drawn by lot, private until the reveal, then settled."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from readiness.diagnosis.ledger import Finding
from readiness.diagnosis.stop_rules import RuleState, StopRule
from readiness.errors import ConflictError, InputError, InvalidValueError, UnknownFieldError, UnknownNameError
from readiness.outcome.exercise import Exercise, Question
from readiness.outcome.exercise_result import Reach
from readiness.project import Kind, Projects, agreeing, asking
from readiness.project.agreeing import Setup
from readiness.project.opening import open_projects
from readiness.project.samples import OpenSample
from tests.project.conftest import Clock, messy_csv

SESSIONS = 30
SECRET = "Zzyzx"  # an answer that stands nowhere else
LABELS = ("pay", "return", "ask")
SETUP = Setup(Question.LABEL, count=20, seed=1, fields=("vendor", "amount"), labels=LABELS, participants=("Ann", "Bo"))


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[tuple[str, str, Any, int]], OpenSample]]:
    """What the audit of the messy file leaves in a project file, and its open sample: run once for all tests."""
    projects = open_projects(tmp_path_factory.mktemp("audit") / "readiness.duckdb")
    project = projects.create("Invoices", who="Ann")
    projects.read_upload(project, "invoices.csv", lambda path: _write(path, messy_csv()), who="Ann")
    projects.run_audit(project, who="Ann")
    kinds = (Kind.SAMPLE, Kind.FIELD_RULES, Kind.AUDIT)
    rows = [(str(d.kind), d.key, d.body, 0) for kind in kinds for d in projects.store.documents(project, kind)]
    sample = projects.open_sample(project)
    assert sample is not None
    yield rows, sample
    projects.store.close()


@pytest.fixture
def at_hand(projects: Projects, project: str, audit: tuple[list[tuple[str, str, Any, int]], OpenSample]) -> str:
    """The id of a project with an audited sample whose records are at hand."""
    rows, sample = audit
    projects.store.save_many(project, rows, who="Ann", what="ran the data audit")
    projects.desk.put(project, sample)
    return project


@pytest.fixture
def asked(projects: Projects, at_hand: str) -> Exercise:
    """An open exercise over twenty records of the messy file."""
    return agreeing.open_exercise(projects, at_hand, SETUP, who="Ben")


@pytest.fixture
def judge(projects: Projects, at_hand: str, asked: Exercise) -> Callable[..., asking.Sent]:
    """Sends judgments of all records: (name, answer of a place and record, sender=the name)."""

    def do(name: str, answer: Callable[[int], str | None], *, sender: str = "", replace: bool = False) -> asking.Sent:
        answers = {record: answer(place) for place, record in enumerate(asked.numbers)}
        return agreeing.send(projects, at_hand, asked, answers, name=name, sender=sender or name, replace=replace)

    return do


def reveal(projects: Projects, project: str, exercise: Exercise) -> Any:
    asking.reveal(projects, project, exercise.id, who="Ben")
    return agreeing.results(projects.load(project))[0]


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_records_of_the_same_sample(projects: Projects, at_hand: str) -> None:
    first = agreeing.draw(projects, at_hand, 20, seed=7)
    assert agreeing.draw(projects, at_hand, 20, seed=7).records == first.records
    assert agreeing.draw(projects, at_hand, 20, seed=8).records != first.records


def test_edge_cases_are_drawn_and_it_is_said_how_many_of_each_tier(projects: Projects, at_hand: str) -> None:
    drawn = agreeing.draw(projects, at_hand, 20, seed=1)
    counted = Counter(one.tier for one in drawn.records)
    assert {one.tier: one.drawn for one in drawn.tiers if one.drawn} == counted
    assert len({one.record for one in drawn.records}) == 20
    assert all(counted[one.tier] for one in drawn.tiers if one.records)
    report = projects.load(at_hand).audit.report  # type: ignore[union-attr]
    assert {one.tier: one.records for one in drawn.tiers} == {t.tier.value: t.records for t in report.tiers}


def test_a_drawn_record_is_of_the_tier_that_the_audit_gives_it(projects: Projects, at_hand: str) -> None:
    drawn = agreeing.draw(projects, at_hand, 60, seed=1)
    report = projects.load(at_hand).audit.report  # type: ignore[union-attr]
    tier_of = {case.id: case.tier.value for case in report.edge_cases}
    found: dict[int, set[str]] = {}
    for case in report.edge_cases:
        frame = projects.records_of(at_hand, case.id, limit=100, offset=0)
        assert frame is not None
        for record in frame["Record"]:
            found.setdefault(record, set()).add(tier_of[case.id])
    for one in drawn.records:
        assert one.tier in found.get(one.record, {"clean"})


def test_more_records_of_a_seed_are_those_before_and_some_others(projects: Projects, at_hand: str) -> None:
    few, many = (agreeing.draw(projects, at_hand, count, seed=3) for count in (10, 40))
    assert {one.record for one in few.records} < {one.record for one in many.records}


def test_the_same_file_uploaded_again_draws_and_shows_the_same_records(
    projects: Projects, at_hand: str, asked: Exercise, upload: Callable[..., object], messy: bytes
) -> None:
    before = dict(agreeing.records_at_hand(projects, at_hand, asked))
    projects.desk.drop(at_hand)
    with pytest.raises(InputError, match="not at hand: upload the same file again"):
        agreeing.records_at_hand(projects, at_hand, asked)
    upload(at_hand, messy, "renamed.csv")
    assert agreeing.records_at_hand(projects, at_hand, asked) == before
    projects.run_audit(at_hand, who="Ann")
    assert agreeing.draw(projects, at_hand, 20, seed=1).records == asked.records


def test_another_sample_shows_none_of_its_records_as_those_of_the_exercise(
    projects: Projects, at_hand: str, asked: Exercise, upload: Callable[..., object], messy: bytes
) -> None:
    upload(at_hand, messy.replace(b"INV-70001", b"INV-99999"))
    with pytest.raises(InputError, match="is another one now"):
        agreeing.records_at_hand(projects, at_hand, asked)


def test_records_that_are_kept_are_at_hand_after_a_restart(
    projects: Projects, at_hand: str, asked: Exercise, restart: Callable[[Projects], Projects], clock: Any
) -> None:
    projects.keep_records(at_hand, clock().date(), who="Ann")
    before = dict(agreeing.records_at_hand(projects, at_hand, asked))
    again = restart(projects)
    assert agreeing.records_at_hand(again, at_hand, asked) == before
    again.remove_records(at_hand, who="Ann")
    with pytest.raises(InputError, match="not at hand"):
        agreeing.records_at_hand(again, at_hand, asked)


def test_without_a_sample_or_its_audit_it_is_said_what_to_do(
    projects: Projects, project: str, upload: Callable[..., object], messy: bytes
) -> None:
    assert "upload production records" in agreeing.why_not_drawable(projects, projects.load(project))
    upload(project, messy)
    assert "run the audit" in agreeing.why_not_drawable(projects, projects.load(project))
    with pytest.raises(InputError, match="not at hand"):
        agreeing.draw(projects, project, 20, seed=1)


# --- opening ----------------------------------------------------------------------------------------------------------


def test_the_project_file_holds_the_numbers_of_the_records_and_none_of_their_cells(
    projects: Projects, at_hand: str, asked: Exercise, path: Path
) -> None:
    shown = agreeing.records_at_hand(projects, at_hand, asked)
    contacts = [one.cells["contact"] for one in shown.values()]
    assert all(contacts)
    rows = repr(projects.store.documents(at_hand)) + repr(projects.store.journal(at_hand))
    assert not [contact for contact in contacts if str(contact) in rows]
    projects.store.close()
    assert b"clerk3@" not in path.read_bytes()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fields": ()}, "Choose the fields"),
        ({"fields": ("colour",)}, "No field 'colour'"),
        ({"count": 4}, "outside 5 to 100"),
        ({"count": 101}, "outside 5 to 100"),
        ({"labels": ("pay",)}, "at least two"),
        ({"question": Question.CORRECT}, "20 records without an output"),
        ({"question": Question.CORRECT, "output_field": "colour"}, "No field 'colour'"),
    ],
)
def test_an_exercise_that_asks_nothing_is_refused_with_a_sentence(
    projects: Projects, at_hand: str, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises((InputError, UnknownFieldError, InvalidValueError), match=sentence):
        agreeing.open_exercise(projects, at_hand, replace(SETUP, **change), who="Ben")
    assert projects.load(at_hand).rounds == ()
    assert projects.load(at_hand).exercises == {}


def test_the_output_to_be_judged_is_not_among_the_fields_that_are_shown(projects: Projects, at_hand: str) -> None:
    setup = replace(SETUP, question=Question.CORRECT, output_field="vendor", labels=())
    exercise = agreeing.open_exercise(projects, at_hand, setup, who="Ben")
    assert exercise.fields == ("amount",)
    record = agreeing.records_at_hand(projects, at_hand, exercise)[exercise.numbers[0]]
    assert agreeing.output_of(exercise, record, exercise.numbers[0]) == (record.cells["vendor"] or "")


def test_outputs_that_were_typed_are_judged(projects: Projects, at_hand: str) -> None:
    drawn = agreeing.draw(projects, at_hand, 5, seed=1)
    outputs = {str(one.record): f" Output  {one.record} " for one in drawn.records}
    setup = replace(SETUP, question=Question.CORRECT, count=5, outputs=outputs)
    exercise = agreeing.open_exercise(projects, at_hand, setup, who="Ben")
    number = exercise.numbers[0]
    assert agreeing.output_of(exercise, None, number) == f"Output {number}"


def test_labels_are_the_values_of_a_field_that_has_few(projects: Projects, at_hand: str) -> None:
    with pytest.raises(InvalidValueError, match="more than 50 different values"):
        agreeing.labels_in(projects, at_hand, "invoice")
    with pytest.raises(UnknownFieldError):
        agreeing.labels_in(projects, at_hand, "colour")


@pytest.mark.large
def test_of_thirty_facilitators_who_open_an_exercise_together_one_does(projects: Projects, at_hand: str) -> None:
    def session(number: int) -> bool:
        try:
            agreeing.open_exercise(projects, at_hand, replace(SETUP, seed=number + 1), who=f"F{number}")
        except InputError:
            return False
        return True

    assert sum(at_once(session)) == 1
    state = projects.load(at_hand)
    assert len(state.rounds) == len(state.exercises) == 1


def test_an_exercise_that_is_opened_twice_by_one_click_too_many_is_one(
    projects: Projects, at_hand: str, asked: Exercise
) -> None:
    assert agreeing.open_exercise(projects, at_hand, SETUP, who="Ben") == asked
    assert len(projects.load(at_hand).rounds) == 1


def test_a_new_exercise_draws_other_records_by_default(projects: Projects, at_hand: str, asked: Exercise) -> None:
    assert agreeing.next_seed(projects.load(at_hand)) == 2


# --- private until the reveal -----------------------------------------------------------------------------------------


def test_before_the_reveal_nothing_of_a_judgment_is_anywhere(projects: Projects, at_hand: str) -> None:
    exercise = agreeing.open_exercise(projects, at_hand, replace(SETUP, question=Question.TEXT), who="Ben")
    answers = dict.fromkeys(exercise.numbers, SECRET)
    agreeing.send(projects, at_hand, exercise, answers, name="Ann", sender="a")
    state = projects.load(at_hand)
    assert agreeing.results(state) == ()
    assert state.ballots == ()
    assert SECRET not in repr(state)
    assert SECRET not in repr(projects.diagnose(state))
    assert SECRET not in repr(agreeing.attendance(projects, at_hand, exercise.id))
    assert SECRET not in repr([(e.who, e.what, e.key) for e in projects.store.journal(at_hand)])
    assert agreeing.answered_records(projects, at_hand, exercise.id, " ANN") == set(exercise.numbers)
    assert agreeing.answered_records(projects, at_hand, exercise.id, "Bo") == set()


def test_who_changes_a_judgment_before_the_reveal_has_said_the_last(
    projects: Projects, at_hand: str, asked: Exercise, judge: Callable[..., asking.Sent]
) -> None:
    judge("Ann", lambda place: "pay")
    judge("Ann", lambda place: "return" if place else None)
    judge("Bo", lambda place: "return")
    result = reveal(projects, at_hand, asked)
    assert Counter(one.answer for one in result.judgments if one.participant == "Ann") == {"return": 19, None: 1}
    assert result.disputed == ()
    assert [one.record for one in result.unclear] == [asked.numbers[0]]


def test_an_answer_that_is_not_offered_is_refused(projects: Projects, at_hand: str, asked: Exercise) -> None:
    with pytest.raises(InvalidValueError, match="none of pay, return, ask"):
        agreeing.send(projects, at_hand, asked, {asked.numbers[0]: "burn"}, name="Ann", sender="a")
    with pytest.raises(InputError, match="does not ask about"):
        agreeing.send(projects, at_hand, asked, {9_999: "pay"}, name="Ann", sender="a")


def test_after_the_reveal_judgments_are_refused(
    projects: Projects, at_hand: str, asked: Exercise, judge: Callable[..., asking.Sent]
) -> None:
    reveal(projects, at_hand, asked)
    with pytest.raises(InputError, match="revealed this round"):
        judge("Ann", lambda place: "pay")


# --- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.large
def test_thirty_people_who_each_answer_record_by_record_lose_nothing(projects: Projects, at_hand: str) -> None:
    asked = agreeing.open_exercise(projects, at_hand, replace(SETUP, count=6, participants=()), who="Ben")

    def session(number: int) -> None:
        for place, record in enumerate(asked.numbers):
            answer = None if (place + number) % 7 == 0 else LABELS[(place + number) % 3]
            given = {record: answer}
            agreeing.send(projects, at_hand, asked, given, name=f"Person {number}", sender=str(number))

    at_once(session)
    assert agreeing.attendance(projects, at_hand, asked.id).names("done") == tuple(
        sorted(f"Person {number}" for number in range(SESSIONS))
    )
    result = reveal(projects, at_hand, asked)
    said = {(one.participant, one.record): one.answer for one in result.judgments}
    assert said == {
        (f"Person {number}", record): None if (place + number) % 7 == 0 else LABELS[(place + number) % 3]
        for number in range(SESSIONS)
        for place, record in enumerate(asked.numbers)
    }


# --- settling, and what follows ---------------------------------------------------------------------------------------


def disputing(judge: Callable[..., asking.Sent]) -> None:
    """Two people who agree on little: on six of twenty records."""
    judge("Ann", lambda place: LABELS[place % 3])
    judge("Bo", lambda place: LABELS[(place + (place >= 6)) % 3])


def test_disputes_are_settled_one_by_one_with_the_reason_kept(
    projects: Projects, at_hand: str, asked: Exercise, judge: Callable[..., asking.Sent]
) -> None:
    disputing(judge)
    result = reveal(projects, at_hand, asked)
    assert len(result.disputed) == 14
    first, second = (one.record for one in result.disputed[:2])
    agreeing.settle(projects, at_hand, asked.id, first, "ask", " The  rule ", version=0, who="Ben")
    agreeing.settle(projects, at_hand, asked.id, first, "ask", "The rule", version=0, who="Ben")  # a double click
    agreeing.settle(projects, at_hand, asked.id, second, None, "Two departments", version=0, who="Ben")
    (after,) = agreeing.results(projects.load(at_hand))
    assert (after.settlements[first].answer, after.settlements[first].reason) == ("ask", "The rule")
    assert after.settlements[second].answer is None
    assert len(after.unsettled) == 12
    assert len(after.judgments) == 40, "the ballots stay as they are"
    assert agreeing.phase(projects, at_hand) == (asked.id, False, 2)


def test_the_two_clicks_of_a_double_click_settle_a_record_once_though_they_come_at_one_time(
    projects: Projects,
    at_hand: str,
    asked: Exercise,
    judge: Callable[..., asking.Sent],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disputing(judge)
    record = reveal(projects, at_hand, asked).disputed[0].record
    read, both = projects.store.document, threading.Barrier(2)
    moments = (clock.now + timedelta(milliseconds=n) for n in count())
    monkeypatch.setattr(projects, "clock", lambda: next(moments))

    def read_at_one_time(project_id: str, kind: str, key: str = "") -> Any:
        found = read(project_id, kind, key)
        if kind == Kind.SETTLEMENT:
            with contextlib.suppress(
                threading.BrokenBarrierError
            ):  # in turn, the second never comes while the first waits
                both.wait(timeout=0.3)
        return found

    monkeypatch.setattr(projects.store, "document", read_at_one_time)
    with ThreadPoolExecutor(2) as pool:
        clicks = [
            pool.submit(agreeing.settle, projects, at_hand, asked.id, record, "ask", "The rule", version=0, who="Ben")
            for _ in range(2)
        ]
    assert [click.exception() for click in clicks] == [None, None]
    assert agreeing.phase(projects, at_hand).settled == 1


def test_two_facilitators_who_settle_one_record_are_told_of_each_other(
    projects: Projects, at_hand: str, asked: Exercise, judge: Callable[..., asking.Sent]
) -> None:
    disputing(judge)
    record = reveal(projects, at_hand, asked).disputed[0].record
    agreeing.settle(projects, at_hand, asked.id, record, "ask", "The rule", version=0, who="Ben")
    with pytest.raises(ConflictError) as caught:
        agreeing.settle(projects, at_hand, asked.id, record, "pay", "The rule", version=0, who="Cleo")
    assert caught.value.theirs["answer"] == "ask"
    agreeing.settle(projects, at_hand, asked.id, record, "pay", "After all", version=1, who="Cleo")
    assert agreeing.results(projects.load(at_hand))[0].settlements[record].answer == "pay"


@pytest.mark.parametrize(
    ("record", "answer", "reason", "error"),
    [
        (0, "ask", "x", UnknownNameError),
        (None, "burn", "x", InvalidValueError),
        (None, "ask", "  ", InputError),
        (None, "ask", "x" * 2_001, InvalidValueError),
    ],
)
def test_a_settlement_that_says_nothing_is_refused(
    projects: Projects,
    at_hand: str,
    asked: Exercise,
    record: int | None,
    answer: str,
    reason: str,
    error: type[Exception],
) -> None:
    reveal_now = asking.reveal(projects, at_hand, asked.id, who="Ben")
    number = asked.numbers[0] if record is None else record
    with pytest.raises(error):
        agreeing.settle(projects, at_hand, reveal_now.id, number, answer, reason, version=0, who="Ben")


def test_nothing_is_settled_before_the_reveal(projects: Projects, at_hand: str, asked: Exercise) -> None:
    with pytest.raises(InputError, match="Reveal the exercise first"):
        agreeing.settle(projects, at_hand, asked.id, asked.numbers[0], "ask", "x", version=0, who="Ben")


def settle_all(projects: Projects, project: str, exercise: Exercise) -> None:
    for record in agreeing.results(projects.load(project))[0].unsettled:
        agreeing.settle(projects, project, exercise.id, record, "ask", "Talked through", version=0, who="Ben")


def test_a_project_whose_people_do_not_agree_is_not_ready_and_after_two_settled_rounds_it_stops(
    projects: Projects, at_hand: str, asked: Exercise, judge: Callable[..., asking.Sent], clock: Any
) -> None:
    def seen() -> tuple[Finding, RuleState, str]:
        diagnosis = projects.diagnose(projects.load(at_hand))
        entry = diagnosis.ledger.entry("outcome.tested")
        rule = next(one for one in diagnosis.stop_rules if one.rule is StopRule.CONTESTED)
        assert entry is not None
        return entry.finding, rule.state, entry.statement

    disputing(judge)
    result = reveal(projects, at_hand, asked)
    tested = projects.diagnose(projects.load(at_hand)).ledger.tested
    assert tested is not None
    assert tested.reach is Reach.BELOW
    assert tested.latest.alpha.value == result.alpha.value
    finding, rule, statement = seen()
    assert (finding, rule) == (Finding.UNKNOWN, RuleState.UNKNOWN)
    assert "Settle the 14 disputed records" in statement
    settle_all(projects, at_hand, asked)
    finding, rule, statement = seen()
    assert (finding, rule) == (Finding.FAILED, RuleState.UNKNOWN)
    assert "Not ready to be scoped" in statement
    clock.advance(hours=1)
    again = agreeing.open_exercise(projects, at_hand, replace(SETUP, seed=2), who="Ben")
    assert seen()[1] is RuleState.UNKNOWN, "an exercise that is open changes nothing"
    for name, shift in (("Ann", 0), ("Bo", 1)):
        answers: dict[int, str | None] = {r: LABELS[(place + shift) % 3] for place, r in enumerate(again.numbers)}
        agreeing.send(projects, at_hand, again, answers, name=name, sender=name)
    reveal(projects, at_hand, again)
    settle_all(projects, at_hand, again)
    assert seen()[:2] == (Finding.FAILED, RuleState.MET)


def test_a_trial_judgment_is_taken_out_before_the_reveal(
    projects: Projects, at_hand: str, asked: Exercise, judge: Callable[..., asking.Sent]
) -> None:
    disputing(judge)
    judge("test", lambda place: LABELS[0])
    before = len(agreeing.attendance(projects, at_hand, asked.id).standings)
    assert asking.take_out(projects, at_hand, asked.id, "test", who="Ben") == len(asked.numbers)
    assert len(agreeing.attendance(projects, at_hand, asked.id).standings) == before - 1
    reveal(projects, at_hand, asked)
    (result,) = agreeing.results(projects.load(at_hand))
    assert "test" not in repr(result)


def test_exercises_travel_in_the_export_file(
    projects: Projects, at_hand: str, asked: Exercise, judge: Callable[..., asking.Sent], tmp_path: Path
) -> None:
    disputing(judge)
    before = reveal(projects, at_hand, asked)
    out = projects.store.export_project(at_hand, tmp_path / "project.readiness")
    copy = projects.import_file(out, who="Dan", name="Copy").id
    (after,) = agreeing.results(projects.load(copy))
    assert after.alpha == before.alpha
    assert after.judgments == before.judgments


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What `act` gives for each session's number, all of them starting together."""
    start = threading.Barrier(SESSIONS)

    def session(number: int) -> Any:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(SESSIONS) as sessions:
        return list(sessions.map(session, range(SESSIONS)))
