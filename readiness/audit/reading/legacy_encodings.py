"""Which of the encodings before Unicode a text is in: the one in which its letters make up words of some language.

Every candidate decodes the words that hold bytes beyond ASCII. Each such character has a likelihood in each language
that is written in that encoding, and a likelihood of its place: a capital inside a word, a sign between two letters,
or a foreign script within a word tell that the bytes mean something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log

_WORDS = re.compile(rb'[^\s,;"|]{0,60}[\x80-\xff][^\s,;"|]{0,60}')
_MOST_WORDS = 500
_LEAST_LIKELY = -8.5  # mean of a character's log likelihood; below it the text is in none of these encodings

_ALPHABETS = {  # letters beyond ASCII, by falling frequency
    "German": "üäößé",
    "French": "éèàêçôûùîâïëœæ",
    "Spanish": "óíáéñúü",
    "Portuguese": "ãçáéíóêõúâàô",
    "Italian": "àèòùìé",
    "Danish or Norwegian": "øåæéö",
    "Swedish or Finnish": "äöåé",
    "Dutch": "ëéïöüè",
    "Icelandic": "íáðöþéúýæó",
    "Polish": "łóżęąśćńź",
    "Czech": "íáéěřčžšůýúňťďó",
    "Slovak": "áíéčšžýúľťôňäďóĺŕ",
    "Hungarian": "áéöóőüíúű",
    "Croatian or Slovene": "čšžćđ",
    "Romanian": "ăîâşţșț",
    "Turkish": "ıüşğöçâî",
    "Lithuanian": "ėšųžįčąęū",
    "Latvian": "āīēšņļžčģķū",
    "Estonian": "äõüöšž",
    "Russian": "оеаинтсрвлкмдпуяызьбгчйхжюшцщэфъё",
    "Ukrainian": "оаниіветрслдкмупяьзбгйчхїжцюєшщґф",
    "Bulgarian": "аиоентрсвлдкпмзгубячъжцщйхшюфь",
    "Serbian": "аоиенрстудкјвпмлзбгчшцжљњћђфхџ",
    "Greek": "αοιετσνηυρπκμλςόίάγέήύδώθχφβωξζψϊϋΐΰ",
    "Hebrew": "יוהלאתמרשנבדחקעפםגצסטכזןךףץ",
    "Arabic or Persian": "ايلمونرتبةعدسفهكقحجشطصخضذءثئىغزآظإأؤیکپچژگ",
    "Thai": "านรกเงมอ่ลวดท้สตะปบคหแจพช์ขใผถณศธโภซญไฟฐษฉฝฮฬูุิีึืัำๆ๊็๋ฎฏฑฒฆฌฤฃฅฯๅ",
}
_WESTERN = ("German", "French", "Spanish", "Portuguese", "Italian", "Danish or Norwegian", "Swedish or Finnish",
            "Dutch", "Icelandic")  # fmt: skip
_CENTRAL = ("Polish", "Czech", "Slovak", "Hungarian", "Croatian or Slovene", "Romanian", "German")
_BALTIC = ("Lithuanian", "Latvian", "Estonian")
_CYRILLIC = ("Russian", "Ukrainian", "Bulgarian", "Serbian")

_SINGLE_BYTE: dict[str, tuple[float, tuple[str, ...]]] = {  # codec -> (log of how usual it is, languages)
    "cp1252": (0.0, _WESTERN),
    "cp1250": (-0.7, _CENTRAL),
    "cp1251": (-2.5, _CYRILLIC),
    "cp1253": (-2.5, ("Greek",)),
    "cp1254": (-2.0, ("Turkish",)),
    "cp1255": (-2.5, ("Hebrew",)),
    "cp1256": (-2.5, ("Arabic or Persian",)),
    "cp1257": (-2.0, _BALTIC),
    "cp874": (-2.5, ("Thai",)),
    "iso8859-2": (-2.5, _CENTRAL),
    "iso8859-5": (-4.0, _CYRILLIC),
    "iso8859-7": (-3.5, ("Greek",)),
    "iso8859-15": (-2.0, _WESTERN),
    "koi8-r": (-3.0, ("Russian",)),
    "koi8-u": (-4.0, ("Ukrainian",)),
    "mac-cyrillic": (-5.0, ("Russian", "Ukrainian")),
    "cp866": (-4.0, _CYRILLIC),
    "cp850": (-5.0, _WESTERN),
    "cp852": (-5.0, _CENTRAL),
    "mac-roman": (-6.0, _WESTERN),
}
_TRADITIONAL, _SIMPLIFIED, _JAPANESE, _KOREAN = "traditional Chinese", "simplified Chinese", "Japanese", "Korean"
_DOUBLE_BYTE = {
    "cp932": (-2.0, _JAPANESE),
    "euc_jp": (-4.0, _JAPANESE),
    "gb18030": (-2.0, _SIMPLIFIED),
    "big5": (-2.0, _TRADITIONAL),
    "cp949": (-3.0, _KOREAN),
}

_CURRENCY = "£€¥¢$"
_QUOTING = "“”„‘’‚«»‹›"
_PUNCTUATION = frozenset(_QUOTING + "–—…")
_USUAL_SIGNS = frozenset(_CURRENCY + "°§·•™©®´±×½¼¾²³ºªµ¿¡\u00a0№")
_ASIAN_SIGNS = frozenset("、。，．・：；？！（）「」『』【】〔〕《》〈〉ー－〜～％＆／＋＝￥　々…—‘’“”·")
_UNKNOWN = log(1e-5)
_UNDEFINED = log(1e-9)
_MARK = log(0.02)
_SIGN = log(0.003)
_RARE_SIGN = log(0.0002)


@dataclass(frozen=True, slots=True)
class LegacyEncoding:
    """Python's name of the codec, and the language whose words the text then holds."""

    codec: str
    language: str


