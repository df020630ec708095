"""The parts of the Outcome page: definition, further metrics, signatures, ownership."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from readiness.errors import InvalidValueError, ReadinessError
from readiness.outcome import authority as authorising
from readiness.outcome import ownership as owning
from readiness.outcome import reviews
from readiness.outcome.agreement import SIGNERS_NEEDED, Signature
from readiness.outcome.authority import Standing
from readiness.outcome.definition import (
    MOST_FURTHER_METRICS,
    Direction,
    MeasuredBy,
    Metric,
    OutcomeDefinition,
    contradictions,
    measured,
    missing_of_metric,
    missing_parts,
)
from readiness.project import Kind, outcomes
from readiness.ui import agreement_view, session
from readiness.ui.acts import act, act_on_text, show_refusal
from readiness.ui.autosave import (
    check_field,
    choice_field,
    count_field,
    date_field,
    figure_field,
    row_of,
    select_field,
    text_field,
)
from readiness.ui.grids import RowEdit, edit_grid, figure_text, number_column, typed_figure
from readiness.ui.page import Here, turn_to_section
from readiness.ui.signing import owner_form, signing_form
from readiness.ui.wording import moment, plain, told_apart

SECTIONS = ("Definition", "Agreement", "Owner", "Reviews", "Evaluation", "Value")
_GRID = {
    "metric": "Metric",
    "measured_by": "Measured by",
    "direction": "Direction",
    "unit": "Unit",
    "target": "Target",
    "tolerance_low": "From",
    "tolerance_high": "To",
    "baseline_value": "Today",
    "baseline_source": "Source of today",
}
_NUMBERS = ("target", "tolerance_low", "tolerance_high", "baseline_value")


def sections() -> Sequence[Any]:
    """The places of the page's parts, in the order in which they are filled in. The session knows which one is open:
    it would fall back to the first one whenever something appears above. Judgments that are asked for open theirs."""
    agreement_view.lead_to_what_is_asked("outcome_section", "Agreement")
    turn_to_section("outcome_section", SECTIONS)
    return st.tabs(SECTIONS, key="outcome_section", on_change="rerun")


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
        figure_field(row, "target", "Target", least=None)
    with columns[2]:
        figure_field(row, "tolerance_low", "Tolerance from", least=None)
    with columns[3]:
        figure_field(row, "tolerance_high", "Tolerance to", least=None)
    left, right = st.columns([3, 1])
    with left:
        select_field(
            row,
            "measured_by",
            "Measured by",
            MeasuredBy,
            help="One of the four metrics of the running system's log, or the team's own count. A metric of the log "
            "fills in the reading of a review.",
        )
    with right:
        figure_field(row, "baseline_value", "Metric today", least=None, help="In its own unit, without the system.")
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
    elif not here.diagnosis.ledger.valid_signatures:
        st.caption("The definition is complete. Have it signed in the tab Agreement.")


def _baseline(here: Here) -> None:
    row = row_of(here, Kind.OUTCOME, here.state.outcome)
    st.markdown(
        "**Today, without the system.** At least one of the three must be known, or nobody can show that it helped."
    )
    columns = st.columns(4)
    with columns[0]:
        figure_field(row, "baseline_cost", "Cost of one item by hand")
    with columns[1]:
        figure_field(row, "baseline_error_rate", "Error rate", percent=True)
    with columns[2]:
        figure_field(row, "baseline_delay_days", "Delay (days)")
    with columns[3]:
        figure_field(row, "wrong_output_cost", "Cost of one wrong output")
    left, right = st.columns([3, 1])
    with left:
        text_field(row, "baseline_source", "Where these figures come from")
    with right:
        text_field(row, "currency", "Currency")


def further_metrics(here: Here) -> None:
    """Metrics beside the primary one, each with its own target, tolerance and baseline."""
    further = here.state.outcome.further
    # No count in its name: an expander that is called otherwise is a new one, and closes under whoever adds a metric.
    with st.expander("Further metrics", expanded=bool(further)):
        st.caption(
            "The metric above is the primary one: it is signed, owned and reviewed. Others stand beside it, such as "
            "the cost that must not rise while quality does."
        )
        if further:
            _metric_grid(here, further)
            for metric in further:
                lacking = missing_of_metric(metric)
                if lacking:
                    st.caption(plain(f"{metric.metric}: {', '.join(lacking)} not stated."))
        left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
        with left:
            _add_metric(here)
        if further:
            with right:
                _move_metric(here, further)


def _metric_grid(here: Here, further: Sequence[Metric]) -> None:
    rows = [metric.model_dump(mode="json") for metric in further]
    shown = [{**row, **{name: figure_text(row[name]) for name in _NUMBERS}} for row in rows]
    frame = pd.DataFrame(shown, index=[one.id for one in further])
    config = st.column_config
    kinds: dict[str, Any] = {
        "metric": config.TextColumn(width=180, max_chars=1_000, required=True),
        "measured_by": config.SelectboxColumn(options=[str(one) for one in MeasuredBy], width=155, required=True),
        "direction": config.SelectboxColumn(options=[str(one) for one in Direction], width=125, required=True),
        "unit": config.TextColumn(width=60, max_chars=60),
        "baseline_source": config.TextColumn(width=200, max_chars=1_000),
        **{name: number_column(_GRID[name], width=62) for name in _NUMBERS},
    }
    edit_grid(
        f"{here.state.id}/metrics",
        frame.drop(columns="id"),
        columns={name: {**kinds[name], "label": title} for name, title in _GRID.items()},
        locked=(),
        save=lambda edit: _save_metric(here, edit),
        alt="Further metrics with target, tolerance and baseline",
    )


def _save_metric(here: Here, edit: RowEdit) -> None:
    name = next((metric.metric for metric in here.state.outcome.further if metric.id == edit.row), "Metric")
    changes = {column: _cell(name, column, typed) for column, typed in edit.values.items()}
    if "metric" in changes and not changes["metric"]:
        raise InvalidValueError("Metric", "", "is empty; a metric needs a name")
    outcomes.change_metric(here.projects, here.state, edit.row, changes, who=here.who, insist=edit.insist)


def _cell(metric: str, column: str, typed: Any) -> Any:
    if column in _NUMBERS:
        return typed_figure(typed, f"{metric}, {_GRID[column]}")
    return str(typed or "").strip()


def _add_metric(here: Here) -> None:
    place = f"{here.state.id}/add_metric"
    key = f"{place}/name"

    def add(name: str) -> str:
        outcomes.add_metric(here.projects, here.state.id, name, who=here.who)
        return f"{name} is added."

    full = len(here.state.outcome.further) >= MOST_FURTHER_METRICS
    with st.form(place, border=False):
        st.text_input("Another metric", max_chars=1_000, placeholder="Its name", key=key, disabled=full)
        st.form_submit_button(
            "Add metric",
            on_click=lambda: act_on_text(place, key, add, empty="A metric needs a name."),
            disabled=full,
        )
    show_refusal(place)


def _move_metric(here: Here, further: Sequence[Metric]) -> None:
    place = f"{here.state.id}/move_metric"
    names = told_apart({metric.id: metric.metric for metric in further})
    chosen = st.selectbox("One of them", list(names), format_func=names.__getitem__, key=place)

    def promote() -> str:
        outcomes.make_primary(here.projects, here.state.id, chosen, who=here.who)
        return f"{names[chosen]} is the primary metric."

    def remove() -> str:
        outcomes.remove_metric(here.projects, here.state.id, chosen, who=here.who)
        return f"{names[chosen]} is removed."

    with st.container(horizontal=True):
        st.button(
            "Make it the primary",
            key=f"{place}/primary",
            on_click=act,
            args=(place, promote),
            help="Signatures and the owner's confirmation are under the present one, so they are void then.",
        )
        st.button("Remove it", key=f"{place}/remove", type="tertiary", on_click=act, args=(place, remove))
    show_refusal(place)


def signatures(here: Here) -> None:
    """Who agrees with the definition as it stands, whose agreement was to an earlier wording, and a place to sign."""
    ledger = here.diagnosis.ledger
    st.subheader("Agreement")
    st.caption(
        f"At least {SIGNERS_NEEDED} people sign the definition, each under their own name. "
        "A change of it voids the signatures under it."
    )
    missing = missing_parts(here.state.outcome)
    if not missing:
        _what_is_signed(here.state.outcome)
    for signature in ledger.valid_signatures:
        _signature(here, signature, valid=True)
    for signature in ledger.void_signatures:
        _signature(here, signature, valid=False)
    signing_form(
        f"{here.state.id}/sign_outcome",
        "Sign",
        lambda name, role: here.projects.sign_outcome(here.state.id, name=name, role=role, who=here.who),
        refused="The definition must be complete before anybody can sign it." if missing else "",
    )


def _what_is_signed(defined: OutcomeDefinition) -> None:
    """The definition in short, so that nobody signs what they do not see."""
    target, low, high, cost = (
        figure_text(figure)
        for figure in (defined.target, defined.tolerance_low, defined.tolerance_high, defined.wrong_output_cost)
    )
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"**{plain(defined.metric)}:** {defined.direction}, target {plain(measured(str(target), defined.unit))}, "
            f"tolerance {plain(measured(f'{low} to {high}', defined.unit))}. "
            f"One wrong output costs {plain(f'{cost} {defined.currency}'.strip())}."
        )
        st.markdown(f"**A correct output:** {plain(defined.correct_output)}")


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
    """The four parts of ownership, which of them are missing, and the owner's own confirmation."""
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
    _confirmation(here)
    _dates(here)


