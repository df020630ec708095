"""What a person typed into a cell of a returned workbook, as a value of the scope; anything doubtful is refused."""

from __future__ import annotations

import math
import re
from typing import Any

from pydantic import BaseModel

from readiness.errors import InvalidValueError
from readiness.exports.returned_workbook import ReturnedCell
from readiness.exports.safe_text import SHORTENED, cell_text, visible
from readiness.exports.scope_layout import shortened_note
from readiness.exports.typed_numbers import typed_number
from readiness.scope.changes import Value, same, tidy

_CHOICES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
_STARTING_POINT = "(starting point)"  # as a shortened note says it
_MOST_SHOWN = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # nobody types these; a file can hold them nevertheless
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?|Err:[0-9]+")


def choice_of(cell: ReturnedCell | None, place: str, *, empty: bool) -> bool:
    """Yes or no; `empty` for an empty cell."""
    text = _calculated(cell, place)
    if not text:
        return empty
    if text.casefold() not in _CHOICES:
        raise InvalidValueError(place, _shown(text), "is neither yes nor no")
    return _CHOICES[text.casefold()]


def text_of(cell: ReturnedCell | None, place: str) -> str:
    """The text without outer space; empty for an empty cell."""
    text = _calculated(cell, place)
    if cell is not None and not cell.written and _ERROR.fullmatch(text):
        raise InvalidValueError(place, text, "is an error of the spreadsheet, not a text")
    return _CONTROL.sub(lambda match: visible(match.group()), text)


def number_of(
    cell: ReturnedCell | None, place: str, model: type[BaseModel], field: str, *, share: bool = False
) -> float | None:
    """The number, within what `model` allows for `field`; None for an empty cell. A `share` may be typed as 80%."""
    text = _calculated(cell, place)
    if cell is None or not text:
        return None
    if not cell.written and _ERROR.fullmatch(text):
        raise InvalidValueError(place, text, "is an error of the spreadsheet, not a number")
    number = typed_number(text, place, share=share) if cell.written else _stored_number(text, place)
    _refuse_outside(number, place, text, model, field)
    return number


def restored(field: str, value: Value, stored: Value) -> Value:
    """`value` as it is meant: the stored one where the export writes that so. What the export shortened is put back.

    Raises InvalidValueError for an edit of a text that was too long for its cell: the rest of it would be lost.
    """
    if not isinstance(value, str) or not isinstance(stored, str):
        return stored if same(value, stored) else value
    short = shortened_note(stored) if field == "note" else stored
    written = cell_text(short)
    if same(value, written):
        return stored
    if len(written) != len(short) and written.endswith(SHORTENED) and value.endswith(tidy(SHORTENED)):
        reason = "was shortened to fit its cell; edit this text in the project instead"
        raise InvalidValueError(field, _shown(value), reason)
    return _with_starting_point(value, stored) if short != stored else value


def _with_starting_point(note: str, stored: str) -> str:
    """An edited note with the whole sentence of its starting point, where the short one still stands."""
    short = shortened_note(stored)
    range_only = short[: short.index(_STARTING_POINT) + len(_STARTING_POINT)]
    sentence = stored[: len(stored) - (len(short) - len(range_only))]
    return sentence + note[len(range_only) :] if note.startswith(range_only) else note


def _calculated(cell: ReturnedCell | None, place: str) -> str:
    if cell is None:
        return ""
    if cell.uncalculated:
        reason = "is a formula without a value; open the workbook in a spreadsheet program and save it again"
        raise InvalidValueError(place, _shown(cell.text), reason)
    return tidy(cell.text)


def _stored_number(text: str, place: str) -> float:
    """A cell that is no text: a number, or what a spreadsheet made of the typing (a date, TRUE)."""
    try:
        number = float(text)
    except ValueError as exc:
        kind = "is a truth value" if text in ("TRUE", "FALSE") else "is a date or a time"
        raise InvalidValueError(place, _shown(text), f"{kind}, not a number") from exc
    if not math.isfinite(number):
        raise InvalidValueError(place, _shown(text), "is no finite number")
    return number


def _refuse_outside(number: float, place: str, text: str, model: type[BaseModel], field: str) -> None:
    """The limits are those that the model states for its field."""
    limits: dict[str, Any] = {}
    for rule in model.model_fields[field].metadata:
        limits |= {name: getattr(rule, name) for name in ("ge", "gt", "le") if getattr(rule, name, None) is not None}
    least, above, most = limits.get("ge"), limits.get("gt"), limits.get("le")
    if least is not None and number < least:
        raise InvalidValueError(place, _shown(text), f"is below {least:,g}")
    if above is not None and number <= above:
        raise InvalidValueError(place, _shown(text), f"must be above {above:,g}")
    if most is not None and number > most:
        raise InvalidValueError(place, _shown(text), f"is above {most:,g}")


def _shown(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
