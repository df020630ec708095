"""Issued briefs: numbered, frozen, signed by what they say, and compared."""

from __future__ import annotations

import json
import threading
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.errors import InputError, InvalidValueError, ReadinessError, UnknownNameError
from readiness.project import Kind, Projects, fixing
from readiness.project.issuing import (
    AS_IT_IS,
    compare_issues,
    issue_brief,
    issued_file,
    sign_brief,
    signatures_under,
)
from readiness.project.milestones import make_milestone


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


def fingerprint(projects: Projects, project: str) -> str:
    state = projects.load(project)
    return projects.brief_fingerprint(state, projects.diagnose(state))


def name_owner(projects: Projects, project: str, name: str) -> None:
    version = projects.load(project).version_of(Kind.OWNERSHIP)
    projects.change(project, Kind.OWNERSHIP, {"owner": name}, version=version, who="Ann")


def issued(projects: Projects, project: str, number: int, suffix: str = "md") -> str:
    return issued_file(projects, projects.load(project), number, suffix).decode()


def issued_bytes(projects: Projects, project: str, number: int, suffix: str) -> bytes:
    return issued_file(projects, projects.load(project), number, suffix)


def compared(projects: Projects, project: str, before: int, after: int) -> dict[str, tuple[str, str]]:
    state = projects.load(project)
    changes = compare_issues(projects, state, projects.diagnose(state), before, after)
    return {change.what: (change.before, change.after) for change in changes}


def stop(projects: Projects, project: str) -> None:
    """Two attempts to agree, and nobody has signed: the use case stays contested."""
    projects.change(project, Kind.STOP_INPUTS, {"alignment_attempts": 2}, version=0, who="Ann")


# --- issuing -------------------------------------------------------------------------------------------------------


def test_an_issue_stays_as_it_was_whatever_changes_later(projects: Projects, project: str, clock: Any) -> None:
    first = issue_brief(projects, project, who="Ann")
    before = issued(projects, project, 1)
    name_owner(projects, project, "Ines")
    clock.advance(days=40)
    assert issued(projects, project, 1) == before
    assert (first.number, first.issued_by) == (1, "Ann")
    assert first.evidence_hash != projects.diagnose(projects.load(project)).ledger.hash


def test_an_issue_carries_its_number_and_the_day_of_its_issue(projects: Projects, project: str, clock: Any) -> None:
    issue_brief(projects, project, who="Ann")
    clock.advance(days=3)
    text = issued(projects, project, 1)
    assert "Issue" in text
    assert "2 Mar 2026" in text
    assert "5 Mar 2026" not in text


def test_issues_are_numbered_and_each_says_something_new(projects: Projects, project: str) -> None:
    issue_brief(projects, project, who="Ann")
    with pytest.raises(InputError, match="says the same"):
        issue_brief(projects, project, who="Ann")
    name_owner(projects, project, "Ines")
    assert issue_brief(projects, project, who="Ann").number == 2
    assert [one.number for one in projects.load(project).issued] == [2, 1]


def test_a_stop_is_issued_and_signed_only_once_it_says_all_of_it(projects: Projects, project: str) -> None:
    stop(projects, project)
    with pytest.raises(InputError, match="must say all of it"):
        issue_brief(projects, project, who="Ann")
    with pytest.raises(InputError, match="must say all of it"):
        sign_brief(projects, project, name="Ann", role="", fingerprint=fingerprint(projects, project), who="Ann")
    notes = {"learned": "a", "other_use_case": "b", "other_approach": "c", "later_attempt": "d"}
    projects.change(project, Kind.BRIEF_NOTES, notes, version=0, who="Ann")
    assert issue_brief(projects, project, who="Ann").verdict == "STOP"


def test_the_second_click_of_two_finds_what_the_first_one_issued(projects: Projects, project: str) -> None:
    shown = fingerprint(projects, project)
    first, second = (issue_brief(projects, project, who="Ann", fingerprint=shown) for _ in range(2))
    assert first == second
    assert len(projects.load(project).issued) == 1


