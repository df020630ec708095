"""The kind of each field: what its values show first, and then what its name says; with the reason and the fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from readiness.audit.countries import is_country_code, is_country_name, plain
from readiness.audit.evidence import FieldEvidence
from readiness.audit.field_words import (
    ANNOTATOR,
    ANNOTATOR_WEAK,
    ANSWER,
    BOOLEAN,
    CATEGORY,
    COUNTS,
    DATE,
    HINTS,
    ID_NUMBERS,
    IDENTIFIER,
    LABEL_ALONE,
    MONEY,
    NAME,
    NOT_DATE,
    NOT_MONEY,
    PARTIES,
    PERCENT,
    SUBDIVISIONS,
    SURE_IDENTIFIER,
    URL_WORDS,
    VOID_HINT,
    words_of,
)
from readiness.audit.rules import DATED, NUMERIC, FieldKind
from readiness.audit.time_formats import is_beyond_a_day, is_clock_time

DATE_SHARE = 0.6  # of the filled values; a field with two date formats is still a date field
NAMED_DATE_SHARE = 0.4
NUMBER_SHARE = 0.8
SHAPE_SHARE = 0.8
BOOLEAN_SHARE = 0.9
SURE_SHARE = 0.95
NAMED_TIME_SHARE = 0.5
TIMES = frozenset({"time", "zeit", "uhrzeit", "heure", "hora", "clock"})
DURATIONS = frozenset({"duration", "elapsed", "runtime", "length", "lap", "split", "dauer", "duree", "duracion"})
_MOST_BEYOND_A_DAY = 0.05  # of the values
_FEWEST_ZERO_ONE = 50
_CHOICES, _CHOICE_SHARE = 250, 0.1  # different values of a category, and their share of the records
_FEW_CHOICES, _FEW_CHOICE_SHARE = 50, 0.25
_LABELS = 50
_FEWEST_CODES = 20

_STREET = re.compile(
    r"\b(?:st|str|street|ave|av|avenue|rd|road|blvd|boulevard|blv|lane|ln|drive|dr|court|ct|place|pl|plaza|square|sq"
    r"|way|highway|hwy|parkway|pkwy|terrace|close|crescent|broadway|rue|calle|via|viale|piazza|weg|platz|allee|gasse"
    r"|ring|damm|ufer|chaussee|avenida|paseo|rua|quai|p\.?o\.? box|postfach|suite|floor|apt)\b\.?"
    r"|(?:strasse|straße|str\.|weg|platz|allee|gasse|damm|ring|straat|laan|gatan|vej)(?:\s|,|$)",
    re.IGNORECASE,
)
_LEGAL_FORM = re.compile(
    r"\b(?:ltd|limited|inc|incorporated|llc|llp|plc|corp|corporation|company|co|gmbh|mbh|ag|kg|ohg|ug|se|bv|nv|sarl|sas"
    r"|sa|srl|spa|sl|oy|ab|as|aps|pty|pte|kft|sp z o o|university|hospital|council|association|foundation|institute"
    r"|school|bank|group|holdings?|services|solutions|systems|partners)\b",
    re.IGNORECASE,
)
_NAMES = (
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony "
    "mark donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan "
    "jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel frank gregory raymond "
    "alexander patrick jack dennis jerry mary patricia jennifer linda elizabeth barbara susan jessica sarah karen "
    "nancy lisa betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah "
    "stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna ruth brenda pamela nicole katherine "
    "samantha christine emma catherine virginia rachel olivia sophia mia grace alice hannah julia oliver harry "
    "noah liam lucas ethan mason logan henry leo oscar peter hans klaus jurgen wolfgang uwe andreas stefan "
    "sebastian tobias florian jan felix lukas jonas maximilian finn ursula monika petra sabine birgit heike "
    "claudia katrin anja lena lea marie sophie clara ingrid gisela helga pierre jean michel alain philippe louis "
    "nicolas julien antoine francois jacques camille chloe manon isabelle nathalie sylvie monique francoise "
    "claire jose juan luis carlos jesus javier francisco antonio manuel miguel angel pedro pablo jorge fernando "
    "maria carmen ana isabel lucia marta elena sofia giulia francesca marco luca giuseppe giovanni paolo matteo "
    "andrea wei li ming yan hiroshi yuki kenji haruto ravi priya amit anil sanjay mohammed muhammad ahmed ali "
    "omar fatima aisha hassan ivan olga dmitri natasha sergei anastasia piotr agnieszka pawel katarzyna lars sven "
    "erik astrid nils bjorn "
)
_FIRST_NAMES = frozenset(_NAMES.split())
_DOMAIN = re.compile(r"(?:[a-z0-9\-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_UUID = re.compile(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{24}|[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE
)
_SPAN = re.compile("([0-9]{1,6})[-\u2013]([0-9]{1,6})")
_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?")  # IBAN

_YES_NO = tuple(
    frozenset(pair.split())
    for pair in (
        "yes no", "y n", "true false", "t f", "ja nein", "oui non", "vrai faux", "wahr falsch", "si no",
        "verdadero falso", "sim nao", "ja nee",
    )
)  # fmt: skip
_LETTERS = (frozenset("jn"), frozenset("on"), frozenset("sn"), frozenset(("on", "off")))  # need a name that says so
SPOKEN = frozenset(  # words for yes or no beyond the English, German and French ones that every audit knows
    ["j", "o", "vrai", "faux", "wahr", "falsch", "si", "s", "verdadero", "falso", "sim", "nao", "nee", "on", "off"]
)
PLURALS = {
    FieldKind.EMAIL: "e-mail addresses",
    FieldKind.URL: "web addresses",
    FieldKind.TIME: "times of day",
    FieldKind.BOOLEAN: "yes or no",
    FieldKind.PHONE: "phone numbers",
    FieldKind.POSTCODE: "postcodes",
    FieldKind.COUNTRY: "countries or their codes",
    FieldKind.ADDRESS: "addresses",
    FieldKind.NAME: "names",
}


@dataclass(frozen=True, slots=True)
class KindDecision:
    """The kind suggested for a field. `by_name`: the field's name says or supports it; `why` is one clause."""

    kind: FieldKind
    why: str
    fit: float  # 0..1, of the filled values
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """A field's evidence with the words of its name and the kind that they speak for."""

    field: FieldEvidence
    words: frozenset[str]
    hinted: FieldKind | None

    def share(self, shape: str) -> float:
        return self.field.share(shape)

    def share_of(self, looks: Callable[[str], bool]) -> float:
        """The share of the kept values, weighted by their records, that look so."""
        kept = sum(self.field.values.values())
        return sum(n for value, n in self.field.values.items() if looks(value)) / kept if kept else 0.0


