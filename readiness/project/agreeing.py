"""Judging records together in a project: draw them, ask, see who is done, reveal, and settle what is disputed.

Opening, sending and revealing a round are the same for every subject: readiness/project/asking.py. Here is what only
judgments need: which records are asked about, what of them may be shown, and what the group settles afterwards. The
project file holds the numbers of the records; their cells come from the sample while it is open or kept.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from readiness import ballots
from readiness.ballots import Attendance, Ballot, Round, Subject
from readiness.errors import InputError, InvalidValueError, UnknownFieldError, UnknownNameError
from readiness.exports.figures import counted
from readiness.outcome.agreement import person_key
from readiness.outcome.exercise import (
    LONGEST_REASON,
    MOST_LABELS,
    Exercise,
    JudgedRecord,
    Question,
    Settlement,
    TierDraw,
    allocate,
    answer_of,
    checked_answer,
    sample_mark,
    settlement_key,
    wording_mark,
)
from readiness.outcome.exercise_result import ExerciseResult, exercise_results
from readiness.project import asking
from readiness.project.asking import TURNS, Sent
from readiness.project.projects import Projects
from readiness.project.samples import OpenSample
from readiness.project.state import Kind, ProjectState, SampleInfo, check, said_in_words
from readiness.store import Store

if TYPE_CHECKING:
    from readiness.audit.drawing import DrawnRecord

NOT_AT_HAND = "The records of this sample are not at hand: upload the same file again on the Data audit page."
NOT_AUDITED = "Records are drawn by quality tier: run the audit on the Data audit page first."
OTHER_SAMPLE = (
    "The sample of this project is another one now, so the records of this exercise cannot be shown. Upload the file "
    "that they were drawn from again, or close the exercise and draw records of the new sample."
)
_KEPT = 16  # looks, one a project and revision


@dataclass(frozen=True, slots=True)
class Setup:
    """What the facilitator chooses before records are drawn."""

    question: Question
    count: int
    seed: int
    fields: tuple[str, ...]  # of the record, shown to people
    labels: tuple[str, ...] = ()
    output_field: str = ""
    outputs: Mapping[str, str] | None = None  # number of a record -> the output to be judged
    participants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draw:
    """The records that a seed draws: numbers, tiers and counts, and what the sample has at hand of them."""

    records: tuple[JudgedRecord, ...]
    tiers: tuple[TierDraw, ...]
    shown: Mapping[int, DrawnRecord]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be judged now."""

    round: Round
    exercise: Exercise


class Phase(NamedTuple):
    """Where judging together is: a page that was drawn in another phase is to be drawn again."""

    round_id: str  # of the latest round; empty where there was none
    is_open: bool
    settled: int  # goes up with every settlement


# --- before -----------------------------------------------------------------------------------------------------------


def why_not_drawable(projects: Projects, state: ProjectState) -> str:
    """Why no records can be drawn, and what to do; empty where they can."""
    if state.sample is None:
        return "There is no sample yet: upload production records on the Data audit page."
    if state.audit is None or state.audit.sample_id != state.sample.sample_id:
        return NOT_AUDITED
    return "" if _open_now(projects, state.id) is not None else NOT_AT_HAND


def draw(projects: Projects, project_id: str, count: int, seed: int) -> Draw:
    """The records that this seed draws, spread over the tiers; the same for the same sample and seed."""
    from readiness.audit.drawing import draw_by_tier, records_by_number

    state, sample = projects.load(project_id), _audited(projects, project_id)
    report = sample.report
    if report is None or state.audit is None:
        raise InputError(NOT_AUDITED)
    tiers = tiers_drawn(state, count)
    places = {one.tier: one.drawn for one in tiers}
    with sample.lock:
        drawn = draw_by_tier(sample.connection, report, places, seed)
        shown = records_by_number(sample.connection, sample.reading.fields, [record for record, _ in drawn])
    return Draw(
        records=tuple(JudgedRecord(record=record, tier=tier.value) for record, tier in drawn),
        tiers=tiers,
        shown=shown,
    )


