"""The parts of the Data audit page from the run to the documents."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import BaseModel

from readiness.audit.decisions import Handling
from readiness.audit.not_checked import compared_with_older
from readiness.audit.overlap import THREE_OR_MORE, overlap_of, primary_categories
from readiness.audit.report import AuditReport, EdgeCase, SampleLimits
from readiness.audit.rules_file import rules_as_yaml
from readiness.errors import InputError
from readiness.project import Kind, ProjectState
from readiness.ui import cache, charts, proposals_view, session, shift_view
from readiness.ui.grids import RowEdit, edit_grid, refuse_lost_update
from readiness.ui.page import Here, errors_shown
from readiness.ui.progress import follow
from readiness.ui.wording import interval, percent, plain

RECORDS_A_PAGE = 50


# --- the audit ----------------------------------------------------------------------------------------------------


def run(here: Here) -> None:
    """The one button of the page."""
    audited = here.state.audit is not None and here.state.audit_is_current
    label = "Run the audit again" if audited else "Run the audit"
    if here.state.audit is not None and not audited:
        st.warning(
            "The sample, its population or its field rules changed after the last audit. "
            "What stands below speaks of the earlier state."
        )
    if not st.button(label, type="secondary" if audited else "primary", key="run_audit"):
        return
    with errors_shown():
        follow(here.projects.start_audit(here.state.id, who=here.who))
        session.leave_notice("The audit is done.")
        st.rerun()


def result(here: Here) -> None:
    """The clean share in one sentence, and the tiers."""
    report = _report(here)
    st.subheader("What the audit found")
    st.markdown(f"#### {plain(report.sentence)}")
    columns = st.columns(4)
    columns[0].metric(
        "Clean records",
        percent(report.clean.share),
        help="95% Wilson interval: " + interval(report.clean.low, report.clean.high),
    )
    columns[1].metric("Records", f"{report.records:,}")
    columns[2].metric("Edge cases", f"{len(report.edge_cases):,}", help="Categories of problems, counted in records")
    columns[3].metric(
        "Do not fit the header", f"{report.reading.unsplit:,}", help="Kept as records, with line number and reason"
    )
    charts.tiers(report)
    if here.diagnosis.ledger.effect is not None:
        st.markdown(plain(here.diagnosis.ledger.effect.sentence))
    if report.limits is not None:
        _limits(report.limits)


def _limits(limits: SampleLimits) -> None:
    for warning in limits.warnings:
        st.warning(plain(f"{warning.what}. {warning.why}"))
    with st.expander("What this sample cannot show"):
        for sentence in limits.sentences:
            st.markdown(f"- {plain(sentence)}")


def _report(here: Here) -> AuditReport:
    info = here.state.sample
    at_hand = info is not None and here.projects.desk.get(here.state.id, info.sample_id) is not None
    report = cache.report_at(here.state.id, here.state.revision, at_hand)
    if report is None:
        raise InputError("This project has no audit yet.")
    return report


def decisions(here: Here) -> None:
    """Every edge case with its handling decision."""
    report = _report(here)
    st.subheader("Edge cases and what production does with them")
    if not report.edge_cases:
        st.success("No record has a problem under these rules. Look at what was not checked before you rely on it.")
        return
    gone = sorted(set(here.state.decisions) - {case.id for case in report.edge_cases})
    if gone:
        st.info(plain(f"Decisions on edge cases that this audit does not find are set aside: {', '.join(gone)}."))
    undecided = len(here.diagnosis.ledger.undecided)
    if undecided:
        st.caption(
            f"{undecided} of {len(report.edge_cases)} still need a decision. Each decision becomes a scope item."
        )
    frame = pd.DataFrame(
        [_case_line(here, case) for case in report.edge_cases], index=[case.id for case in report.edge_cases]
    )
    config = st.column_config
    edit_grid(
        f"{here.state.id}/decisions",
        frame,
        columns={
            "title": config.TextColumn("Edge case", width=300),
            "handling": config.SelectboxColumn(
                "Handling", options=[handling.value for handling in Handling], width="medium"
            ),
            "records": config.NumberColumn("Records", format="localized"),
            "share": config.NumberColumn("Share", format="percent"),
            "interval": config.TextColumn("95% interval"),
            "tier": config.TextColumn("Tier"),
            "example": config.TextColumn("Example"),
            "note": config.TextColumn("Note", width="medium"),
            "reason": config.TextColumn("What is wrong", width="large"),
        },
        locked=("title", "records", "share", "interval", "tier", "example", "reason"),
        save=lambda edit: _save_decision(here, edit),
        alt="Edge cases with their handling decisions",
    )
    proposals_view.cost_of_decisions(here)


def _case_line(here: Here, case: EdgeCase) -> dict[str, Any]:
    decision = here.state.decisions.get(case.id)
    return {
        "title": case.title,
        "handling": decision.handling.value if decision else None,
        "records": case.records,
        "share": case.share,
        "interval": interval(case.low, case.high),
        "tier": case.tier.value,
        "example": case.example or case.example_shape,
        "note": decision.note if decision else "",
        "reason": case.reason,
    }


def _save_decision(here: Here, edit: RowEdit) -> None:
    state = here.projects.load(here.state.id)
    current = _decision(state, edit.row)
    drawn = current if edit.insist else _decision(here.state, edit.row)
    wanted = current.model_copy(update={part: value or None for part, value in edit.values.items()})
    refuse_lost_update(here, "this decision", Kind.DECISION, edit.row, drawn, current, wanted)
    if wanted.handling is None and wanted.note:
        raise InputError("A note stands beside a decision: choose the handling first.")
    here.projects.decide(
        here.state.id,
        edit.row,
        Handling(wanted.handling) if wanted.handling else None,
        str(wanted.note or ""),
        version=state.version_of(Kind.DECISION, edit.row),
        who=here.who,
    )


class _Draft(BaseModel):
    """A handling decision while it is being made: either part may be open."""

    handling: str | None = None
    note: str | None = None


def _decision(state: ProjectState, edge_case: str) -> _Draft:
    decision = state.decisions.get(edge_case)
    return _Draft(handling=decision.handling.value, note=decision.note or None) if decision else _Draft()


# --- details ------------------------------------------------------------------------------------------------------


def details(here: Here) -> None:
    """Records behind an edge case, missing and formats per field, and what was not checked."""
    report = _report(here)
    tabs = [_Tab("Records", _drill_down)]
    if report.edge_cases:
        tabs += [_Tab("Shares", _shares), _Tab("Together", _together)]
    tabs += [_Tab("Missing per field", _missing), _Tab("Formats per field", _formats)]
    if report.hints:
        tabs.append(_Tab(f"Worth a look ({len(report.hints)})", _hints))
    if report.agreement:
        tabs.append(_Tab("Labels", _labels))
    tabs += [_Tab("Shift", _shift), _Tab("Not checked", _unchecked)]
    for place, tab in zip(st.tabs([tab.title for tab in tabs]), tabs, strict=True):
        with place:
            tab.draw(here, report)


@dataclass(frozen=True, slots=True)
class _Tab:
    title: str
    draw: Callable[[Here, AuditReport], None]


def _shares(here: Here, report: AuditReport) -> None:
    charts.edge_case_intervals(report.edge_cases)


def _missing(here: Here, report: AuditReport) -> None:
    st.dataframe(_missing_frame(report), hide_index=True, width="stretch", column_config=_SHARE_COLUMNS)


def _formats(here: Here, report: AuditReport) -> None:
    st.dataframe(_format_frame(report), hide_index=True, width="stretch", column_config=_SHARE_COLUMNS)


def _unchecked(here: Here, report: AuditReport) -> None:
    shift = here.state.shift
    compared = shift is not None and here.state.audit is not None and shift.sample_id == here.state.audit.sample_id
    entries = (compared_with_older(report) if compared else report).not_checked
    frame = pd.DataFrame([{"Not checked": entry.what, "Why": entry.why} for entry in entries])
    st.dataframe(frame, hide_index=True, width="stretch")


def _hints(here: Here, report: AuditReport) -> None:
    st.caption("Nothing here is counted as a problem. It may be right; somebody who knows the records can tell.")
    for hint in report.hints:
        examples = f" For example {', '.join(plain(example) for example in hint.examples)}." if hint.examples else ""
        st.markdown(f"**{plain(hint.title)}.** {plain(hint.text)}{examples}")


def _labels(here: Here, report: AuditReport) -> None:
    for agreement in report.agreement:
        st.markdown(plain(agreement.sentence))
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Measure": measure.name,
                        "Value": "undefined" if measure.value is None else f"{measure.value:.3f}",
                        "95% interval": ""
                        if measure.low is None or measure.high is None
                        else f"{measure.low:.3f} to {measure.high:.3f}",
                    }
                    for measure in agreement.measures
                ]
            ),
            hide_index=True,
            width="content",
        )
        if agreement.confused:
            st.markdown("Labels that were given to the same item:")
            st.dataframe(
                pd.DataFrame(
                    [
                        {"One label": pair.first, "The other": pair.second, "Pairs": pair.pairs, "Share": pair.share}
                        for pair in agreement.confused
                    ]
                ),
                hide_index=True,
                width="content",
                column_config=_SHARE_COLUMNS,
            )


_SHARE_COLUMNS = {"Share": st.column_config.NumberColumn(format="percent")}


def _missing_frame(report: AuditReport) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Field": profile.field,
                "Kind": profile.kind,
                "Required": "required" if profile.required else "",
                "Missing": profile.missing,
                "Share": profile.missing / report.records if report.records else 0.0,
                "Written as": ", ".join(
                    f"{token or '(empty)'} {count:,}" for token, count in profile.missing_tokens.items()
                ),
                "Distinct values": profile.distinct,
            }
            for profile in report.fields
        ]
    )


def _format_frame(report: AuditReport) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Field": profile.field,
                "Format": variant.name,
                "Values": variant.values,
                "Share": variant.values / profile.filled if profile.filled else 0.0,
                "Expected": "expected" if variant.expected else "",
                "Example": variant.example,
                "Note": profile.note,
            }
            for profile in report.fields
            for variant in profile.formats
        ]
    )


def _shift(here: Here, report: AuditReport) -> None:
    shift_view.shift(here)


def _drill_down(here: Here, report: AuditReport) -> None:
    if not report.edge_cases:
        st.caption("No edge case, so no record to look at.")
        return
    titles = {case.id: f"{case.title} ({case.records:,})" for case in report.edge_cases}
    chosen = st.selectbox("Records of", list(titles), format_func=titles.__getitem__, key=f"{here.state.id}/drill")
    case = next(case for case in report.edge_cases if case.id == chosen)
    pages = max(1, -(-case.records // RECORDS_A_PAGE))
    page = 1
    if pages > 1:
        page = int(
            st.number_input(
                f"Page, of {pages:,}", min_value=1, max_value=pages, value=1, key=f"{here.state.id}/{chosen}/page"
            )
        )
    with errors_shown():
        frame = here.projects.records_of(
            here.state.id, chosen, limit=RECORDS_A_PAGE, offset=(page - 1) * RECORDS_A_PAGE
        )
        if frame is None:
            st.caption("The records are not at hand: they were not kept. Upload the same file again to look at them.")
            return
        st.dataframe(frame, hide_index=True, width="stretch")
        first = (page - 1) * RECORDS_A_PAGE + 1
        st.caption(f"Records {first:,} to {first + len(frame) - 1:,} of {case.records:,}.")


def downloads(here: Here) -> None:
    """The audit as a document, and the problem list."""
    st.subheader("Take it with you")
    with st.container(horizontal=True):
        for label, suffix, mime in (
            ("Audit as PDF", "pdf", "application/pdf"),
            ("Audit as Word", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("Audit as Markdown", "md", "text/markdown"),
        ):
            st.download_button(
                label,
                data=partial(here.projects.audit_document, here.state.id, suffix),
                file_name=f"data-audit.{suffix}",
                mime=mime,
                on_click="ignore",
            )
        if here.projects.has_records(here.state.id):
            for suffix in ("csv", "xlsx", "parquet"):
                st.download_button(
                    f"Problem list as {suffix.upper()}",
                    data=partial(_problem_list, here, suffix),
                    file_name=f"problems.{suffix}",
                    on_click="ignore",
                    help="One row a problem: record, line, field, edge case, value, reason",
                )
            for suffix in ("csv", "xlsx", "parquet"):
                st.download_button(
                    f"Annotated records as {suffix.upper()}",
                    data=partial(_annotated_records, here, suffix),
                    file_name=f"records-audited.{suffix}",
                    on_click="ignore",
                    help="Every record as read, with its tier, edge cases and reasons",
                )
        st.download_button(
            "Field rules as YAML",
            data=partial(_rules_file, here),
            file_name="field-rules.yaml",
            on_click="ignore",
            help="For your repository: readiness audit FILE --rules field-rules.yaml",
        )


def _annotated_records(here: Here, suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"records.{suffix}"
        here.projects.write_annotated(here.state.id, path)
        return path.read_bytes()


def _rules_file(here: Here) -> bytes:
    return rules_as_yaml(_report(here).rules).encode("utf-8")


def _together(here: Here, report: AuditReport) -> None:
    """One category for each record, how many edge cases a record has, and which ones meet in one record."""
    titles = {case.id: case.title for case in report.edge_cases}
    overlap = overlap_of(report)
    if overlap.sentence:
        st.markdown(plain(overlap.sentence))
    st.markdown("**One category for each record.** The worst one decides; together they are all records.")
    st.dataframe(
        pd.DataFrame(
            [
                {"Category": one.title, "Tier": one.tier.value, "Records": one.records, "Share": one.share.share}
                for one in primary_categories(report)
            ]
        ),
        hide_index=True,
        width="stretch",
        column_config=_SHARE_COLUMNS,
    )
    st.markdown("**Edge cases in one record**")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Edge cases": f"{load.edge_cases}" + (" or more" if load.edge_cases == THREE_OR_MORE else ""),
                    "Records": load.records,
                    "Share": load.share.share,
                }
                for load in overlap.loads
            ]
        ),
        hide_index=True,
        width="content",
        column_config=_SHARE_COLUMNS,
    )
    if overlap.pairs:
        st.markdown("**Edge cases that meet**")
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Edge case": titles[pair.first],
                        "and": titles[pair.second],
                        "Records": pair.records,
                        "Of the smaller one": pair.share_of_smaller,
                    }
                    for pair in overlap.pairs
                ]
            ),
            hide_index=True,
            width="stretch",
            column_config={"Of the smaller one": st.column_config.NumberColumn(format="percent")},
        )


def _problem_list(here: Here, suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"problems.{suffix}"
        here.projects.write_problems(here.state.id, path)
        return path.read_bytes()
