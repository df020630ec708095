"""Values that are another spelling of one value, a misspelling of one, of another field, or outside a rule's list."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from readiness.audit.checks import Check
from readiness.audit.coded_choices import written_otherwise
from readiness.audit.dialect import long_form, replace_all
from readiness.audit.field_words import words_of
from readiness.audit.findings import Findings
from readiness.audit.misplaced import MISPLACED_VALUE, find_misplaced
from readiness.audit.misspelt import MISSPELT_VALUE, misspelt_values
from readiness.audit.report import Hint, Tier
from readiness.audit.rules import FieldKind, FieldRule
from readiness.audit.spelling_families import Family, families_of
from readiness.audit.tokens import missing_words
from readiness.sql import quote_literal

SPELLING_VARIANT = Check(
    "spelling_variant",
    "Another spelling of a value",
    "The value stands in the field in several spellings; grouping and look-ups take them for different values.",
    Tier.REPAIRABLE,
)
VALUE_NOT_ALLOWED = Check(
    "value_not_allowed",
    "Value outside the allowed ones",
    "The field may hold certain values only, and this is none of them.",
    Tier.NEEDS_REVIEW,
)
CHECKS = (SPELLING_VARIANT, MISSPELT_VALUE, MISPLACED_VALUE, VALUE_NOT_ALLOWED)

MOST_VALUES = 60_000  # different values that are compared in all fields together
MOST_FIELDS = 256
_KINDS = frozenset(
    {
        FieldKind.NAME,
        FieldKind.ADDRESS,
        FieldKind.COUNTRY,
        FieldKind.CATEGORY,
        FieldKind.LABEL,
        FieldKind.ANNOTATOR,
        FieldKind.BOOLEAN,
        FieldKind.TEXT,
    }
)
_DISTINCT_SHARE = 0.7  # more different values than that a record: hardly any recurs
_RECURRING_SHARE = 0.5  # of the filled records hold a value that another one holds too
_FEW_LETTERS = 3  # m and M may be two values; they are one where nearly all records have one spelling
_STRAY_SHARE = 0.1
_CELLS_AT_ONCE = 1_000_000
_FIELDS_A_QUERY, _FIELDS_TOGETHER = 32, 256
_ROWS_AT_ONCE = 2_000
_SPACES = "[\\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+"
_PERSON_WORDS = frozenset(
    {"first", "last", "given", "family", "middle", "firstname", "lastname", "surname", "forename", "vorname"}
    | {"nachname", "familienname", "nom", "prenom", "nombre", "apellido", "apellidos"}
)
_UNIT_WORDS = frozenset({"unit", "units", "uom", "symbol", "element", "gene", "ticker", "grade"})


def find_spellings(findings: Findings) -> None:
    """Lists the records whose value is not allowed, another spelling of one value, or a misspelling of one."""
    for rule in findings.checked:
        if rule.allowed:
            _list_not_allowed(findings, rule)
    fields = _comparable_fields(findings)
    families = _families_by_field(findings, fields) if fields else {}
    misplaced = find_misplaced(findings, families)
    if not fields:
        return
    misspelt, hints = misspelt_values(fields, families)
    for rule in fields:
        found = families[rule.position]
        elsewhere = misplaced.get(rule.position, {})
        variants = _variants(rule, found) | written_otherwise(rule, found)
        slips = misspelt.get(rule.position, {})
        _list_values(findings, MISPLACED_VALUE, rule, elsewhere)
        _list_values(findings, SPELLING_VARIANT, rule, _without(variants, elsewhere))
        _list_values(findings, MISSPELT_VALUE, rule, _without(slips, elsewhere, variants))
    findings.hints.extend(hints)


def _list_not_allowed(findings: Findings, rule: FieldRule) -> None:
    """Lists the records whose value, without surrounding spaces, is none of the rule's."""
    filled = findings.filled(rule)
    text = replace_all("value", f"^{_SPACES}|{_SPACES}$", "")
    allowed = ", ".join(quote_literal(text.strip()) for text in rule.allowed)
    outside = f"{text} NOT IN ({allowed})"
    if findings.one(f"SELECT count(*) FROM {filled} WHERE {outside}")[0]:
        reason = quote_literal(f"none of the {len(rule.allowed):,} allowed values")
        rows = f"SELECT record, line, value, {reason} FROM {filled} WHERE {outside}"
        findings.problems(VALUE_NOT_ALLOWED, rows, fields=rule.field, position=rule.position)


def _comparable_fields(findings: Findings) -> tuple[FieldRule, ...]:
    """The fields whose values are names or choices that recur, as far as kind and number of values tell.

    The fields with the fewest different values are taken first; those beyond the limits are named in a hint.
    """
    candidates = [
        rule
        for rule in findings.checked
        if rule.spellings
        and rule.kind in _KINDS
        and 1 < findings.distinct.get(rule.position, 0) <= _DISTINCT_SHARE * findings.records
    ]
    candidates.sort(key=lambda rule: (findings.distinct[rule.position], rule.position))
    taken: list[FieldRule] = []
    values = 0
    for rule in candidates[:MOST_FIELDS]:
        values += findings.distinct[rule.position]
        if values <= MOST_VALUES:
            taken.append(rule)
    if len(taken) < len(candidates):
        findings.hints.append(_left_out(candidates[len(taken) :]))
    return tuple(sorted(taken, key=lambda rule: rule.position))


