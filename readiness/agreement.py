"""How far several people agree on the labels of the same things, with intervals. Pure arithmetic.

An answer is one person's label for one item; gaps are allowed. Raw agreement counts equal answers; the coefficients
take off what chance alone would give. They differ in what they call chance, so several stand side by side: kappa and
alpha collapse where nearly all answers are one label (Feinstein and Cicchetti 1990), Gwet's AC1 does not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isnan
from typing import TYPE_CHECKING

from readiness.errors import InvalidValueError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

RAW_AGREEMENT = "Raw agreement"
PAIR_AGREEMENT = "Raw agreement over all pairs"
COHEN = "Cohen's kappa"
FLEISS = "Fleiss' kappa"
KRIPPENDORFF = "Krippendorff's alpha"
GWET = "Gwet's AC1"

RESAMPLES = 1000
_FEWEST_RESAMPLES = 200
_MOST_DRAWN = 20_000_000  # counts drawn for one interval; more kinds of items than that allows are resampled less often
_DRAWN_AT_ONCE = 2_000_000
_FEWEST_ITEMS = 5  # below, resampling the same few items says nothing about others
_DEFINED_SHARE = 0.95  # of the resamples, else the interval would leave out the awkward ones
_NEXT_TO_NOTHING = 1e-12
_SEED = 20_240_229

NO_ANSWERS = "There are no answers."
ONE_ANNOTATOR = "All answers are one person's, so there is nothing to compare."
NO_OVERLAP = "No item was answered by two people, so there is nothing to compare."
ONE_LABEL = "Every answer is the same label where people can be compared, so agreement cannot be told from chance."


class Scale(StrEnum):
    """Whose words are used for how good an agreement is. Both are conventions, and neither follows from theory."""

    LANDIS_KOCH = "Landis and Koch 1977"
    KRIPPENDORFF = "Krippendorff 2004"


_BANDS = {  # least value of a band and its word, best first
    Scale.LANDIS_KOCH: (
        (0.8, "almost perfect"),
        (0.6, "substantial"),
        (0.4, "moderate"),
        (0.2, "fair"),
        (0.0, "slight"),
    ),
    Scale.KRIPPENDORFF: ((0.8, "reliable"), (2 / 3, "good enough for tentative conclusions")),
}
_LOWEST_BAND = {Scale.LANDIS_KOCH: "poor", Scale.KRIPPENDORFF: "not reliable"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's label for one item. `label` is None where the person gave none."""

    item: str
    annotator: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of agreement, at most 1, with its 95% bootstrap interval over items.

    `value` is None where the measure is undefined, and `why` says so. `low` and `high` are None where resampling has
    nothing to say: too few items, or all of them alike.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class LabelPair:
    """Two labels that were given to one item. `share` is 0..1 of all disagreeing pairs of answers.

    `alpha` is Krippendorff's alpha of the answers that are one of these two labels: at 0 they are interchangeable.
    """

    first: str
    second: str
    pairs: int
    share: float
    alpha: float | None


