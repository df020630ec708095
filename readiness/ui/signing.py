"""The form in which a person signs, under the outcome definition and under the brief."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from readiness.ui.acts import act_on_text, show_refusal


def signing_form(place: str, button: str, sign: Callable[[str, str], None], *, refused: str = "") -> None:
    """Name, role and a button. `sign` gets both; `refused` says why nobody can sign yet."""
    name_key, role_key = f"{place}/name", f"{place}/role"

    def do(name: str) -> str:
        sign(name, str(st.session_state[role_key]))
        return f"{name} signed."

    def signed() -> None:
        empty = "A signature needs the signer's own name."
        act_on_text(place, name_key, do, empty=empty, also_clear=(role_key,))

    with st.form(place, border=True):
        left, right, last = st.columns([3, 3, 1], vertical_alignment="bottom")
        left.text_input("Name", max_chars=200, key=name_key, disabled=bool(refused))
        right.text_input("Role", max_chars=200, key=role_key, disabled=bool(refused))
        last.form_submit_button(button, on_click=signed, disabled=bool(refused), help=refused or None)
    show_refusal(place)
