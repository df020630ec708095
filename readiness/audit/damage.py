"""Text that was damaged on its way: wrongly decoded, escaped for another system, or mixed with unseen characters.

The checks of single cells list what is certain at sight. Here the rest is looked for in the fields of free values:
one scan keeps the cells that could be damaged, a few kinds of damage are decided in SQL, and the others by looking at
each distinct value once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from readiness.audit.checks import VALUE_CHECKS, Check
from readiness.audit.dialect import part_match
from readiness.audit.mojibake import MISREAD, mojibake_among
from readiness.audit.odd_cells import (
    ASKED,
    LATIN_LOOK_ALIKES,
    LOOK_ALIKES,
    LOST_APOSTROPHE,
    LOST_WHOLLY,
    forget_odd_cells,
    keep_odd_cells,
)
from readiness.audit.report import Hint, Tier
from readiness.audit.rules import FieldRule
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from readiness.audit.findings import Findings

LOST_CHARACTERS = Check(
    "lost_characters",
    "Lost characters",
    "A question mark stands where a character was that the character set did not have; it cannot be told which.",
    Tier.NEEDS_REVIEW,
)
MIXED_SCRIPTS = Check(
    "mixed_scripts",
    "Look-alike letters of another alphabet",
    "A word holds letters of another alphabet that look the same; equal-looking values differ.",
    Tier.REPAIRABLE,
)
HTML_TAGS = Check(
    "html_tags",
    "HTML tags in text",
    "The text was copied from a web page together with its markup, which the field's other values do without.",
    Tier.REPAIRABLE,
)
ESCAPED_TEXT = Check(
    "escaped_text",
    "Escape sequences in text",
    "The text was escaped for another system and never turned back.",
    Tier.REPAIRABLE,
)
ENCODING_DAMAGE, HIDDEN_CHARACTERS = (
    next(check for check in VALUE_CHECKS if check.kind == kind) for kind in ("encoding_damage", "hidden_characters")
)
DAMAGE_CHECKS = (LOST_CHARACTERS, MIXED_SCRIPTS, HTML_TAGS, ESCAPED_TEXT)

MOST_DISTINCT = 100_000  # distinct values of a field that are looked at one by one
_RARE = 0.05  # what more of a field's values have is how the field is written
_USUAL = 0.2
_PROSE = 100  # characters from which on a value is set text, where no-break spaces are typography


@dataclass(slots=True)
class _Marks:
    """What the scan found in one field: cells by kind of damage."""

    rule: FieldRule
    cells: Counter[str] = field(default_factory=Counter)
    filled: int = 0
    spaced: int = 0
    asked: int = 0


def find_damage(findings: Findings) -> None:
    """Adds text that is damaged, beyond what a look at one cell is sure about."""
    forget_odd_cells(findings)
    keep_odd_cells(findings)
    for marks in _count_marks(findings):
        for kind, find in _FINDERS:
            if marks.cells[kind]:
                find(findings, marks)


def _count_marks(findings: Findings) -> list[_Marks]:
    """The fields with odd cells, and how many of their cells are filled, spaced and questions."""
    kinds = [kind for kind, _ in _FINDERS]
    counts = ", ".join(f"count(*) FILTER (WHERE {kind})" for kind in kinds)
    rows = findings.rows(f"SELECT position, {counts} FROM odd_cells GROUP BY position ORDER BY position")
    by_position = {rule.position: rule for rule in findings.checked}
    found = [_Marks(by_position[row[0]], Counter(dict(zip(kinds, row[1:], strict=True)))) for row in rows]
    sums = [
        f"count(*) FILTER (WHERE c{one.rule.position} <> ''), "
        f"count(*) FILTER (WHERE c{one.rule.position} LIKE '% %'), "
        f"count(*) FILTER (WHERE c{one.rule.position} LIKE '%?%' AND {part_match(f'c{one.rule.position}', ASKED)})"
        for one in found
    ]
    if sums:
        row = findings.one(f"SELECT {', '.join(sums)} FROM {findings.sound}")
        for place, one in enumerate(found):
            one.filled, one.spaced, one.asked = row[3 * place : 3 * place + 3]
    return found


# --- decided by counting ----------------------------------------------------------------------------------------------


def _find_control(findings: Findings, marks: _Marks) -> None:
    if marks.cells["control"] <= _USUAL * marks.filled:
        _list(findings, marks, HIDDEN_CHARACTERS, "control", "control characters")
    else:
        _hint(findings, marks, HIDDEN_CHARACTERS, "control", "hold control characters, perhaps as separators")


def _find_tags(findings: Findings, marks: _Marks) -> None:
    if marks.cells["tag"] <= max(1, _RARE * marks.filled):
        _list(findings, marks, HTML_TAGS, "tag", "HTML tags")
    else:
        _hint(findings, marks, HTML_TAGS, "tag", "hold HTML tags, so the field is written as markup")


def _find_escapes(findings: Findings, marks: _Marks) -> None:
    if marks.cells["escape"] <= max(1, _USUAL * marks.filled):
        _list(findings, marks, ESCAPED_TEXT, "escape", "escape sequences")
    else:
        _hint(findings, marks, ESCAPED_TEXT, "escape", "hold escape sequences, so the field is stored escaped")


def _find_spaces(findings: Findings, marks: _Marks) -> None:
    """No-break and other odd spaces where the field otherwise has ordinary ones; typography in longer text."""
    short = f"length(value) <= {_PROSE}"
    inside = int(
        findings.one(f"SELECT count(*) FROM odd_cells WHERE position = {marks.rule.position} AND space AND {short}")[0]
    )
    if inside and inside <= max(1, _USUAL * marks.spaced):
        _list(findings, marks, HIDDEN_CHARACTERS, f"space AND {short}", "a no-break or other odd space between words")
    elif inside:
        _hint(findings, marks, HIDDEN_CHARACTERS, "space", "hold no-break or other odd spaces between words")


def _find_lost(findings: Findings, marks: _Marks) -> None:
    """Question marks inside words: lost letters where they recur and the field asks no questions."""
    wholly, different = findings.one(
        f"SELECT count(*) FILTER (WHERE {part_match('value', LOST_WHOLLY)}), count(DISTINCT value) FROM odd_cells "
        f"WHERE position = {marks.rule.position} AND lost"
    )
    inside = marks.cells["lost"] - wholly
    reason = "a question mark in place of a character"
    if different > 1 and (inside > marks.asked or not inside):
        _list(findings, marks, LOST_CHARACTERS, "lost", reason)
        return
    apostrophe = part_match("value", LOST_APOSTROPHE)
    certain = int(
        findings.one(
            f"SELECT count(*) FROM odd_cells WHERE position = {marks.rule.position} AND lost AND {apostrophe}"
        )[0]
    )
    if certain:
        _list(findings, marks, LOST_CHARACTERS, f"lost AND {apostrophe}", reason)
    if certain < marks.cells["lost"]:
        _hint(findings, marks, LOST_CHARACTERS, "lost", "hold a question mark where a letter may have been")


# --- decided value by value -------------------------------------------------------------------------------------------


def _find_mixed(findings: Findings, marks: _Marks) -> None:
    _list_decided(findings, marks, MIXED_SCRIPTS, "mixed", "a letter of another alphabet inside a word", mixed_among)


def _find_misread(findings: Findings, marks: _Marks) -> None:
    """Misread text; the unseen characters in it are part of the same damage, so they make room."""
    _list_decided(findings, marks, ENCODING_DAMAGE, "misread", MISREAD, mojibake_among)
    findings.connection.execute(
        f"DELETE FROM problems WHERE edge_case = {_case(HIDDEN_CHARACTERS, marks)} AND record IN "
        f"(SELECT record FROM problems WHERE edge_case = {_case(ENCODING_DAMAGE, marks)})"
    )


def mixed_among(values: Sequence[str]) -> list[str]:
    """Those of the values with a word of one alphabet in which some letters are look-alikes from another one.

    Words such as a Latin abbreviation with a Russian ending are none: the ending looks like nothing in Latin.
    """
    return [value for value in values if any(_is_mixed(word) for word in _words(value))]


def _is_mixed(word: str) -> bool:
    latin = [letter for letter in word if letter.isascii()]
    other = [letter for letter in word if "\u0370" <= letter <= "\u052f"]
    if not latin or not other or len(latin) + len(other) < 3:
        return False
    return (
        all(letter in LOOK_ALIKES for letter in other)
        if len(latin) >= len(other)
        else all(letter in LATIN_LOOK_ALIKES for letter in latin)
    )


def _words(value: str) -> Iterable[str]:
    return "".join(letter if letter.isalpha() else " " for letter in value).split()


def _list_decided(
    findings: Findings,
    marks: _Marks,
    check: Check,
    flag: str,
    reason: str,
    decide: Callable[[Sequence[str]], list[str]],
) -> None:
    """Lists the cells whose value `decide` gives back; each distinct value is decided once."""
    where = f"position = {marks.rule.position} AND {flag}"
    rows = findings.rows(f"SELECT DISTINCT value FROM odd_cells WHERE {where} ORDER BY value LIMIT {MOST_DISTINCT + 1}")
    values = [value for (value,) in rows[:MOST_DISTINCT]]
    if len(rows) > MOST_DISTINCT:
        _hint(
            findings,
            marks,
            check,
            flag,
            f"were suspected; only {MOST_DISTINCT:,} of their different values were judged",
        )
    damaged = decide(values)
    if not damaged:
        return
    findings.connection.execute("CREATE OR REPLACE TEMP TABLE decided AS SELECT unnest(?) AS value", [damaged])
    _list(findings, marks, check, f"{flag} AND value IN (SELECT value FROM decided)", reason)
    findings.connection.execute("DROP TABLE decided")


# --- the outcome ------------------------------------------------------------------------------------------------------


def _list(findings: Findings, marks: _Marks, check: Check, flag: str, reason: str) -> None:
    """Lists the field's flagged cells, but for those that are listed under the same edge case already."""
    rule = marks.rule
    cases = (
        {_case(check, marks), _case(ENCODING_DAMAGE, marks)} if check is HIDDEN_CHARACTERS else {_case(check, marks)}
    )
    listed = f"SELECT record FROM problems WHERE edge_case IN ({', '.join(sorted(cases))})"
    findings.problems(
        check,
        f"SELECT record, line, value, {quote_literal(reason)} FROM odd_cells WHERE position = {rule.position} AND "
        f"({flag}) AND record NOT IN ({listed})",
        fields=rule.field,
        position=rule.position,
    )


def _case(check: Check, marks: _Marks) -> str:
    return quote_literal(f"{check.kind}: {marks.rule.field}")


def _hint(findings: Findings, marks: _Marks, check: Check, flag: str, seen: str) -> None:
    rule, cells = marks.rule, marks.cells[flag]
    rows = findings.rows(
        f"SELECT DISTINCT left(value, 120) AS example FROM odd_cells WHERE position = {rule.position} AND {flag} "
        "ORDER BY example LIMIT 5"
    )
    findings.hints.append(
        Hint(
            id=f"{check.kind}_{flag}: {rule.field}",
            kind=check.kind,
            fields=(rule.field,),
            title=f"{check.title}: {rule.field}",
            text=f"{cells:,} of {marks.filled:,} values {seen}.",
            records=cells,
            examples=tuple(example for (example,) in rows),
        )
    )


_FINDERS: tuple[tuple[str, Callable[[Findings, _Marks], None]], ...] = (
    ("misread", _find_misread),  # first: what it lists is looked up by others
    ("control", _find_control),
    ("tag", _find_tags),
    ("escape", _find_escapes),
    ("lost", _find_lost),
    ("space", _find_spaces),
    ("mixed", _find_mixed),
)
