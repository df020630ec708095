"""Input drift: the logged characteristics of one period against those of another, or against the audit's sample.

A change in what comes in shows here before users report wrong output (M14). Each characteristic is compared as a list
of values with their counts. Two things must come together for "changed": an effect that matters, and more than chance
makes of it. With few records on a side an effect that matters could not be seen, and that is said. The records of one
day resemble each other, so that chance makes more of it than the tests know: one odd day is no drift, a period is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from readiness.errors import InvalidValueError
from readiness.operation.characteristic_days import OTHER_VALUES
from readiness.operation.instrument import characteristics as described
from readiness.operation.log import OutcomeLog
from readiness.operation.significance import (
    adjusted,
    cohens_h,
    h_by_chance,
    homogeneity_p_value,
    stability_index,
    stability_index_by_chance,
    too_rare,
)

SHIFT = 0.1  # population stability index, by custom
SMALL_EFFECT = 0.2  # Cohen's h of one value: 0 to 1 % and 50 to 60 % alike
SIGNIFICANT = 0.05
MOST_VALUES = 30  # of one characteristic; the rarer ones are counted together
RECENT_DAYS = 7
REFERENCE_DAYS = 28
_MOST_NAMED = 5  # characteristics in a sentence


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Characteristics(_Value):
    """How often each value of each characteristic was seen: {"date_format": {"yyyy-mm-dd": 240, "unknown": 3}}."""

    name: str  # what was counted, as it is said to a user
    counts: dict[str, dict[str, int]] = Field(default_factory=dict)

    def total(self, characteristic: str) -> int:
        return sum(self.counts.get(characteristic, {}).values())


class DriftVerdict(StrEnum):
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    INCONCLUSIVE = "inconclusive"  # too few records to see a change that matters
    NOT_COMPARED = "not compared"  # one side does not have it


class DriftRow(_Value):
    value: str
    older: int
    newer: int


class DriftFinding(_Value):
    """One characteristic on both sides."""

    characteristic: str
    verdict: DriftVerdict
    older_total: int
    newer_total: int
    rows: tuple[DriftRow, ...] = ()  # rare values together; the most frequent first
    index: float | None = None  # population stability index
    threshold: float | None = None  # the larger of SHIFT and what chance makes of it
    largest: str = ""  # the value whose share changed most
    largest_h: float | None = None  # by how much, as Cohen's h
    p_adjusted: float | None = None  # after Benjamini-Hochberg over all characteristics

    @property
    def sentence(self) -> str:
        """The result with the value that moved most."""
        if self.verdict is DriftVerdict.NOT_COMPARED:
            side = "the recent records do" if self.older_total else "the reference does"
            return f"{self.characteristic}: {side} not have it."
        if self.verdict is DriftVerdict.INCONCLUSIVE:
            return (
                f"{self.characteristic}: too few records to tell ({self.older_total:,} against {self.newer_total:,})."
            )
        if self.verdict is DriftVerdict.UNCHANGED:
            return f"{self.characteristic}: no change that matters."
        row = next(one for one in self.rows if one.value == self.largest)
        before, after = row.older / self.older_total, row.newer / self.newer_total
        return f"{self.characteristic}: {self.largest} went from {before:.1%} to {after:.1%} of the records."


class DriftReport(_Value):
    older: str
    newer: str
    findings: tuple[DriftFinding, ...]

    @property
    def changed(self) -> tuple[DriftFinding, ...]:
        return tuple(one for one in self.findings if one.verdict is DriftVerdict.CHANGED)


class DriftResult(_Value):
    """One characteristic of a comparison that is kept: counts and the verdict, and none of its values."""

    characteristic: str = Field(max_length=200)
    verdict: DriftVerdict
    older_total: int
    newer_total: int
    index: float | None = Field(default=None, allow_inf_nan=False)
    threshold: float | None = Field(default=None, allow_inf_nan=False)


class DriftSummary(_Value):
    """A comparison as it is kept when the log itself is not: what was held against what, when, and the results."""

    compared_at: NaiveDatetime  # UTC
    older: str = Field(max_length=300)
    newer: str = Field(max_length=300)
    results: tuple[DriftResult, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The characteristics that changed."""
        return tuple(one.characteristic for one in self.results if one.verdict is DriftVerdict.CHANGED)

    @property
    def compared(self) -> tuple[DriftResult, ...]:
        """The results of what both sides have."""
        return tuple(one for one in self.results if one.verdict is not DriftVerdict.NOT_COMPARED)

    @property
    def sentence(self) -> str:
        """The result for a reader who sees nothing else."""
        held = f"{self.newer} against {self.older}"
        count = len(self.compared)
        if not count:
            return f"No characteristic of the inputs is on both sides: {held}."
        if self.changed:
            changed = f"{len(self.changed)} of {count} changed ({_named(self.changed)})"
            return f"Of the inputs' characteristics, {changed}: {held}."
        unknown = sum(one.verdict is DriftVerdict.INCONCLUSIVE for one in self.compared)
        if unknown == count:
            return f"Too few records to tell whether the inputs changed: {held}."
        told = f" Of {unknown} there are too few records to tell." if unknown else ""
        return f"Of the inputs' characteristics, none of {count} is known to have changed: {held}.{told}"


