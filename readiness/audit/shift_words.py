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
    _count_texts(older, [one.older_words for one in figures])
    _count_texts(newer, [one.newer_words for one in figures])
    for place, count in _rows(older, _TEXTS):
        figures[place].older_texts = int(count)
    for place, count in _rows(newer, _TEXTS):
        figures[place].newer_texts = int(count)
    for connection in (older, newer):
        for table in _SQL_NAMES:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
    return figures


_TEXTS = "SELECT field, count(DISTINCT record) FROM shift_words GROUP BY field ORDER BY field"


def _take_words(connection: DuckDBPyConnection, rules: Sequence[FieldRule], records: int) -> None:
    """The table shift_words: each different word of each text, in lower case, with the half that its record falls into."""
    connection.execute("CREATE OR REPLACE TEMP TABLE shift_words (field INTEGER, record BIGINT, half INTEGER, word VARCHAR)")
    for place, rule in enumerate(rules):
        words = f"SELECT record, unnest(list_distinct(regexp_extract_all(lower(value), '{_WORD}'))) AS word FROM ({text_sample(rule, records, MOST_TEXTS)})"
        connection.execute(
            f"INSERT INTO shift_words SELECT {place}, record, CAST({row_hash(['record'])} % 2 AS INTEGER), word FROM ({words})"
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
    return f"SELECT field, count(*), avg(share), coalesce(var_samp(share), 0) FROM ({marked}) GROUP BY field ORDER BY field"


def _count_texts(connection: DuckDBPyConnection, words: list[Counter[str]]) -> None:
    for place, word, count in _rows(
        connection,
        f"SELECT field, word, count(*) FROM shift_words GROUP BY field, word HAVING count(*) >= {_FEWEST_TEXTS} ORDER BY field, word",
    ):
        words[place][word] = int(count)


def _rows(connection: DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
