"""What a round of judgments says: how far people agree, which records are disputed, and what was settled about them.

Krippendorff's alpha is what is held against the agreement that the project asks for: it takes any number of people and
leaves gaps out. "I cannot tell" is such a gap: it is counted, and is in none of the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache

from readiness import ballots
from readiness.agreement import KRIPPENDORFF, Agreement, Answer, Measure, agreement_of
from readiness.ballots import Ballot, Round, Subject
from readiness.errors import InputError
from readiness.outcome.agreement import person_key
from readiness.outcome.exercise import (
    CLEAN,
    AgreementSettings,
    Exercise,
    Question,
    Settlement,
    checked_answer,
    comparable,
    settlement_key,
    wording_mark,
)

FEWEST_COMPARED = 10  # records with two answers; below, one record moves the agreement by ten points and more
WIDEST = 0.4  # of an interval that reaches over the agreement asked for: two bands of Landis and Koch on either side
_MEASURED = 32  # rounds whose figures are kept


class Reach(StrEnum):
    """Where a round stands against the agreement that the project asks for."""

    REACHED = "reached"
    BELOW = "below"
    TOO_FEW = "too few records to tell"


@dataclass(frozen=True, slots=True)
class Judgment:
    """What one person said about one record. `answer` is None for "I cannot tell"."""

    participant: str
    record: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class RecordAnswers:
    """What all people said about one record, side by side."""

    record: int
    tier: str
    judgments: tuple[Judgment, ...]  # by answer, the most frequent first; "I cannot tell" last
    different: int  # answers that are not the same

    @property
    def disputed(self) -> bool:
        return self.different > 1

    @property
    def cannot_tell(self) -> tuple[str, ...]:
        """Who could not tell."""
        return tuple(one.participant for one in self.judgments if one.answer is None)


@dataclass(frozen=True, slots=True)
class PartAgreement:
    """How far people agree about some of the records: the clean ones, or the edge cases."""

    name: str
    records: int
    raw: float | None  # 0..1
    alpha: Measure | None  # None where there are too few records to tell
    compared: int


@dataclass(frozen=True)
class ExerciseResult:
    """One revealed round of judgments. Figures are computed when they are asked for."""

    exercise: Exercise
    opened_at: datetime
    revealed_at: datetime
    revealed_by: str
    judgments: tuple[Judgment, ...]
    settlements: Mapping[int, Settlement]  # by record

    @property
    def people(self) -> tuple[str, ...]:
        """Who answered, in the order of their names."""
        names = {person_key(one.participant): one.participant for one in self.judgments}
        return tuple(sorted(names.values(), key=str.casefold))

    @cached_property
    def agreement(self) -> Agreement:
        """All measures over all records."""
        return self._agreement(self.exercise.numbers)

    @property
    def alpha(self) -> Measure:
        """What is held against the agreement that is asked for."""
        return self.agreement.measure(KRIPPENDORFF) or Measure(KRIPPENDORFF, None)

    @cached_property
    def parts(self) -> tuple[PartAgreement, ...]:
        """The clean records and the edge cases apart; nothing where all drawn records are of one part."""
        clean = tuple(one.record for one in self.exercise.records if one.tier == CLEAN)
        others = tuple(one.record for one in self.exercise.records if one.tier != CLEAN)
        if not clean or not others:
            return ()
        return (self._part("Clean records", clean), self._part("Edge cases", others))

    @cached_property
    def records(self) -> tuple[RecordAnswers, ...]:
        """The answers to every record, in the order in which they were judged."""
        by_record: dict[int, list[Judgment]] = {}
        for one in self.judgments:
            by_record.setdefault(one.record, []).append(one)
        return tuple(
            _side_by_side(one.record, one.tier, by_record.get(one.record, []), self._same)
            for one in self.exercise.records
        )

    @cached_property
    def disputed(self) -> tuple[RecordAnswers, ...]:
        """The records that got different answers, those with the most different ones first."""
        return tuple(sorted((one for one in self.records if one.disputed), key=lambda one: -one.different))

    @property
    def unclear(self) -> tuple[RecordAnswers, ...]:
        """The records without a dispute about which somebody could not tell."""
        return tuple(one for one in self.records if not one.disputed and one.cannot_tell)

    @property
    def unsettled(self) -> tuple[int, ...]:
        """The disputed records about which nothing is settled yet."""
        return tuple(one.record for one in self.disputed if one.record not in self.settlements)

    @property
    def is_comparable(self) -> bool:
        """Whether any record was answered by two people, so that the round says something about agreement."""
        given = Counter(one.record for one in self.judgments if one.answer is not None)
        return any(count > 1 for count in given.values())

    @property
    def is_settled(self) -> bool:
        """Whether it counts as an attempt to agree: judged by two people, and every dispute talked through."""
        return self.is_comparable and not self.unsettled

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """Compared answer -> how it was typed most often."""
        typed: dict[str, Counter[str]] = {}
        for one in self.judgments:
            if one.answer is not None:
                typed.setdefault(self._same(one.answer), Counter())[one.answer] += 1
        return {same: min(counts, key=lambda text: (-counts[text], text)) for same, counts in typed.items()}

    def spelling(self, answer: str) -> str:
        """An answer as most people typed it."""
        return self.spellings.get(self._same(answer), answer)

    def _part(self, name: str, numbers: tuple[int, ...]) -> PartAgreement:
        found = self._agreement(numbers)
        enough = found.compared_items >= FEWEST_COMPARED
        alpha = found.measure(KRIPPENDORFF) if enough else None
        return PartAgreement(name, len(numbers), found.raw, alpha, found.compared_items)

    def _agreement(self, numbers: tuple[int, ...]) -> Agreement:
        wanted = set(numbers)
        answers = tuple(
            Answer(str(one.record), person_key(one.participant), self._same(one.answer))
            for one in self.judgments
            if one.record in wanted and one.answer is not None
        )
        return _measured(answers, self.exercise.choices)

    def _same(self, answer: str) -> str:
        return comparable(answer) if self.exercise.question is Question.TEXT else answer


@dataclass(frozen=True)
class AgreementOnRecords:
    """What the project's exercises say together: the latest that compares anything, and how many are settled."""

    latest: ExerciseResult
    least: float
    settled_rounds: int
    earlier_wording: bool  # the description of a correct output has changed since

    @property
    def reach(self) -> Reach:
        return reach(self.latest, self.least)

    @property
    def stays_below(self) -> bool:
        """Below what is asked for, although the group has settled what was disputed: not ready to be scoped."""
        return self.reach is Reach.BELOW and self.latest.is_settled

    @property
    def clearly_below(self) -> bool:
        """Whether chance in the choice of records does not explain it: the whole interval lies below, or there is none
        because every record is disputed."""
        high = self.latest.alpha.high
        return self.stays_below and (high is None or high < self.least)

    @property
    def sentence(self) -> str:
        """Where the project stands, in a few sentences for people who know no statistics."""
        parts = [reach_sentence(self.latest, self.least)]
        if self.reach is Reach.BELOW:
            parts.append(_what_is_next(self.latest))
        if self.earlier_wording:
            parts.append("It was judged under an earlier wording of the correct output.")
        return " ".join(parts)


