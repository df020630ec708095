"""How the words of free text differ: words that the older records don't explain, and single words that come or go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from readiness.audit.dialect import row_hash
from readiness.audit.rules import FieldRule
from readiness.audit.shift_figures import text_sample

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_TEXTS = 20_000  # records a side whose words are read; more change no verdict
_FEWEST_TEXTS = 3  # a word of fewer texts is no candidate for having come or gone
_WORD = r"[\p{L}]{2,}"
_SQL_NAMES = ("shift_words", "shift_known")


@dataclass(slots=True)
class WordFigures:
    """The words of one field on both sides.

    The older texts are split in two at random. The first half is what is known; how much of the second half it does not
    explain is what chance alone gives, and the newer texts are measured by the same yardstick.
    """

    older_texts: int = 0
    newer_texts: int = 0
    older_unknown: tuple[int, float, float] = (0, 0.0, 0.0)  # texts, mean and variance of the share of unknown words
    newer_unknown: tuple[int, float, float] = (0, 0.0, 0.0)
    older_words: Counter[str] = field(default_factory=Counter)  # word -> texts that hold it
    newer_words: Counter[str] = field(default_factory=Counter)


def compare_words(
    older: DuckDBPyConnection,
    newer: DuckDBPyConnection,
    rules: Sequence[tuple[FieldRule, FieldRule]],
    records: tuple[int, int],
) -> list[WordFigures]:
    """The words of each field, given by its (older, newer) rule; leaves no tables behind."""
    if not rules:
        return []
    figures = [WordFigures() for _ in rules]
    _take_words(older, [pair[0] for pair in rules], records[0])
    _take_words(newer, [pair[1] for pair in rules], records[1])
    known = _rows(older, "SELECT DISTINCT field, word FROM shift_words WHERE half = 0 ORDER BY field, word")
    for connection in (older, newer):
        _hand_over(connection, known)
    for place, count, mean, variance in _rows(older, _unknown_shares("half = 1")):
        figures[place].older_unknown = (int(count), float(mean), float(variance))
    for place, count, mean, variance in _rows(newer, _unknown_shares("true")):
        figures[place].newer_unknown = (int(count), float(mean), float(variance))
    frequent = sorted({*_rows(older, _FREQUENT), *_rows(newer, _FREQUENT)})
    for connection in (older, newer):
        _hand_over(connection, frequent)
    for place, word, count in _rows(older, _COUNTS):
        figures[place].older_words[word] = int(count)
    for place, word, count in _rows(newer, _COUNTS):
        figures[place].newer_words[word] = int(count)
    for place, count in _rows(older, _TEXTS):
        figures[place].older_texts = int(count)
    for place, count in _rows(newer, _TEXTS):
        figures[place].newer_texts = int(count)
    for connection in (older, newer):
        for table in _SQL_NAMES:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
    return figures


_FREQUENT = f"SELECT field, word FROM shift_words GROUP BY field, word HAVING count(*) >= {_FEWEST_TEXTS}"
_COUNTS = (
    "SELECT w.field, w.word, count(*) FROM shift_words AS w JOIN shift_known AS k "
    "ON w.field = k.field AND w.word = k.word GROUP BY w.field, w.word ORDER BY w.field, w.word"
)
_TEXTS = "SELECT field, count(DISTINCT record) FROM shift_words GROUP BY field ORDER BY field"


def _take_words(connection: DuckDBPyConnection, rules: Sequence[FieldRule], records: int) -> None:
    """The table shift_words: each different word of each text, in lower case, with the half of its record."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE shift_words (field INTEGER, record BIGINT, half INTEGER, word VARCHAR)"
    )
    for place, rule in enumerate(rules):
        source = text_sample(rule, records, MOST_TEXTS)
        different = f"unnest(list_distinct(regexp_extract_all(lower(value), '{_WORD}')))"
        half = f"CAST({row_hash(['record'])} % 2 AS INTEGER)"
        connection.execute(
            f"INSERT INTO shift_words SELECT {place}, record, {half}, word "
            f"FROM (SELECT record, {different} AS word FROM ({source}))"
        )


def _hand_over(connection: DuckDBPyConnection, known: list[tuple[Any, ...]]) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE shift_known (field INTEGER, word VARCHAR)")
    if known:
        fields, words = (list(column) for column in zip(*known, strict=True))
        connection.execute("INSERT INTO shift_known SELECT unnest(?::INTEGER[]), unnest(?::VARCHAR[])", [fields, words])


def _unknown_shares(which: str) -> str:
    marked = (
        "SELECT w.field, w.record, avg(CASE WHEN k.word IS NULL THEN 1.0 ELSE 0.0 END) AS share FROM shift_words AS w "
        f"LEFT JOIN shift_known AS k ON w.field = k.field AND w.word = k.word WHERE {which} GROUP BY w.field, w.record"
    )
    moments = "count(*), avg(share), coalesce(var_samp(share), 0)"
    return f"SELECT field, {moments} FROM ({marked}) GROUP BY field ORDER BY field"


def _rows(connection: DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
