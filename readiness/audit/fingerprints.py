"""What stays of a value when case, spacing, punctuation, accents, abbreviations and word order are left out.

Only what cannot change the meaning is left out: a value that looks like a code, or whose signs carry meaning (C++, O-,
1.5, <5), keeps them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from readiness.audit.rules import FieldKind

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_AMPERSAND = re.compile("&(?:amp;)+")
_MEANINGFUL_SIGNS = re.compile(  # signs anywhere, a minus at an end, a separator between digits, a sign before a digit
    r"[+#<>=%$*~^@\\?!€£]|^[-\u2212]|[-\u2212]\)?$|[0-9] ?[^\w\s] ?[0-9]|(?:^|[\s(])[-\u2212.,][0-9]"
)
_STRAY_ENDS = re.compile(r"(?<=[^\W_]{2})[-*_#~^|`\\]{2,}$|(?<=[^\W_])-[*#~^|`\\]+$")  # signs that no word ends with
_DIGIT = re.compile("[0-9]")
_DROPPED = re.compile("['.`\u2018\u2019\u02bc\u00b4]")
_NO_LETTER = re.compile("[^a-z0-9]+")
_INVERTED = re.compile("([^,]+), ?([^,]+)")
_UNDIVIDED = str.maketrans({"\u00df": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_LEGAL_TAIL = re.compile(
    r".*, ?(?:ltd|inc|corp|co|plc|llc|llp|lp|gmbh|ag|kg|sa|srl|spa|bv|nv|ab|oy|as|pty|jr|sr|ii|iii)\.?"
)
_DIRECTED = frozenset(
    ("to", "from", "vs", "versus", "than", "then", "not", "no", "non", "without", "before", "after", "into", "over",
     "under", "by")
)  # fmt: skip
_DIRECTED_TITLE = _DIRECTED | {"of", "von", "du", "des", "del"}  # The Queen of Hearts is not The Hearts of Queen
_ABBREVIATIONS = {
    "limited": "ltd", "incorporated": "inc", "corporation": "corp", "company": "co", "department": "dept",
    "dpt": "dept", "university": "univ", "international": "intl", "government": "govt", "gov": "govt",
    "management": "mgmt", "mgt": "mgmt", "brothers": "bros", "manufacturing": "mfg", "street": "st", "saint": "st",
    "str": "st", "avenue": "ave", "av": "ave", "road": "rd", "boulevard": "blvd", "highway": "hwy", "square": "sq",
}  # fmt: skip
_ADDRESS_ABBREVIATIONS = _ABBREVIATIONS | {
    "drive": "dr", "lane": "ln", "place": "pl", "court": "ct", "parkway": "pkwy", "north": "n", "south": "s",
    "east": "e", "west": "w",
}  # fmt: skip
_LEGAL_PHRASES = (
    ("public limited company", "plc"),
    ("limited liability company", "llc"),
    ("gesellschaft mit beschrankter haftung", "gmbh"),
)

_SHORT, _LONG = r"([A-Z][A-Z&/.]{1,7})", r"([^\W\d_][^:()]{4,})"
_EXPLAINED_AFTER = re.compile(rf"{_SHORT} ?(?:[:=-] ?{_LONG}|\({_LONG}\))")
_EXPLAINED_BEFORE = re.compile(rf"{_LONG} ?\({_SHORT}\)")
_ACRONYM = re.compile("[A-Z](?: and |[A-Z&/. ]){1,9}")
_LIGHT_WORDS = frozenset(("and", "of", "the", "for", "in", "de", "la", "und", "et", "y"))


class Spelling(NamedTuple):
    """What two spellings of one value share: one with an equal `ordered` or `bag` key is a spelling of the same value.

    `plain` is in lower case and without accents, `words` is without signs too. `letters` are those of an acronym;
    `explains`: the value gives an acronym and its words, and the other parts are those of its words alone.
    """

    plain: str
    words: str
    ordered: str
    bag: str
    letters: str = ""
    explains: bool = False


def trimmed(value: str) -> str:
    """The value without surrounding spaces, and with its ampersands as such."""
    text = value.strip().strip(_ZERO_WIDTH).strip()
    return _AMPERSAND.sub("&", text) if "&amp;" in text else text


def spelling_of(text: str, kind: FieldKind) -> Spelling:
    """What `text`, a trimmed value of a field of `kind`, shares with its other spellings."""
    if text.isascii() and text.replace(" ", "").isalpha():
        return _spelling_of_letters(text, kind)
    text = _STRAY_ENDS.sub("", text)
    short, long = _explained_acronym(text)
    plain = _plain(long or text)
    words = _words_of(_bare(plain), kind)
    ordered = _ordered_key(text, plain, words)
    letters = _letters_of(short or text) if short or _ACRONYM.fullmatch(text) else ""
    return Spelling(plain, words, ordered, _bag_key(plain, words, ordered, kind), letters, bool(short))


def _spelling_of_letters(text: str, kind: FieldKind) -> Spelling:
    """The same for a text without signs, digits and accents, as most are, in less time."""
    plain = " ".join(text.lower().split())
    words = _words_of(plain, kind)
    ordered = words.replace(" ", "")
    letters = _letters_of(text) if text[0].isupper() and _ACRONYM.fullmatch(text) else ""
    return Spelling(plain, words, ordered, _sorted_key(words, kind) or ordered, letters)


def _plain(text: str) -> str:
    lower = " ".join(text.lower().split())
    return lower if lower.isascii() else _without_accents(lower)


def _without_accents(text: str) -> str:
    """The text without the marks on Latin letters; in other scripts a mark makes another letter."""
    decomposed = unicodedata.normalize("NFD", text.translate(_UNDIVIDED))
    kept = [
        one
        for place, one in enumerate(decomposed)
        if not (unicodedata.combining(one) and place and _is_latin(decomposed, place))
    ]
    return unicodedata.normalize("NFC", "".join(kept))


def _is_latin(decomposed: str, place: int) -> bool:
    """Whether the mark at `place` stands on a Latin letter."""
    while place and unicodedata.combining(decomposed[place]):
        place -= 1
    return "a" <= decomposed[place] <= "z" or "A" <= decomposed[place] <= "Z"


def _words_of(bare: str, kind: FieldKind) -> str:
    """The bare words with the usual abbreviations in place of long forms."""
    if "limited" in bare or "gesell" in bare:
        for phrase, short in _LEGAL_PHRASES:
            bare = bare.replace(phrase, short)
    short_forms = _ADDRESS_ABBREVIATIONS if kind is FieldKind.ADDRESS else _ABBREVIATIONS
    return " ".join([short_forms.get(word, word) for word in bare.split(" ")])


def _bare(plain: str) -> str:
    """The words with one space between them and no signs."""
    joined = _DROPPED.sub("", plain).replace("&", " and ")
    if joined.isascii():
        return _NO_LETTER.sub(" ", joined).strip()
    marked = (one if one.isalnum() or unicodedata.category(one).startswith("M") else " " for one in joined)
    return " ".join("".join(marked).split())


def _ordered_key(text: str, plain: str, words: str) -> str:
    """One key for values that differ in case, spacing, punctuation, accents and abbreviations only."""
    has_digits = _DIGIT.search(plain) is not None
    if not words or (has_digits and " " not in plain):
        return text
    if _MEANINGFUL_SIGNS.search(plain):
        return plain
    return words if has_digits else words.replace(" ", "")


def _bag_key(plain: str, words: str, ordered: str, kind: FieldKind) -> str:
    """One key for values that differ in the order of their words as well."""
    if _DIGIT.search(plain) or _MEANINGFUL_SIGNS.search(plain):
        return ordered
    if key := _sorted_key(words, kind):
        return key
    inverted = _INVERTED.fullmatch(plain)
    if inverted and not _LEGAL_TAIL.fullmatch(plain):
        return _words_of(_bare(f"{inverted[2]} {inverted[1]}"), kind).replace(" ", "")
    return ordered


def _sorted_key(words: str, kind: FieldKind) -> str:
    """The words in alphabetical order, where their order means nothing; else ''.

    Two words may be a person's names, which name somebody else when they are swapped.
    """
    if kind is FieldKind.NAME or " " not in words:
        return ""
    parts = words.split(" ")
    is_choice = kind in (FieldKind.CATEGORY, FieldKind.LABEL)
    directed = _DIRECTED if is_choice else _DIRECTED_TITLE
    return " ".join(sorted(parts)) if (is_choice or len(parts) > 2) and not directed.intersection(parts) else ""


def _explained_acronym(text: str) -> tuple[str, str]:
    """The acronym and the words of `FFP: Firm Fixed Price` or `Firm Fixed Price (FFP)`; two empty ones for others."""
    if not ("(" in text or ":" in text or "=" in text or "-" in text):
        return "", ""
    if found := _EXPLAINED_AFTER.fullmatch(text):
        short, long = found[1], found[2] or found[3]
    elif found := _EXPLAINED_BEFORE.fullmatch(text):
        short, long = found[2], found[1]
    else:
        return "", ""
    initials = "".join(word[0] for word in _bare(_plain(long)).split() if word not in _LIGHT_WORDS)
    return (short, long.strip()) if initials == _letters_of(short) else ("", "")


def _letters_of(acronym: str) -> str:
    return "".join(word for word in _bare(_plain(acronym)).split() if word != "and")
