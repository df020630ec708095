"""The parts of the Data audit page, from the upload to the document."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import BaseModel
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from readiness.audit.decisions import Handling
from readiness.audit.reading.values import ReadingOptions
from readiness.audit.report import AuditReport, EdgeCase
from readiness.audit.rules import DATED, NUMERIC, DayMonthOrder, DecimalMark, FieldKind, FieldRule
from readiness.errors import ConflictError, InputError, ReadinessError
from readiness.project import Kind, ProjectState, SampleInfo
from readiness.ui import cache, charts, session
from readiness.ui.autosave import date_field, row_of, text_field
from readiness.ui.grids import RowEdit, edit_grid
from readiness.ui.page import Here, errors_shown
from readiness.ui.wording import interval, moment, percent, plain, size

SAMPLE_TYPES = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "xlsx", "xlsm", "parquet", "gz", "zip"]
RECORDS_A_PAGE = 50
KEEP_DAYS = 30


# --- the sample ---------------------------------------------------------------------------------------------------


def sample(here: Here) -> None:
    """The upload, and how it was read."""
    st.subheader("The sample")
    upload = st.file_uploader(
        "Production records: CSV, TSV, JSON, JSON Lines, Excel or Parquet, also as .gz or .zip",
        type=SAMPLE_TYPES,
        key=f"upload/{here.state.id}",
        help="The file stays on this machine. Raw records are not kept in the project file unless you say so.",
    )
    if upload is not None and st.session_state.get("read_upload") != upload.file_id:
        _read(here, upload)
    refused = st.session_state.get("refused_upload")
    if upload is not None and refused is not None and refused[0] == upload.file_id:
        st.error(plain(refused[1]))
    info = here.state.sample
    if info is None:
        st.info(
            "No sample yet. 250 records bring the clean share to within about six points; "
            "300 show what happens in 1% of them."
        )
        return
    _reading(here, info)


def _read(here: Here, upload: UploadedFile) -> None:
    st.session_state["read_upload"] = upload.file_id
    bar = st.progress(0.0, text=f"Reading {plain(upload.name)} …")

    def write_to(path: Path) -> None:
        with path.open("wb") as target:
            shutil.copyfileobj(upload, target)

    try:
        here.projects.read_upload(here.state.id, upload.name, write_to, who=here.who, progress=_onto(bar))
    except ReadinessError as error:
        st.session_state["refused_upload"] = (upload.file_id, str(error))
        bar.empty()
        return
    st.rerun()


def _onto(bar: DeltaGenerator) -> Callable[..., None]:
    """A progress callback that moves a bar: the part that is done, 0..1, and what is being done."""

    def move(part: float, text: str | None = None) -> None:
        bar.progress(min(max(part, 0.0), 1.0), text=text)

    return move


def _reading(here: Here, info: SampleInfo) -> None:
    reading = info.reading
    st.markdown(f"**{plain(reading.name)}** · {size(reading.size_bytes)} · read {moment(info.read_at)}")
    st.markdown(plain(reading.sentence))
    for note in reading.notes:
        st.caption(plain(note))
    left, right = st.columns(2)
    with left.expander("How it was read, and how to correct it"):
        _correct(here, info)
    with right.expander("Where the records come from, and whether they are kept"):
        row = row_of(here, Kind.SAMPLE, info)
        text_field(row, "origin", "Which system the records come from")
        date_field(row, "period_from", "First day they cover")
        date_field(row, "period_to", "Last day they cover")
        _keeping(here, info)


def _correct(here: Here, info: SampleInfo) -> None:
    reading, fixed = info.reading, info.options
    facts = {
        "Format": reading.format,
        "Encoding": reading.encoding,
        "Delimiter": _delimiter_name(reading.delimiter),
        "Header on line": str(reading.header_line or "none"),
        "Preamble lines": f"{reading.preamble_lines:,}",
        "Lines in all": f"{reading.lines:,}",
        "Empty lines": f"{reading.empty_lines:,}",
        "Records": f"{reading.records:,}",
        "Records that do not fit the header": f"{reading.unsplit:,}",
        "SHA-256": reading.sha256,
    }
    shown = {name: value for name, value in facts.items() if value not in ("", "0")}
    st.dataframe(pd.DataFrame({"": shown.keys(), "value": shown.values()}), hide_index=True, width="stretch")
    with st.form(f"correct/{info.sample_id}", border=False):
        encoding = st.text_input(
            "Encoding", value=fixed.get("encoding") or "", placeholder=f"found: {reading.encoding}"
        )
        delimiter = st.text_input(
            "Delimiter",
            value=fixed.get("delimiter") or "",
            placeholder=f"found: {_delimiter_name(reading.delimiter)}",
            help="One character, or the word tab.",
            max_chars=8,
        )
        header = st.number_input(
            "Header on line",
            min_value=0,
            value=fixed.get("header_line"),
            placeholder=f"found: {reading.header_line}",
            help="0 when the file has no header.",
        )
        sheet = (
            st.text_input("Sheet", value=fixed.get("sheet") or "", placeholder=f"found: {reading.sheet}")
            if reading.sheet
            else ""
        )
        if st.form_submit_button("Read it again this way"):
            options = ReadingOptions(
                encoding=encoding.strip() or None,
                delimiter=_delimiter(delimiter),
                header_line=int(header) if header is not None else None,
                sheet=sheet or None,
            )
            with errors_shown():
                here.projects.reread(here.state.id, options, who=here.who)
                session.leave_notice("Read again.")
                st.rerun()


_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}


def _delimiter_name(delimiter: str) -> str:
    return _DELIMITER_NAMES.get(delimiter, delimiter)


def _delimiter(typed: str) -> str | None:
    named = {name: mark for mark, name in _DELIMITER_NAMES.items()}
    return named.get(typed.strip().lower()) or (typed[:1] or None)


def _keeping(here: Here, info: SampleInfo) -> None:
    if info.kept_until is not None:
        st.markdown(f"The raw records are in the project file until {moment(info.kept_until)}.")
        st.button("Remove the raw records now", on_click=_remove, args=(here,), help="Counts and shares stay.")
        return
    st.markdown("Raw records are not in the project file: they are personal data until somebody has shown otherwise.")
    until = st.date_input(
        "Keep them until",
        value=here.projects.clock().date() + timedelta(days=KEEP_DAYS),
        key=f"keep_until/{info.sample_id}",
    )
    if st.button("Keep the raw records", help="For drilling down, and for judging records together, after a restart."):
        with errors_shown():
            here.projects.keep_records(here.state.id, until, who=here.who)
            session.leave_notice(f"Kept until {moment(until)}.")
            st.rerun()


def _remove(here: Here) -> None:
    here.projects.remove_records(here.state.id, who=here.who)
    cache.report_at.clear()  # it holds examples, which are raw values
    session.leave_notice("The raw records are removed; the counts stay.")


# --- field rules --------------------------------------------------------------------------------------------------


def field_rules(here: Here) -> None:
    """What the values of each field should be, suggested with the reason, decided by the user."""
    st.subheader("Field rules")
    st.caption(
        "Suggested from the sample, with the reason for each. Correct what you know better: every edit is saved. "
        "Write several missing words with commas between them."
    )
    rules = here.state.rules.rules
    frame = pd.DataFrame([_rule_line(rule) for rule in rules], index=[rule.field for rule in rules])
    config = st.column_config
    edit_grid(
        f"{here.state.id}/rules",
        frame,
        columns={
            "field": config.TextColumn("Field", pinned=True),
            "kind": config.SelectboxColumn("Kind", options=[kind.value for kind in FieldKind], required=True),
            "required": config.CheckboxColumn("Required"),
            "because": config.TextColumn("Why suggested", width=340),
            "check": config.CheckboxColumn("Check", help="Off: the field is left out, and the report says so."),
            "format": config.TextColumn("Expected format", help="Empty: the most frequent one."),
            "order": config.SelectboxColumn("Day and month", options=[order.value for order in DayMonthOrder]),
            "decimal": config.SelectboxColumn("Decimal mark", options=[mark.value for mark in DecimalMark]),
            "missing": config.TextColumn("Means missing"),
            "legitimate": config.TextColumn("Looks missing, is not"),
            "fit": config.ProgressColumn(
                "Fit", format="percent", min_value=0, max_value=1, help="Filled values of this kind"
            ),
        },
        locked=("field", "fit", "because"),
        save=lambda edit: _save_rule(here, edit),
        alt="Field rules",
    )


def _rule_line(rule: FieldRule) -> dict[str, Any]:
    return {
        "field": rule.field,
        "kind": rule.kind.value,
        "required": rule.required,
        "check": rule.check,
        "format": rule.format,
        "order": rule.day_month_order.value if rule.kind in DATED else None,
        "decimal": rule.decimal_mark.value if rule.kind in NUMERIC else None,
        "missing": ", ".join(rule.missing_tokens),
        "legitimate": ", ".join(rule.legitimate_tokens),
        "fit": rule.fit,
        "because": rule.suggested_because,
    }


_RULE_PARTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "kind": ("kind", FieldKind),
    "required": ("required", bool),
    "check": ("check", bool),
    "format": ("format", lambda value: str(value or "").strip()),
    "order": ("day_month_order", lambda value: DayMonthOrder(value) if value else DayMonthOrder.UNDECIDED),
    "decimal": ("decimal_mark", lambda value: DecimalMark(value) if value else DecimalMark.UNDECIDED),
    "missing": ("missing_tokens", lambda value: _tokens(value)),
    "legitimate": ("legitimate_tokens", lambda value: _tokens(value)),
}


def _edited(rule: FieldRule, values: Mapping[str, Any]) -> FieldRule:
    parts = {_RULE_PARTS[column][0]: _RULE_PARTS[column][1](value) for column, value in values.items()}
    tokens = parts.pop("missing_tokens", None)
    edited = rule.model_copy(update=parts)
    return edited if tokens is None else edited.with_missing_tokens(tokens)


def _tokens(value: object) -> tuple[str, ...]:
    return tuple(token.strip() for token in str(value or "").split(",") if token.strip())


def _save_rule(here: Here, edit: RowEdit) -> None:
    state = here.projects.load(here.state.id)
    drawn = state.rules.of(edit.row) if edit.insist else here.state.rules.of(edit.row)
    current = state.rules.of(edit.row)
    if drawn is None or current is None:
        raise InputError(f"The field {edit.row!r} is not in the sample any more.")
    wanted = _edited(current, edit.values)
    _refuse_lost_update(here, f"the rule of {edit.row}", Kind.FIELD_RULES, "", drawn, current, wanted)
    rules = [wanted if rule.field == edit.row else rule for rule in state.rules.rules]
    here.projects.save_rules(here.state.id, rules, version=state.version_of(Kind.FIELD_RULES), who=here.who)


def _refuse_lost_update(
    here: Here, what: str, kind: Kind, key: str, drawn: BaseModel, current: BaseModel, wanted: BaseModel
) -> None:
    """Raise ConflictError where `wanted` would overwrite what somebody changed after the page was drawn."""
    before, now, mine = drawn.model_dump(mode="json"), current.model_dump(mode="json"), wanted.model_dump(mode="json")
    lost = [part for part in mine if mine[part] != now[part] != before[part]]
    if not lost:
        return
    document = here.projects.store.document(here.state.id, kind, key)
    raise ConflictError(
        what,
        read_version=here.state.version_of(kind, key),
        current_version=document.version if document else 0,
        by=document.changed_by if document else "",
        mine={part: mine[part] for part in lost},
        theirs={part: now[part] for part in lost},
    )


# --- the audit ----------------------------------------------------------------------------------------------------


def run(here: Here) -> None:
    """The one button of the page."""
    audited = here.state.audit is not None and here.state.audit_is_current
    label = "Run the audit again" if audited else "Run the audit"
    if here.state.audit is not None and not audited:
        st.warning(
            "The sample or its field rules changed after the last audit. What stands below speaks of the earlier state."
        )
    if not st.button(label, type="secondary" if audited else "primary", key="run_audit"):
        return
    bar = st.progress(0.0, text="Auditing …")
    with errors_shown():
        here.projects.run_audit(here.state.id, who=here.who, progress=_onto(bar))
        session.leave_notice("The audit is done.")
        st.rerun()
    bar.empty()


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
    charts.tier_bar(report)
    if here.diagnosis.ledger.effect is not None:
        st.markdown(plain(here.diagnosis.ledger.effect.sentence))


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
    _refuse_lost_update(here, "this decision", Kind.DECISION, edit.row, drawn, current, wanted)
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
    records, share, missing, formats, unchecked = st.tabs(
        ["Records", "Shares", "Missing per field", "Formats per field", "Not checked"]
    )
    with records:
        _drill_down(here, report)
    with share:
        if report.edge_cases:
            charts.edge_case_intervals(report.edge_cases)
    with missing:
        st.dataframe(_missing_frame(report), hide_index=True, width="stretch", column_config=_SHARE_COLUMNS)
    with formats:
        st.dataframe(_format_frame(report), hide_index=True, width="stretch", column_config=_SHARE_COLUMNS)
    with unchecked:
        frame = pd.DataFrame([{"Not checked": entry.what, "Why": entry.why} for entry in report.not_checked])
        st.dataframe(frame, hide_index=True, width="stretch")


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


def _problem_list(here: Here, suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"problems.{suffix}"
        here.projects.write_problems(here.state.id, path)
        return path.read_bytes()
