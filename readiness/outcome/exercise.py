"""The agreement exercise: records drawn from the sample, and what each person is asked about them.

People judge in private what a correct output is: one of the given labels, whether a given output is correct, or the
output in their own words. The project keeps the numbers of the drawn records, never the records themselves.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import sqrt
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, model_validator

from readiness.errors import InputError, InvalidValueError

FEWEST_RECORDS, USUAL_RECORDS, MOST_RECORDS = 5, 20, 100
MOST_LABELS = 50  # as in the audit: a field with more different values holds no labels
MOST_SHOWN_FIELDS = 40
LONGEST_LABEL, LONGEST_TEXT, LONGEST_REASON = 100, 500, 2_000
CLEAN = "clean"  # the tier without problems; every other one holds edge cases
YES, NO = "yes", "no"

# Krippendorff (2004, ch. 11.4) asks for an alpha of .800 and calls .667 the lowest for tentative conclusions. An
# exercise of some twenty records decides whether the work may be scoped, not whether its labels may be published, and
# can support no more than a tentative conclusion.
USUAL_LEAST_AGREEMENT = 0.667

_QUOTES = " \"'`\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"  # straight, English, German, French
_AT_THE_END = ".,;:!?\u2026"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(StrEnum):
    """What people are asked about each record."""

    LABEL = "label"  # which of the given labels is right
    CORRECT = "correct"  # whether a given output is correct
    TEXT = "text"  # what the correct output is, in words


class AgreementSettings(_Value):
    """What agreement the project asks for, as Krippendorff's alpha."""

    least: float = Field(default=USUAL_LEAST_AGREEMENT, ge=0.0, le=1.0, allow_inf_nan=False)
    reason: str = Field(default="", max_length=4_000)


class TierDraw(_Value):
    """How many records of a tier were drawn, out of how many."""

    tier: str = Field(min_length=1, max_length=40)
    records: int = Field(ge=0)
    drawn: int = Field(ge=0)


class JudgedRecord(_Value):
    """A drawn record by its number in the sample, 1-based, and its tier."""

    record: int = Field(ge=1)
    tier: str = Field(min_length=1, max_length=40)


class Exercise(_Value):
    """What one round of judgments asks. Its id is that of the round, whose things are the numbers of the records."""

    id: str = Field(min_length=1)
    question: Question
    labels: tuple[str, ...] = Field(default=(), max_length=MOST_LABELS)  # of a question for labels
    output_field: str = ""  # that holds the output to be judged; empty: `outputs` holds what was typed
    outputs: dict[str, str] = {}  # number of a record -> the output to be judged
    fields: tuple[str, ...] = Field(default=(), max_length=MOST_SHOWN_FIELDS)  # of the record, shown to people
    records: tuple[JudgedRecord, ...] = Field(min_length=1, max_length=MOST_RECORDS)
    tiers: tuple[TierDraw, ...] = ()
    seed: int
    sample_name: str
    sample_mark: str  # by which the sample is known again, also after it is uploaded anew
    wording_mark: str = ""  # of what a correct output looked like when the exercise was opened

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.question is Question.LABEL and len(set(self.labels)) < 2:
            raise ValueError("a question for labels needs at least two of them")
        if self.question is Question.CORRECT and not self.output_field and not self.outputs:
            raise ValueError("a question about outputs needs the outputs, or the field that holds them")
        return self

    @property
    def choices(self) -> tuple[str, ...]:
        """The possible answers; empty where people answer in words."""
        return {Question.LABEL: self.labels, Question.CORRECT: (YES, NO), Question.TEXT: ()}[self.question]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the records, in the order in which they are judged."""
        return tuple(one.record for one in self.records)

    @property
    def draw_sentence(self) -> str:
        """Which records were drawn: "20 records: clean 11 of 190, ..."."""
        return draw_sentence(self.tiers)


class Settlement(_Value):
    """What the group says about one disputed record: the agreed answer, or that it stays open, and why."""

    round: str = Field(min_length=1)
    record: int = Field(ge=1)
    answer: str | None = Field(default=None, max_length=LONGEST_TEXT)  # None: no agreement was reached
    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    settled_at: NaiveDatetime
    settled_by: str = ""


def allocate(available: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many records of each tier are drawn: one of each at least, then in proportion to the root of its records.

    Power allocation with exponent 1/2 (Bankier 1988): in proportion to the records themselves, twenty of a sample
    that is 90% clean would hold two edge cases; in equal parts, a tier of three records would weigh like the rest. The
    places go one by one to the tier with the highest root / (2 x places + 1) (Sainte-Laguë), so that more records are
    those before and some others. Never more than a tier has.
    """
    if not FEWEST_RECORDS <= wanted <= MOST_RECORDS:
        reason = f"is outside {FEWEST_RECORDS} to {MOST_RECORDS} records"
        raise InvalidValueError("Records to judge", wanted, reason)
    filled = {tier: count for tier, count in available.items() if count > 0}
    places = dict.fromkeys(filled, 0)
    for _ in range(min(wanted, sum(filled.values()))):
        left = [tier for tier in filled if places[tier] < filled[tier]]
        empty = [tier for tier in left if not places[tier]]
        chosen = max(empty or left, key=lambda tier: sqrt(filled[tier]) / (2 * places[tier] + 1))
        places[chosen] += 1
    return places


