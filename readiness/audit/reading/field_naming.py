"""Names of fields: unique, never empty, never holding a character that no document can show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from readiness.audit.reading.wording import counted, listed


@dataclass(frozen=True, slots=True)
class NamedFields:
    """The names in file order, and a sentence for what had to be changed."""

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def name_fields(written: Iterable[str]) -> NamedFields:
    """A unique name for each field: empty ones become column_3, the second `date` becomes `date_2`."""
    taken: set[str] = set()
    names: list[str] = []
    unnamed: list[str] = []
    repeated: list[str] = []
    for position, raw in enumerate(written, start=1):
        name = _printable(raw)
        if not name:
            name = _free(f"column_{position}", taken)
            unnamed.append(name)
        elif name in taken:
            name = _free(name, taken)
            repeated.append(name)
        taken.add(name)
        names.append(name)
    notes = []
    if unnamed:
        notes.append(f"{counted(len(unnamed), 'field has', 'fields have')} no name and became {listed(unnamed)}.")
    if repeated:
        notes.append(
            f"{counted(len(repeated), 'field name is', 'field names are')} repeated and became {listed(repeated)}."
        )
    return NamedFields(names=tuple(names), notes=tuple(notes))


def escape_unprintable(text: str) -> str:
    """`text` with NUL and halves of surrogate pairs written as \\u0000, which text columns and documents can hold."""
    if "\x00" not in text and text.isprintable():
        return text
    return "".join(f"\\u{ord(char):04x}" if char == "\x00" or "\ud800" <= char <= "\udfff" else char for char in text)


def _printable(raw: str) -> str:
    return " ".join(escape_unprintable(raw).split())


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
