"""The value part of the Outcome page: its inputs with their sources, and what they come to against the cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from readiness.diagnosis.value_against_cost import ValueResult, chance, months
from readiness.diagnosis.value_inputs import ValueInput, written
from readiness.errors import ConflictError, InvalidValueError
from readiness.outcome.value import PARTS, Part, Stated, Unit
from readiness.project import Kind
from readiness.ranges import Percentiles
from readiness.ui import charts
from readiness.ui.autosave import count_field, row_of
from readiness.ui.grids import ROW_HEIGHT, RowEdit, edit_grid, figure_text, number_column, typed_figure
from readiness.ui.page import Here
from readiness.ui.wording import plain

FIGURES = ("low", "likely", "high")
_PART = {part.name: part for part in PARTS}
_COLUMN_TITLE = {"low": "Low", "likely": "Likely", "high": "High"}
_STANDS_IN = {"accepted": "cap", "minutes": "by_hand", "hour_rate": "by_hand"}
_WHERE = {"volume": "workflow page", "cap": "audit", "by_hand": "outcome"}


def value(here: Here) -> None:
    """What a month of the running system is worth, from which inputs, and whether that covers the remaining cost."""
    found = here.diagnosis.ledger.value
    st.subheader("Value against cost")
    st.caption(
        "What a month of the running system saves, less what it costs to run, held against the remaining build. "
        "Low and high are the 10th and the 90th percentile; a likely figure alone is a point. Every input has a source."
    )
    _result(found, here.diagnosis.ledger.total.cost)
    _inputs(here)
    _where_from(found)


def _result(found: ValueResult, cost: Percentiles | None) -> None:
    if found.simulated is None:
        st.info("Still to be stated: " + plain("; ".join(found.missing)) + ".")
        return
    of, against, currency = found.simulated.monthly, found.simulated.against, plain(found.currency)
    if against is not None:
        st.markdown(f"#### {plain(found.covering_sentence)}")
        st.markdown(plain(found.monthly_sentence))
    else:
        st.markdown(f"#### {plain(found.monthly_sentence)}")
    columns = st.columns(3)
    columns[0].metric(f"A month, P50 ({currency})", written(of.p50), help=_levels(found), border=True)
    if against is not None:
        columns[1].metric(
            "Covers the cost",
            found.probability_in_words,
            help=f"The probability that {months(found.horizon_months)} of this value are at least the remaining cost. "
            "The third stop rule on the Diagnosis page rests on it.",
            border=True,
        )
        columns[2].metric("Payback, P50", months(against.payback.p50), help=_payback(found), border=True)
    for remark in found.remarks:
        st.caption(plain(remark))
    if found.missing:
        st.info("Still to be stated: " + plain("; ".join(found.missing)) + ".")
    if against is not None:
        charts.payback(found, cost)


def _levels(found: ValueResult) -> str:
    assert found.simulated is not None
    of = found.simulated.monthly
    return plain(
        f"P10 {written(of.p10)}, P50 {written(of.p50)}, P80 {written(of.p80)}, P90 {written(of.p90)}, "
        f"on average {written(of.mean)}. It is below zero where run cost, reviews and wrong outputs outweigh the work "
        "that is saved."
    )


def _payback(found: ValueResult) -> str:
    assert found.simulated is not None
    assert found.simulated.against is not None
    payback = found.simulated.against.payback
    return plain(
        f"From the first day of use: P10 {months(payback.p10)}, P90 {months(payback.p90)}. "
        f"Not within {months(found.horizon_months)} with a probability of {chance(payback.never_within_horizon)}, "
        f"and never with one of {chance(payback.never)}."
    )


def _inputs(here: Here) -> None:
    model, found = here.state.value, here.diagnosis.ledger.value
    known = {one.id: one for one in found.inputs}
    frame = pd.DataFrame([_line(part, model.of(part), known, found) for part in PARTS], index=list(_PART))
    config = st.column_config
    edit_grid(
        f"{here.state.id}/value",
        frame,
        columns={
            "input": config.TextColumn("Input", width=275),
            **{name: number_column(title, width=80) for name, title in _COLUMN_TITLE.items()},
            "used": config.TextColumn("If left empty", width=275),
            "source": config.TextColumn("Source", width=180, max_chars=1_000),
        },
        locked=("input", "used"),
        save=lambda edit: _save(here, edit),
        alt="Inputs of the value with their sources",
    )
    row = row_of(here, Kind.VALUE, model)
    left, _ = st.columns([1, 3])
    with left:
        count_field(
            row,
            "horizon_months",
            "Months over which the value counts",
            least=1,
            most=120,
            help="From the first day of use. Default 24: longer than most models and input formats stay as they are.",
        )


def _line(part: Part, stated: Stated, known: Mapping[str, ValueInput], found: ValueResult) -> dict[str, Any]:
    scale = 100.0 if part.is_share else 1.0
    figures = {name: figure_text(_scaled(getattr(stated, name), scale)) for name in FIGURES}
    money = f"{found.currency} {part.unit}".strip()
    shown = {Unit.ACCEPTED: "% of items", Unit.WRONG: "%"}
    unit = money if part.is_money else shown.get(part.unit, str(part.unit))
    used = "" if stated.figures else _fallback(part, known)
    return {"input": f"{part.label}, {unit}", **figures, "source": stated.source, "used": used}


def _scaled(figure: float | None, scale: float) -> float | None:
    return None if figure is None else round(figure * scale, 10)


def _fallback(part: Part, known: Mapping[str, ValueInput]) -> str:
    """What counts where the team states nothing, and where that comes from."""
    standing_in = _STANDS_IN.get(part.name, part.name)
    one = known.get(standing_in)
    if one is None:
        return "only what the scope's components state" if part.name == "run_cost_month" else "to be stated as well"
    if one.range is None:
        return "to be stated"
    unit = f" {one.unit}" if standing_in == "by_hand" else ""
    return f"from the {_WHERE[standing_in]}: {one.value}{unit}"


def _save(here: Here, edit: RowEdit) -> None:
    """One row's edit, merged with what the row holds now; a change that somebody made meanwhile to the same cell is
    a conflict."""
    part = _PART[edit.row]
    state = here.projects.load(here.state.id)
    drawn, current = here.state.value.of(part), state.value.of(part)
    typed = {column: _read(part, column, typed) for column, typed in edit.values.items()}
    lost = [column for column in typed if typed[column] != getattr(current, column) != getattr(drawn, column)]
    if lost and not edit.insist:
        document = here.projects.store.document(here.state.id, Kind.VALUE)
        raise ConflictError(
            part.label,
            read_version=here.state.version_of(Kind.VALUE),
            current_version=state.version_of(Kind.VALUE),
            by=document.changed_by if document else "",
            mine={column: _shown(part, typed[column]) for column in lost},
            theirs={column: _shown(part, getattr(current, column)) for column in lost},
        )
    here.projects.change(
        here.state.id,
        Kind.VALUE,
        {part.name: {**current.model_dump(mode="json"), **typed}},
        version=state.version_of(Kind.VALUE),
        who=here.who,
        what=f"changed {part.label.lower()} of the value",
    )


def _read(part: Part, column: str, typed: Any) -> float | str | None:
    """A cell as it is stored: shares are typed in % and stored as 0..1."""
    if column == "source":
        return str(typed or "").strip()
    place = f"{part.label}, {_COLUMN_TITLE[column]}"
    figure = typed_figure(typed, place, share=part.is_share)
    if figure is None:
        return None
    scale = 100 if part.is_share else 1
    if figure < 0:
        raise InvalidValueError(place, typed, "is refused: it must be a number from zero on")
    if figure > part.most * scale:
        raise InvalidValueError(place, typed, f"is refused: the most is {part.written(part.most)}")
    return round(figure / scale, 12)


def _shown(part: Part, value: float | str | None) -> str:
    return part.written(value) if isinstance(value, float) else str(value or "")


def _where_from(found: ValueResult) -> None:
    """Every input as it counts, those of other pages among them."""
    with st.expander("Every input that counts, with its source"):
        rows = [one.row for one in found.inputs]
        frame = pd.DataFrame(rows, columns=["Input", "Low / likely / high", "Unit", "Source"])
        config = st.column_config.TextColumn
        st.dataframe(
            frame,
            column_config={
                "Input": config(width=200),
                "Low / likely / high": config(width=170),
                "Unit": config(width=150),
            },
            hide_index=True,
            width="stretch",
            row_height=2 * ROW_HEIGHT,
            height=(2 * len(frame) + 1) * ROW_HEIGHT + 3,
        )
        st.caption(
            "A month is worth volume × (accepted share × (work by hand + (wrong today less wrong among the accepted) × "
            "cost of a wrong output) less the looks at outputs that run and are not accepted), less the run cost. What "
            "is not accepted is done by hand as today and saves nothing. In every draw the accepted share is cut to "
            "what runs without a person after all decisions."
        )
