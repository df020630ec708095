"""The command line: every command, its files, its exit codes, and one sentence where something is wrong."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import main
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.exports.diagnosis_text import WIDTH
from readiness.project import Kind, Projects
from readiness.project.example import open_example
from readiness.project.issuing import issue_brief
from readiness.project.opening import open_projects

COMMANDS = ("audit", "read", "projects", "scope", "diagnose", "brief", "evaluation")
EXAMPLE = "Example: invoice intake (generated)"
PROBLEM_COLUMNS = ["record", "line", "field", "position", "edge_case", "value", "reason"]
HEAVY = ("pandas", "pyarrow", "duckdb", "streamlit", "pydantic", "openpyxl", "docx", "xlsxwriter", "yaml")

# What the loop that is usually published gets wrong, one record each; the other 53 are clean.
NAIVE = {
    3: "3,V3,2024-02-30,True,0",  # impossible, though it has the right shape
    5: "5,V5,2024-01-02garbage,True,1",  # right only at its start
    7: "7,V7,12-31-2024,True,2",  # no dots, so not the European way
    9: "9,V9,31/12/2024,False,0",  # no month 31, so not the American way
    11: "11,,,True,1",  # two fields missing in one record
    13: "13,V13,31.12.2024,True,0",
    15: "15,V15,2023-13-01,False,0",
}
ALL_REQUIRED = "id,vendor,date,paid,stock"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the project file of this checkout, or leaves anything in the machine's temporary folder."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("READINESS_DB", str(tmp_path / "none.duckdb"))


def write_naive(path: Path) -> Path:
    """Sixty records: zeros and False everywhere, and seven with faults."""
    lines = [
        NAIVE.get(n, f"{n},V{n},2024-01-{n % 28 + 1:02d},{'True' if n % 2 else 'False'},{n % 3}") for n in range(60)
    ]
    path.write_text("\n".join(["id,vendor,date,paid,stock", *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def naive(tmp_path: Path) -> Path:
    return write_naive(tmp_path / "naive.csv")


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The one sentence that a call is refused with: (*arguments, code=2)."""

    def run(*arguments: str | Path, code: int = 2) -> str:
        try:
            given = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            given = int(str(stop.code))
        said = capsys.readouterr().err
        assert given == code, said
        assert said.startswith("readiness")
        assert said.count("\n") == 1, said
        assert "Traceback" not in said
        return said

    return run


