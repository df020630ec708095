"""Records that are the same case written differently: `Art's Deli` and `Arts Delicatessen` at one address.

Records come into question only when they share a rare key, so few pairs are compared. A pair counts as a problem when
what the two share is far too much for chance, every number, date and identifier agrees, and their words differ only in
the writing: a typo, an abbreviation, another order, an addition. Everything less sure is a hint.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from itertools import combinations
from math import log2
from typing import Any

from readiness.audit.checks import DUPLICATE_RECORD, Check
from readiness.audit.dialect import replace_all, row_hash, without_accents, words_of
from readiness.audit.findings import FINE, KEPT, UNSETTLED, Findings
from readiness.audit.repeats import agreement_by_chance
from readiness.audit.report import Hint, Tier
from readiness.audit.rules import DATED, NUMERIC, FieldKind, FieldRule
from readiness.sql import quote_literal

NEAR_DUPLICATE = Check(
    "near_duplicate",
    "Near-duplicate record",
    "The record is an earlier one written differently: all that is specific agrees, but for typos or abbreviations.",
    Tier.NEEDS_REVIEW,
)

FEWEST_RECORDS = 20
MOST_RECORDS = 2_000_000  # more are not searched, and a hint says so
_MANY_RECORDS = 100_000  # from here on fewer and cheaper keys
MOST_FIELDS = 64  # the most selective ones are compared
MOST_PAIRS = 20_000
_MOST_IDENTITIES, _MOST_TELLING, _MOST_FACTS = 3, 3, 6  # fields that make keys
_BLOCK = 6  # a key that more records share is nothing that tells a case
_ENTITY_SHARE = 0.3  # different values by records from which a text says what the record is about
_TELLING_SHARE = 0.02  # from which a field makes a key together with the beginning of a name
_NEARLY_UNIQUE = 0.98
_TYPO_RECORDS = 3  # two words that each stand in so many records are two words, not a typo of one
_AGREEING = 1.6  # of log2(records): the information that the agreeing fields must carry together
_AGREEING_WHOLLY = 1.2  # the same where every field agrees
_IDENTIFYING, _IDENTIFYING_BITS = 0.6, 5.0  # of log2(records), or bits: a text that tells so much may not differ
_DIFFERING = 0.35  # of the agreeing information may differ
_MOST_LATER = 0.4  # of the records: beyond, likeness is the nature of the file
_MOST_TWINS = 0.05  # of the records equal but for their own identifier: beyond, the file has such twins on purpose
_MOST_SLIPS = 0.1  # of the records alike but for a fact: beyond, such records are different cases
_EXAMPLES, _EXAMPLE_LENGTH = 5, 120

_HARD = NUMERIC | DATED | {FieldKind.IDENTIFIER, FieldKind.TIME, FieldKind.BOOLEAN, FieldKind.PERCENT}
_EXACT = frozenset({FieldKind.EMAIL, FieldKind.URL, FieldKind.POSTCODE, FieldKind.PHONE, FieldKind.CATEGORY})
_LEFT_OUT = frozenset({FieldKind.LABEL, FieldKind.ANNOTATOR})


class _Likeness(Enum):
    """How two cells of one field compare. An addition is a variant where one has words that the other lacks."""

    EQUAL = "equal"
    VARIANT = "variant"
    ADDITION = "addition"
    BLANK = "blank"
    DIFFERENT = "different"


class _Verdict(Enum):
    WRITTEN_DIFFERENTLY = "written differently"
    KEY_DIFFERS = "key differs"  # equal in all but an identifier that is each record's own
    OTHERWISE_EQUAL = "otherwise equal"  # nothing specific differs in the writing; other fields do, or are blank
    FACT_DIFFERS = "fact differs"  # alike but for a number, date or identifier
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class _Compared:
    """A field that is compared, with the information (in bits) that agreement in it carries."""

    rule: FieldRule
    bits: float
    share: float  # different values by records

    @property
    def is_hard(self) -> bool:
        return self.rule.kind in _HARD

    @property
    def is_wording(self) -> bool:
        return not self.is_hard and self.rule.kind not in _EXACT

    @property
    def is_identity(self) -> bool:
        return not self.is_hard and self.share >= _ENTITY_SHARE


@dataclass(slots=True)
class _Pairs:
    """The pairs that came out, as (earlier, later) by verdict."""

    found: dict[_Verdict, list[tuple[int, int]]] = field(default_factory=dict)
    examples: dict[_Verdict, list[str]] = field(default_factory=dict)

    def add(self, verdict: _Verdict, pair: tuple[int, int], example: str) -> None:
        self.found.setdefault(verdict, []).append(pair)
        shown = self.examples.setdefault(verdict, [])
        if len(shown) < _EXAMPLES:
            shown.append(example[:_EXAMPLE_LENGTH])

    def of(self, verdict: _Verdict) -> list[tuple[int, int]]:
        return self.found.get(verdict, [])


def find_near_duplicates(findings: Findings) -> None:
    """Lists the later record of each pair that is surely one case, and hints at pairs that may be one."""
    fields = _compared_fields(findings)
    keys = _keys(fields, findings.records)
    if any(hint.kind == "expected_repeats" for hint in findings.hints):  # chance makes records alike in this file
        return
    if not keys or _is_told_apart(findings, fields):
        return
    if findings.records > MOST_RECORDS:
        findings.hints.append(_not_searched(findings.records))
        return
    all_taken = _take_candidates(findings, keys)
    if findings.one("SELECT count(*) FROM near_pairs")[0]:
        fields = _weighed(findings, fields)
        _report(findings, fields, _judged(findings, fields), capped=not all_taken)
    findings.connection.execute("DROP TABLE IF EXISTS near_pairs")


# --- which fields, which pairs ---------------------------------------------------------------------------------------


def _compared_fields(findings: Findings) -> tuple[_Compared, ...]:
    """The checked fields that say something, the most selective first; () where the records are no cases to repeat.

    Where no text is selective the file tells of events; an identifier of its own then makes each a different event.
    """
    records = findings.records
    if records < FEWEST_RECORDS:
        return ()
    own = _own_keys(findings)
    fields = []
    for rule in findings.checked:
        distinct = min(findings.distinct.get(rule.position, 0), records)
        if distinct >= 2 and rule.kind not in _LEFT_OUT and rule not in own:
            fields.append(_Compared(rule, log2(distinct), distinct / records))
    if own and not any(one.is_identity for one in fields):
        return ()
    fields.sort(key=lambda one: (-one.bits, one.rule.position))
    return tuple(fields[:MOST_FIELDS])


def _own_keys(findings: Findings) -> list[FieldRule]:
    """The identifiers that each record has for itself, so that they say nothing about the case."""
    least = _NEARLY_UNIQUE * findings.records
    return [
        rule
        for rule in findings.checked
        if rule.unique or (rule.kind is FieldKind.IDENTIFIER and findings.distinct.get(rule.position, 0) >= least)
    ]


def _weighed(findings: Findings, fields: Sequence[_Compared]) -> tuple[_Compared, ...]:
    """The fields with the information of an agreement: a field that mostly holds one value carries little."""
    chances = agreement_by_chance(findings, [one.rule for one in fields])
    most = log2(findings.records)
    least = 2.0**-most
    weighed = [replace(one, bits=-log2(max(least, chances.get(one.rule.position, 1.0)))) for one in fields]
    return tuple(sorted(weighed, key=lambda one: (-one.bits, one.rule.position)))


def _is_told_apart(findings: Findings, fields: Sequence[_Compared]) -> bool:
    """Whether a number or date that hardly repeats tells all records apart; a row number does not count as one."""
    apart = [one for one in fields if one.is_hard and one.share >= _NEARLY_UNIQUE]
    for one in apart:
        number = f"TRY_CAST(c{one.rule.position} AS BIGINT)"
        low, high, filled = findings.one(f"SELECT min({number}), max({number}), count({number}) FROM {findings.sound}")
        if low is None or filled < findings.records * _NEARLY_UNIQUE or high - low >= 1.05 * findings.records:
            return True
    return False


def _keys(fields: Sequence[_Compared], records: int) -> tuple[str, ...]:
    """SQL for the keys that two records of one case are likely to share.

    A whole value that says what the record is about; the beginnings of two of them; a telling fact with the beginning
    of a name; and all facts together. Of events all facts must agree, so one key does. Very large files get few keys.
    """
    identities = [one for one in fields if one.is_identity][:_MOST_IDENTITIES]
    words = sorted((one for one in fields if one.is_wording), key=lambda one: one.rule.kind is not FieldKind.NAME)
    facts = [f"c{one.rule.position}" for one in fields if one.is_hard and one.share < _NEARLY_UNIQUE][:_MOST_FACTS]
    together = [_key(facts, filled=1)] if len(facts) > 1 else []
    if (together and not identities) or not words:
        return tuple(together)
    plain = _lower if records > _MANY_RECORDS else _plain
    telling = [one for one in fields if one.share >= _TELLING_SHARE and one is not words[0]][:_MOST_TELLING]
    start = {one.rule.position: f"left({plain(one)}, 4)" for one in (*words, *identities)}
    wholes = [_key([plain(one)]) for one in identities]
    facts_named = [_key([plain(one), start[words[0].rule.position]]) for one in telling]
    if records > _MANY_RECORDS:
        return (*wholes[:1], *facts_named[:1], *together)
    wordings = [start[one.rule.position] for one in identities if one.is_wording]
    return (*wholes, *(_key(pair) for pair in combinations(wordings, 2)), *facts_named, *together)


def _key(parts: Sequence[str], *, filled: int | None = None) -> str:
    """SQL: the parts as one key; NULL where one of them, or of the first `filled`, is empty."""
    tests = " AND ".join(f"{part} <> ''" for part in parts[:filled])
    return f"CASE WHEN {tests} THEN {row_hash(parts)} END"


def _take_candidates(findings: Findings, keys: Sequence[str]) -> bool:
    """Leaves near_pairs (earlier, later) of the records that share a key few others have; whether these are all.

    The keys that bring the fewest pairs are the most telling ones and come first.
    """
    run = findings.connection.execute
    others = (
        " WHERE record NOT IN (SELECT record FROM problems WHERE edge_case = 'duplicate_record')"
        if DUPLICATE_RECORD.kind in findings.cases
        else ""
    )
    columns = ", ".join(f"{key} AS k{place}" for place, key in enumerate(keys))
    run(f"CREATE OR REPLACE TEMP TABLE near_cells AS SELECT record, {columns} FROM {findings.sound}{others}")
    run("CREATE OR REPLACE TEMP TABLE near_keys AS SELECT 0 AS place, k0 AS shared, record FROM near_cells LIMIT 0")
    for place, _ in enumerate(keys):
        few = f"SELECT k{place} FROM near_cells GROUP BY k{place} HAVING count(*) BETWEEN 2 AND {_BLOCK}"
        run(
            f"INSERT INTO near_keys SELECT {place}, k{place}, record FROM near_cells WHERE k{place} IN "
            f"(SELECT * FROM ({few}) AS few(k) WHERE k IS NOT NULL)"
        )
    taken, all_taken = _cheapest_keys(findings)
    run(
        "CREATE OR REPLACE TEMP TABLE near_pairs AS SELECT DISTINCT a.record AS earlier, b.record AS later "
        "FROM near_keys AS a JOIN near_keys AS b ON a.place = b.place AND a.shared = b.shared AND a.record < b.record "
        f"WHERE a.place IN ({', '.join(str(place) for place in (*taken, -1))})"
    )
    for table in ("near_cells", "near_keys"):
        run(f"DROP TABLE {table}")
    return all_taken


def _cheapest_keys(findings: Findings) -> tuple[list[int], bool]:
    """The keys, by number, whose pairs can be compared together, and whether these are all."""
    counts = findings.rows(
        "SELECT place, sum(n * (n - 1)) / 2 AS pairs FROM (SELECT place, count(*) AS n FROM near_keys GROUP BY place, "
        "shared) GROUP BY place ORDER BY pairs, place"
    )
    taken: list[int] = []
    total = 0
    for place, pairs in counts:
        total += int(pairs)
        if taken and total > MOST_PAIRS:
            break
        taken.append(int(place))
    return taken, total <= MOST_PAIRS


def _lower(one: _Compared) -> str:
    return f"lower(trim(c{one.rule.position}))"


def _plain(one: _Compared) -> str:
    """SQL: the cell's letters and digits, without case and accents."""
    return replace_all(without_accents(f"lower(c{one.rule.position})"), r"[^\p{L}\p{N}]+", "")


