"""The results of one evaluation run, read from a CSV or JSON Lines file that anybody may have made.

Read are the case id and whether the output was correct, or its score from 0 to 1. Where neither stands in the file,
`expected` and `actual` are compared, as text without white space at their ends. Of these texts nothing is kept.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from typing import Any, BinaryIO

from readiness.errors import EmptyFileError, FileTooLargeError, UnreadableFileError

MOST_CASES = 1_000_000
MOST_BYTES = 200 * 1024**2  # what the dashboard takes
MOST_LINE_BYTES = 4 * 1024**2
LONGEST_CASE_ID = 100  # characters
RESULT_TYPES = ("csv", "tsv", "jsonl", "ndjson")

CASE_NAMES = ("case_id", "case", "id", "record_id", "record")
CORRECT_NAMES = ("correct", "is_correct", "passed", "pass", "result")
SCORE_NAMES = ("score",)
EXPECTED_NAMES = ("expected", "expected_output")
ACTUAL_NAMES = ("actual", "actual_output", "output")
_YES = {"yes", "y", "true", "t", "1", "1.0", "pass", "passed", "correct", "right"}
_NO = {"no", "n", "false", "f", "0", "0.0", "fail", "failed", "incorrect", "wrong"}
_DELIMITERS = (",", ";", "\t")
_ADVICE = "It needs a column case_id, and one named correct (yes or no) or score (0 to 1)."
_ALL_OR_NOTHING = "Nothing was taken over; put it right and upload it again."


@dataclass(frozen=True, slots=True)
class CaseResults:
    """Each case once, in the order of the file, with its result from 0 (wrong) to 1 (correct)."""

    cases: tuple[str, ...]
    results: tuple[float, ...]

    @property
    def is_yes_or_no(self) -> bool:
        """Whether every result is plainly right or wrong."""
        return set(self.results) <= {0.0, 1.0}


def read_case_results(name: str, stream: BinaryIO) -> CaseResults:
    """The results of a file. Raises UnreadableFileError with the line that is wrong; then nothing of it counts."""
    lines = _lines(name, stream)
    first = next((line for line in lines if line[1].strip()), None)
    if first is None:
        raise EmptyFileError(name)
    number, text = first
    if text.lstrip().startswith(("{", "[")):
        return _collected(name, _objects(name, number, text, lines))
    return _collected(name, _rows(name, number, text, lines))


def _lines(name: str, stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; empty ones too, which may stand within a quoted cell."""
    read = 0
    number = 0
    while line := stream.readline(MOST_LINE_BYTES + 1):
        number += 1
        read += len(line)
        if len(line) > MOST_LINE_BYTES:
            raise FileTooLargeError(name, f"line {number:,} is longer than {MOST_LINE_BYTES:,} bytes")
        if read > MOST_BYTES:
            raise FileTooLargeError(name, f"it is larger than {MOST_BYTES // 1024**2} MB")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as exc:
            raise UnreadableFileError(name, f"line {number:,} is not in UTF-8", "Save the file as UTF-8.") from exc
        if "\0" in text:
            raise UnreadableFileError(name, f"line {number:,} holds a character that no text has", _ADVICE)
        yield number, text


# --- CSV ----------------------------------------------------------------------------------------------------------


def _rows(name: str, number: int, header: str, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, Any, Any]]:
    rows = _split(name, chain([(number, header)], lines), max(_DELIMITERS, key=header.count))
    titles = [title.strip().casefold() for title in next(rows, (number, []))[1]]
    case = _case_column(name, titles)
    for at, row in rows:
        if len(row) != len(titles):
            reason = f"line {at:,} has {len(row)} cells where the header has {len(titles)}"
            raise UnreadableFileError(name, reason, _ALL_OR_NOTHING)
        yield at, row[case], _said(dict(zip(titles, row, strict=True)))


