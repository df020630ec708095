"""The one place where names and values become SQL text."""

from __future__ import annotations


def quote_identifier(name: str) -> str:
    """`name` as a SQL identifier that cannot end early, whatever it holds."""
    return '"' + name.replace('"', '""').replace("\x00", "") + '"'


def quote_literal(text: str) -> str:
    """`text` as a SQL string literal that cannot end early, whatever it holds."""
    return "'" + text.replace("'", "''").replace("\x00", "") + "'"