def tiers_drawn(state: ProjectState, count: int) -> tuple[TierDraw, ...]:
    """How many records of each tier so many records are, by the audit; nothing is drawn."""
    tiers = state.audit.report.tiers if state.audit is not None else ()
    places = allocate({one.tier.value: one.records for one in tiers}, count)
    return tuple(TierDraw(tier=t.tier.value, records=t.records, drawn=places.get(t.tier.value, 0)) for t in tiers)


def labels_in(projects: Projects, project_id: str, field: str) -> tuple[str, ...]:
    """The values of a field as labels to choose between. Refuses a field that has too many to be labels."""
    from readiness.audit.drawing import values_of

    sample = projects.open_sample(project_id)
    if sample is None:
        raise InputError(NOT_AT_HAND)
    with sample.lock:
        values = values_of(sample.connection, sample.reading.fields, field, most=MOST_LABELS + 1)
    if len(values) > MOST_LABELS:
        reason = f"has more than {MOST_LABELS} different values, so they are no labels to choose between"
        raise InvalidValueError("Field", field, reason)
    return tuple(values)


def next_seed(state: ProjectState) -> int:
    """A seed that no exercise of the project has used: judged records are remembered."""
    return max((exercise.seed for exercise in state.exercises.values()), default=0) + 1


def open_exercise(projects: Projects, project_id: str, setup: Setup, *, who: str) -> Exercise:
    """A new exercise over freshly drawn records, with its round, both saved at once. While one is open it is revealed
    first; asked again for the very one that is open, it is that one."""
    drawn = draw(projects, project_id, setup.count, setup.seed)
    with TURNS:
        state = projects.load(project_id)
        info = _sample_of(state)
        _refuse_unknown_fields(setup, info)
        exercise = _exercise(projects.new_id(), setup, drawn, info, state.outcome.correct_output)
        current = now_asked(projects, project_id)
        if current is not None:
            if current.exercise.model_copy(update={"id": exercise.id}) == exercise and current.round.opened_by == who:
                return current.exercise
            raise InputError(
                f"{current.round.opened_by or 'Somebody'} opened an exercise at {current.round.opened_at:%H:%M} UTC "
                f"about {counted(len(current.round.things), 'record')}. Reveal it first; then another can be opened."
            )
        round_ = ballots.open_round(
            id=exercise.id,
            subject=Subject.JUDGMENT,
            labels={str(number): f"Record {number}" for number in exercise.numbers},
            participants=setup.participants,
            person_of=person_key,
            now=projects.clock(),
            by=who,
        )
        rows = [
            (Kind.EXERCISE.value, exercise.id, exercise.model_dump(mode="json"), 0),
            (Kind.ROUND.value, round_.id, round_.model_dump(mode="json"), 0),
        ]
        what = f"asked for judgments of {counted(len(exercise.records), 'record')}"
        projects.store.save_many(project_id, rows, who=who, what=what, check=check)
        return exercise


# --- while it is open -------------------------------------------------------------------------------------------------


def now_asked(projects: Projects, project_id: str) -> Asked | None:
    """The exercise that is open; None where none is. One read while nothing has changed."""
    for round_ in ballots.about(Subject.JUDGMENT, asking.rounds(projects, project_id)):
        if round_.is_open:
            exercise = _exercise_at(projects.store, project_id, round_.id)
            return Asked(round_, exercise) if exercise is not None else None
    return None


def records_at_hand(projects: Projects, project_id: str, exercise: Exercise) -> Mapping[int, DrawnRecord]:
    """Number -> record of those that are judged. Raises InputError with what to do where they are not at hand."""
    sample = _open_now(projects, project_id)
    if sample is None:
        raise InputError(NOT_AT_HAND)
    reading = sample.reading
    if sample_mark(reading.sha256, reading.records, reading.fields, reading.header_line) != exercise.sample_mark:
        raise InputError(OTHER_SAMPLE)
    held = _HELD.setdefault(sample, {})
    if exercise.id not in held:
        from readiness.audit.drawing import records_by_number

        with sample.lock:
            held[exercise.id] = records_by_number(sample.connection, reading.fields, exercise.numbers)
    return held[exercise.id]


