"""Text that was decoded with the wrong character set: SQL that finds what may be, and the decision about one value.

Two independent signs are used. Sequences of characters that no language writes (ftfy's heuristic, which works on
parts of a text); and the round trip: a value whose characters, encoded with a legacy character set, are valid UTF-8
throughout, and that reads as ordinary text afterwards. The second one is blind to half-damaged text and sure about
short names, the first one the other way round.
"""

from __future__ import annotations

import re
from codecs import charmap_encode
from collections.abc import Iterable, Sequence
from functools import cache

from readiness.audit.dialect import bytes_of, full_match, part_match

MISREAD = "decoded with the wrong character set"
REPLACED = "replacement characters: the original letters are lost"

# What is nearly never meant, whatever stands around it; cheap enough for every non-ASCII value.
SURE_PATTERN = (
    "\ufffd|[\u0080-\u009f]"
    "|\u00c3[\u0192\u201a\u201e\u2020-\u2022\u02c6\u2030\u0160\u2039\u0152\u017d\u02dc\u0161\u0153\u017e\u0178"
    "\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b3\u00b5-\u00b7\u00b9-\u00bf]"
    "|\u00c3[\u00a0\u00aa\u00ad\u00b4\u00b8\u00ba\u2013\u2014\u2018\u201c\u201d\u2026\u2122\u203a\u20ac]\\p{L}"
    "|\u00c3\u2019[a-rt-z]|[a-z]\u00c3[ \u00a0\u00ad]"
    "|\u00c2[\u00a1-\u00bf]|(?:^|[^\\p{Lu}])\u00c2\u00a0"
    "|\u00e2\u20ac|\u00e2\u201a\u00ac|\u00e2\u201e\u00a2|\u00ef\u00bb\u00bf|\u00ef\u00bf\u00bd|\u00f0\u0178"
)

# The single-byte character sets whose confusion with UTF-8 can be undone for sure. In cp866 and its like, ordinary
# Russian words are valid UTF-8 by accident, so they are not among them.
CODECS = (
    "cp1252", "latin-1", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1258", "cp1255", "cp1256", "iso8859-2",
    "mac-roman", "cp437", "cp850", "koi8-r",
)  # fmt: skip
# Portuguese in capitals ends words in this letter; before a closing quote it looks like the start of a misread one.
_WORD_END = re.compile(r"(?<=[A-Z\u00c0-\u00de])\u00c3(?=[\u2013\u2014\u2019\u201d\u2026\u00bb](?:\W|$))")
_LONGEST = 4_000  # characters of a value that are looked at


def may_be_mojibake(expression: str) -> str:
    """SQL that is true for every value that `mojibake_among` would give back, and for few others.

    Plain ASCII is not even looked at, so that it costs next to nothing where there is nothing to find.
    """
    tests = f"({part_match(expression, odd_neighbours())} OR {is_round_trip(expression)})"
    return f"({bytes_of(expression)} <> length({expression}) AND {tests})"


def is_round_trip(expression: str) -> str:
    """SQL: the value is valid UTF-8 throughout in one of the legacy character sets, and not plain ASCII."""
    return full_match(expression, _round_trips())


def mojibake_among(values: Sequence[str]) -> list[str]:
    """Those of the values that were decoded with a wrong character set, in their order."""
    if not values:
        return []
    from ftfy.badness import is_bad

    texts = [_WORD_END.sub("A", value[:_LONGEST]) for value in values]
    return [value for value, text in zip(values, texts, strict=True) if is_bad(text) or reads_after_round_trip(text)]


def reads_after_round_trip(value: str) -> bool:
    """Whether the value is valid UTF-8 in some legacy character set and is ordinary text once that is undone."""
    if not re.fullmatch(_round_trips(), value):
        return False
    return any(_is_ordinary(restored, codec) for codec, restored in _round_trips_of(value))


def _round_trips_of(value: str) -> Iterable[tuple[str, str]]:
    for codec in CODECS:
        try:
            restored = _encoded(value, codec).decode("utf-8")
        except UnicodeError:
            continue
        if restored != value:
            yield codec, restored


def _encoded(value: str, codec: str) -> bytes:
    """The bytes; a codec's unassigned bytes stand for themselves, as browsers and ftfy have it."""
    return charmap_encode(value, "strict", _table(codec))[0]


@cache
def _table(codec: str) -> dict[int, int]:
    return {ord(_decoded(byte, codec)): byte for byte in range(256)}


def _decoded(byte: int, codec: str) -> str:
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return chr(byte)


# --- what a restored text must be like --------------------------------------------------------------------------------

