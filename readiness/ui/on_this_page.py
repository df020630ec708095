"""The parts of the Diagnosis page by their headings: a row of links to them, and the way from one to a place."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from readiness.diagnosis.places import Page, Place
from readiness.ui.page import link_to_place
from readiness.ui.wording import plain

CHANGE = "What would change it"
CONTRADICTIONS = "Statements that cannot both be true"
QUESTIONS = "Four questions"
STOP_RULES = "Stop rules"
FAILURE = "The failure mode"
TIMELINE = "The failure timeline"
PLAN = "Fix plan"
EVIDENCE = "What this rests on"


def parts(titles: Sequence[str]) -> None:
    """The parts that stand below, each a link that leads there."""
    st.caption("On this page: " + " · ".join(_link(title) for title in titles))


def way_to(place: Place, label: str = "") -> None:
    """A link to where something is settled: to the page, or to the part of this page."""
    if place.page is not Page.DIAGNOSIS:
        link_to_place(place, label)
    elif place.section:
        st.markdown(_link(place.section, " ↓"))


def anchor(title: str) -> str:
    """The name of a part in an address."""
    return title.lower().replace(" ", "-")


def _link(title: str, arrow: str = "") -> str:
    return f"[{plain(title)}{arrow}](#{anchor(title)})"
