"""The dashboard's launcher: the server around the page runner in readiness/ui/main.py, and nothing else.

No page runner lives here, because Streamlit serves a pages/ folder beside its script past that script
(docs/decisions/0003-launcher-and-pages.md).
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

import readiness
from readiness.errors import ReadinessError
from readiness.server import ClosedPaths, KnownHosts, SecurityHeaders, lifespan


def show_failure(error: Exception) -> bool:
    """Shows a user one sentence for an error that no page expected; Streamlit has written the details to the
    terminal. True, as nothing else is to be shown."""
    if isinstance(error, ReadinessError):
        st.error(str(error))
    else:
        st.error(
            "This page could not be finished. What was saved is safe: reload the page to go on. "
            "The details are in the terminal in which Readiness runs."
        )
    return True


app = st.App(
    Path(readiness.__file__).parent / "ui" / "main.py",
    lifespan=lifespan,
    on_script_error=show_failure,
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(KnownHosts, allowed=st.get_option("server.allowedHosts")),
        Middleware(ClosedPaths),
    ],
)
