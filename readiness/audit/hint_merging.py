"""Hints of one kind put together, so that a wide sample says a thing once and not for each of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from readiness.audit.report import Hint

if TYPE_CHECKING:
    from readiness.audit.findings import Findings

MOST_OF_A_KIND = 2  # that stay apart
MOST_OFFERS = 5  # rules of a kind that are offered one by one
_MOST_NAMED = 12
_EXAMPLES = 5
_TOGETHER = {  # kind -> title of the joined hint, and its sentence with n fields
    "always_empty": ("Always empty", "{n} fields hold no value in any record, so nothing can be built on them"),
    "constant": ("Always the same", "{n} fields hold one and the same value in all their filled records"),
    "many_zeros": (
        "Amounts of zero",
        "{n} fields of amounts hold many zeros, which may be real or stand for amounts that nobody knew",
    ),
    "unusually_large": ("Unusually large", "{n} fields hold a few values far above their others"),
    "unusually_small": ("Unusually small", "{n} fields hold a few values far below their others"),
    "unusually_early": ("Unusually early", "{n} fields hold a few dates far before their others"),
    "unusually_late": ("Unusually late", "{n} fields hold a few dates far after their others"),
    "date_in_future": ("Dates in the future", "{n} fields hold dates after the day of this audit"),
    "spike": ("One value far more frequent", "In {n} fields of numbers one value is far more frequent than any other"),
    "repeating_identifier": (
        "Identifiers of groups",
        "{n} identifiers repeat: they identify a group, not a record",
    ),
}


def merge_hints(findings: Findings) -> None:
    """Puts the hints of a kind that several fields share together, and keeps the strongest offers of dependencies."""
    findings.hints[:] = merged(findings.hints)


def merged(hints: Sequence[Hint]) -> list[Hint]:
    """The hints, in their order; one stands for all of its kind where more than MOST_OF_A_KIND fields have it."""
    by_kind: dict[str, list[Hint]] = {}
    for hint in hints:
        by_kind.setdefault(hint.kind, []).append(hint)
    kept: list[Hint] = []
    for hint in hints:
        same = by_kind[hint.kind]
        if hint.kind == "dependency_offered":
            kept += [hint] if hint in _strongest(same) else []
        elif hint.kind not in _TOGETHER or len(same) <= MOST_OF_A_KIND:
            kept.append(hint)
        elif hint is same[0]:
            kept.append(_joined(same))
    return kept


def _strongest(offers: Sequence[Hint]) -> list[Hint]:
    """Those that most records follow; the others stay in the rules, where they can be switched on."""
    ranked = sorted(
        offers, key=lambda one: (-one.relation.support, -one.relation.records, one.id) if one.relation else (0, 0, "")
    )
    return ranked[:MOST_OFFERS]


def _joined(hints: Sequence[Hint]) -> Hint:
    title, sentence = _TOGETHER[hints[0].kind]
    fields = tuple(dict.fromkeys(field for hint in hints for field in hint.fields))
    counted = [f"{hint.fields[0]} ({hint.records:,})" for hint in hints if hint.fields][:_MOST_NAMED]
    more = ", ..." if len(hints) > len(counted) else ""
    return Hint(
        id=hints[0].kind,
        kind=hints[0].kind,
        fields=fields,
        title=f"{title}: {len(hints):,} fields",
        text=f"{sentence.format(n=f'{len(hints):,}')}. With their records: {', '.join(counted)}{more}.",
        records=max(hint.records for hint in hints),
        examples=tuple(example for hint in hints for example in hint.examples[:1])[:_EXAMPLES],
    )
