"""The few charts that say more than their table. Figures as plain dicts: fast, and themed by the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from readiness.audit.report import AuditReport, EdgeCase, Tier
from readiness.scope.items import ItemStatus, ScopeItem

# Okabe and Ito's palette: told apart by the colour-blind, readable on light and dark.
TIER_COLOUR = {
    Tier.CLEAN: "#009E73",
    Tier.REPAIRABLE: "#56B4E9",
    Tier.NEEDS_REVIEW: "#E69F00",
    Tier.UNUSABLE: "#D55E00",
}
ACCENT = "#2F7F9E"

_PLAIN = {"displayModeBar": False, "displaylogo": False}


def tier_bar(report: AuditReport) -> None:
    """All records as one bar, cut by tier."""
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": tier.tier.value,
            "y": ["records"],
            "x": [tier.share * 100],
            "marker": {"color": TIER_COLOUR[tier.tier]},
            "text": f"{tier.tier.value} {tier.share:.0%}" if tier.share >= 0.08 else "",
            "textposition": "inside",
            "insidetextanchor": "middle",
            "hovertemplate": f"{tier.tier.value}: {tier.records:,} records, {tier.share:.1%}<extra></extra>",
        }
        for tier in report.tiers
    ]
    layout = {
        "barmode": "stack",
        "height": 110,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": True,
        "legend": {"orientation": "h", "y": -0.1, "traceorder": "normal"},
        "xaxis": {"visible": False, "range": [0, 100]},
        "yaxis": {"visible": False},
    }
    _draw(traces, layout, key="tier_bar", alt="Records by quality tier")


def edge_case_intervals(cases: Sequence[EdgeCase], most: int = 12) -> None:
    """The largest edge cases as points with their 95% intervals."""
    shown = list(cases[:most])[::-1]
    names = [_shortened(case.title) for case in shown]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [case.share * 100 for case in shown],
        "y": names,
        "marker": {"size": 9, "color": ACCENT},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(case.high - case.share) * 100 for case in shown],
            "arrayminus": [(case.share - case.low) * 100 for case in shown],
            "color": ACCENT,
            "thickness": 1.5,
        },
        "customdata": [[case.records, case.low * 100, case.high * 100] for case in shown],
        "hovertemplate": "%{y}<br>%{customdata[0]:,} records, %{x:.1f}% "
        "(%{customdata[1]:.1f} to %{customdata[2]:.1f}%)<extra></extra>",
    }
    layout = {
        "height": 70 + 30 * len(shown),
        "margin": {"l": 0, "r": 10, "t": 10, "b": 40},
        "xaxis": {"title": {"text": "share of records (%), with 95% interval"}, "rangemode": "tozero"},
        "yaxis": {"automargin": True, "type": "category"},
    }
    _draw([trace], layout, key="edge_case_intervals", alt="Share of records in each edge case")


def scope_ranges(items: Sequence[ScopeItem]) -> None:
    """Each estimated component as a line from low to high with its likely value."""
    shown = [item for item in items if item.status is ItemStatus.ESTIMATED]
    shown.sort(key=lambda item: (item.high_days or 0) - (item.low_days or 0))
    names = [_shortened(item.component) for item in shown]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [item.likely_days for item in shown],
        "y": [f"{name}{' ' * position}" for position, name in enumerate(names)]
        if len(set(names)) < len(names)
        else names,
        "marker": {"size": 9, "color": ACCENT},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(item.high_days or 0) - (item.likely_days or 0) for item in shown],
            "arrayminus": [(item.likely_days or 0) - (item.low_days or 0) for item in shown],
            "color": ACCENT,
            "thickness": 1.5,
        },
        "customdata": [[item.low_days, item.high_days] for item in shown],
        "hovertemplate": "%{y}<br>likely %{x:g} person-days, %{customdata[0]:g} to %{customdata[1]:g}<extra></extra>",
    }
    layout = {
        "height": 70 + 26 * len(shown),
        "margin": {"l": 0, "r": 10, "t": 10, "b": 40},
        "xaxis": {"title": {"text": "person-days: low, likely, high"}, "rangemode": "tozero"},
        "yaxis": {"automargin": True, "type": "category"},
    }
    _draw([trace], layout, key="scope_ranges", alt="Estimate of each component in person-days")


def _shortened(text: str, most: int = 48) -> str:
    """A label that leaves room for the chart; marks that the chart would read as formatting stay characters."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _draw(traces: list[dict[str, Any]], layout: dict[str, Any], *, key: str, alt: str) -> None:
    st.plotly_chart({"data": traces, "layout": layout}, key=key, config=_PLAIN, alt=alt, width="stretch")
