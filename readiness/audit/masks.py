"""Character-class masks: how codes are written, the pattern that nearly all values of a field share, and its strays.

A raw mask has A and a for letters, 9 for digits and other characters as they are: `AB-0012` is `AA-9999`. Its name
counts the runs: `A{2}-9{4}`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readiness.audit.dialect import bytes_of, full_match, replace_all
from readiness.audit.findings import Findings
from readiness.audit.odd_cells import CODE_AS_DATE
from readiness.audit.report import FormatVariant
from readiness.audit.rules import FieldKind, FieldRule
from readiness.audit.tokens import missing_words
from readiness.shares import share_of
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MASKED_KINDS = frozenset(
    {FieldKind.IDENTIFIER, FieldKind.PHONE, FieldKind.POSTCODE, FieldKind.CATEGORY, FieldKind.ANNOTATOR}
)
PATTERN_SHARE = 0.95  # of the values follow the pattern, the others are strays
SURE_SHARE = 0.90  # and the 95% interval of that share reaches no lower
LONGEST = 40  # characters of a value that has a mask
MOST_MASKS = 20  # shown a field; the rest is counted together
OTHER = "other"
_MOST_REWRITTEN, _TIMES_REWRITTEN, _SHORTEST_REWRITTEN = 0.2, 5, 5
_KEPT_MASKS = 60  # a field, for the pattern
_MOST_GROUPS = 4
_FEWEST_OF_A_CODE, _USUAL_PART, _RECURRING = 5, 0.25, 0.8  # records a value, part of the usual number, part of a group
_LEAST_GROUP = 0.02
_ZERO_LED = 0.02
_FEWEST_SPREAD, _MOST_ONE_DIGIT, _FEWEST_VALUES = 7, 0.4, 30
_ROOM = 5  # times what a counter has used up lies before it grows by a digit
_FIELDS_AT_ONCE = 32
_FEW_VALUES = 20_000  # up to which each different value is masked; a large field is looked at first
_LOOKED_AT, _QUICK_MASKS, _MOST_HAVE_ONE = 5_000, 6, 0.8

_SPECIAL = frozenset("\\.+*?()|[]{}^$")
_UK = "(?i:[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})"
_POSTCODES = (  # mask, pattern: the first that covers nearly all
    (r"9{5}(?:-9{4})?", "[0-9]{5}(?:-[0-9]{4})?"),
    (r"[Aa]{1,2}9[Aa9]? ?9[Aa]{2}", _UK),
    (r"[Aa]9[Aa][ -]?9[Aa]9", "(?i:[A-Z][0-9][A-Z][ -]?[0-9][A-Z][0-9])"),
    (r"9{4} ?[Aa]{2}", "(?i:[0-9]{4} ?[A-Z]{2})"),
    (r"9{4}", "[0-9]{4}"),
    (r"9{6}", "[0-9]{6}"),
)


@dataclass(frozen=True, slots=True)
class MaskCount:
    """A raw mask of a field: how many records have it, and the first and last value in order of the alphabet."""

    mask: str
    records: int
    first: str
    last: str


def raw_mask(expression: str, *, ascii_only: bool = False) -> str:
    """SQL for the raw mask of a text; letters and digits beyond ASCII are looked up only where there are some.

    `ascii_only`: the caller has seen that there are none, which saves the engine the tables of all letters.
    """
    plain = whole = expression
    for ascii_class, any_class, character in (
        ("[A-Z]", r"\p{Lu}", "A"),
        ("[a-z]", r"[\p{Ll}\p{Lo}\p{Lt}\p{Lm}]", "a"),
        ("[0-9]", r"\p{Nd}", "9"),
    ):
        plain = replace_all(plain, ascii_class, character)
        whole = replace_all(whole, any_class, character)
    if ascii_only:
        return plain
    return f"CASE WHEN {bytes_of(expression)} = length({expression}) THEN {plain} ELSE {whole} END"


def mask_name(mask: str) -> str:
    """The raw mask with its runs counted: AA999999 is A{2}9{6}."""
    return re.sub(r"([Aa9])\1+", lambda run: f"{run[1]}{{{len(run[0])}}}", mask)


# --- the pattern of a field -------------------------------------------------------------------------------------------


def count_masks(connection: DuckDBPyConnection, positions: Sequence[int]) -> dict[int, tuple[MaskCount, ...]]:
    """The most frequent masks of the sampled values by position, most records first. Reads sampled_values."""
    if not positions:
        return {}
    places = ", ".join(str(position) for position in positions)
    wide = connection.execute(
        f"SELECT count(*) FROM sampled_values WHERE position IN ({places}) AND {bytes_of('text')} > length(text)"
    ).fetchone()
    mask = raw_mask("text", ascii_only=not any(wide or ()))
    rows = connection.execute(
        "SELECT position, mask, records, first, last FROM (SELECT *, row_number() OVER (PARTITION BY position ORDER BY "
        "records DESC, mask) AS place FROM (SELECT position, mask, sum(n) AS records, min(text) AS first, max(text) AS "
        f"last FROM (SELECT position, text, n, {mask} AS mask FROM sampled_values WHERE NOT is_token AND "
        f"position IN ({places}) AND length(text) <= {LONGEST}) GROUP BY position, mask)) "
        f"WHERE place <= {_KEPT_MASKS} ORDER BY position, place"
    ).fetchall()
    found: dict[int, list[MaskCount]] = {}
    for position, mask, records, first, last in rows:
        found.setdefault(position, []).append(MaskCount(mask, int(records), first, last))
    return {position: tuple(masks) for position, masks in found.items()}


def pattern_of_masks(
    masks: Sequence[MaskCount], values: Mapping[str, int], filled: int, kind: FieldKind
) -> tuple[str, float]:
    """A regular expression that nearly all of `filled` values follow, with their share; ('', 0.0) for none.

    `values` are some of the field's values, for how its numbers run. A value that is written as most are but for its
    separators, or that a spreadsheet turned into a date, says nothing about how the field's values are built.
    """
    masks, filled = _without_rewritten(masks, filled)
    if kind is FieldKind.POSTCODE:
        return _postcode_pattern(masks, filled)
    if kind in (FieldKind.PHONE, FieldKind.TEXT):
        return _one_mask_pattern(masks, filled)
    groups = _groups(masks)
    taken = _prevailing(groups, filled)
    taken += _recurring(groups, taken, values, filled) if taken else []
    if not taken:
        return "", 0.0
    patterns = [_group_pattern(groups[skeleton], values, filled) for skeleton in taken]
    covered = sum(covered for _, covered in patterns)
    if not is_sure(covered, filled):
        patterns = [(_open_pattern(groups[skeleton]), _total(groups[skeleton])) for skeleton in taken]
        covered = sum(covered for _, covered in patterns)
    if any(not pattern for pattern, _ in patterns):
        return "", 0.0
    return "|".join(pattern for pattern, _ in patterns), covered / filled


def _without_rewritten(masks: Sequence[MaskCount], filled: int) -> tuple[Sequence[MaskCount], int]:
    """The masks, and the records, without the rewritten ones; all of them where these are more than a few."""
    kept = [one for one in masks if not _is_turned_into_a_date(one) and not any(_rewrites(one, top) for top in masks)]
    rewritten = _total(masks) - _total(kept)
    return (kept, filled - rewritten) if 0 < rewritten <= _MOST_REWRITTEN * filled else (masks, filled)


def _rewrites(one: MaskCount, other: MaskCount) -> bool:
    """Whether a far more frequent mask has the same letters and digits, and separators at the same places or at some.

    1-23 and 12-3 are two codes; (212) 555-0100 and 212-555-0100 are one.
    """
    if other.records < _TIMES_REWRITTEN * one.records or _bare(one.mask) != _bare(other.mask):
        return False
    if len(_bare(one.mask)) < _SHORTEST_REWRITTEN:
        return False
    cuts, others = _cuts(one.mask), _cuts(other.mask)
    return cuts <= others or others <= cuts


def _is_turned_into_a_date(one: MaskCount) -> bool:
    return all(re.fullmatch(CODE_AS_DATE, text) for text in (one.first, one.last))


def _bare(mask: str) -> str:
    return re.sub("[^Aa9]", "", mask)


def _cuts(mask: str) -> frozenset[int]:
    """Before how many letters and digits a separator stands."""
    length, found = 0, set()
    for character in mask:
        if character in "Aa9":
            length += 1
        else:
            found.add(length)
    return frozenset(found)


def is_sure(covered: int, filled: int) -> bool:
    """Whether so many of `filled` values are nearly all, and enough of them were seen to say so."""
    share = share_of(covered, filled)
    return share.share >= PATTERN_SHARE and share.low >= SURE_SHARE


def _postcode_pattern(masks: Sequence[MaskCount], filled: int) -> tuple[str, float]:
    for mask_pattern, pattern in _POSTCODES:
        covered = sum(one.records for one in masks if re.fullmatch(mask_pattern, one.mask))
        if is_sure(covered, filled):
            return pattern, covered / filled
    return "", 0.0


def _one_mask_pattern(masks: Sequence[MaskCount], filled: int) -> tuple[str, float]:
    """Phone numbers and free text differ in length by nature, so only one mask that nearly all have is a pattern."""
    top = masks[0] if masks else None
    if top is None or not is_sure(top.records, filled):
        return "", 0.0
    return _exact_pattern(top.mask), top.records / filled


def _groups(masks: Sequence[MaskCount]) -> dict[str, list[MaskCount]]:
    """The masks that differ only in the lengths of their runs, by what they have in common."""
    groups: dict[str, list[MaskCount]] = {}
    for one in masks:
        groups.setdefault(_skeleton(one.mask), []).append(one)
    return groups


def _total(masks: Sequence[MaskCount]) -> int:
    return sum(one.records for one in masks)


def _prevailing(groups: Mapping[str, list[MaskCount]], filled: int) -> list[str]:
    """The few groups that nearly all values belong to; [] when there are no such groups."""
    taken: list[str] = []
    covered = 0
    for skeleton in sorted(groups, key=lambda one: (-_total(groups[one]), one))[:_MOST_GROUPS]:
        if is_sure(covered, filled) or _total(groups[skeleton]) < _LEAST_GROUP * filled:
            break
        taken.append(skeleton)
        covered += _total(groups[skeleton])
    return taken if is_sure(covered, filled) else []


def _recur(texts: Iterable[str], records: int, values: Mapping[str, int], filled: int) -> bool:
    """Whether the `records` that hold such `texts` come back as the field's other values do; strays hardly do."""
    often = max(_FEWEST_OF_A_CODE, _USUAL_PART * filled / max(len(values), 1))
    return sum(values[text] for text in texts if values[text] >= often) >= _RECURRING * records


