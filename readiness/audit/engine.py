"""The audit: every check over all records in a few scans, the problem list as a table, and the report.

Each filled cell gets a verdict in one scan: fine, blank, a word for missing, or unsettled. Most cells are fine after
one cheap test; the distinct unsettled values are then judged by the checks. The tables `problems` and
`audited_fields` stay in the connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from readiness.audit.checks import (
    DISGUISED_MISSING,
    DUPLICATE_KEY,
    DUPLICATE_RECORD,
    FUSED_CELLS,
    LINE_CHECKS,
    MISSING_REQUIRED,
    Check,
    checks_of,
    format_of,
    is_decisive,
    is_plain_text,
    judged_values,
    surely_fine,
)
from readiness.audit.day_month import day_month_notes
from readiness.audit.dialect import distinct_about, long_form, planned_for, row_hash
from readiness.audit.findings import BLANK, FINE, KEPT, MOST_FIELDS, UNSETTLED, WORD, Case, Findings
from readiness.audit.further import STAGES
from readiness.audit.fused_cells import FusedPair, fused_pairs, fused_records, misfits, swallowed_values
from readiness.audit.masks import mask_formats
from readiness.audit.not_checked import not_checked
from readiness.audit.patterns import refuse_bad_patterns
from readiness.audit.reading.values import LineFault, Reading
from readiness.audit.repeats import judge_repeats, key_of
from readiness.audit.report import (
    AuditReport,
    Combination,
    EdgeCase,
    FieldProfile,
    FormatVariant,
    Hint,
    Tier,
    TierCount,
    share_value,
    summarise_reading,
)
from readiness.audit.rules import DATED, NUMERIC, FieldKind, FieldRule, FieldRules
from readiness.audit.sampling import refuse_small_population, sample_limits
from readiness.audit.suggestion import settled_rules
from readiness.audit.tokens import (
    CODES_FOR_MISSING,
    is_blank,
    is_blank_or_missing_word,
    is_empty,
    is_kept_word,
    records_of_signs,
)
from readiness.sql import quote_literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["audit_sample", "summarise_reading"]

Progress = Callable[[float, str], None]

_EXACT_DISTINCT = 200_000  # records up to which distinct values are counted exactly
_FIELDS_A_SCAN = 32  # every constant in a query costs the engine memory, so very wide samples are judged in parts
_WIDE = 100  # fields
_CHOICES = frozenset({FieldKind.CATEGORY, FieldKind.LABEL, FieldKind.COUNTRY, FieldKind.BOOLEAN})
_MOST_CODES = 0.3  # of a field; more of them say that the field is mostly not filled
_PADDING_SHARE = 0.02
_PARTS_JOINED = 5
_FIELDS_COUNTED = 8
_CELLS_COUNTED = 1_000_000  # up to which all fields' distinct values are counted in one table
_HALF = 1 << 40  # two counts share a number
_BITS = 62  # edge cases in one number when combinations are counted
_SWALLOWED_VALUES = 500  # a field with more different values is no list of choices to recognise one by
_EXAMPLE_LENGTH = 120
_UNCOMPARED = (
    LineFault.FILLER,
    LineFault.REPEATED_HEADER,
    LineFault.TOTAL,
)  # lines that are no records, so no duplicates


@dataclass(slots=True)
class _Tally:
    """What one field's cells came to."""

    checked: int = 0
    blank: int = 0
    words: int = 0
    kept: int = 0
    unsettled: int = 0
    distinct: int = 0
    tokens: dict[str, int] = field(default_factory=dict)
    formats: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)


def audit_sample(
    connection: DuckDBPyConnection,
    reading: Reading,
    rules: FieldRules,
    *,
    progress: Progress | None = None,
    population: int | None = None,
    core_only: bool = False,
) -> AuditReport:
    """The audit of the table `records` under `rules`; leaves `problems`, one row a record, field and edge case.

    `population` is how many records the sample was drawn from, for the intervals. `core_only` leaves out the checks
    beyond single cells, exact duplicates and broken lines. A field without a rule is checked as text. Raises
    UnknownFieldError for a rule about a field that is not there, and InvalidValueError for an expected format that is
    none or a population smaller than the sample.
    """
    refuse_small_population(population, reading.records)
    with planned_for(connection, reading.records, len(reading.fields)):
        return _audited(connection, reading, rules, progress or (lambda share, what: None), population, core_only)


