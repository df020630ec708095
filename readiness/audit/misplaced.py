"""Values that belong into another field: a phone number among cities, a marital status among professions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from readiness.audit.checks import Check
from readiness.audit.dialect import full_match
from readiness.audit.field_words import words_of
from readiness.audit.misspelt import LEAST_RECORDS, ClosedField, closed_field
from readiness.audit.report import Tier
from readiness.audit.rules import FieldKind, FieldRule
from readiness.audit.spelling_families import Family

if TYPE_CHECKING:
    from readiness.audit.findings import Findings

MISPLACED_VALUE = Check(
    "misplaced_value",
    "Value of another kind",
    "The value is none that this field holds, and looks like one of another field.",
    Tier.NEEDS_REVIEW,
)

_WORDED = frozenset({FieldKind.NAME, FieldKind.ADDRESS, FieldKind.COUNTRY, FieldKind.CATEGORY, FieldKind.LABEL})
_CHOICES = frozenset({FieldKind.CATEGORY, FieldKind.COUNTRY, FieldKind.LABEL})
# fields whose values may be a name, a number or an address
_ANY_CONTACT_WORDS = """
    account assignee by contact contacts from handle id key login manager member owner receiver recipient reporter
    requester requestor sender source submitter to user username value
"""
_ANY_CONTACT = frozenset(_ANY_CONTACT_WORDS.split())
_FEW = 0.05  # of a field's values; more of them is what the field holds
_FEW_NUMBERS = 0.03
_LETTERS = 3  # of a written-out choice
_FEWEST_FOREIGN, _FOREIGN_SHARE = 3, 0.5  # different values of the other field, and the share of its usual ones
_TIMES_RARER = 10
_DETERMINED = 0.95
_MOST_COMPARED = 40  # fields of choices that are compared with each other
_FIELDS_A_SCAN = 16  # every pattern in a query costs the engine time before it sees a cell
_SHAPES = (  # what it looks like, a cheap test that most cells fail, and the pattern
    ("an e-mail address", "{0} LIKE '%@%'", r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[A-Za-z]{2,}"),
    ("a web address", "({0} LIKE 'http%' OR {0} LIKE 'www.%')", r"(?:https?://|www\.)[^\s]+"),
    (
        "a phone number",
        "{0} < 'A'",
        r"\+[0-9][0-9 ()/.\-]{6,}[0-9]|\(0?[0-9]{2,5}\) ?[0-9]{3,4}[ \-.]?[0-9]{3,5}"
        r"|(?:1[ .\-])?[2-9][0-9]{2}[.\-][2-9][0-9]{2}[.\-][0-9]{4}",
    ),
    (
        "a date",
        "{0} < 'A'",
        r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+)?|[0-9]{1,2}[/.][0-9]{1,2}[/.](?:19|20)[0-9]{2}",
    ),
)
_SHAPED = re.compile("|".join(pattern for _, _, pattern in _SHAPES))  # listed by what it looks like


def find_misplaced(findings: Findings, families: Mapping[int, Sequence[Family]]) -> dict[int, dict[str, str]]:
    """The values that are choices of another field or plain numbers among words, with the reason, by position.

    Lists those that look like an address, a phone number or a date at once. `families` are those of the fields whose
    values recur.
    """
    _list_shapes(findings)
    choices = [rule for rule in findings.checked if rule.kind in _CHOICES and rule.position in families]
    closed = {
        rule.position: values
        for rule in choices
        if not rule.pattern and (values := closed_field(families[rule.position])) is not None
    }
    found = {position: _bare_numbers(values) for position, values in closed.items()}
    for rule in choices[:_MOST_COMPARED]:
        usual = {one.plain: one.records for one in families[rule.position] if one.records >= LEAST_RECORDS}
        for position, values in closed.items():
            foreign = _foreign_choices(values, usual) if position != rule.position else ()
            if foreign and not _determines(findings, position, rule.position):
                written = [text for value in foreign for text in values.written[value]]
                found[position] |= dict.fromkeys(written, f"a usual value of {rule.field[:60]}")
    return found


def _list_shapes(findings: Findings) -> None:
    """Lists addresses, phone numbers and dates in fields of names, places and choices, where they are few."""
    rules = [
        rule
        for rule in findings.looked_at
        if rule.kind in _WORDED and not rule.pattern and not words_of(rule.field) & _ANY_CONTACT
    ]
    for start in range(0, len(rules), _FIELDS_A_SCAN):
        _list_shapes_of(findings, rules[start : start + _FIELDS_A_SCAN])


def _list_shapes_of(findings: Findings, rules: Sequence[FieldRule]) -> None:
    tests = [(rule, shape, _looks(rule, *test)) for rule in rules for shape, *test in _SHAPES]
    counts = [f"count(*) FILTER (WHERE {test})" for _, _, test in tests]
    filled = [f"count(*) FILTER (WHERE c{rule.position} <> '')" for rule in rules]
    row = findings.one(f"SELECT {', '.join([*filled, *counts])} FROM {findings.sound}")
    sizes = {rule.position: count for rule, count in zip(rules, row, strict=False)}
    for rule in rules:
        hits = [
            (shape, test)
            for (one, shape, test), count in zip(tests, row[len(rules) :], strict=True)
            if one is rule and 0 < count <= _FEW * sizes[rule.position]
        ]
        if hits:
            cases = " ".join(f"WHEN {test} THEN 'looks like {shape}'" for shape, test in hits)
            rows = f"SELECT record, line, c{rule.position}, CASE {cases} END AS reason FROM {findings.sound}"
            findings.problems(
                MISPLACED_VALUE,
                f"SELECT * FROM ({rows}) WHERE reason IS NOT NULL",
                fields=rule.field,
                position=rule.position,
            )


def _looks(rule: FieldRule, cheap: str, pattern: str) -> str:
    column = f"c{rule.position}"
    return f"({cheap.format(column)} AND {full_match(f'trim({column})', pattern)})"


def _bare_numbers(values: ClosedField) -> dict[str, str]:
    """Rare values without a letter, where every usual one is a word or more."""
    letters = [sum(letter.isalpha() for letter in value) for value in values.established]
    numbers = [value for value in values.rare if value and not any(letter.isalpha() for letter in value)]
    numbers = [value for value in numbers if any(letter.isdigit() for letter in value) and not _SHAPED.fullmatch(value)]
    records = sum(values.rare[value] for value in numbers)
    total = sum(values.established.values()) + sum(values.rare.values())
    are_codes = all(value.isalpha() for value in values.established) and len(set(letters)) == 1 and letters[0] > 1
    if not (are_codes or min(letters) >= _LETTERS) or records > _FEW_NUMBERS * total:
        return {}
    return {written: "a number among words" for value in numbers for written in values.written[value]}


def _foreign_choices(values: ClosedField, usual: Mapping[str, int]) -> tuple[str, ...]:
    """The rare values that are `usual` ones of another field: several of them, in fields that share no usual one."""
    if set(values.established) & set(usual):
        return ()
    foreign = tuple(
        value for value, records in sorted(values.rare.items()) if _TIMES_RARER * records <= usual.get(value, 0)
    )
    return foreign if len(foreign) >= max(_FEWEST_FOREIGN, _FOREIGN_SHARE * len(usual)) else ()


def _determines(findings: Findings, position: int, other: int) -> bool:
    """Whether nearly all records have the value of `other` that is the usual one beside their value of `position`.

    Then one is a part of the other, and may be called like it.
    """
    pairs = f"SELECT c{position} AS one, c{other} AS other, count(*) AS n FROM {findings.sound} GROUP BY ALL"
    (share,) = findings.one(
        f"SELECT sum(most) / sum(n) FROM (SELECT max(n) AS most, sum(n) AS n FROM ({pairs}) GROUP BY one)"
    )
    (alone,) = findings.one(
        f"SELECT max(n) / sum(n) FROM (SELECT c{other}, count(*) AS n FROM {findings.sound} GROUP BY ALL)"
    )
    return bool(share >= _DETERMINED > alone)