def _recurring(
    groups: Mapping[str, list[MaskCount]], taken: Sequence[str], values: Mapping[str, int], filled: int
) -> list[str]:
    """The other groups that are few, but whose values recur."""
    texts: dict[str, list[str]] = {}
    for text in values:
        texts.setdefault(_skeleton(mask_of(text)), []).append(text)
    return [
        skeleton
        for skeleton, masks in groups.items()
        if skeleton not in taken and _recur(texts.get(skeleton, ()), _total(masks), values, filled)
    ]


def _skeleton(mask: str) -> str:
    return re.sub(r"([Aa9])\1*", r"\1", mask)


def _group_pattern(masks: list[MaskCount], values: Mapping[str, int], filled: int) -> tuple[str, int]:
    """The pattern of a group with the run lengths that are fixed, and how many records follow it."""
    runs = [_runs(one.mask) for one in masks]
    parts, kept = [], set(range(len(masks)))
    for place, (character, _) in enumerate(runs[0]):
        lengths = Counter[int]()
        for run, one in zip(runs, masks, strict=True):
            lengths[run[place][1]] += one.records
        length = min(lengths, key=lambda one: (-lengths[one], one))
        if character not in "Aa9" or not _is_fixed(masks, runs, place, length, lengths, values, filled):
            parts.append(_exactly(character, length) if character not in "Aa9" else f"{_class_of(character)}+")
            continue
        parts.append(_exactly(character, length))
        kept &= {row for row, run in enumerate(runs) if run[place][1] == length}
    return "".join(parts), sum(masks[row].records for row in kept)


