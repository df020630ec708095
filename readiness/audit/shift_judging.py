"""From figures to findings: effect, test, and the rule that decides. Pure; nothing is read here.

`changed` needs both a test that is significant after the correction for all tests of the report, and an effect that is
worth saying. `inconclusive`: not changed, but the effect's interval still reaches a size that matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from readiness.audit.shift_report import (
    ShiftAspect,
    ShiftEffect,
    ShiftFigure,
    ShiftFinding,
    ShiftRow,
    ShiftVerdict,
    plain,
)
from readiness.audit.shift_statistics import (
    Estimate,
    adjusted,
    cohens_d,
    cohens_h,
    distributions_differ,
    h_by_chance,
    means_differ,
    population_stability_index,
    shares_differ,
    shares_differ_within,
    stability_index_by_chance,
    too_rare,
)
from readiness.shares import Z_95, share_of

SIGNIFICANT = 0.01  # after the correction: at most one false change in a hundred that are said, rather than in twenty
REST = "all rarer ones together"
Counted = tuple[int, int]  # count, total
Table = Mapping[str, tuple[int, int]]  # label -> records on the older and the newer side


@dataclass(frozen=True, slots=True)
class Yardstick:
    """From which size an effect is worth saying, and from which it must be excluded before "unchanged" is said."""

    name: str
    unit: str
    worth_saying: float
    matters: float
    why: str


RATE = Yardstick(
    "Cohen's h", "difference of two shares on the arcsine scale", 0.1, 0.2,
    "half of the 0.2 that Cohen calls small, as a rate should hold still: 0 to 0.3 %, 5 to 7 %, 50 to 55 %",
)  # fmt: skip
ONE_SHARE = Yardstick(
    "Cohen's h", "difference of two shares on the arcsine scale", 0.2, 0.5,
    "what Cohen calls small for one share of several: 0 to 1 %, 10 to 17 %, 50 to 60 %",
)  # fmt: skip
DISTRIBUTION = Yardstick(
    "population stability index", "sum of (q - p) ln(q / p) over the cells", 0.1, 0.25,
    "under 0.1 is stable by custom, over 0.25 a major change",
)  # fmt: skip
MEAN = Yardstick("Cohen's d", "standard deviations", 0.2, 0.5, "what Cohen calls small, 0.5 being medium")


@dataclass(frozen=True, slots=True)
class Measured:
    """An effect against its yardstick at this number of records."""

    yardstick: Yardstick
    estimate: Estimate
    by_chance: float  # what 5 % of comparisons exceed although nothing changed

    @property
    def threshold(self) -> float:
        return max(self.yardstick.worth_saying, self.by_chance)

    @property
    def is_worth_saying(self) -> bool:
        return abs(self.estimate.value) >= self.threshold

    @property
    def may_matter(self) -> bool:
        return self.estimate.reach >= self.yardstick.matters

    @property
    def weight(self) -> float:
        """Above 1 when worth saying; makes effects of different kinds comparable."""
        return abs(self.estimate.value) / self.threshold

    def value(self) -> ShiftEffect:
        reason = self.yardstick.why
        if self.by_chance > self.yardstick.worth_saying:
            chance = "5 % of comparisons with this many records exceed it by chance"
            reason = f"{chance}; with more records {self.yardstick.worth_saying}: {reason}"
        return ShiftEffect(
            name=self.yardstick.name,
            unit=self.yardstick.unit,
            value=_rounded(self.estimate.value),
            low=_rounded(self.estimate.low),
            high=_rounded(self.estimate.high),
            threshold=_rounded(self.threshold),
            matters=self.yardstick.matters,
            threshold_reason=reason,
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A comparison before the correction for many tests. `says` gives the sentence's clause for a verdict."""

    field: str
    aspect: ShiftAspect
    measure: str
    effects: tuple[Measured, ...]  # any of them that is worth saying will do
    p_value: float | None
    says: Callable[[ShiftVerdict], str]
    rows: tuple[ShiftRow, ...] = ()
    holds_values: bool = False


