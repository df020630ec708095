"""Which key or column of a log holds which part of the outcome record, found by its usual names or as mapped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from readiness.errors import UnknownFieldError, UnknownNameError

Path = tuple[str, ...]  # the keys that lead to a value, outermost first; of a table, the name of its column

MOST_CHARACTERISTICS = 24
_MOST_PATHS = 4  # of one field, tried one after another


class LogField(StrEnum):
    """The parts of an outcome record (M24) and what makes it traceable (M26)."""

    RECORD_ID = "record_id"
    TIME = "time"
    VALIDATION_PASSED = "validation_passed"
    CONFIDENCE = "confidence"
    ROUTED_TO_HUMAN = "routed_to_human"
    ERROR_TYPE = "error_type"
    COST_USD = "cost_usd"
    DURATION_MS = "duration_ms"
    MODEL_VERSION = "model_version"
    PROMPT_VERSION = "prompt_version"
    SOURCES = "sources"
    REASON = "reason"
    APPROVED_BY = "approved_by"


OUTCOMES = (LogField.VALIDATION_PASSED, LogField.CONFIDENCE, LogField.ROUTED_TO_HUMAN)  # a record has one of them

# The first name that a log has is taken before the others; lower case, words joined by underscores.
_NAMES: Mapping[LogField, tuple[str, ...]] = {
    LogField.RECORD_ID: ("record_id", "item_id", "document_id", "id", "request_id", "trace_id", "run_id", "uuid"),
    LogField.TIME: (
        "time", "timestamp", "ts", "@timestamp", "datetime", "date_time", "logged_at", "finished_at", "created_at",
        "event_time", "at",
    ),
    LogField.VALIDATION_PASSED: ("validation_passed", "passed_validation", "passed", "validated", "is_valid", "valid"),
    LogField.CONFIDENCE: ("confidence", "confidence_score", "score"),
    LogField.ROUTED_TO_HUMAN: (
        "routed_to_human", "routed", "human_review", "needs_review", "needs_human_review", "escalated",
    ),
    LogField.ERROR_TYPE: ("error_type", "error", "exception_type", "exception", "error_class", "error_code"),
    LogField.COST_USD: ("cost_usd", "cost", "total_cost", "usd"),
    LogField.DURATION_MS: (
        "duration_ms", "duration", "latency_ms", "latency", "elapsed_ms", "duration_s", "latency_s",
        "duration_seconds", "latency_seconds", "elapsed_seconds", "duration_us",
    ),
    LogField.MODEL_VERSION: ("model_version", "model", "model_name", "model_profile"),
    LogField.PROMPT_VERSION: ("prompt_version", "prompt_id", "prompt_hash", "prompt"),
    LogField.SOURCES: ("sources", "source_ids", "retrieved", "citations"),
    LogField.REASON: ("reason", "decision_reason"),
    LogField.APPROVED_BY: ("approved_by", "approver", "reviewed_by", "reviewer"),
}  # fmt: skip
_UNIT = {"s": 1000.0, "seconds": 1000.0, "us": 0.001}  # the last word of a duration's name, to milliseconds
_INPUTS = ("input", "characteristics", "input_characteristics")  # objects of characteristics (M14)
_INPUT_NAMES = ("date_format", "amount_type", "filled_fields", "required_present", "has_required_fields")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a log keeps what; each place as paths that are tried in this order."""

    fields: Mapping[LogField, tuple[Path, ...]]
    characteristics: Mapping[str, Path]  # name, such as required.vendor -> its place

    @property
    def holds_outcomes(self) -> bool:
        return any(field in self.fields for field in OUTCOMES)


def find_layout(paths: Iterable[Path], mapping: Mapping[str, str] | None = None) -> Layout:
    """The layout of a log in which `paths` were seen; `mapping` names the place of a field, dots leading inwards.

    Raises UnknownNameError for a mapped field that an outcome record does not have, and UnknownFieldError for a place
    that was not seen.
    """
    seen = tuple(dict.fromkeys(paths))
    stated = _stated(mapping or {}, seen)
    taken = set(stated.values())
    fields: dict[LogField, tuple[Path, ...]] = {}
    for field in LogField:
        found = (stated[field],) if field in stated else _by_name(field, seen, taken)
        if found:
            fields[field] = found
    used = {path for found in fields.values() for path in found}
    return Layout(fields, _characteristics(path for path in seen if path not in used))


def unit_of(path: Path) -> float:
    """What a duration under this name is multiplied by to be in milliseconds."""
    return _UNIT.get(_normal(path[-1]).rsplit("_", 1)[-1], 1.0)


def text_of(path: Path) -> str:
    return ".".join(path)


def _stated(mapping: Mapping[str, str], seen: Sequence[Path]) -> dict[LogField, Path]:
    by_text = {text_of(path): path for path in reversed(seen)}
    found = {}
    for name, place in mapping.items():
        if name not in set(LogField):
            raise UnknownNameError("field of an outcome record", name, list(LogField))
        if place not in by_text:
            raise UnknownFieldError(place, by_text)
        found[LogField(name)] = by_text[place]
    return found


def _by_name(field: LogField, seen: Sequence[Path], taken: set[Path]) -> tuple[Path, ...]:
    """The places with one of the field's names: better names first, then those that lie less deep."""
    names = _NAMES[field]
    found = [
        (names.index(name), len(path), place, path)
        for place, path in enumerate(seen)
        if path not in taken and not _is_input(path) and (name := _normal(path[-1])) in names
    ]
    return tuple(path for *_, path in sorted(found))[:_MOST_PATHS]


def _characteristics(seen: Iterable[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in seen:
        name = _characteristic(path)
        if name and name not in found and len(found) < MOST_CHARACTERISTICS:
            found[name] = path
    return found


def _characteristic(path: Path) -> str:
    parts = [part for key in path for part in key.split(".")]
    for place, part in enumerate(parts[:-1]):
        if _normal(part) in _INPUTS:
            return ".".join(parts[place + 1 :])
    return _normal(parts[-1]) if _normal(parts[-1]) in _INPUT_NAMES else ""


def _is_input(path: Path) -> bool:
    return bool(_characteristic(path))


def _normal(name: str) -> str:
    """`recordId`, `Record-ID` and `record id` as record_id."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s\-.]+", "_", spaced).lower()
