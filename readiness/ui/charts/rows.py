"""Charts of rows: each with its name and its figures above what is drawn, which reads on a phone as on a desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from readiness.exports.palette import GUIDE
from readiness.ui.charts.figure import shortened

LONGEST_LABEL = 52  # narrow characters that fit on a phone: the name and its figures
LONGEST_NAME, LEAST_OF_A_NAME = 38, 16
LONGEST_IN_HOVER = 48
ROW_HEIGHT = 46
AXIS_HEIGHT = 62
BAR = 0.24  # of a row
_BELOW_BAR = 0.24  # rows
_LABEL_ABOVE = 18  # pixels from the middle of what is drawn
_ABOVE, _BELOW = 0.65, 0.45  # rows, around the first and the last


def rows_layout(names: Sequence[str], figures: Sequence[str], **xaxis: Any) -> dict[str, Any]:
    """Rows from the top down at 0, 1, 2 ...; the text of each row is `name` and its figures. Names are user text."""
    labels = [
        {
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": place,
            "yanchor": "middle",
            "yshift": _LABEL_ABOVE,
            "showarrow": False,
            "align": "left",
            "text": _label(name, written),
        }
        for place, (name, written) in enumerate(zip(names, figures, strict=True))
    ]
    return {
        "annotations": labels,
        "bargap": 0,
        "barmode": "overlay",
        "xaxis": {"nticks": 6, "showgrid": True, "ticklabeloverflow": "allow", **xaxis},
        "yaxis": {"visible": False, "range": [len(names) - 1 + _BELOW, -_ABOVE]},
    }


def _label(name: str, written: str) -> str:
    room = LONGEST_LABEL - len(written) - len(" · ")
    return f"{shortened(name, max(LEAST_OF_A_NAME, min(room, LONGEST_NAME)))} · {written}"


def rows_height(count: int, axis_lines: int = 1) -> int:
    return AXIS_HEIGHT + ROW_HEIGHT * count + 6 + 16 * (axis_lines - 1)


def bars(values: Sequence[float], colour: str | Sequence[str], hover: Sequence[str], **more: Any) -> dict[str, Any]:
    """A bar a row from zero to its value. `hover` is escaped."""
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(values))),
        "width": BAR,
        "marker": {"color": colour if isinstance(colour, str) else list(colour), "line": {"width": 0}},
        "customdata": list(hover),
        "hovertemplate": "%{customdata}<extra></extra>",
        **more,
    }


def ranges(
    low: Sequence[float], middle: Sequence[float], high: Sequence[float], colour: str, hover: Sequence[str]
) -> dict[str, Any]:
    """A line a row from low to high, with a dot at its middle. `hover` is escaped."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(middle),
        "y": list(range(len(middle))),
        "marker": {"size": 11, "color": colour},
        "error_x": _whiskers(low, middle, high, colour, thickness=3),
        "cliponaxis": False,
        "customdata": list(hover),
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def intervals(
    low: Sequence[float], middle: Sequence[float], high: Sequence[float], hover: Sequence[str]
) -> dict[str, Any]:
    """A line below each bar from low to high: upon the bar it would not be seen on every colour."""
    return {
        **ranges(low, middle, high, GUIDE, hover),
        "y": [place + _BELOW_BAR for place in range(len(middle))],
        "marker": {"size": 1, "color": GUIDE},
        "error_x": _whiskers(low, middle, high, GUIDE, thickness=2),
    }


def _whiskers(
    low: Sequence[float], middle: Sequence[float], high: Sequence[float], colour: str, thickness: float
) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(top - point, 0.0) for top, point in zip(high, middle, strict=True)],
        "arrayminus": [max(point - bottom, 0.0) for bottom, point in zip(low, middle, strict=True)],
        "color": colour,
        "thickness": thickness,
        "width": 4,
    }


def number_axis(values: Sequence[float]) -> Mapping[str, Any]:
    """How the ticks are written: 60k and 1.2M for large figures, and no milli for small ones."""
    small = max(map(abs, values), default=0.0) < 1
    return {"exponentformat": "none"} if small else {"exponentformat": "B", "separatethousands": True}
