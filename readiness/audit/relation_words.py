"""What the names of two fields say about each other: start and end, low and high, a total, a quantity, a price."""

from __future__ import annotations

import re
import unicodedata

_NEUTRAL = {
    "date", "datum", "fecha", "day", "tag", "jour", "dia", "time", "zeit", "heure", "hora", "datetime", "timestamp",
    "ts", "dt", "at", "on", "of", "the", "is", "was", "der", "des", "am", "de", "du", "la", "le", "del", "el", "utc",
}  # fmt: skip
_JOINED = {("pick", "up"), ("drop", "off"), ("check", "in"), ("check", "out")}
_FEWEST_LETTERS = 4  # of a stem that a longer word may begin with; shorter ones are whole words
_AFFIX = re.compile(r"^(?:date|datum|fecha)(?=[a-z]{3})|(?<=[a-z]{3})(?:datetime|date|datum|time|zeit|dt)$")
_KEPT_WHOLE = {"update", "candidate"}

# An end in another frame than its start (planned against actual) may lie before it without fault.
_FRAMES = {
    "plan", "planned", "scheduled", "schedule", "expected", "estimated", "est", "forecast", "projected", "proposed",
    "promised", "requested", "required", "baseline", "original", "revised", "actual", "previous", "prev", "prior",
    "old", "new", "next", "geplant", "soll", "ist", "prevu", "prevue", "previsto", "prevista",
}  # fmt: skip

_ENDS = (
    "end", "ends", "ended", "ending", "ende", "finish", "until", "till", "to", "thru", "through", "stop", "complet",
    "clos", "terminat", "expir", "conclu", "bis", "ablauf", "abschl", "abgeschl", "fin", "final", "clotur", "hasta",
    "cierr", "termin", "caduc",
)  # fmt: skip
_FAMILIES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (  # stems of the start, and of its end
    (
        ("start", "begin", "began", "commenc", "from", "since", "incept", "effectiv", "von", "anfang", "debut", "inici",
         "comienz", "desde"),
        _ENDS,
    ),
    (
        ("open", "creat", "receiv", "report", "submit", "request", "logged", "raised", "filed", "regist", "entered",
         "eingang", "eingeg", "erstell", "angeleg", "eroffn", "ouvert", "cree", "recept", "recu", "apert", "abiert",
         "cread", "recib", "recep", "solicit"),
        (*_ENDS, "resol", "answer", "respond", "fixed", "solved", "due", "target", "deadline", "cancel", "modif",
         "updat", "archiv", "delet", "erledig", "geschloss", "fallig", "ferm", "echeanc", "cerrad", "resuel", "vencim",
         "geander"),
    ),
    (
        ("order", "purchas", "placed", "bestell", "command", "pedid", "compra"),
        ("ship", "deliver", "dispatch", "fulfil", "return", "refund", "due", "liefer", "gelief", "versand", "versend",
         "livr", "expedi", "entreg", "envio", "enviad"),
    ),
    (
        ("invoice", "bill", "issu", "rechnung", "factur", "emis", "ausstell"),
        ("due", "expir", "matur", "fallig", "echeanc", "vencim"),
    ),
    (("admiss", "admit", "admis", "aufnahme", "ingres"), ("discharg", "entlass", "sortie", "egres")),
    (
        ("hire", "hired", "hiring", "join", "employ", "eintritt", "einstell", "embauch", "contratac"),
        (*_ENDS, "left", "leav", "separat", "exit", "resign", "austritt", "kundig", "depart", "sortie", "baja"),
    ),
    (
        ("birth", "born", "dob", "geburt", "geboren", "naissanc", "nacim"),
        ("death", "died", "deceas", "hire", "hired", "hiring", "admiss", "admit", "enrol", "sterb", "gestorb",
         "eintritt", "einstell", "aufnahme", "deces", "embauch", "fallec", "contratac", "ingres"),
    ),
    (("pickup", "depart", "board", "abfahr", "abflug", "salida"), ("dropoff", "arriv", "ankunft", "llegad")),
    (("arriv", "checkin", "anreis", "ankunft", "llegad"), ("depart", "checkout", "abreis", "salida")),
    (
        ("loan", "disburs", "borrow", "checkout", "leas", "ausleih", "emprunt", "prestam"),
        ("return", "due", "matur", "repaid", "repay", "ruckgab", "retour", "devoluc"),
    ),
    (
        ("ship", "sent", "dispatch", "versand", "versend", "expedi", "envio", "enviad"),
        ("deliver", "receiv", "arriv", "liefer", "gelief", "livr", "entreg", "return"),
    ),
    (("manufactur", "produc", "packed", "hergestell", "fabri"), ("expir", "verfall", "ablauf", "caduc", "sold")),
)  # fmt: skip
_BOUNDS = (
    ("min", "max"), ("minimum", "maximum"), ("minimal", "maximal"), ("low", "high"), ("lower", "upper"),
    ("lowest", "highest"), ("floor", "ceiling"), ("least", "most"), ("from", "to"), ("start", "end"), ("first", "last"),
    ("begin", "end"), ("von", "bis"), ("desde", "hasta"), ("minimo", "maximo"), ("debut", "fin"),
)  # fmt: skip
_TOTALS = (
    "total", "totals", "sum", "gross", "net", "nett", "amount", "amt", "subtotal", "grand", "overall", "brutto",
    "netto", "gesamt", "summe", "betrag", "montant", "ttc", "importe", "suma", "ttl", "tot", "endbetrag",
)  # fmt: skip
_QUANTITIES = (
    "qty", "quantity", "units", "unit", "count", "pieces", "pcs", "hours", "nights", "days", "number", "menge",
    "anzahl", "stuck", "stunden", "quantite", "nombre", "cantidad", "unidades", "horas", "volume",
)  # fmt: skip
_PRICES = (
    "price", "rate", "cost", "preis", "einzelpreis", "stuckpreis", "kosten", "satz", "prix", "tarif", "precio", "wage",
    "fee",
)  # fmt: skip


