"""Rare values a letter or two away from a frequent one, in fields where nearly all records share a few values.

Whether closeness means anything is measured in the field itself. Where frequent values are close to each other, or many
rare values are close to none, a rare value near a frequent one may well be right, and is at most a hint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from readiness.audit.checks import Check
from readiness.audit.closeness import Closeness, closeness, nearest, words_of
from readiness.audit.report import Hint, Tier
from readiness.audit.rules import FieldRule
from readiness.audit.spelling_families import Family

MISSPELT_VALUE = Check(
    "misspelt_value",
    "Misspelt value",
    "The rare value is a letter or two away from one that many records have.",
    Tier.NEEDS_REVIEW,
)

TIMES_RARER = 10  # than the value it is taken for
LEAST_RECORDS = 10  # of the frequent value
CLOSED_SHARE = 0.8  # of the records have an established value
FALSE_SHARE, FALSE_SHARE_OF_WEAK = 0.2, 0.05  # of the values called misspelt that may be right after all, at most
FEWEST_WEAK = 5
_MOST_RARE, _MOST_ESTABLISHED = 4_000, 1_000  # values of a field that are compared
_VALUES_WITH_A_WORD = 4  # a word that stands in so many rare values is no slip
_TIMES_MORE_VALUES = 4
_ONE_SLIP_SHARE = 0.25  # of the slips of a value; a single one rarely makes up more
_TAKEN_AS_SEEN = 5  # values that are close to none, so that a field of two or three choices can be judged at all
_MEASURED = 300  # established values whose closeness to each other is looked at


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A rare value and the frequent one that it is taken for."""

    rare: str
    meant: str
    closeness: Closeness


@dataclass(frozen=True, slots=True)
class ClosedField:
    """The values of a field that nearly all records share, and its rare ones; each with its records."""

    established: Mapping[str, int]
    rare: Mapping[str, int]
    written: Mapping[str, tuple[str, ...]]  # a rare value -> as it stands in the file
    left_out: int = 0  # rare values beyond the cap


def misspelt_values(
    fields: Sequence[FieldRule], families: Mapping[int, Sequence[Family]]
) -> tuple[dict[int, dict[str, str]], list[Hint]]:
    """The misspelt values, with the reason, by the field's position, and hints at what is only perhaps misspelt."""
    closed = {rule.position: found for rule in fields if (found := closed_field(families[rule.position]))}
    if not closed:
        return {}, []
    vocabulary = _vocabulary(closed.values())
    misspelt: dict[int, dict[str, str]] = {}
    hints: list[Hint] = []
    for rule in fields:
        if (values := closed.get(rule.position)) is None:
            continue
        certain, possible = judge_values(values, vocabulary)
        misspelt[rule.position] = {
            value: f"close to a value of {values.established[one.meant]:,} records"
            for one in certain
            for value in values.written[one.rare]
        }
        hints += [_possible_hint(rule, values, possible)] if possible else []
        hints += [_capped_hint(rule, values)] if values.left_out else []
    return misspelt, hints


def closed_field(families: Sequence[Family]) -> ClosedField | None:
    """The established and the rare values of a field; None unless nearly all records share a few values.

    A value is rare that has a tenth of the typical value's records; the typical value is the median record's.
    `families` come with those of most records first.
    """
    total = sum(family.records for family in families)
    so_far = accumulate(family.records for family in families)
    typical = next((one.records for one, sum_ in zip(families, so_far, strict=True) if 2 * sum_ >= total), 0)
    established = [one for one in families if TIMES_RARER * one.records > typical]
    rare = [one for one in families[len(established) :] if not one.is_allowed]
    if typical < LEAST_RECORDS or not rare or sum(one.records for one in established) < CLOSED_SHARE * total:
        return None
    return ClosedField(
        established={one.plain: one.records for one in reversed(established[:_MOST_ESTABLISHED])},
        rare={one.plain: one.records for one in rare[:_MOST_RARE]},
        written={one.plain: one.values for one in rare[:_MOST_RARE]},
        left_out=max(0, len(rare) - _MOST_RARE),
    )


def judge_values(
    values: ClosedField, vocabulary: frozenset[str]
) -> tuple[tuple[Misspelling, ...], tuple[Misspelling, ...]]:
    """The rare values that are misspelt, and those that only may be.

    Of the rare values that were right, as many would be close to a frequent one as frequent values are to each other.
    What that expectation leaves no room for is misspelt. Weak closeness (short words, a first letter, an ending) needs
    a field in which misspellings are many and hardly anything else is rare.
    """
    close = tuple(one for rare in sorted(values.rare) if (one := _misspelling_of(rare, values, vocabulary)))
    if not close:
        return (), ()
    found, too_often = _by_their_records(close, values)
    strong = tuple(one for one in found if one.closeness is Closeness.STRONG)
    possible = tuple(one for one in too_often if one.closeness is Closeness.STRONG)
    by_chance = _closeness_by_chance(values)
    if len(found) >= FEWEST_WEAK and _false_share(values, len(found), by_chance[Closeness.WEAK]) <= FALSE_SHARE_OF_WEAK:
        return found, possible
    if strong and _false_share(values, len(strong), by_chance[Closeness.STRONG]) <= FALSE_SHARE:
        return strong, possible
    return (), (*strong, *possible)


