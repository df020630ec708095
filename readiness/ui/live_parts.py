"""Further parts of the Live outcomes page: drift of the inputs, one record, and how a system writes such a log."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import streamlit as st

from readiness.audit.rules import FieldKind
from readiness.exports.figures import counted
from readiness.operation import instrument
from readiness.operation.drift import RECENT_DAYS, REFERENCE_DAYS, DriftFinding, DriftReport, DriftVerdict
from readiness.operation.tracing import MOST_LINES, TracedLine
from readiness.outcome.reviews import Reading
from readiness.project import live
from readiness.ui.acts import act, show_refusal
from readiness.ui.live_view import with_days_in_words
from readiness.ui.page import Here, errors_shown
from readiness.ui.turns import turn_of
from readiness.ui.wording import badge, day, moment, percent, plain

EXAMPLE = """\
from readiness.operation.instrument import characteristics, outcome

invoice = {"id": "inv-17", "vendor": "Acme", "date": "2026-03-01", "amount": 120.5}

with outcome(invoice["id"], log="outcomes.jsonl", model_version="2026-01", prompt_version="p4") as item:
    item.input = characteristics(invoice, required=["vendor"], date_field="date", amount_field="amount")
    answer = {"vendor": "Acme", "confidence": 0.93}  # your own work stands here
    item.confidence = answer["confidence"]
    item.validation_passed = answer["vendor"] == invoice["vendor"]
"""
MOST_SHOWN_LINES = 50
_PERIOD, _SAMPLE = "an earlier period of the log", "the audit's sample"
_COLOURS = {
    DriftVerdict.CHANGED: "orange",
    DriftVerdict.UNCHANGED: "green",
    DriftVerdict.INCONCLUSIVE: "gray",
    DriftVerdict.NOT_COMPARED: "gray",
}
_DATES = (FieldKind.DATE, FieldKind.DATE_TIME)
_AMOUNTS = (FieldKind.MONEY, FieldKind.NUMBER, FieldKind.QUANTITY, FieldKind.PERCENT)


def reading_from_log(here: Here) -> Reading | None:
    """The primary metric as the log shows it now, for a review to start from."""
    return live.latest_reading(here.state, here.projects.clock())


def how_to_log(*, expanded: bool) -> None:
    """The example, and the module that writes the log."""
    with st.expander("How your system writes such a log", expanded=expanded):
        st.markdown(
            "One line for every processed item, written whatever happens: an exception is logged as routed to a human "
            "and raised again. The module needs Python's standard library alone."
        )
        st.code(EXAMPLE, language="python")
        with st.container(horizontal=True):
            st.download_button(
                "Download the example", EXAMPLE, file_name="outcome_example.py", mime="text/x-python", on_click="ignore"
            )
            st.download_button(
                "Download the module",
                lambda: Path(instrument.__file__).read_bytes(),
                file_name="instrument.py",
                mime="text/x-python",
                on_click="ignore",
                help="One file to copy into your service, where Readiness itself is not installed.",
            )
        st.caption(
            "Logs of other systems are read as well: by the usual names of these fields, or by those that you state."
        )


# --- drift --------------------------------------------------------------------------------------------------------


def drift(here: Here) -> None:
    """The inputs of the last days against an earlier period, or against the audit's sample."""
    st.subheader("Drift of the inputs")
    st.caption("A change in what comes in shows here before users report wrong output.")
    opened = live.open_log(here.projects, here.state)
    if opened is None:
        _kept(here)
        st.info(live.NOT_AT_HAND)
        return
    if not opened.log.characteristics:
        st.info(
            "This log says nothing about the inputs. Log what `characteristics` tells about each of them; it holds "
            "none of their values."
        )
        return
    against = st.segmented_control(
        "Compare the last days with",
        [_PERIOD, _SAMPLE],
        default=_PERIOD,
        required=True,
        key=f"{here.state.id}/live/against",
    )
    with errors_shown():
        report = _against_sample(here) if against == _SAMPLE else _against_period(here)
        if report is not None:
            _report(report)
            _keep(here, report)


def _kept(here: Here) -> None:
    """The comparison that the project keeps, which is all there is once the log is gone."""
    kept = here.state.live.drift if here.state.live else None
    if kept is not None:
        st.caption(
            f"Kept in the project, compared {moment(kept.compared_at)}: {plain(with_days_in_words(kept.sentence))}"
        )


def _keep(here: Here, report: DriftReport) -> None:
    place = f"{here.state.id}/live/keep_drift"
    turn = turn_of(place)
    number = turn.number

    def do() -> str:
        live.keep_drift(here.projects, here.state, report, who=here.who)
        return "The comparison is kept."

    st.button(
        "Keep this comparison",
        key=place,
        on_click=act,
        args=(place, lambda: turn.once(number, do)),
        help="In place of the one below. The project keeps the results and none of the values.",
    )
    show_refusal(place)
    _kept(here)


