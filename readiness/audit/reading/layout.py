"""Where the table stands in a text: lines above it, the header, its width and what its columns hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from readiness.audit.reading.cell_shapes import Shape, filled_cells, is_blank, is_padding, shape_of, without_mark
from readiness.audit.reading.recovery import Divided, within_titles

_MOST_LINES_ABOVE = 200
_BODY_ROWS = 400  # rows looked at to learn what the columns hold
_TYPED = (Shape.NUMBER, Shape.DATE, Shape.TIME, Shape.LINK, Shape.CODE)
_PURE = 0.7  # share of a column's values that makes it a column of that shape
_MOST_HEADER_LINES = 5


@dataclass(frozen=True, slots=True)
class Layout:
    """Row numbers are places in the list of rows that was looked at."""

    width: int
    header: tuple[int, ...]  # rows of the header, none when the table has no header
    first_record: int
    shapes: tuple[Shape | None, ...]  # what a column holds where that is clear
    typical_filled: int  # filled cells of an ordinary record
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_layout(rows: Sequence[Divided], *, header_row: int | None = None, header_rows: int | None = None) -> Layout:
    """The layout of a table from its first rows. `header_row` fixes the header's first row (-1: none)."""
    width = _table_width(rows)
    shapes = _column_shapes(rows, width)
    typical = _typical_filled(rows, width)
    if header_row is None:
        header, first = _find_header(rows, width, shapes, typical)
    elif header_row < 0:
        header, first = (), _first_filled(rows, width, typical)
    else:
        header, first = (header_row,), header_row + 1
    if header and header_rows:
        header = tuple(range(header[0], min(len(rows), header[0] + header_rows)))
        first = header[-1] + 1
    if header and not any(len(row.cells) == width for row in rows[first:]):
        width = max(
            len(rows[place].cells) for place in header
        )  # nothing below, or nothing that fits: the header decides
        shapes = _column_shapes(rows[first:], width)
    names, width, notes = _name_columns([list(rows[place].cells) for place in header], rows[first:], width)
    return Layout(width, header, first, (*shapes, *([None] * width))[:width], typical, names, notes)


def _table_width(rows: Sequence[Divided]) -> int:
    filled = [row for row in rows if not is_padding(row.cells)]
    widths = Counter(within_titles([len(row.cells) for row in filled]))
    if not widths:
        return max((len(row.cells) for row in rows), default=1)
    most = max(widths.values())
    first_block = next(
        (len(row.cells) for row in rows if widths[len(row.cells)] >= 0.8 * most and len(row.cells) > 1), None
    )
    return first_block or max(widths, key=lambda width: (widths[width], width))


