"""The log on the Live outcomes page: what was read of it, handing in files or a path, and how it is read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from readiness.exports.figures import counted
from readiness.operation.fields import LogField
from readiness.operation.log_summary import LogSummary
from readiness.project import live
from readiness.project.live import HandedIn
from readiness.project.live_record import MOST_DAYS, LiveReading, ReadingChoices
from readiness.project.log_places import PathRule, path_rule
from readiness.project.state import Kind, said_in_words
from readiness.ui.acts import act, show_refusal
from readiness.ui.page import Here, errors_shown
from readiness.ui.progress import follow
from readiness.ui.wording import day, moment, plain, size

# No list of endings: rotated files are named app.log.1 and the like, and what a file is shows when it is read.
_FORMATS = "JSON Lines, CSV or Parquet, also packed with gzip, bzip2 or xz, and rotated (app.log.1)"
_PLACE = "Key or column of your log"


def log(here: Here) -> None:
    """What was read, or the way to hand in a log. While one is being read, how far that is."""
    st.subheader("The log")
    _follow_what_runs(here)
    if here.projects.store.project(here.state.id).revision != here.state.revision:
        st.rerun()  # a reading has just ended
    rule = path_rule(st.get_option("server.address"), st.get_option("server.allowedHosts"))
    refused = live.refusal(here.projects, here.state.id)
    if refused:
        st.error(plain(refused))
    if here.state.live is None:
        st.info("No log yet. With one, this page shows what happens on each day, and raises the alarm in time.")
        _hand_in(here, rule)
        with st.expander("Time zone, and fields under other names"):
            _choices(here, rule)
        return
    _what_was_read(here, here.state.live)
    _again(here, rule)
    with st.expander("What was read of each file, and what was not"):
        _details(here, here.state.live)
    with st.expander("Add files, or read another log"):
        _hand_in(here, rule)
    with st.expander("Time zone, and fields under other names"):
        _choices(here, rule)


def _follow_what_runs(here: Here) -> None:
    """What this session or another one has started."""
    work = live.running(here.projects, here.state.id)
    if work is None:
        return
    with errors_shown():
        follow(work)
    st.rerun()


# --- what was read ------------------------------------------------------------------------------------------------


def _what_was_read(here: Here, reading: LiveReading) -> None:
    summary = reading.summary
    st.markdown(f"**{plain(reading.sentence)}**")
    first, last = reading.days[0].day, reading.days[-1].day
    st.markdown(
        f"{day(first)} to {day(last)}, days of the time zone **{plain(summary.zone)}** · read {moment(reading.read_at)}"
    )
    if reading.earlier_days:
        st.caption(f"The {counted(reading.earlier_days, 'day')} before are left out: the last {MOST_DAYS} are kept.")
    for remark in _remarks(summary):
        st.caption(plain(remark))
    if live.open_log(here.projects, here.state) is None:
        st.caption(
            "The figures are kept in the project. The log itself is not at hand any more, so that single records and "
            "their inputs can be looked at only once it is handed in again."
        )


def _remarks(summary: LogSummary) -> list[str]:
    """What a reader must know of how values were read."""
    records, found = summary.records, []
    if summary.naive_times:
        found.append(
            f"{_of(summary.naive_times, records)} with a time without an offset, which is read in "
            f"{summary.zone_of_naive_times}."
        )
    for field, count in summary.unreadable.items():
        found.append(f"{_of(count, records)} with a {field} that cannot be read; there it is unknown.")
    if summary.routed_by_rule:
        found.append(
            f"{_of(summary.routed_by_rule, records)} without a word on whether a human got the item: that follows "
            "from validation and confidence."
        )
    if summary.routed_against_rule:
        found.append(
            f"{_of(summary.routed_against_rule, records)} with another routing than validation and confidence would "
            "give; what the log states counts."
        )
    if summary.missing_fields:
        found.append(f"Not in this log: {', '.join(summary.missing_fields)}.")
    return found


def _of(count: int, records: int) -> str:
    return "All records" if count == records else counted(count, "record")


def _details(here: Here, reading: LiveReading) -> None:
    files = [
        {
            "File": one.name,
            "Format": one.format if one.packing == "not packed" else f"{one.format}, {one.packing}",
            "Size": size(one.size_bytes),
            "Lines": one.lines,
            "Records": one.records,
            "Read before": one.repeated,
            "Broken": one.broken,
            "Something else": one.other,
            "Empty": one.empty,
        }
        for one in reading.summary.files
    ]
    st.dataframe(pd.DataFrame(files), hide_index=True, width="stretch", alt="The files of the log")
    if reading.files > len(files):
        st.caption(f"{counted(reading.files - len(files), 'more file')} in the sums alone.")
    _broken(here, reading)
    renamed = {field: at for one in reading.summary.files for field, at in one.places.items() if at != field}
    if renamed:
        st.caption(plain("Under other names: " + "; ".join(f"{field} at {at}" for field, at in renamed.items()) + "."))


def _broken(here: Here, reading: LiveReading) -> None:
    summary = reading.summary
    if not summary.broken:
        st.caption("No line is broken.")
        return
    opened = live.open_log(here.projects, here.state)
    lines = opened.log.summary.broken_lines if opened else summary.broken_lines
    kept = f" The first {len(lines):,} of them:" if summary.broken > len(lines) else ""
    st.markdown(f"{counted(summary.broken, 'line')} could not be read and count in no figure.{kept}")
    frame = pd.DataFrame(
        [
            {"File": one.file, "Line": one.line, "Why": one.reason, **({"Its beginning": one.text} if opened else {})}
            for one in lines
        ]
    )
    st.dataframe(frame, hide_index=True, width="stretch", alt="The lines that are broken")


# --- handing in ---------------------------------------------------------------------------------------------------


def _hand_in(here: Here, rule: PathRule) -> None:
    """The fields are new ones after each reading, and stay as they are when it came to nothing."""
    place = _place(here)
    key = f"{place}/{here.state.live.reading_id if here.state.live else ''}"
    st.file_uploader(
        f"Files of the log: {_FORMATS}",
        key=f"{key}/files",
        accept_multiple_files=True,
        help="They stay on this machine, in a temporary folder, until the log is removed or the server stops. "
        "Lines that were handed in before count once.",
    )
    if rule.allows_some:
        st.text_input(
            "Or a path, a folder or a pattern on the server's machine",
            key=f"{key}/path",
            max_chars=1_000,
            placeholder="/var/log/invoices/outcomes.jsonl*",
            help="For files that are too large for an upload, and for a log that is read again and again.",
        )
    st.caption(plain(rule.sentence))
    with st.container(horizontal=True):
        if here.state.live is None:
            st.button("Read the log", type="primary", on_click=_read, args=(here, rule, key, False))
        elif live.can_read_again(here.projects, here.state):
            st.button("Add to this log", type="primary", on_click=_read, args=(here, rule, key, True))
            st.button("Read it as the log from now on", on_click=_read, args=(here, rule, key, False))
        else:  # a part of it is gone, and adding to the rest would change the figures unsaid
            st.button("Read the whole log anew", type="primary", on_click=_read, args=(here, rule, key, False))
    show_refusal(f"{place}/read")


def _read(here: Here, rule: PathRule, key: str, adding: bool) -> None:
    def do() -> str:
        uploads = [(one.name, _writer(one)) for one in st.session_state.get(f"{key}/files") or ()]
        paths = [st.session_state.get(f"{key}/path") or ""]
        live.start_reading(
            here.projects,
            here.state.id,
            HandedIn(uploads, paths),
            rule=rule,
            who=here.who,
            choices=_chosen(here),
            adding=adding,
        )
        return "The log is being read."

    act(f"{_place(here)}/read", do)


def _writer(upload: Any) -> Callable[[Path], None]:
    def write_to(path: Path) -> None:
        upload.seek(0)
        with path.open("wb") as target:
            shutil.copyfileobj(upload, target)

    return write_to


def _again(here: Here, rule: PathRule) -> None:
    place = f"{_place(here)}/again"
    there = live.can_read_again(here.projects, here.state)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Read it again",
            key=f"{place}/read",
            on_click=_do_again,
            args=(here, rule),
            disabled=not there,
            help="The same files and paths, with what was written to them since."
            if there
            else "The uploaded files are not at hand any more. Hand them in again.",
        )
        with st.popover("Remove the log"):
            st.markdown("The figures go out of the project, and the uploaded files are deleted.")
            st.button("Remove it", key=f"{place}/remove", on_click=_do_remove, args=(here,))
    show_refusal(place)


def _do_again(here: Here, rule: PathRule) -> None:
    def do() -> str:
        live.start_again(here.projects, here.state.id, rule=rule, who=here.who, choices=_chosen(here))
        return "The log is being read again."

    act(f"{_place(here)}/again", do)


def _do_remove(here: Here) -> None:
    def do() -> str:
        live.remove(here.projects, here.state.id, who=here.who)
        return "The log is removed."

    act(f"{_place(here)}/again", do)


# --- how it is read -----------------------------------------------------------------------------------------------


def _choices(here: Here, rule: PathRule) -> None:
    """The zone whose days are reported, that of times without an offset, and where the fields are found."""
    stored, place = _stored(here), _choices_key(here)
    zones = live.zone_names()
    left, right = st.columns(2)
    for column, part, label, why in (
        (left, "zone", "Time zone of the days", "A day begins at midnight there."),
        (right, "zone_of_naive_times", "Time zone of times without an offset", "Times with one, or with Z, need none."),
    ):
        value = getattr(stored, part)
        named = zones if value in zones else (*zones, value)
        column.selectbox(label, named, index=named.index(value), key=f"{place}/{part}", help=why)
    st.markdown("Fields are found by their usual names. Where yours has another one, write it here; dots lead inwards.")
    st.data_editor(
        pd.DataFrame([{"Field": str(field), _PLACE: stored.mapping.get(field, "")} for field in LogField]),
        key=f"{place}/mapping",
        hide_index=True,
        num_rows="fixed",
        disabled=["Field"],
        column_config={
            "Field": st.column_config.TextColumn(width=180),
            _PLACE: st.column_config.TextColumn(max_chars=1_000, width=260),
        },
    )
    if here.state.live is None:
        st.caption("This holds for the next reading.")
        return
    there = live.can_read_again(here.projects, here.state)
    st.button("Read it again this way", on_click=_do_again, args=(here, rule), disabled=not there)
    if not there:
        st.caption("The log is not at hand any more: this holds once it is handed in again.")


def _chosen(here: Here) -> ReadingChoices:
    """What stands in the fields now, whether they were drawn or not."""
    stored, place = _stored(here), _choices_key(here)
    mapping = {str(name): where for name, where in stored.mapping.items()}
    edited = st.session_state.get(f"{place}/mapping", {}).get("edited_rows", {})
    for row, change in edited.items():
        mapping[str(list(LogField)[int(row)])] = str(change.get(_PLACE) or "").strip()
    with said_in_words(Kind.LIVE):
        return ReadingChoices(
            zone=st.session_state.get(f"{place}/zone", stored.zone),
            zone_of_naive_times=st.session_state.get(f"{place}/zone_of_naive_times", stored.zone_of_naive_times),
            mapping={name: where for name, where in mapping.items() if where},
        )


def _stored(here: Here) -> ReadingChoices:
    return here.state.live.choices if here.state.live else ReadingChoices()


def _choices_key(here: Here) -> str:
    return f"{_place(here)}/choices/{here.state.live.reading_id if here.state.live else ''}"


def _place(here: Here) -> str:
    return f"{here.state.id}/live"
