"""The checks, as data: what each is called, what it means, how bad it is, and the SQL that finds it.

A value check sees one distinct value at a time, as a row with `value` (as in the file), `text` (trimmed) and, by the
field's kind, the columns of date_formats.date_columns or amounts.amount_columns. A new check is one entry in
VALUE_CHECKS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from readiness.audit.amounts import (
    amount_columns,
    amount_difference,
    amount_is_ambiguous,
    fast_amount_test,
    read_amount_format,
)
from readiness.audit.date_formats import date_columns, fast_date_test
from readiness.audit.dialect import bytes_of, full_match, part_match, replace_all
from readiness.audit.mojibake import MISREAD, REPLACED, SURE_PATTERN
from readiness.audit.reading.values import LineFault
from readiness.audit.report import Tier
from readiness.audit.rules import DATED, NUMERIC, DayMonthOrder, FieldKind, FieldRule
from readiness.audit.time_formats import clock_pattern, fast_time_test, time_columns
from readiness.audit.tokens import missing_words
from readiness.sql import quote_literal


@dataclass(frozen=True, slots=True)
class Check:
    """A category of problems. `kind` is the first part of its edge cases' ids."""

    kind: str
    title: str
    reason: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class ValueCheck(Check):
    """A check of one value. `fault` and `why` give SQL: a condition, and a clause about the value."""

    applies: Callable[[FieldRule], bool]
    fault: Callable[[FieldRule], str]
    why: Callable[[FieldRule], str]


MISSING_REQUIRED = Check(
    "missing_required",
    "Required field missing",
    "The field is empty or holds a word that means missing, and these records cannot do without it.",
    Tier.NEEDS_REVIEW,
)
DISGUISED_MISSING = Check(
    "disguised_missing",
    "Missing value in disguise",
    "A word or filler stands where a date or number belongs; code that reads the field fails on it, or believes it.",
    Tier.REPAIRABLE,
)
DUPLICATE_RECORD = Check(
    "duplicate_record",
    "Exact duplicate record",
    "Every cell equals an earlier record's. The first occurrence is not counted.",
    Tier.REPAIRABLE,
)
DUPLICATE_KEY = Check(
    "duplicate_key",
    "Identifier used more than once",
    "The identifier stands in an earlier record too, with other content. The first occurrence is not counted.",
    Tier.NEEDS_REVIEW,
)
FUSED_CELLS = Check(
    "fused_cells",
    "Two fields fused into one cell",
    "One cell holds the values of two neighbouring fields; a reader that skips such lines loses these records.",
    Tier.REPAIRABLE,
)

_UNASSIGNED = "than the header, so they cannot be assigned to fields."
_LINE_CHECKS = (
    (LineFault.TOO_FEW_CELLS, "Line with too few cells", f"The line has fewer cells {_UNASSIGNED}", Tier.NEEDS_REVIEW),
    (LineFault.TOO_MANY_CELLS, "Line with too many cells", f"The line has more cells {_UNASSIGNED}", Tier.NEEDS_REVIEW),
    (
        LineFault.UNCLOSED_QUOTE,
        "Line with an unclosed quote",
        "A quote is opened and never closed, so the cells' ends are unknown.",
        Tier.NEEDS_REVIEW,
    ),
    (LineFault.FILLER, "Blank or filler line", "The line holds delimiters or padding and nothing else.", Tier.UNUSABLE),
    (
        LineFault.TOTAL,
        "Total or footer line",
        "The line sums up the records and is none itself; counted as a record it doubles the amounts.",
        Tier.UNUSABLE,
    ),
    (LineFault.REPEATED_HEADER, "Repeated header line", "The header stands again among the records.", Tier.UNUSABLE),
    (
        LineFault.BROKEN_JSON,
        "Line that is no valid JSON",
        "The line breaks off or is damaged, so it cannot be read as a record.",
        Tier.UNUSABLE,
    ),
    (LineFault.NOT_AN_OBJECT, "JSON value that is no record", "The value has no fields.", Tier.UNUSABLE),
    (
        LineFault.OTHER_TABLE,
        "Line of another table",
        "The line belongs to a second table in the same file.",
        Tier.UNUSABLE,
    ),
)
LINE_CHECKS: dict[str, Check] = {
    fault.value: Check(f"line_{fault.value}", title, reason, tier) for fault, title, reason, tier in _LINE_CHECKS
}