def _open_pattern(masks: list[MaskCount]) -> str:
    return "".join(
        f"{_class_of(character)}+" if character in "Aa9" else _exactly(character, length)
        for character, length in _runs(masks[0].mask)
    )


def _is_fixed(
    masks: list[MaskCount],
    runs: list[list[tuple[str, int]]],
    place: int,
    length: int,
    lengths: Counter[int],
    values: Mapping[str, int],
    filled: int,
) -> bool:
    """Whether the length of a run is part of the code, and not how far a counter has come."""
    if filled - (sum(lengths.values()) - lengths[length]) < PATTERN_SHARE * filled:
        return False
    others_of = {one.mask: one.records for one, run in zip(masks, runs, strict=True) if run[place][1] != length}
    texts = [text for text in values if mask_of(text) in others_of]
    if others_of and _recur(texts, sum(others_of.values()), values, filled):
        return False
    if runs[0][place][0] != "9":
        return True
    row = next(row for row, run in enumerate(runs) if run[place][1] == length)  # masks come most frequent first
    start = sum(size for _, size in runs[row][:place])
    numbers = [text[start : start + length] for text in values if mask_of(text) == masks[row].mask]
    if not numbers:
        return False
    others = [
        text[sum(size for _, size in run[:place]) :][: run[place][1]]
        for one, run in zip(masks, runs, strict=True)
        for text in (one.first, one.last)
        if run[place][1] != length
    ]
    return _has_fixed_width(numbers) and not _counts_on(others, length)


