"""Numbers and dates that stand for a missing value, such as 9999 or 1900-01-01, told by the values around them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from readiness.audit.dialect import full_match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

_NINES = r"9{3,9}(?:\.0+)?"
_MINUS = r"-(?:1|9{1,6})(?:\.0+)?"
_FEWEST = 3  # a placeholder number repeats; one such value may be a measurement
_DAYS = (
    (1, 1, 1), (1111, 11, 11), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1901, 1, 1), (1970, 1, 1),
    (2999, 12, 31), (9999, 12, 31), (9999, 1, 1),
)  # fmt: skip
_YEARS_APART = 10


def placeholder_values(
    connection: DuckDBPyConnection, *, numbers: Sequence[int], dates: Sequence[int]
) -> dict[int, dict[str, int]]:
    """By position: values, as written, that stand far from all others and are known as fillers, with their records.

    A run of nines counts when it is more than ten times the next largest value, a minus one (or nines) when nothing
    else is negative, a date when no other one lies within ten years. Reads sampled_values and sampled_dates.
    """
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for positions, query in ((numbers, _number_query), (dates, _date_query)):
        if positions:
            for position, value, count in connection.execute(query(positions)).fetchall():
                found[position][value] = int(count)
    return dict(found)


def _number_query(positions: Sequence[int]) -> str:
    number = "TRY_CAST(text AS DOUBLE)"
    counted = (
        f"SELECT position, value, n, {number} AS number, {full_match('text', _NINES)} AS nines, "
        f"{full_match('text', _MINUS)} AS minus FROM sampled_values WHERE position IN {_listed(positions)} AND "
        f"{number} IS NOT NULL"
    )
    around = (
        "SELECT position, max(number) FILTER (WHERE NOT nines) AS largest, min(number) FILTER (WHERE NOT minus) AS "
        "least "
        f"FROM ({counted}) GROUP BY position"
    )
    return (
        f"SELECT one.position, value, n FROM ({counted}) AS one JOIN ({around}) AS around ON one.position = "
        "around.position "
        f"WHERE n >= {_FEWEST} AND ((nines AND number > 10 * greatest(largest, 1)) OR (minus AND least >= 0)) "
        "ORDER BY one.position, value"
    )


def _date_query(positions: Sequence[int]) -> str:
    known = " OR ".join(f"(year_a = {year} AND month_a = {month} AND day_a = {day})" for year, month, day in _DAYS)
    marked = (
        f"SELECT position, value, n, year_a, ({known}) AS known FROM sampled_dates "
        f"WHERE position IN {_listed(positions)} AND date_fault <> 'impossible'"
    )
    near = f"SELECT 1 FROM ({marked}) AS other WHERE other.position = one.position AND NOT other.known"
    return (
        f"SELECT position, value, n FROM ({marked}) AS one WHERE known AND EXISTS ({near}) "
        f"AND NOT EXISTS ({near} AND abs(other.year_a - one.year_a) < {_YEARS_APART}) ORDER BY position, value"
    )


def _listed(positions: Sequence[int]) -> str:
    return "(" + ", ".join(str(position) for position in positions) + ")"