def decide_kinds(evidence: Sequence[FieldEvidence]) -> tuple[KindDecision, ...]:
    """The kind of each field, in their order; labels and annotators are told by one another, too."""
    seen = [_seen(field) for field in evidence]
    kinds = [_kind_of(one) for one in seen]
    kinds = _with_annotator_columns(seen, kinds)
    kinds = _with_annotators(seen, kinds)
    return tuple(_decision(one, kind) for one, kind in zip(seen, kinds, strict=True))


def _seen(field: FieldEvidence) -> _Seen:
    words = words_of(field.field)
    return _Seen(field, words, _hint(words))


def _hint(words: frozenset[str]) -> FieldKind | None:
    kind = next((kind for kind, hints in HINTS if hints.speaks(words)), None)
    if {"post", "code"} <= words:
        kind = FieldKind.POSTCODE
    if kind in (FieldKind.POSTCODE, FieldKind.COUNTRY):
        return None if words & (VOID_HINT - {"code"}) else kind
    return None if words & VOID_HINT and kind is not FieldKind.ANNOTATOR else kind


def _kind_of(seen: _Seen) -> FieldKind:
    if not seen.field.filled:
        return FieldKind.TEXT
    steps = (_by_dates, _by_shape, _by_labels, _by_booleans, _by_known_values, _by_numbers)
    found = next((kind for kind in (step(seen) for step in steps) if kind is not None), None)
    return found or _by_words(seen)