def reach(result: ExerciseResult, least: float) -> Reach:
    """Where a round stands. Too few to tell: fewer than FEWEST_COMPARED records with two answers, an alpha that is
    undefined, an interval wider than WIDEST that reaches over what is asked for, or nearly all answers the same, so
    that there is no interval. There is none either where every record is disputed, which tells enough."""
    alpha = result.alpha
    if result.agreement.compared_items < FEWEST_COMPARED or alpha.value is None:
        return Reach.TOO_FEW
    if alpha.low is not None and alpha.high is not None:
        if alpha.low < least <= alpha.high and alpha.high - alpha.low > WIDEST:
            return Reach.TOO_FEW
    elif alpha.value < 1 and not _is_disputed_throughout(result):
        return Reach.TOO_FEW
    return Reach.REACHED if alpha.value >= least else Reach.BELOW


def reach_sentence(result: ExerciseResult, least: float) -> str:
    """One round against the agreement that is asked for, with its figures."""
    found, alpha = result.agreement, result.alpha
    people = f"{len(result.people)} {'person' if len(result.people) == 1 else 'people'}"
    who = f"{people} judged {len(result.exercise.records)} records"
    where = reach(result, least)
    if alpha.value is None:
        advice = "Draw records whose correct outputs differ." if result.is_comparable else ""
        return f"{who}. {alpha.why} {advice}".strip()
    figures = f"alpha is {figure(alpha.value, least)}{_between(alpha)}, {asked_figure(least)} is asked for"
    if where is Reach.TOO_FEW:
        return f"{who}; {figures}. {_why_too_few(found, alpha)}"
    return f"{who}: {'they agree' if where is Reach.REACHED else 'they do not agree'} ({figures})."


def figure(value: float, beside: float | None = None) -> str:
    """A coefficient with two decimals; with three where two would not tell it from what stands `beside` it."""
    alike = beside is not None and value != beside and f"{value:.2f}" == f"{beside:.2f}"
    return f"{value:.3f}" if alike else f"{value:.2f}"


def asked_figure(least: float) -> str:
    """The agreement that is asked for, as it was stated: 0.667, 0.8."""
    return f"{least:.3f}".rstrip("0").rstrip(".") if round(least, 2) != round(least, 3) else f"{least:.2f}"


