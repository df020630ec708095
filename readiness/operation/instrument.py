"""One outcome record for every processed item, written as one JSON line whatever happens to the item.

This module is meant for your own system: it needs Python's standard library alone, and it never breaks what it
watches. What goes wrong while a record is written is swallowed, counted (`failures`) and said once.

    with outcome(invoice_id, log="outcomes.jsonl") as item:
        item.confidence, item.validation_passed = 0.93, True
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from datetime import time as clock_time
from decimal import Decimal
from enum import Enum
from itertools import islice
from pathlib import PurePath
from types import TracebackType
from typing import Any, Literal

__all__ = ["ROUTED_BELOW", "OutcomeFile", "OutcomeRecord", "characteristics", "failures", "outcome"]

ROUTED_BELOW = 0.75  # a confidence below it sends the item to a human (M24)

_LONGEST_TEXT = 10_000  # characters of one value
_LONGEST_ID = 500
_MOST_ENTRIES = 1_000  # of one list or object
_DEEPEST = 6
_LARGEST_LINE = 500_000  # characters; a longer one keeps the figures and loses the rest
_LARGEST_WHOLE = 2**53  # from here on, readers that know one kind of number tell neighbours no longer apart

Log = logging.Logger | logging.LoggerAdapter[Any] | str | os.PathLike[str] | Callable[[str], object]


@dataclass(kw_only=True)
class OutcomeRecord:
    """What is known of one processed item. None means not stated, which is neither zero nor false."""

    record_id: object = None  # anything; it becomes text when the line is written
    time: datetime | None = None  # with a zone; when the outcome was known
    validation_passed: bool | None = None
    confidence: float | None = None  # 0..1
    routed_to_human: bool | None = None  # None: follows from validation and confidence
    error_type: str | None = None
    cost_usd: float | None = None
    duration_ms: float | None = None  # None: measured
    model_version: str | None = None
    prompt_version: str | None = None
    sources: Iterable[str] | None = None  # what was retrieved
    reason: str | None = None  # why it came out so, such as "low confidence"
    approved_by: str | None = None  # the person who approved the output
    input: Mapping[str, Any] | None = None  # see `characteristics`
    extra: dict[str, Any] = field(default_factory=dict)  # whatever else you want to find again


def outcome(
    record_id: object = None,
    *,
    log: Log,
    routed_below: float = ROUTED_BELOW,
    input: Mapping[str, Any] | None = None,
    model_version: str | None = None,
    prompt_version: str | None = None,
    clock: Callable[[], datetime] | None = None,
    timer: Callable[[], float] = time.perf_counter,
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
) -> _Watched:
    """A context manager, with or without `async`, around one unit of work; it hands over the record to be filled.

    At its end exactly one line goes to `log`: a logger, a path, or a function that takes the line. An item goes to a
    human when its validation failed or its confidence lies below `routed_below`; nothing follows where neither was
    stated. Work that raises has no output, so somebody must look at it: it is logged as routed, with confidence 0,
    validation failed and the type of the exception, which goes on unchanged. That holds for work that was cancelled,
    timed out or interrupted as well. A generator that its reader closed early keeps what was stated until then.
    """
    record = OutcomeRecord(
        record_id=record_id,
        input=input,
        model_version=model_version,
        prompt_version=prompt_version,
    )
    return _Watched(record, log, routed_below, clock or _now, timer, new_id)


def characteristics(
    record: object,
    *,
    required: Iterable[str] = (),
    date_field: str | None = None,
    amount_field: str | None = None,
) -> dict[str, Any]:
    """What one input looks like without any of its values, for `OutcomeRecord.input`: a change shows drift early.

    Which required fields are filled, how the date is written, what kind of thing the amount is, and how many fields
    are filled. 0 and False are filled; None, blank text, NaN and empty lists are not. {} where it cannot be told.
    """
    try:
        found: dict[str, Any] = {"required": {str(name): _filled(_value(record, name)) for name in required}}
        if date_field is not None:
            found["date_format"] = _date_format(_value(record, date_field))
        if amount_field is not None:
            found["amount_type"] = _amount_type(_value(record, amount_field))
        found["filled_fields"] = sum(_filled(value) for value in list(_mapping(record).values()))
    except Exception as exc:  # a record of any kind must not stop the work on it
        _note_failure("an input could not be described", exc)
        return {}
    return found


def failures() -> int:
    """How many times this process could not write a record as it was meant, each of them swallowed."""
    return sum(_failures.values())


class OutcomeFile:
    """A file that lines are appended to by any number of threads and processes, each line in one piece.

    A file that was moved away or deleted by a log rotation is opened anew under its name.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(os.fspath(path))  # noqa: PTH100 - resolving links would miss a rotated one
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._torn = False  # the last write ended within a line

    def __call__(self, line: str) -> None:
        """Append `line`. Raises OSError where that is impossible."""
        data = (line + "\n").encode("utf-8", "backslashreplace")
        with self._lock:
            descriptor = self._opened()
            written = os.write(descriptor, b"\n" + data if self._torn else data)
            whole = written == len(data) + self._torn
            self._torn = not whole
        if not whole:
            raise OSError(f"only a part of the line was written to {self.path}")

    def close(self) -> None:
        with self._lock:
            self._close()

    def _opened(self) -> int:
        if self._descriptor is not None and self._was_rotated(self._descriptor):
            self._close()
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
            self._descriptor = os.open(self.path, flags, 0o666)
            self._torn = False
        return self._descriptor

    def _was_rotated(self, descriptor: int) -> bool:
        try:
            there = os.stat(self.path)  # noqa: PTH116 - twice as fast as by pathlib, once a line
        except FileNotFoundError:
            return True
        here = os.fstat(descriptor)
        return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _forget_lock(self) -> None:
        self._lock = threading.Lock()