def settled(drafts: Sequence[Draft | ShiftFinding]) -> tuple[ShiftFinding, ...]:
    """The findings, each with its p-value after the correction over all drafts that have one.

    What is a finding already stays as it is.
    """
    p_values = {
        place: draft.p_value
        for place, draft in enumerate(drafts)
        if isinstance(draft, Draft) and draft.p_value is not None
    }
    corrected = dict(zip(p_values, adjusted(list(p_values.values())), strict=True))
    return tuple(
        _finding(draft, corrected.get(place)) if isinstance(draft, Draft) else draft
        for place, draft in enumerate(drafts)
    )


def certain(field: str, measure: str, clause: str) -> ShiftFinding:
    """A change of the fields themselves: seen, not estimated."""
    sentence = f"{plain(field)}: {clause}."
    return ShiftFinding(
        field=field, aspect=ShiftAspect.SCHEMA, measure=measure, verdict=ShiftVerdict.CHANGED, sentence=sentence
    )


def figure(count: int, total: int) -> ShiftFigure:
    """A share with its Wilson interval."""
    share = share_of(count, total)
    return ShiftFigure(
        count=count, total=total, share=_rounded(share.share), low=_rounded(share.low), high=_rounded(share.high)
    )


def row(label: str, older: Counted, newer: Counted) -> ShiftRow:
    return ShiftRow(label=label, older=figure(*older), newer=figure(*newer))


# --- comparisons --------------------------------------------------------------------------------------------------


def compare_rate(
    field: str,
    aspect: ShiftAspect,
    measure: str,
    older: Counted,
    newer: Counted,
    *,
    label: str,
    what: str,
    clause: str = "",
) -> Draft:
    """One share of the records, such as those without a value.

    `what` is said before "in 2 % of older ..."; `clause` is said instead where there is more to a change.
    """
    effects = (_rate(RATE, older, newer),) if older[1] and newer[1] else ()
    before, now = _of(older[1], newer[1], "older"), _of(newer[1], older[1], "newer")
    shares = f"{what} in {percent(*older)} of {before} and {percent(*newer)} of {now} records"
    return Draft(
        field,
        aspect,
        measure,
        effects,
        shares_differ(older, newer),
        lambda verdict: clause if clause and verdict is ShiftVerdict.CHANGED else shares,
        (row(label, older, newer),),
    )


def compare_writing(field: str, what: str, variants: Table, *, of: str, note: str, holds_values: bool = False) -> Draft:
    """The ways in which values are written, as shares of the values to which the question applies."""
    table, n, m = _pooled(variants)
    effects = tuple(_rate(RATE, (a, n), (b, m)) for a, b in table.values()) if n and m else ()
    older, newer = [a for a, _ in table.values()], [b for _, b in table.values()]

    def says(verdict: ShiftVerdict) -> str:
        first, second = _main(table, 0), _main(table, 1)
        if verdict is not ShiftVerdict.CHANGED:
            return f"{of} mostly written {_quoted(second)}, as before" if first == second else f"{what}: much as before"
        if first != second:
            return (
                f"{of} were mostly written {_quoted(first)} ({percent(table[first][0], n)} of older and "
                f"{percent(table[first][1], m)} of newer records) and now are mostly written {_quoted(second)} "
                f"({percent(table[second][0], n)} and {percent(table[second][1], m)}){note}"
            )
        label = max(table, key=lambda one: (abs(table[one][1] * n - table[one][0] * m) if one != first else -1, one))
        before, now = percent(table[label][0], n), percent(table[label][1], m)
        return f"{of} written {_quoted(label)}: {before} of older and {now} of newer records{note}"

    rows = tuple(row(label, (a, n), (b, m)) for label, (a, b) in table.items())
    return Draft(field, ShiftAspect.FORMAT, what, effects, distributions_differ(older, newer), says, rows, holds_values)