def _by_their_records(
    close: Sequence[Misspelling], values: ClosedField
) -> tuple[tuple[Misspelling, ...], tuple[Misspelling, ...]]:
    """Those with as many records as slips have here, and those with far more than the other slips of the same value."""
    counts = sorted(values.rare[one.rare] for one in close)
    usual = TIMES_RARER * counts[(len(counts) - 1) // 2]
    meant = Counter[str]()
    for one in close:
        meant[one.meant] += values.rare[one.rare]
    too_often = {one for one in close if values.rare[one.rare] > max(usual, _ONE_SLIP_SHARE * meant[one.meant])}
    return tuple(one for one in close if one not in too_often), tuple(one for one in close if one in too_often)


def _vocabulary(fields: Iterable[ClosedField]) -> frozenset[str]:
    """The words that are right: those of established values, and those that recur in the rare ones."""
    words: set[str] = set()
    for values in fields:
        words.update(word for value in values.established for word in words_of(value))
        words.update(_recurring_words(values))
    return frozenset(words)


def _recurring_words(values: ClosedField) -> set[str]:
    """Words in several rare values, unless a word an edit away stands in many times as many: that is its slip."""
    counts = Counter(word for value in (*values.established, *values.rare) for word in set(words_of(value)))
    rare = {word for value in values.rare for word in words_of(value)}
    return {
        word
        for word in rare
        if counts[word] >= _VALUES_WITH_A_WORD
        and not any(
            edits <= 1 and counts[other] >= _TIMES_MORE_VALUES * counts[word] for other, edits in nearest(word, counts)
        )
    }


def _misspelling_of(rare: str, values: ClosedField, vocabulary: frozenset[str]) -> Misspelling | None:
    """The established value that `rare` is most probably meant to be; None when it is close to none."""
    wanted = max(LEAST_RECORDS, TIMES_RARER * values.rare[rare])
    close = [
        (-kind.value, distance, -values.established[meant], meant, kind)
        for meant, distance in nearest(rare, values.established)
        if values.established[meant] >= wanted and (kind := closeness(meant, rare, vocabulary)) is not Closeness.NONE
    ]
    if not close:
        return None
    *_, meant, kind = min(close)
    return Misspelling(rare, meant, kind)


def _closeness_by_chance(values: ClosedField) -> dict[Closeness, float]:
    """The share of the established values that are close to another one, at least so close; never quite 0."""
    measured = sorted(values.established, key=lambda value: (-values.established[value], value))[:_MEASURED]
    best = [
        max(
            (closeness(other, one, frozenset()).value for other, _ in nearest(one, values.established) if other != one),
            default=0,
        )
        for one in measured
    ]
    return {
        kind: (sum(value >= kind.value for value in best) + 0.5) / (len(measured) + _TAKEN_AS_SEEN)
        for kind in (Closeness.STRONG, Closeness.WEAK)
    }


def _false_share(values: ClosedField, close: int, by_chance: float) -> float:
    """The expected share of right ones among `close` rare values, judged by the rare values that are not close."""
    not_close = len(values.rare) + values.left_out - close
    return (not_close + 0.5) * by_chance / (1 - by_chance) / close if by_chance < 1 else 1.0


def _possible_hint(rule: FieldRule, values: ClosedField, possible: Sequence[Misspelling]) -> Hint:
    records = sum(values.rare[one.rare] for one in possible)
    several = "values are" if len(possible) > 1 else "value is"
    return Hint(
        id=f"{MISSPELT_VALUE.kind}: {rule.field}",
        kind=MISSPELT_VALUE.kind,
        fields=(rule.field,),
        title=f"Perhaps misspelt: {rule.field}",
        text=(
            f"{len(possible):,} rare {several} a letter or two away from a frequent one. In this field that may be "
            "chance: other values are rare too, or frequent ones are just as close."
        ),
        records=records,
        examples=tuple(f"{one.rare} ~ {one.meant}"[:120] for one in possible[:5]),
    )


def _capped_hint(rule: FieldRule, values: ClosedField) -> Hint:
    return Hint(
        id=f"rare_values_left_out: {rule.field}",
        kind="rare_values_left_out",
        fields=(rule.field,),
        title=f"Rare values not compared: {rule.field}",
        text=f"Only {_MOST_RARE:,} rare values were compared with the frequent ones; {values.left_out:,} were not.",
    )
