"""The figure of the agreement exercise: which answers are given for one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from readiness.agreement import LabelPair
from readiness.exports.figures import counted
from readiness.exports.palette import BLUE
from readiness.shares import whole_percent
from readiness.ui.charts.figure import Column, Figure, Figures, Unit, shortened
from readiness.ui.charts.rows import LONGEST_IN_HOVER, bars, number_axis, rows_height, rows_layout

MOST_PAIRS = 12
_TICKS = 5
_NONE = "No record got two different answers, so there is nothing to draw."


def confused_figure(pairs: Sequence[LabelPair], spellings: Mapping[str, str] | None = None) -> Figure | str:
    """The pairs of answers that were given for one record, most frequent first. `spellings` is how an answer is
    shown."""
    if not pairs:
        return _NONE
    drawn = pairs[:MOST_PAIRS]
    names = [_named(pair, spellings or {}) for pair in drawn]
    counts = [float(pair.pairs) for pair in drawn]
    hover = [
        f"{shortened(name, LONGEST_IN_HOVER)}<br>{counted(pair.pairs, 'disagreeing pair')} of answers, "
        f"{whole_percent(pair.share)} of all"
        for name, pair in zip(names, drawn, strict=True)
    ]
    left_out = len(pairs) - len(drawn)
    note = f"{counted(left_out, 'rarer pair')} not drawn. " if left_out else ""
    return Figure(
        title=_finding(names[0], drawn[0], len(pairs)),
        traces=(bars(counts, BLUE, hover),),
        x_title="Disagreements (pairs of answers)",
        table=Figures(
            (Column("Answers"), Column("Pairs of answers", Unit.COUNT), Column("Share", Unit.SHARE)),
            tuple((name, pair.pairs, pair.share) for name, pair in zip(names, drawn, strict=True)),
        ),
        height=rows_height(len(drawn)),
        note=f"{note}A pair is two people with different answers for one record.",
        layout=rows_layout(names, [f"{pair.pairs:,}" for pair in drawn], **_ticks(counts)),
    )


def _finding(name: str, first: LabelPair, every: int) -> str:
    if every == 1:
        return f"All disagreements are between {name}: {counted(first.pairs, 'pair')} of answers"
    return f"{name} make {whole_percent(first.share)} of the disagreements"


def _ticks(counts: Sequence[float]) -> Mapping[str, Any]:
    """Ticks at whole counts."""
    rough = max(1, ceil(max(counts) / _TICKS))
    scale = 10 ** (len(str(rough)) - 1)
    step = next(part * scale for part in (1, 2, 5, 10) if part * scale >= rough)
    return {"tick0": 0, "dtick": step, **number_axis(counts)}


def _named(pair: LabelPair, spellings: Mapping[str, str]) -> str:
    return f"{spellings.get(pair.first, pair.first)} / {spellings.get(pair.second, pair.second)}"
