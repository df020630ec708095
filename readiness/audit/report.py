"""What an audit gives back: frozen values that pages, documents and the command line read, and JSON that is stored."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from readiness.audit.reading.values import Reading
from readiness.audit.rules import FieldRules, Relation
from readiness.errors import UnknownNameError
from readiness.shares import share_of, whole_percent


class Tier(StrEnum):
    """The quality tier of a record: exclusive, one a record, sums to 100%. A record's worst problem decides."""

    CLEAN = "clean"
    REPAIRABLE = "repairable"
    NEEDS_REVIEW = "needs review"
    UNUSABLE = "unusable"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShareValue(_Value):
    """A share of all records with its 95% Wilson interval; share, low and high are 0..1."""

    count: int
    share: float
    low: float
    high: float


class TierCount(_Value):
    tier: Tier
    records: int
    share: float
    low: float
    high: float


class EdgeCase(_Value):
    """A category of problems, counted in records. `id` is `kind: field`, or `kind` where no field is concerned."""

    id: str
    kind: str
    field: str = ""  # empty when the whole record is concerned
    title: str  # e.g. "Required field missing: vendor"
    reason: str  # one sentence: what is wrong with these records
    tier: Tier
    records: int
    share: float
    low: float
    high: float
    example: str = ""  # a value as it stands in the file; emptied when raw records are removed
    example_shape: str = ""  # the same as a character-class mask, which is no personal data
    example_record: int = 0  # 1-based


class FormatVariant(_Value):
    """One way in which a field's values are written."""

    name: str  # "yyyy-mm-dd", "1,234.56", ...
    values: int
    example: str = ""
    expected: bool  # the dominant format, or the one that the rule names


class FieldProfile(_Value):
    field: str
    position: int
    kind: str
    required: bool
    filled: int
    missing: int  # records of this field that are empty or hold a token that means missing
    missing_tokens: dict[str, int] = {}  # token as written ("" = empty) -> records
    distinct: int = 0
    formats: tuple[FormatVariant, ...] = ()
    note: str = ""  # e.g. the day-month order and what decided it


class Combination(_Value):
    """The records that have exactly these edge cases; records without any are not listed."""

    edge_cases: tuple[str, ...]  # EdgeCase.id, sorted
    records: int


class Hint(_Value):
    """Something worth a look that is no problem by itself: no record leaves the clean case for it."""

    id: str  # `kind: fields`
    kind: str
    fields: tuple[str, ...] = ()
    title: str  # e.g. "Unusually large: amount"
    text: str  # what was seen and what it may mean, with its figures and without raw values
    records: int = 0
    examples: tuple[str, ...] = ()  # values as they stand in the file; emptied when raw records are removed
    relation: Relation | None = None  # the rule that the hint offers


class SampleWarning(_Value):
    """A sign that the sample was not drawn at random."""

    what: str
    why: str


class SampleLimits(_Value):
    """What a sample of this size and kind cannot show."""

    hidden_below: float  # 0..1; an edge case rarer than this may be missing from the sample altogether (95%)
    population: int | None = None  # records that the sample was drawn from, when somebody has said so
    sentences: tuple[str, ...] = ()
    warnings: tuple[SampleWarning, ...] = ()


class AgreementMeasure(_Value):
    """One measure of agreement with its 95% interval."""

    name: str  # "Fleiss' kappa", "Krippendorff's alpha", ...
    value: float | None  # None: undefined, for example when every answer is the same
    low: float | None = None
    high: float | None = None


class ConfusedPair(_Value):
    """Two labels that annotators gave to the same item."""

    first: str
    second: str
    pairs: int  # pairs of answers about one item
    share: float  # of all disagreeing pairs


class LabelAgreement(_Value):
    """How far annotators agree on the labels of the same items."""

    label_fields: tuple[str, ...]
    annotator_field: str = ""  # empty when each annotator has a column
    item_field: str = ""  # empty when each record is an item
    items: int
    annotators: int
    answers: int
    labels: tuple[str, ...]
    raw: float | None  # share of agreeing pairs of answers
    measures: tuple[AgreementMeasure, ...] = ()
    confused: tuple[ConfusedPair, ...] = ()  # most frequent first
    sentence: str