def find_legacy_encoding(text: bytes) -> LegacyEncoding | None:
    """The likeliest encoding of some lines that are not UTF-8; None where none of those known here fits."""
    words = list(dict.fromkeys(_WORDS.findall(text)))[:_MOST_WORDS]
    if not words:
        return None
    best, likelihood = None, float("-inf")
    for codec, language, total, characters in _likelihoods(words):
        if total > likelihood and total / characters > _LEAST_LIKELY:
            best, likelihood = LegacyEncoding(codec, language), total
    return best


def _likelihoods(words: list[bytes]) -> Iterable[tuple[str, str, float, int]]:
    """(codec, language, log likelihood, characters beyond ASCII) of every candidate."""
    joined = b"\n".join(words)
    for codec, (usual, languages) in _SINGLE_BYTE.items():
        found, places = _characters(joined.decode(codec, "replace"))
        for language in languages:
            letters = sum(count * _letter(character, language) for character, count in found.items())
            yield codec, language, usual + places + letters, max(1, found.total())
    for codec, (usual, language) in _DOUBLE_BYTE.items():
        found, places = _characters(joined.decode(codec, "replace"))
        letters = sum(count * _asian(character, language) for character, count in found.items())
        # two bytes a character: its likelihood is held against that of two characters elsewhere
        yield codec, language, usual + places + letters, max(1, found.total() * 2)


def _characters(text: str) -> tuple[Counter[str], float]:
    """How often each character beyond ASCII occurs, and the log likelihood of the places where they stand."""
    found: Counter[str] = Counter()
    places = 0.0
    before = "\n"
    for character, after in zip(text, text[1:] + "\n", strict=True):
        if character > "\x7f":
            found[character] += 1
            places += _place(before, character, after)
        before = character
    return found, places