def summary_of(report: DriftReport, compared_at: datetime) -> DriftSummary:
    """What is kept of a report."""
    return DriftSummary(
        compared_at=compared_at,
        older=report.older[:300],
        newer=report.newer[:300],
        results=tuple(
            DriftResult(
                characteristic=one.characteristic[:200],
                verdict=one.verdict,
                older_total=one.older_total,
                newer_total=one.newer_total,
                index=one.index,
                threshold=one.threshold,
            )
            for one in report.findings
        ),
    )


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_MOST_NAMED])} and {more} more"


def drift(
    log: OutcomeLog,
    *,
    reference: Characteristics | tuple[date, date] | None = None,
    recent: tuple[date, date] | None = None,
) -> DriftReport:
    """The recent period of the log against `reference`: an earlier period, or counts such as the audit's sample.

    Periods include both days. Unless given, the recent one is the last RECENT_DAYS days, and the reference the
    REFERENCE_DAYS days before it.
    """
    last = recent or _last_days(log)
    if reference is None:
        before = last[0] - timedelta(days=1)
        reference = (before - timedelta(days=REFERENCE_DAYS - 1), before)
    older = reference if isinstance(reference, Characteristics) else characteristics_of(log, *reference)
    return compare(older, characteristics_of(log, *last))


def characteristics_of(log: OutcomeLog, first: date, last: date) -> Characteristics:
    """The logged characteristics of the days from `first` to `last`, both included."""
    if last < first:
        raise InvalidValueError("period", f"{first} to {last}", "ends before it begins")
    counts: dict[str, dict[str, int]] = {}
    rows = log.rows(
        "SELECT place, value, sum(n) FROM seen WHERE day BETWEEN ? AND ? GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2",
        [first, last],
    )
    for place, value, count in rows:
        counts.setdefault(log.characteristics[place], {})[value] = int(count)
    return Characteristics(name=f"{first} to {last}", counts=counts)


def characteristics_of_sample(
    name: str,
    records: Iterable[Mapping[str, Any]],
    *,
    required: Sequence[str] = (),
    date_field: str | None = None,
    amount_field: str | None = None,
) -> Characteristics:
    """The same counts from records that are at hand, as the instrument would have logged them."""
    counts: dict[str, dict[str, int]] = {}
    for record in records:
        found = described(record, required=required, date_field=date_field, amount_field=amount_field)
        flat = {f"required.{field}": there for field, there in found.pop("required", {}).items()} | found
        for characteristic, value in flat.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            values = counts.setdefault(characteristic, {})
            values[text] = values.get(text, 0) + 1
    return Characteristics(name=name, counts=counts)


def compare(older: Characteristics, newer: Characteristics) -> DriftReport:
    """Each characteristic that one of both has, with its verdict; the changed ones first."""
    names = dict.fromkeys([*older.counts, *newer.counts])
    findings = [_measured(name, older.counts.get(name, {}), newer.counts.get(name, {})) for name in names]
    tested = [place for place, (_, p_value) in enumerate(findings) if p_value is not None]
    corrected = dict(zip(tested, adjusted([findings[place][1] or 0.0 for place in tested]), strict=True))
    judged = [_judged(one, corrected.get(place)) for place, (one, _) in enumerate(findings)]
    order = list(DriftVerdict)
    judged.sort(key=lambda one: order.index(one.verdict))
    return DriftReport(older=older.name, newer=newer.name, findings=tuple(judged))


def _last_days(log: OutcomeLog) -> tuple[date, date]:
    moment = log.summary.last_time
    if moment is None:
        raise InvalidValueError("log", "", "has no records")
    last = moment.astimezone(log.zone).date()
    return last - timedelta(days=RECENT_DAYS - 1), last


