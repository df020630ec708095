"""The forms in which a person signs: the outcome definition, the brief, and the owner their authority."""

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
        left, right, last = st.columns([3, 3, 1.6], vertical_alignment="bottom")
        left.text_input("Name", max_chars=200, key=name_key, disabled=bool(refused))
        right.text_input("Role", max_chars=200, key=role_key, disabled=bool(refused))
        last.form_submit_button(button, on_click=signed, disabled=bool(refused), help=refused or None)
    show_refusal(place)


def owner_form(place: str, confirm: Callable[[str], None], *, refused: str = "") -> None:
    """The owner's name, typed by the owner, and a button. `refused` says why nobody can confirm yet."""
    key = f"{place}/name"

    def do(name: str) -> str:
        confirm(name)
        return f"{name} confirmed."

    def confirmed() -> None:
        act_on_text(place, key, do, empty="The owner confirms with their own name.")

    with st.form(place, border=True):
        left, last = st.columns([5, 1], vertical_alignment="bottom")
        left.text_input("The owner's own name", max_chars=200, key=key, disabled=bool(refused))
        last.form_submit_button("Confirm", on_click=confirmed, disabled=bool(refused), help=refused or None)
    show_refusal(place)