def _confirmation(here: Here) -> None:
    """The owner's own act; what others state about the owner is not enough."""
    found, missing = outcomes.standing(here.state), owning.missing_parts(here.state.ownership)
    given, place = here.state.confirmation, f"{here.state.id}/confirm_authority"
    if missing:
        st.info("Missing: " + ", ".join(missing) + ".")
        return
    if found is Standing.CONFIRMED and given is not None:
        name, when = plain(given.name), moment(given.confirmed_at)
        st.success(f"All four parts are in place. {name} confirmed them on {when}.")
        st.button("Take the confirmation back", key=place, type="tertiary", on_click=_take_back, args=(here, place))
        show_refusal(place)
        return
    if found is Standing.VOID:
        st.warning(
            "Owner, metric, tolerance or who granted the authority changed after the confirmation, which is void until "
            "given again."
        )
    else:
        st.info("All four parts are stated. The owner has not confirmed them yet.")
    lacking = authorising.missing_to_confirm(here.state.outcome, here.state.ownership)
    st.markdown(
        f"**{plain(here.state.ownership.owner)} confirms:** metric and tolerance are mine, I review them, and I may "
        "pull the system when the metric is outside tolerance at two reviews in a row. "
        f"{plain(here.state.ownership.authority_from)} granted me this."
    )
    owner_form(
        place,
        lambda name: outcomes.confirm_authority(here.projects, here.state.id, name=name, who=here.who),
        refused=f"Still to be stated: {', '.join(lacking)}." if lacking else "",
    )


def _take_back(here: Here, place: str) -> None:
    def do() -> str:
        outcomes.withdraw_confirmation(here.projects, here.state.id, who=here.who)
        return "The confirmation is taken back."

    act(place, do)


def _dates(here: Here) -> None:
    """The rehearsal, and every date as a file for the owner's calendar."""
    row = row_of(here, Kind.OWNERSHIP, here.state.ownership)
    left, right = st.columns([1, 2], gap="medium", vertical_alignment="bottom")
    with left:
        date_field(
            row,
            "rehearsal_on",
            "Rehearsal of pulling it on",
            help="Pulling the system is tried out once before it is needed: who does what, and how the work goes on.",
        )
    with right:
        known = here.state.ownership.rehearsal_on or reviews.next_due(here.state.ownership, here.state.reviews)
        st.download_button(
            "Download the review calendar (.ics)",
            lambda: outcomes.calendar_file(here.state, here.projects.clock()),
            file_name="reviews.ics",
            mime="text/calendar",
            disabled=known is None,
            help="The next twelve reviews and the rehearsal, for any calendar. A newer file replaces the older.",
            on_click="ignore",
        )
