"""The cells of free text that hold something out of the ordinary, found in one scan that the checks of damage share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readiness.audit.checks import pattern_of
from readiness.audit.dialect import bytes_of, full_match, long_form, part_match
from readiness.audit.mojibake import SURE_PATTERN, is_round_trip, may_be_mojibake, odd_neighbours
from readiness.audit.rules import FieldKind

if TYPE_CHECKING:
    from readiness.audit.findings import Findings

FREE_KINDS = frozenset(
    {
        FieldKind.IDENTIFIER, FieldKind.POSTCODE, FieldKind.COUNTRY, FieldKind.NAME, FieldKind.ADDRESS,
        FieldKind.CATEGORY, FieldKind.LABEL, FieldKind.ANNOTATOR, FieldKind.TEXT, FieldKind.PHONE,
    }
)  # fmt: skip
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_TAG = (
    r"</?(?i:p|br|b|i|u|em|strong|small|div|span|a|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|h[1-6]|font|img|sup|sub"
    r"|script|style|html|body|head|hr|code|pre|blockquote|input|form|iframe)(?:\s[^<>]*|\s*/)?>"
)
_ESCAPE = (
    r"""\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\['"]|\\r?\\n|\\[nrt](?:[^a-z]|$)|[^\s\\] ?\\n[A-Za-z]"""
    r"|%(?:20|2C|2F|3A|3D|26|27|28|29|3F)[A-Za-z0-9]|%(?i:C[2-9A-F]|D[0-9A-F])%(?i:[89AB][0-9A-F])"
)
_NO_ESCAPE = r"://|^[A-Za-z]:\\|^\\\\|\\[a-mo-qsv-wyz]|^\s*[{\[]|www\.|[0-9]%20[A-Za-z0-9]|^/[^\s]*$|^[^\s=&]+=[^\s]*$"
_LOST_INSIDE = r"\p{L}\?\p{Ll}"
LOST_APOSTROPHE = r"\p{L}\?(?:s|t|re|ve|ll|d|m)(?:[^\p{L}\p{N}]|$)"
LOST_WHOLLY = r"(?:^|\n)(?:\?{2,}(?:[ .,\-]+\?{2,})+|\?{4,})(?:\n|$)"
ASKED = r"\p{L}\?(?:[\s\"')]|$)"
_ADDRESS_OF_PAGE = r"://|www\.|[=&/]"
_ODD_SPACE = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
_ODD_SPACES = (
    rf"(?:\p{{L}}\p{{L}}|[.,)])[{_ODD_SPACE} ]*[{_ODD_SPACE}][{_ODD_SPACE} ]*[\p{{L}}(]|[A-Za-z]\x{{3000}}[A-Za-z]"
)
LOOK_ALIKES = "АВЕЅІЈКМНОРСТУХаеоруѕісхјһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
LATIN_LOOK_ALIKES = "ABESIJKMHOPCTYXZNaeopysicxjhdqw"
_MIXED = f"[A-Za-z][{LOOK_ALIKES}]|[{LOOK_ALIKES}][A-Za-z]"
_ASCII_MARKS = f"{_CONTROL}|{_TAG}|{_ESCAPE}|{_LOST_INSIDE}|{LOST_WHOLLY}"

SCIENTIFIC = r"[1-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}"
ERROR_CELL = (
    r"#(?:REF!|VALUE!|DIV/0!|NAME\?|NUM!|SPILL!|CALC!|GETTING_DATA|BEZUG!|WERT!|ZAHL!|NV|VALEUR!|NOM\s?\?|NOMBRE!)"
    r"|#{3,}"
)
_MONTHS = (
    "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mrz|Mai|Okt|Dez|janv|févr|mars|avr|juin|juil|août|sept|déc|ene|abr"
    "|ago|dic"
)
CODE_AS_DATE = rf"(?:[0-3]?[0-9][-.] ?(?:{_MONTHS})\.?|(?:{_MONTHS})\.?[- ][0-9]{{2}})"
QUOTED = r"'[0-9+=@-][0-9 .,/+-]{2,}"
_WHOLE_CELLS = rf"(?:^|\n)(?:{SCIENTIFIC}|{ERROR_CELL}|{CODE_AS_DATE}|{QUOTED})(?:\n|$)"


