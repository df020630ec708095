"""The figures of the Data audit page."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.audit.report import AuditReport, EdgeCase
from readiness.exports.audit_charts import edge_case_chart, tier_chart
from readiness.exports.charts import TONE_COLOUR
from readiness.exports.document import Bar, Chart
from readiness.exports.figures import counted, interval, percent
from readiness.ui.charts.figure import Column, Figure, Figures, Unit, shortened
from readiness.ui.charts.rows import LONGEST_IN_HOVER, bars, intervals, rows_height, rows_layout

_NO_RECORDS = "The sample holds no records, so there is nothing to draw."
_NO_CASES = "No edge case was found, so there is nothing to draw."
_FULL = 0.5  # from here on the axis runs to 100%


def tier_figure(report: AuditReport) -> Figure | str:
    """All records by quality tier; together they are 100%."""
    chart = tier_chart(report)
    counts = [tier.records for tier in report.tiers]
    return _NO_RECORDS if chart is None else _shares(chart, counts, "Tier")


def edge_case_figure(cases: Sequence[EdgeCase]) -> Figure | str:
    """The edge cases with the most records."""
    chart = edge_case_chart(cases)
    if chart is None:
        return _NO_CASES
    counts = sorted((case.records for case in cases), reverse=True)[: len(chart.bars)]
    return _shares(chart, counts, "Edge case")


def _shares(chart: Chart, counts: Sequence[int], what: str) -> Figure:
    drawn = chart.bars
    shares, lows, highs = ([getattr(bar, part) * 100 for bar in drawn] for part in ("share", "low", "high"))
    hover = list(map(_hover, drawn, counts))
    most = max(highs)
    return Figure(
        title=chart.title,
        traces=(bars(shares, [TONE_COLOUR[bar.tone] for bar in drawn], hover), intervals(lows, shares, highs, hover)),
        x_title=chart.axis,
        table=Figures(
            (
                Column(what),
                Column("Records", Unit.COUNT),
                Column("Share", Unit.SHARE),
                Column("95% from", Unit.SHARE),
                Column("95% to", Unit.SHARE),
            ),
            tuple((bar.label, count, bar.share, bar.low, bar.high) for bar, count in zip(drawn, counts, strict=True)),
        ),
        height=rows_height(len(drawn)),
        note=chart.note,
        layout=rows_layout(
            [bar.label for bar in drawn],
            [percent(bar.share) for bar in drawn],
            range=[0, 100 if most > _FULL * 100 else (most * 1.05 or 1)],
        ),
    )


def _hover(bar: Bar, count: int) -> str:
    return (
        f"{shortened(bar.label, LONGEST_IN_HOVER)}<br>{counted(count, 'record')}, {percent(bar.share)}<br>"
        f"95% interval {interval(bar.low, bar.high)}"
    )
