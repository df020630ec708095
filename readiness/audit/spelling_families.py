"""The spellings of each value of a field, put together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from readiness.audit.fingerprints import Spelling, spelling_of, trimmed
from readiness.audit.rules import FieldKind

_LIST_SIGNS = re.compile("[,;|/]")
_AGREED_SHARE = 0.8  # of the records that explain an acronym explain it in this way


class Family(NamedTuple):
    """The spellings of one value. `best` is the one that most records have, or an allowed one."""

    best: str
    best_records: int
    records: int
    plain: str  # the best one in lower case and without accents
    words: str
    is_allowed: bool
    values: tuple[str, ...]  # all of them, as they stand in the file
    variants: Mapping[str, int]  # of them those not written as the best, and how many records write them so


@dataclass(slots=True)
class _Text:
    """A value without its surrounding spaces."""

    spelling: Spelling
    records: int = 0
    values: list[str] = field(default_factory=list)


def families_of(
    values: Mapping[str, int], kind: FieldKind, missing: Collection[str], allowed: Collection[str]
) -> tuple[Family, ...]:
    """The families of a field's different `values` (with their records), those with most records first.

    `missing` are the words, in lower case, that are no values. An acronym stands for its words where the field itself
    explains it, and nearly always in one way. An allowed value is no variant of another.
    """
    texts: dict[str, _Text] = {}
    for value, records in values.items():
        text = trimmed(value)
        if not text or text.lower() in missing:
            continue
        if text not in texts:
            texts[text] = _Text(spelling_of(text, kind))
        texts[text].records += records
        texts[text].values.append(value)
    found = [_family(names, texts, allowed) for names in _grouped(texts)]
    return tuple(sorted(found, key=lambda one: (-one.records, one.best)))


def _grouped(texts: Mapping[str, _Text]) -> list[list[str]]:
    """The texts that share a key, directly or through others."""
    acronyms = _explained_acronyms(texts)
    links: dict[str, str] = {}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text, one in texts.items():
        spelling = one.spelling
        if acronyms and not spelling.explains:
            spelling = acronyms.get(spelling.letters, spelling)
        groups[spelling.ordered].append(text)
        if spelling.bag != spelling.ordered:
            first, second = sorted((_end_of(links, spelling.ordered), _end_of(links, spelling.bag)))
            if first != second:
                links[second] = first
    if not links:
        return list(groups.values())
    joined: defaultdict[str, list[str]] = defaultdict(list)
    for key, members in groups.items():
        joined[_end_of(links, key)] += members
    return list(joined.values())


def _end_of(links: Mapping[str, str], key: str) -> str:
    """The key that `key` is linked to in the end."""
    while key in links:
        key = links[key]
    return key


def _explained_acronyms(texts: Mapping[str, _Text]) -> dict[str, Spelling]:
    """The acronyms, by their letters, that the field explains, and the spelling of what they stand for."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    meanings: dict[tuple[str, str], Spelling] = {}
    for text in sorted(texts):
        spelling = texts[text].spelling
        if spelling.explains:
            counts[spelling.letters][spelling.ordered] += texts[text].records
            meanings.setdefault((spelling.letters, spelling.ordered), spelling)
    return {
        letters: meanings[letters, meaning]
        for letters, found in counts.items()
        for meaning, records in found.items()
        if records >= _AGREED_SHARE * found.total()
    }


def _family(names: list[str], texts: Mapping[str, _Text], allowed: Collection[str]) -> Family:
    best = (
        names[0] if len(names) == 1 else min(names, key=lambda name: (name not in allowed, -texts[name].records, name))
    )
    chosen = texts[best]
    members = [texts[name] for name in sorted(names)]
    return Family(
        best=best,
        best_records=chosen.records,
        records=sum([one.records for one in members]),
        plain=chosen.spelling.plain,
        words=chosen.spelling.words,
        is_allowed=best in allowed,
        values=tuple([value for one in members for value in one.values]),
        variants=_variants_of(best, names, texts, allowed) if len(names) > 1 else {},
    )


def _variants_of(best: str, names: list[str], texts: Mapping[str, _Text], allowed: Collection[str]) -> dict[str, int]:
    listed = _parts_of(best)
    others = [
        texts[name]
        for name in sorted(names)
        if name != best and name not in allowed and not (listed and sorted(_parts_of(name)) == sorted(listed))
    ]
    return {value: one.records for one in others for value in one.values}


def _parts_of(text: str) -> list[str]:
    """The parts of a list, whose order is no spelling; [] for a value without a list's signs."""
    parts = [part.strip() for part in _LIST_SIGNS.split(text)]
    return parts if len(parts) > 1 and all(parts) else []
