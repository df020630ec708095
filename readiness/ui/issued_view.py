"""Issued briefs on the Brief page: number them, sign them, download them as they were, and compare two."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from readiness.project import issuing
from readiness.project.issued import IssuedBrief
from readiness.ui import cache
from readiness.ui.acts import act, show_refusal
from readiness.ui.page import Here, errors_shown
from readiness.ui.signing import signing_form
from readiness.ui.wording import moment, plain

FORMATS = {
    "pdf": ("PDF", "application/pdf"),
    "docx": ("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "md": ("Markdown", "text/markdown"),
    "json": ("JSON", "application/json"),
}


def shown(here: Here) -> None:
    """The issues of the brief, the act that makes the next one, and a place to sign."""
    current = here.projects.brief_fingerprint(here.state, here.diagnosis)
    latest = here.state.issued[0] if here.state.issued else None
    st.subheader("Issue and sign")
    st.caption(
        "An issued brief is frozen: its number, date and evidence stay as they are, whatever changes in the project. "
        "Who signs, signs an issue; where the brief has changed since the last one, signing makes the next."
    )
    _standing(latest, current)
    missing = here.projects.missing_from_brief(here.state, here.diagnosis)
    if missing:
        st.warning(f"A stop brief cannot be signed before it says all of it. Missing: {plain(', '.join(missing))}.")
    _issue(here, current, disabled=bool(missing) or (latest is not None and latest.fingerprint == current))
    refused = f"A stop brief must say all of it. Missing: {', '.join(missing)}." if missing else ""
    signing_form(
        f"{here.state.id}/sign_brief",
        "Sign the brief",
        lambda name, role: issuing.sign_brief(
            here.projects, here.state.id, name=name, role=role, fingerprint=current, who=here.who
        ),
        refused=refused,
    )
    for issued in here.state.issued:
        _issued(here, issued, current)
    if here.state.issued:
        _comparison(here, latest is not None and latest.fingerprint != current)


def _standing(latest: IssuedBrief | None, current: str) -> None:
    if latest is None:
        st.markdown("This brief has not been issued yet.")
    elif latest.fingerprint == current:
        st.markdown(f"The brief reads as it was issued under number {latest.number}.")
    else:
        st.markdown(f"The brief has changed since it was issued under number {latest.number}.")


def _issue(here: Here, current: str, *, disabled: bool) -> None:
    place = f"{here.state.id}/issue"

    def issue() -> str:
        made = issuing.issue_brief(here.projects, here.state.id, who=here.who, fingerprint=current)
        return f"Brief {made.number} is issued: {made.verdict}."

    st.button("Issue this brief", key=place, on_click=act, args=(place, issue), disabled=disabled)
    show_refusal(place)


def _issued(here: Here, issued: IssuedBrief, current: str) -> None:
    signed = issuing.signatures_under(here.state, issued.fingerprint)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Brief {issued.number}** · {issued.verdict.value} · {plain(moment(issued.issued_at))}")
            reads = issued.fingerprint == current
            st.badge("as it reads now" if reads else "earlier wording", color="green" if reads else "gray")
        names = "; ".join(
            f"{plain(one.name)}{f', {plain(one.role)}' if one.role else ''} ({plain(moment(one.signed_at))})"
            for one in signed
        )
        st.markdown(f"Signed by {names}" if names else "Nobody has signed it yet.")
        st.caption(f"Fingerprint {issued.fingerprint[:12]}, evidence {issued.evidence_hash[:12]}")
        with st.container(horizontal=True):
            for suffix, (label, mime) in FORMATS.items():
                st.download_button(
                    label,
                    data=_file(here, issued.number, suffix),
                    file_name=f"brief-{issued.number}.{suffix}",
                    mime=mime,
                    on_click="ignore",
                    key=f"{here.state.id}/issued/{issued.number}/{suffix}",
                )


def _file(here: Here, number: int, suffix: str) -> Callable[[], bytes]:
    """The issue in one format, made once somebody asks for it."""
    return lambda: issuing.issued_file(here.projects, here.state, number, suffix)


def _comparison(here: Here, changed: bool) -> None:
    numbers = [one.number for one in here.state.issued]
    others = [issuing.AS_IT_IS, *numbers] if changed else numbers
    if len(others) < 2:
        return
    names = {number: f"brief {number}" for number in numbers} | {issuing.AS_IT_IS: "the brief as it reads now"}
    with st.expander("Compare two issues", expanded=changed):
        left, right = st.columns(2)
        later = right.selectbox("and", others, format_func=names.__getitem__, key=f"{here.state.id}/issue/later")
        earlier = left.selectbox(
            "What differs between", numbers, format_func=names.__getitem__, key=f"{here.state.id}/issue/earlier",
            index=0 if changed else 1,
        )  # fmt: skip
        if earlier == later:
            st.info("Choose two different issues.")
            return
        with errors_shown():
            changes = cache.issues_compared(here.state.id, here.state.revision, earlier, later)
            if not changes:
                st.markdown("They say the same.")
                return
            rows = [{"What": one.what, "Before": one.before, "After": one.after} for one in changes]
            st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
