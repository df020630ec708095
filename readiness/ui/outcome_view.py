"""The parts of the Outcome page: definition, signatures, ownership."""

from __future__ import annotations

import streamlit as st

from readiness.errors import ReadinessError
from readiness.outcome import ownership as owning
from readiness.outcome.agreement import SIGNERS_NEEDED, Signature
from readiness.outcome.definition import Direction, contradictions, missing_parts
from readiness.project import Kind
from readiness.ui import session
from readiness.ui.autosave import check_field, choice_field, count_field, date_field, number_field, row_of, text_field
from readiness.ui.page import Here
from readiness.ui.signing import signing_form
from readiness.ui.wording import moment, plain


def definition(here: Here) -> None:
    """Metric, target and tolerance, today's baseline, and what correct means."""
    row = row_of(here, Kind.OUTCOME, here.state.outcome)
    st.subheader("The outcome definition")
    left, right = st.columns([3, 1])
    with left:
        text_field(
            row,
            "metric",
            "Metric",
            placeholder="A business metric: minutes saved, share routed correctly, days to answer",
        )
    with right:
        text_field(row, "unit", "Unit", placeholder="%, minutes, days …")
    columns = st.columns([2, 1, 1, 1])
    with columns[0]:
        choice_field(row, "direction", "Direction", Direction)
    with columns[1]:
        number_field(row, "target", "Target", least=None)
    with columns[2]:
        number_field(row, "tolerance_low", "Tolerance from", least=None)
    with columns[3]:
        number_field(row, "tolerance_high", "Tolerance to", least=None)
    for sentence in contradictions(here.state.outcome):
        st.error(plain(sentence))
    _baseline(here)
    row = row_of(here, Kind.OUTCOME, here.state.outcome)
    text_field(
        row,
        "correct_output",
        "What a correct output looks like",
        lines=4,
        help="In words that let two people judge the same record alike.",
    )
    missing = missing_parts(here.state.outcome)
    if missing:
        st.info("Not stated yet: " + ", ".join(missing) + ".")


def _baseline(here: Here) -> None:
    row = row_of(here, Kind.OUTCOME, here.state.outcome)
    st.markdown(
        "**Today, without the system.** At least one of the three must be known, or nobody can show that it helped."
    )
    columns = st.columns(4)
    with columns[0]:
        number_field(row, "baseline_cost", "Cost of one item by hand")
    with columns[1]:
        number_field(row, "baseline_error_rate", "Error rate", percent=True)
    with columns[2]:
        number_field(row, "baseline_delay_days", "Delay (days)")
    with columns[3]:
        number_field(row, "wrong_output_cost", "Cost of one wrong output")
    left, right = st.columns([3, 1])
    with left:
        text_field(row, "baseline_source", "Where these figures come from")
    with right:
        text_field(row, "currency", "Currency")


def signatures(here: Here) -> None:
    """Who agrees with the definition as it stands, whose agreement was to an earlier wording, and a place to sign."""
    ledger = here.diagnosis.ledger
    st.subheader("Agreement")
    st.caption(
        f"At least {SIGNERS_NEEDED} people sign what stands above, each under their own name. "
        "A change of the definition voids the signatures under it."
    )
    for signature in ledger.valid_signatures:
        _signature(here, signature, valid=True)
    for signature in ledger.void_signatures:
        _signature(here, signature, valid=False)
    missing = missing_parts(here.state.outcome)
    signing_form(
        f"{here.state.id}/sign_outcome",
        "Sign",
        lambda name, role: here.projects.sign_outcome(here.state.id, name=name, role=role, who=here.who),
        refused="The definition must be complete before anybody can sign it." if missing else "",
    )


def _signature(here: Here, signature: Signature, *, valid: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("signed" if valid else "void", color="green" if valid else "orange")
        role = f", {plain(signature.role)}" if signature.role else ""
        st.markdown(f"**{plain(signature.name)}**{role} · {moment(signature.signed_at)}")
        if not valid:
            st.caption("The definition changed after this signature.")
        st.button(
            "Withdraw",
            key=f"withdraw/{signature.name}",
            type="tertiary",
            on_click=_withdraw,
            args=(here, signature.name),
        )


def _withdraw(here: Here, name: str) -> None:
    try:
        here.projects.withdraw_signature(here.state.id, name, who=here.who)
        session.leave_notice(f"{name} withdrew the signature.")
    except ReadinessError as error:
        session.leave_notice(str(error))


def ownership(here: Here) -> None:
    """The four parts of ownership, and which of them are missing."""
    row = row_of(here, Kind.OWNERSHIP, here.state.ownership)
    st.subheader("The owner")
    st.caption("Named before the build, an owner asks for monitoring and rollback in time. All four parts are needed.")
    left, right = st.columns(2, gap="medium")
    with left:
        text_field(row, "owner", "1. A named person")
        text_field(row, "role", "Role")
        check_field(row, "owns_metric", "2. Has accepted metric and tolerance")
    with right:
        count_field(
            row, "review_every_days", "3. Reviews the metric every … days", least=1, most=366, help="At least monthly."
        )
        date_field(row, "first_review", "First review on")
        check_field(
            row,
            "may_pull",
            "4. May pull the system",
            help="When the metric is outside tolerance at two reviews in a row, without asking anybody.",
        )
        text_field(row, "authority_from", "Authority granted by")
    missing = owning.missing_parts(here.state.ownership)
    if missing:
        st.info("Missing: " + ", ".join(missing) + ".")
    else:
        st.success("All four parts are in place.")
