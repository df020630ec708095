"""JSON bodies: how they are written, read and told apart."""

from __future__ import annotations

import json
from typing import Any, cast

from readiness.errors import InvalidValueError
from readiness.store.rows import Body

MOST_CHARACTERS = 16 * 1024 * 1024  # of one body; what is larger belongs into a table of its own


def to_text(body: Body, place: str) -> str:
    """`body` as JSON text. InvalidValueError, naming `place`, for what JSON cannot hold without loss."""
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as exc:
        raise InvalidValueError(place, _shortened(body), f"cannot be kept as JSON ({exc})") from exc
    if len(text) > MOST_CHARACTERS:
        raise InvalidValueError(place, _shortened(body), f"is longer than {MOST_CHARACTERS:,} characters")
    return text


def from_text(text: str) -> Body:
    """The body that `text` holds."""
    return cast(Body, json.loads(text))


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values say the same. Unlike `==`, 1, 1.0 and true are three things here."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _shortened(body: Body) -> str:
    return ", ".join(str(name)[:40] for name in list(body)[:8])
