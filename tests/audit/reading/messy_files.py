"""Random messy delimited files with known truth: what people, spreadsheets and old systems write.

Each seed gives one file: its dialect, encoding and line ends, and a few kinds of dirt, drawn at random. The truth is
what a careful person would say of every line: a record with these cells, a total, a filler, a header again, and so on.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_WORDS = {
    script: tuple(words.split())
    for script, words in {
        "english": "alpha river station north market supply paper office travel repair pump cable garden school bridge",
        "western": "Müller Große Straße café Señor garçon naïve Zürich rue hôtel élève Übung Köln Málaga São",
        "central": "Łódź Kraków Żółty Wrocław Gdańsk Příliš žluťoučký kůň Újpest Čeněk Škoda ulica miasto rynek",
        "cyrillic": "Москва Иванов улица Петров рынок дом магазин Сергей поставка бумага станция ремонт школа",
        "greek": "Αθήνα Θεσσαλονίκη Γιώργος οδός αγορά σχολείο γέφυρα επισκευή πληρωμή",
        "japanese": "東京 大阪 山田太郎 株式会社 支払い 請求書 備考 修理 カタカナ ひらがな",
        "chinese": "北京 上海 王小明 有限公司 付款 发票 备注 维修 车站 学校 李雷 数据 供应商",
        "traditional": "北京 上海 王小明 有限公司 付款 發票 備註 維修 車站 學校 台北 資料 供應商",
        "korean": "서울 부산 김철수 주식회사 지불 송장 비고 수리 학교 이영희 데이터 공급",
    }.items()
}
_ENGLISH = _WORDS["english"]
_ENCODINGS = (  # codec, script, how often
    ("utf-8", "western", 6), ("utf-8", "english", 8), ("utf-8", "cyrillic", 2), ("utf-8", "japanese", 2),
    ("utf-8-sig", "western", 3), ("utf-16", "western", 1), ("utf-16-le", "english", 1), ("utf-16-be", "english", 1),
    ("cp1252", "western", 5), ("cp1250", "central", 2), ("iso-8859-2", "central", 1), ("cp1251", "cyrillic", 1),
    ("koi8-r", "cyrillic", 1), ("cp1253", "greek", 1), ("shift_jis", "japanese", 1), ("euc_jp", "japanese", 1),
    ("gb18030", "chinese", 1), ("big5", "traditional", 1), ("euc-kr", "korean", 1),
)  # fmt: skip
_DELIMITERS = (
    (",", 10), (";", 6), ("\t", 5), ("|", 3), ("~", 1), ("^", 0.5), ("||", 0.7), ("::", 0.4), ("|~|", 0.3), (", ", 0.6),
)  # fmt: skip
_KINDS = {
    "id": "id", "code": "Reference", "count": "Quantity", "amount": "Amount", "money": "Price", "date": "Date",
    "day": "Datum", "moment": "Created At", "time": "Time", "name": "Customer", "company": "Vendor",
    "contact": "Contact", "status": "Status", "email": "Email", "link": "Link", "phone": "Phone",
    "postcode": "Postcode", "share": "Discount", "text": "Description",
}  # fmt: skip
_TEXTS = ("text", "company", "name")
_NUMBERS = ("count", "amount", "money")


@dataclass
class Line:
    """What one record of the file is; several physical lines where a value holds line ends."""

    kind: str  # record, few, many, total, footer, filler, blank, repeated, other, preamble, header
    text: str
    cells: list[str] = field(default_factory=list)
    number: int = 0  # of the physical line where it begins


@dataclass
class MessyFile:
    """The bytes of the file and what is in it."""

    data: bytes
    delimiter: str
    names: list[str]  # none where the file has no header
    lines: list[Line]
    dirt: list[str]

    @property
    def header_line(self) -> int:
        return next((line.number for line in self.lines if line.kind == "header"), 0)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.encoding, self.script = self._weighted([((codec, script), often) for codec, script, often in _ENCODINGS])
        self.delimiter = self._weighted(_DELIMITERS)
        self.quote = self._weighted((('"', 9), ("'", 1)))
        self.quoting = self._weighted((("needed", 6), ("all", 3), ("texts", 2), ("none", 1.5)))
        self.escape = self.quote if self.quoting == "none" else self._weighted(((self.quote, 6), ("\\", 1)))
        self.line_end = self._weighted((("\n", 6), ("\r\n", 4), ("\r", 1)))
        self.decimal_comma = self.delimiter[0] != "," and self.rng.random() < 0.35
        self.pound = "$" if self.encoding in ("shift_jis", "euc_jp", "big5", "euc-kr", "gb18030") else "£"
        if self.encoding in ("iso-8859-2", "cp1250", "cp1251", "koi8-r"):
            self.pound = "$"
        self.width = self.rng.choice((2, 3, 4, 5, 6, 8, 12, 20))
        self.kinds = ["id", *(self.rng.choice(list(_KINDS)) for _ in range(self.width - 1))]
        self.dirt: list[str] = []

    def _weighted(self, choices):
        return self.rng.choices([choice for choice, _ in choices], [often for _, often in choices])[0]

    def has(self, dirt: str, share: float) -> bool:
        if self.rng.random() < share:
            self.dirt.append(dirt)
            return True
        return False

    def words(self, count: int) -> str:
        return " ".join(self.rng.choice(_WORDS[self.script] + _ENGLISH) for _ in range(count))

    def plain(self, text: str) -> str:
        """The text without the delimiter, for files without quotes and for lines that are no records."""
        return text.replace(self.delimiter.strip() or self.delimiter, "_")

    def value(self, kind: str, row: int) -> str:
        rng = self.rng
        day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(2015, 2025)
        whole, cents = rng.randrange(90_000), rng.randrange(100)
        clock = f"{rng.randrange(24):02d}:{rng.randrange(60):02d}"
        english = rng.choice(_ENGLISH)
        return {
            "id": lambda: str(1_000 + row),
            "code": lambda: f"{rng.choice('ABCDEF')}{rng.choice('XYZ')}-{rng.randrange(1_000, 99_999)}",
            "count": lambda: str(rng.randrange(5_000)),
            "amount": lambda: f"{whole}{',' if self.decimal_comma else '.'}{cents:02d}",
            "money": lambda: f"{self.pound}{whole:,}.{cents:02d}",
            "date": lambda: f"{year}-{month:02d}-{day:02d}",
            "day": lambda: f"{day:02d}.{month:02d}.{year}",
            "moment": lambda: f"{year}-{month:02d}-{day:02d} {clock}:00",
            "time": lambda: clock,
            "name": lambda: self.words(2).title(),
            "company": lambda: f"{self.words(2).title()} {rng.choice(('Ltd', 'GmbH', 'Inc.', '& Co'))}",
            "contact": lambda: f"{self.words(1)}, {english}",
            "status": lambda: rng.choice(("open", "closed", "pending", "n/a")),
            "email": lambda: f"{english}.{rng.choice(_ENGLISH)}@example.org",
            "link": lambda: f"https://example.org/{english}?id={whole}",
            "phone": lambda: f"+44 20 {rng.randrange(1_000, 9_999)} {rng.randrange(1_000, 9_999)}",
            "postcode": lambda: f"{rng.choice('ABC')}{rng.randrange(1, 20)} {rng.randrange(1, 9)}{rng.choice('AB')}X",
            "share": lambda: f"{rng.randrange(100)}%",
            "text": lambda: self.words(rng.randrange(3, 12)).replace(" ", ", " if rng.random() < 0.3 else " ", 1) + ".",
        }[kind]()

    def written(self, cells: list[str], *, header: bool = False) -> str:
        return self.delimiter.join(self._cell(cell, place, header) for place, cell in enumerate(cells))

    def _cell(self, cell: str, place: int, header: bool) -> str:
        special = any(sign in cell for sign in (self.delimiter, self.quote, "\n", "\r"))
        text_like = header or self.kinds[place % self.width] not in ("id", "count", "amount", "share")
        if self.quoting == "none" or not (special or self.quoting == "all" or (self.quoting == "texts" and text_like)):
            return cell
        body = cell.replace("\\", "\\\\") if self.escape == "\\" else cell
        return self.quote + body.replace(self.quote, self.escape + self.quote) + self.quote


def make_messy_file(seed: int) -> MessyFile:
    """The file of this seed."""
    maker = _Maker(seed)
    rng = maker.rng
    names = _names(maker)
    rows = _rows(maker, rng.choice((3, 5, 10, 25, 60)))
    lines = _top(maker)
    has_header = not (len(rows) > 3 and maker.has("no header", 0.08))
    if has_header:
        lines.append(Line("header", maker.written(names, header=True), names))
    body = [Line("record", maker.written(cells), cells) for cells in rows]
    if maker.width > 2 and len(rows) >= 10:
        _add_misfits(maker, body)
        _add_other_lines(maker, body, names if has_header else [])
    if maker.has("blank lines", 0.12):
        for _ in range(rng.randrange(1, 5)):
            body.insert(rng.randrange(1, len(body)), Line("blank", ""))
    if len(rows) >= 10 and maker.width > 2:
        _add_end(maker, body, has_header=has_header)
    lines += body
    return MessyFile(_bytes_of(maker, lines), maker.delimiter, names if has_header else [], lines, maker.dirt)


def _names(maker: _Maker) -> list[str]:
    names: list[str] = []
    for kind in maker.kinds:
        repeats = sum(name.split(" #")[0] == _KINDS[kind] for name in names)
        names.append(f"{_KINDS[kind]} #{repeats + 1}" if repeats else _KINDS[kind])
    return [name.lower().replace(" ", "_") for name in names] if maker.rng.random() < 0.3 else names


def _rows(maker: _Maker, count: int) -> list[list[str]]:
    rng = maker.rng
    rows = [[maker.value(kind, row) for kind in maker.kinds] for row in range(count)]
    texts = [place for place, kind in enumerate(maker.kinds) if kind in _TEXTS]
    blanks = maker.has("blank cells", 0.4)
    if maker.quoting == "none":
        rows = [[maker.plain(cell) for cell in cells] for cells in rows]
    quotes = bool(texts) and maker.quoting != "none" and maker.has("quotes inside", 0.2)
    breaks = bool(texts) and maker.quoting != "none" and maker.has("line ends inside", 0.15)
    for cells in rows:
        for place in range(1, maker.width):
            if blanks and rng.random() < 0.12:
                cells[place] = ""
        for place in texts:
            if quotes and rng.random() < 0.3:
                first, *rest = cells[place].split(" ")
                cells[place] = " ".join((f"{maker.quote}{first}{maker.quote}", *rest))
            if breaks and rng.random() < 0.15:
                cells[place] = cells[place].replace(" ", maker.line_end, 1)
    return rows


def _top(maker: _Maker) -> list[Line]:
    rng = maker.rng
    if maker.delimiter in ",;\t|" and maker.has("sep line", 0.03):
        return [Line("preamble", f"sep={maker.delimiter}")]
    if not maker.has("preamble", 0.2):
        return []
    style = rng.choice(("{}", "{}" + maker.delimiter * (maker.width - 1), "# {}", "{}: {}"))
    lines = []
    for _ in range(rng.randrange(1, 6)):
        words = [maker.plain(" ".join(rng.sample(_ENGLISH, 3)).title()) for _ in range(2)]
        lines.append(Line("preamble", style.format(*words) if maker.delimiter != "::" else words[0]))
    return [*lines, *([Line("blank", "")] if rng.random() < 0.5 else [])]


def _add_misfits(maker: _Maker, body: list[Line]) -> None:
    few, many = maker.has("too few", 0.12), maker.has("too many", 0.12)
    for line in body:
        whole = "\n" not in line.text and "\r" not in line.text
        if few and whole and maker.rng.random() < 0.08:
            line.kind, line.cells = "few", line.cells[: maker.rng.randrange(1, maker.width)]
        elif many and whole and maker.rng.random() < 0.08:
            line.kind, line.cells = "many", [*line.cells, maker.rng.choice(_ENGLISH)]
        line.text = maker.written(line.cells)


def _add_other_lines(maker: _Maker, body: list[Line], names: list[str]) -> None:
    rng = maker.rng
    if maker.has("fillers", 0.1):
        for _ in range(rng.randrange(1, 4)):
            body.insert(rng.randrange(1, len(body)), Line("filler", maker.delimiter * (maker.width - 1)))
    if names and maker.has("repeated header", 0.06):
        mark = "\ufeff" if maker.encoding.startswith("utf-8") and maker.has("mark inside", 0.3) else ""
        body.insert(rng.randrange(2, len(body)), Line("repeated", mark + maker.written(names, header=True), names))


def _add_end(maker: _Maker, body: list[Line], *, has_header: bool) -> None:
    rng = maker.rng
    numbers = [place for place, kind in enumerate(maker.kinds) if kind in _NUMBERS]
    if numbers and maker.has("total", 0.15):
        cells = [maker.value(kind, 0) if place in numbers else "" for place, kind in enumerate(maker.kinds)]
        cells[0] = rng.choice(("Total", "TOTAL", "Grand Total", "Summe", "Total:"))
        if maker.quoting == "none":
            cells = [maker.plain(cell) for cell in cells]
        body.append(Line("total", maker.written(cells), cells))
    if maker.has("footer", 0.08):
        if rng.random() < 0.6:
            body.append(Line("blank", ""))
        body.append(Line("footer", maker.plain(rng.choice(("Source: annual report", "* provisional", "(25 rows)")))))
    elif has_header and maker.width > 3 and maker.delimiter in ",;\t|" and maker.has("second table", 0.06):
        body.append(Line("blank", ""))
        body.append(Line("other", maker.written(["Region", "Manager", "Budget"])))
        for _ in range(rng.randrange(2, 8)):
            body.append(Line("other", maker.written([*rng.sample(_ENGLISH, 2), str(rng.randrange(999))])))


def _bytes_of(maker: _Maker, lines: list[Line]) -> bytes:
    number = 1
    for line in lines:
        line.number = number
        number += 1 + line.text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    end = maker.line_end if maker.rng.random() < 0.75 else ""
    return (maker.line_end.join(line.text for line in lines) + end).encode(maker.encoding)
