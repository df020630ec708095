"""A chart as a value, which cannot be made without its finding, its units and its figures; and how it is drawn."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import streamlit as st

from readiness.exports.safe_text import one_line
from readiness.ui.wording import plain

BEHIND_IT = "The figures behind it"
_CONFIG = {"displayModeBar": False, "displaylogo": False}
# Streamlit's own grey keeps 3.7 to 1 on white; the text of the page is readable in either theme.
_READABLE = """<style>
.js-plotly-plot :is(.annotation-text, .xtick text, .ytick text, .xtitle, .ytitle, .hovertext text) {
  fill: currentColor !important;
}
</style>"""
_WHOLE_FROM = 100  # amounts from here on are whole; smaller ones have three digits


class Unit(StrEnum):
    """What a column of the table holds, which is how its cells are written."""

    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"  # person-days, months or money, as the title of the column says
    SHARE = "share"  # 0..1


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    unit: Unit = Unit.TEXT


@dataclass(frozen=True, slots=True)
class Figures:
    """The table behind a chart: a row for each thing drawn."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str | float, ...], ...]

    def __post_init__(self) -> None:
        if not self.rows or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("the table behind a chart needs a row for each thing drawn, and a cell for each column")


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart. `title` says the finding and may hold user text; within `traces` and `layout` that is escaped already.

    `x_title` and `y_title` name what is drawn, with its unit; a chart of labelled rows has no `y_title`.
    """

    title: str
    traces: tuple[Mapping[str, Any], ...]
    x_title: str
    table: Figures
    height: int
    y_title: str = ""
    note: str = ""  # how to read it, and what is left out
    layout: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.x_title.strip():
            raise ValueError("a chart needs a title that says the finding, and axes that name their unit")
        if not all(map(math.isfinite, _numbers([*self.traces, self.layout, self.table.rows]))):
            raise ValueError(f"a figure of the chart {self.title!r} is no number")

    @property
    def alt(self) -> str:
        """The chart for somebody who does not see it."""
        return one_line(f"Chart: {self.title}. {self.note} The table below it holds its figures.")

    @property
    def specification(self) -> dict[str, Any]:
        """The chart as Plotly reads it. Nothing moves under a finger that scrolls past."""
        layout = {
            "height": self.height,
            "margin": {"l": 8, "r": 14, "t": 8, "b": 0},
            "showlegend": False,
            "dragmode": False,
            "hoverlabel": {"align": "left"},
            **self.layout,
        }
        layout["xaxis"] = _axis(self.x_title, layout.get("xaxis", {}))
        layout["yaxis"] = _axis(self.y_title, layout.get("yaxis", {}))
        return {"data": [dict(trace) for trace in self.traces], "layout": layout}


def draw(figure: Figure | str, *, key: str) -> None:
    """Draw the figure under its finding, its figures folded below; or say why there is nothing to draw."""
    if isinstance(figure, str):
        st.caption(plain(figure))
        return
    st.html(_READABLE)
    st.markdown(f"**{plain(figure.title)}**")
    st.plotly_chart(figure.specification, key=key, config=_CONFIG, alt=figure.alt, width="stretch")
    if figure.note:
        st.caption(plain(figure.note))
    with st.expander(BEHIND_IT):
        _draw_table(figure.table, f"The figures behind the chart: {one_line(figure.title)}")


def escaped(text: str) -> str:
    """User text within a chart: what the chart would read as formatting stays characters."""
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shortened(text: str, most: int) -> str:
    """User text as a label of at most `most` narrow characters, escaped."""
    line = one_line(text)
    if sum(map(_width, line)) <= most:
        return escaped(line)
    left, kept = most - 1, []
    for character in line:
        left -= _width(character)
        if left < 0:
            break
        kept.append(character)
    return f"{escaped(''.join(kept))}…"


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _axis(title: str, given: Mapping[str, Any]) -> dict[str, Any]:
    named = {"title": {"text": title, "standoff": 12}} if title else {}
    return {"fixedrange": True, "automargin": True, "zeroline": False, **named, **given}


def _numbers(part: Any) -> Iterator[float]:
    """Every number within, however deep."""
    if isinstance(part, Mapping):
        part = list(part.values())
    if isinstance(part, list | tuple):
        for inner in part:
            yield from _numbers(inner)
    elif isinstance(part, int | float):
        yield part


def _draw_table(figures: Figures, alt: str) -> None:
    import pandas as pd

    columns = [column.title for column in figures.columns]
    frame = pd.DataFrame([_cells(figures.columns, row) for row in figures.rows], columns=columns)
    config = {column.title: _cell_format(column.unit) for column in figures.columns}
    st.dataframe(frame, hide_index=True, width="stretch", column_config=config, alt=alt)


def _cells(columns: tuple[Column, ...], row: tuple[str | float, ...]) -> list[str | float]:
    return [
        _rounded(value) if column.unit is Unit.AMOUNT else value for column, value in zip(columns, row, strict=True)
    ]


def _rounded(value: str | float) -> str | float:
    """No more digits than somebody could know."""
    if isinstance(value, str):
        return value
    return float(round(value)) if abs(value) >= _WHOLE_FROM else float(f"{value:.3g}")


def _cell_format(unit: Unit) -> Any:
    match unit:
        case Unit.TEXT:
            return st.column_config.TextColumn()
        case Unit.SHARE:
            return st.column_config.NumberColumn(format="percent")
        case _:
            return st.column_config.NumberColumn(format="localized")