def compare_writing_within(field: str, strata: Mapping[str, Table], *, what: str) -> Draft | None:
    """The ways in which the same values are written: value -> writing -> records. None where there is only one way.

    Compared within each value, so that a value that becomes frequent does not look like a change of writing.
    """
    shared = {key: writings for key, writings in strata.items() if all(_totals(writings))}
    variants = sorted({variant for writings in shared.values() for variant in writings})
    if len(variants) < 2:
        return None
    n, m = (sum(_totals(writings)[side] for writings in shared.values()) for side in (0, 1))
    tests = [
        shares_differ_within([_stratum(writings, variant) for writings in shared.values()]) for variant in variants
    ]
    known = [p for p in tests if p is not None]
    expected = {variant: _expected(shared, variant) for variant in variants}
    observed = {variant: sum(writings.get(variant, (0, 0))[1] for writings in shared.values()) for variant in variants}
    effects = tuple(
        Measured(RATE, _shares_estimate(expected[one] / m, observed[one] / m, n, m), h_by_chance(n, m))
        for one in variants
    )
    before, now = (max(variants, key=lambda one: (counts[one], one)) for counts in (expected, observed))
    most = max(variants, key=lambda one: (abs(observed[one] - expected[one]), one))

    def says(verdict: ShiftVerdict) -> str:
        if verdict is not ShiftVerdict.CHANGED:
            return "the same values are written as before"
        if now != before:
            return (
                f"the same values are written {_quoted(now)} in {percent(observed[now], m)} of newer records, "
                f"where they were written {_quoted(before)}; a change of writing, not of value"
            )
        return (
            f"the same values are written {_quoted(most)} in {percent(observed[most], m)} of newer records, "
            f"where the older way of writing them gives {percent(round(expected[most]), m)}; "
            "a change of writing, not of value"
        )

    rows = tuple(
        row(one, (sum(w.get(one, (0, 0))[0] for w in shared.values()), n), (observed[one], m)) for one in variants
    )
    p_value = min(1.0, min(known) * len(known)) if known else None
    return Draft(field, ShiftAspect.FORMAT, what, effects, p_value, says, rows)


def compare_distribution(
    field: str,
    aspect: ShiftAspect,
    measure: str,
    cells: Table,
    *,
    says: Callable[[ShiftVerdict, Sequence[str]], str],
    holds_values: bool = True,
) -> Draft:
    """A distribution over categories or bins: as a whole by the stability index, and each cell by its share.

    `says` is given the cells whose own share changed, the largest change first.
    """
    table, n, m = _pooled(cells)
    older, newer = [a for a, _ in table.values()], [b for _, b in table.values()]
    p_value = distributions_differ(older, newer)
    movers = _movers(table, n, m)
    effects: tuple[Measured, ...] = ()
    if n and m and len(table) == 1:
        effects = (_rate(ONE_SHARE, (n, n), (m, m)),)
    elif n and m:
        index = population_stability_index(older, newer)
        effects = (
            Measured(DISTRIBUTION, index, stability_index_by_chance(n, m, len(table))),
            *(_rate(ONE_SHARE, (table[label][0], n), (table[label][1], m)) for label in movers[:1]),
        )
    rows = tuple(row(label, (a, n), (b, m)) for label, (a, b) in table.items())
    return Draft(field, aspect, measure, effects, p_value, lambda verdict: says(verdict, movers), rows, holds_values)


def compare_surplus(
    field: str,
    aspect: ShiftAspect,
    measure: str,
    older: tuple[int, float, float],
    newer: tuple[int, float, float],
    clause: str,
) -> Draft:
    """Whether the mean of a share a text, such as that of unknown words, has risen; (count, mean, variance) each.

    A fall is no finding: it comes of newer records that repeat older ones, as in a file that only grows.
    """
    risen = newer[1] > older[1]
    effects = (Measured(MEAN, cohens_d(older, newer), h_by_chance(older[0], newer[0])),) if risen else ()
    rows = (ShiftRow(label=measure, older=_mean_figure(older), newer=_mean_figure(newer)),)
    p_value = means_differ(older, newer) if risen else None
    return Draft(field, aspect, measure, effects, p_value, lambda verdict: clause, rows)