def _measured(name: str, older: Mapping[str, int], newer: Mapping[str, int]) -> tuple[DriftFinding, float | None]:
    n, m = sum(older.values()), sum(newer.values())
    if not n or not m:
        verdict = DriftVerdict.NOT_COMPARED
        return DriftFinding(characteristic=name, verdict=verdict, older_total=n, newer_total=m), None
    older, newer = _binned(older, newer)
    rows = _rows(older, newer, n, m)
    left, right = [row.older for row in rows], [row.newer for row in rows]
    effects = {row.value: cohens_h((row.older, n), (row.newer, m)) for row in rows}
    largest = max(effects, key=lambda value: abs(effects[value]))
    finding = DriftFinding(
        characteristic=name,
        verdict=DriftVerdict.INCONCLUSIVE,
        older_total=n,
        newer_total=m,
        rows=rows,
        index=stability_index(left, right),
        threshold=max(SHIFT, stability_index_by_chance(n, m, len(rows))),
        largest=largest,
        largest_h=effects[largest],
    )
    return finding, homogeneity_p_value(left, right)


def _judged(finding: DriftFinding, p_adjusted: float | None) -> DriftFinding:
    if finding.index is None or finding.threshold is None or finding.largest_h is None:
        return finding
    n, m, cells = finding.older_total, finding.newer_total, max(1, len(finding.rows))
    least_h = h_by_chance(n, m, cells)
    matters = finding.index >= finding.threshold or abs(finding.largest_h) >= max(SMALL_EFFECT, least_h)
    # Where chance alone makes as much as what matters, an unchanged look proves nothing.
    blind = finding.threshold > SHIFT or least_h > SMALL_EFFECT
    if matters and p_adjusted is not None and p_adjusted <= SIGNIFICANT:
        verdict = DriftVerdict.CHANGED
    else:
        verdict = DriftVerdict.INCONCLUSIVE if blind or matters else DriftVerdict.UNCHANGED
    return finding.model_copy(update={"verdict": verdict, "p_adjusted": p_adjusted})


def _binned(older: Mapping[str, int], newer: Mapping[str, int]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Numbers with many values as tenths of the reference; anything else as it is."""
    numbers = {text: number for text in {*older, *newer} if (number := _number(text)) is not None}
    if len(numbers) <= MOST_VALUES or len(numbers) < len({*older, *newer} - {OTHER_VALUES}):
        return older, newer
    cuts = _tenths({numbers[text]: count for text, count in older.items() if text in numbers})
    return _by_bin(older, numbers, cuts), _by_bin(newer, numbers, cuts)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _tenths(counts: Mapping[float, int]) -> list[float]:
    """Upper ends of at most ten bins with about as many records each."""
    total, seen = sum(counts.values()), 0
    cuts: list[float] = []
    for number in sorted(counts):
        seen += counts[number]
        if seen >= total * (len(cuts) + 1) / 10 and len(cuts) < 9:
            cuts.append(number)
    return cuts


def _by_bin(counts: Mapping[str, int], numbers: Mapping[str, float], cuts: Sequence[float]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text, count in counts.items():
        label = _bin(numbers[text], cuts) if text in numbers else text
        found[label] = found.get(label, 0) + count
    return found


def _bin(number: float, cuts: Sequence[float]) -> str:
    place = bisect_left(cuts, number)
    return f"up to {cuts[place]:g}" if place < len(cuts) else f"above {cuts[-1]:g}"


def _rows(older: Mapping[str, int], newer: Mapping[str, int], n: int, m: int) -> tuple[DriftRow, ...]:
    """The values with their counts, the too rare ones together."""
    values = sorted({*older, *newer}, key=lambda one: (-(older.get(one, 0) / n + newer.get(one, 0) / m), one))
    frequent = [one for one in values[:MOST_VALUES] if not too_rare(older.get(one, 0) + newer.get(one, 0), n, m)]
    rows = [DriftRow(value=one, older=older.get(one, 0), newer=newer.get(one, 0)) for one in frequent]
    others = values[len(frequent) :]
    name = others[0] if len(others) == 1 else OTHER_VALUES
    rest = DriftRow(value=name, older=n - sum(row.older for row in rows), newer=m - sum(row.newer for row in rows))
    return (*rows, rest) if rest.older or rest.newer else tuple(rows)
