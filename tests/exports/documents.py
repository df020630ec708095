"""Documents that several formats are tested on."""

from __future__ import annotations

from datetime import datetime

from readiness.exports.document import (
    Align,
    Bar,
    Beside,
    Bullets,
    Callout,
    Chart,
    Column,
    CurveChart,
    Document,
    Figure,
    Heading,
    KeyFigures,
    Mark,
    PageBreak,
    Paragraph,
    ParagraphKind,
    Properties,
    Signatures,
    Signer,
    Swing,
    SwingChart,
    Table,
    Tone,
)

NOW = datetime(2026, 11, 21, 9, 30)  # noqa: DTZ001 - UTC without a zone, as every time of a project


def every_block(text: str) -> Document:
    """A document with each kind of block, and `text` in each of its places."""
    figures = KeyFigures((Figure(text, text, text),))
    blocks = (
        Heading(text, 2),
        Paragraph(text, ParagraphKind.LEAD),
        Bullets((text, text), numbered=True),
        Table((Column(text, Align.RIGHT, 2.5, True), Column(text)), ((text, text),), caption=text, note=text),
        Chart("title", (Bar(text, 0.5, 0.4, 0.6, Tone.GOOD),), "axis", text),
        SwingChart("title", (Swing(text, 0.5, -1.5, 2.25),), "axis", text),
        CurveChart("title", ((1.0, 0.1), (2.0, 0.9)), (Mark(text, 1.5, 0.5, text, on_curve=False),), "axis"),
        Properties(((text, text),)),
        figures,
        Callout(text, text, Tone.STOP),
        Signatures((Signer(text, text, text),)),
        PageBreak(),
    )
    return Document(
        text, text, ((text, text),), (*blocks, Beside((figures, *blocks), blocks)), ((text, text),), text, text, text,
        cover=True,
    )  # fmt: skip
