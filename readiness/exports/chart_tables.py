"""A chart in words and figures, for who reads no pictures."""

from __future__ import annotations

from readiness.exports.document import Align, AnyChart, Chart, Column, CurveChart, SwingChart, Table
from readiness.exports.figures import days, percent, sentence_case
from readiness.exports.safe_text import one_line
from readiness.shares import whole_percent

CHANCES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # of a curve's table


def figures_table(chart: SwingChart | CurveChart) -> Table:
    """The figures that a chart draws, under its title."""
    return _swings(chart) if isinstance(chart, SwingChart) else _curve(chart)


def in_words(chart: AnyChart) -> str:
    """The chart for somebody who hears the document: its finding and its figures."""
    if isinstance(chart, Chart):
        parts = [f"{bar.label} {percent(bar.share)}" for bar in chart.bars]
    elif isinstance(chart, SwingChart):
        parts = [f"{one.label} {signed(one.low)} to {signed(one.high)}" for one in chart.swings]
    else:
        parts = [f"{mark.label} {mark.written}" for mark in chart.marks]
    return f"{one_line(chart.title)}. {chart.axis}: {'; '.join(one_line(part) for part in parts)}"


def signed(value: float) -> str:
    """A change with its direction: "-3.5", "+8", "0"."""
    written = days(abs(value))
    return written if written == "0" else f"{'-' if value < 0 else '+'}{written}"


def _swings(chart: SwingChart) -> Table:
    columns = (
        Column("Component", width=4),
        Column("Share of the spread", Align.RIGHT, 1.6),
        Column("At its low", Align.RIGHT, 1.2),
        Column("At its high", Align.RIGHT, 1.2),
    )
    rows = tuple((one.label, percent(one.share), signed(one.low), signed(one.high)) for one in chart.swings)
    return Table(columns, rows, caption=chart.title, note=f"{sentence_case(chart.axis)}. {chart.note}".strip())


def _curve(chart: CurveChart) -> Table:
    """The deciles, with what is named on the curve, and the plan among them where it is known."""
    columns = (
        Column("Chance to stay below", Align.RIGHT),
        Column(sentence_case(chart.axis), Align.RIGHT),
        Column("Mark"),
    )
    named = {round(mark.chance, 2): mark.label for mark in chart.marks if mark.on_curve}
    deciles = [(value, round(chance, 2)) for value, chance in chart.points if round(chance, 2) in CHANCES]
    rows = [(value, f"{chance:.0%}", named.get(chance, "")) for value, chance in deciles]
    rows += [(mark.value, whole_percent(mark.chance), mark.label) for mark in chart.marks if not mark.on_curve]
    whole = any(value >= 10 for value, _, _ in rows)
    ordered = sorted(rows, key=lambda row: row[0])
    cells = tuple((chance, f"{value:,.0f}" if whole else f"{value:,.2f}", label) for value, chance, label in ordered)
    return Table(columns, cells, caption=chart.title, note=chart.note)