def output_of(exercise: Exercise, record: DrawnRecord | None, number: int) -> str:
    """The output that is judged at this record; empty where there is none, or the record is not at hand."""
    if not exercise.output_field:
        return exercise.outputs.get(str(number), "")
    return (record.cells.get(exercise.output_field) or "") if record is not None else ""


def send(
    projects: Projects,
    project_id: str,
    exercise: Exercise,
    answers: Mapping[int, str | None],
    *,
    name: str,
    sender: str,
    replace: bool = False,
) -> Sent:
    """One participant's judgments by record number; None is "I cannot tell". Like every ballot they replace those
    given before, and are refused after the reveal."""
    given = {str(record): answer_of(exercise, typed) for record, typed in answers.items()}
    return asking.send(projects, project_id, exercise.id, given, name=name, sender=sender, replace=replace)


def answered_records(projects: Projects, project_id: str, round_id: str, name: str) -> frozenset[int]:
    """The records about which something was sent under this name: which ones, and nothing of what."""
    person = person_key(name)
    found = (document.body for document in projects.store.documents(project_id, Kind.BALLOT))
    mine = (Ballot.model_validate(body) for body in found if body.get("round") == round_id)
    return frozenset(int(one.thing) for one in mine if one.thing.isdigit() and person_key(one.participant) == person)


def attendance(projects: Projects, project_id: str, round_id: str) -> Attendance:
    """Who has judged how many records. One read while nothing has changed."""
    return asking.attendance(projects, project_id, round_id)


def phase(projects: Projects, project_id: str) -> Phase:
    """Where judging together is now. One read while nothing has changed."""
    latest = asking.phase(projects, project_id, Subject.JUDGMENT)
    settled = _settlements(projects.store, project_id, projects.store.project(project_id).revision)
    return Phase(latest.round_id, latest.is_open, settled)


# --- after ------------------------------------------------------------------------------------------------------------


def results(state: ProjectState) -> tuple[ExerciseResult, ...]:
    """What the revealed exercises say, the latest first; nothing of one that is open."""
    return exercise_results(state.rounds, state.ballots, state.exercises, state.settlements)


def settle(
    projects: Projects,
    project_id: str,
    round_id: str,
    record: int,
    answer: str | None,
    reason: str,
    *,
    version: int,
    who: str,
) -> None:
    """What the group says about one disputed record, with the reason; None as the answer: no agreement was reached.

    `version` is of the settlement that whoever types has seen: a later one by somebody else is a ConflictError.
    """
    exercise = _exercise_at(projects.store, project_id, round_id)
    if exercise is None:
        raise UnknownNameError("exercise", round_id)
    if asking.read_round(projects.store, project_id, round_id)[0].is_open:
        raise InputError("Reveal the exercise first; then settle what is disputed.")
    if record not in exercise.numbers:
        raise UnknownNameError("record of this exercise", str(record))
    settlement = Settlement(
        round=round_id,
        record=record,
        answer=None if answer is None else checked_answer(exercise, answer),
        reason=_reason(record, reason),
        settled_at=projects.clock(),
        settled_by=who,
    )
    key = settlement_key(round_id, record)
    what = f"settled record {record}" if settlement.answer is not None else f"left record {record} open"
    row = (Kind.SETTLEMENT.value, key, settlement.model_dump(mode="json"), version)
    with TURNS:  # the two clicks of a double click may come at once: the second finds what the first has said
        stored = projects.store.document(project_id, Kind.SETTLEMENT, key)
        if stored is None or not _says_the_same(Settlement.model_validate(stored.body), settlement):
            projects.store.save_many(project_id, [row], who=who, what=what, check=check)


# --- the sample -------------------------------------------------------------------------------------------------------

