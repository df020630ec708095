"""The shift between an older and a newer sample of the same records: what changed and what could not be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from readiness.audit.report import summarise_reading
from readiness.audit.rules import FieldRule, FieldRules
from readiness.audit.shift_fields import ComparedField, Comparison, Pairing, compared_field, pair_fields
from readiness.audit.shift_figures import Counts, FieldFigures, Numbers, SampleFigures, count_distinct
from readiness.audit.shift_judging import (
    REST,
    Draft,
    certain,
    compare_distribution,
    compare_rate,
    compare_surplus,
    compare_words,
    compare_writing,
    compare_writing_within,
    figure,
    merged,
    moved,
    percent,
    settled,
)
from readiness.audit.shift_report import (
    NotCompared,
    ShiftAspect,
    ShiftFinding,
    ShiftReport,
    ShiftRow,
    ShiftVerdict,
    plain,
)
from readiness.audit.shift_words import WordFigures
from readiness.audit.shift_words import compare_words as gather_words
from readiness.audit.shift_writing import by_value, without_writing
from readiness.audit.suggestion import settled_rules, suggest_rules

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from readiness.audit.reading.values import Reading

__all__ = ["ShiftReport", "compare_samples"]

_CUTS = (0.005, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.995)
_FEWEST_OF_A_TRAIT = 30  # values on each side, before it is asked how they are written
_WRITING = "; a change of writing, not of value"
_TRAITS = {  # trait: what is written so, and what a change of it is
    "date": ("dates", _WRITING),
    "notation": ("values", ""),
    "whole": ("whole numbers", _WRITING),
    "mark": ("decimal marks", _WRITING),
    "thousands": ("thousands separators", _WRITING),
    "currency": ("currencies", ""),
    "unit": ("units", ""),
    "negative": ("negative numbers", _WRITING),
    "shape": ("values", "; a change of shape"),
}


def compare_samples(
    older_connection: DuckDBPyConnection,
    older_reading: Reading,
    newer_connection: DuckDBPyConnection,
    newer_reading: Reading,
    rules: FieldRules,
) -> ShiftReport:
    """What shifted from the older to the newer table `records`; `rules` are the newer sample's field rules.

    A field that its rule leaves out of the audit is left out here. The connections keep what they hold.
    """
    pairing = pair_fields(older_reading.fields, newer_reading.fields)
    newer_rules = settled_rules(newer_connection, newer_reading, rules).rules
    older_rules = suggest_rules(older_connection, older_reading).rules
    older = _Side(older_connection, older_rules, count_distinct(older_connection, len(older_reading.fields)))
    newer = _Side(newer_connection, newer_rules, count_distinct(newer_connection, len(newer_reading.fields)))
    fields, not_compared = _compared_fields(older, newer, pairing)
    comparison = _Comparison(older, newer, fields)
    drafts = [*_schema(pairing), _lines(older_reading, newer_reading), *comparison.drafts()]
    findings = settled(drafts)
    return ShiftReport(
        older=summarise_reading(older_reading),
        newer=summarise_reading(newer_reading),
        fields=len(pairing.pairs),
        tests=sum(one.p_value is not None for one in findings),
        findings=findings,
        not_compared=(*not_compared, *comparison.not_compared),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One sample: its connection, its field rules and the first counts."""

    connection: DuckDBPyConnection
    rules: tuple[FieldRule, ...]
    counts: Counts


def _compared_fields(
    older: _Side, newer: _Side, pairing: Pairing
) -> tuple[tuple[ComparedField, ...], list[NotCompared]]:
    """The fields of both samples that the rules do not leave out, with how each is compared."""
    fields, left_out = [], []
    for pair in pairing.pairs:
        left, right = older.rules[pair.older_position], newer.rules[pair.newer_position]
        if not right.check:
            left_out.append(NotCompared(field=pair.newer, why="Left out of the audit by its field rule."))
            continue
        distinct = max(older.counts.distinct[pair.older_position], newer.counts.distinct[pair.newer_position])
        filled = min(older.counts.filled[pair.older_position], newer.counts.filled[pair.newer_position])
        fields.append(compared_field(pair, left, right, distinct=distinct, filled=filled))
    return tuple(fields), left_out