def test_what_was_read_is_what_is_issued(projects: Projects, project: str) -> None:
    shown = fingerprint(projects, project)
    name_owner(projects, project, "Ines")
    with pytest.raises(InputError, match="has changed since"):
        issue_brief(projects, project, who="Ann", fingerprint=shown)
    assert projects.load(project).issued == ()


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_an_issue_can_be_rendered_again(projects: Projects, project: str, suffix: str) -> None:
    issue_brief(projects, project, who="Ann")
    start = {"pdf": b"%PDF", "docx": b"PK"}[suffix]
    assert issued_file(projects, projects.load(project), 1, suffix).startswith(start)


def test_an_issue_that_is_not_there_is_named(projects: Projects, project: str) -> None:
    with pytest.raises(UnknownNameError, match="issued brief"):
        issued_file(projects, projects.load(project), 3, "md")


def test_people_who_issue_in_the_same_moment_make_one_issue(projects: Projects, project: str) -> None:
    results: list[object] = []

    def issue() -> None:
        try:
            results.append(issue_brief(projects, project, who="Ann").number)
        except ReadinessError as error:
            results.append(type(error))

    threads = [threading.Thread(target=issue) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.number for one in projects.load(project).issued] == [1]
    assert 1 in results
    assert set(results) <= {1, InputError}  # told that it is issued, or that there is nothing new


def test_the_content_stands_in_the_history_once(projects: Projects, project: str) -> None:
    issue_brief(projects, project, who="Ann")
    (entry,) = (one for one in projects.store.journal(project) if one.kind == Kind.ISSUED_CONTENT)
    assert not entry.after


def test_issues_travel_with_the_project_file(projects: Projects, project: str, tmp_path: Path) -> None:
    issue_brief(projects, project, who="Ann")
    before = issued(projects, project, 1)
    row = projects.import_file(projects.store.export_project(project, tmp_path / "out.readiness"), who="Ann")
    assert issued(projects, row.id, 1) == before


def test_an_old_issue_outlives_a_rename_and_a_change_of_everything_it_said(
    projects: Projects, project: str, tmp_path: Path, clock: Any
) -> None:
    current = fingerprint(projects, project)
    sign_brief(projects, project, name="Ann", role="Sponsor", fingerprint=current, who="Ann")
    before = {suffix: issued_bytes(projects, project, 1, suffix) for suffix in ("md", "json", "pdf", "docx")}
    clock.advance(days=400)
    projects.rename(project, "Something else", version=projects.load(project).version, who="Ann")
    name_owner(projects, project, "Ines")
    row = projects.import_file(projects.store.export_project(project, tmp_path / "out.readiness"), who="Ann")
    for one in (project, row.id):
        assert {suffix: issued_bytes(projects, one, 1, suffix) for suffix in before} == before
    assert b"Something else" not in before["md"]
    assert fingerprint(projects, project) != current


# --- signing -------------------------------------------------------------------------------------------------------


def test_signing_issues_what_is_signed(projects: Projects, project: str) -> None:
    current = fingerprint(projects, project)
    sign_brief(projects, project, name="  Ann  Bell ", role="Sponsor", fingerprint=current, who="Ann")
    state = projects.load(project)
    assert [(one.number, one.fingerprint) for one in state.issued] == [(1, current)]
    assert [(one.name, one.role) for one in signatures_under(state, current)] == [("Ann Bell", "Sponsor")]
    assert fingerprint(projects, project) == current  # a signature is not part of what it signs
    assert "Ann Bell" in issued(projects, project, 1)


def test_a_person_signs_an_issue_once_and_the_next_one_anew(projects: Projects, project: str) -> None:
    first = fingerprint(projects, project)
    sign_brief(projects, project, name="Ann", role="", fingerprint=first, who="Ann")
    with pytest.raises(InputError, match="already signed"):
        sign_brief(projects, project, name="ANN", role="", fingerprint=first, who="Ann")
    name_owner(projects, project, "Ines")
    sign_brief(projects, project, name="ann", role="", fingerprint=fingerprint(projects, project), who="Ann")
    state = projects.load(project)
    assert len(state.issued) == 2
    assert [one.name for one in signatures_under(state, first)] == ["Ann"]
    assert [one.name for one in signatures_under(state, state.issued[0].fingerprint)] == ["ann"]


