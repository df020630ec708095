"""What a sample of this size cannot show, and the signs that it was not drawn at random.

In a large sample an order is looked for in the first records, and days in evenly spread ones and then in all. Each
sign is one that records drawn at random show by chance less than once in many thousand samples.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from operator import gt, lt
from typing import TYPE_CHECKING, Any

from readiness.audit.amounts import read_amount_format
from readiness.audit.date_formats import UNDECIDED_JOIN
from readiness.audit.dialect import extract
from readiness.audit.report import EdgeCase, SampleLimits, SampleWarning
from readiness.audit.rules import DATED, NUMERIC, FieldKind, FieldRule
from readiness.audit.tokens import is_blank_or_missing_word, is_empty
from readiness.errors import InvalidValueError
from readiness.shares import hidden_share, records_to_see
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from readiness.audit.findings import Findings

FEWEST_RECORDS = 30  # of a sample that signs are looked for in
MOST_FIELDS = 60  # whose values are looked at, in file order
_FIRST_RECORDS = 2_000  # that an order is looked for in
_SPREAD_RECORDS = 2_000  # that days are looked for in
_COUNTED_RECORDS = 20_000  # of a sample whose identifiers are all taken apart
_STEPS = 10  # in one direction: fewer happen by chance
_STEPS_BACK = 0.02  # of the steps; a sorted list with a few strays is still a sorted list
_NAMED = 3
_WEEK_DAYS, _YEAR_DAYS = 7, 365
_RUN_SHARE = 0.98  # numbers of a run that are there
_SHEET_ENDS = {
    65_535: "older spreadsheets stop at 65,536 rows, the header included",
    65_536: "older spreadsheets stop at 65,536 rows",
    1_048_575: "spreadsheets stop at 1,048,576 rows, the header included",
    1_048_576: "spreadsheets stop at 1,048,576 rows",
}
_ROUND = frozenset(lead * 10**zeros for zeros in range(3, 8) for lead in (1, 2, 5))
_MOSTLY_FILLED = 0.5

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_MADE_LATER = {  # words in the names of fields that are filled when records are exported or labelled
    "export", "exported", "extract", "extracted", "extraction", "snapshot", "load", "loaded", "import", "imported",
    "run", "report", "reported", "asof", "retrieved", "downloaded", "scraped", "crawled", "labelled", "labeled",
    "annotated", "reviewed", "row", "rownum", "rowid", "unnamed", "index", "line", "column", "seq",
    "sequence", "serial",
}  # fmt: skip
_OF_PERSONS = {"birth", "born", "dob", "birthday", "birthdate", "geburtsdatum", "hire", "hired"}
_OPEN_ENDED = {"due", "target", "expected", "planned", "closed", "end", "until", "expiry", "expires", "valid", "next"}
_SOURCES = {
    "source", "sources", "system", "channel", "origin", "site", "branch", "store", "office", "facility", "clinic",
    "hospital", "warehouse", "plant", "tenant", "team", "queue", "device", "sensor", "station", "machine", "region",
    "platform",
}  # fmt: skip
_OF_A_SOURCE = {"id", "name", "code", "no", "number", "key"}  # words behind it that change nothing


@dataclass(frozen=True, slots=True)
class _Trace:
    """What one field shows about the order and the days of its records."""

    rule: FieldRule
    up: int  # neighbouring records between which its value rises
    down: int
    days: int  # from the first to the last, both included; 0 for a field without days
    dated: int  # records that hold a day, of those looked at

    @property
    def is_in_order(self) -> bool:
        steps, back = max(self.up, self.down), min(self.up, self.down)
        return steps >= _STEPS and back <= _STEPS_BACK * steps


def refuse_small_population(population: int | None, records: int) -> None:
    """Raises InvalidValueError for a population that cannot hold the sample."""
    if population is not None and population < records:
        raise InvalidValueError("population", population, f"is less than the {records:,} records of the sample")


def sample_limits(
    findings: Findings, edge_cases: Sequence[EdgeCase], *, clean: int, population: int | None = None
) -> SampleLimits:
    """What the audited sample cannot show. `clean` is how many of its records are clean.

    Needs the table `records`. A sample that holds all records of its population has no limits of this kind.
    """
    records = findings.records
    hidden = hidden_share(records, population)
    if population is not None and population == records:
        whole = f"The file holds all {records:,} records, so its shares are exact and nothing is hidden by chance."
        return SampleLimits(hidden_below=hidden, population=population, sentences=(whole,) if records else ())
    traces = _traces(findings) if records >= FEWEST_RECORDS else ()
    sentences = (
        *_about_size(records, hidden, population),
        *_about_singles(records, edge_cases),
        *_about_time(traces),
        *_about_cleanness(findings, clean),
    )
    return SampleLimits(
        hidden_below=hidden, population=population, sentences=sentences, warnings=_warnings(findings, traces)
    )


# --- sentences ----------------------------------------------------------------------------------------------------


def _about_size(records: int, hidden: float, population: int | None) -> tuple[str, ...]:
    if not records:
        return ("Without records nothing can be said.",)
    of_population = f" of the {population:,} records it was drawn from" if population else " of all records"
    count = f" (up to {round(hidden * population) - 1:,} of them)" if population and hidden * population >= 1.5 else ""
    seen = f"An edge case in fewer than {_percent(hidden)}{of_population}{count} may be missing from this sample."
    rarer = next((share for share in (0.05, 0.01, 0.001, 0.0001) if share < hidden * 0.999), None)
    if rarer is None:
        return (seen,)
    return (
        seen,
        f"To see one of {_percent(rarer)} at least once (95%) takes {records_to_see(rarer):,} random records.",
    )


def _about_singles(records: int, edge_cases: Sequence[EdgeCase]) -> tuple[str, ...]:
    """How often a further record brings a new edge case: the share of those seen once (Good 1953, Biometrika 40)."""
    singles = sum(case.records == 1 for case in edge_cases)
    if not singles or records < FEWEST_RECORDS:
        return ()
    seen = "One edge case was" if singles == 1 else f"{singles:,} edge cases were"
    return (
        f"{seen} seen in one record only, so about one in {max(1, round(records / singles)):,} further records will "
        "bring an edge case that is not on this list.",
    )


def _about_time(traces: Sequence[_Trace]) -> tuple[str, ...]:
    """The stretch of days that the records cover, where it is less than a year."""
    longest = _longest(traces)
    if longest is None or not _WEEK_DAYS < longest.days < _YEAR_DAYS:
        return ()
    return (
        f"The dates in {longest.rule.field} cover {longest.days} days; what happens at other times of the year, such "
        "as a year-end, is not in this sample.",
    )


def _about_cleanness(findings: Findings, clean: int) -> tuple[str, ...]:
    if not FEWEST_RECORDS <= findings.records == clean:
        return ()
    return ("No record has a problem. Make sure that this is what the system really receives, not a cleaned export.",)


def _percent(share: float) -> str:
    """A small share for a sentence, with two digits that count: 1.2%, 0.12%, 0.00030%."""
    text = f"{share * 100:.2g}"
    return f"{float(text):.10f}".rstrip("0").rstrip(".") + "%" if "e" in text else f"{text}%"


# --- warnings -----------------------------------------------------------------------------------------------------


def _warnings(findings: Findings, traces: Sequence[_Trace]) -> tuple[SampleWarning, ...]:
    runs = _runs(findings, traces)
    ordered = [trace for trace in traces if trace.is_in_order and trace.rule.field not in runs]
    found = (
        *_few_days(findings, traces),
        *(_run_warning(field, count) for field, count in runs.items()),
        *_order_warning(ordered),
        *_one_source(findings),
        *_cut_off(findings.records, has_other_sign=bool(runs or ordered)),
    )
    return tuple(found)


def _few_days(findings: Findings, traces: Sequence[_Trace]) -> list[SampleWarning]:
    """All records of one day or one week."""
    longest = _longest(traces)
    if longest is None or longest.days > _WEEK_DAYS or not _is_confirmed(findings, longest):
        return []
    stretch = "day" if longest.days == 1 else "week"
    return [
        SampleWarning(
            what=f"One {stretch} only",
            why=f"All dates in {longest.rule.field} fall within one {stretch}. Other days, month-ends and seasons may "
            "look different.",
        )
    ]


def _longest(traces: Sequence[_Trace]) -> _Trace | None:
    """The field of events that covers most days; one that names the end of something speaks only where no other does.

    Where one such field covers more days than another, the few days of the other are a by-product.
    """
    events = [trace for trace in traces if trace.dated >= FEWEST_RECORDS and _is_of_events(trace.rule)]
    begun = [trace for trace in events if not _words(trace.rule.field) & _OPEN_ENDED]
    return max(begun or events, key=lambda trace: (trace.days, -trace.rule.position), default=None)


def _is_confirmed(findings: Findings, trace: _Trace) -> bool:
    """Whether all records agree, where only some of them were looked at."""
    if findings.records <= _FIRST_RECORDS:
        return True
    key = _order(trace.rule)
    first, last = findings.one(f"SELECT min(moment), max(moment) FROM (SELECT {key} AS moment FROM {findings.sound})")
    return _days_between(first[:10], last[:10]) <= _WEEK_DAYS


def _runs(findings: Findings, traces: Sequence[_Trace]) -> dict[str, int]:
    """By field: the count of identifiers that follow each other without a gap."""
    rules = [
        trace.rule
        for trace in traces
        if trace.rule.kind is FieldKind.IDENTIFIER
        and _is_drawn(trace.rule)
        and (trace.is_in_order or findings.records <= _COUNTED_RECORDS)
    ]
    if not rules:
        return {}
    numbers = ", ".join(f"{_last_number(f'c{rule.position}')} AS n{rule.position}" for rule in rules)
    different = "DISTINCT " if findings.records <= _COUNTED_RECORDS else ""  # in order, they need not be told apart
    figures = ", ".join(
        f"count({name}), count({different}{name}), max({name}) - min({name}) + 1"
        for name in (f"n{rule.position}" for rule in rules)
    )
    row = findings.one(f"SELECT {figures} FROM (SELECT {numbers} FROM {findings.sound})")
    runs = {}
    for place, rule in enumerate(rules):
        filled, distinct, span = row[3 * place : 3 * place + 3]
        if filled >= FEWEST_RECORDS and distinct >= _RUN_SHARE * max(filled, span):
            runs[rule.field] = int(distinct)
    return runs


def _run_warning(field: str, count: int) -> SampleWarning:
    return SampleWarning(
        what=f"Neighbouring records: {field}",
        why=f"{field} runs through {count:,} numbers without a gap, as the first records of a list do. If these are "
        "all records there are, give their count as the population.",
    )


def _order_warning(ordered: Sequence[_Trace]) -> list[SampleWarning]:
    if not ordered:
        return []
    names = ", ".join(trace.rule.field for trace in ordered[:_NAMED])
    more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
    return [
        SampleWarning(
            what=f"Records in order: {names}{more}",
            why="Records drawn at random rarely stand in order. If these are the first or the latest ones of a longer "
            "list, they say little about the rest.",
        )
    ]


def _one_source(findings: Findings) -> list[SampleWarning]:
    if findings.records < FEWEST_RECORDS:
        return []
    alone = [
        rule for rule in findings.checked if findings.distinct.get(rule.position) == 1 and _is_a_source(rule.field)
    ][:_NAMED]
    if not alone:
        return []
    counts = (f"count(*) FILTER (WHERE {_holds_a_value(rule)})" for rule in alone)
    filled = findings.one(f"SELECT {', '.join(counts)} FROM {findings.sound}")
    return [
        SampleWarning(
            what=f"One source only: {rule.field}",
            why=f"{rule.field} holds the same value in every record that has one. Records of other sources may look "
            "different.",
        )
        for rule, count in zip(alone, filled, strict=True)
        if count >= _MOSTLY_FILLED * findings.records
    ]


def _is_a_source(field: str) -> bool:
    """Whether the name ends in a word for a source: a hospital's type is none."""
    words = [word.lower() for word in _WORD.findall(field)]
    while words and words[-1] in _OF_A_SOURCE:
        words.pop()
    return bool(words) and words[-1] in _SOURCES


