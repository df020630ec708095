"""Values that belong into another field: a phone number among cities, a marital status among professions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from readiness.audit.checks import Check
from readiness.audit.dialect import full_match, part_match
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
_FIELDS_AT_ONCE = 16  # every constant in a query costs the engine memory
_MOST_COMPARED = 40  # fields of choices that are compared with each other
_FIELDS_A_SCAN = 16  # every pattern in a query costs the engine time before it sees a cell
_SHAPES = (  # what a value looks like, and the pattern
    ("an e-mail address", r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[A-Za-z]{2,}"),
    ("a web address", r"(?:https?://|www\.)[^\s]+"),
    (
        "a phone number",
        r"\+[0-9][0-9 ()/.\-]{6,}[0-9]|\(0?[0-9]{2,5}\) ?[0-9]{3,4}[ \-.]?[0-9]{3,5}"
        r"|(?:1[ .\-])?[2-9][0-9]{2}[.\-][2-9][0-9]{2}[.\-][0-9]{4}",
    ),
    (
        "a date",
        r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+)?|[0-9]{1,2}[/.][0-9]{1,2}[/.](?:19|20)[0-9]{2}",
    ),
)
_MAY_BE = r"(?:^|\n)\s*(?:[^@\s]+@|https?:|www\.|\+[0-9]|\([0-9]|[0-9]{1,4}[-./][0-9])"  # one look at a whole record
_SHAPED = re.compile("|".join(pattern for _, pattern in _SHAPES))  # listed by what it looks like


def find_misplaced(findings: Findings, families: Mapping[int, Sequence[Family]]) -> dict[int, dict[str, str]]:
    """The values that are choices of another field or plain numbers among words, with the reason, by position.

    Lists those that look like an address, a phone number or a date at once. `families` are those of the fields whose
    values recur.
    """
    _list_shapes(findings, families)
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


def _list_shapes(findings: Findings, families: Mapping[int, Sequence[Family]]) -> None:
    """Lists addresses, phone numbers and dates in fields of names, places and choices, where they are few.

    A record's cells are searched as one text first, which costs a fraction of a search in each of them.
    """
    rules = [
        rule
        for rule in findings.checked
        if rule.kind in _WORDED
        and not rule.pattern
        and not words_of(rule.field) & _ANY_CONTACT
        and (rule.position not in families or _may_hold_shapes(families[rule.position]))
    ]
    for start in range(0, len(rules), _FIELDS_AT_ONCE):
        part = rules[start : start + _FIELDS_AT_ONCE]
        cells = ", ".join(f"c{rule.position}" for rule in part)
        may_be = part_match(f"concat_ws('\n', {cells})", _MAY_BE)
        findings.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE shaped AS SELECT record, line, {cells} FROM {findings.sound} WHERE {may_be}"
        )
        counts = [f"count(*) FILTER (WHERE {' OR '.join(_tests(rule).values())})" for rule in part]
        for rule, count in zip(part, findings.one(f"SELECT {', '.join(counts)} FROM shaped"), strict=True):
            if 0 < count <= _FEW * findings.records:
                _list_shaped(findings, rule)
    findings.connection.execute("DROP TABLE IF EXISTS shaped")


def _may_hold_shapes(families: Sequence[Family]) -> bool:
    return any(re.search(_MAY_BE, value) for family in families for value in family.values)


def _list_shaped(findings: Findings, rule: FieldRule) -> None:
    tests = _tests(rule)
    cases = " ".join(f"WHEN {test} THEN 'looks like {shape}'" for shape, test in tests.items())
    rows = f"SELECT record, line, c{rule.position}, CASE {cases} END FROM shaped WHERE {' OR '.join(tests.values())}"
    findings.problems(MISPLACED_VALUE, rows, fields=rule.field, position=rule.position)


def _tests(rule: FieldRule) -> dict[str, str]:
    """SQL for what a cell of the field may look like and should not."""
    return {shape: full_match(f"trim(c{rule.position})", pattern) for shape, pattern in _SHAPES}


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