# --- dates ------------------------------------------------------------------------------------------------------------


def _by_dates(seen: _Seen) -> FieldKind | None:
    field, named = seen.field, DATE.speaks(seen.words)
    if not field.dates or (NOT_DATE.speaks(seen.words) and not named):
        return None
    compact = sum(n for name, n in field.dates.items() if name.startswith("yyyymmdd"))
    possible = sum(field.dates.values()) - (0 if _compact_are_dates(seen, compact, named=named) else compact)
    if _looks_like_versions(field, named=named) or field.odd_years > 0.5 * sum(field.dates.values()):
        return None
    if field.impossible_dates > (0.5 if named else 0.2) * possible:
        return None
    if possible + field.impossible_dates < (NAMED_DATE_SHARE if named else DATE_SHARE) * field.filled:
        return None
    clocked = sum(n for name, n in field.dates.items() if "hh:mm" in name)
    return FieldKind.DATE_TIME if clocked * 2 > sum(field.dates.values()) else FieldKind.DATE


def _compact_are_dates(seen: _Seen, compact: int, *, named: bool) -> bool:
    """20240131 is a date where the name says so, or where all of many such numbers are days and none is a key.

    Of random numbers that begin like a year only one in twenty-seven is a day.
    """
    if SURE_IDENTIFIER.speaks(seen.words):
        return False
    if named:
        return True
    is_key = _is_identifier(seen) or seen.field.distinct == seen.field.filled
    return compact == seen.field.filled and seen.field.distinct >= 20 and not is_key


def _looks_like_versions(field: FieldEvidence, *, named: bool) -> bool:
    """1.2.10 is a version: no name speaks for dates, and hardly any first number is above 12, as days would be."""
    short = sum(n for name, n in field.dates.items() if name.startswith("dd.mm.yy") and "yyyy" not in name)
    if named or short * 2 < sum(field.dates.values()):
        return False
    above = sum(
        n for value, n in field.values.items() if (found := re.match(r"([0-9]+)\.", value)) and int(found[1]) > 12
    )
    return above < 0.2 * sum(field.values.values())


# --- shapes -----------------------------------------------------------------------------------------------------------


def _by_shape(seen: _Seen) -> FieldKind | None:
    for kind, shape in ((FieldKind.EMAIL, "email"), (FieldKind.URL, "url")):
        if seen.share(shape) >= SHAPE_SHARE:
            return kind
    if _is_time_of_day(seen):
        return FieldKind.TIME
    if URL_WORDS.speaks(seen.words) and seen.share_of(lambda value: bool(_DOMAIN.fullmatch(value))) >= SHAPE_SHARE:
        return FieldKind.URL
    if seen.share("sure phone") >= SHAPE_SHARE and not _is_identifier(seen):
        return FieldKind.PHONE
    if seen.hinted is FieldKind.PHONE and seen.share("phone") >= 0.5:
        return FieldKind.PHONE
    if seen.share("sure postcode") >= SHAPE_SHARE:
        return FieldKind.POSTCODE
    return FieldKind.POSTCODE if seen.hinted is FieldKind.POSTCODE and seen.share("postcode") >= 0.5 else None


def _is_time_of_day(seen: _Seen) -> bool:
    """Times of day; minutes and seconds of a run are written alike, but they go on beyond 24."""
    if not any(":" in value for value in seen.field.values) or seen.words & DURATIONS:
        return False
    if seen.share_of(is_beyond_a_day) > _MOST_BEYOND_A_DAY:
        return False
    return seen.share_of(is_clock_time) >= (NAMED_TIME_SHARE if seen.words & TIMES else SHAPE_SHARE)


