"""From a log's text to typed outcome records in one table, as SQL: read as text first, then tried as types.

Every line becomes one of three things: a record; a line that was meant to be one and is broken, with the reason; or
another line of the log. A value that cannot be read stays out and is counted; its record stays in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING

from readiness.operation.fields import OUTCOMES, Layout, LogField, Path, unit_of
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PLACE_BITS = 40  # a place is the number of the file, then that of the line
LINE_MASK = (1 << PLACE_BITS) - 1
EARLIEST, LATEST = "2000-01-01", "2100-01-01"  # a time outside is a fault of the clock or of the reading


class LineState(IntEnum):
    """What became of a line."""

    RECORD = 0
    NOT_JSON = 1
    NO_ID = 2
    NO_TIME = 3
    UNREADABLE_TIME = 4
    STILL_TO_COME = 5
    OTHER = 9  # another line of the log: counted, not kept


class Flag(IntFlag):
    """What was noticed about the values of a record."""

    NAIVE_TIME = 1
    UNREADABLE_VALIDATION = 2
    UNREADABLE_CONFIDENCE = 4
    UNREADABLE_ROUTED = 8
    UNREADABLE_COST = 16
    UNREADABLE_DURATION = 32
    ROUTED_BY_RULE = 64  # not stated, so it follows from validation and confidence
    ROUTED_AGAINST_RULE = 128  # stated, and the rule says otherwise


_TEXTS = {
    LogField.MODEL_VERSION: 200,
    LogField.PROMPT_VERSION: 200,
    LogField.SOURCES: 2_000,
    LogField.REASON: 1_000,
    LogField.APPROVED_BY: 200,
}
_COLUMNS = (
    "place BIGINT, position BIGINT, state UTINYINT, flags USMALLINT, record_id VARCHAR, moment TIMESTAMP, "
    "validation_passed BOOLEAN, confidence DOUBLE, routed_to_human BOOLEAN, error_type VARCHAR, cost_usd DOUBLE, "
    "duration_ms DOUBLE, model_version VARCHAR, prompt_version VARCHAR, sources VARCHAR, reason VARCHAR, "
    "approved_by VARCHAR, detail VARCHAR, fingerprint UBIGINT"
)
_NO_ERROR = "('', 'none', 'null', 'nan', 'false', '-', 'ok')"
_WORDS_FOR_TRUE = "('1.0', 'pass', 'passed', 'ok', 'valid', 'success', 'j', 'ja', 'oui', 'on')"
_WORDS_FOR_FALSE = "('0.0', 'fail', 'failed', 'invalid', 'error', 'nein', 'non', 'off')"
# An offset, the name of a zone, or any other word behind the time: left to itself, the engine drops it in silence.
_OFFSET = r".*:[0-9.,]+ *(?:[+-][0-9]{2}(?::?[0-9]{2})?|[A-Za-z][A-Za-z_/+\-0-9]*) *"
_SPACED_OFFSET = r" +([+-][0-9:]+) *$"


@dataclass(frozen=True, slots=True)
class Source:
    """A relation with the columns line, position and text, and where in it the parts of a record are, as SQL."""

    relation: str
    fields: Mapping[LogField, str]
    characteristics: Mapping[str, str]
    broken: str = "false"  # whether a line was meant as a record and cannot be parsed
    has_outcome_names: str = "true"  # asked only where no outcome has a value


@dataclass(frozen=True, slots=True)
class Conventions:
    """What holds for the whole log."""

    zone: str  # of times without an offset
    routed_below: float
    characteristics: tuple[str, ...]
    latest: datetime | None = None  # UTC; what happened after it has not happened yet


def create_records(connection: DuckDBPyConnection, conventions: Conventions) -> None:
    extra = "".join(f", x{place} VARCHAR" for place in range(len(conventions.characteristics)))
    connection.execute(f"CREATE TABLE records ({_COLUMNS}{extra})")


def json_source(relation: str, layout: Layout, *, wrapper: Path | None, prefixed: bool) -> Source:
    """Lines of JSON. With a `wrapper` the record is text inside another object; `prefixed` ones begin before it."""
    pointers: dict[Path, int] = {}

    def taken(path: Path) -> str:
        return f"parts[{pointers.setdefault(path, len(pointers) + 1)}]"

    fields = {
        field: _first([_scaled(taken(path), field, path) for path in paths]) for field, paths in layout.fields.items()
    }
    inputs = {name: taken(path) for name, path in layout.characteristics.items()}
    listed = ", ".join(quote_literal(pointer(path)) for path in pointers)
    text = "text"
    if prefixed:
        text = "CASE WHEN text[1] = '{' THEN text ELSE substr(text, greatest(1, strpos(text, '{'))) END"
    inner = f"SELECT line, position, {text} AS text FROM {relation}"
    if wrapper is not None:
        unwrapped = f"json_extract_string(text, {quote_literal(pointer(wrapper))})"
        inner = (
            f"SELECT line, position, CASE WHEN json_valid(text) THEN coalesce({unwrapped}, text) ELSE text END AS text "
            f"FROM ({inner})"
        )
    parts = (
        f"SELECT *, CASE WHEN json_valid(text) THEN json_extract_string(text, [{listed}]) END AS parts FROM ({inner})"
    )
    names = [path[-1] for paths in layout.fields.values() for path in paths]
    outcomes = [path[-1] for field in OUTCOMES for path in layout.fields.get(field, ())]
    return Source(
        f"({parts})",
        fields,
        inputs,
        broken=f"CASE WHEN parts IS NULL THEN ltrim(text)[1] = '{{' OR {_names_any(names)} ELSE false END",
        has_outcome_names=f"CASE WHEN parts IS NULL THEN false ELSE {_names_any(outcomes)} END",
    )


def table_source(relation: str, columns: Mapping[str, str], layout: Layout) -> Source:
    """Rows of a table; `columns` gives the SQL of each column that the layout names."""

    def taken(path: Path) -> str:
        cell = f"nullif(trim({columns[path[0]]}), '')"
        if len(path) == 1:
            return cell
        inner = f"json_extract_string({cell}, {quote_literal(pointer(path[1:]))})"
        return f"CASE WHEN json_valid({cell}) THEN {inner} END"

    fields = {
        field: _first([_scaled(taken(path), field, path) for path in paths]) for field, paths in layout.fields.items()
    }
    inputs = {name: taken(path) for name, path in layout.characteristics.items()}
    return Source(relation, fields, inputs)


@dataclass(slots=True)
class Loaded:
    """What became of lines that were looked at."""

    records: int = 0
    broken: int = 0  # counted; those that are kept may be fewer
    other: int = 0

    def add(self, more: Loaded) -> None:
        self.records += more.records
        self.broken += more.broken
        self.other += more.other


def load(
    connection: DuckDBPyConnection, source: Source, conventions: Conventions, *, file: int, lines: int, room: int
) -> Loaded:
    """What became of the `lines` of the source: its records and the first `room` broken lines are in `records` now.

    The other broken ones are counted: a packed file of a few kilobytes can hold millions of broken lines.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE part AS {_select(source, conventions, file)}")
    broken = f"FROM part WHERE state <> {LineState.RECORD:d}"
    found = Loaded(*_counts(connection, f"INSERT INTO records FROM part WHERE state = {LineState.RECORD:d}"))
    found.broken = _counts(connection, f"SELECT count(*) {broken}")[0]
    if found.broken and room:
        connection.execute(f"INSERT INTO records {broken} ORDER BY place LIMIT {room:d}")
    connection.execute("DROP TABLE part")
    found.other = lines - found.records - found.broken
    return found


