"""What each of two samples shows about the fields that are compared, counted in SQL: a few scans a sample.

Low-cardinality fields are grouped by value first, so that words, dates and numbers are judged once a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from readiness.audit.amounts import amount_columns
from readiness.audit.date_formats import date_columns, fast_date_test
from readiness.audit.dialect import distinct_about, replace_all
from readiness.audit.rules import DayMonthOrder, DecimalMark, FieldRule
from readiness.audit.shift_fields import Comparison
from readiness.audit.tokens import is_blank_or_missing_word, is_empty, is_kept_word
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_TEXTS = 100_000  # records whose texts are measured; more change no verdict
_FEW_NUMBERS, _MORE_NUMBERS = 20, 50  # up to here each number is a bin of its own
_RECORDS_A_NUMBER = 20  # between the two, if each comes this often on average
_GRID = 200  # quantiles that describe a field's numbers
_GROUPED_SHARE = 0.2  # of the records: with more distinct values than that, grouping costs more than it saves
_SPACES = "[\\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+"
_BATCH = 60  # fields a statement
_RARE_SHAPE = 0.002  # of the records; rarer shapes are counted together
_OTHER_SHAPES = "other shapes"
_NUMBER_TRAITS = ("notation", "whole", "mark", "thousands", "currency", "unit", "negative")
_TABLES = ("shift_values", "shift_numbers", "shift_texts")


@dataclass(frozen=True, slots=True)
class Counts:
    """The records of a sample that fit its header, and about how many different values each column has."""

    records: int
    distinct: tuple[int, ...]
    filled: tuple[int, ...]  # cells that hold anything at all


@dataclass(slots=True)
class Numbers:
    """A field's numbers: `grid` holds evenly spaced quantiles from the least to the greatest."""

    count: int = 0
    distinct: int = 0
    grid: tuple[float, ...] = ()

    @property
    def are_few(self) -> bool:
        """Whether each number is better compared by itself than within a range."""
        often = self.distinct * _RECORDS_A_NUMBER <= self.count
        return 0 < self.distinct <= (_MORE_NUMBERS if often else _FEW_NUMBERS)


@dataclass(slots=True)
class FieldFigures:
    """What one sample shows about one field. Counts are of records; texts' are of at most MOST_TEXTS records."""

    records: int = 0
    missing: int = 0
    missing_words: Counter[str] = field(default_factory=Counter)  # "" for empty
    values: Counter[str] = field(default_factory=Counter)  # of a field compared by categories
    traits: dict[str, Counter[str]] = field(default_factory=dict)  # how values are written: trait -> variant -> records
    days: Counter[str] = field(default_factory=Counter)  # yyyymmdd -> records
    numbers: Numbers = field(default_factory=Numbers)
    few_numbers: Counter[float] = field(default_factory=Counter)  # each number, where there are few
    lengths: Numbers = field(default_factory=Numbers)

    @property
    def filled(self) -> int:
        return self.records - self.missing


def count_distinct(connection: DuckDBPyConnection, columns: int) -> Counts:
    """How many records there are and how many values each column has, in one scan."""
    cells = [f"c{position}" for position in range(columns)]
    counts = ["count(*)", *(distinct_about(cell) for cell in cells), *(f"count(nullif({cell}, ''))" for cell in cells)]
    row = connection.execute(f"SELECT {', '.join(counts)} FROM records WHERE fault IS NULL").fetchone() or (0,)
    found = tuple(int(one) for one in row)
    return Counts(records=found[0], distinct=found[1 : 1 + columns], filled=found[1 + columns :])