def keep_odd_cells(findings: Findings) -> None:
    """Leaves the table odd_cells (record, line, position, value, and a flag a kind); nothing where it is there already.

    Fields with a pattern are left out: whatever breaks it is listed by its own check.
    """
    if findings.one("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'odd_cells'")[0]:
        return
    rules = [rule for rule in findings.checked if rule.kind in FREE_KINDS and not pattern_of(rule)]
    columns = [f"c{rule.position}" for rule in rules]
    plain = findings.is_plain(rules)
    cells = _cells(findings, columns, plain=plain) if columns else _NO_CELLS
    flags = _flags()
    names = ", ".join(f"{flag} AS {name}" for name, flag in flags.items())
    run = findings.connection.execute
    # In two steps: joined in one, the engine may test every flag on every cell before the cheap test.
    run(
        "CREATE TEMP TABLE IF NOT EXISTS odd_candidates AS SELECT record, line, CAST(substring(name, 2) AS INTEGER) AS "
        f"position, value FROM {cells} WHERE {_may_be_odd(plain=plain)}"
    )
    # Every pattern costs the engine time before it sees a cell, so none is asked where there is no cell to look at.
    if findings.one("SELECT count(*) FROM odd_candidates")[0] == 0:
        names = ", ".join(f"false AS {name}" for name in flags)
    run(
        f"CREATE TEMP TABLE IF NOT EXISTS odd_cells AS SELECT * FROM (SELECT *, {names} FROM odd_candidates) "
        f"WHERE {' OR '.join(flags)}"
    )


def forget_odd_cells(findings: Findings) -> None:
    """Drops what keep_odd_cells left, so that the next tables are of this sample."""
    findings.connection.execute("DROP TABLE IF EXISTS odd_cells")
    findings.connection.execute("DROP TABLE IF EXISTS odd_candidates")


def _cells(findings: Findings, columns: list[str], *, plain: bool) -> str:
    """The cells (record, line, name, value) of the records with something odd in any of the columns.

    A record's cells are searched as one text, which costs a fraction of a search in each of them.
    """
    marks = f"{_ASCII_MARKS}|{_WHOLE_CELLS}" + ("" if plain else r"|[^\x00-\x7f]")
    whole = part_match(f"concat_ws('\n', {', '.join(columns)})", marks)
    return long_form(f"(SELECT record, line, {', '.join(columns)} FROM {findings.sound} WHERE {whole})", columns)


def _may_be_odd(*, plain: bool) -> str:
    """SQL: one pattern for every cell, one more for those beyond plain ASCII, so that most cells cost little.

    What a look at the cell alone is sure about is listed already.
    """
    marked = part_match("value", f"{_ASCII_MARKS}|{_WHOLE_CELLS}")
    if plain:
        return marked
    wide = f"{part_match('value', f'{_ODD_SPACES}|{_MIXED}|{odd_neighbours()}')} OR {is_round_trip('value')}"
    unlisted = f"NOT {part_match('value', SURE_PATTERN)}"
    return f"({marked} OR CASE WHEN {_PLAIN} THEN false WHEN {wide} THEN {unlisted} ELSE false END)"


def _flags() -> dict[str, str]:
    lost = (
        f"({part_match('value', _LOST_INSIDE)} AND NOT {part_match('value', _ADDRESS_OF_PAGE)}) "
        f"OR {part_match('value', LOST_WHOLLY)}"
    )
    misread = f"{may_be_mojibake('value')} AND NOT {part_match('value', SURE_PATTERN)}"
    return {
        "control": part_match("value", _CONTROL),
        "tag": part_match("value", _TAG),
        "escape": f"{part_match('value', _ESCAPE)} AND NOT {part_match('value', _NO_ESCAPE)}",
        "lost": lost,
        "space": f"CASE WHEN {_PLAIN} THEN false ELSE {part_match('value', _ODD_SPACES)} END",
        "mixed": f"CASE WHEN {_PLAIN} THEN false ELSE {part_match('value', _MIXED)} END",
        "misread": f"CASE WHEN {_PLAIN} THEN false ELSE {misread} END",
        "science": full_match("value", SCIENTIFIC),
        "error": full_match("value", ERROR_CELL),
        "month": full_match("value", CODE_AS_DATE),
        "quoted": full_match("value", QUOTED),
    }


_PLAIN = f"{bytes_of('value')} = length(value)"
_NO_CELLS = "(SELECT 0 AS record, 0 AS line, 'c0' AS name, '' AS value WHERE false)"
