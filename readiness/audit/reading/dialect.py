"""Which delimiter, quote and escape a text uses: every candidate divides the text, the most table-like result wins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from readiness.audit.reading.cell_shapes import Shape, is_blank, shape_of
from readiness.audit.reading.cells import Dialect
from readiness.audit.reading.recovery import within_titles

_USUAL = {",": 1.0, "\t": 1.0, ";": 1.0, "|": 1.0}
_RARE = {
    "\x1f": 0.98, "\x1e": 0.98, "\x1c": 0.98, "\x1d": 0.98, "\x01": 0.98, "\x02": 0.98, "\x00": 0.98, "\x07": 0.98,
    "\x0b": 0.98, "¦": 0.95, "§": 0.95, "¬": 0.95, "¶": 0.95, "^": 0.93, "~": 0.93, "#": 0.85, "!": 0.85, "$": 0.6,
    "*": 0.85, "&": 0.85, "@": 0.75, "%": 0.75, "+": 0.75, "=": 0.7, ":": 0.65, "_": 0.6, "/": 0.5,
    "\\": 0.85, " ": 0.72,
}  # fmt: skip
_SEVERAL = {
    ", ": 0.99, "; ": 0.99, "||": 0.99, "::": 0.95, "~~": 0.95, "^^": 0.95, "|~|": 0.99, "~|~": 0.99, "@@": 0.9,
    "##": 0.9, "->": 0.8, "|^|": 0.99, "^|^": 0.99, "||~||": 0.99,
}  # fmt: skip
NO_DELIMITER = "\x1f"  # stands for none: a sign that the text does not hold
_QUOTES = ('"', "'", "`", "“")

_LINES_SCORED = 300
_CHARACTERS_SCORED = 60_000
_QUOTES_REPAIRED = 40  # in one line; every dialect is tried
_LONGEST_VALUE = 40  # lines that one quoted value may span while dialects are compared
_ONE_COLUMN = 0.42  # what a table must score to be believed against a single column
_WHOLE_VALUES = (Shape.NUMBER, Shape.DATE, Shape.TIME, Shape.LINK)
_ONE_USUAL_COLUMN = 0.3  # the same for the usual delimiters
_SIGNIFICANT = re.compile(r"[\t;|~^]|::")
_TIGHT_COMMA = re.compile(r",(?=\S)")


@dataclass(frozen=True, slots=True)
class DialectScore:
    """How table-like a text becomes under a dialect; parts and score are 0..1."""

    dialect: Dialect
    width: int
    regularity: float
    plausibility: float
    mended: int  # lines whose quotes do not add up
    quotes_meet: bool  # nearly all quotes stand beside a delimiter
    score: float


def find_dialect(
    lines: Sequence[str], *, delimiter: str | None = None, quote: str | None = None, escape: str | None = None
) -> Dialect:
    """The dialect of some lines (without line ends). What is given stays; one column counts as comma-separated."""
    return _best_dialect(lines, delimiter, quote, escape) or _plain(lines, delimiter, quote, escape)


def find_undivided_dialect(lines: Sequence[str], *, quote: str | None = None, escape: str | None = None) -> Dialect:
    """The same, but with a delimiter that no line holds where they are one column: commas inside it are text."""
    dialect = _best_dialect(lines, None, quote, escape)
    if dialect is not None:
        return dialect
    plain = _plain(lines, None, quote, escape)
    first = next((line for line in lines if not is_blank(line)), "")
    if "," in first or any(NO_DELIMITER in line for line in lines):
        return plain
    return replace(plain, delimiter=NO_DELIMITER)


def _best_dialect(lines: Sequence[str], delimiter: str | None, quote: str | None, escape: str | None) -> Dialect | None:
    """The dialect that divides the lines best; None where they are one column."""
    scored = score_dialects(lines, delimiter=delimiter, quote=quote, escape=escape)
    if not scored or (delimiter is None and not _beats_one_column(scored[0], lines)):
        return None
    return scored[0].dialect


def score_dialects(
    lines: Sequence[str], *, delimiter: str | None = None, quote: str | None = None, escape: str | None = None
) -> list[DialectScore]:
    """All candidates that divide some line, best first."""
    sample = _sample(lines)
    text = "\n".join(sample)
    quotes = [quote] if quote is not None else _candidate_quotes(text)
    delimiters = [delimiter] if delimiter is not None else _candidate_delimiters(sample)
    found = []
    for each in delimiters:
        for sign in quotes:
            for dialect in _with_escapes(each, sign, escape, text):
                score = _score(sample, dialect)
                if score is not None:
                    found.append(score)
    return sorted(_believe_backslashes(found), key=lambda score: -score.score)


def _believe_backslashes(scores: Sequence[DialectScore]) -> list[DialectScore]:
    """The scores without those of a quote whose escape explains clearly fewer lines than the other escape does."""
    mended = {score.dialect: score.mended for score in scores}

    def loses(dialect: Dialect) -> bool:
        backslash = mended.get(replace(dialect, escape="\\"))
        doubled = mended.get(replace(dialect, escape=dialect.quote))
        if backslash is None or doubled is None:
            return False
        return (backslash * 2 <= doubled and doubled > 0) != (dialect.escape == "\\")

    return [score for score in scores if not loses(score.dialect)]


def _plain(lines: Sequence[str], delimiter: str | None, quote: str | None, escape: str | None) -> Dialect:
    if quote is None:
        sample = _sample(lines)
        quote = next((sign for sign in _QUOTES[:3] if _surrounds(sample, sign)), '"')
    return Dialect(delimiter or ",", quote, quote if escape is None else escape)


def _surrounds(lines: Sequence[str], quote: str) -> bool:
    """Whether most lines stand between these quotes."""
    return sum(len(line) > 1 and line[0] == line[-1] == quote for line in lines) > 0.5 * len(lines)


def _sample(lines: Sequence[str]) -> list[str]:
    filled = [line for line in lines if not is_blank(line)]
    if len(filled) > _LINES_SCORED:
        filled = filled[: _LINES_SCORED * 3 // 4] + filled[-_LINES_SCORED // 4 :]
    if min(map(len, filled), default=0) > _CHARACTERS_SCORED:
        return [line[:_CHARACTERS_SCORED] for line in filled[:3]]  # cut off, for the delimiter shows all the same
    size = 0
    kept: list[str] = []
    for line in filled:
        if len(line) > _CHARACTERS_SCORED:
            continue
        size += len(line)
        if size > _CHARACTERS_SCORED and len(kept) >= 10:
            break
        kept.append(line)
    return kept


def _candidate_delimiters(lines: Sequence[str]) -> list[str]:
    """Signs that occur in at least a fifth of the lines."""
    least = max(1, len(lines) // 5)
    weights = _USUAL | _RARE | _SEVERAL
    found = [sign for sign in weights if sum(sign in line for line in lines) >= least]
    if " " in found and " " not in lines[0] and shape_of(lines[0]) not in _WHOLE_VALUES:
        found.remove(" ")  # one word above values of several: the name of one column
    text = "\n".join(lines)
    return [sign for sign in found if sign * 2 not in found or text.count(sign) != 2 * text.count(sign * 2)]


def _candidate_quotes(text: str) -> list[str]:
    """The double quote, and any other sign that surrounds cells more often."""
    edges = {
        sign: min(
            len(re.findall(rf"(?:^|[,;|\t ^~]){sign}", text, re.MULTILINE)),
            len(re.findall(rf"{sign}(?:[,;|\t ^~]|$)", text, re.MULTILINE)),
        )
        for sign in _QUOTES[:3]
    }
    if edges['"']:
        others = [sign for sign in ("'", "`") if edges[sign] > 4 * edges['"']]
    else:
        others = [sign for sign in ("'", "`") if edges[sign]]
    return ['"', *others]


def _with_escapes(delimiter: str, quote: str, escape: str | None, text: str) -> Iterable[Dialect]:
    runs = [False]
    if delimiter == " " and "  " in text:
        runs = [True, False]
    for run in runs:
        if escape is not None or not quote:
            yield Dialect(delimiter, quote, escape or "", run)
            continue
        yield Dialect(delimiter, quote, quote, run)
        if "\\" + quote in text:
            yield Dialect(delimiter, quote, "\\", run)


def _score(lines: Sequence[str], dialect: Dialect) -> DialectScore | None:
    rows, mended = _divide(lines, dialect)
    widths = [len(cells) for cells in rows]
    width = _main_width(rows)
    if width < 2:
        return None
    regular = [cells for cells in rows if len(cells) == width]
    regularity = _regularity(rows, width)
    if widths[0] == 1 and width == 2 and len(regular) == len(rows) - 1 > 1 and not _holds_values(regular):
        regularity *= 0.6  # a heading without the delimiter above two columns: text that happens to hold it
    quotes_meet = bool(dialect.quote) and _quotes_meet_delimiters(lines, dialect)
    if quotes_meet:
        regularity = 0.5 + 0.5 * regularity
    plausibility = _plausibility(regular, dialect) * (1 - 0.3 * mended / len(rows))
    weight = 1.0 if quotes_meet else _weight(dialect)
    score = weight * regularity**2 * plausibility * (1 - 0.5 / width)
    return DialectScore(dialect, width, regularity, plausibility, mended, quotes_meet, score)


def _divide(lines: Sequence[str], dialect: Dialect) -> tuple[list[Sequence[str]], int]:
    """The lines' raw cells, values over several lines joined, and how many lines had quotes that do not add up."""
    rows: list[Sequence[str] | None] = []
    texts: list[str] = []
    place = 0
    while place < len(lines):
        cells, step = dialect.raw_cells(lines[place]), 1
        if cells is None:
            cells, step = _join(lines, place, dialect)
        rows.append(cells)
        texts.append(lines[place])
        place += step
    width = _main_width(cells for cells in rows if cells is not None) or 1
    whole = [
        dialect.repair(text, width, most_quotes=_QUOTES_REPAIRED).cells if cells is None else cells
        for cells, text in zip(rows, texts, strict=True)
    ]
    return whole, rows.count(None)