def load_at_once(
    connection: DuckDBPyConnection, source: Source, conventions: Conventions, *, file: int, lines: int, room: int
) -> Loaded:
    """The same for a source that is too large to be held beside the table: what is too much is taken out again."""
    kept = _counts(connection, f"INSERT INTO records {_select(source, conventions, file)}")[0]
    broken = f"FROM records WHERE place >= {file << PLACE_BITS} AND state <> {LineState.RECORD:d}"
    found = Loaded(broken=_counts(connection, f"SELECT count(*) {broken}")[0])
    if found.broken > room:
        first = f"SELECT place {broken} ORDER BY place LIMIT {room:d}"
        connection.execute(f"DELETE {broken} AND place NOT IN ({first})")
    found.records, found.other = kept - found.broken, lines - kept
    return found


def _counts(connection: DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    return tuple(int(row[0]) for row in connection.execute(sql).fetchall())  # to its end, as others come after it


def pointer(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path: unlike a JSON path it has no character that means more than itself."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)


def _select(source: Source, conventions: Conventions, file: int) -> str:
    raw = ", ".join(f"{source.fields.get(field, 'CAST(NULL AS VARCHAR)')} AS raw_{field}" for field in LogField)
    inputs = "".join(
        f", left({source.characteristics.get(name, 'CAST(NULL AS VARCHAR)')}, 60) AS x{place}"
        for place, name in enumerate(conventions.characteristics)
    )
    outcomes = ", ".join(source.fields.get(field, "NULL") for field in OUTCOMES)
    texts = (
        f"SELECT line, position, text, {source.broken} AS broken, CASE WHEN coalesce({outcomes}) IS NULL THEN "
        f"{source.has_outcome_names} ELSE true END AS has_outcome, {raw}{inputs} FROM {source.relation}"
    )
    typed = f"SELECT *, {_typed(conventions.zone)} FROM ({texts})"
    state = _state(conventions.latest)
    judged = (
        f"SELECT *, {state} AS state, coalesce(NOT passed, false) OR coalesce(sure < {conventions.routed_below!r}, "
        f"false) AS by_rule, passed IS NOT NULL OR sure IS NOT NULL AS has_rule FROM ({typed})"
    )
    texts_kept = ", ".join(f"left(raw_{field}, {length}) AS {field}" for field, length in _TEXTS.items())
    kept = "".join(f", x{place}" for place in range(len(conventions.characteristics)))
    return (
        f"SELECT {file << PLACE_BITS} + line AS place, position, state, {_flags()}, left(raw_record_id, 500) "
        "AS record_id, "
        "moment, passed, sure, coalesce(stated, CASE WHEN has_rule THEN by_rule END) AS routed, error, cost, took, "
        f"{texts_kept}, CASE WHEN state <> {LineState.RECORD:d} THEN rtrim(left(text, 300), chr(10) || chr(13)) END, "
        f"{_fingerprint()}{kept} FROM ({judged}) WHERE state <> {LineState.OTHER:d}"
    )


def _typed(zone: str) -> str:
    return (
        f"{_moment('raw_time', zone)} AS moment, {_truth('raw_validation_passed')} AS passed, "
        f"{_number('raw_confidence', 1)} AS sure, {_truth('raw_routed_to_human')} AS stated, "
        f"CASE WHEN lower(trim(raw_error_type)) NOT IN {_NO_ERROR} THEN left(raw_error_type, 120) END AS error, "
        f"{_number('raw_cost_usd')} AS cost, {_number('raw_duration_ms')} AS took"
    )


def _state(latest: datetime | None) -> str:
    ahead = f"moment > TIMESTAMP '{latest:%Y-%m-%d %H:%M:%S}'" if latest is not None else "false"
    in_time = f"moment >= TIMESTAMP '{EARLIEST}' AND moment < TIMESTAMP '{LATEST}'"
    return (
        f"CASE WHEN broken THEN {LineState.NOT_JSON:d} WHEN NOT has_outcome THEN {LineState.OTHER:d} "
        f"WHEN raw_record_id IS NULL OR raw_record_id = '' THEN {LineState.NO_ID:d} WHEN raw_time IS NULL THEN "
        f"{LineState.NO_TIME:d} WHEN NOT coalesce({in_time}, false) THEN {LineState.UNREADABLE_TIME:d} WHEN {ahead} "
        f"THEN {LineState.STILL_TO_COME:d} ELSE {LineState.RECORD:d} END"
    )


def _flags() -> str:
    tests = {
        Flag.NAIVE_TIME: _is_naive("raw_time"),
        Flag.UNREADABLE_VALIDATION: "raw_validation_passed IS NOT NULL AND passed IS NULL",
        Flag.UNREADABLE_CONFIDENCE: "raw_confidence IS NOT NULL AND sure IS NULL",
        Flag.UNREADABLE_ROUTED: "raw_routed_to_human IS NOT NULL AND stated IS NULL",
        Flag.UNREADABLE_COST: "raw_cost_usd IS NOT NULL AND cost IS NULL",
        Flag.UNREADABLE_DURATION: "raw_duration_ms IS NOT NULL AND took IS NULL",
        Flag.ROUTED_BY_RULE: "stated IS NULL AND has_rule",
        Flag.ROUTED_AGAINST_RULE: "stated IS NOT NULL AND has_rule AND stated <> by_rule",
    }
    return " + ".join(f"CAST(coalesce({test}, false) AS USMALLINT) * {flag:d}" for flag, test in tests.items())


def _fingerprint() -> str:
    """Equal for lines that say the same of the same item at the same time, however they are written."""
    texts = ", ".join(f"raw_{field}" for field in _TEXTS)
    return f"hash(raw_record_id, moment, passed, sure, stated, error, cost, took, {texts})"


def _moment(text: str, zone: str) -> str:
    """A time as UTC: with an offset, without one (in `zone`), or as seconds, milli-, micro- or nanoseconds."""
    local = f"TRY_CAST({text} AS TIMESTAMP)"
    with_point = f"replace({text}, ',', '.')"  # as ISO 8601 and Java's logging write fractions, too
    utc = f"{local}, try_strptime({text}, '%Y%m%dT%H%M%SZ'), TRY_CAST({with_point} AS TIMESTAMP)"
    joined = f"regexp_replace({with_point}, {quote_literal(_SPACED_OFFSET)}, '\\1')"
    shifted = f"TRY_CAST({text} AS TIMESTAMPTZ), TRY_CAST({joined} AS TIMESTAMPTZ)"
    other = f"coalesce({_from_epoch(text)}, {_in_zone(_odd_time(text), zone)})"
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN {_is_utc(text)} THEN coalesce({utc}) "
        f"WHEN {_has_offset(text)} THEN CAST(coalesce({shifted}) AS TIMESTAMP) "
        f"ELSE coalesce({_in_zone(local, zone)}, {other}) END"
    )


def _odd_time(text: str) -> str:
    return (
        f"coalesce(TRY_CAST(replace({text}, ',', '.') AS TIMESTAMP), try_strptime({text}, '%Y/%m/%d %H:%M:%S'), "
        f"try_strptime({text}, '%Y%m%dT%H%M%S'))"
    )


def _from_epoch(text: str) -> str:
    """Since 1970; the unit is told by the size, as each covers the years 2000 to 2100 without meeting the next."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    cases = " ".join(
        f"WHEN {number} BETWEEN {9e8 * unit!r} AND {4.2e9 * unit!r} "
        f"THEN make_timestamp(CAST({number} * {1e6 / unit!r} AS BIGINT))"
        for unit in (1.0, 1e3, 1e6, 1e9)
    )
    return f"CASE {cases} END"


def _in_zone(local: str, zone: str) -> str:
    return local if zone == "UTC" else f"CAST(timezone({quote_literal(zone)}, {local}) AS TIMESTAMP)"


def _is_utc(text: str) -> str:
    return f"(suffix({text}, 'Z') OR suffix({text}, '+00:00'))"


def _has_offset(text: str) -> str:
    return f"regexp_full_match({text}, {quote_literal(_OFFSET)})"


def _is_naive(text: str) -> str:
    return (
        f"CASE WHEN {text} IS NULL OR {_is_utc(text)} THEN false WHEN {_has_offset(text)} THEN false ELSE "
        f"TRY_CAST({text} AS DOUBLE) IS NULL END"
    )


def _truth(text: str) -> str:
    word = f"lower(trim({text}))"
    return (
        f"coalesce(TRY_CAST({text} AS BOOLEAN), CASE WHEN {text} IS NULL THEN NULL WHEN {word} IN {_WORDS_FOR_TRUE} "
        f"THEN true WHEN {word} IN {_WORDS_FOR_FALSE} THEN false ELSE TRY_CAST(trim({text}) AS BOOLEAN) END)"
    )


def _number(text: str, most: float = 1e12) -> str:
    """A number from 0 to `most`; a cost or a duration above a million million is none."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    return f"CASE WHEN {number} BETWEEN 0 AND {most!r} THEN {number} END"


def _scaled(value: str, field: LogField, path: Path) -> str:
    unit = unit_of(path) if field is LogField.DURATION_MS else 1.0
    return value if unit == 1.0 else f"coalesce(CAST(TRY_CAST({value} AS DOUBLE) * {unit!r} AS VARCHAR), {value})"


def _first(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def _names_any(names: Sequence[str]) -> str:
    """Whether the text names one of these keys, in quotes as JSON has them."""
    tests = [f"contains(text, {quote_literal(chr(34) + name + chr(34))})" for name in dict.fromkeys(names)]
    return f"({' OR '.join(tests)})" if tests else "false"