def _by_labels(seen: _Seen) -> FieldKind | None:
    field = seen.field
    if field.distinct > _LABELS or field.distinct > 0.5 * field.filled:
        if seen.hinted is FieldKind.ANNOTATOR and field.distinct <= 0.5 * field.filled:
            return FieldKind.ANNOTATOR
        return None
    if seen.hinted in (FieldKind.LABEL, FieldKind.ANNOTATOR) and field.distinct >= 2:
        return seen.hinted
    alone = seen.words <= LABEL_ALONE and bool(seen.words)
    return FieldKind.LABEL if alone and seen.words & {"class", "target", "klasse", "classe", "clase", "y"} else None


def _by_booleans(seen: _Seen) -> FieldKind | None:
    field = seen.field
    spelled = {plain(value) for value in field.values}
    named = BOOLEAN.speaks(seen.words)
    if seen.share("boolean") >= BOOLEAN_SHARE and any(pair <= spelled for pair in (_YES_NO + _LETTERS * named)):
        return FieldKind.BOOLEAN
    if spelled != {"0", "1"} or field.distinct != 2:
        return None
    rarer = min(field.values.values())
    counted = COUNTS.speaks(seen.words) or MONEY.speaks(seen.words) or seen.hinted is not None
    unnamed = field.filled >= _FEWEST_ZERO_ONE and rarer >= 0.02 * field.filled and not _is_identifier(seen)
    return FieldKind.BOOLEAN if named or (unnamed and not counted) else None


# --- countries and addresses ------------------------------------------------------------------------------------------


def _by_known_values(seen: _Seen) -> FieldKind | None:
    if _is_country(seen):
        return FieldKind.COUNTRY
    return FieldKind.ADDRESS if seen.share_of(_is_address) >= 0.5 and seen.hinted is not FieldKind.NAME else None


def _is_country(seen: _Seen) -> bool:
    field = seen.field
    names, codes = seen.share_of(is_country_name), seen.share_of(is_country_code)
    if seen.hinted is FieldKind.COUNTRY:
        return names + codes >= 0.3 and seen.share("digits") < 0.5
    if seen.words & SUBDIVISIONS:
        return False
    different = sum(1 for value in field.values if is_country_name(value))
    if names >= SHAPE_SHARE and different >= 3:
        return True
    spelled = [value for value in field.values if is_country_code(value)]
    return codes >= 0.99 and len(spelled) >= 8 and len(spelled) == len(field.values)


def _is_address(value: str) -> bool:
    return (
        any(letter.isdigit() for letter in value) and " " in value and bool(_STREET.search(value)) and len(value) < 120
    )


# --- numbers ----------------------------------------------------------------------------------------------------------


def _by_numbers(seen: _Seen) -> FieldKind | None:
    field = seen.field
    plain_ones, percent, with_unit = _number_counts(field)
    if plain_ones + percent + with_unit < NUMBER_SHARE * field.filled:
        return None
    if with_unit > plain_ones + percent:
        return FieldKind.QUANTITY if _has_few_units(field) and seen.hinted is not FieldKind.ADDRESS else None
    if _is_identifier(seen) or seen.share("leading zero") > 0.2 or _is_long_code(seen) or _is_counter(seen):
        return FieldKind.IDENTIFIER
    if percent > plain_ones or (PERCENT.speaks(seen.words) and not percent):
        return FieldKind.PERCENT
    if _is_coded_choice(seen):
        return FieldKind.CATEGORY
    currency = sum(n for shape, n in field.amounts.items() if shape.currency)
    if (MONEY.speaks(seen.words) and not NOT_MONEY.speaks(seen.words)) or currency > 0.05 * field.filled:
        return FieldKind.MONEY
    return FieldKind.NUMBER


def _number_counts(field: FieldEvidence) -> tuple[int, int, int]:
    plain_ones = sum(n for shape, n in field.amounts.items() if not shape.suffix)
    percent = sum(n for shape, n in field.amounts.items() if shape.suffix == "%")
    return plain_ones, percent, sum(field.amounts.values()) - plain_ones - percent


