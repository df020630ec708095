"""What a comparison of an older and a newer sample gives back: frozen values, and the sentences for a terminal."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from readiness.audit.report import ReadingSummary


class ShiftAspect(StrEnum):
    """What of the records was compared."""

    SCHEMA = "schema"
    LINES = "lines that do not fit"
    MISSING = "missing rate"
    FORMAT = "way of writing"
    CATEGORIES = "categories"
    NUMBERS = "numbers"
    PERIOD = "period"
    LENGTH = "text length"
    VOCABULARY = "vocabulary"


class ShiftVerdict(StrEnum):
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    INCONCLUSIVE = "inconclusive"  # too few records to exclude a change that matters


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShiftFigure(_Value):
    """A share on one side with its 95 % interval, all 0..1; `count` is None for a mean of shares."""

    count: int | None
    total: int
    share: float
    low: float
    high: float


class ShiftRow(_Value):
    """One category, bin, format or word on both sides."""

    label: str  # may hold a value of the records; emptied when raw records are removed
    older: ShiftFigure
    newer: ShiftFigure


class ShiftEffect(_Value):
    """How much changed, with its 95 % interval."""

    name: str  # "Cohen's h", "Cohen's d" or "population stability index"
    unit: str
    value: float
    low: float
    high: float
    threshold: float  # reached or exceeded: worth saying at this number of records
    matters: float  # a change of this size must be excluded before "unchanged" is said
    threshold_reason: str


class ShiftFinding(_Value):
    """One comparison of one field; `field` is empty for what concerns whole records."""

    field: str
    aspect: ShiftAspect
    measure: str
    verdict: ShiftVerdict
    sentence: str
    notable: bool = False  # no shift, and worth saying nevertheless
    effect: ShiftEffect | None = (
        None  # None where nothing could be measured, or nothing needs to be: a field is there or not
    )
    p_value: float | None = None  # None where there was nothing to test
    p_adjusted: float | None = None  # after Benjamini-Hochberg over all tests of the report
    rows: tuple[ShiftRow, ...] = ()
    holds_values: bool = False  # labels and sentence quote values of the records


class NotCompared(_Value):
    field: str
    why: str


class ShiftReport(_Value):
    """What shifted between an older and a newer sample of the same records."""

    older: ReadingSummary
    newer: ReadingSummary
    fields: int  # fields that both samples have
    tests: int  # p-values that the correction is over
    findings: tuple[ShiftFinding, ...]  # schema first, then by field in the newer sample's order
    not_compared: tuple[NotCompared, ...] = ()

    @property
    def changed(self) -> tuple[ShiftFinding, ...]:
        return self._with(ShiftVerdict.CHANGED)

    @property
    def inconclusive(self) -> tuple[ShiftFinding, ...]:
        return self._with(ShiftVerdict.INCONCLUSIVE)

    @property
    def summary(self) -> str:
        """The result in one sentence."""
        unchanged = len(self._with(ShiftVerdict.UNCHANGED))
        return (
            f"Shift from {plain(self.older.name)} ({self.older.records:,} records) to {plain(self.newer.name)} "
            f"({self.newer.records:,} records), {_counted(self.fields, 'field')} in both: "
            f"{_counted(len(self.changed), 'change')}, {_counted(unchanged, 'comparison')} without a change "
            f"that matters, {len(self.inconclusive):,} inconclusive."
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report for a terminal, a line each: summary, changes, what is notable, and what could not be told."""
        notable = [one for one in self.findings if one.notable and one.verdict is ShiftVerdict.UNCHANGED]
        lines = [self.summary, *(f"  changed: {one.sentence}" for one in self.changed)]
        lines += [f"  no shift, but note: {one.sentence}" for one in notable]
        if self.inconclusive:
            lines.append(f"  too few records to tell: {_listed(self.inconclusive)}.")
        return tuple(lines)

    def without_values(self) -> ShiftReport:
        """The same report with every value of the raw records removed; counts and figures stay."""
        return self.model_copy(update={"findings": tuple(_without_values(one) for one in self.findings)})

    def _with(self, verdict: ShiftVerdict) -> tuple[ShiftFinding, ...]:
        return tuple(one for one in self.findings if one.verdict is verdict)


def plain(text: str, length: int = 60) -> str:
    """User text for a sentence: on one line, printable, shortened."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _without_values(finding: ShiftFinding) -> ShiftFinding:
    if not finding.holds_values:
        return finding
    what = f"{plain(finding.field)}: " if finding.field else ""
    return finding.model_copy(
        update={
            "sentence": f"{what}{finding.aspect} {finding.verdict}.",
            "rows": tuple(row.model_copy(update={"label": ""}) for row in finding.rows),
            "holds_values": False,
        }
    )


def _listed(findings: tuple[ShiftFinding, ...]) -> str:
    """Which aspect of which fields, an aspect at a time."""
    by_aspect: dict[ShiftAspect, list[str]] = {}
    for one in findings:
        names = by_aspect.setdefault(one.aspect, [])
        if one.field not in names:
            names.append(one.field)
    parts = []
    for aspect, names in by_aspect.items():
        shown = ", ".join(plain(name) for name in names[:6] if name) + (
            f" and {len(names) - 6:,} more" if len(names) > 6 else ""
        )
        parts.append(f"{aspect} of {shown}" if shown else str(aspect))
    return "; ".join(parts)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