_HIDDEN = "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
_DIRECTION = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_RIGHT_TO_LEFT = r"[\p{Arabic}\p{Hebrew}\p{Syriac}\p{Thaana}\p{Nko}]"
_JOINING = (  # scripts that spell with joiners
    r"[\p{Arabic}\p{Syriac}\p{Nko}\p{Mongolian}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}"
    r"\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
)
_EMOJI = r"[\p{So}\p{Sk}\x{fe0f}]"
_MEANT_JOINERS = f"({_JOINING})[\u200c\u200d]|({_EMOJI})\u200d"
_ENTITY = "&(?:[a-zA-Z]{2,8}[0-9]{0,2}|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});"
_MARKUP = "</(?i:p|li|ul|ol|div|span|b|i|em|strong|a|td|tr|table|h[1-6])>"  # in which entities are as they should be
_BOOLEANS = ("yes", "no", "y", "n", "true", "false", "t", "f", "ja", "nein", "oui", "non", "0", "1")
_KIND_PATTERNS = {
    FieldKind.EMAIL: r"[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z]{2,}",
    FieldKind.URL: r"(?i:[a-z][a-z0-9+.\-]*://|www\.)\S+",
    FieldKind.TIME: clock_pattern(),
}


_RUN, _FIXED_RUN = r"\[[A-Za-z0-9-]+\](?:\{[0-9]+\}|\+)?", r"\]\{[0-9]+\}"
_SIGN = r"\\[^A-Za-z0-9]|[ /,:;_'\"#&@-]"  # of a pattern
DIGITS_ONLY = "[0-9]+"
PHONE_PATTERN = r"[+(]?[0-9][0-9 ()/.\-]{4,}[0-9](?: ?(?:x|ext\.?) ?[0-9]+)?"
_PLAIN_PATTERNS = (DIGITS_ONLY, PHONE_PATTERN)  # match plain ASCII without entities only
_FAST_PATTERNS = {  # narrower and faster than _KIND_PATTERNS, and plain ASCII
    FieldKind.EMAIL: r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}",
}


def _is_dated(rule: FieldRule) -> bool:
    return rule.kind in DATED


def _is_numeric(rule: FieldRule) -> bool:
    return rule.kind in NUMERIC


def _is_time(rule: FieldRule) -> bool:
    return rule.kind is FieldKind.TIME and not rule.pattern