def _holds_a_value(rule: FieldRule) -> str:
    column = f"c{rule.position}"
    return f"NOT {is_empty(column)} AND NOT {is_blank_or_missing_word(column, rule)}"


def _cut_off(records: int, *, has_other_sign: bool) -> list[SampleWarning]:
    """A count at which exports stop. A round one is also what people ask for, so it takes another sign."""
    why = _SHEET_ENDS.get(records, "")
    if not why and records in _ROUND and has_other_sign:
        why = "exports often stop at such a count"
    if not why:
        return []
    return [
        SampleWarning(
            what=f"Exactly {records:,} records", why=f"{_sentence_start(why)}. The rest may have been cut off."
        )
    ]


def _sentence_start(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- fields -------------------------------------------------------------------------------------------------------


def _traces(findings: Findings) -> tuple[_Trace, ...]:
    """One for each field whose values can be put in order, in one query; two for a large sample."""
    rules = [rule for rule in findings.checked if _is_looked_at(findings, rule)][:MOST_FIELDS]
    dated = [rule for rule in rules if rule.kind in DATED]
    keys = _keys(findings, rules, f"record <= {_FIRST_RECORDS}")
    spread = keys
    if findings.records > _FIRST_RECORDS:
        spread = _keys(findings, dated, f"record % {-(-findings.records // _SPREAD_RECORDS)} = 0")
    return tuple(_trace(rule, keys[rule.position], spread.get(rule.position, ())) for rule in rules)


def _is_looked_at(findings: Findings, rule: FieldRule) -> bool:
    least = 0 if rule.kind in DATED else _STEPS
    return findings.distinct.get(rule.position, 0) > least and bool(_order(rule))


def _keys(findings: Findings, rules: Sequence[FieldRule], condition: str) -> dict[int, tuple[Any, ...]]:
    """By position: what the values of some records sort by, in file order, without those that are missing."""
    if not rules:
        return {}
    rows = findings.rows(
        f"SELECT {', '.join(_order(rule) for rule in rules)} FROM {findings.sound} AS sound WHERE {condition} "
        "ORDER BY record"
    )
    return {
        rule.position: tuple(row[place] for row in rows if row[place] is not None) for place, rule in enumerate(rules)
    }


def _trace(rule: FieldRule, keys: Sequence[Any], spread: Sequence[Any]) -> _Trace:
    """So few records are compared here that it is faster than a window over each field."""
    up, down = (sum(compared(*pair) for pair in pairwise(keys)) for compared in (lt, gt)) if _is_drawn(rule) else (0, 0)
    days = sorted(key[:10] for key in spread) if rule.kind in DATED else []
    return _Trace(rule, up, down, _days_between(days[0], days[-1]) if days else 0, len(days))


def _days_between(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def _words(field: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(field))


def _is_drawn(rule: FieldRule) -> bool:
    """Whether the field was filled before the sample was drawn, as far as its name says."""
    return bool(rule.field.strip()) and not _words(rule.field) & _MADE_LATER


def _is_of_events(rule: FieldRule) -> bool:
    return _is_drawn(rule) and not _words(rule.field) & _OF_PERSONS


# --- SQL ----------------------------------------------------------------------------------------------------------


def _order(rule: FieldRule) -> str:
    """SQL that sorts as the field's values do; '' where there is none."""
    column = f"c{rule.position}"
    if rule.kind in DATED:
        day = _day(rule)
        return f"(CAST({day} AS VARCHAR) || ' ' || {_clock(column)})" if day else ""
    if rule.kind in NUMERIC:
        return _number(column, rule.format)
    if rule.kind is FieldKind.IDENTIFIER:
        return _last_number(column)
    return f"lower(nullif(trim({column}), ''))"


def _last_number(column: str) -> str:
    return f"coalesce(TRY_CAST({column} AS BIGINT), TRY_CAST({extract(column, '([0-9]{1,18})[^0-9]*$', 1)} AS BIGINT))"


def _number(column: str, name: str) -> str:
    expected = read_amount_format(name)
    text = column
    for sign in {expected.group, expected.currency, expected.suffix} - {"", expected.mark}:
        text = f"replace({text}, {quote_literal(sign)}, '')"
    if expected.mark == ",":
        text = f"replace({text}, ',', '.')"
    return f"TRY_CAST(trim({text}) AS DOUBLE)"


def _day(rule: FieldRule) -> str:
    """SQL for the day of the field's values as a DATE; NULL for values that are no such day, '' for no such format."""
    name, column = rule.format, f"c{rule.position}"
    if not name or UNDECIDED_JOIN in name or "yy" not in name or "d" not in name:
        return ""
    if name.startswith("yyyymmdd"):
        year, month, day = (f"substring({column}, {start}, {length})" for start, length in ((1, 4), (5, 2), (7, 2)))
    elif "Mon" in name:
        first, second = _digits(column, 1), _digits(column, 2)
        year, day = (first, second) if name.startswith("yyyy") else (second, first)
        short = f"lower({extract(column, '(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)')})"
        month = f"CAST((position(nullif({short}, '') IN {quote_literal(_MONTHS)}) + 2) // 3 AS VARCHAR)"
    else:
        parts = {
            part: _digits(column, place) for place, part in enumerate(re.findall("[ymd]+", name.split("h")[0])[:3], 1)
        }
        if not {"mm", "dd"} < set(parts):
            return ""
        year, month, day = parts.get("yyyy") or parts["yy"], parts["mm"], parts["dd"]
    century = "" if "yyyy" in name else "'20' || "
    return f"TRY_CAST({century}{year} || '-' || {month} || '-' || {day} AS DATE)"


def _digits(column: str, place: int) -> str:
    """SQL: the nth run of digits in the text."""
    return extract(column, r"^[^0-9]*([0-9]{1,4})(?:[^0-9]+([0-9]{1,4}))?(?:[^0-9]+([0-9]{1,4}))?", place)


def _clock(column: str) -> str:
    """SQL: the time of day as text that sorts; '' for none."""
    return f"lpad({extract(column, '[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?')}, 8, '0')"