# --- judging ---------------------------------------------------------------------------------------------------------


def _judged(findings: Findings, fields: Sequence[_Compared]) -> _Pairs:
    """Every candidate pair under its verdict.

    A typo is a rare word. So the words that passed as typos are counted, and where both are common they are two words.
    """
    rows = _cells_of_pairs(findings, fields)
    none: list[frozenset[str]] = [frozenset()] * len(fields)
    pairs, typos = _judge_all(rows, fields, none, findings.records)
    common = [_common_words(findings, one, found) for one, found in zip(fields, typos, strict=True)]
    return _judge_all(rows, fields, common, findings.records)[0] if any(common) else pairs


def _judge_all(
    rows: Sequence[tuple[Any, ...]], fields: Sequence[_Compared], common: Sequence[frozenset[str]], records: int
) -> tuple[_Pairs, list[set[_Typo]]]:
    """The pairs by verdict, and for each field the typos that were taken for such."""
    pairs, typos = _Pairs(), [set[_Typo]() for _ in fields]
    for earlier, later, *cells in rows:
        first, second = cells[: len(fields)], cells[len(fields) :]
        likeness, used = _liken(fields, first, second, common, log2(records))
        verdict = _judge(fields, likeness, log2(records)) if likeness else _Verdict.NOTHING
        if verdict is not _Verdict.NOTHING:
            for place, found in used:
                typos[place].update(found)
            pairs.add(verdict, (earlier, later), _example(likeness, first, second))
    return pairs, typos