def _has_fixed_width(numbers: list[str]) -> bool:
    """Zeros in front, first digits of every kind, or a counter far from its next digit."""
    zero_led = sum(number.startswith("0") for number in numbers)
    if zero_led >= max(1.0, _ZERO_LED * len(numbers)):
        return True
    first = Counter(number[0] for number in numbers)
    is_spread = len(first) >= _FEWEST_SPREAD and max(first.values()) <= _MOST_ONE_DIGIT * len(numbers)
    if len(numbers) >= _FEWEST_VALUES and is_spread:
        return True
    length, least, most = len(numbers[0]), int(min(numbers)), int(max(numbers))
    return length >= 4 and 10**length - most >= _ROOM * max(most - least, 1)


def _counts_on(others: list[str], length: int) -> bool:
    """Whether the values of another length are the same counter, before or after it grew to this length."""
    longer = [one for one in others if len(one) > length]
    shorter = [one for one in others if len(one) < length]
    grown = bool(longer) and all(len(one) == length + 1 and one.startswith("1") for one in longer)
    growing = bool(shorter) and all(len(one) == length - 1 and one[:1] in "56789" for one in shorter)
    return (grown and not shorter) or (growing and not longer) or (grown and growing)


def _runs(mask: str) -> list[tuple[str, int]]:
    return [(run[0][0], len(run[0])) for run in re.finditer(r"A+|a+|9+|.", mask, re.DOTALL)]


def _exactly(character: str, length: int) -> str:
    if character in "Aa9":
        return _class_of(character) + (f"{{{length}}}" if length > 1 else "")
    return f"\\{character}" if character in _SPECIAL else character


def _class_of(character: str) -> str:
    return {"A": "[A-Z]", "a": "[a-z]", "9": "[0-9]"}[character]


def mask_of(text: str) -> str:
    """The raw mask of one text."""
    return "".join("A" if one.isupper() else "9" if one.isdigit() else "a" if one.isalpha() else one for one in text)


# --- the formats of a field -------------------------------------------------------------------------------------------


def mask_formats(findings: Findings) -> dict[int, tuple[FormatVariant, ...]]:
    """The masks of coded fields by position: the most frequent ones with their values, the others as one count.

    The dominant mask is the expected one. A large field in which a look at some records shows no masks that most
    values have gets none.
    """
    found: dict[int, tuple[FormatVariant, ...]] = {}
    masked = [rule for rule in findings.looked_at if has_masks(rule)]
    for start in range(0, len(masked), _FIELDS_AT_ONCE):
        part = masked[start : start + _FIELDS_AT_ONCE]
        usual = _usual_masks(findings, part)
        shown = [rule for rule in part if rule.position in usual]
        plain = findings.is_plain(shown)
        queries = [_mask_query(findings, rule, usual[rule.position], ascii_only=plain) for rule in shown]
        if queries:
            union = " UNION ALL ".join(queries)
            rows = findings.rows(f"SELECT * FROM ({union}) ORDER BY position, mask IS NULL, n DESC, mask")
            for rule in part:
                found[rule.position] = _variants([row[1:] for row in rows if row[0] == rule.position])
    return found


