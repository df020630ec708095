"""The portfolio: all projects with their verdict, and what can be done to a project as a whole."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from readiness.diagnosis.preparations import preparations
from readiness.diagnosis.verdict_table import Verdict
from readiness.errors import ReadinessError
from readiness.project import Kind, Projects
from readiness.project.exporting import export_file
from readiness.store import JournalEntry, ProjectRow
from readiness.ui import cache, session
from readiness.ui.acts import act_on_text, show_refusal
from readiness.ui.page import STATE_COLOUR, Colour, errors_shown
from readiness.ui.rooms import AUDIT, DIAGNOSIS, PORTFOLIO, WORKFLOW, Room
from readiness.ui.wording import badge, moment, plain, told_apart

EXPORT_SUFFIX = ".readiness"
MOST_HISTORY = 100  # entries of the journal that are shown
MOST_WITHOUT_SEARCH = 12  # projects that are seen at a glance

_BEFORE_BUILD = "Opens on the audit of 300 records. Two components have no estimate yet, which the verdict points at."
_STALLED = "Opens on the diagnosis. Of the running system three months are logged, and two reviews were held."
_HALVES_OF_AN_ACT = (Kind.ISSUED_CONTENT, Kind.MILESTONE_STATE)  # written with a row that tells of the same act
_KINDS_WITH_NAMES = (
    Kind.DECISION,
    Kind.SCOPE_ITEM,
    Kind.ANSWER,
    Kind.STANDARD,
)  # the key of others tells nobody anything
_NEW_PLACE, _NEW_NAME = "new_project", "new_project_name"
_VERDICT_COLOUR: dict[Verdict, Colour] = {Verdict.GO: "green", Verdict.FIX_FIRST: "orange", Verdict.STOP: "red"}


def draw() -> None:
    """The whole page: first start, or the list of projects and what can be done to one."""
    session.follow(PORTFOLIO.path)
    st.title(PORTFOLIO.title)
    session.show_notice()
    try:
        projects = cache.projects()
    except ReadinessError as error:
        st.error(plain(str(error)))
        return
    rows = projects.rows(include_archived=True)
    active = [row for row in rows if row.archived_at is None]
    if active:
        st.markdown("Open a project, or begin a new one. One project is one assessment.")
        _list(projects, active)
        _start(first=False)
        _manage(projects, rows)
    else:
        _welcome()
        _start(first=True)
        if rows:
            _manage(projects, rows)


def _welcome() -> None:
    st.markdown(
        "Half a day before the build shows what usually surfaces months after it: which share of the real records is "
        "the clean case, what production needs beyond the prototype, what counts as a correct output, and who owns it."
    )
    st.markdown("Look round in an example first, or begin with a project of your own.")


def _list(projects: Projects, rows: list[ProjectRow]) -> None:
    """One line a project, its name the way in."""
    wanted = ""
    if len(rows) > MOST_WITHOUT_SEARCH:
        wanted = st.text_input("Search", placeholder="Part of a name", key="portfolio_search").strip().casefold()
    for row in rows:
        if wanted in row.name.casefold():
            try:
                _line(projects, row)
            except ReadinessError as error:  # one project that cannot be read hides no other
                st.error(plain(f"{row.name}: {error}"))


def _line(projects: Projects, row: ProjectRow) -> None:
    diagnosis = cache.diagnosis_at(row.id, row.revision, projects.clock().date())
    marks = [
        badge(f"{preparation.topic.value}: {preparation.state.value}", STATE_COLOUR[preparation.state])
        for preparation in preparations(diagnosis.ledger)
    ]
    with st.container(border=True, gap="xsmall"):
        st.page_link(WORKFLOW.path, label=f"**{plain(row.name)}** →", query_params={"project": row.id})
        verdict = badge(diagnosis.verdict.value, _VERDICT_COLOUR[diagnosis.verdict])
        begun = f"begun {moment(row.created_at.date())}".replace(" ", "\u00a0")  # kept on one line
        st.markdown(f"{verdict} {' '.join(marks)} :small[:gray[{begun}]]")


def _start(*, first: bool) -> None:
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        st.subheader("New project")
        with st.form("new_project", border=False):
            st.text_input("Name", max_chars=200, placeholder="For example: invoice routing", key=_NEW_NAME)
            st.form_submit_button("New project", type="secondary" if first else "primary", on_click=_create)
        show_refusal(_NEW_PLACE)
    with right.container(border=True, height="stretch"):
        st.subheader("Examples")
        st.markdown(
            "An invoice intake with generated records: once before its build, filled in up to its brief, and once "
            "stalled four months after its launch, with the log of the last three. Change what you like: they are "
            "projects like any other."
        )
        with st.container(horizontal=True):
            if st.button("Open the example project", type="primary" if first else "secondary", help=_BEFORE_BUILD):
                _open_example()
            if st.button("Open the stalled example", help=_STALLED):
                _open_stalled_example()


def _create() -> None:
    act_on_text(_NEW_PLACE, _NEW_NAME, _created, empty="A project needs a name.")


def _created(name: str) -> str:
    held = session.held()
    held.go_to(WORKFLOW.path, cache.projects().create(name, who=session.who()))
    return "The project is made. Begin with the job it is for."


def _open_example() -> None:
    from readiness.project.example import open_example

    _open("Generating the records and auditing them …", open_example, AUDIT)


def _open_stalled_example() -> None:
    from readiness.project.example import open_stalled_example

    _open("Generating the records and the log, and reading both …", open_stalled_example, DIAGNOSIS)


def _open(doing: str, make: Callable[..., str], room: Room) -> None:
    """An example, made while the page says what is being done, and its room."""
    with errors_shown():
        with st.spinner(doing):
            identifier = make(cache.projects(), who=session.who())
        session.choose_project(identifier)
        st.switch_page(room.path, query_params={"project": identifier})


def _manage(projects: Projects, rows: list[ProjectRow]) -> None:
    with st.expander("Rename, archive, export or import a project"):
        began = {row.id: f"begun on {moment(row.created_at)}" for row in rows}
        names = told_apart({row.id: row.name + (" (archived)" if row.archived_at else "") for row in rows}, began)
        identifier = st.selectbox("Which project", list(names), format_func=names.__getitem__, key="managed_project")
        row = next(row for row in rows if row.id == identifier)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input("New name", value=row.name, max_chars=200, key=f"rename/{row.id}/{row.version}")
            st.button(
                "Rename", on_click=_rename, args=(row, f"rename/{row.id}/{row.version}"), disabled=name == row.name
            )
            if row.archived_at is None:
                st.button("Archive", on_click=_archive, args=(row,), help="Takes it off the list; nothing is deleted.")
            else:
                st.button("Bring back", on_click=_restore, args=(row,))
            st.download_button(
                "Export to a file",
                data=lambda: _exported(projects, row.id),
                file_name=f"{_file_name(row.name)}{EXPORT_SUFFIX}",
                mime="application/octet-stream",
                on_click="ignore",
                help="The whole project in one file: every row, its history, and kept records. "
                "Answers in rounds that are not revealed yet stay here.",
            )
        _history(projects, row)
        _import(projects)


def _history(projects: Projects, row: ProjectRow) -> None:
    """Who changed what, newest first."""
    st.markdown(f"**Last changes of {plain(row.name)}**")
    entries = [
        entry for entry in projects.store.journal(row.id, limit=MOST_HISTORY) if entry.kind not in _HALVES_OF_AN_ACT
    ]
    lines = [line for line, _ in dict.fromkeys(map(_history_line, entries))]
    frame = pd.DataFrame(lines, columns=["When", "Who", "What", "Where"])
    st.dataframe(frame, hide_index=True, width="stretch", height=240)


def _history_line(entry: JournalEntry) -> tuple[tuple[str, ...], int]:
    """What is told of a change, and what keeps it apart from others. Ballots that were sent together are one line,
    which says who sent how many and nothing of what they hold: they may not be revealed yet."""
    told = (moment(entry.at), entry.who, _in_words(entry.what))
    if entry.kind == Kind.BALLOT:
        return (*told, "ballots"), 0
    name = entry.key if entry.kind in _KINDS_WITH_NAMES else ""
    return (*told, f"{entry.kind.replace('_', ' ')} {name}".strip()), entry.sequence


def _in_words(what: str) -> str:
    """What was done: fields that were changed without their underscores, names that people gave as they are."""
    fields = what.removeprefix("changed ").split(", ")
    if what.startswith("changed ") and all(field.isidentifier() for field in fields):
        return what.replace("_", " ")
    return what


def _rename(row: ProjectRow, key: str) -> None:
    with _noted("Renamed."):
        cache.projects().rename(row.id, st.session_state[key], version=row.version, who=session.who())


def _archive(row: ProjectRow) -> None:
    with _noted(f"{row.name} is archived. It can be brought back below."):
        cache.projects().archive(row.id, who=session.who())
        if session.project_id() == row.id:
            session.choose_project(None)


def _restore(row: ProjectRow) -> None:
    with _noted(f"{row.name} is back."):
        cache.projects().restore(row.id, who=session.who())


class _noted:  # noqa: N801 - reads as a statement
    """Leaves a notice when the block ends well, and the error's sentence when it does not."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> bool:
        if error is None:
            session.leave_notice(self._sentence)
        elif isinstance(error, ReadinessError):
            session.leave_notice(str(error))
            return True
        return False


def _import(projects: Projects) -> None:
    upload = st.file_uploader("Import an exported project", type=[EXPORT_SUFFIX.removeprefix(".")], key="import_file")
    if upload is None or st.session_state.get("imported") == upload.file_id:
        return
    st.session_state["imported"] = upload.file_id
    with errors_shown(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "import"
        path.write_bytes(upload.getbuffer())
        row = projects.import_file(path, who=session.who(), name=upload.name)
        session.leave_notice(f"{row.name} is imported.")
        st.rerun()


def _exported(projects: Projects, identifier: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        export_file(projects, identifier, path)
        return path.read_bytes()


def _file_name(name: str) -> str:
    kept = "".join(character if character.isalnum() else "-" for character in name)
    return "-".join(part for part in kept.split("-") if part)[:60] or "project"
