"""The kind of a field, over a labelled table of generated columns."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable

import pytest

from readiness.audit.rules import FieldKind
from readiness.audit.suggestion import suggest_rules

RECORDS = 120
K = FieldKind
FIRST = [
    "James", "Mary", "Hans", "Ursula", "Pierre", "Camille", "Juan", "Lucia", "Giulia", "Marco", "Wei", "Priya",
    "Ahmed", "Olga", "Lars", "Ingrid",
]  # fmt: skip
LAST = [
    "Smith", "Müller", "Dubois", "García", "Rossi", "Chen", "Patel", "Hassan", "Novak", "Larsen", "O'Brien",
    "Nguyen", "Schmidt", "Moreau",
]  # fmt: skip
FIRMS = [
    "Acme", "Nordwind", "Helios", "Vertex", "Blue", "River", "Alpen", "Delta", "Orion", "Kestrel", "Lumen",
    "Baltic", "Quantum", "Sierra",
]  # fmt: skip
STREETS = [
    "Main", "Oak", "Church", "Park", "Mill", "Victoria", "King", "Station", "Elm", "Lake",
]  # fmt: skip
COUNTRIES = [
    "Germany", "France", "Spain", "Italy", "Poland", "United States", "Brazil", "Japan", "India", "Kenya",
    "Norway", "Mexico",
]  # fmt: skip
CODES = [
    "DE", "FR", "ES", "IT", "PL", "US", "BR", "JP", "IN", "KE", "NO", "MX", "GB", "NL", "SE", "CH",
]  # fmt: skip
WORDS = [
    "please", "call", "the", "customer", "about", "late", "delivery", "and", "missing", "parts", "before",
    "friday", "we", "will", "refund", "order", "soon",
]  # fmt: skip


def pick(*choices: str) -> Callable[[random.Random, int], str]:
    return lambda rng, place: rng.choice(choices)


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(count))


def day(rng: random.Random, shape: str) -> str:
    return shape.format(d=rng.randint(1, 28), m=rng.randint(1, 12), y=rng.randint(2019, 2025))


def comma(number: float) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(4, 14)))


COLUMNS: tuple[tuple[str, FieldKind, Callable[[random.Random, int], str]], ...] = (
    ("customer_id", K.IDENTIFIER, lambda r, i: str(1000 + i)),
    ("Kundennummer", K.IDENTIFIER, lambda r, i: digits(r, 8)),
    ("numéro de facture", K.IDENTIFIER, lambda r, i: f"F-{2024}-{i:05}"),
    ("x1", K.IDENTIFIER, lambda r, i: f"{letters(r, 2)}{digits(r, 6)}"),
    ("token", K.IDENTIFIER, lambda r, i: str(uuid.UUID(int=r.getrandbits(128)))),
    ("record", K.IDENTIFIER, lambda r, i: f"{20240100 + i}"),
    ("order no", K.IDENTIFIER, lambda r, i: f"{20240101 + i // 40}{i:03}"),
    (
        "iban",
        K.IDENTIFIER,
        lambda r, i: f"DE{digits(r, 2)} {digits(r, 4)} {digits(r, 4)} {digits(r, 4)} {digits(r, 4)}",
    ),
    ("barcode", K.IDENTIFIER, lambda r, i: "4" + digits(r, 12)),
    ("height", K.NUMBER, lambda r, i: f"{r.gauss(170, 9):.1f}"),
    ("passengers", K.NUMBER, lambda r, i: str(r.randint(1, 6))),
    ("latitude", K.NUMBER, lambda r, i: f"{r.uniform(40, 50):.6f}"),
    ("Messwert", K.NUMBER, lambda r, i: comma(r.uniform(0, 90))),
    ("deaths", K.NUMBER, lambda r, i: str(r.choice([0, 0, 0, 1]))),
    ("year", K.NUMBER, lambda r, i: str(r.randint(1950, 2024))),
    ("amount", K.MONEY, lambda r, i: f"{r.lognormvariate(5, 1):,.2f}"),
    ("Rechnungsbetrag", K.MONEY, lambda r, i: comma(r.lognormvariate(6, 1))),
    ("x2", K.MONEY, lambda r, i: f"${r.lognormvariate(3, 1):.2f}"),
    ("montant ttc", K.MONEY, lambda r, i: f"{r.uniform(5, 900):.2f}".replace(".", ",") + " €"),
    ("precio", K.MONEY, lambda r, i: f"{r.uniform(5, 900):.2f}"),
    ("x3", K.PERCENT, lambda r, i: f"{r.randint(0, 100)}%"),
    ("discount_pct", K.PERCENT, lambda r, i: f"{r.uniform(0, 60):.1f}"),
    ("Anteil", K.PERCENT, lambda r, i: f"{r.uniform(0, 100):.1f} %".replace(".", ",")),
    ("size", K.QUANTITY, lambda r, i: f"{r.randint(8, 64)} oz"),
    ("Gewicht", K.QUANTITY, lambda r, i: f"{r.uniform(1, 40):.1f} kg".replace(".", ",")),
    ("pack", K.QUANTITY, lambda r, i: f"{r.randint(1, 9)}{r.choice(['ml', 'l'])}"),
    ("invoice_date", K.DATE, lambda r, i: day(r, "{y}-{m:02}-{d:02}")),
    ("x4", K.DATE, lambda r, i: day(r, "{m:02}/{d:02}/{y}")),
    ("Rechnungsdatum", K.DATE, lambda r, i: day(r, "{d:02}.{m:02}.{y}")),
    ("fecha", K.DATE, lambda r, i: day(r, "{y}{m:02}{d:02}")),
    ("geboren", K.DATE, lambda r, i: day(r, "{d:02}.{m:02}.") + f"{r.randint(50, 99)}"),
    ("opens", K.TIME, lambda r, i: f"{r.randint(0, 23):02}:{r.randint(0, 59):02}"),
    ("Uhrzeit", K.TIME, lambda r, i: f"{r.randint(1, 12)}:{r.randint(0, 59):02} {r.choice(['AM', 'PM'])}"),
    ("created_at", K.DATE_TIME, lambda r, i: day(r, "{y}-{m:02}-{d:02}T") + f"{r.randint(0, 23):02}:15:00Z"),
    ("x5", K.DATE_TIME, lambda r, i: day(r, "{d:02}/{m:02}/{y} ") + f"{r.randint(0, 23):02}:{r.randint(0, 59):02}"),
    ("contact", K.EMAIL, lambda r, i: f"{r.choice(FIRST).lower()}.{i}@example.org"),
    ("Courriel", K.EMAIL, lambda r, i: f"user{i}@mail-{i % 7}.fr"),
    ("phone", K.PHONE, lambda r, i: digits(r, 10)),
    ("x6", K.PHONE, lambda r, i: f"({r.randint(200, 989)}) {r.randint(200, 999)}-{digits(r, 4)}"),
    ("Telefon", K.PHONE, lambda r, i: f"0{r.randint(30, 899)} {r.randint(10000, 9999999)}"),
    ("x7", K.PHONE, lambda r, i: f"+{r.choice(['44', '49', '33'])} {r.randint(20, 999)} {digits(r, 7)}"),
    ("téléphone", K.PHONE, lambda r, i: "0" + r.choice("1234567") + "".join(f" {digits(r, 2)}" for _ in range(4))),
    ("page", K.URL, lambda r, i: f"https://example.org/item/{i}"),
    ("website", K.URL, lambda r, i: f"www.firm{i}.com"),
    ("homepage", K.URL, lambda r, i: f"firm-{i}.co.uk/about"),
    ("zip", K.POSTCODE, lambda r, i: digits(r, 5)),
    ("PLZ", K.POSTCODE, lambda r, i: str(r.randint(10000, 99999))),
    ("x8", K.POSTCODE, lambda r, i: f"{letters(r, 2)}{r.randint(1, 20)} {r.randint(1, 9)}{letters(r, 2)}"),
    (
        "x9",
        K.POSTCODE,
        lambda r, i: f"{letters(r, 1)}{r.randint(0, 9)}{letters(r, 1)} {r.randint(0, 9)}{letters(r, 1)}3",
    ),
    ("postal_code", K.POSTCODE, lambda r, i: f"{r.randint(1000, 9999)} {letters(r, 2)}"),
    ("country", K.COUNTRY, pick(*COUNTRIES)),
    ("x10", K.COUNTRY, pick(*COUNTRIES)),
    ("Land", K.COUNTRY, pick("Deutschland", "Frankreich", "Österreich", "Schweiz", "Polen")),
    ("country_code", K.COUNTRY, pick(*CODES)),
    ("pays", K.COUNTRY, pick("FRA", "DEU", "BEL", "ITA")),
    ("full name", K.NAME, lambda r, i: f"{r.choice(FIRST)} {r.choice(LAST)}"),
    ("x11", K.NAME, lambda r, i: f"{r.choice(FIRST)} {r.choice(LAST)}"),
    ("x12", K.NAME, lambda r, i: f"{r.choice(FIRMS)} {r.choice(FIRMS)} {r.choice(['Ltd', 'GmbH', 'Inc.', 'S.A.'])}"),
    ("Nachname", K.NAME, lambda r, i: r.choice(LAST)),
    ("proveedor", K.NAME, lambda r, i: f"{r.choice(FIRMS)} {r.choice(LAST)}"),
    ("address", K.ADDRESS, lambda r, i: f"{r.randint(1, 999)} {r.choice(STREETS)} St"),
    ("x13", K.ADDRESS, lambda r, i: f"{r.randint(1, 99)} {r.choice(STREETS)} Road, Flat {r.randint(1, 9)}"),
    ("Anschrift", K.ADDRESS, lambda r, i: f"{r.choice(LAST)}straße {r.randint(1, 99)}"),
    ("dirección", K.ADDRESS, lambda r, i: f"Calle {r.choice(LAST)} {r.randint(1, 99)}"),
    ("x14", K.ADDRESS, lambda r, i: f"{r.randint(1, 99)} rue {r.choice(LAST)}"),
    ("status", K.CATEGORY, pick("open", "closed", "pending")),
    ("Abteilung", K.CATEGORY, pick("Einkauf", "Vertrieb", "IT")),
    ("payment_type", K.CATEGORY, pick("1", "2", "3", "4")),
    ("size_code", K.CATEGORY, pick("small", "large", "extra large")),
    ("label", K.LABEL, pick("spam", "ham")),
    ("sentiment", K.LABEL, pick("positive", "negative", "neutral")),
    ("class", K.LABEL, pick("0", "1", "2")),
    ("truth", K.LABEL, pick("cat", "dog")),
    ("annotator", K.ANNOTATOR, pick("ann_1", "ann_2", "ann_3")),
    ("rater_id", K.ANNOTATOR, pick("7", "8", "9")),
    ("active", K.BOOLEAN, pick("yes", "no")),
    ("x15", K.BOOLEAN, pick("TRUE", "FALSE")),
    ("is_member", K.BOOLEAN, pick("0", "1")),
    ("gültig", K.BOOLEAN, pick("ja", "nein")),
    ("actif", K.BOOLEAN, pick("vrai", "faux")),
    ("activo", K.BOOLEAN, pick("sí", "no")),
    ("notes", K.TEXT, lambda r, i: sentence(r)),
    ("Bemerkung", K.TEXT, lambda r, i: sentence(r)),
    ("version", K.TEXT, lambda r, i: f"{r.randint(1, 12)}.{r.randint(0, 12)}.{r.randint(10, 31)}"),
)


def column(name: str, make: Callable[[random.Random, int], str]) -> list[str]:
    rng = random.Random(name)
    return [make(rng, place) for place in range(RECORDS)]


@pytest.fixture(scope="module")
def suggested(make_sample):
    """The suggested rule of each column; those that explain one another stand in tables of their own."""
    alone = [one for one in COLUMNS if one[1] in (K.LABEL, K.ANNOTATOR)]
    together = [one for one in COLUMNS if one not in alone]
    tables = [*([one] for one in alone), together]
    found = []
    for table in tables:
        cells = [column(name, make) for name, _, make in table]
        connection, reading = make_sample([name for name, _, _ in table], list(zip(*cells, strict=True)))
        rules = suggest_rules(connection, reading).rules
        found += [(name, kind, rule) for (name, kind, _), rule in zip(table, rules, strict=True)]
    return found


def test_nearly_every_generated_column_gets_its_kind(suggested):
    wrong = [(name, kind.value, rule.kind.value) for name, kind, rule in suggested if rule.kind is not kind]
    share = 1 - len(wrong) / len(suggested)
    print(f"\nkinds: {share:.1%} of {len(suggested)} columns; wrong: {wrong}")
    assert len(suggested) >= 60
    assert share >= 0.95


def test_the_table_holds_every_kind_at_least_twice(suggested):
    counts = Counter(kind for _, kind, _ in suggested)
    assert set(counts) == set(FieldKind)
    assert min(counts.values()) >= 2


def test_every_generated_column_says_why_and_fits_its_kind(suggested):
    assert all(rule.suggested_because for _, _, rule in suggested)
    poor = [(name, rule.kind.value, rule.fit) for name, kind, rule in suggested if rule.kind is kind and rule.fit < 0.8]
    assert poor == []
