"""What a further check may read of an audit that is running, and where it puts what it finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from readiness.audit.checks import Check
from readiness.audit.dialect import bytes_of
from readiness.audit.report import Hint, LabelAgreement
from readiness.audit.rules import FieldRule, FieldRules
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_FIELDS = 512  # that are looked at closely: for masks, fillers, unusual and misplaced values
_LOOKED_AT, _FEW_FIELDS = 50_000, 100  # records, fields

FINE, BLANK, UNSETTLED, WORD, KEPT = 0, 1, 2, 3, 4  # a cell's verdict; kept: a word that the rule says is a value


@dataclass(frozen=True, slots=True)
class Case:
    """An edge case while its records are being found."""

    check: Check
    field: str = ""

    @property
    def id(self) -> str:
        return f"{self.check.kind}: {self.field}" if self.field else self.check.kind

    @property
    def title(self) -> str:
        return f"{self.check.title}: {self.field}" if self.field else self.check.title


@dataclass(slots=True)
class Findings:
    """The audited sample as a check sees it, and what was found so far.

    Tables of the connection: `records` (record, line, fault, line_text, c0, c1, ...), `verdicts` (record, row_hash, and
    v0, v1, ... for each checked field: FINE, BLANK, UNSETTLED, WORD or KEPT), `problems` (see PROBLEM_COLUMNS).
    """

    connection: DuckDBPyConnection
    rules: FieldRules
    sound: str = "(SELECT * FROM records WHERE fault IS NULL)"  # SQL relation: the records whose cells are checked
    records: int = 0  # all of them, those that do not fit the header included
    distinct: Mapping[int, int] = field(default_factory=dict)  # position -> different values, about
    cases: dict[str, Case] = field(default_factory=dict)
    hints: list[Hint] = field(default_factory=list)
    agreement: list[LabelAgreement] = field(default_factory=list)

    @property
    def looked_at(self) -> tuple[FieldRule, ...]:
        """The checked fields that are looked at closely, one by one: not thousands of them."""
        return self.checked[:MOST_FIELDS]

    @property
    def checked(self) -> tuple[FieldRule, ...]:
        return tuple(rule for rule in self.rules.rules if rule.check)

    def problems(self, check: Check, rows: str, *, fields: str = "", position: int | None = None) -> None:
        """Adds `rows` (record, line, value, reason) to the problem list; at most one row a record.

        `fields` is the field's name, or several joined as the edge case's title shall read; `position` is the field
        whose cell is wrong, None where the whole record is concerned.
        """
        case = Case(check, fields)
        self.cases[case.id] = case
        name = quote_literal(fields) if fields else "''"
        place = "NULL" if position is None else str(position)
        self.connection.execute(
            f"INSERT INTO problems SELECT record, line, {name}, {place}, {quote_literal(case.id)}, value, reason "
            f"FROM ({rows}) AS found(record, line, value, reason)"
        )

    def filled(self, rule: FieldRule) -> str:
        """SQL relation (record, line, value) of the field's cells that hold a value, neither blank nor a missing word.

        `rule` must be a checked field's.
        """
        return (
            f"(SELECT r.record, r.line, r.c{rule.position} AS value FROM records AS r JOIN verdicts AS v ON r.record = "
            f"v.record WHERE v.v{rule.position} IN ({FINE}, {UNSETTLED}, {KEPT}))"
        )

    def is_plain(self, rules: Iterable[FieldRule]) -> bool:
        """Whether these fields are known to hold ASCII alone, so that tests for other characters can be left out.

        False without a look where there are many records or fields: there the tests cost less than the look.
        """
        columns = [f"c{rule.position}" for rule in rules]
        if self.records > _LOOKED_AT or len(columns) > _FEW_FIELDS:
            return False
        wide = [f"max({bytes_of(column)} - length({column}))" for column in columns]
        return not wide or not any(self.one(f"SELECT {', '.join(wide)} FROM {self.sound}"))

    def rows(self, query: str) -> list[Any]:
        """The rows of a query, as tuples."""
        return self.connection.execute(query).fetchall()

    def one(self, query: str) -> Any:
        """The first row of a query; () where there is none."""
        return self.connection.execute(query).fetchone() or ()