@dataclass(frozen=True, slots=True)
class ItemVotes:
    """The answers to one item: label -> count, most frequent first."""

    item: str
    votes: Mapping[str, int]

    @property
    def answers(self) -> int:
        return sum(self.votes.values())

    @property
    def agreement(self) -> float | None:
        """The share of agreeing pairs of answers, 0..1; None with fewer than two answers."""
        n = self.answers
        return sum(count * (count - 1) for count in self.votes.values()) / (n * (n - 1)) if n > 1 else None

    @property
    def majority(self) -> str | None:
        """The most frequent label; None where two are equally frequent, or nobody answered."""
        counts = sorted(self.votes.values(), reverse=True)
        if not counts or (len(counts) > 1 and counts[0] == counts[1]):
            return None
        return max(self.votes, key=lambda label: self.votes[label])


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """How often each label was given to the items, equal items counted together.

    `counts` has a row for each way in which an item was answered and a column for each label; `items` says how many
    items were answered that way.
    """

    labels: tuple[str, ...]
    counts: Integers
    items: Integers

    @property
    def compared(self) -> Votes:
        """Those items that have two answers or more."""
        several = self.counts.sum(axis=1) > 1
        return replace(self, counts=self.counts[several], items=self.items[several])

    def of_labels(self, labels: Sequence[str]) -> Votes:
        """The same items with all answers but those of `labels` taken out."""
        columns = [self.labels.index(label) for label in labels]
        return Votes(tuple(labels), self.counts[:, columns], self.items)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the annotators agree. `measures` holds every measure that applies, undefined ones with their reason."""

    items: int  # with at least one answer
    compared_items: int  # with two answers or more
    annotators: int
    answers: int
    labels: tuple[str, ...]
    measures: tuple[Measure, ...]
    confused: tuple[LabelPair, ...]  # most frequent first

    def measure(self, name: str) -> Measure | None:
        return next((measure for measure in self.measures if measure.name == name), None)

    @property
    def raw(self) -> float | None:
        """The share of agreeing pairs of answers, averaged over the items."""
        found = self.measure(RAW_AGREEMENT)
        return found.value if found else None

    @property
    def sentence(self) -> str:
        """What was found, in two sentences for people who know no statistics."""
        kappa = self.measure(COHEN) or self.measure(FLEISS)
        if self.raw is None:
            return next((measure.why for measure in self.measures if measure.why), NO_ANSWERS)
        raw = f"Two answers about one item are the same in {_percent(self.raw)} of the cases."
        if kappa is None or kappa.value is None:
            return f"{raw} {kappa.why if kappa else ''}".strip()
        band = band_of(kappa.value)
        return (
            f"{raw} {kappa.name} is {kappa.value:.3f}{_interval_words(kappa)}: {band} agreement beyond chance "
            f"in the words of {Scale.LANDIS_KOCH}."
        )


def agreement_of(
    answers: Iterable[Answer], *, labels: Sequence[str] = (), seed: int = _SEED, resamples: int = RESAMPLES
) -> Agreement:
    """Every measure of agreement that applies to the answers.

    `labels` are the possible ones where they are known; a label that nobody used changes Gwet's AC1. Raises
    InvalidValueError where one annotator answered an item in two ways, or with a label that is none of `labels`.
    """
    given = _given(answers, labels)
    annotators = {annotator for _, annotator in given}
    pairs = _label_pairs(given) if len(annotators) == 2 else None
    return agreement_in(
        votes_of(_answers(given), labels=labels),
        annotators=len(annotators),
        pairs=pairs,
        seed=seed,
        resamples=resamples,
    )


def agreement_in(
    votes: Votes,
    *,
    annotators: int,
    pairs: Mapping[tuple[str, str], int] | None = None,
    seed: int = _SEED,
    resamples: int = RESAMPLES,
) -> Agreement:
    """Every measure of agreement of items that were counted already, by a database for example.

    `pairs` is for exactly two annotators: (label of the one, label of the other) -> items.
    """
    statistics = [_raw(votes), _fleiss(votes), _krippendorff(votes), _gwet(votes)]
    why = _why_not_comparable(votes, annotators)
    measures = _measured(statistics, votes.items, why, seed, resamples)
    if pairs is not None:
        measures.insert(1, cohen_kappa(pairs, seed=seed, resamples=resamples))
    return Agreement(
        items=int(votes.items.sum()),
        compared_items=int(votes.compared.items.sum()),
        annotators=annotators,
        answers=int(votes.items @ votes.counts.sum(axis=1)),
        labels=votes.labels,
        measures=tuple(measures),
        confused=confused_pairs(votes),
    )


def raw_agreement(votes: Votes, *, seed: int = _SEED, resamples: int = RESAMPLES) -> Measure:
    """The share of agreeing pairs of answers about one item, averaged over the items (Fleiss 1971), 0..1."""
    return _one_measure(_raw(votes), votes, seed, resamples)


def pair_agreement(votes: Votes, *, seed: int = _SEED, resamples: int = RESAMPLES) -> Measure:
    """The share of agreeing pairs among all pairs of answers about one item; items with many answers weigh more."""
    return _one_measure(_pairwise(votes), votes, seed, resamples)


def fleiss_kappa(votes: Votes, *, seed: int = _SEED, resamples: int = RESAMPLES) -> Measure:
    """Fleiss' kappa (Fleiss 1971), with its usual extension to items with unequally many answers (Gwet 2014, ch. 2).

    Agreement is taken over the items with two answers or more, the labels' shares over all answered items, each
    weighing the same.
    """
    return _one_measure(_fleiss(votes), votes, seed, resamples)


def krippendorff_alpha(votes: Votes, *, seed: int = _SEED, resamples: int = RESAMPLES) -> Measure:
    """Krippendorff's alpha for labels without an order (Krippendorff 2011, section D). Items with one answer are out.

    The closed form over counts: the published library holds a matrix of labels by labels for every item, and has no
    intervals.
    """
    return _one_measure(_krippendorff(votes), votes, seed, resamples)


def gwet_ac1(votes: Votes, *, seed: int = _SEED, resamples: int = RESAMPLES) -> Measure:
    """Gwet's AC1 (Gwet 2008), for any number of annotators and with gaps as in Gwet 2014, ch. 2.

    Chance depends on how many labels there are, so `votes.labels` should hold those that nobody used.
    """
    return _one_measure(_gwet(votes), votes, seed, resamples)


def cohen_kappa(pairs: Mapping[tuple[str, str], int], *, seed: int = _SEED, resamples: int = RESAMPLES) -> Measure:
    """Cohen's kappa (Cohen 1960) of two annotators: (label of the one, label of the other) -> items."""
    import numpy as np

    filled = sorted((pair, count) for pair, count in pairs.items() if count > 0)
    if not filled:
        return Measure(COHEN, None, why=NO_OVERLAP)
    labels = sorted({label for pair, _ in filled for label in pair})
    first = np.array([[label == pair[0] for label in labels] for pair, _ in filled], dtype=np.float64)
    second = np.array([[label == pair[1] for label in labels] for pair, _ in filled], dtype=np.float64)
    agreeing = (first * second).sum(axis=1, keepdims=True)

    def solve(sums: Floats) -> Floats:
        n = sums[:, -1]
        observed = _ratio(sums[:, 0], n)
        of_first, of_second = sums[:, 1 : 1 + len(labels)], sums[:, 1 + len(labels) : -1]
        return _beyond_chance(observed, _ratio((of_first * of_second).sum(axis=1), n * n))

    features = np.hstack([agreeing, first, second, np.ones_like(agreeing)])
    items = np.array([count for _, count in filled], dtype=np.int64)
    return _measured([_Statistic(COHEN, features, solve)], items, "", seed, resamples)[0]


