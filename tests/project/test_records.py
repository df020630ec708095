"""Raw records: nowhere in the project file unless it was said so, and gone from all of it once they are removed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from readiness.audit.decisions import Handling
from readiness.errors import InputError, InvalidValueError
from readiness.project import Projects

MISSING_VENDOR = "missing_required: vendor"
UNTIL = date(2026, 4, 1)
RAW = (
    "Zyxwell Quartz", "Brimblefold", "Okonkwo & Daughters", "Ploegmakers", "Vantresca", "Hjortskov",
    "INV-70059", "clerk5@", "31/02/2024", "774.69",
)  # fmt: skip


def texts_of(path: Path) -> str:
    """Every text of every table of a project file that nobody has open."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        found = []
        for schema, table in tables:
            rows = connection.execute(f'SELECT CAST(COLUMNS(*) AS VARCHAR) FROM "{schema}"."{table}"').fetchall()
            found += ["\x1f".join(str(cell) for cell in row) for row in rows]
    return "\n".join(found)


def raw_values_in(path: Path) -> list[str]:
    text = texts_of(path)
    assert "Invoices" in text  # the search sees what is there
    return [value for value in RAW if value in text]


def raw_bytes_in(path: Path) -> list[str]:
    content = path.read_bytes()
    return [value for value in RAW if value.encode() in content]


def records_behind(projects: Projects, project: str, edge_case: str = MISSING_VENDOR) -> Any:
    return projects.records_of(project, edge_case, limit=50, offset=0)


def test_records_at_hand_are_shown_behind_their_edge_case_as_the_file_has_them(
    projects: Projects, at_hand: str
) -> None:
    frame = records_behind(projects, at_hand)
    assert list(frame["Record"]) == [4, 14, 24, 34, 44, 54]
    assert list(frame["Line"]) == [5, 15, 25, 35, 45, 55]
    assert set(frame["vendor"]) == {""}
    assert next(iter(frame["invoice"])) == "INV-70003"


def test_pages_of_records_neither_overlap_nor_leave_one_out(projects: Projects, at_hand: str) -> None:
    pages = [projects.records_of(at_hand, MISSING_VENDOR, limit=4, offset=offset) for offset in (0, 4, 8)]
    assert [list(page["Record"]) for page in pages if page is not None] == [[4, 14, 24, 34], [44, 54], []]


def test_an_audit_leaves_no_raw_value_in_the_project_file(
    projects: Projects, at_hand: str, path: Path, restart: Callable[[Projects], Projects]
) -> None:
    projects.decide(at_hand, MISSING_VENDOR, Handling.HUMAN_REVIEW, "ask", version=0, who="Ann")
    projects.audit_document(at_hand, "md")
    projects.store.close()
    assert raw_values_in(path) == []


def test_after_a_restart_records_that_were_not_kept_are_not_shown(
    projects: Projects, at_hand: str, restart: Callable[[Projects], Projects]
) -> None:
    again = restart(projects)
    assert records_behind(again, at_hand) is None
    assert not again.has_records(at_hand)
    with pytest.raises(InputError, match="Upload the file again"):
        again.write_problems(at_hand, Path("problems.csv"))


def test_kept_records_are_shown_after_a_restart_just_as_before(
    projects: Projects, at_hand: str, restart: Callable[[Projects], Projects], tmp_path: Path
) -> None:
    before = {case: records_behind(projects, at_hand, case) for case in (MISSING_VENDOR, "duplicate_record")}
    projects.write_problems(at_hand, tmp_path / "before.csv")
    projects.keep_records(at_hand, UNTIL, who="Ann")
    again = restart(projects)
    assert again.has_records(at_hand)
    for case, frame in before.items():
        assert records_behind(again, at_hand, case).equals(frame)
    again.write_problems(at_hand, tmp_path / "after.csv")
    assert (tmp_path / "after.csv").read_bytes() == (tmp_path / "before.csv").read_bytes()


def test_kept_records_can_be_audited_again_after_a_restart(
    projects: Projects, at_hand: str, restart: Callable[[Projects], Projects]
) -> None:
    before = projects.load(at_hand).audit
    projects.keep_records(at_hand, UNTIL, who="Ann")
    again = restart(projects)
    again.run_audit(at_hand, who="Ann")
    after = again.load(at_hand).audit
    assert before is not None
    assert after is not None
    assert after.report == before.report
    assert again.load(at_hand).audit_is_current


