"""What shifted from an older file to the sample: the older file's upload, and the comparison."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import streamlit as st

from readiness.audit.shift_report import ShiftFinding, ShiftReport, ShiftVerdict
from readiness.errors import ReadinessError
from readiness.ui.page import Here
from readiness.ui.sample_view import SAMPLE_TYPES
from readiness.ui.wording import moment, plain


def shift(here: Here) -> None:
    """The upload of an older file of the same records, and what changed since."""
    st.caption(
        "Records change: customers write differently, a vendor changes a format. Compare with an older file of the "
        "same source, a year or more apart if you can."
    )
    upload = st.file_uploader(
        "An older file of the same records",
        type=SAMPLE_TYPES,
        key=f"older/{here.state.id}",
        help="It is compared and let go; only counts and shares stay in the project.",
    )
    seen = st.session_state.get("compared_upload", ("", ""))
    if upload is not None and seen[0] != upload.file_id:
        _compare(here, upload)
    if upload is not None and seen[0] == upload.file_id and seen[1]:
        st.error(plain(seen[1]))
    record = here.state.shift
    if record is None:
        return
    if here.state.sample is not None and record.sample_id != here.state.sample.sample_id:
        st.warning("The sample was replaced after this comparison. It speaks of the earlier one.")
    st.caption(f"Compared {moment(record.compared_at)}")
    _report(record.report)


def _compare(here: Here, upload: st.runtime.uploaded_file_manager.UploadedFile) -> None:
    def write_to(path: Path) -> None:
        with path.open("wb") as target:
            shutil.copyfileobj(upload, target)

    st.session_state["compared_upload"] = (upload.file_id, "")
    try:
        with st.spinner("Comparing …"):
            here.projects.compare_with_older(here.state.id, upload.name, write_to, who=here.who)
    except ReadinessError as error:
        st.session_state["compared_upload"] = (upload.file_id, str(error))
    st.rerun()


def _report(report: ShiftReport) -> None:
    st.markdown(f"**{plain(report.summary)}**")
    rows = [_line(one) for one in report.findings if one.verdict is ShiftVerdict.CHANGED or one.notable]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    if report.inconclusive:
        with st.expander(f"Too few records to tell: {len(report.inconclusive)}"):
            st.dataframe(pd.DataFrame([_line(one) for one in report.inconclusive]), hide_index=True, width="stretch")
    if report.not_compared:
        with st.expander(f"Not compared: {len(report.not_compared)}"):
            frame = pd.DataFrame([{"Field": one.field, "Why": one.why} for one in report.not_compared])
            st.dataframe(frame, hide_index=True, width="stretch")


def _line(one: ShiftFinding) -> dict[str, str]:
    effect = one.effect
    return {
        "Field": one.field or "(the whole record)",
        "What": one.aspect.value,
        "Result": one.verdict.value,
        "In words": one.sentence,
        "Effect": f"{effect.name} {effect.value:.2f} ({effect.low:.2f} to {effect.high:.2f})" if effect else "",
    }
