"""Long work on a page: how far it is, and a button that ends it."""

from __future__ import annotations

from typing import TypeVar

import streamlit as st

from readiness.project import Running
from readiness.ui import session
from readiness.ui.wording import plain

T = TypeVar("T")

_LOOK_EVERY = 0.15  # seconds


def follow(work: Running[T]) -> T:
    """The result of work that runs in the background, shown until it is done. Raises what the work raised.

    Whatever is clicked meanwhile leaves the work alone: the page draws again and follows it from there. Only Cancel
    ends it.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(work.part, text=_text(work), width="stretch")
        st.button(
            "Cancel", key="cancel_work", on_click=_cancel, args=(work,), help="Everything stays as it was before."
        )
    while not work.wait(_LOOK_EVERY):
        bar.progress(work.part, text=_text(work))
    return work.result()


def _text(work: Running[T]) -> str:
    return f"{plain(work.doing or work.name)} …"


def _cancel(work: Running[T]) -> None:
    work.stop()
    session.leave_notice("Cancelled. Everything is as it was before.")