class _Watched:
    """One unit of work from its beginning to its line."""

    def __init__(
        self,
        record: OutcomeRecord,
        log: Log,
        routed_below: float,
        clock: Callable[[], datetime],
        timer: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._record = record
        self._log = log
        below = _number(routed_below)
        self._routed_below = ROUTED_BELOW if below is None else below
        self._clock = clock
        self._timer = timer
        self._new_id = new_id
        self._started: float | None = None

    def __enter__(self) -> OutcomeRecord:
        self._started = self._elapsed_since(0.0)
        return self._record

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        try:
            _write(self._log, self._line(kind))
        except Exception as exc:  # whatever it is, the work itself must go on
            _note_failure("an outcome record could not be written", exc)
        return False

    async def __aenter__(self) -> OutcomeRecord:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        return self.__exit__(kind, raised, trace)

    def _line(self, kind: type[BaseException] | None) -> str:
        record = self._record
        figures = {
            "record_id": self._id(),
            "time": self._time(),
            "validation_passed": _truth(record.validation_passed),
            "confidence": _number(record.confidence),
            "routed_to_human": _truth(record.routed_to_human),
            "error_type": None if record.error_type is None else _text(_type_name(record.error_type), _LONGEST_ID),
            "cost_usd": _number(record.cost_usd),
            "duration_ms": self._duration(),
        }
        if kind is not None and not _ended_by_its_reader(kind, figures):
            figures |= {"validation_passed": False, "confidence": 0.0, "routed_to_human": True}
            figures["error_type"] = _text(kind.__name__, _LONGEST_ID)
        elif figures["routed_to_human"] is None:
            unusable = record.confidence is not None and figures["confidence"] is None  # NaN is below any threshold
            figures["routed_to_human"] = unusable or _routed(figures, self._routed_below)
        return _one_line(figures, record)

    def _id(self) -> str:
        """The id as text; a new one where none was given, or one that names nothing, such as NaN."""
        given = self._record.record_id
        named = given if isinstance(given, str | int | uuid.UUID) else _plain(given, 0)
        return _text(self._made_id() if named is None or named == "" else named, _LONGEST_ID)

    def _made_id(self) -> str:
        try:
            return self._new_id()
        except Exception as exc:  # a maker of the caller's own
            _note_failure("an id could not be made", exc)
            return uuid.uuid4().hex

    def _time(self) -> str:
        """Now, or the time that was set; one without a zone is taken as UTC."""
        try:
            moment = self._record.time if self._record.time is not None else self._clock()
            if moment.utcoffset() is None:
                moment = moment.replace(tzinfo=UTC)
            return moment.isoformat(timespec="microseconds")
        except Exception as exc:  # a clock of the caller's own
            _note_failure("the time of a record could not be told", exc)
            return _now().isoformat(timespec="microseconds")

    def _duration(self) -> float | None:
        if self._record.duration_ms is not None:
            return _number(self._record.duration_ms)
        elapsed = None if self._started is None else self._elapsed_since(self._started)
        return None if elapsed is None else round(elapsed * 1000, 3)

    def _elapsed_since(self, start: float) -> float | None:
        try:
            return float(self._timer()) - start
        except Exception as exc:  # a timer of the caller's own
            _note_failure("the duration of an item could not be measured", exc)
            return None


# --- the line -----------------------------------------------------------------------------------------------------


def _ended_by_its_reader(kind: type[BaseException], figures: Mapping[str, Any]) -> bool:
    """Whether a generator was closed by who reads it, after the work had stated an outcome: no failure of the work."""
    stated = figures["validation_passed"] is not None or figures["confidence"] is not None
    return issubclass(kind, GeneratorExit) and stated


def _routed(figures: Mapping[str, Any], below: float) -> bool | None:
    passed, confidence = figures["validation_passed"], figures["confidence"]
    if passed is None and confidence is None:
        return None
    return passed is False or (confidence is not None and confidence < below)


def _one_line(figures: dict[str, Any], record: OutcomeRecord) -> str:
    """The record as JSON in ASCII, so that no character of it can end the line or be refused by a stream."""
    try:
        line = json.dumps(figures | _details(record), allow_nan=False)
    except Exception as exc:  # a value that changes or breaks while it is read
        _note_failure("the details of a record could not be written", exc)
        line = ""
    if line and len(line) <= _LARGEST_LINE:
        return line
    if line:
        _note_failure("a record was too large, so that its details were left out", None)
    return json.dumps(figures | {"incomplete": True}, allow_nan=False)


def _details(record: OutcomeRecord) -> dict[str, Any]:
    names = ("model_version", "prompt_version", "reason", "approved_by")
    found = {name: _plain(getattr(record, name), 0) for name in names}
    if isinstance(record.sources, str):
        found["sources"] = [_text(record.sources)]
    elif record.sources is not None:
        found["sources"] = _plain(list(islice(record.sources, _MOST_ENTRIES)), 0)  # they may have no end
    if record.input is not None:
        found["input"] = _plain(record.input, 0)
    misnamed = sorted(set(vars(record)) - {one.name for one in fields(OutcomeRecord)})
    if misnamed:
        _note_failure(f"an outcome record has no field {misnamed[0]!r}; put it into `extra`", None)
    if record.extra:
        found["extra"] = _plain(record.extra, 0)
    return {name: value for name, value in found.items() if value is not None}


def _plain(value: Any, depth: int) -> Any:
    """`value` as JSON can hold it; what it cannot hold is named by its type and counted."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _plain(value.value, depth)
    if isinstance(value, str):
        return _text(value)
    if type(value) is int and abs(value) >= _LARGEST_WHOLE:
        return _text(value)  # an id, of which a number would lose the last digits
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime | date | clock_time):
        return value.isoformat()
    if isinstance(value, uuid.UUID | PurePath):
        return _text(str(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {_text(key): _plain(item, depth + 1) for key, item in list(value.items())[:_MOST_ENTRIES]}
    if depth < _DEEPEST and isinstance(value, list | tuple | AbstractSet):
        return [_plain(item, depth + 1) for item in list(value)[:_MOST_ENTRIES]]
    return _scalar_or_name(value, depth)


def _scalar_or_name(value: Any, depth: int) -> Any:
    """The number inside an array library's scalar; else the name of the type."""
    inner = getattr(value, "item", None)
    if depth <= _DEEPEST and callable(inner):
        try:
            return _plain(inner(), _DEEPEST + 1)
        except Exception as exc:  # foreign code
            _note_failure("a value could not be read", exc)
    _note_failure(f"a value of type {type(value).__name__} cannot be logged", None)
    return f"<{_text(type(value).__name__, 100)}>"


def _text(value: object, longest: int = _LONGEST_TEXT) -> str:
    """Text without halves of surrogate pairs, which no file can hold, shortened where it is very long."""
    text = value if type(value) is str else _as_text(value)
    rest = len(text) - longest
    if rest > 0:
        text = f"{text[:longest]}… ({rest} characters more)"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _as_text(value: object) -> str:
    try:
        return str(value)
    except Exception as exc:  # foreign code, or a number with thousands of digits
        _note_failure(f"a value of type {type(value).__name__} has no text", exc if isinstance(value, int) else None)
        return f"<{type(value).__name__}>"


def _number(value: Any) -> float | int | None:
    """A finite number, or None; what is neither a number nor None is counted."""
    if value is None:
        return None
    try:
        number = float(value)
        if math.isfinite(number):
            return value if type(value) is int and abs(value) < _LARGEST_WHOLE else number
    except Exception as exc:  # foreign number types
        _note_failure("a figure is no number", exc)
        return None
    return None


def _type_name(error: object) -> object:
    """The type of an exception that was given itself: what it says may speak of a customer."""
    if isinstance(error, BaseException):
        return type(error).__name__
    return error.__name__ if isinstance(error, type) else error


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    plain = _plain(value, 0)
    if plain in (0, 1):
        return bool(plain)
    _note_failure("a statement is neither true nor false", None)
    return None


def _now() -> datetime:
    return datetime.now(UTC)


# --- where the line goes ------------------------------------------------------------------------------------------


class _Line(str):
    """A line for a logger that notices when a handler reports its own failure.

    The handlers of `logging` swallow what goes wrong in them and print the message that was lost, by its repr.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        _note_failure("a log handler failed", None)
        return super().__repr__()


def _write(log: Log, line: str) -> None:
    if isinstance(log, logging.Logger | logging.LoggerAdapter):
        _hand_to_logger(_logger_behind(log), line)
    elif isinstance(log, str | os.PathLike):
        _file_of(log)(line)
    else:
        log(line)


def _logger_behind(log: logging.Logger | logging.LoggerAdapter[Any]) -> logging.Logger:
    while isinstance(log, logging.LoggerAdapter):  # an adapter may stand before another one
        log = log.logger
    return log


def _hand_to_logger(logger: logging.Logger, line: str) -> None:
    """Past the logger's level: an outcome is no debugging message, and loggers begin at WARNING unless told."""
    if logger.disabled:
        raise RuntimeError(f"logger {logger.name!r} is disabled")
    if not any(handler.level <= logging.INFO for handler in _handlers(logger)):
        raise RuntimeError(f"logger {logger.name!r} has no handler that takes INFO")
    record = logger.makeRecord(logger.name, logging.INFO, __file__, 0, _Line(line), (), None, "outcome")
    logger.handle(record)


def _handlers(logger: logging.Logger) -> Iterable[logging.Handler]:
    current: logging.Logger | None = logger
    while current is not None:
        yield from current.handlers
        current = current.parent if current.propagate else None


def _file_of(path: str | os.PathLike[str]) -> OutcomeFile:
    key = os.path.abspath(os.fspath(path))  # noqa: PTH100 - as OutcomeFile has it
    with _files_lock:
        if key not in _files:
            _files[key] = OutcomeFile(key)
        return _files[key]


# --- what goes wrong ----------------------------------------------------------------------------------------------


def _note_failure(what: str, exc: Exception | None) -> None:
    """Counts a failure, and says the first one of this process on the logger `readiness.operation.instrument`."""
    try:
        with _failures_lock:
            first = not _failures
            _failures[what] += 1
        if first:
            why = "" if exc is None else f" ({type(exc).__name__}: {_text(exc, 200)})"
            logging.getLogger(__name__).warning("%s%s; further failures are counted, not said", what, why)
    except Exception:  # a failing logger must not stop the work either
        return


def _renew_locks() -> None:
    """In a forked child: a thread of the parent may have held a lock that nobody would release here."""
    global _failures_lock, _files_lock
    _failures_lock, _files_lock = threading.Lock(), threading.Lock()
    for file in _files.values():
        file._forget_lock()


_failures: Counter[str] = Counter()
_failures_lock = threading.Lock()
_files: dict[str, OutcomeFile] = {}
_files_lock = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


# --- characteristics ----------------------------------------------------------------------------------------------


def _mapping(record: object) -> Mapping[str, Any]:
    return record if isinstance(record, Mapping) else vars(record)


def _value(record: object, name: str) -> Any:
    """The value of a field; `vendor.name` is found inside `vendor` unless a field has that very name."""
    found: Any = record
    mapping = _mapping(record)
    if name in mapping:
        return mapping[name]
    for part in str(name).split("."):
        if found is None:
            return None
        found = _mapping(found).get(part) if isinstance(found, Mapping) or hasattr(found, "__dict__") else None
    return found


def _filled(value: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, float | Decimal):
        return not math.isnan(value)
    if isinstance(value, Mapping | list | tuple | AbstractSet | bytes):
        return len(value) > 0
    return True


def _amount_type(value: Any) -> str:
    if not _filled(value):
        return "missing"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Decimal):
        return "number"
    if not isinstance(value, str):
        return "other"
    text = value.strip()
    if _PLAIN_NUMBER.fullmatch(text):
        return "number as text"
    if _COMMA_NUMBER.fullmatch(text):
        return "number as text, decimal comma"
    if _GROUPED_NUMBER.fullmatch(text):
        return "number as text, grouped"
    return "text with a number" if any(letter.isdigit() for letter in text) else "text"