def _liken(
    fields: Sequence[_Compared],
    first: Sequence[str | None],
    second: Sequence[str | None],
    common: Sequence[frozenset[str]],
    enough: float,
) -> tuple[list[_Likeness], list[tuple[int, tuple[_Typo, ...]]]]:
    """How each pair of cells compares, and the typos by field; ([], []) as soon as nothing can come of it."""
    likeness, typos = [], []
    possible, different = sum(one.bits for one in fields), 0.0
    for place, one in enumerate(fields):
        how, used = _compare(one, first[place], second[place], common[place])
        likeness.append(how)
        if used:
            typos.append((place, used))
        if how in (_Likeness.DIFFERENT, _Likeness.BLANK):
            possible -= one.bits
            different += one.bits if how is _Likeness.DIFFERENT else 0.0
            if possible < _AGREEING_WHOLLY * enough or different > _DIFFERING * possible:
                return [], []
            if how is _Likeness.DIFFERENT and not one.is_hard and _may_not_differ(one, enough):
                return [], []
    return likeness, typos


def _may_not_differ(one: _Compared, enough: float) -> bool:
    return one.bits >= min(_IDENTIFYING_BITS, _IDENTIFYING * enough)


def _common_words(findings: Findings, one: _Compared, typos: Iterable[_Typo]) -> frozenset[str]:
    """Those of the words that several records hold in the field."""
    wanted = sorted({word for typo in typos for word in (typo.first, typo.second)})
    if not wanted:
        return frozenset()
    words = f"SELECT record, {words_of(without_accents(f'lower(c{one.rule.position})'))} AS word FROM {findings.sound}"
    listed = ", ".join(quote_literal(word) for word in wanted)
    rows = findings.rows(
        f"SELECT word FROM ({words}) WHERE word IN ({listed}) GROUP BY word HAVING count(DISTINCT record) >= "
        f"{_TYPO_RECORDS} ORDER BY word"
    )
    return frozenset(word for (word,) in rows)