# Cells of judged records, as long as their sample is open: what is removed is removed here, too.
_HELD: weakref.WeakKeyDictionary[OpenSample, dict[str, Mapping[int, DrawnRecord]]] = weakref.WeakKeyDictionary()


def _open_now(projects: Projects, project_id: str) -> OpenSample | None:
    """The open sample, looked up without reading the whole project: thirty people ask for it at every answer."""
    document = projects.store.document(project_id, Kind.SAMPLE)
    if document is None:
        return None
    return projects.desk.get(project_id, str(document.body["sample_id"])) or projects.open_sample(project_id)


def _audited(projects: Projects, project_id: str) -> OpenSample:
    """The open sample with its audit, which is run again in memory after a restart."""
    sample = projects.open_sample(project_id) if projects.has_records(project_id) else None
    if sample is None:
        raise InputError(NOT_AT_HAND)
    return sample


def _sample_of(state: ProjectState) -> SampleInfo:
    if state.sample is None:
        raise InputError(NOT_AT_HAND)
    return state.sample


def _exercise(identifier: str, setup: Setup, drawn: Draw, info: SampleInfo, correct_output: str) -> Exercise:
    hidden = {setup.output_field} if setup.question is Question.CORRECT else set()
    reading = info.reading
    body: dict[str, Any] = {
        "id": identifier,
        "question": setup.question.value,
        "labels": list(setup.labels) if setup.question is Question.LABEL else [],
        "output_field": setup.output_field if setup.question is Question.CORRECT else "",
        "outputs": _outputs(setup, drawn),
        "fields": [field for field in setup.fields if field not in hidden],
        "records": [one.model_dump() for one in drawn.records],
        "tiers": [one.model_dump() for one in drawn.tiers],
        "seed": setup.seed,
        "sample_name": reading.name,
        "sample_mark": sample_mark(reading.sha256, reading.records, info.fields, reading.header_line),
        "wording_mark": wording_mark(correct_output),
    }
    with said_in_words(Kind.EXERCISE):
        return Exercise.model_validate(body)


def _outputs(setup: Setup, drawn: Draw) -> dict[str, str]:
    """The typed outputs, one for each drawn record; nothing where a field of the sample holds them."""
    if setup.question is not Question.CORRECT or setup.output_field:
        return {}
    typed = {number: " ".join(text.split()) for number, text in (setup.outputs or {}).items()}
    wanted = [str(one.record) for one in drawn.records]
    missing = [number for number in wanted if not typed.get(number)]
    if missing:
        raise InputError(f"{counted(len(missing), 'record')} without an output to judge: type one for each of them.")
    return {number: typed[number] for number in wanted}


def _refuse_unknown_fields(setup: Setup, info: SampleInfo) -> None:
    for field in (*setup.fields, *filter(None, [setup.output_field])):
        if field not in info.fields:
            raise UnknownFieldError(field, info.fields)
    if not setup.fields:
        raise InputError("Choose the fields that people need to see to judge a record.")


def _reason(record: int, reason: str) -> str:
    clean = " ".join(reason.split())
    if not clean:
        raise InputError(f"Record {record}: say why. The reason is what the next disputed record is settled by.")
    if len(clean) > LONGEST_REASON:
        raise InvalidValueError("Reason", f"{clean[:40]}…", f"is longer than {LONGEST_REASON:,} characters")
    return clean


def _says_the_same(one: Settlement, other: Settlement) -> bool:
    return (one.answer, one.reason) == (other.answer, other.reason)


def _exercise_at(store: Store, project_id: str, round_id: str) -> Exercise | None:
    document = store.document(project_id, Kind.EXERCISE, round_id)
    return None if document is None else Exercise.model_validate(document.body)


@lru_cache(maxsize=_KEPT)
def _settlements(store: Store, project_id: str, revision: int) -> int:
    del revision  # part of the key: a write makes a new one
    return sum(document.version for document in store.documents(project_id, Kind.SETTLEMENT))
