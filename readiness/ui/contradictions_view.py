"""The section of the Diagnosis page that lists statements which cannot both be true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from readiness.diagnosis.contradictions import Contradiction, Severity
from readiness.ui import on_this_page
from readiness.ui.page import Colour, Here
from readiness.ui.wording import badge, plain

_COLOUR: dict[Severity, Colour] = {Severity.BLOCKING: "red", Severity.SERIOUS: "orange", Severity.MINOR: "gray"}
_MEANS = {
    Severity.BLOCKING: "No GO while it stands",
    Severity.SERIOUS: "To be settled before anybody signs",
    Severity.MINOR: "Worth a remark",
}


def contradictions(here: Here) -> None:
    """Each with both statements, why they exclude each other, and the way to the field that settles it."""
    found = here.diagnosis.contradictions
    st.subheader(on_this_page.CONTRADICTIONS, anchor=on_this_page.anchor(on_this_page.CONTRADICTIONS))
    if not found:
        st.caption(
            "None found: what the pages say so far of the sample, the scope, the outcome and the dates goes together."
        )
        return
    st.markdown(_counts(found))
    for one in found:
        if one.severity is not Severity.MINOR:
            _contradiction(here, one)
    _remarks(here, [one for one in found if one.severity is Severity.MINOR])


def _counts(found: Sequence[Contradiction]) -> str:
    """How many of each weight, and what the weight means."""
    counts = Counter(one.severity for one in found)
    shown = [
        f"{badge(f'{counts[severity]} {severity.value}', _COLOUR[severity])} :small[:gray[{_MEANS[severity]}.]]"
        for severity in Severity
        if counts[severity]
    ]
    return " ".join(shown)


def _remarks(here: Here, minor: Sequence[Contradiction]) -> None:
    """What weighs little is one click away, so that it hides nothing that weighs more."""
    if not minor:
        return
    with st.expander("1 minor remark" if len(minor) == 1 else f"{len(minor)} minor remarks"):
        for one in minor:
            _contradiction(here, one)


def _contradiction(here: Here, one: Contradiction) -> None:
    entry = here.projects.standing.entry(one.id)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{badge(one.severity.value, _COLOUR[one.severity])} **{plain(entry.title)}**")
        st.markdown(plain(one.sentence))
        st.caption(plain(entry.why))
        on_this_page.way_to(one.place, f"Settle it on {plain(one.place.words)} →")