def _column_shapes(rows: Sequence[Divided], width: int) -> tuple[Shape | None, ...]:
    body = [row.cells for row in rows if len(row.cells) == width and not is_padding(row.cells)]
    body = body[1:] if len(body) > 1 else body
    body = body[min(len(body) // 10, 20) :][:_BODY_ROWS]
    return tuple(_shape_of_column([cells[place] for cells in body]) for place in range(width))


def _shape_of_column(values: Sequence[str]) -> Shape | None:
    found = Counter(shape for value in values if (shape := shape_of(value)) not in (Shape.EMPTY, Shape.MISSING))
    if not found:
        return None
    shape, count = found.most_common(1)[0]
    if shape in (Shape.NUMBER, Shape.CODE) and found[Shape.NUMBER] + found[Shape.CODE] >= _PURE * found.total():
        return shape
    return shape if count >= _PURE * found.total() else None


def _typical_filled(rows: Sequence[Divided], width: int) -> int:
    counts = sorted(filled_cells(row.cells) for row in rows if len(row.cells) == width and not is_padding(row.cells))
    return counts[len(counts) // 2] if counts else 1


def _least_filled(width: int, typical: int) -> int:
    return 1 if width == 1 else max(2, (typical + 1) // 2)


def _is_full(row: Divided, width: int, typical: int) -> bool:
    """True for a row with as many cells, filled as well, as the table's own rows."""
    near = abs(len(row.cells) - width) <= max(1, width // 4)
    return near and filled_cells(row.cells) >= _least_filled(width, typical) and not is_padding(row.cells)


def _first_filled(rows: Sequence[Divided], width: int, typical: int) -> int:
    for place, row in enumerate(rows[:_MOST_LINES_ABOVE]):
        if _is_full(row, width, typical):
            return place
    return 0


def _find_header(
    rows: Sequence[Divided], width: int, shapes: Sequence[Shape | None], typical: int
) -> tuple[tuple[int, ...], int]:
    """(rows of the header, first record)."""
    top = rows[:_MOST_LINES_ABOVE]
    full = [place for place, row in enumerate(top) if _is_full(row, width, typical)]
    if not full:
        return (), 0
    start = full[0]
    if len(rows) == 1:
        only = rows[0].cells
        return ((), 0) if any(shape_of(cell) in _TYPED for cell in only) and not _is_caption(only) else ((0,), 1)
    if _names_by_number(rows, start, shapes):
        header = _extend_header(rows, start, len(rows), width, shapes)
        return header, header[-1] + 1
    first_data = next((place for place in full if _fits(rows[place].cells, shapes) > 0), None)
    if first_data is None:
        return _untyped_header(rows, start)
    above = [place for place in full if place < first_data]
    if not above:
        return (), start
    most = max(filled_cells(rows[place].cells) for place in above)
    start = next(place for place in above if filled_cells(rows[place].cells) > 0.7 * most)
    header = _extend_header(rows, start, first_data, width, shapes)
    return header, header[-1] + 1


def _is_caption(cells: Sequence[str]) -> bool:
    """True when more cells are plain words than values."""
    shapes = [shape_of(cell) for cell in cells]
    return shapes.count(Shape.TEXT) > len(shapes) / 2 and Shape.DATE not in shapes and Shape.NUMBER not in shapes


def _fits(cells: Sequence[str], shapes: Sequence[Shape | None]) -> int:
    """Cells that look like their column, less those that look like a caption of it."""
    balance = 0
    for cell, shape in zip(cells, shapes, strict=False):
        if shape in _TYPED and (mine := shape_of(cell)) not in (Shape.EMPTY, Shape.MISSING):
            if mine is shape or (shape is Shape.CODE and mine is Shape.NUMBER):
                balance += 1
            elif mine is Shape.TEXT:
                balance -= 1
    return balance


def _names_by_number(rows: Sequence[Divided], start: int, shapes: Sequence[Shape | None]) -> bool:
    """True for a header that counts its columns (1990, 1991, ...) above columns of other numbers."""
    head = rows[start].cells
    counted = [(place, cell.strip()) for place, cell in enumerate(head) if cell.strip().isdecimal()]
    if len(counted) < 2 or len(counted) == len(head) < 4:
        return False
    numbers = [int(cell) for _, cell in counted]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    if len(steps) != 1 or steps.pop() not in (1, -1, 5, 10):
        return False
    below = rows[start + 1].cells if start + 1 < len(rows) else ()
    beneath = [below[place].strip() for place, _ in counted if place < len(below)]
    others = [cell for place, cell in enumerate(head) if not cell.strip().isdecimal()]
    values = [int(cell) for cell in beneath if cell.isdecimal()]
    consecutive = bool(values) and values == list(range(values[0], values[0] + len(beneath)))
    return not consecutive and all(shape_of(cell) in (Shape.TEXT, Shape.EMPTY, Shape.CODE) for cell in others)


def _untyped_header(rows: Sequence[Divided], start: int) -> tuple[tuple[int, ...], int]:
    """A table of words: its first row is the header unless its words come again below, each in its own column."""
    head = rows[start].cells
    if any(shape_of(cell) in (Shape.NUMBER, Shape.DATE, Shape.LINK) for cell in head):
        return (), start
    below = [row.cells for row in rows[start + 1 :] if [*row.cells] != [*head]]
    again = 0
    for place, cell in enumerate(head):
        again += not is_blank(cell) and any(place < len(cells) and cells[place] == cell for cells in below)
    if again and (again > 1 or len(head) <= 3) and len(below) > 1:
        return (), start
    header = _extend_header(rows, start, len(rows), len(head), (None,) * len(head))
    return header, header[-1] + 1


def _extend_header(
    rows: Sequence[Divided], start: int, first_data: int, width: int, shapes: Sequence[Shape | None]
) -> tuple[int, ...]:
    """The header's rows: the row, captions of groups above it, repetitions, names under groups or units below it."""
    header = [start]
    if start and _is_group_row(rows[start - 1], rows[start], width, shapes):
        header.insert(0, start - 1)
    for place in range(start + 1, min(first_data, len(rows) - 1, start + _MOST_HEADER_LINES)):
        above, row = rows[place - 1], rows[place]
        continues = (
            _folded(row.cells) == _folded(rows[start].cells)
            or _is_unit_row(row.cells)
            or _completes(rows[start], row, width, shapes)
            or _contradicts(row, rows[first_data:], shapes)
        )
        if row.line != above.line + above.span or not continues:
            break
        header.append(place)
    return tuple(header)


def _contradicts(row: Divided, records: Sequence[Divided], shapes: Sequence[Shape | None]) -> bool:
    """True for a row of words in two or more columns of values, none of which comes again below."""
    words = 0
    for place, (cell, shape) in enumerate(zip(row.cells, shapes, strict=False)):
        mine = shape_of(cell)
        if mine in (Shape.EMPTY, Shape.MISSING):
            continue
        if mine in _TYPED or any(cell == record.cells[place] for record in records if place < len(record.cells)):
            return False
        words += shape in _TYPED
    return words > 1


def _folded(cells: Sequence[str]) -> list[str]:
    return [" ".join(without_mark(cell).split()).casefold() for cell in cells]


def _is_group_row(group: Divided, header: Divided, width: int, shapes: Sequence[Shape | None]) -> bool:
    """True for a row of captions over several columns each, directly above the header."""
    filled = [place for place, cell in enumerate(group.cells) if not is_blank(cell)]
    if len(group.cells) != width or len(filled) < 2 or filled == [0, 1] or len(filled) == width:
        return False
    captions = [group.cells[place].strip() for place in filled]
    words = all(shape_of(caption) is Shape.TEXT or caption.isdecimal() for caption in captions)
    return (
        words
        and group.line + group.span == header.line
        and not any(caption.endswith(":") for caption in captions)
        and all(not is_blank(header.cells[place]) for place in filled if place < len(header.cells))
        and any(following > place + 1 for place, following in zip(filled, [*filled[1:], width], strict=True))
    )


def _is_unit_row(cells: Sequence[str]) -> bool:
    """True for a row of units in brackets."""
    filled = [cell.strip() for cell in cells if not is_blank(cell)]
    return bool(filled) and all(len(cell) > 1 and cell[0] + cell[-1] in ("()", "[]") for cell in filled)


def _completes(first: Divided, row: Divided, width: int, shapes: Sequence[Shape | None]) -> bool:
    """True for a row that names what the row above leaves blank, in words where the columns hold values."""
    blank = [place for place, cell in enumerate(first.cells) if is_blank(cell)]
    if not blank or len(row.cells) != width or not any(shape in _TYPED for shape in shapes):
        return False
    named = [place for place in blank if place < width and row.cells[place].strip()[:1].isalpha()]
    words = all(shape_of(cell) in (Shape.TEXT, Shape.CODE, Shape.EMPTY) for cell in row.cells)
    return len(named) == len(blank) and words and _fits(row.cells, shapes) <= 0


def _name_columns(
    header: list[list[str]], records: Sequence[Divided], width: int
) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """Unique, non-empty names, the table's width, and what had to be done for them."""
    if not header:
        return tuple(f"column_{place + 1}" for place in range(width)), width, ()
    notes: list[str] = []
    rows = [_without_surplus_blanks(cells, width) for cells in header]
    widest = max(map(len, rows))
    if widest == width - 1 and _counts_rows(records, width):
        rows = [["", *cells] for cells in rows]
        notes.append("The header has no name for the first column, which numbers the records.")
    elif widest < width:
        notes.append(f"The header names {widest} of {width} columns.")
    elif widest > width:
        notes.append(f"The header names {widest} columns; most records have {width} cells.")
    width = max(width, *map(len, rows))
    if any(len(cells) < len(given) for cells, given in zip(rows, header, strict=True)):
        notes.append("An empty cell in the header without a column below it was left out.")
    joined = _join_captions([cells + [""] * (width - len(cells)) for cells in rows])
    names, renamed = _unique(joined)
    if renamed:
        shown = ", ".join(renamed[:5]) + (f" and {len(renamed) - 5} more" if len(renamed) > 5 else "")
        notes.append(f"Fields without a name of their own were named: {shown}.")
    return names, width, tuple(notes)


def _without_surplus_blanks(cells: list[str], width: int) -> list[str]:
    """The cells without blank ones, as far as there are more cells than columns."""
    kept, surplus = list(cells), len(cells) - width
    if 0 < surplus <= sum(is_blank(cell) for cell in cells):
        for place in range(len(kept) - 1, -1, -1):
            if surplus and is_blank(kept[place]):
                del kept[place]
                surplus -= 1
    return kept


def _counts_rows(records: Sequence[Divided], width: int) -> bool:
    labels = [row.cells[0].strip() for row in records if len(row.cells) == width][:50]
    if len(labels) < 2 or not all(label.isdecimal() for label in labels):
        return False
    numbers = [int(label) for label in labels]
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _join_captions(rows: list[list[str]]) -> list[str]:
    """The captions of each column from top to bottom; a group's caption holds until the next one in its row."""
    filled: list[list[str]] = []
    for place, cells in enumerate(rows):
        tidy = [" ".join(without_mark(cell).split()) for cell in cells]
        if place < len(rows) - 1 and any(tidy) and not all(tidy):
            group = ""
            for column, caption in enumerate(tidy):
                group = caption or group
                tidy[column] = group if any(not is_blank(below[column]) for below in rows[place + 1 :]) else caption
        filled.append(tidy)
    return [" ".join(part for part in parts if part) for parts in zip(*filled, strict=True)]


def _unique(captions: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    taken = {caption.casefold() for caption in captions if caption}
    names: list[str] = []
    used: set[str] = set()
    renamed: list[str] = []
    for place, caption in enumerate(captions):
        name = caption or f"column_{place + 1}"
        number = 2
        while name.casefold() in used or ((not caption or number > 2) and name.casefold() in taken):
            name = f"{caption or f'column_{place + 1}'}_{number}"
            number += 1
        if name != caption:
            renamed.append(name)
        used.add(name.casefold())
        names.append(name)
    return tuple(names), renamed