@pytest.fixture(scope="module")
def example_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project file with the example project in it."""
    folder, before = tmp_path_factory.mktemp("store"), tempfile.tempdir
    tempfile.tempdir = str(folder)
    path = folder / "readiness.duckdb"
    projects = open_projects(path)
    projects.desk.drop(open_example(projects, who="Ann"))
    projects.store.close()
    tempfile.tempdir = before
    return path


@pytest.fixture
def changing_store(example_store: Path, tmp_path: Path) -> Path:
    """A copy of that file, to be changed."""
    return Path(shutil.copyfile(example_store, tmp_path / "readiness.duckdb"))


def audited(file: Path, out: Path, *options: str) -> dict[str, Any]:
    """The JSON of an audit of `file`."""
    assert main(["audit", str(file), "--json", str(out), *options]) == 0
    content: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return content


# --- help and start -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*([command] if command else []), "--help"])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: readiness {command}".strip())
    if not command:
        assert all(name in said for name in COMMANDS)
    if command in ("", "audit", "diagnose"):
        assert "1 a --check was not passed" in " ".join(said.split())
        assert "0 GO, 10 FIX FIRST, 11 STOP" in " ".join(said.split())


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom readiness.cli import main\n"
        "try:\n    main(['audit', '--help'])\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from readiness import __version__

    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.strip() == f"readiness {__version__}"


def test_python_dash_m_is_the_same_command(naive: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "readiness", "audit", str(naive), "--json", "-"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["records"] == 60


# --- audit --------------------------------------------------------------------------------------------------------


def test_the_summary_says_how_it_was_read_how_much_is_clean_and_what_is_not(
    naive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(naive), "--required", ALL_REQUIRED]) == 0
    said = capsys.readouterr().out
    assert "naive.csv: Read as UTF-8, comma-separated" in said
    assert "88% of the 60 records are the clean case" in said
    assert "95% interval 77.8% to 94.2%" in said
    assert "Impossible date: date" in said
    assert "unusable" in said


def test_the_json_holds_what_it_promises(naive: Path, tmp_path: Path) -> None:
    report = audited(naive, tmp_path / "out.json", "--required", ALL_REQUIRED)
    assert list(report)[:6] == ["records", "clean", "tiers", "edge_cases", "fields", "reading"]
    assert set(report["clean"]) == {"count", "share", "low", "high"}
    wanted = {"id", "kind", "field", "records", "share", "low", "high", "example"}
    assert all(wanted <= set(case) for case in report["edge_cases"])
    assert sum(tier["records"] for tier in report["tiers"]) == report["records"] == 60
    assert [tier["tier"] for tier in report["tiers"]] == ["clean", "repairable", "needs review", "unusable"]
    assert [field["field"] for field in report["fields"]] == ALL_REQUIRED.split(",")
    assert report["reading"]["records"] == 60


def test_json_on_standard_output_is_nothing_but_json(naive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(naive), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 60


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_the_problem_list_is_the_same_in_every_format(naive: Path, tmp_path: Path, suffix: str) -> None:
    import pandas as pd

    out = tmp_path / f"problems.{suffix}"
    assert main(["audit", str(naive), "--required", ALL_REQUIRED, "--problems", str(out)]) == 0
    read: dict[str, Callable[..., Any]] = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}
    frame = read[suffix](out)
    assert list(frame.columns) == PROBLEM_COLUMNS
    found = list(zip(frame["record"], frame["line"], frame["field"], frame["position"], strict=True))
    assert found == [
        (4, 5, "date", 2), (6, 7, "date", 2), (8, 9, "date", 2), (10, 11, "date", 2),
        (12, 13, "vendor", 1), (12, 13, "date", 2), (14, 15, "date", 2), (16, 17, "date", 2),
    ]  # fmt: skip
    assert all(frame["reason"])


@pytest.mark.parametrize("suffix", ["md", "docx"])
def test_the_audit_is_written_as_a_document(naive: Path, tmp_path: Path, suffix: str) -> None:
    from docx import Document

    out = tmp_path / f"audit.{suffix}"
    assert main(["audit", str(naive), "--required", ALL_REQUIRED, "--document", str(out)]) == 0
    text = (
        out.read_text(encoding="utf-8")
        if suffix == "md"
        else "\n".join(paragraph.text for paragraph in Document(str(out)).paragraphs)
    )
    assert "88%" in text or "88.3" in text
    assert "naive.csv" in text


def test_the_audit_is_written_as_a_pdf(naive: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit.pdf"
    assert main(["audit", str(naive), "--required", ALL_REQUIRED, "--document", str(out)]) == 0
    assert out.read_bytes().startswith(b"%PDF")


def test_rules_that_were_saved_give_the_same_audit_again(naive: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    first = audited(naive, tmp_path / "1.json", "--required", "id", "--save-rules", str(rules))
    again = audited(naive, tmp_path / "2.json", "--rules", str(rules))
    assert again["edge_cases"] == first["edge_cases"]
    assert again["clean"] == first["clean"]


def test_required_fields_replace_the_suggested_ones(naive: Path, tmp_path: Path) -> None:
    some = audited(naive, tmp_path / "some.json", "--required", "vendor")
    none = audited(naive, tmp_path / "none.json", "--required", "")
    assert [f["field"] for f in some["fields"] if f["required"]] == ["vendor"]
    assert [f["field"] for f in none["fields"] if f["required"]] == []


def test_an_older_file_is_compared_or_refused_and_never_a_traceback(naive: Path) -> None:
    assert main(["audit", str(naive), "--older", str(naive)]) in {0, 2}


def test_what_was_compared_with_an_older_file_is_no_longer_called_unchecked(naive: Path, tmp_path: Path) -> None:
    alone = audited(naive, tmp_path / "1.json")
    beside = audited(naive, tmp_path / "2.json", "--older", str(naive))
    unchecked = [{entry["what"] for entry in report["not_checked"]} for report in (alone, beside)]
    assert unchecked[0] - unchecked[1] == {"Shift over time"}


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_an_older_file_is_read_as_the_newer_one_or_as_found(naive: Path, tmp_path: Path, delimiter: str) -> None:
    older, newer = tmp_path / "older.csv", tmp_path / "newer.csv"
    older.write_text(naive.read_text(encoding="utf-8"), encoding="utf-8")
    newer.write_text(naive.read_text(encoding="utf-8").replace(",", delimiter), encoding="utf-8")
    report = audited(newer, tmp_path / "out.json", "--delimiter", delimiter, "--older", str(older))
    assert report["shift"]["fields"] == 5
    assert report["shift"]["older"]["delimiter"] == ","


def test_the_summary_says_what_the_sample_cannot_show(naive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(naive), "--population", "600"]) == 0
    said = capsys.readouterr().out
    assert "What this sample cannot show: An edge case in fewer than" in said
    assert "of the 600 records it was drawn from" in said
    assert "Neighbouring records: id." in said


def test_the_population_reaches_every_share(naive: Path, tmp_path: Path) -> None:
    alone = audited(naive, tmp_path / "1.json", "--required", ALL_REQUIRED)
    known = audited(naive, tmp_path / "2.json", "--required", ALL_REQUIRED, "--population", "80")
    whole = audited(naive, tmp_path / "3.json", "--required", ALL_REQUIRED, "--population", "60")
    assert known["limits"]["population"] == 80

    def widths(report: dict[str, Any]) -> list[float]:
        shares = [report["clean"], *report["tiers"], *report["edge_cases"]]
        shares += [one["share"] for one in (*report["primary_categories"], *report["overlap"]["loads"])]
        return [share["high"] - share["low"] for share in shares]

    assert all(one < other for one, other in zip(widths(known), widths(alone), strict=True))
    assert set(widths(whole)) == {0.0}


def test_primary_categories_and_the_overlap_are_in_the_json(naive: Path, tmp_path: Path) -> None:
    report = audited(naive, tmp_path / "out.json", "--required", ALL_REQUIRED)
    assert sum(one["records"] for one in report["primary_categories"]) == 60
    assert [load["records"] for load in report["overlap"]["loads"]] == [53, 6, 1, 0]
    assert report["overlap"]["pairs"][0]["share_of_smaller"] == 1.0


def test_the_core_checks_alone_say_what_they_left_out(
    naive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = audited(naive, tmp_path / "out.json", "--core-only")
    assert report["core_only"] is True
    assert "Checks beyond the core" in {entry["what"] for entry in report["not_checked"]}
    assert "Core checks only" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_every_record_is_written_with_its_tier(naive: Path, tmp_path: Path, suffix: str) -> None:
    import pandas as pd

    out = tmp_path / f"annotated.{suffix}"
    assert main(["audit", str(naive), "--required", ALL_REQUIRED, "--annotated", str(out)]) == 0
    read: dict[str, Callable[..., Any]] = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}
    frame = read[suffix](out)
    assert list(frame["readiness_record"]) == list(range(1, 61))
    assert (frame["readiness_tier"] == "clean").sum() == 53
    assert frame["readiness_edge_cases"][11] == "Required field missing: vendor; Required field missing: date"


# --- checks -------------------------------------------------------------------------------------------------------


def test_checks_that_are_passed_say_so(naive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["audit", str(naive), "--required", ALL_REQUIRED]
    assert (
        main([*call, "--check", "clean>=80%", "--check", "missing:vendor<=0.05", "--check", "duplicate_record=0"]) == 0
    )
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "passed clean>=80%: clean is 88.3333%, wanted at least 80%.",
        "passed missing:vendor<=0.05: missing:vendor is 1.6667%, wanted at most 5%.",
        "passed duplicate_record=0: duplicate_record is 0%, wanted exactly 0%.",
    ]


def test_one_failed_check_is_its_own_exit_code_and_the_files_are_written(
    naive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "problems.csv"
    call = ["audit", str(naive), "--required", ALL_REQUIRED, "--problems", str(out), "--check", "records>=10"]
    assert main([*call, "--check", "clean>=0.9"]) == 1
    assert "FAILED clean>=0.9: clean is 88.3333%, wanted at least 90%." in capsys.readouterr().out
    assert out.exists()


def test_json_on_standard_output_stays_json_beside_a_check(naive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(naive), "--json", "-", "--check", "clean>=1"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["checks"][0]["passed"] is False
    assert said.err.startswith("FAILED clean>=1")


def test_an_unknown_metric_is_refused_beside_the_known_ones(naive: Path, refused: Callable[..., str]) -> None:
    assert "Known: clean, repairable" in refused("audit", naive, "--check", "cleen>=0.9")
    assert "id, vendor, date" in refused("audit", naive, "--check", "missing:vendr<=0.1")


def test_too_little_memory_is_said_in_one_sentence(tmp_path: Path, refused: Callable[..., str]) -> None:
    file = tmp_path / "long.csv"
    file.write_text("a,b\n" + "".join(f"{n},{'x' * 200}{n}\n" for n in range(30_000)), encoding="utf-8")
    assert "too little" in refused("audit", file, "--memory-limit", "1MB", "--core-only")


def test_a_population_smaller_than_the_sample_is_refused(naive: Path, refused: Callable[..., str]) -> None:
    assert "less than the 60 records" in refused("audit", naive, "--population", "59")


def test_the_records_themselves_are_never_written_over(naive: Path, refused: Callable[..., str]) -> None:
    before = naive.read_bytes()
    for arguments in (
        ("read", naive, "--out", naive),
        ("audit", naive, "--problems", naive),
        ("audit", naive, "--json", naive),
        ("audit", naive, "--annotated", naive),
    ):
        assert "holds the records themselves" in refused(*arguments)
    assert naive.read_bytes() == before


# --- the known bugs of the loop that is usually published ---------------------------------------------------------


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The audit of the sixty records, made once for all who only read in it."""
    folder = tmp_path_factory.mktemp("naive")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(folder))
        return audited(write_naive(folder / "naive.csv"), folder / "naive.json", "--required", ALL_REQUIRED)


