"""Records drawn from an audited sample for people to look at: by tier, by lot, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readiness.audit.report import AuditReport, Tier
from readiness.errors import UnknownFieldError
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WORST_FIRST = tuple(reversed(Tier))


@dataclass(frozen=True, slots=True)
class DrawnRecord:
    """One record as the file has it. `line_text` is the raw line where it does not fit the header."""

    record: int  # 1-based, in file order
    cells: dict[str, str | None]
    line_text: str | None = None


def draw_by_tier(
    connection: DuckDBPyConnection, report: AuditReport, wanted: Mapping[str, int], seed: int
) -> list[tuple[int, Tier]]:
    """As many records of each tier as `wanted`, with their tiers, in the order of their lots.

    A record's lot is the MD5 of the seed and its number, so one seed draws the same records of the same sample in
    every version of the database, and more records of a tier are those before and some others. Needs the tables that
    the audit of `report` left in the connection.
    """
    drawn: list[tuple[int, int, Tier]] = []
    for tier in Tier:
        count = wanted.get(tier.value, 0)
        if count > 0:
            drawn += [(lot, record, tier) for lot, record in _lots(connection, report, tier, seed, count)]
    return [(record, tier) for _, record, tier in sorted(drawn, key=lambda one: one[:2])]


def records_by_number(
    connection: DuckDBPyConnection, fields: Sequence[str], numbers: Sequence[int]
) -> dict[int, DrawnRecord]:
    """Number -> record, of those that are there. `fields` are all fields of the sample, in file order."""
    cells = ", ".join(f"c{position}" for position in range(len(fields)))
    rows = connection.execute(
        f"SELECT record, line_text, list_value({cells}) FROM records WHERE list_contains(?::BIGINT[], record)",
        [list(numbers)],
    ).fetchall()
    return {
        record: DrawnRecord(record, dict(zip(fields, texts, strict=True)), line_text)
        for record, line_text, texts in rows
    }


def values_of(connection: DuckDBPyConnection, fields: Sequence[str], field: str, *, most: int) -> list[str]:
    """The first `most` values of a field that are not blank, trimmed, the most frequent first."""
    if field not in fields:
        raise UnknownFieldError(field, fields)
    value = f"trim(c{list(fields).index(field)})"
    rows = connection.execute(
        f"SELECT {value} AS shown FROM records WHERE {value} <> '' GROUP BY shown "
        "ORDER BY count(*) DESC, shown LIMIT ?",
        [most],
    ).fetchall()
    return [text for (text,) in rows]


def _lots(
    connection: DuckDBPyConnection, report: AuditReport, tier: Tier, seed: int, count: int
) -> list[tuple[int, int]]:
    """(lot, record) of the `count` records of a tier with the lowest lots."""
    lot = f"md5_number_lower({quote_literal(str(seed))} || '/' || r.record)"
    rows = connection.execute(
        f"SELECT {lot} AS lot, r.record FROM records AS r WHERE {_is_of(report, tier)} ORDER BY lot, r.record LIMIT ?",
        [count],
    ).fetchall()
    return [(int(drawn), int(record)) for drawn, record in rows]


def _is_of(report: AuditReport, tier: Tier) -> str:
    """SQL: the record's worst problem is of this tier; of the clean tier, it has none."""
    own = _has_problem_of(report, [tier]) if tier is not Tier.CLEAN else "true"
    worse = _has_problem_of(report, _WORST_FIRST[: _WORST_FIRST.index(tier)])
    return f"{own} AND NOT {worse}"


def _has_problem_of(report: AuditReport, tiers: Sequence[Tier]) -> str:
    cases = ", ".join(quote_literal(case.id) for case in report.edge_cases if case.tier in tiers)
    return f"r.record IN (SELECT record FROM problems WHERE edge_case IN ({cases}))" if cases else "false"
