"""How close one value is to another: whether a slip of the pen explains the difference, or another word does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import cache, lru_cache

_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\D+")
_FEWEST_LETTERS = 3
_LONG_WORD, _PLAIN_WORD = 10, 5  # letters from which two edits, or one, make a slip of the pen
_PARTS = 4  # an edit a so many letters is the most that two values may differ
_MOST_EDITS = 24
_NEAREST = 4

_PREFIXES = """
    a ab ad an anti as bi co com con counter de dis down em en end ex exo extra fe for fore hetero homo hyper hypo il
    im in infra inter intra intro ir iso macro mal mega meta micro mid mini mis mono multi ne neo no non ob off on out
    over para per peri poly post pre pro quasi re self semi sub super sur sym syn trans tri ultra un under uni up with
    wo
"""
_ENDINGS = """
    a ae al an ance ant ar as ate d e ed ee el em en ence ent er ers es est et i ia ial ian ic ide ie ied ier ies in
    ing ion is ism ist ite ity ive l ly m n na ne ned ning nt o on or os ot ous r re ren ring rs s se st t te ted ten
    ter th tic ting u um us y
"""
_WORDS_APART = """
    adapter adaptor affect arkansas aunt aural australia austria bidding billing booking boys brake braking break
    brother contacted contracted country county credit debit december decrease detail diastolic dominica download
    downstream east eastern effect ester ether exclude export external father february fewer first formal gambia
    georgia girls guinea guyana higher husband hypertension hypotension iceland ileum ilium import inbound include
    increase india indiana internal internet interstate intranet intrastate iran iraq ireland january july june
    kansas last lease least legal level lever lower macedonia malawi mali malta march maternal mauritania mauritius
    medal metal monday mother niger nigeria nitrate nitrite normal north northeast northern northwest november
    october oral outbound paternal planning planting prednisolone prednisone principal principle quiet quite receipt
    recipe repaid repair retail sale sales september slovakia slovenia south southeast southern southwest stationary
    stationery sulfate sulfide sulfite sulphate sulphide sulphite sunday sweden systolic thursday tuesday uncle
    upload upstream weather weekday weekly west western whether zambia
"""  # right words that differ from another right word by a letter or two


class Closeness(IntEnum):
    """Strong: a slip of the pen in a longer word. Weak: one in a short word, at a first letter, in an ending."""

    NONE = 0
    WEAK = 1
    STRONG = 2


def words_of(value: str) -> tuple[str, ...]:
    """The words and numbers of a value, without the signs between them."""
    return tuple(_WORD.findall(value))


def nearest(value: str, others: Iterable[str]) -> list[tuple[str, int]]:
    """The few of `others` with the fewest edits to `value`, as (other, edits), if these are few for its length."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    most = most_edits(len(value))
    if not most:
        return []
    choices = [other for other in others if abs(len(other) - len(value)) <= most]
    found = process.extract(value, choices, scorer=OSA.distance, score_cutoff=most, limit=_NEAREST, processor=None)
    return [(other, int(distance)) for other, distance, _ in found]