class SampleFigures:
    """The figures of one sample. Leaves temporary tables for further questions until `forget`."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        rules: Sequence[FieldRule],
        comparisons: Sequence[Comparison],
        counts: Counts,
    ) -> None:
        self._connection = connection
        self._rules = rules
        self._comparisons = comparisons
        self._counts = counts
        self.records = counts.records
        self.fields = tuple(FieldFigures(records=counts.records) for _ in rules)

    def measure(self) -> None:
        """Fill in everything that needs no look at the other sample."""
        self._take_values()
        self._count_missing()
        self._count_categories()
        self._count_dates()
        self._take_numbers()
        self._take_texts()
        self._describe_numbers("number")
        self._describe_numbers("length")
        self._count_few_numbers()

    def count_bins(self, measure: str, cuts: dict[int, tuple[float, ...]]) -> dict[int, list[int]]:
        """By field: how many numbers (measure `number`) or text lengths (`length`) lie in each bin."""
        counted = {place: [0] * (len(one) + 1) for place, one in cuts.items()}
        places = sorted(cuts)
        for batch in _batches(places):
            bins = " ".join(f"WHEN {place} THEN {_bin(cuts[place])}" for place in batch)
            rows = self._rows(
                f"SELECT field, CASE field {bins} END AS bin, sum(n) FROM shift_numbers "
                f"WHERE measure = {quote_literal(measure)} AND field IN {_listed(batch)} "
                "GROUP BY field, bin ORDER BY field, bin"
            )
            for place, number, count in rows:
                counted[place][number] += int(count)
        return counted

    def forget(self) -> None:
        for table in _TABLES:
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")

    # --- values ---------------------------------------------------------------------------------------------------

    def _take_values(self) -> None:
        """The table shift_values: each field's values with their records, and whether they mean missing."""
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE shift_values (field INTEGER, value VARCHAR, n BIGINT, missing BOOLEAN)"
        )
        for batch in _batches(range(len(self._rules))):
            branches = " UNION ALL ".join(self._values_of(place) for place in batch)
            self._connection.execute(f"INSERT INTO shift_values {branches}")

    def _values_of(self, place: int) -> str:
        rule, comparison = self._rules[place], self._comparisons[place]
        column = f"c{rule.position}"
        if comparison in (Comparison.CODES, Comparison.FREE_TEXT):
            cells = f"SELECT {column} AS value, {_is_missing(column, rule)} AS missing FROM records WHERE fault IS NULL"
            kept = f"SELECT CASE WHEN missing THEN value END AS value, missing FROM ({cells})"
            return f"SELECT {place}, value, count(*) AS n, missing FROM ({kept}) GROUP BY value, missing"
        grouped = f"SELECT {column} AS value, count(*) AS n FROM records WHERE fault IS NULL GROUP BY {column}"
        single = f"SELECT {column} AS value, 1 AS n FROM records WHERE fault IS NULL"
        source = grouped if self._is_grouped(place) else single
        return f"SELECT {place}, value, n, {_is_missing('value', rule)} FROM ({source})"

    def _count_missing(self) -> None:
        rows = self._connection.execute(
            "SELECT field, trim(coalesce(value, '')) AS word, sum(n) FROM shift_values WHERE missing "
            "GROUP BY field, word ORDER BY field, word"
        ).fetchall()
        for place, word, count in rows:
            self.fields[place].missing += int(count)
            self.fields[place].missing_words[word.strip()] += int(count)

    def _count_categories(self) -> None:
        for batch in _batches(self._places(Comparison.CATEGORIES)):
            rows = self._connection.execute(
                f"SELECT field, value, sum(n) FROM shift_values WHERE NOT missing AND field IN {_listed(batch)} "
                "GROUP BY field, value ORDER BY field, value"
            ).fetchall()
            for place, value, count in rows:
                self.fields[place].values[value] += int(count)

    # --- dates ----------------------------------------------------------------------------------------------------

    def _count_dates(self) -> None:
        for place in self._places(Comparison.DATES):
            rule, figures = self._rules[place], self.fields[place]
            formats: Counter[str] = Counter()
            fast = f"coalesce({fast_date_test('value', rule.format) or 'false'}, false)"
            source = f"SELECT value, n FROM shift_values WHERE field = {place} AND NOT missing"
            found = self._rows(_quick_days(source, fast, rule.format))
            if any(name is None for name, _, _ in found):
                unsettled = f"(SELECT *, {_tidy('value')} AS text FROM ({source}) WHERE NOT {fast})"
                found += self._rows(_slow_days(unsettled, rule.day_month_order))
            for name, day, count in found:
                if name is not None:
                    formats[name] += int(count)
                if day is not None:
                    figures.days[day] += int(count)
            figures.traits["date"] = formats

    # --- numbers --------------------------------------------------------------------------------------------------

    def _take_numbers(self) -> None:
        """The table shift_numbers, and how the numbers are written."""
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE shift_numbers (measure VARCHAR, field INTEGER, number DOUBLE, n BIGINT)"
        )
        places = self._places(Comparison.NUMBERS)
        if not places:
            return
        comma = [place for place in places if self._rules[place].decimal_mark is DecimalMark.COMMA]
        source = f"SELECT field, value, n FROM shift_values WHERE NOT missing AND field IN {_listed(places)}"
        quick = f"SELECT *, {_quick_number(comma)} AS quick FROM ({source})"
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE shift_texts AS {quick}")
        self._describe_writing(
            f"SELECT field, quick AS number, n, {_plain_traits()} FROM shift_texts WHERE quick IS NOT NULL"
        )
        if self._rows("SELECT 1 FROM shift_texts WHERE quick IS NULL LIMIT 1"):
            other = f"(SELECT field, n, {_tidy('value')} AS text FROM shift_texts WHERE quick IS NULL)"
            self._describe_writing(f"SELECT field, number, n, {_odd_traits()} FROM ({_slow_number(other, comma)})")

    def _describe_writing(self, judged: str) -> None:
        """Counts the traits of the numbers in `judged`, and adds them to shift_numbers."""
        for place, *variants, count in self._rows(
            f"SELECT field, {', '.join(_NUMBER_TRAITS)}, sum(n) FROM ({judged}) GROUP BY ALL ORDER BY ALL"
        ):
            for trait, variant in zip(_NUMBER_TRAITS, variants, strict=True):
                if variant is not None:
                    self.fields[place].traits.setdefault(trait, Counter())[variant] += int(count)
        self._connection.execute(
            f"INSERT INTO shift_numbers SELECT 'number', field, number, n FROM ({judged}) WHERE number IS NOT NULL"
        )

    def _describe_numbers(self, measure: str) -> None:
        """Count, different numbers and quantiles of every field: one query for single values, one for grouped ones."""
        single = [place for place in range(len(self._rules)) if measure == "number" and not self._is_grouped(place)]
        chosen = f"SELECT field, number, n FROM shift_numbers WHERE measure = {quote_literal(measure)}"
        for query in (_quantiles(chosen, single), _weighted_quantiles(chosen, single)):
            for place, count, distinct, grid in self._rows(query):
                numbers = self.fields[place].numbers if measure == "number" else self.fields[place].lengths
                numbers.count, numbers.distinct, numbers.grid = int(count), int(distinct), tuple(grid)

    def _count_few_numbers(self) -> None:
        few = [place for place in self._places(Comparison.NUMBERS) if self.fields[place].numbers.are_few]
        if few:
            for place, number, count in self._rows(
                "SELECT field, number, sum(n) FROM shift_numbers "
                f"WHERE measure = 'number' AND field IN {_listed(few)} GROUP BY ALL ORDER BY ALL"
            ):
                self.fields[place].few_numbers[number] += int(count)

    # --- texts ----------------------------------------------------------------------------------------------------

    def _take_texts(self) -> None:
        """Lengths of texts, and the shapes of codes, over evenly spaced records where there are very many."""
        for place, comparison in enumerate(self._comparisons):
            if comparison not in (Comparison.CODES, Comparison.FREE_TEXT):
                continue
            source = text_sample(self._rules[place], self._counts.records, MOST_TEXTS)
            self._connection.execute(
                f"INSERT INTO shift_numbers SELECT 'length', {place}, length(value), count(*) "
                f"FROM ({source}) GROUP BY length(value)"
            )
            if comparison is Comparison.CODES:
                self.fields[place].traits["shape"] = self._shapes(source)

    def _shapes(self, source: str) -> Counter[str]:
        """Runs of letters and digits as A, a and 9, other characters as they are; rare shapes together."""
        shaped = f"SELECT {_shape('value')} AS shape, count(*) AS n FROM ({source}) GROUP BY shape"
        is_rare = f"n < {_RARE_SHAPE} * sum(n) OVER ()"
        name = f"CASE WHEN {is_rare} THEN {quote_literal(_OTHER_SHAPES)} ELSE shape END"
        named = f"SELECT {name} AS shape, n FROM ({shaped})"
        return Counter(
            {
                shape: int(count)
                for shape, count in self._rows(f"SELECT shape, sum(n) FROM ({named}) GROUP BY shape ORDER BY shape")
            }
        )

    # --- the connection -------------------------------------------------------------------------------------------

    def _places(self, comparison: Comparison) -> list[int]:
        return [place for place, one in enumerate(self._comparisons) if one is comparison]

    def _is_grouped(self, place: int) -> bool:
        return self._counts.distinct[self._rules[place].position] <= _GROUPED_SHARE * self._counts.records

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()


