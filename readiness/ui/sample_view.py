"""The sample on the Data audit page: the upload, how it was read, where it comes from, and an older file beside it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from readiness.audit.reading.values import ReadingOptions
from readiness.errors import ReadinessError
from readiness.project import Kind, SampleInfo
from readiness.ui import cache, session
from readiness.ui.autosave import count_field, date_field, row_of, text_field
from readiness.ui.page import Here, errors_shown
from readiness.ui.progress import follow
from readiness.ui.wording import moment, plain, size

SAMPLE_TYPES = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "xlsx", "xlsm", "parquet", "gz", "zip"]
KEEP_DAYS = 30


def sample(here: Here) -> None:
    """The upload, and how it was read."""
    st.subheader("The sample")
    upload = st.file_uploader(
        "Production records: CSV, TSV, JSON, JSON Lines, Excel or Parquet, also as .gz or .zip",
        type=SAMPLE_TYPES,
        key=f"upload/{here.state.id}",
        help="The file stays on this machine. Raw records are not kept in the project file unless you say so. "
        "Larger files: `readiness audit FILE` in a terminal audits them without an upload.",
    )
    if upload is not None and st.session_state.get("read_upload") != upload.file_id:
        _read(here, upload)
    else:
        _follow_what_runs(here)
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


def _follow_what_runs(here: Here) -> None:
    """What another session, or this one before a click, has started."""
    work = here.projects.running(here.state.id)
    if work is None:
        return
    with errors_shown():
        follow(work)
    st.rerun()


def _read(here: Here, upload: UploadedFile) -> None:
    st.session_state["read_upload"] = upload.file_id

    def write_to(path: Path) -> None:
        with path.open("wb") as target:
            shutil.copyfileobj(upload, target)

    try:
        follow(here.projects.start_reading(here.state.id, upload.name, write_to, who=here.who))
    except ReadinessError as error:
        st.session_state["refused_upload"] = (upload.file_id, str(error))
        return
    st.rerun()


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
        count_field(
            row,
            "population",
            "Records that the sample was drawn from",
            least=1,
            most=10**12,
            help="With it the intervals know what part of everything was seen. Open: not known.",
        )
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
