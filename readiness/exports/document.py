"""A document as a value: what it says, without how it looks. Builders make it; each renderer turns it into one format.

Texts are plain: a renderer escapes them for its format, so user text can be put in as it was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

ABOUT = "About this document"
SHORT_HASH = 12  # characters of a hash in the foot of each page, and in a signature


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


class Tone(StrEnum):
    """How a callout is meant; a renderer may colour it, and never by colour alone."""

    NEUTRAL = "neutral"
    GOOD = "good"
    CAUTION = "caution"
    STOP = "stop"


class ParagraphKind(StrEnum):
    BODY = "body"
    LEAD = "lead"  # the sentence to read if only one is read
    NOTE = "note"  # small print


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1  # 1..3


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    kind: ParagraphKind = ParagraphKind.BODY


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A table column. `width` is relative to the others; `verbatim` cells hold values as they stand in a file."""

    title: str
    align: Align = Align.LEFT
    width: float = 1.0
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Every row has as many cells as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} cells in a table of {len(self.columns)} columns")


@dataclass(frozen=True, slots=True)
class Bar:
    """One share of a chart with its interval; all 0..1."""

    label: str
    share: float
    low: float
    high: float
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Chart:
    """Shares as bars, one below the other, each with its interval. `title` says the finding, `axis` what they are
    shares of."""

    title: str
    bars: tuple[Bar, ...]
    axis: str
    note: str = ""

    def __post_init__(self) -> None:
        _refuse_nameless(self.title, self.axis)
        _refuse_empty(self.bars)


@dataclass(frozen=True, slots=True)
class Swing:
    """How far something moves the whole: `low` below or at zero, `high` above or at it. `share` is 0..1."""

    label: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SwingChart:
    """What moves the whole most, from the largest down. `title` says the finding, `axis` names the unit."""

    title: str
    swings: tuple[Swing, ...]
    axis: str
    note: str = ""
    sides: str = "left: at its low, right: at its high"

    def __post_init__(self) -> None:
        _refuse_nameless(self.title, self.axis)
        _refuse_empty(self.swings)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a curve that is named: "P80", its value and its chance (0..1), and the value as it is written."""

    label: str
    value: float
    chance: float
    written: str
    on_curve: bool = True  # or a line across, such as a plan


@dataclass(frozen=True, slots=True)
class CurveChart:
    """The chance to stay below a value. `points` are (value, chance 0..1), rising; `axis` names what the value is, and
    its unit."""

    title: str
    points: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    axis: str
    note: str = ""
    chance_axis: str = "chance to stay below (%)"

    def __post_init__(self) -> None:
        _refuse_nameless(self.title, self.axis)
        _refuse_empty(self.points)


def _refuse_nameless(title: str, axis: str) -> None:
    """A chart without a finding or a unit is a picture."""
    if not title.strip() or not axis.strip():
        raise ValueError("a chart needs a title that says the finding, and an axis that says what is drawn")


def _refuse_empty(drawn: tuple[object, ...]) -> None:
    if not drawn:
        raise ValueError("a chart of nothing: say in a sentence that there is nothing to draw")


@dataclass(frozen=True, slots=True)
class Properties:
    """Names with their values, such as the parts of a form."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that stands large: what it is, how much, and what belongs to it, such as its interval."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The few figures that a reader takes along, in one row where there is room."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """The one thing a reader must not miss, e.g. the verdict."""

    title: str
    text: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Signer:
    """One line to sign; `signed` says when and how it was signed, and is empty where a hand is still to sign."""

    name: str
    role: str = ""
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page, where there are pages."""


AnyChart = Chart | SwingChart | CurveChart
PlainBlock = (
    Heading | Paragraph | Bullets | Table | AnyChart | Properties | KeyFigures | Callout | Signatures | PageBreak
)


@dataclass(frozen=True, slots=True)
class Beside:
    """Two columns where a page is wide enough for them; else the left one, then the right one."""

    left: tuple[PlainBlock, ...]
    right: tuple[PlainBlock, ...]

    @property
    def blocks(self) -> tuple[PlainBlock, ...]:
        return (*self.left, *self.right)


Block = PlainBlock | Beside


@dataclass(frozen=True, slots=True)
class Document:
    """What a document says. `dated` and `fingerprint` stand apart: they are not part of what is fingerprinted.

    `meta` stands above the blocks; `about`, with what identifies the document and its sample, below them. `evidence`
    is the SHA-256 of the evidence that it rests on, for the foot of each page. With `cover`, what stands before the
    first page break has to fit on one page.
    """

    title: str
    subtitle: str = ""
    meta: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    dated: str = ""  # e.g. "21 Nov 2026"
    fingerprint: str = ""  # SHA-256 of the content in Markdown, in hex
    evidence: str = ""
    cover: bool = False

    @property
    def front(self) -> tuple[tuple[str, str], ...]:
        """The named lines below the title."""
        return (*self.meta, ("Date", self.dated)) if self.dated else self.meta

    @property
    def back(self) -> tuple[tuple[str, str], ...]:
        """The named lines below everything else, under ABOUT."""
        hashes = (("Evidence", self.evidence), ("Fingerprint", self.fingerprint))
        return (*self.about, *(line for line in hashes if line[1]))

    @property
    def mark(self) -> str:
        """What stands in the foot of each page: the beginning of the hash of its evidence, else of its content."""
        kind, value = ("evidence", self.evidence) if self.evidence else ("content", self.fingerprint)
        return f"{kind} {value[:SHORT_HASH]}" if value else ""

    def undated(self) -> Document:
        """The same content without date and fingerprint."""
        return replace(self, dated="", fingerprint="")