VALUE_CHECKS: tuple[ValueCheck, ...] = (
    ValueCheck(
        "date_impossible",
        "Impossible date",
        "The value is written like a date, but there is no such day or time.",
        Tier.NEEDS_REVIEW,
        _is_dated,
        lambda rule: "date_fault = 'impossible'",
        lambda rule: "'no such day or time'",
    ),
    ValueCheck(
        "date_ambiguous",
        "Ambiguous date",
        "Day and month can be taken either way, and nothing in the field decides it.",
        Tier.NEEDS_REVIEW,
        _is_dated,
        lambda rule: "date_fault = 'ambiguous'",
        lambda rule: "'may be day first or month first'",
    ),
    ValueCheck(
        "date_unknown",
        "Not a date",
        "The value is in no known date format.",
        Tier.NEEDS_REVIEW,
        _is_dated,
        lambda rule: "date_fault = 'unknown'",
        lambda rule: "'not a date'",
    ),
    ValueCheck(
        "date_format",
        "Date in another format",
        "The date is readable, but not in the field's expected format.",
        Tier.REPAIRABLE,
        _is_dated,
        lambda rule: f"date_fault = '' AND date_format <> {quote_literal(rule.format)}{_unless_same_either_way(rule)}",
        lambda rule: f"'written as ' || date_format || ', expected ' || {quote_literal(rule.format)}",
    ),
    ValueCheck(
        "time_unknown",
        "Not a time of day",
        "The value is in no known way of writing a time, or there is no such hour or minute.",
        Tier.NEEDS_REVIEW,
        _is_time,
        lambda rule: "time_format = ''",
        lambda rule: "'not a time of day'",
    ),
    ValueCheck(
        "time_format",
        "Time in another format",
        "The time is readable, but not written as most times of the field are.",
        Tier.REPAIRABLE,
        lambda rule: _is_time(rule) and bool(rule.format),
        lambda rule: f"time_format NOT IN ('', {quote_literal(rule.format)})",
        lambda rule: f"'written as ' || time_format || ', expected ' || {quote_literal(rule.format)}",
    ),
    ValueCheck(
        "amount_unparsable",
        "Number that cannot be read",
        "The value is no number in any known way of writing one.",
        Tier.NEEDS_REVIEW,
        _is_numeric,
        lambda rule: "amount_form = ''",
        lambda rule: "'not a number'",
    ),
    ValueCheck(
        "amount_ambiguous",
        "Ambiguous number",
        "The separator may stand for thousands or for decimals, and nothing in the field decides it.",
        Tier.NEEDS_REVIEW,
        _is_numeric,
        lambda rule: "amount_is_ambiguous",
        lambda rule: "'thousands or decimals'",
    ),
    ValueCheck(
        "amount_format",
        "Number in another format",
        "The number is readable, but not written as the field's numbers are expected.",
        Tier.REPAIRABLE,
        _is_numeric,
        lambda rule: "NOT amount_is_ambiguous AND amount_difference <> ''",
        lambda rule: f"'written ' || amount_difference || ', expected ' || {quote_literal(rule.format)}",
    ),
    ValueCheck(
        "value_unknown",
        "Value outside the field's choices",
        "The field holds yes or no, and this is neither.",
        Tier.NEEDS_REVIEW,
        lambda rule: rule.kind is FieldKind.BOOLEAN,
        lambda rule: f"lower(text) NOT IN {_listed(_BOOLEANS)}",
        lambda rule: "'neither yes nor no'",
    ),
    ValueCheck(
        "format_stray",
        "Value that breaks the field's pattern",
        "Nearly all values of the field are written to one pattern, and this one is not.",
        Tier.NEEDS_REVIEW,
        lambda rule: bool(pattern_of(rule)) and not _is_time(rule),
        lambda rule: f"NOT {full_match('text', pattern_of(rule))} AND NOT {_differs_in_separators(rule)}",
        lambda rule: f"'does not match ' || {quote_literal(pattern_of(rule))}",
    ),
    ValueCheck(
        "format_variant",
        "Value written with other separators",
        "The letters and digits are as the field's pattern has them; only the signs and spaces between them differ.",
        Tier.REPAIRABLE,
        lambda rule: bool(_pattern_without_separators(rule)),
        lambda rule: f"NOT {full_match('text', pattern_of(rule))} AND {_differs_in_separators(rule)}",
        lambda rule: f"'written otherwise than ' || {quote_literal(pattern_of(rule))}",
    ),
    ValueCheck(
        "encoding_damage",
        "Damaged characters",
        "The text was decoded with the wrong character set, or lost characters on the way.",
        Tier.REPAIRABLE,
        lambda rule: True,
        lambda rule: part_match("value", SURE_PATTERN),
        lambda rule: f"CASE WHEN value LIKE '%\ufffd%' THEN '{REPLACED}' ELSE '{MISREAD}' END",
    ),
    ValueCheck(
        "hidden_characters",
        "Hidden characters",
        "The text holds characters that nobody sees; equal-looking values differ.",
        Tier.REPAIRABLE,
        lambda rule: True,
        lambda rule: f"{_holds_hidden('value')} AND NOT {part_match('value', SURE_PATTERN)}",
        lambda rule: "'zero-width or direction characters'",
    ),
    ValueCheck(
        "html_entities",
        "HTML entities in text",
        "The text was escaped for a web page and never turned back.",
        Tier.REPAIRABLE,
        lambda rule: rule.kind is not FieldKind.URL,
        lambda rule: f"{part_match('value', _ENTITY)} AND NOT {part_match('value', _MARKUP)}",
        lambda rule: "'HTML entity'",
    ),
)


_OF_TEXT = frozenset({"encoding_damage", "hidden_characters", "html_entities"})


def all_checks() -> tuple[Check, ...]:
    """Every check, in the order in which the documentation lists them."""
    of_values = (MISSING_REQUIRED, DISGUISED_MISSING, *VALUE_CHECKS)
    return (*of_values, DUPLICATE_KEY, DUPLICATE_RECORD, FUSED_CELLS, *LINE_CHECKS.values())


def checks_of(rule: FieldRule, *, odd_text: bool = True) -> tuple[ValueCheck, ...]:
    """The value checks that apply to a field; without those of damaged text where no value is `odd_text`."""
    return tuple(check for check in VALUE_CHECKS if check.applies(rule) and (odd_text or check.kind not in _OF_TEXT))


def is_plain_text(expression: str) -> str:
    """SQL: the text cannot be damaged, since damage is beyond ASCII or an entity."""
    return f"{bytes_of(expression)} = length({expression}) AND {expression} NOT LIKE '%&%'"


