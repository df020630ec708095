"""Values that are possible and still strange: hints about single fields, never problems.

Fences are drawn from quartiles, for positive values on the log scale too, and a value counts as unusual only beyond
both: a skewed field has no outliers for being skewed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from readiness.audit.dialect import long_form
from readiness.audit.field_words import AGE, BIRTH, LATITUDE, LONGITUDE, OPEN_ENDED, words_of
from readiness.audit.findings import Findings
from readiness.audit.measures import day_number, day_of, is_measured, make_measures
from readiness.audit.report import Hint
from readiness.audit.rules import DATED, FieldKind, FieldRule

MOST_SAMPLED = 100_000  # records that the fences are drawn from; what lies beyond is counted over all
_FIELDS_AT_ONCE = 24
_FENCE = 3.0  # quartile distances beyond the quartiles: Tukey's outer fence
_FEWEST, _FEWEST_DIFFERENT = 30, 15
_MOST_SHARE = 0.02  # beyond the fences; more of them are a heavy tail and no outliers
_LEAST_DAYS = 372 / 4  # dates of a narrow field have a fence of at least three quarters of a year
_ORDERS = 3.0  # of magnitude between two scales
_LEAST_GROUP, _FEWEST_GROUP = 0.003, 5
_VALLEY = 0.1
_ZERO_SHARE, _FEWEST_ZEROS, _MOST_ZEROS = 0.005, 5, 0.5
_SPIKE_SHARE, _FEWEST_SPIKE, _SPIKE_TIMES = 0.05, 20, 10
_RARE_SHARE = 0.2  # an impossible value is a fault only while it is rare; else the field means something else
_EXAMPLES, _EXAMPLE_LENGTH = 5, 120
_ONE_VALUE_RECORDS = 20
_UNUSUAL_FORMAT = 0.5  # values in other formats are format problems already, and read only where they are the rule


@dataclass(frozen=True, slots=True)
class _Spread:
    """How the measures of one field lie. `halves`: half orders of magnitude -> values, of the positive ones."""

    count: int
    distinct: int
    least: float
    q1: float
    median: float
    q3: float
    most: float
    positive: tuple[float, float, float] | None = None  # quartiles of the positive values
    halves: Mapping[int, int] = field(default_factory=dict)
    top: float = 0.0
    top_count: int = 0
    second_count: int = 0


@dataclass(frozen=True, slots=True)
class _Draft:
    """A hint before its records are counted: `condition` is SQL over the measure `m`; `text` has {n} and {share}."""

    kind: str
    title: str
    condition: str
    text: str
    most: float = 1.0  # share of the values above which the hint is dropped
    least: int = 1
    least_share: float = 0.0


def find_outliers(findings: Findings, *, today: date | None = None) -> None:
    """Adds hints about fields with unusual, impossible, mixed, default or no values. `today` is for dates to come."""
    day = today or datetime.now(UTC).date()
    _hint_at_idle_fields(findings)
    measured = [
        rule for rule in findings.looked_at if is_measured(rule) and findings.distinct.get(rule.position, 2) > 1
    ]
    for start in range(0, len(measured), _FIELDS_AT_ONCE):
        _look_at(findings, measured[start : start + _FIELDS_AT_ONCE], day)


def _look_at(findings: Findings, rules: Sequence[FieldRule], today: date) -> None:
    make_measures(findings, rules, "measures", unusual=_UNUSUAL_FORMAT)
    spreads = _spreads(findings, rules)
    drafts = [
        (rule, draft)
        for rule in rules
        if rule.position in spreads
        for draft in _drafts(rule, spreads[rule.position], today)
    ]
    if drafts:
        _add_hints(findings, drafts)
    findings.connection.execute("DROP TABLE measures")


# --- how the values lie -----------------------------------------------------------------------------------------------


def _spreads(findings: Findings, rules: Sequence[FieldRule]) -> dict[int, _Spread]:
    columns = [f"m{rule.position}" for rule in rules]
    every = max(1, findings.records // MOST_SAMPLED)
    source = f"(SELECT {', '.join(columns)} FROM measures WHERE record % {every} = 0)"
    findings.connection.execute(
        "CREATE OR REPLACE TEMP TABLE spread AS SELECT *, sum(n) OVER (PARTITION BY position) AS total, "
        "sum(n) OVER (PARTITION BY position ORDER BY number ROWS UNBOUNDED PRECEDING) AS so_far, "
        "sum(CASE WHEN number > 0 THEN n END) OVER (PARTITION BY position) AS positives, "
        "sum(CASE WHEN number > 0 THEN n END) OVER (PARTITION BY position ORDER BY number ROWS UNBOUNDED PRECEDING) "
        "AS positive_so_far, row_number() OVER (PARTITION BY position ORDER BY n DESC, number) AS place FROM "
        "(SELECT CAST(substring(name, 2) AS INTEGER) AS position, value AS number, count(*) AS n "
        f"FROM {long_form(source, columns)} GROUP BY name, value)"
    )
    quartiles = ", ".join(f"min(CASE WHEN so_far >= {share} * total THEN number END)" for share in (0.25, 0.5, 0.75))
    positive = ", ".join(
        f"min(CASE WHEN number > 0 AND positive_so_far >= {share} * positives THEN number END)"
        for share in (0.25, 0.5, 0.75)
    )
    rows = findings.rows(
        f"SELECT position, max(total), count(*), min(number), max(number), {quartiles}, {positive}, "
        "max(CASE WHEN place = 1 THEN number END), max(CASE WHEN place = 1 THEN n END), "
        "coalesce(max(CASE WHEN place = 2 THEN n END), 0) FROM spread GROUP BY position ORDER BY position"
    )
    halves = _halves(findings)
    findings.connection.execute("DROP TABLE spread")
    return {row[0]: _spread(row[1:], halves.get(row[0], {})) for row in rows}


def _spread(row: Sequence[Any], halves: Mapping[int, int]) -> _Spread:
    count, distinct, least, most, q1, median, q3, low, middle, high, top, top_count, second = row
    return _Spread(
        count=int(count),
        distinct=int(distinct),
        least=least,
        q1=q1,
        median=median,
        q3=q3,
        most=most,
        positive=None if low is None else (low, middle, high),
        halves=halves,
        top=top,
        top_count=int(top_count),
        second_count=int(second),
    )


def _halves(findings: Findings) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for position, half, count in findings.rows(
        "SELECT position, CAST(floor(2 * log10(number)) AS INTEGER) AS half, sum(n) FROM spread WHERE number > 0 "
        "GROUP BY position, half ORDER BY position, half"
    ):
        found.setdefault(position, {})[int(half)] = int(count)
    return found


# --- what is strange about it -----------------------------------------------------------------------------------------


def _drafts(rule: FieldRule, spread: _Spread, today: date) -> Iterator[_Draft]:
    if rule.kind in DATED:
        yield from _strange_dates(rule, spread, today)
        return
    yield from _impossible_numbers(rule, spread)
    if words_of(rule.field) & (LATITUDE | LONGITUDE):
        yield from _spike(rule, spread)
        return
    scales = _mixed_scales(rule, spread)
    yield from scales or _unusual_numbers(rule, spread)
    yield from _zeros(rule, spread)
    yield from _spike(rule, spread)


def _unusual_numbers(rule: FieldRule, spread: _Spread) -> Iterable[_Draft]:
    fences = _fences(spread)
    if fences is None:
        return
    low, high = fences
    if spread.most > high:
        yield _Draft(
            "unusually_large",
            f"Unusually large: {rule.field}",
            f"m > {high!r}",
            f"{{n}} of the values lie above {_figure(high)}, far from the others: half of all values lie between "
            f"{_figure(spread.q1)} and {_figure(spread.q3)}.",
            most=_MOST_SHARE,
        )
    if spread.least < low:
        yield _Draft(
            "unusually_small",
            f"Unusually small: {rule.field}",
            f"m < {low!r}",
            f"{{n}} of the values lie below {_figure(low)}, far from the others: half of all values lie between "
            f"{_figure(spread.q1)} and {_figure(spread.q3)}.",
            most=_MOST_SHARE,
        )


def _fences(spread: _Spread) -> tuple[float, float] | None:
    """The values beyond which one is unusual; None where too few or too like values show none."""
    distance = spread.q3 - spread.q1
    if spread.count < _FEWEST or spread.distinct < _FEWEST_DIFFERENT or distance <= 0:
        return None
    low, high = spread.q1 - _FENCE * distance, spread.q3 + _FENCE * distance
    if spread.positive is not None and spread.positive[2] > spread.positive[0]:
        first, _, third = spread.positive
        ratio = (third / first) ** _FENCE
        high = max(high, third * ratio)
        low = min(low, first / ratio) if spread.least > 0 else low
    return low, high


def _mixed_scales(rule: FieldRule, spread: _Spread) -> list[_Draft]:
    """Two groups of positive values that lie three orders of magnitude apart, as millions beside single units."""
    if spread.positive is None or spread.count < _FEWEST or spread.distinct < _FEWEST_DIFFERENT:
        return []
    found = _scale_split(spread)
    if found is None:
        return []
    split, apart = found
    above = sum(n for half, n in spread.halves.items() if half >= split)
    rest = sum(spread.halves.values()) - above
    large = above <= rest
    condition = f"m >= {10.0 ** (split / 2)!r}" if large else f"m > 0 AND m < {10.0 ** (split / 2)!r}"
    side = "larger" if large else "smaller"
    return [
        _Draft(
            "mixed_scales",
            f"Two scales in one field: {rule.field}",
            condition,
            f"{{n}} of the values are about {10 ** round(apart):,} times {side} than the others. Two units may be "
            "mixed, such as millions beside single units.",
        )
    ]


def _scale_split(spread: _Spread) -> tuple[int, float] | None:
    """The half order of magnitude at which the larger group begins, and the orders between the groups' middles."""
    total = sum(spread.halves.values())
    least = max(_FEWEST_GROUP, _LEAST_GROUP * total)
    best: tuple[float, int, float] | None = None
    for split in range(min(spread.halves) + 1, max(spread.halves) + 1):
        small = {half: n for half, n in spread.halves.items() if half < split}
        large = {half: n for half, n in spread.halves.items() if half >= split}
        if sum(small.values()) < least or sum(large.values()) < least:
            continue
        apart = (_middle(large) - _middle(small)) / 2
        valley = spread.halves.get(split, 0) + spread.halves.get(split - 1, 0)
        peak = min(max(small.values()), max(large.values()))
        if apart >= _ORDERS and (valley <= _VALLEY * peak or _is_beyond(spread, small, large, split)):
            rank = (float(valley), split, apart)
            best = rank if best is None or rank < best else best
    return None if best is None else (best[1], best[2])