def _cells_of_pairs(findings: Findings, fields: Sequence[_Compared]) -> list[tuple[Any, ...]]:
    cells = [
        f"CASE WHEN v{side}.v{one.rule.position} IN ({FINE}, {UNSETTLED}, {KEPT}) THEN {side}.c{one.rule.position} END"
        for side in ("a", "b")
        for one in fields
    ]
    joins = " ".join(
        f"JOIN records AS {side} ON {side}.record = p.{name} JOIN verdicts AS v{side} ON v{side}.record = p.{name}"
        for side, name in (("a", "earlier"), ("b", "later"))
    )
    few = f"(SELECT earlier, later FROM near_pairs ORDER BY earlier, later LIMIT {MOST_PAIRS})"
    return findings.rows(
        f"SELECT p.earlier, p.later, {', '.join(cells)} FROM {few} AS p {joins} ORDER BY p.earlier, p.later"
    )


def _judge(fields: Sequence[_Compared], likeness: Sequence[_Likeness], enough: float) -> _Verdict:
    """What the pair is; `enough` is log2 of the records, the information that tells one of them."""
    pairs = tuple(zip(fields, likeness, strict=True))
    agreeing = sum(one.bits for one, how in pairs if how in _ALIKE)
    different = [one for one, how in pairs if how is _Likeness.DIFFERENT]
    texts = [one for one in different if not one.is_hard]
    wholly = all(how in (_Likeness.EQUAL, _Likeness.VARIANT) for _, how in pairs)
    if (
        agreeing < (_AGREEING_WHOLLY if wholly else _AGREEING) * enough
        or sum(one.bits for one in different) > _DIFFERING * agreeing
    ):
        return _Verdict.NOTHING
    if any(_may_not_differ(one, enough) for one in texts) or not _identity_holds(pairs, texts):
        return _Verdict.NOTHING
    if len(different) > len(texts):
        return _Verdict.FACT_DIFFERS
    written = any(how in (_Likeness.VARIANT, _Likeness.ADDITION) for _, how in pairs)
    if written:
        return _Verdict.WRITTEN_DIFFERENTLY
    is_entity = sum(one.is_identity for one in fields) > 1
    return _Verdict.KEY_DIFFERS if wholly and is_entity else _Verdict.OTHERWISE_EQUAL