def _audited(
    connection: DuckDBPyConnection,
    reading: Reading,
    rules: FieldRules,
    tell: Progress,
    population: int | None,
    core_only: bool,
) -> AuditReport:
    tell(0.0, "Preparing the rules")
    refuse_bad_patterns(connection, rules)
    audit = _Audit(connection, settled_rules(connection, reading, rules))
    audit.set_padding_apart()
    tell(0.1, "Checking every cell")
    audit.judge_cells()
    tell(0.5, "Judging unusual values")
    audit.list_value_problems()
    tell(0.7, "Looking for duplicates and broken lines")
    audit.list_line_problems()
    audit.list_swallowed()
    audit.list_duplicates()
    for place, stage in enumerate(() if core_only else STAGES):
        tell(0.75 + 0.2 * place / len(STAGES), stage.doing)
        stage.find(audit.findings)
    audit.say_what_was_left_out()
    tell(0.95, "Counting")
    report = audit.report(reading, population=population, core_only=core_only)
    audit.forget()
    tell(1.0, "Done")
    return report


class _Audit:
    """One run: the connection, the settled rules, and what was found so far."""

    def __init__(self, connection: DuckDBPyConnection, rules: FieldRules) -> None:
        self._connection = connection
        self._rules = rules
        self._checked = tuple(rule for rule in rules.rules if rule.check)
        self._tallies = {rule.position: _Tally() for rule in rules.rules}
        self.findings = Findings(connection, rules)
        self._records = 0
        connection.execute(
            "CREATE OR REPLACE TABLE problems (record BIGINT, line BIGINT, field VARCHAR, position INTEGER, "
            "edge_case VARCHAR, value VARCHAR, reason VARCHAR)"
        )
        connection.execute("CREATE OR REPLACE TABLE audited_fields (position INTEGER, field VARCHAR)")
        if rules.rules:
            rows = ", ".join(f"({rule.position}, {quote_literal(rule.field)})" for rule in rules.rules)
            connection.execute(f"INSERT INTO audited_fields VALUES {rows}")

    # --- lines of signs -------------------------------------------------------------------------------------------

    def set_padding_apart(self) -> None:
        """Records of signs alone, such as a drawn rule, are fillers that only an audit of all records can tell.

        Where they are more than a few, signs are what the fields hold.
        """
        cells = [f"c{rule.position}" for rule in self._rules.rules]
        faults = self._one("SELECT count(*) FROM records WHERE fault IS NOT NULL")[0]
        self._take_as_sound("fault IS NULL" if faults else "")
        if len(cells) < 2:
            return
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE padding AS {records_of_signs(self.findings.sound, cells)}"
        )
        count, sound = self._one(f"SELECT (SELECT count(*) FROM padding), (SELECT count(*) FROM {self.findings.sound})")
        if 0 < count <= max(1, _PADDING_SHARE * sound):
            self._take_as_sound("fault IS NULL AND record NOT IN (SELECT record FROM padding)")
            case = Case(LINE_CHECKS[LineFault.FILLER])
            self._insert(case, None, "SELECT record, line, NULL, 'nothing but signs' FROM padding")

    def _take_as_sound(self, condition: str) -> None:
        """The records of which each cell is checked. Of a wide sample they are copied: a query that selects from all of
        thousands of columns takes the engine longer to read than to run."""
        if not condition:
            self.findings.sound = "records"
        elif len(self._rules.rules) <= _WIDE:
            self.findings.sound = f"(SELECT * FROM records WHERE {condition})"
        else:
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE sound_records AS SELECT * FROM records WHERE {condition}"
            )
            self.findings.sound = "sound_records"

    # --- cells ----------------------------------------------------------------------------------------------------

    def judge_cells(self) -> None:
        """One scan gives every cell its verdict and every record its hash; a second one counts them."""
        cells = [f"c{rule.position}" for rule in self._rules.rules]
        whole = f"{row_hash(cells)} AS row_hash" if cells else "0 AS row_hash"
        first, *others = _parts(self._checked, _FIELDS_A_SCAN) or [()]
        tables = ["verdicts", *(f"verdicts_{place}" for place, _ in enumerate(others, start=1))]
        self._judge_fields(first, "verdicts", [whole])
        for table, rules in zip(tables[1:], others, strict=True):
            self._judge_fields(rules, table, [])
        self._join_parts(tables)
        self._count_verdicts()
        self._count_distinct()
        self.findings.distinct = {position: tally.distinct for position, tally in self._tallies.items()}
        self._keep_suspects()

    def _judge_fields(self, rules: Iterable[FieldRule], table: str, others: list[str]) -> None:
        verdicts = [f"{_verdict(rule)} AS v{rule.position}" for rule in rules]
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(['record', *others, *verdicts])} "
            f"FROM {self.findings.sound}"
        )

    def _join_parts(self, tables: list[str]) -> None:
        """Joins the parts to `verdicts`, a few at a time, so that each column is copied a few times at most."""
        while len(tables) > 1:
            joined = [tables[start : start + _PARTS_JOINED] for start in range(0, len(tables), _PARTS_JOINED)]
            for first, *others in joined:
                self._join_few(first, others)
            tables = [first for first, *_ in joined]

    def _join_few(self, first: str, others: list[str]) -> None:
        if not others:
            return
        joins = " ".join(f"JOIN {other} USING (record)" for other in others)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE joined_verdicts AS SELECT * FROM {first} {joins}")
        for table in (first, *others):
            self._connection.execute(f"DROP TABLE {table}")
        self._connection.execute(f"ALTER TABLE joined_verdicts RENAME TO {first}")

    def _count_verdicts(self) -> None:
        """Counts each field's verdicts, two in one sum: a condition for each would cost as much as the checks."""
        pairs = ((BLANK, UNSETTLED), (WORD, KEPT))
        for rules in _parts(self._checked, _FIELDS_A_SCAN):
            sums = [
                f"coalesce(sum(CASE v{rule.position} WHEN {low} THEN 1 WHEN {high} THEN {_HALF} ELSE 0 END), 0)"
                for rule in rules
                for low, high in pairs
            ]
            checked, *found = self._one(f"SELECT {', '.join(['count(*)', *sums])} FROM verdicts")
            for place, rule in enumerate(rules):
                tally = self._tallies[rule.position]
                tally.checked = checked
                tally.unsettled, tally.blank = divmod(int(found[2 * place]), _HALF)
                tally.kept, tally.words = divmod(int(found[2 * place + 1]), _HALF)
        self._records = self.findings.records = self._one("SELECT count(*) FROM records")[0]

    def _count_distinct(self) -> None:
        """Exact where the sample is small; each exact count builds a table, so only a few are taken at once."""
        exact = self._records <= _EXACT_DISTINCT
        if self._records * len(self._checked) <= _CELLS_COUNTED:
            self._count_distinct_together()
            return
        for rules in _parts(self._checked, _FIELDS_COUNTED if exact else _FIELDS_A_SCAN):
            columns = [f"c{rule.position}" for rule in rules]
            counts = [f"count(DISTINCT {column})" if exact else distinct_about(column) for column in columns]
            row = self._one(f"SELECT {', '.join(counts)} FROM {self.findings.sound}")
            for rule, count in zip(rules, row, strict=True):
                self._tallies[rule.position].distinct = count

    def _count_distinct_together(self) -> None:
        columns = [f"c{rule.position}" for rule in self._checked]
        if not columns:
            return
        cells = f"(SELECT {', '.join(columns)} FROM {self.findings.sound})"
        rows = self._connection.execute(
            f"SELECT name, count(*) FROM (SELECT DISTINCT name, value FROM {long_form(cells, columns)}) GROUP BY name"
        )
        for name, count in rows.fetchall():
            self._tallies[int(name[1:])].distinct = count

    def _keep_suspects(self) -> None:
        """The records with an unsettled cell, a word for missing, or a required cell blank, and those cells."""
        wanted = [rule for rule in self._checked if self._has_suspects(rule)]
        tests = [
            f"v{rule.position} IN ({BLANK}, {UNSETTLED}, {WORD})"
            if rule.required
            else f"v{rule.position} IN ({UNSETTLED}, {WORD})"
            for rule in wanted
        ]
        columns = [f"r.c{rule.position}, v.v{rule.position}" for rule in wanted]
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE suspects AS SELECT {', '.join(['r.record', 'r.line', *columns])} "
            f"FROM records AS r JOIN (SELECT * FROM verdicts WHERE {' OR '.join(tests) or 'false'}) AS v ON r.record "
            "= v.record"
        )

    def _has_suspects(self, rule: FieldRule) -> bool:
        tally = self._tallies[rule.position]
        return bool(tally.unsettled or tally.words or (rule.required and tally.blank))

    # --- values ---------------------------------------------------------------------------------------------------

    def list_value_problems(self) -> None:
        for rule in self._checked:
            tally = self._tallies[rule.position]
            if tally.words:
                self._count_words(rule)
            if rule.required and tally.blank + tally.words:
                self._list_missing(rule, Case(MISSING_REQUIRED, rule.field), (BLANK, WORD))
            elif tally.words and rule.kind in DATED | NUMERIC:
                self._list_missing(rule, Case(DISGUISED_MISSING, rule.field), (WORD,))
            elif tally.words and rule.kind in _CHOICES:
                self._list_codes_for_missing(rule, tally)
            if tally.unsettled:
                self._judge_unsettled(rule)
            if rule.unique:
                self._list_repeated_keys(rule)

    def _list_codes_for_missing(self, rule: FieldRule, tally: _Tally) -> None:
        """Lists `?`, `NULL` and their like among choices; `unknown` may be one of the choices and stays."""
        codes = sorted({token for token in tally.tokens if token.strip().lower() in CODES_FOR_MISSING})
        if sum(tally.tokens[code] for code in codes) > _MOST_CODES * tally.checked or not codes:
            return
        column = f"c{rule.position}"
        self._insert(
            Case(DISGUISED_MISSING, rule.field),
            rule,
            f"SELECT record, line, {column}, 'a code for missing stands among the choices' FROM suspects "
            f"WHERE v{rule.position} = {WORD} AND {column} IN ({', '.join(quote_literal(code) for code in codes)})",
        )

    def _count_words(self, rule: FieldRule) -> None:
        column = f"c{rule.position}"
        rows = self._connection.execute(
            f"SELECT {column}, count(*) FROM suspects WHERE v{rule.position} = {WORD} GROUP BY {column} ORDER BY "
            f"{column}"
        ).fetchall()
        self._tallies[rule.position].tokens = dict(rows)

    def _list_missing(self, rule: FieldRule, case: Case, verdicts: tuple[int, ...]) -> None:
        verdict = f"v{rule.position}"
        reason = f"CASE WHEN {verdict} = {BLANK} THEN 'empty' ELSE 'holds a word or filler that means missing' END"
        wanted = ", ".join(str(kind) for kind in verdicts)
        self._insert(
            case, rule, f"SELECT record, line, c{rule.position}, {reason} FROM suspects WHERE {verdict} IN ({wanted})"
        )

    def _judge_unsettled(self, rule: FieldRule) -> None:
        """Judges each distinct unsettled value once, then lists the records that hold a faulty one."""
        column, verdict = f"c{rule.position}", f"v{rule.position}"
        source = (
            f"(SELECT {column} AS value, count(*) AS n FROM suspects WHERE {verdict} = {UNSETTLED} GROUP BY {column})"
        )
        checks = checks_of(rule, odd_text=self._holds_odd_text(rule, source))
        faults = ", ".join(
            f"coalesce({check.fault(rule)}, false) AS fault{place}" for place, check in enumerate(checks)
        )
        reasons = ", ".join(
            f"CASE WHEN fault{place} THEN {check.why(rule)} END AS reason{place}" for place, check in enumerate(checks)
        )
        # The reasons stand outside, so that no pattern is prepared twice.
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE judged AS SELECT *, {reasons} FROM (SELECT *, {format_of(rule)} AS format, "
            f"{faults} FROM ({judged_values(rule, source)}))"
        )
        self._count_formats(rule)
        hits = self._one(
            "SELECT "
            + ", ".join(f"count(*) FILTER (WHERE fault{place})" for place in range(len(checks)))
            + " FROM judged"
        )
        for place, check in enumerate(checks):
            if hits[place]:
                self._insert(
                    Case(check, rule.field),
                    rule,
                    f"SELECT s.record, s.line, s.{column}, j.reason{place} FROM suspects AS s JOIN judged AS j "
                    f"ON s.{column} = j.value WHERE s.{verdict} = {UNSETTLED} AND j.fault{place}",
                )

    def _holds_odd_text(self, rule: FieldRule, source: str) -> bool:
        """Whether any unsettled value could be damaged text. Of texts that is why they are unsettled."""
        if rule.kind not in DATED | NUMERIC:
            return True
        return bool(self._one(f"SELECT count(*) FROM {source} WHERE NOT ({is_plain_text('value')})")[0])

    def _count_formats(self, rule: FieldRule) -> None:
        tally = self._tallies[rule.position]
        rows = self._connection.execute(
            "SELECT format, sum(n), min(value) FROM judged WHERE format <> '' GROUP BY format ORDER BY format"
        ).fetchall()
        for name, count, example in rows:
            tally.formats[name] += int(count)
            tally.examples[name] = example

    def _list_repeated_keys(self, rule: FieldRule) -> None:
        """Keys that an earlier record has with other content; exact duplicates are listed as such instead."""
        cell, verdict = f"r.c{rule.position}", f"v.v{rule.position}"
        key = key_of(self.findings, rule)
        kept = (
            f"SELECT {key(cell)} AS key, {cell} AS written, r.record, r.line, v.row_hash FROM records AS r "
            f"JOIN verdicts AS v ON r.record = v.record WHERE {verdict} IN ({FINE}, {UNSETTLED}, {KEPT})"
        )
        column = key(f"c{rule.position}")
        repeated = f"SELECT {column} AS key FROM {self.findings.sound} GROUP BY {column} HAVING count(*) > 1"
        if not self._one(f"SELECT count(*) FROM ({repeated})")[0]:
            return
        places = (
            "SELECT *, min(record) OVER (PARTITION BY key) AS first, "
            "min(record) OVER (PARTITION BY key, row_hash) AS first_alike "
            f"FROM ({kept} AND {key(cell)} IN (SELECT key FROM ({repeated}) WHERE key IS NOT NULL))"
        )
        self._insert(
            Case(DUPLICATE_KEY, rule.field),
            rule,
            f"SELECT record, line, written, 'first used by record ' || CAST(first AS VARCHAR) FROM ({places}) "
            "WHERE record > first AND record = first_alike",
        )

    # --- lines ----------------------------------------------------------------------------------------------------

    def list_line_problems(self) -> None:
        """Lines that do not fit the header: those whose cells are fused by that name, the others by their fault."""
        faults = self._connection.execute(
            "SELECT fault, count(*) FROM records WHERE fault IS NOT NULL GROUP BY fault ORDER BY fault"
        ).fetchall()
        self._connection.execute("CREATE OR REPLACE TEMP TABLE fused (record BIGINT, line BIGINT, pair INTEGER)")
        if any(fault == LineFault.TOO_FEW_CELLS for fault, _ in faults):
            self._list_fused()
        for fault, _ in faults:
            check = LINE_CHECKS.get(fault) or Check(
                f"line_{fault}", f"Line fault: {fault}", "The line does not fit.", Tier.NEEDS_REVIEW
            )
            self._insert(
                Case(check),
                None,
                f"SELECT record, line, coalesce(line_text, ''), {_line_reason(fault, len(self._rules.rules))} FROM "
                "records "
                f"WHERE fault = {quote_literal(fault)} AND record NOT IN (SELECT record FROM fused)",
            )

    def _list_fused(self) -> None:
        pairs = fused_pairs(self._rules)
        if not pairs:
            return
        run = self._connection.execute
        run("CREATE OR REPLACE TEMP TABLE misfits (record BIGINT, first_misfit INTEGER, last_misfit INTEGER)")
        for query in misfits(self._rules):
            run(f"INSERT INTO misfits {query}")
        run(
            f"CREATE OR REPLACE TEMP TABLE short_records AS SELECT r.*, coalesce(m.first, {len(self._rules.rules)}) AS "
            "first_misfit, coalesce(m.last, -1) AS last_misfit FROM records AS r JOIN (SELECT record, "
            "min(first_misfit) AS first, max(last_misfit) AS last FROM misfits GROUP BY record) AS m "
            "ON r.record = m.record"
        )
        run("CREATE OR REPLACE TEMP TABLE splits (record BIGINT, line BIGINT, first INTEGER, last INTEGER)")
        for query in fused_records(pairs, "short_records"):
            run(f"INSERT INTO splits {query}")
        run(
            "INSERT INTO fused SELECT record, line, min(first) FROM splits GROUP BY record, line "
            "HAVING min(first) = max(last)"
        )
        for (place,) in self._connection.execute("SELECT DISTINCT pair FROM fused ORDER BY pair").fetchall():
            pair = pairs[place]
            case = Case(FUSED_CELLS, pair.field)
            self._insert(case, pair.left, _splits(pair, place))

    def list_swallowed(self) -> None:
        """Records whose empty cell's value stands at the end of the cell before it."""
        for left, right in zip(self._rules.rules, self._rules.rules[1:], strict=False):
            tally = self._tallies[right.position]
            if not (left.check and right.check and tally.blank and 1 < tally.distinct <= _SWALLOWED_VALUES):
                continue
            query = swallowed_values(left, right)
            if query is not None and self._one(f"SELECT count(*) FROM ({query})")[0]:
                self._insert(Case(FUSED_CELLS, f"{left.field} + {right.field}"), left, query)

    def list_duplicates(self) -> None:
        """The second and later ones of records equal in all cells, or, where a line does not fit, in its text."""
        cells = ", ".join(f"r.c{rule.position}" for rule in self._rules.rules)
        if cells:
            blank = " AND ".join(f"coalesce(trim(r.c{rule.position}), '') = ''" for rule in self._rules.rules)
            alike = "SELECT row_hash FROM verdicts GROUP BY row_hash HAVING count(*) > 1"
            candidates = f"SELECT record, row_hash FROM verdicts WHERE row_hash IN ({alike})"
            # Thousands of cells as one key take a gigabyte for a few records; there a 64-bit hash of them is enough.
            same = cells if len(self._rules.rules) <= _WIDE else "c.row_hash"
            self._connection.execute(
                "CREATE OR REPLACE TEMP TABLE repeated AS SELECT * FROM (SELECT r.record, r.line, min(r.record) OVER "
                f"(PARTITION BY {same}) AS first, count(*) OVER (PARTITION BY {same}) AS n FROM records AS r JOIN "
                f"({candidates}) AS c ON r.record = c.record WHERE NOT ({blank})) WHERE n > 1"
            )
            if not judge_repeats(self.findings, "repeated"):
                self._insert_duplicates("repeated")
            self._connection.execute("DROP TABLE repeated")
        uncompared = ", ".join(quote_literal(fault) for fault in _UNCOMPARED)
        self._insert_duplicates(
            "SELECT record, line, min(record) OVER (PARTITION BY line_text) AS first FROM records "
            f"WHERE fault IS NOT NULL AND fault NOT IN ({uncompared}) AND trim(line_text) <> ''"
        )

    def _insert_duplicates(self, places: str) -> None:
        self._insert(
            Case(DUPLICATE_RECORD),
            None,
            f"SELECT record, line, NULL, 'same as record ' || CAST(first AS VARCHAR) FROM ({places}) WHERE record > "
            "first",
        )

    def say_what_was_left_out(self) -> None:
        checked = len(self._checked)
        if checked > MOST_FIELDS:
            self.findings.hints.append(
                Hint(
                    id="fields_not_looked_at",
                    kind="fields_not_looked_at",
                    title="Fields not looked at closely",
                    text=f"Unusual and misplaced values, fillers and ways of writing were looked for in the first "
                    f"{MOST_FIELDS} of {checked:,} fields.",
                )
            )

    # --- counts ---------------------------------------------------------------------------------------------------

    def report(self, reading: Reading, *, population: int | None, core_only: bool) -> AuditReport:
        cases = self._edge_cases(population)
        combinations = self._combinations(cases)
        clean = self._records - sum(combination.records for combination in combinations)
        return AuditReport(
            reading=summarise_reading(reading),
            rules=self._rules,
            records=self._records,
            clean=share_value(clean, self._records, population),
            tiers=_tiers(combinations, {case.id: case.tier for case in cases}, self._records, population),
            edge_cases=cases,
            fields=tuple(self._profile(rule) for rule in self._rules.rules),
            problems=sum(case.records for case in cases),
            not_checked=not_checked(
                self._rules,
                hints=self.findings.hints,
                agreement=bool(self.findings.agreement),
                core_only=core_only,
            ),
            combinations=combinations,
            hints=tuple(self.findings.hints),
            agreement=tuple(self.findings.agreement),
            limits=sample_limits(self.findings, cases, clean=clean, population=population),
            core_only=core_only,
        )

    def _edge_cases(self, population: int | None) -> tuple[EdgeCase, ...]:
        text = "coalesce(line_text, c0, '')" if self._rules.rules else "coalesce(line_text, '')"
        rows = self._connection.execute(
            "WITH found AS (SELECT edge_case, count(*) AS records, min(record) AS first, "
            "arg_min(coalesce(value, ''), record) AS value, arg_min(value IS NULL, record) AS is_line FROM problems "
            f"GROUP BY edge_case), lines AS (SELECT record, {text} AS line FROM records WHERE record IN (SELECT first "
            "FROM found WHERE is_line)) SELECT edge_case, records, first, CASE WHEN is_line THEN line ELSE value END "
            "FROM found LEFT JOIN lines ON record = first ORDER BY records DESC, edge_case"
        ).fetchall()
        return tuple(self._edge_case(*row, population=population) for row in rows)

    def _edge_case(
        self, edge_case: str, records: int, first: int, example: str | None, *, population: int | None
    ) -> EdgeCase:
        case = self.findings.cases[edge_case]
        share = share_value(records, self._records, population)
        shown = (example or "")[:_EXAMPLE_LENGTH]
        return EdgeCase(
            id=edge_case,
            kind=case.check.kind,
            field=case.field,
            title=case.title,
            reason=case.check.reason,
            tier=case.check.tier,
            records=records,
            share=share.share,
            low=share.low,
            high=share.high,
            example=shown,
            example_shape=_shape(shown),
            example_record=first,
        )

    def _combinations(self, cases: tuple[EdgeCase, ...]) -> tuple[Combination, ...]:
        """How many records have which edge cases together, counted as bits of a few numbers a record."""
        if not cases:
            return ()
        ids = [case.id for case in cases]
        blocks = range(-(-len(ids) // _BITS))
        rows = ", ".join(
            f"({quote_literal(edge_case)}, {place // _BITS}, {1 << (place % _BITS)})"
            for place, edge_case in enumerate(ids)
        )
        marks = ", ".join(f"sum(bit) FILTER (WHERE block = {block}) AS m{block}" for block in blocks)
        names = ", ".join(f"m{block}" for block in blocks)
        found = self._connection.execute(
            f"SELECT count(*), {names} FROM (SELECT record, {marks} FROM problems AS p "
            f"JOIN (VALUES {rows}) AS c(edge_case, block, bit) ON p.edge_case = c.edge_case GROUP BY record) GROUP BY "
            f"{names}"
        ).fetchall()
        combinations = (
            Combination(edge_cases=tuple(sorted(_named(masks, ids))), records=count) for count, *masks in found
        )
        return tuple(sorted(combinations, key=lambda one: (-one.records, one.edge_cases)))

    def _profile(self, rule: FieldRule) -> FieldProfile:
        tally = self._tallies[rule.position]
        missing = tally.blank + tally.words
        tokens = {"": tally.blank} if tally.blank else {}
        return FieldProfile(
            field=rule.field,
            position=rule.position,
            kind=rule.kind.value,
            required=rule.required,
            filled=tally.checked - missing,
            missing=missing,
            missing_tokens=tokens | tally.tokens,
            distinct=tally.distinct,
            formats=self._formats(rule, tally),
            note=_note(rule, tally, self._day_month.get(rule.position, ""), exact=self._records <= _EXACT_DISTINCT),
        )

    @cached_property
    def _masks(self) -> dict[int, tuple[FormatVariant, ...]]:
        return mask_formats(self.findings)

    @cached_property
    def _day_month(self) -> dict[int, str]:
        return day_month_notes(self.findings)

    def _formats(self, rule: FieldRule, tally: _Tally) -> tuple[FormatVariant, ...]:
        if not rule.check or rule.kind not in DATED | NUMERIC | {FieldKind.TIME}:
            return self._masks.get(rule.position, ())
        counts = Counter(tally.formats)
        counts[rule.format] += tally.checked - tally.blank - tally.words - tally.kept - tally.unsettled
        variants = (
            FormatVariant(name=name, values=count, example=tally.examples.get(name, ""), expected=name == rule.format)
            for name, count in counts.items()
            if count
        )
        return tuple(sorted(variants, key=lambda variant: (-variant.values, variant.name)))

    # --- the connection -------------------------------------------------------------------------------------------

    def forget(self) -> None:
        for table in (
            "verdicts",
            "suspects",
            "judged",
            "misfits",
            "short_records",
            "splits",
            "fused",
            "padding",
            "sound_records",
        ):
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")

    def _insert(self, case: Case, rule: FieldRule | None, rows: str) -> None:
        """Adds rows (record, line, value, reason) to the problem list under an edge case."""
        self.findings.problems(case.check, rows, fields=case.field, position=rule.position if rule else None)

    def _one(self, query: str) -> tuple[int, ...]:
        row = self._connection.execute(query).fetchone()
        return row or ()


def _parts(rules: tuple[FieldRule, ...], size: int) -> list[tuple[FieldRule, ...]]:
    return [rules[start : start + size] for start in range(0, len(rules), size)]


def _verdict(rule: FieldRule) -> str:
    """SQL for a cell's verdict: the cheap certainties first."""
    column = f"c{rule.position}"
    fine = f"WHEN {surely_fine(rule, column)} THEN {FINE}"
    kept = is_kept_word(column, rule)
    if kept:
        fine = f"{fine} WHEN {kept} THEN {KEPT}"
    missing = (
        f"WHEN {is_blank_or_missing_word(column, rule)} THEN CASE WHEN {is_blank(column)} THEN {BLANK} ELSE {WORD} END"
    )
    steps = f"{fine} {missing}" if is_decisive(rule) else f"{missing} {fine}"
    return f"CAST(CASE WHEN {is_empty(column)} THEN {BLANK} {steps} ELSE {UNSETTLED} END AS UTINYINT)"


def _splits(pair: FusedPair, place: int) -> str:
    cell = f"c{pair.left.position}"
    return (
        f"SELECT fused.record, fused.line, {cell}, {pair.split} FROM fused JOIN records ON fused.record = "
        f"records.record WHERE fused.pair = {place}"
    )


def _line_reason(fault: str, fields: int) -> str:
    if fault in (LineFault.TOO_FEW_CELLS, LineFault.TOO_MANY_CELLS):
        return f"CAST(cells AS VARCHAR) || ' cells where the header has {fields}'"
    check = LINE_CHECKS.get(fault)
    return quote_literal(check.title.lower() if check else fault)


def _named(masks: Iterable[int | None], ids: list[str]) -> Iterable[str]:
    for block, mask in enumerate(masks):
        bits = int(mask or 0)
        for place in range(_BITS):
            if bits >> place & 1:
                yield ids[block * _BITS + place]


def _tiers(
    combinations: tuple[Combination, ...], tiers: dict[str, Tier], records: int, population: int | None
) -> tuple[TierCount, ...]:
    """One tier a record: the worst of its edge cases decides."""
    order = list(Tier)
    counts = dict.fromkeys(Tier, 0)
    for combination in combinations:
        counts[max((tiers[case] for case in combination.edge_cases), key=order.index)] += combination.records
    counts[Tier.CLEAN] = records - sum(counts.values())
    return tuple(_tier_count(tier, counts[tier], records, population) for tier in Tier)


def _tier_count(tier: Tier, count: int, records: int, population: int | None) -> TierCount:
    share = share_value(count, records, population)
    return TierCount(tier=tier, records=count, share=share.share, low=share.low, high=share.high)


def _shape(text: str) -> str:
    """The text as a mask: A and a for letters, 9 for digits, other characters as they are."""
    return "".join(
        "9" if one.isdigit() else "A" if one.isalpha() and one.isupper() else "a" if one.isalpha() else one
        for one in text
    )


def _note(rule: FieldRule, tally: _Tally, day_month: str, *, exact: bool) -> str:
    notes = []
    if not rule.check:
        notes.append("not checked")
    if day_month:
        notes.append(day_month)
    if tally.distinct and not exact:
        notes.append("distinct values estimated")
    return "; ".join(notes)
