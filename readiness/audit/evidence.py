"""What a sample shows about each field: counts of shapes, formats and words, read in a few wide queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from dataclasses import field as made_of
from typing import TYPE_CHECKING

from readiness.audit.amounts import amount_columns
from readiness.audit.date_formats import date_columns, looks_like_a_date
from readiness.audit.dialect import full_match, long_form, replace_all, row_hash
from readiness.audit.rules import DayMonthOrder
from readiness.audit.tokens import default_tokens
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_CELLS = 60_000  # read for a suggestion; more would cost time and change no share by more than a point
FEWEST_RECORDS = 400
_MOST_VALUES = 200  # kept a field, to know what its words are
_ODD_YEAR = "year_a BETWEEN 100 AND 1499 AND year_a <> 1111 OR year_a BETWEEN 2200 AND 9998 AND year_a <> 2999"
_SPACES = "[\\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+"

# the words that mean yes or no, in several languages
YES_AND_NO = (
    "yes", "no", "y", "n", "true", "false", "t", "f", "ja", "nein", "j", "oui", "non", "o", "vrai", "faux", "wahr",
    "falsch", "sí", "si", "s", "verdadero", "falso", "sim", "não", "nao", "nee", "on", "off",
)  # fmt: skip
# UK, Canada, Netherlands, US with four more digits, Brazil: told by their form alone
_SURE_POSTCODE = (
    r"(?i:[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z][0-9][A-Z][ \-]?[0-9][A-Z][0-9]|[1-9][0-9]{3} [A-Z]{2})"
    r"|[0-9]{5}-[0-9]{3,4}"
)
_OTHER_POSTCODE = (
    r"(?i:[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}|[1-9][0-9]{3}[A-Z]{2}|[A-Z]{1,3}-[0-9]{4,6}"
    r"|[A-Z][0-9][0-9W] ?[A-Z0-9]{4})"
    r"|[0-9]{2}-[0-9]{3}|[0-9]{3}[ \-][0-9]{2,4}|[0-9]{4}-[0-9]{3}"
)

_SHAPES = {
    "email": r"[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z]{2,}",
    "url": r"(?i:https?://|www\.)\S+",
    "time": r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?",
    "phone": r"[+(]?[0-9][0-9 ()/.\-]{5,}[0-9](?: ?(?i:x|ext\.?) ?[0-9]+)?",
    "sure phone": r"\+[0-9][0-9 ()/.\-]{6,}[0-9]|\(0?[0-9]{2,5}\) ?[0-9]{3,4}[ \-.]?[0-9]{3,5}"
    r"|(?:1[ .\-])?[2-9][0-9]{2}[ .\-][2-9][0-9]{2}[ .\-][0-9]{4}|0[0-9]{2,5}[ /\-][0-9]{3,8}(?:[ \-][0-9]{2,4})*"
    r"|0[1-9](?:[ .][0-9]{2}){4}",
    "postcode": rf"[0-9]{{4,6}}|{_SURE_POSTCODE}|{_OTHER_POSTCODE}",
    "sure postcode": _SURE_POSTCODE,
    "boolean": "(?i:" + "|".join(YES_AND_NO) + ")",
    "digits": r"[0-9]+",
    "leading zero": r"0[0-9]+",
    "code": r"[A-Za-z0-9][A-Za-z0-9._/\-]*",
    "words": r".*\s.*",
}


@dataclass(slots=True)
class FieldEvidence:
    """What the sampled values of one field look like. Counts are of records unless they are named distinct."""

    field: str
    position: int
    sampled: int
    filled: int = 0  # neither blank nor one of the usual words for missing
    distinct: int = 0
    recurring: int = 0  # records whose value another one has, too
    tokens: Counter[str] = made_of(default_factory=Counter)  # usual words for missing, as written
    shapes: Counter[str] = made_of(default_factory=Counter)
    dates: Counter[str] = made_of(default_factory=Counter)  # format name with the order undecided -> possible dates
    date_orders: Counter[str] = made_of(default_factory=Counter)  # "day", "month", "either", "same"
    impossible_dates: int = 0
    odd_years: int = 0  # possible dates of a year that nobody writes (5678, 0412)
    amounts: Counter[AmountShape] = made_of(default_factory=Counter)
    values: Counter[str] = made_of(default_factory=Counter)  # the most frequent ones, with their records

    def share(self, shape: str) -> float:
        return self.shapes[shape] / self.filled if self.filled else 0.0


@dataclass(frozen=True, slots=True)
class AmountShape:
    """How one group of numbers is written; see amounts.amount_columns."""

    form: str
    mark: str
    group: str
    currency: str
    suffix: str
    negative: str


def gather_evidence(connection: DuckDBPyConnection, fields: tuple[str, ...]) -> tuple[FieldEvidence, ...]:
    """What the sample shows about each field. Reads evenly spaced records where there are very many.

    Leaves the temporary tables sampled_values and sampled_dates for further questions; forget_sample removes them.
    """
    sampled = _take_values(connection, len(fields))
    found = [FieldEvidence(field=name, position=position, sampled=sampled) for position, name in enumerate(fields)]
    _count_tokens(connection, found)
    _count_shapes(connection, found)
    _count_dates(connection, found)
    _count_amounts(connection, found)
    _keep_values(connection, found)
    return tuple(found)


def forget_sample(connection: DuckDBPyConnection) -> None:
    connection.execute("DROP TABLE IF EXISTS sampled_values")
    connection.execute("DROP TABLE IF EXISTS sampled_dates")


def sampled_records(connection: DuckDBPyConnection, fields: int) -> str:
    """The records that suggestions are drawn from, as a SQL relation: all, or every k-th."""
    row = connection.execute("SELECT count(*) FROM records").fetchone()
    total = int(row[0]) if row else 0
    wanted = max(FEWEST_RECORDS, MOST_CELLS // max(fields, 1))
    every = max(1, total // wanted)
    return f"(SELECT * FROM records WHERE fault IS NULL AND record % {every} = 0)"


def _take_values(connection: DuckDBPyConnection, fields: int) -> int:
    """Leaves the table sampled_values (position, value, text, n) and gives back how many records it was made of."""
    source = sampled_records(connection, fields)
    columns = [f"c{position}" for position in range(fields)]
    cells = f"(SELECT {', '.join(['record', *columns])} FROM {source})" if columns else ""
    row = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
    grouped = (
        "SELECT CAST(substring(name, 2) AS INTEGER) AS position, value, count(*) AS n FROM "
        f"{long_form(cells, columns)} "
        "GROUP BY name, value"
        if columns
        else "SELECT 0 AS position, '' AS value, 0 AS n WHERE false"
    )
    text = f"trim({replace_all('value', _SPACES, ' ')})"
    usual = ", ".join(quote_literal(token) for token in default_tokens())
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sampled_values AS SELECT *, lower(text) IN (" + usual + ") AS is_token FROM "
        f"(SELECT *, {text} AS text FROM ({grouped})) WHERE text <> ''"
    )
    return int(row[0]) if row else 0


def _count_tokens(connection: DuckDBPyConnection, found: list[FieldEvidence]) -> None:
    rows = connection.execute(
        "SELECT position, text, sum(n) FROM sampled_values WHERE is_token GROUP BY ALL ORDER BY position, text"
    ).fetchall()
    for position, text, count in rows:
        found[position].tokens[text] = int(count)


def _count_shapes(connection: DuckDBPyConnection, found: list[FieldEvidence]) -> None:
    counts = ", ".join(
        f"coalesce(sum(n) FILTER (WHERE {full_match('text', pattern)}), 0)" for pattern in _SHAPES.values()
    )
    rows = connection.execute(
        f"SELECT position, sum(n), count(*), coalesce(sum(n) FILTER (WHERE n > 1), 0), {counts} FROM sampled_values "
        "WHERE NOT is_token GROUP BY position"
    ).fetchall()
    for position, filled, distinct, recurring, *shapes in rows:
        evidence = found[position]
        evidence.filled, evidence.distinct, evidence.recurring = int(filled), int(distinct), int(recurring)
        evidence.shapes.update({name: int(count) for name, count in zip(_SHAPES, shapes, strict=True)})


def _count_dates(connection: DuckDBPyConnection, found: list[FieldEvidence]) -> None:
    source = f"(SELECT * FROM sampled_values WHERE NOT is_token AND length(text) <= 40 AND {looks_like_a_date('text')})"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sampled_dates AS SELECT position, value, n, year_a, month_a, day_a, possible_a, "
        "possible_b, date_format, date_order, date_fault FROM "
        f"({date_columns(source, DayMonthOrder.UNDECIDED)}) WHERE date_fault <> 'unknown'"
    )
    rows = connection.execute(
        f"SELECT position, date_format, date_order, date_fault, sum(n), coalesce(sum(n) FILTER (WHERE {_ODD_YEAR}), 0) "
        "FROM sampled_dates GROUP BY position, date_format, date_order, date_fault ORDER BY ALL"
    ).fetchall()
    for position, name, order, fault, count, odd in rows:
        evidence = found[position]
        if fault == "impossible":
            evidence.impossible_dates += int(count)
            continue
        evidence.dates[name] += int(count)
        evidence.odd_years += int(odd)
        if order:
            evidence.date_orders[order] += int(count)


def _count_amounts(connection: DuckDBPyConnection, found: list[FieldEvidence]) -> None:
    has_digit = full_match("text", r"[^0-9]{0,8}[0-9].*")
    source = f"(SELECT * FROM sampled_values WHERE NOT is_token AND length(text) <= 40 AND {has_digit})"
    rows = connection.execute(
        "SELECT position, amount_form, amount_mark, amount_group, amount_currency, amount_suffix, amount_negative, "
        "sum(n) "
        f"FROM ({amount_columns(source)}) WHERE amount_form <> '' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for position, form, mark, group, currency, suffix, negative, count in rows:
        found[position].amounts[AmountShape(form, mark, group, currency, suffix, negative)] += int(count)


def _keep_values(connection: DuckDBPyConnection, found: list[FieldEvidence]) -> None:
    rows = connection.execute(
        "SELECT position, text, records FROM (SELECT *, row_number() OVER (PARTITION BY position ORDER BY records "
        f"DESC, {row_hash(['text'])}, text) AS place "
        "FROM (SELECT position, text, sum(n) AS records FROM sampled_values WHERE NOT is_token GROUP BY position, "
        "text)) "
        f"WHERE place <= {_MOST_VALUES} ORDER BY position, place"
    ).fetchall()
    kept: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for position, text, count in rows:
        kept[position][text] = int(count)
    for position, values in kept.items():
        found[position].values = values
