"""Values as JSON with one spelling: the same value gives the same bytes on every machine and every day."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

DIGITS = 12  # significant ones; the last of a float's 17 may differ between machines
_LONE_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # of a character pair; UTF-8 cannot hold them


def canonical_json(value: Any) -> str:
    """`value` as indented JSON with sorted keys, its figures rounded to DIGITS, ending with one line break."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """`value` in JSON's own types: moments as UTC, sequences as lists, a figure that is no number as null."""
    match value:
        case bool() | None:
            return value
        case Enum():
            return plain(value.value)
        case str():
            return value.translate(_LONE_HALVES)
        case int():
            return value
        case float():
            return _rounded(value)
        case datetime():
            return _in_utc(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {plain(str(key)): plain(part) for key, part in value.items()}
        case _:
            return [plain(part) for part in value]


def _rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") + 0.0 if math.isfinite(value) else None  # + 0.0: no minus before a zero


def _in_utc(moment: datetime) -> str:
    """Times of a project without a zone are UTC already."""
    of_utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return of_utc.replace(tzinfo=None, microsecond=0).isoformat() + "Z"