class _Comparison:
    """The shared fields of two samples, measured on both sides and compared."""

    def __init__(self, older: _Side, newer: _Side, fields: tuple[ComparedField, ...]) -> None:
        self._sides = (older, newer)
        self._fields = fields
        self.not_compared: list[NotCompared] = []

    def drafts(self) -> list[Draft | ShiftFinding]:
        older, newer = self._measured()
        self._bins = {measure: _binned(older, newer, measure) for measure in ("number", "length")}
        self._words = self._gathered_words(older, newer)
        drafts: list[Draft | ShiftFinding] = []
        for place, field in enumerate(self._fields):
            drafts += self._of_field(place, field, older.fields[place], newer.fields[place])
        older.forget()
        newer.forget()
        return drafts

    def _measured(self) -> tuple[SampleFigures, SampleFigures]:
        comparisons = [field.comparison for field in self._fields]
        older = SampleFigures(
            self._sides[0].connection, [field.older for field in self._fields], comparisons, self._sides[0].counts
        )
        newer = SampleFigures(
            self._sides[1].connection, [field.newer for field in self._fields], comparisons, self._sides[1].counts
        )
        older.measure()
        newer.measure()
        return older, newer

    def _gathered_words(self, older: SampleFigures, newer: SampleFigures) -> dict[int, WordFigures]:
        places = [
            place
            for place, field in enumerate(self._fields)
            if field.comparison is Comparison.FREE_TEXT and older.fields[place].filled and newer.fields[place].filled
        ]
        rules = [(self._fields[place].older, self._fields[place].newer) for place in places]
        found = gather_words(
            self._sides[0].connection, self._sides[1].connection, rules, (older.records, newer.records)
        )
        return dict(zip(places, found, strict=True))

    def _of_field(
        self, place: int, field: ComparedField, before: FieldFigures, now: FieldFigures
    ) -> Iterator[Draft | ShiftFinding]:
        yield _missing(field.name, before, now)
        if not before.filled or not now.filled:
            empty = [side for side, figures in (("older", before), ("newer", now)) if not figures.filled]
            self._leave_out(
                field,
                f"It holds no value in the {' and the '.join(empty)} sample, so only its missing rate was compared.",
            )
            return
        yield from _missing_words(field.name, before, now)
        yield from _traits(field.name, before, now)
        if field.comparison is Comparison.CATEGORIES:
            yield from _categories(field.name, before, now)
        elif field.comparison is Comparison.NUMBERS:
            yield from _numbers(field.name, before, now, self._bins["number"].get(place))
        elif field.comparison is Comparison.DATES:
            yield from _period(field.name, before, now)
        else:
            yield from _lengths(field.name, before, now, self._bins["length"].get(place))
            yield from self._texts(place, field)

    def _texts(self, place: int, field: ComparedField) -> Iterator[Draft]:
        if field.comparison is Comparison.CODES:
            self._leave_out(
                field,
                "Its values are different in nearly every record, so their shape was compared and not the values.",
            )
            return
        self._leave_out(field, "Free text: its length and words were compared, not what it says.")
        yield from _vocabulary(field.name, self._words[place])

    def _leave_out(self, field: ComparedField, why: str) -> None:
        self.not_compared.append(NotCompared(field=field.name, why=why))


# --- whole records ------------------------------------------------------------------------------------------------


def _schema(pairing: Pairing) -> Iterator[ShiftFinding]:
    for name in pairing.added:
        other = pairing.stands_where.get(name)
        hint = f"; it stands where {plain(other)} stood and may be that field under a new name" if other else ""
        yield certain(name, "field added", f"a field that only the newer sample has{hint}")
    for name in pairing.removed:
        yield certain(name, "field removed", "a field that only the older sample has")
    for pair in pairing.renamed:
        yield certain(pair.newer, "field renamed", f"called {plain(pair.older)} in the older sample")
    for pair in pairing.moved:
        yield certain(
            pair.newer,
            "field moved",
            f"column {pair.older_position + 1} in the older and {pair.newer_position + 1} in the newer sample",
        )


def _lines(older: Reading, newer: Reading) -> Draft:
    return compare_rate(
        "",
        ShiftAspect.LINES,
        "records that do not fit the header",
        (older.unsplit, older.records),
        (newer.unsplit, newer.records),
        label="does not fit",
        what="lines that do not fit the header",
    )


# --- fields -------------------------------------------------------------------------------------------------------


def _missing(name: str, before: FieldFigures, now: FieldFigures) -> Draft:
    clause = ""
    if before.records and now.records and before.missing == before.records and now.filled:
        share = percent(now.filled, now.records)
        clause = f"never filled in older records, filled in {share} of newer ones; the field has come into use"
    elif before.records and now.records and now.missing == now.records and before.filled:
        share = percent(before.filled, before.records)
        clause = f"filled in {share} of older records and never in newer ones; the field has gone out of use"
    return compare_rate(
        name,
        ShiftAspect.MISSING,
        "records without a value",
        (before.missing, before.records),
        (now.missing, now.records),
        label="missing",
        what="missing",
        clause=clause,
    )


