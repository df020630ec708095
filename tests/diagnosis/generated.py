"""Generated projects, each as the diagnosis sees it: ready ones, stalled ones, and many that lack something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from readiness.audit.decisions import Handling, HandlingDecision
from readiness.diagnosis.evidence import gather_evidence
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Answer, Reply
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Case
from readiness.outcome.agreement import sign
from readiness.outcome.authority import confirm, missing_to_confirm
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.exercise import Exercise, JudgedRecord, Question, Settlement, wording_mark
from readiness.outcome.exercise_result import ExerciseResult, Judgment
from readiness.outcome.ownership import Ownership
from readiness.outcome.value import Stated
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.workflow import Stage, Workflow

MIXES: tuple[Mapping[tuple[str, ...], int], ...] = (
    {},
    {("bad: a",): 30, ("bad: b",): 15},
    {("bad: a",): 100, ("bad: b",): 20, ("bad: a", "bad: b"): 13},
    {("bad: a",): 7, ("bad: b",): 1, ("bad: c",): 1},
    {("bad: a",): 160},
)
ROUNDS = {
    "agree": ("abcabcabcabcabcabc", "abcabcabcabcabcabc"),
    "differ": ("abcabcabcabcabcabc", "bcabcabcabcabcabca"),
    "wide": ("aabbccaabbcc", "aabbccaaccbb"),
    "nearly": ("abcabcabcabcabcabc", "abcabcabcabcaabbcc"),
}


@dataclass(frozen=True)
class Spec:
    """What is varied. READY is ready."""

    stalled: bool
    records: int
    mix: Mapping[tuple[str, ...], int]
    handlings: Sequence[Handling | None]  # of the edge cases a, b, c
    days: Sequence[float]
    unknown: int
    day_rate: float | None
    one_off: float
    worth: float | None  # the one figure
    model: Mapping[str, bool] | None  # which inputs of the value are stated
    signers: int
    replies: Sequence[Reply | None]
    reason: str
    most_outside: float
    least_probability: float
    attempts: int | None
    genuine: int
    age: int
    current: bool
    lacking: frozenset[str]
    exercise: tuple[str, bool, bool] | None  # which round, settled, under an earlier wording
    least_agreement: float


READY = Spec(
    stalled=False, records=300, mix=MIXES[1], handlings=[Handling.PREPROCESSING] * 3, days=[5.0, 8.0], unknown=0,
    day_rate=800.0, one_off=0.0, worth=100_000.0, model=None, signers=2, replies=[Reply.YES] * 4, reason="",
    most_outside=0.4, least_probability=0.5, attempts=None, genuine=2, age=1, current=True, lacking=frozenset(),
    exercise=None, least_agreement=0.667,
)  # fmt: skip

handlings = st.sampled_from([Handling.PREPROCESSING, Handling.HUMAN_REVIEW, Handling.REJECT, None])
replies = st.sampled_from([Reply.YES, Reply.YES, Reply.YES, None, Reply.NO, Reply.UNKNOWN])
specs = st.builds(
    Spec,
    stalled=st.sampled_from([False, False, True]),
    records=st.sampled_from([300, 300, 60]),
    mix=st.sampled_from(MIXES),
    handlings=st.lists(handlings, min_size=3, max_size=3),
    days=st.lists(st.sampled_from([5.0, 1.0, 12.5, 60.0]), max_size=3),
    unknown=st.sampled_from([0, 0, 0, 1, 2]),
    day_rate=st.sampled_from([800.0, 800.0, None]),
    one_off=st.sampled_from([0.0, 5_000.0]),
    worth=st.sampled_from([100_000.0, 10_000.0, 0.0, None]),
    model=st.none()
    | st.fixed_dictionaries(
        {name: st.sampled_from([True, True, True, False]) for name in ("volume", "hour_rate", "accepted", "wrong")}
    ),
    signers=st.sampled_from([2, 3, 1, 0]),
    replies=st.lists(replies, min_size=4, max_size=4),
    reason=st.sampled_from(["", "We are sure of it."]),
    most_outside=st.sampled_from([0.4, 0.1, 0.555]),
    least_probability=st.sampled_from([0.5, 0.9, 0.123]),
    attempts=st.sampled_from([None, 0, 1, 3]),
    genuine=st.sampled_from([2, 1, 4]),
    age=st.sampled_from([1, 30, 31, 90]),
    current=st.sampled_from([True, True, True, False]),
    lacking=st.frozensets(
        st.sampled_from(
            [
                "audit",
                "target",
                "tolerance",
                "wording",
                "owner",
                "cadence",
                "authority",
                "confirmation",
                "definition",
                "period",
            ]
        ),
        max_size=2,
    ),
    exercise=st.none() | st.tuples(st.sampled_from(sorted(ROUNDS)), st.booleans(), st.booleans()),
    least_agreement=st.sampled_from([0.667, 0.2, 0.95]),
)


def made(ready: Any, valued: Any, report_of: Any, spec: Spec) -> Case:
    """The project of a spec, with its evidence gathered."""
    facts = (ready if spec.model is None else valued).facts
    report = None if "audit" in spec.lacking else report_of(spec.records, _fitting(spec))
    outcome = _outcome(facts.outcome, spec)
    ownership = _ownership(facts.ownership, spec)
    signatures: list[Any] = []
    for name in ("Ann", "Ben", "Cay")[: spec.signers]:
        signatures.append(sign(outcome, signatures, name=name, role="", now=facts.now))
    changed = ready.but(
        workflow=Workflow(task="Route each invoice.", stage=Stage.STALLED if spec.stalled else Stage.BEFORE_BUILD),
        report=report,
        audited_at=None if report is None else facts.now - timedelta(days=spec.age),
        sample_read_at=None if report is None else facts.now - timedelta(days=spec.age),
        sample_to=None if "period" in spec.lacking else facts.sample_to,
        audit_is_current=spec.current,
        decisions=_decisions(spec),
        items=_items(spec),
        plan=ScopePlan(planned_days=4, day_rate=spec.day_rate, review_minutes=2.0, review_hour_rate=45.0),
        outcome=outcome,
        signatures=tuple(signatures),
        ownership=ownership,
        confirmation=_confirmation(outcome, ownership, spec, facts.now),
        value=_value(facts.value, spec),
        agreement=facts.agreement.model_copy(update={"least": spec.least_agreement}),
        exercises=_exercises(spec, facts.now),
    ).facts
    return Case(changed, gather_evidence(changed), _answers(spec), _inputs(spec))


def gathered_anew(case: Case) -> Case:
    """The same case with evidence that was gathered from its facts."""
    return Case(case.facts, gather_evidence(case.facts), case.answers, case.stop_inputs, case.settled)


def _fitting(spec: Spec) -> Mapping[tuple[str, ...], int]:
    return spec.mix if sum(spec.mix.values()) <= spec.records else {("bad: a",): spec.records // 2}


def _decisions(spec: Spec) -> dict[str, HandlingDecision]:
    of = zip(("bad: a", "bad: b", "bad: c"), spec.handlings, strict=True)
    return {case: HandlingDecision(edge_case=case, handling=handling) for case, handling in of if handling}


def _items(spec: Spec) -> tuple[ScopeItem, ...]:
    known = [
        ScopeItem(
            id=f"own:{n}", component=f"C{n}", low_days=days / 2, likely_days=days, high_days=days * 2,
            one_off_cost=spec.one_off if not n else None,
        )
        for n, days in enumerate(spec.days)
    ]  # fmt: skip
    return (*known, *(ScopeItem(id=f"own:open{n}", component=f"Open {n}") for n in range(spec.unknown)))


def _outcome(outcome: OutcomeDefinition, spec: Spec) -> OutcomeDefinition:
    if "definition" in spec.lacking:
        return OutcomeDefinition()
    changes: dict[str, Any] = {}
    if "target" in spec.lacking:
        changes["target"] = None
    if "tolerance" in spec.lacking:
        changes["tolerance_low"] = None
    if "wording" in spec.lacking:
        changes["correct_output"] = ""
    return outcome.model_copy(update=changes)


def _ownership(ownership: Ownership, spec: Spec) -> Ownership:
    changes: dict[str, Any] = {}
    if "owner" in spec.lacking:
        changes["owner"] = ""
    if "cadence" in spec.lacking:
        changes["review_every_days"] = 90
    if "authority" in spec.lacking:
        changes["may_pull"] = False
    return ownership.model_copy(update=changes)


def _confirmation(outcome: OutcomeDefinition, ownership: Ownership, spec: Spec, now: Any) -> Any:
    if "confirmation" in spec.lacking or missing_to_confirm(outcome, ownership):
        return None
    return confirm(outcome, ownership, name=ownership.owner, now=now)


def _value(value: Any, spec: Spec) -> Any:
    if spec.model is None:
        return value
    return value.model_copy(update={name: Stated() for name, stated in spec.model.items() if not stated})


def _answers(spec: Spec) -> dict[FailureMode, Answer]:
    given = zip(FailureMode, spec.replies, strict=True)
    return {mode: Answer(question=mode, reply=reply, reason=spec.reason) for mode, reply in given if reply}


def _inputs(spec: Spec) -> StopInputs:
    return StopInputs(
        most_outside_share=spec.most_outside,
        least_probability=spec.least_probability,
        alignment_attempts=spec.attempts,
        genuine_attempts=spec.genuine,
        expected_value=spec.worth,
    )


def _exercises(spec: Spec, now: Any) -> tuple[ExerciseResult, ...]:
    if spec.exercise is None:
        return ()
    name, settled, earlier = spec.exercise
    first, second = ROUNDS[name]
    exercise = Exercise(
        id="r", question=Question.LABEL, labels=("a", "b", "c"), fields=("vendor",),
        records=tuple(JudgedRecord(record=n + 1, tier="clean") for n in range(len(first))),
        seed=1, sample_name="invoices.csv", sample_mark="m", wording_mark=wording_mark("Before") if earlier else "",
    )  # fmt: skip
    judgments = tuple(
        Judgment(who, n + 1, answer)
        for who, answers in (("Ann", first), ("Ben", second))
        for n, answer in enumerate(answers)
    )
    disputed = [n + 1 for n, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    settlements = {n: Settlement(round="r", record=n, reason="Said", settled_at=now) for n in disputed if settled}
    return (ExerciseResult(exercise, now, now, "Ben", judgments, settlements),)