def records_of(report: dict[str, Any], identifier: str) -> int:
    return int(next((case["records"] for case in report["edge_cases"] if case["id"] == identifier), 0))


def test_zero_and_false_are_values_and_not_missing(report: dict[str, Any]) -> None:
    fields = {field["field"]: field["missing"] for field in report["fields"]}
    assert (fields["paid"], fields["stock"], fields["id"]) == (0, 0, 0)


def test_a_date_is_one_to_its_end(report: dict[str, Any]) -> None:
    assert records_of(report, "date_unknown: date") == 1
    formats = {f["name"]: f["values"] for field in report["fields"] for f in field["formats"]}
    assert formats["yyyy-mm-dd"] == 53


def test_hyphens_are_not_dots_and_a_day_is_not_a_month(report: dict[str, Any]) -> None:
    formats = {f["name"]: f["values"] for field in report["fields"] for f in field["formats"]}
    assert formats["dd.mm.yyyy"] == 1
    assert formats["dd/mm/yyyy"] == 1
    assert formats["mm-dd-yyyy"] == 1
    assert "mm/dd/yyyy" not in formats
    assert records_of(report, "date_format: date") == 3


def test_impossible_dates_do_not_pass(report: dict[str, Any]) -> None:
    assert records_of(report, "date_impossible: date") == 2