def test_lines_that_do_not_fit_are_kept_as_they_are(
    projects: Projects, project: str, upload: Callable[..., object], restart: Callable[[Projects], Projects]
) -> None:
    lines = [b"a,b,c", *(b"%d,x%d,y" % (n, n) for n in range(20)), b"21,too,many,cells,here", b"22,short"]
    upload(project, b"\n".join(lines))
    report = projects.run_audit(project, who="Ann")
    cases = [case.id for case in report.edge_cases if case.kind.startswith("line_")]
    assert len(cases) == 2
    before = {case: records_behind(projects, project, case) for case in cases}
    projects.keep_records(project, UNTIL, who="Ann")
    again = restart(projects)
    for case in cases:
        assert records_behind(again, project, case).equals(before[case])


def test_removed_records_are_nowhere_in_the_project_file_and_the_counts_stay(
    projects: Projects, at_hand: str, path: Path, restart: Callable[[Projects], Projects]
) -> None:
    projects.keep_records(at_hand, UNTIL, who="Ann")
    projects.store.close()
    assert len(raw_values_in(path)) == len(RAW)
    projects = restart(projects)
    projects.remove_records(at_hand, who="Ann")
    state = projects.load(at_hand)
    assert records_behind(projects, at_hand) is None
    assert state.sample is not None
    assert state.sample.kept_until is None
    assert state.audit is not None
    assert {case.id: case.records for case in state.audit.report.edge_cases}[MISSING_VENDOR] == 6
    assert projects.store.problem_count(at_hand, state.sample.sample_id) == 10
    restart(projects).store.close()  # who opens the file next finds it written anew
    assert raw_values_in(path) == []
    assert raw_bytes_in(path) == []


def test_removing_takes_the_upload_from_this_machines_disk_too(
    projects: Projects, at_hand: str, workspaces: Path
) -> None:
    assert list(workspaces.iterdir())
    projects.remove_records(at_hand, who="Ann")
    assert list(workspaces.iterdir()) == []


def test_no_upload_stays_on_this_machines_disk_when_the_process_ends(
    tmp_path: Path, workspaces: Path, messy: bytes
) -> None:
    script = (
        "import sys, tempfile; from pathlib import Path; from readiness.project.opening import open_projects\n"
        "tempfile.tempdir = sys.argv[1]\n"
        "projects = open_projects(Path(sys.argv[2])); project = projects.create('Invoices', who='Ann')\n"
        "projects.read_upload(project, 'i.csv', lambda path: path.write_bytes(sys.stdin.buffer.read()), who='Ann')\n"
        "print(len(list(Path(sys.argv[1]).iterdir())))"
    )
    arguments = [sys.executable, "-c", script, str(workspaces), str(tmp_path / "other.duckdb")]
    done = subprocess.run(arguments, input=messy, capture_output=True, timeout=60, check=True)
    assert done.stdout.strip() == b"1"
    assert list(workspaces.iterdir()) == []


def test_the_next_upload_takes_the_place_of_kept_records(
    projects: Projects, at_hand: str, upload: Callable[..., object], path: Path
) -> None:
    projects.keep_records(at_hand, UNTIL, who="Ann")
    upload(at_hand, b"a,b\n" + b"".join(b"%d,x\n" % n for n in range(20)), "other.csv")
    state = projects.load(at_hand)
    assert state.sample is not None
    assert state.sample.kept_until is None
    projects.store.close()
    assert raw_values_in(path) == []


def test_records_are_kept_until_the_day_that_was_said_and_not_longer(
    projects: Projects, at_hand: str, restart: Callable[[Projects], Projects], clock: Any
) -> None:
    projects.keep_records(at_hand, UNTIL, who="Ann")
    clock.advance(days=40)
    assert records_behind(restart(projects), at_hand) is None


def test_records_are_not_kept_until_yesterday(projects: Projects, at_hand: str) -> None:
    with pytest.raises(InvalidValueError, match="past"):
        projects.keep_records(at_hand, date(2026, 3, 1), who="Ann")
    state = projects.load(at_hand)
    assert state.sample is not None
    assert state.sample.kept_until is None


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_the_problem_list_has_one_row_a_problem(projects: Projects, at_hand: str, tmp_path: Path, suffix: str) -> None:
    import pandas as pd

    out = tmp_path / f"problems.{suffix}"
    projects.write_problems(at_hand, out)
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}[suffix]
    frame = read(out)  # type: ignore[operator]
    assert list(frame.columns) == ["record", "line", "field", "position", "edge_case", "value", "reason"]
    assert len(frame) == 10
    assert frame["edge_case"].value_counts().to_dict() == {
        MISSING_VENDOR: 6, "date_impossible: date": 3, "duplicate_record": 1,
    }  # fmt: skip
