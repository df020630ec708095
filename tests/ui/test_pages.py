"""Every page opens: on an empty project file, on an empty project, on the example, and under hostile names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.project import Kind, Projects, milestones
from readiness.project.example import open_example
from readiness.ui.rooms import ROOMS

Visit = Callable[..., AppTest]
PAGES = tuple(sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "pages").glob("*.py")))
HOSTILE = ("<script>alert(1)</script> ![x](http://evil.example/x.png) [y](http://evil.example)", "n" * 200)


def texts(at: AppTest) -> Iterator[str]:
    """Every text of the page that is read as Markdown."""
    for kind in ("markdown", "caption", "info", "warning", "error", "success", "title", "header", "subheader", "toast"):
        for element in getattr(at, kind):
            yield str(element.value)


def assert_harmless(at: AppTest) -> None:
    """No user text has become an image, a link or HTML."""
    for text in texts(at):
        unescaped = re.sub(r"\\.", "", text)
        assert "](http" not in unescaped, text
        assert "<script" not in unescaped, text


def test_every_page_has_its_place_in_the_navigation() -> None:
    assert {Path(room.path).stem for room in ROOMS} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_an_empty_project_file_and_leads_on(page: str, visit: Visit) -> None:
    at = visit(page)
    assert not at.exception
    assert not at.error
    assert len(at.title) == 1
    assert page == "portfolio" or any("Choose a project first" in info.value for info in at.info)


def test_every_page_opens_on_an_empty_project(visit: Visit, projects: Projects) -> None:
    project = projects.create("Invoices", who="Ann")
    for page in PAGES:
        at = visit(page, project)
        assert not at.exception, page
        assert not [error for error in at.error if "FIX FIRST" not in error.value], page
        assert len(at.title) == 1, page


def test_a_project_that_this_version_cannot_read_says_so_and_hides_no_other(visit: Visit, projects: Projects) -> None:
    """A later version may have written a part of it that is not known yet."""
    project = projects.create("Invoices", who="Ann")
    projects.create("Contracts", who="Ann")
    projects.store.save(project, Kind.OUTCOME, "", {"mood": "good"}, version=0, who="Ann", what="said so")
    for page in PAGES:
        at = visit(page, project)
        assert not at.exception, page
        (said,) = [error.value for error in at.error]
        assert "outcome was written by another version of Readiness" in said, page
    portfolio = visit("portfolio")
    assert portfolio.error[0].value.startswith("Invoices")
    assert sum("begun" in markdown.value for markdown in portfolio.markdown) == 1  # the line of the other project


def test_every_page_opens_on_the_example_project_and_shows_something(visit: Visit, projects: Projects) -> None:
    project = open_example(projects, who="Ann")
    for page in PAGES:
        at = visit(page, project)
        assert not at.exception, page
        assert not at.error, page
        assert sum(len(text) for text in texts(at)) > 200, page


def test_a_page_opens_on_an_archived_project_and_on_one_that_is_gone(visit: Visit, projects: Projects) -> None:
    project = projects.create("Invoices", who="Ann")
    projects.archive(project, who="Ann")
    for page in ("portfolio", "data_audit"):
        assert not visit(page, project).exception, page
    at = visit("outcome", "no-such-project")
    assert not at.exception
    assert any("not in this project file" in info.value for info in at.info)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_on_every_page(name: str, visit: Visit, projects: Projects) -> None:
    project = projects.create(name, who=name)
    filled: dict[Kind, dict[str, Any]] = {
        Kind.WORKFLOW: {"task": name, "sources": name, "reviewer": name},
        Kind.OUTCOME: {"metric": name, "unit": name[:60], "currency": name[:12], "correct_output": name, "target": 2.0},
        Kind.OWNERSHIP: {"owner": name, "role": name, "authority_from": name},
        Kind.BRIEF_NOTES: {"learned": name, "other_use_case": name},
        Kind.SCOPE_PLAN: {"currency": name},
        Kind.STOP_INPUTS: {"limit_reason": name, "value_source": name},
    }
    for kind, changes in filled.items():
        projects.change(project, kind, changes, version=0, who=name)
    projects.sign_outcome(project, name=name, role=name, who=name)
    projects.add_own_component(project, {"component": name, "owner": name, "note": name}, who=name)
    for page in PAGES:
        at = visit(page, project)
        assert not at.exception, page
        assert_harmless(at)


def test_hostile_fields_values_and_file_names_stay_text(visit: Visit, projects: Projects) -> None:
    fields = ["<script>alert(1)</script>", "![x](http://evil.example)", "'; DROP TABLE x; --", '"quoted""', "=1+1"]
    lines = [",".join(f'"{field.replace(chr(34), chr(34) * 2)}"' for field in fields)]
    lines += [f"<b>{n}</b>,![y](http://evil.example/{n}),x{n},,{n}" for n in range(30)]
    lines += ["too,few", lines[-1]]
    content = "\n".join([*lines, ""]).encode()
    project = projects.create("Hostile", who="Ann")
    name = "![z](http://evil.example) <script>.csv"
    projects.read_upload(project, name, lambda path: _put(path, content), who="Ann")
    projects.run_audit(project, who="Ann")
    state = projects.load(project)
    assert state.sample is not None
    assert len(state.sample.fields) == 5
    for page in PAGES:
        at = visit(page, project)
        assert not at.exception, page
        assert_harmless(at)


def test_a_notice_about_a_hostile_name_stays_text(visit: Visit, projects: Projects) -> None:
    projects.create(HOSTILE[0], who="Ann")
    at = visit("portfolio")
    next(button for button in at.button if button.label == "Archive").click().run()
    assert not at.exception
    assert [toast.value for toast in at.toast]
    assert_harmless(at)


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def test_the_history_of_a_project_tells_each_act_once_and_in_words(visit: Visit, projects: Projects) -> None:
    project = projects.create("History", who="Ann")
    projects.change(project, Kind.WORKFLOW, {"next_step": "one_two"}, version=0, who="Ann")
    milestones.make_milestone(projects, project, "Before_the build", who="Ann")
    shown = next(element.value for element in visit("portfolio", project).dataframe if "What" in element.value)
    assert "changed next step" in list(shown["What"])
    assert [what for what in shown["What"] if "Before_the build" in what] == ["made the milestone Before_the build"]
    assert not [where for where in shown["Where"] if "_" in where]
