"""Which fields of an older and a newer sample are the same, and how each of them is compared."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from readiness.audit.rules import DATED, NUMERIC, DayMonthOrder, DecimalMark, FieldKind, FieldRule

_FEW_VALUES = 50  # up to here a field is a choice among values, however few its records
_MOST_VALUES = 1_000
_RECORDS_A_VALUE = 10  # with more values than a few, each must come this often on average
_FREE = frozenset({FieldKind.TEXT, FieldKind.NAME, FieldKind.ADDRESS, FieldKind.EMAIL, FieldKind.URL})


class Comparison(Enum):
    """How the values of a field are compared, beside their missing rate."""

    DATES = auto()
    NUMBERS = auto()
    CATEGORIES = auto()
    CODES = auto()  # identifiers, phone numbers and the like: their shape, never their values
    FREE_TEXT = auto()


@dataclass(frozen=True, slots=True)
class Pair:
    """A field that both samples have. Positions are 0-based columns."""

    older: str
    newer: str
    older_position: int
    newer_position: int


@dataclass(frozen=True, slots=True)
class Pairing:
    pairs: tuple[Pair, ...]  # in the newer sample's order
    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[Pair, ...]  # stand elsewhere among the shared fields
    stands_where: dict[str, str]  # added field -> removed field between the same neighbours: perhaps a new name

    @property
    def renamed(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.older != pair.newer)


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A pair with its rule for either side: same kind and words for missing, each side's own formats."""

    pair: Pair
    older: FieldRule
    newer: FieldRule
    comparison: Comparison

    @property
    def name(self) -> str:
        return self.pair.newer


def pair_fields(older: Sequence[str], newer: Sequence[str]) -> Pairing:
    """The fields of both samples, paired by name.

    A field counts as renamed only where the two names differ in nothing but case, spaces and punctuation.
    """
    matches = {name: name for name in newer if name in set(older)}
    left, right = [name for name in older if name not in matches], [name for name in newer if name not in matches]
    matches.update(_same_letters(left, right))
    old_place = {name: place for place, name in enumerate(older)}
    pairs = tuple(
        Pair(matches[name], name, old_place[matches[name]], place)
        for place, name in enumerate(newer)
        if name in matches
    )
    taken = set(matches.values())
    added = tuple(name for name in newer if name not in matches)
    removed = tuple(name for name in older if name not in taken)
    return Pairing(pairs, added, removed, _moved(pairs), _in_the_same_place(older, newer, matches, added, removed))


def compared_field(pair: Pair, older: FieldRule, newer: FieldRule, *, distinct: int, filled: int) -> ComparedField:
    """How a pair is compared; `distinct` is the larger count of values, `filled` the smaller one of filled records."""
    kind = _kind(older, newer)
    left, right = _completed(older, newer, kind), _completed(newer, older, kind)
    missing = {*newer.missing_tokens, *older.missing_tokens} - set(newer.legitimate_tokens)
    legitimate = {*newer.legitimate_tokens, *older.legitimate_tokens} - set(newer.missing_tokens)
    words = {"missing_tokens": tuple(sorted(missing)), "legitimate_tokens": tuple(sorted(legitimate))}
    return ComparedField(
        pair,
        left.model_copy(update=words | {"position": pair.older_position}),
        right.model_copy(update=words | {"position": pair.newer_position}),
        _comparison(kind, distinct, filled),
    )


def _kind(older: FieldRule, newer: FieldRule) -> FieldKind:
    """The newer rule's kind, but for a field whose newer values show none: there the older sample's."""
    return older.kind if newer.kind is FieldKind.TEXT and older.kind in DATED | NUMERIC else newer.kind


def _completed(rule: FieldRule, other: FieldRule, kind: FieldKind) -> FieldRule:
    """`rule` under the compared kind; what its own values leave undecided is taken over from the other side."""
    undecided_order = rule.day_month_order is DayMonthOrder.UNDECIDED
    undecided_mark = rule.decimal_mark is DecimalMark.UNDECIDED
    inherits_format = kind in DATED and (rule.kind not in DATED or not rule.format)
    return rule.model_copy(
        update={
            "kind": kind,
            "day_month_order": other.day_month_order if undecided_order else rule.day_month_order,
            "decimal_mark": other.decimal_mark if undecided_mark else rule.decimal_mark,
            "format": other.format if inherits_format else rule.format,
        }
    )


def _comparison(kind: FieldKind, distinct: int, filled: int) -> Comparison:
    if kind in DATED:
        return Comparison.DATES
    if kind in NUMERIC:
        return Comparison.NUMBERS
    few = distinct <= min(_FEW_VALUES, max(2, filled // 2)) and kind not in (FieldKind.EMAIL, FieldKind.URL)
    if few or (distinct <= _MOST_VALUES and distinct * _RECORDS_A_VALUE <= filled):
        return Comparison.CATEGORIES
    return Comparison.FREE_TEXT if kind in _FREE else Comparison.CODES


def _same_letters(older: Sequence[str], newer: Sequence[str]) -> dict[str, str]:
    """Newer name -> older name where they are alike but for case, spaces and punctuation, and only these two are."""
    counts = Counter(_letters(name) for name in older), Counter(_letters(name) for name in newer)
    by_letters = {_letters(name): name for name in older}
    return {
        name: by_letters[letters]
        for name in newer
        if (letters := _letters(name)) and counts[0][letters] == counts[1][letters] == 1
    }


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _moved(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """The fewest pairs whose removal leaves the others in the same order: all but a longest increasing sequence."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = [-1] * len(pairs)
    for place, pair in enumerate(pairs):
        length = bisect_left(tails, pair.older_position)
        before[place] = ends[length - 1] if length else -1
        tails[length:], ends[length:] = [pair.older_position, *tails[length + 1 :]], [place, *ends[length + 1 :]]
    kept = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return tuple(pair for place, pair in enumerate(pairs) if place not in kept)


def _in_the_same_place(
    older: Sequence[str], newer: Sequence[str], matches: dict[str, str], added: Sequence[str], removed: Sequence[str]
) -> dict[str, str]:
    gaps_older = _gaps(older, set(removed), {name: name for name in older})
    gaps_newer = _gaps(newer, set(added), matches)
    return {
        names[0]: gaps_older[gap][0]
        for gap, names in gaps_newer.items()
        if len(names) == 1 and len(gaps_older.get(gap, ())) == 1
    }


def _gaps(fields: Sequence[str], odd: set[str], shared_name: dict[str, str]) -> dict[tuple[str, str], list[str]]:
    """The fields of `odd` by their nearest shared neighbours on either side."""
    gaps: dict[tuple[str, str], list[str]] = {}
    for place, name in enumerate(fields):
        if name in odd:
            left = next((shared_name[one] for one in reversed(fields[:place]) if one not in odd), "")
            right = next((shared_name[one] for one in fields[place + 1 :] if one not in odd), "")
            gaps.setdefault((left, right), []).append(name)
    return gaps