def most_edits(length: int) -> int:
    """The most edits that two values of about `length` characters may differ by to be compared at all."""
    return 0 if length < _FEWEST_LETTERS else max(1, min(_MOST_EDITS, length // _PARTS + 1))


def closeness(meant: str, written: str, vocabulary: frozenset[str]) -> Closeness:
    """How well a slip of the pen explains `written` for `meant`. A word of the `vocabulary` is never one."""
    ours, theirs = words_of(written), words_of(meant)
    if len(ours) == len(theirs):
        changed = [(one, other) for one, other in zip(ours, theirs, strict=True) if one != other]
        if not changed or any(one in vocabulary for one, _ in changed):
            return Closeness.NONE
        return min(_closeness_of_words(other, one) for one, other in changed)
    return _closeness_across_gaps(meant, written, vocabulary)


def _closeness_of_words(meant: str, written: str) -> Closeness:
    """How well a slip explains one word for another."""
    if _digits_of(meant) != _digits_of(written):
        return Closeness.WEAK if _is_digit_as_letter(meant, written) else Closeness.NONE
    if _digits_of(meant):
        return _closeness_of_codes(meant, written)
    if written in _listed(_WORDS_APART) or len(meant) < 2 or _is_prefixed(meant, written):
        return Closeness.NONE
    edits = _edits_between(meant, written)
    overwritten = len(written) == len(meant)  # several slips in one word are told from another word only by this
    if edits > max(1, len(meant) // 3) or (edits > 2 and not overwritten):
        return Closeness.NONE
    is_slip = edits <= (2 if len(meant) >= _LONG_WORD else 1) and len(meant) >= _PLAIN_WORD
    at_start = written[0] != meant[0] and written[:2] != meant[1::-1]
    return Closeness.STRONG if is_slip and not at_start and not _is_inflected(meant, written) else Closeness.WEAK


def _closeness_of_codes(meant: str, written: str) -> Closeness:
    """How well a slip explains one word with digits for another: one overwritten letter beside another letter."""
    ours, theirs = _LETTERS.findall(written), _LETTERS.findall(meant)
    if [len(run) for run in ours] != [len(run) for run in theirs]:
        return Closeness.NONE
    changed = [(one, other) for one, other in zip(ours, theirs, strict=True) if one != other]
    is_slip = all(len(one) > 1 and _edits_between(one, other) == 1 for one, other in changed)
    return Closeness.WEAK if len(changed) == 1 and is_slip else Closeness.NONE


def _closeness_across_gaps(meant: str, written: str, vocabulary: frozenset[str]) -> Closeness:
    """How well slips explain the difference where a gap between words was lost, overwritten or put in.

    Beside gaps only overwritten letters count, so that no word comes or goes.
    """
    from rapidfuzz.distance import Levenshtein

    if _digits_of(meant) != _digits_of(written) or all(word in vocabulary for word in words_of(written)):
        return Closeness.NONE
    gaps, in_word = 0, [0] * len(meant)
    for edit in Levenshtein.editops(meant, written):
        old = meant[edit.src_pos] if edit.tag != "insert" else ""
        new = written[edit.dest_pos] if edit.tag != "delete" else ""
        if (old and not old.isalnum()) or (new and not new.isalnum()):
            gaps += 1
        elif old and new:
            in_word[edit.src_pos] = 1
        else:
            return Closeness.NONE
    for word in _WORD.finditer(meant):
        if sum(in_word[word.start() : word.end()]) > (max(1, len(word[0]) // 3) if len(word[0]) > 1 else 0):
            return Closeness.NONE
    is_slip = gaps + sum(in_word) <= 2 and len(meant) >= _LONG_WORD
    return Closeness.STRONG if is_slip else Closeness.WEAK


@cache
def _listed(words: str) -> frozenset[str]:
    """The words of a list, and the empty one."""
    return frozenset(words.split()) | {""}


@lru_cache(maxsize=4096)
def _edits_between(one: str, other: str) -> int:
    from rapidfuzz.distance import OSA

    return int(OSA.distance(one, other))


def _digits_of(text: str) -> str:
    return _DIGITS.sub("", text)


def _is_digit_as_letter(meant: str, written: str) -> bool:
    """A letter stands where a digit was, as O for 0; every other character is the same."""
    changed = [(one, other) for one, other in zip(meant, written, strict=False) if one != other]
    return len(meant) == len(written) and all(one.isdigit() and other.isalpha() for one, other in changed)


def _is_prefixed(one: str, other: str) -> bool:
    """The words differ in a known prefix only: approved and unapproved, inpatient and outpatient."""
    common = 0
    while common < min(len(one), len(other)) and one[-1 - common] == other[-1 - common]:
        common += 1
    prefixes = _listed(_PREFIXES)
    for kept in range(common, 2, -1):  # the shared end may begin inside a prefix: (in)ternal, (ex)ternal
        if one[: len(one) - kept] in prefixes and other[: len(other) - kept] in prefixes:
            return True
    return False


def _is_inflected(one: str, other: str) -> bool:
    """The words differ in a known ending only: closed and closes, sulfate and sulfite, Maria and Mario."""
    common = 0
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    endings = _listed(_ENDINGS)
    return any(one[kept:] in endings and other[kept:] in endings for kept in range(common, max(2, common - 3), -1))