def text_sample(rule: FieldRule, records: int, most: int) -> str:
    """A SELECT of record and value: the field's filled values, over evenly spaced records where `most` are too few."""
    every = max(1, -(-records // most))
    source = f"SELECT record, c{rule.position} AS value FROM records WHERE fault IS NULL AND record % {every} = 0"
    return f"SELECT record, value FROM ({source}) WHERE NOT {_is_missing('value', rule)}"


def _is_missing(column: str, rule: FieldRule) -> str:
    """SQL: the cell is empty, blank, or holds a word that means missing in this field."""
    kept = is_kept_word(column, rule)
    word = is_blank_or_missing_word(column, rule) + (f" AND NOT {kept}" if kept else "")
    return f"({is_empty(column)} OR ({word}))"


def _tidy(column: str) -> str:
    return f"trim({replace_all(column, _SPACES, ' ')})"


def _shape(column: str) -> str:
    return replace_all(replace_all(replace_all(column, "[0-9]+", "9"), r"\p{Lu}+", "A"), r"[\p{Ll}\p{Lo}]+", "a")


def _day_by_place(format_name: str) -> str:
    """yyyymmdd of a value that is surely in this format, whose parts have fixed places."""
    if "yyyy" in format_name:
        year = f"substring(value, {format_name.index('yyyy') + 1}, 4)"
    else:
        short = f"substring(value, {format_name.find('yy') + 1}, 2)"
        year = f"(CASE WHEN {short} < '70' THEN '20' ELSE '19' END || {short})"
    month, day = (f"substring(value, {format_name.find(part) + 1}, 2)" for part in ("mm", "dd"))
    return f"{year} || {month} || {day}"


def _quick_days(source: str, fast: str, format_name: str) -> str:
    """name, day and records of the values that are surely in the format; name is NULL for the others."""
    name = f"CASE WHEN {fast} THEN {quote_literal(format_name)} END"
    day = f"CASE WHEN {fast} THEN {_day_by_place(format_name)} END"
    return f"SELECT {name} AS name, {day} AS day, sum(n) FROM ({source}) GROUP BY name, day ORDER BY name, day"


def _slow_days(source: str, order: DayMonthOrder) -> str:
    """name (of the format), day (yyyymmdd, NULL where it is not known) and records of any text."""
    month_first = "true" if order is DayMonthOrder.MONTH_FIRST else "false"
    swapped = f"(date_order = 'month' OR (date_order = 'either' AND {month_first}))"
    year = "CASE WHEN year_a < 70 THEN year_a + 2000 WHEN year_a < 100 THEN year_a + 1900 ELSE year_a END"
    month = f"CASE WHEN {swapped} THEN day_a ELSE month_a END"
    day = f"CASE WHEN {swapped} THEN month_a ELSE day_a END"
    parts = " || ".join(
        f"lpad(CAST({part} AS VARCHAR), {width}, '0')" for part, width in ((year, 4), (month, 2), (day, 2))
    )
    named = (
        "SELECT n, CASE date_fault WHEN 'unknown' THEN 'no date' WHEN 'impossible' THEN 'impossible date' "
        "ELSE date_format END AS name, "
        f"CASE WHEN date_fault = '' THEN {parts} END AS day FROM ({date_columns(source, order)})"
    )
    return f"SELECT name, day, sum(n) FROM ({named}) GROUP BY name, day ORDER BY name, day"


def _quick_number(comma: Sequence[int]) -> str:
    """The value as a number where that is plain; in a field with decimal commas a point makes it unplain."""
    number = "TRY_CAST(value AS DOUBLE)"
    unplain = f"(field IN {_listed(comma)} AND value LIKE '%.%')" if comma else "false"
    return f"CASE WHEN NOT {unplain} AND abs({number}) < 1e300 AND position('_' IN value) = 0 THEN {number} END"


def _plain_traits() -> str:
    scientific = "(value LIKE '%e%' OR value LIKE '%E%')"
    zeros = "least(length(trim(value)) - position('.' IN trim(value)), 4)"
    return (
        f"CASE WHEN {scientific} THEN 'scientific' ELSE 'plain' END AS notation, "
        f"CASE WHEN {scientific} OR quick <> floor(quick) THEN NULL "
        f"WHEN value LIKE '%.%' THEN '1.' || repeat('0', {zeros}) ELSE '1' END AS whole, "
        "CASE WHEN value LIKE '%.%' THEN 'point' END AS mark, "
        "CASE WHEN abs(quick) >= 1000 THEN 'no separator' END AS thousands, "
        "'no currency' AS currency, 'no unit' AS unit, CASE WHEN quick < 0 THEN '-' END AS negative"
    )


def _slow_number(source: str, comma: Sequence[int]) -> str:
    """Adds number, real_mark and real_group to what amounts.amount_columns says of `source` (field, n, text)."""
    is_comma = f"field IN {_listed(comma)}" if comma else "false"
    mark = (
        f"CASE WHEN amount_form = 'point3' THEN CASE WHEN {is_comma} THEN '' ELSE '.' END "
        f"WHEN amount_form = 'comma3' THEN CASE WHEN {is_comma} THEN ',' ELSE '' END ELSE amount_mark END"
    )
    group = (
        f"CASE WHEN amount_form = 'point3' THEN CASE WHEN {is_comma} THEN '.' ELSE '' END "
        f"WHEN amount_form = 'comma3' THEN CASE WHEN {is_comma} THEN '' ELSE ',' END ELSE amount_group END"
    )
    marked = f"SELECT *, {mark} AS real_mark, {group} AS real_group FROM ({amount_columns(source)})"
    digits = (
        f"CASE real_mark WHEN ',' THEN replace({replace_all('amount_core', '[^0-9,]', '')}, ',', '.') "
        f"WHEN '.' THEN {replace_all('amount_core', '[^0-9.]', '')} ELSE {replace_all('amount_core', '[^0-9]', '')} END"
    )
    size = f"CASE WHEN amount_form <> '' THEN TRY_CAST(({digits}) || amount_exponent AS DOUBLE) END"
    signed = f"CASE WHEN amount_negative <> '' THEN -({size}) ELSE {size} END"
    return f"SELECT *, CASE WHEN abs({signed}) < 1e300 THEN {signed} END AS number FROM ({marked})"


def _odd_traits() -> str:
    is_number = "amount_form <> ''"
    zeros = "least(length(amount_core) - greatest(position(real_mark IN amount_core), 0), 4)"
    group = "CASE real_group WHEN '' THEN 'no separator' WHEN ' ' THEN 'space' ELSE real_group END"
    return (
        f"CASE WHEN NOT {is_number} THEN 'not a number' WHEN amount_exponent <> '' THEN 'scientific' "
        "ELSE 'plain' END AS notation, "
        f"CASE WHEN NOT {is_number} OR amount_exponent <> '' OR number <> floor(number) THEN NULL "
        f"WHEN real_mark = '' THEN '1' ELSE '1.' || repeat('0', {zeros}) END AS whole, "
        f"CASE WHEN {is_number} THEN CASE real_mark WHEN '.' THEN 'point' WHEN ',' THEN 'comma' END END AS mark, "
        f"CASE WHEN abs(number) >= 1000 THEN {group} END AS thousands, "
        f"CASE WHEN {is_number} THEN CASE amount_currency WHEN '' THEN 'no currency' "
        "ELSE amount_currency END END AS currency, "
        f"CASE WHEN {is_number} THEN CASE amount_suffix WHEN '' THEN 'no unit' ELSE amount_suffix END END AS unit, "
        "CASE WHEN number < 0 THEN amount_negative END AS negative"
    )


def _quantiles(source: str, fields: Sequence[int]) -> str:
    """field, count, distinct and quantiles of fields whose rows stand for one record each."""
    shares = ", ".join(str(step / _GRID) for step in range(_GRID + 1))
    chosen = f"{source} AND field IN {_listed(fields)}" if fields else f"{source} AND false"
    grid = f"quantile_disc(number, [{shares}])"
    return f"SELECT field, count(*), {distinct_about('number')}, {grid} FROM ({chosen}) GROUP BY field ORDER BY field"


def _weighted_quantiles(source: str, others: Sequence[int]) -> str:
    """The same of all other fields, whose rows stand for n records each and give the quantiles that these span."""
    chosen = f"{source} AND field NOT IN {_listed(others)}" if others else source
    merged = f"SELECT field, number, sum(n) AS n FROM ({chosen}) GROUP BY field, number"
    placed = (
        "SELECT *, sum(n) OVER (PARTITION BY field ORDER BY number) AS upto, sum(n) OVER (PARTITION BY field) AS total "
        f"FROM ({merged})"
    )
    first = f"CASE WHEN upto = n THEN 0 ELSE CAST(floor({_GRID}.0 * (upto - n) / total) AS BIGINT) + 1 END"
    last = f"CAST(floor({_GRID}.0 * upto / total) AS BIGINT) + 1"
    steps = f"SELECT field, number, unnest(range({first}, {last})) AS step FROM ({placed})"
    grids = f"SELECT field, list(number ORDER BY step) AS grid FROM ({steps}) GROUP BY field"
    sizes = f"SELECT field, sum(n) AS count, count(*) AS distinct_numbers FROM ({merged}) GROUP BY field"
    return (
        f"SELECT s.field, s.count, s.distinct_numbers, g.grid FROM ({sizes}) AS s JOIN ({grids}) AS g "
        "ON s.field = g.field ORDER BY s.field"
    )


def _bin(cuts: Sequence[float]) -> str:
    """SQL for the bin of a number: bin i holds what is at most the ith cut and more than the one before."""
    if not cuts:
        return "0"
    whens = " ".join(f"WHEN number <= {cut!r} THEN {place}" for place, cut in enumerate(cuts))
    return f"CASE {whens} ELSE {len(cuts)} END"


def _batches(places: Sequence[int]) -> list[Sequence[int]]:
    return [places[start : start + _BATCH] for start in range(0, len(places), _BATCH)]


def _listed(places: Sequence[int]) -> str:
    return "(" + ", ".join(str(place) for place in places) + ")"
