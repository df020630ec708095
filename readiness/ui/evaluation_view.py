"""The evaluation on the Outcome page: the spec as a file, the runs over time, and two versions compared by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from readiness.errors import InputError
from readiness.exports.figures import counted
from readiness.outcome import evaluation as evaluating
from readiness.outcome.case_results import MOST_BYTES, MOST_CASES, RESULT_TYPES
from readiness.outcome.evaluation_runs import Comparison, Difference, EvaluationRun, keeps_to
from readiness.project import Kind, outcomes
from readiness.ui import charts
from readiness.ui.acts import act, show_refusal
from readiness.ui.autosave import figure_field, row_of, text_field
from readiness.ui.page import Here, errors_shown
from readiness.ui.turns import Turn, turn_of
from readiness.ui.wording import badge, day, interval, percent, plain, told_apart

_COLOUR = {
    Difference.BETTER: "green",
    Difference.WORSE: "red",
    Difference.NONE: "gray",
    Difference.TOO_FEW: "orange",
}
_ACCEPTED = {True: "yes", False: "no", None: "too close to tell"}


def evaluation(here: Here) -> None:
    """The spec, then the runs of the versions that were tried on it."""
    st.subheader("Evaluation")
    st.caption(
        "Fixed inputs, expected outputs and an accepted error: with them, a change of prompt, model or tool is "
        "compared by number before it goes live."
    )
    _spec(here)
    st.markdown("#### Runs")
    runs = here.state.runs
    charts.evaluation_scores(runs, here.state.evaluation.accepted_error)
    if runs:
        _table(here, runs)
    with st.expander("Add a run", expanded=not runs):
        _add(here)
    if len(runs) > 1:
        _compare(here, runs)
    if runs:
        with st.expander("Remove a run"):
            _remove(here, runs)


def _spec(here: Here) -> None:
    plan = outcomes.evaluation_plan(here.state)
    row = row_of(here, Kind.EVALUATION, plan)
    st.markdown("**The spec.** Filled in from the project; what you change here holds for the evaluation alone.")
    text_field(row, "workflow", "Workflow")
    columns = st.columns([3, 1, 1])
    with columns[0]:
        text_field(row, "metric", "Evaluation metric", help="What the cases are judged by.")
    with columns[1]:
        text_field(row, "unit", "Unit of the metric")
    with columns[2]:
        figure_field(row, "target", "Evaluation target", least=None)
    left, right = st.columns(2)
    with left:
        text_field(row, "fallback", "Fallback", placeholder="What happens with an item that is not handled")
        text_field(row, "inputs", "File of the fixed inputs", placeholder="cases/inputs.jsonl")
    with right:
        text_field(row, "owner", "Owner of the evaluation")
        text_field(row, "expected_outputs", "File of the expected outputs", placeholder="cases/expected.jsonl")
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        figure_field(row, "accepted_error", "Accepted error", percent=True, help="Share of cases that may be wrong.")
    with right:
        _downloads(here, evaluating.missing_parts(plan))


def _downloads(here: Here, missing: Sequence[str]) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Download the spec (JSON)",
            lambda: evaluating.spec_json(outcomes.evaluation_spec(here.state)),
            file_name="evaluation-spec.json",
            mime="application/json",
            disabled=bool(missing),
            help=f"Still to be stated: {', '.join(missing)}." if missing else "For your own repository.",
            on_click="ignore",
        )
        st.download_button(
            "Its JSON schema",
            evaluating.schema_json,
            file_name=evaluating.SCHEMA_NAME,
            mime="application/schema+json",
            type="tertiary",
            on_click="ignore",
        )


def _table(here: Here, runs: Sequence[EvaluationRun]) -> None:
    accepted = here.state.evaluation.accepted_error
    rows = [
        {
            "Version": run.version,
            "Day": day(run.run_on),
            "Cases": run.cases,
            "Score": percent(run.score),
            "95% interval": interval(run.low, run.high),
            **({"Within accepted error": _ACCEPTED[keeps_to(run, accepted)]} if accepted is not None else {}),
            "Note": run.note,
        }
        for run in reversed(runs)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", alt="All evaluation runs, the latest first")


def _add(here: Here) -> None:
    place = f"{here.state.id}/add_run"
    turn = turn_of(place)
    key = f"{place}/{turn.number}"
    with st.form(key, border=False):
        columns = st.columns([3, 2, 4])
        columns[0].text_input("Version", key=f"{key}/version", max_chars=200, placeholder="prompt 7, model 2026-01")
        columns[1].date_input("Run on", datetime.now(UTC).date(), key=f"{key}/run_on", format="YYYY-MM-DD")
        columns[2].text_input("Note on the run", key=f"{key}/note", max_chars=1_000)
        st.file_uploader(
            "Case results: CSV or JSON Lines with case_id, and correct (yes or no) or score (0 to 1)",
            type=list(RESULT_TYPES),
            max_upload_size=MOST_BYTES // 1024**2,
            key=f"{key}/file",
            help="A file with expected and actual instead is compared as text. Only case ids and results are kept. "
            f"At most {MOST_CASES:,} cases.",
        )
        st.form_submit_button("Add the run", on_click=_do_add, args=(here, place, turn, turn.number))
    show_refusal(place)


def _do_add(here: Here, place: str, turn: Turn, number: int) -> None:
    key = f"{place}/{number}"
    upload = st.session_state.get(f"{key}/file")
    version, note = str(st.session_state.get(f"{key}/version") or ""), str(st.session_state.get(f"{key}/note") or "")
    run_on = st.session_state.get(f"{key}/run_on") or datetime.now(UTC).date()

    def do() -> str:
        if upload is None:
            raise InputError("Choose the file with the case results first.")
        upload.seek(0)  # it may have been read once, and refused
        run = outcomes.add_run(
            here.projects,
            here.state.id,
            version=version,
            run_on=run_on,
            name=upload.name,
            stream=upload,
            note=note,
            who=here.who,
        )
        return f"Version {run.version}: {counted(run.cases, 'case')}, score {percent(run.score)}."

    act(place, lambda: turn.once(number, do))
    for choice in _compared(here):  # the new run is compared with the one before it
        st.session_state.pop(choice, None)


def _compare(here: Here, runs: Sequence[EvaluationRun]) -> None:
    st.markdown("#### Two versions compared")
    names = _titles(runs)
    latest_first = list(reversed(names))
    left, right = st.columns(2)
    later_key, earlier_key = _compared(here)
    later = left.selectbox("This version", latest_first, format_func=names.__getitem__, key=later_key)
    earlier = right.selectbox("Against", latest_first, index=1, format_func=names.__getitem__, key=earlier_key)
    if later == earlier:
        st.caption("Choose two different runs.")
        return
    with errors_shown():
        _comparison(outcomes.compare(here.projects, here.state, earlier, later))


def _compared(here: Here) -> tuple[str, str]:
    """The keys of the two choices."""
    return f"{here.state.id}/compare_later", f"{here.state.id}/compare_earlier"


def _comparison(found: Comparison) -> None:
    st.markdown(f"{badge(found.finding.value, _COLOUR[found.finding])} {plain(found.sentence)}")
    left = [f"{counted(found.better, 'case')} got better, {counted(found.worse, 'case')} worse"]
    if found.only_earlier or found.only_later:
        left.append(
            f"left out, because one run alone has them: {found.only_later:,} of this version, "
            f"{found.only_earlier:,} of the other"
        )
    st.caption(plain(f"{'; '.join(left)}. Interval: {found.method}."))
    for title, count, cases in (
        ("Cases that got worse", found.worse, found.worse_cases),
        ("Cases that got better", found.better, found.better_cases),
    ):
        if count:
            with st.expander(f"{title} ({count:,})"):
                st.dataframe(pd.DataFrame({"Case": list(cases)}), hide_index=True, width="stretch", alt=title)
                if count > len(cases):
                    st.caption(f"The first {len(cases):,} of {count:,}.")


def _titles(runs: Sequence[EvaluationRun]) -> dict[str, str]:
    """How runs are offered to be chosen, by id: a version may have been run twice on one day."""
    return told_apart({run.id: f"{run.version}, {day(run.run_on)}" for run in runs})


def _remove(here: Here, runs: Sequence[EvaluationRun]) -> None:
    place = f"{here.state.id}/remove_run"
    turn = turn_of(place)
    number, reason_key = turn.number, f"{place}/reason/{turn.number}"
    names = _titles(runs)
    left, right = st.columns(2, vertical_alignment="bottom")
    chosen = left.selectbox("Which run", list(reversed(names)), format_func=names.__getitem__, key=f"{place}/which")
    right.text_input("Why it is removed", max_chars=1_000, key=reason_key)

    def do() -> str:
        reason = str(st.session_state.get(reason_key) or "")
        outcomes.remove_run(here.projects, here.state.id, chosen, reason=reason, who=here.who)
        return f"The run {names[chosen]} is removed."

    st.button("Remove the run", key=place, on_click=act, args=(place, lambda: turn.once(number, do)))
    show_refusal(place)