def agreement_on_records(
    results: Sequence[ExerciseResult], settings: AgreementSettings, correct_output: str
) -> AgreementOnRecords | None:
    """What the revealed rounds say together; None where none was answered by two people."""
    comparing = [result for result in results if result.is_comparable]
    if not comparing:
        return None
    latest = max(comparing, key=lambda result: (result.revealed_at, result.exercise.id))
    mark = latest.exercise.wording_mark
    return AgreementOnRecords(
        latest=latest,
        least=settings.least,
        settled_rounds=sum(result.is_settled for result in comparing),
        earlier_wording=bool(mark) and mark != wording_mark(correct_output),
    )


def exercise_results(
    rounds: Iterable[Round],
    given: Iterable[Ballot],
    exercises: Mapping[str, Exercise],
    settlements: Mapping[str, Settlement],
) -> tuple[ExerciseResult, ...]:
    """The revealed rounds of judgments in the order of `rounds`; nothing of those that are open."""
    by_round: dict[str, list[Ballot]] = {}
    for ballot in given:
        by_round.setdefault(ballot.round, []).append(ballot)
    return tuple(
        ExerciseResult(
            exercise=exercises[round_.id],
            opened_at=round_.opened_at,
            revealed_at=round_.revealed_at,
            revealed_by=round_.revealed_by,
            judgments=_judgments(exercises[round_.id], ballots.of_round(round_, by_round.get(round_.id, []))),
            settlements=_settled(exercises[round_.id], settlements),
        )
        for round_ in ballots.about(Subject.JUDGMENT, rounds)
        if round_.id in exercises and round_.revealed_at is not None
    )


@lru_cache(maxsize=_MEASURED)
def _measured(answers: tuple[Answer, ...], choices: tuple[str, ...]) -> Agreement:
    return agreement_of(answers, labels=choices)


def _judgments(exercise: Exercise, given: Sequence[Ballot]) -> tuple[Judgment, ...]:
    """One judgment a person and record. What the exercise does not offer, as a file of unknown origin may hold, is
    left out; of two, the later one counts."""
    found: dict[tuple[int, str], Judgment] = {}
    numbers = {str(number): number for number in exercise.numbers}
    for ballot in sorted(given, key=lambda one: one.given_at):
        answer = ballot.answer.get("answer")
        if ballot.thing not in numbers or not _is_offered(exercise, answer):
            continue
        number = numbers[ballot.thing]
        found[(number, person_key(ballot.participant))] = Judgment(ballot.participant, number, answer)
    return tuple(found[key] for key in sorted(found))


def _is_offered(exercise: Exercise, answer: object) -> bool:
    if answer is None:
        return True
    if not isinstance(answer, str):
        return False
    try:
        checked_answer(exercise, answer)
    except InputError:
        return False
    return True


def _settled(exercise: Exercise, settlements: Mapping[str, Settlement]) -> dict[int, Settlement]:
    keys = {number: settlement_key(exercise.id, number) for number in exercise.numbers}
    return {number: settlements[key] for number, key in keys.items() if key in settlements}


def _side_by_side(record: int, tier: str, said: Sequence[Judgment], same: Callable[[str], str]) -> RecordAnswers:
    counts = Counter(same(one.answer) for one in said if one.answer is not None)

    def place(one: Judgment) -> tuple[int, str, str]:
        if one.answer is None:
            return (1, "", one.participant.casefold())
        return (-counts[same(one.answer)], same(one.answer), one.participant.casefold())

    return RecordAnswers(record, tier, tuple(sorted(said, key=place)), len(counts))


def _is_disputed_throughout(result: ExerciseResult) -> bool:
    compared = [one for one in result.records if sum(said.answer is not None for said in one.judgments) > 1]
    return all(one.disputed for one in compared)


def _why_too_few(found: Agreement, alpha: Measure) -> str:
    """Why a round cannot tell, and what would."""
    if found.compared_items < FEWEST_COMPARED:
        number = "1 record was" if found.compared_items == 1 else f"{found.compared_items} records were"
        return f"Too few to tell: {number} answered by two people, {FEWEST_COMPARED} are needed at least."
    if alpha.low is None:
        return "Nearly all answers are the same, so these records cannot tell. Draw records whose outputs differ."
    return "Too few records to tell: the interval is wide and reaches over what is asked for. Judge more."


def _between(alpha: Measure) -> str:
    if alpha.low is None or alpha.high is None:
        return ""
    return f" (95% interval {figure(alpha.low)} to {figure(alpha.high)})"


def _what_is_next(result: ExerciseResult) -> str:
    left = len(result.unsettled)
    if left:
        return f"Settle the {'disputed record' if left == 1 else f'{left} disputed records'}, then judge other records."
    return "Not ready to be scoped: the disagreement would come back when the money is spent. Judge other records."
