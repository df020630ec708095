"""Cells of records that do not fit the header, put under the fields they fit; their fault and text stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from readiness.audit.reading.cell_shapes import Shape, are_alike, is_blank, shape_of
from readiness.audit.reading.cells import Dialect
from readiness.audit.reading.values import LineFault

if TYPE_CHECKING:
    import duckdb

_OTHER_DELIMITERS = (",", ";", "\t", "|", " ")
_MOST_RECORDS = 20_000
_MOST_SURPLUS = 8


def fit(cells: Sequence[str], shapes: Sequence[Shape | None]) -> int:
    """Cells that look like the values of their column, less those that look like something else."""
    balance = 0
    for cell, shape in zip(cells, shapes, strict=False):
        if shape not in (None, Shape.TEXT) and (mine := shape_of(cell)) not in (Shape.EMPTY, Shape.MISSING):
            balance += 1 if are_alike(mine, shape) else -1
    return balance


def divide_otherwise(text: str, dialect: Dialect, width: int, *, spaces: bool) -> list[str] | None:
    """The cells of a line that uses another delimiter than its file, where that gives exactly `width` cells.

    `spaces` says whether a space may be that delimiter: a title of as many words as there are columns has them too.
    """
    for delimiter in _OTHER_DELIMITERS if spaces else _OTHER_DELIMITERS[:-1]:
        if width > 2 and delimiter != dialect.delimiter and delimiter in text:
            cells = replace(dialect, delimiter=delimiter, run=False).split(text)
            if cells is not None and len(cells) == width:
                return cells
    return None


def without_surplus(cells: Sequence[str], width: int, shapes: Sequence[Shape | None]) -> list[str] | None:
    """The cells without as many blank ones as there are too many, so that the rest fits its columns best."""
    kept = list(cells)
    if len(kept) - width > _MOST_SURPLUS:
        return None
    while len(kept) > width:
        blanks = [place for place, cell in enumerate(kept) if is_blank(cell)]
        if not blanks:
            return None
        best = max(blanks, key=lambda place: (fit([*kept[:place], *kept[place + 1 :]], shapes), place))
        del kept[best]
    return kept


def align_records(
    connection: duckdb.DuckDBPyConnection, dialect: Dialect, width: int, shapes: Sequence[Shape | None]
) -> int:
    """Moves the cells of misfit records where only blank cells, text or another delimiter is in the way; how many."""
    faults = f"('{LineFault.TOO_FEW_CELLS}', '{LineFault.TOO_MANY_CELLS}')"
    rows = connection.execute(
        f"""
        SELECT record, cells, line_text FROM records WHERE fault IN {faults} AND cells <> {width}
        ORDER BY record LIMIT {_MOST_RECORDS}
        """
    ).fetchall()
    moved = [
        (record, cells) for record, count, text in rows if (cells := _aligned(text, count, dialect, width, shapes))
    ]
    if moved:
        _store(connection, moved, width)
    return len(moved)


def _aligned(
    text: str, count: int, dialect: Dialect, width: int, shapes: Sequence[Shape | None]
) -> Sequence[str] | None:
    if count < width:
        return _with_other_delimiter(text, dialect, width, shapes)
    divided = dialect.split(text)
    if divided is None:
        return None
    return without_surplus(divided, width, shapes) or _with_text_joined(text, divided, dialect, width, shapes)


def _with_other_delimiter(
    text: str, dialect: Dialect, width: int, shapes: Sequence[Shape | None]
) -> Sequence[str] | None:
    cells = divide_otherwise(text, dialect, width, spaces=True)
    if cells:
        return cells if fit(cells, shapes) > 0 else None
    for delimiter in _OTHER_DELIMITERS:
        other = replace(dialect, delimiter=delimiter, run=False)
        divided = other.split(text) if delimiter != dialect.delimiter and delimiter in text else None
        if divided is not None and len(divided) > width:
            joined = _with_text_joined(text, divided, other, width, shapes)
            if joined and fit(joined, shapes) > sum(shape not in (None, Shape.TEXT) for shape in shapes) / 2:
                return joined
    return None


def _with_text_joined(
    text: str, cells: Sequence[str], dialect: Dialect, width: int, shapes: Sequence[Shape | None]
) -> list[str] | None:
    """The cells with neighbours joined into one text, where exactly one place for it makes the rest fit best."""
    surplus = len(cells) - width
    raw = dialect.raw_cells(text)
    if surplus > _MOST_SURPLUS or raw is None or not any(shape not in (None, Shape.TEXT) for shape in shapes):
        return None
    ways: dict[int, list[str]] = {}
    for place in range(width):
        pieces = raw[place : place + surplus + 1]
        if shapes[place] in (None, Shape.TEXT) and not any(
            dialect.quote and dialect.quote in piece for piece in pieces
        ):
            ways[place] = [*cells[:place], dialect.delimiter.join(pieces), *cells[place + surplus + 1 :]]
    fits = {place: fit(way, shapes) for place, way in ways.items()}
    best = max(fits.values(), default=0)
    places = [place for place, balance in fits.items() if balance == best]
    return ways[places[0]] if best > 0 and len(places) == 1 else None


def _store(connection: duckdb.DuckDBPyConnection, moved: Sequence[tuple[int, Sequence[str]]], width: int) -> None:
    columns = list(zip(*(cells for _, cells in moved), strict=True))
    unnested = ", ".join(f"unnest(?::VARCHAR[]) AS c{place}" for place in range(width))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE moved_cells AS SELECT unnest(?::BIGINT[]) AS record, {unnested}",
        [[record for record, _ in moved], *map(list, columns)],
    )
    changes = ", ".join(f"c{place} = moved_cells.c{place}" for place in range(width))
    connection.execute(f"UPDATE records SET {changes} FROM moved_cells WHERE moved_cells.record = records.record")
    connection.execute("DROP TABLE moved_cells")