def _has_few_units(field: FieldEvidence) -> bool:
    units = {shape.suffix.lower() for shape in field.amounts if shape.suffix}
    return len(units) <= max(3, min(20, field.filled // 20))


def _is_identifier(seen: _Seen) -> bool:
    words = seen.words
    is_id, numbered = IDENTIFIER.speaks(words), bool(words & ID_NUMBERS) and len(words) > 1
    if MONEY.speaks(words) and not is_id and not numbered:
        return False
    decimals = sum(n for shape, n in seen.field.amounts.items() if shape.mark)
    if decimals > 0.2 * seen.field.filled:
        return False
    whole = seen.share("digits") + (seen.share("code") if seen.share("digits") < 0.5 else 0.0)
    if whole < 0.8:
        return False
    return is_id or numbered


def _is_long_code(seen: _Seen) -> bool:
    """Digits of one length, eight or more: a measured number is seldom that long, and never always as long."""
    if seen.share("digits") < SURE_SHARE or MONEY.speaks(seen.words) or COUNTS.speaks(seen.words):
        return False
    lengths: dict[int, int] = {}
    for value, n in seen.field.values.items():
        lengths[len(value)] = lengths.get(len(value), 0) + n
    length = max(lengths, key=lambda one: (lengths[one], one))
    return length >= 8 and lengths[length] >= SURE_SHARE * sum(lengths.values()) and seen.field.distinct >= 20


def _is_counter(seen: _Seen) -> bool:
    """A column without a name, or named as the line, of different whole numbers."""
    unnamed = not seen.words or seen.words <= {"unnamed", "row", "record", "line", "lfd", "seq", "sequence", "column"}
    field = seen.field
    return unnamed and field.filled >= 20 and field.distinct == field.filled and seen.share("digits") >= SURE_SHARE


def _is_coded_choice(seen: _Seen) -> bool:
    field = seen.field
    whole = seen.share("digits") >= SURE_SHARE and field.filled >= 20
    return whole and CATEGORY.speaks(seen.words) and field.distinct <= 20 and field.distinct <= 0.2 * field.filled


# --- words ------------------------------------------------------------------------------------------------------------


def _by_words(seen: _Seen) -> FieldKind:
    field, words = seen.field, seen.words
    if seen.hinted is FieldKind.ADDRESS and seen.share_of(_has_letter) >= 0.5 and _is_street_list(seen):
        return FieldKind.ADDRESS
    if seen.hinted is FieldKind.COUNTRY and "country" in words and not seen.share("digits"):
        return FieldKind.COUNTRY
    if seen.hinted is FieldKind.POSTCODE and seen.share("code") >= 0.5:
        return FieldKind.POSTCODE
    if _is_identifier(seen) and seen.share("code") >= 0.9:
        return FieldKind.CATEGORY if _is_code_of_choices(seen) else FieldKind.IDENTIFIER
    if _is_code(seen):
        return FieldKind.IDENTIFIER
    if NAME.speaks(words) or (PARTIES.speaks(words) and not CATEGORY.speaks(words)):
        return FieldKind.NAME
    if seen.share_of(_is_person) >= 0.4 or seen.share_of(_is_organisation) >= 0.5:
        return FieldKind.NAME
    return FieldKind.CATEGORY if _is_choice(field) else FieldKind.TEXT


def _is_code_of_choices(seen: _Seen) -> bool:
    """A code that only its name calls one, and that recurs as a choice does, names no record."""
    named = seen.words & {"code", "codigo", "centre", "center"} and not SURE_IDENTIFIER.speaks(seen.words)
    return bool(named) and seen.share("digits") < 0.5 and _is_choice(seen.field)


def _is_choice(field: FieldEvidence) -> bool:
    """Few values that recur: a fiftieth of a list is a choice, and so is a quarter of a short list."""
    few = field.distinct <= _FEW_CHOICES and field.distinct <= _FEW_CHOICE_SHARE * field.filled
    many = field.distinct <= _CHOICES and field.distinct <= _CHOICE_SHARE * field.filled
    kept = sum(field.values.values())
    length = sum(len(value) * n for value, n in field.values.items()) / kept if kept else 0.0
    return (few and length <= 80) or (many and length <= 40)


def _is_span(value: str) -> bool:
    """12-19 and 1998-2001: from one number to a larger one about as long, as random codes seldom are throughout."""
    found = _SPAN.fullmatch(value)
    return found is not None and int(found[1]) <= int(found[2]) and len(found[2]) - len(found[1]) <= 1


def _is_code(seen: _Seen) -> bool:
    """Single words with digits in them, hardly any of which recurs; or keys of a known form."""
    field = seen.field
    if NOT_DATE.words & seen.words - IDENTIFIER.words:
        return False
    known = seen.share_of(lambda value: bool(_UUID.fullmatch(value) or _ACCOUNT.fullmatch(value)))
    if known >= SHAPE_SHARE and seen.share("digits") < 0.5:
        return True
    if field.filled < _FEWEST_CODES or field.distinct < SURE_SHARE * field.filled or seen.share("code") < SURE_SHARE:
        return False
    if seen.share_of(_is_span) >= 0.5:
        return False
    return seen.share_of(lambda value: 3 <= len(value) <= 40 and _has_number(value)) >= SURE_SHARE


def _is_street_list(seen: _Seen) -> bool:
    return bool(seen.words & {"address", "addr", "street"}) or seen.share_of(_has_number) >= 0.3


def _has_number(value: str) -> bool:
    return any(letter.isdigit() for letter in value)


def _has_letter(value: str) -> bool:
    return any(letter.isalpha() for letter in value)


def _is_person(value: str) -> bool:
    words = re.split(r"[\s,]+", plain(value))
    return 2 <= len(words) <= 5 and any(word in _FIRST_NAMES for word in words) and not _has_number(value)


def _is_organisation(value: str) -> bool:
    return len(value) <= 100 and bool(_LEGAL_FORM.search(value.replace(".", "")))


# --- fields that explain one another ----------------------------------------------------------------------------------


def _with_annotator_columns(seen: list[_Seen], kinds: list[FieldKind]) -> list[FieldKind]:
    """rater_1, rater_2 ... hold the annotators' labels, one column each."""
    columns = [
        place
        for place, one in enumerate(seen)
        if ANNOTATOR.speaks(one.words) and re.search(r"(?:[0-9]+|[_\- ][a-z])$", one.field.field.lower())
    ]
    if len(columns) < 2:
        return kinds
    labels = {place for place in columns if seen[place].field.filled and seen[place].field.distinct <= _LABELS}
    return [FieldKind.LABEL if place in labels else kind for place, kind in enumerate(kinds)]


def _with_annotators(seen: list[_Seen], kinds: list[FieldKind]) -> list[FieldKind]:
    """worker is an annotator and answer a label where the file holds both."""
    answers = {place for place, one in enumerate(seen) if _may_be_answer(one) or kinds[place] is FieldKind.LABEL}
    workers = {place for place, one in enumerate(seen) if _may_be_annotator(one, kinds[place])}
    sure = any(kind is FieldKind.ANNOTATOR for kind in kinds)
    if not answers or not (workers or sure):
        return kinds
    if not sure and len(workers) > 1:
        return kinds
    found = list(kinds)
    for place in answers if not any(kind is FieldKind.LABEL for kind in kinds) else ():
        found[place] = FieldKind.LABEL
    for place in workers:
        found[place] = FieldKind.ANNOTATOR
    return found


def _may_be_answer(seen: _Seen) -> bool:
    field = seen.field
    return ANSWER.speaks(seen.words) and 2 <= field.distinct <= _LABELS and field.distinct <= 0.2 * field.filled


def _may_be_annotator(seen: _Seen, kind: FieldKind) -> bool:
    if kind is FieldKind.ANNOTATOR:
        return True
    field = seen.field
    recurring = 2 <= field.distinct <= 0.5 * field.filled
    return ANNOTATOR_WEAK.speaks(seen.words) and recurring and kind not in DATED and kind is not FieldKind.BOOLEAN


# --- fit and reason ---------------------------------------------------------------------------------------------------


def _decision(seen: _Seen, kind: FieldKind) -> KindDecision:
    fit = min(1.0, _fit(seen, kind))
    by_name = _is_named(seen, kind)
    return KindDecision(kind, _why(seen, kind, fit, by_name=by_name), fit, by_name)


def _is_named(seen: _Seen, kind: FieldKind) -> bool:
    if kind is FieldKind.IDENTIFIER:
        return _is_identifier(seen)
    if kind is FieldKind.NAME:
        return NAME.speaks(seen.words) or PARTIES.speaks(seen.words)
    if kind is FieldKind.MONEY:
        return MONEY.speaks(seen.words)
    if kind in DATED:
        return DATE.speaks(seen.words)
    return seen.hinted is kind


def _fit(seen: _Seen, kind: FieldKind) -> float:
    field = seen.field
    if not field.filled:
        return 0.0
    if kind in DATED:
        return sum(field.dates.values()) / field.filled
    if kind in NUMERIC:
        return sum(field.amounts.values()) / field.filled
    shape = _FIT_SHAPES.get(kind)
    if shape is not None:
        return seen.share(shape)
    looks = _FIT_LOOKS.get(kind)
    if looks is not None:
        return seen.share_of(looks)
    if kind is FieldKind.BOOLEAN:
        return max(seen.share("boolean"), seen.share_of(lambda value: value in ("0", "1")))
    if kind is FieldKind.IDENTIFIER:
        accounts = seen.share_of(lambda value: bool(_ACCOUNT.fullmatch(value)))
        return max(seen.share("digits"), seen.share("code"), accounts)
    return field.recurring / field.filled if kind in (FieldKind.CATEGORY, FieldKind.LABEL, FieldKind.ANNOTATOR) else 1.0


_FIT_SHAPES = {
    FieldKind.EMAIL: "email", FieldKind.PHONE: "phone", FieldKind.POSTCODE: "postcode",
}  # fmt: skip
_FIT_LOOKS: dict[FieldKind, Callable[[str], bool]] = {
    FieldKind.URL: lambda value: bool(re.fullmatch(r"(?i:https?://|www\.)\S+", value) or _DOMAIN.fullmatch(value)),
    FieldKind.COUNTRY: lambda value: is_country_name(value) or is_country_code(value),
    FieldKind.TIME: is_clock_time,
    FieldKind.ADDRESS: _has_letter,
    FieldKind.NAME: _has_letter,
}


def _why(seen: _Seen, kind: FieldKind, fit: float, *, by_name: bool) -> str:
    field = seen.field
    if not field.filled:
        return f"no value in {field.sampled:,} records"
    share, count, different = percent_text(fit), f"{field.filled:,}", f"{field.distinct:,} different values in"
    if kind in DATED:
        top = ", ".join(name for name, _ in sorted(field.dates.items(), key=lambda item: (-item[1], item[0]))[:2])
        return f"{share} of {count} values are dates ({top})"
    if kind in NUMERIC:
        return f"{share} of {count} values are numbers"
    if kind is FieldKind.CATEGORY:
        return f"{different} {count}"
    if kind is FieldKind.TEXT:
        return f"{different} {count}, no pattern that prevails"
    if kind is FieldKind.IDENTIFIER and not by_name:
        if seen.share("leading zero") > 0.2:
            zeros = percent_text(seen.share("leading zero"))
            return f"{zeros} of {count} values are digits with a leading zero, so codes"
        return f"{share} of {count} values are single codes; {different} {count}"
    if kind in (FieldKind.ANNOTATOR, FieldKind.LABEL) and not by_name:
        return f"the fields' names together say {kind}; {different} {count}"
    if kind in PLURALS and not (by_name and kind in (FieldKind.NAME, FieldKind.ADDRESS)):
        named = " and the field's name says so" if by_name and kind not in (FieldKind.EMAIL, FieldKind.URL) else ""
        return f"{share} of {count} values look like {PLURALS[kind]}{named}"
    return f"the field's name says {kind}; {different} {count}"


def percent_text(share: float) -> str:
    """A share as whole per cent that never rounds up to 100 or down to 0."""
    if 0 < share < 0.01:
        return "under 1%"
    return f"{min(99, round(100 * share)) if share < 1 else 100}%"