def _is_beyond(spread: _Spread, small: Mapping[int, int], large: Mapping[int, int], split: int) -> bool:
    """Whether the large values lie beyond the fence of a field in a hump of their own."""
    first, _, third = spread.positive or (1.0, 1.0, 1.0)
    fence = third * (third / first) ** _FENCE
    before = small.get(split - 1, 0) + small.get(split - 2, 0)
    after = large.get(split, 0) + large.get(split + 1, 0)
    return 10.0 ** (split / 2) >= fence / 3 and after > before


def _middle(halves: Mapping[int, int]) -> float:
    total, so_far = sum(halves.values()), 0
    for half in sorted(halves):
        so_far += halves[half]
        if 2 * so_far >= total:
            return half
    return 0.0


def _zeros(rule: FieldRule, spread: _Spread) -> Iterator[_Draft]:
    if rule.kind is FieldKind.MONEY and spread.least <= 0 <= spread.most and spread.distinct >= _FEWEST_DIFFERENT:
        yield _Draft(
            "many_zeros",
            f"Amounts of zero: {rule.field}",
            "m = 0",
            "{n} amounts ({share}) are exactly zero. They may be real, or stand for an amount that nobody knew.",
            most=_MOST_ZEROS,
            least=_FEWEST_ZEROS,
            least_share=_ZERO_SHARE,
        )


