"""How often each characteristic of the inputs had which value on each day, as one small table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from readiness.operation.zones import day_expression

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OTHER_VALUES = "other values"
MOST_VALUES_KEPT = 1_000  # of one characteristic; the rarer ones are counted together


def count_characteristics(
    connection: DuckDBPyConnection,
    characteristics: Sequence[str],
    zone: ZoneInfo,
    first: datetime | None,
    last: datetime | None,
) -> None:
    """Leaves the table `seen` (day, place of the characteristic, value, n) beside `records`."""
    connection.execute("CREATE TABLE seen (day DATE, place INTEGER, value VARCHAR, n BIGINT)")
    if first is None or last is None:
        return
    day = day_expression("moment", zone, first, last + timedelta(seconds=1))
    for place, _ in enumerate(characteristics):
        column = f"x{place}"
        connection.execute(
            f"CREATE TEMP TABLE counted AS SELECT {day} AS day, {column} AS value, count(*) AS n FROM records "
            f"WHERE {column} IS NOT NULL GROUP BY 1, 2"
        )
        connection.execute(
            "INSERT INTO seen WITH frequent AS (SELECT value FROM counted GROUP BY value ORDER BY sum(n) DESC, value "
            f"LIMIT {MOST_VALUES_KEPT}) SELECT day, {place}, CASE WHEN value IN (FROM frequent) THEN value "
            f"ELSE '{OTHER_VALUES}' END AS kept, sum(n) FROM counted GROUP BY ALL"
        )
        connection.execute("DROP TABLE counted")