def draw_sentence(tiers: Sequence[TierDraw]) -> str:
    """How many records of each tier are drawn: "20 records: clean 11 of 190, repairable 5 of 40."."""
    drawn = sum(one.drawn for one in tiers)
    parts = ", ".join(f"{one.tier} {one.drawn} of {one.records:,}" for one in tiers if one.records)
    return f"{drawn} {'record' if drawn == 1 else 'records'}: {parts}."


def sample_mark(sha256: str, records: int, fields: Sequence[str], header_line: int | None) -> str:
    """By what a sample is known again after it is uploaded anew: its bytes, and that it was read alike."""
    return _mark("\x1f".join([sha256, str(records), str(header_line or 0), *fields]))


def wording_mark(correct_output: str) -> str:
    """By what a wording of the correct output is known again; the same for another spacing."""
    return _mark(" ".join(correct_output.split()))


def labels_typed(text: str) -> tuple[str, ...]:
    """The labels in a typed text, by comma, semicolon or line, each once under every spelling of its case."""
    parts = text.replace(";", "\n").replace(",", "\n").split("\n")
    return checked_labels(part for part in parts if part.strip())


def checked_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels that can be offered: two at least, none twice, none too long."""
    found: dict[str, str] = {}
    for label in labels:
        clean = " ".join(label.split())
        if len(clean) > LONGEST_LABEL:
            raise InvalidValueError("Label", f"{clean[:40]}…", f"is longer than {LONGEST_LABEL} characters")
        if clean:
            found.setdefault(clean.casefold(), clean)
    if len(found) < 2:
        raise InputError("Two labels are needed at least, or there is nothing to choose between.")
    if len(found) > MOST_LABELS:
        raise InputError(f"At most {MOST_LABELS} labels can be chosen between, and there are {len(found)}.")
    return tuple(found.values())


def answer_of(exercise: Exercise, typed: str | None) -> dict[str, Any]:
    """A judgment as a ballot holds it; None is "I cannot tell". Refuses an answer that the exercise does not offer."""
    return {"answer": None if typed is None else checked_answer(exercise, typed)}


def checked_answer(exercise: Exercise, typed: str) -> str:
    """An answer in words or one of the offered ones. Refuses an empty one, a long one, and one that is not offered."""
    if exercise.choices:
        if not typed:
            raise InputError("Nothing is chosen yet. Choose an answer, or I cannot tell.")
        if typed not in exercise.choices:
            raise InvalidValueError("Answer", typed[:40], f"is none of {', '.join(exercise.choices)}")
        return typed
    clean = " ".join(typed.split())
    if not comparable(clean):
        raise InputError("Nothing is typed yet. Type the correct output, or choose I cannot tell.")
    if len(clean) > LONGEST_TEXT:
        raise InvalidValueError("Answer", f"{clean[:40]}…", f"is longer than {LONGEST_TEXT} characters")
    return clean


def comparable(text: str) -> str:
    """Free text as it is compared: case, spacing, quotation marks, a full stop or its like at the end, and what shows
    nothing do not matter. A sign before a number does."""
    spaced = " ".join(unicodedata.normalize("NFKC", text).split())
    shown = "".join(c for c in spaced if unicodedata.category(c) not in ("Cf", "Cc", "Cs"))
    folded = " ".join(unicodedata.normalize("NFKC", shown.casefold()).split())
    return folded.strip(_QUOTES).rstrip(_AT_THE_END + _QUOTES) or folded


def settlement_key(round_id: str, record: int) -> str:
    """The key of the one row that holds what was agreed about this record in this round."""
    return f"{round_id}/{record}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