def _spike(rule: FieldRule, spread: _Spread) -> Iterator[_Draft]:
    if spread.top == 0 or spread.distinct < 3 * _FEWEST_DIFFERENT:
        return
    if spread.top_count >= _SPIKE_SHARE * spread.count and spread.top_count >= _SPIKE_TIMES * max(
        spread.second_count, 1
    ):
        yield _Draft(
            "spike",
            f"One value far more frequent: {rule.field}",
            f"m = {spread.top!r}",
            "{n} records ({share}) hold one and the same number, more than ten times as many as any other. "
            "It may be a default that nobody changed.",
            least=_FEWEST_SPIKE,
        )


def _impossible_numbers(rule: FieldRule, spread: _Spread) -> Iterator[_Draft]:
    words = words_of(rule.field)
    limits: list[tuple[str, str]] = []
    if rule.kind is FieldKind.PERCENT:
        limits.append(("m > 100", "above 100%"))
    if words & AGE:
        limits += [("m < 0", "below zero"), ("m > 130", "above 130 years")]
    if words & LATITUDE:
        limits.append(("m < -90 OR m > 90", "beyond 90 degrees"))
    if words & LONGITUDE and (words & {"longitude", "lon", "lng"}):
        limits.append(("m < -180 OR m > 180", "beyond 180 degrees"))
    for condition, what in limits:
        yield _Draft(
            "impossible_value",
            f"Hardly possible: {rule.field}",
            condition,
            f"{{n}} of the values lie {what}, which such a field can hardly hold.",
            most=_RARE_SHARE,
        )