def _identity_holds(pairs: Sequence[tuple[_Compared, _Likeness]], different: Sequence[_Compared]) -> bool:
    """Whether the texts that say what the record is about agree.

    Of several, one must be the same but for the writing, and others may add words. A single one may not, and where
    there is none (events) every text must agree.
    """
    identities = [how for one, how in pairs if one.is_identity]
    if not identities:
        return not different and all(how not in (_Likeness.ADDITION, _Likeness.BLANK) for _, how in pairs)
    if len(identities) == 1 and different:
        return False
    return any(how in (_Likeness.EQUAL, _Likeness.VARIANT) for how in identities)


_ALIKE = (_Likeness.EQUAL, _Likeness.VARIANT, _Likeness.ADDITION)


def _example(likeness: Sequence[_Likeness], first: Sequence[str | None], second: Sequence[str | None]) -> str:
    """The cells in which the two records differ, side by side."""
    shown = (f"{a} / {b}" for how, a, b in zip(likeness, first, second, strict=True) if a and b and a != b)
    return "; ".join(shown)


# --- likeness of two cells -------------------------------------------------------------------------------------------


def _compare(
    one: _Compared, first: str | None, second: str | None, common: frozenset[str]
) -> tuple[_Likeness, tuple[_Typo, ...]]:
    """How two cells of a field compare, and the typos that it takes to find them alike."""
    a, b = (first or "").strip(), (second or "").strip()
    if not a or not b:
        return _Likeness.BLANK, ()
    if a == b:
        return _Likeness.EQUAL, ()
    if one.is_hard:
        return (_Likeness.EQUAL if _same_fact(a, b) else _Likeness.DIFFERENT), ()
    if one.rule.kind in _EXACT:
        return (_Likeness.VARIANT if _same_code(a, b) else _Likeness.DIFFERENT), ()
    how, typos = _compare_words(a, b)
    if how is _Likeness.DIFFERENT and one.rule.kind is FieldKind.ADDRESS:
        how, typos = _compare_heads(a, b)
    if any(typo.first in common and typo.second in common for typo in typos):
        return _Likeness.DIFFERENT, ()
    return how, typos


def _same_fact(a: str, b: str) -> bool:
    """Whether two numbers, dates or codes are the same but for the writing (1.0 and 1, 2024-05-02 and 02.05.2024)."""
    try:
        return float(a) == float(b)
    except ValueError:
        pass
    if a.casefold() == b.casefold():
        return True
    numbers = [sorted(part.lstrip("0") for part in re.findall("[0-9]+", text)) for text in (a, b)]
    letters = [re.findall(r"[^\W\d_]+", text) for text in (a, b)]
    return numbers[0] == numbers[1] and len(numbers[0]) >= 3 and letters[0] == letters[1]


def _same_code(a: str, b: str) -> bool:
    """Whether two phone numbers, postcodes or addresses of the net are the same but for case, signs or a prefix."""
    first, second = (re.sub(r"[\W_]+", "", text).casefold() for text in (a, b))
    if first == second:
        return True
    digits = first.isdigit() and second.isdigit() and min(len(first), len(second)) >= 9
    return digits and (first.endswith(second[-9:]) and first[-9:] == second[-9:])


@dataclass(frozen=True, slots=True)
class _Typo:
    """Two words that may be one with a typo."""

    first: str
    second: str


_ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th",
    "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip
_TELLING_APART = frozenset({"jr", "sr", "junior", "senior", "ii", "iii", "iv", "no", "not", "non"})
_JOINING = frozenset(
    {"the", "a", "an", "and", "of", "und", "et", "y", "e", "de", "der", "die", "das", "le", "la", "el"}
)
_HEAD = re.compile(r"(.*?)((?:\s{2,}|[,;(]| - ).*)?", re.DOTALL)
_EDITABLE = re.compile("[a-z\u00df-\u024f\u0370-\u03ff\u0400-\u052f]+")  # scripts whose letters are sounds


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """The words of a text in order, without case, accents and apostrophes; ordinals in figures."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter) and letter not in "'\u2019`\u00b4")
    return tuple(_ORDINALS.get(word, word) for word in re.findall(r"[^\W_]+", bare))


@lru_cache(maxsize=4096)
def _compare_words(a: str, b: str) -> tuple[_Likeness, tuple[_Typo, ...]]:
    first, second = _words(a), _words(b)
    if sorted(first) == sorted(second) or "".join(first) == "".join(second):
        return (_Likeness.VARIANT if first else _Likeness.DIFFERENT), ()
    mine, others = Counter(first), Counter(second)
    left, right = sorted((mine - others).elements()), sorted((others - mine).elements())
    typos = []
    for word in tuple(left):
        match = next((other for other in right if _is_short_for(word, other)), None)
        if match is None and (match := next((other for other in right if _is_a_typo(word, other)), None)) is not None:
            typos.append(_Typo(word, match))
        if match is not None:
            left.remove(word)
            right.remove(match)
    if left and right:
        return _Likeness.DIFFERENT, ()
    left, right = ([word for word in words if word not in _JOINING] for words in (left, right))
    if not left and not right:
        return _Likeness.VARIANT, tuple(typos)
    return (
        _Likeness.ADDITION if _adds_nothing(left or right, min(first, second, key=len)) else _Likeness.DIFFERENT
    ), tuple(typos)


def _compare_heads(a: str, b: str) -> tuple[_Likeness, tuple[_Typo, ...]]:
    """How the house and street of two addresses compare, where what stands behind them differs by no number."""
    (first, first_rest), (second, second_rest) = (_HEAD.fullmatch(text.strip()).groups("") for text in (a, b))  # type: ignore[union-attr]
    numbers = [sorted(re.findall(r"\b[0-9]+\b", rest)) for rest in (first_rest, second_rest)]
    if len(_words(first)) < 2 or not re.search("[0-9]", first) or (all(numbers) and numbers[0] != numbers[1]):
        return _Likeness.DIFFERENT, ()
    how, typos = _compare_words(first, second)
    return (how if how is _Likeness.DIFFERENT else _Likeness.ADDITION), typos


def _adds_nothing(added: Sequence[str], kept: Sequence[str]) -> bool:
    """Whether added words leave the case the same: no number and no suffix that tells two apart."""
    return any(len(word) >= 3 or word.isdigit() for word in kept) and not any(
        word.isdigit() or word in _TELLING_APART for word in added
    )


def _is_short_for(a: str, b: str) -> bool:
    """Whether one word abbreviates the other: its beginning, or its first and last letter with some between."""
    short, long = sorted((a, b), key=len)
    if 2 * len(short) > len(long) or not _EDITABLE.fullmatch(a) or not _EDITABLE.fullmatch(b):
        return False
    if long.startswith(short):
        return True
    rest = iter(long)
    return len(short) >= 2 and short[0] == long[0] and short[-1] == long[-1] and all(letter in rest for letter in short)


def _is_a_typo(a: str, b: str) -> bool:
    """Whether one slip turns one word into the other; two in a long word."""
    short = min(len(a), len(b))
    if short < 3 or not _EDITABLE.fullmatch(a) or not _EDITABLE.fullmatch(b):
        return False
    from rapidfuzz.distance import OSA

    allowed = 2 if short >= 8 else 1
    return int(OSA.distance(a, b, score_cutoff=allowed)) <= allowed


# --- telling ---------------------------------------------------------------------------------------------------------


def _report(findings: Findings, fields: Sequence[_Compared], pairs: _Pairs, *, capped: bool) -> None:
    """Lists what is sure as problems; the rest becomes hints."""
    records = findings.records
    named = _names(one for one in fields if one.is_identity)
    sure, equal = _sorted_out(pairs, records)
    telling = sum(not one.is_hard and _may_not_differ(one, log2(records)) for one in fields)
    written = _Verdict.WRITTEN_DIFFERENTLY
    if _share_of_later(sure, records) > _MOST_LATER:
        findings.hints.append(_hint(named, sure, pairs, written, "Records that resemble each other", _TOO_MANY))
    elif sure and telling < 2 and _own_keys(findings):  # one text alone against an identifier of each record's own
        findings.hints.append(_hint(named, sure, pairs, written, "Possible near-duplicates", _KEY_DIFFERS))
    elif sure:
        _list(findings, sure)
    if equal:
        title = "Records of one case, other fields differ"
        findings.hints.append(_hint(named, equal, pairs, _Verdict.OTHERWISE_EQUAL, title, _SAME_CASE))
    facts = pairs.of(_Verdict.FACT_DIFFERS)
    if facts and named and _share_of_later(facts, records) <= _MOST_SLIPS:
        title = "Possible near-duplicates"
        findings.hints.append(_hint(named, facts, pairs, _Verdict.FACT_DIFFERS, title, _FACT_DIFFERS))
    if capped:
        findings.hints.append(_not_all_compared())


def _sorted_out(pairs: _Pairs, records: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The pairs that are surely one case, and those that are otherwise equal.

    Where most cases that come again are written just the same, other fields set them apart on purpose, as the visits
    of one patient; where most are written differently, all of them were entered again.
    """
    sure, equal = pairs.of(_Verdict.WRITTEN_DIFFERENTLY), pairs.of(_Verdict.OTHERWISE_EQUAL)
    twins = pairs.of(_Verdict.KEY_DIFFERS)
    if len(equal) <= len(sure):
        sure, equal = [*sure, *equal], []
    if _share_of_later(twins, records) <= _MOST_TWINS:
        return [*sure, *twins], equal
    return sure, [*equal, *twins]


