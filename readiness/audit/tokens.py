"""Words that stand for a missing value, and when such a word is a value after all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness.audit.dialect import full_match
from readiness.audit.rules import FieldRule
from readiness.sql import quote_literal

_DEFAULT = (
    "-", "--", "---", "?", "??", "#n/a", "#na", "#null!", "(blank)", "(empty)", "(none)", "(null)", "<na>", "<null>",
    "[null]", "\\n", "n.a", "n.a.", "n/a", "na", "nan", "no data", "none", "not applicable", "not available", "not known",
    "missing", "null", "tba", "tbc", "tbd", "undefined", "unknown", "unspecified",
)  # fmt: skip
_GRADES = {
    "all", "high", "low", "mild", "moderate", "medium", "severe", "some", "partial", "full", "yes", "no", "maybe", "minor",
    "major", "few", "many", "single", "multiple", "always", "never", "often", "rarely", "weak", "strong",
}  # fmt: skip
_BETWEEN = "\x1f"  # the unit separator: in no word
_BLANK = "[\\s\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]*"


def default_tokens() -> tuple[str, ...]:
    """The usual words for a missing value, in lower case; compared without regard to case and surrounding spaces."""
    return _DEFAULT


def legitimate_among(tokens: Iterable[str], values: Iterable[str]) -> tuple[str, ...]:
    """Those of `tokens` (as written) that are values of a field whose other values are `values`.

    NA among two-letter codes, None among grades (low, high, yes ...), - among signs, Nan and Null among words written alike.
    """
    others = [value.strip() for value in values]
    return tuple(token for token in tokens if _is_a_value(token.strip(), others))


def missing_words(rule: FieldRule) -> tuple[str, ...]:
    """The words that mean missing in this field, in lower case and sorted: the usual ones and the field's own."""
    legitimate = {token.strip().lower() for token in rule.legitimate_tokens}
    words = {*_DEFAULT, *(token.strip().lower() for token in rule.missing_tokens)} - legitimate - {""}
    return tuple(sorted(words))


def is_empty(column: str) -> str:
    """SQL: the cell is not there, or holds nothing at all."""
    return f"({column} IS NULL OR {column} = '')"


def is_blank(column: str) -> str:
    """SQL: the filled cell holds only white space, no-break and zero-width characters included."""
    return full_match(column, _BLANK)


def is_missing_word(column: str, rule: FieldRule) -> str:
    """SQL: the cell holds a word that means missing in this field."""
    return _is_one_of(column, missing_words(rule))


def is_kept_word(column: str, rule: FieldRule) -> str:
    """SQL: the cell holds a word that the rule keeps as a value of the field, whatever its kind; '' for no such word."""
    kept = sorted({token.strip().lower() for token in rule.legitimate_tokens} - {""})
    return _is_one_of(column, kept) if kept else ""


def may_be_missing(column: str, rule: FieldRule) -> str:
    """SQL: a cheap test of the first character, true for every blank cell and every word that means missing."""
    first = {word[0] for word in missing_words(rule)}
    codes = sorted({ord(letter) for word in first for letter in (word, word.upper()) if len(letter) == 1})
    listed = ", ".join(str(code) for code in codes if 32 < code < 127)
    return f"(ascii({column}) NOT BETWEEN 33 AND 126 OR ascii({column}) IN ({listed}))"


def _is_one_of(column: str, words: Sequence[str]) -> str:
    """SQL: the trimmed cell is one of `words`, in any case. One look into one text is faster than a list of comparisons."""
    listed = quote_literal(_BETWEEN + _BETWEEN.join(words) + _BETWEEN)
    spaces = quote_literal(" \t\r\n\u00a0")
    between = quote_literal(_BETWEEN)
    return f"position({between} || lower(trim({column}, {spaces})) || {between} IN {listed}) > 0"


def _is_a_value(token: str, others: list[str]) -> bool:
    words = {other.lower() for other in others}
    if token == "-":
        return "+" in words
    if token.lower() == "none":
        return bool(words & _GRADES) and len(words) <= 12
    if token == "NA":
        codes = [other for other in set(others) if len(other) == 2 and other.isalpha() and other.isupper()]
        return len(codes) >= 3 and len(codes) >= 0.8 * len(set(others))
    return False