def test_a_record_with_two_missing_fields_counts_once_among_those_that_are_not_clean(report: dict[str, Any]) -> None:
    assert records_of(report, "missing_required: vendor") == 1
    assert records_of(report, "missing_required: date") == 1
    assert report["clean"]["count"] == 53
    assert report["problems"] == 8
    assert sum(tier["records"] for tier in report["tiers"] if tier["tier"] != "clean") == 7


# --- read ---------------------------------------------------------------------------------------------------------


def test_read_writes_every_record_with_a_header(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "odd.txt", tmp_path / "out.csv"
    more = [[f"Name {n}", f"note {n}", str(n)] for n in range(12)]
    lines = ["Report of May", "", "name;note;number", 'Ann;"a, ""b""";1', "Ben;=1+1;2", "Céline;;3"]
    source.write_bytes("\n".join([*lines, *(";".join(row) for row in more), ""]).encode("cp1252"))
    assert main(["read", str(source), "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert header == ["name", "note", "number"]
    assert rows == [["Ann", 'a, "b"', "1"], ["Ben", "=1+1", "2"], ["Céline", "", "3"], *more]
    assert "15 records written" in capsys.readouterr().out


def test_choices_about_the_reading_are_followed(tmp_path: Path) -> None:
    source = tmp_path / "tabs.txt"
    source.write_text("a\tb\n1\t2,5\n3\t4,5\n", encoding="utf-8")
    report = audited(source, tmp_path / "out.json", "--delimiter", "tab", "--header-line", "0", "--encoding", "utf-8")
    assert report["records"] == 3
    assert report["reading"]["delimiter"] == "\t"
    assert len(report["fields"]) == 2


# --- projects -----------------------------------------------------------------------------------------------------


def test_projects_are_listed_with_their_verdict(example_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["projects", "--db", str(example_store)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "FIX FIRST" in line
    assert "invoice intake" in line


def test_the_project_file_may_be_named_before_the_command_or_in_the_environment(
    example_store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["--db", str(example_store), "projects"]) == 0
    named = capsys.readouterr().out
    monkeypatch.setenv("READINESS_DB", str(example_store))
    assert main(["projects"]) == 0
    assert capsys.readouterr().out == named


def test_an_empty_project_file_says_how_to_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["projects", "--db", str(tmp_path / "new.duckdb")]) == 0
    assert "No projects yet" in capsys.readouterr().out


def test_the_scope_is_exported_as_a_workbook(example_store: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    out = tmp_path / "scope.xlsx"
    name = "EXAMPLE: invoice intake (GENERATED)"
    assert main(["scope", name, "--excel", str(out), "--db", str(example_store)]) == 0
    assert load_workbook(out).sheetnames


def test_an_edited_workbook_is_previewed_and_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from openpyxl import load_workbook

    store, out = tmp_path / "projects.duckdb", tmp_path / "scope.xlsx"
    projects = open_projects(store)
    project = projects.create("Invoices", who="Ann")
    projects.store.close()
    assert main(["scope", "Invoices", "--excel", str(out), "--db", str(store)]) == 0
    assert main(["scope", "Invoices", "--import", str(out), "--db", str(store)]) == 0
    assert "Nothing to change" in capsys.readouterr().out
    book = load_workbook(out)
    columns = {cell.value: cell.column for cell in book["Scope"][5]}
    book["Scope"].cell(6, columns["Owner"]).value = "Cy\nthe second"
    book["Scope"].cell(6, columns["Likely"]).value = "approx. 3"
    book.save(out)
    assert main(["scope", "Invoices", "--import", str(out), "--db", str(store)]) == 0
    said = capsys.readouterr().out
    assert "1 changed, 1 cell refused" in said
    assert "Owner: empty -> Cy the second" in said
    assert "Scope!G6, Likely: 'approx. 3' is no number" in said
    assert "Add --apply" in said
    assert _owners(store, project) == {""}
    assert main(["scope", "Invoices", "--import", str(out), "--apply", "--db", str(store)]) == 0
    assert "Imported: 1 changed." in capsys.readouterr().out
    assert _owners(store, project) == {"", "Cy\nthe second"}


def _owners(store: Path, project: str) -> set[str]:
    projects = open_projects(store)
    owners = {item.owner for item in projects.load(project).items}
    projects.store.close()
    return owners


def test_a_workbook_of_another_project_or_of_something_else_is_refused_in_one_sentence(
    example_store: Path, naive: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    name, out = "EXAMPLE: invoice intake (GENERATED)", tmp_path / "scope.xlsx"
    assert "no Excel workbook" in refused("scope", name, "--import", naive, "--db", example_store)
    assert "no such file" in refused("scope", name, "--import", tmp_path / "nowhere.xlsx", "--db", example_store)
    assert "goes with --import" in refused("scope", name, "--excel", out, "--apply", "--db", example_store)
    assert "--help" in refused("scope", name, "--excel", out, "--import", out)
    assert not out.exists()


@pytest.mark.parametrize("kind", ["decision", "prototype", "production"])
@pytest.mark.parametrize("suffix", ["md", "docx"])
def test_each_brief_is_written(
    example_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, suffix: str
) -> None:
    out = tmp_path / f"brief.{suffix}"
    name = "Example: invoice intake (generated)"
    assert main(["brief", name, "--out", str(out), "--kind", kind, "--db", str(example_store)]) == 0
    assert capsys.readouterr().out.startswith("FIX FIRST. ")
    assert out.stat().st_size > 1_000


def test_an_issue_is_written_as_it_was_frozen_whatever_has_changed_since(
    changing_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects = open_projects(changing_store)
    project = projects.store.find_project(EXAMPLE).id
    issue_brief(projects, project, who="Ann")
    version = projects.load(project).version_of(Kind.BRIEF_NOTES)
    changes = {"learned": "Something else was learned since."}
    projects.change(project, Kind.BRIEF_NOTES, changes, version=version, who="Ann")
    projects.store.close()
    for suffix in ("pdf", "docx", "md", "json"):
        out = tmp_path / f"issue.{suffix}"
        assert main(["brief", EXAMPLE, "--out", str(out), "--issue", "1", "--db", str(changing_store)]) == 0
        assert "Issue 1 of Example" in capsys.readouterr().out
    assert (tmp_path / "issue.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((tmp_path / "issue.json").read_text(encoding="utf-8"))["issue"] == 1
    text = (tmp_path / "issue.md").read_text(encoding="utf-8")
    assert "- **Issue:** 1" in text
    assert "Something else" not in text


def test_an_issue_that_is_not_there_is_refused_in_one_sentence_and_nothing_is_written(
    example_store: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    out = tmp_path / "issue.md"
    said = refused("brief", EXAMPLE, "--out", out, "--issue", "1", "--db", example_store)
    assert "has been issued yet" in said
    said = refused("brief", EXAMPLE, "--out", out, "--issue", "1", "--kind", "workflow", "--db", example_store)
    assert "--kind decision" in said
    assert "must end in" in refused("brief", EXAMPLE, "--out", tmp_path / "issue.txt", "--issue", "1")
    assert not out.exists()


# --- diagnose -----------------------------------------------------------------------------------------------------


def test_the_diagnosis_fits_a_screen_and_says_why_and_what_would_change_it(
    example_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diagnose", EXAMPLE, "--db", str(example_store)]) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert lines[0] == f"FIX FIRST: {EXAMPLE}"
    assert len(lines) <= 40
    assert max(map(len, lines)) <= WIDTH
    assert "Primary failure mode: scope underestimation" in lines
    assert "Reasons:" in lines
    assert "  The data is beyond repair: not met, 15.3 points away" in lines
    assert "  The rest costs more than it can return: unknown, " in said
    changes = lines[lines.index("What would change it:") + 1 :]
    assert changes[0].startswith("  GO if the work of the 2 components not estimated comes to ")
    assert "cannot both be true" not in said


def test_a_check_with_json_prints_the_json_alone_and_keeps_its_exit_code(
    example_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diagnose", EXAMPLE, "--json", "--check", "--db", str(example_store)]) == 10
    assert json.loads(capsys.readouterr().out)["verdict"] == "FIX FIRST"


def test_contradictions_of_a_project_are_named_with_their_weight(
    changing_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects = open_projects(changing_store)
    project = projects.store.find_project(EXAMPLE).id
    version = projects.load(project).version_of(Kind.OUTCOME)
    projects.change(project, Kind.OUTCOME, {"target": 80.0}, version=version, who="Ann")
    projects.store.close()
    main(["diagnose", EXAMPLE, "--db", str(changing_store)])
    lines = capsys.readouterr().out.splitlines()
    named = lines[lines.index("Statements that cannot both be true:") + 1 : lines.index("What would change it:")]
    assert named[0].startswith("  blocking: ")
    assert any("The target is 80%" in line for line in named), named


@pytest.mark.parametrize("to_file", [False, True])
def test_the_diagnosis_as_json_keeps_to_the_published_schema(
    example_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], to_file: bool
) -> None:
    from jsonschema import Draft202012Validator

    out = tmp_path / "diagnosis.json"
    assert main(["diagnose", EXAMPLE, "--db", str(example_store), "--json", *([str(out)] if to_file else [])]) == 0
    said = capsys.readouterr().out
    content = json.loads(out.read_text(encoding="utf-8") if to_file else said)
    schema = Path(__file__).resolve().parents[1] / "docs" / "brief.schema.json"
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(content)
    assert content["verdict"] == "FIX FIRST"
    assert said.startswith("FIX FIRST: " if to_file else "{")


def test_the_json_of_the_diagnosis_and_of_the_brief_are_the_same_bytes(example_store: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "diagnosis.json", tmp_path / "brief.json"
    assert main(["diagnose", EXAMPLE, "--db", str(example_store), "--json", str(one)]) == 0
    assert main(["brief", EXAMPLE, "--db", str(example_store), "--out", str(other)]) == 0
    assert one.read_bytes() == other.read_bytes()


def test_the_exit_code_of_a_check_says_the_verdict_and_without_a_check_says_that_it_worked(
    changing_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [_diagnosed(changing_store)]
    for change in (_estimate_everything, _lower_the_limit):
        projects = open_projects(changing_store)
        change(projects, projects.store.find_project(EXAMPLE).id)
        projects.store.close()
        given.append(_diagnosed(changing_store))
    assert given == [(10, 0), (0, 0), (11, 0)]
    said = capsys.readouterr().out
    assert [line.split(":")[0] for line in said.splitlines() if line.endswith(EXAMPLE)] == [
        "FIX FIRST", "FIX FIRST", "GO", "GO", "STOP", "STOP",
    ]  # fmt: skip


def _diagnosed(store: Path) -> tuple[int, int]:
    """The exit codes with and without a check."""
    call = ["diagnose", EXAMPLE, "--db", str(store)]
    return main([*call, "--check"]), main(call)


def _estimate_everything(projects: Projects, project: str) -> None:
    for item in ("alerting-runbooks", "rollback"):
        version = projects.load(project).version_of(Kind.SCOPE_ITEM, item)
        estimate = {"low_days": 2, "likely_days": 4, "high_days": 8}
        projects.change_item(project, item, estimate, version=version, who="Ann")
    mode = FailureMode.SCOPE_UNDERESTIMATION
    version = projects.load(project).version_of(Kind.ANSWER, mode)
    projects.answer(project, mode, Reply.YES, "All of it is estimated now.", version=version, who="Ann")


def _lower_the_limit(projects: Projects, project: str) -> None:
    version = projects.load(project).version_of(Kind.STOP_INPUTS)
    projects.change(project, Kind.STOP_INPUTS, {"most_outside_share": 0.1}, version=version, who="Ann")


def test_a_diagnosis_that_cannot_be_made_or_written_is_refused_and_never_passes_a_check(
    example_store: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    assert "'Nix'" in refused("diagnose", "Nix", "--check", "--db", example_store)
    assert "is a folder" in refused("diagnose", EXAMPLE, "--check", "--json", tmp_path, "--db", example_store)
    nowhere = tmp_path / "no" / "out.json"
    assert "does not exist" in refused("diagnose", EXAMPLE, "--json", nowhere, "--db", example_store)
    before = example_store.read_bytes()
    assert "choose another file" in refused("diagnose", EXAMPLE, "--json", example_store, "--db", example_store)
    assert example_store.read_bytes() == before
    assert "--help" in refused("diagnose", "--check")


def test_the_evaluation_spec_is_written_as_its_schema_says(
    example_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from jsonschema import Draft202012Validator

    schema = Path(__file__).resolve().parents[1] / "docs" / "evaluation-spec.schema.json"
    out = tmp_path / "spec.json"
    name = "Example: invoice intake (generated)"
    assert main(["evaluation", name, "--out", str(out), "--db", str(example_store)]) == 0
    assert "evaluation spec of Example" in capsys.readouterr().out
    spec = json.loads(out.read_text(encoding="utf-8"))
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(spec)
    assert (spec["target"], spec["owner"]) == (92.0, "Ines Example")


def test_a_spec_that_lacks_a_part_or_goes_nowhere_is_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    store = tmp_path / "readiness.duckdb"
    projects = open_projects(store)
    projects.create("Empty", who="Ann")
    projects.store.close()
    said = refused("evaluation", "Empty", "--out", tmp_path / "spec.json", "--db", store)
    assert "still lacks the workflow, the metric, the target, the fallback, the owner" in said
    assert not (tmp_path / "spec.json").exists()
    assert "must end in .json" in refused("evaluation", "Empty", "--out", tmp_path / "spec.txt", "--db", store)


# --- what is refused ----------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path: Path, refused: Callable[..., str]) -> None:
    assert "nowhere.csv" in refused("audit", tmp_path / "nowhere.csv")
    assert tmp_path.name in refused("audit", tmp_path)
    assert "nowhere.csv" in refused("read", tmp_path / "nowhere.csv", "--out", tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("noise.csv", bytes(range(256)) * 40),
        ("empty.csv", b""),
        ("blank.csv", b"\n \n\n"),
        ("broken.xlsx", b"PK\x03\x04rest"),
        ("broken.parquet", b"PAR1" + bytes(50)),
        ("broken.gz", b"\x1f\x8b\x08\x00rest"),
        ("broken.json", b'{"records": ['),
    ],
)
def test_a_file_that_is_no_records_is_refused_with_its_name(
    tmp_path: Path, refused: Callable[..., str], name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert name in refused("audit", tmp_path / name)


def test_an_unknown_field_is_refused_beside_the_known_ones(naive: Path, refused: Callable[..., str]) -> None:
    said = refused("audit", naive, "--required", "vendor,vendr")
    assert "'vendr'" in said
    assert "id, vendor, date, paid, stock" in said


def test_a_field_name_from_a_file_cannot_move_the_cursor(tmp_path: Path, refused: Callable[..., str]) -> None:
    path = tmp_path / "hostile.csv"
    path.write_text("\x1b[2Jname,b\n" + "".join(f"x{n},{n}\n" for n in range(9)), encoding="utf-8")
    assert "\x1b" not in refused("audit", path, "--required", "nothing")


@pytest.mark.parametrize(
    "options",
    [
        ("--problems", "out.txt"), ("--document", "out.odt"), ("--problems", "."), ("--json", "."),
        ("--json", "no/such/folder/out.json"), ("--problems", "no/such/folder/out.csv"),
        ("--rules", "no-such-rules.yaml"), ("--encoding", "klingon"), ("--delimiter", ""), ("--header-line", "9999"),
        ("--header-line", "-1"), ("--header-line", "two"), ("--sheet",), ("--colour", "red"),
        ("--annotated", "out.txt"), ("--annotated", "."), ("--population", "0"), ("--population", "many"),
        ("--check", "clean"), ("--check", ""), ("--check", "clean>=90"), ("--memory-limit", "lots"),
        ("--memory-limit", "0GB"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_followed_is_refused_before_anything_is_written(
    naive: Path, tmp_path: Path, refused: Callable[..., str], options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    refused("audit", naive, *options)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("option", ["--json", "--save-rules"])
def test_a_disk_that_is_full_is_said_in_one_sentence(naive: Path, refused: Callable[..., str], option: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full to write to")
    assert "space" in refused("audit", naive, option, "/dev/full")


@pytest.mark.parametrize("arguments", [("bogus",), ("audit",), ("read", "x.csv"), ("scope", "X"), ("--port", "abc")])
def test_a_call_that_is_none_is_refused_with_where_to_look(
    refused: Callable[..., str], arguments: tuple[str, ...]
) -> None:
    assert "--help" in refused(*arguments)


def test_an_unknown_project_is_refused_beside_the_known_ones(
    example_store: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    for arguments in (("scope", "Nix", "--excel", tmp_path / "o.xlsx"), ("brief", "Nix", "--out", tmp_path / "o.md")):
        said = refused(*arguments, "--db", example_store)
        assert "'Nix'" in said
        assert "invoice intake" in said
    assert not (tmp_path / "o.xlsx").exists()


def test_a_file_that_is_no_project_file_is_left_alone(naive: Path, refused: Callable[..., str]) -> None:
    before = naive.read_bytes()
    assert "not a project file" in refused("projects", "--db", naive)
    assert naive.read_bytes() == before


def test_a_project_file_in_use_is_its_own_exit_code(example_store: Path, refused: Callable[..., str]) -> None:
    script = (
        "import sys; from pathlib import Path; from readiness.store import Store\n"
        "with Store.open(Path(sys.argv[1])):\n    print('open', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(example_store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"open"
        said = refused("projects", "--db", example_store, code=3)
        assert str(holder.pid) in said
        assert "--db" in said
    finally:
        holder.communicate(b"", timeout=30)


# --- a real file --------------------------------------------------------------------------------------------------


def test_a_month_of_payments_loses_no_line(shared_datasets: Path, tmp_path: Path) -> None:
    source = shared_datasets / "lambeth_payments" / "2012-06-payments.csv"
    if not source.exists():
        pytest.skip("there is no lambeth_payments in shared/datasets")
    document = tmp_path / "audit.md"
    report = audited(source, tmp_path / "out.json", "--document", str(document))
    by_kind: dict[str, int] = {}
    for case in report["edge_cases"]:
        by_kind[case["kind"]] = by_kind.get(case["kind"], 0) + case["records"]
    reading = report["reading"]
    assert reading["header_line"] == 10
    assert reading["preamble_lines"] == 9
    assert report["records"] == 3_161
    assert reading["lines"] == 3_171 == 9 + 1 + report["records"] + reading["empty_lines"]
    assert by_kind["fused_cells"] == 635
    assert by_kind["duplicate_record"] == 428
    assert by_kind["line_total"] == 1
    assert by_kind["line_filler"] == 5
    text = document.read_text(encoding="utf-8")
    for figure in ("3,161", "635", "428"):
        assert figure in text
    assert all(case["title"].split(":")[0] in text for case in report["edge_cases"])


def test_no_small_invoice_is_lost_from_a_month_of_payments(shared_datasets: Path, tmp_path: Path) -> None:
    source = shared_datasets / "lambeth_payments" / "2012-06-payments.csv"
    if not source.exists():
        pytest.skip("there is no lambeth_payments in shared/datasets")
    out = tmp_path / "records.csv"
    assert main(["read", str(source), "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 3_162
    assert rows[0][0] == "Body"