_LATIN = 1
_LETTERS = (  # first and last code point of the scripts that data is written in, with the script's number
    (0x00C0, 0x017E, _LATIN), (0x01A0, 0x01A1, _LATIN), (0x01AF, 0x01B0, _LATIN), (0x0218, 0x021B, _LATIN),
    (0x1E00, 0x1EFF, _LATIN),
    (0x0386, 0x03CE, 2), (0x0400, 0x045F, 3), (0x0490, 0x0493, 3), (0x0531, 0x0587, 4), (0x05D0, 0x05EA, 5),
    (0x0621, 0x064A, 6), (0x0660, 0x0669, 6), (0x0670, 0x06D5, 6), (0x0900, 0x0DF4, 7), (0x0E01, 0x0E4E, 8),
    (0x0E80, 0x0EDF, 9), (0x0F40, 0x0FBC, 10), (0x1000, 0x109F, 11), (0x10D0, 0x10FF, 12), (0x1200, 0x137F, 13),
    (0x1780, 0x17DD, 14), (0x3005, 0x31FF, 15), (0x3400, 0x9FFF, 15), (0xF900, 0xFAFF, 15), (0xAC00, 0xD7A3, 16),
)  # fmt: skip
_SIGNS = (
    (0x00A0, 0x00BF), (0x00D7, 0x00D7), (0x00F7, 0x00F7), (0x02BB, 0x02BC), (0x2009, 0x203A), (0x20A0, 0x20BF),
    (0x2103, 0x2122), (0x2190, 0x27BF), (0xFE0F, 0xFE0F), (0xFF01, 0xFFEE), (0x1F300, 0x1FAFF),
)  # fmt: skip
_IMPOSSIBLE, _WEAK, _STRONG = 0, 1, 2
_WORD_ENDS = "\u00a0\u2019\u201d\u2026\u2013\u2014\u2122\u00ae\u00bb\u203a"
_COMMON_SIGNS = "\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2022\u2026\u20ac\u2122"


def _is_ordinary(restored: str, codec: str) -> bool:
    """Whether every restored character belongs into ordinary text, and at least one of them cannot be an accident."""
    padded = f" {restored} "
    found = {
        _strength(padded[place - 1], padded[place], padded[place + 1], codec)
        for place in range(1, len(padded) - 1)
        if padded[place] > "\x7f"
    }
    return _IMPOSSIBLE not in found and _STRONG in found


def _strength(before: str, character: str, after: str, codec: str) -> int:
    script = _script(character)
    damaged = "".join(_decoded(byte, codec) for byte in character.encode("utf-8"))
    if not script:
        return _strength_of_sign(character, damaged)
    if script != _LATIN:
        return _STRONG if script in (_script(before), _script(after)) else _WEAK
    if _LATIN not in (_script(before), _script(after)):
        return _WEAK
    if character.islower():
        return _WEAK if before.isupper() and not after.islower() else _STRONG
    return _WEAK if _may_be_meant(before, damaged, after) else _STRONG


def _may_be_meant(before: str, damaged: str, after: str) -> bool:
    """Whether the two characters of an upper-case letter may be a letter and what follows a word after all."""
    ends_a_word = not after.isalpha() or (damaged[-1] in _WORD_ENDS and (before.isupper() or after == "s"))
    return ends_a_word or damaged.isalpha()


def _strength_of_sign(character: str, damaged: str) -> int:
    if not any(first <= ord(character) <= last for first, last in _SIGNS):
        return _IMPOSSIBLE
    if damaged.isalpha() and character not in _COMMON_SIGNS:
        return _WEAK
    return _STRONG if ord(character) >= 0x2000 else _WEAK


def _script(character: str) -> int:
    if character.isascii():
        return _LATIN if character.isalpha() else 0
    point = ord(character)
    if point in (0x00D7, 0x00F7):
        return 0
    return next((script for first, last, script in _LETTERS if first <= point <= last), 0)


# --- what SQL looks for ----------------------------------------------------------------------------------------------


@cache
def _round_trips() -> str:
    """A pattern of whole values that are valid UTF-8 in one of the character sets."""
    return "|".join(dict.fromkeys(f"(?:{_utf8_in(codec)})+" for codec in CODECS))


def _utf8_in(codec: str) -> str:
    two, three, four = (_class(range(*lead), codec) for lead in ((0xC2, 0xE0), (0xE0, 0xF0), (0xF0, 0xF5)))
    rest = _class(range(0x80, 0xC0), codec)
    return f"[\\x00-\\x7f]|{two}{rest}|{three}{rest}{rest}|{four}{rest}{rest}{rest}"


def _class(numbers: range, codec: str) -> str:
    return "[" + "".join(sorted(_decoded(byte, codec) for byte in numbers)) + "]"


@cache
def odd_neighbours() -> str:
    """A pattern of neighbouring characters of which at least one is a sign that mojibake is made of."""
    latin = [chr(point) for point in range(0xC0, 0x17F) if point not in (0xD7, 0xF7)]
    lower = "".join(letter for letter in latin if letter.islower())
    upper = "".join(letter for letter in latin if letter.isupper())
    letters = f"{lower}{upper}\u0386-\u03ce\u0400-\u045f\u0490\u0491"
    signs = (
        "\u00a1-\u00ac\u00ae-\u00b6\u00b8-\u00bf\u00d7\u00f7\u0192\u02c6-\u02dd\u0384\u0385\u2018\u201a-\u2022\u2030"
        "\u2039\u203a\u2044\u20a0-\u20bf\u2116\u2122\u2202\u2206\u220f\u2211\u221a\u221e\u2229\u222b\u2248\u2260-\u2265"
        "\u2310\u25ca\u2500-\u2593\uf8ff\ufb01\ufb02"
    )
    after_any = "\u00a0\u00ad\u2013\u2014\u2018\u2019\u2026 "
    return (
        f"[\u0080-\u009f\ufffd]|[{letters}{signs}][{signs}]|[{signs}][{letters}]|[{lower}\u03b1-\u03ce\u0430-\u045f][{upper}]"
        f"|[\u00c2\u00c3\u00ce\u00d0\u00d8\u00d9][{after_any}]|\u00c2|\u0432\u0402|\u0413\u045e\u0412\u0402\u0412"
        "|[\u0152\u0153][^A-Za-z]|\u201a[\u00e2\u00f3\u00c4]|\u03b2\u20ac|\u0101\u20ac"
    )