def confused_pairs(votes: Votes) -> tuple[LabelPair, ...]:
    """The pairs of labels that were given to one item, most frequent first."""
    together = (votes.counts * votes.items[:, None]).T @ votes.counts
    found = {
        (first, second): int(together[row, column])
        for row, first in enumerate(votes.labels)
        for column, second in enumerate(votes.labels[row + 1 :], start=row + 1)
        if together[row, column]
    }
    every = sum(found.values())
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        LabelPair(first, second, count, count / every, _alpha_between(votes, first, second))
        for (first, second), count in ordered
    )


def votes_of(answers: Iterable[Answer], *, labels: Sequence[str] = ()) -> Votes:
    """The answers counted by item and label. `labels` are the possible ones, where they are known.

    Raises InvalidValueError where one annotator answered an item in two ways, or with a label that is none of `labels`.
    """
    given = _given(answers, labels)
    known = tuple(labels) or tuple(sorted(set(given.values())))
    places = {label: place for place, label in enumerate(known)}
    rows: dict[str, list[int]] = defaultdict(lambda: [0] * len(known))
    for (item, _), label in given.items():
        rows[item][places[label]] += 1
    return counted_votes(known, Counter(tuple(row) for row in rows.values()))


def counted_votes(labels: Sequence[str], items: Mapping[tuple[int, ...], int]) -> Votes:
    """Votes from (count of each label) -> number of items that were answered so."""
    import numpy as np

    rows = sorted(items)
    counts = np.array(rows, dtype=np.int64).reshape(len(rows), len(labels))
    return Votes(tuple(labels), counts, np.array([items[row] for row in rows], dtype=np.int64))