def surely_fine(rule: FieldRule, column: str) -> str:
    """A cheap SQL test on a filled cell that is true only for values that pass every check of the field."""
    if rule.kind in DATED:
        return fast_date_test(column, rule.format) or "false"
    if rule.kind in NUMERIC:
        expected = read_amount_format(rule.format)
        return "false" if expected.any_suffix else fast_amount_test(column, expected)
    if rule.kind is FieldKind.BOOLEAN:
        return f"lower({column}) IN {_listed(_BOOLEANS)}"
    if not rule.pattern and rule.kind in _FAST_PATTERNS:
        return full_match(column, _FAST_PATTERNS[rule.kind])
    if _is_time(rule) and rule.format:
        return fast_time_test(column, rule.format)
    plain = is_plain_text(column)
    if pattern_of(rule):
        return full_match(column, pattern_of(rule)) + ("" if pattern_of(rule) in _PLAIN_PATTERNS else f" AND {plain}")
    return plain


def is_decisive(rule: FieldRule) -> bool:
    """Whether a value that is surely fine can be neither blank nor one of the words that mean missing."""
    if rule.kind in DATED | NUMERIC:
        return not any(character.isdigit() for word in missing_words(rule) for character in word)
    is_told = rule.kind in _FAST_PATTERNS or (_is_time(rule) and bool(rule.format))
    return not rule.pattern and is_told and not rule.missing_tokens


def judged_values(rule: FieldRule, source: str) -> str:
    """A SELECT that adds to `source` (value, n) what the value checks of the field read."""
    spaces = "[\\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+"
    trimmed = f"(SELECT *, trim({replace_all('value', spaces, ' ')}) AS text FROM {source})"
    if rule.kind in DATED:
        return date_columns(trimmed, rule.day_month_order)
    if rule.kind in NUMERIC:
        expected = read_amount_format(rule.format)
        return (
            f"SELECT *, {amount_difference(expected)} AS amount_difference, "
            f"amount_form <> '' AND ({amount_is_ambiguous(expected)}) AS amount_is_ambiguous "
            f"FROM ({amount_columns(trimmed)})"
        )
    return time_columns(trimmed) if _is_time(rule) else f"SELECT * FROM {trimmed}"


def format_of(rule: FieldRule) -> str:
    """SQL for the name of a judged value's format; '' where the kind has none."""
    if rule.kind in DATED:
        return "CASE WHEN date_fault IN ('', 'ambiguous') THEN date_format ELSE '' END"
    if rule.kind in NUMERIC:
        as_expected = f"WHEN amount_difference = '' THEN {quote_literal(rule.format)}"
        return f"CASE WHEN amount_form = '' THEN '' {as_expected} ELSE amount_difference END"
    return "time_format" if _is_time(rule) else "''"


def pattern_of(rule: FieldRule) -> str:
    """The pattern that every value of the field must match; '' for none."""
    return rule.pattern or _KIND_PATTERNS.get(rule.kind, "")


def _differs_in_separators(rule: FieldRule) -> str:
    """SQL: without its signs and spaces the value is as the pattern without its own."""
    bare = _pattern_without_separators(rule)
    return full_match(replace_all("text", r"[^\p{L}\p{N}]", ""), bare) if bare else "false"


def _pattern_without_separators(rule: FieldRule) -> str:
    """The rule's pattern for values without separators; '' where it is more than runs of letters, digits and signs."""
    if not re.fullmatch(rf"(?:{_RUN}|{_SIGN})+", rule.pattern) or not re.search(_FIXED_RUN, rule.pattern):
        return ""
    return re.sub(rf"({_RUN})|{_SIGN}", lambda part: part[1] or "", rule.pattern)


def _holds_hidden(value: str) -> str:
    """SQL: the value holds unseen characters that its script does not need.

    Joiners belong into emoji and into the spelling of Persian or Hindi, direction marks beside right-to-left letters.
    """
    directed = (
        f"CASE WHEN {part_match(value, _RIGHT_TO_LEFT)} THEN {replace_all(value, _DIRECTION, '')} ELSE {value} END"
    )
    unmeant = part_match(replace_all(directed, _MEANT_JOINERS, ""), _HIDDEN)
    return f"CASE WHEN {part_match(value, _HIDDEN)} THEN {unmeant} ELSE false END"


def _unless_same_either_way(rule: FieldRule) -> str:
    """05/05/2024 fits either order while the field's order is undecided."""
    return " AND date_order <> 'same'" if rule.day_month_order is DayMonthOrder.UNDECIDED else ""


def _listed(words: Iterable[str]) -> str:
    return "(" + ", ".join(quote_literal(word) for word in words) + ")"