def _missing_words(name: str, before: FieldFigures, now: FieldFigures) -> Iterator[Draft]:
    if min(before.missing, now.missing) >= _FEWEST_OF_A_TRAIT:
        words = merged(before.missing_words, now.missing_words)
        variants = {word or "(empty)": counts for word, counts in words.items()}
        if len(variants) > 1:
            yield compare_writing(name, "how a missing value is written", variants, of="missing values", note="")


def _traits(name: str, before: FieldFigures, now: FieldFigures) -> Iterator[Draft]:
    """How values are written, where there is more than one way; dates always, since their format is a promise."""
    for trait in sorted({*before.traits, *now.traits}):
        variants = merged(before.traits.get(trait, Counter()), now.traits.get(trait, Counter()))
        n, m = sum(a for a, _ in variants.values()), sum(b for _, b in variants.values())
        if (len(variants) > 1 or trait == "date") and min(n, m) >= _FEWEST_OF_A_TRAIT:
            of, note = _TRAITS[trait]
            yield compare_writing(
                name, f"how {of} are written", variants, of=of, note=note, holds_values=trait == "unit"
            )


def _categories(name: str, before: FieldFigures, now: FieldFigures) -> Iterator[Draft]:
    strata, shown = by_value(before.values, now.values)
    writing = compare_writing_within(name, strata, what="how the same values are written")
    if writing is not None:
        yield writing
    cells = without_writing(strata, shown)

    def says(verdict: ShiftVerdict, movers: Sequence[str]) -> str:
        return _says_categories(cells, verdict, movers, "values")

    yield compare_distribution(name, ShiftAspect.CATEGORIES, "shares of the values", cells, says=says)


def _numbers(
    name: str, before: FieldFigures, now: FieldFigures, bins: dict[str, tuple[int, int]] | None
) -> Iterator[Draft]:
    if not before.numbers.count or not now.numbers.count:
        return
    if before.numbers.are_few and now.numbers.are_few:
        cells = {
            f"{number:.10g}": (before.few_numbers[number], now.few_numbers[number])
            for number in sorted({*before.few_numbers, *now.few_numbers})
        }
        yield compare_distribution(
            name,
            ShiftAspect.NUMBERS,
            "shares of the numbers",
            cells,
            says=lambda verdict, movers: _says_categories(cells, verdict, movers, "numbers"),
        )
        return
    older, newer = _spread(before.numbers), _spread(now.numbers)
    spread = f"the middle half of the numbers is {older} in older and {newer} in newer records"
    yield compare_distribution(
        name,
        ShiftAspect.NUMBERS,
        "distribution of the numbers",
        bins or {},
        says=lambda verdict, movers: spread + _movers_clause(bins or {}, verdict, movers[:1]),
    )


def _lengths(
    name: str, before: FieldFigures, now: FieldFigures, bins: dict[str, tuple[int, int]] | None
) -> Iterator[Draft]:
    if not before.lengths.count or not now.lengths.count:
        return
    older, newer = _spread(before.lengths), _spread(now.lengths)
    spread = f"the middle half of the texts is {older} characters long in older and {newer} in newer records"
    yield compare_distribution(
        name,
        ShiftAspect.LENGTH,
        "distribution of the lengths",
        bins or {},
        says=lambda verdict, movers: spread + _movers_clause(bins or {}, verdict, movers[:1]),
        holds_values=False,
    )


def _vocabulary(name: str, words: WordFigures) -> Iterator[Draft]:
    half, newer = words.older_unknown, words.newer_unknown
    if half[0] >= _FEWEST_OF_A_TRAIT and newer[0] >= _FEWEST_OF_A_TRAIT:
        shares = f"{100 * half[1]:.0f} % of the words in an older text and {100 * newer[1]:.0f} % in a newer one"
        clause = f"{shares} do not occur in the other older texts"
        yield compare_surplus(name, ShiftAspect.VOCABULARY, "words that older texts do not hold", half, newer, clause)
    table = merged(words.older_words, words.newer_words)
    draft = compare_words(name, "single words", table, words.older_texts, words.newer_texts)
    if draft is not None:
        yield draft