class NotChecked(_Value):
    """Something that this audit did not look at, and why."""

    what: str
    why: str


class ReadingSummary(_Value):
    """How the file was read, as the report keeps it."""

    name: str
    sha256: str
    size_bytes: int
    format: str
    encoding: str = ""
    delimiter: str = ""
    header_line: int = 0
    preamble_lines: int = 0
    header_lines: int = 0
    empty_lines: int = 0
    lines: int = 0
    records: int
    unsplit: int
    faults: dict[str, int] = {}
    sheet: str = ""
    sentence: str
    notes: tuple[str, ...] = ()


class AuditReport(_Value):
    """The audit of one sample. Counts are of records and never capped."""

    reading: ReadingSummary
    rules: FieldRules
    records: int
    clean: ShareValue
    tiers: tuple[TierCount, ...]  # always all four, in the order of Tier
    edge_cases: tuple[EdgeCase, ...]  # most records first, then by id
    fields: tuple[FieldProfile, ...]
    problems: int  # rows of the problem list: one a record, field and edge case
    not_checked: tuple[NotChecked, ...] = ()
    combinations: tuple[
        Combination, ...
    ] = ()  # most records first; what the effect of handling decisions is counted from
    hints: tuple[Hint, ...] = ()
    agreement: tuple[LabelAgreement, ...] = ()
    limits: SampleLimits | None = None
    core_only: bool = False  # only missing values, formats, numbers, exact duplicates and damaged characters

    @property
    def sentence(self) -> str:
        """The clean share as a sponsor reads it, with its interval."""
        if not self.records:
            return "The sample holds no records, so nothing can be said about the clean share."
        return (
            f"{whole_percent(self.clean.share)} of the {self.records:,} records "
            "are the clean case that the system assumes "
            f"(95% interval {self.clean.low:.1%} to {self.clean.high:.1%}); "
            f"{whole_percent(1 - self.clean.share)} need handling that a prototype on clean input never met."
        )

    def edge_case(self, edge_case_id: str) -> EdgeCase:
        """The edge case of that id. Raises UnknownNameError."""
        for case in self.edge_cases:
            if case.id == edge_case_id:
                return case
        raise UnknownNameError("edge case", edge_case_id, (case.id for case in self.edge_cases))

    def without_values(self) -> AuditReport:
        """The same report with every value of the raw records removed; shapes and counts stay."""
        return self.model_copy(
            update={
                "edge_cases": tuple(case.model_copy(update={"example": ""}) for case in self.edge_cases),
                "hints": tuple(hint.model_copy(update={"examples": ()}) for hint in self.hints),
                "fields": tuple(
                    profile.model_copy(
                        update={
                            "formats": tuple(variant.model_copy(update={"example": ""}) for variant in profile.formats)
                        }
                    )
                    for profile in self.fields
                ),
            }
        )


def share_value(count: int, total: int, population: int | None = None) -> ShareValue:
    """`count` of `total` records as the report keeps it; `population` is how many records they were drawn from."""
    share = share_of(count, total, population)
    return ShareValue(count=share.count, share=share.share, low=share.low, high=share.high)


def summarise_reading(reading: Reading) -> ReadingSummary:
    """How the file was read, as the report keeps it, with the sentence that says it."""
    from readiness.audit.reading.records_file import reading_sentence

    return ReadingSummary(
        name=reading.name,
        sha256=reading.sha256,
        size_bytes=reading.size_bytes,
        format=reading.format.value,
        encoding=reading.encoding,
        delimiter=reading.delimiter,
        header_line=reading.header_line,
        preamble_lines=reading.preamble_lines,
        header_lines=reading.header_lines,
        empty_lines=reading.empty_lines,
        lines=reading.lines,
        records=reading.records,
        unsplit=reading.unsplit,
        faults=dict(sorted(reading.faults.items())),
        sheet=reading.sheet,
        sentence=reading_sentence(reading),
        notes=reading.notes,
    )
