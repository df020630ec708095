"""The few SQL functions whose name differs between engines. Everything else that the audit runs is plain SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from readiness.sql import quote_identifier, quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FEW_RECORDS, _FEW_FIELDS = 1_000, 60
_HASHED_AT_ONCE = 64


@contextmanager
def planned_for(connection: DuckDBPyConnection, records: int, fields: int) -> Iterator[None]:
    """Within it, queries over few cells are run as they are written: to plan them takes longer than to run them."""
    if records > _FEW_RECORDS or fields > _FEW_FIELDS:
        yield
        return
    connection.execute("PRAGMA disable_optimizer")
    try:
        yield
    finally:
        connection.execute("PRAGMA enable_optimizer")


def full_match(expression: str, pattern: str) -> str:
    """Whether the whole of `expression` matches `pattern`, line breaks included."""
    return f"regexp_full_match({expression}, {quote_literal(pattern)}, 's')"


def part_match(expression: str, pattern: str) -> str:
    """Whether some part of `expression` matches `pattern`."""
    return f"regexp_matches({expression}, {quote_literal(pattern)}, 's')"


def extract(expression: str, pattern: str, group: int = 0) -> str:
    """The part of `expression` that `pattern` (or its group) matches; empty when it does not."""
    return f"regexp_extract({expression}, {quote_literal(pattern)}, {group}, 's')"


def replace_all(expression: str, pattern: str, replacement: str) -> str:
    return f"regexp_replace({expression}, {quote_literal(pattern)}, {quote_literal(replacement)}, 'gs')"


def bytes_of(expression: str) -> str:
    """The length of the text in bytes of UTF-8; equal to `length` for plain ASCII."""
    return f"strlen({expression})"


def can_be_read_as_time(expression: str, pattern: str) -> str:
    """Whether the text is a possible moment written as the strptime `pattern`."""
    return f"try_strptime({expression}, {quote_literal(pattern)}) IS NOT NULL"


def days_between(first: str, last: str) -> str:
    """The days from the date `first` to the date `last`; negative when `last` comes earlier."""
    return f"date_diff('day', {first}, {last})"


def row_hash(columns: Sequence[str]) -> str:
    """A 64-bit hash of the cells; equal rows have equal hashes."""
    parts = [columns[start : start + _HASHED_AT_ONCE] for start in range(0, len(columns), _HASHED_AT_ONCE)]
    hashes = [f"hash({', '.join(part)})" for part in parts]
    return hashes[0] if len(hashes) == 1 else row_hash(hashes)


def distinct_about(expression: str) -> str:
    """The count of distinct values, within a few per cent (HyperLogLog)."""
    return f"approx_count_distinct({expression})"


def long_form(source: str, columns: Sequence[str]) -> str:
    """`source` with one row a filled cell: its other columns, `name` (of the column) and `value`."""
    names = ", ".join(quote_identifier(column) for column in columns)
    return f"(SELECT * FROM {source} UNPIVOT (value FOR name IN ({names})))"


def words_of(expression: str) -> str:
    """One row for each run of letters and digits in the text."""
    return f"unnest(regexp_extract_all({expression}, '[\\p{{L}}\\p{{N}}]+'))"


def without_accents(expression: str) -> str:
    """The text with the marks on its letters taken off."""
    return f"strip_accents({expression})"