def tied(votes: Votes) -> Votes:
    """Those items of which no label has more answers than every other one."""
    most = votes.counts.max(axis=1, initial=0)
    several = ((votes.counts == most[:, None]).sum(axis=1) > 1) & (most > 0)
    return replace(votes, counts=votes.counts[several], items=votes.items[several])


def items_by_disagreement(answers: Iterable[Answer]) -> tuple[ItemVotes, ...]:
    """The items, those first on which people disagree most; items with one answer stand last.

    Raises InvalidValueError where one annotator answered an item in two ways.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for (item, _), label in _given(answers, ()).items():
        votes[item][label] += 1
    found = (
        ItemVotes(item, dict(sorted(counts.items(), key=lambda vote: (-vote[1], vote[0]))))
        for item, counts in votes.items()
    )
    return tuple(sorted(found, key=_most_disputed_first))


def majority_votes(answers: Iterable[Answer]) -> dict[str, str | None]:
    """Item -> its most frequent label, None at a tie, sorted by item.

    Raises InvalidValueError where one annotator answered an item in two ways.
    """
    return {votes.item: votes.majority for votes in sorted(items_by_disagreement(answers), key=lambda one: one.item)}


def band_of(value: float, scale: Scale = Scale.LANDIS_KOCH) -> str:
    """The word for a coefficient on a scale. Landis and Koch call their own divisions clearly arbitrary.

    Landis and Koch: below 0 poor, to .20 slight, .40 fair, .60 moderate, .80 substantial, above almost perfect; a value
    on a border belongs to the lower band. Krippendorff: from .800 reliable, from .667 good enough for tentative
    conclusions.
    """
    if scale is Scale.KRIPPENDORFF:
        return next((word for least, word in _BANDS[scale] if round(value, 3) >= round(least, 3)), _LOWEST_BAND[scale])
    if value < 0:
        return _LOWEST_BAND[scale]
    return next((word for least, word in _BANDS[scale] if round(value, 9) > least), "slight")


# --- answers ----------------------------------------------------------------------------------------------------------


def _given(answers: Iterable[Answer], labels: Sequence[str]) -> dict[tuple[str, str], str]:
    """(item, annotator) -> label, without the gaps; the same answer twice counts once."""
    known, given = set(labels), dict[tuple[str, str], str]()
    for answer in answers:
        if answer.label is None or not answer.label.strip():
            continue
        if known and answer.label not in known:
            raise InvalidValueError(f"Answer to {answer.item!r}", answer.label, "is none of the possible labels")
        earlier = given.setdefault((answer.item, answer.annotator), answer.label)
        if earlier != answer.label:
            reason = f"was given by {answer.annotator!r}, who had answered {earlier!r}"
            raise InvalidValueError(f"Answer to {answer.item!r}", answer.label, reason)
    return given


def _answers(given: Mapping[tuple[str, str], str]) -> Iterator[Answer]:
    return (Answer(item, annotator, label) for (item, annotator), label in given.items())


def _label_pairs(given: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], int]:
    """The labels of two annotators, counted over the items that both answered."""
    first, second = sorted({annotator for _, annotator in given})
    pairs = Counter(
        (label, given[(item, second)])
        for (item, annotator), label in given.items()
        if annotator == first and (item, second) in given
    )
    return dict(pairs)


def _most_disputed_first(votes: ItemVotes) -> tuple[float, int, str]:
    return (2.0 if votes.agreement is None else votes.agreement, -votes.answers, votes.item)


def _interval_words(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return ""
    return f" (95% interval {measure.low:.3f} to {measure.high:.3f})"


def _percent(share: float) -> str:
    """A share in whole percent; 0% and 100% only where that is exact."""
    if 0 < share < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _why_not_comparable(votes: Votes, annotators: int) -> str:
    if not votes.items.sum():
        return NO_ANSWERS
    if annotators < 2:
        return ONE_ANNOTATOR
    return "" if votes.compared.items.sum() else NO_OVERLAP


# --- the measures -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Statistic:
    """A measure as a function of sums over items, so that resampling items is one product of matrices.

    `features` has a row for each way of answering; `solve` takes (resamples, features) sums to (resamples,) values, not
    a number where it is undefined.
    """

    name: str
    features: Floats
    solve: Callable[[Floats], Floats]


def _raw(votes: Votes) -> _Statistic:
    import numpy as np

    agreeing, compared, _ = _agreeing_shares(votes)
    return _Statistic(RAW_AGREEMENT, np.column_stack([agreeing, compared]), lambda sums: _ratio(sums[:, 0], sums[:, 1]))


def _pairwise(votes: Votes) -> _Statistic:
    import numpy as np

    answers = votes.counts.sum(axis=1)
    agreeing = (votes.counts * (votes.counts - 1)).sum(axis=1)
    features = np.column_stack([agreeing, answers * (answers - 1)]).astype(np.float64)
    return _Statistic(PAIR_AGREEMENT, features, lambda sums: _ratio(sums[:, 0], sums[:, 1]))


def _fleiss(votes: Votes) -> _Statistic:
    def chance(shares: Floats) -> Floats:
        squared: Floats = (shares**2).sum(axis=1)
        return squared

    return _chance_corrected(FLEISS, votes, chance)


def _gwet(votes: Votes) -> _Statistic:
    def chance(shares: Floats) -> Floats:
        spread: Floats = (shares * (1 - shares)).sum(axis=1)
        return spread / (len(votes.labels) - 1) if len(votes.labels) > 1 else spread + float("nan")

    return _chance_corrected(GWET, votes, chance)


def _chance_corrected(name: str, votes: Votes, chance: Callable[[Floats], Floats]) -> _Statistic:
    """(observed - chance) / (1 - chance), where `chance` follows from the labels' shares over the answered items."""
    import numpy as np

    agreeing, compared, shares = _agreeing_shares(votes)
    answered = (votes.counts.sum(axis=1) > 0).astype(np.float64)

    def solve(sums: Floats) -> Floats:
        observed = _ratio(sums[:, 0], sums[:, 1])
        return _beyond_chance(observed, chance(_ratio(sums[:, 3:], sums[:, 2:3])))

    return _Statistic(name, np.column_stack([agreeing, compared, answered, shares]), solve)


