"""Values written out among codes (`Texas` among `TX`, `GA`), and codes among values that are written out."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.audit.countries import is_country_code, is_country_name
from readiness.audit.rules import FieldKind, FieldRule
from readiness.audit.spelling_families import Family

PREVAILING_SHARE = 0.8  # of the records are written in one of the two ways
_LEAST_RECORDS = 10  # of the code that a value is written out for
_LONGEST_CODE = 3
_FEWEST_CODES = 2
_FEW_CHOICES = 6  # among which a single letter says which one is meant
_KINDS = frozenset({FieldKind.CATEGORY, FieldKind.LABEL, FieldKind.COUNTRY, FieldKind.BOOLEAN})
# words that stand beside codes without being meant by one
_OF_THEIR_OWN_WORDS = """
    all any both common default empty external foreign general global internal international mixed multi multiple
    national none not online open other others overseas remote rest self several special temp test total
    unclassified unknown unlisted various world worldwide
"""
_OF_THEIR_OWN = frozenset(_OF_THEIR_OWN_WORDS.split())
_CUSTOMARY = frozenset({"us", "usa", "uk", "gb", "uae", "eu", "ussr", "drc"})  # codes that are a country's usual name


def written_otherwise(rule: FieldRule, families: Sequence[Family]) -> dict[str, str]:
    """The values that are written out where nearly all are codes, or the other way round, with the reason.

    `families` are those of the field, with most records first.
    """
    if rule.kind not in _KINDS or rule.pattern:
        return {}
    codes = [family for family in families if _is_code(family.best)]
    words = [family for family in families if _is_written_out(family.best)]
    total = sum(family.records for family in families)
    if sum(family.records for family in codes) >= PREVAILING_SHARE * total:
        return _written_out(codes, words)
    if sum(family.records for family in words) >= PREVAILING_SHARE * total:
        return _abbreviated(rule, codes, words)
    return {}


def _written_out(codes: Sequence[Family], words: Sequence[Family]) -> dict[str, str]:
    """The words that a frequent code is short for, where the codes are all of one length and case."""
    length = len(codes[0].best)
    usual = [code for code in codes if code.records >= _LEAST_RECORDS and len(code.best) == length]
    alike = sum(code.records for code in usual) >= PREVAILING_SHARE * sum(code.records for code in codes)
    if len(usual) < _FEWEST_CODES or not alike or (length == 1 and len(usual) > _FEW_CHOICES):
        return {}
    found = {}
    for word in words:
        meant = next((code for code in usual if _is_short_for(code.plain, word.plain)), None)
        if meant is not None and word.records < meant.records and not _OF_THEIR_OWN & set(word.plain.split()):
            found.update(
                dict.fromkeys(word.values, f"written out where {sum(c.records for c in usual):,} records use a code")
            )
    return found


def _abbreviated(rule: FieldRule, codes: Sequence[Family], words: Sequence[Family]) -> dict[str, str]:
    """The codes that are short for one written-out value only, or, among countries, any country's code."""
    usual = [word for word in words if word.records >= _LEAST_RECORDS]
    written = f"a code where {sum(word.records for word in words):,} records write the value out"
    found = {}
    for code in codes:
        meant = [word for word in usual if word.plain.startswith(code.plain)]
        is_short = len(meant) == 1 and 10 * code.records <= meant[0].records
        if len(code.plain) == 1 and len(usual) > _FEW_CHOICES:
            is_short = False
        if rule.kind is FieldKind.COUNTRY:
            named = sum(word.records for word in words if is_country_name(word.best))
            is_short = is_country_code(code.best) and 10 * code.records <= named and code.plain not in _CUSTOMARY
        if is_short:
            found.update(dict.fromkeys(code.values, written))
    return found


def _is_code(text: str) -> bool:
    return len(text) <= _LONGEST_CODE and text.isalpha() and (text.isupper() or text.islower())


def _is_written_out(text: str) -> bool:
    return len(text) > _LONGEST_CODE and all(one.isalpha() or one in " -'." for one in text)


def _is_short_for(code: str, words: str) -> bool:
    """Whether the words begin with the code's first letter and hold the others in their order."""
    if not words.startswith(code[0]):
        return False
    letters = iter(words)
    return all(letter in letters for letter in code)