def _date_format(value: Any) -> str:
    """How a date is written, in the words of the data audit: yyyy-mm-dd, dd/mm/yyyy, ... or "unknown"."""
    if not _filled(value):
        return "missing"
    if isinstance(value, datetime | date):
        return "date and time" if isinstance(value, datetime) else "date"
    if not isinstance(value, str):
        return "number" if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else "unknown"
    found = _DATE.fullmatch(value.strip()[:60])
    if found is None:
        return "unknown"
    name = _day_name(found)
    return name if name == "impossible" else name + _clock_name(found["clock"] or "")


def _day_name(found: re.Match[str]) -> str:
    if found["compact"]:
        text = found["compact"]
        return "yyyymmdd" if _exists(text[:4], text[4:6], text[6:]) else "impossible"
    if found["year"]:
        mark = found["mark"]
        return f"yyyy{mark}mm{mark}dd" if _exists(found["year"], found["month"], found["day"]) else "impossible"
    mark, year = found["other_mark"], found["last"]
    written = "yyyy" if len(year) == 4 else "yy"
    full_year = year if len(year) == 4 else f"20{year}"
    day_first = _exists(full_year, found["second"], found["first"])
    month_first = _exists(full_year, found["first"], found["second"])
    names = {"day": f"dd{mark}mm{mark}{written}", "month": f"mm{mark}dd{mark}{written}"}
    if day_first and month_first and int(found["first"]) != int(found["second"]) and mark != ".":
        return f"{names['day']} or {names['month']}"
    if not day_first and not month_first:
        return "impossible"
    return names["day"] if day_first else names["month"]


def _exists(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _clock_name(clock: str) -> str:
    if not clock:
        return ""
    zone = _ZONE.search(clock)
    bare = clock[: zone.start()] if zone else clock
    written = "hh:mm:ss" if bare.count(":") == 2 else "hh:mm"
    return ("T" if clock[0] in "Tt" else " ") + written + (" zone" if zone else "")


_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMA_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:[. '][0-9]{3})+),[0-9]{1,2}")
_GROUPED_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:[, '_][0-9]{3})+(?:\.[0-9]+)?")
_DATE = re.compile(
    r"(?:(?P<compact>(?:1[89]|20|21)[0-9]{6})"
    r"|(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    r"|(?P<first>[0-9]{1,2})(?P<other_mark>[-/.])(?P<second>[0-9]{1,2})(?P=other_mark)(?P<last>[0-9]{4}|[0-9]{2}))"
    r"(?P<clock>(?:[Tt]|,? )[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?: ?(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_ZONE = re.compile(r"(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})$")