def has_masks(rule: FieldRule) -> bool:
    """Whether the field's values are shown as masks: codes, phone numbers, postcodes and choices."""
    return rule.check and rule.kind in MASKED_KINDS


def _has_few_values(findings: Findings, rule: FieldRule) -> bool:
    return findings.distinct.get(rule.position, 0) <= max(_FEW_VALUES, findings.records // 20)


def _usual_masks(findings: Findings, rules: Sequence[FieldRule]) -> dict[int, tuple[str, ...]]:
    """By position the masks that can be told by a quick test: those of some records, where the field is large.

    A field that is missing here has no masks to show.
    """
    usual: dict[int, tuple[str, ...]] = {rule.position: () for rule in rules if _has_few_values(findings, rule)}
    large = [rule for rule in rules if rule.position not in usual]
    if not large:
        return usual
    every = max(1, findings.records // _LOOKED_AT)
    plain = findings.is_plain(large)
    queries = " UNION ALL ".join(
        f"SELECT {rule.position} AS position, {raw_mask(f'trim(c{rule.position})', ascii_only=plain)} AS mask, "
        f"count(*) AS n FROM {findings.sound} WHERE record % {every} = 0 AND c{rule.position} <> '' AND "
        f"length(c{rule.position}) <= {LONGEST} GROUP BY mask"
        for rule in large
    )
    rows = findings.rows(f"SELECT * FROM ({queries}) ORDER BY position, n DESC, mask")
    for rule in large:
        counts = [(mask, n) for position, mask, n in rows if position == rule.position]
        total = sum(n for _, n in counts)
        top = [(mask, n) for mask, n in counts if n >= _LEAST_GROUP * total][:_QUICK_MASKS]
        if sum(n for _, n in top) >= _MOST_HAVE_ONE * total:
            usual[rule.position] = tuple(mask for mask, _ in top)
    return usual


def _mask_query(findings: Findings, rule: FieldRule, usual: Sequence[str], *, ascii_only: bool) -> str:
    """Rows (position, mask, n, example, total) of the field's most frequent masks."""
    column = f"c{rule.position}"
    words = ", ".join(quote_literal(word) for word in ("", *missing_words(rule)))
    values = f"(SELECT {column} AS value, 1 AS n FROM {findings.sound})"
    if _has_few_values(findings, rule):  # each is masked once
        values = f"(SELECT {column} AS value, count(*) AS n FROM {findings.sound} GROUP BY {column})"
    quick = " ".join(f"WHEN {full_match('value', _exact_pattern(mask))} THEN {quote_literal(mask)}" for mask in usual)
    masked = (  # what no quick test knows is cleaned and looked up last
        f"SELECT CASE {quick} WHEN value IS NULL OR lower(trim(value)) IN ({words}) THEN '' WHEN length(value) > "
        f"{LONGEST} THEN NULL ELSE {raw_mask('trim(value)', ascii_only=ascii_only)} END AS mask, value AS text, n "
        f"FROM {values}"
    )
    counted = f"SELECT mask, sum(n) AS n, min(text) AS example FROM ({masked}) GROUP BY mask"
    placed = (  # '' is what is missing: told apart here, since a filter on the mask would work it out twice
        "SELECT *, sum(CASE WHEN mask = '' THEN 0 ELSE n END) OVER () AS total, row_number() OVER (ORDER BY "
        f"CASE WHEN mask IS NULL THEN 1 WHEN mask = '' THEN 2 ELSE 0 END, n DESC, mask) AS place FROM ({counted})"
    )
    return f"SELECT {rule.position} AS position, mask, n, example, total FROM ({placed}) WHERE place <= {MOST_MASKS}"


def _exact_pattern(mask: str) -> str:
    return "".join(_exactly(character, length) for character, length in _runs(mask))


def _variants(rows: Sequence[tuple[str | None, int, str, int]]) -> tuple[FormatVariant, ...]:
    shown = [row for row in rows if row[0]]
    variants = [
        FormatVariant(name=mask_name(str(mask)), values=int(n), example=example, expected=place == 0)
        for place, (mask, n, example, _) in enumerate(shown)
    ]
    rest = int(rows[0][3]) - sum(one.values for one in variants) if rows else 0
    return (*variants, *([FormatVariant(name=OTHER, values=rest, expected=False)] if rest else []))