def names_say_order(start: str, end: str) -> bool:
    """Whether the two names say that what the first dates comes before what the second one does."""
    first, second = words_of(start), words_of(end)
    for starts, ends in _FAMILIES:
        began, ended = _role(first, starts), _role(second, ends)
        if began and ended and _same_subject(first - began, second - ended):
            return True
    return False


def names_say_bounds(low: str, high: str) -> bool:
    """Whether the two names say that the first is the lower and the second the upper limit of one thing."""
    first, second = words_of(low), words_of(high)
    return any(a in first and b in second and first - {a} == second - {b} for a, b in _BOUNDS)


def name_says_total(name: str) -> bool:
    return bool(_role(words_of(name), _TOTALS))


def names_say_product(first: str, second: str) -> bool:
    """Whether one of the names is a quantity's and the other one a price's."""
    one, other = words_of(first), words_of(second)
    pairs = ((one, other), (other, one))
    return any(bool(_role(a - b, _QUANTITIES)) and bool(_role(b, _PRICES)) for a, b in pairs)


def words_of(name: str) -> frozenset[str]:
    """The telling words of a field's name: lower case, without accents, articles and words for date and time."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", _without_accents(name))
    words = re.findall(r"[a-z]+|[0-9]+", spaced.lower())
    joined: list[str] = []
    for word in words:
        if joined and (joined[-1], word) in _JOINED:
            joined[-1] += word
        else:
            joined.append(word)
    told = (word if word in _KEPT_WHOLE else _AFFIX.sub("", word) for word in joined if word not in _NEUTRAL)
    return frozenset(told) - _NEUTRAL - {""}


def _without_accents(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def _role(words: frozenset[str], stems: tuple[str, ...]) -> frozenset[str]:
    """The words that are one of the stems or begin with one that is long enough."""
    return frozenset(
        word
        for word in words
        if any(word == stem or (len(stem) >= _FEWEST_LETTERS and word.startswith(stem)) for stem in stems)
    )


def _same_subject(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether what is left of two names can speak of one thing in one frame."""
    if first == second:
        return True
    return not (first | second) & _FRAMES and (first <= second or second <= first)