def _against_period(here: Here) -> DriftReport | None:
    reading = here.state.live
    if reading is None or reading.last_day is None:
        return None
    first, last = reading.days[0].day, reading.last_day
    begin = max(first, last - timedelta(days=RECENT_DAYS - 1))
    before = max(first, begin - timedelta(days=REFERENCE_DAYS))
    if before == begin:
        st.info(f"The log covers {counted((last - first).days + 1, 'day')}: too short for two periods.")
        return None
    left, right = st.columns(2)
    with left:
        earlier = _span(here, "earlier", "The earlier period", (before, begin - timedelta(days=1)), (first, last))
    with right:
        recent = _span(here, "recent", "The last days", (begin, last), (first, last))
    if earlier is None or recent is None:
        st.caption("Choose the first and the last day of both periods.")
        return None
    return live.drift_of_periods(here.projects, here.state, reference=earlier, recent=recent)


def _span(
    here: Here, part: str, label: str, start: tuple[date, date], limits: tuple[date, date]
) -> tuple[date, date] | None:
    reading = here.state.live
    chosen = st.date_input(
        label,
        value=start,
        min_value=limits[0],
        max_value=limits[1],
        format="YYYY-MM-DD",
        key=f"{here.state.id}/live/{reading.reading_id if reading else ''}/{part}",
    )
    return (chosen[0], chosen[1]) if len(chosen) == 2 else None  # one day while the second is being chosen


def _against_sample(here: Here) -> DriftReport | None:
    why_not = live.sample_for_drift(here.projects, here.state)
    if why_not:
        st.info(plain(why_not))
        return None
    left, right = st.columns(2)
    with left:
        date_field = _field(here, "Its date field", _DATES)
    with right:
        amount_field = _field(here, "Its amount field", _AMOUNTS)
    st.caption(
        "The sample is described as the instrument describes an input, its required fields being those of the field "
        f"rules; of a large one the first {live.MOST_SAMPLE_RECORDS:,} records. A sample from a CSV or Excel file "
        "holds text alone, so that a number in it differs from a number in the log."
    )
    return live.drift_from_sample(here.projects, here.state, date_field=date_field, amount_field=amount_field)


def _field(here: Here, label: str, kinds: tuple[FieldKind, ...]) -> str | None:
    rules = here.state.rules.rules
    names = [rule.field for rule in rules]
    likely = next((names.index(rule.field) for rule in rules if rule.kind in kinds), None)
    return st.selectbox(label, names, index=likely, placeholder="none", key=f"{here.state.id}/live/sample/{kinds[0]}")


def _report(report: DriftReport) -> None:
    changed = counted(len(report.changed), "characteristic")
    st.markdown(
        f"**{changed if report.changed else 'No characteristic'} of {len(report.findings)} changed**: "
        f"{plain(with_days_in_words(report.newer))} against {plain(with_days_in_words(report.older))}."
    )
    for one in report.findings:
        st.markdown(f"{badge(one.verdict.value, _COLOURS[one.verdict])} {plain(one.sentence)}")
    compared = {one.characteristic: one for one in report.findings if one.rows}
    if compared:
        with st.expander("The values on both sides"):
            chosen = st.selectbox("Characteristic", list(compared), key="live/drift/shown")
            _values(compared[chosen])


def _values(of: DriftFinding) -> None:
    rows = [
        {
            "Value": row.value,
            "Reference": row.older,
            "Share of it": percent(row.older / of.older_total),
            "Last days": row.newer,
            "Share of them": percent(row.newer / of.newer_total),
        }
        for row in of.rows
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", alt="The values on both sides")
    if of.index is not None and of.threshold is not None:
        st.caption(
            f"Population stability index {of.index:.3f}; a shift from {of.threshold:.3f} on, with so many records."
        )


# --- one record ---------------------------------------------------------------------------------------------------


def record(here: Here) -> None:
    """A field for a record id, and everything that the log knows of it."""
    st.subheader("Find one record")
    if live.open_log(here.projects, here.state) is None:
        st.info(live.NOT_AT_HAND)
        return
    wanted = st.text_input(
        "Record id", key=f"{here.state.id}/live/record", max_chars=500, placeholder="as it stands in the log"
    ).strip()
    if not wanted:
        return
    with errors_shown():
        found = live.trace_record(here.projects, here.state, wanted)
        if not found.found:
            st.warning(plain(f"No line of the log is about {wanted}."))
            return
        shown = found.lines[:MOST_SHOWN_LINES]
        more = f", the first {len(shown)} of them shown" if found.found > len(shown) else ""
        known = f"{MOST_LINES:,} or more" if found.found > MOST_LINES else counted(found.found, "line")
        st.markdown(f"{known} about it{more}.")
        for line in shown:
            _line(line)


def _line(line: TracedLine) -> None:
    with st.container(border=True):
        st.markdown(f"**{day(line.time)}, {line.time:%H:%M:%S} UTC** · {plain(line.file)}, line {line.line:,}")
        said = [(name, _said(value)) for name, value in line.read.items()]
        said += [(f"input: {name}", value) for name, value in line.input.items()]
        frame = pd.DataFrame(said, columns=["", "What the log says"])
        st.dataframe(frame, hide_index=True, width="stretch", height="content", alt="What the log says")
        if line.repeated_at:
            st.caption(plain(f"The same line stands again at {', '.join(line.repeated_at)}."))
        if line.original is not None:
            st.code(line.original, language=None, wrap_lines=True)
        else:
            st.caption("The line itself cannot be fetched: it is in a Parquet file, or its file has changed since.")


def _said(value: bool | float | str | None) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.6g}" if isinstance(value, int | float) else value