def compare_words(field: str, measure: str, words: Table, n: int, m: int) -> Draft | None:
    """Single words by the share of texts that hold them; None where no word is frequent enough to be tested."""
    candidates = {word: counts for word, counts in words.items() if not too_rare(sum(counts), n, m)}
    tests = {word: shares_differ((a, n), (b, m)) for word, (a, b) in candidates.items()}
    tested = {word: p for word, p in tests.items() if p is not None}
    if not tested:
        return None
    movers = sorted(tested, key=lambda one: (-abs(cohens_h((words[one][0], n), (words[one][1], m)).value), one))
    significant = [word for word in movers if tested[word] * len(tested) <= SIGNIFICANT]
    top = (significant or movers)[:10]

    def says(verdict: ShiftVerdict) -> str:
        named = "; ".join(moved(word, (words[word][0], n), (words[word][1], m)) for word in top[:3])
        return f"words in the texts: {named}" if verdict is ShiftVerdict.CHANGED else "no single word came or went"

    effects = (_rate(ONE_SHARE, (words[top[0]][0], n), (words[top[0]][1], m)),)
    rows = tuple(row(word, (words[word][0], n), (words[word][1], m)) for word in top)
    p_value = min(1.0, tested[top[0]] * len(tested))
    return Draft(field, ShiftAspect.VOCABULARY, measure, effects, p_value, says, rows, holds_values=True)


# --- wording ------------------------------------------------------------------------------------------------------


def moved(label: str, older: Counted, newer: Counted) -> str:
    """How one category's share moved, as a clause."""
    if not older[0]:
        return f"{_quoted(label)} is new with {percent(*newer)}"
    if not newer[0]:
        return f"{_quoted(label)} is gone, from {percent(*older)}"
    return f"{_quoted(label)} went from {percent(*older)} to {percent(*newer)}"


def percent(count: int, total: int) -> str:
    """A share for a sentence; never rounded to none or all."""
    if not total:
        return "none"
    share = 100 * count / total
    if count in (0, total):
        return f"{share:.0f} %"
    if share < 0.1:
        return "under 0.1 %"
    if share > 99.9:
        return "over 99.9 %"
    return f"{share:.1f} %" if share < 10 or share > 99 else f"{min(share, 99.0):.0f} %"


def _quoted(label: str) -> str:
    if label == REST:
        return label
    return f"`{plain(label, 40)}`"


def _of(total: int, other: int, side: str) -> str:
    """The side, with its number of records where there are few."""
    return f"{total:,} {side}" if min(total, other) < 1_000 else side


def _main(table: Table, side: int) -> str:
    return max(table, key=lambda one: (table[one][side], one))


# --- deciding -----------------------------------------------------------------------------------------------------


def _finding(draft: Draft, p_adjusted: float | None) -> ShiftFinding:
    verdict = _verdict(draft, p_adjusted)
    weightiest = max(draft.effects, key=lambda one: one.weight, default=None)
    suffix = {
        ShiftVerdict.CHANGED: "",
        ShiftVerdict.UNCHANGED: "; no change that matters",
        ShiftVerdict.INCONCLUSIVE: "; too few records to exclude a change that matters",
    }[verdict]
    subject = f"{plain(draft.field)}: " if draft.field else ""
    return ShiftFinding(
        field=draft.field,
        aspect=draft.aspect,
        measure=draft.measure,
        verdict=verdict,
        sentence=f"{subject}{draft.says(verdict)}{suffix}.",
        effect=weightiest.value() if weightiest else None,
        p_value=_significant(draft.p_value),
        p_adjusted=_significant(p_adjusted),
        rows=draft.rows,
        holds_values=draft.holds_values,
    )