def _split(name: str, lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the number of its last line."""
    at = 0

    def texts() -> Iterator[str]:
        nonlocal at
        for number, text in lines:
            at = number
            yield text

    try:
        for row in csv.reader(texts(), delimiter=delimiter, strict=True):
            if any(cell.strip() for cell in row):
                yield at, row
    except csv.Error as exc:
        raise UnreadableFileError(name, f"line {at:,} cannot be split into cells", _ADVICE) from exc


def _case_column(name: str, titles: Sequence[str]) -> int:
    """The place of the case id among the columns, which must also say a result."""
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice is not None:
        raise UnreadableFileError(name, f"the column {twice!r} is there twice", _ADVICE)
    case = _first(CASE_NAMES, titles)
    if case is None:
        raise UnreadableFileError(name, "no column names the case", _ADVICE)
    if not _has_result(titles):
        raise UnreadableFileError(name, "no column says whether a case is correct", _ADVICE)
    return list(titles).index(case)


# --- JSON Lines ---------------------------------------------------------------------------------------------------


def _objects(name: str, number: int, first: str, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, Any, Any]]:
    yield _object(name, number, first)
    for at, text in lines:
        if text.strip():
            yield _object(name, at, text)


def _object(name: str, number: int, text: str) -> tuple[int, Any, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise UnreadableFileError(
            name, f"line {number:,} is no JSON object", "JSON Lines holds one object on each line."
        ) from exc
    if not isinstance(found, dict):
        raise UnreadableFileError(
            name, f"line {number:,} is no JSON object", "JSON Lines holds one object on each line."
        )
    cells = {str(key).strip().casefold(): value for key, value in found.items()}
    case = _first(CASE_NAMES, cells)
    if case is None or not _has_result(cells):
        what = "no case" if case is None else "no result"
        raise UnreadableFileError(name, f"line {number:,} has {what}", _ADVICE)
    return number, cells[case], _said(cells)


# --- both ---------------------------------------------------------------------------------------------------------


def _first(names: Sequence[str], present: Sequence[str] | Mapping[str, Any]) -> str | None:
    return next((name for name in names if name in present), None)


def _has_result(present: Sequence[str] | Mapping[str, Any]) -> bool:
    compared = _first(EXPECTED_NAMES, present) is not None and _first(ACTUAL_NAMES, present) is not None
    return compared or _first((*CORRECT_NAMES, *SCORE_NAMES), present) is not None


def _said(cells: Mapping[str, Any]) -> Any:
    """What a record says of its result: a yes or no before a score, and a comparison only without either."""
    named = _first((*CORRECT_NAMES, *SCORE_NAMES), cells)
    if named is not None:
        return cells[named]
    expected, actual = cells[_first(EXPECTED_NAMES, cells) or ""], cells[_first(ACTUAL_NAMES, cells) or ""]
    if isinstance(expected, str) and isinstance(actual, str):
        return expected.strip() == actual.strip()
    return bool(expected == actual)


def _collected(name: str, records: Iterator[tuple[int, Any, Any]]) -> CaseResults:
    seen: dict[str, int] = {}
    results: list[float] = []
    for number, case, said in records:
        if len(seen) >= MOST_CASES:
            raise FileTooLargeError(name, f"it has more than {MOST_CASES:,} cases")
        identifier = _case_id(name, number, case)
        if identifier in seen:
            raise UnreadableFileError(
                name,
                f"the case {identifier!r} is there twice, on lines {seen[identifier]:,} and {number:,}",
                "Each case has one result.",
            )
        seen[identifier] = number
        results.append(_result(name, number, identifier, said))
    if not seen:
        raise UnreadableFileError(name, "there is no case in it", _ADVICE)
    return CaseResults(tuple(seen), tuple(results))


def _case_id(name: str, number: int, case: Any) -> str:
    if isinstance(case, bool) or not isinstance(case, str | int):
        raise UnreadableFileError(name, f"the case on line {number:,} is neither text nor a whole number", _ADVICE)
    if isinstance(case, int) and abs(case) >= 10**LONGEST_CASE_ID:
        raise UnreadableFileError(
            name, f"the case on line {number:,} is longer than {LONGEST_CASE_ID} characters", _ALL_OR_NOTHING
        )
    identifier = str(case).strip()
    if not identifier:
        raise UnreadableFileError(name, f"line {number:,} names no case", _ALL_OR_NOTHING)
    if len(identifier) > LONGEST_CASE_ID:
        raise UnreadableFileError(
            name, f"the case on line {number:,} is longer than {LONGEST_CASE_ID} characters", _ALL_OR_NOTHING
        )
    if not identifier.isprintable():
        raise UnreadableFileError(
            name, f"the case on line {number:,} holds characters that cannot be shown", _ALL_OR_NOTHING
        )
    return identifier


def _result(name: str, number: int, case: str, said: Any) -> float:
    found = _number(said)
    if found is None:
        shown = "nothing" if said is None or said == "" else repr(str(said)[:40])
        raise UnreadableFileError(
            name,
            f"line {number:,} says {shown} for the case {case!r}",
            "A result is yes or no, or a score from 0 to 1.",
        )
    return found


def _number(said: Any) -> float | None:
    if isinstance(said, bool):
        return float(said)
    if isinstance(said, str):
        word = said.strip().casefold()
        if word in _YES or word in _NO:
            return float(word in _YES)
        try:
            said = float(word)
        except ValueError:
            return None
    if not isinstance(said, int | float) or not 0 <= said <= 1 or not isfinite(said):
        return None
    return float(said)