def _join(lines: Sequence[str], place: int, dialect: Dialect) -> tuple[list[str] | None, int]:
    text = lines[place]
    if dialect.closes(text):
        return None, 1
    for step in range(1, min(_LONGEST_VALUE, len(lines) - place)):
        text = f"{text}\n{lines[place + step]}"
        if not dialect.closes(lines[place + step]):
            cells = dialect.raw_cells(text)
            return cells, step + 1 if cells is not None else 1
    return None, 1


def _main_width(rows: Iterable[Sequence[str]]) -> int:
    """The width that most lines have; a wider one is preferred when it is nearly as frequent."""
    widths = Counter(within_titles([len(cells) for cells in rows]))
    if not widths:
        return 0
    return max(widths, key=lambda width: (widths[width] * (1 if width > 1 else 0.8), width))


def _regularity(rows: Sequence[Sequence[str]], main: int) -> float:
    """The share of lines with the main width; a long block with another one (a second table) counts nearly as much."""
    whole, widths = len(rows), [len(cells) for cells in rows]
    least = max(5, whole // 10)
    fitting = float(widths.count(main))
    for width, run in ((width, len(list(block))) for width, block in groupby(widths)):
        if width != main and width > 1 and run >= least:
            fitting += 0.8 * run
    outside = _lines_outside(rows) if fitting > 1 else 0
    return fitting / (whole - 0.8 * outside)


def _lines_outside(rows: Sequence[Sequence[str]]) -> int:
    """Lines without any delimiter above and below all others: titles and notes, as long as they are the minority."""
    divided = [place for place, cells in enumerate(rows) if len(cells) > 1]
    outside = [*rows[: divided[0]], *rows[divided[-1] + 1 :]]
    bare = sum(not any(sign in cells[0] for sign in _USUAL) for cells in outside)
    return bare if bare < len(rows) / 2 or _is_small_table(rows[divided[0] :]) else 0


def _is_small_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a few lines below a longer title are a table by their own look: all of one width, to the end."""
    widths = {len(cells) for cells in rows}
    return len(widths) == 1 and len(rows) + max(widths) > 4


def _holds_values(rows: Sequence[Sequence[str]]) -> bool:
    """Whether some column holds values other than text in nearly all rows."""
    return any(
        sum(shape_of(cells[place]) not in (Shape.TEXT, Shape.EMPTY, Shape.MISSING) for cells in rows) > 0.8 * len(rows)
        for place in range(len(rows[0]))
    )


def _quotes_meet_delimiters(lines: Sequence[str], dialect: Dialect) -> bool:
    """True when nearly all quotes stand between a delimiter and a value, in a good part of the lines."""
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    value = f"{quote}[^{quote}]*{quote}"
    bounded = re.compile(f"{delimiter}{value}(?={delimiter}|$)|^{value}(?={delimiter})")
    quoted = [line for line in lines if dialect.quote in line]
    pairs = sum(line.count(dialect.quote) for line in quoted) / 2
    return len(quoted) >= 0.3 * len(lines) and sum(len(bounded.findall(line)) for line in quoted) >= 0.8 * pairs


def _plausibility(rows: Sequence[Sequence[str]], dialect: Dialect) -> float:
    """How much the cells look like values and not like pieces of text or of other cells."""
    total = sum(map(len, rows))
    worth = sum(_worth(cell, dialect) for row in rows for cell in row)
    if dialect.delimiter in (",", ";") and _all_begin_with_space(rows):
        worth *= 0.9
    if dialect.delimiter not in _USUAL and all(is_blank(row[0]) for row in rows[1:]):
        worth *= 0.5  # a sign that every value begins with, such as the plus of phone numbers
    if len(dialect.delimiter) > 1 and _padded(rows):
        worth *= 0.8
    blank = sum(is_blank(cell) for row in rows for cell in row)
    if total and blank > 0.6 * total:
        worth *= 0.6
    return worth / total if total else 0.0


def _all_begin_with_space(rows: Sequence[Sequence[str]]) -> bool:
    later = [cell for row in rows for cell in row[1:] if cell]
    return bool(later) and all(cell[0] == " " for cell in later)


def _padded(rows: Sequence[Sequence[str]]) -> bool:
    """True when the values are padded on their own, so that a space beside the delimiter is no part of it."""
    return sum(any(cell != cell.strip() for cell in row) for row in rows) > 0.5 * len(rows)


def _worth(cell: str, dialect: Dialect) -> float:
    shape = shape_of(cell)
    if shape is Shape.EMPTY:
        return 0.85
    if shape is not Shape.TEXT:
        return 1.0
    text = cell.strip()
    if dialect.quote and dialect.quote in text:
        whole = len(text) > 1 and text[0] == text[-1] == dialect.quote
        return 1.0 if whole else 0.2
    if (text[0] == "'") != (text[-1] == "'"):
        return 0.6
    if found := _SIGNIFICANT.findall(text):
        return 0.3 if "\t" in found or len(found) > 2 else 0.75 if len(text) > 60 else 0.5
    if text.count(":") > 3 and dialect.delimiter != " ":
        return 0.5
    if dialect.delimiter[0] != "," and (tight := len(_TIGHT_COMMA.findall(text))):
        return 0.6 if tight == 1 else 0.3
    if not text[0].isalnum() and text[0] not in "#£$€(['<*@&.+-\"_{/":
        return 0.6
    return 0.9


def _weight(dialect: Dialect) -> float:
    weight = (_USUAL | _RARE | _SEVERAL).get(dialect.delimiter, 0.7)
    if dialect.quote != '"':
        weight *= 0.995
    return weight


def _beats_one_column(best: DialectScore, lines: Sequence[str]) -> bool:
    if best.dialect.delimiter in _USUAL and best.regularity > 0.9 and best.plausibility > 0.6:
        return True
    if best.quotes_meet:
        return best.score >= _ONE_COLUMN / 2
    sample = _sample(lines)
    if best.dialect.delimiter not in _USUAL and sum(shape_of(line) in _WHOLE_VALUES for line in sample) >= 0.5 * len(
        sample
    ):
        return False
    return best.score >= (_ONE_USUAL_COLUMN if best.dialect.delimiter in _USUAL else _ONE_COLUMN)
