"""Strict JSON (RFC 8259) that keeps numbers as they are written, and JSON text of parsed values."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

_WHITESPACE = re.compile(r"[ \t\n\r]*")
_TAIL = 16  # an error this close to the end of the text so far may only mean that the rest is not there yet
_LITERALS = {True: "true", False: "false", None: "null"}
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonNumber(str):
    """A number as written: 1.0 stays 1.0, 1E5 stays 1E5, and no digit of a long one is lost."""

    __slots__ = ()


class JsonError(Exception):
    """Where and why a text is not JSON. Never leaves the reading package."""

    def __init__(self, position: int, reason: str, *, needs_more: bool = False, behind: bool = False) -> None:
        self.position = position
        self.reason = reason
        self.needs_more = needs_more  # more text could still make it JSON
        self.behind = behind  # a whole value stands before it
        super().__init__(reason)


class StrictDecoder:
    """Parses JSON values; remembers which keys it met twice in one object."""

    def __init__(self) -> None:
        self.repeated_keys: Counter[str] = Counter()
        decoder = json.JSONDecoder(
            parse_float=JsonNumber,
            parse_int=JsonNumber,
            parse_constant=_refuse_constant,
            object_pairs_hook=self._object,
        )
        self._scan = decoder.raw_decode

    def scan(self, text: str, position: int) -> tuple[Any, int]:
        """The value that starts at `position`, and where it ends."""
        try:
            return self._scan(text, position)
        except json.JSONDecodeError as exc:
            unfinished = exc.msg.startswith("Unterminated string") or exc.pos >= len(text) - _TAIL
            if not text[exc.pos :].strip() or exc.msg.startswith("Unterminated string"):
                reason = "it ends in the middle of a value, as a file that was cut off does"
            else:
                reason = _unexpected(text, exc.pos) if exc.msg == "Expecting value" else _plain(exc.msg)
            raise JsonError(exc.pos, reason, needs_more=unfinished) from exc
        except _ConstantError as exc:
            raise JsonError(position, f"{exc} is not a JSON number") from exc
        except RecursionError as exc:
            raise JsonError(position, "its values are nested too deeply") from exc

    def parse(self, text: str) -> Any:
        """The one value that `text` holds."""
        value, end = self.scan(text, 0 if text[:1] == "{" else skip_whitespace(text, 0))
        if end < len(text) and (end := skip_whitespace(text, end)) < len(text):
            raise JsonError(end, "there is something after the end of the value", behind=True)
        return value

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """The object; the second value of a repeated key is kept under `key_2`."""
        parsed = dict(pairs)
        if len(parsed) == len(pairs):
            return parsed
        parsed = {}
        numbers: dict[str, int] = {}  # key -> the last number that was given to a repetition of it
        for key, value in pairs:
            if key in parsed:
                self.repeated_keys[key] += 1
                numbers[key], key = _free_key(key, numbers.get(key, 1) + 1, parsed)
            parsed[key] = value
        return parsed


def skip_whitespace(text: str, position: int) -> int:
    match = _WHITESPACE.match(text, position)
    return match.end() if match else position


def json_text(value: Any) -> str:
    """A parsed value as compact JSON, its numbers as they were written."""
    if value is True or value is False or value is None:
        return _LITERALS[value]
    if type(value) is JsonNumber:
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(key)}:{json_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return _quoted(value)


def has_surrogate_escape(text: str) -> bool:
    """Whether the text may hold half a surrogate pair, which no text column can store."""
    return "\\ud" in text or "\\uD" in text


def without_lone_surrogates(text: str) -> str:
    """`text` with each half of a surrogate pair written as the escape that it came from."""
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class _ConstantError(ValueError):
    pass


def _refuse_constant(name: str) -> Any:
    raise _ConstantError(name)


def _free_key(key: str, number: int, parsed: dict[str, Any]) -> tuple[int, str]:
    """The first free number from `number` on, and the key with it."""
    while f"{key}_{number}" in parsed:
        number += 1
    return number, f"{key}_{number}"


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _unexpected(text: str, position: int) -> str:
    if position >= len(text):
        return "it ends where a value should be"
    return f"a value should be where {text[position]!r} stands"


def _plain(message: str) -> str:
    """The decoder's message in the middle of a sentence."""
    message = message.removesuffix(" at").removesuffix(" starting")
    return message[:1].lower() + message[1:]
