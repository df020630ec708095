"""The levers of a case: every input that decides its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from readiness.diagnosis import changed_people as people
from readiness.diagnosis import changed_samples as samples
from readiness.diagnosis import deciding_figures as figures
from readiness.diagnosis.contradictions import Severity
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import PREPARED, Evidence, Finding
from readiness.diagnosis.levers import Better, Lever, Unit, step_lever
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.diagnosis.verdict import Case, Diagnosis
from readiness.outcome import authority, definition, ownership
from readiness.outcome.agreement import SIGNERS_NEEDED
from readiness.outcome.ownership import Ownership

_OWN_LEVER = ("data.audit", "data.clean_share", "data.decisions", "data.effect", "scope.total", "outcome.defined",
              "outcome.agreed", "outcome.tested", "ownership.parts", "ownership.authority")  # fmt: skip


def levers_of(case: Case, diagnosis: Diagnosis) -> tuple[Lever, ...]:
    """Every lever of a case, in the order in which they are applied."""
    return (
        *_audits(case),
        *_edge_cases(case),
        *_definition(case),
        *figures.open_work_levers(case),
        *figures.sample_levers(case),
        *figures.share_levers(case),
        *_ownership(case),
        *_signatures(case),
        *figures.agreement_levers(case),
        *figures.remaining_levers(case),
        *figures.value_levers(case),
        *_limits(case),
        *_entries(case),
        *_questions(diagnosis.questions),
        *_contradictions(diagnosis),
    )


def _as_it_is(case: Case, value: float) -> Case:
    del value  # all is done by what prepares it
    return case


# --- data ---------------------------------------------------------------------------------------------------------


def _audits(case: Case) -> Iterator[Lever]:
    place = Place(Page.DATA_AUDIT)
    if case.facts.report is None:
        yield step_lever(
            "audit",
            "a sample of production records is audited",
            place,
            _as_it_is,
            prepare=samples.audited,
            better=Better.NEITHER,
            assumes="The sample is taken to hold no edge case; what it does hold may change the verdict again.",
        )
    elif not case.facts.audit_is_current:
        yield step_lever(
            "audit-again",
            "the audit is run again on the present sample",
            place,
            samples.audited_again,
            better=Better.NEITHER,
            assumes="The new audit is taken to find what the last one found.",
        )


def _edge_cases(case: Case) -> Iterator[Lever]:
    count = len(case.ledger.undecided)
    if count:
        which = "the edge case without a handling decision is" if count == 1 else f"the {count} open edge cases are"
        yield step_lever(
            "decide",
            f"{which} decided so that none of it goes to people",
            Place(Page.DATA_AUDIT),
            _as_it_is,
            prepare=samples.decided,
            better=Better.NEITHER,
            parts=count,
            assumes="Each decision is taken to cost as many person-days as the component in the middle of the others.",
        )


# --- outcome and ownership ----------------------------------------------------------------------------------------


def _definition(case: Case) -> Iterator[Lever]:
    outcome = case.facts.outcome
    missing, clashes = definition.missing_parts(outcome), definition.contradictions(outcome)
    if not missing and not clashes:
        return
    put_right = [f"stated: {', '.join(missing)}"] if missing else []
    put_right += ["without clashes"] if clashes else []
    taken = " A wrong output is taken to cost nothing." if outcome.wrong_output_cost is None else ""
    yield step_lever(
        "definition",
        f"the outcome definition is complete ({'; '.join(put_right)})",
        Place(Page.OUTCOME),
        _as_it_is,
        prepare=people.defined,
        better=Better.NEITHER if taken else Better.MORE,
        parts=len(missing) + len(clashes),
        assumes=f"Whoever had signed signs the new wording again.{taken}",
    )


def _ownership(case: Case) -> Iterator[Lever]:
    facts, place = case.facts, Place(Page.OUTCOME)
    missing = ownership.missing_parts(facts.ownership)
    if missing or facts.ownership == Ownership():
        yield step_lever(
            "ownership", f"ownership has all four parts (lacking: {', '.join(missing)})", place, people.owned,
            parts=len(missing),
        )  # fmt: skip
    standing = authority.standing(facts.outcome, facts.ownership, facts.confirmation)
    yield step_lever(
        "authority",
        "the owner confirms metric, tolerance and the authority to pull the system",
        place,
        people.confirmed,
        present=float(standing is authority.Standing.CONFIRMED),
        undone="the owner no longer confirms the authority to pull the system",
    )


def _signatures(case: Case) -> Iterator[Lever]:
    count = len(case.ledger.valid_signatures)
    yield Lever(
        "signatures",
        "the number of signatures under the outcome definition",
        Unit.COUNT,
        float(count),
        0.0,
        float(max(count, SIGNERS_NEEDED)),
        1.0,
        Better.MORE,
        Place(Page.OUTCOME),
        people.with_signatures,
    )


# --- what the team says -------------------------------------------------------------------------------------------


def _limits(case: Case) -> Iterator[Lever]:
    inputs, place = case.stop_inputs, Place(Page.DIAGNOSIS)
    yield Lever(
        "most-outside",
        "the limit for records that go to people or are rejected",
        Unit.SHARE,
        inputs.most_outside_share,
        0.0,
        1.0,
        0.01,
        Better.MORE,
        place,
        partial(_stating, name="most_outside_share"),
        limit=True,
    )
    yield Lever(
        "least-probability",
        "the probability asked for that the value covers the cost",
        Unit.PROBABILITY,
        inputs.least_probability,
        0.01,
        0.99,
        0.01,
        Better.LESS,
        place,
        partial(_stating, name="least_probability"),
        limit=True,
    )
    yield Lever(
        "genuine-attempts",
        "the number of attempts after which a use case counts as contested",
        Unit.COUNT,
        float(inputs.genuine_attempts),
        1.0,
        100.0,
        1.0,
        Better.MORE,
        place,
        partial(_stating_count, name="genuine_attempts"),
        limit=True,
    )
    attempts = inputs.alignment_attempts
    yield Lever(
        "attempts",
        "the number of genuine attempts to agree",
        Unit.COUNT,
        None if attempts is None else float(attempts),
        0.0,
        float(max(attempts or 0, inputs.genuine_attempts)),
        1.0,
        Better.NEITHER,
        place,
        partial(_stating_count, name="alignment_attempts"),
    )


def _entries(case: Case) -> Iterator[Lever]:
    """A step for what leaves a question open and is no input of its own: a log that is not read, a review not held."""
    for entry in case.ledger.entries:
        if entry.topic in PREPARED and entry.decides and entry.id not in _OWN_LEVER and _is_open(entry):
            yield step_lever(
                f"shown:{entry.id}",
                f"this is put right: {entry.stale or entry.statement}".rstrip("."),
                entry.place,
                partial(_shown, entry=entry),
            )


def _is_open(entry: Evidence) -> bool:
    return entry.finding is not Finding.PASSED or bool(entry.stale)


def _questions(results: Sequence[QuestionResult]) -> Iterator[Lever]:
    for number, result in enumerate(results, start=1):
        yield step_lever(
            f"question:{result.mode}",
            f"question {number} ({result.mode}) is answered with yes, by evidence",
            Place(Page.DIAGNOSIS),
            partial(_answered, mode=result.mode),
            present=float(result.reply is Reply.YES),
            undone=f"question {number} ({result.mode}) is no longer answered with yes",
        )


def _contradictions(diagnosis: Diagnosis) -> Iterator[Lever]:
    for one in diagnosis.contradictions:
        if one.severity is Severity.BLOCKING:
            yield step_lever(
                f"settle:{one.id}",
                f"this contradiction is settled: {one.sentence}".rstrip("."),
                one.place,
                partial(_settling, contradiction=one.id),
            )


def _stating(case: Case, value: float, *, name: str) -> Case:
    return people.stating(case, name, value)


def _stating_count(case: Case, value: float, *, name: str) -> Case:
    return people.stating(case, name, int(value))


def _answered(case: Case, value: float, *, mode: FailureMode) -> Case:
    return people.answered(case, mode, value)


def _shown(case: Case, value: float, *, entry: Evidence) -> Case:
    return people.shown(case, entry, value)


def _settling(case: Case, value: float, *, contradiction: str) -> Case:
    return people.settling(case, contradiction, value)