def test_a_second_signature_goes_under_the_same_issue(projects: Projects, project: str) -> None:
    current = fingerprint(projects, project)
    for name in ("Ann", "Ben", "Cem", "Dana", "Eli", "Fay"):
        sign_brief(projects, project, name=name, role="", fingerprint=current, who="Ann")
    assert len(projects.load(project).issued) == 1
    text = issued(projects, project, 1)
    assert all(name in text for name in ("Ann", "Ben", "Cem", "Dana", "Eli", "Fay"))


def test_people_who_sign_in_the_same_moment_sign_one_issue(projects: Projects, project: str) -> None:
    names, current, refused = ("Ann", "Ben", "Cem", "Dana", "ann"), fingerprint(projects, project), list[str]()

    def sign(name: str) -> None:
        try:
            sign_brief(projects, project, name=name, role="", fingerprint=current, who=name)
        except ReadinessError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=sign, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = projects.load(project)
    assert [one.number for one in state.issued] == [1]
    assert sorted(one.name.casefold() for one in signatures_under(state, current)) == ["ann", "ben", "cem", "dana"]
    assert len(refused) == 1
    assert "already signed" in refused[0]


def test_an_issue_keeps_the_line_of_the_owner_until_the_owner_signs(projects: Projects, project: str) -> None:
    name_owner(projects, project, "Ines")
    current = fingerprint(projects, project)
    sign_brief(projects, project, name="Sam", role="Sponsor", fingerprint=current, who="Sam")
    assert "| Ines | Owner | ........................ |" in issued(projects, project, 1)
    sign_brief(projects, project, name="ines", role="Owner", fingerprint=current, who="Ines")
    text = issued(projects, project, 1)
    assert "......" not in text
    assert "All signatures" not in text


def test_long_names_are_short_on_the_page_that_is_signed_and_whole_at_its_end(projects: Projects, project: str) -> None:
    name_owner(projects, project, f"{'Ines ' * 30}Example")
    current, signers = fingerprint(projects, project), [f"{'Maria ' * 20}{number}" for number in range(5)]
    for name in signers:
        sign_brief(projects, project, name=name, role="Sponsor", fingerprint=current, who="Ann")
    page, _, rest = issued(projects, project, 1).partition("\n---\n")
    assert not [name for name in signers if name in page]
    assert "1 more signature at the end." in page
    assert rest.count("All signatures under this brief") == 1
    assert all(rest.count(f"| {name} |") == 1 for name in signers)