def _agreeing_shares(votes: Votes) -> tuple[Floats, Floats, Floats]:
    """By row of votes: the share of agreeing pairs (0 where there is no pair), whether there is one, labels' shares."""
    import numpy as np

    counts = votes.counts.astype(np.float64)
    answers = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / np.maximum(answers * (answers - 1), 1)
    return agreeing, (answers > 1).astype(np.float64), counts / np.maximum(answers, 1)[:, None]


def _krippendorff(votes: Votes) -> _Statistic:
    """An item with m answers, n of them for a label, has (m^2 - sum of n^2) / (m - 1) disagreeing coincidences."""
    import numpy as np

    counts = votes.counts.astype(np.float64)
    answers = counts.sum(axis=1)
    counts = counts * (answers > 1)[:, None]
    disagreeing = (counts.sum(axis=1) ** 2 - (counts**2).sum(axis=1)) / np.maximum(answers - 1, 1)

    def solve(sums: Floats) -> Floats:
        pairable = sums[:, 1:].sum(axis=1)
        by_chance = _ratio(pairable**2 - (sums[:, 1:] ** 2).sum(axis=1), pairable - 1)
        return 1 - _ratio(sums[:, 0], by_chance)

    return _Statistic(KRIPPENDORFF, np.column_stack([disagreeing, counts]), solve)