@cache
def _place(before: str, character: str, after: str) -> float:
    """The log likelihood of a character between its neighbours, 0 where nothing is odd."""
    if not character.isalpha():
        if character == "’" and after.isalpha() and not before.isalpha():
            return -4.0
        if character in _CURRENCY:
            return -4.0 if before.isalpha() or after.isalpha() else 0.0
        return -5.0 if before.isalpha() and after.isalpha() and character not in "’´·­" else 0.0
    odd = 0.0
    if character.isupper() and before.islower():
        odd -= 6.0
    if character.islower() and after.isupper():
        odd -= 4.0
    if character.islower() and len(before) == 1 and before.isupper() and after.isupper():
        odd -= 4.0
    if before.isdigit() or after.isdigit():
        odd -= 3.0
    if character > "\u024f" and _is_latin(before) + _is_latin(after):
        odd -= 4.0
    if not before.isalpha() and not after.isalpha():
        odd -= 6.0 if character > "\u024f" and character.isupper() else 2.5 if character <= "\u024f" else 0.0
    return odd


def _is_latin(character: str) -> bool:
    return character.isalpha() and character <= "\u024f"


@cache
def _letter(character: str, language: str) -> float:
    """The log likelihood of a character beyond ASCII in a text of the language."""
    if character == "\ufffd" or character < "\xa0" or "\ue000" <= character <= "\uf8ff":
        return _UNDEFINED
    if character in _PUNCTUATION:
        return _MARK
    if character in _USUAL_SIGNS:
        return _SIGN
    if not character.isalpha() and not "\u0e00" < character < "\u0e7f":
        return _RARE_SIGN
    share = _shares(language).get(character.lower())
    if share is not None:
        return log(share * (0.3 if character.isupper() else 0.7))
    if _is_latin(character) and character.lower() in _others(language):
        return log(0.002)
    return _UNKNOWN


@cache
def _shares(language: str) -> Mapping[str, float]:
    """How frequent each letter is among those beyond ASCII, by its rank (Zipf's law, flattened)."""
    alphabet = _ALPHABETS[language]
    weights = [1 / (rank + 3) for rank in range(len(alphabet))]
    whole = sum(weights)
    return {letter: weight / whole for letter, weight in zip(alphabet, weights, strict=True)}


@cache
def _others(language: str) -> frozenset[str]:
    """Letters of the neighbouring languages, as names of people and places bring them."""
    family = next((family for family in (_WESTERN, _CENTRAL, _BALTIC) if language in family), ())
    return frozenset("".join(_ALPHABETS[other] for other in family))


@cache
def _asian(character: str, language: str) -> float:
    """The log likelihood of a character beyond ASCII in a text of an East Asian language."""
    if character == "\ufffd" or character < "\xa0" or "\ue000" <= character <= "\uf8ff":
        return _UNDEFINED
    if character in _ASIAN_SIGNS:
        return log(0.002)
    share, of = _asian_class(character, language)
    return log(share / of)


def _asian_class(character: str, language: str) -> tuple[float, int]:
    """(share of the characters, how many there are) of the class that the character is in."""
    if language == _JAPANESE:
        if "\u3041" <= character <= "\u3096":
            return 0.4, 83
        if "\u30a1" <= character <= "\u30fc":
            return 0.15, 86
        if "\uff61" <= character <= "\uff9f":
            return 0.002, 63
        return (0.75, 600) if _lead_byte(character, "euc_jp", 0xB0, 0xCF) else (0.004, 6_000)
    if language == _KOREAN:
        return (0.95, 550) if _lead_byte(character, "euc_kr", 0xB0, 0xC8) else (0.002, 10_000)
    if language == _SIMPLIFIED:
        return (0.9, 900) if _lead_byte(character, "gb2312", 0xB0, 0xD7) else (0.01, 10_000)
    return (0.9, 900) if _lead_byte(character, "big5", 0xA4, 0xC6) else (0.01, 10_000)


def _lead_byte(character: str, codec: str, first: int, last: int) -> bool:
    """Whether the character stands among the common ones, which each of these standards lists first."""
    try:
        encoded = character.encode(codec)
    except UnicodeEncodeError:
        return False
    return len(encoded) == 2 and first <= encoded[0] <= last