def _strange_dates(rule: FieldRule, spread: _Spread, today: date) -> Iterator[_Draft]:
    now, words = day_number(today.year, today.month, today.day), words_of(rule.field)
    is_birth = BIRTH.speaks(words)
    if spread.most > now and (is_birth or not words & OPEN_ENDED):
        what = "births" if is_birth else "dates"
        yield _Draft(
            "date_in_future",
            f"Dates in the future: {rule.field}",
            f"m > {now}",
            f"{{n}} {what} lie after the day of this audit.",
            most=_RARE_SHARE,
        )
    if spread.count < _FEWEST or spread.distinct < _FEWEST_DIFFERENT:
        return
    distance = _FENCE * max(spread.q3 - spread.q1, _LEAST_DAYS)
    low, high = spread.q1 - distance, spread.q3 + distance
    between = f"half of all dates lie between {_day_text(spread.q1)} and {_day_text(spread.q3)}"
    for condition, side, is_there in (
        (f"m < {low!r}", "early", spread.least < low),
        (f"m > {high!r}", "late", spread.most > high),
    ):
        if is_there:
            yield _Draft(
                f"unusually_{side}",
                f"Unusually {side}: {rule.field}",
                condition,
                f"{{n}} of the dates lie far {'before' if side == 'early' else 'after'} the others: {between}.",
                most=_MOST_SHARE,
            )


# --- fields without a say ---------------------------------------------------------------------------------------------


def _hint_at_idle_fields(findings: Findings) -> None:
    """Fields that are always empty, or hold one value throughout."""
    idle = [rule for rule in findings.checked if findings.distinct.get(rule.position, 0) <= 2]
    for start in range(0, len(idle), _FIELDS_AT_ONCE):
        part = idle[start : start + _FIELDS_AT_ONCE]
        counts = ", ".join(
            f"count(CASE WHEN v.v{rule.position} IN (0, 2, 4) THEN 1 END), count(DISTINCT CASE WHEN v.v{rule.position} "
            f"IN (0, 2, 4) THEN trim(r.c{rule.position}) END), min(CASE WHEN v.v{rule.position} IN (0, 2, 4) THEN "
            f"r.c{rule.position} END)"
            for rule in part
        )
        row = findings.one(f"SELECT {counts}, count(*) FROM records AS r JOIN verdicts AS v ON r.record = v.record")
        for place, rule in enumerate(part):
            filled, distinct, example = row[3 * place : 3 * place + 3]
            _add_idle(findings, rule, filled, distinct, example, records=row[-1])


def _add_idle(
    findings: Findings, rule: FieldRule, filled: int, distinct: int, example: str | None, *, records: int
) -> None:
    if records and not filled:
        text = f"Not one of {records:,} records holds a value, so nothing can be built on the field."
        findings.hints.append(_hint("always_empty", rule.field, f"Always empty: {rule.field}", text, records))
    elif filled >= _ONE_VALUE_RECORDS and distinct == 1:
        text = f"All {filled:,} filled records hold the same value, so the field tells no record from another."
        examples = ((example or "")[:_EXAMPLE_LENGTH],)
        findings.hints.append(_hint("constant", rule.field, f"Always the same: {rule.field}", text, filled, examples))


# --- counting and writing ---------------------------------------------------------------------------------------------


def _add_hints(findings: Findings, drafts: Sequence[tuple[FieldRule, _Draft]]) -> None:
    """Counts the records of each draft over the whole sample, and keeps the hints that are within their bounds."""
    counts = ", ".join(
        f"count(CASE WHEN {_over(draft, rule)} THEN 1 END), count(m{rule.position})" for rule, draft in drafts
    )
    row = findings.one(f"SELECT {counts} FROM measures")
    for place, (rule, draft) in enumerate(drafts):
        found, measured = row[2 * place], row[2 * place + 1]
        if max(draft.least, draft.least_share * measured) <= found <= max(1.0, draft.most * measured):
            share = found / measured
            text = draft.text.format(n=f"{found:,}", share=f"{share:.1%}")
            examples = _examples(findings, rule, draft)
            findings.hints.append(_hint(draft.kind, rule.field, draft.title, text, found, examples))


def _over(draft: _Draft, rule: FieldRule) -> str:
    return " ".join(f"m{rule.position}" if word == "m" else word for word in draft.condition.split(" "))


def _examples(findings: Findings, rule: FieldRule, draft: _Draft) -> tuple[str, ...]:
    rows = findings.rows(
        f"SELECT DISTINCT r.c{rule.position} FROM records AS r JOIN (SELECT record FROM measures WHERE "
        f"{_over(draft, rule)}) AS m ON r.record = m.record ORDER BY 1 LIMIT {_EXAMPLES}"
    )
    return tuple(value[:_EXAMPLE_LENGTH] for (value,) in rows)


def _hint(kind: str, name: str, title: str, text: str, records: int, examples: tuple[str, ...] = ()) -> Hint:
    return Hint(
        id=f"{kind}: {name}", kind=kind, fields=(name,), title=title, text=text, records=records, examples=examples
    )


def _figure(number: float) -> str:
    """A number with three digits that count: 12,300 and 0.0123."""
    if number == 0 or not math.isfinite(number):
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(number))))
    rounded = round(number, 2 - math.floor(math.log10(abs(number))))
    return f"{rounded:,.{digits}f}"


def _day_text(number: float) -> str:
    year, month, day = day_of(number)
    return f"{year:04}-{month:02}-{day:02}"
