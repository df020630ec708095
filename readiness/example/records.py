"""Generated records: an invoice intake with the faults of real ones, and a wide file for measurements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random

from readiness.errors import InvalidValueError
from readiness.sql import quote_identifier, quote_literal

EXAMPLE_NAME = "generated_invoices.csv"
EXAMPLE_RECORDS = 300
EXAMPLE_SEED = 20260101
TITLE = "Generated example records: invented vendors and invoices, no real company or person"
FIELDS = (
    "invoice_no",
    "vendor",
    "vat_id",
    "received",
    "amount",
    "currency",
    "due_date",
    "cost_centre",
    "category",
    "coded_by",
    "note",
)
REQUIRED_FIELDS = ("invoice_no", "vendor", "received", "amount", "cost_centre")
DELIMITER = ";"
FIRST_DAY, DAYS = date(2025, 10, 1), 92  # on which the records of the example before the build were received


class Fault(StrEnum):
    """What is wrong with a generated record."""

    MISSING_COST_CENTRE = "missing cost centre"
    DAMAGED_VENDOR = "damaged vendor name"
    OTHER_DATE_FORMAT = "other date format"
    OTHER_AMOUNT_NOTATION = "other amount notation"
    IMPOSSIBLE_DATE = "impossible date"
    BROKEN_LINE = "broken line"
    REPEATED = "repeated"


# Each fault takes a stretch of the shuffled records, in parts of all of them. Where two stretches overlap, a record has
# both faults, as in real intakes. Together they leave about three quarters of the records clean.
FAULT_STRETCHES = {
    Fault.MISSING_COST_CENTRE: (0.000, 0.140),
    Fault.OTHER_DATE_FORMAT: (0.115, 0.175),
    Fault.DAMAGED_VENDOR: (0.095, 0.143),  # of which only names with accents can be damaged
    Fault.OTHER_AMOUNT_NOTATION: (0.165, 0.210),
    Fault.IMPOSSIBLE_DATE: (0.200, 0.214),
    Fault.BROKEN_LINE: (0.214, 0.230),
    Fault.REPEATED: (0.230, 0.247),
}

_VENDORS = (  # name, category; "IT" is coded as one of two categories, whichever the coder prefers
    ("Fictive Freight Ltd", "Freight"),
    ("Imaginary Paper Co", "Office supplies"),
    ("Beispiel Bürobedarf GmbH", "Office supplies"),
    ("Société Inventée SARL", "Cleaning"),
    ("Placeholder Software BV", "IT"),
    ("Invented Cloud Hosting", "IT"),
    ("Musterwerk Prüftechnik", "Maintenance"),
    ("No Such Power Company", "Energy"),
    ("Café Erfunden", "Catering"),
    ("Nowhere Couriers", "Freight"),
    ("Made-Up Machines Inc", "Maintenance"),
    ("Pretend Print & Sons", "Office supplies"),
    ("Nonexistent Networks", "IT"),
    ("Señal Ficticia SL", "Telephone"),
)
_IT_CATEGORIES = ("Software", "IT services")
_CODERS = ("coder-1", "coder-2", "coder-3", "coder-4")
_CURRENCIES = ("EUR",) * 9 + ("CHF",)
_NOTES = (
    "",
    "",
    "",
    "",
    "monthly service",
    "partial delivery; rest follows",
    "received by e-mail",
    'marked "urgent" by the sender',
    "second page unreadable",
    "- as agreed by phone",
    "=see attachment",
)
_DISGUISED = ("", "", "N/A", "", "-", "unknown", "", "n/a")
_IMPOSSIBLE_DATES = ("{year}-11-31", "31.02.{year}", "{year}-13-05", "00/00/0000")


@dataclass(frozen=True, slots=True)
class _Invoice:
    """One invoice as it should have been recorded."""

    number: int
    vendor: str
    vat_id: str
    received: date
    cents: int
    currency: str
    due: date
    cost_centre: int
    category: str
    coder: str
    note: str


def write_example(
    path: Path,
    *,
    records: int = EXAMPLE_RECORDS,
    seed: int = EXAMPLE_SEED,
    first_day: date = FIRST_DAY,
    days: int = DAYS,
) -> None:
    """Writes the example file to `path`: a title line, the header, `records` records of which the last is a total.
    They were received on `days` days from `first_day` on. The same arguments give the same bytes."""
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(TITLE + "\n")
        writer = csv.writer(file, delimiter=DELIMITER, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(generate_invoices(records, seed, first_day=first_day, days=days))


def generate_invoices(
    records: int, seed: int, *, first_day: date = FIRST_DAY, days: int = DAYS
) -> Iterator[tuple[str, ...]]:
    """The cells of each line as they stand in the file; a line that does not fit FIELDS has more or fewer of them."""
    if records < 1 or days < 1:
        raise InvalidValueError("Records and days", (records, days), "must be at least 1")
    draw = Random(seed)
    repeats = _count_repeats(records)
    invoices = _draw_invoices(records - repeats - 1, draw, first_day, days)
    places = _place_faults(len(invoices), draw)
    lines = [_faulty_cells(invoice, position, places) for position, invoice in enumerate(invoices)]
    _insert_repeats(lines, places.get(Fault.REPEATED, {}), repeats, draw)
    yield from lines
    yield _total_cells(invoices)


def _count_repeats(records: int) -> int:
    low, high = FAULT_STRETCHES[Fault.REPEATED]
    return round((high - low) * records)


def _draw_invoices(count: int, draw: Random, first_day: date, days: int) -> list[_Invoice]:
    numbers = draw.sample(range(10_000, 10_000 + 10 * max(count, 1)), count)
    return [_draw_invoice(number, draw, first_day, days) for number in numbers]


def _draw_invoice(number: int, draw: Random, first_day: date, days: int) -> _Invoice:
    index = draw.randrange(len(_VENDORS))
    vendor, category = _VENDORS[index]
    received = first_day + timedelta(days=draw.randrange(days))
    return _Invoice(
        number=number,
        vendor=vendor,
        vat_id=f"XX{100_000_007 + 7_919 * index}",  # XX is no country
        received=received,
        cents=draw.randrange(2_000, 90_000) if draw.random() < 0.75 else draw.randrange(90_000, 1_200_000),
        currency=draw.choice(_CURRENCIES),
        due=received + timedelta(days=draw.choice((14, 30, 30, 45))),
        cost_centre=draw.randrange(4_100, 4_160, 10),
        category=draw.choice(_IT_CATEGORIES) if category == "IT" else category,
        coder=draw.choice(_CODERS),
        note=draw.choice(_NOTES),
    )


def _place_faults(count: int, draw: Random) -> dict[Fault, dict[int, int]]:
    """For each fault: position of a record -> how many records before it in the stretch have the same fault."""
    order = list(range(count))
    draw.shuffle(order)
    return {
        fault: {position: turn for turn, position in enumerate(order[round(low * count) : round(high * count)])}
        for fault, (low, high) in FAULT_STRETCHES.items()
    }


def _faulty_cells(invoice: _Invoice, position: int, places: dict[Fault, dict[int, int]]) -> tuple[str, ...]:
    turns = {fault: turn[position] for fault, turn in places.items() if position in turn}
    cells = _clean_cells(invoice)
    if Fault.MISSING_COST_CENTRE in turns:
        cells["cost_centre"] = _DISGUISED[turns[Fault.MISSING_COST_CENTRE] % len(_DISGUISED)]
    if Fault.DAMAGED_VENDOR in turns:
        cells["vendor"] = _misread(invoice.vendor)
    if Fault.OTHER_DATE_FORMAT in turns:
        cells["received"] = _other_date(invoice.received, turns[Fault.OTHER_DATE_FORMAT])
    if Fault.OTHER_AMOUNT_NOTATION in turns:
        cells["amount"] = _other_amount(invoice, turns[Fault.OTHER_AMOUNT_NOTATION])
    if Fault.IMPOSSIBLE_DATE in turns:
        form = _IMPOSSIBLE_DATES[turns[Fault.IMPOSSIBLE_DATE] % len(_IMPOSSIBLE_DATES)]
        cells["received"] = form.format(year=invoice.received.year)
    line = tuple(cells[field] for field in FIELDS)
    return _broken(line, turns[Fault.BROKEN_LINE]) if Fault.BROKEN_LINE in turns else line


def _clean_cells(invoice: _Invoice) -> dict[str, str]:
    return {
        "invoice_no": f"INV-{invoice.number}",
        "vendor": invoice.vendor,
        "vat_id": invoice.vat_id,
        "received": invoice.received.isoformat(),
        "amount": _plain(invoice.cents),
        "currency": invoice.currency,
        "due_date": invoice.due.isoformat(),
        "cost_centre": str(invoice.cost_centre),
        "category": invoice.category,
        "coded_by": invoice.coder,
        "note": invoice.note,
    }


def _misread(name: str) -> str:
    """The name after its UTF-8 bytes were taken for Windows-1252 somewhere on the way; plain ASCII comes through."""
    return name.encode("utf-8").decode("cp1252")


def _other_date(day: date, turn: int) -> str:
    forms = (f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%d.%m.%Y}", f"{day:%m/%d/%Y}")
    return forms[turn % len(forms)]


def _other_amount(invoice: _Invoice, turn: int) -> str:
    grouped = f"{invoice.cents // 100:,}"
    fraction = f"{invoice.cents % 100:02d}"
    forms = (
        f"{grouped.replace(',', '.')},{fraction}",
        f"€ {_plain(invoice.cents)}",
        f"{grouped},{fraction}".replace(",", "'", grouped.count(",")),
        f"{_plain(invoice.cents)} {invoice.currency}",
        f"{grouped}.{fraction}",
        "see attachment",
    )
    return forms[turn % len(forms)]


def _broken(line: tuple[str, ...], turn: int) -> tuple[str, ...]:
    received, amount = FIELDS.index("received"), FIELDS.index("amount")
    forms = (
        (*line[:received], line[received] + line[amount], *line[amount + 1 :]),  # date and amount in one cell
        line[:-3],  # cut off
        (*line[:-1], "two pages", " one of them blank"),  # an unquoted delimiter inside the note
    )
    return forms[turn % len(forms)]


def _insert_repeats(lines: list[tuple[str, ...]], repeated: dict[int, int], count: int, draw: Random) -> None:
    originals = [lines[position] for position in repeated]
    for turn in range(count):
        line = originals[turn % len(originals)] if originals else lines[turn]
        lines.insert(draw.randrange(len(lines) + 1), line)


def _total_cells(invoices: Sequence[_Invoice]) -> tuple[str, ...]:
    cells = dict.fromkeys(FIELDS, "")
    cells["invoice_no"] = "Total"
    cells["amount"] = _plain(sum(invoice.cents for invoice in invoices))
    return tuple(cells[field] for field in FIELDS)


def _plain(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


# One recipe a column, as SQL over r = the row number, h1 ... h4 = four draws of 0 ... 9999, and day = a date from h1.
_WIDE_COLUMNS = (
    ("record_id", "'R' || lpad(r::VARCHAR, 9, '0')"),
    ("customer", "'Invented customer ' || (h1 * 7 + h2) % 20000"),
    (
        "received",
        "CASE WHEN h2 < 9200 THEN strftime(day, '%Y-%m-%d') WHEN h2 < 9600 THEN strftime(day, '%d.%m.%Y') "
        "WHEN h2 < 9800 THEN strftime(day, '%d/%m/%Y') ELSE strftime(day, '%m/%d/%Y') END",
    ),
    (
        "amount",
        "CASE WHEN h3 < 9400 THEN (h1 * 3 + h2 // 100)::VARCHAR || '.' || lpad((h4 % 100)::VARCHAR, 2, '0') "
        "WHEN h3 < 9700 THEN (h1 % 900)::VARCHAR || ',' || lpad((h4 % 100)::VARCHAR, 2, '0') "
        "WHEN h3 < 9900 THEN '€ ' || (h1 % 900)::VARCHAR || '.00' ELSE '' END",
    ),
    ("currency", "CASE WHEN h4 < 9000 THEN 'EUR' WHEN h4 < 9800 THEN 'CHF' ELSE 'N/A' END"),
    (
        "phone",
        "CASE WHEN h2 < 7000 THEN '+00 ' || lpad(h1::VARCHAR, 4, '0') || ' ' || lpad(h3::VARCHAR, 4, '0') "
        "WHEN h2 < 9500 THEN '(00' || (h1 % 90 + 10) || ') ' || lpad(h3::VARCHAR, 4, '0') ELSE '' END",
    ),
    ("due_date", "strftime(day + 30, '%Y-%m-%d')"),
    (
        "cost_centre",
        "CASE WHEN h3 < 8400 THEN (4100 + 10 * (h4 % 60))::VARCHAR WHEN h3 < 9600 THEN '' ELSE 'unknown' END",
    ),
    ("category", "['Freight', 'Office supplies', 'Software', 'IT services', 'Energy', 'Cleaning'][1 + (h4 % 6)]"),
    (
        "note",
        "CASE WHEN h2 < 6000 THEN '' WHEN h2 < 9000 THEN 'delivery ' || h3 || ' of order ' || h1 "
        "ELSE 'said \"urgent\", see page ' || (h3 % 40) END",
    ),
)


def generate_wide(path: Path, rows: int, columns: int = 10, seed: int = EXAMPLE_SEED) -> None:
    """Writes a comma-separated file of `rows` x `columns` for measurements: mixed dates, amounts, phones and notes.
    About 100 bytes a row for ten columns; two rows in a thousand repeat the row before."""
    if rows < 0 or columns < 1:
        raise InvalidValueError("Rows and columns", (rows, columns), "must be at least 0 and 1")
    import duckdb

    query = f"SELECT {', '.join(_wide_columns(columns))} FROM ({_wide_draws(rows, seed)})"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO {quote_literal(str(path))} (FORMAT csv, HEADER true)")


def _wide_columns(columns: int) -> Iterator[str]:
    for number in range(columns):
        name, recipe = _WIDE_COLUMNS[number % len(_WIDE_COLUMNS)]
        turn = number // len(_WIDE_COLUMNS)
        yield f"{recipe} AS {quote_identifier(f'{name}_{turn + 1}' if turn else name)}"


def _wide_draws(rows: int, seed: int) -> str:
    drawn = f"SELECT CASE WHEN i % 500 = 499 THEN i - 1 ELSE i END AS r FROM range({int(rows)}) AS t(i)"
    hashed = f"SELECT r, hash(r, {int(seed)}) AS h FROM ({drawn})"
    draws = ", ".join(f"((h >> {shift}) % 10000)::INTEGER AS h{n}" for n, shift in enumerate((0, 13, 27, 41), start=1))
    return f"SELECT *, DATE '2024-01-01' + h1 % 730 AS day FROM (SELECT r, {draws} FROM ({hashed}))"