@pytest.mark.parametrize(
    ("name", "error", "why"),
    [
        ("\u200b", InvalidValueError, "own name"),
        ("x" * 201, InvalidValueError, "longer than 200"),
        ("", InvalidValueError, "own"),
    ],
)
def test_a_signature_needs_a_name_of_somebody(
    projects: Projects, project: str, name: str, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        sign_brief(projects, project, name=name, role="", fingerprint=fingerprint(projects, project), who="Ann")
    assert projects.load(project).issued == ()


def test_what_was_read_is_what_is_signed(projects: Projects, project: str) -> None:
    shown = fingerprint(projects, project)
    name_owner(projects, project, "Ines")
    with pytest.raises(InputError, match="has changed since"):
        sign_brief(projects, project, name="Ann", role="", fingerprint=shown, who="Ann")


# --- comparing -----------------------------------------------------------------------------------------------------


def test_two_issues_compare_in_what_they_say(projects: Projects, project: str) -> None:
    issue_brief(projects, project, who="Ann")
    name_owner(projects, project, "Ines")
    issue_brief(projects, project, who="Ann")
    stop(projects, project)
    assert compared(projects, project, 1, 2)["Owner"] == ("none", "Ines")
    assert compared(projects, project, 2, AS_IT_IS)["Verdict"] == ("FIX FIRST", "STOP")
    assert compared(projects, project, 1, 1) == {}


def test_a_change_that_no_figure_says_is_shown_as_text(projects: Projects, project: str) -> None:
    issue_brief(projects, project, who="Ann")
    inputs = {"value_source": "A guess of last year."}
    projects.change(project, Kind.STOP_INPUTS, inputs, version=0, who="Ann")
    found = compared(projects, project, 1, AS_IT_IS)
    assert found
    assert any("A guess of last year." in after for _, after in found.values())


def test_an_issue_keeps_to_the_published_schema(projects: Projects, project: str) -> None:
    current = fingerprint(projects, project)
    sign_brief(projects, project, name="Ann", role="Sponsor", fingerprint=current, who="Ann")
    brief = json.loads(issued(projects, project, 1, "json"))
    schema = json.loads((Path(__file__).resolve().parents[2] / "docs" / "brief.schema.json").read_text("utf-8"))
    faults = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(brief)
    assert [fault.message for fault in faults] == []
    assert (brief["issue"], brief["fingerprint"], brief["signatures"][0]["signed_at"]) == (
        1, current, "2026-03-02T09:00:00Z",
    )  # fmt: skip


def test_an_issue_as_json_names_its_number_and_signers(projects: Projects, project: str) -> None:
    sign_brief(projects, project, name="Ann", role="Sponsor", fingerprint=fingerprint(projects, project), who="Ann")
    brief = json.loads(issued(projects, project, 1, "json"))
    assert brief["issue"] == 1
    assert [(one["name"], one["role"]) for one in brief["signatures"]] == [("Ann", "Sponsor")]


# --- names ---------------------------------------------------------------------------------------------------------

NOBODY = "Zebulon Quux"  # is named wherever a person can be, and neither owns nor signs anything


def test_an_issued_stop_names_nobody_but_owners_and_signers(projects: Projects, project: str) -> None:
    body = {"component": "Rollback", "low_days": 1, "likely_days": 2, "high_days": 4, "owner": NOBODY, "note": NOBODY}
    projects.add_own_component(project, body, who=NOBODY)
    projects.change(project, Kind.WORKFLOW, {"task": "Route.", "reviewer": NOBODY}, version=0, who=NOBODY)
    projects.change(project, Kind.OWNERSHIP, {"owner": "Ines", "authority_from": NOBODY}, version=0, who=NOBODY)
    for step in ("write-inventory", "audit-current-records"):
        projects.change(project, Kind.FIX_TASK, {"owner": NOBODY, "note": NOBODY}, version=0, who=NOBODY, key=step)
    for mode in FailureMode:
        projects.answer(project, mode, Reply.NO, "It was not looked at.", version=0, who=NOBODY)
    fixing.note_shown(projects, project, to_whom=NOBODY, shown_on=projects.clock().date(), who=NOBODY)
    make_milestone(projects, project, f"Before {NOBODY} left", who=NOBODY)
    notes = {"learned": "a", "other_use_case": "b", "other_approach": "c", "later_attempt": "d"}
    projects.change(project, Kind.BRIEF_NOTES, notes, version=0, who=NOBODY)
    stop(projects, project)
    current = fingerprint(projects, project)
    sign_brief(projects, project, name="Sam Sponsor", role="Sponsor", fingerprint=current, who=NOBODY)

    assert projects.load(project).issued[0].verdict == "STOP"
    for suffix in ("md", "json", "docx"):
        text = _text_of(issued_bytes(projects, project, 1, suffix), suffix)
        assert not [part for part in NOBODY.split() if part in text], suffix
        assert "Ines" in text
        assert "Sam Sponsor" in text


def _text_of(content: bytes, suffix: str) -> str:
    if suffix != "docx":
        return content.decode()
    with zipfile.ZipFile(BytesIO(content)) as file:
        return "".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
