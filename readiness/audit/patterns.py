"""Rules that people write: tried once by the engine that will apply them, before they meet a million values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readiness.audit.dialect import full_match
from readiness.audit.ranges import limits_of
from readiness.audit.rules import FieldRule, FieldRules
from readiness.errors import InvalidValueError
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def refuse_bad_patterns(connection: DuckDBPyConnection, rules: FieldRules) -> None:
    """Raises InvalidValueError, with the field's name, for a rule whose pattern is no regular expression."""
    import duckdb

    written = {rule.pattern: rule.field for rule in rules.rules if rule.pattern}
    for pattern, field in written.items():
        try:
            connection.execute(f"SELECT {full_match(quote_literal('a'), pattern)}").fetchall()
        except duckdb.Error as exc:
            raise InvalidValueError(f"Pattern of {field}", pattern, "is no regular expression (RE2 syntax)") from exc


def refuse_unusable(rule: FieldRule) -> None:
    """Raises InvalidValueError for a pattern or a limit, while it is being typed, that cannot be applied."""
    import duckdb

    if not (rule.pattern or rule.low or rule.high):
        return
    with duckdb.connect() as connection:
        refuse_bad_patterns(connection, FieldRules(rules=(rule,)))
        limits_of(connection, rule)
