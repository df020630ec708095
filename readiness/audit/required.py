"""Which fields are meant to be always filled, and what says so.

Calling a field required that is not costs more than the reverse: every record without it leaves the clean case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readiness.audit.evidence import FieldEvidence, sampled_records
from readiness.audit.field_words import CATEGORY, OPEN_ENDED, SUBDIVISIONS, words_of
from readiness.audit.kinds import KindDecision, percent_text
from readiness.audit.rules import DATED, FieldKind, FieldRule, Relation, RelationKind
from readiness.audit.tokens import default_tokens
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# filled in that share of the records or more: meant to be always filled
REQUIRED_SHARE = 0.9  # what a record is about: its key, party, amount, day, label, status
MEASURED_SHARE = 0.95  # numbers, contacts and yes or no
DESCRIBING_SHARE = 0.97  # words that describe, and the end of something that may still be open
KEY_SHARE, PARTY_SHARE = 0.6, 0.1  # of what no record can do without

_KEY_KINDS = frozenset({FieldKind.IDENTIFIER, FieldKind.MONEY, FieldKind.TIME, *DATED})
_DESCRIBING = frozenset({FieldKind.TEXT, FieldKind.CATEGORY, FieldKind.URL})
_BACKBONE = frozenset({*_KEY_KINDS, FieldKind.NAME, FieldKind.LABEL, FieldKind.ANNOTATOR})
_CHOICE_WORDS = CATEGORY.words | {"currency", "wahrung", "devise", "moneda"}
_SECONDARY_WORDS = (
    "middle second secondary alias alternate alternative additional extra other optional mobile cell handy mobil fax "
    "note notes comment comments remark remarks bemerkung bemerkungen kommentar notiz hinweis remarque remarques "
    "commentaire observaciones comentario nota notas prefix suffix salutation nickname initial initials coupon promo "
    "voucher discount rabatt remise descuento manager supervisor parent previous former reply referrer referer "
    "referral allergies fussnote footnote dedication"
)
_SECOND_OF_SEVERAL = re.compile(r"(?<![0-9])[2-5]$")  # address2, phone_2
_STANDARD_WORDS = "iban ean gtin isin isbn issn doi upc bic swift vin serial barcode imei bbl"

_MOST_CHOICES, _MOST_CHOICE_FIELDS, _MOST_GAPS = 30, 12, 48
_FEWEST_GAPS, _FEWEST_OF_CHOICE = 5, 5
_OPEN_SHARE = 0.9  # of a choice's records leave the field empty
_EXPLAINED_SHARE, _OTHER_GAPS = 0.9, 0.01
_SOURCE_WORDS = (
    "source origin channel system file batch import quelle herkunft branch site region country land store shop "
    "vendor supplier customer client"
)
_SECONDARY, _STANDARD_NUMBERS, _SOURCES = (
    frozenset(words.split()) for words in (_SECONDARY_WORDS, _STANDARD_WORDS, _SOURCE_WORDS)
)


@dataclass(frozen=True, slots=True)
class Filling:
    """How far a field is filled: records sampled, those with a value, and the choice that explains the gaps, if any."""

    sampled: int
    filled: int
    explained_by: str = ""

    @property
    def share(self) -> float:
        return self.filled / self.sampled if self.sampled else 0.0


def is_required(field: str, decision: KindDecision, filling: Filling, *, has_country: bool) -> tuple[bool, str]:
    """Whether the field is meant to be always filled, and what says so."""
    if not filling.filled:
        return False, "never filled" if filling.sampled else ""
    kind, share, words = decision.kind, filling.share, words_of(field)
    seen = f"{percent_text(share)} of {filling.sampled:,} records fill it"
    if share == 1:
        return True, f"required, since {seen}"
    if has_country and words & SUBDIVISIONS and kind is not FieldKind.COUNTRY:
        return False, f"not required, since not every country has one; {percent_text(share)} fill it"
    is_secondary = bool(words & _SECONDARY) or bool(_SECOND_OF_SEVERAL.search(field.strip()))
    if kind is FieldKind.NAME and decision.by_name and not is_secondary and share >= PARTY_SHARE:
        though = f", though only {percent_text(share)} fill it" if share < REQUIRED_SHARE else f"; {seen}"
        return True, f"required, since it says whom the record is about{though}"
    if is_secondary:
        return False, f"not required, since its name says that it adds to another; {seen}"
    if filling.explained_by:
        return False, f"not required, since {filling.explained_by}; {seen}"
    if share >= _wanted_share(kind, words):
        return True, f"required, since {seen}"
    if share >= KEY_SHARE and _is_key(kind, decision, words):
        return (
            True,
            f"required, since a record without its {kind} is hard to handle, though only {percent_text(share)} fill it",
        )
    return False, f"not required, since only {seen}"


def _wanted_share(kind: FieldKind, words: frozenset[str]) -> float:
    if kind in DATED:
        return DESCRIBING_SHARE if words & OPEN_ENDED else REQUIRED_SHARE
    if kind is FieldKind.IDENTIFIER:
        return DESCRIBING_SHARE if words & _STANDARD_NUMBERS else REQUIRED_SHARE
    if kind in _BACKBONE or (kind is FieldKind.CATEGORY and words & _CHOICE_WORDS):
        return REQUIRED_SHARE
    return DESCRIBING_SHARE if kind in _DESCRIBING else MEASURED_SHARE


def _is_key(kind: FieldKind, decision: KindDecision, words: frozenset[str]) -> bool:
    if kind not in _KEY_KINDS or words & OPEN_ENDED:
        return False
    if kind is not FieldKind.IDENTIFIER:
        return True
    return decision.by_name and not words & _STANDARD_NUMBERS


# --- gaps that another field explains ---------------------------------------------------------------------------------


def explained_gaps(connection: DuckDBPyConnection, evidence: Sequence[FieldEvidence]) -> dict[int, str]:
    """By position: the clause about a choice of another field whose records leave the field empty, and hardly others.

    A shipping date is empty where the status is open. A choice of where the record came from explains nothing: one
    source that leaves a field empty is a fault of that source. Looks at the first fields with few different values,
    and at the first ones with gaps.
    """
    gaps = [one for one in evidence if _has_gaps(one)][:_MOST_GAPS]
    choices = [one for one in evidence if _is_choice(one)][:_MOST_CHOICE_FIELDS]
    if not gaps or not choices:
        return {}
    counts = ", ".join(f"count(*) FILTER (WHERE {_is_gap(one.position)}) AS g{one.position}" for one in gaps)
    source = sampled_records(connection, len(evidence))
    queries = (
        f"SELECT {one.position} AS position, trim(c{one.position}) AS choice, count(*) AS n, {counts} "
        f"FROM {source} GROUP BY choice"
        for one in choices
    )
    rows = connection.execute(f"SELECT * FROM ({' UNION ALL '.join(queries)}) ORDER BY position, choice").fetchall()
    found: dict[int, str] = {}
    for choice in choices:
        counted = [row for row in rows if row[0] == choice.position]
        for place, gap in enumerate(gaps):
            by_choice = {str(row[1]): (int(row[2]), int(row[3 + place])) for row in counted}
            if gap is not choice and gap.position not in found and (values := _open_choices(by_choice)):
                named = ", ".join(values[:3]) + (", ..." if len(values) > 3 else "")
                found[gap.position] = f"the empty ones are those whose {choice.field} is {named}"
    return found


def _has_gaps(field: FieldEvidence) -> bool:
    """Whether a few records leave the field empty: not so few that it says nothing, nor so many that it is optional."""
    gaps = field.sampled - field.filled
    return gaps >= _FEWEST_GAPS and field.filled >= KEY_SHARE * field.sampled


def _is_choice(field: FieldEvidence) -> bool:
    few = 2 <= field.distinct <= min(_MOST_CHOICES, field.filled // _FEWEST_OF_CHOICE)
    return few and field.filled >= REQUIRED_SHARE * field.sampled and not words_of(field.field) & _SOURCES


def _is_gap(position: int) -> str:
    words = ", ".join(quote_literal(word) for word in ("", *default_tokens()))
    return f"c{position} IS NULL OR lower(trim(c{position})) IN ({words})"


def _open_choices(counts: Mapping[str, tuple[int, int]]) -> list[str]:
    """The choices that leave the field empty, where they explain nearly all its gaps; else none. choice -> (n, gaps)"""
    open_ones = [
        choice for choice, (n, gaps) in counts.items() if n >= _FEWEST_OF_CHOICE and gaps >= _OPEN_SHARE * n and choice
    ]
    gaps_in, gaps = sum(counts[one][1] for one in open_ones), sum(one for _, one in counts.values())
    others = sum(n for n, _ in counts.values()) - sum(counts[one][0] for one in open_ones)
    is_explained = gaps_in >= _EXPLAINED_SHARE * gaps and gaps - gaps_in <= _OTHER_GAPS * others
    return open_ones if open_ones and is_explained else []


# --- ends that are still to come --------------------------------------------------------------------------------------


def with_open_ends(
    rules: Sequence[FieldRule], relations: Sequence[Relation], filled: Mapping[str, float]
) -> tuple[FieldRule, ...]:
    """The rules, in which the end of an order between dates is not required where many records have none yet.

    `filled` is the share of the records that fill each field.
    """
    ends = {
        relation.fields[1]: relation.fields[0]
        for relation in relations
        if relation.kind is RelationKind.ORDER and filled[relation.fields[1]] < filled[relation.fields[0]]
    }
    return tuple(
        rule.model_copy(update={"required": False, "suggested_because": _open_ended(rule, ends[rule.field])})
        if rule.field in ends and rule.required and rule.kind in DATED and filled[rule.field] < MEASURED_SHARE
        else rule
        for rule in rules
    )


def _open_ended(rule: FieldRule, start: str) -> str:
    kept = [part for part in rule.suggested_because.rstrip(".").split("; ") if not part.startswith("required")]
    return "; ".join([*kept, f"not required, since it follows {start} and may still lie ahead"]) + "."