def _alpha_between(votes: Votes, first: str, second: str) -> float | None:
    statistic = _krippendorff(votes.of_labels((first, second)))
    return _defined(statistic.solve((votes.items @ statistic.features)[None, :])[0])


def _beyond_chance(observed: Floats, chance: Floats) -> Floats:
    return _ratio(observed - chance, 1 - chance)


def _ratio(above: Floats, below: Floats) -> Floats:
    """The quotient; not a number where `below` is nothing."""
    import numpy as np

    below = np.broadcast_to(below, above.shape)
    quotient = np.full(above.shape, np.nan)
    np.divide(above, below, out=quotient, where=np.abs(below) > _NEXT_TO_NOTHING)
    return quotient


# --- values and intervals ---------------------------------------------------------------------------------------------


def _one_measure(statistic: _Statistic, votes: Votes, seed: int, resamples: int) -> Measure:
    why = NO_ANSWERS if not votes.items.sum() else "" if votes.compared.items.sum() else NO_OVERLAP
    return _measured([statistic], votes.items, why, seed, resamples)[0]


def _measured(statistics: Sequence[_Statistic], items: Integers, why: str, seed: int, resamples: int) -> list[Measure]:
    """The statistics with their intervals, all from the same resamples."""
    import numpy as np

    if why:
        return [Measure(statistic.name, None, why=why) for statistic in statistics]
    values = [_defined(statistic.solve((items @ statistic.features)[None, :])[0]) for statistic in statistics]
    sums: list[list[Floats]] = [[] for _ in statistics]
    if items.sum() >= _FEWEST_ITEMS:
        for weights in _resampled(items, seed, resamples):
            for place, statistic in enumerate(statistics):
                sums[place].append(weights @ statistic.features)
    return [
        _with_interval(statistic.name, value, statistic.solve(np.vstack(found)) if found else np.empty(0))
        for statistic, value, found in zip(statistics, values, sums, strict=True)
    ]


def _resampled(items: Integers, seed: int, resamples: int) -> Iterator[Floats]:
    """How often each row is drawn when as many items as there are are drawn again; parts of (resamples, rows)."""
    import numpy as np

    random = np.random.default_rng(seed)
    rows, total = len(items), int(items.sum())
    left = max(min(resamples, _FEWEST_RESAMPLES), min(resamples, _MOST_DRAWN // rows))
    by_row = total > 10 * rows  # then a count for each row is drawn faster than each item
    row_of_item = None if by_row else np.repeat(np.arange(rows), items)
    at_once = max(1, _DRAWN_AT_ONCE // (rows if by_row else total))
    while left > 0:
        size = min(left, at_once)
        left -= size
        if row_of_item is None:
            yield random.multinomial(total, items / total, size=size).astype(np.float64)
            continue
        drawn = row_of_item[random.integers(0, total, size=(size, total))] + rows * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows).astype(np.float64)


def _with_interval(name: str, value: float | None, resampled: Floats) -> Measure:
    """The 2.5th and 97.5th percentile of the resamples (Efron 1979)."""
    import numpy as np

    if value is None:
        return Measure(name, None, why=ONE_LABEL)
    defined = resampled[~np.isnan(resampled)]
    if not len(resampled) or len(defined) < _DEFINED_SHARE * len(resampled):
        return Measure(name, value)
    low, high = (float(limit) for limit in np.percentile(defined, (2.5, 97.5)))
    if high - low <= _NEXT_TO_NOTHING:  # all items alike: resampling cannot show what was never seen
        return Measure(name, value)
    return Measure(name, value, low=low, high=high)


def _defined(value: float) -> float | None:
    return None if isnan(value) else float(value)
