"""Lines that a log holds more than once: handed in twice, or in two files of a rotation that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readiness.operation.loading import LineState

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def set_repeated_apart(connection: DuckDBPyConnection) -> None:
    """Moves all but the first of lines that say the same into the table `repeated`.

    The same means: record id, time and everything that is read of the record, by a hash of 64 bits. Of ten million
    lines, two that differ share it by chance about once in 400,000 logs.
    """
    connection.execute(
        "CREATE TEMP TABLE again AS SELECT fingerprint, min(place) AS first FROM records WHERE state = "
        f"{LineState.RECORD:d} GROUP BY fingerprint HAVING count(*) > 1"
    )
    repeats = (
        f"SELECT r.rowid AS row_number, r.place, r.position, r.record_id, a.first FROM records r JOIN again a "
        f"USING (fingerprint) WHERE r.place <> a.first AND r.state = {LineState.RECORD:d}"
    )
    connection.execute(f"CREATE TABLE repeated AS {repeats}")
    connection.execute("DELETE FROM records WHERE rowid IN (SELECT row_number FROM repeated)")
    connection.execute("DROP TABLE again")