def _left_out(rules: list[FieldRule]) -> Hint:
    names = ", ".join(rule.field[:40] for rule in rules[:5]) + (", ..." if len(rules) > 5 else "")
    return Hint(
        id="spellings_not_compared",
        kind="spellings_not_compared",
        fields=tuple(rule.field for rule in rules),
        title="Spellings not compared",
        text=(
            f"The spellings in {len(rules):,} fields were not compared, since at most {MOST_VALUES:,} different values "
            f"in {MOST_FIELDS:,} fields are: {names}."
        ),
    )


def _families_by_field(findings: Findings, fields: tuple[FieldRule, ...]) -> dict[int, tuple[Family, ...]]:
    """The spellings of each value, by the field's position."""
    counted: dict[int, dict[str, int]] = {rule.position: {} for rule in fields}
    at_once = _FIELDS_TOGETHER if _fits_one_table(findings, _FIELDS_TOGETHER) else _FIELDS_A_QUERY
    for start in range(0, len(fields), at_once):
        for position, value, records in findings.rows(_counted_values(findings, fields[start : start + at_once])):
            counted[position][value] = records
    words: dict[tuple[str, ...], frozenset[str]] = {}
    families = {}
    for rule in fields:
        missing = missing_words(rule)
        allowed = frozenset(text.strip() for text in rule.allowed)
        families[rule.position] = families_of(
            counted[rule.position], rule.kind, words.setdefault(missing, frozenset(missing)), allowed
        )
    return families


def _counted_values(findings: Findings, fields: tuple[FieldRule, ...]) -> str:
    """A SELECT (position, value, records) of the fields' different values."""
    if not _fits_one_table(findings, len(fields)):
        return " UNION ALL ".join(
            f"SELECT {rule.position}, c{rule.position}, count(*) FROM {findings.sound} "
            f"WHERE c{rule.position} IS NOT NULL GROUP BY c{rule.position}"
            for rule in fields
        )
    columns = [f"c{rule.position}" for rule in fields]
    cells = f"(SELECT {', '.join(columns)} FROM {findings.sound})"
    return (
        "SELECT CAST(substring(name, 2) AS INTEGER), value, count(*) FROM "
        f"{long_form(cells, columns)} GROUP BY name, value"
    )


def _fits_one_table(findings: Findings, fields: int) -> bool:
    """Whether the cells of so many fields are few enough to be put under each other."""
    return findings.records * fields <= _CELLS_AT_ONCE


def _variants(rule: FieldRule, families: tuple[Family, ...]) -> dict[str, str]:
    """The values, with the reason, that are not their family's best spelling, where the field's values recur."""
    recurring = sum(family.records for family in families if family.records > 1)
    if recurring < _RECURRING_SHARE * sum(family.records for family in families):
        return {}
    is_unit = bool(_UNIT_WORDS & set(rule.field.lower().replace("_", " ").split()))
    any_length = rule.kind is FieldKind.BOOLEAN
    names_a_person = rule.kind is FieldKind.NAME and bool(words_of(rule.field) & _PERSON_WORDS)
    return {
        value: f"written otherwise in {family.best_records:,} record{'s' if family.best_records > 1 else ''}"
        for family in families
        for value, records in family.variants.items()
        if not (names_a_person and _letters(value) != _letters(family.best))
        if any_length
        or len(family.words.replace(" ", "")) >= _FEW_LETTERS
        or (records <= _STRAY_SHARE * family.best_records and not is_unit)
    }


def _letters(value: str) -> str:
    """The letters with their accents: María and Maria are two people's names."""
    return "".join(one for one in unicodedata.normalize("NFC", value.lower()) if one.isalnum())


def _without(reasons: Mapping[str, str], *others: Mapping[str, str]) -> dict[str, str]:
    """The values that none of the others lists."""
    return {value: reason for value, reason in reasons.items() if not any(value in other for other in others)}


def _list_values(findings: Findings, check: Check, rule: FieldRule, reasons: Mapping[str, str]) -> None:
    """Lists the field's records that hold one of the values, each with its reason."""
    if not reasons:
        return
    findings.connection.execute("CREATE OR REPLACE TEMP TABLE found_values (value VARCHAR, reason VARCHAR)")
    rows = [f"({quote_literal(value)}, {quote_literal(reason)})" for value, reason in sorted(reasons.items())]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        findings.connection.execute(f"INSERT INTO found_values VALUES {', '.join(rows[start : start + _ROWS_AT_ONCE])}")
    findings.problems(
        check,
        f"SELECT cell.record, cell.line, cell.value, found.reason FROM {findings.filled(rule)} AS cell "
        "JOIN found_values AS found ON cell.value = found.value",
        fields=rule.field,
        position=rule.position,
    )
    findings.connection.execute("DROP TABLE found_values")
