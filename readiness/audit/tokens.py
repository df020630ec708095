"""Words that stand for a missing value, and when such a word is a value after all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness.audit.dialect import full_match, part_match
from readiness.audit.rules import FieldRule

_DEFAULT = (
    "-", "--", "---", "?", "??", "#n/a", "#na", "#null!", "(blank)", "(empty)", "(none)", "(null)", "<na>", "<null>",
    "[null]", "\\n", "n.a", "n.a.", "n/a", "na", "nan", "no data", "none", "not applicable", "not available",
    "not known",     "missing", "null", "tba", "tbc", "tbd", "undefined", "unknown", "unspecified",
)  # fmt: skip
# Of the words for missing, those that programs write and no list of choices holds; n/a may mean "does not apply".
CODES_FOR_MISSING = frozenset(
    {"?", "??", "#n/a", "#na", "#null!", "(null)", "<na>", "<null>", "[null]", "\\n", "nan", "null"}
)
_GRADES = {
    "all", "high", "low", "mild", "moderate", "medium", "severe", "some", "partial", "full", "yes", "no", "maybe",
    "minor",     "major", "few", "many", "single", "multiple", "always", "never", "often", "rarely", "weak", "strong",
}  # fmt: skip
_LETTER_OR_DIGIT = r"[\p{L}\p{N}]"
_RUN_OF_SIGNS = r"[\p{P}\p{S}]{3}"
_SPECIAL = frozenset("\\.+*?()|[]{}^$-#&~")  # letters with a meaning in patterns
_BLANK = "[\\s\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]*"


def default_tokens() -> tuple[str, ...]:
    """The usual words for a missing value, in lower case; compared without regard to case and surrounding spaces."""
    return _DEFAULT


def legitimate_among(tokens: Iterable[str], values: Iterable[str]) -> tuple[str, ...]:
    """Those of `tokens` (as written) that are values of a field whose other values are `values`.

    NA among two-letter codes, Na among symbols (K, Hb, Ca), None among grades (low, high, yes ...), - among signs, and
    ? among exclamations (!, ...).
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


def records_of_signs(source: str, columns: Sequence[str]) -> str:
    """A SELECT (record, line) of the records that hold signs alone, as a drawn rule does.

    A lone `-` is a word for missing instead, so three signs must stand together. Most records fall at the first cell.
    """
    wordless = " AND ".join(f"NOT coalesce({part_match(column, '[0-9A-Za-z]')}, false)" for column in columns)
    whole = f"SELECT record, line, concat_ws(' ', {', '.join(columns)}) AS whole FROM {source} WHERE {wordless}"
    return (
        f"SELECT record, line FROM ({whole}) WHERE NOT {part_match('whole', _LETTER_OR_DIGIT)} "
        f"AND {part_match('whole', _RUN_OF_SIGNS)}"
    )


def is_blank_or_missing_word(column: str, rule: FieldRule) -> str:
    """SQL: the filled cell is blank or holds a word that means missing here. One pattern is the cheapest test."""
    return full_match(column, f"(?i){_BLANK}(?:{_any_of(missing_words(rule))})?{_BLANK}")


def is_kept_word(column: str, rule: FieldRule) -> str:
    """SQL: the cell holds a word that the rule keeps as a value, whatever the kind; '' for no such word."""
    kept = sorted({token.strip().lower() for token in rule.legitimate_tokens} - {""})
    return full_match(column, f"(?i){_BLANK}(?:{_any_of(kept)}){_BLANK}") if kept else ""


def _any_of(words: Sequence[str]) -> str:
    return "|".join("".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in word) for word in words)


def _is_a_value(token: str, others: list[str]) -> bool:
    words = {other.lower() for other in others}
    if token == "-":
        return "+" in words
    if set(token) == {"?"}:
        return any(
            other and not any(one.isalnum() for one in other) and other.lower() not in _DEFAULT for other in words
        )
    if token == "Na":
        symbols = [other for other in set(others) if len(other) <= 4 and other[:1].isupper() and other.isalnum()]
        return len(symbols) >= 3 and len(symbols) >= 0.5 * len(set(others))
    if token.lower() == "none":
        return bool(words & _GRADES) and len(words) <= 12
    if token == "NA":
        codes = [other for other in set(others) if len(other) == 2 and other.isalpha() and other.isupper()]
        return len(codes) >= 3 and len(codes) >= 0.8 * len(set(others))
    return False