def _period(name: str, before: FieldFigures, now: FieldFigures) -> Iterator[ShiftFinding]:
    """The days that the dates span: a later period is no shift, and is said; so is an earlier one."""
    if not before.days or not now.days:
        return
    older, newer = _days(before.days), _days(now.days)
    older_span, newer_span = f"{older[0]} and {older[2]}", f"{newer[0]} and {newer[2]}"
    span = f"99 % of the dates lie between {older_span} in older and {newer_span} in newer records"
    few = min(sum(before.days.values()), sum(now.days.values())) < _FEWEST_OF_A_TRAIT
    clause = "" if few else _later_or_earlier(older, newer)
    yield ShiftFinding(
        field=name,
        aspect=ShiftAspect.PERIOD,
        measure="days between which 99 % of the dates lie",
        verdict=ShiftVerdict.UNCHANGED,
        sentence=f"{plain(name)}: {span}{clause}.",
        notable=bool(clause),
        rows=(
            ShiftRow(
                label=f"{older[0]} to {older[2]}, then {newer[0]} to {newer[2]}",
                older=figure(sum(before.days.values()), before.filled),
                newer=figure(sum(now.days.values()), now.filled),
            ),
        ),
    )


def _later_or_earlier(older: tuple[str, str, str], newer: tuple[str, str, str]) -> str:
    """A clause where one period begins after the middle of the other; '' where they overlap more than that."""
    if newer[0] > older[1] and newer[2] > older[2]:
        return ", a later period"
    if newer[2] < older[1] and newer[0] < older[0]:
        return ", an earlier period: see that the two files are not the wrong way round"
    return ""


# --- parts --------------------------------------------------------------------------------------------------------


def _binned(older: SampleFigures, newer: SampleFigures, measure: str) -> dict[int, dict[str, tuple[int, int]]]:
    """By field: bins between quantiles of both sides together, with the records on either side."""
    cuts = {}
    for place, (before, now) in enumerate(zip(older.fields, newer.fields, strict=True)):
        left, right = (before.numbers, now.numbers) if measure == "number" else (before.lengths, now.lengths)
        if left.count and right.count:
            cuts[place] = _cuts(left, right)
    left_counts, right_counts = older.count_bins(measure, cuts), newer.count_bins(measure, cuts)
    return {
        place: dict(zip(_bin_names(one), zip(left_counts[place], right_counts[place], strict=True), strict=True))
        for place, one in cuts.items()
    }


def _cuts(before: Numbers, now: Numbers) -> tuple[float, ...]:
    """Quantiles of both sides together, each counting by its records; fewer where values repeat."""
    weighted = sorted((value, numbers.count / len(numbers.grid)) for numbers in (before, now) for value in numbers.grid)
    total, upto = before.count + now.count, 0.0
    wanted, cuts = list(_CUTS), []
    for value, weight in weighted:
        upto += weight
        while wanted and upto >= wanted[0] * total - 1e-9 * total:
            cuts.append(value)
            wanted.pop(0)
    greatest = max(before.grid[-1], now.grid[-1])
    return tuple(sorted({cut for cut in cuts if cut < greatest}))


def _bin_names(cuts: Sequence[float]) -> list[str]:
    if not cuts:
        return ["all"]
    inner = [f"over {low:.6g} up to {high:.6g}" for low, high in pairwise(cuts)]
    return [f"up to {cuts[0]:.6g}", *inner, f"over {cuts[-1]:.6g}"]


def _spread(numbers: Numbers) -> str:
    """From the first quartile to the third."""
    last = len(numbers.grid) - 1
    low, high = f"{numbers.grid[last // 4]:.6g}", f"{numbers.grid[3 * last // 4]:.6g}"
    return low if low == high else f"{low} to {high}"


def _says_categories(cells: dict[str, tuple[int, int]], verdict: ShiftVerdict, movers: Sequence[str], noun: str) -> str:
    if verdict is not ShiftVerdict.CHANGED:
        return (
            f"the shares of its {len(cells):,} {noun} are much as before"
            if len(cells) > 1
            else f"one value only, `{plain(next(iter(cells), ''), 40)}`"
        )
    clause = _movers_clause(cells, verdict, movers).removeprefix("; ")
    return clause or f"the shares of its {len(cells):,} {noun} moved, none of them much by itself"


def _movers_clause(cells: dict[str, tuple[int, int]], verdict: ShiftVerdict, movers: Sequence[str]) -> str:
    if verdict is not ShiftVerdict.CHANGED:
        return ""
    n, m = sum(a for a, _ in cells.values()), sum(b for _, b in cells.values())
    named = [moved(one, (cells[one][0], n), (cells[one][1], m)) for one in movers if one != REST][:3]
    return "; " + ", ".join(named) if named else ""


def _days(days: Counter[str]) -> tuple[str, str, str]:
    """The days at 0.5, 50 and 99.5 % of the dates, as yyyy-mm-dd."""
    total, upto = sum(days.values()), 0
    found: list[str] = []
    for day in sorted(days):
        upto += days[day]
        while len(found) < 3 and upto >= (0.005, 0.5, 0.995)[len(found)] * total:
            found.append(f"{day[:-4]}-{day[-4:-2]}-{day[-2:]}")
    return found[0], found[1], found[2]