def _share_of_later(pairs: Sequence[tuple[int, int]], records: int) -> float:
    return len({later for _, later in pairs}) / records


_TOO_MANY = "a likeness so frequent lies in the nature of these records, so it is not counted as a fault."
_KEY_DIFFERS = "each has an identifier of its own; it may be another case, or one entered twice."
_SAME_CASE = "other fields differ; it may be one case entered again, or several entries of one case on purpose."
_FACT_DIFFERS = "a number, date or identifier differs; it may be another case, or one with a slip in that field."


def _list(findings: Findings, pairs: Sequence[tuple[int, int]]) -> None:
    first: dict[int, int] = {}
    for earlier, later in sorted(pairs):
        first.setdefault(later, earlier)
    rows = ", ".join(f"({later}, {earlier})" for later, earlier in sorted(first.items()))
    findings.problems(
        NEAR_DUPLICATE,
        "SELECT r.record, r.line, NULL, 'nearly the same as record ' || CAST(p.earlier AS VARCHAR) FROM records AS r "
        f"JOIN (VALUES {rows}) AS p(later, earlier) ON r.record = p.later",
    )


def _hint(
    fields: tuple[str, ...], found: Sequence[tuple[int, int]], pairs: _Pairs, verdict: _Verdict, title: str, why: str
) -> Hint:
    later = len({record for _, record in found})
    agree = f"agree{'s' if later == 1 else ''}" + (f" in {' and '.join(fields)}" if fields else "")
    kind = f"near_duplicate_{verdict.value.replace(' ', '_')}"
    return Hint(
        id=kind,
        kind=kind,
        fields=fields,
        title=title,
        text=f"{later:,} {'record' if later == 1 else 'records'} {agree} with an earlier one as good as fully, "
        f"and {why}",
        records=later,
        examples=tuple(example for example in pairs.examples.get(verdict, ()) if example),
    )


def _names(fields: Iterable[_Compared]) -> tuple[str, ...]:
    return tuple(one.rule.field for one in sorted(fields, key=lambda one: one.rule.position)[:4])


def _not_searched(records: int) -> Hint:
    return Hint(
        id="near_duplicate_not_searched",
        kind="near_duplicate_not_searched",
        title="Near-duplicates not searched",
        text=f"The file has {records:,} records; near-duplicates are searched among at most {MOST_RECORDS:,}.",
    )


def _not_all_compared() -> Hint:
    return Hint(
        id="near_duplicate_not_all_compared",
        kind="near_duplicate_not_all_compared",
        title="Near-duplicates partly searched",
        text=f"More pairs of records came into question than the {MOST_PAIRS:,} that are compared at most; those that "
        "share the most telling values came first.",
    )