def _verdict(draft: Draft, p_adjusted: float | None) -> ShiftVerdict:
    if p_adjusted is not None and p_adjusted <= SIGNIFICANT and any(one.is_worth_saying for one in draft.effects):
        return ShiftVerdict.CHANGED
    if any(one.may_matter for one in draft.effects) or (not draft.effects and not _was_seen(draft)):
        return ShiftVerdict.INCONCLUSIVE
    return ShiftVerdict.UNCHANGED


def _was_seen(draft: Draft) -> bool:
    """Whether both sides have records at all, so that no difference means sameness."""
    return bool(draft.rows) and all(one.older.total and one.newer.total for one in draft.rows)


def _rate(yardstick: Yardstick, older: Counted, newer: Counted) -> Measured:
    return Measured(yardstick, cohens_h(older, newer), h_by_chance(older[1], newer[1]))


def _movers(table: Table, n: int, m: int) -> list[str]:
    """The cells whose own share changed, the largest change first (each tested alone, with Bonferroni's correction)."""
    if not n or not m:
        return []
    found = []
    for label, (a, b) in table.items():
        p_value = shares_differ((a, n), (b, m))
        effect = _rate(ONE_SHARE, (a, n), (b, m))
        if p_value is not None and p_value * len(table) <= SIGNIFICANT and effect.is_worth_saying:
            found.append((-abs(effect.estimate.value), label))
    return [label for _, label in sorted(found)]


def _pooled(cells: Table) -> tuple[dict[str, tuple[int, int]], int, int]:
    """The cells, with all that are too rare to be tested counted together, and both totals."""
    n, m = _totals(cells)
    if not n or not m:
        return dict(cells), n, m
    rare = [label for label, (a, b) in cells.items() if too_rare(a + b, n, m)]
    if len(rare) < 2:
        return dict(cells), n, m
    kept = {label: counts for label, counts in cells.items() if label not in set(rare)}
    kept[REST] = (sum(cells[label][0] for label in rare), sum(cells[label][1] for label in rare))
    return kept, n, m


def _totals(cells: Table) -> tuple[int, int]:
    return sum(a for a, _ in cells.values()), sum(b for _, b in cells.values())


def _stratum(writings: Table, variant: str) -> tuple[int, int, int, int]:
    n, m = _totals(writings)
    a, b = writings.get(variant, (0, 0))
    return a, n, b, m


def _expected(strata: Mapping[str, Table], variant: str) -> float:
    """How many newer records would be written so, had each value kept its older way of writing (standardisation)."""
    total = 0.0
    for writings in strata.values():
        n, m = _totals(writings)
        total += m * writings.get(variant, (0, 0))[0] / n
    return total


def _shares_estimate(p: float, q: float, n: int, m: int) -> Estimate:
    scale = 1_000_000_000
    value = cohens_h((round(p * scale), scale), (round(q * scale), scale)).value
    half = Z_95 * (1 / n + 1 / m) ** 0.5
    return Estimate(value, value - half, value + half)


def _mean_figure(side: tuple[int, float, float]) -> ShiftFigure:
    count, mean, variance = side
    half = Z_95 * (variance / count) ** 0.5 if count else 0.0
    return ShiftFigure(
        count=None,
        total=count,
        share=_rounded(mean),
        low=_rounded(max(0.0, mean - half)),
        high=_rounded(min(1.0, mean + half)),
    )


def _rounded(value: float) -> float:
    """Six places: what is beyond differs with the order in which threads add up."""
    return round(value, 6) + 0.0


def _significant(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def merged(older: Counter[str], newer: Counter[str]) -> dict[str, tuple[int, int]]:
    """Two counts as a table, most records first."""
    labels = sorted({*older, *newer}, key=lambda one: (-(older[one] + newer[one]), one))
    return {label: (older[label], newer[label]) for label in labels}
